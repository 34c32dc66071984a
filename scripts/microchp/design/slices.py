"""One slice on its own: the least cost of serving it while the store takes or gives some heat.

With sizes and modes given (which parts run), a slice is least cost over a box of activities, with
one equation for heat and a kink where net electricity is zero. What is left free is the heat that
the slice gives to the store. Its cost is then piecewise linear and convex, and at every corner
all activities but at most one are at a bound, and that one is where net electricity is zero or at
a limit of the connection. So the corners of any plant are an enumeration over its table of
activities, slice by slice; no part needs algebra of its own.

To the store a slice is one number, the heat that arrives in it (``stored_kw``: the charge times
its efficiency, or minus the discharge divided by its own). A *branch* is a mode with either
charging or discharging; along it the cost is convex in that number. The lower hull of all
branches is the convex hull of all that a slice can do: the relaxation of a disjunctive model with
a copy of the flows for each mode, the flows projected out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numba
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SAME_KW = 1e-9
"""Corners closer together than this are one."""

USUAL_CORNERS = (4, 6)
"""Curves of a unit beside a boiler have so many corners in one branch and in the hull."""

FEASIBLE_KW = 5e-7
"""A slice may be this far outside what a branch can do: rounding."""

BOTH, IMPORTING, EXPORTING = range(3)
"""Which way electricity may flow; told apart only where export pays more than import costs."""


@dataclass(frozen=True)
class Table:
    """Activities of one plant over ``N`` slices, numbers only.

    Attributes
    ----------
    heat, electricity, cost, least, most
        Per unit of activity, and its bounds (kW); shape ``(A, N)``. ``cost`` in GBP/kWh.
    commitment
        For each activity the decision that it needs, or -1; shape ``(A,)``.
    heat_kw, electricity_kw
        Demands, shape ``(N,)``.
    import_gbp_per_kwh, export_gbp_per_kwh
        Prices, shape ``(N,)``.
    max_import_kw, max_export_kw
        Limits of the connection; infinite if there are none.
    """

    heat: FloatArray
    electricity: FloatArray
    cost: FloatArray
    least: FloatArray
    most: FloatArray
    commitment: IntArray
    heat_kw: FloatArray
    electricity_kw: FloatArray
    import_gbp_per_kwh: FloatArray
    export_gbp_per_kwh: FloatArray
    max_import_kw: float = np.inf
    max_export_kw: float = np.inf

    @cached_property
    def modes(self) -> IntArray:
        """Rows of (commitments that are on, as bits; way of electricity), shape ``(M, 2)``."""
        count = int(self.commitment.max(initial=-1)) + 1
        split = bool((self.export_gbp_per_kwh > self.import_gbp_per_kwh).any())
        ways = (IMPORTING, EXPORTING) if split else (BOTH,)
        return np.array([(bits, way) for bits in range(2**count) for way in ways], dtype=np.int64)

    def numbers(self) -> tuple[FloatArray, ...]:
        """What the compiled loops take."""
        limits = np.array([self.max_import_kw, self.max_export_kw])
        return (
            self.heat,
            self.electricity,
            self.cost,
            self.least,
            self.most,
            self.heat_kw,
            self.electricity_kw,
            self.import_gbp_per_kwh,
            self.export_gbp_per_kwh,
            limits,
        )


@dataclass(frozen=True)
class Exchange:
    """How heat passes between slices and store.

    Attributes
    ----------
    charge_efficiency, discharge_efficiency
        Heat stored over heat put in; heat given over heat taken out.
    discharge_gbp_per_kwh
        Upkeep per kWh discharged.
    largest_charge_kw
        No slice can put more heat than this into a store of any allowed size.
    """

    charge_efficiency: float = 1.0
    discharge_efficiency: float = 1.0
    discharge_gbp_per_kwh: float = 0.0
    largest_charge_kw: float = 0.0

    def stored_kw(self, exchange_kw: FloatArray) -> FloatArray:
        """Heat that arrives in the store, from charge less discharge."""
        return np.where(
            exchange_kw > 0,
            exchange_kw * self.charge_efficiency,
            exchange_kw / self.discharge_efficiency,
        )

    def exchange_kw(self, stored_kw: FloatArray) -> FloatArray:
        """Charge less discharge, from the heat that arrives in the store."""
        return np.where(
            stored_kw > 0,
            stored_kw / self.charge_efficiency,
            stored_kw * self.discharge_efficiency,
        )


@dataclass(frozen=True)
class Curves:
    """What every slice costs, by the heat that it stores.

    Attributes
    ----------
    stored_kw, cost
        Corners of the convex curve of each branch (GBP/h), rising, the last one repeated;
        infinite cost where a branch cannot be. Shape ``(branches, N, K)``. Branch ``2 m`` is mode
        ``m`` discharging (or neither), ``2 m + 1`` the same mode charging.
    hull_kw, hull_cost
        Corners of the lower hull of all branches, shape ``(N, K)``.
    """

    stored_kw: FloatArray
    cost: FloatArray
    hull_kw: FloatArray
    hull_cost: FloatArray

    @property
    def exists(self) -> npt.NDArray[np.bool_]:
        """Where a branch can be, shape ``(branches, N)``."""
        return np.isfinite(self.cost[..., 0])

    def along(self, branch: npt.NDArray[np.integer]) -> tuple[FloatArray, FloatArray]:
        """Corners and costs of one branch in each slice (shape ``(N,)``), shape ``(N, K)`` each."""
        at = branch.reshape(1, -1, 1)
        return (
            np.take_along_axis(self.stored_kw, at, axis=0)[0],
            np.take_along_axis(self.cost, at, axis=0)[0],
        )

    def branch_cost(self, stored_kw: FloatArray) -> FloatArray:
        """Cost (GBP/h) in each branch of storing some heat, shape ``(branches, N)``.

        Infinite where a branch cannot store that much or that little.
        """
        at = np.ascontiguousarray(stored_kw)
        return np.asarray(_along_branches(self.stored_kw, self.cost, at))

    def least_cost(self, stored_kw: FloatArray) -> FloatArray:
        """Cost (GBP/h) of storing some heat in the cheapest branch, shape ``(N,)``."""
        at = np.ascontiguousarray(stored_kw)
        return np.asarray(_least_along_branches(self.stored_kw, self.cost, at))

    def least_at_prices(self, prices: FloatArray) -> FloatArray:
        """Least of cost less worth (GBP/h) of the heat stored at a price, shape ``(N,)``."""
        at = np.ascontiguousarray(prices)
        return np.asarray(_least_at_prices(self.hull_kw, self.hull_cost, at))


def curves_of(table: Table, exchange: Exchange) -> Curves:
    """The curves of every slice of a plant."""
    branches, slices = 2 * len(table.modes), table.heat_kw.size
    figures = np.array(
        [
            exchange.charge_efficiency,
            exchange.discharge_efficiency,
            exchange.discharge_gbp_per_kwh,
            exchange.largest_charge_kw,
        ]
    )
    room, found = (0, 0), USUAL_CORNERS
    while found[0] > room[0] or found[1] > room[1]:  # again if there are more than usual
        room = (max(found[0], room[0]), max(found[1], room[1]))
        stored = np.zeros((branches, slices, room[0]))
        cost = np.full((branches, slices, room[0]), np.inf)
        hull_kw, hull_cost = np.zeros((slices, room[1])), np.full((slices, room[1]), np.inf)
        found = _fill_curves(
            *(table.numbers(), table.commitment, table.modes, figures),
            *(stored, cost, hull_kw, hull_cost),
        )
    return Curves(stored, cost, hull_kw, hull_cost)


def least_cost(
    table: Table, exchange_kw: FloatArray, modes: IntArray | None = None
) -> tuple[FloatArray, FloatArray, IntArray]:
    """The cheapest activities of every slice for the heat that it exchanges.

    Parameters
    ----------
    table
        The plant.
    exchange_kw
        Heat given to the store, negative if taken from it; shape ``(N,)``.
    modes
        The mode that each slice must be in, shape ``(N,)``; any, if none is given.

    Returns
    -------
    tuple
        Activities (kW), shape ``(A, N)``; cost (GBP/h), shape ``(N,)``, discharge left out and
        infinite where nothing can serve the slice; the mode, shape ``(N,)``.
    """
    slices = table.heat_kw.size
    activity = np.zeros((len(table.commitment), slices))
    cost = np.full(slices, np.inf)
    given = np.full(slices, -1, dtype=np.int64) if modes is None else modes
    chosen = np.zeros(slices, dtype=np.int64)
    serve_slices(
        table.numbers(),
        table.commitment,
        table.modes,
        np.ascontiguousarray(exchange_kw),
        given,
        activity,
        cost,
        chosen,
    )
    return activity, cost, chosen


# --------------------------------------------------------------------------- compiled loops


@numba.njit(cache=True, nogil=True)
def lower_hull(x, y, order, count, kept):  # type: ignore[no-untyped-def]
    """Positions of the corners of the lower convex hull of points; their number."""
    for i in range(count):  # sorted by insertion: points are few
        j = i
        while j > 0 and (
            x[order[j - 1]] > x[i] or (x[order[j - 1]] == x[i] and y[order[j - 1]] > y[i])
        ):
            order[j] = order[j - 1]
            j -= 1
        order[j] = i
    top = 0
    for k in range(count):
        i = order[k]
        if top > 0 and x[i] - x[kept[top - 1]] <= SAME_KW:
            if y[i] >= y[kept[top - 1]] - 1e-12:
                continue
            top -= 1
        while top > 1:
            a, b = kept[top - 2], kept[top - 1]
            rise = (y[b] - y[a]) * (x[i] - x[a])
            if rise < (y[i] - y[a]) * (x[b] - x[a]) - 1e-13 * (1.0 + abs(y[i]) + abs(y[a])):
                break
            top -= 1
        kept[top] = i
        top += 1
    return top


@numba.njit(cache=True, nogil=True)
def _mode_corners(numbers, commitment, bits, way, t, rooms):  # type: ignore[no-untyped-def]
    """Corners of a slice's cost in one mode: how many, their place in ``room`` by ``kept``.

    ``room`` gets the exchange and cost of every vertex, ``vertex`` its activities.
    """
    room, vertex, order, kept, free, fixed = rooms
    heat, electricity, cost, least, most, demand, load, buy, sell, limits = numbers
    count = len(commitment)
    split = sell[t] > buy[t]
    if (way == IMPORTING and not split) and way != BOTH:
        way = BOTH
    elif way == EXPORTING and not split:
        return 0
    base_heat, base_load, base_cost = -demand[t], load[t], 0.0
    number = 0
    for a in range(count):
        fixed[a] = 0.0
        if commitment[a] >= 0 and not (bits >> commitment[a]) & 1:
            continue
        low, high = least[a, t], most[a, t]
        if high < low - 1e-12:
            return 0
        fixed[a] = low
        base_heat += heat[a, t] * low
        base_load -= electricity[a, t] * low
        base_cost += cost[a, t] * low
        if high > low:
            free[number] = a
            number += 1
    most_import = limits[0] if way != EXPORTING else 0.0
    most_export = limits[1] if way != IMPORTING else 0.0
    found = 0
    for ends in range(1 << number):
        w, net, c = base_heat, base_load, base_cost
        for k in range(number):
            if (ends >> k) & 1:
                a = free[k]
                width = most[a, t] - least[a, t]
                w += heat[a, t] * width
                net -= electricity[a, t] * width
                c += cost[a, t] * width
        if -most_export - SAME_KW <= net <= most_import + SAME_KW:
            room[0, found] = w
            room[1, found] = c + (buy[t] * net if net > 0.0 else sell[t] * net)
            for a in range(count):
                vertex[found, a] = fixed[a]
            for k in range(number):
                if (ends >> k) & 1:
                    vertex[found, free[k]] = most[free[k], t]
            found += 1
        for j in range(number):  # one activity between its bounds, where the grid has a kink
            if (ends >> j) & 1:
                continue
            a = free[j]
            per = electricity[a, t]
            if per == 0.0:
                continue
            width = most[a, t] - least[a, t]
            for target in range(3):
                if target == 0:
                    aim = 0.0
                elif target == 1:
                    aim = most_import
                else:
                    aim = -most_export
                if target > 0 and (aim == 0.0 or not np.isfinite(aim)):
                    continue
                x = (net - aim) / per
                if not 0.0 < x < width:
                    continue
                room[0, found] = w + heat[a, t] * x
                room[1, found] = c + cost[a, t] * x + (buy[t] * aim if aim > 0.0 else sell[t] * aim)
                for b in range(count):
                    vertex[found, b] = fixed[b]
                for k in range(number):
                    if (ends >> k) & 1:
                        vertex[found, free[k]] = most[free[k], t]
                vertex[found, a] = least[a, t] + x
                found += 1
    return lower_hull(room[0], room[1], order, found, kept)


@numba.njit(cache=True, nogil=True)
def _rooms(commitment):  # type: ignore[no-untyped-def]
    """Scratch for the vertices of a slice."""
    count = len(commitment)
    most = (1 << count) * (1 + 3 * count)
    return (
        np.empty((2, most)),
        np.empty((most, count)),
        np.empty(most, dtype=np.int64),
        np.empty(most, dtype=np.int64),
        np.empty(count, dtype=np.int64),
        np.empty(count),
    )


@numba.njit(cache=True, nogil=True)
def _clipped(x, y, kept, top, low, high, out_x, out_y):  # type: ignore[no-untyped-def]
    """Corners of a convex curve between two places; their number, 0 if it has nothing there."""
    first, last = x[kept[0]], x[kept[top - 1]]
    if first > high + FEASIBLE_KW or last < low - FEASIBLE_KW:
        return 0
    low, high = min(max(low, first), last), max(min(high, last), first)
    count = 0
    for k in range(top):
        here = x[kept[k]]
        if k > 0:
            before = x[kept[k - 1]]
            slope = (y[kept[k]] - y[kept[k - 1]]) / (here - before)
            for edge in (low, high):
                if before < edge < here and (count == 0 or edge - out_x[count - 1] > SAME_KW):
                    out_x[count] = edge
                    out_y[count] = y[kept[k - 1]] + slope * (edge - before)
                    count += 1
        if low <= here <= high and (count == 0 or here - out_x[count - 1] > SAME_KW):
            out_x[count] = here
            out_y[count] = y[kept[k]]
            count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _fill_curves(  # type: ignore[no-untyped-def]
    numbers, commitment, modes, figures, stored, cost, hull_kw, hull_cost
):
    """Curves of all branches and their hull, slice by slice; most corners of a curve, of a hull.

    Where the arrays have no room for so many, what they hold is of no use.
    """
    demand = numbers[5]
    charge_efficiency, discharge_efficiency, upkeep, largest = figures
    rooms = _rooms(commitment)
    room, kept = rooms[0], rooms[3]
    corners, most, most_of_hull = stored.shape[2], 0, 0
    out_x, out_y = np.empty(room.shape[1] + 2), np.empty(room.shape[1] + 2)
    all_x = np.empty(2 * len(modes) * corners)
    all_y = np.empty(2 * len(modes) * corners)
    all_order = np.empty(len(all_x), dtype=np.int64)
    all_kept = np.empty(len(all_x), dtype=np.int64)
    for t in range(len(demand)):
        total = 0
        for m in range(len(modes)):
            top = _mode_corners(numbers, commitment, modes[m, 0], modes[m, 1], t, rooms)
            if top == 0:
                continue
            for charging in range(2):
                if charging == 1 and largest <= 0.0:
                    continue
                low, high = (0.0, largest) if charging == 1 else (-demand[t], 0.0)
                count = _clipped(room[0], room[1], kept, top, low, high, out_x, out_y)
                if count == 0:
                    continue
                branch = 2 * m + charging
                most = max(most, count)
                count = min(count, corners)
                for k in range(corners):
                    j = min(k, count - 1)
                    w = out_x[j]
                    s = w * charge_efficiency if charging == 1 else w / discharge_efficiency
                    stored[branch, t, k] = s
                    cost[branch, t, k] = out_y[j] + upkeep * max(-w, 0.0)
                for k in range(count):
                    all_x[total] = stored[branch, t, k]
                    all_y[total] = cost[branch, t, k]
                    total += 1
        top = fill_hull(all_x, all_y, total, all_order, all_kept, hull_kw[t], hull_cost[t])
        most_of_hull = max(most_of_hull, top)
    return most, most_of_hull


@numba.njit(cache=True, nogil=True)
def branch_cost(stored, cost, b, t, x):  # type: ignore[no-untyped-def]
    """Cost of one branch of one slice; infinite where it cannot store that much or that little."""
    last = stored.shape[2] - 1
    if x < stored[b, t, 0] - FEASIBLE_KW or x > stored[b, t, last] + FEASIBLE_KW:
        return np.inf
    for k in range(1, last + 1):
        if x <= stored[b, t, k]:
            width = stored[b, t, k] - stored[b, t, k - 1]
            share = max(x - stored[b, t, k - 1], 0.0) / width if width > 0.0 else 0.0
            return cost[b, t, k - 1] + share * (cost[b, t, k] - cost[b, t, k - 1])
    return cost[b, t, last]


@numba.njit(cache=True, nogil=True)
def fill_hull(x, y, count, order, kept, hull_kw, hull_cost):  # type: ignore[no-untyped-def]
    """Corners of the lower hull of the first points, the last one repeated; their number."""
    top = lower_hull(x, y, order, count, kept)
    for k in range(len(hull_kw)):
        if top > 0:
            j = kept[min(k, top - 1)]
            hull_kw[k], hull_cost[k] = x[j], y[j]
    return top


@numba.njit(cache=True, nogil=True)
def _along_branches(stored, cost, at):  # type: ignore[no-untyped-def]
    """Cost of each branch at a place, by interpolation."""
    branches, slices = stored.shape[:2]
    found = np.full((branches, slices), np.inf)
    for b in range(branches):
        for t in range(slices):
            if np.isfinite(cost[b, t, 0]):
                found[b, t] = branch_cost(stored, cost, b, t, at[t])
    return found


@numba.njit(cache=True, nogil=True)
def _least_along_branches(stored, cost, at):  # type: ignore[no-untyped-def]
    """Least cost of any branch at a place."""
    branches, slices = stored.shape[:2]
    least = np.full(slices, np.inf)
    for b in range(branches):
        for t in range(slices):
            if cost[b, t, 0] < np.inf:
                least[t] = min(least[t], branch_cost(stored, cost, b, t, at[t]))
    return least


@numba.njit(cache=True, nogil=True)
def _least_at_prices(hull_kw, hull_cost, prices):  # type: ignore[no-untyped-def]
    """Least of a hull's corners, what is stored being worth a price."""
    slices, corners = hull_kw.shape
    least = np.empty(slices)
    for t in range(slices):
        best = hull_cost[t, 0] - prices[t] * hull_kw[t, 0]
        for k in range(1, corners):
            if hull_kw[t, k] == hull_kw[t, k - 1]:
                break  # the last corner is repeated
            best = min(best, hull_cost[t, k] - prices[t] * hull_kw[t, k])
        least[t] = best
    return least


@numba.njit(cache=True, nogil=True)
def serve_slices(  # type: ignore[no-untyped-def]
    numbers, commitment, modes, exchange, given, activity, least, chosen
):
    """Cheapest activities for given exchanges."""
    rooms = _rooms(commitment)
    room, vertex, kept = rooms[0], rooms[1], rooms[3]
    count = len(commitment)
    for t in range(len(exchange)):
        for m in range(len(modes)):
            if given[t] >= 0 and given[t] != m:
                continue
            top = _mode_corners(numbers, commitment, modes[m, 0], modes[m, 1], t, rooms)
            if top == 0:
                continue
            w = exchange[t]
            first, last = room[0, kept[0]], room[0, kept[top - 1]]
            if w < first - FEASIBLE_KW or w > last + FEASIBLE_KW:
                continue
            w = min(max(w, first), last)
            a, b, share = kept[0], kept[0], 0.0
            for k in range(1, top):
                a, b = kept[k - 1], kept[k]
                if w <= room[0, b]:
                    share = (w - room[0, a]) / (room[0, b] - room[0, a])
                    break
            value = room[1, a] + share * (room[1, b] - room[1, a])
            if value < least[t]:
                least[t] = value
                chosen[t] = m
                for j in range(count):
                    activity[j, t] = vertex[a, j] + share * (vertex[b, j] - vertex[a, j])
