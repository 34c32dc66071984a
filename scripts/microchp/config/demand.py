"""Where demand comes from."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from microchp.config.demand_file import DemandFiles, Timezone
from microchp.config.fields import Block, Name, OutdoorTemperature


class Weather(Block):
    """Weather for space heating, lighting and reference days: their pattern, not their totals."""

    try_region: int = Field(
        5,
        ge=1,
        le=15,
        description=(
            "German test reference year 2010 (DWD region), from demandlib. A house meets its "
            "annual totals in any weather: for more heat in a colder place, change "
            "`houses.<name>.annual_space_heating_kwh` too."
        ),
    )
    epw: str | None = Field(
        None,
        description=(
            "Path of an EnergyPlus weather file, used instead of the region; the annual totals of "
            "houses stay too."
        ),
    )


class FilePolicy(Block):
    """What is done about imperfect measured files."""

    max_gap_minutes: int = Field(
        60, ge=0, description="Gaps up to this long are filled; longer ones are refused."
    )
    max_zero_run_minutes: int = Field(
        1440,
        ge=1,
        description="Electricity stuck at exactly zero for longer than this is reported.",
    )
    zero_runs: Literal["warn", "refuse"] = Field(
        "warn", description="What to do about electricity stuck at zero."
    )
    timezone: Timezone | None = Field(
        None,
        description=(
            "Time zone of local clock times in the file (for instance `Europe/London`); it is "
            "needed only where the clocks change within the data. Empty: standard time all year."
        ),
    )
    gap_filling: Literal["interpolate", "other_days"] = Field(
        "interpolate",
        description=(
            "How gaps are filled: along a straight line, or with the same hours of the nearest "
            "day of the same weekday. What a meter counts up after a gap is spread over it."
        ),
    )
    implausible: Literal["refuse", "warn"] = Field(
        "refuse",
        description="What to do about more power or energy than any house draws.",
    )


class Vdi4655(Block):
    """Reference days of VDI 4655."""

    summer_above_c: OutdoorTemperature = Field(
        15.0, description="Days warmer than this are summer days."
    )
    winter_below_c: OutdoorTemperature = Field(
        5.0, description="Days colder than this are winter days."
    )

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
    files: dict[Name, DemandFiles] = Field(
        {},
        description=(
            "For `source: file`: a CSV, Excel, Parquet or NetCDF file per house, with the columns "
            "`time`, `space_heating_kw`, `hot_water_kw`, `electricity_kw` and, if it holds "
            "several, `dwelling`; or, instead of its path, how it is laid out; or a list of such, "
            "each with quantities of its own. Columns left out are filled from the built-in house "
            "of the same name, and the run says so."
        ),
    )
    file_policy: FilePolicy = Field(
        FilePolicy(), description="Gaps, zero runs, clock changes, limits."
    )
    weather: Weather = Field(Weather(), description="Weather of the built-in demand.")
    vdi4655: Vdi4655 = Field(Vdi4655(), description="Season limits of VDI 4655.")
    diversity: Diversity = Field(
        Diversity(), description="Differences between the dwellings of a house type."
    )

    def paths(self, house: str) -> list[str]:
        """Paths of the files of a house, each once."""
        return list(dict.fromkeys(path for file in self.files[house] for path in file.path))
