"""The linopy model cut by days: a programme for each day, and the columns that couple them.

Labels of variables carry the day, so the cut needs to know no part: columns without a day (sizes,
and which parts are installed) couple the days; a row belongs to the day of its columns. A row of
several days, which only a tolerance at midnight or a user's own constraint makes, ties them, and
the model cannot be cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import linopy
import numpy as np
import scipy.sparse

from microchp.design.model import build_tight_model, indicators
from microchp.design.problem import FloatArray, Problem
from microchp.design.programme import BoolArray, IntArray, Programme
from microchp.errors import SolveError
from microchp.system.plant import CHOSEN, Plant

MOST_SLICES = 24 * 288
"""Slices that are in a linopy model at a time: memory stays flat however long the problem is."""


class DaysTiedError(SolveError):
    """Constraints tie days, or decisions belong to no day, so that days cannot be solved alone."""


@dataclass(frozen=True)
class Coupling:
    """The columns that all days share, and the rows among them alone.

    Attributes
    ----------
    programme
        Their costs, bounds and rows.
    names
        Variable and, where it is of several parts, part of each column.
    """

    programme: Programme
    names: tuple[tuple[str, str], ...]

    def choice(self, plant: Plant) -> FloatArray:
        """Values of the columns: 1 for each part that the plant has, 0 for the rest."""
        installed = {part.name for part in plant.chosen}
        return np.array([float(part in installed) for _, part in self.names])

    @property
    def free(self) -> BoolArray:
        """Which columns are sizes rather than choices, shape ``(n,)``."""
        return ~self.programme.integer


@dataclass(frozen=True)
class DayBlock:
    """A day.

    Attributes
    ----------
    programme
        Its own rows and columns, every part that may be chosen among them.
    coupling
        What the shared columns add to its rows, sparse, shape ``(rows, shared columns)``.
    columns
        Places of each variable's columns, the dimension of slices last.
    of_part
        Columns of each part that may be chosen.
    rows_of_part
        Rows of each such part; in the same order for all parts of a kind.
    indicating
        Columns of binaries that tell the relaxation nothing, and their rows.
    """

    programme: Programme
    coupling: Any
    columns: dict[str, IntArray]
    of_part: dict[str, IntArray]
    rows_of_part: dict[str, IntArray]
    indicating: tuple[IntArray, IntArray]

    def kept(self, plant: Plant) -> BoolArray:
        """Columns that are not of parts that a plant does not have, shape ``(n,)``."""
        keep = np.ones(len(self.programme.cost), dtype=bool)
        installed = {part.name for part in plant.chosen}
        for name, columns in self.of_part.items():
            if name not in installed:
                keep[columns] = False
        return keep


def cut(problem: Problem) -> tuple[Coupling, list[DayBlock]]:
    """A problem's days.

    Raises
    ------
    DaysTiedError
        If the model cannot be cut.
    """
    if problem.carries_over_midnight:
        raise DaysTiedError("the tolerance of Eq. 17 carries the level over midnight")
    blocks: list[DayBlock] = []
    coupling: Coupling | None = None
    for days in problem.day_ranges(MOST_SLICES, fewest=2):  # so that a row that ties days is seen
        shared, of_days = _cut(build_tight_model(problem.on_days(days)), problem)
        coupling = coupling or shared
        blocks += of_days
    assert coupling is not None  # a problem has days
    return coupling, blocks


def _cut(model: linopy.Model, problem: Problem) -> tuple[Coupling, list[DayBlock]]:
    matrices = model.matrices
    whole = Programme.of(model)
    place = {name: _places(v.labels, matrices.vlabels) for name, v in model.variables.items()}
    day_of = np.full(len(whole.cost), -1)
    days = len(model.parameters["day"])
    for name, variable in model.variables.items():
        if "day" in variable.dims:
            by_day = np.moveaxis(place[name], variable.dims.index("day"), 0)
            for day in range(days):
                day_of[by_day[day][by_day[day] >= 0]] = day
    entries = whole.matrix.tocoo()
    entry_day = day_of[entries.col]
    last = np.full(len(whole.row_lower), -1)
    np.maximum.at(last, entries.row, entry_day)
    first = np.full(len(last), days)
    daily = entry_day >= 0
    np.minimum.at(first, entries.row[daily], entry_day[daily])
    if ((last >= 0) & (first != last)).any():
        raise DaysTiedError(f"{problem.inputs.scenario}: constraints tie several days")

    shared = np.flatnonzero(day_of < 0)
    coupling = Coupling(whole.part(np.flatnonzero(last < 0), shared), _names(model, place, shared))
    chosen = {part.name for plant in problem.plants for part in plant.chosen}
    unknown = [
        name
        for k, (name, part) in enumerate(coupling.names)
        if whole.integer[shared[k]] and part not in chosen
    ]
    if unknown:
        raise DaysTiedError(f"{problem.inputs.scenario}: choices of no day: {', '.join(unknown)}")
    rows_place = {
        name: (c.labels, _places(c.labels, matrices.clabels))
        for name, c in model.constraints.items()
    }
    weak = indicators(problem)
    by_row = whole.matrix.tocsr()
    blocks = []
    for day in range(days):
        rows, columns = np.flatnonzero(last == day), np.flatnonzero(day_of == day)
        blocks.append(
            _block(model, whole, by_row, rows, columns, shared, place, rows_place, weak, day)
        )
    return coupling, blocks


def _block(
    model: linopy.Model,
    whole: Programme,
    by_row: Any,
    rows: IntArray,
    columns: IntArray,
    shared: IntArray,
    place: dict[str, IntArray],
    rows_place: dict[str, tuple[Any, IntArray]],
    weak: frozenset[str],
    day: int,
) -> DayBlock:
    own = by_row[rows].tocsc()
    local_column = np.full(len(whole.cost), -1)
    local_column[columns] = np.arange(len(columns))
    local_row = np.full(len(whole.row_lower), -1)
    local_row[rows] = np.arange(len(rows))
    at: dict[str, IntArray] = {}
    of_part: dict[str, list[IntArray]] = {}
    for name, variable in model.variables.items():
        if "day" not in variable.dims:
            continue
        taken = np.take(place[name], day, axis=variable.dims.index("day"))
        at[name] = np.where(taken >= 0, local_column[taken], -1)
        dims = [dim for dim in variable.dims if dim != "day"]
        for kind in CHOSEN:
            if kind in dims:
                by_part = np.moveaxis(at[name], dims.index(kind), 0)
                for k, part in enumerate(variable.coords[kind].to_numpy()):
                    of_part.setdefault(str(part), []).append(by_part[k].ravel())
    rows_of_part: dict[str, list[IntArray]] = {}
    for labels, places in rows_place.values():
        if "day" not in labels.dims:
            continue
        taken = np.take(places, day, axis=labels.dims.index("day"))
        dims = [dim for dim in labels.dims if dim != "day"]
        for kind in CHOSEN:
            if kind in dims:
                by_part = np.moveaxis(taken, dims.index(kind), 0)
                for k, part in enumerate(labels.coords[kind].to_numpy()):
                    rows_of_part.setdefault(str(part), []).append(local_row[by_part[k].ravel()])
    matrix = own[:, columns]
    none = np.empty(0, dtype=np.intp)
    weak_columns = np.concatenate([none, *(at[name].ravel() for name in weak if name in at)])
    weak_rows = np.unique(matrix[:, weak_columns].tocoo().row) if weak_columns.size else none
    return DayBlock(
        programme=Programme(
            whole.cost[columns],
            whole.lower[columns],
            whole.upper[columns],
            whole.integer[columns],
            matrix,
            whole.row_lower[rows],
            whole.row_upper[rows],
        ),
        coupling=scipy.sparse.csr_array(own[:, shared]),
        columns=at,
        of_part={name: np.concatenate(parts) for name, parts in of_part.items()},
        rows_of_part={name: np.concatenate(parts) for name, parts in rows_of_part.items()},
        indicating=(weak_columns, weak_rows),
    )


def _places(labels: Any, known: IntArray) -> IntArray:
    """Places of labels among those of the matrices; -1 where a label is none."""
    values = labels.to_numpy()
    places = np.searchsorted(known, values)
    return np.where(values == -1, -1, places)


def _names(
    model: linopy.Model, place: dict[str, IntArray], shared: IntArray
) -> tuple[tuple[str, str], ...]:
    """Variable and part of each shared column."""
    names: dict[int, tuple[str, str]] = {}
    for name, variable in model.variables.items():
        if "day" in variable.dims:
            continue
        places = np.ravel(place[name])
        kind = next((dim for dim in variable.dims if dim in CHOSEN), None)
        parts = variable.coords[kind].to_numpy() if kind else [""] * len(places)
        for at, part in zip(places, parts, strict=True):
            names[int(at)] = (str(name), str(part))
    return tuple(names[int(column)] for column in shared)
