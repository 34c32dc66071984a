"""What a run can still give when some of its jobs have failed.

Snakemake makes nothing that depends on a failed job, and so neither tables nor page. A second run
over what has succeeded makes them, with what has failed, and why, on the page.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from microchp.terminal import Run, cause
from microchp.workflow import job_name

FAILURES = "MICROCHP_FAILURES"
"""Environment variable with the file of what has failed, in a run over what has succeeded."""

LEFT_OUT_BY = {
    "build_demand": "house",
    "build_group_demand": "house",
    "build_group_part": "house",
    "resample_demand": "house",
    "solve_model": "scenario",
    "solve_block": "scenario",
    "simulate_dwelling": "case",
    "aggregate_group": "case",
}
"""Rules without whose result a run can go on, and what it goes without.

The wildcard of that name tells which one; a block of designs, which has none, by the names of the
logs of those that have failed.
"""

PAGE = "build_report"
"""The rule of what a run over the rest is for."""


@dataclass(frozen=True)
class Failure:
    """A failed job, what it was made for (``scenario``, ``house``, ``case``), and its cause."""

    job: str
    kind: str
    name: str
    cause: str


def failures_of(run: Run) -> list[Failure]:
    """What of a run has failed, if tables and page can be made of the rest; else nothing."""
    if run.stopped or not run.planned[PAGE]:
        return []
    found = []
    for job in run.failed:
        kind = LEFT_OUT_BY.get(job.rule)
        if kind is None or not job.failed_logs:
            return []
        found += [
            Failure(job_name(log), kind, job.wildcards.get(kind, log.stem), cause(log))
            for log in job.failed_logs
        ]
    return found


def known_failures() -> list[Failure]:
    """What has failed before this run, if it is one over what has succeeded."""
    path = os.environ.get(FAILURES)
    if path is None:
        return []
    return [Failure(**one) for one in json.loads(Path(path).read_text(encoding="utf-8"))]


def names(failures: Iterable[Failure], kind: str) -> set[str]:
    """Names of all that has failed of a kind."""
    return {failure.name for failure in failures if failure.kind == kind}


def run_the_rest(
    failures: Sequence[Failure],
    config: Mapping[str, Any],
    snakefile: str | Path,
    options: Sequence[str],
) -> None:
    """Run the workflow over all that has not failed.

    Parameters
    ----------
    failures
        What is left out.
    config
        The run's resolved configuration.
    snakefile
        The workflow's.
    options
        Of Snakemake, as far as they say how jobs run.
    """
    with tempfile.TemporaryDirectory() as folder:
        config_path, failures_path = Path(folder, "config.yaml"), Path(folder, "failures.json")
        config_path.write_text(yaml.safe_dump(dict(config)), encoding="utf-8")
        failures_path.write_text(json.dumps([asdict(one) for one in failures]), encoding="utf-8")
        # the run that asks for this one holds the lock, and waits
        subprocess.run(
            [
                *(sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--nolock"),
                *("--configfile", str(config_path), *options),
            ],
            env=os.environ | {FAILURES: str(failures_path)},
            check=False,
        )
