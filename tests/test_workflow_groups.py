"""Real runs of groups: from a user's demand and a small design to the table of groups."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from conftest import Workflow, run_command

pytestmark = pytest.mark.slow

UNITS = ["stirling_1kw", "fuel_cell_3kw"]
GROUPS = {
    "run": {"name": "groups"},
    "scenarios": {
        "house": ["cottage"],
        "incentive": ["none"],
        "tes": ["with"],
        "penetration": [0.0, 1.0],
    },
    "group": {"dwellings": 1},
    "operation": {"units": UNITS},
}
CASES = {"cottage-none-with", *(f"cottage-{unit}" for unit in UNITS)}


@pytest.fixture(scope="module")
def groups(workflow: Workflow) -> Workflow:
    """The cottage with a design and two units of the catalogue, run on two cores."""
    done = workflow.run(workflow.write("groups.yaml", GROUPS), "--cores", "2")
    assert done.returncode == 0, done.stdout
    return replace(workflow, shown=done.stdout)


def changed(groups: Workflow, key: str, changes: dict[str, object]) -> dict[str, set[str]]:
    block = GROUPS.get(key, {}) | changes
    return groups.planned(groups.write("changed.yaml", GROUPS | {key: block}))


def test_a_run_gives_groups_of_designs_and_of_units(groups: Workflow) -> None:
    results = groups.results("groups")
    table = pd.read_csv(results / "groups.csv")
    assert set(table["scenario"]) == CASES
    assert set(table["penetration"]) == {0.0, 1.0}
    assert {path.stem for path in (results / "groups").glob("*.nc")} == CASES
    designs = pd.read_csv(results / "designs.csv").set_index("scenario")
    metering = pd.read_csv(results / "metering.csv")
    assert set(metering["scenario"]) == CASES
    service = pd.read_csv(results / "service.csv")
    assert set(service.loc[service["control"] == "heat_led", "scenario"]) == CASES
    assert {path.stem for path in (results / "groups").glob("*_diversity.csv")} == {
        f"{case}_diversity" for case in CASES
    }
    of_design = table[table["scenario"] == "cottage-none-with"]
    assert (of_design["chp_kw"] == designs["chp_kw"]["cottage-none-with"]).all()


def test_a_penetration_simulates_nothing_again(groups: Workflow) -> None:
    planned = changed(groups, "scenarios", {"penetration": [0.0, 0.5, 1.0]})
    assert planned["aggregate_group"] == CASES
    after = {"assess_groups", "assess_metering", "plot_groups", "build_report"}
    assert set(planned) == {"aggregate_group", *after, "write_config", "write_scenarios"}


def test_a_price_of_the_market_runs_nothing_again(groups: Workflow) -> None:
    planned = changed(groups, "settlement", {"wholesale_gbp_per_kwh": 0.1})
    assert planned["account_dwellings"] == CASES
    assert not {"simulate_dwelling", "solve_model", "aggregate_group"} & set(planned)


def test_a_control_solves_nothing_again(groups: Workflow) -> None:
    planned = changed(groups, "operation", {"control": "literal"})
    assert planned["simulate_dwelling"] == planned["aggregate_group"] == CASES
    assert not {"solve_model", "build_demand"} & set(planned)


def test_another_unit_runs_alone(groups: Workflow) -> None:
    planned = changed(groups, "operation", {"units": [*UNITS, "fuel_cell_1kw"]})
    assert planned["simulate_dwelling"] == {"cottage-fuel_cell_1kw"}


def test_units_alone_need_no_design(workflow: Workflow) -> None:
    scenarios = {"incentive": [], "penetration": [0.0, 1.0]}
    planned = workflow.planned(
        workflow.write(
            "alone.yaml",
            {
                "run": {"name": "alone"},
                "scenarios": scenarios,
                "group": {"dwellings": 1},
                "operation": {"units": UNITS},
            },
        )
    )
    assert planned["simulate_dwelling"] == {f"cottage-{unit}" for unit in UNITS}
    assert "build_report" in planned
    assert not {"solve_model", "plot_figures"} & set(planned)


def test_groups_around_a_dwelling_solve_nothing_again(tiny: Workflow) -> None:
    """A penetration is turned on: the group's dwellings are made, and no design is."""
    street = {"scenarios": {"penetration": [0.0, 1.0]}, "group": {"dwellings": 1}}
    planned = tiny.planned(tiny.write("street.yaml", street))
    assert planned["build_group_demand"] == {"cottage"}
    assert {"simulate_dwelling", "aggregate_group"} <= set(planned)
    assert not {"build_demand", "resample_demand", "solve_model"} & set(planned)


def test_another_run_takes_its_demand_from_the_cache(workflow: Workflow, tmp_path: Path) -> None:
    demand = "results/{}/demand/cottage_60min.nc"
    shown = {}
    for name in ("first", "second"):
        config = workflow.write(f"{name}.yaml", {"run": {"name": name}})
        command = workflow.command(config, "--cores", "1", "--cache")
        own = f"SNAKEMAKE_OUTPUT_CACHE={tmp_path}"
        done = run_command(
            ["env", own, *command[:3], demand.format(name), *command[3:]], workflow.directory
        )
        assert done.returncode == 0, done.stdout
        shown[name] = done.stdout
    assert re.search(r"^\[1/2\] build_demand cottage", shown["first"], re.MULTILINE)
    assert "to cache" in shown["first"]
    assert "to cache" not in shown["second"]
    first, second = (
        (workflow.directory / demand.format(name)).read_bytes() for name in ("first", "second")
    )
    assert first == second
    assert (workflow.results("first") / "benchmarks/build_demand/cottage.tsv").exists()
    assert not (workflow.results("second") / "benchmarks/build_demand/cottage.tsv").exists()
