"""What a run has to say to the numbers of a paper: one table for each kind of result.

Every table is looked up by the values of some of its columns and answers with another; shares
are shares here, and per cent only where a paper prints per cent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from microchp.account import finance as money
from microchp.account.designs import read_designs
from microchp.account.groups import read_dwellings, read_groups
from microchp.account.unit_comparison import read_comparison, read_economics
from microchp.config import minute_of_day
from microchp.config.scenarios import NO_INCENTIVE
from microchp.series.timeseries import MINUTES_PER_DAY, FloatArray

PUBLISHED_DESIGN = "published"
"""Name of the fixed designs that carry the published sizes."""

LEVY = "co2_levy"

AS_PRINTED = "as_printed"
"""Name of the variant whose optimum is found with Eq. 6 as it is printed."""

CLOCK_TIME = re.compile(r"\d\d:\d\d")

NOTICED_SHARE = 0.005
"""Of a demand: what papers that print whole per cents show as one, not as none."""


@dataclass(frozen=True)
class Results:
    """Files of a run, each empty where the run has none."""

    config: Path
    designs: Path | None = None
    groups: Path | None = None
    dwellings: Sequence[Path] = ()
    units: Sequence[Path] = ()
    """``comparison.csv`` and ``comparison_economics.csv``."""
    qualities: Sequence[Path] = ()


def tables_of(results: Results) -> dict[str, pd.DataFrame]:
    """Every table that a run can be looked up in, by the name that keys begin with."""
    config = yaml.safe_load(results.config.read_text(encoding="utf-8"))
    tables = {"input": input_table(config), "plant": plant_table(config)}
    if results.designs is not None:
        tables["design"] = design_table(read_designs(results.designs))
    if results.groups is not None:
        tables["group"] = group_table(read_groups(results.groups))
    if results.dwellings:
        tables["dwelling"] = dwelling_table(results.dwellings)
    if results.units:
        units_path, economics_path = results.units
        units, economics = read_comparison(units_path), read_economics(economics_path)
        tables["unit"] = units.assign(own_use_share=1 - units["export_share"])
        tables["economics"] = economics
    if results.qualities:
        tables["demand"] = demand_table(results.qualities)
    return tables


# ------------------------------------------------------------------------------ what is given


def input_table(config: Mapping[str, Any]) -> pd.DataFrame:
    """Numbers of a resolved configuration by dotted path; units by name, whatever their family.

    Clock times are hours.
    """
    values = dict(_leaves(config, ""))
    for family in config["units"].values():
        for name, unit in family.items():
            electrical, thermal = unit["electrical_efficiency"], unit["thermal_efficiency"]
            values |= {
                f"units.{name}.overall_efficiency": electrical + thermal,
                f"units.{name}.power_to_heat": electrical / thermal,
                f"units.{name}.heat_recovery": thermal / (1 - electrical),
                # where none is stated, what the efficiencies make of the power
                f"units.{name}.heat_kw": unit["power_kw"] * thermal / electrical,
            }
            values |= {f"units.{name}.{field}": value for field, value in _leaves(unit, "")}
            least = values.get(f"units.{name}.min_load_share", 0.0)
            for rated in ("power_kw", "heat_kw"):
                values[f"units.{name}.least_{rated}"] = least * values[f"units.{name}.{rated}"]
    return pd.DataFrame({"path": list(values), "value": list(values.values())})


def _leaves(node: Any, path: str) -> list[tuple[str, float]]:
    if isinstance(node, Mapping):
        items = [(str(key), value) for key, value in node.items()]
    elif isinstance(node, list):
        items = [(str(index), value) for index, value in enumerate(node)]
    elif isinstance(node, str) and CLOCK_TIME.fullmatch(node):
        return [(path, minute_of_day(node) / 60)]
    else:
        is_number = isinstance(node, int | float) and not isinstance(node, bool)
        return [(path, float(node))] if is_number else []
    return [
        leaf for key, value in items for leaf in _leaves(value, f"{path}.{key}" if path else key)
    ]


def plant_table(config: Mapping[str, Any]) -> pd.DataFrame:
    """Central plants of a resolved configuration."""
    plants = config.get("central_plants", {})
    return pd.DataFrame(
        [
            {
                "plant": name,
                "efficiency": plant["efficiency"],
                "co2_g_per_kwh": 1000 * plant["co2_kg_per_kwh"],
            }
            for name, plant in plants.items()
        ],
        columns=["plant", "efficiency", "co2_g_per_kwh"],
    )


def demand_table(paths: Sequence[Path]) -> pd.DataFrame:
    """Annual totals and peaks that the demand of each house reaches, from its quality report."""
    rows = []
    for path in paths:
        report = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        row: dict[str, Any] = {"house": report["house"]}
        for quantity in report["quantities"]:
            if quantity["dwelling"] == 0:
                name = str(quantity["quantity"]).removesuffix("_kw")
                row[f"annual_{name}_kwh"] = quantity["annual_reached_kwh"]
                row[f"peak_{name}_kw"] = quantity["peak_5min_reached_kw"]
        row["annual_heat_kwh"] = row["annual_space_heating_kwh"] + row["annual_hot_water_kwh"]
        rows.append(row)
    return pd.DataFrame(rows)


# ------------------------------------------------------------------------------------ designs


def levy_on_top(designs: pd.DataFrame) -> pd.DataFrame:
    """Published sizes under the CO2 levy as the papers count it: on top of a finished design.

    The papers do not optimise for the levy. They value, with its price, the CO2 that designs
    made without incentive avoid: against business as usual, and for the store alone against
    the design without a store.

    Parameters
    ----------
    designs
        ``designs.csv``; the levy's price is that of any design under ``co2_levy``.

    Returns
    -------
    pandas.DataFrame
        Rows of the published designs without incentive, named ``co2_levy``, with the store's
        payback and NPV changed and ``co2_levy_gbp`` added. Empty where the run has no levy.
    """
    prices = designs.loc[designs["incentive"] == LEVY, "co2_price_gbp_per_kg"]
    chosen = (designs["design"] == PUBLISHED_DESIGN) & (designs["incentive"] == NO_INCENTIVE)
    rows = designs[chosen if len(prices) else chosen & False].copy()
    if rows.empty:
        return rows
    price = float(prices.iloc[0])
    saving = rows["tes_saving_gbp"] + price * rows["tes_co2_saving_kg"]
    pairs = list(zip(rows["tes_investment_gbp"], saving, strict=True))
    finance = money.finance_of(rows.iloc[0])
    return rows.assign(
        incentive=LEVY,
        co2_price_gbp_per_kg=price,
        co2_levy_gbp=price * (rows["bau_co2_kg"] - rows["co2_kg"]),
        tes_payback_years=[money.simple_payback_years(*pair) for pair in pairs],
        tes_npv_gbp=[money.net_present_value_gbp(*pair, finance) for pair in pairs],
    )


def design_table(designs: pd.DataFrame) -> pd.DataFrame:
    """``designs.csv`` with what papers say of pairs of designs.

    A payback that never comes is infinite, so that it is told from one that was not computed;
    what a store brings is the design with it less the one without.
    """
    # a run without a levy has its column too, empty
    levy = levy_on_top(designs).reindex(columns=[*designs, "co2_levy_gbp"])
    table = pd.concat([designs, levy], ignore_index=True)
    table = table.drop_duplicates(["variant", "design", "house", "incentive", "tes"], keep="last")
    for part in ("system", "tes"):
        never = table[f"{part}_payback_years"].isna() & table[f"{part}_npv_gbp"].notna()
        table.loc[never, f"{part}_payback_years"] = math.inf
    table["tde_saving_share"] = 1 - table["tde_kwh"] / table["bau_tde_kwh"]
    table["co2_saving_share"] = 1 - table["co2_kg"] / table["bau_co2_kg"]
    heat = table["chp_heat_kwh"] + table["boiler_heat_kwh"]
    table["boiler_produced_heat_share"] = table["boiler_heat_kwh"] / heat
    pair = ["variant", "design", "house", "incentive"]
    without = table[table["tes"] == "without"].set_index(pair)
    beside = without.reindex(pd.MultiIndex.from_frame(table[pair]))
    table["tes_tde_saving_kwh"] = beside["tde_kwh"].to_numpy() - table["tde_kwh"]
    for factor in ("as_printed", "crf"):
        gain = table[f"eai_{factor}_gbp"] - beside[f"eai_{factor}_gbp"].to_numpy()
        table[f"tes_eai_gain_{factor}_gbp"] = gain
    return table


# ----------------------------------------------------------------------- dwellings and groups


def dwelling_table(paths: Sequence[Path]) -> pd.DataFrame:
    """Tables of single dwellings with a unit in one, with ratios that papers print."""
    parts = [read_dwellings(path) for path in paths]
    table = pd.concat([part[part["dwelling"] == 0] for part in parts], ignore_index=True)
    hours = 24 * table["days"]
    return table.assign(
        import_share=table["import_kwh"] / table["electricity_demand_kwh"],
        import_reduction=1 - table["import_kwh"] / table["electricity_demand_kwh"],
        heat_to_power=table["heat_demand_kwh"] / table["electricity_demand_kwh"],
        concurrence=table["electricity_beside_heat_kwh"] / table["electricity_demand_kwh"],
        run_minutes=table["run_time_share"] * MINUTES_PER_DAY,
        average_demand_kw=table["electricity_demand_kwh"] / hours,
        average_import_kw=table["import_kwh"] / hours,
    )


def group_table(groups: pd.DataFrame) -> pd.DataFrame:
    """Groups that run a unit of the catalogue, with changes against the group without units.

    ``no_import_onset`` is the least penetration at which the group imports less than
    :data:`NOTICED_SHARE` of its demand, ``noticed_export_onset`` that at which it exports as much;
    ``reverse_flow_onset`` is that at which it exports anything.
    """
    # a group so small that shares round to the same count has it once
    table = groups.drop_duplicates(["scenario", "period", "units"])
    pair = ["scenario", "period"]
    none = table[table["units"] == 0].set_index(pair)
    beside = none.reindex(pd.MultiIndex.from_frame(table[pair]))
    noticed_kwh = NOTICED_SHARE * table["demand_kwh"]

    def onset(holds: pd.Series) -> FloatArray:
        least = table[holds].groupby(pair)["penetration"].min()
        return np.asarray(least.reindex(pd.MultiIndex.from_frame(table[pair])))

    # compared with no units, in the same case and period
    falls = {
        f"{part}_ramp_onset": onset(
            table[f"{part}_ramp_kw_per_min"]
            < (1 - NOTICED_SHARE) * beside[f"{part}_ramp_kw_per_min"].to_numpy()
        )
        for part in ("morning", "evening")
    }
    return table.assign(
        **falls,
        admd_reduction=1 - table["admd_kw"] / beside["admd_kw"].to_numpy(),
        import_reduction=1 - table["import_kwh"] / beside["import_kwh"].to_numpy(),
        peak_kw=table["admd_kw"] * table["dwellings"],
        peak_fall_kw=(beside["admd_kw"].to_numpy() - table["admd_kw"]) * table["dwellings"],
        export_over_demand=table["export_kwh"] / table["demand_kwh"],
        zero_import_minutes=table["zero_import_share"] * MINUTES_PER_DAY,
        run_minutes=table["run_time_share"] * MINUTES_PER_DAY,
        no_import_onset=onset(table["import_kwh"] < noticed_kwh),
        noticed_export_onset=onset(table["export_kwh"] >= noticed_kwh),
    )
