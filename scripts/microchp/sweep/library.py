"""What is known of a sweep, and the design of a sample from it.

What was found at some samples (:mod:`microchp.sweep.known`) proves most of the others. A sample
that it does not prove closely enough is looked at itself: the plant whose bound is least, at the
size where it is, until cost and bound meet; what that leaves open goes the way of any other
design.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from microchp.account.designs import assess_design
from microchp.config import Solve
from microchp.design.certificate import Cut, Evaluation, cut_from_prices, evaluate
from microchp.design.days import countdown
from microchp.design.problem import FloatArray, Problem
from microchp.design.proof import Dispatched, Proof, relative_gap, size_curve
from microchp.design.rounding import Rounding
from microchp.design.schedule import Operation, PlantYear
from microchp.design.search import marginal_price
from microchp.design.solve import design_dataset, prove, refuse_unserved
from microchp.sweep.known import (
    Bound,
    Known,
    PriceClasses,
    Sold,
    Technology,
    nothing_known,
    prices_of_year,
    quantities,
    technology,
)
from microchp.sweep.row import grid_pattern
from microchp.system.plant import Plant

AIM = 0.4
"""The library grows until gaps are below this share of the gap asked for."""

KNOWN, LOOKED_AT = "known", "looked_at"
"""How a sample was designed: from what is known of others, or by looking at it as well."""

FLAT = 1e-4
"""Looks that raise the bound by less than this share of the cost are the last."""

MOST_LOOKS = 40
"""Looks at plants of one sample before it goes the way of any other design."""

# ------------------------------------------------------------------------ one plant's year


@dataclass(frozen=True)
class Offer:
    """What is known of a plant at the prices of one sample.

    Attributes
    ----------
    known
        Cuts and operations.
    prices
        Those of the sample (:func:`microchp.sweep.known.prices_of_year`).
    fixed_gbp
        Annualised capital of the plant, and what no decision changes.
    store_gbp_per_kwh, limits_kwh
        Annualised capital of a store, and sizes allowed.
    """

    known: Known
    prices: FloatArray
    fixed_gbp: float
    store_gbp_per_kwh: float
    limits_kwh: tuple[float, float]

    def bound(self) -> Bound:
        """Bound on all of Eq. 1 (GBP/year) within the limits of the size."""
        bound = self.known.bound(self.prices, self.store_gbp_per_kwh, self.limits_kwh)
        return replace(bound, value_gbp=bound.value_gbp + self.fixed_gbp)

    def at(self, size_kwh: float) -> Offer:
        """The same with one size of the store alone."""
        return replace(self, limits_kwh=(size_kwh, size_kwh))

    def cheapest(self) -> tuple[float, int]:
        """Least cost (GBP/year) among the operations known, and which it is."""
        cost, index = self.known.cheapest(self.prices, self.store_gbp_per_kwh, self.limits_kwh)
        return cost + self.fixed_gbp, index


class Library:
    """What is known of plants and technologies, whatever their prices."""

    def __init__(self, classes: PriceClasses) -> None:
        self.classes = classes
        self.known: dict[Technology, Known] = {}
        self._nothing: dict[Technology, Known] = {}

    def find(self, year: PlantYear, sold: Sold | None = None) -> Known:
        """What is known of a plant's technology; nothing, if it is not here."""
        name = technology(year, sold or Sold.of(year.problem, self.classes))
        if name in self.known:
            return self.known[name]
        if name not in self._nothing:
            self._nothing[name] = nothing_known(year, name, self.classes)
        return self._nothing[name]

    def keep(self, more: Known) -> None:
        """Take in what was found out about a technology."""
        self.known[more.technology] = more

    def renewed(self, offers: Iterable[Offer]) -> list[Offer]:
        """Offers with what is known by now."""
        return [
            replace(offer, known=self.known.get(offer.known.technology, offer.known))
            for offer in offers
        ]

    def offers(self, years: Iterable[PlantYear]) -> list[Offer]:
        """What is known of the plants of a sample.

        None at all where prices are no vector, or where more than one store of heat ties slices.
        """
        offers: list[Offer] = []
        sold: Sold | None = None
        for year in years:
            problem = year.problem
            sold = sold or Sold.of(problem, self.classes)
            prices = prices_of_year(year, sold)
            if prices is None or not problem.ties_by_one_store:
                return []
            offers.append(
                Offer(
                    self.find(year, sold),
                    prices,
                    problem.plant_capital_gbp(year.plant) + problem.constant_gbp,
                    problem.store_capital_gbp_per_kwh,
                    problem.store_limits_kwh,
                )
            )
        return offers


def hull_gbp(year: PlantYear, size_kwh: float) -> float:
    """Cost of a plant's hull at a size of the store (GBP/year, all of Eq. 1)."""
    problem = year.problem
    capital = problem.plant_capital_gbp(year.plant) + problem.constant_gbp
    if problem.inputs.tes is None:
        return capital + year.without_store().operating_gbp
    store = problem.store_capital_gbp_per_kwh * size_kwh
    return capital + store + evaluate(problem, year.curves, size_kwh).relaxed_gbp


def operation_at(year: PlantYear, size_kwh: float) -> Operation:
    """An operation along the path of the hull at a size, made integral without a search."""
    if year.problem.inputs.tes is None:
        return year.without_store()
    return _integral(year, evaluate(year.problem, year.curves, size_kwh))


def _integral(year: PlantYear, evaluation: Evaluation) -> Operation:
    return Rounding(year).round(evaluation, np.inf, _for_ever)


def _for_ever() -> float:
    return np.inf


def looked_at(
    year: PlantYear,
    offer: Offer,
    size_kwh: float,
    *,
    classes: PriceClasses,
    sample: int,
) -> Known:
    """What is known after looking at a plant's year itself, at one size of the store.

    Its hull gives a cut, tight at this size and these prices; the operation made from it is
    counted flow by flow.
    """
    problem = year.problem
    if problem.inputs.tes is None:
        operation = year.without_store()
        cuts = [Cut(operation.operating_gbp, 0.0)]
    else:
        evaluation = evaluate(problem, year.curves, size_kwh)
        cuts = [evaluation.cut]
        if not offer.known.cuts:
            cuts.append(cut_from_prices(problem, year.curves, marginal_price(year)))
        operation = _integral(year, evaluation)
    known = offer.known.with_cuts(offer.prices, *cuts)
    counted = counted_row(year, operation, classes)
    if counted is None:
        return known
    amounts, row = counted
    return known.with_operation(operation.size_kwh, amounts, {**row, "found_at": sample})


def counted_row(
    year: PlantYear, operation: Operation, classes: PriceClasses
) -> tuple[FloatArray, dict[str, Any]] | None:
    """Annual quantities and row of an operation; None where it leaves heat unserved.

    Raises
    ------
    AssessmentError
        If a balance does not close, or cost and flows do not agree.
    """
    problem = year.problem
    if not year.serves_all_heat(operation):
        return None
    activity = year.activity_kw(operation)
    flows = year.flows(operation, activity)
    capital = problem.plant_capital_gbp(year.plant) + problem.constant_gbp
    cost = capital + problem.store_capital_gbp_per_kwh * operation.size_kwh
    sizes = {store.name: operation.size_kwh for store in problem.stores}
    design = Dispatched(year.plant, sizes, flows, cost + operation.operating_gbp)
    proof = Proof(design, -np.inf, size_curve([]), "store_line")
    row = assess_design(design_dataset(problem, proof, 0.0))
    net = (flows["grid_import_kw"] - flows["grid_export_kw"]) * problem.slice_weight_hours
    row["grid_pattern_kwh"] = float(net.ravel() @ grid_pattern(problem))
    return quantities(year, activity, flows, classes), row


# ------------------------------------------------------------------------------- one sample


@dataclass(frozen=True)
class Found:
    """The design of a sample.

    Attributes
    ----------
    plant, tes_kwh
        What is installed.
    counted
        Its row where it was counted, at that place's prices.
    cost_gbp, lower_bound_gbp
        At the sample's own prices.
    solve_method
        :data:`KNOWN` or :data:`LOOKED_AT`.
    """

    plant: Plant
    tes_kwh: float
    counted: Mapping[str, Any]
    cost_gbp: float
    lower_bound_gbp: float
    solve_method: str

    @property
    def gap(self) -> float:
        """Relative gap."""
        return relative_gap(self.cost_gbp, self.lower_bound_gbp)


@dataclass(frozen=True)
class Standing:
    """Where a sample stands with what is known.

    Attributes
    ----------
    cost_gbp, lower_bound_gbp
        Of the best design known; infinite if there is none.
    best, operation
        Its plant, and which of its operations.
    lowest, size_kwh
        The plant whose bound is least, and the size where it is.
    """

    cost_gbp: float
    lower_bound_gbp: float
    best: int
    operation: int
    lowest: int
    size_kwh: float

    @property
    def gap(self) -> float:
        """Relative gap; infinite without a design or a bound."""
        if not np.isfinite(self.cost_gbp - self.lower_bound_gbp):
            return np.inf
        return relative_gap(self.cost_gbp, self.lower_bound_gbp)


def standing(offers: list[Offer]) -> Standing:
    """Where a sample stands with its offers, at least one."""
    bounds = [offer.bound() for offer in offers]
    costs = [offer.cheapest() for offer in offers]
    lowest = int(np.argmin([bound.value_gbp for bound in bounds]))
    best = int(np.argmin([cost for cost, _ in costs]))
    cost, operation = costs[best]
    lower_bound = min(bounds[lowest].value_gbp, cost)
    return Standing(cost, lower_bound, best, operation, lowest, bounds[lowest].size_kwh)


def years_of(problem: Problem) -> list[PlantYear]:
    """The year of every plant that may be chosen."""
    return [PlantYear(problem, plant) for plant in problem.plants]


def look(
    years: list[PlantYear],
    offers: list[Offer],
    classes: PriceClasses,
    *,
    stop_gap: float,
    sample: int,
) -> tuple[list[Offer], bool]:
    """Look at the plants of a sample until cost and bound meet, as far as hulls can tell.

    Parameters
    ----------
    years, offers
        Of its plants, and what is known of each.
    classes
        Classes of slices.
    stop_gap
        Gap at which to stop.
    sample
        Its number.

    Returns
    -------
    tuple
        What is known then, and whether anything was looked at.
    """
    offers, looks = list(offers), set[tuple[int, float]]()
    at = standing(offers)
    while len(looks) < MOST_LOOKS:
        place = (at.lowest, round(at.size_kwh, 9))
        if at.gap <= stop_gap or place in looks:
            break
        looks.add(place)
        year, offer = years[at.lowest], offers[at.lowest]
        known = looked_at(year, offer, at.size_kwh, classes=classes, sample=sample)
        offers[at.lowest] = replace(offer, known=known)
        year.release()
        before, at = at, standing(offers)
        rise = at.lower_bound_gbp - before.lower_bound_gbp
        if rise <= FLAT * max(abs(at.cost_gbp), 1.0):
            break
    return offers, bool(looks)


def solve_sample(
    years: list[PlantYear], offers: list[Offer], library: Library, solve: Solve, *, sample: int
) -> Found | None:
    """The design of a sample, proven to the gap asked for; None where hulls cannot prove it.

    Parameters
    ----------
    years, offers
        Of the plants of the sample, and what is known of each; none where nothing can be.
    library
        What is known.
    solve
        Gap.
    sample
        Its number.
    """
    if not offers:
        return None
    offers, looked = look(
        years, offers, library.classes, stop_gap=solve.relative_gap, sample=sample
    )
    at = standing(offers)
    if at.gap > solve.relative_gap:
        return None
    known = offers[at.best].known
    return Found(
        years[at.best].plant,
        known.sizes_kwh[at.operation],
        known.rows[at.operation],
        at.cost_gbp,
        at.lower_bound_gbp,
        LOOKED_AT if looked else KNOWN,
    )


def solve_alone(problem: Problem, solve: Solve) -> Proof[Any]:
    """The proof of a sample as a run of its own finds it; its gap is open where time is up.

    Raises
    ------
    SolveError
        If no size allowed can serve the demand, or time is up before there is a bound.
    """
    proof = prove(problem, None, solve, countdown(solve.time_limit_minutes))
    refuse_unserved(problem, proof.design)
    return proof
