"""Jobs of a sweep: what all samples of a scenario share, then its samples, a chunk at a time.

Which samples the library is made from depends on the sweep alone: the rows of a sample are the
same whatever chunk it is in. It grows as a reduced basis does: of some candidates the one with the
widest gap is looked at next, until none is wider than asked.
"""

from __future__ import annotations

import heapq
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from microchp.config import Config
from microchp.config.scenarios import Scenario
from microchp.design.certificate import Cut
from microchp.design.check import check_solution
from microchp.design.model import build_printed_model
from microchp.design.problem import Problem, problem_from
from microchp.design.schedule import PlantYear
from microchp.design.search import Design
from microchp.errors import MicrochpError, SolveError
from microchp.files import read_netcdf, whole
from microchp.sweep.known import Known, price_classes
from microchp.sweep.library import (
    AIM,
    KNOWN,
    LOOKED_AT,
    Library,
    Offer,
    hull_gbp,
    operation_at,
    solve_sample,
    standing,
)
from microchp.sweep.problems import Samples, problem_at
from microchp.sweep.row import priced_row
from microchp.system.plant import Plant

log = logging.getLogger(__name__)

CANDIDATES = 64
"""Samples that the library is chosen from."""

LIBRARY_SAMPLES = 48
"""Samples looked at for the library, at most."""

SHARED_BY = 4
"""Candidates that share a technology, so that it is worth knowing."""

AS_CONFIGURED = -1
"""Stands for the configuration where nothing is sampled, among samples."""

PROVEN, NOT_PROVEN = "proven", "not proven in time"


@dataclass(frozen=True)
class SweepJob:
    """What all jobs of one scenario of a sweep have in common."""

    samples: Samples
    base: Problem
    library: Library

    @classmethod
    def of(cls, config: Config, scenario: Scenario, demand: xr.Dataset) -> SweepJob:
        """With a library that knows nothing yet but how prices go together."""
        samples = Samples.of(config, scenario, demand)
        base = problem_from(demand, samples.as_configured())
        classes = price_classes(PlantYear(base, base.plants[0]).table)
        job = cls(samples, base, Library(classes))
        for sample in job.candidates:
            problem = job.try_problem(sample)
            if problem is not None:
                classes = classes.refined(PlantYear(problem, problem.plants[0]).table)
        return replace(job, library=Library(classes))

    @property
    def candidates(self) -> list[int]:
        """Samples that the library is chosen from: all, or a draw that the seed tells."""
        number = len(self.samples.table)
        if number <= CANDIDATES:
            return list(range(number))
        rng = np.random.default_rng(self.samples.config.run.seed)
        return sorted(rng.choice(number, CANDIDATES, replace=False).tolist())

    @property
    def checked(self) -> list[int]:
        """Samples drawn for the check against the linopy model."""
        number = len(self.samples.table)
        rng = np.random.default_rng([self.samples.config.run.seed, 1])
        count = min(self.samples.config.sweep.checked_samples, number)
        return sorted(rng.choice(number, count, replace=False).tolist())

    def problem(self, sample: int) -> Problem:
        """The problem of a sample.

        Raises
        ------
        ConfigError, DataError, SolveError
            If the sample makes the configuration wrong, or no size allowed can serve it.
        """
        if sample == AS_CONFIGURED:
            return self.base
        return problem_at(self.base, self.samples.demand, self.samples.inputs(sample))

    def try_problem(self, sample: int) -> Problem | None:
        """The same; None for a sample that has no design, which its own row will tell."""
        try:
            return self.problem(sample)
        except MicrochpError:
            return None


# --------------------------------------------------------------------------- the library


def prepare_sweep(
    *, demand_path: str | Path, library_path: str | Path, config: Config, scenario: Scenario
) -> None:
    """Look at some samples of a scenario, and write what is then known of all.

    Parameters
    ----------
    demand_path
        Demand NetCDF at the design's resolution.
    library_path
        JSON to write.
    config, scenario
        The configuration with its sweep, and the scenario.
    """
    job = SweepJob.of(config, scenario, read_netcdf(demand_path, dwelling=0))
    references = fill_library(job)
    with whole(library_path) as partial:
        Path(partial).write_text(json.dumps(_plain(job.library, references)), encoding="utf-8")


def fill_library(job: SweepJob) -> dict[Any, tuple[int, int]]:
    """Look at samples until those drawn are proven from what is known.

    Returns
    -------
    dict
        By technology the sample (:data:`AS_CONFIGURED` for none) and plant that it is that of.
    """
    started = time.monotonic()
    solve, library = job.samples.config.solve, job.library
    references: dict[Any, tuple[int, int]] = {}
    offers: dict[int, list[Offer]] = {}
    for sample in (AS_CONFIGURED, *job.candidates):
        problem = job.try_problem(sample)
        if problem is None:
            continue
        years = [PlantYear(problem, plant) for plant in problem.plants]
        of_sample = library.offers(years)
        if of_sample:
            offers[sample] = of_sample
        for plant, offer in enumerate(of_sample):
            references.setdefault(offer.known.technology, (sample, plant))
    sharing: dict[Any, int] = {}
    for of_sample in offers.values():
        for offer in of_sample:
            sharing[offer.known.technology] = sharing.get(offer.known.technology, 0) + 1
    queue = [
        (-np.inf, sample)
        for sample, of_sample in offers.items()
        if sample == AS_CONFIGURED
        or all(sharing[offer.known.technology] >= SHARED_BY for offer in of_sample)
    ]
    heapq.heapify(queue)
    looked = 0
    while queue and looked < LIBRARY_SAMPLES:
        _, sample = heapq.heappop(queue)
        gap = standing(library.renewed(offers[sample])).gap
        if gap <= AIM * solve.relative_gap:
            continue
        if queue and gap < -queue[0][0]:  # what was found since has closed it a little
            heapq.heappush(queue, (-gap, sample))
            continue
        looked += 1
        try:
            found = solve_sample(job.problem(sample), library, solve, sample=sample, keep=True)
        except MicrochpError as error:
            log.info("sample %d: %s", sample, error)
            continue
        log.info(
            "library: sample %d, gap was %.3g and is %.3g, %d candidates left, %.0f s",
            sample, gap, found.gap, len(queue), time.monotonic() - started,
        )  # fmt: skip
    return {name: references[name] for name in library.known}


def _plain(library: Library, references: Mapping[Any, tuple[int, int]]) -> list[dict[str, Any]]:
    """A library as plain data."""
    return [
        {
            "sample": references[name][0],
            "plant": references[name][1],
            "cut_prices": [prices.tolist() for prices in known.cut_prices],
            "cuts": [[cut.at_zero_gbp, cut.slope_gbp_per_kwh] for cut in known.cuts],
            "sizes_kwh": list(known.sizes_kwh),
            "quantities": [amounts.tolist() for amounts in known.quantities],
            "rows": [dict(row) for row in known.rows],
        }
        for name, known in library.known.items()
    ]


def _read_library(job: SweepJob, path: str | Path) -> None:
    """Put what :func:`prepare_sweep` wrote into a job's library."""
    for entry in json.loads(Path(path).read_text(encoding="utf-8")):
        problem = job.problem(entry["sample"])
        year = PlantYear(problem, problem.plants[entry["plant"]])
        empty = job.library.find(year)
        job.library.keep(
            Known(
                technology=empty.technology,
                most=empty.most,
                cut_prices=tuple(map(np.array, entry["cut_prices"])),
                cuts=tuple(Cut(*line) for line in entry["cuts"]),
                sizes_kwh=tuple(entry["sizes_kwh"]),
                quantities=tuple(map(np.array, entry["quantities"])),
                rows=tuple(entry["rows"]),
            )
        )


# ---------------------------------------------------------------------------- the samples


def sweep_designs(
    *,
    demand_path: str | Path,
    library_path: str | Path,
    rows_path: str | Path,
    config: Config,
    scenario: Scenario,
    chunk: int,
) -> None:
    """Design a chunk of the samples for a scenario, and write their rows.

    Parameters
    ----------
    demand_path
        Demand NetCDF at the design's resolution.
    library_path
        What :func:`prepare_sweep` wrote.
    rows_path
        Parquet to write, a row per sample.
    config, scenario
        The configuration with its sweep, and the scenario.
    chunk
        Number of the chunk, from 0; each has ``sweep.chunk_samples``.

    Raises
    ------
    SolveError
        If the linopy model refuses a design that was drawn for the check.
    """
    job = SweepJob.of(config, scenario, read_netcdf(demand_path, dwelling=0))
    _read_library(job, library_path)
    size = config.sweep.chunk_samples
    members = range(len(job.samples.table))[chunk * size : (chunk + 1) * size]
    started, rows = time.monotonic(), []
    for done, sample in enumerate(members, start=1):
        rows.append(sample_row(job, sample))
        log.info("%d of %d samples, %.0f s", done, len(members), time.monotonic() - started)
    table = pd.DataFrame(rows)
    log.info(
        "%d samples: %s; %.3f s a sample",
        len(table),
        ", ".join(f"{n} {how}" for how, n in table["solve_method"].value_counts().items()),
        (time.monotonic() - started) / max(len(table), 1),
    )
    for sample in job.checked:
        if sample in members:
            check_sample(job, sample, table.iloc[sample - members.start])
    with whole(rows_path) as partial:
        table.to_parquet(partial, index=False)


def sample_row(job: SweepJob, sample: int) -> dict[str, Any]:
    """The row of a sample: its values, its design, cost and bound, and whether it is proven."""
    scenario, config = job.samples.scenario, job.samples.config
    row: dict[str, Any] = {
        "sample": sample,
        "scenario": scenario.scenario,
        "house": scenario.house,
        "incentive": scenario.incentive,
        "tes": scenario.tes,
        "plant": scenario.plant,
        "variant": scenario.variant,
        "design": scenario.design,
        **{key: values.iloc[sample] for key, values in job.samples.table.items()},
    }
    try:
        problem = job.problem(sample)
        found = solve_sample(problem, job.library, config.solve, sample=sample)
    except MicrochpError as error:
        return {**row, "proven": False, "solve_method": "none", "status": str(error)}
    proven = found.gap <= config.solve.relative_gap
    return {
        **row,
        **priced_row(problem, found.plant, found.tes_kwh, found.counted, found.cost_gbp),
        "lower_bound_gbp": found.lower_bound_gbp,
        "relative_gap": max(found.gap, 0.0),
        "proven": proven,
        "solve_method": found.solve_method,
        "status": PROVEN if proven else NOT_PROVEN,
    }


def check_sample(job: SweepJob, sample: int, row: pd.Series) -> None:
    """Put the design of a row into the whole linopy model, and hold its bound against the hulls.

    The operation is made again where it was found, and its flows go into the model of the sample.

    Raises
    ------
    SolveError
        If the model refuses them, if they do not cost what the row says, or if the hull of some
        plant at this size lies below the bound.
    """
    if row["solve_method"] not in (KNOWN, LOOKED_AT):
        return  # without a design, or checked on its own way
    problem = job.problem(sample)
    found = solve_sample(problem, job.library, job.samples.config.solve, sample=sample)
    place = job.problem(int(found.counted["found_at"]))
    plant = next(p for p in place.plants if _names(p) == _names(found.plant))
    year = PlantYear(place, plant)
    operation = operation_at(year, found.tes_kwh, found.counted["rounding_share"])
    flows = year.flows(operation)
    own = PlantYear(problem, found.plant)
    design = Design(own, operation, float(row["eac_gbp"]))
    bound = float(row["lower_bound_gbp"])
    check_solution(problem, build_printed_model(problem), design, flows, bound)
    for plant in problem.plants:
        least = hull_gbp(PlantYear(problem, plant), found.tes_kwh)
        if least < bound - 1e-6 * max(abs(bound), 1.0):
            raise SolveError(
                f"{problem.inputs.scenario}, sample {sample}: with {plant} and a store of "
                f"{found.tes_kwh:g} kWh {least:.6f} GBP/y may be enough, below the bound "
                f"{bound:.6f}"
            )
    log.info("sample %d: the linopy model agrees", sample)


def _names(plant: Plant) -> tuple[tuple[str, float], ...]:
    return tuple((part.name, part.size) for part in plant.parts)
