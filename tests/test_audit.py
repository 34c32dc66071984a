"""What the papers print against itself, and the arithmetic that shows it."""

from dataclasses import replace
from pathlib import Path

import pytest

from microchp.config import PAPERS
from microchp.reproduction.audit import (
    Print,
    audit_table,
    findings,
    implied_constants,
    implied_investment,
    places_at_fault,
    saved_energy,
)
from microchp.reproduction.published import Printed, read_published

RESOURCES = Path(__file__).parents[1] / "resources/published"
NUMBERS = read_published([RESOURCES / f"{paper}.csv" for paper in PAPERS])
AUDIT = audit_table(findings(NUMBERS))


def changed(table: str, row: str, column: str, value: str) -> list[Printed]:
    """The numbers with one of the journal paper's, or Peacock's, misprinted."""
    return [replace(p, value=value) if p.place[1:] == (table, row, column) else p for p in NUMBERS]


def test_the_printed_factor_gives_all_paybacks_and_npvs_and_the_true_one_no_npv():
    for paper in PAPERS[:2]:
        rows = AUDIT[AUDIT["paper"] == paper]
        for check in ("payback from the income, Eq. 6", "NPV from the income, Eq. 6"):
            found = rows[rows["check"].str.startswith(check)]
            assert len(found) == 16
            assert (found["verdict"] == "consistent").all()
        true = rows[rows["check"] == "NPV from the income, capital recovery factor"]
        assert len(true) == 16
        assert (true["verdict"] == "inconsistent").all()


def test_what_print_implies_of_prices_and_constants():
    paper = Print("oluleye2018", NUMBERS)
    unit, per_kwh = implied_investment(paper)
    assert unit == pytest.approx(4711, abs=3)
    assert per_kwh == pytest.approx(21.3, abs=0.2)
    implied = implied_constants(paper)
    assert implied.gas_kg_per_kwh == pytest.approx(0.216, abs=2e-4)
    assert implied.grid_efficiency == pytest.approx(0.40, abs=1e-3)
    assert implied.electricity_kwh == pytest.approx(8386, abs=5)


def test_two_plants_of_table_3_fix_electricity_and_fuel():
    made, extra = saved_energy(Print("depaepe2006", NUMBERS), "Senertec")
    assert made == pytest.approx(10.35, abs=0.02)
    assert extra == pytest.approx(12.72, abs=0.03)


@pytest.mark.parametrize(
    "place",
    [
        ("oluleye2018", "text", "CO2 factor, natural gas", ""),
        ("oluleye2018", "text", "CO2 reduction, no incentive", ""),
        ("oluleye2017", "text", "CO2 levy saving", "Flat"),
        ("peacock2006", "Table 1", "Heat: power ratio", "April 29th"),
        ("peacock2006", "Table 3", "Capacity factor of E_exp", "1 kW SE and 1 kW FC"),
        ("peacock2006", "Table 6", "Capacity factor", "3 kW FC, n = 23%"),
        ("depaepe2006", "Table 5", "Purchasing", "Electricity, day rate"),
    ],
)
def test_known_misprints_are_found(place):
    assert place in places_at_fault(NUMBERS)


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("Table 3", "System payback, design with TES", "Detached", "5.9"),
        ("Table 2", "System NPV, design without TES", "Flat", "-3460"),
        ("Table 4", "1 kW Fuel cell, Full year", "e_imp", "3793"),
        ("Table 3", "Load factor", "Original", "12.9"),
        ("Table 5", "August 21st, Load factor", "No CHP", "46.4"),
        ("text", "Homes served, n = 23%, 1 kW", "", "261"),
        ("Table 3", "Senertec", "Average Belgian power plant", "37.4"),
        ("Table 1", "Ecopower", "P_T", "15.2"),
    ],
)
def test_a_planted_misprint_is_found(table, row, column, value):
    def wrong(numbers):
        found = audit_table(findings(numbers))
        bad = found[found["verdict"] == "inconsistent"]
        return {tuple(found) for found in bad[["check", "table", "row", "column"]].to_numpy()}

    new = wrong(changed(table, row, column, value)) - wrong(NUMBERS)
    assert (table, row, column) in {found[1:] for found in new}


def test_every_finding_shows_its_arithmetic():
    assert AUDIT["arithmetic"].str.len().min() > 10
    assert not AUDIT["arithmetic"].str.contains(r"\{").any()
