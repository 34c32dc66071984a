"""Weather: test reference years and EnergyPlus files."""

import numpy as np
import pandas as pd
import pytest
from demandlib import vdi

from microchp.config import Weather
from microchp.demand.weather import load_weather
from microchp.errors import DataError


@pytest.mark.parametrize("region", range(1, 16))
def test_every_region_reads_as_demandlib_reads_it(region: int) -> None:
    weather = load_weather(Weather(try_region=region), 2015)
    theirs = vdi.Climate().from_try_data(region)
    daily = weather.outdoor_c.reshape(365, 24).mean(axis=1)
    np.testing.assert_allclose(daily, theirs.temperature.to_numpy(), atol=1e-9)
    # Germany gets 900 to 1200 kWh/m2 a year on the flat, a south wall about three quarters of it
    flat = weather.global_w_per_m2.sum() / 1000
    assert 850 < flat < 1250
    assert 0.6 < weather.south_w_per_m2.sum() / 1000 / flat < 0.9


def test_the_low_winter_sun_favours_the_south_wall() -> None:
    weather = load_weather(Weather(), 2015)
    by_month = pd.DataFrame(
        {"south": weather.south_w_per_m2, "flat": weather.global_w_per_m2},
        index=pd.date_range("2015", periods=8760, freq="h"),
    )
    noon = by_month.between_time("10:00", "13:00")
    means = noon.groupby(noon.index.month).mean()
    assert means.loc[12, "south"] > 1.1 * means.loc[12, "flat"]
    assert means.loc[6, "south"] < 0.8 * means.loc[6, "flat"]
    assert (weather.south_w_per_m2 >= 0).all()
    assert weather.south_w_per_m2.max() < 1100


def test_a_leap_year_has_28_february_twice() -> None:
    common, leap = load_weather(Weather(), 2015), load_weather(Weather(), 2016)
    assert len(leap.outdoor_c) == 366 * 24
    days, leap_days = common.outdoor_c.reshape(-1, 24), leap.outdoor_c.reshape(-1, 24)
    np.testing.assert_array_equal(leap_days[59], leap_days[58])
    np.testing.assert_array_equal(np.delete(leap_days, 59, axis=0), days)


def test_minutes_keep_the_radiation_and_join_the_temperatures() -> None:
    weather = load_weather(Weather(), 2015)
    minutes = weather.global_w_per_m2_by_minute()
    assert minutes.sum() / 60 == pytest.approx(weather.global_w_per_m2.sum(), rel=1e-12)
    outdoor = weather.outdoor_c_by_minute()
    assert len(outdoor) == 525_600
    assert outdoor[30] == pytest.approx(weather.outdoor_c[0], abs=0.05)
    # within an hour no jump is larger than the steepest change from hour to hour allows
    steepest = np.abs(np.diff(weather.outdoor_c)).max() / 60
    assert np.abs(np.diff(outdoor)).max() <= steepest + 1e-9


# ------------------------------------------------------------------------- EnergyPlus files


def write_epw(path, hours: int = 8760, missing: int | None = None) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """An EnergyPlus file of made-up weather, hours numbered by their end."""
    start = pd.date_range("2015-01-01", periods=hours, freq="h")
    daylight = np.clip(np.sin((start.hour + 0.5 - 6) / 12 * np.pi), 0, None)
    data = pd.DataFrame(
        {
            "temp": (10 - 8 * np.cos(2 * np.pi * start.dayofyear / 365)).round(1),
            "ghi": (400 * daylight).round(),
            "dhi": (150 * daylight).round(),
        }
    )
    header = [
        "LOCATION,Nowhere,-,GBR,made up,0,52.0,-1.0,0.0,100.0",
        *("DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"),
        *("HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,", "COMMENTS 2,"),
        "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
    ]
    rows = []
    for i, (stamp, row) in enumerate(zip(start, data.itertuples(), strict=True)):
        temperature = 99.9 if i == missing else row.temp
        values = [
            *(stamp.year, stamp.month, stamp.day, stamp.hour + 1, 60, "?9?9?9"),
            *(temperature, 5.0, 80, 101300, 0, 0, 300, row.ghi, row.ghi - row.dhi, row.dhi),
            *(0, 0, 0, 0, 180, 3.0, 4, 4, 20.0, 7777, 9, 999999999, 10, 0.1, 0, 88, 0.2, 0, 0),
        ]
        rows.append(",".join(map(str, values)))
    path.write_text("\n".join([*header, *rows]) + "\n", encoding="utf-8")
    return data


def test_an_energyplus_file_takes_the_place_of_the_region(tmp_path) -> None:  # type: ignore[no-untyped-def]
    data = write_epw(tmp_path / "here.epw")
    weather = load_weather(Weather(epw=str(tmp_path / "here.epw")), 2015)
    np.testing.assert_allclose(weather.outdoor_c, data["temp"])
    np.testing.assert_allclose(weather.global_w_per_m2, data["ghi"])
    np.testing.assert_allclose(weather.cloud_octas, 0.8 * 4)
    assert weather.source == "EnergyPlus weather file here.epw"
    assert weather.south_w_per_m2.sum() > 0


def test_a_gap_in_an_energyplus_file_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_epw(tmp_path / "gap.epw", missing=50)
    with pytest.raises(DataError, match="1 hour, first on 03 January, hour 02"):
        load_weather(Weather(epw=str(tmp_path / "gap.epw")), 2015)


def test_a_short_energyplus_file_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_epw(tmp_path / "short.epw", hours=100)
    with pytest.raises(DataError, match="100 hours; a year of 8,760"):
        load_weather(Weather(epw=str(tmp_path / "short.epw")), 2015)


def test_what_is_no_energyplus_file_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "no.epw").write_text("time,temperature\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"no\.epw is not an EnergyPlus weather file"):
        load_weather(Weather(epw=str(tmp_path / "no.epw")), 2015)
    with pytest.raises(DataError, match="there is no file"):
        load_weather(Weather(epw=str(tmp_path / "nowhere.epw")), 2015)
