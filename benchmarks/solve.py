"""What the default route is worth: ``python benchmarks/solve.py``.

Four sections in one run on one machine, each printed as a table and written to
``results/benchmarks/solve/``, with a plot of the first two. All instances are of the detached
house of the design study, unit and store free. It takes about twenty minutes on two cores.

1. Feed-in tariff, 1, 7, 30 days and a year, solved three ways: the model as printed, with its
   binaries in every slice; the model with what exclusivity implies as bounds, and binaries only
   where they can bind; and the default route, day by day. The first two are given whole to HiGHS,
   with a stated time limit. Time, gap, memory, and the ratios to the default route.
2. The default route against the time step.
3. Threads inside a job against jobs side by side, in turns: four designs solved one after the
   other with a thread for each core, and as many at a time as there are cores with one thread
   each. Median time of each way over ``--rounds``, and their ratio.
4. CHP unit, heat pump, store, battery and PV free together, by day programmes, on typical days and
   on every day of the year. Beside it PyPSA, if it is installed, on the same days with the sizes
   that were found, which is the easier task: only the dispatch, and nothing forbids to charge while
   discharging. HiGHS in both, the time limit that of section 1.

Each solve of the first two sections has a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from microchp.config import load_config
from microchp.config.scenarios import demand_inputs, design_inputs, scenario_table
from microchp.demand.build import build_demand
from microchp.design.day_route import solve_day_programmes
from microchp.design.model import build_printed_model
from microchp.design.problem import Problem, problem_from
from microchp.design.proof import Asked, relative_gap
from microchp.design.search import solve_by_days
from microchp.design.solve import design_dataset
from microchp.design.whole import solve_monolithic
from microchp.errors import SolveError
from microchp.export.pypsa_network import export_pypsa
from microchp.files import read_netcdf, write_netcdf
from microchp.report.style import figure
from microchp.series.timeseries import resample_dataset

HOUSE = "detached"
ROUTES = ("as printed", "tightened", "default")
SIDE_BY_SIDE, INSIDE = "jobs side by side", "threads inside a job"


@dataclass(frozen=True)
class Instance:
    """A design of the study on days spread evenly over the year, at a time step."""

    days: int
    minutes: int
    incentive: str = "fit"
    min_load_share: float = 0.0

    def problem(self, demand_path: Path) -> Problem:
        """The problem, from the demand of its house by minute."""
        settings = _study()
        calendar = pd.date_range("2015-01-01", "2015-12-31")
        chosen = calendar[np.linspace(0, 365, self.days, endpoint=False).astype(int)]
        listed = "all" if self.days == 365 else [str(day.date()) for day in chosen]
        settings["time"] = {"resolution_minutes": self.minutes, "days": listed}
        settings["chp"]["min_load_share"] = self.min_load_share
        config = load_config(settings, ROOT / "resources")
        demand = resample_dataset(read_netcdf(demand_path), self.minutes)
        scenario = scenario_table(config)[f"{HOUSE}-{self.incentive}-with"]
        return problem_from(demand, design_inputs(config, scenario))


def system_problem(demand_path: Path, days: int, min_load_share: float) -> Problem:
    """Every part free: CHP unit, heat pump, store, battery, PV; 5 min, typical days or all."""
    settings = _study()
    settings["time"] = {"resolution_minutes": 5, "days": "all" if days >= 365 else days}
    settings["chp"].update(sizes_kw=[0, 1, 2, 4], min_load_share=min_load_share)
    settings["scenarios"].update(house=[HOUSE], incentive=["none"], tes=["with"], plant=["all"])
    for key in ("variants", "penetration"):
        settings["scenarios"].pop(key, None)
    for key in ("fixed_designs", "group"):
        settings.pop(key, None)
    parts = ("chp", "boiler", "pv", "battery", "tes")
    settings["plants"] = {
        "all": {**{part: {} for part in parts}, "heat_pump": {"sizes_kw": [0, 4, 8, 12]}}
    }
    config = load_config(settings, ROOT / "resources")
    (scenario,) = (s for s in scenario_table(config).values() if s.plant == "all")
    demand = resample_dataset(read_netcdf(demand_path), 5)
    return problem_from(demand, design_inputs(config, scenario))


def systems(
    demand_path: Path, days: Iterable[int], gap: float, min_load: float, limit_s: float
) -> pd.DataFrame:
    """Section 4; two rows for each number of days."""
    rows = []
    for number in days:
        problem = system_problem(demand_path, number, min_load)
        design_path = demand_path.with_name(f"system_{number}.nc")
        found = measure(problem, "system", gap, 3600.0, design_path)
        rows.append({"days": number, "by": "default", **asdict(found), "gap": found.gap})
        print(
            f"{number} days, every part free: {found.cpu_seconds:.1f} s of processor time, "
            f"gap {100 * found.gap:.3f} %",
            flush=True,
        )
        if find_spec("pypsa"):
            other = measure(problem, "PyPSA", gap, limit_s, design_path)
            rows.append({"days": number, "by": "PyPSA, sizes given", **asdict(other)})
            rows[-1]["gap"] = other.gap
            print(f"  PyPSA, sizes given: {other.cpu_seconds:.1f} s, gap {100 * other.gap:.3f} %")
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Measured:
    """Time and processor time (s), cost and bound (GBP/year) and peak memory (MB) of a solve.

    NaN without a result.
    """

    seconds: float = np.nan
    cpu_seconds: float = np.nan
    cost_gbp: float = np.nan
    lower_bound_gbp: float = np.nan
    peak_mb: float = np.nan

    @property
    def gap(self) -> float:
        """Relative gap."""
        if not np.isfinite(self.cost_gbp):
            return np.nan
        return relative_gap(self.cost_gbp, self.lower_bound_gbp)


def solve(
    problem: Problem,
    route: str,
    gap: float,
    limit_s: float,
    design_path: Path | None,
    answer: Connection,
) -> None:
    """Solve one instance one way and send what was measured."""
    started, cpu_started = time.perf_counter(), time.process_time()
    deadline = started + limit_s

    def left() -> float:
        return deadline - time.perf_counter()

    try:
        if route == "PyPSA":
            assert design_path is not None
            cost, bound = dispatched_by_pypsa(design_path, gap, limit_s)
            answer.send(measured_since(started, cpu_started, cost, bound))
            return
        if route == "system":
            assert design_path is not None
            proof = solve_day_programmes(problem, Asked(gap), left)
            write_netcdf(design_dataset(problem, proof, 0.0), design_path)
        elif route == "default":
            proof = solve_by_days(problem, gap, left)
        else:
            exclusivity = "everywhere" if route == "as printed" else "where_needed"
            model = build_printed_model(problem, exclusivity)
            proof = solve_monolithic(problem, model, Asked(gap), left)
        cost, bound = proof.design.cost_gbp, proof.lower_bound_gbp
    except SolveError:
        cost, bound = np.nan, np.nan
    answer.send(measured_since(started, cpu_started, cost, bound))


def measured_since(started: float, cpu_started: float, cost: float, bound: float) -> Measured:
    """What a solve that began at these times has taken."""
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(seconds, time.process_time() - cpu_started, cost, bound, peak_mb)


def dispatched_by_pypsa(design_path: Path, gap: float, limit_s: float) -> tuple[float, float]:
    """Cost of the dispatch that PyPSA finds for a design, and its bound (GBP/year)."""
    import pypsa  # which the benchmark can do without

    folder = design_path.with_suffix("")
    export_pypsa(design_path=design_path, network_path=folder)
    network = pypsa.Network(folder)
    network.optimize(
        solver_name="highs",
        io_api="direct",
        threads=1,
        output_flag=False,
        mip_rel_gap=gap,
        time_limit=limit_s,
    )
    info = network.model.solver_model.getInfo()
    if not np.isfinite(info.objective_function_value) or info.primal_solution_status != 2:
        return np.nan, np.nan
    cost = float(info.objective_function_value)
    return cost, float(info.mip_dual_bound) if info.mip_node_count >= 0 else cost


def measure(
    problem: Problem, route: str, gap: float, limit_s: float, design_path: Path | None = None
) -> Measured:
    """A solve in a process of its own; a system's design is written to ``design_path``.

    HiGHS overruns its limit at times; twice the limit and a minute end the process.
    """
    receive, send = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=solve, args=(problem, route, gap, limit_s, design_path, send)
    )
    process.start()
    measured = receive.recv() if receive.poll(2 * limit_s + 60) else Measured()
    process.kill()
    process.join()
    return measured


def compare(
    demand_path: Path,
    instances: Iterable[Instance],
    routes: Iterable[str],
    gap: float,
    limit: float,
) -> pd.DataFrame:
    """Each instance solved each way; a row each, printed as it comes."""
    rows = []
    for instance in instances:
        problem = instance.problem(demand_path)
        for route in routes:
            # the default route is the one that must come to an end
            found = measure(problem, route, gap, 3600.0 if route == "default" else limit)
            rows.append({**asdict(instance), "route": route, **asdict(found), "gap": found.gap})
            print(
                f"{instance.days:4d} days at {instance.minutes:2d} min, {route:10s}: "
                f"{found.seconds:7.1f} s, gap {100 * found.gap:8.4f} %, "
                f"{found.cost_gbp:9.2f} GBP/y, {found.peak_mb:6.0f} MB",
                flush=True,
            )
    frame = pd.DataFrame(rows)
    default = frame[frame["route"] == "default"].set_index(["days", "minutes"])["seconds"]
    keys = pd.MultiIndex.from_frame(frame[["days", "minutes"]])
    frame["times_default"] = frame["seconds"].to_numpy() / default.reindex(keys).to_numpy()
    frame["proven"] = frame["gap"] <= gap
    return frame


def solve_design(task: tuple[Problem, float, int]) -> float:
    """Gap of a design solved with some threads."""
    problem, gap, threads = task
    return solve_by_days(problem, gap, lambda: 3600.0, threads).gap


def threads_and_jobs(problems: list[Problem], gap: float, cores: int, rounds: int) -> pd.DataFrame:
    """Time for all problems with the cores inside a job and with jobs side by side, in turns."""
    rows = []
    context = multiprocessing.get_context("spawn")
    for turn in range(rounds):
        for way, jobs, threads in ((SIDE_BY_SIDE, cores, 1), (INSIDE, 1, cores)):
            with context.Pool(jobs) as pool:
                pool.map(abs, range(jobs), chunksize=1)  # libraries are loaded before the clock
                started = time.perf_counter()
                tasks = [(problem, gap, threads) for problem in problems]
                gaps = pool.map(solve_design, tasks, chunksize=1)
                seconds = time.perf_counter() - started
            rows.append(
                {"turn": turn, "way": way, "jobs": jobs, "threads": threads, "seconds": seconds}
            )
            print(f"{way:20s}: {seconds:6.1f} s, largest gap {100 * max(gaps):.4f} %", flush=True)
    return pd.DataFrame(rows)


def plot(frame: pd.DataFrame, steps: pd.DataFrame, directory: Path) -> None:
    """Time against days, by route, hollow where the gap was not reached; and against the step."""
    paths = {"svg_path": directory / "solve.svg", "pdf_path": directory / "solve.pdf"}
    with figure(**paths, width_mm=170, height_mm=75) as fig:
        by_days, by_step = fig.subplots(1, 2, sharey=True)
        colours = {}
        for route, part in frame.groupby("route", sort=False):
            (line,) = by_days.plot(part["days"], part["seconds"], label=route)
            colours[route] = line.get_color()
            for _, row in part.iterrows():
                fill = line.get_color() if row["proven"] else "white"
                by_days.plot(row["days"], row["seconds"], "o", color=line.get_color(), mfc=fill)
        by_days.set(xscale="log", yscale="log", xlabel="Days", ylabel="Time (s)")
        by_days.set_xticks(
            sorted(set(frame["days"])), labels=sorted(set(frame["days"])), minor=False
        )
        by_days.minorticks_off()
        by_days.set_title("Full: gap reached. Hollow: time limit.")
        by_days.legend()
        minutes = sorted(set(steps["minutes"]))
        by_step.plot(steps["minutes"], steps["seconds"], "o-", color=colours.get("default"))
        by_step.set(xscale="log", xlabel="Time step (min)")
        by_step.set_xticks(minutes, labels=minutes, minor=False)
        by_step.minorticks_off()
        by_step.set_title(f"Default route, {steps['days'].max()} days")


def show(title: str, frame: pd.DataFrame) -> None:
    """Print a table under a title."""
    print(f"\n{title}\n")
    print(frame.to_string(index=False, float_format=lambda value: f"{value:.4g}", na_rep="none"))
    print(flush=True)


def _study() -> dict[str, dict[str, object]]:
    settings: dict[str, dict[str, object]] = yaml.safe_load(
        (ROOT / "config/studies/oluleye2018.yaml").read_text()
    )
    return settings


def _build_demand(directory: Path) -> Path:
    given = demand_inputs(load_config(_study(), ROOT / "resources"), HOUSE)
    path = directory / "demand.nc"
    build_demand(
        demand_path=path,
        quality_path=directory / "quality.json",
        **{name: getattr(given, name) for name in type(given).model_fields},
    )
    return path


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--days", type=int, nargs="+", default=[1, 7, 30, 365], help="of section 1")
    add("--routes", nargs="+", choices=ROUTES, default=list(ROUTES), help="of section 1")
    add("--time-limit-s", type=float, default=20.0, help="for the routes but the default")
    add("--minutes", type=int, nargs="+", default=[1, 5, 10, 15, 30, 60], help="of section 2")
    add("--step-days", type=int, default=30, help="days of section 2")
    add("--job-days", type=int, default=365, help="days of the designs of section 3")
    add("--rounds", type=int, default=1, help="turns of each way in section 3")
    add("--cores", type=int, default=os.cpu_count() or 1, help="of section 3")
    add("--gap", type=float, default=0.001)
    add("--min-load", type=float, default=0.0, help="minimum load share of sections 1 and 2")
    add("--system-days", type=int, nargs="+", default=[24, 365], help="of section 4")
    add("--system-gap", type=float, default=0.005, help="of section 4")
    options = parser.parse_args()

    directory = Path("results/benchmarks/solve")
    directory.mkdir(parents=True, exist_ok=True)
    gap, limit = options.gap, options.time_limit_s
    with tempfile.TemporaryDirectory() as scratch:
        # apart, as a process hands the peak of its memory on to those that it starts
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            demand_path = pool.apply(_build_demand, (Path(scratch),))
        by_days = [Instance(days, 5, min_load_share=options.min_load) for days in options.days]
        frame = compare(demand_path, by_days, options.routes, gap, limit)
        by_step = [
            Instance(options.step_days, minutes, min_load_share=options.min_load)
            for minutes in options.minutes
        ]
        steps = compare(demand_path, by_step, ["default"], gap, limit)
        designs = [("fit", 0.5), ("fit", 0.0), ("none", 0.0), ("co2_levy", 0.0)]
        problems = [
            Instance(options.job_days, 5, *design).problem(demand_path) for design in designs
        ]
        ways = threads_and_jobs(problems, gap, options.cores, options.rounds)

        found = systems(
            demand_path,
            options.system_days,
            options.system_gap,
            options.min_load,
            options.time_limit_s,
        )

    found.to_csv(directory / "systems.csv", index=False)
    frame.to_csv(directory / "solve.csv", index=False)
    steps.to_csv(directory / "steps.csv", index=False)
    ways.to_csv(directory / "threads.csv", index=False)
    plot(frame, steps, directory)
    shown = [
        "days",
        "minutes",
        "route",
        "seconds",
        "cpu_seconds",
        "times_default",
        "gap",
        "peak_mb",
    ]
    show(f"1. Time limit {limit:g} s; gap asked {100 * gap:g} %", frame[shown])
    show("2. Default route against the time step", steps[shown])
    show(f"4. Every part free; gap asked {100 * options.system_gap:g} %", found)
    medians = {way: statistics.median(part["seconds"]) for way, part in ways.groupby("way")}
    show(f"3. {len(problems)} designs of {options.job_days} days on {options.cores} cores", ways)
    print(", ".join(f"{way} {seconds:.1f} s" for way, seconds in medians.items()))
    print(f"threads / jobs = {medians[INSIDE] / medians[SIDE_BY_SIDE]:.2f}")


if __name__ == "__main__":
    main()
