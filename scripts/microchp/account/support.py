"""What a policy pays for a design: without it, the same unit would earn as much less."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from microchp.account.energy import Installed


def granted_gbp_per_year(installed: Installed) -> float:
    """Grants of what a design buys, as their yearly share."""
    return sum(
        replace(bought, capital_gbp=bought.grant_gbp, grant_gbp=0.0).annual_capital_gbp(
            installed.inputs.finance
        )
        for bought in installed.investments
    )


def support_gbp(row: pd.Series, installed: Installed) -> float:
    """Paid by the incentive in a year (GBP), grants as their yearly share.

    Prices of energy stay those of the design: an incentive's own tariff is not taken away.

    Parameters
    ----------
    row
        Of the table of designs.
    installed
        What the design installs.
    """
    exported = installed.inputs.incentive.paid_per_metered_kwh * row["export_kwh"]
    paid = row["generation_income_gbp"] + row["co2_income_gbp"] + exported
    return float(paid + granted_gbp_per_year(installed))
