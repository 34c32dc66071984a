"""What is lost by cutting time coarsely, where a run has variants that differ in time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from microchp.report.page import Cell, Column, Section, Table, Text, cell, drawing
from microchp.report.precision import ERRORS
from microchp.tables.words import label


def section(paths: Sequence[Path]) -> Section | None:
    """Errors of each step and number of days against the finest of the run.

    Parameters
    ----------
    paths
        Table and figure of :func:`microchp.report.precision.plot_precision`, or nothing.
    """
    if not paths:
        return None
    table_path, svg_path = paths
    title = "Errors against the finest time"
    return Section(
        "precision",
        "Temporal precision",
        [
            Text(
                "Every time step, and every number of representative days, against the finest "
                "time of the run: its value less the finest one's."
            ),
            drawing(svg_path, "precision", title, "Crosses are of fewer days than the year's."),
            _table(pd.read_csv(table_path)),
        ],
        short="Precision",
    )


def _table(precision: pd.DataFrame) -> Table:
    columns = [
        Column("House, incentive, store", text=True),
        Column("Step", "min"),
        Column("Days"),
        Column("CHP", "kW"),
        Column("Store", "kWh"),
        Column("EAI", "£/y"),
        *(Column(title) for title in ERRORS.values()),
        Column("Solved in", "s"),
    ]
    rows: list[list[Cell | str]] = [
        [
            f"{label(row['house'])}, {label(row['incentive'])}, {row['tes']}",
            cell(row["resolution_minutes"]),
            cell(row["days_modelled"]),
            cell(row["chp_kw"], 1),
            cell(row["tes_kwh"], 1),
            cell(row["eai_gbp"], 1),
            *(cell(row[name], 1, signed=True) for name in ERRORS),
            cell(row["solve_seconds"], 1),
        ]
        for _, row in precision.iterrows()
    ]
    return Table("Errors by step and days", columns, rows, wide=True)
