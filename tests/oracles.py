"""Independent answers for the tests: written from the equations, sharing no code with the model.

``slice_cost`` is Eq. 1-15 for one slice by brute force over the unit's breakpoints;
``best_without_store`` sums it; ``best_day_by_levels`` is dynamic programming over the level of
the store, which gives the cost of a day that can really be run; ``disjunctive_relaxation`` is a
day's lower bound from HiGHS alone.
"""

from __future__ import annotations

import math

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from microchp.config import ChpUnit
from microchp.config.scenarios import DesignInputs
from microchp.design.model import v1_semantics
from microchp.design.problem import Problem


def annuity(given: DesignInputs) -> float:
    """AF of Eq. 6."""
    rate, years = given.finance.interest_rate, given.finance.lifetime_years
    if given.finance.annualisation == "as_printed":
        return rate * (1 + rate)
    return rate / (1 - (1 + rate) ** -years) if rate else 1 / years


def capital(given: DesignInputs, unit: ChpUnit | None, tes_kwh: float) -> float:
    """Annualised capital (Eq. 2), net of the grant."""
    gross = unit.power_kw * unit.capital_cost_gbp_per_kw if unit else 0.0
    if given.tes:
        gross += tes_kwh * given.tes.capital_cost_gbp_per_kwh
    return annuity(given) * gross * (1 - given.incentive.capital_grant_share)


def slice_cost(
    given: DesignInputs,
    unit: ChpUnit | None,
    heat: float,
    electricity: float,
    import_price: float,
    export_price: float,
    charge: float = 0.0,
    discharge: float = 0.0,
) -> float:
    """Cost of a slice (GBP/h) with a given charge or discharge; infinite if it cannot be.

    ``heat``, ``electricity``, ``charge`` and ``discharge`` in kW; payments for CO2 count all CO2.
    """
    incentive, tariff = given.incentive, given.design_tariff
    needed = heat + charge - discharge  # from unit and boiler
    if needed < -1e-9:
        return math.inf
    powers = {0.0}
    if unit:
        least, rated = unit.min_load_share * unit.power_kw, unit.power_kw
        ratio = unit.thermal_efficiency / unit.electrical_efficiency
        limit = given.boiler.max_heat_kw or math.inf
        for power in (least, rated, electricity, needed / ratio, (needed - limit) / ratio):
            if least - 1e-12 <= power <= rated + 1e-12:
                powers.add(power)
    best = math.inf
    for power in powers:
        from_unit = power * unit.thermal_efficiency / unit.electrical_efficiency if unit else 0.0
        boiler = needed - from_unit
        if boiler < -1e-9 or boiler > (given.boiler.max_heat_kw or math.inf) + 1e-9:
            continue
        boiler = max(boiler, 0.0)
        bought, sold = max(electricity - power, 0.0), max(power - electricity, 0.0)
        fuel = boiler / given.boiler.efficiency
        cost = boiler * given.boiler.maintenance_gbp_per_kwh
        if unit:
            fuel += power / unit.electrical_efficiency
            cost += power * unit.maintenance_gbp_per_kwh
        cost += fuel * tariff.gas_gbp_per_kwh + bought * import_price - sold * export_price
        paid = incentive.generation_gbp_per_kwh
        paid += (incentive.deemed_export_share or 0.0) * incentive.export_gbp_per_kwh
        cost -= paid * power
        co2 = fuel * given.emissions.gas_kg_per_kwh
        co2 += (bought - sold) * given.emissions.grid_kg_per_kwh
        cost += incentive.co2_price_gbp_per_kg * co2
        if given.tes:
            cost += given.tes.maintenance_gbp_per_kwh * discharge
        best = min(best, cost)
    return best


def bau_co2_payment(problem: Problem) -> float:
    """Payment on the CO2 of business as usual (GBP/year)."""
    given = problem.inputs
    total = 0.0
    for d, weight in enumerate(problem.day_weight):
        for t in range(problem.shape[1]):
            co2 = problem.heat_kw[d, t] / given.boiler.efficiency * given.emissions.gas_kg_per_kwh
            co2 += problem.electricity_kw[d, t] * given.emissions.grid_kg_per_kwh
            total += weight * problem.step_hours * co2
    return given.incentive.co2_price_gbp_per_kg * total


def best_without_store(problem: Problem) -> tuple[float, float]:
    """Least cost (GBP/year) without a store, and the unit's size (kW)."""
    given = problem.inputs
    choices: list[ChpUnit | None] = list(given.units)
    if given.no_unit:
        choices.append(None)
    results = []
    for unit in choices:
        total = capital(given, unit, 0.0) - bau_co2_payment(problem)
        for d, weight in enumerate(problem.day_weight):
            for t in range(problem.shape[1]):
                total += (
                    weight
                    * problem.step_hours
                    * slice_cost(
                        given,
                        unit,
                        problem.heat_kw[d, t],
                        problem.electricity_kw[d, t],
                        problem.import_price_gbp_per_kwh[d, t],
                        problem.export_price_gbp_per_kwh[d, t],
                    )
                )
        results.append((total, unit.power_kw if unit else 0.0))
    return min(results)


def best_day_by_levels(
    problem: Problem, day: int, unit: ChpUnit | None, tes_kwh: float, levels: int = 201
) -> float:
    """Operating cost of a day (GBP) whose store moves between evenly spaced levels.

    Backward dynamic programming. Every path it finds can be run, so the true optimum is at most
    this; it comes down to it as the levels grow denser.
    """
    given = problem.inputs
    tes = given.tes
    assert tes is not None
    step = tes_kwh / (levels - 1)
    loss = tes.loss_share_per_day / 24 * tes_kwh
    start = round(tes.initial_share * (levels - 1))
    assert math.isclose(start * step, tes.initial_share * tes_kwh)
    moves = np.arange(-(levels - 1), levels)
    from_level, to_level = np.meshgrid(np.arange(levels), np.arange(levels), indexing="ij")
    value = np.full(levels, np.inf)
    value[start] = 0.0
    for t in reversed(range(problem.shape[1])):
        cost = np.empty(len(moves))
        for k, move in enumerate(moves):
            stored = move * step / problem.step_hours + loss
            cost[k] = slice_cost(
                given,
                unit,
                problem.heat_kw[day, t],
                problem.electricity_kw[day, t],
                problem.import_price_gbp_per_kwh[day, t],
                problem.export_price_gbp_per_kwh[day, t],
                charge=max(stored, 0.0) / tes.charge_efficiency,
                discharge=max(-stored, 0.0) * tes.discharge_efficiency,
            )
        arriving = problem.step_hours * cost[to_level - from_level + levels - 1] + value[to_level]
        value = arriving.min(axis=1)
    return float(value[start])


def disjunctive_relaxation(problem: Problem, unit: ChpUnit, tes_kwh: float, day: int = 0) -> float:
    """Operating cost (GBP) of a day with copies of all flows for each mode, shares relaxed.

    Modes: unit off or on, store discharging or charging. For tariffs that pay no more for export
    than import costs.
    """
    given, tes = problem.inputs, problem.tes
    ts, slices = problem.step_hours, problem.shape[1]
    modes = ["off_discharging", "off_charging", "on_discharging", "on_charging"]
    t = pd.RangeIndex(slices, name="slice")
    mode = pd.Index(modes, name="mode")
    on = xr.DataArray([0.0, 0.0, 1.0, 1.0], coords={"mode": mode})
    charging = xr.DataArray([0.0, 1.0, 0.0, 1.0], coords={"mode": mode})

    def series(values: np.ndarray) -> xr.DataArray:
        return xr.DataArray(values[day], coords={"slice": t})

    heat, electricity = series(problem.heat_kw), series(problem.electricity_kw)
    incentive, co2 = given.incentive, given.incentive.co2_price_gbp_per_kg
    gas = given.design_tariff.gas_gbp_per_kwh + co2 * given.emissions.gas_kg_per_kwh
    grid_co2 = co2 * given.emissions.grid_kg_per_kwh
    boiler_limit = given.boiler.max_heat_kw or 1e4

    with v1_semantics():
        m = linopy.Model()
        c = [t, mode]
        share = m.add_variables(lower=0, upper=1, coords=c, name="share")
        own = m.add_variables(lower=0, coords=c, name="own")
        sold = m.add_variables(lower=0, coords=c, name="sold")
        boiler = m.add_variables(lower=0, coords=c, name="boiler")
        charge = m.add_variables(lower=0, coords=c, name="charge")
        discharge = m.add_variables(lower=0, coords=c, name="discharge")
        level = m.add_variables(lower=0, upper=tes_kwh, coords=[t], name="level")
        power = own + sold
        least = unit.min_load_share * unit.power_kw
        m.add_constraints(share.sum("mode") == 1, name="one")
        m.add_constraints(own - electricity * share <= 0, name="own_use")
        m.add_constraints(power - unit.power_kw * on * share <= 0, name="rated")
        m.add_constraints(power - least * on * share >= 0, name="least")
        m.add_constraints(boiler - boiler_limit * share <= 0, name="boiler_limit")
        m.add_constraints(
            charge - problem.largest_charge_kw * charging * share <= 0, name="charging"
        )
        m.add_constraints(discharge - heat * (1 - charging) * share <= 0, name="discharging")
        m.add_constraints(
            unit.heat_to_power * power + boiler + discharge - charge - heat * share == 0,
            name="heat",
        )
        stored = tes.charge_efficiency * charge.sum("mode") - (
            1 / tes.discharge_efficiency
        ) * discharge.sum("mode")
        loss = tes.loss_share_per_day / 24 * tes_kwh
        initial = tes.initial_share * tes_kwh
        before = level.isel(slice=slice(None, -1)).assign_coords(slice=t[1:])
        rest = slice(1, None)
        m.add_constraints(
            level.isel(slice=rest) - before - ts * stored.isel(slice=rest) == -ts * loss,
            name="level",
        )
        first = level.isel(slice=0, drop=True) - ts * stored.isel(slice=0, drop=True)
        m.add_constraints(first == initial - ts * loss, name="first")
        m.add_constraints(level.isel(slice=-1, drop=True) == initial, name="closes")
        per_power = gas / unit.electrical_efficiency + unit.maintenance_gbp_per_kwh
        per_power -= incentive.generation_gbp_per_kwh
        imports = series(problem.import_price_gbp_per_kwh) + grid_co2
        exports = series(problem.export_price_gbp_per_kwh) + grid_co2
        m.add_objective(
            (
                per_power * power
                + gas / given.boiler.efficiency * boiler
                + tes.maintenance_gbp_per_kwh * discharge
                - imports * own
                - exports * sold
            ).sum()
        )
        m.solve(
            solver_name="highs",
            io_api="direct",
            progress=False,
            output_flag=False,
            log_to_console=False,
        )
    assert m.termination_condition == "optimal"
    return ts * (float(m.objective.value) + float((imports * electricity).sum()))
