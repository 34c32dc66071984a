"""Every benchmark runs with the configuration as it is, at the smallest size it takes."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py"))

SMALLEST = {
    "control": "--dwellings 1 --days 2 --skip-horizons",
    "diversity": "--years 1",
    "operation": "--dwellings 10",
    "solve": "--days 1 --routes default --minutes 60 --step-days 1 --job-days 1 --cores 1 "
    "--system-days 1",
    "sweep": "--days 2 --samples 2 --minutes 60",
}
"""What each is asked for; scale rewrites a page, so that its parts are called instead."""


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"benchmarks/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_benchmark_is_run_here() -> None:
    assert set(SCRIPTS) == {*SMALLEST, "scale"}


@pytest.mark.faults
@pytest.mark.parametrize("name", SMALLEST)
def test_a_benchmark_runs_at_its_smallest(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / f"benchmarks/{name}.py"), *SMALLEST[name].split()],
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout
    assert any(character.isdigit() for character in done.stdout)


@pytest.mark.faults
def test_the_parts_of_the_benchmark_of_scale_run(tmp_path: Path) -> None:
    scale = loaded("scale")
    rows = [
        *scale.planned(2, tmp_path),
        *scale.planned_group(2, tmp_path),
        *scale.grouped(1, tmp_path),
    ]
    assert [row["stage"] for row in rows] == [scale.PLAN, scale.GROUP_PLAN, *scale.STAGES]
    assert all(row["core_seconds"] > 0 for row in rows)
