"""Standard time from the times that clocks show, and from those with an offset from UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

import pandas as pd

NAME_WORD = r"[A-Z]?[a-z]+|[A-Z]+"
"""Words of a column's name, those of StartTime and interval_end too."""

STEP_ENDS: dict[Literal["start", "end"], set[str]] = {
    "start": {"start", "starts", "begin", "begins", "beginning", "from", "von", "beginn"},
    "end": {"end", "ends", "ending", "to", "until", "till", "bis", "ende"},
}
"""What columns are called that hold one end of each step."""


def standard_offset(timezone: str | tzinfo, year: int) -> timedelta:
    """Standard time of a zone minus UTC: the lesser of its offsets in winter and summer."""
    zone = ZoneInfo(timezone) if isinstance(timezone, str) else timezone
    offsets = [datetime(year, month, 1, 12, tzinfo=zone).utcoffset() for month in (1, 7)]
    return min(offset for offset in offsets if offset is not None)


def standard_from_clock(
    stamps: pd.Series, timezone: str, year: int, of: pd.Series | None = None
) -> pd.Series:
    """Clock time as naive standard time; none where clocks never show the time.

    In the hour that occurs twice, the first time is summer time. An hour that is there only once
    is the first, too, and the second is a gap.

    Parameters
    ----------
    stamps
        Naive, in the order of the file, the newest first or last.
    timezone
        Whose clocks.
    year
        Calendar year, for the zone's standard offset.
    of
        What each stamp is of, where there are several series, each with its own such hour.
    """
    steps = stamps.diff()
    newest_first = (steps < pd.Timedelta(0)).sum() > (steps > pd.Timedelta(0)).sum()
    seen = pd.DataFrame({"time": stamps, "of": 0 if of is None else of})
    again = seen.duplicated(keep="last" if newest_first else "first")
    local = pd.DatetimeIndex(stamps).tz_localize(
        timezone, ambiguous=~again.to_numpy(), nonexistent="NaT"
    )
    standard = local.tz_convert("UTC").tz_localize(None) + standard_offset(timezone, year)
    return pd.Series(standard, index=stamps.index)


def doubt_of_stamps(names: Sequence[str], stamps: Literal["start", "end"]) -> list[str]:
    """A note if columns of time are called after the other end of a step than they are taken for.

    Parameters
    ----------
    names
        Of the columns, as the file has them.
    stamps
        What of its step a time is taken for.
    """
    words = {word for name in names for word in re.findall(NAME_WORD, name)}
    called = {end for end, known in STEP_ENDS.items() if known & {word.lower() for word in words}}
    if len(called) != 1 or stamps in called:
        return []
    (other,) = called
    return [
        f"time: '{' '.join(names)}' sounds like the {other} of a step and is taken as its "
        f"{stamps}; if it is the {other}, set stamps: {other} for this file, or all of it is off "
        "by a step"
    ]
