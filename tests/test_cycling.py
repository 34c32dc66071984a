"""Starts that cost, and least times of running and standing: on paper, whole and by days."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import yaml
from conftest import ROOT
from design_cases import FIT, NO_INCENTIVE, Printed, inputs, random_problem, system_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.account.designs import assess_design
from microchp.account.energy import check_design
from microchp.account.start_frontier import frontier, most_eai
from microchp.config import Solve, Tes, load_config
from microchp.config.scenarios import design_inputs, scenario_table
from microchp.design.check import check_solution
from microchp.design.day_route import solve_day_programmes
from microchp.design.model import build_printed_model, v1_semantics
from microchp.design.problem import Problem
from microchp.design.proof import Asked, Proof
from microchp.design.solve import solve_problem
from microchp.design.whole import solve_monolithic
from microchp.errors import AssessmentError, ConfigError
from microchp.report.start_figure import plot_starts


def with_starts(problem: Problem, **keys: float) -> Problem:
    """The problem with figures of starts for every unit."""
    units = [unit.model_copy(update=keys) for unit in problem.inputs.units]
    return dataclasses.replace(problem, inputs=problem.inputs.model_copy(update={"units": units}))


def forever() -> float:
    return 1e6


def checked(problem: Problem, proof: Proof[Any]) -> Proof[Any]:
    with v1_semantics():
        check_solution(
            problem, Printed.of(problem), proof.design, proof.design.flows, proof.lower_bound_gbp
        )
    return proof


def whole(problem: Problem) -> Proof[Any]:
    """The printed model by HiGHS."""
    with v1_semantics():
        proof = solve_monolithic(problem, Printed.of(problem), Asked(1e-6), lambda: 60.0)
    return checked(problem, proof)


def by_days(problem: Problem) -> Proof[Any]:
    return checked(problem, solve_day_programmes(problem, Asked(2e-5), forever))


# ------------------------------------------------------------------------------- on paper


def three_slices(heat_kw: list[float], **keys: float) -> Problem:
    """A day of three slices of 8 h, a 2 kW unit of least load 1 and a boiler, no store.

    The unit makes 2 kW of electricity and 5.2 kW of heat of 8 kW of gas. Electricity is wanted
    all day (2 kW, import at 0.20 GBP/kWh); gas costs 0.04 GBP/kWh, heat from the boiler
    0.04 / 0.895. A slice of the unit saves 8 h x (2 x 0.20 + 5.2 x 0.04 / 0.895 - 8 x 0.04
    - 2 x 0.01) = 8 h x 0.2924 = 2.339 GBP.
    """
    given = inputs(sizes_kw=(2,), min_load_share=1.0)
    given = given.model_copy(
        update={"tariff": given.tariff.model_copy(update={"gas_gbp_per_kwh": 0.04})}
    )
    problem = random_problem(1, given, slices=3)
    row = np.ones((1, 3))
    problem = dataclasses.replace(
        problem,
        day_weight=np.array([365.0]),
        space_heating_kw=np.array([heat_kw]),
        hot_water_kw=0 * row,
        electricity_kw=2 * row,
        import_price_gbp_per_kwh=0.2 * row,
        bau_import_price_gbp_per_kwh=0.2 * row,
        export_price_gbp_per_kwh=0 * row,
    )
    return with_starts(problem, **keys)


SLICE_GBP = 8 * (2 * 0.2 + 5.2 * 0.04 / 0.895 - 8 * 0.04 - 2 * 0.01)


def runs(proof: Proof[Any]) -> list[bool]:
    on: list[bool] = (proof.design.flows["chp_power_kw"][0] > 0).tolist()
    return on


@pytest.mark.parametrize("solve", [whole, by_days])
class TestOnPaper:
    def test_a_start_that_costs_less_than_the_slice_saves_is_made(self, solve):
        free = solve(three_slices([6.0, 0.0, 6.0]))
        paid = solve(three_slices([6.0, 0.0, 6.0], start_cost_gbp=2.0))
        # the evening's slice is followed by the morning's: one start, in the evening
        assert runs(paid) == [True, False, True]
        more = 365 * 2.0
        assert paid.design.cost_gbp == pytest.approx(free.design.cost_gbp + more, abs=1e-6)

    def test_a_start_that_costs_more_is_not(self, solve):
        none = solve(three_slices([0.0, 6.0, 0.0], start_cost_gbp=SLICE_GBP + 0.01))
        some = solve(three_slices([0.0, 6.0, 0.0], start_cost_gbp=SLICE_GBP - 0.01))
        assert runs(none) == [False, False, False]
        assert runs(some) == [False, True, False]
        assert none.design.cost_gbp - some.design.cost_gbp == pytest.approx(365 * 0.01, abs=1e-6)

    def test_fuel_of_a_start_costs_its_gas(self, solve):
        fuel = solve(three_slices([0.0, 6.0, 0.0], start_fuel_kwh=10.0))
        free = solve(three_slices([0.0, 6.0, 0.0]))
        assert fuel.design.cost_gbp - free.design.cost_gbp == pytest.approx(365 * 10 * 0.04)

    @pytest.mark.parametrize(
        ("minutes", "on"), [(480, True), (481, False), (960, False), (1440, False)]
    )
    def test_a_run_longer_than_the_heat_lasts_is_none(self, solve, minutes, on):
        # heat of one slice only, none of it may be dumped: a run of two slices cannot be
        assert any(runs(solve(three_slices([0.0, 6.0, 0.0], min_up_minutes=minutes)))) is on

    @pytest.mark.parametrize(("minutes", "slices_on"), [(480, 2), (481, 0), (960, 0)])
    def test_a_pause_shorter_than_the_least_is_none(self, solve, minutes, slices_on):
        # the pause in the middle is one slice of 480 min
        heat = [6.0, 0.0, 6.0]
        found = runs(solve(three_slices(heat, min_down_minutes=minutes)))
        assert sum(found) == (2 if slices_on else 1)


# ------------------------------------------------------------------- random, whole and by days


@settings(max_examples=6, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 10_000),
    parts=st.sets(st.sampled_from(["heat_pump", "tes", "battery", "pv"]), max_size=2),
    start_cost=st.sampled_from([0.0, 0.02, 0.3]),
    start_fuel=st.sampled_from([0.0, 1.0]),
    up=st.sampled_from([0.0, 200.0, 500.0]),
    down=st.sampled_from([0.0, 200.0, 400.0]),
    incentive=st.sampled_from([NO_INCENTIVE, FIT]),
    prices=st.sampled_from(["plain", "export"]),
)
def test_days_equal_the_whole_model(
    seed, parts, start_cost, start_fuel, up, down, incentive, prices
):
    free = system_problem(
        seed, parts=("chp", "boiler", *sorted(parts)), incentive=incentive, prices=prices
    )
    problem = with_starts(
        free,
        start_cost_gbp=start_cost,
        start_fuel_kwh=start_fuel,
        min_up_minutes=up,
        min_down_minutes=down,
    )
    proof, reference = by_days(problem), whole(problem)
    scale = max(abs(reference.design.cost_gbp), 10.0)
    assert proof.design.cost_gbp == pytest.approx(reference.design.cost_gbp, abs=1e-4 * scale)
    for this, that in ((proof, reference), (reference, proof)):
        assert this.lower_bound_gbp <= that.design.cost_gbp + 1e-6 * scale
    # what is freer never costs more
    assert whole(free).lower_bound_gbp <= reference.design.cost_gbp + 1e-6 * scale


def test_without_figures_the_model_is_the_same():
    problem = random_problem(2, inputs(sizes_kw=(2,), min_load_share=0.5, tes=Tes(max_kwh=8)))
    with v1_semantics():
        plain, zero = (
            build_printed_model(given)
            for given in (problem, with_starts(problem, start_cost_gbp=0.0, min_up_minutes=0.0))
        )
    assert list(plain.variables) == list(zero.variables)
    assert problem.ties_by_one_store
    assert not with_starts(problem, start_cost_gbp=0.1).ties_by_one_store


# ------------------------------------------------------------------------ check and account


@pytest.fixture(scope="module")
def design():
    given = inputs(sizes_kw=(2,), min_load_share=0.5, tes=Tes(max_kwh=8), incentive=FIT)
    problem = with_starts(
        random_problem(4, given, days=2, slices=12),
        start_cost_gbp=0.05,
        start_fuel_kwh=0.5,
        min_up_minutes=230,
        min_down_minutes=230,
    )
    with v1_semantics():
        model = build_printed_model(problem)
    found = solve_problem(problem, model, Solve(relative_gap=1e-3, absolute_gap_gbp=0))
    return problem, found


def test_the_account_counts_starts_as_the_objective_does(design):
    _, found = design
    assert found.attrs["solve_method"] == "day_programmes"
    row = assess_design(found)  # refuses an objective that is not the cost of the flows
    on = found["chp_power_kw"].to_numpy().reshape(2, 12) > 0
    starts = sum(365 / 2 for day in on for t in range(12) if day[t] and not day[t - 1])
    assert starts > 0
    assert row["chp_charged_starts"] == pytest.approx(starts)
    assert row["chp_start_gbp"] == pytest.approx(0.05 * starts)
    assert row["chp_start_fuel_kwh"] == pytest.approx(0.5 * starts)
    assert row["chp_fuel_kwh"] == pytest.approx(row["chp_electricity_kwh"] / 0.25 + 0.5 * starts)


def test_runs_and_pauses_that_are_too_short_are_refused(design):
    _, found = design
    check_design(found)
    units = found.attrs["inputs"]
    for key, what in (("min_up_minutes", "runs"), ("min_down_minutes", "stands")):
        longer = found.copy()
        longer.attrs["inputs"] = units.replace(f'"{key}":230.0', f'"{key}":1400.0')
        assert longer.attrs["inputs"] != units
        with pytest.raises(AssessmentError, match=f"CHP {what} too shortly"):
            check_design(longer)


# -------------------------------------------------------------------------------- frontier


def test_fewer_starts_never_earn_more_and_none_beat_what_is_proven(tmp_path):
    given = inputs(sizes_kw=(2,), min_load_share=0.5, tes=Tes(max_kwh=6), incentive=FIT)
    problem = random_problem(4, given, days=2, slices=12)
    solve = Solve(relative_gap=1e-4, absolute_gap_gbp=0)
    found = solve_problem(problem, Printed.of(problem), solve)
    table = frontier(problem, found, solve, prices_gbp=(0.0, 0.1, 0.4, 2.0))
    starts, eai = table["chp_charged_starts"].to_numpy(), table["eai_gbp"].to_numpy()
    gap = 1e-4 * found.attrs["objective_gbp"]
    assert starts[0] > starts[-1]
    assert (np.diff(starts) <= 0).all()
    assert (np.diff(eai) <= gap).all()
    assert (eai <= table["eai_most_gbp"] + 1e-6).all()
    # without a price it is the design's own income
    assert eai[0] == pytest.approx(assess_design(found)["eai_gbp"], abs=2 * gap)
    table.to_csv(tmp_path / "starts.csv", index=False)
    files = {key: tmp_path / f"starts.{key}" for key in ("svg", "pdf")}
    plot_starts(frontier_path=tmp_path / "starts.csv", svg_path=files["svg"], pdf_path=files["pdf"])
    for price in table["start_price_gbp"]:
        assert f"£{price:g}" in files["svg"].read_text()


def test_lines_of_prices_bound_the_income_of_starts():
    # at 1 GBP a start no operation earns more than 70, that price taken off: 40 starts 110
    bounds = [(0.0, 100.0), (1.0, 70.0)]
    np.testing.assert_allclose(most_eai(np.array([10.0, 30.0, 40.0]), bounds), [80, 100, 100])


def test_a_frontier_needs_a_unit_that_starts():
    problem = random_problem(4, inputs(sizes_kw=(2,), tes=Tes(max_kwh=6)), slices=6)
    found = solve_problem(problem, Printed.of(problem), Solve(absolute_gap_gbp=1))
    with pytest.raises(ConfigError, match=r"chp\.min_load_share"):
        frontier(problem, found, Solve(), [0.0])
    without = random_problem(4, inputs(sizes_kw=(0,), tes=Tes(max_kwh=6)), slices=6)
    found = solve_problem(without, Printed.of(without), Solve())
    with pytest.raises(ConfigError, match="no unit"):
        frontier(without, found, Solve(), [0.0])


# ------------------------------------------------------------------------------ configuration


def load(text: str) -> Any:
    return load_config(yaml.safe_load(text), ROOT / "resources")


def test_a_unit_that_may_run_at_nothing_has_no_starts():
    with pytest.raises(ConfigError, match=r"starts of 'gas_engine_1kw' count .*start_cost_gbp: 1"):
        load("chp: {min_load_share: 0, start_cost_gbp: 1}")
    config = load("chp: {start_cost_gbp: 0.2, min_up_minutes: 60}")
    unit = design_inputs(config, scenario_table(config)["flat-fit-with"]).units[0]
    assert (unit.start_cost_gbp, unit.min_up_minutes, unit.min_down_minutes) == (0.2, 60, 0)


def test_a_sweep_cannot_follow_starts():
    sweep = "sweep: {inputs: {tariff.gas_gbp_per_kwh: {low: 0.03, high: 0.05}}}"
    with pytest.raises(ConfigError, match="which a sweep cannot follow"):
        load(f"chp: {{min_up_minutes: 30}}\n{sweep}")
