"""The job that runs a design under every control, in one dwelling and in a group.

All controls have the same dwellings, the same demand, the same step and the same plant, so that
what is between them is the worth of control and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from microchp.config import Control, Network, Tariff
from microchp.config.scenarios import ControlInputs, DesignInputs
from microchp.control.battery import beside, self_consuming
from microchp.control.coordination import GroupCost
from microchp.control.forecast import forecast_year
from microchp.control.heat_led import heat_led
from microchp.control.household import household_year
from microchp.control.line import Dwelling, dwelling_of
from microchp.control.network import coordinate
from microchp.control.planning import Rolling, tank_of
from microchp.control.year import (
    AsUsual,
    Year,
    as_usual,
    carried_out,
    closed,
    unit_bounds,
)
from microchp.design.days import for_days
from microchp.design.problem import FloatArray, Problem, check_servable, problem_from, whole_year
from microchp.design.proof import relative_gap
from microchp.errors import AssessmentError
from microchp.files import read_netcdf, whole, write_netcdf
from microchp.operation.group import units_at, with_none
from microchp.series.issued import read_issued
from microchp.series.prices import import_price
from microchp.series.timeseries import QUANTITIES, day_slice, resample_dataset
from microchp.telling import RESULT

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figures:
    """What is kept of a dwelling's year once it is counted; ``net_kw`` of shape ``(N,)``."""

    net_kw: FloatArray
    own_gbp: float
    cost_gbp: float
    bound_gbp: float
    co2_kg: float
    fuel_kwh: float
    generation_kwh: float
    starts: int
    run_hours: float
    unmet_kwh: float


def heat_led_year(dwelling: Dwelling, min_run_minutes: int) -> Year:
    """A dwelling under the ordinary controller, its last day closed."""
    line = dwelling.line
    least_kw, most_kw = unit_bounds(dwelling)
    flows = heat_led(
        line.table.heat_kw,
        least_kw,
        most_kw,
        min_run_steps=-(-min_run_minutes // round(60 * line.step_hours)),
        initial_kwh=line.initial_kwh,
        tank=tank_of(line),
        step_hours=line.step_hours,
    )
    year = Year(dwelling, closed(line, carried_out(dwelling, flows)))
    if dwelling.battery is None:
        return year
    battery = beside(dwelling.battery, year.net_kw)
    return replace(year, battery=closed(battery, self_consuming(dwelling.battery, year.net_kw)))


def figures(year: Year, bound_gbp: float) -> Figures:
    """Count a year, once its energy is seen to close."""
    year.check()
    hours = year.dwelling.line.step_hours
    return Figures(
        net_kw=year.net_kw,
        own_gbp=year.own_gbp,
        cost_gbp=year.cost_gbp,
        bound_gbp=bound_gbp,
        co2_kg=year.co2_kg,
        fuel_kwh=year.fuel_kwh,
        generation_kwh=hours * float(year.power_kw.sum()),
        starts=year.starts,
        run_hours=year.run_hours,
        unmet_kwh=year.unmet_kwh,
    )


@dataclass(frozen=True)
class Street:
    """Dwellings with a design, or without it.

    Attributes
    ----------
    dwellings
        Each with the design.
    usual
        Each without it.
    years
        What each does with it, by control.
    """

    dwellings: list[Dwelling]
    usual: list[AsUsual]
    years: dict[Control, list[Figures]]

    @property
    def step_hours(self) -> float:
        """Length of a step."""
        return self.dwellings[0].line.step_hours


def independent(
    dwellings: list[Dwelling], controls: Sequence[Control], inputs: ControlInputs, threads: int
) -> Street:
    """Every dwelling under each control that looks at no other dwelling."""
    carbon, file = None, inputs.forecast.carbon_file
    if file is not None:
        year = int(dwellings[0].problem.inputs.time.year)
        carbon = read_issued(file, "forecast.carbon_file", year)

    def one(number: int) -> dict[Control, Figures]:
        try:
            return run(dwellings[number])
        except AssessmentError as error:
            name = dwellings[number].problem.inputs.scenario
            raise AssessmentError(f"{name}, dwelling {number}: {error}") from None

    def run(dwelling: Dwelling) -> dict[Control, Figures]:
        household, bound = household_year(dwelling)
        found: dict[Control, Figures] = {"household": figures(household, bound)}
        found["heat_led"] = figures(heat_led_year(dwelling, inputs.min_run_minutes), bound)
        if "forecast" in controls:
            ahead = Rolling(inputs.forecast.horizon_hours, inputs.forecast.every_minutes)
            ran = forecast_year(dwelling, ahead, inputs.min_run_minutes, carbon)
            found["forecast"] = figures(ran, bound)
        # curves are large and made again where they are needed
        for line in dwelling.lines:
            line.__dict__.pop("curves", None)
        return found

    found = for_days(range(len(dwellings)), one, threads)
    names = list(found[0])
    return Street(
        dwellings,
        [as_usual(dwelling) for dwelling in dwellings],
        {name: [each[name] for each in found] for name in names},
    )


@dataclass(frozen=True)
class NetworkRun:
    """A group that the network runs, with some of its dwellings' units.

    Attributes
    ----------
    cost, co2_gbp_per_kg
        What its load and its CO2 cost.
    years
        What each dwelling with a unit does; empty where none has one, or none is coordinated.
    bound_gbp
        What the group costs at least.
    """

    cost: GroupCost
    co2_gbp_per_kg: float
    years: list[Figures]
    bound_gbp: float


def group_cost(dwelling: Dwelling, network: Network) -> GroupCost:
    """What a group's load costs: a price series, or the tariff of its dwellings."""
    problem, table = dwelling.problem, dwelling.line.table
    buy, sell = table.import_gbp_per_kwh, table.export_gbp_per_kwh
    grid = problem.grid_kg_per_kwh.ravel()
    if network.price_file is not None:
        series = Tariff(import_file=network.price_file)
        minutes = round(60 * problem.step_hours)
        paid = import_price(series, problem.inputs.time.year, minutes).ravel()
        buy = sell = paid + problem.inputs.incentive.co2_price_gbp_per_kg * grid
    extra = network.co2_gbp_per_kg * grid
    return GroupCost(
        buy=buy + extra,
        sell=sell + extra,
        max_import_kw=np.inf if network.max_import_kw is None else network.max_import_kw,
        max_export_kw=np.inf if network.max_export_kw is None else network.max_export_kw,
        step_hours=problem.step_hours,
        peak_gbp_per_kw=network.peak_gbp_per_kw,
    )


def network_run(
    street: Street, chosen: Sequence[int], network: Network, threads: int
) -> NetworkRun:
    """A group under network control in which some dwellings have the design."""
    cost = group_cost(street.dwellings[0], network)
    if not chosen:
        return NetworkRun(cost, network.co2_gbp_per_kg, [], np.nan)
    has = set(chosen)
    others = [usual for number, usual in enumerate(street.usual) if number not in has]
    base_kw = sum((usual.net_kw for usual in others), np.zeros_like(street.usual[0].net_kw))
    members = [street.dwellings[number] for number in chosen]
    found = coordinate(members, base_kw, cost, network.co2_gbp_per_kg, threads)
    gas = street.dwellings[0].problem.inputs.emissions.gas_kg_per_kwh * network.co2_gbp_per_kg
    fixed = sum(usual.own_gbp + gas * usual.fuel_kwh for usual in others)
    years = [
        figures(year, street.years["household"][number].bound_gbp)
        for year, number in zip(found.years, chosen, strict=True)
    ]
    return NetworkRun(cost, network.co2_gbp_per_kg, years, found.bound_gbp + fixed)


def rows_of(
    street: Street,
    controls: Sequence[Control],
    chosen: Sequence[int],
    network: NetworkRun | None = None,
) -> list[dict[str, Any]]:
    """Rows of some of a street's dwellings with the design, the others without; one per control.

    Parameters
    ----------
    street
        The dwellings.
    controls
        Who controls.
    chosen
        Numbers of the dwellings that have the design.
    network
        The same dwellings under network control, if that is asked for.
    """
    hours = street.step_hours
    has = set(chosen)
    without = [usual for number, usual in enumerate(street.usual) if number not in has]
    bau_cost = sum(usual.cost_gbp for usual in street.usual)
    bau_co2 = sum(usual.co2_kg for usual in street.usual)
    base_gbp = sum(usual.cost_gbp for usual in without)
    base_co2 = sum(usual.co2_kg for usual in without)
    base_fuel = sum(usual.fuel_kwh for usual in without)
    base_kw = sum((usual.net_kw for usual in without), np.zeros_like(street.usual[0].net_kw))
    gas = street.dwellings[0].problem.inputs.emissions.gas_kg_per_kwh

    def of(control: Control) -> list[Figures]:
        if control == "network":
            return network.years if network else []
        return [street.years[control][number] for number in chosen]

    def cost_of(control: Control) -> float:
        return base_gbp + sum(year.cost_gbp for year in of(control))

    def load_of(control: Control) -> FloatArray:
        return base_kw + sum((year.net_kw for year in of(control)), np.zeros_like(base_kw))

    def objective_of(control: Control) -> float:
        if network is None:
            return np.nan
        fuel = base_fuel + sum(year.fuel_kwh for year in of(control))
        own = sum(usual.own_gbp for usual in without) + sum(year.own_gbp for year in of(control))
        load_gbp = network.cost.load_gbp(load_of(control))
        return own + network.co2_gbp_per_kg * gas * fuel + load_gbp

    best, households = cost_of("household"), of("household")
    best_co2 = base_co2 + sum(year.co2_kg for year in households)
    rows = []
    for control in controls:
        years, net, cost = of(control), load_of(control), cost_of(control)
        co2 = base_co2 + sum(year.co2_kg for year in years)
        bound = base_gbp + sum(year.bound_gbp for year in years)
        value, gap, paid = cost_of("heat_led") - cost, np.nan, 0.0
        if control == "household":
            gap = relative_gap(cost, bound)
        if control == "network" and network is not None:
            objective = objective_of(control)
            bound = network.bound_gbp if years else objective
            value, gap = objective_of("heat_led") - objective, relative_gap(objective, bound)
            paid = sum(
                max(0.0, year.cost_gbp - own.cost_gbp)
                for year, own in zip(years, households, strict=True)
            )
        over = network.cost.excess_kw(net) if network else np.zeros(1)
        rows.append(
            {
                "control": control,
                "dwellings": len(street.usual),
                "units": len(chosen),
                "cost_gbp": cost,
                "import_kwh": hours * float(np.maximum(net, 0.0).sum()),
                "export_kwh": hours * float(np.maximum(-net, 0.0).sum()),
                "peak_import_kw": max(0.0, float(net.max())),
                "peak_export_kw": max(0.0, -float(net.min())),
                "co2_kg": co2,
                "chp_starts": sum(year.starts for year in years),
                "value_gbp": value,
                "lower_bound_gbp": bound,
                "relative_gap": gap,
                "objective_gbp": objective_of(control),
                "payment_gbp": paid,
                "over_limit_kwh": hours * float(over.sum()),
                "chp_run_hours": sum(year.run_hours for year in years),
                "chp_electricity_kwh": sum(year.generation_kwh for year in years),
                "fuel_kwh": base_fuel + sum(year.fuel_kwh for year in years),
                "unmet_heat_kwh": sum(year.unmet_kwh for year in years),
                "bau_cost_gbp": bau_cost,
                "bau_co2_kg": bau_co2,
                "saving_kept_share": _kept(bau_cost - cost, bau_cost - best),
                "co2_kept_share": _kept(bau_co2 - co2, bau_co2 - best_co2),
            }
        )
    return rows


def _kept(saved: float, most: float) -> float:
    """What is kept of a saving; nothing to tell where there is none."""
    return saved / most if most > 1e-6 else np.nan


def choose(dwellings: int, units: int, seed: int) -> list[int]:
    """Which dwellings of a group have a unit: a larger share has those of a smaller one.

    Parameters
    ----------
    dwellings, units
        Dwellings of the group, and how many of them have a unit.
    seed
        Seed of the draw.
    """
    random = np.random.default_rng(np.random.SeedSequence([seed, dwellings]))
    return sorted(int(number) for number in random.permutation(dwellings)[:units])


def read_dwellings(
    demand_path: str | Path, inputs: DesignInputs, sizes: Mapping[str, Any]
) -> list[Dwelling]:
    """Every dwelling of a demand file with a design, at the design's step, over the whole year."""
    inputs = whole_year(inputs)
    minutes = inputs.time.resolution_minutes
    with xr.open_dataset(demand_path, engine="netcdf4") as file:
        count = file.sizes["dwelling"]
    found: list[Dwelling] = []
    first: Problem | None = None
    for number in range(count):
        demand = resample_dataset(read_netcdf(demand_path, dwelling=number), minutes)
        if first is None:
            problem = first = problem_from(demand, inputs)
        else:
            folded = day_slice(demand)
            heating, water, electricity = (
                folded[name].transpose("day", "slice").to_numpy() for name in QUANTITIES
            )
            problem = replace(
                first, space_heating_kw=heating, hot_water_kw=water, electricity_kw=electricity
            )
            check_servable(problem)
        found.append(dwelling_of(problem, sizes))
    return found


def dispatch_group(
    *,
    demand_path: str | Path,
    design_path: str | Path,
    table_path: str | Path,
    flows_path: str | Path,
    inputs: ControlInputs,
    threads: int = 1,
) -> None:
    """Run a design under every control and write what that costs, emits and asks of the network.

    Parameters
    ----------
    demand_path
        Demand NetCDF by minute, dims ``(dwelling, time)``.
    design_path
        Design NetCDF, which says what is installed.
    table_path
        CSV to write: a row per penetration and control, and one per control for the first
        dwelling alone.
    flows_path
        NetCDF to write: net load of the group over ``(control, penetration, time)``, and that of
        the first dwelling over ``(own_control, time)``, without the network.
    inputs
        Controls and penetrations.
    threads
        Dwellings at a time; results do not depend on it.

    Raises
    ------
    AssessmentError
        If energy does not close, or a store cannot end the year as it began.
    """
    with xr.open_dataset(design_path, engine="netcdf4") as file:
        sizes = dict(file.attrs)
    designed = DesignInputs.model_validate_json(sizes["inputs"])
    dwellings = read_dwellings(demand_path, designed, sizes)
    controls = inputs.controls
    street = independent(dwellings, controls, inputs, threads)
    alone = Street(
        street.dwellings[:1],
        street.usual[:1],
        {control: years[:1] for control, years in street.years.items()},
    )
    single = [control for control in controls if control != "network"]
    rows = [{"extent": "dwelling", "penetration": 1.0} | row for row in rows_of(alone, single, [0])]
    shares = with_none(inputs.penetration) if inputs.penetration else []
    nets = np.zeros((len(controls), len(shares), dwellings[0].problem.heat_kw.size))
    for p, share in enumerate(shares):
        chosen = choose(len(dwellings), units_at(share, len(dwellings)), inputs.seed)
        network = None
        if "network" in controls:
            network = network_run(street, chosen, inputs.network, threads)
        rows += [
            {"extent": "group", "penetration": share} | row
            for row in rows_of(street, controls, chosen, network)
        ]
        for c, control in enumerate(controls):
            nets[c, p] = _net(street, control, chosen, network)
    told = {key: value for key, value in vars(inputs.scenario).items() if key != "design"}
    table = pd.DataFrame(rows).assign(**told, design=inputs.scenario.design)
    with whole(table_path) as partial:
        table.to_csv(partial, index=False)
    dataset = xr.Dataset(
        {
            "net_kw": (
                ("control", "penetration", "time"),
                nets,
                {"units": "kW", "long_name": "net load of the group"},
            ),
            "first_net_kw": (
                ("own_control", "time"),
                np.stack([street.years[control][0].net_kw for control in single]),
                {"units": "kW", "long_name": "net load of the first dwelling"},
            ),
        },
        coords={
            "control": ("control", list(controls)),
            "own_control": ("own_control", single),
            "penetration": ("penetration", shares),
            "time": dwellings[0].problem.time(),
        },
        attrs={"inputs": inputs.model_dump_json(), "dwellings": len(dwellings)},
    )
    write_netcdf(dataset, flows_path)
    for row in rows:
        log.info(
            "%s: %d of %d dwellings with the design, %s: %.0f GBP/y, %.0f kg, peak %.1f kW",
            inputs.scenario.scenario,
            row["units"], row["dwellings"], row["control"], row["cost_gbp"], row["co2_kg"],
            row["peak_import_kw"],
        )  # fmt: skip
    log.log(
        RESULT,
        "%s: a dwelling costs %s GBP/y",
        inputs.scenario.scenario,
        ", ".join(
            f"{row['control']} {row['cost_gbp']:.0f}" for row in rows if row["extent"] == "dwelling"
        ),
    )


def _net(
    street: Street, control: Control, chosen: Sequence[int], network: NetworkRun | None
) -> FloatArray:
    """Net load of a street in which some dwellings have the design, shape ``(N,)``."""
    years = street.years.get(control, [])
    of = {number: years[number] for number in chosen} if years else {}
    if network is not None and control == "network":
        of = dict(zip(chosen, network.years, strict=True))
    loads = [
        of[number].net_kw if number in of else usual.net_kw
        for number, usual in enumerate(street.usual)
    ]
    return np.asarray(np.sum(loads, axis=0))
