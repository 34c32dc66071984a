"""Who controls the unit: the same dwelling, demand, step and plant under every control."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, Workflow
from design_cases import LEVY, system_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.config import Config, Forecast, Network, Tes, load_config
from microchp.config.notes import control_notes
from microchp.config.scenarios import (
    ControlInputs,
    Scenario,
    check_work,
    control_inputs,
    controlled_scenarios,
)
from microchp.control import dispatch
from microchp.control.battery import self_consuming
from microchp.control.dispatch import choose, figures, heat_led_year, household_year
from microchp.control.forecast import forecast_year
from microchp.control.heat_led import heat_led
from microchp.control.line import Dwelling, dwelling_of
from microchp.control.physics import Flows, Tank
from microchp.control.planning import Rolling, mean_before
from microchp.control.year import as_usual
from microchp.design.model import build_printed_model
from microchp.errors import ConfigError, DataError
from microchp.operation import heat_led as by_minute
from microchp.report.control import plot_control
from microchp.report.sections.control import section, sentences
from microchp.report.worth import STEPS, write_page
from microchp.series.issued import Issued, issued_notes, read_issued
from microchp.tables.columns import CONTROL
from microchp.tables.control import read_control

RESOURCES = ROOT / "resources"

PLANTS = {
    "unit": ("chp", "boiler", "tes"),
    "unit_with_sun": ("chp", "boiler", "tes", "pv"),
    "heat_pump": ("heat_pump", "boiler", "tes"),
    "immersion": ("chp", "boiler", "immersion_heater", "tes"),
    "without_store": ("chp", "boiler"),
    "battery": ("chp", "boiler", "tes", "battery"),
    "battery_and_sun": ("boiler", "tes", "battery", "pv"),
    "hybrid": ("chp", "heat_pump", "boiler", "tes"),
}


def dwelling(
    seed: int, parts: tuple[str, ...] = PLANTS["unit"], days: int = 4, **options: Any
) -> Dwelling:
    """A random dwelling of some days with a unit of 2 kW, a store of 8 kWh or both."""
    tes = Tes(max_kwh=15, initial_share=0.5, loss_share_per_day=0.1, level_loss_share_per_day=0.2)
    problem = system_problem(
        seed, parts=parts, days=days, slices=24, tes=tes, sizes_kw=(2,), **options
    )
    problem.day_weight[:] = 1.0
    if "heat_pump" in parts:
        pump = problem.inputs.heat_pump.model_copy(update={"sizes_kw": [5.0]})
        given = problem.inputs.model_copy(update={"heat_pump": pump})
        problem = replace(problem, inputs=given)
    unit = next((plant.part("chp") for plant in problem.plants if plant.part("chp")), None)
    sizes = {
        "chp_unit": unit.name if unit else "",
        "tes_kwh": 8.0,
        "heat_pump_kw": 5.0 if "heat_pump" in parts else 0.0,
        "pv_kwp": 3.0 if "pv" in parts else 0.0,
        "battery_kwh": 6.0 if "battery" in parts else 0.0,
    }
    return dwelling_of(problem, sizes)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    size=st.sampled_from([0.0, 0.4, 3.0, 20.0]),
    loss=st.sampled_from([0.0, 0.05]),
    per_hour=st.sampled_from([0.0, 0.03]),
    least=st.sampled_from([0.2, 0.5, 1.0]),
    min_run=st.integers(0, 8),
    literal_efficiency=st.sampled_from([0.8, 1.0]),
)
def test_decide_and_step_are_the_compiled_heat_led_loop(
    seed: int,
    size: float,
    loss: float,
    per_hour: float,
    least: float,
    min_run: int,
    literal_efficiency: float,
) -> None:
    rng = np.random.default_rng(seed)
    demand = rng.gamma(1.0, 2.0, 600) * (rng.random(600) < 0.6)
    efficiency = literal_efficiency
    loss = loss if size else 0.0
    plant = by_minute.Plant(
        by_minute.HYSTERESIS, 1.0, 3.0, least, min_run, 0, 0.0, size, loss,
        per_hour if size else 0.0, 3.0, charge_efficiency=efficiency, discharge_efficiency=0.9,
    )  # fmt: skip
    fused = np.empty((len(by_minute.FLOWS), 600))
    by_minute.run(demand, np.ones(600), np.zeros(600, dtype=bool), plant, 1 / 12, fused)
    flows = Flows(
        *heat_led(
            demand,
            np.full(600, 3.0 * least),
            np.full(600, 3.0),
            min_run_steps=min_run,
            initial_kwh=0.0,
            tank=Tank(size, loss, per_hour, efficiency, 0.9, keeps_floor=False),
            step_hours=1 / 12,
        )
    )
    expected = {
        "unit_kw": "chp_heat_kw",
        "others_kw": "boiler_heat_kw",
        "charge_kw": "store_charge_kw",
        "discharge_kw": "store_discharge_kw",
        "surplus_kw": "surplus_heat_kw",
        "level_kwh": "store_level_kwh",
    }
    for mine, theirs in expected.items():
        there = fused[by_minute.FLOWS.index(theirs)]
        np.testing.assert_allclose(getattr(flows, mine), there, atol=1e-9)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), parts=st.sampled_from(sorted(PLANTS)))
def test_the_household_pays_no_more_than_under_an_ordinary_controller(
    seed: int, parts: str
) -> None:
    home = dwelling(seed, PLANTS[parts])
    household, bound = household_year(home)
    ordinary = heat_led_year(home, 60)
    household.check()
    ordinary.check()
    assert bound <= household.cost_gbp + 1e-6
    # what is missing to the bound may hide an ordinary controller that is as good
    assert ordinary.cost_gbp >= bound - 1e-6
    slack = household.cost_gbp - bound
    assert household.cost_gbp <= ordinary.cost_gbp + slack + 1e-6


@pytest.mark.parametrize("parts", sorted(PLANTS))
@pytest.mark.parametrize("seed", range(3))
def test_the_plan_of_a_day_is_the_optimum_of_the_printed_model(seed: int, parts: str) -> None:
    """Of one day, closing the year is closing the day, which linopy and HiGHS solve whole."""
    home = dwelling(seed, PLANTS[parts], days=1)
    household, bound = household_year(home)
    model = build_printed_model(home.problem)
    model.solve("highs", mip_rel_gap=1e-8, mip_abs_gap=1e-7, output_flag=False)
    optimum = float(model.objective.value) + home.problem.constant_gbp
    assert bound <= optimum + 1e-6
    assert optimum <= household.cost_gbp + 1e-6
    assert household.cost_gbp - optimum <= 0.01 * abs(optimum)


def test_a_battery_stores_what_would_be_sold_and_gives_what_would_be_bought() -> None:
    home = dwelling(1, PLANTS["battery_and_sun"], days=2)
    assert home.battery is not None
    power = float(home.battery.table.heat_kw[0])
    net = np.zeros(48)
    net[3:6], net[10:12] = -1.0, 2.0
    done = self_consuming(home.battery, net)
    np.testing.assert_allclose(done.charge_kw[3:6], min(1.0, power))
    kept = done.level_kwh[9]
    given = done.discharge_kw[10:12].sum() / home.battery.exchange.discharge_efficiency
    assert 0.0 < given <= kept + 1e-9
    assert (done.charge_kw[10:] * done.discharge_kw[10:] == 0.0).all()
    assert done.surplus_kw.max() == 0.0


def test_a_hybrid_runs_its_unit_first_and_its_boiler_last() -> None:
    home = dwelling(2, PLANTS["hybrid"])
    year = heat_led_year(home, 60)
    kinds = [row.kind for row in home.plant.activities]
    done, table = year.operated.activity_kw, home.line.table
    pump, boiler = kinds.index("heat_pump"), kinds.index("boiler")
    before = slice(0, -home.line.slices)  # the last day is planned
    runs = done[pump, before] > 0.0
    assert runs.any()
    assert (done[pump, before][runs] >= table.least[pump, before][runs] - 1e-9).all()
    # the boiler gives what the heat pump cannot: it is full, or would be below its least
    fired = done[boiler, before] > 1e-9
    full = done[pump, before] >= table.most[pump, before] - 1e-9
    below = done[boiler, before] < table.least[pump, before]
    assert (full | below)[fired].all()


def test_forecasts_of_carbon_are_those_that_had_been_issued() -> None:
    day = np.datetime64("2015-01-01", "ns") + np.arange(3) * np.timedelta64(1, "D")
    hour = np.timedelta64(1, "h")
    issued = Issued(
        np.array([day[0] - hour, day[0] - hour, day[0] + 5 * hour, day[1]]),
        np.array([day[0], day[1], day[1], day[1] + 2 * hour]),
        np.array([0.1, 0.2, 0.3, 0.4]),
    )
    known = issued.known(day, 24, 0)
    assert known[0, 0] == 0.1
    assert known[1, 0] == 0.3  # the newer of two
    assert known[1, 2] == 0.4  # issued at that very midnight
    assert np.isnan(known[1, 5])
    assert np.isnan(known[2]).all()
    before = issued.known(day, 24, 1)
    assert before[1, 0] == 0.2  # a midnight earlier the newer one had not been issued
    assert np.isnan(before[0]).all()


def test_forecasts_of_carbon_that_are_none_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "issued.csv"
    good = "issued,time,grid_kg_per_kwh\n2015-01-01T00:00,2015-01-01T06:00,0.2\n"
    path.write_text(good + "2015-01-01T00:00,2015-01-01T07:00,0.3\n", encoding="utf-8")
    assert len(issued_notes(str(path), 2015)) == 1
    for row, message in (
        (
            "2015-01-03T00:00,2015-01-01T07:00,0.3",
            "column issued: after the step that it is of in 1 row;",
        ),
        ("2015-01-01T00:00,2015-01-01T07:00,300", "looks like grams"),
        ("2015-01-01T00:00,2015-01-01T07:00,few", "expected a number"),
    ):
        path.write_text(good + row + "\n", encoding="utf-8")
        with pytest.raises(DataError, match=message):
            read_issued(path, "forecast.carbon_file", 2015)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), parts=st.sampled_from(sorted(PLANTS)))
def test_forecasts_cost_no_less_than_foresight_and_leave_no_heat_unserved(
    seed: int, parts: str
) -> None:
    home = dwelling(seed, PLANTS[parts], days=12)
    _, bound = household_year(home)
    year = forecast_year(home, Rolling(24, 60), 60)
    year.check()
    assert year.cost_gbp >= bound - 1e-6
    assert year.unmet_kwh == 0.0
    assert year.operated.level_kwh[-1] == pytest.approx(home.line.initial_kwh, abs=1e-9)


@pytest.mark.parametrize("parts", sorted(PLANTS))
@pytest.mark.parametrize("seed", [0, 1])
def test_who_sees_more_pays_less(seed: int, parts: str) -> None:
    """A household of habits: each day is like the first, give or take a tenth."""
    home = dwelling(seed, PLANTS[parts], days=21)
    rng = np.random.default_rng(seed)
    names = ("space_heating_kw", "hot_water_kw", "electricity_kw", "outdoor_temperature_c",
             "pv_yield_kw_per_kwp")  # fmt: skip
    habits = {
        name: None if days is None else days[:1] * rng.uniform(0.9, 1.1, days.shape)
        for name, days in ((name, getattr(home.problem, name)) for name in names)
    }
    home = dwelling_of(replace(home.problem, **habits), home.sizes)
    ordinary = heat_led_year(home, 60).cost_gbp
    forecast = forecast_year(home, Rolling(24, 60), 60).cost_gbp
    household, bound = household_year(home)
    # where an ordinary controller is as good as any, a forecast that errs may cost pence
    assert ordinary >= forecast - 1e-3 * abs(forecast)
    assert forecast >= household.cost_gbp - 1e-6
    assert household.cost_gbp >= bound - 1e-6


@pytest.mark.parametrize("parts", ["unit_with_sun", "heat_pump", "battery", "hybrid"])
def test_what_comes_later_changes_no_decision_before_it(parts: str) -> None:
    """Demand and weather of all days from the ninth on are others; eight days stay as they were."""
    home = dwelling(5, PLANTS[parts], days=14, incentive=LEVY)
    known = 8
    rng = np.random.default_rng(1)

    def other(values: Any) -> Any:
        changed = values.copy()
        changed[known:] *= rng.uniform(0.2, 3.0, changed[known:].shape)
        return changed

    names = ("space_heating_kw", "hot_water_kw", "electricity_kw", "outdoor_temperature_c",
             "pv_yield_kw_per_kwp", "grid_kg_per_kwh")  # fmt: skip
    changes = {name: other(getattr(home.problem, name)) for name in names}
    elsewhere = dwelling_of(replace(home.problem, **changes), home.sizes)
    one, other_year = (forecast_year(each, Rolling(30, 60), 60) for each in (home, elsewhere))
    before, after = one.operated, other_year.operated
    count = known * home.line.slices
    assert not np.array_equal(before.level_kwh[count:], after.level_kwh[count:])
    np.testing.assert_array_equal(before.level_kwh[:count], after.level_kwh[:count])
    np.testing.assert_array_equal(before.activity_kw[:, :count], after.activity_kw[:, :count])
    if home.battery is not None:
        first, second = (year.battery.level_kwh[:count] for year in (one, other_year))
        np.testing.assert_array_equal(first, second)


def test_with_perfect_forecasts_a_long_horizon_is_as_good_as_foresight() -> None:
    """No mode has a least load, so that nothing is lost but what the horizon does not see."""
    home = dwelling(6, days=12, min_load_share=0.0)
    _, bound = household_year(home)
    costs = [
        forecast_year(home, Rolling(hours, 60, is_perfect=True), 60).cost_gbp - home.fixed_gbp
        for hours in (2, 48)
    ]
    best = bound - home.fixed_gbp
    assert best - 1e-6 <= costs[1] <= costs[0] + 1e-6
    assert costs[1] - best <= 1e-3 * abs(best)


def test_expectations_of_a_day_are_means_of_the_days_before_it() -> None:
    values = np.arange(20.0)[:, None]
    week = mean_before(values, 0, 7)[:, 0]
    assert week[0] == 0.0  # nothing precedes the first day
    assert week[3] == 1.0  # days 0, 1, 2
    assert week[10] == 6.0  # days 3 to 9
    tomorrow = mean_before(values, 1, 7)[:, 0]
    assert tomorrow[10] == 5.0  # at the midnight before day 9, of days 2 to 8
    same_weekday = mean_before(values, 0, 4, 7)[:, 0]
    assert same_weekday[15] == 4.5  # days 1 and 8


def test_every_year_ends_with_the_store_as_it_began() -> None:
    home = dwelling(3)
    for year in (household_year(home)[0], heat_led_year(home, 60)):
        assert year.operated.level_kwh[-1] == pytest.approx(home.line.initial_kwh, abs=1e-9)
        assert year.operated.level_kwh.min() >= 0.0
        assert year.operated.level_kwh.max() <= home.line.size_kwh + 1e-9


def test_a_year_that_does_not_close_is_refused() -> None:
    year, bound = household_year(dwelling(4))
    year.operated.charge_kw[5] += 1e-3
    with pytest.raises(dispatch.AssessmentError, match="does not close"):
        figures(year, bound)


def test_a_street_is_the_sum_of_its_dwellings() -> None:
    homes = [dwelling(seed) for seed in range(4)]
    inputs = ControlInputs(
        scenario=Scenario("case", "case", "case", "with"),
        controls=["heat_led", "household"],
        penetration=[0.5],
        min_run_minutes=60,
        forecast=Forecast(),
        network=Network(),
        seed=1,
    )
    street = dispatch.independent(homes, inputs.controls, inputs, threads=2)
    chosen = [1, 3]
    rows = {row["control"]: row for row in dispatch.rows_of(street, inputs.controls, chosen)}
    for control in ("heat_led", "household"):
        make = {
            "heat_led": lambda home: heat_led_year(home, 60),
            "household": lambda home: household_year(home)[0],
        }[control]
        own = {number: make(homes[number]) for number in chosen}
        usual = [as_usual(homes[number]) for number in (0, 2)]
        net = sum(year.net_kw for year in own.values()) + sum(other.net_kw for other in usual)
        row = rows[control]
        cost = sum(year.cost_gbp for year in own.values()) + sum(u.cost_gbp for u in usual)
        assert row["cost_gbp"] == pytest.approx(cost, abs=1e-9)
        assert row["import_kwh"] == pytest.approx(np.maximum(net, 0).sum(), abs=1e-9)
        assert row["export_kwh"] == pytest.approx(np.maximum(-net, 0).sum(), abs=1e-9)
        assert row["peak_import_kw"] == pytest.approx(max(net.max(), 0.0))
    assert rows["heat_led"]["value_gbp"] == 0.0
    saved = rows["heat_led"]["cost_gbp"] - rows["household"]["cost_gbp"]
    assert rows["household"]["value_gbp"] == pytest.approx(saved)


def test_a_larger_share_has_the_dwellings_of_a_smaller_one() -> None:
    assert set(choose(40, 10, seed=1)) < set(choose(40, 20, seed=1)) < set(choose(40, 40, seed=1))
    assert choose(40, 10, seed=1) != choose(40, 10, seed=2)


def loaded(**blocks: Any) -> Config:
    grid = {"house": ["flat"], "incentive": ["none"], "control": ["heat_led", "household"]}
    own = blocks.pop("scenarios", {})
    return load_config({"scenarios": grid | own, **blocks}, RESOURCES)


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        (
            {"scenarios": {"control": ["heat_led", "network"]}},
            "scenarios.control: 'network' runs a group, and there is none",
        ),
        (
            {
                "scenarios": {"control": ["network"], "penetration": [1.0]},
                "grid": {"max_export_kw": 2.0},
            },
            "grid.max_export_kw",
        ),
        (
            {
                "scenarios": {"plant": ["stored"]},
                "plants": {"stored": {"chp": {}, "boiler": {}, "battery": {}}},
                "grid": {"max_import_kw": 12.0},
            },
            "scenarios.control: there is no design that a control could run",
        ),
    ],
)
def test_controls_that_have_nothing_to_run_are_refused(
    blocks: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        check_work(loaded(**blocks))


def test_without_another_control_nothing_is_run_and_nothing_changes() -> None:
    plain = load_config({}, RESOURCES)
    assert plain.scenarios.control == ["heat_led"]
    assert controlled_scenarios(plain) == {}
    assert control_notes(plain) == []


def test_a_battery_at_a_limited_connection_is_left_out_and_said_to_be() -> None:
    config = loaded(
        grid={"max_import_kw": 12.0},
        scenarios={"plant": ["chp", "stored"]},
        plants={"stored": {"chp": {}, "boiler": {}, "battery": {}}},
    )
    assert {scenario.plant for scenario in controlled_scenarios(config).values()} == {"chp"}
    (note,) = control_notes(config)
    assert "stored" in note


def test_what_is_not_asked_for_reruns_nothing() -> None:
    """A changed horizon changes no job of a run without forecasts."""
    one = loaded()
    other = loaded(forecast={"horizon_hours": 6}, network={"co2_gbp_per_kg": 0.1})
    (scenario, *_) = controlled_scenarios(one).values()
    assert control_inputs(one, scenario) == control_inputs(other, scenario)
    forecasting = loaded(
        scenarios={"control": ["heat_led", "forecast"]}, forecast={"horizon_hours": 6}
    )
    assert control_inputs(forecasting, scenario).forecast.horizon_hours == 6


def table_of_controls() -> pd.DataFrame:
    """A house and its group of four under three controls, in round numbers."""
    rows = []
    for extent, dwellings in (("dwelling", 1), ("group", 4)):
        for control, cost in (("heat_led", 900.0), ("forecast", 850.0), ("household", 800.0)):
            rows.append(
                {column.name: "" if column.text else 0.0 for column in CONTROL}
                | {
                    "scenario": "case",
                    "extent": extent,
                    "penetration": 1.0,
                    "control": control,
                    "dwellings": dwellings,
                    "units": dwellings,
                    "cost_gbp": dwellings * cost,
                    "bau_cost_gbp": dwellings * 1000.0,
                    "bau_co2_kg": 1.0,
                    "chp_starts": 10.0,
                    "saving_kept_share": (1000.0 - cost) / 200.0,
                    "house": "flat",
                    "incentive": "none",
                    "tes": "with",
                    "plant": "chp",
                    "design": "optimal",
                }
            )
    return pd.DataFrame(rows)


def test_the_page_says_what_is_kept_of_the_saving(tmp_path: Path) -> None:
    other = table_of_controls().assign(scenario="no_store", cost_gbp=999.0)
    (said,) = sentences(pd.concat([table_of_controls(), other]), {"case"})
    assert "keeps 50 % of the saving" in said
    assert "from the past 75 %" in said
    alone = table_of_controls().query("control == 'household'")
    assert sentences(alone, {"case"}) == []
    table_of_controls().to_csv(tmp_path / "control.csv", index=False)
    svg = tmp_path / "control.svg"
    plot_control(
        control_path=tmp_path / "control.csv", svg_path=svg, pdf_path=tmp_path / "control.pdf"
    )
    text = svg.read_text(encoding="utf-8")
    assert "Flat, No incentive, with store" in text
    assert "Ordinary controller" in text
    assert "Network" not in text
    shown = section(read_control(tmp_path / "control.csv"), svg)
    assert [row[1] for row in shown.parts[-1].rows] == [
        "Ordinary controller",
        "Forecasts",
        "Perfect foresight",
    ]
    assert all(row[2] == "4 of 4" for row in shown.parts[-1].rows)
    table_of_controls().assign(chp_starts=0.0).to_csv(tmp_path / "control.csv", index=False)
    (nothing,) = section(read_control(tmp_path / "control.csv"), svg).parts
    assert nothing.text == "No design has a unit that could be run in another way."


def test_the_page_of_what_it_is_worth_has_steps_that_add_up(tmp_path: Path) -> None:
    rows = []
    for extent, dwellings in (("dwelling", 1), ("group", 4)):
        for number, step in enumerate(STEPS):
            if extent == "dwelling" and step.control == "network":
                continue
            rows.append(
                {column.name: "" if column.text else 0.0 for column in CONTROL}
                | {
                    "scenario": "case",
                    "extent": extent,
                    "control": step.control,
                    "plant": step.plant,
                    "variant": step.variant,
                    "dwellings": dwellings,
                    "units": dwellings,
                    "cost_gbp": dwellings * (900.0 - 50.0 * number),
                    "objective_gbp": dwellings * (890.0 - 50.0 * number),
                    "lower_bound_gbp": dwellings * (880.0 - 50.0 * number),
                    "bau_cost_gbp": dwellings * 1000.0,
                }
            )
    pd.DataFrame(rows).to_csv(tmp_path / "control.csv", index=False)
    write_page(tmp_path / "control.csv", tmp_path / "page.md")
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    (store,) = (line for line in page.splitlines() if line.startswith("| + store of 6 kWh | 850"))
    assert "| £150 | £50 |" in store
    (network,) = (line for line in page.splitlines() if line.startswith("| + run by the network"))
    # the network's account is the group's: 4 x 590 after 4 x 650 of its households
    assert network.startswith("| + run by the network | 2,360 | £1,640 | £240 |")
    assert "coordination saves\n£200. No coordination saves more than £240" in page


@pytest.mark.slow
def test_a_run_gives_the_table_of_controls(workflow: Workflow) -> None:
    changes = {
        "run": {"name": "controlled"},
        "scenarios": {
            "house": ["cottage"],
            "incentive": ["none"],
            "tes": ["with"],
            "penetration": [1.0],
            "control": ["heat_led", "household", "forecast", "network"],
        },
        "group": {"dwellings": 1},
    }
    done = workflow.run(workflow.write("controlled.yaml", changes), "--cores", "2")
    assert done.returncode == 0, done.stdout
    table = read_control(workflow.results("controlled") / "control.csv")
    assert list(table["control"].unique()) == ["heat_led", "household", "forecast", "network"]
    assert set(table["extent"]) == {"dwelling", "group"}
    whole = table[table["penetration"] == 1.0].set_index(["extent", "control"])
    # the group of one is the first dwelling
    for control in ("heat_led", "household", "forecast"):
        alone, group = whole.loc[("dwelling", control)], whole.loc[("group", control)]
        assert alone["cost_gbp"] == pytest.approx(group["cost_gbp"])
    own = table[table["control"] != "network"]
    assert (own["cost_gbp"] >= own["lower_bound_gbp"] - 1e-6).all()
    network = table[table["control"] == "network"]
    assert (network["objective_gbp"] >= network["lower_bound_gbp"] - 1e-6).all()
