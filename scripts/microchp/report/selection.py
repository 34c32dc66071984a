"""Which rows of the table of designs a figure or a section is about, and what they install."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import pandas as pd

from microchp.config import OPTIMAL
from microchp.system.plant import SIZES
from microchp.tables.columns import PART_SIZES
from microchp.tables.words import number, plain_words

LEAST_SIZE = 0.05
"""Smaller sizes are none to a reader: a solver's zero is not exact."""


def select(designs: pd.DataFrame, design: str = "", variant: str = "") -> pd.DataFrame:
    """Designs of a name, of the run as configured or of one of its variants.

    Without a name those that a run is about: its optimal designs. In a run that has none, because
    its sizes are all given, these are for each house and incentive those of the name of the
    cheapest; where even the run as configured has no design, those of its first variant.
    """
    own = designs[designs["variant"] == variant]
    if design:
        return own[own["design"] == design]
    if own.empty and len(designs):
        own = designs[designs["variant"] == designs["variant"].iloc[0]]
    optimal = own[own["design"] == OPTIMAL]
    if len(optimal):
        return optimal
    cell = ["house", "incentive"]
    cheapest = own.sort_values("eac_gbp", kind="stable").drop_duplicates(cell)
    named = pd.MultiIndex.from_frame(own[[*cell, "design"]])
    return own[named.isin(pd.MultiIndex.from_frame(cheapest[[*cell, "design"]]))]


MOST_SETS = 4
"""Sets of other designs that figures are drawn for: a sweep by variants is drawn as one."""


@dataclass(frozen=True)
class DesignSet:
    """Designs that figures show side by side: of a name, or the optima of a variant."""

    design: str = ""
    variant: str = ""

    @property
    def suffix(self) -> str:
        """What the names of its figures end with."""
        return "".join(f"_{name}" for name in (self.design, self.variant) if name)

    @property
    def title(self) -> str:
        """Which designs these are, in words; nothing for those that the run is about."""
        name = self.design or self.variant
        return plain_words(name) if name else ""


OWN = DesignSet()
"""Those that a run is about."""


def other_sets(designs: pd.DataFrame) -> list[DesignSet]:
    """Fixed designs by name, and the optima of each variant, where they are not too many."""
    fixed = designs[(designs["variant"] == "") & (designs["design"] != OPTIMAL)]
    varied = designs[(designs["variant"] != "") & (designs["design"] == OPTIMAL)]
    found = [DesignSet(design=name) for name in dict.fromkeys(fixed["design"])]
    found += [DesignSet(variant=name) for name in dict.fromkeys(varied["variant"])]
    has_own = (designs["design"] == OPTIMAL) & (designs["variant"] == "")
    return found if has_own.any() and len(found) <= MOST_SETS else []


def best_designs(designs: pd.DataFrame) -> pd.DataFrame:
    """The cheapest of all plants, with and without a store, of each house and incentive.

    In the order of the grid.

    Of the designs that the run is about (:func:`select`). Where both cost the same to a penny (a
    store of size zero), the one without is the better.
    """
    return cheaper_of_pairs(select(designs))


def cheaper_of_pairs(chosen: pd.DataFrame) -> pd.DataFrame:
    """The cheaper of with and without a store of each pair, as :func:`best_designs` has it."""
    order = chosen.assign(cost=chosen["eac_gbp"].round(2)).sort_values(
        ["cost", "tes"], ascending=[True, False], kind="stable"
    )
    best = order.drop_duplicates(["house", "incentive", "variant", "design"])
    return chosen.loc[chosen.index.isin(best.index)]


Sizes = pd.Series | Mapping[Any, Any]
"""Sizes by their columns of ``designs.csv``: a row of it, or the attributes of a design file."""


def part_words(sizes: Sizes) -> list[str]:
    """What is installed beside a boiler and a hot-water store, with its sizes."""
    unit = [f"{sizes['chp_kw']:g} kW CHP"] if sizes["chp_kw"] else []
    others = [
        f"{sizes[column.name]:.{column.digits}f} {column.unit} {column.label.lower()}"
        for column in PART_SIZES
        if sizes.get(column.name, 0.0) > LEAST_SIZE
    ]
    return [*unit, *others]


def design_words(sizes: Sizes) -> str:
    """What is installed: "2 kW CHP, 13.0 kWh store", "6.0 kW heat pump, no store"."""
    parts, store = part_words(sizes), sizes["tes_kwh"]
    if store >= LEAST_SIZE:
        return ", ".join([*(parts or ["boiler"]), f"{number(store, 1)} kWh store"])
    return ", ".join([*parts, "no store"]) if parts else "boiler alone"


def installs(designs: pd.DataFrame) -> pd.Series:
    """Whether a design has anything that is not there today."""
    sizes = [name for name in SIZES.values() if name in designs]
    return (designs[sizes] >= LEAST_SIZE).any(axis=1)


class UnitChange(Enum):
    """How the unit of a design with a store differs from that of the one without."""

    ADDED = auto()
    """Without a store there is none."""
    DROPPED = auto()
    """With a store there is none."""
    OTHER = auto()


def with_another_unit(designs: pd.DataFrame) -> dict[str, UnitChange]:
    """Scenarios with a store whose counterpart without one has another unit, or none.

    What the store brings there is what the store and the change of the unit bring together.
    """
    key = ["house", "incentive", "plant", "variant", "design"]
    without = designs[designs["tes"] == "without"].set_index(key)["chp_kw"]
    with_store = designs[designs["tes"] == "with"]
    pairs = with_store.join(without.rename("chp_kw_without"), on=key, how="inner")
    pairs = pairs[pairs["chp_kw"] != pairs["chp_kw_without"]]
    return {
        str(row["scenario"]): UnitChange.ADDED
        if row["chp_kw_without"] == 0
        else UnitChange.DROPPED
        if row["chp_kw"] == 0
        else UnitChange.OTHER
        for _, row in pairs.iterrows()
    }
