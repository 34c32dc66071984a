"""Which columns of a demand file hold what."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from microchp.config import DemandFile
from microchp.demand.findings import Findings
from microchp.errors import DataError
from microchp.series.clock import doubt_of_stamps
from microchp.series.timeseries import QUANTITIES

BOTH_HEATS = ("heat_kw", "gas_kwh")
"""What stands for space heating and hot water together."""

MEASURED = (*QUANTITIES, *BOTH_HEATS)

COLUMNS = ("time", "dwelling", *MEASURED)

OTHER_UNITS = {
    "_kwh": "energy in kWh; divide by the step in hours for mean power in kW, or set unit: kWh",
    "_wh": "energy in Wh; divide by 1000 and by the step in hours, or set unit: Wh",
    "_mw": "power in MW; multiply by 1000",
    "_w": "power in W; divide by 1000, or set unit: W",
}

SHOWN_NAMES = 20


@dataclass(frozen=True)
class Picked:
    """Columns of a file by what they hold, all on the index of its rows.

    ``quantities`` has for each the columns that are added up.
    """

    time: pd.Series | None
    dwelling: pd.Series | None
    quantities: dict[str, list[pd.Series]]


def pick_columns(cells: pd.DataFrame, file: DemandFile, found: Findings) -> Picked:
    """The columns of a file that hold demand.

    Parameters
    ----------
    cells
        As :func:`~microchp.demand.reading.read_cells` gives them.
    file
        How it is laid out.
    found
        Gets what is wrong with the header, and what is doubtful.

    Raises
    ------
    DataError
        If no row is what ``file.where`` asks for.
    """
    names = [str(name) for name in cells.columns]
    mapped = {str(role): given for role, given in file.columns.items()}
    if file.days_as_rows is not None:
        mapped = {**mapped, str(file.days_as_rows): [str(file.days_as_rows)]}
    roles: dict[str, list[str]] = {}
    for role in COLUMNS:
        if role in mapped:
            roles[role] = [_matched(role, name, names, found) for name in mapped[role]]
        elif role in names:
            roles[role] = [role]
    if not any(role in mapped for role in MEASURED):
        taken = {name for given in roles.values() for name in given} | set(file.where)
        _tell_unknown([name for name in names if name not in taken], found)
    used = [name for given in roles.values() for name in given if name]
    for name in dict.fromkeys(name for name in used if names.count(name) > 1):
        places = ", ".join(str(at + 1) for at, other in enumerate(names) if other == name)
        found.problems.append(f"column '{name}' is there more than once (columns {places})")
    if "time" not in roles and file.step_minutes is None:
        found.problems.append("no column 'time'")
    if not any(role in roles for role in MEASURED):
        found.problems.append(f"none of the columns {', '.join(MEASURED)}")
    if file.days_as_rows is None:
        found.notes += doubt_of_stamps(roles.get("time", []), file.stamps or "start")
    cells = _chosen_rows(cells, file, names)

    def column(name: str) -> pd.Series:
        return cells.iloc[:, names.index(name)]

    complete = {role: given for role, given in roles.items() if all(given)}
    times = [column(name) for name in complete.get("time", [])]
    dwellings = [column(name) for name in complete.get("dwelling", [])]
    return Picked(
        _joined(times) if times else None,
        dwellings[0] if dwellings else None,
        {
            role: [column(name) for name in given]
            for role, given in complete.items()
            if role in MEASURED
        },
    )


def _matched(role: str, name: str, names: Sequence[str], found: Findings) -> str:
    """The name as the file has it; empty, and told, where it has none like it."""
    for known in (name, *(n for n in names if n.lower() == name.strip().lower())):
        if known in names:
            return known
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'? " if near else ""
    found.problems.append(
        f"columns.{role}: no column '{name}' in the file; {hint}it has {_some(names)}"
    )
    return ""


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(names[:SHOWN_NAMES]) + more


def _tell_unknown(unknown: Sequence[str], found: Findings) -> None:
    for name in dict.fromkeys(unknown):
        unit = next((told for end, told in OTHER_UNITS.items() if name.lower().endswith(end)), "")
        nearest = difflib.get_close_matches(name.lower(), COLUMNS, n=1, cutoff=0.5)
        hint = f"did you mean '{nearest[0]}'?" if nearest else f"columns are {', '.join(COLUMNS)}"
        found.problems.append(f"unknown column '{name}'{f' ({unit})' if unit else ''}; {hint}")


def _chosen_rows(cells: pd.DataFrame, file: DemandFile, names: list[str]) -> pd.DataFrame:
    for name, wanted in file.where.items():
        if name not in names:
            raise DataError(f"where: no column '{name}' in the file; it has {_some(names)}")
        text = cells.iloc[:, names.index(name)].astype("str").str.strip()
        chosen = text.isin(wanted)
        if not chosen.any():
            held = _some(list(dict.fromkeys(text)))
            raise DataError(f"where.{name}: no row has {', '.join(wanted)}; it holds {held}")
        cells = cells[chosen]
    return cells


def _joined(parts: list[pd.Series]) -> pd.Series:
    """Date and clock time as one."""
    if len(parts) == 1:
        return parts[0]
    texts = [part.astype("str").str.strip().str.removesuffix(" 00:00:00") for part in parts]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + " " + text
    return joined
