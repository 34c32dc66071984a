"""The hot-water store."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from microchp.config.fields import (
    CostIndex,
    CostPerKwh,
    Efficiency,
    PaidPrice,
    Priced,
    Share,
    SomeStore,
    StoreSize,
)


class Tes(Priced):
    """Hot-water store."""

    min_kwh: StoreSize = Field(0.0, description="Smallest size allowed.")
    max_kwh: SomeStore = Field(60.0, description="Largest size allowed.")
    capital_cost_gbp_per_kwh: CostPerKwh = Field(20.0, description="Turnkey cost (Table A1).")
    cost_index: CostIndex = Field(
        1.0, description="Factor on the store's capital cost to the design year (CEPCI)."
    )
    maintenance_gbp_per_kwh: PaidPrice = Field(
        0.001, description="Per kWh discharged (Eq. 4, Table A1)."
    )
    charge_efficiency: Efficiency = Field(0.9, description="Heat stored over heat put in.")
    discharge_efficiency: Efficiency = Field(0.9, description="Heat given over heat taken out.")
    loss_share_per_day: Share = Field(
        0.0275, description="Standing loss in a day as a share of the size (theta of Eq. 16)."
    )
    level_loss_share_per_day: Annotated[float, Field(ge=0, le=24)] = Field(
        0.0,
        description=(
            "Standing loss in a day as a share of the heat in the store, beside that by size. A "
            "cylinder whose conductance is u kW/K per kWh of size loses 24 u (lower set point less "
            "surroundings) of the size and 24 u (upper less lower set point) of the level."
        ),
    )
    initial_share: Share = Field(
        1.0, description="Heat at midnight as a share of the size (ISH of Eq. 16)."
    )
    closing_tolerance_kwh: StoreSize = Field(
        0.0,
        description=(
            "How far a day may end from the initial heat (0.1 in Eq. 17). Above zero the level "
            "is carried over midnight; the bound is then a little lower."
        ),
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_kwh > self.max_kwh:
            raise ValueError("min_kwh must not be above max_kwh")
        return self
