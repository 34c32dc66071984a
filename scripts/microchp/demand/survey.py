"""A raw meter file looked at: what it seems to hold, and the layout for the user's YAML.

``python -m microchp.demand.import FILE`` prints both. Nothing is changed; what is printed is a
proposal that the user reads, and the run checks the file by it like any other.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from microchp.config import DemandFile, FilePolicy
from microchp.demand.clock import fitting_format, standard_stamps
from microchp.demand.clock_columns import clock_columns
from microchp.demand.columns import MEASURED
from microchp.demand.findings import Findings
from microchp.demand.measured import check_demand_file
from microchp.demand.reading import (
    EXCEL,
    TEXT,
    as_numbers,
    found_separator,
    is_empty,
    read_cells,
)
from microchp.demand.units import NAMED_KW, WORDS, is_register, odds_of_other_units, unit_in_name
from microchp.errors import DataError, MicrochpError, reading
from microchp.series.table_file import text_of
from microchp.series.timeseries import MINUTES_PER_DAY, QUANTITIES
from microchp.series.year_file import DATE_FORMATS, EPOCHS
from microchp.telling import counted

LOOKED_AT_LINES = 400
SAMPLE = 3000
"""Cells of a column by which it is told what it holds."""

MOST_LABELS = 50
"""A column of text with more different values labels nothing."""

CLOCK_CELL = r"^\d{1,2}:\d{2}(:\d{2})?$"

DATES = tuple(form.split(" ")[0] for form in DATE_FORMATS)

NAMES = (
    ("gas_kwh", r"\bgas|gas\b|gaz"),
    ("hot_water_kw", r"hot.?water|dhw|warm.?wasser|domestic.?hot|l/h"),
    ("heat_kw", r"heat|w(ä|ae)rme|thermal|chaleur"),
    (
        "electricity_kw",
        r"elec|power|aggregate|mains|consum|import|usage|load|verbrauch|bezug|strom|demand|energy"
        r"|global_active|use|kwh|kw\b|watt|value",
    ),
)
"""Quantities by what columns are called, the first that fits."""

DWELLING_NAMES = r"house|home|dwelling|lclid|meter|customer|household|^id$"

OTHER_NAMES = r"react|volt|intensit|current|temp|sub_meter|cost|price|export|einspeis|generat|solar"
"""Columns of numbers that are no demand of the house."""


@dataclass
class Survey:
    """What a file seems to hold: sentences for the user, and its layout as plain data."""

    sentences: list[str] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)
    year: int | None = None
    problems: list[str] = field(default_factory=list)


def survey(path: Path, sheet: str | int | None = None, house: str = "detached") -> Survey:
    """Look at a raw file.

    Parameters
    ----------
    path
        File of any kind that demand may come from.
    sheet
        Sheet of an Excel file; none for the first.
    house
        Name of the house in the study.

    Raises
    ------
    DataError
        If it is no table.
    """
    with reading(path, "a table"):
        return _survey(path, sheet, house)


def _survey(path: Path, sheet: str | int | None, house: str) -> Survey:
    seen = Survey(layout={"path": str(path)})
    if sheet is not None:
        seen.layout["sheet"] = sheet
    _find_header(path, seen)
    layout = dict(seen.layout)
    cells = read_cells(path, DemandFile.model_validate(layout))
    names = [str(name) for name in cells.columns]
    shown = ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
    seen.sentences.append(f"{counted(len(cells), 'row')} with the columns {shown}")
    clocks = clock_columns(names)
    if clocks:
        date = _date_column(cells.drop(columns=clocks))
        seen.layout |= {"columns": {"time": date}, "days_as_rows": "electricity_kw"}
        form = fitting_format(cells[date].astype("str").str.strip().head(SAMPLE) + " 00:00")
        if form is not None:
            seen.layout["date_format"] = form
        seen.sentences.append(f"a row for each day, with {len(clocks)} clock times as columns")
        cells = read_cells(path, DemandFile.model_validate(seen.layout))
        times, columns = [date], ["electricity_kw"]
    else:
        times = _time_columns(cells, seen)
        columns = _demand_columns(cells, times, seen)
    _understand(cells, times, columns, seen)
    _try(seen, house)
    return seen


# ----------------------------------------------------------------------------- header


def _find_header(path: Path, seen: Survey) -> None:
    """Rows above the header, or that there is none."""
    name = path.name.lower().removesuffix(".gz")
    rows: list[list[Any]]
    if name.endswith(TEXT):
        lines = text_of(path).splitlines()[:LOOKED_AT_LINES]
        separator = found_separator([line for line in lines[len(lines) // 2 :] if line.strip()])
        rows = [next(csv.reader([line], delimiter=separator), []) for line in lines]
        if any(separator in line for line in lines):
            seen.layout["separator"] = separator
    elif name.endswith(EXCEL):
        sheet = seen.layout.get("sheet", 1)
        at = sheet - 1 if isinstance(sheet, int) else sheet
        table = pd.read_excel(path, header=None, dtype=object, sheet_name=at, nrows=LOOKED_AT_LINES)
        rows = table.astype(object).where(table.notna(), "").to_numpy().tolist()
    else:
        return
    widths = Counter(len(row) for row in rows if row)
    width = max(widths, key=lambda w: widths[w]) if widths else 0
    first = next((k for k, row in enumerate(rows) if len(row) == width and _is_data(row)), None)
    if first is None:
        return
    above = [k for k in range(first) if any(str(cell).strip() for cell in rows[k])]
    if not above:
        seen.layout["header"] = False
        seen.sentences.append("no header: columns are called by their number")
    elif above[-1] > 0:
        seen.layout["skip_rows"] = above[-1]


def _is_data(row: list[Any]) -> bool:
    """Whether a row has numbers or times, and nothing of a header."""
    cells = [str(cell).strip() for cell in row]
    filled = [cell for cell in cells if cell]
    if clock_columns(filled):
        return False
    values = [cell for cell in filled if re.match(r"^[-+]?[\d.,:/T +-]+Z?$", cell)]
    return len(values) >= max(1, len(filled) / 2)


# ------------------------------------------------------------------------------ columns


def _sample(column: pd.Series) -> pd.Series:
    filled = column[~is_empty(column)]
    return filled.iloc[:: max(1, len(filled) // SAMPLE)]


def _time_columns(cells: pd.DataFrame, seen: Survey) -> list[str]:
    """The column of the time, or those of date and clock time."""
    for name in cells.columns:
        if _is_time(cells[name]):
            return [str(name)]
    date = _date_column(cells)
    clocks = [
        str(name)
        for name in cells.columns
        if _sample(cells[name]).astype("str").str.strip().str.match(CLOCK_CELL).mean() > 0.95
    ]
    if date and clocks:
        return [date, clocks[0]]
    if "header" in seen.layout and cells.shape[1] == 1:
        return []
    raise DataError(
        f"no column looks like a time; columns are {', '.join(map(str, cells.columns))}"
    )


def _is_time(column: pd.Series) -> bool:
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return True
    text = _sample(column).astype("str").str.strip()
    if text.empty:
        return False
    numbers = pd.to_numeric(text, errors="coerce")
    if numbers.notna().all():
        return bool(numbers.min() > EPOCHS["s"] and numbers.nunique() > 0.5 * min(len(text), 1000))
    if not text.str.contains(r"\d:\d|T\d\d", regex=True).mean() > 0.95:
        return False
    if text.str.match(CLOCK_CELL).mean() > 0.95:
        return False
    iso = pd.to_datetime(
        text.str.replace("24:00", "00:00"), format="ISO8601", errors="coerce", utc=True
    )
    return bool(iso.notna().mean() > 0.95) or fitting_format(text) is not None


def _date_column(cells: pd.DataFrame) -> str:
    for name in cells.columns:
        text = _sample(cells[name]).astype("str").str.strip().str.removesuffix(" 00:00:00")
        if text.empty or not text.str.contains(r"\d[-/.]\d", regex=True).all():
            continue
        for form in ("%Y-%m-%d", "%Y%m%d", *DATES):
            if pd.to_datetime(text, format=form, errors="coerce").notna().all():
                return str(name)
    return ""


def _demand_columns(cells: pd.DataFrame, times: list[str], seen: Survey) -> list[str]:
    """Columns of numbers that may be demand, at most one for each quantity."""
    columns: dict[str, list[str]] = {"time": times} if times else {}
    left: list[str] = []
    numeric = []
    for name in cells.columns:
        if name in times:
            continue
        sample = _sample(cells[name])
        if sample.empty:
            continue
        numbers, wrong = as_numbers(sample, None)
        if wrong.mean() < 0.05 and numbers.notna().any():
            numeric.append(str(name))
    labels = [
        str(name)
        for name in cells.columns
        if name not in times and 1 <= cells[name].nunique() <= MOST_LABELS and name not in numeric
    ]
    for name in numeric:
        if re.search(DWELLING_NAMES, name.lower()) and cells[name].nunique() <= MOST_LABELS:
            labels.append(name)
    numeric = [name for name in numeric if name not in labels]
    for name in numeric:
        role = name if name in MEASURED else _role_of(_called(name, seen))
        if role is None or role in columns:
            left.append(name)
        else:
            columns[role] = [name]
    if not columns.keys() & set(MEASURED) and left:
        columns["electricity_kw"] = [left.pop(0)]
    _labels(cells, times, labels, columns, seen)
    if left:
        seen.sentences.append(f"not taken: {', '.join(left)}")
    seen.layout["columns"] = columns
    return [role for role in columns if role in MEASURED]


def _called(name: str, seen: Survey) -> str:
    """What a column is called: without a header, as its file is."""
    return name if seen.layout.get("header", True) else Path(seen.layout["path"]).name


def _role_of(name: str) -> str | None:
    if re.search(OTHER_NAMES, name.lower()):
        return None
    return next((role for role, form in NAMES if re.search(form, name.lower())), None)


def _labels(
    cells: pd.DataFrame,
    times: list[str],
    labels: list[str],
    columns: dict[str, list[str]],
    seen: Survey,
) -> None:
    """What tells the rows of a long table apart: dwellings, or channels of which one is taken."""
    if not times or not cells.duplicated(times).mean() > 0.2:
        return
    for name in labels:
        held = list(cells[name].astype("str").str.strip().value_counts().index)
        if len(held) < 2:
            continue
        shown = f"'{name}' has {len(held)} values: {', '.join(held[:6])}"
        if re.search(DWELLING_NAMES, name.lower()):
            columns["dwelling"] = [name]
            seen.sentences.append(f"long table of dwellings; {shown}")
        else:
            seen.layout["where"] = {name: held[0]}
            seen.sentences.append(f"long table, of which one kind of row is taken; {shown}")


# -------------------------------------------------------------------------- understanding


def _understand(cells: pd.DataFrame, times: list[str], roles: list[str], seen: Survey) -> None:
    """Clock, step and units of the columns chosen, added to the layout."""
    where = seen.layout.get("where", {})
    for name, value in where.items():
        cells = cells[cells[name].astype("str").str.strip() == value]
    columns = seen.layout.get("columns", {})
    if "dwelling" in columns:
        name = columns["dwelling"][0]
        cells = cells[cells[name] == cells[name].iloc[0]]
    cells = cells.reset_index(drop=True)
    stamps = _stamps(cells, times, seen)
    if stamps is None:
        per_day = len(cells) // 365
        known = [
            m for m in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60) if MINUTES_PER_DAY // m == per_day
        ]
        step_minutes = known[0] if known else 60
        seen.layout["step_minutes"] = step_minutes
        seen.sentences.append("no time: rows taken to follow one another from 1 January")
        rows = pd.Series(
            pd.to_datetime("2001-01-01") + pd.to_timedelta(cells.index * step_minutes, "min")
        )
        _add_units(cells, rows, roles, step_minutes, seen)
        return
    ordered = stamps.sort_values()
    step = pd.Timedelta(ordered.diff()[lambda d: d > pd.Timedelta(0)].mode().iloc[0])
    minutes = step.total_seconds() / 60
    seen.sentences.append(
        f"from {ordered.iloc[0]} to {ordered.iloc[-1]}, step {minutes:g} min, "
        f"{counted(int((ordered.diff() > step).sum()), 'gap')}"
    )
    days = ordered.dt.normalize().groupby(ordered.dt.year).nunique()
    seen.year = int(days[days == days.max()].index[0])
    if len(days) > 1 and days.max() < 360 and days.iloc[-1] > 1:
        seen.year = int(days.index[-1])  # twelve months that reach into it
    if minutes != int(minutes) or 60 % minutes:
        whole = [m for m in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60) if m >= minutes]
        if whole:
            seen.layout["step_minutes"] = whole[0]
    units = _add_units(cells, stamps, roles, minutes, seen)
    first, last = ordered.iloc[0] - step, ordered.iloc[-1]
    is_counting = any(unit.startswith("register") for unit in units.values())
    if not is_counting and first == first.normalize() and last == last.normalize():
        seen.layout["stamps"] = "end"
        seen.sentences.append("stamps are the ends of the steps")


def _add_units(
    cells: pd.DataFrame, stamps: pd.Series, roles: list[str], step_minutes: float, seen: Survey
) -> dict[str, str]:
    """The unit of each quantity, in the layout as well."""
    units = {}
    for role in roles:
        name = seen.layout.get("columns", {}).get(role, [role])[0]
        units[role] = _unit(role, name, cells, stamps, step_minutes, seen)
    different = set(units.values())
    seen.layout["unit"] = different.pop() if len(different) == 1 else units
    return units


def _stamps(cells: pd.DataFrame, times: list[str], seen: Survey) -> pd.Series | None:
    """Naive stamps, and what the layout must say of the clock."""
    if not times:
        return None
    time = cells[times[0]]
    if len(times) > 1:
        time = time.astype("str").str.strip().str.removesuffix(" 00:00:00")
        time = time + " " + cells[times[1]].astype("str").str.strip()
    form: str | None = seen.layout.get("date_format")
    if form is None and not pd.api.types.is_datetime64_any_dtype(time.dtype):
        text = time.astype("str").str.strip()
        sample = _sample(text)
        numbers = pd.to_numeric(sample, errors="coerce")
        plain = sample.str.replace("24:00", "00:00")
        iso = pd.to_datetime(plain, format="ISO8601", errors="coerce", utc=True)
        if numbers.isna().any() and iso.notna().mean() < 0.95:
            form = fitting_format(plain)
            if form is not None:
                seen.layout["date_format"] = form
    found = Findings(rows=np.arange(len(cells)), file_at=np.zeros(len(cells), dtype=np.int64))
    one = pd.Series("0", index=cells.index)
    stamps = standard_stamps(time, one, None, 2001, found, form)
    if stamps is None:
        raise DataError("; ".join(found.problems) or "no stamp that can be understood")
    seen.sentences += [problem for problem in found.problems]
    if not stamps.is_as_given:
        seen.sentences.append(f"time is {found.facts['time']}")
    return stamps.naive


def _unit(
    role: str,
    name: str,
    cells: pd.DataFrame,
    stamps: pd.Series,
    step_minutes: float,
    seen: Survey,
) -> str:
    """Unit by the column's name or, where that says nothing, by its values."""
    values, _ = as_numbers(cells[name] if name in cells else cells[role], None)
    ordered = values.loc[stamps.sort_values().index]
    ordered = ordered[np.isfinite(ordered)]
    named = unit_in_name(_called(name, seen))
    if is_register(ordered):
        unit = {"Wh": "register_Wh", "m3": "register_m3"}.get(named or "", "register")
        why = "it counts up as a meter does"
    elif named is not None and name not in MEASURED:
        unit, why = named, "as its name says"
    else:
        usable = ordered[ordered >= 0]
        mean = float(usable.mean()) if len(usable) else 0.0
        start = "kWh" if role == "gas_kwh" else "kW"
        unit, why = start, "by its values"
        if mean > 0:
            peak = float(np.quantile(usable, 0.9995))
            odds = odds_of_other_units(role, mean, peak, step_minutes, 1, start)
            other, highest = next(iter(odds.items()))
            if highest > np.exp(-NAMED_KW):
                unit = other
    seen.sentences.append(f"'{name}' as {role}: {WORDS[unit]} ({why})")
    return unit


def _try(seen: Survey, house: str) -> None:
    """Read the file by the layout, and say what comes out."""
    layout = seen.layout
    columns = layout.get("columns", {})
    held = {role for role in columns if role in MEASURED} | {layout.get("days_as_rows")}
    if held & {"heat_kw", "gas_kwh"}:
        held |= {"space_heating_kw", "hot_water_kw"}
    if "gas_kwh" in held:
        layout["boiler_efficiency"] = 0.85
        seen.sentences.append("boiler_efficiency is a guess: set that of the boiler there")
    if layout.get("separator") == ",":
        del layout["separator"]
    none = [name for name in QUANTITIES if name not in held]
    file = DemandFile.model_validate(layout | {"none": none})
    seen.year = seen.year or 2015
    checked = check_demand_file([file], seen.year, FilePolicy(), house)
    if checked.demand is None:
        seen.problems += checked.problems
        return
    for name, one in checked.demand.measured.items():
        steps = MINUTES_PER_DAY // one.step_minutes
        seen.sentences.append(
            f"{name}: {one.annual_kwh:,.0f} kWh in {seen.year}, {steps} steps a day"
        )
    seen.sentences += [*checked.demand.warnings, *checked.demand.notes]


# ------------------------------------------------------------------------------ command


def layout_yaml(seen: Survey, house: str) -> str:
    """The blocks of a study that read the file."""
    layout = dict(seen.layout)
    if "columns" in layout:
        layout["columns"] = {
            role: names[0] if isinstance(names, list) and len(names) == 1 else names
            for role, names in layout["columns"].items()
        }
    study = {
        "time": {"year": seen.year},
        "scenarios": {"house": [house]},
        "demand": {"source": "file", "files": {house: layout}},
    }
    return str(yaml.safe_dump(study, sort_keys=False, allow_unicode=True, width=100))


def main(arguments: Sequence[str] | None = None, show: Callable[[str], None] = print) -> int:
    """The command: 0 where the file can be used by what is printed, 1 where it cannot yet."""
    parser = argparse.ArgumentParser(
        prog="python -m microchp.demand.import", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("file", type=Path, help="a meter's file as it is")
    parser.add_argument("--house", default="detached", help="name of the house in the study")
    parser.add_argument("--sheet", help="sheet of an Excel file, by name or number")
    given = parser.parse_args(arguments)
    sheet = int(given.sheet) if given.sheet and given.sheet.isdigit() else given.sheet
    try:
        seen = survey(given.file, sheet, given.house)
    except MicrochpError as error:
        message = str(error)
        named = message if str(given.file) in message else f"{given.file}: {message}"
        sys.stderr.write(f"{named}\n")
        return 1
    for sentence in seen.sentences:
        show(f"# {sentence}")
    for problem in seen.problems:
        show(f"# TO MEND: {problem}")
    show(layout_yaml(seen, given.house))
    return 1 if seen.problems else 0
