"""Forecasts of the grid's CO2 as they were issued: what was known of a day before it came."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from microchp.errors import DataError, reading
from microchp.series.table_file import read_table
from microchp.series.timeseries import FloatArray
from microchp.series.year_file import check_header, numbers_of, standard_times
from microchp.telling import counted

VALUE = "grid_kg_per_kwh"
COLUMNS = ("issued", "time", VALUE)

HIGHEST_KG_PER_KWH = 2.0
"""No grid has emitted more: a value above is of another unit."""


@dataclass(frozen=True)
class Issued:
    """Forecasts, the earliest issued first.

    Attributes
    ----------
    issued, time
        When each was issued, and the start of the step that it is of; ``datetime64[ns]``, shape
        ``(n,)``.
    grid_kg_per_kwh
        What was expected, shape ``(n,)``.
    """

    issued: npt.NDArray[np.datetime64]
    time: npt.NDArray[np.datetime64]
    grid_kg_per_kwh: FloatArray

    def known(self, day: npt.NDArray[np.datetime64], slices: int, lead_days: int) -> FloatArray:
        """What the newest forecasts said of each day, some midnights before it.

        Parameters
        ----------
        day
            Midnights, shape ``(days,)``.
        slices
            Steps of a day.
        lead_days
            0: at the midnight that the day begins with.

        Returns
        -------
        numpy.ndarray
            kg/kWh, ``nan`` where nothing had been issued; shape ``(days, slices)``.
        """
        found = np.full((len(day), slices), np.nan)
        one = np.timedelta64(1, "D")
        step = one.astype("timedelta64[ns]") // slices
        for number, midnight in enumerate(day):
            end = int(np.searchsorted(self.issued, midnight - lead_days * one, side="right"))
            here = (self.time[:end] >= midnight) & (self.time[:end] < midnight + one)
            if not here.any():
                continue
            of_day = pd.Series(self.grid_kg_per_kwh[:end][here], index=self.time[:end][here])
            newest = of_day[~of_day.index.duplicated(keep="last")].sort_index()
            starts = pd.DatetimeIndex(midnight + step * np.arange(slices))
            # a step of the file holds until the next one begins, an hour at most
            found[number] = newest.reindex(
                starts, method="ffill", tolerance=pd.Timedelta(minutes=59)
            ).to_numpy()
        return found


def read_issued(path: str | Path, key: str, year: int) -> Issued:
    """Forecasts of a user's file.

    Parameters
    ----------
    path
        CSV, Excel or Parquet with ``issued``, ``time`` (start of the step) and
        ``grid_kg_per_kwh``; as many forecasts of a step as there are.
    key
        The key of the configuration that names it, for messages.
    year
        Some of them must be of this year.

    Raises
    ------
    DataError
        Naming file, row and column, what was found and what is accepted.
    """
    path = Path(path)
    table = read_table(path, key)
    with reading(path, "forecasts as they were issued"):
        check_header(path, table, COLUMNS)
        values = numbers_of(path, VALUE, table)
        frame = pd.DataFrame(
            {
                name: standard_times(path, table.cells[name].rename("time"), year)
                for name in COLUMNS[:2]
            }
        ).assign(**{VALUE: values})
    late = int((frame["issued"] > frame["time"] + pd.Timedelta(hours=1)).sum())
    if late:
        raise DataError(
            f"{path}, column issued: after the step that it is of in {counted(late, 'row')}; "
            "expected forecasts"
        )
    if not (frame["time"].dt.year == year).any():
        first, last = frame["time"].min(), frame["time"].max()
        raise DataError(f"{path}, column time: {first} to {last}; expected some of {year}")
    high = float(np.abs(values).max())
    if high > HIGHEST_KG_PER_KWH:
        raise DataError(
            f"{path}, column {VALUE}: {high:g} looks like grams; expected kg/kWh, at most "
            f"{HIGHEST_KG_PER_KWH:g}"
        )
    frame = frame.sort_values("issued", kind="stable")
    return Issued(
        frame["issued"].to_numpy().astype("datetime64[ns]"),
        frame["time"].to_numpy().astype("datetime64[ns]"),
        frame[VALUE].to_numpy(dtype=np.float64),
    )


def issued_notes(path: str, year: int) -> list[str]:
    """What a file of forecasts holds, in a line, for use before any job runs.

    Raises
    ------
    DataError
        As :func:`read_issued`.
    """
    held = read_issued(path, "forecast.carbon_file", year)
    ahead = float(np.median((held.time - held.issued) / np.timedelta64(1, "h")))
    return [
        f"forecast.carbon_file: {len(held.time)} forecasts, issued "
        f"{pd.Timestamp(held.issued[0]):%Y-%m-%d} to {pd.Timestamp(held.issued[-1]):%Y-%m-%d}, "
        f"{ahead:.0f} h ahead in the middle; {VALUE} {np.mean(held.grid_kg_per_kwh):.3g} kg/kWh "
        "on average"
    ]
