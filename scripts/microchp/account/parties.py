"""Who gains when a household makes its own electricity: household, supplier, network, policy.

The meter decides where the worth of a kWh goes, not how much there is of it. Against the same
household without a plant, under the same rule:

- the **household** saves what its bill falls by, payments for metered export in it;
- the **supplier** loses that much of its bills (less what the policy pays of it), need not buy what
  is no longer taken, and passes on less to the networks;
- the **network** loses its charge on every kWh that is billed no more;
- the **policy** pays for the export that the rule counts as sold.

What the four gain adds up to the wholesale value of the electricity that is no longer taken, by
every rule. Fuel, capital and payments for generation are the household's, the same by all rules.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr

from microchp.account.energy import Installed, values
from microchp.account.metering import Meter, settle
from microchp.config import Metering
from microchp.config import Settlement as SettlementConfig
from microchp.series.timeseries import FloatArray, repeat_to


@dataclass(frozen=True)
class Household:
    """Electricity of a household, by minute of whole days, shape ``(minutes,)`` each.

    ``net_kw`` is import less export, with the plant; ``demand_kw`` what it would buy without.
    ``meter`` and ``bau_meter`` count with the plant and without; a minute counts ``weight`` times.
    """

    demand_kw: FloatArray
    net_kw: FloatArray
    meter: Meter
    bau_meter: Meter
    weight: FloatArray
    export_paid_gbp_per_kwh: float
    """Part of the sale price that the policy pays."""


@dataclass(frozen=True)
class Gains:
    """What each party gains in a year by a rule (GBP), and what the rule counts (kWh)."""

    bought_kwh: float
    sold_kwh: float
    household_gbp: float
    supplier_gbp: float
    network_gbp: float
    policy_gbp: float
    value_gbp: float
    """What all of them gain together."""


def gains(household: Household, rule: Metering, prices: SettlementConfig) -> Gains:
    """Split the worth of a year between the parties.

    Parameters
    ----------
    household
        Flows and meters.
    rule
        How its flows are settled.
    prices
        What of a kWh is the market's and the networks'.
    """
    weight = household.weight
    after = settle(rule, household.net_kw, household.meter, weight)
    before = settle(rule, household.demand_kw, household.bau_meter, weight)
    spared_kwh = float(((household.demand_kw - household.net_kw) * weight).sum()) / 60
    policy = -household.export_paid_gbp_per_kwh * after.sold_kwh
    network = prices.network_gbp_per_kwh * (after.bought_kwh - before.bought_kwh)
    value = prices.wholesale_gbp_per_kwh * spared_kwh
    saved = before.cost - after.cost
    return Gains(
        bought_kwh=after.bought_kwh,
        sold_kwh=after.sold_kwh,
        household_gbp=saved,
        supplier_gbp=value - saved - network - policy,
        network_gbp=network,
        policy_gbp=policy,
        value_gbp=value,
    )


def household_of_design(design: xr.Dataset) -> Household:
    """The household of a design, its flows at the design's step repeated by minute."""
    installed = Installed.of(design)
    minutes = round(installed.step_hours * 60)

    def by_minute(name: str) -> FloatArray:
        return repeat_to(values(design, name), minutes, 1)

    net_kw = by_minute("grid_import_kw") - by_minute("grid_export_kw")
    selling = by_minute("export_price_gbp_per_kwh")
    return Household(
        demand_kw=by_minute("electricity_kw"),
        net_kw=net_kw,
        meter=Meter.of_prices(by_minute("import_price_gbp_per_kwh"), selling),
        bau_meter=Meter.of_prices(by_minute("bau_import_price_gbp_per_kwh"), np.zeros(len(net_kw))),
        weight=by_minute("day_weight"),
        export_paid_gbp_per_kwh=installed.inputs.incentive.paid_per_metered_kwh,
    )


def rows_of(
    household: Household, prices: SettlementConfig, saving_before_meter_gbp: float
) -> list[dict[str, Any]]:
    """A row for each rule, with what the household saves in all.

    Parameters
    ----------
    household
        Flows and meters.
    prices
        Rules, and what of a kWh is whose.
    saving_before_meter_gbp
        What the household saves in a year apart from what its electricity meter decides.
    """
    found = ((rule, gains(household, rule, prices)) for rule in prices.metering)
    return [
        {
            "metering": rule,
            **asdict(gained),
            "saving_gbp": saving_before_meter_gbp + gained.household_gbp,
        }
        for rule, gained in found
    ]
