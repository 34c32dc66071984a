"""The design model in linopy: Eq. 1-17 of Oluleye et al. (2017, 2018), by a loop over the table.

The loop knows no part: whatever gives rows of the table of activities
(:mod:`microchp.system.activities`) gets its variables, bounds, modes and terms of the balances
and the cost. For a CHP unit, a boiler and a hot-water store that is the printed model; the names
of its constraints then carry the papers' numbers, and ``docs/method.md`` lists the symbols.
Dimensions: a kind of part with several to choose from (``chp``), ``day`` and ``slice`` (r = day x
slice).

Departures from print, each with its reason in ``docs/method.md``: the incentives are inside the
objective, the discharge efficiency divides the discharge only, the standing loss is a rate of
the size (theta in 1/day), and every day closes exactly unless a tolerance is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import linopy
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from microchp.design.own_constraints import add_own_constraints
from microchp.design.problem import DIMS, FloatArray, Problem
from microchp.design.table import prices_of
from microchp.system.activities import FLOWS, Activity, Kind
from microchp.system.plant import CHOSEN, Part
from microchp.system.store import Store

Exclusivity = Literal["where_needed", "everywhere"]

EQUATIONS = {
    "chp_least": "eq9_least_power",
    "chp_most": "eq10_rated_power",
    "chp_installed": "eq11_runs_if_installed",
    "chp_heat_kw": "eq3_heat_to_power",
    "chp_one_at_most": "eq2_one_unit_at_most",
    "chp_one": "eq2_one_unit",
    "heat_balance": "eq7_heat",
    "electricity_balance": "eq8_electricity",
    "import_excludes": "eq12_import",
    "export_excludes": "eq13_export",
    "tes_discharge": "eq14_discharge",
    "tes_charge": "eq15_charge",
    "tes_level_within_size": "eq16_level_within_size",
    "tes_level": "eq16_level",
    "tes_midnight": "eq16_midnight",
    "tes_first_midnight": "eq16_first_midnight",
    "tes_closes": "eq17_closes",
    "tes_closes_below": "eq17_closes_below",
    "tes_closes_above": "eq17_closes_above",
}
"""Names of constraints that are equations of the papers; others are called as they are."""


def build_printed_model(
    problem: Problem, exclusivity: Exclusivity = "where_needed"
) -> linopy.Model:
    """Eq. 1-17 with the sizes free.

    Parameters
    ----------
    problem
        Demand, prices and choices.
    exclusivity
        ``where_needed`` leaves out the binaries of Eq. 12-13 wherever they cannot bind, and
        bounds each flow by what exclusivity implies. ``everywhere`` is the model to the letter:
        a binary in every slice, and U a large number.

    Returns
    -------
    linopy.Model
        With the problem in ``parameters``. The objective leaves out ``problem.constant_gbp``.
    """
    with v1_semantics():
        builder = _Builder(problem, exclusivity == "everywhere")
        builder.build()
        add_own_constraints(builder.model, problem)
        return builder.model


@contextmanager
def v1_semantics() -> Iterator[None]:
    """Linopy's strict arithmetic, for building and reading models, and only while within."""
    with linopy.options as options:
        options.set_value(semantics="v1")
        yield


def equation(name: str) -> str:
    """Name of a constraint, with its number in the papers if it has one."""
    return EQUATIONS.get(name, name)


@dataclass
class _Builder:
    """Gathers the terms of balances and cost while parts and stores are added."""

    problem: Problem
    to_the_letter: bool
    model: linopy.Model = field(default_factory=lambda: linopy.Model(sparse=True))
    heat: list[Any] = field(default_factory=list)
    electricity: list[Any] = field(default_factory=list)
    fuel: list[Any] = field(default_factory=list)
    cost: list[Any] = field(default_factory=list)

    def build(self) -> None:
        """All variables and constraints, and the objective."""
        problem = self.problem
        self.model.parameters = problem.to_dataset()
        self.coords = {
            "day": pd.Index(problem.day, name="day"),
            "slice": pd.RangeIndex(problem.shape[1], name="slice"),
        }
        self.slices = [self.coords["day"], self.coords["slice"]]
        self.hours = self.per_slice(
            np.broadcast_to(problem.slice_weight_hours, problem.shape)
        )  # ts_r, times the days that a day stands for
        parts = list({part.name: part for plant in problem.plants for part in plant.parts}.values())
        for kind in FLOWS:
            of_kind = [part for part in parts if part.kind == kind]
            if of_kind or kind == "chp":
                self.add_parts(kind, of_kind)
        for store in problem.stores:
            self.add_store(store)
        self.add_grid()
        heat, electricity = (
            self.per_slice(values) for values in (problem.heat_kw, problem.electricity_kw)
        )
        self.constrain(_sum(self.heat) == heat, "heat_balance")
        self.constrain(_sum(self.electricity) == electricity, "electricity_balance")
        self.model.add_objective(_sum(self.cost))  # Eq. 1

    def per_slice(self, values: FloatArray | npt.NDArray[np.bool_]) -> xr.DataArray:
        """An array over days and slices."""
        return xr.DataArray(values, coords=self.coords, dims=DIMS)

    def constrain(self, constraint: Any, name: str, **options: Any) -> None:
        """Add a constraint, under the papers' number if it has one."""
        self.model.add_constraints(constraint, name=equation(name), **options)

    def over_slices(self, parts: pd.Index, values: list[Any]) -> xr.DataArray:
        """Numbers of parts, each one or an array over all slices."""
        shape = self.problem.shape
        if all(np.ndim(value) == 0 for value in values):
            return xr.DataArray([float(v) for v in values], coords=[parts])
        stacked = np.stack(
            [
                np.broadcast_to(
                    np.asarray(v).reshape(-1, 1).reshape(shape) if np.ndim(v) else v, shape
                )
                for v in values
            ]
        )
        return xr.DataArray(stacked, coords=[parts, *self.slices], dims=[parts.name, *DIMS])

    def add_parts(self, kind: Kind, parts: list[Part]) -> None:
        """Variables of all parts of a kind, and what they give, take and cost."""
        problem, add = self.problem, self.model.add_variables
        index = pd.Index([part.name for part in parts], name=kind, dtype=object)
        rows: list[Activity] = [part.activities[0] for part in parts]

        def column(name: str) -> xr.DataArray:
            return self.over_slices(index, [getattr(row, name) for row in rows])

        chosen = kind in CHOSEN
        commits = chosen and any(row.commits for row in rows)
        first, *others = FLOWS[kind]
        most = column("most_kw")
        upper = np.inf if chosen else most
        flow = add(lower=0, upper=upper, coords=[index, *self.slices], name=first)
        if chosen:
            installed = add(binary=True, coords=[index], name=f"{kind}_choice")
            if commits:
                on = add(binary=True, coords=[index, *self.slices], name=f"{kind}_on")
                self.constrain(flow - column("least_kw") * on >= 0, f"{kind}_least")
                self.constrain(flow - most * on <= 0, f"{kind}_most")
                self.constrain(on - installed <= 0, f"{kind}_installed")
            else:
                self.constrain(flow - most * installed <= 0, f"{kind}_most")
            if parts:
                if any(plant.part(kind) is None for plant in problem.plants):
                    self.constrain(installed.sum() <= 1, f"{kind}_one_at_most")
                else:
                    self.constrain(installed.sum() == 1, f"{kind}_one")
            yearly = [problem.part_gbp_per_year(part) for part in parts]
            self.cost.append((xr.DataArray(yearly, coords=[index]) * installed).sum())
        for name in others:
            size = np.abs(column(FLOWS[kind][name]))
            other = add(lower=0, coords=self.slices, name=name)
            self.constrain(other - (size * flow).sum(kind) == 0, name)
        for balance, name in ((self.heat, "heat"), (self.electricity, "electricity")):
            if any(np.any(getattr(row, name)) for row in rows):
                balance.append((column(name) * flow).sum(kind))
        prices = prices_of(problem)
        per_kwh = self.over_slices(index, [prices.of(row) for row in rows])
        self.cost.append((per_kwh * self.hours * flow).sum())

    def add_grid(self) -> None:
        """Import and export, one of them at a time (Eq. 12-13)."""
        problem, letter = self.problem, self.to_the_letter
        load = self.per_slice(problem.electricity_kw)
        # Where import costs at least what export earns, importing less and exporting less by the
        # same amount never costs more: some optimum never does both. Where export earns more,
        # Eq. 12-13 say so.
        drawn = problem.largest_draw_kw
        import_limit = np.minimum(problem.max_import_kw, np.inf if letter else load + drawn)
        imported = self.model.add_variables(
            lower=0, upper=import_limit, coords=self.slices, name="grid_import_kw"
        )  # W_IMP
        exported = self.model.add_variables(
            lower=0, upper=problem.max_export_kw, coords=self.slices, name="grid_export_kw"
        )  # W_EXP
        pays_more = problem.export_price_gbp_per_kwh > problem.import_price_gbp_per_kwh
        exclusive = self.per_slice(np.ones_like(pays_more) if letter else pays_more)
        if bool(exclusive.any()):
            generated = problem.largest_generation_kw
            large = 10.0 * (float(load.max()) + drawn + generated)
            u_import, u_export = (large, large) if letter else (load + drawn, generated)
            importing = self.model.add_variables(
                binary=True, coords=self.slices, name="grid_importing", mask=exclusive
            )  # Y_EI
            self.constrain(imported - u_import * importing <= 0, "import_excludes", mask=exclusive)
            self.constrain(
                exported + u_export * importing <= u_export, "export_excludes", mask=exclusive
            )
        self.electricity += [imported, -1 * exported]
        prices = prices_of(problem)
        buy, sell = (
            self.per_slice(values.reshape(problem.shape))
            for values in (prices.import_gbp_per_kwh, prices.export_gbp_per_kwh)
        )
        self.cost.append((buy * self.hours * imported).sum() - (sell * self.hours * exported).sum())

    def add_store(self, store: Store) -> None:
        """A store of a free size: Eq. 14-17."""
        problem, name, letter = self.problem, store.name, self.to_the_letter
        add, ts = self.model.add_variables, problem.step_hours
        days, slices = problem.shape
        heat_demand = self.per_slice(problem.heat_kw)
        charge_limit = store.largest_charge_kw(ts)
        # Discharging excludes charging: Eq. 7 then leaves no use for more than the demand.
        of_heat = store.carrier == "heat"
        tight = heat_demand if of_heat else charge_limit
        discharge_limit = np.inf if letter else tight
        size = add(lower=store.min_kwh, upper=store.max_kwh, name=f"{name}_size_kwh")
        charge = add(lower=0, coords=self.slices, name=f"{name}_charge_kw")
        discharge = add(
            lower=0, upper=discharge_limit, coords=self.slices, name=f"{name}_discharge_kw"
        )
        level = add(lower=0, coords=self.slices, name=f"{name}_level_kwh")
        discharging = add(binary=True, coords=self.slices, name=f"{name}_discharging")
        large = 10.0 * (float(heat_demand.max()) + charge_limit)
        u_out, u_in = (large, large) if letter else (tight, charge_limit)
        self.constrain(discharge - u_out * discharging <= 0, f"{name}_discharge")
        self.constrain(charge + u_in * discharging <= u_in, f"{name}_charge")
        if np.isfinite(store.power_kw_per_kwh):
            self.constrain(charge - store.power_kw_per_kwh * size <= 0, f"{name}_charge_power")
            self.constrain(
                discharge - store.power_kw_per_kwh * size <= 0, f"{name}_discharge_power"
            )
        kept = store.kept_share(ts)
        change = (
            ts * store.charge_efficiency * charge
            - ts / store.discharge_efficiency * discharge
            - ts * store.loss_by_size_per_hour * size
        )
        initial = store.initial_share * size
        first, last = level.isel(slice=0, drop=True), level.isel(slice=-1, drop=True)
        self.constrain(level - size <= 0, f"{name}_level_within_size")
        if slices > 1:
            later = self.coords["slice"][1:]
            before = level.isel(slice=slice(None, -1)).assign_coords(slice=later)
            rest = slice(1, None)
            step = level.isel(slice=rest) - kept * before - change.isel(slice=rest)
            self.constrain(step == 0, f"{name}_level")
        first_change = change.isel(slice=0, drop=True)
        if store.closing_tolerance_kwh > 0:
            # Eq. 17 with its tolerance: the level is carried over midnight, so that what a day
            # ends short is missing the next morning.
            start = first.isel(day=0, drop=True) - first_change.isel(day=0, drop=True)
            self.constrain(start - kept * initial == 0, f"{name}_first_midnight")
            if days > 1:
                later = self.coords["day"][1:]
                evening = last.isel(day=slice(None, -1)).assign_coords(day=later)
                morning = first.isel(day=slice(1, None)) - first_change.isel(day=slice(1, None))
                self.constrain(morning - kept * evening == 0, f"{name}_midnight")
            tolerance = store.closing_tolerance_kwh
            self.constrain(last - initial <= tolerance, f"{name}_closes_below")
            self.constrain(last - initial >= -tolerance, f"{name}_closes_above")
        else:
            self.constrain(first - first_change - kept * initial == 0, f"{name}_midnight")
            self.constrain(last - initial == 0, f"{name}_closes")
        balance = self.heat if of_heat else self.electricity
        balance.append(discharge - charge)
        self.cost.append(problem.store_capital(store) * size)
        self.cost.append((store.discharge_gbp_per_kwh * self.hours * discharge).sum())


def _sum(terms: list[Any]) -> Any:
    """The sum of expressions and numbers."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
