"""Prices and factors over a year: periods by kind of day and month, and users' files."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from microchp.config import Emissions, PricePeriod, SeriesFile, Tariff
from microchp.config.scenarios import NamedFile
from microchp.errors import DataError
from microchp.series.prices import export_price, grid_co2, import_price, validate_year_files
from microchp.series.year_file import read_year_file

COLUMN = "import_price_gbp_per_kwh"


def period(start: str, end: str, price: float, **when: object) -> PricePeriod:
    return PricePeriod.model_validate(
        {"start": start, "end": end, "price_gbp_per_kwh": price, **when}
    )


# ----------------------------------------------------------------------------------- periods


def test_a_period_over_midnight_holds_on_both_sides_of_it() -> None:
    tariff = Tariff(import_periods=[period("23:30", "05:30", 0.07), period("05:30", "23:30", 0.3)])
    prices = import_price(tariff, 2015, 30)
    assert prices.shape == (365, 48)
    cheap = np.r_[np.arange(11), 47]
    for day in prices:
        assert np.flatnonzero(day == 0.07).tolist() == cheap.tolist()
    # 6 of 24 hours
    assert prices.mean() == pytest.approx((6 * 0.07 + 18 * 0.3) / 24)


def test_weekends_and_months_are_those_of_the_calendar() -> None:
    tariff = Tariff(
        import_periods=[period("00:00", "24:00", 0.2)],
        export_periods=[
            period("00:00", "24:00", 0.05, days="weekends"),
            period("16:00", "19:00", 0.4, days="weekdays", months=[1, 2, 12]),
            period("19:00", "16:00", 0.1, days="weekdays", months=[1, 2, 12]),
            period("00:00", "24:00", -0.02, days="weekdays", months=[*range(3, 12)]),
        ],
    )
    prices = export_price(tariff, 2016, 60)
    assert prices.shape == (366, 24)
    days = pd.date_range("2016-01-01", periods=366)
    for day, price in zip(days, prices, strict=True):
        if day.dayofweek >= 5:
            assert price == pytest.approx(0.05), day
        elif day.month in (1, 2, 12):
            assert price == pytest.approx([0.1] * 16 + [0.4] * 3 + [0.1] * 5), day
        else:
            assert price == pytest.approx(-0.02), day


def test_one_price_and_one_factor_hold_all_year() -> None:
    assert set(export_price(Tariff(export_gbp_per_kwh=-0.01), 2015, 60).ravel()) == {-0.01}
    co2 = grid_co2(Emissions(grid_kg_per_kwh=0.2), 2016, 15)
    assert co2.shape == (366, 96)
    assert set(co2.ravel()) == {0.2}


# ------------------------------------------------------------------------------------- files


def hourly(start: str = "2015-01-01", end: str = "2016-01-01") -> pd.DataFrame:
    """A price that tells the hour of the day, the weekday and the month."""
    time = pd.date_range(start, end, freq="h", inclusive="left")
    price = time.hour / 100 + time.dayofweek / 1000 + time.month / 100_000
    return pd.DataFrame({"time": time, COLUMN: price.to_numpy().round(6)})


def read(path: Path, year: int = 2015, **layout: object) -> np.ndarray:
    file = SeriesFile.model_validate({"path": str(path), **layout})
    return read_year_file(file, [COLUMN], year, "tariff.import_file").columns[COLUMN]


def test_a_file_of_another_layout_is_described(tmp_path: Path) -> None:
    """Other names, prices of a MWh, ends of steps: the same prices."""
    plain = hourly()
    other = pd.DataFrame(
        {
            "End of hour": plain["time"] + pd.Timedelta(hours=1),
            "Area": "GB",
            "Day-ahead (GBP/MWh)": 1000 * plain[COLUMN],
        }
    )
    other.to_csv(tmp_path / "other.csv", index=False)
    columns = {"time": "End of hour", COLUMN: "Day-ahead (GBP/MWh)"}
    found = read(tmp_path / "other.csv", columns=columns, factor=0.001, stamps="end")
    assert found == pytest.approx(plain[COLUMN].to_numpy())


@pytest.mark.parametrize(("name", "doubts"), [("Start", 1), ("End", 0), ("time", 0)])
def test_a_name_that_contradicts_stamps_is_told(tmp_path: Path, name: str, doubts: int) -> None:
    path = tmp_path / "other.csv"
    table = hourly()
    table.assign(time=table["time"] + pd.Timedelta(hours=1)).rename(columns={"time": name}).to_csv(
        path, index=False
    )
    file = SeriesFile(path=str(path), columns={"time": name}, stamps="end")
    notes = read_year_file(file, [COLUMN], 2015, "tariff.import_file").notes
    assert len(notes) == doubts
    assert all(
        "'Start' sounds like the start of a step and is taken as its end" in n for n in notes
    )


@pytest.mark.parametrize("backwards", [False, True])
def test_clock_times_with_summer_time_become_standard_time(tmp_path: Path, backwards: bool) -> None:
    plain = hourly()
    clock = plain["time"].dt.tz_localize("UTC").dt.tz_convert("Europe/London").dt.tz_localize(None)
    table = plain.assign(time=clock)
    (table[::-1] if backwards else table).to_csv(tmp_path / "clock.csv", index=False)
    found = read(tmp_path / "clock.csv", timezone="Europe/London")
    assert found == pytest.approx(plain[COLUMN].to_numpy())


def test_a_time_that_clocks_never_show_is_named(tmp_path: Path) -> None:
    hourly().to_csv(tmp_path / "standard.csv", index=False)
    with pytest.raises(DataError, match=r"2015-03-29 01:00.*clocks of Europe/London show"):
        read(tmp_path / "standard.csv", timezone="Europe/London")


def test_a_column_that_is_not_held_is_refused(tmp_path: Path) -> None:
    hourly().to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(
        DataError, match=r"import_file\.columns: price; expected time, import_price"
    ):
        read(tmp_path / "a.csv", columns={"price": "b"})
    with pytest.raises(DataError, match=r"no column import_price_gbp_per_kwh"):
        read(tmp_path / "a.csv", columns={COLUMN: "b"})


EXPECTED = hourly()[COLUMN].to_numpy()


def local(table: pd.DataFrame, zone: str) -> pd.DataFrame:
    """The same hours with stamps of a zone, and its offset from UTC."""
    standard = table["time"].dt.tz_localize("Etc/GMT-1")
    return table.assign(time=standard.dt.tz_convert(zone).map(lambda stamp: stamp.isoformat()))


def offset(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(time=table["time"].dt.strftime("%Y-%m-%dT%H:%M+01:00"))


WRITERS: dict[str, tuple[str, Callable[[pd.DataFrame, Path], object]]] = {
    "plain": ("a.csv", lambda t, p: t.to_csv(p, index=False)),
    "one_offset": ("a.csv", lambda t, p: offset(t).to_csv(p, index=False)),
    "changing_offsets": ("a.csv", lambda t, p: local(t, "Europe/Paris").to_csv(p, index=False)),
    "utf16": ("a.csv", lambda t, p: t.to_csv(p, index=False, encoding="utf-16")),
    "cp1252": (
        "a.csv",
        lambda t, p: t.assign(**{"Gebühr €": 1}).to_csv(p, index=False, encoding="cp1252"),
    ),
    "decimal_comma": ("a.csv", lambda t, p: t.to_csv(p, index=False, sep=";", decimal=",")),
    "excel": ("a.xlsx", lambda t, p: t.to_excel(p, index=False)),
    "parquet": ("a.parquet", lambda t, p: t.to_parquet(p)),
    "packed": ("a.csv.gz", lambda t, p: t.to_csv(p, index=False)),
    "day_first": (
        "a.csv",
        lambda t, p: t.to_csv(p, index=False, date_format="%d/%m/%Y %H:%M"),
    ),
    "month_first": (
        "a.csv",
        lambda t, p: t.to_csv(p, index=False, date_format="%m/%d/%Y %H:%M"),
    ),
    "hours_of_the_year": ("a.csv", lambda t, p: t.assign(time=range(8760)).to_csv(p, index=False)),
    "seconds_since_1970": (
        "a.csv",
        lambda t, p: t.assign(
            time=(t["time"] - pd.Timestamp(1970, 1, 1)) // pd.Timedelta("1s")
        ).to_csv(p, index=False),
    ),
    "any_order": ("a.csv", lambda t, p: t.sample(frac=1, random_state=1).to_csv(p, index=False)),
    "more_than_the_year": (
        "a.csv",
        lambda t, p: hourly("2014-11-01", "2016-02-01").to_csv(p, index=False),
    ),
    "whatever_outside_the_year": (
        "a.csv",
        lambda t, p: p.write_text(
            t.to_csv(index=False) + "2016-01-01 00:00,n/a\n2016-01-01 01:00,\n", encoding="utf-8"
        ),
    ),
    "rows_twice": ("a.csv", lambda t, p: pd.concat([t, t.iloc[5:9]]).to_csv(p, index=False)),
    "empty_cells_of_excel": (
        "a.csv",
        lambda t, p: p.write_text(
            "\n\n" + t.to_csv(index=False).replace("\n", ",,\n"), encoding="utf-8"
        ),
    ),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_prices_are_read_however_they_are_written(tmp_path: Path, kind: str) -> None:
    name, write = WRITERS[kind]
    write(hourly(), tmp_path / name)
    np.testing.assert_allclose(read(tmp_path / name), EXPECTED, atol=1e-9)


def test_twelve_months_from_july_keep_hours_and_weekdays(tmp_path: Path) -> None:
    path = tmp_path / "july.csv"
    hourly("2014-07-01", "2015-07-01").to_csv(path, index=False)
    series = read_year_file(SeriesFile(path=str(path)), [COLUMN], 2015, "tariff.import_file")
    assert series.notes == (
        "2014-07-01 to 2015-06-30 laid over 2015 by whole weeks, so that weekdays are kept",
    )
    found = series.columns[COLUMN]
    # all but the month, of which days near its ends may be the neighbour's
    hours_and_weekdays = EXPECTED - pd.date_range("2015", periods=8760, freq="h").month / 1e5
    moved = np.round((found - hours_and_weekdays) * 1e5).astype(int)
    time = pd.date_range("2015", periods=8760, freq="h")
    assert set(moved) <= set(range(1, 13))
    assert (moved[time.month <= 6] == time.month[time.month <= 6]).all()
    assert (moved == time.month).mean() > 0.97


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda t: t.assign(**{COLUMN: t[COLUMN].where(t.index != 7)}), "row 9 '.*expected a num"),
        (lambda t: t.drop(index=[100, 101]), "2 of the steps of 60 min of 2015 are missing, the f"),
        (lambda t: t.assign(time=t["time"] + pd.Timedelta("1h")), "look like the ends of the step"),
        (lambda t: t.drop(index=t.index[t["time"] == "2015-03-29 02:00"]), "summer time leaves ou"),
        (lambda t: t.assign(time=t["time"] + pd.Timedelta("10min")), "times on whole steps of 60"),
        (lambda t: t.assign(time=t["time"] + pd.Timedelta("1000D")), "time.year would be 2017"),
        (lambda t: pd.concat([t, t.iloc[[5]].assign(**{COLUMN: 0.9})]), "each time once"),
        (lambda t: t.assign(time="9999-01-01"), "cannot be read|each time once"),
        (lambda t: t.assign(time=range(50_000, 58_760)), "expected ISO 8601 times, hours of the y"),
        (lambda t: t.assign(**{COLUMN: 77.0}), r"77 on average looks like pence .* per MWh"),
        (lambda t: t.assign(**{COLUMN: -0.2}), r"-0.2 on average looks like a sign turned round"),
        (lambda t: t.assign(**{COLUMN: t[COLUMN].where(t.index != 7, 99.0)}), "expected -20 to 20"),
        (lambda t: t.iloc[:1], "1 row; expected the whole year 2015"),
        (lambda t: t.iloc[:0], "no rows below the header"),
    ],
)
def test_what_is_no_year_of_prices_is_refused_with_its_place(
    tmp_path: Path, damage: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    path = tmp_path / "bad.csv"
    damage(hourly()).to_csv(path, index=False)
    with pytest.raises(DataError, match=message) as raised:
        import_price(Tariff(import_file=str(path)), 2015, 60)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("\n\n  \n", "the file is empty"),
        (f"time,{COLUMN},{COLUMN}\n2015-01-01,1,2\n", "is there more than once"),
        (f"time,{COLUMN}\n2015-01-01T00:00,0.1,0.2\n", "row 2: 3 values under the 2 names"),
        (f"time,{COLUMN}\n2015-01-01T00:00\n", "row 2: 1 value under the 2 names"),
        (f"time,{COLUMN}\n2015-01-01T00:00Z,1\n2015-01-01T01:00,1\n", "an offset from UTC in ever"),
        (f"time,{COLUMN}\n,1\n", "expected a time in every row"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_row(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read(path)


@pytest.mark.parametrize("kind", ["import_price", "export_price", "grid_co2"])
def test_files_of_every_kind_are_checked_and_said_what_they_hold(tmp_path: Path, kind: str) -> None:
    columns = {
        "import_price": COLUMN,
        "export_price": "export_price_gbp_per_kwh",
        "grid_co2": "grid_kg_per_kwh",
    }
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    table = hourly().rename(columns={COLUMN: columns[kind]})
    table.to_csv(good, index=False)
    table.assign(**{columns[kind]: 250.0}).to_csv(bad, index=False)
    (note,) = validate_year_files([NamedFile("key", SeriesFile(path=str(good)), kind)], 2015)  # type: ignore[arg-type]
    assert note.startswith(f"key: 60 min, {columns[kind]} 0.118")
    with pytest.raises(DataError, match=r"key: .*250 on average looks like"):
        validate_year_files([NamedFile("key", SeriesFile(path=str(bad)), kind)], 2015)  # type: ignore[arg-type]


def test_export_and_grid_files_are_used_hour_by_hour(tmp_path: Path) -> None:
    table = hourly()
    for name, column in (("sold", "export_price_gbp_per_kwh"), ("carbon", "grid_kg_per_kwh")):
        table.rename(columns={COLUMN: column}).to_csv(tmp_path / f"{name}.csv", index=False)
    sold = export_price(Tariff(export_file=str(tmp_path / "sold.csv")), 2015, 60)
    carbon = grid_co2(Emissions(grid_file=str(tmp_path / "carbon.csv")), 2015, 30)
    np.testing.assert_allclose(sold.ravel(), EXPECTED)
    np.testing.assert_allclose(carbon.ravel()[::2], EXPECTED)
