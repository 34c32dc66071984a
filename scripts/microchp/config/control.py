"""Who controls the units of designs, and what controllers know."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from microchp.config.fields import Block

Control = Literal["heat_led", "household", "forecast"]
"""Who controls the unit."""


class Forecast(Block):
    """The control `forecast`: plans by what the past lets it expect."""

    horizon_hours: Annotated[float, Field(ge=1, le=72)] = Field(
        24.0, description="How far ahead a plan looks; prices are a tariff's, and known."
    )
    every_minutes: Annotated[int, Field(ge=1, le=1440)] = Field(
        30, description="How often a plan is made; at most once a step."
    )
