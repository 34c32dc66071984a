"""All members of a small group moved at once: one mixed-integer programme of a few days.

Members that answer in turn stand still where only two of them together could gain. Where days are
few, their schedules are therefore written down as one programme, the modes free in and beside the
slices in which the schedules found so far differ, and given to HiGHS with a limit on nodes. What
comes back is a level of each store, and so a schedule like any other: it is taken if it is cheaper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse

from microchp.control.coordination import Answer, Member, Search
from microchp.control.line import Line, Plan
from microchp.control.year import planned
from microchp.design.day_tree import BoolArray
from microchp.design.highs import has_solution, solver
from microchp.design.problem import FloatArray
from microchp.design.programme import Programme

MOST_NODES = 500
"""The programme branches so often at most: the same on every machine."""

RELATIVE_GAP = 1e-4
"""It ends this close to its best."""


@dataclass
class _Writer:
    """A programme, column by column and row by row, each over all slices."""

    slices: int
    columns: list[tuple[FloatArray, FloatArray, FloatArray, bool]] = field(default_factory=list)
    rows: list[tuple[list[tuple[int, Any]], FloatArray, FloatArray]] = field(default_factory=list)

    def column(
        self, lower: Any = 0.0, upper: Any = np.inf, cost: Any = 0.0, integer: bool = False
    ) -> int:
        """A variable in every slice; its number."""
        low, high, gbp = (np.broadcast_to(values, self.slices) for values in (lower, upper, cost))
        self.columns.append((low, high, gbp, integer))
        return len(self.columns) - 1

    def row(self, terms: list[tuple[int, Any]], lower: Any, upper: Any) -> None:
        """A row in every slice: factors, or matrices over slices, of columns."""
        low, high = (np.broadcast_to(values, self.slices) for values in (lower, upper))
        self.rows.append((terms, low, high))

    def programme(self) -> Programme:
        """The whole of it."""
        blocks = [[None] * len(self.columns) for _ in self.rows]
        for i, (terms, _, _) in enumerate(self.rows):
            for column, factor in terms:
                block = factor
                if not scipy.sparse.issparse(factor):
                    block = scipy.sparse.diags_array(np.broadcast_to(factor, self.slices))
                blocks[i][column] = block
        lower, upper, cost, _ = zip(*self.columns, strict=True)
        return Programme(
            cost=np.concatenate(cost),
            lower=np.concatenate(lower),
            upper=np.concatenate(upper),
            integer=np.repeat([integer for *_, integer in self.columns], self.slices),
            matrix=scipy.sparse.csc_array(scipy.sparse.block_array(blocks)),
            row_lower=np.concatenate([low for _, low, _ in self.rows]),
            row_upper=np.concatenate([high for _, _, high in self.rows]),
        )

    def of(self, values: FloatArray, column: int) -> FloatArray:
        """Values of a column, shape ``(N,)``."""
        return values[column * self.slices : (column + 1) * self.slices]


def solved(search: Search, *starts: list[Answer]) -> tuple[list[Answer], float]:
    """A schedule for each member, and the bound on all schedules (GBP).

    Parameters
    ----------
    search
        The members and their cost.
    starts
        Schedules to begin with.
    """
    if not search.is_small or search.cost.is_separable:
        return search.run(starts)
    seen: list[list[Answer]] = [[] for _ in search.members]
    answers, bound = search.run(starts, seen)
    for own, answer in zip(seen, answers, strict=True):
        own.append(answer)
    together = moved_together(search, seen)
    if together is not None:
        answers = search.cheapest(answers, search.swept(together))
    return answers, bound


def moved_together(search: Search, seen: Sequence[Sequence[Answer]]) -> list[Answer] | None:
    """A schedule for each member that all of them choose together; None if none was found.

    Parameters
    ----------
    search
        The members and their cost.
    seen
        Schedules of each member: where their modes differ, the mode is free.
    """
    cost = search.cost
    writer = _Writer(search.base_kw.size)
    bought = writer.column(0.0, cost.max_import_kw, cost.buy)
    sold = writer.column(0.0, cost.max_export_kw, -cost.sell)
    over = writer.column(cost=cost.buy + cost.overload)
    under = writer.column(cost=cost.overload - cost.sell)
    net: list[tuple[int, Any]] = [(bought, -1.0), (over, -1.0), (sold, 1.0), (under, 1.0)]
    given = search.base_kw.copy()
    levels = []
    for member, own in zip(search.members, seen, strict=True):
        given = given + member.line.table.electricity_kw
        levels.append(_write(writer, member, own, net))
    writer.row(net, -given, -given)
    dear = cost.sell > cost.buy
    if dear.any():  # else nobody would buy and sell at once
        least, most = search.load_range_kw
        buying = writer.column(0.0, 1.0, integer=True)
        at_most = np.where(dear, np.maximum(most, 0.0), 0.0)
        at_least = np.where(dear, np.maximum(-least, 0.0), 0.0)
        writer.row([(bought, 1.0), (buying, -at_most)], -np.inf, np.where(dear, 0.0, np.inf))
        writer.row([(sold, 1.0), (buying, at_least)], -np.inf, np.where(dear, at_least, np.inf))
    if cost.peak_gbp_per_kw:
        # one number: the same in every slice, its price shared among them
        share = cost.peak_gbp_per_kw / cost.step_hours / writer.slices
        peak = writer.column(cost=share)
        writer.row([(bought, 1.0), (over, 1.0), (peak, -1.0)], -np.inf, 0.0)
        same = scipy.sparse.eye_array(writer.slices) - _before(writer.slices, cyclic=True)
        writer.row([(peak, same)], 0.0, 0.0)
    highs = solver()
    for option, value in (
        ("mip_max_nodes", MOST_NODES),
        ("mip_rel_gap", RELATIVE_GAP),
        ("mip_feasibility_tolerance", 1e-9),
        ("primal_feasibility_tolerance", 1e-9),
    ):
        highs.setOptionValue(option, value)
    writer.programme().give(highs)
    highs.run()
    if not has_solution(highs):
        return None
    values = np.array(highs.getSolution().col_value)
    found = [writer.of(values, level) for level in levels]
    return _along(search, found, [own[-1] for own in seen])


def _before(slices: int, cyclic: bool = False) -> Any:
    """The value of the slice before; of the first, none, or that of the last."""
    shifted = scipy.sparse.eye_array(slices, k=-1, format="lil")
    if cyclic:
        shifted[0, slices - 1] = 1.0
    return shifted.tocsc()


def _seen(schedules: Iterable[BoolArray]) -> tuple[BoolArray, BoolArray]:
    """Where something was always so, and where ever, in a slice or in one beside it."""
    seen = np.stack(list(schedules))
    beside = np.concatenate([seen, np.roll(seen, 1, axis=1), np.roll(seen, -1, axis=1)])
    return np.asarray(beside.all(axis=0)), np.asarray(beside.any(axis=0))


def _write(
    writer: _Writer, member: Member, own: Sequence[Answer], net: list[tuple[int, Any]]
) -> int:
    """Columns and rows of a member; its terms of the load; the column of its level."""
    line, table = member.line, member.line.table
    exchange, size = line.exchange, line.size_kwh
    on: dict[int, int] = {}
    heat: list[tuple[int, Any]] = []
    for a, commitment in enumerate(table.commitment):
        if commitment < 0:
            column = writer.column(table.least[a], table.most[a], member.cost[a])
        else:
            column = writer.column(0.0, table.most[a], member.cost[a])
            if commitment not in on:
                always, ever = _seen(each.operated.activity_kw[a] > 0.0 for each in own)
                on[commitment] = writer.column(always, ever, integer=True)
            writer.row([(column, 1.0), (on[commitment], -table.most[a])], -np.inf, 0.0)
            writer.row([(column, 1.0), (on[commitment], -table.least[a])], 0.0, np.inf)
        heat.append((column, table.heat[a]))
        net.append((column, -table.electricity[a]))
    if size <= 0.0:
        writer.row(heat, table.heat_kw, table.heat_kw)
        return writer.column(0.0, 0.0)
    _, filled = _seen(each.operated.charge_kw > 0.0 for each in own)
    _, emptied = _seen(each.operated.discharge_kw > 0.0 for each in own)
    filling = writer.column(filled & ~emptied, filled, integer=True)
    charge = writer.column(0.0, exchange.largest_charge_kw)
    give = writer.column(0.0, table.heat_kw, exchange.discharge_gbp_per_kwh)
    writer.row([(charge, 1.0), (filling, -exchange.largest_charge_kw)], -np.inf, 0.0)
    writer.row([(give, 1.0), (filling, table.heat_kw)], -np.inf, table.heat_kw)
    writer.row([*heat, (give, 1.0), (charge, -1.0)], table.heat_kw, table.heat_kw)
    lowest, highest = np.zeros(writer.slices), np.full(writer.slices, size)
    lowest[-1] = highest[-1] = line.initial_kwh
    level = writer.column(lowest, highest)
    hours = line.step_hours
    begins = np.zeros(writer.slices)
    begins[0] = line.kept * line.initial_kwh
    rises = scipy.sparse.eye_array(writer.slices) - line.kept * _before(writer.slices)
    rise = begins - hours * line.loss_kw
    writer.row(
        [
            (level, rises),
            (charge, -hours * exchange.charge_efficiency),
            (give, hours / exchange.discharge_efficiency),
        ],
        rise,
        rise,
    )
    return level


def _along(search: Search, levels: Sequence[FloatArray], answers: Sequence[Answer]) -> list[Answer]:
    """Schedules along levels of the stores, each the cheapest beside those of the others."""
    found = list(answers)
    load = search.load_kw(found)
    for _ in range(2):  # the first time, others are not yet where they will be
        for number, (member, level) in enumerate(zip(search.members, levels, strict=True)):
            others = load - found[number].net_kw
            line = member.at(*search.cost.answer_to(others, found[number].net_kw))
            found[number] = member.does(planned(line, _plan(line, level)))
            load = others + found[number].net_kw
    return found


def _plan(line: Line, level_kwh: FloatArray) -> Plan:
    """A plan along levels, the solver's rounding taken off."""
    none = np.zeros(level_kwh.size)
    if line.size_kwh <= 0.0:
        return Plan(none, none, np.nan, np.nan, none)
    level = np.clip(level_kwh, 0.0, line.size_kwh)
    level[-1] = line.initial_kwh
    return Plan(line.stored_along(level, line.initial_kwh), level, np.nan, np.nan, none)
