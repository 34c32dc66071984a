"""Runs that are killed, stopped, starved of disk or made elsewhere, held against one that was not.

Run by ``make test-faults``; each is a whole small study, some of them several times.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
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

KILLED_AFTER = (1, 3, 5, 2, 4, 6, 1, 3, 5, 2)
"""At which new file of a run each run in turn is killed, so that they end in all kinds of jobs."""


@pytest.fixture(scope="module")
def told() -> Iterator[Callable[[str, str], None]]:
    """Take what was done to runs and what became of them, for a table at the end."""
    rows = [("fault", "what happened")]
    yield lambda fault, outcome: rows.append((fault, outcome))
    width = max(len(fault) for fault, _ in rows)
    rows.insert(1, ("-" * width, "-" * max(len(outcome) for _, outcome in rows)))
    print("", *(f"{fault:<{width}}  {outcome}" for fault, outcome in rows), sep="\n")


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


Told = Callable[[str, str], None]


def whole(study: Workflow) -> str:
    """What is said of a run that went on to a good end."""
    return f"went on; {len(results_in(study.results('tiny')))} files, none different"


def words(shown: str, sought: str) -> str:
    """The line of what was shown that has some words."""
    return next(line for line in shown.splitlines() if sought in line).strip()


def go_on(study: Workflow, *options: str, before: tuple[str, ...] = ()) -> str:
    """Run to a good end."""
    done = run_command([*before, *study.command("study.yaml", *options)], study.directory)
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


def made(study: Workflow) -> set[tuple[str, int]]:
    """Results that are there, each with its date: one that is made again is another."""
    found = set()
    for name, path in results_in(study.results("tiny")).items():
        with suppress(FileNotFoundError):  # moved to its place meanwhile
            found.add((name, path.stat().st_mtime_ns))
    return found


def heed_signals() -> None:
    """Let a process be ended by the signals that a terminal sends."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def strike(study: Workflow, how: signal.Signals, after: int = 1) -> tuple[int, str] | None:
    """Begin a run and strike it at its so manieth new file; its status and that file.

    None if the run was over before. What it shows is in ``struck.txt``.
    """
    there = made(study)
    with (study.directory / "struck.txt").open("w", encoding="utf-8") as shown:
        process = subprocess.Popen(
            study.command("study.yaml", "--cores", "2"),
            cwd=study.directory,
            stdout=shown,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # what starts tests in the background lets them ignore signals, which runs would inherit
            preexec_fn=heed_signals,
        )
    new = made(study) - there
    while process.poll() is None and len(new) < after:
        time.sleep(0.02)
        new = made(study) - there
    if process.poll() is not None:
        return None
    if how == signal.SIGKILL:
        os.killpg(process.pid, how)
    else:
        os.kill(process.pid, how)
        if how == signal.SIGINT:  # as `timeout` does: once to the run, then to its jobs as well
            os.killpg(process.pid, how)
    return process.wait(timeout=120), max(new, key=lambda one: one[1])[0]


def test_a_run_killed_again_and_again_ends_in_the_same_files(
    unharmed: Workflow, elsewhere: Workflow, told: Told
) -> None:
    last_files = []
    for after in KILLED_AFTER:
        if struck := strike(elsewhere, signal.SIGKILL, after):
            last_files.append(struck[1])
            assert elsewhere.run("study.yaml", "--unlock").returncode == 0
    print("killed when these were written:", *last_files)
    assert len(last_files) == len(KILLED_AFTER), "runs were over before they were struck"
    go_on(elsewhere, "--cores", "2")
    assert differences(unharmed.results("tiny"), elsewhere.results("tiny")) == []
    told(f"killed (SIGKILL) {len(last_files)} times", whole(elsewhere))


def test_a_killed_run_is_told_how_to_go_on(elsewhere: Workflow, told: Told) -> None:
    assert strike(elsewhere, signal.SIGKILL) is not None
    done = elsewhere.run("study.yaml", "--cores", "1")
    assert done.returncode == 1
    assert "make unlock" in done.stdout
    assert "Traceback" not in done.stdout
    told("run again after a kill, still locked", words(done.stdout, "make unlock"))


@pytest.mark.parametrize(
    "how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda how: how.name
)
def test_a_run_that_is_stopped_leaves_no_lock_and_goes_on(
    unharmed: Workflow, elsewhere: Workflow, how: signal.Signals, told: Told
) -> None:
    struck = strike(elsewhere, how)
    assert struck is not None
    assert struck[0] == 1
    shown = (elsewhere.directory / "struck.txt").read_text(encoding="utf-8")
    assert "RuntimeError" not in shown
    if how == signal.SIGINT:
        assert "the same command goes on from there" in shown
    assert not list(elsewhere.results("tiny").rglob("*.partial*"))
    go_on(elsewhere, "--cores", "2")
    assert differences(unharmed.results("tiny"), elsewhere.results("tiny")) == []
    told(f"stopped by {how.name}", f"no lock, nothing half made; {whole(elsewhere)}")


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
    unharmed: Workflow, small_disk: Workflow, told: Told
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
        assert "No space left" in done.stdout, done.stdout[-3000:]
        assert "Traceback" not in done.stdout, done.stdout[done.stdout.index("Traceback") :][:3000]
        ends.append(f"{size / 2**20:.1f} MB: {len(results_in(small_disk.results('tiny')))} files")
        small_disk.run("study.yaml", "--unlock")
    print(*ends, sep="\n")
    assert len(ends) >= 3, "the disk was large enough"
    subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
    go_on(small_disk, "--cores", "2")
    assert differences(unharmed.results("tiny"), small_disk.results("tiny")) == []
    told(f"disk full at {len(ends)} sizes", f'"No space left" each time; {whole(small_disk)}')


@pytest.mark.parametrize(
    "place",
    [
        {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "77", "COLUMNS": "40"},
        {"LANG": "de_DE.ISO-8859-1", "PYTHONIOENCODING": "latin-1", "HOME": "/dev/null/home"},
    ],
    ids=lambda place: "-".join(place.values()).replace("/", "_"),
)
def test_time_zone_locale_and_hash_seed_change_nothing(
    unharmed: Workflow, elsewhere: Workflow, place: dict[str, str], tmp_path: Path, told: Told
) -> None:
    named = [f"{name}={value}" for name, value in place.items()]
    before = ("env", *named, f"XDG_CACHE_HOME={tmp_path}", f"MPLCONFIGDIR={tmp_path}")
    go_on(elsewhere, "--cores", "8", before=before)
    assert differences(unharmed.results("tiny"), elsewhere.results("tiny")) == []
    told(f"8 cores instead of 1, {' '.join(named)}", whole(elsewhere))


def test_without_a_network(unharmed: Workflow, elsewhere: Workflow, told: Told) -> None:
    alone = ("unshare", "--net", "--map-root-user")
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody do without its network")
    go_on(elsewhere, "--cores", "2", before=alone)
    assert differences(unharmed.results("tiny"), elsewhere.results("tiny")) == []
    told("no network", whole(elsewhere))


def test_the_order_of_scenarios_changes_no_result(
    unharmed: Workflow, elsewhere: Workflow, told: Told
) -> None:
    path = elsewhere.directory / "study.yaml"
    study = yaml.safe_load(path.read_text(encoding="utf-8"))
    study["scenarios"]["incentive"] = study["scenarios"]["incentive"][::-1]
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    go_on(elsewhere, "--cores", "2")
    different = differences(unharmed.results("tiny"), elsewhere.results("tiny"), in_any_order=True)
    # the grid is written, and drawn, in its order
    assert [name for name in different if not name.startswith("figures/")] == ["config.yaml"]
    told("scenarios in reverse order", "the same rows and designs, listed in the order asked for")
