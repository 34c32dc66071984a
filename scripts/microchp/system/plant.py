"""What may be installed: parts, each with rows of the table of activities, and their choices.

A plant is one choice of the parts whose sizes are discrete; the sizes of stores stay free. The
grid connection is no part: it is there in every house.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from microchp.config import Boiler, ChpUnit, HeatPump, ImmersionHeater, Incentive, Pv
from microchp.system.activities import Activity, FloatArray, Kind
from microchp.system.heat_pump import HeatPumpYear
from microchp.system.investment import (
    Investment,
    boiler_investment,
    chp_investment,
    heat_pump_investment,
    immersion_heater_investment,
    pv_investment,
)

CHOSEN: tuple[Kind, ...] = ("chp", "heat_pump")
"""Kinds of which one of several sizes, or none, is installed; all others are there or not."""


SIZES = {
    "chp": "chp_kw",
    "tes": "tes_kwh",
    "heat_pump": "heat_pump_kw",
    "pv": "pv_kwp",
    "battery": "battery_kwh",
    "immersion_heater": "immersion_kw",
}
"""Kinds of parts and names of stores whose size is told, and what results call it."""


@dataclass(frozen=True)
class Part:
    """Something installed, of a given size.

    Attributes
    ----------
    name
        Its identity.
    kind
        What it is.
    size
        Rated size (kW, or kWp), electrical for a CHP unit, heat for all that makes heat.
    investment
        What it costs.
    activities
        Rows of the table.
    """

    name: str
    kind: Kind
    size: float
    investment: Investment
    activities: tuple[Activity, ...]


@dataclass(frozen=True)
class RangedPart:
    """A part of any size within limits, all of which goes with its size.

    Attributes
    ----------
    unit
        The part of size 1.
    min_size, max_size
        The limits.
    """

    unit: Part
    min_size: float
    max_size: float

    @property
    def is_fixed(self) -> bool:
        """Whether there is but one size."""
        return self.min_size == self.max_size

    def of(self, size: float) -> Part:
        """The part of a size."""
        unit = self.unit
        rows = tuple(
            replace(row, least_kw=size * row.least_kw, most_kw=size * row.most_kw)
            for row in unit.activities
        )
        bought = replace(
            unit.investment,
            capital_gbp=size * unit.investment.capital_gbp,
            grant_gbp=size * unit.investment.grant_gbp,
            upkeep_gbp_per_year=size * unit.investment.upkeep_gbp_per_year,
        )
        return replace(unit, size=size, investment=bought, activities=rows)


@dataclass(frozen=True)
class Plant:
    """One choice of parts."""

    parts: tuple[Part, ...]

    @property
    def activities(self) -> tuple[Activity, ...]:
        """The rows of all parts."""
        return tuple(activity for part in self.parts for activity in part.activities)

    def part(self, kind: Kind) -> Part | None:
        """The part of a kind, if there is one."""
        return next((part for part in self.parts if part.kind == kind), None)

    def size(self, kind: Kind) -> float:
        """Size of the part of a kind; 0 without one."""
        part = self.part(kind)
        return part.size if part else 0.0

    @property
    def chosen(self) -> tuple[Part, ...]:
        """The parts that were a choice."""
        return tuple(part for part in self.parts if part.kind in CHOSEN)

    @property
    def makes_heat(self) -> bool:
        """Whether any part gives heat."""
        return any(np.any(activity.heat) for activity in self.activities)

    def __str__(self) -> str:
        """How messages call it."""
        chosen = [f"{part.name} {part.size:g} kW" for part in self.parts if part.kind != "boiler"]
        return ", ".join(chosen) or "boiler alone"


def chp_part(unit: ChpUnit, incentive: Incentive) -> Part:
    """A CHP unit: electricity between least and rated power while on, heat with it (Eq. 9-11)."""
    activity = Activity(
        part=unit.name,
        kind="chp",
        heat=unit.heat_to_power,
        electricity=1.0,
        fuel=1.0 / unit.electrical_efficiency,
        upkeep_gbp_per_kwh=unit.maintenance_gbp_per_kwh,
        generation_share=1.0,
        least_kw=unit.power_kw * unit.min_load_share,
        most_kw=unit.power_kw,
        commits=True,
        start_gbp=unit.start_cost_gbp,
        start_fuel_kwh=unit.start_fuel_kwh,
        min_up_hours=unit.min_up_minutes / 60,
        min_down_hours=unit.min_down_minutes / 60,
    )
    return Part(unit.name, "chp", unit.power_kw, chp_investment(unit, incentive), (activity,))


def boiler_part(boiler: Boiler) -> Part:
    """The boiler: heat up to its limit."""
    limit = np.inf if boiler.max_heat_kw is None else boiler.max_heat_kw
    activity = Activity(
        part="boiler",
        kind="boiler",
        heat=1.0,
        fuel=1.0 / boiler.efficiency,
        upkeep_gbp_per_kwh=boiler.maintenance_gbp_per_kwh,
        most_kw=limit,
    )
    return Part("boiler", "boiler", limit, boiler_investment(boiler), (activity,))


def heat_pump_part(
    block: HeatPump, size_kw: float, year: HeatPumpYear, incentive: Incentive
) -> Part:
    """A heat pump: heat between what it gives at least and at most, by the weather."""
    least = size_kw * year.min_heat_share
    activity = Activity(
        part=f"heat_pump_{size_kw:g}kw",
        kind="heat_pump",
        heat=1.0,
        electricity=-1.0 / year.cop,
        least_kw=least,
        most_kw=size_kw * year.max_heat_share,
        commits=bool((least > 0).any()),
    )
    investment = heat_pump_investment(block, size_kw, incentive)
    return Part(activity.part, "heat_pump", size_kw, investment, (activity,))


def immersion_heater_part(block: ImmersionHeater) -> Part:
    """An electric heater: heat from electricity, up to its power."""
    activity = Activity(
        part="immersion_heater",
        kind="immersion_heater",
        heat=block.efficiency,
        electricity=-1.0,
        most_kw=block.max_kw,
    )
    investment = immersion_heater_investment(block)
    return Part(activity.part, "immersion_heater", block.max_kw, investment, (activity,))


def pv_part(block: Pv, size_kwp: float, yield_kw_per_kwp: FloatArray) -> Part:
    """Photovoltaics: up to what the sun gives, the rest being curtailed."""
    activity = Activity(part="pv", kind="pv", electricity=1.0, most_kw=size_kwp * yield_kw_per_kwp)
    return Part("pv", "pv", size_kwp, pv_investment(block, size_kwp), (activity,))


def choices(options: Iterable[Iterable[Part | None]]) -> list[Plant]:
    """Every combination of one option of each that makes heat; None is none of it."""
    plants = [
        Plant(tuple(part for part in parts if part is not None))
        for parts in itertools.product(*options)
    ]
    return [plant for plant in plants if plant.makes_heat]
