"""Time axes and resampling."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from microchp.files import write_netcdf
from microchp.series.timeseries import (
    QUANTITIES,
    day_slice,
    days_in_year,
    peak_loss_table,
    repeat_to,
    resample_dataset,
    resample_demand,
    resample_mean,
    step_minutes_of,
    time_axis,
)

STEPS = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60]
PAIRS = [(a, b) for a in STEPS for b in STEPS if b % a == 0]


def demand(year: int = 2015, step: int = 1, dwellings: int = 2, days: int = 3) -> xr.Dataset:
    time = time_axis(year, step)[: days * 1440 // step]
    draw = np.random.default_rng(1)
    return xr.Dataset(
        {
            name: (
                ("dwelling", "time"),
                draw.exponential(1.0, (dwellings, len(time))),
                {"units": "kW", "long_name": name},
            )
            for name in QUANTITIES
        },
        coords={"dwelling": np.arange(dwellings), "time": time},
        attrs={"house": "cottage", "source": "test", "step_minutes": step, "seed": 1},
    )


@pytest.mark.parametrize(("year", "days"), [(2015, 365), (2016, 366), (2000, 366), (1900, 365)])
def test_a_year_has_all_its_days_and_no_clock_change(year: int, days: int) -> None:
    axis = time_axis(year)
    assert days_in_year(year) == days
    assert len(axis) == days * 1440
    assert axis[0] == pd.Timestamp(year=year, month=1, day=1)
    assert axis[-1] == pd.Timestamp(year=year, month=12, day=31, hour=23, minute=59)
    assert axis.tz is None
    assert set(np.diff(axis)) == {np.timedelta64(1, "m")}


def test_a_step_must_divide_a_day() -> None:
    with pytest.raises(ValueError, match="7 min does not divide a day"):
        time_axis(2015, 7)


@given(
    pair=st.sampled_from(PAIRS),
    hours=st.integers(1, 12),
    data=st.data(),
)
def test_resampling_conserves_energy(
    pair: tuple[int, int], hours: int, data: st.DataObject
) -> None:
    step, target = pair
    power = data.draw(
        arrays(np.float64, (2, hours * 60 // step), elements=st.floats(0, 1e4, width=64))
    )
    means = resample_mean(power, step, target)
    before, after = power.sum(axis=-1) * step, means.sum(axis=-1) * target
    assert after == pytest.approx(before, rel=1e-9, abs=1e-300)
    assert (means.max(axis=-1) <= power.max(axis=-1) * (1 + 1e-12)).all()
    assert means.shape == (2, hours * 60 // target)


@given(pair=st.sampled_from(PAIRS), power=arrays(np.float64, 24, elements=st.floats(0, 50)))
def test_repeating_and_averaging_undo_each_other(pair: tuple[int, int], power: np.ndarray) -> None:
    fine, coarse = pair
    assert resample_mean(repeat_to(power, coarse, fine), fine, coarse) == pytest.approx(power)


@pytest.mark.parametrize(("step", "target", "n"), [(2, 5, 60), (10, 5, 60), (1, 60, 90)])
def test_resampling_refuses_what_does_not_divide(step: int, target: int, n: int) -> None:
    with pytest.raises(ValueError, match=r"divide|fill"):
        resample_mean(np.ones(n), step, target)


def test_a_dataset_keeps_its_attributes_when_resampled() -> None:
    coarse = resample_dataset(demand(), 15)
    assert coarse.attrs == {"house": "cottage", "source": "test", "step_minutes": 15, "seed": 1}
    assert step_minutes_of(coarse) == 15
    assert coarse["hot_water_kw"].attrs == {"units": "kW", "long_name": "hot_water_kw"}
    first = demand()["hot_water_kw"].isel(dwelling=1, time=slice(15, 30)).mean()
    assert coarse["hot_water_kw"].sel(dwelling=1, time="2015-01-01T00:15").item() == pytest.approx(
        first.item()
    )


def test_day_and_slice_are_the_same_values_folded() -> None:
    leap = demand(year=2016, step=60, days=366)
    folded = day_slice(leap)
    assert folded["electricity_kw"].dims == ("dwelling", "day", "slice")
    assert folded.sizes["day"] == 366
    assert folded.sizes["slice"] == 24
    assert list(folded["minute"].to_numpy()[:3]) == [0, 60, 120]
    value = leap["electricity_kw"].sel(dwelling=1, time="2016-02-29T13:00").item()
    assert folded["electricity_kw"].sel(dwelling=1, day="2016-02-29", slice=13).item() == value
    again = folded["hot_water_kw"].to_numpy().reshape(2, -1)
    np.testing.assert_array_equal(again, leap["hot_water_kw"].to_numpy())


def test_half_days_cannot_be_folded() -> None:
    with pytest.raises(ValueError, match="whole days"):
        day_slice(demand().isel(time=slice(0, 2000)))


def test_an_irregular_step_is_refused() -> None:
    with pytest.raises(ValueError, match="whole number of minutes apart"):
        step_minutes_of(demand().isel(time=[0, 1, 3]))


def test_the_peak_loss_is_what_averaging_hides() -> None:
    fine = demand(dwellings=1, days=1)
    power = np.zeros((1, 1440))
    power[0, 12] = 10.0  # alone in its five minutes
    fine["hot_water_kw"][:] = power
    row = peak_loss_table(fine, resample_dataset(fine, 5)).set_index("quantity").loc["hot_water_kw"]
    assert row["peak_before_kw"] == 10
    assert row["peak_after_kw"] == pytest.approx(2)
    assert row["peak_loss_share"] == pytest.approx(0.8)
    assert row["energy_before_kwh"] == pytest.approx(10 / 60)
    assert row["energy_after_kwh"] == pytest.approx(10 / 60)


def test_the_job_writes_both_files(tmp_path) -> None:  # type: ignore[no-untyped-def]
    write_netcdf(demand(), tmp_path / "fine.nc")
    resample_demand(
        demand_path=tmp_path / "fine.nc",
        resampled_path=tmp_path / "coarse.nc",
        loss_path=tmp_path / "loss.csv",
        resolution_minutes=30,
    )
    coarse = xr.load_dataset(tmp_path / "coarse.nc")
    losses = pd.read_csv(tmp_path / "loss.csv")
    assert coarse["time"].size == 3 * 48
    assert coarse["electricity_kw"].attrs["units"] == "kW"
    assert list(losses.columns[:4]) == ["house", "dwelling", "quantity", "resolution_minutes"]
    assert len(losses) == 2 * len(QUANTITIES)
    np.testing.assert_allclose(losses["energy_after_kwh"], losses["energy_before_kwh"], rtol=1e-9)
