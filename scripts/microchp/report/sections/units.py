"""Which unit for which building: units compared with boilers and central plants."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from microchp.account.unit_comparison import REFERENCE_KIND, UNIT
from microchp.config.comparison import HouseholdPrices
from microchp.report.page import (
    Cell,
    Chart,
    Choice,
    Chooser,
    Column,
    Drawing,
    Fold,
    Points,
    Section,
    Table,
    Text,
    cell,
    drawing,
    folded,
    rounded,
    share_cell,
)
from microchp.report.style import CHEAPER, DEARER, IMPORT, STORE, TOTAL
from microchp.tables.words import DASH, label, number, percent, plain_words
from microchp.telling import counted

SERIES_COLOURS = (STORE, DEARER, IMPORT, TOTAL, CHEAPER)
"""Of central plants, and of metering rules, in their order."""

ENERGY = {
    "primary_saving_share": ("Primary energy saved", "%", 100.0),
    "co2_saving_share": ("CO₂ avoided", "%", 100.0),
    "heat_share": ("Heat from the unit", "% of demand", 100.0),
    "effective_electrical_efficiency": ("Electrical efficiency over the year", "%", 100.0),
    "export_share": ("Generation exported", "%", 100.0),
    "run_hours": ("Run hours", "h a year", 1.0),
}
"""What is drawn by central plant: name, unit, factor to it."""

MONEY = {
    "annual_profit_eur": ("Profit", "€ a year", 1.0),
    "payback_years": ("Payback", "years", 1.0),
    "irr": ("Internal rate of return", "%", 100.0),
    "affordable_installation_eur": ("Cost that would pay back in time", "€", 1.0),
    "sold_share": ("Generation sold", "%", 100.0),
}
"""What is drawn by metering rule."""

ANY_METER = "any"
"""Metering of what makes no electricity."""

_DRAWN = {
    "saving_by_house": "Primary energy saving by building",
    "saving_by_use": "Primary energy saving by building and use",
}


def section(
    comparison: pd.DataFrame,
    economics: pd.DataFrame,
    figures_dir: Path | None,
    answered: bool,
    prices: HouseholdPrices,
) -> Section:
    """Energy, CO2 and money of every unit in every building.

    Parameters
    ----------
    comparison, economics
        ``comparison.csv`` and ``comparison_economics.csv``.
    figures_dir
        What ``plot_comparison`` drew; of it what the charts do not show.
    answered
        Whether the page has :func:`first_parts` on its first screen already.
    prices
        What the money is counted by.
    """
    priced = prices.words()
    parts: list[Any] = [
        *([] if answered else first_parts(comparison, economics)),
        Text(
            "Against a house with the reference boiler that buys its electricity. What a unit "
            "exports is deducted from the primary energy and the CO₂ of the central plant."
        ),
        _chart(
            "Energy and CO₂ by unit",
            "One bar for each central plant; shares of heat and of export do not depend on it.",
            _options(comparison),
            "central_plant",
            ENERGY,
        ),
        folded(saving_table(comparison)),
        folded(energy_table(comparison)),
    ]
    if not economics.empty:
        parts += [
            Text(f"{priced[0].upper()}{priced[1:]}."),
            _chart(
                "Money by unit",
                "One bar for each way of metering; a payback that never comes has none.",
                economics,
                "metering",
                MONEY,
            ),
            folded(money_table(economics)),
        ]
    if figures_dir is not None:
        drawn = _drawings(figures_dir)
        parts += [Fold("Drawn figures", counted(len(drawn), "figure"), drawn)] if drawn else []
    return Section("units", "Which unit for which building", parts, short="Units")


def first_parts(comparison: pd.DataFrame, economics: pd.DataFrame) -> list[Any]:
    """The best options, and what must be known of them."""
    said = remarks(comparison, economics)
    return [answer_table(comparison, economics), *([Points(said)] if said else [])]


def remarks(comparison: pd.DataFrame, economics: pd.DataFrame) -> list[str]:
    """What has no cost, and where the reference boiler is too small, a sentence each."""
    said = []
    unpriced = _options(economics)
    unpriced = unpriced[unpriced["installation_eur"].isna()]
    if len(unpriced):
        names = _listed(list(dict.fromkeys(unpriced["unit_label"])))
        said.append(
            f"Without a cost in comparison.unit_costs: {names}. Of these there is a profit before "
            f"maintenance, but no payback and no return ({DASH} in the tables), so they cannot be "
            "the best return."
        )
    short = comparison[comparison["boiler_short_minutes"] > 0].drop_duplicates("house")
    said += [
        f"{row['house_label']}: more heat is asked for than the reference boiler can give in "
        f"{number(row['boiler_short_minutes'])} minutes of the year, by up to "
        f"{number(row['boiler_short_kw'], 1)} kW; it is counted as if the boiler met it."
        for _, row in short.iterrows()
    ]
    return said


def extent(comparison: pd.DataFrame) -> str:
    """How much is compared, in words."""
    units = comparison.loc[comparison["kind"] == UNIT, "unit"].nunique()
    houses, plants = comparison["house"].nunique(), comparison["central_plant"].nunique()
    return " × ".join(
        counted(number, what)
        for number, what in ((units, "unit"), (houses, "building"), (plants, "central plant"))
    )


def _options(table: pd.DataFrame) -> pd.DataFrame:
    """All that could be bought instead of the reference boiler."""
    options: pd.DataFrame = table[table["kind"] != REFERENCE_KIND]
    return options


def answer_table(comparison: pd.DataFrame, economics: pd.DataFrame) -> Table:
    """For each building what saves most against each central plant, and what pays.

    Boilers are options as units are: where a condensing boiler saves more than any unit, or
    nothing more than the boiler that is there, the table says so.
    """
    money = _options(economics)
    money = money[money["irr"].notna()]
    rows: list[list[Cell | str]] = []
    for house, of_house in comparison.groupby("house", sort=False):
        # a house without demand has nothing to save, and no share of it
        saved = of_house.fillna({"primary_saving_share": 0.0}).groupby("central_plant", sort=False)
        best = of_house.loc[list(saved["primary_saving_share"].idxmax())]
        savers = [
            f"{unit} {_against(cells['central_plant'])}"
            for unit, cells in best.groupby("unit_label", sort=False)
        ]
        returns = money[money["house"] == house]
        words: list[Cell | str] = [Cell(DASH)] * 4
        if len(returns):
            top = returns.iloc[int(returns["irr"].argmax())]
            words = [
                top["unit_label"],
                label(top["metering"]) if top["kind"] == UNIT else ANY_METER,
                share_cell(top["irr"], 1),
                cell(top["payback_years"], 1),
            ]
        span = _span(best["primary_saving_share"])
        rows.append([of_house["house_label"].iloc[0], _listed(savers), span, *words])
    columns = [
        Column("Building", text=True),
        Column("Most primary energy is saved by", text=True, wrap=True),
        Column("Saved", text=True),
        Column("Best return from", text=True),
        Column("Metering", text=True),
        Column("Return", "a year"),
        Column("Payback", "years"),
    ]
    return Table("The best option of every building; a return below zero is a loss", columns, rows)


def _span(shares: pd.Series) -> str:
    low, high = percent(shares.min()), percent(shares.max())
    return low if low == high else f"{low} to {high}"


def _against(plants: pd.Series) -> str:
    if len(plants) > 2:
        return f"against {len(plants)} central plants"
    return f"against {_listed([label(plant) for plant in plants])}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _chart(
    title: str,
    caption: str,
    rows: pd.DataFrame,
    by: str,
    measures: dict[str, tuple[str, str, float]],
) -> Chart:
    """Bars by unit, a colour for each plant or metering rule; house and measure to choose.

    The bars lie, so that names of units can be read on a narrow screen too.
    """
    houses = dict(zip(rows["house"], rows["house_label"], strict=True))
    kinds = list(dict.fromkeys(rows[by]))
    choices: dict[Choice, list[dict[str, object]]] = {}
    layouts: dict[Choice, dict[str, object]] = {}
    for h, house in enumerate(houses):
        of_house = rows[rows["house"] == house]
        for m, (column, (name, unit, factor)) in enumerate(measures.items()):
            bars: list[dict[str, object]] = []
            for kind in kinds:
                cells = of_house[of_house[by] == kind]
                bars.append(
                    {"y": list(cells["unit_label"]), "x": rounded(factor * cells[column], 2)}
                )
            choices[h, m] = bars
            layouts[h, m] = {"xaxis": {"title": {"text": f"{name} ({unit})"}}}
    most = rows.groupby("house")["unit"].nunique().max()
    return Chart(
        title=title,
        caption=caption,
        traces=[
            {
                "type": "bar",
                "orientation": "h",
                "name": label(str(kind)),
                "marker": {"color": SERIES_COLOURS[k % len(SERIES_COLOURS)]},
            }
            for k, kind in enumerate(kinds)
        ],
        layout={
            "barmode": "group",
            "hovermode": "closest",
            "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
        },
        choosers=[
            Chooser("Building", list(houses.values())),
            Chooser("Measure", [name for name, _, _ in measures.values()]),
        ],
        choices=choices,
        layouts=layouts,
        height=round(130 + most * (14 + 8 * len(kinds))),
    )


def saving_table(comparison: pd.DataFrame) -> Table:
    """Primary energy saved by every unit in every building, a column for each central plant."""
    units = _options(comparison)
    plants = list(dict.fromkeys(units["central_plant"]))
    rows: list[list[Cell | str]] = []
    for (house, unit), cells in units.groupby(["house_label", "unit_label"], sort=False):
        saved = cells.set_index("central_plant")["primary_saving_share"]
        rows.append([str(house), str(unit), *(share_cell(saved.get(p), 1) for p in plants)])
    columns = [
        Column("Building", text=True),
        Column("Unit", text=True),
        *(Column(label(plant)) for plant in plants),
    ]
    return Table("Primary energy saved, by central plant", columns, rows)


def energy_table(comparison: pd.DataFrame) -> Table:
    """Energy and CO2 of every unit in every building, against every central plant."""
    columns = [
        Column("Building", text=True),
        Column("Unit", text=True),
        Column("Central plant", text=True),
        Column("Primary energy", "kWh/y"),
        Column("Saved", "of primary energy"),
        Column("CO₂", "kg/y"),
        Column("Avoided", "of CO₂"),
        Column("Heat", "from the unit"),
        Column("Electrical efficiency"),
        Column("Generated", "kWh/y"),
        Column("Exported", "of generation"),
        Column("Run hours", "h/y"),
        Column("Starts", "1/y"),
    ]
    rows: list[list[Cell | str]] = [
        [
            row["house_label"],
            row["unit_label"],
            label(row["central_plant"]),
            cell(row["primary_kwh"]),
            share_cell(row["primary_saving_share"], 1),
            cell(row["co2_kg"]),
            share_cell(row["co2_saving_share"], 1),
            share_cell(row["heat_share"]),
            share_cell(row["effective_electrical_efficiency"], 1),
            cell(row["chp_electricity_kwh"]),
            share_cell(row["export_share"], 1),
            cell(row["run_hours"]),
            cell(row["starts"]),
        ]
        for _, row in comparison.iterrows()
    ]
    return Table("Energy and CO₂ of units", columns, rows, wide=True)


def money_table(economics: pd.DataFrame) -> Table:
    """Money of every unit in every building under every metering rule."""
    columns = [
        Column("Building", text=True),
        Column("Unit", text=True),
        Column("Metering", text=True),
        Column("Bought", "kWh/y"),
        Column("Sold", "kWh/y"),
        Column("Purchase avoided", "€/y"),
        Column("Sold for", "€/y"),
        Column("More gas", "€/y"),
        Column("Maintenance", "€/y"),
        Column("Profit", "€/y"),
        Column("Installation", "€"),
        Column("Payback", "y"),
        Column("IRR"),
        Column("NPV", "€"),
        Column("Cost cut for payback", "of installation"),
    ]
    rows: list[list[Cell | str]] = [
        [
            row["house_label"],
            row["unit_label"],
            label(row["metering"]),
            *(
                cell(row[name])
                for name in (
                    "bought_kwh",
                    "sold_kwh",
                    "avoided_purchase_eur",
                    "sale_income_eur",
                    "extra_gas_eur",
                    "maintenance_eur",
                    "annual_profit_eur",
                    "installation_eur",
                )
            ),
            cell(row["payback_years"], 1),
            share_cell(row["irr"], 1),
            cell(row["npv_eur"]),
            share_cell(row["cost_cut_share"]),
        ]
        for _, row in economics.iterrows()
    ]
    return Table("Money of units", columns, rows, wide=True)


def _drawings(directory: Path) -> list[Drawing]:
    found = []
    for kind, title in _DRAWN.items():
        for path in sorted(directory.glob(f"{kind}_*.svg")):
            full = f"{title}: {plain_words(path.stem.removeprefix(f'{kind}_'))}"
            found.append(drawing(path, path.stem, full, full))
    return found
