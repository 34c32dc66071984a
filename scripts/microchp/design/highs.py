"""HiGHS, asked again another way where it does not end as it should."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import highspy

from microchp.errors import SolveError

OTHER_WAYS: tuple[dict[str, str | int], ...] = (
    {"presolve": "on"},
    {"presolve": "off", "simplex_strategy": 4},
    {"presolve": "on", "simplex_scale_strategy": 0},
    {"presolve": "on", "solver": "ipm", "run_crossover": "on"},
)
"""Options of further tries, in order: with presolve, primal simplex, unscaled, interior point."""

_STATUS = highspy.HighsModelStatus
SETTLED = (_STATUS.kOptimal, _STATUS.kTimeLimit)
"""Statuses that no other way would change: solved, or out of time."""

ANSWERED = (*SETTLED, _STATUS.kInfeasible)
"""Statuses that answer whether there is a solution."""


def solver() -> Any:
    """A silent HiGHS of one thread."""
    # highspy's stubs do not know every method of its solver
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (("output_flag", False), ("threads", 1)):
        highs.setOptionValue(option, value)
    return highs


def run(
    highs: Any, settled: Collection[highspy.HighsModelStatus] = SETTLED
) -> highspy.HighsModelStatus:
    """Run, and where the end is not settled, again in other ways.

    A programme that every way finds infeasible is; the status says so. Where being infeasible is
    an answer like any other, one way is enough: give :data:`ANSWERED`.
    """
    highs.run()
    status: highspy.HighsModelStatus = highs.getModelStatus()
    for options in OTHER_WAYS:
        if status in settled:
            break
        before = {name: highs.getOptionValue(name)[1] for name in options}
        highs.clearSolver()
        for name, value in options.items():
            highs.setOptionValue(name, value)
        highs.run()
        status = highs.getModelStatus()
        for name, value in before.items():
            highs.setOptionValue(name, value)
    return status


def has_solution(highs: Any) -> bool:
    """Whether the last run left a feasible point."""
    info = highs.getInfo()
    return int(info.primal_solution_status) == int(highspy.SolutionStatus.kSolutionStatusFeasible)


def require_optimal(status: highspy.HighsModelStatus, what: str) -> None:
    """Refuse any end but the optimum.

    Raises
    ------
    SolveError
        With the status.
    """
    if status != _STATUS.kOptimal:
        raise SolveError(f"{what}: HiGHS ended with '{status}' in every way that was tried")
