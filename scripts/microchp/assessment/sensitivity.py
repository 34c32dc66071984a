"""What each assumption is worth: published numbers with one assumption changed at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import yaml

from microchp.assessment.comparison import look_up
from microchp.assessment.computed import design_table
from microchp.assessment.designs import read_designs
from microchp.assessment.published import Printed, read_published
from microchp.files import whole

GRID_EFFICIENCIES = (0.40, 0.44, 0.50)
"""GEE of Eq. 19, which is not printed, beside the one of the study."""

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
    },
    strict=True,
    ordered=True,
)
"""What leaves as ``sensitivity.csv``: ``computed`` with the study's assumptions, ``changed`` with
the other one, ``effect`` their difference; ``explained_share`` is how much of the deviation the
other assumption would take away (above 1: it goes past print, below 0: away from it)."""


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
        cases = {
            words: look_up(other, printed, **instead)
            for name, words in labels.items()
            for instead in ({"variant": name}, {"house": f"{asked['house']}_{name}"})
        }
        if asked["metric"] == "tde_kwh":
            cases |= _grid_efficiencies(own["design"], printed)
        for words, value in cases.items():
            if pd.notna(value):
                yield _row(words, printed, computed, value)


def _grid_efficiencies(table: pd.DataFrame, printed: Printed) -> dict[str, float]:
    """TDE with another grid efficiency: only the accounting changes, not the design."""
    found = {}
    net = look_up(
        {"design": table.assign(net=table["import_kwh"] - table["export_kwh"])}, _of(printed, "net")
    )
    fuel = look_up(
        {"design": table.assign(fuel=table["chp_fuel_kwh"] + table["boiler_fuel_kwh"])},
        _of(printed, "fuel"),
    )
    for efficiency in GRID_EFFICIENCIES:
        found[f"grid efficiency {efficiency:g}"] = fuel + net / efficiency
    return found


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
    }


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
