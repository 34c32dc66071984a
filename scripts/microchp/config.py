"""The configuration: the one source of defaults, of the JSON schema and of the reference table.

Every block is a frozen pydantic model that refuses unknown keys; every quantity carries its
unit in its name. ``load_config`` merges a user's YAML onto these defaults and onto the
catalogues in ``resources/``, and reports all mistakes at once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from microchp.errors import ConfigError

Share = Annotated[float, Field(ge=0, le=1)]
Efficiency = Annotated[float, Field(gt=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]

NAME_PATTERN = r"^[a-z0-9]+(_[a-z0-9]+)*$"
RUN_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
PATTERNS = {
    NAME_PATTERN: "a name is made of lower-case letters, digits and single underscores",
    RUN_NAME_PATTERN: "must begin with a letter or digit and go on with these, '_', '.' and '-'",
}
"""What the patterns accept, in words."""

DEAR_GBP_PER_KWH = 2.0
"""Dearer than any household pays on average: most likely pence given as pounds."""

DEAR_EUR_PER_KWH = 2.0
"""The same in euros: most likely cents."""


def _pounds(value: float) -> float:
    if abs(value) > DEAR_GBP_PER_KWH:
        raise ValueError(
            f"{value:g} looks like pence; expected GBP/kWh, at most {DEAR_GBP_PER_KWH:g}"
        )
    return value


def _euros(value: float) -> float:
    if value > DEAR_EUR_PER_KWH:
        raise ValueError(
            f"{value:g} looks like cents; expected EUR/kWh, at most {DEAR_EUR_PER_KWH:g}"
        )
    return value


Price = Annotated[float, AfterValidator(_pounds)]
PaidPrice = Annotated[float, Field(ge=0), AfterValidator(_pounds)]
PriceInEuros = Annotated[float, Field(ge=0), AfterValidator(_euros)]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]


def _clock(value: object) -> object:
    """Accept "HH:MM" (and the 360-like integers YAML 1.1 makes of an unquoted 06:00)."""
    if isinstance(value, int) and not isinstance(value, bool):
        hours, minutes = divmod(value, 60)
        value = f"{hours:02d}:{minutes:02d}"
    if isinstance(value, time):
        value = value.strftime("%H:%M")
    if not isinstance(value, str) or not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d|24:00", value):
        raise ValueError('expected a time of day as "HH:MM" from "00:00" to "24:00"')
    return value.rjust(5, "0")


Clock = Annotated[str, BeforeValidator(_clock)]


def minute_of_day(clock: str) -> int:
    """Minutes from midnight of an "HH:MM" time, 24:00 being 1440."""
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


class Block(BaseModel):
    """A block of the configuration: immutable, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


# --------------------------------------------------------------------------- run, time, grid

Paper = Literal["oluleye2017", "oluleye2018", "peacock2006", "depaepe2006"]
PAPERS: tuple[Paper, ...] = get_args(Paper)
"""Papers whose numbers are in ``resources/published``."""


class Run(Block):
    """Name and seed of a run."""

    name: Annotated[str, Field(pattern=RUN_NAME_PATTERN)] = Field(
        "default", description="Name of the run; everything is written under `results/<name>/`."
    )
    seed: int = Field(
        1, ge=0, description="Seed of every random draw; the same seed gives the same result."
    )
    note: str = Field(
        "", description="What a reader must know of this run, shown at the top of its report."
    )
    compare_with: list[Paper] = Field(
        [],
        description=(
            "Papers whose published numbers (`resources/published/`) the run is held against, in "
            "`published.csv`."
        ),
    )


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


class Scenarios(Block):
    """The grid: every combination of these lists is a scenario."""

    house: list[Name] = Field(
        ["detached", "semi_detached", "terrace", "flat"],
        min_length=1,
        description="House types, from `resources/houses.yaml`, `houses` or `demand.files`.",
    )
    incentive: list[Name] = Field(
        ["none", "fit", "co2_levy"],
        description=(
            "Incentives, from `resources/incentives.yaml` or `incentives`. Empty: nothing is "
            "designed, and only `operation.units` are run."
        ),
    )
    tes: list[Literal["with", "without"]] = Field(
        ["with", "without"], min_length=1, description="With and without a hot-water store."
    )
    penetration: list[Share] = Field(
        [],
        description=(
            "Shares of the dwellings of a group that have a unit; for each, the group is assessed "
            "at its transformer. Empty: no groups."
        ),
    )
    variants: dict[Name, dict[str, Any]] = Field(
        {},
        description=(
            "Named sets of changes to the blocks `time` (its year apart), `chp`, `tes`, "
            "`boiler`, `tariff`, `emissions`, `finance` and `solve`; the whole grid is solved "
            "for each as well as without."
        ),
    )


class FixedDesign(Block):
    """A design whose sizes are given, evaluated beside the optimum."""

    name: Name = Field("fixed", description="Short name, part of the scenario's id.")
    house: Name = Field(description="House type.")
    incentive: Name = Field(description="Incentive.")
    chp_kw: NonNegative = Field(description="Rated electrical power of the unit; 0 for none.")
    tes_kwh: NonNegative = Field(0.0, description="Size of the store; 0 for none.")
    variants: list[Name] = Field(
        [], description="Names from `scenarios.variants` in which it is evaluated as well."
    )


# --------------------------------------------------------------------------------- demand


class Weather(Block):
    """Weather for space heating, lighting and reference days."""

    try_region: int = Field(
        5, ge=1, le=15, description="German test reference year 2010 (DWD region), from demandlib."
    )
    epw: str | None = Field(
        None, description="Path of an EnergyPlus weather file, used instead of the region."
    )


class FilePolicy(Block):
    """What is done about imperfect measured files."""

    max_gap_minutes: int = Field(
        60, ge=0, description="Gaps up to this long are interpolated; longer ones are refused."
    )
    max_zero_run_minutes: int = Field(
        1440,
        ge=1,
        description="Electricity stuck at exactly zero for longer than this is reported.",
    )
    zero_runs: Literal["warn", "refuse"] = Field(
        "warn", description="What to do about electricity stuck at zero."
    )
    timezone: str | None = Field(
        None,
        description=(
            "Time zone of local clock times in the file (for instance `Europe/London`); it is "
            "needed only where the clocks change within the data. Empty: standard time all year."
        ),
    )

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                known = sorted(available_timezones())
                raise ValueError(
                    f"'{value}' is not a known time zone{_nearest(value, known)}"
                ) from None
        return value


class Vdi4655(Block):
    """Reference days of VDI 4655."""

    summer_above_c: float = Field(15.0, description="Days warmer than this are summer days.")
    winter_below_c: float = Field(5.0, description="Days colder than this are winter days.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.winter_below_c >= self.summer_above_c:
            raise ValueError("winter_below_c must be lower than summer_above_c")
        return self


class Diversity(Block):
    """How the further dwellings of a house type differ from the first, which meets its totals."""

    annual_deviation_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.2,
        description=(
            "Standard deviation of each annual total over the dwellings, as a share of the house's "
            "(lognormal, mean 1); 0 gives every dwelling the same totals."
        ),
    )
    electricity_years: int = Field(
        4,
        ge=1,
        description=(
            "Stochastic years of electricity made for a house type, at some 5 s each. Further "
            "dwellings take one of them, shifted by one to four weeks and by minutes: their "
            "peaks do not meet, but they have the same appliances, so that ADMD falls a little "
            "less with their number than with as many years as dwellings."
        ),
    )
    schedule_shift_minutes: int = Field(
        60,
        ge=0,
        le=360,
        description="Households keep their heating periods earlier or later by up to this much.",
    )


class Demand(Block):
    """Where demand comes from."""

    source: Literal["builtin", "vdi4655", "file"] = Field(
        "builtin", description="Built-in synthesis, VDI 4655 reference days, or your own files."
    )
    files: dict[Name, str] = Field(
        {},
        description=(
            "For `source: file`: a CSV, Parquet or NetCDF file per house, with the columns "
            "`time`, `space_heating_kw`, `hot_water_kw`, `electricity_kw` and, if it holds "
            "several, `dwelling`. Columns left out are filled from the built-in house of the "
            "same name, and the run says so."
        ),
    )
    file_policy: FilePolicy = Field(FilePolicy(), description="Gaps, zero runs, clock changes.")
    weather: Weather = Field(Weather(), description="Weather of the built-in demand.")
    vdi4655: Vdi4655 = Field(Vdi4655(), description="Season limits of VDI 4655.")
    diversity: Diversity = Field(
        Diversity(), description="Differences between the dwellings of a house type."
    )


class Group(Block):
    """Dwellings of a house type."""

    dwellings: int = Field(
        13,
        ge=1,
        description=(
            "Diverse dwellings of each house type in a group (13 in Peacock 2006); designs use "
            "the first. Only that one is made where `scenarios.penetration` asks for no groups."
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
    transformer_kva: Positive = Field(
        400.0, description="Rating that the number of homes served is stated for (Peacock 2006)."
    )


class DayPeriod(Block):
    """A part of every day."""

    start: Clock = Field(description="Start, HH:MM.")
    end: Clock = Field(description="End, HH:MM, up to 24:00.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if minute_of_day(self.start) >= minute_of_day(self.end):
            raise ValueError(f"start {self.start} must be before end {self.end}")
        return self


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
    store_volume_l: NonNegative = Field(
        150.0,
        description="Store of `units` (Peacock 2006); a design brings its own. 0 means none.",
    )
    store_min_c: float = Field(55.0, ge=0, description="Lower set point of the store.")
    store_max_c: float = Field(70.0, le=100, description="Upper set point of the store.")
    store_loss_w_per_k: NonNegative = Field(
        2.2,
        description=(
            "Standing loss of a store of `store_volume_l`; a design's store loses in proportion "
            "to its surface. 2.2 W/K is a 150 l cylinder with 42 mm of factory-applied foam by "
            "SAP 2012, Tables 2 and 2a (2.4 kWh a day at 45 K)."
        ),
    )
    surroundings_c: float = Field(10.0, description="Around the store: a cold attic.")
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
        if self.control == "timed" and not self.timed_periods:
            raise ValueError("control is timed, but timed_periods lists no period")
        return self


class HeatingPeriod(Block):
    """When the thermostat asks for the set point."""

    days: Literal["all", "weekdays", "weekends"] = Field("all", description="Days it holds for.")
    months: list[Annotated[int, Field(ge=1, le=12)]] | None = Field(
        None, description="Months it holds for; empty: all."
    )
    colder_than_c: float | None = Field(
        None, description="Only on days whose mean outdoor temperature is below this; empty: all."
    )
    start: Clock = Field("06:00", description="Start, HH:MM.")
    end: Clock = Field("22:00", description="End, HH:MM, up to 24:00.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if minute_of_day(self.start) >= minute_of_day(self.end):
            raise ValueError(f"start {self.start} must be before end {self.end}")
        return self


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
    set_point_c: float = Field(21.0, description="Indoor temperature in a period.")
    set_back_c: float = Field(12.0, description="Lowest indoor temperature outside the periods.")
    months: list[Annotated[int, Field(ge=1, le=12)]] = Field(
        list(range(1, 13)), description="Months in which the house is heated."
    )
    max_heat_kw: Positive | None = Field(
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

    ventilation_kw_per_k: NonNegative = Field(0.06, description="Air to outside.")
    coupling_kw_per_k: Positive = Field(1.5, description="Air to mass.")
    air_capacity_kwh_per_k: Positive = Field(1.5, description="Air and furniture.")
    mass_capacity_kwh_per_k: Positive = Field(15.0, description="Walls and floors.")
    solar_aperture_m2: NonNegative = Field(4.0, description="Effective south-facing glazing.")
    gain_share_of_electricity: Share = Field(
        0.6, description="Share of the electricity that ends as heat in the rooms."
    )
    constant_gain_kw: NonNegative = Field(0.0, description="Other gains, occupants included.")
    gain_share_to_mass: Share = Field(
        0.5, description="Share of the gains that is radiant and enters the mass, not the air."
    )


class DrawCategory(Block):
    """One kind of hot-water draw-off, in the terms of DHWcalc and OpenDHW."""

    share_of_volume: Share = Field(description="Share of the annual volume.")
    mean_flow_l_per_h: float = Field(
        ge=6, le=3000, description="Mean flow rate (6 l/h is the smallest that DHWcalc knows)."
    )
    flow_deviation_l_per_h: NonNegative = Field(
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
    reheat_hours: Positive = Field(
        0.5, description="Time constant: what is missing falls to 37 % in this time."
    )
    max_heat_kw: Positive = Field(10.0, description="Largest heat output of its coil.")


class HotWater(Block):
    """Draw-offs from OpenDHW."""

    cold_c: float = Field(10.0, description="Cold-water temperature.")
    hot_c: float = Field(45.0, description="Mixed draw-off temperature.")
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

    envelope_factor: Positive = Field(
        1.0, description="Insulation: factor on the conductance of the calibrated envelope."
    )
    lighting_factor: NonNegative = Field(
        1.0, description="Relighting: factor on the electricity for lighting, and on its heat."
    )


class House(Block):
    """A house type: annual totals, peaks and what shapes its demand."""

    annual_space_heating_kwh: NonNegative = Field(description="Space heating in a year.")
    annual_hot_water_kwh: NonNegative = Field(description="Hot water in a year.")
    annual_electricity_kwh: NonNegative = Field(description="Electricity in a year.")
    peak_space_heating_kw: Positive = Field(description="5-min peak of space heating.")
    peak_hot_water_kw: Positive = Field(description="5-min peak of hot water.")
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
    source: str = Field("", description="Where the figures come from.")
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


# ------------------------------------------------------------------------- plant and prices


class LoadPoint(Block):
    """Efficiencies at a load, relative to those at rated load."""

    load_share: Share = Field(description="Heat made over rated heat.")
    electrical_factor: Positive = Field(description="Factor on the electrical efficiency.")
    thermal_factor: Positive = Field(1.0, description="Factor on the thermal efficiency.")


class PrimeMover(Block):
    """A micro-CHP unit of the catalogue."""

    power_kw: NonNegative = Field(description="Rated electrical power.")
    heat_kw: Positive | None = Field(
        None,
        description=(
            "Rated heat, where it is given apart from the power; in operation it and the "
            "efficiencies hold, and the power follows. Empty: it follows from the rated power."
        ),
    )
    electrical_efficiency: Efficiency = Field(description="Electricity out over fuel in.")
    thermal_efficiency: Efficiency = Field(description="Heat out over fuel in.")
    min_load_share: Share = Field(
        0.0, description="Lowest load while running, as a share of rated power (Lo of Eq. 9)."
    )
    part_load: list[LoadPoint] = Field(
        [],
        description=(
            "Efficiencies by rising load, in operation; between the points they are interpolated, "
            "beyond them the nearest holds. Empty: as at rated load."
        ),
    )
    start_up_minutes: NonNegative = Field(
        0.0,
        description=(
            "Time constant with which heat follows, in operation: the unit itself warms up first. "
            "Electricity follows at once."
        ),
    )
    cool_down_minutes: NonNegative = Field(
        0.0,
        description=(
            "Time constant with which a unit that stands still loses the heat that warmed it; 0: "
            "all of it is lost when it stops."
        ),
    )
    capital_cost_gbp_per_kw: NonNegative | None = Field(
        None, description="Turnkey cost; empty: not known, and no design can be made with it."
    )
    maintenance_gbp_per_kwh: NonNegative | None = Field(
        None, description="Per kWh of electricity generated; empty: not known, as above."
    )
    source: str = Field("", description="Where the figures come from.")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        total = self.electrical_efficiency + self.thermal_efficiency
        if total > 1.1:
            raise ValueError(f"overall efficiency is {total:g}; it cannot exceed 1.1")
        loads = [point.load_share for point in self.part_load]
        if any(second <= first for first, second in pairwise(loads)):
            raise ValueError("part_load: load_share must rise from point to point")
        for point in self.part_load:
            at = self.electrical_efficiency * point.electrical_factor
            at += self.thermal_efficiency * point.thermal_factor
            if at > 1.1:
                raise ValueError(
                    f"part_load: overall efficiency is {at:g} at load {point.load_share:g}; it "
                    "cannot exceed 1.1"
                )
        return self

    @property
    def heat_to_power(self) -> float:
        """Heat per unit of electricity at rated load (-)."""
        return self.thermal_efficiency / self.electrical_efficiency


class ChpUnit(PrimeMover):
    """A unit whose prices are known: one that a design can choose."""

    capital_cost_gbp_per_kw: NonNegative = Field(description="Turnkey cost.")
    maintenance_gbp_per_kwh: NonNegative = Field(description="Per kWh of electricity generated.")


class Chp(Block):
    """Which units may be chosen."""

    sizes_kw: list[NonNegative] = Field(
        [0, 1, 2, 4],
        min_length=1,
        description="Sizes to choose from, each a unit of the catalogue; 0 means no unit.",
    )
    technology: Name = Field("gas_engine", description="Family of units in the catalogue.")
    min_load_share: Share | None = Field(
        None, description="Overrides the units' minimum load; empty: the catalogue's."
    )
    cost_index: Positive = Field(
        1.0, description="Factor on the unit's capital cost to the design year (CEPCI)."
    )


class Tes(Block):
    """Hot-water store."""

    min_kwh: NonNegative = Field(0.0, description="Smallest size allowed.")
    max_kwh: Positive = Field(60.0, description="Largest size allowed.")
    capital_cost_gbp_per_kwh: NonNegative = Field(20.0, description="Turnkey cost (Table A1).")
    cost_index: Positive = Field(
        1.0, description="Factor on the store's capital cost to the design year (CEPCI)."
    )
    maintenance_gbp_per_kwh: NonNegative = Field(
        0.001, description="Per kWh discharged (Eq. 4, Table A1)."
    )
    charge_efficiency: Efficiency = Field(0.9, description="Heat stored over heat put in.")
    discharge_efficiency: Efficiency = Field(0.9, description="Heat given over heat taken out.")
    loss_share_per_day: Share = Field(
        0.0275, description="Standing loss in a day as a share of the size (theta of Eq. 16)."
    )
    initial_share: Share = Field(
        1.0, description="Heat at midnight as a share of the size (ISH of Eq. 16)."
    )
    closing_tolerance_kwh: NonNegative = Field(
        0.0,
        description=(
            "How far a day may end from the initial heat (0.1 in Eq. 17). Above zero the level "
            "is carried over midnight; the bound is then a little lower."
        ),
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_kwh > self.max_kwh:
            raise ValueError("min_kwh must not be above max_kwh")
        return self


class Boiler(Block):
    """Auxiliary boiler, which the house has already."""

    efficiency: Annotated[float, Field(gt=0, le=1.1)] = Field(
        0.895, description="Heat out over fuel in, lower heating value (Table A1)."
    )
    max_heat_kw: Positive | None = Field(
        None,
        description=(
            "Largest heat output; empty: as large as the demand needs. A design that needs more is "
            "refused; heat-led, what it cannot give is counted as unmet."
        ),
    )
    maintenance_gbp_per_kwh: NonNegative = Field(
        0.0,
        description="Per kWh of heat, in the design and in business as usual. Eq. 4 has none.",
    )


class PricePeriod(Block):
    """A part of the day with one price."""

    start: Clock = Field(description="Start, HH:MM.")
    end: Clock = Field(description="End, HH:MM, up to 24:00.")
    price_gbp_per_kwh: Price = Field(description="Price in the period.")


class Tariff(Block):
    """What energy costs without any incentive."""

    gas_gbp_per_kwh: PaidPrice = Field(0.0348, description="Fuel price (NGP of Eq. 3).")
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
    co2_price_gbp_per_kg: NonNegative = Field(
        0.0, description="Paid per kg of CO2 below business as usual (charged above it)."
    )
    capital_grant_share: Share = Field(
        0.0, description="Share of the capital of unit and store that is granted."
    )
    tariff: Tariff | None = Field(
        None, description="A tariff that goes with the incentive, instead of `tariff`."
    )
    source: str = Field("", description="Where the figures come from.")


class Emissions(Block):
    """Emission factors and grid efficiency."""

    gas_kg_per_kwh: NonNegative = Field(0.185, description="CO2 of fuel (FEF of Eq. 20).")
    grid_kg_per_kwh: NonNegative = Field(0.519, description="CO2 of the grid (GEF of Eq. 20).")
    grid_efficiency: Efficiency = Field(
        0.45,
        description=(
            "Electricity delivered over primary energy (GEE of Eq. 19). Not printed; the "
            "published tables follow from 0.40."
        ),
    )


class Finance(Block):
    """Annualisation and cash flow."""

    interest_rate: Annotated[float, Field(ge=0, lt=1)] = Field(0.05, description="IR of Eq. 6.")
    lifetime_years: int = Field(15, ge=1, le=100, description="n of Eq. 6.")
    annualisation: Literal["crf", "as_printed"] = Field(
        "crf",
        description=(
            "`crf`: capital recovery factor. `as_printed`: the factor as Eq. 6 is printed, "
            "IR(1+IR), with which the published tables were made."
        ),
    )


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
    time_limit_minutes: Positive = Field(
        60.0, description="Per design; a design that is not proven by then fails."
    )


# ---------------------------------------------------------------------- comparison of units


class CentralPlant(Block):
    """A kind of central power plant that supplies what a house imports."""

    efficiency: Efficiency = Field(
        description="Electricity delivered to the house over primary energy, the grid's loss in it."
    )
    co2_kg_per_kwh: NonNegative = Field(description="CO2 per kWh delivered to the house.")
    factors_file: str | None = Field(
        None,
        description=(
            "A CSV with `time`, `primary_energy_kwh_per_kwh` and `co2_kg_per_kwh` for the whole "
            "year, used instead of the two constants."
        ),
    )
    source: str = Field("", description="Where the figures come from.")


class MarginalCase(Block):
    """Central plants that differ with the unit's running (De Paepe 2006, section 4.1)."""

    avoided: Name = Field(
        description=(
            "Plant that a unit displaces: it supplies the house without a unit, supplies what is "
            "imported while the unit runs, and is spared what is exported."
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

    @model_validator(mode="after")
    def _covers_day(self) -> Self:
        minutes = [0] * 1440
        for rate in self.rates.values():
            for period in rate.periods:
                for minute in range(minute_of_day(period.start), minute_of_day(period.end)):
                    minutes[minute] += 1
        wrong = [minute for minute, count in enumerate(minutes) if count != 1]
        if wrong:
            what = "no rate" if minutes[wrong[0]] == 0 else "more than one rate"
            raise ValueError(
                "rates must cover 00:00 to 24:00 once; "
                f"{what} at {wrong[0] // 60:02d}:{wrong[0] % 60:02d}"
            )
        return self


class ReferenceBoiler(Block):
    """The boiler of a house without a unit, and behind each unit."""

    efficiency: Annotated[float, Field(gt=0, le=1.1)] = Field(
        0.9, description="Heat out over fuel in, lower heating value (De Paepe 2006, section 2.2)."
    )
    max_heat_kw: Positive = Field(
        32.0, description="Heat output (De Paepe 2006, section 2.2); a demand above it is reported."
    )


class CondensingBoiler(Block):
    """A condensing boiler instead of a unit."""

    efficiency: Annotated[float, Field(gt=0, le=1.1)] = Field(
        1.07, description="Heat out over fuel in, lower heating value (De Paepe 2006, section 2.2)."
    )
    installation_eur: NonNegative = Field(2000.0, description="Installed (De Paepe 2006, Table 4).")
    maintenance_eur_per_year: NonNegative = Field(
        0.0,
        description=(
            "Maintenance beyond that of the reference boiler; none in De Paepe 2006, section 5.3."
        ),
    )


class UnitCost(Block):
    """What a unit costs a household."""

    installation_eur: NonNegative = Field(description="Installed, beside the boiler that stays.")
    maintenance_eur_per_year: NonNegative = Field(description="Maintenance in a year.")


Metering = Literal["backwards_to_annual_demand", "backwards", "separate_meters", "half_hourly"]


class Comparison(Block):
    """Units held against a boiler and central plants: primary energy, CO2 and money."""

    plants: list[Name] = Field(
        [],
        description=(
            "Central plants, from `resources/central_plants.yaml` or `central_plants`, that the "
            "units of `operation` are held against. Empty: no comparison."
        ),
    )
    marginal: dict[Name, MarginalCase] = Field(
        {}, description="Cases, by name, in which the avoided plant is not the back-up plant."
    )
    gas_co2_kg_per_kwh: NonNegative = Field(
        0.20196, description="CO2 of gas: 56.1 g/MJ (De Paepe 2006, section 2.3)."
    )
    reference_boiler: ReferenceBoiler = Field(
        ReferenceBoiler(), description="Boiler of the reference, and behind each unit."
    )
    condensing_boiler: CondensingBoiler = Field(
        CondensingBoiler(), description="Condensing boiler instead of a unit."
    )
    prices: HouseholdPrices = Field(HouseholdPrices(), description="Gas and electricity.")
    metering: list[Metering] = Field(
        ["backwards_to_annual_demand", "backwards", "separate_meters", "half_hourly"],
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
    target_payback_years: Positive = Field(
        10.0, description="The cost cut that a payback of this length needs is stated."
    )
    house_series: dict[Name, list[Name]] = Field(
        {},
        description="Houses, by a name for them together, whose savings are drawn side by side.",
    )
    labels: dict[Name, str] = Field(
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


class Config(Block):
    """A run of the workflow."""

    run: Run = Field(Run(), description="Name and seed.")
    scenarios: Scenarios = Field(Scenarios(), description="The grid of scenarios.")
    fixed_designs: list[FixedDesign] = Field(
        [], description="Designs of given sizes, evaluated beside the optimum."
    )
    time: Time = Field(Time(), description="Calendar and resolution.")
    demand: Demand = Field(Demand(), description="Where demand comes from.")
    group: Group = Field(Group(), description="Dwellings of a house type.")
    operation: Operation = Field(Operation(), description="Heat-led operation.")
    chp: Chp = Field(Chp(), description="Micro-CHP units.")
    tes: Tes = Field(Tes(), description="Hot-water store.")
    boiler: Boiler = Field(Boiler(), description="Auxiliary boiler.")
    tariff: Tariff = Field(Tariff(), description="Energy prices.")
    emissions: Emissions = Field(Emissions(), description="Emission factors.")
    finance: Finance = Field(Finance(), description="Annualisation and cash flow.")
    solve: Solve = Field(Solve(), description="Optimisation.")
    comparison: Comparison = Field(Comparison(), description="Comparison of units.")
    houses: dict[Name, House] = Field(
        {}, description="House types, added to or changing those of `resources/houses.yaml`."
    )
    units: dict[Name, dict[Name, PrimeMover]] = Field(
        {}, description="Families of units, added to those of `resources/units.yaml`."
    )
    incentives: dict[Name, Incentive] = Field(
        {}, description="Incentives, added to those of `resources/incentives.yaml`."
    )
    central_plants: dict[Name, CentralPlant] = Field(
        {}, description="Central plants, added to those of `resources/central_plants.yaml`."
    )

    def units_by_size(self) -> dict[float, ChpUnit]:
        """The units of ``chp.technology`` with known prices, by rated electrical power (kW)."""
        return {
            unit.power_kw: ChpUnit.model_validate(unit.model_dump())
            for unit in self.units[self.chp.technology].values()
            if None not in (unit.capital_cost_gbp_per_kw, unit.maintenance_gbp_per_kwh)
        }

    def designed_houses(self) -> list[str]:
        """The houses of the grid, of fixed designs, pairs and streets, each once."""
        return list(
            dict.fromkeys(
                [
                    *self.scenarios.house,
                    *(design.house for design in self.fixed_designs),
                    *(pair.house for pair in self.operation.pairs),
                    *(house for street in self.group.streets.values() for house in street),
                ]
            )
        )

    @property
    def dwellings(self) -> int:
        """Dwellings to make of each house type: those of a group, or one where there are none."""
        return self.group.dwellings if self.scenarios.penetration else 1

    def catalogue_units(self) -> dict[str, PrimeMover]:
        """Every unit of the catalogue by its name, whatever its family."""
        return {name: unit for family in self.units.values() for name, unit in family.items()}

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        problems: list[str] = []

        def check(key: str, names: list[str], known: list[str]) -> None:
            problems.extend(
                f"{key}: '{name}' is not known{_nearest(name, known)}; known: {', '.join(known)}"
                for name in names
                if name not in known
            )

        houses = list(self.houses)
        if self.demand.source == "file":
            houses = list(dict.fromkeys([*houses, *self.demand.files]))
            problems.extend(
                f"demand.files: no file for house '{house}', which scenarios.house, "
                "fixed_designs, operation.pairs or group.streets names"
                for house in self.designed_houses()
                if house not in self.demand.files
            )
        elif self.demand.files:
            problems.append(
                f"demand.files: given, but demand.source is '{self.demand.source}'; "
                "set it to 'file', or leave the files out"
            )
        check("scenarios.house", self.scenarios.house, houses)
        check("scenarios.incentive", self.scenarios.incentive, list(self.incentives))
        check("chp.technology", [self.chp.technology], list(self.units))
        lists = {
            f"scenarios.{key}": getattr(self.scenarios, key)
            for key in ("house", "incentive", "tes", "penetration")
        }
        lists["operation.units"] = self.operation.units
        lists["comparison.plants"] = self.comparison.plants
        lists["comparison.metering"] = self.comparison.metering
        lists |= {f"group.streets.{name}": street for name, street in self.group.streets.items()}
        problems.extend(
            f"{key}: '{value}' is listed twice"
            for key, values in lists.items()
            for value in sorted({v for v in values if values.count(v) > 1})
        )
        for name, street in self.group.streets.items():
            check(f"group.streets.{name}", street, houses)
            if name in self.scenarios.house:
                problems.append(f"group.streets.{name}: a house of scenarios.house has this name")
            if not street:
                problems.append(f"group.streets.{name}: lists no house")
        operated = {"operation.units": self.operation.units}
        for i, pair in enumerate(self.operation.pairs):
            check(f"operation.pairs[{i}].house", [pair.house], houses)
            operated[f"operation.pairs[{i}].unit"] = [pair.unit]
        for key, names in operated.items():
            check(key, names, list(self.catalogue_units()))
            problems.extend(
                f"{key}: '{name}' stands in more than one family: "
                + ", ".join(family for family, units in self.units.items() if name in units)
                for name in names
                if sum(name in units for units in self.units.values()) > 1
            )
        comparison, plants = self.comparison, list(self.central_plants)
        check("comparison.plants", comparison.plants, plants)
        for name, case in comparison.marginal.items():
            check(f"comparison.marginal.{name}", [case.avoided, case.backup], plants)
            if name in comparison.plants:
                problems.append(f"comparison.marginal.{name}: a plant has this name")
        for name, series in comparison.house_series.items():
            check(f"comparison.house_series.{name}", series, houses)
        check("comparison.unit_costs", list(comparison.unit_costs), list(self.catalogue_units()))
        cases = [(house, unit) for house in self.scenarios.house for unit in self.operation.units]
        cases += [(pair.house, pair.unit) for pair in self.operation.pairs]
        problems.extend(
            f"operation.pairs: '{house}' with '{unit}' is run twice"
            for house, unit in sorted({case for case in cases if cases.count(case) > 1})
            if self.operation.units.count(unit) < 2 and self.scenarios.house.count(house) < 2
        )
        for name, house in self.houses.items():
            check(f"houses.{name}.draws_as", [house.draws_as] if house.draws_as else [], houses)
            if self.demand.source == "vdi4655" and house.retrofit != Retrofit():
                problems.append(
                    f"houses.{name}.retrofit: given, but the reference days of demand.source "
                    "'vdi4655' know no building; set demand.source to 'builtin', or leave it out"
                )
        if self.chp.technology in self.units:
            sizes = sorted({0.0, *self.units_by_size()})
            unpriced = {unit.power_kw for unit in self.units[self.chp.technology].values()}
            unpriced -= set(sizes)
            wanted = [("chp.sizes_kw", size) for size in self.chp.sizes_kw]
            wanted += [("fixed_designs", design.chp_kw) for design in self.fixed_designs]
            problems.extend(
                f"{key}: no {size:g} kW unit {'with prices ' if size in unpriced else ''}"
                f"in '{self.chp.technology}'; "
                f"sizes: {', '.join(f'{s:g}' for s in sizes)}"
                for key, size in wanted
                if size not in sizes
            )
        for i, design in enumerate(self.fixed_designs):
            check(f"fixed_designs[{i}].house", [design.house], houses)
            check(f"fixed_designs[{i}].incentive", [design.incentive], list(self.incentives))
            check(f"fixed_designs[{i}].variants", design.variants, list(self.scenarios.variants))
        if problems:
            raise ValueError("\n".join(problems))
        return self


CATALOGUES = ("houses", "units", "incentives", "central_plants")
"""Top-level keys whose entries are added to those of a file in ``resources/``."""

VARIANT_BLOCKS = ("time", "chp", "tes", "boiler", "tariff", "emissions", "finance", "solve")


# ------------------------------------------------------------------------------- loading


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` laid over it, mapping by mapping; lists are replaced."""
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        merged[key] = (
            merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        )
    return merged


def load_catalogues(resources: Path) -> dict[str, Any]:
    """The catalogues of ``resources/``, :data:`CATALOGUES`, as plain data."""
    return {
        name: yaml.safe_load((resources / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in CATALOGUES
    }


def load_config(
    user: Mapping[str, Any], resources: Path, source: str = "config/config.yaml"
) -> Config:
    """Validate a user's configuration on top of the catalogues in ``resources``.

    Parameters
    ----------
    user
        Parsed YAML; blocks and keys left out take their defaults.
    resources
        Directory with a YAML file for each of :data:`CATALOGUES`.
    source
        Where the configuration came from, for messages.

    Raises
    ------
    ConfigError
        With every mistake in one message: key, what was found, what is accepted.
    """
    config = _validate(merge(load_catalogues(resources), user), source)
    for name in config.scenarios.variants:
        variant_config(config, name, source)
    return config


def refuse_repeated_keys(path: str | Path) -> None:
    """Refuse a YAML file that has a key twice, of which a parser would silently keep the last.

    Raises
    ------
    ConfigError
        With every repeated key and its lines.
    """
    document = yaml.compose(Path(path).read_text(encoding="utf-8"), yaml.SafeLoader)
    problems = list(_repeated_keys(document, "")) if document is not None else []
    if problems:
        raise ConfigError("\n".join([f"{path}:", *(f"  {problem}" for problem in problems)]))


def _repeated_keys(node: yaml.Node, place: str) -> Iterator[str]:
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated_keys(item, f"{place}[{index}]")
    elif isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            name = f"{place}.{key.value}".lstrip(".")
            line = key.start_mark.line + 1
            if name in lines:
                yield f"{name}: given twice, on lines {lines[name]} and {line}"
            lines[name] = line
            yield from _repeated_keys(value, name)


def variant_config(config: Config, variant: str, source: str = "config/config.yaml") -> Config:
    """``config`` with the changes of one of ``scenarios.variants``; "" is no change.

    Raises
    ------
    ConfigError
        If the variant changes a block that it may not, or makes the configuration wrong.
    """
    if not variant:
        return config
    changes = config.scenarios.variants[variant]
    where = f"{source}, scenarios.variants.{variant}"
    wrong = [key for key in changes if key not in VARIANT_BLOCKS]
    if wrong:
        raise ConfigError(
            f"{where}:\n"
            + "\n".join(
                f"  {key}: a variant cannot change this{_nearest(key, VARIANT_BLOCKS)}; "
                f"it can change {', '.join(VARIANT_BLOCKS)}"
                for key in wrong
            )
        )
    if "year" in (changes.get("time") or {}):
        # demand is made once for all variants
        raise ConfigError(
            f"{where}:\n  time.year: a variant cannot change this; it can change "
            "time.resolution_minutes and time.days"
        )
    return _validate(merge(config.model_dump(mode="json"), changes), where)


def _validate(data: Mapping[str, Any], source: str) -> Config:
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{source}:\n{_explain(error)}") from None


def _explain(error: ValidationError) -> str:
    """One indented line for each mistake, with the nearest known key for an unknown one."""
    items = error.errors()
    # what lies below a wrong name has been checked without its catalogue entry: no news
    misnamed = [item["loc"][:-1] for item in items if item["loc"][-1:] == ("[key]",)]
    lines: list[str] = []
    refused: dict[tuple[str, str], list[str]] = {}
    for item in items:
        location = item["loc"]
        key = _key(location)
        statement = _statement(item["msg"], item.get("ctx", {}))
        if location[-1:] == ("[key]",):
            lines.append(f"{_key(location[:-2])}: {statement}, found {location[-2]!r}")
        elif any(location[: len(wrong)] == wrong for wrong in misnamed):
            continue
        elif item["type"] == "extra_forbidden":
            known = _fields_at(location[:-1])
            lines.append(f"{key}: unknown key{_nearest(str(location[-1]), known)}")
        elif item["type"] == "value_error":
            for line in str(item["ctx"]["error"]).splitlines():
                lines.append(f"{key}: {line}" if key else line)
        elif item["type"] == "missing":
            lines.append(f"{key}: {statement}")
        else:  # each member of a union refuses in its own words
            refused.setdefault((key, repr(item["input"])), []).append(statement)
    lines += [
        f"{key}: {', or '.join(dict.fromkeys(statements))}, found {found}"
        for (key, found), statements in refused.items()
    ]
    return "\n".join(f"  {line}" for line in dict.fromkeys(lines))


def _statement(message: str, context: Mapping[str, Any]) -> str:
    """What pydantic says, in the words of someone who knows no patterns."""
    return PATTERNS.get(context.get("pattern", ""), message[0].lower() + message[1:])


def _key(location: tuple[str | int, ...]) -> str:
    """A dotted key; the names pydantic gives to the members of a union are left out."""
    shown = [part for part in location if isinstance(part, int) or re.fullmatch(r"\w+", part)]
    text = ""
    for part in shown:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _fields_at(location: tuple[str | int, ...]) -> list[str]:
    """Names of the keys accepted at a place of the configuration."""
    annotation: Any = Config
    for part in location:
        if isinstance(annotation, type) and issubclass(annotation, Block):
            field = annotation.model_fields.get(str(part))
            annotation = field.annotation if field else None
        else:  # a list item or a mapping's entry
            inner = [a for a in get_args(annotation) if a is not type(None)]
            annotation = inner[-1] if inner else None
        candidates = [annotation, *get_args(annotation)]
        blocks = [c for c in candidates if isinstance(c, type) and issubclass(c, Block)]
        if blocks and not str(annotation).startswith(("list", "dict")):
            annotation = blocks[0]
    if isinstance(annotation, type) and issubclass(annotation, Block):
        return list(annotation.model_fields)
    return []


def _nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    # a unit left off, as in `price` for `price_gbp_per_kwh`, is nearer than its letters tell
    longer = [key for key in known if key.startswith(f"{name}_")]
    match = longer[:1] or difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean '{match[0]}'?" if match else ""
