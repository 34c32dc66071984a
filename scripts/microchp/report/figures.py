"""Figures of a run, each as SVG and PDF: paths in, one figure out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from microchp.account.designs import read_designs
from microchp.account.energy import (
    electricity_to_use_kw,
    electricity_use_kw,
    heat_demand_kw,
    heat_to_demand_kw,
    values,
)
from microchp.config.scenarios import DesignInputs
from microchp.files import read_netcdf
from microchp.report import style
from microchp.report.selection import (
    LEAST_SIZE,
    OWN,
    DesignSet,
    best_designs,
    design_words,
    other_sets,
    select,
    with_another_unit,
)
from microchp.report.year_figures import plot_years
from microchp.tables import words
from microchp.telling import RESULT, counted

FloatArray = npt.NDArray[np.float64]

FIGURE_STEP_MINUTES = 15
"""Finer flows are drawn as means over this step: finer than a page shows."""

FIRST_DAYS = 10
"""Days of the store's discharge that are drawn, if as many are modelled."""

WEEK_DAYS = 7

SMALL_STEP_MINUTES = 30
"""Step of the means in the small picture of a week."""

SMALL_GBP = 0.5
"""Steps of the waterfall up to this would be written as zero."""

log = logging.getLogger(__name__)


def drawn_step_minutes(step_minutes: float, minutes: float = FIGURE_STEP_MINUTES) -> float:
    """Step (min) of the means that figures draw of flows of a given step (min)."""
    return step_minutes * max(1, round(minutes / step_minutes))


# ------------------------------------------------------------------------- shares of heat


def heat_shares(
    *,
    designs_path: str | Path,
    svg_path: str | Path,
    pdf_path: str | Path,
    of: DesignSet = OWN,
) -> None:
    """Shares of the heat demand by source, per house, incentive and store (Figs 4-7).

    The unit's and the boiler's shares are what they give to the demand at once; the store's is
    its discharge. See :func:`microchp.account.energy.heat_to_demand_kw`.

    Parameters
    ----------
    designs_path
        ``designs.csv``.
    svg_path, pdf_path
        Files to write.
    of
        Which designs; those that the run is about unless told.
    """
    rows = select(read_designs(designs_path), of.design, of.variant)
    incentives = list(dict.fromkeys(rows["incentive"]))
    stores = [tes for tes in ("without", "with") if tes in set(rows["tes"])]
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM,
        height_mm=22 + 42 * len(incentives),
    ) as fig:
        axes = fig.subplots(len(incentives), len(stores), sharex="col", sharey=True, squeeze=False)
        for line, incentive in zip(axes, incentives, strict=True):
            for ax, tes in zip(line, stores, strict=True):
                cell = rows[(rows["incentive"] == incentive) & (rows["tes"] == tes)]
                _stack_shares(ax, cell)
                ax.set_title(f"{words.label(incentive)} · {tes} store")
            line[0].set_ylabel("Share of heat demand")
        handles = [
            Patch(color=style.SOURCES[source][1], label=style.SOURCES[source][0])
            for source in _drawn_sources(rows)
        ]
        fig.legend(handles=handles, loc="outside lower center", ncols=3)


_SHARE_COLUMNS = {
    "chp": "chp_direct_heat_share",
    "heat_pump": "heat_pump_direct_heat_share",
    "immersion": "immersion_direct_heat_share",
    "store": "store_heat_share",
    "boiler": "boiler_direct_heat_share",
}


PLACE = ["house", "plant"]
"""What a figure tells apart beside the incentive."""


def _drawn_sources(rows: pd.DataFrame) -> list[str]:
    """Sources that some design has, of the shares of a table of designs."""
    return [
        source
        for source, column in _SHARE_COLUMNS.items()
        if column in rows and (rows[column] > 0).any()
    ]


def _stack_shares(ax: Axes, rows: pd.DataFrame) -> None:
    houses = [words.place(*row) for row in rows[PLACE].itertuples(index=False)]
    base = np.zeros(len(rows))
    for source in _drawn_sources(rows):
        share = rows[_SHARE_COLUMNS[source]].fillna(0.0).to_numpy()
        ax.bar(houses, share, bottom=base, color=style.SOURCES[source][1], width=0.68)
        for x, (low, part) in enumerate(zip(base, share, strict=True)):
            if part >= 0.07:  # room for the number
                ax.text(
                    x, low + part / 2, f"{100 * part:.0f}", color="white", ha="center", va="center"
                )
        base += share
    ax.set_ylim(0, 1)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.grid(axis="x", visible=False)


# ------------------------------------------------------------------------ store discharge


def store_discharge(
    *,
    design_paths: Sequence[str | Path],
    svg_path: str | Path,
    pdf_path: str | Path,
    days: int = FIRST_DAYS,
) -> None:
    """Heat out of the store over the first days of the year (Figs 8-9), a panel per design.

    Parameters
    ----------
    design_paths
        Design files; those that install no store are left out. Rows are houses, columns incentives.
    svg_path, pdf_path
        Files to write.
    days
        How many days at most, from the first that is modelled.
    """
    panels: dict[tuple[str, str], tuple[float, FloatArray]] = {}
    step_hours = 1.0
    for path in design_paths:
        design = read_netcdf(path)
        inputs = DesignInputs.model_validate_json(design.attrs["inputs"])
        if float(design.attrs["tes_kwh"]) < LEAST_SIZE:
            continue
        step_hours = float(design.attrs["step_hours"])
        count = round(days * 24 / step_hours)
        discharge, step_hours = _coarse(values(design, "tes_discharge_kw")[:count], step_hours)
        place = words.place(inputs.house, inputs.plant)
        panels[place, inputs.incentive_name] = (float(design.attrs["tes_kwh"]), discharge)
    houses = list(dict.fromkeys(house for house, _ in panels))
    incentives = list(dict.fromkeys(incentive for _, incentive in panels))
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM,
        height_mm=18 + 32 * max(1, len(houses)),
    ) as fig:
        if not panels:
            _say(fig, "No design with a store in this run")
            return
        axes = fig.subplots(len(houses), len(incentives), sharex=True, sharey=True, squeeze=False)
        for line, house in zip(axes, houses, strict=True):
            for ax, incentive in zip(line, incentives, strict=True):
                if (house, incentive) not in panels:
                    ax.set_axis_off()
                    continue
                size, power = panels[house, incentive]
                edges = np.arange(len(power) + 1) * step_hours / 24
                ax.stairs(power, edges, fill=True, color=style.STORE)
                ax.set_title(f"{house} · {words.label(incentive)} · {size:.1f} kWh")
                ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        # once all are drawn: a limit set earlier would stop the shared axes from growing
        longest = max(len(power) for _, power in panels.values())
        axes[0, 0].set_xlim(0, longest * step_hours / 24)
        axes[0, 0].set_ylim(bottom=0)
        fig.supxlabel("Day from the first day modelled", fontsize=8)
        fig.supylabel("Heat out of the store (kW)", fontsize=8)


def _say(fig: Figure, text: str) -> None:
    fig.text(0.5, 0.5, text, ha="center", va="center")


def _coarse(
    series: FloatArray, step_hours: float, minutes: float = FIGURE_STEP_MINUTES
) -> tuple[FloatArray, float]:
    """Means over some minutes of a finer series, and the step that results (h)."""
    drawn_hours = drawn_step_minutes(60 * step_hours, minutes) / 60
    return series.reshape(-1, round(drawn_hours / step_hours)).mean(axis=1), drawn_hours


# -------------------------------------------------------------------------- store economics


def tes_economics(
    *,
    designs_path: str | Path,
    svg_path: str | Path,
    pdf_path: str | Path,
    of: DesignSet = OWN,
) -> None:
    """Payback and NPV of the store, by house and incentive (Fig 10): with it against without.

    Paybacks beyond one and a half lifetimes are cut off, with their number; the dashed line is
    the lifetime. An asterisk marks pairs that differ by the unit too.

    Parameters
    ----------
    designs_path
        ``designs.csv``.
    svg_path, pdf_path
        Files to write.
    of
        Which designs; those that the run is about unless told.
    """
    rows = select(read_designs(designs_path), of.design, of.variant)
    together = with_another_unit(rows)
    rows = rows[(rows["tes"] == "with") & rows["tes_npv_gbp"].notna()]
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.PAGE_MM, height_mm=72
    ) as fig:
        if rows.empty:
            _say(fig, "No pair of designs with and without a store in this run")
            return
        houses = rows[PLACE].drop_duplicates()
        colours = style.incentive_colours(list(dict.fromkeys(rows["incentive"])))
        lifetime = float(rows["lifetime_years"].max())
        years, pounds = fig.subplots(1, 2)
        width = 0.8 / len(colours)
        cut = 1.5 * lifetime
        for k, (incentive, colour) in enumerate(colours.items()):
            cells = rows[rows["incentive"] == incentive].set_index(PLACE)
            cells = cells.reindex(pd.MultiIndex.from_frame(houses))
            x = np.arange(len(houses)) + (k - (len(colours) - 1) / 2) * width
            payback = cells["tes_payback_years"].to_numpy(dtype=float)
            npv = cells["tes_npv_gbp"].to_numpy(dtype=float)
            investment = cells["tes_investment_gbp"].to_numpy(dtype=float)
            years.bar(x, np.minimum(np.nan_to_num(payback), cut), width * 0.92, color=colour)
            pounds.bar(x, np.nan_to_num(npv), width * 0.92, color=colour)
            marks = ["*" if name in together else "" for name in cells["scenario"]]
            for at, value, cost, mark in zip(x, payback, investment, marks, strict=True):
                _note_payback(years, at, value, cost, cut, mark)
        years.axhline(lifetime, color=style.DEMAND, linestyle="--", linewidth=0.8)
        years.set_ylim(0, cut * 1.12)
        years.set_ylabel("Payback of the store (years)")
        years.annotate(
            "lifetime",
            (1.01, lifetime),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7,
        )
        pounds.axhline(0, color=style.DEMAND, linewidth=0.8)
        pounds.set_ylabel("NPV of the store (£)")
        for ax in (years, pounds):
            names = [words.place(*row) for row in houses.itertuples(index=False)]
            ax.set_xticks(range(len(houses)), names)
            ax.grid(axis="x", visible=False)
        handles = [Patch(color=colour, label=words.label(name)) for name, colour in colours.items()]
        fig.legend(handles=handles, loc="outside lower center", ncols=len(handles))


def _note_payback(
    ax: Axes, at: float, payback: float, investment: float, cut: float, mark: str
) -> None:
    """Write what a bar of a payback cannot show: its number, that it never comes, no store."""
    if np.isnan(investment):
        return
    if np.isnan(payback):
        text = "no store" if investment == 0 else f"never{mark}"
        ax.text(at, 0.02 * cut, text, rotation=90, ha="center", va="bottom", fontsize=7)
    else:
        ax.text(
            at,
            min(payback, cut) + 0.01 * cut,
            f"{payback:.1f}{mark}",
            ha="center",
            va="bottom",
            fontsize=6.5,
        )


# ---------------------------------------------------------------------------- dispatch week


def coldest_week(design: xr.Dataset) -> slice:
    """The seven days, following each other in the file, with the most heat demand.

    All days where there are fewer than seven.
    """
    slices = round(24 / float(design.attrs["step_hours"]))
    daily = heat_demand_kw(design).reshape(-1, slices).sum(axis=1)
    length = min(WEEK_DAYS, len(daily))
    weeks = np.convolve(daily, np.ones(length), mode="valid")
    first = int(np.argmax(weeks))
    return slice(first * slices, (first + length) * slices)


def dispatch_week(*, design_path: str | Path, svg_path: str | Path, pdf_path: str | Path) -> None:
    """Heat, store and electricity over the week with the most heat demand.

    Above zero what meets the demand (line), by source; below zero what goes into the store and
    to the grid.

    Parameters
    ----------
    design_path
        Design file.
    svg_path, pdf_path
        Files to write.
    """
    design = read_netcdf(design_path)
    inputs = DesignInputs.model_validate_json(design.attrs["inputs"])
    size = float(design.attrs["tes_kwh"])
    week = design.isel(time=coldest_week(design))
    step = float(design.attrs["step_hours"])

    def drawn(series: FloatArray) -> FloatArray:
        return _coarse(series, step)[0]

    heat = {source: drawn(power) for source, power in heat_to_demand_kw(week).items()}
    electricity = {source: drawn(power) for source, power in electricity_to_use_kw(week).items()}
    exported, charged = (
        drawn(values(week, "grid_export_kw")),
        drawn(values(week, "battery_charge_kw")),
    )
    count = len(exported)
    hours = _coarse(values(week, "grid_export_kw"), step)[1]
    edges = np.arange(count + 1) * hours / 24
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM,
        height_mm=118 if size > 0 else 92,
    ) as fig:
        ratios = [3, 1.4, 2] if size > 0 else [3, 2]
        axes = list(fig.subplots(len(ratios), 1, sharex=True, height_ratios=ratios))
        top, bottom = axes[0], axes[-1]

        base = np.zeros(count)
        for source, (text, colour) in style.SOURCES.items():
            if heat[source].any():
                base = _layer(top, edges, base, heat[source], text, colour)
        if size > 0:
            charge = drawn(values(week, "tes_charge_kw"))
            _layer(top, edges, np.zeros(count), -charge, "Into the store", style.STORE, faint=True)
        _line(top, edges, drawn(heat_demand_kw(week)), "Heat demand")
        top.set_ylabel("Heat (kW)")

        if size > 0:
            level = values(week, "tes_level_kwh")
            ends = (np.arange(len(level)) + 1) * step / 24
            keep = slice(len(level) // count - 1, None, len(level) // count)
            axes[1].plot(ends[keep], level[keep], color=style.STORE)
            axes[1].set_ylim(0, 1.05 * size)
            axes[1].set_ylabel("Store (kWh)")

        base = np.zeros(count)
        for source, (text, colour) in style.ELECTRICITY.items():
            if electricity[source].any():
                base = _layer(bottom, edges, base, electricity[source], text, colour)
        base = np.zeros(count)
        for flow, text, colour in (
            (exported, "Export", style.EXPORT),
            (charged, "Into the battery", style.BATTERY),
        ):
            if flow.any():
                base = _layer(bottom, edges, base, -flow, text, colour, faint=flow is charged)
        has_load = any(values(week, name).any() for name in ("heat_pump_power_kw", "immersion_kw"))
        text = "Electricity demand, heat included" if has_load else "Electricity demand"
        _line(bottom, edges, drawn(electricity_use_kw(week)), text)
        bottom.set_ylabel("Electricity (kW)")
        # a scale for a week of nothing too; it would otherwise show rounding as flows
        low, high = bottom.get_ylim()
        bottom.set_ylim(low if base.any() else 0, max(high, 1))

        days = pd.DatetimeIndex(week["time"].values)[:: round(24 / step)]
        bottom.set_xlim(0, len(days))
        bottom.set_xticks(
            np.arange(len(days)) + 0.5, [f"{day:%a} {day.day} {day:%b}" for day in days]
        )
        for ax in axes:
            ax.tick_params(axis="x", length=0)
            ax.set_xticks(np.arange(len(days) + 1), minor=True)
            ax.grid(axis="x", which="major", visible=False)
            ax.grid(axis="x", which="minor")
        for ax in (top, bottom):
            ax.axhline(0, color=style.DEMAND, linewidth=0.5)
            ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        place = words.place(inputs.house, inputs.plant)
        what = design_words(design.attrs)
        top.set_title(f"{place} · {words.label(inputs.incentive_name)} · {what}")


def busiest_week(design: xr.Dataset) -> slice:
    """The seven days, following each other in the file, in which most heat leaves the store.

    Without a store those with the most heat demand.
    """
    out = values(design, "tes_discharge_kw")
    if not out.any():
        return coldest_week(design)
    slices = round(24 / float(design.attrs["step_hours"]))
    daily = out.reshape(-1, slices).sum(axis=1)
    length = min(WEEK_DAYS, len(daily))
    first = int(np.argmax(np.convolve(daily, np.ones(length), mode="valid")))
    return slice(first * slices, (first + length) * slices)


def store_week(*, design_path: str | Path, svg_path: str | Path, pdf_path: str | Path) -> None:
    """A small picture of a week in which the store works: heat by source, and the store's level.

    Parameters
    ----------
    design_path
        Design file.
    svg_path, pdf_path
        Files to write.
    """
    design = read_netcdf(design_path)
    inputs = DesignInputs.model_validate_json(design.attrs["inputs"])
    size = float(design.attrs["tes_kwh"])
    week = design.isel(time=busiest_week(design))
    step = float(design.attrs["step_hours"])
    heat = {
        source: _coarse(power, step, SMALL_STEP_MINUTES)[0]
        for source, power in heat_to_demand_kw(week).items()
    }
    demand, hours = _coarse(heat_demand_kw(week), step, SMALL_STEP_MINUTES)
    edges = np.arange(len(demand) + 1) * hours / 24
    height = 62 if size > 0 else 48
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.SMALL_MM, height_mm=height
    ) as fig:
        count = 2 if size > 0 else 1
        axes = list(
            np.atleast_1d(fig.subplots(count, 1, sharex=True, height_ratios=[2, 1][:count]))
        )
        base = np.zeros(len(demand))
        for source, (text, colour) in style.SOURCES.items():
            if heat[source].any():
                base = _layer(axes[0], edges, base, heat[source], text, colour)
        _line(axes[0], edges, demand, "Heat demand")
        axes[0].set_ylabel("Heat (kW)")
        axes[0].set_title(
            f"{words.place(inputs.house, inputs.plant)} · {words.label(inputs.incentive_name)}"
        )
        if size > 0:
            level = values(week, "tes_level_kwh")
            axes[1].plot((np.arange(len(level)) + 1) * step / 24, level, color=style.STORE)
            axes[1].set_ylim(0, 1.05 * size)
            axes[1].set_ylabel("Store (kWh)")
        days = pd.DatetimeIndex(week["time"].values)[:: round(24 / step)]
        axes[-1].set_xlim(0, len(days))
        axes[-1].set_xticks(np.arange(len(days)) + 0.5, [f"{day.day} {day:%b}" for day in days])
        for ax in axes:
            ax.tick_params(axis="x", length=0)
            ax.grid(axis="x", visible=False)
        fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)


def _layer(
    ax: Axes,
    edges: FloatArray,
    base: FloatArray,
    height: FloatArray,
    text: str,
    colour: str,
    *,
    faint: bool = False,
) -> FloatArray:
    """One layer of a stack of steps; the base of the next is returned."""
    ax.stairs(
        base + height,
        edges,
        baseline=base,
        fill=True,
        color=colour,
        alpha=0.45 if faint else 1.0,
        linewidth=0,
        label=text,
    )
    return base + height


def _line(ax: Axes, edges: FloatArray, height: FloatArray, text: str) -> None:
    ax.stairs(height, edges, baseline=None, color=style.DEMAND, linewidth=0.45, label=text)


# --------------------------------------------------------------------------- cost waterfall


def waterfall_steps(row: pd.Series) -> dict[str, float]:
    """What leads from the cost of business as usual to that of a design (GBP a year).

    Positive is dearer than business as usual, negative cheaper; steps of up to
    :data:`SMALL_GBP` are left out, or "Other" where they are more together. The steps add up to
    ``eac_gbp - bau_cost_gbp`` within as much.
    """
    fuel = row["chp_fuel_gbp"] + row["boiler_fuel_gbp"] - row["bau_fuel_gbp"]
    steps = {
        "Capital": row["capital_gbp"],
        "Fuel": fuel,
        "Maintenance": row["maintenance_gbp"] - row["bau_maintenance_gbp"],
        "Import": row["import_gbp"] - row["bau_import_gbp"],
        "Export income": -row["export_income_gbp"],
        "Generation income": -row["generation_income_gbp"],
        "CO₂ income": -row["co2_income_gbp"],
    }
    small = sum(value for value in steps.values() if abs(value) <= SMALL_GBP)
    steps["Other"] = small
    return {name: float(value) for name, value in steps.items() if abs(value) > SMALL_GBP}


def cost_waterfall(
    *,
    designs_path: str | Path,
    scenario: str,
    svg_path: str | Path,
    pdf_path: str | Path,
) -> None:
    """From the yearly cost of business as usual to that of a design, step by step.

    Parameters
    ----------
    designs_path
        ``designs.csv``.
    scenario
        Which design.
    svg_path, pdf_path
        Files to write.
    """
    designs = read_designs(designs_path)
    row = designs[designs["scenario"] == scenario].iloc[0]
    steps = waterfall_steps(row)
    names = ["Business as usual", *steps, "This design"]
    ends = np.cumsum([row["bau_cost_gbp"], *steps.values()])
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM * 0.62,
        height_mm=16 + 7 * len(names),
    ) as fig:
        ax = fig.subplots()
        thick = 0.66
        ax.barh([names[0]], [row["bau_cost_gbp"]], color=style.TOTAL, height=thick)
        for name, end, change in zip(steps, ends[1:], steps.values(), strict=True):
            colour = style.DEARER if change > 0 else style.CHEAPER
            ax.barh([name], [change], left=end - change, color=colour, height=thick)
        ax.barh([names[-1]], [row["eac_gbp"]], color=style.TOTAL, height=thick)
        # a thin line from each bar's end to the next bar
        for k, end in enumerate(ends):
            ax.plot(
                [end, end], [k - thick / 2, k + 1 + thick / 2], color=style.TOTAL, linewidth=0.5
            )
        extent = [0.0, *ends]
        room = 0.02 * (max(extent) - min(extent))
        labels = [row["bau_cost_gbp"], *steps.values(), row["eac_gbp"]]
        rights = [max(0, ends[0]), *np.maximum(ends[1:], ends[:-1]), max(0, row["eac_gbp"])]
        for k, (value, right) in enumerate(zip(labels, rights, strict=True)):
            text = words.number(value, signed=0 < k < len(names) - 1)
            ax.text(right + room, k, text, va="center", fontsize=7.5)
        ax.set_xlim(min(0, min(extent)) * 1.05, max(extent) * 1.13)
        ax.axvline(0, color=style.DEMAND, linewidth=0.6)
        ax.invert_yaxis()
        ax.grid(axis="y", visible=False)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("Cost of a year (£)")
        place = words.place(row["house"], row["plant"])
        ax.set_title(f"{place} · {words.label(row['incentive'])} · {row['tes']} store")


# ---------------------------------------------------------------------------- all of a run


def plot_figures(
    *, designs_path: str | Path, design_paths: Sequence[str | Path], figures_dir: str | Path
) -> None:
    """Draw all figures of a run, as SVG and PDF.

    ``heat_shares``, ``store_discharge`` and ``tes_economics``, for fixed designs and variants too;
    ``store_week``; what :func:`~microchp.report.year_figures.plot_years` draws; and for the better
    of with and without a store in each house and incentive ``cost_waterfall_<scenario>`` and
    ``dispatch_week_<scenario>``.

    Parameters
    ----------
    designs_path
        ``designs.csv``.
    design_paths
        Design files, named ``<scenario>.nc``.
    figures_dir
        Directory to write to.
    """
    directory = Path(figures_dir)
    directory.mkdir(parents=True, exist_ok=True)
    designs = read_designs(designs_path)
    paths = {Path(path).stem: Path(path) for path in design_paths}
    chosen = select(designs)
    best = best_designs(designs)

    def files(name: str) -> tuple[Path, Path]:
        return directory / f"{name}.svg", directory / f"{name}.pdf"

    for of in (OWN, *other_sets(designs)):
        svg, pdf = files(f"heat_shares{of.suffix}")
        heat_shares(designs_path=designs_path, svg_path=svg, pdf_path=pdf, of=of)
        svg, pdf = files(f"tes_economics{of.suffix}")
        tes_economics(designs_path=designs_path, svg_path=svg, pdf_path=pdf, of=of)
        svg, pdf = files(f"store_discharge{of.suffix}")
        shown = select(designs, of.design, of.variant)
        with_store = [paths[name] for name in shown["scenario"]]
        store_discharge(design_paths=with_store, svg_path=svg, pdf_path=pdf)
    works = best.sort_values(
        ["tes_kwh", "eai_gbp"], key=lambda x: x if x.name == "eai_gbp" else x > 0
    )
    svg, pdf = files("store_week")
    store_week(design_path=paths[works["scenario"].iloc[-1]], svg_path=svg, pdf_path=pdf)
    plot_years(chosen, best, paths, directory)
    for done, scenario in enumerate(best["scenario"], start=1):
        svg, pdf = files(f"cost_waterfall_{scenario}")
        cost_waterfall(designs_path=designs_path, scenario=scenario, svg_path=svg, pdf_path=pdf)
        svg, pdf = files(f"dispatch_week_{scenario}")
        dispatch_week(design_path=paths[scenario], svg_path=svg, pdf_path=pdf)
        log.info("figures of %d of %d designs drawn", done, len(best))
    log.log(RESULT, "figures of %s drawn", counted(len(best), "design"))
