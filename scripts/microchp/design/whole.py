"""The printed model, given to HiGHS whole."""

from __future__ import annotations

from typing import Any

import linopy
import numpy as np

from microchp.design.days import Clock
from microchp.design.highs import OTHER_WAYS, require_optimal, run, solver
from microchp.design.model import size_variable
from microchp.design.problem import DIMS, FloatArray, Problem
from microchp.design.programme import Programme
from microchp.design.proof import Asked, Dispatched, Proof, size_curve, sizes_of
from microchp.design.settle import settled_design
from microchp.errors import SolveError
from microchp.system.plant import CHOSEN, Plant


def solve_monolithic(
    problem: Problem, model: linopy.Model, asked: Asked, seconds_left: Clock
) -> Proof[Dispatched]:
    """The best design that HiGHS finds in time, and the bound that it proves.

    linopy calls a run that hit its time limit "ok", so the result is judged by the condition in
    which HiGHS ended, its solution and its bound. With the choices made, the flows are those of
    a linear programme, which HiGHS solves to finer tolerances.

    Raises
    ------
    SolveError
        If HiGHS proves the model infeasible or finds no solution in time.
    """
    name = problem.inputs.scenario
    condition = ""
    ways: list[dict[str, Any]] = [{}, *OTHER_WAYS]
    for way in ways:
        if condition in ("optimal", "time_limit"):
            break
        model.solve(
            solver_name="highs",
            io_api="direct",
            progress=False,
            threads=1,
            output_flag=False,
            log_to_console=False,
            mip_rel_gap=asked.relative_gap / 4,
            mip_abs_gap=asked.absolute_gap_gbp / 4,
            time_limit=max(seconds_left(), 0.01),
            **way,
        )
        condition = model.termination_condition
    if condition in ("infeasible", "infeasible_or_unbounded"):
        raise SolveError(
            f"{name}: HiGHS proves that no allowed size can meet the demand. Raise "
            "boiler.max_heat_kw, chp.sizes_kw or tes.max_kwh."
        )
    value = model.objective.value
    bound = float(model.solver_model.getInfo().mip_dual_bound)
    if condition not in ("optimal", "time_limit") or value is None or not np.isfinite(value):
        raise SolveError(
            f"{name}: HiGHS ended with '{condition}' and found no design; "
            "solve.method: decomposed or a longer solve.time_limit_minutes may."
        )
    if not np.isfinite(bound):
        bound = -np.inf
    found = _polished(model)
    plant = _plant(problem, model, found)
    sizes = {
        **{
            store.name: float(
                np.clip(found[size_variable(store.name)], store.min_kwh, store.max_kwh)
            )
            for store in problem.stores
        },
        **{
            part.unit.name: float(
                np.clip(found[size_variable(part.unit.name)], part.min_size, part.max_size)
            )
            for part in problem.free_parts
        },
    }
    flows = {
        name: values.reshape(-1, *problem.shape).sum(axis=0)
        for name, values in found.items()
        if model.variables[name].dims[-2:] == DIMS
    }
    design = settled_design(problem, plant, sizes, flows)
    bound = min(bound + problem.constant_gbp, design.cost_gbp)
    curve = size_curve([(sizes_of(problem, plant, sizes), design.cost_gbp, bound)])
    return Proof(design, bound, curve, "monolithic")


def _plant(problem: Problem, model: linopy.Model, found: dict[str, FloatArray]) -> Plant:
    """The plant that a solution chose."""
    chosen = {
        str(part)
        for kind in CHOSEN
        if f"{kind}_choice" in found
        for part in model.variables[f"{kind}_choice"]
        .coords[kind]
        .to_numpy()[found[f"{kind}_choice"] > 0.5]
    }
    return next(plant for plant in problem.plants if {part.name for part in plant.chosen} == chosen)


def _polished(model: linopy.Model) -> dict[str, FloatArray]:
    """Values of all variables by name, integers exact and the rest optimal for them."""
    programme = Programme.of(model)
    values = np.concatenate(
        [
            variable.solution.to_numpy().ravel()[variable.labels.to_numpy().ravel() != -1]
            for _, variable in model.variables.items()
        ]
    )
    highs = solver()
    for tolerance in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        highs.setOptionValue(tolerance, 1e-9)
    programme.fixed(values).give(highs)
    require_optimal(run(highs), "the whole model with its choices made")
    x = np.array(highs.getSolution().col_value)
    found, at = {}, 0
    for name, variable in model.variables.items():
        labels = variable.labels.to_numpy()
        filled = np.zeros(labels.shape)
        there = labels != -1
        filled[there] = x[at : at + int(there.sum())]
        at += int(there.sum())
        found[str(name)] = filled
    return found
