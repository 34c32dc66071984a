"""What README tells a new user to do, done: its blocks as they stand, on a small demand."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xarray as xr
import yaml
from conftest import ROOT, hourly_demand, run_command

from microchp.report.sections.answer import design_notices
from microchp.report.summary import HEADER

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (.+)\n((?:(?!^##).*\n)+)", README, re.MULTILINE))
SMALL: dict[str, Any] = {
    "time": {"resolution_minutes": 60, "days": ["2015-01-15", "2015-07-15"]},
    "demand": {"source": "file", "files": {"detached": "data/my_house.csv"}},
}
"""Laid over a study of README: two days by the hour of a user's house."""


def block(section: str, language: str) -> str:
    """The first block of a section in a language; "" is a block without one."""
    found = re.search(rf"^```{language}\n(.*?)^```$", SECTIONS[section], re.MULTILINE | re.DOTALL)
    assert found is not None, f"{section} has no {language} block"
    return found[1]


@dataclass(frozen=True)
class Clone:
    """The project as a new user has it, with an environment that is there already."""

    directory: Path

    def shell(self, *command: str) -> subprocess.CompletedProcess[str]:
        return run_command(command, self.directory)

    def run(self, config: str, *options: str) -> str:
        """What ``make run CONFIG=...`` shows, with options of Snakemake added."""
        done = self.make(config, *options)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def make(self, config: str, *options: str) -> subprocess.CompletedProcess[str]:
        stamp = f"{sys.prefix}/.run"
        snakemake = " ".join((sys.executable, "-m snakemake --cores 2", *options))
        return self.shell(
            *("make", "-o", stamp, "run", f"CONFIG={config}", f"VENV={sys.prefix}"),
            f"SNAKEMAKE={snakemake}",
        )

    def write(self, name: str, text: str) -> str:
        (self.directory / name).write_text(text, encoding="utf-8")
        return name

    def small(self, **scenarios: list[str]) -> str:
        """A file to lay over a study, so that it is soon done."""
        grid = {"house": ["detached"], "tes": ["with"]} | scenarios
        return self.write("small.yaml", yaml.safe_dump(SMALL | {"scenarios": grid}))

    def designs(self, run: str) -> pd.DataFrame:
        return pd.read_csv(self.directory / "results" / run / "designs.csv")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    directory = tmp_path_factory.mktemp("clone") / "microchp"
    for part in ("rules", "scripts", "resources", "envs", "profiles", "config"):
        shutil.copytree(
            ROOT / part, directory / part, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    for part in ("Snakefile", "Makefile"):
        shutil.copy(ROOT / part, directory)
    header = block("My meter data", "csv").splitlines()[0]
    demand = hourly_demand()
    (directory / "data").mkdir()
    demand.to_csv(directory / "data/my_house.csv", date_format="%Y-%m-%dT%H:%M:%S")
    assert header == ",".join(["time", *demand.columns])
    return Clone(directory)


# ---------------------------------------------------------------------------- without a run


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_terminal_is_told_as_it_is() -> None:
    """Head and last lines of what README shows are those that a run ends with."""
    (shown,) = re.findall(r"^```\n(house .+?)^```$", README, re.MULTILINE | re.DOTALL)
    head, rule, *rows = shown.splitlines()
    assert re.split(r"  +", head) == HEADER
    assert set(rule) == {"-", " "}
    assert all(len(re.split(r"  +", row)) >= len(HEADER) for row in rows[: rows.index("")])
    assert re.search(
        r"\n8 designs \(4 of them of variants\), each proven within [\d.]+ % of its least cost\.\n",
        shown,
    )
    assert "Report: results/quick/report/index.html" in shown
    grid = {"house": "detached", "plant": "chp", "tes": "with", "design": "optimal", "variant": ""}
    quick = {"resolution_minutes": 60, "days_modelled": 12, "days_of_year": 365, "chp_starts": 1}
    costs = {"eac_gbp": 100.0, "whole_year_eac_gbp": [90.0, 80.0], "whole_year_bound_gbp": 79.0}
    costs |= {"bau_cost_gbp": 150.0, "whole_year_bau_cost_gbp": 150.0}
    each = {"incentive": ["none", "fit"], "annualisation": "crf"}
    (told,) = design_notices(pd.DataFrame(grid | quick | costs | each))
    assert _without_numbers(f"{told.title} {told.text}") in _without_numbers(shown)


def _without_numbers(text: str) -> str:
    """Words alone, however the lines are broken."""
    return " ".join(re.sub(r"\d[\d.]*", "0", text).split())


def test_every_make_target_is_there() -> None:
    targets = set(re.findall(r"(?:`|^)make ([a-z]+)", README, re.MULTILINE))
    assert {"run", "quick"} <= targets
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert targets <= known


@pytest.mark.parametrize("target", ["quick", "run"])
def test_a_command_plans_the_study_that_it_names(clone: Clone, target: str) -> None:
    stamp = f"{sys.prefix}/.run"
    shown = clone.shell("make", "--dry-run", "-o", stamp, target, f"VENV={sys.prefix}")
    config = re.search(r"--configfile (\S+(?: \S+\.yaml)*)", shown.stdout)
    assert config is not None
    files = [clone.directory / name for name in config[1].split()]
    assert all(path.is_file() for path in files)
    name = yaml.safe_load(files[-1].read_text("utf-8"))["run"]["name"]
    assert f"results/{name}/report/index.html" in README


def test_a_wrong_key_is_told_as_readme_shows(clone: Clone) -> None:
    clone.write("my_study.yaml", "tes: {max_kw: 3}\n")
    done = clone.make("my_study.yaml", "--dry-run")
    assert done.returncode != 0
    assert block("When something is wrong", "") in done.stdout
    assert not (clone.directory / "results").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("run: {name: x\nscenarios: [y\n", "line 2, column 10: not valid YAML"),
        ("run:\n\tname: x\n", "line 2, column 1: not valid YAML"),
        ("", "keys with values expected"),
        ("- run\n", "found list"),
        (None, "no such file"),
    ],
)
def test_a_file_that_is_no_study_is_told_with_its_place(
    clone: Clone, text: str | None, told: str
) -> None:
    (clone.directory / "broken.yaml").unlink(missing_ok=True)
    if text is not None:
        clone.write("broken.yaml", text)
    done = clone.make("broken.yaml", "--dry-run")
    assert done.returncode != 0
    assert re.search(rf"^broken.yaml.*{told}", done.stdout, re.MULTILINE)
    assert "Traceback" not in done.stdout


# ------------------------------------------------------------------------------- by task


@pytest.mark.slow
def test_my_meter_data(clone: Clone) -> None:
    study = clone.write("my_study.yaml", block("My meter data", "yaml"))
    shown = clone.run(f"{study} {clone.small(incentive=['none'])}", "results/my_house/designs.csv")
    assert "1 build_demand" in shown
    table = clone.designs("my_house")
    assert list(table["scenario"]) == ["detached-none-with"]
    with xr.open_dataset(clone.directory / "results/my_house/demand/detached_60min.nc") as demand:
        metered = float(demand["electricity_kw"].sum())
    assert metered == pytest.approx(hourly_demand()["electricity_kw"].sum(), rel=1e-6)


@pytest.mark.slow
def test_my_tariff_my_policy(clone: Clone) -> None:
    study = clone.write("my_study.yaml", block("My tariff, my policy", "yaml"))
    clone.run(f"{study} {clone.small()}", "results/my_tariff/designs.csv")
    table = clone.designs("my_tariff").set_index("incentive")
    assert set(table.index) == {"none", "my_grant"}
    assert table.loc["my_grant", "eac_gbp"] < table.loc["none", "eac_gbp"]


@pytest.mark.slow
def test_a_coarse_look_at_a_study_of_ones_own(clone: Clone) -> None:
    files = re.search(r'^make run CONFIG="(.+ my_study.yaml)"', README, re.MULTILINE)
    assert files is not None
    clone.write("my_study.yaml", block("My tariff, my policy", "yaml"))
    hourly = "results/my_tariff/demand/detached_60min.nc"
    shown = clone.run(files[1], "--dry-run", "results/my_tariff/designs.csv", hourly)
    # one house, the incentives of the study, with and without a store, by the hour
    assert re.search(r"^solve_model +4$", shown, re.MULTILINE), shown
    assert re.search(r"^resample_demand +1$", shown, re.MULTILINE), shown


@pytest.mark.slow
def test_my_unit(clone: Clone) -> None:
    # a policy that pays enough for the unit to be chosen, so that it is seen to be in the choice
    study = clone.write("my_study.yaml", block("My unit", "yaml"))
    paid = clone.write("paid.yaml", "incentives: {paid: {generation_gbp_per_kwh: 1.0}}\n")
    clone.run(f"{study} {paid} {clone.small(incentive=['paid'])}", "results/my_unit/designs.csv")
    assert list(clone.designs("my_unit")["chp_kw"]) == [0.75]


@pytest.mark.slow
def test_my_sweep(clone: Clone) -> None:
    clone.write("sweep.py", block("My sweep", "python"))
    assert clone.shell(sys.executable, "sweep.py").returncode == 0
    shown = clone.run(f"my_sweep.yaml {clone.small(incentive=['fit'])}", "--dry-run")
    assert re.search(r"^solve_model +51$", shown, re.MULTILINE), shown
    two = clone.write("my_study.yaml", block("My sweep", "yaml"))
    shown = clone.run(f"{two} {clone.small(incentive=['fit'])}", "--dry-run")
    assert re.search(r"^solve_model +3$", shown, re.MULTILINE), shown


@pytest.mark.slow
def test_my_street(clone: Clone) -> None:
    study = clone.write("my_study.yaml", block("My street", "yaml"))
    grid = clone.write("fit.yaml", "scenarios: {house: [detached], incentive: [fit], tes: [with]}")
    shown = clone.run(f"{study} {grid}", "--dry-run")
    assert re.search(r"^aggregate_group +2$", shown, re.MULTILINE), shown


@pytest.mark.slow
def test_which_unit_for_my_building(clone: Clone) -> None:
    study = clone.write("my_study.yaml", block("Which unit for my building", "yaml"))
    own = clone.write("own.yaml", yaml.safe_dump({"demand": SMALL["demand"]}))
    clone.run(f"{study} {own}", "results/my_units/comparison.csv")
    results = clone.directory / "results/my_units"
    energy = pd.read_csv(results / "comparison.csv")
    assert {"senertec", "whispergen", "idatech", "condensing_boiler"} <= set(energy["unit"])
    assert set(energy["central_plant"]) == {"combined_cycle", "average_fossil"}
    money = pd.read_csv(results / "comparison_economics.csv").set_index("unit")
    assert (money.loc["whispergen", "target_payback_years"] == 8).all()
    assert money["metering"].nunique() == 4


@pytest.mark.slow
def test_fewer_starts(clone: Clone) -> None:
    (command,) = re.findall(r"results/default/(starts/.+\.svg)$", block("Fewer starts", ""), re.M)
    run = clone.write("run.yaml", "run: {name: starts}\nchp: {start_prices_gbp: [0, 0.5]}\n")
    clone.run(f"{run} {clone.small(incentive=['fit'])}", f"results/starts/{command}")
    frontier = pd.read_csv(clone.directory / "results/starts/starts/detached-fit-with.csv")
    assert list(frontier["start_price_gbp"]) == [0, 0.5]
    assert frontier["chp_charged_starts"].iloc[0] > frontier["chp_charged_starts"].iloc[1]


@pytest.mark.slow
def test_another_workflow_around_it(clone: Clone, tmp_path: Path) -> None:
    """The module block as it stands, and a rule of the outer workflow that takes a design."""
    (tmp_path / "microchp").symlink_to(clone.directory)
    (tmp_path / "data").symlink_to(clone.directory / "data")
    study = SMALL | {
        "run": {"name": "inner"},
        "scenarios": {"house": ["detached"], "incentive": ["none"], "tes": ["with"]},
    }
    (tmp_path / "outer.yaml").write_text(yaml.safe_dump({"microchp": study}), encoding="utf-8")
    own = (
        "rule count:\n"
        '    default_target: True\n    input: "results/inner/designs/detached-none-with.nc"\n'
        '    output: "count.txt"\n    shell: "ls {input} | wc -l > {output}"\n'
    )
    outer = 'configfile: "outer.yaml"\n' + block("My own workflow around it", "python") + own
    (tmp_path / "Snakefile").write_text(outer, encoding="utf-8")
    done = Clone(tmp_path).shell(sys.executable, "-m", "snakemake", "--cores", "2")
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "count.txt").read_text(encoding="utf-8").strip() == "1"
    assert "Finished jobid" in done.stdout, "the terminal is that of the workflow around it"
