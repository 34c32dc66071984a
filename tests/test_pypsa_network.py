"""A design as PyPSA reads it: the same plant, prices and demand, so the same cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from conftest import ROOT
from design_cases import FIT, LEVY, inputs, random_problem, system_problem

from microchp.account.energy import Installed
from microchp.config import Boiler, HeatPump, HeatPumpModel, ImmersionHeater, Pv, Solve, Tariff, Tes
from microchp.config.load import load_catalogues
from microchp.config.scenarios import DesignInputs
from microchp.design.model import build_printed_model
from microchp.design.problem import Problem
from microchp.design.solve import solve_problem
from microchp.export.pypsa_network import export_pypsa
from microchp.files import write_netcdf

pypsa = pytest.importorskip("pypsa", reason="PyPSA is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")

STORE = Tes(min_kwh=4, max_kwh=6, initial_share=0.8)


def two_days(seed: int, given: DesignInputs) -> Problem:
    """Random days on which export never pays more than import costs."""
    problem = random_problem(seed, given, days=2)
    price = np.maximum(problem.import_price_gbp_per_kwh, 0.05)
    return replace(problem, import_price_gbp_per_kwh=price)


def designed(problem: Problem) -> xr.Dataset:
    return solve_problem(problem, build_printed_model(problem), Solve(relative_gap=1e-3))


def operating_gbp(problem: Problem, design: xr.Dataset) -> float:
    """The design's cost without what no dispatch changes: capital, payment on all CO2."""
    finance, bought = problem.inputs.finance, Installed.of(design).investments
    capital = sum(i.annual_capital_gbp(finance) + i.upkeep_gbp_per_year for i in bought)
    paid = problem.inputs.incentive.co2_price_gbp_per_kg * problem.bau_co2_kg
    return design.attrs["objective_gbp"] - capital + paid


def network(design: xr.Dataset, directory) -> pypsa.Network:
    write_netcdf(design, directory / "design.nc")
    export_pypsa(design_path=directory / "design.nc", network_path=directory / "network")
    return pypsa.Network(directory / "network")


def optimum(n: pypsa.Network) -> float:
    status, condition = n.optimize(
        solver_name="highs", log_to_console=False, output_flag=False, mip_rel_gap=1e-9
    )
    assert (status, condition) == ("ok", "optimal")
    return n.objective


@pytest.mark.parametrize("min_load_share", [0.0, 0.5])
@pytest.mark.parametrize("incentive", [FIT, LEVY], ids=["fit", "levy"])
def test_without_a_store_pypsa_finds_the_same_cost(tmp_path, incentive, min_load_share):
    given = inputs(
        sizes_kw=(2,),
        min_load_share=min_load_share,
        incentive=incentive,
        boiler=Boiler(maintenance_gbp_per_kwh=0.002),
    )
    problem = two_days(3, given)
    design = designed(problem)
    found = optimum(network(design, tmp_path))
    assert found == pytest.approx(operating_gbp(problem, design), rel=1e-6)


def test_with_the_flows_of_the_design_pypsa_counts_its_cost(tmp_path):
    problem = two_days(5, inputs(sizes_kw=(2,), incentive=FIT, tes=STORE))
    design = designed(problem)
    assert design["tes_charge_kw"].sum() > 1
    free = network(design, tmp_path)
    fixed = free.copy()
    fixed.c.links.dynamic["p_set"] = fixed.c.links.dynamic["p0"].copy()
    cost = operating_gbp(problem, design)
    assert optimum(fixed) == pytest.approx(cost, rel=1e-6)
    # nothing forbids it to charge while it discharges
    assert optimum(free) <= cost + 1e-6


def test_the_imported_state_is_balanced(tmp_path):
    problem = two_days(5, inputs(sizes_kw=(2,), tes=STORE))
    n = network(designed(problem), tmp_path)
    links, stores = n.c.links.dynamic, n.c.stores.dynamic
    heat = -links["p2"]["unit"] - links["p1"]["boiler"] - links["p1"]["discharge"]
    demand = n.c.loads.dynamic["p_set"]
    np.testing.assert_allclose(heat - links["p0"]["charge"], demand["heat demand"], atol=1e-6)
    into = -links["p1"]["charge"] - links["p0"]["discharge"] + stores["p"]["store"]
    np.testing.assert_allclose(into, demand["standing loss"], atol=1e-6)


def test_heat_pump_immersion_heater_and_pv_at_fixed_sizes_cost_the_same_in_pypsa(tmp_path):
    model = load_catalogues(ROOT / "resources")["heat_pumps"]["generic_regulated"]
    given = inputs(sizes_kw=(0,)).model_copy(
        update={
            "has_boiler": False,
            "heat_pump": HeatPump(sizes_kw=[8], min_load_share=0.3, max_heat_share=3),
            "heat_pump_model": HeatPumpModel.model_validate(model),
            "immersion_heater": ImmersionHeater(max_kw=30),
            "pv": Pv(min_kwp=2, max_kwp=2),
            "tariff": Tariff(export_gbp_per_kwh=0.02),
        }
    )
    problem = two_days(3, given)
    hour = np.arange(24) / 24
    weather = {
        "outdoor_temperature_c": 5 + 6 * np.sin(2 * np.pi * (hour - 0.4)),
        "pv_yield_kw_per_kwp": np.clip(np.sin(2 * np.pi * (hour - 0.25)), 0, None),
    }
    problem = replace(
        problem, **{name: np.tile(values, (2, 1)) for name, values in weather.items()}
    )
    design = designed(problem)
    assert design["pv_power_kw"].sum() > 1
    assert min(design["heat_pump_heat_kw"].sum(), design["immersion_kw"].sum()) > 1
    found = optimum(network(design, tmp_path))
    assert found == pytest.approx(operating_gbp(problem, design), rel=1e-6)


def test_heat_pump_pv_and_battery_at_fixed_sizes_cost_the_same_in_pypsa(tmp_path):
    problem = system_problem(
        3, parts=("boiler", "heat_pump", "pv", "battery"), days=3, slices=24, efficiency=0.9
    )
    buy = np.maximum(problem.import_price_gbp_per_kwh, 0.06)
    given = problem.inputs.model_copy(update={"heat_pump": HeatPump(sizes_kw=[6])})
    problem = replace(
        problem,
        inputs=given,
        import_price_gbp_per_kwh=buy,
        # selling never earns what buying costs, so that nothing pays both ways at once
        export_price_gbp_per_kwh=np.full_like(buy, 0.03),
    ).with_sizes({"pv": 3.0, "battery": 5.0})
    gap = 1e-3
    design = solve_problem(
        problem, build_printed_model(problem), Solve(relative_gap=gap, absolute_gap_gbp=0)
    )
    assert design.attrs["solve_method"] == "day_programmes"
    for flow in ("pv_power_kw", "battery_charge_kw", "heat_pump_heat_kw", "boiler_heat_kw"):
        assert design[flow].sum() > 1, flow
    found, cost = optimum(network(design, tmp_path)), operating_gbp(problem, design)
    assert found == pytest.approx(cost, abs=gap * design.attrs["objective_gbp"])
    assert found <= cost + 1e-6


def test_starts_of_the_unit_cost_the_same_in_pypsa(tmp_path):
    given = inputs(sizes_kw=(2,), min_load_share=0.5, incentive=LEVY)
    keys = {
        "start_cost_gbp": 0.2, "start_fuel_kwh": 2.0, "min_up_minutes": 150, "min_down_minutes": 70
    }  # fmt: skip
    units = [unit.model_copy(update=keys) for unit in given.units]
    problem = two_days(3, given.model_copy(update={"units": units}))
    # nobody is at home around midnight, so that PyPSA's days follow each other as a day itself
    heat, power = problem.space_heating_kw.copy(), problem.electricity_kw.copy()
    heat[:, [0, 1, 2, -1]], heat[:, 3:-1] = 0.0, heat[:, 3:-1] + 3.0
    power[:, :3] = 0.0
    water = 0 * heat
    problem = replace(
        problem, space_heating_kw=heat, hot_water_kw=water, electricity_kw=power + 0.8
    )
    design = designed(problem)
    on = design["chp_power_kw"].to_numpy() > 0
    assert on.any()
    assert not on[0]
    n = network(design, tmp_path)
    unit = n.c.links.static.loc["unit"]
    assert (unit["min_up_time"], unit["min_down_time"]) == (3, 2)
    found = optimum(n)
    assert found == pytest.approx(operating_gbp(problem, design), rel=1e-3)


def test_a_house_without_a_unit_is_a_network_too(tmp_path):
    problem = two_days(1, inputs(sizes_kw=(0,)))
    design = designed(problem)
    found = optimum(network(design, tmp_path))
    assert found == pytest.approx(operating_gbp(problem, design), rel=1e-6)
