"""What a design costs when an ordinary controller runs it: by its heat demand, minute by minute.

Business as usual is counted from the same demand at the same step, so that the two can be
subtracted. The design's own figures are of another step and of perfect foresight; what is between
them is not the value of either alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import xarray as xr

from microchp.account.energy import Installed
from microchp.series.prices import import_price
from microchp.series.timeseries import FloatArray
from microchp.system.investment import boiler_investment

LEAST_UNMET_KWH = 1e-6
"""Less heat than this in a year is met: rounding."""


@dataclass(frozen=True)
class Controlled:
    """A year of a design in operation, beside business as usual; ``nan`` where heat is unmet."""

    cost_gbp: float
    bau_cost_gbp: float
    co2_kg: float
    bau_co2_kg: float
    starts: float

    @property
    def saving_gbp(self) -> float:
        """Business as usual less the cost, capital included, as the EAI of a design is."""
        return self.bau_cost_gbp - self.cost_gbp


def controlled(flows: xr.Dataset, installed: Installed) -> Controlled:
    """Price a year that ``simulate_dwelling`` ran.

    Parameters
    ----------
    flows
        What it wrote of its first dwelling: mean power by minute over a whole year.
    installed
        What stands there: a unit, a boiler and a hot-water store.
    """

    def kw(name: str) -> FloatArray:
        return np.asarray(flows[name].to_numpy(), dtype=np.float64)

    def kwh(name: str) -> float:
        return float(kw(name).sum()) / 60

    inputs, unit = installed.inputs, installed.unit
    incentive, tariff, boiler = inputs.incentive, inputs.design_tariff, inputs.boiler
    year = inputs.time.year
    heat_kwh = kwh("space_heating_kw") + kwh("hot_water_kw")
    generated = kwh("chp_power_kw")
    on = kw("chp_power_kw") > 0
    starts = float(np.count_nonzero(on & ~np.concatenate([[False], on[:-1]])))
    fuel = kwh("chp_fuel_kw") + kwh("boiler_heat_kw") / boiler.efficiency
    fuel += unit.start_fuel_kwh * starts if unit else 0.0
    bau_fuel = heat_kwh / boiler.efficiency
    exported = kwh("grid_export_kw")
    gas, grid = inputs.emissions.gas_kg_per_kwh, inputs.emissions.grid_kg_per_kwh
    co2 = gas * fuel + grid * (kwh("grid_import_kw") - exported)
    bau_co2 = gas * bau_fuel + grid * kwh("electricity_kw")
    deemed = incentive.deemed_export_share
    metered = incentive.export_gbp_per_kwh if deemed is None else 0.0
    paid_generation = incentive.generation_gbp_per_kwh
    paid_generation += (deemed or 0.0) * incentive.export_gbp_per_kwh
    maintenance = boiler.maintenance_gbp_per_kwh * kwh("boiler_heat_kw")
    if unit:
        maintenance += unit.maintenance_gbp_per_kwh * generated + unit.start_cost_gbp * starts
    if inputs.tes:
        maintenance += inputs.tes.maintenance_gbp_per_kwh * kwh("store_discharge_kw")
    capital = sum(part.annual_capital_gbp(inputs.finance) for part in installed.investments)
    maintenance += sum(part.upkeep_gbp_per_year for part in installed.investments)
    import_gbp = import_price(tariff, year, 1).ravel() @ kw("grid_import_kw") / 60
    bau_import_gbp = import_price(inputs.tariff, year, 1).ravel() @ kw("electricity_kw") / 60
    cost = (
        capital
        + tariff.gas_gbp_per_kwh * fuel
        + maintenance
        + float(import_gbp)
        - (tariff.export_gbp_per_kwh + metered) * exported
        - paid_generation * generated
        - incentive.co2_price_gbp_per_kg * (bau_co2 - co2)
    )
    bau = (
        boiler_investment(boiler).annual_capital_gbp(inputs.finance)
        + inputs.tariff.gas_gbp_per_kwh * bau_fuel
        + boiler.maintenance_gbp_per_kwh * heat_kwh
        + float(bau_import_gbp)
    )
    unmet = "unmet_heat_kw" in flows and kwh("unmet_heat_kw") > LEAST_UNMET_KWH
    return Controlled(math.nan if unmet else cost, bau, co2, bau_co2, starts)
