"""Small design problems for the tests, random ones among them."""

from __future__ import annotations

import numpy as np
import xarray as xr

from microchp.config import (
    Boiler,
    ChpUnit,
    Emissions,
    Finance,
    Incentive,
    PricePeriod,
    Tariff,
    Tes,
    Time,
)
from microchp.config.scenarios import DesignInputs
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
