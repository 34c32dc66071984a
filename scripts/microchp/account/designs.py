"""The table of designs: cost, income, payback, energy and CO2, one row per design.

Every figure is counted from the flows; the solver's own objective is only compared with.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import xarray as xr

from microchp.account import finance as money
from microchp.account.energy import (
    AnnualEnergy,
    Installed,
    annual_energy,
    annual_kwh,
    check_design,
    values,
)
from microchp.config import Annualisation, Finance
from microchp.design.proof import NEAR_BEST, WHOLE_YEAR_BAU, WHOLE_YEAR_BOUND, WHOLE_YEAR_COST
from microchp.errors import AssessmentError
from microchp.files import read_netcdf, read_table, whole
from microchp.system.investment import Investment, boiler_investment
from microchp.system.plant import SIZES
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)

OBJECTIVE_TOLERANCE = 1e-6
"""How far the solver's objective may be off the cost counted from the flows (relative)."""

FIRST_COLUMNS = (
    "scenario",
    "house",
    "incentive",
    "tes",
    "chp_kw",
    "tes_kwh",
    "eac_gbp",
    "eai_gbp",
    "bau_cost_gbp",
    "investment_gbp",
    "system_payback_years",
    "system_npv_gbp",
    "tes_payback_years",
    "tes_npv_gbp",
    "tde_kwh",
    "co2_kg",
    "bau_co2_kg",
    "chp_heat_kwh",
    "boiler_heat_kwh",
    "chp_electricity_kwh",
    "import_kwh",
    "export_kwh",
    "chp_starts",
    "lower_bound_gbp",
    "relative_gap",
    "solve_seconds",
)
"""Columns of ``designs.csv`` that users rely on, in their order; others follow."""


@dataclass(frozen=True)
class AnnualCosts:
    """A year's money (GBP): costs and income both positive, income subtracted in the EAC."""

    capital_gbp: float
    """Annualised, net of a grant (Eq. 2)."""
    chp_fuel_gbp: float
    boiler_fuel_gbp: float
    maintenance_gbp: float
    chp_start_gbp: float
    """Of the maintenance, what starts of the unit cost beside their fuel."""
    import_gbp: float
    export_income_gbp: float
    generation_income_gbp: float
    co2_income_gbp: float
    """Paid for CO2 below business as usual; negative where it is charged above."""
    bau_capital_gbp: float
    """Of the boiler, where it counts as one to be bought."""
    bau_fuel_gbp: float
    bau_maintenance_gbp: float
    bau_import_gbp: float

    @property
    def plant_gbp(self) -> float:
        """Capital, fuel and maintenance."""
        return self.capital_gbp + self.chp_fuel_gbp + self.boiler_fuel_gbp + self.maintenance_gbp

    @property
    def eac_gbp(self) -> float:
        """Equivalent annual cost, Eq. 1 with the incentive."""
        income = self.export_income_gbp + self.generation_income_gbp + self.co2_income_gbp
        return self.plant_gbp + self.import_gbp - income

    @property
    def bau_cost_gbp(self) -> float:
        """Business as usual, Eq. 18, with the boiler's maintenance."""
        boiler = self.bau_capital_gbp + self.bau_fuel_gbp + self.bau_maintenance_gbp
        return boiler + self.bau_import_gbp


def annual_costs(design: xr.Dataset, year: AnnualEnergy) -> AnnualCosts:
    """Count a year's money from the flows of a design and its energy."""
    plant = Installed.of(design)
    inputs = plant.inputs
    incentive, tariff, boiler = inputs.incentive, inputs.design_tariff, inputs.boiler
    maintenance = sum(bought.upkeep_gbp_per_year for bought in plant.investments)
    maintenance += boiler.maintenance_gbp_per_kwh * year.boiler_heat_kwh
    start_gbp = 0.0
    if plant.unit:
        maintenance += plant.unit.maintenance_gbp_per_kwh * year.chp_electricity_kwh
        start_gbp = plant.unit.start_cost_gbp * year.chp_charged_starts
    for store in plant.stores:
        discharged = annual_kwh(design, f"{store.name}_discharge_kw")
        maintenance += store.discharge_gbp_per_kwh * discharged

    def priced(flow: str, price: str) -> float:
        return annual_kwh(design, values(design, flow) * values(design, price))

    return AnnualCosts(
        capital_gbp=_annual_capital_gbp(plant.investments, inputs.finance),
        chp_fuel_gbp=tariff.gas_gbp_per_kwh * year.chp_fuel_kwh,
        boiler_fuel_gbp=tariff.gas_gbp_per_kwh * year.boiler_fuel_kwh,
        maintenance_gbp=maintenance + start_gbp,
        chp_start_gbp=start_gbp,
        import_gbp=priced("grid_import_kw", "import_price_gbp_per_kwh"),
        export_income_gbp=priced("grid_export_kw", "export_price_gbp_per_kwh"),
        generation_income_gbp=incentive.paid_per_generated_kwh * year.chp_electricity_kwh,
        co2_income_gbp=incentive.co2_price_gbp_per_kg * (year.bau_co2_kg - year.co2_kg),
        bau_capital_gbp=boiler_investment(boiler).annual_capital_gbp(inputs.finance),
        bau_fuel_gbp=inputs.tariff.gas_gbp_per_kwh * year.bau_fuel_kwh,
        bau_maintenance_gbp=boiler.maintenance_gbp_per_kwh
        * (year.space_heating_kwh + year.hot_water_kwh),
        bau_import_gbp=priced("electricity_kw", "bau_import_price_gbp_per_kwh"),
    )


def _annual_capital_gbp(
    bought: Iterable[Investment], finance: Finance, annualisation: Annualisation | None = None
) -> float:
    """Annualised capital of investments (Eq. 2), by the run's factor or another."""
    if annualisation is not None:
        finance = finance.model_copy(update={"annualisation": annualisation})
    return sum(investment.annual_capital_gbp(finance) for investment in bought)


def assess_design(design: xr.Dataset) -> dict[str, Any]:
    """One row of the table, the store's own payback apart.

    Raises
    ------
    AssessmentError
        If a balance does not close in some slice, if the days do not stand for the whole year,
        or if the solver's objective is not the cost of its flows (1e-6 relative).
    """
    check_design(design)
    plant = Installed.of(design)
    inputs = plant.inputs
    _check_year(design, inputs.scenario, inputs.time.year)
    year = annual_energy(design)
    costs = annual_costs(design, year)
    objective = float(design.attrs["objective_gbp"])
    if not abs(costs.eac_gbp - objective) <= OBJECTIVE_TOLERANCE * max(1.0, abs(objective)):
        raise AssessmentError(
            f"design '{inputs.scenario}': the solver's objective is {objective:.6f} GBP/y and its "
            f"flows cost {costs.eac_gbp:.6f} GBP/y (accepted: {OBJECTIVE_TOLERANCE:g} relative)"
        )
    finance = inputs.finance
    # a design that is business as usual earns nothing, not what is left of a subtraction
    eai = round(costs.bau_cost_gbp - costs.eac_gbp, 9) + 0.0
    boiler = boiler_investment(inputs.boiler)
    investment = sum(bought.net_gbp for bought in plant.investments) - boiler.net_gbp
    saving = eai + costs.capital_gbp - costs.bau_capital_gbp

    whole_year = float(design.attrs.get(WHOLE_YEAR_COST, costs.eac_gbp))
    least = float(design.attrs.get(WHOLE_YEAR_BOUND, design.attrs["lower_bound_gbp"]))

    def by_factor(annualisation: Annualisation) -> float:
        """The flows do not depend on the factor, only the capital's part of the cost does."""
        capital = _annual_capital_gbp(plant.investments, finance, annualisation)
        return saving - capital + _annual_capital_gbp([boiler], finance, annualisation)

    return {
        "scenario": inputs.scenario,
        "house": inputs.house,
        "incentive": inputs.incentive_name,
        "tes": "without" if inputs.tes is None else "with",
        "variant": inputs.variant,
        "design": inputs.design,
        "plant": inputs.plant,
        "chp_unit": plant.unit.name if plant.unit else "",
        **{column: plant.sizes[part] for part, column in SIZES.items()},
        "eac_gbp": costs.eac_gbp,
        "eai_gbp": eai,
        "bau_cost_gbp": costs.bau_cost_gbp,
        "annualisation": finance.annualisation,
        "eai_crf_gbp": by_factor("crf"),
        "eai_as_printed_gbp": by_factor("as_printed"),
        "investment_gbp": investment,
        "saving_gbp": saving,
        "system_payback_years": money.simple_payback_years(investment, saving),
        "system_discounted_payback_years": money.discounted_payback_years(
            investment, saving, finance.interest_rate
        ),
        "system_npv_gbp": money.net_present_value_gbp(investment, saving, finance),
        "system_irr": money.internal_rate_of_return(investment, saving, finance),
        "electricity_cost_gbp_per_kwh": money.levelised_cost_gbp_per_kwh(
            costs.plant_gbp,
            costs.bau_fuel_gbp + costs.bau_maintenance_gbp,
            year.chp_electricity_kwh,
        ),
        "co2_price_gbp_per_kg": inputs.incentive.co2_price_gbp_per_kg,
        "interest_rate": finance.interest_rate,
        "lifetime_years": finance.lifetime_years,
        "price_escalation_per_year": finance.price_escalation_per_year,
        **asdict(costs),
        **asdict(year),
        "lower_bound_gbp": float(design.attrs["lower_bound_gbp"]),
        "relative_gap": float(design.attrs["relative_gap"]),
        "solve_method": str(design.attrs["solve_method"]),
        "solve_status": str(design.attrs["solve_status"]),
        "solve_seconds": float(design.attrs["solve_seconds"]),
        "resolution_minutes": plant.step_hours * 60,
        "days_modelled": round(design.sizes["time"] * plant.step_hours / 24),
        "days_of_year": _days_of(inputs.time.year),
        # what the sizes cost in the whole year, where they were found on some of its days
        WHOLE_YEAR_COST: whole_year,
        WHOLE_YEAR_BAU: float(design.attrs.get(WHOLE_YEAR_BAU, costs.bau_cost_gbp)),
        WHOLE_YEAR_BOUND: least,
        "whole_year_gap": max(whole_year - least, 0.0) / max(abs(whole_year), 1.0),
        **{name: float(design.attrs.get(name, np.nan)) for names in NEAR_BEST for name in names},
    }


def _days_of(year: int) -> int:
    return int(pd.Timestamp(year=year, month=12, day=31).dayofyear)


def _check_year(design: xr.Dataset, scenario: str, year: int) -> None:
    """The days of a design stand for the whole year, or its figures are not a year's."""
    days = annual_kwh(design, np.ones(design.sizes["time"])) / 24
    if abs(days - _days_of(year)) > 1e-6:
        raise AssessmentError(
            f"design '{scenario}': day_weight adds up to {days:g} days; "
            f"the year {year} has {_days_of(year)}"
        )


# -------------------------------------------------------------------------- the store alone

PAIR = ["house", "incentive", "plant", "variant", "design"]
"""What a design with a store and its counterpart without have in common."""


def with_store_figures(designs: pd.DataFrame) -> pd.DataFrame:
    """Add what the store alone costs and earns: with against without, row by row.

    The pair shares house, incentive, plant, variant and design name. Differences are of the whole
    design, so that a unit chosen otherwise because of the store is on the store's account.
    Columns are ``nan`` in rows without a store and where the counterpart is not in the table.

    Parameters
    ----------
    designs
        Rows of :func:`assess_design`.

    Returns
    -------
    pandas.DataFrame
        With ``tes_investment_gbp``, ``tes_saving_gbp`` (a year, before capital),
        ``tes_payback_years``, ``tes_npv_gbp``, ``tes_co2_saving_kg``, and the yearly income of
        the store at the run's annualisation, ``tes_eai_gbp``, between ``tes_eai_least_gbp``
        and ``tes_eai_most_gbp``, which the lower bounds of the two designs leave possible.
    """
    without = designs[designs["tes"] == "without"].set_index(PAIR)
    rows = []
    for _, row in designs.iterrows():
        key = tuple(row[PAIR])
        if row["tes"] == "with" and key in without.index:
            rows.append(_store_alone(row, without.loc[key]))
        else:
            rows.append(dict.fromkeys(_STORE_COLUMNS, np.nan))
    return designs.join(pd.DataFrame(rows, index=designs.index, columns=list(_STORE_COLUMNS)))


_STORE_COLUMNS = (
    "tes_investment_gbp",
    "tes_saving_gbp",
    "tes_payback_years",
    "tes_npv_gbp",
    "tes_co2_saving_kg",
    "tes_eai_gbp",
    "tes_eai_least_gbp",
    "tes_eai_most_gbp",
)


def _store_alone(row: pd.Series, base: pd.Series) -> dict[str, float]:
    investment = row["investment_gbp"] - base["investment_gbp"]
    saving = row["saving_gbp"] - base["saving_gbp"]
    finance = money.finance_of(row)
    return {
        "tes_investment_gbp": investment,
        "tes_saving_gbp": saving,
        "tes_payback_years": money.simple_payback_years(investment, saving),
        "tes_npv_gbp": money.net_present_value_gbp(investment, saving, finance),
        "tes_co2_saving_kg": base["co2_kg"] - row["co2_kg"],
        "tes_eai_gbp": base["eac_gbp"] - row["eac_gbp"],
        "tes_eai_least_gbp": base["lower_bound_gbp"] - row["eac_gbp"],
        "tes_eai_most_gbp": base["eac_gbp"] - row["lower_bound_gbp"],
    }


# -------------------------------------------------------------------------------- the table

_NOT_NEGATIVE = pa.Check.ge(0)
_SHARE = pa.Check.in_range(-1e-6, 1 + 1e-6)


def _number(*checks: pa.Check, nullable: bool = False) -> pa.Column:
    return pa.Column(float, checks=list(checks), nullable=nullable, coerce=True)


def _maybe(*checks: pa.Check) -> pa.Column:
    return _number(*checks, nullable=True)


SCHEMA = pa.DataFrameSchema(
    {
        "scenario": pa.Column(str, unique=True),
        "house": pa.Column(str),
        "incentive": pa.Column(str),
        "tes": pa.Column(str, pa.Check.isin(["with", "without"])),
        "chp_kw": _number(_NOT_NEGATIVE),
        "tes_kwh": _number(_NOT_NEGATIVE),
        "eac_gbp": _number(),
        "eai_gbp": _number(),
        "bau_cost_gbp": _number(),
        "investment_gbp": _number(),
        "system_payback_years": _maybe(_NOT_NEGATIVE),
        "system_npv_gbp": _number(),
        "tes_payback_years": _maybe(_NOT_NEGATIVE),
        "tes_npv_gbp": _maybe(),
        "tde_kwh": _number(),
        "co2_kg": _number(),
        "bau_co2_kg": _number(_NOT_NEGATIVE),
        "chp_heat_kwh": _number(),
        "boiler_heat_kwh": _number(),
        "chp_electricity_kwh": _number(),
        "import_kwh": _number(),
        "export_kwh": _number(),
        "chp_starts": _number(_NOT_NEGATIVE),
        "lower_bound_gbp": _number(),
        "relative_gap": _number(),
        "solve_seconds": _number(_NOT_NEGATIVE),
        "variant": pa.Column(str),
        "plant": pa.Column(str),
        "chp_unit": pa.Column(str),
        "design": pa.Column(str),
        "annualisation": pa.Column(str, pa.Check.isin(["crf", "as_printed"])),
        r"(chp|boiler|heat_pump|immersion)_direct_heat_share": pa.Column(
            float, _SHARE, nullable=True, regex=True
        ),
        r"chp_produced_heat_share|store_heat_share": pa.Column(
            float, _SHARE, nullable=True, regex=True
        ),
        r"self_\w+_share|export_share|store_from_boiler_share": pa.Column(
            float, _SHARE, nullable=True, regex=True
        ),
    },
    checks=[
        pa.Check(
            lambda table: (
                (table["eai_gbp"] - (table["bau_cost_gbp"] - table["eac_gbp"])).abs() < 1e-6
            ),
            error="eai_gbp is bau_cost_gbp less eac_gbp",
        ),
        pa.Check(
            lambda table: (
                table["lower_bound_gbp"]
                <= table["eac_gbp"] + 1e-6 * table["eac_gbp"].abs().clip(lower=1)
            ),
            error="lower_bound_gbp is not above eac_gbp",
        ),
    ],
)
"""What leaves as ``designs.csv``."""


def design_table(designs: Iterable[xr.Dataset]) -> pd.DataFrame:
    """The table of designs, validated, the columns users rely on first.

    Raises
    ------
    AssessmentError
        If a design contradicts itself; see :func:`assess_design`.
    """
    table = with_store_figures(pd.DataFrame([assess_design(design) for design in designs]))
    rest = [column for column in table.columns if column not in FIRST_COLUMNS]
    return SCHEMA.validate(table[[*FIRST_COLUMNS, *rest]])


def assess_designs(*, design_paths: list[str | Path], designs_path: str | Path) -> None:
    """Assess all designs of a run and write ``designs.csv``.

    Parameters
    ----------
    design_paths
        Design NetCDF files, one per scenario.
    designs_path
        CSV to write, a row per design in the order of ``design_paths``. Cells without a value
        (a payback that never comes, the store's figures without a store) are empty.

    Raises
    ------
    AssessmentError
        If a design contradicts itself; see :func:`assess_design`.
    """
    if not design_paths:
        raise AssessmentError("no design to assess: design_paths is empty")
    table = design_table(read_netcdf(path) for path in design_paths)
    with whole(designs_path) as partial:
        table.to_csv(partial, index=False)
    log.log(
        RESULT,
        "%s assessed; all balances close, all objectives agree",
        counted(len(table), "design"),
    )


def read_designs(path: str | Path) -> pd.DataFrame:
    """``designs.csv`` with its texts as texts (an empty variant is "")."""
    texts = ["scenario", "house", "incentive", "tes", "plant", "variant", "design"]
    texts += ["annualisation", "chp_unit", "solve_method", "solve_status"]
    return read_table(path, texts)
