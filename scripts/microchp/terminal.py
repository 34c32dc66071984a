"""What a run shows on the terminal: a line for each job, and at the end what failed and why.

Snakemake tells through records of :mod:`logging` what it does. Of these, the terminal gets what
a user needs; the log file that Snakemake keeps of each run has all of them. Nothing here makes
a result.
"""

from __future__ import annotations

import io
import logging
import os
import re
import shlex
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from microchp.errors import ConfigError
from microchp.telling import RESULT, counted
from microchp.workflow import job_name

ROUTINE = (
    "Assuming unrestricted shared filesystem usage",
    "Building DAG of jobs",
    "Workflow defines that rule",
    "Using shell",
    "Provided cores",
    "Rules claiming more threads",
    "Conda environments: ignored",
    "Select jobs to execute",
    "Exiting because a job execution failed",
    "WorkflowError:\nAt least one job did not complete successfully",
    # of the executor for Slurm: a cluster without accounts, or without accounting, works as well
    "No SLURM account given",
    "No account was given",
    "Unable to guess SLURM account",
)
"""Beginnings of messages that say nothing on this run, or what the end says with its cause."""

STOPPED = "Terminating processes on user request"
LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ (\w+) [\w.]+: (.*)")


BLOCK = re.compile(r"solve_block_\d+")
"""Rules of blocks of designs, all of which are one stage of a run."""


def stage(rule: str) -> str:
    """What a rule's jobs are counted as."""
    return "solve_block" if BLOCK.fullmatch(rule) else rule


@dataclass(frozen=True)
class Job:
    """A job of a run: its stage, its logs, and what it is made for; a block has several logs."""

    rule: str
    logs: tuple[Path, ...] = ()
    wildcards: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name in the lines of the run."""
        if not self.logs:
            return self.rule
        more = f" and {len(self.logs) - 1} more" if len(self.logs) > 1 else ""
        return f"{job_name(self.logs[0])}{more}"

    @property
    def failed_logs(self) -> list[Path]:
        """Logs that tell of a failure; if none does, those that tell of no end, or all."""
        told = [log for log in self.logs if any(level == "ERROR" for level, _ in _records(log))]
        return told or [log for log in self.logs if not last_words(log)[1]] or [*self.logs]


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
        Each job that has begun, by its number.
    failed
        Each failed job.
    stopped
        Whether the user has stopped the run; jobs that were under way then have not failed.
    """

    clock: Callable[[], float] = time.monotonic
    planned: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    started: dict[str, float] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    failed: list[Job] = field(default_factory=list)
    stopped: bool = False

    def begin(
        self,
        number: int,
        rule: str,
        logs: Iterable[str],
        wildcards: Mapping[str, str] | None = None,
    ) -> None:
        """Note that a job has begun."""
        job = Job(stage(rule), tuple(map(Path, logs)), dict(wildcards or {}))
        self.jobs[number] = job
        self.started.setdefault(job.rule, self.clock())

    def fail(self, number: int, rule: str, logs: Iterable[str]) -> None:
        """Note that a job has failed."""
        self.failed.append(self.jobs.get(number) or Job(stage(rule), tuple(map(Path, logs))))

    def finish(self, number: int) -> str:
        """Note that a job is done; the line that tells so, with the result that its log has."""
        job = self.jobs.pop(number, Job(""))
        self.done[job.rule] += 1
        planned = self.planned.total()
        count = f"[{self.done.total():{len(str(planned))}}/{planned}]"
        said, took = last_words(job.logs[-1]) if job.logs else ("", "")
        times = "; ".join(part for part in (took, self.progress(job.rule)) if part)
        return f"{count} {job.name}{said and f': {said}'}{times and f' ({times})'}"

    def progress(self, rule: str) -> str:
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
        has = "has" if len(self.failed) == 1 else "have"
        done = f"{self.done.total()} of {self.planned.total()} are done"
        lines = [f"{counted(len(self.failed), 'job')} {has} failed; {done}:"]
        for job in self.failed:
            for log in job.failed_logs:
                lines += [f"  {job_name(log)}: {cause(log)}", f"  (log: {log})"]
            if not job.failed_logs:
                lines.append(f"  {job.name}")
        lines.append("What is done is kept: mend the cause and run again.")
        return "\n".join(lines)


def duration(seconds: float) -> str:
    """Seconds in words that are precise enough to wait by."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


# -------------------------------------------------------------------------------- job logs


def last_words(log: Path) -> tuple[str, str]:
    """The result that a finished job has told, and the time it took; empty if it has told none."""
    records = _records(log)
    results = [lines[0] for level, lines in records if level == logging.getLevelName(RESULT)]
    last = records[-1][1][0] if records else ""
    took = last.removeprefix("done in ") if last.startswith("done in ") else ""
    return (results[-1] if results else ""), took


def cause(log: Path) -> str:
    """Why a job has failed, by its log: its message, or the last line of a traceback."""
    errors = [lines for level, lines in _records(log) if level == "ERROR"]
    if not errors:
        return (
            "ended without a message of its own: it was stopped from outside, ran out of memory, "
            "or could not start; the lines above say so then"
        )
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


# ------------------------------------------------------------- what a run meets from outside


def runs_in(directory: Path) -> list[int]:
    """Process numbers of other Snakemake runs of this machine that work in a directory."""
    own = psutil.Process()
    mine = {own.pid, *(parent.pid for parent in own.parents())}
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        command, cwd = process.info["cmdline"] or [], process.info["cwd"]
        named = any(Path(word).name == "snakemake" for word in command)
        if process.pid not in mine and named and cwd and Path(cwd) == directory:
            found.append(process.pid)
    return sorted(found)


def locked_words(running: Sequence[int]) -> str:
    """Why a run cannot start in a folder that another run has locked, and how to go on."""
    if running:
        numbers = ", ".join(map(str, running))
        return (
            f"Another run is at work in {Path.cwd()} (process {numbers}). Let it end, or stop it "
            "with Ctrl-C, then run again."
        )
    return (
        f"A run in {Path.cwd()} was killed before it could release its lock; no run is at work "
        "there on this machine, and what is done is kept. Release the lock with `make unlock`, or "
        "with the same command and --unlock, then run again. (Do not, if a run of another machine "
        "works in this folder.)"
    )


def write_what_can_be_shown(*streams: Any) -> None:
    """Let streams replace what their encoding does not have, instead of ending the run by it."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def stop_on_hangup() -> None:
    """Take a closed terminal as the wish to stop, as SIGTERM is, so that no lock is left.

    A run that ignores it, started by ``nohup``, goes on.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        # there is nobody to write to any more
        silent = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(silent, stream)
        os.kill(os.getpid(), signal.SIGTERM)

    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, stop)


def stop_once() -> None:
    """Let SIGINT stop a run once, however often it comes, since `timeout` sends it twice.

    Snakemake then waits for the jobs that are under way; broken off there, it would close what they
    are still using, and end in errors of its own. To who asks again after a second the wait is too
    long: that is passed on to the jobs.
    """
    asked: list[float] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        asked.append(time.monotonic())
        if len(asked) == 1:
            raise KeyboardInterrupt
        if asked[-1] - asked[0] > 1:
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGINT)

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


def refuse_unquotable(executable: str) -> None:
    """Refuse a Python by whose path Snakemake, which does not quote it, could start no job.

    Raises
    ------
    ConfigError
        With the path, and what to do.
    """
    if shlex.quote(executable) != executable:
        raise ConfigError(
            f"{executable}: the path of Python has a space or another sign in it that the shell "
            "reads, and Snakemake starts jobs by this path as it stands. Move the clone, or make "
            "its environment elsewhere: make run VENV=/path/without/spaces"
        )


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
            return f"{counted(self.run.planned.total(), 'job')}: {', '.join(jobs)}"
        if event in {"progress", "job_started"} or record.getMessage().startswith(ROUTINE):
            return ""
        exception = record.__dict__.get("exception")
        if event == "error" and exception == "RuleException":
            return ""
        if event == "error" and exception == "LockException":
            return locked_words(runs_in(Path.cwd()))
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
    # a full disk cuts Snakemake's log short too, without a traceback for each line of it
    logging.raiseExceptions = False

    def observe(record: logging.LogRecord) -> bool:
        """Note what a record tells, and let it pass."""
        told: dict[str, Any] = record.__dict__
        event = told.get("event")
        if event == "run_info":
            run.planned = Counter()
            for rule, count in told["stats"].items():
                run.planned[stage(rule)] += count
            del run.planned["total"]
        elif event == "job_info":
            run.begin(told["jobid"], told["rule_name"], told["log"], told.get("wildcards"))
        elif event == "job_error":
            run.fail(told["jobid"], told["rule_name"], told["log"])
        elif record.getMessage().startswith(STOPPED):
            run.stopped = True
        return True

    for handler in logger.handlers:
        if handler.name == handler_name:
            # before Snakemake's own filter, which drops what `quiet` in the profile names
            handler.filters.insert(0, observe)
            handler.setFormatter(RunFormatter(run, handler.formatter))
    return run
