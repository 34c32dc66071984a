"""The table of a plant in numbers: what the closed form and the linopy model are made of."""

from __future__ import annotations

import numpy as np

from microchp.design.problem import FloatArray, Problem
from microchp.design.slices import Exchange, Table
from microchp.system.activities import FLOWS, Activity, Prices
from microchp.system.plant import Plant

UNSERVED = Activity(part="unserved_heat", kind="unserved_heat", heat=1.0)
"""Heat that is not delivered, at a cost far above all others. It keeps every slice feasible where
the heat of all parts is limited; no solution with unserved heat is ever accepted."""

UNSERVED_COST = 1e4
"""Its cost, as a multiple of the dearest price."""


def prices_of(problem: Problem) -> Prices:
    """What a kWh is worth in each slice of a problem, shape ``(N,)``."""
    inputs = problem.inputs
    co2_price = inputs.incentive.co2_price_gbp_per_kg
    grid_gbp = co2_price * problem.grid_kg_per_kwh.ravel()
    return Prices(
        fuel_gbp_per_kwh=inputs.design_tariff.gas_gbp_per_kwh
        + co2_price * inputs.emissions.gas_kg_per_kwh,
        import_gbp_per_kwh=problem.import_price_gbp_per_kwh.ravel() + grid_gbp,
        export_gbp_per_kwh=problem.export_price_gbp_per_kwh.ravel() + grid_gbp,
        generation_gbp_per_kwh=problem.generation_payment_gbp_per_kwh,
    )


def costs_of(problem: Problem, plant: Plant, prices: Prices) -> list[float | FloatArray]:
    """What a kWh of each row of a plant costs (GBP/kWh), the grid's electricity left out."""
    return [
        unserved_gbp_per_kwh(problem) if row.kind == "unserved_heat" else prices.of(row)
        for row in activities_of(problem, plant)
    ]


def unserved_gbp_per_kwh(problem: Problem) -> float:
    """What a kWh of demand that is not met costs."""
    prices = prices_of(problem)
    rows = [row for part in problem.parts for row in part.activities]
    return UNSERVED_COST * max(
        float(np.abs(values).max())
        for values in (
            prices.import_gbp_per_kwh,
            prices.export_gbp_per_kwh,
            *(np.asarray(prices.of(row)) for row in rows),
        )
    )


def activities_of(problem: Problem, plant: Plant) -> tuple[Activity, ...]:
    """The rows of a plant; unserved heat is one of them where heat is limited."""
    unlimited = any(a.heat == 1.0 and np.isposinf(a.most_kw).all() for a in plant.activities)
    return plant.activities if unlimited else (*plant.activities, UNSERVED)


def table_of(problem: Problem, plant: Plant) -> Table:
    """A plant's activities over the slices of a problem.

    What a part may give without a limit is limited by what a slice has use for: the demand and
    the largest charge.
    """
    activities = activities_of(problem, plant)
    prices = prices_of(problem)
    heat_kw, shape = problem.heat_kw.ravel(), (len(activities), problem.heat_kw.size)
    use_kw = heat_kw + problem.largest_charge_kw
    heat, electricity, cost, least, most = (np.empty(shape) for _ in range(5))
    costs = costs_of(problem, plant, prices)
    for row, activity in enumerate(activities):
        heat[row], electricity[row] = activity.heat, activity.electricity
        least[row] = activity.least_kw
        most[row] = activity.most_kw
        if np.any(activity.heat) and not activity.commits:
            most[row] = np.minimum(most[row], use_kw / heat[row])
        if activity.kind == "pv" and np.isinf(problem.max_export_kw):
            # nothing is gained by curtailing, and what is sold for nothing still spares the grid
            wanted = np.minimum(prices.import_gbp_per_kwh, prices.export_gbp_per_kwh) >= 0.0
            least[row] = np.where(wanted, most[row], least[row])
        cost[row] = costs[row]
    committed = [a.part for a in activities if a.commits]
    return Table(
        heat=heat,
        electricity=electricity,
        cost=cost,
        least=least,
        most=most,
        commitment=np.array(
            [committed.index(a.part) if a.commits else -1 for a in activities], dtype=np.int64
        ),
        heat_kw=heat_kw,
        electricity_kw=problem.electricity_kw.ravel(),
        import_gbp_per_kwh=prices.import_gbp_per_kwh,
        export_gbp_per_kwh=prices.export_gbp_per_kwh,
        max_import_kw=problem.max_import_kw,
        max_export_kw=problem.max_export_kw,
    )


def exchange_of(problem: Problem) -> Exchange:
    """How heat passes between the slices of a problem and its store."""
    tes = problem.inputs.tes
    if tes is None:
        return Exchange()
    return Exchange(
        charge_efficiency=tes.charge_efficiency,
        discharge_efficiency=tes.discharge_efficiency,
        discharge_gbp_per_kwh=tes.maintenance_gbp_per_kwh,
        largest_charge_kw=problem.largest_charge_kw,
    )


def flows_by_name(activities: tuple[Activity, ...], kw: FloatArray) -> dict[str, FloatArray]:
    """Flows in the names of results, from the activities of each slice, shape ``(A, N)``."""
    flows: dict[str, FloatArray] = {}
    for activity, values in zip(activities, kw, strict=True):
        for name, column in FLOWS[activity.kind].items():
            flow = np.abs(getattr(activity, column)) * values if column else values
            flows[name] = flows.get(name, 0.0) + flow
    return flows
