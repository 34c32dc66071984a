"""What a sample of a sweep takes: ``python benchmarks/sweep.py --samples 200``.

The detached house of the design study without incentive, with and without a store, five uncertain
inputs, all in one process. ``--days 24`` takes typical days, ``all`` the whole year. Printed are
the time of the library, the time of a sample and what of it solvers take (HiGHS, the store line and
the enumeration of slices), how samples were proven, their gaps, what 2,000 and 10,000 samples would
take on two cores, and the memory after the first samples and after all. Times are of the
processor, so that other work does not count.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}  # as jobs

import pandas as pd
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from microchp.config import load_config
from microchp.config.scenarios import demand_inputs, scenario_table
from microchp.demand.build import build_demand
from microchp.design import certificate, schedule
from microchp.files import read_netcdf, write_netcdf
from microchp.series.timeseries import resample_dataset
from microchp.sweep import known
from microchp.sweep.chunk import prepare_sweep, sweep_designs

HOUSE, MARKET = "detached", "uk_2016"
INPUTS = {
    "tariff.gas_gbp_per_kwh": {"low": 0.025, "high": 0.05},
    "tariff.import_periods.1.price_gbp_per_kwh": {"low": 0.12, "high": 0.25},
    "tariff.export_gbp_per_kwh": {"low": 0.0, "high": 0.06},
    "tes.capital_cost_gbp_per_kwh": {"low": 10, "high": 40},
    "finance.interest_rate": {"low": 0.02, "high": 0.08},
}
STUDY_SAMPLES, STUDY_CORES = (2000, 10_000), 2
SOLVERS = ((known, "_best_weights"), (certificate, "solve_store_line"), (schedule, "curves_of"))
"""Where a sample is solved: weights of cuts by HiGHS, the store line, the slices' curves."""


class Stopwatch:
    """Time of the processor that some functions take together."""

    def __init__(self) -> None:
        self.seconds = 0.0
        for module, name in SOLVERS:
            setattr(module, name, self._timed(getattr(module, name)))

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.process_time() - started

        return timed


def memory_mb() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--minutes", type=int, default=5)
    parser.add_argument("--days", default="all")
    options = parser.parse_args()
    study = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    study |= {"market": MARKET, "scenarios": {"house": [HOUSE], "incentive": ["none"]}}
    days = options.days if options.days == "all" else int(options.days)
    study["time"] = {"resolution_minutes": options.minutes, "days": days}
    study["sweep"] = {
        "samples": max(STUDY_SAMPLES[0], options.samples),
        "inputs": INPUTS,
        "chunk_samples": options.samples,
    }
    study["sweep"]["checked_samples"] = 0
    config = load_config(study, ROOT / "resources")
    watch = Stopwatch()
    prepared_seconds, sample_seconds = 0.0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        minute, demand = Path(folder, "minute.nc"), Path(folder, "demand.nc")
        inputs = demand_inputs(config, HOUSE)
        build_demand(demand_path=minute, quality_path=Path(folder, "quality.json"), **dict(inputs))
        write_netcdf(resample_dataset(read_netcdf(minute), options.minutes), demand)
        for name, scenario in scenario_table(config).items():
            library, rows = Path(folder, "library.json"), Path(folder, "rows.parquet")
            shared = {"demand_path": demand, "library_path": library, "config": config}
            started = time.process_time()
            prepare_sweep(**shared, scenario=scenario)
            prepared = time.process_time() - started
            first_mb = memory_mb()
            watch.seconds, started = 0.0, time.process_time()
            sweep_designs(
                **shared,
                rows_path=rows,
                judged_path=Path(folder, "judged.parquet"),
                scenario=scenario,
                chunk=0,
            )
            seconds = (time.process_time() - started) / options.samples
            share = watch.seconds / options.samples / seconds
            prepared_seconds += prepared
            sample_seconds += seconds
            table = pd.read_parquet(rows)
            how = ", ".join(f"{n} {k}" for k, n in table["solve_method"].value_counts().items())
            print(
                f"{name}: library {prepared:.1f} s, {seconds:.3f} s a sample, {share:.0%} of it "
                f"solvers; {how}"
            )
            print(f"  memory {first_mb:.0f} MB before the samples, {memory_mb():.0f} MB after")
            gaps = table["relative_gap"]
            print(
                f"  {int(table['proven'].sum())} of {len(table)} proven; "
                f"gap {gaps.mean():.3%} on average, {gaps.max():.3%} at most"
            )
    for number in STUDY_SAMPLES:
        minutes = (prepared_seconds + number * sample_seconds) / STUDY_CORES / 60
        print(
            f"{number} samples with and without a store on {STUDY_CORES} cores: {minutes:.1f} min"
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {memory:.0f} MB")


if __name__ == "__main__":
    main()
