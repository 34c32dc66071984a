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
from microchp.files import whole
from microchp.report.style import PAGE_MM, figure
from microchp.tables.words import label, number

log = logging.getLogger(__name__)

KEYS = ["house", "incentive", "tes", "variant"]
SIZES = {
    "chp_kw": "CHP {} kW",
    "heat_pump_kw": "heat pump {} kW",
    "immersion_kw": "immersion heater {} kW",
    "tes_kwh": "store {} kWh",
    "pv_kwp": "PV {} kWp",
    "battery_kwh": "battery {} kWh",
}
WITHIN_CO2 = 1.0
"""kg/year; plants this close in CO2 are told apart by their cost."""


def plant_table(designs: pd.DataFrame, parts: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """A row for each optimal design, plants of a house ranked by cost.

    Parameters
    ----------
    designs
        Table of designs of a run with several plants.
    parts
        Parts that may be chosen in each plant.

    Returns
    -------
    pandas.DataFrame
        ``dearer_gbp``: cost (GBP/year) above the cheapest plant; ``surely_dearer``: the least that
        the plant could cost is above what the cheapest does cost; ``next_gbp``: how much dearer
        the next plant is; ``least_co2``: whether no plant emits less. The same within plants with,
        and without, photovoltaics: ``dearer_among_gbp``, with ``has_pv``.
    """
    table = designs[designs["design"] == OPTIMAL].copy()
    table["has_pv"] = [("pv" in parts[plant]) for plant in table["plant"]]
    groups = table.groupby(KEYS, sort=False)
    cheapest = groups["eac_gbp"].transform("min")
    table["dearer_gbp"] = table["eac_gbp"] - cheapest
    table["surely_dearer"] = table["lower_bound_gbp"] > cheapest
    table["least_co2"] = table["co2_kg"] <= groups["co2_kg"].transform("min") + WITHIN_CO2
    among = table.groupby([*KEYS, "has_pv"], sort=False)["eac_gbp"]
    table["dearer_among_gbp"] = table["eac_gbp"] - among.transform("min")
    table["rank"] = groups["eac_gbp"].rank(method="first").astype(int)
    ordered = table.sort_values([*KEYS, "rank"])
    table["next_gbp"] = ordered.groupby(KEYS, sort=False)["eac_gbp"].shift(-1) - ordered["eac_gbp"]
    kept = ["eac_gbp", "lower_bound_gbp", "co2_kg", *SIZES, "relative_gap"]
    found = ["rank", "dearer_gbp", "next_gbp", "surely_dearer", "dearer_among_gbp", "least_co2"]
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
    log.info("%d designs ranked by plant", len(table))


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
        fig.supxlabel("Dearer than the cheapest (GBP/year); at each bar the CO₂ (t/year)", size=8)


def _title(names: Sequence[object], table: pd.DataFrame) -> str:
    """House, and whatever else differs in the table, in words."""
    words = [
        f"{name} store" if key == "tes" else label(str(name))
        for key, name in zip(KEYS, names, strict=True)
        if key == "house" or len(set(table[key])) > 1
    ]
    return ", ".join(words)


def _panel(panel: Axes, title: str, part: pd.DataFrame) -> None:
    panel.set_title(title)
    at = range(len(part))
    colours = ["#009E73" if least else "#8A8A8A" for least in part["least_co2"]]
    panel.barh(at, part["dearer_gbp"], color=colours, height=0.65)
    for y, (dearer, co2) in enumerate(zip(part["dearer_gbp"], part["co2_kg"], strict=True)):
        if pd.notna(dearer):
            panel.annotate(
                number(co2 / 1000, 1),
                (dearer, y),
                xytext=(2, 0),
                textcoords="offset points",
                va="center",
                size=7,
            )
    panel.set_yticks(at, [label(str(plant)) for plant in part.index])
    panel.invert_yaxis()
    panel.margins(x=0.12)
    panel.set_xlim(left=0)
    panel.grid(visible=False, axis="y")


def markdown(table: pd.DataFrame) -> str:
    """The ranking for the documentation: who wins where, by how much, and what CO2 says."""
    lines = [
        "| House | Tariff | Cheapest | Cost (£/y) | CO₂ (t/y) | Next | dearer (£/y) "
        "| Cheapest without PV | dearer (£/y) | Least CO₂ | CO₂ (t/y) | dearer (£/y) |",
        "| --- | --- | --- | ---: | ---: | --- | ---: | --- | ---: | --- | ---: | ---: |",
    ]
    for names, part in table.groupby(KEYS, sort=False):
        ranked = part.sort_values("rank")
        first, second = ranked.iloc[0], ranked.iloc[1]
        without = ranked[~ranked["has_pv"]]
        clean = ranked[ranked["least_co2"]].iloc[0]
        cells = [label(str(names[0])), label(str(names[1]))]
        cells += [_installed(first), number(first["eac_gbp"]), number(first["co2_kg"] / 1000, 1)]
        cells += [label(second["plant"]), number(second["dearer_gbp"])]
        for row in without.head(1).itertuples():
            cells += [label(str(row.plant)), number(float(str(row.dearer_gbp)))]
        cells += ["–", "–"] if without.empty else []
        cells += [label(clean["plant"]), number(clean["co2_kg"] / 1000, 1)]
        cells += [number(clean["dearer_gbp"])]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _installed(row: pd.Series) -> str:
    """A plant in words, with the sizes of what is installed."""
    sizes = [
        words.format(number(row[column], 0 if row[column] >= 10 else 1))
        for column, words in SIZES.items()
        if row[column] > 0
    ]
    return label(row["plant"]) + (f" ({', '.join(sizes)})" if sizes else "")


def main() -> None:
    """Print the ranking of a run as a table in Markdown."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("table", type=Path, help="plants.csv of a run")
    table = pd.read_csv(parser.parse_args().table, keep_default_na=False, na_values=[""])
    print(markdown(table.fillna({"variant": ""})), end="")


if __name__ == "__main__":
    main()
