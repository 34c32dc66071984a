"""The least cost of a store's days, exact and without a solver.

A day is a line of slices that the level of the store joins. In slice ``t`` the heat ``s_t`` (kW)
arrives in the store at a convex, piecewise linear cost ``f_t`` (GBP/h), and with the length
``ts`` (h) of a slice

    minimise sum ts f_t(s_t),   L_t = k L_(t-1) + ts (s_t - loss),   0 <= L_t <= S,

where ``k = 1 - ts b`` is the share of its level that a store keeps over a slice.

**Forwards.** Let ``V_t(L)`` be the least cost of all slices up to ``t`` that ends at level ``L``.
It is convex and piecewise linear: its lowest level, and *segments* (length, slope) in the order of
their slopes. A slice adds its own segments, merged by slope, and shifts the lowest level by
``ts (first corner - loss)``. Then levels outside 0 to ``S`` are cut away: the cheapest segments
are taken, for good, until the lowest level is 0, and the dearest are dropped until the highest is
``S``. Every segment remembers its slice, so what is taken of them is the heat stored in each. At
the end, what the last level is worth is one more such curve, which takes the heat out again: a
level to close at is a curve of one point, a free end a level line.

**A loss that grows with the level** shrinks all segments by ``k`` each slice and raises their
slopes by ``1/k``. It is the same for all, so segments are kept as they would be at the start, and
one running factor turns the ones to the others.

**Prices, backwards.** The price ``p_t`` is the dual of the balance of slice ``t``: a slope of
``V_t`` at ``L_t`` before the cut. The later slices give ``k p_(t+1)``, a slope of it after the cut;
the two differ where the level is at a limit, and there the last slope taken at 0 and the first one
dropped at ``S`` bound the former:

    p_t = min(max(k p_(t+1), last slope taken in t), first slope dropped in t).

**The segments are one sorted array** rather than two heaps: both ends go by moving an index, of a
slice only what lies between them is merged in, and what is left is the curve ``V``, in order. A
store holds as many segments as fit in it, some tens, so merging is cheaper than a heap's upkeep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from microchp.series.timeseries import FloatArray

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

SAME_KWH = 1e-9
"""Levels closer together than this are one: a day that misses a limit by less is feasible."""

LEAST_SHARE_KEPT = 1e-250
"""Least share of a level that may be left after all slices: more would pass the range of floats."""

_CONVEX, _IMPOSSIBLE, _NOT_CONVEX = range(3)


@dataclass(frozen=True)
class LevelCost:
    """A convex, piecewise linear cost of the level of a store.

    Attributes
    ----------
    level_kwh
        Levels at which the slope changes, rising, the lowest and the highest possible one among
        them; shape ``(n + 1,)``. One infinite level where no level is possible.
    marginal_gbp_per_kwh
        Cost of a further kWh between neighbouring levels, rising; shape ``(n,)``.
    lowest_gbp
        Cost at the lowest level; infinite where no level is possible.

    Raises
    ------
    ValueError
        If levels or costs of a further kWh fall, or there is not one of these between every two
        levels.
    """

    level_kwh: FloatArray
    marginal_gbp_per_kwh: FloatArray
    lowest_gbp: float

    def __post_init__(self) -> None:
        level, marginal = self.level_kwh, self.marginal_gbp_per_kwh
        if len(level) != len(marginal) + 1:
            raise ValueError(
                f"A cost of the level has {len(level)} levels and {len(marginal)} costs of a "
                "further kWh; accepted is one level more than costs."
            )
        for name, values in (("levels", level), ("costs of a further kWh", marginal)):
            fall = np.flatnonzero(~(values[1:] >= values[:-1]))
            if len(fall):
                at = int(fall[0])
                raise ValueError(
                    f"A cost of the level is not convex: its {name} go from {values[at]:g} to "
                    f"{values[at + 1]:g} at place {at + 1}; accepted are rising ones."
                )

    def at(self, level_kwh: float) -> float:
        """The cost (GBP) at a level; infinite where the level is not possible."""
        lowest, highest = self.level_kwh[0], self.level_kwh[-1]
        if not lowest - SAME_KWH <= level_kwh <= highest + SAME_KWH:
            return float("inf")
        length = np.clip(level_kwh - self.level_kwh[:-1], 0.0, np.diff(self.level_kwh))
        return float(self.lowest_gbp + self.marginal_gbp_per_kwh @ length)


def any_level(size_kwh: float) -> LevelCost:
    """The cost of a level that is worth nothing, whatever it is."""
    return LevelCost(np.array([0.0, size_kwh]), np.zeros(1), 0.0)


@dataclass(frozen=True)
class StoreYear:
    """The least cost of ``D`` days of ``T`` slices, and how it is reached.

    What is said of a day that is not feasible is not a number, but for its cost.

    Attributes
    ----------
    stored_kw
        Heat that arrives in the store, shape ``(D, T)``.
    level_kwh
        Level at the end of each slice, shape ``(D, T)``.
    price_gbp_per_kwh
        What a kWh that arrives in the store is worth, shape ``(D, T)``: optimal duals of the
        balances.
    cost_gbp
        Cost of each day, and of what is left in the store where that has one; infinite where a
        day is not feasible. Shape ``(D,)``.
    feasible
        Whether the store can stay within its size and end as it must, shape ``(D,)``.
    """

    stored_kw: FloatArray
    level_kwh: FloatArray
    price_gbp_per_kwh: FloatArray
    cost_gbp: FloatArray
    feasible: BoolArray


def solve_store_line(
    corner_kw: FloatArray,
    corner_cost: FloatArray,
    *,
    step_hours: float,
    size_kwh: float,
    initial_kwh: float | FloatArray,
    final_kwh: float | FloatArray | LevelCost | None,
    loss_kw: float | FloatArray,
    loss_per_hour: float = 0.0,
) -> StoreYear:
    """Solve days that do not know of each other, for one size of the store.

    Parameters
    ----------
    corner_kw, corner_cost
        Corners of each slice's convex cost (GBP/h) of the heat that arrives in the store (kW),
        rising in kW, repeated ones ignored; shape ``(D, T, K)``. An infinite first cost says that
        a slice has no corner.
    step_hours
        Length of a slice.
    size_kwh
        Size of the store.
    initial_kwh
        Level before the first slice, one for all days or of shape ``(D,)``.
    final_kwh
        Level after the last slice, one for all days or of shape ``(D,)``; or what that level
        costs (minus what it is worth); or ``None`` where it may be any.
    loss_kw
        Loss that does not depend on the level, one for all days or of shape ``(D,)``.
    loss_per_hour
        Loss over an hour, as a share of the level at the start of a slice.

    Raises
    ------
    ValueError
        If corners fall in kW or are not convex, or the size or the losses are not possible.
    """
    kept, x, y = _checked(corner_kw, corner_cost, 3, step_hours, size_kwh, loss_per_hour)
    days, slices = x.shape[:2]
    if final_kwh is None:
        final_kwh = any_level(size_kwh)
    if isinstance(final_kwh, LevelCost):
        end, level = final_kwh, np.full(days, final_kwh.level_kwh[0])
    else:
        end, level = _one_level(0.0), _each_day(final_kwh, days)
    stored, levels, prices = (np.empty((days, slices)) for _ in range(3))
    cost, feasible = np.empty(days), np.empty(days, dtype=np.bool_)
    refused = fill_days(
        x,
        y,
        step_hours,
        kept,
        size_kwh,
        _each_day(initial_kwh, days),
        level,
        np.diff(end.level_kwh),
        np.asarray(end.marginal_gbp_per_kwh, dtype=np.float64),
        end.lowest_gbp,
        _each_day(loss_kw, days),
        stored,
        levels,
        prices,
        cost,
        feasible,
    )
    if refused >= 0:
        raise _not_convex(*divmod(refused, slices))
    return StoreYear(stored, levels, prices, cost, feasible)


def cost_of_ending(
    corner_kw: FloatArray,
    corner_cost: FloatArray,
    *,
    step_hours: float,
    size_kwh: float,
    initial_kwh: float,
    loss_kw: float,
    loss_per_hour: float = 0.0,
) -> LevelCost:
    """Least cost of some slices as a function of the level that they end at.

    Parameters
    ----------
    corner_kw, corner_cost
        As for :func:`solve_store_line`, of shape ``(T, K)``.
    step_hours, size_kwh, initial_kwh, loss_kw, loss_per_hour
        As for :func:`solve_store_line`.

    Raises
    ------
    ValueError
        As for :func:`solve_store_line`.
    """
    kept, x, y = _checked(corner_kw, corner_cost, 2, step_hours, size_kwh, loss_per_hour)
    start = _one_level(initial_kwh)
    return _level_cost(x, y, step_hours, kept, size_kwh, start, loss_kw)


def cost_to_go(
    corner_kw: FloatArray,
    corner_cost: FloatArray,
    *,
    step_hours: float,
    size_kwh: float,
    final_kwh: float | LevelCost | None,
    loss_kw: float,
    loss_per_hour: float = 0.0,
) -> LevelCost:
    """Least cost of some slices as a function of the level that they start at.

    The slices are walked through backwards, where charging is discharging and a loss is a gain.

    Parameters
    ----------
    corner_kw, corner_cost
        As for :func:`solve_store_line`, of shape ``(T, K)``.
    step_hours, size_kwh, final_kwh, loss_kw, loss_per_hour
        As for :func:`solve_store_line`.

    Raises
    ------
    ValueError
        As for :func:`solve_store_line`.
    """
    kept, x, y = _checked(corner_kw, corner_cost, 2, step_hours, size_kwh, loss_per_hour)
    if final_kwh is None:
        final_kwh = any_level(size_kwh)
    end = final_kwh if isinstance(final_kwh, LevelCost) else _one_level(final_kwh)
    # L_(t-1) = (L_t + ts (loss - s)) / k is a balance of the same form with a step of ts / k, in
    # which a cost of k f makes ts f
    x, y = np.ascontiguousarray(-x[::-1, ::-1]), np.ascontiguousarray(kept * y[::-1, ::-1])
    return _level_cost(x, y, step_hours / kept, 1.0 / kept, size_kwh, end, -loss_kw)


def _level_cost(
    x: FloatArray,
    y: FloatArray,
    step_hours: float,
    kept: float,
    size_kwh: float,
    start: LevelCost,
    loss_kw: float,
) -> LevelCost:
    """The curve after all slices, from a curve before them."""
    status, t, lowest_kwh, lowest_gbp, length, slope = curve_after(
        x,
        y,
        step_hours,
        kept,
        size_kwh,
        start.level_kwh[0],
        np.diff(start.level_kwh),
        np.asarray(start.marginal_gbp_per_kwh, dtype=np.float64),
        start.lowest_gbp,
        loss_kw,
    )
    if status == _NOT_CONVEX:
        raise _not_convex(0, t)
    if status == _IMPOSSIBLE:
        return _one_level(np.inf, np.inf)
    level = lowest_kwh + np.concatenate([[0.0], np.cumsum(length)])
    return LevelCost(np.minimum(level, size_kwh), slope, lowest_gbp)


def _one_level(level_kwh: float, cost_gbp: float = 0.0) -> LevelCost:
    return LevelCost(np.array([level_kwh]), np.empty(0), cost_gbp)


def _each_day(value: float | FloatArray, days: int) -> FloatArray:
    return np.ascontiguousarray(np.broadcast_to(np.asarray(value, dtype=np.float64), (days,)))


def _checked(
    corner_kw: FloatArray,
    corner_cost: FloatArray,
    dimensions: int,
    step_hours: float,
    size_kwh: float,
    loss_per_hour: float,
) -> tuple[float, FloatArray, FloatArray]:
    """Share of its level that the store keeps over a slice, and the corners as the kernel reads."""
    x = np.ascontiguousarray(corner_kw, dtype=np.float64)
    y = np.ascontiguousarray(corner_cost, dtype=np.float64)
    kept = 1.0 - step_hours * loss_per_hour
    faults = []
    if x.shape != y.shape or x.ndim != dimensions or not x.size:
        faults.append(
            f"corners have the shapes {x.shape} in kW and {y.shape} in cost; accepted are two "
            f"equal shapes of {dimensions} dimensions, none of them 0."
        )
    elif not 0.0 < kept <= 1.0 or kept ** x.shape[-2] < LEAST_SHARE_KEPT:
        faults.append(
            f"loss_per_hour is {loss_per_hour:g} and step_hours {step_hours:g}, which leaves "
            f"{max(kept, 0.0) ** x.shape[-2]:g} of a level after {x.shape[-2]} slices; accepted "
            f"is {LEAST_SHARE_KEPT:g} to 1."
        )
    if not (np.isfinite(step_hours) and step_hours > 0.0):
        faults.append(f"step_hours is {step_hours:g}; accepted is a number above 0.")
    if not (np.isfinite(size_kwh) and size_kwh >= 0.0):
        faults.append(f"size_kwh is {size_kwh:g}; accepted is a number from 0.")
    if faults:
        raise ValueError("The store's days cannot be solved: " + " ".join(faults))
    return kept, x, y


def _not_convex(day: int, t: int) -> ValueError:
    return ValueError(
        f"The store's days cannot be solved: the corners of day {day}, slice {t} (from 0) are not "
        "a convex cost; accepted are numbers that rise in kW, with slopes that rise."
    )


@numba.njit(cache=True, nogil=True)
def _add(
    slope: FloatArray,
    length: FloatArray,
    owner: IntArray,
    head: int,
    tail: int,
    new_slope: FloatArray,
    new_length: FloatArray,
    new: int,
    adder: int,
    below: float,
    above: float,
    taken: FloatArray,
) -> tuple[int, int, float, float, float]:
    """Merge new segments into ``head:tail``, less the cheapest ``below`` and the dearest ``above``.

    Of the new ones, sorted as well, the first ``new`` count. What is taken is added to ``taken``
    of its owner. Returns head, tail, cost of what is taken, last slope taken, first slope dropped
    (infinite where there is none).
    """
    cost = 0.0
    last_taken = -np.inf
    first = 0
    while below > 0.0:
        if head < tail and (first == new or slope[head] <= new_slope[first]):
            last_taken = slope[head]
            amount = min(length[head], below)
            taken[owner[head]] += amount
            if amount < length[head]:
                length[head] -= amount
            else:
                head += 1
        elif first < new:
            last_taken = new_slope[first]
            amount = min(new_length[first], below)
            taken[adder] += amount
            if amount < new_length[first]:
                new_length[first] -= amount
            else:
                first += 1
        else:
            break  # no more than rounding is missing
        cost += last_taken * amount
        below -= amount
    first_dropped = np.inf
    while above > 0.0:
        if head < tail and (first == new or slope[tail - 1] >= new_slope[new - 1]):
            first_dropped = slope[tail - 1]
            amount = min(length[tail - 1], above)
            if amount < length[tail - 1]:
                length[tail - 1] -= amount
            else:
                tail -= 1
        elif first < new:
            first_dropped = new_slope[new - 1]
            amount = min(new_length[new - 1], above)
            if amount < new_length[new - 1]:
                new_length[new - 1] -= amount
            else:
                new -= 1
        else:
            break
        above -= amount
    old = tail - 1
    tail += new - first
    at = tail - 1
    while new > first:  # from the dearest, until the rest stands where it stood
        if old >= head and slope[old] > new_slope[new - 1]:
            slope[at], length[at], owner[at] = slope[old], length[old], owner[old]
            old -= 1
        else:
            new -= 1
            slope[at], length[at], owner[at] = new_slope[new], new_length[new], adder
        at -= 1
    return head, tail, cost, last_taken, first_dropped


@numba.njit(cache=True, nogil=True)
def _walk(
    x: FloatArray,
    y: FloatArray,
    step_hours: float,
    kept: float,
    size_kwh: float,
    start_kwh: float,
    start_length: FloatArray,
    start_slope: FloatArray,
    loss_kw: float,
    slope: FloatArray,
    length: FloatArray,
    owner: IntArray,
    new_slope: FloatArray,
    new_length: FloatArray,
    last_taken: FloatArray,
    first_dropped: FloatArray,
    taken: FloatArray,
) -> tuple[int, int, int, int, float, float, float, float]:
    """Walk forwards through slices, from a curve before them to the curve after them.

    Returns status, slice reached, head and tail of the segments, lowest and highest level, cost
    at the lowest, and the factor that turns a segment's length into kWh at the end.
    """
    slices, corners = x.shape
    scale = 1.0
    taken[:] = 0.0
    new = len(start_length)
    new_length[:new] = start_length
    new_slope[:new] = start_slope
    low, high = start_kwh, start_kwh + start_length.sum()
    if not (high >= -SAME_KWH and low <= size_kwh + SAME_KWH):
        return _IMPOSSIBLE, 0, 0, 0, low, high, 0.0, scale
    head, tail, cost, _, _ = _add(
        slope, length, owner, 0, 0, new_slope, new_length, new, slices, -low, high - size_kwh, taken
    )
    low, high = min(max(low, 0.0), size_kwh), min(max(high, 0.0), size_kwh)
    for t in range(slices):
        scale *= kept
        if not np.isfinite(y[t, 0]):
            status = _IMPOSSIBLE if y[t, 0] == np.inf else _NOT_CONVEX
            return status, t, head, tail, low, high, cost, scale
        new = 0
        width_before, slope_before = 0.0, -np.inf
        for i in range(1, corners):
            width = x[t, i] - x[t, i - 1]
            if width == 0.0:
                continue
            here = (y[t, i] - y[t, i - 1]) / width
            fall = (slope_before - here) * min(width, width_before) if new else 0.0
            if not (width > 0.0 and np.isfinite(here) and fall <= 1e-9 * (1.0 + abs(y[t, i]))):
                return _NOT_CONVEX, t, head, tail, low, high, cost, scale
            slope_before, width_before = max(here, slope_before), width
            new_slope[new] = slope_before * scale
            new_length[new] = step_hours * width / scale
            new += 1
        low = kept * low + step_hours * (x[t, 0] - loss_kw)
        high = kept * high + step_hours * (x[t, corners - 1] - loss_kw)
        if not (high >= -SAME_KWH and low <= size_kwh + SAME_KWH):
            return _IMPOSSIBLE, t, head, tail, low, high, cost, scale
        head, tail, paid, last, dropped = _add(
            slope,
            length,
            owner,
            head,
            tail,
            new_slope,
            new_length,
            new,
            t,
            -low / scale,
            (high - size_kwh) / scale,
            taken,
        )
        low, high = min(max(low, 0.0), size_kwh), min(max(high, 0.0), size_kwh)
        cost += step_hours * y[t, 0] + paid
        last_taken[t], first_dropped[t] = last / scale, dropped / scale
    return _CONVEX, slices, head, tail, low, high, cost, scale


@numba.njit(cache=True, nogil=True)
def fill_days(
    x: FloatArray,
    y: FloatArray,
    step_hours: float,
    kept: float,
    size_kwh: float,
    initial_kwh: FloatArray,
    end_kwh: FloatArray,
    end_length: FloatArray,
    end_slope: FloatArray,
    end_gbp: float,
    loss_kw: FloatArray,
    stored_kw: FloatArray,
    level_kwh: FloatArray,
    price: FloatArray,
    cost: FloatArray,
    feasible: BoolArray,
) -> int:
    """Solve each day into the last five arguments.

    The end is a curve for each day, ``end_kwh`` its lowest level and the rest the same for all.
    Returns the first slice, of all days', whose corners are refused, or -1.
    """
    days, slices, corners = x.shape
    ends = len(end_length)
    none = np.empty(0)
    slope, length = np.empty(slices * corners + ends), np.empty(slices * corners + ends)
    owner = np.empty(slices * corners + ends, dtype=np.int64)
    new_slope, new_length = np.empty(corners + ends), np.empty(corners + ends)
    last_taken, first_dropped = np.empty(slices), np.empty(slices)
    taken = np.empty(slices + 1)
    worth = (end_length * end_slope).sum()
    for d in range(days):
        status, t, head, tail, low, high, gbp, scale = _walk(
            x[d],
            y[d],
            step_hours,
            kept,
            size_kwh,
            initial_kwh[d],
            none,
            none,
            loss_kw[d],
            slope,
            length,
            owner,
            new_slope,
            new_length,
            last_taken,
            first_dropped,
            taken,
        )
        if status == _NOT_CONVEX:
            return int(d * slices + t)
        # the end takes the level out again: at most its highest level, the dearest kWh first
        low -= end_kwh[d] + end_length.sum()
        high -= end_kwh[d]
        if status == _IMPOSSIBLE or not (high >= -SAME_KWH and low <= SAME_KWH):
            stored_kw[d], level_kwh[d], price[d] = np.nan, np.nan, np.nan
            cost[d], feasible[d] = np.inf, False
            continue
        for i in range(ends):
            new_slope[i] = -end_slope[ends - 1 - i] * scale
            new_length[i] = end_length[ends - 1 - i] / scale
        _, _, paid, last, dropped = _add(
            slope,
            length,
            owner,
            head,
            tail,
            new_slope,
            new_length,
            ends,
            slices,
            -low / scale,
            high / scale,
            taken,
        )
        cost[d], feasible[d] = gbp + end_gbp + worth + paid, True
        now = 0.0  # any price, where there is nothing to choose
        if last > -np.inf:
            now = last / scale
        elif dropped < np.inf:
            now = dropped / scale
        for t in range(slices - 1, -1, -1):
            now = min(max(now, last_taken[t]), first_dropped[t])
            price[d, t] = now
            now *= kept
        level, scale = initial_kwh[d], 1.0
        for t in range(slices):
            scale *= kept
            stored_kw[d, t] = x[d, t, 0] + taken[t] * scale / step_hours
            level = kept * level + step_hours * (stored_kw[d, t] - loss_kw[d])
            level_kwh[d, t] = min(max(level, 0.0), size_kwh)  # rounding
    return -1


@numba.njit(cache=True, nogil=True)
def curve_after(
    x: FloatArray,
    y: FloatArray,
    step_hours: float,
    kept: float,
    size_kwh: float,
    start_kwh: float,
    start_length: FloatArray,
    start_slope: FloatArray,
    start_gbp: float,
    loss_kw: float,
) -> tuple[int, int, float, float, FloatArray, FloatArray]:
    """Status, slice reached, lowest level, cost there, lengths and slopes of the last curve."""
    slices, corners = x.shape
    starts = len(start_length)
    slope, length = np.empty(slices * corners + starts), np.empty(slices * corners + starts)
    status, t, head, tail, low, _, gbp, scale = _walk(
        x,
        y,
        step_hours,
        kept,
        size_kwh,
        start_kwh,
        start_length,
        start_slope,
        loss_kw,
        slope,
        length,
        np.empty(slices * corners + starts, dtype=np.int64),
        np.empty(corners + starts),
        np.empty(corners + starts),
        np.empty(slices),
        np.empty(slices),
        np.empty(slices + 1),
    )
    return (
        status,
        t,
        low,
        start_gbp + gbp,
        length[head:tail] * scale,
        slope[head:tail] / scale,
    )
