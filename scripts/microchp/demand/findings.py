"""What is found in a file: problems that refuse it, warnings and facts that go with it."""

from __future__ import annotations

from collections.abc import Iterable
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
    """Collects what is found in one file.

    ``warnings`` put its numbers in doubt; ``notes`` only tell what was taken from it and what from
    elsewhere.
    """

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

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
