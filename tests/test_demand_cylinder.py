"""Heating periods by season and cold, and a cylinder between draws and boiler."""

import numpy as np
import pandas as pd
import pytest

from microchp.config import Cylinder, HeatingPeriod
from microchp.demand.heating import in_periods
from microchp.demand.hot_water import reheated
from microchp.errors import ConfigError
from microchp.series.timeseries import time_axis


def test_a_period_of_some_months_holds_in_those() -> None:
    periods = [HeatingPeriod(months=[4, 5], start="06:00", end="07:00")]
    held = pd.Series(in_periods(periods, 2015), index=time_axis(2015))
    assert held.groupby(held.index.month).sum().to_dict() == {
        month: {4: 1800, 5: 1860}.get(month, 0) for month in range(1, 13)
    }


def test_a_period_of_cold_days_holds_on_those() -> None:
    outdoor = np.full(365 * 1440, 5.0)
    outdoor[1440:2880] = np.where(np.arange(1440) < 720, -9.0, 4.0)  # -2.5 on average
    periods = [HeatingPeriod(colder_than_c=-2.0, start="00:00", end="24:00")]
    assert np.flatnonzero(in_periods(periods, 2015, 0, outdoor)).tolist() == list(range(1440, 2880))
    with pytest.raises(ValueError, match="outdoor temperatures"):
        in_periods(periods, 2015)


def test_periods_join_and_shift() -> None:
    periods = [
        HeatingPeriod(start="01:00", end="02:00"),
        HeatingPeriod(start="01:30", end="03:00"),
    ]
    held = in_periods(periods, 2015, shift_minutes=10)
    assert np.flatnonzero(held[:1440]).tolist() == list(range(70, 190))


def test_a_cylinder_makes_up_for_a_draw_exponentially_when_it_may() -> None:
    """1 kWh drawn at 02:00, reheated from 06:00 with a time constant of an hour."""
    drawn = np.zeros(2 * 1440)
    drawn[120] = 60.0
    may = np.arange(2 * 1440) % 1440 >= 360
    heat = reheated(drawn, may, Cylinder(reheat_hours=1.0, max_heat_kw=10))
    assert not heat[:360].any()
    assert heat[360:363] == pytest.approx([1.0, 1.0 - 1 / 60, (1.0 - 1 / 60) ** 2], rel=1e-6)
    assert heat.sum() / 60 == pytest.approx(1.0, abs=2e-6)


def test_a_cylinder_gives_no_more_than_its_coil() -> None:
    drawn = np.zeros(1440)
    drawn[0] = 120.0
    heat = reheated(drawn, np.ones(1440, dtype=bool), Cylinder(reheat_hours=0.1, max_heat_kw=3))
    assert heat.max() == 3
    assert heat.sum() == pytest.approx(drawn.sum(), abs=1e-4)


def test_what_is_missing_at_the_end_is_missing_at_the_start() -> None:
    drawn = np.zeros(1440)
    drawn[1400] = 60.0
    may = np.arange(1440) < 60
    heat = reheated(drawn, may, Cylinder(reheat_hours=0.1, max_heat_kw=10))
    assert heat[0] > 5
    assert heat.sum() == pytest.approx(drawn.sum(), abs=1e-3)


def test_a_cylinder_too_slow_is_refused() -> None:
    drawn = np.full(1440, 2.0)
    with pytest.raises(ConfigError, match=r"hot_water\.cylinder: 48 kWh"):
        reheated(drawn, np.arange(1440) < 60, Cylinder(max_heat_kw=3))
