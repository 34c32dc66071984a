"""Operation along a path of the store's level: what it costs, and every flow.

A size of the store and its level at the end of each slice say how much heat each slice
exchanges with it; :mod:`microchp.design.dispatch` then serves each slice at least cost. Whatever
proposed the levels, the balances of Eq. 7, 8 and 16 hold by construction, charging excludes
discharging, and import excludes export.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microchp.config import Tes
from microchp.design.dispatch import Plant
from microchp.design.formulation import exchange_from_stored
from microchp.design.problem import FloatArray, Problem

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
class Flows:
    """All flows of an operation, shape ``(days, slices)``; named as the model's variables."""

    chp_power_kw: FloatArray
    chp_heat_kw: FloatArray
    boiler_heat_kw: FloatArray
    tes_charge_kw: FloatArray
    tes_discharge_kw: FloatArray
    tes_level_kwh: FloatArray
    grid_import_kw: FloatArray
    grid_export_kw: FloatArray
    unserved_heat_kw: FloatArray


def settled_levels(problem: Problem, size_kwh: float, level_kwh: FloatArray) -> FloatArray:
    """Levels within the store and closing as Eq. 17 asks, the solver's rounding taken off."""
    tes = problem.inputs.tes
    if tes is None:
        return np.zeros(problem.shape)
    level = np.clip(level_kwh, 0.0, size_kwh)
    initial, tolerance = tes.initial_share * size_kwh, tes.closing_tolerance_kwh
    level[:, -1] = np.clip(level[:, -1], initial - tolerance, initial + tolerance)
    return level


def exchange_along(problem: Problem, size_kwh: float, level_kwh: FloatArray) -> FloatArray:
    """Charge less discharge (kW) along the levels, shape ``(days, slices)``.

    Every day starts from the initial level, or, where Eq. 17 has a tolerance, from where the day
    before ended.
    """
    tes = problem.inputs.tes
    if tes is None:
        return np.zeros(problem.shape)
    midnight = np.full(problem.shape[0], tes.initial_share * size_kwh)
    if tes.closing_tolerance_kwh > 0:
        midnight[1:] = level_kwh[:-1, -1]
    change = np.diff(np.concatenate([midnight[:, None], level_kwh], axis=1), axis=1)
    stored = change / problem.step_hours + _loss_kw(tes, size_kwh)
    exchange = exchange_from_stored(stored, tes)
    return np.where(np.abs(exchange) < DUST_KW / 100, 0.0, exchange)


def operation_along(
    problem: Problem, plant: Plant, size_kwh: float, level_kwh: FloatArray
) -> Operation:
    """The cheapest operation along a path of the store's level.

    Without a store, size and levels are zero, and this is the optimum: slices are independent.
    """
    level = settled_levels(problem, size_kwh, level_kwh)
    exchange = exchange_along(problem, size_kwh, level)
    _, cost = plant.slice_cost(exchange.reshape(-1, 1))
    day_gbp = problem.step_hours * cost.reshape(problem.shape).sum(axis=1)
    return Operation(size_kwh, level, day_gbp, float(problem.day_weight @ day_gbp))


def flows_of(problem: Problem, plant: Plant, operation: Operation) -> Flows:
    """Every flow of an operation."""
    exchange = exchange_along(problem, operation.size_kwh, operation.level_kwh)
    power, _ = plant.slice_cost(exchange.reshape(-1, 1))
    power = np.where(power < DUST_KW, 0.0, power).reshape(problem.shape)
    heat = plant.heat_to_power * power
    needed = exchange + problem.heat_kw - heat
    boiler = np.clip(needed, 0.0, plant.boiler_max_kw)
    return Flows(
        chp_power_kw=power,
        chp_heat_kw=heat,
        boiler_heat_kw=boiler,
        tes_charge_kw=np.maximum(exchange, 0.0),
        tes_discharge_kw=np.maximum(-exchange, 0.0),
        tes_level_kwh=operation.level_kwh,
        grid_import_kw=np.maximum(problem.electricity_kw - power, 0.0),
        grid_export_kw=np.maximum(power - problem.electricity_kw, 0.0),
        unserved_heat_kw=np.maximum(needed - boiler, 0.0),
    )


def serves_all_heat(problem: Problem, plant: Plant, operation: Operation) -> bool:
    """Whether no heat is left unserved, as a limited boiler may."""
    if np.isinf(plant.boiler_max_kw):
        return True
    return bool(flows_of(problem, plant, operation).unserved_heat_kw.max() <= UNSERVED_KW)


def _loss_kw(tes: Tes, size_kwh: float) -> float:
    """Standing loss, a rate of the size (theta of Eq. 16)."""
    return tes.loss_share_per_day / 24.0 * size_kwh
