"""Results on disk: written whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import xarray as xr


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """A path to write to, which becomes ``path`` only when everything has been written.

    Raises
    ------
    OSError
        If there is no room for it, also where the library that writes does not say so.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.partial{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    except RuntimeError as error:
        # HDF5 does not say why it cannot write: the system does
        try:
            _try_writing(path.parent)
        except OSError as cause:
            raise OSError(cause.errno, cause.strerror, str(path)) from error
        raise
    finally:
        partial.unlink(missing_ok=True)


def _try_writing(folder: Path) -> None:
    """Write what takes more room than a full disk has, and take it away again."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        left = 2**20
        while left:
            left -= file.write(bytes(left))
        os.fsync(file.fileno())


def no_room(error: BaseException) -> OSError | None:
    """What says that a disk, or a user's share of it, is full; none if nothing does.

    It may be the error, or one behind it: where a library cleans up, it fails once more.
    """
    told: BaseException | None = error
    while told is not None:
        if isinstance(told, OSError) and told.errno in {errno.ENOSPC, errno.EDQUOT}:
            return told
        told = told.__cause__ or told.__context__
    return None


def damaged(error: BaseException) -> bool:
    """Whether an error is what a damaged result does to its reader."""
    is_netcdf = isinstance(error, OSError | RuntimeError) and "NetCDF: " in str(error)
    kinds = (pd.errors.ParserError, pd.errors.EmptyDataError, pa.ArrowInvalid)
    return is_netcdf or isinstance(error, kinds)


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


def copy_netcdf(source: str | Path, path: str | Path, attributes: Mapping[str, Any]) -> None:
    """Write a file again under another name, with some of its attributes given anew."""
    with whole(path) as partial:
        shutil.copyfile(source, partial)
        with netCDF4.Dataset(partial, "a") as file:
            file.setncatts(attributes)


def write_dwellings(
    path: str | Path,
    dwellings: Iterable[Mapping[str, npt.NDArray[np.float64]]],
    *,
    count: int,
    time: pd.DatetimeIndex,
    long_names: Mapping[str, str],
    attributes: Mapping[str, str | int],
    common: xr.Dataset | None = None,
    first: int = 0,
) -> None:
    """Write power of dwellings over ``(dwelling, time)``, one after the other, whole or not at all.

    No more than one dwelling is held, and each is compressed by itself.

    Parameters
    ----------
    path
        NetCDF to write.
    dwellings
        For each dwelling an array by quantity, kW, of shape ``(steps,)``.
    count
        How many dwellings there are.
    time
        Starts of the steps.
    long_names
        By quantity.
    attributes
        Of the file.
    common
        What all dwellings share, such as the weather, over ``time`` at the same steps, each with
        ``units`` and ``long_name``; empty: nothing.
    first
        Number of the first of them.
    """
    with whole(path) as partial, netCDF4.Dataset(partial, "w") as file:
        file.createDimension("dwelling", count)
        file.createDimension("time", len(time))
        file.setncatts(dict(attributes))
        numbers = file.createVariable("dwelling", "i8", ("dwelling",))
        numbers.long_name = "dwelling"
        numbers[:] = np.arange(first, first + count)
        axis = file.createVariable("time", "i8", ("time",), zlib=True, complevel=1)
        axis.setncatts(
            {
                "long_name": "start of the step, standard time",
                "units": f"minutes since {time[0]}",
                "calendar": "proleptic_gregorian",
            }
        )
        axis[:] = (time - time[0]) // pd.Timedelta(minutes=1)
        for quantity, long_name in long_names.items():
            variable = file.createVariable(
                quantity,
                "f8",
                ("dwelling", "time"),
                zlib=True,
                complevel=1,
                chunksizes=(1, len(time)),
            )
            variable.setncatts({"units": "kW", "long_name": long_name})
            # each is written once; of a new variable, 0 would mean the default of 64 MB
            variable.set_var_chunk_cache(size=1)
        for name, shared in ({} if common is None else common.data_vars).items():
            variable = file.createVariable(str(name), "f8", ("time",), zlib=True, complevel=1)
            variable.setncatts({key: shared.attrs[key] for key in ("units", "long_name")})
            variable[:] = shared.to_numpy()
        for number, power_kw in enumerate(dwellings):
            for quantity in long_names:
                file[quantity][number, :] = power_kw[quantity]


def read_table(path: str | Path, texts: Iterable[str]) -> pd.DataFrame:
    """A table that a rule wrote: names as texts, whatever they look like, and empty ones as ``""``.

    Parameters
    ----------
    path
        CSV to read.
    texts
        Columns of names; in all others an empty cell is no number.
    """
    names = list(texts)
    table = pd.read_csv(
        path, dtype=dict.fromkeys(names, str), keep_default_na=False, na_values=[""]
    )
    # in one piece again: filled column by column, a wide table is slow, and pandas says so
    return table.fillna(dict.fromkeys(names, "")).copy()


def read_netcdf(path: str | Path, dwelling: int | None = None) -> xr.Dataset:
    """A dataset, or what it holds of one dwelling, loaded into memory and its file closed."""
    with xr.open_dataset(path, engine="netcdf4") as dataset:
        return (dataset if dwelling is None else dataset.isel(dwelling=dwelling)).load()
