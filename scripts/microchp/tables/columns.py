"""Columns of result tables: name, unit, label, digits and meaning, each stated once.

The page takes its headings from here, the documentation its tables (``docs/tables.md``), and
:func:`schema` the checks of a table that is read.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from microchp.errors import AssessmentError

TOLERANCE = 1e-6
"""What rounding may take a share beyond its bounds, or a size below zero."""


@dataclass(frozen=True)
class TableColumn:
    """A column of a result table.

    ``unit`` is empty for texts and counts, "1" for shares; ``least`` and ``most`` are the bounds
    that its values must keep; an ``optional`` one is there where a run has what it tells of.
    """

    name: str
    unit: str
    label: str
    meaning: str
    digits: int = 0
    least: float | None = None
    most: float | None = None
    text: bool = False
    optional: bool = False


def _text(name: str, label: str, meaning: str) -> TableColumn:
    return TableColumn(name, "", label, meaning, text=True)


def _size(name: str, unit: str, label: str, meaning: str, digits: int = 1) -> TableColumn:
    return TableColumn(name, unit, label, meaning, digits, least=0.0, optional=True)


def _money(name: str, label: str, meaning: str, digits: int = 0) -> TableColumn:
    return TableColumn(name, "£/y", label, meaning, digits)


def _near(name: str, label: str, meaning: str) -> TableColumn:
    return TableColumn(name, "kWh", label, meaning, 1, least=0.0, optional=True)


def _amount(name: str, label: str, meaning: str, optional: bool = False) -> TableColumn:
    return TableColumn(name, "kWh/y", label, meaning, least=0.0, optional=optional)


def _share(name: str, label: str, meaning: str, optional: bool = False) -> TableColumn:
    return TableColumn(name, "1", label, meaning, 2, least=0.0, most=1.0, optional=optional)


PART_SIZES = (
    _size("heat_pump_kw", "kW", "Heat pump", "Rated heat of the heat pump."),
    _size("immersion_kw", "kW", "Immersion heater", "Power of the immersion heater."),
    _size("pv_kwp", "kWp", "Photovoltaics", "Peak power of the photovoltaics."),
    _size("battery_kwh", "kWh", "Battery", "Usable size of the battery."),
)
"""Sizes of the parts that a plant may have beside a unit, a boiler and a hot-water store."""

STREET = (
    TableColumn(
        "fuel_kwh",
        "kWh",
        "Fuel",
        "Fuel of all units and boilers, by its lower heating value.",
        0,
        0.0,
    ),
    TableColumn(
        "co2_kg",
        "kg",
        "CO₂",
        "CO2 of the fuel, and of what each meter imports less what it exports, hour by hour.",
    ),
    TableColumn(
        "cost_gbp",
        "£",
        "Cost",
        "What all dwellings pay by their own meters, capital included. Empty where a unit has "
        "no price or some heat is not served.",
    ),
    TableColumn(
        "bau_co2_kg", "kg", "CO₂ today", "CO2 of the same dwellings without any unit.", 0, 0.0
    ),
    TableColumn(
        "bau_cost_gbp", "£", "Cost of today", "Cost of the same dwellings without any unit."
    ),
    TableColumn(
        "subsidy_gbp",
        "£",
        "Paid by the policy",
        "What the policy pays; of a grant, the share that falls to the period.",
    ),
    TableColumn(
        "subsidy_gbp_per_tonne",
        "£/t",
        "Policy cost of CO₂",
        "What the policy pays over the CO2 saved. Empty where none is saved.",
    ),
)
"""Columns of ``groups.csv`` on money and CO2: sums over the dwellings of a group in a period."""

SERVICE = (
    TableColumn("starts", "1/y", "Starts", "Times that the unit goes from off to on.", 0, 0.0),
    TableColumn("run_hours", "h/y", "Run hours", "Hours in which the unit runs.", 0, 0.0),
    TableColumn(
        "service_life_years",
        "y",
        "Worn out after",
        "Years until the unit has run `service_hours` or made `service_starts`; what age does to "
        "it is not counted. Empty: it never does.",
        1,
        0.0,
    ),
    TableColumn(
        "replacements",
        "",
        "Bought again",
        "How often a new unit is bought within `finance.lifetime_years`.",
        0,
        0.0,
    ),
    _money(
        "replacement_gbp_per_year",
        "Cost of buying again",
        "Present value of all replacements, spread over the years.",
    ),
    _money(
        "saving_gbp",
        "Saved",
        "What the household saves: `eai_gbp` of a design; of a heat-led run, the same from "
        "its own account.",
    ),
    _money(
        "saving_after_replacement_gbp",
        "Saved after that cost",
        "`saving_gbp` less `replacement_gbp_per_year`.",
    ),
    _share(
        "grid_free_time_share",
        "Time without import",
        "Share of the year in which nothing is imported.",
    ),
    _share(
        "grid_free_energy_share",
        "Electricity not imported",
        "Share of the electricity demand that is not imported.",
    ),
    TableColumn(
        "large_draws",
        "1/y",
        "Large draws",
        "How often at least half of the store is drawn within an hour.",
        0,
        0.0,
    ),
    TableColumn(
        "store_recovery_minutes",
        "min",
        "Store back after",
        "Mean time after a large draw until the store is back at its level before the draw, "
        "or is nine tenths full.",
        0,
        0.0,
    ),
    TableColumn("longest_recovery_minutes", "min", "At longest", "Longest such time.", 0, 0.0),
    _share(
        "hot_water_from_boiler_share",
        "Hot water by the boiler",
        "Share of the hot water that comes from the boiler in the minute in which it is drawn.",
    ),
    TableColumn(
        "unmet_hot_water_kwh",
        "kWh/y",
        "Hot water not served",
        "Hot water that is not served in the minute in which it is drawn.",
        1,
        0.0,
    ),
    TableColumn(
        "unmet_hot_water_minutes",
        "min/y",
        "Minutes of that",
        "Minutes in which some hot water is not served.",
        0,
        0.0,
    ),
)
"""Numbers of ``service.csv``."""

METERING = (
    TableColumn(
        "bought_kwh",
        "kWh/y",
        "Billed",
        "What is billed. A register that runs backwards has taken exports off it.",
    ),
    TableColumn("sold_kwh", "kWh/y", "Sold", "What the rule counts as sold.", 0, 0.0),
    _money(
        "household_gbp",
        "Household",
        "What the household's bill falls by, payments for export included.",
    ),
    _money(
        "supplier_gbp",
        "Supplier",
        "What is left of `value_gbp` when household, network and policy have theirs.",
    ),
    _money(
        "network_gbp",
        "Network",
        "Network charges on what is billed more than today. Below zero: charges that are lost.",
    ),
    _money("policy_gbp", "Policy", "What the policy pays for metered export, below zero."),
    _money(
        "value_gbp",
        "All of them",
        "What all four gain together: the wholesale value of the electricity that is no "
        "longer taken.",
    ),
    _money(
        "saving_gbp",
        "Saved by the household",
        "What the household saves in all, as `eai_gbp`: capital, fuel and payments for "
        "generation are counted.",
    ),
)
"""Columns of ``metering.csv`` beside what names a row."""

DESIGNS = (
    _text(
        "scenario",
        "Id",
        "Name of the design's files. Read it as a whole: its parts are in columns of their own.",
    ),
    _text("house", "House", "House type."),
    _text("incentive", "Incentive", "What the policy pays."),
    _text("tes", "Store", "Whether a hot-water store could be chosen: `with` or `without`."),
    _text("plant", "Plant", "Which parts could be chosen."),
    TableColumn("chp_kw", "kW", "Unit", "Rated power of the micro-CHP unit. 0: none.", 1, 0.0),
    TableColumn("tes_kwh", "kWh", "Store", "Size of the hot-water store.", 1, 0.0),
    _text("chp_unit", "Unit", "Name of the unit in the catalogue. Empty: none."),
    *PART_SIZES,
    _money(
        "eac_gbp",
        "Cost of a year",
        "Equivalent annual cost (EAC): annualised capital, fuel, maintenance and import, less "
        "income.",
    ),
    _money(
        "eai_gbp",
        "Saved",
        "Equivalent annual income (EAI): cost of business as usual less cost of the design. "
        "The design pays where it is above zero.",
    ),
    _money(
        "bau_cost_gbp",
        "Cost of today",
        "Business as usual: all heat from the boiler, all "
        "electricity imported, at the standard tariff.",
    ),
    TableColumn("investment_gbp", "£", "Investment", "Capital less grants."),
    TableColumn(
        "system_payback_years",
        "y",
        "Payback",
        "Investment over what the first year saves before capital, not discounted. Empty: it "
        "never pays back.",
        1,
        0.0,
    ),
    TableColumn(
        "system_discounted_payback_years",
        "y",
        "Discounted payback",
        "Years until the discounted savings make up for the investment. Empty: they never do.",
        1,
        0.0,
    ),
    TableColumn("system_npv_gbp", "£", "Present value", "Net present value over the lifetime."),
    TableColumn(
        "system_irr", "1", "Rate of return", "Interest rate at which the present value is zero.", 3
    ),
    TableColumn(
        "tes_payback_years",
        "y",
        "Payback of the store",
        "Payback of the design with a store, compared with the design without one.",
        1,
        0.0,
    ),
    TableColumn(
        "tes_npv_gbp",
        "£",
        "Present value of the store",
        "Net present value of the design with a store less that of the design without one.",
    ),
    TableColumn(
        "tes_investment_gbp",
        "£",
        "Investment in the store",
        "Investment in the design with a store less that in the design without one. If the "
        "two have different units, the difference between the units is in it.",
    ),
    _money(
        "tes_saving_gbp",
        "Saved by the store, before capital",
        "What the design with a store saves a year before capital, less what the design "
        "without one saves.",
    ),
    _money(
        "tes_eai_gbp",
        "Saved by the store",
        "`eai_gbp` of the design with a store less that of the design without one.",
    ),
    _money(
        "tes_eai_least_gbp",
        "Saved by the store, at least",
        "Least that `tes_eai_gbp` can be, as far as the two designs are proven.",
    ),
    _money(
        "tes_eai_most_gbp",
        "Saved by the store, at most",
        "Most that `tes_eai_gbp` can be, as far as the two designs are proven.",
    ),
    TableColumn(
        "tes_co2_saving_kg",
        "kg/y",
        "CO₂ saved by the store",
        "CO2 of the design without a store less that of the design with one.",
    ),
    TableColumn(
        "tde_kwh",
        "kWh/y",
        "Delivered energy",
        "Total delivered energy (TDE, Eq. 19): fuel, and net import over the grid's efficiency.",
    ),
    TableColumn(
        "bau_tde_kwh",
        "kWh/y",
        "Delivered energy today",
        "Total delivered energy of business as usual.",
        least=0.0,
    ),
    TableColumn(
        "co2_kg",
        "kg/y",
        "CO₂",
        "CO2 of all fuel and of net import, by the factors of `emissions` (Eq. 20).",
    ),
    TableColumn("bau_co2_kg", "kg/y", "CO₂ today", "CO2 of business as usual.", least=0.0),
    TableColumn("grid_co2_kg", "kg/y", "CO₂ of the grid", "CO2 of net import, hour by hour."),
    TableColumn(
        "bau_grid_co2_kg",
        "kg/y",
        "CO₂ of the grid today",
        "CO2 of the electricity of business as usual, hour by hour.",
    ),
    TableColumn(
        "grid_kg_per_kwh",
        "kg/kWh",
        "Grid's factor",
        "Emission factor of the grid, mean over the year.",
        3,
        least=0.0,
    ),
    _amount("space_heating_kwh", "Space heating", "Demand for space heating."),
    _amount("hot_water_kwh", "Hot water", "Demand for hot water."),
    _amount(
        "electricity_kwh",
        "Electricity",
        "Demand for electricity, that of a heat pump or immersion heater apart.",
    ),
    _amount("chp_heat_kwh", "Heat of the unit", "Heat that the unit makes."),
    _amount("boiler_heat_kwh", "Heat of the boiler", "Heat that the boiler makes."),
    _amount("chp_electricity_kwh", "Generated", "Electricity that the unit makes."),
    _amount("heat_pump_heat_kwh", "Heat of the heat pump", "Heat that the heat pump makes.", True),
    _amount(
        "heat_pump_electricity_kwh",
        "Electricity of the heat pump",
        "Electricity that the heat pump takes.",
        True,
    ),
    _amount("immersion_kwh", "Immersion heater", "Heat that the immersion heater makes.", True),
    _amount(
        "pv_electricity_kwh",
        "Photovoltaic power",
        "Electricity from photovoltaics that is used or exported.",
        True,
    ),
    _amount(
        "pv_curtailed_kwh",
        "Photovoltaic power lost",
        "Electricity from photovoltaics that the connection does not take.",
        True,
    ),
    _amount("battery_charge_kwh", "Into the battery", "Electricity charged in the year.", True),
    _amount(
        "battery_discharge_kwh", "Out of the battery", "Electricity discharged in the year.", True
    ),
    _amount("import_kwh", "Import", "Electricity bought."),
    _amount("export_kwh", "Export", "Electricity sold."),
    _amount("tes_charge_kwh", "Into the store", "Heat charged in the year."),
    _amount("tes_discharge_kwh", "Out of the store", "Heat discharged in the year."),
    TableColumn(
        "tes_loss_kwh",
        "kWh/y",
        "Loss of the store",
        "Heat lost by the store: charge less discharge.",
    ),
    _amount("chp_fuel_kwh", "Fuel of the unit", "Fuel of the unit, by its lower heating value."),
    _amount(
        "boiler_fuel_kwh", "Fuel of the boiler", "Fuel of the boiler, by its lower heating value."
    ),
    _amount("bau_fuel_kwh", "Fuel today", "Fuel of business as usual, by its lower heating value."),
    _share(
        "chp_direct_heat_share",
        "Heat at once from the unit",
        "Share of the heat demand that the unit meets at once.",
    ),
    _share(
        "heat_pump_direct_heat_share",
        "Heat at once from the heat pump",
        "Share of the heat demand that the heat pump meets at once.",
        True,
    ),
    _share(
        "immersion_direct_heat_share",
        "Heat at once from the immersion heater",
        "Share of the heat demand that the immersion heater meets at once.",
        True,
    ),
    _share(
        "boiler_direct_heat_share",
        "Heat at once from the boiler",
        "Share of the heat demand that the boiler meets at once.",
    ),
    _share(
        "store_heat_share",
        "Heat out of the store",
        "Share of the heat demand that the store meets.",
    ),
    _share(
        "chp_produced_heat_share",
        "Heat made by the unit",
        "Share of the heat from unit and boiler that the unit makes.",
    ),
    _share(
        "store_from_boiler_share",
        "Store filled by the boiler",
        "Share of the heat charged that comes from the boiler.",
    ),
    _share(
        "self_consumption_share", "Used at home", "Share of the generation that is used at home."
    ),
    _share(
        "self_sufficiency_share",
        "Met at home",
        "Share of the electricity demand that is met by own generation.",
    ),
    _share("export_share", "Exported", "Share of the generation that is exported."),
    TableColumn("chp_starts", "1/y", "Starts", "Times that the unit goes from off to on.", 0, 0.0),
    TableColumn(
        "chp_charged_starts",
        "1/y",
        "Starts that count",
        "Starts as cost and fuel of starts count them: as if each day were followed by itself.",
        0,
        0.0,
    ),
    _amount(
        "chp_start_fuel_kwh",
        "Fuel of starts",
        "Fuel that starts take; it is part of the unit's fuel.",
    ),
    TableColumn("chp_run_hours", "h/y", "Run hours", "Hours in which the unit runs.", 0, 0.0),
    TableColumn(
        "chp_full_load_hours", "h/y", "Full-load hours", "Generation over rated power.", 0, 0.0
    ),
    TableColumn(
        "peak_import_kw", "kW", "Largest import", "Largest import, as the mean of a step.", 1, 0.0
    ),
    TableColumn(
        "peak_export_kw", "kW", "Largest export", "Largest export, as the mean of a step.", 1, 0.0
    ),
    _money("capital_gbp", "Capital", "Yearly share of the investment."),
    _money("chp_fuel_gbp", "Fuel of the unit", "Cost of the unit's fuel."),
    _money("boiler_fuel_gbp", "Fuel of the boiler", "Cost of the boiler's fuel."),
    _money("maintenance_gbp", "Maintenance", "Cost of maintenance."),
    _money(
        "chp_start_gbp",
        "Starts",
        "Wear of starts; it is part of the maintenance. The fuel of starts is part of the "
        "unit's fuel.",
    ),
    _money("import_gbp", "Import", "Cost of the electricity bought."),
    _money("export_income_gbp", "Export", "Income from metered export."),
    _money("generation_income_gbp", "Generation", "Income from generation and deemed export."),
    _money("co2_income_gbp", "CO₂", "Income from CO2 below business as usual."),
    _money(
        "bau_capital_gbp",
        "Capital today",
        "Yearly share of the boiler's cost, where the boiler counts as bought.",
    ),
    _money("bau_fuel_gbp", "Fuel today", "Cost of fuel in business as usual."),
    _money("bau_maintenance_gbp", "Maintenance today", "Cost of maintenance in business as usual."),
    _money("bau_import_gbp", "Import today", "Cost of electricity in business as usual."),
    TableColumn(
        "electricity_cost_gbp_per_kwh",
        "£/kWh",
        "Own electricity",
        "Cost of a kWh that the unit makes: yearly cost of plant and fuel less what the "
        "boiler alone would cost, over the generation. Payments by the policy are not "
        "counted.",
        3,
    ),
    _money("saving_gbp", "Saved before capital", "What the first year saves before capital."),
    _money(
        "eai_crf_gbp",
        "Saved, by the capital recovery factor",
        "`eai_gbp` with the capital recovery factor.",
    ),
    _money(
        "eai_as_printed_gbp",
        "Saved, by Eq. 6 as printed",
        "`eai_gbp` with the factor of Eq. 6 as printed.",
    ),
    TableColumn(
        "co2_price_gbp_per_kg", "£/kg", "CO₂ price", "What the policy pays for CO2 saved.", 3, 0.0
    ),
    TableColumn("interest_rate", "1", "Interest rate", "`finance.interest_rate`.", 3, 0.0, 1.0),
    TableColumn("lifetime_years", "y", "Lifetime", "`finance.lifetime_years`.", 0, 1.0),
    TableColumn(
        "price_escalation_per_year",
        "1",
        "Price escalation",
        "`finance.price_escalation_per_year`.",
        3,
    ),
    TableColumn(
        "lower_bound_gbp",
        "£/y",
        "Lower bound",
        "No design of the scenario can cost less than this.",
    ),
    TableColumn(
        "relative_gap",
        "1",
        "Gap",
        "Cost less lower bound, over the cost: what a better design could still save, at most.",
        5,
    ),
    TableColumn(
        "whole_year_eac_gbp",
        "£/y",
        "Cost over all days",
        "Cost of the sizes over the whole year, where they were found on some of its days. "
        "Empty: they were not shown to heat the house all year.",
    ),
    TableColumn(
        "whole_year_bau_cost_gbp",
        "£/y",
        "Cost of today over all days",
        "Cost of business as usual over the whole year, where only some of its days were modelled.",
        optional=True,
    ),
    TableColumn(
        "whole_year_bound_gbp",
        "£/y",
        "Least cost over all days",
        "No design of the scenario, of any size, can cost less over the whole year than this. "
        "Empty where only some days were modelled, with a battery beside the hot-water store.",
        optional=True,
    ),
    TableColumn(
        "whole_year_gap",
        "1",
        "Error of the days, at most",
        "`whole_year_eac_gbp` less `whole_year_bound_gbp`, over `whole_year_eac_gbp`.",
        5,
        optional=True,
    ),
    _near(
        "tes_within_1_percent_from_kwh",
        "Near the best from",
        "Smallest store of a range in which every store is proven to cost within 1 % of the "
        "least. Empty: not known.",
    ),
    _near(
        "tes_within_1_percent_to_kwh",
        "Near the best to",
        "Largest store of that range.",
    ),
    _near(
        "tes_beyond_1_percent_below_kwh",
        "Not near the best below",
        "Every smaller store is proven to cost over 1 % more than the least, whatever the unit.",
    ),
    _near(
        "tes_beyond_1_percent_above_kwh",
        "Not near the best above",
        "Every larger store is proven to cost over 1 % more than the least, whatever the unit.",
    ),
    _text("variant", "Variant", "Name of the change to the configuration. Empty: none."),
    _text("design", "Sizes", "`optimal`, or the name of the sizes that were given."),
    _text(
        "annualisation",
        "Annualisation",
        "How capital becomes a yearly cost: `crf` or `as_printed`.",
    ),
    _text("solve_method", "Method", "How the design was solved."),
    _text("solve_status", "Status", "How the solve ended."),
    TableColumn("solve_seconds", "s", "Solved in", "Time that the solve took.", 1, 0.0),
    TableColumn("resolution_minutes", "min", "Step", "Length of a slice.", 0, 0.0),
    TableColumn("days_modelled", "d", "Days", "Number of days that stand for the year.", 0, 1.0),
    TableColumn(
        "days_of_year", "d", "Days of the year", "365, or 366 in a leap year.", 0, 365.0, 366.0
    ),
)
"""Columns of ``designs.csv``."""

_CO2 = "By the factors of `emissions`, Eq. 20."

CONTROL = (
    _text("scenario", "Id", "Name of the design that is installed."),
    _text("extent", "Of", "`dwelling`: the first dwelling alone. `group`: all of the group."),
    TableColumn(
        "penetration",
        "1",
        "Penetration",
        "Share of the dwellings that have the design.",
        2,
        0.0,
        1.0,
    ),
    _text("control", "Control", "Who controls the units."),
    TableColumn("cost_gbp", "£/y", "Cost of a year", "What all dwellings pay, capital included."),
    _amount(
        "import_kwh", "Import", "What all dwellings together import, as their transformer sees it."
    ),
    _amount(
        "export_kwh", "Export", "What all dwellings together export, as their transformer sees it."
    ),
    TableColumn(
        "peak_import_kw",
        "kW",
        "Largest import",
        "Largest import of all dwellings together, as the mean of a step.",
        1,
        0.0,
    ),
    TableColumn(
        "peak_export_kw",
        "kW",
        "Largest export",
        "Largest export of all dwellings together, as the mean of a step.",
        1,
        0.0,
    ),
    TableColumn("co2_kg", "kg/y", "CO₂", _CO2),
    TableColumn("chp_starts", "1/y", "Starts", "Starts of all units together.", 0, 0.0),
    _money(
        "value_gbp",
        "Worth of control",
        "Cost under `heat_led` less cost under this control. For `network`, both are counted "
        "as `network` counts them (`objective_gbp`).",
    ),
    _money(
        "lower_bound_gbp",
        "Lower bound",
        "No control of these units can cost less than this. For `network`, cost is what it "
        "minimises (`objective_gbp`).",
    ),
    TableColumn(
        "relative_gap",
        "1",
        "Gap",
        "For `household` and `network`: what is minimised less its lower bound, over what is "
        "minimised.",
        5,
    ),
    _money(
        "objective_gbp",
        "Cost of the group",
        "What `network` minimises, for this schedule. Empty where no control is `network`.",
    ),
    _money(
        "payment_gbp",
        "Paid to households",
        "What households are paid so that none pays more under `network` than under `household`.",
    ),
    TableColumn(
        "over_limit_kwh",
        "kWh/y",
        "Beyond the limit",
        "Electricity through the transformer beyond the limits of `network`.",
        1,
        0.0,
    ),
    TableColumn(
        "dwellings", "", "Dwellings", "All dwellings, with the design or without it.", 0, 1.0
    ),
    TableColumn("units", "", "With the design", "Dwellings that have the design.", 0, 0.0),
    TableColumn(
        "chp_run_hours", "h/y", "Run hours", "Hours in which units run, all units together.", 0, 0.0
    ),
    _amount("chp_electricity_kwh", "Generated", "Electricity that all units make."),
    _amount("fuel_kwh", "Fuel", "Fuel of all dwellings, by its lower heating value."),
    _amount(
        "unmet_heat_kwh",
        "Heat not served",
        "Heat that is not served, in all dwellings. Where there is any, the cost is empty.",
    ),
    _money(
        "bau_cost_gbp", "Cost of today", "Cost of all dwellings with a boiler and the grid alone."
    ),
    TableColumn(
        "bau_co2_kg",
        "kg/y",
        "CO₂ today",
        "CO2 of all dwellings with a boiler and the grid alone.",
        least=0.0,
    ),
    TableColumn(
        "saving_kept_share",
        "1",
        "Saving kept",
        "Saving under this control over the saving under `household`. Empty where that saves "
        "nothing.",
        2,
    ),
    TableColumn(
        "co2_kept_share",
        "1",
        "CO₂ saving kept",
        "CO2 saved under this control over that saved under `household`. Empty where that "
        "saves none.",
        2,
    ),
    _text("house", "House", "House type."),
    _text("incentive", "Incentive", "What the policy pays."),
    _text("tes", "Store", "Whether a hot-water store could be chosen."),
    _text("plant", "Plant", "Which parts could be chosen."),
    _text("variant", "Variant", "Name of the change to the configuration. Empty: none."),
    _text("design", "Sizes", "`optimal`, or the name of the sizes that were given."),
)
"""Columns of ``control.csv``."""

BY_NAME = {column.name: column for column in DESIGNS}


def schema(columns: Sequence[TableColumn] = DESIGNS) -> pa.DataFrameSchema:
    """What every column of the registry that a table has must hold.

    Columns that are not in the registry are let through; values are compared with their bounds
    within :data:`TOLERANCE`, relative to a bound above 1.
    """
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                str if column.text else float,
                checks=_bounds(column),
                nullable=not column.text,
                required=False,
                coerce=not column.text,
            )
            for column in columns
        }
    )


def check(table: pd.DataFrame, name: str, columns: Sequence[TableColumn] = DESIGNS) -> pd.DataFrame:
    """A table whose columns are what the registry says.

    Raises
    ------
    AssessmentError
        With every column that is not, and the first value of each.
    """
    try:
        # a copy in one piece: absent columns were put in one by one, of which pandas warns later
        return schema(columns).validate(table, lazy=True).copy()
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.drop_duplicates("column")
        found = ", ".join(
            f"{case['column']} ({case['failure_case']}: {case['check']})"
            for _, case in cases.iterrows()
        )
        raise AssessmentError(f"{name}: {found}") from None


def _bounds(column: TableColumn) -> list[pa.Check]:
    found = []
    if column.least is not None:
        found.append(pa.Check.ge(column.least - TOLERANCE))
    if column.most is not None:
        found.append(pa.Check.le(column.most + TOLERANCE))
    return found


def _table(columns: Sequence[TableColumn]) -> list[str]:
    return [
        "| column | unit | on the page | meaning |",
        "| --- | --- | --- | --- |",
        *(f"| `{c.name}` | {c.unit or '–'} | {c.label} | {c.meaning} |" for c in columns),
    ]


def documentation() -> str:
    """The columns as a page of the documentation."""
    lines = [
        "# Columns of `designs.csv`",
        "",
        "Written by `make reference` from `microchp.tables.columns`. The unit 1 is a share: 0.25 "
        "is a quarter. A cell without a value is empty. Columns of parts that no design of a run "
        "may have can be missing.",
        "",
        *_table(DESIGNS),
        "",
        "## Money and CO2 in `groups.csv`",
        "",
        "Sums over the dwellings of a group, in each of its periods ([Groups](groups.md)).",
        "",
        *_table(STREET),
        "",
        "## Columns of `metering.csv`",
        "",
        "Who gains in a year under which rule of metering ([Groups](groups.md)): a row for each "
        "design and rule (`extent` is `dwelling`), and one for each group, penetration and rule "
        "(`extent` is `group`).",
        "",
        *_table(METERING),
        "",
        "## Columns of `service.csv`",
        "",
        "How hard units and stores work ([Groups](groups.md)): a row for each design as it was "
        "designed (`control` is `design`), and one for the mean dwelling of each case that is run "
        "heat-led.",
        "",
        *_table(SERVICE),
        "",
        "## Columns of `control.csv`",
        "",
        "A row per scenario, penetration and control ([Who controls](control.md)).",
        "",
        *_table(CONTROL),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page: ``python -m microchp.tables.columns docs/tables.md``."""
    Path(sys.argv[1]).write_text(documentation(), encoding="utf-8")


if __name__ == "__main__":
    main()
