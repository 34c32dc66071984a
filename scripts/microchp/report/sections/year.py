"""A year on one picture for every best design: when it runs, what flows where, how loads last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from microchp.report.page import Fold, Section, drawing
from microchp.report.selection import best_designs, design_words
from microchp.tables.words import label

MOST_DRAWN = 12
"""Designs whose year is in the page, those that save most; files hold the others."""

_DRAWN = {
    "heat_map": (
        "When it runs",
        "Days run from left to right, the hours of a day from bottom to top: means over an hour.",
    ),
    "sankey": (
        "Where energy comes from and where it goes",
        "A year in kWh, fuel by its lower heating value; what the store loses is a loss of heat.",
    ),
    "load_duration": (
        "How long loads last",
        "For how many hours of the year the house imports at least so much, with every system of "
        "this run and with none.",
    ),
}


def section(designs: pd.DataFrame, figures_dir: Path) -> Section | None:
    """Demand of the houses, and the year of every best design.

    Parameters
    ----------
    designs
        Table of designs.
    figures_dir
        What ``plot_figures`` drew; figures that are not there are left out.
    """
    best = best_designs(designs).sort_values("eai_gbp", ascending=False, kind="stable")
    parts: list[Any] = []
    demand = figures_dir / "demand_year.svg"
    if demand.exists():
        caption = "Heat demand of each house (compare Figs 2–3 of Oluleye et al. 2018)."
        parts.append(
            Fold("Demand of a year", "by day", [drawing(demand, demand.stem, "Demand", caption)])
        )
    for _, row in best.head(MOST_DRAWN).iterrows():
        case = f"{label(row['house'])}, {label(row['incentive'])}"
        drawn = [
            drawing(path, path.stem, f"{title}: {case}", caption)
            for kind, (title, caption) in _DRAWN.items()
            if (path := figures_dir / f"{kind}_{row['scenario']}.svg").exists()
        ]
        if drawn:
            parts.append(Fold(case, design_words(row), drawn))
    return Section("year", "A year on one picture", parts, short="Year") if parts else None
