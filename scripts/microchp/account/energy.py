"""Energy and CO2 of a design over the year, counted from flows that are first proven to close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from microchp.config import ChpUnit
from microchp.config.scenarios import DesignInputs
from microchp.errors import AssessmentError
from microchp.system.activities import starts_of
from microchp.system.investment import Investment, investments
from microchp.system.plant import SIZES
from microchp.system.store import Store, battery_store, hot_water_store

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

TOLERANCE = 1e-6
"""How far a balance may be off in any slice (kW, and kWh for the store's level)."""

FLOWS = (
    "space_heating_kw",
    "hot_water_kw",
    "electricity_kw",
    "chp_power_kw",
    "chp_heat_kw",
    "boiler_heat_kw",
    "tes_charge_kw",
    "tes_discharge_kw",
    "tes_level_kwh",
    "grid_import_kw",
    "grid_export_kw",
)
OPTIONAL = (
    "heat_pump_power_kw",
    "heat_pump_heat_kw",
    "immersion_kw",
    "pv_power_kw",
    "pv_curtailed_kw",
    "battery_charge_kw",
    "battery_discharge_kw",
    "battery_level_kwh",
)
"""Flows of parts that not every plant has; zero where they are not written."""
SERIES = (
    *FLOWS,
    "import_price_gbp_per_kwh",
    "export_price_gbp_per_kwh",
    "bau_import_price_gbp_per_kwh",
    "day_weight",
)


@dataclass(frozen=True)
class Installed:
    """What a design installs, and the step of its flows.

    ``sizes`` are those of parts (kW, kWp) and stores (kWh), by name.
    """

    inputs: DesignInputs
    unit: ChpUnit | None
    sizes: Mapping[str, float]
    step_hours: float

    @classmethod
    def of(cls, design: xr.Dataset) -> Self:
        """What the file of a design says.

        Raises
        ------
        AssessmentError
            If the unit installed is not one that could be chosen.
        """
        inputs = DesignInputs.model_validate_json(design.attrs["inputs"])
        chp_kw = float(design.attrs["chp_kw"])
        name = design.attrs.get("chp_unit")
        units = [
            unit
            for unit in inputs.units
            if (unit.name == name if name else np.isclose(unit.power_kw, chp_kw))
        ]
        if chp_kw > 0 and not units:
            sizes = ", ".join(f"{unit.name} {unit.power_kw:g} kW" for unit in inputs.units)
            raise AssessmentError(
                f"design '{inputs.scenario}': chp_kw is {chp_kw:g}; units to choose from: {sizes}"
            )
        return cls(
            inputs=inputs,
            unit=units[0] if chp_kw > 0 else None,
            sizes={
                part: float(design.attrs.get(attribute, 0.0)) for part, attribute in SIZES.items()
            },
            step_hours=float(design.attrs["step_hours"]),
        )

    @property
    def chp_kw(self) -> float:
        """Rated electrical power installed (kW), 0 without a unit."""
        return self.unit.power_kw if self.unit else 0.0

    @property
    def tes_kwh(self) -> float:
        """Size of the hot-water store."""
        return self.sizes["tes"]

    @property
    def stores(self) -> tuple[Store, ...]:
        """The stores of its plant."""
        inputs = self.inputs
        heat = (hot_water_store(inputs.tes, inputs.incentive),) if inputs.tes else ()
        return (*heat, battery_store(inputs.battery)) if inputs.battery else heat

    @property
    def investments(self) -> tuple[Investment, ...]:
        """Everything that it buys."""
        return investments(self.inputs, self.unit, self.sizes)

    @property
    def standing_loss_kw(self) -> float:
        """Heat that the hot-water store loses all the time, by its size (kW)."""
        tes = self.inputs.tes
        return self.tes_kwh * tes.loss_share_per_day / 24 if tes else 0.0

    @property
    def immersion_efficiency(self) -> float:
        """Heat over electricity of the immersion heater; 1 without one."""
        heater = self.inputs.immersion_heater
        return heater.efficiency if heater else 1.0


def values(design: xr.Dataset, name: str) -> FloatArray:
    """A series of a design as a float array over ``time``; zero for a part that is not there."""
    if name in OPTIONAL and name not in design:
        return np.zeros(design.sizes["time"])
    return np.asarray(design[name].values, dtype=np.float64)


def heat_demand_kw(design: xr.Dataset) -> FloatArray:
    """Space heating and hot water together (kW)."""
    return values(design, "space_heating_kw") + values(design, "hot_water_kw")


def annual_kwh(design: xr.Dataset, power_kw: FloatArray | str) -> float:
    """Energy of a year (kWh): each slice times its length and the days that its day stands for."""
    series = values(design, power_kw) if isinstance(power_kw, str) else power_kw
    return float(series @ values(design, "day_weight")) * float(design.attrs["step_hours"])


# ----------------------------------------------------------------------------- closed balances


def _days(design: xr.Dataset) -> int:
    """Number of whole days in a design, checked."""
    slices = 24 / float(design.attrs["step_hours"])
    days, rest = divmod(design.sizes["time"], round(slices))
    times = pd.DatetimeIndex(design["time"].values)
    starts = times[:: round(slices)]
    if abs(slices - round(slices)) > 1e-9 or rest or not (starts == starts.normalize()).all():
        name = Installed.of(design).inputs.scenario
        raise AssessmentError(
            f"design '{name}': {design.sizes['time']} slices of {design.attrs['step_hours']:g} h "
            f"from {times[0]} are not whole days from midnight to midnight"
        )
    return days


def check_design(design: xr.Dataset) -> None:
    """Refuse a design whose flows do not close, slice by slice.

    Checked within 1e-6 kW (kWh): heat balance (Eq. 7) and power balance (Eq. 8); heat from the
    unit in proportion to its power, its power zero or within its limits (Eq. 9-11); no import
    with export (Eq. 12, 13), no charging with discharging (Eq. 14, 15); the store's level from
    slice to slice and within its size (Eq. 16), back at its initial heat at every midnight
    (Eq. 17; within the configured tolerance, the level then carried over); nothing negative,
    nothing missing.

    Raises
    ------
    AssessmentError
        Naming every rule that is broken, by how much at worst, and where first.
    """
    absent = [name for name in SERIES if name not in design]
    plant = Installed.of(design)
    name = plant.inputs.scenario
    if absent:
        raise AssessmentError(f"design '{name}': no series {', '.join(absent)}")
    days = _days(design)
    flow = {series: values(design, series) for series in (*FLOWS, *OPTIONAL)}
    power = flow["chp_power_kw"]
    excess: dict[str, FloatArray] = {
        "heat balance": np.abs(
            sum(heat_sources_kw(design).values())
            + flow["tes_discharge_kw"]
            - flow["tes_charge_kw"]
            - heat_demand_kw(design)
        ),
        "power balance": np.abs(
            power
            + flow["pv_power_kw"]
            + flow["battery_discharge_kw"]
            - flow["battery_charge_kw"]
            + flow["grid_import_kw"]
            - flow["grid_export_kw"]
            - flow["heat_pump_power_kw"]
            - flow["immersion_kw"]
            - flow["electricity_kw"]
        ),
        "CHP heat against power": np.abs(
            flow["chp_heat_kw"] - power * (plant.unit.heat_to_power if plant.unit else 0.0)
        ),
        "CHP power above rated": power - plant.chp_kw,
        "CHP power below minimum load": np.where(
            power > TOLERANCE,
            (plant.unit.min_load_share * plant.chp_kw if plant.unit else 0.0) - power,
            0.0,
        ),
        "boiler heat above its limit": flow["boiler_heat_kw"]
        - (plant.inputs.boiler.max_heat_kw or np.inf),
        "import with export": np.minimum(flow["grid_import_kw"], flow["grid_export_kw"]),
        "export above its limit": flow["grid_export_kw"] - _limit(plant.inputs.grid.max_export_kw),
        "import above its limit": flow["grid_import_kw"] - _limit(plant.inputs.grid.max_import_kw),
        "heat pump's heat below its electricity": flow["heat_pump_power_kw"]
        - flow["heat_pump_heat_kw"],
        **_cycling_excess(plant, design),
        **_absent_excess(plant, flow),
        **{
            f"{rule} ({store.name})": off
            for store in plant.stores
            for rule, off in _store_excess(store, plant, flow, days).items()
        },
        **{f"{series} below zero": -flow[series] for series in flow},
    }
    times = pd.DatetimeIndex(design["time"].values)
    problems = []
    for rule, off in excess.items():
        broken = ~(off <= TOLERANCE)  # NaN is broken too
        if broken.any():
            first = times[int(np.argmax(broken))]
            problems.append(
                f"{rule}: off by up to {np.max(off):.3g} in {int(broken.sum())} of {len(off)} "
                f"slices, first at {first:%Y-%m-%d %H:%M} (accepted: {TOLERANCE:g})"
            )
    if problems:
        raise AssessmentError(f"design '{name}' does not close:\n  " + "\n  ".join(problems))


def _limit(limit_kw: float | None) -> float:
    return np.inf if limit_kw is None else limit_kw


def _cycling_excess(plant: Installed, design: xr.Dataset) -> dict[str, FloatArray]:
    """Hours that runs and pauses of the unit are too short, at the slice where they begin."""
    unit, on = plant.unit, _on(design)
    if unit is None or not unit.counts_starts:
        return {}
    return {
        what: (minutes / 60 - _shortest_hours(state, plant.step_hours)).ravel()
        for what, state, minutes in (
            ("CHP runs too shortly", on, unit.min_up_minutes),
            ("CHP stands too shortly", ~on, unit.min_down_minutes),
        )
    }


def _absent_excess(plant: Installed, flow: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Flows of what the plant does not have (kW, kWh)."""
    inputs = plant.inputs
    there = {
        "tes": inputs.tes is not None,
        "battery": inputs.battery is not None,
        "heat_pump": inputs.heat_pump is not None,
        "immersion": inputs.immersion_heater is not None,
        "pv": inputs.pv is not None,
    }
    return {
        f"{series} without one": np.abs(flow[series])
        for part, is_there in there.items()
        for series in flow
        if not is_there and series.startswith(f"{part}_")
    }


def _store_excess(
    store: Store, plant: Installed, flow: Mapping[str, FloatArray], days: int
) -> dict[str, FloatArray]:
    """How far a store's level is off its recursion and its closing, per slice (kWh)."""
    size, name = plant.sizes[store.name], store.name
    charge, discharge, level = (
        flow[f"{name}_{series}"] for series in ("charge_kw", "discharge_kw", "level_kwh")
    )
    initial = size * store.initial_share
    by_day = level.reshape(days, -1)
    before = np.empty_like(by_day)
    before[:, 1:] = by_day[:, :-1]
    before[:, 0] = initial
    if store.closing_tolerance_kwh > 0:  # the level is then carried over midnight
        before[1:, 0] = by_day[:-1, -1]
    gain = store.charge_efficiency * charge - discharge / store.discharge_efficiency
    loss = store.loss_by_size_per_hour * size
    kept = store.kept_share(plant.step_hours)
    expected = kept * before.ravel() + (gain - loss) * plant.step_hours
    closing = np.zeros_like(by_day)
    closing[:, -1] = np.abs(by_day[:, -1] - initial) - store.closing_tolerance_kwh
    most = store.power_kw_per_kwh * size if np.isfinite(store.power_kw_per_kwh) else np.inf
    return {
        "charging with discharging": np.minimum(charge, discharge),
        "store level above its size": level - size,
        "store level against its flows": np.abs(level - expected),
        "store at midnight against its initial heat": closing.ravel(),
        "store's power above its limit": np.maximum(charge, discharge) - most,
    }


# ------------------------------------------------------------------------------ heat by source


def heat_sources_kw(design: xr.Dataset) -> dict[str, FloatArray]:
    """Heat made by each part (kW), in the order in which they fill the store."""
    installed = Installed.of(design)
    return {
        "chp": values(design, "chp_heat_kw"),
        "heat_pump": values(design, "heat_pump_heat_kw"),
        "immersion": values(design, "immersion_kw") * installed.immersion_efficiency,
        "boiler": values(design, "boiler_heat_kw"),
    }


def heat_to_demand_kw(design: xr.Dataset) -> dict[str, FloatArray]:
    """Heat demand by the source that meets it in each slice (kW), as in Figs 4-7.

    ``chp``, ``heat_pump``, ``immersion`` and ``boiler`` are what reaches the demand at once,
    ``store`` is the discharge; they add up to the demand. What is charged comes from the unit as
    far as it runs, then from the others in this order, and from the boiler only beyond that: in a
    slice with both running, the boiler would not run for the store's sake. Losses of the store
    are therefore on no one's account here: they are the difference between charge and discharge.
    """
    left = values(design, "tes_charge_kw")
    direct = {}
    for source, heat in heat_sources_kw(design).items():
        into_store = np.minimum(left, heat) if source != "boiler" else left
        direct[source] = heat - into_store
        left = left - into_store
    return {**direct, "store": values(design, "tes_discharge_kw")}


def electricity_to_use_kw(design: xr.Dataset) -> dict[str, FloatArray]:
    """Electricity used in each slice by its source (kW): ``pv``, ``chp``, ``battery``, ``import``.

    Used is the demand and what heat pump and immersion heater take. What is exported or charged
    comes from photovoltaics as far as they yield, then from the unit, then from the others in this
    order.
    """
    left = values(design, "grid_export_kw") + values(design, "battery_charge_kw")
    used = {}
    for source, flow in (
        ("pv", "pv_power_kw"),
        ("chp", "chp_power_kw"),
        ("battery", "battery_discharge_kw"),
        ("import", "grid_import_kw"),
    ):
        taken = np.minimum(left, values(design, flow))
        used[source] = values(design, flow) - taken
        left = left - taken
    return used


def electricity_use_kw(design: xr.Dataset) -> FloatArray:
    """Electricity demand, and what heat pump and immersion heater take (kW)."""
    demand = values(design, "electricity_kw")
    return demand + values(design, "heat_pump_power_kw") + values(design, "immersion_kw")


# ---------------------------------------------------------------------------------- the year


@dataclass(frozen=True)
class AnnualEnergy:
    """Energy and CO2 of a year, all in kWh at the place named (fuel: lower heating value).

    Shares without a basis (no heat demand, nothing generated) are ``nan``.
    """

    space_heating_kwh: float
    hot_water_kwh: float
    electricity_kwh: float
    chp_electricity_kwh: float
    chp_heat_kwh: float
    boiler_heat_kwh: float
    tes_charge_kwh: float
    tes_discharge_kwh: float
    tes_loss_kwh: float
    """Charge less discharge: conversion and standing losses together (where a closing tolerance
    lets the level be carried over, also the little that the last day ends above or below)."""
    heat_pump_heat_kwh: float
    heat_pump_electricity_kwh: float
    immersion_kwh: float
    """Electricity of the immersion heater."""
    pv_electricity_kwh: float
    pv_curtailed_kwh: float
    battery_charge_kwh: float
    battery_discharge_kwh: float
    import_kwh: float
    export_kwh: float
    chp_fuel_kwh: float
    boiler_fuel_kwh: float
    bau_fuel_kwh: float
    tde_kwh: float
    """Total delivered energy, Eq. 19."""
    bau_tde_kwh: float
    co2_kg: float
    """Net CO2, Eq. 20."""
    bau_co2_kg: float
    grid_co2_kg: float
    """Of net import, each slice by its own factor."""
    bau_grid_co2_kg: float
    grid_kg_per_kwh: float
    """Mean of the grid's factor over the year."""
    chp_direct_heat_share: float
    """Share of the heat demand met by the unit at once."""
    boiler_direct_heat_share: float
    """Share of the heat demand met by the boiler at once."""
    heat_pump_direct_heat_share: float
    """Share of the heat demand met by the heat pump at once."""
    immersion_direct_heat_share: float
    """Share of the heat demand met by the immersion heater at once."""
    store_heat_share: float
    """Share of the heat demand met by the store's discharge."""
    chp_produced_heat_share: float
    """Unit's share of the heat that all parts produce."""
    store_from_boiler_share: float
    """Share of the charge that the boiler supplies."""
    self_consumption_share: float
    """Share of the generation of unit and PV that is used at home, losses of a battery included."""
    self_sufficiency_share: float
    """Share of the electricity demand, heat pump and heater included, that is not imported."""
    export_share: float
    """Share of the generation that is exported."""
    chp_run_hours: float
    chp_full_load_hours: float
    chp_starts: float
    """Slices on after a slice off; a multiple of the day weights."""
    chp_charged_starts: float
    """The same where each day follows itself, as the design model counts them."""
    chp_start_fuel_kwh: float
    """Fuel of these starts, which is part of the unit's."""
    peak_import_kw: float
    peak_export_kw: float


def annual_energy(design: xr.Dataset) -> AnnualEnergy:
    """Count a design's year.

    Fuel of the unit is power over electrical efficiency, which equals (Q+W)/Perf of Eq. 3.
    """
    plant = Installed.of(design)
    inputs = plant.inputs
    kwh = {
        series: annual_kwh(design, series)
        for series in (*FLOWS, *OPTIONAL)
        if series.endswith("_kw")
    }
    generated, imported, exported = (
        kwh[series] for series in ("chp_power_kw", "grid_import_kw", "grid_export_kw")
    )
    made = generated + kwh["pv_power_kw"]
    demand = kwh["electricity_kw"]
    drawn = demand + kwh["heat_pump_power_kw"] + kwh["immersion_kw"]
    grid_co2 = grid_kg_per_kwh(design)
    net_kw = values(design, "grid_import_kw") - values(design, "grid_export_kw")
    heat_demand = kwh["space_heating_kw"] + kwh["hot_water_kw"]
    charged = float(_starts(design).sum(axis=1) @ _weights(design))
    start_fuel = charged * plant.unit.start_fuel_kwh if plant.unit else 0.0
    chp_fuel = generated / plant.unit.electrical_efficiency + start_fuel if plant.unit else 0.0
    boiler_fuel = kwh["boiler_heat_kw"] / inputs.boiler.efficiency
    bau_fuel = heat_demand / inputs.boiler.efficiency
    net_import = imported - exported
    grid_kg = annual_kwh(design, grid_co2 * net_kw)
    bau_grid_kg = annual_kwh(design, grid_co2 * values(design, "electricity_kw"))
    hours = annual_kwh(design, np.ones(design.sizes["time"]))
    to_demand = {
        source: annual_kwh(design, power) for source, power in heat_to_demand_kw(design).items()
    }
    produced = sum(annual_kwh(design, heat) for heat in heat_sources_kw(design).values())
    on = values(design, "chp_power_kw") > TOLERANCE
    emissions = inputs.emissions
    return AnnualEnergy(
        space_heating_kwh=kwh["space_heating_kw"],
        hot_water_kwh=kwh["hot_water_kw"],
        electricity_kwh=demand,
        chp_electricity_kwh=generated,
        chp_heat_kwh=kwh["chp_heat_kw"],
        boiler_heat_kwh=kwh["boiler_heat_kw"],
        tes_charge_kwh=kwh["tes_charge_kw"],
        tes_discharge_kwh=kwh["tes_discharge_kw"],
        tes_loss_kwh=kwh["tes_charge_kw"] - kwh["tes_discharge_kw"],
        heat_pump_heat_kwh=kwh["heat_pump_heat_kw"],
        heat_pump_electricity_kwh=kwh["heat_pump_power_kw"],
        immersion_kwh=kwh["immersion_kw"],
        pv_electricity_kwh=kwh["pv_power_kw"],
        pv_curtailed_kwh=kwh["pv_curtailed_kw"],
        battery_charge_kwh=kwh["battery_charge_kw"],
        battery_discharge_kwh=kwh["battery_discharge_kw"],
        import_kwh=imported,
        export_kwh=exported,
        chp_fuel_kwh=chp_fuel,
        boiler_fuel_kwh=boiler_fuel,
        bau_fuel_kwh=bau_fuel,
        tde_kwh=chp_fuel + boiler_fuel + net_import / emissions.grid_efficiency,
        bau_tde_kwh=bau_fuel + demand / emissions.grid_efficiency,
        co2_kg=emissions.gas_kg_per_kwh * (chp_fuel + boiler_fuel) + grid_kg,
        bau_co2_kg=emissions.gas_kg_per_kwh * bau_fuel + bau_grid_kg,
        grid_co2_kg=grid_kg,
        bau_grid_co2_kg=bau_grid_kg,
        grid_kg_per_kwh=annual_kwh(design, grid_co2) / hours,
        chp_direct_heat_share=_share(to_demand["chp"], heat_demand),
        boiler_direct_heat_share=_share(to_demand["boiler"], heat_demand),
        heat_pump_direct_heat_share=_share(to_demand["heat_pump"], heat_demand),
        immersion_direct_heat_share=_share(to_demand["immersion"], heat_demand),
        store_heat_share=_share(to_demand["store"], heat_demand),
        chp_produced_heat_share=_share(kwh["chp_heat_kw"], produced),
        store_from_boiler_share=_share(
            kwh["boiler_heat_kw"] - to_demand["boiler"], kwh["tes_charge_kw"]
        ),
        self_consumption_share=_share(made - exported, made),
        self_sufficiency_share=_share(drawn - imported, drawn),
        export_share=_share(exported, made),
        chp_run_hours=annual_kwh(design, on.astype(np.float64)),
        chp_full_load_hours=generated / plant.chp_kw if plant.chp_kw else 0.0,
        chp_starts=annual_starts(design),
        chp_charged_starts=charged,
        chp_start_fuel_kwh=start_fuel,
        peak_import_kw=float(values(design, "grid_import_kw").max()),
        peak_export_kw=float(values(design, "grid_export_kw").max()),
    )


def grid_kg_per_kwh(design: xr.Dataset) -> FloatArray:
    """CO2 of grid electricity in each slice (kg/kWh)."""
    if "grid_kg_per_kwh" in design:
        return values(design, "grid_kg_per_kwh")
    factor = Installed.of(design).inputs.emissions.grid_kg_per_kwh
    return np.full(design.sizes["time"], factor)


def annual_starts(design: xr.Dataset) -> float:
    """Starts of the unit in a year: slices on after a slice off, weighted by ``day_weight``.

    The slice before midnight is that of the day before where both days stand for themselves
    and follow each other; a day that stands for others, or stands alone, follows itself.
    """
    on = _on(design)
    days = len(on)
    weight = _weights(design)
    dates = pd.DatetimeIndex(design["time"].values).normalize().to_numpy().reshape(days, -1)[:, 0]
    follows = np.zeros(days, dtype=bool)
    follows[1:] = (
        (np.diff(dates) == np.timedelta64(1, "D")) & (weight[1:] == 1) & (weight[:-1] == 1)
    )
    before = np.roll(on, 1, axis=1)  # a day that follows itself
    before[1:, 0] = np.where(follows[1:], on[:-1, -1], before[1:, 0])
    return float((on & ~before).sum(axis=1) @ weight)


def _on(design: xr.Dataset) -> BoolArray:
    """Slices in which the unit runs, shape ``(days, slices)``."""
    on: BoolArray = (values(design, "chp_power_kw") > TOLERANCE).reshape(_days(design), -1)
    return on


def _weights(design: xr.Dataset) -> FloatArray:
    """Days that each day stands for."""
    return values(design, "day_weight").reshape(_days(design), -1)[:, 0]


def _starts(design: xr.Dataset) -> BoolArray:
    """Slices in which the unit starts where each day follows itself, shape ``(days, slices)``."""
    return starts_of(_on(design))


def _shortest_hours(on: BoolArray, step_hours: float) -> FloatArray:
    """Hours that each run takes on the day that it starts in, at its start; infinite elsewhere.

    A day follows itself; what runs all day has no start.
    """
    starts = starts_of(on)
    hours = np.full(on.shape, np.inf)
    for day, slice_ in np.argwhere(starts):
        run = np.roll(on[day], -slice_)
        hours[day, slice_] = step_hours * int(np.argmin(run))
    return hours


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
