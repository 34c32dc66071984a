"""What energy costs."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from microchp.config.fields import Block, Clock, PaidPrice, Price, minute_of_day


class PricePeriod(Block):
    """A part of the day with one price."""

    start: Clock = Field(description="Start, HH:MM.")
    end: Clock = Field(description="End, HH:MM, up to 24:00.")
    price_gbp_per_kwh: Price = Field(description="Price in the period.")


class Tariff(Block):
    """What energy costs without any incentive."""

    gas_gbp_per_kwh: PaidPrice = Field(
        0.0348,
        description=(
            "Fuel price (NGP of Eq. 3), per kWh of lower heating value, as the efficiencies of "
            "boiler and units are. Bills state kWh of higher heating value: divide their price by "
            "0.901 (natural gas)."
        ),
    )
    import_periods: list[PricePeriod] = Field(
        [
            PricePeriod(start="00:00", end="07:00", price_gbp_per_kwh=0.055),
            PricePeriod(start="07:00", end="24:00", price_gbp_per_kwh=0.1529),
        ],
        description="Import price over the day (GIMP of Eq. 5); the periods must cover the day.",
    )
    import_file: str | None = Field(
        None,
        description=(
            "A CSV with `time` and `import_price_gbp_per_kwh` for the whole year, used instead."
        ),
    )
    export_gbp_per_kwh: Price = Field(
        0.0, description="Paid for export without any incentive (GEXP of Eq. 5)."
    )

    @model_validator(mode="after")
    def _covers_day(self) -> Self:
        if self.import_file is not None:
            return self
        at = 0
        for period in sorted(self.import_periods, key=lambda p: p.start):
            start, end = minute_of_day(period.start), minute_of_day(period.end)
            if start >= end:
                raise ValueError(
                    f"import_periods: {period.start}-{period.end} must start before it ends"
                )
            if start != at:
                what = "gap" if start > at else "overlap"
                raise ValueError(
                    f"import_periods must cover 00:00 to 24:00 once; {what} between "
                    f"{at // 60:02d}:{at % 60:02d} and {period.start}"
                )
            at = end
        if at != 1440:
            raise ValueError(
                "import_periods must cover 00:00 to 24:00; nothing after "
                f"{at // 60:02d}:{at % 60:02d}"
            )
        return self
