"""What is lost or damaged after a run: named, and made again."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, Workflow, run_command

from microchp.errors import ConfigError, DataError
from microchp.manifest import damages, read_manifest
from microchp.terminal import locked_words, refuse_unquotable, runs_in, write_what_can_be_shown

ENVIRONMENT = ROOT / "tests/users_environment"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def kept(tiny: Workflow, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """A copy of the tiny study and its results, to be damaged."""
    directory = tmp_path_factory.mktemp("kept") / "study"
    shutil.copytree(tiny.directory, directory, ignore=shutil.ignore_patterns("report.zip"))
    return replace(tiny, directory=directory)


@pytest.fixture
def spoilt(kept: Workflow, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A result, put back afterwards with its date."""
    path = kept.results("tiny") / request.param
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    if aside.is_dir():
        shutil.copytree(aside, path)
    else:
        shutil.copy2(aside, path)
    yield path
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    aside.rename(path)


def check_run(study: Workflow, *options: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "microchp.check_run", "results/tiny", *options]
    done = run_command(
        ["env", f"PYTHONPATH={study.root / 'scripts'}:{ENVIRONMENT}", *command], study.directory
    )
    return done.returncode, done.stdout


def test_what_is_deleted_comes_back(kept: Workflow, tmp_path: Path) -> None:
    results = kept.results("tiny")
    deleted = {
        "designs/cottage-fit-with.nc": "solve_model",
        "demand/cottage.nc": "build_demand",
        "demand/cottage_calibration.pdf": "plot_calibration",
        "figures": "plot_figures",
        "scenarios.csv": "write_scenarios",
    }
    for name in deleted:
        (results / name).rename(tmp_path / name.replace("/", "_"))
    planned = kept.planned("tiny.yaml")
    for name in deleted:
        (tmp_path / name.replace("/", "_")).rename(results / name)
    assert set(deleted.values()) <= set(planned)
    assert "cottage-fit-with" in planned["solve_model"]
    assert kept.planned("tiny.yaml") == {}


def test_the_manifest_has_every_result(kept: Workflow) -> None:
    results = kept.results("tiny")
    listed = {entry.path for entry in read_manifest(results)}
    there = {str(path.relative_to(results)) for path in results.rglob("*") if path.is_file()}
    beside = {path for path in there if path.startswith(("logs/", "benchmarks/"))}
    of_snakemake = {path for path in there if path.endswith(".snakemake_timestamp")}
    assert there - beside - of_snakemake - {"manifest.csv"} == listed
    assert not damages(results)
    assert check_run(kept) == (0, "results/tiny: all files are as they were written\n")


@pytest.mark.parametrize("spoilt", ["demand/cottage_60min.nc"], indirect=True)
def test_a_file_cut_short_is_named_and_mended_alone(kept: Workflow, spoilt: Path) -> None:
    """Even where its date is as it was, so that a run has nothing to do."""
    before = spoilt.read_bytes()
    date = spoilt.stat().st_mtime_ns
    spoilt.write_bytes(before[: len(before) // 2])
    os.utime(spoilt, ns=(date, date))
    status, shown = check_run(kept)
    assert status == 1
    size = f"{len(before) // 2} bytes instead of {len(before)}"
    assert f"results/tiny/demand/cottage_60min.nc: {size}\n1 damaged or missing" in shown
    # a job that reads it says what is wrong
    target = "results/tiny/exports/cottage-fit-with.lp"
    command = kept.command("tiny.yaml", "--cores", "1")
    failing = run_command([*command[:3], target, *command[3:]], kept.directory)
    assert failing.returncode == 1
    assert "a result that this job reads is cut short or damaged" in failing.stdout
    assert "microchp.check_run" in failing.stdout
    assert "Traceback" not in failing.stdout


@pytest.mark.parametrize("spoilt", ["figures"], indirect=True)
def test_mending_makes_what_is_damaged_and_nothing_else(kept: Workflow, spoilt: Path) -> None:
    drawn = spoilt / "heat_shares.svg"
    before = drawn.read_bytes()
    drawn.write_bytes(before[:-20] + b"x" * 20)
    others = [*kept.results("tiny").glob("designs/*.nc"), *kept.results("tiny").glob("demand/*")]
    dates = [path.stat().st_mtime_ns for path in others]
    page = (kept.results("tiny") / "report/index.html").read_bytes()
    status, shown = check_run(kept, "--mend", "--cores", "1")
    assert status == 0, shown
    assert "heat_shares.svg: of the same size, but changed" in shown
    assert "results/tiny: 1 file made again; all files are as they were written\n" in shown
    assert drawn.read_bytes() == before
    assert [path.stat().st_mtime_ns for path in others] == dates
    assert (kept.results("tiny") / "report/index.html").read_bytes() == page
    made = set(re.findall(r"^\[1/\d\] (\w+)", shown.split("--touch")[0], re.MULTILINE))
    assert "plot_figures" in made
    assert check_run(kept)[0] == 0
    assert kept.planned("tiny.yaml") == {}


def test_a_run_without_manifest_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"manifest\.csv: no such file"):
        damages(tmp_path)
    (tmp_path / "manifest.csv").write_text("path,bytes\na,b\n")
    with pytest.raises(DataError, match="not a manifest"):
        damages(tmp_path)


# -------------------------------------------------------------------- what comes from outside


def test_a_python_that_snakemake_cannot_start_is_refused() -> None:
    refuse_unquotable("/home/me/microchp/.venv/bin/python")
    with pytest.raises(ConfigError, match="make run VENV="):
        refuse_unquotable("/home/me/my studies/.venv/bin/python")


def test_an_output_without_the_signs_of_a_message_does_not_end_the_run() -> None:
    code = (
        "import sys; from microchp.terminal import write_what_can_be_shown as w;"
        "w(sys.stdout, sys.stderr); print('-106 £/y −1 †')"
    )
    scripts = Path(write_what_can_be_shown.__code__.co_filename).parents[1]
    done = run_command(
        [
            "env",
            f"PYTHONPATH={scripts}:{ENVIRONMENT}",
            "PYTHONIOENCODING=ascii",
            sys.executable,
            "-c",
            code,
        ],
        Path.cwd(),
    )
    assert (done.returncode, done.stdout) == (0, "-106 ?/y ?1 ?\n")


def test_a_lock_is_told_in_words(tmp_path: Path) -> None:
    assert runs_in(tmp_path) == []
    assert "make unlock" in locked_words([])
    assert "process 7, 9" in locked_words([7, 9])


def test_a_user_has_no_tool_of_tests() -> None:
    """The workflow's runs above would not notice a tool of tests that they need by chance."""
    for module, found in (("pytest", False), ("hypothesis", False), ("pygments", True)):
        done = run_command([sys.executable, "-c", f"import {module}"], Path.cwd())
        assert (done.returncode == 0) == found, module
