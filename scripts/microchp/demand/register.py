"""Readings of a meter that counts on, as the energy of each step."""

from __future__ import annotations

import numpy as np
import pandas as pd

from microchp.demand.findings import Findings, moment, runs

MOST_RESETS = 3
"""A meter is replaced, or starts from zero, a few times in a year; more is no meter."""


def differences(
    own: pd.DataFrame,
    roles: list[str],
    step_minutes: int,
    max_gap_minutes: int,
    where: str,
    found: Findings,
) -> pd.DataFrame:
    """Rows with what a meter counts from each reading to the next.

    Across a gap that may be filled the count is spread evenly, so that the total is exact.

    Parameters
    ----------
    own
        One dwelling: a column ``time`` (naive, standard, in order, each once) and the values.
    roles
        Columns that are readings.
    step_minutes
        Regular step.
    max_gap_minutes
        How long a gap may be.
    where
        Dwelling, for messages.
    found
        Gets readings that go back.

    Returns
    -------
    pandas.DataFrame
        Like ``own``, without the rows from which no count is known.
    """
    at = pd.DatetimeIndex(own["time"])
    step = pd.Timedelta(minutes=step_minutes)
    full = pd.date_range(at[0], at[-1], freq=step, unit="ns")
    table = own.drop(columns="time").set_axis(at).reindex(full)
    position = pd.Series(own.index, index=at).reindex(full)
    new = position.isna().to_numpy()
    position = position.ffill().astype(np.int64)
    rows = position.to_numpy().copy()
    rows[new] = found.take_rows(rows[new])
    for role in roles:
        readings = table[role].to_numpy(dtype=np.float64, copy=True)
        known = np.isfinite(readings)
        if not known.any():
            continue
        line = np.interp(np.arange(len(readings)), np.flatnonzero(known), readings[known])
        starts, lengths = runs(~known)
        for start, length in zip(starts, lengths, strict=True):
            inside = start > 0 and start + length < len(readings)
            if inside and length * step_minutes <= max_gap_minutes:
                readings[start : start + length] = line[start : start + length]
        counted = np.append(np.diff(readings), np.nan)
        back = np.flatnonzero(counted < 0)
        shown = [f"{found.row(rows[k + 1])} ({moment(full[k + 1])})" for k in back[:5]]
        if len(back) > MOST_RESETS:
            found.add(f"{where}{role}: the meter goes back", shown, len(back))
        elif len(back):
            found.warnings.append(
                f"{where}{role}: the meter goes back at {', '.join(shown)}, as a new one does; "
                "what it counted in these steps is taken as a gap"
            )
        counted[back] = np.nan
        table[role] = counted
    result = table.assign(time=full).set_axis(pd.Index(rows))
    return result[result[roles].notna().any(axis=1)]
