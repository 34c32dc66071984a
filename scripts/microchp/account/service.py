"""``service.csv``: how hard units are used, how long they last, and what of it a household notices.

A unit is worn out when its hours or its starts are used up. It is then bought again, at its full
price, whenever that falls within the lifetime of the design; the yearly cost of it is beside the
saving, not in it: no published number has it.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy_financial as npf
import pandas as pd
import pandera.pandas as pa
import xarray as xr

from microchp.account.designs import read_designs
from microchp.account.dwellings import installed_for, read_account
from microchp.account.energy import Installed, annual_kwh, values
from microchp.account.finance import cash_flow_gbp
from microchp.account.groups import read_dwellings
from microchp.config import ChpUnit, Finance
from microchp.config.scenarios import AccountInputs
from microchp.files import read_netcdf, read_table, whole
from microchp.operation.group import CASE_NAMES
from microchp.operation.network import NO_FLOW_KW
from microchp.system.annualisation import annualisation_factor
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wear:
    """How long a unit lasts at a year's use, and what it costs to buy it again."""

    service_life_years: float
    """Years until hours or starts are used up; ``inf`` where they never are."""
    limited_by: str
    """``hours``, ``starts``, or empty."""
    replacements: int
    """Within the lifetime of the design."""
    replacement_gbp_per_year: float
    """Present value of the replacements, as a yearly cost."""


NO_WEAR = Wear(math.inf, "", 0, 0.0)


def wear(unit: ChpUnit | None, run_hours: float, starts: float, finance: Finance) -> Wear:
    """What a year of run hours and starts does to a unit.

    Parameters
    ----------
    unit
        With its price and its service life; none where there is none.
    run_hours, starts
        In a year.
    finance
        Lifetime of the design, interest and annualisation.
    """
    if unit is None:
        return NO_WEAR
    years = {
        name: (most / used if most is not None and used > 0 else math.inf)
        for name, most, used in (
            ("hours", unit.service_hours, run_hours),
            ("starts", unit.service_starts, starts),
        )
    }
    limited_by = min(years, key=lambda name: years[name])
    life = years[limited_by]
    if math.isinf(life):
        return NO_WEAR
    # a unit serves whole years; one that does not last one is bought again in each
    lasts = max(1, math.floor(life))
    price = unit.power_kw * unit.capital_cost_gbp_per_kw
    flow = cash_flow_gbp(0.0, 0.0, finance, {lasts: price})
    present = 0.0 - float(npf.npv(finance.interest_rate, flow))
    return Wear(
        life, limited_by, int(np.count_nonzero(flow)), present * annualisation_factor(finance)
    )


SERVICE = (
    "starts",
    "run_hours",
    "service_life_years",
    "replacements",
    "replacement_gbp_per_year",
    "saving_gbp",
    "saving_after_replacement_gbp",
    "grid_free_time_share",
    "grid_free_energy_share",
    "large_draws",
    "store_recovery_minutes",
    "longest_recovery_minutes",
    "hot_water_from_boiler_share",
    "unmet_hot_water_kwh",
    "unmet_hot_water_minutes",
)
"""Numbers of a row."""

_NULLABLE = {
    "service_life_years",
    "saving_gbp",
    "saving_after_replacement_gbp",
    "replacement_gbp_per_year",
    *SERVICE[7:],
}

SCHEMA = pa.DataFrameSchema(
    {
        "scenario": pa.Column(str),
        "control": pa.Column(str, pa.Check.isin(["design", "heat_led"])),
        **{name: pa.Column(float, nullable=name in _NULLABLE, coerce=True) for name in SERVICE},
        "limited_by": pa.Column(str),
        "chp_kw": pa.Column(float),
        "store_kwh": pa.Column(float),
        **{name: pa.Column(str) for name in (*CASE_NAMES, "variant", "design")},
    },
    strict=True,
    ordered=True,
)
"""A row for each design as it was designed (``control`` is ``design``), and for each case that is
run heat-led, of the mean dwelling with the unit (``heat_led``). Empty: not known, or there is
nothing to measure (no store, no large draw, no price)."""

TEXTS = ("scenario", "control", "limited_by", *CASE_NAMES, "variant", "design")


def design_row(row: pd.Series, design: xr.Dataset) -> dict[str, Any]:
    """A design as it was designed; its hot water is always served, by the model."""
    installed = Installed.of(design)
    free = values(design, "grid_import_kw") <= NO_FLOW_KW
    year_hours = annual_kwh(design, np.ones(len(free)))
    used = wear(installed.unit, row["chp_run_hours"], row["chp_starts"], installed.inputs.finance)
    return {
        "scenario": row["scenario"],
        "control": "design",
        "starts": row["chp_starts"],
        "run_hours": row["chp_run_hours"],
        **_worn(used, row["eai_gbp"]),
        "grid_free_time_share": annual_kwh(design, free.astype(np.float64)) / year_hours,
        "grid_free_energy_share": row["self_sufficiency_share"],
        **dict.fromkeys(SERVICE[9:], math.nan),
        "chp_kw": installed.chp_kw,
        "store_kwh": installed.tes_kwh,
        "group": row["house"],
        "unit": "",
        **{name: row[name] for name in ("incentive", "tes", "plant", "variant", "design")},
    }


def _worn(used: Wear, saving_gbp: float) -> dict[str, Any]:
    life = used.service_life_years
    return asdict(used) | {
        "service_life_years": math.nan if math.isinf(life) else life,
        "saving_gbp": saving_gbp,
        "saving_after_replacement_gbp": saving_gbp - used.replacement_gbp_per_year,
    }


def case_row(
    case: str,
    dwellings: pd.DataFrame,
    installed: Installed,
    is_priced: bool,
    account: pd.DataFrame | None,
) -> dict[str, Any]:
    """The mean dwelling of a case that is run heat-led.

    Parameters
    ----------
    case
        Its id.
    dwellings
        What ``simulate_dwelling`` wrote of every dwelling.
    installed, is_priced
        What stands there, and whether it is known what that costs.
    account
        What ``account_dwellings`` wrote, if the run has groups.
    """
    year = dwellings[dwellings["period"] == "year"]
    mean = year.mean(numeric_only=True)
    saving = math.nan
    if account is not None:
        own = account[account["period"] == "year"]
        saving = float((own["bau_cost_gbp"] - own["cost_gbp"]).mean(skipna=False))
    is_running = bool(mean["run_hours"] > 0)
    unit = installed.unit if is_running else None
    used = wear(unit, mean["run_hours"], mean["starts"], installed.inputs.finance)
    worn = _worn(used, saving)
    if not is_priced:
        worn["replacement_gbp_per_year"] = math.nan
    demand, water = mean["electricity_demand_kwh"], mean["hot_water_kwh"]
    draws = float(mean["large_draws"])
    recovered = year["store_recovery_minutes"] * year["large_draws"]
    return {
        "scenario": case,
        "control": "heat_led",
        "starts": mean["starts"],
        "run_hours": mean["run_hours"],
        **worn,
        "grid_free_time_share": mean["zero_import_share"],
        "grid_free_energy_share": 1 - mean["import_kwh"] / demand if demand > 0 else math.nan,
        "large_draws": draws,
        "store_recovery_minutes": recovered.sum() / year["large_draws"].sum()
        if draws > 0
        else math.nan,
        "longest_recovery_minutes": year["longest_recovery_minutes"].max(),
        "hot_water_from_boiler_share": mean["hot_water_from_boiler_kwh"] / water
        if water > 0
        else math.nan,
        "unmet_hot_water_kwh": mean["unmet_hot_water_kwh"],
        "unmet_hot_water_minutes": mean["unmet_hot_water_minutes"],
        "chp_kw": installed.chp_kw if is_running else 0.0,
        "store_kwh": float(year["store_kwh"].iloc[0]),
        **{name: str(year[name].iloc[0]) for name in CASE_NAMES},
        "variant": "",
        "design": "",
    }


def assess_service(
    *,
    design_paths: Sequence[str | Path],
    designs_path: str | Path | None,
    dwelling_paths: Sequence[str | Path],
    account_paths: Sequence[str | Path],
    service_path: str | Path,
    cases: Mapping[str, AccountInputs],
) -> None:
    """Write ``service.csv``.

    Parameters
    ----------
    design_paths, designs_path
        Design files in the order of ``designs.csv``, and that table; none without designs.
    dwelling_paths
        What ``simulate_dwelling`` wrote of every dwelling, a table for each of ``cases``.
    account_paths
        What ``account_dwellings`` wrote, in the same order; none where the run has no groups.
    service_path
        CSV to write; columns in :data:`SCHEMA`.
    cases
        Prices of everything that is run heat-led, by id.
    """
    rows = []
    of_design: dict[str, str | Path] = {}
    if designs_path is not None:
        table = read_designs(designs_path)
        of_design = dict(zip(table["scenario"], design_paths, strict=True))
        for _, row in table.iterrows():
            rows.append(design_row(row, read_netcdf(of_design[row["scenario"]])))
    accounts: list[pd.DataFrame | None] = [read_account(path) for path in account_paths]
    accounts = accounts or [None] * len(cases)
    for (case, inputs), path, account in zip(cases.items(), dwelling_paths, accounts, strict=True):
        installed = installed_for(inputs, of_design.get(case))
        rows.append(case_row(case, read_dwellings(path), installed, inputs.is_priced, account))
    service = SCHEMA.validate(pd.DataFrame(rows)[[*SCHEMA.columns]])
    with whole(service_path) as partial:
        service.to_csv(partial, index=False)
    log.log(
        RESULT,
        "%s, %d of them with a unit that wears out",
        counted(len(rows), "row"),
        _worn_out(service),
    )


def _worn_out(service: pd.DataFrame) -> int:
    return int((service["replacements"] > 0).sum())


def read_service(path: str | Path) -> pd.DataFrame:
    """``service.csv``, checked."""
    return SCHEMA.validate(read_table(path, TEXTS))
