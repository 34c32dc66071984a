"""What a policy pays for a design, and what the same unit saves without it at other prices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import pandas as pd

from microchp.account.energy import Installed
from microchp.config import NewestMarket, Tariff


@dataclass(frozen=True)
class EnergyPrices:
    """One price each of gas, import and export (GBP/kWh) for all hours of a year."""

    year: int
    gas: float
    bought: float
    sold: float

    @classmethod
    def of(cls, tariff: Tariff) -> Self:
        """Those of a tariff.

        Raises
        ------
        ValueError
            If it has no year, or prices that change in it.
        """
        changing = tariff.export_periods or tariff.import_file or tariff.export_file
        if tariff.year is None or changing or len(tariff.import_periods) != 1:
            raise ValueError("one price of import and of export, and their year, are needed")
        (period,) = tariff.import_periods
        gas, sold = tariff.gas_gbp_per_kwh, tariff.export_gbp_per_kwh
        return cls(tariff.year, gas, period.price_gbp_per_kwh, sold)


@dataclass(frozen=True)
class Today:
    """The newest market of a run's country, at which its designs are told too."""

    market: str
    country: str
    prices: EnergyPrices
    grid_kg_per_kwh: float
    grid_year: int | None

    @classmethod
    def of(cls, newest: NewestMarket) -> Self:
        """Those of a market.

        Raises
        ------
        ValueError
            If its prices have no year, or change in it.
        """
        return cls(
            newest.market,
            newest.country,
            EnergyPrices.of(newest.tariff),
            newest.emissions.grid_kg_per_kwh,
            newest.emissions.year,
        )

    @property
    def grid(self) -> str:
        """Of where and when the grid is, with its factor."""
        of = self.country if self.grid_year is None else f"{self.country} {self.grid_year}"
        return f"{self.grid_kg_per_kwh:g} kg/kWh ({of})"


def granted_gbp_per_year(installed: Installed) -> float:
    """Grants of what a design buys, as their yearly share."""
    return sum(
        replace(bought, capital_gbp=bought.grant_gbp, grant_gbp=0.0).annual_capital_gbp(
            installed.inputs.finance
        )
        for bought in installed.investments
    )


def support_gbp(row: pd.Series, installed: Installed) -> float:
    """Paid by the incentive in a year (GBP), grants as their yearly share.

    Prices of energy stay those of the design: an incentive's own tariff is not taken away.

    Parameters
    ----------
    row
        Of the table of designs.
    installed
        What the design installs.
    """
    exported = installed.inputs.incentive.paid_per_metered_kwh * row["export_kwh"]
    paid = row["generation_income_gbp"] + row["co2_income_gbp"] + exported
    return float(paid + granted_gbp_per_year(installed))


def saving_at_gbp(row: pd.Series, installed: Installed, prices: EnergyPrices) -> float:
    """What a design saves in a year (GBP) at other prices, run as it is and paid by no policy.

    Designed for these prices it would save no less.

    Parameters
    ----------
    row
        Of the table of designs.
    installed
        What the design installs: a grant is given back.
    prices
        Of gas, import and export, for business as usual and the design alike.
    """
    less_fuel = row["bau_fuel_kwh"] - row["chp_fuel_kwh"] - row["boiler_fuel_kwh"]
    less_import = row["electricity_kwh"] - row["import_kwh"]
    energy = prices.gas * less_fuel + prices.bought * less_import + prices.sold * row["export_kwh"]
    usual = row["bau_capital_gbp"] + row["bau_maintenance_gbp"]
    plant = row["capital_gbp"] + granted_gbp_per_year(installed) + row["maintenance_gbp"]
    return float(energy + usual - plant)
