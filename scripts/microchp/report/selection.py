"""Which rows of the table of designs a figure or a section is about, and what they install."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from microchp.config import OPTIMAL
from microchp.system.plant import SIZES
from microchp.tables.columns import PART_SIZES
from microchp.tables.words import number

LEAST_SIZE = 0.05
"""Smaller sizes are none to a reader: a solver's zero is not exact."""


def select(designs: pd.DataFrame, design: str = "") -> pd.DataFrame:
    """Designs of a name, of the run as configured: without its variants.

    Without a name those that a run is about: its optimal designs. In a run that has none, because
    its sizes are all given, these are for each house and incentive those of the name of the
    cheapest; where even the run as configured has no design, those of its first variant.
    """
    own = designs[designs["variant"] == ""]
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


def with_another_unit(designs: pd.DataFrame) -> dict[str, str]:
    """Scenarios with a store whose counterpart without one has another unit, or none, in words.

    What the store brings there is what the store and the change of the unit bring together.
    """
    key = ["house", "incentive", "plant", "variant", "design"]
    without = designs[designs["tes"] == "without"].set_index(key)["chp_kw"]
    with_store = designs[designs["tes"] == "with"]
    pairs = with_store.join(without.rename("chp_kw_without"), on=key, how="inner")
    pairs = pairs[pairs["chp_kw"] != pairs["chp_kw_without"]]
    words = np.where(pairs["chp_kw_without"] == 0, "the unit", "another unit")
    return dict(zip(pairs["scenario"], words, strict=True))
