"""The report on groups: one page on what units do to a transformer and to a dwelling."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from microchp.assessment.groups import read_groups
from microchp.files import whole
from microchp.report.group_figures import case_label
from microchp.report.pages import Column, Drawing, Table, percent, render
from microchp.report.style import DASH, label, number
from microchp.report.svg import inline_svg, width_mm

log = logging.getLogger(__name__)

PERIODS = {
    "year": "Year",
    "heating_season": "November to March",
    "mid_season": "April, May, October",
    "summer_season": "June to September",
    "winter_day": "Day of highest heat demand",
    "mid_season_day": "Day in mid-season",
    "summer_day": "Day in summer",
}

_CAPTIONS = {
    "penetration": (
        "Peak, import and export against penetration",
        "Medians over the choices of dwellings; bands from the 5th to the 95th percentile.",
    ),
    "group": (
        "The group on the day of highest heat demand",
        "In the choice of dwellings whose annual import is the median.",
    ),
    "cumulative": (
        "Import of the first dwelling through three days",
        "Where a line is level, nothing is imported.",
    ),
    "dwelling": (
        "The first dwelling on the day of highest heat demand",
        "Heat above, electricity below; export is drawn below zero.",
    ),
}

TERMS = [
    ("ADMD, ADME", "After diversity maximum demand and export: the group's peak, per dwelling."),
    ("Load factor, export factor", "Mean over peak of the import and of the export in the period."),
    (
        "Capacity factor",
        "Export over what the units would generate at rated power all the time.",
    ),
    (
        "Onset of reverse flow",
        "Lowest penetration of the run at which half of the choices of dwellings export through "
        "the transformer.",
    ),
    (
        "Homes served",
        "Homes behind a transformer of the stated rating at unity power factor, by the larger of "
        "ADMD and ADME.",
    ),
    ("Ramp", "Steepest rise of the net load, as the mean gradient over `group.ramp_minutes`."),
]


@dataclass(frozen=True)
class GroupPage:
    """All that the page on groups shows."""

    run: str
    extent: str
    sentences: list[str]
    groups: list[Table]
    group_figures: list[Drawing]
    dwellings: Table
    dwelling_figures: list[Drawing]
    published: Table | None
    published_all: Table | None
    published_text: str
    terms: list[tuple[str, str]]


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


def group_table(groups: pd.DataFrame, group: str, period: str) -> Table:
    """A group in one period, a row per unit or design and penetration (Tables 5 and 6)."""
    rows = groups[(groups["group"] == group) & (groups["period"] == period)]
    rows = rows.drop_duplicates(["scenario", "units"])
    count = int(rows["dwellings"].iloc[0])
    return Table(
        f"{label(group)}, {count} dwellings: {PERIODS[period][0].lower()}{PERIODS[period][1:]}",
        [
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
        ],
        [
            [
                case_label(str(row["scenario"])),
                number(100 * row["penetration"]),
                number(row["admd_kw"], 2),
                number(row["adme_kw"], 2),
                number(row["import_kwh"], 1),
                number(row["export_kwh"], 1),
                *(
                    number(100 * row[name], 1)
                    for name in (
                        *("load_factor", "export_factor", "capacity_factor"),
                        *("zero_import_share", "run_time_share"),
                    )
                ),
                number(row["max_ramp_kw_per_min"], 2),
                number(row["homes_served"]) if math.isfinite(row["homes_served"]) else DASH,
            ]
            for _, row in rows.iterrows()
        ],
    )


def dwelling_table(tables: dict[str, pd.DataFrame]) -> Table:
    """The first dwelling with each unit in every period (Tables 3 and 4)."""
    return Table(
        "First dwelling of each group",
        [
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
        ],
        [
            [
                f"{label(case.split('-')[0])}: {case_label(case)}",
                PERIODS[row["period"]],
                number(100 * row["import_kwh"] / row["electricity_demand_kwh"], 1)
                if row["electricity_demand_kwh"] > 0
                else DASH,
                number(row["import_kwh"], 1),
                number(row["export_kwh"], 1),
                number(row["peak_import_kw"], 1),
                *(
                    number(100 * row[name], 1)
                    for name in (
                        *("load_factor", "capacity_factor"),
                        *("zero_import_share", "run_time_share"),
                    )
                ),
                number(row["run_hours"]),
                number(row["starts"]),
                number(row["boiler_heat_kwh"]),
                number(row["surplus_heat_kwh"]),
            ]
            for case, table in tables.items()
            for _, row in table[table["dwelling"] == 0].iterrows()
        ],
    )


def published_table(comparison: pd.DataFrame, caption: str) -> Table:
    """Published numbers beside those computed."""
    return Table(
        caption,
        [
            Column("Number", text=True),
            Column("Unit", text=True),
            Column("Penetration", "%"),
            Column("Period", text=True),
            Column("Published"),
            Column("Computed"),
            Column("Deviation"),
            Column("Allowed"),
            Column("Verdict", text=True),
            Column("Unfitted demand"),
        ],
        [
            [
                f"{row['table']}: {row['item']} ({row['unit']})",
                case_label(f"-{row['unit_name']}"),
                number(100 * row["penetration"]),
                PERIODS[row["period"]],
                *(number(row[name], 3) for name in ("published", "computed")),
                number(row["deviation"], 3, signed=True),
                number(row["tolerance"], 3),
                row["verdict"],
                number(row["computed_unfitted"], 3),
            ]
            for _, row in comparison.iterrows()
        ],
    )


def _drawings(directory: Path, *kinds: str) -> list[Drawing]:
    found = []
    for kind in kinds:
        title, caption = _CAPTIONS[kind]
        for path in sorted(directory.glob(f"{kind}_*.svg")):
            text = path.read_text(encoding="utf-8")
            case = path.stem.removeprefix(f"{kind}_")
            of = label(case.split("-")[0])
            full = f"{title}: {of}" + (f", {case_label(case)}" if "-" in case else "")
            svg = Markup(inline_svg(text, path.stem, full))
            found.append(Drawing(full, f"{full}. {caption}", svg, round(width_mm(text), 1)))
    return found


def build_group_report(
    *,
    run: str,
    groups_path: str | Path,
    table_paths: Sequence[str | Path],
    figures_dir: str | Path,
    comparison_path: str | Path | None,
    report_path: str | Path,
) -> None:
    """Write the page on groups.

    Parameters
    ----------
    run
        Name of the run.
    groups_path
        ``groups.csv``.
    table_paths
        Tables of dwellings, named ``<case>.csv``.
    figures_dir
        What ``plot_groups`` drew.
    comparison_path
        What ``compare_published_groups`` wrote, if it did.
    report_path
        HTML to write; it holds its figures.
    """
    groups = read_groups(groups_path)
    tables = {Path(path).stem: pd.read_csv(path) for path in table_paths}
    directory = Path(figures_dir)
    # one dwelling alone is no group: it is in the table of dwellings
    streets = groups[groups["dwellings"] > 1]
    names = list(dict.fromkeys(streets["group"]))
    published, published_all, text = None, None, ""
    if comparison_path is not None:
        comparison = pd.read_csv(comparison_path)
        judged = comparison[comparison["verdict"] != "not judged"]
        good = int((judged["verdict"] == "within").sum())
        published = published_table(judged, "Published numbers with a stated tolerance")
        published_all = published_table(comparison, "All published numbers")
        text = (
            f"{good} of {len(judged)} published numbers are met within the stated tolerance, on a "
            "demand that was fitted to them: that shows which assumptions the authors' data must "
            "have met, and predicts nothing. Numbers of single days hang on the days that were "
            "metered; they are shown beside the run's own days and not judged."
        )
    page = GroupPage(
        run=run,
        extent=f"{len(names)} group{'' if len(names) == 1 else 's'}, "
        f"{groups['scenario'].nunique()} runs of units and designs, by minute",
        sentences=sentences(groups),
        groups=[
            group_table(streets, name, period)
            for name in names
            for period in ("winter_day", "mid_season_day", "summer_day", "year")
        ],
        group_figures=_drawings(directory, "penetration", "group"),
        dwellings=dwelling_table(tables),
        dwelling_figures=_drawings(directory, "cumulative", "dwelling"),
        published=published,
        published_all=published_all,
        published_text=text,
        terms=TERMS,
    )
    with whole(report_path) as partial:
        partial.write_text(render("groups.html.j2", page), encoding="utf-8")
    log.info("page on %d groups written", len(names))
