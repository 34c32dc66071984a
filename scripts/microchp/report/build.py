"""The report of a run: one page with a section for everything that the run has."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr
import yaml

from microchp.account import unit_comparison
from microchp.account.controlled import controlled
from microchp.account.designs import read_designs
from microchp.account.energy import Installed
from microchp.account.groups import read_dwellings, read_groups
from microchp.account.service import read_service
from microchp.account.support import Today, saving_at_gbp, support_gbp
from microchp.account.who_gains import read_who_gains
from microchp.config import NewBoiler, NewestMarket, country_name, pounds_words
from microchp.config.comparison import HouseholdPrices
from microchp.config.scenarios import DesignInputs
from microchp.files import whole
from microchp.report.evidence import Evidence
from microchp.report.page import Fold, Notice, Page, Points, Section, render
from microchp.report.sections import (
    answer,
    control,
    demand,
    dispatch,
    groups,
    incentives,
    metering,
    options,
    precision,
    provenance,
    reproduction,
    samples,
    service,
    store_size,
    terms,
    units,
    year,
)
from microchp.report.sections import designs as all_designs
from microchp.report.sections.first import headline
from microchp.report.selection import best_designs
from microchp.reproduction.comparison import read_comparison
from microchp.tables.columns import check
from microchp.tables.control import read_control
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)


def build_report(
    *,
    config_path: str | Path,
    report_path: str | Path,
    designs_path: str | Path | None = None,
    design_paths: Sequence[str | Path] = (),
    figures_dir: str | Path | None = None,
    quality_paths: Sequence[str | Path] = (),
    demand_variants: Sequence[str] = (),
    calibration_paths: Sequence[str | Path] = (),
    comparison_path: str | Path | None = None,
    precision_paths: Sequence[str | Path] = (),
    groups_path: str | Path | None = None,
    group_paths: Sequence[str | Path] = (),
    diversity_paths: Sequence[str | Path] = (),
    dwelling_paths: Sequence[str | Path] = (),
    first_paths: Sequence[str | Path] = (),
    group_figures_dir: str | Path | None = None,
    metering_path: str | Path | None = None,
    service_path: str | Path | None = None,
    unit_comparison_paths: Sequence[str | Path] = (),
    unit_figures_dir: str | Path | None = None,
    control_paths: Sequence[str | Path] = (),
    sweep_path: str | Path | None = None,
    sweep_regret_path: str | Path | None = None,
    sweep_figures_dir: str | Path | None = None,
    benchmarks_dir: str | Path | None = None,
    failures: Mapping[str, str] | None = None,
    today: Mapping[str, Any] | None = None,
) -> None:
    """Write the report as one HTML file that needs nothing beside it.

    A section is there where the results that it shows are given.

    Parameters
    ----------
    config_path
        The run's resolved configuration.
    report_path
        HTML to write.
    designs_path
        ``designs.csv``.
    design_paths
        Design files, named ``<scenario>.nc``.
    figures_dir
        What ``plot_figures`` drew.
    quality_paths
        Quality JSON of each house's demand.
    demand_variants
        The variant that each of them is of, empty where the run as configured has it.
    calibration_paths
        Calibration figure (SVG) of each house's demand, if drawn, in the order of
        ``quality_paths``.
    comparison_path
        Published numbers beside ours.
    precision_paths
        Table and figure (SVG) of ``plot_precision``, if it ran.
    groups_path
        ``groups.csv``.
    group_paths, dwelling_paths
        Groups, and tables of their dwellings, named ``<case>.nc`` and ``<case>.csv``.
    diversity_paths
        What ``assess_diversity`` wrote, in the order of ``group_paths``; none: not shown.
    first_paths
        Flows of the first dwelling of each case, named ``<case>.nc``; of designs, they say what
        is saved with an ordinary controller.
    group_figures_dir
        What ``plot_groups`` drew.
    metering_path
        ``metering.csv``.
    service_path
        ``service.csv``.
    unit_comparison_paths
        ``comparison.csv`` and ``comparison_economics.csv``, if made.
    unit_figures_dir
        What ``plot_comparison`` drew.
    control_paths
        ``control.csv`` and its figure (SVG), if designs were run under more than one control.
    sweep_path, sweep_regret_path, sweep_figures_dir
        ``sweep_summary.csv``, ``sweep_regret.csv`` and the figures of a sweep, if one was made.
    benchmarks_dir
        Where Snakemake keeps time and memory of the jobs.
    failures
        Why jobs have failed, by their names; what depends on them is not on the page.
    today
        :class:`NewestMarket` of the run's country, at which the designs are told too.
    """
    config_text = Path(config_path).read_text(encoding="utf-8")
    config = yaml.safe_load(config_text)
    own = config["run"].get("note", "")
    variants = config.get("scenarios", {}).get("variants", {})
    notices: list[Notice | Fold] = _failure_notices(failures or {})
    notices += [Notice("About this run.", own)] if own else []
    if designs_path is not None or groups_path is not None:
        pounds = pounds_words(config.get("market", ""), config.get("gbp_per_eur"))
        notices += [Notice("Pounds.", pounds)] if pounds else []
    first: list[Any] = []
    extents: list[str] = []
    pairs: list[tuple[str, str]] = []
    sections: list[Section | None] = []
    title = "What does a micro-CHP unit do in a dwelling?"

    designs, attributes = None, []
    served = None if service_path is None else read_service(service_path)
    reports = [
        json.loads(Path(path).read_text(encoding="utf-8")) | {"variant": variant}
        for path, variant in zip_longest(quality_paths, demand_variants, fillvalue="")
    ]
    if designs_path is not None and figures_dir is not None:
        designs = check(read_designs(designs_path), Path(designs_path).name)
        paths, drawn = [Path(path) for path in design_paths], Path(figures_dir)
        attributes = [_attributes(path) for path in paths]
        title = (
            "What pays in these houses, and what does it emit?"
            if len(set(designs["plant"])) > 1
            else "Do a micro-CHP unit and a hot-water store pay?"
        )
        notices += [
            *answer.design_notices(designs),
            *answer.demand_notice(reports),
            *answer.at_largest_store(designs, _largest_stores(paths, attributes)),
        ]
        sampled, is_random = None, False
        if sweep_path and sweep_regret_path and sweep_figures_dir:
            sampled = samples.Sampled.read(sweep_path, sweep_regret_path, sweep_figures_dir)
            is_random = config["sweep"]["method"] in samples.RANDOM_METHODS
        streets = None if groups_path is None else groups.GroupResults(read_groups(groups_path), [])
        evidence = replace(
            _evidence(
                designs,
                paths,
                attributes,
                [Path(path) for path in first_paths],
                config,
                Today.of(NewestMarket.model_validate(today)) if today else None,
            ),
            chance=sampled.chances if sampled and is_random else {},
        )
        top = headline(
            designs,
            evidence,
            groups.outcomes(streets.streets) if streets else [],
            drawn / "store_week.svg",
        )
        best = set(best_designs(designs)["scenario"])
        worn = [] if served is None else service.sentences(served, best)
        said, controls = [*top.sentences, *worn], None
        if control_paths:
            table_path, figure_path = map(Path, control_paths)
            run_by = read_control(table_path)
            said += control.sentences(run_by, best)
            controls = control.section(run_by, figure_path)
        if sampled and is_random:
            said += samples.sentences(sampled.summary)
        first += [
            replace(top, sentences=said),
            answer.answer_table(designs, evidence),
        ]
        extents.append(answer.extent(designs))
        pairs += terms.DESIGNS
        sections += [
            options.section(designs, evidence),
            samples.section(sampled, is_random=is_random) if sampled else None,
            all_designs.section(designs, Path(designs_path).read_bytes(), drawn, variants),
            dispatch.section(designs, paths, drawn),
            controls,
            year.section(designs, drawn),
            incentives.section(designs),
            store_size.section(designs, paths),
            precision.section([Path(path) for path in precision_paths]),
        ]
    if groups_path is not None:
        results = groups.GroupResults(
            table=read_groups(groups_path),
            paths=[Path(path) for path in group_paths],
            diversity=[Path(path) for path in diversity_paths],
        )
        if designs is None:
            title = "What does a street of micro-CHP units do to its transformer?"
            first.append(Points(groups.sentences(results)))
        extents.append(groups.extent(results))
        pairs += terms.GROUPS
        shown = groups.section(results)
        if shown is not None and designs is None:
            shown = replace(shown, open=True)
        sections.append(shown)
    if metering_path is not None:
        gained = metering.section(read_who_gains(metering_path))
        sections.append(gained)
        pairs += terms.METERING if gained is not None else []
    if unit_comparison_paths:
        energy_path, money_path = unit_comparison_paths
        energy = unit_comparison.read_comparison(energy_path)
        money = unit_comparison.read_economics(money_path)
        are_subject = designs is None and groups_path is None
        if are_subject:
            title = "Which micro-CHP unit for which building?"
            extents.append(units.extent(energy))
            first += units.first_parts(energy, money)
        drawn_dir = None if unit_figures_dir is None else Path(unit_figures_dir)
        prices = HouseholdPrices.model_validate(config["comparison"]["prices"])
        shown_units = units.section(energy, money, drawn_dir, are_subject, prices)
        sections.append(replace(shown_units, open=are_subject))
    if served is not None:
        sections.append(service.section(served))
    dwellings = {Path(path).stem: read_dwellings(path) for path in dwelling_paths}
    drawn_of_groups = None if group_figures_dir is None else Path(group_figures_dir)
    sections.append(groups.dwelling_section(dwellings, drawn_of_groups))
    if dwellings and groups_path is None:
        pairs += terms.DWELLINGS
    if comparison_path is not None:
        sections.append(reproduction.section(read_comparison(comparison_path)))
    stages = None if benchmarks_dir is None else provenance.stage_times(Path(benchmarks_dir))
    sections += [
        demand.section(reports, [Path(path) for path in calibration_paths]),
        provenance.section(config, config_text, designs, attributes, stages),
        terms.section(pairs),
    ]
    page = Page(
        run=str(config["run"]["name"]),
        title=title,
        extent=" · ".join(extents),
        notices=notices,
        answer=first,
        sections=[section for section in sections if section is not None],
    )
    html = render(page)
    with whole(report_path) as partial:
        partial.write_text(html, encoding="utf-8")
    log.log(
        RESULT,
        "report of %s written, %.1f MB",
        counted(len(page.sections), "section"),
        len(html) / 1e6,
    )


def _failure_notices(failures: Mapping[str, str]) -> list[Notice | Fold]:
    """That jobs have failed, in sight; which, and why, on demand."""
    if not failures:
        return []
    count = len(failures)
    title = f"{counted(count, 'job')} {'has' if count == 1 else 'have'} failed."
    why = Points([f"Failed: {job}. {cause}" for job, cause in failures.items()])
    return [
        Notice(title, "What depends on it is not on this page; all else is."),
        Fold("What failed, and why", "", [why]),
    ]


def _attributes(path: Path) -> dict[str, Any]:
    with xr.open_dataset(path, engine="netcdf4") as design:
        return dict(design.attrs)


def _evidence(
    designs: pd.DataFrame,
    design_paths: Sequence[Path],
    attributes: Sequence[Mapping[str, Any]],
    first_paths: Sequence[Path],
    config: Mapping[str, Any],
    today: Today | None,
) -> Evidence:
    """What stands beside the table of designs."""
    boiler = config.get("condensing_boiler")
    named = dict(zip((path.stem for path in design_paths), attributes, strict=True))
    inputs = {
        name: DesignInputs.model_validate_json(attrs["inputs"]) for name, attrs in named.items()
    }
    run = {}
    for path in first_paths:
        if path.stem in inputs and _is_chp_alone(inputs[path.stem]):
            with xr.open_dataset(path, engine="netcdf4") as flows:
                installed = Installed.of(xr.Dataset(attrs=named[path.stem]))
                run[path.stem] = controlled(flows, installed)
    peaks = {}
    for path in design_paths:
        with xr.open_dataset(path, engine="netcdf4") as design:
            peaks[path.stem] = float(design["electricity_kw"].max())
    built = {
        row["scenario"]: (row, Installed.of(xr.Dataset(attrs=named[row["scenario"]])))
        for _, row in designs.iterrows()
    }
    return Evidence(
        inputs=inputs,
        controlled=run,
        peak_demand_kw=peaks,
        support_gbp={name: support_gbp(*one) for name, one in built.items()},
        new_boiler=None if boiler is None else NewBoiler.model_validate(boiler),
        today_gbp={name: saving_at_gbp(*one, today.prices) for name, one in built.items()}
        if today
        else {},
        today=today,
        market=config.get("market", ""),
        country=country_name(config.get("country")),
    )


def _is_chp_alone(inputs: DesignInputs) -> bool:
    """Whether the plant has only parts that the heat-led control runs."""
    others = (inputs.heat_pump, inputs.immersion_heater, inputs.pv, inputs.battery)
    return all(part is None for part in others)


def _largest_stores(
    design_paths: Sequence[Path], attributes: Sequence[Mapping[str, Any]]
) -> dict[str, float]:
    """Largest store allowed (kWh) in each scenario that chooses the size of one."""
    inputs = {
        path.stem: DesignInputs.model_validate_json(attrs["inputs"])
        for path, attrs in zip(design_paths, attributes, strict=True)
    }
    return {
        name: found.tes.max_kwh
        for name, found in inputs.items()
        if found.tes is not None and found.tes.min_kwh < found.tes.max_kwh
    }
