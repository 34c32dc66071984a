"""Every solution against the printed model's own constraints, whatever method found it."""

from __future__ import annotations

import linopy
import numpy as np

from microchp.design.model import size_variable
from microchp.design.problem import FloatArray, Problem
from microchp.design.proof import Design, Flows, relative_gap
from microchp.errors import SolveError
from microchp.system.activities import FLOWS, starts_of
from microchp.system.plant import CHOSEN

RESIDUAL = 1e-6
"""Largest violation of a constraint (kW, kWh) that passes for rounding."""


def check_solution(
    problem: Problem, model: linopy.Model, design: Design, flows: Flows, lower_bound_gbp: float
) -> None:
    """Refuse a solution that the printed model would not allow, or whose figures do not agree.

    Parameters
    ----------
    problem
        The problem.
    model
        Its printed model (:func:`microchp.design.model.build_printed_model`).
    design, flows
        The solution.
    lower_bound_gbp
        The bound claimed for it.

    Raises
    ------
    SolveError
        With everything that is wrong.
    """
    values = model_values(problem, model, design, flows)
    wrong = [
        *_violations(model, values),
        *_exclusivity(problem, flows),
        *_closing(problem, design, flows),
    ]
    stated = objective_of(model, values) + problem.constant_gbp
    if abs(stated - design.cost_gbp) > 1e-6 * max(abs(stated), 1.0):
        wrong.append(
            f"the model's objective is {stated:.6f} GBP/y, the solution says {design.cost_gbp:.6f}"
        )
    if not relative_gap(design.cost_gbp, lower_bound_gbp) >= -1e-9:
        wrong.append(
            f"the lower bound {lower_bound_gbp:.6f} GBP/y is above the cost "
            f"{design.cost_gbp:.6f} of a design"
        )
    if wrong:
        raise SolveError(
            f"{problem.inputs.scenario}: the solution fails its check:\n  " + "\n  ".join(wrong)
        )


def model_values(
    problem: Problem, model: linopy.Model, design: Design, flows: Flows
) -> dict[str, FloatArray]:
    """Values of the printed model's variables, by name, in the shapes of the model."""
    values: dict[str, FloatArray] = dict(flows)
    exporting = flows["grid_export_kw"] > 0
    values["grid_importing"] = (~exporting).astype(float)
    for kind in CHOSEN:
        first, *_ = FLOWS[kind]
        if first not in model.variables:
            continue
        installed = design.plant.part(kind)
        names = model.variables[first].coords[kind].to_numpy()
        chosen = np.array([installed is not None and name == installed.name for name in names])
        flow = flows.get(first, np.zeros(problem.shape))
        values[f"{kind}_choice"] = chosen.astype(float)
        values[first] = chosen[:, None, None] * flow
        values[f"{kind}_on"] = chosen[:, None, None] * (flow > 0)
        values[f"{kind}_start"] = chosen[:, None, None] * starts_of(flow > 0)
    for part, size in design.sizes.items():
        values[size_variable(part)] = np.array(size)
    for store in problem.stores:
        discharging = flows[f"{store.name}_discharge_kw"] > 0
        values[f"{store.name}_discharging"] = discharging.astype(float)
    for name, variable in model.variables.items():
        values.setdefault(str(name), np.zeros(variable.shape))
    return {str(name): values[str(name)] for name in model.variables}


def _vector(model: linopy.Model, values: dict[str, FloatArray]) -> FloatArray:
    """Values in the order of the model's columns."""
    columns = [
        values[name].ravel()[variable.labels.to_numpy().ravel() != -1]
        for name, variable in model.variables.items()
    ]
    return np.concatenate(columns)


def objective_of(model: linopy.Model, values: dict[str, FloatArray]) -> float:
    """The model's objective at some values."""
    return float(model.matrices.c @ _vector(model, values))


def _violations(model: linopy.Model, values: dict[str, FloatArray]) -> list[str]:
    """Constraints, bounds and integrality that the values violate, the worst of each kind."""
    matrices = model.matrices
    x = _vector(model, values)
    if matrices.A is None:
        return ["the model has no constraints"]
    difference = matrices.A @ x - matrices.b
    excess = np.where(
        matrices.sense == "=",
        np.abs(difference),
        np.where(matrices.sense == "<", difference, -difference),
    )
    wrong = []
    for name, constraint in model.constraints.items():
        rows = np.isin(matrices.clabels, constraint.labels.to_numpy())
        wrong += _worst(f"constraint {name}", excess[rows])
    outside = np.maximum(matrices.lb - x, x - matrices.ub)
    fractional = np.where(matrices.vtypes == "C", 0.0, np.abs(x - np.round(x)))
    for name, variable in model.variables.items():
        columns = np.isin(matrices.vlabels, variable.labels.to_numpy())
        wrong += _worst(f"bounds of {name}", outside[columns])
        wrong += _worst(f"integrality of {name}", fractional[columns])
    return wrong


def _exclusivity(problem: Problem, flows: Flows) -> list[str]:
    """Slices that charge and discharge, or import and export."""
    crossed = np.minimum(flows["grid_import_kw"], flows["grid_export_kw"])
    wrong = _worst("importing while exporting", crossed)
    for store in problem.stores:
        both = np.minimum(flows[f"{store.name}_charge_kw"], flows[f"{store.name}_discharge_kw"])
        wrong += _worst(f"charging while discharging ({store.name})", both)
    for name in ("unserved_heat_kw", "unserved_electricity_kw"):
        if name in flows:
            wrong += _worst(f"demand that is not served ({name})", flows[name])
    return wrong


def _closing(problem: Problem, design: Design, flows: Flows) -> list[str]:
    """Days that do not end at the initial level."""
    wrong = []
    for store in problem.stores:
        evening = flows[f"{store.name}_level_kwh"][:, -1]
        off = np.abs(evening - store.initial_share * design.sizes[store.name])
        wrong += _worst(f"level at midnight ({store.name})", off - store.closing_tolerance_kwh)
    return wrong


def _worst(what: str, excess: FloatArray) -> list[str]:
    """A message if any excess is more than rounding; NaN counts as wrong."""
    bad = ~(excess <= RESIDUAL)
    if not bad.any():
        return []
    return [f"{what}: {int(bad.sum())} violations, the largest {np.max(excess):.3g}"]
