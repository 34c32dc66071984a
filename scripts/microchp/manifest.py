"""What a run has written, by size and checksum, so that what is lost or damaged can be named."""

from __future__ import annotations

import csv
import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from microchp.errors import DataError
from microchp.files import whole
from microchp.telling import RESULT, counted

MANIFEST = "manifest.csv"
"""Name of the manifest in the folder of a run."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A file of a run, and the output of a rule that it is, or is in; paths within the run."""

    path: str
    output: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Damage:
    """An entry that is not as it was written, and in what."""

    entry: Entry
    what: str


def write_manifest(*, output_paths: Iterable[str | Path], manifest_path: str | Path) -> None:
    """Write size and checksum of every file among the outputs of a run.

    Parameters
    ----------
    output_paths
        Files, and folders with files, in the folder of the run.
    manifest_path
        CSV to write into that folder: columns are the fields of :class:`Entry`.
    """
    root = Path(manifest_path).parent
    entries = [
        Entry(str(path.relative_to(root)), str(output.relative_to(root)), *measure(path))
        for output in sorted(map(Path, output_paths))
        for path in (sorted(output.rglob("*")) if output.is_dir() else [output])
        if path.is_file() and not path.name.startswith(".")
    ]
    with whole(manifest_path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Entry))
        writer.writerows((one.path, one.output, one.bytes, one.sha256) for one in entries)
    log.log(
        RESULT,
        "%s, %.1f MB",
        counted(len(entries), "file"),
        sum(one.bytes for one in entries) / 1e6,
    )


def measure(path: Path) -> tuple[int, str]:
    """Size of a file, and SHA-256 of what it holds."""
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(run_dir: str | Path) -> list[Entry]:
    """The manifest of a run.

    Raises
    ------
    DataError
        If there is none, or it is damaged itself.
    """
    path = Path(run_dir, MANIFEST)
    if not path.is_file():
        raise DataError(
            f"{path}: no such file; it is written when a run has made all that it is asked for"
        )
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, strict=True))
        return [Entry(r["path"], r["output"], int(r["bytes"]), r["sha256"]) for r in rows]
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: not a manifest ({error!r}); delete it and run again") from None


def damages(run_dir: str | Path) -> list[Damage]:
    """All that is missing, cut short or changed in the folder of a run, in the manifest's order."""
    root = Path(run_dir)
    found = []
    for entry in read_manifest(root):
        path = root / entry.path
        if not path.is_file():
            found.append(Damage(entry, "missing"))
            continue
        size, sha256 = measure(path)
        if size != entry.bytes:
            found.append(Damage(entry, f"{size} bytes instead of {entry.bytes}"))
        elif sha256 != entry.sha256:
            found.append(Damage(entry, "of the same size, but changed"))
    return found
