"""A group of dwellings run as one plant, coordinated by prices on the load of its transformer.

Members of the group are the lines of its dwellings, of heat and of batteries alike
(:mod:`microchp.control.coordination`).

**Payments.** A household is paid what the network's schedule costs it more, at its own tariff, than
its own least cost; nobody is then worse off.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from microchp.control.coordination import HELD_KW, GroupCost, Member, Search, load_range
from microchp.control.household import household_year, year_of
from microchp.control.line import Dwelling
from microchp.control.together import solved
from microchp.control.year import Year
from microchp.design.days import for_days
from microchp.design.problem import FloatArray
from microchp.design.proof import relative_gap
from microchp.design.table import activities_of
from microchp.errors import SolveError
from microchp.telling import counted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Coordinated:
    """A group under network control.

    Attributes
    ----------
    years
        What each dwelling does.
    objective_gbp, bound_gbp
        What that costs in the network's eyes, fixed costs of the dwellings in it, and what it
        costs at least.
    """

    years: list[Year]
    objective_gbp: float
    bound_gbp: float


def co2_cost(dwelling: Dwelling, co2_gbp_per_kg: float) -> FloatArray:
    """Cost of a kWh of each activity with a price on the CO2 of fuel, shape ``(A, N)``."""
    rows = activities_of(dwelling.problem, dwelling.plant)
    gas = dwelling.problem.inputs.emissions.gas_kg_per_kwh * co2_gbp_per_kg
    fuel = [
        np.broadcast_to(np.asarray(row.fuel), dwelling.line.table.cost.shape[1]) for row in rows
    ]
    return np.asarray(dwelling.line.table.cost + gas * np.stack(fuel))


def coordinate(
    dwellings: Sequence[Dwelling],
    base_kw: FloatArray,
    cost: GroupCost,
    co2_gbp_per_kg: float,
    threads: int = 1,
) -> Coordinated:
    """Run dwellings at least cost of their group.

    Parameters
    ----------
    dwellings
        Those with a unit.
    base_kw
        Load of all others, shape ``(N,)``.
    cost
        What the group's load costs.
    co2_gbp_per_kg
        Price on the CO2 of fuel; that of the grid is in ``cost``.
    threads
        Dwellings at a time where they do not depend on each other.

    Raises
    ------
    SolveError
        If a limit cannot be held, or no schedule was found that does.
    """
    members = [
        member
        for dwelling in dwellings
        for member in (
            Member(dwelling.line, co2_cost(dwelling, co2_gbp_per_kg)),
            *(Member(line, line.table.cost) for line in dwelling.lines[1:]),
        )
    ]
    refuse_beyond(dwellings, base_kw, cost)
    fixed = sum(dwelling.fixed_gbp for dwelling in dwellings)
    search = Search(members, base_kw, cost, fixed, threads)
    by_themselves = for_days(
        range(len(dwellings)), lambda number: household_year(dwellings[number])[0], threads
    )
    operated = [each for year in by_themselves for each in year.lines]
    start = [member.does(each) for member, each in zip(members, operated, strict=True)]
    answers, bound = solved(search, start)
    _refuse_not_found(dwellings, search.load_kw(answers), cost)
    objective = search.total_gbp(answers)
    log.info(
        "%d dwellings coordinated: %.2f GBP/y, bound %.2f, gap %.3f %%",
        len(dwellings), objective, bound, 100 * relative_gap(objective, bound),
    )  # fmt: skip
    left = iter(answers)
    years = [year_of(dwelling, [next(left) for _ in dwelling.lines]) for dwelling in dwellings]
    return Coordinated(years, objective, bound)


def refuse_beyond(dwellings: Sequence[Dwelling], base_kw: FloatArray, cost: GroupCost) -> None:
    """Refuse limits that no schedule can hold, whatever is done in other slices.

    Raises
    ------
    SolveError
        Naming the key, the slice that is worst, what is needed and what is missing.
    """
    lines = [line for dwelling in dwellings for line in dwelling.lines]
    least, most = load_range(base_kw, lines)
    for key, kw, limit, what in (
        ("network.max_import_kw", least, cost.max_import_kw, "draws at least"),
        ("network.max_export_kw", -most, cost.max_export_kw, "gives at least"),
    ):
        worst = int(kw.argmax())
        if kw[worst] > limit + HELD_KW:
            beyond = counted(int((kw > limit + HELD_KW).sum()), "step")
            raise SolveError(
                f"{_named(dwellings)}: {key} = {limit:g} kW cannot be held in {beyond}; the "
                f"worst, {_time(dwellings, worst)}: "
                f"the group {what} {kw[worst]:.2f} kW whatever its units do, "
                f"{kw[worst] - limit:.2f} kW are missing. Raise the limit, or put in more units."
            )


def _refuse_not_found(dwellings: Sequence[Dwelling], load_kw: FloatArray, cost: GroupCost) -> None:
    """Refuse limits that the search could not hold."""
    over = cost.excess_kw(load_kw)
    if over.max() > HELD_KW:
        worst = int(over.argmax())
        key = "network.max_import_kw" if load_kw[worst] > 0 else "network.max_export_kw"
        limit = cost.max_import_kw if load_kw[worst] > 0 else cost.max_export_kw
        raise SolveError(
            f"{_named(dwellings)}: no schedule was found that holds {key} = {limit:g} kW: "
            f"it is exceeded in {counted(int((over > HELD_KW).sum()), 'step')}, the worst, "
            f"{_time(dwellings, worst)}, by {over[worst]:.2f} kW. Raise the limit, or put in more "
            "units or larger stores."
        )


def _named(dwellings: Sequence[Dwelling]) -> str:
    problem = dwellings[0].problem
    return f"{problem.inputs.scenario}, {counted(len(dwellings), 'dwelling')} with it"


def _time(dwellings: Sequence[Dwelling], t: int) -> pd.Timestamp:
    return dwellings[0].problem.time()[t]
