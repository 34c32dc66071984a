"""How much of a street's load its units and stores can shift, at each hour and for how long.

At the start of each hour of a heat-led year, a unit that stands still could be **started**: it
makes its rated heat, the demand takes its part, and the rest goes into the store until that is
full. The street's load falls by the unit's power. A unit that runs could be **stopped**: the store
gives the heat until it is empty. The load rises by what the unit gave. Neither leaves a household
without heat, nor has the boiler make more; what is shifted comes back later.

A unit is counted as one that can be started if the store takes its heat for its minimum run time,
and as one that can be stopped if it has run for that time. Each hour is asked by itself: what was
shifted before is not in the store. Warm-up is left out.
"""

from __future__ import annotations

import numba
import numpy as np

from microchp.operation.dwelling import DwellingYear
from microchp.operation.heat_led import Plant
from microchp.operation.network import BoolArray
from microchp.series.timeseries import FloatArray

DIRECTIONS = ("start", "stop")
"""Ways to shift: a unit that stands is started, or one that runs is stopped."""

LONGEST_HOURS = 12
"""No shift is followed further than this."""


@numba.njit(cache=True, nogil=True)
def shiftable(
    heat_demand_kw: FloatArray,
    power_kw: FloatArray,
    level_kwh: FloatArray,
    plant: Plant,
    step_hours: float,
) -> FloatArray:
    """What can be shifted at the start of each hour.

    Parameters
    ----------
    heat_demand_kw, power_kw, level_kwh
        Heat demand, the unit's power, and the store's level at the end of each step of a heat-led
        run, shape ``(n,)``.
    plant
        Unit and store.
    step_hours
        Length of a step.

    Returns
    -------
    numpy.ndarray
        Shape ``(2, 2, hours)``: power (kW) and energy (kWh), for each of :data:`DIRECTIONS`.
    """
    hour = round(1.0 / step_hours)
    hours = len(power_kw) // hour
    most = LONGEST_HOURS * hour
    found = np.zeros((2, 2, hours))
    if plant.power_kw <= 0.0 or plant.store_kwh <= 0.0:
        return found
    ran = 0
    for i in range(len(power_kw)):
        if i % hour == 0 and i > 0:
            level = level_kwh[i - 1]
            lasted = 0
            if power_kw[i - 1] <= 0.0:
                for j in range(i, min(i + most, len(power_kw))):
                    surplus = max(0.0, plant.heat_kw - heat_demand_kw[j])
                    loss = plant.loss_kw + plant.loss_per_hour * level
                    level += (surplus * plant.charge_efficiency - loss) * step_hours
                    if level > plant.store_kwh:
                        break
                    lasted += 1
                if lasted >= plant.min_run_steps and lasted > 0:
                    found[0, 0, i // hour] = plant.power_kw
                    found[0, 1, i // hour] = plant.power_kw * lasted * step_hours
            elif ran >= plant.min_run_steps:
                for j in range(i, min(i + most, len(power_kw))):
                    loss = plant.loss_kw + plant.loss_per_hour * level
                    taken = heat_demand_kw[j] / plant.discharge_efficiency
                    level -= (taken + loss) * step_hours
                    if level < 0.0:
                        break
                    lasted += 1
                if lasted > 0:
                    found[1, 0, i // hour] = power_kw[i - 1]
                    found[1, 1, i // hour] = power_kw[i - 1] * lasted * step_hours
        ran = ran + 1 if power_kw[i] > 0.0 else 0
    return found


def shiftable_by_hour(
    year: DwellingYear, plant: Plant, periods: dict[str, BoolArray]
) -> FloatArray:
    """Means over the days of each period, by hour of day.

    Returns
    -------
    numpy.ndarray
        Shape ``(2, 2, periods, 24)``: power and energy for each of :data:`DIRECTIONS`; energy over
        power is how long it lasts.
    """
    found = shiftable(
        year.heat_demand_kw,
        np.ascontiguousarray(year.flow("chp_power_kw")),
        np.ascontiguousarray(year.flow("store_level_kwh")),
        plant,
        year.step_minutes / 60,
    )
    by_day = found.reshape(2, 2, -1, 24)
    return np.stack([by_day[:, :, days].mean(axis=2) for days in periods.values()], axis=2)
