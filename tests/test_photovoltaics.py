"""The weather that goes with a demand: when the sun is highest, and what modules make of it."""

from pathlib import Path

import numpy as np
import pytest
from test_demand_weather import write_epw

from microchp.config import Pv, Weather
from microchp.demand.photovoltaics import pv_yield_kw_per_kwp
from microchp.demand.weather import Place, WeatherYear, load_weather
from microchp.series.timeseries import FloatArray

MEASURED, COMPUTED = (4, 12), (1, 5, 13)
"""Regions of test reference years, by where their radiation is from."""


def sky(outdoor_c: float, global_w_per_m2: FloatArray, beam_w_per_m2: FloatArray) -> WeatherYear:
    """A year of made-up weather at Greenwich."""
    hours = np.zeros(8760)
    return WeatherYear(
        year=2015,
        source="made up",
        outdoor_c=hours + outdoor_c,
        global_w_per_m2=hours + global_w_per_m2,
        beam_w_per_m2=hours + beam_w_per_m2,
        south_w_per_m2=hours,
        cloud_octas=hours,
        radiation_delay_minutes=hours,
        place=Place(51.5, 0.0, 0.0),
    )


def mean_hour(by_minute: FloatArray) -> float:
    """Hour of the day about which what is made lies."""
    hour = (np.arange(len(by_minute)) + 0.5) / 60 % 24
    return float((by_minute * hour).sum() / by_minute.sum())


@pytest.mark.parametrize("region", [*MEASURED, *COMPUTED])
def test_south_modules_make_most_around_solar_noon(region: int) -> None:
    """In central European time noon is 4 min later for each degree west of 15 degrees east.

    With the radiation as it is filed, the middle of the day's yield is 11 to 27 min too early,
    and modules to the east make 8 to 17 % more than those to the west.
    """
    weather = load_weather(Weather(try_region=region), 2015)
    noon = 12 + (15 - weather.place.longitude) / 15
    assert mean_hour(pv_yield_kw_per_kwp(weather, Pv())) == pytest.approx(noon, abs=0.1)
    east, west = (
        pv_yield_kw_per_kwp(weather, Pv(azimuth_degrees=azimuth)).sum() for azimuth in (90, 270)
    )
    assert east / west == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("region", MEASURED)
def test_measured_radiation_follows_the_true_sun_through_the_year(region: int) -> None:
    """Equation of time: the sun is 14 min late in mid-February and 16 min early in November."""
    weather = load_weather(Weather(try_region=region), 2015)
    by_day = weather.radiation_delay_minutes[::24]
    mean = 4 * (15 - weather.place.longitude)
    assert by_day[42] == pytest.approx(mean + 14, abs=1.5)
    assert by_day[306] == pytest.approx(mean - 16, abs=1.5)


@pytest.mark.parametrize("region", COMPUTED)
def test_computed_radiation_is_that_of_the_full_hour(region: int) -> None:
    weather = load_weather(Weather(try_region=region), 2016)
    assert set(weather.radiation_delay_minutes) == {30.0}
    assert len(weather.radiation_delay_minutes) == 366 * 24


def test_an_energyplus_hour_is_the_hour_itself(tmp_path: Path) -> None:
    """Its made-up sun is highest at 12:00, its own at 12:04 (1 degree west of Greenwich)."""
    write_epw(tmp_path / "here.epw")
    weather = load_weather(Weather(epw=str(tmp_path / "here.epw")), 2015)
    assert (weather.radiation_delay_minutes == 0).all()
    assert mean_hour(pv_yield_kw_per_kwp(weather, Pv())) == pytest.approx(12.0, abs=0.1)


def test_radiation_is_moved_whole() -> None:
    weather = load_weather(Weather(try_region=12), 2015)
    moved = weather.without_delay(weather.global_w_per_m2)
    assert moved.sum() / 60 == pytest.approx(weather.global_w_per_m2.sum(), rel=1e-4)
    delay = int(weather.radiation_delay_minutes[100 * 24])
    noon = 100 * 1440 + 12 * 60 + delay
    np.testing.assert_array_equal(moved[noon : noon + 60], weather.global_w_per_m2[100 * 24 + 12])


def test_an_overcast_hour_on_paper() -> None:
    """Flat modules under 500 W/m2 of grey sky at 10 degC.

    Cells: 10 + 0.0342 * 500 = 27.1 degC; modules: 0.5 * (1 - 0.004 * 2.1) = 0.4958 kW/kWp; less
    14 %: 0.42639; inverter at that load: 0.96/0.9637 * (0.9858 - 0.0162 * 0.42639 - 0.0059/0.42639)
    = 0.96135; AC: 0.40991 kW/kWp.
    """
    grey = sky(10.0, np.full(8760, 500.0), np.zeros(8760))
    found = pv_yield_kw_per_kwp(grey, Pv(tilt_degrees=0))
    assert found.shape == (525_600,)
    np.testing.assert_allclose(found, 0.40991, atol=1e-5)
    lossless = pv_yield_kw_per_kwp(grey, Pv(tilt_degrees=0, system_loss_share=0))
    assert lossless[0] > found[0] / 0.87


def test_nothing_is_made_in_the_dark_and_heat_costs_power() -> None:
    dark = pv_yield_kw_per_kwp(sky(10.0, np.zeros(8760), np.zeros(8760)), Pv())
    assert (dark == 0).all()
    cold, hot = (
        pv_yield_kw_per_kwp(sky(c, np.full(8760, 500.0), np.zeros(8760)), Pv())[0] for c in (0, 30)
    )
    assert hot / cold == pytest.approx(1 - 0.004 * 30 / (1 + 0.004 * 7.9), abs=0.005)


def test_a_german_roof_yields_what_german_roofs_do() -> None:
    """700 to 1100 kWh/kWp by region; less to the west and on the wall than to the south."""
    weather = load_weather(Weather(try_region=12), 2015)
    annual = {
        (tilt, azimuth): pv_yield_kw_per_kwp(
            weather, Pv(tilt_degrees=tilt, azimuth_degrees=azimuth)
        ).sum()
        / 60
        for tilt, azimuth in ((35, 180), (35, 270), (90, 180), (0, 180))
    }
    assert 900 < annual[35, 180] < 1050
    assert max(annual, key=annual.__getitem__) == (35, 180)
    assert annual[90, 180] < annual[35, 270] < annual[35, 180]
