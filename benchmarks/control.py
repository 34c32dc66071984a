"""What control is worth and how long it takes: ``python benchmarks/control.py``.

Of the built-in detached house with a 1 kW unit and a store of 6 kWh under the feed-in tariff, at
5 min: cost and CO2 under every control of a dwelling, and what a horizon of 6 to 72 h loses to
perfect foresight, with forecasts and with perfect ones. Then the time of a group, whose dwellings
are drawn from a pool of such years with shifts of whole weeks: each under its own control, and all
under the network's, against a price that changes by the hour and within nine tenths of the peak
that they have by themselves, or just above the least that they can have.

Seconds are those of the clock on two cores, then those of the processor, which other work does not
change. ``--dwellings 10,30`` says how large groups are, ``--days 30`` that they are run over the
first days of the year alone; ``--skip-horizons`` leaves the horizons out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from microchp.config import load_config
from microchp.config.scenarios import (
    ControlInputs,
    control_inputs,
    demand_inputs,
    design_inputs,
    scenario_table,
)
from microchp.control.coordination import GroupCost
from microchp.control.dispatch import (
    heat_led_year,
    independent,
    read_dwellings,
)
from microchp.control.forecast import forecast_year
from microchp.control.household import household_year
from microchp.control.line import Dwelling, dwelling_of
from microchp.control.network import coordinate
from microchp.control.planning import Rolling
from microchp.control.year import as_usual
from microchp.demand.build import build_demand

ROOT = Path(__file__).parents[1]
SIZES = {"chp_unit": "gas_engine_1kw", "chp_kw": 1.0, "tes_kwh": 6.0}
HORIZONS = (6, 12, 24, 48, 72)
POOL = 2
CORES = 2


def pool(directory: Path) -> tuple[list[Dwelling], ControlInputs]:
    """Some dwellings of the built-in house with the unit and the store."""
    config = load_config(
        {
            "market": "uk_2016",
            "scenarios": {
                "house": ["detached"],
                "incentive": ["fit"],
                "tes": ["with"],
                "control": ["heat_led", "household"],
            },
        },
        ROOT / "resources",
    )
    (scenario,) = scenario_table(config).values()
    path = directory / "detached.nc"
    build_demand(
        demand_path=path,
        quality_path=directory / "quality.json",
        **dict(demand_inputs(config, "detached", POOL)),
    )
    made = read_dwellings(path, design_inputs(config, scenario), SIZES)
    return made, control_inputs(config, scenario)


def group(of: list[Dwelling], count: int, days: int) -> list[Dwelling]:
    """So many dwellings, each one of the pool's shifted by whole weeks and some minutes."""
    random = np.random.default_rng(1)
    made = []
    for number in range(count):
        problem = of[number % len(of)].problem
        slices = problem.shape[1]
        shift = int(random.integers(-3, 4)) * 7 * slices + int(random.integers(-6, 7))
        arrays = [
            np.roll(values.ravel(), shift).reshape(problem.shape)
            for values in (problem.space_heating_kw, problem.hot_water_kw, problem.electricity_kw)
        ]
        moved = replace(
            problem, space_heating_kw=arrays[0], hot_water_kw=arrays[1], electricity_kw=arrays[2]
        )
        made.append(dwelling_of(moved.on_days(slice(0, days)), SIZES))
    return made


def horizons(dwelling: Dwelling, min_run_minutes: int) -> None:
    """Print the cost of every control, and the loss to each horizon."""
    usual = as_usual(dwelling)
    best, bound = household_year(dwelling)
    ordinary = heat_led_year(dwelling, min_run_minutes)
    saved = usual.cost_gbp - best.cost_gbp
    print(f"{'today':24} {usual.cost_gbp:9.2f} GBP/y {usual.co2_kg:8.1f} kg")
    print(f"{'bound':24} {bound:9.2f} GBP/y")
    for name, year in (("household", best), ("heat_led", ordinary)):
        kept = (usual.cost_gbp - year.cost_gbp) / saved
        print(
            f"{name:24} {year.cost_gbp:9.2f} GBP/y {year.co2_kg:8.1f} kg "
            f"{year.starts:6d} starts, {kept:6.1%} of the saving kept"
        )
    for is_perfect in (True, False):
        for hours in HORIZONS:
            begun = time.perf_counter()
            year = forecast_year(dwelling, Rolling(hours, 30, is_perfect), min_run_minutes)
            seconds = time.perf_counter() - begun
            lost = year.cost_gbp - best.cost_gbp
            what = "perfect" if is_perfect else "forecast"
            print(
                f"{what:9} {hours:3d} h ahead     {year.cost_gbp:9.2f} GBP/y {year.co2_kg:8.1f} kg "
                f"{year.starts:6d} starts: {lost:+6.2f} GBP ({lost / best.cost_gbp:+.3%}), "
                f"{year.co2_kg - best.co2_kg:+6.1f} kg, "
                f"{(usual.cost_gbp - year.cost_gbp) / saved:6.1%} kept; {seconds:.1f} s"
            )


def hourly_price(dwelling: Dwelling) -> np.ndarray:
    """A made-up day-ahead price: dear in the evening, cheap at night, other every day."""
    days, slices = dwelling.problem.shape
    random = np.random.default_rng(1)
    hour = np.arange(24)
    shape = 0.06 + 0.03 * np.cos((hour - 19) / 24 * 2 * np.pi) + 0.02 * (np.abs(hour - 18) < 2)
    price = shape * random.uniform(0.6, 1.5, (days, 1)) + random.normal(0.0, 0.005, (days, 24))
    return np.repeat(price, slices // 24, axis=1).ravel()


class Stopwatch:
    """Seconds since it was made, by the clock and by the processor."""

    def __init__(self) -> None:
        self.begun, self.worked = time.perf_counter(), time.process_time()

    def read(self, count: int) -> str:
        """Both, and those of the processor for each of some dwellings."""
        passed, worked = time.perf_counter() - self.begun, time.process_time() - self.worked
        return f"{passed:6.1f} s, {worked:.1f} s of processor, {worked / count:.2f} s a dwelling"


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dwellings", default="10,30")
    parser.add_argument("--days", type=int, default=366)
    parser.add_argument("--skip-horizons", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        made, inputs = pool(Path(directory))
    # compiled before it is timed
    household_year(made[0])
    if not options.skip_horizons:
        horizons(made[0], inputs.min_run_minutes)
    for count in map(int, options.dwellings.split(",")):
        homes = group(made, count, options.days)
        days = homes[0].line.days
        watch = Stopwatch()
        street = independent(homes, inputs.controls, inputs, CORES)
        took = watch.read(count)
        years = street.years["household"]
        cost = sum(year.cost_gbp for year in years)
        bound = sum(year.bound_gbp for year in years)
        print(
            f"household and heat_led {count:4d} dwellings x {days} days: {took}, "
            f"gap {(cost - bound) / cost:.4%}"
        )
        peak = float(sum(year.net_kw for year in years).max())
        price = hourly_price(homes[0])
        hours = homes[0].line.step_hours
        # every unit at its most: no limit below this can be held
        units_kw = count * float(SIZES["chp_kw"])
        least = np.sum([home.line.table.electricity_kw for home in homes], axis=0).max() - units_kw
        limit = max(0.9 * peak, 1.02 * float(least))
        limited = GroupCost(price, price, limit, np.inf, hours)
        watch = Stopwatch()
        found = coordinate(homes, np.zeros(price.size), limited, 0.0, CORES)
        took = watch.read(count)
        load = sum(year.net_kw for year in found.years)
        by_themselves = sum(year.own_gbp for year in years)
        trade = limited.trade_gbp(np.sum([year.net_kw for year in years], axis=0))
        by_themselves += hours * float(trade.sum())
        paid = sum(
            max(0.0, year.cost_gbp - own.cost_gbp)
            for year, own in zip(found.years, years, strict=True)
        )
        print(
            f"network                {count:4d} dwellings x {days} days: {took}, "
            f"gap {(found.objective_gbp - found.bound_gbp) / found.objective_gbp:.4%}, "
            f"peak {load.max():.2f} of {limit:.2f} kW (by themselves {peak:.2f}), "
            f"saves {by_themselves - found.objective_gbp:.0f} GBP, pays {paid:.0f} GBP"
        )


if __name__ == "__main__":
    main()
