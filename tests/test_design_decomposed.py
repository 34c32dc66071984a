"""The default route against independent answers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from design_cases import FIT, LEVY, NO_INCENTIVE, constant_problem, inputs, random_problem
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import best_day_by_levels, best_without_store, capital

from microchp.config import Boiler, Incentive, Tariff, Tes
from microchp.design.certificate import cut_from_prices
from microchp.design.check import check_solution
from microchp.design.decomposition import YearProgram
from microchp.design.dispatch import plant_of
from microchp.design.formulation import curves_of, lower_hull
from microchp.design.model import build_printed_model, v1_semantics
from microchp.design.problem import Problem
from microchp.design.schedule import flows_of, operation_along
from microchp.design.search import Proof, solve_by_days

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
    flows = flows_of(problem, proof.design.plant, proof.design.operation)
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
    assert (proof.design.unit.power_kw if proof.design.unit else 0.0) == size
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
        flows = flows_of(problem, proof.design.plant, proof.design.operation)
        assert flows.unserved_heat_kw.max() > 1e-3
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
    unit = problem.inputs.units[1]
    plant = plant_of(problem, unit)
    curves = curves_of(problem, plant)
    prices = np.random.default_rng(seed).normal(0.05, 0.05, problem.shape)
    cut = cut_from_prices(problem, curves, prices)
    year = YearProgram(problem, curves)
    for size in (0.0, 1.0, 17.0, 30.0):
        hull = year.evaluate(size, forever)
        operation = operation_along(problem, plant, size, hull.level_kwh)
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


def test_no_size_nearby_beats_the_bound():
    tes = Tes(max_kwh=40)
    problem = random_problem(8, inputs(min_load_share=0.5, incentive=FIT, tes=tes))
    free = checked(problem, 1e-4)
    best = free.design.operation.size_kwh
    for size in (0.25 * best, 0.9 * best, 1.1 * best, 2 * best):
        fixed_tes = tes.model_copy(update={"min_kwh": size, "max_kwh": size})
        fixed_inputs = problem.inputs.model_copy(update={"tes": fixed_tes})
        fixed = checked(dataclasses.replace(problem, inputs=fixed_inputs), 1e-4)
        assert fixed.design.operation.size_kwh == pytest.approx(size)
        assert fixed.design.cost_gbp >= free.lower_bound_gbp - 1e-9
        assert fixed.design.cost_gbp >= free.design.cost_gbp * (1 - 1e-4)


def test_lower_hull_of_known_points():
    x = np.array([[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 1.0, 2.0]])
    y = np.array([[0.0, 5.0, 0.5, 3.0], [np.inf, 1.0, 9.0, 2.0], [2.0, 1.0, 1.0, 0.0]])
    corners, values = lower_hull(x, y)
    assert corners.tolist() == [[0, 2, 3, 3], [1, 3, 3, 3], [0, 2, 2, 2]]
    assert values.tolist() == [[0, 0.5, 3, 3], [1, 2, 2, 2], [2, 0, 0, 0]]
