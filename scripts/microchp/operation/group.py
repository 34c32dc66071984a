"""A group of dwellings behind a transformer, for every penetration, from runs made once.

What a dwelling's unit does depends on no other, so the load of a group in which some dwellings
have a unit is the demand of all less the generation of those: any penetration, and any choice
of dwellings, is a sum over runs that are made already. A week at most is held at a time, so that
memory does not grow with the number of dwellings.
"""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import netCDF4
import numpy as np
import pandas as pd
import xarray as xr

from microchp.assessment.network import BoolArray, Days, days_of, indicators
from microchp.files import write_netcdf
from microchp.scenarios import GroupInputs
from microchp.timeseries import MINUTES_PER_DAY, FloatArray

WEEK_DAYS = 7
MOST_BYTES = 256 * 2**20
"""Of the generation of all dwellings a week is held at a time, or as many days as fit this."""

UNITS = {
    "admd_kw": ("kW", "largest import, per dwelling"),
    "adme_kw": ("kW", "largest export, per dwelling"),
    "import_kwh": ("kWh", "import through the transformer"),
    "export_kwh": ("kWh", "export through the transformer"),
    "load_factor": ("1", "mean over peak of the import in the period"),
    "export_factor": ("1", "mean over peak of the export in the period"),
    "capacity_factor": ("1", "export over generation at rated power all the time"),
    "zero_import_share": ("1", "share of the time without import"),
    "run_time_share": ("1", "share of the time that a unit runs"),
    "max_ramp_kw_per_min": ("kW/min", "steepest rise of the net load"),
    "max_ramp_down_kw_per_min": ("kW/min", "steepest fall of the net load"),
    "daily_load_factor": ("1", "mean of the load factors of days"),
}
"""Measures of a choice of dwellings in a period, with unit and name, in the order of tables."""

log = logging.getLogger(__name__)


DOUBLE_UP_TO = 100
"""Larger groups are summed in single precision: within 1e-6 of the load, and twice as fast."""


class Rows(Protocol):
    """An array in memory or in a file, of which parts are read."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its extent."""

    def __getitem__(self, key: Any, /) -> Any:
        """A part of it."""


def units_at(penetration: float, dwellings: int) -> int:
    """How many of the dwellings have a unit, to the nearest whole number."""
    return math.floor(penetration * dwellings + 0.5)


def draw_choices(dwellings: int, units: int, most: int, seed: int) -> BoolArray:
    """Which dwellings have a unit: all choices, or ``most`` different ones drawn at random.

    Parameters
    ----------
    dwellings, units
        Dwellings of the group, and how many of them have a unit.
    most
        Choices at most.
    seed
        Seed of the draws; a choice depends on it and on the two numbers alone.

    Returns
    -------
    numpy.ndarray
        Shape ``(choices, dwellings)``.
    """
    possible = math.comb(dwellings, units)
    if possible <= most:
        combinations: Iterator[tuple[int, ...]] = itertools.combinations(range(dwellings), units)
        found = set(combinations)
    else:
        random = np.random.default_rng(np.random.SeedSequence([seed, dwellings, units]))
        found = set()
        while len(found) < most:
            drawn = random.choice(dwellings, units, replace=False, shuffle=False)
            found.add(tuple(sorted(drawn.tolist())))
    chosen = np.zeros((len(found), dwellings), dtype=np.bool_)
    for row, combination in enumerate(sorted(found)):
        chosen[row, list(combination)] = True
    return chosen


def group_days(
    generation_kw: Rows,
    demand_kw: FloatArray,
    choices: list[BoolArray],
    window: int,
) -> list[Days]:
    """Days of the net load of every choice.

    Parameters
    ----------
    generation_kw
        By minute, whole days, shape ``(dwellings, minutes)``; read in parts.
    demand_kw
        Of all dwellings, shape ``(minutes,)``.
    choices
        For each penetration which dwellings have a unit, shape ``(choices, dwellings)``.
    window
        Minutes over which ramps are taken, at most a day.

    Returns
    -------
    list of Days
        For each penetration, of shape ``(days, choices)``.
    """
    dwellings, minutes = generation_kw.shape
    found = [Days.empty(minutes // MINUTES_PER_DAY, len(chosen)) for chosen in choices]
    kind: Any = np.float64 if dwellings <= DOUBLE_UP_TO else np.float32
    # the demand is one more dwelling, in every choice
    weights = [
        np.vstack([np.ones(len(chosen)), -chosen.T.astype(float)]).astype(kind)
        for chosen in choices
    ]
    room = max(1, MOST_BYTES // (8 * MINUTES_PER_DAY * (dwellings + 1)))
    block = min(WEEK_DAYS, room) * MINUTES_PER_DAY
    for begin in range(0, minutes, block):
        end = min(begin + block, minutes)
        lead = min(begin, window)
        part = slice(begin - lead, end)
        rows = np.vstack([demand_kw[part], np.asarray(generation_kw[:, part])]).astype(kind)
        # nothing changes before the first minute of the year
        rows = np.pad(rows, ((0, 0), (window - lead, 0)), mode="edge")
        # a day of 200 choices fits a processor's cache, a week does not
        for day in range((end - begin) // MINUTES_PER_DAY):
            first = day * MINUTES_PER_DAY
            columns = rows[:, first : first + window + MINUTES_PER_DAY].T
            for days, weight in zip(found, weights, strict=True):
                days.put(begin // MINUTES_PER_DAY + day, days_of(columns @ weight, window))
    return found


def chosen_generation(generation_kw: Rows, chosen: BoolArray) -> FloatArray:
    """Generation of several choices, by minute.

    Parameters
    ----------
    generation_kw
        Shape ``(dwellings, minutes)``, read dwelling by dwelling.
    chosen
        Shape ``(choices, dwellings)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(choices, minutes)``.
    """
    total = np.zeros((len(chosen), generation_kw.shape[1]))
    for dwelling in np.flatnonzero(chosen.any(axis=0)):
        total[chosen[:, dwelling]] += np.asarray(generation_kw[dwelling, :])
    return total


def measures(
    days: Days,
    chosen: BoolArray,
    periods: dict[str, BoolArray],
    run_share: FloatArray,
    power_kw: float,
) -> dict[str, FloatArray]:
    """Measures of every choice in every period, each of shape ``(periods, choices)``.

    Parameters
    ----------
    days
        Of shape ``(days, choices)``.
    chosen
        Which dwellings have a unit, shape ``(choices, dwellings)``.
    periods
        Days of each period.
    run_share
        Share of each day that the unit of each dwelling runs, shape ``(dwellings, days)``.
    power_kw
        Rated power of a unit.
    """
    units, dwellings = int(chosen[0].sum()), chosen.shape[1]
    rows = []
    for in_period in periods.values():
        found = indicators(days, in_period, dwellings=dwellings, units=units, power_kw=power_kw)
        runs = chosen @ run_share[:, in_period].mean(axis=1)
        rows.append(found | {"run_time_share": runs / max(units, 1)})
    return {name: np.stack([row[name] for row in rows]) for name in UNITS}


def aggregate_group(
    *, generation_path: str | Path, group_path: str | Path, inputs: GroupInputs
) -> None:
    """Write what a group is to its transformer at every penetration.

    Parameters
    ----------
    generation_path
        What ``simulate_dwelling`` wrote.
    group_path
        NetCDF to write: the measures of :data:`UNITS` over ``(penetration, period, choice)``,
        not a number beyond the last choice; by minute, the demand of the group and, for each
        penetration, the generation of the choice whose annual import is the median.
    inputs
        Penetrations, choices and seed.
    """
    with netCDF4.Dataset(generation_path) as file:
        generation = file["chp_power_kw"]
        demand_kw = np.asarray(file["demand_kw"][:], dtype=np.float64)
        run_share = np.asarray(file["run_share"][:, :], dtype=np.float64)
        names = str(file.getncattr("period_names")).split()
        in_period = np.asarray(file["period"][:, :]).astype(np.bool_)
        power_kw = float(file.getncattr("power_kw"))
        first = pd.Timestamp(str(file["time"].units).removeprefix("minutes since "))
        attributes = {
            name: file.getncattr(name) for name in ("case", "group", "power_kw", "store_kwh")
        }
        dwellings = generation.shape[0]
        counts = [units_at(share, dwellings) for share in inputs.penetration]
        choices = [draw_choices(dwellings, n, inputs.choices, inputs.seed) for n in counts]
        found = group_days(generation, demand_kw, choices, inputs.ramp_minutes)
        periods = dict(zip(names, in_period, strict=True))
        tables = [
            measures(days, chosen, periods, run_share, power_kw)
            for days, chosen in zip(found, choices, strict=True)
        ]
        middle = [_median_choice(days.import_kwh.sum(axis=0)) for days in found]
        shown = np.stack([chosen[m] for chosen, m in zip(choices, middle, strict=True)])
        generated = chosen_generation(generation, shown)
    most = max(len(chosen) for chosen in choices)
    dims = ("penetration", "period", "choice")
    dataset = xr.Dataset(
        {
            name: (
                dims,
                np.stack([_padded(table[name], most) for table in tables]),
                {"units": unit, "long_name": long_name},
            )
            for name, (unit, long_name) in UNITS.items()
        },
        coords={
            "penetration": ("penetration", inputs.penetration, {"long_name": "share with a unit"}),
            "period": ("period", names),
            "time": ("time", pd.date_range(first, periods=len(demand_kw), freq="min", unit="ns")),
        },
        attrs={
            **attributes,
            "dwellings": dwellings,
            "ramp_minutes": inputs.ramp_minutes,
            "transformer_kva": inputs.transformer_kva,
            "seed": inputs.seed,
        },
    )
    for name, dimensions, values, unit, long_name in (
        ("units", ("penetration",), counts, "1", "dwellings with a unit"),
        ("choices", ("penetration",), [len(c) for c in choices], "1", "choices of dwellings"),
        ("shown_choice", ("penetration",), middle, "1", "choice with the median annual import"),
        ("has_unit", ("penetration", "dwelling"), shown, "1", "dwellings of that choice"),
        ("in_period", ("period", "day"), in_period, "1", "whether a day belongs to a period"),
        ("demand_kw", ("time",), demand_kw, "kW", "electricity demand of the group"),
        (
            "generation_kw",
            ("penetration", "time"),
            generated,
            "kW",
            "generation of the group, in the choice with the median annual import",
        ),
    ):
        array = np.asarray(values)
        if array.dtype == np.bool_:
            array = array.astype(np.int8)
        dataset[name] = (dimensions, array, {"units": unit, "long_name": long_name})
    write_netcdf(dataset, group_path)
    log.info(
        "%s: %d penetrations of %d dwellings, %d choices",
        inputs.case,
        len(counts),
        dwellings,
        sum(len(chosen) for chosen in choices),
    )


def _median_choice(annual_import_kwh: FloatArray) -> int:
    return int(np.argsort(annual_import_kwh, kind="stable")[(len(annual_import_kwh) - 1) // 2])


def _padded(values: FloatArray, width: int) -> FloatArray:
    return np.pad(values, ((0, 0), (0, width - values.shape[1])), constant_values=np.nan)
