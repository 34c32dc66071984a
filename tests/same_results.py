"""Whether two runs have made the same, file by file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import xarray as xr

TIMES = ("solve_seconds", "seconds")
"""Names of what may differ: how long something took."""


def results_in(results: Path) -> dict[str, Path]:
    """Files of a run that are results, by path in it; logs, times and dot files are none."""
    return {
        str(path.relative_to(results)): path
        for path in sorted(results.rglob("*"))
        if path.is_file()
        and path.relative_to(results).parts[0] not in {"logs", "benchmarks", "manifest.csv"}
        and not any(part.startswith(".") for part in path.relative_to(results).parts)
    }


def differences(one: Path, other: Path, *, in_any_order: bool = False) -> list[str]:
    """Files that only one of two runs has, or that are not the same in both.

    ``in_any_order`` takes tables with the same rows for the same.

    Tables and NetCDF files are compared by all that they hold but times; what is drawn or told,
    byte by byte; the page, which shows times, by its tables of results, which are files too.
    """
    files = results_in(one), results_in(other)
    found = [f"{name}: only in one" for name in sorted(files[0].keys() ^ files[1].keys())]
    found += [
        name
        for name in sorted(files[0].keys() & files[1].keys())
        if name != "report/index.html" and not _same(files[0][name], files[1][name], in_any_order)
    ]
    return found


def _same(one: Path, other: Path, in_any_order: bool) -> bool:
    if one.read_bytes() == other.read_bytes():
        return True
    if one.suffix == ".nc":
        datasets = [xr.load_dataset(path) for path in (one, other)]
        attributes = [
            {name: str(value) for name, value in dataset.attrs.items() if name not in TIMES}
            for dataset in datasets
        ]
        variables = [
            {name: dict(variable.attrs) for name, variable in dataset.variables.items()}
            for dataset in datasets
        ]
        return (
            datasets[0].equals(datasets[1])
            and attributes[0] == attributes[1]
            and str(variables[0]) == str(variables[1])
        )
    if one.suffix == ".csv":
        tables = [
            pd.read_csv(path, dtype=str).drop(columns=list(TIMES), errors="ignore")
            for path in (one, other)
        ]
        if in_any_order:
            columns = [*tables[0].columns]
            tables = [table.sort_values(columns, ignore_index=True) for table in tables]
        return tables[0].equals(tables[1])
    return False
