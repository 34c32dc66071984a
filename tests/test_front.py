"""The front of cost against CO2: its ends, its edges, and that nothing lies below them."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from design_cases import FIT, NO_INCENTIVE, inputs, random_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.config import Incentive, Solve, Tes
from microchp.design.model import build_printed_model
from microchp.design.problem import Problem
from microchp.design.search import solve_by_days
from microchp.design.solve import solve_problem
from microchp.errors import SolveError
from microchp.report.front_figure import plot_front
from microchp.sweep import front as fronts
from microchp.sweep.front import Front, Weighed, front_of, front_table, weighed

GAP = 5e-3
SOLVE = Solve(relative_gap=GAP, absolute_gap_gbp=0)


def house(seed: int = 4, incentive: Incentive = NO_INCENTIVE) -> Problem:
    given = inputs(
        sizes_kw=(0, 1, 2), tes=Tes(max_kwh=12.0), incentive=incentive, min_load_share=0.3
    )
    return random_problem(seed, given, days=1, slices=8)


@pytest.fixture(scope="module", params=[NO_INCENTIVE, FIT], ids=["none", "fit"])
def traced(request: pytest.FixtureRequest) -> tuple[Problem, Front]:
    problem = house(incentive=request.param)
    return problem, front_of(lambda price: weighed(problem, SOLVE, 1, price), GAP)


def emissions_alone(problem: Problem) -> Problem:
    """A problem whose money is kilograms: what is bought costs what it emits, the rest nothing."""
    given = problem.inputs
    nothing = {"capital_cost_gbp_per_kw": 0.0, "maintenance_gbp_per_kwh": 0.0}
    alone = given.model_copy(
        update={
            "units": [unit.model_copy(update=nothing) for unit in given.units],
            "tes": given.tes.model_copy(
                update={"capital_cost_gbp_per_kwh": 0.0, "maintenance_gbp_per_kwh": 0.0}
            ),
            "boiler": given.boiler.model_copy(update={"maintenance_gbp_per_kwh": 0.0}),
            "incentive": NO_INCENTIVE,
            "tariff": given.tariff.model_copy(
                update={"gas_gbp_per_kwh": given.emissions.gas_kg_per_kwh}
            ),
        }
    )
    grid = problem.grid_kg_per_kwh
    return replace(
        problem,
        inputs=alone,
        import_price_gbp_per_kwh=grid,
        export_price_gbp_per_kwh=grid,
        bau_import_price_gbp_per_kwh=grid,
    )


def test_its_ends_are_the_optima_of_cost_and_of_co2_alone(traced: tuple[Problem, Front]) -> None:
    problem, front = traced
    cheapest = solve_by_days(problem, GAP, lambda: np.inf)
    assert front.designs[0].cost_gbp == pytest.approx(cheapest.design.cost_gbp, rel=GAP)
    alone = emissions_alone(problem)
    solve = Solve(method="monolithic", relative_gap=1e-4, absolute_gap_gbp=0)
    least_kg = solve_problem(alone, build_printed_model(alone), solve).attrs["objective_gbp"]
    assert front.designs[-1].co2_kg == pytest.approx(least_kg, rel=GAP)


def test_it_goes_from_dear_to_clean_at_rising_prices(traced: tuple[Problem, Front]) -> None:
    _, front = traced
    assert len(front.designs) > 2
    for cheaper, cleaner in itertools.pairwise(front.designs):
        assert cleaner.cost_gbp > cheaper.cost_gbp
        assert cleaner.co2_kg < cheaper.co2_kg
    prices = front.prices_gbp_per_kg
    assert prices == sorted(prices)
    for (a, b), price in zip(itertools.pairwise(front.designs), prices, strict=True):
        assert a.at(price) == pytest.approx(b.at(price))
    assert max(front.edge_gaps) <= GAP


@pytest.mark.parametrize("price", [0.05, 0.7])
def test_no_design_lies_below_its_edges(traced: tuple[Problem, Front], price: float) -> None:
    problem, front = traced
    own = weighed(problem, SOLVE, 1, price)
    on_front = min(design.at(price) for design in front.designs)
    assert own.at(price) >= on_front * (1 - 2 * GAP)
    assert own.bound_gbp <= on_front + 1e-6


def test_its_table_and_figure_have_every_break_point(
    traced: tuple[Problem, Front], tmp_path: object
) -> None:
    _, front = traced
    table = front_table(front)
    ends = table["co2_price_to_gbp_per_kg"].to_numpy()[:-1]
    assert ends == pytest.approx(table["co2_price_from_gbp_per_kg"].to_numpy()[1:])
    path = tmp_path / "front.csv"
    table.to_csv(path, index=False)
    plot_front(front_path=path, svg_path=tmp_path / "f.svg", pdf_path=tmp_path / "f.pdf")
    assert "t/year" in (tmp_path / "f.svg").read_text()
    assert len(pd.read_csv(path)) == len(front.designs)


@settings(max_examples=50, deadline=None)
@given(
    points=st.lists(
        st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=12, unique=True
    )
)
def test_of_given_designs_it_finds_all_corners_of_their_hull(points: list[tuple[int, int]]) -> None:
    """A solver that picks the best of a list: the front is the list's convex edge, exactly."""

    def solve(price: float) -> Weighed:
        cost, co2 = min(points, key=lambda point: (point[0] + price * point[1], point))
        return Weighed(price, cost, co2, cost + price * co2, {})

    front = front_of(solve, 1e-9)
    found = {(design.cost_gbp, design.co2_kg) for design in front.designs}
    for price in [0.0, *np.geomspace(1e-3, 1e3, 200)]:
        least = min(cost + price * co2 for cost, co2 in points)
        assert min(cost + price * co2 for cost, co2 in found) == pytest.approx(least)
    assert found <= set(points)


def test_a_front_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fronts, "MOST_DESIGNS", 3)
    points = [(float(n), (10.0 - n) ** 2) for n in range(10)]

    def solve(price: float) -> Weighed:
        cost, co2 = min(points, key=lambda point: point[0] + price * point[1])
        return Weighed(price, cost, co2, cost + price * co2, {})

    with pytest.raises(SolveError, match="more than 3 designs"):
        front_of(solve, 1e-9)
