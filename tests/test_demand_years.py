"""A few stochastic years serve a group; only groups make more than one dwelling."""

from pathlib import Path

import numpy as np
import pytest

from microchp.config import Electricity, load_config
from microchp.config.scenarios import demand_inputs
from microchp.demand import electricity
from microchp.demand.electricity import ElectricityYears, electricity_year
from microchp.demand.weather import Place, WeatherYear

RESOURCES = Path(__file__).parents[1] / "resources"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Stochastic years that were made, each a different noise, instead of the CREST model."""
    calls: list[int] = []

    def shape(
        occupants: int, weather: object, seed: np.random.SeedSequence
    ) -> tuple[np.ndarray, np.ndarray]:
        calls.append(occupants)
        power = np.random.default_rng(seed).exponential(1.0, 525_600)
        power *= 60 / power.sum()
        return power, 0.25 * power

    monkeypatch.setattr(electricity, "electricity_shape", shape)
    return calls


def years(count: int) -> ElectricityYears:
    hours = np.zeros(8760)
    weather = WeatherYear(2015, "none", *[hours] * 6, place=Place(51.5, 7.0, 1.0))
    return ElectricityYears("cottage", 3, weather, 1, count)


def test_as_many_years_are_made_as_are_asked_for(made: list[int]) -> None:
    pool = years(2)
    shapes = [pool.shape_of(dwelling) for dwelling in range(6)]
    assert made == [3, 3]
    for shape in shapes:
        assert shape.sum() / 60 == pytest.approx(1.0)
    assert not any(np.array_equal(shapes[0], other) for other in shapes[1:])


def test_a_shared_year_is_moved_by_weeks_and_minutes(made: list[int]) -> None:
    pool = years(1)
    own, other = pool.shape_of(0), pool.shape_of(1)
    shifts = [
        weeks * 10_080 + minutes
        for weeks in (-4, -3, -2, -1, 1, 2, 3, 4)
        for minutes in range(-30, 31)
    ]
    assert sum(np.array_equal(np.roll(own, shift), other) for shift in shifts) == 1


def test_a_dwelling_is_the_same_in_any_group(made: list[int]) -> None:
    one, another = years(2), years(2)
    another.shape_of(0)
    np.testing.assert_array_equal(one.shape_of(3), another.shape_of(3))
    np.testing.assert_array_equal(years(1).shape_of(0), years(4).shape_of(0))


def test_relighting_changes_what_lights_take_and_nothing_else(made: list[int]) -> None:
    """A quarter of the electricity is lighting; with 0.4 of that, 0.85 of all is left."""
    pool = years(1)
    for dwelling in (0, 1):
        before, after = pool.shape_of(dwelling), pool.shape_of(dwelling, 0.4)
        np.testing.assert_allclose(after, 0.85 * before, rtol=1e-12)
    assert made == [3]


def test_what_is_always_on_needs_no_stochastic_year() -> None:
    def never() -> np.ndarray:
        raise AssertionError("made a stochastic year")

    power = electricity_year(Electricity(constant_share=1.0), 8760, 2015, never)
    assert np.all(power == 1.0)


def test_half_of_the_electricity_may_be_always_on() -> None:
    power = electricity_year(
        Electricity(constant_share=0.5), 8760, 2015, lambda: np.full(525_600, 60 / 525_600)
    )
    assert power == pytest.approx(np.ones(525_600))


def test_more_than_one_dwelling_is_made_for_groups_alone() -> None:
    alone = load_config({}, RESOURCES)
    assert (alone.group.dwellings, demand_inputs(alone, "flat").dwellings) == (13, 1)
    grouped = load_config({"scenarios": {"penetration": [0, 1]}}, RESOURCES)
    assert demand_inputs(grouped, "flat", grouped.group.dwellings).dwellings == 13
    # what designs are made for is the same, so that groups re-solve nothing
    assert demand_inputs(grouped, "flat") == demand_inputs(alone, "flat")
