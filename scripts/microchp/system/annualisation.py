"""What an investment costs in a year (Eq. 6)."""

from __future__ import annotations

import numpy_financial as npf

from microchp.config import Finance


def capital_recovery_factor(interest_rate: float, lifetime_years: int) -> float:
    """Share of an investment that is due each year of its life, interest included (1/y).

    IR (1+IR)^n / ((1+IR)^n - 1), and 1/n without interest.
    """
    return float(npf.pmt(interest_rate, lifetime_years, -1.0))


def printed_annualisation_factor(interest_rate: float, lifetime_years: int) -> float:
    """The factor as Eq. 6 of Oluleye et al. (2017, 2018) is printed (1/y).

    IR (1+IR)^n / (1+IR)^(n-1) = IR (1+IR): the exponent, not the power, is reduced by one, so
    that the lifetime cancels and no capital is ever paid off. The published tables follow from
    this factor.
    """
    growth = 1.0 + interest_rate
    return interest_rate * growth**lifetime_years / growth ** (lifetime_years - 1)


def annualisation_factor(finance: Finance) -> float:
    """Share of an investment that counts in each year's cost (1/y), AF of Eq. 6.

    ``crf`` is the capital recovery factor, ``as_printed`` is Eq. 6 to the letter.
    """
    factor = {"crf": capital_recovery_factor, "as_printed": printed_annualisation_factor}
    return factor[finance.annualisation](finance.interest_rate, finance.lifetime_years)
