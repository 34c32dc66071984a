"""Every solution against the printed model's own constraints, whatever method found it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import linopy
import numpy as np
from linopy.matrices import MatrixAccessor

from microchp.design.model import build_printed_model, has_own, size_variable
from microchp.design.problem import FloatArray, Problem
from microchp.design.proof import Design, Flows, relative_gap
from microchp.errors import SolveError
from microchp.system.activities import FLOWS, UNSERVED_FLOWS, starts_of
from microchp.system.plant import CHOSEN

RESIDUAL = 1e-6
"""Largest violation of a constraint (kW, kWh) that passes for rounding."""


CHECKED_SLICES = 120_000
"""Slices whose model is built at a time."""


def check_solution(
    problem: Problem,
    model: linopy.Model | None,
    design: Design,
    flows: Flows,
    lower_bound_gbp: float,
) -> None:
    """Refuse a solution that the printed model would not allow, or whose figures do not agree.

    Parameters
    ----------
    problem
        The problem.
    model
        Its printed model (:func:`microchp.design.model.build_printed_model`); built some days at
        a time if it is not given and nothing ties days.
    design, flows
        The solution.
    lower_bound_gbp
        The bound claimed for it.

    Raises
    ------
    SolveError
        With everything that is wrong.
    """
    excess = Excess()
    stated = problem.constant_gbp
    for days, part in _parts(problem, model):
        of_part = {name: flow[days] for name, flow in flows.items()}
        values = model_values(problem.on_days(days), part, design, of_part)
        matrices = part.matrices
        _violations(part, matrices, _vector(part, values), excess)
        if days.start:  # sizes and choices are paid once
            values |= {
                name: np.zeros_like(values[name])
                for name, variable in part.variables.items()
                if "day" not in variable.dims
            }
        stated += float(matrices.c @ _vector(part, values))
    _exclusivity(problem, flows, excess)
    _closing(problem, design, flows, excess)
    wrong = excess.messages()
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


def _parts(problem: Problem, model: linopy.Model | None) -> Iterator[tuple[slice, linopy.Model]]:
    """The printed model with the days that it is of; several parts where nothing ties days."""
    whole = slice(0, problem.shape[0])
    parts = list(problem.day_ranges(CHECKED_SLICES))
    if model is not None:
        yield whole, model
    elif len(parts) == 1 or problem.carries_over_midnight or has_own(problem):
        yield whole, build_printed_model(problem)
    else:
        yield from ((part, build_printed_model(problem.on_days(part))) for part in parts)


@dataclass
class Excess:
    """What is violated by more than rounding: how often, and by how much at most."""

    found: dict[str, tuple[int, float]] = field(default_factory=dict)

    def add(self, what: str, excess: FloatArray) -> None:
        """Note what is more than rounding; NaN counts as wrong."""
        bad = ~(excess <= RESIDUAL)
        if bad.any():
            count, worst = self.found.get(what, (0, -np.inf))
            self.found[what] = count + int(bad.sum()), float(np.maximum(worst, np.max(excess)))

    def messages(self) -> list[str]:
        """A message for each kind."""
        return [
            f"{what}: {count} violations, the largest {worst:.3g}"
            for what, (count, worst) in self.found.items()
        ]


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


def _violations(
    model: linopy.Model, matrices: MatrixAccessor, x: FloatArray, excess: Excess
) -> None:
    """Constraints, bounds and integrality that values violate."""
    if matrices.A is None:
        excess.add("the model has no constraints", np.array([np.inf]))
        return
    difference = matrices.A @ x - matrices.b
    above = np.where(
        matrices.sense == "=",
        np.abs(difference),
        np.where(matrices.sense == "<", difference, -difference),
    )
    for name, constraint in model.constraints.items():
        rows = np.isin(matrices.clabels, constraint.labels.to_numpy())
        excess.add(f"constraint {name}", above[rows])
    outside = np.maximum(matrices.lb - x, x - matrices.ub)
    fractional = np.where(matrices.vtypes == "C", 0.0, np.abs(x - np.round(x)))
    for name, variable in model.variables.items():
        columns = np.isin(matrices.vlabels, variable.labels.to_numpy())
        excess.add(f"bounds of {name}", outside[columns])
        excess.add(f"integrality of {name}", fractional[columns])


def _exclusivity(problem: Problem, flows: Flows, excess: Excess) -> None:
    """Slices that charge and discharge, or import and export."""
    crossed = np.minimum(flows["grid_import_kw"], flows["grid_export_kw"])
    excess.add("importing while exporting", crossed)
    for store in problem.stores:
        both = np.minimum(flows[f"{store.name}_charge_kw"], flows[f"{store.name}_discharge_kw"])
        excess.add(f"charging while discharging ({store.name})", both)
    for name in UNSERVED_FLOWS:
        if name in flows:
            excess.add(f"demand that is not served ({name})", flows[name])


def _closing(problem: Problem, design: Design, flows: Flows, excess: Excess) -> None:
    """Days that do not end at the initial level."""
    for store in problem.stores:
        evening = flows[f"{store.name}_level_kwh"][:, -1]
        off = np.abs(evening - store.initial_share * design.sizes[store.name])
        excess.add(f"level at midnight ({store.name})", off - store.closing_tolerance_kwh)
