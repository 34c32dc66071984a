"""Whether configuration files can be read at all, before Snakemake reads them.

Snakemake's own message names neither the file nor the line. What a file says is checked when the
workflow starts.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml

from microchp.errors import ConfigError


def check_config_files(paths: Iterable[str | Path]) -> None:
    """Check that files are there, and that each is a mapping in YAML.

    Raises
    ------
    ConfigError
        With the file, and the line and column where its YAML breaks.
    """
    for path in map(Path, paths):
        if not path.is_file():
            raise ConfigError(f"{path}: no such file (relative paths start at {Path.cwd()})")
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}: not a text file in UTF-8: {error}") from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
            raise ConfigError(f"{path}{place}: not valid YAML: {error.problem}") from None
        except yaml.YAMLError as error:
            raise ConfigError(f"{path}: not valid YAML: {error}") from None
        if not isinstance(content, dict):
            kind = "nothing" if content is None else type(content).__name__
            raise ConfigError(f"{path}: keys with values expected, such as `run:`; found {kind}")


def main() -> None:
    """Check the configuration files that are named."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="YAML files")
    try:
        check_config_files(parser.parse_args().files)
    except ConfigError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
