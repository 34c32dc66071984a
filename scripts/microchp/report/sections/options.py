"""Everything that a house could have, side by side: all plants, a new boiler, and today's."""

from __future__ import annotations

import pandas as pd

from microchp.report.evidence import Evidence, boiler_words, choices
from microchp.report.page import Cell, Column, Section, Table, Text, cell, share_cell
from microchp.report.sections.answer import of_case
from microchp.report.selection import best_designs
from microchp.tables.words import change, label


def section(designs: pd.DataFrame, evidence: Evidence) -> Section:
    """All options of every house under every incentive, cheapest first."""
    boiler = (
        f" “A new condensing boiler” is {boiler_words(evidence.new_boiler)}, at the standard "
        "tariff and without the incentive."
        if evidence.new_boiler is not None
        else ""
    )
    return Section(
        "options",
        "Does something else do better?",
        [
            Text(
                "What each house could have, cheapest first: the designs of all plants of this "
                f"run, with and without a store, beside the boiler that is there.{boiler}"
            ),
            options_table(designs, evidence),
        ],
        short="Options",
    )


def options_table(designs: pd.DataFrame, evidence: Evidence) -> Table:
    """The options, a row each; those with the same sizes once."""
    own = designs[designs["variant"] == ""]
    rows: list[list[Cell | str]] = []
    for _, best in best_designs(designs).iterrows():
        for choice in choices(of_case(own, best), evidence):
            year = choice.year
            rows.append(
                [
                    label(best["house"]),
                    label(best["incentive"]),
                    choice.words,
                    cell(year.cost_gbp),
                    cell(best["bau_cost_gbp"] - year.cost_gbp, signed=True),
                    cell(year.investment_gbp),
                    share_cell(change(year.co2_kg, best["bau_co2_kg"]), signed=True),
                    share_cell(change(year.tde_kwh, best["bau_tde_kwh"]), signed=True),
                ]
            )
    columns = [
        Column("House", text=True, filters=True),
        Column("Incentive", text=True, filters=True),
        Column("Option", text=True),
        Column("Cost of a year", "£/y"),
        Column("Saves", "£/y"),
        Column("Investment", "£"),
        Column("CO₂", "against today"),
        Column("Delivered energy", "against today"),
    ]
    return Table("Options of each house", columns, rows)
