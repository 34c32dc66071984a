"""The page on the published studies, and that it shows a wrong constant of the model."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from synthetic import RESOURCES, inputs_of, synthetic_design, write_designs

from microchp.account.designs import assess_designs, read_designs
from microchp.account.energy import annual_energy
from microchp.config import PAPERS, merge
from microchp.report import validation
from microchp.report.reproduction import plot_assumptions
from microchp.report.sections.reproduction import verdict_counts, verdict_table
from microchp.report.style import CHEAPER, DEARER
from microchp.reproduction.audit import (
    Print,
    audit_published,
    findings,
    implied_constants,
    statements,
)
from microchp.reproduction.comparison import UNEXPLAINED, compare, read_reasons
from microchp.reproduction.computed import levy_on_top
from microchp.reproduction.conclusions import agreement
from microchp.reproduction.published import read_published
from microchp.reproduction.sensitivity import SCHEMA, sensitivity_rows, summary

ROOT = Path(__file__).parents[1]
STUDY = yaml.safe_load((ROOT / "config/studies/oluleye2018.yaml").read_text(encoding="utf-8"))
NUMBERS = read_published([RESOURCES / f"published/{paper}.csv" for paper in PAPERS])
REASONS = read_reasons(RESOURCES / "published/reasons.yaml")
HOUSES = {
    "Detached": "detached",
    "Semi-detached": "semi_detached",
    "Terrace": "terrace",
    "Flat": "flat",
}


# ------------------------------------------------------------------------- a wrong constant


def designs_of_print(**emissions: float) -> pd.DataFrame:
    """CO2 and TDE of the designs without a store, from the heat share that print implies.

    The flows are spread evenly over the year; the emission factors are the study's, or others.
    """
    config = merge(STUDY, {"emissions": emissions})
    inputs = inputs_of(config)
    electricity = implied_constants(Print("oluleye2018", NUMBERS)).electricity_kwh
    shares = {
        found.column: found.follows / 100
        for found in findings(NUMBERS)
        if found.paper == "oluleye2018" and found.check == "heat share of the unit from TDE"
    }
    rows = []
    for name, house in HOUSES.items():
        scenario = inputs[f"{house}-fit-without-published"]
        day = synthetic_design(scenario, 2.0, days=1, day_weight=365)
        heat = sum(
            p.number
            for p in NUMBERS
            if p.place[:2] == ("oluleye2018", "Table 1")
            and p.row.startswith("Total demand")
            and p.column == name
        )
        made = shares[name] * heat
        ratio = scenario.units[-1].electrical_efficiency / scenario.units[-1].thermal_efficiency
        flows = {
            "space_heating_kw": heat,
            "hot_water_kw": 0.0,
            "electricity_kw": electricity,
            "chp_heat_kw": made,
            "chp_power_kw": ratio * made,
            "boiler_heat_kw": heat - made,
            "grid_import_kw": electricity - ratio * made,
            "grid_export_kw": 0.0,
        }
        for flow, kwh in flows.items():
            day[flow].data[:] = kwh / 8760
        year = annual_energy(day)
        rows.append(
            {
                "variant": "",
                "design": "published",
                "house": house,
                "incentive": "fit",
                "tes": "without",
                "co2_kg": year.co2_kg,
                "tde_kwh": year.tde_kwh,
            }
        )
    metrics = {p.looked_up[1]["metric"] for p in NUMBERS if p.looked_up[0] == "design"}
    metrics |= {metric.replace("as_printed", "crf") for metric in metrics}
    return pd.DataFrame(rows).reindex(columns=sorted({*rows[0], *metrics}))


@cache
def compared(**emissions: float) -> pd.DataFrame:
    return compare({"design": designs_of_print(**emissions)}, NUMBERS, REASONS)


def met(comparison: pd.DataFrame, metric: str) -> pd.DataFrame:
    rows = comparison[
        (comparison["paper"] == "oluleye2018") & comparison["key"].str.endswith(f"={metric}")
    ]
    return rows[rows["computed"].notna()]


@pytest.mark.parametrize("metric", ["co2_kg", "tde_kwh"])
def test_the_study_accounts_energy_and_co2_as_print_does(metric):
    rows = met(compared(), metric)
    assert len(rows) == 4
    assert (rows["deviation"] / rows["published"]).abs().max() < 1e-3
    assert rows["verdict"].isin(["exact", "close"]).all()


@pytest.mark.parametrize(
    ("wrong", "metric"),
    [
        ({"gas_kg_per_kwh": 0.185}, "co2_kg"),  # as it is printed
        ({"grid_kg_per_kwh": 0.40}, "co2_kg"),
        ({"grid_efficiency": 0.45}, "tde_kwh"),
    ],
)
def test_a_wrong_factor_changes_every_verdict_and_the_page(wrong, metric):
    right, planted = compared(), compared(**wrong)
    assert not met(planted, metric)["verdict"].isin(["exact", "close"]).any()
    assert (met(planted, metric)["reason"] == UNEXPLAINED).all()
    assert verdict_table(planted).cells != verdict_table(right).cells
    assert validation.readme_block(planted) != validation.readme_block(right)


# ------------------------------------------------------------------------------- sentences


def whole_comparison(shift: float = 0.0) -> pd.DataFrame:
    """Print compared with itself, every number off by a share."""
    table = compare({}, NUMBERS, REASONS)
    computed = table["published"] * (1 + shift)
    return table.assign(computed=computed, deviation=computed - table["published"], verdict="close")


def test_sentences_count_what_agrees():
    nothing = pd.DataFrame(columns=list(SCHEMA.columns))
    said = " ".join(agreement(whole_comparison(), nothing))
    assert "without a store follow within £0, with a store within £0 (8 of 8 within £40)" in said
    assert "as published in 4 of 4 columns" in said
    assert "24 of 24 cases" in said
    assert "all 15 savings follow within 0.00 points (rms 0.00)" in said
    assert "generate within 0 % of demand - import + export in print (9 cells)" in said
    said = " ".join(agreement(whole_comparison(0.1), nothing))
    assert "within £61, with a store within £75 (6 of 8 within £40)" in said
    assert "CO2 within 10.0 %" in said
    assert "generate within 10 % of demand" in said


def at(comparison: pd.DataFrame, row: str, column: str) -> pd.Series:
    """Where the journal paper's Table 2 has a cell."""
    return (
        (comparison["paper"] == "oluleye2018")
        & (comparison["table"] == "Table 2")
        & (comparison["row"] == row)
        & (comparison["column"] == column)
    )


def test_the_order_of_houses_is_told_without_and_with_cells_that_print_rules_out():
    comparison = whole_comparison()
    cell = at(comparison, "EAI, design with TES", "Flat")
    comparison.loc[cell, ["computed", "verdict"]] = [-151.0, "inconsistent in print"]
    comparison.loc[cell, "reason"] = "3948 kWh earn -151.2"
    nothing = pd.DataFrame(columns=list(SCHEMA.columns))
    said = " ".join(agreement(comparison, nothing))
    assert "as published in 4 of 4 columns over the 15 cells that print does not rule out" in said
    assert "over all 16 in 3 of 4 columns (not: no incentive with store)" in said
    assert "with TES, Flat, -132.48 (3948 kWh earn -151.2)." in said
    # of the cells that are left, one in the wrong place still counts
    comparison.loc[at(comparison, "EAI, design with TES", "Terrace"), "computed"] = 0.0
    said = " ".join(agreement(comparison, nothing))
    assert "3 of 4 columns (not: no incentive with store) over the 15 cells" in said


def test_an_assumption_that_turns_a_sign_is_named():
    comparison = whole_comparison()
    comparison.loc[at(comparison, "NTCO2, design with TES", "Terrace"), "computed"] = 4990.0
    rows = [
        dict.fromkeys(SCHEMA.columns, 0.0)
        | {"assumption": words, "changed": changed}
        | {"key": f"design house=terrace incentive=none tes={tes} design=published metric=co2_kg"}
        for words, pair in {"a late start": (4980, 4984), "a short night": (4988, 4984)}.items()
        for tes, changed in zip(("with", "without"), pair, strict=True)
    ]
    said = " ".join(agreement(comparison, pd.DataFrame(rows)))
    assert "23 of 24 cases" in said
    assert "CO2, terrace (no incentive), yet so with a late start)." in said
    # a sign as published that another assumption would turn is named too
    said = " ".join(agreement(whole_comparison(), pd.DataFrame(rows)))
    assert "24 of 24 cases. Some of these signs turn with another assumption." in said
    assert "With a short night: CO2, terrace (no incentive)." in said and "late" not in said


def test_sentences_of_the_papers_are_held_against_their_tables():
    found = {said.said: said.found for said in statements(NUMBERS)}
    assert (
        found["without incentive the NPV is lower without a store"] == "Table 2: in 2 of 4 houses"
    )
    assert found["a store reduces TDE (Tables 2 and 3)"].endswith("Table 3: in 0")
    assert found["ADMD always falls by less than the import"] == "Table 5: in 17 of 18 cells"


# ----------------------------------------------------------------------------- assumptions


def design(house: str, variant: str, eai: float, co2: float = 5000.0) -> dict[str, Any]:
    return {
        "variant": variant,
        "design": "published",
        "house": house,
        "incentive": "none",
        "tes": "without",
        "eai_as_printed_gbp": eai,
        "eai_crf_gbp": eai,
        "co2_kg": co2,
        "tde_kwh": 30000.0,
        "bau_tde_kwh": 34000.0,
        "bau_co2_kg": 7000.0,
        "chp_heat_kwh": 7000.0,
        "boiler_heat_kwh": 4000.0,
        "chp_fuel_kwh": 11000.0,
        "boiler_fuel_kwh": 4500.0,
        "import_kwh": 5600.0,
        "export_kwh": 0.0,
        "system_payback_years": 15.0,
        "system_npv_gbp": 1.0,
        "tes_payback_years": np.nan,
        "tes_npv_gbp": np.nan,
        "co2_price_gbp_per_kg": np.nan,
    }


def test_a_levy_comes_on_top_of_published_sizes_as_a_table_on_disk_has_them(tmp_path):
    """The store's saving with the price of its CO2, over 15 years of dearer energy."""
    user = {
        "time": {"resolution_minutes": 60},
        "scenarios": {"house": ["flat"], "incentive": ["none", "co2_levy"]},
        "finance": {"price_escalation_per_year": 0.02},
        "fixed_designs": [
            {"name": "published", "house": "flat", "incentive": "none", "chp_kw": 2} | size
            for size in ({}, {"tes_kwh": 10})
        ],
    }
    assess_designs(
        design_paths=write_designs(tmp_path, user), designs_path=tmp_path / "designs.csv"
    )
    designs = read_designs(tmp_path / "designs.csv").set_index("scenario", drop=False)
    row = levy_on_top(designs).loc["flat-none-with-published"]
    price = designs["co2_price_gbp_per_kg"]["flat-co2_levy-with"]
    assert price > 0
    saving = row["tes_saving_gbp"] + price * row["tes_co2_saving_kg"]
    rate = 1.02 / 1.05
    present = saving / 1.02 * sum(rate**year for year in range(1, 16)) - row["tes_investment_gbp"]
    assert row["tes_npv_gbp"] == pytest.approx(present)
    assert row["co2_levy_gbp"] == pytest.approx(price * (row["bau_co2_kg"] - row["co2_kg"]))


def test_what_an_assumption_is_worth():
    study = pd.DataFrame([design("detached", "", 45.22)])
    other = pd.DataFrame([design("detached", "load_25", -9.0), design("detached_spiky", "", 51.22)])
    labels = {"load_25": "minimum load", "spiky": "spiky electricity"}
    printed = [p for p in NUMBERS if p.paper == "oluleye2018"]
    table = SCHEMA.validate(pd.DataFrame(list(sensitivity_rows(study, other, printed, labels))))
    eai = table[table["quantity"] == "EAI"].set_index("assumption")
    assert eai.loc["minimum load", "effect"] == pytest.approx(-54.22)
    assert eai.loc["spiky electricity", "explained_share"] == pytest.approx(-1.5)
    factor = table[table["assumption"].str.startswith("gas factor")].iloc[0]
    implied = (5000.0 - 0.519 * 5600) / 15500
    assert factor["effect"] == pytest.approx((0.185 - implied) * 15500)
    worth = summary(table).set_index(["quantity", "assumption"])
    assert worth.loc[("EAI", "minimum load"), "study"] == pytest.approx(4.0)
    assert worth.loc[("EAI", "minimum load"), "changed"] == pytest.approx(50.22)


def test_the_figure_has_every_assumption_and_tells_nearer_from_farther(tmp_path):
    worth = pd.DataFrame(
        {
            "quantity": ["EAI", "EAI", "TDE"],
            "assumption": ["short night", "two periods", "short night"],
            "unit": ["£/year", "£/year", "kWh/year"],
            "numbers": 4,
            "study": [10.0, 10.0, 200.0],
            "changed": [30.0, 5.0, 180.0],
            "effect": [20.0, -5.0, -20.0],
        }
    )
    plot_assumptions(worth, tmp_path / "f.svg", tmp_path / "f.pdf")
    drawn = (tmp_path / "f.svg").read_text(encoding="utf-8")
    assert drawn.index("short night") < drawn.index("two periods")
    assert all(text in drawn for text in ("EAI", "TDE", "£/year, rms", "kWh/year, rms"))
    # a mark is a use of its symbol: each panel's, and the legend's
    uses = {colour: drawn.count(f"fill: {colour.lower()}") for colour in (DEARER, CHEAPER)}
    assert uses[DEARER] and uses[CHEAPER]


# -------------------------------------------------------------------------- documentation


def test_the_readme_has_the_counts_of_the_validation_page():
    readme, page = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/validation.md")
    )
    block = readme.partition(validation.BEGIN)[2].partition(validation.END)[0].strip()
    assert block.count("\n") > 4
    assert block in page


def test_counts_add_up_and_replace_only_their_block():
    comparison = whole_comparison()
    counts = verdict_counts(comparison)
    assert counts["numbers"].iloc[-1] == len(comparison) == counts["numbers"].iloc[:-1].sum()
    text = f"before\n{validation.BEGIN}\nold\n{validation.END}\nafter"
    new = validation.replace_block(text, validation.readme_block(comparison))
    assert new.startswith("before\n") and new.endswith("\nafter") and "old" not in new


def test_the_audit_leaves_both_its_tables(tmp_path):
    audit_published(
        published_paths=[RESOURCES / f"published/{paper}.csv" for paper in PAPERS],
        audit_path=tmp_path / "audit.csv",
        statements_path=tmp_path / "statements.csv",
    )
    assert len(pd.read_csv(tmp_path / "audit.csv")) == len(findings(NUMBERS))
    assert list(pd.read_csv(tmp_path / "statements.csv")) == ["paper", "place", "said", "found"]
