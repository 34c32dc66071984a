"""The answer of a run as a table for the terminal."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

from microchp.account.designs import read_designs
from microchp.report.evidence import Evidence
from microchp.report.sections.answer import answers, design_notices, designs_count
from microchp.tables.words import percent

HEADER = ["house", "incentive", "best design", "GBP/y", "payback", "store"]

TOGETHER = " *"
"""After what is said of a store where it is of a change of the unit too."""


def run_summary(*, designs_path: str | Path, report_path: str | Path) -> str:
    """The answer of a run for the terminal, and where to look.

    Parameters
    ----------
    designs_path
        ``designs.csv``.
    report_path
        The page, named in the last line.
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
    lines += ["", _proven(len(designs), designs["relative_gap"].max()), *notes]
    return "\n".join([*lines, f"Report: {report_path}"])


def _proven(count: int, gap: float) -> str:
    proven = f"within {percent(gap, 2)} of its" if gap >= 5e-5 else "to have the"
    return f"{designs_count(count)}, {'each ' * (count > 1)}proven {proven} least cost."
