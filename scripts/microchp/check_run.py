"""Whether all that a run has written is still there as it was written; if asked, mend it.

``python -m microchp.check_run results/<run>`` names what is missing or damaged. With ``--mend`` it
is made again, and what depends on it only where it has changed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from microchp.errors import DataError
from microchp.manifest import Damage, damages
from microchp.telling import counted

PROJECT = Path(__file__).parents[2]


def remake(run_dir: Path, found: Sequence[Damage], cores: str) -> int:
    """Make damaged outputs again; the exit status of Snakemake.

    Parameters
    ----------
    run_dir
        Folder of the run; its ``config.yaml`` says how it was made.
    found
        What is damaged.
    cores
        For Snakemake.
    """
    outputs = list(dict.fromkeys(str(run_dir / damage.entry.output) for damage in found))
    for output in map(Path, outputs):
        if output.is_dir():
            shutil.rmtree(output)
        else:
            output.unlink(missing_ok=True)
    # targets go first: the option takes all that follows it
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(PROJECT / "Snakefile")]
    options = ["--cores", cores, "--configfile", str(run_dir / "config.yaml")]
    status = subprocess.run([*command, *outputs, *options], check=False).returncode
    if status:
        return status
    same = not damages(run_dir)
    # where they are as they were, what was made of them is so too: only its date is renewed
    last = [*command, *(["--touch", "--no-hooks"] if same else []), *options]
    return subprocess.run(last, check=False).returncode


def main() -> None:
    """Check the results of a run."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("run", type=Path, help="folder of the run, such as results/default")
    parser.add_argument("--mend", action="store_true", help="make what is damaged again")
    parser.add_argument("--cores", default="all", help="cores for that (default: all)")
    asked = parser.parse_args()
    try:
        found = damages(asked.run)
    except DataError as error:
        sys.exit(str(error))
    for damage in found:
        print(f"{asked.run / damage.entry.path}: {damage.what}", flush=True)
    if not found:
        print(f"{asked.run}: all files are as they were written")
    elif not asked.mend:
        sys.exit(
            f"{len(found)} damaged or missing; --mend (of make: MEND=--mend) makes what is named "
            "here again"
        )
    elif any(damage.entry.path == "config.yaml" for damage in found):
        sys.exit("config.yaml is damaged itself: delete what is named above and run your own study")
    else:
        if status := remake(asked.run, found, asked.cores):
            sys.exit(status)
        left = damages(asked.run)
        for damage in left:
            print(f"{asked.run / damage.entry.path}: {damage.what}")
        made = f"{counted(len(found), 'file')} made again"
        if left:
            sys.exit(f"{made}; {len(left)} still damaged or missing")
        print(f"{asked.run}: {made}; all files are as they were written")


if __name__ == "__main__":
    main()
