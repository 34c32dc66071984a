"""What a household pays for electricity: registers, and the rules by which they are settled.

A meter has one register for each price, which counts in the hours of that price. The rules differ
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

All rules are pure: mean power in, money out, in the currency of the prices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from microchp.config import HouseholdPrices, Metering, minute_of_day
from microchp.series.timeseries import MINUTES_PER_DAY, FloatArray, resample_mean

HALF_HOUR = 30


@dataclass(frozen=True)
class Meter:
    """Which register counts in each minute, what each costs, and what is paid for sales.

    ``register`` has shape ``(minutes,)`` and holds numbers of registers, ``price_per_kwh`` a
    price for each of them, and ``sale_per_kwh`` one for each minute.
    """

    register: npt.NDArray[np.intp]
    price_per_kwh: FloatArray
    sale_per_kwh: FloatArray

    @classmethod
    def of_rates(cls, prices: HouseholdPrices, minutes: int) -> Self:
        """A meter with a register for each rate, over whole days of minutes."""
        day = np.zeros(MINUTES_PER_DAY, dtype=np.intp)
        for number, rate in enumerate(prices.rates.values()):
            for period in rate.periods:
                day[minute_of_day(period.start) : minute_of_day(period.end)] = number
        return cls(
            np.tile(day, minutes // MINUTES_PER_DAY),
            np.array([rate.price_eur_per_kwh for rate in prices.rates.values()]),
            np.full(minutes, prices.sale_eur_per_kwh),
        )

    @classmethod
    def of_prices(cls, import_per_kwh: FloatArray, export_per_kwh: FloatArray) -> Self:
        """A meter with a register for each price that a tariff has, each shape ``(minutes,)``."""
        prices, register = np.unique(import_per_kwh, return_inverse=True)
        return cls(register, prices, export_per_kwh)

    def by_register(self, kwh: FloatArray) -> FloatArray:
        """Sums over the minutes of each register, shape ``(registers,)``."""
        sums = np.bincount(self.register, weights=kwh, minlength=len(self.price_per_kwh))
        return np.asarray(sums, dtype=np.float64)


@dataclass(frozen=True)
class Settlement:
    """A year of electricity as a rule counts it, money in the currency of the prices."""

    bought_kwh: float
    """Net of what a register that runs backwards has taken off; can be negative."""
    sold_kwh: float
    bought_cost: float
    sold_income: float

    @property
    def cost(self) -> float:
        """What the household pays in all."""
        return self.bought_cost - self.sold_income


def settle(
    metering: Metering, net_kw: FloatArray, meter: Meter, weight: FloatArray | None = None
) -> Settlement:
    """Settle a year by a rule.

    Parameters
    ----------
    metering
        Name of the rule.
    net_kw
        Import less export, mean over each minute of whole days from a midnight, shape
        ``(minutes,)``.
    meter
        Registers and prices over the same minutes.
    weight
        How many times each minute counts, where days stand for others; once by default.
    """
    return _RULES[metering](net_kw, meter, np.ones(1) if weight is None else weight)


def backwards_to_annual_demand(net_kw: FloatArray, meter: Meter, weight: FloatArray) -> Settlement:
    """Each register runs backwards, over the year down to zero; the rest is sold.

    What a register has too much is sold at the mean of the sale price over its hours.
    """
    net = meter.by_register(net_kw * weight / 60)
    bought, sold = np.maximum(net, 0), np.maximum(-net, 0)
    minutes = np.broadcast_to(weight, net_kw.shape)
    sale = meter.by_register(meter.sale_per_kwh * minutes) / meter.by_register(minutes)
    return Settlement(
        bought_kwh=float(bought.sum()),
        sold_kwh=float(sold.sum()),
        bought_cost=float(bought @ meter.price_per_kwh),
        sold_income=float(sold @ sale),
    )


def backwards(net_kw: FloatArray, meter: Meter, weight: FloatArray) -> Settlement:
    """Each register runs backwards without limit; nothing is sold."""
    net = meter.by_register(net_kw * weight / 60)
    return Settlement(float(net.sum()), 0.0, float(net @ meter.price_per_kwh), 0.0)


def separate_meters(net_kw: FloatArray, meter: Meter, weight: FloatArray) -> Settlement:
    """Import and export are registered by themselves, instant by instant."""
    kwh = net_kw * weight / 60
    bought, sold = meter.by_register(np.maximum(kwh, 0)), np.maximum(-kwh, 0)
    return Settlement(
        bought_kwh=float(bought.sum()),
        sold_kwh=float(sold.sum()),
        bought_cost=float(bought @ meter.price_per_kwh),
        sold_income=float(sold @ meter.sale_per_kwh),
    )


def half_hourly(net_kw: FloatArray, meter: Meter, weight: FloatArray) -> Settlement:
    """The net of each half-hour is bought or sold, at the prices of its minutes."""
    settled_kw = np.repeat(resample_mean(net_kw, 1, HALF_HOUR), HALF_HOUR)
    return separate_meters(settled_kw, meter, weight)


_RULES: dict[Metering, Callable[[FloatArray, Meter, FloatArray], Settlement]] = {
    "backwards_to_annual_demand": backwards_to_annual_demand,
    "backwards": backwards,
    "separate_meters": separate_meters,
    "half_hourly": half_hourly,
}
