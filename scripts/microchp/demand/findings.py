"""What is found in a file: problems that refuse it, warnings and facts that go with it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

EXAMPLES = 5
"""Of each kind of problem this many are shown, with the count of all."""

IntArray = npt.NDArray[np.int64]


@dataclass
class Findings:
    """Collects what is found in one file, or in files that make one table.

    ``rows`` is the row in its file of each row of the table, shape ``(rows,)``, ``file_at`` which
    of ``files`` it is of.

    ``warnings`` put its numbers in doubt; ``notes`` only tell what was taken from it and what from
    elsewhere.
    """

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    rows: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    file_at: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    files: list[str] = field(default_factory=list)

    def row(self, position: Hashable) -> str:
        """What a user calls a row of the table."""
        at = int(position)  # type: ignore[call-overload]
        of_file = f" of {self.files[self.file_at[at]]}" if len(self.files) > 1 else ""
        return f"row {self.rows[at]}{of_file}"

    def take_rows(self, positions: npt.NDArray[np.integer]) -> IntArray:
        """New positions for rows of the table that stand for others that a file does not have."""
        first = len(self.rows)
        self.rows = np.append(self.rows, self.rows[positions])
        self.file_at = np.append(self.file_at, self.file_at[positions])
        return np.arange(first, len(self.rows))

    def add(self, what: str, examples: Iterable[str], count: int) -> None:
        """One problem with how often it occurs and its first examples, if it occurs at all."""
        if count:
            shown = ", ".join(islice(examples, EXAMPLES))
            more = f" and {count - EXAMPLES:,} more" if count > EXAMPLES else ""
            self.problems.append(f"{what}: {count:,}, at {shown}{more}")


def runs(mask: npt.NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Starts and lengths of the runs of true values, in order."""
    edges = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    starts = np.flatnonzero(edges == 1)
    return starts, np.flatnonzero(edges == -1) - starts


def moment(stamp: pd.Timestamp) -> str:
    """A time stamp to the minute."""
    return f"{stamp:%Y-%m-%d %H:%M}"


def duration(minutes: float) -> str:
    """A duration in the unit that suits it."""
    if minutes < 120:
        return f"{minutes:g} min"
    if minutes < 48 * 60:
        return f"{minutes / 60:.3g} h"
    return f"{minutes / 1440:.3g} days"
