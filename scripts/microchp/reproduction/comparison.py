"""What was published beside what is computed here, number by number."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import yaml

from microchp.config import OPTIMAL
from microchp.errors import AssessmentError
from microchp.files import whole
from microchp.reproduction.audit import places_at_fault
from microchp.reproduction.computed import AS_PRINTED, Results, tables_of
from microchp.reproduction.published import Printed, read_published
from microchp.telling import RESULT

log = logging.getLogger(__name__)

VERDICTS = ("exact", "close", "in kind", "differs", "inconsistent in print", "not computed")

VERDICT_WORDS = {"in kind": "roughly"}
"""Verdicts that readers see in other words than ``published.csv`` has."""

IN_KIND = 3.0
"""A number is met in kind if it has the sign of print and is off by at most so many tolerances."""

UNEXPLAINED = "no reason known"
"""Reason of a number that differs and has none in the file of reasons."""

UNFITTED = "unfitted"
"""House that has the published dwelling's totals and none of what was fitted to it."""

SCHEMA = pa.DataFrameSchema(
    {
        "paper": pa.Column(str),
        "table": pa.Column(str),
        "item": pa.Column(str),
        "published": pa.Column(float),
        "computed": pa.Column(float, nullable=True),
        "deviation": pa.Column(float, nullable=True),
        "verdict": pa.Column(str, pa.Check.isin(VERDICTS)),
        "row": pa.Column(str),
        "column": pa.Column(str),
        "unit": pa.Column(str),
        "tolerance": pa.Column(float),
        "role": pa.Column(str, pa.Check.isin(["input", "result"])),
        "fitted": pa.Column(bool),
        "reason": pa.Column(str),
        "computed_crf": pa.Column(float, nullable=True),
        "computed_optimum": pa.Column(float, nullable=True),
        "computed_optimum_crf": pa.Column(float, nullable=True),
        "computed_unfitted": pa.Column(float, nullable=True),
        "locator": pa.Column(str),
        "key": pa.Column(str),
    },
    strict=True,
    ordered=True,
)
"""What leaves as ``published.csv``. ``deviation`` is computed less published; all values are in
``unit``. ``computed_crf`` is the same design's income with the capital recovery factor;
``computed_optimum`` and ``computed_optimum_crf`` are of the sizes that cost least under Eq. 6 as
printed and under that factor; ``computed_unfitted`` is a dwelling's number with demand of which
only the totals are the paper's."""


@dataclass(frozen=True)
class Reason:
    """Why numbers come out otherwise than published.

    Holds for the papers named and for keys that have one of the values for each name in
    ``where`` (``table`` and ``row`` are where the number is printed).
    """

    papers: tuple[str, ...]
    where: Mapping[str, Collection[str]]
    reason: str

    def holds(self, printed: Printed) -> bool:
        """Whether this is the reason for a number."""
        _, asked = printed.looked_up
        known = asked | {"table": printed.table, "row": printed.row}
        return printed.paper in self.papers and all(
            known.get(name) in values for name, values in self.where.items()
        )


def read_reasons(path: str | Path) -> list[Reason]:
    """Reasons of ``resources/published/reasons.yaml``; the first that holds counts."""
    entries = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    names = {field.name for field in fields(Reason)}
    for entry in entries:
        if set(entry) != names:
            raise AssessmentError(f"{path}: expected keys {sorted(names)}, found {sorted(entry)}")
    return [Reason(tuple(e["papers"]), e["where"], " ".join(e["reason"].split())) for e in entries]


def look_up(tables: Mapping[str, pd.DataFrame], printed: Printed, **instead: str) -> float:
    """The computed number, in the unit of print; ``nan`` where the run has none.

    Parameters
    ----------
    tables
        What :func:`microchp.reproduction.computed.tables_of` gave.
    printed
        The published number with its key.
    instead
        Values to look up instead of those in the key.

    Raises
    ------
    AssessmentError
        If a key names a column that its table does not have, or fits more than one row.
    """
    name, asked = printed.looked_up
    table = tables.get(name)
    if table is None:
        return math.nan
    asked = asked | instead
    metric = asked.pop("metric", "value")
    scale = float(asked.pop("scale", "100" if printed.unit == "%" else "1"))
    if name == "design":
        asked = {"variant": ""} | asked
    unknown = {metric, *asked} - set(table)
    if unknown:
        raise AssessmentError(f"{printed.place}: no column {sorted(unknown)} in '{name}'")
    rows = table
    for column, value in asked.items():
        rows = rows[rows[column].astype(str) == value]
    if len(rows) > 1:
        raise AssessmentError(f"{printed.place}: {len(rows)} rows of '{name}' fit {printed.key}")
    return scale * float(rows[metric].iloc[0]) if len(rows) else math.nan


def verdict(printed: Printed, computed: float, at_fault: bool) -> str:
    """How far a computed number agrees with the published one."""
    if math.isnan(computed):
        return "not computed"
    if at_fault:
        return "inconsistent in print"
    off = printed.off(computed)
    if off <= printed.half_digit * (1 + 1e-9):
        return "exact"
    if off <= printed.allowed * (1 + 1e-9):
        return "close"
    same_sign = computed * printed.number >= 0
    return "in kind" if same_sign and off <= IN_KIND * printed.allowed else "differs"


def beside(tables: Mapping[str, pd.DataFrame], printed: Printed) -> dict[str, float]:
    """The number with another factor, at the optimum, and with unfitted demand."""
    name, asked = printed.looked_up
    found = dict.fromkeys(
        ("computed_crf", "computed_optimum", "computed_optimum_crf", "computed_unfitted"), math.nan
    )
    metric = asked.get("metric", "")
    if name == "design":
        with_crf = metric.replace("as_printed", "crf")
        if with_crf != metric:
            found["computed_crf"] = look_up(tables, printed, metric=with_crf)
        # the papers count the levy on top of a design; no optimum answers to that
        if asked["incentive"] != "co2_levy":
            found["computed_optimum"] = look_up(tables, printed, design=OPTIMAL, variant=AS_PRINTED)
            found["computed_optimum_crf"] = look_up(
                tables, printed, design=OPTIMAL, variant="", metric=with_crf
            )
    if name == "dwelling":
        found["computed_unfitted"] = look_up(tables, printed, house=UNFITTED)
    return found


def compare(
    tables: Mapping[str, pd.DataFrame], published: Sequence[Printed], reasons: Sequence[Reason]
) -> pd.DataFrame:
    """Every published number with the computed one, its deviation, a verdict and a reason.

    Parameters
    ----------
    tables
        What a run has, from :func:`microchp.reproduction.computed.tables_of`.
    published
        Numbers of whole papers: the audit needs them all.
    reasons
        Why numbers differ.

    Returns
    -------
    pandas.DataFrame
        In the order of ``published``, nothing left out; columns in :data:`SCHEMA`.
    """
    at_fault = places_at_fault(published)
    rows: list[dict[str, Any]] = []
    for printed in published:
        computed = look_up(tables, printed)
        word = verdict(printed, computed, printed.place in at_fault)
        reason = at_fault.get(printed.place, "")
        if word in ("in kind", "differs", "not computed"):
            otherwise = "nothing in the workflow answers to it" if not printed.key else UNEXPLAINED
            reason = next((r.reason for r in reasons if r.holds(printed)), otherwise)
        rows.append(
            {
                "paper": printed.paper,
                "table": printed.table,
                "item": printed.item,
                "published": printed.number,
                "computed": computed,
                "deviation": computed - printed.number,
                "verdict": word,
                "row": printed.row,
                "column": printed.column,
                "unit": printed.unit,
                "tolerance": printed.allowed,
                "role": printed.role,
                "fitted": printed.fitted == "yes",
                "reason": reason,
                **beside(tables, printed),
                "locator": printed.locator,
                "key": printed.key,
            }
        )
    return SCHEMA.validate(pd.DataFrame(rows))


NULLABLE = [name for name, column in SCHEMA.columns.items() if column.nullable]


def read_comparison(path: str | Path) -> pd.DataFrame:
    """A ``published.csv``, checked."""
    table = pd.read_csv(
        path,
        keep_default_na=False,
        na_values={name: [""] for name in NULLABLE},
        dtype={name: str for name in ("row", "column", "reason", "locator", "key")},
    )
    return SCHEMA.validate(table)


def compare_published(
    *,
    published_paths: Sequence[str | Path],
    reasons_path: str | Path,
    comparison_path: str | Path,
    config_path: str | Path,
    designs_path: str | Path | None = None,
    groups_path: str | Path | None = None,
    dwelling_paths: Sequence[str | Path] = (),
    unit_comparison_paths: Sequence[str | Path] = (),
    quality_paths: Sequence[str | Path] = (),
) -> None:
    """Hold a run against the papers that it is to be compared with.

    Parameters
    ----------
    published_paths, reasons_path
        Files of ``resources/published``.
    comparison_path
        CSV to write; columns in :data:`SCHEMA`.
    config_path
        The run's resolved configuration.
    designs_path, groups_path
        Tables of the run, where it has them.
    dwelling_paths
        Tables of single dwellings, named ``<house>-<unit>.csv``.
    unit_comparison_paths
        ``comparison.csv`` and ``comparison_economics.csv``, if made.
    quality_paths
        Quality JSON of each house's demand.
    """
    results = Results(
        config=Path(config_path),
        designs=Path(designs_path) if designs_path else None,
        groups=Path(groups_path) if groups_path else None,
        dwellings=[Path(path) for path in dwelling_paths],
        units=[Path(path) for path in unit_comparison_paths],
        qualities=[Path(path) for path in quality_paths],
    )
    table = compare(tables_of(results), read_published(published_paths), read_reasons(reasons_path))
    with whole(comparison_path) as partial:
        table.to_csv(partial, index=False)
    log.log(RESULT, "%s", counts_in_words(table))


def counts_in_words(table: pd.DataFrame) -> str:
    """How many numbers there are and how they agree."""
    counts = table["verdict"].value_counts()
    known = [
        f"{counts[word]} {VERDICT_WORDS.get(word, word)}" for word in VERDICTS if word in counts
    ]
    return f"{len(table)} published numbers: {', '.join(known)}"
