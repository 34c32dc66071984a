"""What a run takes as it grows: ``python benchmarks/scale.py scenarios`` or ``dwellings``.

``scenarios`` plans runs of 1 to 10,000 scenarios and makes two designs at 5-min steps, for the
time of a design and its files. ``dwellings`` makes groups of 10 to 1,000 dwellings with a unit,
summed at four penetrations, on one core. Both write their rows to ``docs/scale.csv``, in place of
earlier rows of the same kind; ``figure`` draws the file as ``docs/images/scale.svg`` and prints
what the dwellings of a country take at these rates.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import pandas as pd
import yaml
from matplotlib import pyplot as plt

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from microchp.usage import usages

TABLE = ROOT / "docs/scale.csv"
FIGURE = ROOT / "docs/images/scale.svg"
SCENARIOS = (1, 10, 100, 1_000, 3_000, 10_000)
DWELLINGS = (10, 100, 1_000)
COUNTRY = 13_500_000
"""Dwellings that Peacock and Newborough (2006) speak of, in which a unit could stand."""

HOURS = 12
"""A night, in which a country is to be computed."""

STAGES = {
    "build_group_demand": "demand",
    "build_group_part": "demand",
    "simulate_dwelling": "units run",
    "aggregate_group": "sums",
}
GROUP: dict[str, Any] = {
    "scenarios": {"house": ["flat"], "incentive": [], "penetration": [0.25, 0.5, 0.75, 1.0]},
    "operation": {"units": ["stirling_1kw"]},
}


def snakemake(study: dict[str, Any], directory: Path, *options: str) -> float:
    """Run a study in a directory; seconds that it took."""
    (directory / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    started = time.perf_counter()
    subprocess.run(
        [*command, *options, "--configfile", "study.yaml", "--quiet", "all"],
        cwd=directory,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def files_of(results: Path) -> tuple[int, float]:
    """Files of a run, and their size (MB)."""
    sizes = [path.stat().st_size for path in results.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes) / 1e6


def scenario_rows(numbers: list[int], directory: Path) -> Iterator[dict[str, Any]]:
    """Seconds to plan a number of scenarios, to make one, and the files of one."""
    grid = {"house": ["detached"], "incentive": ["none"], "tes": ["with"]}
    for number in numbers:
        variants = {
            f"v{k}": {"tes": {"capital_cost_gbp_per_kwh": 10 + k / 1000}} for k in range(number - 1)
        }
        study = {"run": {"name": f"plan{number}"}, "scenarios": grid | {"variants": variants}}
        seconds = snakemake(study, directory, "--dry-run")
        yield {"of": "scenarios", "what": "plan", "number": number, "seconds": seconds}
    made = {}
    for number in (1, 2):
        variants = {f"v{k}": {"tes": {"capital_cost_gbp_per_kwh": 15}} for k in range(number - 1)}
        study = {"run": {"name": f"made{number}"}, "scenarios": grid | {"variants": variants}}
        snakemake(study, directory, "--cores", "1")
        made[number] = files_of(directory / f"results/made{number}")
    solves = {one.rule: one for one in usages(directory / "results/made2")}
    yield {
        "of": "scenarios",
        "what": "design",
        "number": 1,
        "seconds": solves["solve_model"].median_seconds,
        "files": made[2][0] - made[1][0],
        "mb": made[2][1] - made[1][1],
    }


def dwelling_rows(numbers: list[int], directory: Path) -> Iterator[dict[str, Any]]:
    """Seconds of each stage of a group, on one core, and what is left of it on disk."""
    for number in numbers:
        group = {"dwellings": number, "dwellings_per_job": 250, "choices": 20}
        study = GROUP | {"run": {"name": f"group{number}"}, "group": group}
        results = directory / f"results/group{number}"
        snakemake(
            study, directory, str(results.relative_to(directory) / "groups.csv"), "--cores", "1"
        )
        files, mb = files_of(results)
        stages: dict[str, float] = {}
        for one in usages(results):
            if one.rule in STAGES:
                stage = STAGES[one.rule]
                stages[stage] = stages.get(stage, 0.0) + one.jobs * one.median_seconds
        for stage, seconds in stages.items():
            yield {
                "of": "dwellings",
                "what": stage,
                "number": number,
                "seconds": seconds,
                "files": files,
                "mb": mb,
            }


def keep(kind: str, rows: list[dict[str, Any]]) -> None:
    """Put rows in the place of earlier ones of their kind."""
    found = pd.DataFrame(rows).assign(of=kind)
    if TABLE.exists():
        before = pd.read_csv(TABLE)
        found = pd.concat([before[before["of"] != kind], found])
    columns = ["of", "what", "number", "seconds", "files", "mb"]
    found = found.reindex(columns=columns).sort_values(["of", "what", "number"])
    found.round({"seconds": 1, "mb": 1}).to_csv(TABLE, index=False)
    print(found.to_string(index=False))


def rates(table: pd.DataFrame) -> pd.Series:
    """Core seconds of a further dwelling in each stage: between the two largest groups."""
    of_groups = table[table["of"] == "dwellings"].pivot_table("seconds", "number", "what")
    last = of_groups.iloc[-2:]
    return (last.iloc[1] - last.iloc[0]) / (last.index[1] - last.index[0])


def draw(table: pd.DataFrame) -> None:
    """Both curves, with what was measured as points; beyond the last, in proportion."""
    plt.rcParams.update({"svg.hashsalt": "scale", "font.size": 9})
    figure, axes = plt.subplots(1, 2, figsize=(8.5, 3.4), layout="constrained")
    for axis, (kind, reach) in zip(
        axes, {"scenarios": 10_000, "dwellings": 100_000}.items(), strict=True
    ):
        part = table[(table["of"] == kind) & (table["what"] != "design")]
        for (what, rows), colour in zip(part.groupby("what"), ("C0", "C1", "C2"), strict=False):
            rows = rows.sort_values("number")
            axis.plot(rows["number"], rows["seconds"], "o-", color=colour, label=what)
            number, seconds = rows[["number", "seconds"]].iloc[-1]
            if number < reach:
                axis.plot([number, reach], [seconds, seconds * reach / number], "--", color=colour)
        axis.set(xscale="log", yscale="log", xlabel=kind, ylabel="s (one core)")
        axis.grid(alpha=0.3)
        axis.legend()
    axes[0].set_title("planning a run (dry run)")
    axes[1].set_title("a group with one unit; dashed: in proportion")
    figure.savefig(FIGURE, metadata={"Date": None})


def country(table: pd.DataFrame) -> str:
    """What the dwellings of a country take, at the measured rates."""
    of_stage = rates(table)
    hours = COUNTRY * of_stage.sum() / 3600
    told = ", ".join(f"{what} {seconds:.3f} s" for what, seconds in of_stage.items())
    return (
        f"a further dwelling: {told}; {COUNTRY:,} dwellings: {hours:,.0f} core hours, "
        f"{hours / HOURS:,.0f} cores for {HOURS} h"
    )


def main() -> None:
    """Measure, keep, or draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("scenarios", "dwellings", "figure"))
    parser.add_argument("numbers", nargs="*", type=int)
    given = parser.parse_args()
    if given.kind != "figure":
        rows, numbers = {
            "scenarios": (scenario_rows, SCENARIOS),
            "dwellings": (dwelling_rows, DWELLINGS),
        }[given.kind]
        with tempfile.TemporaryDirectory() as directory:
            keep(given.kind, list(rows(given.numbers or list(numbers), Path(directory))))
    table = pd.read_csv(TABLE)
    draw(table)
    if (table["of"] == "dwellings").any():
        print(country(table))


if __name__ == "__main__":
    main()
