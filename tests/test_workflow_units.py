"""Units alone, from a user's demand to their comparison, in real Snakemake runs."""

from typing import Any

import pytest
from conftest import Workflow

from microchp.account.unit_comparison import read_comparison, read_economics

pytestmark = pytest.mark.slow

UNITS: dict[str, dict[str, Any]] = {
    "run": {"name": "units"},
    "scenarios": {"incentive": []},
    "operation": {"units": ["ecopower"], "store_volume_l": 0, "min_run_minutes": 0},
    "comparison": {
        "plants": ["combined_cycle"],
        "metering": ["separate_meters"],
        "house_series": {"all": ["cottage"]},
    },
}


@pytest.fixture(scope="module")
def compared(workflow: Workflow) -> Workflow:
    """One unit in one house, compared."""
    done = workflow.run(workflow.write("units.yaml", UNITS), "--cores", "2")
    assert done.returncode == 0, done.stdout
    assert "results/units: see report/index.html and comparison.csv" in done.stdout
    return workflow


def test_a_run_of_units_ends_in_its_comparison(compared):
    results = compared.results("units")
    energy = read_comparison(results / "comparison.csv")
    assert list(energy["unit"]) == ["reference_boiler", "condensing_boiler", "ecopower"]
    assert energy["primary_saving_share"].between(0, 0.3).all()
    money = read_economics(results / "comparison_economics.csv")
    assert list(money["unit"]) == ["condensing_boiler", "ecopower"]
    assert money["payback_years"].isna().tolist() == [False, True]  # no cost was given
    drawn = {path.stem for path in (results / "comparison_figures").glob("*.svg")}
    assert drawn == {
        "primary_energy_cottage",
        "primary_saving_cottage",
        "co2_reduction_cottage",
        "annual_profit_cottage",
        "saving_by_house_all",
        "saving_by_use_all",
    }
    assert drawn == {path.stem for path in (results / "comparison_figures").glob("*.pdf")}


def test_a_price_reruns_the_comparison_and_no_unit(compared):
    dearer = UNITS | {
        "comparison": UNITS["comparison"] | {"prices": {"sale_eur_per_kwh": 0.05}},
    }
    planned = compared.planned(compared.write("dearer.yaml", dearer))
    assert set(planned) - {"write_config"} == {"compare_units", "plot_comparison", "build_report"}


def test_a_damaged_file_of_factors_stops_the_run_before_any_job(compared):
    (compared.directory / "grid.csv").write_text("time,co2_kg_per_kwh\n2015-01-01,0.4\n")
    own = UNITS | {
        "comparison": UNITS["comparison"] | {"plants": ["own"]},
        "central_plants": {
            "own": {"efficiency": 0.4, "co2_kg_per_kwh": 0.4, "factors_file": "grid.csv"}
        },
    }
    done = compared.run(compared.write("factors.yaml", own), "--cores", "1")
    assert done.returncode != 0
    message = "central_plants.own.factors_file: grid.csv: no column primary_energy_kwh_per_kwh"
    assert message in done.stdout
    assert "compare_units" not in done.stdout
