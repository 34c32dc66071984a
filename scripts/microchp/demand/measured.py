"""A user's own demand files: read, checked throughout, and brought to one minute.

A file holds ``time`` (ISO 8601), any of ``space_heating_kw``, ``hot_water_kw`` and
``electricity_kw`` (mean power over the step that starts at ``time``), and ``dwelling`` if it
holds several. Everything wrong with a file is told at once, with rows and time stamps.
"""

from __future__ import annotations

import difflib
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from microchp.config import Config, FilePolicy, House
from microchp.demand.clock import common_step_minutes, standard_stamps, undeclared_clock_changes
from microchp.demand.coverage import (
    check_cut_off,
    check_missing_rows,
    check_zero_runs,
    fill_gaps,
    place_rows,
)
from microchp.demand.findings import Findings, moment
from microchp.errors import DataError
from microchp.series.timeseries import QUANTITIES, FloatArray, repeat_to, time_axis

SUSPICIOUS_MEAN_KW = 100.0
"""No dwelling draws this much on average; watts read as kilowatts do."""

SUSPICIOUS_ANNUAL_KWH = 100.0
"""Energy per step read as power gives less electricity in a year than this."""

OTHER_UNITS = {
    "_kwh": "energy in kWh; divide by the step in hours for mean power in kW",
    "_wh": "energy in Wh; divide by 1000 and by the step in hours for mean power in kW",
    "_mw": "power in MW; multiply by 1000",
    "_w": "power in W; divide by 1000",
}

COLUMNS = ("time", "dwelling", *QUANTITIES)


@dataclass(frozen=True)
class MeasuredDemand:
    """What a demand file holds, by minute over the whole year.

    ``dwellings`` has, for each dwelling, an array of shape ``(minutes,)`` per measured
    quantity; ``warnings`` what puts its numbers in doubt; ``notes`` what was taken from elsewhere
    or left out; ``facts`` the numbers behind them.
    """

    dwellings: list[dict[str, FloatArray]]
    warnings: list[str]
    notes: list[str]
    facts: dict[str, Any]


@dataclass(frozen=True)
class CheckedFile:
    """The problems of a demand file (empty if it can be used) and, without any, its demand."""

    problems: list[str]
    demand: MeasuredDemand | None


# ------------------------------------------------------------------------------ public


def check_demand_file(
    path: str | Path,
    year: int,
    policy: FilePolicy,
    house_name: str,
    *,
    house: House | None = None,
    dwellings: int = 1,
) -> CheckedFile:
    """Read a demand file and collect everything that is wrong with it.

    Parameters
    ----------
    path
        CSV (may be gzipped), Parquet or NetCDF.
    year
        Calendar year that the file must cover.
    policy
        What is done about gaps, electricity stuck at zero, and local clock time.
    house_name
        House type that the file is for.
    house
        Its catalogue entry, from which columns left out can be filled; none if there is none.
    dwellings
        How many dwellings are needed.

    Returns
    -------
    CheckedFile
        Problems, one line each, or the demand. Nothing is raised for a bad file.
    """
    found = Findings()
    demand: MeasuredDemand | None = None
    try:
        table = _load_table(Path(path))
    except DataError as error:
        found.problems.append(str(error))
    else:
        demand = _examine(table, year, policy, house_name, house, dwellings, found)
    return CheckedFile(found.problems, None if found.problems else demand)


def read_demand_file(
    path: str | Path,
    year: int,
    policy: FilePolicy,
    house_name: str,
    *,
    house: House | None = None,
    dwellings: int = 1,
) -> MeasuredDemand:
    """The demand in a file; parameters as for :func:`check_demand_file`.

    Raises
    ------
    DataError
        With every problem of the file.
    """
    checked = check_demand_file(path, year, policy, house_name, house=house, dwellings=dwellings)
    if checked.demand is None:
        raise DataError(_message(house_name, path, checked.problems))
    return checked.demand


def validate_demand_files(config: Config) -> None:
    """Check the demand files of all houses of the grid, for use before any job runs.

    Does nothing unless ``demand.source`` is ``file``. Takes about a second for a file of a year
    by minute.

    Raises
    ------
    DataError
        With every problem of every file.
    """
    if config.demand.source != "file":
        return
    messages = []
    for house_name in config.designed_houses():
        path = config.demand.files[house_name]
        checked = check_demand_file(
            path,
            config.time.year,
            config.demand.file_policy,
            house_name,
            house=config.houses.get(house_name),
            dwellings=config.dwellings,
        )
        if checked.problems:
            messages.append(_message(house_name, path, checked.problems))
    if messages:
        raise DataError("\n".join(messages))


def _message(house_name: str, path: str | Path, problems: list[str]) -> str:
    lines = "".join(f"\n  {problem}" for problem in problems)
    return f"demand.files.{house_name}: {path} cannot be used:{lines}"


# ---------------------------------------------------------------------------- reading


def _load_table(path: Path) -> pd.DataFrame:
    """The file as a table whose index is the row that a user sees; a CSV's header is row 1."""
    if not path.is_file():
        raise DataError("there is no such file")
    name = path.name.lower()
    if name.endswith((".csv", ".csv.gz")):
        table, first = _load_csv(path), 2
    elif name.endswith((".parquet", ".pq")):
        table, first = _load_parquet(path), 1
    elif name.endswith((".nc", ".nc4")):
        table, first = _load_netcdf(path), 1
    else:
        raise DataError("not a kind of file that can be read; give .csv, .csv.gz, .parquet or .nc")
    table.columns = [str(column) for column in table.columns]
    table.index = pd.RangeIndex(first, first + len(table))
    return table


def _load_csv(path: Path) -> pd.DataFrame:
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            header = file.readline().decode("utf-8-sig").strip()
        if not header:
            raise DataError("the file is empty")
        if "," not in header and any(mark in header for mark in ";\t"):
            raise DataError(
                f"the header '{header}' is not separated by commas; separate columns by commas "
                "and write numbers with a decimal point"
            )
        return pd.read_csv(path, engine="pyarrow", dtype={"time": "str"})
    except (OSError, ValueError) as error:  # Arrow's, gzip's and decoding errors are both
        raise DataError(f"not a CSV in UTF-8 that can be read ({error})") from error


def _load_parquet(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:  # Arrow's own errors are both
        raise DataError(f"not a Parquet file that can be read ({error})") from error
    if "time" not in table.columns and "time" in table.index.names:
        table = table.reset_index()
    return table


def _load_netcdf(path: Path) -> pd.DataFrame:
    try:
        dataset = xr.load_dataset(path)
    except (OSError, ValueError) as error:
        raise DataError(f"not a NetCDF file that can be read ({error})") from error
    units = {name: dataset[name].attrs.get("units", "kW") for name in QUANTITIES if name in dataset}
    wrong = [f"{name} has '{unit}'" for name, unit in units.items() if unit != "kW"]
    if wrong:
        raise DataError(f"units must be 'kW'; {', '.join(wrong)}")
    dims = [str(dim) for dim in dataset.dims if dim in ("dwelling", "time")]
    return dataset.to_dataframe(dim_order=dims).reset_index()


# --------------------------------------------------------------------------- examining


def _examine(
    table: pd.DataFrame,
    year: int,
    policy: FilePolicy,
    house_name: str,
    house: House | None,
    dwellings: int,
    found: Findings,
) -> MeasuredDemand | None:
    """Go through the whole table; none as soon as nothing more can be said of it."""
    measured = _check_columns(list(table.columns), house_name, house, found)
    if table.empty:
        found.problems.append("there is a header but no rows")
        return None
    values = {name: _numbers(name, table[name], found) for name in measured}
    if "time" not in table.columns:
        return None
    dwelling = _dwelling_of_rows(table, dwellings, found)
    stamps = standard_stamps(table["time"], dwelling, policy.timezone, year, found)
    if stamps is None:
        return None
    for name, column in values.items():
        _check_values(name, column, stamps, found)
    step = common_step_minutes(stamps, dwelling, found)
    if step is None or not _check_year(stamps, year, found):
        return None
    naive_as_given = policy.timezone is None and found.facts["time"].startswith("as in the file")
    filled = []
    labels = list(dict.fromkeys(dwelling))
    for label in labels:
        where = f"dwelling {label}: " if len(labels) > 1 else ""
        rows = dwelling.index[dwelling == label]
        own, excused = stamps[stamps.index.isin(rows)], set[pd.Timestamp]()
        if naive_as_given:
            own, excused = undeclared_clock_changes(own, rows.difference(own.index), step, found)
        row_at = place_rows(own, year, step, where, found)
        axis = time_axis(year, step)
        check_missing_rows(row_at, axis, step, policy, excused, where, found)
        power = {
            name: fill_gaps(name, column, row_at, axis, step, policy, label, where, found)
            for name, column in values.items()
        }
        if "electricity_kw" in power:
            electricity = power["electricity_kw"]
            check_zero_runs(electricity, axis, step, policy, label, where, found)
            check_cut_off(electricity, step, label, where, found)
        filled.append(power)
    found.facts |= {
        "rows": len(table),
        "step_minutes": step,
        "dwellings_in_file": len(labels),
        "measured": measured,
    }
    if found.problems:
        return None
    return MeasuredDemand(
        [
            {name: repeat_to(power, step, 1) for name, power in one.items()}
            for one in filled[:dwellings]
        ],
        found.warnings,
        found.notes,
        found.facts,
    )


def _check_columns(
    columns: list[str], house_name: str, house: House | None, found: Findings
) -> list[str]:
    """Quantities that the file has; unknown and missing columns are told."""
    for column in columns:
        if column in COLUMNS:
            continue
        unit = next((told for end, told in OTHER_UNITS.items() if column.lower().endswith(end)), "")
        nearest = difflib.get_close_matches(column.lower(), COLUMNS, n=1, cutoff=0.5)
        hint = f"did you mean '{nearest[0]}'?" if nearest else f"columns are {', '.join(COLUMNS)}"
        found.problems.append(f"unknown column '{column}'{f' ({unit})' if unit else ''}; {hint}")
    if "time" not in columns:
        found.problems.append("no column 'time'")
    measured = [name for name in QUANTITIES if name in columns]
    missing = [name for name in QUANTITIES if name not in columns]
    if not measured:
        found.problems.append(f"none of the columns {', '.join(QUANTITIES)}")
    elif missing and house is None:
        found.problems.append(
            f"no column {', '.join(missing)}, and no house '{house_name}' in the catalogue or "
            "under `houses` from which it could be filled"
        )
    elif missing:
        found.notes.append(
            f"{', '.join(missing)} not in the file: synthesised for the built-in house "
            f"'{house_name}'"
        )
    return measured


def _numbers(name: str, column: pd.Series, found: Findings) -> pd.Series:
    """The column as floating point; text that is no number is told, empty cells are NaN."""
    numbers = pd.to_numeric(column, errors="coerce").astype(np.float64)
    if numbers.isna().any() and not pd.api.types.is_numeric_dtype(column.dtype):
        text = column.astype("str").str.strip()
        filled = column.notna() & (text != "") & (text.str.lower() != "nan")
        wrong = text[numbers.isna() & filled]
        found.add(
            f"{name}: not a number",
            (f"row {row} ('{value}')" for row, value in wrong.items()),
            len(wrong),
        )
    return numbers


def _check_values(name: str, column: pd.Series, stamps: pd.Series, found: Findings) -> None:
    infinite = column[np.isinf(column)]
    negative = column[(column < 0) & ~np.isinf(column)]
    advice = " (give what the dwelling draws, not net of its own generation)"
    doubtful = [row for row in (*infinite.index, *negative.index) if row in stamps.index]
    when = {row: f"{moment(stamps[row])}, " for row in doubtful}
    for what, wrong in (
        (f"{name}: infinite", infinite),
        (f"{name}: negative{advice if name == 'electricity_kw' else ''}", negative),
    ):
        found.add(
            what,
            (f"row {row} ({when.get(row, '')}{value:g})" for row, value in wrong.items()),
            len(wrong),
        )
    mean = float(column[np.isfinite(column)].mean())
    if mean > SUSPICIOUS_MEAN_KW:
        found.problems.append(
            f"{name}: {mean:,.0f} kW on average; that looks like W. Divide by 1000"
        )
    if name == "electricity_kw" and 0 < mean * 8760 < SUSPICIOUS_ANNUAL_KWH:
        found.warnings.append(
            f"{name}: only {mean * 8760:.1f} kWh a year; is it energy per step, not mean power?"
        )


def _dwelling_of_rows(table: pd.DataFrame, wanted: int, found: Findings) -> pd.Series:
    """Dwelling of each row; a file without the column holds one."""
    if "dwelling" in table.columns:
        given = table["dwelling"]
        empty = given[given.isna()]
        found.add("dwelling: empty", (f"row {row}" for row in empty.index), len(empty))
        dwelling = given.astype("str")
    else:
        dwelling = pd.Series("0", index=table.index)
    held = dwelling.nunique()
    if held < wanted:
        found.problems.append(
            f"holds {held} dwelling{'s' if held > 1 else ''}, and the groups that "
            f"scenarios.penetration asks for have {wanted} (group.dwellings); give them in a "
            f"column 'dwelling', set group.dwellings to {held}, or leave out scenarios.penetration"
        )
    elif held > wanted:
        found.notes.append(f"holds {held} dwellings; the first {wanted} used (group.dwellings)")
    return dwelling


def _check_year(stamps: pd.Series, year: int, found: Findings) -> bool:
    """Whether the file has rows in the year; rows outside it are told."""
    outside = stamps[stamps.dt.year != year]
    if len(outside) == len(stamps):
        first, last = stamps.min(), stamps.max()
        found.problems.append(
            f"time: covers {first:%Y-%m-%d} to {last:%Y-%m-%d}, nothing of time.year {year}; set "
            f"time.year to {stamps.dt.year.mode().iloc[0]}"
        )
        return False
    if len(outside):
        found.notes.append(
            f"{len(outside):,} rows outside {year} left out (row {outside.index[0]}, "
            f"{moment(outside.iloc[0])}, and others)"
        )
    return True
