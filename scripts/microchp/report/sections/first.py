"""The first screen: three large numbers, a sentence on each question, a week of the store."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from microchp.account.carbon import GRID_TODAY, GRID_TODAY_KG_PER_KWH
from microchp.account.controlled import Controlled
from microchp.config import COUNTRY_TODAY, MARKET_TODAY
from microchp.report.evidence import Choice, Evidence, boiler_words, choices
from microchp.report.page import Drawing, drawing
from microchp.report.sections.answer import (
    carbon_use,
    grid_words,
    is_grid_of_today,
    of_case,
    sentences,
)
from microchp.report.sections.groups import Outcome
from microchp.report.selection import best_designs, installs
from microchp.tables.words import label, number, percent, pounds
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
    title = _week_title(built)
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


def _week_title(built: pd.DataFrame) -> str:
    """What the small picture is of: a week, or modelled days that follow no other."""
    works = (built["tes_kwh"] > 0).any()
    if (built["days_modelled"] < built["days_of_year"]).any():
        return f"Modelled days {'in which the store works' if works else 'of cold weather'}"
    return "A week in which the store works" if works else "A cold week"


def _span(values: Sequence[float], words: Callable[[float], str]) -> str:
    """Least and largest of some values in words, once where they read alike."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return "–"
    low, high = words(min(known)), words(max(known))
    return low if low == high else f"{low} to {high}"


def _money(best: pd.DataFrame) -> Figure:
    paying = best[(best["eai_gbp"] > 0) & installs(best)]
    if paying.empty:
        least = pounds(0)
        return Figure(least, "saved a year: in no case does anything pay against today's boiler")
    cases = f"{len(paying)} of {len(best)} cases" if len(best) > 1 else "this house"
    return Figure(
        _span(list(paying["eai_gbp"]), pounds),
        f"saved a year by the best design, all costs included, in {cases}",
    )


def _changes(rows: pd.DataFrame, evidence: Evidence) -> tuple[list[float], list[float], list[str]]:
    """CO2 against today by the run's grid and by that of a recent year, and the run's grids."""
    own, today, grids = [], [], []
    for _, row in rows.iterrows():
        inputs = evidence.inputs.get(row["scenario"])
        if inputs is not None:
            gas = inputs.emissions.gas_kg_per_kwh
            own.append(row["co2_kg"] / row["bau_co2_kg"] - 1 if row["bau_co2_kg"] else math.nan)
            today.append(carbon_use(row).change_share(gas, GRID_TODAY_KG_PER_KWH))
            grids.append(grid_words(inputs.emissions))
    return own, today, list(dict.fromkeys(grids))


def _signed(share: float) -> str:
    return percent(share, signed=True)


def _carbon(built: pd.DataFrame, evidence: Evidence) -> Figure:
    own, _, grids = _changes(built, evidence)
    if not own:
        return Figure("0 %", "CO₂ against today: nothing is changed")
    return Figure(_span(own, _signed), f"CO₂ against today, by a grid of {' or '.join(grids)}")


def _carbon_sentence(built: pd.DataFrame, evidence: Evidence) -> list[str]:
    own, today, grids = _changes(built, evidence)
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
    by_today = f" with {GRID_TODAY_KG_PER_KWH:g} kg/kWh ({GRID_TODAY})"
    same = all(is_grid_of_today(emissions) for _, emissions in known)
    return [
        f"CO₂ changes by {_span(own, _signed)} with the grid of this run "
        f"({' or '.join(grids)}){'' if same else f', and by {_span(today, _signed)}{by_today}'}; "
        f"it turns at {_span(turning, lambda x: number(x, 2))} kg/kWh."
    ]


def _support_sentences(built: pd.DataFrame, evidence: Evidence) -> list[str]:
    """What each incentive pays, and what the same designs would save without it."""
    said = []
    for incentive, rows in built.groupby("incentive", sort=False):
        paid = [evidence.support_gbp.get(name, 0.0) for name in rows["scenario"]]
        if any(amount > 0 for amount in paid):
            left = list(rows["eai_gbp"].to_numpy() - np.array(paid))
            said.append(
                f"{label(str(incentive))} pays {_span(paid, pounds)} a year; the same unit, run "
                f"in the same way without it, would save {_span(left, pounds)}."
            )
    return said


def _prices_sentence(built: pd.DataFrame, evidence: Evidence) -> list[str]:
    """Of which year the prices are, and what the same designs save at those of a recent one."""
    today = evidence.prices_today
    if today is None or not evidence.inputs:
        return []
    years = {one.tariff.price_year for one in evidence.inputs.values()}
    own = " or ".join(str(year or "a year not stated") for year in sorted(years, key=str))
    told = f"Energy prices of this run are of {own}"
    known = [evidence.today_gbp[name] for name in built["scenario"] if name in evidence.today_gbp]
    if years == {today.year}:
        return [f"{told}."]
    pence = ", ".join(
        f"{what} {number(100 * price, 1)}"
        for what, price in (("gas", today.gas), ("import", today.bought), ("export", today.sold))
    )
    said = (
        f"; at those of {today.year} in {COUNTRY_TODAY} ({pence} p/kWh) and without any "
        f"incentive, the same designs, run in the same way, would "
        f"{_saved(known)}"
        if known
        else ""
    )
    return [f"{told}{said}. A run with market: {MARKET_TODAY} designs for {today.year}."]


def _saved(values: Sequence[float], ending: str = "") -> str:
    """What is saved a year, or what is paid more where nothing is; the verb with an ending."""
    if max(values) < 0:
        return f"cost{ending} {_span([-value for value in values], pounds)} a year more than today"
    return f"save{ending} {_span(values, pounds)} a year"


def _street(streets: Sequence[Outcome]) -> Figure:
    falls = [-found.peak_fall for found in streets]
    shares = {found.most["penetration"] for found in streets}
    where = (
        "every dwelling" if shares == {1.0} else f"{_span(sorted(shares), percent)} of dwellings"
    )
    return Figure(
        _span(falls, _signed), f"peak of the year at the transformer, with a unit in {where}"
    )


def _street_sentence(streets: Sequence[Outcome]) -> str:
    best = max(streets, key=lambda found: found.peak_fall)
    served = (best.without["homes_served"], best.most["homes_served"])
    homes = ""
    if all(map(math.isfinite, served)):
        before, after = map(number, served)
        compared = "as before" if after == before else f"instead of {before}"
        homes = f"; the transformer serves {counted(round(served[1]), 'home')} {compared}"
    return (
        f"At the transformer the peak of the year changes by "
        f"{_span([-found.peak_fall for found in streets], _signed)}, and that of the day with most "
        f"heat alone by {_span([-found.winter_day_fall for found in streets], _signed)}{homes}."
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
        _span(peaks, _signed), "largest import of one house in the year; no street was run"
    )


def _house_sentence(built: pd.DataFrame, evidence: Evidence) -> list[str]:
    peaks = _peaks(built, evidence)
    if not peaks:
        return []
    step = " or ".join(f"{step:g}" for step in sorted(built["resolution_minutes"].unique()))
    return [
        f"The largest import of a house, as a mean over {step} min, changes by "
        f"{_span(peaks, _signed)}; what a street does to its transformer needs "
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
        f"the same designs {_saved(said)} and pay in {_cases(paying, len(found))}.",
        *_unknown_sentence([one for _, one in found]),
    ]


def _unknown_sentence(found: list[Controlled]) -> list[str]:
    """What of the operation the design model does not have, and what that costs."""
    features = list(dict.fromkeys(feature for one in found for feature in one.unknown))
    if not features:
        return []
    costs = [one.unknown_gbp for one in found if one.unknown]
    changed = (
        f"takes {_span([-cost for cost in costs], pounds)} off the cost of a year"
        if max(costs) < 0
        else f"adds {_span(costs, pounds)} to the cost of a year"
    )
    return [
        f"Designs do not know {' or '.join(features)}; under the same controller, this {changed}."
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
            f"Instead of all this, {boiler_words(evidence.new_boiler)} {_saved(saved, 's')}; it is "
            f"the cheapest choice in {_cases(wins, len(cases))}."
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
    return label(choice.plant) if choice.plant else choice.words


def _cases(count: int, total: int) -> str:
    if total == 1:
        return "this case" if count else "no case"
    return f"{count} of {total} cases" if count else "no case"
