"""What each dwelling of a group costs and emits, with its unit run by heat demand and without.

What a dwelling pays follows its own meter, not the transformer: what one exports and its neighbour
takes in the same minute is sold by the one and bought by the other. A street is then the sum of
its dwellings, those without a unit left as they are.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import netCDF4
import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
import xarray as xr

from microchp.account.controlled import BALANCE, Balance, Electricity, Market, Use, balance
from microchp.account.energy import Installed
from microchp.account.metering import Meter
from microchp.account.parties import Household, rows_of
from microchp.config.scenarios import AccountInputs
from microchp.errors import AssessmentError
from microchp.files import read_table, whole
from microchp.operation.diversity import electricity_by_dwelling
from microchp.series.timeseries import FloatArray
from microchp.telling import RESULT, counted

ACCOUNT = pa.DataFrameSchema(
    {
        "dwelling": pa.Column(int),
        "house": pa.Column(str),
        "period": pa.Column(str),
        **{name: pa.Column(float, nullable=name == "cost_gbp") for name in BALANCE},
    },
    strict=True,
    ordered=True,
)
"""What ``account_dwellings`` writes: every dwelling with the unit, in every period."""

METERED = (
    "bought_kwh",
    "sold_kwh",
    "household_gbp",
    "supplier_gbp",
    "network_gbp",
    "policy_gbp",
    "value_gbp",
    "saving_gbp",
)
"""What a rule makes of a year; sums over dwellings are sums of these."""

METERING = pa.DataFrameSchema(
    {
        "dwelling": pa.Column(int),
        "house": pa.Column(str),
        "metering": pa.Column(str),
        **{name: pa.Column(float, nullable=name == "saving_gbp") for name in METERED},
    },
    strict=True,
    ordered=True,
)
"""What ``account_dwellings`` writes of the year of every dwelling with the unit, by each rule."""

log = logging.getLogger(__name__)


def installed_for(inputs: AccountInputs, design_path: str | Path | None) -> Installed:
    """What stands in every dwelling with a unit, and what it costs."""
    if inputs.prices is None:
        if design_path is None:
            raise AssessmentError(f"case '{inputs.case}': neither a design nor a unit to price")
        with netCDF4.Dataset(design_path) as file:
            return Installed.of(xr.Dataset(attrs={n: file.getncattr(n) for n in file.ncattrs()}))
    return Installed(inputs.prices, inputs.prices.units[0], {}, step_hours=1 / 60)


def account_dwellings(
    *,
    demand_paths: Sequence[str | Path],
    design_path: str | Path | None,
    generation_path: str | Path,
    dwellings_path: str | Path,
    account_path: str | Path,
    metering_path: str | Path,
    inputs: AccountInputs,
) -> None:
    """Price every dwelling of a group in every period.

    Parameters
    ----------
    demand_paths
        Demand NetCDF files by minute that ``simulate_dwelling`` read, in the same order.
    design_path
        Design NetCDF whose unit and store are installed; none for a unit of the catalogue.
    generation_path, dwellings_path
        What ``simulate_dwelling`` wrote: generation by minute, and the table of dwellings.
    account_path
        CSV to write; columns in :data:`ACCOUNT`. The cost is empty where the unit has no price,
        or heat is unmet.
    metering_path
        CSV to write: the year by every metering rule; columns in :data:`METERING`.
    inputs
        Prices.

    Raises
    ------
    AssessmentError
        If import and export by minute are not those of the table of dwellings.
    """
    installed = installed_for(inputs, design_path)
    market = Market.of(installed.inputs)
    dwellings = pd.read_csv(dwellings_path)
    paid = installed.inputs.incentive.paid_per_metered_kwh
    meter = Meter.of_prices(market.import_gbp_per_kwh, market.export_gbp_per_kwh)
    nothing = np.zeros_like(market.bau_import_gbp_per_kwh)
    bau_meter = Meter.of_prices(market.bau_import_gbp_per_kwh, nothing)
    rows, metered = [], []
    with netCDF4.Dataset(generation_path) as file:
        names = str(file.getncattr("period_names")).split()
        periods = np.asarray(file["period"][: len(names), :]).astype(np.bool_)
        for number, (house, demand_kw, generated_kw) in enumerate(
            electricity_by_dwelling(demand_paths, file["chp_power_kw"])
        ):
            own = dwellings[dwellings["dwelling"] == number].set_index("period").loc[names]
            electricity = Electricity.of(demand_kw, demand_kw - generated_kw, market, periods)
            _check_export(inputs.case, number, electricity.export_kwh, own)
            found = balance(_use(own), electricity, installed)
            priced = pd.DataFrame({name: getattr(found, name) for name in BALANCE})
            if not inputs.is_priced:
                priced["cost_gbp"] = math.nan
            year = names.index("year")
            by_meter = electricity.bau_import_gbp - electricity.import_gbp + electricity.export_gbp
            saved = priced["bau_cost_gbp"] - priced["cost_gbp"] - by_meter
            household = Household(
                demand_kw, demand_kw - generated_kw, meter, bau_meter, np.ones(1), paid
            )
            metered += [
                {"dwelling": number, "house": house, **row}
                for row in rows_of(household, inputs.settlement, float(saved[year]))
            ]
            rows.append(priced.assign(dwelling=number, house=house, period=names))
    account = pd.concat(rows, ignore_index=True)
    account = ACCOUNT.validate(account[[*ACCOUNT.columns]])
    by_rule = METERING.validate(pd.DataFrame(metered))
    for table, path in ((account, account_path), (by_rule, metering_path)):
        with whole(path) as partial:
            table.to_csv(partial, index=False)
    log.log(RESULT, "%s: %s priced", inputs.case, counted(len(rows), "dwelling"))


def _use(own: pd.DataFrame) -> Use:
    """What a dwelling used in each period, from its rows of the table."""
    return Use(**{field.name: own[field.name].to_numpy(float) for field in fields(Use)})


def _check_export(case: str, number: int, export_kwh: FloatArray, own: pd.DataFrame) -> None:
    """Generation may be kept in single precision; more than that is another dwelling."""
    off = np.abs(export_kwh - own["export_kwh"]) / (1 + own["chp_electricity_kwh"])
    if not float(off.max()) <= 1e-5:
        raise AssessmentError(
            f"case '{case}', dwelling {number}: export by minute is not that of the table of "
            f"dwellings, by up to {float(off.max()):.1e} of the generation"
        )


def street(
    account: pd.DataFrame, period: str, has_unit: npt.NDArray[np.bool_]
) -> Mapping[str, float]:
    """Sums of a group's dwellings over a period, those without a unit left as they are.

    Parameters
    ----------
    account
        What ``account_dwellings`` wrote.
    period
        One of its periods.
    has_unit
        Which dwellings have a unit, in the order of the table.

    Returns
    -------
    Mapping
        The columns of :data:`BALANCE`.
    """
    rows = account[account["period"] == period].sort_values("dwelling")
    with_unit = Balance(**{name: rows[name].to_numpy(float) for name in BALANCE})
    without = with_unit.without_unit()
    return {
        name: float(np.where(has_unit, getattr(with_unit, name), getattr(without, name)).sum())
        for name in BALANCE
    }


def read_metering(path: str | Path) -> pd.DataFrame:
    """What ``account_dwellings`` wrote by metering rule, checked."""
    return METERING.validate(read_table(path, ["house", "metering"]))


def read_account(path: str | Path) -> pd.DataFrame:
    """What ``account_dwellings`` wrote, checked."""
    return ACCOUNT.validate(read_table(path, ["house", "period"]))
