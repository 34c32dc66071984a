"""The job that builds the demand of a house type, from whichever source."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import xarray as xr

from microchp.config import Demand, House, Pv
from microchp.demand.builtin import DwellingDemand, builtin_dwelling
from microchp.demand.electricity import ElectricityYears
from microchp.demand.hot_water import draw_offs_per_day
from microchp.demand.measured import MeasuredDemand, read_demand_file
from microchp.demand.photovoltaics import pv_yield_kw_per_kwp
from microchp.demand.quality import quality_report, quality_rows
from microchp.demand.vdi4655 import reference_days, vdi4655_dwelling
from microchp.demand.weather import WeatherYear, load_weather
from microchp.errors import ConfigError
from microchp.files import whole, write_dwellings
from microchp.series.timeseries import QUANTITIES, WEATHER, time_axis
from microchp.telling import RESULT, counted

LONG_NAMES = {
    "space_heating_kw": "space heating, mean over the step that starts at time",
    "hot_water_kw": "hot water, mean over the step that starts at time",
    "electricity_kw": "electricity, mean over the step that starts at time",
}

WEATHER_ATTRIBUTES = {
    "outdoor_temperature_c": {
        "units": "degC",
        "long_name": "outdoor temperature, mean over the step",
    },
    "pv_yield_kw_per_kwp": {
        "units": "kW/kWp",
        "long_name": "AC power of photovoltaics over rated power, mean over the step",
    },
}

log = logging.getLogger(__name__)


def write_demand(
    demand_path: str | Path,
    dwellings: Iterable[DwellingDemand],
    *,
    count: int,
    year: int,
    house_name: str,
    source: str,
    seed: int,
    weather: xr.Dataset | None = None,
    first_dwelling: int = 0,
) -> None:
    """Write demand of the dwellings of a house type, dims ``(dwelling, time)``, by minute.

    ``weather`` goes with it, as :func:`weather_by_minute` gives it.
    """
    write_dwellings(
        demand_path,
        (dwelling.power_kw for dwelling in dwellings),
        count=count,
        time=time_axis(year),
        long_names=LONG_NAMES,
        attributes={
            "house": house_name,
            "source": source,
            "step_minutes": 1,
            "seed": seed,
            **({} if weather is None else {"weather": str(weather.attrs["weather"])}),
        },
        common=weather,
        first=first_dwelling,
    )


def weather_by_minute(weather: WeatherYear, pv: Pv) -> xr.Dataset:
    """The weather that goes with a demand, by minute: dims ``(time,)``, names of ``WEATHER``."""
    values = (weather.outdoor_c_by_minute(), pv_yield_kw_per_kwp(weather, pv))
    return xr.Dataset(
        {
            name: ("time", series, WEATHER_ATTRIBUTES[name])
            for name, series in zip(WEATHER, values, strict=True)
        },
        coords={"time": time_axis(weather.year)},
        attrs={"weather": weather.source},
    )


def build_demand(
    *,
    demand_path: str | Path,
    quality_path: str | Path,
    house_name: str,
    house: House | None,
    demand: Demand,
    pv: Pv,
    year: int,
    dwellings: int,
    seed: int,
    first_dwelling: int = 0,
) -> None:
    """Write a year of demand of a house type at 1 min, and how well it is what was asked for.

    Parameters
    ----------
    demand_path
        NetCDF to write: demand, dims ``(dwelling, time)``, and weather, dims ``(time,)``.
    quality_path
        JSON to write: asked and reached totals and peaks, sources, gaps, warnings, notes.
    house_name, house
        House type; ``house`` may be none where a file holds all three columns.
    demand
        Source and its settings. The weather is the configured one whatever the source.
    pv
        Orientation and losses of the photovoltaics whose yield goes with the demand.
    year
        Calendar year.
    dwellings
        Number of dwellings; dwelling k is the same whatever the number.
    seed
        Seed of the run.
    first_dwelling
        Number of the first of them, so that a group can be made in parts; dwellings of a file are
        made together.

    Raises
    ------
    DataError
        If a file (demand or weather) is wrong.
    ConfigError
        If the house's totals and peaks contradict each other.
    """
    facts: dict[str, Any] = {}
    warnings: list[str] = []
    notes: list[str] = []
    weather = load_weather(demand.weather, year)
    if demand.source == "file":
        measured = read_demand_file(
            demand.files[house_name],
            year,
            demand.file_policy,
            house_name,
            house=house,
            dwellings=dwellings,
        )
        facts = {"file": measured.facts}
        warnings, notes = measured.warnings, measured.notes
        count = len(measured.dwellings)
        built = _from_file(measured, house_name, house, demand, weather, seed)
    else:
        count = dwellings
        built = _synthesised(
            house_name,
            _needed(house_name, house),
            demand,
            weather,
            range(first_dwelling, first_dwelling + dwellings),
            seed,
        )
    rows: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []

    def noted() -> Iterator[DwellingDemand]:
        """Each dwelling, once what is told of it is noted; the dwelling itself is not kept."""
        for number, one in enumerate(built, first_dwelling):
            rows.extend(quality_rows(number, one))
            found.append(one.facts)
            yield one

    write_demand(
        demand_path,
        noted(),
        count=count,
        year=year,
        house_name=house_name,
        source=demand.source,
        seed=seed,
        weather=weather_by_minute(weather, pv),
        first_dwelling=first_dwelling,
    )
    report = quality_report(
        rows,
        found,
        year=year,
        house=house_name,
        source=demand.source,
        seed=seed,
        first_dwelling=first_dwelling,
    )
    report |= facts
    own_warnings = report["warnings"]
    report["warnings"] = warnings + own_warnings
    report["notes"] = notes
    # what is to be said of a file was said at the start of the run
    for said in (*warnings, *notes):
        log.info("%s: %s", house_name, said)
    for said in own_warnings:
        log.warning("%s: %s", house_name, said)
    with whole(quality_path) as partial:
        partial.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    mean_kwh = {
        quantity: sum(row["annual_reached_kwh"] for row in rows if row["quantity"] == quantity)
        / count
        for quantity in QUANTITIES
    }
    log.log(
        RESULT,
        "%s, %s: %s kWh a year%s",
        house_name,
        counted(count, "dwelling"),
        ", ".join(
            f"{quantity.removesuffix('_kw').replace('_', ' ')} {kwh:,.0f}"
            for quantity, kwh in mean_kwh.items()
        ),
        " on average" if count > 1 else "",
    )


def _needed(house_name: str, house: House | None) -> House:
    if house is None:
        raise ConfigError(
            f"houses.{house_name}: not in the catalogue nor under `houses`, and only "
            "demand.source: file can do without"
        )
    return house


def _synthesised(
    house_name: str,
    house: House,
    demand: Demand,
    weather: WeatherYear,
    dwellings: range,
    seed: int,
) -> Iterator[DwellingDemand]:
    """Dwellings from the built-in models or from VDI 4655, one after the other."""
    years = ElectricityYears(
        house.draws_as or house_name,
        house.occupants,
        weather,
        seed,
        demand.diversity.electricity_years,
    )
    if demand.source == "vdi4655":
        profiles = reference_days(
            demand.vdi4655, house.occupants, weather, demand.weather.try_region
        )
    for dwelling in dwellings:
        if demand.source == "vdi4655":
            one = vdi4655_dwelling(
                house_name, house, profiles, demand.diversity, seed, dwelling, weather.source
            )
        else:
            one = builtin_dwelling(
                house_name, house, weather, demand.diversity, seed, dwelling, years
            )
        log.info("%s: dwelling %d of %d built", house_name, dwelling + 1, dwellings.stop)
        yield one


def _from_file(
    measured: MeasuredDemand,
    house_name: str,
    house: House | None,
    demand: Demand,
    weather: WeatherYear,
    seed: int,
) -> Iterator[DwellingDemand]:
    """Dwellings from a file, one after the other, what it leaves out from the built-in house."""
    if all(quantity in measured.dwellings[0] for quantity in QUANTITIES):
        for power in measured.dwellings:
            yield DwellingDemand(
                power_kw=power,
                annual_asked_kwh=dict.fromkeys(QUANTITIES),
                peak_asked_kw=dict.fromkeys(QUANTITIES),
                sources=dict.fromkeys(QUANTITIES, "file"),
                facts={"draw_offs_per_day": draw_offs_per_day(power["hot_water_kw"])},
            )
        return
    house = _needed(house_name, house)
    years = ElectricityYears(
        house.draws_as or house_name,
        house.occupants,
        weather,
        seed,
        demand.diversity.electricity_years,
    )
    for dwelling, power in enumerate(measured.dwellings):
        yield builtin_dwelling(
            house_name,
            house,
            weather,
            demand.diversity,
            seed,
            dwelling,
            years,
            measured_kw=power,
        )
