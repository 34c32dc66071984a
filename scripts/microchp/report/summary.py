"""The answer of a run as a table for the terminal."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

import pandas as pd

from microchp.account.designs import read_designs
from microchp.files import read_table
from microchp.report.evidence import Evidence
from microchp.report.sections.answer import (
    answers,
    best_of_variants,
    design_notices,
    pay,
    variants_words,
)
from microchp.report.sections.samples import TEXTS, sentences
from microchp.report.selection import best_designs
from microchp.tables.words import label, percent
from microchp.telling import counted

HEADER = ["house", "incentive", "best design", "GBP/y", "payback", "store"]

TOGETHER = " *"
"""After what is said of a store where it is of a change of the unit too."""


def run_summary(
    *,
    designs_path: str | Path,
    report_path: str | Path,
    sweep_path: str | Path | None = None,
    is_random: bool = True,
    money: str = "",
) -> str:
    """The answer of a run for the terminal, and where to look.

    Parameters
    ----------
    designs_path
        ``designs.csv``.
    report_path
        The page, named in the last line.
    sweep_path
        ``sweep_summary.csv``, if the run has one.
    is_random
        Whether its samples are drawn, so that shares of them are chances.
    money
        What is to be said of the pounds that are shown.
    """
    designs = read_designs(designs_path)
    found = [
        (house, answer) for house, of_house in answers(designs, Evidence()) for answer in of_house
    ]
    rows = [
        [
            house,
            answer.incentive,
            answer.design,
            answer.saving.text,
            answer.payback.text,
            f"{answer.store_verdict}{TOGETHER * answer.together}",
        ]
        for house, answer in found
    ]
    widths = [max(len(line[k]) for line in [HEADER, *rows]) for k in range(len(HEADER))]
    right = {3}
    lines = [
        "  ".join(
            text.rjust(width) if k in right else text.ljust(width)
            for k, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [HEADER, ["-" * width for width in widths], *rows]
    ]
    if any(answer.together for _, answer in found):
        lines += [
            "",
            f"{TOGETHER.strip()} the unit changes with the store: what is said is of both",
        ]
    notes = [fill(f"{note.title} {note.text}", 80) for note in design_notices(designs)]
    lines += ["", *([fill(money, 80)] if money else []), *_variant_lines(designs)]
    lines += [fill(_proven(designs), 80), *notes]
    if sweep_path is not None and Path(sweep_path).exists():
        told = sentences(read_table(sweep_path, TEXTS)) if is_random else []
        lines += [fill(sentence, 80) for sentence in told] + [f"Sweep: {sweep_path}"]
    return "\n".join([*lines, f"Report: {report_path}"])


def _variant_lines(designs: pd.DataFrame) -> list[str]:
    """Houses and incentives whose answer changes with a variant, a line for each."""
    case = ["house", "incentive"]
    own = best_designs(designs)
    pays = dict(zip(own[case].itertuples(index=False, name=None), pay(own), strict=True))
    return [
        fill(
            f"{label(str(house))}, {label(str(incentive))}: the best design "
            f"{variants_words(rows)}.",
            80,
        )
        for (house, incentive), rows in best_of_variants(designs).groupby(case, sort=False)
        if (pay(rows) != pays[house, incentive]).any()
    ]


def _proven(designs: pd.DataFrame) -> str:
    count, gap = len(designs), designs["relative_gap"].max()
    varied = designs.loc[designs["variant"] != "", "variant"]
    of = f" ({len(varied)} of them of variants)" if len(varied) else ""
    proven = f"within {percent(gap, 2)} of its" if gap >= 5e-5 else "to have the"
    return f"{counted(count, 'design')}{of}, {'each ' * (count > 1)}proven {proven} least cost."
