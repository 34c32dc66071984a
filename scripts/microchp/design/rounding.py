"""From the hull of a year to an operation that the printed model allows.

The hull's solution says how much heat each slice stores. Nearly always one mode of operation
attains the hull's cost there; a few slices a day lie between two modes. Those are decided by
HiGHS: the others keep the mode that the hull chose (and may still move within it), the day's
small mixed-integer programme does the rest.

Any path of the store's level is an operation: :mod:`microchp.design.dispatch` serves each slice
at least cost for the heat it exchanges. So what HiGHS returns is only ever a proposal, and is
taken if it is cheaper.
"""

from __future__ import annotations

import logging

import numpy as np

from microchp.design.decomposition import Clock, DayProgram, Evaluation, for_days
from microchp.design.dispatch import Mode
from microchp.design.formulation import (
    BoolArray,
    Curves,
    lower_hull,
    stored_from_exchange,
)
from microchp.design.problem import FloatArray, Problem
from microchp.design.schedule import Operation, exchange_along, operation_along, settled_levels

log = logging.getLogger(__name__)

TIE_GBP_PER_H = 1e-6
"""A slice whose cost is this close to the hull's is decided."""


class Rounding:
    """Turns the hull of one plant's year into operations, day by day."""

    def __init__(self, problem: Problem, curves: Curves, threads: int = 1) -> None:
        self._problem = problem
        self._curves = curves
        self._threads = threads
        days, slices = problem.shape
        hulls = [lower_hull(curves.stored_kw, cost) for cost in curves.mode_cost]
        shape = (len(hulls), days, slices, -1)
        self._stored = np.stack([stored for stored, _ in hulls]).reshape(shape)
        self._cost = np.stack([cost for _, cost in hulls]).reshape(shape)
        self._exists = np.isfinite(self._cost[..., 0])

    def round(self, evaluation: Evaluation, tolerance_gbp: float, seconds_left: Clock) -> Operation:
        """An operation at an evaluation's size, close to its hull.

        Parameters
        ----------
        evaluation
            The hull of the year at a size.
        tolerance_gbp
            What the year's cost may lie above the best for the modes chosen (GBP/year); days
            closer to the hull than their part of this are left as they are.
        seconds_left
            When time is up, the remaining days keep the hull's own path.
        """
        problem, curves = self._problem, self._curves
        size, levels = evaluation.size_kwh, evaluation.level_kwh.copy()
        proposal = operation_along(problem, curves.plant, size, levels)
        excess, allowed = self._undecided(evaluation)
        day_tolerance = tolerance_gbp / problem.day_weight.sum()
        loose = np.flatnonzero(excess.sum(axis=1) * problem.step_hours > day_tolerance)
        log.info("integral: %d of %d days, %.0f s left", len(loose), len(levels), seconds_left())

        def solve_day(d: int) -> None:
            path = self._solve_day(d, size, allowed[:, d], day_tolerance, seconds_left)
            levels[d] = levels[d] if path is None else path

        for_days(loose.tolist(), solve_day, self._threads)
        return self._cheaper_days(proposal, levels)

    def improve(self, operation: Operation, tolerance_gbp: float, left: Clock) -> Operation:
        """An operation with each day solved as a whole mixed-integer programme at its size."""
        levels = operation.level_kwh.copy()
        day_tolerance = tolerance_gbp / self._problem.day_weight.sum()

        def solve_day(d: int) -> None:
            every = self._exists[:, d]
            path = self._solve_day(d, operation.size_kwh, every, day_tolerance, left)
            levels[d] = levels[d] if path is None else path

        for_days(range(self._problem.shape[0]), solve_day, self._threads)
        return self._cheaper_days(operation, levels)

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
        problem = self._problem
        bounds = np.full(problem.shape[0], -np.inf)
        sizes = np.full(problem.shape[0], np.mean(limits_kwh))
        day_tolerance = tolerance_gbp / problem.day_weight.sum()

        def solve_day(d: int) -> None:
            if left() < 0:
                return
            program = self.day(d, self._exists[:, d])
            program.free_size(limits_kwh, day_prices[d] / problem.step_hours)
            program.run(**self._limits(day_tolerance, left))
            bounds[d] = problem.step_hours * program.lower_bound()
            if program.has_solution():
                sizes[d] = program.size_kwh()

        for_days(range(problem.shape[0]), solve_day, self._threads)
        return bounds, sizes

    def day(self, d: int, allowed: BoolArray) -> DayProgram:
        """The programme of a day; ``allowed`` branches have the shape (branches, slices)."""
        return DayProgram(self._stored[:, d], self._cost[:, d], allowed, self._problem)

    def _undecided(self, evaluation: Evaluation) -> tuple[FloatArray, BoolArray]:
        """How far each slice lies above the hull, and the branches it may follow.

        Against the prices of stored heat each slice of the hull's solution is at its least; a
        slice is decided where some branch attains that.

        Returns
        -------
        tuple
            GBP/h, shape ``(days, slices)``; and ``(branches, days, slices)``.
        """
        problem, curves, plant = self._problem, self._curves, self._curves.plant
        level = settled_levels(problem, evaluation.size_kwh, evaluation.level_kwh)
        exchange = exchange_along(problem, evaluation.size_kwh, level).reshape(-1, 1)
        prices = evaluation.heat_prices.reshape(-1, 1)
        stored = stored_from_exchange(exchange, problem.tes)
        least = (curves.cost - prices * curves.stored_kw).min(axis=1)
        costs = []
        for branch, mode in enumerate(curves.branches):
            _, cost = plant.best_power(exchange, mode)
            charging = branch > 0 and curves.branches[branch - 1] == mode
            if mode is not Mode.OFF:
                outside = exchange < 0 if charging else exchange > 0
                cost = np.where(outside, np.inf, cost)
            costs.append(cost[:, 0])
        branch_cost = np.stack(costs)
        excess = branch_cost.min(axis=0) - (prices * stored)[:, 0] - least
        best = branch_cost.argmin(axis=0)
        only_best = np.arange(len(costs))[:, None] == best[None, :]
        shape = (len(costs), *problem.shape)
        free = (excess > TIE_GBP_PER_H).reshape(problem.shape)
        allowed = np.where(free[None], self._exists, only_best.reshape(shape) & self._exists)
        return np.maximum(excess, 0.0).reshape(problem.shape), allowed

    def _solve_day(
        self, d: int, size_kwh: float, allowed: BoolArray, tolerance_gbp: float, left: Clock
    ) -> FloatArray | None:
        """Levels of the best path that HiGHS finds within a tolerance; None if it finds none."""
        if left() < 0:
            return None
        program = self.day(d, allowed)
        program.solve(size_kwh, **self._limits(tolerance_gbp, left))
        return program.levels() if program.has_solution() else None

    def _limits(self, tolerance_gbp: float, left: Clock) -> dict[str, float]:
        return {
            "mip_abs_gap": tolerance_gbp / self._problem.step_hours,
            "mip_rel_gap": 0.0,
            "time_limit": max(left(), 0.01),
            # the relaxation is so tight that these only cost time here
            "mip_heuristic_effort": 0.0,
            "mip_detect_symmetry": False,
            "mip_allow_restart": False,
        }

    def _cheaper_days(self, operation: Operation, level_kwh: FloatArray) -> Operation:
        """``operation`` with the days of another path that are cheaper."""
        plant = self._curves.plant
        other = operation_along(self._problem, plant, operation.size_kwh, level_kwh)
        cheaper = other.day_gbp < operation.day_gbp
        day_gbp = np.where(cheaper, other.day_gbp, operation.day_gbp)
        return Operation(
            operation.size_kwh,
            np.where(cheaper[:, None], other.level_kwh, operation.level_kwh),
            day_gbp,
            float(self._problem.day_weight @ day_gbp),
        )
