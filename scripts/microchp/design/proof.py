"""What is found for a problem, whichever way, and what is proven about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, Protocol, TypeVar

import numpy as np

from microchp.design.problem import FloatArray, Problem
from microchp.system.activities import FLOWS
from microchp.system.plant import SIZES, Plant

Flows = Mapping[str, FloatArray]
"""All flows of an operation by name, shape ``(days, slices)``; named as the model's variables."""

Method = Literal["store_line", "daily_milp", "day_programmes", "monolithic"]

Interval = tuple[float, float]
"""From and to."""

WHOLE_YEAR_COST, WHOLE_YEAR_BOUND = "whole_year_eac_gbp", "whole_year_bound_gbp"
WHOLE_YEAR_BAU = "whole_year_bau_cost_gbp"
"""Attributes of designs found on some days of the year: their cost over the whole year, what no
design costs less than there, and what business as usual costs there."""

NEAR_BEST = (
    ("tes_within_1_percent_from_kwh", "tes_within_1_percent_to_kwh"),
    ("tes_beyond_1_percent_below_kwh", "tes_beyond_1_percent_above_kwh"),
)
"""Attributes of designs with one store: every size between the first two costs within 1 % of the
least, no size outside the others does."""


def at_sizes(problem: Problem, sizes: Mapping[str, Any]) -> tuple[Problem, Plant]:
    """A problem with the sizes of a design, and what is then installed, stores apart.

    Parameters
    ----------
    problem
        The problem, whose choices hold the design's.
    sizes
        The sizes, by the names that results give them, and ``chp_unit``.
    """
    fixed = problem.with_sizes({part: sizes.get(name, 0.0) for part, name in SIZES.items()})
    units = [unit for unit in fixed.inputs.units if unit.name == sizes["chp_unit"]]
    only: dict[str, Any] = {"units": units, "no_unit": not units}
    if (pump := fixed.inputs.heat_pump) is not None:
        only["heat_pump"] = pump.model_copy(update={"sizes_kw": [sizes.get("heat_pump_kw", 0.0)]})
    fixed = replace(fixed, inputs=fixed.inputs.model_copy(update=only))
    (plant,) = fixed.plants
    return fixed, plant


def relative_gap(cost_gbp: float, bound_gbp: float) -> float:
    """(cost - bound) / cost; for costs below one pound the gap in pounds."""
    return (cost_gbp - bound_gbp) / max(abs(cost_gbp), 1.0)


@dataclass(frozen=True)
class Asked:
    """How close a bound must come to the cost: by share of the cost, or in pounds a year."""

    relative_gap: float
    absolute_gap_gbp: float = 0.0

    def gbp(self, cost_gbp: float) -> float:
        """Largest difference (GBP/year) that is accepted at a cost."""
        return max(self.relative_gap * max(abs(cost_gbp), 1.0), self.absolute_gap_gbp)

    def met(self, cost_gbp: float, bound_gbp: float) -> bool:
        """Whether a bound is close enough; not if either is not a number."""
        return bool(cost_gbp - bound_gbp <= self.gbp(cost_gbp))


class Design(Protocol):
    """A choice of parts and sizes with its operation."""

    @property
    def plant(self) -> Plant:
        """The parts that are installed, those of free size apart."""

    @property
    def sizes(self) -> Mapping[str, float]:
        """Sizes of the parts whose size was free, by part."""

    @property
    def flows(self) -> Flows:
        """Every flow."""

    @property
    def cost_gbp(self) -> float:
        """Equivalent annual cost (Eq. 1)."""


@dataclass(frozen=True)
class Dispatched:
    """A design with the flows that a solver found."""

    plant: Plant
    sizes: Mapping[str, float]
    flows: Flows
    cost_gbp: float


@dataclass(frozen=True)
class SizeCurve:
    """What sizes other than the best would cost, ``P`` choices of them.

    Attributes
    ----------
    sizes
        Sizes by the names that results give them; choices are sorted by them. Shape ``(P,)``.
    eac_gbp
        Equivalent annual cost (Eq. 1) of an operation with these sizes, the best that was found.
    bound_gbp
        No operation with these sizes costs less.
    """

    sizes: Mapping[str, FloatArray]
    eac_gbp: FloatArray
    bound_gbp: FloatArray


@dataclass(frozen=True)
class NearBest:
    """Sizes of the store within :data:`microchp.design.near_best.NEAR` of the least cost (kWh).

    Attributes
    ----------
    all_kwh
        Every store between these costs so little: for each a design is known.
    none_kwh
        No store below the first or above the second does.
    """

    all_kwh: Interval
    none_kwh: Interval


FoundDesign = TypeVar("FoundDesign", bound=Design, covariant=True)


@dataclass(frozen=True)
class Proof(Generic[FoundDesign]):
    """The best design found and what is proven about all others.

    Attributes
    ----------
    design
        The design.
    lower_bound_gbp
        No design of any allowed size costs less.
    curve
        What was found out about other sizes on the way.
    method
        How it was found: along the ``store_line``, day by day; ``daily_milp`` where that was not
        close enough and whole mixed-integer days were; by ``day_programmes`` cut out of the linopy
        model where more than one store ties the slices; ``monolithic`` in one piece.
    near_best
        Stores that cost hardly more; None where that is not known.
    """

    design: FoundDesign
    lower_bound_gbp: float
    curve: SizeCurve
    method: Method
    near_best: NearBest | None = None

    @property
    def gap(self) -> float:
        """Relative gap."""
        return relative_gap(self.design.cost_gbp, self.lower_bound_gbp)


def sizes_of(problem: Problem, plant: Plant, sizes: Mapping[str, float]) -> dict[str, float]:
    """Every size of a design by the name that results give it; only of parts that may be there.

    Unit and store of the papers are always named.
    """
    kinds = {part.kind for other in problem.plants for part in other.parts}
    named = {
        SIZES[kind]: plant.size(kind)
        for kind in FLOWS
        if kind in SIZES and (kind == "chp" or kind in kinds)
    }
    free = {"tes": 0.0, **sizes}
    return {**named, **{SIZES[part]: float(size) for part, size in free.items()}}


def size_curve(rows: Iterable[tuple[Mapping[str, float], float, float]]) -> SizeCurve:
    """The curve of rows of sizes (as :func:`sizes_of` names them), cost and bound (GBP/year)."""
    found = sorted(
        ((tuple(sizes.items()), cost, bound) for sizes, cost, bound in rows),
        key=lambda row: ([size for _, size in row[0]], row[1], row[2]),
    )
    names = [name for name, _ in found[0][0]] if found else []
    table = np.array([[*(size for _, size in sizes), cost, bound] for sizes, cost, bound in found])
    table = table.reshape(len(found), len(names) + 2)
    return SizeCurve(
        sizes={name: table[:, k] for k, name in enumerate(names)},
        eac_gbp=table[:, -2],
        bound_gbp=table[:, -1],
    )
