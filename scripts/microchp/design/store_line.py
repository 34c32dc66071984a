"""A day of a store, exactly: the slices' convex costs joined by the level, without a solver.

With the sizes given, a day is a line: slice after slice adds its heat to the level, which must
stay between empty and full and be back at midnight. The least cost of reaching a level is convex
and piecewise linear in it. A slice's cost joins it by merging segments in the order of their
slopes; then the levels below empty and above full are cut off:

- what lies below empty must be used: the cheapest segments, for good;
- what lies above full can never be used: the dearest segments, cut off;
- at midnight the cheapest are used until the level is back.

Every segment remembers its slice, so that the heat stored in each slice is there at the end. Two
heaps find the cheapest and the dearest. A loss that goes with the level shrinks all lengths, and
raises all slopes, by one factor a slice: lengths and slopes are kept as of the day's start.

Prices of stored heat are the slope at midnight, carried backwards: where segments had to be used
the price was at least the dearest of them, where some were cut off at most the cheapest of those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

TINY_KWH = 1e-9
"""Less than this outside a level's limits is rounding."""


@dataclass(frozen=True)
class StoreYear:
    """Days of a store at least cost, ``D`` days of ``T`` slices.

    Attributes
    ----------
    cost_gbp
        Of each day, shape ``(D,)``; infinite where no path serves it.
    stored_kw
        Heat arriving in the store, shape ``(D, T)``.
    level_kwh
        At the end of each slice, shape ``(D, T)``.
    price_gbp_per_kwh
        What a kWh arriving is worth, shape ``(D, T)``.
    """

    cost_gbp: FloatArray
    stored_kw: FloatArray
    level_kwh: FloatArray
    price_gbp_per_kwh: FloatArray

    @property
    def feasible(self) -> npt.NDArray[np.bool_]:
        """Days that some path serves, shape ``(D,)``."""
        return np.isfinite(self.cost_gbp)


def solve_store_line(
    corner_kw: FloatArray,
    corner_cost: FloatArray,
    *,
    step_hours: float,
    size_kwh: float,
    initial_kwh: float,
    final_kwh: float,
    loss_kw: float = 0.0,
    loss_per_hour: float = 0.0,
) -> StoreYear:
    """The cheapest path of the store's level through each day.

    Parameters
    ----------
    corner_kw, corner_cost
        Convex cost of each slice (GBP/h) by the heat arriving in the store (kW): corners, rising,
        the last repeated. Shape ``(D, T, K)``.
    step_hours
        Length of a slice.
    size_kwh
        The level stays between 0 and this.
    initial_kwh, final_kwh
        Level at both ends of every day.
    loss_kw, loss_per_hour
        Standing loss: one part constant, one with the level at the start of the slice.
    """
    days, slices, _ = corner_kw.shape
    cost = np.empty(days)
    stored, level, price = (np.empty((days, slices)) for _ in range(3))
    figures = np.array([step_hours, size_kwh, initial_kwh, final_kwh, loss_kw, loss_per_hour])
    _solve_days(
        np.ascontiguousarray(corner_kw),
        np.ascontiguousarray(corner_cost),
        figures,
        cost,
        stored,
        level,
        price,
    )
    return StoreYear(cost, stored, level, price)


@numba.njit(cache=True, nogil=True)
def _push(heap, count, item, key, sign):  # type: ignore[no-untyped-def]
    """Add an item to a heap whose top has the least of ``sign * key``."""
    at = count
    value = sign * key[item]
    while at > 0:
        parent = (at - 1) >> 1
        if sign * key[heap[parent]] <= value:
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = item


@numba.njit(cache=True, nogil=True)
def _pop(heap, count, key, sign):  # type: ignore[no-untyped-def]
    """Take the top off a heap of ``count`` items."""
    last = heap[count - 1]
    count -= 1
    value = sign * key[last]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= count:
            break
        if child + 1 < count and sign * key[heap[child + 1]] < sign * key[heap[child]]:
            child += 1
        if sign * key[heap[child]] >= value:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = last


@numba.njit(cache=True, nogil=True)
def _solve_days(  # type: ignore[no-untyped-def]
    corner_kw, corner_cost, figures, cost, stored, level, price
):
    """All days, one after the other."""
    days, slices, corners = corner_kw.shape
    hours, size, initial, final, loss_kw, loss_per_hour = figures
    kept = 1.0 - loss_per_hour * hours
    room = slices * max(corners - 1, 1)
    slope, left, used = np.empty(room), np.empty(room), np.empty(room)
    of_slice = np.empty(room, dtype=np.int64)
    cheap, dear = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    least, most = np.empty(slices), np.empty(slices)  # what the cuts say of the prices
    for d in range(days):
        segments = cheap_count = dear_count = 0
        low = initial  # level with no segment used
        reach = 0.0  # length of all segments not used, as of the day's start
        total = 0.0
        scale = 1.0
        feasible = True
        for t in range(slices):
            scale *= kept
            low = kept * low + hours * (corner_kw[d, t, 0] - loss_kw)
            total += hours * corner_cost[d, t, 0]
            if not np.isfinite(corner_cost[d, t, 0]):
                feasible = False
                break
            for k in range(1, corners):
                width = corner_kw[d, t, k] - corner_kw[d, t, k - 1]
                if width <= 0.0:
                    continue
                slope[segments] = (corner_cost[d, t, k] - corner_cost[d, t, k - 1]) / width * scale
                left[segments] = width * hours / scale
                used[segments] = 0.0
                of_slice[segments] = t
                reach += left[segments]
                _push(cheap, cheap_count, segments, slope, 1.0)
                _push(dear, dear_count, segments, slope, -1.0)
                cheap_count += 1
                dear_count += 1
                segments += 1
            least[t], most[t] = -np.inf, np.inf
            target = 0.0
            if t == slices - 1:
                target = final
            while low < target and cheap_count > 0:
                item = cheap[0]
                if left[item] <= 0.0:
                    _pop(cheap, cheap_count, slope, 1.0)
                    cheap_count -= 1
                    continue
                need = (target - low) / scale
                taken = min(need, left[item])
                used[item] += taken
                total += slope[item] * taken
                reach -= taken
                least[t] = slope[item]
                if taken >= need:
                    left[item] -= taken
                    low = target
                else:
                    left[item] = 0.0
                    low += taken * scale
            if low < target - TINY_KWH:
                feasible = False
                break
            low = max(low, target)
            limit = size
            if t == slices - 1:
                limit = final
            if low > limit + TINY_KWH:
                feasible = False
                break
            low = min(low, limit)
            while low + reach * scale > limit and dear_count > 0:
                item = dear[0]
                if left[item] <= 0.0:
                    _pop(dear, dear_count, slope, -1.0)
                    dear_count -= 1
                    continue
                excess = (low + reach * scale - limit) / scale
                most[t] = slope[item]
                if excess < left[item]:
                    left[item] -= excess
                    reach -= excess
                    break
                reach -= left[item]
                left[item] = 0.0
            if dear_count == 0:
                reach = 0.0
        if not feasible:
            cost[d] = np.inf
            for t in range(slices):
                stored[d, t] = level[d, t] = price[d, t] = 0.0
            continue
        cost[d] = total
        # prices, backwards; as of the day's start
        worth = 0.0
        last = slices - 1
        if least[last] > -np.inf:
            worth = least[last]
        elif most[last] < np.inf:
            worth = most[last]
        for t in range(slices - 1, -1, -1):
            if t < last:
                worth = min(max(worth, least[t]), most[t])
            price[d, t] = worth
        for t in range(slices):
            stored[d, t] = corner_kw[d, t, 0]
        scale = 1.0
        powers = least  # the room is free now
        for t in range(slices):
            scale *= kept
            powers[t] = scale
            price[d, t] /= scale
        for item in range(segments):
            if used[item] > 0.0:
                t = of_slice[item]
                stored[d, t] += used[item] * powers[t] / hours
        at = initial
        for t in range(slices):
            at = kept * at + hours * (stored[d, t] - loss_kw)
            at = min(max(at, 0.0), size)
            level[d, t] = at
        level[d, slices - 1] = final
