"""How fast units are run and groups are added up: ``python benchmarks/operation.py``.

Prints dwelling-years per second and core of the control's loop; time and memory of a group with one
unit from 10 dwellings up, each in a process of its own; and those of 1,000 dwellings with three
units at 14 penetrations on two cores, from demand files in place.

The demand of a group is drawn from a pool of years with time shifts of whole weeks and minutes,
because making a thousand anew would take hours and measure something else: peaks of a pool's
member never meet their own copies, but its copies have the same habits, so the group is less
diverse than it is large. Beyond 1,000 dwellings, those of the file stand in the group repeatedly.

``--dwellings 10000`` takes about half an hour, and 2 GB in a temporary directory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import netCDF4
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from microchp.config import load_config
from microchp.config.scenarios import group_inputs, operation_cases
from microchp.files import whole
from microchp.operation.group import aggregate_group
from microchp.operation.heat_led import FLOWS, plant, run, timed_steps
from microchp.operation.simulate import simulate_dwelling
from microchp.series.timeseries import QUANTITIES

ROOT = Path(__file__).parents[1]
MINUTES = 525_600
GROUPS = (10, 100, 1_000, 10_000)
UNITS = ("stirling_1kw", "fuel_cell_1kw", "fuel_cell_3kw")
POOL = 10
LARGEST_FILE = 1_000
CORES = 2


def pool_year(number: int) -> dict[str, np.ndarray]:
    """A year with a heating programme, reheating and a load of switched appliances."""
    random = np.random.default_rng(number)
    minute = np.arange(MINUTES)
    clock = minute % 1440
    season = np.maximum(0.0, np.cos(2 * np.pi * minute / MINUTES) + 0.2)
    on = (clock > 360) & (clock < 560) | (clock > 900) & (clock < 1340)
    switched = np.repeat(random.exponential(0.6, MINUTES // 5), 5)
    return {
        "space_heating_kw": np.where(on, 9.0 * season, 0.0),
        "hot_water_kw": np.where(on & (clock % 90 < 25), 2.5, 0.0),
        "electricity_kw": 0.2 + switched * (clock > 400),
    }


def write_demand(path: Path, dwellings: int) -> None:
    """A demand file of many dwellings, written one by one."""
    pool = [pool_year(number) for number in range(min(POOL, dwellings))]
    random = np.random.default_rng(1)
    with whole(path) as made, netCDF4.Dataset(made, "w") as file:
        file.createDimension("dwelling", dwellings)
        file.createDimension("time", MINUTES)
        file.setncatts({"house": "pool", "step_minutes": 1})
        axis = file.createVariable("time", "i8", ("time",))
        axis.units = "minutes since 2015-01-01"
        axis[:] = np.arange(MINUTES)
        for quantity in QUANTITIES:
            file.createVariable(
                quantity,
                "f8",
                ("dwelling", "time"),
                zlib=True,
                complevel=1,
                chunksizes=(1, MINUTES),
            )
        for dwelling in range(dwellings):
            shift = int(random.integers(-3, 4)) * 10_080 + int(random.integers(-60, 61))
            for quantity, values in pool[dwelling % len(pool)].items():
                file[quantity][dwelling, :] = np.roll(values, shift)


def time_loop() -> float:
    """Dwelling-years per second of processor time of the loop alone, the slowest of three."""
    config = load_config({}, ROOT / "resources")
    year = pool_year(0)
    heat = year["space_heating_kw"] + year["hot_water_kw"]
    flows = np.empty((len(FLOWS), MINUTES))
    clock_on = timed_steps(config.operation, MINUTES)
    slowest = np.inf
    for name in UNITS:
        made = plant(config.operation, config.catalogue_units()[name])
        run(heat, year["electricity_kw"], clock_on, made, 1 / 60, flows)
        begun = time.process_time()
        for _ in range(20):
            run(heat, year["electricity_kw"], clock_on, made, 1 / 60, flows)
        rate = 20 / (time.process_time() - begun)
        print(f"loop       {name:14} {rate:7.0f} dwelling-years/s per core")
        slowest = min(slowest, rate)
    return slowest


def time_group(unit: str, directory: Path, files: int) -> tuple[float, float, float]:
    """Seconds to run a unit in a group's dwellings, and to add them up; peak memory in MB.

    ``files`` times the demand file stands in the group.
    """
    config = load_config(
        {
            "scenarios": {
                "house": ["flat"],
                "incentive": [],
                "penetration": [k / 13 for k in range(14)],
            },
            "operation": {"units": [unit]},
        },
        ROOT / "resources",
    )
    case = f"flat-{unit}"
    begun = time.perf_counter()
    simulate_dwelling(
        demand_paths=[directory / "demand.nc"] * files,
        design_path=None,
        first_path=directory / f"{unit}_first.nc",
        generation_path=directory / f"{unit}_generation.nc",
        table_path=directory / f"{unit}.csv",
        inputs=operation_cases(config)[case],
    )
    simulated = time.perf_counter()
    aggregate_group(
        generation_path=directory / f"{unit}_generation.nc",
        group_path=directory / f"{unit}_group.nc",
        inputs=group_inputs(config, case),
    )
    done = time.perf_counter()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return simulated - begun, done - simulated, peak_mb


def time_groups(
    directory: Path, dwellings: int, units: tuple[str, ...], cores: int
) -> list[tuple[float, float, float]]:
    """:func:`time_group` for each unit, each in a process of its own, as jobs of a run are."""
    one = partial(time_group, directory=directory, files=-(-dwellings // LARGEST_FILE))
    with multiprocessing.get_context("spawn").Pool(cores, maxtasksperchild=1) as pool:
        return pool.map(one, units, chunksize=1)


def print_three_units(directory: Path) -> None:
    """Time and memory of the largest demand file with every unit, from files in place."""
    begun = time.perf_counter()
    found = time_groups(directory, LARGEST_FILE, UNITS, CORES)
    wall_s = time.perf_counter() - begun
    on_disk = sum(path.stat().st_size for path in directory.iterdir())
    print(
        f"{LARGEST_FILE:,} dwellings, {len(UNITS)} units, 14 penetrations on {CORES} cores: "
        f"{wall_s:.0f} s, largest job {max(mb for _, _, mb in found):,.0f} MB, "
        f"files {on_disk / 2**20:,.0f} MB",
        flush=True,
    )


def main() -> None:
    """Print the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dwellings", type=int, default=100, help="largest group (default 100)")
    most = parser.parse_args().dwellings
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # as jobs of a run have
    time_loop()
    before: tuple[int, float, float] | None = None
    for dwellings in (count for count in GROUPS if count <= most):
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            write_demand(directory / "demand.nc", min(dwellings, LARGEST_FILE))
            [(run_s, add_s, peak_mb)] = time_groups(directory, dwellings, UNITS[:1], cores=1)
            ratio = ""
            if before is not None:
                longer = (run_s + add_s) / sum(before[1:])
                ratio = f", {longer:.1f} x the time of {before[0]:,}"
            print(
                f"group of {dwellings:6,}: run {run_s:6.1f} s ({dwellings / run_s:4.0f} "
                f"dwelling-years/s, read and written), add up {add_s:6.1f} s, "
                f"peak memory {peak_mb:,.0f} MB{ratio}",
                flush=True,
            )
            if dwellings == LARGEST_FILE:
                print_three_units(directory)
        before = dwellings, run_s, add_s
    if before is not None and before[0] < GROUPS[-1]:
        more = GROUPS[-1] / before[0]
        print(
            f"group of {GROUPS[-1]:6,}: at most run {more * before[1]:,.0f} s, add up "
            f"{more * before[2]:,.0f} s, {more:g} times those of {before[0]:,} (not measured)"
        )


if __name__ == "__main__":
    main()
