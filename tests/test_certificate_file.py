"""The certificate of a design: its bound is recomputed without any of the package."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from design_cases import FIT, inputs, random_problem

from microchp.check_certificate import bound_gbp
from microchp.config import Solve, Tes
from microchp.design.certificate_file import certificate_of
from microchp.design.search import solve_by_days

CHECK = ROOT / "scripts/microchp/check_certificate.py"


@pytest.mark.parametrize(
    "tes",
    [
        Tes(max_kwh=15.0),
        Tes(min_kwh=2.0, max_kwh=15.0, level_loss_share_per_day=0.3, initial_share=0.5),
        Tes(max_kwh=15.0, closing_tolerance_kwh=0.1),
    ],
)
def test_the_bound_recomputed_is_the_bound_proven(tes: Tes, tmp_path: Path) -> None:
    problem = random_problem(3, inputs(tes=tes, incentive=FIT), days=3)
    proof = solve_by_days(problem, 0.2, lambda: 60.0)
    certificate = certificate_of(problem, proof.design.cost_gbp, Solve())
    found = bound_gbp(certificate)
    assert found == pytest.approx(float(certificate["lower_bound_gbp"]), rel=1e-9)
    assert found <= proof.design.cost_gbp
    assert found >= proof.design.cost_gbp - 0.2 * abs(proof.design.cost_gbp)

    path = tmp_path / "certificate.npz"
    np.savez(path, **certificate)
    done = subprocess.run([sys.executable, str(CHECK), str(path)], text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{found:.6f}" in done.stdout

    np.savez(path, **{**certificate, "lower_bound_gbp": np.array(found + 1.0)})
    done = subprocess.run([sys.executable, str(CHECK), str(path)], text=True, capture_output=True)
    assert done.returncode != 0
    assert "do not prove" in done.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there is no such file"),
        (b"time,kw\n", "not a certificate, which is an .npz"),
        ({"a": np.ones(3)}, "not a certificate, or not a whole one"),
        (np.ones(3), "not a certificate"),
    ],
)
def test_what_is_no_certificate_is_told_in_one_line(
    tmp_path: Path, content: object, told: str
) -> None:
    path = tmp_path / "certificate.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, dict):
        np.savez(path, **content)
    elif isinstance(content, np.ndarray):
        with path.open("wb") as file:
            np.save(file, content)
    done = subprocess.run([sys.executable, str(CHECK), str(path)], text=True, capture_output=True)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{path}: {told}")
    assert done.stderr.count("\n") == 1
    alone = subprocess.run([sys.executable, str(CHECK)], text=True, capture_output=True)
    assert alone.returncode == 1
    assert alone.stderr.startswith("Name one certificate: ")


def test_the_check_imports_numpy_alone() -> None:
    tree = ast.parse(CHECK.read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names == {"__future__", "sys", "numpy"}
