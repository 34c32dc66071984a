"""Time axes: a calendar year at a step, energy-conserving resampling, the (day, slice) view.

Time is naive standard time all year: no hour is missing in spring and none occurs twice in
autumn. A value holds for the step that *starts* at its time stamp, as mean power.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from microchp.config import ClockPeriod
from microchp.files import whole, write_dwellings
from microchp.telling import RESULT

FloatArray = npt.NDArray[np.float64]

QUANTITIES = ("space_heating_kw", "hot_water_kw", "electricity_kw")
"""The demands, in the order of every file and table."""

WEATHER = ("outdoor_temperature_c", "pv_yield_kw_per_kwp")
"""What a demand file holds of the weather: over time only, the same for all its dwellings."""

MINUTES_PER_DAY = 1440

log = logging.getLogger(__name__)


def time_axis(year: int, step_minutes: int = 1) -> pd.DatetimeIndex:
    """Starts of all steps of a calendar year, in standard time.

    Parameters
    ----------
    year
        Calendar year; a leap year has 366 days.
    step_minutes
        Length of a step; must divide a day.

    Returns
    -------
    pandas.DatetimeIndex
        ``days * 1440 / step_minutes`` naive time stamps.
    """
    _check_divides(step_minutes, MINUTES_PER_DAY, "a day")
    return pd.date_range(
        f"{year}-01-01",
        f"{year + 1}-01-01",
        freq=f"{step_minutes}min",
        inclusive="left",
        unit="ns",
        name="time",
    )


def days_in_year(year: int) -> int:
    """365, or 366 in a leap year."""
    return int(pd.Timestamp(year=year, month=12, day=31).dayofyear)


def resample_mean(values: npt.ArrayLike, step_minutes: int, target_minutes: int) -> FloatArray:
    """Mean power over longer steps.

    Parameters
    ----------
    values
        Mean power over steps of ``step_minutes``; time is the last axis and starts on a step
        of ``target_minutes``. Shape ``(..., n)``.
    step_minutes, target_minutes
        Present and wanted step; the one must divide the other.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., n * step_minutes / target_minutes)``. The energy is conserved to rounding.

    Raises
    ------
    ValueError
        If the steps or the length do not divide.
    """
    values = np.asarray(values, dtype=np.float64)
    _check_divides(step_minutes, target_minutes, f"{target_minutes} min")
    factor = target_minutes // step_minutes
    if values.shape[-1] % factor:
        raise ValueError(
            f"{values.shape[-1]} steps of {step_minutes} min do not fill whole steps of "
            f"{target_minutes} min"
        )
    blocks: FloatArray = values.reshape(*values.shape[:-1], -1, factor)
    return np.asarray(blocks.mean(axis=-1))


def repeat_to(values: npt.ArrayLike, step_minutes: int, target_minutes: int) -> FloatArray:
    """Piecewise constant power on shorter steps; the inverse of :func:`resample_mean`.

    Raises
    ------
    ValueError
        If ``target_minutes`` does not divide ``step_minutes``.
    """
    _check_divides(target_minutes, step_minutes, f"{step_minutes} min")
    return np.repeat(np.asarray(values, dtype=np.float64), step_minutes // target_minutes, axis=-1)


def step_minutes_of(dataset: xr.Dataset) -> int:
    """The regular step of ``dataset.time``, in minutes.

    Raises
    ------
    ValueError
        If the time stamps are not equidistant or not a whole number of minutes apart.
    """
    steps = np.unique(np.diff(dataset["time"].to_numpy()))
    if len(steps) != 1 or steps[0] % np.timedelta64(1, "m"):
        raise ValueError("time stamps are not a whole number of minutes apart")
    return int(steps[0] / np.timedelta64(1, "m"))


def resample_dataset(dataset: xr.Dataset, target_minutes: int) -> xr.Dataset:
    """A demand dataset at a longer step, its attributes kept.

    Parameters
    ----------
    dataset
        Variables of mean power whose last dimension is ``time``; whole days.
    target_minutes
        Wanted step; a multiple of the present one.

    Raises
    ------
    ValueError
        If the present step does not divide ``target_minutes``.
    """
    step = step_minutes_of(dataset)
    _check_divides(step, target_minutes, f"{target_minutes} min")
    resampled = xr.Dataset(
        coords={
            **{name: dataset[name] for name in dataset.coords if name != "time"},
            "time": dataset["time"].isel(time=slice(None, None, target_minutes // step)),
        },
        attrs={**dataset.attrs, "step_minutes": target_minutes},
    )
    for name, variable in dataset.data_vars.items():
        values = variable.transpose(..., "time")
        resampled[name] = (
            values.dims,
            resample_mean(values.to_numpy(), step, target_minutes),
            variable.attrs,
        )
    return resampled


def day_slice(dataset: xr.Dataset) -> xr.Dataset:
    """The same values over ``(day, slice)`` instead of ``time``.

    Parameters
    ----------
    dataset
        Whole days from midnight at a regular step.

    Returns
    -------
    xarray.Dataset
        ``time`` replaced by ``day`` (its midnight) and ``slice`` (0, 1, ... within the day),
        with the coordinate ``minute`` (start of the slice, in minutes from midnight).

    Raises
    ------
    ValueError
        If the data do not begin at midnight or do not fill whole days.
    """
    step = step_minutes_of(dataset)
    slices = MINUTES_PER_DAY // step
    times = pd.DatetimeIndex(dataset["time"].to_numpy())
    if times[0] != times[0].normalize() or len(times) % slices:
        raise ValueError("the data must fill whole days from midnight")
    folded = xr.Dataset(
        coords={
            **{name: dataset[name] for name in dataset.coords if name != "time"},
            "day": ("day", times[::slices], {"long_name": "midnight that the day starts with"}),
            "slice": ("slice", np.arange(slices), {"long_name": "step within the day"}),
            "minute": (
                "slice",
                np.arange(slices) * step,
                {"units": "min", "long_name": "start of the slice, from midnight"},
            ),
        },
        attrs=dataset.attrs,
    )
    for name, variable in dataset.data_vars.items():
        flat = variable.transpose(..., "time")
        values = flat.to_numpy().reshape(*flat.shape[:-1], -1, slices)
        folded[name] = ((*flat.dims[:-1], "day", "slice"), values, variable.attrs)
    return folded


def peak_loss_table(before: xr.Dataset, after: xr.Dataset) -> pd.DataFrame:
    """What a longer step does to energy and peak.

    Parameters
    ----------
    before, after
        The same demand at a shorter and a longer step, dims ``(dwelling, time)``.

    Returns
    -------
    pandas.DataFrame
        A row per dwelling and quantity: ``house, dwelling, quantity, resolution_minutes,
        energy_before_kwh, energy_after_kwh, peak_before_kw, peak_after_kw, peak_loss_share``
        (share of the peak that averaging hides).
    """
    hours_before = step_minutes_of(before) / 60
    hours_after = step_minutes_of(after) / 60
    rows: list[dict[str, Any]] = []
    for dwelling in before["dwelling"].to_numpy():
        for quantity in QUANTITIES:
            fine = before[quantity].sel(dwelling=dwelling).to_numpy()
            coarse = after[quantity].sel(dwelling=dwelling).to_numpy()
            peak_before, peak_after = float(fine.max()), float(coarse.max())
            rows.append(
                {
                    "house": before.attrs["house"],
                    "dwelling": int(dwelling),
                    "quantity": quantity,
                    "resolution_minutes": step_minutes_of(after),
                    "energy_before_kwh": float(fine.sum()) * hours_before,
                    "energy_after_kwh": float(coarse.sum()) * hours_after,
                    "peak_before_kw": peak_before,
                    "peak_after_kw": peak_after,
                    "peak_loss_share": 1 - peak_after / peak_before if peak_before else 0.0,
                }
            )
    return pd.DataFrame(rows)


def resample_demand(
    *,
    demand_path: str | Path,
    resampled_path: str | Path,
    loss_path: str | Path,
    resolution_minutes: int,
) -> None:
    """Write a demand file at a longer step, its weather with it, and what that does to its peaks.

    Parameters
    ----------
    demand_path
        Demand NetCDF, dims ``(dwelling, time)``; what is over ``time`` only goes with it.
    resampled_path
        NetCDF to write, at ``resolution_minutes``.
    loss_path
        CSV to write: :func:`peak_loss_table`.
    resolution_minutes
        Wanted step; a multiple of the file's.
    """
    with xr.open_dataset(demand_path, engine="netcdf4") as demand:
        names = {quantity: str(demand[quantity].attrs["long_name"]) for quantity in QUANTITIES}
        weather = demand.drop_dims("dwelling").load()
        tables: list[pd.DataFrame] = []

        def resampled() -> Iterator[dict[str, FloatArray]]:
            """Each dwelling at the longer step, once its losses are noted."""
            for number in range(demand.sizes["dwelling"]):
                one = demand[[*QUANTITIES]].isel(dwelling=[number]).load()
                coarse = resample_dataset(one, resolution_minutes)
                tables.append(peak_loss_table(one, coarse))
                yield {quantity: coarse[quantity].to_numpy()[0] for quantity in QUANTITIES}

        write_dwellings(
            resampled_path,
            resampled(),
            count=demand.sizes["dwelling"],
            time=pd.DatetimeIndex(demand["time"].to_numpy())[
                :: resolution_minutes // step_minutes_of(demand)
            ],
            long_names=names,
            attributes={**demand.attrs, "step_minutes": resolution_minutes},
            common=resample_dataset(weather, resolution_minutes),
        )
    losses = pd.concat(tables, ignore_index=True)
    with whole(loss_path) as partial:
        losses.to_csv(partial, index=False)
    log.log(
        RESULT,
        "%s at %d min: hot-water peaks lose %.0f %%, electricity peaks %.0f %%",
        losses["house"].iloc[0],
        resolution_minutes,
        *(
            100 * losses.loc[losses["quantity"] == quantity, "peak_loss_share"].mean()
            for quantity in ("hot_water_kw", "electricity_kw")
        ),
    )


def _check_divides(divisor: int, number: int, what: str) -> None:
    if divisor < 1 or number % divisor:
        raise ValueError(f"a step of {divisor} min does not divide {what}")


def within_period(period: ClockPeriod, minute: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Which minutes of a day (0 to 1439) are in a period, one over midnight too."""
    inside = np.zeros(minute.shape, dtype=np.bool_)
    for first, last in period.minutes():
        inside |= (minute >= first) & (minute < last)
    return inside
