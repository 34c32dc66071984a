"""Demand from the reference days of VDI 4655 for single-family houses, through demandlib.

Each day of the year is one of ten kinds (season by mean temperature, working day or Sunday,
clear or overcast) and takes the profile of its kind: the totals are right, the days repeat.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from microchp.config import Diversity, House, Vdi4655
from microchp.demand.builtin import DwellingDemand, annual_asked_kwh, dwelling_variation
from microchp.demand.hot_water import draw_offs_per_day
from microchp.demand.weather import WeatherYear
from microchp.series.timeseries import (
    MINUTES_PER_DAY,
    QUANTITIES,
    FloatArray,
    days_in_year,
    resample_mean,
    time_axis,
)

CLOUDY_FROM_OCTAS = 5.0

VDI_NAMES = {
    "space_heating_kw": "Q_Heiz_TT",
    "hot_water_kw": "Q_TWW_TT",
    "electricity_kw": "W_TT",
}


def reference_days(
    vdi4655: Vdi4655, occupants: int, weather: WeatherYear, try_region: int
) -> dict[str, FloatArray]:
    """A year of reference days, each quantity with a total of 1 kWh.

    Parameters
    ----------
    vdi4655
        Season limits.
    occupants
        People who live there.
    weather
        Daily mean temperature and cloud cover, which choose each day's kind.
    try_region
        Climate zone of the daily energy factors.

    Returns
    -------
    dict
        kW by minute for each quantity, shape ``(minutes of the year,)``.
    """
    from demandlib import vdi

    # demandlib knows years of 365 days only. A common year that begins on the same weekday has
    # the same first 365 days; the last of a leap year repeats the one a week before it.
    first = pd.Timestamp(year=weather.year, month=1, day=1)
    common = weather.year
    while pd.Timestamp(year=common, month=1, day=1).dayofweek != first.dayofweek or (
        days_in_year(common) == 366
    ):
        common -= 1
    days = time_axis(common, MINUTES_PER_DAY)
    octas = resample_mean(weather.cloud_octas, 60, MINUTES_PER_DAY)[: len(days)]
    outdoor_c = resample_mean(weather.outdoor_c, 60, MINUTES_PER_DAY)[: len(days)]
    climate = vdi.Climate(
        temperature=pd.Series(outdoor_c, index=days),
        cloud_coverage=pd.Series(np.where(octas >= CLOUDY_FROM_OCTAS, "B", "H"), index=days),
        energy_factors=vdi.Climate().from_try_data(try_region).energy_factors,
    )
    region = vdi.Region(
        common,
        climate=climate,
        houses=[
            {
                "name": "house",
                "house_type": "EFH",
                "N_Pers": occupants,
                "N_WE": 1,
                "Q_Heiz_a": 1.0,
                "Q_TWW_a": 1.0,
                "W_a": 1.0,
                "summer_temperature_limit": vdi4655.summer_above_c,
                "winter_temperature_limit": vdi4655.winter_below_c,
            }
        ],
    )
    energy = region.get_load_curve_houses()["house"]["EFH"]
    profiles = {}
    for quantity, name in VDI_NAMES.items():
        kwh = energy[name].to_numpy(np.float64)
        if days_in_year(weather.year) == 366:
            kwh = np.append(kwh, kwh[-7 * MINUTES_PER_DAY : -6 * MINUTES_PER_DAY])
        profiles[quantity] = kwh * 60 / kwh.sum()
    return profiles


def vdi4655_dwelling(
    house_name: str,
    house: House,
    profiles: dict[str, FloatArray],
    diversity: Diversity,
    seed: int,
    dwelling: int,
    weather_source: str,
) -> DwellingDemand:
    """Demand of a dwelling from :func:`reference_days`, scaled to its totals.

    Further dwellings have totals of their own and live earlier or later; their days are the same.
    The standard has no peaks to ask for.
    """
    variation = dwelling_variation(diversity, seed, house_name, dwelling)
    asked = annual_asked_kwh(house, variation)
    power = {
        quantity: np.roll(profiles[quantity], variation.shift_minutes) * asked[quantity]
        for quantity in QUANTITIES
    }
    return DwellingDemand(
        power_kw=power,
        annual_asked_kwh=dict(asked),
        peak_asked_kw=dict.fromkeys(QUANTITIES),
        sources=dict.fromkeys(QUANTITIES, f"VDI 4655 reference days (demandlib), {weather_source}"),
        facts={
            "schedule_shift_minutes": variation.shift_minutes,
            "annual_factors": variation.factors,
            "draw_offs_per_day": draw_offs_per_day(power["hot_water_kw"]),
        },
    )
