"""The row of a sample: what accounts say of an operation, at the sample's own prices.

An operation that is known from another sample was counted flow by flow there
(:func:`microchp.account.designs.assess_design`); its kWh stay, its money and CO2 are the sample's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from microchp.account import finance as money
from microchp.account.designs import assess_design
from microchp.design.problem import FloatArray, Problem, business_as_usual_gbp
from microchp.design.proof import Proof, sizes_of
from microchp.design.solve import design_dataset
from microchp.system.investment import boiler_investment, investments
from microchp.system.plant import Plant

KEPT = (
    "chp_electricity_kwh",
    "chp_heat_kwh",
    "boiler_heat_kwh",
    "tes_charge_kwh",
    "tes_discharge_kwh",
    "import_kwh",
    "export_kwh",
    "chp_starts",
    "chp_run_hours",
    "self_consumption_share",
    "self_sufficiency_share",
    "store_heat_share",
    "peak_import_kw",
    "peak_export_kw",
)
"""Columns of ``designs.csv`` that do not depend on prices, with the flows given."""

PRICED = (
    "eac_gbp",
    "eai_gbp",
    "bau_cost_gbp",
    "investment_gbp",
    "saving_gbp",
    "system_payback_years",
    "system_npv_gbp",
    "tde_kwh",
    "co2_kg",
    "bau_co2_kg",
)
"""Columns of ``designs.csv`` that do."""


def grid_pattern(problem: Problem) -> FloatArray:
    """CO2 of the grid's electricity in each slice over that in the first, shape ``(N,)``."""
    grid = problem.grid_kg_per_kwh.ravel()
    return np.round(grid / grid[0], 12) if grid[0] else np.sign(grid) + 1.0


def priced_row(
    problem: Problem,
    plant: Plant,
    tes_kwh: float,
    counted: Mapping[str, Any],
    cost_gbp: float,
) -> dict[str, Any]:
    """Columns of ``designs.csv`` for an operation at the prices of a problem.

    Parameters
    ----------
    problem
        The sample.
    plant, tes_kwh
        What is installed.
    counted
        Row of the operation (:func:`microchp.account.designs.assess_design`), with
        ``grid_pattern_kwh``: net import of a year, each slice weighted by :func:`grid_pattern`.
    cost_gbp
        Equivalent annual cost at the prices of the problem.
    """
    inputs = problem.inputs
    boiler, emissions = inputs.boiler, inputs.emissions
    bau_cost = business_as_usual_gbp(problem)
    boiler_bought = boiler_investment(boiler)
    chp = plant.part("chp")
    unit = next((u for u in inputs.units if chp and u.name == chp.name), None)
    bought = investments(inputs, unit, {"tes": tes_kwh, "heat_pump": plant.size("heat_pump")})
    fuel = counted["boiler_heat_kwh"] / boiler.efficiency
    fuel += counted["chp_electricity_kwh"] / unit.electrical_efficiency if unit else 0.0
    net_import = counted["import_kwh"] - counted["export_kwh"]
    grid_kg = float(problem.grid_kg_per_kwh.ravel()[0]) * counted["grid_pattern_kwh"]
    investment = sum(part.net_gbp for part in bought) - boiler_bought.net_gbp
    # a design that is business as usual earns nothing, not what is left of a subtraction
    eai = round(bau_cost - cost_gbp, 9) + 0.0
    capital = sum(part.annual_capital_gbp(inputs.finance) for part in bought)
    saving = eai + capital - boiler_bought.annual_capital_gbp(inputs.finance)
    return {
        **sizes_of(problem, plant, {"tes": tes_kwh}),
        "eac_gbp": cost_gbp,
        "eai_gbp": eai,
        "bau_cost_gbp": bau_cost,
        "investment_gbp": investment,
        "saving_gbp": saving,
        "system_payback_years": money.simple_payback_years(investment, saving),
        "system_npv_gbp": money.net_present_value_gbp(investment, saving, inputs.finance),
        "tde_kwh": fuel + net_import / emissions.grid_efficiency,
        "co2_kg": emissions.gas_kg_per_kwh * fuel + grid_kg,
        "bau_co2_kg": problem.bau_co2_kg,
        **{name: counted[name] for name in KEPT},
    }


def row_alone(problem: Problem, proof: Proof[Any]) -> dict[str, Any]:
    """The same columns for a design that was found at the prices of the sample itself."""
    account = assess_design(design_dataset(problem, proof, 0.0))
    sizes = sizes_of(problem, proof.design.plant, proof.design.sizes)
    return sizes | {name: account[name] for name in (*PRICED, *KEPT)}
