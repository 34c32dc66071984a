"""Users' demand files: every planted defect is named, what is right is read right."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from microchp.config import Config, FilePolicy, load_config
from microchp.demand.measured import (
    CheckedFile,
    check_demand_file,
    read_demand_file,
    validate_demand_files,
)
from microchp.errors import ConfigError, DataError
from microchp.series.timeseries import QUANTITIES, time_axis

ROOT = Path(__file__).parents[1]
REFERENCE = Path(os.environ.get("MICROCHP_DATA", ROOT.parent / "shared" / "data"))

YEAR = 2015


def table(year: int = YEAR, step: int = 60) -> pd.DataFrame:
    axis = time_axis(year, step)
    draw = np.random.default_rng(1)
    values = {name: draw.uniform(0.1, 5, len(axis)).round(3) for name in QUANTITIES}
    return pd.DataFrame({"time": axis.strftime("%Y-%m-%dT%H:%M"), **values})


GOOD = table()


def check(path: Path, data: pd.DataFrame, year: int = YEAR, **policy: Any) -> CheckedFile:
    data.to_csv(path, index=False)
    return check_demand_file(path, year, FilePolicy(**policy), "cottage")


def values(checked: CheckedFile, name: str, step: int = 60, dwelling: int = 0) -> np.ndarray:
    assert checked.problems == []
    assert checked.demand is not None
    return checked.demand.dwellings[dwelling][name][::step]


def the_problem(checked: CheckedFile) -> str:
    assert len(checked.problems) == 1, checked.problems
    assert checked.demand is None
    return checked.problems[0]


# -------------------------------------------------------------------------- what is right


@pytest.mark.parametrize("year", [2015, 2016])
@pytest.mark.parametrize("step", [5, 60])
def test_a_good_file_is_read_as_it_is(tmp_path: Path, year: int, step: int) -> None:
    data = table(year, step)
    checked = check(tmp_path / "good.csv", data, year)
    assert checked.demand is not None
    assert checked.demand.warnings == []
    assert checked.demand.facts["step_minutes"] == step
    for name in QUANTITIES:
        power = checked.demand.dwellings[0][name]
        assert len(power) == (366 if year == 2016 else 365) * 1440
        np.testing.assert_array_equal(power[::step], data[name])
        np.testing.assert_array_equal(power[step - 1 :: step], data[name])


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet", ".nc"])
def test_every_format_gives_the_same(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"good{suffix}"
    if suffix.startswith(".csv"):
        GOOD.to_csv(path, index=False)
    else:
        stamped = GOOD.assign(time=pd.to_datetime(GOOD["time"]))
        if suffix == ".parquet":
            stamped.to_parquet(path)
        else:
            stamped.set_index("time").to_xarray().to_netcdf(path)
    power = read_demand_file(path, YEAR, FilePolicy(), "cottage").dwellings[0]
    for name in QUANTITIES:
        np.testing.assert_array_equal(power[name][::60], GOOD[name])


def test_parquet_may_have_time_as_its_index(tmp_path: Path) -> None:
    GOOD.assign(time=pd.to_datetime(GOOD["time"])).set_index("time").to_parquet(tmp_path / "i.pq")
    assert check_demand_file(tmp_path / "i.pq", YEAR, FilePolicy(), "cottage").problems == []


def test_several_dwellings(tmp_path: Path) -> None:
    other = GOOD.assign(dwelling=7, hot_water_kw=GOOD["hot_water_kw"] + 1)
    both = pd.concat([GOOD.assign(dwelling=3), other])
    both.to_csv(tmp_path / "two.csv", index=False)
    demand = read_demand_file(tmp_path / "two.csv", YEAR, FilePolicy(), "cottage", dwellings=2)
    first, second = (dwelling["hot_water_kw"] for dwelling in demand.dwellings)
    np.testing.assert_allclose(second, first + 1)
    # as NetCDF with a dwelling dimension, the same
    stamped = both.assign(time=pd.to_datetime(both["time"]))
    stamped.set_index(["dwelling", "time"]).to_xarray().to_netcdf(tmp_path / "two.nc")
    again = read_demand_file(tmp_path / "two.nc", YEAR, FilePolicy(), "cottage", dwellings=2)
    np.testing.assert_array_equal(again.dwellings[1]["hot_water_kw"], second)


def test_too_few_dwellings_are_refused(tmp_path: Path) -> None:
    GOOD.to_csv(tmp_path / "one.csv", index=False)
    checked = check_demand_file(tmp_path / "one.csv", YEAR, FilePolicy(), "cottage", dwellings=13)
    problem = the_problem(checked)
    assert problem.startswith("holds 1 dwelling, and the groups that scenarios.penetration asks")
    assert "have 13 (group.dwellings)" in problem
    assert "set group.dwellings to 1, or leave out scenarios.penetration" in problem


def test_more_dwellings_than_needed_are_told(tmp_path: Path) -> None:
    both = pd.concat([GOOD.assign(dwelling="a"), GOOD.assign(dwelling="b")])
    checked = check(tmp_path / "two.csv", both)
    assert checked.demand is not None
    assert len(checked.demand.dwellings) == 1
    assert "holds 2 dwellings; the first 1 used" in checked.demand.notes[0]


def test_columns_left_out_need_a_house(tmp_path: Path) -> None:
    some = GOOD.drop(columns="hot_water_kw")
    problem = the_problem(check(tmp_path / "some.csv", some))
    assert "no column hot_water_kw, and no house 'cottage'" in problem


# --------------------------------------------------------------------------- what is wrong


def plant(data: pd.DataFrame, kind: str, at: int, column: str) -> tuple[pd.DataFrame, list[str]]:
    """``data`` with one defect, and what the message must name."""
    data = data.copy()
    row, stamp = f"row {at + 2}", data.loc[at, "time"].replace("T", " ")
    if kind in ("negative", "infinite", "text", "watts"):
        bad = {"negative": "-0.25", "infinite": "inf", "text": "n/a?"}
        if kind == "watts":
            data[column] = (data[column] * 1000).round(3)
            return data, [column, "looks like W"]
        data[column] = data[column].astype(str)
        data.loc[at, column] = bad[kind]
        found = [column, row] + ([bad[kind]] if kind == "text" else [stamp])
        return data, found
    if kind == "empty":
        data.loc[at : at + 2, column] = np.nan
        return data, [column, row, stamp, "3"]
    if kind == "gap":
        return data.drop(index=[at, at + 1, at + 2]), [f"after row {at + 1}", stamp, "3 h"]
    if kind == "duplicate":
        twice = pd.concat([data.loc[:at], data.loc[at:]])
        twice.iloc[at + 1, twice.columns.get_loc(column)] += 0.001
        return twice, [f"row {at + 3}", f"as {row}", stamp, "duplicate, with another value"]
    if kind == "off_step":
        data.loc[at, "time"] = data.loc[at, "time"].replace(":00", ":17")
        return data, [row, "off the regular step of 60 min", stamp[:-2] + "17"]
    if kind == "unparsable":
        data.loc[at, "time"] = "31.12.2015 7 Uhr"
        return data, [row, "31.12.2015 7 Uhr", "not ISO 8601"]
    if kind == "no_stamp":
        data.loc[at, "time"] = ""
        return data, [row, "time: empty"]
    raise ValueError(kind)


KINDS = [
    *("negative", "infinite", "text", "watts", "empty", "gap", "duplicate"),
    *("off_step", "unparsable", "no_stamp"),
]


@pytest.mark.parametrize("kind", KINDS)
@given(
    # not on a Sunday, when an hour lost or repeated may be a clock change
    at=st.integers(50, 8600).filter(lambda at: at // 24 % 7 != 3),
    column=st.sampled_from(QUANTITIES),
)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_planted_defect_is_named(tmp_path: Path, kind: str, at: int, column: str) -> None:
    broken, names = plant(GOOD, kind, at, column)
    problem = the_problem(check(tmp_path / "broken.csv", broken))
    for name in names:
        assert re.search(rf"(?<!\d){re.escape(name)}", problem), (name, problem)


def test_all_defects_are_told_at_once_with_few_examples(tmp_path: Path) -> None:
    broken = GOOD.copy()
    broken.loc[100:199, "electricity_kw"] = -1.0
    broken.loc[300, "hot_water_kw"] = np.inf
    broken.loc[400, "time"] = "noon"
    broken = broken.drop(index=range(1000, 1010)).rename(columns={"space_heating_kw": "heating"})
    broken.to_csv(tmp_path / "broken.csv", index=False)
    with pytest.raises(DataError) as raised:
        read_demand_file(tmp_path / "broken.csv", YEAR, FilePolicy(), "cottage")
    message = str(raised.value)
    assert message.startswith(f"demand.files.cottage: {tmp_path / 'broken.csv'} cannot be used:")
    assert "unknown column 'heating'; did you mean 'space_heating_kw'?" in message
    assert "no column space_heating_kw" in message
    assert "): 100, at row 102 (2015-01-05 04:00, -1), " in message
    assert "and 95 more" in message
    assert "infinite: 1, at row 302" in message
    assert "not ISO 8601 (expected such as 2015-01-31T13:05): 1, at row 402 ('noon')" in message
    assert "1, at 2015-02-11 16:00 (10 h, after row 1001)" in message


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (
            "electricity_w",
            "(power in W; divide by 1000, or set unit: W); did you mean 'electricity_kw'?",
        ),
        ("hot_water_kwh", "(energy in kWh; divide by the step in hours"),
        ("Time", "did you mean 'time'?"),
        ("aggregate", "columns are time, dwelling, space_heating_kw"),
    ],
)
def test_an_unknown_column_gets_advice(tmp_path: Path, column: str, told: str) -> None:
    checked = check(tmp_path / "odd.csv", GOOD.assign(**{column: 1.0}))
    assert f"unknown column '{column}'" in the_problem(checked)
    assert told in the_problem(checked)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "the file is empty"),
        ("time,electricity_kw\n", "a header but no rows"),
        ("time;electricity_kw\n2015-01-01;1,5\n", "a single time stamp"),
        ("time,electricity_kw\n2015-01-01,1\n2015-01-02,1,5\n", "not a CSV"),
        ("time,electricity_kw\n2015-01-01,1\n", "a single time stamp"),
        ("hot_water_kw\n1\n", "no column 'time'"),
        ("time\n2015-01-01\n", "none of the columns space_heating_kw"),
    ],
)
def test_what_is_no_table_of_demand_is_refused(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "odd.csv").write_text(content, encoding="utf-8")
    checked = check_demand_file(tmp_path / "odd.csv", YEAR, FilePolicy(), "cottage")
    assert any(told in problem for problem in checked.problems), checked.problems


def test_other_files_are_refused(tmp_path: Path) -> None:
    def told(name: str) -> str:
        return the_problem(check_demand_file(tmp_path / name, YEAR, FilePolicy(), "cottage"))

    for name in ("a.xlsx", "a.parquet", "a.nc", "a.csv"):
        (tmp_path / name).write_bytes(b"\x00\xff\x13 no table at all")
    (tmp_path / "a.doc").touch()
    assert "not a kind of file" in told("a.doc")
    for name, kind in (("a.xlsx", "an Excel"), ("a.parquet", "a Parquet"), ("a.nc", "a NetCDF")):
        assert f"cannot be read as {kind} file" in told(name)
    assert "no such file" in told("b.csv")
    assert check_demand_file(tmp_path / "a.csv", YEAR, FilePolicy(), "cottage").problems


def test_units_of_a_netcdf_file_are_checked(tmp_path: Path) -> None:
    data = GOOD.assign(time=pd.to_datetime(GOOD["time"])).set_index("time").to_xarray()
    data["electricity_kw"].attrs["units"] = "W"
    data.to_netcdf(tmp_path / "w.nc")
    checked = check_demand_file(tmp_path / "w.nc", YEAR, FilePolicy(), "cottage")
    assert the_problem(checked) == "units must be 'kW'; electricity_kw has 'W'"


@pytest.mark.parametrize(("step", "told"), [(45, "45 min"), (7, "7 min"), (120, "120 min")])
def test_a_step_must_divide_an_hour(tmp_path: Path, step: int, told: str) -> None:
    axis = pd.date_range(f"{YEAR}", f"{YEAR + 1}", freq=f"{step}min", inclusive="left")
    data = pd.DataFrame({"time": axis.astype(str)} | dict.fromkeys(QUANTITIES, 1.0))
    problem = the_problem(check(tmp_path / "step.csv", data))
    assert told in problem
    assert "divides an hour" in problem


def test_seconds_are_refused(tmp_path: Path) -> None:
    axis = pd.date_range(f"{YEAR}", periods=5000, freq="10s")
    data = pd.DataFrame({"time": axis.astype(str)} | dict.fromkeys(QUANTITIES, 1.0))
    assert "the step is 10 s" in the_problem(check(tmp_path / "step.csv", data))


def test_energy_per_step_is_suspected(tmp_path: Path) -> None:
    data = table(step=5)
    data["electricity_kw"] = (data["electricity_kw"] / 720).round(6)
    problem = the_problem(check(tmp_path / "kwh.csv", data))
    assert "looks like kWh (energy in each step in kWh; 372 kWh a year)" in problem


# ------------------------------------------------------------------------ year and gaps


def test_another_year_is_refused(tmp_path: Path) -> None:
    problem = the_problem(check(tmp_path / "old.csv", table(2014)))
    assert problem.startswith("time: covers 2014-01-01 to 2014-12-31, nothing of time.year 2015")
    assert "set time.year to 2014" in problem


def test_a_part_of_the_year_is_refused(tmp_path: Path) -> None:
    checked = check(tmp_path / "part.csv", GOOD.iloc[48:-72])
    assert [p.split(" as it ")[1] for p in checked.problems] == [
        "begins on 2015-01-03 00:00 (row 2)",
        f"ends on 2015-12-28 23:00 (row {8760 - 48 - 72 + 1})",
    ]


def test_other_years_are_left_out_and_told(tmp_path: Path) -> None:
    long = pd.concat([table(2014).tail(24), GOOD, table(2016).head(1)])
    checked = check(tmp_path / "long.csv", long)
    np.testing.assert_array_equal(values(checked, "hot_water_kw"), GOOD["hot_water_kw"])
    assert checked.demand is not None
    assert checked.demand.notes[0].startswith("25 rows outside 2015 left out (row 2, 2014-12-31")


def test_a_leap_year_lacking_its_day_is_refused(tmp_path: Path) -> None:
    data = table(2016)
    data = data[~data["time"].str.startswith("2016-02-29")]
    assert "2016-02-29 00:00 (24 h" in the_problem(check(tmp_path / "leap.csv", data, 2016))


def test_short_gaps_are_interpolated_and_counted(tmp_path: Path) -> None:
    data = GOOD.copy()
    data.loc[[500, 501, 502, 503], "hot_water_kw"] = [1.0, np.nan, np.nan, 4.0]
    data = data.drop(index=[700, 8759])
    checked = check(tmp_path / "gaps.csv", data, max_gap_minutes=120)
    filled = values(checked, "hot_water_kw")
    assert filled[500:504] == pytest.approx([1, 2, 3, 4])
    assert filled[700] == pytest.approx(GOOD["hot_water_kw"][[699, 701]].mean())
    assert filled[8759] == GOOD["hot_water_kw"][8758]
    assert checked.demand is not None
    gaps = {gap["quantity"]: gap for gap in checked.demand.facts["gaps_filled"]}
    assert (gaps["hot_water_kw"]["gaps"], gaps["hot_water_kw"]["minutes"]) == (3, 240)
    assert gaps["hot_water_kw"]["longest_minutes"] == 120
    assert gaps["electricity_kw"]["gaps"] == 2
    assert gaps["hot_water_kw"]["first"][0] == {"start": "2015-01-21 21:00", "minutes": 120}
    kwh = filled[[501, 502, 700, 8759]].sum()
    assert gaps["hot_water_kw"]["kwh_in_gaps"] == pytest.approx(kwh)
    told = f"hot_water_kw: 3 gaps, 4 h in all, interpolated; {kwh:.1f} kWh of the year (0.06%)"
    assert [w for w in checked.demand.warnings if w.startswith(told)]
    # a minute less, and both the cells and nothing else are refused
    problem = the_problem(check(tmp_path / "gaps.csv", data, max_gap_minutes=119))
    assert "hot_water_kw: empty (NaN) for longer than" in problem
    assert "row 503 (2015-01-21 21:00, 2 h)" in problem


def test_no_gap_is_filled_where_none_may_be(tmp_path: Path) -> None:
    problem = the_problem(check(tmp_path / "gap.csv", GOOD.drop(index=5), max_gap_minutes=0))
    assert "max_gap_minutes 0: 1, at 2015-01-01 05:00 (60 min, after row 6)" in problem


# --------------------------------------------------------------------------- zero runs


def stuck() -> pd.DataFrame:
    data = GOOD.copy()
    data.loc[0 : 24 * 10 - 1, "electricity_kw"] = 0.0
    data.loc[5000:5023, "electricity_kw"] = 0.0  # a day, not longer
    return data


def test_a_meter_stuck_at_zero_is_told(tmp_path: Path) -> None:
    checked = check(tmp_path / "zero.csv", stuck())
    assert checked.demand is not None
    (warning,) = checked.demand.warnings
    assert "exactly zero in 3.0% of the year" in warning
    assert "1 stretch longer than" in warning
    assert "longest 10 days from 2015-01-01 00:00" in warning
    assert "Jan 32%" in warning
    (zero,) = checked.demand.facts["zero_runs"]
    assert zero["zero_share"] == pytest.approx(264 / 8760)
    assert zero["stuck_share"] == pytest.approx(240 / 8760)
    assert zero["runs"] == [{"start": "2015-01-01 00:00", "minutes": 14400}]
    kwh = stuck()["electricity_kw"].sum()
    assert zero["annual_kwh"] == pytest.approx(kwh)
    assert zero["annual_kwh_at_mean_of_other_minutes"] == pytest.approx(kwh * 8760 / (8760 - 264))


def test_a_meter_that_was_never_on_has_no_mean_to_go_by(tmp_path: Path) -> None:
    checked = check(tmp_path / "zero.csv", GOOD.assign(electricity_kw=0.0))
    assert checked.demand is not None
    (warning,) = checked.demand.warnings
    assert "exactly zero in 100.0% of the year" in warning
    assert "All of the year is missing" in warning
    assert "nan" not in warning
    assert checked.demand.facts["zero_runs"][0]["annual_kwh_at_mean_of_other_minutes"] is None


def test_a_meter_stuck_at_zero_may_be_refused(tmp_path: Path) -> None:
    problem = the_problem(check(tmp_path / "zero.csv", stuck(), zero_runs="refuse"))
    assert problem.endswith("Refused by demand.file_policy.zero_runs: refuse")


def test_short_zeros_and_heat_at_zero_are_no_news(tmp_path: Path) -> None:
    data = stuck()
    data["electricity_kw"] = GOOD["electricity_kw"]
    data.loc[3000:6000, "space_heating_kw"] = 0.0
    data.loc[100:110, "electricity_kw"] = 0.0
    checked = check(tmp_path / "zero.csv", data)
    assert checked.demand is not None
    assert checked.demand.warnings == []


def test_power_cut_off_at_a_maximum_is_told(tmp_path: Path) -> None:
    data = GOOD.assign(electricity_kw=GOOD["electricity_kw"].clip(upper=4.5))
    checked = check(tmp_path / "cut.csv", data)
    assert checked.demand is not None
    assert "exactly at its maximum of 4.5 kW" in checked.demand.warnings[0]


# ------------------------------------------------------------------------- clock changes


def local(zone: str, step: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A year in local clock time, and the same year in standard time.

    The year ends and begins in standard time, so both hold the same rows in the same order.
    """
    standard = table(step=step)
    offset = pd.Timestamp("2015-01-01", tz=zone).utcoffset()
    assert offset is not None
    utc = pd.DatetimeIndex(standard["time"]) - offset
    clock = utc.tz_localize("UTC").tz_convert(zone).tz_localize(None)
    return standard.assign(time=clock.strftime("%Y-%m-%d %H:%M")), standard


ZONES = [
    ("Europe/London", "2015-03-29 01:00 to 02:00", "2015-10-25 01:00 to 02:00"),
    ("Europe/Berlin", "2015-03-29 02:00 to 03:00", "2015-10-25 02:00 to 03:00"),
    ("America/New_York", "2015-03-08 02:00 to 03:00", "2015-11-01 01:00 to 02:00"),
]


@pytest.mark.parametrize("step", [15, 60])
@pytest.mark.parametrize(("zone", "spring", "autumn"), ZONES)
def test_clock_time_is_told_and_converted(
    tmp_path: Path, zone: str, spring: str, autumn: str, step: int
) -> None:
    clock, standard = local(zone, step)
    problem = the_problem(check(tmp_path / "clock.csv", clock))
    assert "looks like local clock time" in problem
    assert f"{spring} is missing (before row" in problem
    assert f"{autumn} occurs twice (again from row" in problem
    assert "set demand.file_policy.timezone" in problem
    checked = check(tmp_path / "clock.csv", clock, timezone=zone)
    np.testing.assert_array_equal(values(checked, "hot_water_kw", step), standard["hot_water_kw"])
    assert checked.demand is not None
    assert checked.demand.facts["time"] == f"standard time of {zone}, from its clock time"


@pytest.mark.parametrize("drop", ["spring", "autumn"])
def test_one_direction_alone_is_told(tmp_path: Path, drop: str) -> None:
    """A logger may show only one of the two changes."""
    data = GOOD.copy()
    if drop == "spring":
        data = data[data["time"] != "2015-03-29T01:00"]
    else:
        again = data[data["time"] == "2015-10-25T01:00"]
        data = pd.concat([data.loc[: again.index[0]], again, data.loc[again.index[0] + 1 :]])
    problem = the_problem(check(tmp_path / "half.csv", data))
    assert "looks like local clock time" in problem


def test_an_hour_logged_only_once_in_autumn_is_a_gap(tmp_path: Path) -> None:
    clock, standard = local("Europe/London")
    once = clock.drop_duplicates("time")
    checked = check(tmp_path / "once.csv", once, timezone="Europe/London")
    power = values(checked, "hot_water_kw")
    other = np.arange(8760) != 297 * 24 + 1
    np.testing.assert_array_equal(power[other], standard["hot_water_kw"][other])


def test_standard_time_declared_as_clock_time_is_told(tmp_path: Path) -> None:
    problem = the_problem(check(tmp_path / "standard.csv", GOOD, timezone="Europe/London"))
    assert "does not exist in Europe/London" in problem
    assert "2015-03-29 01:00" in problem
    assert "remove demand.file_policy.timezone" in problem


@pytest.mark.parametrize("timezone", [None, "Europe/London"])
def test_stamps_with_an_offset_are_understood(tmp_path: Path, timezone: str | None) -> None:
    standard = table()
    utc = pd.DatetimeIndex(standard["time"]).tz_localize("UTC")
    stamps = [stamp.isoformat() for stamp in utc.tz_convert("Europe/London")]
    assert stamps[5000].endswith("+01:00")
    data = standard.assign(time=stamps)
    checked = check(tmp_path / "offset.csv", data, timezone=timezone)
    np.testing.assert_array_equal(values(checked, "hot_water_kw"), standard["hot_water_kw"])


def test_utc_is_taken_to_a_zone_s_standard_time(tmp_path: Path) -> None:
    standard = table()
    utc = pd.DatetimeIndex(standard["time"]) - pd.Timedelta(hours=1)
    data = standard.assign(time=utc.strftime("%Y-%m-%dT%H:%MZ"))
    checked = check(tmp_path / "utc.csv", data, timezone="Europe/Berlin")
    np.testing.assert_array_equal(values(checked, "hot_water_kw"), standard["hot_water_kw"])


def test_stamps_with_and_without_offset_do_not_mix(tmp_path: Path) -> None:
    data = GOOD.copy()
    data.loc[:9, "time"] += "Z"
    data = data.iloc[:20]
    problem = the_problem(check(tmp_path / "mixed.csv", data))
    assert "these have none: 10, at row 12 ('2015-01-01T10:00')" in problem


def test_the_zone_must_exist() -> None:
    with pytest.raises(ConfigError, match=r"'Europe/Londn' is not .*did you mean 'Europe/London'"):
        load_config({"demand": {"file_policy": {"timezone": "Europe/Londn"}}}, ROOT / "resources")


# --------------------------------------------------------------------- before any job


def config(files: dict[str, str], **demand: Any) -> Config:
    return load_config(
        {
            "scenarios": {"house": list(files)},
            "demand": {"source": "file", "files": files, **demand},
        },
        ROOT / "resources",
    )


def test_all_files_are_checked_at_once(tmp_path: Path) -> None:
    GOOD.assign(hot_water_kw=-1.0).to_csv(tmp_path / "a.csv", index=False)
    GOOD.drop(columns="hot_water_kw").to_csv(tmp_path / "b.csv", index=False)
    files = {"flat": str(tmp_path / "a.csv"), "castle": str(tmp_path / "b.csv")}
    with pytest.raises(DataError) as raised:
        validate_demand_files(config(files))
    assert "demand.files.flat:" in str(raised.value)
    assert "hot_water_kw: negative: 8,760, at row 2" in str(raised.value)
    assert "demand.files.castle:" in str(raised.value)
    assert "no house 'castle'" in str(raised.value)


def test_good_files_and_built_in_demand_pass(tmp_path: Path) -> None:
    GOOD.drop(columns="hot_water_kw").to_csv(tmp_path / "a.csv", index=False)
    filled = config({"flat": str(tmp_path / "a.csv")})  # hot water from the catalogue
    notes = validate_demand_files(filled)
    assert f"electricity_kw {GOOD['electricity_kw'].sum():,.0f} kWh a year, 60 min" in notes[0]
    assert "1,304 kWh a year of hot_water_kw are added" in notes[1]
    assert "set none: [hot_water_kw] for the file" in notes[1]
    assert validate_demand_files(load_config({}, ROOT / "resources")) == []


# ---------------------------------------------------------------------------- real data


def test_a_real_year_with_its_meter_off(tmp_path: Path) -> None:
    """A measured UK year: a sixth of its minutes at zero, and cut off at 6 kW."""
    path = REFERENCE / "refit_house2_2014_1min_w.csv.gz"
    if not path.is_file():
        pytest.skip("the measured year is not here")
    raw = pd.read_csv(path)
    raw.to_csv(tmp_path / "raw.csv", index=False)
    problems = check_demand_file(tmp_path / "raw.csv", 2014, FilePolicy(), "cottage").problems
    assert "unknown column 'Time'; did you mean 'time'?" in problems
    power = pd.DataFrame({"time": raw["Time"], "electricity_kw": raw["Aggregate"] / 1000})
    data = power.assign(space_heating_kw=1.0, hot_water_kw=0.2)
    checked = check(tmp_path / "kw.csv", data, 2014)
    assert checked.demand is not None
    (zero,) = checked.demand.facts["zero_runs"]
    assert zero["zero_share"] == pytest.approx(0.173, abs=0.001)
    assert zero["longest_minutes"] == 62_888
    assert zero["stuck_share_by_month"][1] == 1.0
    assert checked.demand.facts["cut_off"][0]["maximum_kw"] == 6.0
