"""Time and memory of the jobs of a run, by rule, from their benchmark files.

    PYTHONPATH=scripts python -m microchp.usage results/my_study

Beside them, what a rule asks a scheduler for: ``mem_mb`` and ``runtime`` in ``rules/`` are to stay
above the most that is printed here, and a job that still has too little gets as much again at its
next try.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pandas as pd

from microchp.errors import DataError, MicrochpError


@dataclass(frozen=True)
class Usage:
    """Jobs of a rule, their time (s) and their memory (MB); none where it was not measured."""

    rule: str
    jobs: int
    median_seconds: float
    most_seconds: float
    most_mb: float | None


def usages(run_dir: str | Path) -> list[Usage]:
    """Usage of every rule of a run, the one that took longest in all first.

    Raises
    ------
    DataError
        If the run has no benchmark files, or one is not readable.
    """
    folder = Path(run_dir, "benchmarks")
    seconds: dict[str, list[float]] = {}
    memory: dict[str, list[float]] = {}
    for path in sorted(folder.rglob("*.tsv")):
        rule = path.relative_to(folder).parts[0].removesuffix(".tsv")
        try:
            table = pd.read_csv(path, sep="\t", na_values=["-", "NA"])
            seconds.setdefault(rule, []).extend(map(float, table["s"]))
            memory.setdefault(rule, []).extend(map(float, table["max_rss"].dropna()))
        except (KeyError, ValueError) as error:
            raise DataError(f"{path}: not a benchmark file ({error})") from None
    if not seconds:
        raise DataError(f"{folder}: no benchmark files; they are written by the jobs of a run")
    found = [
        Usage(rule, len(s), median(s), max(s), max(memory[rule], default=None))
        for rule, s in seconds.items()
    ]
    return sorted(found, key=lambda one: -one.jobs * one.median_seconds)


def table(found: Iterable[Usage]) -> str:
    """The table as text."""
    lines = [f"{'rule':<22}{'jobs':>6}{'median s':>10}{'most s':>9}{'most MB':>9}"]
    lines += [
        f"{one.rule:<22}{one.jobs:>6}{one.median_seconds:>10.1f}{one.most_seconds:>9.1f}"
        + ("        –" if one.most_mb is None else f"{one.most_mb:>9.0f}")
        for one in found
    ]
    return "\n".join(lines)


def main(run_dirs: list[str]) -> int:
    """Print the table of each run."""
    try:
        for run_dir in run_dirs:
            print(table(usages(run_dir)))
    except MicrochpError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
