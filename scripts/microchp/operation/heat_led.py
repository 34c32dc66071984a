"""The control of a unit with store and auxiliary boiler, minute by minute.

After Peacock and Newborough 2006, Fig. 1 and section 2.2: a heat demand turns the unit on, if it
exceeds the unit's heat or if the store has room; once on, it stays on for a minimum run time;
heat that is not demanded goes to the store and, if that is full, is surplus; a demand above the
unit's heat is met from the store while that is above its lower set point, then by the boiler.

One loop serves every control, because only three lines differ: whether the unit is wanted, how
hard it runs, and whether it waits before it stops. Units that cannot modulate have a minimum
load of 1; others follow the heat demand while the store takes nothing. Without a store, and with
a minimum load, that is De Paepe, D'Herdt and Mertens 2006, section 2.2: a gas engine is off below
half load and the boiler takes all the heat; above the unit's rated heat the boiler gives the rest.

**Part load.** The load is the heat that the unit makes over its rated heat. Fuel is that heat over
the thermal efficiency at the load, and electricity the fuel times the electrical efficiency there.

**Start-up.** Heat follows more slowly than electricity, whose transient is negligible (Voorspools
and D'haeseleer 2002, as De Paepe 2006 cites them): the heat that the unit makes warms the unit, and
what it retains, E, flows to the water with a time constant, so that E tends to (heat made) x
(start-up time). A unit that stands still loses E to its surroundings with a time constant of its
own. Steps are exact for a load that is constant in the step::

    running   dE/dt = made - E / start_up       heat to the water = E / start_up
    standing  dE/dt = - E / cool_down           loss = E / cool_down

**The store** is that of :mod:`microchp.system.store`: a design's own, or a cylinder, one mixed
body of water. Its level is the heat above its lower set point, so it runs from 0 to the heat
between the set points; standing loss can take it below 0, demand cannot.

**The reading of the control.** Taken to the letter (`literal`), a store at its upper set point
loses heat in the next minute, is below it, and the unit starts again: it would hardly ever stop.
With `hysteresis` the store is locked once it is full and stays so until it is down at its lower
set point; while it is locked, only a demand at or above the unit's least heat turns the unit on.
"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from microchp.config import Operation, PrimeMover, minute_of_day
from microchp.operation.network import SEASONS
from microchp.series.timeseries import MINUTES_PER_DAY, FloatArray
from microchp.system.store import Store, cylinder

BoolArray = npt.NDArray[np.bool_]
Controls = npt.NDArray[np.int8]

HYSTERESIS, LITERAL, CONTINUOUS, ELECTRICITY_LED, TIMED = range(5)

_CONTROLS = {
    "hysteresis": HYSTERESIS,
    "literal": LITERAL,
    "low_power_wait": HYSTERESIS,
    "continuous": CONTINUOUS,
    "electricity_led": ELECTRICITY_LED,
    "timed": TIMED,
}

FLOWS = (
    "chp_power_kw",
    "chp_heat_kw",
    "boiler_heat_kw",
    "store_charge_kw",
    "store_discharge_kw",
    "store_loss_kw",
    "surplus_heat_kw",
    "store_level_kwh",
    "chp_fuel_kw",
    "chp_made_heat_kw",
    "chp_loss_kw",
    "chp_retained_kwh",
    "unmet_heat_kw",
)
"""Rows of what the loop writes; level and retained heat are those at the end of the step."""

AS_ONE = np.zeros(0, dtype=np.int8)
"""One control for all the year."""

AS_RATED = np.ones((3, 1))
"""Efficiencies that do not depend on the load."""

SMALLEST_STORE_KWH = 1e-3
"""A store smaller than this, a cupful, is none: what a solver leaves of an unwanted one."""

FULL_KWH = 1e-9
"""Closer to a set point than this is at it: what rounding leaves."""

HALVINGS = 50
"""Of a range of loads, until what is left of it is rounding."""


class Plant(NamedTuple):
    """What the loop needs of a unit, its store and its control; numbers only, as numba wants.

    ``store_kwh`` is the heat between the set points (0: no store); the standing loss is
    ``loss_kw + loss_per_hour * level``, its first part being the loss at the lower set point, and
    the efficiencies are those of charging and discharging.
    Times are in steps. ``power_kw``, ``heat_kw`` and ``fuel_kw`` are those at rated load.
    ``part_load`` holds load, electrical and thermal factor of each point, shape ``(3, points)``.
    ``boiler_kw`` is the most that the boiler gives; what it cannot is unmet. ``controls`` is the
    control of each step where it changes over the year, instead of ``control``.
    """

    control: int
    power_kw: float
    heat_kw: float
    min_load_share: float
    min_run_steps: int
    wait_steps: int
    wait_load_share: float
    store_kwh: float
    loss_kw: float
    loss_per_hour: float
    fuel_kw: float = 0.0
    start_up_hours: float = 0.0
    cool_down_hours: float = 0.0
    part_load: FloatArray = AS_RATED
    boiler_kw: float = np.inf
    charge_efficiency: float = 1.0
    discharge_efficiency: float = 1.0
    controls: Controls = AS_ONE


NO_UNIT = Plant(TIMED, 0.0, 0.0, 0.0, 0, 0, 0.0, 0.0, 0.0, 0.0)
"""A boiler alone: nothing to turn on, with a clock that never does."""


def plant(
    operation: Operation,
    unit: PrimeMover,
    store: Store | None = None,
    size_kwh: float = 0.0,
    step_minutes: int = 1,
) -> Plant:
    """A unit with its store under the control of ``operation``.

    Parameters
    ----------
    operation
        Control, and the store of a unit that brings none of its own.
    unit
        Any unit of the catalogue.
    store, size_kwh
        The store of a design, the same law of loss and efficiencies as it was designed with, and
        its size; without one, the cylinder of ``operation``.
    step_minutes
        Length of a step; run time and wait are rounded up to whole steps.
    """
    if store is None:
        store = cylinder(operation)
        size_kwh = store.max_kwh
    if size_kwh < SMALLEST_STORE_KWH:
        size_kwh = 0.0
    waits = operation.control == "low_power_wait"
    # by the efficiencies; where rated heat is given, print's power may contradict them
    power_kw = unit.power_kw if unit.heat_kw is None else unit.heat_kw / unit.heat_to_power
    points = [(p.load_share, p.electrical_factor, p.thermal_factor) for p in unit.part_load]
    return Plant(
        control=_CONTROLS[operation.control],
        power_kw=power_kw,
        heat_kw=power_kw * unit.heat_to_power if unit.heat_kw is None else unit.heat_kw,
        min_load_share=unit.min_load_share,
        min_run_steps=ceil(max(operation.min_run_minutes, unit.min_up_minutes) / step_minutes),
        wait_steps=-(-operation.wait_minutes // step_minutes) if waits else 0,
        wait_load_share=operation.wait_load_share,
        store_kwh=size_kwh,
        loss_kw=store.loss_by_size_per_hour * size_kwh,
        loss_per_hour=store.loss_by_level_per_hour if size_kwh > 0 else 0.0,
        charge_efficiency=store.charge_efficiency,
        discharge_efficiency=store.discharge_efficiency,
        fuel_kw=power_kw / unit.electrical_efficiency,
        start_up_hours=unit.start_up_minutes / 60,
        cool_down_hours=unit.cool_down_minutes / 60,
        part_load=np.array(points).T.copy() if points else AS_RATED,
    )


def controls_by_season(operation: Operation, dates: pd.DatetimeIndex, steps: int) -> Controls:
    """Control of each step of a year, where ``operation.season_controls`` changes it.

    Parameters
    ----------
    operation
        Control of the year and of seasons.
    dates
        Days of the year.
    steps
        Steps of a day.
    """
    if not operation.season_controls:
        return AS_ONE
    by_day = np.full(len(dates), _CONTROLS[operation.control], dtype=np.int8)
    for season, control in operation.season_controls.items():
        by_day[dates.month.isin(SEASONS[season])] = _CONTROLS[control]
    return np.repeat(by_day, steps)


def timed_steps(operation: Operation, steps: int, step_minutes: int = 1) -> BoolArray:
    """In which steps from a midnight the clock of the control `timed` has the unit on."""
    minute = np.arange(steps) * step_minutes % MINUTES_PER_DAY
    on = np.zeros(steps, dtype=np.bool_)
    for period in operation.timed_periods:
        on |= (minute >= minute_of_day(period.start)) & (minute < minute_of_day(period.end))
    return on


@numba.njit(cache=True, nogil=True)
def factor_at(part_load: FloatArray, row: int, load: float) -> float:
    """Factor on an efficiency (row 1 electrical, 2 thermal) at a load, between the points."""
    last = part_load.shape[1] - 1
    if load >= part_load[0, last]:
        return float(part_load[row, last])
    for k in range(last, 0, -1):
        low = part_load[0, k - 1]
        if load >= low:
            weight = (load - low) / (part_load[0, k] - low)
            return float(part_load[row, k - 1] * (1.0 - weight) + part_load[row, k] * weight)
    return float(part_load[row, 0])


@numba.njit(cache=True, nogil=True)
def power_at(plant: Plant, load: float) -> float:
    """Electricity of a unit that makes ``load`` of its rated heat, kW."""
    factor = factor_at(plant.part_load, 1, load) / factor_at(plant.part_load, 2, load)
    return load * plant.power_kw * factor


@numba.njit(cache=True, nogil=True)
def load_for_power(plant: Plant, power_kw: float) -> float:
    """Load at which a unit generates ``power_kw``, from its least load to rated load."""
    if plant.part_load.shape[1] == 1:
        return min(1.0, max(plant.min_load_share, power_kw / power_at(plant, 1.0)))
    low, high = plant.min_load_share, 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if power_at(plant, middle) < power_kw:
            low = middle
        else:
            high = middle
    return high


@numba.njit(cache=True, nogil=True)
def run(
    heat_demand_kw: FloatArray,
    electricity_kw: FloatArray,
    clock_on: BoolArray,
    plant: Plant,
    step_hours: float,
    flows: FloatArray,
) -> None:
    """Run a unit through a demand.

    Parameters
    ----------
    heat_demand_kw, electricity_kw
        Mean power over each step, shape ``(n,)``.
    clock_on
        Steps in which `timed` has the unit on, shape ``(n,)``; not read by other controls.
    plant
        Unit, store and control. The store begins at its lower set point, the unit off and cold.
    step_hours
        Length of a step.
    flows
        Written: a row for each of :data:`FLOWS`, shape ``(13, n)``.
    """
    least_heat_kw = plant.min_load_share * plant.heat_kw
    least_power_kw = power_at(plant, plant.min_load_share)
    has_store = plant.store_kwh > 0.0
    has_part_load = plant.part_load.shape[1] > 1
    warms_up = plant.start_up_hours > 0.0
    # Of the heat made in a step, and of each kWh in the unit at its start, what reaches the water.
    direct_share = 1.0
    carried_per_hour = 0.0
    followed_share = 1.0  # of the heat made, what flows to the water at the end of the step
    flowing_per_hour = 0.0  # of each kWh in the unit at its start, what flows at its end
    if warms_up:
        followed_share = -np.expm1(-step_hours / plant.start_up_hours)
        flowing_per_hour = (1.0 - followed_share) / plant.start_up_hours
        carried_per_hour = followed_share / step_hours
        direct_share = 1.0 - plant.start_up_hours * carried_per_hour
    per_charge, per_discharge = 1.0 / plant.charge_efficiency, 1.0 / plant.discharge_efficiency
    per_hour = 1.0 / step_hours  # dividing in every step would take half as long again
    cooling_per_hour = per_hour
    if plant.cool_down_hours > 0.0:
        cooling_per_hour = -np.expm1(-step_hours / plant.cool_down_hours) / step_hours
    level = 0.0
    retained = 0.0
    locked = not has_store
    on = False
    ran = 0
    waited = 0
    control = plant.control
    changes = len(plant.controls) > 0
    for i in range(len(heat_demand_kw)):
        if changes:
            control = plant.controls[i]
        demand = heat_demand_kw[i]
        loss = 0.0
        room = 0.0
        available = 0.0
        if has_store:
            loss = plant.loss_kw + plant.loss_per_hour * level
            room = max(0.0, (plant.store_kwh - level) * per_hour + loss) * per_charge
            available = max(0.0, level * per_hour - loss) * plant.discharge_efficiency
        forced = on and ran < plant.min_run_steps
        carried = carried_per_hour * retained  # reaches the water if the unit runs

        # is the store open to the unit?
        if control == LITERAL:
            locked = level >= plant.store_kwh - FULL_KWH
        elif has_store:
            if level <= FULL_KWH:
                locked = False
            most = carried + direct_share * plant.heat_kw
            if not locked and (demand > 0.0 or forced) and most - demand > room:
                locked = True  # one more step at rated power would overfill it

        # is the unit wanted?
        if control == CONTINUOUS:
            wanted = True
        elif control == TIMED:
            wanted = clock_on[i]
        elif control == ELECTRICITY_LED:
            wanted = electricity_kw[i] > 0.0 and electricity_kw[i] >= least_power_kw
        else:
            wanted = demand > 0.0 and (demand >= least_heat_kw or not locked)

        waiting = False
        if wanted or forced:
            waited = 0
        elif on and waited < plant.wait_steps:
            waiting = True
            waited += 1
        if wanted or forced or waiting:
            ran = ran + 1 if on else 1
            on = True
        else:
            on = False
            ran = 0
            waited = 0

        # how hard does it run?
        if not on:
            load = 0.0
        elif waiting:
            load = plant.wait_load_share
        elif control == ELECTRICITY_LED:
            load = load_for_power(plant, electricity_kw[i])
        elif control in (CONTINUOUS, TIMED) or not locked:
            load = 1.0
        else:
            # so that at the end of the step what flows to the water is the demand
            asked = (demand - flowing_per_hour * retained) / (followed_share * plant.heat_kw)
            load = min(1.0, max(plant.min_load_share, asked))

        # what does it burn, and what of its heat reaches the water?
        made = load * plant.heat_kw
        cooling = 0.0
        power = load * plant.power_kw
        fuel = load * plant.fuel_kw
        if on and has_part_load:
            power = power_at(plant, load)
            fuel /= factor_at(plant.part_load, 2, load)
        heat = made
        if warms_up:
            heat = carried + direct_share * made if on else 0.0
            cooling = 0.0 if on else cooling_per_hour * retained
            retained += (made - heat - cooling) * step_hours

        direct = min(heat, demand)
        charge = min(heat - direct, room)
        discharge = min(demand - direct, available)
        # what is lost on the way into the store and out of it is lost as well
        loss += (1.0 - plant.charge_efficiency) * charge + (per_discharge - 1.0) * discharge
        level += (charge - discharge - loss) * step_hours
        flows[0, i] = power
        flows[1, i] = heat
        lacking = demand - direct - discharge
        flows[2, i] = min(lacking, plant.boiler_kw)
        flows[3, i] = charge
        flows[4, i] = discharge
        flows[5, i] = loss
        flows[6, i] = heat - direct - charge
        flows[7, i] = level
        flows[8, i] = fuel
        flows[9, i] = made
        flows[10, i] = cooling
        flows[11, i] = retained
        flows[12, i] = lacking - flows[2, i]
