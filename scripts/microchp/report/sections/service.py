"""Starts, hours and life of units, their stores, hot water, and independence of the grid."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from microchp.config import OPTIMAL
from microchp.report.group_figures import case_words
from microchp.report.page import Cell, Column, Section, Table, Text, cell, duration_cell, share_cell
from microchp.tables.columns import SERVICE, TableColumn
from microchp.tables.words import saved_words

USE, COMFORT = SERVICE[:7], SERVICE[7:]

MINUTES = "min"
"""Unit of times that may be of minutes or of days."""


def section(service: pd.DataFrame) -> Section | None:
    """Tables of wear and of what a household notices.

    Parameters
    ----------
    service
        ``service.csv``.
    """
    own = service[(service["variant"] == "") & service["design"].isin(["", OPTIMAL])]
    own = own[own["run_hours"] > 0]
    if own.empty:
        return None
    run = own[own["control"] == "heat_led"]
    return Section(
        "service",
        "Wear, hot water and independence",
        [
            Text(
                "As designed, with perfect foresight, and run by an ordinary controller (the mean "
                "dwelling). A store is told by its size. A unit is worn out by its run hours or "
                "its starts; what age does to it is not counted. Replacing a worn unit is counted "
                "here and in a sentence of the answer, and in no other figure of this page."
            ),
            _table("Starts, hours and life of the units", own, USE),
            *([] if run.empty else [_table("Store, hot water and grid", run, COMFORT)]),
        ],
        short="Wear",
    )


def sentences(service: pd.DataFrame, best: Collection[str]) -> list[str]:
    """What the best designs save where their units wear out before the design's years are over.

    Parameters
    ----------
    service
        ``service.csv``.
    best
        Scenarios of the best designs.
    """
    own = service[(service["control"] == "design") & service["scenario"].isin(list(best))]
    worn = own[own["replacements"] > 0]
    if worn.empty:
        return []
    where = "the best design" if len(best) == 1 else f"{len(worn)} of {len(best)} best designs"
    left = worn["saving_after_replacement_gbp"]
    return [
        f"In {where} the unit wears out, by its hours or starts, within the years over which its "
        "cost is spread. The saving does not count that; with a new unit in time the same designs "
        f"{saved_words(list(left))}."
    ]


def _table(title: str, rows: pd.DataFrame, columns: tuple[TableColumn, ...]) -> Table:
    shown = [column for column in columns if rows[column.name].notna().any()]
    heads = [
        Column("Group and unit or design", text=True),
        Column("Control", text=True),
        Column("Store", "kWh"),
        *(_column(c) for c in shown),
    ]
    cells: list[list[Cell | str]] = [
        [
            case_words(row),
            "as designed" if row["control"] == "design" else "heat-led",
            cell(row["store_kwh"], 1),
            *(_cell(row[c.name], c) for c in shown),
        ]
        for _, row in rows.iterrows()
    ]
    return Table(title, heads, cells, wide=True)


def _column(column: TableColumn) -> Column:
    if column.unit == MINUTES:
        return Column(column.label, csv_unit=column.unit)
    return Column(column.label, "" if column.unit == "1" else column.unit)


def _cell(value: float, column: TableColumn) -> Cell:
    if column.unit == MINUTES:
        return duration_cell(value)
    return share_cell(value, 1) if column.unit == "1" else cell(value, column.digits)
