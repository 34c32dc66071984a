"""A group run as one plant: its bound, its schedules, its limits and what households are paid."""

from dataclasses import replace
from typing import Any

import linopy
import numpy as np
import pandas as pd
import pytest
from design_cases import system_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.config import Forecast, Network, Tes
from microchp.config.scenarios import ControlInputs, Scenario
from microchp.control import dispatch
from microchp.control.coordination import GroupCost
from microchp.control.line import Dwelling, dwelling_of
from microchp.control.network import coordinate
from microchp.errors import SolveError
from microchp.system.activities import Activity


def homes(seed: int, count: int = 3, slices: int = 48, days: int = 1) -> list[Dwelling]:
    """Dwellings with a unit of 2 kW, of at least half its power, and a store of 8 kWh."""
    tes = Tes(max_kwh=15, initial_share=0.5, loss_share_per_day=0.1)
    made = []
    for number in range(count):
        problem = system_problem(
            100 * seed + number, parts=("chp", "boiler", "tes"), days=days, slices=slices, tes=tes,
            sizes_kw=(2,),
        )  # fmt: skip
        problem.day_weight[:] = 1.0
        if made:  # one tariff for all
            first = made[0].problem
            problem = replace(
                problem,
                import_price_gbp_per_kwh=first.import_price_gbp_per_kwh,
                export_price_gbp_per_kwh=first.export_price_gbp_per_kwh,
            )
        unit = problem.plants[-1].part("chp")
        made.append(dwelling_of(problem, {"chp_unit": unit.name, "tes_kwh": 8.0}))
    return made


def cost_of(group: list[Dwelling], limit_kw: float = np.inf, symmetric: bool = False) -> GroupCost:
    table = group[0].line.table
    sell = np.minimum(table.export_gbp_per_kwh, table.import_gbp_per_kwh)
    sell = table.import_gbp_per_kwh if symmetric else sell
    step = group[0].line.step_hours
    return GroupCost(table.import_gbp_per_kwh, sell, limit_kw, np.inf, step)


def activity_of(home: Dwelling, kind: str) -> Activity:
    return next(row for row in home.plant.activities if row.kind == kind)


def whole_optimum(group: list[Dwelling], cost: GroupCost) -> float:
    """The group's least cost as one mixed-integer programme, written down by hand."""
    model = linopy.Model()
    time = pd.RangeIndex(group[0].problem.heat_kw.size, name="t")
    hours = group[0].line.step_hours
    limit = cost.max_import_kw

    def positive(name: str, upper: Any = np.inf) -> linopy.Variable:
        return model.add_variables(lower=0, upper=upper, coords=[time], name=name)

    bought, sold = positive("bought", limit), positive("sold")
    direction = model.add_variables(binary=True, coords=[time], name="direction")
    model.add_constraints(bought <= 100 * direction)
    model.add_constraints(sold <= 100 * (1 - direction))
    net = 0
    spent = (bought * pd.Series(cost.buy, time) - sold * pd.Series(cost.sell, time)).sum()
    fixed = 0.0
    for number, home in enumerate(group):
        problem, tes = home.problem, home.problem.inputs.tes
        unit, boiler = activity_of(home, "chp"), activity_of(home, "boiler")
        gas = problem.inputs.design_tariff.gas_gbp_per_kwh
        on = model.add_variables(binary=True, coords=[time], name=f"on{number}")
        power, heat = positive(f"power{number}"), positive(f"heat{number}")
        charge, give = positive(f"charge{number}"), positive(f"give{number}")
        filling = model.add_variables(binary=True, coords=[time], name=f"filling{number}")
        level = positive(f"level{number}", home.line.size_kwh)
        model.add_constraints(power <= float(unit.most_kw) * on)
        model.add_constraints(power >= float(unit.least_kw) * on)
        most = home.line.size_kwh / hours * 2 + 10
        model.add_constraints(charge <= most * filling)
        model.add_constraints(give <= most * (1 - filling))
        demand = pd.Series(problem.heat_kw.ravel(), time)
        model.add_constraints(unit.heat * power + heat + give - charge == demand)
        gained = tes.charge_efficiency * charge - (1 / tes.discharge_efficiency) * give
        rise = hours * gained - hours * home.line.loss_kw
        start = home.line.initial_kwh
        model.add_constraints((level - rise).isel(t=0) == start)
        later = level.isel(t=slice(1, None)) - level.shift(t=1).isel(t=slice(1, None))
        model.add_constraints(later - rise.isel(t=slice(1, None)) == 0)
        model.add_constraints(level.isel(t=-1) == start)
        net = net + pd.Series(problem.electricity_kw.ravel(), time) - power
        spent = (
            spent
            + (
                (gas * unit.fuel + unit.upkeep_gbp_per_kwh) * power
                + (gas * boiler.fuel + boiler.upkeep_gbp_per_kwh) * heat
                + tes.maintenance_gbp_per_kwh * give
            ).sum()
        )
        fixed += home.fixed_gbp
    model.add_constraints(bought - sold == net)
    peak = model.add_variables(lower=0, name="peak")
    model.add_constraints(bought <= peak)
    model.add_objective(hours * spent + cost.peak_gbp_per_kw * peak)
    model.solve("highs", mip_rel_gap=1e-4, output_flag=False, time_limit=60)
    assert model.termination_condition == "optimal"
    return float(model.objective.value) + fixed


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("is_limited", [False, True])
def test_three_dwellings_cost_what_one_large_programme_finds(seed: int, is_limited: bool) -> None:
    """Within a thousandth of the cost of operation: capital, which nobody changes, is left out."""
    group = homes(seed, slices=32)
    free = coordinate(group, np.zeros(32), cost_of(group), 0.0)
    peak = float(sum(year.net_kw for year in free.years).max())
    cost = cost_of(group, 0.85 * peak if is_limited else np.inf)
    found = coordinate(group, np.zeros(32), cost, 0.0)
    whole = whole_optimum(group, cost)
    running = abs(whole - sum(home.fixed_gbp for home in group))
    assert found.bound_gbp <= whole + 1e-4 * running
    assert found.bound_gbp <= found.objective_gbp + 1e-6
    assert found.objective_gbp - whole <= 1e-3 * running
    load = sum(year.net_kw for year in found.years)
    assert cost.excess_kw(load).max() <= 1e-4


def test_a_group_is_coordinated_the_same_with_any_number_of_threads() -> None:
    group = homes(4, slices=24)
    one, two = (coordinate(group, np.zeros(24), cost_of(group), 0.0, n) for n in (1, 2))
    assert (one.objective_gbp, one.bound_gbp) == (two.objective_gbp, two.bound_gbp)


def test_a_dear_peak_comes_down_as_far_as_one_large_programme_has_it() -> None:
    group = homes(5, count=2, slices=16)
    none, plain = np.zeros(16), cost_of(group)
    free = coordinate(group, none, plain, 0.0)
    dear = replace(plain, peak_gbp_per_kw=100.0)
    found = coordinate(group, none, dear, 0.0)
    before, after = (
        max(0.0, float(sum(year.net_kw for year in each.years).max())) for each in (free, found)
    )
    assert after < before
    whole = whole_optimum(group, dear)
    assert found.bound_gbp <= whole + 1e-3
    assert found.objective_gbp <= free.objective_gbp + 100.0 * before + 1e-6
    assert found.objective_gbp - whole <= 0.01 * 100.0 * before


def test_prices_of_a_peak_stay_within_what_it_costs() -> None:
    cost = GroupCost(np.full(4, 0.2), np.full(4, 0.1), np.inf, np.inf, 0.5, peak_gbp_per_kw=1.0)
    moved = cost.towards(np.full(4, 0.2), np.array([3.2, 1.2, 0.15, 0.0]))
    np.testing.assert_allclose(moved, [2.2, 0.2, 0.15, 0.1])
    # least of C - price x load by trying loads, the peak in it: 1.0 x peak is what slice 0 earns
    loads = np.linspace(-3.0, 3.0, 61)
    assert cost.load_gbp(np.array([2.0, 0.0, 0.0, 0.0])) == pytest.approx(2.0 + 0.5 * 0.4)
    least = min(cost.load_gbp(np.array([load, 0.0, 0.0, 0.0])) - 0.5 * 2.2 * load for load in loads)
    assert cost.reply_gbp(moved) == pytest.approx(least, abs=1e-9)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 1000), is_symmetric=st.booleans())
def test_a_group_pays_no_more_than_its_households_do_by_themselves(
    seed: int, is_symmetric: bool
) -> None:
    group = homes(seed, count=4, slices=24, days=3)
    cost = cost_of(group, symmetric=is_symmetric)
    none = np.zeros(72)
    found = coordinate(group, none, cost, 0.0)
    alone = [dispatch.household_year(home)[0] for home in group]
    load = sum(year.net_kw for year in alone)
    by_themselves = sum(year.own_gbp for year in alone)
    by_themselves += cost.step_hours * cost.trade_gbp(load).sum()
    assert found.bound_gbp - 1e-6 <= found.objective_gbp <= by_themselves + 1e-6
    for year in found.years:
        year.check()


@pytest.mark.parametrize("limit", ["max_import_kw", "max_export_kw"])
def test_a_limit_that_no_schedule_holds_is_refused_with_hour_and_what_is_missing(
    limit: str,
) -> None:
    group = homes(1)
    cost = replace(cost_of(group), **{limit: 1.0})
    base = np.zeros(48)
    base[30] = 40.0 if limit == "max_import_kw" else -40.0
    message = rf"network\.{limit} = 1 kW cannot be held.*2015-01-01 15:00:00.*are missing"
    with pytest.raises(SolveError, match=message):
        coordinate(group, base, cost, 0.0)


def test_co2_comes_down_as_it_gets_dear() -> None:
    group = homes(2, slices=24)
    grid = np.where(np.arange(24) % 6 < 3, 0.1, 0.7)
    for home in group:
        home.problem.grid_kg_per_kwh[:] = grid
    plain, dear = (
        coordinate(
            group,
            np.zeros(24),
            replace(
                cost_of(group, symmetric=True),
                buy=cost_of(group).buy + price * grid,
                sell=cost_of(group).buy + price * grid,
            ),
            price,
        )
        for price in (0.0, 5.0)
    )
    assert sum(year.co2_kg for year in dear.years) < sum(year.co2_kg for year in plain.years)


def test_nobody_pays_more_than_under_a_control_of_their_own() -> None:
    group = homes(3, count=4, slices=24, days=2)
    inputs = ControlInputs(
        scenario=Scenario("case", "case", "case", "with"),
        controls=["heat_led", "household", "network"],
        penetration=[0.75],
        min_run_minutes=60,
        forecast=Forecast(),
        network=Network(),
        seed=1,
    )
    street = dispatch.independent(group, inputs.controls, inputs, threads=2)
    chosen = [0, 1, 3]
    run = dispatch.network_run(street, chosen, inputs.network, threads=2)
    rows = {row["control"]: row for row in dispatch.rows_of(street, inputs.controls, chosen, run)}
    network, household = rows["network"], rows["household"]
    own = [street.years["household"][number].cost_gbp for number in chosen]
    more = [year.cost_gbp - cost for year, cost in zip(run.years, own, strict=True)]
    assert network["payment_gbp"] == pytest.approx(sum(max(0.0, extra) for extra in more))
    assert network["objective_gbp"] <= household["objective_gbp"] + 1e-6
    assert network["lower_bound_gbp"] <= network["objective_gbp"] + 1e-6
    assert network["relative_gap"] <= 0.01
    load = sum(year.net_kw for year in run.years) + street.usual[2].net_kw
    assert network["import_kwh"] == pytest.approx(np.maximum(load, 0.0).sum())


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_hull_of_a_cost_is_never_above_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    buy, sell = rng.uniform(-0.1, 0.4, (2, 50))
    low, high = rng.uniform(-5.0, 2.0, 50), rng.uniform(0.0, 6.0, 50)
    high = low + high
    cost = GroupCost(buy, sell, np.inf, np.inf, 0.5)
    hull, added = cost.hull(low, high)
    assert (hull.sell <= hull.buy + 1e-12).all()
    for share in np.linspace(0.0, 1.0, 11):
        load = low + share * (high - low)
        assert hull.load_gbp(load) + added <= cost.load_gbp(load) + 1e-9
    # at one end or the other, where the price turns, they meet
    free = cost.sell <= cost.buy
    load = np.where(free, 0.5 * (low + high), high)
    assert hull.load_gbp(load) + added == pytest.approx(cost.load_gbp(load), abs=1e-9)


def test_prices_stop_at_the_kinks_of_the_cost() -> None:
    cost = GroupCost(np.full(3, 0.2), np.full(3, 0.1), 5.0, np.inf, 1.0)
    price = np.array([0.15, 0.3, 0.2])
    moved = cost.towards(price, np.array([0.4, 0.05, 0.4]))
    np.testing.assert_allclose(moved, [0.2, 0.2, 0.4])
    # the least of C - price x load, by trying loads
    loads = np.linspace(-50.0, 5.0, 5501)[:, None]
    trade = np.where(loads > 0, cost.buy * loads, cost.sell * loads)
    least = (trade - moved * loads).min(axis=0).sum()
    assert cost.reply_gbp(moved) == pytest.approx(least, abs=1e-9)
