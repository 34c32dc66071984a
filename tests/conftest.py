"""Real Snakemake runs of a small study, for tests of the workflow."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]

TINY: dict[str, Any] = {
    "run": {"name": "tiny"},
    "market": "uk_2016",  # no later year may move the figures that tests state
    "scenarios": {"house": ["cottage"], "incentive": ["none", "fit"], "tes": ["with", "without"]},
    "time": {"resolution_minutes": 60, "days": ["2015-01-15", "2015-07-15"]},
    "demand": {"source": "file", "files": {"cottage": "cottage.csv"}},
    "incentives": {"fit": {"tariff": {"gas_gbp_per_kwh": 0.03}}},
}
"""One house from a user's file, four designs of two days at 60 min: a run of half a minute."""


@cache
def modules_of_tests() -> str:
    """Top-level modules that requirements.txt does not bring: a user has none of them."""
    needed: set[str] = set()
    pending = [
        Requirement(line)
        for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    while pending:
        requirement = pending.pop()
        name = canonicalize_name(requirement.name)
        extras = ["", *requirement.extras]
        if name in needed and not requirement.extras:
            continue
        needed.add(name)
        for text in metadata.requires(name) or []:
            further = Requirement(text)
            marker = further.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                pending.append(further)
    # what a new environment brings itself
    needed |= {"pip", "setuptools", "wheel"}
    return " ".join(
        module
        for module, owners in metadata.packages_distributions().items()
        if needed.isdisjoint(map(canonicalize_name, owners))
    )


OF_MAKE = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}
"""What ``make`` hands to a ``make`` that it starts."""


def run_command(command: Sequence[str], directory: Path) -> subprocess.CompletedProcess[str]:
    """Run to the end, whatever the end; output and errors together in ``stdout``.

    In the environment of a user, in which no tool of tests can be imported, and not as a part of
    the ``make`` that has started the tests.
    """
    own = {
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT / "tests/users_environment"),
        "HIDDEN_MODULES": modules_of_tests(),
    }
    return subprocess.run(
        command,
        cwd=directory,
        env={key: value for key, value in os.environ.items() if key not in OF_MAKE} | own,
        text=True,
        errors="replace",  # a run may be told to write in another encoding
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=900,
        check=False,
    )


@dataclass(frozen=True)
class Workflow:
    """A copy of the workflow, a directory to run it in, and what its run has shown."""

    root: Path
    directory: Path
    shown: str = ""

    def command(self, config: str, *options: str) -> list[str]:
        return [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(self.root / "Snakefile")),
            *("--configfile", config, *options),
        ]

    def run(self, config: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Run to the end, whatever the end; output and errors together in ``stdout``."""
        return run_command(self.command(config, *options), self.directory)

    def planned(self, config: str) -> dict[str, set[str]]:
        """Jobs that a run would start: wildcards of each, by rule."""
        done = self.run(config, "--dry-run", "--quiet", "host")
        assert done.returncode == 0, done.stdout
        jobs: dict[str, set[str]] = {}
        for rule, body in re.findall(
            r"^(?:local)?rule (\w+):\n((?:    .*\n)+)", done.stdout, re.MULTILINE
        ):
            wildcards = re.search(r"wildcards: (.*)", body)
            values = re.findall(r"=([^,]+)", wildcards[1]) if wildcards else []
            jobs.setdefault(rule, set()).add(" ".join(values))
        for rule in ("all", "write_manifest"):  # they follow whatever else is made
            jobs.pop(rule, None)
        return jobs

    def write(self, config: str, changes: Mapping[str, Any]) -> str:
        """Write a configuration: the tiny study with some of its blocks' keys changed."""
        merged = {key: copy(block) for key, block in TINY.items()}
        for key, block in changes.items():
            merged[key] = merged.get(key, {}) | block if isinstance(block, Mapping) else block
        (self.directory / config).write_text(yaml.safe_dump(merged), encoding="utf-8")
        return config

    def results(self, name: str) -> Path:
        return self.directory / "results" / name


def hourly_demand() -> pd.DataFrame:
    """A year of plausible hourly demand, as a user's file has it."""
    time = pd.date_range("2015-01-01", "2016-01-01", freq="h", inclusive="left", name="time")
    hour, day = time.hour.to_numpy(), time.dayofyear.to_numpy()
    winter = np.cos(2 * np.pi * (day - 15) / 365)
    heated = (hour >= 6) & (hour < 23)
    return pd.DataFrame(
        {
            "space_heating_kw": np.where(heated, np.maximum(0.0, 2.5 * winter + 0.5), 0.0).round(3),
            "hot_water_kw": np.where(np.isin(hour, (7, 8, 19, 21)), 1.1, 0.0),
            "electricity_kw": (0.4 + 0.9 * (hour >= 17) + 0.2 * winter).round(3),
        },
        index=time,
    )


@pytest.fixture(scope="session")
def workflow(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """A copy of the workflow, a directory beside it, and a user's demand file."""
    base = tmp_path_factory.mktemp("workflow")
    root, directory = base / "project", base / "study"
    for part in ("rules", "scripts", "resources", "envs", "profiles", "workflow"):
        shutil.copytree(
            ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
    shutil.copytree(ROOT / "config/markets", root / "config/markets")
    shutil.copy(ROOT / "Snakefile", root)
    (directory / "config").mkdir(parents=True)
    # what lies in config/config.yaml must not reach a run with --configfile
    (directory / "config/config.yaml").write_text("tes: {max_kwh: 1.5}\n", encoding="utf-8")
    hourly_demand().to_csv(directory / "cottage.csv", date_format="%Y-%m-%dT%H:%M")
    return Workflow(root, directory)


@pytest.fixture(scope="session")
def tiny(workflow: Workflow) -> Workflow:
    """The tiny study, run on two cores."""
    done = workflow.run(workflow.write("tiny.yaml", {}), "--cores", "2")
    assert done.returncode == 0, done.stdout
    return replace(workflow, shown=done.stdout)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("needs Chromium (Debian package chromium)")
    with sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=path, args=options)
        yield opened
        opened.close()
