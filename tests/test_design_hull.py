"""The projected hull against the disjunctive formulation it stands for, written out in linopy."""

from __future__ import annotations

import numpy as np
import pytest
from design_cases import FIT, LEVY, NO_INCENTIVE, inputs, random_problem
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import disjunctive_relaxation

from microchp.config import Boiler, Incentive, Tes
from microchp.design.certificate import evaluate
from microchp.design.rounding import sum_up_rounding
from microchp.design.schedule import PlantYear

FIT_BELOW_IMPORT = FIT.model_copy(update={"export_gbp_per_kwh": 0.04})


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
    curves = PlantYear(problem, problem.plants[0]).curves
    for size in (3.0, 20.0):
        projected = evaluate(problem, curves, size).relaxed_gbp / 365
        expected = disjunctive_relaxation(problem, unit, size)
        assert projected == pytest.approx(expected, rel=1e-6, abs=1e-6)


@settings(deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), share_free=st.sampled_from([0.2, 0.7, 1.0]))
def test_rounded_slices_never_store_far_from_the_hull(seed, share_free):
    draw = np.random.default_rng(seed)
    corners = np.sort(draw.uniform(-5, 5, (3, 40, 4)), axis=2)
    missing = draw.uniform(size=corners.shape) < 0.5
    missing[..., :2] = False
    corners = np.sort(np.where(missing, np.inf, corners), axis=2)
    weight = draw.uniform(size=(3, 40))
    stored = weight * corners[..., 0] + (1 - weight) * corners[..., 1]
    free = draw.uniform(size=stored.shape) < share_free
    chosen = np.take_along_axis(corners, sum_up_rounding(stored, corners, free)[..., None], axis=2)[
        ..., 0
    ]
    drift = np.cumsum(np.where(free, chosen - stored, 0.0), axis=1)
    ends = np.where(np.isfinite(corners), corners, -np.inf).max(axis=2) - corners[..., 0]
    assert np.abs(drift).max() <= ends.max() / 2 + 1e-9
