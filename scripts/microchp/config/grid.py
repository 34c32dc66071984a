"""The grid of scenarios, and designs of given sizes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from microchp.config.control import Control
from microchp.config.fields import Block, Name, Share, StoreSize, UnitSize
from microchp.config.plants import DEFAULT_PLANT

OPTIMAL = "optimal"
"""Design of a scenario whose sizes are free."""


class Scenarios(Block):
    """The grid: every combination of these lists is a scenario."""

    house: list[Name] = Field(
        ["detached", "semi_detached", "terrace", "flat"],
        min_length=1,
        description="House types, from `resources/houses.yaml`, `houses` or `demand.files`.",
    )
    incentive: list[Name] = Field(
        ["none", "fit", "co2_levy"],
        description=(
            "Incentives, from `resources/incentives.yaml` or `incentives`. Empty: nothing is "
            "designed, and only `operation.units` are run."
        ),
    )
    tes: list[Literal["with", "without"]] = Field(
        ["with", "without"], min_length=1, description="With and without a hot-water store."
    )
    plant: list[Name] = Field(
        [DEFAULT_PLANT],
        min_length=1,
        description="Plants to compare, from `plants`; `chp` is the papers' own.",
    )
    penetration: list[Share] = Field(
        [],
        description=(
            "Shares of the dwellings of a group that have a unit; for each, the group is assessed "
            "at its transformer. Empty: no groups."
        ),
    )
    control: list[Control] = Field(
        ["heat_led"],
        min_length=1,
        description=(
            "Who controls the units of designs, each at the step of its design, in the first "
            "dwelling and in groups: `heat_led`, an ordinary controller; `household`, at least "
            "cost of the dwelling with perfect foresight; `forecast`, the same with forecasts "
            "from the past alone; `network`, all dwellings of a group at their least cost "
            "together. More than `heat_led` alone gives `control.csv`."
        ),
    )
    variants: dict[Name, dict[str, Any]] = Field(
        {},
        description=(
            "Named sets of changes to the blocks `time`, `demand`, `houses`, `chp`, `tes`, "
            "`boiler`, `heat_pump`, `pv`, `battery`, `immersion_heater`, `grid`, `plants`, "
            "`tariff`, `emissions`, `finance`, `incentives`, `units`, `heat_pumps` and `solve`, "
            "and, for `scenarios.control`, to `forecast`, `network` and "
            "`operation.min_run_minutes`; the whole grid is solved for each as well as without. "
            "Where a variant changes what a demand is made with, its houses have demands of their "
            "own."
        ),
    )
    designs_per_job: int | None = Field(
        None,
        ge=1,
        description=(
            "Designs of one house that a job makes one after the other; they do not depend on it. "
            "By default one, and 50 in a grid of more than 250 scenarios, where starting a job "
            "for each would take longest."
        ),
    )


class FixedDesign(Block):
    """A design whose sizes are given, evaluated beside the optimum."""

    name: Name = Field("fixed", description="Short name, part of the scenario's id.")
    house: Name = Field(description="House type.")
    incentive: Name = Field(description="Incentive.")
    chp_kw: UnitSize = Field(
        description="Rated electrical power of a unit of `chp.technology`; 0 for none."
    )
    tes_kwh: StoreSize = Field(0.0, description="Size of the store; 0 for none.")
    variants: list[Name] = Field(
        [], description="Names from `scenarios.variants` in which it is evaluated as well."
    )
