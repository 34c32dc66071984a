"""The job that builds the demand of a house type, from whichever source."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from microchp.config import Demand, House
from microchp.demand.builtin import DwellingDemand, builtin_dwelling
from microchp.demand.calibration import quality_report
from microchp.demand.weather import load_weather
from microchp.errors import DataError
from microchp.files import whole, write_netcdf
from microchp.timeseries import QUANTITIES, time_axis

LONG_NAMES = {
    "space_heating_kw": "space heating, mean over the step that starts at time",
    "hot_water_kw": "hot water, mean over the step that starts at time",
    "electricity_kw": "electricity, mean over the step that starts at time",
}

log = logging.getLogger(__name__)


def demand_dataset(
    dwellings: list[DwellingDemand], year: int, house_name: str, source: str, seed: int
) -> xr.Dataset:
    """Demand of the dwellings of a house type, dims ``(dwelling, time)``, by minute."""
    return xr.Dataset(
        {
            quantity: (
                ("dwelling", "time"),
                np.stack([dwelling.power_kw[quantity] for dwelling in dwellings]),
                {"units": "kW", "long_name": LONG_NAMES[quantity]},
            )
            for quantity in QUANTITIES
        },
        coords={
            "dwelling": ("dwelling", np.arange(len(dwellings)), {"long_name": "dwelling"}),
            "time": ("time", time_axis(year), {"long_name": "start of the step, standard time"}),
        },
        attrs={"house": house_name, "source": source, "step_minutes": 1, "seed": seed},
    )


def build_demand(
    *,
    demand_path: str | Path,
    quality_path: str | Path,
    house_name: str,
    house: House | None,
    demand: Demand,
    year: int,
    dwellings: int,
    seed: int,
) -> None:
    """Write a year of demand of a house type at 1 min, and how well it is what was asked for.

    Parameters
    ----------
    demand_path
        NetCDF to write, dims ``(dwelling, time)``.
    quality_path
        JSON to write: asked and reached totals and peaks, sources, gaps, warnings.
    house_name, house
        House type; ``house`` may be none where a file holds all three columns.
    demand
        Source and its settings.
    year
        Calendar year.
    dwellings
        Number of dwellings; dwelling k is the same whatever the number.
    seed
        Seed of the run.

    Raises
    ------
    DataError
        If a file (demand or weather) is wrong.
    ConfigError
        If the house's totals and peaks contradict each other.
    """
    built: list[DwellingDemand] = []
    extra: dict[str, Any] = {}
    if house is None:
        raise DataError(f"houses.{house_name}: needed for demand.source {demand.source}")
    weather = load_weather(demand.weather, year)
    for dwelling in range(dwellings):
        built.append(builtin_dwelling(house_name, house, weather, demand.diversity, seed, dwelling))
        log.info("%s: dwelling %d of %d built", house_name, dwelling + 1, dwellings)
    report = quality_report(built, year=year, house=house_name, source=demand.source, seed=seed)
    report |= extra
    for warning in report["warnings"]:
        log.warning("%s: %s", house_name, warning)
    write_netcdf(demand_dataset(built, year, house_name, demand.source, seed), demand_path)
    with whole(quality_path) as partial:
        partial.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
