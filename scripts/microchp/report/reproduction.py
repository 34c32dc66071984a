"""The page on all published studies, and what the documentation takes from it.

``python -m microchp.report.reproduction`` writes ``docs/validation.md`` and the counts in
``README.md`` from ``results/reproduction``: no number of either is written by hand.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from microchp.assessment.comparison import VERDICTS, counts_in_words, read_comparison
from microchp.assessment.designs import read_designs
from microchp.files import whole
from microchp.report.conclusions import sentences
from microchp.report.page import (
    Cell,
    Column,
    Notice,
    Page,
    Points,
    Section,
    Table,
    Text,
    cell,
    render,
)
from microchp.report.sections import reproduction as numbers

BEGIN, END = "<!-- reproduction: begin -->", "<!-- reproduction: end -->"
"""Between these lines of README.md stands what this module writes."""


# ------------------------------------------------------------------------------------ page


def collect_published(
    *, comparison_paths: Sequence[str | Path], published_path: str | Path
) -> None:
    """Put the comparisons of several runs into one table.

    Parameters
    ----------
    comparison_paths
        ``published.csv`` of each run.
    published_path
        CSV to write, with the same columns.
    """
    table = pd.concat([read_comparison(path) for path in comparison_paths], ignore_index=True)
    with whole(published_path) as partial:
        table.to_csv(partial, index=False)


def build_reproduction(
    *,
    published_path: str | Path,
    audit_path: str | Path,
    sensitivity_path: str | Path,
    designs_path: str | Path,
    page_path: str | Path,
) -> None:
    """Write the page.

    Parameters
    ----------
    published_path
        All published numbers beside those computed.
    audit_path
        What the papers' numbers say of each other.
    sensitivity_path
        What each assumption is worth.
    designs_path
        ``designs.csv`` of the design study.
    page_path
        HTML to write; it needs nothing beside it.
    """
    comparison = read_comparison(published_path)
    audit = pd.read_csv(audit_path, keep_default_na=False)
    published = numbers.section(comparison)
    assert published is not None
    page = Page(
        run="reproduction",
        title="How far do the published results follow?",
        extent=counts_in_words(comparison),
        notices=[
            Notice(
                "Fitted.",
                "What the papers do not print (demand above all) was fitted to some of their "
                "results; every number concerned says so.",
            )
        ],
        answer=[Points(sentences(read_designs(designs_path), comparison, audit))],
        sections=[
            published,
            _sensitivity_section(pd.read_csv(sensitivity_path, keep_default_na=False)),
            _audit_section(audit),
        ],
    )
    with whole(page_path) as partial:
        partial.write_text(render(page), encoding="utf-8")


def _audit_section(audit: pd.DataFrame) -> Section:
    wrong = audit[audit["verdict"] == "inconsistent"]
    return Section(
        "audit",
        "The papers against themselves",
        [
            Text(
                f"{len(audit)} printed numbers were counted anew from other printed numbers of the "
                f"same paper; {len(wrong)} do not follow, rounding allowed for."
            ),
            _audit_table("What does not follow, with its arithmetic", wrong),
        ],
        short="Audit",
    )


def _audit_table(caption: str, audit: pd.DataFrame) -> Table:
    rows: list[list[Cell | str]] = [
        [
            numbers.PAPERS[row["paper"]],
            f"{row['table']}: " + ", ".join(part for part in (row["row"], row["column"]) if part),
            row["check"],
            row["unit"],
            *(cell(float(row[name]), _digits(row)) for name in ("published", "follows", "allowed")),
            row["arithmetic"],
        ]
        for _, row in audit.iterrows()
    ]
    columns = [
        Column("Paper", text=True),
        Column("Number", text=True),
        Column("Check", text=True, wrap=True),
        Column("Unit", text=True),
        Column("Published"),
        Column("Follows"),
        Column("Rounding explains"),
        Column("Arithmetic", text=True, wrap=True),
    ]
    return Table(caption, columns, rows, wide=True)


def _digits(row: pd.Series) -> int:
    size = max(abs(float(row["published"])), 1e-9)
    return min(3, max(0, 2 - math.floor(math.log10(size))))


def _sensitivity_section(sensitivity: pd.DataFrame) -> Section:
    rows: list[list[Cell | str]] = [
        [
            row["assumption"],
            row["quantity"],
            row["design"],
            row["unit"],
            *(
                cell(float(row[name]), 1, signed=name in ("effect", "deviation"))
                for name in ("published", "computed", "deviation", "changed", "effect")
            ),
        ]
        for _, row in sensitivity.iterrows()
    ]
    columns = [
        Column("Assumption instead", text=True, wrap=True),
        Column("Quantity", text=True),
        Column("Design", text=True),
        Column("Unit", text=True),
        Column("Published"),
        Column("Computed"),
        Column("Deviation"),
        Column("With the assumption"),
        Column("Effect"),
    ]
    return Section(
        "sensitivity",
        "What each assumption is worth",
        [
            Text(
                "Published sizes, one assumption changed at a time: what the papers do not print "
                "had to be assumed, and this is what another assumption would have done to the "
                "number beside it."
            ),
            Table("Effect of assumptions", columns, rows, wide=True),
        ],
        short="Assumptions",
    )


# -------------------------------------------------------------------------- documentation


def markdown_table(table: pd.DataFrame, digits: dict[str, int]) -> str:
    """A table in Markdown; numbers of a column with its count of digits, empty where missing."""

    def shown(value: Any, column: str) -> str:
        if isinstance(value, str):
            return value
        return "" if pd.isna(value) else f"{value:.{digits[column]}f}"

    columns = [str(column) for column in table]
    marks = ["---:" if column in digits else "---" for column in columns]
    rows = [[shown(row[column], column) for column in columns] for _, row in table.iterrows()]
    return "\n".join("| " + " | ".join(row) + " |" for row in [columns, marks, *rows])


def count_table(comparison: pd.DataFrame) -> pd.DataFrame:
    """Verdicts by paper and role, a row for all together at the end."""
    counts = comparison.pivot_table(
        index=["paper", "role"],
        columns="verdict",
        values="published",
        aggfunc="size",
        fill_value=0,
        sort=False,
    ).reindex(columns=list(VERDICTS), fill_value=0)
    counts.loc[("all", ""), :] = counts.sum()
    table = counts.astype(float).reset_index()
    table.insert(2, "numbers", table[list(VERDICTS)].sum(axis=1))
    return table.assign(
        paper=table["paper"].map(numbers.PAPERS | {"all": "All"}),
        role=[f"{role}s" if role else "" for role in table["role"]],
    )


def readme_block(comparison: pd.DataFrame) -> str:
    """What README.md says of the reproduction."""
    digits = {name: 0 for name in ("numbers", *VERDICTS)}
    return f"{BEGIN}\n{markdown_table(count_table(comparison), digits)}\n{END}"


def replace_block(text: str, block: str) -> str:
    """A document with the part between the marks replaced."""
    pattern = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    return pattern.sub(lambda _: block, text)


def eai_table(comparison: pd.DataFrame) -> pd.DataFrame:
    """Published and computed EAI of each cell of the journal paper's Tables 2 and 3."""
    cells = comparison[
        (comparison["paper"] == "oluleye2018")
        & comparison["table"].isin(["Table 2", "Table 3"])
        & comparison["row"].str.startswith("EAI")
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

Written by `make validation` from the results of `make reproduce`; the page
`results/reproduction/index.html` has every number. {counts}

What the papers do not print was fitted to some of their results, in `config/studies/` only; the
column `fitted` of `published.csv` marks those results.

## Verdicts

{verdicts}

Exact: at the printed digits. Close: within the tolerance that `resources/published/` states for the
number. In kind: of the same sign and within three tolerances. Inconsistent in print: other numbers
of the same paper rule it out.

## What follows for the papers' conclusions

{conclusions}

## Yearly income of the design study

EAI (£/year): published, at the published sizes with Eq. 6 as printed and with the capital recovery
factor, and at the certified optimum under each.

{eai}

## What differs, and why

{differs}

## The papers against themselves

{audit}
"""


def validation_page(comparison: pd.DataFrame, audit: pd.DataFrame, designs: pd.DataFrame) -> str:
    """The validation page of the documentation."""
    differs = comparison[comparison["verdict"] == "differs"]
    wrong = audit[audit["verdict"] == "inconsistent"]
    by_check = (
        wrong.groupby(["paper", "check"], sort=False)
        .agg(numbers=("row", "size"), example=("arithmetic", "first"))
        .reset_index()
    )
    by_check["paper"] = by_check["paper"].map(numbers.PAPERS)
    digits = {name: 0 for name in ("numbers", *VERDICTS)}
    return TEXT.format(
        counts=f"{counts_in_words(comparison)}.",
        verdicts=markdown_table(count_table(comparison), digits),
        conclusions="\n".join(f"- {point}" for point in sentences(designs, comparison, audit)),
        eai=markdown_table(
            eai_table(comparison),
            dict.fromkeys(
                (
                    "print",
                    "published size",
                    "deviation",
                    "published size, crf",
                    "optimum, as printed",
                    "optimum, crf",
                ),
                1,
            ),
        ),
        differs=markdown_table(
            pd.DataFrame(
                {
                    "paper": differs["paper"].map(numbers.PAPERS),
                    "number": differs["table"] + ": " + differs["item"],
                    "published": differs["published"],
                    "computed": differs["computed"],
                    "reason": differs["reason"],
                }
            ),
            {"published": 2, "computed": 2},
        ),
        audit=markdown_table(by_check.rename(columns={"check": "identity"}), {"numbers": 0}),
    )


def write_documentation(*, results: Path, designs: Path, root: Path) -> None:
    """Write ``docs/validation.md`` and the counts of ``README.md``.

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
    audit = pd.read_csv(results / "audit.csv", keep_default_na=False)
    pages = {
        root / "docs/validation.md": validation_page(comparison, audit, read_designs(designs)),
        root / "README.md": replace_block(
            (root / "README.md").read_text(encoding="utf-8"), readme_block(comparison)
        ),
    }
    for path, text in pages.items():
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
