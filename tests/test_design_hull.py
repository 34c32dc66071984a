"""The projected hull against the disjunctive formulation it stands for, written out in linopy."""

from __future__ import annotations

import linopy
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from design_cases import FIT, LEVY, NO_INCENTIVE, inputs, random_problem

from microchp.config import Boiler, ChpUnit, Incentive, Tes
from microchp.design.decomposition import YearProgram
from microchp.design.dispatch import plant_of
from microchp.design.formulation import curves_of
from microchp.design.model import v1_semantics
from microchp.design.problem import Problem

FIT_BELOW_IMPORT = FIT.model_copy(update={"export_gbp_per_kwh": 0.04})


def disjunctive_relaxation(problem: Problem, unit: ChpUnit, tes_kwh: float) -> float:
    """Operating cost (GBP) of day 0 with copies of all flows for each mode, shares relaxed.

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
        return xr.DataArray(values[0], coords={"slice": t})

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


@pytest.mark.parametrize("min_load", [0.0, 0.5])
@pytest.mark.parametrize(
    ("incentive", "boiler_kw"),
    [
        (NO_INCENTIVE, None),
        (FIT_BELOW_IMPORT, None),
        (LEVY, 25.0),
        (Incentive(generation_gbp_per_kwh=0.3), None),
    ],
    ids=["none", "fit", "levy_limited_boiler", "waste_pays"],
)
def test_the_projected_hull_is_the_disjunctive_relaxation(min_load, incentive, boiler_kw):
    tes = Tes(max_kwh=20, loss_share_per_day=0.1, initial_share=0.6, charge_efficiency=0.8)
    parameters = inputs(
        sizes_kw=(2,),
        min_load_share=min_load,
        incentive=incentive,
        tes=tes,
        boiler=Boiler(max_heat_kw=boiler_kw),
    )
    unit = parameters.units[0]
    problem = random_problem(1, parameters)
    year = YearProgram(problem, curves_of(problem, plant_of(problem, unit)))
    for size in (3.0, 20.0):
        projected = year.evaluate(size, lambda: 1e6).relaxed_gbp / 365
        expected = disjunctive_relaxation(problem, unit, size)
        assert projected == pytest.approx(expected, rel=1e-6, abs=1e-6)
