"""Electricity: the CREST model of domestic appliances and lighting, through richardsonpy.

Active occupants follow from UK time-use data, appliances and lights from the occupants and,
for lights, from the daylight (Richardson et al. 2010).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from microchp.config import Electricity
from microchp.demand.seeds import child_seed, seeded
from microchp.demand.weather import WeatherYear
from microchp.series.timeseries import MINUTES_PER_DAY, FloatArray, days_in_year

MOST_WEEKS = 4
MOST_MINUTES = 30
"""A dwelling that shares a stochastic year has it this much earlier or later, at most."""


def electricity_shape(
    occupants: int, weather: WeatherYear, seed: np.random.SeedSequence
) -> tuple[FloatArray, FloatArray]:
    """Electricity of a household by minute, kW, scaled to 1 kWh a year, and its lights' part.

    Parameters
    ----------
    occupants
        People who live there, 1 to 5.
    weather
        Daylight, and the calendar year.
    seed
        Seed of occupants' days, set of appliances and their use.

    Returns
    -------
    tuple of numpy.ndarray
        Each of shape ``(minutes of the year,)``. The set of appliances has none that heat rooms or
        water, which the house's boiler or unit does.
    """
    from richardsonpy.classes.electric_load import ElectricLoad
    from richardsonpy.classes.occupancy import Occupancy

    days = days_in_year(weather.year)
    first_day = pd.Timestamp(year=weather.year, month=1, day=1).dayofweek + 1  # Monday is 1
    with seeded(seed):
        occupancy = Occupancy(occupants, initial_day=first_day, nb_days=days)
        load = ElectricLoad(
            # a list: its loops take half the time of those over an array, and draw the same
            occ_profile=np.asarray(occupancy.occupancy, dtype=np.int64).tolist(),
            total_nb_occ=occupants,
            q_direct=weather.global_w_per_m2_by_minute(),  # only its sum with the diffuse counts
            q_diffuse=np.zeros(days * MINUTES_PER_DAY),
            prev_heat_dev=True,
            initial_day=first_day,
            timestep=60,
            save_app_light=True,
        )
    power = np.asarray(load.loadcurve, dtype=np.float64)
    lights = np.asarray(load.light_load, dtype=np.float64)
    factor = 60 / power.sum()
    return power * factor, lights * factor


class ElectricityYears:
    """Stochastic years of the dwellings of one house type, each made once.

    A stochastic year takes seconds, a dwelling's heat a fraction of one. So a few years serve a
    group: dwellings beyond them take a year that another has, moved by whole weeks, which keeps
    working days and, nearly, the season, and by minutes.

    Parameters
    ----------
    house_name, occupants
        House type and the people in it.
    weather
        Daylight, and the calendar year.
    seed
        Seed of the run.
    years
        How many years are made at most.
    """

    def __init__(
        self, house_name: str, occupants: int, weather: WeatherYear, seed: int, years: int
    ) -> None:
        self._house_name, self._occupants = house_name, occupants
        self._weather, self._seed, self._years = weather, seed, years
        self._made: dict[int, tuple[FloatArray, FloatArray]] = {}

    def shape_of(self, dwelling: int, lighting_factor: float = 1.0) -> FloatArray:
        """Electricity of a dwelling by minute, scaled to 1 kWh; the same in any group.

        What lights take is multiplied by ``lighting_factor`` afterwards.
        """
        member = dwelling % self._years
        if member not in self._made:
            seed = child_seed(self._seed, self._house_name, member, "electricity")
            self._made[member] = electricity_shape(self._occupants, self._weather, seed)
        power, lights = self._made[member]
        shape = power if lighting_factor == 1 else power + (lighting_factor - 1) * lights
        if dwelling == member:
            return shape
        seed = child_seed(self._seed, self._house_name, dwelling, "electricity shift")
        return shifted(shape, np.random.default_rng(seed))


def shifted(shape: FloatArray, random: np.random.Generator) -> FloatArray:
    """A year by minute for another dwelling: whole weeks, and minutes, earlier or later."""
    weeks = int(random.integers(1, MOST_WEEKS, endpoint=True)) * int(random.choice([-1, 1]))
    minutes = int(random.integers(-MOST_MINUTES, MOST_MINUTES, endpoint=True))
    return np.roll(shape, weeks * 7 * MINUTES_PER_DAY + minutes)


def electricity_year(
    electricity: Electricity, annual_kwh: float, year: int, shape: Callable[[], FloatArray]
) -> FloatArray:
    """Electricity of a dwelling by minute, kW, scaled to an annual total.

    Parameters
    ----------
    electricity
        Share that is always on.
    annual_kwh
        Electricity in the year; zero gives none.
    year
        Calendar year.
    shape
        Gives the stochastic part, scaled to 1 kWh; called only where there is any.

    Returns
    -------
    numpy.ndarray
        Shape ``(minutes of the year,)``.
    """
    days = days_in_year(year)
    constant_kw = electricity.constant_share * annual_kwh / (24 * days)
    varying_kwh = (1 - electricity.constant_share) * annual_kwh
    if varying_kwh == 0:
        return np.full(days * MINUTES_PER_DAY, constant_kw)
    return np.asarray(constant_kw + shape() * varying_kwh)
