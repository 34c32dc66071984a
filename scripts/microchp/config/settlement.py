"""How what flows through a household's meter is settled, and what of it is whose."""

from __future__ import annotations

from pydantic import Field

from microchp.config.comparison import METERING_RULES, Metering
from microchp.config.fields import Block, PaidPrice


class Settlement(Block):
    """Who gains by designs and streets under each metering rule."""

    metering: list[Metering] = Field(
        list(METERING_RULES),
        min_length=1,
        description="Rules to compare; what each means is at `comparison.metering`.",
    )
    wholesale_gbp_per_kwh: PaidPrice = Field(
        0.045,
        description=(
            "What a kWh costs its supplier. ASSUMED: a third of the unit price of 2012, about the "
            "mean of the day-ahead market of Great Britain then."
        ),
    )
    network_gbp_per_kwh: PaidPrice = Field(
        0.032,
        description=(
            "What the supplier passes on to the networks of each kWh that it bills: distribution "
            "16 % and transmission 4 % of 531 GBP for 3,300 kWh (Ofgem, Factsheet 98, January "
            "2013)."
        ),
    )
