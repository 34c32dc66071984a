"""The table of a plant: what each part can do, a row for each way of doing it.

A row (an *activity*) says what one unit of it gives and takes: heat, electricity, fuel, upkeep,
and between which bounds it may lie. A CHP unit gives electricity, heat in proportion to it, and
burns fuel; a boiler gives heat; a heat pump gives heat and takes electricity, by the weather; the
sun gives electricity up to what shines. Everything else is made from the rows: the linopy model,
the closed form of a slice, the check of a solution, the account of a year and the export. Money
and CO2 follow from the columns of fuel, electricity and policy, so that accounts and objective
cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

Kind = Literal[
    "chp", "boiler", "heat_pump", "immersion_heater", "pv", "unserved_heat", "unserved_electricity"
]
"""What a part is; its name is its identity."""

FLOWS: dict[Kind, dict[str, str]] = {
    "chp": {"chp_power_kw": "electricity", "chp_heat_kw": "heat"},
    "boiler": {"boiler_heat_kw": "heat"},
    "heat_pump": {"heat_pump_heat_kw": "heat", "heat_pump_power_kw": "electricity"},
    "immersion_heater": {"immersion_kw": "electricity"},
    "pv": {"pv_power_kw": "electricity"},
    "unserved_heat": {"unserved_heat_kw": "heat"},
    "unserved_electricity": {"unserved_electricity_kw": "electricity"},
}
"""Names of a kind's flows in results, each with the column of the table that it follows.

The first is the activity itself: a unit of it gives or takes one kW of it.
"""


UNSERVED_FLOWS = UNSERVED_HEAT, UNSERVED_ELECTRICITY = (
    "unserved_heat_kw",
    "unserved_electricity_kw",
)
"""Demand that is not met: flows that no accepted solution has."""


@dataclass(frozen=True)
class Activity:
    """A row of the table. Numbers hold for every slice; arrays have the shape ``(N,)``.

    Attributes
    ----------
    part
        Name of the part.
    kind
        Kind of the part.
    heat, electricity, fuel
        kW of each given per kW of activity; what is taken is negative, fuel is what is burnt.
    upkeep_gbp_per_kwh
        Maintenance per kWh of activity.
    generation_share
        Share of the activity that a payment for generation is made on.
    least_kw, most_kw
        Bounds while the part runs; while it does not, the activity is zero.
    commits
        Whether running is a decision, because the least output is not nothing.
    start_gbp, start_fuel_kwh
        What a start costs beside its fuel, and the fuel that it burns.
    min_up_hours, min_down_hours
        Least time that the part runs once started, and stands once stopped.
    """

    part: str
    kind: Kind
    heat: float | FloatArray = 0.0
    electricity: float | FloatArray = 0.0
    fuel: float | FloatArray = 0.0
    upkeep_gbp_per_kwh: float = 0.0
    generation_share: float = 0.0
    least_kw: float | FloatArray = 0.0
    most_kw: float | FloatArray = np.inf
    commits: bool = False
    start_gbp: float = 0.0
    start_fuel_kwh: float = 0.0
    min_up_hours: float = 0.0
    min_down_hours: float = 0.0

    @property
    def counts_starts(self) -> bool:
        """Whether a start costs something, or times between starts are limited."""
        figures = (self.start_gbp, self.start_fuel_kwh, self.min_up_hours, self.min_down_hours)
        return any(figure > 0 for figure in figures)


@dataclass(frozen=True)
class Prices:
    """What a kWh is worth in each slice, everything that the policy pays in it.

    Attributes
    ----------
    fuel_gbp_per_kwh
        Fuel with what its CO2 is charged.
    import_gbp_per_kwh, export_gbp_per_kwh
        Electricity bought and sold, CO2 in it; shape ``(N,)``.
    generation_gbp_per_kwh
        Paid for each kWh generated.
    """

    fuel_gbp_per_kwh: float
    import_gbp_per_kwh: FloatArray
    export_gbp_per_kwh: FloatArray
    generation_gbp_per_kwh: float

    def of(self, activity: Activity) -> float | FloatArray:
        """Cost of a kWh of an activity (GBP/kWh), the grid's electricity left out."""
        return (
            self.fuel_gbp_per_kwh * activity.fuel
            + activity.upkeep_gbp_per_kwh
            - self.generation_gbp_per_kwh * activity.generation_share
        )

    def of_start(self, activity: Activity) -> float:
        """Cost of a start of an activity (GBP), its fuel included."""
        return activity.start_gbp + self.fuel_gbp_per_kwh * activity.start_fuel_kwh


def starts_of(on: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Slices in which something goes from off to on, shape ``(days, slices)``.

    A day follows itself: before its first slice comes its last.
    """
    return on & ~np.roll(on, 1, axis=-1)


def slices_of(hours: float, step_hours: float, slices: int) -> int:
    """Whole slices that a least time takes, at most those of a day."""
    return min(int(np.ceil(hours / step_hours - 1e-9)), slices)
