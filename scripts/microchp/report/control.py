"""Who controls, as a figure: cost, CO2, largest import and starts of every design by control."""

from __future__ import annotations

import logging
from pathlib import Path

import pandas as pd

from microchp.report.style import MARKERS, PAGE_MM, SERIES, figure
from microchp.tables.control import read_control
from microchp.tables.words import label, place
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)

CONTROLS = {
    "heat_led": "Ordinary controller",
    "forecast": "Forecasts",
    "household": "Perfect foresight",
    "network": "Network",
}
"""Controls in words, in the order of what is known."""

PANELS = {
    "cost_share": "Cost\n(% of today's)",
    "co2_share": "CO₂\n(% of today's)",
    "peak_import_kw": "Largest import\n(kW a dwelling)",
    "chp_starts": "Starts\n(a unit and year)",
}

ROW_MM = 9.0


def shown_rows(control: pd.DataFrame) -> pd.DataFrame:
    """The rows that a reader looks at first: all dwellings of a group with the design, or one.

    Returns
    -------
    pandas.DataFrame
        Rows of the largest penetration, or of the first dwelling where there is no group, with
        ``name`` of the design in words and the columns of :data:`PANELS`.
    """
    groups = control[(control["extent"] == "group") & (control["units"] > 0)]
    most = groups.groupby("scenario")["penetration"].transform("max")
    rows = groups[groups["penetration"] == most]
    if rows.empty:
        rows = control[control["extent"] == "dwelling"]
    rows = rows[rows["chp_starts"].groupby(rows["scenario"]).transform("max") > 0]
    names = [
        ", ".join(
            part
            for part in (
                place(row["house"], row["plant"]),
                label(row["incentive"]),
                f"{row['tes']} store",
                label(row["variant"]) if row["variant"] else "",
                label(row["design"]) if row["design"] != "optimal" else "",
            )
            if part
        )
        for _, row in rows.iterrows()
    ]
    return rows.assign(
        name=names,
        cost_share=100 * rows["cost_gbp"] / rows["bau_cost_gbp"],
        co2_share=100 * rows["co2_kg"] / rows["bau_co2_kg"],
        peak_import_kw=rows["peak_import_kw"] / rows["dwellings"],
        chp_starts=rows["chp_starts"] / rows["units"],
    )


def plot_control(*, control_path: str | Path, svg_path: str | Path, pdf_path: str | Path) -> None:
    """Draw every design under every control, a panel for each of :data:`PANELS`.

    Parameters
    ----------
    control_path
        ``control.csv``.
    svg_path, pdf_path
        Files to write.
    """
    rows = shown_rows(read_control(control_path))
    names = list(dict.fromkeys(rows["name"]))
    height = 38.0 + ROW_MM * max(len(names), 1)
    with figure(svg_path=svg_path, pdf_path=pdf_path, width_mm=PAGE_MM, height_mm=height) as fig:
        axes = fig.subplots(1, len(PANELS), sharey=True)
        looks = zip(CONTROLS.items(), SERIES, MARKERS, strict=False)
        for (control, words), colour, marker in looks:
            part = rows[rows["control"] == control]
            if part.empty:
                continue
            places = [names.index(name) for name in part["name"]]
            for panel, column in zip(axes, PANELS, strict=True):
                panel.plot(part[column], places, marker, color=colour, markersize=4, label=words)
        for panel, title in zip(axes, PANELS.values(), strict=True):
            panel.set_xlabel(title)
        axes[0].set_yticks(range(len(names)), names)
        axes[0].set_ylim(len(names) - 0.5, -0.5)
        handles, words_of = axes[0].get_legend_handles_labels()
        if handles:
            fig.legend(handles, words_of, loc="outside upper center", ncols=len(handles))
    log.log(RESULT, "%s drawn under control", counted(len(names), "design"))
