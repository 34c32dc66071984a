"""What a run takes as it grows: ``python benchmarks/scale.py``.

Prints, in seconds of one core (of computing, whatever else the machine does), what planning a run
takes by its number of scenarios, and what a further dwelling of a group takes in each stage: its
demand, its unit's year, and its part in the sums; from these, what a country takes. ``--scenarios 1
10 100 1000 10000`` plans larger runs, ``--dwellings 10 100`` takes the rates from larger groups.
Writes ``docs/scale.csv`` and draws it as ``docs/images/scale.svg``.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml
from matplotlib.figure import Figure

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from microchp.config import load_config
from microchp.config.scenarios import demand_inputs, group_inputs, operation_cases
from microchp.demand.build import build_demand
from microchp.operation.group import aggregate_group
from microchp.operation.simulate import simulate_dwelling

COUNTRY = 13_500_000
"""Dwellings of a country in which a unit could stand."""

GROUP = {
    "scenarios": {"house": ["flat"], "incentive": [], "penetration": [0.25, 0.5, 0.75, 1.0]},
    "operation": {"units": ["stirling_1kw"]},
    # the stochastic years are made once for all dwellings of a part
    "houses": {"flat": {"electricity": {"constant_share": 1.0}}},
    "group": {"choices": 20},
}


def plan_seconds(number: int, directory: Path) -> float:
    """Core seconds of a dry run of so many scenarios."""
    costs = {f"v{k}": {"capital_cost_gbp_per_kwh": 10 + k / 1e4} for k in range(number - 1)}
    variants = {name: {"tes": cost} for name, cost in costs.items()}
    grid = {"house": ["detached"], "incentive": ["none"], "tes": ["with"], "variants": variants}
    (directory / "study.yaml").write_text(yaml.safe_dump({"scenarios": grid}), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [*command, "--configfile", "study.yaml", "--dry-run", "--quiet", "all"],
        cwd=directory,
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def group_seconds(number: int, directory: Path) -> dict[str, float]:
    """Core seconds of each stage of a group of so many dwellings, with one unit."""
    group = GROUP["group"] | {"dwellings": number}
    config = load_config(GROUP | {"group": group}, ROOT / "resources")
    asked = demand_inputs(config, "flat", number)
    ((case, inputs),) = operation_cases(config).items()
    paths = {name: directory / f"{number}_{name}" for name in ("demand", "first", "made", "table")}
    marks = [time.process_time()]
    build_demand(
        demand_path=paths["demand"],
        quality_path=directory / "quality.json",
        **{name: getattr(asked, name) for name in type(asked).model_fields},
    )
    marks.append(time.process_time())
    simulate_dwelling(
        demand_paths=[paths["demand"]],
        design_path=None,
        first_path=paths["first"],
        generation_path=paths["made"],
        table_path=paths["table"],
        inputs=inputs,
    )
    marks.append(time.process_time())
    aggregate_group(
        generation_path=paths["made"],
        group_path=directory / "group.nc",
        inputs=group_inputs(config, case),
    )
    marks.append(time.process_time())
    stages = ("demand", "unit's year", "sums")
    return {stage: marks[k + 1] - marks[k] for k, stage in enumerate(stages)}


def draw(table: pd.DataFrame) -> None:
    """Planning by scenarios, and groups by dwellings, from what was measured."""
    figure = Figure(figsize=(8.5, 3.4), layout="constrained")
    axes = figure.subplots(1, 2)
    plans = table[table["stage"] == "plan"]
    axes[0].plot(plans["number"], plans["core_seconds"], "o-")
    axes[0].set(xlabel="scenarios", title="planning a run")
    rates = table[table["stage"] != "plan"]
    reach = [10, 100, 1_000, 10_000, 100_000]
    for stage, seconds in zip(rates["stage"], rates["core_seconds"], strict=True):
        axes[1].plot(reach, [seconds * number for number in reach], "--", label=stage)
    axes[1].set(xlabel="dwellings", title="a group, at the rate of a further dwelling")
    axes[1].legend()
    for axis in axes:
        axis.set(xscale="log", yscale="log", ylabel="core seconds")
        axis.grid(alpha=0.3)
    figure.savefig(ROOT / "docs/images/scale.svg", metadata={"Date": None})


def main() -> None:
    """Measure, write, draw and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenarios", nargs="*", type=int, default=[1, 10, 100, 300])
    parser.add_argument("--dwellings", nargs=2, type=int, default=[2, 6])
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        for number in given.scenarios:
            seconds = plan_seconds(number, Path(name))
            rows.append({"stage": "plan", "number": number, "core_seconds": seconds})
            print(f"planning {number} scenarios: {seconds:.1f} s", flush=True)
        few, many = given.dwellings
        # the first run of a process reads catalogues and compiled loops
        runs = [group_seconds(number, Path(name)) for number in (1, few, many)][1:]
    for stage in runs[0]:
        rate = (runs[1][stage] - runs[0][stage]) / (many - few)
        rows.append({"stage": stage, "number": 1, "core_seconds": rate})
        print(f"a further dwelling, {stage}: {rate:.3f} s")
    table = pd.DataFrame(rows).round({"core_seconds": 3})
    table.to_csv(ROOT / "docs/scale.csv", index=False)
    draw(table)
    hours = (
        COUNTRY * sum(float(row["core_seconds"]) for row in rows if row["stage"] != "plan") / 3600
    )
    print(f"{COUNTRY:,} dwellings: {hours:,.0f} core hours, {hours / 12:,.0f} cores for 12 hours")


if __name__ == "__main__":
    main()
