r"""A group of dwellings run as one plant, coordinated by prices on the load of its transformer.

With :math:`n_d` the net load of dwelling :math:`d` and :math:`a_d` what its schedule costs apart
from the grid, the network minimises :math:`\sum_d a_d + \sum_t h\,C_t(G_t)` over
:math:`G = \sum_d n_d`, where :math:`C_t` is convex: what the group pays for import and gets for
export, and no load beyond a limit.

**The bound.** For any prices :math:`\lambda`,

.. math::

    \sum_d \min \Big(a_d + \sum_t h \lambda_t n_{d,t}\Big)
    + \sum_t h \min_G \big(C_t(G) - \lambda_t G\big)

is at most the optimum. Each dwelling's part is a line of its year at these prices, solved exactly;
the second part is a number for each slice. Prices are moved along the group's imbalance
(a subgradient, Polyak's step), and the highest value is kept.

**The schedule** is integral, one for each dwelling. Dwellings answer in turn to what all others do:
in each slice the nearest kink of :math:`C_t` is where the dwelling's own load would cross it, so
that its price changes there, and its year is planned at these prices. An answer is taken only if
it makes the group cheaper, so the cost falls, and its distance to the bound is the gap.

**Payments.** A household is paid what the network's schedule costs it more, at its own tariff, than
its own least cost; nobody is then worse off.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from microchp.control.line import Dwelling, Line
from microchp.control.year import Year, planned
from microchp.design.days import for_days
from microchp.design.problem import FloatArray
from microchp.design.proof import relative_gap
from microchp.design.slices import least_cost
from microchp.design.table import activities_of
from microchp.errors import SolveError

log = logging.getLogger(__name__)

OVERLOAD = 20.0
"""A kWh beyond a limit costs so many times the dearest price, while a schedule is searched."""

HELD_KW = 1e-4
"""A load beyond a limit by less is within it: rounding."""

COMBINED_DAYS = 100
"""Of so many days of dwellings at most, the answers found are combined by a programme."""

COMBINED_SECONDS = 30.0
"""Which takes no longer than this."""

RESTARTS_DAYS = 3000
"""The search begins anew as often as so many days of dwellings allow, at least once."""

MOST_SWEEPS = 6
"""Dwellings answer at most so often in turn."""

WORTH_A_SWEEP = 2e-5
"""Share of the cost that a sweep must save for another one."""

MOST_PRICES = 25
"""So many prices are tried for the bound."""

GAP = 1e-3
"""The search ends at this gap, as a share of the cost of operation."""


@dataclass(frozen=True)
class GroupCost:
    """What a group's load costs, slice by slice.

    Attributes
    ----------
    buy, sell
        GBP/kWh imported and exported, ``sell <= buy``; shape ``(N,)``.
    max_import_kw, max_export_kw
        Limits of the transformer; infinite without.
    step_hours
        Length of a slice.

    Raises
    ------
    ValueError
        If a slice pays more for export than import costs.
    """

    buy: FloatArray
    sell: FloatArray
    max_import_kw: float
    max_export_kw: float
    step_hours: float

    def __post_init__(self) -> None:
        dear = int((self.sell > self.buy).sum())
        if dear:
            raise ValueError(
                f"A group's load cannot be priced: {dear} slices pay more for export than import "
                "costs; accepted are prices of import that are at least those of export."
            )

    @property
    def overload(self) -> float:
        """Price of a kWh beyond a limit, on top of that of the grid."""
        return OVERLOAD * float(max(np.abs(self.buy).max(), np.abs(self.sell).max(), 0.01))

    @property
    def is_separable(self) -> bool:
        """Whether no dwelling's cost depends on what others do."""
        free = np.isinf(self.max_import_kw) and np.isinf(self.max_export_kw)
        return free and bool((self.buy == self.sell).all())

    def excess_kw(self, load_kw: FloatArray) -> FloatArray:
        """Load beyond a limit, shape ``(N,)``."""
        over = np.maximum(load_kw - self.max_import_kw, 0.0)
        return np.asarray(over + np.maximum(-load_kw - self.max_export_kw, 0.0))

    def trade_gbp(self, load_kw: FloatArray) -> FloatArray:
        """Cost of import less income from export (GBP/h), shape ``(N,)``."""
        return np.asarray(np.where(load_kw > 0, self.buy * load_kw, self.sell * load_kw))

    def searched_gbp(self, load_kw: FloatArray) -> float:
        """The same over all slices, and the price of overload (GBP)."""
        gbp = self.trade_gbp(load_kw) + self.overload * self.excess_kw(load_kw)
        return self.step_hours * float(gbp.sum())

    def answer_to(
        self, others_kw: FloatArray, own_kw: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Prices on both sides of the kink nearest to a dwelling's load, and where that kink is.

        Parameters
        ----------
        others_kw
            Load of all others, shape ``(N,)``.
        own_kw
            The dwelling's load as it is, shape ``(N,)``.
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
        """Least of ``C - price x load`` over all slices (GBP)."""
        dear, cheap = np.maximum(price - self.buy, 0.0), np.maximum(self.sell - price, 0.0)
        worth = dear[dear > 0].sum() * self.max_import_kw if (dear > 0).any() else 0.0
        worth += cheap[cheap > 0].sum() * self.max_export_kw if (cheap > 0).any() else 0.0
        return -self.step_hours * float(worth)

    def reply_kw(self, price: FloatArray, load_kw: FloatArray) -> FloatArray:
        """The load at which that is least, the nearest to a given one; shape ``(N,)``."""
        most = np.where(price >= self.buy, self.max_import_kw, 0.0)
        least = np.where(price <= self.sell, -self.max_export_kw, 0.0)
        least = np.where(price > self.buy, self.max_import_kw, least)
        most = np.where(price < self.sell, -self.max_export_kw, most)
        return np.asarray(np.clip(load_kw, least, most))

    def towards(self, price: FloatArray, aim: FloatArray) -> FloatArray:
        """Prices moved, but past a kink of the cost only once they stand at it."""
        moved = aim
        for kink in (self.buy, self.sell):
            passed = (price - kink) * (moved - kink) < 0.0
            moved = np.where(passed, kink, moved)
        lowest = self.sell if np.isinf(self.max_export_kw) else -np.inf
        highest = self.buy if np.isinf(self.max_import_kw) else np.inf
        return np.asarray(np.clip(moved, lowest, highest))


@dataclass(frozen=True)
class Member:
    """A dwelling as the network sees it: its line at a cost of its own without the grid."""

    dwelling: Dwelling
    cost: FloatArray

    def at(self, buy: FloatArray, sell: FloatArray, beyond_kw: FloatArray | float = 0.0) -> Line:
        """Its line at prices that change where its load is ``beyond_kw``."""
        line = self.dwelling.line
        return line.priced(buy, sell, self.cost, line.table.electricity_kw - beyond_kw)


@dataclass(frozen=True)
class Answer:
    """A dwelling's year: what its parts do, its load, and what it costs without the grid (GBP)."""

    year: Year
    net_kw: FloatArray
    own_gbp: float


@dataclass(frozen=True)
class Coordinated:
    """A group under network control.

    Attributes
    ----------
    years
        What each dwelling does.
    objective_gbp, bound_gbp
        What that costs in the network's eyes, fixed costs of the dwellings in it, and what it
        costs at least.
    """

    years: list[Year]
    objective_gbp: float
    bound_gbp: float


def co2_cost(dwelling: Dwelling, co2_gbp_per_kg: float) -> FloatArray:
    """Cost of a kWh of each activity with a price on the CO2 of fuel, shape ``(A, N)``."""
    rows = activities_of(dwelling.problem, dwelling.plant)
    gas = dwelling.problem.inputs.emissions.gas_kg_per_kwh * co2_gbp_per_kg
    fuel = [
        np.broadcast_to(np.asarray(row.fuel), dwelling.line.table.cost.shape[1]) for row in rows
    ]
    return np.asarray(dwelling.line.table.cost + gas * np.stack(fuel))


def coordinate(
    dwellings: Sequence[Dwelling],
    base_kw: FloatArray,
    cost: GroupCost,
    co2_gbp_per_kg: float,
    threads: int = 1,
) -> Coordinated:
    """Run dwellings at least cost of their group.

    Parameters
    ----------
    dwellings
        Those with a unit.
    base_kw
        Load of all others, shape ``(N,)``.
    cost
        What the group's load costs.
    co2_gbp_per_kg
        Price on the CO2 of fuel; that of the grid is in ``cost``.
    threads
        Dwellings at a time where they do not depend on each other.

    Raises
    ------
    SolveError
        If a limit cannot be held, or no schedule was found that does.
    """
    members = [Member(dwelling, co2_cost(dwelling, co2_gbp_per_kg)) for dwelling in dwellings]
    refuse_beyond(members, base_kw, cost)
    # as if the group drew all the time, and as each does by itself: the search begins at the better

    numbers = range(len(members))

    def at(price: FloatArray) -> list[Answer]:
        """What every dwelling does at one price for import and export."""
        lines = [member.at(price, price) for member in members]
        return for_days(numbers, lambda number: _answer(members[number], lines[number]), threads)

    def by_itself(number: int) -> Answer:
        return _answer(members[number], members[number].dwelling.line)

    starts = [at(cost.buy), for_days(numbers, by_itself, threads)]
    answers = min(starts, key=lambda start: _total(start, base_kw, cost))
    is_small = len(members) * members[0].dwelling.line.days <= COMBINED_DAYS
    seen: list[list[Answer]] | None = [[] for _ in members] if is_small else None
    if not cost.is_separable:
        answers = _sweep(members, answers, base_kw, cost, seen)
    load = base_kw + _load(answers, base_kw)
    fixed = sum(member.dwelling.fixed_gbp for member in members)
    tried = _prices(members, base_kw, cost, _total(answers, base_kw, cost), load, threads)
    bound = tried[0][0]
    restarts = max(1, RESTARTS_DAYS // (len(members) * members[0].dwelling.line.days))
    for _, price in tried[:restarts]:
        total = _total(answers, base_kw, cost)
        if cost.is_separable or total - bound <= GAP * abs(total - fixed):
            break
        other = _sweep(members, at(price), base_kw, cost, seen)
        answers = min(answers, other, key=lambda start: _total(start, base_kw, cost))
    if seen is not None and not cost.is_separable:
        for own, answer in zip(seen, answers, strict=True):
            own.append(answer)
        answers = min(
            answers,
            _sweep(members, _combined(seen, base_kw, cost), base_kw, cost),
            key=lambda start: _total(start, base_kw, cost),
        )
    _refuse_not_found(members, base_kw + _load(answers, base_kw), cost)
    objective = _total(answers, base_kw, cost)
    log.info(
        "%d dwellings coordinated: %.2f GBP/y, bound %.2f, gap %.3f %%",
        len(members), objective, bound, 100 * relative_gap(objective, bound),
    )  # fmt: skip
    return Coordinated([answer.year for answer in answers], objective, bound)


def _answer(member: Member, line: Line) -> Answer:
    year = Year(member.dwelling, planned(line, line.plan()))
    return Answer(year, year.net_kw, year.own_gbp_at(member.cost))


def _load(answers: Sequence[Answer], like: FloatArray) -> FloatArray:
    """Load of all answers together, shape ``(N,)``."""
    return sum((answer.net_kw for answer in answers), np.zeros_like(like))


def _total(answers: Sequence[Answer], base_kw: FloatArray, cost: GroupCost) -> float:
    load = base_kw + _load(answers, base_kw)
    return sum(answer.own_gbp for answer in answers) + cost.searched_gbp(load)


def _sweep(
    members: Sequence[Member],
    answers: list[Answer],
    base_kw: FloatArray,
    cost: GroupCost,
    seen: list[list[Answer]] | None = None,
) -> list[Answer]:
    """Let dwellings answer in turn, as long as that makes the group cheaper."""
    load = base_kw + _load(answers, base_kw)
    total = _total(answers, base_kw, cost)
    answers = list(answers)
    for sweep in range(MOST_SWEEPS):
        before = total
        for number, member in enumerate(members):
            old = answers[number]
            others = load - old.net_kw
            line = member.at(*cost.answer_to(others, old.net_kw))
            new = _answer(member, line)
            if seen is not None:
                seen[number].append(new)
            better = old.own_gbp + cost.searched_gbp(load)
            better -= new.own_gbp + cost.searched_gbp(others + new.net_kw)
            if better > 0.0:
                answers[number], load, total = new, others + new.net_kw, total - better
        log.info("sweep %d: %.2f GBP/y, %.3f kWh beyond limits", sweep + 1, total,
                 cost.step_hours * float(cost.excess_kw(load).sum()))  # fmt: skip
        if before - total <= WORTH_A_SWEEP * abs(total):
            break
    return answers


def _combined(
    seen: Sequence[Sequence[Answer]], base_kw: FloatArray, cost: GroupCost
) -> list[Answer]:
    """One of the answers of each dwelling, the cheapest together: a mixed-integer programme.

    Columns are the answers, then import, overload both ways and export in each slice.
    """
    flat = [answer for own in seen for answer in own]
    owner = np.repeat(np.arange(len(seen)), [len(own) for own in seen])
    slices, hours = base_kw.size, cost.step_hours
    eye = scipy.sparse.eye_array(slices)
    loads = scipy.sparse.csr_array(np.stack([answer.net_kw for answer in flat], axis=1))
    balance = scipy.sparse.hstack([loads, -eye, -eye, eye, eye])
    one_each = scipy.sparse.csr_array(
        (np.ones(len(flat)), (owner, np.arange(len(flat)))), shape=(len(seen), len(flat))
    )
    one_each = scipy.sparse.hstack([one_each, scipy.sparse.csr_array((len(seen), 4 * slices))])
    prices = [cost.buy, cost.buy + cost.overload, -cost.sell, cost.overload - cost.sell]
    limits = [cost.max_import_kw, np.inf, cost.max_export_kw, np.inf]
    found = milp(
        np.concatenate([[answer.own_gbp for answer in flat], hours * np.concatenate(prices)]),
        integrality=np.repeat([1, 0], [len(flat), 4 * slices]),
        bounds=Bounds(0.0, np.concatenate([np.ones(len(flat)), np.repeat(limits, slices)])),
        constraints=[
            LinearConstraint(balance, -base_kw, -base_kw),
            LinearConstraint(one_each, 1.0, 1.0),
        ],
        options={"time_limit": COMBINED_SECONDS, "mip_rel_gap": 1e-7},
    )
    if found.x is None:
        return [own[-1] for own in seen]
    taken = np.flatnonzero(found.x[: len(flat)] > 0.5)
    return [flat[column] for column in taken]


def _prices(
    members: Sequence[Member],
    base_kw: FloatArray,
    cost: GroupCost,
    objective_gbp: float,
    load_kw: FloatArray,
    threads: int,
) -> list[tuple[float, FloatArray]]:
    """Prices on the load with the bound that each gives, the highest first."""
    fixed = sum(member.dwelling.fixed_gbp for member in members)
    # what a further kW costs the group as it runs
    price = np.where(load_kw > HELD_KW, cost.buy, np.where(load_kw < -HELD_KW, cost.sell, 0.0))
    price = np.where(np.abs(load_kw) <= HELD_KW, 0.5 * (cost.buy + cost.sell), price)
    best, best_price, best_uphill, share = -np.inf, price, np.zeros_like(price), 1.0
    tried: list[tuple[float, FloatArray]] = []
    for _ in range(MOST_PRICES):

        def one(number: int, price: FloatArray = price) -> tuple[float, FloatArray]:
            line = members[number].at(price, price)
            if line.size_kwh <= 0.0:
                activity, value, _ = least_cost(line.table, np.zeros(price.size))
                gbp = line.step_hours * float(value.sum())
            else:
                hull = line.relaxed(line.initial_kwh)
                gbp = float(hull.cost_gbp[0])
                stored = line.exchange.exchange_kw(hull.stored_kw.ravel())
                activity, _, _ = least_cost(line.table, stored)
            made = (line.table.electricity * activity).sum(axis=0)
            return gbp, line.table.electricity_kw - made

        found = for_days(range(len(members)), one, threads)
        value = fixed + sum(gbp for gbp, _ in found) + cost.reply_gbp(price)
        value += cost.step_hours * float(price @ base_kw)
        tried.append((value, price))
        if value > best:
            load = base_kw + sum((net for _, net in found), np.zeros_like(base_kw))
            best, best_price = value, price
            best_uphill = load - cost.reply_kw(price, load)
        else:
            share /= 2
        square = cost.step_hours * float(best_uphill @ best_uphill)
        if objective_gbp - best <= GAP * abs(objective_gbp - fixed) or square <= 0.0:
            break
        step = share * (objective_gbp - best) / square
        price = cost.towards(best_price, best_price + step * best_uphill)
    return sorted(tried, key=lambda each: -each[0])


def refuse_beyond(members: Sequence[Member], base_kw: FloatArray, cost: GroupCost) -> None:
    """Refuse limits that no schedule can hold, whatever is done in other slices.

    Raises
    ------
    SolveError
        Naming the key, the slice that is worst, what is needed and what is missing.
    """
    least, most = base_kw.copy(), base_kw.copy()
    for member in members:
        table = member.dwelling.line.table
        gives = table.electricity > 0.0
        # what need not run may stand still
        idle = np.where((table.commitment >= 0)[:, None], 0.0, table.least)
        least += table.electricity_kw - np.where(gives, table.electricity * table.most, 0.0).sum(0)
        least -= np.where(gives, 0.0, table.electricity * idle).sum(0)
        most += table.electricity_kw - np.where(gives, table.electricity * idle, 0.0).sum(0)
        most -= np.where(gives, 0.0, table.electricity * table.most).sum(0)
    for key, kw, limit, what in (
        ("network.max_import_kw", least, cost.max_import_kw, "draws at least"),
        ("network.max_export_kw", -most, cost.max_export_kw, "gives at least"),
    ):
        worst = int(kw.argmax())
        if kw[worst] > limit + HELD_KW:
            raise SolveError(
                f"{_named(members)}: {key} = {limit:g} kW cannot be held in "
                f"{int((kw > limit + HELD_KW).sum())} steps; the worst, {_time(members, worst)}: "
                f"the group {what} {kw[worst]:.2f} kW whatever its units do, "
                f"{kw[worst] - limit:.2f} kW are missing. Raise the limit, or put in more units."
            )


def _refuse_not_found(members: Sequence[Member], load_kw: FloatArray, cost: GroupCost) -> None:
    """Refuse limits that the search could not hold."""
    over = cost.excess_kw(load_kw)
    if over.max() > HELD_KW:
        worst = int(over.argmax())
        key = "network.max_import_kw" if load_kw[worst] > 0 else "network.max_export_kw"
        limit = cost.max_import_kw if load_kw[worst] > 0 else cost.max_export_kw
        raise SolveError(
            f"{_named(members)}: no schedule was found that holds {key} = {limit:g} kW: "
            f"{int((over > HELD_KW).sum())} steps are beyond it, the worst, "
            f"{_time(members, worst)}, by {over[worst]:.2f} kW. Raise the limit, or put in more "
            "units or larger stores."
        )


def _named(members: Sequence[Member]) -> str:
    problem = members[0].dwelling.problem
    return f"{problem.inputs.scenario}, {len(members)} dwellings with it"


def _time(members: Sequence[Member], t: int) -> pd.Timestamp:
    return members[0].dwelling.problem.time()[t]
