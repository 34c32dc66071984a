"""Gaps in measured demand filled, and what a meter counted in them kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from microchp.config import FilePolicy
from microchp.demand.coverage import limit_of
from microchp.demand.findings import Findings, IntArray, duration, moment, runs
from microchp.series.timeseries import MINUTES_PER_DAY, FloatArray
from microchp.telling import counted

CATCH_UP_STEPS = 2
CATCH_UP_MINUTES = 30
"""After a shorter gap a peak is more likely one of the house."""

CATCH_UP_OVER_PEAK = 1.5
"""What a meter counts up stands out of the week around it by this factor at least."""

CATCH_UP_RANGE = (0.2, 5.0)
"""Spread over its gap it is like the same hours of other days, to these factors."""

DONOR_DAYS = (7, -7, 14, -14, 21, -21, 28, -28, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6)
"""Where a gap's hours are taken from: its own weekday first, the nearest first."""


def fill_gaps(
    name: str,
    power: FloatArray,
    row_at: IntArray,
    axis: pd.DatetimeIndex,
    step: int,
    policy: FilePolicy,
    label: str,
    where: str,
    found: Findings,
) -> FloatArray:
    """One quantity on the year's steps, its short gaps filled; long empty stretches are told.

    Parameters
    ----------
    name
        Quantity.
    power
        kW at each step, NaN where there is none, shape ``(steps,)``.
    row_at
        Row of each step, -1 where it has none.
    axis, step
        Starts of the steps, and their length in minutes.
    policy
        How long a gap may be, and how it is filled.
    label, where
        Dwelling, for the facts and for messages.
    found
        Gets what is refused, and what filling adds.
    """
    has_row = row_at >= 0
    empty = np.isnan(power)
    if empty.all():
        return power
    starts, lengths = runs(empty)
    short = lengths * step <= policy.max_gap_minutes
    long_empty, caught_up = [], []
    for start, length in zip(starts[~short], lengths[~short], strict=True):
        stretch = slice(start, start + length)
        if has_row[stretch].any():  # without any row it has been told
            rows = row_at[stretch]
            long_empty.append(
                f"{found.row(rows[rows >= 0][0])} ({moment(axis[start])}, "
                f"{duration(length * step)})"
            )
        if is_catch_up(power, start, length, step):
            after = start + length
            caught_up.append(
                f"{found.row(row_at[after])} ({moment(axis[after])}, {power[after]:.4g} kW, after "
                f"{duration(length * step)})"
            )
    found.add(
        f"{where}{name}: empty (NaN) for longer than {limit_of(policy)}",
        long_empty,
        len(long_empty),
    )
    found.add(
        f"{where}{name}: looks like what the meter counted in the gap before it, and is spread "
        "over the gap, so that the total is kept, if demand.file_policy.max_gap_minutes allows "
        "the gap",
        caught_up,
        len(caught_up),
    )
    result = np.interp(np.arange(len(axis)), np.flatnonzero(~empty), power[~empty])
    result[~empty] = power[~empty]
    if not short.any():
        return result
    spread = 0
    for start, length in zip(starts[short], lengths[short], strict=True):
        stretch = slice(start, start + length)
        donor = (
            _donor(power, start, length + 1, step) if policy.gap_filling == "other_days" else None
        )
        if is_catch_up(power, start, length, step):
            spread += 1
            shape = np.ones(length + 1) if donor is None or donor.sum() <= 0 else donor
            result[start : start + length + 1] = shape * (power[start + length] / shape.sum())
        elif donor is not None:
            result[stretch] = donor[:length]
    _tell(
        name, result, empty, starts[short], lengths[short], spread, axis, step, policy, label,
        where, found,
    )  # fmt: skip
    return result


def is_catch_up(power: FloatArray, start: int, length: int, step: int) -> bool:
    """Whether the value after a gap is what the meter counted in it.

    Parameters
    ----------
    power
        kW at each step, NaN in the gaps.
    start, length
        The gap, in steps.
    step
        Length of a step, minutes.
    """
    after = start + length
    if length < CATCH_UP_STEPS or length * step < CATCH_UP_MINUTES or after >= len(power):
        return False
    day = MINUTES_PER_DAY // step
    around = power[max(0, start - 7 * day) : after + 7 * day + 1].copy()
    around[after - max(0, start - 7 * day)] = np.nan
    if np.isnan(around).all() or power[after] <= CATCH_UP_OVER_PEAK * np.nanmax(around):
        return False
    same_hours = [
        part
        for days in range(-14, 15)
        if days and len(part := _shifted(power, start, length + 1, days * day)) == length + 1
    ]
    finite = [part for part in same_hours if np.isfinite(part).all()]
    if not finite:
        return False
    usual, spread = float(np.mean(finite)), power[after] / (length + 1)
    return bool(CATCH_UP_RANGE[0] * usual <= spread <= CATCH_UP_RANGE[1] * usual)


def _shifted(power: FloatArray, start: int, length: int, by: int) -> FloatArray:
    """The stretch that lies some steps later; shorter where the year ends."""
    return power[start + by : start + by + length] if start + by >= 0 else power[:0]


def _donor(power: FloatArray, start: int, length: int, step: int) -> FloatArray | None:
    """The same hours of the nearest day that has them all, its own weekday first."""
    day = MINUTES_PER_DAY // step
    for days in DONOR_DAYS:
        part = _shifted(power, start, length, days * day)
        if len(part) == length and np.isfinite(part).all():
            return part.copy()
    return None


def _tell(
    name: str,
    result: FloatArray,
    empty: npt.NDArray[np.bool_],
    starts: IntArray,
    lengths: IntArray,
    spread: int,
    axis: pd.DatetimeIndex,
    step: int,
    policy: FilePolicy,
    label: str,
    where: str,
    found: Findings,
) -> None:
    minutes = int(lengths.sum()) * step
    added = float(result[empty].sum()) * step / 60
    share = added / total if (total := float(result.sum()) * step / 60) else 0.0
    how = {"interpolate": "interpolated", "other_days": "filled with the same hours of other days"}
    message = (
        f"{where}{name}: {counted(len(starts), 'gap')}, {duration(minutes)} in all, "
        f"{how[policy.gap_filling]}; {added:,.1f} kWh of the year ({share:.2%}) stand in them"
    )
    if spread:
        message += (
            f". After {spread:,} of them the meter had counted up: that is spread over the gap, "
            "and the total is kept"
        )
    found.warnings.append(message)
    found.facts.setdefault("gaps_filled", []).append(
        {
            "dwelling": label,
            "quantity": name,
            "gaps": len(starts),
            "minutes": minutes,
            "kwh_in_gaps": added,
            "share_of_year": share,
            "gaps_spread_over": spread,
            "longest_minutes": int(lengths.max()) * step,
            "first": [
                {"start": moment(axis[start]), "minutes": int(length) * step}
                for start, length in zip(starts[:20], lengths[:20], strict=True)
            ],
        }
    )
