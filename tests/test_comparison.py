"""Published numbers: whole, well-formed, and compared with a run as they say."""

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from microchp.config import PAPERS, load_config
from microchp.errors import AssessmentError
from microchp.reproduction.audit import places_at_fault
from microchp.reproduction.comparison import (
    IN_KIND,
    SCHEMA,
    beside,
    compare,
    look_up,
    read_comparison,
    read_reasons,
    verdict,
)
from microchp.reproduction.computed import input_table
from microchp.reproduction.published import Printed, read_published

RESOURCES = Path(__file__).parents[1] / "resources/published"
SECOND = Path(__file__).parent / "second_transcription.csv"
REASONS = read_reasons(RESOURCES / "reasons.yaml")
NUMBERS = read_published([RESOURCES / f"{paper}.csv" for paper in PAPERS])

PRINT = Printed(
    "oluleye2018", "Table 3", "EAI", "Flat", "91", "£/year", "", "", "design metric=x", "40", "no"
)


def tables_that_say_what_is_published() -> dict[str, pd.DataFrame]:
    """For every key a row with the printed number, in the scale of a run."""
    found: dict[str, dict[tuple[tuple[str, str], ...], dict[str, float]]] = {}
    for printed in NUMBERS:
        table, asked = printed.looked_up
        if not table:
            continue
        metric = asked.pop("metric", "value")
        scale = float(asked.pop("scale", "100" if printed.unit == "%" else "1"))
        if table == "design":
            asked = {"variant": ""} | asked
        identity = tuple(sorted(asked.items()))
        found.setdefault(table, {}).setdefault(identity, {}).setdefault(
            metric, printed.number / scale
        )
    tables = {
        table: pd.DataFrame([dict(identity) | values for identity, values in rows.items()])
        for table, rows in found.items()
    }
    tables["design"] = tables["design"].assign(eai_crf_gbp=-1.0, tes_eai_gain_crf_gbp=-1.0)
    return tables


# --------------------------------------------------------------------------------- the data


@pytest.mark.parametrize(
    ("paper", "table", "cells"),
    [
        *((paper, f"Table {n}", cells) for paper in PAPERS[:2] for n, cells in ((2, 44), (3, 44))),
        ("peacock2006", "Table 3", 21),
        ("peacock2006", "Table 4", 48),
        ("peacock2006", "Table 5", 84),
        ("peacock2006", "Table 6", 24),
        ("depaepe2006", "Table 3", 15),
    ],
)
def test_every_cell_of_the_result_tables_is_there_and_compared(paper, table, cells):
    rows = [p for p in NUMBERS if (p.paper, p.table) == (paper, table)]
    # a cell that is printed for two units at once has a row for each
    places = {(p.row, p.column.removesuffix(" (the fuel cell)")) for p in rows}
    assert len(places - {("Run time, share of the day", "1 kW SE and 1 kW FC")}) == cells
    without = [p for p in rows if not p.key]
    # in Peacock's Table 3, what is zero without a unit
    assert {p.value for p in without} <= {"0"}


def test_the_conference_paper_has_the_tables_of_the_journal_paper():
    def cells(paper):
        return {
            p.place[1:]: p.value
            for p in NUMBERS
            if p.paper == paper and p.table in ("Table 1", "Table 2", "Table 3")
        }

    assert cells("oluleye2017") == cells("oluleye2018")
    assert len(cells("oluleye2017")) == 112


def test_a_second_transcription_made_apart_agrees_in_every_number():
    second = pd.read_csv(SECOND, dtype=str, keep_default_na=False)
    place = ["paper", "table", "row", "column", "locator"]
    assert not second.duplicated(place).any()
    again = dict(
        zip(second[place].itertuples(index=False, name=None), second["value"], strict=True)
    )
    assert again == {(*p.place, p.locator): p.value for p in NUMBERS}


def test_a_number_that_is_a_bound_in_words_is_one_in_the_data():
    told = {"at least": "least", "at most": "most"}
    assert {p.bound for p in NUMBERS} == {"", "least", "most"}
    for printed in NUMBERS:
        assert printed.bound == told.get(printed.row.rsplit(", ", 1)[-1], "")


def test_numbers_from_sentences_say_where_they_stand():
    assert all(p.locator for p in NUMBERS if p.table == "text")


def test_at_least_250_results_are_compared():
    compared = [p for p in NUMBERS if p.key and p.role == "result"]
    assert len(compared) >= 250


def test_a_file_of_another_form_is_refused(tmp_path):
    path = tmp_path / "oluleye2018.csv"
    table = pd.read_csv(RESOURCES / "oluleye2018.csv", dtype=str, keep_default_na=False)
    table.loc[3, "value"] = "7,65"
    table.to_csv(path, index=False)
    with pytest.raises(AssessmentError, match="7,65"):
        read_published([path])


# ------------------------------------------------------------------------------- comparison


def test_a_run_that_says_what_is_published_is_exact():
    table = compare(tables_that_say_what_is_published(), NUMBERS, REASONS)
    assert len(table) == len(NUMBERS)
    judged = table[~table["verdict"].isin(["not computed", "inconsistent in print"])]
    keys = Counter(table["key"])
    # where a paper prints two numbers for one thing, only one of them can be met
    once = judged[judged["key"].map(keys) == 1]
    assert (once["verdict"] == "exact").all()
    assert once["deviation"].abs().max() < 1e-9
    assert (table["verdict"] == "not computed").sum() == (table["key"] == "").sum()


def test_numbers_at_fault_in_print_are_not_judged():
    table = compare(tables_that_say_what_is_published(), NUMBERS, REASONS)
    at_fault = places_at_fault(NUMBERS)
    marked = table[table["verdict"] == "inconsistent in print"]
    keyed = {p.place for p in NUMBERS if p.key}
    assert {
        tuple(row) for row in marked[["paper", "table", "row", "column"]].to_numpy()
    } == keyed & set(at_fault)
    assert marked["reason"].str.len().min() > 20


@given(st.floats(-400, 400))
def test_verdicts_follow_from_the_deviation(off):
    word = verdict(PRINT, PRINT.number + off, at_fault=False)
    if abs(off) <= 0.5:
        assert word == "exact"
    elif abs(off) <= 40:
        assert word == "close"
    elif abs(off) <= 40 * IN_KIND and 91 + off >= 0:
        assert word == "in kind"
    else:
        assert word == "differs"


@given(st.floats(-400, 400))
def test_a_bound_in_words_is_kept_or_missed_by_what_is_beyond_it(off):
    least, most = (replace(PRINT, bound=bound) for bound in ("least", "most"))
    # what a row is called decides nothing
    assert replace(PRINT, row="EAI, at most").off(PRINT.number - 1) == 1
    value = PRINT.number + off
    assert {least.off(value), most.off(value)} == {0.0, abs(value - PRINT.number)}
    assert verdict(least if off > 0 else most, value, at_fault=False) == "exact"


def test_a_payback_that_never_comes_differs_and_none_is_not_computed():
    assert verdict(PRINT, math.inf, at_fault=False) == "differs"
    assert verdict(PRINT, math.nan, at_fault=True) == "not computed"


def test_tolerances_in_per_cent_and_at_least_the_rounding():
    assert replace(PRINT, value="14.0", tolerance="10%").allowed == pytest.approx(1.4)
    assert replace(PRINT, value="14", tolerance="").allowed == 0.5
    assert replace(PRINT, value="0.063", tolerance="").half_digit == pytest.approx(0.0005)


def test_the_optimum_and_both_factors_stand_beside_the_published_size():
    printed = next(p for p in NUMBERS if "metric=eai_as_printed_gbp" in p.key)
    _, asked = printed.looked_up
    rows = [
        asked | {"variant": variant, "design": design, "eai_as_printed_gbp": a, "eai_crf_gbp": c}
        for variant, design, a, c in (
            ("", "published", 1.0, 2.0),
            ("as_printed", "optimal", 3.0, 4.0),
            ("", "optimal", 5.0, 6.0),
        )
    ]
    tables = {"design": pd.DataFrame(rows)}
    assert look_up(tables, printed) == 1
    found = beside(tables, printed)
    assert math.isnan(found.pop("computed_unfitted"))
    assert found == {"computed_crf": 2, "computed_optimum": 3, "computed_optimum_crf": 6}


def test_a_key_that_fits_nothing_or_too_much_is_refused():
    printed = replace(PRINT, key="design house=flat metric=x")
    table = pd.DataFrame({"house": ["flat", "flat"], "variant": "", "x": [1.0, 2.0]})
    with pytest.raises(AssessmentError, match="2 rows"):
        look_up({"design": table}, printed)
    with pytest.raises(AssessmentError, match="no column"):
        look_up({"design": table.drop(columns="x")}, printed)
    assert math.isnan(look_up({}, printed))


def test_a_comparison_is_read_as_it_was_written(tmp_path):
    table = compare(tables_that_say_what_is_published(), NUMBERS, REASONS)
    table.to_csv(tmp_path / "published.csv", index=False)
    pd.testing.assert_frame_equal(read_comparison(tmp_path / "published.csv"), table)
    assert list(table)[:7] == [
        *("paper", "table", "item", "published", "computed", "deviation", "verdict")
    ]
    assert list(table) == list(SCHEMA.columns)


# ------------------------------------------------------------------------------------- inputs


@pytest.mark.parametrize(
    ("paper", "off"),
    [
        ("oluleye2017", {"emissions.gas_kg_per_kwh"}),
        ("oluleye2018", {"emissions.gas_kg_per_kwh", "boiler.maintenance_gbp_per_kwh"}),
        ("peacock2006", set()),
        (
            "depaepe2006",
            {
                "units.solo_printed.least_power_kw",
                "comparison.condensing_boiler.maintenance_eur_per_year",
                *(f"comparison.prices.rates.{rate}.price_eur_per_kwh" for rate in ("day", "night")),
            },
        ),
    ],
)
def test_a_study_has_the_inputs_that_its_paper_prints(paper, off):
    study = {"oluleye2017": "oluleye2018"}.get(paper, paper)
    text = (RESOURCES.parents[1] / "config/studies" / f"{study}.yaml").read_text("utf-8")
    config = load_config(yaml.safe_load(text), RESOURCES.parent).model_dump(mode="json")
    printed = [p for p in NUMBERS if p.paper == paper]
    found = compare({"input": input_table(config)}, printed, REASONS)
    found = found[found["key"].str.startswith("input ")]
    unmet = found[~found["verdict"].isin(["exact", "close"])]
    assert {path.split()[1].removeprefix("path=") for path in unmet["key"]} == off
    assert len(found) > 15
    assert (unmet["reason"].str.len() > 20).all()


def test_inputs_of_a_unit_and_clock_times_can_be_looked_up():
    unit = {"power_kw": 2, "electrical_efficiency": 0.2, "thermal_efficiency": 0.72}
    config = {
        "units": {"family": {"unit": unit | {"min_load_share": 0.5}}},
        "period": [{"start": "06:30"}],
    }
    values = input_table(config).set_index("path")["value"]
    assert values["units.unit.heat_recovery"] == pytest.approx(0.9)
    assert values["units.unit.least_power_kw"] == 1
    assert values["units.unit.least_heat_kw"] == pytest.approx(3.6)
    assert values["period.0.start"] == 6.5
