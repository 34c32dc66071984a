"""A linear or mixed-integer programme as matrices, cut out of a linopy model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import highspy
import linopy
import numpy as np
import numpy.typing as npt
import scipy.sparse

from microchp.design.problem import FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Programme:
    """min cost x, row_lower <= matrix x <= row_upper, lower <= x <= upper, some x integer.

    Attributes
    ----------
    cost, lower, upper
        Per column, shape ``(n,)``.
    integer
        Whether a column is integer, shape ``(n,)``.
    matrix
        Sparse by columns, shape ``(m, n)``.
    row_lower, row_upper
        Per row, shape ``(m,)``.
    """

    cost: FloatArray
    lower: FloatArray
    upper: FloatArray
    integer: BoolArray
    matrix: Any
    row_lower: FloatArray
    row_upper: FloatArray

    @classmethod
    def of(cls, model: linopy.Model) -> Programme:
        """The programme of a linopy model."""
        matrices = model.matrices
        free = np.full(len(matrices.b), np.inf)
        return cls(
            cost=matrices.c,
            lower=matrices.lb,
            upper=matrices.ub,
            integer=matrices.vtypes != "C",
            matrix=scipy.sparse.csc_array(matrices.A),
            row_lower=np.where(matrices.sense == "<", -free, matrices.b),
            row_upper=np.where(matrices.sense == ">", free, matrices.b),
        )

    def part(self, rows: IntArray, columns: IntArray) -> Programme:
        """Some rows and columns of it, as if the other columns were nothing."""
        return Programme(
            self.cost[columns],
            self.lower[columns],
            self.upper[columns],
            self.integer[columns],
            self.matrix[:, columns].tocsr()[rows].tocsc(),
            self.row_lower[rows],
            self.row_upper[rows],
        )

    def fixed(self, values: FloatArray) -> Programme:
        """The linear programme that is left with every integer column at its (rounded) value."""
        at = np.round(values[self.integer])
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[self.integer], upper[self.integer] = at, at
        return replace(
            self, lower=lower, upper=upper, integer=np.zeros(len(self.integer), dtype=bool)
        )

    def decided(self, values: FloatArray) -> Programme:
        """The same with binaries at 1 where they are 1 in some values: what else is left."""
        taken = self.integer & (values > 1.0 - 1e-6)
        return replace(self, lower=np.where(taken, 1.0, self.lower))

    @property
    def relaxed(self) -> Programme:
        """The same without integrality."""
        return replace(self, integer=np.zeros(len(self.integer), dtype=bool))

    def give(self, highs: Any) -> None:
        """Pass it to HiGHS."""
        rows, columns = self.matrix.shape
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = columns, rows
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost, self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = self.row_lower, self.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = self.matrix.indptr
        lp.a_matrix_.index_ = self.matrix.indices
        lp.a_matrix_.value_ = self.matrix.data
        if self.integer.any():
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[int(integer)] for integer in self.integer]
        highs.passModel(lp)

    def bound(self, duals: FloatArray) -> float:
        """What the programme costs at least, by weak duality: any duals give a valid bound.

        ``sum (c - A'y) x`` is least where each column is at the bound of its sign, and
        ``y (A x)`` where each row is at its own.
        """
        worth, rows = self.row_worth(duals)
        reduced = self.cost - self.matrix.T @ worth
        with np.errstate(invalid="ignore"):
            columns = np.where(reduced > 0, reduced * self.lower, reduced * self.upper)
        return rows + float(np.where(reduced == 0, 0.0, columns).sum())

    def row_worth(self, duals: FloatArray) -> tuple[FloatArray, float]:
        """Duals that the rows' sides allow, and what those sides are worth."""
        below, above = np.isneginf(self.row_lower), np.isposinf(self.row_upper)
        worth = np.where(((duals > 0) & below) | ((duals < 0) & above), 0.0, duals)
        side = np.where(worth > 0, self.row_lower, self.row_upper)
        return worth, float(np.where(worth == 0, 0.0, worth * np.where(worth == 0, 0, side)).sum())
