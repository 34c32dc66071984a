"""A dwelling at its own least cost, perfect foresight given.

With one store the line of its year is solved (:mod:`microchp.control.line`). A battery is a line
of its own beside that of heat: the two are joined by the dwelling's connection, as the dwellings of
a group are by their transformer, and coordinated the same way
(:mod:`microchp.control.coordination`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from microchp.control.coordination import Answer, GroupCost, Member, Search
from microchp.control.line import Dwelling
from microchp.control.together import solved
from microchp.control.year import Year, planned
from microchp.errors import AssessmentError


def own_cost(dwelling: Dwelling) -> GroupCost:
    """What a dwelling's load costs it at its tariff, within the limits of its connection."""
    table, problem = dwelling.line.table, dwelling.problem
    return GroupCost(
        table.import_gbp_per_kwh,
        table.export_gbp_per_kwh,
        problem.max_import_kw,
        problem.max_export_kw,
        problem.step_hours,
    )


def household_year(dwelling: Dwelling) -> tuple[Year, float]:
    """A dwelling at its own least cost, and the bound (GBP/year) on what any control costs.

    Raises
    ------
    AssessmentError
        If no schedule keeps the store within its size.
    """
    line = dwelling.line
    try:
        if dwelling.battery is None:
            plan = line.plan()
            line.release()  # a street has many
            return Year(dwelling, planned(line, plan)), dwelling.fixed_gbp + plan.bound_gbp
        members = [Member(each, each.table.cost) for each in dwelling.lines]
        load = np.zeros(line.table.heat_kw.size)
        search = Search(members, load, own_cost(dwelling), dwelling.fixed_gbp)
        answers, bound = solved(search)
    except ValueError as error:
        raise AssessmentError(f"{dwelling.problem.inputs.scenario}: {error}") from None
    return year_of(dwelling, answers), bound


def year_of(dwelling: Dwelling, answers: Sequence[Answer]) -> Year:
    """A dwelling's year of the answers of its lines."""
    return Year(dwelling, *(answer.operated for answer in answers))
