"""What a controller expects, and its plan over a horizon: of heat and of a battery alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numba
import numpy as np

from microchp.control.line import Line
from microchp.control.physics import Tank
from microchp.design.problem import FloatArray
from microchp.design.slices import Curves
from microchp.design.store_line import curve_after, fill_days

WEEK_DAYS = 7
"""Days whose mean is expected again."""

WEEKS = 4
"""As many days of the same weekday."""

TAIL_HOURS = 24
"""The cost-to-go at the horizon's end is that of a further day."""


def mean_before(values: FloatArray, lead_days: int, count: int, every: int = 1) -> FloatArray:
    """Mean of past days, for each day as it is known ``lead_days`` midnights before it.

    Parameters
    ----------
    values
        By day, shape ``(days, slices)``.
    lead_days
        0: at the midnight that the day begins with.
    count, every
        So many days, every so many days apart, the last of them the latest whose distance to
        the day is a multiple of ``every``; fewer where the past is short, nought without a past.
    """
    total, found = np.zeros_like(values), np.zeros(len(values))
    first = -(-(lead_days + 1) // every) * every
    for back in range(first, first + count * every, every):
        if back < len(values):
            total[back:] += values[:-back]
            found[back:] += 1.0
    return np.asarray(total / np.maximum(found, 1.0)[:, None])


def expected(values: FloatArray, lead_days: int) -> FloatArray:
    """Habits: half the last week, half the same weekday of the last weeks; ``(days, slices)``."""
    week = mean_before(values, lead_days, WEEK_DAYS)
    same = mean_before(values, lead_days, WEEKS, WEEK_DAYS)
    has_same = np.arange(len(values)) >= -(-(lead_days + 1) // WEEK_DAYS) * WEEK_DAYS
    return np.asarray(np.where(has_same[:, None], 0.5 * (week + same), week))


def expected_heating(values: FloatArray, lead_days: int) -> FloatArray:
    """Weather persists: profile of the last week, energy of the last day; ``(days, slices)``."""
    week = mean_before(values, lead_days, WEEK_DAYS)
    last = mean_before(values, lead_days, 1)
    energy = week.sum(axis=1)
    scale = np.divide(last.sum(axis=1), energy, out=np.zeros(len(values)), where=energy > 0)
    return np.asarray(week * scale[:, None])


class Window(NamedTuple):
    """Slices of a horizon, of what follows it, between plans; days that both reach into."""

    ahead: int
    tail: int
    every: int
    leads: int


@dataclass(frozen=True)
class Rolling:
    """How a controller plans.

    Attributes
    ----------
    horizon_hours
        How far ahead.
    every_minutes
        A plan is made so often; at most once a step.
    is_perfect
        Whether it knows what comes within the horizon, so that the horizon alone is judged.
    """

    horizon_hours: float = 24.0
    every_minutes: int = 30
    is_perfect: bool = False

    def window(self, step_hours: float, slices: int) -> Window:
        """The same in slices, of which a day has some."""
        ahead = max(1, round(self.horizon_hours / step_hours))
        tail = round(TAIL_HOURS / step_hours)
        every = max(1, round(self.every_minutes / 60 / step_hours))
        return Window(ahead, tail, every, (slices - 1 + ahead + tail) // slices + 1)


def stacked_hulls(curves: Sequence[Curves]) -> tuple[FloatArray, FloatArray]:
    """Corners and costs of several hulls of the same slices, shape ``(count, N, K)`` each.

    Where a hull has fewer corners than another, its last one is repeated.
    """
    most = max(each.hull_kw.shape[1] for each in curves)

    def widened(values: FloatArray) -> FloatArray:
        return np.pad(values, ((0, 0), (0, most - values.shape[1])), mode="edge")

    return (
        np.stack([widened(each.hull_kw) for each in curves]),
        np.stack([widened(each.hull_cost) for each in curves]),
    )


def tank_of(line: Line) -> Tank:
    """The store of a line, as physics knows it."""
    return Tank(
        line.size_kwh,
        line.loss_kw,
        line.loss_per_hour,
        line.exchange.charge_efficiency,
        line.exchange.discharge_efficiency,
    )


@numba.njit(cache=True, nogil=True)
def plan_ahead(  # type: ignore[no-untyped-def]
    t, level, stop, ahead, tail, slices, plan_kw, plan_cost, tail_kw, tail_cost,
    final_kwh, tank, hours,
):  # fmt: skip
    """Heat stored and its price in the slices ahead, and whether there is such a plan."""
    day = t // slices
    end = min(t + ahead, stop)
    corners = plan_kw.shape[2]
    x, y = np.empty((1, end - t, corners)), np.empty((1, end - t, corners))
    for k in range(t, end):
        lead = min(k // slices - day, plan_kw.shape[0] - 1)
        x[0, k - t], y[0, k - t] = plan_kw[lead, k], plan_cost[lead, k]
    kept = 1.0 - hours * tank.loss_per_hour
    after = min(end + tail, stop)
    if after < stop:
        lowest, length, slope = 0.0, np.array([tank.size_kwh]), np.zeros(1)
    else:
        lowest, length, slope = final_kwh, np.empty(0), np.empty(0)
    if after > end:
        corners = tail_kw.shape[2]
        back_x, back_y = np.empty((after - end, corners)), np.empty((after - end, corners))
        for k in range(end, after):
            lead = k // slices - day
            for c in range(corners):
                back_x[after - 1 - k, c] = -tail_kw[lead, k, corners - 1 - c]
                back_y[after - 1 - k, c] = kept * tail_cost[lead, k, corners - 1 - c]
        _, _, lowest, _, length, slope = curve_after(
            back_x, back_y, hours / kept, 1.0 / kept, tank.size_kwh,
            lowest, length, slope, 0.0, -tank.loss_kw,
        )  # fmt: skip
    shape = (1, end - t)
    stored, levels, price = np.empty(shape), np.empty(shape), np.empty(shape)
    cost, feasible = np.empty(1), np.empty(1, dtype=np.bool_)
    fill_days(
        x, y, hours, kept, tank.size_kwh, np.array([level]), np.array([lowest]),
        length, slope, 0.0, np.array([tank.loss_kw]), stored, levels, price, cost, feasible,
    )  # fmt: skip
    return x[0], y[0], stored[0], price[0], feasible[0]
