"""What is known of a plant's year at some prices, carried over to all others.

With its technology given (all of a plant's year but money) an operation is annual quantities
``q``: kWh of each activity, bought and sold in each class of slices, given by the store. Its cost
at prices ``c`` is ``c q``. So what an operation costs at any other prices is one product: an upper
bound. And the least cost ``V(c, S)`` with a store of ``S`` kWh is a minimum of such products: it
is concave in the prices, rises with each of them (quantities are not negative; what is sold counts
with minus its price) and grows in proportion with all of them together. Hence for cuts
``V(c_i, S) >= a_i + b_i S`` found at prices ``c_i`` (:mod:`microchp.design.certificate`) and any
weights ``w_i >= 0`` with ``sum w_i c_i <= c``

    V(c, S) >= sum w_i (a_i + b_i S)        for every size S.

It is the same certificate: the prices of stored heat that go with it are ``sum w_i p_i``. The best
weights are a linear programme of a few dozen columns, whose duals also tell the size at which the
bound is least. So a sample that changes prices, efficiencies of fuel or capital alone is proven by
what was found at other samples, without looking at a slice again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from microchp.design.certificate import Cut
from microchp.design.problem import FloatArray, Problem
from microchp.design.proof import Flows
from microchp.design.schedule import PlantYear
from microchp.design.table import activities_of, costs_of, prices_of
from microchp.sweep.row import grid_pattern
from microchp.system.activities import Prices
from microchp.system.plant import Plant

IntArray = npt.NDArray[np.int64]

SAME_RATIO = 1e-11
"""Prices of a class of slices change by one ratio, within this."""

MOST_CLASSES = 40
"""With more classes of slices than this, nothing is carried over."""

LEAST_STEP_KWH = 1e-9
"""Sizes closer than this are one."""


@dataclass(frozen=True)
class PriceClasses:
    """Slices whose electricity prices always change in proportion, over all samples.

    Attributes
    ----------
    label
        Class of each slice, shape ``(N,)``.
    first
        A slice of each class, shape ``(C,)``.
    import_gbp_per_kwh, export_gbp_per_kwh
        Size of the prices that those of samples are ratios of, 1 where it is zero; ``(N,)``.
    """

    label: IntArray
    first: IntArray
    import_gbp_per_kwh: FloatArray
    export_gbp_per_kwh: FloatArray

    def ratios(self, prices: Prices) -> tuple[FloatArray, FloatArray]:
        """Prices of import and export over those of reference, each of shape ``(N,)``."""
        return (
            prices.import_gbp_per_kwh / self.import_gbp_per_kwh,
            prices.export_gbp_per_kwh / self.export_gbp_per_kwh,
        )

    def of(self, prices: Prices) -> FloatArray | None:
        """Ratios of each class, import and export sold; None where a class is not one.

        Shape ``(2 C,)``.
        """
        if len(self.first) > MOST_CLASSES:
            return None
        ratios = self.ratios(prices)
        by_class = [ratio[self.first] for ratio in ratios]
        for ratio, of_class in zip(ratios, by_class, strict=True):
            away = np.abs(ratio - of_class[self.label])
            if not (away <= SAME_RATIO * (1.0 + np.abs(ratio))).all():
                return None
        return np.concatenate([by_class[0], -by_class[1]])

    def refined(self, prices: Prices) -> PriceClasses:
        """Classes that also tell apart what the prices of one more sample do."""
        if self.of(prices) is not None:
            return self
        label = self.label
        for ratio in self.ratios(prices):
            _, code = np.unique(np.round(ratio, 10), return_inverse=True)
            _, first, label = np.unique(
                label * (code.max() + 1) + code, return_index=True, return_inverse=True
            )
        return replace(self, label=label.astype(np.int64), first=first.astype(np.int64))


def price_classes(prices: Prices) -> PriceClasses:
    """One class for prices of the same sign, as far as one sample can tell."""
    sizes = []
    label = np.zeros(prices.import_gbp_per_kwh.size, dtype=np.int64)
    for series in (prices.import_gbp_per_kwh, prices.export_gbp_per_kwh):
        sizes.append(np.where(series == 0.0, 1.0, np.abs(series)))
        label = 3 * label + np.sign(series).astype(np.int64) + 1
    _, first, label = np.unique(label, return_index=True, return_inverse=True)
    return PriceClasses(label.astype(np.int64), first.astype(np.int64), sizes[0], sizes[1])


@dataclass(frozen=True)
class Sold:
    """What the plants of one sample have in common: electricity's prices, and the demand.

    Attributes
    ----------
    prices
        What a kWh is worth in each slice.
    electricity
        The same of electricity by class of slices (:meth:`PriceClasses.of`).
    slices
        Digests of what no plant changes.
    """

    prices: Prices
    electricity: FloatArray | None
    slices: tuple[Any, ...]

    @classmethod
    def of(cls, problem: Problem, classes: PriceClasses) -> Sold:
        """Of a sample."""
        prices = prices_of(problem)
        arrays = (problem.day_weight, problem.heat_kw, problem.electricity_kw)
        return cls(prices, classes.of(prices), tuple(map(_brief, (*arrays, grid_pattern(problem)))))


def prices_of_year(year: PlantYear, sold: Sold) -> FloatArray | None:
    """Prices ``c`` of a plant's year; None where they are no such vector.

    Activities (GBP/kWh), then ratios of import and export by class, then upkeep of the store
    (GBP/kWh); shape ``(A + 2 C + 1,)``.
    """
    costs = [np.atleast_1d(cost) for cost in costs_of(year.problem, year.plant, sold.prices)]
    if sold.electricity is None or any((cost != cost[0]).any() for cost in costs):
        return None
    upkeep = year.exchange.discharge_gbp_per_kwh
    return np.concatenate([[cost[0] for cost in costs], sold.electricity, [upkeep]])


def quantities(
    year: PlantYear, activity_kw: FloatArray, flows: Flows, classes: PriceClasses
) -> FloatArray:
    """Annual quantities ``q`` of an operation, in the order of :func:`prices_of_year`.

    Parameters
    ----------
    year
        The plant's year.
    activity_kw, flows
        As :meth:`PlantYear.activity_kw` and :meth:`PlantYear.flows` give them.
    classes
        Classes of slices.
    """
    problem = year.problem
    hours = np.broadcast_to(problem.slice_weight_hours, problem.shape).ravel()
    count = len(classes.first)
    bought = flows["grid_import_kw"].ravel() * hours * classes.import_gbp_per_kwh
    sold = flows["grid_export_kw"].ravel() * hours * classes.export_gbp_per_kwh
    return np.concatenate(
        [
            activity_kw @ hours,
            np.bincount(classes.label, bought, count),
            np.bincount(classes.label, sold, count),
            [flows["tes_discharge_kw"].ravel() @ hours],
        ]
    )


def _largest_quantities(year: PlantYear, classes: PriceClasses) -> FloatArray:
    """No operation has larger quantities than these."""
    problem, table = year.problem, year.table
    hours = np.broadcast_to(problem.slice_weight_hours, problem.shape).ravel()
    most = np.maximum(table.most, 0.0)
    drawn = table.electricity_kw + (np.maximum(-table.electricity, 0.0) * most).sum(axis=0)
    given = (np.maximum(table.electricity, 0.0) * most).sum(axis=0)
    count = len(classes.first)
    return np.concatenate(
        [
            most @ hours,
            np.bincount(classes.label, drawn * hours * classes.import_gbp_per_kwh, count),
            np.bincount(classes.label, given * hours * classes.export_gbp_per_kwh, count),
            [table.heat_kw @ hours],
        ]
    )


Technology = tuple[Any, ...]
"""All of a plant's year that is not money; years that share it differ in prices alone."""


PlantKey = tuple[tuple[str, float], ...]
"""Names and sizes of the parts of a plant."""


def plant_key(plant: Plant) -> PlantKey:
    """What tells a plant from others."""
    return tuple((part.name, part.size) for part in plant.parts)


def technology(year: PlantYear, sold: Sold) -> Technology:
    """The technology of a plant's year; arrays stand in it as digests."""
    exchange, problem, plant = year.exchange, year.problem, year.plant
    tes = problem.inputs.tes
    law = (
        ()
        if tes is None
        else (
            tes.loss_share_per_day,
            tes.level_loss_share_per_day,
            tes.initial_share,
            tes.closing_tolerance_kwh,
        )
    )
    return (
        plant_key(plant),
        tuple(
            (a.commits, *map(_brief, (a.heat, a.electricity, a.least_kw, a.most_kw)))
            for a in activities_of(problem, plant)
        ),
        (exchange.charge_efficiency, exchange.discharge_efficiency, exchange.largest_charge_kw),
        (problem.step_hours, problem.max_import_kw, problem.max_export_kw, *law),
        sold.slices,
    )


def _brief(values: float | FloatArray) -> float | str:
    """A number, where all are the same, or a digest."""
    array = np.ascontiguousarray(values)
    if (array == array.flat[0]).all():
        return float(array.flat[0])
    return hashlib.blake2b(array.tobytes(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Bound:
    """A bound on the cost with some plant.

    Attributes
    ----------
    value_gbp
        No size within limits costs less (GBP/year).
    size_kwh
        The size where that may be.
    slope_gbp_per_kwh
        Of a line through the value at the nearer end of the limits, below the cost of every size;
        where the limits are one size, it goes through the value there.
    """

    value_gbp: float
    size_kwh: float
    slope_gbp_per_kwh: float


@dataclass(frozen=True)
class Known:
    """Cuts and operations of one plant and technology.

    Attributes
    ----------
    technology
        What they all share.
    most
        No quantities are larger than these, shape ``(K,)``.
    cut_prices, cuts
        Prices at which each cut was found, shape ``(K,)`` each, and the cut.
    sizes_kwh, quantities, rows
        Of each operation known: size of its store, quantities, and what accounts say of it.
    """

    technology: Technology
    most: FloatArray
    cut_prices: tuple[FloatArray, ...] = ()
    cuts: tuple[Cut, ...] = ()
    sizes_kwh: tuple[float, ...] = ()
    quantities: tuple[FloatArray, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    @property
    def plant(self) -> PlantKey:
        """The plant."""
        key: PlantKey = self.technology[0]
        return key

    def with_cuts(self, prices: FloatArray, *cuts: Cut) -> Known:
        """With cuts found at some prices."""
        return replace(
            self,
            cut_prices=(*self.cut_prices, *(prices for _ in cuts)),
            cuts=(*self.cuts, *cuts),
        )

    def with_operation(
        self, size_kwh: float, quantities: FloatArray, row: Mapping[str, Any]
    ) -> Known:
        """With one more operation."""
        return replace(
            self,
            sizes_kwh=(*self.sizes_kwh, size_kwh),
            quantities=(*self.quantities, quantities),
            rows=(*self.rows, row),
        )

    def bound(
        self, prices: FloatArray, store_gbp_per_kwh: float, limits_kwh: tuple[float, float]
    ) -> Bound:
        """Bound on operation and store (GBP/year) for all sizes within limits.

        Parameters
        ----------
        prices
            As :func:`prices_of_year`.
        store_gbp_per_kwh
            Annualised capital of the store.
        limits_kwh
            Smallest and largest size.

        Returns
        -------
        Bound
            Its value ``-inf`` if nothing is known.
        """
        nothing = Bound(-np.inf, limits_kwh[0], 0.0)
        if not self.cuts:
            return nothing
        ends = np.unique(limits_kwh)
        costs = np.array(self.cut_prices)  # (n, K)
        at_zero, slopes = np.array([(c.at_zero_gbp, c.slope_gbp_per_kwh) for c in self.cuts]).T
        lines = at_zero + ends[:, None] * slopes  # (ends, n)
        solved = _best_weights(lines, costs, store_gbp_per_kwh * ends, prices)
        if solved is None:
            return nothing
        # counted again from the weights: what they exceed the prices by is charged for
        weights, shares = solved
        over = np.maximum(weights @ costs - prices, 0.0) @ self.most
        value = float((lines @ weights + store_gbp_per_kwh * ends).min() - over)
        size = float(shares @ ends / max(shares.sum(), 1e-12))
        slope = store_gbp_per_kwh + float(slopes @ weights)
        return Bound(value, float(np.clip(size, *limits_kwh)), slope)

    def cheapest(
        self, prices: FloatArray, store_gbp_per_kwh: float, limits_kwh: tuple[float, float]
    ) -> tuple[float, int]:
        """Least cost of store and operation (GBP/year) among those known, and which it is.

        Infinite if none has a size within limits.
        """
        if not self.sizes_kwh:
            return np.inf, -1
        sizes = np.array(self.sizes_kwh)
        low, high = limits_kwh
        cost = np.array(self.quantities) @ prices + store_gbp_per_kwh * sizes
        allowed = (sizes >= low - LEAST_STEP_KWH) & (sizes <= high + LEAST_STEP_KWH)
        cost = np.where(allowed, cost, np.inf)
        best = int(cost.argmin())
        return float(cost[best]), best


def _best_weights(
    lines: FloatArray, costs: FloatArray, store_gbp: FloatArray, prices: FloatArray
) -> tuple[FloatArray, FloatArray] | None:
    """Weights of cuts whose sum bounds the most, and shares of the ends where it is least.

    Parameters
    ----------
    lines
        Value of each cut at each end of the sizes, shape ``(ends, n)``.
    costs
        Prices at which each was found, shape ``(n, K)``.
    store_gbp
        Capital of the store at each end.
    prices
        What the weighted prices may not exceed, shape ``(K,)``.

    Returns
    -------
    tuple
        Weights, shape ``(n,)``, and shares, shape ``(ends,)``; None if the solver finds none.
    """
    scale = np.maximum(np.abs(costs).max(axis=0), np.abs(prices))
    used = scale > 0
    money = max(float(np.abs(lines).max()), 1.0)
    ends, number = lines.shape
    top = np.column_stack([-lines / money, np.ones(ends)])
    below = np.column_stack([(costs[:, used] / scale[used]).T, np.zeros(int(used.sum()))])
    matrix = np.vstack([top, below])
    limits = np.concatenate([store_gbp / money, prices[used] / scale[used]])
    rows, columns = matrix.shape
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, rows
    lp.col_cost_ = np.append(np.zeros(number), -1.0)
    lp.col_lower_ = np.append(np.zeros(number), -highspy.kHighsInf)
    lp.col_upper_ = np.full(columns, highspy.kHighsInf)
    lp.row_lower_, lp.row_upper_ = np.full(rows, -highspy.kHighsInf), limits
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(columns + 1) * rows
    lp.a_matrix_.index_ = np.tile(np.arange(rows), columns)
    lp.a_matrix_.value_ = matrix.T.ravel()
    # highspy's stubs do not know every method of its solver
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("threads", 1)
    highs.passModel(lp)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution = highs.getSolution()
    weights = np.maximum(np.asarray(solution.col_value)[:-1], 0.0)
    return weights, np.maximum(-np.asarray(solution.row_dual)[:ends], 0.0)


def nothing_known(year: PlantYear, name: Technology, classes: PriceClasses) -> Known:
    """Of a plant and technology of which nothing is known yet."""
    return Known(name, _largest_quantities(year, classes))
