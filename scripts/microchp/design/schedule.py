"""Operation along a path of the store's level: what it costs, and every flow.

A size of the store and its level at the end of each slice say how much heat each slice
exchanges with it; :mod:`microchp.design.slices` then serves each slice at least cost. Whatever
proposed the levels, the balances of Eq. 7, 8 and 16 hold by construction, charging excludes
discharging, and import excludes export.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from microchp.config import Tes
from microchp.design.problem import FloatArray, Problem
from microchp.design.proof import Flows
from microchp.design.slices import Curves, Exchange, Table, curves_of, least_cost
from microchp.design.table import activities_of, exchange_of, flows_by_name, table_of
from microchp.system.activities import UNSERVED_FLOWS
from microchp.system.plant import Plant

DUST_KW = 1e-7
"""Flows below this are rounding, and become zero."""

UNSERVED_KW = 1e-6
"""Unserved heat above this is more than rounding."""


@dataclass(frozen=True)
class Operation:
    """A year's path of the store and what it costs with one plant.

    Attributes
    ----------
    size_kwh
        Size of the store.
    level_kwh
        Level at the end of each slice, shape ``(days, slices)``.
    day_gbp
        Operating cost of each day, unweighted; shape ``(days,)``.
    operating_gbp
        Operating cost of the year.
    """

    size_kwh: float
    level_kwh: FloatArray
    day_gbp: FloatArray
    operating_gbp: float


@dataclass(frozen=True)
class PlantYear:
    """A plant over the slices of a problem."""

    problem: Problem
    plant: Plant

    @cached_property
    def table(self) -> Table:
        """Its activities in numbers."""
        return table_of(self.problem, self.plant)

    @cached_property
    def exchange(self) -> Exchange:
        """How heat passes between its slices and the store."""
        return exchange_of(self.problem)

    @cached_property
    def curves(self) -> Curves:
        """What every slice costs, by the heat that it stores."""
        return curves_of(self.table, self.exchange)

    def release(self) -> None:
        """Give back the memory of the curves; they are made again when needed."""
        self.__dict__.pop("curves", None)
        self.__dict__.pop("table", None)

    def without_store(self) -> Operation:
        """The optimum without a store: slices are independent."""
        nothing = np.zeros(self.problem.shape)
        if self.problem.inputs.tes is not None:  # the curves will be needed
            return self.along(0.0, nothing)
        _, cost, _ = least_cost(self.table, nothing.ravel())
        return self._operation(0.0, nothing, cost)

    def along(self, size_kwh: float, level_kwh: FloatArray) -> Operation:
        """The cheapest operation along a path of the store's level."""
        level = settled_levels(self.problem, size_kwh, level_kwh)
        stored = stored_along(self.problem, size_kwh, level)
        cost = self.curves.least_cost(stored.ravel())
        return self._operation(size_kwh, level, cost)

    def _operation(self, size_kwh: float, level_kwh: FloatArray, cost: FloatArray) -> Operation:
        problem = self.problem
        day_gbp = problem.step_hours * cost.reshape(problem.shape).sum(axis=1)
        return Operation(size_kwh, level_kwh, day_gbp, float(problem.day_weight @ day_gbp))

    def activity_kw(self, operation: Operation) -> FloatArray:
        """The cheapest activities (kW) along an operation's path, shape ``(A, N)``."""
        activity, _, _ = least_cost(self.table, self._exchange_kw(operation).ravel())
        activity[np.abs(activity) < DUST_KW] = 0.0
        return activity

    def _exchange_kw(self, operation: Operation) -> FloatArray:
        stored = stored_along(self.problem, operation.size_kwh, operation.level_kwh)
        return self.exchange.exchange_kw(stored)

    def flows(self, operation: Operation, activity_kw: FloatArray | None = None) -> Flows:
        """Every flow of an operation; its activities are found if they are not given."""
        problem = self.problem
        activity = self.activity_kw(operation) if activity_kw is None else activity_kw
        exchange = self._exchange_kw(operation)
        net = self.table.electricity_kw - (self.table.electricity * activity).sum(axis=0)
        net[np.abs(net) < DUST_KW] = 0.0
        named = flows_by_name(activities_of(problem, self.plant), activity)
        return {
            **{name: values.reshape(problem.shape) for name, values in named.items()},
            **curtailed(problem, self.plant, named),
            "tes_charge_kw": np.maximum(exchange, 0.0),
            "tes_discharge_kw": np.maximum(-exchange, 0.0),
            "tes_level_kwh": operation.level_kwh,
            "grid_import_kw": np.maximum(net, 0.0).reshape(problem.shape),
            "grid_export_kw": np.maximum(-net, 0.0).reshape(problem.shape),
        }

    def serves_all_heat(self, operation: Operation) -> bool:
        """Whether no heat is left unserved, as limited heat may leave some."""
        kinds = {activity.kind for activity in activities_of(self.problem, self.plant)}
        return "unserved_heat" not in kinds or serves_all(self.flows(operation))


def serves_all(flows: Flows) -> bool:
    """Whether all demand is met, but for rounding."""
    unserved = (flows[name].max() for name in UNSERVED_FLOWS if name in flows)
    return all(short <= UNSERVED_KW for short in unserved)


def curtailed(problem: Problem, plant: Plant, flows: Flows) -> dict[str, FloatArray]:
    """What the sun would give beyond what is taken, by name; nothing without photovoltaics."""
    pv = plant.part("pv")
    if pv is None:
        return {}
    most = np.broadcast_to(pv.activities[0].most_kw, problem.heat_kw.size).reshape(problem.shape)
    return {"pv_curtailed_kw": np.maximum(most - flows["pv_power_kw"].reshape(problem.shape), 0.0)}


def settled_levels(problem: Problem, size_kwh: float, level_kwh: FloatArray) -> FloatArray:
    """Levels within the store and closing as Eq. 17 asks, the solver's rounding taken off."""
    tes = problem.inputs.tes
    if tes is None:
        return np.zeros(problem.shape)
    level = np.clip(level_kwh, 0.0, size_kwh)
    initial, tolerance = tes.initial_share * size_kwh, tes.closing_tolerance_kwh
    level[:, -1] = np.clip(level[:, -1], initial - tolerance, initial + tolerance)
    return level


def stored_along(problem: Problem, size_kwh: float, level_kwh: FloatArray) -> FloatArray:
    """Heat that arrives in the store (kW) along the levels, shape ``(days, slices)``.

    Every day starts from the initial level, or, where Eq. 17 has a tolerance, from where the day
    before ended.
    """
    tes = problem.inputs.tes
    if tes is None:
        return np.zeros(problem.shape)
    midnight = np.full(problem.shape[0], tes.initial_share * size_kwh)
    if tes.closing_tolerance_kwh > 0:
        midnight[1:] = level_kwh[:-1, -1]
    before = np.concatenate([midnight[:, None], level_kwh[:, :-1]], axis=1)
    change = level_kwh - kept_share(tes, problem.step_hours) * before
    stored = change / problem.step_hours + standing_loss_kw(tes, size_kwh)
    return np.where(np.abs(stored) < DUST_KW / 100, 0.0, stored)


def standing_loss_kw(tes: Tes, size_kwh: float) -> float:
    """Standing loss that is a rate of the size (theta of Eq. 16)."""
    return tes.loss_share_per_day / 24.0 * size_kwh


def kept_share(tes: Tes, step_hours: float) -> float:
    """What the loss that goes with the level leaves of it in a step."""
    return 1.0 - tes.level_loss_share_per_day / 24.0 * step_hours
