"""What a run takes as it grows: ``python benchmarks/scale.py``.

Measured, in seconds of one core (of computing, whatever else the machine does): planning a run, by
its number of scenarios or of dwellings; a further design, with its files; and groups of dwellings,
by stage. From these follows what a country takes. ``--scenarios 1 10 100 1000 10000`` plans larger
runs, ``--groups 10 1000 100000`` runs of larger groups; ``--dwellings 10 100`` computes larger
groups, ``--designs 1 3`` runs studies of so many designs to the end, ``--small 1000`` of so many
small ones (a day by the hour). Each is left out without numbers, and what was measured of it before
stays.

Writes ``docs/scale.csv``, the table of ``docs/scale.md`` and ``docs/images/scale.svg``, and prints
the table.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}  # as jobs

import matplotlib as mpl
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

NIGHT_HOURS = 12

GROUP = {
    "market": "uk_2016",
    "scenarios": {"house": ["flat"], "incentive": [], "penetration": [0.25, 0.5, 0.75, 1.0]},
    "operation": {"units": ["stirling_1kw"]},
    # the stochastic years are made once for all dwellings of a part
    "houses": {"flat": {"electricity": {"constant_share": 1.0}}},
    "group": {"choices": 20},
}

COLUMNS = ["stage", "number", "core_seconds", "files", "megabytes"]
PLAN, GROUP_PLAN, DESIGNS, SMALL = (
    "planning",
    "planning dwellings",
    "designs",
    "small designs",
)
STAGES = ("demand", "unit's year", "sums")

DATA, FIGURE, PAGE = (
    ROOT / "docs" / name for name in ("scale.csv", "images/scale.svg", "scale.md")
)
BEGIN, END = "<!-- by benchmarks/scale.py -->\n", "<!-- to here -->"


def grid(number: int) -> dict[str, object]:
    """A study of so many designs: prices of the store."""
    costs = {f"v{k}": {"capital_cost_gbp_per_kwh": 10 + k / 1e4} for k in range(number - 1)}
    variants = {name: {"tes": cost} for name, cost in costs.items()}
    one = {"house": ["flat"], "incentive": ["fit"], "tes": ["with"]}
    return {
        "run": {"name": "scale"},
        "market": "uk_2016",
        "scenarios": one | {"variants": variants},
    }


def small_grid(number: int) -> dict[str, object]:
    """A study of so many designs of a day by the hour, without a store: prices of gas."""
    prices = {f"v{k}": {"gas_gbp_per_kwh": round(0.04 + k / 1e6, 6)} for k in range(number - 1)}
    variants = {name: {"tariff": price} for name, price in prices.items()}
    one = {"house": ["flat"], "incentive": ["fit"], "tes": ["without"]}
    return {
        "run": {"name": "scale"},
        "market": "uk_2016",
        "scenarios": one | {"variants": variants},
        "time": {"resolution_minutes": 60, "days": ["2015-01-15"]},
    }


def snakemake_seconds(study: Mapping[str, object], directory: Path, *options: str) -> float:
    """Core seconds of Snakemake and its jobs on a study."""
    (directory / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*command, "--configfile", "study.yaml", *options],
        cwd=directory,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        sys.exit(done.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def planned(number: int, directory: Path) -> list[dict[str, object]]:
    """A dry run of so many scenarios."""
    return dry_run(PLAN, number, grid(number), directory)


def planned_group(number: int, directory: Path) -> list[dict[str, object]]:
    """A dry run of a group of so many dwellings."""
    study = GROUP | {"group": GROUP["group"] | {"dwellings": number}}
    return dry_run(GROUP_PLAN, number, study, directory)


def dry_run(
    stage: str, number: int, study: Mapping[str, object], directory: Path
) -> list[dict[str, object]]:
    """What the planning of a run takes."""
    seconds = snakemake_seconds(study, directory, "--dry-run", "--quiet", "all")
    return [{"stage": stage, "number": number, "core_seconds": seconds}]


def designed(number: int, directory: Path) -> list[dict[str, object]]:
    """A run of so many designs, from demand to page, and all files that it leaves."""
    return ran(DESIGNS, number, grid(number), directory)


def designed_small(number: int, directory: Path) -> list[dict[str, object]]:
    """A run of so many small designs."""
    return ran(SMALL, number, small_grid(number), directory)


def ran(
    stage: str, number: int, study: Mapping[str, object], directory: Path
) -> list[dict[str, object]]:
    """What a whole run takes and leaves."""
    folder = directory / f"{stage.replace(' ', '_')}_{number}"
    folder.mkdir()
    seconds = snakemake_seconds(study, folder, "--cores", "1")
    files = [path for path in (folder / "results/scale").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    return [
        {"stage": stage, "number": number, "core_seconds": seconds}
        | {"files": len(files), "megabytes": size}
    ]


def grouped(number: int, directory: Path) -> list[dict[str, object]]:
    """Each stage of a group of so many dwellings, with one unit, and what it writes."""
    config = load_config(
        GROUP | {"group": GROUP["group"] | {"dwellings": number}}, ROOT / "resources"
    )
    asked = demand_inputs(config, "flat", number)
    ((case, inputs),) = operation_cases(config).items()
    demand, first, made, table, sums = (
        directory / f"{number}_{name}.nc" for name in ("demand", "first", "made", "table", "sums")
    )
    quality = directory / f"{number}_quality.json"
    works: tuple[tuple[Callable[[], object], Sequence[Path]], ...] = (
        (
            lambda: build_demand(
                demand_path=demand,
                quality_path=quality,
                **{name: getattr(asked, name) for name in type(asked).model_fields},
            ),
            (demand, quality),
        ),
        (
            lambda: simulate_dwelling(
                demand_paths=[demand],
                design_path=None,
                first_path=first,
                generation_path=made,
                table_path=table,
                inputs=inputs,
            ),
            (first, made, table),
        ),
        (
            lambda: aggregate_group(
                generation_path=made, group_path=sums, inputs=group_inputs(config, case)
            ),
            (sums,),
        ),
    )
    rows: list[dict[str, object]] = []
    for stage, (work, written) in zip(STAGES, works, strict=True):
        before = time.process_time()
        work()
        seconds = time.process_time() - before
        size = sum(path.stat().st_size for path in written) / 1e6
        rows.append(
            {"stage": stage, "number": number, "core_seconds": seconds}
            | {"files": len(written), "megabytes": size}
        )
    return rows


def further(measured: pd.DataFrame, stage: str) -> pd.Series | None:
    """What one more takes, by the smallest and the largest number measured of a stage."""
    rows = measured[measured["stage"] == stage].sort_values("number")
    if len(rows) < 2:
        return None
    few, many = rows.iloc[0], rows.iloc[-1]
    amounts = ["core_seconds", "files", "megabytes"]
    more = (many[amounts] - few[amounts]).astype(float) / (many["number"] - few["number"])
    return more.clip(lower=0.0)


def country(measured: pd.DataFrame) -> str:
    """What all dwellings of a country take, at the rates of a further dwelling."""
    rates = [rate for stage in STAGES if (rate := further(measured, stage)) is not None]
    if len(rates) < len(STAGES):
        return ""
    hours = COUNTRY * sum(rate["core_seconds"] for rate in rates) / 3600
    kept_tb = COUNTRY * sum(rate["megabytes"] for rate in rates[1:]) / 1e6
    return (
        f"{COUNTRY:,} dwellings take {hours:,.0f} core hours at these rates, "
        f"{hours / NIGHT_HOURS:,.0f} cores for a night of {NIGHT_HOURS} hours. What is kept of "
        f"them takes {kept_tb:,.1f} TB; their demand goes when it has been used."
    )


def as_markdown(measured: pd.DataFrame) -> str:
    """The table of all that was measured, what one more takes, and what a country takes."""
    lines = ["| stage | number | core seconds | files | MB |", "| --- | --: | --: | --: | --: |"]

    def line(stage: str, number: str, row: pd.Series, digits: int) -> str:
        files, size = (
            "" if pd.isna(row[name]) else f"{row[name]:,.{places}f}"
            for name, places in (("files", 0), ("megabytes", 2))
        )
        return f"| {stage} | {number} | {row['core_seconds']:,.{digits}f} | {files} | {size} |"

    for stage in (PLAN, SMALL, DESIGNS, GROUP_PLAN, *STAGES):
        rows = measured[measured["stage"] == stage].sort_values("number")
        lines += [line(stage, f"{row['number']:,}", row, 1) for _, row in rows.iterrows()]
        if (rate := further(measured, stage)) is not None:
            lines.append(line(stage, "one more", rate, 4))
    return "\n".join([*lines, "", country(measured), ""])


def draw(measured: pd.DataFrame) -> None:
    """Planning by scenarios, and groups by dwellings: measured, and on at the same rates."""
    figure = Figure(figsize=(8.5, 3.4), layout="constrained")
    axes = figure.subplots(1, 2)
    for stage in (PLAN, SMALL):
        rows = measured[measured["stage"] == stage].sort_values("number")
        if len(rows):
            axes[0].plot(rows["number"], rows["core_seconds"], "o-", label=stage)
    axes[0].legend()
    axes[0].set(xlabel="scenarios", title="a run of many scenarios")
    for k, stage in enumerate((*STAGES, GROUP_PLAN)):
        rows = measured[measured["stage"] == stage].sort_values("number")
        axes[1].plot(rows["number"], rows["core_seconds"], "o", color=f"C{k}", label=stage)
        rate = further(measured, stage)
        if rate is not None and rate["core_seconds"] > 0:
            last = rows.iloc[-1]
            reach = [
                last["number"],
                *(n for n in (1e2, 1e3, 1e4, 1e5) if n > last["number"]),
                COUNTRY,
            ]
            more = [last["core_seconds"] + rate["core_seconds"] * (n - reach[0]) for n in reach]
            axes[1].plot(reach, more, "--", color=f"C{k}")
    axes[1].set(xlabel="dwellings", title="groups of dwellings")
    axes[1].legend()
    for axis in axes:
        scale = "log" if axis.has_data() else "linear"
        axis.set(xscale=scale, yscale=scale, ylabel="core seconds")
        axis.grid(alpha=0.3)
    axes[0].set_ylim(bottom=1)
    with mpl.rc_context({"svg.hashsalt": "microchp"}):
        figure.savefig(FIGURE, metadata={"Date": None, "Creator": None})


def main() -> None:
    """Measure, write, draw and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    works = {
        "scenarios": planned,
        "groups": planned_group,
        "small": designed_small,
        "designs": designed,
        "dwellings": grouped,
    }
    for name in works:
        parser.add_argument(f"--{name}", nargs="*", type=int, default=[])
    given = parser.parse_args()
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as name:
        if given.dwellings:  # the first run of a process reads catalogues and compiled loops
            grouped(1, Path(name))
        for kind, work in works.items():
            for number in getattr(given, kind):
                rows += work(number, Path(name))
                print(rows[-1], flush=True)
    measured = pd.DataFrame(rows, columns=COLUMNS)
    if DATA.exists():
        measured = pd.concat([pd.read_csv(DATA), measured]).drop_duplicates(
            ["stage", "number"], keep="last"
        )
    measured = measured.sort_values(["stage", "number"]).round(3)
    measured.astype({"files": "Int64"}).to_csv(DATA, index=False)
    draw(measured)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    table = as_markdown(measured)
    PAGE.write_text(f"{before}{BEGIN}{table}{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(table)


if __name__ == "__main__":
    main()
