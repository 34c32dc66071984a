"""The boiler that a house has, and one that it could have instead."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from microchp.config.fields import Block, Cost, PaidPrice, Priced, SomePower


class Boiler(Priced):
    """Auxiliary boiler, which the house has already."""

    efficiency: Annotated[float, Field(gt=0, le=1.1)] = Field(
        0.895, description="Heat out over fuel in, lower heating value."
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


class NewBoiler(Block):
    """A boiler instead of the one that is there, as an option beside the designs of a run."""

    efficiency: Annotated[float, Field(gt=0, le=1.1)] = Field(
        1.07, description="Heat out over fuel in, lower heating value (De Paepe 2006, section 2.2)."
    )
    capital_cost_gbp: Cost = Field(
        1640.0, description="Installed: 2,000 EUR (De Paepe 2006, Table 4) at 0.82 GBP."
    )
    maintenance_gbp_per_year: Cost = Field(
        0.0, description="Beyond that of `boiler`; none in De Paepe 2006, section 5.3."
    )
    lifetime_years: int | None = Field(
        None, ge=1, le=100, description="Years of service; empty: `finance.lifetime_years`."
    )
