"""The page on all published studies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from microchp.account.designs import read_designs
from microchp.files import whole
from microchp.report import style
from microchp.report.page import (
    Cell,
    Column,
    Fold,
    Notice,
    Page,
    Points,
    Section,
    Table,
    Text,
    cell,
    drawing,
    render,
)
from microchp.report.sections import reproduction as numbers
from microchp.reproduction.comparison import counts_in_words, read_comparison
from microchp.reproduction.conclusions import agreement, changes
from microchp.reproduction.sensitivity import summary


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
    statements_path: str | Path,
    sensitivity_path: str | Path,
    designs_path: str | Path,
    page_path: str | Path,
    svg_path: str | Path,
    pdf_path: str | Path,
) -> None:
    """Write the page, and its figure.

    Parameters
    ----------
    published_path
        All published numbers beside those computed.
    audit_path
        What the papers' numbers say of each other.
    statements_path
        What sentences of the papers say of whole tables.
    sensitivity_path
        What each assumption is worth.
    designs_path
        ``designs.csv`` of the design study.
    page_path
        HTML to write; it needs nothing beside it.
    svg_path, pdf_path
        Figure of the assumptions to write, which the page has too.
    """
    comparison = read_comparison(published_path)
    audit = pd.read_csv(audit_path, keep_default_na=False)
    sensitivity = pd.read_csv(sensitivity_path)
    published = numbers.section(comparison)
    assert published is not None
    plot_assumptions(summary(sensitivity), svg_path, pdf_path)
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
        answer=[Points(agreement(comparison, sensitivity))],
        sections=[
            Section(
                "changes",
                "What changes with the corrected factor and at the certified optimum",
                [Points(changes(read_designs(designs_path), audit))],
                short="What changes",
            ),
            published,
            _sensitivity_section(sensitivity, Path(svg_path)),
            _audit_section(audit, pd.read_csv(statements_path)),
        ],
    )
    with whole(page_path) as partial:
        partial.write_text(render(page), encoding="utf-8")


def _audit_section(audit: pd.DataFrame, statements: pd.DataFrame) -> Section:
    wrong = audit[audit["verdict"] == "inconsistent"]
    return Section(
        "audit",
        "The papers against themselves",
        [
            Text(
                f"{len(audit)} printed numbers were worked out again from others of the "
                f"same paper; {len(wrong)} do not follow, rounding allowed for."
            ),
            _audit_table("What does not follow, with its arithmetic", wrong),
            _statement_table(statements),
            Fold(
                f"All {len(audit)} numbers worked out again",
                "",
                [_audit_table("All numbers worked out again", audit)],
                long=True,
            ),
        ],
        short="Audit",
    )


def _statement_table(statements: pd.DataFrame) -> Table:
    rows: list[list[Cell | str]] = [
        [numbers.PAPERS[row["paper"]], row["place"], row["said"], row["found"]]
        for _, row in statements.iterrows()
    ]
    columns = [
        Column("Paper", text=True),
        Column("Place", text=True),
        Column("What is said", text=True, wrap=True),
        Column("What the table has", text=True, wrap=True),
    ]
    return Table("Sentences against tables", columns, rows)


def _audit_table(caption: str, audit: pd.DataFrame) -> Table:
    rows: list[list[Cell | str]] = [
        [
            ", ".join(part for part in (row["row"], row["column"]) if part),
            numbers.PAPERS[row["paper"]],
            row["table"],
            row["check"],
            row["unit"],
            *(cell(float(row[name]), _digits(row)) for name in ("published", "follows", "allowed")),
            row["arithmetic"],
        ]
        for _, row in audit.iterrows()
    ]
    columns = [
        Column("Number", text=True),
        Column("Paper", text=True, filters=True),
        Column("Table", text=True, filters=True),
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


def plot_assumptions(worth: pd.DataFrame, svg_path: str | Path, pdf_path: str | Path) -> None:
    """Draw the deviation from print with the study's assumptions and with another instead.

    A panel for each quantity, a row for each assumption, those that matter most above.

    Parameters
    ----------
    worth
        :func:`microchp.reproduction.sensitivity.summary`.
    svg_path, pdf_path
        Files to write.
    """
    growth = (worth["changed"] / worth["study"]).groupby(worth["assumption"]).max()
    rows = list(growth.sort_values(ascending=False, kind="stable").index)
    panels = list(worth.groupby(["quantity", "unit"], sort=False))
    with style.figure(
        svg_path=svg_path,
        pdf_path=pdf_path,
        width_mm=style.PAGE_MM,
        height_mm=24 + 4.5 * len(rows),
    ) as fig:
        axes = fig.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for ax, ((quantity, unit), part) in zip(axes, panels, strict=True):
            at = part["assumption"].map(rows.index)
            grows = part["changed"] > part["study"]
            ax.hlines(at, part["study"], part["changed"], color=style.BOILER, linewidth=1.2)
            ax.plot(part["study"], at, "o", color="white", markeredgecolor=style.DEMAND, **_MARK)
            for is_larger, (colour, marker, _) in _INSTEAD.items():
                chosen = grows == is_larger
                ax.plot(part.loc[chosen, "changed"], at[chosen], marker, color=colour, **_MARK)
            ax.set_xscale("log")
            ax.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
            ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
            ax.xaxis.set_minor_formatter(NullFormatter())
            ax.set_title(quantity)
            ax.set_xlabel(f"{unit}, rms")
        axes[0].set_yticks(range(len(rows)), rows)
        axes[0].set_ylim(len(rows) - 0.5, -0.5)
        study = Line2D([], [], color="white", marker="o", markeredgecolor=style.DEMAND, **_MARK)
        handles = {"As the study assumes": study} | {
            text: Line2D([], [], color=colour, marker=marker, linestyle="", **_MARK)
            for colour, marker, text in _INSTEAD.values()
        }
        fig.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3)


_MARK: dict[str, Any] = {"markersize": 4.5, "zorder": 3}
_INSTEAD = {
    True: (style.DEARER, "D", "With the other assumption: farther"),
    False: (style.CHEAPER, "s", "With the other assumption: nearer"),
}
"""Colour, marker and words, by whether the deviation from print grows."""


def _sensitivity_section(sensitivity: pd.DataFrame, svg_path: Path) -> Section:
    return Section(
        "sensitivity",
        "What each assumption is worth",
        [
            Text(
                "What the papers do not print had to be assumed. Here is what another assumption "
                "does to the deviation from print, one changed at a time, at the published sizes "
                "of the journal paper: where it grows, the study's assumption explains as much."
            ),
            drawing(
                svg_path,
                "assumptions",
                "Deviation from print under each assumption",
                "Root mean square of the deviation from print over the numbers that an assumption "
                "was tried on, on a logarithmic scale.",
            ),
            _summary_table(summary(sensitivity)),
            Fold(
                f"All {len(sensitivity)} numbers under other assumptions",
                "",
                [_sensitivity_table(sensitivity)],
                long=True,
            ),
        ],
        short="Assumptions",
    )


def _summary_table(worth: pd.DataFrame) -> Table:
    rows: list[list[Cell | str]] = [
        [
            row["assumption"],
            row["quantity"],
            row["unit"],
            cell(row["numbers"]),
            cell(row["study"], 1),
            cell(row["changed"], 1),
            cell(row["effect"], 1, signed=True),
        ]
        for _, row in worth.iterrows()
    ]
    columns = [
        Column("Assumption instead", text=True),
        Column("Quantity", text=True, filters=True),
        Column("Unit", text=True),
        Column("Numbers"),
        Column("Deviation, study", "rms"),
        Column("Deviation, instead", "rms"),
        Column("Effect", "mean"),
    ]
    return Table("Deviation from print under each assumption", columns, rows)


def _sensitivity_table(sensitivity: pd.DataFrame) -> Table:
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
        Column("Assumption instead", text=True, filters=True),
        Column("Quantity", text=True, filters=True),
        Column("Design", text=True),
        Column("Unit", text=True),
        Column("Published"),
        Column("Computed"),
        Column("Deviation"),
        Column("With the assumption"),
        Column("Effect"),
    ]
    return Table("Effect of assumptions", columns, rows, wide=True)
