"""A year of one dwelling as a line of slices that its store joins, planned at given prices.

The level of the store is carried through the year and closes with it: it ends where it began.
With the hull of each slice the line is solved exactly, which bounds what any control of the
dwelling can cost (:mod:`microchp.design.store_line`). The plan itself is integral: undecided
slices are rounded in their order, the midnights of the hull kept, and each day is moved within
the modes that were chosen, as long as that makes it cheaper; days may be searched beyond that
(:mod:`microchp.design.day_tree`).

A battery is such a line as well, of electricity: :func:`battery_line`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from microchp.design.day_tree import BoolArray, StoreLaw, search_day
from microchp.design.problem import FloatArray, Problem
from microchp.design.proof import at_sizes
from microchp.design.rounding import undecided
from microchp.design.schedule import kept_share, standing_loss_kw
from microchp.design.slices import Curves, Exchange, Table, curves_of, least_cost
from microchp.design.store_line import StoreYear, solve_store_line
from microchp.design.table import exchange_of, table_of
from microchp.system.plant import Plant

MOST_MOVES = 4
"""A day is moved within its modes, and its modes chosen again, at most so often."""

WORTH_MOVING = 1e-7
"""Share of a year's cost that moving once more must save."""

DAY_TOLERANCE = 1e-4
"""A day that is searched is so close to its best, as a share of its cost, or"""

DAY_NODES = 100
"""has been looked at in so many choices."""

OVER_TIME = (
    "heat",
    "electricity",
    "cost",
    "least",
    "most",
    "heat_kw",
    "electricity_kw",
    "import_gbp_per_kwh",
    "export_gbp_per_kwh",
)
"""Arrays of a table whose last axis is time."""


@dataclass(frozen=True)
class Plan:
    """What a line does, and what it costs at its prices.

    Attributes
    ----------
    stored_kw
        Heat that arrives in the store, shape ``(N,)``.
    level_kwh
        Level at the end of each slice, shape ``(N,)``.
    cost_gbp
        Operating cost.
    bound_gbp
        No schedule from the same first to the same last level costs less.
    price_gbp_per_kwh
        What a kWh that arrives in the store is worth, shape ``(N,)``.
    """

    stored_kw: FloatArray
    level_kwh: FloatArray
    cost_gbp: float
    bound_gbp: float
    price_gbp_per_kwh: FloatArray


@dataclass(frozen=True)
class Line:
    """Slices in a row, joined by one store of heat of a given size.

    Attributes
    ----------
    table
        Activities and prices of the ``N`` slices.
    exchange
        How heat passes between slices and store.
    slices
        Slices in a day, of which there are whole ones.
    step_hours
        Length of a slice.
    size_kwh, initial_kwh
        Size of the store, and its level before the first slice and after the last.
    loss_kw, loss_per_hour
        Standing loss: by the size, and as a share of the level.
    """

    table: Table
    exchange: Exchange
    slices: int
    step_hours: float
    size_kwh: float
    initial_kwh: float
    loss_kw: float
    loss_per_hour: float

    @cached_property
    def curves(self) -> Curves:
        """What every slice costs, by the heat that it stores."""
        return curves_of(self.table, self.exchange)

    def release(self) -> None:
        """Give back the memory of the curves; they are made again when needed."""
        self.__dict__.pop("curves", None)

    @property
    def days(self) -> int:
        """Whole days."""
        return self.table.heat_kw.size // self.slices

    @property
    def kept(self) -> float:
        """What the loss by level leaves of a level in a slice."""
        return 1.0 - self.step_hours * self.loss_per_hour

    def priced(
        self, buy: FloatArray, sell: FloatArray, cost: FloatArray, load_kw: FloatArray
    ) -> Line:
        """The same line at other prices, and with another load beside it."""
        table = replace(
            self.table,
            import_gbp_per_kwh=buy,
            export_gbp_per_kwh=sell,
            cost=cost,
            electricity_kw=load_kw,
        )
        return replace(self, table=table)

    def day(self, day: int) -> Line:
        """One of its days."""
        part = slice(day * self.slices, (day + 1) * self.slices)
        over_time: dict[str, Any] = {
            name: np.ascontiguousarray(values[..., part])
            for name, values in vars(self.table).items()
            if name in OVER_TIME
        }
        return replace(self, table=replace(self.table, **over_time))

    def relaxed(self, start_kwh: float) -> StoreYear:
        """The least cost with the hull of each slice, as a line of one day."""
        return solve_store_line(
            self.curves.hull_kw[None],
            self.curves.hull_cost[None],
            step_hours=self.step_hours,
            size_kwh=self.size_kwh,
            initial_kwh=start_kwh,
            final_kwh=self.initial_kwh,
            loss_kw=self.loss_kw,
            loss_per_hour=self.loss_per_hour,
        )

    def plan(self, start_kwh: float | None = None, searched: BoolArray | None = None) -> Plan:
        """An integral schedule close to the least cost, and the bound.

        Parameters
        ----------
        start_kwh
            Level before the first slice, if it is not the usual one.
        searched
            Days that are searched for their best between their midnights, shape ``(days,)``.

        Raises
        ------
        ValueError
            If no schedule keeps the store within its size.
        """
        count = self.table.heat_kw.size
        if self.size_kwh <= 0.0:
            _, cost, _ = least_cost(self.table, np.zeros(count))
            total = self.step_hours * float(cost.sum())
            return Plan(np.zeros(count), np.zeros(count), total, total, np.zeros(count))
        start = self.initial_kwh if start_kwh is None else start_kwh
        hull = self.relaxed(start)
        if not hull.feasible[0]:
            raise ValueError("no schedule keeps the store within its size from this level")
        level = hull.level_kwh.reshape(self.days, self.slices)
        stored = hull.stored_kw.reshape(self.days, self.slices)
        midnight = np.concatenate([[start], level[:-1, -1]])
        end = level[:, -1].copy()
        end[-1] = self.initial_kwh
        free = undecided(self.curves, stored, hull.price_gbp_per_kwh, self.step_hours)
        costs = self._day_gbp(stored)
        branch = free.branch
        for _ in range(MOST_MOVES):
            moved = self._within(branch, midnight, end)
            others = np.where(moved.feasible[:, None], moved.stored_kw, stored)
            dearer = costs.sum()
            other_costs = self._day_gbp(others)
            cheaper = other_costs < costs
            stored = np.where(cheaper[:, None], others, stored)
            level = np.where(cheaper[:, None], moved.level_kwh, level)
            costs = np.where(cheaper, other_costs, costs)
            if dearer - costs.sum() <= WORTH_MOVING * abs(dearer):
                break
            branch = self.curves.branch_cost(stored.ravel()).argmin(axis=0)
        for day in [] if searched is None else np.flatnonzero(searched).tolist():
            path = self._searched(day, midnight[day], end[day], costs[day])
            if path is not None:
                level[day], stored[day] = path, self.stored_along(path, midnight[day])
        costs = self._day_gbp(stored)
        return Plan(
            stored.ravel(),
            level.ravel(),
            float(costs.sum()),
            float(hull.cost_gbp[0]),
            hull.price_gbp_per_kwh.ravel(),
        )

    def stored_along(self, level_kwh: FloatArray, start_kwh: float) -> FloatArray:
        """Heat that arrives in the store (kW) along levels at the end of slices."""
        before = np.concatenate([[start_kwh], level_kwh[:-1]])
        return (level_kwh - self.kept * before) / self.step_hours + self.loss_kw

    def _searched(
        self, day: int, start_kwh: float, end_kwh: float, known_gbp: float
    ) -> FloatArray | None:
        """Levels of a better day between two midnights, if the search finds one."""
        size = self.size_kwh
        part = slice(day * self.slices, (day + 1) * self.slices)
        store = StoreLaw(
            self.step_hours, self.kept, self.loss_kw / size, start_kwh / size, end_kwh / size
        )
        return search_day(
            self.curves.stored_kw[:, part],
            self.curves.cost[:, part],
            self.curves.exists[:, part],
            store,
            (size, size),
            tolerance_gbp=DAY_TOLERANCE * abs(known_gbp),
            ceiling_gbp=known_gbp,
            most_nodes=DAY_NODES,
        ).level_kwh

    def _day_gbp(self, stored_kw: FloatArray) -> FloatArray:
        """Cost of each day along a path, shape ``(days,)``."""
        cost = self.curves.least_cost(stored_kw.ravel())
        return np.asarray(self.step_hours * cost.reshape(self.days, self.slices).sum(axis=1))

    def _within(self, branch: Any, midnight_kwh: FloatArray, end_kwh: FloatArray) -> StoreYear:
        """The best days from midnight to midnight along one branch in each slice."""
        corner, cost = self.curves.along(branch.ravel())
        shape = (self.days, self.slices, -1)
        return solve_store_line(
            corner.reshape(shape),
            cost.reshape(shape),
            step_hours=self.step_hours,
            size_kwh=self.size_kwh,
            initial_kwh=midnight_kwh,
            final_kwh=end_kwh,
            loss_kw=self.loss_kw,
            loss_per_hour=self.loss_per_hour,
        )


@dataclass(frozen=True)
class Dwelling:
    """A dwelling with a design installed.

    Attributes
    ----------
    problem
        Its demand and prices, the sizes those of the design.
    plant
        What is installed, the store apart.
    line
        Its year, at its own tariff, its battery apart.
    battery
        That of its battery, if it has one (:func:`battery_line`).
    fixed_gbp
        Cost of a year that no control changes: capital, yearly upkeep, what is paid on the CO2 of
        business as usual.
    sizes
        Sizes by the names of results, and ``chp_unit``.
    """

    problem: Problem
    plant: Plant
    line: Line
    fixed_gbp: float
    sizes: Mapping[str, Any]
    battery: Line | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """That of its heat, and that of its battery if it has one."""
        return (self.line,) if self.battery is None else (self.line, self.battery)


def dwelling_of(problem: Problem, sizes: Mapping[str, Any]) -> Dwelling:
    """A dwelling with the sizes of a design.

    Parameters
    ----------
    problem
        Demand and prices of a whole year, and the choices that the design had.
    sizes
        Sizes by the names of results, and ``chp_unit``, as the attributes of a design file.
    """
    fixed, plant = at_sizes(problem, sizes)
    tes = fixed.inputs.tes
    size = tes.max_kwh if tes is not None else 0.0
    line = Line(
        table=table_of(fixed, plant),
        exchange=exchange_of(fixed),
        slices=fixed.shape[1],
        step_hours=fixed.step_hours,
        size_kwh=size,
        initial_kwh=tes.initial_share * size if tes is not None else 0.0,
        loss_kw=standing_loss_kw(tes, size) if tes is not None else 0.0,
        loss_per_hour=(1.0 - kept_share(tes, fixed.step_hours)) / fixed.step_hours if tes else 0.0,
    )
    capital = fixed.plant_capital_gbp(plant) + fixed.constant_gbp
    capital += sum(fixed.store_capital(store) * store.max_kwh for store in fixed.stores)
    battery = battery_line(fixed, line.table)
    if battery is not None:  # the connection limits both together
        unlimited = replace(line.table, max_import_kw=np.inf, max_export_kw=np.inf)
        line = replace(line, table=unlimited)
    return Dwelling(fixed, plant, line, capital, sizes, battery)


def battery_line(problem: Problem, like: Table) -> Line | None:
    """The year of a battery by itself, at the dwelling's prices; None without one.

    A store of electricity of power ``P`` is one of heat beside a demand of ``P`` that a heater
    serves, which takes 0 to ``2 P``: what it takes beyond ``P`` charges the store, what it takes
    less is discharged. The load is what it takes, less ``P``.

    Parameters
    ----------
    problem
        The dwelling, its sizes given.
    like
        Table of its other parts.
    """
    batteries = [store for store in problem.stores if store.carrier == "electricity"]
    if not batteries or batteries[0].max_kwh <= 0.0:
        return None
    (store,), hours, count = batteries, problem.step_hours, like.heat_kw.size
    size = store.max_kwh
    power = min(store.power_kw_per_kwh * size, size / hours / store.charge_efficiency)
    table = Table(
        heat=np.ones((1, count)),
        electricity=-np.ones((1, count)),
        cost=np.zeros((1, count)),
        least=np.zeros((1, count)),
        most=np.full((1, count), 2.0 * power),
        commitment=np.array([-1], dtype=np.int64),
        heat_kw=np.full(count, power),
        electricity_kw=np.full(count, -power),
        import_gbp_per_kwh=like.import_gbp_per_kwh,
        export_gbp_per_kwh=like.export_gbp_per_kwh,
    )
    return Line(
        table=table,
        exchange=Exchange(
            store.charge_efficiency, store.discharge_efficiency, store.discharge_gbp_per_kwh, power
        ),
        slices=problem.shape[1],
        step_hours=hours,
        size_kwh=size,
        initial_kwh=store.initial_share * size,
        loss_kw=store.loss_by_size_per_hour * size,
        loss_per_hour=store.loss_by_level_per_hour,
    )
