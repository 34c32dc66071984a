"""Units compared with a boiler and central plants."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from microchp.config.fields import (
    Block,
    Co2Factor,
    Cost,
    DayPeriod,
    Efficiency,
    FuelCo2Factor,
    Name,
    PlainText,
    PriceInEuros,
    SomePower,
    clock_of,
    minute_of_day,
)


class CentralPlant(Block):
    """A kind of central power plant that supplies what a house imports."""

    efficiency: Efficiency = Field(
        description="Electricity delivered to the house over primary energy, the grid's loss in it."
    )
    co2_kg_per_kwh: Co2Factor = Field(description="CO2 per kWh delivered to the house.")
    factors_file: str | None = Field(
        None,
        description=(
            "A CSV with `time`, `primary_energy_kwh_per_kwh` and `co2_kg_per_kwh` for the whole "
            "year, used instead of the two constants."
        ),
    )
    source: PlainText = Field("", description="Where the figures come from.")


class MarginalCase(Block):
    """Central plants that differ with the unit's running (De Paepe 2006, section 4.1)."""

    avoided: Name = Field(
        description=(
            "Plant that a unit displaces: it supplies the house without a unit, supplies what is "
            "imported while the unit runs, and makes less by what is exported."
        )
    )
    backup: Name = Field(description="Plant that supplies the house while its unit is off.")


class Rate(Block):
    """Hours with a register of the meter and a price of their own."""

    price_eur_per_kwh: PriceInEuros = Field(description="Purchase price.")
    periods: list[DayPeriod] = Field(
        min_length=1, description="When it holds, every day of the week alike."
    )


class HouseholdPrices(Block):
    """What a household pays for gas and electricity, and is paid."""

    gas_eur_per_kwh: PriceInEuros = Field(
        0.0343755, description="Gas, lower heating value: 0.954875 c/MJ (De Paepe 2006, Table 5)."
    )
    sale_eur_per_kwh: PriceInEuros = Field(
        0.0225, description="Paid for electricity that is sold (De Paepe 2006, Table 5)."
    )
    rates: dict[Name, Rate] = Field(
        {
            "day": Rate(price_eur_per_kwh=0.1556, periods=[DayPeriod(start="07:00", end="22:00")]),
            "night": Rate(
                price_eur_per_kwh=0.0837,
                periods=[
                    DayPeriod(start="00:00", end="07:00"),
                    DayPeriod(start="22:00", end="24:00"),
                ],
            ),
        },
        min_length=1,
        description=(
            "Rates by name; together they must cover the day once. Prices of De Paepe 2006, Table "
            "5; the hours are not printed, and 22:00 to 07:00 is assumed."
        ),
    )

    def words(self) -> str:
        """What money is counted by, and of where and when the prices are, in two sentences."""
        bought = " and ".join(
            f"{rate.price_eur_per_kwh:.4g} ({name})" for name, rate in self.rates.items()
        )
        keys, paper = [*type(self).model_fields], HouseholdPrices()
        printed = [key for key in keys if getattr(self, key) == getattr(paper, key)]
        which = "" if len(printed) == len(keys) else f"{' and '.join(printed)} "
        origin = f"{which}as De Paepe et al. print them (2006, Table 5: Belgium)"
        return (
            "money is in EUR at the prices of comparison.prices, per kWh: gas "
            f"{self.gas_eur_per_kwh:.4g}, electricity {bought}, sold for "
            f"{self.sale_eur_per_kwh:.4g}; {origin if printed else 'all of your own'}. Neither "
            "market nor tariff changes them: for another country or year, state comparison.prices"
        )

    @model_validator(mode="after")
    def _covers_day(self) -> Self:
        minutes = [0] * 1440
        for rate in self.rates.values():
            for period in rate.periods:
                for first, last in period.minutes():
                    for minute in range(first, last):
                        minutes[minute] += 1
        wrong = [minute for minute, count in enumerate(minutes) if count != 1]
        if wrong:
            what = "no rate" if minutes[wrong[0]] == 0 else "more than one rate"
            raise ValueError(
                f"rates must cover 00:00 to 24:00 once; {what} at {clock_of(wrong[0])}"
            )
        return self


class ReferenceBoiler(Block):
    """The boiler of a house without a unit, and behind each unit."""

    efficiency: Annotated[float, Field(gt=0, le=1.1)] = Field(
        0.9, description="Heat out over fuel in, lower heating value (De Paepe 2006, section 2.2)."
    )
    max_heat_kw: SomePower = Field(
        32.0, description="Heat output (De Paepe 2006, section 2.2); a demand above it is reported."
    )


class CondensingBoiler(Block):
    """A condensing boiler instead of a unit."""

    efficiency: Annotated[float, Field(gt=0, le=1.1)] = Field(
        1.07, description="Heat out over fuel in, lower heating value (De Paepe 2006, section 2.2)."
    )
    installation_eur: Cost = Field(2000.0, description="Installed (De Paepe 2006, Table 4).")
    maintenance_eur_per_year: Cost = Field(
        0.0,
        description=(
            "Maintenance beyond that of the reference boiler; none in De Paepe 2006, section 5.3."
        ),
    )


class UnitCost(Block):
    """What a unit costs a household."""

    installation_eur: Cost = Field(description="Installed, beside the boiler that stays.")
    maintenance_eur_per_year: Cost = Field(description="Maintenance in a year.")


Metering = Literal["backwards_to_annual_demand", "backwards", "separate_meters", "half_hourly"]

METERING_RULES: tuple[Metering, ...] = get_args(Metering)


class Comparison(Block):
    """Units compared with a boiler and central plants: primary energy, CO2 and money."""

    plants: list[Name] = Field(
        [],
        description=(
            "Central plants, from `resources/central_plants.yaml` or `central_plants`, that the "
            "units of `operation` are compared with. Empty: no comparison."
        ),
    )
    marginal: dict[Name, MarginalCase] = Field(
        {}, description="Cases, by name, in which the avoided plant is not the back-up plant."
    )
    gas_co2_kg_per_kwh: FuelCo2Factor = Field(
        0.20196, description="CO2 of gas: 56.1 g/MJ (De Paepe 2006, section 2.3)."
    )
    reference_boiler: ReferenceBoiler = Field(
        ReferenceBoiler(), description="Boiler of the reference, and behind each unit."
    )
    condensing_boiler: CondensingBoiler = Field(
        CondensingBoiler(), description="Condensing boiler instead of a unit."
    )
    prices: HouseholdPrices = Field(
        HouseholdPrices(),
        description=(
            "Gas and electricity, in EUR; the defaults are those of Belgium in De Paepe 2006, "
            "whatever `market` and `tariff` say."
        ),
    )
    metering: list[Metering] = Field(
        list(METERING_RULES),
        min_length=1,
        description=(
            "How flows are metered and settled, each as a case. `backwards_to_annual_demand`: the "
            "register of each rate runs backwards, over the year down to zero, and only net "
            "annual production is sold. `backwards`: without that limit. `separate_meters`: "
            "import and export are registered minute by minute. `half_hourly`: the net of each "
            "half-hour is bought or sold."
        ),
    )
    unit_costs: dict[Name, UnitCost] = Field(
        {}, description="Cost of units by name; units without it have a profit but no payback."
    )
    target_payback_years: Annotated[float, Field(gt=0, le=100)] = Field(
        10.0, description="The cost cut that a payback of this length needs is stated."
    )
    house_series: dict[Name, list[Name]] = Field(
        {},
        description="Houses, by a name for them together, whose savings are drawn side by side.",
    )
    labels: dict[Name, PlainText] = Field(
        {}, description="Names of houses, units and plants as figures and tables show them."
    )

    @model_validator(mode="after")
    def _half_hours(self) -> Self:
        if "half_hourly" not in self.metering:
            return self
        edges = {
            edge
            for rate in self.prices.rates.values()
            for period in rate.periods
            for edge in (period.start, period.end)
            if minute_of_day(edge) % 30
        }
        if edges:
            raise ValueError(
                "metering: with half_hourly, rates must change on the half-hour; found "
                + ", ".join(sorted(edges))
            )
        return self
