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
    _size("heat_pump_kw", "kW", "Heat pump", "Heat of the heat pump at rated conditions."),
    _size("immersion_kw", "kW", "Immersion heater", "Power of the immersion heater."),
    _size("pv_kwp", "kWp", "Photovoltaics", "Peak power of the photovoltaics."),
    _size("battery_kwh", "kWh", "Battery", "Usable size of the battery."),
)
"""Sizes of the parts that a plant may have beside a unit, a boiler and a hot-water store."""

STREET = (
    TableColumn("fuel_kwh", "kWh", "Fuel", "Of units and boilers, lower heating value.", 0, 0.0),
    TableColumn("co2_kg", "kg", "CO₂", "Of fuel and of each meter's net import, hour by hour."),
    TableColumn(
        "cost_gbp",
        "£",
        "Cost",
        "Of all dwellings, by their own meters, capital included; empty where a unit has no price "
        "or heat is unmet.",
    ),
    TableColumn("bau_co2_kg", "kg", "CO₂ today", "The same without any unit.", 0, 0.0),
    TableColumn("bau_cost_gbp", "£", "Cost of today", "The same without any unit."),
    TableColumn("subsidy_gbp", "£", "Paid by the policy", "Grants as their share of the time."),
    TableColumn(
        "subsidy_gbp_per_tonne",
        "£/t",
        "Policy cost of CO₂",
        "Paid by the policy over the CO2 saved; empty where none is saved.",
    ),
)
"""Columns of ``groups.csv`` on money and CO2: sums over the dwellings of a group in a period."""

SERVICE = (
    TableColumn("starts", "1/y", "Starts", "Times that the unit goes from off to on.", 0, 0.0),
    TableColumn("run_hours", "h/y", "Run hours", "Hours in which the unit runs.", 0, 0.0),
    TableColumn(
        "service_life_years",
        "y",
        "Lasts",
        "Until `service_hours` or `service_starts` of the unit are used up; empty: never.",
        1,
        0.0,
    ),
    TableColumn("replacements", "", "Bought again", "Within `finance.lifetime_years`.", 0, 0.0),
    _money("replacement_gbp_per_year", "Cost of buying again", "Present value as a yearly cost."),
    _money("saving_gbp", "Saved", "As designed `eai_gbp`, heat-led by the account."),
    _money(
        "saving_after_replacement_gbp",
        "Saved after that cost",
        "The same, less the cost of buying again.",
    ),
    _share("grid_free_time_share", "Time without import", "Of the year."),
    _share("grid_free_energy_share", "Electricity not imported", "Of the demand."),
    TableColumn("large_draws", "1/y", "Large draws", "Half of the store within an hour.", 0, 0.0),
    TableColumn(
        "store_recovery_minutes",
        "min",
        "Store back after",
        "Mean, until its level before the draw or nine tenths of its size.",
        0,
        0.0,
    ),
    TableColumn("longest_recovery_minutes", "min", "At longest", "The same.", 0, 0.0),
    _share("hot_water_from_boiler_share", "Hot water by the boiler", "At the tap, in its minute."),
    TableColumn("unmet_hot_water_kwh", "kWh/y", "Hot water not served", "In its minute.", 1, 0.0),
    TableColumn("unmet_hot_water_minutes", "min/y", "Minutes of that", "The same.", 0, 0.0),
)
"""Numbers of ``service.csv``."""

METERING = (
    TableColumn("bought_kwh", "kWh/y", "Billed", "Net of what a register has run backwards."),
    TableColumn("sold_kwh", "kWh/y", "Sold", "What the rule counts as sold.", 0, 0.0),
    _money("household_gbp", "Household", "What its bill falls by, what it is paid in it."),
    _money(
        "supplier_gbp", "Supplier", "What it need not buy and pass on, less what its bills fall by."
    ),
    _money("network_gbp", "Network", "Its charge on what is billed more; below zero: less."),
    _money("policy_gbp", "Policy", "What it pays for metered export, as a loss."),
    _money("value_gbp", "All of them", "Wholesale value of what is no longer taken."),
    _money(
        "saving_gbp",
        "Saved by the household",
        "In all, as `eai_gbp`: capital, fuel and payments for generation in it.",
    ),
)
"""Columns of ``metering.csv`` beside what names a row."""

DESIGNS = (
    _text("scenario", "Id", "Names the design's files; never to be taken apart."),
    _text("house", "House", "House type."),
    _text("incentive", "Incentive", "What the policy pays."),
    _text("tes", "Store", "Whether a hot-water store could be chosen: `with` or `without`."),
    _text("plant", "Plant", "Which parts could be chosen."),
    TableColumn("chp_kw", "kW", "Unit", "Rated power of the micro-CHP unit; 0: none.", 1, 0.0),
    TableColumn("tes_kwh", "kWh", "Store", "Size of the hot-water store.", 1, 0.0),
    _text("chp_unit", "Unit", "Name of the unit in the catalogue; empty: none."),
    *PART_SIZES,
    _money(
        "eac_gbp",
        "Cost of a year",
        "Equivalent annual cost (EAC): annualised capital, fuel, "
        "maintenance and import, less income.",
    ),
    _money(
        "eai_gbp",
        "Saved",
        "Equivalent annual income (EAI): cost of business as usual less "
        "that of the design. Above zero, it pays.",
    ),
    _money(
        "bau_cost_gbp",
        "Cost of today",
        "Business as usual: all heat from the boiler, all "
        "electricity imported, at the standard tariff.",
    ),
    TableColumn("investment_gbp", "£", "Investment", "Capital, grants taken off."),
    TableColumn(
        "system_payback_years",
        "y",
        "Payback",
        "Investment over the first year's saving before capital, not discounted; empty: never.",
        1,
        0.0,
    ),
    TableColumn(
        "system_discounted_payback_years",
        "y",
        "Discounted payback",
        "The same, savings discounted.",
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
        "Of the design with a store against the one without.",
        1,
        0.0,
    ),
    TableColumn("tes_npv_gbp", "£", "Present value of the store", "The same."),
    TableColumn(
        "tes_investment_gbp",
        "£",
        "Investment in the store",
        "The same; a change of the unit is in it.",
    ),
    _money("tes_saving_gbp", "Saved by the store, before capital", "The same."),
    _money("tes_eai_gbp", "Saved by the store", "The same, capital included."),
    _money(
        "tes_eai_least_gbp",
        "Saved by the store, at least",
        "What the lower bounds of the two designs leave possible.",
    ),
    _money("tes_eai_most_gbp", "Saved by the store, at most", "The same."),
    TableColumn("tes_co2_saving_kg", "kg/y", "CO₂ saved by the store", "The same."),
    TableColumn(
        "tde_kwh",
        "kWh/y",
        "Delivered energy",
        "Total delivered energy (TDE): fuel, and net import over the grid's efficiency, Eq. 19.",
    ),
    TableColumn(
        "bau_tde_kwh",
        "kWh/y",
        "Delivered energy today",
        "The same for business as usual.",
        least=0.0,
    ),
    TableColumn(
        "co2_kg",
        "kg/y",
        "CO₂",
        "Of all fuel and of net import, by the factors of `emissions`, Eq. 20.",
    ),
    TableColumn("bau_co2_kg", "kg/y", "CO₂ today", "The same for business as usual.", least=0.0),
    TableColumn("grid_co2_kg", "kg/y", "CO₂ of the grid", "Of net import, by the hour."),
    TableColumn(
        "bau_grid_co2_kg", "kg/y", "CO₂ of the grid today", "The same for business as usual."
    ),
    TableColumn("grid_kg_per_kwh", "kg/kWh", "Grid's factor", "Mean over the year.", 3, least=0.0),
    _amount("space_heating_kwh", "Space heating", "Demand."),
    _amount("hot_water_kwh", "Hot water", "Demand."),
    _amount("electricity_kwh", "Electricity", "Demand."),
    _amount("chp_heat_kwh", "Heat of the unit", "Heat that the unit makes."),
    _amount("boiler_heat_kwh", "Heat of the boiler", "Heat that the boiler makes."),
    _amount("chp_electricity_kwh", "Generated", "Electricity that the unit makes."),
    _amount("heat_pump_heat_kwh", "Heat of the heat pump", "Heat that it makes.", True),
    _amount("heat_pump_electricity_kwh", "Electricity of the heat pump", "What it takes.", True),
    _amount("immersion_kwh", "Immersion heater", "Heat that it makes.", True),
    _amount("pv_electricity_kwh", "Photovoltaic power", "What is used or exported of it.", True),
    _amount(
        "pv_curtailed_kwh", "Photovoltaic power lost", "What the connection does not take.", True
    ),
    _amount("battery_charge_kwh", "Into the battery", "Charged in the year.", True),
    _amount("battery_discharge_kwh", "Out of the battery", "Discharged in the year.", True),
    _amount("import_kwh", "Import", "Electricity bought."),
    _amount("export_kwh", "Export", "Electricity sold."),
    _amount("tes_charge_kwh", "Into the store", "Heat charged."),
    _amount("tes_discharge_kwh", "Out of the store", "Heat discharged."),
    TableColumn("tes_loss_kwh", "kWh/y", "Loss of the store", "Charge less discharge."),
    _amount("chp_fuel_kwh", "Fuel of the unit", "Lower heating value."),
    _amount("boiler_fuel_kwh", "Fuel of the boiler", "Lower heating value."),
    _amount("bau_fuel_kwh", "Fuel today", "Of business as usual, lower heating value."),
    _share("chp_direct_heat_share", "Heat at once from the unit", "Of the heat demand."),
    _share(
        "heat_pump_direct_heat_share",
        "Heat at once from the heat pump",
        "Of the heat demand.",
        True,
    ),
    _share(
        "immersion_direct_heat_share",
        "Heat at once from the immersion heater",
        "Of the heat demand.",
        True,
    ),
    _share("boiler_direct_heat_share", "Heat at once from the boiler", "Of the heat demand."),
    _share("store_heat_share", "Heat out of the store", "Of the heat demand."),
    _share(
        "chp_produced_heat_share", "Heat made by the unit", "Of the heat that unit and boiler make."
    ),
    _share("store_from_boiler_share", "Store filled by the boiler", "Of the heat charged."),
    _share("self_consumption_share", "Used at home", "Of the generation."),
    _share("self_sufficiency_share", "Met at home", "Of the electricity demand."),
    _share("export_share", "Exported", "Of the generation."),
    TableColumn("chp_starts", "1/y", "Starts", "Times that the unit goes from off to on.", 0, 0.0),
    TableColumn(
        "chp_charged_starts",
        "1/y",
        "Starts that count",
        "The same where each day follows itself; what start cost and fuel are counted by.",
        0,
        0.0,
    ),
    _amount("chp_start_fuel_kwh", "Fuel of starts", "Within the fuel of the unit."),
    TableColumn("chp_run_hours", "h/y", "Run hours", "Hours in which the unit runs.", 0, 0.0),
    TableColumn(
        "chp_full_load_hours", "h/y", "Full-load hours", "Generation over rated power.", 0, 0.0
    ),
    TableColumn("peak_import_kw", "kW", "Largest import", "Largest mean over a step.", 1, 0.0),
    TableColumn("peak_export_kw", "kW", "Largest export", "Largest mean over a step.", 1, 0.0),
    _money("capital_gbp", "Capital", "Yearly share of the investment."),
    _money("chp_fuel_gbp", "Fuel of the unit", "Cost."),
    _money("boiler_fuel_gbp", "Fuel of the boiler", "Cost."),
    _money("maintenance_gbp", "Maintenance", "Cost."),
    _money("chp_start_gbp", "Starts", "Within the maintenance; their fuel is with the unit's."),
    _money("import_gbp", "Import", "Cost."),
    _money("export_income_gbp", "Export", "Income from metered export."),
    _money("generation_income_gbp", "Generation", "Paid for generation and deemed export."),
    _money("co2_income_gbp", "CO₂", "Paid for CO2 below business as usual."),
    _money("bau_capital_gbp", "Capital today", "Of the boiler, where it counts as bought."),
    _money("bau_fuel_gbp", "Fuel today", "Of business as usual."),
    _money("bau_maintenance_gbp", "Maintenance today", "Of business as usual."),
    _money("bau_import_gbp", "Import today", "Of business as usual."),
    TableColumn(
        "electricity_cost_gbp_per_kwh",
        "£/kWh",
        "Own electricity",
        "Cost of a kWh that "
        "the unit makes: yearly cost of plant and fuel less what the boiler alone would "
        "cost, over the generation; payments by the policy are left out.",
        3,
    ),
    _money("saving_gbp", "Saved before capital", "In the first year."),
    _money("eai_crf_gbp", "Saved, by the capital recovery factor", "`eai_gbp` with that factor."),
    _money(
        "eai_as_printed_gbp", "Saved, by Eq. 6 as printed", "`eai_gbp` with the printed factor."
    ),
    TableColumn("co2_price_gbp_per_kg", "£/kg", "CO₂ price", "Paid by the policy.", 3, 0.0),
    TableColumn("interest_rate", "1", "Interest rate", "Of `finance`.", 3, 0.0, 1.0),
    TableColumn("lifetime_years", "y", "Lifetime", "Of `finance`.", 0, 1.0),
    TableColumn("price_escalation_per_year", "1", "Price escalation", "Of `finance`.", 3),
    TableColumn("lower_bound_gbp", "£/y", "Lower bound", "No design of its scenario costs less."),
    TableColumn("relative_gap", "1", "Gap", "Cost less lower bound, over the cost.", 5),
    TableColumn(
        "whole_year_eac_gbp",
        "£/y",
        "Cost over all days",
        "What the sizes cost over the "
        "whole year, where they were found on some of its days; empty: they were not shown to "
        "heat the house all year.",
    ),
    TableColumn(
        "whole_year_bau_cost_gbp",
        "£/y",
        "Cost of today over all days",
        "Business as usual over the whole year, of which some days were modelled.",
        optional=True,
    ),
    TableColumn(
        "whole_year_bound_gbp",
        "£/y",
        "Least cost over all days",
        "No design of its scenario, of any size, costs less over the whole year; empty where more "
        "than one store was searched on some of its days.",
        optional=True,
    ),
    TableColumn(
        "whole_year_gap",
        "1",
        "Error of the days, at most",
        "What `whole_year_eac_gbp` is above `whole_year_bound_gbp`, over the first.",
        5,
        optional=True,
    ),
    _near(
        "tes_within_1_percent_from_kwh",
        "Near the best from",
        "Every store from here to the next column costs within 1 % of the least, proven; empty: "
        "not known.",
    ),
    _near(
        "tes_within_1_percent_to_kwh",
        "Near the best to",
        "Of the same.",
    ),
    _near(
        "tes_beyond_1_percent_below_kwh",
        "Not near the best below",
        "No smaller store costs within 1 % of the least, whatever the unit, proven.",
    ),
    _near(
        "tes_beyond_1_percent_above_kwh",
        "Not near the best above",
        "No larger store does.",
    ),
    _text("variant", "Variant", "Change of the configuration; empty: as configured."),
    _text("design", "Sizes", "`optimal`, or the name of given sizes."),
    _text("annualisation", "Annualisation", "`crf` or `as_printed`."),
    _text("solve_method", "Method", "How it was solved."),
    _text("solve_status", "Status", "How that ended."),
    TableColumn("solve_seconds", "s", "Solved in", "Time.", 1, 0.0),
    TableColumn("resolution_minutes", "min", "Step", "Length of a slice.", 0, 0.0),
    TableColumn("days_modelled", "d", "Days", "Days that stand for the year.", 0, 1.0),
    TableColumn("days_of_year", "d", "Days of the year", "365 or 366.", 0, 365.0, 366.0),
)
"""Columns of ``designs.csv``."""

_CO2 = "By the factors of `emissions`, Eq. 20."

CONTROL = (
    _text("scenario", "Id", "Of the design that is installed."),
    _text("extent", "Of", "`dwelling`: the first one alone; `group`: all of the group."),
    TableColumn(
        "penetration", "1", "Penetration", "Share of dwellings that have the design.", 2, 0.0, 1.0
    ),
    _text("control", "Control", "Who controls the units."),
    TableColumn("cost_gbp", "£/y", "Cost of a year", "What all dwellings pay, capital included."),
    _amount("import_kwh", "Import", "Bought by all dwellings together, as their transformer sees."),
    _amount("export_kwh", "Export", "Sold by all dwellings together."),
    TableColumn("peak_import_kw", "kW", "Largest import", "The same, mean of a step.", 1, 0.0),
    TableColumn("peak_export_kw", "kW", "Largest export", "The same, mean of a step.", 1, 0.0),
    TableColumn("co2_kg", "kg/y", "CO₂", _CO2),
    TableColumn("chp_starts", "1/y", "Starts", "Of all units together.", 0, 0.0),
    _money(
        "value_gbp",
        "Worth of control",
        "Cost under `heat_led` less the cost under this one; of `network` in its own objective.",
    ),
    _money(
        "lower_bound_gbp",
        "Lower bound",
        "No control of these units costs less; of `network` in its own objective.",
    ),
    TableColumn(
        "relative_gap",
        "1",
        "Gap",
        "Of `household` and `network`: what is minimised less its bound, over it.",
        5,
    ),
    _money(
        "objective_gbp",
        "Cost of the group",
        "What `network` minimises, of this schedule; empty where it is not asked for.",
    ),
    _money(
        "payment_gbp",
        "Paid to households",
        "So that none pays more under `network` than under `household`.",
    ),
    TableColumn(
        "over_limit_kwh",
        "kWh/y",
        "Beyond the limit",
        "Through the transformer beyond the limits of `network`.",
        1,
        0.0,
    ),
    TableColumn("dwellings", "", "Dwellings", "All, with the design or without.", 0, 1.0),
    TableColumn("units", "", "With the design", "Dwellings that have it.", 0, 0.0),
    TableColumn("chp_run_hours", "h/y", "Run hours", "Of all units together.", 0, 0.0),
    _amount("chp_electricity_kwh", "Generated", "By all units together."),
    _amount("fuel_kwh", "Fuel", "Of all dwellings, lower heating value."),
    _amount("unmet_heat_kwh", "Heat not served", "Of all dwellings; where any is, cost is empty."),
    _money("bau_cost_gbp", "Cost of today", "Of all dwellings with a boiler and the grid."),
    TableColumn("bau_co2_kg", "kg/y", "CO₂ today", "The same.", least=0.0),
    TableColumn(
        "saving_kept_share",
        "1",
        "Saving kept",
        "Cost of today less cost, over the same under `household`; empty where that saves nothing.",
        2,
    ),
    TableColumn("co2_kept_share", "1", "CO₂ saving kept", "The same of CO₂.", 2),
    _text("house", "House", "House type."),
    _text("incentive", "Incentive", "What the policy pays."),
    _text("tes", "Store", "Whether a hot-water store could be chosen."),
    _text("plant", "Plant", "Which parts could be chosen."),
    _text("variant", "Variant", "Change of the configuration; empty: as configured."),
    _text("design", "Sizes", "`optimal`, or the name of given sizes."),
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
        "Written by `make reference` from `microchp.tables.columns`. A share is of 1; a cell "
        "without a value is empty. Columns of parts that a run does not have may be missing.",
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
        "A row for each design and rule (`extent` is `dwelling`), and for each group, penetration "
        "and rule (`group`): who gains in a year ([Groups](groups.md)).",
        "",
        *_table(METERING),
        "",
        "## Columns of `service.csv`",
        "",
        "A row for each design as designed (`control` is `design`), and for the mean dwelling of "
        "each case that is run heat-led ([Groups](groups.md)).",
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
