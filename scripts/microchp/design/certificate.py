"""The proof: a lower bound on the cost of a year that holds for every size of the store.

The argument, in full. Let a day's slices ``t = 1..T`` store ``s_t`` (kW), at cost ``f_t(s_t)``
(GBP/h), and let ``L_t`` be the level (kWh). Eq. 16-17 say, for a store of size ``S``,

    L_t - k L_(t-1) = ts (s_t - theta/24 S),   0 <= L_t <= S,   L_0 = L_T = ISH S,

where ``k`` is what a slice leaves of the level if some of the loss goes with it, else 1. Put
*any* prices ``p_t`` (GBP/kWh) on stored heat. Every feasible day satisfies its balances, so
adding ``p_t (L_t - k L_(t-1) + ts theta/24 S - ts s_t) = 0`` to its cost changes nothing:

    cost = sum ts (f_t(s_t) - p_t s_t) + sum p_t (L_t - k L_(t-1)) + ts theta/24 S sum p_t.

Each term is at least its own minimum. The first: ``f_t`` is linear, or the smaller of linear
functions, between its corners, so ``f_t - p_t s`` is least at a corner. The second, summed by
parts, is ``ISH S (p_T - k p_1) + sum_(t<T) (p_t - k p_(t+1)) L_t``, and a level between 0 and S
makes each of its terms at least ``S min(0, p_t - k p_(t+1))``. So the cost is at least
``a + b S``, with ``a`` and ``b`` known from the prices alone: for every size, every dispatch,
every integer choice.
The prices come from the duals of the day's linear programme, which makes the bound tight there;
but nothing above trusts them, nor the solver, nor its tolerances.

Where Eq. 17 has a tolerance, the level at midnight is ``ISH S + d`` with ``|d|`` within it, the
end of one day and the start of the next. It adds ``d`` times the fall of the price from the one
to the other (weighted as the days are), which is at least minus tolerance times that fall's size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from microchp.design.problem import FloatArray, Problem
from microchp.design.slices import Curves
from microchp.design.store_line import StoreYear, solve_store_line
from microchp.errors import SolveError


@dataclass(frozen=True)
class Cut:
    """A line below the operating cost of a year, as a function of the store's size.

    Attributes
    ----------
    at_zero_gbp, slope_gbp_per_kwh
        The cost of a year with a store of ``S`` kWh is at least ``at_zero + slope * S``.
    """

    at_zero_gbp: float
    slope_gbp_per_kwh: float

    def at(self, size_kwh: float) -> float:
        """The bound (GBP) at one size."""
        return self.at_zero_gbp + self.slope_gbp_per_kwh * size_kwh


@dataclass(frozen=True)
class Evaluation:
    """The hull of a year at one size of the store.

    Attributes
    ----------
    size_kwh
        The size.
    relaxed_gbp
        Operating cost of the hull, GBP/year.
    cut
        Bound for every size, tight at this one.
    day_slopes
        Slope of each day's own cut (GBP/kWh), unweighted; shape ``(days,)``.
    level_kwh
        Level at the end of each slice, shape ``(days, slices)``.
    heat_prices
        Worth of a kWh stored in each slice (GBP/kWh), shape ``(days, slices)``.
    """

    size_kwh: float
    relaxed_gbp: float
    cut: Cut
    day_slopes: FloatArray
    level_kwh: FloatArray
    heat_prices: FloatArray


def solve_days(
    problem: Problem, size_kwh: float, corner_kw: FloatArray, corner_cost: FloatArray
) -> StoreYear:
    """The store line of some days for a size, every day closed.

    Parameters
    ----------
    problem
        For the step and the store's figures.
    size_kwh
        The size.
    corner_kw, corner_cost
        Convex curves of the days' slices, shape ``(days, slices, K)``.
    """
    tes = problem.tes
    midnight = tes.initial_share * size_kwh
    return solve_store_line(
        corner_kw,
        corner_cost,
        step_hours=problem.step_hours,
        size_kwh=size_kwh,
        initial_kwh=midnight,
        final_kwh=midnight,
        loss_kw=tes.loss_share_per_day / 24.0 * size_kwh,
        loss_per_hour=tes.level_loss_share_per_day / 24.0,
    )


def evaluate(problem: Problem, curves: Curves, size_kwh: float) -> Evaluation:
    """The hull of a year at a size, and its cut.

    Raises
    ------
    SolveError
        If a day cannot be closed with this size.
    """
    shape = (*problem.shape, -1)
    year = solve_days(
        problem, size_kwh, curves.hull_kw.reshape(shape), curves.hull_cost.reshape(shape)
    )
    if not year.feasible.all():
        day = problem.day[int((~year.feasible).argmax())]
        raise SolveError(
            f"{problem.inputs.scenario}: a store of {size_kwh:g} kWh cannot be back at its initial "
            f"heat at the end of {np.datetime_as_string(day, 'D')}; set tes.initial_share lower, "
            "or tes.max_kwh or the heat of the plant higher"
        )
    return Evaluation(
        size_kwh=size_kwh,
        relaxed_gbp=float(problem.day_weight @ year.cost_gbp),
        cut=cut_from_prices(problem, curves, year.price_gbp_per_kwh),
        day_slopes=price_slopes(problem, year.price_gbp_per_kwh),
        level_kwh=year.level_kwh,
        heat_prices=year.price_gbp_per_kwh,
    )


def cut_from_prices(problem: Problem, curves: Curves, prices: FloatArray) -> Cut:
    """The cut that prices of stored heat give; valid whatever the prices are.

    Parameters
    ----------
    problem
        The problem, with a store.
    curves
        Costs of its slices with one of its plants.
    prices
        GBP per kWh stored, shape ``(days, slices)``.
    """
    least = curves.least_at_prices(prices.ravel()).reshape(problem.shape)
    slices = problem.step_hours * least.sum(axis=1)
    return Cut(
        at_zero_gbp=float(problem.day_weight @ slices) - _worth_of_midnights(problem, prices),
        slope_gbp_per_kwh=float(problem.day_weight @ price_slopes(problem, prices)),
    )


def _worth_of_midnights(problem: Problem, prices: FloatArray) -> float:
    """The most that the tolerance of Eq. 17 can save (GBP/year); the last evening ends the year."""
    kept = 1.0 - problem.step_hours * problem.tes.level_loss_share_per_day / 24.0
    evening, morning = prices[:, -1] * problem.day_weight, prices[:, 0] * problem.day_weight * kept
    falls = evening - np.append(morning[1:], 0.0)
    return float(problem.tes.closing_tolerance_kwh * np.abs(falls).sum())


def price_slopes(problem: Problem, prices: FloatArray) -> FloatArray:
    """``b`` of the argument above for each day (GBP/kWh), shape ``(days,)``."""
    tes = problem.tes
    kept = 1.0 - problem.step_hours * tes.level_loss_share_per_day / 24.0
    falls = np.minimum(0.0, prices[:, :-1] - kept * prices[:, 1:]).sum(axis=1)
    midnight = tes.initial_share * (prices[:, -1] - kept * prices[:, 0])
    loss = problem.step_hours * tes.loss_share_per_day / 24.0 * prices.sum(axis=1)
    slopes: FloatArray = falls + midnight + loss
    return slopes


def least_of_cuts(
    cuts: Iterable[Cut], capital_gbp_per_kwh: float, limits_kwh: tuple[float, float]
) -> tuple[float, float]:
    """Size and value where capital plus the highest of the cuts is least: exact, in one dimension.

    The highest of lines is convex and piecewise linear, so its least value lies at a limit or
    where two lines cross.

    Parameters
    ----------
    cuts
        At least one.
    capital_gbp_per_kwh
        Annualised capital of the store, added to each cut.
    limits_kwh
        Smallest and largest size.

    Returns
    -------
    tuple
        Size (kWh) and bound (GBP/year) on capital of the store plus operation, for all sizes.
    """
    lines = np.array([(c.at_zero_gbp, c.slope_gbp_per_kwh + capital_gbp_per_kwh) for c in cuts])
    low, high = limits_kwh
    intercept, slope = lines[:, 0], lines[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossings = -(intercept[:, None] - intercept[None, :]) / (slope[:, None] - slope[None, :])
    inside = crossings[np.isfinite(crossings) & (crossings > low) & (crossings < high)]
    sizes = np.concatenate([[low, high], inside])
    values = (intercept[None, :] + slope[None, :] * sizes[:, None]).max(axis=1)
    best = int(values.argmin())
    return float(sizes[best]), float(values[best])
