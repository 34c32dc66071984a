"""A user's own demand files: read, understood, checked throughout, and brought to one minute.

A file holds ``time`` (ISO 8601), any of ``space_heating_kw``, ``hot_water_kw`` and
``electricity_kw`` (mean power over the step that starts at ``time``), and ``dwelling`` if it
holds several; or whatever its layout (:class:`~microchp.config.DemandFile`) says. Everything
wrong with a file is told at once, with rows and time stamps.

Reading (``reading``), understanding (``columns``, ``clock``, ``units``) and policy (``coverage``,
``gaps``, plausibility) are modules of their own; here they are put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from microchp.config import Config, DemandFile, FilePolicy, HotWater, House
from microchp.config.scenarios import demand_configs
from microchp.demand.clock import (
    Stamps,
    common_step,
    common_step_minutes,
    standard_stamps,
    starts_of_steps,
    undeclared_clock_changes,
)
from microchp.demand.columns import BOTH_HEATS, Picked, pick_columns
from microchp.demand.coverage import (
    check_cut_off,
    check_missing_rows,
    check_zero_runs,
    drop_identical,
    place_rows,
)
from microchp.demand.findings import Findings, IntArray, moment
from microchp.demand.gaps import fill_gaps
from microchp.demand.heat_split import split_heat
from microchp.demand.reading import as_numbers, read_cells
from microchp.demand.register import differences
from microchp.demand.units import STEP_UNITS, check_plausible, check_unit, kw_per_unit, unit_of
from microchp.errors import DataError, reading
from microchp.series.timeseries import (
    MINUTES_PER_DAY,
    QUANTITIES,
    FloatArray,
    repeat_to,
    time_axis,
)
from microchp.telling import counted

HEATS = ("space_heating_kw", "hot_water_kw")


@dataclass(frozen=True)
class Measured:
    """A quantity in the files: energy of the year, mean of the dwellings, and where it is from."""

    annual_kwh: float
    step_minutes: int
    unit: str
    path: str


@dataclass(frozen=True)
class MeasuredDemand:
    """What demand files hold, by minute over the whole year.

    ``dwellings`` has, for each dwelling, an array of shape ``(minutes,)`` per measured
    quantity; ``warnings`` what puts its numbers in doubt; ``notes`` what was taken from elsewhere
    or left out; ``facts`` the numbers behind them; ``measured`` each quantity as the files have it.
    """

    dwellings: list[dict[str, FloatArray]]
    warnings: list[str]
    notes: list[str]
    facts: dict[str, Any]
    measured: dict[str, Measured] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckedFile:
    """The problems of demand files (empty if they can be used) and, without any, their demand."""

    problems: list[str]
    demand: MeasuredDemand | None


@dataclass(frozen=True)
class Need:
    """What a run wants of a house's files."""

    year: int
    policy: FilePolicy
    house_name: str
    house: House | None
    dwellings: int

    @property
    def households(self) -> int:
        """That share what is measured."""
        return self.house.households if self.house else 1

    @property
    def kwh_per_l(self) -> float:
        """Heat in a litre of hot water."""
        # imported here because it takes libraries that most files can spare
        from microchp.demand.hot_water import kwh_per_litre

        return kwh_per_litre(self.house.hot_water if self.house else HotWater())

    def timezone_key(self, file: DemandFile) -> str:
        """Where the zone of a file is given, or best would be: with its layout, if it has one."""
        has_layout = bool(file.model_fields_set - {"path"})
        if file.timezone is None and (self.policy.timezone is not None or not has_layout):
            return "demand.file_policy.timezone"
        return f"demand.files.{self.house_name}.timezone"


# ------------------------------------------------------------------------------ public


def check_demand_file(
    files: str | Path | Sequence[DemandFile],
    year: int,
    policy: FilePolicy,
    house_name: str,
    *,
    house: House | None = None,
    dwellings: int = 1,
) -> CheckedFile:
    """Read the demand files of a house and collect everything that is wrong with them.

    Parameters
    ----------
    files
        Path of a file in the plain form, or files and how they are laid out.
    year
        Calendar year that they must cover.
    policy
        What is done about gaps, electricity stuck at zero, and local clock time.
    house_name
        House type that they are for.
    house
        Its catalogue entry, from which columns left out can be filled; none if there is none.
    dwellings
        How many dwellings are needed.

    Returns
    -------
    CheckedFile
        Problems, one line each, or the demand. Nothing is raised for a bad file.
    """
    entries = [DemandFile(path=[str(files)])] if isinstance(files, str | Path) else list(files)
    need = Need(year, policy, house_name, house, dwellings)
    all_found: list[tuple[str, Findings]] = []
    held: list[MeasuredDemand] = []
    for entry in entries:
        parts = _meters(entry)
        meters: list[MeasuredDemand] = []
        for part in parts:
            found = Findings()
            demand = None
            try:
                with reading(", ".join(part.path), "demand"):
                    demand = _read(part, need, found)
            except DataError as error:
                found.problems.append(str(error))
            all_found.append((part.path[0], found))
            if demand is not None:
                meters.append(demand)
        if len(meters) == len(parts):
            held.append(_added_up(meters))
    several = len(all_found) > 1
    problems = _told(all_found, several, "problems")
    warnings = _told(all_found, several, "warnings")
    notes = _told(all_found, several, "notes")
    has = list(dict.fromkeys(name for _, f in all_found for name in f.facts.get("measured", [])))
    problems += _contradictions(held)
    none = list(dict.fromkeys(name for entry in entries for name in entry.none))
    split = {name: HEATS if name in BOTH_HEATS else (name,) for name in has}
    measured = [name for name in QUANTITIES if any(name in split[role] for role in has)]
    missing = [name for name in QUANTITIES if name not in (*measured, *none)]
    if has:
        _tell_missing(missing, house_name, house, problems, notes)
    if problems:
        return CheckedFile(problems, None)
    count = min(len(one.dwellings) for one in held)
    minutes = len(time_axis(year))
    joined = [
        dict.fromkeys((name for name in none if name not in measured), np.zeros(minutes))
        | {name: power for one in held for name, power in one.dwellings[dwelling].items()}
        for dwelling in range(count)
    ]
    facts = held[0].facts
    if len(held) > 1:
        facts = {
            "files": [one.facts for one in held],
            "step_minutes": min(one.facts["step_minutes"] for one in held),
            "measured": measured,
        }
    if none:
        facts = facts | {"none": none}
    quantities = {name: value for one in held for name, value in one.measured.items()}
    return CheckedFile([], MeasuredDemand(joined, warnings, notes, facts, quantities))


def read_demand_file(
    files: str | Path | Sequence[DemandFile],
    year: int,
    policy: FilePolicy,
    house_name: str,
    *,
    house: House | None = None,
    dwellings: int = 1,
) -> MeasuredDemand:
    """The demand in the files of a house; parameters as for :func:`check_demand_file`.

    Raises
    ------
    DataError
        With every problem of the files.
    """
    checked = check_demand_file(files, year, policy, house_name, house=house, dwellings=dwellings)
    if checked.demand is None:
        raise DataError(_message(house_name, files, checked.problems))
    return checked.demand


def validate_demand_files(config: Config) -> list[str]:
    """Check the demand files of all houses of the grid, for use before any job runs.

    Those of variants too; there are none unless ``demand.source`` is ``file``. Takes about a
    second for a file of a year by minute.

    Returns
    -------
    list of str
        Notes for the user: energy and step of each quantity, and what was done to the files.

    Raises
    ------
    DataError
        With every problem of every file.
    """
    # groups of variants are run under several controls alone
    is_controlled = config.scenarios.control != ["heat_led"]
    messages, notes = [], []
    for house_name, variant, changed in demand_configs(config):
        if changed.demand.source != "file":
            continue
        where = f"scenarios.variants.{variant}." if variant else ""
        files = changed.demand.files[house_name]
        checked = check_demand_file(
            files,
            changed.time.year,
            changed.demand.file_policy,
            house_name,
            house=changed.houses.get(house_name),
            dwellings=config.dwellings if is_controlled or not variant else 1,
        )
        if checked.demand is None:
            messages.append(where + _message(house_name, files, checked.problems))
        else:
            notes += [f"{where}{house_name}: {note}" for note in demand_notes(checked.demand)]
    if messages:
        raise DataError("\n".join(messages))
    return notes


def demand_notes(demand: MeasuredDemand) -> list[str]:
    """What a user should read of files that can be used, a sentence each."""
    each = [
        f"{name} {one.annual_kwh:,.0f} kWh a year, {one.step_minutes} min steps"
        + (f", from {one.unit}" if one.unit != "kW" else "")
        for name, one in demand.measured.items()
    ]
    paths = ", ".join(dict.fromkeys(one.path for one in demand.measured.values()))
    return [f"{paths}: {'; '.join(each)}", *demand.warnings, *demand.notes]


def _message(house_name: str, files: str | Path | Sequence[DemandFile], problems: list[str]) -> str:
    paths = [str(files)] if isinstance(files, str | Path) else [p for f in files for p in f.path]
    lines = "".join(f"\n  {problem}" for problem in problems)
    return f"demand.files.{house_name}: {', '.join(paths)} cannot be used:{lines}"


# ------------------------------------------------------------------------ several files


def _meters(entry: DemandFile) -> list[DemandFile]:
    """A file for each of the meters that an entry adds up."""
    if not entry.sum:
        return [entry]
    return [entry.model_copy(update={"path": [path], "sum": False}) for path in entry.path]


def _told(all_found: list[tuple[str, Findings]], several: bool, what: str) -> list[str]:
    return [
        f"{path}: {told}" if several else told
        for path, found in all_found
        for told in getattr(found, what)
    ]


def _added_up(meters: list[MeasuredDemand]) -> MeasuredDemand:
    """The sum of meters, each quantity over those that have it."""
    if len(meters) == 1:
        return meters[0]
    names = list(dict.fromkeys(name for meter in meters for name in meter.dwellings[0]))
    dwellings = [
        {
            name: np.sum([m.dwellings[k][name] for m in meters if name in m.dwellings[k]], axis=0)
            for name in names
        }
        for k in range(min(len(meter.dwellings) for meter in meters))
    ]
    measured: dict[str, Measured] = {}
    for name in dict.fromkeys(name for meter in meters for name in meter.measured):
        of = [meter.measured[name] for meter in meters if name in meter.measured]
        measured[name] = Measured(
            sum(one.annual_kwh for one in of),
            min(one.step_minutes for one in of),
            of[0].unit,
            " + ".join(one.path for one in of),
        )
    facts = {
        "meters": [meter.facts for meter in meters],
        "step_minutes": min(meter.facts["step_minutes"] for meter in meters),
        "measured": list(measured),
    }
    return MeasuredDemand(dwellings, [], [], facts, measured)


def _contradictions(held: list[MeasuredDemand]) -> list[str]:
    """Quantities that more than one column says, those of heat through a meter of both."""
    of: dict[str, list[str]] = {}
    for one in held:
        for role in one.measured:
            for name in HEATS if role in BOTH_HEATS else (role,):
                of.setdefault(name, []).append(f"{role} of {one.measured[role].path}")
    return [
        f"{name}: given more than once, by {' and '.join(roles)}"
        for name, roles in of.items()
        if len(roles) > 1
    ]


def _tell_missing(
    missing: list[str],
    house_name: str,
    house: House | None,
    problems: list[str],
    notes: list[str],
) -> None:
    """What no file has: refused without a house, and with one told with what is added."""
    if not missing:
        return
    none = f"none: [{', '.join(missing)}]"
    if house is None:
        problems.append(
            f"no column {', '.join(missing)}, and no house '{house_name}' in the catalogue or "
            f"under `houses` from which it could be filled; if the house has none, set {none} for "
            "the file"
        )
        return
    totals = {
        "space_heating_kw": house.annual_space_heating_kwh,
        "hot_water_kw": house.annual_hot_water_kwh,
        "electricity_kw": house.annual_electricity_kwh,
    }
    added = " and ".join(f"{totals[name]:,.0f} kWh a year of {name}" for name in missing)
    notes.append(
        f"{', '.join(missing)} not in the file: {added} are added, synthesised for the built-in "
        f"house '{house_name}'; if the house has none, set {none} for the file"
    )


# ----------------------------------------------------------------------------- one file


def _read(file: DemandFile, need: Need, found: Findings) -> MeasuredDemand | None:
    """The demand in one table; none as soon as nothing more can be said of it."""
    picked = _table(file, found)
    if picked is None:
        return None
    found.facts["measured"] = list(picked.quantities)
    columns = [*(column for given in picked.quantities.values() for column in given), picked.time]
    first = columns[0]
    if first is None or first.empty:
        if not found.problems:
            found.problems.append("there is a header but no rows")
        return None
    if not picked.quantities:
        return None
    numbers, wrong = _numbers(picked, file)
    dwelling = _dwelling_of_rows(picked, next(iter(numbers.values())).index, need, found)
    stamps = _stamps(picked, dwelling, file, need, found)
    if stamps is None:
        if not found.problems:
            found.problems.append("time: no stamp of this age")
        return None
    naive, step = stamps.naive, _step(stamps.naive, dwelling, file, found)
    if step is None or not _check_year(naive, need.year, found):
        _check_values(numbers, wrong, naive, naive.index, found)
        return None
    power: list[dict[str, FloatArray]] = []
    used: list[IntArray] = []
    table = pd.DataFrame({"time": naive, **numbers}).loc[naive.index]
    labels = list(dwelling.unique())
    units = {role: unit_of(role, file) for role in numbers}
    for label in labels:
        where = f"dwelling {label}: " if len(labels) > 1 else ""
        rows = dwelling.index[dwelling == label]
        own = table[table.index.isin(rows)]
        if own.empty:
            found.problems.append(f"{where}no time stamp that can be understood")
            continue
        placed = _placed(
            own, rows, stamps.is_as_given, step, file, units, need, label, where, found
        )
        if placed is not None:
            power.append(placed[0])
            used.append(placed[1])
    _check_values(numbers, wrong, naive, np.concatenate(used) if used else naive.index, found)
    if found.problems:
        return None
    step_minutes = file.step_minutes or int(step)
    measured = {
        role: Measured(
            float(np.mean([one[role].mean() for one in power])) * len(power[0][role])
            * step_minutes / 60,
            step_minutes,
            units[role][0],
            ", ".join(file.path),
        )
        for role in numbers
    }  # fmt: skip
    found.facts |= {
        "rows": len(dwelling),
        "step_minutes": step_minutes,
        "dwellings_in_file": len(labels),
        "measured": list(numbers),
        "unit": {role: unit for role, (unit, _) in units.items()},
        "annual_kwh": {role: one.annual_kwh for role, one in measured.items()},
    }
    dwellings = [
        {
            name: repeat_to(values, step_minutes, 1)
            for name, values in _useful(one, step_minutes, file, found).items()
        }
        for one in power[: need.dwellings]
    ]
    if found.problems:
        return None
    return MeasuredDemand(dwellings, found.warnings, found.notes, found.facts, measured)


def _table(file: DemandFile, found: Findings) -> Picked | None:
    """The columns of all paths of a file one after the other; the index counts their rows."""
    parts: list[Picked] = []
    rows: list[IntArray] = []
    found.files = list(file.path)
    for path in file.path:
        prefix = f"{path}: " if len(file.path) > 1 else ""
        own = Findings()
        try:
            picked = pick_columns(read_cells(Path(path), file), file, own)
        except DataError as error:
            found.problems.append(f"{prefix}{error}")
            continue
        found.problems += [f"{prefix}{problem}" for problem in own.problems]
        found.notes += [f"{prefix}{note}" for note in own.notes]
        if parts and picked.quantities and picked.quantities.keys() != parts[0].quantities.keys():
            found.problems.append(f"{prefix}other quantities than in {file.path[0]}")
        parts.append(picked)
        columns = [picked.time, *(c for given in picked.quantities.values() for c in given)]
        index = next((column.index for column in columns if column is not None), pd.Index([]))
        rows.append(index.to_numpy(dtype=np.int64))
    if len(parts) < len(file.path) or (len(parts) > 1 and found.problems):
        return None
    found.rows = np.concatenate(rows)
    found.file_at = np.repeat(np.arange(len(rows)), [len(own) for own in rows])

    def joined(columns: list[pd.Series | None]) -> pd.Series | None:
        given = [column for column in columns if column is not None]
        if len(given) < len(columns):
            return None
        return (
            pd.concat(given, ignore_index=True)
            if len(given) > 1
            else given[0].reset_index(drop=True)
        )

    values: dict[str, list[pd.Series]] = {}
    for role, of_first in parts[0].quantities.items():
        columns = [
            joined([part.quantities[role][k] for part in parts]) for k in range(len(of_first))
        ]
        values[role] = [column for column in columns if column is not None]
    return Picked(
        joined([part.time for part in parts]), joined([part.dwelling for part in parts]), values
    )


def _numbers(picked: Picked, file: DemandFile) -> tuple[dict[str, pd.Series], dict[str, pd.Series]]:
    """Values by quantity, and the cells that are text instead, by quantity, on their rows."""
    numbers: dict[str, pd.Series] = {}
    wrong: dict[str, pd.Series] = {}
    for role, columns in picked.quantities.items():
        for column in columns:
            values, is_text = as_numbers(column, file.decimal)
            numbers[role] = numbers[role] + values if role in numbers else values
            text = column[is_text].astype("str").str.strip()
            wrong[role] = pd.concat([wrong[role], text]) if role in wrong else text
    return numbers, wrong


def _dwelling_of_rows(picked: Picked, index: pd.Index, need: Need, found: Findings) -> pd.Series:
    """Dwelling of each row; a file without the column holds one."""
    if picked.dwelling is not None:
        given = picked.dwelling
        empty = given[given.isna() | (given.astype("str").str.strip() == "")]
        found.add("dwelling: empty", (found.row(row) for row in empty.index), len(empty))
        dwelling = given.astype("str")
    else:
        dwelling = pd.Series("0", index=index)
    held, wanted = dwelling.nunique(), need.dwellings
    if held < wanted:
        found.problems.append(
            f"holds {counted(held, 'dwelling')}, and the groups that "
            f"scenarios.penetration asks for have {wanted} (group.dwellings); give them in a "
            f"column 'dwelling', set group.dwellings to {held}, or leave out scenarios.penetration"
        )
    elif held > wanted:
        found.notes.append(f"holds {held} dwellings; the first {wanted} used (group.dwellings)")
    return dwelling


def _stamps(
    picked: Picked, dwelling: pd.Series, file: DemandFile, need: Need, found: Findings
) -> Stamps | None:
    if picked.time is not None:
        timezone = file.timezone or need.policy.timezone
        return standard_stamps(
            *(picked.time, dwelling, timezone, need.year, found, file.date_format),
            need.timezone_key(file),
        )
    if file.step_minutes is None:
        return None
    count = dwelling.groupby(dwelling).cumcount()
    since = pd.to_timedelta(count * file.step_minutes, unit="min")
    found.facts["time"] = f"none in the file: a row every {file.step_minutes} min from 1 January"
    naive = (pd.Timestamp(need.year, 1, 1) + since).astype("datetime64[ns]")
    return Stamps(naive, is_as_given=False)


def _step(
    stamps: pd.Series, dwelling: pd.Series, file: DemandFile, found: Findings
) -> float | None:
    """Step of the rows in minutes, which ``step_minutes`` of the file allows to be any below it."""
    if file.step_minutes is None:
        return common_step_minutes(stamps, dwelling, found)
    step = common_step(stamps, dwelling)
    if step is None:
        found.problems.append("time: a single time stamp; a year at a regular step is needed")
        return None
    minutes = step.total_seconds() / 60
    if minutes > file.step_minutes:
        found.problems.append(
            f"step_minutes: {file.step_minutes}, but the rows have a step of {minutes:g} min"
        )
        return None
    return minutes


def _placed(
    own: pd.DataFrame,
    rows: pd.Index,
    is_as_given: bool,
    step: float,
    file: DemandFile,
    units: dict[str, tuple[str, bool]],
    need: Need,
    label: str,
    where: str,
    found: Findings,
) -> tuple[dict[str, FloatArray], IntArray] | None:
    """Power of one dwelling on the steps of the year without gaps, and the rows that it has."""
    policy, year = need.policy, need.year
    roles = [str(name) for name in own.columns if name != "time"]
    excused = set[pd.Timestamp]()
    if is_as_given and step >= 1:
        kept, excused = undeclared_clock_changes(
            own["time"], rows.difference(own.index), int(step), found, need.timezone_key(file)
        )
        own = own.loc[kept.index]
    own = drop_identical(own, ["time", *roles], where, found)
    fit = True
    for role in roles:
        unit, is_stated = units[role]
        name = f"{where}{role}"
        named = [n for n in file.columns.get(role, []) if n != role]  # type: ignore[call-overload]
        label_of = f"{name} ('{', '.join(named)}')" if named else name
        in_year = own.loc[own["time"].dt.year == year, role]
        fit &= check_unit(role, in_year, step, need.households, unit, is_stated, label_of, found)
    if not fit:
        return None
    registers = [role for role in roles if units[role][0] in STEP_UNITS]
    if registers:
        if step < 1:
            step = float(file.step_minutes or 1)
            own = own.assign(time=own["time"].dt.ceil(f"{int(step)}min")).drop_duplicates("time")
        own = differences(own, registers, int(step), policy.max_gap_minutes, where, found)
    elif file.stamps == "end" or file.step_minutes is None:
        starts = starts_of_steps(own["time"], step, file.stamps, found)
        if starts is None:
            return None
        own = own.assign(time=starts)
        if file.stamps == "end":
            excused = {stamp - pd.Timedelta(minutes=step) for stamp in excused}
    for role in roles:
        unit = units[role][0]
        kwh_per_l = need.kwh_per_l if unit in ("l", "l/h") else 0.0
        own[role] = own[role] * kw_per_unit(unit, step, file, kwh_per_l)
    minutes = int(step)
    if file.step_minutes is not None and step != file.step_minutes:
        minutes = file.step_minutes
        own = _averaged(own, minutes)
    row_at = place_rows(own["time"], year, minutes, policy, where, found)
    axis = time_axis(year, minutes)
    check_missing_rows(row_at, axis, minutes, policy, excused, where, found)
    has_row = row_at >= 0
    filled: dict[str, FloatArray] = {}
    for role in roles:
        power = np.full(len(axis), np.nan)
        power[has_row] = own[role].loc[pd.Index(row_at[has_row])].to_numpy()
        filled[role] = fill_gaps(role, power, row_at, axis, minutes, policy, label, where, found)
        check_plausible(
            role,
            filled[role],
            axis,
            row_at,
            need.households,
            policy.implausible == "warn",
            where,
            found,
        )
    if "electricity_kw" in filled:
        electricity = filled["electricity_kw"]
        check_zero_runs(electricity, axis, minutes, policy, label, where, found)
        check_cut_off(electricity, minutes, label, where, found)
    return filled, row_at[has_row]


def _averaged(own: pd.DataFrame, step_minutes: int) -> pd.DataFrame:
    """Rows of one dwelling brought to a longer step, each at the first of its rows."""
    start = own["time"].dt.floor(f"{step_minutes}min")
    first = ~start.duplicated()
    means = own.drop(columns="time").groupby(start.to_numpy()).mean()
    rows = own.index[first]
    averaged: pd.DataFrame = means.loc[start[first]].set_axis(rows).assign(time=start[first])
    return averaged


def _useful(
    power: dict[str, FloatArray], step_minutes: int, file: DemandFile, found: Findings
) -> dict[str, FloatArray]:
    """Demands of a dwelling, those of heat split from a meter of both."""
    useful = {name: values for name, values in power.items() if name in QUANTITIES}
    for role in (role for role in BOTH_HEATS if role in power):
        heat = power[role]
        if role == "gas_kwh":
            if file.boiler_efficiency is None:
                found.problems.append(
                    "gas_kwh: set boiler_efficiency for this file, heat out over gas in of the "
                    "boiler behind the meter, by the heating value that the meter's kWh are in"
                )
                return useful
            heat = heat * file.boiler_efficiency
        if useful.keys() & set(HEATS) or len(power.keys() & set(BOTH_HEATS)) > 1:
            found.problems.append(
                f"{role}: it has space heating and hot water, and the file has one of them, or "
                "both together, once more"
            )
            return useful
        try:
            heating, water = split_heat(heat, MINUTES_PER_DAY // step_minutes, file.hot_water_kwh)
        except ValueError as error:
            found.problems.append(f"{role}: {error}")
            return useful
        kwh = [float(part.sum()) * step_minutes / 60 for part in (heating, water)]
        stated = "as stated" if file.hot_water_kwh is not None else "by the days of least heat"
        efficiency = f" at an efficiency of {file.boiler_efficiency:g}" if role == "gas_kwh" else ""
        found.notes.append(
            f"{role}: split into {kwh[0]:,.0f} kWh of space heating and {kwh[1]:,.0f} kWh of hot "
            f"water a year{efficiency}, hot water {stated}; for another split, set hot_water_kwh"
        )
        found.facts.setdefault("heat_split", []).append(
            {"space_heating_kwh": kwh[0], "hot_water_kwh": kwh[1]}
        )
        useful |= {"space_heating_kw": heating, "hot_water_kw": water}
    return useful


# ------------------------------------------------------------------------------- checks


def _check_values(
    numbers: dict[str, pd.Series],
    wrong: dict[str, pd.Series],
    stamps: pd.Series,
    used: pd.Index | IntArray,
    found: Findings,
) -> None:
    """Tell values of the rows in use that no power has."""
    in_use = np.zeros(len(found.rows), dtype=bool)
    in_use[np.asarray(used, dtype=np.int64)] = True
    for name, column in numbers.items():
        text = wrong[name][in_use[wrong[name].index]]
        found.add(
            f"{name}: not a number",
            (f"{found.row(row)} ('{value}')" for row, value in text.items()),
            len(text),
        )
        own = column[in_use[column.index]]
        infinite = own[np.isinf(own)]
        negative = own[(own < 0) & ~np.isinf(own)]
        advice = " (give what the dwelling draws, not net of its own generation)"
        code = " (such a number is often a logger's code for a missing value)"
        net = advice if name == "electricity_kw" else ""
        if len(negative) and all(set(f"{-value:g}") <= {"9", "."} for value in negative):
            net = code
        for what, bad in (
            (f"{name}: infinite", infinite),
            (f"{name}: negative{net}", negative),
        ):
            found.add(
                what,
                (
                    f"{found.row(row)} ({moment(stamps[row])}, {value:g})"
                    for row, value in bad.items()
                ),
                len(bad),
            )


def _check_year(stamps: pd.Series, year: int, found: Findings) -> bool:
    """Whether the file has rows in the year."""
    if (stamps.dt.year == year).any():
        return True
    first, last = stamps.min(), stamps.max()
    found.problems.append(
        f"time: covers {first:%Y-%m-%d} to {last:%Y-%m-%d}, nothing of time.year {year}; set "
        f"time.year to {stamps.dt.year.mode().iloc[0]}"
    )
    return False
