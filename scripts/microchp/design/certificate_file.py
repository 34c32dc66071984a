"""The certificate of a design as a file: prices of stored heat, and what they are compared with.

:mod:`microchp.check_certificate` recomputes the bound from it, without any solver.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.design.certificate import cut_from_prices
from microchp.design.days import countdown
from microchp.design.problem import FloatArray, Problem, problem_from
from microchp.design.schedule import PlantYear
from microchp.design.search import StoreSearch, marginal_price
from microchp.errors import ConfigError
from microchp.files import read_netcdf, whole
from microchp.telling import RESULT

log = logging.getLogger(__name__)

SAME_GBP = 1e-9
"""Lines this close at a size meet there, as a share of the bound."""


def write_certificate(
    *,
    demand_path: str | Path,
    design_path: str | Path,
    certificate_path: str | Path,
    inputs: DesignInputs,
    solve: Solve,
) -> None:
    """Write the prices that bound the cost of every size, beside a design.

    Parameters
    ----------
    demand_path, design_path
        Demand at the design's resolution, and the design that the certificate is of.
    certificate_path
        ``.npz`` to write.
    inputs, solve
        The scenario's parameters, and how it was solved.

    Raises
    ------
    ConfigError
        If the scenario has no store, its cost then being counted, not bounded; or if more than
        the store ties its slices.
    """
    if inputs.tes is None:
        raise ConfigError(f"{inputs.scenario}: without a store there is nothing to certify")
    problem = problem_from(read_netcdf(demand_path, dwelling=0), inputs)
    if not problem.ties_by_one_store:
        raise ConfigError(
            f"{inputs.scenario}: a certificate is of one hot-water store; here a battery, PV of a "
            "free size or starts of the unit tie the slices as well"
        )
    cost = float(read_netcdf(design_path).attrs["objective_gbp"])
    certificate = certificate_of(problem, cost, solve)
    with whole(certificate_path) as partial, Path(partial).open("wb") as file:
        np.savez_compressed(file, **certificate)  # type: ignore[arg-type]
    log.log(
        RESULT,
        "%s: cost %.2f GBP/y, bound %.2f, which microchp.check_certificate checks",
        certificate_path,
        cost,
        certificate["lower_bound_gbp"],
    )


def certificate_of(problem: Problem, cost_gbp: float, solve: Solve) -> dict[str, FloatArray]:
    """Prices, curves and figures by the names that :mod:`microchp.check_certificate` reads.

    Of each plant those prices are kept whose lines meet where its bound is least. A bound that
    branching on whole days has raised above that of all prices (``daily_milp``) is not in it.
    """
    tes = problem.tes
    left = countdown(solve.time_limit_minutes)
    shape = (*problem.shape, -1)
    arrays: dict[str, FloatArray] = {}
    fixed, bounds = [], []
    for number, plant in enumerate(problem.plants):
        search = StoreSearch(PlantYear(problem, plant))
        search.search(cost_gbp, left)
        curves = search.year.curves
        prices = [marginal_price(search.year), *(e.heat_prices for e in search.evaluations)]
        lines = [cut_from_prices(problem, curves, p) for p in prices]
        size, least = search.least(problem.store_limits_kwh)
        here = np.array([line.at(size) for line in lines])
        needed = np.flatnonzero(here >= here.max() - SAME_GBP * max(abs(least), 1.0))
        arrays[f"price_gbp_per_kwh_{number}"] = np.stack([prices[i] for i in needed])
        arrays[f"stored_kw_{number}"] = curves.hull_kw.reshape(shape)
        arrays[f"cost_gbp_per_h_{number}"] = curves.hull_cost.reshape(shape)
        fixed.append(search.fixed_gbp)
        bounds.append(least)
        search.release()
    figures = {
        "step_hours": problem.step_hours,
        "kept_share": 1.0 - problem.step_hours * tes.level_loss_share_per_day / 24.0,
        "loss_kw_per_kwh": tes.loss_share_per_day / 24.0,
        "initial_share": tes.initial_share,
        "closing_tolerance_kwh": tes.closing_tolerance_kwh,
        "store_gbp_per_kwh": problem.store_capital_gbp_per_kwh,
        "cost_gbp": cost_gbp,
        "lower_bound_gbp": min(*bounds, cost_gbp),
    }
    return {
        **arrays,
        **{name: np.asarray(value) for name, value in figures.items()},
        "day_weight": problem.day_weight,
        "limits_kwh": np.array(problem.store_limits_kwh),
        "fixed_gbp": np.array(fixed),
    }
