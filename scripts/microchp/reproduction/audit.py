"""What the papers print against itself: identities that need nothing but printed numbers.

A finding holds one printed number against what other printed numbers make of it, with the
arithmetic. It is inconsistent where rounding cannot account for the difference. Where the
arithmetic tells that this very number cannot be right, it is *at fault*, and is not compared with
the workflow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import product
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import pandera.pandas as pa
from scipy.optimize import least_squares

from microchp.files import whole
from microchp.reproduction.published import TEXT, Printed, read_published
from microchp.series.timeseries import FloatArray
from microchp.system.annualisation import capital_recovery_factor, printed_annualisation_factor

SCHEMA = pa.DataFrameSchema(
    {
        "paper": pa.Column(str),
        "check": pa.Column(str),
        "table": pa.Column(str),
        "row": pa.Column(str),
        "column": pa.Column(str),
        "unit": pa.Column(str),
        "published": pa.Column(float),
        "follows": pa.Column(float),
        "deviation": pa.Column(float),
        "allowed": pa.Column(float),
        "verdict": pa.Column(str, pa.Check.isin(["consistent", "inconsistent"])),
        "at_fault": pa.Column(bool),
        "arithmetic": pa.Column(str),
    },
    strict=True,
    ordered=True,
)
"""What leaves as ``audit.csv``: ``follows`` is what other printed numbers make of the number,
``allowed`` what rounding explains, ``arithmetic`` how it was counted."""


@dataclass(frozen=True)
class Finding:
    """One printed number against others."""

    paper: str
    check: str
    table: str
    row: str
    column: str
    unit: str
    published: float
    follows: float
    allowed: float
    faults: bool
    arithmetic: str

    @property
    def consistent(self) -> bool:
        """Whether rounding accounts for the difference."""
        return abs(self.published - self.follows) <= self.allowed * (1 + 1e-9)

    @property
    def at_fault(self) -> bool:
        """Whether the number itself cannot be right."""
        return self.faults and not self.consistent


class Print:
    """The numbers of one paper by place."""

    def __init__(self, paper: str, published: Sequence[Printed]) -> None:
        self.paper = paper
        self._numbers = {p.place[1:]: p for p in published if p.paper == paper}

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def at(self, table: str, row: str, column: str = "") -> Printed:
        """The number at a place."""
        return self._numbers[table, row, column]

    def value(self, table: str, row: str, column: str = "") -> float:
        """The number at a place, bare."""
        return self.at(table, row, column).number

    def finding(
        self,
        check: str,
        place: tuple[str, str, str],
        follows: Callable[..., float],
        *sources: Printed,
        arithmetic: str,
        faults: bool = False,
        slack: float = 0.0,
    ) -> Finding:
        """Hold a number against a function of others.

        Parameters
        ----------
        check
            What is checked.
        place
            Table, row and column of the number.
        follows
            What the values of ``sources`` make of it.
        sources
            Printed numbers; each is moved by half of its last digit to see what rounding does.
        arithmetic
            How it is counted; ``{0}``, ``{1}`` ... are the sources, ``{follows}`` the outcome.
        faults
            Whether an inconsistency is this number's own.
        slack
            What else may be off (in the number's unit), for instance an implied price.
        """
        printed = self.at(*place)
        values = [source.number for source in sources]
        expected = follows(*values)
        moved = [
            follows(
                *(
                    v + s * source.half_digit
                    for v, s, source in zip(values, signs, sources, strict=True)
                )
            )
            for signs in product((-1, 1), repeat=len(sources))
        ]
        spread = max((abs(value - expected) for value in moved), default=0.0)
        return Finding(
            self.paper,
            check,
            *place,
            printed.unit,
            printed.number,
            expected,
            printed.half_digit + spread + slack,
            faults,
            arithmetic.format(*(f"{v:g}" for v in values), follows=f"{expected:.4g}"),
        )


# ------------------------------------------------------------------------------- Oluleye

_HOUSES = ("Detached", "Semi-detached", "Terrace", "Flat")
_STORES = ("with", "without")
_BOILER, _OVERALL, _MAINTENANCE = 0.895, 0.9, 0.01
RATE, YEARS = 0.05, 15


def _design_study(paper: Print) -> Iterator[Finding]:
    yield from _money(paper)
    yield from _emissions(paper)
    yield from _without_boiler(paper)
    yield from _store_alone(paper)
    yield from _prices(paper)
    yield from _ratio(paper)


def implied_investment(paper: Print) -> tuple[float, float]:
    """Price of unit (GBP) and of a kWh of store (GBP/kWh) that the printed incomes and NPVs imply.

    NPV = A (EAI + f I) - I with annuity A and the printed factor f gives I in each cell; the
    median over the cells without and with a store.
    """
    annuity = 1 / capital_recovery_factor(RATE, YEARS)
    factor = printed_annualisation_factor(RATE, YEARS)
    invested = {
        (table, store, house): (
            annuity * paper.value(table, f"EAI, design {store} TES", house)
            - paper.value(table, f"System NPV, design {store} TES", house)
        )
        / (1 - annuity * factor)
        for table, store, house in product(("Table 2", "Table 3"), _STORES, _HOUSES)
    }
    unit = median(value for (_, store, _), value in invested.items() if store == "without")
    per_kwh = median(
        (value - unit) / paper.value(table, "TES size", house)
        for (table, store, house), value in invested.items()
        if store == "with"
    )
    return unit, per_kwh


def _money(paper: Print) -> Iterator[Finding]:
    """Paybacks and NPVs from the incomes, with Eq. 6 as printed and as capital recovery factor."""
    annuity = 1 / capital_recovery_factor(RATE, YEARS)
    factor = printed_annualisation_factor(RATE, YEARS)
    unit, per_kwh = implied_investment(paper)
    for table, store, house in product(("Table 2", "Table 3"), _STORES, _HOUSES):
        income = paper.at(table, f"EAI, design {store} TES", house)
        size = paper.value(table, "TES size", house) if store == "with" else 0.0
        invested = unit + per_kwh * size
        # the implied prices are good to about 0.5 %
        off = 0.005 * invested
        saving = income.number + factor * invested
        yield paper.finding(
            "payback from the income, Eq. 6 as printed",
            (table, f"System payback, design {store} TES", house),
            lambda eai, i=invested: i / (eai + factor * i),
            income,
            arithmetic=f"{invested:.0f} / ({{0}} + {factor:g} x {invested:.0f}) = {{follows}}",
            slack=off * abs(income.number) / saving**2,
        )
        yield paper.finding(
            "NPV from the income, Eq. 6 as printed",
            (table, f"System NPV, design {store} TES", house),
            lambda eai, i=invested: annuity * (eai + factor * i) - i,
            income,
            arithmetic=f"{annuity:.4g} x ({{0}} + {factor:g} x {invested:.0f}) - {invested:.0f}"
            " = {follows}",
            slack=off * (1 - annuity * factor),
        )
        yield paper.finding(
            "NPV from the income, capital recovery factor",
            (table, f"System NPV, design {store} TES", house),
            lambda eai: annuity * eai,
            income,
            arithmetic=f"{annuity:.4g} x {{0}} = {{follows}}: with that factor the NPV is the "
            "income of all years",
        )


@dataclass(frozen=True)
class ImpliedConstants:
    """What the cells without a store imply of constants that are not, or wrongly, printed."""

    gas_kg_per_kwh: float
    grid_efficiency: float
    electricity_kwh: float
    """A year's demand, the same in all houses."""


@dataclass(frozen=True)
class _Cell:
    """A design without a store: what is printed of it."""

    heat_kwh: float
    tde_kwh: float
    co2_kg: float
    chp_heat_kwh: float
    """From the income, where all generation replaces imports at the day price; else nan."""


@cache
def _implied(
    cells: tuple[_Cell, ...], grid_kg_per_kwh: float, power_to_heat: float
) -> ImpliedConstants:
    heat, tde, co2, known = np.array(
        [(c.heat_kwh, c.tde_kwh, c.co2_kg, c.chp_heat_kwh) for c in cells]
    ).T
    more = (1 + power_to_heat) / _OVERALL - 1 / _BOILER  # fuel for a kWh of heat from the unit

    def off(constants: FloatArray) -> FloatArray:
        factor, efficiency, electricity = constants
        made = (tde - heat / _BOILER - electricity / efficiency) / (
            more - power_to_heat / efficiency
        )
        fuel, net = heat / _BOILER + more * made, electricity - power_to_heat * made
        of_co2 = factor * fuel + grid_kg_per_kwh * net - co2
        return np.concatenate([of_co2, (made - known)[~np.isnan(known)]])

    found = least_squares(off, x0=[0.2, 0.45, 9000.0], x_scale=[0.1, 0.1, 5000.0])
    return ImpliedConstants(*(float(value) for value in found.x))


def implied_constants(paper: Print) -> ImpliedConstants:
    """Gas factor, grid efficiency and electricity demand that the cells without a store fix.

    TDE = F + N / GEE and NTCO2 = FEF F + GEF N, with fuel F and net import N linear in the heat of
    the unit; without incentive the income gives that heat too, if all generation replaces imports
    at the day price. Twenty numbers for eight heats and three constants, by least squares; one
    electricity demand for all houses.
    """
    ratio = paper.value(TEXT, "Heat to power ratio")
    gas, day = (paper.value(TEXT, name) / 100 for name in ("Fuel price", "Peak import tariff"))
    earned = ratio * (day - _MAINTENANCE) - gas * ((1 + ratio) / _OVERALL - 1 / _BOILER)
    invested, _ = implied_investment(paper)
    charge = printed_annualisation_factor(RATE, YEARS) * invested
    cells = tuple(
        _Cell(
            heat_kwh=_heat_kwh(paper, house),
            tde_kwh=paper.value(table, "TDE, design without TES", house),
            co2_kg=paper.value(table, "NTCO2, design without TES", house),
            chp_heat_kwh=(paper.value(table, "EAI, design without TES", house) + charge) / earned
            if table == "Table 2"
            else np.nan,
        )
        for table, house in product(("Table 2", "Table 3"), _HOUSES)
    )
    return _implied(cells, paper.value(TEXT, "CO2 factor, electricity"), ratio)


def _heat_kwh(paper: Print, house: str) -> float:
    return sum(
        paper.value("Table 1", f"Total demand, {use}", house)
        for use in ("space heating", "hot water")
    )


def _emissions(paper: Print) -> Iterator[Finding]:
    """Constants against the cells without a store, and what else is said of CO2 and energy."""
    implied = implied_constants(paper)
    grid = paper.value(TEXT, "CO2 factor, electricity")
    price = paper.value(TEXT, "CO2 levy")
    fixed = (
        f"TDE, CO2 and income without TES fix FEF {implied.gas_kg_per_kwh:.4f} kg/kWh, "
        f"GEE {implied.grid_efficiency:.3f} and {implied.electricity_kwh:.0f} kWh of electricity"
    )
    yield paper.finding(
        "CO2 factor of gas from TDE and CO2",
        (TEXT, "CO2 factor, natural gas", ""),
        lambda: implied.gas_kg_per_kwh,
        arithmetic=fixed,
        faults=True,
        slack=0.001,
    )
    before = {
        house: implied.gas_kg_per_kwh * _heat_kwh(paper, house) / _BOILER
        + grid * implied.electricity_kwh
        for house in _HOUSES
    }
    for house in _HOUSES:
        yield paper.finding(
            "levy saving from business as usual",
            (TEXT, "CO2 levy saving", house),
            lambda co2, bau=before[house]: price * (bau - co2),
            paper.at("Table 2", "NTCO2, design with TES", house),
            arithmetic=f"{price:g} x ({before[house]:.0f} - {{0}}) = {{follows}}, where {fixed}",
            faults=True,
            slack=1.0,
        )
    if paper.paper != "oluleye2018":
        return
    energy = _heat_kwh(paper, "Detached") / _BOILER + (
        implied.electricity_kwh / implied.grid_efficiency
    )
    for row, table, quantity, bau in (
        ("CO2 reduction, no incentive", "Table 2", "NTCO2", before["Detached"]),
        ("CO2 reduction, feed-in tariff", "Table 3", "NTCO2", before["Detached"]),
        ("Primary energy reduction, no incentive", "Table 2", "TDE", energy),
        ("Primary energy reduction, feed-in tariff", "Table 3", "TDE", energy),
    ):
        yield paper.finding(
            "reduction of the abstract from the tables",
            (TEXT, row, ""),
            lambda without, bau=bau: 100 * (1 - without / bau),
            paper.at(table, f"{quantity}, design without TES", "Detached"),
            arithmetic=f"100 x (1 - {{0}} / {bau:.0f}) = {{follows}}, where {fixed}",
            faults=True,
        )


def _chp_heat_kwh(paper: Print, tde_kwh: float) -> float:
    """Heat of the unit that a TDE takes if there is no other heat: TDE = F + N / GEE."""
    implied = implied_constants(paper)
    ratio = paper.value(TEXT, "Heat to power ratio")
    fuel, power = (1 + ratio) / _OVERALL, ratio / implied.grid_efficiency
    return (tde_kwh - implied.electricity_kwh / implied.grid_efficiency) / (fuel - power)


def _without_boiler(paper: Print) -> Iterator[Finding]:
    """Designs whose boiler gives nothing, as the text says: TDE fixes the heat, that all else."""
    implied = implied_constants(paper)
    ratio = paper.value(TEXT, "Heat to power ratio")
    grid = paper.value(TEXT, "CO2 factor, electricity")
    gas, day = (paper.value(TEXT, name) / 100 for name in ("Fuel price", "Peak import tariff"))
    fuel = (1 + ratio) / _OVERALL

    def co2(tde: float) -> float:
        heat = _chp_heat_kwh(paper, tde)
        used = implied.electricity_kwh - ratio * heat
        return implied.gas_kg_per_kwh * fuel * heat + grid * used

    for table, house in (("Table 2", "Flat"), *(("Table 3", house) for house in _HOUSES[1:])):
        tde = paper.at(table, "TDE, design with TES", house)
        heat = _chp_heat_kwh(paper, tde.number)
        yield paper.finding(
            "NTCO2 from TDE without a boiler",
            (table, "NTCO2, design with TES", house),
            co2,
            tde,
            arithmetic=f"TDE {{0}} fixes {heat:.0f} kWh of heat, {fuel * heat:.0f} kWh of gas and "
            f"{implied.electricity_kwh - ratio * heat:.0f} kWh of imports: {{follows}}",
            slack=1.5,
        )
    unit, per_kwh = implied_investment(paper)
    invested = unit + per_kwh * paper.value("Table 2", "TES size", "Flat")
    charge = printed_annualisation_factor(RATE, YEARS) * invested
    before = gas * _heat_kwh(paper, "Flat") / _BOILER

    def income(tde: float) -> float:
        heat = _chp_heat_kwh(paper, tde)
        return ratio * heat * (day - _MAINTENANCE) - gas * fuel * heat + before - charge

    annuity = 1 / capital_recovery_factor(RATE, YEARS)
    tde = paper.at("Table 2", "TDE, design with TES", "Flat")
    eai, heat = income(tde.number), _chp_heat_kwh(paper, tde.number)
    yields = f"TDE {{0}} fixes {heat:.0f} kWh of heat, which earn £{eai:.0f} a year with "
    yields += f"£{invested:.0f} invested"
    for row, follows, slack in (
        ("EAI", income, 5.0),
        ("System payback", lambda tde: invested / (income(tde) + charge), 2.0),
        ("System NPV", lambda tde: annuity * (income(tde) + charge) - invested, 52.0),
    ):
        yield paper.finding(
            "income from TDE without a boiler",
            ("Table 2", f"{row}, design with TES", "Flat"),
            follows,
            tde,
            arithmetic=f"{yields}: {{follows}}",
            faults=True,
            slack=slack,
        )
    for house in _HOUSES:
        tde = paper.at("Table 3", "TDE, design without TES", house)
        need = _heat_kwh(paper, house)
        more = fuel - 1 / _BOILER - ratio / implied.grid_efficiency
        level = need / _BOILER + implied.electricity_kwh / implied.grid_efficiency
        yield paper.finding(
            "heat share of the unit from TDE",
            (TEXT, "Heat from the micro-CHP, feed-in tariff, without TES, at least", house),
            lambda tde, n=need, m=more, lv=level: 100 * (tde - lv) / m / n,
            tde,
            arithmetic=f"100 x ({{0}} - {level:.0f}) / {more:.4f} / {need:.0f} = {{follows}}",
            slack=10.0,
        )


def _prices(paper: Print) -> Iterator[Finding]:
    """One cost index for unit and store, which were adjusted to the same year."""
    unit, per_kwh = implied_investment(paper)
    places = {
        "oluleye2017": (
            (TEXT, "Turnkey cost, engine", ""),
            (TEXT, "Turnkey cost, hot-water tank", ""),
        ),
        "oluleye2018": (
            ("Table A1", "Turnkey cost", "Micro-CHP (2 kW)"),
            ("Table A1", "Turnkey cost", "Hot water tank"),
        ),
    }
    engine, store = places[paper.paper]
    yield paper.finding(
        "price of the store from the index of the unit",
        store,
        lambda price: per_kwh * 2 * price / unit,
        paper.at(*engine),
        arithmetic=f"{per_kwh:.2f} x 2 x {{0}} / {unit:.0f} = {{follows}}: the tables took "
        f"£{unit / 2:.0f}/kW and £{per_kwh:.2f}/kWh, one below and one above print",
    )


def _store_alone(paper: Print) -> Iterator[Finding]:
    """The store's own payback and NPV, and what the conclusion says of it."""
    annuity = 1 / capital_recovery_factor(RATE, YEARS)
    factor = printed_annualisation_factor(RATE, YEARS)
    _, per_kwh = implied_investment(paper)
    price = paper.value(TEXT, "CO2 levy")
    co2 = paper.value("Table 2", "NTCO2, design without TES", "Detached") - paper.value(
        "Table 2", "NTCO2, design with TES", "Detached"
    )
    cases = (
        ("no incentive", "Table 2", 0.0, (" (conclusion)",)),
        ("feed-in tariff", "Table 3", 0.0, (" (conclusion)",)),
        ("CO2 levy", "Table 2", price * co2, (" (conclusion)",)),
    )
    for case, table, levy, ends in cases:
        invested = per_kwh * paper.value(table, "TES size", "Detached")
        incomes = [paper.at(table, f"EAI, design {store} TES", "Detached") for store in _STORES]
        yearly = f"({{0}} - {{1}} + {factor:g} x {invested:.1f} + {levy:.2f})"
        for end in ("", *ends):
            yield paper.finding(
                "payback of the store alone",
                (TEXT, f"TES payback, {case}{end}", ""),
                lambda with_, without, i=invested, extra=levy: (
                    i / (with_ - without + factor * i + extra)
                ),
                *incomes,
                arithmetic=f"{invested:.1f} / {yearly} = {{follows}}",
                faults=bool(end),
                slack=0.005,
            )
        yield paper.finding(
            "NPV of the store alone",
            (TEXT, f"TES NPV, {case}", ""),
            lambda with_, without, i=invested, extra=levy: (
                annuity * (with_ - without + factor * i + extra) - i
            ),
            *incomes,
            arithmetic=f"{annuity:.4g} x {yearly} - {invested:.1f} = {{follows}}",
            slack=1.5,
        )
    yield from _levy_of_the_store(paper)
    for row, quantity, sign in (
        ("TDE reduction by TES", "TDE", -1),
        ("CO2 reduction by TES", "NTCO2", -1),
        ("Income from TES", "EAI", 1),
    ):
        yield paper.finding(
            "what the store brings",
            (TEXT, row, ""),
            lambda with_, without, s=sign: s * (with_ - without),
            *(
                paper.at("Table 2", f"{quantity}, design {store} TES", "Detached")
                for store in _STORES
            ),
            arithmetic="difference of {0} and {1} = {follows}",
        )


def _levy_of_the_store(paper: Print) -> Iterator[Finding]:
    """The levy on what the store avoids, and what the abstract of 2018 makes of it."""
    price = paper.value(TEXT, "CO2 levy")
    for house in _HOUSES:
        yield paper.finding(
            "levy saving from the CO2 that the store avoids",
            (TEXT, "CO2 levy saving", house),
            lambda with_, without: price * (without - with_),
            *(paper.at("Table 2", f"NTCO2, design {store} TES", house) for store in _STORES),
            arithmetic=f"{price:g} x ({{1}} - {{0}}) = {{follows}}",
        )
    if paper.paper != "oluleye2018":
        return
    _, per_kwh = implied_investment(paper)
    invested = per_kwh * paper.value("Table 2", "TES size", "Detached")
    incomes = [paper.at("Table 2", f"EAI, design {store} TES", "Detached") for store in _STORES]
    yield paper.finding(
        "payback of the store by the income alone",
        (TEXT, "TES payback, no incentive, at most", ""),
        lambda with_, without: invested / (with_ - without),
        *incomes,
        arithmetic=f"{invested:.1f} / ({{0}} - {{1}}) = {{follows}}: the yearly share of the "
        "investment is taken off twice",
    )
    factor = printed_annualisation_factor(RATE, YEARS)
    yield paper.finding(
        "payback of the store with the whole levy saving",
        (TEXT, "TES payback with the CO2 levy, at least", ""),
        lambda with_, without, levy: invested / (with_ - without + factor * invested + levy),
        *incomes,
        paper.at(TEXT, "CO2 levy saving", "Detached"),
        arithmetic=f"{invested:.1f} / ({{0}} - {{1}} + {factor:g} x {invested:.1f} + {{2}}) = "
        "{follows}: the text's 5.65 years take the levy on what the store avoids",
    )


def _ratio(paper: Print) -> Iterator[Finding]:
    """A heat to power ratio read to the letter against the heat that the unit supplies."""
    heat = _heat_kwh(paper, "Detached")
    size = "2 kWe" if paper.paper == "oluleye2018" else ""
    yield paper.finding(
        "heat to power ratio to the letter",
        (TEXT, "Heat from the micro-CHP, feed-in tariff, without TES, at least", "Detached"),
        lambda ratio, power: min(100.0, 100 * ratio * power * 8760 / heat),
        paper.at(TEXT, "Heat to power ratio"),
        paper.at(TEXT, "Micro-CHP size", size),
        arithmetic=f"100 x {{0}} x {{1}} x 8760 / {heat:.0f} = {{follows}} at most; 0.385 is power "
        "to heat",
    )


# ------------------------------------------------------------------------------- Peacock


_KW = {"1 kW SE": 1.0, "1 kW FC": 1.0, "3 kW FC": 3.0}
_DAYS = ("January 25th", "April 29th", "August 21st")
_LEVELS = {"23%": 3, "77%": 10}


def _group_study(paper: Print) -> Iterator[Finding]:
    yield from _dwelling(paper)
    yield from _seasons(paper)
    yield from _transformer(paper)


def _dwelling(paper: Print) -> Iterator[Finding]:
    for day in _DAYS:
        yield paper.finding(
            "heat over electricity",
            ("Table 1", "Heat: power ratio", day),
            lambda q, e: q / e,
            paper.at("Table 1", "q", day),
            paper.at("Table 1", "e", day),
            arithmetic="{0} / {1} = {follows}",
            faults=True,
        )
    for unit in (
        "Stirling engine, 1 kW",
        "Fuel cell, 1 kW",
        "Fuel cell, 3 kW",
    ):
        yield paper.finding(
            "recovered heat of the unit",
            ("Table 2", unit, "P_ot"),
            lambda power, electrical, share: power * (100 - electrical) / electrical * share / 100,
            *(
                paper.at("Table 2", unit, c)
                for c in ("P_oe", "electrical efficiency", "heat-recovery efficiency")
            ),
            arithmetic="{0} x (100 - {1}) / {1} x {2} / 100 = {follows}",
        )
    t, demand = "Table 3", paper.at("Table 3", "e_imp", "Original")
    for column, power in (("1 kW SE and 1 kW FC", 1.0), ("3 kW FC", 3.0)):
        yield paper.finding(
            "run time from the day's balance",
            (t, "Run time", column),
            lambda e, imported, exported, p=power: 60 * (e - imported + exported) / p,
            demand,
            paper.at(t, "e_imp", column),
            paper.at(t, "e_exp", column),
            arithmetic=f"60 x ({{0}} - {{1}} + {{2}}) / {power:g} = {{follows}}",
        )
        yield paper.finding(
            "export over a day at rated power",
            (t, "Capacity factor of E_exp", column),
            lambda exported, p=power: 100 * exported / (24 * p),
            paper.at(t, "e_exp", column),
            arithmetic=f"100 x {{0}} / (24 x {power:g}) = {{follows}}",
            faults=True,
        )
    for column in ("Original", "1 kW SE and 1 kW FC", "3 kW FC"):
        yield paper.finding(
            "load factor from import and peak",
            (t, "Load factor", column),
            lambda imported, peak: 100 * imported / 24 / peak,
            paper.at(t, "e_imp", column),
            paper.at(t, "Peak load", column),
            arithmetic="100 x {0} / 24 / {1} = {follows}",
        )
    yield paper.finding(
        "text against table",
        (TEXT, "Share of the day without import, 3 kW FC", ""),
        lambda share: share,
        paper.at(t, "Proportion of day with E_imp = 0", "3 kW FC"),
        arithmetic="Table 3 has {0}",
        faults=True,
    )
    yield paper.finding(
        "text against table",
        (TEXT, "Capacity factor of the export, 1 kW, winter day", ""),
        lambda exported: 100 * exported / 24,
        paper.at(t, "e_exp", "1 kW SE and 1 kW FC"),
        arithmetic="100 x {0} / 24 = {follows}",
    )


def _seasons(paper: Print) -> Iterator[Finding]:
    seasons = ("Heating (Nov-Mar)", "Mid (Apr, May, Oct)", "Summer (Jun-Sept)")
    demand = paper.at(TEXT, "Annual electricity of the dwelling")
    for unit, power in (
        ("1 kW Stirling engine", 1.0),
        ("1 kW Fuel cell", 1.0),
        ("3 kW Fuel cell", 3.0),
    ):
        year = f"{unit}, Full year"
        for column in ("e_imp", "e_exp"):
            yield paper.finding(
                "seasons add up to the year",
                ("Table 4", year, column),
                lambda *parts: sum(parts),
                *(paper.at("Table 4", f"{unit}, {season}", column) for season in seasons),
                arithmetic="{0} + {1} + {2} = {follows}",
            )
        yield paper.finding(
            "import over demand",
            ("Table 4", year, "e_imp, share of P_e"),
            lambda imported, e: 100 * imported / (1000 * e),
            paper.at("Table 4", year, "e_imp"),
            demand,
            arithmetic="100 x {0} / (1000 x {1}) = {follows}",
        )
        yield paper.finding(
            "run time from the year's balance",
            ("Table 4", year, "Run time"),
            lambda e, imported, exported, p=power: (
                100 * (1000 * e - imported + exported) / (8760 * p)
            ),
            demand,
            paper.at("Table 4", year, "e_imp"),
            paper.at("Table 4", year, "e_exp"),
            arithmetic=f"100 x (1000 x {{0}} - {{1}} + {{2}}) / (8760 x {power:g}) = {{follows}}; "
            "closes if about 340 days were recorded",
        )
        for season, days in zip(seasons, (151, 92, 122), strict=True):
            yield _season_run_time(
                paper, ("Table 4", f"{unit}, {season}", "Run time"), unit, season, days * 24 * power
            )
    yield _season_run_time(
        paper,
        (TEXT, "Run time in a season of heating, at least", ""),
        "1 kW Stirling engine",
        seasons[0],
        151 * 24,
    )


def _season_run_time(
    paper: Print, place: tuple[str, str, str], unit: str, season: str, most_kwh: float
) -> Finding:
    row = f"{unit}, {season}"
    return paper.finding(
        "run time from the season's balance",
        place,
        lambda imported, share, exported: (
            100 * (imported * (100 / share - 1) + exported) / most_kwh
        ),
        *(paper.at("Table 4", row, column) for column in ("e_imp", "e_imp, share of P_e", "e_exp")),
        arithmetic=f"100 x ({{0}} x (100 / {{1}} - 1) + {{2}}) / {most_kwh:g} = {{follows}}",
    )


def _transformer(paper: Print) -> Iterator[Finding]:
    columns = ["No CHP", *(f"{unit}, n = {n}" for unit in _KW for n in _LEVELS)]
    for day, column in product(_DAYS, columns):
        if not paper.value("Table 5", f"{day}, ADMD", column):
            continue
        yield paper.finding(
            "load factor from import and ADMD",
            ("Table 5", f"{day}, Load factor", column),
            lambda imported, admd: 100 * imported / 24 / (13 * admd),
            paper.at("Table 5", f"{day}, e_imp", column),
            paper.at("Table 5", f"{day}, ADMD", column),
            arithmetic="100 x {0} / 24 / (13 x {1}) = {follows}",
        )
    for (unit, power), (n, units) in product(_KW.items(), _LEVELS.items()):
        column = f"{unit}, n = {n}"
        if not paper.value("Table 6", "e_exp", column):
            continue
        yield paper.finding(
            "export factor from export and ADME",
            ("Table 6", "Export factor", column),
            lambda exported, adme: 100 * exported / 24 / (13 * adme),
            paper.at("Table 6", "e_exp", column),
            paper.at("Table 6", "ADME", column),
            arithmetic="100 x {0} / 24 / (13 x {1}) = {follows}",
            faults=True,
        )
        yield paper.finding(
            "capacity factor from export and installed power",
            ("Table 6", "Capacity factor", column),
            lambda exported, p=units * power: 100 * exported / (24 * p),
            paper.at("Table 6", "e_exp", column),
            arithmetic=f"100 x {{0}} / (24 x {units} x {power:g}) = {{follows}}",
            faults=True,
        )
    none = paper.at("Table 5", "January 25th, ADMD", "No CHP")
    rating = paper.at(TEXT, "Transformer rating, from")
    for row, column in (
        ("Homes served without CHP", "No CHP"),
        ("Homes served, n = 23%, 1 kW", "1 kW SE, n = 23%"),
        ("Homes served, n = 23%, 3 kW FC", "3 kW FC, n = 23%"),
    ):
        yield paper.finding(
            "homes served by the transformer",
            (TEXT, row, ""),
            lambda admd, kva=rating.number: kva / admd,
            paper.at("Table 5", "January 25th, ADMD", column),
            arithmetic=f"{rating.number:g} / {{0}} = {{follows}}",
        )
    for row, column in (
        ("n = 23%, 1 kW SE", "1 kW SE, n = 23%"),
        ("n = 23%, 3 kW FC", "3 kW FC, n = 23%"),
        ("n = 77%, 1 kW SE", "1 kW SE, n = 77%"),
    ):
        admd = paper.at("Table 5", "January 25th, ADMD", column)
        yield paper.finding(
            "fall of the peak from ADMD",
            (TEXT, f"Fall of the peak, {row}", ""),
            lambda before, after: 13 * (before - after),
            none,
            admd,
            arithmetic="13 x ({0} - {1}) = {follows}",
        )
        yield from _reductions(paper, row, column, none, admd)
    for unit in ("1 kW Stirling engine", "3 kW Fuel cell"):
        for what, table_row in (("ADMD", "ADMD"), ("the import", "Import")):
            before = (
                none if what == "ADMD" else paper.at("Table 5", "January 25th, e_imp", "No CHP")
            )
            yield paper.finding(
                "reduction at 38 %",
                (TEXT, f"Reduction of {what}, n = 38%, {unit}", ""),
                lambda before, after: 100 * (1 - after / before),
                before,
                paper.at(TEXT, f"{table_row}, n = 38%, {unit}"),
                arithmetic="100 x (1 - {1} / {0}) = {follows}",
            )
    for day, column in zip(_DAYS, ("January 25th", "April 29th", "August 21st"), strict=True):
        yield paper.finding(
            "reduction of the import from Table 5",
            (TEXT, "Reduction of the import, n = 77%, 1 kW SE (seasons)", column),
            lambda before, after: 100 * (1 - after / before),
            paper.at("Table 5", f"{day}, e_imp", "No CHP"),
            paper.at("Table 5", f"{day}, e_imp", "1 kW SE, n = 77%"),
            arithmetic="100 x (1 - {1} / {0}) = {follows}",
        )
    yield paper.finding(
        "capacity factor from export and installed power",
        (TEXT, "Capacity factor, n = 77%, 3 kW FC", ""),
        lambda exported: 100 * exported / (24 * 30),
        paper.at("Table 6", "e_exp", "3 kW FC, n = 77%"),
        arithmetic="100 x {0} / (24 x 10 x 3) = {follows}",
        faults=True,
    )
    yield from _penetrations(paper)
    for row, column in (
        ("Load factor without CHP", "No CHP"),
        ("Load factor, n = 23%, 1 kW SE", "1 kW SE, n = 23%"),
    ):
        yield paper.finding(
            "text against table",
            (TEXT, row, ""),
            lambda factor: factor,
            paper.at("Table 5", "January 25th, Load factor", column),
            arithmetic="Table 5 has {0}",
        )


def _penetrations(paper: Print) -> Iterator[Finding]:
    """Levels of penetration and falls of the peak that are said twice."""
    half_a_dwelling = 100 / 13 / 2
    for row, other, slack in (
        (
            "Penetration at which the load is removed, 3 kW FC",
            "Penetration at which the import disappears, 3 kW FC",
            half_a_dwelling,
        ),
        (
            "Penetration at which reverse flow starts, 1 kW (discussion)",
            "Penetration at which reverse flow starts, winter day, 1 kW SE",
            half_a_dwelling,
        ),
        (
            "Penetration at which reverse flow starts, winter day, 3 kW FC",
            "Penetration at which reverse flow starts, winter day, 3 kW FC (section)",
            0.0,
        ),
        # what is spared at the old peak bounds the fall of the peak
        (
            "Largest reduction of the peak, winter day, 1 kW SE",
            "Reduction of the import at the peak",
            0.0,
        ),
    ):
        yield paper.finding(
            "text against text",
            (TEXT, row, ""),
            lambda said: said,
            paper.at(TEXT, other),
            arithmetic=f"{other}: {{0}}",
            slack=slack,
        )


def _reductions(
    paper: Print, row: str, column: str, none: Printed, admd: Printed
) -> Iterator[Finding]:
    yield paper.finding(
        "reduction of the peak from ADMD",
        (TEXT, f"Reduction of the peak, {row}", ""),
        lambda before, after: 100 * (1 - after / before),
        none,
        admd,
        arithmetic="100 x (1 - {1} / {0}) = {follows}",
    )
    yield paper.finding(
        "reduction of the import from Table 5",
        (TEXT, f"Reduction of the import, {row}", ""),
        lambda before, after: 100 * (1 - after / before),
        paper.at("Table 5", "January 25th, e_imp", "No CHP"),
        paper.at("Table 5", "January 25th, e_imp", column),
        arithmetic="100 x (1 - {1} / {0}) = {follows}",
    )


# ------------------------------------------------------------------------------- De Paepe

_PLANTS = {
    "Combined cycle power plant": 0.50,
    "Average fossil power plant": 0.42,
    "Average Belgian power plant": 0.37,
}


def saved_energy(paper: Print, unit: str) -> tuple[float, float]:
    """Electricity and extra fuel of a unit (MWh) that its first two savings of Table 3 fix.

    saving x (fuel + demand / efficiency) = electricity / efficiency - extra fuel, for each plant.
    """
    fuel, demand = (
        paper.value(TEXT, "Detached, primary energy for heating"),
        paper.value(TEXT, "Detached, electricity"),
    )
    (first, a), (second, b) = list(_PLANTS.items())[:2]
    saved = [
        paper.value("Table 3", unit, plant) / 100 * (fuel + demand / efficiency)
        for plant, efficiency in ((first, a), (second, b))
    ]
    made = (saved[1] - saved[0]) / (1 / b - 1 / a)
    return made, made / a - saved[0]


def _unit_study(paper: Print) -> Iterator[Finding]:
    for unit, end in (("Senertec", ""), ("Ecopower", ""), ("Solo", ", to"), ("Idatech", "")):
        yield paper.finding(
            "heat from power and efficiencies",
            ("Table 1", unit, f"P_T{', to' if unit == 'Solo' else ''}"),
            lambda power, electrical, thermal: power * thermal / electrical,
            paper.at("Table 1", unit, f"P_e{end}"),
            paper.at("Table 1", unit, "electrical efficiency"),
            paper.at("Table 1", unit, "thermal efficiency"),
            arithmetic="{0} x {2} / {1} = {follows}",
        )
    yield paper.finding(
        "size limit against Table 1",
        (TEXT, "Electrical size of the five systems, at most", ""),
        max,
        *(
            paper.at("Table 1", unit, column)
            for unit, column in (("Senertec", "P_e"), ("Solo", "P_e, to"))
        ),
        arithmetic="Table 1 has {0} and {1}",
    )
    yield paper.finding(
        "cases announced and listed",
        (TEXT, "Cases of insulation", ""),
        lambda: 5.0,
        arithmetic="MINMIN, MIN, BASE, MAX and MAXMAX are listed",
    )
    yield from _sold(paper)
    fuel, demand = (
        paper.at(TEXT, "Detached, primary energy for heating"),
        paper.at(TEXT, "Detached, electricity"),
    )
    (first, a), (second, b), (third, c) = _PLANTS.items()

    def last(one: float, two: float) -> float:
        saved = [s / 100 * (fuel.number + demand.number / e) for s, e in ((one, a), (two, b))]
        made = (saved[1] - saved[0]) / (1 / b - 1 / a)
        extra = made / a - saved[0]
        return 100 * (made / c - extra) / (fuel.number + demand.number / c)

    for unit in ("Senertec", "Ecopower", "Whispergen", "Solo Stirling", "Fuel cell"):
        made, extra = saved_energy(paper, unit)
        yield paper.finding(
            "third plant from the first two",
            ("Table 3", unit, third),
            last,
            paper.at("Table 3", unit, first),
            paper.at("Table 3", unit, second),
            arithmetic=f"{{0}} and {{1}} fix {made:.2f} MWh of electricity and {extra:.2f} MWh of "
            "extra fuel, which give {follows}",
        )
    gas = paper.value(TEXT, "CO2 of natural gas") * 3.6 / 1000
    for row, column, unit, plant in (
        ("CO2 reduction, least", "Fuel cell", "Fuel cell", "CO2, average Belgian"),
        ("CO2 reduction, largest", "Solo Stirling", "Solo Stirling", "CO2, average fossil"),
    ):
        made, extra = saved_energy(paper, unit)
        yield paper.finding(
            "CO2 reduction from Table 3",
            (TEXT, row, column),
            lambda grid, w=made, x=extra: (
                100
                * (w * grid / 1000 - x * gas)
                / (fuel.number * gas + demand.number * grid / 1000)
            ),
            paper.at(TEXT, plant),
            arithmetic=f"100 x ({made:.2f} x {{0}} / 1000 - {extra:.2f} x {gas:.4f}) / "
            f"({fuel.number} x {gas:.4f} + {demand.number} x {{0}} / 1000) = {{follows}}",
            slack=0.5,
        )
    for rate in ("Electricity, day rate", "Electricity, night rate"):
        price = paper.at("Table 5", "Purchasing", rate)
        read = float(f"{price.number / 1000:.2f}")
        bill = price.number / 100 * 1000 * demand.number
        yield paper.finding(
            "price of electricity to the letter",
            ("Table 5", "Purchasing", rate),
            lambda as_read=read: as_read,
            arithmetic=f"{price.value} c€/kWh makes the yearly electricity cost €{bill:,.0f}; read "
            f"as {read:g} c€/kWh",
            faults=True,
        )


def _sold(paper: Print) -> Iterator[Finding]:
    """What is sold by the meter of section 5.2, which runs backwards to the annual demand."""
    demand = paper.at(TEXT, "Detached, electricity")
    for row, unit in (("Sold to the grid, from", "Ecopower"), ("Sold to the grid, to", "Senertec")):
        made, _ = saved_energy(paper, unit)
        yield paper.finding(
            "share sold by the meter of section 5.2",
            (TEXT, row, unit),
            lambda used, made=made: 100 * (made - used) / made,
            demand,
            arithmetic=f"100 x ({made:.2f} - {{0}}) / {made:.2f} = {{follows}}: printed is what "
            "leaves the house at the moment, not what that meter counts as sold",
        )


STUDIES: Mapping[str, Callable[[Print], Iterator[Finding]]] = {
    "oluleye2017": _design_study,
    "oluleye2018": _design_study,
    "peacock2006": _group_study,
    "depaepe2006": _unit_study,
}


# --------------------------------------------------------------------------------- together


def findings(published: Sequence[Printed]) -> list[Finding]:
    """Everything that can be checked in the papers whose numbers are given."""
    papers = [Print(paper, published) for paper in STUDIES]
    return [found for paper in papers if paper for found in STUDIES[paper.paper](paper)]


@dataclass(frozen=True)
class Statement:
    """What a sentence says of a whole table, and what the table has."""

    paper: str
    place: str
    said: str
    found: str


def statements(published: Sequence[Printed]) -> list[Statement]:
    """Sentences that hold for some cells of a table only."""
    papers = {paper: Print(paper, published) for paper in STUDIES}
    return [
        *(_of_designs(papers["oluleye2018"]) if papers["oluleye2018"] else ()),
        *(_of_groups(papers["peacock2006"]) if papers["peacock2006"] else ()),
    ]


def _of_designs(paper: Print) -> Iterator[Statement]:
    place = "section 3.2"
    lower = _houses_where(paper, "System NPV", "Table 2", sign=1)
    yield Statement(
        paper.paper,
        place,
        "without incentive the NPV is lower without a store",
        f"Table 2: in {lower} of {len(_HOUSES)} houses",
    )
    for quantity in ("NTCO2", "TDE"):
        counts = [_houses_where(paper, quantity, f"Table {n}", sign=-1) for n in (2, 3)]
        yield Statement(
            paper.paper,
            place,
            f"a store reduces {quantity} (Tables 2 and 3)",
            f"Table 2: in {counts[0]} of {len(_HOUSES)} houses; Table 3: in {counts[1]}",
        )
    gains = [
        paper.value("Table 2", "EAI, design with TES", house)
        - paper.value("Table 2", "EAI, design without TES", house)
        for house in _HOUSES
    ]
    yield Statement(
        paper.paper,
        place,
        "what a store brings grows with the heat demand",
        "Table 2, income, from the most demand to the least: "
        + ", ".join(f"£{gain:.2f}" for gain in gains),
    )


def _houses_where(paper: Print, quantity: str, table: str, sign: int) -> int:
    """Houses in which a store changes a quantity in the direction of a sign."""
    changes = [
        paper.value(table, f"{quantity}, design with TES", house)
        - paper.value(table, f"{quantity}, design without TES", house)
        for house in _HOUSES
    ]
    return sum(sign * change > 0 for change in changes)


def _of_groups(paper: Print) -> Iterator[Statement]:
    falls = [
        [
            1
            - paper.value("Table 5", f"{day}, {row}", f"{unit}, n = {n}")
            / paper.value("Table 5", f"{day}, {row}", "No CHP")
            for row in ("ADMD", "e_imp")
        ]
        for day, unit, n in product(_DAYS, _KW, _LEVELS)
    ]
    less = sum(admd < imported for admd, imported in falls)
    yield Statement(
        paper.paper,
        "section 4",
        "ADMD always falls by less than the import",
        f"Table 5: in {less} of {len(falls)} cells",
    )


def places_at_fault(published: Sequence[Printed]) -> dict[tuple[str, str, str, str], str]:
    """Places whose number cannot be right, with the arithmetic that shows it."""
    return {
        (f.paper, f.table, f.row, f.column): f"{f.check}: {f.arithmetic}"
        for f in findings(published)
        if f.at_fault
    }


def audit_table(found: Sequence[Finding]) -> pd.DataFrame:
    """Findings as a table, columns in :data:`SCHEMA`."""
    rows = [
        asdict(f)
        | {
            "deviation": f.published - f.follows,
            "verdict": "consistent" if f.consistent else "inconsistent",
            "at_fault": f.at_fault,
        }
        for f in found
    ]
    return SCHEMA.validate(pd.DataFrame(rows)[list(SCHEMA.columns)])


def audit_published(
    *,
    published_paths: Sequence[str | Path],
    audit_path: str | Path,
    statements_path: str | Path,
) -> None:
    """Write what the papers' own numbers say of each other.

    Parameters
    ----------
    published_paths
        Files of ``resources/published``.
    audit_path
        CSV to write; columns in :data:`SCHEMA`.
    statements_path
        CSV to write; columns are those of :class:`Statement`.
    """
    published = read_published(published_paths)
    tables = {
        audit_path: audit_table(findings(published)),
        statements_path: pd.DataFrame([asdict(said) for said in statements(published)]),
    }
    for path, table in tables.items():
        with whole(path) as partial:
            table.to_csv(partial, index=False)
