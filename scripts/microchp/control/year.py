"""A dwelling's year under a control: what its parts do, and what that costs and emits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from microchp.control.line import Dwelling, Line, Plan
from microchp.control.physics import Flows
from microchp.design.problem import FloatArray, business_as_usual_gbp
from microchp.design.schedule import UNSERVED_KW
from microchp.design.slices import least_cost
from microchp.design.table import activities_of
from microchp.errors import AssessmentError
from microchp.system.activities import Activity

CLOSURE_TOLERANCE = 1e-9
"""Largest sum of imbalances, as a share of the year's heat."""

OTHERS = ("boiler", "immersion_heater", "heat_pump", "unserved_heat")
"""Kinds that give what the leading unit does not, in this order."""

LEADING = ("chp", "heat_pump")
"""Kinds that lead; a CHP unit before a heat pump."""


@dataclass(frozen=True)
class Operated:
    """What a dwelling's parts do in ``N`` slices.

    Attributes
    ----------
    activity_kw
        Activities of the table, shape ``(A, N)``.
    charge_kw, discharge_kw, surplus_kw
        Heat into the store, out of it, and to nobody, shape ``(N,)``.
    level_kwh
        Level at the end of each slice, shape ``(N,)``.
    """

    activity_kw: FloatArray
    charge_kw: FloatArray
    discharge_kw: FloatArray
    surplus_kw: FloatArray
    level_kwh: FloatArray

    @property
    def stored_net_kw(self) -> FloatArray:
        """Into the store less out of it, shape ``(N,)``."""
        return self.charge_kw - self.discharge_kw

    def then(self, later: Operated) -> Operated:
        """These slices but for the last, which are another's."""
        count = later.level_kwh.size
        return Operated(
            **{
                name: np.concatenate([values[..., :-count], getattr(later, name)], axis=-1)
                for name, values in vars(self).items()
            }
        )


def planned(line: Line, plan: Plan) -> Operated:
    """What the parts do along a plan: the cheapest at the line's prices."""
    exchange = line.exchange.exchange_kw(plan.stored_kw)
    activity, _, _ = least_cost(line.table, exchange)
    return Operated(
        activity,
        np.maximum(exchange, 0.0),
        np.maximum(-exchange, 0.0),
        np.zeros(exchange.size),
        plan.level_kwh,
    )


def load_of(line: Line, operated: Operated) -> FloatArray:
    """Electricity that a line takes from the grid, negative to it; shape ``(N,)``."""
    made = (line.table.electricity * operated.activity_kw).sum(axis=0)
    return np.asarray(line.table.electricity_kw - made)


def imbalance_share(line: Line, operated: Operated) -> float:
    """What is unaccounted for, of demand and of the store's content, as a share of what is made."""
    exchange, hours = line.exchange, line.step_hours
    made = (line.table.heat * operated.activity_kw).sum(axis=0) + operated.discharge_kw
    off = made - line.table.heat_kw - operated.charge_kw - operated.surplus_kw
    before = np.concatenate([[line.initial_kwh], operated.level_kwh[:-1]])
    stored = (
        exchange.charge_efficiency * operated.charge_kw
        - operated.discharge_kw / exchange.discharge_efficiency
    )
    after = line.kept * before + hours * (stored - line.loss_kw)
    total = 1.0 + hours * float(made.sum())
    return float(hours * np.abs(off).sum() + np.abs(after - operated.level_kwh).sum()) / total


def leading_row(activities: tuple[Activity, ...]) -> int:
    """Position of the unit that leads, or -1 without one."""
    for kind in LEADING:
        for row, activity in enumerate(activities):
            if activity.kind == kind:
                return row
    return -1


def unit_bounds(dwelling: Dwelling) -> tuple[FloatArray, FloatArray]:
    """Least and most heat of the leading unit while it runs (kW), each of shape ``(N,)``."""
    table = dwelling.line.table
    lead = leading_row(activities_of(dwelling.problem, dwelling.plant))
    if lead < 0:
        none = np.zeros(table.heat_kw.size)
        return none, none
    heat = table.heat[lead]
    return heat * table.least[lead], heat * table.most[lead]


def carried_out(
    dwelling: Dwelling, flows: FloatArray, asked_kw: FloatArray | None = None
) -> Operated:
    """What the parts do for heat that was stepped through.

    Parameters
    ----------
    dwelling
        The dwelling.
    flows
        :class:`microchp.control.physics.Flows` of each slice, shape ``(6, N)``.
    asked_kw
        Activities that a controller asked for, shape ``(A, N)``: what parts beside the leading
        unit and the boiler give at most, before the boiler gives the rest. Without, a heat pump
        gives what it can before the boiler, and others nothing.
    """
    done = Flows(*flows)
    table = dwelling.line.table
    activities = activities_of(dwelling.problem, dwelling.plant)
    lead = leading_row(activities)
    activity = np.zeros(table.heat.shape)
    if lead >= 0:
        activity[lead] = done.unit_kw / table.heat[lead]
    rest, surplus = np.asarray(done.others_kw).copy(), np.asarray(done.surplus_kw).copy()
    makers = [
        row
        for kind in OTHERS
        for row, other in enumerate(activities)
        if other.kind == kind and row != lead
    ]
    asked = asked_kw
    if asked is None:
        asked = np.where([[other.kind == "heat_pump"] for other in activities], table.most, 0.0)
    first = [row for row in makers if activities[row].kind not in ("boiler", "unserved_heat")]
    for row in first:
        more = np.minimum(rest / table.heat[row], np.minimum(asked[row], table.most[row]))
        if table.commitment[row] >= 0:  # what is less than its least, others give
            more = np.where(more >= table.least[row], more, 0.0)
        activity[row] = more
        rest -= more * table.heat[row]
    for row in makers:
        more = np.minimum(rest / table.heat[row], table.most[row] - activity[row])
        rest -= more * table.heat[row]
        activity[row] += more
        if table.commitment[row] >= 0:  # nobody else can
            raised = np.where(activity[row] > 0.0, table.least[row] - activity[row], 0.0)
            activity[row] += np.maximum(raised, 0.0)
            surplus += np.maximum(raised, 0.0) * table.heat[row]
    for row, other in enumerate(activities):
        if other.kind == "pv":
            net = table.electricity_kw - (table.electricity * activity).sum(axis=0)
            limit = dwelling.problem.max_export_kw
            sold = np.where(table.least[row] == table.most[row], np.inf, limit)
            sold = np.where(table.export_gbp_per_kwh < 0.0, 0.0, sold)
            activity[row] = np.clip(net + sold, table.least[row], table.most[row])
    return Operated(
        activity,
        np.asarray(done.charge_kw),
        np.asarray(done.discharge_kw),
        surplus,
        np.asarray(done.level_kwh),
    )


def closed(line: Line, operated: Operated) -> Operated:
    """The same, its last day planned so that the store ends as full as it began.

    Whatever the control, a year then has taken as much out of the store as it has put in, and
    costs can be compared to the penny.

    Raises
    ------
    AssessmentError
        If the last day cannot end so.
    """
    last = line.day(line.days - 1)
    start = float(operated.level_kwh[-line.slices - 1]) if line.days > 1 else line.initial_kwh
    try:
        return operated.then(planned(last, last.plan(start)))
    except ValueError as error:
        raise AssessmentError(
            f"{error}: {start:.2f} of {line.size_kwh:.2f} kWh at the start of the last day cannot "
            f"become {line.initial_kwh:.2f} by its end"
        ) from None


@dataclass(frozen=True)
class Year:
    """A dwelling's year.

    Attributes
    ----------
    dwelling
        The dwelling.
    operated
        What its parts do.
    battery
        What its battery does, if it has one.
    """

    dwelling: Dwelling
    operated: Operated
    battery: Operated | None = None

    @property
    def lines(self) -> tuple[Operated, ...]:
        """What each line of the dwelling does."""
        return (self.operated,) if self.battery is None else (self.operated, self.battery)

    def _kwh(self, kw: FloatArray) -> float:
        return float(np.sum(kw)) * self.dwelling.line.step_hours

    def _sum(self, column: str, kinds: tuple[str, ...] = ()) -> FloatArray:
        """Sum over activities of a column of the table times the activity, shape ``(N,)``."""
        rows = activities_of(self.dwelling.problem, self.dwelling.plant)
        total = np.zeros(self.operated.level_kwh.size)
        for activity, kw in zip(rows, self.operated.activity_kw, strict=True):
            if not kinds or activity.kind in kinds:
                total = total + np.asarray(getattr(activity, column)) * kw
        return total

    @cached_property
    def net_kw(self) -> FloatArray:
        """Electricity from the grid, negative to it; shape ``(N,)``."""
        load = load_of(self.dwelling.line, self.operated)
        return load if self.battery is None else load + self.battery.stored_net_kw

    def own_gbp_at(self, cost: FloatArray) -> float:
        """Cost of a year but for the trade with the grid, at costs of a kWh of each activity."""
        line, operated = self.dwelling.line, self.operated
        rows = activities_of(self.dwelling.problem, self.dwelling.plant)
        served = [row for row, activity in enumerate(rows) if activity.kind != "unserved_heat"]
        spent = (cost[served] * operated.activity_kw[served]).sum(axis=0)
        spent = spent + line.exchange.discharge_gbp_per_kwh * operated.discharge_kw
        if self.dwelling.battery is not None and self.battery is not None:
            wear = self.dwelling.battery.exchange.discharge_gbp_per_kwh
            spent = spent + wear * self.battery.discharge_kw
        return self.dwelling.fixed_gbp + self._kwh(spent)

    @cached_property
    def own_gbp(self) -> float:
        """The same at the dwelling's own costs."""
        return self.own_gbp_at(self.dwelling.line.table.cost)

    @cached_property
    def cost_gbp(self) -> float:
        """Equivalent annual cost (Eq. 1) at the dwelling's own tariff; ``nan`` if heat is unmet."""
        table = self.dwelling.line.table
        bought, sold = np.maximum(self.net_kw, 0.0), np.maximum(-self.net_kw, 0.0)
        trade = table.import_gbp_per_kwh * bought - table.export_gbp_per_kwh * sold
        return self.own_gbp + self._kwh(trade) if not self.unmet_kwh else float("nan")

    @cached_property
    def unmet_kwh(self) -> float:
        """Heat that is not served; below what is rounding, none."""
        unmet = self._kwh(self._sum("heat", ("unserved_heat",)))
        return unmet if unmet > UNSERVED_KW else 0.0

    @cached_property
    def fuel_kwh(self) -> float:
        """Fuel, lower heating value."""
        return self._kwh(self._sum("fuel"))

    @cached_property
    def co2_kg(self) -> float:
        """Of fuel and net import (Eq. 20)."""
        problem = self.dwelling.problem
        grid = self._kwh(problem.grid_kg_per_kwh.ravel() * self.net_kw)
        return problem.inputs.emissions.gas_kg_per_kwh * self.fuel_kwh + grid

    @cached_property
    def power_kw(self) -> FloatArray:
        """Electricity of the CHP unit, shape ``(N,)``."""
        return self._sum("electricity", ("chp",))

    @property
    def starts(self) -> int:
        """Times that the CHP unit goes from off to on."""
        on = self.power_kw > UNSERVED_KW
        return int(np.count_nonzero(on & ~np.concatenate([[False], on[:-1]])))

    @property
    def run_hours(self) -> float:
        """Hours in which it runs."""
        return float(np.count_nonzero(self.power_kw > UNSERVED_KW)) * self.dwelling.line.step_hours

    def check(self) -> None:
        """Refuse a year whose energy does not close.

        Raises
        ------
        AssessmentError
            If heat or the store's content is out by more than rounding.
        """
        share = imbalance_share(self.dwelling.line, self.operated)
        if self.dwelling.battery is not None:
            if self.battery is None:
                raise ValueError("a dwelling with a battery has a year without one")
            share = max(share, imbalance_share(self.dwelling.battery, self.battery))
        if not share <= CLOSURE_TOLERANCE:
            raise AssessmentError(
                f"{self.dwelling.problem.inputs.scenario}: energy of a dwelling under control does "
                f"not close: {share:.1e} of its heat is unaccounted for; at most "
                f"{CLOSURE_TOLERANCE:g} is rounding"
            )


@dataclass(frozen=True)
class AsUsual:
    """A dwelling without a design: all heat from the boiler, all electricity bought.

    ``own_gbp`` is its cost without the grid, ``net_kw`` its load, shape ``(N,)``.
    """

    cost_gbp: float
    own_gbp: float
    co2_kg: float
    fuel_kwh: float
    net_kw: FloatArray


def as_usual(dwelling: Dwelling) -> AsUsual:
    """Business as usual of a dwelling (Eq. 18)."""
    problem = dwelling.problem
    heat = float(problem.heat_kw.sum()) * problem.step_hours
    net = problem.electricity_kw.ravel()
    bill = problem.step_hours * float(problem.bau_import_price_gbp_per_kwh.ravel() @ net)
    cost = business_as_usual_gbp(problem)
    fuel = heat / problem.inputs.boiler.efficiency
    return AsUsual(cost, cost - bill, problem.bau_co2_kg, fuel, net)
