"""What a run shows on the terminal: a line for each job, and at the end what failed and why.

Snakemake tells through records of :mod:`logging` what it does. Of these, the terminal gets what
a user needs; the log file that Snakemake keeps of each run has all of them. Nothing here makes
a result.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from microchp.workflow import job_name

ROUTINE = (
    "Assuming unrestricted shared filesystem usage",
    "Building DAG of jobs",
    "Using shell",
    "Provided cores",
    "Rules claiming more threads",
    "Conda environments: ignored",
    "Select jobs to execute",
    "Exiting because a job execution failed",
    "WorkflowError:\nAt least one job did not complete successfully",
)
"""Beginnings of messages that say nothing on this run, or what the end says with its cause."""

STOPPED = "Terminating processes on user request"
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ (\w+) [\w.]+: (.*)")


@dataclass
class Run:
    """How far a run is: jobs by rule, and those that have failed.

    Attributes
    ----------
    clock
        Gives seconds.
    planned, done
        Jobs of each rule.
    started
        When the first job of each rule began (s).
    jobs
        Rule and log of each job that has begun, by its number.
    failed
        Rule and log of each failed job.
    stopped
        Whether the user has stopped the run; jobs that were under way then have not failed.
    """

    clock: Callable[[], float] = time.monotonic
    planned: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    started: dict[str, float] = field(default_factory=dict)
    jobs: dict[int, tuple[str, Path | None]] = field(default_factory=dict)
    failed: list[tuple[str, Path | None]] = field(default_factory=list)
    stopped: bool = False

    def begin(self, number: int, rule: str, logs: Iterable[str]) -> None:
        """Note that a job has begun."""
        self.jobs[number] = rule, _first(logs)
        self.started.setdefault(rule, self.clock())

    def fail(self, rule: str, logs: Iterable[str]) -> None:
        """Note that a job has failed."""
        self.failed.append((rule, _first(logs)))

    def finish(self, number: int) -> str:
        """Note that a job is done; the line that tells so, with what its log says last."""
        rule, log = self.jobs.pop(number, ("", None))
        self.done[rule] += 1
        planned = self.planned.total()
        count = f"[{self.done.total():{len(str(planned))}}/{planned}]"
        name = rule if log is None else job_name(log)
        said, took = ("", "") if log is None else last_words(log)
        times = "; ".join(part for part in (took, self.stage(rule)) if part)
        return f"{count} {name}{said and f': {said}'}{times and f' ({times})'}"

    def stage(self, rule: str) -> str:
        """How far the jobs of a rule are, and how long the rest takes at the pace so far."""
        done, planned = self.done[rule], self.planned[rule]
        if planned < 2 or rule not in self.started:
            return ""
        left = (self.clock() - self.started[rule]) / done * (planned - done)
        return f"{done} of {planned}" + (f", about {duration(left)} left" if left else "")

    def failures(self) -> str:
        """Each failed job with its cause and its log; empty if there is none."""
        if self.stopped:
            done = f"{self.done.total()} of {self.planned.total()} jobs are done and kept"
            return f"Stopped: {done}; the same command goes on from there."
        if not self.failed:
            return ""
        what = "1 job has" if len(self.failed) == 1 else f"{len(self.failed)} jobs have"
        lines = [f"{what} failed; {self.done.total()} of {self.planned.total()} are done:"]
        for rule, log in self.failed:
            if log is None:
                lines.append(f"  {rule}")
            else:
                lines += [f"  {job_name(log)}: {cause(log)}", f"  (log: {log})"]
        lines.append("What is done is kept: mend the cause and run again.")
        return "\n".join(lines)


def _first(logs: Iterable[str]) -> Path | None:
    return next((Path(log) for log in logs), None)


def duration(seconds: float) -> str:
    """Seconds in words that are precise enough to wait by."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


# -------------------------------------------------------------------------------- job logs


def last_words(log: Path) -> tuple[str, str]:
    """What a finished job has said last, and the time it took; empty if it has not said."""
    said = [lines[0] for level, lines in _records(log) if level == "INFO"]
    took = said.pop().removeprefix("done in ") if said and said[-1].startswith("done in ") else ""
    return (said[-1] if said else ""), took


def cause(log: Path) -> str:
    """Why a job has failed, by its log: its message, or the last line of a traceback."""
    errors = [lines for level, lines in _records(log) if level == "ERROR"]
    if not errors:
        return "ended without a message; it was stopped from outside, or ran out of memory"
    lines = [line for line in errors[-1] if line.strip()]
    return lines[-1] if any(line.startswith("Traceback") for line in lines) else "\n".join(lines)


def _records(log: Path) -> list[tuple[str, list[str]]]:
    """Level and lines of each record of a job's log, without the log's own place at the end."""
    found: list[tuple[str, list[str]]] = []
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    for line in text.splitlines():
        if match := LOG_LINE.match(line):
            found.append((match[1], [match[2]]))
        elif found and line.strip() != f"(log: {log})":
            found[-1][1].append(line)
    return found


# ------------------------------------------------------------------------- Snakemake's log


class RunFormatter(logging.Formatter):
    """Snakemake's records as this workflow shows them; empty for what it leaves out.

    Parameters
    ----------
    run
        Where the run stands.
    others
        Formats what is shown as Snakemake has it.
    """

    def __init__(self, run: Run, others: logging.Formatter | None) -> None:
        super().__init__()
        self.run = run
        self.others = others or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """Text of a record."""
        event = getattr(record, "event", None)
        if event == "job_finished":
            return self.run.finish(record.__dict__["job_id"])
        if event == "run_info":
            jobs = (f"{count} {rule}" for rule, count in self.run.planned.items())
            return f"{self.run.planned.total()} jobs: {', '.join(jobs)}"
        if event in {"progress", "job_started"} or record.getMessage().startswith(ROUTINE):
            return ""
        if event == "error" and record.__dict__.get("exception") == "RuleException":
            return ""
        return self.others.format(record)


def follow_run(logger: logging.Logger, handler_name: str) -> Run:
    """Let a run be followed on the terminal.

    Parameters
    ----------
    logger
        Snakemake's.
    handler_name
        Its handler that writes to the terminal; without it (another one was asked for), nothing
        is changed but that the run is followed.

    Returns
    -------
    Run
        Where the run stands, kept up to date.
    """
    run = Run()

    def observe(record: logging.LogRecord) -> bool:
        """Note what a record tells, and let it pass."""
        told: dict[str, Any] = record.__dict__
        event = told.get("event")
        if event == "run_info":
            run.planned = Counter(told["stats"])
            del run.planned["total"]
        elif event == "job_info":
            run.begin(told["jobid"], told["rule_name"], told["log"])
        elif event == "job_error":
            run.fail(told["rule_name"], told["log"])
        elif record.getMessage().startswith(STOPPED):
            run.stopped = True
        return True

    for handler in logger.handlers:
        if handler.name == handler_name:
            # before Snakemake's own filter, which drops what `quiet` in the profile names
            handler.filters.insert(0, observe)
            handler.setFormatter(RunFormatter(run, handler.formatter))
    return run
