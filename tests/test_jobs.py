"""What jobs share: the version of their code, their log, and scripts that stand alone."""

import ast
import importlib
import logging
import re
import sys
import warnings
from pathlib import Path

import pytest
import yaml

from microchp.errors import SolveError
from microchp.provenance import write_config, write_scenarios
from microchp.workflow import NowAndThen, code_version, job_log, job_name, module_closure

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
RULES = {
    name
    for path in (ROOT / "rules").glob("*.smk")
    for name, body in re.findall(
        r"^(?:    )?rule (\w+):\n((?:    .*\n|\n)+)", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    if "    script:\n" in body
}
"""Rules that compute; a rule that only collects has no script."""


# -------------------------------------------------------------------------- code version


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small package: two scripts, of which the one reaches further than the other."""
    sources = {
        "microchp/__init__.py": '"""Package."""\n',
        "microchp/errors.py": "class E(Exception): pass\n",
        "microchp/workflow.py": "from microchp import errors\n",
        "microchp/base.py": "X = 1\n",
        "microchp/alone.py": "Y = 1\n",
        "microchp/part/__init__.py": "",
        "microchp/part/deep.py": "from ..base import X\nfrom . import near\n",
        "microchp/part/near.py": "import numpy\n",
        "microchp/part/templates/page.html": "<p>",
        "microchp/part/lazy.py": "def f():\n    import microchp.alone\n",
        "one.py": "from microchp.part.deep import X\nfrom microchp.workflow import job\n",
        "two.py": "from microchp.part import lazy\n",
    }
    for name, text in sources.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_closure_follows_every_way_to_import(tree: Path) -> None:
    assert set(module_closure(tree / "one.py")) == {
        "microchp",
        "microchp.base",
        "microchp.part",
        "microchp.part.deep",
        "microchp.part.near",
    }
    assert set(module_closure(tree / "two.py")) == {
        "microchp",
        "microchp.part",
        "microchp.part.lazy",
        "microchp.alone",
    }


@pytest.mark.parametrize(
    ("edited", "changes"),
    [
        ("one.py", {"one"}),
        ("microchp/base.py", {"one"}),
        ("microchp/part/near.py", {"one"}),
        ("microchp/alone.py", {"two"}),
        ("microchp/part/templates/page.html", {"one", "two"}),
        ("microchp/part/__init__.py", {"one", "two"}),
        ("microchp/workflow.py", set()),
        ("microchp/errors.py", set()),
    ],
)
def test_an_edit_changes_the_version_of_what_imports_it(
    tree: Path, edited: str, changes: set[str]
) -> None:
    before = {name: code_version(tree / f"{name}.py") for name in ("one", "two")}
    path = tree / edited
    path.write_text(path.read_text(encoding="utf-8") + "Z = 2\n", encoding="utf-8")
    after = {name: code_version(tree / f"{name}.py") for name in ("one", "two")}
    assert {name for name in before if before[name] != after[name]} == changes


def test_comments_docstrings_and_layout_do_not_count(tree: Path) -> None:
    before = code_version(tree / "one.py")
    (tree / "microchp/base.py").write_text(
        '"""Now explained."""\n\n\nX = (\n    1  # the same\n)\n"""What X is."""\n',
        encoding="utf-8",
    )
    assert code_version(tree / "one.py") == before
    (tree / "microchp/base.py").write_text("X = 2\n", encoding="utf-8")
    assert code_version(tree / "one.py") != before


@pytest.mark.parametrize(
    "name", ["__pycache__/base.cpython-311.pyc", "__pycache__/base.f-1.py311.nbi", ".base.py.swp"]
)
def test_caches_and_hidden_files_do_not_count(tree: Path, name: str) -> None:
    before = code_version(tree / "one.py")
    path = tree / "microchp/part" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"machine code")
    assert code_version(tree / "one.py") == before


def test_the_version_does_not_depend_on_where_the_project_lies(tree: Path) -> None:
    moved = tree.parent / f"{tree.name}-moved"
    before = code_version(tree / "one.py")
    tree.rename(moved)
    assert code_version(moved / "one.py") == before


def test_the_science_is_followed_to_its_modules() -> None:
    solve = set(module_closure(ROOT / "scripts/solve_model.py"))
    demand = set(module_closure(ROOT / "scripts/build_demand.py"))
    assert {"microchp.design.solve", "microchp.design.problem", "microchp.config"} <= solve
    assert not any(name.startswith("microchp.demand.") for name in solve)
    assert {
        "microchp.demand.build",
        "microchp.demand.heating",
        "microchp.series.timeseries",
    } <= demand
    assert not any(name.startswith("microchp.design.") for name in demand)


# ------------------------------------------------------------------------------- job log


def test_a_job_is_named_after_its_log() -> None:
    assert job_name("results/x/logs/solve_model/flat-fit-with.log") == "solve_model flat-fit-with"
    assert job_name("results/x/logs/assess_designs.log") == "assess_designs"


def test_the_log_has_times_and_the_terminal_is_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "logs/solve_model/flat.log"
    with job_log(path):
        logging.getLogger("microchp.design").info("day %d of 365", 7)
        logging.getLogger("linopy").warning("from a library")
        warnings.warn("look out", stacklevel=1)
    text = path.read_text(encoding="utf-8")
    assert re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ INFO microchp.design: day 7", text)
    assert "from a library" in text
    assert "look out" in text
    assert capsys.readouterr().err == "", "a short job says nothing before its end"


def test_a_long_job_reports_now_and_then() -> None:
    seconds = iter([0.0, 5.0, 21.0, 21.0, 30.0, 42.0, 42.0])
    filtered = NowAndThen(20.0, lambda: next(seconds))
    records = [logging.LogRecord("x", logging.INFO, "", 0, "", (), None) for _ in range(4)]
    assert [filtered.filter(record) for record in records] == [False, True, False, True]
    assert filtered.filter(logging.LogRecord("x", logging.WARNING, "", 0, "", (), None))


def test_a_mendable_error_ends_with_its_message_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "logs/solve_model/flat.log"
    with pytest.raises(SystemExit) as caught, job_log(path):
        raise SolveError("gap 3 %, more than solve.relative_gap 0.5 %")
    assert caught.value.code == 1
    shown = capsys.readouterr().err
    assert shown.startswith("solve_model flat: gap 3 %")
    assert str(path) in shown
    text = path.read_text(encoding="utf-8")
    assert "gap 3 %" in text
    assert "Traceback" not in shown + text


def test_any_other_error_leaves_its_traceback_in_the_log(tmp_path: Path) -> None:
    path = tmp_path / "logs/x.log"
    with pytest.raises(ZeroDivisionError), job_log(path):
        _ = 1 / 0
    text = path.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "ZeroDivisionError" in text


def test_a_user_who_stops_a_job_sees_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught, job_log(tmp_path / "logs/x.log"):
        raise KeyboardInterrupt
    assert caught.value.code == 130
    assert capsys.readouterr().err == ""


def test_logging_is_left_as_it_was(tmp_path: Path) -> None:
    root, package = logging.getLogger(), logging.getLogger("microchp")
    before = [*root.handlers], [*package.handlers], package.level
    with job_log(tmp_path / "logs/x.log"):
        pass
    assert ([*root.handlers], [*package.handlers], package.level) == before


# ------------------------------------------------------------------------------- scripts


def test_there_is_one_script_for_each_rule() -> None:
    assert {path.stem for path in SCRIPTS} == RULES


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_is_importable_without_snakemake(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(path.parent)
    assert callable(importlib.import_module(path.stem).main)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "scripts/microchp").rglob("*.py")), ids=lambda path: path.stem
)
def test_the_science_knows_nothing_of_snakemake(path: Path) -> None:
    names = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert "snakemake" not in names


# ---------------------------------------------------------------------------- provenance


def test_the_scenario_table_is_written_as_csv(tmp_path: Path) -> None:
    row = {
        "scenario": "flat-fit-with",
        "house": "flat",
        "incentive": "fit",
        "tes": "with",
        "variant": "",
        "design": "optimal",
        "plant": "chp",
        "penetration": "0 0.5",
        "demand": "flat",
    }
    write_scenarios(rows=[row], scenarios_path=tmp_path / "scenarios.csv")
    assert (tmp_path / "scenarios.csv").read_text(encoding="utf-8") == (
        "scenario,house,incentive,tes,variant,design,plant,penetration,demand\n"
        "flat-fit-with,flat,fit,with,,optimal,chp,0 0.5,flat\n"
    )


def test_the_written_configuration_can_be_read_back(tmp_path: Path) -> None:
    config = {"run": {"name": "x"}, "time": {"days": ["2015-01-31"]}, "tes": {"max_kwh": 9.5}}
    write_config(config=config, config_path=tmp_path / "config.yaml")
    assert yaml.safe_load((tmp_path / "config.yaml").read_text(encoding="utf-8")) == config


# -------------------------------------------------------------------------- dependencies


def pins(path: Path) -> dict[str, str]:
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("==") for line in lines if line)


def all_pins() -> dict[str, str]:
    """What runs, tests and clusters need."""
    return {
        name: pin
        for path in sorted(ROOT.glob("requirements*.txt"))
        for name, pin in pins(path).items()
    }


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_requirement_is_locked_at_its_version() -> None:
    locked = {canonical(name): pin for name, pin in pins(ROOT / "requirements.lock").items()}
    wanted = all_pins()
    assert {name: locked.get(canonical(name)) for name in wanted} == wanted


def test_the_conda_environment_has_the_same_versions() -> None:
    environment = yaml.safe_load((ROOT / "envs/microchp.yaml").read_text(encoding="utf-8"))
    listed = next(item["pip"] for item in environment["dependencies"] if isinstance(item, dict))
    wanted = [f"{name}=={pin}" for name, pin in pins(ROOT / "requirements.txt").items()]
    assert listed == [item for item in wanted if not item.startswith("snakemake==")]


def test_dependencies_are_explained_with_their_versions() -> None:
    text = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line.startswith("| ")
    ]
    told = {row[0]: row[1] for row in rows if row[0] not in {"package", "---"}}
    assert told == all_pins()
    assert all(len(row) == 4 and all(row) for row in rows)


MODULES = {
    "Jinja2": "jinja2",
    "MarkupSafe": "markupsafe",
    "PyYAML": "yaml",
    "numpy-financial": "numpy_financial",
}
INDIRECT = {"openpyxl", "Pygments", "highspy", "netCDF4", "pyarrow", "snakemake", "tzdata"}
"""Used through another library: solver, file formats, the workflow itself, its report,
time zones."""


def test_requirements_are_what_the_code_imports() -> None:
    imported = {
        name.split(".")[0]
        for path in (ROOT / "scripts").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    required = {MODULES.get(name, name) for name in pins(ROOT / "requirements.txt")}
    own = {"microchp"} | {path.stem for path in SCRIPTS}
    third_party = imported - own - set(sys.stdlib_module_names)
    assert third_party - required == set()
    assert required - third_party - INDIRECT == set()
