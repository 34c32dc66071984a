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
        "computed_unfitted": pa.Column(float, nullable=True),
    },
    strict=True,
    ordered=True,
)
"""What leaves as the comparison; ``computed_unfitted`` is a dwelling's number with the built-in
demand of the same annual totals, nothing else of which was fitted."""


def _of_dwelling(table: pd.DataFrame, period: str, metric: str) -> float:
    row = table[table["period"] == period].iloc[0]
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
    groups: pd.DataFrame,
    dwellings: dict[str, pd.DataFrame],
    published: pd.DataFrame,
    unfitted: dict[str, pd.DataFrame] | None = None,
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
    unfitted
        Tables of a dwelling with unfitted demand, by unit.

    Returns
    -------
    pandas.DataFrame
        In the order of ``published``, nothing left out; columns in :data:`COMPARISON_SCHEMA`.
    """
    rows: list[dict[str, Any]] = []
    for cell in PUBLISHED_SCHEMA.validate(published).to_dict("records"):
        unit, period, metric = cell["unit_name"], cell["period"], cell["metric"]
        beside = math.nan
        if cell["level"] == "dwelling":
            computed = _of_dwelling(dwellings[unit], period, metric)
            if unfitted and unit in unfitted:
                beside = _of_dwelling(unfitted[unit], period, metric)
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
            | {"computed_unfitted": beside}
        )
    return COMPARISON_SCHEMA.validate(pd.DataFrame(rows))


def compare_published_groups(
    *,
    groups_csv: str | Path,
    group: str,
    dwelling_csvs: Sequence[str | Path],
    unfitted_csvs: Sequence[str | Path],
    published_csv: str | Path,
    comparison_csv: str | Path,
) -> None:
    """Hold the published dwelling and group against the run.

    Parameters
    ----------
    groups_csv
        ``groups.csv`` of a run with the published group.
    group
        Its name.
    dwelling_csvs, unfitted_csvs
        Tables of the single dwelling, and of one with unfitted demand, ``<house>-<unit>.csv``.
    published_csv
        Columns in :data:`PUBLISHED_SCHEMA`.
    comparison_csv
        CSV to write; columns in :data:`COMPARISON_SCHEMA`.
    """
    groups = read_groups(groups_csv)
    groups = groups[groups["group"] == group]
    table = compare_groups(
        groups.assign(unit_name=groups["scenario"].map(_unit_of)),
        {_unit_of(path): pd.read_csv(path) for path in dwelling_csvs},
        pd.read_csv(published_csv),
        {_unit_of(path): pd.read_csv(path) for path in unfitted_csvs},
    )
    with whole(comparison_csv) as partial:
        table.to_csv(partial, index=False)
    counts = table["verdict"].value_counts()
    log.info(
        "%d published numbers: %s",
        len(table),
        ", ".join(f"{count} {verdict}" for verdict, count in counts.items()),
    )


def _unit_of(case: str | Path) -> str:
    """The unit of a case, ``<group>-<unit>``, or of its table."""
    return Path(case).stem.split("-")[1]
