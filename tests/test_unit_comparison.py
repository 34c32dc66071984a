"""Units compared with boilers and central plants: primary energy, CO2 and money by hand."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from microchp.account.central_plants import (
    GridFactors,
    GridUse,
    grid_cases,
    grid_co2_kg,
    grid_primary_kwh,
)
from microchp.account.metering import Settlement
from microchp.account.unit_comparison import (
    annual_use,
    cost_cut_share,
    economics,
    tables,
    unit_year,
)
from microchp.config import CentralPlant, Finance, MarginalCase, SeriesFile, UnitCost, load_config
from microchp.config.comparison import Rate
from microchp.config.fields import DayPeriod
from microchp.config.notes import run_notes, year_notes
from microchp.config.scenarios import (
    NamedFile,
    OperationInputs,
    comparison_inputs,
    operation_cases,
)
from microchp.errors import AssessmentError, ConfigError, DataError
from microchp.report.comparison_figures import references_differ
from microchp.report.page import Text
from microchp.report.sections.units import ANY_METER, answer_table, extent, remarks, section
from microchp.series.prices import validate_year_files
from microchp.series.timeseries import time_axis
from microchp.tables.words import label

RESOURCES = Path(__file__).parents[1] / "resources"

COMPARISON = {
    "plants": ["combined_cycle", "average_fossil", "average_belgian"],
    "marginal": {"both": {"avoided": "combined_cycle", "backup": "average_fossil"}},
    "unit_costs": {"ecopower": {"installation_eur": 11750, "maintenance_eur_per_year": 100}},
}


def configuration(**comparison):
    return load_config(
        {
            "time": {"year": 2015},
            "scenarios": {"house": ["detached"], "incentive": []},
            "operation": {"units": ["ecopower"]},
            "comparison": COMPARISON | comparison,
        },
        RESOURCES,
    )


def case() -> OperationInputs:
    return operation_cases(configuration())["detached-ecopower"]


def operation(**changes: float) -> xr.Dataset:
    """A year in which a 4.7 kW unit runs for the first six hours of every day.

    Heat demand is 15 kW then and nothing later, electricity 1 kW all day. The unit gives 12 kW,
    the boiler 3 kW.
    """
    time = time_axis(2015)
    first = (time.hour < 6).astype(float)
    flows = {
        "space_heating_kw": 14 * first,
        "hot_water_kw": 1 * first,
        "electricity_kw": np.ones(len(time)),
        "chp_power_kw": 4.5 * first,
        "chp_heat_kw": 12 * first,
        "chp_fuel_kw": 18 * first,
        "boiler_heat_kw": 3 * first,
        "surplus_heat_kw": 0 * first,
        "store_charge_kw": 0 * first,
        "store_discharge_kw": 0 * first,
        "grid_import_kw": 1 - first,
        "grid_export_kw": 3.5 * first,
    }
    for name, factor in changes.items():
        flows[name] = factor * flows[name]
    return xr.Dataset(
        {name: ("time", values) for name, values in flows.items()},
        coords={"time": time},
        attrs={"inputs": case().model_dump_json()},
    )


YEAR = unit_year(operation())
DAYS = 365


# ------------------------------------------------------------------------------- energy, CO2


def test_a_year_adds_up_by_hand():
    use = annual_use(YEAR, 0.9)
    assert use.heat_demand_kwh == pytest.approx(DAYS * 90)
    assert use.chp_electricity_kwh == pytest.approx(DAYS * 27)
    assert use.chp_fuel_kwh == pytest.approx(DAYS * 108)
    assert use.boiler_fuel_kwh == pytest.approx(DAYS * 20)
    assert use.import_kwh == pytest.approx(DAYS * 18)
    assert use.export_kwh == pytest.approx(DAYS * 21)
    assert use.heat_share == pytest.approx(0.8)
    assert use.effective_electrical_efficiency == pytest.approx(0.25)
    assert use.export_share == pytest.approx(21 / 27)
    assert (use.run_hours, use.starts) == (DAYS * 6, DAYS)
    balance = use.import_kwh + use.chp_electricity_kwh - use.export_kwh
    assert balance == pytest.approx(use.electricity_demand_kwh, rel=1e-9)
    heat = use.chp_heat_kwh + use.boiler_heat_kwh - use.surplus_heat_kwh
    assert heat == pytest.approx(use.heat_demand_kwh, rel=1e-9)


@pytest.fixture(scope="module")
def compared() -> tuple[pd.DataFrame, pd.DataFrame]:
    return tables([operation()], comparison_inputs(configuration()))


@pytest.mark.parametrize(
    ("plant", "efficiency", "grid_kg"),
    [
        ("combined_cycle", 0.50, 0.2019600 / 0.50),
        ("average_fossil", 0.42, 0.617),
        ("average_belgian", 0.37, 0.272),
    ],
)
def test_the_savings_of_a_unit_by_hand(compared, plant, efficiency, grid_kg):
    energy, _ = compared
    row = energy.set_index(["unit", "central_plant"]).loc["ecopower", plant]
    # De Paepe 2006, section 2.2: 24 kWh of electricity and 90 of heat a day, without a unit
    reference = DAYS * (90 / 0.9 + 24 / efficiency)
    primary = DAYS * (108 + 3 * 6 / 0.9 + (24 - 27) / efficiency)
    assert row["reference_primary_kwh"] == pytest.approx(reference)
    assert row["primary_kwh"] == pytest.approx(primary)
    assert row["primary_saving_share"] == pytest.approx(1 - primary / reference)
    co2_before = DAYS * (100 * 0.20196 + 24 * grid_kg)
    co2_after = DAYS * (128 * 0.20196 - 3 * grid_kg)
    assert row["reference_co2_kg"] == pytest.approx(co2_before)
    assert row["co2_kg"] == pytest.approx(co2_after)


def test_gas_burnt_at_the_plant_or_at_home_emits_the_same():
    plant = configuration().central_plants["combined_cycle"]
    gas = comparison_inputs(configuration()).comparison.gas_co2_kg_per_kwh
    assert plant.co2_kg_per_kwh == pytest.approx(gas / plant.efficiency)
    assert gas == pytest.approx(56.1 * 3.6 / 1000)


def test_the_condensing_boiler_saves_heat_alone(compared):
    energy, _ = compared
    rows = energy.set_index(["unit", "central_plant"])
    for plant, efficiency in (("combined_cycle", 0.5), ("both", 0.5), ("average_belgian", 0.37)):
        row = rows.loc["condensing_boiler", plant]
        saved = DAYS * 90 * (1 / 0.9 - 1 / 1.07)
        assert row["primary_saving_kwh"] == pytest.approx(saved)
        assert row["reference_primary_kwh"] == pytest.approx(DAYS * (100 + 24 / efficiency))
        assert rows.loc["reference_boiler", plant]["primary_saving_share"] == pytest.approx(0)


def test_a_better_central_plant_lowers_the_savings(compared):
    share = compared[0].set_index(["unit", "central_plant"])["primary_saving_share"]["ecopower"]
    assert share["combined_cycle"] < share["average_fossil"] < share["average_belgian"]


# ------------------------------------------------------------------------- marginal, varying


def test_in_a_marginal_case_the_backup_plant_supplies_the_house_while_the_unit_is_off(compared):
    row = compared[0].set_index(["unit", "central_plant"]).loc["ecopower", "both"]
    # off: 18 kWh a day from the fossil plant; running: 21 kWh spared at the combined cycle
    assert row["primary_kwh"] == pytest.approx(DAYS * (128 + 18 / 0.42 - 21 / 0.5))
    assert row["reference_primary_kwh"] == pytest.approx(DAYS * (100 + 24 / 0.5))
    co2 = DAYS * (128 * 0.20196 + 18 * 0.617 - 21 * 0.40392)
    assert row["co2_kg"] == pytest.approx(co2)


def test_what_is_imported_while_the_unit_runs_comes_from_the_avoided_plant():
    use = GridUse(
        import_kwh=np.array([2.0, 3.0, 0.0]),
        export_kwh=np.array([0.0, 0.0, 4.0]),
        running=np.array([False, True, True]),
    )
    plants = {
        "low": CentralPlant(efficiency=0.5, co2_kg_per_kwh=0.1),
        "high": CentralPlant(efficiency=0.25, co2_kg_per_kwh=1.0),
    }
    marginal = {"pair": MarginalCase(avoided="low", backup="high")}
    *_, pair = grid_cases(plants, marginal, 2015)
    assert grid_primary_kwh(use, pair) == pytest.approx(2 * 4 + 3 * 2 - 4 * 2)
    assert grid_co2_kg(use, pair) == pytest.approx(2 * 1.0 + 3 * 0.1 - 4 * 0.1)


def test_factors_that_vary_hold_in_their_own_minutes():
    use = GridUse(np.array([1.0, 2.0, 0.0]), np.array([0.0, 0.0, 5.0]), np.array([True] * 3))
    varying = GridFactors(np.array([2.0, 3.0, 1.0]), np.array([0.1, 0.2, 0.3]))
    assert use.charge(varying.primary_kwh_per_kwh, varying.primary_kwh_per_kwh) == 2 + 6 - 5
    assert use.charge(varying.co2_kg_per_kwh, varying.co2_kg_per_kwh) == pytest.approx(-1.0)


def factor_file(path: Path, **columns: np.ndarray) -> pd.DataFrame:
    time = time_axis(2015, 60)
    constant = {"primary_energy_kwh_per_kwh": 2.0, "co2_kg_per_kwh": 0.4}
    table = pd.DataFrame({"time": time, **(constant | columns)})
    table.to_csv(path, index=False)
    return table


def test_a_file_of_factors_is_used_hour_by_hour(tmp_path):
    path = tmp_path / "grid.csv"
    # nothing is exported while the factor is 5, and nothing imported while it is 1
    night = time_axis(2015, 60).hour < 6
    factor_file(path, primary_energy_kwh_per_kwh=np.where(night, 1.0, 5.0))
    config = load_config(
        configuration().model_dump(mode="json")
        | {
            "central_plants": {
                "own": {"efficiency": 0.5, "co2_kg_per_kwh": 0, "factors_file": str(path)}
            },
            "comparison": COMPARISON | {"plants": ["own"], "marginal": {}},
        },
        RESOURCES,
    )
    row = tables([operation()], comparison_inputs(config))[0].set_index("unit").loc["ecopower"]
    assert row["primary_kwh"] == pytest.approx(DAYS * (128 + 18 * 5 - 21 * 1))
    assert row["reference_primary_kwh"] == pytest.approx(DAYS * (100 + 18 * 5 + 6 * 1))
    assert row["co2_kg"] == pytest.approx(DAYS * (128 * 0.20196 + (18 - 21) * 0.4))


def test_a_constant_file_is_as_good_as_a_constant(tmp_path, compared):
    path = tmp_path / "grid.csv"
    factor_file(path, co2_kg_per_kwh=np.full(8760, 0.40392))
    plant = CentralPlant(efficiency=1, co2_kg_per_kwh=0, factors_file=str(path))
    (grid,) = grid_cases({"own": plant}, {}, 2015)
    row = compared[0].set_index(["unit", "central_plant"]).loc["ecopower", "combined_cycle"]
    assert 128 * DAYS + grid_primary_kwh(YEAR.use, grid) == pytest.approx(row["primary_kwh"])
    assert 128 * DAYS * 0.20196 + grid_co2_kg(YEAR.use, grid) == pytest.approx(row["co2_kg"])


def test_damaged_files_of_factors_are_named_with_their_place(tmp_path):
    good, short, negative = (tmp_path / f"{name}.csv" for name in ("good", "short", "negative"))
    factor_file(good)
    factor_file(short).iloc[:-1].to_csv(short, index=False)
    factor_file(negative, co2_kg_per_kwh=np.r_[np.ones(7), -1.0, np.ones(8752)])
    files = [
        NamedFile(
            f"central_plants.{path.stem}.factors_file", SeriesFile(path=str(path)), "central_plant"
        )
        for path in (good, short, negative)
    ]
    with pytest.raises(DataError) as raised:
        validate_year_files(files, 2015)
    first, second = str(raised.value).splitlines()
    assert first.startswith("central_plants.short.factors_file") and "8759 rows" in first
    assert "column co2_kg_per_kwh: -1 at 2015-01-01 07:00:00" in second


# ------------------------------------------------------------------------------------- money


FINANCE = Finance(interest_rate=0.05, lifetime_years=15)


def test_the_profit_of_a_unit_by_hand(compared):
    row = compared[1].set_index(["unit", "metering"]).loc["ecopower", "separate_meters"]
    # off from 06 to 24 h: 1 h and 2 h at night, 15 h by day are bought; 21 kWh a day are sold
    before = DAYS * (15 * 0.1556 + 9 * 0.0837)
    after = DAYS * (15 * 0.1556 + 3 * 0.0837)
    gas = DAYS * 28 * 0.0343755
    assert row["avoided_purchase_eur"] == pytest.approx(before - after)
    assert row["sale_income_eur"] == pytest.approx(DAYS * 21 * 0.0225)
    assert row["extra_gas_eur"] == pytest.approx(gas)
    profit = before - after + DAYS * 21 * 0.0225 - gas - 100
    assert row["annual_profit_eur"] == pytest.approx(profit)
    assert row["sold_share"] == pytest.approx(21 / 27)


def test_gas_costs_what_table_5_prints_in_megajoules():
    prices = comparison_inputs(configuration()).comparison.prices
    assert prices.gas_eur_per_kwh == pytest.approx(0.954875 * 3.6 / 100)


def test_the_condensing_boiler_earns_the_gas_it_saves_by_every_rule(compared):
    rows = compared[1][compared[1]["unit"] == "condensing_boiler"]
    saved = DAYS * 90 * (1 / 0.9 - 1 / 1.07) * 0.0343755
    assert rows["annual_profit_eur"].to_numpy() == pytest.approx([saved] * 4)
    assert rows["payback_years"].to_numpy() == pytest.approx([2000 / saved] * 4)


def earned(profit: float, cost: UnitCost | None, target: float = 5.0):
    return economics(
        reference=Settlement(100, 0, profit, 0),
        settled=Settlement(0, 0, 0, 0),
        generation_kwh=100,
        extra_gas_eur=0,
        cost=cost,
        target_payback_years=target,
        finance=FINANCE,
    )


def test_the_cost_cut_is_what_the_target_payback_needs():
    cost = UnitCost(installation_eur=10000, maintenance_eur_per_year=0)
    made = earned(1000, cost)
    assert made.payback_years == 10
    assert made.affordable_installation_eur == 5000
    assert made.cost_cut_share == pytest.approx(0.5)
    again = earned(1000, UnitCost(installation_eur=5000, maintenance_eur_per_year=0))
    assert again.payback_years == pytest.approx(5)
    assert again.cost_cut_share == 0
    # 1000 a year for 15 years against 10000
    assert sum(1000 / (1 + made.irr) ** k for k in range(1, 16)) == pytest.approx(10000)
    assert made.npv_eur == pytest.approx(sum(1000 / 1.05**k for k in range(1, 16)) - 10000)


def test_no_cut_helps_a_unit_that_loses_and_nothing_is_said_of_an_unknown_cost():
    losing = earned(50, UnitCost(installation_eur=10000, maintenance_eur_per_year=100))
    assert losing.annual_profit_eur == -50
    assert math.isnan(losing.payback_years) and math.isnan(losing.cost_cut_share)
    unknown = earned(50, None)
    assert unknown.annual_profit_eur == 50
    assert math.isnan(unknown.installation_eur) and math.isnan(unknown.cost_cut_share)
    assert cost_cut_share(0.0, 100.0) == 0


# -------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"boiler_heat_kw": 1 + 1e-8}, "heat is off"),
        ({"chp_power_kw": 1.01}, "electricity is off"),
        ({"grid_export_kw": math.nan}, "electricity is off"),
    ],
)
def test_a_year_that_does_not_close_is_refused(changes, message):
    with pytest.raises(AssessmentError, match=f"detached-ecopower.*{message}"):
        unit_year(operation(**changes))


def test_heat_that_is_not_met_is_refused():
    unmet = operation(boiler_heat_kw=0.5)
    unmet["unmet_heat_kw"] = 1.5 * (unmet["boiler_heat_kw"] > 0)
    with pytest.raises(AssessmentError, match=r"3285\.0 of 32850 kWh of heat are not met"):
        unit_year(unmet)


def test_a_demand_above_the_reference_boiler_is_reported(caplog):
    small = configuration(reference_boiler={"max_heat_kw": 14})
    energy, money = tables([operation()], comparison_inputs(small))
    assert "detached: heat demand exceeds the reference boiler's 14 kW" in caplog.text
    minutes, kw = energy["boiler_short_minutes"].iloc[0], energy["boiler_short_kw"].iloc[0]
    demand = operation()["space_heating_kw"] + operation()["hot_water_kw"]
    assert (minutes, kw) == (int((demand > 14).sum()), pytest.approx(float(demand.max()) - 14))
    (said,) = [text for text in remarks(energy, money) if "boiler" in text]
    assert f"in {minutes:,.0f} minutes of the year, by up to {kw:.1f} kW" in said
    large, money = tables([operation()], comparison_inputs(configuration()))
    assert not [text for text in remarks(large, money) if "boiler" in text]


def test_units_without_a_cost_are_named_and_boilers_have_no_meter():
    energy, money = tables([operation()], comparison_inputs(configuration(unit_costs={})))
    (said,) = [text for text in remarks(energy, money) if "unit_costs" in text]
    names = dict(zip(energy["kind"], energy["unit_label"], strict=True))
    assert names["unit"] in said
    assert names["reference"] not in said
    priced = energy, money.assign(irr=0.1, payback_years=7.0, installation_eur=500.0)
    assert not [text for text in remarks(*priced) if "unit_costs" in text]
    (boiler,) = answer_table(energy, priced[1][priced[1]["kind"] == "alternative"]).rows
    assert boiler[3:5] == [names["alternative"], ANY_METER]
    (unit,) = answer_table(energy, priced[1][priced[1]["kind"] == "unit"]).rows
    assert unit[4] == label(priced[1]["metering"].iloc[0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"plants": ["combined_cicle"]}, "did you mean 'combined_cycle'"),
        ({"marginal": {"m": {"avoided": "coal", "backup": "combined_cycle"}}}, "'coal'"),
        ({"marginal": {"average_fossil": COMPARISON["marginal"]["both"]}}, "has this name"),
        ({"unit_costs": {"ecopwer": UnitCost(installation_eur=1, maintenance_eur_per_year=1)
                         .model_dump()}}, "did you mean 'ecopower'"),
        ({"prices": {"sale_eur_per_kwh": 2.25}}, "looks like cents"),
        ({"prices": {"rates": {"day": {"price_eur_per_kwh": 0.2, "periods": [
            {"start": "07:00", "end": "22:00"}]}}}}, "no rate at 00:00"),
        ({"prices": {"rates": {"day": {"price_eur_per_kwh": 0.2, "periods": [
            {"start": "00:00", "end": "12:00"}, {"start": "11:59", "end": "24:00"}]}}}},
         "more than one rate at 11:59"),
        ({"prices": {"rates": {
            "a": {"price_eur_per_kwh": 0.2, "periods": [{"start": "00:00", "end": "06:45"}]},
            "b": {"price_eur_per_kwh": 0.2, "periods": [{"start": "06:45", "end": "24:00"}]}}}},
         "rates must change on the half-hour; found 06:45"),
        ({"house_series": {"all": ["detached", "castle"]}}, "'castle' is not known"),
    ],
)  # fmt: skip
def test_a_wrong_comparison_is_refused_before_any_job(changes, message):
    with pytest.raises(ConfigError, match=message):
        configuration(**changes)


def test_only_what_runs_counts_as_running():
    off = replace(YEAR, chp_power_kw=np.zeros_like(YEAR.chp_power_kw))
    assert not off.use.running.any()
    assert annual_use(off, 0.9).starts == 0


@pytest.mark.parametrize(
    ("uses", "differ"),
    [((40.0, 50.0), True), ((40.0, 40.001), False), ((50.0, 40.0, 50.0), False), ((40.0,), True)],
)
def test_houses_of_one_use_are_not_drawn_against_it(uses: tuple[float, ...], differ: bool) -> None:
    rows = pd.DataFrame(
        {
            "house": [f"house_{k}" for k in range(len(uses))],
            "central_plant": "average_fossil",
            "reference_primary_kwh": uses,
        }
    )
    assert references_differ(rows) is differ


def test_the_best_option_may_be_a_boiler_and_a_unit_may_be_called_one() -> None:
    """A condensing boiler saves 6.9 %, a unit named ``dachs_boiler`` 2 %, the reference nothing."""
    rows = pd.DataFrame(
        {
            "house": "detached",
            "house_label": "Detached",
            "unit": ["reference_boiler", "condensing_boiler", "dachs_boiler"],
            "unit_label": ["Boiler", "Condensing boiler", "Dachs"],
            "kind": ["reference", "alternative", "unit"],
            "central_plant": "combined_cycle",
            "primary_saving_share": [0.0, 0.069, 0.02],
        }
    )
    no_money = pd.DataFrame({"kind": [], "irr": [], "house": []})
    assert extent(rows) == "1 unit × 1 building × 1 central plant"
    (best,) = answer_table(rows, no_money).rows
    assert best[1:3] == ["Condensing boiler against Combined cycle", "7 %"]
    (dear,) = answer_table(rows[rows["kind"] != "alternative"], no_money).rows
    assert dear[1:3] == ["Dachs against Combined cycle", "2 %"]
    wasteful = rows[rows["kind"] != "alternative"].assign(primary_saving_share=[0.0, -0.1])
    (none,) = answer_table(wasteful, no_money).rows
    assert none[1:3] == ["Boiler against Combined cycle", "0 %"]


def test_the_prices_of_a_comparison_are_told_and_no_others() -> None:
    """A run that only compares units is told of its prices in EUR, not of a tariff it has not."""
    user = {
        "market": "de_2025",
        "scenarios": {"house": ["detached"], "incentive": []},
        "operation": {"units": ["ecopower"]},
    }
    config = load_config(user | {"comparison": COMPARISON}, RESOURCES)
    assert year_notes(config), "its tariff and its grid are of different years"
    (note,) = run_notes(config)
    assert "gas 0.03438, electricity 0.1556 (day) and 0.0837 (night), sold for 0.0225" in note
    assert "; as De Paepe et al. print them (2006, Table 5: Belgium). Neither market" in note
    assert run_notes(load_config(user, RESOURCES)) == []
    own = config.comparison.prices.model_copy(update={"gas_eur_per_kwh": 0.1})
    assert "gas 0.1, " in own.words()
    assert "; sale_eur_per_kwh and rates as De Paepe" in own.words()
    rates = {"all": Rate(price_eur_per_kwh=0.3, periods=[DayPeriod(start="00:00", end="24:00")])}
    other = own.model_copy(update={"sale_eur_per_kwh": 0.08, "rates": rates})
    assert "electricity 0.3 (all), sold for 0.08; all of your own. " in other.words()


def test_the_page_says_what_its_money_is_counted_by(
    compared: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    parts = section(*compared, None, True, configuration().comparison.prices).parts
    texts = [part.text for part in parts if isinstance(part, Text)]
    assert any(text.startswith("Money is in EUR at the prices of") for text in texts)
