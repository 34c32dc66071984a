"""Results on disk: written whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xarray as xr


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """A path to write to, which becomes ``path`` only when everything has been written."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.partial{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: str | Path) -> Iterator[Path]:
    """A folder to write to, which becomes ``path`` only when everything has been written."""
    path = Path(path)
    partial = path.with_name(f".{path.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        shutil.rmtree(path, ignore_errors=True)
        partial.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_netcdf(dataset: xr.Dataset, path: str | Path) -> None:
    """Write a dataset, compressed, whole or not at all.

    Each dwelling is compressed by itself, so that a reader of one need not unpack the others.

    Raises
    ------
    ValueError
        If a data variable lacks ``units`` or ``long_name``.
    """
    bare = [
        str(n) for n, v in dataset.data_vars.items() if not {"units", "long_name"} <= set(v.attrs)
    ]
    if bare:
        raise ValueError(f"without units or long_name: {', '.join(bare)}")
    encoding: dict[Hashable, dict[str, Any]] = {
        name: {"zlib": True, "complevel": 1}
        for name, variable in dataset.data_vars.items()
        if variable.dtype.kind in "fi" and variable.ndim
    }
    for name, options in encoding.items():
        if dataset[name].dims == ("dwelling", "time"):
            options["chunksizes"] = (1, dataset.sizes["time"])
    with whole(path) as partial:
        dataset.to_netcdf(partial, engine="netcdf4", encoding=encoding)


def read_netcdf(path: str | Path) -> xr.Dataset:
    """A dataset, loaded into memory and its file closed."""
    return xr.load_dataset(path, engine="netcdf4")
