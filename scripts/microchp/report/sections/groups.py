"""Groups of dwellings at their transformers, for every penetration, and their first dwellings."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from microchp.report import style
from microchp.report.group_figures import LINES, case_label, case_words
from microchp.report.page import (
    Cell,
    Chart,
    Choice,
    Chooser,
    Column,
    Drawing,
    Fold,
    Section,
    Table,
    Text,
    cell,
    drawing,
    folded,
    rounded,
    share_cell,
)
from microchp.report.sections.group_hours import (
    SEASONS,
    diversity_chart,
    flexibility_chart,
    utilisation_chart,
)
from microchp.series.timeseries import FloatArray
from microchp.tables.columns import STREET
from microchp.tables.words import DASH, by_sign, change, label, number, percent
from microchp.telling import counted

PERIODS = {
    **SEASONS,
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

    ``table`` is ``groups.csv``, ``paths`` the files of groups, ``diversity`` their peaks against
    the number of dwellings, in the same order.
    """

    table: pd.DataFrame
    paths: Sequence[Path]
    diversity: Sequence[Path] = ()

    @property
    def streets(self) -> pd.DataFrame:
        """Rows of groups of more than one dwelling with units: one alone is no group."""
        return self.table[(self.table["dwellings"] > 1) & (self.table["chp_kw"] > 0)]


def section(results: GroupResults) -> Section | None:
    """Peaks and flows at the transformer against penetration, day profiles, duration curves.

    None where no group of the run has units, or every group is one dwelling alone.
    """
    streets = results.streets
    if streets.empty:
        return None
    of_case = {path.stem: path for path in results.paths}
    cases = {name: of_case[name] for name in _cases(streets)}
    named = {row["scenario"]: case_words(row) for _, row in _first_rows(streets)}
    peaks = dict(zip(of_case, results.diversity, strict=bool(results.diversity)))
    shift = flexibility_chart(named, cases)
    return Section(
        "groups",
        "Groups at their transformers",
        [
            Text(
                "Medians over the choices of which dwellings have a unit, with the band from the "
                "5th to the 95th percentile; groups.csv holds every penetration and period."
            ),
            outcome_table(streets),
            balance_table(streets),
            penetration_chart(streets),
            *load_charts(streets, cases),
            *([diversity_chart(named, peaks)] if peaks else []),
            utilisation_chart(named, cases),
            *([shift] if shift else []),
            *(folded(group_table(streets, period)) for period in PERIODS),
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
    whole = dwelling_table("First dwelling of each case: the year", year)
    seasons = dwelling_table("First dwelling of each case: all periods", first)
    cases = {name: table.iloc[0] for name, table in first.items()}
    return Section(
        "dwellings",
        "One dwelling, run by its heat demand",
        [
            folded(whole, "The year", open_if_short=True),
            folded(seasons, "Seasons and single days"),
            *(_drawings(figures_dir, cases) if figures_dir else []),
        ],
        short="One dwelling",
    )


def extent(results: GroupResults) -> str:
    """How many groups the run has, in words."""
    groups, cases = results.streets["group"].nunique(), results.table["scenario"].nunique()
    runs = f"{counted(cases, 'run')} of units and designs, by minute"
    return f"{counted(groups, 'group')}, {runs}" if groups else runs


def sentences(results: GroupResults) -> list[str]:
    """What each group's units do to its transformer over the year, in words."""
    found = []
    for outcome in outcomes(results.streets):
        without, most = outcome.without, outcome.most
        share = most["penetration"]
        where = "every dwelling" if share == 1 else f"{percent(share)} of the dwellings"
        found.append(
            f"{case_words(most)}: with a unit in {where} the transformer's peak of the year "
            f"{_change_words(without, most, 'admd_kw')}, from {number(without['admd_kw'], 2)} to "
            f"{number(most['admd_kw'], 2)} kW a dwelling, and import "
            f"{_change_words(without, most, 'import_kwh')}; {_onset_words(most)}."
        )
    return found


def _change_words(without: pd.Series, most: pd.Series, column: str) -> str:
    return by_sign([-_fall(without, most, column)], percent, "rises by {}", "falls by {}")


def _onset_words(row: pd.Series) -> str:
    onset = row["reverse_flow_onset"]
    if math.isnan(onset):
        return "no power flows back into the network"
    return f"power flows back into the network once {percent(onset)} have a unit"


@dataclass(frozen=True)
class Outcome:
    """A case without units and with the most that the run has, over the year.

    ``winter_day_fall`` is by what share the peak is lower on the day of highest heat demand.
    """

    without: pd.Series
    most: pd.Series
    winter_day_fall: float

    @property
    def peak_fall(self) -> float:
        """By what share the units lower the peak of the year."""
        return _fall(self.without, self.most, "admd_kw")


def outcomes(streets: pd.DataFrame) -> list[Outcome]:
    """What the most units of each case change against its group without any."""
    found = []
    for name in _cases(streets):
        of_case = streets[streets["scenario"] == name].sort_values("penetration", kind="stable")
        ends = {
            period: (rows[rows["units"] == 0].iloc[0], rows.iloc[-1])
            for period in ("year", "winter_day")
            for rows in [of_case[of_case["period"] == period]]
        }
        found.append(Outcome(*ends["year"], _fall(*ends["winter_day"], "admd_kw")))
    return found


def _cases(streets: pd.DataFrame) -> list[str]:
    return [str(name) for name in dict.fromkeys(streets["scenario"])]


def _fall(first: pd.Series, last: pd.Series, column: str) -> float:
    """By what share a measure is lower with units than without."""
    return float(1 - last[column] / first[column]) if first[column] > 0 else math.nan


def outcome_table(streets: pd.DataFrame) -> Table:
    """What the most units of each case change over the year against the group without units."""
    columns = [
        Column("Group and unit or design", text=True),
        Column("Dwellings"),
        Column("With a unit"),
        Column("Peak without units", "kW a dwelling"),
        Column("Peak with them", "kW a dwelling"),
        Column("Change of the year's peak"),
        Column("Change of the peak on the day of most heat"),
        Column("Homes served without units"),
        Column("Homes served with them"),
        Column("Change of import"),
        Column("Largest export", "kW a dwelling"),
        Column("Share with a unit at which power first flows back"),
    ]
    rows: list[list[Cell | str]] = [
        [
            case_words(found.most),
            cell(found.most["dwellings"]),
            share_cell(found.most["penetration"]),
            cell(found.without["admd_kw"], 2),
            cell(found.most["admd_kw"], 2),
            share_cell(-found.peak_fall, signed=True),
            share_cell(-found.winter_day_fall, signed=True),
            *(_homes(row["homes_served"]) for row in (found.without, found.most)),
            share_cell(-_fall(found.without, found.most, "import_kwh"), signed=True),
            cell(found.most["adme_kw"], 2),
            Cell("never")
            if math.isnan(found.most["reverse_flow_onset"])
            else share_cell(found.most["reverse_flow_onset"]),
        ]
        for found in outcomes(streets)
    ]
    return Table("Groups over the year, with the most units of the run", columns, rows, wide=True)


def balance_table(streets: pd.DataFrame) -> Table:
    """What each group costs and emits in a year at every penetration, beside what it did."""
    rows = streets[streets["period"] == "year"].drop_duplicates(["scenario", "units"])
    shown = [column for column in STREET if rows[column.name].notna().any()]
    columns = [
        Column("Group and unit or design", text=True),
        Column("With a unit"),
        *(Column(column.label, column.unit) for column in shown),
        Column("Change of CO₂"),
        Column("Change of cost"),
    ]
    cells: list[list[Cell | str]] = [
        [
            case_words(row),
            share_cell(row["penetration"]),
            *(cell(row[column.name], column.digits) for column in shown),
            *(
                share_cell(change(row[name], row[f"bau_{name}"]), 1, signed=True)
                for name in ("co2_kg", "cost_gbp")
            ),
        ]
        for _, row in rows.iterrows()
    ]
    return Table("Cost and CO₂ of the groups in a year", columns, cells, wide=True)


def _homes(served: float) -> Cell:
    return cell(math.floor(served) if math.isfinite(served) else math.nan)


# --------------------------------------------------------------------------------- charts


def penetration_chart(streets: pd.DataFrame) -> Chart:
    """Every measure in every period against penetration, with its band, a line for each case.

    One group at a time; what has the same name in several groups has the same line.
    """
    groups = [str(group) for group in dict.fromkeys(streets["group"])]
    periods = [period for period in PERIODS if period in set(streets["period"])]
    labels = {row["scenario"]: case_label(row) for _, row in _first_rows(streets)}
    names = list(dict.fromkeys(labels.values()))
    traces: list[dict[str, object]] = []
    for k, name in enumerate(names):
        colour = LINES[k % len(LINES)]
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        traces += [
            {**band, "legendgroup": name},
            {**band, "legendgroup": name, "fill": "tonexty", "fillcolor": f"{colour}30"},
            {
                "name": name,
                "legendgroup": name,
                "mode": "lines+markers",
                "line": {"color": colour, "dash": DASHES[k % len(DASHES)]},
                "marker": {"size": 5},
            },
        ]
    choices: dict[Choice, list[dict[str, object]]] = {}
    layouts: dict[Choice, dict[str, object]] = {}
    several = len(groups) > 1
    for g, group in enumerate(groups):
        rows = streets[streets["group"] == group]
        of_name = {labels[case]: case for case in _cases(rows)}
        for m, (column, (title, unit, factor, digits)) in enumerate(MEASURES.items()):
            for p, period in enumerate(periods):
                found: list[dict[str, object]] = []
                for name in names:
                    case = of_name.get(name)
                    line = rows[(rows["scenario"] == case) & (rows["period"] == period)]
                    line = line.sort_values("penetration")
                    x = rounded(100 * line["penetration"], 1)
                    found += [
                        {
                            "x": x,
                            "y": rounded(factor * line[f"{column}{end}"], digits),
                            "visible": bool(len(line)),
                        }
                        for end in ("_p05", "_p95", "")
                    ]
                choice = (g, m, p) if several else (m, p)
                choices[choice] = found
                layouts[choice] = {"yaxis": {"title": {"text": f"{title} ({unit})"}}}
    of_group = Chooser("Group", [_group_words(streets, group) for group in groups])
    return Chart(
        title="A group against penetration",
        caption="Lines are medians over the choices of dwellings, bands go from the 5th to the "
        "95th percentile.",
        traces=traces,
        layout={"xaxis": {"title": {"text": "Dwellings with a unit (%)"}}},
        choosers=[
            *([of_group] if several else []),
            Chooser("Measure", [MEASURES[column][0] for column in MEASURES]),
            Chooser("Period", [PERIODS[period] for period in periods]),
        ],
        choices=choices,
        layouts=layouts,
    )


def _group_words(streets: pd.DataFrame, group: str) -> str:
    dwellings = streets.loc[streets["group"] == group, "dwellings"].iloc[0]
    return f"{label(group)}, {counted(int(dwellings), 'dwelling')}"


def _first_rows(table: pd.DataFrame) -> Iterator[tuple[Hashable, pd.Series]]:
    """A row of each case."""
    return table.drop_duplicates("scenario").iterrows()


def _means(by_minute: FloatArray) -> FloatArray:
    """Means over :data:`PROFILE_MINUTES` along the last axis."""
    means: FloatArray = by_minute.reshape(*by_minute.shape[:-1], -1, PROFILE_MINUTES).mean(axis=-1)
    return means


def load_charts(streets: pd.DataFrame, paths: Mapping[str, Path]) -> list[Chart]:
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
            base = curves[shares.index(0.0)]
            exceeded = rounded(100 * found["exceeded_share"], 1)
        for p, share in enumerate(shares):
            for d, day in enumerate(days):
                low, middle, high = net[p, d]
                profile[c, d, p] = [
                    {"y": rounded(values, 2)}
                    for values in (
                        *(np.maximum(middle, 0), np.minimum(middle, 0)),
                        *(low, high, demand[d]),
                    )
                ]
                notes[c, d, p] = _note(streets, case, day, share)
            duration[c, p] = [
                {"y": rounded(values, 2)}
                for values in (np.maximum(curves[p], 0), np.minimum(curves[p], 0), base)
            ]
    named = {row["scenario"]: case_words(row) for _, row in _first_rows(streets)}
    unit = Chooser("Group and unit or design", [named[case] for case in cases])
    clock = rounded(np.arange(0, 24, PROFILE_MINUTES / 60), 3)
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
    loads = [*flows, *band, without]
    return [
        Chart(
            title="A day at the transformer",
            caption=f"Means over {PROFILE_MINUTES} min of the median over the choices of "
            "dwellings, minute by minute, with the band from the 5th to the 95th percentile; power "
            "that flows back is below zero.",
            traces=[{**trace, "x": clock} for trace in loads],
            layout={
                "xaxis": {"title": {"text": "Hour (standard time)"}, "dtick": 3, "range": [0, 24]},
                "yaxis": y,
            },
            choosers=[unit, Chooser("Day", [PERIODS[day] for day in days]), slider],
            choices=profile,
            notes=notes,
        ),
        Chart(
            title="Duration curve at the transformer",
            caption="How much of the year the load is at least so high, by minute, in the choice "
            "of dwellings whose annual import is the median.",
            traces=[{**trace, "x": exceeded} for trace in (*flows, without)],
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
        f"{int(row['units'])} of {counted(int(row['dwellings']), 'dwelling')} with a unit: "
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


def group_table(streets: pd.DataFrame, period: str) -> Table:
    """Groups in one period, a row per unit or design and penetration (Tables 5 and 6)."""
    rows = streets[streets["period"] == period].drop_duplicates(["scenario", "units"])
    columns = [
        Column("Group and unit or design", text=True),
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
        Column("Time of peak"),
        Column("Hours of export", "h"),
    ]
    cells: list[list[Cell | str]] = [
        [
            case_words(row),
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
            _homes(row["homes_served"]),
            row["peak_at"].replace("T", " "),
            cell(row["export_hours"], 1),
        ]
        for _, row in rows.iterrows()
    ]
    return Table(f"Groups: {PERIODS[period]}", columns, cells, wide=True)


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
            case_words(row),
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
        for table in tables.values()
        for _, row in table.iterrows()
    ]
    return Table(caption, columns, rows, wide=True)


def _drawings(directory: Path, cases: Mapping[str, pd.Series]) -> list[Drawing | Fold]:
    """Three days of every house; single days of every unit, which are many, on demand."""
    of_group = {str(case["group"]): label(case["group"]) for case in cases.values()}
    of_case = {name: case_words(case) for name, case in cases.items()}
    found: dict[str, list[Drawing]] = {}
    for kind, named in (("cumulative", of_group), ("dwelling", of_case)):
        title, caption = _CAPTIONS[kind]
        found[kind] = [
            drawing(path, path.stem, f"{title}: {words}", f"{title}: {words}. {caption}")
            for name, words in named.items()
            if (path := directory / f"{kind}_{name}.svg").exists()
        ]
    days = found["dwelling"]
    single = [Fold(_CAPTIONS["dwelling"][0], counted(len(days), "figure"), days)] if days else []
    return [*found["cumulative"], *single]
