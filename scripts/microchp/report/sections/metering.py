"""Who gains under each metering rule: designs as designed, and groups run heat-led."""

from __future__ import annotations

import pandas as pd

from microchp.config import OPTIMAL
from microchp.report.group_figures import LINES, case_words
from microchp.report.page import (
    Cell,
    Chart,
    Choice,
    Chooser,
    Column,
    Section,
    Table,
    Text,
    cell,
    folded,
    rounded,
)
from microchp.tables.columns import METERING
from microchp.tables.words import percent
from microchp.telling import counted

RULES = {
    "backwards_to_annual_demand": "Runs backwards, to the year's demand",
    "backwards": "Runs backwards without limit",
    "half_hourly": "Net of each half-hour",
    "separate_meters": "Import and export apart",
}
"""Rules in words, from what is kindest to a household to what is hardest."""

PARTIES = {
    "household_gbp": "Household",
    "supplier_gbp": "Supplier",
    "network_gbp": "Network",
    "policy_gbp": "Policy",
}


def section(metering: pd.DataFrame) -> Section | None:
    """Who gains, as a chart and tables.

    Parameters
    ----------
    metering
        ``metering.csv``.
    """
    own = metering[(metering["variant"] == "") & metering["design"].isin(["", OPTIMAL])]
    # what is not installed is not metered otherwise
    own = own[own["units"] > 0]
    if own.empty:
        return None
    designs = own[own["extent"] == "dwelling"]
    groups = own[own["extent"] == "group"]
    most = groups[
        groups["penetration"] == groups.groupby("scenario")["penetration"].transform("max")
    ]
    parts = [
        folded(who_gains_table(rows, title))
        for rows, title in (
            (designs, "Designs by metering rule, in a year"),
            (most, "Groups by metering rule, with the most units of the run, in a year"),
        )
        if not rows.empty
    ]
    return Section(
        "metering",
        "Who gains under each metering rule",
        [
            Text(
                "Against the same dwellings without a plant, under the same meter. A meter decides "
                "who has the worth of the electricity that is made at home, not how much it is: "
                "what household, supplier, network and policy gain adds up to its wholesale value "
                "by every rule."
            ),
            who_gains_chart(pd.concat([designs, most])),
            *parts,
        ],
        short="Meters",
    )


def _words(row: pd.Series) -> str:
    if row["extent"] == "dwelling":
        return f"{case_words(row)}, as designed"
    of = counted(int(row["dwellings"]), "dwelling")
    return f"{case_words(row)}, {percent(row['penetration'])} of {of}"


def who_gains_chart(rows: pd.DataFrame) -> Chart:
    """A bar for each party and rule, of one design or group at a time."""
    rules = [rule for rule in RULES if rule in set(rows["metering"])]
    cases = list(rows.groupby(["extent", "scenario"], sort=False))
    choices: dict[Choice, list[dict[str, object]]] = {}
    for c, (_, of_case) in enumerate(cases):
        by_rule = of_case.set_index("metering").loc[rules]
        choices[(c,)] = [{"y": rounded(by_rule[name], 1)} for name in PARTIES]
    return Chart(
        title="Who gains by which meter",
        caption="Gained in a year against no plant; below zero: lost. What the policy pays is for "
        "export that the rule counts as sold; payments for generation do not depend on the meter.",
        traces=[
            {
                "type": "bar",
                "name": words,
                "x": [RULES[rule] for rule in rules],
                "marker": {"color": LINES[k]},
            }
            for k, words in enumerate(PARTIES.values())
        ],
        layout={"barmode": "group", "yaxis": {"title": {"text": "Gained (£ a year)"}}},
        choosers=[Chooser("Design or group", [_words(found.iloc[0]) for _, found in cases])],
        choices=choices,
    )


def who_gains_table(rows: pd.DataFrame, title: str) -> Table:
    """A row for each design or group and rule."""
    shown = [column for column in METERING if column.name in rows and not column.text]
    columns = [
        Column("Design or group", text=True),
        Column("Meter", text=True),
        *(Column(column.label, column.unit) for column in shown),
    ]
    cells: list[list[Cell | str]] = [
        [
            case_words(row),
            RULES[row["metering"]],
            *(cell(row[column.name], column.digits) for column in shown),
        ]
        for _, row in rows.iterrows()
    ]
    return Table(title, columns, cells, wide=True)
