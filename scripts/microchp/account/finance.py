"""Money over time: annualisation, payback, present value and cost of electricity.

All amounts are real (no inflation), a year's saving arrives at the year's end, and nothing is
left of the plant after ``finance.lifetime_years``. Savings are the same in every year unless
energy prices rise faster than money loses value (``finance.price_escalation_per_year``), which
present value and rate of return count and paybacks, at the prices of the first year, do not.

Payback semantics, the same for simple and discounted payback:

- it is counted as if the saving went on for ever, so that a value above the lifetime says "not
  within the lifetime" and how far from it (Oluleye's Table 2 prints 51 years);
- ``0`` where nothing more is invested and the saving is positive, or less is invested and the
  saving is not negative: the choice pays from the first day;
- ``nan`` where it never comes (money is invested and not saved), where less is invested and
  less is saved, and where nothing is invested and nothing saved.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy_financial as npf
import pandas as pd

from microchp.config import Finance
from microchp.series.timeseries import FloatArray


def finance_of(row: pd.Series) -> Finance:
    """What a row of ``designs.csv`` is reckoned with; its annualisation is not needed here."""
    return Finance(
        interest_rate=float(row["interest_rate"]),
        lifetime_years=int(row["lifetime_years"]),
        price_escalation_per_year=float(row["price_escalation_per_year"]),
    )


def simple_payback_years(investment_gbp: float, saving_gbp: float) -> float:
    """Years until the undiscounted saving equals the investment; semantics in the module."""
    return discounted_payback_years(investment_gbp, saving_gbp, 0.0)


def discounted_payback_years(
    investment_gbp: float, saving_gbp: float, interest_rate: float
) -> float:
    """Years until the discounted saving equals the investment; semantics in the module."""
    if investment_gbp > 0:
        if saving_gbp <= interest_rate * investment_gbp:
            return math.nan
        if interest_rate == 0:  # numpy-financial's nper has the wrong sign here
            return investment_gbp / saving_gbp
        return float(npf.nper(interest_rate, saving_gbp, -investment_gbp))
    pays_at_once = saving_gbp > 0 or (investment_gbp < 0 and saving_gbp == 0)
    return 0.0 if pays_at_once else math.nan


def net_present_value_gbp(investment_gbp: float, saving_gbp: float, finance: Finance) -> float:
    """Cash flow of ``lifetime_years`` years, discounted."""
    flow = cash_flow_gbp(investment_gbp, saving_gbp, finance)
    return float(npf.npv(finance.interest_rate, flow))


def cash_flow_gbp(
    investment_gbp: float,
    saving_gbp: float,
    finance: Finance,
    replacements: Mapping[int, float] | None = None,
) -> FloatArray:
    """What is paid (negative) and saved in each year.

    Parameters
    ----------
    investment_gbp
        Paid at the start.
    saving_gbp
        Saved in the first year; in year ``t`` it is ``(1 + price_escalation_per_year)^(t - 1)``
        times as much.
    finance
        Lifetime and escalation.
    replacements
        Cost of parts that do not last, by their years of service: each is bought again whenever
        it is worn out, but not in the last year.

    Returns
    -------
    numpy.ndarray
        Shape ``(lifetime_years + 1,)``; the first is the start.

    Raises
    ------
    ValueError
        If a part is said to last less than a year.
    """
    years = np.arange(finance.lifetime_years + 1)
    flow: FloatArray = np.full(len(years), float(saving_gbp))
    flow *= np.power(1 + finance.price_escalation_per_year, years - 1.0)
    flow[0] = -investment_gbp
    for lasts, cost_gbp in (replacements or {}).items():
        if lasts < 1:
            raise ValueError(f"a part that lasts {lasts} years")
        flow[np.arange(lasts, finance.lifetime_years, lasts)] -= cost_gbp
    return flow


def internal_rate_of_return(investment_gbp: float, saving_gbp: float, finance: Finance) -> float:
    """Interest rate at which the net present value is zero (-).

    Negative where the saving of the whole life does not return the investment; ``nan`` where
    no rate does it: nothing invested, or nothing saved.
    """
    if investment_gbp <= 0 or saving_gbp <= 0:
        return math.nan
    return float(npf.irr(cash_flow_gbp(investment_gbp, saving_gbp, finance)))


def levelised_cost_gbp_per_kwh(
    plant_cost_gbp: float, heat_credit_gbp: float, chp_electricity_kwh: float
) -> float:
    """Cost of a kWh that the unit generates, its heat credited at the boiler's cost.

    Parameters
    ----------
    plant_cost_gbp
        A year's annualised capital (net of a grant), fuel of unit and boiler, and maintenance.
    heat_credit_gbp
        What the boiler alone would cost to run for the same heat demand (fuel and
        maintenance of business as usual).
    chp_electricity_kwh
        A year's generation.

    Returns
    -------
    float
        To be compared with the import price: below it, a kWh used at home is cheaper made than
        bought. Payments for generation, export and CO2 are left out. ``nan`` without
        generation. It is a levelised cost in the strict sense with ``crf`` only.
    """
    if chp_electricity_kwh <= 0:
        return math.nan
    return (plant_cost_gbp - heat_credit_gbp) / chp_electricity_kwh
