"""Designs that obey the physics, made by a simple rule instead of a solver.

The store is full at midnight, gives the morning's heat and is charged by the unit in the
afternoon; the unit follows the heat it is asked for; the boiler does the rest. Money is summed
here in plain numpy, on its own, as the oracle for the assessment.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from microchp.config import load_config, minute_of_day
from microchp.config.scenarios import DesignInputs, design_inputs, scenario_table
from microchp.files import write_netcdf
from microchp.system.annualisation import annualisation_factor

RESOURCES = Path(__file__).parents[1] / "resources"

LONG_NAMES = {
    "space_heating_kw": ("kW", "Space heating demand"),
    "hot_water_kw": ("kW", "Hot-water demand"),
    "electricity_kw": ("kW", "Electricity demand"),
    "chp_power_kw": ("kW", "Electricity from the unit"),
    "chp_heat_kw": ("kW", "Heat from the unit"),
    "boiler_heat_kw": ("kW", "Heat from the boiler"),
    "tes_charge_kw": ("kW", "Heat into the store"),
    "tes_discharge_kw": ("kW", "Heat out of the store"),
    "tes_level_kwh": ("kWh", "Heat in the store at the end of the step"),
    "grid_import_kw": ("kW", "Import"),
    "grid_export_kw": ("kW", "Export"),
    "import_price_gbp_per_kwh": ("GBP/kWh", "Import price"),
    "export_price_gbp_per_kwh": ("GBP/kWh", "Export price"),
    "bau_import_price_gbp_per_kwh": ("GBP/kWh", "Import price of business as usual"),
    "day_weight": ("day", "Days that the day of this slice stands for"),
}


def inputs_of(user: dict[str, Any]) -> dict[str, DesignInputs]:
    """Design inputs of every scenario of a configuration, by id, with the papers' prices."""
    config = load_config({"market": "uk_2016"} | user, RESOURCES)
    return {name: design_inputs(config, s) for name, s in scenario_table(config).items()}


def synthetic_design(
    inputs: DesignInputs,
    chp_kw: float,
    tes_kwh: float = 0.0,
    first: date = date(2015, 1, 1),
    days: int = 3,
    day_weight: float = 1.0,
    seed: int = 1,
    heat_scale: float = 1.0,
) -> xr.Dataset:
    """A design of given sizes for a few days, with physically consistent flows."""
    minutes = inputs.time.resolution_minutes
    hours = minutes / 60
    times = pd.date_range(str(first), periods=days * 24 * 60 // minutes, freq=f"{minutes}min")
    clock = np.asarray(times.hour + times.minute / 60)
    rng = np.random.default_rng(seed)
    heating = np.where((clock >= 6) & (clock < 23), 1.5 + rng.random(len(times)), 0.0) * heat_scale
    water = np.where(rng.random(len(times)) < 0.03, 6.0, 0.0) * heat_scale
    electricity = 0.3 + 0.9 * rng.random(len(times)) * (clock > 6)
    heat = heating + water

    unit = next((u for u in inputs.units if u.power_kw == chp_kw), None)
    ratio = unit.heat_to_power if unit else 0.0
    lowest = unit.min_load_share * chp_kw if unit else 0.0
    tes = inputs.tes if tes_kwh else None
    power, charge, discharge, level = (np.zeros(len(times)) for _ in range(4))
    loss = tes_kwh * tes.loss_share_per_day / 24 if tes else 0.0
    full = tes_kwh * tes.initial_share if tes else 0.0
    held = full
    for t in range(len(times)):
        if tes and clock[t] < 12:
            spare = max(0.0, held - 0.2 * tes_kwh - loss * hours)
            if clock[t] >= 6:
                discharge[t] = min(heat[t], spare * tes.discharge_efficiency / hours)
        elif tes:
            room = (full + loss * hours - held) / (tes.charge_efficiency * hours)
            last = t + 1 == len(times) or times[t + 1].day != times[t].day
            # the last slice of the day fills what the unit could not
            charge[t] = room if last else min(room, max(0.0, chp_kw * ratio - heat[t]))
        asked = (heat[t] + charge[t] - discharge[t]) / ratio if ratio else 0.0
        power[t] = min(asked, chp_kw) if asked >= lowest else 0.0
        if tes:
            gain = tes.charge_efficiency * charge[t] - discharge[t] / tes.discharge_efficiency
            held += (gain - loss) * hours
        level[t] = held
    chp_heat = power * ratio
    flows = {
        "space_heating_kw": heating,
        "hot_water_kw": water,
        "electricity_kw": electricity,
        "chp_power_kw": power,
        "chp_heat_kw": chp_heat,
        "boiler_heat_kw": np.maximum(0.0, heat + charge - discharge - chp_heat),
        "tes_charge_kw": charge,
        "tes_discharge_kw": discharge,
        "tes_level_kwh": level,
        "grid_import_kw": np.maximum(0.0, electricity - power),
        "grid_export_kw": np.maximum(0.0, power - electricity),
        "import_price_gbp_per_kwh": _prices(inputs.design_tariff.import_periods, times),
        "export_price_gbp_per_kwh": np.full(
            len(times),
            inputs.design_tariff.export_gbp_per_kwh
            + (
                inputs.incentive.export_gbp_per_kwh
                if inputs.incentive.deemed_export_share is None
                else 0.0
            ),
        ),
        "bau_import_price_gbp_per_kwh": _prices(inputs.tariff.import_periods, times),
        "day_weight": np.full(len(times), day_weight),
    }
    objective = _objective(inputs, chp_kw, tes_kwh, flows, hours)
    return xr.Dataset(
        {
            name: ("time", series, dict(zip(("units", "long_name"), LONG_NAMES[name], strict=True)))
            for name, series in flows.items()
        },
        coords={"time": times},
        attrs={
            "inputs": inputs.model_dump_json(),
            "chp_kw": chp_kw,
            "tes_kwh": tes_kwh,
            "objective_gbp": objective,
            "lower_bound_gbp": objective - 0.002 * abs(objective),
            "relative_gap": 0.002,
            "solve_method": "store_line",
            "solve_status": "optimal",
            "solve_seconds": 1.5,
            "versions": json.dumps({"highspy": "1.15.1", "linopy": "0.10.0"}),
            "step_hours": hours,
        },
    )


def _prices(periods: list[Any], times: pd.DatetimeIndex) -> np.ndarray:
    minute = np.asarray(times.hour * 60 + times.minute)
    price = np.full(len(times), np.nan)
    for period in periods:
        inside = (minute >= minute_of_day(period.start)) & (minute < minute_of_day(period.end))
        price[inside] = period.price_gbp_per_kwh
    return price


def _objective(
    inputs: DesignInputs,
    chp_kw: float,
    tes_kwh: float,
    flows: dict[str, np.ndarray],
    hours: float,
) -> float:
    """Eq. 1-5 with the incentive, written out on its own."""

    def year(power: np.ndarray) -> float:
        return float(np.sum(power * flows["day_weight"]) * hours)

    unit = next((u for u in inputs.units if u.power_kw == chp_kw), None)
    incentive, tariff, emissions = inputs.incentive, inputs.design_tariff, inputs.emissions
    boiler = inputs.boiler
    generated = year(flows["chp_power_kw"])
    chp_fuel = generated / unit.electrical_efficiency if unit else 0.0
    boiler_fuel = year(flows["boiler_heat_kw"]) / boiler.efficiency
    capital = (chp_kw * unit.capital_cost_gbp_per_kw if unit else 0.0) + (
        tes_kwh * inputs.tes.capital_cost_gbp_per_kwh if inputs.tes else 0.0
    )
    cost = annualisation_factor(inputs.finance) * capital * (1 - incentive.capital_grant_share)
    cost += tariff.gas_gbp_per_kwh * (chp_fuel + boiler_fuel)
    cost += (unit.maintenance_gbp_per_kwh if unit else 0.0) * generated
    cost += boiler.maintenance_gbp_per_kwh * year(flows["boiler_heat_kw"])
    if inputs.tes:
        cost += inputs.tes.maintenance_gbp_per_kwh * year(flows["tes_discharge_kw"])
    cost += year(flows["grid_import_kw"] * flows["import_price_gbp_per_kwh"])
    cost -= year(flows["grid_export_kw"] * flows["export_price_gbp_per_kwh"])
    deemed = incentive.deemed_export_share or 0.0
    cost -= generated * (incentive.generation_gbp_per_kwh + deemed * incentive.export_gbp_per_kwh)
    heat = year(flows["space_heating_kw"] + flows["hot_water_kw"])
    bau_co2 = emissions.gas_kg_per_kwh * heat / boiler.efficiency
    bau_co2 += emissions.grid_kg_per_kwh * year(flows["electricity_kw"])
    co2 = emissions.gas_kg_per_kwh * (chp_fuel + boiler_fuel)
    co2 += emissions.grid_kg_per_kwh * (
        year(flows["grid_import_kw"]) - year(flows["grid_export_kw"])
    )
    return cost - incentive.co2_price_gbp_per_kg * (bau_co2 - co2)


def write_designs(
    directory: Path, user: dict[str, Any], sizes: dict[str, tuple[float, float]] | None = None
) -> list[Path]:
    """Design files of every scenario of a configuration, as the workflow lays them.

    ``sizes`` gives (chp_kw, tes_kwh) by scenario; otherwise 2 kW, and 12 kWh with a store. The
    houses differ by the heat they need.
    """
    scale = {"detached": 1.6, "semi_detached": 1.2, "terrace": 0.8, "flat": 0.6}
    paths = []
    for name, inputs in inputs_of(user).items():
        chp_kw, tes_kwh = (sizes or {}).get(name, (2.0, 12.0 if inputs.tes else 0.0))
        design = synthetic_design(
            inputs,
            chp_kw,
            tes_kwh if inputs.tes else 0.0,
            days=14,
            day_weight=365 / 14,
            heat_scale=scale.get(inputs.house, 1.0),
        )
        path = directory / f"{name}.nc"
        write_netcdf(design, path)
        paths.append(path)
    return paths
