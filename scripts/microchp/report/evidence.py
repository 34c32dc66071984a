"""What stands beside the table of designs, and all that a house could have by both."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from microchp.account.controlled import Controlled
from microchp.account.options import Option, new_boiler, of_design, today
from microchp.account.support import Today
from microchp.config import NewBoiler
from microchp.config.scenarios import DesignInputs
from microchp.report.selection import LEAST_SIZE, design_words
from microchp.tables.columns import PART_SIZES
from microchp.tables.words import percent, pounds


@dataclass(frozen=True)
class Evidence:
    """What of a run stands beside its table of designs, by scenario.

    ``inputs`` is what each design was made for, ``controlled`` its year with an ordinary
    controller, ``peak_demand_kw`` the largest electricity demand of its house, ``support_gbp`` what
    the policy pays for it in a year, ``chance`` the share of a sweep's samples in which it pays.
    ``new_boiler`` is one that every house could have instead. ``today_gbp`` is what each saves in a
    year without the policy at the prices of ``today``. ``market`` and ``country`` are the run's.
    """

    inputs: Mapping[str, DesignInputs] = field(default_factory=dict)
    controlled: Mapping[str, Controlled] = field(default_factory=dict)
    peak_demand_kw: Mapping[str, float] = field(default_factory=dict)
    support_gbp: Mapping[str, float] = field(default_factory=dict)
    chance: Mapping[str, float] = field(default_factory=dict)
    new_boiler: NewBoiler | None = None
    today_gbp: Mapping[str, float] = field(default_factory=dict)
    today: Today | None = None
    market: str = ""
    country: str = ""


NOT_ALL_YEAR = " (not shown to heat the house all year)"
"""After a design whose sizes, found on some days, may be too small for others."""


@dataclass(frozen=True)
class Choice:
    """Something that a house could have: in words, its year, and its sizes.

    A new boiler, which is no design, has no sizes; what is there today has only zeros. Neither has
    a plant. Sizes found on some days may not be shown to heat the house ``all_year``.
    """

    words: str
    year: Option
    sizes: tuple[float, ...] | None
    plant: str = ""
    all_year: bool = True

    def has(self, sizes: tuple[float, ...]) -> bool:
        """Whether it installs these sizes, by their columns."""
        return self.sizes is not None and np.allclose(self.sizes, sizes, rtol=0, atol=LEAST_SIZE)


def boiler_words(boiler: NewBoiler) -> str:
    """A new boiler in words, with what it is taken to be."""
    return (
        f"a new condensing boiler ({percent(boiler.efficiency)} of the lower heating value, "
        f"{pounds(boiler.capital_cost_gbp)})"
    )


def sizes_of(row: pd.Series) -> tuple[float, ...]:
    """What a row of the table of designs installs, by the columns of sizes."""
    columns = ("chp_kw", "tes_kwh", *(column.name for column in PART_SIZES))
    return tuple(float(row.get(column, 0.0)) for column in columns)


def choices(own: pd.DataFrame, evidence: Evidence) -> list[Choice]:
    """All that a house could have under an incentive, cheapest first, the same sizes once.

    Parameters
    ----------
    own
        All designs of the house and the incentive in the run as configured, of every plant.
    evidence
        With it the new boiler; without inputs it is left out.
    """
    first = own.iloc[0]
    nothing = (0.0,) * len(sizes_of(first))
    found = [Choice("today's boiler and grid", today(first), nothing)]
    for _, row in own.sort_values("eac_gbp", kind="stable").iterrows():
        sizes = sizes_of(row)
        if not any(choice.has(sizes) for choice in found):
            heats = math.isfinite(row["whole_year_eac_gbp"])
            words = design_words(row) + ("" if heats else NOT_ALL_YEAR)
            found.append(Choice(words, of_design(row), sizes, row["plant"], heats))
    inputs = evidence.inputs.get(first["scenario"])
    if evidence.new_boiler is not None and inputs is not None:
        year = new_boiler(first, inputs, evidence.new_boiler)
        found.append(Choice("a new condensing boiler", year, None))
    return sorted(found, key=lambda choice: choice.year.cost_gbp)
