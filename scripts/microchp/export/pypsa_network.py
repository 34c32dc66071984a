"""A design as a PyPSA network, for those who go on from there with PyPSA.

Written in PyPSA's folder of CSV files, so that this project needs no PyPSA. The network holds the
design's plant, prices and demands, and its flows as the state of the network: `n.statistics()`
works on what was imported, `n.optimize()` finds the dispatch anew.

What PyPSA's own components cannot say is left out: that nothing is imported and exported (Eq. 12,
13), charged and discharged (Eq. 14, 15) in the same slice. Where export pays more than import
costs, or burning gas into the store's losses pays, PyPSA's optimum is therefore cheaper than the
design; elsewhere, or with the flows fixed, they agree. A day of a design follows itself; in PyPSA,
where starts of the unit count, each day follows the one before, at the mean of the days' weights.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from microchp.account.energy import (
    FloatArray,
    Installed,
    grid_kg_per_kwh,
    heat_demand_kw,
    values,
)
from microchp.config import ChpUnit, ImmersionHeater
from microchp.files import read_netcdf, whole_folder
from microchp.system.activities import slices_of
from microchp.system.heat_pump import heat_pump_year
from microchp.system.store import Store
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)

LAYOUT = "1.4.0"
"""Version of PyPSA whose folder layout this is."""

Components = dict[str, list[dict[str, Any]]]
Series = dict[tuple[str, str, str], FloatArray]
"""Power or price over time by list of components, attribute and component."""


def export_pypsa(*, design_path: str | Path, network_path: str | Path) -> None:
    """Write a design as a folder that ``pypsa.Network(folder)`` reads.

    Parameters
    ----------
    design_path
        NetCDF of a design.
    network_path
        Folder to write.
    """
    design = read_netcdf(design_path)
    components, series = network_of(design)
    time = pd.DatetimeIndex(design["time"].values, name="snapshot")
    hours = float(design.attrs["step_hours"])
    weightings = {
        "objective": values(design, "day_weight") * hours,
        "stores": np.full(len(time), hours),
        "generators": values(design, "day_weight") * hours,
    }
    tables = {kind: pd.DataFrame(rows).set_index("name") for kind, rows in components.items()}
    tables["snapshots"] = pd.DataFrame(weightings, index=time)
    for kind, attribute, name in series:
        table = tables.setdefault(f"{kind}-{attribute}", pd.DataFrame(index=time))
        table[name] = series[kind, attribute, name]
    with whole_folder(network_path) as partial:
        for kind, table in tables.items():
            table.to_csv(partial / f"{kind}.csv", float_format="%.10g")
    log.log(
        RESULT,
        "%s: %s; pypsa.Network(%r) reads it",
        network_path,
        counted(len(time), "snapshot"),
        str(network_path),
    )


def network_of(design: xr.Dataset) -> tuple[Components, Series]:
    """The components of a design's network and what varies over time.

    Buses `electricity`, `heat`, `gas` and, with stores, `store` and `battery`; power in kW,
    energy in kWh, prices in GBP/kWh. The price of CO2 is in the prices of gas, import and
    export, the payment on generation in the unit's. The level is held at its initial heat at every
    midnight, and the standing loss, a share of the size, is a load on the store.

    Parameters
    ----------
    design
        Dataset of a design file.
    """
    plant = Installed.of(design)
    inputs = plant.inputs
    co2_gbp_per_kg = inputs.incentive.co2_price_gbp_per_kg
    gas_kg = inputs.emissions.gas_kg_per_kwh
    flow = {name: values(design, f"{name}_kw") for name in _FLOWS}
    heat_kw = heat_demand_kw(design)
    grid = grid_kg_per_kwh(design)
    most_kw = float(flow["electricity"].max()) + _largest_draw_kw(plant)
    components: Components = {
        "network": [{"name": inputs.scenario, "pypsa_version": LAYOUT}],
        "carriers": [
            {"name": "gas", "co2_emissions": gas_kg},
            {"name": "grid", "co2_emissions": float(grid.mean())},
            *({"name": name, "co2_emissions": 0.0} for name in CARRIERS),
        ],
        "buses": [
            {"name": name, "carrier": name, "unit": "kW"} for name in ("electricity", "heat", "gas")
        ],
        "loads": [
            {"name": "electricity demand", "bus": "electricity", "carrier": "electricity"},
            {"name": "heat demand", "bus": "heat", "carrier": "heat"},
        ],
        "generators": [
            {"name": "import", "bus": "electricity", "carrier": "grid", "sign": 1.0}
            | {"p_nom": _least(most_kw, inputs.grid.max_import_kw), "marginal_cost": 0.0},
            # not of the carrier grid: PyPSA counts no CO2 avoided
            {"name": "export", "bus": "electricity", "carrier": "electricity", "sign": -1.0}
            | {"p_nom": _least(_largest_generation_kw(plant), inputs.grid.max_export_kw)}
            | {"marginal_cost": 0.0},
        ],
        "links": [],
    }
    series: Series = {
        ("generators", "marginal_cost", "import"): values(design, "import_price_gbp_per_kwh")
        + co2_gbp_per_kg * grid,
        ("generators", "marginal_cost", "export"): -values(design, "export_price_gbp_per_kwh")
        - co2_gbp_per_kg * grid,
        ("generators", "p", "import"): flow["grid_import"],
        ("generators", "p", "export"): flow["grid_export"],
        ("loads", "p_set", "electricity demand"): flow["electricity"],
        ("loads", "p_set", "heat demand"): heat_kw,
    }
    fuel_kw = 0.0
    if inputs.has_boiler:
        fuel_kw += _add_boiler(components, series, plant, flow["boiler_heat"], heat_kw)
    if plant.sizes["heat_pump"] > 0:
        _add_heat_pump(components, series, plant, design)
    if inputs.immersion_heater is not None:
        _add_immersion_heater(components, series, inputs.immersion_heater, design)
    if plant.sizes["pv"] > 0:
        _add_pv(components, series, plant.sizes["pv"], design)
    if plant.unit is not None:
        unit = plant.unit
        components["links"].append(_unit_link(unit, plant) | _starts(unit, plant, design))
        unit_fuel_kw = flow["chp_power"] / unit.electrical_efficiency
        series |= _link_flows("unit", unit_fuel_kw, -flow["chp_power"], -flow["chp_heat"])
        fuel_kw += unit.power_kw / unit.electrical_efficiency
    for store in plant.stores:
        if plant.sizes[store.name] > 0:
            _add_store(components, series, plant, store, design)
    components["generators"].append(
        {"name": "gas supply", "bus": "gas", "carrier": "gas", "sign": 1.0, "p_nom": fuel_kw}
        | {"marginal_cost": inputs.design_tariff.gas_gbp_per_kwh + co2_gbp_per_kg * gas_kg}
    )
    series["generators", "p", "gas supply"] = sum(
        (series["links", "p0", name] for name in ("boiler", "unit") if _is_link(series, name)),
        start=np.zeros(len(heat_kw)),
    )
    return components, series


_FLOWS = (
    *("electricity", "chp_power", "chp_heat", "boiler_heat"),
    *("grid_import", "grid_export"),
)


def _is_link(series: Series, name: str) -> bool:
    return ("links", "p0", name) in series


CARRIERS = (
    *("electricity", "heat", "micro-CHP", "boiler", "heat pump", "immersion heater", "solar"),
    *("hot-water store", "battery"),
)


def _least(most_kw: float, limit_kw: float | None) -> float:
    """The lesser of what may flow and the limit of the connection, if it has one."""
    return most_kw if limit_kw is None else min(most_kw, limit_kw)


def _battery_kw(plant: Installed) -> float:
    battery = plant.inputs.battery
    return plant.sizes["battery"] * battery.power_kw_per_kwh if battery else 0.0


def _largest_generation_kw(plant: Installed) -> float:
    """More electricity than this cannot be given."""
    return plant.chp_kw + plant.sizes["pv"] + _battery_kw(plant)


def _largest_draw_kw(plant: Installed) -> float:
    """More electricity than this the parts cannot take; a COP is at least 1."""
    heater = plant.inputs.immersion_heater
    share = plant.inputs.heat_pump.max_heat_share if plant.inputs.heat_pump else 0.0
    heat_pump_kw = max(share, 2.0) * plant.sizes["heat_pump"]
    return heat_pump_kw + (heater.max_kw if heater else 0.0) + _battery_kw(plant)


def _add_boiler(
    components: Components,
    series: Series,
    plant: Installed,
    boiler_heat_kw: FloatArray,
    heat_kw: FloatArray,
) -> float:
    """The boiler: gas to heat. Returns its largest fuel (kW)."""
    boiler = plant.inputs.boiler
    charge_kw = sum(
        store.largest_charge_kw(plant.step_hours)
        for store in plant.stores
        if store.carrier == "heat"
    )
    most_kw = boiler.max_heat_kw or float(heat_kw.max()) + charge_kw
    link = {"name": "boiler", "carrier": "boiler", "bus0": "gas", "bus1": "heat"}
    components["links"].append(
        link
        | {"efficiency": boiler.efficiency, "p_nom": most_kw / boiler.efficiency}
        | {"marginal_cost": boiler.maintenance_gbp_per_kwh * boiler.efficiency}
    )
    series |= _link_flows("boiler", boiler_heat_kw / boiler.efficiency, -boiler_heat_kw)
    return most_kw / boiler.efficiency


def _add_heat_pump(
    components: Components, series: Series, plant: Installed, design: xr.Dataset
) -> None:
    """The heat pump: electricity to heat, by the weather, on or off where it has a least load."""
    block, model = plant.inputs.heat_pump, plant.inputs.heat_pump_model
    assert block is not None
    assert model is not None
    year = heat_pump_year(
        block,
        model,
        values(design, "outdoor_temperature_c"),
        values(design, "space_heating_kw"),
        values(design, "hot_water_kw"),
        steps_per_day=round(24 / plant.step_hours),
    )
    size = plant.sizes["heat_pump"]
    most, least = (size * share / year.cop for share in (year.max_heat_share, year.min_heat_share))
    nominal = float(most.max())
    components["links"].append(
        {"name": "heat pump", "carrier": "heat pump", "bus0": "electricity", "bus1": "heat"}
        | {"p_nom": nominal, "committable": bool((least > 0).any())}
    )
    power, heat = values(design, "heat_pump_power_kw"), values(design, "heat_pump_heat_kw")
    series |= {
        ("links", "efficiency", "heat pump"): year.cop,
        ("links", "p_max_pu", "heat pump"): most / nominal,
        ("links", "p_min_pu", "heat pump"): least / nominal,
        **_link_flows("heat pump", power, -heat),
    }


def _add_immersion_heater(
    components: Components, series: Series, heater: ImmersionHeater, design: xr.Dataset
) -> None:
    """The immersion heater: electricity to heat."""
    name = "immersion heater"
    components["links"].append(
        {"name": name, "carrier": name, "bus0": "electricity", "bus1": "heat"}
        | {"efficiency": heater.efficiency, "p_nom": heater.max_kw}
    )
    power = values(design, "immersion_kw")
    series |= _link_flows(name, power, -power * heater.efficiency)


def _add_pv(components: Components, series: Series, size_kwp: float, design: xr.Dataset) -> None:
    """Photovoltaics: what the sun gives, or less."""
    components["generators"].append(
        {"name": "pv", "bus": "electricity", "carrier": "solar", "sign": 1.0, "p_nom": size_kwp}
    )
    series |= {
        ("generators", "p_max_pu", "pv"): values(design, "pv_yield_kw_per_kwp"),
        ("generators", "p", "pv"): values(design, "pv_power_kw"),
    }


def _unit_link(unit: ChpUnit, plant: Installed) -> dict[str, Any]:
    """The unit: gas to electricity and heat, on or off where it has a minimum load (Eq. 9-11)."""
    incentive = plant.inputs.incentive
    per_kwh = unit.maintenance_gbp_per_kwh - incentive.paid_per_generated_kwh
    return {
        "name": "unit",
        "carrier": "micro-CHP",
        "bus0": "gas",
        "bus1": "electricity",
        "bus2": "heat",
        "efficiency": unit.electrical_efficiency,
        "efficiency2": unit.thermal_efficiency,
        "p_nom": unit.power_kw / unit.electrical_efficiency,
        "p_min_pu": unit.min_load_share,
        "committable": unit.min_load_share > 0,
        "marginal_cost": per_kwh * unit.electrical_efficiency,
    }


def _starts(unit: ChpUnit, plant: Installed, design: xr.Dataset) -> dict[str, Any]:
    """What starts cost, for as many days as each stands for, and least times in snapshots.

    Before the first day the unit has long been as it is at that day's end.
    """
    if not unit.counts_starts:
        return {}
    inputs = plant.inputs
    co2_gbp = inputs.incentive.co2_price_gbp_per_kg * inputs.emissions.gas_kg_per_kwh
    fuel = unit.start_fuel_kwh * (inputs.design_tariff.gas_gbp_per_kwh + co2_gbp)
    slices = round(24 / plant.step_hours)
    ran = bool(values(design, "chp_power_kw")[slices - 1] > 0)
    return {
        "start_up_cost": float(values(design, "day_weight").mean()) * (unit.start_cost_gbp + fuel),
        "up_time_before": slices if ran else 0,
        "down_time_before": 0 if ran else slices,
        **{
            f"min_{way}_time": slices_of(minutes / 60, plant.step_hours, slices)
            for way, minutes in (("up", unit.min_up_minutes), ("down", unit.min_down_minutes))
        },
    }


STORE_NAMES = {
    "tes": ("hot-water store", "store", "charge", "discharge", "standing loss"),
    "battery": ("battery", "battery", "battery charge", "battery discharge", "battery loss"),
}
"""Carrier, bus and store, links each way, and load of the loss, by the name of a store."""


def _add_store(
    components: Components, series: Series, plant: Installed, store: Store, design: xr.Dataset
) -> None:
    """A store: a bus with its level, its standing loss, and a link each way."""
    carrier, name, into, out_of, loss = STORE_NAMES[store.name]
    size, hours = plant.sizes[store.name], plant.step_hours
    charge, discharge, level = (
        values(design, f"{store.name}_{series}")
        for series in ("charge_kw", "discharge_kw", "level_kwh")
    )
    power_kw = store.power_kw_per_kwh * size if np.isfinite(store.power_kw_per_kwh) else np.inf
    loss_kw = store.loss_by_size_per_hour * size
    most_in = min((size / hours + loss_kw) / store.charge_efficiency, power_kw)
    most_out = min(size / hours, power_kw / store.discharge_efficiency)
    components["buses"].append({"name": name, "carrier": store.carrier, "unit": "kW"})
    components["loads"].append({"name": loss, "bus": name, "carrier": store.carrier})
    components["links"] += [
        {"name": into, "carrier": carrier, "bus0": store.carrier, "bus1": name, "p_nom": most_in}
        | {"efficiency": store.charge_efficiency, "marginal_cost": 0.0},
        {"name": out_of, "carrier": carrier, "bus0": name, "bus1": store.carrier}
        | {"p_nom": most_out, "efficiency": store.discharge_efficiency}
        | {"marginal_cost": store.discharge_gbp_per_kwh * store.discharge_efficiency},
    ]
    initial = size * store.initial_share
    components.setdefault("stores", []).append(
        {"name": name, "bus": name, "carrier": carrier, "e_nom": size, "e_initial": initial}
        # what goes with the level goes in every hour
        | {"standing_loss": store.loss_by_level_per_hour}
    )
    slices = round(24 / hours)
    last = np.arange(design.sizes["time"]) % slices == slices - 1
    tolerance = store.closing_tolerance_kwh / size
    before = np.roll(level, 1)
    before[::slices] = initial
    if tolerance > 0:  # the level is then carried over midnight
        before[slices::slices] = level[slices - 1 : -1 : slices]
    low, high = max(store.initial_share - tolerance, 0), min(store.initial_share + tolerance, 1)
    series |= {
        ("stores", "e_min_pu", name): np.where(last, low, 0.0),
        ("stores", "e_max_pu", name): np.where(last, high, 1.0),
        ("stores", "e", name): level,
        ("stores", "p", name): (before - level) / hours,
        ("loads", "p_set", loss): np.full(len(level), loss_kw),
        **_link_flows(into, charge, -charge * store.charge_efficiency),
        **_link_flows(out_of, discharge / store.discharge_efficiency, -discharge),
    }


def _link_flows(name: str, *ports: FloatArray) -> Series:
    """What a link takes from its first bus, and, with their sign, gives to the others."""
    return {("links", f"p{port}", name): power for port, power in enumerate(ports)}
