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

import json
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
from microchp.design.table import prices_of, unserved_gbp_per_kwh
from microchp.system.activities import (
    FLOWS,
    UNSERVED_ELECTRICITY,
    UNSERVED_HEAT,
    Activity,
    Kind,
    slices_of,
)
from microchp.system.plant import CHOSEN, Part
from microchp.system.store import Store

Exclusivity = Literal["where_needed", "everywhere"]

MODE = "mode"
"""Dimension of the copies of a flow in the tight form."""

STATED = "stated"
"""Attribute of a model's parameters: what it has of its own, before its user adds to it."""

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
        return _Builder(problem, to_the_letter=exclusivity == "everywhere").build()


def build_tight_model(problem: Problem) -> linopy.Model:
    """The same model, its relaxation tighter: a copy of every flow for each mode of a slice.

    Where the least load of a CHP unit is above nothing, a slice is off, on and charging the heat
    store, or on and discharging it; where export pays more than import costs, it imports or
    exports. Each mode has a share of the slice, one of them all of it, and balances of its own;
    what goes on in the slice is the sum. The shares are then the only binaries that count for the
    relaxation, but for what :func:`indicators` names. Unserved demand keeps every day feasible at
    every size; every column has finite bounds.

    Parameters
    ----------
    problem
        Demand, prices and choices; some days of a problem by :meth:`Problem.on_days`.
    """
    with v1_semantics():
        return _Builder(problem, tight=True).build()


def own_names(model: linopy.Model) -> frozenset[str]:
    """Constraints and variables that are not of the model itself but of its user."""
    stated = json.loads(model.parameters.attrs[STATED])
    return frozenset([*model.constraints, *model.variables]) - set(stated)


def has_own(problem: Problem) -> bool:
    """Whether a user has added constraints or variables; some days tell, as all would."""
    return bool(own_names(build_printed_model(problem.on_days(slice(2)))))


def indicators(problem: Problem) -> frozenset[str]:
    """Binaries of the tight model that exclude or commit, and tell its relaxation nothing."""
    return frozenset([*(f"{store.name}_discharging" for store in problem.stores), "heat_pump_on"])


def size_variable(part: str) -> str:
    """Name of the variable that is the size of a part or store."""
    return f"{part}_size_{'kwp' if part == 'pv' else 'kwh'}"


@contextmanager
def v1_semantics() -> Iterator[None]:
    """Linopy's strict arithmetic, for building and reading models, and only while within."""
    with linopy.options as options:
        options.set_value(semantics="v1")
        yield


def equation(name: str) -> str:
    """Name of a constraint, with its number in the papers if it has one."""
    return EQUATIONS.get(name, name)


@dataclass(frozen=True)
class _Modes:
    """Copies of the flows of a slice, for the tight form.

    Attributes
    ----------
    runs
        Whether a unit runs: ``off`` or ``on``, or ``any`` where no unit has a least load.
    store
        What the heat store does: ``charge``, ``discharge`` or ``any``.
    grid
        Which way electricity goes: ``import``, ``export`` or ``any``.
    """

    runs: tuple[str, ...]
    store: tuple[str, ...]
    grid: tuple[str, ...]

    @classmethod
    def of(cls, problem: Problem) -> _Modes | None:
        """The modes that a problem needs, if it needs any."""
        units = [part for part in problem.parts if part.kind == "chp"]
        # starts count only of units that have a least load
        least = any(np.any(np.asarray(u.activities[0].least_kw) > 0) for u in units)
        heat = any(store.carrier == "heat" for store in problem.stores)
        ways = ("charge", "discharge") if heat else ("any",)
        if least:
            running = [("off", "any"), *(("on", way) for way in ways)]
        elif heat and _waste_pays(problem):
            running = [("any", way) for way in ways]
        else:
            running = [("any", "any")]
        pays = problem.export_price_gbp_per_kwh > problem.import_price_gbp_per_kwh
        grid = ["any"] if not pays.all() else []
        grid += ["import", "export"] if pays.any() else []
        modes = [(runs, way, towards) for towards in grid for runs, way in running]
        return cls(*zip(*modes, strict=True)) if len(modes) > 1 else None

    @property
    def index(self) -> pd.Index:
        """The dimension of copies."""
        names = ["_".join(words) for words in zip(self.runs, self.store, self.grid, strict=True)]
        return pd.Index(names, name=MODE)

    def where(self, column: tuple[str, ...], *values: str) -> xr.DataArray:
        """Modes in which a column has one of some values."""
        return xr.DataArray([value in values for value in column], coords=[self.index])


def _waste_pays(problem: Problem) -> bool:
    """Whether losing heat may pay: where making it earns more than its fuel costs."""
    prices = prices_of(problem)
    worth = np.maximum(prices.import_gbp_per_kwh, prices.export_gbp_per_kwh)
    rows = [row for part in problem.parts for row in part.activities if np.any(row.heat)]
    return any(np.any(prices.of(row) - worth * row.electricity < 0) for row in rows)


@dataclass
class _Builder:
    """Gathers the terms of balances and cost while parts and stores are added.

    A flow is a variable over the slices, or, in the tight form, over modes and slices; its total
    is then the sum over the modes.
    """

    problem: Problem
    to_the_letter: bool = False
    tight: bool = False
    model: linopy.Model = field(default_factory=lambda: linopy.Model(sparse=True))
    heat: list[Any] = field(default_factory=list)
    electricity: list[Any] = field(default_factory=list)
    cost: list[Any] = field(default_factory=list)
    flows: dict[str, Any] = field(default_factory=dict)

    def build(self) -> linopy.Model:
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
        self.prices = prices_of(problem)
        self.modes = _Modes.of(problem) if self.tight else None
        self.share: Any = 1.0
        if self.modes is not None:
            self.add_modes(self.modes)
        for kind in FLOWS:
            of_kind = [part for part in problem.parts if part.kind == kind]
            if of_kind or kind == "chp":
                self.add_parts(kind, of_kind)
        if self.tight:
            self.add_unserved()
        for store in problem.stores:
            self.add_store(store)
        self.add_grid()
        for name, terms, demand in (
            ("heat_balance", self.heat, problem.heat_kw),
            ("electricity_balance", self.electricity, problem.electricity_kw),
        ):
            given, wanted = _sum(terms), self.per_slice(demand)
            # in the tight form each mode serves its share of the slice
            if self.modes is None:
                self.constrain(given == wanted, name)
            else:
                self.constrain(given - wanted * self.share == 0, name)
        self.model.add_objective(_sum(self.cost))  # Eq. 1
        names = [*self.model.constraints, *self.model.variables]
        self.model.parameters.attrs[STATED] = json.dumps([str(name) for name in names])
        add_own_constraints(self.model, self.flows, problem)
        return self.model

    def per_slice(self, values: FloatArray | npt.NDArray[np.bool_]) -> xr.DataArray:
        """An array over days and slices."""
        return xr.DataArray(values, coords=self.coords, dims=DIMS)

    def constrain(self, constraint: Any, name: str, **options: Any) -> None:
        """Add a constraint, under the papers' number if it has one."""
        self.model.add_constraints(constraint, name=equation(name), **options)

    def add_modes(self, modes: _Modes) -> None:
        """Shares of a slice that its modes have, one of them all of it."""
        pays = self.problem.export_price_gbp_per_kwh > self.problem.import_price_gbp_per_kwh
        either = self.per_slice(~pays) * modes.where(modes.grid, "any")
        one_way = self.per_slice(pays) * modes.where(modes.grid, "import", "export")
        self.present = (either + one_way).transpose(MODE, *DIMS).astype(float)
        # no mode is left out of the arrays: what cannot be has the upper bound 0
        self.share = self.model.add_variables(
            binary=True, coords=[modes.index, *self.slices], name="mode_share"
        )
        self.constrain(self.share - self.present <= 0, "mode_present")
        self.constrain(self.share.sum(MODE) == 1, "mode_one")

    def flow(
        self,
        name: str,
        upper: Any,
        where: xr.DataArray | None = None,
        index: pd.Index | None = None,
    ) -> Any:
        """A variable for a flow: per part of ``index`` if given, per mode if there are modes.

        ``where`` tells the modes in which it may be; ``upper`` bounds all modes together.
        """
        coords = [*([] if index is None else [index]), *self.slices]
        if self.modes is not None:
            coords.insert(-2, self.modes.index)
            upper = upper * (self.present if where is None else self.present * where)
        upper = _ordered(upper, coords)
        variable = self.model.add_variables(lower=0, upper=upper, coords=coords, name=name)
        total = self.total(variable)
        self.flows[name] = total if index is None else total.sum(index.name)
        return variable

    def total(self, flow: Any) -> Any:
        """The sum over the modes."""
        return flow if self.modes is None else flow.sum(MODE)

    def within(self, flow: Any, most: Any, name: str) -> None:
        """No more of a flow in a mode than the mode's share allows."""
        if self.modes is not None:
            self.constrain(flow - most * self.share <= 0, f"{name}_in_mode")

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
        free = next((part for part in problem.free_parts if part.unit.kind == kind), None)
        first, *others = FLOWS[kind]
        most, least = column("most_kw"), column("least_kw")
        upper: Any = np.inf if chosen or free else most
        where = None
        if self.tight:
            upper = np.minimum(most, self.most_of_use(column("heat")))
            if kind == "chp" and self.modes is not None:
                where = self.modes.where(self.modes.runs, "on", "any")
        flow = self.flow(first, upper, where, index)
        total = self.total(flow)
        if chosen:
            installed = add(binary=True, coords=[index], name=f"{kind}_choice")
            self.add_commitment(kind, rows, flow, least, most, installed)
            if parts:
                if any(plant.part(kind) is None for plant in problem.plants):
                    self.constrain(installed.sum() <= 1, f"{kind}_one_at_most")
                else:
                    self.constrain(installed.sum() == 1, f"{kind}_one")
            yearly = [problem.part_gbp_per_year(part) for part in parts]
            self.cost.append((xr.DataArray(yearly, coords=[index]) * installed).sum())
        elif free is not None:
            free_size = add(lower=free.min_size, upper=free.max_size, name=size_variable(kind))
            per_size = self.over_slices(index, [free.unit.activities[0].most_kw])
            self.constrain(total - per_size * free_size <= 0, f"{kind}_within_size")
            self.cost.append(problem.part_gbp_per_year(free.unit) * free_size)
        elif bool(np.isfinite(most).all()):
            self.within(flow, most, kind)
        for name in others:
            size = np.abs(column(FLOWS[kind][name]))
            if self.tight:
                self.flows[name] = (size * total).sum(kind)
                continue
            other = add(lower=0, coords=self.slices, name=name)
            self.constrain(other - (size * flow).sum(kind) == 0, name)
            self.flows[name] = other
        for balance, name in ((self.heat, "heat"), (self.electricity, "electricity")):
            if any(np.any(getattr(row, name)) for row in rows):
                balance.append((column(name) * flow).sum(kind))
        per_kwh = self.over_slices(index, [self.prices.of(row) for row in rows])
        self.cost.append((per_kwh * self.hours * total).sum())

    def add_commitment(
        self, kind: Kind, rows: list[Activity], flow: Any, least: Any, most: Any, installed: Any
    ) -> None:
        """A part that runs or not, between its least and its most, if it is installed."""
        add, index = self.model.add_variables, flow.indexes[kind]
        commits = any(row.commits for row in rows)
        if self.tight:
            commits = commits and any(np.any(np.asarray(row.least_kw) > 0) for row in rows)
        if not commits:
            self.constrain(self.total(flow) - most * installed <= 0, f"{kind}_most")
            self.within(flow, most, kind)
        elif self.modes is None or kind != "chp":
            on = add(binary=True, coords=[index, *self.slices], name=f"{kind}_on")
            total = self.total(flow)
            self.constrain(total - least * on >= 0, f"{kind}_least")
            self.constrain(total - most * on <= 0, f"{kind}_most")
            self.constrain(on - installed <= 0, f"{kind}_installed")
            self.within(flow, most, kind)
            self.add_starts(kind, rows, on, installed)
        else:
            # the share of a mode that a unit has, its units' shares being the mode's
            runs = self.modes.where(self.modes.runs, "on")
            on = add(binary=True, coords=[index, self.modes.index, *self.slices], name=f"{kind}_on")
            self.constrain(flow - least * on >= 0, f"{kind}_least")
            self.constrain(flow - most * on <= 0, f"{kind}_most")
            self.constrain(on.sum(MODE) - installed <= 0, f"{kind}_installed")
            self.constrain(on.sum(kind) - runs * self.share == 0, f"{kind}_in_mode")
            self.add_starts(kind, rows, on.sum(MODE), installed)

    def add_starts(self, kind: Kind, rows: list[Activity], on: Any, installed: Any) -> None:
        """Starts, what they cost, and least times of running and standing.

        Rajan and Takriti 2005, IBM RC23628: what started within the least time runs, and what
        starts has stood for the least time. A day follows itself. A start is whole where running
        is, so that it needs no binary.
        """
        if not any(row.counts_starts for row in rows):
            return
        problem, slices = self.problem, self.problem.shape[1]
        index = installed.indexes[kind]
        start = self.model.add_variables(
            lower=0, upper=1, coords=[index, *self.slices], name=f"{kind}_start"
        )
        # how many slices ago; of each part those within its least time
        ago = xr.DataArray(np.arange(slices + 1), dims="ago")
        up, down = (
            xr.DataArray(
                [max(slices_of(hours, problem.step_hours, slices), 1) for hours in least],
                coords=[index],
            )
            for least in ([r.min_up_hours for r in rows], [r.min_down_hours for r in rows])
        )
        before = self.earlier(on, ago[1:2]).sum("ago")
        self.constrain(start - on + before >= 0, f"{kind}_starts")
        for least, name in ((up, "up"), (down, "down")):
            window = ago[: int(least.max())]
            started = ((window < least).astype(float) * self.earlier(start, window)).sum("ago")
            if name == "up":
                self.constrain(started - on <= 0, f"{kind}_least_up")
            else:
                at = xr.DataArray(np.unique(down), dims="ago")
                stood = ((at == least).astype(float) * self.earlier(on, at)).sum("ago")
                self.constrain(started + stood - installed <= 0, f"{kind}_least_down")
        per_start = xr.DataArray([self.prices.of_start(row) for row in rows], coords=[index])
        days = xr.DataArray(problem.day_weight, coords=[self.coords["day"]])
        self.cost.append((per_start * days * start).sum())

    def earlier(self, values: Any, ago: xr.DataArray) -> Any:
        """What was some slices ago in the same day, which follows itself; adds a dimension."""
        count = self.problem.shape[1]
        now = xr.DataArray(np.arange(count), dims="slice")
        return values.isel(slice=(now - ago) % count).assign_coords(slice=self.coords["slice"])

    def most_of_use(self, heat: xr.DataArray) -> xr.DataArray:
        """Most of an activity that a slice has use for, by the heat that it gives."""
        problem = self.problem
        use = self.per_slice(problem.heat_kw) + problem.largest_charge_kw
        most = (use / np.maximum(heat, 1e-9)).where(heat > 0, np.inf)
        return xr.DataArray(most)

    def add_unserved(self) -> None:
        """Demand that is not met, at a cost far above all others."""
        problem = self.problem
        dear = unserved_gbp_per_kwh(problem)
        for name, balance, most in (
            (UNSERVED_HEAT, self.heat, problem.heat_kw + problem.largest_charge_kw),
            (UNSERVED_ELECTRICITY, self.electricity, self.largest_load_kw),
        ):
            flow = self.flow(name, self.per_slice(most))
            balance.append(flow)
            self.cost.append((dear * self.hours * self.total(flow)).sum())

    @property
    def largest_load_kw(self) -> FloatArray:
        """Most electricity that a slice has use for, shape ``(days, slices)``."""
        return self.problem.electricity_kw + self.problem.largest_draw_kw

    def add_grid(self) -> None:
        """Import and export, one of them at a time (Eq. 12-13)."""
        problem, letter, modes = self.problem, self.to_the_letter, self.modes
        load = self.per_slice(problem.electricity_kw)
        # Where import costs at least what export earns, importing less and exporting less by the
        # same amount never costs more: some optimum never does both. Where export earns more,
        # Eq. 12-13 say so.
        drawn = problem.largest_draw_kw
        generated = problem.largest_generation_kw
        import_limit = np.minimum(problem.max_import_kw, np.inf if letter else load + drawn)
        export_limit = min(problem.max_export_kw, generated if self.tight else np.inf)
        imported = self.flow(
            "grid_import_kw",
            import_limit,
            None if modes is None else modes.where(modes.grid, "any", "import"),
        )  # W_IMP
        exported = self.flow(
            "grid_export_kw",
            export_limit * xr.ones_like(load) if self.tight else export_limit,
            None if modes is None else modes.where(modes.grid, "any", "export"),
        )  # W_EXP
        pays_more = problem.export_price_gbp_per_kwh > problem.import_price_gbp_per_kwh
        exclusive = self.per_slice(np.ones_like(pays_more) if letter else pays_more)
        if modes is not None:
            if bool(exclusive.any()) or np.isfinite(problem.max_import_kw):
                self.within(imported, import_limit, "grid_import")
            if bool(exclusive.any()) or np.isfinite(problem.max_export_kw):
                self.within(exported, export_limit, "grid_export")
        elif bool(exclusive.any()):
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
        buy, sell = (
            self.per_slice(values.reshape(problem.shape))
            for values in (self.prices.import_gbp_per_kwh, self.prices.export_gbp_per_kwh)
        )
        bought, sold = self.total(imported), self.total(exported)
        self.cost.append((buy * self.hours * bought).sum() - (sell * self.hours * sold).sum())

    def add_store(self, store: Store) -> None:
        """A store of a free size: Eq. 14-17."""
        problem, name, letter = self.problem, store.name, self.to_the_letter
        add, ts, modes = self.model.add_variables, problem.step_hours, self.modes
        days, slices = problem.shape
        heat_demand = self.per_slice(problem.heat_kw)
        charge_limit = store.largest_charge_kw(ts)
        # Discharging excludes charging: Eq. 7 then leaves no use for more than the demand.
        of_heat = store.carrier == "heat"
        tight = heat_demand if of_heat else charge_limit
        discharge_limit = np.inf if letter else tight
        size = add(lower=store.min_kwh, upper=store.max_kwh, name=size_variable(name))
        ones = xr.ones_like(heat_demand)
        charges, discharges = (
            None if modes is None or not of_heat else modes.where(modes.store, "any", way)
            for way in ("charge", "discharge")
        )
        charge = self.flow(
            f"{name}_charge_kw", charge_limit * ones if self.tight else np.inf, charges
        )
        discharge = self.flow(
            f"{name}_discharge_kw",
            discharge_limit * ones if self.tight else discharge_limit,
            discharges,
        )
        level = add(
            lower=0,
            upper=store.max_kwh if self.tight else np.inf,
            coords=self.slices,
            name=f"{name}_level_kwh",
        )
        self.flows[f"{name}_level_kwh"] = level
        if modes is not None and of_heat:
            # or a mode without a share could charge what it discharges, and lose heat
            both = modes.where(modes.store, "any")
            self.constrain(
                discharge - heat_demand * self.share <= 0,
                f"{name}_discharge_in_mode",
                mask=both & (heat_demand >= 0),
            )
        balance = self.heat if of_heat else self.electricity
        balance.append(discharge - charge)
        charge, discharge = self.total(charge), self.total(discharge)
        discharging = add(binary=True, coords=self.slices, name=f"{name}_discharging")
        large = 10.0 * (float(heat_demand.max()) + charge_limit)
        u_out, u_in = (large, large) if letter else (tight, charge_limit)
        self.constrain(discharge - u_out * discharging <= 0, f"{name}_discharge")
        self.constrain(charge + u_in * discharging <= u_in, f"{name}_charge")
        if np.isfinite(store.power_kw_per_kwh):
            power = store.power_kw_per_kwh * size
            if self.tight:
                # one of the two is nothing, so that both together are within the power
                self.constrain(charge + discharge - power <= 0, f"{name}_power")
            else:
                self.constrain(charge - power <= 0, f"{name}_charge_power")
                self.constrain(discharge - power <= 0, f"{name}_discharge_power")
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
            # What a day takes from the store counts as often as the day: over a year, days
            # together put in what they take out, or heat would come from nothing.
            weight = xr.DataArray(problem.day_weight, coords=[self.coords["day"]])
            net = weight.copy(data=weight - np.append(weight[1:], 0.0))
            self.constrain(
                (net * last).sum() - float(weight[0]) * initial >= 0, f"{name}_year_closes"
            )
        else:
            self.constrain(first - first_change - kept * initial == 0, f"{name}_midnight")
            self.constrain(last - initial == 0, f"{name}_closes")
        self.cost.append(problem.store_capital(store) * size)
        self.cost.append((store.discharge_gbp_per_kwh * self.hours * discharge).sum())


def _ordered(upper: Any, coords: list[pd.Index]) -> Any:
    """An upper bound with its dimensions in the order of a variable's."""
    if not isinstance(upper, xr.DataArray):
        return upper
    names = [str(index.name) for index in coords]
    return upper.transpose(*[name for name in names if name in upper.dims])


def _sum(terms: list[Any]) -> Any:
    """The sum of expressions and numbers."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
