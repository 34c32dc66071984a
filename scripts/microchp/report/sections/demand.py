"""The quality of the demand: what it was asked to be, what was reached, what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from microchp.report.page import (
    MOST_ROWS,
    Cell,
    Column,
    Fold,
    Listing,
    Notice,
    Section,
    Table,
    Text,
    cell,
    drawing,
    folded,
    share_cell,
)
from microchp.report.sections.answer import QUANTITIES, demand_name
from microchp.tables.words import DASH, percent

_SHOWN = {
    "house",
    "variant",
    "source",
    "year",
    "seed",
    "step_minutes",
    "dwellings",
    "annual_tolerance_share",
    "peak_tolerance_share",
    "quantities",
    "warnings",
    "notes",
}
"""What the table and the notices say already."""


def section(
    reports: Sequence[Mapping[str, Any]], calibration_paths: Sequence[Path]
) -> Section | None:
    """Totals and peaks of every house, its findings, and its calibration.

    Parameters
    ----------
    reports
        Quality report of each house.
    calibration_paths
        Calibration figure (SVG) of each house, if drawn, in the order of ``reports``.
    """
    if not reports:
        return None
    findings = [
        Notice(f"{demand_name(report)}:", warning)
        for report in reports
        for warning in (*report["warnings"], *report["notes"])
    ]
    title = "Demand asked and reached"
    caption = (
        "First dwelling: totals and 5-min peaks, load-duration curves, and a working day in "
        "winter, spring and summer."
    )
    drawn = [
        Fold(
            f"Calibration: {demand_name(report)}",
            "load-duration curves and three days",
            [drawing(path, _drawing_name(report), f"{title}: {path.stem}", caption)],
        )
        for report, path in zip(reports, calibration_paths, strict=False)
    ]
    extras = [
        Fold(
            f"How this demand was made: {demand_name(report)}",
            "every fact that the run noted",
            [Listing(facts)],
            long=facts.count("\n") > MOST_ROWS,
        )
        for report in reports
        if (more := {k: v for k, v in report.items() if k not in _SHOWN})
        and (facts := yaml.safe_dump(more, sort_keys=False, allow_unicode=True, width=100))
    ]
    return Section(
        "demand",
        "Quality of the demand",
        [
            Text(
                "What the demand was asked to be, and what was reached. " + _tolerances(reports[0])
            ),
            *findings,
            folded(demand_table(reports), open_if_short=True),
            *drawn,
            *extras,
        ],
        short="Demand",
    )


def _drawing_name(report: Mapping[str, Any]) -> str:
    return "_".join(["calibration", report["house"], *filter(None, [report.get("variant")])])


def demand_table(reports: Sequence[Mapping[str, Any]]) -> Table:
    """Asked and reached totals and peaks of every house and dwelling."""

    def given(value: float | None, digits: int) -> Cell:
        return Cell(DASH) if value is None else cell(value, digits)

    rows: list[list[Cell | str]] = []
    for report in reports:
        for row in report["quantities"]:
            which = f", dwelling {row['dwelling'] + 1}" if report["dwellings"] > 1 else ""
            rows.append(
                [
                    f"{demand_name(report)}{which}, {QUANTITIES[row['quantity']]}",
                    given(row["annual_asked_kwh"], 0),
                    given(row["annual_reached_kwh"], 0),
                    share_cell(row["annual_deviation_share"], 1, signed=True),
                    given(row["peak_5min_asked_kw"], 2),
                    given(row["peak_5min_reached_kw"], 2),
                    share_cell(row["peak_5min_deviation_share"], 1, signed=True),
                    given(row["peak_1min_kw"], 2),
                    str(row["source"]),
                ]
            )
    columns = [
        Column("Demand", text=True),
        Column("Asked", "kWh/y"),
        Column("Reached", "kWh/y"),
        Column("Off by"),
        Column("5-min peak asked", "kW"),
        Column("Peak reached", "kW"),
        Column("Peak off by"),
        Column("1-min peak", "kW"),
        Column("Source", text=True, wrap=True),
    ]
    return Table("Demand asked and reached", columns, rows, wide=True)


def _tolerances(report: Mapping[str, Any]) -> str:
    return (
        f"Annual totals are to be met within {percent(report['annual_tolerance_share'])}, 5-min "
        f"peaks within {percent(report['peak_tolerance_share'])}. Designs use the first dwelling "
        "of each house."
    )
