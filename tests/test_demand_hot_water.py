"""Hot-water draw-offs."""

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import OpenDHW
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microchp.config import DrawCategory, HotWater
from microchp.demand.hot_water import (
    draw_offs,
    draw_offs_per_day,
    hot_water_year,
    kwh_per_litre,
    meet_total_and_peak,
)
from microchp.demand.seeds import child_seed, seeded
from microchp.errors import ConfigError
from microchp.series.timeseries import resample_mean

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT.parent / "shared" / "data" / "dhwcalc_200l_per_day_1min_l_per_h.txt.gz"

SMALL = HotWater(
    draws=[
        DrawCategory(
            share_of_volume=1, mean_flow_l_per_h=277, duration_minutes=1, sizes="exponential"
        )
    ]
)


def seed(number: int = 1) -> np.random.SeedSequence:
    return child_seed(number, "cottage", 0, "hot_water")


def test_a_litre_warmed_by_35_kelvin() -> None:
    """1 m3 heated by 1 K takes 1.16 kWh."""
    assert 1000 * kwh_per_litre(HotWater(cold_c=10, hot_c=45)) == pytest.approx(
        1.161 * 35, rel=1e-3
    )


@pytest.mark.parametrize("hot_water", [HotWater(), SMALL], ids=["dhwcalc", "exponential"])
def test_total_and_peak_are_met(hot_water: HotWater) -> None:
    power = hot_water_year(hot_water, 1712, 27.2, 2015, seed())
    fives = resample_mean(power, 1, 5)
    assert power.sum() / 60 == pytest.approx(1712, rel=1e-9)
    assert fives.max() == pytest.approx(27.2, rel=1e-9)
    if hot_water is SMALL:  # the default's baths all reach it
        assert np.count_nonzero(fives > 27.2 * 0.999) == 1
    assert (power >= 0).all()


def test_exponential_draws_are_many_and_small() -> None:
    """25 draws of 4.6 l a day: exponential sizes, a tenth of the energy above 5.2 kW."""
    drawn = draw_offs(SMALL, 1712, 2015, seed())
    assert draw_offs_per_day(drawn) == pytest.approx(25, abs=2)
    litres = drawn / kwh_per_litre(SMALL) / 60
    alone = np.flatnonzero((litres > 0) & (np.roll(litres, 1) == 0) & (np.roll(litres, -1) == 0))
    sizes = litres[alone]
    assert sizes.mean() == pytest.approx(277 / 60, rel=0.05)
    for quantile in (0.25, 0.5, 0.75, 0.9):
        expected = -277 / 60 * np.log(1 - quantile)
        assert np.quantile(sizes, quantile) == pytest.approx(expected, rel=0.06)
    fives = resample_mean(hot_water_year(SMALL, 1712, 27.2, 2015, seed()), 1, 5)
    assert 0.08 < np.maximum(fives - 5.2, 0).sum() / fives.sum() < 0.16


def test_what_no_tap_could_give_at_once_takes_longer() -> None:
    large = HotWater(
        draws=[
            DrawCategory(
                share_of_volume=1, mean_flow_l_per_h=1200, duration_minutes=2, sizes="exponential"
            )
        ]
    )
    drawn = draw_offs(large, 1500, 2015, seed()) / kwh_per_litre(large)
    one_tap = 1200
    assert np.quantile(drawn[drawn > 0], 0.9) <= one_tap * (1 + 1e-9)
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate(([0], drawn > 0, [0]))))[::1])[::2]
    assert runs.max() > 2
    assert drawn.sum() / 60 == pytest.approx(1500 / kwh_per_litre(large), rel=0.1)


def test_the_day_has_its_hours() -> None:
    drawn = draw_offs(SMALL, 1712, 2015, seed()).reshape(365, 24, 60)
    by_hour = drawn.sum(axis=(0, 2)) / drawn.sum()
    assert by_hour[6:9].sum() > 3 * by_hour[1:4].sum()
    assert by_hour[17:22].sum() > by_hour[12:17].sum()


def test_the_same_seed_draws_the_same() -> None:
    first, again, other = (draw_offs(SMALL, 1000, 2015, seed(n)) for n in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_seed_is_left_behind() -> None:
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    expected = random.Random(5).random(), np.random.RandomState(5).random()
    draw_offs(SMALL, 300, 2015, seed())
    assert (random.random(), np.random.random()) == expected  # noqa: NPY002


def test_seeds_are_restored_after_an_error() -> None:
    random.seed(7)
    with pytest.raises(RuntimeError), seeded(seed()):
        random.random()
        raise RuntimeError
    assert random.random() == random.Random(7).random()


def test_seeds_tell_houses_dwellings_and_purposes_apart() -> None:
    states = {
        tuple(child_seed(*key).generate_state(2))
        for key in [
            (1, "flat", 0, "electricity"),
            (2, "flat", 0, "electricity"),
            (1, "terrace", 0, "electricity"),
            (1, "flat", 1, "electricity"),
            (1, "flat", 0, "hot_water"),
        ]
    }
    assert len(states) == 5


def test_long_draws_at_the_very_end_of_the_year_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenDHW alone runs over the end of the year where a draw begins in its last minutes."""
    last_ten_minutes = np.clip(np.arange(525_600) - 525_590, 0, None) / 9

    def at_the_end(**_: object) -> pd.DataFrame:
        index = pd.date_range("2019-01-01", periods=525_600, freq="60s")
        return pd.DataFrame({"p_norm_integral": last_ten_minutes}, index=index)

    monkeypatch.setattr(OpenDHW, "generate_yearly_probability_profile", at_the_end)
    long = HotWater(
        draws=[DrawCategory(share_of_volume=1, mean_flow_l_per_h=60, duration_minutes=30)]
    )
    drawn = draw_offs(long, 40 * kwh_per_litre(long), 2015, seed()) / kwh_per_litre(long)
    assert drawn.sum() / 60 == pytest.approx(60)  # whole draws of 30 l
    assert np.flatnonzero(drawn)[0] == 525_600 - 60


def test_a_leap_year_ends_as_the_week_before() -> None:
    drawn = draw_offs(SMALL, 1712, 2016, seed()).reshape(366, 1440)
    np.testing.assert_array_equal(drawn[365], drawn[358])
    assert drawn.sum() / 60 == pytest.approx(1712, rel=0.05)


def test_a_house_may_have_no_hot_water() -> None:
    assert not hot_water_year(HotWater(), 0, 20, 2016, seed()).any()


# --------------------------------------------------------------------------- calibration


@given(
    number=st.integers(0, 2**32 - 1),
    share=st.floats(0.01, 0.9),
    factor=st.floats(0.2, 5),
    peak=st.floats(5, 40),
)
def test_any_draws_meet_any_possible_total_and_peak(
    number: int, share: float, factor: float, peak: float
) -> None:
    draw = np.random.default_rng(number)
    power = draw.exponential(5, 1440) * (draw.random(1440) < share)
    power[100] = 1.0
    windows = np.count_nonzero(resample_mean(power, 1, 5))
    total = min(power.sum() / 60 * factor + peak / 12, 0.999 * windows * peak / 12)
    met = meet_total_and_peak(power, total, peak)
    assert met.sum() / 60 == pytest.approx(total, rel=1e-9)
    assert resample_mean(met, 1, 5).max() == pytest.approx(peak, rel=1e-9)
    largest = int(resample_mean(power, 1, 5).argmax())
    np.testing.assert_allclose(met[5 * largest : 5 * largest + 5], peak)
    rest = np.ones(1440, dtype=bool)
    rest[5 * largest : 5 * largest + 5] = False
    assert (met[rest & (power == 0)] == 0).all()


@pytest.mark.parametrize("total", [1.0, 1e6])
def test_a_total_that_contradicts_the_peak_is_refused(total: float) -> None:
    power = np.zeros(1440)
    power[::7] = 4.0
    with pytest.raises(ConfigError, match=r"houses\.x: annual_hot_water_kwh .* contradict"):
        meet_total_and_peak(power, total, 30.0, "houses.x")


# ------------------------------------------------------------------------------- others


def test_the_default_resembles_dhwcalc() -> None:
    """200 l a day against DHWcalc's own year: draws a day, flows, hours of the day."""
    if not REFERENCE.is_file():
        pytest.skip("the reference year is not here")
    theirs = np.loadtxt(REFERENCE)
    litres = theirs.sum() / 60
    hot_water = HotWater()
    ours = draw_offs(hot_water, litres * kwh_per_litre(hot_water), 2015, seed())
    ours = ours / kwh_per_litre(hot_water)
    assert ours.sum() == pytest.approx(theirs.sum(), rel=0.02)
    assert draw_offs_per_day(ours) == pytest.approx(draw_offs_per_day(theirs), rel=0.15)
    for limit in (300, 450, 700):
        share, reference = (flow[flow > limit].sum() / flow.sum() for flow in (ours, theirs))
        assert share == pytest.approx(reference, abs=0.08)
    hours = [flow.reshape(365, 24, 60).sum(axis=(0, 2)) for flow in (ours, theirs)]
    assert np.corrcoef(*hours)[0, 1] > 0.8


def test_importing_is_cheap_and_needs_no_display() -> None:
    code = (
        "import sys, microchp.demand.build\n"
        "print([m for m in ('OpenDHW', 'matplotlib', 'tkinter', 'richardsonpy', 'pvlib') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "DISPLAY": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
