"""What a shared pool of electricity years does to the peak of a group.

``python benchmarks/diversity.py`` makes years of electricity for a household and prints the peak
by minute per dwelling (ADMD) of groups whose dwellings all have a year of their own, and of groups
that share a pool of them, moved by weeks and minutes (``demand.diversity.electricity_years``). All
have the same total. Each is the mean over groups made from the same years, with the standard
deviation. It takes some minutes.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from microchp.config import load_config
from microchp.demand.electricity import electricity_shape, shifted
from microchp.demand.seeds import child_seed
from microchp.demand.weather import load_weather
from microchp.series.timeseries import FloatArray

HOUSE = "detached"
DISTINCT_YEARS = 26
DWELLINGS = (4, 13, 100)
POOLS = (1, 2, 4, 8, 13, 26)
GROUPS = 20


def admd_kw(years: FloatArray, pool: int, dwellings: int, random: np.random.Generator) -> float:
    """Peak per dwelling of a group that shares ``pool`` of ``years`` (shape years, minutes)."""
    members = random.choice(len(years), pool, replace=False)
    total = np.zeros(years.shape[1])
    for dwelling in range(dwellings):
        year = years[members[dwelling % pool]]
        total += year if dwelling < pool else shifted(year, random)
    return float(total.max()) / dwellings


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=DISTINCT_YEARS, help="years to make")
    count = parser.parse_args().years
    config = load_config({}, Path(__file__).parents[1] / "resources")
    house = config.houses[HOUSE]
    weather = load_weather(config.demand.weather, config.time.year)
    begun = time.process_time()
    years = np.stack(
        [
            electricity_shape(
                house.occupants, weather, child_seed(config.run.seed, HOUSE, k, "electricity")
            )[0]
            for k in range(count)
        ]
    )
    print(f"{(time.process_time() - begun) / count:.1f} s for a year of electricity")
    years *= house.annual_electricity_kwh
    print(f"{HOUSE}, {house.annual_electricity_kwh} kWh a year: ADMD in kW, {GROUPS} groups each")
    for dwellings in DWELLINGS:
        for pool in (size for size in POOLS if size <= min(dwellings, count)):
            found = [
                admd_kw(years, pool, dwellings, np.random.default_rng([dwellings, pool, k]))
                for k in range(GROUPS)
            ]
            band = f"{np.mean(found):.2f} +- {np.std(found):.2f}"
            print(f"{dwellings:4} dwellings, {pool:2} years: {band}")


if __name__ == "__main__":
    main()
