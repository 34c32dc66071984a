"""Houses that differ in one thing: insulation, lamps, households; all else stays the same."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from microchp.config import Building, Diversity, Heating, House, Weather
from microchp.demand import electricity
from microchp.demand.builtin import DwellingDemand, builtin_dwelling
from microchp.demand.electricity import ElectricityYears
from microchp.demand.heating import Retrofitted, calibrated_year, heat_balance_kwh, heat_gains
from microchp.demand.weather import WeatherYear, load_weather

MINUTES = 525_600
LIGHTING_SHARE = 0.25


@pytest.fixture(scope="module")
def weather() -> WeatherYear:
    return load_weather(Weather(), 2015)


@pytest.fixture(scope="module", autouse=True)
def quick_electricity() -> Iterator[None]:
    """Noise instead of the CREST model, a quarter of it lighting."""

    def shape(
        occupants: int, weather: object, seed: np.random.SeedSequence
    ) -> tuple[np.ndarray, np.ndarray]:
        power = np.random.default_rng(seed).exponential(1.0, MINUTES)
        power *= 60 / power.sum()
        return power, LIGHTING_SHARE * power

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(electricity, "electricity_shape", shape)
        yield


@pytest.fixture(scope="module")
def base(weather: WeatherYear) -> DwellingDemand:
    return dwelling(weather)


def dwelling(weather: WeatherYear, name: str = "base", **changes: Any) -> DwellingDemand:
    house = House.model_validate(
        {
            "annual_space_heating_kwh": 12_000,
            "annual_hot_water_kwh": 2_000,
            "annual_electricity_kwh": 4_000,
            "peak_space_heating_kw": 12,
            "peak_hot_water_kw": 20,
            "building": {"gain_share_of_electricity": 1.0},
        }
        | changes
    )
    years = ElectricityYears(house.draws_as or name, house.occupants, weather, 1, 4)
    return builtin_dwelling(name, house, weather, Diversity(), 1, 0, years)


NOT_HEATED = {"annual_space_heating_kwh": 0}


def kwh(power_kw: np.ndarray) -> float:
    return float(power_kw.sum()) / 60


def test_a_better_envelope_needs_less_heat_and_its_balance_closes(weather: WeatherYear) -> None:
    """Half the conductance of the calibrated envelope, with other gains than it was found with."""
    before, after = np.full(MINUTES, 0.5), np.full(MINUTES, 0.4)
    building, heating = Building(), Heating()
    base = calibrated_year(building, heating, weather, before, 9904, 7.65)
    same = calibrated_year(
        building, heating, weather, before, 9904, 7.65, retrofit=Retrofitted(1.0, before)
    )
    np.testing.assert_array_equal(same.heat_kw, base.heat_kw)
    better = calibrated_year(
        building, heating, weather, before, 9904, 7.65, retrofit=Retrofitted(0.5, after)
    )
    assert better.envelope_kw_per_k == pytest.approx(base.envelope_kw_per_k / 2, rel=1e-12)
    assert kwh(better.heat_kw) < 0.8 * kwh(base.heat_kw)
    gains = heat_gains(building, weather, after)
    balance = heat_balance_kwh(building, better, weather.outdoor_c_by_minute(), gains)
    assert balance["heat"] + balance["gains"] == pytest.approx(
        balance["ventilation"] + balance["envelope"] + balance["stored"], rel=1e-9
    )


def test_heating_makes_up_for_a_part_of_the_lamps_heat(
    weather: WeatherYear, base: DwellingDemand
) -> None:
    relit = dwelling(weather, "relit", draws_as="base", retrofit={"lighting_factor": 0.2})
    saved = kwh(base.power_kw["electricity_kw"]) - kwh(relit.power_kw["electricity_kw"])
    assert saved == pytest.approx(0.8 * LIGHTING_SHARE * 4_000)
    more = kwh(relit.power_kw["space_heating_kw"]) - 12_000
    assert 0.3 * saved < more < saved
    np.testing.assert_array_equal(relit.power_kw["hot_water_kw"], base.power_kw["hot_water_kw"])
    assert relit.annual_asked_kwh["electricity_kw"] is None
    assert relit.annual_asked_kwh["space_heating_kw"] is None


def test_a_house_may_have_the_occupants_of_another(
    weather: WeatherYear, base: DwellingDemand
) -> None:
    own = dwelling(weather, "other", **NOT_HEATED)
    shared = dwelling(weather, "other", draws_as="base", **NOT_HEATED)
    for quantity in ("electricity_kw", "hot_water_kw"):
        np.testing.assert_array_equal(shared.power_kw[quantity], base.power_kw[quantity])
        assert not np.array_equal(own.power_kw[quantity], base.power_kw[quantity])


def test_two_households_share_the_totals_and_draw_apart(
    weather: WeatherYear, base: DwellingDemand
) -> None:
    """Two independent noises of half the size have 0.71 of the deviation of one."""
    two = dwelling(weather, households=2, **NOT_HEATED)
    for quantity, total in (("electricity_kw", 4_000), ("hot_water_kw", 2_000)):
        assert kwh(two.power_kw[quantity]) == pytest.approx(total, rel=1e-6)
    ratio = two.power_kw["electricity_kw"].std() / base.power_kw["electricity_kw"].std()
    assert ratio == pytest.approx(0.5**0.5, rel=0.02)
    one_of_two = dwelling(weather, annual_hot_water_kwh=1_000, **NOT_HEATED)
    other = two.power_kw["hot_water_kw"] - one_of_two.power_kw["hot_water_kw"]
    assert other.min() >= -1e-9
    assert kwh(other) == pytest.approx(1_000, rel=1e-6)


def test_hot_water_may_be_averaged_over_the_hour(
    weather: WeatherYear, base: DwellingDemand
) -> None:
    hourly = dwelling(weather, hot_water={"averaging_minutes": 60}, **NOT_HEATED)
    blocks = hourly.power_kw["hot_water_kw"].reshape(-1, 60)
    assert (blocks == blocks[:, :1]).all()
    drawn = base.power_kw["hot_water_kw"].reshape(-1, 60)
    np.testing.assert_allclose(blocks[:, 0], drawn.mean(axis=1), atol=1e-12)
    assert hourly.peak_asked_kw["hot_water_kw"] is None
