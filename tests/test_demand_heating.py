"""The 2R2C house and its thermostat."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.config import Building, Heating, HeatingPeriod, Weather
from microchp.demand.heating import (
    HeatingYear,
    Temperatures,
    calibrated_year,
    heat_balance_kwh,
    heat_gains,
    in_periods,
    run_house,
    simulate_year,
    thermostat_schedule,
)
from microchp.demand.weather import WeatherYear, load_weather
from microchp.errors import ConfigError
from microchp.series.timeseries import resample_mean, time_axis


@pytest.fixture(scope="module")
def weather() -> WeatherYear:
    return load_weather(Weather(), 2015)


def house_run(  # type: ignore[no-untyped-def]
    building: Building, asked, outdoor, gains, *, envelope=0.15, cap=8.0, start=(18.0, 17.0)
) -> HeatingYear:
    heat, air, mass = run_house(
        asked,
        outdoor,
        gains,
        envelope,
        building.ventilation_kw_per_k,
        building.coupling_kw_per_k,
        building.air_capacity_kwh_per_k,
        building.mass_capacity_kwh_per_k,
        building.gain_share_to_mass,
        cap,
        *start,
    )
    return HeatingYear(heat, air, mass, envelope, Temperatures(*start))


conductances = st.floats(0.01, 5.0)
capacities = st.floats(0.02, 40.0)


@given(
    seed=st.integers(0, 2**32 - 1),
    ventilation=conductances,
    coupling=conductances,
    envelope=conductances,
    air=capacities,
    mass=capacities,
    share=st.floats(0, 1),
    cap=st.floats(0.5, 40),
)
@settings(deadline=None)  # the first call compiles
def test_no_heat_is_made_or_lost(  # type: ignore[no-untyped-def]
    seed, ventilation, coupling, envelope, air, mass, share, cap
) -> None:
    """Heat and gains are losses and stored heat, for stiff and for sluggish houses alike."""
    draw = np.random.default_rng(seed)
    n = 3000
    building = Building(
        ventilation_kw_per_k=ventilation,
        coupling_kw_per_k=coupling,
        air_capacity_kwh_per_k=air,
        mass_capacity_kwh_per_k=mass,
        gain_share_to_mass=share,
    )
    outdoor = draw.uniform(-15, 35, n)
    gains = draw.exponential(0.5, n)
    asked = np.where(draw.random(n) < 0.5, 21.0, 12.0)
    year = house_run(building, asked, outdoor, gains, envelope=envelope, cap=cap)
    balance = heat_balance_kwh(building, year, outdoor, gains)
    into = balance["heat"] + balance["gains"]
    out = balance["ventilation"] + balance["envelope"] + balance["stored"]
    turnover = into + abs(balance["ventilation"]) + abs(balance["envelope"])
    assert into == pytest.approx(out, rel=1e-9, abs=1e-9 * turnover)
    assert (year.heat_kw >= 0).all()
    assert (year.heat_kw <= cap).all()
    # an ideal thermostat: neither too much heat where it heats, nor too little where it could
    heating, full = year.heat_kw > 0, year.heat_kw == cap
    np.testing.assert_allclose(
        year.air_c[heating & ~full], asked[heating & ~full], rtol=0, atol=1e-9
    )
    assert (year.air_c[full] <= asked[full] + 1e-9).all()
    assert (year.air_c[~heating] >= asked[~heating] - 1e-9).all()


def test_the_steady_state_is_the_textbook_one() -> None:
    """Ventilation beside coupling and envelope in series, at constant weather."""
    building = Building(ventilation_kw_per_k=0.06, coupling_kw_per_k=1.5, gain_share_to_mass=0.0)
    n = 60 * 24 * 60
    year = house_run(building, np.full(n, 21.0), np.full(n, 1.0), np.full(n, 0.4), envelope=0.15)
    series = 1 / (1 / 1.5 + 1 / 0.15)
    assert year.heat_kw[-1] == pytest.approx((0.06 + series) * 20 - 0.4, rel=1e-6)
    assert year.mass_c[-1] == pytest.approx(1.0 + 20 * series / 0.15, rel=1e-6)


def test_gains_on_the_mass_spare_less_heat_at_once() -> None:
    n = 600
    gains = np.zeros(n)
    gains[300:310] = 3.0
    spared = []
    for share in (0.0, 1.0):
        building = Building(gain_share_to_mass=share)
        args = (building, np.full(n, 21.0), np.full(n, 0.0))
        start = (21.0, 19.5)
        without = house_run(*args, np.zeros(n), start=start).heat_kw
        with_gains = house_run(*args, gains, start=start).heat_kw
        spared.append((without - with_gains)[300:310].mean())
    assert spared[0] == pytest.approx(3.0, rel=0.01)
    assert spared[1] < 0.5 * spared[0]


# ------------------------------------------------------------------------------ schedule


def test_the_schedule_is_honoured() -> None:
    heating = Heating(
        periods=[
            HeatingPeriod(days="weekdays", start="06:00", end="09:00"),
            HeatingPeriod(days="weekends", start="07:30", end="24:00"),
        ],
        set_point_c=20,
        set_back_c=14,
        months=[1, 2, 3, 10, 11, 12],
    )
    asked = pd.Series(thermostat_schedule(heating, 2016), index=time_axis(2016))
    assert asked["2016-01-04 05:59"] == 14  # a Monday
    assert asked["2016-01-04 06:00"] == 20
    assert asked["2016-01-04 08:59"] == 20
    assert asked["2016-01-04 09:00"] == 14
    assert asked["2016-02-28 07:29"] == 14  # a Sunday
    assert asked["2016-02-28 23:59"] == 20
    assert np.isneginf(asked["2016-06-01 07:00"])
    assert (asked["2016-02-29"] == 20).sum() == 180  # the leap day is a Monday


def test_a_household_may_keep_its_hours_later() -> None:
    heating = Heating(periods=[HeatingPeriod(start="06:00", end="09:00")])
    asked = pd.Series(thermostat_schedule(heating, 2015, 45), index=time_axis(2015))
    at_work = asked["2015-03-03"]
    assert at_work[at_work == 21].index[0] == pd.Timestamp("2015-03-03 06:45")
    assert at_work[at_work == 21].index[-1] == pd.Timestamp("2015-03-03 09:44")


def test_nothing_is_heated_outside_the_months(weather: WeatherYear) -> None:
    heating = Heating(months=[1, 12])
    outdoor = weather.outdoor_c_by_minute()
    asked = thermostat_schedule(heating, 2015)
    year = simulate_year(Building(), 0.2, asked, outdoor, np.zeros(525_600), 10.0)
    months = time_axis(2015).month
    assert year.heat_kw[~np.isin(months, [1, 12])].max() == 0
    assert year.heat_kw[months == 1].sum() > 0


# --------------------------------------------------------------------------- calibration


def test_total_and_peak_are_met(weather: WeatherYear) -> None:
    electricity = np.full(525_600, 1.0)
    year = calibrated_year(Building(), Heating(), weather, electricity, 9904, 7.65)
    assert year.heat_kw.sum() / 60 == pytest.approx(9904, rel=1e-6)
    assert resample_mean(year.heat_kw, 1, 5).max() == pytest.approx(7.65, rel=0.05)
    balance = heat_balance_kwh(
        Building(),
        year,
        weather.outdoor_c_by_minute(),
        heat_gains(Building(), weather, electricity),
    )
    assert balance["heat"] + balance["gains"] == pytest.approx(
        balance["ventilation"] + balance["envelope"] + balance["stored"], rel=1e-9
    )
    # the year ends as the December before it did
    assert abs(balance["stored"]) < 0.02 * balance["heat"]


def test_heat_may_be_averaged_over_the_hour(weather: WeatherYear) -> None:
    electricity = np.zeros(525_600)
    hourly = calibrated_year(
        Building(), Heating(averaging_minutes=60), weather, electricity, 9904, 7.65
    )
    assert hourly.heat_kw.sum() / 60 == pytest.approx(9904, rel=1e-6)
    blocks = hourly.heat_kw.reshape(-1, 60)
    assert (blocks == blocks[:, :1]).all()


def test_a_total_below_the_ventilation_is_refused(weather: WeatherYear) -> None:
    leaky = Building(ventilation_kw_per_k=0.5)
    with pytest.raises(ConfigError, match=r"houses\.x: ventilation_kw_per_k 0\.5 alone needs"):
        calibrated_year(leaky, Heating(), weather, np.zeros(525_600), 5000, 7.65, where="houses.x")


def test_a_climate_without_a_heating_season_is_told_with_what_to_do(weather: WeatherYear) -> None:
    tropics = replace(weather, outdoor_c=27 + 0.2 * (weather.outdoor_c - weather.outdoor_c.mean()))
    with pytest.raises(ConfigError) as caught:
        calibrated_year(Building(), Heating(), tropics, np.zeros(525_600), 9904, 7.65)
    assert "27 °C on average and" in str(caught.value)
    assert "has annual_space_heating_kwh: 0" in str(caught.value)


def test_a_total_beyond_the_cap_is_refused(weather: WeatherYear) -> None:
    with pytest.raises(ConfigError, match=r"with 1 kW in the heating periods it is at most [\d,]+"):
        calibrated_year(Building(), Heating(), weather, np.zeros(525_600), 9904, 1.0)


def test_heating_periods_run_over_midnight() -> None:
    """On its days from the start to midnight and from midnight to the end, here on weekdays.

    1 January 2015 is a Thursday: Friday ends at midnight, and Saturday is not heated at all.
    """
    night = HeatingPeriod(days="weekdays", start="23:30", end="05:30")
    days = in_periods([night], 2015).reshape(365, 1440)
    assert days.sum(axis=1)[:5].tolist() == [360, 360, 0, 0, 360]
    assert (days[1, 329], days[1, 330], days[1, 1409], days[1, 1410]) == (True, False, False, True)
