"""What is to be designed: demand, prices and choices of one scenario, over (day, slice).

Everything that the model needs, checked, in one frozen value: the model, the solution and the
check of the solution all read the same numbers.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from microchp.config import Tes
from microchp.config.scenarios import DesignInputs
from microchp.errors import DataError, SolveError
from microchp.series.prices import export_price, grid_co2, import_price
from microchp.series.timeseries import QUANTITIES, day_slice, days_in_year, step_minutes_of
from microchp.system.heat_pump import heat_pump_year
from microchp.system.investment import boiler_investment
from microchp.system.plant import (
    CHOSEN,
    Part,
    Plant,
    RangedPart,
    boiler_part,
    choices,
    chp_part,
    heat_pump_part,
    immersion_heater_part,
    pv_part,
)
from microchp.system.store import Store, battery_store, hot_water_store

FloatArray = npt.NDArray[np.float64]

log = logging.getLogger(__name__)

DIMS = ("day", "slice")

UNITS = {
    "space_heating_kw": ("kW", "space heating demand"),
    "hot_water_kw": ("kW", "hot water demand"),
    "electricity_kw": ("kW", "electricity demand"),
    "import_price_gbp_per_kwh": ("GBP/kWh", "import price with the design in place"),
    "export_price_gbp_per_kwh": ("GBP/kWh", "paid for metered export"),
    "bau_import_price_gbp_per_kwh": ("GBP/kWh", "import price of business as usual"),
    "grid_kg_per_kwh": ("kg/kWh", "CO2 of grid electricity"),
}
"""Unit and long name of the arrays of a problem."""

WEATHER = {
    "outdoor_temperature_c": ("degC", "outdoor temperature"),
    "pv_yield_kw_per_kwp": ("kW/kWp", "electricity that the sun gives per kWp"),
}
"""The same of arrays that a problem may have."""


@dataclass(frozen=True)
class Problem:
    """Demand, prices and choices of one design; arrays have the shape ``(days, slices)``.

    Attributes
    ----------
    inputs
        Units, store, boiler, tariff, incentive, emissions and finance.
    day
        Midnight of each day, ``datetime64[ns]``, shape ``(days,)``.
    day_weight
        Days of the year that each day stands for, shape ``(days,)``.
    step_hours
        Length of a slice (ts of Eq. 3-5).
    space_heating_kw, hot_water_kw, electricity_kw
        Mean power over each slice.
    import_price_gbp_per_kwh, export_price_gbp_per_kwh
        GIMP and GEXP of Eq. 5: the export price holds what tariff and incentive pay together.
    bau_import_price_gbp_per_kwh
        Import price of business as usual (Eq. 18).
    grid_kg_per_kwh
        CO2 of a kWh of grid electricity (GEF of Eq. 20).
    outdoor_temperature_c, pv_yield_kw_per_kwp
        Weather, where the demand came with it.
    """

    inputs: DesignInputs
    day: npt.NDArray[np.datetime64]
    day_weight: FloatArray
    step_hours: float
    space_heating_kw: FloatArray
    hot_water_kw: FloatArray
    electricity_kw: FloatArray
    import_price_gbp_per_kwh: FloatArray
    export_price_gbp_per_kwh: FloatArray
    bau_import_price_gbp_per_kwh: FloatArray
    grid_kg_per_kwh: FloatArray
    outdoor_temperature_c: FloatArray | None = None
    pv_yield_kw_per_kwp: FloatArray | None = None

    @cached_property
    def heat_kw(self) -> FloatArray:
        """Heat demand, space heating and hot water together."""
        return self.space_heating_kw + self.hot_water_kw

    @property
    def shape(self) -> tuple[int, int]:
        """Number of days, and of slices in a day."""
        days, slices = self.heat_kw.shape
        return days, slices

    @cached_property
    def slice_weight_hours(self) -> FloatArray:
        """Hours of the year that each slice stands for, shape ``(days, 1)``."""
        return (self.day_weight * self.step_hours)[:, None]

    @cached_property
    def plants(self) -> list[Plant]:
        """What may be installed, stores apart: every choice of parts of discrete size."""
        inputs = self.inputs
        none: list[Part | None] = [None] if inputs.no_unit or not inputs.units else []
        units = [*none, *(chp_part(unit, inputs.incentive) for unit in inputs.units)]
        options: list[list[Part | None]] = [units, self._heat_pumps()]
        if inputs.has_boiler:
            options.append([boiler_part(inputs.boiler)])
        if inputs.immersion_heater is not None:
            options.append([immersion_heater_part(inputs.immersion_heater)])
        options += [[part.of(part.max_size)] for part in self._ranged_parts if part.is_fixed]
        return choices(options)

    @cached_property
    def free_parts(self) -> tuple[RangedPart, ...]:
        """Parts, stores apart, whose size is free within limits."""
        return tuple(part for part in self._ranged_parts if not part.is_fixed)

    @cached_property
    def _ranged_parts(self) -> tuple[RangedPart, ...]:
        pv = self.inputs.pv
        if pv is None:
            return ()
        return (RangedPart(pv_part(pv, 1.0, self._weather("pv").ravel()), pv.min_kwp, pv.max_kwp),)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every part that may be there, those of free size at their largest."""
        parts = [part for plant in self.plants for part in plant.parts]
        parts += [part.of(part.max_size) for part in self.free_parts]
        return tuple({part.name: part for part in parts}.values())

    @property
    def ties_by_one_store(self) -> bool:
        """Whether all that ties slices is one store of heat, its size the only one that is free.

        Starts tie them as well.
        """
        starts = any(row.counts_starts for part in self.parts for row in part.activities)
        one_store = all(store.carrier == "heat" for store in self.stores)
        return one_store and not self.free_parts and not starts

    def _heat_pumps(self) -> list[Part | None]:
        """Sizes of heat pump to choose from."""
        block, model = self.inputs.heat_pump, self.inputs.heat_pump_model
        if block is None or model is None:
            return [None]
        year = heat_pump_year(
            block,
            model,
            self._weather("heat_pump").ravel(),
            self.space_heating_kw.ravel(),
            self.hot_water_kw.ravel(),
            steps_per_day=self.shape[1],
        )
        return [
            heat_pump_part(block, size, year, self.inputs.incentive) if size else None
            for size in block.sizes_kw
        ]

    def _weather(self, part: Literal["pv", "heat_pump"]) -> FloatArray:
        """What a part needs of the weather, shape ``(days, slices)``.

        Raises
        ------
        DataError
            If the demand came without weather.
        """
        values = self.pv_yield_kw_per_kwp if part == "pv" else self.outdoor_temperature_c
        if values is None:
            raise DataError(
                f"{self.inputs.scenario}: a plant with {part} needs the weather, and the demand of "
                f"{self.inputs.house} has none"
            )
        return values

    @property
    def max_import_kw(self) -> float:
        """Limit of the connection to what is bought."""
        limit = self.inputs.grid.max_import_kw
        return np.inf if limit is None else limit

    @property
    def max_export_kw(self) -> float:
        """Limit of the connection to what is sold."""
        limit = self.inputs.grid.max_export_kw
        return np.inf if limit is None else limit

    @property
    def tes(self) -> Tes:
        """The store's figures.

        Raises
        ------
        ValueError
            If the problem has no store.
        """
        if self.inputs.tes is None:
            raise ValueError("the problem has no store")
        return self.inputs.tes

    @property
    def store_limits_kwh(self) -> tuple[float, float]:
        """Smallest and largest store; both zero without one."""
        tes = self.inputs.tes
        return (tes.min_kwh, tes.max_kwh) if tes else (0.0, 0.0)

    @property
    def generation_payment_gbp_per_kwh(self) -> float:
        """Paid for each kWh generated, a deemed export included."""
        return self.inputs.incentive.paid_per_generated_kwh

    @cached_property
    def stores(self) -> tuple[Store, ...]:
        """The stores, their sizes free within limits."""
        tes, battery = self.inputs.tes, self.inputs.battery
        heat = (hot_water_store(tes, self.inputs.incentive),) if tes else ()
        return (*heat, battery_store(battery)) if battery else heat

    @property
    def largest_charge_kw(self) -> float:
        """No slice can put more heat than this into stores of any allowed size."""
        return sum(s.largest_charge_kw(self.step_hours) for s in self.stores if s.carrier == "heat")

    @property
    def largest_generation_kw(self) -> float:
        """Most electricity that parts and stores give in any slice."""
        return self._most_electricity(+1.0)

    @property
    def largest_draw_kw(self) -> float:
        """Most electricity that parts and stores take in any slice."""
        return self._most_electricity(-1.0)

    def _most_electricity(self, sign: float) -> float:
        total = sum(
            s.largest_charge_kw(self.step_hours) for s in self.stores if s.carrier == "electricity"
        )
        for part in self.parts:
            for row in part.activities:
                if np.any(sign * np.asarray(row.electricity) > 0):
                    total += float(np.max(sign * np.asarray(row.electricity) * row.most_kw))
        return total

    def part_gbp_per_year(self, part: Part) -> float:
        """Annualised capital of a part, net of its grant, and its yearly upkeep (Eq. 2)."""
        bought = part.investment
        return bought.annual_capital_gbp(self.inputs.finance) + bought.upkeep_gbp_per_year

    def plant_capital_gbp(self, plant: Plant) -> float:
        """The same of the parts of a plant that were a choice."""
        return sum(self.part_gbp_per_year(part) for part in plant.chosen)

    def store_capital(self, store: Store) -> float:
        """Annualised capital of a kWh of a store, net of the grant (second term of Eq. 2)."""
        return store.investment_per_kwh.annual_capital_gbp(self.inputs.finance)

    @property
    def store_capital_gbp_per_kwh(self) -> float:
        """The same of the hot-water store; 0 without one."""
        return sum(self.store_capital(store) for store in self.stores if store.carrier == "heat")

    @cached_property
    def bau_co2_kg(self) -> float:
        """CO2 of business as usual in a year: boiler fuel and grid electricity."""
        emissions = self.inputs.emissions
        per_slice = (
            emissions.gas_kg_per_kwh * self.heat_kw / self.inputs.boiler.efficiency
            + self.grid_kg_per_kwh * self.electricity_kw
        )
        return float((self.slice_weight_hours * per_slice).sum())

    @property
    def constant_gbp(self) -> float:
        """The part of Eq. 1 that no decision changes.

        Capital of parts that are no choice, and payment on all CO2 of business as usual.
        """
        fixed = {part.name: part for plant in self.plants for part in plant.parts}
        capital = sum(
            self.part_gbp_per_year(part) for part in fixed.values() if part.kind not in CHOSEN
        )
        return capital - self.inputs.incentive.co2_price_gbp_per_kg * self.bau_co2_kg

    @property
    def carries_over_midnight(self) -> bool:
        """Whether the tolerance of Eq. 17 lets a store carry its level from day to day."""
        return any(store.closing_tolerance_kwh > 0 for store in self.stores)

    def day_ranges(self, most_slices: int, fewest: int = 1) -> Iterator[slice]:
        """All days, so many at a time that their slices are few; no fewer than some."""
        days, slices = self.shape
        step = max(fewest, most_slices // slices)
        return (slice(start, min(start + step, days)) for start in range(0, days, step))

    def on_days(self, days: slice) -> Problem:
        """The same problem on some of its days, which keep their weights."""
        arrays = {
            name: values[days]
            for name in ("day", "day_weight", *UNITS, *WEATHER)
            if (values := getattr(self, name)) is not None
        }
        return replace(self, **arrays)

    def with_sizes(self, sizes: Mapping[str, float]) -> Problem:
        """The same problem with one size of each part whose size is free: ``tes``, ``pv``, ..."""
        blocks: dict[str, Any] = {}
        for part, key in (("tes", "kwh"), ("battery", "kwh"), ("pv", "kwp")):
            block = getattr(self.inputs, part)
            if block is not None:
                size = sizes[part]
                blocks[part] = block.model_copy(update={f"min_{key}": size, f"max_{key}": size})
        return replace(self, inputs=self.inputs.model_copy(update=blocks))

    def time(self) -> pd.DatetimeIndex:
        """Start of each slice, day after day, shape ``(days * slices,)``."""
        step = np.timedelta64(round(self.step_hours * 3600), "s")
        starts = self.day[:, None] + step * np.arange(self.shape[1])[None, :]
        return pd.DatetimeIndex(starts.ravel(), name="time")

    def to_dataset(self) -> xr.Dataset:
        """The problem as a dataset over ``(day, slice)``; inverse of :func:`problem_of`."""
        arrays = {
            name: (DIMS, getattr(self, name), {"units": unit, "long_name": long_name})
            for name, (unit, long_name) in (UNITS | WEATHER).items()
            if getattr(self, name) is not None
        }
        weight = ("day", self.day_weight, {"units": "1", "long_name": "days stood for"})
        return xr.Dataset(
            {**arrays, "day_weight": weight},
            coords={"day": self.day, "slice": np.arange(self.shape[1])},
            attrs={"inputs": self.inputs.model_dump_json(), "step_hours": self.step_hours},
        )


def problem_of(dataset: xr.Dataset) -> Problem:
    """The problem that :meth:`Problem.to_dataset` wrote."""
    return Problem(
        inputs=DesignInputs.model_validate_json(dataset.attrs["inputs"]),
        day=dataset["day"].to_numpy().astype("datetime64[ns]"),
        day_weight=dataset["day_weight"].to_numpy(),
        step_hours=float(dataset.attrs["step_hours"]),
        **{
            name: dataset[name].transpose(*DIMS).to_numpy()
            for name in UNITS | WEATHER
            if name in dataset
        },
    )


def whole_year(inputs: DesignInputs) -> DesignInputs:
    """The same design over every day of its year, each closed."""
    time = inputs.time.model_copy(update={"days": "all"})
    tes = inputs.tes and inputs.tes.model_copy(update={"closing_tolerance_kwh": 0.0})
    return inputs.model_copy(update={"time": time, "tes": tes})


def problem_from(demand: xr.Dataset, inputs: DesignInputs) -> Problem:
    """The problem of one scenario.

    Parameters
    ----------
    demand
        Demand of a calendar year, dims ``(dwelling, time)``, at the design's resolution; the
        first dwelling counts.
    inputs
        The scenario's parameters.

    Raises
    ------
    DataError
        If demand, days or a price file do not fit.
    SolveError
        If no allowed size can meet the demand in some slice.
    """
    step_minutes = step_minutes_of(demand)
    if step_minutes != inputs.time.resolution_minutes:
        raise DataError(
            f"demand of {inputs.house}: a step of {step_minutes} min; expected "
            f"time.resolution_minutes = {inputs.time.resolution_minutes}"
        )
    year = inputs.time.year
    folded = day_slice(demand.isel(dwelling=0) if "dwelling" in demand.dims else demand)
    days = pd.DatetimeIndex(folded["day"].to_numpy())
    expected = pd.date_range(f"{year}-01-01", periods=days_in_year(year), freq="D")
    if not days.equals(expected):
        raise DataError(
            f"demand of {inputs.house}: {len(days)} days from {days[0].date()}; expected the "
            f"{len(expected)} days of time.year = {year}"
        )
    demands = [folded[name].transpose(*DIMS).to_numpy().astype(float) for name in QUANTITIES]
    priced = _priced(inputs, step_minutes)

    # by what the house has, whatever a policy pays: so all its designs are compared with one year
    chosen, weight, scale = _representatives(
        inputs, days, np.stack(demands), priced["bau_import_price_gbp_per_kwh"]
    )
    scaled = [values[chosen] * scale[k][:, None] for k, values in enumerate(demands)]
    problem = Problem(
        inputs=inputs,
        day=days.to_numpy().astype("datetime64[ns]")[chosen],
        day_weight=weight,
        step_hours=step_minutes / 60,
        space_heating_kw=scaled[0],
        hot_water_kw=scaled[1],
        electricity_kw=scaled[2],
        **{name: values[chosen] for name, values in priced.items()},
        **{
            name: folded[name].transpose(*DIMS).to_numpy().astype(float)[chosen]
            for name in WEATHER
            if name in folded
        },
    )
    check_servable(problem)
    return problem


def business_as_usual_gbp(problem: Problem) -> float:
    """Cost of a year with all heat from the boiler and all electricity bought (Eq. 18)."""
    inputs, boiler = problem.inputs, problem.inputs.boiler
    hours = problem.slice_weight_hours
    heat_kwh = float((problem.heat_kw * hours).sum())
    bought = problem.bau_import_price_gbp_per_kwh * problem.electricity_kw * hours
    per_kwh = inputs.tariff.gas_gbp_per_kwh / boiler.efficiency + boiler.maintenance_gbp_per_kwh
    capital = boiler_investment(boiler).annual_capital_gbp(inputs.finance)
    return heat_kwh * per_kwh + float(bought.sum()) + capital


def _priced(inputs: DesignInputs, step_minutes: int) -> dict[str, FloatArray]:
    """Prices and CO2 of each slice of the year, by the names of a problem's arrays."""
    year = inputs.time.year
    sold = export_price(inputs.design_tariff, year, step_minutes)
    return {
        "import_price_gbp_per_kwh": import_price(inputs.design_tariff, year, step_minutes),
        "export_price_gbp_per_kwh": sold + inputs.incentive.paid_per_metered_kwh,
        "bau_import_price_gbp_per_kwh": import_price(inputs.tariff, year, step_minutes),
        "grid_kg_per_kwh": grid_co2(inputs.emissions, year, step_minutes),
    }


def with_inputs(base: Problem, inputs: DesignInputs) -> Problem:
    """The problem of other inputs whose days are those of ``base``: same demand, same calendar.

    Raises
    ------
    SolveError
        If no allowed size can meet the demand in some slice.
    """
    first_day = np.datetime64(f"{inputs.time.year}-01-01", "D")
    chosen = (base.day.astype("datetime64[D]") - first_day).astype(int)
    priced = _priced(inputs, inputs.time.resolution_minutes)
    problem = replace(
        base, inputs=inputs, **{name: values[chosen] for name, values in priced.items()}
    )
    check_servable(problem)
    return problem


def _representatives(
    inputs: DesignInputs, days: pd.DatetimeIndex, demands: FloatArray, prices: FloatArray
) -> tuple[npt.NDArray[np.intp], FloatArray, FloatArray]:
    """Positions of the days to model, their weights, and scale factors ``(quantity, day)``."""
    wanted = inputs.time.days
    if wanted == "all":
        chosen = np.arange(len(days))
        return chosen, np.ones(len(days)), np.ones((len(demands), len(days)))
    if isinstance(wanted, list):
        chosen = _listed_days(wanted, days)
        weight = np.full(len(chosen), len(days) / len(chosen))
        return chosen, weight, np.ones((len(demands), len(chosen)))
    return typical_days(days, demands, prices, wanted)


def _listed_days(wanted: list[date], days: pd.DatetimeIndex) -> npt.NDArray[np.intp]:
    """Positions of the listed dates, in the order of the calendar."""
    return np.sort(days.get_indexer(pd.DatetimeIndex(wanted)))


def typical_days(
    days: pd.DatetimeIndex, demands: FloatArray, prices: FloatArray, number: int
) -> tuple[npt.NDArray[np.intp], FloatArray, FloatArray]:
    """Days that stand for a year, the one of the largest heat demand among them.

    tsam clusters the days by their hourly means; each cluster is represented by its medoid, a
    real day. Demands of all but the peak day are scaled so that the year's energy is kept.

    Parameters
    ----------
    days
        Days of the year.
    demands
        Space heating, hot water, electricity; shape ``(3, days, slices)``.
    prices
        Import price of business as usual, shape ``(days, slices)``.
    number
        Days wanted; from 2 on, one of them is the peak day, which stands for itself alone.

    Returns
    -------
    tuple
        Positions in ``days``, days stood for, and factors on the demands, shape ``(3, number)``.
    """
    import tsam  # takes a second, which a job that models the whole year can spare

    total_days = len(days)
    if number >= total_days:
        return np.arange(total_days), np.ones(total_days), np.ones((len(demands), total_days))
    peak = int((demands[0] + demands[1]).sum(axis=1).argmax())
    others = np.delete(np.arange(total_days), peak) if number > 1 else np.arange(total_days)
    clusters = number - 1 if number > 1 else 1

    hourly = [v.reshape(total_days, 24, -1).mean(axis=2)[others] for v in (*demands, prices)]
    varying = {str(k): v.ravel() for k, v in enumerate(hourly) if np.ptp(v, axis=0).any()}
    if not varying:  # every day is the same day
        varying = {"0": hourly[0].ravel()}
    hours = pd.date_range(days[0], periods=24 * len(others), freq="h")
    result = tsam.aggregate(
        pd.DataFrame(varying, index=hours),
        n_clusters=clusters,
        cluster=tsam.ClusterConfig(method="hierarchical", representation="medoid"),
        preserve_column_means=False,
    )
    assigned = np.asarray(result.cluster_assignments)
    centres = np.asarray(result.clustering.cluster_centers)
    sizes = np.bincount(assigned[: len(others)], minlength=len(centres)).astype(float)
    order = np.argsort(others[centres])
    chosen, weight = others[centres][order], sizes[order]
    if number > 1:
        at = int(np.searchsorted(chosen, peak))
        chosen, weight = np.insert(chosen, at, peak), np.insert(weight, at, 1.0)

    scaled_days = chosen != peak if number > 1 else np.ones(1, dtype=bool)
    energy = demands.sum(axis=2)
    kept = energy[:, chosen[~scaled_days]].sum(axis=1)
    standing = energy[:, chosen[scaled_days]] @ weight[scaled_days]
    factor = np.divide(
        energy.sum(axis=1) - kept, standing, out=np.ones(len(demands)), where=standing > 0
    )
    scale = np.where(scaled_days[None, :], factor[:, None], 1.0)
    log.info("%d typical days; demands scaled by %s", number, np.round(factor, 3).tolist())
    return chosen, weight, scale


def check_servable(problem: Problem) -> None:
    """Refuse sizes that cannot meet the demand whatever is done.

    In a slice the parts of the largest plant give at most their heat, and the store at most what
    it holds when full. This is necessary, not sufficient: the solver tells the rest.

    Raises
    ------
    SolveError
        Naming the keys, the worst slice, what is needed and what there is.
    """
    inputs = problem.inputs
    size = problem.heat_kw.size
    most_kw = np.broadcast_to(
        functools.reduce(np.maximum, (_most_heat_kw(plant.parts) for plant in problem.plants)), size
    )
    store_kw = 0.0
    if inputs.tes is not None:
        store_kw = inputs.tes.max_kwh * inputs.tes.discharge_efficiency / problem.step_hours
    needed = problem.heat_kw.ravel()
    missing = needed - (most_kw + store_kw) * (1 + 1e-9)
    short = np.flatnonzero(missing > 0)
    if short.size:
        worst = int(missing.argmax())
        keys = {
            "boiler": "boiler.max_heat_kw",
            "chp": "largest unit of chp.sizes_kw",
            "heat_pump": "largest of heat_pump.sizes_kw",
            "immersion_heater": "immersion_heater.max_kw",
        }
        most_of = {
            part.kind: max(
                float(np.broadcast_to(_most_heat_kw((other,)), size)[worst])
                for plant in problem.plants
                for other in plant.parts
                if other.kind == part.kind
            )
            for plant in problem.plants
            for part in plant.parts
            if part.kind in keys
        }
        parts = " + ".join(f"{keys[kind]} {kw:g}" for kind, kw in most_of.items())
        store = f" + a full store of tes.max_kwh {store_kw:g}" if inputs.tes else ""
        raise SolveError(
            f"{inputs.scenario}: the heat demand cannot be met in {short.size} slices; the worst, "
            f"{problem.time()[worst]}, needs {needed[worst]:g} kW and there is at most "
            f"{most_kw[worst] + store_kw:g} kW ({parts}{store}). Raise one of these keys."
        )


def _most_heat_kw(parts: Iterable[Part]) -> FloatArray:
    """Most heat that parts give, shape ``(slices,)``, or ``()`` where it is always the same."""
    total = np.zeros(())
    for part in parts:
        for activity in part.activities:
            if np.any(activity.heat):
                total = total + np.asarray(activity.heat) * activity.most_kw
    return np.asarray(total)
