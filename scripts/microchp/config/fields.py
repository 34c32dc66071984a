"""What blocks of the configuration are made of: closed blocks, quantities, times of day."""

from __future__ import annotations

import difflib
import re
from datetime import time
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]


Efficiency = Annotated[float, Field(gt=0, le=1)]


Positive = Annotated[float, Field(gt=0)]


NonNegative = Annotated[float, Field(ge=0)]


NAME_PATTERN = r"^[a-z0-9]+(_[a-z0-9]+)*$"


RUN_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


PATTERNS = {
    NAME_PATTERN: "a name is made of lower-case letters, digits and single underscores",
    RUN_NAME_PATTERN: "must begin with a letter or digit and go on with these, '_', '.' and '-'",
}
"""What the patterns accept, in words."""


DEAR_GBP_PER_KWH = 2.0
"""Dearer than any household pays on average: most likely pence given as pounds."""


DEAR_EUR_PER_KWH = 2.0
"""The same in euros: most likely cents."""


def _pounds(value: float) -> float:
    if abs(value) > DEAR_GBP_PER_KWH:
        raise ValueError(
            f"{value:g} looks like pence; expected GBP/kWh, at most {DEAR_GBP_PER_KWH:g}"
        )
    return value


def _euros(value: float) -> float:
    if value > DEAR_EUR_PER_KWH:
        raise ValueError(
            f"{value:g} looks like cents; expected EUR/kWh, at most {DEAR_EUR_PER_KWH:g}"
        )
    return value


Price = Annotated[float, AfterValidator(_pounds)]


PaidPrice = Annotated[float, Field(ge=0), AfterValidator(_pounds)]


PriceInEuros = Annotated[float, Field(ge=0), AfterValidator(_euros)]


Name = Annotated[str, Field(pattern=NAME_PATTERN)]


def _clock(value: object) -> object:
    """Accept "HH:MM" (and the 360-like integers YAML 1.1 makes of an unquoted 06:00)."""
    if isinstance(value, int) and not isinstance(value, bool):
        hours, minutes = divmod(value, 60)
        value = f"{hours:02d}:{minutes:02d}"
    if isinstance(value, time):
        value = value.strftime("%H:%M")
    if not isinstance(value, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d|24:00", value):
        raise ValueError('expected a time of day as "HH:MM" from "00:00" to "24:00"')
    return value.rjust(5, "0")


Clock = Annotated[str, BeforeValidator(_clock)]


def minute_of_day(clock: str) -> int:
    """Minutes from midnight of an "HH:MM" time, 24:00 being 1440."""
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


class Block(BaseModel):
    """A block of the configuration: immutable, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Priced(Block):
    """What a part has that is bought: whose prices its block takes."""

    prices: Name | None = Field(
        None,
        description=(
            "Entry of `resources/parts.yaml` for this part, whose figures hold where the block "
            "gives none of its own. Empty: the defaults here."
        ),
    )
    year: int | None = Field(
        None, ge=1990, le=2100, description="Year of the costs; empty: not stated."
    )
    source: str = Field("", description="Where the costs come from.")


class DayPeriod(Block):
    """A part of every day."""

    start: Clock = Field(description="Start, HH:MM.")
    end: Clock = Field(description="End, HH:MM, up to 24:00.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if minute_of_day(self.start) >= minute_of_day(self.end):
            raise ValueError(f"start {self.start} must be before end {self.end}")
        return self


def nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    """A hint at the known name that was most likely meant; empty if none is near."""
    # a unit left off, as in `price` for `price_gbp_per_kwh`, is nearer than its letters tell
    longer = [key for key in known if key.startswith(f"{name}_")]
    match = longer[:1] or difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean '{match[0]}'?" if match else ""
