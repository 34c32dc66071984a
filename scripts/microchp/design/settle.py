"""Flows that a solver found, its rounding taken off, and what they cost.

The cost is counted from the flows and the table, apart from any model's objective; the check of a
solution holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from microchp.design.problem import FloatArray, Problem
from microchp.design.proof import Dispatched, Flows
from microchp.design.schedule import DUST_KW, curtailed
from microchp.design.table import prices_of, unserved_gbp_per_kwh
from microchp.system.activities import FLOWS, UNSERVED_ELECTRICITY, UNSERVED_FLOWS, starts_of
from microchp.system.plant import Plant


def with_free_parts(problem: Problem, plant: Plant, sizes: Mapping[str, float]) -> Plant:
    """A plant with the parts of free size beside those that it has."""
    free = tuple(part.of(sizes[part.unit.name]) for part in problem.free_parts)
    return Plant((*plant.parts, *free))


def settled_design(
    problem: Problem, plant: Plant, sizes: Mapping[str, float], found: Flows
) -> Dispatched:
    """A design from what a solver found for a plant and sizes.

    Parameters
    ----------
    problem
        The problem.
    plant
        The parts installed, those of free size apart.
    sizes
        Sizes of stores and of parts whose size is free.
    found
        The flows of every part and store, shape ``(days, slices)``; import and export follow.
    """
    whole = with_free_parts(problem, plant, sizes)
    flows: dict[str, FloatArray] = {}
    net = problem.electricity_kw.copy()
    for part in whole.parts:
        first, *others = FLOWS[part.kind]
        flow = _without_dust(found[first])
        flows[first] = flow
        row = part.activities[0]
        for name in others:
            size = np.abs(getattr(row, FLOWS[part.kind][name]))
            flows[name] = _over_slices(problem, size) * flow
        net -= _over_slices(problem, row.electricity) * flow
    for store in problem.stores:
        charge = _without_dust(found[f"{store.name}_charge_kw"])
        discharge = _without_dust(found[f"{store.name}_discharge_kw"])
        flows[f"{store.name}_charge_kw"], flows[f"{store.name}_discharge_kw"] = charge, discharge
        level = np.clip(found[f"{store.name}_level_kwh"], 0.0, sizes[store.name])
        flows[f"{store.name}_level_kwh"] = level
        if store.carrier == "electricity":
            net += charge - discharge
    for name in UNSERVED_FLOWS:
        if name in found:
            flows[name] = _without_dust(found[name])
    net -= flows.get(UNSERVED_ELECTRICITY, 0.0)
    net = _without_dust(net)
    flows["grid_import_kw"], flows["grid_export_kw"] = np.maximum(net, 0.0), np.maximum(-net, 0.0)
    if "tes_level_kwh" not in flows:
        none = np.zeros(problem.shape)
        flows.update(tes_charge_kw=none, tes_discharge_kw=none, tes_level_kwh=none)
    flows.update(curtailed(problem, whole, flows))
    cost = annual_cost_gbp(problem, plant, sizes, flows)
    return Dispatched(plant, dict(sizes), flows, cost)


def annual_cost_gbp(
    problem: Problem, plant: Plant, sizes: Mapping[str, float], flows: Flows
) -> float:
    """Eq. 1, counted from flows; unserved demand at its cost."""
    prices = prices_of(problem)
    buy, sell = (
        values.reshape(problem.shape)
        for values in (prices.import_gbp_per_kwh, prices.export_gbp_per_kwh)
    )
    per_hour = buy * flows["grid_import_kw"] - sell * flows["grid_export_kw"]
    for part in with_free_parts(problem, plant, sizes).parts:
        first, *_ = FLOWS[part.kind]
        per_hour += _over_slices(problem, prices.of(part.activities[0])) * flows[first]
    for store in problem.stores:
        per_hour += store.discharge_gbp_per_kwh * flows[f"{store.name}_discharge_kw"]
    for name in UNSERVED_FLOWS:
        if name in flows:
            per_hour += unserved_gbp_per_kwh(problem) * flows[name]
    operation = float((problem.slice_weight_hours * per_hour).sum())
    for part in plant.chosen:
        first, *_ = FLOWS[part.kind]
        starts = starts_of(flows[first] > 0).sum(axis=1) @ problem.day_weight
        operation += prices.of_start(part.activities[0]) * float(starts)
    return operation + fixed_gbp(problem, plant) + size_gbp(problem, sizes)


def fixed_gbp(problem: Problem, plant: Plant) -> float:
    """What a plant costs in a year whatever is done and whatever the free sizes."""
    return problem.constant_gbp + problem.plant_capital_gbp(plant)


def size_gbp(problem: Problem, sizes: Mapping[str, float]) -> float:
    """What the free sizes cost in a year."""
    stores = sum(problem.store_capital(store) * sizes[store.name] for store in problem.stores)
    return stores + sum(
        problem.part_gbp_per_year(part.unit) * sizes[part.unit.name] for part in problem.free_parts
    )


def _over_slices(problem: Problem, values: float | FloatArray) -> FloatArray:
    """A number, or an array of ``(N,)``, over days and slices."""
    return np.broadcast_to(np.ravel(values), (problem.heat_kw.size,)).reshape(problem.shape)


def _without_dust(values: FloatArray) -> FloatArray:
    return np.where(np.abs(values) < DUST_KW, 0.0, values)
