"""What a sample of a sweep takes: ``python benchmarks/sweep.py --samples 200``.

The detached house of the design study without incentive, with and without a store, five uncertain
inputs, all in one process. ``--days 24`` takes typical days, ``all`` the whole year. Printed are
the time of the library, the time of a sample, how samples were proven, their gaps, and what 2,000
samples would take on two cores. Times are of the processor, so that other work does not count.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from microchp.config import load_config
from microchp.config.scenarios import demand_inputs, scenario_table
from microchp.demand.build import build_demand
from microchp.files import read_netcdf, write_netcdf
from microchp.series.timeseries import resample_dataset
from microchp.sweep.chunk import prepare_sweep, sweep_designs

HOUSE = "detached"
INPUTS = {
    "tariff.gas_gbp_per_kwh": {"low": 0.025, "high": 0.05},
    "tariff.import_periods.1.price_gbp_per_kwh": {"low": 0.12, "high": 0.25},
    "tariff.export_gbp_per_kwh": {"low": 0.0, "high": 0.06},
    "tes.capital_cost_gbp_per_kwh": {"low": 10, "high": 40},
    "finance.interest_rate": {"low": 0.02, "high": 0.08},
}
STUDY_SAMPLES, STUDY_CORES = 2000, 2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--minutes", type=int, default=5)
    parser.add_argument("--days", default="all")
    options = parser.parse_args()
    study = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    study["scenarios"] = {"house": [HOUSE], "incentive": ["none"]}
    days = options.days if options.days == "all" else int(options.days)
    study["time"] = {"resolution_minutes": options.minutes, "days": days}
    study["sweep"] = {"samples": STUDY_SAMPLES, "inputs": INPUTS, "chunk_samples": options.samples}
    study["sweep"]["checked_samples"] = 0
    config = load_config(study, ROOT / "resources")
    total = 0.0
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
            started = time.process_time()
            sweep_designs(
                **shared,
                rows_path=rows,
                judged_path=Path(folder, "judged.parquet"),
                scenario=scenario,
                chunk=0,
            )
            seconds = (time.process_time() - started) / options.samples
            total += prepared + STUDY_SAMPLES * seconds
            table = pd.read_parquet(rows)
            how = ", ".join(f"{n} {k}" for k, n in table["solve_method"].value_counts().items())
            print(f"{name}: library {prepared:.1f} s, {seconds:.3f} s a sample; {how}")
            gaps = table["relative_gap"]
            print(
                f"  {int(table['proven'].sum())} of {len(table)} proven; "
                f"gap {gaps.mean():.3%} on average, {gaps.max():.3%} at most"
            )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{STUDY_SAMPLES} samples with and without a store on {STUDY_CORES} cores: "
        f"{total / STUDY_CORES / 60:.1f} min; peak memory {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
