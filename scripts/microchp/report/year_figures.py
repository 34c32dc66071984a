"""A year on one picture: its demand, when it runs, what flows where, and how long loads last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline

from microchp.account.energy import annual_energy, heat_demand_kw, heat_sources_kw, values
from microchp.config.scenarios import DesignInputs
from microchp.files import read_netcdf
from microchp.report import style
from microchp.report.selection import design_words, installs
from microchp.series.timeseries import FloatArray
from microchp.tables import words

CURVE_POINTS = 240
"""Of a load duration curve; more than a page shows."""

MONTH_STARTS = (0, 59, 120, 181, 243, 304)
MONTHS = ("Jan", "Mar", "May", "Jul", "Sep", "Nov")
"""Every other month, by the days of a year before it."""

LEAST_SHARE = 2e-3
"""Of all energy; smaller flows are not drawn."""


def _by_hour(design: xr.Dataset, series: FloatArray) -> FloatArray:
    """Means by hour and day, shape ``(24, days)``."""
    per_hour = round(1 / float(design.attrs["step_hours"]))
    means: FloatArray = series.reshape(-1, 24, per_hour).mean(axis=2).T
    return means


def _title(design: xr.Dataset) -> str:
    inputs = DesignInputs.model_validate_json(design.attrs["inputs"])
    place = words.place(inputs.house, inputs.plant)
    return f"{place} · {words.label(inputs.incentive_name)} · {design_words(design.attrs)}"


def _day_axis(ax: Axes, design: xr.Dataset) -> None:
    """Months below a year; days counted below a part of it."""
    days = pd.DatetimeIndex(design["time"].to_numpy()).normalize().unique()
    if len(days) >= 365:
        ax.set_xticks(MONTH_STARTS, MONTHS)
    else:
        ax.set_xlabel("Day modelled")


# -------------------------------------------------------------------------------- demand


def demand_year(*, design_paths: Sequence[Path], svg_path: Path, pdf_path: Path) -> None:
    """Space heating and hot water over the days of the year (Figs 2-3), a row per house.

    Of each day the mean, and the largest mean over a time step.

    Parameters
    ----------
    design_paths
        A design file of each house.
    svg_path, pdf_path
        Files to write.
    """
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM,
        height_mm=16 + 30 * len(design_paths),
    ) as fig:
        axes = fig.subplots(len(design_paths), 2, squeeze=False, sharey="col")
        for line, path in zip(axes, design_paths, strict=True):
            design = read_netcdf(path)
            house = DesignInputs.model_validate_json(design.attrs["inputs"]).house
            slices = round(24 / float(design.attrs["step_hours"]))
            for ax, (name, what) in zip(
                line,
                (("space_heating_kw", "space heating"), ("hot_water_kw", "hot water")),
                strict=True,
            ):
                daily = values(design, name).reshape(-1, slices)
                day = np.arange(len(daily))
                ax.plot(day, daily.max(axis=1), color=style.STORE, label="Largest of the day")
                ax.fill_between(day, daily.mean(axis=1), color=style.CHP, label="Mean of the day")
                ax.set_title(f"{words.label(house)} · {what}")
                ax.set_xlim(0, max(1, len(daily) - 1))
                _day_axis(ax, design)
            line[0].set_ylabel("Heat (kW)")
        axes[0, 0].set_ylim(bottom=0)
        axes[0, 1].set_ylim(bottom=0)
        fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)


# ------------------------------------------------------------------------------ heat map


def heat_map(*, design_path: Path, svg_path: Path, pdf_path: Path) -> None:
    """When it runs: days from left to right, hours from bottom to top, of each flow that is there.

    Heat demand, be there any or not, the heat that each part makes, the store's level, and import
    less export.

    Parameters
    ----------
    design_path
        Design file.
    svg_path, pdf_path
        Files to write.
    """
    design = read_netcdf(design_path)
    net = values(design, "grid_import_kw") - values(design, "grid_export_kw")
    names = {"chp": "Heat of the unit", "heat_pump": "Heat of the heat pump"}
    names |= {"immersion": "Heat of the immersion heater", "boiler": "Heat of the boiler"}
    made = heat_sources_kw(design)
    panels = [
        ("Heat demand (kW)", heat_demand_kw(design), "viridis"),
        *((f"{names[part]} (kW)", made[part], "viridis") for part in names if made[part].any()),
        ("Heat in the store (kWh)", values(design, "tes_level_kwh"), "viridis"),
        ("Import, or export below zero (kW)", net, "PuOr_r"),
    ]
    panels = [panels[0], *(panel for panel in panels[1:] if panel[1].any())]
    rows = -(-len(panels) // 2)
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.PAGE_MM, height_mm=12 + 34 * rows
    ) as fig:
        axes = fig.subplots(rows, 2, squeeze=False, sharex=True, sharey=True).ravel()
        for ax, (title, series, colours) in zip(axes, panels, strict=False):
            by_hour = _by_hour(design, series)
            most = max(float(np.abs(by_hour).max()), 1e-9)
            image = ax.imshow(
                by_hour,
                origin="lower",
                aspect="auto",
                cmap=colours,
                vmin=-most if colours == "PuOr_r" else 0,
                vmax=most,
                extent=(0, by_hour.shape[1], 0, 24),
                interpolation="nearest",
            )
            ax.set_title(title)
            ax.set_yticks([0, 6, 12, 18, 24])
            ax.grid(visible=False)
            _day_axis(ax, design)
            fig.colorbar(image, ax=ax, pad=0.02)
        for ax in axes[len(panels) :]:
            ax.set_axis_off()
        fig.supylabel("Hour", fontsize=8)
        fig.suptitle(_title(design), fontsize=8, x=0.01, ha="left")


# ------------------------------------------------------------------------- load duration


def load_duration(
    *, design_paths: Mapping[str, Path], title: str, svg_path: Path, pdf_path: Path
) -> None:
    """How many hours of the year a house imports at least so much, with each system and today.

    Parameters
    ----------
    design_paths
        A design file of each system, by what it is called.
    title
        Of which house.
    svg_path, pdf_path
        Files to write.
    """
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.SMALL_MM,
        height_mm=62 + 4 * len(design_paths),
    ) as fig:
        ax = fig.subplots()
        today: tuple[FloatArray, FloatArray] | None = None
        for k, (name, path) in enumerate(design_paths.items()):
            design = read_netcdf(path)
            weight = values(design, "day_weight") * float(design.attrs["step_hours"])
            if today is None:
                today = duration_curve(values(design, "electricity_kw"), weight)
                ax.plot(*today, color=style.DEMAND, linestyle="--", label="Today")
            net = values(design, "grid_import_kw") - values(design, "grid_export_kw")
            ax.plot(
                *duration_curve(net, weight), color=style.SERIES[k % len(style.SERIES)], label=name
            )
        ax.axhline(0, color=style.DEMAND, linewidth=0.5)
        ax.set_xlim(0, 8760)
        ax.set_xlabel("Hours of the year")
        ax.set_ylabel("Import, or export\nbelow zero (kW)")
        ax.set_title(title)
        fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=1)


def duration_curve(power_kw: FloatArray, hours: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Power from the largest to the smallest, over the hours in which there is at least as much.

    Parameters
    ----------
    power_kw
        Mean power of each slice.
    hours
        Hours of the year that each slice stands for.

    Returns
    -------
    tuple
        Hours and power of :data:`CURVE_POINTS` points; the first and last are those of the curve.
    """
    order = np.argsort(-power_kw, kind="stable")
    until = np.cumsum(hours[order])
    at = np.linspace(0.0, until[-1], CURVE_POINTS)
    here = np.minimum(np.searchsorted(until, at, side="left"), len(order) - 1)
    return at, power_kw[order][here]


# -------------------------------------------------------------------------------- Sankey


@dataclass(frozen=True)
class Flow:
    """Energy of a year (kWh) that goes from one node to another."""

    source: str
    target: str
    kwh: float
    colour: str


COLUMNS: tuple[tuple[str, ...], ...] = (
    ("Gas", "Outdoor air", "Sun", "Grid"),
    ("CHP",),
    ("Electricity",),
    ("Boiler", "Heat pump", "Immersion heater"),
    ("Heat",),
    ("Space heating", "Hot water", "Appliances", "Export", "Losses"),
)
"""Nodes of the picture, in columns from left to right."""


def energy_flows(design: xr.Dataset) -> list[Flow]:
    """What flows where in a year; into each node goes what comes out of it."""
    year = annual_energy(design)
    inputs = DesignInputs.model_validate_json(design.attrs["inputs"])
    ambient = year.heat_pump_heat_kwh - year.heat_pump_electricity_kwh
    heater = inputs.immersion_heater
    heater_heat = year.immersion_kwh * (heater.efficiency if heater else 1.0)
    made = year.chp_electricity_kwh + year.chp_heat_kwh
    flows = [
        Flow("Gas", "CHP", year.chp_fuel_kwh, style.BOILER),
        Flow("Gas", "Boiler", year.boiler_fuel_kwh, style.BOILER),
        Flow("CHP", "Electricity", year.chp_electricity_kwh, style.CHP),
        Flow("CHP", "Heat", year.chp_heat_kwh, style.CHP),
        Flow("CHP", "Losses", year.chp_fuel_kwh - made, style.GRID),
        Flow("Sun", "Electricity", year.pv_electricity_kwh, style.PV),
        Flow("Grid", "Electricity", year.import_kwh, style.IMPORT),
        Flow("Electricity", "Heat pump", year.heat_pump_electricity_kwh, style.HEAT_PUMP),
        Flow("Outdoor air", "Heat pump", ambient, style.BATTERY),
        Flow("Electricity", "Immersion heater", year.immersion_kwh, style.IMMERSION),
        Flow("Heat pump", "Heat", year.heat_pump_heat_kwh, style.HEAT_PUMP),
        Flow("Immersion heater", "Heat", heater_heat, style.IMMERSION),
        Flow("Immersion heater", "Losses", year.immersion_kwh - heater_heat, style.GRID),
        Flow("Boiler", "Heat", year.boiler_heat_kwh, style.BOILER),
        Flow("Boiler", "Losses", year.boiler_fuel_kwh - year.boiler_heat_kwh, style.GRID),
        Flow("Heat", "Space heating", year.space_heating_kwh, style.CHP),
        Flow("Heat", "Hot water", year.hot_water_kwh, style.STORE),
        Flow("Heat", "Losses", year.tes_loss_kwh, style.GRID),
        Flow("Electricity", "Appliances", year.electricity_kwh, style.IMPORT),
        Flow("Electricity", "Export", year.export_kwh, style.EXPORT),
        Flow(
            "Electricity",
            "Losses",
            year.battery_charge_kwh - year.battery_discharge_kwh,
            style.GRID,
        ),
    ]
    total = sum(flow.kwh for flow in flows if flow.source in COLUMNS[0])
    return [flow for flow in flows if flow.kwh > LEAST_SHARE * total]


@dataclass
class _Node:
    """A node where it is drawn, and how much of its sides is taken."""

    x: float
    top: float
    height: float
    taken: dict[str, float] = field(default_factory=lambda: {"in": 0.0, "out": 0.0})

    def take(self, side: str, kwh: float) -> float:
        """Upper end of the next flow on a side."""
        upper = self.top - self.taken[side]
        self.taken[side] += kwh
        return upper


def sankey(*, design_path: Path, svg_path: Path, pdf_path: Path) -> None:
    """Where the energy of a year comes from and where it goes, widths as kWh.

    Parameters
    ----------
    design_path
        Design file.
    svg_path, pdf_path
        Files to write.
    """
    design = read_netcdf(design_path)
    flows = energy_flows(design)
    nodes = _places(flows)
    with style.figure(
        svg_path=svg_path, pdf_path=pdf_path, width_mm=style.PAGE_MM, height_mm=86
    ) as fig:
        ax = fig.subplots()
        width = 0.12
        # each node gives and takes from above, in the order in which the others stand
        for flow in sorted(flows, key=lambda one: (-nodes[one.target].top, nodes[one.target].x)):
            source = nodes[flow.source]
            upper = source.take("out", flow.kwh)
            lower = nodes[flow.target].take("in", flow.kwh)
            ax.add_patch(_band(source.x + width, upper, nodes[flow.target].x, lower, flow))
        for name, node in nodes.items():
            ax.add_patch(
                Rectangle((node.x, node.top - node.height), width, node.height, color=style.TOTAL)
            )
            last = name in COLUMNS[-1]
            ax.text(
                node.x + (width + 0.06 if last else width / 2),
                node.top - node.height / 2 if last else node.top,
                f"{name} {node.height:,.0f}",
                ha="left" if last else "center",
                va="center" if last else "bottom",
                fontsize=7.5,
            )
        ax.set_xlim(-0.4, len(COLUMNS) + 0.2)
        ax.autoscale(axis="y")
        ax.margins(y=0.06)
        ax.set_axis_off()
        ax.set_title(f"{_title(design)} · kWh a year")


def _places(flows: Sequence[Flow]) -> dict[str, _Node]:
    """Where each node stands: columns from the left, each from the top."""
    given = {name: sum(f.kwh for f in flows if f.source == name) for name in _names()}
    taken = {name: sum(f.kwh for f in flows if f.target == name) for name in _names()}
    heights = {name: max(given[name], taken[name]) for name in _names()}
    gap = 0.12 * sum(heights[name] for name in COLUMNS[0])
    nodes = {}
    for k, column in enumerate(COLUMNS):
        top = -gap * (k % 2)
        for name in column:
            if heights[name] > 0:
                nodes[name] = _Node(float(k), top, heights[name])
                top -= heights[name] + gap
    return nodes


def _names() -> list[str]:
    return [name for column in COLUMNS for name in column]


def _band(
    left: float, upper_left: float, right: float, upper_right: float, flow: Flow
) -> PathPatch:
    """A band as thick as a flow, from one upper end to another."""
    middle = (left + right) / 2
    points = [
        (left, upper_left),
        (middle, upper_left),
        (middle, upper_right),
        (right, upper_right),
        (right, upper_right - flow.kwh),
        (middle, upper_right - flow.kwh),
        (middle, upper_left - flow.kwh),
        (left, upper_left - flow.kwh),
    ]
    line, curve = Outline.LINETO, Outline.CURVE4
    codes = [Outline.MOVETO, curve, curve, curve, line, curve, curve, curve]
    return PathPatch(Outline(points, codes), facecolor=flow.colour, alpha=0.6, linewidth=0)


# --------------------------------------------------------------------------------- a run


def plot_years(
    designs: pd.DataFrame, best: pd.DataFrame, paths: Mapping[str, Path], directory: Path
) -> None:
    """Draw the demand of every house, and for every best design its year.

    Parameters
    ----------
    designs
        What the run is about, of the table of designs.
    best
        Of these the best of each house and incentive.
    paths
        Design files by scenario.
    directory
        Where ``demand_year``, ``heat_map_<scenario>``, ``sankey_<scenario>`` and
        ``load_duration_<scenario>`` go.
    """

    def files(name: str) -> dict[str, Path]:
        return {"svg_path": directory / f"{name}.svg", "pdf_path": directory / f"{name}.pdf"}

    first = designs.drop_duplicates("house")["scenario"]
    demand_year(design_paths=[paths[name] for name in first], **files("demand_year"))
    for _, row in best.iterrows():
        name = row["scenario"]
        heat_map(design_path=paths[name], **files(f"heat_map_{name}"))
        sankey(design_path=paths[name], **files(f"sankey_{name}"))
        same = designs["house"].eq(row["house"]) & designs["incentive"].eq(row["incentive"])
        built = designs[same & installs(designs)]
        systems = {design_words(one): paths[one["scenario"]] for _, one in built.iterrows()}
        if not systems:
            continue
        load_duration(
            design_paths=systems,
            title=f"{words.label(row['house'])} · {words.label(row['incentive'])}",
            **files(f"load_duration_{name}"),
        )
