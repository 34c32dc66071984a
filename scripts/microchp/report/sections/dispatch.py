"""The dispatch explorer: every flow of every design over the whole year, a week at a time.

A design's flows follow from few of them: heat of the unit from its electricity, the boiler from
what goes into and out of the store (or the other way round), import less export from electricity
demand and generation. Only those few are in the page, and the browser works out the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from microchp.account.energy import heat_demand_kw, heat_sources_kw, values
from microchp.config import OPTIMAL
from microchp.files import read_netcdf
from microchp.report import style
from microchp.report.figures import FIRST_DAYS, drawn_step_minutes
from microchp.report.page import Fold, Section, Text, drawing
from microchp.report.payload import FloatArray, packed, series_bytes, unit_for
from microchp.report.selection import best_designs, design_words
from microchp.tables.words import label

UNIT_KW = 0.01
"""Flows (kW) and levels (kWh) are rounded to this, or to ten times as much where they are large."""

LEVEL_MINUTES = 30
"""The store's level is in the page at this step, or the flows' own if that is longer."""

STEPS_MINUTES = (5, 10, 15, 30, 60)
"""Steps of the means that are tried, from the finest, until all designs have room."""

ROOM_BYTES = 2_200_000
"""Room for the flows of all designs, of the 6 MB that a page may have."""

DAYS_SHOWN = 7


@dataclass(frozen=True)
class PackedDesign:
    """A design in the explorer: what it is, and where its series are among the packed ones."""

    title: str
    group: str
    """House and incentive, under which the list of designs has it."""
    info: dict[str, Any]
    """For the browser: sizes, step (min), and indices of series."""
    days: tuple[str, ...]
    """Days modelled (ISO 8601)."""
    start: int
    """First day shown: that of the window with the most heat demand."""


@dataclass(frozen=True)
class DispatchExplorer:
    """The widget: all designs, all packed series with their units, the colours of the sources."""

    designs: Sequence[PackedDesign]
    series: Sequence[str]
    units: Sequence[float]
    start: int = 0
    colours: dict[str, str] = field(
        default_factory=lambda: {
            "chp": style.CHP,
            "store": style.STORE,
            "boiler": style.BOILER,
            "import": style.IMPORT,
            "export": style.EXPORT,
            "demand": style.DEMAND,
            "heat_pump": style.HEAT_PUMP,
            "immersion": style.IMMERSION,
            "pv": style.PV,
            "battery": style.BATTERY,
        }
    )

    @property
    def data(self) -> dict[str, Any]:
        """What the browser needs besides the series; designs share the calendars of their days."""
        calendars = list(dict.fromkeys(design.days for design in self.designs))
        return {
            "designs": [
                design.info | {"start": design.start, "calendar": calendars.index(design.days)}
                for design in self.designs
            ],
            "calendars": calendars,
            "units": list(self.units),
            "days": DAYS_SHOWN,
            "colours": self.colours,
        }

    @property
    def groups(self) -> dict[str, list[tuple[int, PackedDesign]]]:
        """Designs with their numbers, by house and incentive."""
        found: dict[str, list[tuple[int, PackedDesign]]] = {}
        for number, design in enumerate(self.designs):
            found.setdefault(design.group, []).append((number, design))
        return found


class _Series:
    """Packed series, each once however many designs share it."""

    def __init__(self) -> None:
        self.packed: list[str] = []
        self.units: list[float] = []
        self.size = 0
        self._known: dict[tuple[float, bytes], int] = {}

    def add(self, series: FloatArray) -> int:
        """Index of a series (kW or kWh) among the packed ones."""
        unit = unit_for(series, UNIT_KW)
        data = series_bytes(series, unit)
        if (unit, data) not in self._known:
            self._known[unit, data] = len(self.packed)
            self.packed.append(packed(data))
            self.units.append(unit)
            self.size += len(self.packed[-1])
        return self._known[unit, data]


def section(designs: pd.DataFrame, design_paths: Sequence[Path], figures_dir: Path) -> Section:
    """The explorer, and the store's discharge over the first days.

    Parameters
    ----------
    designs
        Table of designs.
    design_paths
        Design files, named ``<scenario>.nc``.
    figures_dir
        What ``plot_figures`` drew.
    """
    explorer, said = explore(designs, design_paths)
    path = figures_dir / "store_discharge.svg"
    title = "Heat out of the store over the first days"
    drawn = (
        [Fold(title, "drawn", [drawing(path, path.stem, title, discharge_caption(designs))])]
        if path.exists()
        else []
    )
    return Section(
        "dispatch",
        "Operation, week by week",
        [Text(said), explorer, *drawn],
        short="Operation",
        open=True,
    )


def discharge_caption(designs: pd.DataFrame) -> str:
    """What the figure of the store's discharge shows: its days, and the step of its means."""
    days = min(FIRST_DAYS, int(designs["days_modelled"].max()))
    minutes = drawn_step_minutes(float(designs["resolution_minutes"].max()))
    return (
        f"Heat out of the store over the first {f'{days} days' if days > 1 else 'day'} modelled "
        f"(compare Figs 8–9), as {minutes:g}-min means."
    )


def explore(designs: pd.DataFrame, design_paths: Sequence[Path]) -> tuple[DispatchExplorer, str]:
    """The explorer with all designs at the finest step that has room, and what it holds in words.

    Where even hourly means have no room, designs from the end of the list are left out: variants
    before fixed designs before optimal ones.
    """
    order = designs.assign(rank=(designs["variant"] != "") * 2 + (designs["design"] != OPTIMAL))
    order = order.sort_values("rank", kind="stable")
    paths = {path.stem: path for path in design_paths}
    best = best_designs(designs).sort_values("eai_gbp")["scenario"].iloc[-1]
    for step in STEPS_MINUTES:
        last = step == STEPS_MINUTES[-1]
        found = _explorer(order, paths, best, step, drop=last)
        if found is not None:
            break
    assert found is not None
    left_out = len(designs) - len(found.designs)
    steps = sorted({design.info["step"] for design in found.designs})
    finest = designs["resolution_minutes"].min() >= steps[0]
    means = " or ".join(f"{step:g}" for step in steps)
    text = (
        f"Every flow of a design, {'in steps' if finest else 'as means'} of {means} min, rounded "
        f"to {1000 * max(found.units):g} W. Draw over a panel to zoom in, double-click to go back."
    )
    if left_out:
        text += f" {left_out} of {len(designs)} designs have no room here; their files hold them."
    return found, text


def _explorer(
    order: pd.DataFrame, paths: dict[str, Path], best: str, step: int, drop: bool
) -> DispatchExplorer | None:
    """The explorer at a step, or none where it has no room (and nothing is to be dropped)."""
    series = _Series()
    shown: list[PackedDesign] = []
    for _, row in order.iterrows():
        design = pack_design(read_netcdf(paths[row["scenario"]]), row, series, step)
        if series.size > ROOM_BYTES:
            if not drop:
                return None
            break
        shown.append(design)
    return DispatchExplorer(shown, series.packed, series.units, list(order["scenario"]).index(best))


def other_flows_kw(design: xr.Dataset) -> dict[str, FloatArray]:
    """Flows of parts beside unit, boiler and hot-water store, those that are there.

    ``heat_pump`` and ``immersion`` are heat, ``pv`` is electricity, ``battery`` what goes into it
    (out of it below zero), ``load`` the electricity that heat pump and immersion heater take.
    """
    heat = heat_sources_kw(design)
    flows = {
        "heat_pump": heat["heat_pump"],
        "immersion": heat["immersion"],
        "pv": values(design, "pv_power_kw"),
        "battery": values(design, "battery_charge_kw") - values(design, "battery_discharge_kw"),
        "load": values(design, "heat_pump_power_kw") + values(design, "immersion_kw"),
    }
    return {part: flow for part, flow in flows.items() if flow.any()}


def pack_design(design: xr.Dataset, row: pd.Series, series: _Series, step: int) -> PackedDesign:
    """The flows of a design as means over at least ``step`` minutes, packed.

    Raises
    ------
    ValueError
        If the unit's heat is not in proportion to its electricity, on which the browser counts.
    """
    own = round(60 * float(design.attrs["step_hours"]))
    factor = max(1, step // own)
    while (24 * 60 // own) % factor:
        factor -= 1

    def mean(flow: FloatArray) -> FloatArray:
        means: FloatArray = flow.reshape(-1, factor).mean(axis=1)
        return means

    heat = mean(heat_demand_kw(design))
    power = mean(values(design, "chp_power_kw"))
    chp_heat = mean(values(design, "chp_heat_kw"))
    boiler = mean(values(design, "boiler_heat_kw"))
    into_store = mean(values(design, "tes_charge_kw") - values(design, "tes_discharge_kw"))
    ratio = chp_heat.sum() / power.sum() if power.sum() > 0 else 0.0
    if np.abs(chp_heat - ratio * power).max() > UNIT_KW:
        raise ValueError(f"{row['scenario']}: heat of the unit is not in proportion to its power")
    # the one that changes less takes less room, often next to none
    given = {"boiler": boiler, "store": into_store}
    name = min(given, key=lambda key: np.count_nonzero(np.abs(np.diff(given[key])) > UNIT_KW))
    days = pd.DatetimeIndex(design["time"].to_numpy()).normalize().unique()
    info: dict[str, Any] = {
        "name": str(row["scenario"]),
        "step": own * factor,
        "ratio": ratio,
        "heat": series.add(heat),
        "electricity": series.add(mean(values(design, "electricity_kw"))),
        "power": series.add(power),
        name: series.add(given[name]),
    }
    flows = other_flows_kw(design)
    info["others"] = {part: series.add(mean(flow)) for part, flow in flows.items()}
    if float(design.attrs["tes_kwh"]) > 0:
        every = max(1, LEVEL_MINUTES // own)
        level = values(design, "tes_level_kwh")[every - 1 :: every]
        info |= {"level": series.add(level), "level_step": own * every}
    per_day = heat.reshape(len(days), -1).sum(axis=1)
    window = np.convolve(per_day, np.ones(min(DAYS_SHOWN, len(days))), mode="valid")
    words = [label(str(row[key])) for key in ("variant",) if row[key]]
    words += [f"fixed: {label(str(row['design']))}"] if row["design"] != OPTIMAL else []
    return PackedDesign(
        title=", ".join([f"{row['tes']} store", *words, design_words(row)]),
        group=f"{label(str(row['house']))}, {label(str(row['incentive']))}",
        info=info,
        days=tuple(f"{day:%Y-%m-%d}" for day in days),
        start=int(window.argmax()),
    )
