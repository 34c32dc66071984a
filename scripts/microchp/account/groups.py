"""``groups.csv``: every group at every penetration in every period, with its band."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
import xarray as xr

from microchp.account.dwellings import read_account, street
from microchp.files import read_netcdf, read_table, whole
from microchp.operation.group import CASE_NAMES, UNITS
from microchp.operation.network import NO_FLOW_KW, SEASONS, homes_served, onset
from microchp.series.timeseries import MINUTES_PER_DAY, FloatArray
from microchp.telling import RESULT, counted

BAND = (5, 95)
"""Percentiles of the band over the choices of dwellings."""

LEAST_SAVED_TONNES = 1e-6
"""Less CO2 than this, a gram, is none saved: rounding."""

log = logging.getLogger(__name__)

PERIODS = ("year", *SEASONS, "winter_day", "mid_season_day", "summer_day")

_BANDED = [f"{name}_{bound}" for name in UNITS for bound in ("p05", "p95")]

BALANCE_COLUMNS = (
    "co2_kg",
    "fuel_kwh",
    "cost_gbp",
    "bau_co2_kg",
    "bau_cost_gbp",
    "subsidy_gbp",
    "subsidy_gbp_per_tonne",
)
"""What a group costs and emits, with units and as it was."""

AT_TIMES = (
    "least_demand_kw",
    "import_cut_at_peak_share",
    "export_at_least_demand_share",
    "morning_ramp_kw_per_min",
    "evening_ramp_kw_per_min",
    "night_run_share",
    "busiest_hour_run_share",
)
"""What is so at some times of a period, beside the times of peaks."""

NIGHT_HOURS = slice(0, 6)
"""Midnight to 06:00: the night of Peacock 2006, section 3.2."""

SCHEMA = pa.DataFrameSchema(
    {
        "scenario": pa.Column(str),
        "penetration": pa.Column(float, pa.Check.in_range(0, 1)),
        "period": pa.Column(str, pa.Check.isin(PERIODS)),
        **{name: pa.Column(float, pa.Check.ge(0)) for name in UNITS},
        **{name: pa.Column(float) for name in _BANDED},
        "load_factor_mean": pa.Column(float),
        "daily_load_factor_mean": pa.Column(float),
        "reverse_flow_share": pa.Column(float, pa.Check.in_range(0, 1)),
        "reverse_flow_onset": pa.Column(float, nullable=True),
        "homes_served": pa.Column(float, pa.Check.gt(0)),
        "demand_kwh": pa.Column(float),
        "generation_kwh": pa.Column(float),
        "ramp_up_at": pa.Column(str),
        "ramp_down_at": pa.Column(str),
        "group": pa.Column(str),
        "dwellings": pa.Column(int),
        "units": pa.Column(int),
        "chp_kw": pa.Column(float),
        "store_kwh": pa.Column(float),
        "choices": pa.Column(int),
        "days": pa.Column(int),
        **{name: pa.Column(str) for name in ("unit", "incentive", "tes", "plant")},
        **{name: pa.Column(float, nullable=True) for name in BALANCE_COLUMNS},
        "peak_at": pa.Column(str),
        "export_peak_at": pa.Column(str),
        **{name: pa.Column(float) for name in AT_TIMES},
    },
    strict=True,
    ordered=True,
)
"""A row per scenario, penetration and period. A measure is the median over the choices of
dwellings, with its 5th and 95th percentile in ``_p05`` and ``_p95``. Demand, generation, CO2, fuel,
money, and what is so at some time (of peaks and ramps, by night) are those of the choice whose
annual import is the median. ``unit`` is of the catalogue; where a design is installed it is empty,
and ``incentive``, ``tes`` and ``plant`` are the design's. Each group has rows without units
(``penetration`` 0)."""

_TIMES = ("ramp_up_at", "ramp_down_at", "peak_at", "export_peak_at")
TEXTS = ("scenario", "period", *_TIMES, "group", *CASE_NAMES[1:])


def group_rows(group: xr.Dataset, account: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of ``groups.csv`` for one group.

    Parameters
    ----------
    group
        What ``aggregate_group`` wrote.
    account
        What ``account_dwellings`` wrote of its dwellings.
    """
    rows = []
    demand = group["demand_kw"].to_numpy()
    dates = pd.DatetimeIndex(group["time"].to_numpy())
    window = int(group.attrs["ramp_minutes"])
    shares = [float(share) for share in group["penetration"]]
    has_unit = group["has_unit"].to_numpy().astype(bool)
    for p, share in enumerate(shares):
        generation = group["generation_kw"].isel(penetration=p).to_numpy()
        net = demand - generation
        up, down = _steepest(net, window)
        utilisation = group["utilisation"].isel(penetration=p)
        for period in (str(name) for name in group["period"].to_numpy()):
            chosen = group["in_period"].sel(period=period).to_numpy().astype(bool)
            minutes = np.repeat(chosen, len(demand) // len(chosen))
            cell = {
                name: group[name].isel(penetration=p).sel(period=period).dropna("choice")
                for name in UNITS
            }
            middle = {name: float(values.median()) for name, values in cell.items()}
            band = {
                f"{name}_p{bound:02d}": float(np.percentile(values, bound))
                for name, values in cell.items()
                for bound in BAND
            }
            rows.append(
                {"scenario": group.attrs["case"], "penetration": share, "period": period}
                | middle
                | band
                | {
                    "load_factor_mean": float(cell["load_factor"].mean()),
                    "daily_load_factor_mean": float(cell["daily_load_factor"].mean()),
                    "reverse_flow_share": float((cell["export_kwh"] > 0).mean()),
                    "reverse_flow_onset": _onset(group, period, shares),
                    "homes_served": homes_served(
                        float(group.attrs["transformer_kva"]),
                        middle["admd_kw"],
                        middle["adme_kw"],
                    ),
                    "demand_kwh": float(demand[minutes].sum()) / 60,
                    "generation_kwh": float(generation[minutes].sum()) / 60,
                    "ramp_up_at": _when(up, minutes, dates),
                    "ramp_down_at": _when(down, minutes, dates),
                    "group": group.attrs["group"],
                    "dwellings": int(group.attrs["dwellings"]),
                    "units": int(group["units"].isel(penetration=p)),
                    "chp_kw": float(group.attrs["power_kw"]),
                    "store_kwh": float(group.attrs["store_kwh"]),
                    "choices": int(group["choices"].isel(penetration=p)),
                    "days": int(chosen.sum()),
                }
                | {name: str(group.attrs[name]) for name in CASE_NAMES[1:]}
                | balance_columns(account, period, has_unit[p])
                | {
                    "peak_at": _when(net, minutes, dates),
                    "export_peak_at": _when(-net, minutes, dates)
                    if (net[minutes] < -NO_FLOW_KW).any()
                    else "",
                }
                | at_times(
                    demand[minutes],
                    net[minutes],
                    up[minutes] / window,
                    utilisation.sel(period=period).to_numpy(),
                    int(group.attrs["dwellings"]),
                )
            )
    return rows


def balance_columns(
    account: pd.DataFrame, period: str, has_unit: npt.NDArray[np.bool_]
) -> dict[str, float]:
    """What a group costs and emits in a period: the sums of its dwellings.

    The policy's cost per tonne is empty where no CO2 is saved.
    """
    found = street(account, period, has_unit)
    saved_tonnes = (found["bau_co2_kg"] - found["co2_kg"]) / 1000
    per_tonne = found["subsidy_gbp"] / saved_tonnes if saved_tonnes > LEAST_SAVED_TONNES else np.nan
    columns = {**found, "subsidy_gbp_per_tonne": per_tonne}
    return {name: columns[name] for name in BALANCE_COLUMNS}


def at_times(
    demand_kw: FloatArray,
    net_kw: FloatArray,
    rise_kw_per_min: FloatArray,
    utilisation: FloatArray,
    dwellings: int,
) -> dict[str, float]:
    """What a group is at the peak and at the least of its demand, in morning and evening, by night.

    Parameters
    ----------
    demand_kw, net_kw, rise_kw_per_min
        Demand, demand less generation, and its rise, by minute of whole days.
    utilisation
        Share of the units that run, by hour of day, shape ``(24,)``.
    dwellings
        Of the group.
    """
    peak, least = int(demand_kw.argmax()), int(demand_kw.argmin())
    by_half_day = np.maximum(rise_kw_per_min.reshape(-1, 2, MINUTES_PER_DAY // 2), 0)
    morning, evening = by_half_day.max(axis=(0, 2))
    return {
        "least_demand_kw": float(demand_kw[least]) / dwellings,
        "import_cut_at_peak_share": 1 - max(float(net_kw[peak]), 0.0) / float(demand_kw[peak]),
        "export_at_least_demand_share": max(-float(net_kw[least]), 0.0) / float(demand_kw[least])
        if demand_kw[least] > 0
        else 0.0,
        "morning_ramp_kw_per_min": float(morning),
        "evening_ramp_kw_per_min": float(evening),
        "night_run_share": float(utilisation[NIGHT_HOURS].mean()),
        "busiest_hour_run_share": float(utilisation.max()),
    }


def _onset(group: xr.Dataset, period: str, shares: list[float]) -> float:
    exports = group["export_kwh"].sel(period=period).median("choice")
    return onset(shares, [float(export) for export in exports])


def _steepest(net_kw: FloatArray, window: int) -> tuple[FloatArray, FloatArray]:
    """Rise and fall over the window that ends in each minute."""
    lead = np.concatenate([np.full(window, net_kw[0]), net_kw[:-window]])
    return net_kw - lead, lead - net_kw


def _when(values: FloatArray, minutes: np.ndarray, dates: pd.DatetimeIndex) -> str:
    """The minute of a period in which something is largest."""
    at = int(np.where(minutes, values, -np.inf).argmax())
    return f"{dates[at]:%Y-%m-%dT%H:%M}"


def assess_groups(
    *,
    group_paths: Sequence[str | Path],
    account_paths: Sequence[str | Path],
    groups_path: str | Path,
) -> None:
    """Write ``groups.csv``.

    Parameters
    ----------
    group_paths
        What ``aggregate_group`` wrote, a file per case.
    account_paths
        What ``account_dwellings`` wrote, in the same order.
    groups_path
        CSV to write; columns in :data:`SCHEMA`.
    """
    rows = [
        row
        for path, account in zip(group_paths, account_paths, strict=True)
        for row in group_rows(read_netcdf(path), read_account(account))
    ]
    table = SCHEMA.validate(pd.DataFrame(rows))
    with whole(groups_path) as partial:
        table.to_csv(partial, index=False)
    log.log(RESULT, "%s, %s", counted(len(group_paths), "group"), counted(len(table), "row"))


def read_dwellings(path: str | Path) -> pd.DataFrame:
    """A table of dwellings that ``simulate_dwelling`` wrote, its texts as texts."""
    return read_table(path, ["house", "period", *CASE_NAMES])


def read_groups(path: str | Path) -> pd.DataFrame:
    """``groups.csv``, checked."""
    return SCHEMA.validate(read_table(path, TEXTS))
