"""``metering.csv``: who gains by each design, and by each group, under every metering rule."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import xarray as xr

from microchp.account.designs import read_designs
from microchp.account.dwellings import METERED, read_metering
from microchp.account.parties import household_of_design, rows_of
from microchp.config import Settlement
from microchp.files import read_netcdf, read_table, whole
from microchp.operation.group import CASE_NAMES
from microchp.telling import RESULT, counted

TEXTS = ("scenario", "extent", "metering", *CASE_NAMES, "variant", "design")

SCHEMA = pa.DataFrameSchema(
    {
        "scenario": pa.Column(str),
        "extent": pa.Column(str, pa.Check.isin(["dwelling", "group"])),
        "penetration": pa.Column(float, pa.Check.in_range(0, 1)),
        "metering": pa.Column(str),
        **{name: pa.Column(float, nullable=name == "saving_gbp") for name in METERED},
        "dwellings": pa.Column(int),
        "units": pa.Column(int),
        **{name: pa.Column(str) for name in (*CASE_NAMES, "variant", "design")},
    },
    strict=True,
    ordered=True,
)
"""A row per rule and design, as it was designed (``extent`` is ``dwelling``), and per rule, group
and penetration, its units run heat-led (``group``). Sums of a group are over its dwellings."""

log = logging.getLogger(__name__)


def design_rows(row: pd.Series, design: xr.Dataset, settlement: Settlement) -> list[dict[str, Any]]:
    """Rows of a design.

    Parameters
    ----------
    row
        Of the table of designs.
    design
        Its flows.
    settlement
        Rules, and what of a kWh is whose.
    """
    by_meter = row["bau_import_gbp"] - row["import_gbp"] + row["export_income_gbp"]
    told = {
        "scenario": row["scenario"],
        "extent": "dwelling",
        "penetration": 1.0,
        "dwellings": 1,
        "units": int(row["chp_kw"] > 0),
        "group": row["house"],
        "unit": "",
        **{name: row[name] for name in ("incentive", "tes", "plant", "variant", "design")},
    }
    household = household_of_design(design)
    return [told | found for found in rows_of(household, settlement, row["eai_gbp"] - by_meter)]


def group_rows(group: xr.Dataset, metered: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a group at every penetration: sums over the dwellings that have a unit.

    Parameters
    ----------
    group
        What ``aggregate_group`` wrote.
    metered
        What ``account_dwellings`` wrote of its dwellings, by rule.
    """
    rows = []
    told = {name: str(group.attrs[name]) for name in CASE_NAMES}
    for share in group["penetration"].to_numpy():
        has_unit = group["has_unit"].sel(penetration=share).to_numpy().astype(bool)
        with_unit = metered[metered["dwelling"].isin(np.flatnonzero(has_unit))]
        for rule in dict.fromkeys(metered["metering"]):
            total = with_unit.loc[with_unit["metering"] == rule, [*METERED]].sum(skipna=False)
            rows.append(
                {
                    "scenario": group.attrs["case"],
                    "extent": "group",
                    "penetration": float(share),
                    "metering": rule,
                    **{name: float(total[name]) for name in METERED},
                    "dwellings": len(has_unit),
                    "units": int(has_unit.sum()) if group.attrs["power_kw"] > 0 else 0,
                    **told,
                    "variant": "",
                    "design": "",
                }
            )
    return rows


def assess_metering(
    *,
    design_paths: Sequence[str | Path],
    designs_path: str | Path | None,
    group_paths: Sequence[str | Path],
    dwelling_paths: Sequence[str | Path],
    metering_path: str | Path,
    settlement: Settlement,
) -> None:
    """Write ``metering.csv``.

    Parameters
    ----------
    design_paths, designs_path
        Design files in the order of ``designs.csv``, and that table; none without designs.
    group_paths, dwelling_paths
        What ``aggregate_group`` wrote, and what ``account_dwellings`` wrote by metering rule, in
        the same order.
    metering_path
        CSV to write; columns in :data:`SCHEMA`.
    settlement
        Rules, and what of a kWh is whose.
    """
    rows = []
    if designs_path is not None:
        table = read_designs(designs_path)
        for (_, row), path in zip(table.iterrows(), design_paths, strict=True):
            rows += design_rows(row, read_netcdf(path), settlement)
    for path, dwellings in zip(group_paths, dwelling_paths, strict=True):
        with xr.open_dataset(path, engine="netcdf4") as group:
            found = group[["has_unit"]].load()
        rows += group_rows(found, read_metering(dwellings))
    metering = SCHEMA.validate(pd.DataFrame(rows)[[*SCHEMA.columns]])
    with whole(metering_path) as partial:
        metering.to_csv(partial, index=False)
    log.log(
        RESULT, "%s, %s", counted(len(settlement.metering), "rule"), counted(len(metering), "row")
    )


def read_who_gains(path: str | Path) -> pd.DataFrame:
    """``metering.csv``, checked."""
    return SCHEMA.validate(read_table(path, TEXTS))
