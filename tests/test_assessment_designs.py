"""The table of designs, and what was published beside it."""

import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaError
from synthetic import inputs_of, synthetic_design, write_designs

from microchp.account import finance as money
from microchp.account.designs import (
    FIRST_COLUMNS,
    SCHEMA,
    assess_design,
    assess_designs,
    design_table,
    read_designs,
)
from microchp.account.energy import annual_energy
from microchp.config import Finance
from microchp.errors import AssessmentError
from microchp.files import read_netcdf
from microchp.system.annualisation import annualisation_factor

COARSE = {"time": {"resolution_minutes": 60}}
GRID = COARSE | {"scenarios": {"house": ["detached", "flat"], "incentive": ["none", "fit"]}}


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> pd.DataFrame:
    directory = tmp_path_factory.mktemp("designs")
    paths = write_designs(directory, GRID)
    assess_designs(design_paths=paths, designs_path=directory / "designs.csv")
    return read_designs(directory / "designs.csv")


def design_of(user, scenario, chp_kw=2.0, tes_kwh=12.0):
    inputs = inputs_of(COARSE | user)[scenario]
    size = tes_kwh if inputs.tes else 0.0
    return synthetic_design(inputs, chp_kw, size, days=5, day_weight=73.0)


def test_the_columns_users_rely_on_come_first(table):
    assert tuple(table.columns[: len(FIRST_COLUMNS)]) == FIRST_COLUMNS
    assert ",".join(FIRST_COLUMNS).startswith("scenario,house,incentive,tes,chp_kw,tes_kwh,eac_gbp")
    assert len(table) == 8
    assert set(table["variant"]) == {""}


def test_costs_add_up_and_business_as_usual_is_eq_18(table):
    income = table[["export_income_gbp", "generation_income_gbp", "co2_income_gbp"]].sum(axis=1)
    cost = table[
        ["capital_gbp", "chp_fuel_gbp", "boiler_fuel_gbp", "maintenance_gbp", "import_gbp"]
    ].sum(axis=1)
    np.testing.assert_allclose(cost - income, table["eac_gbp"])
    np.testing.assert_allclose(table["bau_cost_gbp"] - table["eac_gbp"], table["eai_gbp"])
    heat = table["space_heating_kwh"] + table["hot_water_kwh"]
    np.testing.assert_allclose(table["bau_fuel_gbp"], 0.0348 * heat / 0.895)
    np.testing.assert_allclose(table["chp_fuel_gbp"], 0.0348 * table["chp_electricity_kwh"] / 0.25)
    shares = ["chp_direct_heat_share", "boiler_direct_heat_share", "store_heat_share"]
    np.testing.assert_allclose(table[shares].sum(axis=1), 1.0)
    # within a house, business as usual knows nothing of incentive and store
    spread = table.groupby("house")["bau_cost_gbp"].agg(["min", "max"])
    np.testing.assert_allclose(spread["min"], spread["max"])


INCENTIVES = {
    "none": {},
    "fit": {"generation_gbp_per_kwh": 0.1345, "export_gbp_per_kwh": 0.0491},
    "co2": {"co2_price_gbp_per_kg": 0.063},
    "deemed": {
        "generation_gbp_per_kwh": 0.03,
        "export_gbp_per_kwh": 0.05,
        "deemed_export_share": 0.5,
    },
    "grant": {"capital_grant_share": 0.3},
    "own_tariff": {
        "export_gbp_per_kwh": 0.02,
        "tariff": {
            "gas_gbp_per_kwh": 0.05,
            "export_gbp_per_kwh": 0.03,
            "import_periods": [{"start": "00:00", "end": "24:00", "price_gbp_per_kwh": 0.2}],
        },
    },
}


@pytest.mark.parametrize("incentive", INCENTIVES)
@pytest.mark.parametrize("annualisation", ["crf", "as_printed"])
@pytest.mark.parametrize("sizes", [(2.0, 12.0), (0.0, 0.0)])
def test_cost_counted_from_flows_is_the_objective(incentive, annualisation, sizes):
    user = {
        "scenarios": {"house": ["detached"], "incentive": ["mine"], "tes": ["with"]},
        "incentives": {"mine": INCENTIVES[incentive]},
        "finance": {"annualisation": annualisation},
        "boiler": {"maintenance_gbp_per_kwh": 0.001},
    }
    design = design_of(user, "detached-mine-with", *sizes)
    row = assess_design(design)
    assert row["eac_gbp"] == pytest.approx(design.attrs["objective_gbp"], rel=1e-9)
    chosen = f"eai_{annualisation}_gbp"
    assert row[chosen] == pytest.approx(row["eai_gbp"])
    assert row["eai_as_printed_gbp"] - row["eai_crf_gbp"] == pytest.approx(
        (0.0963422876 - 0.0525) * row["investment_gbp"], rel=1e-6
    )
    assert row["saving_gbp"] == pytest.approx(row["eai_gbp"] + row["capital_gbp"])
    if sizes == (0.0, 0.0):
        assert np.isnan(row["system_payback_years"])
        assert row["investment_gbp"] == 0


def test_deemed_export_is_paid_on_generation():
    user = {
        "scenarios": {"house": ["detached"], "incentive": ["mine"], "tes": ["without"]},
        "incentives": {"mine": INCENTIVES["deemed"]},
    }
    row = assess_design(design_of(user, "detached-mine-without"))
    assert row["export_income_gbp"] == 0
    assert row["generation_income_gbp"] == pytest.approx(
        (0.03 + 0.5 * 0.05) * row["chp_electricity_kwh"]
    )


def test_an_objective_that_is_not_the_cost_of_the_flows_is_refused():
    user = {"scenarios": {"house": ["flat"], "incentive": ["fit"]}}
    design = design_of(user, "flat-fit-with")
    assess_design(design)
    design.attrs["objective_gbp"] *= 1 + 3e-6
    with pytest.raises(AssessmentError, match="'flat-fit-with': the solver's objective is"):
        assess_design(design)


def test_days_that_are_not_a_year_are_refused():
    inputs = inputs_of(COARSE)["flat-fit-with"]
    design = synthetic_design(inputs, 2.0, 12.0, days=5)
    with pytest.raises(AssessmentError, match="adds up to 5 days; the year 2015 has 365"):
        assess_design(design)


def test_the_schema_refuses_a_bound_above_the_cost():
    design = design_of({}, "flat-fit-with")
    design.attrs["lower_bound_gbp"] = design.attrs["objective_gbp"] + 1.0
    with pytest.raises(SchemaError, match="lower_bound_gbp is not above eac_gbp"):
        design_table([design])
    with pytest.raises(SchemaError, match="not in dataframe"):
        SCHEMA.validate(pd.DataFrame({"scenario": ["a"]}))


def test_the_store_is_the_difference_between_the_pair(table):
    rows = table.set_index("scenario")
    with_store, without = rows.loc["detached-fit-with"], rows.loc["detached-fit-without"]
    investment = with_store["investment_gbp"] - without["investment_gbp"]
    assert investment == pytest.approx(12 * 20)
    # the difference in yearly saving: incomes before capital
    saving = (
        with_store["eai_gbp"] - without["eai_gbp"] + annualisation_factor(Finance()) * investment
    )
    assert with_store["tes_saving_gbp"] == pytest.approx(saving)
    assert with_store["tes_npv_gbp"] == pytest.approx(
        money.net_present_value_gbp(investment, saving, Finance())
    )
    assert with_store["tes_payback_years"] == pytest.approx(
        money.simple_payback_years(investment, saving), nan_ok=True
    )
    assert with_store["tes_eai_least_gbp"] < with_store["tes_eai_gbp"]
    assert with_store["tes_eai_gbp"] < with_store["tes_eai_most_gbp"]
    assert rows.loc[rows["tes"] == "without", "tes_npv_gbp"].isna().all()


def test_pairs_are_kept_apart_by_variant_and_fixed_design():
    user = COARSE | {
        "scenarios": {
            "house": ["flat"],
            "incentive": ["none"],
            "variants": {"dear": {"tes": {"capital_cost_gbp_per_kwh": 40}}},
        },
        "fixed_designs": [
            {"name": "published", "house": "flat", "incentive": "none", "chp_kw": 2},
            {
                "name": "published",
                "house": "flat",
                "incentive": "none",
                "chp_kw": 2,
                "tes_kwh": 32,
            },
            {"name": "alone", "house": "flat", "incentive": "none", "chp_kw": 2, "tes_kwh": 5},
        ],
    }
    tes_kwh = {"published": 32.0, "alone": 5.0}
    designs = [
        synthetic_design(
            i, 2.0, tes_kwh.get(i.design, 10.0) if i.tes else 0.0, days=5, day_weight=73.0
        )
        for i in inputs_of(user).values()
    ]
    rows = design_table(designs).set_index("scenario")
    assert rows.loc["flat-none-with", "tes_investment_gbp"] == pytest.approx(200)
    assert rows.loc["flat-none-with-dear", "tes_investment_gbp"] == pytest.approx(400)
    assert rows.loc["flat-none-with-published", "tes_investment_gbp"] == pytest.approx(640)
    assert np.isnan(rows.loc["flat-none-with-alone", "tes_investment_gbp"])


def test_electricity_costs_what_the_plant_costs_beyond_the_boiler():
    design = design_of({}, "detached-none-without")
    row, year = assess_design(design), annual_energy(design)
    beyond = (
        row["capital_gbp"]
        + row["maintenance_gbp"]
        + 0.0348 * (year.chp_fuel_kwh + year.boiler_fuel_kwh - year.bau_fuel_kwh)
    )
    assert row["electricity_cost_gbp_per_kwh"] == pytest.approx(beyond / year.chp_electricity_kwh)


def test_no_design_is_a_mistake(tmp_path):
    with pytest.raises(AssessmentError, match="design_paths is empty"):
        assess_designs(design_paths=[], designs_path=tmp_path / "designs.csv")
    assert not (tmp_path / "designs.csv").exists()


def test_a_failed_assessment_leaves_no_table(tmp_path):
    paths = write_designs(tmp_path, COARSE | {"scenarios": {"house": ["flat"]}})
    broken = read_netcdf(paths[0])
    broken.attrs["objective_gbp"] += 1.0
    paths[0].unlink()
    broken.to_netcdf(paths[0])
    with pytest.raises(AssessmentError):
        assess_designs(design_paths=paths, designs_path=tmp_path / "designs.csv")
    assert not (tmp_path / "designs.csv").exists()
