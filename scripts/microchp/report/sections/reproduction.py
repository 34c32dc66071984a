"""Published numbers beside those computed here: in short, by paper, and each on demand."""

from __future__ import annotations

import math

import pandas as pd

from microchp.report.page import Cell, Column, Fold, Section, Table, Text, cell
from microchp.reproduction.comparison import IN_KIND, VERDICT_WORDS, VERDICTS

PAPERS = {
    "oluleye2017": "Oluleye et al. 2017",
    "oluleye2018": "Oluleye et al. 2018",
    "peacock2006": "Peacock and Newborough 2006",
    "depaepe2006": "De Paepe et al. 2006",
}

_MEANING = (
    "Exact: at the printed digits. Close: within the stated tolerance. Roughly: of the same sign "
    f"and within {IN_KIND:g} tolerances. Differs: neither. Inconsistent in print: other numbers of "
    "the same paper rule it out. Not computed: nothing in the run answers to it. “Fitted” marks "
    "numbers that inputs were fitted to; agreement there shows which assumptions the authors must "
    "have met, and predicts nothing."
)


# of two lines, so that the table is no wider than the page
_HEADINGS = {"inconsistent in print": ("Inconsistent", "in print")}

_BESIDE = {
    "computed_crf": "Published sizes, crf",
    "computed_optimum": "Optimum, as printed",
    "computed_optimum_crf": "Optimum, crf",
    "computed_unfitted": "Unfitted demand",
}


def section(comparison: pd.DataFrame | None) -> Section | None:
    """Verdicts by paper, what differs with its reason, and all published numbers on demand."""
    if comparison is None:
        return None
    results = comparison[
        (comparison["role"] == "result") & (comparison["verdict"] != "not computed")
    ]
    good = int(results["verdict"].isin(["exact", "close"]).sum())
    differing = comparison[comparison["verdict"].isin(["in kind", "differs"])]
    return Section(
        "published",
        "Published results",
        [
            Text(
                f"{good} of {len(results)} published results are met exactly or closely; "
                f"{len(comparison)} numbers are compared with print in all."
            ),
            verdict_table(comparison),
            Text(_MEANING, soft=True),
            *([number_table("What is not met, and why", differing)] if len(differing) else []),
            Fold(
                f"All {len(comparison)} published numbers",
                "by paper, table and verdict",
                [number_table("All published numbers", comparison)],
                long=True,
            ),
        ],
    )


COUNTS = ("numbers", *VERDICTS, "fitted")
"""Columns of :func:`verdict_counts` that count."""


def verdict_counts(comparison: pd.DataFrame) -> pd.DataFrame:
    """How many numbers have which verdict, inputs and results of each paper apart, and all.

    Returns
    -------
    pandas.DataFrame
        ``paper`` and ``role`` in words, then :data:`COUNTS`.
    """
    each = pd.get_dummies(comparison["verdict"]).reindex(columns=list(VERDICTS), fill_value=0)
    each = each.assign(numbers=1, fitted=comparison["fitted"])[list(COUNTS)].astype(int)
    counts = each.groupby([comparison["paper"].map(PAPERS), comparison["role"] + "s"]).sum()
    counts.loc[("All", ""), :] = counts.sum()
    return counts.astype(int).reset_index()


def verdict_table(comparison: pd.DataFrame) -> Table:
    """The counts of verdicts as a table of the page."""
    counts = verdict_counts(comparison)
    rows: list[list[Cell | str]] = [
        [row["paper"], row["role"], *(cell(row[name]) for name in COUNTS)]
        for _, row in counts.iterrows()
    ]
    columns = [
        Column("Paper", text=True),
        Column("Role", text=True),
        *(
            Column(*_HEADINGS.get(name, (VERDICT_WORDS.get(name, name).capitalize(),)))
            for name in COUNTS
        ),
    ]
    return Table("Numbers by paper and verdict", columns, rows)


def number_table(caption: str, comparison: pd.DataFrame) -> Table:
    """Published numbers with what is computed, in print's units."""
    besides = {name: title for name, title in _BESIDE.items() if comparison[name].notna().any()}
    rows: list[list[Cell | str]] = [
        [
            row["item"],
            VERDICT_WORDS.get(row["verdict"], row["verdict"]),
            *(_shown(row, name) for name in ("published", "computed", "deviation")),
            row["unit"],
            row["reason"],
            PAPERS[row["paper"]],
            row["table"],
            _shown(row, "tolerance"),
            "yes" if row["fitted"] else "no",
            *(_shown(row, name) for name in besides),
        ]
        for _, row in comparison.iterrows()
    ]
    columns = [
        Column("Published number", text=True),
        Column("Verdict", text=True, filters=True),
        Column("Published"),
        Column("Computed"),
        Column("Deviation"),
        Column("Unit", text=True),
        Column("Reason", text=True, wrap=True),
        Column("Paper", text=True, filters=True),
        Column("Table", text=True, filters=True),
        Column("Tolerance"),
        Column("Fitted", text=True, filters=True),
        *(Column(title) for title in besides.values()),
    ]
    return Table(caption, columns, rows, wide=True)


def _shown(row: pd.Series, name: str) -> Cell:
    """A value with one digit more than print has in its order of magnitude."""
    value = float(row[name])
    if math.isinf(value):
        return Cell("never")
    size = max(abs(float(row["published"])), abs(float(row["tolerance"])), 1e-9)
    digits = min(3, max(0, 2 - math.floor(math.log10(size))))
    return cell(value, digits, signed=name == "deviation")
