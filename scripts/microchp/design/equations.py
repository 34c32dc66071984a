r"""Every equation of the design model in full, as a page: ``docs/equations.md``.

The page is made from the linopy model. Each of its constraints has a text here in which variables
and parameters stand by name (``<tes_level_kwh>``); a text that does not name exactly the variables
that the constraint of the model has is refused, and so is a constraint, a variable or a parameter
without a text. What the page says is therefore what is solved.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import linopy
import numpy as np

from microchp.config import load_config
from microchp.config.scenarios import DesignInputs, design_inputs, scenario_table
from microchp.design.model import build_printed_model
from microchp.design.problem import Problem
from microchp.errors import ConfigError


@dataclass(frozen=True)
class Symbol:
    """A symbol of the equations: LaTeX, unit, meaning, and for a parameter its key."""

    latex: str
    unit: str
    meaning: str
    key: str = ""


VARIABLES = {
    "chp_power_kw": Symbol(r"W^{CHP}_{u,r}", "kW", "electricity from unit $u$"),
    "chp_heat_kw": Symbol(r"Q^{CHP}_r", "kW", "heat from the unit"),
    "chp_on": Symbol(r"Y^{CHP}_{u,r}", "0 or 1", "whether unit $u$ runs"),
    "chp_choice": Symbol(r"Z^{CHP}_u", "0 or 1", "whether unit $u$ is installed"),
    "boiler_heat_kw": Symbol(r"Q^{BOI}_r", "kW", "heat from the boiler"),
    "heat_pump_heat_kw": Symbol(r"Q^{HP}_{h,r}", "kW", "heat from heat pump $h$"),
    "heat_pump_power_kw": Symbol(r"W^{HP}_r", "kW", "electricity into the heat pump"),
    "heat_pump_on": Symbol(r"Y^{HP}_{h,r}", "0 or 1", "whether heat pump $h$ runs"),
    "heat_pump_choice": Symbol(r"Z^{HP}_h", "0 or 1", "whether heat pump $h$ is installed"),
    "immersion_kw": Symbol(r"W^{IMM}_r", "kW", "electricity into the immersion heater"),
    "pv_power_kw": Symbol(r"W^{PV}_r", "kW", "electricity from photovoltaics, used or exported"),
    "pv_size_kwp": Symbol(r"Size^{PV}", "kWp", "size of the photovoltaics"),
    "tes_size_kwh": Symbol(r"Size^{TES}", "kWh", "size of the hot-water store"),
    "tes_charge_kw": Symbol(r"Q^{IN}_r", "kW", "heat into the store"),
    "tes_discharge_kw": Symbol(r"Q^{OUT}_r", "kW", "heat out of the store"),
    "tes_level_kwh": Symbol(r"E_r", "kWh", "heat in the store at the end of a slice"),
    "tes_discharging": Symbol(r"Y^{TES}_r", "0 or 1", "whether the store may give heat"),
    "battery_size_kwh": Symbol(r"Size^{BAT}", "kWh", "usable size of the battery"),
    "battery_charge_kw": Symbol(r"B^{IN}_r", "kW", "electricity into the battery"),
    "battery_discharge_kw": Symbol(r"B^{OUT}_r", "kW", "electricity out of the battery"),
    "battery_level_kwh": Symbol(r"F_r", "kWh", "electricity in the battery at the end of a slice"),
    "battery_discharging": Symbol(r"Y^{BAT}_r", "0 or 1", "whether the battery may give power"),
    "grid_import_kw": Symbol(r"W^{IMP}_r", "kW", "electricity bought"),
    "grid_export_kw": Symbol(r"W^{EXP}_r", "kW", "electricity sold"),
    "grid_importing": Symbol(r"Y^{EI}_r", "0 or 1", "whether the house may buy, and not sell"),
}
"""Variables of the model, by the names that they have in it."""

PARAMETERS = {
    "slice_weight": Symbol(
        r"ts_r",
        "h",
        "length of a slice, times the days that its day stands for",
        "time.resolution_minutes",
    ),
    "day_weight": Symbol(r"ND_d", "1", "days that a day stands for", "time.days"),
    "step": Symbol(r"\Delta", "h", "length of a slice", "time.resolution_minutes"),
    "heat": Symbol(r"Q^{DEM}_r", "kW", "space heating and hot water", "demand.source"),
    "electricity": Symbol(r"W^{DEM}_r", "kW", "electricity demand", "demand.source"),
    "import_price": Symbol(
        r"GIMP_r",
        "£/kWh",
        "price of import, what its CO2 is charged in it",
        "tariff.import_periods",
    ),
    "export_price": Symbol(
        r"GEXP_r",
        "£/kWh",
        "paid for export, by tariff and incentive",
        "tariff.export_gbp_per_kwh",
    ),
    "gas_price": Symbol(
        r"NGP", "£/kWh", "price of gas, with what its CO2 is charged", "tariff.gas_gbp_per_kwh"
    ),
    "generation_price": Symbol(
        r"p^{GEN}",
        "£/kWh",
        "paid for generation, deemed export in it",
        "incentives.<name>.generation_gbp_per_kwh",
    ),
    "unit_capital": Symbol(
        r"K^{CHP}_u",
        "£/year",
        "yearly share of what unit $u$ costs, less a grant",
        "chp.cost_index",
    ),
    "heat_pump_capital": Symbol(
        r"K^{HP}_h",
        "£/year",
        "yearly share of what heat pump $h$ costs, less a grant, and its upkeep",
        "heat_pump.capital_cost_gbp",
    ),
    "store_capital": Symbol(
        r"k^{TES}",
        "£/(kWh year)",
        "yearly share of what the store costs, less a grant",
        "tes.capital_cost_gbp_per_kwh",
    ),
    "battery_capital": Symbol(
        r"k^{BAT}",
        "£/(kWh year)",
        "yearly share of what the battery costs",
        "battery.capital_cost_gbp_per_kwh",
    ),
    "pv_capital": Symbol(
        r"k^{PV}",
        "£/(kWp year)",
        "yearly share of what photovoltaics cost, and their upkeep",
        "pv.capital_cost_gbp_per_kwp",
    ),
    "unit_upkeep": Symbol(
        r"MC^{CHP}_u",
        "£/kWh",
        "maintenance per kWh generated",
        "units.<name>.<name>.maintenance_gbp_per_kwh",
    ),
    "boiler_upkeep": Symbol(
        r"MC^{BOI}", "£/kWh", "maintenance per kWh of heat", "boiler.maintenance_gbp_per_kwh"
    ),
    "store_upkeep": Symbol(
        r"MC^{TES}", "£/kWh", "maintenance per kWh given", "tes.maintenance_gbp_per_kwh"
    ),
    "battery_wear": Symbol(
        r"MC^{BAT}", "£/kWh", "wear per kWh given", "battery.cycle_cost_gbp_per_kwh"
    ),
    "electrical_efficiency": Symbol(
        r"\eta^{CHP}_u",
        "–",
        "electricity over fuel",
        "units.<name>.<name>.electrical_efficiency",
    ),
    "heat_to_power": Symbol(
        r"\sigma_u",
        "–",
        "heat over electricity of unit $u$",
        "units.<name>.<name>.thermal_efficiency",
    ),
    "boiler_efficiency": Symbol(r"Perf^{BOI}", "–", "heat over fuel", "boiler.efficiency"),
    "least": Symbol(r"Lo_u", "kW", "least power while on", "chp.min_load_share"),
    "rated": Symbol(r"Uo_u", "kW", "rated power", "units.<name>.<name>.power_kw"),
    "heat_pump_least": Symbol(
        r"Lo^{HP}_{h,r}",
        "kW",
        "least heat while on, by the weather",
        "heat_pumps.<name>.min_load_share",
    ),
    "heat_pump_most": Symbol(
        r"Uo^{HP}_{h,r}", "kW", "most heat, by the weather", "heat_pump.sizes_kw"
    ),
    "cop": Symbol(r"COP_r", "–", "heat over electricity of the heat pump", "heat_pump.cop_factor"),
    "immersion_efficiency": Symbol(
        r"\eta^{IMM}", "–", "heat over electricity", "immersion_heater.efficiency"
    ),
    "sun": Symbol(r"s_r", "kW/kWp", "what the sun yields", "pv.tilt_degrees"),
    "charge_efficiency": Symbol(r"\eta_c", "–", "stored over put in", "tes.charge_efficiency"),
    "discharge_efficiency": Symbol(
        r"\eta_d", "–", "given over taken out", "tes.discharge_efficiency"
    ),
    "loss": Symbol(
        r"\theta", "1/day", "standing loss as a share of the size", "tes.loss_share_per_day"
    ),
    "level_loss": Symbol(
        r"\lambda",
        "–",
        "share of the level that is kept over a slice; 1 where loss goes with the size alone",
        "tes.level_loss_share_per_day",
    ),
    "initial": Symbol(r"ISH", "–", "heat at midnight as a share of the size", "tes.initial_share"),
    "tolerance": Symbol(
        r"\epsilon",
        "kWh",
        "how far a day may end from the initial heat",
        "tes.closing_tolerance_kwh",
    ),
    "battery_in": Symbol(r"\beta_c", "–", "stored over put in", "battery.charge_efficiency"),
    "battery_out": Symbol(r"\beta_d", "–", "given over taken out", "battery.discharge_efficiency"),
    "battery_loss": Symbol(
        r"\theta^{BAT}",
        "1/day",
        "standing loss as a share of the size",
        "battery.loss_share_per_day",
    ),
    "battery_initial": Symbol(
        r"ISE", "–", "level at midnight as a share of the size", "battery.initial_share"
    ),
    "battery_power": Symbol(r"c^{BAT}", "1/h", "most power over size", "battery.power_kw_per_kwh"),
    "most_in": Symbol(r"U^{IN}", "kW", "more than can be charged in a slice"),
    "most_battery": Symbol(r"U^{BAT}", "kW", "more than the battery can take or give"),
    "most_import": Symbol(r"U^{IMP}_r", "kW", "more than can be used in a slice"),
    "most_export": Symbol(r"U^{EXP}", "kW", "more than can be generated"),
}
"""Parameters of the equations, with the key of the configuration that each follows from."""

OBJECTIVE = (
    (
        "Capital (Eq. 2, 6)",
        r"\sum_u <unit_capital> <chp_choice> + \sum_h <heat_pump_capital> <heat_pump_choice> "
        r"+ <store_capital> <tes_size_kwh> + <pv_capital> <pv_size_kwp> "
        r"+ <battery_capital> <battery_size_kwh>",
    ),
    (
        "Fuel and maintenance of the unit, less what is paid for generation (Eq. 3, 4)",
        r"\sum_{u,r} <slice_weight> \left(\frac{<gas_price>}{<electrical_efficiency>} "
        r"+ <unit_upkeep> - <generation_price>\right) <chp_power_kw>",
    ),
    (
        "Fuel and maintenance of the boiler (Eq. 3, 4)",
        r"\sum_r <slice_weight> \left(\frac{<gas_price>}{<boiler_efficiency>} + <boiler_upkeep>"
        r"\right) <boiler_heat_kw>",
    ),
    (
        "Maintenance of the store, and wear of the battery (Eq. 4)",
        r"\sum_r <slice_weight> \left(<store_upkeep> <tes_discharge_kw> "
        r"+ <battery_wear> <battery_discharge_kw>\right)",
    ),
    (
        "Electricity (Eq. 5)",
        r"\sum_r <slice_weight> \left(<import_price> <grid_import_kw> "
        r"- <export_price> <grid_export_kw>\right)",
    ),
)
"""What adds up to the equivalent annual cost (Eq. 1), a constant for CO2 left out."""

CONSTRAINTS = {
    "eq2_one_unit_at_most": (
        "At most one unit is installed (Eq. 2)",
        r"\sum_u <chp_choice> \le 1",
    ),
    "eq2_one_unit": (
        "Or exactly one, where none is no choice",
        r"\sum_u <chp_choice> = 1",
    ),
    "eq3_heat_to_power": (
        "Heat of the unit goes with its power (Eq. 3)",
        r"<chp_heat_kw> = \sum_u <heat_to_power> <chp_power_kw>",
    ),
    "eq7_heat": (
        "Heat: what is made and taken out of the store meets the demand and fills the store; none "
        "is thrown away (Eq. 7)",
        r"\sum_u <heat_to_power> <chp_power_kw> + <boiler_heat_kw> + \sum_h <heat_pump_heat_kw> "
        r"+ <immersion_efficiency> <immersion_kw> + <tes_discharge_kw> - <tes_charge_kw> = <heat>",
    ),
    "eq8_electricity": (
        "Electricity: the same (Eq. 8)",
        r"\sum_u <chp_power_kw> + <pv_power_kw> + <battery_discharge_kw> - <battery_charge_kw> "
        r"+ <grid_import_kw> - <grid_export_kw> - \sum_h \frac{<heat_pump_heat_kw>}{<cop>} "
        r"- <immersion_kw> = <electricity>",
    ),
    "eq9_least_power": (
        "A unit that runs gives at least its least power (Eq. 9)",
        r"<chp_power_kw> \ge <least> <chp_on>",
    ),
    "eq10_rated_power": (
        "and at most its rated power; one that does not run gives none (Eq. 10)",
        r"<chp_power_kw> \le <rated> <chp_on>",
    ),
    "eq11_runs_if_installed": (
        "Only what is installed runs (Eq. 11)",
        r"<chp_on> \le <chp_choice>",
    ),
    "eq12_import": (
        "No import (Eq. 12)",
        r"<grid_import_kw> \le <most_import> <grid_importing>",
    ),
    "eq13_export": (
        "with export (Eq. 13), where export pays more than import costs; elsewhere it never pays",
        r"<grid_export_kw> \le <most_export> (1 - <grid_importing>)",
    ),
    "eq14_discharge": (
        "No heat out of the store (Eq. 14)",
        r"<tes_discharge_kw> \le <heat> <tes_discharging>",
    ),
    "eq15_charge": (
        "while heat goes in (Eq. 15)",
        r"<tes_charge_kw> \le <most_in> (1 - <tes_discharging>)",
    ),
    "eq16_level_within_size": (
        "The store holds no more than its size (Eq. 16)",
        r"<tes_level_kwh> \le <tes_size_kwh>",
    ),
    "eq16_level": (
        "What it holds is what it held, and what went in, less what went out and the standing loss",
        r"<tes_level_kwh> = <level_loss> E_{r-1} + <step> \left(<charge_efficiency> "
        r"<tes_charge_kw> - \frac{<tes_discharge_kw>}{<discharge_efficiency>} "
        r"- \frac{<loss>}{24\,h} <tes_size_kwh>\right)",
    ),
    "eq16_midnight": (
        "In the first slice of a day it held the initial heat (with a tolerance: what the day "
        "before has left)",
        r"<tes_level_kwh> = <level_loss> <initial> <tes_size_kwh> + <step> "
        r"\left(<charge_efficiency> <tes_charge_kw> - \frac{<tes_discharge_kw>}"
        r"{<discharge_efficiency>} - \frac{<loss>}{24\,h} <tes_size_kwh>\right)",
    ),
    "eq17_closes": (
        "and at the end of the day it holds that again (Eq. 17)",
        r"<tes_level_kwh> = <initial> <tes_size_kwh>",
    ),
    "eq16_first_midnight": (
        "With a tolerance, the first day of all begins with the initial heat",
        r"<tes_level_kwh> = <level_loss> <initial> <tes_size_kwh> + <step> "
        r"\left(<charge_efficiency> <tes_charge_kw> - \frac{<tes_discharge_kw>}"
        r"{<discharge_efficiency>} - \frac{<loss>}{24\,h} <tes_size_kwh>\right)",
    ),
    "eq17_closes_below": (
        "and each ends no higher",
        r"<tes_level_kwh> \le <initial> <tes_size_kwh> + <tolerance>",
    ),
    "eq17_closes_above": (
        "and no lower than the tolerance allows (Eq. 17)",
        r"<tes_level_kwh> \ge <initial> <tes_size_kwh> - <tolerance>",
    ),
    "tes_year_closes": (
        "and days, counted as often as they stand for, together put in what they take out ($r$ the "
        "last slice of day $d$, and no day after the last)",
        r"\sum_d (<day_weight> - ND_{d+1}) <tes_level_kwh> \ge ND_1 <initial> <tes_size_kwh>",
    ),
    "heat_pump_one_at_most": (
        "At most one heat pump is installed",
        r"\sum_h <heat_pump_choice> \le 1",
    ),
    "heat_pump_power_kw": (
        "Electricity of the heat pump goes with its heat",
        r"<heat_pump_power_kw> = \sum_h \frac{<heat_pump_heat_kw>}{<cop>}",
    ),
    "heat_pump_least": (
        "One that runs gives at least its least heat",
        r"<heat_pump_heat_kw> \ge <heat_pump_least> <heat_pump_on>",
    ),
    "heat_pump_most": (
        "and at most what the weather allows",
        r"<heat_pump_heat_kw> \le <heat_pump_most> <heat_pump_on>",
    ),
    "heat_pump_installed": (
        "Only what is installed runs",
        r"<heat_pump_on> \le <heat_pump_choice>",
    ),
    "pv_within_size": (
        "Photovoltaics give no more than the sun yields; the rest is curtailed",
        r"<pv_power_kw> \le <sun> <pv_size_kwp>",
    ),
    "battery_discharge": (
        "The battery does not give",
        r"<battery_discharge_kw> \le <most_battery> <battery_discharging>",
    ),
    "battery_charge": (
        "while it takes",
        r"<battery_charge_kw> \le <most_battery> (1 - <battery_discharging>)",
    ),
    "battery_charge_power": (
        "Its power goes with its size, in",
        r"<battery_charge_kw> \le <battery_power> <battery_size_kwh>",
    ),
    "battery_discharge_power": (
        "and out",
        r"<battery_discharge_kw> \le <battery_power> <battery_size_kwh>",
    ),
    "battery_level_within_size": (
        "It holds no more than its size",
        r"<battery_level_kwh> \le <battery_size_kwh>",
    ),
    "battery_level": (
        "What it holds is what it held, and what went in, less what went out and what is lost",
        r"<battery_level_kwh> = F_{r-1} + <step> \left(<battery_in> <battery_charge_kw> "
        r"- \frac{<battery_discharge_kw>}{<battery_out>} - \frac{<battery_loss>}{24\,h} "
        r"<battery_size_kwh>\right)",
    ),
    "battery_midnight": (
        "In the first slice of a day it held its level at midnight",
        r"<battery_level_kwh> = <battery_initial> <battery_size_kwh> + <step> \left(<battery_in> "
        r"<battery_charge_kw> - \frac{<battery_discharge_kw>}{<battery_out>} "
        r"- \frac{<battery_loss>}{24\,h} <battery_size_kwh>\right)",
    ),
    "battery_closes": (
        "and at the end of the day it holds that again",
        r"<battery_level_kwh> = <battery_initial> <battery_size_kwh>",
    ),
}
"""Constraints of the model by their names: what each says, and in symbols."""

_NAMED = re.compile(r"<(\w+)>")
_EVERYTHING = {
    "run": {"name": "equations"},
    "scenarios": {"house": ["flat"], "incentive": ["none"], "plant": ["all"], "tes": ["with"]},
    "plants": {
        "all": {
            "chp": {},
            "boiler": {},
            "tes": {},
            "pv": {},
            "battery": {},
            "heat_pump": {"sizes_kw": [0, 6]},
            "immersion_heater": {},
        }
    },
    "battery": {"loss_share_per_day": 0.01, "initial_share": 0.5, "cycle_cost_gbp_per_kwh": 0.01},
    "time": {"resolution_minutes": 60},
}
"""A system whose model has every term that the page has."""


def models(resources: str | Path) -> list[linopy.Model]:
    """The model of a system with every part, and one with a tolerance and no choice of none."""
    config = load_config(_EVERYTHING, Path(resources))
    (scenario,) = scenario_table(config).values()
    given = design_inputs(config, scenario)
    assert given.tes is not None
    tolerant = given.tes.model_copy(update={"closing_tolerance_kwh": 0.1})
    return [
        build_printed_model(_small_problem(given)),
        build_printed_model(
            _small_problem(given.model_copy(update={"tes": tolerant, "no_unit": False}))
        ),
    ]


def _small_problem(inputs: DesignInputs) -> Problem:
    """Two days of three slices, in one of which export pays more than import costs."""
    shape = (2, 3)
    ones = np.ones(shape)
    sell = 0.05 * ones
    sell[:, 1] = 0.5
    return Problem(
        inputs=inputs,
        day=np.array(["2015-01-01", "2015-01-02"], dtype="datetime64[ns]"),
        day_weight=np.full(2, 182.5),
        step_hours=8.0,
        space_heating_kw=2 * ones,
        hot_water_kw=0 * ones,
        electricity_kw=ones,
        import_price_gbp_per_kwh=0.15 * ones,
        export_price_gbp_per_kwh=sell,
        bau_import_price_gbp_per_kwh=0.15 * ones,
        grid_kg_per_kwh=0.2 * ones,
        outdoor_temperature_c=5 * ones,
        pv_yield_kw_per_kwp=0.3 * ones,
    )


def variables_of(
    model: linopy.Model,
    stated: linopy.LinearExpression
    | linopy.QuadraticExpression
    | linopy.constraints.ConstraintBase,
) -> frozenset[str]:
    """Names of the variables that an expression or a constraint of a model has."""
    labels = stated.to_polars()["vars"].drop_nulls().unique().to_numpy()
    return frozenset(
        str(name)
        for name, variable in model.variables.items()
        if np.isin(np.asarray(variable.labels).ravel(), labels[labels >= 0]).any()
    )


def check(found: list[linopy.Model]) -> None:
    """Refuse texts that are not those of the models.

    Raises
    ------
    ConfigError
        With everything that differs.
    """
    problems: list[str] = []
    stated: dict[str, frozenset[str]] = {}
    objective: frozenset[str] = frozenset()
    variables: set[str] = set()
    for model in found:
        variables |= {str(name) for name in model.variables}
        objective |= variables_of(model, model.objective.expression)
        for name, constraint in model.constraints.items():
            has = variables_of(model, constraint)
            stated[str(name)] = stated.get(str(name), has) & has
    told = {name: _variables(text) for name, (_, text) in CONSTRAINTS.items()}
    told_in_objective = frozenset().union(*(_variables(text) for _, text in OBJECTIVE))
    for what, here, there in (
        ("constraints", set(told), set(stated)),
        ("variables", set(VARIABLES), variables),
        ("the objective", told_in_objective, objective),
    ):
        if here != there:
            problems.append(
                f"{what}: no text of {sorted(there - here)}, and none in the model of "
                f"{sorted(here - there)}"
            )
    problems += [
        f"{name}: the text has {sorted(told[name])}, the model {sorted(has)}"
        for name, has in stated.items()
        if name in told and told[name] != has
    ]
    named = {
        name
        for text in [*(text for _, text in OBJECTIVE), *(text for _, text in CONSTRAINTS.values())]
        for name in _NAMED.findall(text)
    }
    if named - set(VARIABLES) != set(PARAMETERS):
        problems.append(f"parameters: {sorted((named - set(VARIABLES)) ^ set(PARAMETERS))}")
    if problems:
        raise ConfigError("equations that are not those of the model:\n" + "\n".join(problems))


def _variables(text: str) -> frozenset[str]:
    return frozenset(name for name in _NAMED.findall(text) if name in VARIABLES)


def latex(text: str) -> str:
    """A text with its names as symbols."""
    symbols: Mapping[str, Symbol] = VARIABLES | PARAMETERS
    return _NAMED.sub(lambda match: symbols[match[1]].latex, text)


def documentation(resources: str | Path) -> str:
    """The page, once it is checked against the model."""
    check(models(resources))
    lines = [
        "# Equations",
        "",
        "Every equation of the design model, and every symbol. Written by `make reference` from "
        "`microchp.design.equations`, which refuses a text that has other variables than the "
        "model that is solved. Numbers are those of Oluleye et al. 2018; what has no number is of "
        "parts that the papers do not have. All quantities are powers (kW) and hold for every "
        "slice $r$ of every day; $u$ are the units to choose from, $h$ the heat pumps. Nothing is "
        "negative.",
        "",
        "## What is minimised",
        "",
        "The equivalent annual cost (EAC, Eq. 1) is the sum of these.",
    ]
    for meaning, text in OBJECTIVE:
        lines += ["", f"{meaning}:", "", f"$${latex(text)}$$"]
    lines += [
        "",
        "A price of CO2 is charged on fuel and import, and paid on export, as $GIMP_r$, $GEXP_r$ "
        "and $NGP$ say; what business as usual would have paid is a constant.",
        "",
        "## What must hold",
    ]
    for name, (meaning, text) in CONSTRAINTS.items():
        lines += ["", f"{meaning}; in the model `{name}`:", "", f"$${latex(text)}$$"]
    lines += [
        "",
        "## What is chosen",
        "",
        "| symbol | in model and results | unit | meaning |",
        "| --- | --- | --- | --- |",
        *(
            f"| ${one.latex}$ | `{name}` | {one.unit} | {one.meaning} |"
            for name, one in VARIABLES.items()
        ),
        "",
        "## What is given",
        "",
        "| symbol | unit | meaning | key that it follows from |",
        "| --- | --- | --- | --- |",
        *(
            f"| ${one.latex}$ | {one.unit} | {one.meaning} | "
            f"{f'`{one.key}`' if one.key else 'worked out from the others'} |"
            for one in PARAMETERS.values()
        ),
        "",
        "The yearly share of what is bought is its price, less a grant, times the annualisation "
        "factor $AF = IR(1+IR)^n/((1+IR)^n-1)$ with the interest rate $IR$ "
        "(`finance.interest_rate`) and the life $n$ in years (Eq. 6; `as_printed` is $IR(1+IR)$).",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page: ``python -m microchp.design.equations resources docs/equations.md``."""
    Path(sys.argv[2]).write_text(documentation(sys.argv[1]), encoding="utf-8")


if __name__ == "__main__":
    main()
