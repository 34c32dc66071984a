"""Solve a design, prove it, check it, and only then write it.

The decomposed route (:mod:`microchp.design.search`) is the default; the monolithic one gives the
printed model to HiGHS as it stands, for short horizons, and where a gap is asked for that days on
their own cannot prove, as the closing tolerance of Eq. 17 carries heat over midnight. Both end in
the same check against the printed model.
"""

from __future__ import annotations

import json
import logging
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import linopy
import numpy as np
import xarray as xr

from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.design.build import build_model
from microchp.design.check import check_solution
from microchp.design.day_program import Clock
from microchp.design.problem import WEATHER, Problem, problem_from
from microchp.design.schedule import UNSERVED, UNSERVED_KW, Flows, PlantYear
from microchp.design.search import (
    Design,
    Proof,
    StoreSearch,
    design_without_store,
    size_curve,
    solve_by_days,
)
from microchp.errors import SolveError
from microchp.files import read_netcdf, write_netcdf
from microchp.series.timeseries import days_in_year
from microchp.system.plant import CHOSEN

log = logging.getLogger(__name__)

LONG_NAMES = {
    "space_heating_kw": ("kW", "space heating demand"),
    "hot_water_kw": ("kW", "hot water demand"),
    "electricity_kw": ("kW", "electricity demand"),
    "chp_power_kw": ("kW", "electricity from the CHP unit"),
    "chp_heat_kw": ("kW", "heat from the CHP unit"),
    "boiler_heat_kw": ("kW", "heat from the boiler"),
    "tes_charge_kw": ("kW", "heat into the store"),
    "tes_discharge_kw": ("kW", "heat from the store"),
    "tes_level_kwh": ("kWh", "heat in the store at the end of the step"),
    "grid_import_kw": ("kW", "electricity from the grid"),
    "grid_export_kw": ("kW", "electricity to the grid"),
    "import_price_gbp_per_kwh": ("GBP/kWh", "import price with the design in place"),
    "export_price_gbp_per_kwh": ("GBP/kWh", "paid for metered export"),
    "bau_import_price_gbp_per_kwh": ("GBP/kWh", "import price of business as usual"),
    "grid_kg_per_kwh": ("kg/kWh", "CO2 of grid electricity"),
    "day_weight": ("1", "days that the day of this step stands for"),
}
"""Variables of a design file, in order, with unit and long name."""

PART_NAMES = {
    "heat_pump_heat_kw": ("kW", "heat from the heat pump"),
    "heat_pump_power_kw": ("kW", "electricity to the heat pump"),
    "immersion_kw": ("kW", "electricity to the immersion heater"),
    "pv_power_kw": ("kW", "electricity from the sun that is used or sold"),
    "pv_curtailed_kw": ("kW", "electricity that the sun would have given"),
}
"""The same of parts that not every plant has."""

WHOLE_YEAR_COST = "whole_year_eac_gbp"
"""Attribute of designs found on some days of the year: their cost over the whole year."""

CURVE_NAMES = {
    "curve_chp_kw": ("kW", "size of the CHP unit, 0 for none"),
    "curve_tes_kwh": ("kWh", "size of the store"),
    "curve_eac_gbp": ("GBP/year", "cheapest operation found with these sizes"),
    "curve_bound_gbp": ("GBP/year", "no operation with these sizes costs less"),
}
"""Variables of the size curve, over the dimension ``curve``."""


def solve_model(
    *,
    demand_path: str | Path,
    design_path: str | Path,
    inputs: DesignInputs,
    solve: Solve,
    threads: int = 1,
) -> None:
    """Build the model of a scenario, solve it, and write the design once it is checked.

    Parameters
    ----------
    demand_path
        Demand NetCDF at the design's resolution.
    design_path
        NetCDF to write: flows over ``time``, sizes, cost, bound, gap and method as attributes.
    inputs
        The scenario's parameters.
    solve
        Method, gap and time limit.
    threads
        Days solved at a time by the decomposed route; the design does not depend on it.

    Raises
    ------
    DataError
        If demand, days or a price file do not fit.
    SolveError
        If the model is infeasible, or its optimum is not proven to the gap in time. Nothing is
        written then.
    """
    problem, model = build_model(demand_path, inputs)
    design = solve_problem(problem, model, solve, threads)
    if problem.inputs.time.days != "all":
        cost = whole_year_cost(
            problem_from(read_netcdf(demand_path, dwelling=0), whole_year(problem.inputs)),
            design,
            threads=threads,
        )
        design.attrs[WHOLE_YEAR_COST] = cost
        if np.isnan(cost):
            log.warning(
                "%s: sizes found on %d days cannot serve the whole year; model more days",
                inputs.scenario, problem.shape[0],
            )  # fmt: skip
        else:
            more = cost - design.attrs["objective_gbp"]
            log.info(
                "check on all %d days: %.2f GBP a year %s than estimated from %d",
                days_in_year(problem.inputs.time.year),
                abs(more),
                "dearer" if more > 0 else "cheaper",
                problem.shape[0],
            )
    write_netcdf(design, design_path)


def whole_year(inputs: DesignInputs) -> DesignInputs:
    """The same design over every day of its year, each closed."""
    time = inputs.time.model_copy(update={"days": "all"})
    tes = inputs.tes and inputs.tes.model_copy(update={"closing_tolerance_kwh": 0.0})
    return inputs.model_copy(update={"time": time, "tes": tes})


def whole_year_cost(problem: Problem, design: xr.Dataset, threads: int = 1) -> float:
    """What sizes that some days suggest cost in a year, to judge the days by.

    Parameters
    ----------
    problem
        The whole year.
    design
        Its sizes as attributes; parts of the problem, or none.

    Returns
    -------
    float
        Equivalent annual cost (Eq. 1) along the path of the store's hull, within some hundredths
        of a percent of the least (GBP/year); NaN if the sizes cannot serve the whole year.
    """
    unit, heat_pump_kw = design.attrs["chp_unit"], design.attrs["heat_pump_kw"]
    plant = next(
        plant
        for plant in problem.plants
        if plant.size("heat_pump") == heat_pump_kw
        and (chp.name if (chp := plant.part("chp")) else "") == unit
    )
    if problem.inputs.tes is None:
        found = design_without_store(problem, plant)
    else:
        search = StoreSearch(PlantYear(problem, plant), threads)
        found = search.along(search.evaluate(design.attrs["tes_kwh"]))
    if not found.year.serves_all_heat(found.operation):
        return np.nan
    return found.cost_gbp


def solve_problem(
    problem: Problem, model: linopy.Model, solve: Solve, threads: int = 1
) -> xr.Dataset:
    """The proven and checked design of a problem, as the dataset of a design file.

    Parameters
    ----------
    problem
        The problem.
    model
        Its printed model, which the solution is checked against.
    solve, threads
        As :func:`solve_model`.

    Raises
    ------
    SolveError
        As :func:`solve_model`.
    """
    started = time.monotonic()
    deadline = started + 60.0 * solve.time_limit_minutes
    name = problem.inputs.scenario

    def seconds_left() -> float:
        return deadline - time.monotonic()

    log.info(
        "%d days of %d slices, method %s, %d threads, gap %g asked, time limit %.0f s",
        *problem.shape, solve.method, threads, solve.relative_gap, seconds_left(),
    )  # fmt: skip
    if solve.method == "monolithic":
        proof = solve_monolithic(problem, model, solve.relative_gap, seconds_left)
    else:
        proof = solve_by_days(problem, solve.relative_gap, seconds_left, threads)
        carried = problem.inputs.tes is not None and problem.tes.closing_tolerance_kwh > 0
        if carried and solve.method == "auto" and proof.gap > solve.relative_gap:
            log.info("gap %.4f %% day by day; the whole model is tried", 100 * proof.gap)
            proof = solve_monolithic(problem, model, solve.relative_gap, seconds_left)
    seconds = time.monotonic() - started
    design = proof.design
    flows = design.year.flows(design.operation)
    if not proof.gap <= solve.relative_gap:
        raise SolveError(
            f"{name}: cost {design.cost_gbp:.2f} GBP/y, lower bound {proof.lower_bound_gbp:.2f}: "
            f"proven to a gap of {proof.gap:.3g} after {seconds:.0f} s; solve.relative_gap asks "
            f"for {solve.relative_gap:g}. Raise solve.relative_gap, or "
            f"solve.time_limit_minutes (now {solve.time_limit_minutes:g})"
            + (", or set solve.method: decomposed." if proof.method == "monolithic" else ".")
        )
    _refuse_unserved(problem, flows)
    check_solution(problem, model, design, flows, proof.lower_bound_gbp)
    log.info(
        "solved: %s, store %.2f kWh, %.2f GBP/y, gap %.2g, %.1f s",
        design.plant, design.operation.size_kwh, design.cost_gbp, proof.gap, seconds,
    )  # fmt: skip
    return design_dataset(problem, proof, flows, seconds)


def solve_monolithic(
    problem: Problem, model: linopy.Model, asked_gap: float, seconds_left: Clock
) -> Proof:
    """The printed model, given to HiGHS whole.

    linopy calls a run that hit its time limit "ok", so the result is judged by HiGHS's own
    status, solution and bound.

    Raises
    ------
    SolveError
        If HiGHS proves the model infeasible or finds no solution in time.
    """
    name = problem.inputs.scenario
    model.solve(
        solver_name="highs",
        io_api="direct",
        progress=False,
        threads=1,
        output_flag=False,
        log_to_console=False,
        mip_rel_gap=asked_gap / 4,
        time_limit=max(seconds_left(), 0.01),
    )
    condition = model.termination_condition
    if condition in ("infeasible", "infeasible_or_unbounded"):
        raise SolveError(
            f"{name}: HiGHS proves that no allowed size can meet the demand. Raise "
            "boiler.max_heat_kw, chp.sizes_kw or tes.max_kwh."
        )
    value = model.objective.value
    if value is None or not np.isfinite(value):
        raise SolveError(
            f"{name}: HiGHS ended with '{condition}' and found no design; "
            "solve.method: decomposed or a longer solve.time_limit_minutes may."
        )
    solution = model.solution
    chosen = {
        str(name)
        for kind in CHOSEN
        if f"{kind}_choice" in solution
        for name in solution[kind].to_numpy()[solution[f"{kind}_choice"].to_numpy() > 0.5]
    }
    plant = next(
        plant for plant in problem.plants if {part.name for part in plant.chosen} == chosen
    )
    size, levels = 0.0, np.zeros(problem.shape)
    if problem.inputs.tes is not None:
        low, high = problem.store_limits_kwh
        size = float(np.clip(solution["tes_size_kwh"], low, high))
        levels = solution["tes_level_kwh"].transpose("day", "slice").to_numpy().copy()
    year = PlantYear(problem, plant)
    operation = year.along(size, levels) if problem.stores else year.without_store()
    capital = problem.plant_capital_gbp(plant) + problem.store_capital_gbp_per_kwh * size
    cost = problem.constant_gbp + capital + operation.operating_gbp
    bound = float(model.solver_model.getInfo().mip_dual_bound) + problem.constant_gbp
    bound = min(bound, cost)
    curve = size_curve([(plant.size("chp"), size, cost, bound)])
    return Proof(Design(year, operation, cost), bound, curve, "monolithic")


def _refuse_unserved(problem: Problem, flows: Flows) -> None:
    """Refuse a proven optimum with unserved heat.

    It costs so much that the optimum has some only where no size allowed can serve it.
    """
    short = flows.get(UNSERVED, np.zeros(1)).ravel()
    slices = int((short > UNSERVED_KW).sum())
    if not slices:
        return
    worst = int(short.argmax())
    raise SolveError(
        f"{problem.inputs.scenario}: no design within the sizes allowed meets the heat demand: "
        f"{slices} slices are short, the worst, {problem.time()[worst]}, by "
        f"{short[worst]:.3g} of {problem.heat_kw.ravel()[worst]:.3g} kW. Raise "
        "boiler.max_heat_kw, chp.sizes_kw, heat_pump.sizes_kw, immersion_heater.max_kw or "
        "tes.max_kwh, as far as the plant has them."
    )


def design_dataset(problem: Problem, proof: Proof, flows: Flows, seconds: float) -> xr.Dataset:
    """The dataset of a design file."""
    design = proof.design
    weight = np.broadcast_to(problem.day_weight[:, None], problem.shape)
    values: dict[str, Any] = {**vars(problem), **flows, "day_weight": weight}
    if "pv_power_kw" in flows and problem.pv_yield_kw_per_kwp is not None:
        shone = problem.pv_yield_kw_per_kwp * design.plant.size("pv")
        values["pv_curtailed_kw"] = np.maximum(shone - flows["pv_power_kw"], 0.0)
    there = {
        name: meaning
        for name, meaning in (PART_NAMES | WEATHER).items()
        if values.get(name) is not None
    }
    variables = {
        name: (
            "time",
            np.asarray(values.get(name, np.zeros(problem.shape))).ravel(),
            {"units": unit, "long_name": long_name},
        )
        for name, (unit, long_name) in (LONG_NAMES | there).items()
    }
    for name, (unit, long_name) in CURVE_NAMES.items():
        column = getattr(proof.curve, name.removeprefix("curve_"))
        variables[name] = ("curve", column, {"units": unit, "long_name": long_name})
    unit_installed = design.plant.part("chp")
    versions = {name: version(name) for name in ("linopy", "highspy", "numpy", "xarray")}
    return xr.Dataset(
        variables,
        coords={"time": problem.time()},
        attrs={
            "inputs": problem.inputs.model_dump_json(),
            "chp_kw": design.plant.size("chp"),
            "chp_unit": unit_installed.name if unit_installed else "",
            "heat_pump_kw": design.plant.size("heat_pump"),
            "immersion_kw": design.plant.size("immersion_heater"),
            "pv_kwp": design.plant.size("pv"),
            "tes_kwh": design.operation.size_kwh,
            "objective_gbp": design.cost_gbp,
            "lower_bound_gbp": proof.lower_bound_gbp,
            "relative_gap": max(proof.gap, 0.0),
            "solve_method": proof.method,
            "solve_status": "optimal",
            "solve_seconds": seconds,
            "versions": json.dumps({"python": platform.python_version(), **versions}),
            "step_hours": problem.step_hours,
        },
    )
