"""A house type: totals, peaks, building, thermostat and draw-offs."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from microchp.config.bills import Bills
from microchp.config.fields import (
    AnnualEnergy,
    Block,
    Clock,
    ClockPeriod,
    Days,
    Month,
    Name,
    OutdoorTemperature,
    PlainText,
    Power,
    RoomTemperature,
    Share,
    SomePower,
    WaterTemperature,
    Within,
)

PER_KELVIN = Within(50, "kW/K", "W/K")

FACTOR = Within(10, "a factor", "a percentage")

Capacity = Annotated[float, Field(gt=0), Within(2000, "kWh/K", "Wh/K or kJ/K")]


class HeatingPeriod(ClockPeriod):
    """When the thermostat asks for the set point."""

    days: Days = Field("all", description="Days it holds for.")
    months: list[Month] | None = Field(None, description="Months it holds for; empty: all.")
    colder_than_c: OutdoorTemperature | None = Field(
        None, description="Only on days whose mean outdoor temperature is below this; empty: all."
    )
    start: Clock = Field("06:00", description="Start, HH:MM.")
    end: Clock = Field(
        "22:00",
        description=(
            "End, HH:MM, up to 24:00. Before the start, as in 22:00 to 05:00: on each of its days "
            "from the start to midnight, and from midnight to the end."
        ),
    )


class Heating(Block):
    """Thermostat and emitters."""

    periods: list[HeatingPeriod] = Field(
        [
            HeatingPeriod(days="weekdays", start="06:00", end="09:00"),
            HeatingPeriod(days="weekdays", start="16:00", end="23:00"),
            HeatingPeriod(days="weekends", start="07:00", end="23:00"),
        ],
        description="Periods at the set point; outside them the set-back holds.",
    )
    set_point_c: RoomTemperature = Field(21.0, description="Indoor temperature in a period.")
    set_back_c: RoomTemperature = Field(
        12.0, description="Lowest indoor temperature outside the periods."
    )
    months: list[Month] = Field(
        list(range(1, 13)), description="Months in which the house is heated."
    )
    max_heat_kw: SomePower | None = Field(
        None, description="Largest heat output; empty: the house's 5-min peak of space heating."
    )
    averaging_minutes: Literal[1, 5, 10, 15, 30, 60] = Field(
        1, description="Heating demand is averaged over steps of this length."
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.set_back_c > self.set_point_c:
            raise ValueError("set_back_c must not be above set_point_c")
        return self


class Building(Block):
    """Two-resistance, two-capacity (2R2C) model of a house.

    Air and mass nodes: the air loses heat by ventilation and windows, exchanges it with the
    mass, and the mass loses heat through the envelope. The envelope's conductance is
    calibrated to the annual space heating.
    """

    ventilation_kw_per_k: Annotated[float, Field(ge=0), PER_KELVIN] = Field(
        0.06, description="Air to outside."
    )
    coupling_kw_per_k: Annotated[float, Field(gt=0), PER_KELVIN] = Field(
        1.5, description="Air to mass."
    )
    air_capacity_kwh_per_k: Capacity = Field(1.5, description="Air and furniture.")
    mass_capacity_kwh_per_k: Capacity = Field(15.0, description="Walls and floors.")
    solar_aperture_m2: Annotated[float, Field(ge=0, le=1000)] = Field(
        4.0, description="Effective south-facing glazing."
    )
    gain_share_of_electricity: Share = Field(
        0.6, description="Share of the electricity that ends as heat in the rooms."
    )
    constant_gain_kw: Power = Field(0.0, description="Other gains, occupants included.")
    gain_share_to_mass: Share = Field(
        0.5, description="Share of the gains that is radiant and enters the mass, not the air."
    )


class DrawCategory(Block):
    """One kind of hot-water draw-off, in the terms of DHWcalc and OpenDHW."""

    share_of_volume: Share = Field(description="Share of the annual volume.")
    mean_flow_l_per_h: float = Field(
        ge=6, le=3000, description="Mean flow rate (6 l/h is the smallest that DHWcalc knows)."
    )
    flow_deviation_l_per_h: Annotated[float, Field(ge=0, le=3000)] = Field(
        0.0, description="Standard deviation of the flow rate."
    )
    duration_minutes: int = Field(ge=1, le=120, description="Length of a draw-off.")
    sizes: Literal["normal", "exponential"] = Field(
        "normal",
        description=(
            "Distribution of the flow rates about their mean: `normal` (DHWcalc) or `exponential` "
            "(many small draws, few large; the deviation is not used)."
        ),
    )


class Cylinder(Block):
    """A hot-water cylinder between the draws and the boiler, reheated in hours of its own."""

    periods: list[HeatingPeriod] = Field(
        [HeatingPeriod(start="06:00", end="09:00"), HeatingPeriod(start="16:00", end="23:00")],
        min_length=1,
        description="When it may be reheated.",
    )
    reheat_hours: Annotated[float, Field(gt=0), Within(24, "h", "minutes")] = Field(
        0.5, description="Time constant: what is missing falls to 37 % in this time."
    )
    max_heat_kw: SomePower = Field(10.0, description="Largest heat output of its coil.")


class HotWater(Block):
    """Draw-offs from OpenDHW."""

    cold_c: WaterTemperature = Field(10.0, description="Cold-water temperature.")
    hot_c: WaterTemperature = Field(45.0, description="Mixed draw-off temperature.")
    draws: list[DrawCategory] = Field(
        [
            DrawCategory(
                share_of_volume=0.14,
                mean_flow_l_per_h=60,
                flow_deviation_l_per_h=120,
                duration_minutes=1,
            ),
            DrawCategory(
                share_of_volume=0.36,
                mean_flow_l_per_h=360,
                flow_deviation_l_per_h=120,
                duration_minutes=1,
            ),
            DrawCategory(
                share_of_volume=0.10,
                mean_flow_l_per_h=840,
                flow_deviation_l_per_h=12,
                duration_minutes=10,
            ),
            DrawCategory(
                share_of_volume=0.40,
                mean_flow_l_per_h=480,
                flow_deviation_l_per_h=24,
                duration_minutes=5,
            ),
        ],
        min_length=1,
        description="Kinds of draw-off; the default is DHWcalc's four categories.",
    )
    cylinder: Cylinder | None = Field(
        None, description="A cylinder that spreads the draws; empty: heated as it is drawn."
    )
    averaging_minutes: Literal[1, 5, 10, 15, 30, 60] = Field(
        1, description="Hot-water demand is averaged over steps of this length."
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        total = sum(draw.share_of_volume for draw in self.draws)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"share_of_volume adds up to {total:g}; it must add up to 1")
        if self.hot_c <= self.cold_c:
            raise ValueError("hot_c must be above cold_c")
        return self


class Electricity(Block):
    """Appliances and lighting from the CREST model (richardsonpy)."""

    constant_share: Share = Field(
        0.0,
        description=(
            "Share of the annual electricity that is always on; the rest follows the occupants."
        ),
    )


class Retrofit(Block):
    """What is changed in a house after it met its annual totals; its demand follows."""

    envelope_factor: Annotated[float, Field(gt=0), FACTOR] = Field(
        1.0, description="Insulation: factor on the conductance of the calibrated envelope."
    )
    lighting_factor: Annotated[float, Field(ge=0), FACTOR] = Field(
        1.0, description="Relighting: factor on the electricity for lighting, and on its heat."
    )


class House(Block):
    """A house type: annual totals, peaks and what shapes its demand."""

    annual_space_heating_kwh: AnnualEnergy = Field(
        description="Space heating in a year, in whatever weather; before a retrofit."
    )
    annual_hot_water_kwh: AnnualEnergy = Field(description="Hot water in a year.")
    annual_electricity_kwh: AnnualEnergy = Field(description="Electricity in a year.")
    peak_space_heating_kw: SomePower = Field(description="5-min peak of space heating.")
    peak_hot_water_kw: SomePower = Field(description="5-min peak of hot water.")
    occupants: int = Field(3, ge=1, le=5, description="People of a household.")
    households: int = Field(
        1,
        ge=1,
        le=20,
        description=(
            "Households that share the house, its totals and its plant; each draws electricity "
            "and hot water of its own."
        ),
    )
    source: PlainText = Field("", description="Where the figures come from.")
    bills: Bills | None = Field(
        None,
        description=(
            "Annual gas and electricity, from which totals and peaks that are not given are "
            "inferred; the run says which."
        ),
    )
    building: Building = Field(Building(), description="2R2C building model.")
    heating: Heating = Field(Heating(), description="Thermostat and emitters.")
    hot_water: HotWater = Field(HotWater(), description="Hot-water draw-offs.")
    electricity: Electricity = Field(Electricity(), description="Appliances and lighting.")
    retrofit: Retrofit = Field(
        Retrofit(), description="Changes to the calibrated house; the annual totals hold before."
    )
    draws_as: Name | None = Field(
        None,
        description=(
            "House type whose occupants and random draws it has, so that two differ only in what "
            "is given; empty: its own."
        ),
    )
