"""The exact store line against linear programmes, dynamic programming and paper.

None of the oracles shares code with it: a linear programme with a column for each segment, all
levels and heats of a tiny grid, and the bound that weak duality makes of any prices.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.design.store_line import (
    LevelCost,
    StoreYear,
    any_level,
    cost_of_ending,
    cost_to_go,
    solve_store_line,
)

RANDOM = settings(max_examples=150, deadline=None, derandomize=True)


@dataclass(frozen=True)
class Day:
    """A day of ``T`` slices, its corners of shape ``(T, K)``; the closing at one level."""

    x: np.ndarray
    y: np.ndarray
    step_hours: float = 1.0
    size_kwh: float = 2.0
    initial_kwh: float = 0.0
    final_kwh: float = 0.0
    loss_kw: float = 0.0
    loss_per_hour: float = 0.0

    @property
    def kept(self) -> float:
        return 1 - self.step_hours * self.loss_per_hour

    def given(self, *without: str) -> dict[str, Any]:
        names = ("step_hours", "size_kwh", "initial_kwh", "final_kwh", "loss_kw", "loss_per_hour")
        return {name: getattr(self, name) for name in names if name not in without}

    def solve(self, **changes: Any) -> StoreYear:
        return solve_store_line(self.x[None], self.y[None], **(self.given() | changes))


def of_segments(*slices: list[tuple[float, float]], first_kw: float = 0.0, **changes: Any) -> Day:
    """A day whose slices have segments (kW, GBP/kWh) from ``first_kw`` on, where the cost is 0."""
    most = max(len(segments) for segments in slices)
    x, y = np.empty((len(slices), most + 1)), np.empty((len(slices), most + 1))
    for t, segments in enumerate(slices):
        width, slope = np.array(segments + [(0.0, 0.0)] * (most - len(segments))).reshape(-1, 2).T
        x[t] = first_kw + np.concatenate([[0.0], np.cumsum(width)])
        y[t] = np.concatenate([[0.0], np.cumsum(width * slope)])
    return Day(x, y, **changes)


def random_day(seed: int, *, tight: bool = False) -> Day:
    """Convex costs of few or many slices, with equal and negative slopes, at limits and between."""
    rng = np.random.default_rng(seed)
    slices, corners = rng.integers(1, 25), rng.integers(1, 7)
    step = rng.choice([1 / 12, 0.5, 1.0])
    width = rng.exponential(2.0, (slices, corners)) * (rng.random((slices, corners)) < 0.8)
    slope = np.sort(rng.normal(0.05, 0.1, (slices, corners)), axis=1)
    if rng.random() < 0.4:
        slope = np.round(slope, 1)  # many equal ones
    first = -rng.gamma(2.0, 1.5, slices) * (rng.random(slices) < 0.8)
    x = np.concatenate([first[:, None], first[:, None] + np.cumsum(width, axis=1)], axis=1)
    y = np.cumsum(np.concatenate([rng.normal(0, 1, (slices, 1)), width * slope], axis=1), axis=1)
    size = float(rng.choice([0.0, 0.5, 3.0, 30.0], p=[0.1, 0.2, 0.4, 0.3]))
    share = rng.choice([0.0, 0.3, 0.5, 1.0], size=2)
    if not tight:  # always possible: heat to spare and to waste in every slice
        spare = 50 / step
        x = np.column_stack([first - spare, x, x[:, -1] + spare])
        y = np.column_stack([y[:, 0] + 0.9 * spare, y, y[:, -1] + 0.9 * spare])
    return Day(
        x,
        y,
        step_hours=float(step),
        size_kwh=size,
        initial_kwh=float(share[0] * size),
        final_kwh=float(share[1] * size),
        loss_kw=float(rng.choice([0.0, 0.1 + 0.01 * size])),
        loss_per_hour=float(rng.choice([0.0, 0.01, 0.3])),
    )


def by_linear_programme(
    day: Day, *, end: str = "closed", terminal: tuple[np.ndarray, np.ndarray] | None = None
) -> float:
    """Least cost by HiGHS: a weight for each corner, the level a column; infinite if infeasible.

    ``terminal`` has levels and costs of a convex curve that the last level pays.
    """
    slices, corners = day.x.shape
    ends = 0 if terminal is None else len(terminal[0])
    columns = slices * corners + slices + ends
    cost = np.zeros(columns)
    cost[: slices * corners] = day.step_hours * day.y.ravel()
    bounds = [(0.0, 1.0)] * (slices * corners) + [(0.0, day.size_kwh)] * slices
    bounds += [(0.0, 1.0)] * ends
    rows, right = [], []
    for t in range(slices):
        one, balance = np.zeros(columns), np.zeros(columns)
        piece = slice(t * corners, (t + 1) * corners)
        one[piece] = 1.0
        balance[piece] = -day.step_hours * day.x[t]
        balance[slices * corners + t] = 1.0
        if t:
            balance[slices * corners + t - 1] = -day.kept
        rows += [one, balance]
        before = 0.0 if t else day.kept * day.initial_kwh
        right += [1.0, before - day.step_hours * day.loss_kw]
    if end == "closed":
        bounds[slices * corners + slices - 1] = (day.final_kwh, day.final_kwh)
    if terminal is not None:
        one, same = np.zeros(columns), np.zeros(columns)
        one[-ends:] = 1.0
        same[-ends:], same[-ends - 1] = terminal[0], -1.0
        cost[-ends:] = terminal[1]
        rows += [one, same]
        right += [1.0, 0.0]
    solved = scipy.optimize.linprog(
        cost,
        A_eq=scipy.sparse.csr_array(np.array(rows)),
        b_eq=right,
        bounds=bounds,
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert solved.status in (0, 2), solved.message
    return float(solved.fun) if solved.status == 0 else np.inf


def dual_bound(day: Day, price: np.ndarray) -> float:
    """What any prices prove of the cost of a closed day.

    Each balance times its price is added to the cost, and every heat and level is free to be
    best for itself: a heat at a corner, a level at 0 or at the size.
    """
    heat = (day.step_hours * (day.y - price[:, None] * day.x)).min(axis=1).sum()
    fall = price[:-1] - day.kept * price[1:]
    levels = np.minimum(0.0, fall).sum() * day.size_kwh
    ends = price[-1] * day.final_kwh - day.kept * price[0] * day.initial_kwh
    return float(heat + levels + ends + day.step_hours * day.loss_kw * price.sum())


def assert_obeys(day: Day, year: StoreYear) -> None:
    """The heat stored is possible, costs what is said, and leads to the levels that are said."""
    stored, level = year.stored_kw[0], year.level_kwh[0]
    tolerance = 1e-9 * (1 + np.abs(day.x).max() + day.size_kwh)
    assert (stored >= day.x[:, 0] - tolerance).all()
    assert (stored <= day.x[:, -1] + tolerance).all()
    before = np.concatenate([[day.initial_kwh], level[:-1]])
    balance = level - day.kept * before - day.step_hours * (stored - day.loss_kw)
    assert np.abs(balance).max() <= tolerance
    assert (level >= 0).all()
    assert (level <= day.size_kwh).all()


def cost_of(day: Day, stored: np.ndarray) -> float:
    """Cost of heats, between their corners."""
    return day.step_hours * sum(
        np.interp(s, x, y) for s, x, y in zip(stored, day.x, day.y, strict=True)
    )


def same(expected: float) -> Any:
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


# ---- against a linear programme --------------------------------------------------------------


@RANDOM
@given(seed=st.integers(0, 10**6))
def test_a_closed_day_is_the_linear_programme_and_its_prices_prove_it(seed):
    day = random_day(seed)
    year = day.solve()
    assert year.feasible[0]
    assert_obeys(day, year)
    assert year.level_kwh[0, -1] == pytest.approx(day.final_kwh, abs=1e-9)
    expected = by_linear_programme(day)
    assert year.cost_gbp[0] == same(expected)
    assert cost_of(day, year.stored_kw[0]) == same(expected)
    assert dual_bound(day, year.price_gbp_per_kwh[0]) == same(expected)


@RANDOM
@given(seed=st.integers(0, 10**6))
def test_a_day_is_infeasible_where_the_linear_programme_is(seed):
    day = random_day(seed, tight=True)
    year = day.solve()
    expected = by_linear_programme(day)
    assert year.feasible[0] == np.isfinite(expected)
    assert year.cost_gbp[0] == same(expected)
    if year.feasible[0]:
        assert_obeys(day, year)
        assert dual_bound(day, year.price_gbp_per_kwh[0]) == same(expected)
    else:
        assert np.isnan(year.stored_kw).all()
        assert np.isnan(year.level_kwh).all()
        assert np.isnan(year.price_gbp_per_kwh).all()


def test_the_random_days_are_of_both_kinds():
    feasible = [random_day(seed, tight=True).solve().feasible[0] for seed in range(200)]
    assert 40 < sum(feasible) < 160


@RANDOM
@given(seed=st.integers(0, 10**6))
def test_a_free_end_and_one_with_a_worth_are_the_linear_programme(seed):
    day = random_day(seed)
    free = day.solve(final_kwh=None)
    assert free.cost_gbp[0] == same(by_linear_programme(day, end="free"))
    rng = np.random.default_rng(seed)
    share = np.sort(rng.uniform(-0.2, 1.2, 4))
    marginal = np.sort(rng.normal(-0.05, 0.1, 3))
    left = LevelCost(share * day.size_kwh, marginal, 0.7)
    corner = 0.7 + np.concatenate([[0], np.cumsum(marginal * np.diff(share) * day.size_kwh)])
    year = day.solve(final_kwh=left)
    expected = by_linear_programme(day, end="free", terminal=(share * day.size_kwh, corner))
    assert year.cost_gbp[0] == same(expected)
    if year.feasible[0]:
        assert_obeys(day, year)
        worth = np.interp(year.level_kwh[0, -1], share * day.size_kwh, corner)
        assert cost_of(day, year.stored_kw[0]) + worth == same(expected)
        # the same bound, the last level and what it costs together at a corner or a limit
        price = year.price_gbp_per_kwh[0]
        ends = np.clip(share * day.size_kwh, 0, day.size_kwh)
        at_end = np.interp(ends, share * day.size_kwh, corner) + price[-1] * ends
        closed_at_0 = Day(day.x, day.y, **day.given("final_kwh"), final_kwh=0.0)
        assert dual_bound(closed_at_0, price) + at_end.min() == same(expected)


@RANDOM
@given(seed=st.integers(0, 10**6))
def test_cost_to_go_and_cost_of_ending_are_the_cost_from_and_to_every_level(seed):
    day = random_day(seed, tight=seed % 3 == 0)
    onward = cost_to_go(day.x, day.y, **day.given("initial_kwh"))
    so_far = cost_of_ending(day.x, day.y, **day.given("final_kwh"))
    for curve, varied in ((onward, "initial_kwh"), (so_far, "final_kwh")):
        assert (np.diff(curve.marginal_gbp_per_kwh) >= 0).all()
        assert (np.diff(curve.level_kwh) >= 0).all()
        for share in (0.0, 0.25, 0.61, 1.0):
            level = share * day.size_kwh
            year = day.solve(**{varied: level})
            if np.isfinite(curve.at(level)) != year.feasible[0]:  # at the edge, to a rounding
                edges = np.abs(level - curve.level_kwh[[0, -1]])
                assert edges.min() < 1e-8
                continue
            assert curve.at(level) == pytest.approx(year.cost_gbp[0], rel=1e-8, abs=1e-8)


@RANDOM
@given(seed=st.integers(0, 10**6), share=st.floats(0.05, 0.95))
def test_a_horizon_cut_in_two_by_its_cost_to_go_costs_the_same(seed, share):
    """What a receding horizon relies on: the rest of the slices is known by its curve alone."""
    day = random_day(seed)
    cut = int(share * len(day.x))
    if not 0 < cut < len(day.x):
        return
    rest = cost_to_go(day.x[cut:], day.y[cut:], **day.given("initial_kwh"))
    first = solve_store_line(
        day.x[None, :cut], day.y[None, :cut], **day.given("final_kwh"), final_kwh=rest
    )
    whole = day.solve()
    assert first.cost_gbp[0] == pytest.approx(whole.cost_gbp[0], rel=1e-8, abs=1e-8)


# ---- against every way there is, on a grid ---------------------------------------------------


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6))
def test_whole_numbers_against_every_path_on_the_grid(seed):
    """With whole corners and sizes an optimum is whole: all whole paths are tried."""
    rng = np.random.default_rng(seed)
    slices, size = 5, int(rng.integers(0, 5))
    first = rng.integers(-2, 2, slices)
    width = rng.integers(0, 3, (slices, 3))
    slope = np.sort(rng.integers(-3, 6, (slices, 3)), axis=1)
    x = np.cumsum(np.column_stack([first, width]), axis=1)
    y = np.cumsum(np.column_stack([rng.integers(0, 3, slices), width * slope]), axis=1)
    start, end = rng.integers(0, size + 1, 2)
    cost = {int(start): 0.0}
    for t in range(slices):
        after: dict[int, float] = {}
        for level, heat in itertools.product(cost, range(x[t, 0], x[t, -1] + 1)):
            reached = level + heat - 1  # loses 1 kWh in each slice
            if 0 <= reached <= size:
                paid = cost[level] + float(np.interp(heat, x[t], y[t]))
                after[reached] = min(paid, after.get(reached, np.inf))
        cost = after
    year = Day(
        x.astype(float),
        y.astype(float),
        size_kwh=float(size),
        initial_kwh=float(start),
        final_kwh=float(end),
        loss_kw=1.0,
    ).solve()
    assert year.cost_gbp[0] == same(cost.get(int(end), np.inf))


# ---- the slope over the store's size ---------------------------------------------------------


@RANDOM
@given(seed=st.integers(0, 10**6))
def test_prices_give_a_slope_over_the_size_that_lies_between_both_sides(seed):
    """Starting and closing at a share of the size, losing by the size: one line below the cost."""
    day = random_day(seed)
    share, size, a, c = 0.4, day.size_kwh + 0.5, 0.05, 0.02

    def at(size: float) -> Day:
        given = dict(initial_kwh=share * size, final_kwh=share * size, loss_kw=a + c * size)
        fixed = day.given("initial_kwh", "final_kwh", "loss_kw", "size_kwh")
        return Day(day.x, day.y, size_kwh=size, **given, **fixed)

    year = at(size).solve()
    price = year.price_gbp_per_kwh[0]
    slope = (
        np.minimum(0.0, price[:-1] - day.kept * price[1:]).sum()
        + share * (price[-1] - day.kept * price[0])
        + day.step_hours * c * price.sum()
    )
    step = 1e-4
    cost, less, more = (float(at(size + d).solve().cost_gbp[0]) for d in (0.0, -step, step))
    slack = 1e-9 * (1 + abs(cost)) / step
    assert (cost - less) / step - slack <= slope <= (more - cost) / step + slack


# ---- on paper: three slices of 1 h -----------------------------------------------------------


def test_paper_heat_is_made_where_it_is_cheap_up_to_what_the_store_holds():
    """3 kWh are drawn in hour 3; heat at 1, 2 and 5 GBP/kWh; a store of 2 kWh, empty.

    The store carries 2 kWh from hour 1 (2 GBP) and hour 3 makes the third (5 GBP): 7 GBP. If the
    size did not bind it would be 3; without a store 15. The store is full after hour 1, so hour 2
    makes nothing and its price is at most its own 2 GBP/kWh: p = (1, 2, 5), which proves
    0 + 0 + 15 GBP of heat less 2 kWh x (2 - 1 + 5 - 2) of room = 7. If what is dropped at the size
    did not bound it, p_2 would be 5 and prove no more than -5.
    """
    day = of_segments([(4, 1.0)], [(4, 2.0)], [(4, 5.0)], size_kwh=2.0)
    day.x[2] -= 3.0
    year = day.solve()
    assert year.cost_gbp == pytest.approx([7.0])
    assert year.stored_kw[0] == pytest.approx([2.0, 0.0, -2.0])
    assert year.level_kwh[0] == pytest.approx([2.0, 2.0, 0.0])
    assert year.price_gbp_per_kwh[0] == pytest.approx([1.0, 2.0, 5.0])
    assert dual_bound(day, year.price_gbp_per_kwh[0]) == pytest.approx(7.0)
    assert dual_bound(day, np.array([1.0, 5.0, 5.0])) == pytest.approx(-5.0)


def test_paper_what_the_level_needs_now_is_used_for_good():
    """1 kWh is drawn in the first hour, at 4 GBP/kWh, and 1 in the third; the second makes it at 1.

    The first must be made at once (4), whatever is cheap later, and the second hour makes the
    other (1): 5 GBP, level 0, 1, 0. If a segment taken at level 0 could be given back, hour 2
    would make both: 2 GBP, with a level of -1. A kWh is worth 4 in hour 1 (last one taken), 1
    after it.
    """
    day = of_segments([(2, 4.0)], [(2, 1.0)], [(2, 3.0)], size_kwh=2.0)
    day.x[0] -= 1.0
    day.x[2] -= 1.0
    year = day.solve()
    assert year.cost_gbp == pytest.approx([5.0])
    assert year.level_kwh[0] == pytest.approx([0.0, 1.0, 0.0])
    assert year.price_gbp_per_kwh[0] == pytest.approx([4.0, 1.0, 1.0])


def test_paper_a_level_loss_is_paid_for_each_hour_that_heat_waits():
    """Half the level is lost each hour; 1 kWh is drawn in hour 3.

    Made in hour 1 it takes 4 kWh at 1 = 4 GBP; in hour 2, 2 kWh at 1.5 = 3 GBP; in hour 3, 1 at
    3.5. The second is cheapest: 3 GBP, levels 0, 2, 0 (half of 2 is left, and drawn). Prices halve
    backwards: p_2 = 1.5 is what it costs, p_3 = p_2 / 0.5 = 3, and p_1 = 0.5 p_2 = 0.75, less than
    hour 1 asks. A loss that left slopes as they are would take hour 1 and cost 4.
    """
    day = of_segments([(9, 1.0)], [(9, 1.5)], [(9, 3.5)], size_kwh=8.0, loss_per_hour=0.5)
    day.x[2] -= 1.0
    year = day.solve()
    assert year.cost_gbp == pytest.approx([3.0])
    assert year.level_kwh[0] == pytest.approx([0.0, 2.0, 0.0])
    assert year.price_gbp_per_kwh[0, 1:] == pytest.approx([1.5, 3.0])
    assert dual_bound(day, year.price_gbp_per_kwh[0]) == pytest.approx(3.0)


def test_paper_a_standing_loss_is_made_up_in_the_cheapest_hour_that_can():
    """A full store of 1 kWh loses 0.25 kWh an hour and closes full; heat at 3, 1 and 2 GBP/kWh.

    The level falls to 0.75; hour 2 makes up for it and for its own loss, 0.5 kWh (0.5 GBP), and
    is at the size; hour 3 makes its own, 0.25 kWh (0.5 GBP): 1 GBP. If the size did not bound
    hour 2 it would make all three quarters, 0.75 GBP; without the loss it would be 0.
    """
    day = of_segments(
        [(2, 3.0)],
        [(2, 1.0)],
        [(2, 2.0)],
        size_kwh=1.0,
        initial_kwh=1.0,
        final_kwh=1.0,
        loss_kw=0.25,
    )
    year = day.solve()
    assert year.cost_gbp == pytest.approx([1.0])
    assert year.stored_kw[0] == pytest.approx([0.0, 0.5, 0.25])
    assert year.level_kwh[0] == pytest.approx([0.75, 1.0, 1.0])
    assert year.price_gbp_per_kwh[0] == pytest.approx([1.0, 1.0, 2.0])


def test_paper_heat_that_brings_money_fills_the_store_and_no_more():
    """Storing pays 1, 2 and 3 GBP/kWh, 5 kW each hour, a store of 4 kWh, empty, end free.

    It is filled by 4 kWh of hour 3: -12 GBP, though hour 1 came first: filling it as heat comes
    would bring 4 or 8. Closed at 0, nothing can be taken out, so nothing is stored: 0 GBP.
    """
    day = of_segments([(5, -1.0)], [(5, -2.0)], [(5, -3.0)], size_kwh=4.0)
    free = day.solve(final_kwh=None)
    assert free.cost_gbp == pytest.approx([-12.0])
    assert free.stored_kw[0] == pytest.approx([0.0, 0.0, 4.0])
    closed = day.solve()
    assert closed.cost_gbp == pytest.approx([0.0])
    assert closed.stored_kw[0] == pytest.approx([0.0, 0.0, 0.0])


def test_paper_cost_to_go_saves_the_dearest_heat_first():
    """2 kWh are drawn in hour 2 and 1 kWh in hour 3; heat at 9, 4 and 6 GBP/kWh; closed empty.

    The first kWh in the store saves 6 (hour 3), but hour 2 would make that one for 4: so it saves
    4, as do the next two; an empty store has 3 kWh x 4 = 12 GBP before it, and 3 kWh none. More
    than 3 kWh cannot be got rid of. A price of the last hour (6) would value it too high.
    """
    day = of_segments([(3, 9.0)], [(3, 4.0)], [(3, 6.0)], size_kwh=5.0)
    day.x[1] -= 2.0
    day.x[2] -= 1.0
    curve = cost_to_go(day.x, day.y, **day.given("initial_kwh"))
    assert [curve.at(level) for level in (0, 1, 2, 3)] == pytest.approx([12.0, 8.0, 4.0, 0.0])
    assert curve.at(3.5) == np.inf
    assert curve.level_kwh[[0, -1]] == pytest.approx([0.0, 3.0])
    assert curve.marginal_gbp_per_kwh == pytest.approx(-4.0)


# ---- degenerate days -------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0.0, 2.0])
def test_the_base_of_every_slice_is_used_even_where_nothing_else_is(size):
    """Corners 1 and -1 alone: the level goes up and down by itself; without a store it cannot."""
    x = np.array([[1.0, 1.0], [-1.0, -1.0]])
    year = Day(x, np.array([[3.0, 3.0], [4.0, 4.0]]), size_kwh=size).solve()
    assert year.feasible[0] == (size > 0)
    assert year.cost_gbp[0] == (7.0 if size else np.inf)


def test_without_a_store_every_slice_makes_what_it_loses():
    day = of_segments([(2, 1.0)], [(1, 2.0), (1, 3.0)], first_kw=-1.0, size_kwh=0.0, loss_kw=0.5)
    year = day.solve()
    assert year.stored_kw[0] == pytest.approx([0.5, 0.5])
    assert year.cost_gbp[0] == pytest.approx(1.5 + 2.0 + 1.5)
    assert year.level_kwh[0].tolist() == [0.0, 0.0]
    assert dual_bound(day, year.price_gbp_per_kwh[0]) == pytest.approx(5.0)


def test_one_slice():
    day = of_segments([(1, 1.0), (1, 2.0)], size_kwh=2.0, initial_kwh=0.5, final_kwh=2.0)
    year = day.solve()
    assert year.cost_gbp[0] == pytest.approx(2.0)
    assert year.price_gbp_per_kwh[0] == pytest.approx([2.0])


def test_equal_slopes_give_that_price_throughout():
    day = of_segments(
        *[[(2, 0.1)]] * 12, first_kw=-1.0, size_kwh=1.0, initial_kwh=0.5, final_kwh=0.5
    )
    year = day.solve()
    assert_obeys(day, year)
    assert year.price_gbp_per_kwh[0] == pytest.approx(np.full(12, 0.1))
    assert year.cost_gbp[0] == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"first_kw": -3.0}, "the level falls below 0"),
        ({"first_kw": 3.0}, "the level passes the size"),
        ({"final_kwh": 1.9}, "the end is too high"),
        ({"initial_kwh": 2.0}, "the end is too low"),
        ({"initial_kwh": 2.5, "final_kwh": 2.0}, "the start is above the size"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_day_that_cannot_be_is_said_so_and_leaves_the_others_alone(changes, why):
    del why
    bad = of_segments([(0.5, 1.0)], [(0.5, 1.0)], **changes)
    good = of_segments([(0.5, 1.0)], [(0.5, 1.0)])
    year = solve_store_line(
        np.stack([good.x, bad.x, good.x]),
        np.stack([good.y, bad.y, good.y]),
        step_hours=1.0,
        size_kwh=2.0,
        initial_kwh=np.array([0.0, bad.initial_kwh, 0.0]),
        final_kwh=np.array([0.5, bad.final_kwh, 0.5]),
        loss_kw=np.array([0.0, 0.0, 0.1]),
    )
    assert year.feasible.tolist() == [True, False, True]
    assert year.cost_gbp.tolist() == pytest.approx([0.5, np.inf, 0.7])
    assert np.isnan(year.stored_kw[1]).all()
    assert np.isfinite(year.price_gbp_per_kwh[[0, 2]]).all()


def test_a_slice_without_corners_is_not_possible():
    day = of_segments([(1, 1.0)], [(1, 1.0)])
    day.y[1] = np.inf
    assert not day.solve().feasible[0]
    for curve in (
        cost_to_go(day.x, day.y, **day.given("initial_kwh")),
        cost_of_ending(day.x, day.y, **day.given("final_kwh")),
    ):
        assert curve.at(0.0) == np.inf
    ahead = of_segments([(1, 1.0)]).solve(final_kwh=curve)
    assert not ahead.feasible[0]


def test_a_miss_by_rounding_is_none():
    """A day that closes to 1e-12 kWh is feasible; one that misses by 1e-6 is not."""
    for miss, feasible in ((1e-12, True), (-1e-12, True), (1e-6, False), (-1e-6, False)):
        day = Day(np.array([[1.0], [-1.0 + miss]]), np.zeros((2, 1)), size_kwh=1.0)
        year = day.solve()
        assert year.feasible[0] == feasible
        if feasible:
            assert ((year.level_kwh >= 0) & (year.level_kwh <= 1)).all()


def test_a_worth_of_what_is_left_keeps_heat_that_pays_to_keep():
    day = of_segments([(3, 1.0)], [(3, 2.0)], size_kwh=5.0)
    worth = LevelCost(np.array([0.0, 2.0, 5.0]), np.array([-2.5, -1.5]), 0.0)
    year = day.solve(final_kwh=worth)
    assert year.level_kwh[0, -1] == pytest.approx(3.0)
    assert year.cost_gbp[0] == pytest.approx(3 * 1.0 - 2 * 2.5 - 1.5)
    assert day.solve(final_kwh=any_level(5.0)).cost_gbp == pytest.approx([0.0])


# ---- long and badly scaled -------------------------------------------------------------------


def test_a_day_of_five_minutes_keeps_all_its_digits():
    rng = np.random.default_rng(7)
    slices = 288
    x = np.sort(rng.uniform(-6, 20, (slices, 8)), axis=1)
    x[:, 0] = np.minimum(x[:, 0], -rng.gamma(2, 1, slices))
    slope = np.sort(rng.uniform(-0.05, 0.2, (slices, 7)), axis=1)
    y = np.cumsum(np.column_stack([np.zeros(slices), slope * np.diff(x, axis=1)]), axis=1)
    for size, per_hour in itertools.product((0.3, 6.0, 80.0), (0.0, 0.02, 0.2)):
        day = Day(
            x,
            y,
            step_hours=1 / 12,
            size_kwh=size,
            initial_kwh=0.5 * size,
            final_kwh=0.5 * size,
            loss_kw=0.02 + 0.005 * size,
            loss_per_hour=per_hour,
        )
        year = day.solve()
        assert_obeys(day, year)
        assert year.level_kwh[0, -1] == pytest.approx(0.5 * size, abs=1e-9)
        assert dual_bound(day, year.price_gbp_per_kwh[0]) == same(year.cost_gbp[0])
        assert cost_of(day, year.stored_kw[0]) == same(year.cost_gbp[0])


def test_days_do_not_know_of_each_other():
    days = [random_day(seed) for seed in range(400)]
    alike = [*[d for d in days if d.x.shape == days[0].x.shape][:3], days[0]]
    common = dict(step_hours=1.0, size_kwh=3.0, initial_kwh=1.0, final_kwh=2.0, loss_kw=0.1)
    together = solve_store_line(
        np.stack([d.x for d in alike]), np.stack([d.y for d in alike]), **common
    )
    for d, day in enumerate(alike):
        alone = solve_store_line(day.x[None], day.y[None], **common)
        for name in ("stored_kw", "level_kwh", "price_gbp_per_kwh", "cost_gbp"):
            assert (getattr(together, name)[d] == getattr(alone, name)[0]).all()


# ---- bad input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "y", "where"),
    [
        ([[0.0, 1, 2], [0, 1, 2]], [[0.0, 1, 2], [0, 2, 3]], "day 0, slice 1"),
        ([[0.0, 2, 1], [0, 1, 2]], [[0.0, 1, 2], [0, 1, 2]], "day 0, slice 0"),
        ([[0.0, 1, 2], [0, np.nan, 2]], [[0.0, 1, 2], [0, 1, 2]], "day 0, slice 1"),
        ([[0.0, 1, 2], [0, 1, 2]], [[0.0, 1, 2], [np.nan, 1, 2]], "day 0, slice 1"),
        ([[0.0, 1, 2], [0, 1, 2]], [[0.0, 1, 2], [0, 1, np.inf]], "day 0, slice 1"),
    ],
    ids=["concave", "falling", "x_nan", "y_nan", "y_inf"],
)
def test_corners_that_are_no_convex_cost_are_refused(x, y, where):
    day = Day(np.array(x), np.array(y), size_kwh=10.0)
    with pytest.raises(ValueError, match=where):
        day.solve()
    with pytest.raises(ValueError, match=where if "1" in where else "slice"):
        cost_of_ending(day.x, day.y, **day.given("final_kwh"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size_kwh": -1.0}, "size_kwh is -1"),
        ({"size_kwh": np.nan}, "size_kwh is nan"),
        ({"step_hours": 0.0}, "step_hours is 0"),
        ({"loss_per_hour": 1.0}, "loss_per_hour is 1"),
        ({"loss_per_hour": -0.1}, "loss_per_hour is -0.1"),
        ({"size_kwh": -1.0, "loss_per_hour": 2.0}, "loss_per_hour is 2.*size_kwh is -1"),
    ],
)
def test_sizes_and_losses_that_cannot_be_are_refused(changes, said):
    day = of_segments([(1, 1.0)], [(1, 1.0)])
    with pytest.raises(ValueError, match=said):
        day.solve(**changes)


def test_corners_of_another_shape_are_refused():
    day = of_segments([(1, 1.0)], [(1, 1.0)])
    with pytest.raises(ValueError, match=r"\(2, 2\).*3 dimensions"):
        solve_store_line(day.x, day.y, **day.given())


@pytest.mark.parametrize(
    ("level", "marginal", "said"),
    [
        ([0.0, 1.0], [], "2 levels and 0 costs"),
        ([0.0, 2.0, 1.0], [0.0, 1.0], "levels go from 2 to 1 at place 2"),
        ([0.0, 1.0, 2.0], [1.0, 0.0], "further kWh go from 1 to 0 at place 1"),
        ([0.0, np.nan], [1.0], "levels go from 0 to nan"),
    ],
)
def test_a_cost_of_the_level_that_is_not_convex_is_refused(level, marginal, said):
    with pytest.raises(ValueError, match=said):
        LevelCost(np.array(level), np.array(marginal), 0.0)
