"""What fewer starts of the unit cost: one design, operated at rising prices of a start.

Every solve is proven, so that the frontier is: with a price ``p`` on each start (GBP), no operation
of ``n`` starts costs less than the bound at that price less ``p n``, and the highest of these lines
is what ``n`` starts, or fewer, cost at least.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from microchp.account.designs import assess_design
from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.design.day_route import solve_day_programmes
from microchp.design.days import countdown
from microchp.design.problem import Problem, problem_from
from microchp.design.proof import Asked, at_sizes
from microchp.design.solve import design_dataset
from microchp.errors import ConfigError, SolveError
from microchp.files import read_netcdf, whole
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)


def trace_starts(
    *,
    demand_path: str | Path,
    design_path: str | Path,
    frontier_path: str | Path,
    inputs: DesignInputs,
    solve: Solve,
    prices_gbp: Iterable[float],
    threads: int = 1,
) -> None:
    """Write the frontier of a design.

    Parameters
    ----------
    demand_path, design_path
        Demand at the design's resolution, and the design, whose sizes are kept.
    frontier_path
        CSV to write, a row for each price of a start (:func:`frontier`).
    inputs, solve
        The scenario's parameters; gap and time limit of each solve.
    prices_gbp
        Prices of a start, on top of what it costs anyway.
    threads
        Days solved at a time.

    Raises
    ------
    ConfigError
        If the design has no unit, or one without a least load, which need never start.
    SolveError
        If an operation is not proven to the gap in time.
    """
    design = read_netcdf(design_path)
    problem = problem_from(read_netcdf(demand_path, dwelling=0), inputs)
    table = frontier(problem, design, solve, prices_gbp, threads)
    with whole(frontier_path) as partial:
        table.to_csv(partial, index=False)
    starts = table["chp_charged_starts"]
    log.log(
        RESULT,
        "%s: %.0f to %.0f starts a year at %s of a start",
        inputs.scenario,
        starts.min(),
        starts.max(),
        counted(len(table), "price"),
    )


def frontier(
    problem: Problem,
    design: xr.Dataset,
    solve: Solve,
    prices_gbp: Iterable[float],
    threads: int = 1,
) -> pd.DataFrame:
    """Income and starts of a design's sizes at each price of a start.

    Returns
    -------
    pandas.DataFrame
        ``start_price_gbp``; ``chp_charged_starts``, ``chp_starts`` and ``chp_run_hours`` of a
        year; ``eai_gbp`` without that price; ``eai_most_gbp``, which no operation of as many
        charged starts or fewer exceeds; ``relative_gap``.

    Raises
    ------
    ConfigError, SolveError
        As :func:`trace_starts`.
    """
    name = problem.inputs.scenario
    if not design.attrs["chp_kw"]:
        raise ConfigError(f"{name}: the design has no unit, which could start")
    rows: list[dict[str, Any]] = []
    bounds = []
    for price in prices_gbp:
        priced = _with_start_price(problem, price)
        fixed, plant = at_sizes(priced, design.attrs)
        if not plant.part("chp").activities[0].least_kw > 0:  # type: ignore[union-attr]
            raise ConfigError(
                f"{name}: the unit has no least load, so that it need never start; set "
                "chp.min_load_share"
            )
        started = time.monotonic()
        asked = Asked(solve.relative_gap, solve.absolute_gap_gbp)
        proof = solve_day_programmes(
            fixed, asked, countdown(solve.time_limit_minutes), threads, (plant,)
        )
        if not asked.met(proof.design.cost_gbp, proof.lower_bound_gbp):
            raise SolveError(
                f"{name}: at {price:g} GBP a start the gap is {proof.gap:.3g} when the time is up; "
                "raise solve.relative_gap, solve.absolute_gap_gbp or solve.time_limit_minutes"
            )
        row = assess_design(design_dataset(fixed, proof, time.monotonic() - started))
        starts = row["chp_charged_starts"]
        rows.append(
            {
                "start_price_gbp": price,
                **{key: row[key] for key in ("chp_charged_starts", "chp_starts", "chp_run_hours")},
                "eai_gbp": row["eai_gbp"] + price * starts,
                "relative_gap": row["relative_gap"],
            }
        )
        bounds.append((price, row["bau_cost_gbp"] - proof.lower_bound_gbp))
        log.info(
            "%g GBP a start: %.0f starts, EAI %.2f GBP/y without it, gap %.2g",
            price, starts, rows[-1]["eai_gbp"], proof.gap,
        )  # fmt: skip
    table = pd.DataFrame(rows)
    most = most_eai(table["chp_charged_starts"].to_numpy(), bounds)
    table.insert(5, "eai_most_gbp", most)
    return table


def most_eai(
    starts: npt.NDArray[np.float64], bounds: Iterable[tuple[float, float]]
) -> npt.NDArray[np.float64]:
    """What no operation of so many starts or fewer exceeds (GBP/year), shape ``(N,)``.

    ``bounds`` are prices of a start, and the income that no operation exceeds at each of them.
    """
    lines = [most + price * starts for price, most in bounds]
    return np.asarray(np.min(lines, axis=0))


def _with_start_price(problem: Problem, price_gbp: float) -> Problem:
    """The problem with a price on each start of a unit, on top of what it costs anyway."""
    units = [
        unit.model_copy(update={"start_cost_gbp": unit.start_cost_gbp + price_gbp})
        for unit in problem.inputs.units
    ]
    return replace(problem, inputs=problem.inputs.model_copy(update={"units": units}))
