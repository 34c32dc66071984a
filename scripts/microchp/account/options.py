"""What a house could have instead of a design: a new boiler alone, or the one that is there.

Both follow from the year of business as usual and need no optimisation: every kWh of heat comes
from the boiler, every kWh of electricity from the grid.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from microchp.config import NewBoiler
from microchp.config.scenarios import DesignInputs
from microchp.system.investment import Investment, boiler_investment


@dataclass(frozen=True)
class Option:
    """A year (GBP, kWh, kg) of something that a house could have, capital included."""

    cost_gbp: float
    investment_gbp: float
    fuel_kwh: float
    tde_kwh: float
    co2_kg: float


def today(row: pd.Series) -> Option:
    """The boiler that is there, and the grid: business as usual of a row of ``designs.csv``."""
    return Option(
        cost_gbp=row["bau_cost_gbp"],
        investment_gbp=0.0,
        fuel_kwh=row["bau_fuel_kwh"],
        tde_kwh=row["bau_tde_kwh"],
        co2_kg=row["bau_co2_kg"],
    )


def of_design(row: pd.Series) -> Option:
    """A design, from its row of ``designs.csv``."""
    return Option(
        cost_gbp=row["eac_gbp"],
        investment_gbp=row["investment_gbp"],
        fuel_kwh=row["chp_fuel_kwh"] + row["boiler_fuel_kwh"],
        tde_kwh=row["tde_kwh"],
        co2_kg=row["co2_kg"],
    )


def new_boiler(row: pd.Series, inputs: DesignInputs, boiler: NewBoiler) -> Option:
    """A new boiler instead of the one that is there, at the standard tariff and with no incentive.

    Parameters
    ----------
    row
        Any design of the house, from ``designs.csv``: it holds the year of business as usual.
    inputs
        What the design was made for.
    boiler
        The new boiler. Where today's counts as one to be bought, only what the new one costs more
        is invested.
    """
    usual = today(row)
    less = usual.fuel_kwh * (1 - inputs.boiler.efficiency / boiler.efficiency)
    new = Investment("boiler", boiler.capital_cost_gbp, 0.0, boiler.lifetime_years)
    replaced = boiler_investment(inputs.boiler)
    capital = new.annual_capital_gbp(inputs.finance) - replaced.annual_capital_gbp(inputs.finance)
    return Option(
        cost_gbp=usual.cost_gbp
        + capital
        + boiler.maintenance_gbp_per_year
        - inputs.tariff.gas_gbp_per_kwh * less,
        investment_gbp=new.net_gbp - replaced.net_gbp,
        fuel_kwh=usual.fuel_kwh - less,
        tde_kwh=usual.tde_kwh - less,
        co2_kg=usual.co2_kg - inputs.emissions.gas_kg_per_kwh * less,
    )
