"""A user's file of prices or factors over a year, and how it is laid out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from microchp.config.demand_file import Timezone
from microchp.config.fields import Block


class SeriesFile(Block):
    """A file with a column over a whole year, and how it is laid out where that is not plain."""

    path: str = Field(description="CSV (`.csv`, also `.gz`), Excel or Parquet.")
    columns: dict[str, str] = Field(
        {},
        description=(
            "Name in the file of `time` and of what it holds, such as "
            "`{time: Start, import_price_gbp_per_kwh: Price}`."
        ),
    )
    factor: Annotated[float, Field(gt=0, le=1e6)] = Field(
        1.0,
        description=(
            "What the values are multiplied by: 0.001 for prices of a MWh or grams of CO2, 0.01 "
            "for pence, the rate of another currency, or their product."
        ),
    )
    stamps: Literal["start", "end"] = Field(
        "start", description="Whether a time is the start or the end of its step."
    )
    timezone: Timezone | None = Field(
        None,
        description="Of times on the clock, with summer time; empty: standard time, or an offset.",
    )


def _as_file(value: object) -> object:
    """A path alone as a file."""
    return {"path": value} if isinstance(value, str) else value


GivenSeries = Annotated[
    SeriesFile, BeforeValidator(_as_file, json_schema_input_type=str | SeriesFile)
]
"""A path, or a file with its layout."""
