"""Groups of dwellings and heat-led operation."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from microchp.config.fields import (
    Block,
    DayPeriod,
    Name,
    OutdoorTemperature,
    Share,
    WaterTemperature,
    Within,
)

Season = Literal["heating_season", "mid_season", "summer_season"]
ShownDay = Literal["winter_day", "mid_season_day", "summer_day"]
Control = Literal["hysteresis", "literal", "continuous", "electricity_led", "timed"]


class Group(Block):
    """Dwellings of a house type."""

    dwellings: int = Field(
        13,
        ge=1,
        le=1_000_000,
        description=(
            "Diverse dwellings of each house type in a group (13 in Peacock 2006); designs use "
            "the first. Only that one is made where `scenarios.penetration` asks for no groups."
        ),
    )
    dwellings_per_job: int = Field(
        500,
        ge=1,
        le=100_000,
        description=(
            "Larger groups are made in parts of so many dwellings, a job each, which are forgotten "
            "when all that is summed has been; results do not depend on it."
        ),
    )
    streets: dict[Name, list[Name]] = Field(
        {},
        description=(
            "Mixed groups, by name: house types that stand together, each with its `dwellings`. "
            "`operation.units` are run in them as in the houses of the grid."
        ),
    )
    choices: int = Field(
        200,
        ge=1,
        le=100_000,
        description=(
            "How many choices of which dwellings have a unit are drawn for each penetration; all "
            "of them where there are no more. Results are the median and the 5-95 % band."
        ),
    )
    ramp_minutes: int = Field(
        20,
        ge=1,
        le=240,
        description="Ramps are mean gradients over this time (19 to 30 min in Peacock 2006).",
    )
    days: dict[ShownDay, date] = Field(
        {},
        description=(
            "Dates of your own for the three days that are shown: `winter_day`, "
            "`mid_season_day`, `summer_day`, each as YYYY-MM-DD in `time.year`. Left out, they "
            "follow from the heat demand."
        ),
    )
    transformer_kva: Annotated[float, Field(gt=0), Within(100_000, "kVA", "VA")] = Field(
        400.0, description="Rating that the number of homes served is stated for (Peacock 2006)."
    )


class HouseWithUnit(Block):
    """A unit in a house."""

    house: Name = Field(description="House type.")
    unit: Name = Field(description="Unit of the catalogue.")


class Operation(Block):
    """Heat-led operation of a unit with a store and the auxiliary boiler, by minute."""

    control: Literal[
        "hysteresis", "literal", "low_power_wait", "continuous", "electricity_led", "timed"
    ] = Field(
        "hysteresis",
        description=(
            "`hysteresis`: a heat demand turns the unit on, if it is as large as the unit's least "
            "heat or the store is open; the store closes when full and opens at its lower set "
            "point (Peacock 2006, Fig. 1). `literal`: the store is open whenever it is below its "
            "upper set point, as printed; standing loss then keeps the unit running. "
            "`low_power_wait`: `hysteresis`, and at low power for `wait_minutes` before stopping "
            "(Whispergen). `continuous`: always on. `electricity_led`: follows the electricity "
            "demand within the unit's range. `timed`: on in `timed_periods`."
        ),
    )
    season_controls: dict[Season, Control] = Field(
        {},
        description=(
            "Controls of seasons of their own, instead of `control`: `heating_season` (November to "
            "March), `mid_season` (April, May, October), `summer_season` (June to September)."
        ),
    )
    min_run_minutes: int = Field(
        30, ge=0, le=60, description="Once on, the unit stays on for at least this long."
    )
    wait_minutes: int = Field(
        30, ge=0, le=240, description="`low_power_wait`: how long a heat demand is waited for."
    )
    wait_load_share: Share = Field(
        0.61,
        description=(
            "`low_power_wait`: load while waiting; the Whispergen's 4.9 of 8 kW of heat (De Paepe "
            "2006, Table 1)."
        ),
    )
    timed_periods: list[DayPeriod] = Field(
        [DayPeriod(start="06:00", end="09:00"), DayPeriod(start="16:00", end="23:00")],
        description="`timed`: when the unit is on.",
    )
    store_volume_l: Annotated[float, Field(ge=0), Within(100_000, "litres", "millilitres")] = Field(
        150.0,
        description="Store of `units` (Peacock 2006); a design brings its own. 0 means none.",
    )
    store_min_c: WaterTemperature = Field(55.0, description="Lower set point of the store.")
    store_max_c: WaterTemperature = Field(70.0, description="Upper set point of the store.")
    store_loss_w_per_k: Annotated[float, Field(ge=0)] = Field(
        2.2,
        description=(
            "Standing loss of a store of `store_volume_l`; a design's store loses as it was "
            "designed with. 2.2 W/K is a 150 l cylinder with 42 mm of factory-applied foam by "
            "SAP 2012, Tables 2 and 2a (2.4 kWh a day at 45 K)."
        ),
    )
    surroundings_c: OutdoorTemperature = Field(10.0, description="Around the store: a cold attic.")
    units: list[Name] = Field(
        [],
        description=(
            "Units of the catalogue, of any family, to run in each house of the grid and each of "
            "`group.streets`, beside the designs."
        ),
    )
    pairs: list[HouseWithUnit] = Field(
        [], description="Further houses, each with a unit of the catalogue to run in it."
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low_c, high_c = self.store_min_c, self.store_max_c
        if low_c >= high_c:
            raise ValueError(f"store_min_c {low_c:g} must be below store_max_c {high_c:g}")
        if self.surroundings_c > low_c:
            raise ValueError(
                f"surroundings_c {self.surroundings_c:g} must not be above store_min_c {low_c:g}"
            )
        heat_j_per_k = self.store_volume_l * 4187
        if 0 < heat_j_per_k <= 60 * self.store_loss_w_per_k:
            raise ValueError(
                f"store_loss_w_per_k {self.store_loss_w_per_k:g} empties a store of "
                f"{self.store_volume_l:g} l within a minute"
            )
        if "timed" in (self.control, *self.season_controls.values()) and not self.timed_periods:
            raise ValueError("control is timed, but timed_periods lists no period")
        return self
