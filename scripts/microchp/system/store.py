"""A store: of hot water or of electricity alike, one law of loss, one way to start and end a day.

    dE/dt = charge efficiency x charge - discharge / discharge efficiency
            - (loss by size x size + loss by level x E),        0 <= E <= size

Theta of Eq. 16 of Oluleye et al. (2018) is the loss by size; a cylinder whose conductance goes
with its size loses by size (at its lower set point) and by level (from there to the upper one).
A design and its operation have the same store.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from microchp.config import Battery, Incentive, Operation, Tes
from microchp.system.investment import Investment, battery_investment, tes_investment

Carrier = Literal["heat", "electricity"]

WATER_KWH_PER_L_K = 4.187 / 3600
"""Heat capacity of a litre of water: 4.187 kJ/(kg K), 1 kg/l."""


@dataclass(frozen=True)
class Store:
    """A store whose size is free within limits.

    Attributes
    ----------
    name
        Begins the names of its flows, ``tes`` or ``battery``.
    carrier
        What it stores.
    min_kwh, max_kwh
        Sizes allowed.
    investment_per_kwh
        What a kWh costs.
    charge_efficiency, discharge_efficiency
        Stored over put in; given over taken out.
    loss_by_size_per_hour, loss_by_level_per_hour
        The law of loss.
    initial_share
        Content at midnight as a share of the size; every day closes there.
    closing_tolerance_kwh
        How far a day may end from it, the level then being carried on.
    discharge_gbp_per_kwh
        Upkeep or wear per kWh given.
    power_kw_per_kwh
        Largest charge and discharge per kWh of size.
    """

    name: str
    carrier: Carrier
    min_kwh: float
    max_kwh: float
    investment_per_kwh: Investment
    charge_efficiency: float
    discharge_efficiency: float
    loss_by_size_per_hour: float
    loss_by_level_per_hour: float
    initial_share: float
    closing_tolerance_kwh: float
    discharge_gbp_per_kwh: float
    power_kw_per_kwh: float = np.inf

    def kept_share(self, step_hours: float) -> float:
        """What the loss that goes with the level leaves of it in a step."""
        return 1.0 - self.loss_by_level_per_hour * step_hours

    def largest_charge_kw(self, step_hours: float) -> float:
        """No slice can put more than this into a store of any allowed size.

        Within a slice the level rises by no more than the size and the loss is made up for.
        """
        rate = 1.0 / step_hours + self.loss_by_size_per_hour
        fill = self.max_kwh * rate / self.charge_efficiency
        return min(fill, self.power_kw_per_kwh * self.max_kwh) if self.max_kwh > 0 else 0.0


def hot_water_store(tes: Tes, incentive: Incentive) -> Store:
    """The store of the block ``tes``."""
    return Store(
        name="tes",
        carrier="heat",
        min_kwh=tes.min_kwh,
        max_kwh=tes.max_kwh,
        investment_per_kwh=tes_investment(tes, 1.0, incentive),
        charge_efficiency=tes.charge_efficiency,
        discharge_efficiency=tes.discharge_efficiency,
        loss_by_size_per_hour=tes.loss_share_per_day / 24.0,
        loss_by_level_per_hour=tes.level_loss_share_per_day / 24.0,
        initial_share=tes.initial_share,
        closing_tolerance_kwh=tes.closing_tolerance_kwh,
        discharge_gbp_per_kwh=tes.maintenance_gbp_per_kwh,
    )


def cylinder(operation: Operation) -> Store:
    """The store of the block ``operation``: a mixed cylinder between two set points.

    Its conductance u S goes with its size S (kWh between the set points), so that it loses
    u (lower set point - surroundings) S by size and u (upper - lower set point) E by level.
    """
    band_k = operation.store_max_c - operation.store_min_c
    size_kwh = operation.store_volume_l * WATER_KWH_PER_L_K * band_k
    per_kwh = operation.store_loss_w_per_k / 1000 / size_kwh if size_kwh > 0 else 0.0
    return Store(
        name="tes",
        carrier="heat",
        min_kwh=size_kwh,
        max_kwh=size_kwh,
        investment_per_kwh=Investment("tes", 0.0),
        charge_efficiency=1.0,
        discharge_efficiency=1.0,
        loss_by_size_per_hour=per_kwh * (operation.store_min_c - operation.surroundings_c),
        loss_by_level_per_hour=per_kwh * band_k,
        initial_share=0.0,
        closing_tolerance_kwh=0.0,
        discharge_gbp_per_kwh=0.0,
    )


def battery_store(battery: Battery) -> Store:
    """The store of the block ``battery``."""
    return Store(
        name="battery",
        carrier="electricity",
        min_kwh=battery.min_kwh,
        max_kwh=battery.max_kwh,
        investment_per_kwh=battery_investment(battery, 1.0),
        charge_efficiency=battery.charge_efficiency,
        discharge_efficiency=battery.discharge_efficiency,
        loss_by_size_per_hour=battery.loss_share_per_day / 24.0,
        loss_by_level_per_hour=0.0,
        initial_share=battery.initial_share,
        closing_tolerance_kwh=0.0,
        discharge_gbp_per_kwh=battery.cycle_cost_gbp_per_kwh,
        power_kw_per_kwh=battery.power_kw_per_kwh,
    )
