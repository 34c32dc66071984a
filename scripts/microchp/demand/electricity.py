"""Electricity: the CREST model of domestic appliances and lighting, through richardsonpy.

Active occupants follow from UK time-use data, appliances and lights from the occupants and,
for lights, from the daylight (Richardson et al. 2010).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from microchp.config import Electricity
from microchp.demand.seeds import seeded
from microchp.demand.weather import WeatherYear
from microchp.timeseries import MINUTES_PER_DAY, FloatArray, days_in_year


def electricity_year(
    electricity: Electricity,
    occupants: int,
    annual_kwh: float,
    weather: WeatherYear,
    seed: np.random.SeedSequence,
) -> FloatArray:
    """Electricity of a dwelling by minute, kW, scaled to an annual total.

    Parameters
    ----------
    electricity
        Share that is always on.
    occupants
        People who live there, 1 to 5.
    annual_kwh
        Electricity in the year; zero gives none.
    weather
        Daylight, and the calendar year.
    seed
        Seed of occupants' days, set of appliances and their use.

    Returns
    -------
    numpy.ndarray
        Shape ``(minutes of the year,)``. The set of appliances has none that heat rooms or
        water, which the house's boiler or unit does.
    """
    days = days_in_year(weather.year)
    constant_kw = electricity.constant_share * annual_kwh / (24 * days)
    varying_kwh = (1 - electricity.constant_share) * annual_kwh
    if varying_kwh == 0:
        return np.full(days * MINUTES_PER_DAY, constant_kw)
    from richardsonpy.classes.electric_load import ElectricLoad
    from richardsonpy.classes.occupancy import Occupancy

    first_day = pd.Timestamp(year=weather.year, month=1, day=1).dayofweek + 1  # Monday is 1
    with seeded(seed):
        occupancy = Occupancy(occupants, initial_day=first_day, nb_days=days)
        load = ElectricLoad(
            # as a list: plain integers, which the model compares millions of times
            occ_profile=occupancy.occupancy.tolist(),
            total_nb_occ=occupants,
            q_direct=weather.global_w_per_m2_by_minute(),  # only its sum with the diffuse counts
            q_diffuse=np.zeros(days * MINUTES_PER_DAY),
            prev_heat_dev=True,
            initial_day=first_day,
            timestep=60,
        )
    power = np.asarray(load.loadcurve, dtype=np.float64)
    return np.asarray(constant_kw + power * (varying_kwh / (power.sum() / 60)))
