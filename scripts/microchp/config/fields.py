"""What blocks of the configuration are made of: closed blocks, quantities, times of day."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import time
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

MINUTES_PER_DAY = 1440

Share = Annotated[float, Field(ge=0, le=1)]


Efficiency = Annotated[float, Field(gt=0, le=1)]


Positive = Annotated[float, Field(gt=0)]


NonNegative = Annotated[float, Field(ge=0)]


NAME_PATTERN = r"^[a-z0-9]+(_[a-z0-9]+)*$"


RUN_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"


COUNTRY_PATTERN = r"^[A-Z]{3}$"


PATTERNS = {
    NAME_PATTERN: "a name is made of lower-case letters, digits and single underscores",
    RUN_NAME_PATTERN: "must begin with a letter or digit and go on with these, '_', '.' and '-'",
    COUNTRY_PATTERN: "a country is the three capital letters of ISO 3166, such as GBR",
}
"""What the patterns accept, in words."""


@dataclass(frozen=True)
class Within:
    """Refuse what is larger than anything real, saying what it looks like.

    Attributes
    ----------
    limit
        Largest size, whatever the sign.
    unit
        Unit of the quantity.
    looks_like
        What was most likely given instead.
    """

    limit: float
    unit: str
    looks_like: str

    def _check(self, value: float) -> float:
        if abs(value) > self.limit:
            raise ValueError(
                f"{value:g} looks like {self.looks_like}; expected {self.unit}, at most "
                f"{self.limit:g}"
            )
        return value

    def __get_pydantic_core_schema__(
        self, source: type[object], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        inner = handler(schema)
        lowest = {} if {"minimum", "exclusiveMinimum"} & set(inner) else {"minimum": -self.limit}
        return {**inner, **lowest, "maximum": self.limit}


DEAR_GBP_PER_KWH = 2.0
"""Dearer than any household pays: most likely pence given as pounds, or a price per MWh."""


DEAR_EUR_PER_KWH = 2.0
"""The same in euros."""

LOOKS_LIKE_PENCE = "pence (to be divided by 100) or a price per MWh (by 1000)"

_POUNDS = Within(DEAR_GBP_PER_KWH, "GBP/kWh", LOOKS_LIKE_PENCE)
_EUROS = Within(
    DEAR_EUR_PER_KWH, "EUR/kWh", "cents (to be divided by 100) or a price per MWh (by 1000)"
)

DEAR_MEAN_GBP_PER_KWH = 0.75
"""Dearer than electricity has been for households over a year: Great Britain's price cap of early
2023 was at 0.67."""

Price = Annotated[float, _POUNDS]


FixedPrice = Annotated[
    float, Within(DEAR_MEAN_GBP_PER_KWH, "GBP/kWh at all times", LOOKS_LIKE_PENCE)
]
"""A price of electricity that holds all year."""

FuelPrice = Annotated[float, Field(ge=0), Within(0.6, "GBP/kWh", LOOKS_LIKE_PENCE)]
"""Of a fuel; natural gas has cost households up to some 0.4 (the Netherlands, 2022)."""


PaidPrice = Annotated[float, Field(ge=0), _POUNDS]


PriceInEuros = Annotated[float, Field(ge=0), _EUROS]

Co2Price = Annotated[float, Field(ge=0), Within(2, "GBP/kg", "a price per tonne")]

Co2Factor = Annotated[
    float, Field(ge=0), Within(2, "kg/kWh", "grams, or kg per MWh (to be divided by 1000)")
]
"""CO2 of electricity; lignite, the dirtiest, is at some 1.2."""

FuelCo2Factor = Annotated[
    float, Field(ge=0), Within(1, "kg/kWh", "grams, or kg per MWh (to be divided by 1000)")
]
"""CO2 of a fuel; coal is at some 0.4."""

Power = Annotated[float, Field(ge=0), Within(1000, "kW", "watts")]
"""Power of what stands in or at a house."""

UnitPower = Annotated[float, Field(gt=0), Within(100, "kW", "watts")]
"""Electrical power of a unit; the largest that is still called micro has 50 kW."""

UnitSize = Annotated[float, Field(ge=0), Within(100, "kW", "watts")]

SomePower = Annotated[float, Field(gt=0), Within(1000, "kW", "watts")]

GroupPower = Annotated[float, Field(ge=0), Within(1e6, "kW", "watts")]
"""Power of a group at its transformer."""

StoreSize = Annotated[float, Field(ge=0), Within(5000, "kWh", "litres or Wh")]

SomeStore = Annotated[float, Field(gt=0), Within(5000, "kWh", "litres or Wh")]

AnnualEnergy = Annotated[float, Field(ge=0), Within(1e6, "kWh a year", "Wh")]

CostPerKw = Annotated[
    float, Field(ge=0), Within(100_000, "GBP/kW", "the cost of the whole, or pence")
]

CostPerKwh = Annotated[
    float, Field(ge=0), Within(5000, "GBP/kWh", "the cost of the whole, or pence")
]

StartFuel = Annotated[float, Field(ge=0), Within(100, "kWh a start", "Wh")]

Cost = Annotated[float, Field(ge=0), Within(1e6, "a household's cost", "pence, or a street's cost")]

CostIndex = Annotated[
    float, Field(gt=0), Within(10, "a factor", "an index number instead of the ratio of two")
]

RoomTemperature = Annotated[float, Field(ge=-10), Within(40, "°C", "degrees Fahrenheit")]

WaterTemperature = Annotated[float, Field(ge=0), Within(100, "°C", "degrees Fahrenheit")]

OutdoorTemperature = Annotated[float, Within(60, "°C", "degrees Fahrenheit")]

Minutes = Annotated[float, Field(ge=0), Within(MINUTES_PER_DAY, "min", "seconds")]

CalendarYear = Annotated[int, Field(ge=1990, le=2100)]


# some 200 characters are left of a file name's 255 for five names in one
Name = Annotated[str, Field(pattern=NAME_PATTERN, max_length=40)]

CountryCode = Annotated[str, Field(pattern=COUNTRY_PATTERN)]

GbpPerEur = Annotated[float, Field(gt=0, le=10)]


def _plain(text: str) -> str:
    """Accept what a table, a page and a terminal show as it stands.

    Spreadsheets compute a cell that begins with one of these signs, and terminals obey control
    characters.
    """
    if text[:1] and text[0] in "=+-@":
        raise ValueError(f"must not begin with '{text[0]}', which spreadsheets take for a formula")
    if not text.isprintable():
        raise ValueError("must have no line breaks and no other control characters")
    return text


PlainText = Annotated[str, Field(max_length=500), AfterValidator(_plain)]
"""What a user writes to be read, in tables too."""


def _clock(value: object) -> object:
    """Accept "HH:MM", and the 600 that YAML 1.1 makes of an unquoted 10:00.

    A whole number below 60 cannot come from such a clock time: 6 would be six minutes past
    midnight where six o'clock was meant.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 60:
        hours, minutes = divmod(value, 60)
        value = f"{hours:02d}:{minutes:02d}"
    if isinstance(value, time):
        value = value.strftime("%H:%M")
    if not isinstance(value, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d|24:00", value):
        raise ValueError(
            'expected a time of day as "HH:MM" from "00:00" to "24:00", such as "06:00", in quotes'
        )
    return value.rjust(5, "0")


Clock = Annotated[str, BeforeValidator(_clock)]


def minute_of_day(clock: str) -> int:
    """Minutes from midnight of an "HH:MM" time, 24:00 being 1440."""
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def clock_of(minute: int) -> str:
    """The "HH:MM" of minutes from midnight."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _no_truth(value: object) -> object:
    """Refuse true and false where 1 would be accepted, which Python holds to equal true."""
    if isinstance(value, bool):
        raise ValueError(f"expected a number, found {value}")
    return value


def _make_numbers_strict(schema: Any) -> None:
    """Let the numbers of a schema take neither text nor true and false."""
    if isinstance(schema, dict):
        if schema.get("type") in ("int", "float"):
            schema["strict"] = True
        if schema.get("type") == "literal" and 1 in schema["expected"]:
            inner = dict(schema)
            schema.clear()
            schema.update(core_schema.no_info_before_validator_function(_no_truth, inner))
            return
        for key, inner in schema.items():
            if key not in ("default", "metadata", "serialization"):
                _make_numbers_strict(inner)
    elif isinstance(schema, list | tuple):
        for inner in schema:
            _make_numbers_strict(inner)


class Block(BaseModel):
    """A block of the configuration: immutable, closed to unknown keys, its numbers numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # otherwise YAML's yes would be 1, and a text such as "5" a number
        schema = handler(source)
        _make_numbers_strict(schema)
        return schema


Days = Literal["all", "weekdays", "weekends"]

Month = Annotated[int, Field(ge=1, le=12)]


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
    source: PlainText = Field("", description="Where the costs come from.")


class ClockPeriod(Block):
    """A part of a day, or of a day and the night around it."""

    start: Clock = Field(description="Start, HH:MM.")
    end: Clock = Field(
        description=(
            "End, HH:MM, up to 24:00. Before the start, as in 23:30 to 05:30: on each of its days "
            "from the start to midnight, and from midnight to the end."
        )
    )

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if not self.minutes():
            raise ValueError(
                f'{self.start}-{self.end} is no time at all; a whole day is "00:00" to "24:00"'
            )
        return self

    def minutes(self) -> list[tuple[int, int]]:
        """Its minutes of a day, from and to; two pieces where it runs over midnight."""
        start, end = minute_of_day(self.start), minute_of_day(self.end)
        if start < end:
            return [(start, end)]
        pieces = [] if start == end else [(0, end), (start, MINUTES_PER_DAY)]
        return [(first, last) for first, last in pieces if first < last]


class DayPeriod(ClockPeriod):
    """A part of every day."""


def nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    """A hint at the known name that was most likely meant; empty if none is near."""
    # a unit left off, as in `price` for `price_gbp_per_kwh`, is nearer than its letters tell
    longer = [key for key in known if key.startswith(f"{name}_")]
    match = longer[:1] or difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean '{match[0]}'?" if match else ""
