"""A unit in a dwelling for a year: flows that close, and what they add up to."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
import pandas as pd
import xarray as xr

from microchp.errors import AssessmentError
from microchp.operation.heat_led import FLOWS, Plant, run
from microchp.operation.network import NO_FLOW_KW, BoolArray, Days, days_of, indicators, with_lead
from microchp.series.timeseries import MINUTES_PER_DAY, QUANTITIES, FloatArray

CLOSURE_TOLERANCE = 1e-9
"""Largest imbalance over any period, as a share of the year's heat."""

LARGE_DRAW_SHARE = 0.5
"""A store that loses so much of its size within an hour has had a large draw."""

BACK_SHARE = 0.9
"""A store is back at the level before a draw, or at this share of its size."""

_LONG_NAMES = {
    "chp_power_kw": "electricity from the unit",
    "chp_heat_kw": "heat from the unit to the water",
    "boiler_heat_kw": "heat from the auxiliary boiler",
    "store_charge_kw": "heat into the store",
    "store_discharge_kw": "heat out of the store",
    "store_loss_kw": "standing loss of the store",
    "surplus_heat_kw": "heat from the unit that nothing takes",
    "store_level_kwh": "heat in the store above its lower set point, at the end of the step",
    "chp_fuel_kw": "fuel into the unit, lower heating value",
    "chp_made_heat_kw": "heat that the unit makes, part of which warms the unit itself",
    "chp_loss_kw": "heat that the unit loses while it stands still",
    "chp_retained_kwh": "heat that warms the unit, at the end of the step",
    "unmet_heat_kw": "heat demand beyond what the boiler can give",
    "grid_import_kw": "import",
    "grid_export_kw": "export",
}


@dataclass(frozen=True)
class DwellingYear:
    """Demand of a dwelling and how a unit met it; every array of shape ``(steps,)``.

    ``demand`` holds the quantities of a demand file, ``flows`` the rows of the control's loop,
    in the order of :data:`microchp.operation.heat_led.FLOWS`, shape ``(13, steps)``.
    """

    demand: dict[str, FloatArray]
    flows: FloatArray
    step_minutes: int

    @property
    def heat_demand_kw(self) -> FloatArray:
        """Space heating and hot water together."""
        return self.demand["space_heating_kw"] + self.demand["hot_water_kw"]

    @property
    def net_kw(self) -> FloatArray:
        """Electricity demand less generation."""
        return self.demand["electricity_kw"] - self.flow("chp_power_kw")

    def flow(self, name: str) -> FloatArray:
        """One of the flows."""
        return np.asarray(self.flows[FLOWS.index(name)])

    def by_day(self, values: FloatArray) -> FloatArray:
        """``values`` as ``(days, steps of a day)``."""
        return values.reshape(-1, 24 * 60 // self.step_minutes)


def operate(
    demand: dict[str, FloatArray],
    plant: Plant,
    clock_on: BoolArray,
    step_minutes: int = 1,
    flows: FloatArray | None = None,
) -> DwellingYear:
    """Run a unit in a dwelling, and prove that energy closes.

    Parameters
    ----------
    demand
        ``space_heating_kw``, ``hot_water_kw``, ``electricity_kw``, each of shape ``(steps,)``.
    plant
        Unit, store and control.
    clock_on
        Steps in which the control `timed` has the unit on, shape ``(steps,)``.
    step_minutes
        Length of a step.
    flows
        Room for the flows, shape ``(13, steps)``, to be used again from dwelling to dwelling.

    Raises
    ------
    AssessmentError
        If heat in and heat out differ by more than rounding over any period.
    """
    heat = demand["space_heating_kw"] + demand["hot_water_kw"]
    if flows is None:
        flows = np.empty((len(FLOWS), len(heat)))
    run(heat, demand["electricity_kw"], clock_on, plant, step_minutes / 60, flows)
    largest = largest_imbalance(heat, flows, step_minutes / 60)
    if not largest <= CLOSURE_TOLERANCE:
        raise AssessmentError(
            f"heat-led operation: heat in and out differ by {largest:.1e} of the heat; at most "
            f"{CLOSURE_TOLERANCE:g} is rounding. The demand holds values that are not numbers, or "
            "the control is wrong"
        )
    return DwellingYear(demand, flows, step_minutes)


@numba.njit(cache=True, nogil=True)
def largest_imbalance(heat_demand_kw: FloatArray, flows: FloatArray, step_hours: float) -> float:
    """Largest imbalance over any period, over all the heat.

    Unit heat + boiler + unmet - change of the store's level = demand + loss + surplus, and heat of
    the unit - change of what it retains = unit heat + its loss. No period can be out by more than
    the range of the imbalance since the start. ``flows`` of shape ``(13, n)``. Not a number where
    a flow is not.
    """
    balance = 0.0
    of_unit = 0.0
    total = 1.0  # an imbalance of less than a milliwatt-hour in a few minutes is rounding
    lowest = np.zeros(2)
    highest = np.zeros(2)
    for i in range(len(heat_demand_kw)):
        given = flows[1, i] + flows[2, i] + flows[12, i]
        balance += (given - heat_demand_kw[i] - flows[5, i] - flows[6, i]) * step_hours
        of_unit += (flows[9, i] - flows[1, i] - flows[10, i]) * step_hours
        total += (flows[9, i] + flows[2, i] + flows[12, i]) * step_hours
        for part, off in enumerate((balance - flows[7, i], of_unit - flows[11, i])):
            if not off >= lowest[part]:
                lowest[part] = off
            if not off <= highest[part]:
                highest[part] = off
    return float(max(highest[0] - lowest[0], highest[1] - lowest[1]) / total)


@numba.njit(cache=True, nogil=True)
def runs_by_day(power_kw: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Share of each day that a unit runs, and its starts, each of shape ``(days,)``."""
    days = len(power_kw) // steps
    share = np.zeros(days)
    starts = np.zeros(days)
    before = False
    for i in range(days * steps):
        on = power_kw[i] > 0.0
        if on:
            share[i // steps] += 1.0 / steps
            if not before:
                starts[i // steps] += 1.0
        before = on
    return share, starts


@numba.njit(cache=True, nogil=True)
def store_recoveries(
    level_kwh: FloatArray, size_kwh: float, hour: int
) -> tuple[list[int], list[int]]:
    """How long a store takes to come back after large draws.

    A draw is large where the level falls by :data:`LARGE_DRAW_SHARE` of the size within an hour. It
    is made good when the level is back at what it was, or at :data:`BACK_SHARE` of the size. A
    draw that the year ends in is left out.

    Parameters
    ----------
    level_kwh
        Level at the end of each step.
    size_kwh
        Size of the store; 0: none.
    hour
        Steps of an hour.

    Returns
    -------
    Steps in which draws became large, and the steps that each took to be made good.
    """
    starts = [0 for _ in range(0)]
    lasted = [0 for _ in range(0)]
    since = -1
    back_kwh = 0.0
    for i in range(hour, len(level_kwh)):
        if since >= 0:
            if level_kwh[i] >= back_kwh:
                starts.append(since)
                lasted.append(i - since)
                since = -1
        elif size_kwh > 0.0 and level_kwh[i - hour] - level_kwh[i] >= LARGE_DRAW_SHARE * size_kwh:
            since = i
            back_kwh = min(level_kwh[i - hour], BACK_SHARE * size_kwh)
    return starts, lasted


def run_share_by_hour(year: DwellingYear, periods: dict[str, BoolArray]) -> FloatArray:
    """Share of each hour of day that a unit runs, over the days of each period.

    Returns
    -------
    numpy.ndarray
        Shape ``(periods, 24)``.
    """
    on = year.by_day((year.flow("chp_power_kw") > 0).astype(np.float64))
    by_hour = on.reshape(len(on), 24, -1).mean(axis=2)
    return np.stack([by_hour[days].mean(axis=0) for days in periods.values()])


def dwelling_table(
    year: DwellingYear,
    periods: dict[str, BoolArray],
    power_kw: float,
    ramp_minutes: int,
    store_kwh: float = 0.0,
) -> pd.DataFrame:
    """Measures of Peacock 2006, Tables 3 and 4, for one dwelling, a row per period.

    Parameters
    ----------
    year
        What :func:`operate` gave.
    periods
        Days of each period, shape ``(days,)``.
    power_kw
        Rated power of the unit.
    ramp_minutes
        Window of the ramps.
    store_kwh
        Size of the store; 0: none.

    Returns
    -------
    pandas.DataFrame
        ``period``, ``days``; energies of the demand, the unit, the boiler and the store (kWh), with
        the electricity demand in steps that have a heat demand (``electricity_beside_heat_kwh``);
        import, export, ``peak_import_kw``, ``original_peak_kw`` (without unit), factors and
        shares of the net load and ``original_load_factor``; ``run_time_share``,
        ``run_hours``, ``starts``. Of hot water: what the boiler makes of it
        (``hot_water_from_boiler_kwh``), and what is not served in its minute, hot water having
        priority (``unmet_hot_water_kwh``, ``unmet_hot_water_minutes``). Of the store: its
        ``large_draws`` and the mean and longest time until each is made good, empty without any
        (``store_recovery_minutes``, ``longest_recovery_minutes``).
    """
    window = max(1, ramp_minutes // year.step_minutes)
    net = days_of(with_lead(year.net_kw[:, None], window), window, year.step_minutes)
    electricity = year.demand["electricity_kw"]
    before = days_of(with_lead(electricity[:, None], window), window, year.step_minutes)
    share, starts = runs_by_day(year.flow("chp_power_kw"), 24 * 60 // year.step_minutes)
    energies = {
        "heat_demand_kwh": year.heat_demand_kw,
        "electricity_demand_kwh": electricity,
        "electricity_beside_heat_kwh": np.where(year.heat_demand_kw > 0, electricity, 0.0),
        "chp_electricity_kwh": year.flow("chp_power_kw"),
        "chp_heat_kwh": year.flow("chp_heat_kw"),
        "chp_fuel_kwh": year.flow("chp_fuel_kw"),
        "chp_loss_kwh": year.flow("chp_loss_kw"),
        "boiler_heat_kwh": year.flow("boiler_heat_kw"),
        "unmet_heat_kwh": year.flow("unmet_heat_kw"),
        "surplus_heat_kwh": year.flow("surplus_heat_kw"),
        "store_loss_kwh": year.flow("store_loss_kw"),
        "store_discharge_kwh": year.flow("store_discharge_kw"),
    }
    hours = year.step_minutes / 60
    water = year.demand["hot_water_kw"]
    # a boiler at its limit heats water first, as combination boilers do
    unserved = np.maximum(year.flow("unmet_heat_kw") - year.demand["space_heating_kw"], 0.0)
    energies["hot_water_kwh"] = water
    energies["hot_water_from_boiler_kwh"] = np.minimum(year.flow("boiler_heat_kw"), water)
    energies["unmet_hot_water_kwh"] = unserved
    late = year.by_day((unserved > NO_FLOW_KW).astype(np.float64)).sum(axis=1) * year.step_minutes
    drawn, lasted = (
        np.array(found, dtype=np.int64)
        for found in store_recoveries(
            year.flow("store_level_kwh"), store_kwh, 60 // year.step_minutes
        )
    )
    drawn_day = drawn // (24 * 60 // year.step_minutes)
    daily = {name: year.by_day(values).sum(axis=1) * hours for name, values in energies.items()}
    rows = []
    for period, chosen in periods.items():
        measures = _of(net, chosen, power_kw)
        original = _of(before, chosen, power_kw)
        days = int(np.count_nonzero(chosen))
        recovered = lasted[chosen[drawn_day]] * year.step_minutes
        rows.append(
            {"period": period, "days": days}
            | {name: float(values[chosen].sum()) for name, values in daily.items()}
            | {
                "import_kwh": measures["import_kwh"],
                "export_kwh": measures["export_kwh"],
                "original_peak_kw": original["admd_kw"],
                "peak_import_kw": measures["admd_kw"],
                "original_load_factor": original["load_factor"],
                "load_factor": measures["load_factor"],
                "original_export_kwh": original["export_kwh"],
                "original_capacity_factor": original["capacity_factor"],
                "original_zero_import_share": original["zero_import_share"],
                "original_daily_load_factor": original["daily_load_factor"],
                "daily_load_factor": measures["daily_load_factor"],
                "export_factor": measures["export_factor"],
                "capacity_factor": measures["capacity_factor"],
                "export_hours": measures["export_hours"],
                "zero_import_share": measures["zero_import_share"],
                "run_time_share": float(share[chosen].mean()),
                "run_hours": float(share[chosen].sum() * 24),
                "starts": int(starts[chosen].sum()),
                "unmet_hot_water_minutes": int(late[chosen].sum()),
                "large_draws": len(recovered),
                "store_recovery_minutes": recovered.mean() if len(recovered) else math.nan,
                "longest_recovery_minutes": recovered.max() if len(recovered) else math.nan,
            }
        )
    return pd.DataFrame(rows)


def _of(days: Days, chosen: BoolArray, power_kw: float) -> dict[str, float]:
    found = indicators(days, chosen, dwellings=1, units=1, power_kw=power_kw)
    return {name: float(values[0]) for name, values in found.items()}


def daily_dataset(year: DwellingYear, dates: pd.DatetimeIndex, power_kw: float) -> xr.Dataset:
    """Measures of Peacock 2006, Table 3, for every day of a dwelling.

    Parameters
    ----------
    year
        What :func:`operate` gave.
    dates
        Its days.
    power_kw
        Rated power of the unit.
    """
    one_step = 1
    days = days_of(with_lead(year.net_kw[:, None], one_step), one_step, year.step_minutes)
    every = np.eye(len(dates), dtype=np.bool_)
    each = [_of(days, every[number], power_kw) for number in range(len(dates))]
    share, starts = runs_by_day(year.flow("chp_power_kw"), 24 * 60 // year.step_minutes)
    values = {
        "day_import_kwh": ([day["import_kwh"] for day in each], "kWh", "import"),
        "day_export_kwh": ([day["export_kwh"] for day in each], "kWh", "export"),
        "day_peak_import_kw": ([day["admd_kw"] for day in each], "kW", "largest import"),
        "day_load_factor": ([day["load_factor"] for day in each], "1", "mean over peak import"),
        "day_export_factor": ([day["export_factor"] for day in each], "1", "mean over peak export"),
        "day_capacity_factor": (
            [day["capacity_factor"] for day in each],
            "1",
            "export over generation at rated power all day",
        ),
        "day_zero_import_share": (
            [day["zero_import_share"] for day in each],
            "1",
            "share of the day without import",
        ),
        "day_run_minutes": (share * MINUTES_PER_DAY, "min", "run time of the unit"),
        "day_starts": (starts, "1", "starts of the unit"),
    }
    return xr.Dataset(
        {
            name: (("day",), np.asarray(array), {"units": unit, "long_name": f"{text}, by day"})
            for name, (array, unit, text) in values.items()
        },
        coords={"day": ("day", dates, {"long_name": "midnight that the day starts with"})},
    )


def flows_dataset(year: DwellingYear, time: pd.DatetimeIndex) -> xr.Dataset:
    """All flows of a dwelling over ``time``, with their demands."""
    net = year.net_kw
    values = {quantity: year.demand[quantity] for quantity in QUANTITIES}
    values |= {name: year.flow(name) for name in FLOWS}
    values |= {"grid_import_kw": np.maximum(net, 0), "grid_export_kw": np.maximum(-net, 0)}
    names = {quantity: f"{quantity[:-3].replace('_', ' ')} demand" for quantity in QUANTITIES}
    names |= _LONG_NAMES
    return xr.Dataset(
        {
            name: (
                ("time",),
                array,
                {"units": "kWh" if name.endswith("_kwh") else "kW", "long_name": names[name]},
            )
            for name, array in values.items()
        },
        coords={"time": ("time", time, {"long_name": "start of the step, standard time"})},
        attrs={"step_minutes": year.step_minutes},
    )
