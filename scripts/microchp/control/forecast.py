r"""A controller that plans ahead by forecasts from the past alone, again and again.

Every half hour a plan over the horizon says what the makers of heat are to give until the next
one. What is in the store at the horizon's end is worth its exact cost-to-go: what a further day,
as it is then expected, costs as a function of the level that it starts at, which is convex and
piecewise linear (:func:`microchp.design.store_line.cost_to_go`). The set points are then carried
out against the demand that really comes.

**What is expected.** At midnight before day :math:`i`, of day :math:`j \ge i`: electricity and hot
water are the mean of the last seven days and of the last weeks' days of the same weekday, half and
half; space heating has the profile of the last seven days and the energy of the last one, as
weather persists; sun, heat pump and the grid's CO2 are as on the last day, but for CO2 of which
forecasts were issued. Prices are a tariff's, and known.

**What really comes.** Above the expectation, demand is met from the store and then by the boiler;
below it the boiler gives less, then the store takes more, and a unit that has no room left gives
less or stops. On the first day nothing is known: it is heat-led. A battery plans by itself, with
the load that this leaves (:mod:`microchp.control.battery`).
"""

from __future__ import annotations

from dataclasses import replace

import numba
import numpy as np

from microchp.control.battery import beside, planned_ahead
from microchp.control.heat_led import heat_led
from microchp.control.line import Dwelling, dwelling_of
from microchp.control.physics import SetPoints, limits, step
from microchp.control.planning import (
    Rolling,
    expected,
    expected_heating,
    plan_ahead,
    stacked_hulls,
    tank_of,
)
from microchp.control.year import (
    Year,
    carried_out,
    closed,
    leading_row,
    unit_bounds,
)
from microchp.design.problem import FloatArray
from microchp.design.slices import serve_slices
from microchp.design.table import activities_of
from microchp.series.issued import Issued

TIE_GBP_PER_H = 1e-6
"""A slice whose cost is this close to its hull's is decided."""


def expected_dwelling(dwelling: Dwelling, lead_days: int, carbon: Issued | None = None) -> Dwelling:
    """A dwelling whose every day is as it is expected so many midnights before it begins.

    Parameters
    ----------
    dwelling
        What really comes.
    lead_days
        0: at the midnight that each day begins with.
    carbon
        Forecasts of the grid's CO2; where there are none, it is as on the last day.
    """
    problem = dwelling.problem

    def persisting(values: FloatArray) -> FloatArray:
        """As on the last day that is known; the first days, which nothing precedes, as they are."""
        later = values.copy()
        later[lead_days + 1 :] = values[: len(values) - lead_days - 1]
        return later

    grid = persisting(problem.grid_kg_per_kwh)
    if carbon is not None:
        issued = carbon.known(problem.day, problem.shape[1], lead_days)
        grid = np.where(np.isnan(issued), grid, issued)
    outdoors, sun = problem.outdoor_temperature_c, problem.pv_yield_kw_per_kwp

    return dwelling_of(
        replace(
            problem,
            space_heating_kw=expected_heating(problem.space_heating_kw, lead_days),
            hot_water_kw=expected(problem.hot_water_kw, lead_days),
            electricity_kw=expected(problem.electricity_kw, lead_days),
            grid_kg_per_kwh=grid,
            outdoor_temperature_c=None if outdoors is None else persisting(outdoors),
            pv_yield_kw_per_kwp=None if sun is None else persisting(sun),
        ),
        dwelling.sizes,
    )


def forecast_year(
    dwelling: Dwelling, rolling: Rolling, min_run_minutes: int, carbon: Issued | None = None
) -> Year:
    """A dwelling under a controller with forecasts, its last day closed.

    Parameters
    ----------
    dwelling
        The dwelling.
    rolling
        How it plans.
    min_run_minutes
        Of the ordinary controller, which the first day has.
    carbon
        Forecasts of the grid's CO2 as they were issued.
    """
    line = dwelling.line
    hours, slices = line.step_hours, line.slices
    count = line.table.heat_kw.size
    window = rolling.window(hours, slices)
    seen = [expected_dwelling(dwelling, lead, carbon).line for lead in range(window.leads)]
    first = seen[0]
    tail_kw, tail_cost = stacked_hulls([other.curves for other in seen])
    near = line if rolling.is_perfect else first
    plan_kw, plan_cost = tail_kw, tail_cost
    if rolling.is_perfect:
        plan_kw, plan_cost = line.curves.hull_kw[None], line.curves.hull_cost[None]
    lead = leading_row(activities_of(dwelling.problem, dwelling.plant))
    tank = tank_of(line)
    least_kw, most_kw = unit_bounds(dwelling)
    flows = np.zeros((6, count))
    begin = 0 if rolling.is_perfect else slices
    flows[:, :begin] = heat_led(
        line.table.heat_kw[:begin],
        least_kw[:begin],
        most_kw[:begin],
        min_run_steps=-(-min_run_minutes // round(60 * hours)),
        initial_kwh=line.initial_kwh,
        tank=tank,
        step_hours=hours,
    )
    asked = np.zeros(line.table.heat.shape)
    others = np.array(
        [
            row != lead and activity.kind != "unserved_heat"
            for row, activity in enumerate(activities_of(dwelling.problem, dwelling.plant))
        ]
    )
    _roll(
        begin,
        count - slices if line.days > 1 else count,
        slices,
        window.ahead,
        window.tail,
        window.every,
        plan_kw,
        plan_cost,
        tail_kw,
        tail_cost,
        near.table.numbers(),
        near.table.commitment,
        near.table.modes,
        line.exchange.discharge_gbp_per_kwh,
        lead,
        others,
        line.table.heat_kw,
        least_kw,
        most_kw,
        line.table.heat,
        line.table.most,
        line.initial_kwh,
        tank,
        hours,
        asked,
        flows,
    )
    year = Year(dwelling, closed(line, carried_out(dwelling, flows, asked)))
    if dwelling.battery is None:
        return year
    ahead = [line] * window.leads if rolling.is_perfect else seen
    battery = planned_ahead(dwelling.battery, year.net_kw, rolling, ahead)
    return replace(year, battery=closed(beside(dwelling.battery, year.net_kw), battery))


@numba.njit(cache=True, nogil=True)
def whole_mode(x, y, stored, price, cost, carried):  # type: ignore[no-untyped-def]
    """What a slice stores in one mode, and what is carried on to the next (sum-up rounding)."""
    corners = len(x)
    hull = y[corners - 1]
    for c in range(1, corners):
        if stored <= x[c]:
            width = x[c] - x[c - 1]
            share = (stored - x[c - 1]) / width if width > 0.0 else 0.0
            hull = y[c - 1] + share * (y[c] - y[c - 1])
            break
    if cost <= hull + TIE_GBP_PER_H:
        return stored, carried
    least = np.inf
    for c in range(corners):
        least = min(least, y[c] - price * x[c])
    target, nearest = stored + carried, stored
    off = np.inf
    for c in range(corners):
        if y[c] - price * x[c] <= least + TIE_GBP_PER_H and abs(x[c] - target) < off:
            off, nearest = abs(x[c] - target), x[c]
    return nearest, target - nearest


@numba.njit(cache=True, nogil=True)
def decide(  # type: ignore[no-untyped-def]
    t, x, y, stored, price, carried, numbers, commitment, modes, wear, tank, activity
):
    """Set points of a slice: the cheapest activities, in one mode, that store what is planned."""
    heat, electricity, cost, least, most, demand, load, buy, sell, limits_kw = numbers
    part = slice(t, t + 1)
    here = (
        heat[:, part], electricity[:, part], cost[:, part], least[:, part], most[:, part],
        demand[part], load[part], buy[part], sell[part], limits_kw,
    )  # fmt: skip
    given, mode = np.full(1, -1), np.zeros(1, dtype=np.int64)
    exchange, value = np.empty(1), np.empty(1)
    for attempt in range(2):
        if stored > 0.0:
            exchange[0] = stored / tank.charge_efficiency
        else:
            exchange[0] = stored * tank.discharge_efficiency
        value[0] = np.inf
        serve_slices(here, commitment, modes, exchange, given, activity, value, mode)
        value[0] += wear * max(-exchange[0], 0.0)
        if attempt == 0:
            whole, carried = whole_mode(x, y, stored, price, value[0], carried)
            if whole == stored:
                break
            stored = whole
    return carried


@numba.njit(cache=True, nogil=True)
def adapt(  # type: ignore[no-untyped-def]
    level, unit_kw, others_kw, demand, expected_kw, least_kw, most_kw, others_most, tank, hours
):
    """Set points against the demand that really comes."""
    others_kw -= min(max(expected_kw - demand, 0.0), others_kw)
    room, available, must = limits(level, tank, hours)
    free = demand + room - others_kw
    if unit_kw > free + 1e-9:
        unit_kw = max(least_kw, free)
        if least_kw > free + 1e-9:
            unit_kw = 0.0
    short = demand + must - available - others_most - unit_kw
    if short > 1e-9:  # nobody else can give it
        unit_kw = min(most_kw, max(least_kw, unit_kw + short))
    return SetPoints(unit_kw, others_kw)


@numba.njit(cache=True, nogil=True)
def _roll(  # type: ignore[no-untyped-def]
    begin, stop, slices, ahead, tail, every, plan_kw, plan_cost, tail_kw, tail_cost,
    numbers, commitment, modes, wear, lead, others,
    demand, least_kw, most_kw, heat, most, initial, tank, hours, asked, flows,
):  # fmt: skip
    """Plan, decide and step through the slices from ``begin`` to ``stop``."""
    count = len(demand)
    level = initial if begin == 0 else flows[5, begin - 1]
    carried = 0.0
    activity = np.zeros((len(commitment), 1))
    expected_heat, expected_kw = numbers[0], numbers[5]
    for first in range(begin, stop, every):
        x, y, stored, price, is_planned = plan_ahead(
            first, level, count, ahead, tail, slices, plan_kw, plan_cost, tail_kw, tail_cost,
            initial, tank, hours,
        )  # fmt: skip
        for k in range(min(every, stop - first)):
            t = first + k
            activity[:] = 0.0
            if is_planned and k < len(stored):
                carried = decide(
                    t, x[k], y[k], stored[k], price[k], carried, numbers, commitment, modes,
                    wear, tank, activity,
                )  # fmt: skip
            unit, rest, able = 0.0, 0.0, 0.0
            for a in range(len(commitment)):
                asked[a, t] = activity[a, 0]
                if a == lead:
                    unit = expected_heat[a, t] * activity[a, 0]
                elif others[a]:
                    rest += expected_heat[a, t] * activity[a, 0]
                    able += heat[a, t] * most[a, t]
            points = adapt(
                level, unit, rest, demand[t], expected_kw[t], least_kw[t], most_kw[t], able,
                tank, hours,
            )  # fmt: skip
            done = step(level, points, demand[t], tank, hours)
            level = done.level_kwh
            for f in range(6):
                flows[f, t] = done[f]
