"""After diversity maximum demand against the number of dwellings: the first n of some orders."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd

from microchp.files import whole
from microchp.operation.group import ROWS_PER_CHUNK, Rows
from microchp.series.timeseries import FloatArray
from microchp.telling import RESULT, counted

SIZES = (1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 130, 200, 300, 500, 800)
"""Numbers of dwellings that the peak is stated for, beside that of the group."""

ORDERS = 8
"""Orders of the dwellings; the first n of each are a group of n."""

log = logging.getLogger(__name__)


def electricity_by_dwelling(
    demand_paths: Sequence[str | Path], generation: Rows
) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    """House, electricity demand and generation by minute of each dwelling, in their order."""
    number = 0
    generated = np.empty((0, 0))
    for path in demand_paths:
        with netCDF4.Dataset(path) as file:
            demand = file["electricity_kw"]
            demand.set_var_chunk_cache(size=0)
            house = str(file.getncattr("house"))
            for dwelling in range(demand.shape[0]):
                row = number % ROWS_PER_CHUNK
                if row == 0:  # rows are packed together: all of them are read at once
                    some = generation[number : number + ROWS_PER_CHUNK, :]
                    generated = np.asarray(some, dtype=np.float64)
                yield house, np.asarray(demand[dwelling, :], dtype=np.float64), generated[row]
                number += 1


def diversity(
    loads: Iterator[tuple[FloatArray, FloatArray]], dwellings: int, seed: int
) -> pd.DataFrame:
    """Peak per dwelling of groups of every size, without units and with one in each dwelling.

    Parameters
    ----------
    loads
        Demand, and demand less generation, of each dwelling, by step.
    dwellings
        How many there are.
    seed
        Of the orders; they depend on it and on the number of dwellings alone.

    Returns
    -------
    pandas.DataFrame
        ``dwellings``; ``admd_kw`` and ``admd_with_units_kw`` (largest import, per dwelling), the
        means over :data:`ORDERS` orders, with the least and the largest of them (``_least``,
        ``_most``).
    """
    sizes = [size for size in SIZES if size < dwellings] + [dwellings]
    random = np.random.default_rng(np.random.SeedSequence([seed, dwellings]))
    ranks = np.array([random.permutation(dwellings) for _ in range(ORDERS)])
    sums: np.ndarray | None = None
    for number, (demand_kw, net_kw) in enumerate(loads):
        if sums is None:
            sums = np.zeros((2, len(sizes), ORDERS, len(demand_kw)), dtype=np.float32)
        for s, size in enumerate(sizes):
            for order in np.flatnonzero(ranks[:, number] < size):
                sums[0, s, order] += demand_kw
                sums[1, s, order] += net_kw
    if sums is None:
        raise ValueError("no dwellings")
    peaks = np.maximum(sums.max(axis=3), 0).astype(np.float64) / np.array(sizes)[:, None]
    columns: dict[str, object] = {"dwellings": sizes}
    for name, of_orders in zip(("admd_kw", "admd_with_units_kw"), peaks, strict=True):
        columns |= {
            name: of_orders.mean(axis=1),
            f"{name}_least": of_orders.min(axis=1),
            f"{name}_most": of_orders.max(axis=1),
        }
    return pd.DataFrame(columns)


def assess_diversity(
    *,
    demand_paths: Sequence[str | Path],
    generation_path: str | Path,
    diversity_path: str | Path,
    seed: int,
) -> None:
    """Write the peak of a case against the number of dwellings.

    Parameters
    ----------
    demand_paths, generation_path
        Demand that ``simulate_dwelling`` read, in the same order, and what it wrote.
    diversity_path
        CSV to write; columns of :func:`diversity`.
    seed
        Of the orders of dwellings.
    """
    with netCDF4.Dataset(generation_path) as file:
        generation = file["chp_power_kw"]
        loads = (
            (demand, demand - generated)
            for _, demand, generated in electricity_by_dwelling(demand_paths, generation)
        )
        table = diversity(loads, generation.shape[0], seed)
    with whole(diversity_path) as partial:
        table.to_csv(partial, index=False)
    log.log(RESULT, "peaks of %s of dwellings", counted(len(table), "number"))
