"""Time stamps of a user's file: parsed, and brought from clock time to standard time.

Demand runs in standard time all year. Files may have that; or stamps with an offset from UTC;
or local clock time, if ``demand.file_policy.timezone`` says of where. Local time that is not
declared shows itself by an hour missing on a Sunday in spring or repeated on one in autumn.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from microchp.demand.findings import Findings, moment

ISO_OFFSET = r"[T ]\d{2}.*?(Z|[+-]\d{2}(?::?\d{2})?)$"

SUNDAY = 6
CHANGE_SUNDAYS = {(3, 2), (3, "last"), (4, 1), (9, "last"), (10, 1), (10, "last"), (11, 1)}
"""Month and which Sunday of it: when clocks change in Europe, North America and Oceania."""


def standard_stamps(
    time: pd.Series, dwelling: pd.Series, timezone: str | None, year: int, found: Findings
) -> pd.Series | None:
    """Naive time stamps in standard time, on the index of ``time``.

    Parameters
    ----------
    time
        Text (ISO 8601), or stamps as Parquet and NetCDF hold them.
    dwelling
        Dwelling of each row; a repeated hour is told from a duplicate within a dwelling.
    timezone
        Zone whose clock time the file has, or whose standard time is wanted where the stamps
        have an offset from UTC; none for standard time as it stands.
    year
        Calendar year, for the zone's standard offset.
    found
        Gets the problems.

    Returns
    -------
    pandas.Series or None
        ``datetime64[ns]``, of the rows whose stamps can be understood; none if there are none.
    """
    offset: timedelta | None = None
    if isinstance(time.dtype, pd.DatetimeTZDtype):
        offset = standard_offset(timezone or str(time.dt.tz), year)
        stamps = time
    elif pd.api.types.is_datetime64_any_dtype(time.dtype):
        stamps = time
    else:
        text = time.astype("str").str.strip()
        given = time.notna() & (text != "")
        offsets = text[given].str.extract(ISO_OFFSET, expand=False)
        bare = text[given][offsets.isna()]
        if 0 < len(bare) < len(offsets):
            found.add(
                "time: some stamps have an offset from UTC and these have none",
                (f"row {row} ('{stamp}')" for row, stamp in bare.items()),
                len(bare),
            )
            return None
        has_offset = len(offsets) > 0 and not len(bare)
        if has_offset:
            offset = (
                standard_offset(timezone, year)
                if timezone
                else min(_offset(text) for text in offsets.unique())
            )
        stamps = pd.to_datetime(
            text.where(given), format="ISO8601", errors="coerce", utc=has_offset
        )
        wrong = text[given & stamps.isna()]
        found.add(
            "time: not ISO 8601 (expected such as 2015-01-31T13:05)",
            (f"row {row} ('{stamp}')" for row, stamp in wrong.items()),
            len(wrong),
        )
        empty = text[~given]
        found.add("time: empty", (f"row {row}" for row in empty.index), len(empty))
    if offset is not None:
        naive = stamps.dt.tz_convert("UTC").dt.tz_localize(None) + offset
        found.facts["time"] = f"UTC{_signed(offset)} all year, from stamps with an offset"
    elif timezone is not None:
        naive = _from_clock_time(stamps, dwelling, timezone, year, found)
        found.facts["time"] = f"standard time of {timezone}, from its clock time"
    else:
        naive = stamps
        found.facts["time"] = "as in the file, taken as standard time all year"
    naive = naive.dropna().astype("datetime64[ns]")
    return None if naive.empty else naive


def _from_clock_time(
    stamps: pd.Series, dwelling: pd.Series, timezone: str, year: int, found: Findings
) -> pd.Series:
    # In the hour that occurs twice, the first time of a dwelling is summer time. An hour that a
    # file has only once is the first, too, and the second is a gap.
    again = pd.DataFrame({"time": stamps, "dwelling": dwelling}).duplicated()
    local = pd.DatetimeIndex(stamps).tz_localize(
        timezone, ambiguous=~again.to_numpy(), nonexistent="NaT"
    )
    impossible = stamps[local.isna()]
    found.add(
        f"time: does not exist in {timezone}, where the clocks go forward (if the file is in "
        "standard time, remove demand.file_policy.timezone)",
        (f"row {row} ({moment(stamp)})" for row, stamp in impossible.items()),
        len(impossible),
    )
    standard = local.tz_convert("UTC").tz_localize(None) + standard_offset(timezone, year)
    return pd.Series(standard, index=stamps.index)


def standard_offset(timezone: str, year: int) -> timedelta:
    """Standard time of a zone minus UTC: the lesser of its offsets in winter and summer."""
    zone = ZoneInfo(timezone)
    offsets = [datetime(year, month, 1, 12, tzinfo=zone).utcoffset() for month in (1, 7)]
    return min(offset for offset in offsets if offset is not None)


def _offset(text: str) -> timedelta:
    if text == "Z":
        return timedelta()
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "").ljust(4, "0")
    return sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))


def _signed(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def undeclared_clock_changes(
    stamps: pd.Series, lost_rows: pd.Index, step_minutes: int, found: Findings
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
                f"(again from row {part.index[0]})"
            )
            kept = kept.drop(part.index)

    ordered = kept.sort_values()
    rows = ordered.index.to_numpy()
    for at in np.flatnonzero((ordered.diff() == step + hour).to_numpy()):
        start = ordered.iloc[at] - hour
        lost = ((lost_rows > rows[at - 1]) & (lost_rows < rows[at])).any()
        if start.minute == 0 and _may_change(start) and not lost:
            told.append(
                f"{moment(start)} to {start + hour:%H:%M} is missing (before row {rows[at]})"
            )
            excused.add(start)
    if told:
        found.problems.append(
            f"time: looks like local clock time, as {' and '.join(told)}; set "
            "demand.file_policy.timezone (for instance Europe/London), or UTC if the file is in "
            "standard time all the same"
        )
    return kept, excused


def _may_change(start: pd.Timestamp) -> bool:
    if start.dayofweek != SUNDAY or start.hour > 3:
        return False
    last = start.day + 7 > start.days_in_month
    week = (start.day - 1) // 7 + 1
    return bool({(start.month, week), (start.month, "last" if last else week)} & CHANGE_SUNDAYS)


def common_step_minutes(stamps: pd.Series, dwelling: pd.Series, found: Findings) -> int | None:
    """The most frequent step between successive stamps; none if it cannot be used.

    Parameters
    ----------
    stamps, dwelling
        Naive stamps and dwelling of each row.
    found
        Gets a problem if the step is not a whole number of minutes that divides an hour.
    """
    own = dwelling.loc[stamps.index]
    ordered = stamps.iloc[np.lexsort((stamps.to_numpy(), own.to_numpy()))]
    steps = ordered.groupby(own).diff().dropna()
    steps = steps[steps > pd.Timedelta(0)]
    if steps.empty:
        found.problems.append("time: a single time stamp; a year at a regular step is needed")
        return None
    step = steps.mode().iloc[0]
    minutes = step.total_seconds() / 60
    if minutes != int(minutes) or 60 % minutes:
        found.problems.append(
            f"time: the step is {step.total_seconds():g} s ({minutes:g} min); it must be a whole "
            "number of minutes that divides an hour (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60 "
            "min); average the data to such a step"
        )
        return None
    return int(minutes)
