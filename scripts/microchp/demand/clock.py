"""Time stamps of a user's file: parsed, and brought from clock time to standard time.

Demand runs in standard time all year. Files may have that; or stamps with an offset from UTC;
or local clock time, if ``demand.file_policy.timezone`` says of where. Local time that is not
declared shows itself by an hour missing on a Sunday in spring or repeated on one in autumn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
import pandas as pd

from microchp.demand.findings import Findings, moment
from microchp.series.clock import standard_from_clock, standard_offset
from microchp.series.timeseries import time_axis
from microchp.series.year_file import DATE_FORMATS, EPOCHS

OFFSET = r"\d.*?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)$"
AFTER_THE_YEAR = 8
"""Characters of a date that may have the dashes of 2015-01-31; an offset stands behind them."""

MIDNIGHT_AS_24 = r"(^|[T ])24:00"

CALENDAR = (1900, 2200)
"""Years that a stamp may have; loggers write others where they have lost their clock."""

EXCEL_DAYS = (30_000, 70_000)
"""Days since 1899-12-30 from 1982 to 2091, as Excel keeps its dates."""

END_OF_STEP_HINT = "set stamps: end for this file, or stamps: start if they are right as they are"

SUNDAY = 6
CHANGE_SUNDAYS = {(3, 2), (3, "last"), (4, 1), (9, "last"), (10, 1), (10, "last"), (11, 1)}
"""Month and which Sunday of it: when clocks change in Europe, North America and Oceania."""


@dataclass(frozen=True)
class Stamps:
    """Time stamps of a file in standard time.

    ``naive`` is ``datetime64[ns]`` on the rows whose stamps can be understood and lie in a
    calendar; ``is_as_given`` whether nothing but the file itself says that it is standard time.
    """

    naive: pd.Series
    is_as_given: bool


def standard_stamps(
    time: pd.Series,
    dwelling: pd.Series,
    timezone: str | None,
    year: int,
    found: Findings,
    date_format: str | None = None,
    timezone_key: str = "demand.file_policy.timezone",
) -> Stamps | None:
    """Naive time stamps in standard time, on the index of ``time``.

    Parameters
    ----------
    time
        Text (ISO 8601 or ``date_format``), numbers (time since 1970, hours of the year, or
        Excel's days), or stamps as Excel, Parquet and NetCDF hold them.
    dwelling
        Dwelling of each row; a repeated hour is told from a duplicate within a dwelling.
    timezone
        Zone whose clock time the file has, or whose standard time is wanted where the stamps
        have an offset from UTC; none for standard time as it stands.
    year
        Calendar year, for the zone's standard offset.
    found
        Gets the problems.
    date_format
        As for ``strptime``; none for ISO 8601.
    timezone_key
        Where the zone is given, for messages.

    Returns
    -------
    Stamps or None
        None if there are none that can be understood.
    """
    offset: timedelta | None = None
    if isinstance(time.dtype, pd.DatetimeTZDtype):
        offset = standard_offset(timezone or time.dt.tz, year)
        stamps = time
    elif pd.api.types.is_datetime64_any_dtype(time.dtype):
        stamps = time
    else:
        parsed = _parsed(time, timezone, year, found, date_format)
        if parsed is None:
            return None
        stamps, offset = parsed
    is_as_given = offset is None and timezone is None
    if offset is not None:
        naive = stamps.dt.tz_convert("UTC").dt.tz_localize(None) + offset
        found.facts["time"] = f"UTC{_signed(offset)} all year, from stamps with an offset"
    elif timezone is not None:
        naive = _from_clock_time(stamps, dwelling, timezone, year, found, timezone_key)
        found.facts["time"] = f"standard time of {timezone}, from its clock time"
    else:
        naive = stamps
        found.facts["time"] = "as in the file, taken as standard time all year"
    naive = naive.dropna()
    naive = naive[naive.dt.year.between(*CALENDAR)].astype("datetime64[ns]")
    return None if naive.empty else Stamps(naive, is_as_given)


def _parsed(
    time: pd.Series, timezone: str | None, year: int, found: Findings, date_format: str | None
) -> tuple[pd.Series, timedelta | None] | None:
    """Stamps of a column of text or numbers, and what is to be added to UTC for standard time."""
    if not pd.api.types.is_numeric_dtype(time.dtype):
        text = time.astype("str").str.strip()
        given = time.notna() & ~text.str.lower().isin(["", "nan", "none", "nat"])
    else:
        text, given = time.astype("str"), time.notna()
    empty = text[~given]
    found.add("time: empty", (found.row(row) for row in empty.index), len(empty))
    if not given.any():
        return None
    if date_format is None and _is_number(text[given].iloc[0]):
        numbers = pd.to_numeric(text[given], errors="coerce")
        if numbers.notna().all():
            return _from_numbers(numbers, timezone, year, found)
    # a stamp at 24:00 is the midnight after
    ends_day = text.str.contains("24:00", regex=False) & given
    if ends_day.any():
        midnight = text[ends_day].str.replace(MIDNIGHT_AS_24, r"\g<1>00:00", regex=True)
        text = text.where(~ends_day, midnight)
    clocks = text[given].str[AFTER_THE_YEAR:]
    each = pd.Series(clocks.unique())  # far fewer than rows
    offset_of = dict(zip(each, each.str.extract(OFFSET, expand=False), strict=True))
    offsets = clocks.map(offset_of)
    bare = offsets[offsets.isna()]
    if 0 < len(bare) < len(offsets):
        found.add(
            "time: some stamps have an offset from UTC and these have none",
            (f"{found.row(row)} ('{time[row]}')" for row in bare.index),
            len(bare),
        )
        return None
    has_offset = not len(bare)
    offset: timedelta | None = None
    if has_offset:
        offset = (
            standard_offset(timezone, year)
            if timezone
            else min(_offset(text) for text in offsets.unique())
        )
        text = text.str.replace(r"\s*(UTC|GMT)$", "Z", regex=True)
    stamps = pd.to_datetime(
        text.where(given), format=date_format or "ISO8601", errors="coerce", utc=has_offset
    )
    wrong = time[given & stamps.isna()]
    found.add(
        "time: not ISO 8601 (expected such as 2015-01-31T13:05"
        f"{_hint_at_format(text[wrong.index])})"
        if date_format is None
        else f"time: not of the form of date_format '{date_format}'",
        (f"{found.row(row)} ('{stamp}')" for row, stamp in wrong.items()),
        len(wrong),
    )
    if ends_day.any():
        stamps = stamps + pd.to_timedelta(ends_day.astype(int), unit="D")
    return stamps, offset


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _hint_at_format(text: pd.Series) -> str:
    """The first usual format that all of a text has, for a message."""
    form = fitting_format(text.head(10_000))
    return f"; these have date_format: '{form}'" if form else ""


def fitting_format(text: pd.Series) -> str | None:
    """The usual format that all stamps have, of two the one that makes the more even steps."""
    fits: list[tuple[float, str]] = []
    for form in (form + seconds for form in DATE_FORMATS for seconds in ("", ":%S")):
        stamps = pd.to_datetime(text, format=form, errors="coerce")
        if len(stamps) and stamps.notna().all():
            steps = stamps.diff().dropna()
            even = float((steps == steps.mode().iloc[0]).mean()) if len(steps) else 0.0
            fits.append((even, form))
    return max(fits, key=lambda fit: fit[0])[1] if fits else None


def _from_numbers(
    numbers: pd.Series, timezone: str | None, year: int, found: Findings
) -> tuple[pd.Series, timedelta | None] | None:
    """Stamps from time since 1970 (in UTC), hours of the year, or the days that Excel counts."""
    least, most = float(numbers.min()), float(numbers.max())
    units = [unit for unit, from_number in EPOCHS.items() if least >= from_number]
    if units:
        unit: Literal["s", "ms", "us", "ns"] = units[-1]  # type: ignore[assignment]
        stamps = pd.to_datetime(numbers, unit=unit, errors="coerce", utc=True)
        return stamps, standard_offset(timezone, year) if timezone else timedelta()
    if EXCEL_DAYS[0] <= least and most <= EXCEL_DAYS[1]:
        seconds = (numbers * 86400).round()
        return pd.Timestamp("1899-12-30") + pd.to_timedelta(seconds, unit="s"), None
    hours = len(time_axis(year, 60))
    if 0 <= least < 2 and most < hours + 1:
        first = 1 if least >= 1 else 0  # counted from 0, or by their end from 1
        minutes = ((numbers - first) * 60).round()
        found.notes.append(f"time: numbers, taken as hours of {year} from {first}")
        return pd.Timestamp(year, 1, 1) + pd.to_timedelta(minutes, unit="min"), None
    found.problems.append(
        f"time: numbers from {least:g} to {most:g}; expected ISO 8601 (such as 2015-01-31T13:05), "
        f"seconds since 1970, or hours of the year from 0 to {hours - 1}"
    )
    return None


def _from_clock_time(
    stamps: pd.Series, dwelling: pd.Series, timezone: str, year: int, found: Findings, key: str
) -> pd.Series:
    standard = standard_from_clock(stamps, timezone, year, dwelling)
    # what is no time at all is told as such
    impossible = stamps[standard.isna() & stamps.notna()]
    found.add(
        f"time: does not exist in {timezone}, where the clocks go forward (if the file is in "
        f"standard time, remove {key})",
        (f"{found.row(row)} ({moment(stamp)})" for row, stamp in impossible.items()),
        len(impossible),
    )
    return standard


def _offset(text: str) -> timedelta:
    if text in ("Z", "UTC", "GMT"):
        return timedelta()
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "").ljust(4, "0")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


def _signed(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def undeclared_clock_changes(
    stamps: pd.Series, lost_rows: pd.Index, step_minutes: int, found: Findings, timezone_key: str
) -> tuple[pd.Series, set[pd.Timestamp]]:
    """Find hours missing in spring or repeated in autumn in one dwelling's stamps.

    Parameters
    ----------
    stamps
        Naive stamps of one dwelling by row, in the file's order.
    lost_rows
        Rows of the dwelling without a stamp that can be read; one may be what seems missing.
    step_minutes
        Regular step.
    found
        Gets one problem with both hours.
    timezone_key
        Where the zone is to be given, for the message.

    Returns
    -------
    pandas.Series, set
        The stamps without the repeated hour, and the starts of missing hours: both are told,
        and need not be told again as duplicates and gaps.
    """
    step = pd.Timedelta(minutes=step_minutes)
    hour = pd.Timedelta(hours=1)
    told: list[str] = []
    excused: set[pd.Timestamp] = set()
    kept = stamps

    twice = stamps[stamps.duplicated()]
    for start, part in twice.groupby(twice.dt.floor("h")):
        if len(part) == hour // step and _may_change(start):
            told.append(
                f"{moment(start)} to {start + hour:%H:%M} occurs twice "
                f"(again from {found.row(part.index[0])})"
            )
            kept = kept.drop(part.index)

    ordered = kept.sort_values()
    rows = ordered.index.to_numpy()
    for at in np.flatnonzero((ordered.diff() == step + hour).to_numpy()):
        start = ordered.iloc[at] - hour
        lost = ((lost_rows > rows[at - 1]) & (lost_rows < rows[at])).any()
        if start.minute == 0 and _may_change(start) and not lost:
            told.append(
                f"{moment(start)} to {start + hour:%H:%M} is missing (before {found.row(rows[at])})"
            )
            excused.add(start)
    if told:
        found.problems.append(
            f"time: looks like local clock time, as {' and '.join(told)}; set {timezone_key} to "
            "where it is from (for instance Europe/London), or UTC if the file is in standard "
            "time all the same"
        )
    return kept, excused


def _may_change(start: pd.Timestamp) -> bool:
    if start.dayofweek != SUNDAY or start.hour > 3:
        return False
    last = start.day + 7 > start.days_in_month
    week = (start.day - 1) // 7 + 1
    return bool({(start.month, week), (start.month, "last" if last else week)} & CHANGE_SUNDAYS)


def starts_of_steps(
    stamps: pd.Series, step_minutes: float, stated: str | None, found: Findings
) -> pd.Series:
    """Stamps brought to the start of their steps.

    Parameters
    ----------
    stamps
        Naive stamps in standard time.
    step_minutes
        Regular step.
    stated
        What the user says that they are: ``start``, ``end``, or none.
    found
        Gets a problem if nothing is stated and the stamps are those of the ends of a year.
    """
    step = pd.Timedelta(minutes=step_minutes)
    first, last = stamps.min() - step, stamps.max()
    if stated == "end":
        return stamps - step
    if stated is None and first == first.normalize() and last == last.normalize():
        found.problems.append(
            f"time: from {moment(stamps.min())} to {moment(last)}, which looks like the ends of "
            f"the steps, not their starts; {END_OF_STEP_HINT}"
        )
    return stamps


def common_step(stamps: pd.Series, dwelling: pd.Series) -> pd.Timedelta | None:
    """The most frequent step between successive stamps of a dwelling; none without two stamps."""
    own = dwelling.loc[stamps.index]
    ordered = stamps.iloc[np.lexsort((stamps.to_numpy(), own.to_numpy()))]
    steps = ordered.groupby(own).diff().dropna()
    steps = steps[steps > pd.Timedelta(0)]
    return None if steps.empty else pd.Timedelta(steps.mode().iloc[0])


def common_step_minutes(stamps: pd.Series, dwelling: pd.Series, found: Findings) -> int | None:
    """The most frequent step between successive stamps; none if it cannot be used.

    Parameters
    ----------
    stamps, dwelling
        Naive stamps and dwelling of each row.
    found
        Gets a problem if the step is not a whole number of minutes that divides an hour.
    """
    step = common_step(stamps, dwelling)
    if step is None:
        found.problems.append("time: a single time stamp; a year at a regular step is needed")
        return None
    minutes = step.total_seconds() / 60
    if minutes != int(minutes) or 60 % minutes:
        found.problems.append(
            f"time: the step is {step.total_seconds():g} s ({minutes:g} min); it must be a whole "
            "number of minutes that divides an hour (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60 "
            "min); average the data to such a step"
            + (", or set step_minutes for this file" if minutes < 60 else "")
        )
        return None
    return int(minutes)
