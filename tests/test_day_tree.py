"""A day in whole modes: the tree against all choices, each solved as a linear programme."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from microchp.design import day_tree
from microchp.design.day_tree import StoreLaw, search_day

STEP_HOURS = 0.5
CLOSE_GBP = 1e-6


def convex_curve(random, low, high, corners=3):
    """Corners of a convex curve between two places, the last one repeated."""
    x = np.sort(random.uniform(low, high, corners))
    slopes = np.sort(random.uniform(-0.1, 0.3, corners - 1))
    y = random.uniform(-0.1, 0.3) + np.concatenate([[0.0], np.cumsum(slopes * np.diff(x))])
    return np.append(x, x[-1]), np.append(y, y[-1])


def random_day(seed, slices=5):
    """Branches off (takes heat) and on (may give some), as convex curves by slice."""
    random = np.random.default_rng(seed)
    curves = [
        [convex_curve(random, -2.0, 0.2) for _ in range(slices)],
        [convex_curve(random, 0.5, 3.0) for _ in range(slices)],
    ]
    stored = np.array([[x for x, _ in branch] for branch in curves])
    cost = np.array([[y for _, y in branch] for branch in curves])
    loss = random.uniform(0.0, 0.02)
    kept = random.uniform(0.97, 1.0)
    start = random.uniform(0.0, 1.0)
    end = start if seed % 2 else random.uniform(0.0, 1.0)
    store = StoreLaw(STEP_HOURS, kept, loss, start, end)
    return stored, cost, store


def by_all_choices(stored, cost, store, limits, price):
    """Least cost of every choice of branches, the size a variable within limits."""
    branches, slices, corners = stored.shape
    best = np.inf
    for choice in itertools.product(range(branches), repeat=slices):
        # columns: share of each corner by slice, level by slice, size
        columns = slices * corners + slices + 1
        objective = np.zeros(columns)
        equal, right, below = [], [], []
        objective[-1] = price
        for t, b in enumerate(choice):
            at = slice(t * corners, (t + 1) * corners)
            objective[at] = store.step_hours * cost[b, t]
            whole = np.zeros(columns)
            whole[at] = 1.0
            equal.append(whole)
            right.append(1.0)
            balance = np.zeros(columns)
            balance[slices * corners + t] = 1.0
            balance[at] = -store.step_hours * stored[b, t]
            balance[-1] = store.step_hours * store.loss_per_hour
            if t:
                balance[slices * corners + t - 1] = -store.kept_share
            else:
                balance[-1] -= store.kept_share * store.midnight_share
            equal.append(balance)
            right.append(0.0)
            room = np.zeros(columns)
            room[slices * corners + t], room[-1] = 1.0, -1.0
            below.append(room)
        closing = np.zeros(columns)
        closing[-2], closing[-1] = 1.0, -store.end_share
        equal.append(closing)
        right.append(0.0)
        bounds = [(0, 1)] * (slices * corners) + [(0, None)] * slices + [limits]
        solved = linprog(objective, below, np.zeros(len(below)), equal, right, bounds)
        if solved.status == 0:
            best = min(best, solved.fun)
    return best


def cost_along(stored, cost, store, size, level):
    """What a path of the level costs, each slice in its cheapest branch."""
    before = np.concatenate([[store.midnight_share * size], level[:-1]])
    heat = (level - store.kept_share * before) / store.step_hours + store.loss_per_hour * size
    total = 0.0
    for t, x in enumerate(heat):
        costs = [
            np.interp(x, stored[b, t], cost[b, t])
            for b in range(len(stored))
            if stored[b, t, 0] - 1e-7 <= x <= stored[b, t, -1] + 1e-7
        ]
        total += store.step_hours * min(costs)
    return total


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0.5, 6.0))
def test_a_day_is_the_best_of_all_choices_of_branches(seed, size):
    stored, cost, store = random_day(seed)
    allowed = np.ones(stored.shape[:2], dtype=bool)
    right = by_all_choices(stored, cost, store, (size, size), 0.0)

    found = search_day(stored, cost, allowed, store, (size, size), tolerance_gbp=CLOSE_GBP)

    if np.isinf(right):
        assert found.level_kwh is None
        return
    assert found.bound_gbp <= right + 1e-7
    reached = cost_along(stored, cost, store, size, found.level_kwh)
    assert reached == pytest.approx(right, abs=3e-6)
    assert reached - found.bound_gbp <= CLOSE_GBP + 1e-7
    assert (found.level_kwh >= 0).all()
    assert (found.level_kwh <= size).all()
    assert found.level_kwh[-1] == pytest.approx(store.end_share * size, abs=1e-9)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.floats(0.0, 0.2), st.floats(0.0, 2.0), st.floats(0.1, 4.0))
def test_the_bound_holds_for_every_size_within_limits(seed, price, low, width):
    stored, cost, store = random_day(seed)
    allowed = np.ones(stored.shape[:2], dtype=bool)
    limits = (low, low + width)
    right = by_all_choices(stored, cost, store, limits, price)

    found = search_day(
        stored, cost, allowed, store, limits, tolerance_gbp=CLOSE_GBP, price_gbp_per_kwh=price
    )

    assert found.bound_gbp <= right + 1e-7
    assert found.bound_gbp >= right - 1e-5 or np.isinf(right)
    if found.level_kwh is not None:
        reached = cost_along(stored, cost, store, found.size_kwh, found.level_kwh)
        assert reached + price * found.size_kwh >= right - 1e-7


def test_a_free_size_is_found_where_it_costs_least():
    gaps = []
    for seed in range(20):
        stored, cost, store = random_day(seed)
        allowed = np.ones(stored.shape[:2], dtype=bool)
        limits = (0.5, 6.0)
        right = by_all_choices(stored, cost, store, limits, 0.02)
        found = search_day(
            stored, cost, allowed, store, limits, tolerance_gbp=1e-4, price_gbp_per_kwh=0.02
        )
        if found.level_kwh is None:
            continue
        reached = cost_along(stored, cost, store, found.size_kwh, found.level_kwh)
        gaps.append(reached + 0.02 * found.size_kwh - right)
    assert len(gaps) > 10
    assert np.median(gaps) <= 1e-4


def test_few_choices_leave_a_bound_that_still_holds(monkeypatch):
    monkeypatch.setattr(day_tree, "MOST_NODES", 2)
    stored, cost, store = random_day(7, slices=6)
    allowed = np.ones(stored.shape[:2], dtype=bool)
    right = by_all_choices(stored, cost, store, (3.0, 3.0), 0.0)
    found = search_day(stored, cost, allowed, store, (3.0, 3.0), tolerance_gbp=CLOSE_GBP)
    assert found.bound_gbp <= right + 1e-9
    assert found.level_kwh is not None
    assert cost_along(stored, cost, store, 3.0, found.level_kwh) >= right - 1e-9


def test_a_slice_without_any_branch_has_no_operation():
    stored, cost, store = random_day(3)
    allowed = np.ones(stored.shape[:2], dtype=bool)
    allowed[:, 2] = False
    found = search_day(stored, cost, allowed, store, (3.0, 3.0), tolerance_gbp=CLOSE_GBP)
    assert found.level_kwh is None
    assert found.bound_gbp == np.inf
