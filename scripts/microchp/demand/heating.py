"""Space heating: a 2R2C house under an ideal thermostat, minute by minute.

The air node (air, furniture) loses heat by ventilation and exchanges it with the mass node
(walls, floors), which loses heat through the envelope. A share f of the gains, what shines on
the walls, enters the mass, and the rest the air::

    C_air  dT_air/dt  = heat + (1 - f) gains - H_vent (T_air - T_out) - H_couple (T_air - T_mass)
    C_mass dT_mass/dt = f gains + H_couple (T_air - T_mass) - H_env (T_mass - T_out)

Both are stepped by the implicit Euler rule, which is stable for any building and conserves
energy exactly when losses are taken at the end of the step. Heat is what the air needs to be at
the thermostat's temperature at the end of the minute, between zero and the largest output.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from microchp.config import Building, Heating, HeatingPeriod
from microchp.demand.weather import WeatherYear
from microchp.errors import ConfigError
from microchp.series.timeseries import (
    MINUTES_PER_DAY,
    FloatArray,
    repeat_to,
    resample_mean,
    time_axis,
    within_period,
)

SETTLING_MINUTES = 30 * MINUTES_PER_DAY
"""The last month of the year is run first, so that the year starts with settled temperatures."""

HIGHEST_ENVELOPE_KW_PER_K = 20.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Temperatures:
    """Air and mass temperature, degrees Celsius."""

    air_c: float
    mass_c: float


@dataclass(frozen=True)
class HeatingYear:
    """Space heating of a dwelling over a year, by minute, shape ``(minutes,)``."""

    heat_kw: FloatArray
    air_c: FloatArray
    mass_c: FloatArray
    envelope_kw_per_k: float
    start: Temperatures


@dataclass(frozen=True)
class Retrofitted:
    """What is changed in a house once its envelope is calibrated.

    ``envelope_factor`` multiplies the envelope's conductance; ``electricity_kw`` is what then
    gives the gains, by minute, shape ``(minutes,)``.
    """

    envelope_factor: float
    electricity_kw: FloatArray


def in_periods(
    periods: Sequence[HeatingPeriod],
    year: int,
    shift_minutes: int = 0,
    outdoor_c: FloatArray | None = None,
) -> npt.NDArray[np.bool_]:
    """In which minutes of the year any of the periods holds.

    Parameters
    ----------
    periods
        Of days, months and hours.
    year
        Calendar year, for weekdays and months.
    shift_minutes
        All are later (earlier if negative) by this much.
    outdoor_c
        By minute, shape ``(minutes,)``; needed where a period is for cold days only.

    Raises
    ------
    ValueError
        If a period is for cold days only and no temperatures are given.
    """
    axis = time_axis(year)
    minute = axis.hour.to_numpy() * 60 + axis.minute.to_numpy()
    weekend = axis.dayofweek.to_numpy() >= 5
    found = np.zeros(len(axis), dtype=np.bool_)
    for period in periods:
        holds = within_period(period, minute)
        if period.months is not None:
            holds &= np.isin(axis.month.to_numpy(), period.months)
        if period.days != "all":
            holds &= weekend == (period.days == "weekends")
        if period.colder_than_c is not None:
            if outdoor_c is None:
                raise ValueError("a period for cold days needs outdoor temperatures")
            day_mean_c = outdoor_c.reshape(-1, MINUTES_PER_DAY).mean(axis=1)
            holds &= np.repeat(day_mean_c < period.colder_than_c, MINUTES_PER_DAY)
        found |= holds
    return np.roll(found, shift_minutes)


def thermostat_schedule(
    heating: Heating,
    year: int,
    shift_minutes: int = 0,
    outdoor_c: FloatArray | None = None,
) -> FloatArray:
    """Temperature that the thermostat asks for, in every minute of the year.

    Parameters
    ----------
    heating
        Periods, set point, set-back and months. Outside the months nothing is asked for.
    year
        Calendar year, for weekdays and months.
    shift_minutes
        The household keeps its periods later (earlier if negative) by this much.
    outdoor_c
        By minute; see :func:`in_periods`.

    Returns
    -------
    numpy.ndarray
        Degrees Celsius; ``-inf`` where the heating is off. Shape ``(minutes of the year,)``.
    """
    holds = in_periods(heating.periods, year, shift_minutes, outdoor_c)
    asked = np.where(holds, heating.set_point_c, heating.set_back_c)
    axis = time_axis(year)
    asked[~np.isin(axis.month.to_numpy(), heating.months)] = -np.inf
    return asked


def heat_gains(building: Building, weather: WeatherYear, electricity_kw: FloatArray) -> FloatArray:
    """Gains by minute, kW: a share of the electricity, the sun through the glazing, a constant."""
    return (
        building.gain_share_of_electricity * electricity_kw
        + building.solar_aperture_m2 * weather.south_w_per_m2_by_minute() / 1000
        + building.constant_gain_kw
    )


@numba.njit(cache=True)
def run_house(
    asked_c: FloatArray,
    outdoor_c: FloatArray,
    gains_kw: FloatArray,
    envelope_kw_per_k: float,
    ventilation_kw_per_k: float,
    coupling_kw_per_k: float,
    air_kwh_per_k: float,
    mass_kwh_per_k: float,
    gain_share_to_mass: float,
    max_heat_kw: float,
    start_air_c: float,
    start_mass_c: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Heat and end-of-minute air and mass temperatures, each of the inputs' length.

    Parameters
    ----------
    asked_c, outdoor_c, gains_kw
        Thermostat, outdoor temperature and gains of each minute, shape ``(n,)``.
    envelope_kw_per_k, ventilation_kw_per_k, coupling_kw_per_k
        Conductances mass to outside, air to outside, air to mass.
    air_kwh_per_k, mass_kwh_per_k
        Capacities.
    gain_share_to_mass
        Share of the gains that enters the mass.
    max_heat_kw
        Largest heat output.
    start_air_c, start_mass_c
        Temperatures before the first minute.
    """
    n = len(asked_c)
    heat_kw = np.zeros(n)
    air_c = np.empty(n)
    mass_c = np.empty(n)
    air, mass = start_air_c, start_mass_c
    air_rate = air_kwh_per_k * 60.0  # kW per K of change in one minute
    mass_rate = mass_kwh_per_k * 60.0
    # [air_sum, -coupling; -coupling, mass_sum] [air; mass] = [air_right; mass_right]
    air_sum = air_rate + ventilation_kw_per_k + coupling_kw_per_k
    mass_sum = mass_rate + envelope_kw_per_k + coupling_kw_per_k
    determinant = air_sum * mass_sum - coupling_kw_per_k * coupling_kw_per_k
    for i in range(n):
        air_right = air_rate * air + ventilation_kw_per_k * outdoor_c[i]
        air_right += (1.0 - gain_share_to_mass) * gains_kw[i]
        mass_right = mass_rate * mass + envelope_kw_per_k * outdoor_c[i]
        mass_right += gain_share_to_mass * gains_kw[i]
        new_air = (air_right * mass_sum + coupling_kw_per_k * mass_right) / determinant
        heat = 0.0
        if new_air < asked_c[i]:
            # One kW raises the air by mass_sum / determinant at the end of the minute.
            heat = min((asked_c[i] - new_air) * determinant / mass_sum, max_heat_kw)
            new_air += heat * mass_sum / determinant
        air = new_air
        mass = (mass_right + coupling_kw_per_k * air) / mass_sum
        heat_kw[i] = heat
        air_c[i] = air
        mass_c[i] = mass
    return heat_kw, air_c, mass_c


def simulate_year(
    building: Building,
    envelope_kw_per_k: float,
    asked_c: FloatArray,
    outdoor_c: FloatArray,
    gains_kw: FloatArray,
    max_heat_kw: float,
) -> HeatingYear:
    """One year of a house, begun with the temperatures that December leaves.

    Parameters
    ----------
    building
        Capacities and conductances.
    envelope_kw_per_k
        Mass to outside.
    asked_c, outdoor_c, gains_kw
        By minute, shape ``(minutes,)``.
    max_heat_kw
        Largest heat output.
    """

    def run(part: slice, start: Temperatures) -> tuple[FloatArray, FloatArray, FloatArray]:
        heat_kw, air_c, mass_c = run_house(
            asked_c[part],
            outdoor_c[part],
            gains_kw[part],
            envelope_kw_per_k,
            building.ventilation_kw_per_k,
            building.coupling_kw_per_k,
            building.air_capacity_kwh_per_k,
            building.mass_capacity_kwh_per_k,
            building.gain_share_to_mass,
            max_heat_kw,
            start.air_c,
            start.mass_c,
        )
        return heat_kw, air_c, mass_c

    finite = asked_c[np.isfinite(asked_c)]
    indoor = float(finite.max()) if len(finite) else float(outdoor_c.mean())
    _, air_c, mass_c = run(slice(-SETTLING_MINUTES, None), Temperatures(indoor, indoor))
    start = Temperatures(float(air_c[-1]), float(mass_c[-1]))
    heat_kw, air_c, mass_c = run(slice(None), start)
    return HeatingYear(heat_kw, air_c, mass_c, envelope_kw_per_k, start)


def calibrated_year(
    building: Building,
    heating: Heating,
    weather: WeatherYear,
    electricity_kw: FloatArray,
    annual_kwh: float,
    max_heat_kw: float,
    *,
    shift_minutes: int = 0,
    retrofit: Retrofitted | None = None,
    where: str = "house",
) -> HeatingYear:
    """The year of the house whose envelope makes it need ``annual_kwh`` (before a retrofit).

    Parameters
    ----------
    building, heating, weather
        The house, its thermostat, its weather.
    electricity_kw
        Electricity by minute, for the gains, shape ``(minutes,)``.
    annual_kwh
        Space heating to meet; the envelope's conductance is found by root finding.
    max_heat_kw
        Largest heat output.
    shift_minutes
        See :func:`thermostat_schedule`.
    retrofit
        Changes to the calibrated house; its demand follows.
    where
        Key of the house, for messages.

    Returns
    -------
    HeatingYear
        With ``heat_kw`` averaged over ``heating.averaging_minutes`` (and given by minute).

    Raises
    ------
    ConfigError
        If no envelope meets ``annual_kwh``.
    """
    outdoor_c = weather.outdoor_c_by_minute()
    asked_c = thermostat_schedule(heating, weather.year, shift_minutes, outdoor_c)
    gains_kw = heat_gains(building, weather, electricity_kw)

    def year_with(envelope_kw_per_k: float, gains_kw: FloatArray = gains_kw) -> HeatingYear:
        return simulate_year(building, envelope_kw_per_k, asked_c, outdoor_c, gains_kw, max_heat_kw)

    def excess_kwh(envelope_kw_per_k: float) -> float:
        return float(year_with(envelope_kw_per_k).heat_kw.sum()) / 60 - annual_kwh

    least = excess_kwh(0.0) + annual_kwh
    if least > annual_kwh:
        raise ConfigError(
            f"{where}: ventilation_kw_per_k {building.ventilation_kw_per_k:g} alone needs "
            f"{least:,.0f} kWh of space heating a year, more than the {annual_kwh:,.0f} kWh asked "
            "for; lower it, shorten the heating periods or raise the annual total"
        )
    highest = 0.5
    while excess_kwh(highest) < 0:
        highest *= 2
        if highest > HIGHEST_ENVELOPE_KW_PER_K:
            most = excess_kwh(highest) + annual_kwh
            raise ConfigError(
                f"{where}: {annual_kwh:,.0f} kWh of space heating a year cannot be met; with "
                f"{max_heat_kw:g} kW in the heating periods it is at most {most:,.0f} kWh. Raise "
                "peak_space_heating_kw (or heating.max_heat_kw), lengthen heating.periods or "
                "lower annual_space_heating_kwh. The weather has "
                f"{outdoor_c.mean():.0f} °C on average and {outdoor_c.min():.0f} °C at its "
                "coldest: a house that needs no heating in it has annual_space_heating_kwh: 0"
            )
    envelope = float(brentq(excess_kwh, 0.0, highest, xtol=1e-9, rtol=1e-9))
    log.info(
        "%s: envelope %.1f W/K gives %.0f kWh of space heating", where, 1000 * envelope, annual_kwh
    )
    if retrofit is None:
        year = year_with(envelope)
    else:
        envelope *= retrofit.envelope_factor
        year = year_with(envelope, heat_gains(building, weather, retrofit.electricity_kw))
    if heating.averaging_minutes == 1:
        return year
    averaged = resample_mean(year.heat_kw, 1, heating.averaging_minutes)
    return HeatingYear(
        repeat_to(averaged, heating.averaging_minutes, 1),
        year.air_c,
        year.mass_c,
        envelope,
        year.start,
    )


def heat_balance_kwh(
    building: Building,
    year: HeatingYear,
    outdoor_c: FloatArray,
    gains_kw: FloatArray,
) -> dict[str, float]:
    """Heat in, gains, losses and change of stored heat over the run, kWh.

    ``heat + gains = ventilation + envelope + stored``, to rounding.
    """
    stored = building.air_capacity_kwh_per_k * (year.air_c[-1] - year.start.air_c)
    stored += building.mass_capacity_kwh_per_k * (year.mass_c[-1] - year.start.mass_c)
    return {
        "heat": float(year.heat_kw.sum()) / 60,
        "gains": float(gains_kw.sum()) / 60,
        "ventilation": building.ventilation_kw_per_k * float((year.air_c - outdoor_c).sum()) / 60,
        "envelope": year.envelope_kw_per_k * float((year.mass_c - outdoor_c).sum()) / 60,
        "stored": float(stored),
    }


def shortfall_hours(asked_c: FloatArray, air_c: npt.NDArray[np.float64]) -> float:
    """Hours in which the air is more than half a kelvin below what the thermostat asks for."""
    return float(np.count_nonzero(air_c < asked_c - 0.5)) / 60
