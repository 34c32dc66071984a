"""A day of one store in whole modes: a good operation, and a bound on every other.

The store line solves a day whose slices follow convex curves in some 0.1 ms. Where a slice
chooses one of several curves (its branches), the line along the hulls of what is still allowed is
a bound, and its path, each slice in its cheapest branch, is an operation. So a tree of choices
needs no other solver: the slice that lies furthest above its hull is told to follow the branch on
its right, or one of the others, until all that is left open lies within the tolerance.

Where the first bound and the operation known are not close enough, dynamic programming over a
grid of levels proposes a branch for each slice; the store line then moves the heat exactly. What
it proposes is an operation like any other, so that the grid is no part of any proof.

The size of the store may be given, or lie within limits at a price. Then every solution of the
line gives a straight line below the day's cost for all sizes (:mod:`microchp.design.certificate`),
and a choice is bounded by the least of price and highest line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from microchp.design.slices import FEASIBLE_KW, branch_cost, fill_hull
from microchp.design.store_line import fill_days

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LEVELS = 100
"""The grid of dynamic programming has so many steps."""

MOST_NODES = 2000
"""A day's tree looks at so many choices."""

MOST_SIZES = 20
"""A choice is bounded by so many sizes at most, where the size is free."""

DECIDED_GBP_PER_H = 1e-9
"""A slice this close to its hull is decided."""


@dataclass(frozen=True)
class StoreLaw:
    """What a day needs to know of its store.

    Attributes
    ----------
    step_hours
        Length of a slice.
    kept_share
        What is left of a level after a slice.
    loss_per_hour
        Loss over an hour as a share of the size.
    midnight_share
        Level at the start and at the end of the day, as a share of the size.
    end_share
        The same at the end, where it is another one.
    """

    step_hours: float
    kept_share: float
    loss_per_hour: float
    midnight_share: float
    end_share: float | None = None

    def numbers(self) -> FloatArray:
        """What the compiled loops take."""
        end = self.midnight_share if self.end_share is None else self.end_share
        return np.array(
            [self.step_hours, self.kept_share, self.loss_per_hour, self.midnight_share, end]
        )


@dataclass(frozen=True)
class FoundDay:
    """What the tree of a day found.

    Attributes
    ----------
    level_kwh
        Level at the end of each slice of the best operation; none if none beats the ceiling.
    size_kwh
        Its store.
    bound_gbp
        No operation of the day costs less, the price of the store included.
    """

    level_kwh: FloatArray | None
    size_kwh: float
    bound_gbp: float


def search_day(
    stored_kw: FloatArray,
    cost: FloatArray,
    allowed: BoolArray,
    store: StoreLaw,
    limits_kwh: tuple[float, float],
    *,
    tolerance_gbp: float,
    ceiling_gbp: float = np.inf,
    price_gbp_per_kwh: float = 0.0,
) -> FoundDay:
    """The best operation of a day, and a bound.

    Parameters
    ----------
    stored_kw, cost
        Corners of the convex curves (GBP/h) of the heat that arrives in the store, the last one
        repeated; shape ``(branches, slices, K)``; infinite cost where a branch does not exist.
    allowed
        Which branches a slice may follow, shape ``(branches, slices)``.
    store
        The store's law.
    limits_kwh
        Smallest and largest size; the same twice where the size is given.
    tolerance_gbp
        The search ends when best and bound are this close, or after :data:`MOST_NODES`.
    ceiling_gbp
        Cost of an operation that is known.
    price_gbp_per_kwh
        What the day pays for a kWh of store.
    """
    stored_kw, cost = stored_kw.copy(), cost.copy()
    # no slice can fill or empty more than the largest store
    emptied = -store.kept_share * limits_kwh[1] / store.step_hours
    filled = limits_kwh[1] * (1.0 / store.step_hours + store.loss_per_hour)
    within = _clip(stored_kw, cost, emptied + store.loss_per_hour * limits_kwh[0], filled)
    bits = 1 << np.arange(len(allowed), dtype=np.int64)[:, None]
    masks = np.where(allowed & within, bits, 0).sum(axis=0)
    if not masks.all():
        return FoundDay(None, float(limits_kwh[0]), np.inf)
    level = np.empty(len(masks))
    found, size, bound = _search(
        stored_kw,
        cost,
        masks,
        store.numbers(),
        np.array(limits_kwh, dtype=np.float64),
        np.array([tolerance_gbp, ceiling_gbp, price_gbp_per_kwh]),
        LEVELS,
        MOST_NODES,
        level,
    )
    return FoundDay(level if found else None, float(size), float(bound))


# --------------------------------------------------------------------------- compiled loops


@numba.njit(cache=True, nogil=True)
def _clip(stored, cost, low, high):  # type: ignore[no-untyped-def]
    """Curves between two places, in their place; which of them have anything there."""
    branches, slices, corners = stored.shape
    within = np.zeros((branches, slices), dtype=np.bool_)
    x, y = np.empty(corners), np.empty(corners)
    for b in range(branches):
        for t in range(slices):
            first, last = stored[b, t, 0], stored[b, t, corners - 1]
            if not np.isfinite(cost[b, t, 0]):
                continue
            if first > high + FEASIBLE_KW or last < low - FEASIBLE_KW:
                continue
            within[b, t] = True
            if first >= low and last <= high:
                continue
            start, end = min(max(low, first), last), max(min(high, last), first)
            x[0], y[0] = start, branch_cost(stored, cost, b, t, start)
            count = 1
            for k in range(corners):
                if start < stored[b, t, k] < end and stored[b, t, k] > x[count - 1]:
                    x[count], y[count] = stored[b, t, k], cost[b, t, k]
                    count += 1
            if end > start:
                x[count], y[count] = end, branch_cost(stored, cost, b, t, end)
                count += 1
            for k in range(corners):
                stored[b, t, k], cost[b, t, k] = x[min(k, count - 1)], y[min(k, count - 1)]
    return within


@numba.njit(cache=True, nogil=True)
def _cheapest_branch(stored, cost, mask, t, x):  # type: ignore[no-untyped-def]
    """The cheapest branch allowed, and its cost."""
    least, best = np.inf, -1
    for b in range(len(stored)):
        if (mask >> b) & 1:
            value = branch_cost(stored, cost, b, t, x)
            if value < least:
                least, best = value, b
    return least, best


@numba.njit(cache=True, nogil=True)
def _fill_hulls(stored, cost, masks, hull_kw, hull_cost):  # type: ignore[no-untyped-def]
    """Lower hulls of the branches allowed in each slice."""
    branches, slices, corners = stored.shape
    x, y = np.empty(branches * corners), np.empty(branches * corners)
    order = np.empty(len(x), dtype=np.int64)
    kept = np.empty(len(x), dtype=np.int64)
    for t in range(slices):
        count = 0
        for b in range(branches):
            if not (masks[t] >> b) & 1:
                continue
            for k in range(corners):
                if k > 0 and stored[b, t, k] == stored[b, t, k - 1]:
                    break
                x[count], y[count] = stored[b, t, k], cost[b, t, k]
                count += 1
        fill_hull(x, y, count, order, kept, hull_kw[t], hull_cost[t])


@numba.njit(cache=True, nogil=True)
def _right_corner(corners_kw, x):  # type: ignore[no-untyped-def]
    """Position of the corner that ends the part of a hull in which some heat lies."""
    k = 1
    while k < len(corners_kw) - 1 and x > corners_kw[k]:
        k += 1
    return k


@numba.njit(cache=True, nogil=True)
def _line(hull_kw, hull_cost, store, size, level, stored_at, price):  # type: ignore[no-untyped-def]
    """The store line of a day at a size: whether it can be, its cost, and its slope by size."""
    step, kept, loss, start, end = store
    cost, feasible = np.empty(1), np.empty(1, dtype=np.bool_)
    none = np.empty(0)
    fill_days(
        hull_kw[None],
        hull_cost[None],
        step,
        kept,
        size,
        np.array([start * size]),
        np.array([end * size]),
        none,
        none,
        0.0,
        np.array([loss * size]),
        stored_at[None],
        level[None],
        price[None],
        cost,
        feasible,
    )
    slope = end * price[-1] - start * kept * price[0]
    for t in range(len(price)):
        slope += step * loss * price[t]
        if t + 1 < len(price):
            slope += min(0.0, price[t] - kept * price[t + 1])
    return feasible[0], cost[0], slope


@numba.njit(cache=True, nogil=True)
def _lacking(hull_kw, store, size):  # type: ignore[no-untyped-def]
    """By how much (kWh) a size cannot be at worst, and the slope of that by size.

    The levels that can be reached are an interval; its lower end is convex in the size, its upper
    end concave, so that what lacks is convex: a line of it cuts sizes off that cannot be.
    """
    step, kept, loss, start, end = store
    low, low_slope = start * size, start
    high, high_slope = low, low_slope
    lacks, slope = 0.0, 0.0
    for t in range(len(hull_kw)):
        low = kept * low + step * (hull_kw[t, 0] - loss * size)
        low_slope = kept * low_slope - step * loss
        high = kept * high + step * (hull_kw[t, -1] - loss * size)
        high_slope = kept * high_slope - step * loss
        if low - size > lacks:
            lacks, slope = low - size, low_slope - 1.0
        if -high > lacks:
            lacks, slope = -high, -high_slope
        if low < 0.0:
            low, low_slope = 0.0, 0.0
        if high > size:
            high, high_slope = size, 1.0
    if low - end * size > lacks:
        lacks, slope = low - end * size, low_slope - end
    if end * size - high > lacks:
        lacks, slope = end * size - high, end - high_slope
    return lacks, slope


@numba.njit(cache=True, nogil=True)
def _least(hull_kw, hull_cost, store, limits, asked, level, stored_at, price):  # type: ignore[no-untyped-def]
    """Whether a choice can be, its best size, its cost there, and its bound over all sizes.

    Fills level, heat stored and prices at the best size. A line through each size looked at lies
    below the cost everywhere; the next size is where the highest line and the price cost least.
    A size that cannot be cuts off others. A choice that no size was found for has the bound
    ``-inf``, or ``inf`` where there is none.
    """
    tolerance, _, size_price = asked
    low, high = limits
    other, other_stored, other_price = level.copy(), stored_at.copy(), price.copy()
    best, best_size, bound = np.inf, low, -np.inf
    # the lines at both sides of the least: where they were found, value and slope
    fall_at, fall_value, fall_slope = -np.inf, 0.0, 0.0
    rise_at, rise_value, rise_slope = np.inf, 0.0, 0.0
    size = low
    for _ in range(MOST_SIZES):
        feasible, cost, slope = _line(
            hull_kw, hull_cost, store, size, other, other_stored, other_price
        )
        slope += size_price
        cost += size_price * size
        if feasible:
            if cost < best:
                best, best_size = cost, size
                level[:], stored_at[:], price[:] = other, other_stored, other_price
            if slope < 0.0:
                fall_at, fall_value, fall_slope = size, cost, slope
            else:
                rise_at, rise_value, rise_slope = size, cost, slope
        else:
            lacks, by_size = _lacking(hull_kw, store, size)
            if low == high or (lacks > 0.0 and by_size == 0.0):
                return False, size, np.inf, np.inf
            if lacks <= 0.0:  # rounding
                break
            if by_size > 0.0:
                high = min(high, size - lacks / by_size)
            else:
                low = max(low, size - lacks / by_size)
            if low > high:
                return False, size, np.inf, np.inf
            if best == np.inf:
                size = high if by_size > 0.0 else low
                continue
        if low == high:
            bound = best
            break
        fallen, risen = fall_at > -np.inf, rise_at < np.inf
        if fallen and risen:
            at = rise_value - rise_slope * rise_at - fall_value + fall_slope * fall_at
            at = min(max(at / (fall_slope - rise_slope), fall_at), rise_at)
            bound = fall_value + fall_slope * (at - fall_at)
        elif fallen:
            at = high
            bound = fall_value + fall_slope * (high - fall_at)
        else:
            at = low
            bound = rise_value - rise_slope * (rise_at - low)
        if best - bound <= 0.05 * tolerance or at == size:
            break
        size = at
    return best < np.inf, best_size, best, min(bound, best)


@numba.njit(cache=True, nogil=True)
def _worth(worth, grid, level):  # type: ignore[no-untyped-def]
    """What a level costs from here on, between the levels of the grid."""
    last = len(worth) - 1
    at = level / grid
    if at < -1e-9 or at > last + 1e-9:
        return np.inf
    at = min(max(at, 0.0), last)
    i = min(int(at), last - 1)
    if at == i:
        return worth[i]
    return worth[i] + (at - i) * (worth[i + 1] - worth[i])


@numba.njit(cache=True, nogil=True)
def _best_step(stored, cost, mask, t, start, worth, grid, step):  # type: ignore[no-untyped-def]
    """Least cost of a slice and of all after it, the heat stored, and the branch.

    ``start`` is the level at the end if nothing is stored. Candidates are the corners of the
    branches, and what ends at a level of the grid.
    """
    least, heat, branch = np.inf, 0.0, -1
    last = len(worth) - 1
    for b in range(len(stored)):
        if not (mask >> b) & 1:
            continue
        corners = stored.shape[2]
        for k in range(corners):
            x = stored[b, t, k]
            if k > 0 and x == stored[b, t, k - 1]:
                corners = k
                break
            value = step * cost[b, t, k] + _worth(worth, grid, start + step * x)
            if value < least:
                least, heat, branch = value, x, b
        first = max(int(np.ceil((start + step * stored[b, t, 0]) / grid)), 0)
        final = min(int(np.floor((start + step * stored[b, t, corners - 1]) / grid)), last)
        k = 1
        for i in range(first, final + 1):
            x = (grid * i - start) / step
            while k < corners - 1 and x > stored[b, t, k]:
                k += 1
            if k >= corners:
                break
            share = (x - stored[b, t, k - 1]) / (stored[b, t, k] - stored[b, t, k - 1])
            here = cost[b, t, k - 1] + share * (cost[b, t, k] - cost[b, t, k - 1])
            value = step * here + worth[i]
            if value < least:
                least, heat, branch = value, x, b
    return least, heat, branch


@numba.njit(cache=True, nogil=True)
def _propose(stored, cost, masks, store, size, levels, chosen):  # type: ignore[no-untyped-def]
    """A branch for each slice, by dynamic programming over a grid of levels, if there is one."""
    step, kept, loss, first, last = store
    slices = len(masks)
    if size <= 0.0:
        return False
    grid = size / levels
    worth = np.empty((slices + 1, levels + 1))
    steepest = 1.0
    for t in range(slices):
        for b in range(len(stored)):
            if (masks[t] >> b) & 1:
                for k in range(1, stored.shape[2]):
                    width = stored[b, t, k] - stored[b, t, k - 1]
                    if width > 0.0:
                        steepest = max(steepest, abs(cost[b, t, k] - cost[b, t, k - 1]) / width)
    for i in range(levels + 1):  # an end away from where it must be costs more than any heat
        worth[slices, i] = 10.0 * steepest * abs(grid * i - last * size)
    for t in range(slices - 1, -1, -1):
        for i in range(levels + 1):
            start = kept * grid * i - step * loss * size
            worth[t, i], _, _ = _best_step(
                stored, cost, masks[t], t, start, worth[t + 1], grid, step
            )
    level = first * size
    for t in range(slices):
        start = kept * level - step * loss * size
        _, heat, branch = _best_step(stored, cost, masks[t], t, start, worth[t + 1], grid, step)
        if branch < 0:
            return False
        chosen[t] = 1 << branch
        level = min(max(start + step * heat, 0.0), size)
    return True


@numba.njit(cache=True, nogil=True)
def _search(stored, cost, root, store, limits, asked, levels, most, best_level):  # type: ignore[no-untyped-def]
    """The tree of a day: whether an operation beats the ceiling, its size, and the bound.

    Choices are looked at from the lowest bound; from each, the nearer of its two parts is
    followed down at once, so that good operations are found early.
    """
    step = store[0]
    tolerance, ceiling, size_price = asked
    branches, slices, corners = stored.shape
    masks = np.empty((2 * most + 3, slices), dtype=np.int64)
    bounds = np.empty(len(masks))
    waiting = np.empty(len(masks), dtype=np.int64)
    hull_kw = np.empty((slices, branches * corners))
    hull_cost = np.empty_like(hull_kw)
    level, stored_at, price = np.empty(slices), np.empty(slices), np.empty(slices)
    chosen = np.empty(slices, dtype=np.int64)

    best, best_size, found = ceiling, limits[1], False
    masks[0], bounds[0] = root, -np.inf
    count, open_count, node = 1, 0, 0
    settled = np.inf
    for number in range(most):
        if node < 0:
            if open_count == 0:
                break
            lowest = 0
            for i in range(1, open_count):
                if bounds[waiting[i]] < bounds[waiting[lowest]]:
                    lowest = i
            node = waiting[lowest]
            if bounds[node] >= best - tolerance:
                node = -1
                break
            open_count -= 1
            waiting[lowest] = waiting[open_count]
        mask, bound = masks[node], bounds[node]
        node = -1
        _fill_hulls(stored, cost, mask, hull_kw, hull_cost)
        feasible, size, _, here = _least(
            hull_kw, hull_cost, store, limits, asked, level, stored_at, price
        )
        if not feasible:
            settled = min(settled, max(bound, here))
            continue
        bound = max(bound, here)
        # the operation along this path, and the slice that lies furthest above its hull
        total, furthest, at = size_price * size, DECIDED_GBP_PER_H, -1
        for t in range(slices):
            x = stored_at[t]
            value, _ = _cheapest_branch(stored, cost, mask[t], t, x)
            total += step * value
            k = _right_corner(hull_kw[t], x)
            width = hull_kw[t, k] - hull_kw[t, k - 1]
            share = min(max((x - hull_kw[t, k - 1]) / width, 0.0), 1.0) if width > 0.0 else 0.0
            line = hull_cost[t, k - 1] + share * (hull_cost[t, k] - hull_cost[t, k - 1])
            if value - line > furthest:
                furthest, at = value - line, t
        if total < best:
            best, best_size, found = total, size, True
            best_level[:] = level
        if number == 0 and bound < best - tolerance and at >= 0:
            x = stored_at[at]
            if _propose(stored, cost, mask, store, size, levels, chosen):
                _fill_hulls(stored, cost, chosen, hull_kw, hull_cost)
                feasible, total, _ = _line(hull_kw, hull_cost, store, size, level, stored_at, price)
                total += size_price * size
                if feasible and total < best:
                    best, best_size, found = total, size, True
                    best_level[:] = level
                _fill_hulls(stored, cost, mask, hull_kw, hull_cost)
            stored_at[at] = x
        if at < 0 or bound >= best - tolerance:
            settled = min(settled, bound)
            continue
        # split: the branch at the corner on the right, or one of the others
        x = stored_at[at]
        k = _right_corner(hull_kw[at], x)
        _, right = _cheapest_branch(stored, cost, mask[at], at, hull_kw[at, k])
        nearer_right = hull_kw[at, k] - x <= x - hull_kw[at, k - 1]
        for part in range(2):
            only = 1 << right if part == 1 else mask[at] & ~(1 << right)
            if only == 0:
                continue
            masks[count] = mask
            masks[count, at] = only
            bounds[count] = bound
            if node < 0 and nearer_right == (part == 1):
                node = count
            else:
                waiting[open_count] = count
                open_count += 1
            count += 1
    lower = min(best, settled)
    if node >= 0:
        lower = min(lower, bounds[node])
    for i in range(open_count):
        lower = min(lower, bounds[waiting[i]])
    return found, best_size, lower
