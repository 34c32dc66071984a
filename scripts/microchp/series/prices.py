"""Electricity prices over a year, from a tariff's periods or from a user's file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from microchp.config import DEAR_GBP_PER_KWH, Tariff, minute_of_day
from microchp.errors import DataError
from microchp.series.timeseries import MINUTES_PER_DAY, days_in_year, repeat_to, resample_mean
from microchp.series.year_file import read_year_file

FloatArray = npt.NDArray[np.float64]

PRICE_COLUMN = "import_price_gbp_per_kwh"


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
    days = days_in_year(year)
    if tariff.import_file is None:
        minutes = np.empty(MINUTES_PER_DAY)
        for period in tariff.import_periods:
            within = slice(minute_of_day(period.start), minute_of_day(period.end))
            minutes[within] = period.price_gbp_per_kwh
        return np.tile(resample_mean(minutes, 1, step_minutes), (days, 1))
    prices, file_minutes = read_import_prices(Path(tariff.import_file), year)
    by_minute = repeat_to(prices, file_minutes, 1)
    return resample_mean(by_minute, 1, step_minutes).reshape(days, -1)


def validate_price_files(files: Mapping[str, str], year: int) -> None:
    """Check files of import prices, for use before any job runs.

    Parameters
    ----------
    files
        Paths by the key that names each.
    year
        The year they must cover.

    Raises
    ------
    DataError
        With the problem of every file.
    """
    problems = []
    for key, path in files.items():
        try:
            read_import_prices(Path(path), year)
        except DataError as error:
            problems.append(f"{key}: {error}")
    if problems:
        raise DataError("\n".join(problems))


def read_import_prices(path: Path, year: int) -> tuple[FloatArray, int]:
    """Prices in a user's CSV and their step.

    Parameters
    ----------
    path
        CSV with the columns ``time`` (ISO 8601, standard time, start of the step) and
        ``import_price_gbp_per_kwh``.
    year
        The year it must cover.

    Returns
    -------
    tuple
        GBP/kWh for each step of the year, and the step in minutes.

    Raises
    ------
    DataError
        Naming file, row and column, what was found and what is accepted.
    """
    series, step_minutes = read_year_file(path, [PRICE_COLUMN], year, "tariff.import_file")
    prices = series[PRICE_COLUMN]
    if np.mean(np.abs(prices)) > DEAR_GBP_PER_KWH:
        raise DataError(
            f"{path}, column {PRICE_COLUMN}: {np.mean(prices):g} on average looks like pence; "
            f"expected GBP/kWh, at most {DEAR_GBP_PER_KWH:g} on average"
        )
    return prices, step_minutes
