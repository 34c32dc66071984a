"""Runs that are killed, stopped, starved of disk or made elsewhere, held against one that was not.

Run by ``make test-faults``; each is a whole small study, some of them several times.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from conftest import Workflow, run_command
from same_results import differences, results_in

pytestmark = pytest.mark.faults

CHANGES = {
    "scenarios": {"incentive": ["none", "fit"], "tes": ["with"]},
    "operation": {"units": ["senertec"]},
    "comparison": {"plants": ["combined_cycle"]},
}
"""Two designs, a unit that runs heat-led, and its comparison: every kind of file."""

MOMENTS = (
    "demand/cottage.nc",
    "demand/cottage_calibration.svg",
    "demand/cottage_60min.nc",
    "operation/*.csv",
    "designs/*.nc",
    "designs.csv",
    "comparison.csv",
    "figures/*.svg",
    "report/index.html",
)
"""Files whose first appearance is when a run is struck, in about the order of a run."""


@pytest.fixture(scope="module")
def unharmed(workflow: Workflow) -> Workflow:
    """The study, run on one core."""
    done = workflow.run(workflow.write("study.yaml", CHANGES), "--cores", "1")
    assert done.returncode == 0, done.stdout
    return replace(workflow, shown=done.stdout)


@pytest.fixture
def elsewhere(unharmed: Workflow, tmp_path: Path) -> Workflow:
    """Another folder with the study's files, and none of its results."""
    directory = tmp_path / "study"
    shutil.copytree(unharmed.directory, directory, ignore=shutil.ignore_patterns("results", ".*"))
    return replace(unharmed, directory=directory, shown="")


def go_on(study: Workflow, *options: str, before: tuple[str, ...] = ()) -> str:
    """Run to a good end."""
    done = run_command([*before, *study.command("study.yaml", *options)], study.directory)
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


def strike(study: Workflow, moment: str, how: signal.Signals) -> int | None:
    """Begin a run and strike it when a file appears; its status, none if it was over before."""
    results = study.results("tiny")
    there = set(results.glob(moment))
    process = subprocess.Popen(
        study.command("study.yaml", "--cores", "2"),
        cwd=study.directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # tests that were started by nohup would hand on that the signal is ignored
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )
    while process.poll() is None and set(results.glob(moment)) <= there:
        time.sleep(0.02)
    if process.poll() is not None:
        return None
    if how == signal.SIGKILL:
        os.killpg(process.pid, how)
    else:
        os.kill(process.pid, how)
    return process.wait(timeout=120)


def test_a_run_killed_again_and_again_ends_in_the_same_files(
    unharmed: Workflow, elsewhere: Workflow
) -> None:
    struck = 0
    for moment in MOMENTS:
        if strike(elsewhere, moment, signal.SIGKILL) is not None:
            struck += 1
            assert elsewhere.run("study.yaml", "--unlock").returncode == 0
    print(f"killed {struck} times")
    assert struck >= 5, "most runs were over before they were struck"
    go_on(elsewhere, "--cores", "2")
    assert differences(unharmed.results("tiny"), elsewhere.results("tiny")) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=str)
def test_a_run_that_is_stopped_leaves_no_lock_and_goes_on(
    unharmed: Workflow, elsewhere: Workflow, how: signal.Signals
) -> None:
    assert strike(elsewhere, "demand/cottage.nc", how) == 1
    assert not list(elsewhere.results("tiny").rglob("*.partial*"))
    go_on(elsewhere, "--cores", "2")
    assert differences(unharmed.results("tiny"), elsewhere.results("tiny")) == []


@pytest.fixture
def small_disk(elsewhere: Workflow, tmp_path: Path) -> Iterator[Workflow]:
    """The study on a disk that is made larger by ``remount``."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let root mount a small disk")
    try:
        shutil.copytree(elsewhere.directory, disk / "study")
        yield replace(elsewhere, directory=disk / "study")
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_is_named_and_the_run_goes_on_when_there_is_room(
    unharmed: Workflow, small_disk: Workflow
) -> None:
    """At several sizes, each of which ends the run at another place."""
    disk = small_disk.directory.parent
    needed = sum(path.stat().st_size for path in results_in(unharmed.results("tiny")).values())
    ends = []
    for share in (0.05, 0.2, 0.5, 0.8, 0.95):
        size = int(2**21 + share * needed)
        subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)
        done = small_disk.run("study.yaml", "--cores", "2")
        if done.returncode == 0:
            continue
        assert "No space left" in done.stdout, done.stdout
        ends.append(f"{size / 2**20:.1f} MB: {len(results_in(small_disk.results('tiny')))} files")
        small_disk.run("study.yaml", "--unlock")
    print(*ends, sep="\n")
    assert len(ends) >= 3, "the disk was large enough"
    subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
    go_on(small_disk, "--cores", "2")
    assert differences(unharmed.results("tiny"), small_disk.results("tiny")) == []


@pytest.mark.parametrize(
    "place",
    [
        {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "77", "COLUMNS": "40"},
        {"LANG": "de_DE.ISO-8859-1", "PYTHONIOENCODING": "latin-1", "HOME": "/nowhere"},
    ],
    ids=lambda place: "-".join(place.values()).replace("/", "_"),
)
def test_time_zone_locale_and_hash_seed_change_nothing(
    unharmed: Workflow, elsewhere: Workflow, place: dict[str, str], tmp_path: Path
) -> None:
    named = [f"{name}={value}" for name, value in place.items()]
    before = ("env", *named, f"XDG_CACHE_HOME={tmp_path}", f"MPLCONFIGDIR={tmp_path}")
    go_on(elsewhere, "--cores", "8", before=before)
    assert differences(unharmed.results("tiny"), elsewhere.results("tiny")) == []


def test_without_a_network(unharmed: Workflow, elsewhere: Workflow) -> None:
    alone = ("unshare", "--net", "--map-root-user")
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody do without its network")
    go_on(elsewhere, "--cores", "2", before=alone)
    assert differences(unharmed.results("tiny"), elsewhere.results("tiny")) == []


def test_the_order_of_scenarios_changes_no_result(unharmed: Workflow, elsewhere: Workflow) -> None:
    path = elsewhere.directory / "study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    study["scenarios"]["incentive"] = study["scenarios"]["incentive"][::-1]
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    go_on(elsewhere, "--cores", "2")
    different = differences(unharmed.results("tiny"), elsewhere.results("tiny"), in_any_order=True)
    # the grid is written, and drawn, in its order
    assert [name for name in different if not name.startswith("figures/")] == ["config.yaml"]
