"""What each assumption is worth: published numbers with one assumption changed at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import yaml

from microchp.account.designs import read_designs
from microchp.files import whole
from microchp.reproduction.comparison import look_up
from microchp.reproduction.computed import design_table
from microchp.reproduction.published import Printed, read_published

GRID_EFFICIENCIES = (0.44, 0.45, 0.50)
"""Other GEE of Eq. 19 than the study's; none is printed."""

PRINTED_GAS_KG_PER_KWH = 0.185
"""FEF of Eq. 20 as it is printed."""

_GRID_KG_PER_KWH = 0.519  # GEF of Eq. 20, printed and used

METRICS = ("eai_as_printed_gbp", "co2_kg", "tde_kwh")

SCHEMA = pa.DataFrameSchema(
    {
        "assumption": pa.Column(str),
        "quantity": pa.Column(str),
        "design": pa.Column(str),
        "unit": pa.Column(str),
        "published": pa.Column(float),
        "computed": pa.Column(float),
        "deviation": pa.Column(float),
        "changed": pa.Column(float),
        "effect": pa.Column(float),
        "explained_share": pa.Column(float, nullable=True),
        "key": pa.Column(str),
    },
    strict=True,
    ordered=True,
)
"""What leaves as ``sensitivity.csv``: ``computed`` with the study's assumptions, ``changed`` with
the other one, ``effect`` their difference; ``explained_share`` is how much of the deviation the
other assumption would take away (above 1: it goes past print, below 0: away from it); ``key`` is
that of the published number."""


def sensitivity_rows(
    study: pd.DataFrame,
    changed: pd.DataFrame,
    published: list[Printed],
    labels: dict[str, str],
) -> Iterator[dict[str, Any]]:
    """Numbers of Tables 2 and 3 under each other assumption.

    Parameters
    ----------
    study
        ``designs.csv`` of the study.
    changed
        ``designs.csv`` of the run of its published sizes under other assumptions: each is a
        variant, or a house named ``<house>_<assumption>``.
    published
        Numbers of the paper.
    labels
        What each variant and each assumption on a house means, in words.
    """
    own, other = {"design": design_table(study)}, {"design": design_table(changed)}
    for printed in published:
        table, asked = printed.looked_up
        if table != "design" or printed.table not in ("Table 2", "Table 3"):
            continue
        if asked["metric"] not in METRICS:
            continue
        computed = look_up(own, printed)
        # an assumption is a variant or a house, never both
        cases = [
            (words, look_up(other, printed, **instead))
            for name, words in labels.items()
            for instead in ({"variant": name}, {"house": f"{asked['house']}_{name}"})
        ]
        cases += _accounts(own["design"], printed, asked["metric"]).items()
        for words, value in cases:
            if pd.notna(value):
                yield _row(words, printed, computed, value)


def _accounts(table: pd.DataFrame, printed: Printed, metric: str) -> dict[str, float]:
    """TDE and CO2 with other factors: only the accounting changes, not the design (Eq. 19, 20)."""
    fuel = table["chp_fuel_kwh"] + table["boiler_fuel_kwh"]
    net = table["import_kwh"] - table["export_kwh"]
    if metric == "tde_kwh":
        changed = {f"grid efficiency {gee:g}": fuel + net / gee for gee in GRID_EFFICIENCIES}
    elif metric == "co2_kg":
        share = (table["co2_kg"] - _GRID_KG_PER_KWH * net) / fuel
        factor = f"gas factor {PRINTED_GAS_KG_PER_KWH:g} kg/kWh, as printed"
        changed = {factor: table["co2_kg"] + (PRINTED_GAS_KG_PER_KWH - share) * fuel}
    else:
        changed = {}
    return {
        words: look_up({"design": table.assign(changed=values)}, _of(printed, "changed"))
        for words, values in changed.items()
    }


def _of(printed: Printed, metric: str) -> Printed:
    return replace(printed, key=f"{printed.key.rpartition(' ')[0]} metric={metric}")


def _row(words: str, printed: Printed, computed: float, changed: float) -> dict[str, Any]:
    deviation = computed - printed.number
    return {
        "assumption": words,
        "quantity": printed.row.partition(",")[0],
        "design": f"{printed.table}, {printed.row.partition(', design ')[2]}, {printed.column}",
        "unit": printed.unit,
        "published": printed.number,
        "computed": computed,
        "deviation": deviation,
        "changed": changed,
        "effect": changed - computed,
        "explained_share": (computed - changed) / deviation if deviation else float("nan"),
        "key": printed.key,
    }


def summary(sensitivity: pd.DataFrame) -> pd.DataFrame:
    """What each assumption is worth over the numbers that it was tried on.

    Parameters
    ----------
    sensitivity
        Columns in :data:`SCHEMA`.

    Returns
    -------
    pandas.DataFrame
        By ``quantity`` and ``assumption``, the least deviation first: ``numbers``, ``study`` and
        ``changed``, the root mean squares of the deviation from print (``unit``) of the study and
        with the other assumption, and ``effect``, the mean of what that does.
    """
    squares = sensitivity.assign(
        study=sensitivity["deviation"] ** 2,
        other=(sensitivity["changed"] - sensitivity["published"]) ** 2,
    )
    table = squares.groupby(["quantity", "assumption", "unit"], sort=False, as_index=False).agg(
        numbers=("study", "size"),
        study=("study", "mean"),
        changed=("other", "mean"),
        effect=("effect", "mean"),
    )
    table[["study", "changed"]] **= 0.5
    return table.sort_values(["quantity", "changed"], ignore_index=True)


def assess_sensitivity(
    *,
    designs_path: str | Path,
    changed_path: str | Path,
    published_path: str | Path,
    labels_path: str | Path,
    sensitivity_path: str | Path,
) -> None:
    """Write what each assumption is worth.

    Parameters
    ----------
    designs_path, changed_path
        ``designs.csv`` of the study, and of its published sizes under other assumptions.
    published_path
        Numbers of the paper.
    labels_path
        YAML: name of an assumption -> what it means.
    sensitivity_path
        CSV to write; columns in :data:`SCHEMA`.
    """
    labels = yaml.safe_load(Path(labels_path).read_text(encoding="utf-8"))
    rows = sensitivity_rows(
        read_designs(designs_path),
        read_designs(changed_path),
        read_published([published_path]),
        labels,
    )
    table = SCHEMA.validate(pd.DataFrame(list(rows), columns=list(SCHEMA.columns)))
    with whole(sensitivity_path) as partial:
        table.to_csv(partial, index=False)
