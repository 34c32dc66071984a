"""The first screen: three large numbers, a sentence on each question, a week of the store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from microchp.account.controlled import Controlled
from microchp.report.evidence import NOT_ALL_YEAR, Choice, Evidence, boiler_words, choices
from microchp.report.page import Drawing, drawing
from microchp.report.sections.answer import (
    carbon_use,
    grid_words,
    is_grid_of,
    of_case,
    sentences,
)
from microchp.report.sections.groups import Outcome
from microchp.report.selection import best_designs, installs
from microchp.tables.words import by_sign, label, number, percent, pounds, saved_words, span
from microchp.telling import counted


@dataclass(frozen=True)
class Figure:
    """A large number and what it is."""

    value: str
    meaning: str


@dataclass(frozen=True)
class Headline:
    """Large numbers, sentences, and a small picture beside them, as a part of the page."""

    figures: Sequence[Figure]
    sentences: Sequence[str]
    picture: Drawing | None


def headline(
    designs: pd.DataFrame, evidence: Evidence, streets: Sequence[Outcome], picture: Path
) -> Headline:
    """The answer of a run with designs.

    Parameters
    ----------
    designs
        Table of designs.
    evidence
        What stands beside it.
    streets
        What units change at the transformers of the run, if it has any.
    picture
        Drawn week of a design's store, if it is there.
    """
    best = best_designs(designs)
    built = best[installs(best)]
    title = _week_title(best)
    return Headline(
        figures=[
            _money(best),
            _carbon(built, evidence),
            _street(streets) if streets else _house(built, evidence),
        ],
        sentences=[
            *sentences(designs),
            *_support_sentences(built, evidence),
            *_prices_sentence(built, evidence),
            *_carbon_sentence(built, evidence),
            *([_street_sentence(streets)] if streets else _house_sentence(built, evidence)),
            *_controller_sentence(built, evidence),
            *_something_else(designs, best, evidence),
        ],
        picture=drawing(picture, "store_week", title, f"{title}.") if picture.exists() else None,
    )


def _week_title(best: pd.DataFrame) -> str:
    """What the small picture is of: a week, or modelled days, which do not follow each other."""
    works = (best["tes_kwh"] > 0).any()
    if (best["days_modelled"] < best["days_of_year"]).any():
        return f"Days that stand for the year{', in which the store works' if works else ''}"
    return "A week in which the store works" if works else "A cold week"


def _money(best: pd.DataFrame) -> Figure:
    paying = best[(best["eai_gbp"] > 0) & installs(best)]
    if paying.empty:
        least = pounds(0)
        return Figure(least, "saved a year: in no case does anything pay against today's boiler")
    cases = f"{len(paying)} of {len(best)} cases" if len(best) > 1 else "this house"
    return Figure(
        span(list(paying["eai_gbp"]), pounds),
        "saved a year by the best design, after the yearly share of what it costs to buy, in "
        f"{cases}",
    )


def _changes(rows: pd.DataFrame, evidence: Evidence) -> tuple[list[float], list[str]]:
    """CO2 against today by the run's grid, and which grids these are."""
    own, grids = [], []
    for _, row in rows.iterrows():
        inputs = evidence.inputs.get(row["scenario"])
        if inputs is not None:
            own.append(row["co2_kg"] / row["bau_co2_kg"] - 1 if row["bau_co2_kg"] else math.nan)
            grids.append(grid_words(inputs.emissions))
    return own, list(dict.fromkeys(grids))


def _signed(share: float) -> str:
    return percent(share, signed=True)


def _carbon(built: pd.DataFrame, evidence: Evidence) -> Figure:
    own, grids = _changes(built, evidence)
    if not own:
        return Figure("0 %", "CO₂ against today: nothing is changed")
    return Figure(span(own, _signed), f"CO₂ against today, by a grid of {' or '.join(grids)}")


def _carbon_sentence(built: pd.DataFrame, evidence: Evidence) -> list[str]:
    own, grids = _changes(built, evidence)
    if not own:
        return []
    known = [
        (row, evidence.inputs[row["scenario"]].emissions)
        for _, row in built.iterrows()
        if row["scenario"] in evidence.inputs
    ]
    turning = [
        carbon_use(row).turning_grid_kg_per_kwh(emissions.gas_kg_per_kwh)
        for row, emissions in known
    ]
    today, by_today = evidence.today, ""
    if today is not None and not all(is_grid_of(today, emissions) for _, emissions in known):
        changes = [
            carbon_use(row).change_share(emissions.gas_kg_per_kwh, today.grid_kg_per_kwh)
            for row, emissions in known
        ]
        by_today = f", and by {span(changes, _signed)} with {today.grid}"
    return [
        f"CO₂ changes by {span(own, _signed)} with the grid of this run "
        f"({' or '.join(grids)}){by_today}; "
        f"it turns at {span(turning, lambda x: number(x, 2))} kg/kWh."
    ]


def _support_sentences(built: pd.DataFrame, evidence: Evidence) -> list[str]:
    """What each incentive pays, and what the same designs would save without it."""
    said = []
    for incentive, rows in built.groupby("incentive", sort=False):
        paid = [evidence.support_gbp.get(name, 0.0) for name in rows["scenario"]]
        if any(amount > 0 for amount in paid):
            left = list(rows["eai_gbp"].to_numpy() - np.array(paid))
            said.append(
                f"{label(str(incentive))} pays {span(paid, pounds)} a year; the same unit, run "
                f"in the same way without it, would {saved_words(left)}."
            )
    return said


def _prices_sentence(built: pd.DataFrame, evidence: Evidence) -> list[str]:
    """Of which year the prices are, and what the same designs save at those of a recent one."""
    today = evidence.today
    if today is None or not evidence.inputs:
        return []
    prices = today.prices
    years = {one.tariff.price_year for one in evidence.inputs.values()}
    own = " or ".join(str(year or "a year not stated") for year in sorted(years, key=str))
    country = f" ({evidence.country})" if evidence.country else ""
    market = f"; its market is {evidence.market}{country}" if evidence.market else ""
    told = f"Energy prices of this run are of {own}{market}."
    known = [evidence.today_gbp[name] for name in built["scenario"] if name in evidence.today_gbp]
    if years == {prices.year}:
        return [told]
    pence = ", ".join(
        f"{what} {number(100 * price, 1)}"
        for what, price in (("gas", prices.gas), ("import", prices.bought), ("export", prices.sold))
    )
    said = (
        f" At those of {prices.year} in {today.country} ({pence} p/kWh) and without any "
        f"incentive, the same designs, run in the same way, would {saved_words(known)}."
        if known
        else ""
    )
    # a run that has the market already has prices of its own on top
    other = f" A run with market: {today.market} designs for {prices.year}."
    return [f"{told}{said}{'' if evidence.market == today.market else other}"]


def _street(streets: Sequence[Outcome]) -> Figure:
    falls = [-found.peak_fall for found in streets]
    shares = {found.most["penetration"] for found in streets}
    where = "every dwelling" if shares == {1.0} else f"{span(sorted(shares), percent)} of dwellings"
    return Figure(
        span(falls, _signed), f"peak of the year at the transformer, with a unit in {where}"
    )


def _street_sentence(streets: Sequence[Outcome]) -> str:
    best = max(streets, key=lambda found: found.peak_fall)
    served = (best.without["homes_served"], best.most["homes_served"])
    homes = ""
    if all(map(math.isfinite, served)):
        before, after = (number(math.floor(homes)) for homes in served)
        compared = "as before" if after == before else f"instead of {before}"
        homes = (
            f"; by the peaks of these {number(best.most['dwellings'])}, the transformer serves "
            f"{counted(math.floor(served[1]), 'home')} {compared}"
        )
    return (
        f"At the transformer the peak of the year changes by "
        f"{span([-found.peak_fall for found in streets], _signed)}, and that of the day with most "
        f"heat alone by {span([-found.winter_day_fall for found in streets], _signed)}{homes}."
    )


def _peaks(built: pd.DataFrame, evidence: Evidence) -> list[float]:
    return [
        row["peak_import_kw"] / evidence.peak_demand_kw[row["scenario"]] - 1
        for _, row in built.iterrows()
        if evidence.peak_demand_kw.get(row["scenario"], 0) > 0
    ]


def _house(built: pd.DataFrame, evidence: Evidence) -> Figure:
    peaks = _peaks(built, evidence)
    if not peaks:
        return Figure("0 %", "largest import of a house: nothing is changed")
    return Figure(
        span(peaks, _signed),
        f"largest import of one house {_in_what(built)}; no street was run",
    )


def _in_what(built: pd.DataFrame) -> str:
    """The time that was modelled."""
    whole = (built["days_modelled"] == built["days_of_year"]).all()
    return "in the year" if whole else "on the days modelled"


def _house_sentence(built: pd.DataFrame, evidence: Evidence) -> list[str]:
    peaks = _peaks(built, evidence)
    if not peaks:
        return []
    step = " or ".join(f"{step:g}" for step in sorted(built["resolution_minutes"].unique()))
    return [
        f"The largest import of a house {_in_what(built)}, as a mean over {step} min, changes by "
        f"{span(peaks, _signed)}; what a street does to its transformer needs "
        "scenarios.penetration."
    ]


def _controller_sentence(built: pd.DataFrame, evidence: Evidence) -> list[str]:
    """How much of the saving is left with a controller that can be bought."""
    found = [
        (row, evidence.controlled[row["scenario"]])
        for _, row in built.iterrows()
        if row["scenario"] in evidence.controlled
    ]
    if not found:
        return []
    paying = sum(one.saving_gbp > 0 for _, one in found)
    said = [one.saving_gbp for _, one in found]
    return [
        f"With an ordinary controller, which runs the unit by the heat demand minute by minute, "
        f"the same designs {saved_words(said)} and pay in {_cases(paying, len(found))}.",
        *_unknown_sentence([one for _, one in found]),
    ]


def _unknown_sentence(found: list[Controlled]) -> list[str]:
    """What of the operation the design model does not have, and what that costs."""
    features = list(dict.fromkeys(feature for one in found for feature in one.unknown))
    if not features:
        return []
    costs = [one.unknown_gbp for one in found if one.unknown]
    changed = by_sign(costs, pounds, "{} dearer", "{} cheaper")
    return [
        f"Designs do not know {' or '.join(features)}; under the same controller, this makes the "
        f"year {changed}."
    ]


def _something_else(designs: pd.DataFrame, best: pd.DataFrame, evidence: Evidence) -> list[str]:
    """Whether something else does better: a new boiler, other plants; and what was not compared."""
    own = designs[designs["variant"] == ""]
    cases = [(row, choices(of_case(own, row), evidence)) for _, row in best.iterrows()]
    said = []
    if evidence.new_boiler is not None and evidence.inputs:
        saved = [
            row["bau_cost_gbp"] - choice.year.cost_gbp
            for row, found in cases
            for choice in found
            if choice.sizes is None
        ]
        wins = sum(found[0].sizes is None for _, found in cases)
        said.append(
            f"Instead of all this, {boiler_words(evidence.new_boiler)} {saved_words(saved, 's')}; "
            f"it is the cheapest choice in {_cases(wins, len(cases))}."
        )
    cheapest = [found[0] for _, found in cases]
    cleanest = [min(found, key=lambda one: one.year.co2_kg) for _, found in cases]
    said.append(
        f"Cheapest of all compared: {_winners(cheapest)}. Least CO₂ by the grid of this run: "
        f"{_winners(cleanest)}."
    )
    missing = [
        name
        for name, are_there in {
            "heat pump": [one.heat_pump is not None for one in evidence.inputs.values()],
            "photovoltaics": [one.pv is not None for one in evidence.inputs.values()],
            "battery": [one.battery is not None for one in evidence.inputs.values()],
        }.items()
        if are_there and not any(are_there)
    ]
    if missing:
        said.append(
            f"Not compared in this run: {', '.join(missing)}; scenarios.plant takes plants that "
            "have them."
        )
    return said


def _winners(chosen: Sequence[Choice]) -> str:
    """Which kinds of choice these are, and in how many cases each."""
    kinds = ["nothing new" if one.sizes and not any(one.sizes) else _kind(one) for one in chosen]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    if len(chosen) == 1:
        return kinds[0]
    return ", ".join(f"{kind} in {_cases(count, len(chosen))}" for kind, count in counts.items())


def _kind(choice: Choice) -> str:
    doubt = "" if choice.all_year else NOT_ALL_YEAR
    return label(choice.plant) + doubt if choice.plant else choice.words


def _cases(count: int, total: int) -> str:
    if total == 1:
        return "this case" if count else "no case"
    return f"{count} of {total} cases" if count else "no case"
