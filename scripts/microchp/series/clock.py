"""Standard time from the times that clocks show, and from those with an offset from UTC."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pandas as pd


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
