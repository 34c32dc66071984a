"""A group of dwellings behind a transformer, for every penetration, from runs made once.

What a dwelling's unit does depends on no other, so the load of a group in which some dwellings
have a unit is the demand of all less the generation of those: any penetration, and any choice
of dwellings, is a sum over runs that are made already. A day of some dwellings is held at a time,
so that memory does not grow with their number.
"""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import netCDF4
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from microchp.config.scenarios import GroupInputs
from microchp.files import copy_netcdf, write_netcdf
from microchp.operation.flexibility import DIRECTIONS
from microchp.operation.network import BoolArray, Days, days_of, indicators
from microchp.series.timeseries import MINUTES_PER_DAY, FloatArray
from microchp.telling import RESULT, counted

CASE_NAMES = ("group", "unit", "incentive", "tes", "plant")
"""What a case is, in names of the configuration: ``unit`` of the catalogue, or else incentive,
store (``with`` or ``without``) and plant of the design that is installed; empty where there is
none. Its id only names files."""

DWELLINGS_AT_ONCE = 500
"""A day of so many dwellings is read and added at a time."""

ROWS_PER_CHUNK = 8
"""Generation is packed in so many dwellings by a day: what an aggregation reads at a time."""

DOUBLE_UP_TO = 100
"""Generation of larger groups is kept, and summed, in single precision: within 1e-6 of the load,
in half the room and time."""

BAND = (5, 50, 95)
"""Percentiles over the choices of dwellings that the days shown have."""

EXCEEDED_SHARES = np.linspace(0, 1, 201)
"""Shares of the year that a duration curve is stated for."""

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
    "export_hours": ("h", "hours in which something is exported"),
}
"""Measures of a choice of dwellings in a period, with unit and name, in the order of tables."""

log = logging.getLogger(__name__)


class Rows(Protocol):
    """An array in memory or in a file, of which parts are read."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its extent."""

    @property
    def dtype(self) -> Any:
        """Its precision."""

    def __getitem__(self, key: Any, /) -> Any:
        """A part of it."""


def with_none(penetration: Sequence[float]) -> list[float]:
    """Penetrations with that of no units first: what units change is compared with it."""
    return list(dict.fromkeys([0.0, *penetration]))


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
        combinations = itertools.combinations(range(dwellings), units)
        found = {_packed(list(combination), dwellings) for combination in combinations}
    else:
        random = np.random.default_rng(np.random.SeedSequence([seed, dwellings, units]))
        found = set()
        while len(found) < most:
            drawn = random.choice(dwellings, units, replace=False, shuffle=False)
            found.add(_packed(drawn, dwellings))
    bits = np.frombuffer(b"".join(sorted(found, reverse=True)), dtype=np.uint8)
    unpacked = np.unpackbits(bits.reshape(len(found), -1), axis=1, count=dwellings)
    return unpacked.astype(np.bool_)


def _packed(chosen: Sequence[int] | npt.NDArray[np.integer], dwellings: int) -> bytes:
    """A choice in a bit a dwelling; choices of the first dwellings are the largest."""
    has_unit = np.zeros(dwellings, dtype=np.bool_)
    has_unit[chosen] = True
    return np.packbits(has_unit).tobytes()


@dataclass(frozen=True)
class GroupYear:
    """Net loads of a group at every penetration, reduced.

    ``days`` holds, for each penetration, days of shape ``(days, choices)``; ``bands`` the
    percentiles :data:`BAND` over the choices of the days shown, shape ``(penetrations, days shown,
    3, minutes of a day)``.
    """

    days: list[Days]
    bands: FloatArray


def group_year(
    generation_kw: Rows,
    demand_kw: FloatArray,
    choices: list[BoolArray],
    window: int,
    shown_days: Sequence[int] = (),
) -> GroupYear:
    """Net loads of every choice, day by day.

    Parameters
    ----------
    generation_kw
        By minute, whole days, shape ``(dwellings, minutes)``; read in parts, and summed in its
        own precision.
    demand_kw
        Of all dwellings, shape ``(minutes,)``.
    choices
        For each penetration which dwellings have a unit, shape ``(choices, dwellings)``.
    window
        Minutes over which ramps are taken, at most a day.
    shown_days
        Days whose bands are wanted.
    """
    dwellings, minutes = generation_kw.shape
    found = [Days.empty(minutes // MINUTES_PER_DAY, len(chosen)) for chosen in choices]
    bands = np.zeros((len(choices), len(shown_days), len(BAND), MINUTES_PER_DAY))
    kind = generation_kw.dtype
    # the end of the day before, in which ramps begin, and the day
    nets = [np.zeros((window + MINUTES_PER_DAY, len(chosen)), dtype=kind) for chosen in choices]
    for day in range(minutes // MINUTES_PER_DAY):
        part = slice(day * MINUTES_PER_DAY, (day + 1) * MINUTES_PER_DAY)
        for net in nets:
            net[:window] = net[MINUTES_PER_DAY:]
            net[window:] = demand_kw[part, None]
        for first in range(0, dwellings, DWELLINGS_AT_ONCE):
            some = slice(first, first + DWELLINGS_AT_ONCE)
            generated = np.asarray(generation_kw[some, part]).T
            for net, chosen in zip(nets, choices, strict=True):
                net[window:] -= generated @ chosen[:, some].astype(kind).T
        if day == 0:
            for net in nets:
                net[:window] = net[window]  # nothing changes before the first minute of the year
        for days, net in zip(found, nets, strict=True):
            days.put(day, days_of(net, window))
        if day in shown_days:
            for p, net in enumerate(nets):
                bands[p, shown_days.index(day)] = np.percentile(net[window:], BAND, axis=1)
    return GroupYear(found, bands)


def chosen_generation(generation_kw: Rows, chosen: BoolArray) -> FloatArray:
    """Generation of several choices, by minute.

    Parameters
    ----------
    generation_kw
        Shape ``(dwellings, minutes)``, whole days, read a day of some dwellings at a time.
    chosen
        Shape ``(choices, dwellings)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(choices, minutes)``.
    """
    dwellings, minutes = generation_kw.shape
    takers = chosen.astype(np.float64)
    total = np.zeros((len(chosen), minutes))
    for day in range(minutes // MINUTES_PER_DAY):
        part = slice(day * MINUTES_PER_DAY, (day + 1) * MINUTES_PER_DAY)
        for first in range(0, dwellings, DWELLINGS_AT_ONCE):
            some = slice(first, first + DWELLINGS_AT_ONCE)
            generated = np.asarray(generation_kw[some, part], dtype=np.float64)
            total[:, part] += takers[:, some] @ generated
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
        Share of each period that the unit of each dwelling runs, shape ``(periods, dwellings)``.
    power_kw
        Rated power of a unit.
    """
    units, dwellings = int(chosen[0].sum()), chosen.shape[1]
    rows = []
    for in_period, share in zip(periods.values(), run_share, strict=True):
        found = indicators(days, in_period, dwellings=dwellings, units=units, power_kw=power_kw)
        runs = np.array([share[choice].sum() for choice in chosen])
        rows.append(found | {"run_time_share": runs / max(units, 1)})
    return {name: np.stack([row[name] for row in rows]) for name in UNITS}


def period_means(by_day: Rows, in_period: BoolArray) -> FloatArray:
    """Means over the days of each period.

    Parameters
    ----------
    by_day
        Shape ``(dwellings, days)``, read some dwellings at a time.
    in_period
        Whether a day belongs to a period, shape ``(periods, days)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(periods, dwellings)``.
    """
    weights = in_period / in_period.sum(axis=1, keepdims=True)
    return np.hstack(
        [
            weights @ np.asarray(by_day[first : first + DWELLINGS_AT_ONCE, :], dtype=np.float64).T
            for first in range(0, by_day.shape[0], DWELLINGS_AT_ONCE)
        ]
    )


def aggregate_group(
    *,
    generation_path: str | Path,
    group_path: str | Path,
    inputs: GroupInputs,
    without_unit_path: str | Path | None = None,
) -> None:
    """Write what a group is to its transformer at every penetration.

    Parameters
    ----------
    generation_path
        What ``simulate_dwelling`` wrote.
    group_path
        NetCDF to write: the measures of :data:`UNITS` over ``(penetration, period, choice)``,
        not a number beyond the last choice; by minute, the demand of the group and, for each
        penetration, the generation of the choice whose annual import is the median, and the
        duration curve of its net load; the net load of the days of periods of one day, as
        percentiles over the choices.
    inputs
        Penetrations, choices and seed. The group without units is computed whether or not 0 is
        among the penetrations.
    without_unit_path
        What this wrote of the same dwellings without a unit: if the case turns out to have none,
        copied rather than computed again.
    """
    with netCDF4.Dataset(generation_path) as file:
        power_kw = float(file.getncattr("power_kw"))
        attributes = {
            name: file.getncattr(name) for name in ("case", *CASE_NAMES, "power_kw", "store_kwh")
        }
        if without_unit_path is not None and power_kw == 0:
            copy_netcdf(without_unit_path, group_path, attributes)
            log.log(RESULT, "%s: no unit, as in %s", inputs.case, Path(without_unit_path).stem)
            return
        generation = file["chp_power_kw"]
        generation.set_var_chunk_cache(size=0)  # all of a chunk is read at once
        demand_kw = np.asarray(file["demand_kw"][:], dtype=np.float64)
        names = str(file.getncattr("period_names")).split()
        in_period = np.asarray(file["period"][:, :]).astype(np.bool_)
        run_share = period_means(file["run_share"], in_period)
        by_hour = np.asarray(file["run_share_hour"][:, :, :], dtype=np.float64)
        shift = np.asarray(file["shiftable"][:, :, :, : len(names), :], dtype=np.float64)
        first = pd.Timestamp(str(file["time"].units).removeprefix("minutes since "))
        dwellings = generation.shape[0]
        penetration = with_none(inputs.penetration)
        counts = [units_at(share, dwellings) for share in penetration]
        # without a unit all choices of dwellings are alike
        most = inputs.choices if power_kw > 0 else 1
        choices = [draw_choices(dwellings, n, most, inputs.seed) for n in counts]
        periods = dict(zip(names, in_period, strict=True))
        shown_days = {name: int(days.argmax()) for name, days in periods.items() if days.sum() == 1}
        year = group_year(
            generation, demand_kw, choices, inputs.ramp_minutes, list(shown_days.values())
        )
        tables = [
            measures(days, chosen, periods, run_share, power_kw)
            for days, chosen in zip(year.days, choices, strict=True)
        ]
        middle = [_median_choice(days.import_kwh.sum(axis=0)) for days in year.days]
        shown = np.stack([chosen[m] for chosen, m in zip(choices, middle, strict=True)])
        generated = chosen_generation(generation, shown)
    by_day = demand_kw.reshape(-1, MINUTES_PER_DAY)
    time = pd.date_range(first, periods=len(demand_kw), freq="min", unit="ns")
    dates = [f"{time[day * MINUTES_PER_DAY]:%Y-%m-%d}" for day in shown_days.values()]
    durations = [np.quantile(demand_kw - row, 1 - EXCEEDED_SHARES) for row in generated]
    widest = max(len(chosen) for chosen in choices)
    dims = ("penetration", "period", "choice")
    dataset = xr.Dataset(
        {
            name: (
                dims,
                np.stack([_padded(table[name], widest) for table in tables]),
                {"units": unit, "long_name": long_name},
            )
            for name, (unit, long_name) in UNITS.items()
        },
        coords={
            "penetration": ("penetration", penetration, {"long_name": "share with a unit"}),
            "period": ("period", names),
            "time": ("time", time),
            "shown_day": ("shown_day", list(shown_days)),
            "shown_date": ("shown_day", dates, {"long_name": "date of the day shown"}),
            "direction": ("direction", list(DIRECTIONS)),
            "minute": ("minute", np.arange(MINUTES_PER_DAY), {"units": "min"}),
            "percentile": ("percentile", list(BAND), {"long_name": "over the choices"}),
            "exceeded_share": (
                "exceeded_share",
                EXCEEDED_SHARES,
                {"long_name": "share of the year in which the load is larger"},
            ),
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
        (
            "utilisation",
            ("penetration", "period", "hour"),
            [
                np.tensordot(row / max(row.sum(), 1), by_hour[:, : len(names)], axes=1)
                for row in shown.astype(np.float64)
            ],
            "1",
            "share of the units that run, by hour of day, in that choice",
        ),
        *(
            (
                f"shiftable_{unit.lower()}",
                ("penetration", "direction", "period", "hour"),
                [np.tensordot(row, shift[:, :, k], axes=1) for row in shown.astype(np.float64)],
                unit,
                f"{text} that can be shifted by starting or stopping units, in that choice",
            )
            for k, (unit, text) in enumerate((("kW", "power"), ("kWh", "energy")))
        ),
        ("in_period", ("period", "day"), in_period, "1", "whether a day belongs to a period"),
        ("demand_kw", ("time",), demand_kw, "kW", "electricity demand of the group"),
        (
            "generation_kw",
            ("penetration", "time"),
            generated,
            "kW",
            "generation of the group, in the choice with the median annual import",
        ),
        (
            "net_duration_kw",
            ("penetration", "exceeded_share"),
            durations,
            "kW",
            "net load that is exceeded for a share of the year, in that choice",
        ),
        (
            "demand_day_kw",
            ("shown_day", "minute"),
            by_day[list(shown_days.values())],
            "kW",
            "electricity demand of the group on the days shown",
        ),
        (
            "net_day_kw",
            ("penetration", "shown_day", "percentile", "minute"),
            year.bands,
            "kW",
            "net load of the group on the days shown, over the choices of dwellings",
        ),
    ):
        array = np.asarray(values)
        if array.dtype == np.bool_:
            array = array.astype(np.int8)
        dataset[name] = (dimensions, array, {"units": unit, "long_name": long_name})
    write_netcdf(dataset, group_path)
    log.log(
        RESULT,
        "%s: %s of %s, %s",
        inputs.case,
        counted(len(counts), "penetration"),
        counted(dwellings, "dwelling"),
        counted(sum(len(chosen) for chosen in choices), "choice"),
    )


def _median_choice(annual_import_kwh: FloatArray) -> int:
    return int(np.argsort(annual_import_kwh, kind="stable")[(len(annual_import_kwh) - 1) // 2])


def _padded(values: FloatArray, width: int) -> FloatArray:
    return np.pad(values, ((0, 0), (0, width - values.shape[1])), constant_values=np.nan)
