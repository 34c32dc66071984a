"""Who controls the unit, and what that is worth."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from microchp.report.control import CONTROLS, shown_rows
from microchp.report.page import (
    Cell,
    Column,
    Section,
    Table,
    Text,
    cell,
    drawing,
    share_cell,
)
from microchp.tables.words import percent, pounds

TITLE = "Who controls the unit?"


def sentences(control: pd.DataFrame, best: Collection[str]) -> list[str]:
    """What an ordinary controller, and one with forecasts, keep of what foresight would save.

    Counted in pounds over the first dwelling of the designs that are the best of their cases.

    Parameters
    ----------
    control
        ``control.csv``.
    best
        Scenarios of the best designs.
    """
    own = control[
        (control["extent"] == "dwelling")
        & control["saving_kept_share"].notna()
        & control["scenario"].isin(list(best))
    ]
    saved = (own["bau_cost_gbp"] - own["cost_gbp"]).groupby(own["control"]).sum()
    if "household" not in saved or "heat_led" not in saved:
        return []
    kept = saved / saved["household"]
    said = f"An ordinary controller keeps {percent(kept['heat_led'])} of the saving"
    if "forecast" in kept:
        said += f", one that plans by forecasts from the past {percent(kept['forecast'])}"
    return [
        f"{said}, where perfect foresight would have all of it: the best designs, with one step "
        "for all."
    ]


def section(control: pd.DataFrame, figure_path: Path) -> Section:
    """Every design under every control.

    Parameters
    ----------
    control
        ``control.csv``.
    figure_path
        The figure (SVG) of :func:`microchp.report.control.plot_control`.
    """
    text = (
        "The same dwellings, demand, step and plant under each control: what is between them is "
        "the worth of control. A start costs nothing here, so who plans starts more often. "
        "What this page has elsewhere of an ordinary controller is by the minute, and differs."
    )
    if "network" in set(control["control"]):
        text += (
            " The network minimises the cost of the group, which the last columns show; it pays "
            "households what its schedule costs them more than their own."
        )
    rows = shown_rows(control)
    if rows.empty:
        nothing = Text("No design has a unit that could be run in another way.")
        return Section("control", TITLE, [nothing], short="Control")
    title = "Cost, CO₂, largest import and starts under every control"
    caption = "Of the largest share of dwellings in a group; of one dwelling where there is none."
    drawn = drawing(figure_path, "control", title, caption)
    return Section("control", TITLE, [Text(text), drawn, _table(rows)], short="Control")


def _table(rows: pd.DataFrame) -> Table:
    has_network = bool(rows["objective_gbp"].notna().any())
    columns = [
        Column("Design", text=True, filters=True),
        Column("Control", text=True, filters=True),
        Column("With the design"),
        Column("Cost", "£/y"),
        Column("Saving kept"),
        Column("CO₂ saving kept"),
        Column("Worth", "£/y"),
        Column("Gap"),
        *([Column("Group", "£/y"), Column("Paid", "£/y")] if has_network else []),
    ]
    found: list[list[Cell | str]] = [
        [
            row["name"],
            CONTROLS[row["control"]],
            f"{row['units']:g} of {row['dwellings']:g}",
            cell(row["cost_gbp"]),
            share_cell(row["saving_kept_share"]),
            share_cell(row["co2_kept_share"]),
            Cell(pounds(row["value_gbp"]), row["value_gbp"]),
            share_cell(row["relative_gap"], 2),
            *([cell(row["objective_gbp"]), cell(row["payment_gbp"])] if has_network else []),
        ]
        for _, row in rows.iterrows()
    ]
    return Table("Designs under every control", columns, found, wide=True)
