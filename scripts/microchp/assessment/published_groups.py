"""What Peacock and Newborough 2006 print of their dwelling and group, beside what is computed."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from microchp.assessment.groups import PERIODS, read_groups
from microchp.files import whole

log = logging.getLogger(__name__)

MINUTES_PER_DAY = 1440

_RELATIVE = {"admd_relative": "admd_kw", "import_relative": "import_kwh"}
"""Measures over what they are without any unit."""

PUBLISHED_SCHEMA = pa.DataFrameSchema(
    {
        "paper": pa.Column(str),
        "table": pa.Column(str),
        "item": pa.Column(str),
        "level": pa.Column(str, pa.Check.isin(["dwelling", "group"])),
        "unit_name": pa.Column(str),
        "penetration": pa.Column(float, nullable=True, coerce=True),
        "period": pa.Column(str, pa.Check.isin(PERIODS)),
        "metric": pa.Column(str),
        "unit": pa.Column(str),
        "value": pa.Column(float, coerce=True),
        "tolerance": pa.Column(float, nullable=True, coerce=True),
        "basis": pa.Column(str, nullable=True, coerce=True),
    },
    strict=True,
)
"""A number of print; without a ``tolerance`` it hangs on the metered days, which are not printed,
and is shown but not judged. ``basis`` says where it is more than a cell of a table."""

COMPARISON_SCHEMA = pa.DataFrameSchema(
    {
        "paper": pa.Column(str),
        "table": pa.Column(str),
        "item": pa.Column(str),
        "published": pa.Column(float),
        "computed": pa.Column(float, nullable=True),
        "deviation": pa.Column(float, nullable=True),
        "verdict": pa.Column(str, pa.Check.isin(["within", "outside", "not judged"])),
        "level": pa.Column(str),
        "unit_name": pa.Column(str),
        "penetration": pa.Column(float, nullable=True),
        "period": pa.Column(str),
        "metric": pa.Column(str),
        "unit": pa.Column(str),
        "tolerance": pa.Column(float, nullable=True),
        "basis": pa.Column(str, nullable=True),
    },
    strict=True,
    ordered=True,
)


def _of_dwelling(row: pd.Series, metric: str) -> float:
    if metric == "import_share":
        return float(row["import_kwh"] / row["electricity_demand_kwh"])
    if metric == "run_minutes":
        return float(row["run_time_share"] * MINUTES_PER_DAY)
    return float(row[metric])


def _of_group(rows: pd.DataFrame, penetration: float, metric: str) -> float:
    row = rows.iloc[int((rows["penetration"] - penetration).abs().to_numpy().argmin())]
    if metric == "run_minutes":
        return float(row["run_time_share"] * MINUTES_PER_DAY)
    if metric in _RELATIVE:
        none = rows.iloc[int(rows["penetration"].to_numpy().argmin())]
        return float(row[_RELATIVE[metric]] / none[_RELATIVE[metric]])
    return float(row[metric])


def compare_groups(
    groups: pd.DataFrame, dwellings: dict[str, pd.DataFrame], published: pd.DataFrame
) -> pd.DataFrame:
    """Every published number with the computed one, its deviation and a verdict.

    Parameters
    ----------
    groups
        Rows of ``groups.csv`` for the published group, with ``unit_name`` added.
    dwellings
        For each unit, the table of the single dwelling.
    published
        A file of ``resources/published``, columns in :data:`PUBLISHED_SCHEMA`.

    Returns
    -------
    pandas.DataFrame
        In the order of ``published``, nothing left out; columns in :data:`COMPARISON_SCHEMA`.
    """
    rows: list[dict[str, Any]] = []
    for cell in PUBLISHED_SCHEMA.validate(published).to_dict("records"):
        unit, period, metric = cell["unit_name"], cell["period"], cell["metric"]
        if cell["level"] == "dwelling":
            table = dwellings[unit]
            computed = _of_dwelling(table[table["period"] == period].iloc[0], metric)
        else:
            chosen = (groups["unit_name"] == unit) & (groups["period"] == period)
            computed = _of_group(groups[chosen], cell["penetration"], metric)
        deviation = computed - cell["value"]
        verdict = "not judged"
        if not math.isnan(cell["tolerance"]):
            verdict = "within" if abs(deviation) <= cell["tolerance"] else "outside"
        rows.append(
            {name: cell[name] for name in ("paper", "table", "item")}
            | {"published": cell["value"], "computed": computed, "deviation": deviation}
            | {"verdict": verdict}
            | {
                name: cell[name]
                for name in (
                    *("level", "unit_name", "penetration", "period", "metric", "unit"),
                    *("tolerance", "basis"),
                )
            }
        )
    return COMPARISON_SCHEMA.validate(pd.DataFrame(rows))


def compare_published_groups(
    *,
    groups_csv: str | Path,
    dwelling_csvs: Sequence[str | Path],
    published_csv: str | Path,
    comparison_csv: str | Path,
) -> None:
    """Hold the published dwelling and group against the run.

    Parameters
    ----------
    groups_csv
        ``groups.csv`` of a run with the published group.
    dwelling_csvs
        Tables of the single dwelling, named ``<house>-<unit>.csv``.
    published_csv
        Columns in :data:`PUBLISHED_SCHEMA`.
    comparison_csv
        CSV to write; columns in :data:`COMPARISON_SCHEMA`.
    """
    groups = read_groups(groups_csv)
    houses = {Path(path).stem.split("-")[0] for path in dwelling_csvs}
    units = groups["scenario"].str.split("-").str[-1]
    street = groups.assign(unit_name=units)[~groups["group"].isin(houses)]
    dwellings = {Path(path).stem.split("-")[1]: pd.read_csv(path) for path in dwelling_csvs}
    table = compare_groups(street, dwellings, pd.read_csv(published_csv))
    with whole(comparison_csv) as partial:
        table.to_csv(partial, index=False)
    counts = table["verdict"].value_counts()
    log.info(
        "%d published numbers: %s",
        len(table),
        ", ".join(f"{count} {verdict}" for verdict, count in counts.items()),
    )
