"""What the documentation says of the published studies, written from their results.

``python -m microchp.report.validation`` writes ``docs/validation.md``, its figure and the counts in
``README.md`` from ``results/reproduction``: no number of either is written by hand.
"""

from __future__ import annotations

import argparse
import math
import re
from pathlib import Path
from typing import Any

import pandas as pd

from microchp.account.designs import read_designs
from microchp.files import whole
from microchp.report.sections.reproduction import COUNTS, PAPERS, verdict_counts
from microchp.reproduction.comparison import (
    IN_KIND,
    VERDICT_WORDS,
    counts_in_words,
    read_comparison,
)
from microchp.reproduction.conclusions import agreement, changes
from microchp.reproduction.published import looked_up
from microchp.reproduction.sensitivity import summary

BEGIN, END = "<!-- reproduction: begin -->", "<!-- reproduction: end -->"
"""Between these lines of README.md stands what this module writes."""


def markdown_table(table: pd.DataFrame, digits: dict[str, int]) -> str:
    """A table in Markdown; numbers of a column with its count of digits, empty where missing."""

    def shown(value: Any, column: str) -> str:
        if isinstance(value, str):
            return value
        if value == math.inf:
            return "never"
        return "" if pd.isna(value) else f"{value:.{digits[column]}f}"

    columns = [str(column) for column in table]
    marks = ["---:" if column in digits else "---" for column in columns]
    rows = [[shown(row[column], column) for column in columns] for _, row in table.iterrows()]
    return "\n".join("| " + " | ".join(row) + " |" for row in [columns, marks, *rows])


def _count_table(comparison: pd.DataFrame) -> str:
    counts = verdict_counts(comparison).rename(columns=VERDICT_WORDS)
    digits = {VERDICT_WORDS.get(name, name): 0 for name in COUNTS}
    return markdown_table(counts, digits)


def readme_block(comparison: pd.DataFrame) -> str:
    """What README.md says of the reproduction."""
    return f"{BEGIN}\n{_count_table(comparison)}\n{END}"


def replace_block(text: str, block: str) -> str:
    """A document with the part between the marks replaced."""
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    return pattern.sub(lambda _: block, text)


def eai_table(comparison: pd.DataFrame) -> pd.DataFrame:
    """Published and computed EAI of each cell of the journal paper's Tables 2 and 3."""
    metric = comparison["key"].map(lambda key: looked_up(key)[1].get("metric"))
    cells = comparison[
        (comparison["paper"] == "oluleye2018")
        & comparison["table"].isin(["Table 2", "Table 3"])
        & (metric == "eai_as_printed_gbp")
    ]
    return pd.DataFrame(
        {
            "table": cells["table"],
            "cell": cells["item"],
            "print": cells["published"],
            "published size": cells["computed"],
            "deviation": cells["deviation"],
            "published size, crf": cells["computed_crf"],
            "optimum, as printed": cells["computed_optimum"],
            "optimum, crf": cells["computed_optimum_crf"],
        }
    )


TEXT = """\
# Validation

Written by `make validation` from the results of `make reproduce`. Every number is on the page
`results/reproduction/index.html`. {counts}

Every number of `resources/published/` was copied from print twice. A test checks that the two
copies are equal, cell by cell (`tests/second_transcription.csv`).

## Verdicts, and how to read them

{verdicts}

- **Exact**: equal to as many digits as are printed. Where print gives a limit in words ("at least",
  "at most"), the number keeps it.
- **Close**: within the tolerance that `resources/published/` states for the number.
- **Roughly**: of the same sign and within {in_kind:g} tolerances.
- **Differs**: none of these. The reason is given below.
- **Inconsistent in print**: other numbers of the same paper contradict it, by arithmetic that is
  shown below. It is not compared with the workflow.
- **Not computed**: a run computes no such number.

Inputs are what a paper gave to its model; results are what the model returned. Some inputs are not
printed. They were fitted to some of the results, in `config/studies/` only, and the column `fitted`
of `published.csv` marks these results. That they agree shows which assumptions the authors must
have made. It predicts nothing.

`published.csv` has up to five computed values for each published number:

- `computed`: at the published sizes, with Eq. 6 as printed;
- `computed_crf`: at the published sizes, with the capital recovery factor;
- `computed_optimum` and `computed_optimum_crf`: at the sizes that are proven to be the best, with
  Eq. 6 as printed and with the capital recovery factor;
- `computed_unfitted`: as `computed`, with a demand that has only its totals from the paper.

## What follows

{agreement}

## What changes with the corrected factor and at the certified optimum

{changes}

## Yearly income of the design study

EAI (£/year) as published and as computed. "Published size" is computed for the published sizes,
"optimum" for the sizes that are proven to be the best. "crf" is with the capital recovery factor;
the others are with Eq. 6 as printed.

{eai}

## What each assumption is worth

Each row puts one assumption of the study aside and tries another. "Deviation" is how far the
computed numbers of Tables 2 and 3 are from print (root mean square over the numbers tried), first
with the study's assumption and then with the other. "Mean effect" is by how much the numbers
change.

![Deviation from print under each assumption](images/assumptions.svg)

{worth}

## What differs, and why

Every number with the verdict "differs".

{differs}

## The papers against themselves

Numbers that other numbers of the same paper contradict. "Identity" is the relation that should hold
between them, "numbers" is how many break it, and the example is the arithmetic for one of them.

{audit}

### Sentences against tables

What a paper says in words, and what its own tables show.

{statements}
"""


def validation_page(
    comparison: pd.DataFrame,
    audit: pd.DataFrame,
    statements: pd.DataFrame,
    sensitivity: pd.DataFrame,
    designs: pd.DataFrame,
) -> str:
    """The validation page of the documentation."""
    differs = comparison[comparison["verdict"] == "differs"]
    wrong = audit[audit["verdict"] == "inconsistent"]
    by_check = (
        wrong.groupby(["paper", "check"], sort=False)
        .agg(numbers=("row", "size"), example=("arithmetic", "first"))
        .reset_index()
    )
    by_check["paper"] = by_check["paper"].map(PAPERS)
    incomes = eai_table(comparison)
    return TEXT.format(
        counts=f"{counts_in_words(comparison)}.",
        verdicts=_count_table(comparison),
        in_kind=IN_KIND,
        agreement=_points(agreement(comparison, sensitivity)),
        changes=_points(changes(designs, audit)),
        eai=markdown_table(incomes, dict.fromkeys(incomes.columns[2:], 1)),
        worth=markdown_table(
            summary(sensitivity).rename(
                columns={
                    "assumption": "assumption instead",
                    "study": "deviation, study",
                    "changed": "deviation, instead",
                    "effect": "mean effect",
                }
            ),
            {"numbers": 0, "deviation, study": 1, "deviation, instead": 1, "mean effect": 1},
        ),
        differs=markdown_table(
            pd.DataFrame(
                {
                    "paper": differs["paper"].map(PAPERS),
                    "number": differs["table"] + ": " + differs["item"],
                    "published": differs["published"],
                    "computed": differs["computed"],
                    "reason": differs["reason"],
                }
            ),
            {"published": 2, "computed": 2},
        ),
        audit=markdown_table(by_check.rename(columns={"check": "identity"}), {"numbers": 0}),
        statements=markdown_table(statements.assign(paper=statements["paper"].map(PAPERS)), {}),
    )


def _points(sentences: list[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def write_documentation(*, results: Path, designs: Path, root: Path) -> None:
    """Write ``docs/validation.md``, its figure, and the counts of ``README.md``.

    Parameters
    ----------
    results
        ``results/reproduction``.
    designs
        ``designs.csv`` of the design study.
    root
        Directory of the project.
    """
    comparison = read_comparison(results / "published.csv")
    audit, statements, sensitivity = (
        pd.read_csv(results / f"{name}.csv", keep_default_na=False)
        for name in ("audit", "statements", "sensitivity")
    )
    page = validation_page(comparison, audit, statements, sensitivity, read_designs(designs))
    figure = (results / "assumptions.svg").read_text(encoding="utf-8")
    texts = {
        root / "docs/validation.md": page,
        root / "docs/images/assumptions.svg": figure,
        root / "README.md": replace_block(
            (root / "README.md").read_text(encoding="utf-8"), readme_block(comparison)
        ),
    }
    for path, text in texts.items():
        with whole(path) as partial:
            partial.write_text(text, encoding="utf-8")


def main() -> None:
    """Write the documentation from the results of the reproduction."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("results/reproduction"))
    parser.add_argument("--designs", type=Path, default=Path("results/oluleye2018/designs.csv"))
    parser.add_argument("--root", type=Path, default=Path())
    given = parser.parse_args()
    write_documentation(results=given.results, designs=given.designs, root=given.root)


if __name__ == "__main__":
    main()
