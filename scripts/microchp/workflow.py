"""What every job shares: its log, its errors, and the version of the code that it runs.

Nothing here makes a result, so a change here reruns nothing.
"""

from __future__ import annotations

import ast
import hashlib
import logging
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from microchp.errors import MicrochpError

PACKAGE = "microchp"
WITHOUT_RESULT = frozenset({f"{PACKAGE}.workflow", f"{PACKAGE}.errors"})
"""Modules that carry a job or its messages, and cannot change what it computes."""
PROGRESS_SECONDS = 20.0
"""Time between two reports of a job on the terminal."""


# ------------------------------------------------------------------------------- job log


def job_name(log_path: str | Path) -> str:
    """Name of a job from its log: ``logs/solve_model/flat-fit-with.log`` is one of ``solve_model``.

    A rule without wildcards has its log directly in ``logs``.
    """
    path = Path(log_path)
    return path.stem if path.parent.name == "logs" else f"{path.parent.name} {path.stem}"


class NowAndThen(logging.Filter):
    """Lets a report pass only if enough time has gone by since the one before, or the start.

    Warnings and errors always pass.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.seconds = seconds
        self.clock = clock
        self.shown = clock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is shown."""
        if record.levelno >= logging.WARNING:
            return True
        due = self.clock() - self.shown >= self.seconds
        if due:
            self.shown = self.clock()
        return due


class LogFile(logging.FileHandler):
    """A log that a full disk cuts short in silence: what the job lacks room for, it says itself."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Go on."""

    def close(self) -> None:
        """Close it, written or not."""
        with suppress(OSError):
            super().close()


@contextmanager
def job_log(log_path: str | Path, *, timed: bool = False) -> Iterator[None]:
    """Log what a job does to its log file, and in short to the terminal.

    The file gets every record with its time, and warnings of all libraries. The terminal gets
    warnings and errors of this package, and now and then what a long job is at, marked with the
    job's name; how a job has ended is told by the run (:mod:`microchp.terminal`). An error that
    a user can mend ends the job with its message alone; any other leaves its traceback in the
    log as well as on the terminal.

    Parameters
    ----------
    log_path
        The job's log; its directory is made if need be.
    timed
        Whether time and memory of the job are written down in the form of Snakemake's benchmarks,
        in ``benchmarks`` beside ``logs``; for rules that may not have a benchmark.

    Raises
    ------
    SystemExit
        With status 1 after a :class:`MicrochpError`, with 130 if the user stops the run.
    """
    path = Path(log_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    in_file = LogFile(path, mode="w", encoding="utf-8")
    in_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    on_terminal = logging.StreamHandler(sys.stderr)
    on_terminal.setFormatter(logging.Formatter(f"{job_name(path)}: %(message)s"))
    on_terminal.addFilter(logging.Filter(PACKAGE))
    on_terminal.addFilter(NowAndThen(PROGRESS_SECONDS))
    package, root = logging.getLogger(PACKAGE), logging.getLogger()
    level = package.level
    package.setLevel(logging.INFO)
    root.addHandler(in_file)
    package.addHandler(on_terminal)
    logging.captureWarnings(True)
    started = time.monotonic()
    try:
        yield
        package.removeHandler(on_terminal)
        seconds = time.monotonic() - started
        if timed:
            _write_benchmark(path, seconds)
        package.info("done in %.1f s", seconds)
    except MicrochpError as error:
        package.error("%s\n  (log: %s)", error, path)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        # imported here because the workflow's parse can spare the libraries that read and write
        from microchp.files import damaged, no_room

        if full := no_room(error):
            package.error("%s; make room and run again\n  (log: %s)", full, path)
            raise SystemExit(1) from None
        if damaged(error):
            package.error(
                "a result that this job reads is cut short or damaged (%s)\n  what else is so: "
                "python -m microchp.check_run results/<run>; with --mend it is made again"
                "\n  (log: %s)",
                error,
                path,
            )
            raise SystemExit(1) from None
        # the interpreter shows the traceback on the terminal when the script ends
        package.removeHandler(on_terminal)
        package.exception("failed after %.1f s", time.monotonic() - started)
        raise
    finally:
        logging.captureWarnings(False)
        package.removeHandler(on_terminal)
        root.removeHandler(in_file)
        package.setLevel(level)
        in_file.close()


def _write_benchmark(log_path: Path, seconds: float) -> None:
    """Time (s) and memory (MB) of this process, where Snakemake would write them for its job."""
    logs = next(parent for parent in log_path.parents if parent.name == "logs")
    path = logs.with_name("benchmarks") / log_path.relative_to(logs).with_suffix(".tsv")
    path.parent.mkdir(parents=True, exist_ok=True)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    path.write_text(f"s\tmax_rss\n{seconds:.4f}\t{memory_mb:.2f}\n", encoding="utf-8")


# -------------------------------------------------------------------------- code version


class CodeReader:
    """Fingerprints of the scripts beside a package; each of its files is read once."""

    def __init__(self, root: str | Path) -> None:
        self._root = Path(root)
        self._sources: dict[Path, _Source] = {}
        self._modules: dict[str, tuple[Path, frozenset[str]] | None] = {}
        self._data: dict[Path, list[Path]] = {}

    def version(self, script: str | Path) -> str:
        """Fingerprint of a script and of every module of this package that it comes to import.

        Given to a job as a parameter, it makes Snakemake, which follows only the script itself,
        rerun exactly the jobs whose code has changed. Comments, docstrings and layout do not
        count; other files that lie with the modules (templates, tables) do.

        Parameters
        ----------
        script
            A script that lies beside the package ``microchp``.

        Returns
        -------
        str
            Sixteen hexadecimal digits.
        """
        closure = self.closure(script)
        digest = hashlib.sha256(self._source(Path(script)).digest)
        for name, path in sorted(closure.items()):
            digest.update(f"\n{name}\n".encode() + self._source(path).digest)
        directories = {path.parent for path in closure.values()}
        for path in sorted({file for folder in directories for file in self._data_files(folder)}):
            digest.update(f"\n{path.name}\n".encode() + path.read_bytes())
        return digest.hexdigest()[:16]

    def closure(self, script: str | Path) -> dict[str, Path]:
        """Modules of this package that a script imports, directly or through others, by name.

        Imports are read from the source, wherever they stand (in functions too), so nothing is
        executed. Importing ``microchp.design.solve`` also imports the packages ``microchp`` and
        ``microchp.design``. Modules that cannot change a result (``WITHOUT_RESULT``) are left out.
        """
        found: dict[str, Path] = {}
        pending = list(_imported(self._source(Path(script)), "", False))
        while pending:
            name = pending.pop()
            if name in found or name in WITHOUT_RESULT:
                continue
            if name not in self._modules:
                self._modules[name] = self._module(name)
            module = self._modules[name]
            if module is not None:
                found[name] = module[0]
                pending.extend(module[1])
        return found

    def _module(self, name: str) -> tuple[Path, frozenset[str]] | None:
        """File and imports of a module, or none where ``name`` is a name inside a module."""
        stem = self._root.joinpath(*name.split("."))
        candidates = (stem.with_suffix(".py"), stem / "__init__.py")
        path = next((path for path in candidates if path.is_file()), None)
        if path is None:
            return None
        return path, _imported(self._source(path), name, path.name == "__init__.py")

    def _source(self, path: Path) -> _Source:
        if path not in self._sources:
            self._sources[path] = _parse(path)
        return self._sources[path]

    def _data_files(self, directory: Path) -> list[Path]:
        """Files that lie with modules and are no code, those of packages further down left out.

        Caches (of Python and of numba) and hidden files come and go without meaning anything.
        """
        if directory not in self._data:
            self._data[directory] = list(_data_files(directory))
        return self._data[directory]


def code_version(script: str | Path) -> str:
    """As :meth:`CodeReader.version`, of one script."""
    return CodeReader(Path(script).parent).version(script)


def module_closure(script: str | Path) -> dict[str, Path]:
    """As :meth:`CodeReader.closure`, of one script."""
    return CodeReader(Path(script).parent).closure(script)


def _data_files(directory: Path) -> Iterator[Path]:
    for path in directory.iterdir():
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_dir() and not (path / "__init__.py").exists():
            yield from _data_files(path)
        elif path.is_file() and path.suffix != ".py":
            yield path


def _imported(source: _Source, module: str, is_package: bool) -> frozenset[str]:
    """Dotted names below this package that a file imports, with the packages they lie in."""
    names: set[str] = set()
    for level, base, imported in source.imports:
        if level:
            parts = module.split(".")
            parts = parts[: len(parts) - level + is_package]
            base = ".".join([*parts, *([base] if base else [])])
        names.add(base)
        names.update(f"{base}.{name}" for name in imported)
    parts_of = (name.split(".") for name in names)
    return frozenset(
        ".".join(parts[:depth])
        for parts in parts_of
        if parts[0] == PACKAGE
        for depth in range(1, len(parts) + 1)
    )


@dataclass(frozen=True)
class _Source:
    """What counts of a file: its code without docstrings, and its imports as they are written.

    An import is its level (0 if absolute), the module, and the names taken from it.
    """

    digest: bytes
    imports: tuple[tuple[int, str, tuple[str, ...]], ...]


def _parse(path: Path) -> _Source:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    imports: list[tuple[int, str, tuple[str, ...]]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.extend((0, alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            imports.append((node.level, node.module or "", names))
        elif isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [statement for statement in node.body if not _is_text(statement)]
    return _Source(hashlib.sha256(ast.dump(tree).encode()).digest(), tuple(imports))


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a bare string: a docstring, or one below an attribute."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
