"""The calibration report of a house: asked and reached, load-duration curves, three days."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from microchp.files import read_netcdf
from microchp.report import style
from microchp.series.timeseries import MINUTES_PER_DAY, QUANTITIES, FloatArray, resample_mean
from microchp.tables import words
from microchp.telling import RESULT

QUANTITY_STYLES = {
    "space_heating_kw": ("Space heating", "#D55E00"),
    "hot_water_kw": ("Hot water", "#0072B2"),
    "electricity_kw": ("Electricity", "#009E73"),
}

DAYS = {"Winter": (1, 15), "Spring": (4, 15), "Summer": (7, 15)}
"""Middle of a month of each season; the first working day from there is drawn."""

log = logging.getLogger(__name__)


def plot_calibration(
    *,
    demand_path: str | Path,
    quality_path: str | Path,
    svg_path: str | Path,
    pdf_path: str | Path,
    house: str,
) -> None:
    """Draw how well the demand of a house type meets what was asked for (first dwelling).

    Above, the table of asked and reached totals and 5-min peaks; in the middle, the
    load-duration curve of each quantity at 1 and at 5 min; below, a working day in winter, in
    spring and in summer, as 5-min means.

    Parameters
    ----------
    demand_path, quality_path
        What ``build_demand`` wrote.
    svg_path, pdf_path
        Files to write.
    house
        Name of the house type, for the title.
    """
    demand = read_netcdf(demand_path, dwelling=0)
    quality = json.loads(Path(quality_path).read_text(encoding="utf-8"))
    rows = {row["quantity"]: row for row in quality["quantities"] if row["dwelling"] == 0}
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.PAGE_MM, height_mm=165
    ) as fig:
        parts: Any = fig.subfigures(3, 1, height_ratios=[0.72, 1.25, 1.15])
        top, middle, bottom = parts
        table = top.subplots()
        _draw_table(table, rows)
        count = quality["dwellings"]
        of_all = f", first of {count} dwellings" if count > 1 else ""
        table.set_title(
            f"{words.label(house)}: demand of {quality['year']} ({quality['source']}{of_all})",
            fontweight="bold",
        )
        curves = middle.subplots(1, len(QUANTITIES))
        for ax, quantity in zip(curves, QUANTITIES, strict=True):
            _draw_duration(ax, demand[quantity].to_numpy(), quantity, rows[quantity])
        curves[0].set_ylabel("Power in kW")
        days = draw_days(bottom, demand)
        bottom.legend(
            *days[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(QUANTITIES)
        )
    log.log(RESULT, "calibration figure written")


def _draw_table(ax: Axes, rows: dict[str, dict[str, Any]]) -> None:
    ax.axis("off")
    header = [
        "",
        "Asked\nkWh/year",
        "Reached\nkWh/year",
        "Deviation",
        "Peak asked\nkW, 5 min",
        "Reached\nkW, 5 min",
        "Deviation",
        "Peak\nkW, 1 min",
    ]
    cells = [
        [
            QUANTITY_STYLES[quantity][0],
            _number(row["annual_asked_kwh"], ",.0f"),
            _number(row["annual_reached_kwh"], ",.0f"),
            _number(row["annual_deviation_share"], "+.2%"),
            _number(row["peak_5min_asked_kw"], ".2f"),
            _number(row["peak_5min_reached_kw"], ".2f"),
            _number(row["peak_5min_deviation_share"], "+.2%"),
            _number(row["peak_1min_kw"], ".2f"),
        ]
        for quantity, row in rows.items()
    ]
    table = ax.table(
        [header, *cells],
        cellLoc="right",
        bbox=Bbox.unit(),
        edges="horizontal",
        colWidths=[0.17, *[0.83 / 7] * 7],
    )
    table.auto_set_font_size(False)
    table.set_fontsize(7.5)
    for (line, column), cell in table.get_celld().items():
        cell.set_linewidth(0.5)
        cell.set_edgecolor(style.GRID)
        if column == 0:
            cell.get_text().set_horizontalalignment("left")
        if line == 0:
            cell.get_text().set_fontweight("bold")


def _number(value: float | None, form: str) -> str:
    """A number, or a dash where nothing was asked for."""
    if value is None:
        return "–"
    text = format(value, form)
    return text.replace("-0.00%", "0.00%").replace("+0.00%", "0.00%")


def _draw_duration(ax: Axes, power_kw: FloatArray, quantity: str, row: dict[str, Any]) -> None:
    name, colour = QUANTITY_STYLES[quantity]
    for minutes, width in ((1, 0.7), (5, 1.6)):
        ordered = np.sort(resample_mean(power_kw, 1, minutes))[::-1]
        hours = (np.arange(len(ordered)) + 1) * minutes / 60
        # Some hundred points tell the curve: equally many in each decade of hours.
        points = np.unique(np.geomspace(1, len(ordered), 600).astype(np.int64)) - 1
        ax.step(
            hours[points],
            ordered[points],
            where="pre",
            color=colour,
            linewidth=width,
            alpha=0.5 if minutes == 1 else 1.0,
            label=f"{minutes} min",
        )
    if row["peak_5min_asked_kw"] is not None:
        ax.axhline(
            row["peak_5min_asked_kw"], color=style.DEMAND, linewidth=0.7, linestyle=(0, (4, 3))
        )
        ax.annotate(
            "asked peak, 5 min",
            (8760, row["peak_5min_asked_kw"]),
            xytext=(0, 2),
            textcoords="offset points",
            ha="right",
            fontsize=7,
        )
    ax.set_xscale("log")
    ax.set_xlim(1 / 60, len(power_kw) / 60)
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda hours, _: f"{hours:,g}"))
    ax.set_title(name)
    ax.set_xlabel("Hours of the year at or above")
    ax.legend(loc="lower left")


def draw_days(part: Any, demand: xr.Dataset) -> npt.NDArray[np.object_]:
    """Draw a working day in winter, spring and summer beside each other, on one scale.

    Parameters
    ----------
    part
        Figure or part of one.
    demand
        Demand of one dwelling in steps of 1 min, dim ``time`` of a full year.

    Returns
    -------
    numpy.ndarray
        The axes, one for each day.
    """
    days: npt.NDArray[np.object_] = part.subplots(1, len(DAYS), sharey=True)
    for ax, (season, (month, day)) in zip(days, DAYS.items(), strict=True):
        _draw_day(ax, demand, season, month, day)
    # once all days are drawn: a limit set earlier would stop the shared axis from growing
    days[0].set_ylim(bottom=0)
    days[0].set_ylabel("5-min mean power in kW")
    return days


def _draw_day(ax: Axes, demand: xr.Dataset, season: str, month: int, day: int) -> None:
    year = int(demand["time"].dt.year[0])
    date = pd.Timestamp(year=year, month=month, day=day)
    while date.dayofweek >= 5:
        date += pd.Timedelta(days=1)
    first = (date.dayofyear - 1) * MINUTES_PER_DAY
    hours = np.arange(0, 24 + 1 / 12, 1 / 12)
    for quantity, (name, colour) in QUANTITY_STYLES.items():
        minutes = demand[quantity].to_numpy()[first : first + MINUTES_PER_DAY]
        ax.stairs(resample_mean(minutes, 1, 5), hours, color=colour, label=name, linewidth=0.9)
    ax.set_title(f"{season}: {date:%a} {date.day} {date:%b}")
    ax.set_xlim(0, 24)
    ax.set_xticks(range(0, 25, 6))
    ax.set_xlabel("Hour (standard time)")
