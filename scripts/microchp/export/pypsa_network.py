"""A design as a PyPSA network, for those who go on from there with PyPSA.

Written in PyPSA's folder of CSV files, so that this project needs no PyPSA. The network holds the
design's plant, prices and demands, and its flows as the state of the network: `n.statistics()`
works on what was imported, `n.optimize()` finds the dispatch anew.

What PyPSA's own components cannot say is left out: that nothing is imported and exported (Eq. 12,
13), charged and discharged (Eq. 14, 15) in the same slice. Where export pays more than import
costs, or burning gas into the store's losses pays, PyPSA's optimum is therefore cheaper than the
design; elsewhere, or with the flows fixed, they agree.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from microchp.account.energy import FloatArray, Installed, heat_demand_kw, values
from microchp.config import ChpUnit
from microchp.files import read_netcdf, whole_folder

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
    log.info("%d snapshots; read it with pypsa.Network(%r)", len(time), str(network_path))


def network_of(design: xr.Dataset) -> tuple[Components, Series]:
    """The components of a design's network and what varies over time.

    Buses `electricity`, `heat`, `gas` and, with a store, `store`; power in kW, energy in kWh,
    prices in GBP/kWh. The price of CO2 is in the prices of gas, import and export, the payment
    on generation in the unit's. The level is held at its initial heat at every midnight, and the
    standing loss, a share of the size, is a load on the store.

    Parameters
    ----------
    design
        Dataset of a design file.
    """
    plant = Installed.of(design)
    inputs = plant.inputs
    co2_gbp_per_kg = inputs.incentive.co2_price_gbp_per_kg
    gas_kg, grid_kg = inputs.emissions.gas_kg_per_kwh, inputs.emissions.grid_kg_per_kwh
    flow = {name: values(design, f"{name}_kw") for name in _FLOWS}
    heat_kw = heat_demand_kw(design)
    charge_limit_kw = _largest_charge_kw(plant)
    boiler_kw = inputs.boiler.max_heat_kw or float(heat_kw.max()) + charge_limit_kw
    efficiency = inputs.boiler.efficiency
    fuel_kw = boiler_kw / efficiency
    components: Components = {
        "network": [{"name": inputs.scenario, "pypsa_version": LAYOUT}],
        "carriers": [
            {"name": "gas", "co2_emissions": gas_kg},
            {"name": "grid", "co2_emissions": grid_kg},
            *(
                {"name": name, "co2_emissions": 0.0}
                for name in ("electricity", "heat", "micro-CHP", "boiler", "hot-water store")
            ),
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
            | {"p_nom": float(flow["electricity"].max()), "marginal_cost": 0.0},
            # not of the carrier grid: PyPSA counts no CO2 avoided
            {"name": "export", "bus": "electricity", "carrier": "electricity", "sign": -1.0}
            | {"p_nom": plant.chp_kw, "marginal_cost": 0.0},
        ],
        "links": [
            {
                "name": "boiler",
                "carrier": "boiler",
                "bus0": "gas",
                "bus1": "heat",
                "efficiency": efficiency,
            }
            | {"p_nom": fuel_kw}
            | {"marginal_cost": inputs.boiler.maintenance_gbp_per_kwh * efficiency}
        ],
    }
    series: Series = {
        ("generators", "marginal_cost", "import"): values(design, "import_price_gbp_per_kwh")
        + co2_gbp_per_kg * grid_kg,
        ("generators", "marginal_cost", "export"): -values(design, "export_price_gbp_per_kwh")
        - co2_gbp_per_kg * grid_kg,
        ("generators", "p", "import"): flow["grid_import"],
        ("generators", "p", "export"): flow["grid_export"],
        ("loads", "p_set", "electricity demand"): flow["electricity"],
        ("loads", "p_set", "heat demand"): heat_kw,
        **_link_flows("boiler", flow["boiler_heat"] / efficiency, -flow["boiler_heat"]),
    }
    if plant.unit is not None:
        unit = plant.unit
        components["links"].append(_unit_link(unit, plant))
        unit_fuel_kw = flow["chp_power"] / unit.electrical_efficiency
        series |= _link_flows("unit", unit_fuel_kw, -flow["chp_power"], -flow["chp_heat"])
        fuel_kw += unit.power_kw / unit.electrical_efficiency
    if inputs.tes is not None and plant.tes_kwh > 0:
        _add_store(components, series, plant, design, charge_limit_kw)
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


def _largest_charge_kw(plant: Installed) -> float:
    """More heat than this cannot enter the store in a slice."""
    if plant.inputs.tes is None:
        return 0.0
    gain_kw = plant.tes_kwh / plant.step_hours + plant.standing_loss_kw
    return gain_kw / plant.inputs.tes.charge_efficiency


def _unit_link(unit: ChpUnit, plant: Installed) -> dict[str, Any]:
    """The unit: gas to electricity and heat, on or off where it has a minimum load (Eq. 9-11)."""
    incentive = plant.inputs.incentive
    deemed = (incentive.deemed_export_share or 0.0) * incentive.export_gbp_per_kwh
    per_kwh = unit.maintenance_gbp_per_kwh - incentive.generation_gbp_per_kwh - deemed
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


def _add_store(
    components: Components, series: Series, plant: Installed, design: xr.Dataset, limit_kw: float
) -> None:
    """The store: a bus with its level, its standing loss, and a link each way."""
    tes = plant.inputs.tes
    assert tes is not None
    size = plant.tes_kwh
    charge, discharge = values(design, "tes_charge_kw"), values(design, "tes_discharge_kw")
    drawn_kw = discharge / tes.discharge_efficiency
    components["buses"].append({"name": "store", "carrier": "heat", "unit": "kW"})
    components["loads"].append({"name": "standing loss", "bus": "store", "carrier": "heat"})
    components["links"] += [
        {
            "name": "charge",
            "bus0": "heat",
            "bus1": "store",
            "p_nom": limit_kw,
            "carrier": "hot-water store",
        }
        | {"efficiency": tes.charge_efficiency, "marginal_cost": 0.0},
        {"name": "discharge", "carrier": "hot-water store", "bus0": "store", "bus1": "heat"}
        | {"p_nom": size / plant.step_hours, "efficiency": tes.discharge_efficiency}
        | {"marginal_cost": tes.maintenance_gbp_per_kwh * tes.discharge_efficiency},
    ]
    initial = size * tes.initial_share
    components["stores"] = [
        {
            "name": "store",
            "bus": "store",
            "carrier": "hot-water store",
            "e_nom": size,
            "e_initial": initial,
        }
    ]
    slices = round(24 / plant.step_hours)
    last = np.arange(design.sizes["time"]) % slices == slices - 1
    tolerance = tes.closing_tolerance_kwh / size
    level = values(design, "tes_level_kwh")
    before = np.roll(level, 1)
    before[::slices] = initial
    if tolerance > 0:  # the level is then carried over midnight
        before[slices::slices] = level[slices - 1 : -1 : slices]
    series |= {
        ("stores", "e_min_pu", "store"): np.where(last, max(tes.initial_share - tolerance, 0), 0.0),
        ("stores", "e_max_pu", "store"): np.where(last, min(tes.initial_share + tolerance, 1), 1.0),
        ("stores", "e", "store"): level,
        ("stores", "p", "store"): (before - level) / plant.step_hours,
        ("loads", "p_set", "standing loss"): np.full(len(level), plant.standing_loss_kw),
        **_link_flows("charge", charge, -charge * tes.charge_efficiency),
        **_link_flows("discharge", drawn_kw, -discharge),
    }


def _link_flows(name: str, *ports: FloatArray) -> Series:
    """What a link takes from its first bus, and, with their sign, gives to the others."""
    return {("links", f"p{port}", name): power for port, power in enumerate(ports)}
