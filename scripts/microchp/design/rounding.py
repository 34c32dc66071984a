"""From the hull of a year to an operation that the printed model allows.

The hull's solution says how much heat each slice stores. Nearly always one mode of operation
attains the hull's cost there; a few slices a day lie between two modes. Those are rounded in
their order, and what a slice stores less than in the hull is carried on to the next (sum-up
rounding: Sager, Bock, Diehl 2012, Mathematical Programming 133); the store line then moves all
slices within their modes. What is left above the hull the year's tolerance may allow.
Otherwise the days furthest above it are searched (:mod:`microchp.design.day_tree`).

Any path of the store's level is an operation: :mod:`microchp.design.slices` serves each slice
at least cost for the heat it exchanges. So what a search returns is only ever a proposal, and is
taken if it is cheaper.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from microchp.design.certificate import Evaluation, solve_days
from microchp.design.day_tree import BoolArray, FoundDay, StoreLaw, search_day
from microchp.design.days import Clock, for_days
from microchp.design.problem import FloatArray
from microchp.design.schedule import (
    Operation,
    PlantYear,
    kept_share,
    settled_levels,
    stored_along,
)
from microchp.design.slices import Curves

IntArray = npt.NDArray[np.intp]

log = logging.getLogger(__name__)

TIE_GBP_PER_H = 1e-6
"""A slice whose cost is this close to the hull's is decided."""


@dataclass(frozen=True)
class Undecided:
    """Where the hull of a year mixes modes.

    Attributes
    ----------
    slices
        Whether a slice is undecided, shape ``(days, slices)``.
    excess_gbp
        How far each day's operation along the hull's path lies above the hull (GBP, unweighted),
        shape ``(days,)``.
    branch
        The branch that each slice follows after rounding, shape ``(days, slices)``.
    """

    slices: BoolArray
    excess_gbp: FloatArray
    branch: IntArray


def sum_up_rounding(stored_kw: FloatArray, corners_kw: FloatArray, free: BoolArray) -> IntArray:
    """Which corner each slice is rounded to, what it stores less carried on to the next.

    Parameters
    ----------
    stored_kw
        What each slice stores in the hull, shape ``(days, slices)``.
    corners_kw
        Corners to choose from, infinite where there is none; shape ``(days, slices, K)``.
    free
        Slices to round, shape ``(days, slices)``; the others carry nothing on.

    Returns
    -------
    numpy.ndarray
        Index of the corner, shape ``(days, slices)``.
    """
    chosen = np.empty(stored_kw.shape, dtype=np.intp)
    carried = np.zeros(len(stored_kw))
    for t in range(stored_kw.shape[1]):
        target = stored_kw[:, t] + carried
        away = corners_kw[:, t] - target[:, None]
        chosen[:, t] = np.abs(away).argmin(axis=1)
        short = -np.take_along_axis(away, chosen[:, t, None], axis=1)[:, 0]
        carried = np.where(free[:, t], short, carried)
    return chosen


def undecided(
    curves: Curves, stored_kw: FloatArray, heat_prices: FloatArray, step_hours: float
) -> Undecided:
    """Where a hull mixes modes, and what the slices there may follow.

    Against the prices of stored heat each slice of the hull's solution is at its least; a slice is
    decided where some branch attains that, and else lies between corners that do.

    Parameters
    ----------
    curves
        What every slice costs.
    stored_kw, heat_prices
        What each slice stores in the hull's solution, and the prices (GBP/kWh) that it is least
        at; shape ``(days, slices)``.
    step_hours
        Length of a slice.
    """
    shape, stored = stored_kw.shape, stored_kw.ravel()
    prices = heat_prices.reshape(-1, 1)
    reduced = curves.hull_cost - prices * curves.hull_kw
    least = reduced.min(axis=1)
    branch_cost = curves.branch_cost(stored)
    excess = branch_cost.min(axis=0) - prices[:, 0] * stored - least
    free = (excess > TIE_GBP_PER_H).reshape(shape)
    attaining = reduced <= least[:, None] + TIE_GBP_PER_H
    corners = np.where(attaining, curves.hull_kw, np.inf).reshape(*shape, -1)
    corner = sum_up_rounding(stored_kw, corners, free)
    at_corner = np.take_along_axis(curves.hull_kw, corner.reshape(-1, 1), axis=1)[:, 0]
    best = np.where(
        free.ravel(), curves.branch_cost(at_corner).argmin(axis=0), branch_cost.argmin(axis=0)
    )
    return Undecided(
        slices=free,
        excess_gbp=step_hours * np.maximum(excess, 0.0).reshape(shape).sum(axis=1),
        branch=best.reshape(shape),
    )


class Rounding:
    """Turns the hull of one plant's year into operations, day by day."""

    def __init__(self, year: PlantYear, threads: int = 1) -> None:
        self._year = year
        self._problem = year.problem
        self._curves = year.curves
        self._threads = threads
        days, slices = year.problem.shape
        shape = (len(self._curves.cost), days, slices)
        self._stored = self._curves.stored_kw.reshape(*shape, -1)
        self._cost = self._curves.cost.reshape(*shape, -1)
        self._exists = self._curves.exists.reshape(shape)

    def round(self, evaluation: Evaluation, tolerance_gbp: float, seconds_left: Clock) -> Operation:
        """An operation at an evaluation's size, close to its hull.

        Parameters
        ----------
        evaluation
            The hull of the year at a size.
        tolerance_gbp
            What the year's cost may lie above the hull, as far as the modes it chose allow
            (GBP/year).
        seconds_left
            When time is up, the remaining days keep the hull's own path.
        """
        problem, size = self._problem, evaluation.size_kwh
        operation = self._year.along(size, evaluation.level_kwh)
        undecided = self._undecided(evaluation)
        hull_gbp = operation.day_gbp - undecided.excess_gbp
        some = np.flatnonzero(undecided.slices.any(axis=1))
        operation = self._moved(operation, some, undecided.branch)

        above_gbp = problem.day_weight * (operation.day_gbp - hull_gbp)
        order = np.argsort(above_gbp)
        loose = np.sort(order[np.cumsum(above_gbp[order]) > tolerance_gbp / 2])
        log.info(
            "operation in whole steps: %d of %d days are not settled by rounding, %d of them are "
            "searched, %.0f s left",
            len(some), len(order), len(loose), seconds_left(),
        )  # fmt: skip
        day_tolerance = tolerance_gbp / 2 / max(problem.day_weight[loose].sum(), 1.0)
        return self._better(operation, loose, day_tolerance, seconds_left)

    def improve(self, operation: Operation, tolerance_gbp: float, left: Clock) -> Operation:
        """An operation with each day searched at its size."""
        days = np.arange(self._problem.shape[0])
        day_tolerance = tolerance_gbp / self._problem.day_weight.sum()
        return self._better(operation, days, day_tolerance, left)

    def free_days(
        self,
        limits_kwh: tuple[float, float],
        day_prices: FloatArray,
        tolerance_gbp: float,
        left: Clock,
    ) -> tuple[FloatArray, FloatArray]:
        """Bounds on each day with a store of its own, of any size within limits, at a price.

        Parameters
        ----------
        limits_kwh
            Smallest and largest size.
        day_prices
            GBP per kWh of store and day, shape ``(days,)``.
        tolerance_gbp
            How far below the best the sum of the bounds may stay (GBP/year).
        left
            When time is up the remaining days are not bounded (``-inf``).

        Returns
        -------
        tuple
            Bounds (GBP, unweighted) and sizes (kWh), each of shape ``(days,)``.
        """
        day_tolerance = tolerance_gbp / self._problem.day_weight.sum()

        def solve_day(d: int) -> tuple[float, float]:
            if left() < 0:
                return -np.inf, float(np.mean(limits_kwh))
            found = self._search(d, limits_kwh, day_tolerance, price=day_prices[d])
            return found.bound_gbp, found.size_kwh

        solved = for_days(range(self._problem.shape[0]), solve_day, self._threads)
        bounds, sizes = (np.array(values) for values in zip(*solved, strict=True))
        return bounds, sizes

    def _undecided(self, evaluation: Evaluation) -> Undecided:
        """Where the hull mixes modes, and what the slices there may follow."""
        problem = self._problem
        level = settled_levels(problem, evaluation.size_kwh, evaluation.level_kwh)
        stored = stored_along(problem, evaluation.size_kwh, level)
        return undecided(self._curves, stored, evaluation.heat_prices, problem.step_hours)

    def _moved(self, operation: Operation, days: IntArray, branch: IntArray) -> Operation:
        """An operation with some days along the best paths of one branch in each slice."""
        if not days.size:
            return operation
        stored, cost = (
            values.reshape(*branch.shape, -1)[days] for values in self._curves.along(branch.ravel())
        )
        year = solve_days(self._problem, operation.size_kwh, stored, cost)
        levels = operation.level_kwh.copy()
        levels[days[year.feasible]] = year.level_kwh[year.feasible]
        return self._cheaper_days(operation, levels)

    def _better(
        self, operation: Operation, days: IntArray, day_tolerance_gbp: float, left: Clock
    ) -> Operation:
        """An operation with some days along better paths, where a search finds any."""
        levels = operation.level_kwh.copy()
        size = operation.size_kwh

        def solve_day(d: int) -> None:
            if left() < 0:
                return
            known = operation.day_gbp[d]
            path = self._search(d, (size, size), day_tolerance_gbp, ceiling=known).level_kwh
            levels[d] = levels[d] if path is None else path

        for_days(days.tolist(), solve_day, self._threads)
        return self._cheaper_days(operation, levels)

    def _search(
        self,
        d: int,
        limits_kwh: tuple[float, float],
        tolerance_gbp: float,
        *,
        ceiling: float = np.inf,
        price: float = 0.0,
    ) -> FoundDay:
        """The tree of a day, all branches allowed."""
        tes = self._problem.tes
        store = StoreLaw(
            step_hours=self._problem.step_hours,
            kept_share=kept_share(tes, self._problem.step_hours),
            loss_per_hour=tes.loss_share_per_day / 24.0,
            midnight_share=tes.initial_share,
        )
        return search_day(
            self._stored[:, d],
            self._cost[:, d],
            self._exists[:, d],
            store,
            limits_kwh,
            tolerance_gbp=tolerance_gbp,
            ceiling_gbp=ceiling,
            price_gbp_per_kwh=price,
        )

    def _cheaper_days(self, operation: Operation, level_kwh: FloatArray) -> Operation:
        """``operation`` with the days of another path that are cheaper."""
        other = self._year.along(operation.size_kwh, level_kwh)
        cheaper = other.day_gbp < operation.day_gbp
        day_gbp = np.where(cheaper, other.day_gbp, operation.day_gbp)
        return Operation(
            operation.size_kwh,
            np.where(cheaper[:, None], other.level_kwh, operation.level_kwh),
            day_gbp,
            float(self._problem.day_weight @ day_gbp),
        )
