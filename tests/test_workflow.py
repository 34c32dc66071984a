"""Real runs: what is computed, what is computed again, and what is left when a run fails."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr
import yaml
from conftest import ROOT, Workflow, run_command

from microchp.errors import DataError
from microchp.usage import table, usages
from microchp.workflow import job_name

SCENARIOS = {
    f"cottage-{incentive}-{tes}" for incentive in ("none", "fit") for tes in ("with", "without")
}
AFTER_DEMAND = {
    "build_demand",
    "plot_calibration",
    "resample_demand",
    "solve_model",
}
AFTER_A_DESIGN = {
    "assess_designs",
    "assess_metering",
    "assess_service",
    "plot_figures",
    "build_report",
}

pytestmark = pytest.mark.slow


# ------------------------------------------------------------------------------ a whole run


def test_a_run_computes_everything_with_logs_and_benchmarks(tiny: Workflow) -> None:
    results = tiny.results("tiny")
    designs = pd.read_csv(results / "designs.csv")
    assert set(designs["scenario"]) == SCENARIOS
    assert set(pd.read_csv(results / "scenarios.csv")["scenario"]) == SCENARIOS
    assert {path.stem for path in (results / "designs").glob("*.nc")} == SCENARIOS
    assert (results / "report/index.html").stat().st_size > 0
    assert any((results / "figures").glob("*.svg"))
    jobs = {
        path.relative_to(results / "logs").with_suffix("")
        for path in (results / "logs").rglob("*.log")
    }
    times = {
        path.relative_to(results / "benchmarks").with_suffix("")
        for path in (results / "benchmarks").rglob("*.tsv")
    }
    assert jobs == times
    assert {Path("solve_model") / scenario for scenario in SCENARIOS} < jobs
    assert not list(results.rglob("*.partial*"))


def test_every_job_stays_within_what_its_rule_asks_for(tiny: Workflow) -> None:
    shown = tiny.run("tiny.yaml", "--dry-run", "--forceall", "--quiet", "host").stdout
    asked = {
        rule: int(mb)
        for rule, mb in re.findall(
            r"^(?:local)?rule (\w+):\n(?:    .*\n)*?    resources: .*?mem_mb=(\d+)",
            shown,
            re.MULTILINE,
        )
    }
    found = usages(tiny.results("tiny"))
    assert {one.rule for one in found} == asked.keys() - {"all"}
    for one in found:
        assert one.most_mb is None or one.most_mb < asked[one.rule]
    assert f"{'solve_model':<22}{4:>6}" in table(found)
    with pytest.raises(DataError, match="no benchmark files"):
        usages(tiny.directory / "results/nothing")


def test_the_resolved_configuration_is_kept_and_runs_again(tiny: Workflow) -> None:
    kept = yaml.safe_load((tiny.results("tiny") / "config.yaml").read_text(encoding="utf-8"))
    assert kept["tes"]["max_kwh"] == 60.0, "config/config.yaml leaked into a --configfile run"
    assert kept["incentives"]["fit"]["generation_gbp_per_kwh"] == 0.1345
    assert tiny.planned("results/tiny/config.yaml") == {}


def test_the_default_file_reaches_no_run_that_names_its_own_whatever_the_profile(
    workflow: Workflow, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("tariff: {import_fle: x.csv}\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("scenarios: {house: [flat]}\n", encoding="utf-8")
    here = replace(workflow, directory=tmp_path)
    alone = here.run("mine.yaml", "--dry-run", "--workflow-profile", "none", "--cores", "1")
    assert alone.returncode == 0, alone.stdout
    both = run_command([*here.command("x")[:-2], "--dry-run"], tmp_path)
    assert both.returncode != 0
    assert "config/config.yaml:\n  tariff.import_fle: unknown key" in both.stdout


def test_a_second_run_has_nothing_to_do(tiny: Workflow) -> None:
    done = tiny.run("tiny.yaml")
    assert done.returncode == 0
    assert "Nothing to be done" in done.stdout
    assert tiny.planned("tiny.yaml") == {}


def test_the_terminal_has_a_line_for_each_job_and_no_more(tiny: Workflow) -> None:
    progress = re.findall(r"^\[ *(\d+)/(\d+)\] \w+", tiny.shown, re.MULTILINE)
    total = len(SCENARIOS) + len(AFTER_DEMAND - {"solve_model"})
    assert len(progress) >= total
    assert progress == [(str(done + 1), str(len(progress))) for done in range(len(progress))]
    assert re.search(
        r"solve_model cottage-fit-with: solved: .* GBP/y, gap .* s; \d of 4", tiny.shown
    )
    assert "results/tiny: see report/index.html" in tiny.shown
    for noise in ("Traceback", "Select jobs", "Execute", "Finished jobid", "Provided cores"):
        assert noise not in tiny.shown


def test_a_job_that_tells_how_far_it_is_tells_its_result_too(tiny: Workflow) -> None:
    """So that its line is not what was said on the way."""
    told = {}
    for log in tiny.results("tiny").rglob("logs/**/*.log"):
        levels = re.findall(r"^\d{4}\S+ \S+ (\w+) microchp", log.read_text("utf-8"), re.MULTILINE)
        told[job_name(log)] = {*levels[:-1]}  # the last says how long it took
    assert told["solve_model cottage-fit-with"] >= {"INFO", "RESULT"}
    silent = [job for job, levels in told.items() if "INFO" in levels and "RESULT" not in levels]
    assert silent == []


def test_a_run_that_is_asked_for_a_file_names_it_and_shows_no_table(tiny: Workflow) -> None:
    target = "results/tiny/exports/cottage-fit-with.lp"
    done = tiny.run("tiny.yaml", "--cores", "1", target)
    try:
        assert done.returncode == 0, done.stdout
        assert f"Written: {target}\n" in done.stdout
        assert "payback" not in done.stdout
    finally:
        shutil.rmtree(tiny.results("tiny") / "exports")


# ----------------------------------------------------------------------------------- reruns


def test_a_changed_tariff_solves_again_only_the_designs_that_use_it(tiny: Workflow) -> None:
    config = tiny.write("fit.yaml", {"incentives": {"fit": {"tariff": {"gas_gbp_per_kwh": 0.04}}}})
    planned = tiny.planned(config)
    with_fit = {scenario for scenario in SCENARIOS if "-fit-" in scenario}
    assert planned.pop("solve_model") == with_fit
    assert set(planned) == AFTER_A_DESIGN | {"write_config"}


def test_a_changed_tariff_changes_those_designs_and_no_others(
    tiny: Workflow, tmp_path: Path
) -> None:
    shutil.copytree(tiny.directory, tmp_path / "study")
    copy = replace(tiny, directory=tmp_path / "study")
    config = copy.write("tiny.yaml", {"incentives": {"fit": {"tariff": {"gas_gbp_per_kwh": 0.06}}}})
    done = copy.run(config, "--cores", "2")
    assert done.returncode == 0, done.stdout
    made, table = ({}, {}), []
    for found, where in zip(made, (tiny, copy), strict=True):
        results = where.results("tiny")
        found |= {path.stem: path.stat().st_mtime_ns for path in (results / "designs").glob("*.nc")}
        table.append(pd.read_csv(results / "designs.csv", index_col="scenario"))
    solved_again = {name for name in SCENARIOS if made[0][name] != made[1][name]}
    assert solved_again == {"cottage-fit-with", "cottage-fit-without"}
    dearer = table[1]["eac_gbp"] - table[0]["eac_gbp"]
    assert set(dearer.index[dearer > 1]) == solved_again
    assert set(dearer.index[dearer == 0]) == SCENARIOS - solved_again


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        (
            {"run": {"name": "tiny", "seed": 2}},
            AFTER_DEMAND,
        ),
        ({"time": {"resolution_minutes": 30}}, {"resample_demand", "solve_model"}),
        ({"finance": {"lifetime_years": 20}}, {"solve_model"}),
        ({"solve": {"time_limit_minutes": 59.0}}, {"solve_model"}),
        ({"houses": {"flat": {"occupants": 1}}}, set()),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_change_reruns_what_depends_on_it(
    tiny: Workflow, changes: dict[str, dict[str, object]], rules: set[str]
) -> None:
    planned = set(tiny.planned(tiny.write("changed.yaml", changes)))
    # the report shows the configuration
    assert planned == rules | (AFTER_A_DESIGN if rules else {"build_report"}) | {"write_config"}


def test_fewer_scenarios_solve_nothing_again(tiny: Workflow) -> None:
    config = tiny.write("fewer.yaml", {"scenarios": {"tes": ["with"]}})
    assert set(tiny.planned(config)) == AFTER_A_DESIGN | {"write_config", "write_scenarios"}


def test_a_touched_demand_file_is_read_again(tiny: Workflow) -> None:
    path = tiny.directory / "cottage.csv"
    kept = path.read_text(encoding="utf-8"), path.stat().st_mtime
    path.write_text(kept[0].replace("1.1", "1.2"), encoding="utf-8")
    os.utime(path, (time.time() + 2, time.time() + 2))
    planned = tiny.planned("tiny.yaml")
    path.write_text(kept[0], encoding="utf-8")
    os.utime(path, (kept[1], kept[1]))
    assert planned["build_demand"] == {"cottage"}
    assert planned["solve_model"] == SCENARIOS
    assert tiny.planned("tiny.yaml") == {}


@contextmanager
def edited(path: Path, addition: str) -> Iterator[None]:
    text = path.read_text(encoding="utf-8")
    path.write_text(text + addition, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("microchp/demand/build.py", AFTER_DEMAND),
        ("microchp/design/solve.py", {"solve_model"}),
        ("microchp/report/page.py", set()),
    ],
)
def test_an_edited_module_reruns_what_depends_on_it(
    tiny: Workflow, module: str, rules: set[str]
) -> None:
    with edited(tiny.root / "scripts" / module, "\nEDITED = True\n"):
        planned = set(tiny.planned("tiny.yaml"))
    assert planned == (rules | AFTER_A_DESIGN if rules else {"build_report"})
    assert tiny.planned("tiny.yaml") == {}


@pytest.mark.parametrize(
    "module", ["microchp/design/solve.py", "microchp/config/root.py", "solve_model.py"]
)
def test_an_edited_comment_reruns_nothing(tiny: Workflow, module: str) -> None:
    with edited(tiny.root / "scripts" / module, "\n# explained\n"):
        assert tiny.planned("tiny.yaml") == {}


def test_snakemakes_report_holds_the_page_and_the_figures(tiny: Workflow) -> None:
    done = tiny.run("tiny.yaml", "--report", "report.zip")
    assert done.returncode == 0, done.stdout
    with zipfile.ZipFile(tiny.directory / "report.zip") as archive:
        names = {name.rsplit("/", 1)[-1] for name in archive.namelist()}
        index = archive.read("report/report.html").decode()
        (page,) = [name for name in archive.namelist() if name.endswith("/index.html")]
        assert archive.read(page) == (tiny.results("tiny") / "report/index.html").read_bytes()
    assert {"designs.csv", "heat_shares.svg", "cottage_calibration.svg"} <= names
    assert "dispatch_week_cottage-fit-with.svg" in names
    for words in (
        "Figures of designs",
        "Tables",
        "Shares of heat by source",
        "The page of the run",
    ):
        assert words in index


# ---------------------------------------------------------------------- failing and resuming


def test_a_wrong_key_stops_before_any_job(workflow: Workflow) -> None:
    config = workflow.write("wrong.yaml", {"run": {"name": "wrong"}, "tes": {"max_kw": 3}})
    done = workflow.run(config)
    assert done.returncode == 1
    assert "wrong.yaml:\n  tes.max_kw: unknown key; did you mean 'max_kwh'?" in done.stdout
    assert "Traceback" not in done.stdout
    assert not workflow.results("wrong").exists()


def test_a_block_given_twice_stops_before_any_job(workflow: Workflow) -> None:
    config = workflow.write("wrong.yaml", {"run": {"name": "wrong"}, "tes": {"max_kwh": 3}})
    with (workflow.directory / config).open("a", encoding="utf-8") as file:
        file.write("tes: {min_kwh: 1}\n")
    done = workflow.run(config)
    assert done.returncode == 1
    assert "tes: given twice" in done.stdout
    assert not workflow.results("wrong").exists()


def test_a_missing_demand_file_stops_before_any_job(workflow: Workflow) -> None:
    files = {"source": "file", "files": {"cottage": "nowhere.csv"}}
    config = workflow.write("wrong.yaml", {"run": {"name": "wrong"}, "demand": files})
    done = workflow.run(config)
    assert done.returncode == 1
    assert "demand.files.cottage: no file 'nowhere.csv'" in done.stdout
    assert not workflow.results("wrong").exists()


def test_a_failed_design_leaves_no_result_and_its_message(workflow: Workflow) -> None:
    """A boiler too small for the house fails its own design; the others are computed."""
    grid = {"incentive": ["none"], "tes": ["without"]}
    grid |= {"variants": {"weak": {"boiler": {"max_heat_kw": 0.1}, "chp": {"sizes_kw": [0]}}}}
    config = workflow.write("failing.yaml", {"run": {"name": "failing"}, "scenarios": grid})
    done = workflow.run(config, "--cores", "2")
    results = workflow.results("failing")
    assert done.returncode == 1
    assert "1 job has failed" in done.stdout
    assert "RuleException" not in done.stdout
    message = re.search(r"^solve_model cottage-none-without-weak: (.*)", done.stdout, re.MULTILINE)
    assert message is not None, done.stdout
    assert "kW" in message[1]
    assert "Traceback" not in done.stdout
    log = (results / "logs/solve_model/cottage-none-without-weak.log").read_text("utf-8")
    assert message[1] in log
    assert [path.name for path in (results / "designs").glob("*")] == ["cottage-none-without.nc"]
    # the others have their table and their page, with what has failed and why
    assert list(pd.read_csv(results / "designs.csv")["scenario"]) == ["cottage-none-without"]
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert "Failed: solve_model cottage-none-without-weak." in page
    assert "the heat demand cannot be met" in page
    assert len(pd.read_csv(results / "scenarios.csv")) == 2
    # the mend solves that one, and tables and page are of all again, with no failure on it
    mended = grid | {"variants": {"weak": {"chp": {"sizes_kw": [0]}}}}
    config = workflow.write("failing.yaml", {"run": {"name": "failing"}, "scenarios": mended})
    planned = workflow.planned(config)
    assert planned["solve_model"] == {"cottage-none-without-weak"}
    assert set(planned) >= AFTER_A_DESIGN


def same_designs(one: Path, other: Path, scenarios: set[str]) -> None:
    """Check that two runs have made the same of some scenarios; only time may differ."""
    tables = [
        pd.read_csv(results / "designs.csv", index_col="scenario").drop(columns="solve_seconds")
        for results in (one, other)
    ]
    rows = sorted(scenarios)
    pd.testing.assert_frame_equal(tables[0].loc[rows], tables[1].loc[rows], check_exact=True)
    for scenario in scenarios:
        designs = [xr.load_dataset(results / f"designs/{scenario}.nc") for results in (one, other)]
        xr.testing.assert_equal(*designs)


def test_a_killed_run_resumes_on_one_core_to_the_same_results_as_on_two(tiny: Workflow) -> None:
    config = tiny.write(
        "killed.yaml", {"run": {"name": "killed"}, "scenarios": {"incentive": ["fit"]}}
    )
    results = tiny.results("killed")

    def start_until(made: str) -> subprocess.Popen[bytes]:
        """A run of a session of its own, as it is when it has made the first of some files."""
        process = subprocess.Popen(
            tiny.command(config, "--cores", "1"),
            cwd=tiny.directory,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            # tests that were started by nohup would hand on that the signal is ignored
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        deadline = time.monotonic() + 120
        while not list(results.glob(made)) and time.monotonic() < deadline:
            time.sleep(0.05)
        return process

    # a closed terminal is a wish to stop: no lock is left
    process = start_until("demand/cottage.nc")
    os.kill(process.pid, signal.SIGHUP)
    assert process.wait(timeout=60) == 1
    assert not (results / "designs.csv").exists()
    # the page of an earlier run is not taken for one of this run, however it ends
    page = results / "report/index.html"
    aside = page.with_name("page_of_an_earlier_run.html")
    page.parent.mkdir(exist_ok=True)
    page.write_text("of an earlier run", encoding="utf-8")
    process = start_until("designs/*.nc")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    designs = {path.stem for path in (results / "designs").glob("*.nc")}
    assert designs, "nothing was made in time"
    assert not (results / "designs.csv").exists(), "the run was over before it was killed"
    assert not page.exists()
    assert aside.read_text(encoding="utf-8") == "of an earlier run"

    locked = tiny.run(config, "--cores", "1")
    assert locked.returncode == 1
    assert "was killed before it could release its lock; no run is at work" in locked.stdout
    assert "make unlock" in locked.stdout
    assert "LockException" not in locked.stdout
    assert tiny.run(config, "--unlock").returncode == 0
    assert "build_demand" not in tiny.planned(config)
    resumed = tiny.run(config, "--cores", "1")
    assert resumed.returncode == 0, resumed.stdout
    assert page.exists()
    assert not aside.exists()
    same_designs(tiny.results("tiny"), results, {"cottage-fit-with", "cottage-fit-without"})


@pytest.mark.parametrize(("designs", "threads"), [(1, 8), (3, 2)])
def test_cores_without_a_design_of_their_own_are_threads(
    workflow: Workflow, designs: int, threads: int
) -> None:
    variants = {f"v{number}": {"tes": {"max_kwh": number}} for number in range(1, designs)}
    grid = {"incentive": ["none"], "tes": ["with"], "variants": variants}
    config = workflow.write("threads.yaml", {"run": {"name": "threads"}, "scenarios": grid})
    shown = workflow.run(config, "--dry-run", "--cores", "8", "--quiet", "host").stdout
    jobs = re.findall(r"^rule solve_model:\n((?:    .*\n)+)", shown, re.MULTILINE)
    found = [re.search(r"threads: (\d+)", job) for job in jobs]
    assert [int(match[1]) if match else 1 for match in found] == [threads] * designs


@pytest.fixture
def made(workflow: Workflow, tmp_path: Path) -> Workflow:
    """A folder with the Makefile and the tiny study, in which ``make run`` installs nothing."""
    for name in ("Snakefile", "rules", "scripts", "resources", "envs", "profiles"):
        (tmp_path / name).symlink_to(workflow.root / name)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/markets").symlink_to(workflow.root / "config/markets")
    for name in ("Makefile", "requirements.txt", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/bin/python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / "venv/bin/python").chmod(0o755)
    (tmp_path / "venv/.run").touch()
    shutil.copy(workflow.directory / workflow.write("tiny.yaml", {}), tmp_path)
    shutil.copy(workflow.directory / "cottage.csv", tmp_path)
    return replace(workflow, root=tmp_path, directory=tmp_path)


MAKE_RUN = ("make", "run", "VENV=venv", "CONFIG=tiny.yaml")


def test_without_the_plugin_a_cluster_is_refused_in_a_sentence(made: Workflow) -> None:
    done = run_command([*MAKE_RUN, "PROFILE=profiles/slurm"], made.directory)
    assert done.returncode == 2
    said = [line for line in done.stdout.splitlines() if not line.startswith("make: ")]
    assert said == [
        "Jobs go to Slurm by a plugin of Snakemake, which is not there; install it with "
        "venv/bin/python -m pip install -r requirements-slurm.txt"
    ]


def test_what_snakemake_stumbles_over_by_itself_make_sees_before(made: Workflow) -> None:
    """A home that cannot be written, and a study that it reads before the workflow."""
    planning = "SNAKEMAKE=venv/bin/python -m snakemake --cores 1 --dry-run --quiet all"
    command = ["env", "HOME=/dev/null/home", *MAKE_RUN, planning]
    done = run_command(command, made.directory)
    assert done.returncode == 0, done.stdout
    study = made.directory / "tiny.yaml"
    study.write_bytes(study.read_text(encoding="utf-8").encode("utf-16"))
    done = run_command(command, made.directory)
    assert done.returncode == 2
    assert "tiny.yaml, line 1: not a text file in UTF-8, but in UTF-16" in done.stdout
    assert "Traceback" not in done.stdout


# ------------------------------------------------------------------------ shipped studies


@pytest.mark.parametrize(
    "path",
    [
        ROOT / "config/config.yaml",
        ROOT / "config/quick.yaml",
        *(ROOT / "config/studies").glob("*.yaml"),
    ],
    ids=lambda path: path.stem,
)
def test_every_shipped_study_can_be_planned(workflow: Workflow, path: Path) -> None:
    assert "build_report" in workflow.planned(str(path))


def test_short_jobs_are_grouped_for_a_cluster_in_studies_of_any_shape(workflow: Workflow) -> None:
    """No job of a group waits for one outside it that waits for another in it."""
    profile = yaml.safe_load((ROOT / "profiles/slurm/config.yaml").read_text(encoding="utf-8"))
    alone = {
        *("solve_model", "sweep_designs", "prepare_sweep", "dispatch_group"),  # the work itself
        *("build_group_demand", "build_group_part", "trace_front"),
        *("export_model", "export_pypsa", "export_certificate"),  # one is asked for at a time
    }
    local = {"write_config", "write_scenarios", "write_manifest", "join_quality"}
    named = re.compile(r"^ *(?:rule|use rule \w+ as) (\w+)", re.MULTILINE)
    rules = {
        name
        for path in (ROOT / "rules").glob("*.smk")
        if path.name != "reproduction.smk"
        for name in named.findall(path.read_text(encoding="utf-8"))
    }
    assert rules == alone | local | set(profile["groups"])
    everything = {
        "scenarios": {
            "incentive": ["none", "fit"],
            "plant": ["chp", "pv_only"],
            "penetration": [0, 1],
            "control": ["household", "network"],
            "variants": {"finer": {"time": {"resolution_minutes": 30}}},
        },
        "plants": {"pv_only": {"chp": {"sizes_kw": [0]}, "pv": {"max_kwp": 4}}},
        "operation": {"units": ["senertec"]},
        "comparison": {"plants": ["combined_cycle"]},
        "group": {"dwellings": 1},
        "sweep": {
            "samples": 4,
            "inputs": {"tes.capital_cost_gbp_per_kwh": {"low": 10, "high": 40}},
        },
    }
    groups = [f"{rule}={group}" for rule, group in profile["groups"].items()]
    config = workflow.write("everything.yaml", everything)
    planned = workflow.run(config, "--dry-run", "--quiet", "host", "--groups", *groups)
    assert planned.returncode == 0, planned.stdout
    told = set(re.findall(r"^ *(?:local)?rule (\w+):", planned.stdout, re.MULTILINE))
    assert {"summarise_sweep", "plot_plants", "account_dwellings", "plot_control"} <= told
    assert {"plot_precision", "plot_groups", "compare_units", "assess_service"} <= told
