"""What a dwelling costs and emits when an ordinary controller runs it: by its heat demand.

Business as usual is counted from the same demand at the same step, so that the two can be
subtracted. The design's own figures are of another step and of perfect foresight; what is between
them is not the value of either alone.

All of it is sums over time, so that a period, a year and a street are priced by one function
(:func:`balance`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from microchp.account.energy import Installed
from microchp.account.support import granted_gbp_per_year
from microchp.config import Operation, PrimeMover, Tes
from microchp.config.scenarios import DesignInputs, OperationInputs
from microchp.operation.dwelling import flows_dataset, operate
from microchp.operation.heat_led import plant, timed_steps
from microchp.series.prices import export_price, grid_co2, import_price
from microchp.series.timeseries import MINUTES_PER_DAY, QUANTITIES, FloatArray, days_in_year
from microchp.system.investment import boiler_investment
from microchp.system.store import hot_water_store

LEAST_UNMET_KWH = 1e-6
"""Less heat than this in a period is met: rounding."""


@dataclass(frozen=True)
class Market:
    """Prices and the grid's CO2 by minute over a year, each of shape ``(minutes,)``."""

    import_gbp_per_kwh: FloatArray
    bau_import_gbp_per_kwh: FloatArray
    export_gbp_per_kwh: FloatArray
    """Of the tariff and, where export is metered for it, of the incentive."""
    grid_kg_per_kwh: FloatArray

    @classmethod
    def of(cls, inputs: DesignInputs) -> Self:
        """Those that a design is made for.

        Raises
        ------
        DataError
            If a file of prices or factors does not cover the year.
        """
        year, tariff = inputs.time.year, inputs.design_tariff
        paid = inputs.incentive.paid_per_metered_kwh
        return cls(
            import_price(tariff, year, 1).ravel(),
            import_price(inputs.tariff, year, 1).ravel(),
            export_price(tariff, year, 1).ravel() + paid,
            grid_co2(inputs.emissions, year, 1).ravel(),
        )


@dataclass(frozen=True)
class Electricity:
    """Electricity of a dwelling in some periods, each of shape ``(periods,)``."""

    export_kwh: FloatArray
    import_gbp: FloatArray
    export_gbp: FloatArray
    bau_import_gbp: FloatArray
    grid_kg: FloatArray
    """CO2 of net import: what is exported counts against it, at its own hour."""
    bau_grid_kg: FloatArray

    @classmethod
    def of(
        cls,
        demand_kw: FloatArray,
        net_kw: FloatArray,
        market: Market,
        periods: npt.NDArray[np.bool_],
    ) -> Self:
        """Price a year.

        Parameters
        ----------
        demand_kw, net_kw
            Demand, and import less export, mean over each minute, shape ``(minutes,)``.
        market
            Prices and factors.
        periods
            Whether a day belongs to a period, shape ``(periods, days)``.
        """
        exported, imported = np.maximum(-net_kw, 0), np.maximum(net_kw, 0)
        by_minute = (
            exported,
            market.import_gbp_per_kwh * imported,
            market.export_gbp_per_kwh * exported,
            market.bau_import_gbp_per_kwh * demand_kw,
            market.grid_kg_per_kwh * net_kw,
            market.grid_kg_per_kwh * demand_kw,
        )
        chosen = periods.astype(np.float64) / 60
        return cls(
            *(chosen @ values.reshape(-1, MINUTES_PER_DAY).sum(axis=1) for values in by_minute)
        )


@dataclass(frozen=True)
class Use:
    """Heat and fuel of a dwelling in some periods, each of shape ``(periods,)``."""

    days: FloatArray
    heat_demand_kwh: FloatArray
    chp_electricity_kwh: FloatArray
    chp_fuel_kwh: FloatArray
    boiler_heat_kwh: FloatArray
    store_discharge_kwh: FloatArray
    unmet_heat_kwh: FloatArray
    starts: FloatArray


@dataclass(frozen=True)
class Balance:
    """Fuel (lower heating value), CO2 and money of some periods, each of shape ``(periods,)``.

    Beside business as usual: all heat from the boiler, all electricity bought. Capital has each
    day's share of the year. The cost is ``nan`` where heat is unmet. ``subsidy_gbp`` is what the
    policy pays, grants in it.
    """

    fuel_kwh: FloatArray
    co2_kg: FloatArray
    cost_gbp: FloatArray
    subsidy_gbp: FloatArray
    bau_fuel_kwh: FloatArray
    bau_co2_kg: FloatArray
    bau_cost_gbp: FloatArray

    def without_unit(self) -> Self:
        """The same dwelling left as it is."""
        return type(self)(
            self.bau_fuel_kwh,
            self.bau_co2_kg,
            self.bau_cost_gbp,
            np.zeros_like(self.subsidy_gbp),
            self.bau_fuel_kwh,
            self.bau_co2_kg,
            self.bau_cost_gbp,
        )


BALANCE = tuple(field.name for field in fields(Balance))
"""What a balance holds, by the names of columns."""


def balance(use: Use, electricity: Electricity, installed: Installed) -> Balance:
    """Price periods of a dwelling.

    Parameters
    ----------
    use, electricity
        What it used, over the same periods.
    installed
        What stands there: a unit, a boiler and a hot-water store.
    """
    inputs, unit = installed.inputs, installed.unit
    incentive, tariff, boiler = inputs.incentive, inputs.design_tariff, inputs.boiler
    gas = inputs.emissions.gas_kg_per_kwh
    year_share = use.days / days_in_year(inputs.time.year)
    fuel = use.chp_fuel_kwh + use.boiler_heat_kwh / boiler.efficiency
    if unit:
        fuel = fuel + unit.start_fuel_kwh * use.starts
    bau_fuel = use.heat_demand_kwh / boiler.efficiency
    co2 = gas * fuel + electricity.grid_kg
    bau_co2 = gas * bau_fuel + electricity.bau_grid_kg
    upkeep = boiler.maintenance_gbp_per_kwh * use.boiler_heat_kwh
    if unit:
        upkeep = upkeep + unit.maintenance_gbp_per_kwh * use.chp_electricity_kwh
        upkeep = upkeep + unit.start_cost_gbp * use.starts
    if inputs.tes:
        upkeep = upkeep + inputs.tes.maintenance_gbp_per_kwh * use.store_discharge_kwh
    capital = sum(
        part.annual_capital_gbp(inputs.finance) + part.upkeep_gbp_per_year
        for part in installed.investments
    )
    income = incentive.paid_per_generated_kwh * use.chp_electricity_kwh
    income = income + incentive.co2_price_gbp_per_kg * (bau_co2 - co2)
    cost = (
        year_share * capital
        + tariff.gas_gbp_per_kwh * fuel
        + upkeep
        + electricity.import_gbp
        - electricity.export_gbp
        - income
    )
    paid = incentive.paid_per_metered_kwh * electricity.export_kwh
    boiler_capital = boiler_investment(boiler).annual_capital_gbp(inputs.finance)
    return Balance(
        fuel_kwh=fuel,
        co2_kg=co2,
        cost_gbp=np.where(use.unmet_heat_kwh > LEAST_UNMET_KWH, math.nan, cost),
        subsidy_gbp=income + paid + year_share * granted_gbp_per_year(installed),
        bau_fuel_kwh=bau_fuel,
        bau_co2_kg=bau_co2,
        bau_cost_gbp=year_share * boiler_capital
        + inputs.tariff.gas_gbp_per_kwh * bau_fuel
        + boiler.maintenance_gbp_per_kwh * use.heat_demand_kwh
        + electricity.bau_import_gbp,
    )


@dataclass(frozen=True)
class Controlled:
    """A year of a design in operation, beside business as usual; ``nan`` where heat is unmet.

    ``unknown`` are features of the operation that the design model does not have, in words, and
    ``unknown_gbp`` what they cost a year: the same control without them, on the same demand.
    """

    cost_gbp: float
    bau_cost_gbp: float
    co2_kg: float
    bau_co2_kg: float
    starts: float
    unknown: tuple[str, ...] = ()
    unknown_gbp: float = 0.0

    @property
    def saving_gbp(self) -> float:
        """Business as usual less the cost, capital included, as the EAI of a design is."""
        return self.bau_cost_gbp - self.cost_gbp


def controlled(flows: xr.Dataset, installed: Installed) -> Controlled:
    """Price a year that ``simulate_dwelling`` ran, and what in it the design did not know.

    Parameters
    ----------
    flows
        What it wrote of its first dwelling: mean power by minute over a whole year.
    installed
        What stands there: a unit, a boiler and a hot-water store.
    """
    found = _priced(flows, installed)
    if installed.unit is None or "inputs" not in flows.attrs:
        return found
    inputs = OperationInputs.model_validate_json(flows.attrs["inputs"])
    unknown = features_unknown_to_designs(installed.unit, inputs.operation)
    if not unknown:
        return found
    without = _priced(_without_features(flows, installed, inputs), installed)
    return replace(found, unknown=unknown, unknown_gbp=found.cost_gbp - without.cost_gbp)


def features_unknown_to_designs(unit: PrimeMover, operation: Operation) -> tuple[str, ...]:
    """What stands in heat-led operation and not in the design model, in words."""
    minutes = operation.min_run_minutes
    features = {
        "efficiencies at part load": bool(unit.part_load),
        "the warming up of the unit": unit.start_up_minutes > 0,
        f"a least run time of {minutes:g} min": minutes > unit.min_up_minutes,
    }
    return tuple(feature for feature, is_there in features.items() if is_there)


def _without_features(
    flows: xr.Dataset, installed: Installed, inputs: OperationInputs
) -> xr.Dataset:
    """The same year under the same control with a unit as designs know it."""
    unit, made = installed.unit, installed.inputs
    assert unit is not None
    known = unit.model_copy(
        update={"part_load": [], "start_up_minutes": 0.0, "cool_down_minutes": 0.0}
    )
    operation = inputs.operation.model_copy(update={"min_run_minutes": 0})
    store = hot_water_store(made.tes or Tes(), made.incentive)
    limit_kw = math.inf if inputs.boiler_kw is None else inputs.boiler_kw
    stands = plant(operation, known, store, installed.tes_kwh)._replace(boiler_kw=limit_kw)
    demand = {name: np.asarray(flows[name].to_numpy(), dtype=np.float64) for name in QUANTITIES}
    year = operate(demand, stands, timed_steps(operation, flows.sizes["time"]))
    return flows_dataset(year, pd.DatetimeIndex(flows["time"].to_numpy()))


def _priced(flows: xr.Dataset, installed: Installed) -> Controlled:
    """A year's money, CO2 and starts."""

    def kw(name: str) -> FloatArray:
        return np.asarray(flows[name].to_numpy(), dtype=np.float64)

    def kwh(name: str) -> FloatArray:
        return np.array([kw(name).sum() / 60])

    year = np.ones((1, flows.sizes["time"] // MINUTES_PER_DAY), dtype=np.bool_)
    on = kw("chp_power_kw") > 0
    use = Use(
        days=np.array([float(year.size)]),
        heat_demand_kwh=kwh("space_heating_kw") + kwh("hot_water_kw"),
        chp_electricity_kwh=kwh("chp_power_kw"),
        chp_fuel_kwh=kwh("chp_fuel_kw"),
        boiler_heat_kwh=kwh("boiler_heat_kw"),
        store_discharge_kwh=kwh("store_discharge_kw"),
        unmet_heat_kwh=kwh("unmet_heat_kw") if "unmet_heat_kw" in flows else np.zeros(1),
        starts=np.array([float(np.count_nonzero(on & ~np.concatenate([[False], on[:-1]])))]),
    )
    net_kw = kw("grid_import_kw") - kw("grid_export_kw")
    market = Market.of(installed.inputs)
    electricity = Electricity.of(kw("electricity_kw"), net_kw, market, year)
    found = balance(use, electricity, installed)
    return Controlled(
        cost_gbp=float(found.cost_gbp[0]),
        bau_cost_gbp=float(found.bau_cost_gbp[0]),
        co2_kg=float(found.co2_kg[0]),
        bau_co2_kg=float(found.bau_co2_kg[0]),
        starts=float(use.starts[0]),
    )
