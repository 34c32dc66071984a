"""Groups of dwellings at their transformers, for every penetration, and their first dwellings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from microchp.report import style
from microchp.report.group_figures import LINES, case_label
from microchp.report.page import (
    Cell,
    Chart,
    Choice,
    Chooser,
    Column,
    Drawing,
    Fold,
    Heading,
    Points,
    Section,
    Table,
    Text,
    cell,
    drawing,
    rounded,
)
from microchp.report.style import DASH, label, number, percent
from microchp.timeseries import FloatArray

PERIODS = {
    "year": "Year",
    "heating_season": "November to March",
    "mid_season": "April, May, October",
    "summer_season": "June to September",
    "winter_day": "Day of highest heat demand",
    "mid_season_day": "Day in mid-season",
    "summer_day": "Day in summer",
}

MEASURES = {
    "admd_kw": ("ADMD", "kW a dwelling", 1.0, 3),
    "adme_kw": ("ADME", "kW a dwelling", 1.0, 3),
    "import_kwh": ("Import", "kWh", 1.0, 1),
    "export_kwh": ("Export", "kWh", 1.0, 1),
    "load_factor": ("Load factor", "%", 100.0, 1),
    "export_factor": ("Export factor", "%", 100.0, 1),
    "zero_import_share": ("Time without import", "%", 100.0, 1),
    "run_time_share": ("Run time", "%", 100.0, 1),
    "max_ramp_kw_per_min": ("Steepest rise", "kW/min", 1.0, 3),
}
"""Measures that are drawn against penetration: name, unit, factor to it, decimals."""

PROFILE_MINUTES = 10
"""Step of the means that day profiles are drawn of."""

DASHES = ("solid", "dash", "dot", "dashdot")
"""Of the lines of cases, in their order: two that lie on each other are both seen."""

_CAPTIONS = {
    "cumulative": (
        "Import of the first dwelling through three days",
        "Where a line is level, nothing is imported.",
    ),
    "dwelling": (
        "The first dwelling on the day of highest heat demand",
        "Heat above, electricity below; export is drawn below zero.",
    ),
}


@dataclass(frozen=True)
class GroupResults:
    """What a run has on groups.

    ``table`` is ``groups.csv``, ``paths`` the files of groups.
    """

    table: pd.DataFrame
    paths: Sequence[Path]

    @property
    def streets(self) -> pd.DataFrame:
        """Rows of groups of more than one dwelling: one alone is no group."""
        return self.table[self.table["dwellings"] > 1]


def section(results: GroupResults) -> Section | None:
    """Peaks and flows at the transformer against penetration, day profiles, duration curves.

    None where every group of the run is one dwelling alone.
    """
    streets = results.streets
    if streets.empty:
        return None
    parts: list[object] = []
    for group in dict.fromkeys(streets["group"]):
        parts += _group_parts(results, str(group))
    return Section(
        "groups",
        "Groups at their transformers",
        [
            Points(sentences(results.table)),
            Text(
                "Medians over the choices of which dwellings have a unit, with the band from the "
                "5th to the 95th percentile; groups.csv holds every penetration and period."
            ),
            *parts,
        ],
        short="Groups",
    )


def dwelling_section(
    tables: Mapping[str, pd.DataFrame], figures_dir: Path | None
) -> Section | None:
    """The first dwelling of each group, or house, with each unit.

    Parameters
    ----------
    tables
        Tables of dwellings by case.
    figures_dir
        What ``plot_groups`` drew, if the run has groups.
    """
    if not tables:
        return None
    first = {case: table[table["dwelling"] == 0] for case, table in tables.items()}
    year = {case: table[table["period"] == "year"] for case, table in first.items()}
    seasons = dwelling_table("First dwelling of each case: all periods", first)
    return Section(
        "dwellings",
        "One dwelling, run by its heat demand",
        [
            dwelling_table("First dwelling of each case: the year", year),
            Fold("Seasons and single days", f"{len(seasons.rows)} rows", [seasons]),
            *(_drawings(figures_dir) if figures_dir else []),
        ],
        short="One dwelling",
    )


def extent(results: GroupResults) -> str:
    """How many groups the run has, in words."""
    groups, cases = results.streets["group"].nunique(), results.table["scenario"].nunique()
    runs = f"{cases} run{'s' * (cases > 1)} of units and designs, by minute"
    return f"{groups} group{'s' * (groups > 1)}, {runs}" if groups else runs


def sentences(groups: pd.DataFrame) -> list[str]:
    """What each group's units do on the day of highest heat demand, in words."""
    found = []
    days = groups[groups["period"] == "winter_day"]
    for case, rows in days.groupby("scenario", sort=False):
        rows = rows.sort_values("penetration")
        first, last = rows.iloc[0], rows.iloc[-1]
        if int(last["dwellings"]) == 1 or last["chp_kw"] == 0:
            continue
        onset = first["reverse_flow_onset"]
        flows = (
            "no power flows back through the transformer"
            if math.isnan(onset)
            else f"power flows back through the transformer from {percent(onset)} on"
        )
        found.append(
            f"{label(str(first['group']))}, {case_label(str(case))}: on the day of highest heat "
            f"demand {flows}; with units in {percent(last['penetration'])} of the dwellings the "
            f"import falls by {percent(1 - last['import_kwh'] / first['import_kwh'])} and the peak "
            f"by {percent(1 - last['admd_kw'] / first['admd_kw'])}."
        )
    return found


# ------------------------------------------------------------------------------- one group


def _group_parts(results: GroupResults, group: str) -> list[object]:
    rows = results.table[results.table["group"] == group]
    cases = [str(case) for case in dict.fromkeys(rows["scenario"])]
    of_case = {path.stem: path for path in results.paths}
    dwellings = int(rows["dwellings"].iloc[0])
    tables = [group_table(rows, group, period) for period in PERIODS]
    return [
        Heading(f"{label(group)}, {dwellings} dwellings"),
        penetration_chart(rows, group, cases),
        *load_charts(rows, group, {case: of_case[case] for case in cases}),
        *(Fold(table.caption, "", [table]) for table in tables),
    ]


def penetration_chart(rows: pd.DataFrame, group: str, cases: Sequence[str]) -> Chart:
    """Every measure in every period against penetration, with its band, a line for each case."""
    periods = [period for period in PERIODS if period in set(rows["period"])]
    traces: list[dict[str, object]] = []
    for k, case in enumerate(cases):
        colour = LINES[k % len(LINES)]
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        traces += [
            {**band, "legendgroup": case},
            {**band, "legendgroup": case, "fill": "tonexty", "fillcolor": f"{colour}30"},
            {
                "name": case_label(case),
                "legendgroup": case,
                "mode": "lines+markers",
                "line": {"color": colour, "dash": DASHES[k % len(DASHES)]},
                "marker": {"size": 5},
            },
        ]
    choices: dict[Choice, list[dict[str, object]]] = {}
    layouts: dict[Choice, dict[str, object]] = {}
    for m, (column, (name, unit, factor, digits)) in enumerate(MEASURES.items()):
        for p, period in enumerate(periods):
            found: list[dict[str, object]] = []
            for case in cases:
                line = rows[(rows["scenario"] == case) & (rows["period"] == period)]
                line = line.sort_values("penetration")
                x = rounded(100 * line["penetration"], 1)
                found += [
                    {"x": x, "y": rounded(factor * line[f"{column}{end}"], digits)}
                    for end in ("_p05", "_p95", "")
                ]
            choices[m, p] = found
            layouts[m, p] = {"yaxis": {"title": {"text": f"{name} ({unit})"}}}
    return Chart(
        title=f"{label(group)}: against penetration",
        caption="Lines are medians over the choices of dwellings, bands go from the 5th to the "
        "95th percentile.",
        traces=traces,
        layout={"xaxis": {"title": {"text": "Dwellings with a unit (%)"}}},
        choosers=[
            Chooser("Measure", [MEASURES[column][0] for column in MEASURES]),
            Chooser("Period", [PERIODS[period] for period in periods], _index(periods)),
        ],
        choices=choices,
        layouts=layouts,
    )


def _index(periods: Sequence[str]) -> int:
    return periods.index("winter_day") if "winter_day" in periods else 0


def _means(by_minute: FloatArray) -> FloatArray:
    """Means over :data:`PROFILE_MINUTES` along the last axis."""
    means: FloatArray = by_minute.reshape(*by_minute.shape[:-1], -1, PROFILE_MINUTES).mean(axis=-1)
    return means


def load_charts(rows: pd.DataFrame, group: str, paths: Mapping[str, Path]) -> list[Chart]:
    """Day profiles and duration curves of the load at the transformer, at every penetration."""
    cases = list(paths)
    profile: dict[Choice, list[dict[str, object]]] = {}
    duration: dict[Choice, list[dict[str, object]]] = {}
    notes: dict[Choice, str] = {}
    shares: list[float] = []
    days: list[str] = []
    for c, case in enumerate(cases):
        with xr.open_dataset(paths[case], engine="netcdf4") as found:
            shares = [float(share) for share in found["penetration"]]
            days = [str(day) for day in found["shown_day"].to_numpy()]
            net = _means(found["net_day_kw"].to_numpy())
            demand = _means(found["demand_day_kw"].to_numpy())
            curves = found["net_duration_kw"].to_numpy()
            # what the group is without units is there where the run has a penetration of nil
            base = curves[shares.index(0.0)] if 0.0 in shares else np.full(curves.shape[1], np.nan)
            exceeded = rounded(100 * found["exceeded_share"], 1)
        clock = rounded(np.arange(0, 24, PROFILE_MINUTES / 60), 3)
        for p, share in enumerate(shares):
            for d, day in enumerate(days):
                low, middle, high = net[p, d]
                profile[c, d, p] = [
                    {"x": clock, "y": rounded(values, 2)}
                    for values in (
                        *(np.maximum(middle, 0), np.minimum(middle, 0)),
                        *(low, high, demand[d]),
                    )
                ]
                notes[c, d, p] = _note(rows, case, day, share)
            duration[c, p] = [
                {"x": exceeded, "y": rounded(values, 2)}
                for values in (np.maximum(curves[p], 0), np.minimum(curves[p], 0), base)
            ]
    unit = Chooser("Unit or design", [case_label(case) for case in cases])
    start = min(range(len(shares)), key=lambda p: abs(shares[p] - 0.5))
    slider = Chooser(
        "Dwellings with a unit", [percent(share) for share in shares], start, slider=True
    )
    flows: list[dict[str, object]] = [
        {"name": name, "mode": "lines", "fill": "tozeroy", "line": {"color": colour, "width": 1}}
        for name, colour in (("Import", style.IMPORT), ("Export", style.EXPORT))
    ]
    line = {"color": style.DEMAND, "width": 1, "dash": "dot"}
    without: dict[str, object] = {"name": "No unit", "mode": "lines", "line": line}
    edge = {"mode": "lines", "line": {"color": style.TOTAL, "width": 0.5}, "hoverinfo": "skip"}
    band: list[dict[str, object]] = [
        {**edge, "showlegend": False},
        {**edge, "name": "5 to 95 %", "fill": "tonexty", "fillcolor": f"{style.TOTAL}40"},
    ]
    y = {"title": {"text": "Load of the group (kW)"}}
    return [
        Chart(
            title=f"{label(group)}: a day at the transformer",
            caption=f"Means over {PROFILE_MINUTES} min of the median over the choices of "
            "dwellings, minute by minute, with the band from the 5th to the 95th percentile; power "
            "that flows back is below zero.",
            traces=[*flows, *band, without],
            layout={
                "xaxis": {"title": {"text": "Hour (standard time)"}, "dtick": 3, "range": [0, 24]},
                "yaxis": y,
            },
            choosers=[unit, Chooser("Day", [PERIODS[day] for day in days]), slider],
            choices=profile,
            notes=notes,
        ),
        Chart(
            title=f"{label(group)}: duration curve",
            caption="How much of the year the load is at least so high, by minute, in the choice "
            "of dwellings whose annual import is the median.",
            traces=[*flows, without],
            layout={
                "xaxis": {"title": {"text": "Share of the year (%)"}, "range": [0, 100]},
                "yaxis": y,
            },
            choosers=[unit, slider],
            choices=duration,
        ),
    ]


def _note(rows: pd.DataFrame, case: str, period: str, share: float) -> str:
    """Peaks and energies of a case in a period at a penetration, with their bands."""
    found = rows[
        (rows["scenario"] == case)
        & (rows["period"] == period)
        & np.isclose(rows["penetration"], share)
    ]
    row = found.iloc[0]

    def banded(column: str, name: str, unit: str, digits: int) -> str:
        low, high = (number(row[f"{column}_{end}"], digits) for end in ("p05", "p95"))
        return f"{name} {number(row[column], digits)} {unit} ({low} to {high})"

    return (
        f"{int(row['units'])} of {int(row['dwellings'])} dwellings with a unit: "
        + ", ".join(
            [
                banded("admd_kw", "ADMD", "kW", 2),
                banded("adme_kw", "ADME", "kW", 2),
                banded("import_kwh", "import", "kWh", 0),
                banded("export_kwh", "export", "kWh", 0),
            ]
        )
        + "."
    )


def group_table(rows: pd.DataFrame, group: str, period: str) -> Table:
    """A group in one period, a row per unit or design and penetration (Tables 5 and 6)."""
    rows = rows[rows["period"] == period].drop_duplicates(["scenario", "units"])
    columns = [
        Column("Unit", text=True),
        Column("With a unit", "%"),
        Column("ADMD", "kW"),
        Column("ADME", "kW"),
        Column("Import", "kWh"),
        Column("Export", "kWh"),
        Column("Load factor", "%"),
        Column("Export factor", "%"),
        Column("Capacity factor", "%"),
        Column("Time without import", "%"),
        Column("Run time", "%"),
        Column("Ramp", "kW/min"),
        Column("Homes served"),
    ]
    cells: list[list[Cell | str]] = [
        [
            case_label(str(row["scenario"])),
            cell(100 * row["penetration"]),
            cell(row["admd_kw"], 2),
            cell(row["adme_kw"], 2),
            cell(row["import_kwh"], 1),
            cell(row["export_kwh"], 1),
            *(
                cell(100 * row[name], 1)
                for name in (
                    *("load_factor", "export_factor", "capacity_factor"),
                    *("zero_import_share", "run_time_share"),
                )
            ),
            cell(row["max_ramp_kw_per_min"], 2),
            cell(row["homes_served"] if math.isfinite(row["homes_served"]) else math.nan),
        ]
        for _, row in rows.iterrows()
    ]
    return Table(f"{label(group)}: {PERIODS[period]}", columns, cells, wide=True)


# -------------------------------------------------------------------------- first dwellings


def dwelling_table(caption: str, tables: Mapping[str, pd.DataFrame]) -> Table:
    """Dwellings with each unit in every period (Tables 3 and 4)."""
    columns = [
        Column("Unit", text=True),
        Column("Period", text=True),
        Column("Import over demand", "%"),
        Column("Import", "kWh"),
        Column("Export", "kWh"),
        Column("Peak", "kW"),
        Column("Load factor", "%"),
        Column("Capacity factor", "%"),
        Column("Time without import", "%"),
        Column("Run time", "%"),
        Column("Run time", "h"),
        Column("Starts"),
        Column("Boiler", "kWh"),
        Column("Surplus heat", "kWh"),
    ]
    rows: list[list[Cell | str]] = [
        [
            f"{label(case.split('-')[0])}: {case_label(case)}",
            PERIODS[row["period"]],
            cell(100 * row["import_kwh"] / row["electricity_demand_kwh"], 1)
            if row["electricity_demand_kwh"] > 0
            else Cell(DASH),
            cell(row["import_kwh"], 1),
            cell(row["export_kwh"], 1),
            cell(row["peak_import_kw"], 1),
            *(
                cell(100 * row[name], 1)
                for name in (
                    *("load_factor", "capacity_factor"),
                    *("zero_import_share", "run_time_share"),
                )
            ),
            cell(row["run_hours"]),
            cell(row["starts"]),
            cell(row["boiler_heat_kwh"]),
            cell(row["surplus_heat_kwh"]),
        ]
        for case, table in tables.items()
        for _, row in table.iterrows()
    ]
    return Table(caption, columns, rows, wide=True)


def _drawings(directory: Path) -> list[Drawing]:
    found = []
    for kind, (title, caption) in _CAPTIONS.items():
        for path in sorted(directory.glob(f"{kind}_*.svg")):
            case = path.stem.removeprefix(f"{kind}_")
            of = label(case.split("-")[0])
            full = f"{title}: {of}" + (f", {case_label(case)}" if "-" in case else "")
            found.append(drawing(path, path.stem, full, f"{full}. {caption}"))
    return found
