"""The design model as printed: Eq. 1-17 of Oluleye et al. (2017, 2018), in linopy.

Variables carry the papers' symbols in the comments beside them; ``docs/method.md`` lists them
all. Dimensions: ``unit`` (sizes to choose from), ``day`` and ``slice`` (r = day x slice).

Departures from print, each with its reason in ``docs/method.md``: the incentives are inside the
objective, the discharge efficiency divides the discharge only, the standing loss is a rate of
the size (theta in 1/day), and every day closes exactly unless a tolerance is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import linopy
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from microchp.config import ChpUnit
from microchp.design.problem import DIMS, FloatArray, Problem

Exclusivity = Literal["where_needed", "everywhere"]


def build_printed_model(
    problem: Problem, exclusivity: Exclusivity = "where_needed"
) -> linopy.Model:
    """Eq. 1-17 with the sizes free.

    Parameters
    ----------
    problem
        Demand, prices and choices.
    exclusivity
        ``where_needed`` leaves out the binaries of Eq. 12-13 wherever they cannot bind, and
        bounds each flow by what exclusivity implies. ``everywhere`` is the model to the letter:
        a binary in every slice, and U a large number.

    Returns
    -------
    linopy.Model
        With the problem in ``parameters``. The objective leaves out ``problem.constant_gbp``.
    """
    with v1_semantics():
        return _build(problem, to_the_letter=exclusivity == "everywhere")


@contextmanager
def v1_semantics() -> Iterator[None]:
    """Linopy's strict arithmetic, for building and reading models, and only while within."""
    with linopy.options as options:
        options.set_value(semantics="v1")
        yield


def _build(problem: Problem, *, to_the_letter: bool) -> linopy.Model:
    inputs = problem.inputs
    boiler, emissions, incentive = inputs.boiler, inputs.emissions, inputs.incentive
    days, slices = problem.shape
    ts = problem.step_hours
    coords = {
        "day": pd.Index(problem.day, name="day"),
        "slice": pd.RangeIndex(slices, name="slice"),
    }
    r = [coords["day"], coords["slice"]]
    units = pd.Index([unit.power_kw for unit in inputs.units], name="unit")

    def per_unit(values: list[float]) -> xr.DataArray:
        return xr.DataArray(values, coords={"unit": units}, dims="unit")

    def per_slice(values: FloatArray | npt.NDArray[np.bool_]) -> xr.DataArray:
        return xr.DataArray(values, coords=coords, dims=DIMS)

    heat_demand = per_slice(problem.heat_kw)
    electricity_demand = per_slice(problem.electricity_kw)
    import_price = per_slice(problem.import_price_gbp_per_kwh)
    export_price = per_slice(problem.export_price_gbp_per_kwh)
    hours = per_slice(np.broadcast_to(problem.slice_weight_hours, problem.shape))  # ts_r x weight
    rated = per_unit([unit.power_kw for unit in inputs.units])  # Uo
    least = per_unit([unit.power_kw * unit.min_load_share for unit in inputs.units])  # Lo
    electrical = per_unit([unit.electrical_efficiency for unit in inputs.units])
    heat_to_power = per_unit([unit.heat_to_power for unit in inputs.units])

    model = linopy.Model(sparse=True)
    model.parameters = problem.to_dataset()
    var, con = model.add_variables, model.add_constraints

    # ---- variables; what exclusivity implies is a bound (none where the model is to the letter)
    largest_power = max((u.power_kw for u in inputs.units), default=0.0)
    charge_limit = problem.largest_charge_kw
    inf = np.inf
    # Discharging excludes charging: Eq. 7 then leaves no use for more than the demand.
    discharge_limit = inf if to_the_letter else heat_demand
    # Where import costs at least what export earns, importing less and exporting less by the
    # same amount never costs more: some optimum never does both, and imports at most the demand.
    # Where export earns more, Eq. 12-13 say so.
    import_limit = inf if to_the_letter else electricity_demand

    installed = var(binary=True, coords=[units], name="chp_choice")  # Z_CHP
    on = var(binary=True, coords=[units, *r], name="chp_on")  # Y_CHP
    power = var(lower=0, coords=[units, *r], name="chp_power_kw")  # W_CHP
    all_heat = var(lower=0, coords=r, name="chp_heat_kw")  # Q_CHP
    boiler_heat = var(
        lower=0, upper=boiler.max_heat_kw or inf, coords=r, name="boiler_heat_kw"
    )  # Q_BOI
    imported = var(lower=0, upper=import_limit, coords=r, name="grid_import_kw")  # W_IMP
    exported = var(lower=0, coords=r, name="grid_export_kw")  # W_EXP

    # ---- the unit: Eq. 9-11, and the ratio of its heat to its power
    con(power - least * on >= 0, name="eq9_least_power")
    con(power - rated * on <= 0, name="eq10_rated_power")
    con(on - installed <= 0, name="eq11_runs_if_installed")
    con(all_heat - (heat_to_power * power).sum("unit") == 0, name="eq3_heat_to_power")
    if len(units):
        if inputs.no_unit:
            con(installed.sum() <= 1, name="eq2_one_unit_at_most")
        else:
            con(installed.sum() == 1, name="eq2_one_unit")
    all_power = power.sum("unit")

    # ---- import excludes export: Eq. 12-13
    pays_more = per_slice(problem.export_price_gbp_per_kwh > problem.import_price_gbp_per_kwh)
    exclusive = xr.ones_like(pays_more) if to_the_letter else pays_more
    if bool(exclusive.any()):
        u_ei = 10.0 * (float(electricity_demand.max()) + largest_power) if to_the_letter else None
        u_import = electricity_demand if u_ei is None else u_ei
        u_export = largest_power if u_ei is None else u_ei
        importing = var(binary=True, coords=r, name="grid_importing", mask=exclusive)  # Y_EI
        con(imported - u_import * importing <= 0, name="eq12_import", mask=exclusive)
        con(exported + u_export * importing <= u_export, name="eq13_export", mask=exclusive)

    # ---- the store: Eq. 14-17
    ACC = (
        problem.annual_capital_share * per_unit([_capital(u) for u in inputs.units]) * installed
    ).sum()
    stored_cost = None
    exchange = None
    if inputs.tes is not None:
        tes = inputs.tes
        size = var(lower=tes.min_kwh, upper=tes.max_kwh, name="tes_size_kwh")  # Size_TES
        charge = var(lower=0, coords=r, name="tes_charge_kw")  # Q_TES,IN
        discharge = var(lower=0, upper=discharge_limit, coords=r, name="tes_discharge_kw")
        level = var(lower=0, coords=r, name="tes_level_kwh")  # the sum in Eq. 16
        discharging = var(binary=True, coords=r, name="tes_discharging")  # Y_TES
        u_tes = 10.0 * (float(heat_demand.max()) + charge_limit)
        u_out = u_tes if to_the_letter else heat_demand
        u_in = u_tes if to_the_letter else charge_limit
        con(discharge - u_out * discharging <= 0, name="eq14_discharge")
        con(charge + u_in * discharging <= u_in, name="eq15_charge")

        loss = tes.loss_share_per_day / 24.0  # theta, per hour
        change = (
            ts * tes.charge_efficiency * charge
            - ts / tes.discharge_efficiency * discharge
            - ts * loss * size
        )
        initial = tes.initial_share * size  # Size_TES x ISH
        first, last = level.isel(slice=0, drop=True), level.isel(slice=-1, drop=True)
        con(level - size <= 0, name="eq16_level_within_size")
        if slices > 1:
            before = level.isel(slice=slice(None, -1)).assign_coords(slice=coords["slice"][1:])
            con(
                level.isel(slice=slice(1, None)) - before - change.isel(slice=slice(1, None)) == 0,
                name="eq16_level",
            )
        first_change = change.isel(slice=0, drop=True)
        if tes.closing_tolerance_kwh > 0:
            # Eq. 17 with its tolerance: the level is carried over midnight, so that what a day
            # ends short is missing the next morning.
            start = first.isel(day=0, drop=True) - first_change.isel(day=0, drop=True) - initial
            con(start == 0, name="eq16_first_midnight")
            if days > 1:
                evening = last.isel(day=slice(None, -1)).assign_coords(day=coords["day"][1:])
                morning = first.isel(day=slice(1, None)) - first_change.isel(day=slice(1, None))
                con(morning - evening == 0, name="eq16_midnight")
            tolerance = tes.closing_tolerance_kwh
            con(last - initial <= tolerance, name="eq17_closes_below")
            con(last - initial >= -tolerance, name="eq17_closes_above")
        else:
            con(first - first_change - initial == 0, name="eq16_midnight")
            con(last - initial == 0, name="eq17_closes")
        ACC = ACC + problem.store_capital_gbp_per_kwh * size
        stored_cost = (tes.maintenance_gbp_per_kwh * hours * discharge).sum()
        exchange = discharge - charge

    # ---- balances of heat and electricity: Eq. 7-8
    supplied = all_heat + boiler_heat
    con(supplied == heat_demand if exchange is None else supplied + exchange == heat_demand,
        name="eq7_heat")  # fmt: skip
    con(all_power + imported - exported == electricity_demand, name="eq8_electricity")

    # ---- cost of a year: Eq. 1-5, with what the incentive pays
    maintenance = per_unit([unit.maintenance_gbp_per_kwh for unit in inputs.units])
    chp_fuel = (hours * power / electrical).sum()  # (Q + W) / Perf_CHP = W / electrical efficiency
    boiler_fuel = (hours * boiler_heat / boiler.efficiency).sum()
    FC = inputs.design_tariff.gas_gbp_per_kwh * (chp_fuel + boiler_fuel)  # Eq. 3
    MC = (maintenance * hours * power).sum() + (
        boiler.maintenance_gbp_per_kwh * hours * boiler_heat
    ).sum()  # Eq. 4
    if stored_cost is not None:
        MC = MC + stored_cost
    grid = (import_price * hours * imported).sum() - (
        export_price * hours * exported
    ).sum()  # Eq. 5
    generation = (problem.generation_payment_gbp_per_kwh * hours * power).sum()
    ntco2 = (  # Eq. 20
        emissions.gas_kg_per_kwh * (chp_fuel + boiler_fuel)
        + emissions.grid_kg_per_kwh * (hours * (imported - exported)).sum()
    )
    model.add_objective(
        ACC + FC + MC + grid - generation + incentive.co2_price_gbp_per_kg * ntco2
    )  # Eq. 1
    return model


def _capital(unit: ChpUnit) -> float:
    return unit.power_kw * unit.capital_cost_gbp_per_kw
