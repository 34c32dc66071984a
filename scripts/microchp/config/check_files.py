"""Whether configuration files can be read at all, before Snakemake reads them.

Snakemake's own message names neither the file nor the line. What a file says is checked when the
workflow starts.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from microchp.config.yaml_file import check_config_files
from microchp.errors import ConfigError


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
