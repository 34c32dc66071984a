"""What a policy pays for a design: without it, the same unit would earn as much less."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from microchp.account.energy import Installed


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
    incentive, finance = installed.inputs.incentive, installed.inputs.finance
    granted = sum(
        replace(bought, capital_gbp=bought.grant_gbp, grant_gbp=0.0).annual_capital_gbp(finance)
        for bought in installed.investments
    )
    metered = incentive.export_gbp_per_kwh if incentive.deemed_export_share is None else 0.0
    paid = row["generation_income_gbp"] + row["co2_income_gbp"] + metered * row["export_kwh"]
    return float(paid + granted)
