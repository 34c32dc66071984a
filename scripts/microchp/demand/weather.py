"""Weather of a year: test reference years that demandlib ships, or a user's EnergyPlus file.

Both hold 8760 hours of a typical year, in standard time. In a leap year 28 February comes
twice. Radiation on the south facade follows from the horizontal components with pvlib
(isotropic sky, albedo 0.25, sun at the middle of the hour).

The radiation of a test reference year is not of the hours that it is filed under. Compared with
a clear sky on the 25 clearest days of each region, where it was computed it is that of the full
hour, half an hour later; where it was measured, its hours are of true solar time,
whose noon wanders by half an hour through the year. ``radiation_delay_minutes`` says so, and
photovoltaics, which look east or west, are made with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from microchp.config import Weather
from microchp.demand.epw import HOURS, read_epw
from microchp.errors import DataError
from microchp.series.timeseries import FloatArray, days_in_year, time_axis

COMPUTED = 9
"""Flag (IK) of a test reference year: radiation of this hour was not measured."""

HIGHEST_ZENITH_DEG = 85.0
"""Below 5 degrees of solar height the beam's share is left out: an hour's mean over the sine of
the height at its middle would make hundreds of kW/m2 of it."""


@dataclass(frozen=True)
class Place:
    """Where weather is from: degrees north and east, and its standard time minus UTC in hours."""

    latitude: float
    longitude: float
    utc_offset_hours: float


@dataclass(frozen=True)
class WeatherYear:
    """Hourly weather of a calendar year; each value is a mean over the hour that starts.

    Every array has 24 times 365 (366) values; ``beam_w_per_m2`` is that part of
    ``global_w_per_m2``, on the horizontal plane, which comes straight from the sun. Both, taken
    exactly, are of an hour that begins ``radiation_delay_minutes`` later.
    """

    year: int
    source: str
    outdoor_c: FloatArray
    global_w_per_m2: FloatArray
    beam_w_per_m2: FloatArray
    south_w_per_m2: FloatArray
    cloud_octas: FloatArray
    radiation_delay_minutes: FloatArray
    place: Place

    def outdoor_c_by_minute(self) -> FloatArray:
        """Temperature at the middle of each minute, between those at the middle of the hours."""
        hours = len(self.outdoor_c)
        minute = np.arange(60 * hours) + 0.5
        middle = 60 * np.arange(hours) + 30.0
        return np.asarray(np.interp(minute, middle, self.outdoor_c, period=60 * hours))

    def without_delay(self, values: FloatArray) -> FloatArray:
        """What follows from each hour's radiation, by minute at the time when it was so.

        Constant over its 60 minutes; day and night are kept apart, so that nothing is lost.
        """
        minute = np.arange(60 * len(values))
        hour = (minute - np.repeat(self.radiation_delay_minutes, 60)) // 60
        return values[hour.astype(np.int64) % len(values)]

    def global_w_per_m2_by_minute(self) -> FloatArray:
        """Global horizontal radiation, constant in the hour so that its energy is kept."""
        return np.repeat(self.global_w_per_m2, 60)

    def south_w_per_m2_by_minute(self) -> FloatArray:
        """Radiation on a vertical south facade, constant in the hour."""
        return np.repeat(self.south_w_per_m2, 60)


def load_weather(weather: Weather, year: int) -> WeatherYear:
    """The weather that the configuration asks for, laid over a calendar year.

    Raises
    ------
    DataError
        If the EnergyPlus file cannot be read or does not hold 8760 complete hours.
    """
    if weather.epw is not None:
        return _from_epw(Path(weather.epw), year)
    return _from_try(weather.try_region, year)


def try_path(region: int) -> Path:
    """The test reference year 2010 of a DWD region (1-15), as demandlib ships it."""
    return (
        Path(str(files("demandlib.vdi"))) / "resources_weather" / f"TRY2010_{region:02d}_Jahr.dat"
    )


def _from_try(region: int, year: int) -> WeatherYear:
    path = try_path(region)
    lines = path.read_text(encoding="latin-1").splitlines()
    end_of_header = next(i for i, line in enumerate(lines) if line.startswith("***"))
    place = re.search(r"(\d+)\D{1,3}(\d+)'N.*?(\d+)\D{1,3}(\d+)'O", "\n".join(lines[:5]))
    if place is None:
        raise DataError(f"{path}: no position ('Lage:') in the header")
    north_deg, north_min, east_deg, east_min = (int(part) for part in place.groups())
    data = pd.read_csv(
        path,
        sep=r"\s+",
        header=None,
        names=lines[end_of_header - 1].split(),
        skiprows=end_of_header + 1,
        encoding="latin-1",
    )
    # The hours are numbered by their end, 1 to 24, in central European time.
    where = Place(north_deg + north_min / 60, east_deg + east_min / 60, utc_offset_hours=1.0)
    return _lay_over(
        year,
        f"DWD test reference year 2010, region {region} (demandlib)",
        outdoor_c=data["t"].to_numpy(np.float64),
        beam_w_per_m2=data["B"].to_numpy(np.float64),
        diffuse_w_per_m2=data["D"].to_numpy(np.float64),
        cloud_octas=data["N"].to_numpy(np.float64),
        radiation_delay_minutes=_delay_of_try(data["IK"].to_numpy() == COMPUTED, where),
        place=where,
    )


def _delay_of_try(computed: npt.NDArray[np.bool_], place: Place) -> FloatArray:
    """Minutes by which radiation is later than the hour that it is filed under, whole, by hour.

    Each day is taken as computed or as measured, as most of its hours are.
    """
    import pvlib

    days = computed.reshape(-1, 24)
    equation_of_time = pvlib.solarposition.equation_of_time_spencer71(np.arange(len(days)) + 1)
    west_of_meridian = 15 * place.utc_offset_hours - place.longitude
    of_day = np.where(days.mean(axis=1) > 0.5, 30.0, 4 * west_of_meridian - equation_of_time)
    return np.repeat(of_day.round(), 24)


def _from_epw(path: Path, year: int) -> WeatherYear:
    given = read_epw(path)
    return _lay_over(
        year,
        f"EnergyPlus weather file {path.name}",
        outdoor_c=given.outdoor_c,
        beam_w_per_m2=given.global_w_per_m2 - given.diffuse_w_per_m2,
        diffuse_w_per_m2=given.diffuse_w_per_m2,
        cloud_octas=given.cloud_tenths * 0.8,
        radiation_delay_minutes=np.zeros(HOURS),
        place=Place(given.latitude, given.longitude, given.utc_offset_hours),
    )


def _lay_over(
    year: int,
    source: str,
    *,
    outdoor_c: FloatArray,
    beam_w_per_m2: FloatArray,
    diffuse_w_per_m2: FloatArray,
    cloud_octas: FloatArray,
    radiation_delay_minutes: FloatArray,
    place: Place,
) -> WeatherYear:
    south = south_radiation(beam_w_per_m2, diffuse_w_per_m2, place)
    hours = hours_of_typical_year(year)
    return WeatherYear(
        year=year,
        source=source,
        outdoor_c=outdoor_c[hours],
        global_w_per_m2=(beam_w_per_m2 + diffuse_w_per_m2)[hours],
        beam_w_per_m2=beam_w_per_m2[hours],
        south_w_per_m2=south[hours],
        cloud_octas=cloud_octas[hours],
        radiation_delay_minutes=radiation_delay_minutes[hours],
        place=place,
    )


def hours_of_typical_year(year: int) -> npt.NDArray[np.int64]:
    """Which hour (0-8759) of a typical year each hour of ``year`` takes; 29 February repeats 28."""
    days = np.arange(365)
    if days_in_year(year) == 366:
        days = np.insert(days, 59, 58)
    return np.asarray(days[:, None] * 24 + np.arange(24), dtype=np.int64).ravel()


def south_radiation(
    beam_w_per_m2: FloatArray, diffuse_w_per_m2: FloatArray, place: Place
) -> FloatArray:
    """Radiation on a vertical south facade from the horizontal components.

    Parameters
    ----------
    beam_w_per_m2, diffuse_w_per_m2
        Hourly means on the horizontal plane, shape ``(8760,)``.
    place
        Where the sun is seen from.

    Returns
    -------
    numpy.ndarray
        W/m2, shape ``(8760,)``; isotropic sky, ground albedo 0.25.
    """
    import pvlib

    sun = sun_by_hour(2015, place)
    total = pvlib.irradiance.get_total_irradiance(
        surface_tilt=90,
        surface_azimuth=180,
        solar_zenith=sun.zenith,
        solar_azimuth=sun.azimuth,
        dni=sun.beam_normal(beam_w_per_m2),
        ghi=beam_w_per_m2 + diffuse_w_per_m2,
        dhi=diffuse_w_per_m2,
    )
    return np.asarray(total["poa_global"], dtype=np.float64)


@dataclass(frozen=True)
class Sun:
    """Where the sun stands at the middle of each hour, in degrees: from the zenith, and from north.

    ``time`` is that middle in UTC; shape ``(hours,)`` each.
    """

    time: pd.DatetimeIndex
    zenith: FloatArray
    azimuth: FloatArray

    def beam_normal(self, beam_w_per_m2: FloatArray) -> FloatArray:
        """Beam across the rays from that on the horizontal plane (W/m2); none of a low sun."""
        high = self.zenith < HIGHEST_ZENITH_DEG
        normal = np.zeros_like(beam_w_per_m2)
        normal[high] = beam_w_per_m2[high] / np.cos(np.radians(self.zenith[high]))
        return normal


def sun_by_hour(year: int, place: Place, delay_minutes: float | FloatArray = 0.0) -> Sun:
    """The sun over the hours of a calendar year in the place's standard time.

    Parameters
    ----------
    year
        Calendar year.
    place
        Where the sun is seen from.
    delay_minutes
        How much later each hour begins; a number, or shape ``(hours,)``.
    """
    import pvlib

    middle = time_axis(year, 60) + pd.to_timedelta(30 + np.asarray(delay_minutes), unit="min")
    time = (middle - pd.Timedelta(hours=place.utc_offset_hours)).tz_localize("UTC")
    sun = pvlib.solarposition.get_solarposition(
        time, place.latitude, place.longitude, method="nrel_numpy"
    )
    return Sun(time, sun["zenith"].to_numpy(), sun["azimuth"].to_numpy())
