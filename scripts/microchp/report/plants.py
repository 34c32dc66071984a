"""Which plant is best for each house and tariff: by cost, how near the next is, and by CO2."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from microchp.account.designs import read_designs
from microchp.config import OPTIMAL
from microchp.files import read_table, whole
from microchp.report.selection import design_words
from microchp.report.style import PAGE_MM, figure
from microchp.system.plant import SIZES
from microchp.tables.words import DASH, label, number
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)

KEYS = ["house", "incentive", "variant"]
WITHIN_CO2 = 1.0
"""kg/year; plants this close in CO2 are told apart by their cost."""


def plant_table(designs: pd.DataFrame, parts: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """A row for each plant of a house, with or without a store as is cheaper, ranked by cost.

    Parameters
    ----------
    designs
        Table of designs of a run with several plants.
    parts
        Parts that may be chosen in each plant.

    Returns
    -------
    pandas.DataFrame
        ``rank`` by cost; ``dearer_gbp``: cost (GBP/year) above the cheapest plant;
        ``surely_dearer``: the least that the plant could cost is above what the cheapest does
        cost; ``least_co2``: whether no plant emits less; ``has_pv``: whether it may have
        photovoltaics. ``serves_year``: whether its sizes, found on some days, are enough on all;
        what is not comes last and is compared with nothing.
    """
    table = designs[designs["design"] == OPTIMAL].copy()
    table["serves_year"] = table["whole_year_eac_gbp"].notna()
    table = table.sort_values(["serves_year", "eac_gbp"], ascending=[False, True], kind="stable")
    table = table.drop_duplicates([*KEYS, "plant"]).sort_index()
    table["has_pv"] = [("pv" in parts[plant]) for plant in table["plant"]]
    for name in ("eac_gbp", "co2_kg"):
        table[f"own_{name}"] = table[name].where(table["serves_year"])
    groups = table.groupby(KEYS, sort=False)
    cheapest = groups["own_eac_gbp"].transform("min")
    table["dearer_gbp"] = table["own_eac_gbp"] - cheapest
    table["surely_dearer"] = table["lower_bound_gbp"] > cheapest
    table["least_co2"] = table["own_co2_kg"] <= groups["own_co2_kg"].transform("min") + WITHIN_CO2
    ranks = groups["own_eac_gbp"].rank(method="first", na_option="bottom")
    table["rank"] = ranks.astype(int)
    kept = ["eac_gbp", "lower_bound_gbp", "co2_kg", *SIZES.values(), "relative_gap"]
    found = ["rank", "dearer_gbp", "surely_dearer", "least_co2", "serves_year"]
    return table[["scenario", *KEYS, "plant", "has_pv", *found, *kept]].reset_index(drop=True)


def plot_plants(
    *,
    designs_path: str | Path,
    parts: Mapping[str, Sequence[str]],
    table_path: str | Path,
    svg_path: str | Path,
    pdf_path: str | Path,
) -> None:
    """Write the ranking of plants as a table and a figure.

    Parameters
    ----------
    designs_path
        ``designs.csv`` of a run with several plants.
    parts
        Parts that may be chosen in each plant.
    table_path, svg_path, pdf_path
        Files to write; columns of the table as :func:`plant_table` gives them.
    """
    table = plant_table(read_designs(designs_path), parts)
    with whole(table_path) as partial:
        table.to_csv(partial, index=False)
    _draw(table, svg_path, pdf_path)
    log.log(RESULT, "%s ranked by plant", counted(len(table), "design"))


def _draw(table: pd.DataFrame, svg_path: str | Path, pdf_path: str | Path) -> None:
    groups = list(table.groupby(KEYS, sort=False))
    plants = list(dict.fromkeys(table["plant"]))
    columns = min(2, len(groups))
    rows = -(-len(groups) // columns)
    height = rows * (14 + 4.2 * len(plants))
    with figure(svg_path=svg_path, pdf_path=pdf_path, width_mm=PAGE_MM, height_mm=height) as fig:
        axes = fig.subplots(rows, columns, sharex=True, squeeze=False).ravel()
        for panel, (names, part) in zip(axes, groups, strict=False):
            _panel(panel, _title(names, table), part.set_index("plant").reindex(plants))
        for panel in axes[len(groups) :]:
            panel.set_axis_off()
        axes[0].set_xlim(0, 1.15 * max(float(table["dearer_gbp"].max()), 1.0))
        fig.supxlabel("Dearer than the cheapest (GBP/year); at each bar the CO₂ (t/year)", size=8)


def _title(names: Sequence[object], table: pd.DataFrame) -> str:
    """House, and whatever else differs in the table, in words."""
    words = [
        label(str(name))
        for key, name in zip(KEYS, names, strict=True)
        if key == "house" or len(set(table[key])) > 1
    ]
    return ", ".join(words)


def _panel(panel: Axes, title: str, part: pd.DataFrame) -> None:
    panel.set_title(title)
    at = range(len(part))
    colours = ["#009E73" if least else "#8A8A8A" for least in part["least_co2"]]
    panel.barh(at, part["dearer_gbp"], color=colours, height=0.65)
    for y, (_, row) in enumerate(part.iterrows()):
        if pd.notna(row["co2_kg"]):  # a plant may not be in every panel
            serves = row["serves_year"]
            panel.annotate(
                number(row["co2_kg"] / 1000, 1) if serves else "too small for the coldest days",
                (row["dearer_gbp"] if serves else 0.0, y),
                xytext=(2, 0),
                textcoords="offset points",
                va="center",
                size=7,
            )
    panel.set_yticks(at, [label(str(plant)) for plant in part.index])
    panel.invert_yaxis()
    panel.grid(visible=False, axis="y")


def markdown(table: pd.DataFrame) -> str:
    """The ranking for the documentation: who wins where, by how much, and what CO2 says."""
    lines = [
        "| House | Tariff | Cheapest | £/y | CO₂, t/y | Next (£/y more) "
        "| Cheapest without PV (£/y more) | Least CO₂ (t/y; £/y more) |",
        "| --- | --- | --- | ---: | ---: | --- | --- | --- |",
    ]

    def dearer(row: pd.Series) -> str:
        return number(row["dearer_gbp"])

    for names, part in table.groupby(KEYS, sort=False):
        ranked = part.sort_values("rank")
        first, second = ranked.iloc[0], ranked.iloc[1]
        without = ranked[~ranked["has_pv"]]
        clean = ranked[ranked["least_co2"]].iloc[0]
        cells = [
            label(str(names[0])),
            label(str(names[1])),
            f"{label(first['plant'])}: {design_words(first)}",
            number(first["eac_gbp"]),
            number(first["co2_kg"] / 1000, 1),
            f"{label(second['plant'])} ({dearer(second)})",
            DASH
            if without.empty
            else f"{label(without.iloc[0]['plant'])} ({dearer(without.iloc[0])})",
            f"{label(clean['plant'])} ({number(clean['co2_kg'] / 1000, 1)}; {dearer(clean)})",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the ranking of a run as a table in Markdown."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("table", type=Path, help="plants.csv of a run")
    table = read_table(parser.parse_args().table, ["scenario", *KEYS, "plant"])
    print(markdown(table), end="")


if __name__ == "__main__":
    main()
