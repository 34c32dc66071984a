"""What a unit is worth, step by step, to one house and to a street: a page of the documentation.

``python -m microchp.report.worth results/who_controls/control.csv docs/what_is_it_worth.md``
writes it from a run of ``config/studies/who_controls.yaml``.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from microchp.files import whole
from microchp.tables.control import read_control
from microchp.tables.words import number, pounds

COMMAND = (
    "make run CONFIG=config/studies/who_controls.yaml",
    "PYTHONPATH=scripts .venv/bin/python -m microchp.report.worth \\",
    "    results/who_controls/control.csv docs/what_is_it_worth.md",
)


@dataclass(frozen=True)
class Step:
    """A row of the page: what is installed, at which tariff, and who controls it.

    ``plant`` and ``variant`` are those of the study, ``variant`` empty for its own tariff.
    """

    words: str
    plant: str
    variant: str
    control: str


STEPS = (
    Step("Unit of 1 kW, ordinary controller", "unit", "", "heat_led"),
    Step("+ store of 6 kWh", "unit_and_store", "", "heat_led"),
    Step("+ battery of 4 kWh", "unit_store_and_battery", "", "heat_led"),
    Step("+ led by prices, day and night", "unit_store_and_battery", "day_and_night", "forecast"),
    Step(
        "+ settled by prices of the half hour", "unit_store_and_battery", "half_hourly", "forecast"
    ),
    Step("the same, everything known ahead", "unit_store_and_battery", "half_hourly", "household"),
    Step("+ run by the network", "unit_store_and_battery", "half_hourly", "network"),
)
"""What is put to a unit, in this order."""


def table(control: pd.DataFrame, extent: str) -> list[str]:
    """Lines of a Markdown table: one house (``dwelling``) or the street (``group``)."""
    rows = control[(control["extent"] == extent) & (control["units"] > 0)]
    lines = [
        "| | cost, £/y | saved, £/y | step, £/y | CO₂, t/y | largest import, kW | starts a unit |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    usual = rows[rows["variant"] == ""].iloc[0]
    today = f"{number(usual['bau_cost_gbp'])} | | | {number(usual['bau_co2_kg'] / 1000, 2)}"
    lines.append(f"| Boiler and grid, as today | {today} | | |")
    before = float(usual["bau_cost_gbp"])
    for step in STEPS:
        found = rows[
            (rows["plant"] == step.plant)
            & (rows["variant"] == step.variant)
            & (rows["control"] == step.control)
        ]
        if found.empty:  # the network runs no single house
            continue
        row = found.iloc[0]
        # what the network's schedule costs the group, metered as one
        is_network = step.control == "network"
        cost = float(row["objective_gbp"] if is_network else row["cost_gbp"])
        saved = float(usual["bau_cost_gbp"]) - cost
        lines.append(
            f"| {step.words} | {number(cost)} | {pounds(saved)} | {pounds(before - cost)} "
            f"| {number(row['co2_kg'] / 1000, 2)} | {number(row['peak_import_kw'], 1)} "
            f"| {number(row['chp_starts'] / row['units'])} |"
        )
        before = cost
    return lines


def network_sentences(control: pd.DataFrame) -> list[str]:
    """What coordination saves beside what it can save at most, and what it pays."""
    rows = control[(control["variant"] == "half_hourly") & (control["extent"] == "group")]
    rows = rows[(rows["plant"] == STEPS[-1].plant) & (rows["units"] > 0)].set_index("control")
    own = float(rows["objective_gbp"]["household"])
    best, bound, gap, payment = (
        float(rows[name]["network"])
        for name in ("objective_gbp", "lower_bound_gbp", "relative_gap", "payment_gbp")
    )
    return [
        f"Metered as one, the street's own schedules cost {pounds(own)} a year where each dwelling",
        "is at its own least cost with everything known ahead, and",
        f"{pounds(best)} where the network runs all of them: coordination saves",
        f"{pounds(own - best)}. No coordination saves more than {pounds(own - bound)} (the bound:",
        f"the gap is {number(100 * gap, 2)} % of the cost). Its schedule raises bills at the",
        f"households' own tariff by {pounds(payment)} where it raises them: so much it must pay,",
        "so that nobody is worse off.",
    ]


def write_page(control_path: str | Path, page_path: str | Path) -> None:
    """Write the page.

    Parameters
    ----------
    control_path
        ``control.csv`` of the study.
    page_path
        Markdown to write.
    """
    control = read_control(control_path)
    dwellings = int(control["dwellings"].max())
    lines = [
        "# What is it worth",
        "",
        "A unit of 1 kW in a detached house, at British prices of 2025: what a store, a battery",
        "and a better control add to it, for one house and for a street. Costs are of a year,",
        "capital in them, so that a step that costs more than it saves is below zero. A step is",
        "against the row before it. This page was written by",
        "",
        "```",
        *COMMAND,
        "```",
        "",
        "The study is coarse, so that it runs in some minutes: hourly steps, in which short peaks",
        "are averaged away. Sizes are given, not chosen; tariffs of day and night and of the half",
        "hour are assumed, at about the mean of the flat one, and every row is against today's",
        "bill at the flat one. The network's row is the street metered as one.",
        "[Who controls](control.md) has the method.",
        "",
        "## One house",
        "",
        *table(control, "dwelling"),
        "",
        f"## A street of {dwellings} such houses",
        "",
        *table(control, "group"),
        "",
        *network_sentences(control),
        "",
    ]
    with whole(page_path) as partial:
        partial.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write_page(*sys.argv[1:3])
