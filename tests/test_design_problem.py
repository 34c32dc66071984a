"""From demand, tariff and days to the numbers of a problem."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from design_cases import FIT, inputs, year_of_demand

from microchp.config import Boiler, Incentive, PricePeriod, SeriesFile, Tariff, Tes, Time
from microchp.config.scenarios import NamedFile
from microchp.design.problem import business_as_usual_gbp, problem_from, problem_of
from microchp.errors import DataError, SolveError
from microchp.series.prices import import_price, validate_year_files


def year_energy(problem, name: str) -> float:
    return float((problem.slice_weight_hours * getattr(problem, name)).sum())


def test_all_days_keep_the_demand_and_its_order():
    demand = year_of_demand()
    problem = problem_from(demand, inputs(time=Time(year=2015, resolution_minutes=60)))
    assert problem.shape == (365, 24)
    assert problem.day_weight.sum() == 365
    flat = demand["electricity_kw"].isel(dwelling=0).to_numpy()
    np.testing.assert_array_equal(problem.electricity_kw.ravel(), flat)
    assert problem.time().equals(pd.DatetimeIndex(demand["time"].to_numpy(), name="time"))


def test_a_leap_year_has_366_days():
    time = Time(year=2016, resolution_minutes=60)
    problem = problem_from(year_of_demand(2016), inputs(time=time))
    assert problem.shape == (366, 24)


def test_listed_days_stand_for_the_year_in_calendar_order():
    days = ["2015-07-01", "2015-01-15"]
    time = Time(year=2015, resolution_minutes=60, days=days)
    problem = problem_from(year_of_demand(), inputs(time=time))
    assert [str(day)[:10] for day in problem.day] == sorted(days)
    assert problem.day_weight.tolist() == [182.5, 182.5]


@pytest.mark.parametrize("number", [1, 2, 7, 30])
def test_typical_days_keep_energy_and_peak(number):
    demand = year_of_demand()
    full = problem_from(demand, inputs(time=Time(year=2015, resolution_minutes=60)))
    time = Time(year=2015, resolution_minutes=60, days=number)
    problem = problem_from(demand, inputs(time=time))
    assert problem.shape == (number, 24)
    assert problem.day_weight.sum() == pytest.approx(365)
    for name in ("space_heating_kw", "hot_water_kw", "electricity_kw"):
        assert year_energy(problem, name) == pytest.approx(year_energy(full, name), rel=1e-9)
    if number > 1:
        peak = full.heat_kw.sum(axis=1).argmax()
        kept = np.flatnonzero(problem.day == full.day[peak])
        assert kept.size == 1
        assert problem.day_weight[kept[0]] == 1
        np.testing.assert_array_equal(problem.heat_kw[kept[0]], full.heat_kw[peak])


def test_a_problem_survives_its_dataset():
    problem = problem_from(
        year_of_demand(), inputs(incentive=FIT, time=Time(year=2015, resolution_minutes=60))
    )
    again = problem_of(problem.to_dataset())
    assert again.inputs == problem.inputs
    for name, value in vars(problem).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_array_equal(getattr(again, name), value)


def test_wrong_resolution_and_year_are_refused():
    with pytest.raises(DataError, match="resolution_minutes = 30"):
        problem_from(year_of_demand(), inputs(time=Time(year=2015, resolution_minutes=30)))
    with pytest.raises(DataError, match=r"time\.year = 2016"):
        problem_from(year_of_demand(2015), inputs(time=Time(year=2016, resolution_minutes=60)))


# ------------------------------------------------------------------------------------ prices


def test_a_price_change_inside_a_slice_is_weighted_by_time():
    tariff = Tariff(
        import_periods=[
            PricePeriod(start="00:00", end="06:45", price_gbp_per_kwh=0.04),
            PricePeriod(start="06:45", end="24:00", price_gbp_per_kwh=0.2),
        ]
    )
    hourly = import_price(tariff, 2015, 60)
    assert hourly.shape == (365, 24)
    assert hourly[0, 6] == pytest.approx(0.75 * 0.04 + 0.25 * 0.2)
    fine = import_price(tariff, 2015, 5)
    assert fine.mean() == pytest.approx(hourly.mean(), rel=1e-12)


def test_days_belong_to_the_house_whatever_a_policy_pays(tmp_path: Path) -> None:
    """A price file of an incentive chooses no days, so that its house has one business as usual.

    Were days chosen by the design's own prices, those of the incentive would be other days, and
    what is saved would be against another year.
    """
    base, own = tmp_path / "base.csv", tmp_path / "own.csv"
    table = price_file(base)
    shuffled = table["import_price_gbp_per_kwh"].to_numpy().reshape(365, -1)[::-1] ** 3
    table.assign(import_price_gbp_per_kwh=shuffled.ravel()).to_csv(own, index=False)
    time = Time(year=2015, resolution_minutes=60, days=6)
    usual = inputs(tariff=Tariff(import_file=str(base)), time=time)
    paid = Incentive(tariff=Tariff(import_file=str(own)))
    demand = year_of_demand()
    found = [
        problem_from(demand, usual),
        problem_from(demand, usual.model_copy(update={"incentive": paid})),
    ]
    np.testing.assert_array_equal(found[0].day, found[1].day)
    np.testing.assert_array_equal(found[0].day_weight, found[1].day_weight)
    assert business_as_usual_gbp(found[0]) == business_as_usual_gbp(found[1])
    assert (found[0].import_price_gbp_per_kwh != found[1].import_price_gbp_per_kwh).any()


def price_file(path: Path, step_minutes: int = 30, year: int = 2015) -> pd.DataFrame:
    time = pd.date_range(f"{year}-01-01", f"{year + 1}-01-01", freq=f"{step_minutes}min")[:-1]
    table = pd.DataFrame({"time": time, "import_price_gbp_per_kwh": np.linspace(0, 1, len(time))})
    table.to_csv(path, index=False)
    return table


@pytest.mark.parametrize("slice_minutes", [5, 10, 60])
def test_prices_from_a_file_conserve_their_mean(tmp_path, slice_minutes):
    path = tmp_path / "price.csv"
    table = price_file(path, step_minutes=15)
    prices = import_price(Tariff(import_file=str(path)), 2015, slice_minutes)
    assert prices.shape == (365, 1440 // slice_minutes)
    assert prices.mean() == pytest.approx(table["import_price_gbp_per_kwh"].mean(), rel=1e-12)
    assert prices[0, 0] == pytest.approx(
        table["import_price_gbp_per_kwh"][: max(slice_minutes // 15, 1)].mean()
    )


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda t: t.drop(columns="time"), "no column time"),
        (lambda t: t.drop(index=100), r"1 of the steps.*missing, the first at 2015-01-03 02:00:00"),
        (lambda t: t.iloc[:-1], r"the first at 2015-12-31 23:30:00; found 17519 rows"),
        (lambda t: t.assign(time=t["time"] + pd.Timedelta("366D")), "time.year would be 2016"),
        (
            lambda t: t.assign(
                import_price_gbp_per_kwh=t["import_price_gbp_per_kwh"]
                .astype(object)
                .where(t.index != 7, "cheap")
            ),
            "row 9 'cheap'; expected a number",
        ),
        (lambda t: t.iloc[::3], "a step of 90 min"),
        (
            lambda t: t.assign(import_price_gbp_per_kwh=100 * t["import_price_gbp_per_kwh"]),
            "on average looks like pence",
        ),
        (
            lambda t: t.assign(time=t["time"].astype(str).where(t.index != 4, "noon")),
            "row 6 'noon'; expected an ISO 8601 time",
        ),
    ],
)
def test_a_damaged_price_file_is_refused_with_its_place(tmp_path, damage, message):
    path = tmp_path / "price.csv"
    damage(price_file(path)).to_csv(path, index=False)
    with pytest.raises(DataError, match=message) as raised:
        import_price(Tariff(import_file=str(path)), 2015, 60)
    assert str(path) in str(raised.value)


def test_every_damaged_price_file_is_named_by_its_key(tmp_path):
    good, short = tmp_path / "good.csv", tmp_path / "short.csv"
    price_file(good)
    price_file(short).iloc[:-1].to_csv(short, index=False)
    files = [
        NamedFile("tariff.import_file", SeriesFile(path=str(good)), "import_price"),
        NamedFile("incentives.fit.tariff.import_file", SeriesFile(path=str(short)), "import_price"),
        NamedFile(
            "scenarios.variants.dear.tariff.import_file",
            SeriesFile(path=str(short)),
            "import_price",
        ),
    ]
    with pytest.raises(DataError) as raised:
        validate_year_files(files, 2015)
    lines = str(raised.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [file.key for file in files[1:]]
    assert validate_year_files(files[:1], 2015) == [
        "tariff.import_file: 30 min, import_price_gbp_per_kwh 0.5 GBP/kWh on average (0 to 1)"
    ]


def test_the_incentives_own_tariff_is_the_designs_and_not_business_as_usuals():
    own = Tariff(
        import_periods=[PricePeriod(start="00:00", end="24:00", price_gbp_per_kwh=0.3)],
        export_gbp_per_kwh=0.02,
    )
    incentive = Incentive(export_gbp_per_kwh=0.05, tariff=own)
    time = Time(year=2015, resolution_minutes=60, days=["2015-01-01"])
    problem = problem_from(year_of_demand(), inputs(incentive=incentive, time=time))
    assert problem.import_price_gbp_per_kwh[0] == pytest.approx([0.3] * 24)
    assert problem.export_price_gbp_per_kwh[0] == pytest.approx([0.07] * 24)
    assert problem.bau_import_price_gbp_per_kwh[0, 0] == pytest.approx(0.055)


def test_a_deemed_export_is_paid_on_generation_and_not_on_the_meter():
    incentive = Incentive(
        generation_gbp_per_kwh=0.1, export_gbp_per_kwh=0.04, deemed_export_share=0.5
    )
    time = Time(year=2015, resolution_minutes=60, days=["2015-01-01"])
    problem = problem_from(year_of_demand(), inputs(incentive=incentive, time=time))
    assert problem.generation_payment_gbp_per_kwh == pytest.approx(0.12)
    assert not problem.export_price_gbp_per_kwh.any()


# ----------------------------------------------------------------------- sizes that cannot do


def test_a_peak_that_nothing_can_serve_is_named():
    time = Time(year=2015, resolution_minutes=60, days=["2015-01-01"])
    parameters = inputs(sizes_kw=(0, 1), boiler=Boiler(max_heat_kw=0.1), time=time)
    demand = year_of_demand()
    demand["hot_water_kw"][0, 8] = 20.0
    with pytest.raises(SolveError) as raised:
        problem_from(demand, parameters)
    message = str(raised.value)
    for part in ("2015-01-01 08:00", "boiler.max_heat_kw 0.1", "chp.sizes_kw 2.6", "2.7 kW"):
        assert part in message
    with_store = inputs(
        sizes_kw=(0, 1), boiler=Boiler(max_heat_kw=0.1), time=time, tes=Tes(max_kwh=60)
    )
    assert problem_from(demand, with_store).shape == (1, 24)
