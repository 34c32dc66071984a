"""A file's rows laid over the calendar year: duplicates, missing rows, meters stuck at zero."""

from __future__ import annotations

import calendar

import numpy as np
import pandas as pd

from microchp.config import FilePolicy
from microchp.demand.findings import Findings, IntArray, duration, moment, runs
from microchp.series.timeseries import FloatArray, time_axis
from microchp.series.year_file import SHIFT_DAYS
from microchp.telling import counted

CUT_OFF_MINUTES = 60
"""A true maximum hardly comes back to the same digits for this long in a year."""


def place_rows(
    stamps: pd.Series, year: int, step: int, policy: FilePolicy, where: str, found: Findings
) -> IntArray:
    """Row of each step of the year for one dwelling, -1 where it has none.

    Twelve months that do not begin in January are laid over the year by whole weeks.

    Parameters
    ----------
    stamps
        Starts of the steps in standard time, by row, in order and each once.
    year, step
        Calendar year, and step in minutes.
    policy
        Says which gap at an end of the year is no part that is missing.
    where
        Dwelling, for messages.
    found
        Gets what is off the step, what is left out, and what is laid over the year.
    """
    axis = time_axis(year, step)
    row_at = _rows_at(stamps, axis)
    inside = stamps[stamps.dt.year == year]
    off_step = inside[~inside.isin(axis)]
    found.add(
        f"{where}time: off the regular step of {step} min",
        (f"{found.row(row)} ({stamp:%Y-%m-%d %H:%M:%S})" for row, stamp in off_step.items()),
        len(off_step),
    )
    length = stamps.iloc[-1] - stamps.iloc[0] + pd.Timedelta(minutes=step)
    lacking = pd.Timedelta(days=365) - length
    is_year = lacking <= pd.Timedelta(minutes=policy.max_gap_minutes)
    if is_year and _lacks_an_end(row_at, step, policy):
        rolled = _rolled(stamps, axis, row_at)
        if not _lacks_an_end(rolled, step, policy):
            others = int(((row_at < 0) & (rolled >= 0)).sum())
            found.notes.append(
                f"{where}time: {moment(stamps.iloc[0])} to {moment(stamps.iloc[-1])} laid over "
                f"{year} by whole weeks, in standard time, so that weekdays are kept: "
                f"{duration(others * step)} are of another year"
            )
            found.facts["laid_over_the_year_minutes"] = others * step
            row_at = rolled
    outside = stamps[(stamps.dt.year != year) & ~stamps.index.isin(row_at)]
    if len(outside):
        more = ", and others" if len(outside) > 1 else ""
        found.notes.append(
            f"{where}{counted(len(outside), 'row')} outside {year} left out "
            f"({found.row(outside.index[0])}, {moment(outside.iloc[0])}{more})"
        )
    return row_at


def _rows_at(stamps: pd.Series, axis: pd.DatetimeIndex) -> IntArray:
    rows = pd.Series(stamps.index, index=pd.DatetimeIndex(stamps))
    return rows.reindex(axis, fill_value=-1).to_numpy(dtype=np.int64)


def _lacks_an_end(row_at: IntArray, step: int, policy: FilePolicy) -> bool:
    at = np.flatnonzero(row_at >= 0)
    return not len(at) or max(at[0], len(row_at) - 1 - at[-1]) * step > policy.max_gap_minutes


def _rolled(stamps: pd.Series, axis: pd.DatetimeIndex, row_at: IntArray) -> IntArray:
    """Rows of the neighbouring years where the year lacks an end; gaps within stay gaps."""
    held = np.flatnonzero(row_at >= 0)
    if not len(held):
        return row_at
    wanted = np.ones(len(axis), dtype=bool)
    wanted[held[0] : held[-1] + 1] = False
    first, last = stamps.iloc[0], stamps.iloc[-1]
    rolled = row_at.copy()
    for days in SHIFT_DAYS:
        source = axis - pd.Timedelta(days=days)
        now = wanted & np.asarray((source >= first) & (source <= last))
        rolled[now] = _rows_at(stamps, source[now])
        wanted &= ~now
    return rolled


def drop_identical(
    rows: pd.DataFrame, keys: list[str], where: str, found: Findings
) -> pd.DataFrame:
    """Rows in the order of time; those that repeat another are dropped and counted.

    Parameters
    ----------
    rows
        A column ``time`` (naive, standard) and the values, of one dwelling, in the file's order.
    keys
        Columns that must be the same in a repetition.
    where
        Dwelling, for messages.
    found
        Gets a problem where a time has two values.
    """
    repeated = rows.duplicated(keys)
    if repeated.any():
        found.notes.append(
            f"{where}{counted(int(repeated.sum()), 'row')} left out, with the same time and values "
            f"as another (the first is {found.row(repeated.index[repeated][0])})"
        )
        found.facts["identical_rows_dropped"] = found.facts.get("identical_rows_dropped", 0) + int(
            repeated.sum()
        )
        rows = rows[~repeated]
    rows = rows.sort_values("time", kind="stable")
    again = rows["time"].duplicated()
    firsts = rows["time"][~again]
    row_of = pd.Series(firsts.index, index=firsts.to_numpy())
    found.add(
        f"{where}time: duplicate, with another value",
        (
            f"{found.row(row)} ({moment(stamp)}, as {found.row(row_of[stamp])})"
            for row, stamp in rows["time"][again].items()
        ),
        int(again.sum()),
    )
    return rows[~again]


def check_missing_rows(
    row_at: IntArray,
    axis: pd.DatetimeIndex,
    step: int,
    policy: FilePolicy,
    excused: set[pd.Timestamp],
    where: str,
    found: Findings,
) -> None:
    """Tell the gaps without rows that are too long, and a year that is not covered."""
    starts, lengths = runs(row_at < 0)
    long = [
        (start, length)
        for start, length in zip(starts, lengths, strict=True)
        if length * step > policy.max_gap_minutes and axis[start] not in excused
    ]
    inner = []
    for start, length in long:
        if start == 0:
            found.problems.append(
                f"{where}time: the year is not covered, as it begins on {moment(axis[length])} "
                f"({found.row(row_at[length])})"
            )
        elif start + length == len(axis):
            found.problems.append(
                f"{where}time: the year is not covered, as it ends on "
                f"{moment(axis[start - 1])} ({found.row(row_at[start - 1])})"
            )
        else:
            inner.append(
                f"{moment(axis[start])} ({duration(length * step)}, after "
                f"{found.row(row_at[start - 1])})"
            )
    found.add(f"{where}gaps without rows longer than {limit_of(policy)}", inner, len(inner))


def limit_of(policy: FilePolicy) -> str:
    """The longest gap that is filled, for messages."""
    return f"demand.file_policy.max_gap_minutes {policy.max_gap_minutes}"


def check_zero_runs(
    power: FloatArray,
    axis: pd.DatetimeIndex,
    step: int,
    policy: FilePolicy,
    label: str,
    where: str,
    found: Findings,
) -> None:
    """Tell electricity that is exactly zero for long, and what that does to the year."""
    zero = power == 0
    starts, lengths = runs(zero)
    minutes = lengths * step
    stuck = np.flatnonzero(minutes > policy.max_zero_run_minutes)
    if not len(stuck):
        return
    longest = stuck[minutes[stuck].argmax()]
    in_stuck = np.zeros(len(axis), dtype=bool)
    for run in stuck:
        in_stuck[starts[run] : starts[run] + lengths[run]] = True
    months = axis.month.to_numpy()
    by_month = {month: float(in_stuck[months == month].mean()) for month in range(1, 13)}
    annual = float(power.sum()) * step / 60
    zero_share = float(zero.mean())
    likely = annual / (1 - zero_share) if zero_share < 1 else None
    understated = (
        "All of the year is missing"
        if likely is None
        else f"The year's {annual:,.0f} kWh are understated by about {zero_share:.0%} (at the mean "
        f"of the other minutes it would be {likely:,.0f} kWh)"
    )
    worst = ", ".join(
        f"{calendar.month_abbr[month]} {share:.0%}"
        for month, share in by_month.items()
        if share > 0.01
    )
    message = (
        f"{where}electricity_kw: exactly zero in {zero_share:.1%} of the year; "
        f"{counted(len(stuck), 'stretch')} longer than demand.file_policy.max_zero_run_minutes "
        f"{policy.max_zero_run_minutes}, {in_stuck.mean():.1%} of it (longest "
        f"{duration(float(minutes[longest]))} from {moment(axis[starts[longest]])}; share "
        f"of the month: {worst}). A home is never at zero: this is a meter that was off. "
        f"{understated}, and with it what a unit earns"
    )
    found.facts.setdefault("zero_runs", []).append(
        {
            "dwelling": label,
            "zero_share": zero_share,
            "stuck_share": float(in_stuck.mean()),
            "stuck_runs": len(stuck),
            "longest_minutes": int(minutes[longest]),
            "longest_start": f"{moment(axis[starts[longest]])}",
            "runs": [
                {"start": f"{moment(axis[starts[run]])}", "minutes": int(minutes[run])}
                for run in stuck
            ],
            "stuck_share_by_month": by_month,
            "annual_kwh": annual,
            "annual_kwh_at_mean_of_other_minutes": likely,
        }
    )
    if policy.zero_runs == "refuse":
        found.problems.append(f"{message}. Refused by demand.file_policy.zero_runs: refuse")
    else:
        found.warnings.append(message)


def check_cut_off(power: FloatArray, step: int, label: str, where: str, found: Findings) -> None:
    """Tell electricity that stays at exactly its maximum, as a meter out of its range does.

    Or that never changes at all, as a yearly sum shared out does.
    """
    highest = float(power.max())
    if highest > 0 and (power == highest).all():
        found.warnings.append(
            f"{where}electricity_kw: the same {highest:g} kW in every step of the year, which no "
            "household has: without peaks, what a unit feeds in comes out wrong"
        )
        return
    at_highest = power == highest
    minutes = int(at_highest.sum()) * step
    if minutes <= CUT_OFF_MINUTES or at_highest.mean() > 0.5 or highest <= 0:
        return
    found.warnings.append(
        f"{where}electricity_kw: exactly at its maximum of {highest:g} kW for "
        f"{duration(minutes)} of the year; higher power seems to have been cut off, so peaks and "
        "the annual total are understated"
    )
    found.facts.setdefault("cut_off", []).append(
        {"dwelling": label, "maximum_kw": highest, "minutes": minutes}
    )
