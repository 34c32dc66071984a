"""What a policy pays."""

from __future__ import annotations

from pydantic import Field

from microchp.config.fields import Block, Co2Price, Cost, PaidPrice, PlainText, Share
from microchp.config.tariff import Tariff


class Incentive(Block):
    """What a policy pays."""

    generation_gbp_per_kwh: PaidPrice = Field(
        0.0, description="Paid for every kWh generated, used at home or not."
    )
    export_gbp_per_kwh: PaidPrice = Field(0.0, description="Paid for every kWh exported.")
    deemed_export_share: Share | None = Field(
        None,
        description=(
            "Export paid on this share of the generation instead of on the metered export."
        ),
    )
    co2_price_gbp_per_kg: Co2Price = Field(
        0.0, description="Paid per kg of CO2 below business as usual (charged above it)."
    )
    capital_grant_share: Share = Field(
        0.0, description="Share of the capital of unit and store that is granted."
    )
    heat_pump_grant_gbp: Cost = Field(
        0.0, description="Granted towards a heat pump, up to its capital."
    )
    tariff: Tariff | None = Field(
        None,
        description=(
            "A tariff that goes with the incentive, instead of `tariff`. What it leaves out is "
            "that of the market."
        ),
    )
    source: PlainText = Field("", description="Where the figures come from.")

    @property
    def paid_per_generated_kwh(self) -> float:
        """Paid for a kWh generated (GBP), deemed export in it."""
        deemed = self.deemed_export_share or 0.0
        return self.generation_gbp_per_kwh + deemed * self.export_gbp_per_kwh

    @property
    def paid_per_metered_kwh(self) -> float:
        """Paid for a kWh of metered export (GBP); nothing where export is deemed."""
        return self.export_gbp_per_kwh if self.deemed_export_share is None else 0.0
