"""Built-in demand: electricity, then space heating with its gains, and hot water, by dwelling."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from microchp.config import Diversity, House, Retrofit
from microchp.demand.electricity import ElectricityYears, electricity_year
from microchp.demand.heating import (
    Retrofitted,
    calibrated_year,
    in_periods,
    shortfall_hours,
    thermostat_schedule,
)
from microchp.demand.hot_water import (
    PEAK_MINUTES,
    draw_offs_per_day,
    hot_water_year,
    reheated,
)
from microchp.demand.seeds import child_seed
from microchp.demand.weather import WeatherYear
from microchp.series.timeseries import QUANTITIES, FloatArray, repeat_to, resample_mean


@dataclass(frozen=True)
class Variation:
    """How a dwelling differs from the house type: a factor on each total, and a time shift."""

    factors: dict[str, float]
    shift_minutes: int


@dataclass(frozen=True)
class DwellingDemand:
    """Demand of one dwelling over a year.

    ``power_kw`` holds an array by minute for each quantity, shape ``(minutes,)``;
    ``annual_asked_kwh`` and ``peak_asked_kw`` what was asked for (none where nothing was);
    ``sources`` where each quantity comes from; ``facts`` what else is worth knowing.
    """

    power_kw: dict[str, FloatArray]
    annual_asked_kwh: dict[str, float | None]
    peak_asked_kw: dict[str, float | None]
    sources: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict)


def dwelling_variation(
    diversity: Diversity, seed: int, house_name: str, dwelling: int
) -> Variation:
    """How a dwelling differs; the first (0) does not.

    Parameters
    ----------
    diversity
        Spread of the totals and of the schedules.
    seed
        Seed of the run.
    house_name, dwelling
        Which dwelling; nothing else matters, so that dwelling 3 is the same in any group.
    """
    if dwelling == 0:
        return Variation(dict.fromkeys(QUANTITIES, 1.0), 0)
    random = np.random.default_rng(child_seed(seed, house_name, dwelling, "variation"))
    # A lognormal with mean 1 and the standard deviation asked for.
    sigma = float(np.sqrt(np.log1p(diversity.annual_deviation_share**2)))
    draws = random.normal(-(sigma**2) / 2, sigma, len(QUANTITIES))
    shift = random.integers(
        -diversity.schedule_shift_minutes, diversity.schedule_shift_minutes, endpoint=True
    )
    factors = {quantity: float(np.exp(x)) for quantity, x in zip(QUANTITIES, draws, strict=True)}
    return Variation(factors, int(shift))


def annual_asked_kwh(house: House, variation: Variation) -> dict[str, float]:
    """Annual totals of a dwelling, by quantity."""
    totals = {
        "space_heating_kw": house.annual_space_heating_kwh,
        "hot_water_kw": house.annual_hot_water_kwh,
        "electricity_kw": house.annual_electricity_kwh,
    }
    return {quantity: total * variation.factors[quantity] for quantity, total in totals.items()}


def builtin_dwelling(
    house_name: str,
    house: House,
    weather: WeatherYear,
    diversity: Diversity,
    seed: int,
    dwelling: int,
    years: ElectricityYears,
    measured_kw: dict[str, FloatArray] | None = None,
) -> DwellingDemand:
    """Synthesise the demand of a dwelling, or what its measurements leave out.

    Parameters
    ----------
    house_name, house
        House type.
    weather
        Weather of the year.
    diversity, seed, dwelling
        Which dwelling, and how it may differ from the first.
    years
        Stochastic electricity of the house type.
    measured_kw
        Quantities that are measured, by minute; they are taken as they are, and measured
        electricity is what warms the rooms.

    Raises
    ------
    ConfigError
        If the house's totals and peaks contradict each other.
    """
    where = f"houses.{house_name}" + (f" (dwelling {dwelling})" if dwelling else "")
    drawn_as = house.draws_as or house_name
    variation = dwelling_variation(diversity, seed, drawn_as, dwelling)
    asked: dict[str, float | None] = dict(annual_asked_kwh(house, variation))
    max_heat_kw = house.heating.max_heat_kw or house.peak_space_heating_kw
    peaks: dict[str, float | None] = {
        "space_heating_kw": max_heat_kw,
        "hot_water_kw": house.peak_hot_water_kw,
        "electricity_kw": None,
    }
    power = dict(measured_kw or {})
    sources = dict.fromkeys(power, "file")
    asked |= dict.fromkeys(power)
    peaks |= dict.fromkeys(power)
    facts: dict[str, Any] = {
        "schedule_shift_minutes": variation.shift_minutes,
        "annual_factors": variation.factors,
    }
    retrofit = house.retrofit
    # `before_kw` is what warmed the house that met its totals
    if asked["electricity_kw"] is None:
        before_kw = power["electricity_kw"]
    else:
        before_kw, power["electricity_kw"] = (
            electricity_year(
                house.electricity,
                asked["electricity_kw"],
                weather.year,
                partial(_shape_of_households, years, house.households, dwelling, factor),
            )
            for factor in (1.0, retrofit.lighting_factor)
        )
        sources["electricity_kw"] = "builtin: CREST model (richardsonpy)"
        if retrofit.lighting_factor != 1:
            asked["electricity_kw"] = None
    if asked["space_heating_kw"] == 0:
        power["space_heating_kw"] = np.zeros_like(power["electricity_kw"])
        sources["space_heating_kw"] = "builtin: none asked for"
        peaks["space_heating_kw"] = None
    elif asked["space_heating_kw"] is not None:
        heated = calibrated_year(
            house.building,
            house.heating,
            weather,
            before_kw,
            asked["space_heating_kw"],
            max_heat_kw,
            shift_minutes=variation.shift_minutes,
            retrofit=Retrofitted(retrofit.envelope_factor, power["electricity_kw"]),
            where=where,
        )
        if retrofit != Retrofit():
            asked["space_heating_kw"] = peaks["space_heating_kw"] = None
        if house.heating.averaging_minutes > PEAK_MINUTES:
            peaks["space_heating_kw"] = None
        power["space_heating_kw"] = heated.heat_kw
        sources["space_heating_kw"] = f"builtin: 2R2C house, {weather.source}"
        schedule = thermostat_schedule(
            house.heating, weather.year, variation.shift_minutes, weather.outdoor_c_by_minute()
        )
        facts |= {
            "envelope_kw_per_k": heated.envelope_kw_per_k,
            "mean_indoor_c": float(heated.air_c.mean()),
            "hours_below_set_point": shortfall_hours(schedule, heated.air_c),
        }
    if asked["hot_water_kw"] is not None:
        power["hot_water_kw"] = np.sum(
            [
                hot_water_year(
                    house.hot_water,
                    asked["hot_water_kw"] / house.households,
                    house.peak_hot_water_kw,
                    weather.year,
                    child_seed(seed, drawn_as, member, "hot_water"),
                    where=where,
                )
                for member in _members(house.households, dwelling)
            ],
            axis=0,
        )
        if house.households > 1:
            peaks["hot_water_kw"] = None  # the peak asked for is that of one household
        sources["hot_water_kw"] = "builtin: draw-offs (OpenDHW)"
        if asked["hot_water_kw"] == 0:
            peaks["hot_water_kw"] = None
    facts["draw_offs_per_day"] = draw_offs_per_day(power["hot_water_kw"])
    cylinder = house.hot_water.cylinder
    if cylinder is not None and asked["hot_water_kw"] is not None:
        power["hot_water_kw"] = reheated(
            power["hot_water_kw"],
            in_periods(
                cylinder.periods,
                weather.year,
                variation.shift_minutes,
                weather.outdoor_c_by_minute(),
            ),
            cylinder,
        )
        sources["hot_water_kw"] += ", through a cylinder"
        peaks["hot_water_kw"] = None  # the peak asked for is that of the draws
    minutes = house.hot_water.averaging_minutes
    if minutes > 1 and asked["hot_water_kw"] is not None:
        power["hot_water_kw"] = repeat_to(
            resample_mean(power["hot_water_kw"], 1, minutes), minutes, 1
        )
        if minutes > PEAK_MINUTES:
            peaks["hot_water_kw"] = None
    return DwellingDemand(power, asked, peaks, sources, facts)


def _members(households: int, dwelling: int) -> range:
    """Numbers of a dwelling's households; with one, the dwelling's own."""
    return range(dwelling * households, (dwelling + 1) * households)


def _shape_of_households(
    years: ElectricityYears, households: int, dwelling: int, lighting_factor: float
) -> FloatArray:
    """Electricity of a dwelling's households together, scaled to 1 kWh before relighting."""
    shapes = [years.shape_of(k, lighting_factor) for k in _members(households, dwelling)]
    return np.asarray(np.mean(shapes, axis=0))
