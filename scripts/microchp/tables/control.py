"""``control.csv``: every design under every control, alone and in a group."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from microchp.files import read_table, whole
from microchp.tables.columns import CONTROL, check
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)

TEXTS = [column.name for column in CONTROL if column.text]


def read_control(path: str | Path) -> pd.DataFrame:
    """``control.csv``, or what one scenario gives of it, its texts as texts."""
    return check(read_table(path, TEXTS), str(path), CONTROL)


def collect_control(*, paths: Sequence[str | Path], control_path: str | Path) -> None:
    """Write ``control.csv``.

    Parameters
    ----------
    paths
        What ``dispatch_group`` wrote, a table for each scenario.
    control_path
        CSV to write; columns in :data:`microchp.tables.columns.CONTROL`.
    """
    table = pd.concat([read_control(path) for path in paths], ignore_index=True)
    whole_numbers = table.astype(dict.fromkeys(["dwellings", "units", "chp_starts"], int))
    with whole(control_path) as partial:
        whole_numbers[[column.name for column in CONTROL]].to_csv(partial, index=False)
    log.log(
        RESULT, "%s under control, %s", counted(len(paths), "design"), counted(len(table), "row")
    )
