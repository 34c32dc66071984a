"""A small study on a Slurm cluster of one node, file by file the same as without one.

Run by ``make test-slurm``, which makes the environment; needs root.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, Workflow, run_command
from same_results import differences, results_in
from slurm_node import jobs, lacking, node

pytestmark = pytest.mark.slurm

PYTHON = Path(os.environ.get("SLURM_PYTHON", ROOT / ".venv-slurm/bin/python"))
"""Of an environment with requirements.txt and requirements-slurm.txt, and nothing else."""

CHANGES = {"operation": {"units": ["senertec"]}, "comparison": {"plants": ["combined_cycle"]}}
"""Beside designs, units that run heat-led, and their comparison."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    reason = lacking() or ("" if PYTHON.exists() else f"no {PYTHON}: make test-slurm makes it")
    if reason:
        pytest.skip(reason)
    with node(tmp_path_factory.mktemp("slurm")):
        yield


@pytest.fixture(scope="module")
def both(
    cluster: None, workflow: Workflow, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Workflow, Workflow]:
    """The study without a cluster and on it, each in a folder of its own."""
    config = workflow.write("tiny.yaml", CHANGES)
    local = workflow.run(config, "--cores", "2")
    assert local.returncode == 0, local.stdout
    directory = tmp_path_factory.mktemp("cluster") / "study"
    shutil.copytree(workflow.directory, directory, ignore=shutil.ignore_patterns("results", ".*"))
    remote = replace(workflow, directory=directory)
    profile = str(workflow.root / "profiles/slurm")
    command = [str(PYTHON), *remote.command(config, "--profile", profile, "--cores", "1024")[1:]]
    done = run_command(command, directory)
    print(done.stdout)
    for job in jobs():
        what = re.sub(r"_wildcards?_|rule_|group_", " ", job.get("Comment", ""))
        print(
            f"job {job['JobId']:>3} {job['JobState']:10} {job['RunTime']} of {job['TimeLimit']}, "
            f"{job['NumCPUs']} CPUs, {re.search(r'mem=[^,]+', job['TRES'])[0]}: {what}"
        )
    assert done.returncode == 0, done.stdout
    return replace(workflow, shown=local.stdout), replace(remote, shown=done.stdout)


def test_every_file_is_the_same(both: tuple[Workflow, Workflow]) -> None:
    local, remote = (study.results("tiny") for study in both)
    names = results_in(local)
    assert {"designs.csv", "comparison.csv", "designs/cottage-fit-with.nc"} <= set(names)
    assert differences(local, remote) == []
    print(f"{len(names)} files, none different")


def test_short_jobs_go_together_and_what_has_no_weight_stays(
    both: tuple[Workflow, Workflow],
) -> None:
    """A job for demand, one for each design, one for the unit, one for all tables and the page."""
    assert len(jobs()) == 1 + 4 + 1 + 1
    assert {job["JobState"] for job in jobs()} == {"COMPLETED"}


def test_threads_of_a_solve_are_those_of_the_profile(both: tuple[Workflow, Workflow]) -> None:
    solves = [job for job in jobs() if "solve_model" in job["Comment"]]
    assert [job["NumCPUs"] for job in solves] == ["4"] * 4


def test_the_terminal_says_nothing_of_accounts(both: tuple[Workflow, Workflow]) -> None:
    shown = both[1].shown
    for noise in ("sacct", "account", "Traceback", "Warning"):
        assert noise not in shown
    assert "results/tiny: see report/index.html" in shown
