"""Every design with its money, energy and CO2, and what would change the answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from microchp.account.finance import cash_flow_gbp, finance_of
from microchp.config import OPTIMAL
from microchp.report import style
from microchp.report.figures import waterfall_steps
from microchp.report.page import (
    Cell,
    Chart,
    Choice,
    Chooser,
    Column,
    Download,
    Fold,
    Section,
    Table,
    Text,
    cell,
    drawing,
    payback_cell,
    rounded,
    share_cell,
)
from microchp.report.sections import sweep
from microchp.report.sections.answer import effects
from microchp.report.selection import best_designs, cheaper_of_pairs, design_words, other_sets
from microchp.tables import words
from microchp.tables.columns import BY_NAME, PART_SIZES, TableColumn
from microchp.tables.words import DASH, label, percent

RISE = 0.1
"""Relative rise of each price in the table of sensitivities."""

_FACTORS = {"crf": "eai_crf_gbp", "as_printed": "eai_as_printed_gbp"}

_PAYBACKS = {
    "system_payback_years": "investment_gbp",
    "tes_payback_years": "tes_investment_gbp",
}
"""Paybacks, each with what is invested."""

_SHOWN = (
    *("eac_gbp", "eai_gbp", "investment_gbp", "system_payback_years", "system_npv_gbp"),
    *("tes_payback_years", "tes_npv_gbp", "co2_kg", "tde_kwh", "chp_heat_kwh", "boiler_heat_kwh"),
    *(
        "heat_pump_heat_kwh",
        "chp_electricity_kwh",
        "pv_electricity_kwh",
        "import_kwh",
        "export_kwh",
    ),
    *("self_consumption_share", "chp_run_hours", "system_irr", "electricity_cost_gbp_per_kwh"),
)
"""Columns of ``designs.csv`` that the page shows, beside the sizes."""

_DRAWN = {
    "heat_shares": (
        "Shares of heat by source",
        "Who meets the heat demand (compare Figs 4–7 of Oluleye et al. 2018): what the unit and "
        "the boiler give at once, and what comes out of the store. What the store takes in comes "
        "from the unit as far as it runs, and from the boiler only beyond that.",
    ),
    "tes_economics": (
        "Payback and NPV of the store",
        "What the store costs and earns: the design with it against the one without (compare "
        "Fig. 10). *: the design without has another unit or none, so this is of the store and "
        "the unit together. “Never”: it costs more than it saves. Bars are cut at one and a half "
        "lifetimes, with their number.",
    ),
}

_DRAWN_OF_STORES = {
    "store_discharge": (
        "Heat out of the store over the first days",
        "Heat out of the store over the first days modelled (compare Figs 8–9).",
    ),
}


def section(
    designs: pd.DataFrame, csv: bytes, figures_dir: Path, variants: Mapping[str, Any]
) -> Section:
    """All designs, the sensitivities of the best of them, and what was drawn of them.

    Parameters
    ----------
    designs
        Table of designs.
    csv
        ``designs.csv`` as it is.
    figures_dir
        What ``plot_figures`` drew; figures that are not there are left out.
    variants
        ``scenarios.variants`` of the configuration.
    """
    alternatives = alternatives_table(designs)
    overview = [
        drawing(path, kind, title, caption)
        for kind, (title, caption) in _DRAWN.items()
        if (path := figures_dir / f"{kind}.svg").exists()
    ]
    others = [
        Fold(
            f"The same figures: {of.title}",
            "designs of given sizes" if of.design else "the optimum of this variant",
            [
                drawing(path, path.stem, f"{title}: {of.title}", caption)
                for kind, (title, caption) in (_DRAWN | _DRAWN_OF_STORES).items()
                if (path := figures_dir / f"{kind}{of.suffix}.svg").exists()
            ],
        )
        for of in other_sets(designs)
    ]
    return Section(
        "designs",
        "Designs",
        [
            *_sensitivities(designs),
            *overview,
            *others,
            money_chart(designs),
            *([alternatives] if alternatives else []),
            *sweep.parts(designs, variants),
            *([cash_flow_chart(designs)] if (designs["investment_gbp"] > 0).any() else []),
            Text("Every design of the run, with and without a store."),
            designs_table(designs),
            Download("All columns as CSV (designs.csv)", "designs.csv", csv),
        ],
    )


_OF_OTHER_PARTS = {*(c.name for c in PART_SIZES), "heat_pump_heat_kwh", "pv_electricity_kwh"}
"""Columns that are shown where a design of the run has the part."""


def designs_table(designs: pd.DataFrame) -> Table:
    """Every design with its money, energy and CO2."""
    # the income with the annualisation that the run did not use stands beside its own
    used = set(designs["annualisation"])
    others = [name for factor, name in _FACTORS.items() if used != {factor}]

    def shown(row: pd.Series, name: str) -> Cell:
        """A cell as its column in the registry says."""
        column = BY_NAME[name]
        if name in _PAYBACKS:
            invested = float(row[_PAYBACKS[name]])
            if math.isnan(invested):
                return Cell(DASH)
            return payback_cell(row[name], row["lifetime_years"], invested)
        if column.unit == "1":
            return share_cell(row[name], max(0, column.digits - 2))
        return cell(row[name], column.digits)

    sizes = ["chp_kw", *(c.name for c in PART_SIZES if c.name in designs), "tes_kwh"]
    names = [
        name
        for name in (*sizes, *_SHOWN[:2], *others, *_SHOWN[2:])
        if name in designs and (name not in _OF_OTHER_PARTS or designs[name].any())
    ]
    several: list[tuple[str, str, Callable[[pd.Series], str]]] = [
        ("Plant", "plant", lambda row: label(row["plant"])),
        ("Variant", "variant", lambda row: label(row["variant"]) if row["variant"] else DASH),
        ("Sizes", "design", lambda row: label(row["design"])),
    ]
    differing = [
        (title, words)
        for title, name, words in several
        if name in designs and len(set(designs[name])) > 1
    ]
    columns = [
        Column("House", text=True, filters=True),
        Column("Incentive", text=True, filters=True),
        Column("Store", text=True, filters=True),
        *(Column(title, text=True, filters=True) for title, _ in differing),
        *(Column(BY_NAME[name].label, _unit(BY_NAME[name])) for name in names),
        Column("Starts", "a day"),
        Column("Files", text=True),
    ]
    rows: list[list[Cell | str]] = [
        [
            label(row["house"]),
            label(row["incentive"]),
            row["tes"],
            *(words(row) for _, words in differing),
            *(shown(row, name) for name in names),
            cell(row["chp_starts"] / row["days_of_year"], 1),
            row["scenario"],
        ]
        for _, row in designs.iterrows()
    ]
    return Table("All designs; the terms are explained below", columns, rows, wide=True)


def _unit(column: TableColumn) -> str:
    return "" if column.unit == "1" else column.unit


def alternatives_table(designs: pd.DataFrame) -> Table | None:
    """Variants and fixed designs beside the optimum of their house and incentive.

    Of the optima of a variant the cheaper of with and without a store; every fixed design. None
    where the run has neither.
    """
    optima = cheaper_of_pairs(designs[designs["design"] == OPTIMAL])
    shown = designs.loc[(designs["design"] != OPTIMAL) | designs.index.isin(optima.index)]
    is_base = (shown["variant"] == "") & (shown["design"] == OPTIMAL)
    if is_base.all():
        return None
    base = {
        (row["house"], row["incentive"]): row["eai_gbp"] for _, row in shown[is_base].iterrows()
    }
    rows: list[list[Cell | str]] = []
    for (house, incentive), cases in shown.groupby(["house", "incentive"], sort=False):
        for _, row in cases.iterrows():
            words = [
                label(row["variant"]) if row["variant"] else "",
                f"fixed: {label(row['design'])}" if row["design"] != OPTIMAL else "",
            ]
            case = ", ".join(word for word in words if word)
            change = row["eai_gbp"] - base.get((house, incentive), math.nan)
            rows.append(
                [
                    f"{label(row['house'])}, {label(row['incentive'])}",
                    case or "As configured, optimal",
                    design_words(row),
                    cell(row["eai_gbp"]),
                    cell(change, signed=True) if case else Cell(DASH),
                    payback_cell(
                        row["system_payback_years"], row["lifetime_years"], row["investment_gbp"]
                    ),
                ]
            )
    columns = [
        Column("House, incentive", text=True),
        Column("Variant or fixed design", text=True),
        Column("Unit and store", text=True),
        Column("EAI", "£/y"),
        Column("Change", "£/y"),
        Column("Payback", "y"),
    ]
    return Table(
        "Variants and fixed designs against the optimum as configured; EAI is against business as "
        "usual at each variant's own prices and demand",
        columns,
        rows,
    )


def _sensitivities(designs: pd.DataFrame) -> list[Text | Table]:
    table = sensitivity_table(designs)
    if table is None:
        return []
    return [
        Text(
            "What would change the answer: sizes and operation of the best designs stay as they "
            "are while one price changes. A design made for the changed price would earn no less."
        ),
        table,
    ]


def sensitivity_table(designs: pd.DataFrame) -> Table | None:
    """What a rise of each price by a tenth does to the best designs, and where they turn."""
    best = best_designs(designs)
    best = best[best["investment_gbp"] > 0]
    if best.empty:
        return None
    names = [effect.name for effect in effects(best.iloc[0])]
    rows: list[list[Cell | str]] = []
    for _, row in best.iterrows():
        found = effects(row)
        turning = [effect.turning_share(row["eai_gbp"]) for effect in found]
        rows.append(
            [
                f"{label(row['house'])}, {label(row['incentive'])}",
                cell(row["eai_gbp"]),
                *(cell(RISE * effect.gbp_per_unit, signed=True) for effect in found),
                *(share_cell(share, signed=True) for share in turning),
            ]
        )
    columns = [
        Column("Best design", text=True),
        Column("EAI", "£/y"),
        *(Column(f"{label(name)} {percent(RISE, signed=True)}", "£/y") for name in names),
        *(Column("Saves nothing once changed by", name) for name in names),
    ]
    caption = "Sensitivity of the best designs; plant is the yearly share of the investment"
    return Table(caption, columns, rows, wide=True)


def money_chart(designs: pd.DataFrame) -> Chart:
    """From the yearly cost of business as usual to that of each design, step by step."""
    choices: dict[Choice, list[dict[str, object]]] = {}
    layouts: dict[Choice, dict[str, object]] = {}
    best = best_designs(designs)
    order = pd.concat([best, designs[~designs.index.isin(best.index)]])
    start = int(best["eai_gbp"].argmax())
    for k, (_, row) in enumerate(order.iterrows()):
        steps = waterfall_steps(row)
        names = ["Business as usual", *steps, "This design"]
        changes = [row["bau_cost_gbp"], *steps.values(), row["eac_gbp"]]
        ends = np.cumsum(changes[:-1])
        bases = [0.0, *ends[:-1], 0.0]
        colours = [
            style.TOTAL,
            *(style.DEARER if change > 0 else style.CHEAPER for change in steps.values()),
            style.TOTAL,
        ]
        middle = range(1, len(names) - 1)
        choices[(k,)] = [
            {
                "y": names,
                "x": rounded(changes, 2),
                "base": rounded(bases, 2),
                "marker": {"color": colours},
                "text": [words.number(x, signed=i in middle) for i, x in enumerate(changes)],
            }
        ]
        # room beside the bars for their numbers, on a narrow screen too
        low, high = min(0.0, *ends), max(row["bau_cost_gbp"], *ends)
        layouts[(k,)] = {"xaxis": {"range": [low, low + 1.35 * (high - low)]}}
    return Chart(
        title="Where the money goes",
        caption="Yearly cost, from business as usual (boiler and grid) to the design. Brown is "
        "dearer, green is cheaper. Fuel, maintenance and import are differences to business as "
        "usual.",
        traces=[
            {
                "type": "bar",
                "orientation": "h",
                "textposition": "outside",
                "cliponaxis": False,
                "hoverinfo": "skip",
            }
        ],
        layout={
            "showlegend": False,
            "hovermode": False,
            "xaxis": {"title": {"text": "Cost of a year (£)"}, "tickformat": ",.0f"},
            "yaxis": {"autorange": "reversed", "showgrid": False},
        },
        choosers=[Chooser("Design", [_name(row) for _, row in order.iterrows()], start)],
        choices=choices,
        layouts=layouts,
        height=380,
    )


def cash_flow_chart(designs: pd.DataFrame) -> Chart:
    """What has come back of the investment in each year, for the best designs."""
    best = best_designs(designs)
    rows = [row for _, row in best[best["investment_gbp"] > 0].iterrows()]
    choices: dict[Choice, list[dict[str, object]]] = {}
    for k, row in enumerate(rows):
        finance = finance_of(row)
        flow = cash_flow_gbp(row["investment_gbp"], row["saving_gbp"], finance)
        years = np.arange(len(flow))
        discounted = np.cumsum(flow / (1 + finance.interest_rate) ** years)
        x = [int(year) for year in years]
        choices[(k,)] = [
            {"x": x, "y": rounded(flow, 2)},
            {"x": x, "y": rounded(np.cumsum(flow), 2)},
            {"x": x, "y": rounded(discounted, 2)},
        ]
    return Chart(
        title="Year by year",
        caption="What is paid (below zero) and saved in each year, what has come back so far, "
        "and the same discounted, which ends at the present value.",
        traces=[
            {"type": "bar", "name": "In the year", "marker": {"color": style.CHEAPER}},
            {"mode": "lines+markers", "name": "So far", "line": {"color": style.TOTAL}},
            {
                "mode": "lines",
                "name": "So far, discounted",
                "line": {"color": style.STORE, "dash": "dot"},
            },
        ],
        layout={
            "xaxis": {"title": {"text": "Year"}, "dtick": 1},
            "yaxis": {"title": {"text": "£"}, "tickformat": ",.0f"},
        },
        choosers=[Chooser("Design", [_name(row) for row in rows])],
        choices=choices,
        height=380,
    )


def _name(row: pd.Series) -> str:
    """A design in a list: its case, and what is installed."""
    case = f"{label(row['house'])}, {label(row['incentive'])}, {row['tes']} store"
    more = [label(row["variant"])] if row["variant"] else []
    more += [f"fixed: {label(row['design'])}"] if row["design"] != OPTIMAL else []
    return f"{', '.join([case, *more])}: {design_words(row)}"
