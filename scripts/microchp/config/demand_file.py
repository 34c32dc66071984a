"""How a user's demand file is laid out, where that is not the plain form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from microchp.config.fields import AnnualEnergy, Block, Within, nearest

Measured = Literal["space_heating_kw", "hot_water_kw", "electricity_kw", "heat_kw", "gas_kwh"]
"""What a column may hold. ``heat_kw`` and ``gas_kwh`` are for space heating and hot water."""

Role = Literal[
    "time", "dwelling", "space_heating_kw", "hot_water_kw", "electricity_kw", "heat_kw", "gas_kwh"
]

Unit = Literal["kW", "W", "kWh", "Wh", "m3", "l", "l/h", "register", "register_Wh", "register_m3"]

Quantity = Literal["space_heating_kw", "hot_water_kw", "electricity_kw"]


def _known_timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = sorted(available_timezones())
        raise ValueError(f"'{value}' is not a known time zone{nearest(value, known)}") from None
    return value


Timezone = Annotated[str, AfterValidator(_known_timezone)]


def _listed(value: object) -> object:
    """One column or path as a list of one; a column may be named by a number."""
    values = value if isinstance(value, list) else [value]
    return [str(v) if isinstance(v, int) and not isinstance(v, bool) else v for v in values]


Names = Annotated[
    list[str],
    Field(min_length=1),
    BeforeValidator(_listed, json_schema_input_type=str | int | list[str | int]),
]


class DemandFile(Block):
    """A file of demand, or several of one kind, and how it is laid out."""

    path: Names = Field(
        description=(
            "Path, or several: of files that follow one another or, with `sum`, of meters that "
            "are added up. CSV (`.csv`, `.txt`, `.tsv`, also `.gz`), Excel, Parquet or NetCDF."
        )
    )
    columns: dict[Role, Names] = Field(
        {},
        description=(
            "Name in the file of `time`, `dwelling`, `space_heating_kw`, `hot_water_kw`, "
            "`electricity_kw`, `heat_kw` (space heating and hot water together) or `gas_kwh` (the "
            "gas for both); a number for the n-th column of a file without header. Several under "
            "a quantity are added up; several under `time` are joined, as date and clock time. "
            "With any of the quantities given, other columns of the file are not read."
        ),
    )
    where: dict[str, Names] = Field(
        {}, description="Of a long table: only rows with one of these values in this column."
    )
    days_as_rows: Measured | None = Field(
        None,
        description=(
            "What a table holds that has a row for each day and a column for each clock time."
        ),
    )
    unit: Unit | dict[Measured, Unit] | None = Field(
        None,
        description=(
            "Unit of the values, or of each quantity: power (`kW`, `W`, `l/h` of hot water), "
            "amounts in each step (`kWh`, `Wh`, `m3` of gas, `l` of hot water), or readings of a "
            "meter that counts on (`register` in kWh, `register_Wh`, `register_m3`). Empty: kW, "
            "for `gas_kwh` kWh, or the one in the column's name in the file."
        ),
    )
    stamps: Literal["start", "end"] | None = Field(
        None, description="What of its step `time` is. Empty: the start."
    )
    step_minutes: Literal[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60] | None = Field(
        None,
        description=(
            "Of a file without `time`, the step of its rows, the first being that of the year; of "
            "one with a shorter or an uneven step, what it is brought to."
        ),
    )
    separator: str | None = Field(
        None, min_length=1, max_length=1, description="Between the columns of a CSV; empty: found."
    )
    decimal: Literal[".", ","] | None = Field(
        None,
        description="Decimal mark. Empty: the comma where all values have one, else the point.",
    )
    date_format: str | None = Field(
        None, description="As for Python's `strptime`, such as `%d/%m/%Y %H:%M`. Empty: ISO 8601."
    )
    skip_rows: int = Field(0, ge=0, description="Rows above the header.")
    header: bool = Field(True, description="Whether the first row names the columns.")
    sheet: str | int | None = Field(
        None, description="Sheet of an Excel file, by name or number from 1. Empty: the first."
    )
    timezone: Timezone | None = Field(
        None, description="As `demand.file_policy.timezone`, for this file."
    )
    sum: bool = Field(False, description="Whether several paths are meters that are added up.")
    none: list[Quantity] = Field(
        [], description="Quantities that the house does not have, where the file leaves them out."
    )
    boiler_efficiency: Annotated[float, Field(gt=0, le=1.1)] | None = Field(
        None,
        description=(
            "For `gas_kwh`: heat out over gas in of the boiler behind the meter, by the heating "
            "value that the meter's kWh are in (in Britain the gross one)."
        ),
    )
    hot_water_kwh: AnnualEnergy | None = Field(
        None,
        description=(
            "For `heat_kw` and `gas_kwh`: heat for hot water in a year, taken evenly from the "
            "days. Empty: every day what the 60 days of least heat have on average."
        ),
    )
    gas_kwh_per_m3: Annotated[float, Field(gt=0), Within(20, "kWh/m3", "MJ/m3")] = Field(
        11.2, description="For gas in m3: its heating value."
    )

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        problems = []
        for role, names in self.columns.items():
            if role == "dwelling" and len(names) > 1:
                problems.append("columns.dwelling: expected one column")
            if role in self.none:
                problems.append(f"none: '{role}' is among the columns as well")
        if self.sum and len(self.path) < 2:
            problems.append("sum: there is one path only; to add up columns, list them in columns")
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _as_list(value: object) -> object:
    """A path alone, or one file, as a list of one file."""
    items: list[Any] = value if isinstance(value, list) else [value]
    return [item if isinstance(item, Mapping | DemandFile) else {"path": item} for item in items]


DemandFiles = Annotated[
    list[DemandFile],
    Field(min_length=1),
    BeforeValidator(_as_list, json_schema_input_type=str | DemandFile | list[DemandFile]),
]
"""The files of a house: a path, a file, or several files with a quantity or more each."""
