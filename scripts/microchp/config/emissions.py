"""Emission factors."""

from __future__ import annotations

from pydantic import Field

from microchp.config.fields import Block, CalendarYear, Co2Factor, Efficiency, FuelCo2Factor
from microchp.config.series_file import GivenSeries
from microchp.config.tariff import SAP_2012


class Emissions(Block):
    """Emission factors and grid efficiency."""

    year: CalendarYear | None = Field(
        None,
        description=(
            "Year of the factors; the run says so where prices and emission factors are of "
            "different years. Empty: not known, or 2012 (SAP 2012) for the papers' grid."
        ),
    )
    gas_kg_per_kwh: FuelCo2Factor = Field(
        0.185,
        description=(
            "CO2 of fuel (FEF of Eq. 20), per kWh of lower heating value. Divide a factor per kWh "
            "of higher (gross) heating value by 0.901 (natural gas)."
        ),
    )
    grid_kg_per_kwh: Co2Factor = Field(0.519, description="CO2 of the grid (GEF of Eq. 20).")
    grid_file: GivenSeries | None = Field(
        None,
        description=(
            "A file with `time` and `grid_kg_per_kwh` for the whole year, used instead of the one "
            "factor of the grid; or how it is laid out."
        ),
    )
    grid_efficiency: Efficiency = Field(
        0.45,
        description=(
            "Electricity delivered over primary energy (GEE of Eq. 19). The papers print "
            "none; their tables follow from 0.40."
        ),
    )

    @property
    def factor_year(self) -> int | None:
        """Year of the grid's factor, as far as it is known."""
        if self.year is not None:
            return self.year
        is_default = self.grid_file is None and self.grid_kg_per_kwh == Emissions().grid_kg_per_kwh
        return SAP_2012 if is_default else None
