"""A street's balance: what its dwellings cost and emit, one by one and together."""

import math
from datetime import date
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from synthetic import inputs_of, synthetic_design
from test_operation_group import RESOURCES, year_of

from microchp.account.controlled import BALANCE
from microchp.account.designs import assess_design
from microchp.account.dwellings import account_dwellings, read_account, read_metering, street
from microchp.account.groups import assess_groups, at_times, read_groups
from microchp.account.who_gains import design_rows, group_rows
from microchp.config import Config
from microchp.config.load import load_config
from microchp.config.scenarios import (
    account_inputs,
    design_inputs,
    group_inputs,
    operation_cases,
    scenario_table,
)
from microchp.demand.build import write_demand
from microchp.errors import AssessmentError, ConfigError
from microchp.operation.diversity import diversity
from microchp.operation.dwelling import operate
from microchp.operation.flexibility import shiftable
from microchp.operation.group import CASE_NAMES, aggregate_group
from microchp.operation.heat_led import Plant, controls_by_season, plant, timed_steps
from microchp.operation.network import periods
from microchp.operation.simulate import simulate_dwelling
from microchp.report.sections.answer import carbon_use
from microchp.system.annualisation import annualisation_factor

DWELLINGS = 3
CASE = "detached-paid-with"
STORE_KWH, UNIT_KW = 6.0, 2.0
FIT = {"scenarios": {"house": ["detached"], "incentive": ["fit"]}}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """An incentive that pays for everything, and prices and a grid that change by the hour."""
    hours = pd.date_range("2015-01-01", periods=8760, freq="h")
    clock = np.arange(8760) % 24
    place = tmp_path_factory.mktemp("prices")
    for name, values in (
        ("grid_kg_per_kwh", 0.1 + 0.02 * clock),
        ("export_price_gbp_per_kwh", 0.03 + 0.001 * clock),
    ):
        table = pd.DataFrame({"time": hours, name: values})
        table.to_csv(place / f"{name}.csv", index=False)
    return load_config(
        {
            "market": "uk_2016",  # its import prices are written out in by_hand
            "scenarios": {
                "house": ["detached"],
                "incentive": ["paid"],
                "tes": ["with"],
                "penetration": [0.0, 0.34, 0.67, 1.0],
            },
            "tariff": {"export_file": str(place / "export_price_gbp_per_kwh.csv")},
            "emissions": {"grid_file": str(place / "grid_kg_per_kwh.csv")},
            "incentives": {
                "paid": {
                    "generation_gbp_per_kwh": 0.05,
                    "export_gbp_per_kwh": 0.02,
                    "co2_price_gbp_per_kg": 0.03,
                    "capital_grant_share": 0.25,
                }
            },
        },
        RESOURCES,
    )


def run(place: Path, config: Config, numbers: list[int], name: str) -> dict[str, Path]:
    """A design in some dwellings, run and priced."""
    paths = {
        part: place / f"{name}_{part}"
        for part in (
            "demand.nc",
            "design.nc",
            "first.nc",
            "generation.nc",
            "table.csv",
            "out.csv",
            "metering.csv",
        )
    }
    write_demand(
        paths["demand.nc"],
        [year_of(number) for number in numbers],
        count=len(numbers),
        year=2015,
        house_name="detached",
        source="test",
        seed=1,
    )
    designed = design_inputs(config, scenario_table(config)[CASE])
    with netCDF4.Dataset(paths["design.nc"], "w") as file:
        attributes = {"inputs": designed.model_dump_json(), "step_hours": 1.0}
        file.setncatts(attributes | {"chp_kw": UNIT_KW, "tes_kwh": STORE_KWH})
    case = operation_cases(config)[CASE]
    simulate_dwelling(
        demand_paths=[paths["demand.nc"]],
        design_path=paths["design.nc"],
        first_path=paths["first.nc"],
        generation_path=paths["generation.nc"],
        table_path=paths["table.csv"],
        inputs=case,
    )
    account_dwellings(
        demand_paths=[paths["demand.nc"]],
        design_path=paths["design.nc"],
        generation_path=paths["generation.nc"],
        dwellings_path=paths["table.csv"],
        account_path=paths["out.csv"],
        metering_path=paths["metering.csv"],
        inputs=account_inputs(config, case),
    )
    return paths


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, config: Config) -> dict[str, Path]:
    return run(tmp_path_factory.mktemp("street"), config, list(range(DWELLINGS)), "group")


def by_hand(flows: xr.Dataset, config: Config) -> dict[str, float]:
    """A year of a dwelling priced hour by hour from its flows, and as it was before."""
    designed = design_inputs(config, scenario_table(config)[CASE])
    unit = next(unit for unit in designed.units if unit.power_kw == UNIT_KW)
    assert designed.tes is not None

    def hourly(name: str) -> np.ndarray:
        return flows[name].to_numpy().reshape(8760, 60).mean(axis=1)

    clock = np.arange(8760) % 24
    buying = np.where(clock < 7, 0.055, 0.1529)
    grid = 0.1 + 0.02 * clock
    gas, boiler = designed.tariff.gas_gbp_per_kwh, designed.boiler
    heat = (hourly("space_heating_kw") + hourly("hot_water_kw")).sum()
    demand, bought, sold = (
        hourly(name) for name in ("electricity_kw", "grid_import_kw", "grid_export_kw")
    )
    boiler_heat, made_kwh = hourly("boiler_heat_kw").sum(), hourly("chp_power_kw").sum()
    fuel = hourly("chp_fuel_kw").sum() + boiler_heat / boiler.efficiency
    bau_fuel = heat / boiler.efficiency
    kg = designed.emissions.gas_kg_per_kwh
    co2, bau_co2 = kg * fuel + grid @ (bought - sold), kg * bau_fuel + grid @ demand
    capital = annualisation_factor(designed.finance) * (
        UNIT_KW * unit.capital_cost_gbp_per_kw + STORE_KWH * designed.tes.capital_cost_gbp_per_kwh
    )
    paid = 0.05 * made_kwh + 0.02 * sold.sum() + 0.03 * (bau_co2 - co2) + 0.25 * capital
    upkeep = unit.maintenance_gbp_per_kwh * made_kwh + boiler.maintenance_gbp_per_kwh * boiler_heat
    upkeep += designed.tes.maintenance_gbp_per_kwh * hourly("store_discharge_kw").sum()
    new_boiler = annualisation_factor(designed.finance) * boiler.capital_cost_gbp
    return {
        "fuel_kwh": fuel,
        "co2_kg": co2,
        "cost_gbp": new_boiler
        + capital
        + gas * fuel
        + upkeep
        + buying @ bought
        - (0.03 + 0.001 * clock) @ sold
        - paid,
        "subsidy_gbp": paid,
        "bau_fuel_kwh": bau_fuel,
        "bau_co2_kg": bau_co2,
        "bau_cost_gbp": new_boiler
        + gas * bau_fuel
        + boiler.maintenance_gbp_per_kwh * heat
        + buying @ demand,
    }


def test_every_dwelling_is_what_it_costs_by_hand(
    made: dict[str, Path], config: Config, tmp_path: Path
) -> None:
    """Each dwelling run alone and counted hour by hour is its row in the group."""
    account = read_account(made["out.csv"]).set_index(["dwelling", "period"])
    for number in range(DWELLINGS):
        alone = run(tmp_path, config, [number], f"alone{number}")
        expected = by_hand(xr.load_dataset(alone["first.nc"]), config)
        for name in BALANCE:
            assert account.loc[(number, "year"), name] == pytest.approx(expected[name], rel=1e-9)


def test_seasons_add_up_to_the_year(made: dict[str, Path]) -> None:
    account = read_account(made["out.csv"])
    seasons = account[account["period"].str.endswith("season")].groupby("dwelling")
    year = account[account["period"] == "year"].set_index("dwelling")
    for name in BALANCE:
        np.testing.assert_allclose(seasons[name].sum(), year[name], rtol=1e-9)


def test_a_street_is_the_sum_of_its_dwellings(
    made: dict[str, Path], config: Config, tmp_path: Path
) -> None:
    """At every penetration and in every period, with those without a unit as they were."""
    aggregate_group(
        generation_path=made["generation.nc"],
        group_path=tmp_path / "group.nc",
        inputs=group_inputs(config, CASE),
    )
    assess_groups(
        group_paths=[tmp_path / "group.nc"],
        account_paths=[made["out.csv"]],
        groups_path=tmp_path / "groups.csv",
    )
    table = read_groups(tmp_path / "groups.csv")
    account = read_account(made["out.csv"])
    has_unit = xr.load_dataset(tmp_path / "group.nc")["has_unit"]
    assert has_unit.sum("dwelling").to_numpy().tolist() == [0, 1, 2, 3]
    for _, row in table.iterrows():
        own = account[account["period"] == row["period"]].set_index("dwelling")
        with_unit = np.flatnonzero(has_unit.sel(penetration=row["penetration"]))
        total = dict.fromkeys(("co2_kg", "fuel_kwh", "cost_gbp"), 0.0)
        for number in range(DWELLINGS):
            for name in total:
                column = name if number in with_unit else f"bau_{name}"
                total[name] += own.loc[number, column]
        for name, expected in total.items():
            assert row[name] == pytest.approx(expected, rel=1e-12)
        assert row["bau_cost_gbp"] == pytest.approx(own["bau_cost_gbp"].sum())
        assert row["bau_co2_kg"] == pytest.approx(own["bau_co2_kg"].sum())
        paid = own["subsidy_gbp"].to_numpy()[with_unit].sum()
        saved = (row["bau_co2_kg"] - row["co2_kg"]) / 1000
        assert row["subsidy_gbp"] == pytest.approx(paid)
        if row["penetration"] == 0:
            assert math.isnan(row["subsidy_gbp_per_tonne"])
        elif saved > 1e-6:
            assert row["subsidy_gbp_per_tonne"] == pytest.approx(paid / saved)


def test_a_meter_by_the_minute_is_the_account(made: dict[str, Path], tmp_path: Path) -> None:
    """By separate meters a household saves what its account says; a street saves their sum."""
    account = read_account(made["out.csv"])
    year = account[account["period"] == "year"].set_index("dwelling")
    metered = read_metering(made["metering.csv"])
    separate = metered[metered["metering"] == "separate_meters"].set_index("dwelling")
    saved = year["bau_cost_gbp"] - year["cost_gbp"]
    np.testing.assert_allclose(separate["saving_gbp"], saved, rtol=1e-9)
    parties = metered[["household_gbp", "supplier_gbp", "network_gbp", "policy_gbp"]]
    np.testing.assert_allclose(parties.sum(axis=1), metered["value_gbp"], rtol=1e-9)
    group = xr.Dataset(
        {"has_unit": (("penetration", "dwelling"), [[0, 0, 0], [1, 0, 1]])},
        coords={"penetration": [0.0, 0.67]},
        attrs=dict.fromkeys(CASE_NAMES, "") | {"case": CASE, "power_kw": UNIT_KW},
    )
    rows = pd.DataFrame(group_rows(group, metered)).set_index(["penetration", "metering"])
    assert rows.loc[(0.67, "separate_meters"), "saving_gbp"] == pytest.approx(saved[[0, 2]].sum())
    assert rows.loc[(0.0, "backwards"), "household_gbp"] == 0
    assert set(rows["units"]) == {0, 2}


def test_a_designs_meter_is_its_account(config: Config) -> None:
    """By separate meters at its own step a design saves its EAI."""
    design = synthetic_design(
        inputs_of(FIT)["detached-fit-with"], 2.0, 6.0, days=73, day_weight=5.0
    )
    row = pd.Series(assess_design(design))
    rows = pd.DataFrame(design_rows(row, design, config.settlement)).set_index("metering")
    assert rows["saving_gbp"]["separate_meters"] == pytest.approx(row["eai_gbp"])
    assert rows["bought_kwh"]["separate_meters"] == pytest.approx(row["import_kwh"])
    assert rows["sold_kwh"]["separate_meters"] == pytest.approx(row["export_kwh"])
    paid = 0.0491 * rows["sold_kwh"]
    np.testing.assert_allclose(rows["policy_gbp"], -paid, rtol=1e-9)


@given(st.lists(st.booleans(), min_size=3, max_size=3), st.integers(0, 2**31))
def test_each_dwelling_counts_once(has_unit: list[bool], seed: int) -> None:
    """What one more unit changes is what it changes in its own dwelling."""
    random = np.random.default_rng(seed)
    account = pd.DataFrame({name: random.normal(size=3) for name in BALANCE})
    account = account.assign(dwelling=range(3), period="year")
    before = street(account, "year", np.array(has_unit))
    for number, there in enumerate(has_unit):
        if there:
            continue
        changed = np.array([*has_unit[:number], True, *has_unit[number + 1 :]])
        after = street(account, "year", changed)
        for name in ("cost_gbp", "co2_kg", "fuel_kwh"):
            own = account[name][number] - account[f"bau_{name}"][number]
            assert after[name] - before[name] == pytest.approx(own, abs=1e-12)


def test_a_grid_by_the_hour_weighs_the_hours(config: Config) -> None:
    """Import by night, when the grid is clean, counts less than its kWh; another mean scales it."""
    row = pd.Series(
        {
            "bau_fuel_kwh": 100.0,
            "chp_fuel_kwh": 150.0,
            "boiler_fuel_kwh": 0.0,
            "electricity_kwh": 20.0,
            "import_kwh": 5.0,
            "export_kwh": 10.0,
            "bau_grid_co2_kg": 6.0,
            "grid_co2_kg": -3.0,
            "grid_kg_per_kwh": 0.25,
        }
    )
    use = carbon_use(row)
    # 50 kWh more of fuel at 0.2 against 9 kg of the grid at a mean of 0.25
    assert use.turning_grid_kg_per_kwh(0.2) == pytest.approx(0.25 * 50 * 0.2 / 9)
    assert use.change_share(0.2, 0.25) == pytest.approx((30 - 3) / (20 + 6) - 1)
    assert use.change_share(0.2, 0.5) == pytest.approx((30 - 6) / (20 + 12) - 1)


def test_a_unit_without_a_price_has_no_cost(config: Config) -> None:
    units = {"operation": {"units": ["stirling_1kw", "whispergen"]}}
    other = load_config({"scenarios": {"penetration": [1.0]}} | units, RESOURCES)
    cases = operation_cases(other)
    assert not account_inputs(other, cases["detached-whispergen"]).is_priced
    priced = account_inputs(other, cases["detached-stirling_1kw"])
    assert priced.is_priced
    assert priced.prices is not None
    assert priced.prices.units[0].capital_cost_gbp_per_kw == 3110


def test_generation_of_other_dwellings_is_refused(
    made: dict[str, Path], config: Config, tmp_path: Path
) -> None:
    other = run(tmp_path, config, [2, 1, 0], "other")
    with pytest.raises(AssessmentError, match="dwelling 0: export by minute"):
        account_dwellings(
            demand_paths=[made["demand.nc"]],
            design_path=made["design.nc"],
            generation_path=other["generation.nc"],
            dwellings_path=made["table.csv"],
            account_path=tmp_path / "account.csv",
            metering_path=tmp_path / "metering.csv",
            inputs=account_inputs(config, operation_cases(config)[CASE]),
        )


# ----------------------------------------------------------------- hours, days, flexibility


def test_what_is_so_at_some_times_by_hand() -> None:
    """Two days: a peak of 8 kW in the evening, a least demand of 1 kW at 03:00."""
    minute = np.arange(2 * 1440)
    demand = np.full(2880, 2.0)
    demand[1080:1100] = 8.0
    demand[180] = 1.0
    net = demand - 3.0
    rise = np.zeros(2880)
    rise[400], rise[1440 + 1300] = 0.5, 0.7
    used = np.where(np.arange(24) < 6, 0.25, 0.5)
    used[8] = 1.0
    found = at_times(demand, net, rise, used, 4)
    assert found["least_demand_kw"] == 0.25
    assert found["import_cut_at_peak_share"] == pytest.approx(3 / 8)
    assert found["export_at_least_demand_share"] == pytest.approx(2.0)
    assert (found["morning_ramp_kw_per_min"], found["evening_ramp_kw_per_min"]) == (0.5, 0.7)
    assert (found["night_run_share"], found["busiest_hour_run_share"]) == (0.25, 1.0)
    assert len(minute) == 2880


def test_a_group_by_hour_is_its_dwellings(made: dict[str, Path], config: Config, tmp_path: Path):
    """Utilisation adds up to the run time, and what can be shifted to that of the dwellings."""
    aggregate_group(
        generation_path=made["generation.nc"],
        group_path=tmp_path / "group.nc",
        inputs=group_inputs(config, CASE),
    )
    group = xr.load_dataset(tmp_path / "group.nc")
    with netCDF4.Dataset(made["generation.nc"]) as file:
        by_dwelling = np.asarray(file["shiftable"][:, :, :, :, :])
    for p, share in enumerate(group["penetration"].to_numpy()):
        chosen = group["has_unit"].isel(penetration=p).to_numpy().astype(bool)
        year = group.sel(penetration=share, period="year")
        middle = int(group["shown_choice"].isel(penetration=p))
        run = float(year["run_time_share"].isel(choice=middle))
        assert float(year["utilisation"].mean()) == pytest.approx(run)
        expected = by_dwelling[chosen, :, 0].sum(axis=0)
        np.testing.assert_allclose(
            group["shiftable_kw"].isel(penetration=p), expected[:, : group.sizes["period"]]
        )
        assert float(year["shiftable_kw"].max()) <= chosen.sum() * UNIT_KW + 1e-9


STORE = Plant(0, 2.0, 5.0, 1.0, 30, 0, 0.0, 10.0, 0.0, 0.0, 8.0)
"""A unit of 2 kW and 5 kW of heat, 30 min at least, and a store of 10 kWh without losses."""


def test_what_can_be_shifted_by_hand() -> None:
    """A store at 4 of 10 kWh, 1 kW of demand: started, 4 kW fill it for 1.5 h. Full, a unit of
    2 kW that runs could stop for 10 h."""
    demand = np.full(1440, 1.0)
    standing = shiftable(demand, np.zeros(1440), np.full(1440, 4.0), STORE, 1 / 60)
    assert standing[0, 0, 5] == 2.0
    assert standing[0, 1, 5] == pytest.approx(2.0 * 1.5)
    assert (standing[1] == 0).all()
    running = shiftable(demand, np.full(1440, 2.0), np.full(1440, 10.0), STORE, 1 / 60)
    assert running[1, 0, 5] == 2.0
    assert running[1, 1, 5] == pytest.approx(2.0 * 10, abs=0.05)
    assert (running[0] == 0).all()
    # room for 20 of the 30 minutes that a start takes at least
    nearly = shiftable(demand, np.zeros(1440), np.full(1440, 10 - 4 / 3), STORE, 1 / 60)
    assert (nearly == 0).all()
    none = shiftable(demand, np.zeros(1440), np.zeros(1440), STORE._replace(store_kwh=0.0), 1 / 60)
    assert (none == 0).all()


@given(st.integers(2, 9), st.integers(0, 2**31))
def test_the_peak_of_more_dwellings_is_no_higher(dwellings: int, seed: int) -> None:
    """Per dwelling, the group's peak is at most the mean of the single ones, and exact."""
    random = np.random.default_rng(seed)
    demand = random.exponential(1.0, (dwellings, 2880))
    made_kw = random.random((dwellings, 2880))
    table = diversity(iter(zip(demand, demand - made_kw, strict=True)), dwellings, seed)
    assert table["dwellings"].iloc[-1] == dwellings
    all_of_them = demand.sum(axis=0).max() / dwellings
    assert table["admd_kw"].iloc[-1] == pytest.approx(all_of_them, rel=1e-5)
    assert table["admd_kw_least"].iloc[-1] == table["admd_kw_most"].iloc[-1]
    net = (demand - made_kw).sum(axis=0).max() / dwellings
    assert table["admd_with_units_kw"].iloc[-1] == pytest.approx(max(net, 0.0), rel=1e-5)
    single = demand.max(axis=1)
    assert table["admd_kw_most"].iloc[0] <= single.max() * (1 + 1e-6)
    assert all_of_them <= single.mean() * (1 + 1e-6)


def test_days_of_ones_own() -> None:
    dates = pd.date_range("2015-01-01", periods=365)
    heat = np.arange(365.0)
    found = periods(dates, heat, {"winter_day": date(2015, 2, 3)})
    assert dates[found["winter_day"]].tolist() == [pd.Timestamp("2015-02-03")]
    by_rule = periods(dates, heat)
    assert (found["summer_day"] == by_rule["summer_day"]).all()
    with pytest.raises(ConfigError, match=r"group\.days\.winter_day: 2014-02-03"):
        load_config({"group": {"days": {"winter_day": "2014-02-03"}}}, RESOURCES)


def test_a_season_has_a_control_of_its_own(config: Config) -> None:
    """By the clock in summer, by heat otherwise: as each control alone, in its own months."""
    dates = pd.date_range("2015-01-01", periods=365)
    demand = year_of(0).power_kw
    runs = {}
    for name, changes in (
        ("heat", {}),
        ("clock", {"control": "timed"}),
        ("both", {"season_controls": {"summer_season": "timed"}}),
    ):
        operation = load_config({"operation": changes}, RESOURCES).operation
        unit = plant(operation, config.catalogue_units()["stirling_1kw"])
        unit = unit._replace(controls=controls_by_season(operation, dates, 1440))
        year = operate(demand, unit, timed_steps(operation, 525_600))
        runs[name] = (year.by_day(year.flow("chp_power_kw")) > 0).copy()
    summer = dates.month.isin([6, 7, 8, 9])
    np.testing.assert_array_equal(runs["both"][~summer][:120], runs["heat"][~summer][:120])
    # a day after the change, what was before it is forgotten
    np.testing.assert_array_equal(runs["both"][summer][1:], runs["clock"][summer][1:])
    assert (runs["heat"][summer] != runs["clock"][summer]).any()
