"""A user's CSV of prices or factors over a whole year, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from microchp.errors import DataError
from microchp.series.timeseries import FloatArray, time_axis


def read_year_file(
    path: Path, columns: Sequence[str], year: int, key: str
) -> tuple[dict[str, FloatArray], int]:
    """Columns of numbers in a user's CSV, and their step.

    Parameters
    ----------
    path
        CSV with ``time`` (ISO 8601, standard time, start of the step) and ``columns``.
    columns
        The columns to read.
    year
        The year it must cover.
    key
        The key of the configuration that names it, for messages.

    Returns
    -------
    tuple
        Each column, a number for each step of the year, and the step in minutes.

    Raises
    ------
    DataError
        Naming file, row and column, what was found and what is accepted.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file ({key})")
    table = pd.read_csv(path)
    missing = [name for name in ("time", *columns) if name not in table.columns]
    if missing:
        raise DataError(
            f"{path}: no column {', '.join(missing)}; found {', '.join(map(str, table.columns))}"
        )
    times = pd.to_datetime(table["time"], errors="coerce", format="ISO8601", utc=False)
    if times.dtype.kind != "M" or getattr(times.dt, "tz", None) is not None:
        raise DataError(
            f"{path}, column time: expected ISO 8601 times without time zone, in standard time"
        )
    _refuse_rows(path, "time", table["time"], times.isna(), "an ISO 8601 time")
    series = {}
    for column in columns:
        values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
        _refuse_rows(path, column, table[column], ~np.isfinite(values), "a number")
        series[column] = values
    return series, _checked_step(path, times, year)


def _checked_step(path: Path, times: pd.Series, year: int) -> int:
    """The regular step (min) of times that are the whole year's and nothing else."""
    if len(times) < 2:
        raise DataError(f"{path}: {len(times)} rows; expected the whole year {year}")
    step_minutes = (times.iloc[1] - times.iloc[0]) / pd.Timedelta(minutes=1)
    if step_minutes < 1 or 60 % step_minutes:
        raise DataError(
            f"{path}, row 3, column time: a step of {step_minutes:g} min; "
            "expected a step that divides an hour"
        )
    expected = time_axis(year, int(step_minutes))
    shared = min(len(expected), len(times))
    differs = np.flatnonzero(times.to_numpy()[:shared] != expected.to_numpy()[:shared])
    if differs.size:
        at = int(differs[0])
        raise DataError(
            f"{path}, row {at + 2}, column time: found {times.iloc[at]}, expected {expected[at]} "
            f"(every {step_minutes:g} min from the start of {year}, no gap or repetition)"
        )
    if len(times) != len(expected):
        raise DataError(
            f"{path}: {len(times)} rows, the last at {times.iloc[-1]}; expected "
            f"{len(expected)} rows, the last at {expected[-1]}"
        )
    return int(step_minutes)


def _refuse_rows(
    path: Path, column: str, found: pd.Series, wrong: npt.ArrayLike, accepted: str
) -> None:
    """Raise a :class:`DataError` that lists the rows (header being row 1) that are wrong."""
    rows = np.flatnonzero(np.asarray(wrong))
    if rows.size:
        shown = ", ".join(f"row {row + 2} '{found.iloc[row]}'" for row in rows[:5])
        more = f" and {rows.size - 5} more" if rows.size > 5 else ""
        raise DataError(f"{path}, column {column}: {shown}{more}; expected {accepted}")
