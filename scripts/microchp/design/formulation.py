"""The convex hull of each slice: what a slice costs as a function of the heat it stores.

With the sizes given, the store is all that ties the slices of a day together, and of a slice it
sees one number: the heat that arrives in it (``stored_kw``: the charge times its efficiency, or
minus the discharge divided by its own). :mod:`microchp.design.dispatch` gives the least cost for
every such number. That cost is linear between neighbouring *corners*, or the smaller of several
linear functions: at a corner the unit is off, at its least or rated power, or just covers the
electricity, with the boiler off (or at its limit), or nothing is exchanged.

So the lower convex hull of the corners is the convex hull of all that a slice can do: the same
relaxation as a disjunctive formulation with a copy of the flows for each mode of operation, with
the flows projected out. What is left of Eq. 1-17 for a day is a line of slices joined by the
level of the store: a few bounded columns and one row in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from microchp.config import Tes
from microchp.design.dispatch import Mode, Plant
from microchp.design.problem import FloatArray, Problem

BoolArray = npt.NDArray[np.bool_]

SAME_KW = 1e-9
"""Corners closer together than this are one."""


@dataclass(frozen=True)
class Curves:
    """Costs of a plant's slices at their corners, ``N`` slices with ``K`` corners.

    Attributes
    ----------
    plant
        The plant.
    stored_kw
        Heat arriving in the store at each corner, rising; shape ``(N, K)``.
    mode_cost
        Cost (GBP/h) at the corners in each branch, infinite where the branch cannot be; shape
        ``(branches, N, K)``. A branch is a mode of the unit with charging or discharging, and
        within it the cost is convex.
    branches
        The unit's mode of each branch.
    """

    plant: Plant
    stored_kw: FloatArray
    mode_cost: FloatArray
    branches: tuple[Mode, ...]

    @property
    def cost(self) -> FloatArray:
        """Least cost at the corners (GBP/h), shape ``(N, K)``."""
        return cast(FloatArray, self.mode_cost.min(axis=0))


def stored_from_exchange(exchange_kw: FloatArray, tes: Tes) -> FloatArray:
    """Heat that arrives in the store, from charge less discharge."""
    return np.where(
        exchange_kw > 0,
        exchange_kw * tes.charge_efficiency,
        exchange_kw / tes.discharge_efficiency,
    )


def exchange_from_stored(stored_kw: FloatArray, tes: Tes) -> FloatArray:
    """Charge less discharge, from the heat that arrives in the store."""
    return np.where(
        stored_kw > 0, stored_kw / tes.charge_efficiency, stored_kw * tes.discharge_efficiency
    )


def curves_of(problem: Problem, plant: Plant) -> Curves:
    """Corners of every slice of a problem with a store.

    A slice may discharge up to its demand (Eq. 7 with Eq. 14-15) and charge up to
    ``problem.largest_charge_kw``.
    """
    exchange = _corners(plant, problem.largest_charge_kw)
    branches: list[Mode] = []
    costs: list[FloatArray] = []
    for mode in plant.modes:
        _, cost = plant.best_power(exchange, mode)
        if mode is Mode.OFF:  # convex through zero: charging costs, discharging saves boiler heat
            branches.append(mode)
            costs.append(cost)
        else:  # not convex through zero where wasting heat pays
            branches += [mode, mode]
            costs.append(np.where(exchange <= 0, cost, np.inf))
            costs.append(np.where(exchange >= 0, cost, np.inf))
    return Curves(
        plant, stored_from_exchange(exchange, problem.tes), np.stack(costs), tuple(branches)
    )


def _corners(plant: Plant, largest_charge_kw: float) -> FloatArray:
    """Exchanges at which the cost of a slice can have a kink, rising; shape ``(N, K)``."""
    demand = plant.heat_kw
    corners = [-demand, np.zeros_like(demand), np.full_like(demand, largest_charge_kw)]
    own_use = np.clip(plant.electricity_kw, plant.least_kw, plant.rated_kw)
    powers: list[float | FloatArray] = [0.0]
    if plant.rated_kw:
        powers += [plant.least_kw, plant.rated_kw, own_use]
    for power in powers:
        surplus = plant.heat_to_power * (power + np.zeros_like(demand)) - demand
        corners.append(surplus)
        if np.isfinite(plant.boiler_max_kw):
            corners.append(surplus + plant.boiler_max_kw)
    return np.sort(np.clip(np.stack(corners, axis=1), -demand[:, None], largest_charge_kw), axis=1)


def lower_hull(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Corners of the lower convex hull of points, row by row.

    Walks from the leftmost point to the one that is reached with the least slope, the farthest
    of several, and so on.

    Parameters
    ----------
    x, y
        Points, ``x`` rising along a row, ``y`` infinite where there is none; shape ``(N, K)``.

    Returns
    -------
    tuple
        Corners, shape ``(N, K)``, the last one repeated to fill the row; where a row has no
        point, ``y`` is infinite.
    """
    rows = np.arange(len(x))
    at = np.isfinite(y).argmax(axis=1)
    found = [at]
    for _ in range(x.shape[1] - 1):
        run = x - x[rows, at][:, None]
        ahead = (run > SAME_KW) & np.isfinite(y)
        rise = np.where(ahead, y, 0.0) - np.where(ahead, y[rows, at][:, None], 0.0)
        slope = np.divide(rise, run, out=np.full_like(x, np.inf), where=ahead)
        least = slope.min(axis=1, keepdims=True)
        # among points on one line the farthest, whatever rounding says of their slopes
        close = ahead & (slope <= least + 1e-12 * (1.0 + np.abs(least)))
        farthest = np.where(close, x, -np.inf).argmax(axis=1)
        at = np.where(np.isfinite(least[:, 0]), farthest, at)
        found.append(at)
    index = np.stack(found, axis=1)
    return np.take_along_axis(x, index, axis=1), np.take_along_axis(y, index, axis=1)
