"""Annualisation and cash flow."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from microchp.config.fields import Block

Annualisation = Literal["crf", "as_printed"]


class Finance(Block):
    """Annualisation and cash flow."""

    interest_rate: Annotated[float, Field(ge=0, lt=1)] = Field(0.05, description="IR of Eq. 6.")
    lifetime_years: int = Field(15, ge=1, le=100, description="n of Eq. 6.")
    price_escalation_per_year: Annotated[float, Field(gt=-0.5, lt=0.5)] = Field(
        0.0,
        description=(
            "By what share energy prices rise each year beyond inflation. Present value and rate "
            "of return count it; designs are made for the prices of the first year."
        ),
    )
    annualisation: Annualisation = Field(
        "crf",
        description=(
            "`crf`: capital recovery factor. `as_printed`: the factor as Eq. 6 is printed, "
            "IR(1+IR), with which the published tables were made."
        ),
    )
