"""A day as a mixed-integer programme in HiGHS, for what the store line cannot say.

Eq. 17 closes every day, so for a given size of the store no day knows of another. The programme
of a day has a row for each slice (the balance of the store) and bounded columns: the level, and
the pieces of the slice's convex cost curves, one of which it chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse

from microchp.design.highs import has_solution, run, solver
from microchp.design.problem import FloatArray, Problem
from microchp.design.schedule import kept_share

BoolArray = npt.NDArray[np.bool_]

T = TypeVar("T")

Clock = Callable[[], float]
"""Seconds left."""


def for_days(days: Iterable[int], solve_day: Callable[[int], T], threads: int) -> list[T]:
    """What ``solve_day`` gives for each day, in order, whatever the number of threads.

    Days do not know of each other and HiGHS runs outside Python's lock, so that threads are
    enough to use several cores, and change no digit.
    """
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(solve_day, days))


class DayProgram:
    """A day's programme in HiGHS, for one plant and any size of the store.

    Each slice follows one convex cost curve, or chooses one of several (then a mixed-integer
    programme). Objective in GBP/h summed over the slices.

    Parameters
    ----------
    stored_kw, cost
        Corners of the convex curves, shape ``(branches, slices, K)``; infinite cost where a
        branch does not exist.
    allowed
        Which curves a slice may follow, shape ``(branches, slices)``; at least one each.
    problem
        For the step and the store's figures.
    """

    def __init__(
        self, stored_kw: FloatArray, cost: FloatArray, allowed: BoolArray, problem: Problem
    ) -> None:
        tes = problem.tes
        self._step_hours = problem.step_hours
        self._initial_share = tes.initial_share
        self._loss_per_hour = tes.loss_share_per_day / 24.0
        self._kept = kept_share(tes, problem.step_hours)
        slices = stored_kw.shape[1]
        self._slices = slices
        choosing = allowed.sum(axis=0) > 1

        branch, at = np.nonzero(allowed)
        base, base_cost = stored_kw[branch, at, 0], cost[branch, at, 0]
        single = ~choosing[at]
        self._base = np.zeros(slices)
        self._base[at[single]] = base[single]
        offset = float(base_cost[single].sum())

        width = np.diff(stored_kw[branch, at], axis=1)
        entry, piece = np.nonzero(width > 0)
        width = width[entry, piece]
        slope = np.diff(cost[branch, at], axis=1)[entry, piece] / width
        pieces = len(width)
        chooser = np.flatnonzero(~single)  # entries with a binary
        binary_of = np.full(len(branch), -1)
        binary_of[chooser] = slices + pieces + np.arange(len(chooser))
        columns = slices + pieces + len(chooser)

        # rows: balances; then for the choosing slices "one branch", and "a piece needs its branch"
        choosing_slices = np.flatnonzero(choosing)
        one_row = np.full(slices, -1)
        one_row[choosing_slices] = slices + np.arange(len(choosing_slices))
        guarded = np.flatnonzero(binary_of[entry] >= 0)
        guard_row = slices + len(choosing_slices) + np.arange(len(guarded))
        rows = slices + len(choosing_slices) + len(guarded)

        ts = problem.step_hours
        every = np.arange(slices)
        piece_column = slices + np.arange(pieces)
        blocks = [
            (every, every, np.ones(slices)),
            (every[1:], every[:-1], np.full(slices - 1, -self._kept)),
            (at[entry], piece_column, np.full(pieces, -ts)),
            (at[chooser], binary_of[chooser], -ts * base[chooser]),
            (one_row[at[chooser]], binary_of[chooser], np.ones(len(chooser))),
            (guard_row, piece_column[guarded], np.ones(len(guarded))),
            (guard_row, binary_of[entry[guarded]], -width[guarded]),
        ]
        matrix = scipy.sparse.csc_array(
            (
                np.concatenate([b[2] for b in blocks]),
                (np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks])),
            ),
            shape=(rows, columns),
        )
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_, lp.offset_ = columns, rows, offset
        lp.col_cost_ = np.concatenate([np.zeros(slices), slope, base_cost[chooser]])
        lp.col_lower_ = np.zeros(columns)
        lp.col_upper_ = np.concatenate([np.zeros(slices), width, np.ones(len(chooser))])
        ones = np.ones(len(choosing_slices))
        lp.row_lower_ = np.concatenate(
            [np.zeros(slices), ones, np.full(len(guarded), -highspy.kHighsInf)]
        )
        lp.row_upper_ = np.concatenate([np.zeros(slices), ones, np.zeros(len(guarded))])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = matrix.indptr
        lp.a_matrix_.index_ = matrix.indices
        lp.a_matrix_.value_ = matrix.data
        self._integer = bool(len(chooser))
        if self._integer:
            continuous, integer = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
            lp.integrality_ = [continuous] * (slices + pieces) + [integer] * len(chooser)
        self._highs = solver()
        self._highs.setOptionValue("solver", "simplex")
        if not self._integer:
            self._highs.setOptionValue("presolve", "off")
        self._highs.passModel(lp)

    def free_size(self, limits_kwh: tuple[float, float], price_gbp_per_h_per_kwh: float) -> None:
        """Make the store's size a decision of this day, at a price; then use :meth:`run`."""
        count = self._slices
        balance = np.full(count, self._step_hours * self._loss_per_hour)
        balance[0] -= self._kept * self._initial_share
        size = self._highs.getNumCol()
        infinity = highspy.kHighsInf
        index = np.arange(count, dtype=np.int32)
        right = self._step_hours * self._base
        self._highs.changeRowsBounds(count, index, right, right)
        self._highs.addCol(price_gbp_per_h_per_kwh, *limits_kwh, count, index, balance)
        self._highs.changeColsBounds(count, index, np.zeros(count), np.full(count, limits_kwh[1]))
        for t in range(count - 1):
            self._highs.addRow(-infinity, 0.0, 2, np.array([t, size]), np.array([1.0, -1.0]))
        closing = np.array([1.0, -self._initial_share])
        self._highs.addRow(0.0, 0.0, 2, np.array([count - 1, size]), closing)

    def solve(self, size_kwh: float, **options: float) -> highspy.HighsModelStatus:
        """Solve for a size of the store, from the last basis if there is one."""
        count = self._slices
        index = np.arange(count, dtype=np.int32)
        lower, upper = np.zeros(count), np.full(count, size_kwh)
        lower[-1] = upper[-1] = self._initial_share * size_kwh
        right = self._step_hours * (self._base - self._loss_per_hour * size_kwh)
        right[0] += self._kept * self._initial_share * size_kwh
        self._highs.changeColsBounds(count, index, lower, upper)
        self._highs.changeRowsBounds(count, index, right, right)
        return self.run(**options)

    def run(self, **options: float) -> highspy.HighsModelStatus:
        """Run HiGHS with options; the status says what the solution is worth."""
        for option, value in options.items():
            self._highs.setOptionValue(option, value)
        return run(self._highs)

    def value(self) -> float:
        """Objective (GBP/h, summed over slices) of the last solution."""
        return float(self._highs.getInfo().objective_function_value)

    def lower_bound(self) -> float:
        """Bound (GBP/h, summed over slices) that HiGHS proved for a mixed-integer programme."""
        if not self._integer:
            return self.value()
        return float(self._highs.getInfo().mip_dual_bound)

    def size_kwh(self) -> float:
        """Size of the store in the last solution, after :meth:`free_size`."""
        return float(self._highs.getSolution().col_value[-1])

    def has_solution(self) -> bool:
        """Whether the last run left a feasible point."""
        return has_solution(self._highs)

    def levels(self) -> FloatArray:
        """Level (kWh) at the end of each slice in the last solution."""
        return np.array(self._highs.getSolution().col_value[: self._slices])
