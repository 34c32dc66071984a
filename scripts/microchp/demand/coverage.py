"""A file's rows laid over the calendar year: duplicates, gaps, and meters stuck at zero."""

from __future__ import annotations

import calendar

import numpy as np
import pandas as pd

from microchp.config import FilePolicy
from microchp.demand.findings import Findings, IntArray, duration, moment, runs
from microchp.series.timeseries import FloatArray, time_axis

CUT_OFF_MINUTES = 60
"""A true maximum hardly comes back to the same digits for this long in a year."""


def place_rows(stamps: pd.Series, year: int, step: int, where: str, found: Findings) -> IntArray:
    """Row of each step of the year for one dwelling, -1 where it has none."""
    backwards = stamps[stamps.diff() < pd.Timedelta(0)]
    found.add(
        f"{where}time: goes back (sort the rows by time)",
        (f"row {row} ({moment(stamp)})" for row, stamp in backwards.items()),
        len(backwards),
    )
    again = stamps[stamps.duplicated()]
    firsts = pd.Series(stamps.index, index=stamps.to_numpy())
    firsts = firsts[~firsts.index.duplicated()]
    found.add(
        f"{where}time: duplicate",
        (f"row {row} ({moment(stamp)}, as row {firsts[stamp]})" for row, stamp in again.items()),
        len(again),
    )
    inside = stamps[stamps.dt.year == year]
    since = (inside - pd.Timestamp(year=year, month=1, day=1)) / pd.Timedelta(minutes=step)
    off_step = inside[since % 1 != 0]
    found.add(
        f"{where}time: off the regular step of {step} min",
        (f"row {row} ({stamp:%Y-%m-%d %H:%M:%S})" for row, stamp in off_step.items()),
        len(off_step),
    )
    row_at = np.full(len(time_axis(year, step)), -1, dtype=np.int64)
    at = np.floor(since.to_numpy()).astype(np.int64)[::-1]  # of duplicates the first stays
    row_at[at] = inside.index.to_numpy()[::-1]
    return row_at


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
                f"(row {row_at[length]})"
            )
        elif start + length == len(axis):
            found.problems.append(
                f"{where}time: the year is not covered, as it ends on "
                f"{moment(axis[start - 1])} (row {row_at[start - 1]})"
            )
        else:
            inner.append(
                f"{moment(axis[start])} ({duration(length * step)}, after row {row_at[start - 1]})"
            )
    found.add(f"{where}gaps without rows longer than {_limit(policy)}", inner, len(inner))


def fill_gaps(
    name: str,
    column: pd.Series,
    row_at: IntArray,
    axis: pd.DatetimeIndex,
    step: int,
    policy: FilePolicy,
    label: str,
    where: str,
    found: Findings,
) -> FloatArray:
    """One quantity on the year's steps, short gaps interpolated; long empty stretches are told."""
    power = np.full(len(axis), np.nan)
    has_row = row_at >= 0
    power[has_row] = column.to_numpy()[row_at[has_row] - column.index[0]]
    empty = np.isnan(power)
    starts, lengths = runs(empty)
    long_empty: list[str] = []
    filled: list[tuple[str, int]] = []
    for start, length in zip(starts, lengths, strict=True):
        stretch = slice(start, start + length)
        told = f"{moment(axis[start])}"
        if length * step <= policy.max_gap_minutes:
            filled.append((told, int(length) * step))
        elif has_row[stretch].any():  # without any row it has been told
            rows = row_at[stretch]
            long_empty.append(f"row {rows[rows >= 0][0]} ({told}, {duration(length * step)})")
    found.add(
        f"{where}{name}: empty (NaN) for longer than {_limit(policy)}", long_empty, len(long_empty)
    )
    if filled:
        minutes = sum(gap for _, gap in filled)
        found.warnings.append(
            f"{where}{name}: {len(filled):,} gaps, {duration(minutes)} in all, interpolated"
        )
        found.facts.setdefault("gaps_filled", []).append(
            {
                "dwelling": label,
                "quantity": name,
                "gaps": len(filled),
                "minutes": minutes,
                "longest_minutes": max(gap for _, gap in filled),
                "first": [{"start": start, "minutes": gap} for start, gap in filled[:20]],
            }
        )
    if empty.all():
        return power
    steps = np.arange(len(axis))
    return np.where(empty, np.interp(steps, steps[~empty], power[~empty]), power)


def _limit(policy: FilePolicy) -> str:
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
    likely = annual / (1 - zero_share) if zero_share < 1 else float("nan")
    worst = ", ".join(
        f"{calendar.month_abbr[month]} {share:.0%}"
        for month, share in by_month.items()
        if share > 0.01
    )
    message = (
        f"{where}electricity_kw: exactly zero in {zero_share:.1%} of the year; {len(stuck)} "
        f"stretches are longer than demand.file_policy.max_zero_run_minutes "
        f"{policy.max_zero_run_minutes} and make {in_stuck.mean():.1%} of it (longest "
        f"{duration(float(minutes[longest]))} from {moment(axis[starts[longest]])}; share "
        f"of the month: {worst}). A home is never at zero: this is a meter that was off. The "
        f"year's {annual:,.0f} kWh are understated by about {zero_share:.0%} (at the mean of the "
        f"other minutes it would be {likely:,.0f} kWh), and what a unit earns with them"
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
    """Tell electricity that stays at exactly its maximum, as a meter out of its range does."""
    highest = float(power.max())
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
