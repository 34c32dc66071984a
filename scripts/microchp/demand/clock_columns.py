"""Tables that have a row for each day and a column for each clock time."""

from __future__ import annotations

import re

import pandas as pd

from microchp.config import DemandFile
from microchp.errors import DataError

CLOCK = r"^(\d{1,2}):(\d{2})(?::00)?(?:\s*(?:-|to|–)\s*\d{1,2}:\d{2}(?::00)?)?$"
"""A column's name: a clock time, or the two between which it is."""

LEAST_COLUMNS = 24


def clock_columns(names: list[str]) -> list[str]:
    """The names that are clock times, if they are those of a whole day."""
    found = [name for name in names if re.match(CLOCK, name)]
    return found if len(found) >= LEAST_COLUMNS else []


def melted(table: pd.DataFrame, file: DemandFile) -> pd.DataFrame:
    """The table with a row for each clock time of each day.

    Parameters
    ----------
    table
        A row for each day; ``time`` of ``file.columns`` is the date.
    file
        How it is laid out; ``days_as_rows`` is what the clock times hold.

    Returns
    -------
    pandas.DataFrame
        Columns of the table but the clock times, the date with the clock time added, and
        ``days_as_rows``. The index repeats the row of the day.

    Raises
    ------
    DataError
        If no columns are clock times, or there is no date.
    """
    clocks = clock_columns(list(table.columns))
    if not clocks:
        raise DataError("days_as_rows: no columns are clock times of a day, such as 00:00, 00:30")
    date = file.columns.get("time", ["time"])[0]
    if date not in table.columns:
        raise DataError(
            f"no column '{date}' for the date of the day; name it in columns.time. Columns are "
            f"{', '.join(name for name in table.columns if name not in clocks)}"
        )
    times = [f"{hour:0>2}:{minute}" for hour, minute in map(_hour_and_minute, clocks)]
    if times[-1] == "00:00" and times[0] != "00:00":
        times[-1] = "24:00"  # the end of the day that the row is of
    days = table[date].astype("str").str.strip().str.removesuffix(" 00:00:00")
    rest = table.drop(columns=clocks)
    parts = [
        rest.assign(**{date: days + f" {time}", str(file.days_as_rows): table[clock]})
        for clock, time in zip(clocks, times, strict=True)
    ]
    return pd.concat(parts).sort_index(kind="stable")


def _hour_and_minute(clock: str) -> tuple[str, str]:
    found = re.match(CLOCK, clock)
    return (found[1], found[2]) if found else ("", "")
