"""Stores within a percent of the least cost: a range where all are, and one outside which none is.

Both ends are proofs. What cuts put above a ceiling costs more (:mod:`microchp.design.certificate`).
And what was found with a store of ``S`` kWh can be done with any larger one: let its level lie
higher by the initial share of the ``d`` kWh more. It still ends each day where it began and stays
within its size, and loses the heat of ``d`` kWh more (theta of Eq. 16, and the share that goes with
the level), which a boiler without a limit makes. So a larger store costs at most ``d`` times its
capital and that heat more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from microchp.design.problem import Problem
from microchp.design.proof import Interval, NearBest
from microchp.design.schedule import kept_share
from microchp.design.table import prices_of
from microchp.system.plant import Plant

NEAR = 0.01
"""Share of the cost that is hardly more."""


@dataclass(frozen=True)
class FoundStore:
    """A design that was found: its plant, the size of its store, and what it costs."""

    plant: Plant
    size_kwh: float
    cost_gbp: float


def larger_store_gbp_per_kwh(problem: Problem, plant: Plant) -> float:
    """What a kWh of store more costs at most in a year, whatever the design; infinite if unknown.

    Its capital, and its heat losses made by a boiler without a limit and charged.
    """
    tes, prices = problem.tes, prices_of(problem)
    boilers = [
        np.maximum(prices.of(row), 0.0)
        for row in plant.activities
        if row.heat == 1.0 and not np.any(row.electricity) and np.isposinf(row.most_kw).all()
    ]
    if not boilers:
        return np.inf
    heat_gbp = min(float(np.max(cost)) for cost in boilers) / tes.charge_efficiency
    step = problem.step_hours
    lost = tes.loss_share_per_day / 24.0 * step + (1.0 - kept_share(tes, step)) * tes.initial_share
    slices = float(problem.day_weight.sum()) * problem.shape[1]
    return problem.store_capital_gbp_per_kwh + lost * slices * heat_gbp


def ceilings_gbp(cost_gbp: float, bound_gbp: float) -> tuple[float, float]:
    """What is within :data:`NEAR` of the least cost for sure, and what may be (GBP/year)."""
    return bound_gbp + NEAR * abs(bound_gbp), cost_gbp + NEAR * abs(cost_gbp)


def near_best(
    problem: Problem,
    found: Iterable[FoundStore],
    possible: Sequence[Interval],
    best_kwh: float,
    ceiling_gbp: float,
) -> NearBest | None:
    """The ranges, as far as they are known; None if the best itself is not proven so closely.

    Parameters
    ----------
    problem
        With a store.
    found
        Designs.
    possible
        For each plant, sizes outside which its cuts lie above what may be near the best.
    best_kwh
        Size of the best store that was found.
    ceiling_gbp
        What is near the best for sure (:func:`ceilings_gbp`).
    """
    most = problem.store_limits_kwh[1]
    covered: list[Interval] = []
    for design in found:
        room = ceiling_gbp - design.cost_gbp
        if room >= 0:
            dearer = larger_store_gbp_per_kwh(problem, design.plant)
            reach = room / dearer if dearer > 0 else np.inf
            covered.append((design.size_kwh, min(design.size_kwh + reach, most)))
    joined: list[Interval] = []
    for low, high in sorted(covered):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    own = [(low, high) for low, high in joined if low <= best_kwh <= high]
    if not own:
        return None
    ends = [(low, high) for low, high in possible if low <= high]
    return NearBest(own[0], (min(low for low, _ in ends), max(high for _, high in ends)))
