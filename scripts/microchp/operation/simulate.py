"""The job that runs one unit in every dwelling of a group, one dwelling after the other.

Memory does not grow with the number of dwellings: each is read, run, written and forgotten.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import xarray as xr

from microchp.config import PrimeMover, Tes
from microchp.config.scenarios import DesignInputs, OperationInputs
from microchp.errors import AssessmentError
from microchp.files import copy_netcdf, whole, write_netcdf
from microchp.operation.dwelling import (
    DwellingYear,
    daily_dataset,
    dwelling_table,
    flows_dataset,
    operate,
    run_share_by_hour,
    runs_by_day,
)
from microchp.operation.flexibility import DIRECTIONS, shiftable_by_hour
from microchp.operation.group import CASE_NAMES, DOUBLE_UP_TO, ROWS_PER_CHUNK
from microchp.operation.heat_led import (
    FLOWS,
    NO_UNIT,
    Plant,
    controls_by_season,
    plant,
    timed_steps,
)
from microchp.operation.network import periods
from microchp.series.timeseries import MINUTES_PER_DAY, QUANTITIES, FloatArray, days_in_year
from microchp.system.store import hot_water_store
from microchp.telling import RESULT, counted

LEAST_UNMET_KWH = 1e-6
"""Less heat than this in a year is met: rounding."""

PERIODS = 7
"""The year, its three seasons and a day of each: a full year has them all."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Installed:
    """A unit as it stands in every dwelling of a group.

    ``told`` says in names of the configuration what stands there; see
    :data:`microchp.operation.group.CASE_NAMES`.
    """

    power_kw: float
    store_kwh: float
    plant: Plant
    told: dict[str, str]


def installed_unit(inputs: OperationInputs, design_path: str | Path | None) -> Installed:
    """The unit of a case: one of the catalogue, or that of a design with its store.

    Parameters
    ----------
    inputs
        The case; its ``unit`` is none where a design decides.
    design_path
        The design's NetCDF, of which only the attributes are read.
    """
    told = dict.fromkeys(CASE_NAMES, "") | {"group": inputs.group, "unit": inputs.unit_name}
    unit: PrimeMover | None = inputs.unit
    store, size_kwh = None, 0.0
    if design_path is not None:
        with netCDF4.Dataset(design_path) as file:
            designed = DesignInputs.model_validate_json(file.getncattr("inputs"))
            chp_kw, size_kwh = float(file.getncattr("chp_kw")), float(file.getncattr("tes_kwh"))
            attributes = set(file.ncattrs())
            name = file.getncattr("chp_unit") if "chp_unit" in attributes else None
        unit = next(
            (u for u in designed.units if (u.name == name if name else u.power_kw == chp_kw)),
            None,
        )
        told |= {
            "incentive": designed.incentive_name,
            "tes": "without" if designed.tes is None else "with",
            "plant": designed.plant,
        }
        store = hot_water_store(designed.tes or Tes(), designed.incentive)
    limit_kw = math.inf if inputs.boiler_kw is None else inputs.boiler_kw
    if unit is None:
        return Installed(0.0, 0.0, NO_UNIT._replace(boiler_kw=limit_kw), told)
    made = plant(inputs.operation, unit, store, size_kwh)._replace(boiler_kw=limit_kw)
    return Installed(unit.power_kw, made.store_kwh, made, told)


def dwellings_of(demand_paths: Sequence[str | Path]) -> Iterator[tuple[str, dict[str, FloatArray]]]:
    """The dwellings of demand files one after the other: house, and power by quantity."""
    for path in demand_paths:
        with netCDF4.Dataset(path) as file:
            for quantity in QUANTITIES:
                file[quantity].set_var_chunk_cache(size=0)  # each is read once
            for dwelling in range(len(file.dimensions["dwelling"])):
                yield (
                    str(file.getncattr("house")),
                    {q: np.asarray(file[q][dwelling, :], dtype=np.float64) for q in QUANTITIES},
                )


def _counted(demand_paths: Sequence[str | Path]) -> tuple[int, int]:
    """Dwellings in demand files, and the year that they are of."""
    count = 0
    years: dict[int, str | Path] = {}
    for path in demand_paths:
        with xr.open_dataset(path, engine="netcdf4") as file:
            count += file.sizes["dwelling"]
            year = int(file["time"].dt.year[0])
            step, steps = int(file.attrs["step_minutes"]), file.sizes["time"]
        if step != 1 or steps != days_in_year(year) * MINUTES_PER_DAY:
            raise AssessmentError(
                f"{path}: {steps} steps of {step} min; heat-led operation takes a year by minute"
            )
        years[year] = path
    if len(years) > 1:
        raise AssessmentError(
            "demand of different years in one group: "
            + ", ".join(f"{path} ({year})" for year, path in years.items())
        )
    return count, next(iter(years))


def simulate_dwelling(
    *,
    demand_paths: Sequence[str | Path],
    design_path: str | Path | None,
    first_path: str | Path,
    generation_path: str | Path,
    table_path: str | Path,
    inputs: OperationInputs,
    without_unit: Sequence[str | Path] = (),
) -> None:
    """Run the unit of a case in every dwelling of its group.

    Parameters
    ----------
    demand_paths
        Demand NetCDF files by minute, dims ``(dwelling, time)``; all their dwellings make the
        group, in this order.
    design_path
        Design NetCDF whose unit and store are installed; none for a unit of the catalogue.
    first_path
        NetCDF to write: all flows of the first dwelling over ``time``, its measures over ``day``.
    generation_path
        NetCDF to write: generation of each dwelling over ``(dwelling, time)``, its run time by
        day, and the electricity demand of all dwellings together over ``time``.
    table_path
        CSV to write: :func:`microchp.operation.dwelling.dwelling_table` of every dwelling.
    inputs
        The case.
    without_unit
        What this wrote of the same dwellings without a unit, in the order of the paths above: if
        the design turns out to have none, copied rather than computed again.

    Raises
    ------
    AssessmentError
        If a demand is not a year by minute, or energy does not close.
    """
    unit = installed_unit(inputs, design_path)
    if without_unit and unit.power_kw == 0:
        attributes = {"case": inputs.case, **unit.told, "inputs": inputs.model_dump_json()}
        first, generation, table_of_none = without_unit
        copy_netcdf(first, first_path, attributes)
        copy_netcdf(generation, generation_path, attributes)
        copied = pd.read_csv(table_of_none, dtype=str, keep_default_na=False).assign(**unit.told)
        with whole(table_path) as partial_table:
            copied.to_csv(partial_table, index=False)
        log.log(RESULT, "%s: no unit, as in %s", inputs.case, Path(table_of_none).stem)
        return
    count, year = _counted(demand_paths)
    minutes = days_in_year(year) * MINUTES_PER_DAY
    clock_on = timed_steps(inputs.operation, minutes)
    time = pd.date_range(f"{year}-01-01", periods=minutes, freq="min", name="time", unit="ns")
    dates = time[::MINUTES_PER_DAY]
    if unit.power_kw > 0:
        controls = controls_by_season(inputs.operation, dates, MINUTES_PER_DAY)
        unit = replace(unit, plant=unit.plant._replace(controls=controls))
    room = np.empty((len(FLOWS), minutes))
    total_kw = np.zeros(minutes)
    run_share, import_kwh, unmet_kwh, largest_kw, cold = 0.0, 0.0, 0.0, 0.0, 0
    with (
        whole(generation_path) as partial,
        whole(table_path) as partial_table,
        partial_table.open("w", encoding="utf-8", newline="") as text,
        _generation_file(partial, count, time) as file,
    ):
        chosen = {}
        for number, (house, demand) in enumerate(dwellings_of(demand_paths)):
            operated = operate(demand, unit.plant, clock_on, flows=room)
            if number == 0:
                # the first dwelling's days stand for all, so that one day is one weather
                heat = operated.by_day(operated.heat_demand_kw).sum(axis=1)
                chosen = periods(dates, heat, inputs.days)
                flows = flows_dataset(operated, time)
                daily = daily_dataset(operated, dates, unit.power_kw)
                attrs = {"case": inputs.case, "house": house, **unit.told}
                attrs["inputs"] = inputs.model_dump_json()
                write_netcdf(flows.merge(daily).assign_attrs(attrs), first_path)
                file["period"][:, :] = np.stack(list(chosen.values())).astype(np.int8)
            _put(file, number, operated)
            file["run_share_hour"][number, : len(chosen), :] = run_share_by_hour(operated, chosen)
            found = shiftable_by_hour(operated, unit.plant, chosen)
            file["shiftable"][number, :, :, : len(chosen), :] = found
            total_kw += demand["electricity_kw"]
            largest_kw = max(largest_kw, float(operated.heat_demand_kw.max()))
            table = dwelling_table(
                operated, chosen, unit.power_kw, inputs.ramp_minutes, unit.store_kwh
            )
            table.insert(0, "dwelling", number)
            table.insert(1, "house", house)
            table = table.assign(store_kwh=unit.store_kwh, **unit.told)
            table.to_csv(text, index=False, header=number == 0)
            run_share += table["run_time_share"].iloc[0] / count  # the first period is the year
            import_kwh += table["import_kwh"].iloc[0]
            unmet_kwh += table["unmet_heat_kwh"].iloc[0]
            cold += int(table["unmet_heat_kwh"].iloc[0] > LEAST_UNMET_KWH)
            if (number + 1) % 100 == 0:
                log.info("%s: %d of %d dwellings run", inputs.case, number + 1, count)
        file["demand_kw"][:] = total_kw
        file.setncatts(
            {
                "case": inputs.case,
                **unit.told,
                "period_names": " ".join(chosen),
                "power_kw": unit.power_kw,
                "store_kwh": unit.store_kwh,
                "step_minutes": 1,
                "inputs": inputs.model_dump_json(),
            }
        )
    log.log(
        RESULT,
        "%s: %s, unit on %.0f %% of the year, import %.0f %% of demand",
        inputs.case,
        counted(count, "dwelling"),
        100 * run_share,
        100 * import_kwh / max(total_kw.sum() / 60, 1e-9),
    )
    least_kw = unit.plant.min_load_share * unit.plant.heat_kw
    if unit.power_kw > 0 and run_share == 0 and largest_kw < least_kw:
        log.warning(
            "%s: the unit never runs: it gives at least %.1f kW of heat, more than is ever asked "
            "for at once (%.1f kW)",
            inputs.case,
            least_kw,
            largest_kw,
        )
    if cold:
        log.warning(
            "%s: in %d of %d dwellings unit, store and a boiler of %g kW (boiler.max_heat_kw) "
            "leave %.0f kWh of heat a year unmet: see unmet_heat_kwh in %s",
            inputs.case,
            cold,
            count,
            unit.plant.boiler_kw,
            unmet_kwh,
            Path(table_path).name,
        )


def _generation_file(path: Path, dwellings: int, time: pd.DatetimeIndex) -> netCDF4.Dataset:
    """A file to write generation to, dwelling by dwelling."""
    file = netCDF4.Dataset(path, "w")
    days = len(time) // MINUTES_PER_DAY
    sizes = {"dwelling": dwellings, "time": len(time), "day": days, "period": PERIODS, "hour": 24}
    sizes |= {"direction": len(DIRECTIONS), "measure": 2}
    for name, size in sizes.items():
        file.createDimension(name, size)
    axis = file.createVariable("time", "i8", ("time",), zlib=True)
    axis.setncatts({"units": f"minutes since {time[0]}", "calendar": "proleptic_gregorian"})
    axis[:] = np.arange(len(time))
    for name, kind, dims, unit, long_name, chunks in (
        (
            "chp_power_kw",
            "f8" if dwellings <= DOUBLE_UP_TO else "f4",
            ("dwelling", "time"),
            "kW",
            "electricity from the unit of a dwelling",
            (min(ROWS_PER_CHUNK, dwellings), MINUTES_PER_DAY),
        ),
        ("demand_kw", "f8", ("time",), "kW", "electricity demand of all dwellings", None),
        ("run_share", "f8", ("dwelling", "day"), "1", "share of the day that the unit runs", None),
        ("starts", "f8", ("dwelling", "day"), "1", "starts of the unit", None),
        (
            "run_share_hour",
            "f8",
            ("dwelling", "period", "hour"),
            "1",
            "share of each hour of day that the unit runs, over the days of a period",
            None,
        ),
        (
            "shiftable",
            "f8",
            ("dwelling", "direction", "measure", "period", "hour"),
            "kW, kWh",
            "power and energy that can be shifted by starting or stopping the unit, by hour of day",
            None,
        ),
        ("period", "i1", ("period", "day"), "1", "whether a day belongs to a period", None),
    ):
        variable = file.createVariable(name, kind, dims, zlib=True, complevel=1, chunksizes=chunks)
        variable.setncatts({"units": unit, "long_name": long_name})
    # room for the chunks of a year, which are then packed once, when all their rows are there
    rows = ROWS_PER_CHUNK * len(time) * 8
    file["chp_power_kw"].set_var_chunk_cache(size=rows + rows // 4, nelems=10_007, preemption=1.0)
    return file


def _put(file: netCDF4.Dataset, number: int, operated: DwellingYear) -> None:
    power = operated.flow("chp_power_kw")
    share, starts = runs_by_day(power, MINUTES_PER_DAY)
    file["chp_power_kw"][number, :] = power
    file["run_share"][number, :] = share
    file["starts"][number, :] = starts
