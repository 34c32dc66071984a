"""Small design problems for the tests, random ones among them."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import xarray as xr

from microchp.config import (
    Battery,
    Boiler,
    ChpUnit,
    Emissions,
    Finance,
    GridConnection,
    HeatPump,
    ImmersionHeater,
    Incentive,
    PricePeriod,
    Pv,
    Tariff,
    Tes,
    Time,
)
from microchp.config.parts import HeatPumpModel
from microchp.config.scenarios import DesignInputs
from microchp.design.model import build_printed_model, v1_semantics
from microchp.design.problem import Problem
from microchp.series.timeseries import time_axis

FIT = Incentive(generation_gbp_per_kwh=0.1345, export_gbp_per_kwh=0.0491)
LEVY = Incentive(co2_price_gbp_per_kg=0.063)
NO_INCENTIVE = Incentive()


def unit(power_kw: float, min_load_share: float = 0.0) -> ChpUnit:
    """A gas engine of Table A1."""
    return ChpUnit(
        name=f"gas_engine_{power_kw:g}kw",
        power_kw=power_kw,
        electrical_efficiency=0.25,
        thermal_efficiency=0.65,
        min_load_share=min_load_share,
        capital_cost_gbp_per_kw={1.0: 3110, 2.0: 2400, 4.0: 1900}[power_kw],
        maintenance_gbp_per_kwh=0.01,
    )


def inputs(
    *,
    sizes_kw: tuple[float, ...] = (0, 1, 2),
    min_load_share: float = 0.0,
    tes: Tes | None = None,
    incentive: Incentive = NO_INCENTIVE,
    boiler: Boiler | None = None,
    tariff: Tariff | None = None,
    annualisation: str = "as_printed",
    time: Time | None = None,
) -> DesignInputs:
    """Parameters of a scenario; ``tes=None`` is without a store."""
    return DesignInputs(
        scenario="case",
        house="case",
        incentive_name="case",
        variant="",
        design="optimal",
        time=time or Time(year=2015, resolution_minutes=60),
        units=[unit(float(size), min_load_share) for size in sizes_kw if size],
        no_unit=0 in sizes_kw,
        tes=tes,
        boiler=boiler or Boiler(),
        tariff=tariff or Tariff(),
        incentive=incentive,
        emissions=Emissions(),
        finance=Finance(annualisation=annualisation),
    )


def random_problem(seed: int, given: DesignInputs, days: int = 1, slices: int = 24) -> Problem:
    """Random demand with idle slices and peaks; prices by day and night, with noise."""
    rng = np.random.default_rng(seed)
    shape = (days, slices)
    hour = (np.arange(slices) + 0.5) * 24 / slices
    heating = rng.gamma(2.0, 1.2, shape) * (rng.random(shape) < 0.7) * rng.choice([0.3, 1.0])
    water = rng.exponential(4.0, shape) * (rng.random(shape) < 0.2)
    electricity = rng.gamma(1.0, 0.6, shape) * (rng.random(shape) < 0.95)
    price = np.where(hour < 7, 0.055, 0.1529) * rng.uniform(0.8, 1.3, shape)
    export = np.full(
        shape, given.incentive.export_gbp_per_kwh + given.design_tariff.export_gbp_per_kwh
    )
    return Problem(
        inputs=given,
        day=np.datetime64("2015-01-01", "ns") + np.arange(days) * np.timedelta64(1, "D"),
        day_weight=np.full(days, 365 / days),
        step_hours=24 / slices,
        space_heating_kw=heating,
        hot_water_kw=water,
        electricity_kw=electricity,
        import_price_gbp_per_kwh=price,
        export_price_gbp_per_kwh=export,
        bau_import_price_gbp_per_kwh=price,
        grid_kg_per_kwh=np.full_like(price, given.emissions.grid_kg_per_kwh),
    )


def constant_problem(given: DesignInputs, slices: int, heat_kw: float = 2.0) -> Problem:
    """One day of constant demand, prices by day and night."""
    hour = (np.arange(slices) + 0.5) * 24 / slices
    price = np.where(hour < 7, 0.055, 0.1529)[None, :]
    return Problem(
        inputs=given,
        day=np.array(["2015-01-01"], dtype="datetime64[ns]"),
        day_weight=np.array([365.0]),
        step_hours=24 / slices,
        space_heating_kw=np.full((1, slices), heat_kw),
        hot_water_kw=np.zeros((1, slices)),
        electricity_kw=np.full((1, slices), 0.7),
        import_price_gbp_per_kwh=price,
        export_price_gbp_per_kwh=np.zeros((1, slices)),
        bau_import_price_gbp_per_kwh=price,
        grid_kg_per_kwh=np.full_like(price, given.emissions.grid_kg_per_kwh),
    )


def year_of_demand(year: int = 2015, step_minutes: int = 60, seed: int = 1) -> xr.Dataset:
    """A year of seasonal demand, dims (dwelling, time)."""
    rng = np.random.default_rng(seed)
    time = time_axis(year, step_minutes)
    season = 0.5 + 0.5 * np.cos(2 * np.pi * (time.dayofyear.to_numpy() - 15) / 365)
    awake = (time.hour >= 6).astype(float)
    values = {
        "space_heating_kw": 3.0 * season**2 * awake * rng.uniform(0.7, 1.3, len(time)),
        "hot_water_kw": rng.exponential(1.5, len(time)) * (rng.random(len(time)) < 0.15),
        "electricity_kw": 0.2 + rng.gamma(0.7, 0.7, len(time)) * awake,
    }
    attrs = {"units": "kW", "long_name": "demand"}
    return xr.Dataset(
        {name: (("dwelling", "time"), v[None, :], attrs) for name, v in values.items()},
        coords={"dwelling": [0], "time": time},
        attrs={"house": "case", "source": "test", "step_minutes": step_minutes, "seed": seed},
    )


FLAT_TARIFF = Tariff(
    import_periods=[PricePeriod(start="00:00", end="24:00", price_gbp_per_kwh=0.15)]
)

HEAT_PUMP_MODEL = HeatPumpModel(
    control="regulated",
    cop_constant=5.5,
    cop_per_outdoor_k=0.08,
    cop_per_flow_k=-0.05,
    min_load_share=0.4,
    year=2025,
    source="made up for tests",
)


def system_problem(
    seed: int,
    *,
    parts: tuple[str, ...] = ("chp", "boiler", "tes", "battery", "pv"),
    days: int = 1,
    slices: int = 8,
    sizes_kw: tuple[float, ...] = (0, 2),
    min_load_share: float = 0.5,
    incentive: Incentive = NO_INCENTIVE,
    tes: Tes | None = None,
    grid: GridConnection | None = None,
    prices: str = "plain",
    efficiency: float = 0.95,
    thermal_efficiency: float | None = None,
) -> Problem:
    """A random problem of some parts, with weather; days of unequal weights.

    ``prices`` are ``plain``, ``below_zero`` in some slices, or pay more for ``export`` in some.
    """
    store = tes or Tes(max_kwh=15, initial_share=0.5)
    given = inputs(
        sizes_kw=sizes_kw if "chp" in parts else (0,),
        min_load_share=min_load_share,
        tes=store if "tes" in parts else None,
        incentive=incentive,
    )
    blocks = {
        "battery": Battery(
            max_kwh=8,
            capital_cost_gbp_per_kwh=60,
            charge_efficiency=efficiency,
            loss_share_per_day=0.02,
            initial_share=0.2,
        ),
        "pv": Pv(max_kwp=4, capital_cost_gbp_per_kwp=500),
        "immersion_heater": ImmersionHeater(max_kw=2, efficiency=0.9),
        "heat_pump": HeatPump(sizes_kw=[0, 5]),
    }
    if thermal_efficiency is not None:
        units = [
            u.model_copy(update={"thermal_efficiency": thermal_efficiency}) for u in given.units
        ]
        given = given.model_copy(update={"units": units})
    changes = {name: block for name, block in blocks.items() if name in parts}
    if "heat_pump" in parts:
        changes["heat_pump_model"] = HEAT_PUMP_MODEL
    given = given.model_copy(
        update={
            **changes,
            "has_boiler": "boiler" in parts,
            "grid": grid or GridConnection(),
        }
    )
    problem = random_problem(seed, given, days=days, slices=slices)
    rng = np.random.default_rng(seed + 1)
    hour = (np.arange(slices) + 0.5) * 24 / slices
    sun = np.maximum(0.0, np.sin((hour - 6) / 12 * np.pi)) * rng.uniform(0.1, 0.9, (days, 1))
    buy, sell = problem.import_price_gbp_per_kwh.copy(), problem.export_price_gbp_per_kwh.copy()
    sell += rng.uniform(0.0, 0.05)
    if prices == "below_zero":
        buy[:, 1::4], sell[:, 1::4] = -0.2, -0.25
    elif prices == "export":
        sell[:, ::3] = 0.4
    weight = rng.dirichlet(np.full(days, 3.0)) * 365
    return dataclasses.replace(
        problem,
        day_weight=weight,
        import_price_gbp_per_kwh=buy,
        export_price_gbp_per_kwh=sell,
        pv_yield_kw_per_kwp=sun,
        outdoor_temperature_c=rng.uniform(-5, 12, problem.shape),
    )


class Printed:
    """The printed model of the last problem asked for: building takes longer than solving."""

    problem: Problem | None = None
    model: Any = None

    @classmethod
    def of(cls, problem: Problem) -> Any:
        if cls.problem is not problem:
            with v1_semantics():
                cls.problem, cls.model = problem, build_printed_model(problem)
        return cls.model
