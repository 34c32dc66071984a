"""More choice never costs more, and no option makes energy from nothing, over all options."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from design_cases import FIT, LEVY, NO_INCENTIVE, system_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.config import Boiler, GridConnection, Solve, Tes
from microchp.design.model import build_printed_model, v1_semantics
from microchp.design.problem import Problem
from microchp.design.solve import solve_problem

GAP = 1e-4
SOLVE = Solve(relative_gap=GAP, absolute_gap_gbp=0.01)
FEW = settings(max_examples=4, deadline=None, derandomize=True)
ALL = ("chp", "boiler", "tes", "battery", "pv", "heat_pump", "immersion_heater")


def solved(problem: Problem) -> Any:
    with v1_semantics():
        return solve_problem(problem, build_printed_model(problem), SOLVE)


@st.composite
def problems(draw: st.DrawFn, parts: tuple[str, ...] = ALL) -> Problem:
    """A system of any parts, with any store, under any prices, on days that count unlike."""
    some = draw(st.sets(st.sampled_from([p for p in parts if p != "boiler"]), min_size=1))
    store = Tes(
        max_kwh=draw(st.sampled_from([4.0, 15.0])),
        initial_share=draw(st.sampled_from([0.0, 0.5, 1.0])),
        closing_tolerance_kwh=draw(st.sampled_from([0.0, 0.1, 2.0])),
        charge_efficiency=draw(st.sampled_from([0.8, 1.0])),
        level_loss_share_per_day=draw(st.sampled_from([0.0, 0.3])),
        capital_cost_gbp_per_kwh=draw(st.sampled_from([0.0, 10.0])),
    )
    return system_problem(
        draw(st.integers(0, 10_000)),
        parts=("boiler", *sorted(some)),
        days=draw(st.integers(1, 3)),
        slices=4,
        min_load_share=draw(st.sampled_from([0.0, 0.5])),
        incentive=draw(st.sampled_from([NO_INCENTIVE, FIT, LEVY])),
        tes=store,
        prices=draw(st.sampled_from(["plain", "below_zero", "export"])),
        efficiency=draw(st.sampled_from([0.8, 1.0])),
    )


def changed(problem: Problem, **blocks: object) -> Problem:
    return dataclasses.replace(problem, inputs=problem.inputs.model_copy(update=blocks))


def wider(problem: Problem) -> dict[str, Problem]:
    """The same problem with more of one choice each, by what there is more of."""
    given, found = problem.inputs, {}
    everything = system_problem(0, parts=ALL).inputs
    if given.tes is None:
        found["a store"] = changed(problem, tes=Tes(max_kwh=6.0, initial_share=0.5))
    else:
        tes = given.tes
        more = {
            "a larger store": {"max_kwh": 2 * tes.max_kwh},
            "a larger tolerance": {"closing_tolerance_kwh": tes.closing_tolerance_kwh + 1.0},
        }
        found |= {
            what: changed(problem, tes=tes.model_copy(update=change))
            for what, change in more.items()
        }
    for part in ("battery", "pv"):
        if getattr(given, part) is None:
            found[part] = changed(problem, **{part: getattr(everything, part)})
    if given.immersion_heater is None and everything.immersion_heater is not None:
        # a plant that has one pays for it; only its use is a choice
        free = everything.immersion_heater.model_copy(update={"capital_cost_gbp_per_kw": 0.0})
        found["immersion_heater"] = changed(problem, immersion_heater=free)
    if given.units and given.units[0].min_load_share > 0:
        units = [unit.model_copy(update={"min_load_share": 0.0}) for unit in given.units]
        found["part load"] = changed(problem, units=units)
    return found


@FEW
@given(problem=problems(), data=st.data())
def test_more_choice_never_costs_more(problem: Problem, data: st.DataObject) -> None:
    more = wider(problem)
    what = data.draw(st.sampled_from(sorted(more)))
    before, after = (solved(one).attrs for one in (problem, more[what]))
    slack = 1e-6 * max(abs(before["objective_gbp"]), 1.0)
    # optima are known between bound and cost
    assert after["lower_bound_gbp"] <= before["objective_gbp"] + slack, what


@FEW
@given(problem=problems())
def test_less_choice_never_costs_less(problem: Problem) -> None:
    """Limits on what is bought, sold and burnt, at half of what the optimum uses."""
    design = solved(problem)
    limits = GridConnection(max_export_kw=max(float(design.grid_export_kw.max()) / 2, 0.1))
    limited = solved(changed(problem, grid=limits)).attrs
    slack = 1e-6 * max(abs(limited["objective_gbp"]), 1.0)
    assert design.attrs["lower_bound_gbp"] <= limited["objective_gbp"] + slack


def per_year(problem: Problem, values: Any) -> float:
    """kWh over the year that the days stand for."""
    return float(problem.day_weight @ np.asarray(values).reshape(problem.shape).sum(axis=1)) * (
        problem.step_hours
    )


@FEW
@given(problem=problems())
def test_no_option_makes_energy_from_nothing(problem: Problem) -> None:
    design = solved(problem)
    year = {
        name: per_year(problem, design[name]) for name in design if design[name].dims == ("time",)
    }
    given = problem.inputs
    scale = max(year["space_heating_kw"] + year["hot_water_kw"] + year["electricity_kw"], 1.0)
    tiny = 1e-6 * scale
    # stores give no more than they take, whatever each of the days does
    if given.tes is not None:
        kept = given.tes.charge_efficiency * given.tes.discharge_efficiency
        assert year["tes_discharge_kw"] <= kept * year["tes_charge_kw"] + tiny
    if given.battery is not None:
        kept = given.battery.charge_efficiency * given.battery.discharge_efficiency
        assert year["battery_discharge_kw"] <= kept * year["battery_charge_kw"] + tiny
    # a unit gives no more than the fuel it burns; the sun no more than shines
    (unit,) = given.units or [None]
    power = year["chp_power_kw"]
    if unit is not None:
        ratio = unit.thermal_efficiency / unit.electrical_efficiency
        assert year["chp_heat_kw"] == pytest.approx(ratio * power, abs=tiny)
    made = power + year.get("pv_power_kw", 0.0) + year["grid_import_kw"]
    made += year.get("battery_discharge_kw", 0.0)
    used = year["electricity_kw"] + year["grid_export_kw"] + year.get("battery_charge_kw", 0.0)
    used += year.get("immersion_kw", 0.0) + year.get("heat_pump_power_kw", 0.0)
    assert made == pytest.approx(used, abs=tiny)


@FEW
@given(problem=problems(("tes", "chp")), boiler_kw=st.sampled_from([None, 30.0]))
def test_heat_is_made_before_it_is_used(problem: Problem, boiler_kw: float | None) -> None:
    design = solved(changed(problem, boiler=Boiler(max_heat_kw=boiler_kw)))
    made = per_year(problem, design.chp_heat_kw + design.boiler_heat_kw)
    asked = per_year(problem, problem.heat_kw)
    assert made >= asked * (1 - 1e-6)


def test_days_that_count_unlike_lend_each_other_no_heat() -> None:
    """A day that counts often must not live on heat that one which counts seldom has stored."""
    store = Tes(
        max_kwh=15, min_kwh=15, initial_share=0.5, closing_tolerance_kwh=2.0, loss_share_per_day=0.0
    )
    problem = dataclasses.replace(
        system_problem(1, parts=("boiler", "tes"), days=2, slices=4, tes=store),
        day_weight=np.array([65.0, 300.0]),
    )
    with v1_semantics():
        design = solve_problem(
            problem, build_printed_model(problem), Solve(method="monolithic", relative_gap=1e-6)
        )
    kept = store.charge_efficiency * store.discharge_efficiency
    charged, given_back = (
        per_year(problem, design[f"tes_{name}_kw"]) for name in ("charge", "discharge")
    )
    assert given_back <= kept * charged + 1e-6
