"""What the default route is worth: ``python benchmarks/solve.py``.

Solves the same instances (1, 7, 30 days and a year of the detached house of the design study,
feed-in tariff, unit and store free) three ways: the model as printed, with its binaries in every
slice; the model with what exclusivity implies as bounds, and binaries only where they can bind;
and the default route, day by day. The first two are given whole to HiGHS, with a stated time
limit. Prints time, gap and memory of each, and the ratios to the default route; writes the table
and a plot to ``results/benchmarks/solve/``. Each solve has a process of its own, so that its
peak memory is its own; all share one run on one machine.

``--days``, ``--minutes`` and ``--time-limit-s`` choose the instances, the time step and the limit.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from microchp.config import load_config
from microchp.demand.build import build_demand
from microchp.design.model import build_printed_model
from microchp.design.problem import Problem, problem_from
from microchp.design.search import relative_gap, solve_by_days
from microchp.design.solve import solve_monolithic
from microchp.errors import SolveError
from microchp.files import read_netcdf
from microchp.report.style import figure
from microchp.scenarios import demand_inputs, design_inputs, scenario_table
from microchp.timeseries import resample_dataset

ROUTES = ("as printed", "tightened", "default")


def instance(
    demand_path: Path, scenario: str, days: int, minutes: int, min_load: float | None
) -> Problem:
    """The study's problem on days spread evenly over the year, at a time step."""
    settings = yaml.safe_load((ROOT / "config/studies/oluleye2018.yaml").read_text())
    calendar = pd.date_range("2015-01-01", "2015-12-31")
    chosen = calendar[np.linspace(0, 365, days, endpoint=False).astype(int)]
    listed = "all" if days == 365 else [str(day.date()) for day in chosen]
    settings["time"] = {"resolution_minutes": minutes, "days": listed}
    if min_load is not None:
        settings["chp"]["min_load_share"] = min_load
    config = load_config(settings, ROOT / "resources")
    demand = resample_dataset(read_netcdf(demand_path), minutes)
    return problem_from(demand, design_inputs(config, scenario_table(config)[scenario]))


def solve(problem: Problem, route: str, gap: float, limit_s: float, answer: Connection) -> None:
    """Solve one instance one way and send time, cost, bound and peak memory."""
    started = time.perf_counter()
    deadline = started + limit_s

    def left() -> float:
        return deadline - time.perf_counter()

    try:
        if route == "default":
            proof = solve_by_days(problem, gap, left)
        else:
            exclusivity = "everywhere" if route == "as printed" else "where_needed"
            proof = solve_monolithic(problem, build_printed_model(problem, exclusivity), gap, left)
        cost, bound = proof.design.cost_gbp, proof.lower_bound_gbp
    except SolveError:
        cost, bound = np.nan, np.nan
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer.send((seconds, cost, bound, peak_mb))


def measured(problem: Problem, route: str, gap: float, limit_s: float) -> dict[str, float]:
    """Time (s), cost and bound (GBP/y), gap, and peak memory (MB) of a solve in its own process.

    HiGHS overruns its limit at times; twice the limit and a minute end the process.
    """
    receive, send = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=solve, args=(problem, route, gap, limit_s, send)
    )
    process.start()
    values = (np.nan,) * 4
    if receive.poll(2 * limit_s + 60):
        values = receive.recv()
    process.kill()
    process.join()
    seconds, cost, bound, peak_mb = values
    proven = relative_gap(cost, bound) if np.isfinite(cost) else np.nan
    return {"seconds": seconds, "cost_gbp": cost, "gap": proven, "peak_mb": peak_mb}


def table(rows: list[dict[str, object]], asked_gap: float) -> pd.DataFrame:
    """The measurements with each route's time as a ratio to the default route's."""
    frame = pd.DataFrame(rows)
    default = frame[frame["route"] == "default"].set_index(["days", "minutes"])["seconds"]
    keys = pd.MultiIndex.from_frame(frame[["days", "minutes"]])
    frame["times_default"] = frame["seconds"].to_numpy() / default.reindex(keys).to_numpy()
    frame["proven"] = frame["gap"] <= asked_gap
    return frame


def plot(frame: pd.DataFrame, directory: Path) -> None:
    """Time against days, by route; hollow where the gap was not reached."""
    paths = {"svg_path": directory / "solve.svg", "pdf_path": directory / "solve.pdf"}
    with figure(**paths, width_mm=120, height_mm=80) as fig:
        axes = fig.add_subplot()
        for route, part in frame.groupby("route", sort=False):
            (line,) = axes.plot(part["days"], part["seconds"], label=route)
            for _, row in part.iterrows():
                fill = line.get_color() if row["proven"] else "white"
                axes.plot(row["days"], row["seconds"], "o", color=line.get_color(), mfc=fill)
        axes.set(xscale="log", yscale="log", xlabel="Days", ylabel="Time (s)")
        axes.set_title("Full: gap reached. Hollow: time limit.")
        axes.legend()


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, nargs="+", default=[1, 7, 30, 365])
    parser.add_argument("--minutes", type=int, nargs="+", default=[5])
    parser.add_argument("--time-limit-s", type=float, default=60.0)
    parser.add_argument("--gap", type=float, default=0.001)
    parser.add_argument("--scenario", default="detached-fit-with")
    parser.add_argument("--min-load", type=float, help="minimum load share; the study's is 0")
    parser.add_argument("--routes", nargs="+", choices=ROUTES, default=list(ROUTES))
    options = parser.parse_args()

    directory = Path("results/benchmarks/solve")
    directory.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as scratch:
        demand_path = Path(scratch) / "demand.nc"
        settings = yaml.safe_load((ROOT / "config/studies/oluleye2018.yaml").read_text())
        config = load_config(settings, ROOT / "resources")
        house = options.scenario.split("-")[0]
        given = demand_inputs(config, house)
        build_demand(
            demand_path=demand_path,
            quality_path=Path(scratch) / "quality.json",
            **{name: getattr(given, name) for name in type(given).model_fields},
        )
        for minutes in options.minutes:
            for days in options.days:
                problem = instance(demand_path, options.scenario, days, minutes, options.min_load)
                for route in options.routes:
                    values = measured(problem, route, options.gap, options.time_limit_s)
                    rows.append({"days": days, "minutes": minutes, "route": route, **values})
                    print(
                        f"{days:4d} days at {minutes:2d} min, {route:10s}: "
                        f"{values['seconds']:7.1f} s, gap {100 * values['gap']:8.4f} %, "
                        f"{values['cost_gbp']:9.2f} GBP/y, {values['peak_mb']:6.0f} MB",
                        flush=True,
                    )
    frame = table(rows, options.gap)
    frame.to_csv(directory / "solve.csv", index=False)
    plot(frame, directory)
    shown = frame[["days", "minutes", "route", "seconds", "times_default", "gap", "peak_mb"]]
    print(f"\nTime limit {options.time_limit_s:g} s; gap asked {100 * options.gap:g} %\n")
    print(shown.to_string(index=False, float_format=lambda value: f"{value:.4g}", na_rep="none"))


if __name__ == "__main__":
    main()
