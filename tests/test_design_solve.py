"""The jobs: what is written, and what is not."""

from __future__ import annotations

import dataclasses
import json
import logging

import linopy
import numpy as np
import pytest
import xarray as xr
from design_cases import FIT, inputs, random_problem, year_of_demand

from microchp.account.designs import annual_costs
from microchp.account.energy import FLOWS, annual_energy
from microchp.config import Boiler, Solve, Tes, Time
from microchp.config.scenarios import DesignInputs
from microchp.design import solve as solve_module
from microchp.design.build import build_model, export_model
from microchp.design.check import check_solution
from microchp.design.highs import OTHER_WAYS
from microchp.design.model import build_printed_model, v1_semantics
from microchp.design.problem import problem_of
from microchp.design.search import solve_by_days
from microchp.design.solve import solve_model, solve_problem
from microchp.errors import ConfigError, SolveError
from microchp.files import write_netcdf

TWO_DAYS = Time(year=2015, resolution_minutes=60, days=["2015-01-15", "2015-07-15"])


@pytest.fixture(scope="module")
def demand_path(tmp_path_factory):
    path = tmp_path_factory.mktemp("demand") / "case_60min.nc"
    write_netcdf(year_of_demand(), path)
    return path


def run(demand_path, directory, parameters: DesignInputs, solve: Solve) -> xr.Dataset:
    design_path = directory / "design.nc"
    solve_model(demand_path=demand_path, design_path=design_path, inputs=parameters, solve=solve)
    return xr.load_dataset(design_path)


@pytest.mark.parametrize("tes", [Tes(max_kwh=20), None], ids=["with", "without"])
def test_a_design_file_is_complete_and_balanced(demand_path, tmp_path, caplog, tes):
    parameters = inputs(min_load_share=0.5, incentive=FIT, tes=tes, time=TWO_DAYS)
    with caplog.at_level(logging.INFO):
        design = run(
            demand_path, tmp_path, parameters, Solve(relative_gap=1e-3, absolute_gap_gbp=0)
        )
    assert all({"units", "long_name"} <= set(v.attrs) for v in design.data_vars.values())
    assert set(FLOWS) <= set(design.data_vars)
    assert DesignInputs.model_validate_json(design.attrs["inputs"]) == parameters
    assert design.attrs["solve_method"] == ("daily_milp" if tes else "store_line")
    assert 0 <= design.attrs["relative_gap"] <= 1e-3
    assert design.attrs["lower_bound_gbp"] <= design.attrs["objective_gbp"]
    assert {"linopy", "highspy"} <= set(json.loads(design.attrs["versions"]))
    assert "GBP/y" in caplog.text

    assert float(design.curve_eac_gbp.min()) == pytest.approx(design.attrs["objective_gbp"])
    assert (design.curve_bound_gbp <= design.curve_eac_gbp + 1e-6).all()
    assert (design.curve_bound_gbp >= design.attrs["lower_bound_gbp"] - 1e-6).all()
    assert set(design.curve_chp_kw.to_numpy()) == {0, 1, 2}
    largest = float(design.curve_tes_kwh.max())
    assert largest == (tes.max_kwh if tes else 0)

    heat = design.space_heating_kw + design.hot_water_kw
    supplied = design.chp_heat_kw + design.boiler_heat_kw
    stored = design.tes_charge_kw - design.tes_discharge_kw
    assert abs(supplied - stored - heat).max() < 1e-6
    made = design.chp_power_kw + design.grid_import_kw - design.grid_export_kw
    assert abs(made - design.electricity_kw).max() < 1e-6
    assert float(np.minimum(design.tes_charge_kw, design.tes_discharge_kw).max()) == 0
    assert float(np.minimum(design.grid_import_kw, design.grid_export_kw).max()) == 0
    midnights = design.tes_level_kwh[23::24]
    assert abs(midnights - design.attrs["tes_kwh"]).max() < 1e-6
    hours = float((design.day_weight * design.attrs["step_hours"]).sum())
    assert hours == pytest.approx(8760)
    if tes:
        assert design.attrs["tes_kwh"] > 0
        level = np.concatenate([[design.attrs["tes_kwh"]], design.tes_level_kwh[:24]])
        loss = tes.loss_share_per_day / 24 * design.attrs["tes_kwh"]
        change = 0.9 * design.tes_charge_kw[:24] - design.tes_discharge_kw[:24] / 0.9 - loss
        np.testing.assert_allclose(np.diff(level), change, atol=1e-6)


@pytest.mark.parametrize("method", ["auto", "monolithic"])
def test_both_routes_agree(demand_path, tmp_path, method):
    parameters = inputs(
        sizes_kw=(0, 1), min_load_share=0.5, incentive=FIT, tes=Tes(max_kwh=20), time=TWO_DAYS
    )
    design = run(
        demand_path,
        tmp_path,
        parameters,
        Solve(method=method, relative_gap=1e-4, absolute_gap_gbp=0),
    )
    problem, _ = build_model(demand_path, parameters)
    reference = solve_by_days(problem, 1e-5, lambda: 1e6)
    assert design.attrs["objective_gbp"] == pytest.approx(reference.design.cost_gbp, rel=1e-4)
    expected = "monolithic" if method == "monolithic" else "daily_milp"
    assert design.attrs["solve_method"] == expected


@pytest.mark.parametrize("first", ["dear", "cheap"])
def test_of_two_units_of_one_power_the_better_is_chosen(demand_path, tmp_path, first):
    parameters = inputs(sizes_kw=(0, 1), incentive=FIT, time=TWO_DAYS)
    (cheap,) = (one.model_copy(update={"name": "cheap"}) for one in parameters.units)
    dear = cheap.model_copy(update={"name": "dear", "capital_cost_gbp_per_kw": 4000})
    alone, both = (
        run(demand_path, tmp_path, parameters.model_copy(update={"units": units}), Solve())
        for units in ([cheap], [dear, cheap] if first == "dear" else [cheap, dear])
    )
    assert both.attrs["chp_unit"] == alone.attrs["chp_unit"] == "cheap"
    assert both.attrs["objective_gbp"] == pytest.approx(alone.attrs["objective_gbp"], rel=1e-6)


@pytest.mark.parametrize("tes", [Tes(max_kwh=20), None], ids=["with", "without"])
def test_typical_days_say_what_their_sizes_cost_in_the_whole_year(demand_path, tmp_path, tes):
    time = Time(year=2015, resolution_minutes=60, days=5)
    parameters = inputs(sizes_kw=(1,), incentive=FIT, tes=tes, time=time)
    design = run(demand_path, tmp_path, parameters, Solve(relative_gap=1e-3, absolute_gap_gbp=0))
    cost = design.attrs["whole_year_eac_gbp"]
    # the whole year with these sizes and no other choice, solved on its own
    size = design.attrs["tes_kwh"]
    fixed = tes and tes.model_copy(update={"min_kwh": size, "max_kwh": size})
    year = Time(year=2015, resolution_minutes=60)
    whole = run(
        demand_path,
        tmp_path,
        parameters.model_copy(update={"tes": fixed, "time": year}),
        Solve(relative_gap=0.02, absolute_gap_gbp=0),
    )
    assert "whole_year_eac_gbp" not in whole.attrs
    # business as usual of all days, counted once more from the flows of the whole year
    usual = annual_costs(whole, annual_energy(whole)).bau_cost_gbp
    assert design.attrs["whole_year_bau_cost_gbp"] == pytest.approx(usual, rel=1e-9)
    # no size of any plant costs less over the year than the bound says
    bound = design.attrs["whole_year_bound_gbp"]
    free = Solve(relative_gap=0.02, absolute_gap_gbp=0)
    best = run(demand_path, tmp_path, parameters.model_copy(update={"time": year}), free)
    assert bound <= best.attrs["objective_gbp"] + 1e-6
    assert bound >= 0.98 * best.attrs["lower_bound_gbp"]
    assert cost >= bound
    assert cost == pytest.approx(whole.attrs["objective_gbp"], rel=5e-3)
    assert cost >= whole.attrs["lower_bound_gbp"] - 1e-6
    assert cost != pytest.approx(design.attrs["objective_gbp"], rel=1e-6)


def test_an_infeasible_boiler_fails_and_leaves_no_file(demand_path, tmp_path):
    parameters = inputs(
        sizes_kw=(1,), boiler=Boiler(max_heat_kw=0.2), tes=Tes(max_kwh=8), time=TWO_DAYS
    )
    for method in ("decomposed", "monolithic"):
        with pytest.raises(SolveError, match=r"boiler\.max_heat_kw"):
            run(demand_path, tmp_path, parameters, Solve(method=method))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("method", ["decomposed", "monolithic"])
def test_a_gap_not_reached_fails_and_leaves_no_file(demand_path, tmp_path, method):
    parameters = inputs(
        min_load_share=0.5,
        incentive=FIT,
        tes=Tes(max_kwh=60),
        time=Time(year=2015, resolution_minutes=60, days=12),
    )
    solve = Solve(method=method, relative_gap=1e-9, absolute_gap_gbp=0, time_limit_minutes=0.03)
    with pytest.raises(SolveError, match=r"time|gap"):
        run(demand_path, tmp_path, parameters, solve)
    assert not list(tmp_path.iterdir())


def test_the_closing_tolerance_carries_the_level_over_midnight():
    tes = Tes(max_kwh=10, closing_tolerance_kwh=0.1)
    problem = random_problem(4, inputs(tes=tes, sizes_kw=(1,)), days=3, slices=12)
    with v1_semantics():
        model = build_printed_model(problem)
    design = solve_problem(problem, model, Solve(relative_gap=1e-5, absolute_gap_gbp=0))
    assert design.attrs["solve_method"] == "monolithic"
    level = design.tes_level_kwh.to_numpy().reshape(problem.shape)
    size = design.attrs["tes_kwh"]
    assert size > 0.1
    off = level[:, -1] - size
    assert np.abs(off).max() <= 0.1 + 1e-9
    assert off[:-1].min() < -1e-3  # the tolerance is used, and missed the next morning
    loss = tes.loss_share_per_day / 24 * size
    stored = 0.9 * design.tes_charge_kw - design.tes_discharge_kw / 0.9 - loss
    net = problem.step_hours * stored.to_numpy().sum()
    assert net == pytest.approx(off[-1], abs=1e-6)
    exact = dataclasses.replace(
        problem,
        inputs=problem.inputs.model_copy(
            update={"tes": tes.model_copy(update={"closing_tolerance_kwh": 0.0})}
        ),
    )
    closed = solve_by_days(exact, 1e-5, lambda: 1e6).design.cost_gbp
    assert design.attrs["objective_gbp"] <= closed + 1e-6


def test_a_route_that_does_not_reach_the_gap_hands_over_and_says_so():
    tes = Tes(max_kwh=10, closing_tolerance_kwh=0.1)
    carried = random_problem(4, inputs(tes=tes, sizes_kw=(1,)), days=2, slices=12)
    free = random_problem(8, inputs(sizes_kw=(2,), min_load_share=0.5, incentive=FIT, tes=Tes()))
    routes = [
        (carried, "auto", 1e-2, "store_line"),
        (carried, "auto", 1e-5, "monolithic"),
        (free, "auto", 1e-2, "store_line"),
        (free, "auto", 1e-4, "daily_milp"),
    ]
    for problem, method, gap, expected in routes:
        solve = Solve(method=method, relative_gap=gap, absolute_gap_gbp=0)
        design = solve_problem(problem, build_printed_model(problem), solve)
        assert design.attrs["solve_method"] == expected
        assert design.attrs["relative_gap"] <= gap
    with pytest.raises(SolveError, match="proven to a gap"):
        only_days = Solve(method="decomposed", relative_gap=1e-5, absolute_gap_gbp=0)
        solve_problem(carried, build_printed_model(carried), only_days)


@pytest.fixture(scope="module")
def solved():
    tes = Tes(min_kwh=5, max_kwh=5)
    problem = random_problem(6, inputs(sizes_kw=(2,), min_load_share=0.5, tes=tes, incentive=FIT))
    proof = solve_by_days(problem, 1e-4, lambda: 1e6)
    flows = proof.design.year.flows(proof.design.operation)
    return problem, build_printed_model(problem), proof, flows


def test_the_check_passes_what_is_right(solved):
    problem, model, proof, flows = solved
    check_solution(problem, model, proof.design, flows, proof.lower_bound_gbp)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("boiler_heat_kw", 0.001, "eq7_heat"),
        ("grid_import_kw", 0.001, "eq8_electricity"),
        ("chp_power_kw", 3.0, "eq10_rated_power"),
        ("tes_level_kwh", 0.01, "eq16_level"),
        ("tes_charge_kw", float("nan"), "charging while discharging"),
        ("unserved_heat_kw", 0.1, "demand that is not served"),
    ],
)
def test_the_check_catches_a_planted_flow(solved, name, change, message):
    problem, model, proof, flows = solved
    values = flows.get(name, np.zeros(problem.shape)).copy()
    values[0, 5] += change
    wrong = {**flows, name: values}
    with pytest.raises(SolveError, match=message):
        check_solution(problem, model, proof.design, wrong, proof.lower_bound_gbp)


def test_the_check_catches_charging_while_discharging(solved):
    problem, model, proof, flows = solved
    both = ("tes_charge_kw", "tes_discharge_kw")
    wrong = {**flows, **{name: flows[name] + 1 for name in both}}
    with pytest.raises(SolveError, match=r"eq15_charge|charging while discharging"):
        check_solution(problem, model, proof.design, wrong, proof.lower_bound_gbp)


def test_the_check_catches_a_planted_bound_and_cost(solved):
    problem, model, proof, flows = solved
    cost = proof.design.cost_gbp
    for bound in (cost + 0.01 * abs(cost), float("nan")):
        with pytest.raises(SolveError, match="lower bound"):
            check_solution(problem, model, proof.design, flows, bound)
    cheaper = dataclasses.replace(proof.design, cost_gbp=cost - 1)
    with pytest.raises(SolveError, match="objective"):
        check_solution(problem, model, cheaper, flows, proof.lower_bound_gbp - 1)


@pytest.mark.parametrize("ending", ["lp", "mps", "nc"])
def test_other_solvers_get_the_same_model(demand_path, tmp_path, ending):
    parameters = inputs(sizes_kw=(1,), tes=Tes(max_kwh=5), time=TWO_DAYS)
    export_path = tmp_path / f"export.{ending}"
    export_model(demand_path=demand_path, export_path=export_path, inputs=parameters)
    problem, model = build_model(demand_path, parameters)
    if ending == "nc":
        with v1_semantics():
            again = linopy.read_netcdf(export_path)
        assert (again.nvars, again.ncons) == (model.nvars, model.ncons)
        np.testing.assert_array_equal(problem_of(again.parameters).heat_kw, problem.heat_kw)
        return
    import highspy

    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.readModel(str(export_path))
    assert highs.getNumRow() == model.ncons
    assert highs.getNumCol() == model.nvars


def test_an_unknown_export_format_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"'\.txt'"):
        export_model(
            demand_path=tmp_path / "demand.nc",
            export_path=tmp_path / "export.txt",
            inputs=inputs(time=TWO_DAYS),
        )


def test_a_check_that_does_not_end_leaves_the_design(demand_path, tmp_path, monkeypatch, caplog):
    def fails(*_: object) -> float:
        raise SolveError("2015-08-21: HiGHS ended with 'kUnknown'")

    monkeypatch.setattr(solve_module, "whole_year_cost", fails)
    parameters = inputs(sizes_kw=(0, 1), incentive=FIT, time=TWO_DAYS)
    with caplog.at_level(logging.WARNING):
        design = run(demand_path, tmp_path, parameters, Solve())
    assert np.isnan(design.attrs["whole_year_eac_gbp"])
    assert np.isfinite(design.attrs["objective_gbp"])
    assert "the check on the whole year did not end (2015-08-21" in caplog.text


def test_the_whole_model_too_is_tried_another_way(demand_path, tmp_path, monkeypatch):
    solves, asked = linopy.Model.solve, []

    def stubborn(model: linopy.Model, **options: object) -> object:
        asked.append({name: options.get(name) for name in OTHER_WAYS[1]})
        result = solves(model, **options)
        if len(asked) < 3:
            model.termination_condition = "unknown"
        return result

    monkeypatch.setattr(linopy.Model, "solve", stubborn)
    parameters = inputs(sizes_kw=(0, 1), incentive=FIT, tes=Tes(max_kwh=20), time=TWO_DAYS)
    design = run(demand_path, tmp_path, parameters, Solve(method="monolithic", relative_gap=1e-3))
    assert asked[-1] == OTHER_WAYS[1]
    assert len(asked) == 3
    assert design.attrs["relative_gap"] <= 1e-3
