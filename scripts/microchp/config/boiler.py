"""The boiler that a house has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from microchp.config.fields import Cost, PaidPrice, Priced, SomePower


class Boiler(Priced):
    """Auxiliary boiler, which the house has already."""

    efficiency: Annotated[float, Field(gt=0, le=1.1)] = Field(
        0.895, description="Heat out over fuel in, lower heating value (Table A1)."
    )
    max_heat_kw: SomePower | None = Field(
        None,
        description=(
            "Largest heat output; empty: as large as the demand needs. A design that needs more is "
            "refused; heat-led, what it cannot give is counted as unmet."
        ),
    )
    maintenance_gbp_per_kwh: PaidPrice = Field(
        0.0,
        description="Per kWh of heat, in the design and in business as usual. Eq. 4 has none.",
    )
    capital_cost_gbp: Cost = Field(
        0.0,
        description=(
            "Installed cost, in every design with a boiler and in business as usual; 0: it is "
            "there already. With a figure, a plant that needs no boiler is credited."
        ),
    )
    lifetime_years: int | None = Field(
        None, ge=1, le=100, description="Years of service; empty: `finance.lifetime_years`."
    )
