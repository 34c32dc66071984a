"""The report: one page that answers the question of a run, and a table for the terminal."""

from __future__ import annotations

import base64
import json
import logging
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

import jinja2
import pandas as pd
import xarray as xr
import yaml
from markupsafe import Markup

from microchp.assessment.designs import read_designs
from microchp.files import whole
from microchp.report.figures import (
    FIRST_DAYS,
    WEEK_DAYS,
    best_designs,
    cheaper_of_pairs,
    drawn_step_minutes,
    with_another_unit,
)
from microchp.report.style import DASH, label, number
from microchp.report.svg import inline_svg, width_mm
from microchp.scenarios import OPTIMAL, DesignInputs

log = logging.getLogger(__name__)

FINE_MINUTES = 5
"""Steps longer than this, and fewer days than the year's, are called coarse."""

NEAR_LIMIT_SHARE = 1e-3
"""A size this near to the largest allowed is at it: a solver's sizes are not exact."""

NO_STORE_KWH = 0.05
"""Stores smaller than this are no store to a reader: a solver's zero is not exact."""


# --------------------------------------------------------------------------------- numbers


def pounds(value: float) -> str:
    """Whole pounds with their sign before the £."""
    text = number(value)
    return text.replace("−", "−£") if text.startswith("−") else f"£{text}" if text != DASH else text


def years(value: float, lifetime: float, invested: float) -> str:
    """A payback in words: a number, with a dagger beyond the lifetime, "never", or a dash."""
    if invested == 0:
        return DASH
    if math.isnan(value):
        return "never"
    text = number(value, 1) if value <= 100 else "> 100"
    return f"{text} †" if value > lifetime else text


def percent(share: float, digits: int = 0, signed: bool = False) -> str:
    """A share as a percentage."""
    return (
        DASH if share is None or math.isnan(share) else f"{number(100 * share, digits, signed)} %"
    )


# ------------------------------------------------------------------------------ page parts


@dataclass(frozen=True)
class Column:
    """A column of a table; ``text`` aligns to the left, ``wrap`` breaks long texts."""

    title: str
    unit: str = ""
    text: bool = False
    wrap: bool = False


@dataclass(frozen=True)
class Table:
    """A table ready to be shown."""

    caption: str
    columns: list[Column]
    rows: list[list[str]]


@dataclass(frozen=True)
class Drawing:
    """A figure in the page."""

    title: str
    caption: str
    svg: Markup
    width_mm: float


@dataclass(frozen=True)
class Note:
    """A heading with what belongs to it; ``section`` is the id of where to read on."""

    title: str
    text: str
    subtitle: str = ""
    section: str = ""


@dataclass(frozen=True)
class Answer:
    """The best design of a house under an incentive, in words."""

    incentive: str
    design: str
    saving: str
    payback: str
    co2: str
    store_class: str
    store_verdict: str
    store_detail: str
    certainty: str


@dataclass(frozen=True)
class Each:
    """A design with its figures."""

    title: str
    subtitle: str
    figures: list[Drawing]


@dataclass(frozen=True)
class Reproduction:
    """Published numbers and ours."""

    text: str
    summary: Table
    income: Table
    cells: Table


@dataclass(frozen=True)
class Page:
    """All that the template shows."""

    run: str
    extent: str
    annualisation: str
    lifetime: str
    notices: list[Note]
    sentences: list[str]
    answers: list[tuple[str, list[Answer]]]
    alternatives: Table | None
    designs: Table
    designs_csv: str
    figures: list[Drawing]
    each: list[Each]
    reproduction: Reproduction | None
    demand: Table | None
    demand_text: str
    demand_warnings: list[Note]
    demand_figures: list[Each]
    demand_extras: list[Note]
    provenance: list[tuple[str, str]]
    certificates: Table
    config: str
    terms: list[tuple[str, str]]


# ---------------------------------------------------------------------------------- answer


def design_words(row: pd.Series) -> str:
    """Unit and store of a design: "2 kW CHP + 13.0 kWh store"."""
    unit = f"{row['chp_kw']:g} kW CHP" if row["chp_kw"] else "no CHP"
    has_store = row["tes_kwh"] >= NO_STORE_KWH
    store = f"{number(row['tes_kwh'], 1)} kWh store" if has_store else "no store"
    return f"{unit}, {store}"


def store_verdict(row: pd.Series | None, together: bool = False) -> tuple[str, str, str]:
    """Whether the store pays, as a class (yes, no, open), a verdict and its detail.

    It pays where the design with a store costs less in a year than the one without, capital
    included; that is proven where even the least that the other could cost is more.

    Parameters
    ----------
    row
        The design with a store; none where the grid has no pair.
    together
        Whether the two designs differ by the unit too; what is said is then of both.
    """
    if row is None or math.isnan(row["tes_eai_gbp"]):
        return "open", "not compared", ""
    if row["tes_kwh"] < NO_STORE_KWH:
        return "no", "no", ", the best size is none"
    payback = years(row["tes_payback_years"], row["lifetime_years"], row["tes_investment_gbp"])
    within = "" if payback in ("never", DASH) else f", back in {payback} years"
    unit = ", together with the unit" if together else ""
    yearly = f", {pounds(row['tes_eai_gbp'])} a year{unit}"
    if row["tes_eai_least_gbp"] > 0:
        return "yes", "yes", f"{yearly}{within}"
    if row["tes_eai_most_gbp"] <= 0:
        return "no", "no", f", it costs {pounds(-row['tes_eai_gbp'])} a year{unit}"
    if row["tes_eai_gbp"] > 0:
        return "open", "likely", f"{yearly}, within the gap{within}"
    return "open", "unclear", ", the difference is within the gap"


def answers(designs: pd.DataFrame) -> list[tuple[str, list[Answer]]]:
    """For each house its best design under each incentive."""
    optimal = designs[(designs["variant"] == "") & (designs["design"] == OPTIMAL)]
    together = with_another_unit(optimal)
    houses: dict[str, list[Answer]] = {}
    for _, row in best_designs(designs).iterrows():
        same = (optimal["house"] == row["house"]) & (optimal["incentive"] == row["incentive"])
        pair = optimal[same]
        with_store = pair[pair["tes"] == "with"]
        stored = None if with_store.empty else with_store.iloc[0]
        kind, verdict, detail = store_verdict(
            stored, stored is not None and stored["scenario"] in together
        )
        # the better of two designs is as sure as the lower of their bounds
        possible = row["eac_gbp"] - pair["lower_bound_gbp"].min()
        houses.setdefault(label(row["house"]), []).append(
            Answer(
                incentive=label(row["incentive"]),
                design=design_words(row),
                saving=number(row["eai_gbp"]),
                payback=years(
                    row["system_payback_years"], row["lifetime_years"], row["investment_gbp"]
                ),
                co2=percent(row["co2_kg"] / row["bau_co2_kg"] - 1, signed=True),
                store_class=kind,
                store_verdict=verdict,
                store_detail=detail,
                certainty=f"within {pounds(possible)} a year "
                f"({percent(possible / max(1.0, abs(row['eac_gbp'])), 2)})",
            )
        )
    return list(houses.items())


def sentences(designs: pd.DataFrame) -> list[str]:
    """The answer in a sentence for each incentive."""
    best = best_designs(designs)
    stores = designs[(designs["variant"] == "") & (designs["design"] == OPTIMAL)]
    stores = stores[(stores["tes"] == "with") & stores["tes_eai_gbp"].notna()]
    said = []
    for incentive, rows in best.groupby("incentive", sort=False):
        paying = rows[(rows["eai_gbp"] > 0) & (rows["chp_kw"] > 0)]
        total = len(rows)
        text = f"{label(str(incentive))}: a unit pays in {_of(len(paying), total)}"
        if len(paying):
            low, high = pounds(paying["eai_gbp"].min()), pounds(paying["eai_gbp"].max())
            text += f" ({low if low == high else f'{low} to {high}'} a year)"
        pairs = stores[stores["incentive"] == incentive]
        if len(pairs):
            verdicts = [store_verdict(row)[0] for _, row in pairs.iterrows()]
            text += f"; the store pays in {_of(verdicts.count('yes'), len(pairs))}"
            if verdicts.count("open"):
                text += f" and is undecided in {verdicts.count('open')}"
        said.append(text + ".")
    return said


def _of(count: int, total: int) -> str:
    if total == 1:
        return "the house" if count else "no house"
    if count in (0, total):
        return f"all {total} houses" if count else "no house"
    return f"{count} of {total} houses"


def at_largest_store(designs: pd.DataFrame, largest_kwh: dict[str, float]) -> list[Note]:
    """A notice where the best store is as large as one may be: a larger may be better.

    Parameters
    ----------
    designs
        Table of designs.
    largest_kwh
        Largest size allowed in each scenario that chooses the size of a store.
    """
    best = best_designs(designs)
    limits = best["scenario"].map(largest_kwh)
    at_limit = best["tes_kwh"] >= limits * (1 - NEAR_LIMIT_SHARE)
    if not at_limit.any():
        return []
    where = ", ".join(
        f"{label(row['house'])} ({label(row['incentive'])})" for _, row in best[at_limit].iterrows()
    )
    sizes = " or ".join(f"{size:g}" for size in sorted(set(limits[at_limit])))
    return [
        Note(
            "Largest store.",
            f"The best store is the largest allowed (tes.max_kwh {sizes}) for {where}: a larger "
            "one may be better.",
        )
    ]


def demand_notice(reports: Sequence[dict[str, Any]]) -> list[Note]:
    """A notice naming the houses whose demand has findings, with the first of each in short."""
    found = [(report["house"], report["warnings"]) for report in reports if report["warnings"]]
    if not found:
        return []
    said = []
    for house, warnings in found:
        weighty = [text for text in warnings if not _is_slight(text)]
        first = _in_short((weighty or warnings)[0])
        more = len(warnings) - 1
        others = f" (and {more} more finding{'s' * (more > 1)})" if more else ""
        said.append(f"{label(house)}: {first}{others}.")
    return [Note("Demand data.", " ".join(said), section="demand")]


def _is_slight(warning: str) -> bool:
    """Whether a warning only tells where demand comes from or that rows were not needed."""
    return any(words in warning for words in ("synthesised for", "left out", "the first"))


def _in_short(warning: str) -> str:
    """The first statement of a warning, with the quantities in words."""
    first = re.split(r"; | \(|\. ", warning, maxsplit=1)[0]
    for name, words in _QUANTITY_WORDS.items():
        first = first.replace(name, words)
    return first


def notices(designs: pd.DataFrame, note: str = "") -> list[Note]:
    """What a reader must know before any figure: the run's own note, a coarse run, the factor."""
    notes = [Note("About this run.", note)] if note else []
    designs = designs[designs["variant"] == ""]
    step, days = designs["resolution_minutes"].max(), designs["days_modelled"].min()
    coarse = []
    if step > FINE_MINUTES:
        coarse.append(f"steps of {step:g} min instead of {FINE_MINUTES}")
    if (designs["days_modelled"] < designs["days_of_year"]).any():
        coarse.append(f"{days:g} days that stand for the year")
    if coarse:
        notes.append(
            Note(
                "Coarse run.",
                f"Made with {' and '.join(coarse)}: a quick look. Short peaks are averaged "
                "away, so sizes and savings will differ in a full run.",
            )
        )
    if (designs["annualisation"] == "as_printed").any():
        notes.append(
            Note(
                "Annualisation as printed.",
                "The yearly share of the investment follows Eq. 6 of Oluleye et al. as it is "
                "printed, which never pays the capital off. Savings look better than they are; "
                "the table of designs shows them with the capital recovery factor beside.",
            )
        )
    return notes


# ----------------------------------------------------------------------------------- tables


_FACTOR_WORDS = {"eai_crf_gbp": "crf", "eai_as_printed_gbp": "as printed"}


def designs_table(designs: pd.DataFrame) -> Table:
    """Every design with its money, energy and CO2."""
    # the income with the annualisation that the run did not use stands beside its own
    used = set(designs["annualisation"])
    others = [name for name in _FACTOR_WORDS if used != {name.removeprefix("eai_")[:-4]}]
    columns = [
        Column("Design", text=True),
        Column("CHP", "kW"),
        Column("Store", "kWh"),
        Column("EAC", "£/y"),
        Column("EAI", "£/y"),
        *(Column(f"EAI, {_FACTOR_WORDS[name]}", "£/y") for name in others),
        Column("Investment", "£"),
        Column("Payback", "y"),
        Column("NPV", "£"),
        Column("Store payback", "y"),
        Column("Store NPV", "£"),
        Column("CO₂", "kg/y"),
        Column("TDE", "kWh/y"),
        Column("CHP heat", "kWh/y"),
        Column("Boiler heat", "kWh/y"),
        Column("Generated", "kWh/y"),
        Column("Import", "kWh/y"),
        Column("Export", "kWh/y"),
        Column("Used at home", "of generation"),
        Column("Run hours", "h/y"),
        Column("Starts", "1/y"),
        Column("IRR"),
        Column("Own electricity", "p/kWh"),
    ]
    rows = []
    for _, row in designs.iterrows():
        life = row["lifetime_years"]
        store = row["tes_investment_gbp"]
        rows.append(
            [
                row["scenario"],
                f"{row['chp_kw']:g}",
                number(row["tes_kwh"], 1),
                *(number(row[name]) for name in ("eac_gbp", "eai_gbp", *others)),
                number(row["investment_gbp"]),
                years(row["system_payback_years"], life, row["investment_gbp"]),
                number(row["system_npv_gbp"]),
                DASH if math.isnan(store) else years(row["tes_payback_years"], life, store),
                number(row["tes_npv_gbp"]),
                *(
                    number(row[name])
                    for name in (
                        "co2_kg",
                        "tde_kwh",
                        "chp_heat_kwh",
                        "boiler_heat_kwh",
                        "chp_electricity_kwh",
                        "import_kwh",
                        "export_kwh",
                    )
                ),
                percent(row["self_consumption_share"]),
                number(row["chp_run_hours"]),
                number(row["chp_starts"]),
                percent(row["system_irr"], 1),
                number(100 * row["electricity_cost_gbp_per_kwh"], 1),
            ]
        )
    return Table("All designs; the terms are explained below", columns, rows)


def alternatives_table(designs: pd.DataFrame) -> Table | None:
    """Variants and fixed designs beside the optimum of their house and incentive.

    Of the optima of a variant the cheaper of with and without a store; every fixed design. None
    where the run has neither.
    """
    optima = cheaper_of_pairs(designs[designs["design"] == OPTIMAL])
    shown = designs.loc[(designs["design"] != OPTIMAL) | designs.index.isin(optima.index)]
    is_base = (shown["variant"] == "") & (shown["design"] == OPTIMAL)
    if is_base.all():
        return None
    base = {
        (row["house"], row["incentive"]): row["eai_gbp"] for _, row in shown[is_base].iterrows()
    }
    rows = []
    for (house, incentive), cases in shown.groupby(["house", "incentive"], sort=False):
        for _, row in cases.iterrows():
            words = [
                label(row["variant"]) if row["variant"] else "",
                f"fixed: {label(row['design'])}" if row["design"] != OPTIMAL else "",
            ]
            case = ", ".join(word for word in words if word)
            change = row["eai_gbp"] - base.get((house, incentive), math.nan)
            rows.append(
                [
                    f"{label(row['house'])}, {label(row['incentive'])}",
                    case or "As configured, optimal",
                    design_words(row),
                    number(row["eai_gbp"]),
                    number(change, signed=True) if case else DASH,
                    years(
                        row["system_payback_years"], row["lifetime_years"], row["investment_gbp"]
                    ),
                ]
            )
    columns = [
        Column("House, incentive", text=True),
        Column("Variant or fixed design", text=True),
        Column("Unit and store", text=True),
        Column("EAI", "£/y"),
        Column("Change", "£/y"),
        Column("Payback", "y"),
    ]
    return Table(
        "Variants and fixed designs against the optimum as configured; EAI is against business as "
        "usual at each variant's own prices and demand",
        columns,
        rows,
    )


def certificates(designs: pd.DataFrame) -> Table:
    """Cost, lower bound and gap of every design, and how long it took."""
    rows = [
        [
            row["scenario"],
            number(row["eac_gbp"], 2),
            number(row["lower_bound_gbp"], 2),
            percent(row["relative_gap"], 3),
            row["solve_method"],
            row["solve_status"],
            number(row["solve_seconds"], 1),
        ]
        for _, row in designs.iterrows()
    ]
    columns = [
        Column("Design", text=True),
        Column("EAC", "£/y"),
        Column("Lower bound", "£/y"),
        Column("Gap"),
        Column("Method", text=True),
        Column("Status", text=True),
        Column("Solved in", "s"),
    ]
    return Table("How each optimum is proven", columns, rows)


_METRIC_WORDS = {
    "eai_gbp": "EAI",
    "system_payback_years": "System payback",
    "system_npv_gbp": "System NPV",
    "tes_payback_years": "Store payback",
    "tes_npv_gbp": "Store NPV",
    "co2_kg": "CO₂",
    "tde_kwh": "TDE",
    "tes_kwh": "Store size",
    "co2_levy_gbp": "CO₂ levy saving",
}


def reproduction(comparison: pd.DataFrame) -> Reproduction:
    """The published numbers beside those computed here."""
    digits = {"eai_gbp": 1, "system_payback_years": 1, "tes_payback_years": 2, "tes_kwh": 1}

    def cells(table: pd.DataFrame) -> list[list[str]]:
        return [
            [
                f"{row['table']}: {row['item']}",
                row["unit"].replace("GBP", "£"),
                *(
                    number(row[name], digits.get(row["metric"], 0), signed=name == "deviation")
                    for name in ("published", "computed", "deviation", "tolerance", "computed_crf")
                ),
                row["verdict"],
            ]
            for _, row in table.iterrows()
        ]

    columns = [
        Column("Published number", text=True),
        Column("Unit", text=True),
        Column("Published"),
        Column("Computed"),
        Column("Deviation"),
        Column("Tolerance"),
        Column("Computed, crf"),
        Column("Verdict", text=True),
    ]
    verdicts = ("within", "outside", "not computed")
    counts = pd.crosstab(comparison["metric"], comparison["verdict"])
    summary = [
        [
            _METRIC_WORDS.get(metric, metric),
            *(str(counts.loc[metric].get(verdict, 0)) for verdict in verdicts),
        ]
        for metric in dict.fromkeys(comparison["metric"])
    ]
    computed = comparison[comparison["verdict"] != "not computed"]
    good = int((computed["verdict"] == "within").sum())
    return Reproduction(
        text=f"{good} of {len(computed)} published numbers are met within the stated tolerance"
        + (
            f"; {len(comparison) - len(computed)} have no design in this run. "
            if len(computed) < len(comparison)
            else ". "
        )
        + "Incomes, paybacks, NPVs, CO₂ and TDE are of the published sizes, with the annualisation "
        "as printed; “crf” is the same income with the true capital recovery factor. The CO₂ "
        "levy is counted on top of the designs without incentive, as the papers do. Store sizes "
        "are held against the optimum found here.",
        summary=Table(
            "Numbers by verdict",
            [Column("Quantity", text=True), *(Column(verdict) for verdict in verdicts)],
            summary,
        ),
        income=Table(
            "Yearly income (EAI)", columns, cells(comparison[comparison["metric"] == "eai_gbp"])
        ),
        cells=Table("All published numbers", columns, cells(comparison)),
    )


# ----------------------------------------------------------------------------------- demand

_QUANTITY_WORDS = {
    "space_heating_kw": "space heating",
    "hot_water_kw": "hot water",
    "electricity_kw": "electricity",
}
_QUALITY_SHOWN = {
    "house",
    "source",
    "year",
    "seed",
    "step_minutes",
    "dwellings",
    "annual_tolerance_share",
    "peak_tolerance_share",
    "quantities",
    "warnings",
}


def demand_table(reports: Sequence[dict[str, Any]]) -> Table:
    """Asked and reached totals and peaks of every house and dwelling."""

    def given(value: float | None, digits: int) -> str:
        return DASH if value is None else number(value, digits)

    rows = []
    for report in reports:
        for row in report["quantities"]:
            which = f", dwelling {row['dwelling'] + 1}" if report["dwellings"] > 1 else ""
            deviations = [row["annual_deviation_share"], row["peak_5min_deviation_share"]]
            annual, peak = (DASH if d is None else percent(d, 1, signed=True) for d in deviations)
            rows.append(
                [
                    f"{label(report['house'])}{which}, {_QUANTITY_WORDS[row['quantity']]}",
                    given(row["annual_asked_kwh"], 0),
                    given(row["annual_reached_kwh"], 0),
                    annual,
                    given(row["peak_5min_asked_kw"], 2),
                    given(row["peak_5min_reached_kw"], 2),
                    peak,
                    given(row["peak_1min_kw"], 2),
                    str(row["source"]),
                ]
            )
    columns = [
        Column("Demand", text=True),
        Column("Asked", "kWh/y"),
        Column("Reached", "kWh/y"),
        Column("Off by"),
        Column("5-min peak asked", "kW"),
        Column("Reached", "kW"),
        Column("Off by"),
        Column("1-min peak", "kW"),
        Column("Source", text=True, wrap=True),
    ]
    return Table("Demand asked and reached", columns, rows)


# ---------------------------------------------------------------------------------- figures

_CAPTIONS = {
    "heat_shares": (
        "Shares of heat by source",
        "Who meets the heat demand (compare Figs 4–7 of Oluleye et al. 2018): what the unit and "
        "the boiler give at once, and what comes out of the store. What the store takes in comes "
        "from the unit as far as it runs, and from the boiler only beyond that.",
    ),
    "tes_economics": (
        "Payback and NPV of the store",
        "What the store costs and earns: the design with it against the one without (compare "
        "Fig. 10). *: the design without has another unit or none, so this is of the store and "
        "the unit together. “Never”: it costs more than it saves. Bars are cut at one and a half "
        "lifetimes, with their number.",
    ),
    "store_discharge": (
        "Heat out of the store over the first days",
        "Heat out of the store over the first {first_days} modelled (compare Figs 8–9), as "
        "{minutes:g}-min means.",
    ),
    "cost_waterfall": (
        "From the cost of today to that of the design",
        "Yearly cost, from business as usual (boiler and grid) to this design. Brown is dearer, "
        "green is cheaper. Fuel, maintenance and import are differences to business as usual.",
    ),
    "dispatch_week": (
        "Operation in the coldest days",
        "{week}, as {minutes:g}-min means. The line is the demand; below zero is what goes into "
        "the store and to the grid.",
    ),
    "calibration": (
        "Demand asked and reached",
        "First dwelling: totals and 5-min peaks, load-duration curves, and a working day in "
        "winter, spring and summer.",
    ),
}


def drawn_words(rows: pd.DataFrame) -> dict[str, str | float]:
    """What figures of some designs show, in words: the days and the step of their means."""
    days, full = int(rows["days_modelled"].max()), int(rows["days_of_year"].max())
    if days >= full:
        week = "The seven days with the most heat demand"
    elif days == 1:
        week = "The one day modelled, which stands for the year"
    elif days <= WEEK_DAYS:
        week = f"All {days} days modelled, which stand for the year"
    else:
        week = f"Of the {days} days modelled, the seven in a row with the most heat demand"
    return {
        "first_days": _days(min(FIRST_DAYS, days)),
        "week": week,
        "minutes": drawn_step_minutes(float(rows["resolution_minutes"].max())),
    }


def _days(count: int) -> str:
    return f"{count} days" if count > 1 else "day"


def _drawing(directory: Path, kind: str, rows: pd.DataFrame, scenario: str = "") -> Drawing | None:
    name = f"{kind}_{scenario}" if scenario else kind
    path = directory / f"{name}.svg"
    return _drawing_of(path, name, kind, scenario, drawn_words(rows)) if path.exists() else None


def _drawing_of(
    path: Path, name: str, kind: str, about: str = "", words: dict[str, str | float] | None = None
) -> Drawing:
    text = path.read_text(encoding="utf-8")
    title, caption = _CAPTIONS[kind]
    caption = caption.format(**(words or {}))
    full = f"{title}: {about}" if about else title
    # the drawing is our own and its title escaped
    return Drawing(full, caption, Markup(inline_svg(text, name, full)), round(width_mm(text), 1))


def _figures(directory: Path, designs: pd.DataFrame) -> tuple[list[Drawing], list[Each]]:
    optimal = designs[(designs["variant"] == "") & (designs["design"] == OPTIMAL)]
    overview = [
        figure
        for kind in ("heat_shares", "tes_economics", "store_discharge")
        if (figure := _drawing(directory, kind, optimal))
    ]
    each = []
    for _, row in best_designs(designs).iterrows():
        found = [
            figure
            for kind in ("cost_waterfall", "dispatch_week")
            if (figure := _drawing(directory, kind, row.to_frame().T, row["scenario"]))
        ]
        if found:
            title = f"{label(row['house'])}, {label(row['incentive'])}"
            each.append(Each(title, design_words(row), found))
    return overview, each


# ------------------------------------------------------------------------------- provenance

TERMS = [
    (
        "EAC",
        "Equivalent annual cost: annualised capital, fuel, maintenance and import, less income.",
    ),
    ("EAI", "Equivalent annual income: cost of business as usual less EAC. Above zero, it pays."),
    (
        "Business as usual",
        "All heat from the boiler, all electricity imported, at the standard tariff.",
    ),
    (
        "Payback",
        "Investment over the yearly saving before capital, not discounted, counted beyond the "
        "lifetime if need be (†). “never”: nothing is saved. “–”: nothing is invested.",
    ),
    ("NPV, IRR", "Over the lifetime at the interest rate, savings at the end of each year."),
    (
        "Store payback, NPV",
        "The same with the differences in investment and saving between the designs with and "
        "without a store. Where the design without has another unit or none, they are of the "
        "store and the unit together.",
    ),
    (
        "crf, as printed",
        "Two ways to turn an investment into a yearly cost: the capital recovery factor, and Eq. 6 "
        "of Oluleye et al. to the letter, with which the published tables were made.",
    ),
    ("CO₂", "Of all fuel and of net import (export counts against it), Eq. 20."),
    (
        "TDE",
        "Total delivered energy: fuel of unit and boiler, and net import over the grid's "
        "efficiency, Eq. 19.",
    ),
    (
        "Own electricity",
        "Cost of a kWh that the unit generates: all yearly cost of plant and fuel less what the "
        "boiler alone would cost, over the generation; payments by the policy are left out.",
    ),
    ("Starts", "Times that the unit goes from off to on in a year."),
    (
        "Gap",
        "(EAC − lower bound) / EAC. The bound holds for every size that the design could have.",
    ),
]


def designs_count(count: int) -> str:
    """How many designs, in words: "1 design", or "8 designs"."""
    return f"{count} design{'s' * (count != 1)}"


def _provenance(
    attributes: Sequence[dict[str, Any]], config: dict[str, Any]
) -> list[tuple[str, str]]:
    versions = sorted({str(attrs.get("versions", "{}")) for attrs in attributes})
    tools = [
        ", ".join(f"{name} {version}" for name, version in sorted(json.loads(text).items()))
        for text in versions
    ]
    seconds = sum(float(attrs["solve_seconds"]) for attrs in attributes)
    return [
        ("Seed", str(config.get("run", {}).get("seed", DASH))),
        ("Solvers and libraries", "; ".join(tools)),
        ("Methods", ", ".join(sorted({str(attrs["solve_method"]) for attrs in attributes}))),
        ("Time solving", f"{number(seconds / 60, 1)} min for {designs_count(len(attributes))}"),
        (
            "Largest gap",
            percent(max(float(attrs["relative_gap"]) for attrs in attributes), 3),
        ),
    ]


def _extent(designs: pd.DataFrame) -> str:
    step = designs["resolution_minutes"].max()
    days, full = designs["days_modelled"].min(), designs["days_of_year"].max()
    houses, incentives = designs["house"].nunique(), designs["incentive"].nunique()
    span = (
        "the whole year"
        if days == full
        else f"{days:g} day{'s' * (days > 1)} standing for the year"
    )
    return (
        f"{designs_count(len(designs))} · {houses} house{'s' * (houses > 1)} × {incentives} "
        f"incentive{'s' * (incentives > 1)} · {span} at {step:g} min"
    )


def build_report(
    *,
    designs_path: str | Path,
    design_paths: Sequence[str | Path],
    figures_dir: str | Path,
    config_path: str | Path,
    quality_paths: Sequence[str | Path],
    report_path: str | Path,
    calibration_paths: Sequence[str | Path] = (),
    comparison_path: str | Path | None = None,
) -> None:
    """Write the report as one HTML file that needs nothing beside it.

    Parameters
    ----------
    designs_path
        ``designs.csv``.
    design_paths
        Design files; only their attributes are read.
    figures_dir
        Where :func:`microchp.report.figures.plot_figures` drew; figures that are not there
        are left out.
    config_path
        The run's resolved configuration.
    quality_paths
        Quality JSON of each house's demand.
    report_path
        HTML to write.
    calibration_paths
        Calibration figure (SVG) of each house's demand, if drawn, in the order of
        ``quality_paths``.
    comparison_path
        Table of :func:`microchp.assessment.comparison.compare_published_designs`, if made.
    """
    designs = read_designs(designs_path)
    config_text = Path(config_path).read_text(encoding="utf-8")
    config = yaml.safe_load(config_text)
    attributes = [_attributes(path) for path in design_paths]
    reports = [json.loads(Path(path).read_text(encoding="utf-8")) for path in quality_paths]
    overview, each = _figures(Path(figures_dir), designs)
    encoded = base64.b64encode(Path(designs_path).read_bytes()).decode("ascii")
    kinds = {
        "crf": "by the capital recovery factor",
        "as_printed": "by Eq. 6 as it is printed",
    }
    page = Page(
        run=str(config["run"]["name"]),
        extent=_extent(designs),
        annualisation=" or ".join(kinds[kind] for kind in dict.fromkeys(designs["annualisation"])),
        lifetime=" or ".join(f"{life:g}" for life in designs["lifetime_years"].unique()),
        notices=[
            *notices(designs, config["run"].get("note", "")),
            *demand_notice(reports),
            *at_largest_store(designs, _largest_stores(design_paths, attributes)),
        ],
        sentences=sentences(designs),
        answers=answers(designs),
        alternatives=alternatives_table(designs),
        designs=designs_table(designs),
        designs_csv=f"data:text/csv;base64,{encoded}",
        figures=overview,
        each=each,
        reproduction=reproduction(pd.read_csv(comparison_path)) if comparison_path else None,
        demand=demand_table(reports) if reports else None,
        demand_text=_tolerances(reports),
        demand_warnings=[
            Note(f"{label(report['house'])}:", warning)
            for report in reports
            for warning in report["warnings"]
        ],
        demand_figures=[
            Each(
                label(report["house"]),
                "calibration, load-duration curves and three days",
                [_drawing_of(Path(path), f"calibration_{report['house']}", "calibration")],
            )
            for report, path in zip(reports, calibration_paths, strict=False)
        ],
        demand_extras=[
            Note(
                label(report["house"]),
                yaml.safe_dump(more, sort_keys=False, allow_unicode=True, width=100),
                "how this demand was made",
            )
            for report in reports
            if (more := {k: v for k, v in report.items() if k not in _QUALITY_SHOWN})
        ],
        provenance=_provenance(attributes, config),
        certificates=certificates(designs),
        config=config_text,
        terms=TERMS,
    )
    html = render("report.html.j2", page)
    with whole(report_path) as partial:
        partial.write_text(html, encoding="utf-8")
    log.info("report of %d designs written, %.1f MB", len(designs), len(html) / 1e6)


def _largest_stores(
    design_paths: Sequence[str | Path], attributes: Sequence[dict[str, Any]]
) -> dict[str, float]:
    """Largest store allowed (kWh) in each scenario that chooses the size of one."""
    inputs = {
        Path(path).stem: DesignInputs.model_validate_json(attrs["inputs"])
        for path, attrs in zip(design_paths, attributes, strict=True)
    }
    return {
        name: found.tes.max_kwh
        for name, found in inputs.items()
        if found.tes is not None and found.tes.min_kwh < found.tes.max_kwh
    }


def _attributes(path: str | Path) -> dict[str, Any]:
    with xr.open_dataset(path, engine="netcdf4") as design:
        return dict(design.attrs)


def _tolerances(reports: Sequence[dict[str, Any]]) -> str:
    if not reports:
        return ""
    first = reports[0]
    return (
        f"Annual totals are to be met within {percent(first['annual_tolerance_share'])}, 5-min "
        f"peaks within {percent(first['peak_tolerance_share'])}. Designs use the first dwelling "
        "of each house."
    )


def render(template: str, page: object) -> str:
    """A page made from one of the templates."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(page=page)


# ----------------------------------------------------------------------------------- summary


def _proven(count: int, gap: str) -> str:
    return f"{designs_count(count)}, {'each ' * (count > 1)}proven within {gap} of its least cost."


def run_summary(*, designs_path: str | Path, report_path: str | Path) -> str:
    """The answer of a run for the terminal, and where to look.

    Parameters
    ----------
    designs_path
        ``designs.csv``.
    report_path
        The page, named in the last line.
    """
    designs = read_designs(designs_path)
    header = ["house", "incentive", "best design", "GBP/y", "payback", "store"]
    rows = [
        [
            house,
            answer.incentive,
            answer.design,
            answer.saving,
            answer.payback,
            answer.store_verdict,
        ]
        for house, found in answers(designs)
        for answer in found
    ]
    widths = [max(len(line[k]) for line in [header, *rows]) for k in range(len(header))]
    right = {3}
    lines = [
        "  ".join(
            cell.rjust(width) if k in right else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in [header, ["-" * width for width in widths], *rows]
    ]
    notes = [fill(f"{note.title} {note.text}", 80) for note in notices(designs)]
    gap = percent(designs["relative_gap"].max(), 2)
    lines += ["", _proven(len(designs), gap), *notes]
    return "\n".join([*lines, f"Report: {report_path}"])
