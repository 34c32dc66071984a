"""Incentives side by side: what each does to the best design of every house."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from microchp.report import style
from microchp.report.page import (
    Cell,
    Chart,
    Chooser,
    Column,
    Section,
    Table,
    Text,
    cell,
    payback_cell,
    rounded,
    share_cell,
)
from microchp.report.selection import best_designs, design_words
from microchp.tables.words import change, label

MEASURES: dict[str, tuple[str, int, Callable[[pd.DataFrame], pd.Series]]] = {
    "Yearly income (EAI)": ("£ a year", 0, lambda rows: rows["eai_gbp"]),
    "Payback": ("years", 1, lambda rows: rows["system_payback_years"]),
    "NPV": ("£", 0, lambda rows: rows["system_npv_gbp"]),
    "CO₂ against today": ("%", 1, lambda rows: 100 * (rows["co2_kg"] / rows["bau_co2_kg"] - 1)),
    "Unit": ("kW", 2, lambda rows: rows["chp_kw"]),
    "Store": ("kWh", 1, lambda rows: rows["tes_kwh"]),
    "Heat from the unit": ("% of demand", 0, lambda rows: 100 * rows["chp_produced_heat_share"]),
    "Export": ("kWh a year", 0, lambda rows: rows["export_kwh"]),
}
"""What can be compared: its unit, decimals, and how it follows from rows of the table."""


def section(designs: pd.DataFrame) -> Section | None:
    """Best designs by incentive, where the run has more than one incentive."""
    best = best_designs(designs)
    incentives = list(dict.fromkeys(best["incentive"]))
    if len(incentives) < 2:
        return None
    return Section(
        "incentives",
        "Incentives side by side",
        [
            Text("The better of with and without a store, for every house and incentive."),
            _chart(best, incentives),
            _table(best),
        ],
        short="Incentives",
    )


def _chart(best: pd.DataFrame, incentives: list[str]) -> Chart:
    houses = list(dict.fromkeys(best["house"]))
    colours = style.incentive_colours(incentives)
    rows = {name: best[best["incentive"] == name].set_index("house") for name in incentives}
    return Chart(
        title="Best designs by incentive",
        caption="A gap is a value that does not exist, as the payback of no investment.",
        traces=[
            {
                "type": "bar",
                "name": label(name),
                "x": [label(house) for house in houses],
                "marker": {"color": colours[name]},
            }
            for name in incentives
        ],
        layout={
            "barmode": "group",
            "xaxis": {"type": "category", "showgrid": False},
            "hovermode": "closest",
        },
        choosers=[Chooser("Measure", list(MEASURES))],
        choices={
            (k,): [{"y": rounded(value(rows[name].reindex(houses)), digits)} for name in incentives]
            for k, (_, digits, value) in enumerate(MEASURES.values())
        },
        layouts={
            (k,): {"yaxis": {"title": {"text": f"{name} ({unit})"}}}
            for k, (name, (unit, _, _)) in enumerate(MEASURES.items())
        },
    )


def _table(best: pd.DataFrame) -> Table:
    rows: list[list[Cell | str]] = [
        [
            label(row["house"]),
            label(row["incentive"]),
            design_words(row),
            cell(row["eai_gbp"]),
            payback_cell(row["system_payback_years"], row["lifetime_years"], row["investment_gbp"]),
            cell(row["system_npv_gbp"]),
            share_cell(change(row["co2_kg"], row["bau_co2_kg"]), 1, signed=True),
            cell(row["tes_eai_gbp"], signed=True),
        ]
        for _, row in best.iterrows()
    ]
    columns = [
        Column("House", text=True),
        Column("Incentive", text=True),
        Column("Best design", text=True),
        Column("EAI", "£/y"),
        Column("Payback", "y"),
        Column("NPV", "£"),
        Column("CO₂", "against today"),
        Column("Of it by the store", "£/y"),
    ]
    return Table("Best designs by incentive", columns, rows)
