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
from microchp.design.problem import Problem, problem_from
from microchp.design.proof import Asked, relative_gap, sizes_of
from microchp.design.schedule import PlantYear
from microchp.design.search import Design
from microchp.design.table import prices_of
from microchp.errors import MicrochpError, SolveError
from microchp.files import read_netcdf, whole
from microchp.sweep.known import Known, PlantKey, Technology, plant_key, price_classes
from microchp.sweep.library import (
    AIM,
    Found,
    Library,
    Offer,
    hull_gbp,
    look,
    looked_at,
    operation_at,
    solve_alone,
    solve_sample,
    standing,
    years_of,
)
from microchp.sweep.problems import Samples, problem_at
from microchp.sweep.row import priced_row, row_alone
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)

CANDIDATES = 64
"""Samples that the library is chosen from."""

LIBRARY_SAMPLES = 64
"""Samples looked at for the library, at most."""

SHARED_BY = 4
"""Candidates that share a technology, so that it is worth knowing."""

AS_CONFIGURED = -1
"""Stands for the configuration where nothing is sampled, among samples."""

DESIGN_LOOKS = 4
"""Looks at each typical design."""

Decision = tuple[PlantKey, float]
"""A plant and the size of its store."""

JUDGED = (
    "scenario",
    "sample",
    "number",
    "parts",
    "chp_kw",
    "tes_kwh",
    "cost_gbp",
    "lower_bound_gbp",
    "slope_gbp_per_kwh",
    "min_kwh",
    "max_kwh",
)
"""Columns of the table of typical designs; ``parts`` tells plants apart, and the sizes of other
parts than unit and store stand beside theirs."""

LIMIT = -1
"""Number of a row that is no typical design, but a limit of the sizes allowed."""

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
        classes = price_classes(prices_of(base))
        job = cls(samples, base, Library(classes))
        for sample in job.candidates:
            problem = job.try_problem(sample)
            if problem is not None:
                classes = classes.refined(prices_of(problem))
        return replace(job, library=Library(classes))

    @property
    def candidates(self) -> list[int]:
        """Samples that the library is chosen from: all, or a draw that the seed tells.

        Half of a draw lie far out. What is known between samples is proven by those around.
        """
        number = len(self.samples.table)
        if number <= CANDIDATES:
            return list(range(number))
        rng = np.random.default_rng(self.samples.config.run.seed)
        outer = farthest(self.samples.table, CANDIDATES // 2, rng)
        inner = np.setdiff1d(np.arange(number), outer)
        drawn = rng.choice(inner, CANDIDATES - len(outer), replace=False)
        return sorted([*outer, *drawn.tolist()])

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


def farthest(table: pd.DataFrame, number: int, rng: np.random.Generator) -> list[int]:
    """Samples that lie farthest out, each in another direction.

    Parameters
    ----------
    table
        A row per sample, a column per input; the ranks of its values count.
    number
        Directions tried; several may lead to one sample.
    rng
        Draws them, each input up, down or not at all.
    """
    codes = {key: column.astype("category").cat.codes for key, column in table.items()}
    ranks = pd.DataFrame(codes).rank(pct=True).to_numpy()
    directions = rng.integers(-1, 2, (number, ranks.shape[1]))
    outermost = (directions @ (ranks - 0.5).T).argmax(axis=1)
    return [int(sample) for sample in np.unique(outermost)]


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
    offers = candidate_offers(job)
    fill_library(job, offers)
    designs = typical_designs(job, offers)
    for design in designs:
        look_at_design(job, offers, design)
    written = {
        "known": _plain(job.library, offers),
        "designs": [{"plant": list(map(list, plant)), "tes_kwh": size} for plant, size in designs],
    }
    with whole(library_path) as partial:
        Path(partial).write_text(json.dumps(written), encoding="utf-8")
    log.log(
        RESULT,
        "library: %s known of %s of the sweep, %s to judge",
        counted(len(written["known"]), "design"),
        counted(len(offers), "sample"),
        counted(len(designs), "design"),
    )


def candidate_offers(job: SweepJob) -> dict[int, list[Offer]]:
    """What a library that knows nothing has to say of its candidates, and of what is configured."""
    offers = {}
    for sample in (AS_CONFIGURED, *job.candidates):
        problem = job.try_problem(sample)
        of_sample = [] if problem is None else job.library.offers(years_of(problem))
        if of_sample:
            offers[sample] = of_sample
    return offers


def fill_library(job: SweepJob, offers: Mapping[int, list[Offer]]) -> None:
    """Look at candidates until they are proven from what is known."""
    started = time.monotonic()
    solve, library = job.samples.config.solve, job.library
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
        renewed, years = library.renewed(offers[sample]), years_of(job.problem(sample))
        try:
            found, _ = look(
                years, renewed, library.classes, stop_gap=AIM * solve.relative_gap, sample=sample
            )
        except MicrochpError as error:  # its own row will tell
            log.info("sample %d: %s", sample, error)
            continue
        for offer in found:
            if offer.known.cuts:
                library.keep(offer.known)
        log.info(
            "library: sample %d, gap was %.3g and is %.3g, %d candidates left, %.0f s",
            sample, gap, standing(found).gap, len(queue), time.monotonic() - started,
        )  # fmt: skip


def typical_designs(job: SweepJob, offers: Mapping[int, list[Offer]]) -> list[Decision]:
    """Designs to judge in every sample: for each plant the least, median and largest store.

    Of the samples where the plant is best; of all, where it never is.
    """
    wanted: dict[PlantKey, list[float]] = {}
    fallback: dict[PlantKey, list[float]] = {}
    for of_sample in offers.values():
        renewed = job.library.renewed(of_sample)
        at = standing(renewed)
        for offer in renewed:
            fallback.setdefault(offer.known.plant, []).append(offer.bound().size_kwh)
        if at.operation >= 0:
            best = renewed[at.best].known
            wanted.setdefault(best.plant, []).append(best.sizes_kwh[at.operation])
    designs = []
    for plant, sizes in fallback.items():
        chosen = (
            np.quantile(wanted[plant], [0.0, 0.5, 1.0]) if plant in wanted else [np.median(sizes)]
        )
        designs += [(plant, size) for size in np.unique(np.round(chosen, 1)).tolist()]
    return designs


def look_at_design(job: SweepJob, offers: Mapping[int, list[Offer]], design: Decision) -> None:
    """Look at one design at some candidates, so that all samples know what it costs."""
    plant, size = design
    solve, library = job.samples.config.solve, job.library
    for done in range(1, DESIGN_LOOKS + 1):
        widest, where = -np.inf, None
        for sample, of_sample in offers.items():
            for index, offer in enumerate(library.renewed(of_sample)):
                low, high = offer.limits_kwh
                if offer.known.plant != plant or not low - 1e-9 <= size <= high + 1e-9:
                    continue
                at = standing([offer.at(size)])
                if at.gap > widest:
                    widest, where = at.gap, (sample, index)
        if where is None or widest <= solve.relative_gap:
            return
        sample, index = where
        problem = job.problem(sample)
        year = years_of(problem)[index]
        offer = library.renewed(offers[sample])[index]
        library.keep(looked_at(year, offer, size, classes=library.classes, sample=sample))
        log.info(
            "library: %s with %.1f kWh, look %d, gap was %.3g",
            year.plant, size, done, widest,
        )  # fmt: skip


def _plain(library: Library, offers: Mapping[int, list[Offer]]) -> list[dict[str, Any]]:
    """A library as plain data; a technology is that of some sample and plant."""
    references: dict[Technology, tuple[int, int]] = {}
    for sample, of_sample in offers.items():
        for plant, offer in enumerate(of_sample):
            references.setdefault(offer.known.technology, (sample, plant))
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


def _read_library(job: SweepJob, path: str | Path) -> list[Decision]:
    """Put what :func:`prepare_sweep` wrote into a job's library; the designs to judge."""
    written = json.loads(Path(path).read_text(encoding="utf-8"))
    for entry in written["known"]:
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
    return [
        (tuple((name, size) for name, size in one["plant"]), one["tes_kwh"])
        for one in written["designs"]
    ]


# ---------------------------------------------------------------------------- the samples


def sweep_designs(
    *,
    demand_path: str | Path,
    library_path: str | Path,
    rows_path: str | Path,
    judged_path: str | Path,
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
    judged_path
        Parquet to write, a row per sample and typical design: what it costs there at most
        (``cost_gbp``, an operation that is known) and at least (``lower_bound_gbp``, with the
        slope of a line that no size of the store is below).
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
    designs = _read_library(job, library_path)
    size = config.sweep.chunk_samples
    members = range(len(job.samples.table))[chunk * size : (chunk + 1) * size]
    started, rows, judged = time.monotonic(), [], []
    for done, sample in enumerate(members, start=1):
        row, of_designs = sample_rows(job, sample, designs)
        rows.append(row)
        judged += of_designs
        log.info("%d of %d samples, %.0f s", done, len(members), time.monotonic() - started)
    table = pd.DataFrame(rows)
    log.log(
        RESULT,
        "%s: %s; %.3f s a sample",
        counted(len(table), "sample"),
        ", ".join(f"{n} {how}" for how, n in table["solve_method"].value_counts().items()),
        (time.monotonic() - started) / max(len(table), 1),
    )
    for sample in job.checked:
        if sample in members:
            check_sample(job, sample, table.iloc[sample - members.start])
    with whole(rows_path) as partial:
        table.to_parquet(partial, index=False)
    with whole(judged_path) as partial:
        frame = pd.DataFrame(judged, columns=None if judged else list(JUDGED))
        frame.to_parquet(partial, index=False)


Judged = list[dict[str, float | int | str]]
"""Rows of the table of typical designs, of one sample."""


def sample_rows(
    job: SweepJob, sample: int, designs: list[Decision]
) -> tuple[dict[str, Any], Judged]:
    """Rows of a sample: its design, cost and bound, whether it is proven; and typical designs."""
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
        **job.samples.values(sample),
    }
    judged: Judged = []
    try:
        problem = job.problem(sample)
        years = years_of(problem)
        offers = job.library.offers(years)
        judged = judged_rows(job, sample, designs, years, offers)
        found = sample_from_known(job, years, offers, sample)
        if found is not None:
            row |= priced_row(problem, found.plant, found.tes_kwh, found.counted, found.cost_gbp)
            bound, method = found.lower_bound_gbp, found.solve_method
        else:
            proof = solve_alone(problem, config.solve)
            row |= row_alone(problem, proof)
            bound, method = proof.lower_bound_gbp, proof.method
    except MicrochpError as error:
        return {**row, "proven": False, "solve_method": "none", "status": str(error)}, judged
    asked = Asked(config.solve.relative_gap, config.solve.absolute_gap_gbp)
    proven = asked.met(row["eac_gbp"], bound)
    row |= {
        "lower_bound_gbp": bound,
        "relative_gap": max(relative_gap(row["eac_gbp"], bound), 0.0),
        "proven": proven,
        "solve_method": method,
        "status": PROVEN if proven else NOT_PROVEN,
    }
    return row, judged


def sample_from_known(
    job: SweepJob, years: list[PlantYear], offers: list[Offer], sample: int
) -> Found | None:
    """The design of a sample by what is known of others, unless it is to be solved alone."""
    config = job.samples.config
    if config.sweep.alone:
        return None
    return solve_sample(years, offers, job.library, config.solve, sample=sample)


def judged_rows(
    job: SweepJob,
    sample: int,
    designs: list[Decision],
    years: list[PlantYear],
    offers: list[Offer],
) -> Judged:
    """What typical designs cost in a sample, from what is known."""
    rows: Judged = []
    for offer, year in zip(offers, years, strict=False):
        low, high = offer.limits_kwh
        of_plant = [
            (number, size)
            for number, (plant, size) in enumerate(designs)
            if offer.known.plant == plant and low - 1e-9 <= size <= high + 1e-9
        ]
        # at the ends there is no operation worth knowing, but a line that bounds the sizes between
        for number, size in [*of_plant, (LIMIT, low), (LIMIT, high)]:
            bound, (cost, _) = offer.at(size).bound(), offer.at(size).cheapest()
            values = (cost, bound.value_gbp, bound.slope_gbp_per_kwh, low, high)
            rows.append(
                {
                    "scenario": job.samples.scenario.scenario,
                    "sample": sample,
                    "number": number,
                    "parts": ", ".join(f"{name} {kw:g}" for name, kw in offer.known.plant),
                    **sizes_of(year.problem, year.plant, {"tes": size}),
                    **dict(zip(JUDGED[6:], values, strict=True)),
                }
            )
    return rows


def check_sample(job: SweepJob, sample: int, row: pd.Series) -> None:
    """Put the design of a row into the whole linopy model, and hold its bound against the hulls.

    The operation is made again where it was found, and its flows go into the model of the sample.
    A sample that was solved alone is solved once more.

    Raises
    ------
    SolveError
        If the model refuses them, if they do not cost what the row says, or if the hull of some
        plant at this size lies below the bound.
    """
    if row["solve_method"] == "none":
        return  # without a design
    problem = job.problem(sample)
    years = years_of(problem)
    found = sample_from_known(job, years, job.library.offers(years), sample)
    if found is None:
        proof = solve_alone(problem, job.samples.config.solve)
        check_solution(problem, None, proof.design, proof.design.flows, proof.lower_bound_gbp)
        log.info("sample %d: the linopy model agrees", sample)
        return
    place = job.problem(int(found.counted["found_at"]))
    plant = next(p for p in place.plants if plant_key(p) == plant_key(found.plant))
    year = PlantYear(place, plant)
    operation = operation_at(year, found.tes_kwh)
    flows = year.flows(operation)
    own = PlantYear(problem, found.plant)
    design = Design(own, operation, float(row["eac_gbp"]))
    bound = float(row["lower_bound_gbp"])
    check_solution(problem, None, design, flows, bound)
    for plant in problem.plants:
        least = hull_gbp(PlantYear(problem, plant), found.tes_kwh)
        if least < bound - 1e-6 * max(abs(bound), 1.0):
            raise SolveError(
                f"{problem.inputs.scenario}, sample {sample}: with {plant} and a store of "
                f"{found.tes_kwh:g} kWh {least:.6f} GBP/y may be enough, below the bound "
                f"{bound:.6f}"
            )
    log.info("sample %d: the linopy model agrees", sample)
