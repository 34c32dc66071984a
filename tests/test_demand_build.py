"""The job that builds demand: built-in, VDI 4655 and files; electricity; quality; figure."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure

from microchp.config import Demand, Diversity, House, Pv, Weather
from microchp.demand.build import build_demand
from microchp.demand.builtin import dwelling_variation
from microchp.demand.photovoltaics import pv_yield_kw_per_kwp
from microchp.demand.quality import join_quality
from microchp.demand.weather import load_weather
from microchp.errors import ConfigError
from microchp.report.calibration import draw_days, plot_calibration
from microchp.series.timeseries import (
    QUANTITIES,
    WEATHER,
    day_slice,
    resample_demand,
    resample_mean,
    time_axis,
)

LEAP = 2016

COTTAGE = House.model_validate(
    {
        "annual_space_heating_kwh": 9904,
        "annual_hot_water_kwh": 1712,
        "annual_electricity_kwh": 5000,
        "peak_space_heating_kw": 7.65,
        "peak_hot_water_kw": 27.2,
        "occupants": 2,
        "electricity": {"constant_share": 0.2},
        "hot_water": {
            "draws": [
                {
                    "share_of_volume": 1,
                    "mean_flow_l_per_h": 277,
                    "duration_minutes": 1,
                    "sizes": "exponential",
                }
            ]
        },
    }
)

WITHOUT_APPLIANCES = COTTAGE.model_copy(
    update={"electricity": COTTAGE.electricity.model_copy(update={"constant_share": 1.0})}
)
"""The same house, all its electricity constant: built in a second."""


def build(directory: Path, name: str = "cottage", **changes: Any) -> tuple[xr.Dataset, dict]:  # type: ignore[type-arg]
    paths = {
        "demand_path": directory / f"{name}.nc",
        "quality_path": directory / f"{name}_quality.json",
    }
    settings: dict[str, Any] = {
        "house_name": "cottage",
        "house": COTTAGE,
        "demand": Demand(),
        "pv": Pv(),
        "year": LEAP,
        "dwellings": 1,
        "seed": 1,
    }
    build_demand(**paths, **(settings | changes))
    quality = json.loads(paths["quality_path"].read_text(encoding="utf-8"))
    return xr.load_dataset(paths["demand_path"]), quality


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, xr.Dataset, dict]:  # type: ignore[type-arg]
    """Two dwellings of a leap year, with everything stochastic."""
    directory = tmp_path_factory.mktemp("pair")
    return (directory, *build(directory, dwellings=2))


def test_the_file_is_as_agreed(pair) -> None:  # type: ignore[no-untyped-def]
    _, demand, _ = pair
    assert demand.sizes == {"dwelling": 2, "time": 366 * 1440}
    assert demand.attrs == {
        "house": "cottage",
        "source": "builtin",
        "step_minutes": 1,
        "seed": 1,
        "weather": "DWD test reference year 2010, region 5 (demandlib)",
    }
    pd.testing.assert_index_equal(
        pd.DatetimeIndex(demand["time"].to_numpy()), time_axis(LEAP), check_names=False
    )
    for quantity in QUANTITIES:
        assert demand[quantity].dtype == np.float64
        assert demand[quantity].attrs["units"] == "kW"
        assert float(demand[quantity].min()) >= 0
        assert np.isfinite(demand[quantity].to_numpy()).all()


def test_totals_and_peaks_of_the_first_dwelling_are_met(pair) -> None:  # type: ignore[no-untyped-def]
    _, demand, quality = pair
    first = demand.isel(dwelling=0)
    asked = {"space_heating_kw": 9904, "hot_water_kw": 1712, "electricity_kw": 5000}
    for quantity, total in asked.items():
        assert float(first[quantity].sum()) / 60 == pytest.approx(total, rel=0.01)
    for quantity, peak in {"space_heating_kw": 7.65, "hot_water_kw": 27.2}.items():
        fives = resample_mean(first[quantity].to_numpy(), 1, 5)
        assert fives.max() == pytest.approx(peak, rel=0.05)
    rows = {(row["dwelling"], row["quantity"]): row for row in quality["quantities"]}
    assert len(rows) == 6
    heating = rows[0, "space_heating_kw"]
    assert heating["annual_asked_kwh"] == 9904
    assert heating["annual_reached_kwh"] == pytest.approx(
        float(first["space_heating_kw"].sum()) / 60
    )
    assert abs(heating["annual_deviation_share"]) < 0.01
    assert rows[0, "electricity_kw"]["peak_5min_asked_kw"] is None
    assert quality["warnings"] == []


def test_electricity_follows_the_household(pair) -> None:  # type: ignore[no-untyped-def]
    _, demand, _ = pair
    power = demand["electricity_kw"].isel(dwelling=0).to_numpy()
    constant = 0.2 * 5000 / (366 * 24)
    assert power.min() >= constant - 1e-12
    by_hour = power.reshape(366, 24, 60).mean(axis=(0, 2))
    assert by_hour[17:22].mean() > 1.5 * by_hour[2:5].mean()
    days = power.reshape(366, 1440)
    assert len(np.unique(days.round(6), axis=0)) == 366


def test_dwellings_made_in_parts_are_those_made_in_one(tmp_path: Path) -> None:
    house = {"house": WITHOUT_APPLIANCES}
    demand, _ = build(tmp_path, "whole", dwellings=3, **house)
    parts = [
        build(tmp_path, f"part{first}", dwellings=count, first_dwelling=first, **house)[0]
        for first, count in ((0, 2), (2, 1))
    ]
    xr.testing.assert_identical(parts[0], demand.isel(dwelling=slice(0, 2)))
    xr.testing.assert_identical(parts[1], demand.isel(dwelling=[2]))
    join_quality(
        quality_paths=[tmp_path / "part0_quality.json", tmp_path / "part2_quality.json"],
        joined_path=tmp_path / "joined.json",
    )
    joined = (tmp_path / "joined.json").read_text(encoding="utf-8")
    assert joined == (tmp_path / "whole_quality.json").read_text(encoding="utf-8")


def test_dwellings_differ(pair) -> None:  # type: ignore[no-untyped-def]
    _, demand, quality = pair
    first, second = demand.isel(dwelling=0), demand.isel(dwelling=1)
    for quantity in QUANTITIES:
        a, b = first[quantity].to_numpy(), second[quantity].to_numpy()
        assert np.corrcoef(a, b)[0, 1] < 0.95
        assert a.sum() != pytest.approx(b.sum(), rel=1e-3)
    rows = [row for row in quality["quantities"] if row["dwelling"] == 1]
    for row in rows:
        assert abs(row["annual_deviation_share"]) < 0.01
    assert quality["facts"][0]["schedule_shift_minutes"] == 0
    shift = quality["facts"][1]["schedule_shift_minutes"]
    assert 0 < abs(shift) <= 60


def test_a_dwelling_is_the_same_in_any_group(pair) -> None:  # type: ignore[no-untyped-def]
    """The same seed gives the same bytes, and a second dwelling changes nothing of the first."""
    directory, demand, _ = pair
    alone, _ = build(directory, "alone")
    for quantity in QUANTITIES:
        ours = alone[quantity].isel(dwelling=0).to_numpy()
        assert ours.tobytes() == demand[quantity].isel(dwelling=0).to_numpy().tobytes()


def test_the_figure_shows_the_house(pair, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    directory, _, _ = pair
    plot_calibration(
        demand_path=directory / "cottage.nc",
        quality_path=directory / "cottage_quality.json",
        svg_path=tmp_path / "figure.svg",
        pdf_path=tmp_path / "figure.pdf",
        house="cottage",
    )
    drawing = (tmp_path / "figure.svg").read_text(encoding="utf-8")
    for text in ("Cottage", "9,904", "27.20", "Hours of the year", "Summer: Fri 15 Jul"):
        assert text in drawing
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")


def test_the_day_of_highest_power_fits_the_figure() -> None:
    """The three days share their axis; the last is the highest here."""
    times = pd.date_range("2015-01-01", periods=365 * 1440, freq="1min")
    power = np.where(times.month == 7, 9.0, 1.0)
    demand = xr.Dataset({name: ("time", power) for name in QUANTITIES}, coords={"time": times})
    fig = Figure()
    draw_days(fig, demand)
    for ax in fig.axes:
        assert ax.get_ylim()[0] == 0
        assert ax.get_ylim()[1] >= 9


# ------------------------------------------------------------------------------ diversity


def test_dwellings_vary_about_the_house() -> None:
    diversity = Diversity(annual_deviation_share=0.3, schedule_shift_minutes=45)
    drawn = [dwelling_variation(diversity, 1, "cottage", k) for k in range(1, 2001)]
    factors = np.array([[v.factors[q] for q in QUANTITIES] for v in drawn])
    np.testing.assert_allclose(factors.mean(axis=0), 1, atol=0.03)
    np.testing.assert_allclose(factors.std(axis=0), 0.3, atol=0.03)
    assert np.abs(np.corrcoef(factors.T) - np.eye(3)).max() < 0.1
    shifts = {v.shift_minutes for v in drawn}
    assert min(shifts) == -45
    assert max(shifts) == 45


def test_no_diversity_gives_every_dwelling_the_same_totals(tmp_path: Path) -> None:
    still = Demand(diversity=Diversity(annual_deviation_share=0, schedule_shift_minutes=0))
    demand, _ = build(tmp_path, house=WITHOUT_APPLIANCES, demand=still, dwellings=2)
    totals = demand.sum("time") / 60
    for quantity in QUANTITIES:
        assert totals[quantity].to_numpy() == pytest.approx(totals[quantity][0].item(), rel=1e-6)
    draws = demand["hot_water_kw"].to_numpy()
    assert not np.array_equal(draws[0], draws[1])


def test_a_missed_peak_is_told(tmp_path: Path) -> None:
    """Heated day and night with much power to spare: the peak is never needed."""
    always = WITHOUT_APPLIANCES.model_copy(
        update={
            "peak_space_heating_kw": 60.0,
            "heating": COTTAGE.heating.model_copy(update={"set_back_c": 21.0}),
        }
    )
    _, quality = build(tmp_path, house=always)
    (warning,) = quality["warnings"]
    assert warning.startswith("dwelling 0, space_heating_kw: 5-min peak ")
    assert "instead of 60.00 kW" in warning


# -------------------------------------------------------------------------------- weather


@pytest.mark.parametrize("source", ["builtin", "vdi4655", "file"])
def test_the_weather_goes_with_the_demand_of_every_source(tmp_path: Path, source: str) -> None:
    write_file(tmp_path / "own.csv", LEAP)
    files = {"cottage": str(tmp_path / "own.csv")} if source == "file" else {}
    demand, _ = build(
        tmp_path,
        house=WITHOUT_APPLIANCES,
        demand=Demand.model_validate({"source": source, "files": files}),
        dwellings=1 if source == "file" else 2,
        pv=Pv(azimuth_degrees=90, tilt_degrees=60),
    )
    weather = load_weather(Weather(), LEAP)
    assert demand.attrs["weather"] == weather.source
    for name, unit in zip(WEATHER, ("degC", "kW/kWp"), strict=True):
        assert demand[name].dims == ("time",)
        assert demand[name].attrs["units"] == unit
        assert np.isfinite(demand[name].to_numpy()).all()
    np.testing.assert_array_equal(demand["outdoor_temperature_c"], weather.outdoor_c_by_minute())
    east = pv_yield_kw_per_kwp(weather, Pv(azimuth_degrees=90, tilt_degrees=60))
    np.testing.assert_array_equal(demand["pv_yield_kw_per_kwp"], east)


def test_a_longer_step_keeps_the_weather_and_its_means(tmp_path: Path) -> None:
    demand, _ = build(tmp_path, house=WITHOUT_APPLIANCES, dwellings=2)
    resample_demand(
        demand_path=tmp_path / "cottage.nc",
        resampled_path=tmp_path / "cottage_30min.nc",
        loss_path=tmp_path / "loss.csv",
        resolution_minutes=30,
    )
    coarse = xr.load_dataset(tmp_path / "cottage_30min.nc")
    for name in WEATHER:
        assert coarse[name].dims == ("time",)
        assert coarse[name].attrs == demand[name].attrs
        np.testing.assert_allclose(
            coarse[name], demand[name].to_numpy().reshape(-1, 30).mean(axis=1), rtol=1e-12
        )
    assert set(coarse.data_vars) == {*QUANTITIES, *WEATHER}
    assert set(pd.read_csv(tmp_path / "loss.csv")["quantity"]) == set(QUANTITIES)
    # readers of the demand by day and slice take it as it comes
    assert day_slice(coarse)["outdoor_temperature_c"].shape == (366, 48)


# ------------------------------------------------------------------------------- VDI 4655


@pytest.mark.parametrize("year", [2015, LEAP])
def test_reference_days_meet_the_totals(tmp_path: Path, year: int) -> None:
    demand, quality = build(tmp_path, demand=Demand(source="vdi4655"), year=year, dwellings=2)
    days = 366 if year == LEAP else 365
    assert demand.sizes["time"] == days * 1440
    totals = demand.isel(dwelling=0).sum("time") / 60
    assert float(totals["space_heating_kw"]) == pytest.approx(9904, rel=1e-9)
    assert float(totals["hot_water_kw"]) == pytest.approx(1712, rel=1e-9)
    assert float(totals["electricity_kw"]) == pytest.approx(5000, rel=1e-9)
    # ten kinds of day at most, and a Sunday is not a working day
    power = demand["electricity_kw"].isel(dwelling=0).to_numpy().reshape(days, 1440)
    assert len(np.unique((power / power.sum(axis=1, keepdims=True)).round(9), axis=0)) <= 10
    axis = time_axis(year, 1440)
    winter = axis.month.isin([1, 12])
    noon = power[:, 11 * 60 : 13 * 60].sum(axis=1)
    assert not np.isclose(
        noon[winter & (axis.dayofweek == 6)].mean(), noon[winter & (axis.dayofweek == 2)].mean()
    )
    assert {row["peak_5min_asked_kw"] for row in quality["quantities"]} == {None}
    first, second = (demand["hot_water_kw"].isel(dwelling=k).to_numpy() for k in (0, 1))
    assert not np.array_equal(first, second)


def test_reference_days_need_a_house(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"houses\.cottage: not in the catalogue"):
        build(tmp_path, house=None, demand=Demand(source="vdi4655"))


# ---------------------------------------------------------------------------------- files


def write_file(
    path: Path, year: int, step: int = 15, columns: tuple[str, ...] = QUANTITIES
) -> None:
    axis = time_axis(year, step)
    draw = np.random.default_rng(3)
    table = pd.DataFrame({"time": axis.strftime("%Y-%m-%dT%H:%M")})
    for column in columns:
        table[column] = draw.exponential(1.0, len(axis)).round(3)
    table.to_csv(path, index=False)


def test_a_whole_file_needs_no_house(tmp_path: Path) -> None:
    write_file(tmp_path / "own.csv", LEAP)
    given = pd.read_csv(tmp_path / "own.csv")
    demand, quality = build(
        tmp_path,
        house=None,
        demand=Demand(source="file", files={"cottage": str(tmp_path / "own.csv")}),
    )
    assert demand.attrs["source"] == "file"
    for quantity in QUANTITIES:
        np.testing.assert_allclose(
            resample_mean(demand[quantity].isel(dwelling=0).to_numpy(), 1, 15), given[quantity]
        )
    assert {row["source"] for row in quality["quantities"]} == {"file"}
    assert quality["file"]["step_minutes"] == 15


def test_what_a_file_leaves_out_is_synthesised_and_told(tmp_path: Path) -> None:
    write_file(tmp_path / "own.csv", LEAP, columns=("electricity_kw",))
    files = Demand(source="file", files={"cottage": str(tmp_path / "own.csv")})
    demand, quality = build(tmp_path, demand=files)
    assert float(demand["space_heating_kw"].sum()) / 60 == pytest.approx(9904, rel=0.01)
    assert float(demand["hot_water_kw"].sum()) / 60 == pytest.approx(1712, rel=0.01)
    sources = {row["quantity"]: row["source"] for row in quality["quantities"]}
    assert sources["electricity_kw"] == "file"
    assert sources["space_heating_kw"].startswith("builtin: 2R2C")
    assert any("synthesised for the built-in house 'cottage'" in w for w in quality["notes"])


def test_measured_electricity_warms_the_rooms(tmp_path: Path) -> None:
    """A hot-running house needs a leakier envelope for the same total."""
    leaks = []
    for power in (0.1, 2.0):
        axis = time_axis(LEAP, 60)
        pd.DataFrame({"time": axis.astype(str), "electricity_kw": power}).to_csv(
            tmp_path / "own.csv", index=False
        )
        files = Demand(source="file", files={"cottage": str(tmp_path / "own.csv")})
        _, quality = build(tmp_path, demand=files)
        leaks.append(quality["facts"][0]["envelope_kw_per_k"])
    assert leaks[1] > 1.2 * leaks[0]
