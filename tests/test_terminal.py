"""What a run shows of itself: lines of jobs, time left, and why a job has failed."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from microchp.errors import DataError
from microchp.telling import RESULT, counted
from microchp.terminal import Job, Run, cause, duration, follow_run, last_words
from microchp.workflow import job_log


def write_log(path: Path, *messages: str) -> Path:
    """The log of a job that tells of its progress and, last, of its result."""
    log = logging.getLogger("microchp.design")
    *progress, result = messages
    with job_log(path):
        for message in progress:
            log.info(message)
        log.log(RESULT, result)
    return path


@pytest.fixture
def logger() -> logging.Logger:
    """A logger with a terminal of Snakemake's name, which shows warnings without events."""
    found = logging.Logger("snakemake", logging.INFO)
    handler = logging.StreamHandler()
    handler.name = "terminal"
    handler.addFilter(lambda record: record.__dict__.get("event") not in {"job_info", "job_error"})
    found.addHandler(handler)
    return found


def test_a_line_says_how_far_the_run_and_the_stage_are(tmp_path: Path) -> None:
    seconds = iter([0.0, 30.0, 30.0])
    run = Run(clock=lambda: next(seconds))
    run.planned.update({"solve_model": 5, "all": 1})
    log = write_log(tmp_path / "logs/solve_model/flat.log", "day 1", "solved: 2 kW")
    run.begin(7, "solve_model", [str(log)])
    line = run.finish(7)
    assert line.startswith("[1/6] solve_model flat: solved: 2 kW (")
    assert line.endswith("s; 1 of 5, about 2 min left)")
    run.begin(8, "all", [])
    assert run.finish(8) == "[2/6] all"


def test_blocks_of_designs_are_one_stage_and_name_those_that_fail(tmp_path: Path) -> None:
    run = Run()
    logs = [tmp_path / f"logs/solve_model/{name}.log" for name in ("flat", "house", "hut")]
    write_log(logs[0], "solved")
    with pytest.raises(SystemExit), job_log(logs[1]):
        raise DataError("too cold")
    run.begin(1, "solve_block_7", [])
    assert run.finish(1).endswith("solve_block")
    run.fail(2, "solve_block_12", map(str, logs))
    assert run.failed[0].failed_logs == [logs[1]]
    assert "  solve_model house: too cold\n" in run.failures()
    # of a job that was killed, those that have not ended
    logs[1].unlink()
    assert run.failed[0].failed_logs == logs[1:]


def test_records_are_followed_and_routine_is_left_out(
    logger: logging.Logger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = write_log(tmp_path / "logs/plot.log", "drawn")
    # a handler made in a fixture writes to what was standard error then
    logger.handlers[0].setStream(sys.stderr)  # type: ignore[attr-defined]
    run = follow_run(logger, "terminal")
    told = {"event": "run_info", "stats": {"plot": 1, "all": 1, "total": 2}}
    logger.info("Job stats", extra=told)
    logger.info("Select jobs to execute...")
    logger.info("job", extra={"event": "job_info", "jobid": 1, "rule_name": "plot", "log": [log]})
    logger.info("Finished jobid: 1", extra={"event": "job_finished", "job_id": 1})
    logger.info("", extra={"event": "progress", "done": 1, "total": 2})
    logger.error("bad", extra={"event": "job_error", "jobid": 1, "rule_name": "plot", "log": [log]})
    logger.error("RuleException: ...", extra={"event": "error", "exception": "RuleException"})
    logger.error("another error", extra={"event": "error", "exception": "OSError"})
    shown = [line for line in capsys.readouterr().err.splitlines() if line]
    assert shown[0] == "2 jobs: 1 plot, 1 all"
    assert shown[1].startswith("[1/2] plot: drawn (0.")
    assert shown[2:] == ["another error"]
    assert run.failed == [Job("plot", (log,))]


def test_another_terminal_is_left_alone(logger: logging.Logger) -> None:
    before = logger.handlers[0].formatter
    follow_run(logger, "other")
    assert logger.handlers[0].formatter is before


def test_the_cause_is_the_message_of_a_mendable_error_whole(tmp_path: Path) -> None:
    path = tmp_path / "logs/build_demand/flat.log"
    with pytest.raises(SystemExit), job_log(path):
        raise DataError("data/x.csv:\n  row 7: no time")
    assert cause(path) == "data/x.csv:\n  row 7: no time"


def test_the_cause_of_a_bug_is_the_last_line_of_its_traceback(tmp_path: Path) -> None:
    path = tmp_path / "logs/x.log"
    with pytest.raises(ZeroDivisionError), job_log(path):
        _ = 1 / 0
    assert cause(path) == "ZeroDivisionError: division by zero"


def test_a_job_that_was_killed_has_said_nothing(tmp_path: Path) -> None:
    path = tmp_path / "logs/x.log"
    assert "without a message" in cause(path)
    assert last_words(path) == ("", "")
    run = Run()
    run.planned["x"] = 3
    run.fail(1, "x", [str(path)])
    shown = run.failures()
    assert shown.startswith("1 job has failed; 0 of 3 are done:")
    assert f"(log: {path})" in shown
    assert Run().failures() == ""


def test_a_run_that_the_user_stops_has_not_failed(logger: logging.Logger) -> None:
    run = follow_run(logger, "terminal")
    logger.info("", extra={"event": "run_info", "stats": {"plot": 9, "total": 9}})
    logger.info("Terminating processes on user request, this might take some time.")
    run.fail(1, "plot", [])
    assert run.failures().startswith("Stopped: 0 of 9 jobs are done")


@pytest.mark.parametrize(
    ("seconds", "words"), [(4.4, "4 s"), (89, "89 s"), (600, "10 min"), (9000, "2.5 h")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_run_that_is_asked_to_stop_again_waits_or_hurries_its_jobs() -> None:
    """At once it is the same wish; later it is passed on to what is under way."""
    code = """
import os, signal, subprocess, sys, time
from microchp.terminal import stop_once
signal.signal(signal.SIGINT, signal.default_int_handler)
stop_once()
heeds = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL)"
job = subprocess.Popen(
    [sys.executable, "-c", heeds + "; print(flush=True); time.sleep(60)"], stdout=subprocess.PIPE
)
job.stdout.readline()
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    os.kill(os.getpid(), signal.SIGINT)
    print("waits", job.poll())
    time.sleep(1.1)
    os.kill(os.getpid(), signal.SIGINT)
    print("ended by", -job.wait(10))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT / "scripts")},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.stdout == "waits None\nended by 2\n", done.stderr


def test_a_job_is_told_by_its_result_and_not_by_what_came_after(tmp_path: Path) -> None:
    """A design is solved; a search of the whole year, which checks it, goes on and says more."""
    path = tmp_path / "logs/solve_model/flat.log"
    log = logging.getLogger("microchp.design")
    with job_log(path):
        log.info("16 sizes")
        log.log(RESULT, "solved: heat_pump_6kw, 2811.00 GBP/y")
        log.info("heat_pump_12kw: integral 7638.38 GBP/y")
        log.warning("flat: cannot serve the whole year")
    said, took = last_words(path)
    assert said == "solved: heat_pump_6kw, 2811.00 GBP/y"
    assert took.endswith(" s")
    with job_log(path):
        log.info("16 sizes")
    assert last_words(path)[0] == ""


@pytest.mark.parametrize(
    ("number", "what", "words"),
    [
        (1, "gap", "1 gap"),
        (0, "row", "0 rows"),
        (2010, "entry", "2,010 entries"),
        (2, "day of heat", "2 days of heat"),
        (1, "stretch", "1 stretch"),
        (2, "stretch", "2 stretches"),
    ],
)
def test_counts_read_as_they_are_spoken(number: int, what: str, words: str) -> None:
    assert counted(number, what) == words
