"""The best unit and store, with a bound over all sizes, for problems that close every day.

For each choice of unit, cuts give the least that any store could cost (:class:`StoreSearch`). The
choices that may still be the best are made integral. What remains between cost and bound is the
gap; where it is wider than asked, ranges of the store's size are branched on: each day's
mixed-integer programme with the size free in a range, its capital shared out among the days,
bounds the range, and ranges are split until the gap closes or time is up.
"""

from __future__ import annotations

import heapq
import itertools
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np

from microchp.design.certificate import Evaluation, cut_from_prices, evaluate, least_of_cuts
from microchp.design.days import Clock
from microchp.design.near_best import FoundStore, ceilings_gbp, near_best
from microchp.design.problem import FloatArray, Problem
from microchp.design.proof import Asked, Flows, Method, NearBest, Proof, size_curve, sizes_of
from microchp.design.rounding import Rounding
from microchp.design.schedule import Operation, PlantYear
from microchp.system.plant import Plant

log = logging.getLogger(__name__)

RELATIVE_ROUNDING = 4e-4
"""Days are made integral to within this share of the year's cost, or less if the gap asked is."""

MOST_KEPT_SLICES = 1_000_000
"""Slices of all plants whose curves are kept from the first look to the search: some 350 MB."""

FLAT = 2e-5
"""The search over sizes ends when hull and cuts are this close, as a share of the cost."""

MOST_EVALUATIONS = 40

NARROW_KWH = 1e-6
"""Ranges of the store's size are split down to this."""

NEAR_SIZES = 5
"""Sizes looked at on each side of the best, to tell which cost hardly more."""

SPREAD_INTERVALS = 6
"""A search starts from this many intervals of the sizes allowed, the small ones closer."""


@dataclass(frozen=True)
class Design:
    """A choice of parts and store with its operation along the store's path.

    Attributes
    ----------
    year
        The plant and its slices.
    operation
        Size of the store and its path.
    cost_gbp
        Equivalent annual cost (Eq. 1).
    """

    year: PlantYear
    operation: Operation
    cost_gbp: float

    @property
    def plant(self) -> Plant:
        """What is installed, the store apart."""
        return self.year.plant

    @property
    def sizes(self) -> Mapping[str, float]:
        """Size of the store, if there may be one."""
        return {store.name: self.operation.size_kwh for store in self.year.problem.stores}

    @cached_property
    def flows(self) -> Flows:
        """Every flow."""
        return self.year.flows(self.operation)


class StoreSearch:
    """All stores with one choice of unit: hulls evaluated, cuts, and the bound they give."""

    def __init__(self, year: PlantYear, threads: int = 1) -> None:
        problem = year.problem
        self.problem = problem
        self.year = year
        self.threads = threads
        self.fixed_gbp = problem.plant_capital_gbp(year.plant) + problem.constant_gbp
        self.evaluations: list[Evaluation] = []
        self._found_gbp: dict[float, float] = {}
        # heat at its price without a store is a bound for nothing, and often the best
        self._cuts = [cut_from_prices(problem, year.curves, marginal_price(year))]
        self.bound_gbp = self.least(problem.store_limits_kwh)[1]
        self._rounding: Rounding | None = None
        if problem.heat_kw.size * len(problem.plants) > MOST_KEPT_SLICES:
            self.release()

    def release(self) -> None:
        """Give back the memory of the curves; they are made again when needed."""
        self._rounding = None
        self.year.release()

    @property
    def rounding(self) -> Rounding:
        """What makes this choice's year integral."""
        if self._rounding is None:
            self._rounding = Rounding(self.year, self.threads)
        return self._rounding

    @property
    def found(self) -> Mapping[float, float]:
        """Least cost (GBP/year) of the designs found, by the size of their store."""
        return self._found_gbp

    def design(self, operation: Operation) -> Design:
        """The design that an operation belongs to; the size curve remembers the cheapest."""
        size = operation.size_kwh
        capital = self.problem.store_capital_gbp_per_kwh * size
        cost = self.fixed_gbp + capital + operation.operating_gbp
        if self.year.serves_all_heat(operation):
            self._found_gbp[size] = min(cost, self._found_gbp.get(size, np.inf))
        return Design(self.year, operation, cost)

    def least(self, limits_kwh: tuple[float, float]) -> tuple[float, float]:
        """Size and bound (GBP/year, all of Eq. 1) that the cuts give within limits."""
        capital = self.problem.store_capital_gbp_per_kwh
        size, value = least_of_cuts(self._cuts, capital, limits_kwh)
        return size, value + self.fixed_gbp

    def relaxed(self, evaluation: Evaluation) -> float:
        """Cost of the hull at an evaluation, all of Eq. 1."""
        capital = self.problem.store_capital_gbp_per_kwh * evaluation.size_kwh
        return self.fixed_gbp + capital + evaluation.relaxed_gbp

    def evaluate(self, size_kwh: float) -> Evaluation:
        """The hull at a size, solved once."""
        for evaluation in self.evaluations:
            if abs(evaluation.size_kwh - size_kwh) < 1e-9:
                return evaluation
        evaluation = evaluate(self.problem, self.year.curves, size_kwh)
        self.evaluations.append(evaluation)
        self._cuts.append(evaluation.cut)
        return evaluation

    def search(self, ceiling_gbp: float, seconds_left: Clock) -> Evaluation:
        """Move the size to where the hull costs least, or until no size can beat a ceiling.

        After some sizes spread over all allowed, Kelley's cutting planes in one dimension: the
        next size is where the cuts are least. A tolerance at midnight keeps the cuts a little
        below the hull; a size that comes again then has nothing more to tell.
        """
        for size in self.spread_kwh():
            self.evaluate(size)
        for _ in range(MOST_EVALUATIONS):
            size, self.bound_gbp = self.least(self.problem.store_limits_kwh)
            best = min(self.evaluations, key=self.relaxed)
            log.info(
                "%s: %d stores, least hull %.2f GBP/y at %.2f kWh, bound over all stores %.2f, "
                "%.0f s left",
                self.year.plant,
                len(self.evaluations),
                self.relaxed(best),
                best.size_kwh,
                self.bound_gbp,
                seconds_left(),
            )
            close = FLAT * max(abs(self.bound_gbp), 1.0)
            if self.relaxed(best) - self.bound_gbp <= close or self.bound_gbp >= ceiling_gbp:
                break
            known = len(self.evaluations)
            self.evaluate(size)
            if len(self.evaluations) == known:
                break
        return best

    def spread_kwh(self) -> list[float]:
        """Sizes to start from; they also show the cost of sizes that are not near the best.

        Without a unit the cost is a line, or nearly so, and its ends are enough.
        """
        low, high = self.problem.store_limits_kwh
        intervals = SPREAD_INTERVALS if self.year.plant.part("chp") else 1
        shares = np.unique(np.linspace(0.0, 1.0, intervals + 1) ** 2)
        return [float(size) for size in np.unique(low + (high - low) * shares)]

    def along(self, evaluation: Evaluation) -> Design:
        """The design that runs along the hull's own path."""
        size, level = evaluation.size_kwh, evaluation.level_kwh
        return self.design(self.year.along(size, level))

    def curve(self, bound_gbp: float) -> list[tuple[Mapping[str, float], float, float]]:
        """Rows of the size curve: sizes, cost and bound (GBP/year).

        Parameters
        ----------
        bound_gbp
            What is proven about all units and stores, which branching may have raised above
            what the hull says of one of them.
        """
        return [
            (
                sizes_of(self.problem, self.year.plant, {"tes": size}),
                self._found_gbp[size],
                max(bound_gbp, self.least((size, size))[1]),
            )
            for size in sorted(self._found_gbp)
        ]

    def round(self, evaluation: Evaluation, tolerance_gbp: float, left: Clock) -> Design:
        """The integral design at an evaluation's size."""
        return self.design(self.rounding.round(evaluation, tolerance_gbp, left))

    def improve(self, design: Design, tolerance_gbp: float, left: Clock) -> Design:
        """The design with each day solved as a whole mixed-integer programme."""
        return self.design(self.rounding.improve(design.operation, tolerance_gbp, left))

    def range_bound(
        self, limits_kwh: tuple[float, float], tolerance_gbp: float, left: Clock
    ) -> tuple[float, float]:
        """Bound on all designs with a store within limits, from whole mixed-integer days.

        Each day chooses a size of its own and pays its share of the capital for it. As every
        day may choose at least what the common size allows, the sum is a bound whatever the
        shares are; what they leave of the capital is charged at the cheaper limit.

        Returns
        -------
        tuple
            Bound (GBP/year, all of Eq. 1) and the mean of the days' sizes.
        """
        problem = self.problem
        prices = self.day_prices(limits_kwh, left)
        bounds, sizes = self.rounding.free_days(limits_kwh, prices, tolerance_gbp, left)
        rest = problem.store_capital_gbp_per_kwh - float(problem.day_weight @ prices)
        value = float(problem.day_weight @ bounds) + min(rest * size for size in limits_kwh)
        return self.fixed_gbp + value, float(np.average(sizes, weights=problem.day_weight))

    def open_limits(
        self, limits_kwh: tuple[float, float], ceiling_gbp: float
    ) -> tuple[float, float]:
        """The part of some limits where the cuts allow less than a ceiling; high < low if none."""
        low, high = limits_kwh
        capital = self.problem.store_capital_gbp_per_kwh
        for cut in self._cuts:
            slope = cut.slope_gbp_per_kwh + capital
            room = ceiling_gbp - self.fixed_gbp - cut.at_zero_gbp
            if slope > 0:
                high = min(high, room / slope)
            elif slope < 0:
                low = max(low, room / slope)
            elif room < 0:
                return np.inf, -np.inf
        return low, high

    def day_prices(self, limits_kwh: tuple[float, float], left: Clock) -> FloatArray:
        """Share of the store's capital that each day should bear, GBP per kWh and day.

        Where the hull costs least, the days' marginal values of the store add up to its capital;
        they are read off the evaluations on both sides. At a limit, its own are taken.
        """
        size, _ = self.least(limits_kwh)
        here = self.evaluate(size)
        if size in limits_kwh:
            return -here.day_slopes
        capital = self.problem.store_capital_gbp_per_kwh
        nearest = sorted(self.evaluations, key=lambda e: abs(e.size_kwh - size))
        falling = [e for e in nearest if e.cut.slope_gbp_per_kwh + capital <= 0]
        rising = [e for e in nearest if e.cut.slope_gbp_per_kwh + capital > 0]
        if not falling or not rising:
            return -here.day_slopes
        a, b = falling[0], rising[0]
        weight = -(capital + a.cut.slope_gbp_per_kwh) / (
            b.cut.slope_gbp_per_kwh - a.cut.slope_gbp_per_kwh
        )
        return -((1 - weight) * a.day_slopes + weight * b.day_slopes)


@dataclass(order=True)
class Range:
    """Stores of one choice within limits, and what any design there costs at least."""

    bound_gbp: float
    order: int
    search: StoreSearch = field(compare=False)
    limits_kwh: tuple[float, float] = field(compare=False)


def solve_by_days(
    problem: Problem,
    asked_gap: float,
    seconds_left: Clock,
    threads: int = 1,
    absolute_gap_gbp: float = 0.0,
    *,
    look_near: bool = True,
) -> Proof[Design]:
    """The best design of a problem whose days all close, and its proof.

    Stops when the gap asked for is reached or time is up; the caller judges the gap.

    Parameters
    ----------
    problem
        With or without a store. Where Eq. 17 has a tolerance, the design found closes every day
        exactly, and the bound allows for days that do not.
    asked_gap, absolute_gap_gbp
        Gap at which to stop, by share of the cost or in GBP/year.
    seconds_left
        Clock of the time limit.
    threads
        Days solved at a time; the result does not depend on it.
    look_near
        Whether stores that cost hardly more are told; it takes some sizes more.

    Raises
    ------
    SolveError
        If time is up before there is any bound.
    """
    asked = Asked(asked_gap, absolute_gap_gbp)
    without = sorted(
        (design_without_store(problem, plant) for plant in problem.plants),
        key=lambda design: design.cost_gbp,
    )
    if problem.inputs.tes is None:
        known = [
            (sizes_of(problem, design.plant, {}), design.cost_gbp, design.cost_gbp)
            for design in without
            if design.year.serves_all_heat(design.operation)
        ]
        return Proof(without[0], without[0].cost_gbp, size_curve(known), "store_line")
    searches = [StoreSearch(design.year, threads) for design in without]
    start = without[0] if problem.store_limits_kwh[0] == 0 else None
    method: Method = "store_line"
    best, bound, still_open = _search_stores(problem, searches, start, asked, seconds_left)
    closes = problem.tes.closing_tolerance_kwh == 0
    if closes and not asked.met(best.cost_gbp, bound):
        method = "daily_milp"
        best, bound = _branch(problem, still_open, best, asked, seconds_left)
    near = None
    if look_near:
        near = _near_best(problem, searches, without, best, bound, seconds_left)
    for search in searches:
        search.release()
    curve = [row for search in searches for row in search.curve(bound)]
    return Proof(best, bound, size_curve(curve), method, near)


def _near_best(
    problem: Problem,
    searches: list[StoreSearch],
    without: list[Design],
    best: Design,
    bound: float,
    left: Clock,
) -> NearBest | None:
    """Stores that cost hardly more than the best; some are looked at that lie between those known.

    Sizes at which no operation is integral enough tell nothing, so that the range of all may be
    narrower than it is, and that of none wider; what is said holds.
    """
    sure, maybe = ceilings_gbp(best.cost_gbp, bound)
    limits, size = problem.store_limits_kwh, best.operation.size_kwh
    own = next(search for search in searches if search.year.plant == best.plant)
    low, high = own.open_limits(limits, maybe)
    ends = np.clip([low, size, high], *limits)
    between = np.unique(np.concatenate([np.linspace(*part, NEAR_SIZES) for part in pairwise(ends)]))
    for other in between.tolist() if low <= high and sure >= best.cost_gbp else ():
        if left() > 0:
            own.along(own.evaluate(other))
    found = [FoundStore(best.plant, size, best.cost_gbp)]
    if limits[0] == 0:
        found += [
            FoundStore(design.plant, 0.0, design.cost_gbp)
            for design in without
            if design.year.serves_all_heat(design.operation)
        ]
    for search in searches:
        found += [
            FoundStore(search.year.plant, known, cost) for known, cost in search.found.items()
        ]
    possible = [search.open_limits(limits, maybe) for search in searches]
    return near_best(problem, found, possible, size, sure)


def _search_stores(
    problem: Problem,
    searches: list[StoreSearch],
    best: Design | None,
    asked: Asked,
    seconds_left: Clock,
) -> tuple[Design, float, list[StoreSearch]]:
    """Best design, bound over all units and stores (GBP/year), and what may still hold a better.

    ``best`` is the best known before.
    """
    open_searches: list[tuple[StoreSearch, Evaluation]] = []
    bound = np.inf
    for search in searches:
        evaluation = search.search(best.cost_gbp if best else np.inf, seconds_left)
        designs = [search.along(found) for found in search.evaluations]
        best = min([*designs, best] if best else designs, key=lambda design: design.cost_gbp)
        if search.bound_gbp >= best.cost_gbp:
            search.release()
        bound = min(bound, search.bound_gbp)
        open_searches.append((search, evaluation))
    assert best is not None  # there is at least one choice
    open_searches = [(s, e) for s, e in open_searches if s.bound_gbp < best.cost_gbp]
    for search, evaluation in sorted(open_searches, key=lambda pair: pair[0].bound_gbp):
        if search.bound_gbp < best.cost_gbp:
            tolerance = rounding_gbp(best.cost_gbp, asked)
            design = search.round(evaluation, tolerance, seconds_left)
            best = min(best, design, key=lambda d: d.cost_gbp)
            log.info("%s: integral %.2f GBP/y", search.year.plant, design.cost_gbp)
        if best.plant != search.year.plant:
            search.release()
    return best, min(bound, best.cost_gbp), [search for search, _ in open_searches]


def rounding_gbp(cost_gbp: float, asked: Asked) -> float:
    """How far above the hull a year may be made integral (GBP/year)."""
    return min(RELATIVE_ROUNDING * max(abs(cost_gbp), 1.0), asked.gbp(cost_gbp) / 2.5)


def design_without_store(problem: Problem, plant: Plant) -> Design:
    """The best design with a choice of parts and no store."""
    year = PlantYear(problem, plant)
    operation = year.without_store()
    cost = problem.plant_capital_gbp(plant) + problem.constant_gbp + operation.operating_gbp
    return Design(year, operation, cost)


def hull_bound_gbp(problem: Problem, ceiling_gbp: float, seconds_left: Clock) -> float:
    """What no design costs less than, by the hulls of all plants alone (GBP/year, all of Eq. 1).

    Parameters
    ----------
    problem
        Whose slices are tied by one store at most.
    ceiling_gbp
        A plant is not followed further once its bound is above this.
    seconds_left
        Clock of the time limit.
    """
    bounds = []
    for plant in problem.plants:
        year = PlantYear(problem, plant)
        if problem.inputs.tes is None:
            bounds.append(design_without_store(problem, plant).cost_gbp)
        else:
            search = StoreSearch(year)
            search.search(ceiling_gbp, seconds_left)
            bounds.append(search.bound_gbp)
        year.release()
    return min(bounds)


def marginal_price(year: PlantYear) -> FloatArray:
    """What a kWh of heat more costs where nothing is exchanged (GBP/kWh), ``(days, slices)``."""
    curves = year.curves
    width = np.diff(curves.hull_kw, axis=1)
    slope = np.divide(
        np.diff(curves.hull_cost, axis=1), width, out=np.zeros_like(width), where=width > 0
    )
    at = ((curves.hull_kw[:, 1:] > 0) & (width > 0)).argmax(axis=1)
    return np.take_along_axis(slope, at[:, None], axis=1).reshape(year.problem.shape)


def _branch(
    problem: Problem, searches: list[StoreSearch], best: Design, asked: Asked, left: Clock
) -> tuple[Design, float]:
    """Close the gap by bounding ranges of sizes with whole mixed-integer days, and splitting."""
    order = itertools.count()
    limits = problem.store_limits_kwh
    ranges = [Range(s.bound_gbp, next(order), s, limits) for s in searches]
    heapq.heapify(ranges)
    settled = np.inf  # least bound of what is not split further
    while ranges:
        bound = min(ranges[0].bound_gbp, settled, best.cost_gbp)
        if asked.met(best.cost_gbp, bound) or left() < 0:
            return best, bound
        accepted = asked.gbp(best.cost_gbp)
        tolerance = 0.25 * accepted
        lowest = heapq.heappop(ranges)
        search = lowest.search
        # sizes that the cuts put close enough to the best, or above it, need no branching
        close = best.cost_gbp - 0.9 * accepted
        low, high = search.open_limits(lowest.limits_kwh, close)
        if (low, high) != lowest.limits_kwh:
            settled = min(settled, close)
        if low > high:
            continue
        log.info(
            "%s: branching on stores of %.3f to %.3f kWh, gap %.2f GBP/y, %.0f s left",
            search.year.plant, low, high, best.cost_gbp - bound, left(),
        )  # fmt: skip
        value, size = search.range_bound((low, high), tolerance, left)
        value = max(value, lowest.bound_gbp)
        start = search.along(search.evaluate(size))
        best = min(best, search.improve(start, tolerance, left), key=lambda d: d.cost_gbp)
        if high - low < NARROW_KWH:
            settled = min(settled, value)
            continue
        margin = 0.1 * (high - low)
        split = size if low + margin < size < high - margin else 0.5 * (low + high)
        for part in ((low, split), (split, high)):
            part_bound = max(value, search.least(part)[1])
            heapq.heappush(ranges, Range(part_bound, next(order), search, part))
    return best, min(settled, best.cost_gbp)
