"""The grid of scenarios, and what each design needs of the configuration.

A scenario is a house, an incentive and a store (with or without), in one variant of the
configuration, with its sizes free (``optimal``) or given (the name of a fixed design).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd
from pydantic import Field

from microchp.config import (
    Block,
    Boiler,
    ChpUnit,
    Config,
    Emissions,
    Finance,
    Incentive,
    Name,
    Tariff,
    Tes,
    Time,
    variant_config,
)

OPTIMAL = "optimal"


@dataclass(frozen=True)
class Scenario:
    """One cell of the grid; ``scenario`` is its id and the name of its files."""

    scenario: str
    house: str
    incentive: str
    tes: Literal["with", "without"]
    variant: str = ""
    design: str = OPTIMAL


class DesignInputs(Block):
    """All that the design of one scenario needs, demand and solver options apart.

    Travels as one parameter of a job and inside each result, so that a design file tells
    with what it was made.
    """

    scenario: str = Field(description="Id of the scenario.")
    house: Name = Field(description="House type.")
    incentive_name: Name = Field(description="Name of the incentive.")
    variant: str = Field(description="Name of the variant, or empty.")
    design: str = Field(description="`optimal`, or the name of a fixed design.")
    time: Time = Field(description="Calendar and resolution.")
    units: list[ChpUnit] = Field(description="Units to choose from; `none` is `no_unit`.")
    no_unit: bool = Field(description="Whether having no unit is a choice.")
    tes: Tes | None = Field(description="The store, its sizes bounded; none without a store.")
    boiler: Boiler = Field(description="Auxiliary boiler.")
    tariff: Tariff = Field(description="Energy prices of business as usual.")
    incentive: Incentive = Field(description="What the policy pays, and its own tariff if any.")
    emissions: Emissions = Field(description="Emission factors.")
    finance: Finance = Field(description="Annualisation and cash flow.")

    @property
    def design_tariff(self) -> Tariff:
        """The tariff with the unit in place: the incentive's own, if it has one."""
        return self.incentive.tariff or self.tariff


def scenario_id(house: str, incentive: str, tes: str, variant: str = "", design: str = "") -> str:
    """Short readable id, for instance ``detached-fit-with`` or ``flat-none-with-published``."""
    return "-".join(part for part in (house, incentive, tes, variant, design) if part)


def scenario_table(config: Config) -> dict[str, Scenario]:
    """Every scenario of the grid, its variants and the fixed designs, by id, in grid order."""
    grid = config.scenarios
    scenarios = [
        Scenario(scenario_id(house, incentive, tes, variant), house, incentive, tes, variant)
        for variant in ("", *grid.variants)
        for house in grid.house
        for incentive in grid.incentive
        for tes in grid.tes
    ]
    for fixed in config.fixed_designs:
        tes: Literal["with", "without"] = "with" if fixed.tes_kwh > 0 else "without"
        scenarios.append(
            Scenario(
                scenario_id(fixed.house, fixed.incentive, tes, design=fixed.name),
                fixed.house,
                fixed.incentive,
                tes,
                design=fixed.name,
            )
        )
    return {scenario.scenario: scenario for scenario in scenarios}


def scenario_frame(config: Config) -> pd.DataFrame:
    """The scenario table with the columns of ``scenarios.csv``."""
    return pd.DataFrame([asdict(scenario) for scenario in scenario_table(config).values()])


def design_inputs(config: Config, scenario: Scenario) -> DesignInputs:
    """What the design of ``scenario`` needs of ``config``.

    Catalogue values are resolved here: minimum load and cost indices are applied to the units
    and the store, and a fixed design narrows the sizes to its own.
    """
    config = variant_config(config, scenario.variant)
    sizes = set(config.chp.sizes_kw)
    tes = config.tes if scenario.tes == "with" else None
    if scenario.design != OPTIMAL:
        fixed = next(
            design
            for design in config.fixed_designs
            if (design.name, design.house, design.incentive, design.tes_kwh > 0)
            == (scenario.design, scenario.house, scenario.incentive, scenario.tes == "with")
        )
        sizes = {fixed.chp_kw}
        if tes is not None:
            tes = tes.model_copy(update={"min_kwh": fixed.tes_kwh, "max_kwh": fixed.tes_kwh})
    if tes is not None:
        tes = tes.model_copy(
            update={
                "capital_cost_gbp_per_kwh": tes.capital_cost_gbp_per_kwh * tes.cost_index,
                "cost_index": 1.0,
            }
        )
    units = [
        unit.model_copy(
            update={
                "min_load_share": unit.min_load_share
                if config.chp.min_load_share is None
                else config.chp.min_load_share,
                "capital_cost_gbp_per_kw": unit.capital_cost_gbp_per_kw * config.chp.cost_index,
            }
        )
        for size, unit in sorted(config.units_by_size().items())
        if size in sizes and size > 0
    ]
    return DesignInputs(
        scenario=scenario.scenario,
        house=scenario.house,
        incentive_name=scenario.incentive,
        variant=scenario.variant,
        design=scenario.design,
        time=config.time,
        units=units,
        no_unit=0 in sizes,
        tes=tes,
        boiler=config.boiler,
        tariff=config.tariff,
        incentive=config.incentives[scenario.incentive],
        emissions=config.emissions,
        finance=config.finance,
    )
