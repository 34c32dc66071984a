"""CO2 by other factors than those of the run: what a change of fuel and of import is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class CarbonUse:
    """Fuel and net import of a year (kWh), with business as usual and with a design.

    Each kWh of import counts as its hour's factor over the mean of the year, so that another grid
    is one of another mean with the same hours; with one factor for all hours it counts as one.
    """

    bau_fuel_kwh: float
    fuel_kwh: float
    bau_import_kwh: float
    net_import_kwh: float

    def change_share(self, gas_kg_per_kwh: float, grid_kg_per_kwh: float) -> float:
        """By what share a design emits more than business as usual; ``nan`` where that is none."""
        before = gas_kg_per_kwh * self.bau_fuel_kwh + grid_kg_per_kwh * self.bau_import_kwh
        after = gas_kg_per_kwh * self.fuel_kwh + grid_kg_per_kwh * self.net_import_kwh
        return after / before - 1 if before > 0 else math.nan

    def turning_grid_kg_per_kwh(self, gas_kg_per_kwh: float) -> float:
        """Grid factor at which a design emits as much as business as usual.

        A design that burns more and imports less saves CO2 above it, and one that burns less and
        imports more below it. ``nan`` where no factor that is not negative does it.
        """
        more_fuel = self.fuel_kwh - self.bau_fuel_kwh
        less_import = self.bau_import_kwh - self.net_import_kwh
        if less_import == 0:
            return math.nan
        factor = gas_kg_per_kwh * more_fuel / less_import
        return factor if factor >= 0 else math.nan
