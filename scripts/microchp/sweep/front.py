"""Cost against CO2: every design that no other beats in both, weighed by a price on CO2.

With a price ``p`` on CO2 a design costs ``cost + p co2``. Whatever price makes it the cheapest, it
lies on the front's convex edge, where it is followed by the next at the price at which the two cost
alike: the slope between them. So the whole edge is found by asking, for two designs that are known
to lie on it, whether anything is cheaper at the slope between them. If a proof says no, there is
nothing between; if a design is, it is asked again on both sides of it. The ends are the optima of
cost alone and of CO2 alone. Each design is solved, proven and checked as any other; the bounds at
the slopes prove that no design lies below the edges by more than the gap asked for.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from microchp.account.designs import OBJECTIVE_TOLERANCE, annual_costs, assess_design
from microchp.account.energy import annual_energy
from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.design.problem import Problem, problem_from
from microchp.design.proof import relative_gap
from microchp.design.solve import solve_problem
from microchp.errors import AssessmentError, SolveError
from microchp.files import read_netcdf, whole
from microchp.system.plant import SIZES
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)

CO2_ALONE_GBP_PER_KG = 1e4
"""Price at which money counts for nothing: a hundred pounds for ten grams."""

MOST_DESIGNS = 200
"""A front of more designs than this is refused, not cut off."""


@dataclass(frozen=True)
class Weighed:
    """The cheapest design at a price on CO2.

    Attributes
    ----------
    price_gbp_per_kg
        Price on CO2, beyond what the incentive pays.
    cost_gbp, co2_kg
        Equivalent annual cost without that price, and emissions, a year.
    bound_gbp
        No design has ``cost + price co2`` below this.
    row
        The design's row as in ``designs.csv``, without that price.
    """

    price_gbp_per_kg: float
    cost_gbp: float
    co2_kg: float
    bound_gbp: float
    row: dict[str, Any]

    def at(self, price_gbp_per_kg: float) -> float:
        """What it costs with a price on CO2 (GBP/year)."""
        return self.cost_gbp + price_gbp_per_kg * self.co2_kg


@dataclass(frozen=True)
class Front:
    """Designs from the least cost to the least CO2, and the edges between them.

    Attributes
    ----------
    designs
        Cost rising, CO2 falling.
    prices_gbp_per_kg
        Price at which each is followed by the next.
    edge_gaps
        How far a design between the two could at most lie below their edge, by share of the cost
        at that price.
    """

    designs: list[Weighed]
    prices_gbp_per_kg: list[float]
    edge_gaps: list[float]


Solver = Callable[[float], Weighed]
"""The cheapest design at a price on CO2, proven to the gap asked for."""


def front_of(solve: Solver, gap: float) -> Front:
    """The front between the optima of cost alone and of CO2 alone.

    Parameters
    ----------
    solve
        Finds and proves the cheapest design at a price.
    gap
        Relative gap that it proves to; edges are as close.

    Raises
    ------
    SolveError
        If the front has more than :data:`MOST_DESIGNS` designs.
    """
    found = [solve(0.0), solve(CO2_ALONE_GBP_PER_KG)]
    bounds = {design.price_gbp_per_kg: design.bound_gbp for design in found}
    while True:
        edge = _convex_edge(found)
        prices = [slope(a, b) for a, b in itertools.pairwise(edge)]
        gaps = [
            relative_gap(design.at(price), _bound_at(price, bounds))
            for design, price in zip(edge, prices, strict=False)
        ]
        # what is asked at a price is answered: its bound is within the gap of what was found
        unasked = [price for price, left in zip(prices, gaps, strict=True) if left > gap]
        unasked = [price for price in unasked if price not in bounds]
        if not unasked:
            return Front(edge, prices, gaps)
        for price in unasked:
            if len(found) >= MOST_DESIGNS:
                raise SolveError(f"a front of more than {MOST_DESIGNS} designs; raise the gap")
            design = solve(price)
            found.append(design)
            bounds[price] = design.bound_gbp
            log.info(
                "%.4f GBP/kg: %.2f GBP/y, %.1f kg/y, %d designs",
                price, design.cost_gbp, design.co2_kg, len(found),
            )  # fmt: skip


def slope(cheaper: Weighed, cleaner: Weighed) -> float:
    """Price on CO2 at which two designs cost alike (GBP/kg)."""
    return (cleaner.cost_gbp - cheaper.cost_gbp) / (cheaper.co2_kg - cleaner.co2_kg)


def _bound_at(price: float, bounds: dict[float, float]) -> float:
    """What no design costs less than at a price, from what is known at all prices.

    The least cost is concave in the price and rises with it, as CO2 is not negative.
    """
    known = sorted(bounds.items())
    best = max((bound for at, bound in known if at <= price), default=float("-inf"))
    for low, low_bound in known:
        for high, high_bound in known:
            if low <= price <= high and low < high:
                share = (price - low) / (high - low)
                best = max(best, (1 - share) * low_bound + share * high_bound)
    return best


def _convex_edge(found: list[Weighed]) -> list[Weighed]:
    """Designs that some price makes the cheapest of those found, cost rising, CO2 falling."""
    edge: list[Weighed] = []
    for design in sorted(found, key=lambda d: (d.cost_gbp, d.co2_kg)):
        if edge and design.co2_kg >= edge[-1].co2_kg - 1e-9 * abs(edge[-1].co2_kg):
            continue
        while len(edge) > 1 and slope(edge[-1], design) <= slope(edge[-2], edge[-1]):
            edge.pop()
        edge.append(design)
    return edge


def weighed(problem: Problem, solve: Solve, threads: int, price_gbp_per_kg: float) -> Weighed:
    """The cheapest design of a problem with a further price on CO2, proven and checked.

    Raises
    ------
    AssessmentError
        If its flows do not cost what the solver says.
    SolveError
        As :func:`microchp.design.solve.solve_problem`.
    """
    incentive = problem.inputs.incentive
    price = incentive.co2_price_gbp_per_kg + price_gbp_per_kg
    paid = incentive.model_copy(update={"co2_price_gbp_per_kg": price})
    inputs = problem.inputs.model_copy(update={"incentive": paid})
    priced = replace(problem, inputs=inputs)
    design = solve_problem(priced, solve=solve, threads=threads)
    objective = design.attrs["objective_gbp"]
    bau = price_gbp_per_kg * problem.bau_co2_kg
    bound = design.attrs["lower_bound_gbp"] + bau
    # the flows, counted without the price
    design.attrs["inputs"] = problem.inputs.model_dump_json()
    year = annual_energy(design)
    cost = annual_costs(design, year).eac_gbp
    off = abs(cost + price_gbp_per_kg * year.co2_kg - bau - objective)
    if not off <= OBJECTIVE_TOLERANCE * max(1.0, abs(objective)):
        raise AssessmentError(
            f"{problem.inputs.scenario}, {price_gbp_per_kg:g} GBP/kg: the solver's objective is "
            f"{objective:.6f} GBP/y, {off:.6f} off what its flows cost"
        )
    design.attrs |= {"objective_gbp": cost, "lower_bound_gbp": min(cost, bound)}
    row = assess_design(design)
    return Weighed(price_gbp_per_kg, cost, year.co2_kg, bound, row)


def front_table(front: Front) -> pd.DataFrame:
    """A row per design of a front.

    Returns
    -------
    pandas.DataFrame
        ``scenario``, sizes, ``eac_gbp``, ``co2_kg``, between which prices on CO2 it is the
        cheapest (``co2_price_from_gbp_per_kg``, ``co2_price_to_gbp_per_kg``), its own
        ``relative_gap`` at the price where it was found (``found_at_gbp_per_kg``), and
        ``edge_gap`` to the next.
    """
    prices = [0.0, *front.prices_gbp_per_kg, float("inf")]
    rows = []
    for number, design in enumerate(front.designs):
        sizes = {name: design.row[name] for name in SIZES.values() if name in design.row}
        rows.append(
            {
                "scenario": design.row["scenario"],
                "chp_unit": design.row["chp_unit"],
                **sizes,
                "eac_gbp": design.cost_gbp,
                "co2_kg": design.co2_kg,
                "co2_price_from_gbp_per_kg": prices[number],
                "co2_price_to_gbp_per_kg": prices[number + 1],
                "found_at_gbp_per_kg": design.price_gbp_per_kg,
                "relative_gap": design.row["relative_gap"],
                "edge_gap": front.edge_gaps[number] if number < len(front.edge_gaps) else 0.0,
            }
        )
    return pd.DataFrame(rows)


def trace_front(
    *,
    demand_path: str | Path,
    front_path: str | Path,
    inputs: DesignInputs,
    solve: Solve,
    threads: int = 1,
) -> None:
    """Find the front of cost against CO2 of a scenario, and write its table.

    Parameters
    ----------
    demand_path
        Demand NetCDF at the design's resolution.
    front_path
        CSV to write (:func:`front_table`).
    inputs, solve
        The scenario's parameters, and how each design is solved.
    threads
        Days solved at a time.

    Raises
    ------
    DataError, SolveError
        As of a design; and if the front has too many designs.
    """
    problem = problem_from(read_netcdf(demand_path, dwelling=0), inputs)
    front = front_of(lambda price: weighed(problem, solve, threads, price), solve.relative_gap)
    with whole(front_path) as partial:
        front_table(front).to_csv(partial, index=False)
    log.log(
        RESULT, "%s from the least cost to the least CO2", counted(len(front.designs), "design")
    )
