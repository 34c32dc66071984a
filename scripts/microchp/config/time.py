"""Calendar and resolution of the design model."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from microchp.config.fields import Block


class Time(Block):
    """Calendar and resolution of the design model."""

    year: int = Field(2015, ge=1990, le=2100, description="Calendar year of the demand.")
    resolution_minutes: Literal[1, 5, 10, 15, 30, 60] = Field(
        5, description="Time step of the design model."
    )
    days: Literal["all"] | Annotated[int, Field(ge=1, le=366)] | list[date] = Field(
        "all",
        description=(
            "`all`, a number of representative days (clustered, the peak day kept), or a list of "
            "dates. Fewer days are scaled to the year: a coarse, quick answer."
        ),
    )

    @model_validator(mode="after")
    def _days_exist(self) -> Self:
        if not isinstance(self.days, list):
            return self
        problems = [
            f"{day} is not in year {self.year}" for day in self.days if day.year != self.year
        ]
        problems += [
            f"{day} is listed twice"
            for day in sorted({d for d in self.days if self.days.count(d) > 1})
        ]
        if problems or not self.days:
            raise ValueError(f"days: {'; '.join(problems) or 'the list is empty'}")
        return self
