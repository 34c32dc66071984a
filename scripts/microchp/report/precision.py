"""What is lost by cutting time coarsely: designs of variants that differ in ``time`` alone.

Hawkes and Leach (2005) and Oluleye et al. (2018, section 1.2) hold that 5 to 10 min are needed.
Here each step, and each number of representative days, is compared with the finest of the run.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from microchp.account.designs import read_designs
from microchp.config import OPTIMAL
from microchp.files import whole
from microchp.report.style import figure
from microchp.tables.words import label
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)

KEYS = ["house", "incentive", "tes"]
ERRORS = {
    "eai_error_gbp": "EAI error (£/y)",
    "co2_error_percent": "CO₂ error (%)",
    "tes_error_kwh": "Store size error (kWh)",
    "hot_water_peak_loss_percent": "Hot-water peak lost (%)",
}


def plot_precision(
    *,
    designs_path: str | Path,
    variants: Sequence[str],
    loss_paths: Sequence[str | Path],
    table_path: str | Path,
    svg_path: str | Path,
    pdf_path: str | Path,
) -> None:
    """Write the errors of each step and number of days as a table and a figure.

    Parameters
    ----------
    designs_path
        ``designs.csv`` of a run some of whose variants change ``time``.
    variants
        Those that change nothing else.
    loss_paths
        Peak losses of every resampling (CSV of ``resample_demand``).
    table_path, svg_path, pdf_path
        Files to write.
    """
    losses = pd.concat([pd.read_csv(path) for path in loss_paths], ignore_index=True)
    designs = read_designs(designs_path)
    errors = precision_table(designs[designs["variant"].isin(["", *variants])], losses)
    with whole(table_path) as partial:
        errors.to_csv(partial, index=False)
    _draw(errors, svg_path, pdf_path)
    log.log(RESULT, "%s compared with the finest time", counted(len(errors), "design"))


def precision_table(designs: pd.DataFrame, losses: pd.DataFrame) -> pd.DataFrame:
    """Errors of each optimal design against the one with the finest time.

    Parameters
    ----------
    designs
        Table of designs.
    losses
        Peak losses from 1 min, by house, dwelling, quantity and resolution.

    Returns
    -------
    pandas.DataFrame
        A row per design; errors are its value less the finest one's.
    """
    optimal = designs[designs["design"] == OPTIMAL].sort_values(
        ["days_modelled", "resolution_minutes"], ascending=[False, True]
    )
    columns = ["eai_gbp", "co2_kg", "tes_kwh", "chp_kw"]
    finest = optimal.groupby(KEYS)[columns].first().add_suffix("_finest")
    table = optimal.join(finest, on=KEYS)
    first = losses[(losses["quantity"] == "hot_water_kw") & (losses["dwelling"] == 0)]
    peaks = first.set_index(["house", "resolution_minutes"])["peak_loss_share"]
    at = pd.MultiIndex.from_frame(table[["house", "resolution_minutes"]].astype({"house": str}))
    table["hot_water_peak_loss_percent"] = 100 * peaks.reindex(at).to_numpy()
    table["eai_error_gbp"] = table["eai_gbp"] - table["eai_gbp_finest"]
    table["co2_error_percent"] = 100 * (table["co2_kg"] / table["co2_kg_finest"] - 1)
    table["tes_error_kwh"] = table["tes_kwh"] - table["tes_kwh_finest"]
    kept = [*KEYS, "resolution_minutes", "days_modelled", "chp_kw", "tes_kwh", "eai_gbp"]
    return table[[*kept, *ERRORS, "relative_gap", "solve_seconds"]]


def _draw(errors: pd.DataFrame, svg_path: str | Path, pdf_path: str | Path) -> None:
    days = int(errors["days_modelled"].max())
    whole_year = errors[errors["days_modelled"] == days]
    fewer = errors[errors["days_modelled"] < days]
    with figure(svg_path=svg_path, pdf_path=pdf_path, width_mm=170, height_mm=120) as fig:
        axes = fig.subplots(2, 2).ravel()
        for panel, (column, title) in zip(axes, ERRORS.items(), strict=True):
            for (house, incentive, tes), part in whole_year.groupby(KEYS, sort=False):
                line = part.sort_values("resolution_minutes")
                name = f"{label(str(house))}, {label(str(incentive))}, {tes} store"
                panel.plot(line["resolution_minutes"], line[column], "o-", markersize=3, label=name)
            _axis(panel, title, sorted(whole_year["resolution_minutes"].unique()))
        by_days = zip(cycle("x+2s"), fewer.groupby("days_modelled"), strict=False)
        for marker, (number, part) in by_days:
            axes[0].plot(
                part["resolution_minutes"],
                part["eai_error_gbp"],
                marker,
                color="0.3",
                label=f"{number:g} representative days",
            )
        fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)


def _axis(panel: Axes, title: str, steps: list[float]) -> None:
    panel.set_title(title)
    panel.set_xscale("log")
    panel.set_xticks(steps, [f"{step:g}" for step in steps])
    panel.minorticks_off()
    panel.set_xlabel("Time step (min)")
    panel.axhline(0, color="0.6", linewidth=0.6)
