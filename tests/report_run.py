"""A small run with everything that the report can show, made without a solver."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from synthetic import RESOURCES, write_designs

from microchp.account import unit_comparison
from microchp.account.designs import assess_designs
from microchp.account.dwellings import account_dwellings
from microchp.account.groups import assess_groups
from microchp.config import load_config, newest_market
from microchp.config.scenarios import account_inputs, group_inputs, operation_cases
from microchp.demand.build import write_demand
from microchp.demand.builtin import DwellingDemand
from microchp.files import read_netcdf, write_netcdf
from microchp.operation.group import aggregate_group
from microchp.operation.simulate import simulate_dwelling
from microchp.report.build import build_report
from microchp.report.figures import plot_figures
from microchp.report.group_figures import plot_groups
from microchp.reproduction.comparison import compare_published

PUBLISHED = RESOURCES / "published" / "oluleye2018.csv"
USER: dict[str, Any] = {
    "run": {"name": "tried"},
    "market": "uk_2016",
    "time": {"resolution_minutes": 30},
    "scenarios": {"house": ["detached", "flat"], "incentive": ["none", "fit"]},
    "fixed_designs": [
        {"name": "published", "house": "flat", "incentive": "fit", "chp_kw": 2},
        {"name": "published", "house": "flat", "incentive": "fit", "chp_kw": 2, "tes_kwh": 7},
    ],
}
GROUP: dict[str, Any] = {
    "market": "uk_2016",
    "scenarios": {
        "house": ["detached", "flat"],
        "incentive": ["none"],
        "tes": ["with"],
        "penetration": [0.0, 0.5, 1.0],
    },
    "operation": {"units": ["stirling_1kw", "fuel_cell_3kw"]},
}
SIZES = {
    "flat-none-with": (0.0, 0.0),
    "flat-none-without": (0.0, 0.0),
    "flat-fit-with-published": (2.0, 7.0),
}
MONEY_COLUMNS = (
    *("bought_kwh", "sold_kwh", "sold_share", "avoided_purchase_eur", "sale_income_eur"),
    *("extra_gas_eur", "maintenance_eur", "annual_profit_eur", "installation_eur", "npv_eur"),
    "affordable_installation_eur",
)
QUALITY: dict[str, Any] = {
    "house": "flat",
    "source": "file",
    "year": 2015,
    "seed": 1,
    "step_minutes": 1,
    "dwellings": 1,
    "annual_tolerance_share": 0.01,
    "peak_tolerance_share": 0.05,
    "quantities": [
        {
            "dwelling": 0,
            "quantity": "electricity_kw",
            "source": "file",
            "annual_asked_kwh": None,
            "annual_reached_kwh": 9082.4,
            "annual_deviation_share": None,
            "peak_5min_asked_kw": 5.0,
            "peak_5min_reached_kw": 4.5,
            "peak_5min_deviation_share": -0.1,
            "peak_1min_kw": 7.25,
        }
    ],
    "facts": [{"dwelling": 0, "draws": 25}],
    "warnings": ["stuck at zero <for> 1,500 minutes"],
    "notes": ["4 rows outside 2015 left out"],
}


def make_designs(directory: Path) -> dict[str, Any]:
    """Designs, table, figures and comparison; returns them as keywords of ``build_report``."""
    paths = write_designs(directory / "designs", USER, SIZES)
    add_curve(directory / "designs" / "detached-fit-with.nc")
    designs = directory / "designs.csv"
    assess_designs(design_paths=paths, designs_path=designs)
    plot_figures(designs_path=designs, design_paths=paths, figures_dir=directory / "figures")
    whole = load_config(USER, RESOURCES).model_dump(mode="json")
    (directory / "config.yaml").write_text(
        "run:\n  name: tried\n  seed: 7\n  note: Demand was made up.\nmark: <b>\n"
        + yaml.safe_dump({"comparison": whole["comparison"]})
    )
    (directory / "flat_quality.json").write_text(json.dumps(QUALITY))
    (directory / "all.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    compare_published(
        published_paths=[PUBLISHED],
        reasons_path=RESOURCES / "published/reasons.yaml",
        comparison_path=directory / "published.csv",
        config_path=directory / "all.yaml",
        designs_path=designs,
    )
    (directory / "benchmarks" / "solve_model").mkdir(parents=True)
    for name, seconds in (("a", 2.5), ("b", 4.0)):
        (directory / "benchmarks" / "solve_model" / f"{name}.tsv").write_text(
            f"s\tmax_rss\n{seconds}\t{100 * seconds}\n"
        )
    return {
        "config_path": directory / "config.yaml",
        "designs_path": designs,
        "design_paths": paths,
        "figures_dir": directory / "figures",
        "quality_paths": [directory / "flat_quality.json"],
        "calibration_paths": [directory / "figures" / "heat_shares.svg"],
        "comparison_path": directory / "published.csv",
        "benchmarks_dir": directory / "benchmarks",
        "today": newest_market("GBR", RESOURCES).model_dump(mode="json"),
    }


def add_curve(path: Path) -> None:
    """Write into a design what other stores with its unit, and no unit, would cost."""
    design = read_netcdf(path)
    best, size = design.attrs["objective_gbp"], design.attrs["tes_kwh"]
    stores = size * np.array([0.0, 0.5, 1.0, 2.0])
    cost = best + 0.2 * np.abs(stores - size)
    curve = {
        "curve_chp_kw": ("kW", [2.0] * 4 + [0.0] * 2),
        "curve_tes_kwh": ("kWh", [*stores, 0.0, 2 * size]),
        "curve_eac_gbp": ("GBP/year", [*cost, best + 90, best + 130]),
        "curve_bound_gbp": ("GBP/year", [*(cost - 1), best + 85, best + 125]),
    }
    for name, (units, values) in curve.items():
        attributes = {"units": units, "long_name": name}
        design[name] = ("curve", np.asarray(values, dtype=float), attributes)
    write_netcdf(design, path)


def make_groups(directory: Path) -> dict[str, Any]:
    """Two groups of three dwellings, two units; returns them as keywords of ``build_report``."""
    config = load_config(GROUP, RESOURCES)
    for k, house in enumerate(config.scenarios.house):
        write_demand(
            directory / f"{house}_demand.nc",
            [_year_of(3 * k + number) for number in range(3)],
            count=3,
            year=2015,
            house_name=house,
            source="test",
            seed=1,
        )
    places: dict[str, list[Path]] = {"groups": [], "operation": [], "tables": [], "accounts": []}
    cases = operation_cases(config)
    for case in (
        f"{house}-{name}" for house in config.scenarios.house for name in config.operation.units
    ):
        group = directory / "groups" / f"{case}.nc"
        first, table = (directory / "operation" / f"{case}.{end}" for end in ("nc", "csv"))
        simulate_dwelling(
            demand_paths=[directory / f"{case.split('-')[0]}_demand.nc"],
            design_path=None,
            first_path=first,
            generation_path=directory / "generation.nc",
            table_path=table,
            inputs=cases[case],
        )
        group.parent.mkdir(exist_ok=True)
        aggregate_group(
            generation_path=directory / "generation.nc",
            group_path=group,
            inputs=group_inputs(config, case),
        )
        account = directory / "operation" / f"{case}_account.csv"
        account_dwellings(
            demand_paths=[directory / f"{case.split('-')[0]}_demand.nc"],
            design_path=None,
            generation_path=directory / "generation.nc",
            dwellings_path=table,
            account_path=account,
            metering_path=directory / "operation" / f"{case}_metering.csv",
            inputs=account_inputs(config, cases[case]),
        )
        made = {"groups": group, "operation": first, "tables": table, "accounts": account}
        for kind, path in made.items():
            places[kind].append(path)
    assess_groups(
        group_paths=places["groups"],
        account_paths=places["accounts"],
        groups_path=directory / "groups.csv",
    )
    plot_groups(
        groups_path=directory / "groups.csv",
        group_paths=places["groups"],
        first_paths=places["operation"],
        figures_dir=directory / "group_figures",
    )
    return {
        "groups_path": directory / "groups.csv",
        "group_paths": places["groups"],
        "dwelling_paths": places["tables"],
        "group_figures_dir": directory / "group_figures",
    }


def make_units(directory: Path) -> dict[str, Any]:
    """Two units and boilers against two central plants, in one house."""
    energy, money = [], []
    for k, unit in enumerate(("senertec", "ecopower", "condensing_boiler", "reference_boiler")):
        kind = {"condensing_boiler": "alternative", "reference_boiler": "reference"}
        names = {"house": "detached", "unit": unit, "kind": kind.get(unit, "unit")}
        labels = {"house_label": "Detached", "unit_label": unit.capitalize()}
        is_unit = k < 2
        energy += [
            names
            | {"central_plant": plant}
            | labels
            | {
                "chp_electricity_kwh": 12e3 * is_unit,
                "heat_share": 0.75 if is_unit else math.nan,
                "effective_electrical_efficiency": 0.26 if is_unit else math.nan,
                "export_share": 0.89 if is_unit else math.nan,
                "run_hours": 3000.0 * is_unit,
                "starts": 400.0 * is_unit,
                "primary_kwh": 40e3 - 1e3 * k,
                "primary_saving_share": saving / (k + 1),
                "co2_kg": 9e3,
                "co2_saving_share": 0.3 / (k + 1),
            }
            for plant, saving in (("combined_cycle", 0.1), ("average_fossil", 0.2))
        ]
        if unit != "reference_boiler":
            money += [
                names
                | {"metering": metering}
                | labels
                | dict.fromkeys(MONEY_COLUMNS, 100.0 + k)
                | {
                    "irr": 0.04 / (k + 1),
                    "payback_years": math.nan,
                    "cost_cut_share": 0.4,
                    "sold_share": 0.9,
                }
                for metering in ("backwards", "separate_meters")
            ]
    paths = [directory / "comparison.csv", directory / "comparison_economics.csv"]
    schemas = (unit_comparison.SCHEMA, unit_comparison.ECONOMICS_SCHEMA)
    for path, rows, schema in zip(paths, (energy, money), schemas, strict=True):
        nothing = dict.fromkeys(schema.columns, 0.0)
        table = pd.DataFrame([nothing | row for row in rows], columns=list(schema.columns))
        table.to_csv(path, index=False)
    return {"unit_comparison_paths": paths}


def make_run(directory: Path) -> Path:
    """All results of the run and its page; returns the directory."""
    build_report(
        **make_designs(directory),
        **make_groups(directory),
        **make_units(directory),
        report_path=directory / "report" / "index.html",
    )
    return directory


def _year_of(number: int) -> DwellingDemand:
    """A simple year: heating by the season in the dwelling's own hours, draws, a noisy load."""
    random = np.random.default_rng(number)
    minute = np.arange(525_600)
    heated = (minute % 1440 > 360 + 15 * number) & (minute % 1440 < 1320 - 20 * number)
    season = np.maximum(0, np.cos(2 * np.pi * minute / 525_600) + 0.3)
    return DwellingDemand(
        {
            "space_heating_kw": np.where(heated, (4 + number) * season, 0.0),
            "hot_water_kw": np.where(random.random(525_600) < 0.01, 6.0, 0.0),
            "electricity_kw": 0.3 + 0.2 * random.exponential(1.0, 525_600),
        },
        {},
        {},
        {},
    )
