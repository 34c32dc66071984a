"""Day programmes cut from the linopy model: against the model whole, and against the store line."""

from __future__ import annotations

import dataclasses
from typing import Any

import highspy
import numpy as np
import pytest
import scipy.sparse
from design_cases import FIT, NO_INCENTIVE, Printed, random_problem, system_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.config import GridConnection, Solve, Tes
from microchp.design import highs, model
from microchp.design.check import check_solution
from microchp.design.day_blocks import DaysTiedError, cut
from microchp.design.day_route import PlantSearch, solve_day_programmes
from microchp.design.model import build_printed_model, v1_semantics
from microchp.design.problem import Problem
from microchp.design.programme import Programme
from microchp.design.proof import Asked, Proof
from microchp.design.search import solve_by_days
from microchp.design.solve import solve_problem
from microchp.design.whole import solve_monolithic
from microchp.errors import SolveError

CLOSE = Asked(2e-5)
SMALL = settings(max_examples=5, deadline=None, derandomize=True)
MANY = settings(max_examples=12, deadline=None, derandomize=True)
"""A minute's worth of whole systems on a free machine."""


def forever() -> float:
    return 1e6


def whole(problem: Problem, gap: float = 1e-6) -> Proof[Any]:
    """The printed model by HiGHS, checked."""
    with v1_semantics():
        proof = solve_monolithic(problem, Printed.of(problem), Asked(gap), lambda: 60.0)
    check(problem, proof)
    return proof


def by_days(problem: Problem) -> Proof[Any]:
    """Day programmes, checked."""
    proof = solve_day_programmes(problem, CLOSE, forever)
    check(problem, proof)
    return proof


def check(problem: Problem, proof: Proof[Any]) -> None:
    design = proof.design
    with v1_semantics():
        check_solution(problem, Printed.of(problem), design, design.flows, proof.lower_bound_gbp)


def agree(one: Proof[Any], other: Proof[Any]) -> None:
    """Costs within 1e-4, and no cost below the bound of the other."""
    scale = max(abs(one.design.cost_gbp), 10.0)
    assert one.design.cost_gbp == pytest.approx(other.design.cost_gbp, abs=1e-4 * scale)
    for this, that in ((one, other), (other, one)):
        assert this.lower_bound_gbp <= that.design.cost_gbp + 1e-6 * scale


PARTS = st.sets(
    st.sampled_from(["chp", "heat_pump", "immersion_heater", "tes", "battery", "pv"]), min_size=2
)


@MANY
@given(
    seed=st.integers(0, 10_000),
    parts=PARTS,
    min_load=st.sampled_from([0.0, 0.5, 1.0]),
    incentive=st.sampled_from([NO_INCENTIVE, FIT]),
    prices=st.sampled_from(["plain", "below_zero", "export"]),
    limit=st.sampled_from([None, 0.5]),
    efficiency=st.floats(0.7, 1.0),
    thermal=st.floats(0.4, 0.7),
    tolerance=st.sampled_from([0.0, 0.0, 0.2]),
    two_days=st.booleans(),
)
def test_any_system_equals_the_whole_model(
    seed, parts, min_load, incentive, prices, limit, efficiency, thermal, tolerance, two_days
):
    problem = system_problem(
        seed,
        parts=("boiler", *sorted(parts)),
        days=2 if two_days else 1,
        slices=5 if two_days else 8,
        min_load_share=min_load,
        incentive=incentive,
        prices=prices,
        grid=GridConnection(max_export_kw=limit),
        efficiency=efficiency,
        thermal_efficiency=thermal,
        tes=Tes(
            max_kwh=15,
            initial_share=0.5,
            charge_efficiency=efficiency,
            discharge_efficiency=efficiency,
            closing_tolerance_kwh=tolerance,
        ),
    )
    reference = whole(problem)
    if tolerance > 0 and "tes" in parts:  # ties the days: what a user gets then
        found = solve_problem(problem, Printed.of(problem), Solve(relative_gap=1e-5))
        scale = max(abs(reference.design.cost_gbp), 10.0)
        cost = found.attrs["objective_gbp"]
        assert cost == pytest.approx(reference.design.cost_gbp, abs=1e-4 * scale)
        assert found.attrs["lower_bound_gbp"] <= reference.design.cost_gbp + 1e-6 * scale
        return
    proof = by_days(problem)
    agree(proof, reference)
    if problem.ties_by_one_store:
        agree(proof, solve_by_days(problem, 2e-5, forever))


@SMALL
@given(
    seed=st.integers(0, 10_000),
    parts=PARTS,
    without=st.sampled_from(["chp", "heat_pump", "immersion_heater", "tes", "battery", "pv"]),
    prices=st.sampled_from(["below_zero", "export"]),
)
def test_what_may_be_left_out_never_raises_the_cost(seed, parts, without, prices):
    more = whole(system_problem(seed, parts=("boiler", *sorted(parts | {without})), prices=prices))
    few = system_problem(seed, parts=("boiler", *sorted(parts - {without})), prices=prices)
    scale = max(abs(more.design.cost_gbp), 10.0)
    # an immersion heater is no choice: it is bought whatever is done
    bought = more.design.plant.part("immersion_heater") if without == "immersion_heater" else None
    capital = few.part_gbp_per_year(bought) if bought else 0.0
    assert more.lower_bound_gbp - capital <= by_days(few).design.cost_gbp + 1e-6 * scale


def test_a_further_part_never_raises_the_cost():
    few = system_problem(3, parts=("chp", "boiler", "tes"))
    more = system_problem(3, parts=("chp", "boiler", "tes", "battery", "pv"))
    cost = solve_by_days(few, 1e-5, forever).design.cost_gbp
    assert by_days(more).design.cost_gbp <= cost + 1e-4 * abs(cost)


def test_photovoltaics_of_one_size_go_by_the_store_line_and_by_days_alike():
    free = system_problem(5, parts=("chp", "boiler", "tes", "pv"))
    assert not free.ties_by_one_store
    fixed = free.with_sizes({"tes": 6.0, "pv": 1.5})
    assert fixed.ties_by_one_store
    line = solve_by_days(fixed, 1e-5, forever)
    agree(line, by_days(fixed))
    flows = line.design.flows
    sun = fixed.pv_yield_kw_per_kwp
    np.testing.assert_allclose(flows["pv_power_kw"] + flows["pv_curtailed_kw"], 1.5 * sun)
    assert by_days(free).lower_bound_gbp <= line.design.cost_gbp


# ------------------------------------------------------------------- constraints of one's own


def limit_export(linopy_model, flows, problem) -> None:
    linopy_model.add_constraints(flows["grid_export_kw"] <= 0.5, name="own_export_limit")


def limit_year_of_export(linopy_model, flows, problem) -> None:
    total = flows["grid_export_kw"].sum()
    linopy_model.add_constraints(total <= 1.0, name="own_export_of_all_days")


def solved(problem: Problem, method: str = "auto") -> Any:
    with v1_semantics():
        linopy_model = build_printed_model(problem)
    solve = Solve(method=method, relative_gap=2e-5, absolute_gap_gbp=0)
    return solve_problem(problem, linopy_model, solve)


@pytest.mark.parametrize("parts", [("chp", "boiler", "tes"), ("chp", "boiler", "tes", "battery")])
def test_a_constraint_of_ones_own_is_what_every_route_solves(monkeypatch, parts):
    free = system_problem(2, parts=parts, sizes_kw=(2,), incentive=FIT)
    limited = dataclasses.replace(
        free, inputs=free.inputs.model_copy(update={"grid": GridConnection(max_export_kw=0.5)})
    )
    cost = solved(limited).attrs["objective_gbp"]
    assert cost > solved(free).attrs["objective_gbp"] + 1.0
    monkeypatch.setattr(model, "add_own_constraints", limit_export)
    for method, route in (("auto", "day_programmes"), ("monolithic", "monolithic")):
        design = solved(free, method)
        assert design.attrs["solve_method"] == route
        assert design.attrs["objective_gbp"] == pytest.approx(cost, rel=1e-4)
        assert float(design.grid_export_kw.max()) <= 0.5 + 1e-6


def test_a_constraint_that_ties_days_hands_over_to_the_whole_model(monkeypatch):
    problem = system_problem(2, parts=("chp", "boiler", "tes"), days=3, slices=4, incentive=FIT)
    monkeypatch.setattr(model, "add_own_constraints", limit_year_of_export)
    with pytest.raises(DaysTiedError, match="tie several days"):
        cut(problem)
    design = solved(problem)
    assert design.attrs["solve_method"] == "monolithic"
    assert float(design.grid_export_kw.sum()) <= 1.0 + 1e-6
    with pytest.raises(SolveError, match="tie several days"):
        solved(problem, "decomposed")


def test_a_tolerance_at_midnight_beside_a_battery_is_solved_whole():
    problem = system_problem(
        4,
        parts=("boiler", "tes", "battery"),
        days=2,
        slices=4,
        tes=Tes(max_kwh=8, closing_tolerance_kwh=0.2),
    )
    assert solved(problem).attrs["solve_method"] == "monolithic"


# ----------------------------------------------------------------------------------- the bound


@pytest.fixture(scope="module")
def cut_problem():
    problem = system_problem(7, days=2, slices=6, sizes_kw=(2,))
    return problem, *cut(problem), whole(problem)


@SMALL
@given(seed=st.integers(0, 10_000), spread=st.sampled_from([0.0, 0.01, 1.0]))
def test_any_duals_give_a_plane_below_every_design(cut_problem, seed, spread):
    problem, coupling, blocks, reference = cut_problem
    search = PlantSearch(problem, reference.design.plant, coupling, blocks, 1)
    sizes = search.planes.sizes
    best = np.array([reference.design.sizes[name] for name in search.sizes(sizes.lower)])
    order = [list(search.sizes(np.arange(3.0)).values()).index(float(k)) for k in range(3)]
    rng = np.random.default_rng(seed)
    relaxed = search.evaluate(rng.uniform(sizes.lower, sizes.upper))
    noisy = [duals + spread * rng.normal(size=len(duals)) for duals in relaxed.duals]
    planes = [search._plane(d, duals) for d, duals in enumerate(noisy)]
    y = best[order]
    bound = sum(a + g @ y for a, g in planes) + sizes.cost @ y + search.fixed_gbp
    assert bound <= reference.design.cost_gbp + 1e-6
    if spread == 0.0:
        assert search.bound_gbp <= reference.design.cost_gbp + 1e-6


def test_a_planted_wrong_bound_is_caught(cut_problem, monkeypatch):
    problem, *_, reference = cut_problem
    right = Programme.row_worth

    def too_dear(self, duals):
        worth, value = right(self, duals)
        return worth, value + 0.05 * abs(value)

    monkeypatch.setattr(Programme, "row_worth", too_dear)
    proof = solve_day_programmes(problem, Asked(1e-3), forever)
    assert proof.lower_bound_gbp > reference.design.cost_gbp
    with pytest.raises(SolveError, match="lower bound"):
        check(problem, proof)


def test_weak_duality_by_hand():
    # min 2 x + 3 y, x + y >= 4, 0 <= x, y <= 3: x = 3, y = 1, cost 9, price 3 of the row
    programme = Programme(
        cost=np.array([2.0, 3.0]),
        lower=np.zeros(2),
        upper=np.full(2, 3.0),
        integer=np.zeros(2, dtype=bool),
        matrix=scipy.sparse.csc_array(np.array([[1.0, 1.0]])),
        row_lower=np.array([4.0]),
        row_upper=np.array([np.inf]),
    )
    assert programme.bound(np.array([3.0])) == 9.0  # 3 * 4 - 1 * 3
    assert programme.bound(np.array([2.5])) == 8.5  # 2.5 * 4 - 0.5 * 3
    assert programme.bound(np.array([-1.0])) == 0.0  # the row has no upper side


# ------------------------------------------------------------------------- gap and solver


def test_a_gap_is_judged_in_pounds_where_the_cost_is_near_nothing():
    asked = Asked(0.005, 1.0)
    assert asked.met(0.5, -0.4)
    assert not asked.met(0.5, -0.6)
    assert asked.met(-1000.0, -1004.9)
    assert not asked.met(-1000.0, -1005.1)
    assert not asked.met(10.0, float("nan"))


class Stubborn:
    """HiGHS that ends without a solution until it is asked in a certain way."""

    def __init__(self, way: dict[str, Any]) -> None:
        self.way, self.options = way, {"presolve": "choose", "solver": "choose"}
        self.options |= {"simplex_strategy": 1, "simplex_scale_strategy": 2, "run_crossover": "on"}
        self.asked: list[dict[str, Any]] = []

    def run(self) -> None:
        self.asked.append(dict(self.options))

    def clearSolver(self) -> None:
        pass

    def getOptionValue(self, name: str) -> tuple[int, Any]:
        return 0, self.options[name]

    def setOptionValue(self, name: str, value: Any) -> None:
        self.options[name] = value

    def getModelStatus(self) -> highspy.HighsModelStatus:
        solved = all(self.asked[-1][name] == value for name, value in self.way.items())
        status = highspy.HighsModelStatus
        return status.kOptimal if solved else status.kUnknown


@pytest.mark.parametrize("way", highs.OTHER_WAYS)
def test_a_day_that_does_not_end_is_tried_another_way(way):
    stubborn = Stubborn(way)
    before = dict(stubborn.options)
    assert highs.run(stubborn) == highspy.HighsModelStatus.kOptimal
    assert stubborn.options == before
    hopeless = Stubborn({"presolve": "never"})
    status = highs.run(hopeless)
    assert len(hopeless.asked) == 1 + len(highs.OTHER_WAYS)
    with pytest.raises(SolveError, match="1 May: HiGHS ended"):
        highs.require_optimal(status, "1 May")


# --------------------------------------------------------------------- the printed model by hand


def test_the_printed_model_by_hand_equals_the_generated_one():
    problem = random_problem(3, _printed_inputs(), slices=4)
    by_hand, reference = _optimum_by_hand(problem), whole(problem)
    assert reference.design.cost_gbp == pytest.approx(by_hand, rel=1e-6)


def _printed_inputs() -> Any:
    from design_cases import inputs

    return inputs(sizes_kw=(0, 1), min_load_share=0.5, tes=Tes(max_kwh=10), incentive=FIT)


def _optimum_by_hand(problem: Problem) -> float:
    """Eq. 1-17 for one unit, one store, one day, written out row by row for HiGHS."""
    given_inputs = problem.inputs
    unit, tes, finance = given_inputs.units[0], given_inputs.tes, given_inputs.finance
    tariff, incentive = given_inputs.design_tariff, given_inputs.incentive
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    inf, ts = highspy.kHighsInf, problem.step_hours
    hours = ts * problem.day_weight[0]
    annuity = finance.interest_rate * (1 + finance.interest_rate)
    capital = unit.power_kw * unit.capital_cost_gbp_per_kw * (1 - incentive.capital_grant_share)
    chosen = solver.addVariable(0, 1, annuity * capital)
    size = solver.addVariable(
        0,
        tes.max_kwh,
        annuity * tes.capital_cost_gbp_per_kwh * (1 - incentive.capital_grant_share),
    )
    binaries = [chosen]
    gas = tariff.gas_gbp_per_kwh
    per_power = gas / unit.electrical_efficiency + unit.maintenance_gbp_per_kwh
    per_power -= incentive.generation_gbp_per_kwh
    big = 1e3
    level_before, rows = None, []
    for t in range(problem.shape[1]):
        heat, load = problem.heat_kw[0, t], problem.electricity_kw[0, t]
        power = solver.addVariable(0, inf, hours * per_power)
        boiler = solver.addVariable(0, inf, hours * gas / given_inputs.boiler.efficiency)
        bought = solver.addVariable(0, inf, hours * problem.import_price_gbp_per_kwh[0, t])
        sold = solver.addVariable(0, inf, -hours * problem.export_price_gbp_per_kwh[0, t])
        into = solver.addVariable(0, inf, 0.0)
        out = solver.addVariable(0, inf, hours * tes.maintenance_gbp_per_kwh)
        level = solver.addVariable(0, inf, 0.0)
        on, buys, discharges = (solver.addVariable(0, 1, 0.0) for _ in range(3))
        binaries += [on, buys, discharges]
        ratio = unit.thermal_efficiency / unit.electrical_efficiency
        rows += [
            power <= unit.power_kw * on,  # Eq. 10
            power >= unit.min_load_share * unit.power_kw * on,  # Eq. 9
            on <= chosen,  # Eq. 11
            ratio * power + boiler + out - into == heat,  # Eq. 3, 7
            power + bought - sold == load,  # Eq. 8
            bought <= big * buys,  # Eq. 12
            sold + big * buys <= big,  # Eq. 13
            out <= big * discharges,  # Eq. 14
            into + big * discharges <= big,  # Eq. 15
            level <= size,
        ]
        before = tes.initial_share * size if level_before is None else 1.0 * level_before
        loss = ts * tes.loss_share_per_day / 24 * size
        stored = ts * tes.charge_efficiency * into - ts / tes.discharge_efficiency * out
        rows.append(level - before - stored + loss == 0)  # Eq. 16
        level_before = level
    rows.append(level_before - tes.initial_share * size == 0)  # Eq. 17
    for row in rows:
        solver.addConstr(row)
    for binary in binaries:
        solver.changeColIntegrality(binary.index, highspy.HighsVarType.kInteger)
    solver.setOptionValue("mip_rel_gap", 1e-9)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(solver.getInfo().objective_function_value) + problem.constant_gbp
