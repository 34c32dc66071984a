"""A battery behind its dwelling's meter, run by what its controller sees.

The unit and the store are run first (:mod:`microchp.control.heat_led`,
:mod:`microchp.control.forecast`); the battery then has the load that they leave. The ordinary
controller stores what would be exported and gives what would be imported. The one with forecasts
plans by the load of past days, as it does with any other demand, and learns from the plan what a
kWh in the battery is worth; each step then does what is best at that price for the load that really
is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numba
import numpy as np

from microchp.control.line import Line
from microchp.control.physics import SetPoints, limits, step
from microchp.control.planning import Rolling, expected, plan_ahead, stacked_hulls, tank_of
from microchp.control.year import Operated
from microchp.design.problem import FloatArray

TIE_GBP_PER_H = 1e-6
"""What the plan has is kept where nothing else is better by more."""


def self_consuming(line: Line, net_kw: FloatArray) -> Operated:
    """A battery that stores what would be exported, and gives what would be imported.

    Parameters
    ----------
    line
        The battery's (:func:`microchp.control.line.battery_line`).
    net_kw
        Load of the dwelling without it, shape ``(N,)``.
    """
    flows = np.empty((6, net_kw.size))
    power = float(line.table.heat_kw[0])
    _store_surplus(
        np.ascontiguousarray(net_kw), power, line.initial_kwh, tank_of(line), line.step_hours, flows
    )
    return _operated(flows)


def planned_ahead(
    line: Line, net_kw: FloatArray, rolling: Rolling, expected_lines: Sequence[Line]
) -> Operated:
    """A battery that plans by the load of past days; on the first day, it is the ordinary one.

    Parameters
    ----------
    line, net_kw
        As of :func:`self_consuming`.
    rolling
        How it plans.
    expected_lines
        Lines at the prices that are expected, for each midnight that days lie ahead.
    """
    hours, slices, count = line.step_hours, line.slices, net_kw.size
    window = rolling.window(hours, slices)
    by_day = net_kw.reshape(line.days, slices)
    curves = [
        line.priced(
            ahead.table.import_gbp_per_kwh,
            ahead.table.export_gbp_per_kwh,
            line.table.cost,
            line.table.electricity_kw
            + (net_kw if rolling.is_perfect else expected(by_day, lead).ravel()),
        ).curves
        for lead, ahead in enumerate(expected_lines)
    ]
    hull_kw, hull_cost = stacked_hulls(curves)
    flows = np.empty((6, count))
    begin = 0 if rolling.is_perfect else slices
    power = float(line.table.heat_kw[0])
    tank = tank_of(line)
    _store_surplus(net_kw[:begin], power, line.initial_kwh, tank, hours, flows)
    _roll(
        begin, count - slices if line.days > 1 else count, slices, window.ahead, window.tail,
        window.every, hull_kw, hull_cost, np.ascontiguousarray(net_kw),
        line.table.import_gbp_per_kwh, line.table.export_gbp_per_kwh,
        line.exchange.discharge_gbp_per_kwh, power, line.initial_kwh, tank, hours, flows,
    )  # fmt: skip
    return _operated(flows)


def beside(line: Line, net_kw: FloatArray) -> Line:
    """A battery's line with the load of its dwelling beside it."""
    load = line.table.electricity_kw + net_kw
    return replace(line, table=replace(line.table, electricity_kw=load))


def _operated(flows: FloatArray) -> Operated:
    _, taken, charge, discharge, surplus, level = flows
    return Operated(taken[None].copy(), charge, discharge, surplus, level)


@numba.njit(cache=True, nogil=True)
def _run(level, draw, power, tank, hours):  # type: ignore[no-untyped-def]
    """A step in which the battery is to draw some power, negative to give it."""
    room, _, _ = limits(level, tank, hours)
    taken = power + min(max(draw, -power), min(power, room))
    return step(level, SetPoints(0.0, taken), power, tank, hours)


@numba.njit(cache=True, nogil=True)
def _store_surplus(net, power, initial, tank, hours, flows):  # type: ignore[no-untyped-def]
    """Follow the load."""
    level = initial
    for t in range(len(net)):
        done = _run(level, -net[t], power, tank, hours)
        level = done.level_kwh
        for f in range(6):
            flows[f, t] = done[f]


@numba.njit(cache=True, nogil=True)
def _worth(draw, net, buy, sell, price, wear, tank):  # type: ignore[no-untyped-def]
    """What a draw costs (GBP/h), what it stores or takes out counted at a price."""
    load = net + draw
    cost = buy * load if load > 0.0 else sell * load
    if draw > 0.0:
        return cost - price * draw * tank.charge_efficiency
    return cost - price * draw / tank.discharge_efficiency - wear * draw


@numba.njit(cache=True, nogil=True)
def _roll(  # type: ignore[no-untyped-def]
    begin, stop, slices, ahead, tail, every, hull_kw, hull_cost, net, buy, sell, wear, power,
    initial, tank, hours, flows,
):  # fmt: skip
    """Plan, decide and step through the slices from ``begin`` to ``stop``."""
    level = initial if begin == 0 else flows[5, begin - 1]
    for first in range(begin, stop, every):
        _, _, stored, price, is_planned = plan_ahead(
            first, level, len(net), ahead, tail, slices, hull_kw, hull_cost, hull_kw, hull_cost,
            initial, tank, hours,
        )  # fmt: skip
        for k in range(min(every, stop - first)):
            t = first + k
            draw = -net[t]
            if is_planned and k < len(stored):
                draw = stored[k] * tank.discharge_efficiency
                if stored[k] > 0.0:
                    draw = stored[k] / tank.charge_efficiency
                at = price[k]
                least = _worth(draw, net[t], buy[t], sell[t], at, wear, tank) - TIE_GBP_PER_H
                for other in (-power, 0.0, min(max(-net[t], -power), power), power):
                    value = _worth(other, net[t], buy[t], sell[t], at, wear, tank)
                    if value < least:
                        least, draw = value, other
            done = _run(level, draw, power, tank, hours)
            level = done.level_kwh
            for f in range(6):
                flows[f, t] = done[f]
