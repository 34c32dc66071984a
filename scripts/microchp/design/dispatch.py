"""One slice on its own: the cheapest way to serve it while the store takes or gives some heat.

Once it is settled how much heat a slice gives to the store (the *exchange*, charge less
discharge), Eq. 7-15 leave one decision: the power of the unit. Boiler, import and export follow.
The cost of a slice is piecewise linear in that power, with kinks only where import turns into
export and where the boiler starts or is at its limit, so the least cost is found by comparing
those few powers: in closed form, for a whole year at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from microchp.config import ChpUnit
from microchp.design.problem import FloatArray, Problem

FEASIBLE_KW = 5e-7
"""Heat may be too much by this (kW), rounding, before a slice counts as infeasible."""


class Mode(IntEnum):
    """How the unit runs.

    ``ON_EXPORTING`` is told apart from ``ON`` only in slices where export pays more than import
    costs: there the cost of a running unit is not convex in its power.
    """

    OFF = 0
    ON = 1
    ON_EXPORTING = 2


@dataclass(frozen=True)
class Plant:
    """A unit (or none) with the boiler and the grid, over the ``N`` slices of a problem.

    Prices hold everything that depends on the flow: fuel, maintenance, payments, CO2.

    Attributes
    ----------
    least_kw, rated_kw
        Lo and Uo of Eq. 9-10; both zero for no unit.
    heat_to_power
        Heat per unit of electricity.
    boiler_max_kw
        Largest boiler heat; infinite if not limited.
    power_gbp_per_kwh, boiler_gbp_per_kwh, discharge_gbp_per_kwh
        Cost of a kWh of electricity from the unit, of heat from the boiler, and of discharge.
    unserved_gbp_per_kwh
        Cost of heat that is not delivered, far above all others. It keeps every slice feasible
        where the boiler is limited; no solution with unserved heat is ever accepted.
    heat_kw, electricity_kw, import_gbp_per_kwh, export_gbp_per_kwh
        Demands and prices, shape ``(N,)``.
    """

    least_kw: float
    rated_kw: float
    heat_to_power: float
    boiler_max_kw: float
    power_gbp_per_kwh: float
    boiler_gbp_per_kwh: float
    discharge_gbp_per_kwh: float
    unserved_gbp_per_kwh: float
    heat_kw: FloatArray
    electricity_kw: FloatArray
    import_gbp_per_kwh: FloatArray
    export_gbp_per_kwh: FloatArray

    def part(self, rows: slice) -> Plant:
        """The plant over some of its slices."""
        return replace(
            self,
            heat_kw=self.heat_kw[rows],
            electricity_kw=self.electricity_kw[rows],
            import_gbp_per_kwh=self.import_gbp_per_kwh[rows],
            export_gbp_per_kwh=self.export_gbp_per_kwh[rows],
        )

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The modes that this plant can be in, in some slice."""
        if self.rated_kw == 0:
            return (Mode.OFF,)
        if (self.export_gbp_per_kwh > self.import_gbp_per_kwh).any():
            return (Mode.OFF, Mode.ON, Mode.ON_EXPORTING)
        return (Mode.OFF, Mode.ON)

    def power_range(self, mode: Mode) -> tuple[FloatArray, FloatArray]:
        """Least and largest power in a mode, each of shape ``(N,)``; none where least > largest."""
        zero = np.zeros_like(self.heat_kw)
        if mode is Mode.OFF:
            return zero, zero
        own_use = np.clip(self.electricity_kw, self.least_kw, self.rated_kw)
        split = self.export_gbp_per_kwh > self.import_gbp_per_kwh
        if mode is Mode.ON:
            return zero + self.least_kw, np.where(split, own_use, self.rated_kw)
        return np.where(split, own_use, np.inf), zero + self.rated_kw

    def flow_cost(self, power_kw: FloatArray, exchange_kw: FloatArray) -> FloatArray:
        """Cost (GBP/h) of running at a power; infinite if heat would have to be dumped.

        Arrays have the shape ``(N, K)`` or one that broadcasts to it.
        """
        electricity = self.electricity_kw[:, None]
        needed = exchange_kw + self.heat_kw[:, None] - self.heat_to_power * power_kw
        boiler = np.clip(needed, 0.0, self.boiler_max_kw)
        cost: FloatArray = (
            self.power_gbp_per_kwh * power_kw
            + self.boiler_gbp_per_kwh * boiler
            + self.unserved_gbp_per_kwh * np.maximum(needed - boiler, 0.0)
            + self.import_gbp_per_kwh[:, None] * np.maximum(electricity - power_kw, 0.0)
            - self.export_gbp_per_kwh[:, None] * np.maximum(power_kw - electricity, 0.0)
            + self.discharge_gbp_per_kwh * np.maximum(-exchange_kw, 0.0)
        )
        return np.where(needed < -FEASIBLE_KW, np.inf, cost)

    def best_power(self, exchange_kw: FloatArray, mode: Mode) -> tuple[FloatArray, FloatArray]:
        """Cheapest power in a mode for given exchanges, and its cost.

        Parameters
        ----------
        exchange_kw
            Heat given to the store, negative if taken from it; shape ``(N, K)``.
        mode
            How the unit runs.

        Returns
        -------
        tuple
            Power (kW) and cost (GBP/h), shape ``(N, K)``; infinite cost if the mode cannot
            serve the slice with that exchange.
        """
        least, largest = (bound[:, None] for bound in self.power_range(mode))
        possible = least <= largest
        least = np.where(possible, least, 0.0)
        heat = exchange_kw + self.heat_kw[:, None]
        candidates = [least, np.maximum(largest, least)]
        if mode is not Mode.OFF:
            candidates += [self.electricity_kw[:, None], heat / self.heat_to_power]
            if np.isfinite(self.boiler_max_kw):
                candidates.append((heat - self.boiler_max_kw) / self.heat_to_power)
        best_cost = np.full_like(heat, np.inf)
        best_power = np.zeros_like(heat)
        for candidate in candidates:
            power = np.clip(candidate, candidates[0], candidates[1])
            cost = self.flow_cost(power, exchange_kw)
            better = cost < best_cost
            best_cost = np.where(better, cost, best_cost)
            best_power = np.where(better, power, best_power)
        return best_power, np.where(possible, best_cost, np.inf)

    def slice_cost(self, exchange_kw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Power and cost of the cheapest mode for given exchanges, shape ``(N, K)``."""
        power, cost = self.best_power(exchange_kw, Mode.OFF)
        for mode in self.modes[1:]:
            other_power, other_cost = self.best_power(exchange_kw, mode)
            power = np.where(other_cost < cost, other_power, power)
            cost = np.minimum(cost, other_cost)
        return power, cost


def plant_of(problem: Problem, unit: ChpUnit | None) -> Plant:
    """The plant of a problem with one of its choices."""
    inputs = problem.inputs
    co2_price = inputs.incentive.co2_price_gbp_per_kg
    fuel = inputs.design_tariff.gas_gbp_per_kwh + co2_price * inputs.emissions.gas_kg_per_kwh
    grid_co2 = co2_price * inputs.emissions.grid_kg_per_kwh
    boiler_gbp = fuel / inputs.boiler.efficiency + inputs.boiler.maintenance_gbp_per_kwh
    power_gbp = 0.0
    if unit is not None:
        power_gbp = fuel / unit.electrical_efficiency + unit.maintenance_gbp_per_kwh
        power_gbp -= problem.generation_payment_gbp_per_kwh
    imports = problem.import_price_gbp_per_kwh.ravel() + grid_co2
    exports = problem.export_price_gbp_per_kwh.ravel() + grid_co2
    largest = max(boiler_gbp, abs(power_gbp), np.abs(imports).max(), np.abs(exports).max())
    return Plant(
        least_kw=unit.power_kw * unit.min_load_share if unit else 0.0,
        rated_kw=unit.power_kw if unit else 0.0,
        heat_to_power=unit.heat_to_power if unit else 1.0,
        boiler_max_kw=inputs.boiler.max_heat_kw or np.inf,
        power_gbp_per_kwh=power_gbp,
        boiler_gbp_per_kwh=boiler_gbp,
        discharge_gbp_per_kwh=inputs.tes.maintenance_gbp_per_kwh if inputs.tes else 0.0,
        unserved_gbp_per_kwh=1e4 * float(largest),
        heat_kw=problem.heat_kw.ravel(),
        electricity_kw=problem.electricity_kw.ravel(),
        import_gbp_per_kwh=imports,
        export_gbp_per_kwh=exports,
    )
