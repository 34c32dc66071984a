"""Day programmes cut out of the linopy model: for every system, with a bound over all sizes.

For each choice of parts the relaxation of every day is solved at some sizes; its duals give
planes below the day's cost for all sizes (:mod:`microchp.design.planes`), and the planes say which
sizes to look at next. Choices are looked at in the order of their bounds; duals of one choice are
duals of any other as well, so that most choices fall without a programme of their own. What may
be the best is made integral, day by day: modes are rounded in their order, a linear programme
moves the flows, and days that stay too far above their relaxation become mixed-integer programmes.
What gap is left is closed by bounding boxes of sizes with whole mixed-integer days that choose
sizes of their own, and splitting them.
"""

from __future__ import annotations

import heapq
import itertools
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np
import scipy.sparse

from microchp.design.day_blocks import Coupling, DayBlock, DaysTiedError, cut
from microchp.design.days import Clock, for_days
from microchp.design.highs import ANSWERED, has_solution, require_optimal, run, solver
from microchp.design.model import size_variable
from microchp.design.planes import Planes
from microchp.design.problem import FloatArray, Problem
from microchp.design.programme import BoolArray, IntArray, Programme
from microchp.design.proof import Asked, Dispatched, Proof, size_curve, sizes_of
from microchp.design.settle import fixed_gbp, settled_design
from microchp.errors import SolveError
from microchp.system.plant import Plant

__all__ = ["DaysTiedError", "solve_day_programmes"]

log = logging.getLogger(__name__)

FLAT = 0.15
"""A search ends when its best relaxation is this share of the accepted gap above its bound."""

MOST_EVALUATIONS = 60

MOST_TRANSFERS = 4
"""Evaluations of a choice whose duals are tried on another."""

NARROW = 1e-6
"""Boxes of sizes are split down to this share of their limits."""

INTEGRAL = 1e-6

ROUNDING = 1e-8
"""A bound may be this share above the cost of a design and still be right."""


@dataclass(frozen=True)
class Relaxed:
    """The relaxation of all days at some sizes.

    Attributes
    ----------
    y
        The sizes, in the order of the shared columns that are free.
    value_gbp
        Cost (GBP/year), capital of the sizes included, all else that is fixed left out.
    day_gbp
        Cost of each day, shape ``(days,)``.
    flows
        Values of each day's columns.
    duals
        Duals of each day's rows.
    """

    y: FloatArray
    value_gbp: float
    day_gbp: FloatArray
    flows: list[FloatArray]
    duals: list[FloatArray]


class PlantSearch:
    """All sizes with one choice of parts: relaxations, planes, and the bound that they give."""

    def __init__(
        self,
        problem: Problem,
        plant: Plant,
        coupling: Coupling,
        blocks: list[DayBlock],
        threads: int,
    ) -> None:
        self.problem, self.plant, self.blocks, self.threads = problem, plant, blocks, threads
        self.coupling = coupling
        self.free = np.flatnonzero(coupling.free)
        self.choice = coupling.choice(plant)
        self.fixed_gbp = fixed_gbp(problem, plant)
        self.kept = [np.flatnonzero(block.kept(plant)) for block in blocks]
        self.planes = Planes(_sizes_alone(coupling, self.choice))
        self.relaxed: list[Relaxed] = []
        self.bound_gbp = -np.inf
        self.rounded_at: FloatArray | None = None
        self.found: dict[tuple[float, ...], float] = {}
        self._bases: dict[int, Any] = {}

    @property
    def best(self) -> Relaxed:
        """The relaxation that costs least."""
        return min(self.relaxed, key=lambda relaxed: relaxed.value_gbp)

    def sizes(self, y: FloatArray) -> dict[str, float]:
        """Sizes by part."""
        variables = {self.coupling.names[column][0]: k for k, column in enumerate(self.free)}
        parts = [store.name for store in self.problem.stores]
        parts += [part.unit.name for part in self.problem.free_parts]
        return {part: float(y[variables[size_variable(part)]]) for part in parts}

    def shared(self, y: FloatArray) -> FloatArray:
        """Values of all shared columns."""
        values = self.choice.copy()
        values[self.free] = y
        return values

    def evaluate(self, y: FloatArray) -> Relaxed:
        """The relaxation of every day at some sizes, and its planes.

        Raises
        ------
        SolveError
            If HiGHS does not solve a day in any way.
        """
        shared = self.shared(y)
        # days are much alike: the first one's basis starts the others, if they have none
        first = self._relax(0, shared)
        days = range(1, len(self.blocks))
        solved = [first, *for_days(days, lambda d: self._relax(d, shared), self.threads)]
        relaxed_planes = [self._plane(d, duals) for d, (_, duals) in enumerate(solved)]
        self.add(relaxed_planes)
        day_gbp = np.array([a + g @ y for a, g in relaxed_planes])
        value = float(self.planes.sizes.cost @ y + day_gbp.sum())
        relaxed = Relaxed(y, value, day_gbp, [x for x, _ in solved], [w for _, w in solved])
        self.relaxed.append(relaxed)
        # memory: flows of the best and of this one are enough, and duals of the last ones
        for other in self.relaxed[:-1]:
            if other is not self.best:
                other.flows.clear()
        for other in self.relaxed[:-MOST_TRANSFERS]:
            other.duals.clear()
        return relaxed

    def add(self, planes: Iterable[tuple[float, FloatArray]]) -> None:
        """Add planes, one a day, and raise the bound."""
        at_zero, slope = zip(*planes, strict=True)
        self.planes.add(np.array(at_zero), np.array(slope))
        self.least_y, least = self.planes.least()
        self.bound_gbp = max(self.bound_gbp, least + self.fixed_gbp)

    def learn(self, other: PlantSearch) -> None:
        """Planes from the duals of another choice: rows of its parts are those of this one's."""
        moves_of_day = [_kind_rows(other.plant, self.plant, block) for block in self.blocks]
        for relaxed in other.relaxed[-MOST_TRANSFERS:]:
            planes = []
            for d, moves in enumerate(moves_of_day):
                duals = relaxed.duals[d].copy()
                for source, target in moves:
                    duals[target] = relaxed.duals[d][source]
                planes.append(self._plane(d, duals))
            at_zero, slope = zip(*planes, strict=True)
            self.planes.add(np.array(at_zero), np.array(slope))
        self._bases.update(other._bases)
        self.least_y, least = self.planes.least()
        self.bound_gbp = max(self.bound_gbp, least + self.fixed_gbp)

    def step(self, start: FloatArray | None = None) -> None:
        """Look at further sizes: where the planes are at the level between bound and best.

        ``start`` is where to begin.
        """
        if not self.relaxed:
            y = _first_sizes(self.planes.sizes) if start is None else start
        else:
            best = self.best
            bound = self.bound_gbp - self.fixed_gbp
            y = self.planes.next(best.y, bound, best.value_gbp)
            if any(np.abs(y - relaxed.y).max(initial=0.0) < 1e-9 for relaxed in self.relaxed):
                y = self.least_y
        self.evaluate(y)

    def is_flat(self, accepted_gbp: float) -> bool:
        """Whether further sizes have little to tell."""
        if not self.relaxed:
            return False
        off = self.best.value_gbp + self.fixed_gbp - self.bound_gbp
        return (
            off <= FLAT * accepted_gbp
            or len(self.relaxed) >= MOST_EVALUATIONS
            or not len(self.free)
        )

    def round(self, relaxed: Relaxed, tolerance_gbp: float, left: Clock) -> Dispatched | None:
        """An integral design at a relaxation's sizes; None if none was found in time."""
        shared = self.shared(relaxed.y)
        days = range(len(self.blocks))
        found = for_days(days, lambda d: self._rounded(d, relaxed.flows[d], shared), self.threads)
        above = np.array([value for value, _ in found]) - relaxed.day_gbp
        order = np.argsort(above)
        loose = np.sort(order[np.cumsum(above[order]) > tolerance_gbp / 2])
        log.info(
            "%s: integral: %d of %d days are searched, time limit in %.0f s",
            self.plant, len(loose), len(order), left(),
        )  # fmt: skip
        share = tolerance_gbp / 2 / max(len(loose), 1)

        def search(d: int) -> tuple[float, FloatArray | None]:
            enough = float(relaxed.day_gbp[d]) + share
            return self._searched(d, relaxed.flows[d], shared, enough, share / 2, found[d], left)

        better = for_days(loose.tolist(), search, self.threads)
        for d, result in zip(loose, better, strict=True):
            found[d] = result
        flows = [x for _, x in found]
        self.rounded_at = relaxed.y
        return self.design(relaxed.y, flows) if all(x is not None for x in flows) else None

    def design(self, y: FloatArray, values: list[Any]) -> Dispatched:
        """The design of values of every day's columns."""
        flows = {
            name: np.stack(
                [
                    x[block.columns[name]].reshape(-1, self.problem.shape[1]).sum(axis=0)
                    for block, x in zip(self.blocks, values, strict=True)
                ]
            )
            for name, columns in self.blocks[0].columns.items()
            if columns.shape[-1] == self.problem.shape[1]
        }
        design = settled_design(self.problem, self.plant, self.sizes(y), flows)
        known = self.found.get(tuple(y), np.inf)
        self.found[tuple(y)] = min(known, design.cost_gbp)
        return design

    def box_bound(
        self, lower: FloatArray, upper: FloatArray, tolerance_gbp: float, left: Clock
    ) -> tuple[float, FloatArray]:
        """Bound on all designs with sizes in a box, from whole mixed-integer days.

        Each day chooses sizes of its own and pays its share of their capital. As every day may
        choose what all have in common, the sum is a bound whatever the shares are.

        Returns
        -------
        tuple
            Bound (GBP/year) and the mean of the days' sizes.
        """
        slopes = self.planes.day_slopes(lower, upper)
        # at a limit the slopes do not add up to the capital; all days bear what is left
        rest = self.planes.sizes.cost + slopes.sum(axis=0)
        prices = rest * (self.problem.day_weight / self.problem.day_weight.sum())[:, None] - slopes
        share = tolerance_gbp / len(self.blocks)
        solved = for_days(
            range(len(self.blocks)),
            lambda d: self._free_day(d, prices[d], lower, upper, share, left),
            self.threads,
        )
        sizes = [size for _, size in solved if size is not None]
        mean = np.mean(sizes, axis=0) if sizes else (lower + upper) / 2
        return self.fixed_gbp + sum(bound for bound, _ in solved), mean

    # ------------------------------------------------------------------------- a day

    def _day(
        self, d: int, shared: FloatArray, integral: bool
    ) -> tuple[Programme, IntArray, IntArray]:
        """A day's programme with its shared columns given; its rows and columns in the block."""
        block = self.blocks[d]
        columns = self.kept[d]
        rows = np.arange(len(block.programme.row_lower))
        if not integral:
            weak_columns, weak_rows = block.indicating
            columns = np.setdiff1d(columns, weak_columns, assume_unique=True)
            rows = np.setdiff1d(rows, weak_rows, assume_unique=True)
        shift = block.coupling @ shared
        programme = block.programme.part(rows, columns)
        programme = replace(
            programme,
            row_lower=programme.row_lower - shift[rows],
            row_upper=programme.row_upper - shift[rows],
        )
        if integral:
            return programme, rows, columns
        needed = _needed_rows(programme, block.coupling[rows][:, self.free])
        every = np.arange(len(columns))
        return programme.part(needed, every).relaxed, rows[needed], columns

    def _relax(self, d: int, shared: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values and duals of a day's relaxation, over all columns and rows of its block."""
        programme, rows, columns = self._day(d, shared, integral=False)
        highs = solver()
        programme.give(highs)
        basis = self._bases.get(d) or self._bases.get(0)
        if basis is not None:
            self._start(highs, basis, programme)
        require_optimal(run(highs), f"{self.plant}, relaxation of {self._date(d)}")
        solution = highs.getSolution()
        self._bases[d] = highs.getBasis()
        block = self.blocks[d]
        x, duals = np.zeros(len(block.programme.cost)), np.zeros(len(block.programme.row_lower))
        x[columns] = solution.col_value
        duals[rows] = solution.row_dual
        return x, duals

    @staticmethod
    def _start(highs: Any, basis: Any, programme: Programme) -> None:
        """Start from a basis, if it is of a programme of the same shape."""
        if (len(basis.row_status), len(basis.col_status)) == programme.matrix.shape:
            highs.setOptionValue("presolve", "off")
            highs.setBasis(basis)

    def _plane(self, d: int, duals: FloatArray) -> tuple[float, FloatArray]:
        """The plane of any duals of a day: value without sizes, and slopes of the free ones."""
        block = self.blocks[d]
        programme = block.programme
        worth, at_zero = programme.row_worth(duals)
        reduced = programme.cost - programme.matrix.T @ worth
        kept = self.kept[d]
        reduced, low, high = reduced[kept], programme.lower[kept], programme.upper[kept]
        with np.errstate(invalid="ignore"):
            ends = np.where(reduced > 0, reduced * low, reduced * high)
        at_zero += float(np.where(reduced == 0, 0.0, ends).sum())
        slope = -(block.coupling.T @ worth)
        return at_zero + float(slope @ self.choice), slope[self.free]

    def _rounded(
        self, d: int, relaxed: FloatArray, shared: FloatArray
    ) -> tuple[float, FloatArray | None]:
        """Cost and values of a day with its modes rounded; infinite if that cannot be."""
        programme, _, columns = self._day(d, shared, integral=True)
        values = rounded_binaries(self.blocks[d], relaxed)[columns]
        return self._polished(d, programme.fixed(values), columns)

    def _polished(
        self, d: int, programme: Programme, columns: IntArray
    ) -> tuple[float, FloatArray | None]:
        highs = solver()
        highs.setOptionValue("primal_feasibility_tolerance", 1e-9)
        programme.give(highs)
        if run(highs, ANSWERED) != highspy.HighsModelStatus.kOptimal:
            return np.inf, None
        x = np.zeros(len(self.blocks[d].programme.cost))
        x[columns] = highs.getSolution().col_value
        return float(highs.getInfo().objective_function_value), x

    def _searched(
        self,
        d: int,
        relaxed: FloatArray,
        shared: FloatArray,
        enough_gbp: float,
        tolerance_gbp: float,
        known: tuple[float, FloatArray | None],
        left: Clock,
    ) -> tuple[float, FloatArray | None]:
        """A day by mixed-integer programmes, where what is known is not good enough.

        First only slices in which the relaxation mixes modes choose theirs, then all.
        """
        best = known
        whole, _, columns = self._day(d, shared, integral=True)
        for programme in (whole.decided(relaxed[columns]), whole):
            if left() < 0 or best[0] <= enough_gbp:
                break
            highs = _mixed_integer(programme, tolerance_gbp, left)
            run(highs)
            if has_solution(highs):
                values = np.array(highs.getSolution().col_value)
                found = self._polished(d, programme.fixed(values), columns)
                best = min(found, best, key=lambda pair: pair[0])
        return best

    def _free_day(
        self,
        d: int,
        prices: FloatArray,
        lower: FloatArray,
        upper: FloatArray,
        tolerance_gbp: float,
        left: Clock,
    ) -> tuple[float, FloatArray | None]:
        """Bound on a day that chooses sizes of its own at prices, and the sizes that it chose."""
        if left() < 0:
            return -np.inf, None
        programme, rows, _ = self._day(d, self.choice, integral=True)
        n = len(self.free)
        own = scipy.sparse.csc_array(self.blocks[d].coupling[rows][:, self.free])
        wider = Programme(
            cost=np.append(programme.cost, prices),
            lower=np.append(programme.lower, lower),
            upper=np.append(programme.upper, upper),
            integer=np.append(programme.integer, np.zeros(n, dtype=bool)),
            matrix=scipy.sparse.hstack([programme.matrix, own]).tocsc(),
            row_lower=programme.row_lower,
            row_upper=programme.row_upper,
        )
        highs = _mixed_integer(wider, tolerance_gbp, left)
        run(highs)
        info = highs.getInfo()
        bound = info.mip_dual_bound if wider.integer.any() else info.objective_function_value
        sizes = np.array(highs.getSolution().col_value)[-n:] if has_solution(highs) else None
        return float(bound) if np.isfinite(bound) else -np.inf, sizes

    def _date(self, d: int) -> str:
        return str(np.datetime_as_string(self.problem.day[d], "D"))


def _mixed_integer(programme: Programme, tolerance_gbp: float, left: Clock) -> Any:
    """HiGHS with a programme to solve to within a tolerance."""
    highs = solver()
    programme.give(highs)
    for option, value in (
        ("mip_abs_gap", tolerance_gbp),
        ("mip_rel_gap", 0.0),
        ("time_limit", max(left(), 0.01)),
    ):
        highs.setOptionValue(option, value)
    return highs


def _sizes_alone(coupling: Coupling, choice: FloatArray) -> Programme:
    """The programme of the free sizes, with the choices made."""
    free = np.flatnonzero(coupling.free)
    shift = coupling.programme.matrix @ choice
    rows = np.flatnonzero(np.diff(coupling.programme.matrix[:, free].tocsr().indptr))
    programme = coupling.programme.part(rows, free)
    return replace(
        programme,
        row_lower=programme.row_lower - shift[rows],
        row_upper=programme.row_upper - shift[rows],
    )


def _first_sizes(sizes: Programme) -> FloatArray:
    """Where a search without any knowledge starts: a third of the way up."""
    return sizes.lower + (sizes.upper - sizes.lower) / 3.0


def _needed_rows(programme: Programme, by_size: Any) -> IntArray:
    """Rows that are no more than a bound of a column which that column has anyway.

    A row whose side goes with a size is needed whatever it says, for its dual is the size's worth.
    """
    matrix = programme.matrix.tocsr()
    count = np.diff(matrix.indptr)
    sized = np.diff(by_size.tocsr().indptr) > 0
    single = (count == 1) & ~sized
    at = matrix.indptr[:-1][single]
    column, value = matrix.indices[at], matrix.data[at]
    low, high = programme.lower[column] * value, programme.upper[column] * value
    low, high = np.minimum(low, high), np.maximum(low, high)
    implied = (low >= programme.row_lower[single] - 1e-12) & (
        high <= programme.row_upper[single] + 1e-12
    )
    needed = (count > 0) | sized
    needed[np.flatnonzero(single)[implied]] = False
    return np.flatnonzero(needed)


def _kind_rows(source: Plant, target: Plant, block: DayBlock) -> list[tuple[IntArray, IntArray]]:
    """Rows of the parts of one plant, and of the parts of the same kind of another."""
    moves = []
    for part in source.chosen:
        other = target.part(part.kind)
        if other is not None and other.name != part.name:
            moves.append((block.rows_of_part[part.name], block.rows_of_part[other.name]))
    return moves


def rounded_binaries(block: DayBlock, relaxed: FloatArray) -> FloatArray:
    """Values of a day's columns with its binaries rounded, slice by slice in their order.

    Sum-up rounding (Sager, Bock, Diehl 2012): what a slice has less of a mode than in the
    relaxation is carried on to the next. Stores are given the direction that they had in sum.
    """
    x = relaxed.copy()
    columns = block.columns
    integer = block.programme.integer
    if "mode_share" in columns:
        share = relaxed[columns["mode_share"]]
        chosen = _summed_up(share)
        x[columns["mode_share"]] = chosen
        if "chp_on" in columns:
            # where a unit has a share, it has all of the mode that is chosen
            has = relaxed[columns["chp_on"]].sum(axis=(1, 2)) > INTEGRAL
            x[columns["chp_on"]] = has[:, None, None] * chosen[None] * _runs(block)[None, :, None]
    if "heat_pump_on" in columns:
        flow = relaxed[columns["heat_pump_heat_kw"]]
        flow = flow.reshape(len(flow), -1, flow.shape[-1]).sum(axis=1)
        least = _least(block, columns["heat_pump_on"])
        share = np.clip(flow / np.maximum(least, 1e-12), 0.0, 1.0) * (flow > INTEGRAL)
        for k, part in enumerate(share):
            x[columns["heat_pump_on"][k]] = _summed_up(np.stack([part, 1.0 - part]))[0]
    for name, column in columns.items():
        if name.endswith("_discharging"):
            store = name.removesuffix("_discharging")
            out, into = (
                relaxed[columns[f"{store}_{way}_kw"]].reshape(-1, column.shape[-1]).sum(axis=0)
                for way in ("discharge", "charge")
            )
            x[column] = (out > into).astype(float)
    x[integer] = np.round(x[integer])
    return x


def _summed_up(share: FloatArray) -> FloatArray:
    """Shares of modes, shape ``(modes, slices)``, rounded so that their sums stay close."""
    chosen = np.zeros_like(share)
    carried = np.zeros(len(share))
    for t in range(share.shape[1]):
        carried += share[:, t]
        mode = int(np.where(share[:, t] > INTEGRAL, carried, -np.inf).argmax())
        chosen[mode, t] = 1.0
        carried[mode] -= 1.0
    return chosen


def _runs(block: DayBlock) -> BoolArray:
    """Modes in which units run: those in which their power may be above nothing."""
    power = block.programme.upper[block.columns["chp_power_kw"]]
    return np.asarray((power > 0).any(axis=(0, 2)))


def _least(block: DayBlock, on: IntArray) -> FloatArray:
    """Least output of each part and slice while it runs, from the rows of its binary."""
    matrix = block.programme.matrix
    least = np.zeros(on.shape)
    lower = block.programme.row_lower
    for at, column in np.ndenumerate(on):
        entries = slice(matrix.indptr[column], matrix.indptr[column + 1])
        rows, values = matrix.indices[entries], matrix.data[entries]
        bounding = (lower[rows] == 0) & (values < 0)
        least[at] = -values[bounding].sum()
    return least


@dataclass(order=True)
class Box:
    """Sizes of one choice within limits, and what any design there costs at least."""

    bound_gbp: float
    order: int
    search: PlantSearch = field(compare=False)
    lower: FloatArray = field(compare=False)
    upper: FloatArray = field(compare=False)


def solve_day_programmes(
    problem: Problem,
    asked: Asked,
    seconds_left: Clock,
    threads: int = 1,
    plants: Iterable[Plant] | None = None,
) -> Proof[Dispatched]:
    """The best design of a problem, and its proof.

    Stops when the gap asked for is reached or time is up; the caller judges the gap.

    Parameters
    ----------
    problem
        The problem.
    asked
        Gap at which to stop.
    seconds_left
        Clock of the time limit.
    threads
        Days solved at a time; the result does not depend on it.
    plants
        Choices to look at, if not all.

    Raises
    ------
    DaysTiedError
        If days cannot be solved alone.
    SolveError
        If no design was found in time, or HiGHS fails in a day in every way.
    """
    coupling, blocks = cut(problem)
    log.info(
        "%d days cut, %d rows and %d columns each", len(blocks), *blocks[0].programme.matrix.shape
    )
    chosen = problem.plants if plants is None else list(plants)
    searches = [PlantSearch(problem, plant, coupling, blocks, threads) for plant in chosen]
    best: Dispatched | None = None

    def close() -> float:
        """Bounds from here on need no raising."""
        return np.inf if best is None else best.cost_gbp - 0.9 * asked.gbp(best.cost_gbp)

    taught: set[tuple[int, int]] = set()
    while seconds_left() > 0:
        search = min(searches, key=lambda s: s.bound_gbp)
        if search.bound_gbp >= close():
            break
        accepted = asked.gbp(search.bound_gbp if best is None else best.cost_gbp)
        if search.relaxed and search.is_flat(accepted):
            if search.rounded_at is not None:
                break
            design = search.round(search.best, 0.4 * accepted, seconds_left)
            if design is not None:
                log.info("%s: integral %.2f GBP/y", search.plant, design.cost_gbp)
                best = min(best or design, design, key=lambda d: d.cost_gbp)
            continue
        if not search.relaxed:
            teachers = [
                s
                for s in searches
                if s.relaxed and (id(s), id(search)) not in taught and _alike(s.plant, search.plant)
            ]
            if teachers:
                teacher = min(teachers, key=lambda s: s.best.value_gbp + s.fixed_gbp)
                taught.add((id(teacher), id(search)))
                search.learn(teacher)
                continue
        known = min(
            (s for s in searches if s.relaxed),
            key=lambda s: s.best.value_gbp + s.fixed_gbp,
            default=None,
        )
        search.step(known.best.y if known else None)
        log.info(
            "%s: %d sizes, least relaxation %.2f GBP/y at %s, bound over all sizes %.2f",
            search.plant, len(search.relaxed), search.best.value_gbp + search.fixed_gbp,
            {name: round(size, 2) for name, size in search.sizes(search.best.y).items()},
            search.bound_gbp,
        )  # fmt: skip
    bound = min(search.bound_gbp for search in searches)
    if best is None or not asked.met(best.cost_gbp, bound):
        best, bound = _branch(searches, best, asked, seconds_left)
    if best is None:
        raise SolveError(
            f"{problem.inputs.scenario}: no design was found within the time limit; raise "
            "solve.time_limit_minutes"
        )
    if bound <= best.cost_gbp + ROUNDING * max(abs(best.cost_gbp), 1.0):
        bound = min(bound, best.cost_gbp)  # else it is wrong, and the check says so
    rows = [
        (
            sizes_of(problem, search.plant, search.sizes(np.array(y))),
            cost,
            min(cost, max(bound, search.planes.at(np.array(y)) + search.fixed_gbp)),
        )
        for search in searches
        for y, cost in search.found.items()
    ]
    return Proof(best, bound, size_curve(rows), "day_programmes")


def _alike(one: Plant, other: Plant) -> bool:
    """Whether two plants have parts of the same kinds."""
    return {part.kind for part in one.chosen} == {part.kind for part in other.chosen}


def _branch(
    searches: list[PlantSearch], best: Dispatched | None, asked: Asked, left: Clock
) -> tuple[Dispatched | None, float]:
    """Close the gap by bounding boxes of sizes with whole mixed-integer days, and splitting."""
    order = itertools.count()
    boxes = [
        Box(s.bound_gbp, next(order), s, s.planes.sizes.lower, s.planes.sizes.upper)
        for s in searches
    ]
    heapq.heapify(boxes)
    settled = np.inf  # least bound of what is not split further
    while boxes:
        cost = np.inf if best is None else best.cost_gbp
        bound = min(boxes[0].bound_gbp, settled, cost)
        if left() < 0 or (best is not None and asked.met(cost, bound)):
            return best, bound
        box = heapq.heappop(boxes)
        search, lower, upper = box.search, box.lower, box.upper
        accepted = asked.gbp(box.bound_gbp if best is None else cost)
        if not search.relaxed:
            search.step()
        log.info(
            "%s: branching on sizes %s to %s, gap %.2f GBP/y, time limit in %.0f s",
            search.plant, np.round(lower, 3), np.round(upper, 3), cost - bound, left(),
        )  # fmt: skip
        value, y = search.box_bound(lower, upper, 0.25 * accepted, left)
        value = max(value, box.bound_gbp)
        y = np.clip(y, lower, upper)
        limits = search.planes.sizes
        width = (upper - lower) / np.maximum(limits.upper - limits.lower, 1e-12)
        is_point = width.max(initial=0.0) < NARROW
        known = is_point and search.rounded_at is not None and np.allclose(y, search.rounded_at)
        if left() >= 0 and not known:
            relaxed = search.evaluate(y)
            design = search.round(relaxed, 0.25 * accepted, left)
            if design is not None:
                best = min(best or design, design, key=lambda d: d.cost_gbp)
        if is_point:
            settled = min(settled, value)
            continue
        k = int(width.argmax())
        margin = 0.1 * (upper[k] - lower[k])
        inside = lower[k] + margin < y[k] < upper[k] - margin
        split = y[k] if inside else 0.5 * (lower[k] + upper[k])
        for low, high in ((lower[k], split), (split, upper[k])):
            part_lower, part_upper = lower.copy(), upper.copy()
            part_lower[k], part_upper[k] = low, high
            _, least = search.planes.least(part_lower, part_upper)
            part_bound = max(value, least + search.fixed_gbp)
            heapq.heappush(boxes, Box(part_bound, next(order), search, part_lower, part_upper))
    return best, min(settled, np.inf if best is None else best.cost_gbp)
