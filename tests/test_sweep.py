"""Sweeps: samples, what is known at other prices, rows, and what they say together."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import yaml
from conftest import ROOT
from design_cases import FIT, inputs, random_problem, system_problem, year_of_demand
from scipy import stats

from microchp.account.designs import assess_design
from microchp.config import Config, Solve, Sweep, Tes, load_config, sampled_config
from microchp.config.notes import run_notes, sweep_notes
from microchp.config.scenarios import design_inputs, scenario_table
from microchp.config.sweep import SampledInput
from microchp.design.check import check_solution
from microchp.design.model import build_printed_model
from microchp.design.problem import problem_from
from microchp.design.proof import Proof, size_curve
from microchp.design.search import Design, solve_by_days
from microchp.design.solve import design_dataset, solve_model
from microchp.design.table import prices_of
from microchp.errors import ConfigError
from microchp.files import read_netcdf, write_netcdf
from microchp.report.page import Page, render
from microchp.report.sections import samples
from microchp.report.sweep_figures import plot_sweep
from microchp.sweep.chunk import prepare_sweep, sweep_designs
from microchp.sweep.known import Sold, price_classes, prices_of_year
from microchp.sweep.library import (
    Library,
    counted_row,
    look,
    operation_at,
    solve_alone,
    standing,
    years_of,
)
from microchp.sweep.problems import Samples
from microchp.sweep.row import KEPT, PRICED, priced_row, row_alone
from microchp.sweep.samples import quantiles, saltelli_shares, sample_table
from microchp.sweep.summary import (
    answers,
    least_of_lines,
    regret_table,
    sobol_indices,
    summarise_sweep,
    summary_table,
    with_pairs,
)
from microchp.tables.words import label

README = ROOT / "README.md"
GAS, NIGHT = "tariff.gas_gbp_per_kwh", "tariff.import_periods.0.price_gbp_per_kwh"


def study(**sweep: object) -> Config:
    """One house from a user's file, three days at 60 min."""
    data = {
        "market": "uk_2016",
        "scenarios": {"house": ["cottage"], "incentive": ["none"]},
        "demand": {"source": "file", "files": {"cottage": "cottage.csv"}},
        "time": {"resolution_minutes": 60, "days": ["2015-01-15", "2015-04-15", "2015-07-15"]},
        "chp": {"sizes_kw": [0, 1]},
        "tes": {"max_kwh": 20},
        "solve": {"relative_gap": 0.02},
        "sweep": sweep,
    }
    return load_config(data, ROOT / "resources")


# -------------------------------------------------------------------------------- samples


@pytest.mark.parametrize(
    ("given", "law"),
    [
        ({"low": 2, "high": 5}, stats.uniform(2, 3)),
        ({"distribution": "normal", "mean": 3, "standard_deviation": 2}, stats.norm(3, 2)),
        (
            {"distribution": "triangular", "low": 1, "mode": 2, "high": 4},
            stats.triang(1 / 3, 1, 3),
        ),
    ],
)
def test_inputs_follow_their_distribution(given: dict[str, object], law: object) -> None:
    shares = np.linspace(0.01, 0.99, 50)
    assert quantiles(SampledInput.model_validate(given), shares) == pytest.approx(law.ppf(shares))


def test_a_lognormal_has_the_mean_and_deviation_given() -> None:
    sampled = SampledInput(distribution="lognormal", mean=4, standard_deviation=2)
    values = quantiles(sampled, (np.arange(200_000) + 0.5) / 200_000)
    assert values.mean() == pytest.approx(4, rel=1e-3)
    assert values.std() == pytest.approx(2, rel=1e-2)


def test_a_cut_off_normal_stays_within_its_limits() -> None:
    sampled = SampledInput(distribution="normal", mean=0, standard_deviation=1, low=-0.5, high=2)
    values = quantiles(sampled, np.array([0.0, 0.5, 1.0]))
    assert values == pytest.approx([-0.5, stats.truncnorm(-0.5, 2).median(), 2])


@pytest.mark.parametrize(
    "given",
    [
        {"distribution": "normal", "mean": 3, "standard_deviation": 2},
        {"distribution": "normal", "mean": 3, "standard_deviation": 2, "low": 2, "high": 4},
        {"distribution": "normal", "mean": 3, "standard_deviation": 2, "low": 9},
        {"distribution": "lognormal", "mean": 4, "standard_deviation": 2},
        {"distribution": "lognormal", "mean": 4, "standard_deviation": 2, "low": 0, "high": 5},
    ],
)
def test_an_input_ends_where_one_sample_in_a_hundred_is_beyond(given: dict[str, object]) -> None:
    sampled = SampledInput.model_validate(given)
    assert sampled.ends() == pytest.approx(tuple(quantiles(sampled, np.array([0.01, 0.99]))))


def test_an_input_that_leaves_out_what_the_run_has_is_told() -> None:
    """README's sweep: of the market's one price of import, and of the night of its own tariff."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", readme, re.S)]
    (swept,) = (example for example in examples if "sweep" in example)
    (priced,) = (example for example in examples if "import_periods" in example.get("tariff", {}))
    assert sweep_notes(load_config(swept, ROOT / "resources")) == []
    (note,) = sweep_notes(load_config(priced | swept, ROOT / "resources"))
    assert "tariff.import_periods.0.price_gbp_per_kwh is sampled from 0.1902 to 0.3298" in note
    assert "the run's own value, 0.09, is not among them" in note
    assert note in run_notes(load_config(priced | swept, ROOT / "resources"))
    discrete = {"distribution": "discrete", "values": [4000, 5000]}
    dear = {
        "inputs": {
            "tes.capital_cost_gbp_per_kwh": discrete,
            "chp.technology": {"distribution": "discrete", "values": ["stirling_engine"]},
        }
    }
    swept = {"chp": {"sizes_kw": [0, 1]}, "sweep": dear}
    (only,) = sweep_notes(load_config(swept, ROOT / "resources"))
    assert "sampled from 4000 to 5000" in only


def test_discrete_values_come_as_often_as_they_shall() -> None:
    sampled = SampledInput(
        distribution="discrete", values=[10, 15, 20], probabilities=[0.5, 0.3, 0.2]
    )
    drawn = quantiles(sampled, (np.arange(1000) + 0.5) / 1000)
    assert [(drawn == value).sum() for value in (10, 15, 20)] == [500, 300, 200]


@pytest.mark.parametrize("method", ["monte_carlo", "sobol", "grid", "one_at_a_time"])
def test_there_are_as_many_samples_as_the_jobs_expect(method: str) -> None:
    tables = [
        sample_table(
            study(
                method=method,
                samples=8,
                inputs={GAS: {"low": 0.02, "high": 0.05}, NIGHT: {"low": 0.05, "high": 0.1}},
            )
        )
        for _ in range(2)
    ]
    pd.testing.assert_frame_equal(*tables)
    sweep = Sweep(
        method=method, samples=8, inputs={GAS: {"low": 1, "high": 2}, NIGHT: {"low": 1, "high": 2}}
    )
    assert len(tables[0]) == sweep.count
    assert tables[0][GAS].between(0.02, 0.05).all()


def test_correlated_inputs_go_together() -> None:
    table = sample_table(
        study(
            samples=4000,
            inputs={GAS: {"low": 0.02, "high": 0.05}, NIGHT: {"low": 0.05, "high": 0.1}},
            correlations=[{"between": [GAS, NIGHT], "coefficient": 0.8}],
        )
    )
    expected = 6 / np.pi * np.arcsin(0.4)  # rank correlation of normal scores
    assert stats.spearmanr(table[GAS], table[NIGHT]).statistic == pytest.approx(expected, abs=0.02)


def test_one_at_a_time_begins_with_the_configuration_as_it_stands() -> None:
    config = study(method="one_at_a_time", inputs={GAS: {"low": 0.02, "high": 0.05}})
    assert sample_table(config)[GAS].tolist() == [0.0348, 0.02, 0.05]


def test_nested_keys_and_brackets_are_the_dotted_key() -> None:
    nested = study(
        inputs={"tariff": {"import_periods[0]": {"price_gbp_per_kwh": {"low": 0.05, "high": 0.1}}}}
    )
    assert list(nested.sweep.inputs) == [NIGHT]


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ({"inputs": {"tarif.gas_gbp_per_kwh": {"low": 1, "high": 2}}}, "did you mean 'tariff'"),
        ({"inputs": {"boiler.efficiency": {"low": 0.5, "high": 2}}}, "boiler.efficiency: input"),
        ({"inputs": {"tes": {"distribution": "discrete", "values": [1]}}}, "is a block"),
        ({"inputs": {"demand.source": {"low": 1, "high": 2}}}, "vary it in scenarios.variants"),
        ({"inputs": {GAS: {"low": 0.05, "high": 0.02}}}, "must be below"),
        ({"inputs": {GAS: {"distribution": "normal", "mean": 0.03}}}, "missing: standard"),
        ({"method": "sobol", "samples": 100}, "no power of 2"),
        (
            {
                "inputs": {
                    key: {"low": 0.02, "high": 0.05}
                    for key in (GAS, NIGHT, "finance.interest_rate")
                },
                "correlations": [
                    {"between": [GAS, NIGHT], "coefficient": 0.9},
                    {"between": [GAS, "finance.interest_rate"], "coefficient": 0.9},
                    {"between": [NIGHT, "finance.interest_rate"], "coefficient": -0.9},
                ],
            },
            "no inputs can go together so",
        ),
        (
            {"inputs": {NIGHT.replace(".0.", ".2."): {"low": 0.05, "high": 0.1}}},
            "no such key: tariff.import_periods.2; tariff.import_periods has 2 entries, from 0",
        ),
        (
            {"correlations": [{"between": [GAS, NIGHT], "coefficient": 0.5}]},
            f"'{GAS}' is not in sweep.inputs",
        ),
    ],
)
def test_a_wrong_sweep_is_refused_with_what_is_accepted(
    sweep: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message.replace(".", r"\.")):
        study(**sweep)


# ------------------------------------------------------------------- known at other prices


def case(seed: int, gas: float, night: float, export: float) -> object:
    """The same demand at some prices, three days of twelve slices."""
    given = inputs(sizes_kw=(0, 1, 2), tes=Tes(max_kwh=15.0), incentive=FIT, min_load_share=0.3)
    tariff = given.tariff.model_copy(update={"gas_gbp_per_kwh": gas, "export_gbp_per_kwh": export})
    given = given.model_copy(update={"tariff": tariff})
    problem = random_problem(seed, given, days=3, slices=12)
    early = problem.import_price_gbp_per_kwh < 0.075
    prices = np.where(early, night, 0.16)
    return type(problem)(
        **{
            **{name: getattr(problem, name) for name in problem.__dataclass_fields__},
            "import_price_gbp_per_kwh": prices,
            "bau_import_price_gbp_per_kwh": prices,
        }
    )


@pytest.fixture(scope="module")
def library() -> tuple[Library, list[object]]:
    """What looking at three samples tells of all, and five others."""
    known = [case(1, *p) for p in ((0.03, 0.05, 0.0), (0.05, 0.05, 0.05), (0.04, 0.12, 0.02))]
    others = [
        case(1, *p)
        for p in ((0.035, 0.06, 0.01), (0.045, 0.1, 0.03), (0.04, 0.07, 0.02), (0.05, 0.12, 0.05))
    ]
    classes = price_classes(prices_of(known[0]))
    for problem in (*known, *others):
        classes = classes.refined(prices_of(problem))
    result = Library(classes)
    for number, problem in enumerate(known):
        years = years_of(problem)
        found, _ = look(years, result.offers(years), classes, stop_gap=1e-3, sample=number)
        for offer in found:
            result.keep(offer.known)
    return result, others


def test_bounds_from_other_prices_hold_and_costs_are_those_of_the_flows(
    library: tuple[Library, list[object]],
) -> None:
    known, others = library
    for problem in others:
        proof = solve_by_days(problem, 1e-4, lambda: 60.0)
        at = standing(known.offers(years_of(problem)))
        assert at.lower_bound_gbp <= proof.design.cost_gbp + 1e-9 * abs(proof.design.cost_gbp)
        assert at.cost_gbp >= proof.lower_bound_gbp - 1e-9 * abs(proof.lower_bound_gbp)
        assert at.gap < 0.1, "what is known says hardly anything"


def test_every_size_is_bounded_by_what_is_known(library: tuple[Library, list[object]]) -> None:
    known, others = library
    problem = others[1]
    for year, offer in zip(years_of(problem), known.offers(years_of(problem)), strict=True):
        for size in (0.0, 2.0, 7.5, 15.0):
            bound = offer.at(size).bound()
            own = look([year], [offer.at(size)], known.classes, stop_gap=1e-6, sample=0)[0]
            assert bound.value_gbp <= standing(own).cost_gbp + 1e-6
            for other in (0.0, 15.0):
                line = bound.value_gbp + bound.slope_gbp_per_kwh * (other - size)
                assert (
                    line
                    <= standing(
                        look([year], [offer.at(other)], known.classes, stop_gap=1e-6, sample=0)[0]
                    ).cost_gbp
                    + 1e-6
                )


def test_an_operation_costs_its_quantities_times_the_prices(
    library: tuple[Library, list[object]],
) -> None:
    known, others = library
    problem = others[0]
    for year in years_of(problem):
        operation = operation_at(year, 5.0)
        amounts, _ = counted_row(year, operation, known.classes)
        cost = amounts @ prices_of_year(year, Sold.of(problem, known.classes))
        assert cost == pytest.approx(operation.operating_gbp, rel=1e-9)
        assert (amounts <= known.find(year).most + 1e-6).all()


def test_a_row_at_other_prices_is_the_account_of_those_flows(
    library: tuple[Library, list[object]],
) -> None:
    known, others = library
    place, problem = others[0], others[1]
    year = years_of(place)[1]
    operation = operation_at(year, 5.0)
    amounts, counted = counted_row(year, operation, known.classes)
    own = years_of(problem)[1]
    cost = float(amounts @ prices_of_year(own, Sold.of(problem, known.classes)))
    cost += problem.plant_capital_gbp(own.plant) + problem.constant_gbp
    cost += 5.0 * problem.store_capital_gbp_per_kwh
    row = priced_row(problem, own.plant, 5.0, counted, cost)
    proof = Proof(Design(own, operation, cost), cost, size_curve([]), "store_line")
    account = assess_design(design_dataset(problem, proof, 0.0))
    assert row.keys() == row_alone(problem, proof).keys()
    for name, value in row.items():
        assert value == pytest.approx(account[name], rel=1e-9, abs=1e-6, nan_ok=True), name


@pytest.mark.parametrize("parts", ["chp boiler battery", "chp boiler tes battery", "chp boiler pv"])
def test_systems_that_more_than_a_store_of_heat_ties_are_solved_by_their_own_way(
    parts: str,
) -> None:
    problem = system_problem(seed=3, parts=tuple(parts.split()), prices="export")
    nothing_known = Library(price_classes(prices_of(problem)))
    assert nothing_known.offers(years_of(problem)) == []
    proof = solve_alone(problem, Solve(relative_gap=0.01))
    assert proof.method != "store_line"
    model = build_printed_model(problem)
    check_solution(problem, model, proof.design, proof.design.flows, proof.lower_bound_gbp)
    row = row_alone(problem, proof)
    assert row["eac_gbp"] - proof.lower_bound_gbp <= max(0.01 * abs(row["eac_gbp"]), 1.0)


def test_units_whose_starts_count_are_solved_by_their_own_way() -> None:
    problem = case(1, 0.03, 0.05, 0.0)
    units = [unit.model_copy(update={"start_cost_gbp": 0.5}) for unit in problem.inputs.units]
    given = problem.inputs.model_copy(update={"units": units})
    counted = dataclasses.replace(problem, inputs=given)
    assert Library(price_classes(prices_of(counted))).offers(years_of(counted)) == []
    assert solve_alone(counted, Solve(relative_gap=0.01)).method != "store_line"


def test_another_technology_is_not_taken_for_the_same(
    library: tuple[Library, list[object]],
) -> None:
    known, others = library
    problem = others[0]
    less = problem.inputs.tes.model_copy(update={"charge_efficiency": 0.8})
    fields = {name: getattr(problem, name) for name in problem.__dataclass_fields__}
    changed = type(problem)(**fields | {"inputs": problem.inputs.model_copy(update={"tes": less})})
    assert all(not offer.known.cuts for offer in known.offers(years_of(changed)))


# ----------------------------------------------------------------------------------- rows


SWEPT: dict[str, Any] = {
    "checked_samples": 3,
    "inputs": {
        GAS: {"low": 0.025, "high": 0.05},
        NIGHT: {"low": 0.04, "high": 0.12},
        "tes.capital_cost_gbp_per_kwh": {"low": 10, "high": 30},
    },
}


def swept(
    tmp_path: Path, tes: str, chunk_samples: int, samples: int = 10, *, alone: bool = False
) -> pd.DataFrame:
    config = study(samples=samples, chunk_samples=chunk_samples, alone=alone, **SWEPT)
    folder = tmp_path / f"{tes}-{chunk_samples}"
    demand = folder / "demand.nc"
    write_netcdf(year_of_demand(), demand)
    scenario = scenario_table(config)[f"cottage-none-{tes}"]
    shared = {"demand_path": demand, "library_path": folder / "library.json"}
    prepare_sweep(**shared, config=config, scenario=scenario)
    rows = []
    for chunk in range(config.sweep.chunks):
        sweep_designs(
            **shared,
            rows_path=folder / "rows.parquet",
            judged_path=folder / "judged.parquet",
            config=config,
            scenario=scenario,
            chunk=chunk,
        )
        judged = pd.read_parquet(folder / "judged.parquet")
        rows.append(pd.read_parquet(folder / "rows.parquet"))
        assert set(judged["sample"]) == set(rows[-1]["sample"])
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize("tes", ["with", "without"])
def test_rows_are_proven_checked_and_the_same_in_any_chunks(tmp_path: Path, tes: str) -> None:
    whole_sweep = swept(tmp_path, tes, 10)
    assert whole_sweep["proven"].all()
    assert (whole_sweep["relative_gap"] <= 0.02).all()
    assert (whole_sweep["lower_bound_gbp"] <= whole_sweep["eac_gbp"] + 1e-9).all()
    pd.testing.assert_frame_equal(whole_sweep, swept(tmp_path, tes, 4))


def test_rows_agree_with_runs_of_the_same_configuration_alone(tmp_path: Path) -> None:
    """Within both proofs; what no design decides, to 1e-9, and the row's own account as well."""
    rows = swept(tmp_path, "with", 10)
    study_of = study(samples=10, **SWEPT)
    scenario = scenario_table(study_of)["cottage-none-with"]
    demand = read_netcdf(tmp_path / "with-10" / "demand.nc", dwelling=0)
    samples_of = Samples.of(study_of, scenario, demand)
    for _, row in rows.iterrows():
        problem = problem_from(samples_of.demand, samples_of.inputs(int(row["sample"])))
        alone = solve_by_days(problem, 1e-3, lambda: 1e6)
        assert row["lower_bound_gbp"] <= alone.design.cost_gbp + 1e-9
        # flows below a tenth of a milliwatt count as nothing
        assert row["eac_gbp"] >= alone.lower_bound_gbp * (1 - 1e-7)
        account = assess_design(design_dataset(problem, alone, 0.0))
        for name in ("bau_cost_gbp", "bau_co2_kg"):
            assert row[name] == pytest.approx(account[name], rel=1e-9)
        income = row["bau_cost_gbp"] - row["eac_gbp"]
        assert row["eai_gbp"] == pytest.approx(income, abs=1e-9)


@pytest.mark.parametrize("tes", ["with", "without"])
def test_samples_designed_alone_are_the_rows_of_runs_of_the_same_configuration(
    tmp_path: Path, tes: str
) -> None:
    """Ten rows to 1e-9, by the way of a run from its configuration to its row of the table."""
    rows = swept(tmp_path, tes, 5, alone=True)
    assert rows["proven"].all()
    for _, row in rows.iterrows():
        sampled = {key: float(row[key]) for key in SWEPT["inputs"]}
        alone = sampled_config(study(), sampled, "a run alone")
        scenario = scenario_table(alone)[f"cottage-none-{tes}"]
        design_path = tmp_path / "alone.nc"
        solve_model(
            demand_path=tmp_path / f"{tes}-5" / "demand.nc",
            design_path=design_path,
            inputs=design_inputs(alone, scenario),
            solve=alone.solve,
        )
        design = xr.load_dataset(design_path)
        account = assess_design(design)
        for name in (*PRICED, *KEPT, "chp_kw", "tes_kwh", "lower_bound_gbp"):
            expected = account[name] if name in account else design.attrs[name]
            assert row[name] == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), name


def test_a_sample_without_a_design_is_kept_and_says_why(tmp_path: Path) -> None:
    config = study(
        samples=4,
        inputs={"boiler.max_heat_kw": {"distribution": "discrete", "values": [0.01, 20.0]}},
    )
    demand, library = tmp_path / "demand.nc", tmp_path / "library.json"
    write_netcdf(year_of_demand(), demand)
    scenario = scenario_table(config)["cottage-none-without"]
    prepare_sweep(demand_path=demand, library_path=library, config=config, scenario=scenario)
    sweep_designs(
        demand_path=demand,
        library_path=library,
        rows_path=tmp_path / "rows.parquet",
        judged_path=tmp_path / "judged.parquet",
        config=config,
        scenario=scenario,
        chunk=0,
    )
    rows = pd.read_parquet(tmp_path / "rows.parquet").set_index("boiler.max_heat_kw")
    assert not rows.loc[0.01, "proven"].any()
    assert rows.loc[0.01, "status"].str.contains("boiler.max_heat_kw").all()
    assert rows.loc[20.0, "proven"].all()


# -------------------------------------------------------------------- what they say together


def test_sobol_indices_of_a_function_that_is_known() -> None:
    keys = ["a", "b", "c"]
    limits = {"low": -np.pi, "high": np.pi}
    sweep = Sweep(method="sobol", samples=4096, inputs=dict.fromkeys(keys, limits))
    shares = saltelli_shares(sweep, 1)
    x = np.column_stack(
        [quantiles(sweep.inputs[k], s) for k, s in zip(keys, shares.T, strict=True)]
    )
    ishigami = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
    found = sobol_indices(ishigami, sweep, 1).set_index("input")
    assert found["first_order"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found["total"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    known = np.array([0.3139, 0.4424, 0.0])
    assert (np.abs(found["first_order"] - known) <= 2 * found["first_order_half_width"]).all()


def test_least_of_lines_is_where_they_cross() -> None:
    lines = np.array([[10.0, -1.0], [2.0, 1.0], [-np.inf, 0.0]])
    assert least_of_lines(lines, 0.0, 20.0) == pytest.approx(6.0)
    assert least_of_lines(lines, 0.0, 1.0) == pytest.approx(9.0)
    assert least_of_lines(lines[2:], 0.0, 1.0) == -np.inf


def test_regret_is_what_a_design_costs_more_than_the_best() -> None:
    rows = pd.DataFrame(
        {
            "scenario": "s",
            "sample": [0, 1],
            "eac_gbp": [100.0, 80.0],
            "lower_bound_gbp": [99.0, 79.0],
        }
    )
    judged = pd.DataFrame(
        {
            "scenario": "s",
            "sample": [0, 1, 0, 1],
            "number": [0, 0, 1, 1],
            "parts": ["boiler 0", "boiler 0", "engine 1", "engine 1"],
            "chp_kw": [0.0, 0.0, 1.0, 1.0],
            "tes_kwh": 0.0,
            "cost_gbp": [100.0, 120.0, 110.0, 80.0],
            "lower_bound_gbp": [100.0, 120.0, 110.0, 80.0],
            "slope_gbp_per_kwh": 0.0,
            "min_kwh": 0.0,
            "max_kwh": 0.0,
        }
    )
    table = regret_table(rows, judged)
    assert table["worst_regret_gbp"].tolist() == [41.0, 11.0]
    assert table["expected_cost_gbp"].tolist() == [110.0, 95.0]
    assert table["least_expected_cost"].tolist() == [False, True]
    assert table["least_worst_regret"].tolist() == [False, True]
    assert table["expected_cost_bound_gbp"].tolist() == [95.0, 95.0]
    assert table["worst_regret_bound_gbp"].tolist() == [10.0, 10.0]


def test_the_bound_of_regret_is_that_of_the_least_plant_whatever_its_unit() -> None:
    """Two heat pumps without a unit are two plants: the one's lines say nothing of the other."""
    rows = pd.DataFrame(
        {"scenario": "s", "sample": [0], "eac_gbp": [50.0], "lower_bound_gbp": [50.0]}
    )
    judged = pd.DataFrame(
        {
            "scenario": "s",
            "sample": 0,
            "number": [0, 1],
            "parts": ["heat_pump 4", "heat_pump 8"],
            "chp_kw": 0.0,
            "heat_pump_kw": [4.0, 8.0],
            "tes_kwh": 0.0,
            "cost_gbp": [60.0, 90.0],
            "lower_bound_gbp": [55.0, 90.0],
            "slope_gbp_per_kwh": 0.0,
            "min_kwh": 0.0,
            "max_kwh": 0.0,
        }
    )
    table = regret_table(rows, judged)
    assert table["heat_pump_kw"].tolist() == [4.0, 8.0]
    assert table["expected_cost_bound_gbp"].tolist() == [55.0, 55.0]
    assert table["worst_regret_bound_gbp"].tolist() == [5.0, 5.0]


def test_a_store_earns_what_it_costs_less_with_it_than_without() -> None:
    both = {"sample": 0, "house": "h", "incentive": "i", "plant": "p", "variant": "", "design": "o"}
    rows = pd.DataFrame(
        [
            {**both, "tes": "with", "eac_gbp": 90.0, "lower_bound_gbp": 88.0, "co2_kg": 5.0},
            {**both, "tes": "without", "eac_gbp": 100.0, "lower_bound_gbp": 99.0, "co2_kg": 7.0},
        ]
    ).assign(bau_cost_gbp=120.0, bau_co2_kg=9.0)
    paired = with_pairs(rows)
    assert paired.loc[0, ["tes_eai_gbp", "tes_eai_least_gbp", "tes_eai_most_gbp"]].tolist() == [
        10.0,
        9.0,
        12.0,
    ]
    assert paired.loc[0, "tes_co2_saving_kg"] == 2.0
    assert np.isnan(paired.loc[1, "tes_eai_gbp"])


def test_the_solve_block_is_not_sampled() -> None:
    with pytest.raises(ConfigError, match="cannot be sampled"):
        study(inputs={"solve.relative_gap": {"low": 0.1, "high": 0.2}})
    assert Solve().relative_gap == 0.005


def test_the_sweep_that_readme_shows_is_one() -> None:
    blocks = re.findall(
        r"^```yaml\n(.*?)^```$", README.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    shown = [yaml.safe_load(block) for block in blocks if block.startswith("sweep:")]
    assert len(shown) == 1
    config = load_config(shown[0], ROOT / "resources")
    assert len(sample_table(config)) == config.sweep.count == 2000


def test_chances_say_what_bounds_leave_possible() -> None:
    rows = with_pairs(
        pd.DataFrame(
            {
                "scenario": "s",
                "sample": range(4),
                "house": "h",
                "incentive": "i",
                "plant": "p",
                "variant": "",
                "design": "o",
                "tes": "with",
                "eac_gbp": [90.0, 100.0, 100.0, np.nan],
                "eai_gbp": [10.0, 0.0, 0.0, np.nan],
                "lower_bound_gbp": [88.0, 95.0, 100.0, np.nan],
                "bau_cost_gbp": [100.0, 100.0, 100.0, np.nan],
                "proven": [True, False, True, False],
                **dict.fromkeys(
                    ("co2_kg", "bau_co2_kg", "chp_kw", "tes_kwh", "system_npv_gbp"), 1.0
                ),
            }
        )
    )
    summary = summary_table(rows)
    income = summary.set_index("quantity").loc["eai_gbp"]
    assert income[["samples", "not_proven", "no_design"]].tolist() == [4, 1, 1]
    assert income[["chance", "chance_least", "chance_most"]].tolist() == pytest.approx(
        [1 / 3, 1 / 3, 2 / 3]
    )
    assert answers(summary)["s"].startswith(
        "The design pays in 33% of the samples (proven 33%, possible 67%)"
    )


def test_what_samples_say_stands_in_a_section_and_on_the_first_screen(tmp_path: Path) -> None:
    folder, rows, judged = tmp_path, [], []
    for tes in ("with", "without"):
        rows.append(swept(tmp_path, tes, 10))
        judged.append(pd.read_parquet(tmp_path / f"{tes}-10" / "judged.parquet"))
    for name, tables in (("rows", rows), ("judged", judged)):
        pd.concat(tables, ignore_index=True).to_parquet(folder / f"{name}.parquet")
    inputs = {GAS: {"low": 0.025, "high": 0.05}, NIGHT: {"low": 0.04, "high": 0.12}}
    config = study(samples=10, inputs=inputs)
    summary, regret, figures = folder / "s.csv", folder / "r.csv", folder / "figures"
    tables = {"sweep_path": folder / "sweep.parquet", "sensitivity_path": folder / "o.csv"}
    summarise_sweep(
        rows_paths=[folder / "rows.parquet"],
        judged_paths=[folder / "judged.parquet"],
        **tables,
        summary_path=summary,
        regret_path=regret,
        config=config,
    )
    plot_sweep(**tables, regret_path=regret, figures_path=figures, sweep=config.sweep)
    sampled = samples.Sampled.read(summary, regret, figures)
    table = pd.read_csv(summary).set_index(["scenario", "quantity"])
    chance = table.loc[("cottage-none-with", "tes_eai_gbp"), "chance"]
    (said,) = samples.sentences(sampled.summary)
    assert f"the store pays in {100 * chance:.0f} % of these samples" in said
    section = samples.section(sampled, is_random=True)
    page = render(Page("a", "b", "c", [], [], [section]))
    assert page.count("<svg") >= 4
    best = pd.read_csv(regret).query("least_expected_cost and scenario == 'cottage-none-with'")
    assert f"£{best['expected_cost_gbp'].iloc[0]:,.0f} a year on average" in page
    assert f"£{best['expected_cost_bound_gbp'].iloc[0]:,.0f}" in page
    assert f"Cottage, {label('none')}, with store" in page
    assert "pays in" in page
    not_drawn = samples.section(sampled, is_random=False)
    assert "pays in" not in render(Page("a", "b", "c", [], [], [not_drawn]))
