"""The first screen of the page, variants drawn, and the registry of columns."""

import html
import math
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest
import yaml
from report_run import USER, make_designs
from synthetic import inputs_of

from microchp.account.controlled import Controlled
from microchp.account.designs import read_designs
from microchp.account.energy import Installed
from microchp.account.options import new_boiler
from microchp.account.support import EnergyPrices, Today, saving_at_gbp
from microchp.config import NewBoiler, newest_market, pounds_words
from microchp.errors import AssessmentError
from microchp.report.build import build_report
from microchp.report.evidence import Evidence, choices
from microchp.report.sections import answer, options, sweep
from microchp.report.sections.designs import designs_table
from microchp.report.sections.first import headline
from microchp.report.sections.groups import Outcome
from microchp.report.selection import design_words
from microchp.report.summary import run_summary
from microchp.system.investment import Investment
from microchp.tables import columns
from microchp.tables.words import by_sign, pounds

ROOT = Path(__file__).parents[1]
TODAY = Today.of(newest_market("GBR", ROOT / "resources"))


@pytest.fixture(scope="module")
def designs(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    directory = tmp_path_factory.mktemp("run")
    make_designs(directory)
    return read_designs(directory / "designs.csv")


def outcome(without_kw: float, with_kw: float, day_fall: float) -> Outcome:
    without = pd.Series({"admd_kw": without_kw, "homes_served": 400 / without_kw})
    most = pd.Series(
        {"admd_kw": with_kw, "homes_served": 400 / with_kw, "penetration": 1.0, "dwellings": 13}
    )
    return Outcome(without, most, day_fall)


def test_three_numbers_answer_three_questions(designs: pd.DataFrame) -> None:
    chosen = designs[designs["scenario"].str.startswith("detached-fit")].copy()
    best = chosen["tes"] == "with"
    chosen.loc[best, ["eac_gbp", "eai_gbp", "bau_cost_gbp"]] = [900.0, 100.0, 1000.0]
    chosen.loc[~best, ["eac_gbp", "eai_gbp", "bau_cost_gbp"]] = [950.0, 50.0, 1000.0]
    chosen[["bau_fuel_kwh", "chp_fuel_kwh", "boiler_fuel_kwh"]] = [10e3, 18e3, 2e3]
    chosen[["electricity_kwh", "import_kwh", "export_kwh"]] = [4e3, 1e3, 2e3]
    chosen[["bau_grid_co2_kg", "grid_co2_kg", "grid_kg_per_kwh"]] = [2076.0, -519.0, 0.519]
    chosen[["co2_kg", "bau_co2_kg"]] = [850.0, 1000.0]
    chosen["peak_import_kw"] = 4.5
    inputs = inputs_of(USER)
    name = "detached-fit-with"
    evidence = Evidence(
        inputs={
            name: inputs[name].model_copy(
                update={
                    "emissions": inputs[name].emissions.model_copy(
                        update={"gas_kg_per_kwh": 0.2, "grid_kg_per_kwh": 0.519}
                    )
                }
            )
        },
        controlled={name: Controlled(970.0, 950.0, 0.0, 0.0, 365.0)},
        peak_demand_kw={name: 5.0},
        today=TODAY,
    )
    alone = headline(chosen, evidence, [], Path("none.svg"))
    assert [figure.value for figure in alone.figures] == ["£100", "−15 %", "−10 %"]
    assert "by a grid of 0.519 kg/kWh" in alone.figures[1].meaning
    told = " ".join(alone.sentences)
    # 2,000 kg more of gas; 5,000 kWh less of import
    today = (0.2 * 20e3 - 0.177 * 1e3) / (0.2 * 10e3 + 0.177 * 4e3) - 1
    assert f"by +{100 * today:.0f} % with 0.177 kg/kWh (Great Britain 2025)" in told
    assert "it turns at 0.40 kg/kWh" in told
    assert "the same designs cost £20 a year more than today and pay in no case." in told
    street = headline(chosen, evidence, [outcome(2.27, 2.07, 0.52)], Path("none.svg"))
    assert street.figures[2].value == "−9 %"
    assert "serves 193 homes instead of 176" in " ".join(street.sentences)
    same = headline(chosen, evidence, [outcome(8.7, 8.7, 0.2)], Path("none.svg"))
    assert "serves 45 homes as before" in " ".join(same.sentences)
    (found,) = answer.answers(chosen, evidence)[0][1]
    assert found.next_best.endswith("£50 a year dearer")
    assert found.controlled.text == "−20"
    assert "+" in found.co2_by


def test_today_is_the_next_best_where_nothing_else_is(designs: pd.DataFrame) -> None:
    chosen = designs[designs["scenario"] == "detached-fit-with"]
    row = chosen.iloc[0]
    assert answer.next_best(row, chosen, Evidence()).startswith("today's boiler and grid, ")


def test_other_plants_are_told_by_their_parts() -> None:
    row = pd.Series({"chp_kw": 0.0, "tes_kwh": 8.0, "heat_pump_kw": 6.0, "pv_kwp": 3.5})
    assert design_words(row) == ("6.0 kW heat pump, 3.5 kWp photovoltaics, 8.0 kWh store")


def test_a_new_boiler_is_an_option_worked_out_by_hand(designs: pd.DataFrame) -> None:
    """10,000 kWh of fuel at 0.90 are 9,000 kWh of heat, or 9,000 kWh of fuel at 1.00.

    Were the boiler that is there not replaced, or its fuel not counted by its efficiency, the
    saving would not be 1,000 kWh of gas less an annuity of the price.
    """
    row = designs[designs["scenario"] == "detached-fit-with"].iloc[0].copy()
    row["bau_cost_gbp"], row["bau_fuel_kwh"], row["bau_co2_kg"] = 1000.0, 10_000.0, 4000.0
    row["bau_tde_kwh"] = 20_000.0
    inputs = inputs_of(
        USER
        | {
            "boiler": {"efficiency": 0.9},
            "tariff": {"gas_gbp_per_kwh": 0.05},
            "emissions": {"gas_kg_per_kwh": 0.2},
            "finance": {"interest_rate": 0.0, "lifetime_years": 10},
        }
    )["detached-fit-with"]
    year = new_boiler(row, inputs, NewBoiler(efficiency=1.0, capital_cost_gbp=200))
    assert year.cost_gbp == pytest.approx(1000 - 0.05 * 1000 + 20)
    assert year.co2_kg == pytest.approx(4000 - 0.2 * 1000)
    assert (year.investment_gbp, year.fuel_kwh) == (200, pytest.approx(9000))
    assert year.tde_kwh == pytest.approx(19_000)


def test_reference_options_stand_among_the_options(designs: pd.DataFrame) -> None:
    """A boiler that costs nothing and needs no gas to speak of is the best of all, and told so."""
    chosen = designs[designs["scenario"].str.startswith("detached-fit")]
    inputs = inputs_of(USER)
    dear = NewBoiler(efficiency=0.9, capital_cost_gbp=9e4)
    for boiler, place in ((NewBoiler(efficiency=1.1, capital_cost_gbp=0), 0), (dear, -1)):
        cheap = chosen.assign(eac_gbp=chosen["bau_cost_gbp"] - 1, eai_gbp=1.0, lower_bound_gbp=0.0)
        evidence = Evidence(inputs=inputs, new_boiler=boiler)
        found = choices(cheap, evidence)
        assert found[place].sizes is None
        assert [one.year.cost_gbp for one in found] == sorted(one.year.cost_gbp for one in found)
        table = options.options_table(cheap, evidence)
        assert len(table.rows) == len(found)
        (answered,) = answer.answers(cheap, evidence)[0][1]
        is_cheaper = "a new condensing boiler" in answered.next_best
        assert is_cheaper == (place == 0)
    said = " ".join(headline(cheap, evidence, [], Path("none.svg")).sentences)
    assert "Not compared in this run: heat pump, photovoltaics, battery" in said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([5.0, 20.0], "save £5 to £20 a year"),
        ([-5.0, -20.0], "cost £5 to £20 a year more"),
        ([-5.0, 20.0, 3.0], "save up to £20 a year or cost up to £5 a year more"),
        ([0.2, -7.0], "cost £0 to £7 a year more"),
        ([0.0, -0.3], "save £0 a year"),
        ([math.nan, 4.0], "save £4 a year"),
    ],
)
def test_a_change_is_told_by_its_direction(values: list[float], said: str) -> None:
    assert by_sign(values, pounds, "save {} a year", "cost {} a year more") == said


def test_a_picture_of_days_that_stand_for_the_year_is_called_no_week(
    designs: pd.DataFrame, tmp_path: Path
) -> None:
    """Where nothing pays, and nothing is built, too."""
    (tmp_path / "week.svg").write_text('<svg width="10pt" height="5pt" viewBox="0 0 1 1"></svg>')
    none = designs[designs["scenario"] == "flat-none-without"]
    for modelled, title in ((12, "Days that stand for the year"), (365, "A cold week")):
        shown = none.assign(days_modelled=modelled, days_of_year=365)
        picture = headline(shown, Evidence(), [], tmp_path / "week.svg").picture
        assert picture is not None
        assert picture.title == title


def test_a_run_says_in_which_variants_something_pays(designs: pd.DataFrame, tmp_path: Path) -> None:
    """All on the page; on the terminal where one answers otherwise than the run itself."""
    for savings, said in (
        ({"warm": -5.0, "cold_place": 20.0}, "pays in 1 of 2 variants (“Cold place”)"),
        ({"a": 5.0, "b": 20.0}, "pays in all 2 variants"),
        ({"a": -5.0, "b": -20.0}, "pays in none of 2 variants"),
        (dict.fromkeys("abcde", 1.0) | {"f": -1.0}, "pays in 5 of 6 variants (“A”, “B”, “C” and"),
        ({"warm": -5.0}, "does not pay in the variant “Warm”"),
    ):
        table = varied(designs, savings)
        (found,) = answer.answers(table, Evidence())[0][1]
        assert said in found.sensitivity
        table.to_csv(tmp_path / "designs.csv", index=False)
        shown = run_summary(designs_path=tmp_path / "designs.csv", report_path="index.html")
        itself = found.saving.value > 0
        turns = any((saving > 0) != itself for saving in savings.values())
        assert (said in " ".join(shown.split())) == turns
        assert f"({len(savings)} of them of variants)" in shown


def test_the_terminal_tells_of_a_sweep(designs: pd.DataFrame, tmp_path: Path) -> None:
    designs.to_csv(tmp_path / "designs.csv", index=False)
    row = dict.fromkeys(("house", "incentive", "tes", "plant", "variant", "design"), "x")
    summary = pd.DataFrame(
        [
            row | {"scenario": name, "quantity": what, "samples": 50, "chance": chance}
            for name, what, chance in (
                ("a", "eai_gbp", 0.6),
                ("b", "eai_gbp", 0.8),
                ("a", "tes_eai_gbp", 1.0),
            )
        ]
    )
    summary.to_csv(tmp_path / "sweep_summary.csv", index=False)
    table, sweep_path = tmp_path / "designs.csv", tmp_path / "sweep_summary.csv"

    def shown(is_random: bool, path: Path | None) -> str:
        text = run_summary(
            designs_path=table, report_path="page", sweep_path=path, is_random=is_random
        )
        return " ".join(text.split())

    said = shown(True, sweep_path)
    assert "drawn 50 times: the best design pays in 60 % to 80 % and the store pays in" in said
    assert f"Sweep: {sweep_path} Report: page" in said
    assert "times: the best design" not in shown(False, sweep_path)
    assert f"Sweep: {sweep_path}" in shown(False, sweep_path)
    assert "Sweep:" not in shown(True, None)


def varied(designs: pd.DataFrame, savings: dict[str, float]) -> pd.DataFrame:
    base = designs[designs["scenario"] == "detached-fit-with"]
    rows = [
        base.assign(variant=name, scenario=f"x-{name}", eai_gbp=saved, eac_gbp=1000 - saved)
        for name, saved in savings.items()
    ]
    return pd.concat([base, *rows], ignore_index=True)


def test_two_inputs_make_a_map_with_the_line_where_it_stops_paying(designs: pd.DataFrame) -> None:
    variants = {
        f"g{gas}_s{store}": {"tariff": {"gas": gas / 100}, "tes": {"cost": store}}
        for gas in (3, 5)
        for store in (10, 20)
    }
    table = varied(designs, dict(zip(variants, (40.0, 30.0, -10.0, -30.0), strict=True)))
    (chart,) = sweep.parts(table, variants)
    assert chart.title == "Where it pays"
    points, line = chart.choices[(0,)]
    assert points["x"] == [0.03, 0.03, 0.05, 0.05]
    # 40 to -10 turns at four fifths of the way, 30 to -30 at half of it
    np.testing.assert_allclose(np.asarray(line["x"]), [0.046, 0.04])
    assert line["y"] == [10, 20]


def test_one_input_makes_a_line_and_mixed_changes_bars(designs: pd.DataFrame) -> None:
    one = {name: {"tariff": {"gas": price}} for name, price in (("b", 0.05), ("a", 0.03))}
    (line,) = sweep.parts(varied(designs, {"b": -5.0, "a": 20.0}), one)
    assert line.choices[(0,)][0] == {"x": [0.03, 0.05], "y": [20.0, -5.0]}
    mixed = one | {"a": {"chp": {"technology": "stirling"}}}
    (bars,) = sweep.parts(varied(designs, {"b": -5.0, "a": 20.0}), mixed)
    assert bars.title == "What each variant changes"
    assert set(bars.choices[(0,)][0]["y"]) == {"A", "B"}
    assert sweep.parts(designs, {}) == []


def test_every_column_of_the_table_is_stated_once(designs: pd.DataFrame) -> None:
    names = [column.name for column in columns.DESIGNS]
    assert len(names) == len(set(names))
    assert set(designs.columns) <= set(names)
    needed = {column.name for column in columns.DESIGNS if not column.optional} - {"plant"}
    assert needed <= set(designs.columns)
    assert all(column.meaning.endswith(".") for column in columns.DESIGNS)
    assert (ROOT / "docs/tables.md").read_text(encoding="utf-8") == columns.documentation()


def test_the_registry_checks_what_is_read(designs: pd.DataFrame, tmp_path: Path) -> None:
    columns.check(designs, "designs.csv")
    wrong = designs.assign(export_kwh=-5.0, self_sufficiency_share=1.2)
    with pytest.raises(AssessmentError, match=r"export_kwh.*self_sufficiency_share") as raised:
        columns.check(wrong, "designs.csv")
    assert "designs.csv" in str(raised.value)


def test_a_factor_without_a_year_says_so() -> None:
    emissions = inputs_of(USER)["detached-fit-with"].emissions
    assert answer.grid_words(emissions) == "0.519 kg/kWh of 2012"  # the default's own year
    own = emissions.model_copy(update={"grid_kg_per_kwh": 0.3})
    assert answer.grid_words(own) == "0.3 kg/kWh of a year not stated"
    assert answer.grid_words(own.model_copy(update={"year": 2020})) == "0.3 kg/kWh of 2020"


def test_a_grid_of_today_is_told_once(designs: pd.DataFrame) -> None:
    """A run whose own factor is that of Great Britain 2025 does not say the same change twice."""
    name = "detached-fit-with"
    chosen = designs[designs["scenario"] == name]
    own = inputs_of(USER)[name]
    told = {}
    for factor in (0.177, 0.2):
        emissions = own.emissions.model_copy(update={"grid_kg_per_kwh": factor, "year": 2025})
        inputs = {name: own.model_copy(update={"emissions": emissions})}
        evidence = Evidence(inputs=inputs, today=TODAY)
        (found,) = answer.answers(chosen, evidence)[0][1]
        sentences = headline(chosen, evidence, [], Path("none.svg")).sentences
        (carbon,) = [text for text in sentences if text.startswith("CO₂ changes by")]
        told[factor] = (found.co2_by, carbon)
    assert told[0.177][0] == "grid 0.177 kg/kWh of 2025"
    assert told[0.177][1].count("0.177") == 1
    assert "Great Britain 2025" not in told[0.177][1]
    assert all("Great Britain 2025" in text for text in told[0.2])


def by_hand(designs: pd.DataFrame) -> pd.Series:
    """10,000 kWh of gas and 4,000 of import today; 12,000 and 1,000 with the unit, 500 sold."""
    row = designs[designs["scenario"] == "detached-fit-with"].iloc[0].copy()
    row[["bau_fuel_kwh", "chp_fuel_kwh", "boiler_fuel_kwh"]] = [10e3, 9e3, 3e3]
    row[["electricity_kwh", "import_kwh", "export_kwh"]] = [4e3, 1e3, 500.0]
    row[["bau_capital_gbp", "bau_maintenance_gbp"]] = [10.0, 20.0]
    row[["capital_gbp", "maintenance_gbp"]] = [150.0, 60.0]
    return row


def test_a_saving_at_other_prices_is_worked_out_by_hand(designs: pd.DataFrame) -> None:
    """Import 3,000 kWh less at 25 p, 500 sold at 10 p, 2,000 of gas more at 7 p; plant £180 more.

    750 + 50 - 140 - 180 = 480. Were a policy's payments kept, it would be more; were its grant not
    given back, more by the yearly share of the grant: 1,000 over ten years without interest.
    """
    prices = EnergyPrices(2025, gas=0.07, bought=0.25, sold=0.10)
    row, inputs = by_hand(designs), inputs_of(USER)["detached-fit-with"]
    finance = inputs.finance.model_copy(update={"interest_rate": 0.0, "lifetime_years": 10})
    own = inputs.model_copy(update={"finance": finance})
    bought = [Investment("chp", 5000.0, 0.0), Investment("chp", 5000.0, 1000.0)]
    for one, saved in zip(bought, (480.0, 380.0), strict=True):
        installed = cast(Installed, SimpleNamespace(inputs=own, investments=[one]))
        assert saving_at_gbp(row, installed, prices) == pytest.approx(saved)


def test_prices_of_another_year_are_told_with_their_saving(designs: pd.DataFrame) -> None:
    """Beside the run's own year; once where the run has the prices of that year itself."""
    name = "detached-fit-with"
    chosen = designs[designs["scenario"] == name]
    own = inputs_of(USER)[name]
    told = []
    for year, saved, market in (
        (2012, 30.0, "uk_2016"),
        (2012, -30.0, "uk_2016"),
        (TODAY.prices.year, 30.0, "uk_2025"),
        (None, 30.0, "uk_2025"),
    ):
        tariff = own.tariff.model_copy(update={"year": year, "gas_gbp_per_kwh": 0.05})
        evidence = Evidence(
            inputs={name: own.model_copy(update={"tariff": tariff})},
            today_gbp={name: saved},
            today=TODAY,
            market=market,
            country="Great Britain",
        )
        sentences = headline(chosen, evidence, [], Path("none.svg")).sentences
        told += [text for text in sentences if text.startswith("Energy prices of this run")]
    saves, costs, same, own_prices = told
    assert "are of 2012; its market is uk_2016 (Great Britain). At those of 2025 in" in saves
    assert "in Great Britain (gas 7.0, import 25.7" in saves
    assert "would save £30 a year. A run with market: uk_2025" in saves
    assert "would cost £30 a year more than today" in costs
    market = "its market is uk_2025 (Great Britain)."
    assert same == f"Energy prices of this run are of 2025; {market}"
    assert f"are of a year not stated; {market} At those of 2025" in own_prices
    assert "A run with market" not in own_prices, "it stands on that market"


def test_a_run_of_another_country_is_told_at_its_own_newest_market(designs: pd.DataFrame) -> None:
    name = "detached-fit-with"
    chosen = designs[designs["scenario"] == name]
    today = Today.of(newest_market("DEU", ROOT / "resources"))
    evidence = Evidence(inputs=inputs_of(USER), today_gbp={name: -30.0}, today=today)
    told = " ".join(headline(chosen, evidence, [], Path("none.svg")).sentences)
    (found,) = answer.answers(chosen, evidence)[0][1]
    assert "with 0.363 kg/kWh (Germany 2024)" in told
    assert found.co2_by.endswith("by 0.363 kg/kWh (Germany 2024)")
    assert "At those of 2025 in Germany (gas 11.6, import 34.0" in told
    assert "A run with market: de_2025 designs for 2025." in told
    assert "Great Britain" not in told + found.co2_by


def test_converted_money_is_told_on_page_and_terminal(
    designs: pd.DataFrame, tmp_path: Path
) -> None:
    made = make_designs(tmp_path)
    shown = {}
    for rate in (0.857, None):
        config = {"run": {"name": "a"}, "market": "de_2025", "country": "DEU", "gbp_per_eur": rate}
        made["config_path"].write_text(yaml.safe_dump(config), encoding="utf-8")
        build_report(**made, report_path=tmp_path / "page.html")
        page = html.unescape((tmp_path / "page.html").read_text(encoding="utf-8"))
        terminal = run_summary(
            designs_path=made["designs_path"],
            report_path="page",
            money=pounds_words("de_2025", rate),
        )
        shown[rate] = [page, " ".join(terminal.split())]
    assert all("converted at 1 EUR = 0.857 GBP" in text for text in shown[0.857])
    assert not any("converted at" in text for text in shown[None])


def test_columns_of_parts_that_no_design_has_are_not_shown(designs: pd.DataFrame) -> None:
    def titles(table: pd.DataFrame) -> set[str]:
        return {column.title for column in designs_table(table).columns}

    assert not {"Heat pump", "Battery", "Photovoltaics"} & titles(designs)
    assert "Export" in titles(designs.assign(export_kwh=0.0)), "none of what a unit does is told"
    assert {"Heat pump"} == titles(designs.assign(heat_pump_kw=6.0)) - titles(designs)


def test_one_price_of_a_year_is_needed_to_price_a_design_again() -> None:
    with pytest.raises(ValueError, match="one price of import"):
        EnergyPrices.of(inputs_of(USER)["detached-fit-with"].tariff)


def test_what_a_store_pays_is_counted_in_houses_whatever_plants_they_may_have(
    designs: pd.DataFrame,
) -> None:
    """A plant that is never the best adds designs, but no house."""
    dearer = designs.assign(
        plant="heat_pump",
        scenario=designs["scenario"] + "-heat_pump",
        eac_gbp=designs["eac_gbp"] + 500,
        eai_gbp=designs["eai_gbp"] - 500,
    )
    several = pd.concat([designs, dearer], ignore_index=True)
    assert answer.sentences(several) == answer.sentences(designs)
