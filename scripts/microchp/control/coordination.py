r"""Lines joined by what their loads cost together, coordinated by prices on that load.

With :math:`n_m` the load of member :math:`m` and :math:`a_m` what its schedule costs apart from the
grid, :math:`\sum_m a_m + \sum_t h\,C_t(G_t)` is least over :math:`G = \sum_m n_m`, where
:math:`C_t` is what import costs and export earns, and no load beyond a limit; the largest import of
all slices may cost something as well. Members are the dwellings of a group, or the heat
and the battery of one.

**The bound.** For any prices :math:`\lambda`,

.. math::

    \sum_m \min \Big(a_m + \sum_t h \lambda_t n_{m,t}\Big)
    + \min_G \Big(\sum_t h\,\big(C_t(G_t) - \lambda_t G_t\big)\Big)

is at most the optimum. Each member's part is a line of its year at these prices, solved exactly;
the second part is a number for each slice. Prices are moved along the imbalance (a subgradient,
Polyak's step), and the highest value is kept. Where export earns more than import costs, the bound
has a convex cost below :math:`C_t` (:meth:`GroupCost.hull`).

**The schedule** is integral, one for each member. Members answer in turn to what all others do:
in each slice the nearest kink of :math:`C_t` is where the member's own load would cross it, so
that its price changes there, and its year is planned at these prices. An answer is taken only if
it makes the whole cheaper. Days beyond a limit are searched (:mod:`microchp.design.day_tree`), and
where there are few days in all, a programme moves all members at once
(:mod:`microchp.control.together`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from microchp.control.line import Line
from microchp.control.year import Operated, load_of, planned
from microchp.design.day_tree import BoolArray
from microchp.design.days import for_days
from microchp.design.problem import FloatArray
from microchp.design.slices import least_cost

log = logging.getLogger(__name__)

OVERLOAD = 20.0
"""A kWh beyond a limit costs so many times the dearest price, while a schedule is searched."""

HELD_KW = 1e-4
"""A load beyond a limit by less is within it: rounding."""

SMALL_SLICES = 1000
"""Of so many slices of members at most, every day is searched, and all are moved at once."""

TRIED_DAYS = 3000
"""More prices are tried, and the search begins anew, as often as so many days allow."""

MOST_SWEEPS = 6
"""Members answer at most so often in turn."""

WORTH_A_SWEEP = 2e-5
"""Share of the cost of operation that a sweep must save for another one, where limits are held."""

FEWEST_PRICES, USUAL_PRICES, MOST_PRICES = 8, 25, 200
"""So many prices are tried for the bound."""

PRICED_DAYS = 100_000
"""Of more days at all usual prices, fewer are tried."""

MOST_STARTS = 25
"""The search begins anew at so many of them."""

MOST_FAILED = 3
"""After so many prices in a row that give no higher bound, steps are halved."""

PEAK_STEPS = 8
"""So many limits are tried where the largest import costs something."""

GAP = 1e-3
"""The search ends at this gap, as a share of the cost of operation."""


@dataclass(frozen=True)
class GroupCost:
    """What a load costs, slice by slice.

    Attributes
    ----------
    buy, sell
        GBP/kWh imported and exported; shape ``(N,)``.
    max_import_kw, max_export_kw
        Limits of the connection; infinite without.
    step_hours
        Length of a slice.
    peak_gbp_per_kw
        Price of a kW of the largest import of all slices.
    """

    buy: FloatArray
    sell: FloatArray
    max_import_kw: float
    max_export_kw: float
    step_hours: float
    peak_gbp_per_kw: float = 0.0

    @property
    def overload(self) -> float:
        """Price of a kWh beyond a limit, on top of that of the grid."""
        return OVERLOAD * float(max(np.abs(self.buy).max(), np.abs(self.sell).max(), 0.01))

    @property
    def is_separable(self) -> bool:
        """Whether no member's cost depends on what others do."""
        free = np.isinf(self.max_import_kw) and np.isinf(self.max_export_kw)
        free = free and not self.peak_gbp_per_kw
        return free and bool((self.buy == self.sell).all())

    def below(self, limit_kw: float) -> GroupCost:
        """The same with no import above another limit."""
        return replace(self, max_import_kw=min(self.max_import_kw, limit_kw))

    def hull(self, least_kw: FloatArray, most_kw: FloatArray) -> tuple[GroupCost, float]:
        """A convex cost that is nowhere above this one, and what is to be added to it (GBP).

        Where export earns more than import costs, that is the line between the least and the most
        that the load can be; elsewhere it is this one.
        """
        dear = (self.sell > self.buy) & (most_kw > 0.0) & (least_kw < 0.0)
        ends = self.buy * most_kw, self.sell * least_kw
        width = np.where(dear, most_kw - least_kw, 1.0)
        slope = np.where(dear, (ends[0] - ends[1]) / width, self.buy)
        added = np.where(dear, ends[0] - slope * most_kw, 0.0)
        # a load that never changes its sign has one price
        sell = np.where(dear | (self.sell > self.buy), slope, self.sell)
        only_sold = (self.sell > self.buy) & (most_kw <= 0.0)
        buy, sell = np.where(only_sold, self.sell, slope), np.where(only_sold, self.sell, sell)
        return replace(self, buy=buy, sell=sell), self.step_hours * float(added.sum())

    def excess_kw(self, load_kw: FloatArray) -> FloatArray:
        """Load beyond a limit, shape ``(N,)``."""
        over = np.maximum(load_kw - self.max_import_kw, 0.0)
        return np.asarray(over + np.maximum(-load_kw - self.max_export_kw, 0.0))

    def trade_gbp(self, load_kw: FloatArray) -> FloatArray:
        """Cost of import less income from export (GBP/h), shape ``(N,)``."""
        return np.asarray(np.where(load_kw > 0, self.buy * load_kw, self.sell * load_kw))

    def load_gbp(self, load_kw: FloatArray) -> float:
        """What a load costs over all slices, its largest import in it (GBP)."""
        peak = self.peak_gbp_per_kw * max(0.0, float(load_kw.max()))
        return self.step_hours * float(self.trade_gbp(load_kw).sum()) + peak

    def searched_gbp(self, load_kw: FloatArray) -> float:
        """The same, and the price of overload (GBP)."""
        beyond = self.overload * float(self.excess_kw(load_kw).sum())
        return self.load_gbp(load_kw) + self.step_hours * beyond

    def answer_to(
        self, others_kw: FloatArray, own_kw: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Prices on both sides of the kink nearest to a member's load, and where that kink is.

        Parameters
        ----------
        others_kw
            Load of all others, shape ``(N,)``.
        own_kw
            The member's load as it is, shape ``(N,)``.
        """
        kinks = np.stack(
            [-self.max_export_kw - others_kw, -others_kw, self.max_import_kw - others_kw]
        )
        slopes = np.stack(
            [self.sell - self.overload, self.sell, self.buy, self.buy + self.overload]
        )
        nearest = np.abs(kinks - own_kw).argmin(axis=0)[None]
        return (
            np.take_along_axis(slopes, nearest + 1, axis=0)[0],
            np.take_along_axis(slopes, nearest, axis=0)[0],
            np.take_along_axis(kinks, nearest, axis=0)[0],
        )

    def reply_gbp(self, price: FloatArray) -> float:
        """Least cost of any load that is paid a price (GBP)."""
        dear, cheap = np.maximum(price - self.buy, 0.0), np.maximum(self.sell - price, 0.0)
        # a higher peak is paid for once, and earns in every slice in which it is dear
        by_peak = self.step_hours * float(dear.sum()) - self.peak_gbp_per_kw
        worth = by_peak * self.max_import_kw if by_peak > SAME_GBP else 0.0
        if (cheap > 0).any():
            worth += self.step_hours * float(cheap.sum()) * self.max_export_kw
        return -worth

    def reply_kw(self, price: FloatArray, load_kw: FloatArray) -> FloatArray:
        """The load at which that is least, the nearest to a given one; shape ``(N,)``."""
        largest = self.max_import_kw
        dear = np.maximum(price - self.buy, 0.0)
        if self.peak_gbp_per_kw and dear.any():
            # any peak costs the same: the one nearest to what is drawn where it is dear
            largest = min(largest, max(0.0, float(dear @ load_kw / dear.sum())))
        most = np.where(price >= self.buy, largest, 0.0)
        least = np.where(price <= self.sell, -self.max_export_kw, 0.0)
        least = np.where(price > self.buy, largest, least)
        most = np.where(price < self.sell, -self.max_export_kw, most)
        return np.asarray(np.clip(load_kw, least, most))

    def towards(self, price: FloatArray, aim: FloatArray) -> FloatArray:
        """Prices moved, but past a kink of the cost only once they stand at it."""
        moved = aim
        for kink in (self.buy, self.sell):
            passed = (price - kink) * (moved - kink) < 0.0
            moved = np.where(passed, kink, moved)
        lowest = self.sell if np.isinf(self.max_export_kw) else -np.inf
        moved = np.maximum(moved, lowest)
        if np.isinf(self.max_import_kw):
            allowed = self.peak_gbp_per_kw / self.step_hours
            moved = np.minimum(moved, self.buy + _within_sum(moved - self.buy, allowed))
        return np.asarray(moved)


SAME_GBP = 1e-9
"""Prices closer together than this are one."""


def _within_sum(values: FloatArray, most: float) -> FloatArray:
    """The nearest values, none below nought, whose sum is at most a number; shape ``(N,)``."""
    positive = np.maximum(values, 0.0)
    if positive.sum() <= most:
        return positive
    falling = np.sort(positive)[::-1]
    above = (np.cumsum(falling) - most) / np.arange(1, len(falling) + 1)
    level = above[np.flatnonzero(falling > above)[-1]] if most > 0 else falling[0]
    return np.asarray(np.maximum(positive - level, 0.0))


@dataclass(frozen=True)
class Member:
    """A line, and what its activities cost whoever coordinates it, the grid apart.

    ``cost`` in GBP/kWh, shape ``(A, N)``.
    """

    line: Line
    cost: FloatArray

    def at(self, buy: FloatArray, sell: FloatArray, beyond_kw: FloatArray | float = 0.0) -> Line:
        """Its line at prices that change where its load is ``beyond_kw``."""
        return self.line.priced(buy, sell, self.cost, self.line.table.electricity_kw - beyond_kw)

    def does(self, operated: Operated) -> Answer:
        """What a schedule means to all."""
        wear = self.line.exchange.discharge_gbp_per_kwh * operated.discharge_kw
        spent = (self.cost * operated.activity_kw).sum(axis=0) + wear
        own = self.line.step_hours * float(spent.sum())
        return Answer(operated, load_of(self.line, operated), own)

    def answer(self, priced: Line, searched: BoolArray | None = None) -> Answer:
        """Its best at the prices of a line."""
        return self.does(planned(priced, priced.plan(searched=searched)))


@dataclass(frozen=True)
class Answer:
    """A member's year: what it does, its load, and what it costs without the grid (GBP)."""

    operated: Operated
    net_kw: FloatArray
    own_gbp: float


@dataclass(frozen=True)
class Search:
    """Members, and what their loads and one that nobody moves cost together.

    Attributes
    ----------
    members
        The lines.
    base_kw
        Load beside theirs, shape ``(N,)``.
    cost
        What the load costs.
    fixed_gbp
        Cost that nobody changes: gaps are shares of what is left.
    threads
        Members at a time where they do not depend on each other.
    """

    members: Sequence[Member]
    base_kw: FloatArray
    cost: GroupCost
    fixed_gbp: float = 0.0
    threads: int = 1

    @property
    def days(self) -> int:
        """Days of all members."""
        return len(self.members) * self.members[0].line.days

    @property
    def is_small(self) -> bool:
        """Whether every day may be searched."""
        return len(self.members) * self.base_kw.size <= SMALL_SLICES

    def load_kw(self, answers: Sequence[Answer]) -> FloatArray:
        """Load of all, shape ``(N,)``."""
        return sum((answer.net_kw for answer in answers), self.base_kw)

    @cached_property
    def load_range_kw(self) -> tuple[FloatArray, FloatArray]:
        """Least and most load of all, whatever is done in other slices; each of shape ``(N,)``."""
        return load_range(self.base_kw, [member.line for member in self.members])

    def total_gbp(self, answers: Sequence[Answer]) -> float:
        """Cost of all, that of overload in it."""
        own = sum(answer.own_gbp for answer in answers)
        return self.fixed_gbp + own + self.cost.searched_gbp(self.load_kw(answers))

    def holds(self, load_kw: FloatArray) -> bool:
        """Whether a load is within the limits."""
        return float(self.cost.excess_kw(load_kw).max()) <= HELD_KW

    def cheapest(self, *choices: list[Answer]) -> list[Answer]:
        """The cheapest of some schedules, those that hold the limits first."""
        return min(
            choices, key=lambda each: (not self.holds(self.load_kw(each)), self.total_gbp(each))
        )

    def at(self, price: FloatArray) -> list[Answer]:
        """What every member does at one price for import and export."""
        return for_days(
            range(len(self.members)),
            lambda number: self.members[number].answer(self.members[number].at(price, price)),
            self.threads,
        )

    def run(
        self, starts: Sequence[list[Answer]] = (), seen: list[list[Answer]] | None = None
    ) -> tuple[list[Answer], float]:
        """A schedule for each member, and the bound on all schedules (GBP).

        Parameters
        ----------
        starts
            Schedules to begin with, beside that at the price of import.
        seen
            Gets every answer of each member.
        """
        answers = self.cheapest(self.at(self.cost.buy), *starts)
        if not self.cost.is_separable:
            answers = self.swept(answers, seen)
        if self.cost.peak_gbp_per_kw:
            answers = self._lowered(answers)
        tried = self._prices(answers)
        bound = tried[0][0]
        for _, price in tried[: min(max(1, TRIED_DAYS // self.days), MOST_STARTS)]:
            total = self.total_gbp(answers)
            if self.cost.is_separable or total - bound <= GAP * abs(total - self.fixed_gbp):
                break
            answers = self.cheapest(answers, self.swept(self.at(price), seen))
        return answers, bound

    def swept(self, answers: list[Answer], seen: list[list[Answer]] | None = None) -> list[Answer]:
        """Let members answer in turn, as long as that makes all of them cheaper."""
        cost, answers = self.cost, list(answers)
        load, total = self.load_kw(answers), self.total_gbp(answers)
        days = self.members[0].line.days
        for sweep in range(MOST_SWEEPS):
            before = total
            # nobody is to raise a peak that costs something
            asked = cost.below(float(load.max())) if cost.peak_gbp_per_kw else cost
            for number, member in enumerate(self.members):
                # those before may have brought days back within their limits
                searched = cost.excess_kw(load).reshape(days, -1).max(axis=1) > HELD_KW
                searched |= self.is_small
                old = answers[number]
                others = load - old.net_kw
                line = member.at(*asked.answer_to(others, old.net_kw))
                new = member.answer(line, searched if sweep or self.is_small else None)
                if seen is not None:
                    seen[number].append(new)
                better = old.own_gbp + cost.searched_gbp(load)
                better -= new.own_gbp + cost.searched_gbp(others + new.net_kw)
                if better > 0.0:
                    answers[number], load, total = new, others + new.net_kw, total - better
            log.info("sweep %d: %.2f GBP/y, %.3f kWh beyond limits", sweep + 1, total,
                     cost.step_hours * float(cost.excess_kw(load).sum()))  # fmt: skip
            worth = WORTH_A_SWEEP * abs(total - self.fixed_gbp) if self.holds(load) else 0.0
            if before - total <= worth:
                break
        return answers

    def _lowered(self, answers: list[Answer]) -> list[Answer]:
        """A schedule with a lower peak, as long as that makes it cheaper: limits are halved."""
        high, low = float(self.load_kw(answers).max()), 0.0
        for _ in range(PEAK_STEPS):
            limit = 0.5 * (high + low)
            lower = replace(self, cost=replace(self.cost.below(limit), peak_gbp_per_kw=0.0))
            tried = lower.swept(answers)
            peak = float(self.load_kw(tried).max())
            if self.total_gbp(tried) < self.total_gbp(answers):
                answers = tried
            if peak <= limit + HELD_KW:
                high = peak
            else:
                low = limit
        return answers

    def _prices(self, answers: list[Answer]) -> list[tuple[float, FloatArray]]:
        """Prices on the load with the bound that each gives, the highest first."""
        members = self.members
        cost, added = self.cost.hull(*self.load_range_kw)
        objective, load = self.total_gbp(answers), self.load_kw(answers)
        # what a further kW costs as all run
        price = np.where(load > HELD_KW, cost.buy, np.where(load < -HELD_KW, cost.sell, 0.0))
        price = np.where(np.abs(load) <= HELD_KW, 0.5 * (cost.buy + cost.sell), price)
        if cost.peak_gbp_per_kw:
            highest = load >= load.max() - HELD_KW
            price = price + highest * cost.peak_gbp_per_kw / highest.sum() / cost.step_hours
        best = (-np.inf, price, np.zeros_like(price))
        share, failed = 1.0, 0
        tried: list[tuple[float, FloatArray]] = []
        usual = min(USUAL_PRICES, PRICED_DAYS // self.days)
        for _ in range(min(max(FEWEST_PRICES, usual, TRIED_DAYS // self.days), MOST_PRICES)):

            def one(number: int, price: FloatArray = price) -> tuple[float, FloatArray]:
                return relaxed_answer(members[number].at(price, price))

            found = for_days(range(len(members)), one, self.threads)
            value = self.fixed_gbp + added + sum(gbp for gbp, _ in found) + cost.reply_gbp(price)
            value += cost.step_hours * float(price @ self.base_kw)
            tried.append((value, price))
            log.info("price %d: bound %.2f GBP/y", len(tried), value)
            load = sum((net for _, net in found), self.base_kw)
            uphill = load - cost.reply_kw(price, load)
            if value > best[0]:
                best, failed = (value, price, uphill), 0
            else:
                failed += 1
            if failed == MOST_FAILED:  # back to the best, by shorter steps
                value, price, uphill = best
                share, failed = share / 2, 0
            square = cost.step_hours * float(uphill @ uphill)
            if objective - best[0] <= GAP * abs(objective - self.fixed_gbp) or square <= 0.0:
                break
            price = cost.towards(price, price + share * (objective - value) / square * uphill)
        return sorted(tried, key=lambda each: -each[0])


def load_range(base_kw: FloatArray, lines: Sequence[Line]) -> tuple[FloatArray, FloatArray]:
    """Least and most load of lines and a base, whatever is done in other slices; ``(N,)`` each."""
    least, most = base_kw.copy(), base_kw.copy()
    for table in (line.table for line in lines):
        gives = table.electricity > 0.0
        # what need not run may stand still
        idle = np.where((table.commitment >= 0)[:, None], 0.0, table.least)
        least += table.electricity_kw - np.where(gives, table.electricity * table.most, 0.0).sum(0)
        least -= np.where(gives, 0.0, table.electricity * idle).sum(0)
        most += table.electricity_kw - np.where(gives, table.electricity * idle, 0.0).sum(0)
        most -= np.where(gives, 0.0, table.electricity * table.most).sum(0)
    return least, most


def relaxed_answer(line: Line) -> tuple[float, FloatArray]:
    """Least cost (GBP) with the hull of each slice, and a load that goes with it."""
    if line.size_kwh <= 0.0:
        activity, value, _ = least_cost(line.table, np.zeros(line.table.heat_kw.size))
        gbp = line.step_hours * float(value.sum())
    else:
        hull = line.relaxed(line.initial_kwh)
        gbp = float(hull.cost_gbp[0])
        stored = line.exchange.exchange_kw(hull.stored_kw.ravel())
        activity, _, _ = least_cost(line.table, stored)
    made = (line.table.electricity * activity).sum(axis=0)
    return gbp, line.table.electricity_kw - made
