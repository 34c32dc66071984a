"""Stores within 1 % of the least cost, and what typical days may miss: proven, hence tested."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from design_cases import FIT, inputs, random_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.config import DEFAULT_PLANT, OPTIMAL, Tes
from microchp.design.near_best import NEAR, larger_store_gbp_per_kwh
from microchp.design.problem import Problem
from microchp.design.search import hull_bound_gbp, solve_by_days
from microchp.report.sections.store_size import near_sentences


def forever() -> float:
    return np.inf


def cost_with(problem: Problem, size_kwh: float) -> tuple[float, float]:
    """Cost and bound with one size of the store."""
    proof = solve_by_days(problem.with_sizes({"tes": size_kwh}), 1e-4, forever)
    return proof.design.cost_gbp, proof.lower_bound_gbp


@settings(max_examples=5, deadline=None)
@given(
    seed=st.integers(0, 500),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    loss=st.sampled_from([0.0, 0.4]),
    capital=st.sampled_from([5.0, 20.0, 60.0]),
)
def test_ranges_hold_for_sizes_solved_alone(
    seed: int, share: float, loss: float, capital: float
) -> None:
    tes = Tes(
        max_kwh=15.0,
        initial_share=share,
        level_loss_share_per_day=loss,
        capital_cost_gbp_per_kwh=capital,
    )
    given = inputs(sizes_kw=(0, 1), incentive=FIT, tes=tes, min_load_share=0.3)
    problem = random_problem(seed, given, days=2, slices=8)
    proof = solve_by_days(problem, 1e-4, forever)
    near, least = proof.near_best, proof.lower_bound_gbp
    assert near is not None
    room = NEAR * abs(least)
    low, high = near.all_kwh
    first, last = near.none_kwh
    assert first <= low <= high <= last + 1e-9
    for size in (low, 0.5 * (low + high), high):
        assert cost_with(problem, size)[1] <= least + room + 1e-6
    for size in (0.5 * first, 0.99 * first, 0.5 * (last + 15.0), min(1.01 * last, 15.0)):
        if not first <= size <= last:
            assert cost_with(problem, size)[0] >= proof.design.cost_gbp - 1e-4 + 0.99 * room


def test_a_larger_store_costs_no_more_than_said() -> None:
    tes = Tes(max_kwh=15.0, initial_share=0.5, level_loss_share_per_day=0.5)
    problem = random_problem(3, inputs(sizes_kw=(1,), tes=tes), days=2, slices=8)
    slope = larger_store_gbp_per_kwh(problem, problem.plants[0])
    costs = [cost_with(problem, size)[1] for size in (2.0, 5.0, 12.0)]
    assert costs[1] <= costs[0] + 3.0 * slope + 1e-3 * abs(costs[0])
    assert costs[2] <= costs[1] + 7.0 * slope + 1e-3 * abs(costs[0])


def test_without_an_unlimited_boiler_a_larger_store_is_not_vouched_for() -> None:
    given = inputs(sizes_kw=(1,), tes=Tes(max_kwh=15.0))
    limited = given.model_copy(
        update={"boiler": given.boiler.model_copy(update={"max_heat_kw": 9.0})}
    )
    problem = replace(random_problem(3, given, days=2, slices=8), inputs=limited)
    assert larger_store_gbp_per_kwh(problem, problem.plants[0]) == np.inf


def test_the_page_says_which_stores_cost_hardly_more() -> None:
    row = {
        "house": "flat",
        "incentive": "fit",
        "plant": DEFAULT_PLANT,
        "design": OPTIMAL,
        "tes_within_1_percent_from_kwh": 3.04,
        "tes_within_1_percent_to_kwh": 11.0,
        "tes_beyond_1_percent_below_kwh": 2.5,
        "tes_beyond_1_percent_above_kwh": 12.25,
    }
    unknown = {**row, "tes_within_1_percent_from_kwh": np.nan}
    assert near_sentences(pd.DataFrame([row, unknown])) == [
        "Flat, Feed-in tariff: any store of 3.0 to 11.0 kWh costs within 1 % of the least, none "
        "below 2.5 or above 12.2 kWh does; proven."
    ]


@pytest.mark.parametrize("tes", [Tes(max_kwh=15.0), None], ids=["with", "without"])
def test_the_hulls_alone_bound_all_designs(tes: Tes | None) -> None:
    problem = random_problem(5, inputs(sizes_kw=(0, 1, 2), tes=tes), days=3, slices=12)
    proof = solve_by_days(problem, 1e-4, forever)
    bound = hull_bound_gbp(problem, proof.design.cost_gbp, forever)
    assert bound <= proof.design.cost_gbp + 1e-6
    assert bound >= 0.97 * proof.lower_bound_gbp
