"""The first screen: per house the best unit and store, what it earns, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from microchp.account.carbon import CarbonUse
from microchp.account.controlled import Controlled
from microchp.account.support import Today
from microchp.config import OPTIMAL, Emissions
from microchp.report.evidence import Evidence, choices, sizes_of
from microchp.report.page import Cell, Notice, cell, payback_cell, share_cell
from microchp.report.selection import (
    LEAST_SIZE,
    UnitChange,
    best_designs,
    cheaper_of_pairs,
    design_words,
    installs,
    select,
    with_another_unit,
)
from microchp.tables.words import DASH, change, label, number, percent, plain_words, pounds, years
from microchp.telling import counted

FINE_MINUTES = 5
"""Steps longer than this, and fewer days than the year's, are called coarse."""

MOST_STARTS_A_DAY = 10
"""More starts a day than this are warned of."""

NEAR_LIMIT_SHARE = 1e-3
"""A size this near to the largest allowed is at it: a solver's sizes are not exact."""

QUANTITIES = {
    "space_heating_kw": "space heating",
    "hot_water_kw": "hot water",
    "electricity_kw": "electricity",
}
"""Quantities of the demand in words."""

_ANNUALISATION = {
    "crf": "by the capital recovery factor",
    "as_printed": "by Eq. 6 as it is printed",
}


@dataclass(frozen=True)
class Answer:
    """The best design of a house under an incentive, in words.

    ``together`` is whether what is said of the store is of a change of the unit too.
    """

    incentive: str
    design: str
    saving: Cell
    whole_year: str
    """What it saves over all days of the year, where some of them were modelled; else empty."""
    payback: Cell
    co2: Cell
    store_class: str
    store_verdict: str
    store_detail: str
    together: bool
    certainty: str
    sensitivity: str
    co2_by: str
    """The grid that ``co2`` is counted by, and what it is by the grid of today."""
    controlled: Cell
    """What the design saves with an ordinary controller; a dash where no such run was made."""
    chance: Cell
    """Share of a sweep's samples in which it pays; a dash where no sweep was made."""
    next_best: str


@dataclass(frozen=True)
class Answers:
    """The best designs of all houses, as a part of the page."""

    houses: Sequence[tuple[str, Sequence[Answer]]]
    annualisation: str
    lifetime: str
    has_controlled: bool
    has_chance: bool


def answer_table(designs: pd.DataFrame, evidence: Evidence) -> Answers:
    """The table of the first screen."""
    own = designs[designs["variant"] == ""]
    kinds = dict.fromkeys(own["annualisation"])
    houses = answers(designs, evidence)
    return Answers(
        houses=houses,
        annualisation=" or ".join(_ANNUALISATION[kind] for kind in kinds),
        lifetime=" or ".join(f"{life:g}" for life in own["lifetime_years"].unique()),
        has_controlled=any(
            not math.isnan(found.controlled.value) for _, of in houses for found in of
        ),
        has_chance=any(not math.isnan(found.chance.value) for _, of in houses for found in of),
    )


def grid_words(emissions: Emissions) -> str:
    """The grid's factor, and of which year it is as far as the configuration says so."""
    year = emissions.factor_year
    of = "of a year not stated" if year is None else f"of {year}"
    if emissions.grid_file is not None:
        return f"{Path(emissions.grid_file.path).name}, hour by hour, {of}"
    return f"{emissions.grid_kg_per_kwh:g} kg/kWh {of}"


def is_grid_of(today: Today, emissions: Emissions) -> bool:
    """Whether the run counts CO2 by the very factor that every CO2 is also stated for."""
    return emissions.grid_file is None and emissions.grid_kg_per_kwh == today.grid_kg_per_kwh


def carbon_use(row: pd.Series) -> CarbonUse:
    """Fuel and net import of a row of the table of designs, as the grid's hours weigh it."""
    mean = row["grid_kg_per_kwh"]
    has_factor = mean > 0
    return CarbonUse(
        bau_fuel_kwh=row["bau_fuel_kwh"],
        fuel_kwh=row["chp_fuel_kwh"] + row["boiler_fuel_kwh"],
        bau_import_kwh=row["bau_grid_co2_kg"] / mean if has_factor else row["electricity_kwh"],
        net_import_kwh=row["grid_co2_kg"] / mean
        if has_factor
        else row["import_kwh"] - row["export_kwh"],
    )


def _co2_by(row: pd.Series, evidence: Evidence) -> str:
    """By which grid the CO2 of a design is counted, and what it is by that of today, if another."""
    inputs = evidence.inputs.get(row["scenario"])
    if inputs is None:
        return ""
    own = f"grid {grid_words(inputs.emissions)}"
    today = evidence.today
    if today is None or is_grid_of(today, inputs.emissions):
        return own
    by_today = carbon_use(row).change_share(inputs.emissions.gas_kg_per_kwh, today.grid_kg_per_kwh)
    return f"{own}; {percent(by_today, signed=True)} by {today.grid}"


def next_best(row: pd.Series, own: pd.DataFrame, evidence: Evidence) -> str:
    """The cheapest other choice for a house under an incentive, and what it costs more or less.

    Parameters
    ----------
    row
        The best design.
    own
        All designs of its house and incentive in the run as configured, of every plant.
    evidence
        What stands beside the table; with it a new boiler is a choice too.
    """
    sizes = sizes_of(row)
    others = [choice for choice in choices(own, evidence) if not choice.has(sizes)]
    if not others:
        return "no other in this run"
    more = others[0].year.cost_gbp - row["eac_gbp"]
    return f"{others[0].words}, {pounds(abs(more))} a year {'dearer' if more >= 0 else 'cheaper'}"


WITH_STORE = {
    UnitChange.ADDED: "together with the unit, which does not pay without a store",
    UnitChange.DROPPED: "instead of the unit",
    UnitChange.OTHER: "together with another unit than without a store",
}
"""What comes with a store beside it."""


def store_verdict(
    row: pd.Series | None, together: UnitChange | None = None
) -> tuple[str, str, str]:
    """Whether the store pays, as a class (yes, no, open), a verdict and its detail.

    It pays where the design with a store costs less in a year than the one without, capital
    included; that is proven where even the least that the other could cost is more.

    Parameters
    ----------
    row
        The design with a store; none where the grid has no pair.
    together
        How the two designs' units differ, if they do; what is said is then of both.
    """
    if row is None or math.isnan(row["tes_eai_gbp"]):
        return "open", "not compared", ""
    if row["tes_kwh"] < LEAST_SIZE:
        return "no", "no", ", the best size is none"
    payback = years(row["tes_payback_years"], row["lifetime_years"], row["tes_investment_gbp"])
    within = "" if payback in ("never", DASH) else f", back in {payback} years"
    unit = f", {WITH_STORE[together]}" if together else ""
    yearly = f", {pounds(row['tes_eai_gbp'])} a year{unit}"
    if row["tes_eai_least_gbp"] > 0:
        return "yes", "yes", f"{yearly}{within}"
    if row["tes_eai_most_gbp"] <= 0:
        return "no", "no", f", it costs {pounds(-row['tes_eai_gbp'])} a year{unit}"
    if row["tes_eai_gbp"] > 0:
        return "open", "likely", f"{yearly}, within the gap{within}"
    return "open", "unclear", ", the difference is within the gap"


def certainty(row: pd.Series, pair: pd.DataFrame) -> str:
    """How much cheaper than a design another could be: the lower of the bounds of its pair."""
    possible = row["eac_gbp"] - pair["lower_bound_gbp"].min()
    if possible < 0.005:
        return "proven to the penny for this demand and these prices"
    share = possible / max(1.0, abs(row["eac_gbp"]))
    shown = percent(share, 2) if share >= 1e-4 else f"<\u00a0{percent(1e-4, 2)}"
    amount = pounds(possible, 0 if possible >= 10 else 2)
    return f"proven best within {amount} a year ({shown}) for this demand and these prices"


@dataclass(frozen=True)
class Effect:
    """What a change of one price does to the yearly income of a design held as it is."""

    name: str
    gbp_per_unit: float
    """Income gained per relative rise of the price (a rise of 1 doubles it)."""

    def turning_share(self, eai_gbp: float) -> float:
        """Relative change of the price at which the income is zero; ``nan`` where none is."""
        if self.gbp_per_unit == 0 or -eai_gbp / self.gbp_per_unit < -1:
            return math.nan
        return -eai_gbp / self.gbp_per_unit


def effects(row: pd.Series) -> list[Effect]:
    """What gas, imported electricity, plant and payments do to the income of a design.

    The income is linear in each of them as long as sizes and operation stay: business as usual
    less the design. With sizes and operation chosen anew it would be no lower.
    """
    fuel = row["chp_fuel_gbp"] + row["boiler_fuel_gbp"]
    paid = row["export_income_gbp"] + row["generation_income_gbp"] + row["co2_income_gbp"]
    return [
        Effect("gas prices", row["bau_fuel_gbp"] - fuel),
        Effect("import prices", row["bau_import_gbp"] - row["import_gbp"]),
        Effect("plant costs", -row["capital_gbp"]),
        Effect("payments", paid),
    ]


def sensitivity(row: pd.Series, variants: pd.DataFrame) -> str:
    """The smallest change of a price that turns the answer, and what the run's variants say.

    Parameters
    ----------
    row
        A best design.
    variants
        The best designs of the same house and incentive in the run's variants.
    """
    said = []
    turning = [(effect.name, effect.turning_share(row["eai_gbp"])) for effect in effects(row)]
    turning = [(name, share) for name, share in turning if not math.isnan(share)]
    if row["investment_gbp"] > 0 and turning:
        name, share = min(turning, key=lambda item: abs(item[1]))
        change = f"{name} {'rise' if share > 0 else 'fall'} by {percent(abs(share))}"
        said.append(f"pays unless {change}" if row["eai_gbp"] > 0 else f"would pay if {change}")
    if len(variants):
        said.append(variants_words(variants))
    return "; ".join(said)


def pay(designs: pd.DataFrame) -> pd.Series:
    """Whether designs install anything that pays."""
    return (designs["eai_gbp"] > 0) & installs(designs)


MOST_NAMED = 3
"""Variants that are named at most, those that save most first."""


def variants_words(variants: pd.DataFrame) -> str:
    """In how many variants the best design pays, and in which.

    Parameters
    ----------
    variants
        The best designs of a house and incentive in the run's variants, at least one.
    """
    pays = variants[pay(variants)]
    if len(variants) == 1:
        verb = "pays" if len(pays) else "does not pay"
        return f"{verb} in the variant “{plain_words(variants['variant'].iloc[0])}”"
    if pays.empty:
        return f"pays in none of {len(variants)} variants"
    if len(pays) == len(variants):
        return f"pays in all {len(variants)} variants"
    first = pays.sort_values("eai_gbp", ascending=False, kind="stable")["variant"]
    names = ", ".join(f"“{plain_words(name)}”" for name in first[:MOST_NAMED])
    more = len(pays) - MOST_NAMED
    others = f" and {more} more" if more > 0 else ""
    return f"pays in {len(pays)} of {len(variants)} variants ({names}{others})"


def best_of_variants(designs: pd.DataFrame) -> pd.DataFrame:
    """The best designs of every house and incentive in each variant of the run."""
    varied = designs[(designs["variant"] != "") & (designs["design"] == OPTIMAL)]
    return cheaper_of_pairs(varied)


def answers(designs: pd.DataFrame, evidence: Evidence) -> list[tuple[str, list[Answer]]]:
    """For each house its best design under each incentive."""
    optimal = select(designs)
    together = with_another_unit(optimal)
    varied = best_of_variants(designs)
    houses: dict[str, list[Answer]] = {}
    for _, row in best_designs(designs).iterrows():
        pair = of_case(optimal, row)
        with_store = pair[(pair["tes"] == "with") & (pair["plant"] == row["plant"])]
        stored = None if with_store.empty else with_store.iloc[0]
        other = None if stored is None else together.get(stored["scenario"])
        kind, verdict, detail = store_verdict(stored, other)
        houses.setdefault(label(row["house"]), []).append(
            Answer(
                incentive=label(row["incentive"]),
                design=design_words(row),
                saving=cell(row["eai_gbp"]),
                whole_year=_whole_year(row),
                payback=payback_cell(
                    row["system_payback_years"], row["lifetime_years"], row["investment_gbp"]
                ),
                co2=share_cell(change(row["co2_kg"], row["bau_co2_kg"]), signed=True),
                store_class=kind,
                store_verdict=verdict,
                store_detail=detail,
                together=other is not None,
                co2_by=_co2_by(row, evidence),
                controlled=_controlled(evidence.controlled.get(row["scenario"])),
                chance=share_cell(evidence.chance.get(row["scenario"])),
                next_best=next_best(row, of_case(designs[designs["variant"] == ""], row), evidence),
                certainty=certainty(row, pair),
                sensitivity=sensitivity(row, of_case(varied, row)),
            )
        )
    return list(houses.items())


def _whole_year(row: pd.Series) -> str:
    saved = row.get("whole_year_bau_cost_gbp", math.nan) - row["whole_year_eac_gbp"]
    if row["days_modelled"] >= row["days_of_year"] or math.isnan(saved):
        return ""
    return f"{number(saved)} on all {row['days_of_year']:g} days"


def _controlled(found: Controlled | None) -> Cell:
    return Cell(DASH) if found is None else cell(found.saving_gbp)


def of_case(designs: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    """Designs of the same house and incentive as a row."""
    same = (designs["house"] == row["house"]) & (designs["incentive"] == row["incentive"])
    found: pd.DataFrame = designs[same]
    return found


def sentences(designs: pd.DataFrame) -> list[str]:
    """The answer in a sentence for each incentive."""
    best = best_designs(designs)
    stores = select(designs)
    stores = stores[(stores["tes"] == "with") & stores["tes_eai_gbp"].notna()]
    # of the plants of a house the best, so that what is counted is houses
    stores = stores.merge(best[["house", "incentive", "plant"]].drop_duplicates())
    together = with_another_unit(select(designs))
    said = []
    for incentive, rows in best.groupby("incentive", sort=False):
        paying = rows[(rows["eai_gbp"] > 0) & installs(rows)]
        total = len(rows)
        what = "a unit" if (paying["chp_kw"] > 0).all() else "something"
        text = f"{label(str(incentive))}: {what} pays in {_of(len(paying), total)}"
        if len(paying):
            low, high = pounds(paying["eai_gbp"].min()), pounds(paying["eai_gbp"].max())
            text += f" ({low if low == high else f'{low} to {high}'} a year)"
        pairs = stores[stores["incentive"] == incentive]
        if len(pairs):
            kinds = {row["scenario"]: store_verdict(row)[0] for _, row in pairs.iterrows()}
            paid = [name for name, kind in kinds.items() if kind == "yes"]
            undecided = list(kinds.values()).count("open")
            text += f"; a store pays in {_of(len(paid), len(pairs))}"
            if undecided:
                text += f" and is undecided in {undecided if len(pairs) > 1 else 'this house'}"
            changed = [together[name] for name in paid if name in together]
            for unit in dict.fromkeys(changed):
                count = changed.count(unit)
                where = f"in {count} of them " if count < len(paid) else ""
                text += f", {where}{WITH_STORE[unit]}"
        said.append(text + ".")
    return said


def _of(count: int, total: int) -> str:
    if total == 1:
        return "this house" if count else "no house"
    if count in (0, total):
        return f"all {total} houses" if count else "no house"
    return f"{count} of {total} houses"


def extent(designs: pd.DataFrame) -> str:
    """How much the run has designed, in words."""
    step = designs["resolution_minutes"].max()
    days, full = designs["days_modelled"].min(), designs["days_of_year"].max()
    houses, incentives = designs["house"].nunique(), designs["incentive"].nunique()
    span = (
        "the whole year" if days == full else f"{counted(int(days), 'day')} standing for the year"
    )
    return (
        f"{counted(len(designs), 'design')} · {counted(houses, 'house')} × "
        f"{counted(incentives, 'incentive')} · {span} at {step:g} min"
    )


# --------------------------------------------------------------------------------- notices


def at_largest_store(designs: pd.DataFrame, largest_kwh: Mapping[str, float]) -> list[Notice]:
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
        Notice(
            "Largest store.",
            f"The best store is the largest allowed (tes.max_kwh {sizes}) for {where}: a larger "
            "one may be better.",
        )
    ]


def demand_name(report: Mapping[str, Any]) -> str:
    """House, and the variant that changes its demand, in a reader's words."""
    variant = report.get("variant")
    return label(report["house"]) + (f" ({plain_words(variant)})" if variant else "")


def demand_notice(reports: Sequence[Mapping[str, Any]]) -> list[Notice]:
    """A notice naming the houses whose demand is in doubt, with the first finding of each.

    What only tells where the demand comes from stands in its own section.
    """
    said = []
    for report in reports:
        warnings = report["warnings"]
        if warnings:
            more = len(warnings) - 1
            others = f" And {more} more finding{'s' * (more > 1)}." if more else ""
            said.append(f"{demand_name(report)}: {warnings[0]}.{others}")
    return [Notice("Demand data.", " ".join(said), section="demand")] if said else []


def _error_of_days(designs: pd.DataFrame) -> str:
    """What the days that stand for the year leave out, in a sentence; empty for whole years."""
    some = designs[designs["days_modelled"] < designs["days_of_year"]]
    if some.empty:
        return ""
    year_gbp = some["whole_year_eac_gbp"]
    more = some["whole_year_bau_cost_gbp"] - year_gbp - (some["bau_cost_gbp"] - some["eac_gbp"])
    unserved = int(more.isna().sum())
    parts = []
    missed = year_gbp - some["whole_year_bound_gbp"]
    if missed.notna().any():
        unproven = int((missed.isna() & year_gbp.notna()).sum())
        but = (
            f", but {counted(unproven, 'design')}, for which no bound is known" if unproven else ""
        )
        parts.append(
            f" Over the whole year the sizes found are proven within {pounds(missed.max())} a year "
            f"of the best{but}."
        )
    if unserved < len(more):
        parts.append(
            f" Checked on all {designs['days_of_year'].max():g} days, designs save "
            f"{_more(more.min(), more.max())}."
        )
    if unserved:
        parts.append(
            f" {counted(unserved, 'design').capitalize()} could not be shown to heat the house all "
            "year."
        )
    return "".join(parts)


def _more(least: float, most: float) -> str:
    """By how much more, or less, is saved in a year than estimated."""
    low, high = sorted((abs(least), abs(most)))
    if high < 0.5:
        return "as much as estimated"
    if least < 0 < most and low >= 0.5:
        said = f"{pounds(-least)} less to {pounds(most)} more"
    else:
        span = f"up to {pounds(high)}" if low < 0.5 else f"{pounds(low)} to {pounds(high)}"
        span = pounds(high) if pounds(low) == pounds(high) else span
        said = f"{span} {'more' if most > -least else 'less'}"
    return f"{said} a year than estimated"


def _starts_notice(designs: pd.DataFrame) -> list[Notice]:
    """A notice where the best designs start their units more often than engines bear."""
    best = best_designs(designs)
    a_day = best["chp_starts"] / best["days_of_year"]
    often = best[a_day > MOST_STARTS_A_DAY]
    if often.empty:
        return []
    return [
        Notice(
            "Many starts.",
            f"The unit starts up to {number(a_day.max())} times a day in {len(often)} of the best "
            "designs. What starts cost in wear and fuel is not counted here.",
        )
    ]


def design_notices(designs: pd.DataFrame) -> list[Notice]:
    """What a reader must know before any figure: a coarse run, the printed factor."""
    notes = []
    own = designs[designs["variant"] == ""]
    step, days = own["resolution_minutes"].max(), own["days_modelled"].min()
    coarse = []
    if step > FINE_MINUTES:
        coarse.append(f"steps of {step:g} min instead of {FINE_MINUTES}")
    if (own["days_modelled"] < own["days_of_year"]).any():
        stand = "stands" if days == 1 else "stand"
        coarse.append(f"{counted(int(days), 'day')} that {stand} for the year")
    if coarse:
        notes.append(
            Notice(
                "Coarse run.",
                f"Made with {' and '.join(coarse)}: a quick look. Short peaks are averaged "
                f"away, so sizes and savings will differ in a full run.{_error_of_days(designs)}",
            )
        )
    notes += _starts_notice(designs)
    if (own["annualisation"] == "as_printed").any():
        notes.append(
            Notice(
                "Annualisation as printed.",
                "The yearly share of the investment follows Eq. 6 of Oluleye et al. as it is "
                "printed, which never pays the capital off. Savings look better than they are; "
                "the table of designs shows them with the capital recovery factor beside.",
            )
        )
    return notes
