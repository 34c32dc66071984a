"""Emission factors."""

from __future__ import annotations

from pydantic import Field

from microchp.config.fields import Block, Efficiency, NonNegative


class Emissions(Block):
    """Emission factors and grid efficiency."""

    gas_kg_per_kwh: NonNegative = Field(
        0.185,
        description=(
            "CO2 of fuel (FEF of Eq. 20), per kWh of lower heating value. Divide a factor per kWh "
            "of higher (gross) heating value by 0.901 (natural gas)."
        ),
    )
    grid_kg_per_kwh: NonNegative = Field(0.519, description="CO2 of the grid (GEF of Eq. 20).")
    grid_efficiency: Efficiency = Field(
        0.45,
        description=(
            "Electricity delivered over primary energy (GEE of Eq. 19). Not printed; the "
            "published tables follow from 0.40."
        ),
    )
