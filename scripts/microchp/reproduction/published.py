"""Numbers of the papers as data: each with where it is printed and what it is compared with.

A file of ``resources/published`` has a row per number of one paper, in the paper's own words and
units. ``value`` is kept as it is printed, so that its digits say how exact it is. ``key`` names
what of a run it is compared with: the table of results, what to look up there, and the column to
take, for instance ``design house=flat incentive=fit tes=with design=published metric=tde_kwh``.
Without a key nothing in a run answers to the number. ``bound`` says that print gives no number but
the ``least`` or the ``most`` that it can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from microchp.config import PAPERS
from microchp.errors import AssessmentError

TEXT = "text"
"""``table`` of a number that stands in a sentence; ``locator`` then says in which."""

SCHEMA = pa.DataFrameSchema(
    {
        "paper": pa.Column(str, pa.Check.isin(PAPERS)),
        "table": pa.Column(str, pa.Check.str_matches(r"^(Table A?\d|text)$")),
        "row": pa.Column(str, pa.Check.str_matches(".")),
        "column": pa.Column(str),
        "value": pa.Column(str, pa.Check.str_matches(r"^-?\d+(\.\d+)?$")),
        "unit": pa.Column(str, pa.Check.str_matches(".")),
        "bound": pa.Column(str, pa.Check.isin(["", "least", "most"])),
        "locator": pa.Column(str),
        "key": pa.Column(str, pa.Check.str_matches(r"^$|^\w+( \w+=\S+)+$")),
        "tolerance": pa.Column(str, pa.Check.str_matches(r"^$|^\d+(\.\d+)?%?$")),
        "fitted": pa.Column(str, pa.Check.isin(["yes", "no"])),
    },
    strict=True,
    ordered=True,
    unique=["paper", "table", "row", "column", "locator"],
)
"""``tolerance`` is how far a close number may be off, in ``unit`` or in per cent of the number;
``fitted`` says whether inputs of ours were fitted to it."""

INPUT_TABLES = frozenset({"input", "demand"})
"""Tables of results that hold what a run was given, not what came out of it."""


@dataclass(frozen=True)
class Printed:
    """One published number."""

    paper: str
    table: str
    row: str
    column: str
    value: str
    unit: str
    bound: str
    locator: str
    key: str
    tolerance: str
    fitted: str

    @property
    def number(self) -> float:
        """The number."""
        return float(self.value)

    @property
    def half_digit(self) -> float:
        """Half of the last printed digit's place: how far rounding may have moved it."""
        return 0.5 * 10.0 ** -len(self.value.partition(".")[2])

    @property
    def allowed(self) -> float:
        """How far a close number may be off (``unit``); at least what rounding hides."""
        text = self.tolerance or "0"
        given = abs(self.number) * float(text[:-1]) / 100 if text[-1] == "%" else float(text)
        return max(given, self.half_digit)

    def off(self, computed: float) -> float:
        """How far a computed number is from print; 0 where it keeps a bound in words."""
        if self.bound == "least":
            return max(0.0, self.number - computed)
        if self.bound == "most":
            return max(0.0, computed - self.number)
        return abs(computed - self.number)

    @property
    def item(self) -> str:
        """Row and column in one."""
        return ", ".join(part for part in (self.row, self.column) if part)

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Paper, table, row and column."""
        return self.paper, self.table, self.row, self.column

    @property
    def looked_up(self) -> tuple[str, dict[str, str]]:
        """Table of results and what to look up in it; empty without a key."""
        return looked_up(self.key)

    @property
    def role(self) -> str:
        """Whether the paper gave it to its model (``input``) or got it from there (``result``)."""
        table, _ = self.looked_up
        return "input" if table in INPUT_TABLES else "result"


def looked_up(key: str) -> tuple[str, dict[str, str]]:
    """What a key names: a table of results, and what to look up in it."""
    table, *pairs = key.split() or [""]
    return table, dict(pair.split("=", 1) for pair in pairs)


def read_published(paths: Sequence[str | Path]) -> list[Printed]:
    """Every number of some papers, in their order.

    Raises
    ------
    AssessmentError
        If a file is not of the form that the module describes.
    """
    numbers: list[Printed] = []
    for path in paths:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        try:
            SCHEMA.validate(table, lazy=True)
        except pa.errors.SchemaErrors as error:
            raise AssessmentError(f"{path}: {error.failure_cases.to_string()}") from None
        numbers += [Printed(**{str(k): v for k, v in r.items()}) for r in table.to_dict("records")]
    return numbers
