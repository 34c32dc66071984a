"""The ordinary controller: a heat demand turns the unit on, the store lets it run on.

The rule of :mod:`microchp.operation.heat_led` (Peacock and Newborough 2006, Fig. 1, read with a
hysteresis), at the step of a design and with the plant as the design states it: efficiencies that
do not depend on the load, a store that is not let below its lower set point.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from microchp.control.physics import SetPoints, Tank, limits, step
from microchp.design.problem import FloatArray

FULL_KWH = 1e-9
"""Closer to a set point than this is at it: what rounding leaves."""


class State(NamedTuple):
    """What the controller remembers: level, whether the store is closed to the unit, run time."""

    level_kwh: float
    locked: bool
    on: bool
    ran_steps: int


class Unit(NamedTuple):
    """The leading unit in a step: its least and its most heat (kW), and its least run time."""

    least_kw: float
    most_kw: float
    min_run_steps: int


@numba.njit(cache=True, nogil=True)
def decide(
    state: State, demand_kw: float, unit: Unit, tank: Tank, step_hours: float
) -> tuple[SetPoints, State]:
    """What the unit is to give, from what the controller sees now; nothing of it is a forecast.

    Parameters
    ----------
    state
        Level and memory.
    demand_kw
        Heat demand of the step.
    unit, tank
        The plant.
    step_hours
        Length of the step.
    """
    room, _, must = limits(state.level_kwh, tank, step_hours)
    called = demand_kw + must
    forced = state.on and state.ran_steps < unit.min_run_steps
    locked = state.locked
    if tank.size_kwh > 0.0:
        if state.level_kwh <= FULL_KWH:
            locked = False
        if not locked and (called > 0.0 or forced) and unit.most_kw - demand_kw > room:
            locked = True  # one more step at rated power would overfill it
    else:
        locked = True
    wanted = called > 0.0 and (called >= unit.least_kw or not locked) and unit.most_kw > 0.0
    heat = 0.0
    on = wanted or forced
    if on:
        heat = unit.most_kw if not locked else min(max(called, unit.least_kw), unit.most_kw)
    ran = state.ran_steps + 1 if state.on and on else int(on)
    return SetPoints(heat, 0.0), State(state.level_kwh, locked, on, ran)


@numba.njit(cache=True, nogil=True)
def run(
    demand_kw: FloatArray,
    least_kw: FloatArray,
    most_kw: FloatArray,
    min_run_steps: int,
    initial_kwh: float,
    tank: Tank,
    step_hours: float,
    flows: FloatArray,
) -> None:
    """Decide and step through a demand.

    Parameters
    ----------
    demand_kw, least_kw, most_kw
        Heat demand, and bounds of the unit's heat, shape ``(N,)``.
    min_run_steps
        Once on, the unit stays on for so many steps.
    initial_kwh
        Level before the first step.
    tank
        The store.
    step_hours
        Length of a step.
    flows
        Written: the fields of :class:`microchp.control.physics.Flows`, shape ``(6, N)``.
    """
    state = State(initial_kwh, False, False, 0)
    for t in range(len(demand_kw)):
        unit = Unit(least_kw[t], most_kw[t], min_run_steps)
        asked, state = decide(state, demand_kw[t], unit, tank, step_hours)
        done = step(state.level_kwh, asked, demand_kw[t], tank, step_hours)
        state = State(done.level_kwh, state.locked, state.on, state.ran_steps)
        for k in range(6):
            flows[k, t] = done[k]


def heat_led(
    demand_kw: FloatArray,
    least_kw: FloatArray,
    most_kw: FloatArray,
    *,
    min_run_steps: int,
    initial_kwh: float,
    tank: Tank,
    step_hours: float,
) -> FloatArray:
    """Flows of a heat-led run, shape ``(6, N)``; parameters as of :func:`run`."""
    flows = np.empty((6, len(demand_kw)))
    run(
        np.ascontiguousarray(demand_kw),
        np.ascontiguousarray(least_kw),
        np.ascontiguousarray(most_kw),
        min_run_steps,
        initial_kwh,
        tank,
        step_hours,
        flows,
    )
    return flows
