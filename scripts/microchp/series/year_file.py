"""A user's file of prices or factors over a whole year, read and checked.

Files are taken as people have them: stamps with or without an offset from UTC, or hours since the
start of the year, or seconds since 1970; rows in any order; more than the year; or twelve months
that do not begin in January.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from microchp.config import SeriesFile
from microchp.errors import DataError, reading
from microchp.series.clock import doubt_of_stamps, standard_from_clock, standard_offset
from microchp.series.table_file import Table, read_table
from microchp.series.timeseries import FloatArray, time_axis
from microchp.telling import counted

DATE_FORMATS = (
    "%d/%m/%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%Y/%m/%d %H:%M",
)
"""Accepted beside ISO 8601, with or without seconds; the first that makes even steps holds."""

OFFSET = r"[T ]\d{2}.*?(Z|[+-]\d{2}(?::?\d{2})?)$"

SHIFT_DAYS = (364, -364, 371, -371, 357, -357)
"""Whole weeks near a year, the nearest first: a day takes the place of one of its own weekday."""

EPOCHS = {"s": 1e8, "ms": 1e11, "us": 1e14, "ns": 1e17}
"""Units of time since 1970, each from a number that is in the seventies."""


@dataclass(frozen=True)
class YearSeries:
    """Columns over a calendar year.

    Attributes
    ----------
    columns
        By name, a number for each step of the year.
    step_minutes
        Length of a step.
    notes
        What was done to make it the year, for the user.
    """

    columns: dict[str, FloatArray]
    step_minutes: int
    notes: tuple[str, ...] = ()


def read_year_file(file: SeriesFile, columns: Sequence[str], year: int, key: str) -> YearSeries:
    """Columns of numbers in a user's file, over a calendar year.

    Parameters
    ----------
    file
        CSV, Excel or Parquet with ``time`` (start of the step; standard time, or with an offset
        from UTC) and ``columns``, or laid out as it says.
    columns
        The columns to read.
    year
        The year it must cover, or twelve months that reach into it.
    key
        The key of the configuration that names it, for messages.

    Raises
    ------
    DataError
        Naming file, row and column, what was found and what is accepted.
    """
    path = Path(file.path)
    unknown = sorted(file.columns.keys() - {"time", *columns})
    if unknown:
        raise DataError(f"{key}.columns: {', '.join(unknown)}; expected time, {', '.join(columns)}")
    table = read_table(path, key)
    with reading(path, "a series over a year"):
        table = _renamed(table, file, columns)
        check_header(path, table, columns)
        values = {name: file.factor * _numbers_in(table, name) for name in columns}
        times = _starts(path, table.cells["time"], file, year)
        frame = pd.DataFrame({"time": times, **values}, index=table.cells.index)
        series = _on_the_year(path, frame, table.cells, list(columns), year)
    doubts = doubt_of_stamps([file.columns.get("time", "time")], file.stamps)
    return replace(series, notes=(*doubts, *series.notes))


def _renamed(table: Table, file: SeriesFile, columns: Sequence[str]) -> Table:
    """The columns that are read, by their own names."""
    given = {file.columns.get(name, name): name for name in ("time", *columns)}
    kept = [name for name in table.cells.columns if name in given]
    return replace(table, cells=table.cells[kept].rename(columns=given)) if file.columns else table


def _starts(path: Path, given: pd.Series, file: SeriesFile, year: int) -> pd.Series:
    """Starts of steps in standard time."""
    times = standard_times(path, given, year)
    if file.timezone is not None and not _has_offset(given):
        shown, times = times, standard_from_clock(times, file.timezone, year)
        expected = f"times that clocks of {file.timezone} show"
        _refuse_rows(path, "time", shown, times.isna(), expected)
    if file.stamps == "end":
        ends = times.sort_values()
        times = times - pd.Timedelta(minutes=_step_minutes(path, ends[~ends.duplicated()]))
    return times


def check_header(path: Path, table: Table, columns: Sequence[str]) -> None:
    """Refuse a table without ``time`` and some columns, or with one of them twice."""
    names = list(table.cells.columns)
    missing = [name for name in ("time", *columns) if name not in names]
    if missing:
        found = ", ".join(map(str, names[:20]))
        raise DataError(f"{path}: no column {', '.join(missing)}; found {found}")
    twice = [name for name in ("time", *columns) if names.count(name) > 1]
    if twice:
        raise DataError(f"{path}: column {', '.join(twice)} is there more than once")
    if table.cells.empty:
        raise DataError(f"{path}: no rows below the header")


def numbers_of(path: Path, name: str, table: Table) -> FloatArray:
    """A column of numbers."""
    values = _numbers_in(table, name)
    _refuse_rows(path, name, table.cells[name], ~np.isfinite(values), "a number")
    return values


def _numbers_in(table: Table, name: str) -> FloatArray:
    """Values of a column, not finite where a cell holds no number."""
    given = table.cells[name]
    if given.dtype == object:
        text = given.astype(str).str.strip()
        if table.has_decimal_comma:
            text = text.str.replace(",", ".", regex=False)
        numbers = pd.to_numeric(text, errors="coerce")
    else:
        numbers = pd.to_numeric(given, errors="coerce")
    return numbers.to_numpy(dtype=np.float64)


# -------------------------------------------------------------------------------- times


def standard_times(path: Path, given: pd.Series, year: int) -> pd.Series:
    """Stamps of a column ``time``, naive, in standard time."""
    if isinstance(given.dtype, pd.DatetimeTZDtype):
        utc: pd.Series = given.dt.tz_convert("UTC").dt.tz_localize(None)
        return utc + standard_offset(given.dt.tz, year)
    if pd.api.types.is_datetime64_any_dtype(given.dtype):
        return given
    text = given.astype(str).str.strip()
    empty = (text == "") | given.isna()
    _refuse_rows(path, "time", given, empty, "a time in every row")
    numbers = pd.to_numeric(text, errors="coerce")
    if numbers.notna().all():
        return _from_numbers(path, numbers, year)
    offsets = text.str.extract(OFFSET, expand=False)
    bare = offsets.isna()
    if bare.any() and not bare.all():
        _refuse_rows(path, "time", given, bare, "an offset from UTC in every row, as in others")
    candidates = list(_parsed(text, has_offset=not bare.any()))
    failed = min((stamps.isna() for stamps in candidates), key=lambda mask: int(mask.sum()))
    _refuse_rows(path, "time", given, failed, "an ISO 8601 time, such as 2015-01-31T13:30")
    complete = [stamps for stamps in candidates if stamps.notna().all()]
    stamps = next((c for c in complete if _is_even(c)), complete[0])
    if bare.all():
        return stamps
    # standard time is the lesser of the offsets of winter and summer
    naive: pd.Series = stamps.dt.tz_localize(None) + min(map(_offset, offsets.unique()))
    return naive


def _has_offset(given: pd.Series) -> bool:
    """Whether stamps say how far they are from UTC."""
    if isinstance(given.dtype, pd.DatetimeTZDtype):
        return True
    if given.dtype != object:
        return False
    return bool(given.astype(str).str.extract(OFFSET, expand=False).notna().all())


def _parsed(text: pd.Series, *, has_offset: bool) -> Iterator[pd.Series]:
    yield pd.to_datetime(text, format="ISO8601", errors="coerce", utc=has_offset)
    if not has_offset:
        for form in DATE_FORMATS:
            for seconds in ("", ":%S"):
                yield pd.to_datetime(text, format=form + seconds, errors="coerce")


def _is_even(stamps: pd.Series) -> bool:
    steps = stamps.sort_values().diff().iloc[1:]
    return bool((steps == steps.median()).mean() > 0.99)


def _offset(text: str) -> pd.Timedelta:
    if text == "Z":
        return pd.Timedelta(0)
    digits = text[1:].replace(":", "").ljust(4, "0")
    size = pd.Timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -size if text[0] == "-" else size


def _from_numbers(path: Path, numbers: pd.Series, year: int) -> pd.Series:
    """Hours since the start of the year, or time since 1970."""
    least = float(numbers.min())
    units = [unit for unit, from_number in EPOCHS.items() if least >= from_number]
    if units:
        return pd.to_datetime(numbers, unit=units[-1])  # type: ignore[call-overload,no-any-return]
    hours = time_axis(year, 60)
    if 0 <= least < 2 and numbers.max() < len(hours) + 1:
        # hours are counted from 0, or by their end from 1
        first = 1 if least >= 1 else 0
        minutes = ((numbers - first) * 60).round()
        return pd.Series(hours[0] + pd.to_timedelta(minutes, unit="min"), index=numbers.index)
    raise DataError(
        f"{path}, column time: numbers from {least:g} to {numbers.max():g}; expected ISO 8601 "
        "times, hours of the year from 0, or seconds since 1970"
    )


# ------------------------------------------------------------------------------ calendar


def _on_the_year(
    path: Path, frame: pd.DataFrame, cells: pd.DataFrame, columns: list[str], year: int
) -> YearSeries:
    """Rows brought onto the steps of a calendar year; ``cells`` is what their values were read of.

    Rows outside of it may hold whatever they do.
    """
    notes = []
    repeated = frame.duplicated()
    if repeated.any():
        notes.append(f"{counted(int(repeated.sum()), 'row')} left out, the same as another")
        frame = frame[~repeated]
    again = frame["time"].duplicated()
    _refuse_rows(path, "time", frame["time"], again, "each time once; " + _clock_hint(frame, again))
    if len(frame) < 2:
        raise DataError(f"{path}: {counted(len(frame), 'row')}; expected the whole year {year}")
    frame = frame.sort_values("time")
    step = _step_minutes(path, frame["time"])
    rows = pd.Series(np.arange(len(frame), dtype=float), index=pd.DatetimeIndex(frame["time"]))
    expected = time_axis(year, step)
    _refuse_ends(path, frame["time"], step)
    position = rows.reindex(expected).to_numpy(copy=True)
    missing = np.isnan(position)
    if missing.any() and not missing.all() and _is_unbroken_year(frame["time"], step):
        for days in SHIFT_DAYS:
            missing = np.isnan(position)
            position[missing] = rows.reindex(expected[missing] - pd.Timedelta(days=days)).to_numpy()
        first, last = frame["time"].iloc[0], frame["time"].iloc[-1]
        notes.append(
            f"{first:%Y-%m-%d} to {last:%Y-%m-%d} laid over {year} by whole weeks, so that "
            "weekdays are kept"
        )
    missing = np.isnan(position)
    if missing.any():
        raise DataError(_what_is_missing(path, frame["time"], expected[missing], step, year))
    chosen = frame.iloc[position.astype(np.intp)]
    series = {name: chosen[name].to_numpy(dtype=np.float64) for name in columns}
    for name, values in series.items():
        wrong = ~np.isfinite(values)
        _refuse_rows(path, name, cells[name].loc[chosen.index], wrong, "a number")
    return YearSeries(series, step, tuple(notes))


def _step_minutes(path: Path, times: pd.Series) -> int:
    """The commonest step of sorted times; all must lie on it."""
    steps = times.diff().iloc[1:]
    minutes = float(steps.mode().iloc[0] / pd.Timedelta(minutes=1))
    if minutes < 1 or 60 % minutes:
        raise DataError(
            f"{path}, column time: a step of {minutes:g} min; expected a step that divides an hour"
        )
    off = times != times.dt.floor(f"{int(minutes)}min")
    _refuse_rows(path, "time", times, off, f"times on whole steps of {minutes:g} min")
    return int(minutes)


def _refuse_ends(path: Path, times: pd.Series, step: int) -> None:
    """Refuse stamps that lead from the first step after a midnight to another midnight."""
    first, last = times.iloc[0] - pd.Timedelta(minutes=step), times.iloc[-1]
    if first == first.normalize() and last == last.normalize():
        raise DataError(
            f"{path}, column time: from {times.iloc[0]} to {last}; these look like the ends of the "
            f"steps. Expected their starts; `stamps: end` beside its path takes {step} min off each"
        )


def _is_unbroken_year(times: pd.Series, step: int) -> bool:
    """Whether sorted times are a whole year, or more, without a gap."""
    step_length = pd.Timedelta(minutes=step)
    length = times.iloc[-1] - times.iloc[0] + step_length
    return bool(length >= pd.Timedelta(days=365) and len(times) == length / step_length)


def _what_is_missing(
    path: Path, times: pd.Series, missing: pd.DatetimeIndex, step: int, year: int
) -> str:
    first, last = times.iloc[0], times.iloc[-1]
    start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
    what = (
        f"{path}, column time: {len(missing)} of the steps of {step} min of {year} are missing, "
        f"the first at {missing[0]}; found {len(times)} rows from {first} to {last}"
    )
    if last < start or first >= end:
        return f"{what}. For this file, time.year would be {first.year}"
    hour = missing[missing.normalize() == missing[0].normalize()]
    if len(missing) == len(hour) == 60 // step and missing[0].dayofweek == 6:
        return (
            f"{what}. This looks like the hour that summer time leaves out: give standard time, or "
            "stamps with their offset from UTC"
        )
    return what


def _clock_hint(frame: pd.DataFrame, again: pd.Series) -> str:
    times = frame["time"][again]
    days = set(times.dt.normalize())
    if len(days) == 1 and times.iloc[0].dayofweek == 6:
        return (
            "where summer time ends, an hour comes twice: give standard time, or stamps with "
            "their offset from UTC"
        )
    return "these have another value than the row before them"


def _refuse_rows(
    path: Path, column: str, found: pd.Series, wrong: npt.ArrayLike, accepted: str
) -> None:
    """Raise a :class:`DataError` that lists the rows that are wrong."""
    rows = found[np.asarray(wrong)]
    if len(rows):
        shown = ", ".join(f"row {row} '{str(value)[:40]}'" for row, value in rows.iloc[:5].items())
        more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
        raise DataError(f"{path}, column {column}: {shown}{more}; expected {accepted}")
