"""What the run was made with: configuration, seed, versions, times, and proofs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from microchp.report.page import (
    Cell,
    Column,
    Fold,
    Listing,
    Section,
    Table,
    Terms,
    cell,
    share_cell,
)
from microchp.tables.words import DASH, number, percent
from microchp.telling import counted


def section(
    config: Mapping[str, Any],
    config_text: str,
    designs: pd.DataFrame | None,
    attributes: Sequence[Mapping[str, Any]],
    stages: pd.DataFrame | None,
) -> Section:
    """Seed, versions, gaps and times, and the whole configuration on demand.

    Parameters
    ----------
    config, config_text
        The resolved configuration, and its file as it is.
    designs
        Table of designs, if the run has any.
    attributes
        Attributes of each design file.
    stages
        Time and memory of each stage, see :func:`stage_times`.
    """
    facts = [("Seed", str(config.get("run", {}).get("seed", DASH)))]
    if attributes:
        facts += _solving(attributes)
    proofs = [] if designs is None else [certificates(designs)]
    timed = [] if stages is None or stages.empty else [_stage_table(stages)]
    return Section(
        "provenance",
        "Provenance",
        [
            Terms(facts),
            *proofs,
            *timed,
            Fold(
                "Configuration",
                "with every default that this run was made with",
                [Listing(config_text)],
                long=True,
            ),
        ],
    )


def _solving(attributes: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    versions = sorted({str(attrs.get("versions", "{}")) for attrs in attributes})
    tools = [
        ", ".join(f"{name} {version}" for name, version in sorted(json.loads(text).items()))
        for text in versions
    ]
    seconds = sum(float(attrs["solve_seconds"]) for attrs in attributes)
    return [
        ("Solvers and libraries", "; ".join(tools)),
        ("Methods", ", ".join(sorted({str(attrs["solve_method"]) for attrs in attributes}))),
        ("Time solving", f"{number(seconds / 60, 1)} min for {counted(len(attributes), 'design')}"),
        ("Largest gap", percent(max(float(attrs["relative_gap"]) for attrs in attributes), 3)),
    ]


def certificates(designs: pd.DataFrame) -> Table:
    """Cost, lower bound and gap of every design, and how long it took."""
    rows: list[list[Cell | str]] = [
        [
            row["scenario"],
            cell(row["eac_gbp"], 2),
            cell(row["lower_bound_gbp"], 2),
            share_cell(row["relative_gap"], 3),
            row["solve_method"],
            row["solve_status"],
            cell(row["solve_seconds"], 1),
        ]
        for _, row in designs.iterrows()
    ]
    columns = [
        Column("Design", text=True),
        Column("EAC", "£/y"),
        Column("Lower bound", "£/y"),
        Column("Gap"),
        Column("Method", text=True),
        Column("Status", text=True),
        Column("Solved in", "s"),
    ]
    return Table("How each optimum is proven", columns, rows)


def _stage_table(stages: pd.DataFrame) -> Table:
    rows: list[list[Cell | str]] = [
        [
            str(stage),
            cell(row["jobs"]),
            cell(row["seconds"], 1),
            cell(row["longest_seconds"], 1),
            cell(row["memory_mb"]),
        ]
        for stage, row in stages.iterrows()
    ]
    columns = [
        Column("Stage", text=True),
        Column("Jobs"),
        Column("Time of all jobs", "s"),
        Column("Longest job", "s"),
        Column("Most memory", "MB"),
    ]
    return Table("Time and memory by stage", columns, rows)


def stage_times(benchmarks_dir: Path) -> pd.DataFrame:
    """Jobs, time (s) and memory (MB) of each stage, from Snakemake's benchmarks so far.

    A stage is a file of the directory, or a directory with a file for each of its jobs.
    """
    rows = []
    for path in sorted(benchmarks_dir.rglob("*.tsv")):
        stage = path.relative_to(benchmarks_dir).parts[0].removesuffix(".tsv")
        times = pd.read_csv(path, sep="\t", na_values="-")
        rows.append(
            {"stage": stage, "seconds": times["s"].sum(), "memory_mb": times["max_rss"].max()}
        )
    if not rows:
        return pd.DataFrame()
    jobs = pd.DataFrame(rows).groupby("stage")
    return pd.DataFrame(
        {
            "jobs": jobs.size(),
            "seconds": jobs["seconds"].sum(),
            "longest_seconds": jobs["seconds"].max(),
            "memory_mb": jobs["memory_mb"].max(),
        }
    )
