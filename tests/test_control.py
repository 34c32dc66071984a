"""Who controls the unit: the same dwelling, demand, step and plant under every control."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import Workflow
from design_cases import system_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.config import Forecast, Network, Tes
from microchp.config.scenarios import ControlInputs, Scenario
from microchp.control import dispatch
from microchp.control.dispatch import choose, figures, heat_led_year, household_year
from microchp.control.forecast import Rolling, forecast_year, mean_before
from microchp.control.heat_led import heat_led
from microchp.control.line import Dwelling, dwelling_of
from microchp.control.physics import Flows, Tank
from microchp.control.year import as_usual
from microchp.design.model import build_printed_model
from microchp.operation import heat_led as by_minute

PLANTS = {
    "unit": ("chp", "boiler", "tes"),
    "unit_with_sun": ("chp", "boiler", "tes", "pv"),
    "heat_pump": ("heat_pump", "boiler", "tes"),
    "immersion": ("chp", "boiler", "immersion_heater", "tes"),
    "without_store": ("chp", "boiler"),
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


@settings(max_examples=25, deadline=None)
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


@pytest.mark.parametrize("parts", ["unit_with_sun", "heat_pump"])
def test_what_comes_later_changes_no_decision_before_it(parts: str) -> None:
    """Demand and weather of all days from the ninth on are others; eight days stay as they were."""
    home = dwelling(5, PLANTS[parts], days=14)
    known = 8
    rng = np.random.default_rng(1)

    def other(values: Any) -> Any:
        changed = values.copy()
        changed[known:] *= rng.uniform(0.2, 3.0, changed[known:].shape)
        return changed

    names = ("space_heating_kw", "hot_water_kw", "electricity_kw", "outdoor_temperature_c",
             "pv_yield_kw_per_kwp")  # fmt: skip
    changes = {name: other(getattr(home.problem, name)) for name in names}
    elsewhere = dwelling_of(replace(home.problem, **changes), home.sizes)
    before, after = (
        forecast_year(each, Rolling(30, 60), 60).operated for each in (home, elsewhere)
    )
    count = known * home.line.slices
    assert not np.array_equal(before.level_kwh[count:], after.level_kwh[count:])
    np.testing.assert_array_equal(before.level_kwh[:count], after.level_kwh[:count])
    np.testing.assert_array_equal(before.activity_kw[:, :count], after.activity_kw[:, :count])


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
    from microchp.tables.control import read_control

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
