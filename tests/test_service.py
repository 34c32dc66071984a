"""Wear of units, stores after large draws, and hot water that is not served."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import inputs_of, synthetic_design

from microchp.account.designs import assess_design
from microchp.account.service import NO_WEAR, SCHEMA, design_row, wear
from microchp.config import ChpUnit, Finance
from microchp.operation.dwelling import dwelling_table, operate, store_recoveries
from microchp.operation.heat_led import NO_UNIT
from microchp.report.sections.service import section, sentences
from microchp.system.annualisation import annualisation_factor
from microchp.tables.words import duration

FINANCE = Finance(interest_rate=0.05, lifetime_years=15)


def unit(**changes: float | None) -> ChpUnit:
    return ChpUnit.model_validate(
        {
            "name": "engine",
            "power_kw": 2,
            "electrical_efficiency": 0.25,
            "thermal_efficiency": 0.65,
            "capital_cost_gbp_per_kw": 1500,
            "maintenance_gbp_per_kwh": 0.01,
            "service_hours": None,
            **changes,
        }
    )


def test_a_unit_is_bought_again_when_its_hours_are_used_up() -> None:
    """40,000 h at 6,000 a year last 6.7 years: bought again after 6 and 12, of 15."""
    found = wear(unit(service_hours=40_000), 6_000, 900, FINANCE)
    assert found.service_life_years == pytest.approx(40 / 6)
    assert (found.limited_by, found.replacements) == ("hours", 2)
    present = 3000 / 1.05**6 + 3000 / 1.05**12
    assert found.replacement_gbp_per_year == pytest.approx(present * annualisation_factor(FINANCE))


def test_starts_wear_too_where_they_are_known() -> None:
    both = unit(service_hours=40_000, service_starts=10_000)
    assert wear(both, 1_000, 2_000, FINANCE).limited_by == "starts"
    assert wear(both, 1_000, 2_000, FINANCE).service_life_years == pytest.approx(5)
    assert wear(both, 8_000, 100, FINANCE).limited_by == "hours"


def test_what_is_not_known_or_not_used_does_not_wear() -> None:
    assert wear(unit(), 8_000, 5_000, FINANCE) == NO_WEAR
    assert wear(None, 0, 0, FINANCE) == NO_WEAR
    assert wear(unit(service_hours=40_000), 0, 0, FINANCE) == NO_WEAR
    lasting = wear(unit(service_hours=40_000), 2_000, 10, FINANCE)
    assert (lasting.replacements, lasting.replacement_gbp_per_year) == (0, 0)


@given(st.floats(100, 8760), st.floats(100, 8760))
def test_more_hours_never_cost_less(one: float, other: float) -> None:
    some, more = sorted((one, other))
    engine = unit(service_hours=20_000)
    cost = [wear(engine, hours, 0, FINANCE).replacement_gbp_per_year for hours in (some, more)]
    assert cost[0] <= cost[1] + 1e-9


def level(*pieces: tuple[int, float, float]) -> np.ndarray:
    """A level by minute: minutes, from and to (kWh)."""
    return np.concatenate([np.linspace(start, end, n, endpoint=False) for n, start, end in pieces])


def test_a_large_draw_and_how_long_it_takes_to_make_good() -> None:
    # full for 2 h; 6 of 10 kWh drawn in 30 min; 60 min at 4; filled in 120 min
    kwh = level((120, 10, 10), (30, 10, 4), (60, 4, 4), (120, 4, 10), (60, 10, 10))
    drawn, lasted = store_recoveries(kwh, 10.0, 60)
    assert drawn == [120 + 25]  # 5 of 10 kWh are gone
    # back at 9 kWh, 100 of 120 min into the filling
    assert lasted == [150 + 60 + 100 - 145]


def test_a_slow_or_small_draw_is_none() -> None:
    slow = level((60, 10, 10), (300, 10, 0), (100, 0, 10))
    assert store_recoveries(slow, 10.0, 60) == ([], [])
    small = level((60, 10, 10), (10, 10, 6), (100, 6, 10))
    assert store_recoveries(small, 10.0, 60) == ([], [])
    assert store_recoveries(np.zeros(600), 0.0, 60) == ([], [])


def test_a_draw_from_a_store_half_full_is_made_good_where_it_was() -> None:
    kwh = level((90, 6, 6), (10, 6, 0), (60, 0, 6), (60, 6, 6))
    _, lasted = store_recoveries(kwh, 10.0, 60)
    assert lasted == [100 + 60 - 99]


def test_hot_water_comes_first_and_what_lacks_is_counted() -> None:
    """A boiler of 5 kW: 4 kW of heating and 3 of hot water leave 2 kW of heating cold; 8 kW of hot
    water leave 3 kW of it unserved."""
    minute = np.arange(3 * 1440)
    demand = {
        "space_heating_kw": np.where(minute % 1440 < 60, 4.0, 0.0),
        "hot_water_kw": np.where(minute % 1440 < 30, 3.0, 0.0)
        + np.where((minute % 1440 >= 600) & (minute % 1440 < 610), 8.0, 0.0),
        "electricity_kw": np.full(len(minute), 0.5),
    }
    year = operate(demand, NO_UNIT._replace(boiler_kw=5.0), np.zeros(len(minute), dtype=np.bool_))
    row = dwelling_table(year, {"year": np.ones(3, dtype=np.bool_)}, 0.0, 20).iloc[0]
    assert row["unmet_heat_kwh"] == pytest.approx(3 * (2 * 0.5 + 3 / 6))
    assert row["unmet_hot_water_kwh"] == pytest.approx(3 * 3 / 6)
    assert row["unmet_hot_water_minutes"] == 30
    assert row["hot_water_from_boiler_kwh"] == pytest.approx(3 * (3 * 0.5 + 5 / 6))
    assert (row["large_draws"], math.isnan(row["store_recovery_minutes"])) == (0, True)


def test_a_design_as_designed() -> None:
    made = inputs_of({"scenarios": {"house": ["detached"], "incentive": ["fit"]}})
    design = synthetic_design(made["detached-fit-with"], 2.0, 6.0, days=73, day_weight=5.0)
    row = pd.Series(assess_design(design))
    found = SimpleNamespace(**design_row(row, design))
    free = (design["grid_import_kw"].to_numpy() <= 0).mean()
    assert found.grid_free_time_share == pytest.approx(free)
    assert found.grid_free_energy_share == pytest.approx(
        1 - row["import_kwh"] / row["electricity_kwh"]
    )
    assert found.service_life_years == pytest.approx(50_000 / row["chp_run_hours"])
    assert found.saving_after_replacement_gbp == pytest.approx(
        row["eai_gbp"] - found.replacement_gbp_per_year
    )


def test_the_answer_says_where_a_unit_wears_out_before_it_is_paid_off() -> None:
    row = {"scenario": "a", "control": "design", "replacements": 1.0}
    rows = [
        row | {"saving_after_replacement_gbp": -35.0},
        row | {"scenario": "b", "saving_after_replacement_gbp": 20.0},
        row | {"scenario": "c", "replacements": 0.0, "saving_after_replacement_gbp": 70.0},
        row | {"scenario": "a", "control": "heat_led", "saving_after_replacement_gbp": -90.0},
        row | {"scenario": "no_best", "saving_after_replacement_gbp": -900.0},
    ]
    (said,) = sentences(pd.DataFrame(rows), {"a", "b", "c"})
    assert said.startswith("In 2 of 3 best designs the unit wears out")
    assert said.endswith(
        "the same designs save up to £20 a year or cost up to £35 a year more than today."
    )
    (said,) = sentences(pd.DataFrame(rows), {"b"})
    assert said.startswith("In the best design the unit wears out")
    assert sentences(pd.DataFrame(rows), {"c"}) == []


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (85.0, "85 min"),
        (119.4, "119 min"),
        (120.0, "2.0 h"),
        (34_010.0, "24 days"),
        (math.nan, "–"),
    ],
)
def test_a_time_is_told_in_the_unit_that_it_is_read_in(minutes: float, said: str) -> None:
    assert duration(minutes) == said


def test_without_heat_led_runs_there_is_no_table_of_them() -> None:
    """What only they have is left out with its heading; times of days are told in days."""
    nothing = {name: 0.0 for name, column in SCHEMA.columns.items() if "float" in str(column.dtype)}
    row = dict.fromkeys(SCHEMA.columns, "") | nothing
    row |= {"run_hours": 510.0, "service_life_years": 98.1, "control": "design"}
    recovery = {"store_recovery_minutes": 34_010.0, "longest_recovery_minutes": 93_552.0}
    led = row | recovery | {"control": "heat_led"}
    designed, both = (section(pd.DataFrame(rows)) for rows in ([row], [row, led]))
    assert designed is not None and both is not None
    assert len(both.parts) == len(designed.parts) + 1
    table = both.parts[-1]
    shown = dict(zip((column.name for column in table.columns), table.cells[0], strict=True))
    assert (shown["Store back after (min)"].text, shown["Store back after (min)"].value) == (
        "24 days",
        34_010.0,
    )
    assert shown["At longest (min)"].text == "65 days"
    assert not any(column.unit == "min" for column in table.columns)
