"""EnergyPlus weather files, looked at row by row before anything is made of them.

pvlib reads such a file, but of a damaged one it tells neither row nor column, and what it holds
is not looked at.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from microchp.config import Config
from microchp.config.scenarios import demand_configs
from microchp.errors import DataError, reading
from microchp.series.table_file import decoded
from microchp.series.timeseries import FloatArray
from microchp.telling import counted

KEY = "demand.weather.epw"

HOURS = 8760

HEADER_ROWS = 8

COLUMNS = {
    "temperature": (6, -70.0, 60.0, 99.9, "°C"),
    "global radiation": (13, 0.0, 1500.0, 9999.0, "Wh/m2"),
    "diffuse radiation": (15, 0.0, 1000.0, 9999.0, "Wh/m2"),
    "sky cover": (22, 0.0, 10.0, 99.0, "tenths"),
}
"""Place in a row, lowest and highest, what stands for a missing value, and unit."""

LOCATION = {
    "latitude": (6, -90.0, 90.0),
    "longitude": (7, -180.0, 180.0),
    "time zone": (8, -12.0, 14.0),
}
"""Place in the first line, lowest and highest."""

NIGHT_SHARE = 0.15
"""More of the radiation than this while the sun is down shows a wrong place or clock."""


@dataclass(frozen=True)
class EpwYear:
    """Hours of a typical year; arrays of shape ``(8760,)``, each value of the hour that starts."""

    outdoor_c: FloatArray
    global_w_per_m2: FloatArray
    diffuse_w_per_m2: FloatArray
    cloud_tenths: FloatArray
    latitude: float
    longitude: float
    utc_offset_hours: float


def read_epw(path: Path) -> EpwYear:
    """A year of an EnergyPlus weather file.

    Raises
    ------
    DataError
        Naming the file, the row, what was found and what is accepted.
    """
    if not path.is_file():
        raise DataError(f"{KEY}: there is no file {path}")
    with reading(f"{KEY}: {path}", "an EnergyPlus weather file"):
        lines = decoded(path.read_bytes()).splitlines()
        place = _location(path, lines)
        rows = _hours(path, lines)
        values = {name: _values(path, name, rows) for name in COLUMNS}
        _refuse_missing(path, values, rows)
        diffuse = np.minimum(values["diffuse radiation"], values["global radiation"])
        year = EpwYear(
            outdoor_c=values["temperature"],
            global_w_per_m2=values["global radiation"],
            diffuse_w_per_m2=diffuse,
            cloud_tenths=values["sky cover"],
            latitude=place["latitude"],
            longitude=place["longitude"],
            utc_offset_hours=place["time zone"],
        )
        _refuse_climate(path, year)
        return year


def validate_weather(config: Config) -> None:
    """Check the weather files that a configuration names, for use before any job runs.

    Raises
    ------
    DataError
        As of :func:`read_epw`, and where the sun shines at night.
    """
    paths = [changed.demand.weather.epw for _, _, changed in demand_configs(config)]
    for path in dict.fromkeys(Path(path) for path in paths if path is not None):
        year = read_epw(path)
        share = share_at_night(year)
        if share > NIGHT_SHARE:
            raise DataError(
                f"{KEY}: {path}, row 1: {share:.0%} of the radiation comes while the sun is down "
                f"at latitude {year.latitude:g}, longitude {year.longitude:g} and UTC"
                f"{year.utc_offset_hours:+g}; one of the three is wrong, or the hours are shifted"
            )


def share_at_night(year: EpwYear) -> float:
    """Share of the global radiation in hours whose middle the sun spends below the horizon."""
    import pvlib  # costs a second, and only a check needs it

    middle = pd.date_range("2015-01-01 00:30", periods=HOURS, freq="h", tz="UTC")
    sun = pvlib.solarposition.get_solarposition(
        middle - pd.Timedelta(hours=year.utc_offset_hours),
        year.latitude,
        year.longitude,
        method="nrel_numpy",
    )
    total = float(year.global_w_per_m2.sum())
    down = sun["elevation"].to_numpy() < 0
    return float(year.global_w_per_m2[down].sum()) / total if total else 0.0


def _location(path: Path, lines: list[str]) -> dict[str, float]:
    first = next(csv.reader(lines[:1]), [])
    if not first or first[0].strip().upper() != "LOCATION" or len(first) < 9:
        raise DataError(
            f"{KEY}: {path} is not an EnergyPlus weather file: row 1 must be LOCATION with "
            f"latitude, longitude and time zone; found '{','.join(first)[:60]}'"
        )
    found = {}
    for name, (at, lowest, highest) in LOCATION.items():
        try:
            found[name] = float(first[at])
        except ValueError:
            found[name] = np.nan
        if not lowest <= found[name] <= highest:
            raise DataError(
                f"{KEY}: {path}, row 1: {name} '{first[at]}'; expected {lowest:g} to {highest:g}"
            )
    return found


def _hours(path: Path, lines: list[str]) -> list[tuple[int, list[str]]]:
    """Rows of the 8760 hours, by their number in the file; 29 February left out."""
    numbered = [
        (number, line.split(","))
        for number, line in enumerate(lines[HEADER_ROWS:], HEADER_ROWS + 1)
        if line.strip()
    ]
    width = max(at for at, *_ in COLUMNS.values()) + 1
    short = [(number, cells) for number, cells in numbered if len(cells) < width]
    if short:
        number, cells = short[0]
        raise DataError(
            f"{KEY}: {path}, row {number}: {counted(len(cells), 'value')}; expected the 35 of an "
            f"EnergyPlus weather file ({len(short)} such rows)"
        )
    dates = []
    for number, cells in numbered:
        try:
            dates.append((int(cells[1]), int(cells[2]), int(cells[3])))
        except ValueError:
            raise DataError(
                f"{KEY}: {path}, row {number}: month, day and hour "
                f"'{','.join(cells[1:4])}'; expected whole numbers"
            ) from None
    kept = [(row, date) for row, date in zip(numbered, dates, strict=True) if date[:2] != (2, 29)]
    if len(kept) != HOURS:
        raise DataError(
            f"{KEY}: {path} holds {counted(len(kept), 'hour')}; a year of {HOURS:,} is needed, one "
            "row for each"
        )
    stamps = pd.date_range("2015-01-01", periods=HOURS, freq="h")
    for (row, date), stamp in zip(kept, stamps, strict=True):
        if date != (stamp.month, stamp.day, stamp.hour + 1):
            raise DataError(
                f"{KEY}: {path}, row {row[0]}: month, day and hour {date}; expected "
                f"({stamp.month}, {stamp.day}, {stamp.hour + 1}), each hour of the year in turn"
            )
    return [row for row, _ in kept]


def _values(path: Path, name: str, rows: list[tuple[int, list[str]]]) -> FloatArray:
    """A column as numbers; not a number where the file says that it is missing."""
    at, lowest, highest, missing, unit = COLUMNS[name]
    text = pd.Series([cells[at] for _, cells in rows], index=[number for number, _ in rows])
    values = pd.to_numeric(text.str.strip(), errors="coerce").to_numpy(dtype=np.float64)
    blank = (values >= missing) if missing > highest else np.zeros(len(values), dtype=bool)
    wrong = ~(blank | ((values >= lowest) & (values <= highest)))
    if wrong.any():
        row = int(text.index[wrong][0])
        raise DataError(
            f"{KEY}: {path}, row {row}, column {at + 1} ({name}): '{text[row]}'; expected "
            f"{lowest:g} to {highest:g} {unit} ({int(wrong.sum())} such rows)"
        )
    return np.where(blank, np.nan, values)


def _refuse_missing(
    path: Path, values: dict[str, FloatArray], rows: list[tuple[int, list[str]]]
) -> None:
    gaps = np.asarray(np.isnan(np.stack(list(values.values()))).any(axis=0))
    if gaps.any():
        first = int(np.argmax(gaps))
        stamp = pd.Timestamp(2015, 1, 1) + pd.Timedelta(hours=first)
        lacking = ", ".join(name for name, column in values.items() if np.isnan(column).any())
        raise DataError(
            f"{KEY}: {path} lacks {lacking} in {counted(int(gaps.sum()), 'hour')}, first on "
            f"{stamp:%d %B, hour %H} (row {rows[first][0]})"
        )


def _refuse_climate(path: Path, year: EpwYear) -> None:
    """Refuse years that are nowhere on earth: stuck sensors and other units."""
    mean_c, spread_c = float(year.outdoor_c.mean()), float(np.ptp(year.outdoor_c))
    if not -30 <= mean_c <= 40:
        raise DataError(
            f"{KEY}: {path}: {mean_c:.0f} °C on average looks like degrees Fahrenheit; expected "
            "-30 to 40 °C"
        )
    if spread_c == 0:
        raise DataError(f"{KEY}: {path}: the same {mean_c:g} °C in every hour of the year")
    annual = float(year.global_w_per_m2.sum()) / 1000
    if not 300 <= annual <= 3000:
        raise DataError(
            f"{KEY}: {path}: {annual:.0f} kWh/m2 of global radiation in the year; expected 300 to "
            "3000 (Wh/m2 in every hour)"
        )
