"""Micro-CHP units and which of them may be chosen."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from microchp.config.fields import (
    Block,
    Cost,
    CostIndex,
    CostPerKw,
    Efficiency,
    Minutes,
    Name,
    PaidPrice,
    PlainText,
    Positive,
    Share,
    SomePower,
    StartFuel,
    UnitPower,
    UnitSize,
    Within,
)

CONTRADICTION = 0.25
"""Ratings further apart than this are a mistake; those of the Whispergen (De Paepe 2006, Table 1)
are 17 % apart."""


CYCLING = ("start_cost_gbp", "start_fuel_kwh", "min_up_minutes", "min_down_minutes")
"""Keys of a unit that make its starts count."""


class LoadPoint(Block):
    """Efficiencies at a load, relative to those at rated load."""

    load_share: Share = Field(description="Heat made over rated heat.")
    electrical_factor: Positive = Field(description="Factor on the electrical efficiency.")
    thermal_factor: Positive = Field(1.0, description="Factor on the thermal efficiency.")


class PrimeMover(Block):
    """A micro-CHP unit of the catalogue."""

    power_kw: UnitPower = Field(description="Rated electrical power.")
    heat_kw: SomePower | None = Field(
        None,
        description=(
            "Rated heat, where it is given apart from the power; in operation it and the "
            "efficiencies hold, and the power follows. Empty: it follows from the rated power."
        ),
    )
    electrical_efficiency: Efficiency = Field(description="Electricity out over fuel in.")
    thermal_efficiency: Efficiency = Field(description="Heat out over fuel in.")
    min_load_share: Share = Field(
        0.0, description="Lowest load while running, as a share of rated power (Lo of Eq. 9)."
    )
    part_load: list[LoadPoint] = Field(
        [],
        description=(
            "Efficiencies by rising load, in operation; between the points they are interpolated, "
            "beyond them the nearest holds. Empty: as at rated load."
        ),
    )
    start_up_minutes: Minutes = Field(
        0.0,
        description=(
            "Time constant with which heat follows, in operation: the unit itself warms up first. "
            "Electricity follows at once."
        ),
    )
    cool_down_minutes: Minutes = Field(
        0.0,
        description=(
            "Time constant with which a unit that stands still loses the heat that warmed it; 0: "
            "all of it is lost when it stops."
        ),
    )
    start_cost_gbp: Cost = Field(0.0, description="Wear and service that a start costs.")
    start_fuel_kwh: StartFuel = Field(
        0.0,
        description=(
            "Fuel that a start burns beyond that of the power generated, in designs and where "
            "their operation is priced."
        ),
    )
    min_up_minutes: Minutes = Field(0.0, description="Least time that it runs once started.")
    min_down_minutes: Minutes = Field(
        0.0, description="Least time that it stands once stopped, in designs."
    )
    capital_cost_gbp_per_kw: CostPerKw | None = Field(
        None, description="Turnkey cost; empty: not known, and no design can be made with it."
    )
    maintenance_gbp_per_kwh: PaidPrice | None = Field(
        None, description="Per kWh of electricity generated; empty: not known, as above."
    )
    service_hours: Annotated[float, Field(gt=0), Within(1e6, "h", "minutes")] | None = Field(
        50_000.0,
        description=(
            "Run hours until the unit is worn out. ASSUMED: a Stirling engine in a house was still "
            "running after 46,000 (Microgen, Hidden champions). Empty: hours do not count."
        ),
    )
    service_starts: (
        Annotated[int, Field(gt=0), Within(1e7, "starts", "starts of many units")] | None
    ) = Field(
        None,
        description="Starts until the unit is worn out; empty: not known, starts do not count.",
    )
    source: PlainText = Field("", description="Where the figures come from.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        total = self.electrical_efficiency + self.thermal_efficiency
        if total > 1.1:
            raise ValueError(f"overall efficiency is {total:g}; it cannot exceed 1.1")
        if self.heat_kw is not None:
            follows_kw = self.power_kw * self.heat_to_power
            if abs(follows_kw - self.heat_kw) > CONTRADICTION * self.heat_kw:
                raise ValueError(
                    f"power_kw {self.power_kw:g} with the efficiencies "
                    f"{self.electrical_efficiency:g} and {self.thermal_efficiency:g} makes "
                    f"{follows_kw:.3g} kW of heat, but heat_kw is {self.heat_kw:g}; correct one of "
                    "the four, or leave heat_kw out"
                )
        loads = [point.load_share for point in self.part_load]
        if any(second <= first for first, second in pairwise(loads)):
            raise ValueError("part_load: load_share must rise from point to point")
        for point in self.part_load:
            at = self.electrical_efficiency * point.electrical_factor
            at += self.thermal_efficiency * point.thermal_factor
            if at > 1.1:
                raise ValueError(
                    f"part_load: overall efficiency is {at:g} at load {point.load_share:g}; it "
                    "cannot exceed 1.1"
                )
        return self

    @property
    def heat_to_power(self) -> float:
        """Heat per unit of electricity at rated load (-)."""
        return self.thermal_efficiency / self.electrical_efficiency

    @property
    def counts_starts(self) -> bool:
        """Whether starting costs something, or times between starts are limited."""
        return any(getattr(self, key) > 0 for key in CYCLING)


class ChpUnit(PrimeMover):
    """A unit whose prices are known: one that a design can choose."""

    name: Name = Field(description="Its name in the catalogue, which is its identity.")
    capital_cost_gbp_per_kw: CostPerKw = Field(description="Turnkey cost.")
    maintenance_gbp_per_kwh: PaidPrice = Field(description="Per kWh of electricity generated.")


class Chp(Block):
    """Which units may be chosen."""

    sizes_kw: list[UnitSize] = Field(
        [0, 1, 2, 4],
        min_length=1,
        description="Sizes to choose from, each a unit of the catalogue; 0 means no unit.",
    )
    technology: Name = Field("gas_engine", description="Family of units in the catalogue.")
    min_load_share: Share | None = Field(
        None, description="Overrides the units' minimum load; empty: the catalogue's."
    )
    start_cost_gbp: Cost | None = Field(
        None, description="Overrides what a start of the units costs; empty: the catalogue's."
    )
    start_fuel_kwh: StartFuel | None = Field(
        None, description="Overrides the units' fuel of a start; empty: the catalogue's."
    )
    min_up_minutes: Minutes | None = Field(
        None, description="Overrides the units' least time of running; empty: the catalogue's."
    )
    min_down_minutes: Minutes | None = Field(
        None, description="Overrides the units' least time of standing; empty: the catalogue's."
    )
    start_prices_gbp: list[Cost] = Field(
        [0, 0.01, 0.03, 0.1, 0.3, 1],
        min_length=1,
        description=(
            "Prices of a start, on top of its cost, at which `starts/<scenario>.csv` operates a "
            "design."
        ),
    )
    cost_index: CostIndex = Field(
        1.0, description="Factor on the unit's capital cost to the design year (CEPCI)."
    )

    def applied(self, unit: ChpUnit) -> ChpUnit:
        """A unit of the catalogue with what is said here of all units, the cost index in it."""
        overridden = {
            key: value
            for key in ("min_load_share", *CYCLING)
            if (value := getattr(self, key)) is not None
        }
        capital = unit.capital_cost_gbp_per_kw * self.cost_index
        return unit.model_copy(update={**overridden, "capital_cost_gbp_per_kw": capital})
