"""What parts and stores cost to install, to keep and to replace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from microchp.config import (
    Battery,
    Boiler,
    ChpUnit,
    Finance,
    HeatPump,
    ImmersionHeater,
    Incentive,
    Pv,
    Tes,
)
from microchp.config.scenarios import DesignInputs
from microchp.system.annualisation import annualisation_factor


@dataclass(frozen=True)
class Investment:
    """Something bought.

    Attributes
    ----------
    part
        What it is: a kind of part, or the name of a store.
    capital_gbp, grant_gbp
        Price, and what the policy grants of it.
    lifetime_years
        Years of service, after which it is bought again; None: those of the whole design.
    upkeep_gbp_per_year
        Maintenance that does not go with its use.
    """

    part: str
    capital_gbp: float
    grant_gbp: float = 0.0
    lifetime_years: int | None = None
    upkeep_gbp_per_year: float = 0.0

    @property
    def net_gbp(self) -> float:
        """Price less grant."""
        return self.capital_gbp - self.grant_gbp

    def annual_capital_gbp(self, finance: Finance) -> float:
        """What it costs in each year (Eq. 2 and 6), upkeep apart."""
        if self.lifetime_years is not None:
            finance = finance.model_copy(update={"lifetime_years": self.lifetime_years})
        return annualisation_factor(finance) * self.net_gbp


def chp_investment(unit: ChpUnit, incentive: Incentive) -> Investment:
    """A CHP unit, its cost index applied (first term of Eq. 2)."""
    capital = unit.power_kw * unit.capital_cost_gbp_per_kw
    return Investment("chp", capital, capital * incentive.capital_grant_share)


def tes_investment(tes: Tes, size_kwh: float, incentive: Incentive) -> Investment:
    """A hot-water store, its cost index applied (second term of Eq. 2)."""
    capital = size_kwh * tes.capital_cost_gbp_per_kwh
    return Investment("tes", capital, capital * incentive.capital_grant_share)


def boiler_investment(boiler: Boiler) -> Investment:
    """The boiler of business as usual, and of a plant that has one."""
    return Investment("boiler", boiler.capital_cost_gbp, 0.0, boiler.lifetime_years)


def heat_pump_investment(block: HeatPump, size_kw: float, incentive: Incentive) -> Investment:
    """A heat pump, its grant at most its capital."""
    capital = block.capital_cost_gbp + size_kw * block.capital_cost_gbp_per_kw
    grant = min(incentive.heat_pump_grant_gbp, capital)
    life, upkeep = block.lifetime_years, block.maintenance_gbp_per_year
    return Investment("heat_pump", capital, grant, life, upkeep)


def immersion_heater_investment(block: ImmersionHeater) -> Investment:
    """An electric heater."""
    capital = block.max_kw * block.capital_cost_gbp_per_kw
    return Investment("immersion_heater", capital, 0.0, block.lifetime_years)


def pv_investment(block: Pv, size_kwp: float) -> Investment:
    """Photovoltaics."""
    upkeep = size_kwp * block.maintenance_gbp_per_kwp_per_year
    capital = size_kwp * block.capital_cost_gbp_per_kwp
    return Investment("pv", capital, 0.0, block.lifetime_years, upkeep)


def battery_investment(block: Battery, size_kwh: float) -> Investment:
    """A battery."""
    capital = size_kwh * block.capital_cost_gbp_per_kwh
    return Investment("battery", capital, 0.0, block.lifetime_years)


def investments(
    inputs: DesignInputs, unit: ChpUnit | None, sizes: Mapping[str, float]
) -> tuple[Investment, ...]:
    """Everything that a design buys.

    Parameters
    ----------
    inputs
        Its parameters.
    unit
        The CHP unit installed, if any.
    sizes
        Sizes of the rest: ``tes`` and ``battery`` (kWh), ``heat_pump`` (kW), ``pv`` (kWp).
    """
    incentive, heat_pump_kw = inputs.incentive, sizes.get("heat_pump", 0.0)
    bought: list[Investment] = []
    if unit is not None:
        bought.append(chp_investment(unit, incentive))
    if inputs.tes is not None:
        bought.append(tes_investment(inputs.tes, sizes.get("tes", 0.0), incentive))
    if inputs.has_boiler:
        bought.append(boiler_investment(inputs.boiler))
    if inputs.heat_pump is not None and heat_pump_kw > 0:
        bought.append(heat_pump_investment(inputs.heat_pump, heat_pump_kw, incentive))
    if inputs.immersion_heater is not None:
        bought.append(immersion_heater_investment(inputs.immersion_heater))
    if inputs.pv is not None:
        bought.append(pv_investment(inputs.pv, sizes.get("pv", 0.0)))
    if inputs.battery is not None:
        bought.append(battery_investment(inputs.battery, sizes.get("battery", 0.0)))
    return tuple(bought)
