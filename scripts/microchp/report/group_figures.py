"""Figures of dwellings and groups run heat-led (Peacock 2006, Figs 2-8): paths in, figure out."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from microchp.account.groups import read_groups
from microchp.config import DEFAULT_PLANT
from microchp.report import style
from microchp.series.timeseries import MINUTES_PER_DAY, FloatArray
from microchp.tables import words
from microchp.telling import RESULT, counted

DAYS = {
    "winter_day": "Highest heat demand",
    "mid_season_day": "Mid-season",
    "summer_day": "Summer",
}
PENETRATIONS = (0.23, 0.77)
"""Peacock's Figs 7 and 8."""

LINES = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8A8A8A", "#111111")

log = logging.getLogger(__name__)


def case_label(case: Mapping[str, Any] | pd.Series) -> str:
    """A case in words: its unit, or incentive and store of its design.

    Parameters
    ----------
    case
        What has :data:`microchp.operation.group.CASE_NAMES`: a row of ``groups.csv`` or of a
        table of dwellings, or the attributes of a group's file.
    """
    if case["unit"]:
        return re.sub(r" (\d+)kw$", r", \1 kW", words.label(case["unit"]))
    plant = "" if case["plant"] == DEFAULT_PLANT else f", {words.label(case['plant'])}"
    return f"{words.label(case['incentive'])}, {case['tes']} store{plant}"


def case_words(case: Mapping[str, Any] | pd.Series) -> str:
    """A case with its group, in words."""
    return f"{words.label(case['group'])}, {case_label(case)}"


def _attributes(path: Path) -> dict[str, Any]:
    with xr.open_dataset(path) as group:
        return dict(group.attrs)


def _day(group: xr.Dataset, period: str) -> tuple[slice, str]:
    """Minutes of the one day of a period, and its date in words."""
    number = int(group["in_period"].sel(period=period).to_numpy().argmax())
    date = pd.Timestamp(group["time"].to_numpy()[number * MINUTES_PER_DAY])
    minutes = slice(number * MINUTES_PER_DAY, (number + 1) * MINUTES_PER_DAY)
    return minutes, f"{date.day} {date:%b}"


def _hours(ax: Axes) -> None:
    ax.set_xlim(0, 24)
    ax.set_xticks(range(0, 25, 6))
    ax.set_xlabel("Hour (standard time)")


_CLOCK = np.arange(MINUTES_PER_DAY) / 60


def dwelling_day(
    *, first_path: str | Path, group_path: str | Path, svg_path: str | Path, pdf_path: str | Path
) -> None:
    """Demand, import and export of the first dwelling on the day of highest heat demand (Fig. 2).

    Parameters
    ----------
    first_path
        Flows of the dwelling, from ``simulate_dwelling``.
    group_path
        Its group, which tells the day.
    svg_path, pdf_path
        Files to write.
    """
    with xr.open_dataset(group_path) as group, xr.open_dataset(first_path) as flows:
        minutes, date = _day(group, "winter_day")
        day = flows.isel(time=minutes).load()
        case = dict(group.attrs)
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.PAGE_MM, height_mm=100
    ) as fig:
        heat, power = fig.subplots(2, 1, sharex=True)
        wanted = (day["space_heating_kw"] + day["hot_water_kw"]).to_numpy()
        heat.plot(_CLOCK, wanted, color=style.DEMAND, linewidth=0.7, label="Heat demand")
        heat.plot(_CLOCK, day["chp_heat_kw"], color=style.CHP, label="CHP")
        heat.plot(_CLOCK, day["boiler_heat_kw"], color=style.BOILER, label="Boiler", linewidth=0.7)
        heat.set_ylabel("Heat (kW)")
        wanted = day["electricity_kw"].to_numpy()
        power.plot(_CLOCK, wanted, color=style.DEMAND, linewidth=0.5, label="Electricity demand")
        power.fill_between(
            _CLOCK, day["grid_import_kw"], step="post", color=style.IMPORT, label="Import"
        )
        power.fill_between(
            _CLOCK, -day["grid_export_kw"], step="post", color=style.EXPORT, label="Export"
        )
        power.set_ylabel("Electricity (kW)")
        _hours(power)
        for ax in (heat, power):
            ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        heat.set_title(f"{words.label(case['group'])} · {case_label(case)} · {date}")


def cumulative_import(
    *,
    first_paths: Sequence[str | Path],
    group_path: str | Path,
    svg_path: str | Path,
    pdf_path: str | Path,
) -> None:
    """Import so far on three days, with each unit and without (Figs 3-5).

    Parameters
    ----------
    first_paths
        Flows of the same dwelling with each unit, named ``<case>.nc``.
    group_path
        A group of that dwelling, which tells the days.
    svg_path, pdf_path
        Files to write.
    """
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.PAGE_MM, height_mm=70
    ) as fig:
        axes = fig.subplots(1, len(DAYS), sharey=True)
        with xr.open_dataset(group_path) as group:
            days = {period: _day(group, period) for period in DAYS}
        for number, path in enumerate(first_paths):
            with xr.open_dataset(path) as flows:
                for ax, (period, (minutes, date)) in zip(axes, days.items(), strict=True):
                    day = flows[["electricity_kw", "grid_import_kw"]].isel(time=minutes).load()
                    if number == 0:
                        total = day["electricity_kw"].to_numpy().cumsum() / 60
                        ax.plot(_CLOCK, total, color=style.DEMAND, label="Demand")
                        ax.set_title(f"{DAYS[period]}: {date}")
                        _hours(ax)
                    ax.plot(
                        _CLOCK,
                        day["grid_import_kw"].to_numpy().cumsum() / 60,
                        color=LINES[number % len(LINES)],
                        label=case_label(flows.attrs),
                    )
        axes[0].set_ylabel("Import since midnight (kWh)")
        fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)


def penetration_curves(
    *, groups_path: str | Path, group: str, svg_path: str | Path, pdf_path: str | Path
) -> None:
    """Peak and import of a group against penetration, on three days (Fig. 6).

    Lines are medians over the choices of dwellings, bands their 5th to 95th percentile.

    Parameters
    ----------
    groups_path
        ``groups.csv``.
    group
        House type or street.
    svg_path, pdf_path
        Files to write.
    """
    table = read_groups(groups_path)
    rows = table[table["group"] == group]
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.PAGE_MM, height_mm=120
    ) as fig:
        axes = fig.subplots(3, len(DAYS), sharex=True, sharey="row")
        for column, (period, title) in enumerate(DAYS.items()):
            axes[0, column].set_title(title)
            of_day = rows[rows["period"] == period]
            for number, (_, line) in enumerate(of_day.groupby("scenario", sort=False)):
                line = line.sort_values("penetration")
                for ax, measure in zip(
                    axes[:, column], ("admd_kw", "import_kwh", "export_kwh"), strict=True
                ):
                    colour = LINES[number % len(LINES)]
                    ax.plot(
                        line["penetration"],
                        line[measure],
                        color=colour,
                        label=case_label(line.iloc[0]),
                    )
                    ax.fill_between(
                        line["penetration"],
                        line[f"{measure}_p05"],
                        line[f"{measure}_p95"],
                        color=colour,
                        alpha=0.2,
                        linewidth=0,
                    )
            axes[-1, column].set_xlabel("Dwellings with a unit")
            axes[-1, column].xaxis.set_major_formatter(PercentFormatter(1.0))
        for ax, text in zip(
            axes[:, 0], ("ADMD (kW)", "Import (kWh a day)", "Export (kWh a day)"), strict=True
        ):
            ax.set_ylabel(text)
            ax.set_ylim(bottom=0)
        fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)


def group_day(*, group_path: str | Path, svg_path: str | Path, pdf_path: str | Path) -> None:
    """Load of a group on the day of highest heat demand at two penetrations (Figs 7 and 8).

    Parameters
    ----------
    group_path
        What ``aggregate_group`` wrote.
    svg_path, pdf_path
        Files to write.
    """
    with xr.open_dataset(group_path) as group:
        minutes, date = _day(group, "winter_day")
        demand: FloatArray = group["demand_kw"].isel(time=minutes).to_numpy()
        at = group[["generation_kw", "units"]].sel(penetration=list(PENETRATIONS), method="nearest")
        at = at.isel(time=minutes).load()
        attributes = dict(group.attrs)
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.PAGE_MM, height_mm=70
    ) as fig:
        axes = fig.subplots(1, len(PENETRATIONS), sharey=True)
        for ax, number in zip(axes, range(len(PENETRATIONS)), strict=True):
            net = demand - at["generation_kw"].isel(penetration=number).to_numpy()
            ax.fill_between(_CLOCK, np.maximum(net, 0), color=style.IMPORT, label="Import")
            ax.fill_between(_CLOCK, np.minimum(net, 0), color=style.EXPORT, label="Export")
            ax.plot(_CLOCK, demand, color=style.DEMAND, linewidth=0.6, label="No CHP")
            ax.axhline(0, color=style.DEMAND, linewidth=0.5)
            units = int(at["units"].isel(penetration=number))
            of = counted(int(attributes["dwellings"]), "dwelling")
            ax.set_title(f"{units} of {of} with a unit · {date}")
            _hours(ax)
        axes[0].set_ylabel(f"Group (kW), {case_label(attributes)}")
        fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)


def plot_groups(
    *,
    groups_path: str | Path,
    group_paths: Sequence[str | Path],
    first_paths: Sequence[str | Path],
    figures_dir: str | Path,
) -> None:
    """Draw all figures of the groups of a run, as SVG and PDF.

    For each group ``penetration_<group>`` and ``cumulative_<group>``; for each unit of the
    catalogue in it ``dwelling_<case>`` and ``group_<case>``. One dwelling alone is no group, and
    has only the figures of a dwelling.

    Parameters
    ----------
    groups_path
        ``groups.csv``.
    group_paths, first_paths
        Groups, and flows of their first dwellings, named ``<case>.nc``, in the same order.
    figures_dir
        Directory to write to.
    """
    directory = Path(figures_dir)
    directory.mkdir(parents=True, exist_ok=True)

    def files(name: str) -> dict[str, Path]:
        return {f"{kind}_path": directory / f"{name}.{kind}" for kind in ("svg", "pdf")}

    pairs = dict(zip(map(Path, group_paths), map(Path, first_paths), strict=True))
    cases = {path: _attributes(path) for path in pairs}
    by_group: dict[str, list[Path]] = {}
    for path, case in cases.items():
        by_group.setdefault(str(case["group"]), []).append(path)
    table = read_groups(groups_path)
    alone = set(table.loc[table["dwellings"] == 1, "group"])
    for group, paths in by_group.items():
        if group not in alone:
            penetration_curves(
                groups_path=groups_path, group=group, **files(f"penetration_{group}")
            )
        of_units = [path for path in paths if cases[path]["unit"]]
        if of_units:
            cumulative_import(
                first_paths=[pairs[path] for path in of_units],
                group_path=of_units[0],
                **files(f"cumulative_{group}"),
            )
        for path in of_units:
            dwelling_day(first_path=pairs[path], group_path=path, **files(f"dwelling_{path.stem}"))
            if group not in alone:
                group_day(group_path=path, **files(f"group_{path.stem}"))
    log.log(RESULT, "figures of %s drawn", counted(len(by_group), "group"))
