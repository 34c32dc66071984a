"""Electricity prices and the grid's CO2 over a year, from periods, one number or a user's file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from microchp.config import (
    DEAR_MEAN_GBP_PER_KWH,
    LOOKS_LIKE_PENCE,
    Emissions,
    PricePeriod,
    SeriesFile,
    Tariff,
)
from microchp.config.scenarios import NamedFile, SeriesKind
from microchp.errors import DataError
from microchp.series.timeseries import (
    MINUTES_PER_DAY,
    FloatArray,
    days_in_year,
    repeat_to,
    resample_mean,
    time_axis,
)
from microchp.series.year_file import YearSeries, read_year_file

SATURDAY = 5
DAY_KINDS = ("weekdays", "weekends")


@dataclass(frozen=True)
class Quantity:
    """A column of a year file, and what no market, grid or plant has.

    Attributes
    ----------
    name
        The column.
    unit
        Its unit.
    lowest, highest
        Of any value.
    lowest_mean, highest_mean
        Of the mean over the year.
    looks_like
        What was most likely given instead where the mean is too large.
    """

    name: str
    unit: str
    lowest: float
    highest: float
    lowest_mean: float
    highest_mean: float
    looks_like: str


# Prices of an hour have been at 17.5 AUD (Australia's cap) and far below zero.
_GRAMS = "grams, or kg per MWh (to be divided by 1000)"

QUANTITIES_OF: dict[SeriesKind, tuple[Quantity, ...]] = {
    "import_price": (
        Quantity(
            "import_price_gbp_per_kwh",
            "GBP/kWh",
            -20,
            20,
            0,
            DEAR_MEAN_GBP_PER_KWH,
            LOOKS_LIKE_PENCE,
        ),
    ),
    "export_price": (
        Quantity(
            "export_price_gbp_per_kwh",
            "GBP/kWh",
            -20,
            20,
            -DEAR_MEAN_GBP_PER_KWH,
            DEAR_MEAN_GBP_PER_KWH,
            LOOKS_LIKE_PENCE,
        ),
    ),
    "grid_co2": (Quantity("grid_kg_per_kwh", "kg/kWh", 0, 3, 0, 1.5, _GRAMS),),
    "central_plant": (
        Quantity("primary_energy_kwh_per_kwh", "kWh/kWh", 0, 20, 0, 10, "a percentage"),
        Quantity("co2_kg_per_kwh", "kg/kWh", 0, 3, 0, 1.5, _GRAMS),
    ),
}
"""What the files of each kind hold."""


def import_price(tariff: Tariff, year: int, step_minutes: int) -> FloatArray:
    """Price of each slice of a year (GIMP of Eq. 5).

    A slice in which the price changes gets the time-weighted mean, so that a constant power
    costs the same at every step.

    Parameters
    ----------
    tariff
        Its ``import_file``, if it names one, else its ``import_periods``.
    year
        Calendar year.
    step_minutes
        Length of a slice; divides a day.

    Returns
    -------
    numpy.ndarray
        GBP/kWh, shape ``(days, slices)``.

    Raises
    ------
    DataError
        If the file does not hold one number for each regular step of the whole year.
    """
    if tariff.import_file is not None:
        return _from_file(tariff.import_file, "import_price", year, step_minutes)
    return _from_periods(tariff.import_periods, year, step_minutes)


def export_price(tariff: Tariff, year: int, step_minutes: int) -> FloatArray:
    """Paid for export in each slice of a year by the tariff alone (GEXP of Eq. 5).

    Parameters
    ----------
    tariff
        Its ``export_file``, its ``export_periods``, or its one price.
    year, step_minutes
        As of :func:`import_price`.

    Returns
    -------
    numpy.ndarray
        GBP/kWh, shape ``(days, slices)``; negative where export has to be paid for.

    Raises
    ------
    DataError
        As of :func:`import_price`.
    """
    if tariff.export_file is not None:
        return _from_file(tariff.export_file, "export_price", year, step_minutes)
    if tariff.export_periods:
        return _from_periods(tariff.export_periods, year, step_minutes)
    return _constant(tariff.export_gbp_per_kwh, year, step_minutes)


def grid_co2(emissions: Emissions, year: int, step_minutes: int) -> FloatArray:
    """CO2 of a kWh from the grid in each slice of a year (GEF of Eq. 20).

    Parameters
    ----------
    emissions
        Its ``grid_file``, if it names one, else its one factor.
    year, step_minutes
        As of :func:`import_price`.

    Returns
    -------
    numpy.ndarray
        kg/kWh, shape ``(days, slices)``.

    Raises
    ------
    DataError
        As of :func:`import_price`.
    """
    if emissions.grid_file is not None:
        return _from_file(emissions.grid_file, "grid_co2", year, step_minutes)
    return _constant(emissions.grid_kg_per_kwh, year, step_minutes)


def read_series(file: SeriesFile, kind: SeriesKind, year: int, key: str) -> YearSeries:
    """A user's file of prices or factors, its values those of a real market, grid or plant.

    Parameters
    ----------
    file
        See :func:`microchp.series.year_file.read_year_file`.
    kind
        What it holds, a key of :data:`QUANTITIES_OF`.
    year
        The year it must cover.
    key
        The key of the configuration that names it, for messages.

    Raises
    ------
    DataError
        Naming file, row and column, what was found and what is accepted.
    """
    quantities = QUANTITIES_OF[kind]
    series = read_year_file(file, [quantity.name for quantity in quantities], year, key)
    times = time_axis(year, series.step_minutes)
    for quantity in quantities:
        values = series.columns[quantity.name]
        mean = float(np.mean(values))
        where = f"{file.path}, column {file.columns.get(quantity.name, quantity.name)}"
        if not quantity.lowest_mean <= mean <= quantity.highest_mean:
            turned_round = mean < 0 <= quantity.lowest_mean
            looks_like = "a sign turned round" if turned_round else quantity.looks_like
            raise DataError(
                f"{where}: {mean:g} on average looks like {looks_like}; expected {quantity.unit}, "
                f"{quantity.lowest_mean:g} to {quantity.highest_mean:g} on average"
            )
        wrong = np.flatnonzero((values < quantity.lowest) | (values > quantity.highest))
        if wrong.size:
            raise DataError(
                f"{where}: {values[wrong[0]]:g} at {times[wrong[0]]}, and {wrong.size} such values "
                f"in all; expected {quantity.lowest:g} to {quantity.highest:g} {quantity.unit}"
            )
    return series


def validate_year_files(files: Iterable[NamedFile], year: int) -> list[str]:
    """Check files of prices and factors, for use before any job runs.

    Parameters
    ----------
    files
        With the key that names each.
    year
        The year they must cover, where a file has none of its own.

    Returns
    -------
    list of str
        What each file holds, a line for each, so that a wrong unit is seen.

    Raises
    ------
    DataError
        With the problem of every file.
    """
    problems, notes = [], []
    for file in files:
        try:
            series = read_series(file.file, file.kind, file.year or year, file.key)
        except DataError as error:
            problems.append(f"{file.key}: {error}")
            continue
        held = "; ".join(
            f"{quantity.name} {np.mean(values):.3g} {quantity.unit} on average "
            f"({np.min(values):.3g} to {np.max(values):.3g})"
            for quantity in QUANTITIES_OF[file.kind]
            for values in [series.columns[quantity.name]]
        )
        notes.append("; ".join([f"{file.key}: {series.step_minutes} min, {held}", *series.notes]))
    if problems:
        raise DataError("\n".join(problems))
    return notes


def _constant(value: float, year: int, step_minutes: int) -> FloatArray:
    return np.full((days_in_year(year), MINUTES_PER_DAY // step_minutes), value)


def _from_file(file: SeriesFile, kind: SeriesKind, year: int, step_minutes: int) -> FloatArray:
    changed_ns = Path(file.path).stat().st_mtime_ns if Path(file.path).is_file() else 0
    return _from_file_of(file.model_dump_json(), changed_ns, kind, year, step_minutes).copy()


@lru_cache(maxsize=8)
def _from_file_of(
    file: str, changed_ns: int, kind: SeriesKind, year: int, step_minutes: int
) -> FloatArray:
    """The series of a file as it was at some time, which samples of a sweep share."""
    series = read_series(SeriesFile.model_validate_json(file), kind, year, kind)
    (values,) = series.columns.values()
    by_minute = repeat_to(values, series.step_minutes, 1)
    return resample_mean(by_minute, 1, step_minutes).reshape(days_in_year(year), -1)


def _from_periods(periods: Sequence[PricePeriod], year: int, step_minutes: int) -> FloatArray:
    """Prices of periods that cover the year once."""
    minutes = np.empty(MINUTES_PER_DAY)
    known: dict[tuple[int, ...], FloatArray] = {}  # most days of most tariffs are alike
    by_kind = []
    for month in range(1, 13):
        for kind in DAY_KINDS:
            held = tuple(k for k, period in enumerate(periods) if period.holds(month, kind))
            if held not in known:
                for k in held:
                    for start, end in periods[k].minutes():
                        minutes[start:end] = periods[k].price_gbp_per_kwh
                known[held] = resample_mean(minutes, 1, step_minutes)
            by_kind.append(known[held])
    return np.array(by_kind)[_kinds_of_days(year)]


@cache
def _kinds_of_days(year: int) -> npt.NDArray[np.intp]:
    """Place of each day of a year among months, each with :data:`DAY_KINDS`."""
    days = time_axis(year, MINUTES_PER_DAY)
    kinds = len(DAY_KINDS) * (days.month - 1) + (days.dayofweek >= SATURDAY)
    return np.asarray(kinds, dtype=np.intp)
