"""Demand files as people have them: understood, or refused with what they look like."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from microchp.config import DemandFile, FilePolicy, House, load_config
from microchp.config.notes import demand_notes
from microchp.demand.heat_split import split_heat
from microchp.demand.heating import calibrated_year
from microchp.demand.measured import CheckedFile, check_demand_file, validate_demand_files
from microchp.demand.survey import Survey, layout_yaml, survey
from microchp.demand.units import unit_in_name
from microchp.demand.weather import load_weather
from microchp.errors import ConfigError, DataError
from microchp.series.timeseries import MINUTES_PER_DAY, time_axis

ROOT = Path(__file__).parents[1]
YEAR = 2015
KWH = 2810.0
REST = {"none": ["space_heating_kw", "hot_water_kw"]}
"""What a file of electricity alone says of the rest."""


def electricity(step: int = 30, year: int = YEAR, annual_kwh: float = KWH) -> pd.Series:
    """A household's mean power (kW) over a year: a base load, evenings, and short peaks."""
    axis = time_axis(year, step)
    draw = np.random.default_rng(7)
    hour = axis.hour.to_numpy() + axis.minute.to_numpy() / 60
    shape = 0.25 + 0.9 * np.exp(-(((hour - 18) / 2.5) ** 2)) + 0.3 * np.exp(-((hour - 8) ** 2))
    shape = shape * draw.lognormal(0.0, 0.7 * (30 / step) ** 0.15, len(axis)).clip(0, 9)
    return pd.Series(shape * (annual_kwh / (shape.mean() * 24 * len(axis) * step / 1440)), axis)


def rows(series: pd.Series, column: str = "electricity_kw", digits: int = 6) -> pd.DataFrame:
    stamps = pd.DatetimeIndex(series.index).strftime("%Y-%m-%dT%H:%M")
    return pd.DataFrame({"time": stamps, column: series.round(digits).to_numpy()})


def check(
    path: Path, layout: dict[str, Any] | None = None, house: House | None = None, **policy: Any
) -> CheckedFile:
    file = DemandFile.model_validate({"path": str(path), **REST, **(layout or {})})
    return check_demand_file([file], YEAR, FilePolicy(**policy), "cottage", house=house)


def written(path: Path, data: pd.DataFrame, **options: Any) -> Path:
    data.to_csv(path, index=False, **options)
    return path


def power(checked: CheckedFile, step: int = 30, name: str = "electricity_kw") -> np.ndarray:
    assert checked.problems == []
    assert checked.demand is not None
    return checked.demand.dwellings[0][name][::step]


def the_problem(checked: CheckedFile) -> str:
    assert len(checked.problems) == 1, checked.problems
    return checked.problems[0]


def told(checked: CheckedFile, words: str) -> str:
    assert checked.demand is not None, checked.problems
    all_told = [*checked.demand.warnings, *checked.demand.notes]
    found = [sentence for sentence in all_told if words in sentence]
    assert len(found) == 1, all_told
    return found[0]


# ------------------------------------------------------------------------------- clock


@pytest.mark.parametrize("offset", ["+01:00", "+0100", "+01", "-05:30", "Z"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_fixed_offset_keeps_its_clock(tmp_path: Path, offset: str, kind: str) -> None:
    """A peak at 18:00 of the file's own clock stands at 18:00, in CSV as in Parquet."""
    base = pd.Series(0.3, time_axis(YEAR, 60))
    base[base.index.hour == 18] = 2.0
    data = rows(base).assign(time=lambda table: table["time"] + offset)
    if kind == "parquet":
        path = tmp_path / "offset.parquet"
        stamps = pd.to_datetime(data["time"], format="ISO8601")
        data.assign(time=stamps).to_parquet(path)
    else:
        path = written(tmp_path / "offset.csv", data)
    np.testing.assert_allclose(power(check(path), 60), base)


def test_an_offset_that_changes_with_the_season(tmp_path: Path) -> None:
    series = electricity(60)
    utc = series.index.tz_localize("Etc/GMT-1")
    stamps = [stamp.isoformat() for stamp in utc.tz_convert("Europe/Berlin")]
    assert {stamp[-6:] for stamp in stamps} == {"+01:00", "+02:00"}
    path = written(tmp_path / "offset.csv", rows(series).assign(time=stamps))
    np.testing.assert_allclose(power(check(path), 60), series, atol=1e-6)


@pytest.mark.parametrize("form", ["seconds", "milliseconds", "hours", "excel_days"])
def test_numbers_as_time(tmp_path: Path, form: str) -> None:
    series = electricity(60)
    since = (series.index - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(seconds=1)
    days = (series.index - pd.Timestamp(1899, 12, 30)) / pd.Timedelta(days=1)
    time = {
        "seconds": since.astype(int),
        "milliseconds": (since * 1000).astype(int),
        "hours": np.arange(8760),
        "excel_days": days,
    }[form]
    path = written(tmp_path / "numbers.csv", rows(series).assign(time=time))
    np.testing.assert_allclose(power(check(path), 60), series, atol=1e-6)


def test_other_numbers_are_no_time(tmp_path: Path) -> None:
    path = written(tmp_path / "n.csv", rows(electricity(60)).assign(time=np.arange(8760) + 500_000))
    assert "numbers from 500000 to 508759" in the_problem(check(path))


@pytest.mark.parametrize("midnight", ["24:00", "00:00"])
def test_ends_of_steps_are_told_and_understood(tmp_path: Path, midnight: str) -> None:
    series = electricity(30)
    ends = series.index + pd.Timedelta(minutes=30)
    stamps = ends.strftime("%Y-%m-%d %H:%M").to_series()
    if midnight == "24:00":
        days = (ends - pd.Timedelta(minutes=1)).strftime("%Y-%m-%d 24:00")
        stamps = stamps.where(ends.strftime("%H:%M") != "00:00", days)
    path = written(tmp_path / "ends.csv", rows(series).assign(time=stamps.to_numpy()))
    problem = the_problem(check(path))
    assert "looks like the ends of the steps" in problem
    assert "set stamps: end" in problem
    checked = check(path, {"stamps": "end"})
    np.testing.assert_allclose(power(checked), series, atol=1e-6)
    assert checked.demand is not None
    assert checked.demand.warnings == []
    late = power(check(path, {"stamps": "start"}))
    np.testing.assert_allclose(late[1:], series[:-1], atol=1e-6)


@pytest.mark.parametrize(
    ("name", "stamps", "other"),
    [
        ("Start", "end", "start"),
        ("Interval from", "end", "start"),
        ("EndTime", "start", "end"),
        ("period_to", None, "end"),
        ("End", "end", None),
        ("start", None, None),
        ("Start to end", "end", None),
        ("When", "end", None),
    ],
)
def test_a_name_that_contradicts_stamps_is_told(
    tmp_path: Path, name: str, stamps: str | None, other: str | None
) -> None:
    series = electricity(30)
    table = rows(series).rename(columns={"time": name})
    layout = {"columns": {"time": name, "electricity_kw": "electricity_kw"}}
    checked = check(written(tmp_path / "a.csv", table), layout | {"stamps": stamps})
    # off by a step, it lacks one, which is filled
    assert checked.demand is not None
    told = [note for note in checked.demand.notes if "off by a step" in note]
    assert len(told) == (other is not None)
    assert all(f"'{name}' sounds like the {other} of a step" in note for note in told)
    assert all(f"set stamps: {other}" in note for note in told)


def test_ends_of_steps_in_clock_time(tmp_path: Path) -> None:
    series = electricity(30)
    ends = series.index + pd.Timedelta(minutes=30)
    clock = ends.tz_localize("UTC").tz_convert("Europe/London").strftime("%d/%m/%Y %H:%M")
    path = written(tmp_path / "ends.csv", rows(series).assign(time=clock))
    layout = {"stamps": "end", "timezone": "Europe/London", "date_format": "%d/%m/%Y %H:%M"}
    np.testing.assert_allclose(power(check(path, layout)), series, atol=1e-6)


def test_a_usual_date_format_is_recognised(tmp_path: Path) -> None:
    series = electricity(60)
    stamps = series.index.strftime("%d/%m/%Y %H:%M")
    path = written(tmp_path / "dates.csv", rows(series).assign(time=stamps))
    assert "these have date_format: '%d/%m/%Y %H:%M'" in the_problem(check(path))
    stated = check(path, {"date_format": "%d/%m/%Y %H:%M"})
    np.testing.assert_allclose(power(stated, 60), series, atol=1e-6)


@pytest.mark.parametrize("order", ["backwards", "shuffled"])
def test_rows_may_be_in_any_order(tmp_path: Path, order: str) -> None:
    series = electricity(60)
    data = rows(series)
    data = data[::-1] if order == "backwards" else data.sample(frac=1, random_state=1)
    np.testing.assert_allclose(
        power(check(written(tmp_path / "o.csv", data)), 60), series, atol=1e-6
    )


def test_clock_time_newest_first(tmp_path: Path) -> None:
    series = electricity(30)
    clock = series.index.tz_localize("UTC").tz_convert("Europe/London")
    data = rows(series).assign(time=clock.strftime("%Y-%m-%d %H:%M"))[::-1]
    checked = check(written(tmp_path / "o.csv", data), {"timezone": "Europe/London"})
    np.testing.assert_allclose(power(checked), series, atol=1e-6)


def test_identical_rows_are_dropped_and_counted(tmp_path: Path) -> None:
    series = electricity(60)
    data = rows(series)
    path = written(tmp_path / "twice.csv", pd.concat([data, data.iloc[100:130]]))
    checked = check(path)
    np.testing.assert_allclose(power(checked, 60), series, atol=1e-6)
    assert "30 rows left out, with the same time" in told(checked, "as another")
    assert "row 8762" in told(checked, "as another")


def test_rows_outside_the_year_may_hold_anything(tmp_path: Path) -> None:
    series = electricity(60)
    other = pd.DataFrame(
        {
            "time": ["2014-12-31T22:00", "2016-01-01T00:00", "9999-12-31T00:00"],
            "electricity_kw": ["offline", "-999", "50000"],
        }
    )
    path = written(tmp_path / "more.csv", pd.concat([rows(series), other]))
    np.testing.assert_allclose(power(check(path), 60), series, atol=1e-6)
    data = rows(series).astype({"electricity_kw": object})
    data.loc[5, "electricity_kw"] = "offline"
    path = written(tmp_path / "inside.csv", data)
    assert "not a number: 1, at row 7 ('offline')" in the_problem(check(path))


@pytest.mark.parametrize(
    ("first", "year"), [("2014-07-01", 2015), ("2015-04-15", 2015), ("2014-10-01", 2015)]
)
def test_twelve_months_are_rolled_and_keep_their_weekdays(
    tmp_path: Path, first: str, year: int
) -> None:
    axis = pd.date_range(first, periods=365 * 24, freq="h")
    values = pd.Series(0.2 + axis.dayofweek * 0.1 + axis.hour * 0.01, axis)
    checked = check(written(tmp_path / "months.csv", rows(values)))
    expected = time_axis(year, 60)
    np.testing.assert_allclose(
        power(checked, 60), 0.2 + expected.dayofweek * 0.1 + expected.hour * 0.01, atol=1e-6
    )
    assert "laid over 2015 by whole weeks, in standard time" in told(checked, "laid over")


def test_twelve_months_in_clock_time_are_rolled_in_standard_time(tmp_path: Path) -> None:
    axis = pd.date_range("2014-07-01", periods=365 * 24, freq="h")
    values = pd.Series(0.2 + axis.dayofweek * 0.1 + axis.hour * 0.01, axis)
    clock = axis.tz_localize("Etc/GMT").tz_convert("Europe/London").strftime("%Y-%m-%d %H:%M")
    path = written(tmp_path / "months.csv", rows(values).assign(time=clock))
    checked = check(path, {"timezone": "Europe/London"})
    expected = time_axis(YEAR, 60)
    # the first hour of British Summer Time in July is the last of June in standard time
    got, wanted = power(checked, 60), 0.2 + expected.dayofweek * 0.1 + expected.hour * 0.01
    np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_eleven_months_are_no_year(tmp_path: Path) -> None:
    axis = pd.date_range("2014-08-01", periods=330 * 24, freq="h")
    problems = check(written(tmp_path / "m.csv", rows(pd.Series(0.3, axis)))).problems
    assert any("the year is not covered" in problem for problem in problems)


# ------------------------------------------------------------------------------- units


@pytest.mark.parametrize(
    ("step", "factor", "unit"),
    [
        (15, 1 / 4, "kWh"),
        (5, 1 / 12, "kWh"),
        (10, 1000 / 6, "Wh"),
        (60, 1000, "W"),
        (1, 1000, "W"),
    ],
)
def test_another_unit_is_recognised_named_and_may_be_stated(
    tmp_path: Path, step: int, factor: float, unit: str
) -> None:
    series = electricity(step)
    path = written(tmp_path / "unit.csv", rows(series * factor))
    problem = the_problem(check(path))
    assert f"that looks like {unit} (" in problem
    assert "2,810 kWh a year)" in problem
    assert f"Set unit: {unit} for this file" in problem
    stated = check(path, {"unit": unit})
    np.testing.assert_allclose(power(stated, step), series, rtol=1e-3, atol=2e-5)


def test_half_hourly_energy_is_told_as_it_may_be_power(tmp_path: Path) -> None:
    path = written(tmp_path / "kwh.csv", rows(electricity(30) / 2))
    checked = check(path)
    warning = told(checked, "that looks like kWh")
    assert "1,405 kWh a year as mean power in kW" in warning
    assert "kWh (energy in each step in kWh; 2,810 kWh a year)" in warning
    settled = check(path, {"unit": "kW"})
    assert settled.demand is not None
    assert settled.demand.warnings == []
    assert check(path, {"unit": {"electricity_kw": "kWh"}}).demand is not None


def test_watts_of_a_small_flat_and_of_hot_water(tmp_path: Path) -> None:
    flat = written(tmp_path / "flat.csv", rows(electricity(60, annual_kwh=745) * 1000))
    assert "that looks like W (power in W; 745 kWh a year)" in the_problem(check(flat))
    axis = time_axis(YEAR, 60)
    water = pd.Series(np.where(np.isin(axis.hour, (7, 21)), 1020.0, 0.0), axis)
    path = written(tmp_path / "water.csv", rows(water, "hot_water_kw"))
    problem = the_problem(check(path, {"none": ["space_heating_kw", "electricity_kw"]}))
    assert "that looks like W (power in W; 745 kWh a year)" in problem


def test_plausible_households_are_no_news(tmp_path: Path) -> None:
    for step in (1, 5, 15, 30, 60):
        for annual_kwh in (2000, 2810, 5000, 9000):
            data = rows(electricity(step, annual_kwh=annual_kwh))
            checked = check(written(tmp_path / "good.csv", data))
            assert checked.demand is not None
            assert checked.demand.warnings == [], (step, annual_kwh)


@pytest.mark.parametrize(("unit", "factor"), [("register", 1), ("register_Wh", 1000)])
def test_a_register_is_recognised_and_its_differences_taken(
    tmp_path: Path, unit: str, factor: float
) -> None:
    series = electricity(60)
    start = 12_034.0
    reading = start + np.concatenate([[0.0], series.cumsum().to_numpy()])
    axis = pd.date_range("2015-01-01", periods=8761, freq="h")
    data = rows(pd.Series(reading * factor, axis))
    path = written(tmp_path / "register.csv", data)
    problem = the_problem(check(path))
    assert "as a meter's readings do" in problem
    assert "set unit: register" in problem
    checked = check(path, {"unit": unit})
    np.testing.assert_allclose(power(checked, 60), series, atol=1e-5)
    assert checked.demand is not None
    assert checked.demand.warnings == []
    # readings that are missing cost no energy
    gappy = written(tmp_path / "gaps.csv", data.drop(index=range(100, 120)))
    filled = check(gappy, {"unit": unit}, max_gap_minutes=1500)
    assert power(filled, 60).sum() == pytest.approx(KWH)
    assert "2015-01-05 03:00 (21 h" in the_problem(check(gappy, {"unit": unit}))


def test_a_new_meter_is_told_and_a_falling_one_refused(tmp_path: Path) -> None:
    series = electricity(60)
    reading = 500 + series.cumsum().to_numpy()
    reading[4000:] -= reading[4000]
    path = written(tmp_path / "new.csv", rows(pd.Series(reading, series.index)))
    checked = check(path, {"unit": "register"})
    assert "goes back at row 4002 (2015-06-16 16:00)" in told(checked, "goes back")
    # the step of the change, and the last of the year, are filled
    assert power(checked, 60).sum() == pytest.approx(KWH, rel=2e-3)
    path = written(tmp_path / "no.csv", rows(series))
    problems = check(path, {"unit": "register"}).problems
    assert any("the meter goes back: " in problem for problem in problems)


def test_a_unit_in_the_column_s_name_counts(tmp_path: Path) -> None:
    series = electricity(30)
    path = written(tmp_path / "lcl.csv", rows(series / 2, "KWH/hh"))
    checked = check(path, {"columns": {"electricity_kw": "KWH/hh"}})
    np.testing.assert_allclose(power(checked), series, atol=1e-5)
    assert checked.demand is not None
    assert checked.demand.measured["electricity_kw"].unit == "kWh"
    names = ["Power (W)", "active_power_kw", "Energy [Wh]", "Gas m3", "Consumption (kWh)", "window"]
    assert [unit_in_name(name) for name in names] == ["W", "kW", "Wh", "m3", "kWh", None]


def test_litres_and_cubic_metres(tmp_path: Path) -> None:
    axis = time_axis(YEAR, 60)
    litres = pd.Series(np.where(np.isin(axis.hour, (7, 21)), 60.0, 0.0), axis)
    none = {"none": ["space_heating_kw", "electricity_kw"]}
    path = written(tmp_path / "water.csv", rows(litres, "hot_water_kw"))
    kwh = 365 * 120 * 4.18 / 3600 * 35
    for unit in ("l", "l/h"):
        checked = check(path, {"unit": unit, **none})
        assert power(checked, 60, "hot_water_kw").sum() == pytest.approx(kwh)
    gas = written(tmp_path / "gas.csv", rows(litres / 60, "gas_kwh"))
    layout = {"unit": "m3", "none": ["electricity_kw"], "boiler_efficiency": 0.8}
    checked = check(gas, layout | {"gas_kwh_per_m3": 10})
    heat = [power(checked, 60, name).sum() for name in ("space_heating_kw", "hot_water_kw")]
    assert sum(heat) == pytest.approx(365 * 2 * 10 * 0.8)


# ------------------------------------------------------------------------ plausibility


@pytest.mark.parametrize(
    ("values", "looks"),
    [([9999.0] * 4, "a logger's code for a missing value"), ([50_000.0], "a spike of the meter")],
)
def test_what_no_house_draws_is_refused(tmp_path: Path, values: list[float], looks: str) -> None:
    series = electricity(60)
    series.iloc[100 : 100 + len(values)] = values
    path = written(tmp_path / "spike.csv", rows(series))
    problem = the_problem(check(path))
    assert f"more than any house draws (100 kW): {len(values)}, at row 102" in problem
    assert looks in problem
    warned = check(path, implausible="warn")
    assert power(warned, 60)[100] == values[0]
    assert "more than any house draws" in told(warned, "house draws")


def test_a_mean_beyond_any_household_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "street.csv", rows(electricity(60, annual_kwh=80_000)))
    problem = the_problem(check(path))
    assert "kWh a year, which no household has (at most 50,000 kWh)" in problem
    assert "houses.<name>.households" in problem
    flats = load_config({}, ROOT / "resources").houses["flat"]
    assert check(path, house=flats.model_copy(update={"households": 12})).problems == []


def test_a_mean_below_any_household_is_refused(tmp_path: Path) -> None:
    """A meter's MW taken for kW; no draw at all may be meant."""
    series = electricity(60) / 1000
    problem = the_problem(check(written(tmp_path / "mw.csv", rows(series)), {"unit": "kW"}))
    assert "kWh a year, which no household has (at least 50 kWh)" in problem
    assert check(written(tmp_path / "none.csv", rows(series * 0))).problems == []


def test_electricity_that_never_changes_is_told(tmp_path: Path) -> None:
    series = electricity(60) * 0 + 0.5
    assert "peaks" in told(check(written(tmp_path / "flat.csv", rows(series))), "the same 0.5 kW")


def test_codes_below_zero_are_called_so(tmp_path: Path) -> None:
    series = electricity(60)
    series.iloc[7] = -999
    assert "often a logger's code" in the_problem(check(written(tmp_path / "n.csv", rows(series))))


# -------------------------------------------------------------------------------- gaps


def gas_with_outages() -> tuple[pd.Series, pd.Series]:
    """Gas by the hour, kWh, and the same with outages after which the meter has counted up."""
    axis = time_axis(YEAR, 60)
    draw = np.random.default_rng(3)
    gas = pd.Series(draw.uniform(0.5, 0.75, len(axis)), axis)
    logged = gas.copy()
    for start, length in ((1000, 29), (3000, 12), (6000, 48)):
        logged.iloc[start + length] = gas.iloc[start : start + length + 1].sum()
        logged.iloc[start : start + length] = np.nan
    return gas, logged


@pytest.mark.parametrize("filling", ["interpolate", "other_days"])
@pytest.mark.parametrize("dropped", [True, False])
def test_what_a_meter_counted_in_a_gap_is_kept(tmp_path: Path, filling: str, dropped: bool) -> None:
    gas, logged = gas_with_outages()
    data = rows(logged, "space_heating_kw")
    path = written(tmp_path / "gas.csv", data.dropna() if dropped else data)
    layout = {"none": ["hot_water_kw", "electricity_kw"]}
    problems = check(path, layout).problems
    (seen,) = [problem for problem in problems if "what the meter counted in the gap" in problem]
    assert ": 3, at row " in seen
    assert "after 29 h" in seen
    checked = check(path, layout, max_gap_minutes=48 * 60, gap_filling=filling)
    heating = power(checked, 60, "space_heating_kw")
    assert heating.sum() == pytest.approx(gas.sum(), rel=1e-6)
    assert heating.max() < 1.0
    warning = told(checked, "3 gaps, 89 h in all".replace("89 h", "3.71 days"))
    assert "spread over the gap, and the total is kept" in warning
    assert checked.demand is not None
    (facts,) = checked.demand.facts["gaps_filled"]
    assert facts["gaps_spread_over"] == 3


def test_a_peak_that_is_no_catch_up_stays(tmp_path: Path) -> None:
    """After a gap a kettle is a kettle: what filling adds is told."""
    series = electricity(60)
    series.iloc[501:503] = np.nan
    series.iloc[503] = float(series.max())
    checked = check(written(tmp_path / "k.csv", rows(series)), max_gap_minutes=120)
    assert power(checked, 60)[503] == pytest.approx(series.iloc[503], abs=1e-5)
    kwh = power(checked, 60)[501:503].sum()
    assert f"{kwh:,.1f} kWh of the year ({kwh / power(checked, 60).sum():.2%})" in told(
        checked, "1 gap,"
    )


def test_gaps_are_filled_with_the_same_hours_of_other_days(tmp_path: Path) -> None:
    series = electricity(60)
    gappy = series.copy()
    gappy.iloc[24 * 40 : 24 * 41] = np.nan
    path = written(tmp_path / "day.csv", rows(gappy))
    checked = check(path, max_gap_minutes=1440, gap_filling="other_days")
    week = series.iloc[24 * 47 : 24 * 48]
    np.testing.assert_allclose(power(checked, 60)[24 * 40 : 24 * 41], week, atol=1e-6)
    assert "filled with the same hours of other days" in told(checked, "1 gap,")


# ------------------------------------------------------------------------ gas and heat


def heat() -> pd.Series:
    axis = time_axis(YEAR, 60)
    cold = np.maximum(0.0, np.cos(2 * np.pi * (axis.dayofyear.to_numpy() - 15) / 365))
    water = np.isin(axis.hour, (7, 8, 19, 21)) * 1.0
    return pd.Series(water + 3 * cold * ((axis.hour >= 6) & (axis.hour < 22)), axis)


def test_heat_is_split_without_a_rest() -> None:
    values = heat().to_numpy()
    heating, water = split_heat(values, 24, None)
    np.testing.assert_allclose(heating + water, values)
    assert (heating >= 0).all()
    assert (water >= 0).all()
    assert water.sum() == pytest.approx(4 * 365)
    july = slice(24 * 190, 24 * 200)
    np.testing.assert_allclose(heating[july], 0, atol=1e-12)
    assert split_heat(values, 24, 1000.0)[1].sum() == pytest.approx(1000)
    assert split_heat(values, 24, float(values.sum()))[0].sum() == pytest.approx(0, abs=1e-6)
    with pytest.raises(ValueError, match="is more than all heat"):
        split_heat(values, 24, 1e6)


def test_a_heat_meter_stands_for_both(tmp_path: Path) -> None:
    path = written(tmp_path / "heat.csv", rows(heat(), "heat_kw"))
    checked = check(path, {"none": ["electricity_kw"]})
    parts = [power(checked, 60, name) for name in ("space_heating_kw", "hot_water_kw")]
    np.testing.assert_allclose(sum(parts), heat(), atol=1e-6)
    assert "1,460 kWh of hot water a year, hot water by the days of least heat" in told(
        checked, "split into"
    )
    stated = check(path, {"none": ["electricity_kw"], "hot_water_kwh": 900})
    assert power(stated, 60, "hot_water_kw").sum() == pytest.approx(900)


def test_gas_needs_the_boiler_s_efficiency(tmp_path: Path) -> None:
    path = written(tmp_path / "gas.csv", rows(heat() / 0.8, "gas_kwh"))
    none = {"none": ["electricity_kw"]}
    assert "set boiler_efficiency for this file" in the_problem(check(path, none))
    checked = check(path, {**none, "boiler_efficiency": 0.8})
    total = sum(power(checked, 60, name).sum() for name in ("space_heating_kw", "hot_water_kw"))
    assert total == pytest.approx(heat().sum())
    assert "at an efficiency of 0.8" in told(checked, "split into")


def test_heat_twice_is_refused(tmp_path: Path) -> None:
    data = rows(heat(), "heat_kw").assign(hot_water_kw=0.1)
    problem = the_problem(check(written(tmp_path / "b.csv", data), {"none": ["electricity_kw"]}))
    assert "the file has one of them" in problem


# ------------------------------------------------------------------------------ layouts


def test_excel_s_trailing_commas_blank_lines_and_encodings(tmp_path: Path) -> None:
    series = electricity(60)
    text = rows(series).to_csv(index=False)
    head, *lines = text.splitlines()
    variants: dict[str, bytes] = {
        "trailing": "\n".join(f"{line},," for line in (head, *lines)).encode(),
        "trailing_header": "\n".join([f"{head},,", *lines]).encode(),
        "trailing_rows": "\n".join([head, *(f"{line},," for line in lines)]).encode(),
        "blank_first": f"\n\n{text}".encode(),
        "blank_within": "\n".join([head, *lines[:50], "", ",,", *lines[50:]]).encode(),
        "bom": text.encode("utf-8-sig"),
        "utf16": text.encode("utf-16"),
        "utf16_no_mark": text.encode("utf-16-le"),
        "cp1252": text.replace("time", "time").encode("cp1252"),
        "crlf": text.replace("\n", "\r\n").encode(),
        "semicolons": text.replace(",", ";").replace(".", ",").encode(),
        "tabs": text.replace(",", "\t").encode(),
        "quoted": "\n".join(
            ",".join(f'"{cell}"' for cell in line.split(",")) for line in (head, *lines)
        ).encode(),
    }
    for name, content in variants.items():
        path = tmp_path / f"{name}.csv"
        path.write_bytes(content)
        np.testing.assert_allclose(power(check(path), 60), series, atol=1e-6, err_msg=name)


def test_degrees_in_cp1252_do_no_harm(tmp_path: Path) -> None:
    series = electricity(60)
    data = rows(series).assign(**{"Außen °C": 5.0})
    path = written(tmp_path / "w.csv", data, encoding="cp1252")
    np.testing.assert_allclose(
        power(check(path, {"columns": {"electricity_kw": "electricity_kw"}}), 60), series, atol=1e-6
    )
    assert "unknown column 'Außen °C'" in the_problem(check(path))


def test_damaged_tables_are_one_message(tmp_path: Path) -> None:
    text = rows(electricity(60)).to_csv(index=False)
    lines = text.splitlines()
    cases: dict[str, tuple[bytes, str]] = {
        "twice": (
            text.replace("electricity_kw", "electricity_kw,electricity_kw")
            .replace("\n", ",1\n")
            .replace("kw,1\n", "kw\n", 1)
            .encode(),
            "column 'electricity_kw' is there more than once (columns 2 and 3)".replace(
                " and", ","
            ),
        ),
        "ragged": (
            "\n".join([*lines[:5], lines[5] + ",7", *lines[6:9], "2015", *lines[10:]]).encode(),
            "another number in 2 rows: row 6 (3 values), row 10 (1 value)",
        ),
        "unnamed": (
            "\n".join([lines[0] + ",", *(f"{line},3" for line in lines[1:])]).encode(),
            "3 columns under the 2 names of the header",
        ),
        "binary": (bytes(range(256)) * 40, ""),
        "zeros": (b"\0" * 5000, ""),
        "empty": (b"", "the file is empty"),
        "blank": (b"\n \n\n", "the file is empty"),
        "year_9999": (b"time,electricity_kw\n9999-01-01,1\n9999-01-02,1\n", "no stamp"),
    }
    for name, (content, words) in cases.items():
        path = tmp_path / f"{name}.csv"
        path.write_bytes(content)
        problems = check(path).problems
        assert problems, name
        assert any(words in problem for problem in problems), (name, problems)
        assert all("Traceback" not in problem for problem in problems)


@pytest.mark.parametrize("seed", range(25))
def test_whatever_a_file_holds_it_is_refused_in_words(tmp_path: Path, seed: int) -> None:
    """Bytes changed, cut, moved and repeated at random: read, or refused; never an exception."""
    draw = np.random.default_rng(seed)
    content = bytearray(rows(electricity(60)).iloc[:500].to_csv(index=False).encode())
    for _ in range(int(draw.integers(1, 30))):
        at = int(draw.integers(0, len(content)))
        kind = draw.integers(0, 4)
        if kind == 0:
            content[at] = int(draw.integers(0, 256))
        elif kind == 1:
            del content[at : at + int(draw.integers(1, 40))]
        elif kind == 2:
            content[at:at] = bytes(content[: int(draw.integers(1, 60))])
        else:
            content[at:at] = draw.bytes(int(draw.integers(1, 6)))
    name = ("a.csv", "a.csv.gz", "a.xlsx", "a.parquet", "a.nc")[seed % 5]
    path = tmp_path / name
    path.write_bytes(bytes(content))
    checked = check(path)
    assert checked.demand is None  # it has no whole year
    assert checked.problems


def test_a_raw_export_is_read_as_its_layout_says(tmp_path: Path) -> None:
    series = electricity(30)
    head = "Meter reader 7\nName;Müller\n\n"
    table = pd.DataFrame(
        {
            "Datum": series.index.strftime("%d.%m.%Y"),
            "Uhrzeit": series.index.strftime("%H:%M"),
            "Bezug HT [Wh]": (series * 300).round(3),
            "Bezug NT [Wh]": (series * 200).round(3),
            "Status": "ok",
        }
    )
    text = head + table.to_csv(index=False, sep=";", decimal=",")
    (tmp_path / "raw.txt").write_bytes(text.encode("cp1252"))
    layout = {
        "columns": {
            "time": ["Datum", "Uhrzeit"],
            "electricity_kw": ["Bezug HT [Wh]", "Bezug NT [Wh]"],
        },
        "unit": "Wh",
        "separator": ";",
        "decimal": ",",
        "date_format": "%d.%m.%Y %H:%M",
        "skip_rows": 3,
    }
    np.testing.assert_allclose(power(check(tmp_path / "raw.txt", layout)), series, atol=1e-5)
    wrong = {**layout, "columns": {"time": "Datum", "electricity_kw": "Bezug HT"}}
    problem = check(tmp_path / "raw.txt", wrong).problems[0]
    assert "no column 'Bezug HT' in the file; did you mean 'Bezug HT [Wh]'?" in problem


def test_excel_by_sheet(tmp_path: Path) -> None:
    series = electricity(60)
    table = pd.DataFrame({"When": series.index, "kW": series.round(6).to_numpy()})
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"about": ["a meter"]}).to_excel(book, sheet_name="Cover", index=False)
        table.to_excel(book, sheet_name="Data", index=False, startrow=2)
    layout = {"columns": {"time": "When", "electricity_kw": "kW"}, "skip_rows": 2}
    for sheet in ("Data", 2):
        checked = check(path, {**layout, "sheet": sheet})
        np.testing.assert_allclose(power(checked, 60), series, atol=1e-6)
    assert "the sheets are Cover, Data" in the_problem(check(path, {**layout, "sheet": "Date"}))


def test_a_long_table_of_channels_and_dwellings(tmp_path: Path) -> None:
    series = electricity(60)
    one = rows(series, "value").assign(channel="import", house="a")
    parts = [one, one.assign(channel="export", value=9.0), one.assign(house="b")]
    path = written(tmp_path / "long.csv", pd.concat(parts).sample(frac=1, random_state=1))
    columns = {"electricity_kw": "value", "dwelling": "house"}
    checked = check(path, {"columns": columns, "where": {"channel": "import"}})
    np.testing.assert_allclose(power(checked, 60), series, atol=1e-6)
    problem = the_problem(check(path, {"columns": columns, "where": {"channel": "imports"}}))
    assert "no row has imports; it holds " in problem


def test_days_as_rows(tmp_path: Path) -> None:
    series = electricity(30)
    days = series.index.strftime("%d/%m/%Y")[::48]
    for first in ("00:00", "00:30 - 01:00"):
        names = series.index.strftime("%H:%M")[:48]
        if first != "00:00":
            names = [f"{n} - {m}" for n, m in zip(names, [*names[1:], "24:00"], strict=True)]
        wide = pd.DataFrame(series.round(6).to_numpy().reshape(-1, 48), columns=names)
        wide.insert(0, "Date", days)
        path = written(tmp_path / "wide.csv", wide)
        layout = {
            "columns": {"time": "Date"},
            "days_as_rows": "electricity_kw",
            "date_format": "%d/%m/%Y %H:%M",
        }
        np.testing.assert_allclose(power(check(path, layout)), series, atol=1e-6)


def test_files_that_follow_one_another_and_meters_that_add_up(tmp_path: Path) -> None:
    series = electricity(60)
    data = rows(series)
    spring = written(tmp_path / "a.csv", data.iloc[:4000])
    autumn = written(tmp_path / "b.csv", data.iloc[3990:])
    both = {"path": [str(spring), str(autumn)]}
    checked = check(spring, both)
    np.testing.assert_allclose(power(checked, 60), series, atol=1e-6)
    assert "10 rows left out, with the same time" in told(checked, "as another")
    data.loc[5000, "electricity_kw"] = -1
    autumn = written(tmp_path / "b.csv", data.iloc[3990:])
    assert f"row {5000 - 3990 + 2} of {autumn}" in the_problem(check(spring, both))
    half = written(tmp_path / "c.csv", rows(series / 2))
    coarse = electricity(60) * 0 + 0.1
    more = written(tmp_path / "d.csv", rows(coarse))
    summed = check(half, {"path": [str(half), str(half), str(more)], "sum": True})
    np.testing.assert_allclose(power(summed, 60), series + 0.1, atol=1e-5)


def test_quantities_from_files_of_their_own(tmp_path: Path) -> None:
    series = electricity(30)
    gas = written(tmp_path / "gas.csv", rows(heat() / 0.8, "gas_kwh"))
    power_file = written(tmp_path / "power.csv", rows(series / 2, "kWh"))
    files = [
        {"path": str(gas), "boiler_efficiency": 0.8},
        {"path": str(power_file), "columns": {"electricity_kw": "kWh"}},
    ]
    config = load_config(
        {
            "scenarios": {"house": ["cottage"]},
            "demand": {"source": "file", "files": {"cottage": files}},
        },
        ROOT / "resources",
    )
    notes = validate_demand_files(config)
    assert "gas_kwh 5,9" in notes[0] or "gas_kwh " in notes[0]
    assert "60 min steps, from kWh; electricity_kw 2,810 kWh a year, 30 min steps" in notes[0]
    again = [*files, {"path": str(power_file), "columns": {"electricity_kw": "kWh"}}]
    entries = [DemandFile.model_validate(file) for file in again]
    problem = the_problem(check_demand_file(entries, YEAR, FilePolicy(), "cottage"))
    assert problem.startswith("electricity_kw: given more than once")


def test_values_without_time_or_header(tmp_path: Path) -> None:
    series = electricity(60)
    path = tmp_path / "values.txt"
    path.write_text("\n".join(f"{value:.6f}" for value in series) + "\n")
    layout = {"header": False, "columns": {"electricity_kw": 1}, "step_minutes": 60}
    np.testing.assert_allclose(power(check(path, layout), 60), series, atol=1e-6)


def test_a_shorter_or_uneven_step_is_averaged(tmp_path: Path) -> None:
    axis = pd.date_range("2015-01-01", "2016-01-01", freq="30min", inclusive="left")
    uneven = axis + pd.to_timedelta(np.random.default_rng(1).integers(0, 600, len(axis)), unit="s")
    values = pd.Series(0.2 + 0.01 * axis.hour, uneven)
    data = rows(values).assign(time=uneven.strftime("%Y-%m-%dT%H:%M:%S"))
    path = written(tmp_path / "uneven.csv", data)
    assert check(path).problems
    checked = check(path, {"step_minutes": 60})
    np.testing.assert_allclose(power(checked, 60), 0.2 + 0.01 * axis[::2].hour, atol=1e-6)
    assert len(power(checked, 1)) == MINUTES_PER_DAY * 365


def test_a_quantity_the_house_does_not_have(tmp_path: Path) -> None:
    path = written(tmp_path / "e.csv", rows(electricity(60)))
    house = load_config({}, ROOT / "resources").houses["detached"]
    left_out = check(path, {"none": []}, house)
    warning = told(left_out, "are added")
    assert "9,904 kWh a year of space_heating_kw and 1,712 kWh a year of hot_water_kw" in warning
    assert "set none: [space_heating_kw, hot_water_kw] for the file" in warning
    none = check(path, house=house)
    assert none.demand is not None
    assert none.demand.warnings == []
    assert none.demand.dwellings[0]["hot_water_kw"].sum() == 0


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ({"path": "a.csv", "unit": "MW"}, "unit"),
        ({"path": "a.csv", "timezone": "Europe/Londn"}, "did you mean 'Europe/London'"),
        ({"path": "a.csv", "sum": True}, "there is one path only"),
        ({"path": "a.csv", "units": "W"}, "did you mean 'unit'"),
        ({"columns": {}}, "path"),
    ],
)
def test_a_wrong_layout_is_refused_before_any_file(file: dict[str, Any], words: str) -> None:
    user = {"demand": {"source": "file", "files": {"flat": file}}, "scenarios": {"house": ["flat"]}}
    with pytest.raises(ConfigError, match=r"demand\.files\.flat") as raised:
        load_config(user, ROOT / "resources")
    assert words in str(raised.value)


def test_the_message_names_house_and_file(tmp_path: Path) -> None:
    path = written(tmp_path / "e.csv", rows(electricity(60) * 1000))
    user = {
        "demand": {"source": "file", "files": {"flat": {"path": str(path), "none": REST["none"]}}},
        "scenarios": {"house": ["flat"]},
    }
    with pytest.raises(DataError, match=r"demand\.files\.flat: .*e\.csv cannot be used"):
        validate_demand_files(load_config(user, ROOT / "resources"))


# ------------------------------------------------------------------------ raw files looked at


def looked_at(path: Path) -> tuple[Survey, CheckedFile]:
    """What the command says of a raw file, and what a run makes of the layout it prints."""
    seen = survey(path)
    study = yaml.safe_load(layout_yaml(seen, "detached"))
    config = load_config(study, ROOT / "resources")
    checked = check_demand_file(
        config.demand.files["detached"],
        config.time.year,
        config.demand.file_policy,
        "detached",
        house=config.houses["detached"],
    )
    return seen, checked


def raw_file(kind: str, path: Path, series: pd.Series) -> Path:
    """One year of a household in the form of a real export."""
    stamps = pd.DatetimeIndex(series.index)
    values = series.round(6).to_numpy()
    if kind == "smart_meter_portal":
        text = "Consumption (kWh), Start, End\n" + "\n".join(
            f"{v / 2:.6f}, {t:%Y-%m-%dT%H:%M}Z, {t + pd.Timedelta(minutes=30):%Y-%m-%dT%H:%M}Z"
            for v, t in zip(values, stamps, strict=True)
        )
        path.write_text(text, encoding="utf-8")
    elif kind == "german_supplier":
        text = "Zählernummer;1EMH0\nStandort;Köln\n\nDatum;Uhrzeit;Verbrauch [Wh];Status\n"
        text += "\n".join(
            f"{t:%d.%m.%Y};{t:%H:%M};{v * 500:.3f};ok" for v, t in zip(values, stamps, strict=True)
        )
        path.write_bytes(text.encode("cp1252"))
    elif kind == "epoch_watts":
        seconds = (stamps - pd.Timestamp(1970, 1, 1)) // pd.Timedelta(seconds=1)
        table = pd.DataFrame({"timestamp": seconds, "power": (values * 1000).round(1)})
        table.to_csv(path, index=False, sep="\t")
    elif kind == "long_half_hours":
        table = pd.DataFrame({"LCLid": "MAC000002", "stdorToU": "Std"}, index=stamps)
        table["DateTime"] = stamps.strftime("%Y-%m-%d %H:%M:%S.0000000")
        table["KWH/hh (per half hour)"] = values / 2
        other = table.assign(LCLid="MAC000003")
        pd.concat([table, other]).to_csv(path, index=False)
    elif kind == "days_as_rows":
        wide = pd.DataFrame(values.reshape(-1, 48), columns=stamps.strftime("%H:%M")[:48])
        wide.insert(0, "Date", stamps.strftime("%d/%m/%Y")[::48])
        wide.to_csv(path, index=False)
    elif kind == "register":
        reading = 4711 + np.append(0.0, (values / 2).cumsum())
        table = pd.DataFrame({"time": [*stamps, stamps[-1] + pd.Timedelta(minutes=30)]})
        table.assign(**{"Meter reading kWh": reading.round(6)}).to_csv(path, index=False)
    elif kind == "ends":
        ends = stamps + pd.Timedelta(minutes=30)
        table = pd.DataFrame({"interval end": ends.strftime("%m/%d/%Y %H:%M"), "kW": values})
        table[::-1].to_csv(path, index=False)
    elif kind == "excel":
        path = path.with_suffix(".xlsx")
        table = pd.DataFrame({"When": stamps, "Energy kWh": values / 2})
        table.to_excel(path, index=False, startrow=3)
    return path


@pytest.mark.parametrize(
    "kind",
    [
        "smart_meter_portal",
        "german_supplier",
        "epoch_watts",
        "long_half_hours",
        "days_as_rows",
        "register",
        "ends",
        "excel",
    ],
)
def test_a_raw_export_is_understood(tmp_path: Path, kind: str) -> None:
    series = electricity(30)
    seen, checked = looked_at(raw_file(kind, tmp_path / "raw.csv", series))
    assert seen.problems == []
    np.testing.assert_allclose(power(checked), series, atol=2e-4)
    assert any("2,810 kWh in 2015" in sentence for sentence in seen.sentences)


def test_the_command_prints_a_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = raw_file("ends", tmp_path / "raw.csv", electricity(30))
    command = importlib.import_module("microchp.demand.import")
    assert command.main([str(path), "--house", "terrace"]) == 0
    printed = capsys.readouterr().out
    assert "# stamps are the ends of the steps" in printed
    study = yaml.safe_load(printed)  # what is said stands in comments
    assert study["demand"]["files"]["terrace"]["stamps"] == "end"
    assert study["demand"]["files"]["terrace"]["date_format"] == "%m/%d/%Y %H:%M"
    (tmp_path / "words.csv").write_text("to be\nor not to be\n", encoding="utf-8")
    assert command.main([str(tmp_path / "words.csv")]) == 1
    assert "words.csv" in capsys.readouterr().err
    assert command.main([str(tmp_path / "nothing.csv")]) == 1


def test_a_zone_is_not_guessed_and_its_key_is_that_of_what_is_printed(tmp_path: Path) -> None:
    series = electricity(30)
    clock = pd.DatetimeIndex(series.index).tz_localize("Etc/GMT-1").tz_convert("Europe/Berlin")
    stamps = clock.strftime("%d.%m.%Y %H:%M")
    table = pd.DataFrame({"Zeit": stamps, "Leistung kW": series.to_numpy()})
    path = written(tmp_path / "raw.csv", table, sep=";", decimal=",", float_format="%.3f")
    seen = survey(path, house="terrace")
    assert "timezone" not in seen.layout
    (problem,) = seen.problems
    assert "set demand.files.terrace.timezone to where it is from" in problem
    layout = seen.layout | {"none": ["space_heating_kw", "hot_water_kw"]}
    wrong = check(path, layout | {"timezone": "Europe/London"}).problems
    assert any("standard time, remove demand.files.cottage.timezone)" in told for told in wrong)
    right = check(path, layout | {"timezone": "Europe/Berlin"})
    np.testing.assert_allclose(power(right), series, atol=1e-3)


def test_stamps_that_are_no_times_are_told_as_such_in_a_zone(tmp_path: Path) -> None:
    """Times not in the form that is expected, as a British export has them, in clock time."""
    series = electricity(30)
    stamps = series.index.strftime("%d/%m/%Y %H:%M")
    path = written(tmp_path / "dates.csv", rows(series).assign(time=stamps))
    problem = the_problem(check(path, {"timezone": "Europe/London"}))
    assert problem.startswith("time: not ISO 8601")
    assert "date_format: '%d/%m/%Y %H:%M'" in problem


# ------------------------------------------------------------------------------- bills


def billed(**bills: Any) -> dict[str, Any]:
    return {
        "houses": {"mine": {"bills": {"gas_kwh": 13_000, "electricity_kwh": 2800, **bills}}},
        "scenarios": {"house": ["mine"]},
    }


def test_bills_are_enough_for_a_house() -> None:
    config = load_config(billed(), ROOT / "resources")
    house = config.houses["mine"]
    assert house.annual_electricity_kwh == 2800
    # 46 l a day and 26 l for each of the three of a semi-detached house, by 35 K
    assert house.annual_hot_water_kwh == pytest.approx(365 * 124 * 4.18 / 3600 * 35, abs=0.1)
    heat = house.annual_hot_water_kwh + house.annual_space_heating_kwh
    assert heat == pytest.approx(13_000 * 0.85)
    assert house.occupants == 3
    assert 7 < house.peak_space_heating_kw < 10
    notes = demand_notes(config)
    assert any("nobody has measured the peaks of 8.53 kW" in note for note in notes)
    assert any("mine 9,211 kWh of space heating" in note for note in notes)


def test_what_a_house_with_bills_gives_itself_stays() -> None:
    user = billed(hot_water_kwh=1000, boiler_efficiency=0.9, like="flat")
    user["houses"]["mine"] |= {"peak_space_heating_kw": 12.0, "occupants": 5}
    house = load_config(user, ROOT / "resources").houses["mine"]
    assert (house.annual_hot_water_kwh, house.annual_space_heating_kwh) == (1000, 10_700)
    assert (house.peak_space_heating_kw, house.occupants) == (12.0, 5)
    own = {"houses": {"flat": {"bills": {"gas_kwh": 4000, "electricity_kwh": 1500}}}}
    flat = load_config(own, ROOT / "resources").houses["flat"]
    assert flat.annual_hot_water_kwh + flat.annual_space_heating_kwh == pytest.approx(3400)


def test_wrong_bills_are_refused() -> None:
    with pytest.raises(ConfigError, match="is more than the heat of the gas"):
        load_config(billed(hot_water_kwh=20_000), ROOT / "resources")
    with pytest.raises(ConfigError, match="did you mean 'terrace'"):
        load_config(billed(like="terace"), ROOT / "resources")
    with pytest.raises(ConfigError, match=r"houses\.mine\.bills\.gas_kwh"):
        load_config(billed(gas_kwh="much"), ROOT / "resources")


@pytest.mark.parametrize("gas_kwh", [2500, 4000, 13_000, 35_000])
def test_a_house_with_bills_meets_them(gas_kwh: float) -> None:
    """The inferred totals and peaks do not contradict each other, small house or large."""
    user = billed(gas_kwh=gas_kwh)
    config = load_config(user, ROOT / "resources")
    house = config.houses["mine"]
    weather = load_weather(config.demand.weather, YEAR)
    heated = calibrated_year(
        house.building,
        house.heating,
        weather,
        np.full(525_600, 0.3),
        house.annual_space_heating_kwh,
        house.peak_space_heating_kw,
        where="mine",
    )
    assert heated.heat_kw.sum() / 60 == pytest.approx(house.annual_space_heating_kwh, rel=1e-3)
    assert heated.heat_kw.max() <= house.peak_space_heating_kw * (1 + 1e-9)


def test_the_note_on_demand_says_where_a_retrofit_is_still_to_come() -> None:
    insulated = {"houses": {"semi_detached": {"retrofit": {"envelope_factor": 0.6}}}}
    grid = {"house": ["semi_detached"], "variants": {"insulated": insulated}}
    (note,) = demand_notes(load_config({"scenarios": grid}, ROOT / "resources"))
    assert "semi_detached 5,400 kWh of space heating, " in note
    assert "semi_detached (insulated) 5,400 kWh of space heating before its retrofit, " in note
