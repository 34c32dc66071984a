"""Planes below the cost of days as a function of the sizes, and where they are lowest.

A plane comes from the duals of a day's linear programme, by weak duality
(:meth:`microchp.design.programme.Programme.bound`): with the rows' sides ``b - B y`` for sizes
``y``, any duals ``w`` give ``cost(y) >= a - (B'w) y``. The least of the highest planes over all
sizes is a small linear programme, whose own optimum is again bounded by weak duality: no solver is
trusted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse

from microchp.design.highs import require_optimal, run, solver
from microchp.design.problem import FloatArray
from microchp.design.programme import Programme

LEVEL = 0.4
"""The next sizes are where the planes are this share of the way from bound to best."""


@dataclass
class Planes:
    """Planes of each day, and the costs, limits and rows of the sizes.

    Attributes
    ----------
    sizes
        Programme of the sizes alone, shape ``(rows, n)``.
    at_zero, slope
        Planes as they were found: for each evaluation the days' ``a``, shape ``(days,)``, and
        slopes, shape ``(days, n)``.
    """

    sizes: Programme
    at_zero: list[FloatArray] = field(default_factory=list)
    slope: list[FloatArray] = field(default_factory=list)

    def add(self, at_zero: FloatArray, slope: FloatArray) -> None:
        """Add a plane for each day."""
        self.at_zero.append(at_zero)
        self.slope.append(slope)

    def at(self, y: FloatArray) -> float:
        """Bound (GBP/year) at one choice of sizes, their capital included."""
        days = np.max([a + g @ y for a, g in zip(self.at_zero, self.slope, strict=True)], axis=0)
        return float(self.sizes.cost @ y + days.sum())

    def least(
        self, lower: FloatArray | None = None, upper: FloatArray | None = None
    ) -> tuple[FloatArray, float]:
        """Sizes where capital and planes are least, within limits, and a bound for all of those.

        Without limits, those allowed hold.
        """
        programme = self._programme(lower, upper)
        highs = solver()
        programme.give(highs)
        require_optimal(run(highs), "the sizes")
        solution = highs.getSolution()
        y = np.array(solution.col_value)[: len(self.sizes.cost)]
        y = np.clip(y, self.sizes.lower, self.sizes.upper)
        return y, programme.bound(np.array(solution.row_dual))

    def day_slopes(self, lower: FloatArray, upper: FloatArray) -> FloatArray:
        """What each day's cost falls by with each size where planes are least in a box.

        Shape ``(days, n)``; where that is within the box, they add up to minus the capital.
        """
        programme = self._programme(lower, upper)
        highs = solver()
        programme.give(highs)
        require_optimal(run(highs), "the sizes")
        slope = np.array(self.slope)
        rows = slope.shape[0] * slope.shape[1]
        weight = np.maximum(np.array(highs.getSolution().row_dual)[-rows:], 0.0)
        slopes: FloatArray = (weight.reshape(slope.shape[:2])[..., None] * slope).sum(axis=0)
        return slopes

    def next(self, best: FloatArray, bound: float, value: float) -> FloatArray:
        """Sizes near the best where the planes are at a level between bound and value.

        The level method, distances as the largest share of the range of a size.
        """
        programme = self._programme(None, None)
        n, columns = len(self.sizes.cost), len(programme.cost)
        width = self.sizes.upper - self.sizes.lower
        width = np.where(width > 0, width, 1.0)
        near = scipy.sparse.hstack(
            [
                scipy.sparse.diags_array(1.0 / width),
                scipy.sparse.csc_array((n, columns - n)),
            ]
        )
        ones = scipy.sparse.csc_array(np.ones((n, 1)))
        no = scipy.sparse.csc_array((programme.matrix.shape[0], 1))
        matrix = scipy.sparse.vstack(
            [
                scipy.sparse.hstack([programme.matrix, no]),
                scipy.sparse.hstack([near, -ones]),
                scipy.sparse.hstack([near, ones]),
                scipy.sparse.hstack(
                    [
                        scipy.sparse.csc_array(programme.cost[None, :]),
                        scipy.sparse.csc_array((1, 1)),
                    ]
                ),
            ]
        ).tocsc()
        free = np.full(n, np.inf)
        nearest = Programme(
            cost=np.append(np.zeros(columns), 1.0),
            lower=np.append(programme.lower, 0.0),
            upper=np.append(programme.upper, 1.0),
            integer=np.zeros(columns + 1, dtype=bool),
            matrix=matrix,
            row_lower=np.concatenate([programme.row_lower, -free, best / width, [-np.inf]]),
            row_upper=np.concatenate(
                [programme.row_upper, best / width, free, [bound + LEVEL * (value - bound)]]
            ),
        )
        highs = solver()
        nearest.give(highs)
        require_optimal(run(highs), "the next sizes")
        y: FloatArray = np.array(highs.getSolution().col_value)[:n]
        return np.asarray(np.clip(y, self.sizes.lower, self.sizes.upper))

    def _programme(self, lower: FloatArray | None, upper: FloatArray | None) -> Programme:
        """Sizes and a column for each day's cost, above all planes."""
        sizes, n = self.sizes, len(self.sizes.cost)
        lower = sizes.lower if lower is None else lower
        upper = sizes.upper if upper is None else upper
        days = len(self.at_zero[0])
        at_zero, slope = np.array(self.at_zero), np.array(self.slope)
        ends = np.minimum(slope * lower, slope * upper).sum(axis=2)
        tops = np.maximum(slope * lower, slope * upper).sum(axis=2)
        count = len(at_zero)
        planes = scipy.sparse.hstack(
            [
                scipy.sparse.csc_array(-slope.reshape(count * days, n)),
                scipy.sparse.vstack([scipy.sparse.eye_array(days)] * count),
            ]
        )
        own = scipy.sparse.hstack(
            [sizes.matrix, scipy.sparse.csc_array((sizes.matrix.shape[0], days))]
        )
        low, high = (at_zero + ends).max(axis=0), (at_zero + tops).max(axis=0)
        return Programme(
            cost=np.concatenate([sizes.cost, np.ones(days)]),
            lower=np.concatenate([lower, low - 1.0]),
            upper=np.concatenate([upper, high + 1.0]),
            integer=np.zeros(n + days, dtype=bool),
            matrix=scipy.sparse.vstack([own, planes]).tocsc(),
            row_lower=np.concatenate([sizes.row_lower, at_zero.ravel()]),
            row_upper=np.concatenate([sizes.row_upper, np.full(count * days, np.inf)]),
        )
