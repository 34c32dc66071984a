"""The default route against independent answers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from design_cases import FIT, LEVY, NO_INCENTIVE, constant_problem, inputs, random_problem
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import best_day_by_levels, best_without_store, capital, disjunctive_relaxation

from microchp.config import Boiler, ChpUnit, Incentive, Tariff, Tes
from microchp.design import certificate
from microchp.design.certificate import cut_from_prices, evaluate, price_slopes
from microchp.design.check import check_solution
from microchp.design.model import build_printed_model, v1_semantics
from microchp.design.problem import Problem
from microchp.design.schedule import PlantYear
from microchp.design.search import Proof, StoreSearch, solve_by_days

GENEROUS_EXPORT = Incentive(generation_gbp_per_kwh=0.05, export_gbp_per_kwh=0.17)
DEEMED = Incentive(
    generation_gbp_per_kwh=0.1,
    export_gbp_per_kwh=0.05,
    deemed_export_share=0.5,
    capital_grant_share=0.3,
)
INCENTIVES = st.sampled_from([NO_INCENTIVE, FIT, LEVY, GENEROUS_EXPORT, DEEMED])
SMALL = settings(max_examples=12, deadline=None, derandomize=True)


def forever() -> float:
    return 1e6


def checked(problem: Problem, gap: float) -> Proof:
    """The proof of a problem, its flows checked against the printed model."""
    proof = solve_by_days(problem, gap, forever)
    flows = proof.design.year.flows(proof.design.operation)
    model = build_printed_model(problem)
    check_solution(problem, model, proof.design, flows, proof.lower_bound_gbp)
    return proof


def printed_optimum(problem: Problem, exclusivity: str) -> float | None:
    """Optimum of the monolithic printed model with the sizes free; None if infeasible."""
    with v1_semantics():
        model = build_printed_model(problem, exclusivity)
        model.solve(
            solver_name="highs",
            io_api="direct",
            threads=1,
            progress=False,
            output_flag=False,
            log_to_console=False,
            mip_rel_gap=1e-7,
            time_limit=60.0,
        )
    if model.termination_condition == "infeasible":
        return None
    assert model.termination_condition == "optimal"
    return float(model.objective.value) + problem.constant_gbp


@SMALL
@given(
    seed=st.integers(0, 10_000),
    min_load=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    incentive=INCENTIVES,
    boiler_kw=st.sampled_from([None, 30.0]),
    none=st.booleans(),
)
def test_without_store_equals_the_closed_form(seed, min_load, incentive, boiler_kw, none):
    sizes = (0, 1, 2) if none else (1, 4)
    parameters = inputs(
        sizes_kw=sizes,
        min_load_share=min_load,
        incentive=incentive,
        boiler=Boiler(max_heat_kw=boiler_kw, maintenance_gbp_per_kwh=0.002),
    )
    problem = random_problem(seed, parameters, days=2)
    proof = checked(problem, 1e-6)
    cost, size = best_without_store(problem)
    assert proof.design.cost_gbp == pytest.approx(cost, rel=1e-6)
    assert proof.design.plant.size("chp") == size
    assert proof.lower_bound_gbp == proof.design.cost_gbp


@settings(SMALL, max_examples=10)
@given(
    seed=st.integers(0, 10_000),
    min_load=st.sampled_from([0.0, 0.5]),
    incentive=INCENTIVES,
    loss=st.sampled_from([0.0, 0.0275, 0.5]),
    initial=st.sampled_from([1.0, 0.4, 0.0]),
    efficiency=st.sampled_from([0.9, 1.0, 0.6]),
    boiler_kw=st.sampled_from([None, None, 14.0]),
    two_days=st.booleans(),
)
def test_with_store_equals_the_printed_model(
    seed, min_load, incentive, loss, initial, efficiency, boiler_kw, two_days
):
    tes = Tes(
        max_kwh=20,
        loss_share_per_day=loss,
        initial_share=initial,
        charge_efficiency=efficiency,
    )
    parameters = inputs(
        min_load_share=min_load,
        incentive=incentive,
        tes=tes,
        boiler=Boiler(max_heat_kw=boiler_kw),
    )
    days, slices = (2, 12) if two_days else (1, 24)
    problem = random_problem(seed, parameters, days=days, slices=slices)
    printed = printed_optimum(problem, "everywhere" if seed % 2 else "where_needed")
    proof = solve_by_days(problem, 5e-5, forever)
    if printed is None:
        flows = proof.design.year.flows(proof.design.operation)
        assert flows["unserved_heat_kw"].max() > 1e-3
        return
    proof = checked(problem, 5e-5)
    scale = max(abs(printed), 1.0)
    assert proof.gap <= 5e-5
    assert abs(proof.design.cost_gbp - printed) <= 1e-4 * scale
    assert proof.lower_bound_gbp <= printed + 1e-6 * scale


@pytest.mark.parametrize("min_load", [0.0, 0.5])
@pytest.mark.parametrize("incentive", [NO_INCENTIVE, FIT], ids=["none", "fit"])
def test_dynamic_programming_finds_nothing_better_than_the_bound(min_load, incentive):
    size = 8.0
    tes = Tes(min_kwh=size, max_kwh=size)
    parameters = inputs(sizes_kw=(2,), min_load_share=min_load, tes=tes, incentive=incentive)
    problem = random_problem(11, parameters)
    proof = checked(problem, 1e-5)
    unit = parameters.units[0]
    by_levels = 365 * best_day_by_levels(problem, 0, unit, size, levels=401)
    by_levels += capital(parameters, unit, size)
    assert by_levels >= proof.lower_bound_gbp - 1e-6
    assert proof.design.cost_gbp <= by_levels * (1 + 1e-5)
    assert by_levels == pytest.approx(proof.design.cost_gbp, rel=2e-2)


@SMALL
@given(seed=st.integers(0, 10_000), incentive=INCENTIVES, min_load=st.sampled_from([0.0, 0.5]))
def test_any_prices_give_a_bound_for_any_size(seed, incentive, min_load):
    tes = Tes(max_kwh=30, loss_share_per_day=0.1, initial_share=0.7)
    problem = random_problem(
        seed, inputs(min_load_share=min_load, incentive=incentive, tes=tes), days=2
    )
    plant_year = PlantYear(problem, problem.plants[2])
    curves = plant_year.curves
    prices = np.random.default_rng(seed).normal(0.05, 0.05, problem.shape)
    cut = cut_from_prices(problem, curves, prices)
    for size in (0.0, 1.0, 17.0, 30.0):
        hull = evaluate(problem, curves, size)
        operation = plant_year.along(size, hull.level_kwh)
        assert cut.at(size) <= hull.relaxed_gbp + 1e-9
        assert hull.cut.at(size) == pytest.approx(hull.relaxed_gbp, rel=1e-9, abs=1e-7)
        assert hull.relaxed_gbp <= operation.operating_gbp + 1e-7


def test_the_design_does_not_depend_on_the_step():
    tes = Tes(max_kwh=40, loss_share_per_day=0.05, capital_cost_gbp_per_kwh=5)
    parameters = inputs(sizes_kw=(2,), tes=tes)
    results = [
        checked(constant_problem(parameters, slices, heat_kw=1.2), 1e-6)
        for slices in (24, 96, 288, 1440)
    ]
    costs = [proof.design.cost_gbp for proof in results]
    sizes = [proof.design.operation.size_kwh for proof in results]
    assert costs == pytest.approx([costs[0]] * 4, rel=1e-6)
    assert sizes == pytest.approx([sizes[0]] * 4, abs=1e-3)
    assert sizes[0] > 1


@settings(SMALL, max_examples=5)
@given(
    seed=st.integers(0, 10_000),
    initial=st.sampled_from([1.0, 0.5]),
    incentive=INCENTIVES,
    tolerance=st.sampled_from([0.1, 2.0]),
)
def test_a_tolerance_at_midnight_lowers_the_bound_by_what_it_may_save(
    seed, initial, incentive, tolerance
):
    tes = Tes(max_kwh=10, initial_share=initial, closing_tolerance_kwh=tolerance)
    parameters = inputs(sizes_kw=(1,), incentive=incentive, tes=tes)
    problem = random_problem(seed, parameters, days=3, slices=12)
    problem = dataclasses.replace(problem, day_weight=np.array([200.0, 100.0, 65.0]))
    printed = printed_optimum(problem, "where_needed")
    proof = checked(problem, 1e-3)
    scale = max(abs(printed), 1.0)
    assert proof.lower_bound_gbp <= printed + 1e-6 * scale
    assert printed <= proof.design.cost_gbp + 1e-6 * scale


def test_prices_below_zero_are_no_exception():
    problem = random_problem(3, inputs(tes=Tes(max_kwh=10), min_load_share=0.5, incentive=FIT))
    price = problem.import_price_gbp_per_kwh.copy()
    price[:, 1::4] = -0.2
    problem = dataclasses.replace(problem, import_price_gbp_per_kwh=price)
    proof = checked(problem, 5e-5)
    assert proof.design.cost_gbp == pytest.approx(printed_optimum(problem, "everywhere"), rel=1e-4)


def test_export_above_import_in_some_slices_is_not_a_money_pump():
    parameters = inputs(tes=Tes(max_kwh=10), min_load_share=0.5)
    problem = random_problem(3, parameters)
    export = problem.export_price_gbp_per_kwh.copy()
    export[:, ::3] = 0.4
    problem = dataclasses.replace(problem, export_price_gbp_per_kwh=export)
    proof = checked(problem, 5e-5)
    printed = printed_optimum(problem, "everywhere")
    assert proof.design.cost_gbp == pytest.approx(printed, rel=1e-4)


def test_a_day_without_demand_costs_nothing_but_the_standing_loss():
    tes = Tes(min_kwh=10, max_kwh=10, loss_share_per_day=0.1)
    problem = random_problem(5, inputs(sizes_kw=(0,), tes=tes))
    zero = np.zeros(problem.shape)
    problem = dataclasses.replace(
        problem, space_heating_kw=zero, hot_water_kw=zero, electricity_kw=zero
    )
    proof = checked(problem, 1e-6)
    heat = 365 * 10 * 0.1 / tes.charge_efficiency
    fuel = heat / problem.inputs.boiler.efficiency * Tariff().gas_gbp_per_kwh
    expected = capital(problem.inputs, None, 10.0) + fuel
    assert proof.design.cost_gbp == pytest.approx(expected, rel=1e-9)


def test_without_an_undecided_day_rounding_moves_none():
    """Days to move may be none at all: nothing is then solved."""
    problem = constant_problem(inputs(sizes_kw=(1,), tes=Tes(min_kwh=5, max_kwh=5)), slices=24)
    search = StoreSearch(PlantYear(problem, problem.plants[0]))
    found = search.evaluate(5.0)
    operation = search.year.along(found.size_kwh, found.level_kwh)
    none = np.zeros(0, dtype=int)
    rounding = search.rounding
    assert rounding._moved(operation, none, np.zeros((1, 1, 24), dtype=bool)) is operation


def with_sizes(problem: Problem, unit: ChpUnit | None, tes_kwh: float) -> Problem:
    """The same problem with one unit (or none) and one size of the store to choose from."""
    given = problem.inputs
    store = problem.tes.model_copy(update={"min_kwh": tes_kwh, "max_kwh": max(tes_kwh, 1e-9)})
    choice = {"units": [unit] if unit else [], "no_unit": unit is None, "tes": store}
    return dataclasses.replace(problem, inputs=given.model_copy(update=choice))


def test_highs_alone_finds_no_sizes_that_beat_the_bound():
    tes = Tes(max_kwh=40)
    problem = random_problem(8, inputs(min_load_share=0.5, incentive=FIT, tes=tes))
    free = checked(problem, 1e-4)
    best = free.design.operation.size_kwh
    costs = []
    found = free.design.plant.part("chp")
    for unit in (None, *problem.inputs.units):
        is_best = (unit and unit.name) == (found and found.name)
        near = (0.0, 0.9 * best, 1.1 * best, 2 * best) if is_best else ()
        for size in (best, *near):
            cost = printed_optimum(with_sizes(problem, unit, size), "where_needed")
            assert cost >= free.lower_bound_gbp - 1e-6
            costs.append(cost)
    assert min(costs) == pytest.approx(free.design.cost_gbp, rel=2e-4)


def recomputed_bound(problem: Problem, unit: ChpUnit, sizes: list[float]) -> float:
    """What HiGHS alone says that sizes cost at least (GBP/year), the least of some."""
    days = range(problem.shape[0])
    return min(
        capital(problem.inputs, unit, size)
        + sum(
            problem.day_weight[day] * disjunctive_relaxation(problem, unit, size, day)
            for day in days
        )
        for size in sizes
    )


@pytest.mark.parametrize("min_load", [0.0, 0.5])
def test_a_bound_a_little_too_high_is_caught_by_recomputing_it(min_load, monkeypatch):
    own = FIT.model_copy(update={"export_gbp_per_kwh": 0.04})
    parameters = inputs(sizes_kw=(2,), min_load_share=min_load, incentive=own, tes=Tes(max_kwh=40))
    problem = random_problem(21, parameters, days=2)
    unit = parameters.units[0]
    search = StoreSearch(PlantYear(problem, problem.plants[0]))
    best = search.search(np.inf, forever).size_kwh
    recomputed = recomputed_bound(problem, unit, [0.9 * best, best, 1.1 * best])
    assert recomputed * (1 - 5e-5) <= search.bound_gbp <= recomputed + 1e-6

    def without_the_loss(problem, prices):
        loss = problem.step_hours * problem.tes.loss_share_per_day / 24 * prices.sum(axis=1)
        return price_slopes(problem, prices) - loss

    monkeypatch.setattr(certificate, "price_slopes", without_the_loss)
    planted = StoreSearch(PlantYear(problem, problem.plants[0]))
    planted.search(np.inf, forever)
    assert recomputed + 1e-6 < planted.bound_gbp < recomputed * 1.02  # above, and not by much


@settings(SMALL, max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    power_kw=st.sampled_from([1.0, 2.0, 4.0]),
    min_load=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    loss=st.sampled_from([0.0, 0.5, 1.0]),
    initial=st.sampled_from([1.0, 0.5, 0.0]),
    incentive=INCENTIVES,
    idle=st.booleans(),
    export_pays_more=st.booleans(),
)
def test_dynamic_programming_agrees_where_its_grid_is_exact(
    seed, power_kw, min_load, loss, initial, incentive, idle, export_pays_more
):
    # all heats are multiples of 0.1 kWh and the store is without conversion losses, so that a
    # best path moves from level to level; some slices need more than the unit gives
    size = 4.8
    tes = Tes(
        min_kwh=size,
        max_kwh=size,
        loss_share_per_day=loss,
        initial_share=initial,
        charge_efficiency=1.0,
        discharge_efficiency=1.0,
    )
    parameters = inputs(sizes_kw=(power_kw,), min_load_share=min_load, incentive=incentive, tes=tes)
    engine = parameters.units[0].model_copy(
        update={"electrical_efficiency": 0.3, "thermal_efficiency": 0.6}
    )
    parameters = parameters.model_copy(update={"units": [engine]})
    problem = random_problem(seed, parameters)
    demand = 0.0 if idle else 1.0
    export = problem.export_price_gbp_per_kwh.copy()
    if export_pays_more:
        export[:, ::4] = 0.3
    problem = dataclasses.replace(
        problem,
        space_heating_kw=demand * np.round(problem.space_heating_kw, 1),
        hot_water_kw=demand * np.round(problem.hot_water_kw, 1),
        electricity_kw=demand * np.round(problem.electricity_kw / 0.05) * 0.05,
        export_price_gbp_per_kwh=export,
    )
    proof = checked(problem, 1e-5)
    by_levels = 365 * best_day_by_levels(problem, 0, engine, size, levels=49)
    by_levels += capital(parameters, engine, size) + problem.constant_gbp
    scale = max(abs(by_levels), 1.0)
    assert proof.lower_bound_gbp <= by_levels + 1e-6 * scale
    assert abs(proof.design.cost_gbp - by_levels) <= 1e-4 * scale


def test_a_store_that_never_pays_is_of_size_zero():
    # dearer than a user may ask for, at whose limit a store of some watt-hours still pays
    dear = Tes(max_kwh=20).model_copy(update={"capital_cost_gbp_per_kwh": 1e5})
    parameters = inputs(min_load_share=0.5, incentive=FIT, tes=dear)
    problem = random_problem(2, parameters)
    proof = checked(problem, 1e-6)
    assert proof.design.operation.size_kwh == 0
    assert proof.design.cost_gbp == pytest.approx(best_without_store(problem)[0], rel=1e-9)


def test_threads_change_no_digit():
    parameters = inputs(min_load_share=0.5, incentive=FIT, tes=Tes(max_kwh=20))
    problem = random_problem(9, parameters, days=5)
    one, three = (solve_by_days(problem, 5e-3, forever, threads) for threads in (1, 3))
    assert one.design.cost_gbp == three.design.cost_gbp
    assert one.lower_bound_gbp == three.lower_bound_gbp
    np.testing.assert_array_equal(one.design.operation.level_kwh, three.design.operation.level_kwh)
    np.testing.assert_array_equal(one.curve.bound_gbp, three.curve.bound_gbp)
