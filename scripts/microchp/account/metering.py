"""What a household pays for electricity: registers, and the rules by which they are settled.

A meter has one register for each rate, which counts in the hours of that rate. The rules differ
in what a register does while the house gives more than it takes:

``backwards_to_annual_demand``
    It runs backwards. Once a year it is read: what it shows is bought, and where it would stand
    below zero, the rest is sold (De Paepe et al. 2006, section 5.2: only net annual production
    is put on the grid). Each register is settled by itself, so that day and night do not net.
``backwards``
    It runs backwards without limit: everything generated is worth its purchase price.
``separate_meters``
    It stands still, and a second one counts what is sold, instant by instant.
``half_hourly``
    The net of each half-hour is bought or sold.

All rules are pure: mean power in, money out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from microchp.config import HouseholdPrices, Metering, Rate
from microchp.series.timeseries import (
    MINUTES_PER_DAY,
    FloatArray,
    resample_mean,
    within_period,
)

HALF_HOUR = 30


@dataclass(frozen=True)
class Register:
    """A register of the meter: the minutes in which it counts, and its price."""

    name: str
    counts: npt.NDArray[np.bool_]
    """Shape ``(minutes,)``."""
    price_eur_per_kwh: float


@dataclass(frozen=True)
class Settlement:
    """A year of electricity as a rule counts it."""

    bought_kwh: float
    """Net of what a register that runs backwards has taken off; can be negative."""
    sold_kwh: float
    bought_eur: float
    sold_eur: float

    @property
    def cost_eur(self) -> float:
        """What the household pays in all."""
        return self.bought_eur - self.sold_eur


def registers(rates: Mapping[str, Rate], minutes: int) -> list[Register]:
    """The registers of a meter over minutes from a midnight.

    Parameters
    ----------
    rates
        Rates by name, which together cover the day.
    minutes
        Whole days of minutes.
    """
    made = []
    for name, rate in rates.items():
        day = np.zeros(MINUTES_PER_DAY, dtype=np.bool_)
        for period in rate.periods:
            day |= within_period(period, np.arange(MINUTES_PER_DAY))
        made.append(
            Register(name, np.tile(day, minutes // MINUTES_PER_DAY), rate.price_eur_per_kwh)
        )
    return made


def settle(
    metering: Metering, demand_kw: FloatArray, generation_kw: FloatArray, prices: HouseholdPrices
) -> Settlement:
    """Settle a year by a rule.

    Parameters
    ----------
    metering
        Name of the rule.
    demand_kw, generation_kw
        Mean power by minute over whole days from a midnight, shape ``(minutes,)``.
    prices
        Rates and sale price.
    """
    meter = registers(prices.rates, len(demand_kw))
    return _RULES[metering](demand_kw, generation_kw, meter, prices.sale_eur_per_kwh)


def backwards_to_annual_demand(
    demand_kw: FloatArray, generation_kw: FloatArray, meter: list[Register], sale_eur_per_kwh: float
) -> Settlement:
    """Each register runs backwards, over the year down to zero; the rest is sold."""
    net = [_net_kwh(demand_kw, generation_kw, register) for register in meter]
    bought = [max(kwh, 0.0) for kwh in net]
    sold_kwh = sum(max(-kwh, 0.0) for kwh in net)
    return Settlement(
        bought_kwh=sum(bought),
        sold_kwh=sold_kwh,
        bought_eur=_value(bought, meter),
        sold_eur=sold_kwh * sale_eur_per_kwh,
    )


def backwards(
    demand_kw: FloatArray, generation_kw: FloatArray, meter: list[Register], sale_eur_per_kwh: float
) -> Settlement:
    """Each register runs backwards without limit; nothing is sold."""
    net = [_net_kwh(demand_kw, generation_kw, register) for register in meter]
    return Settlement(
        bought_kwh=sum(net), sold_kwh=0.0, bought_eur=_value(net, meter), sold_eur=0.0
    )


def separate_meters(
    demand_kw: FloatArray, generation_kw: FloatArray, meter: list[Register], sale_eur_per_kwh: float
) -> Settlement:
    """Import and export are registered by themselves, instant by instant."""
    net_kw = demand_kw - generation_kw
    bought = [np.maximum(net_kw[register.counts], 0).sum() / 60 for register in meter]
    sold_kwh = float(np.maximum(-net_kw, 0).sum()) / 60
    return Settlement(
        bought_kwh=float(sum(bought)),
        sold_kwh=sold_kwh,
        bought_eur=_value(bought, meter),
        sold_eur=sold_kwh * sale_eur_per_kwh,
    )


def half_hourly(
    demand_kw: FloatArray, generation_kw: FloatArray, meter: list[Register], sale_eur_per_kwh: float
) -> Settlement:
    """The net of each half-hour is bought or sold; rates change on the half-hour."""

    def settled(kw: FloatArray) -> FloatArray:
        return np.repeat(resample_mean(kw, 1, HALF_HOUR), HALF_HOUR)

    return separate_meters(settled(demand_kw), settled(generation_kw), meter, sale_eur_per_kwh)


_RULES: dict[Metering, Callable[[FloatArray, FloatArray, list[Register], float], Settlement]] = {
    "backwards_to_annual_demand": backwards_to_annual_demand,
    "backwards": backwards,
    "separate_meters": separate_meters,
    "half_hourly": half_hourly,
}


def _net_kwh(demand_kw: FloatArray, generation_kw: FloatArray, register: Register) -> float:
    """What a register that runs both ways shows at the end."""
    return float((demand_kw - generation_kw)[register.counts].sum()) / 60


def _value(kwh: list[float], meter: list[Register]) -> float:
    return float(
        sum(
            amount * register.price_eur_per_kwh for amount, register in zip(kwh, meter, strict=True)
        )
    )
