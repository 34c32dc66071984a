"""What may be installed: parts, each with rows of the table of activities, and their choices.

A plant is one choice of the parts whose sizes are discrete; the sizes of stores stay free. The
grid connection is no part: it is there in every house.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from microchp.config import Boiler, ChpUnit
from microchp.system.activities import Activity, Kind


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
    capital_gbp
        Investment before any grant.
    activities
        Rows of the table.
    """

    name: str
    kind: Kind
    size: float
    capital_gbp: float
    activities: tuple[Activity, ...]


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

    def __str__(self) -> str:
        """How messages call it."""
        chosen = [f"{part.name} {part.size:g} kW" for part in self.parts if part.kind != "boiler"]
        return ", ".join(chosen) or "boiler alone"


def chp_part(unit: ChpUnit) -> Part:
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
    )
    capital = unit.power_kw * unit.capital_cost_gbp_per_kw
    return Part(unit.name, "chp", unit.power_kw, capital, (activity,))


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
    return Part("boiler", "boiler", limit, 0.0, (activity,))


def choices(options: Iterable[Iterable[Part | None]]) -> list[Plant]:
    """Every combination of one option of each; None is none of it."""
    return [
        Plant(tuple(part for part in parts if part is not None))
        for parts in itertools.product(*options)
    ]
