"""How a design is solved."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from microchp.config.fields import Block, NonNegative


class Solve(Block):
    """How a design is solved."""

    method: Literal["auto", "decomposed", "monolithic"] = Field(
        "auto",
        description=(
            "`decomposed`: day by day, with a bound over all sizes. `monolithic`: one MILP, for "
            "short horizons. `auto`: decomposed, and where days on their own cannot prove the gap "
            "(`tes.closing_tolerance_kwh`), monolithic."
        ),
    )
    relative_gap: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.005, description="Largest (cost - lower bound) / cost that is accepted as solved."
    )
    absolute_gap_gbp: NonNegative = Field(
        1.0,
        description=(
            "Largest cost - lower bound (GBP/year) that is accepted as solved where the cost is so "
            "near zero that `relative_gap` would ask for more."
        ),
    )
    time_limit_minutes: Annotated[float, Field(gt=0, le=100_000)] = Field(
        60.0, description="Per design; a design that is not proven by then fails."
    )
