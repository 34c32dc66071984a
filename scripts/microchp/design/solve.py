"""Solve a design, prove it, check it, and only then write it.

Three routes. Where one store of heat alone ties the slices, the line of that store
(:mod:`microchp.design.search`). Where a battery is beside it, where the size of PV is free, and
where the model has constraints of its user's own, programmes of days that are cut out of the
linopy model (:mod:`microchp.design.day_route`). Whole, as it stands, for short horizons, and for
what ties days: the closing tolerance of Eq. 17, which carries heat over midnight, and constraints
of one's own. All end in the same check against the printed model.
"""

from __future__ import annotations

import json
import logging
import platform
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import linopy
import numpy as np
import xarray as xr

from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.design.check import check_solution
from microchp.design.day_route import DaysTiedError, solve_day_programmes
from microchp.design.days import Clock, countdown
from microchp.design.model import build_printed_model, has_own, own_names
from microchp.design.problem import (
    WEATHER,
    Problem,
    business_as_usual_gbp,
    problem_from,
    whole_year,
)
from microchp.design.proof import (
    NEAR_BEST,
    WHOLE_YEAR_BAU,
    WHOLE_YEAR_BOUND,
    WHOLE_YEAR_COST,
    Asked,
    Design,
    Proof,
    at_sizes,
    sizes_of,
)
from microchp.design.schedule import UNSERVED_KW, PlantYear, serves_all
from microchp.design.search import StoreSearch, design_without_store, hull_bound_gbp, solve_by_days
from microchp.design.whole import solve_monolithic
from microchp.errors import SolveError
from microchp.files import read_netcdf, write_netcdf
from microchp.series.timeseries import days_in_year
from microchp.system.activities import UNSERVED_ELECTRICITY, UNSERVED_HEAT
from microchp.telling import RESULT

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
    "heat_pump_power_kw": ("kW", "electricity to the heat pump"),
    "heat_pump_heat_kw": ("kW", "heat from the heat pump"),
    "immersion_kw": ("kW", "electricity to the immersion heater"),
    "pv_power_kw": ("kW", "electricity from the sun that is used or sold"),
    "pv_curtailed_kw": ("kW", "electricity that the sun would give beyond that"),
    "battery_charge_kw": ("kW", "electricity into the battery"),
    "battery_discharge_kw": ("kW", "electricity from the battery"),
    "battery_level_kwh": ("kWh", "electricity in the battery at the end of the step"),
    "grid_import_kw": ("kW", "electricity from the grid"),
    "grid_export_kw": ("kW", "electricity to the grid"),
    "import_price_gbp_per_kwh": ("GBP/kWh", "import price with the design in place"),
    "export_price_gbp_per_kwh": ("GBP/kWh", "paid for metered export"),
    "bau_import_price_gbp_per_kwh": ("GBP/kWh", "import price of business as usual"),
    "grid_kg_per_kwh": ("kg/kWh", "CO2 of grid electricity"),
    "day_weight": ("1", "days that the day of this step stands for"),
}
"""Variables of a design file, in order, with unit and long name."""

NEW_PARTS = ("heat_pump", "immersion", "pv", "battery")
"""Beginnings of the names of flows that are written only where the plant may have the part."""

CURVE_NAMES = {
    "curve_chp_kw": ("kW", "size of the CHP unit, 0 for none"),
    "curve_tes_kwh": ("kWh", "size of the store"),
    "curve_heat_pump_kw": ("kW", "size of the heat pump, 0 for none"),
    "curve_immersion_kw": ("kW", "size of the immersion heater"),
    "curve_pv_kwp": ("kWp", "size of the photovoltaics"),
    "curve_battery_kwh": ("kWh", "size of the battery"),
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
    problem = problem_from(read_netcdf(demand_path, dwelling=0), inputs)
    design = solve_problem(problem, solve=solve, threads=threads)
    if problem.inputs.time.days != "all":
        year = problem_from(read_netcdf(demand_path, dwelling=0), whole_year(problem.inputs))
        try:
            cost, bound = whole_year_cost(year, design.attrs, solve, threads)
            found = f"sizes found on {problem.shape[0]} days cannot serve the whole year"
        except SolveError as error:  # what it would check is proven, and stands
            cost, bound, found = (
                np.nan,
                np.nan,
                f"the check on the whole year did not end ({error})",
            )
        design.attrs |= {
            WHOLE_YEAR_COST: cost,
            WHOLE_YEAR_BOUND: bound,
            WHOLE_YEAR_BAU: business_as_usual_gbp(year),
        }
        if np.isnan(cost):
            log.warning("%s: %s; model more days", inputs.scenario, found)
        else:
            more = cost - design.attrs["objective_gbp"]
            # no bound over the year where more than one store ties its slices
            proven = "" if np.isnan(bound) else f", at most {cost - bound:.2f} above the best"
            log.info(
                "check on all %d days: %.2f GBP a year %s than estimated from %d%s",
                days_in_year(problem.inputs.time.year),
                abs(more),
                "dearer" if more > 0 else "cheaper",
                problem.shape[0],
                proven,
            )
    write_netcdf(design, design_path)


def whole_year_cost(
    problem: Problem, sizes: Mapping[str, Any], solve: Solve, threads: int = 1
) -> tuple[float, float]:
    """What sizes that some days suggest cost in a year, and any sizes at least: their error.

    Parameters
    ----------
    problem
        The whole year.
    sizes
        The sizes, by the names that results give them, and ``chp_unit``.
    solve, threads
        As :func:`solve_model`, for systems that more than one store ties.

    Returns
    -------
    tuple
        Equivalent annual cost (Eq. 1), within some hundredths of a percent of the least where
        it goes along the path of one store's hull (GBP/year); NaN if the sizes cannot serve the
        whole year. And a bound: no design of any plant and size allowed costs less over the whole
        year; NaN for systems that more than one store ties, which are not searched over the year.
    """
    fixed, plant = at_sizes(problem, sizes)
    left = countdown(solve.time_limit_minutes)
    if not fixed.ties_by_one_store:
        found = solve_day_programmes(fixed, _asked(solve), left, threads, (plant,)).design
        return found.cost_gbp if serves_all(found.flows) else np.nan, np.nan
    if fixed.inputs.tes is None:
        design = design_without_store(fixed, plant)
    else:
        search = StoreSearch(PlantYear(fixed, plant), threads)
        design = search.along(search.evaluate(sizes["tes_kwh"]))
    served = design.year.serves_all_heat(design.operation)
    cost = design.cost_gbp if served else np.nan
    return cost, hull_bound_gbp(problem, cost, left)


def _asked(solve: Solve) -> Asked:
    return Asked(solve.relative_gap, solve.absolute_gap_gbp)


def solve_problem(
    problem: Problem,
    model: linopy.Model | None = None,
    solve: Solve | None = None,
    threads: int = 1,
) -> xr.Dataset:
    """The proven and checked design of a problem, as the dataset of a design file.

    Parameters
    ----------
    problem
        The problem.
    model
        Its printed model, which the solution is checked against. Built when and as far as it is
        needed if it is not given, as it is large.
    solve, threads
        As :func:`solve_model`.

    Raises
    ------
    SolveError
        As :func:`solve_model`.
    """
    solve = solve or Solve()
    started = time.monotonic()
    seconds_left = countdown(solve.time_limit_minutes)
    name = problem.inputs.scenario
    log.info(
        "%d days of %d slices, method %s, %d threads, gap %g asked, time limit %.0f s",
        *problem.shape, solve.method, threads, solve.relative_gap, seconds_left(),
    )  # fmt: skip
    proof = prove(problem, model, solve, seconds_left, threads)
    seconds = time.monotonic() - started
    design, asked = proof.design, _asked(solve)
    if not asked.met(design.cost_gbp, proof.lower_bound_gbp):
        raise SolveError(
            f"{name}: cost {design.cost_gbp:.2f} GBP/y, lower bound {proof.lower_bound_gbp:.2f}: "
            f"proven to a gap of {proof.gap:.3g} after {seconds:.0f} s; solve.relative_gap asks "
            f"for {solve.relative_gap:g}, solve.absolute_gap_gbp for {solve.absolute_gap_gbp:g} "
            "GBP/y. Raise one of them, or "
            f"solve.time_limit_minutes (now {solve.time_limit_minutes:g})"
            + (", or set solve.method: decomposed." if proof.method == "monolithic" else ".")
        )
    refuse_unserved(problem, design)
    check_solution(problem, model, design, design.flows, proof.lower_bound_gbp)
    log.log(
        RESULT,
        "solved: %s, %s, %.2f GBP/y, gap %.2g, %.1f s",
        design.plant,
        ", ".join(f"{part} {size:.2f}" for part, size in design.sizes.items()) or "no store",
        design.cost_gbp, proof.gap, seconds,
    )  # fmt: skip
    return design_dataset(problem, proof, seconds)


def prove(
    problem: Problem,
    model: linopy.Model | None,
    solve: Solve,
    seconds_left: Clock,
    threads: int = 1,
) -> Proof[Design]:
    """The proof by the route that the problem and its user ask for; the caller judges its gap.

    Parameters and errors are those of :func:`solve_problem`.
    """

    def whole() -> Proof[Design]:
        printed = build_printed_model(problem) if model is None else model
        return solve_monolithic(problem, printed, asked, seconds_left)

    asked = _asked(solve)
    if solve.method == "monolithic":
        return whole()
    own = has_own(problem) if model is None else bool(own_names(model))
    by_line = problem.ties_by_one_store and not own
    try:
        if by_line:
            proof: Proof[Design] = solve_by_days(
                problem, asked.relative_gap, seconds_left, threads, asked.absolute_gap_gbp
            )
        else:
            proof = solve_day_programmes(problem, asked, seconds_left, threads)
    except DaysTiedError as tied:
        if solve.method == "decomposed":
            raise
        log.info("%s; the whole model is solved", tied)
        return whole()
    met = asked.met(proof.design.cost_gbp, proof.lower_bound_gbp)
    if problem.carries_over_midnight and solve.method == "auto" and not met:
        log.info("gap %.4f %% day by day; the whole model is tried", 100 * proof.gap)
        return whole()
    return proof


def refuse_unserved(problem: Problem, design: Design) -> None:
    """Refuse a proven optimum with unserved demand.

    It costs so much that the optimum has some only where no size allowed can serve it.

    Raises
    ------
    SolveError
        With the keys that limit what is served.
    """
    for name, what, served, keys in (
        (
            UNSERVED_HEAT,
            "heat",
            problem.heat_kw,
            "boiler.max_heat_kw, chp.sizes_kw, heat_pump.sizes_kw, immersion_heater.max_kw or "
            "tes.max_kwh, as far as the plant has them",
        ),
        (
            UNSERVED_ELECTRICITY,
            "electricity",
            problem.electricity_kw,
            "grid.max_import_kw, chp.sizes_kw or battery.max_kwh",
        ),
    ):
        short = design.flows.get(name, np.zeros(1)).ravel()
        slices = int((short > UNSERVED_KW).sum())
        if slices:
            worst = int(short.argmax())
            raise SolveError(
                f"{problem.inputs.scenario}: no design within the sizes allowed meets the {what} "
                f"demand: {slices} slices are short, the worst, {problem.time()[worst]}, by "
                f"{short[worst]:.3g} of {served.ravel()[worst]:.3g} kW. Raise {keys}."
            )


def design_dataset(problem: Problem, proof: Proof[Design], seconds: float) -> xr.Dataset:
    """The dataset of a design file."""
    design = proof.design
    weight = np.broadcast_to(problem.day_weight[:, None], problem.shape)
    values: dict[str, Any] = {**vars(problem), **design.flows, "day_weight": weight}
    variables = {
        name: (
            "time",
            np.asarray(values.get(name, np.zeros(problem.shape))).ravel(),
            {"units": unit, "long_name": long_name},
        )
        for name, (unit, long_name) in (LONG_NAMES | WEATHER).items()
        if values.get(name) is not None or not name.startswith((*NEW_PARTS, *WEATHER))
    }
    curve = {
        **{f"curve_{name}": values for name, values in proof.curve.sizes.items()},
        "curve_eac_gbp": proof.curve.eac_gbp,
        "curve_bound_gbp": proof.curve.bound_gbp,
    }
    for name, (unit, long_name) in CURVE_NAMES.items():
        if name in curve:
            variables[name] = ("curve", curve[name], {"units": unit, "long_name": long_name})
    versions = {name: version(name) for name in ("linopy", "highspy", "numpy", "xarray")}
    unit_installed = design.plant.part("chp")
    return xr.Dataset(
        variables,
        coords={"time": problem.time()},
        attrs={
            "inputs": problem.inputs.model_dump_json(),
            **sizes_of(problem, design.plant, design.sizes),
            "chp_unit": unit_installed.name if unit_installed else "",
            "objective_gbp": design.cost_gbp,
            "lower_bound_gbp": proof.lower_bound_gbp,
            "relative_gap": max(proof.gap, 0.0),
            **_near_best(proof),
            "solve_method": proof.method,
            "solve_status": "optimal",
            "solve_seconds": seconds,
            "versions": json.dumps({"python": platform.python_version(), **versions}),
            "step_hours": problem.step_hours,
        },
    )


def _near_best(proof: Proof[Design]) -> dict[str, float]:
    """Attributes that name the stores within 1 % of the least cost, where they are known."""
    near = proof.near_best
    if near is None:
        return {}
    ranges = zip(NEAR_BEST, (near.all_kwh, near.none_kwh), strict=True)
    return {name: end for names, ends in ranges for name, end in zip(names, ends, strict=True)}
