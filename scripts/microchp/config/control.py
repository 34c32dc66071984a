"""Who controls the units of designs, and what controllers know."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from microchp.config.fields import Block, GroupPower
from microchp.config.series_file import GivenSeries

Control = Literal["heat_led", "household", "forecast", "network"]
"""Who controls the unit."""


class Forecast(Block):
    """The control `forecast`: plans by what the past lets it expect."""

    horizon_hours: Annotated[float, Field(ge=1, le=72)] = Field(
        24.0, description="How far ahead a plan looks; prices are a tariff's, and known."
    )
    every_minutes: Annotated[int, Field(ge=1, le=1440)] = Field(
        30, description="How often a plan is made; at most once a step."
    )
    carbon_file: str | None = Field(
        None,
        description=(
            "Forecasts of the grid's CO2 as they were issued, with `issued`, `time` and "
            "`grid_kg_per_kwh`. Empty, and for days of which none had been issued: as on the day "
            "before."
        ),
    )


class Network(Block):
    """The control `network`: what the group of all dwellings is run for."""

    price_file: GivenSeries | None = Field(
        None,
        description=(
            "Price at which the group buys and sells, such as a day-ahead price: a year file with "
            "`time` and `import_price_gbp_per_kwh`. Empty: the tariff of its dwellings, on what "
            "they draw or give together."
        ),
    )
    co2_gbp_per_kg: Annotated[float, Field(ge=0, le=1000)] = Field(
        0.0,
        description=(
            "What a kg of CO2, of fuel and of the grid, counts beside money; a high one makes CO2 "
            "all that counts."
        ),
    )
    peak_gbp_per_kw: Annotated[float, Field(ge=0, le=1e6)] = Field(
        0.0,
        description=(
            "What a kW of the largest import of the year counts beside money; a high one makes the "
            "peak all that counts."
        ),
    )
    max_import_kw: GroupPower | None = Field(
        None, description="Most that the group may draw through its transformer. Empty: no limit."
    )
    max_export_kw: GroupPower | None = Field(
        None, description="Most that it may give. Empty: no limit."
    )
