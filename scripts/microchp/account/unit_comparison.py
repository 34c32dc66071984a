"""``comparison.csv`` and ``comparison_economics.csv``: units compared with a boiler and the grid.

After De Paepe et al. 2006. The reference heats with a boiler and buys its electricity. A unit
runs by the heat demand with the same boiler behind it; what it exports is deducted from the
primary energy and the CO2 of the central plant. A condensing boiler is compared with both.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import xarray as xr

from microchp.account.central_plants import (
    GridCase,
    GridUse,
    grid_cases,
    grid_co2_kg,
    grid_primary_kwh,
)
from microchp.account.finance import (
    internal_rate_of_return,
    net_present_value_gbp,
    simple_payback_years,
)
from microchp.account.metering import Meter, Settlement, settle
from microchp.config import Finance, UnitCost
from microchp.config.scenarios import CONDENSING, REFERENCE, ComparisonInputs, OperationInputs
from microchp.errors import AssessmentError
from microchp.files import read_netcdf, read_table, whole
from microchp.series.timeseries import FloatArray
from microchp.telling import RESULT, counted

CLOSURE_TOLERANCE = 1e-9
"""Largest imbalance of a year, and of any minute, as a share of the year's or a kW's energy."""

log = logging.getLogger(__name__)

_POSITIVE = pa.Check.ge(0)
_SHARE = pa.Check.in_range(0, 1 + 1e-9)
UNIT, REFERENCE_KIND, ALTERNATIVE = "unit", "reference", "alternative"
"""Kinds of rows: a micro-CHP unit, what is compared with, and an alternative to a unit."""

_NAMES = {name: pa.Column(str) for name in ("house", "unit")}
_KIND = {"kind": pa.Column(str, pa.Check.isin([UNIT, REFERENCE_KIND, ALTERNATIVE]))}
_LABELS = {name: pa.Column(str) for name in ("house_label", "unit_label")}
TEXTS = (*_NAMES, *_KIND, *_LABELS, "central_plant", "metering")

SCHEMA = pa.DataFrameSchema(
    {
        **_NAMES,
        "central_plant": pa.Column(str),
        **_LABELS,
        **{
            name: pa.Column(float, _POSITIVE)
            for name in (
                "heat_demand_kwh",
                "electricity_demand_kwh",
                "chp_electricity_kwh",
                "chp_heat_kwh",
                "chp_fuel_kwh",
                "boiler_heat_kwh",
                "boiler_fuel_kwh",
                "import_kwh",
                "export_kwh",
                "surplus_heat_kwh",
            )
        },
        **{
            name: pa.Column(float, _SHARE, nullable=True)
            for name in ("heat_share", "effective_electrical_efficiency", "export_share")
        },
        **{
            name: pa.Column(float, _POSITIVE) for name in ("run_hours", "full_load_hours", "starts")
        },
        **{
            name: pa.Column(float, nullable=name.endswith("_share"))
            for name in (
                "reference_primary_kwh",
                "primary_kwh",
                "primary_saving_kwh",
                "primary_saving_share",
                "reference_co2_kg",
                "co2_kg",
                "co2_saving_share",
            )
        },
        **{
            name: pa.Column(float, _POSITIVE)
            for name in ("boiler_short_minutes", "boiler_short_kw")
        },
        **_KIND,
    },
    strict=True,
    ordered=True,
    unique=["house", "unit", "central_plant"],
)
"""``comparison.csv``: a row per house, unit and central plant. ``unit`` is also
``reference_boiler`` and ``condensing_boiler``, told apart by ``kind``. A share without a basis is
empty. ``boiler_short_minutes`` are those in which the house asks for more heat than the reference
boiler can give, by up to ``boiler_short_kw``; it is counted as if the boiler met it."""

ECONOMICS_SCHEMA = pa.DataFrameSchema(
    {
        **_NAMES,
        "metering": pa.Column(str),
        **_LABELS,
        "bought_kwh": pa.Column(float),
        "sold_kwh": pa.Column(float, _POSITIVE),
        "sold_share": pa.Column(float, _SHARE, nullable=True),
        **{
            name: pa.Column(float)
            for name in ("avoided_purchase_eur", "sale_income_eur", "extra_gas_eur")
        },
        "maintenance_eur": pa.Column(float, _POSITIVE, nullable=True),
        "annual_profit_eur": pa.Column(float, nullable=True),
        **{
            name: pa.Column(float, nullable=True)
            for name in (
                "installation_eur",
                "payback_years",
                "irr",
                "npv_eur",
                "target_payback_years",
                "affordable_installation_eur",
                "cost_cut_share",
            )
        },
        **_KIND,
    },
    strict=True,
    ordered=True,
    unique=["house", "unit", "metering"],
)
"""``comparison_economics.csv``: a row per house, unit or condensing boiler, and metering rule.
What hangs on the cost of a unit without one is empty, as is what never comes (see
:mod:`microchp.account.finance`)."""


# ------------------------------------------------------------------------------------ a year


@dataclass(frozen=True)
class UnitYear:
    """A year of a unit in a house by minute, mean power; every array of shape ``(minutes,)``."""

    house: str
    unit: str
    rated_kw: float
    heat_demand_kw: FloatArray
    electricity_kw: FloatArray
    chp_power_kw: FloatArray
    chp_heat_kw: FloatArray
    chp_fuel_kw: FloatArray
    boiler_heat_kw: FloatArray
    surplus_heat_kw: FloatArray
    kind: str = UNIT

    @property
    def use(self) -> GridUse:
        """What the house takes from and gives to the grid."""
        net = (self.electricity_kw - self.chp_power_kw) / 60
        return GridUse(np.maximum(net, 0), np.maximum(-net, 0), self.chp_power_kw > 0)

    def without_unit(self, name: str, kind: str) -> UnitYear:
        """The same house with a boiler alone."""
        none = np.zeros_like(self.heat_demand_kw)
        return UnitYear(
            house=self.house,
            unit=name,
            rated_kw=0.0,
            heat_demand_kw=self.heat_demand_kw,
            electricity_kw=self.electricity_kw,
            chp_power_kw=none,
            chp_heat_kw=none,
            chp_fuel_kw=none,
            boiler_heat_kw=self.heat_demand_kw,
            surplus_heat_kw=none,
            kind=kind,
        )


def unit_year(operation: xr.Dataset) -> UnitYear:
    """The year of a unit from what ``simulate_dwelling`` wrote of its first dwelling.

    Raises
    ------
    AssessmentError
        If the file is not of a unit, energy does not close, or some heat demand was not met: a
        comparison at unequal heat would favour the unit.
    """
    inputs = OperationInputs.model_validate_json(operation.attrs["inputs"])
    if inputs.unit is None:
        raise AssessmentError(f"case '{inputs.case}' runs a design; units are compared")

    def kw(name: str) -> FloatArray:
        return operation[name].to_numpy().astype(np.float64)

    unmet = kw("unmet_heat_kw").sum() / 60 if "unmet_heat_kw" in operation else 0.0
    heat_demand_kw = kw("space_heating_kw") + kw("hot_water_kw")
    heat_kwh = heat_demand_kw.sum() / 60
    if unmet > CLOSURE_TOLERANCE * heat_kwh:
        raise AssessmentError(
            f"case '{inputs.case}': {unmet:.1f} of {heat_kwh:.0f} kWh of heat are not met; give "
            "boiler.max_heat_kw a larger value, or leave it empty"
        )
    year = UnitYear(
        house=inputs.group,
        unit=inputs.unit_name,
        rated_kw=inputs.unit.power_kw,
        heat_demand_kw=heat_demand_kw,
        electricity_kw=kw("electricity_kw"),
        chp_power_kw=kw("chp_power_kw"),
        chp_heat_kw=kw("chp_heat_kw"),
        chp_fuel_kw=kw("chp_fuel_kw"),
        boiler_heat_kw=kw("boiler_heat_kw"),
        surplus_heat_kw=kw("surplus_heat_kw"),
    )
    stored = kw("store_charge_kw") - kw("store_discharge_kw")
    heat = year.chp_heat_kw + year.boiler_heat_kw
    given = year.heat_demand_kw + year.surplus_heat_kw + stored
    net = year.electricity_kw - year.chp_power_kw
    grid = kw("grid_import_kw") - kw("grid_export_kw")
    for what, left, right in (("heat", heat, given), ("electricity", net, grid)):
        off = float(np.abs(left - right).max())
        if not off <= CLOSURE_TOLERANCE * max(1.0, float(np.abs(right).max())):
            raise AssessmentError(
                f"case '{inputs.case}': {what} is off by up to {off:.2g} kW in a minute"
            )
    return year


# ------------------------------------------------------------------------------ energy and CO2


@dataclass(frozen=True)
class AnnualUse:
    """What a year of a house adds up to, whatever the central plant; fuel by lower heating value.

    Shares without a basis are ``nan``.
    """

    heat_demand_kwh: float
    electricity_demand_kwh: float
    chp_electricity_kwh: float
    chp_heat_kwh: float
    chp_fuel_kwh: float
    boiler_heat_kwh: float
    boiler_fuel_kwh: float
    import_kwh: float
    export_kwh: float
    surplus_heat_kwh: float
    heat_share: float
    """Share of the heat demand that the unit meets, at once or from its store: what the store
    loses is no demand."""
    effective_electrical_efficiency: float
    """Electricity over fuel of the year, part load and start-ups in it."""
    export_share: float
    """Share of the generation that is not used in the minute in which it is made."""
    run_hours: float
    full_load_hours: float
    starts: float

    @property
    def fuel_kwh(self) -> float:
        """Fuel of unit and boiler."""
        return self.chp_fuel_kwh + self.boiler_fuel_kwh


def annual_use(year: UnitYear, boiler_efficiency: float) -> AnnualUse:
    """Add up a year.

    Parameters
    ----------
    year
        Flows by minute.
    boiler_efficiency
        Heat out over fuel in of the boiler that gives ``year.boiler_heat_kw``.
    """

    def kwh(kw: FloatArray) -> float:
        return float(kw.sum()) / 60

    use = year.use
    generated, fuel, heat = kwh(year.chp_power_kw), kwh(year.chp_fuel_kw), kwh(year.heat_demand_kw)
    surplus, boiler = kwh(year.surplus_heat_kw), kwh(year.boiler_heat_kw)
    exported = float(use.export_kwh.sum())
    on = year.chp_power_kw > 0
    return AnnualUse(
        heat_demand_kwh=heat,
        electricity_demand_kwh=kwh(year.electricity_kw),
        chp_electricity_kwh=generated,
        chp_heat_kwh=kwh(year.chp_heat_kw),
        chp_fuel_kwh=fuel,
        boiler_heat_kwh=boiler,
        boiler_fuel_kwh=boiler / boiler_efficiency,
        import_kwh=float(use.import_kwh.sum()),
        export_kwh=exported,
        surplus_heat_kwh=surplus,
        heat_share=_share(kwh(year.heat_demand_kw - year.boiler_heat_kw), heat)
        if generated
        else math.nan,
        effective_electrical_efficiency=_share(generated, fuel),
        export_share=_share(exported, generated),
        run_hours=float(on.sum()) / 60,
        full_load_hours=generated / year.rated_kw if year.rated_kw else 0.0,
        starts=float((on & ~np.concatenate([[False], on[:-1]])).sum()),
    )


def _share(part: float, whole_: float) -> float:
    return part / whole_ if whole_ > 0 else math.nan


@dataclass(frozen=True)
class Burden:
    """Primary energy and CO2 of a year."""

    primary_kwh: float
    co2_kg: float


def burden(fuel_kwh: float, use: GridUse, case: GridCase, gas_co2_kg_per_kwh: float) -> Burden:
    """Fuel of the house and the central plant's share (De Paepe 2006, sections 2.2 and 2.3)."""
    return Burden(
        primary_kwh=fuel_kwh + grid_primary_kwh(use, case),
        co2_kg=fuel_kwh * gas_co2_kg_per_kwh + grid_co2_kg(use, case),
    )


def saving(primary: Burden, reference: Burden) -> dict[str, float]:
    """Columns of ``comparison.csv`` that hold a burden against the reference's."""
    return {
        "reference_primary_kwh": reference.primary_kwh,
        "primary_kwh": primary.primary_kwh,
        "primary_saving_kwh": reference.primary_kwh - primary.primary_kwh,
        "primary_saving_share": _saved(primary.primary_kwh, reference.primary_kwh),
        "reference_co2_kg": reference.co2_kg,
        "co2_kg": primary.co2_kg,
        "co2_saving_share": _saved(primary.co2_kg, reference.co2_kg),
    }


def _saved(with_unit: float, reference: float) -> float:
    """Share that is saved; ``nan`` where there is nothing to save."""
    return 1 - with_unit / reference if reference else math.nan


# ------------------------------------------------------------------------------------- money


@dataclass(frozen=True)
class Economics:
    """What a unit earns a household by a metering rule (De Paepe 2006, section 5.3).

    ``nan`` where the cost of the unit is not known, and where a payback never comes.
    """

    bought_kwh: float
    sold_kwh: float
    sold_share: float
    """Share of the generation that the rule counts as sold."""
    avoided_purchase_eur: float
    sale_income_eur: float
    extra_gas_eur: float
    """Negative where gas is saved, as by a condensing boiler."""
    maintenance_eur: float
    annual_profit_eur: float
    installation_eur: float
    payback_years: float
    irr: float
    npv_eur: float
    target_payback_years: float
    affordable_installation_eur: float
    """Largest installation cost that pays back in the target."""
    cost_cut_share: float
    """By how much the installation cost must fall for that; ``nan`` without a profit."""


def economics(
    *,
    reference: Settlement,
    settled: Settlement,
    generation_kwh: float,
    extra_gas_eur: float,
    cost: UnitCost | None,
    target_payback_years: float,
    finance: Finance,
) -> Economics:
    """Profit of a year and what it is worth.

    Parameters
    ----------
    reference, settled
        Electricity without and with the unit, by the same rule.
    generation_kwh
        Electricity that the unit makes in a year.
    extra_gas_eur
        Gas of unit and boiler less that of the reference.
    cost
        Of the unit; none where it is not known.
    target_payback_years
        Payback that the cost cut is stated for.
    finance
        Interest and lifetime.
    """
    avoided = reference.bought_cost - settled.bought_cost
    income = settled.sold_income - reference.sold_income
    maintenance = math.nan if cost is None else cost.maintenance_eur_per_year
    installation = math.nan if cost is None else cost.installation_eur
    profit = avoided + income - extra_gas_eur - (0.0 if cost is None else maintenance)
    affordable = max(0.0, profit * target_payback_years)
    return Economics(
        bought_kwh=settled.bought_kwh,
        sold_kwh=settled.sold_kwh,
        sold_share=_share(settled.sold_kwh, generation_kwh),
        avoided_purchase_eur=avoided,
        sale_income_eur=income,
        extra_gas_eur=extra_gas_eur,
        maintenance_eur=maintenance,
        annual_profit_eur=profit,
        installation_eur=installation,
        payback_years=math.nan if cost is None else simple_payback_years(installation, profit),
        irr=math.nan if cost is None else internal_rate_of_return(installation, profit, finance),
        npv_eur=math.nan if cost is None else net_present_value_gbp(installation, profit, finance),
        target_payback_years=target_payback_years,
        affordable_installation_eur=affordable,
        cost_cut_share=cost_cut_share(installation, affordable),
    )


def cost_cut_share(installation_eur: float, affordable_eur: float) -> float:
    """Share by which an installation cost must fall to what is affordable.

    0 where it need not fall; ``nan`` where nothing is affordable (no cut helps) or no cost known.
    """
    if math.isnan(installation_eur) or affordable_eur <= 0:
        return math.nan
    return max(0.0, 1 - affordable_eur / installation_eur) if installation_eur > 0 else 0.0


# ------------------------------------------------------------------------------------ tables


@dataclass(frozen=True)
class Tables:
    """Rows of ``comparison.csv`` and ``comparison_economics.csv``."""

    energy: list[dict[str, Any]]
    money: list[dict[str, Any]]


def unit_rows(
    year: UnitYear, boiler_efficiency: float, inputs: ComparisonInputs, cases: Sequence[GridCase]
) -> Tables:
    """Rows of one unit, or of a boiler, in one house.

    Parameters
    ----------
    year
        Flows by minute.
    boiler_efficiency
        Of the boiler behind the unit, or alone.
    inputs
        Prices, meters, costs and labels.
    cases
        Central plants.
    """
    settings = inputs.comparison
    alone = year.without_unit(REFERENCE, REFERENCE_KIND)
    before = annual_use(alone, settings.reference_boiler.efficiency)
    after = annual_use(year, boiler_efficiency)
    names = {"house": year.house, "unit": year.unit}
    labels = {f"{what}_label": inputs.label(name) for what, name in names.items()}
    bought = GridUse.without_unit(year.electricity_kw / 60)
    # a boiler alone has no running unit, but the avoided plant supplies it as it does the reference
    use = year.use if year.rated_kw else bought
    over = over_boiler_kw(year, settings.reference_boiler.max_heat_kw)
    short = {
        "boiler_short_minutes": float(np.count_nonzero(over)),
        "boiler_short_kw": float(over.max()),
    }
    energy = []
    for case in cases:
        reference = burden(before.fuel_kwh, bought, case, settings.gas_co2_kg_per_kwh)
        with_unit = burden(after.fuel_kwh, use, case, settings.gas_co2_kg_per_kwh)
        energy.append(
            names
            | {"central_plant": case.name}
            | labels
            | asdict(after)
            | saving(with_unit, reference)
            | short
            | {"kind": year.kind}
        )
    money = []
    meter = Meter.of_rates(settings.prices, len(year.electricity_kw))
    for metering in settings.metering if year.kind != REFERENCE_KIND else []:
        earned = economics(
            reference=settle(metering, year.electricity_kw, meter),
            settled=settle(metering, year.electricity_kw - year.chp_power_kw, meter),
            generation_kwh=after.chp_electricity_kwh,
            extra_gas_eur=settings.prices.gas_eur_per_kwh * (after.fuel_kwh - before.fuel_kwh),
            cost=inputs.costs.get(year.unit),
            target_payback_years=settings.target_payback_years,
            finance=inputs.finance,
        )
        own = {"kind": year.kind}
        money.append(names | {"metering": metering} | labels | asdict(earned) | own)
    return Tables(energy, money)


def tables(
    operations: Iterable[xr.Dataset], inputs: ComparisonInputs
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables of units in their houses, in the order given, each house's boilers first.

    Parameters
    ----------
    operations
        What ``simulate_dwelling`` wrote of each unit in each house; one at a time is held.
    inputs
        What the comparison needs of the configuration.
    """
    settings = inputs.comparison
    cases = grid_cases(inputs.plants, settings.marginal, inputs.year)
    # plants that only a marginal case names are not compared with by themselves
    cases = [case for case in cases if case.name in (*settings.plants, *settings.marginal)]
    energy: list[dict[str, Any]] = []
    money: list[dict[str, Any]] = []
    houses: set[str] = set()
    for operation in operations:
        year = unit_year(operation)
        years = [(year, settings.reference_boiler.efficiency)]
        if year.house not in houses:
            houses.add(year.house)
            boilers = (
                (REFERENCE, REFERENCE_KIND, settings.reference_boiler.efficiency),
                (CONDENSING, ALTERNATIVE, settings.condensing_boiler.efficiency),
            )
            years = [(year.without_unit(name, kind), eta) for name, kind, eta in boilers] + years
            _report_small_boiler(year, settings.reference_boiler.max_heat_kw)
        for each, efficiency in years:
            rows = unit_rows(each, efficiency, inputs, cases)
            energy += rows.energy
            money += rows.money
        if year.unit not in inputs.costs:
            log.info("%s: no cost in comparison.unit_costs, so no payback", year.unit)
    return SCHEMA.validate(_by_house(energy)), ECONOMICS_SCHEMA.validate(_by_house(money))


def _by_house(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows with those of each house together, houses in the order in which they first come."""
    table = pd.DataFrame(rows)
    order = {house: number for number, house in enumerate(table["house"].unique())}
    return table.sort_values(
        "house", key=lambda names: names.map(order), kind="stable", ignore_index=True
    )


def over_boiler_kw(year: UnitYear, max_heat_kw: float) -> FloatArray:
    """By how much the heat demand exceeds what a boiler can give (kW), in each minute."""
    over = year.heat_demand_kw - max_heat_kw
    return np.where(over > max_heat_kw * CLOSURE_TOLERANCE, over, 0.0)


def _report_small_boiler(year: UnitYear, max_heat_kw: float) -> None:
    over = over_boiler_kw(year, max_heat_kw)
    if over.any():
        log.warning(
            "%s: heat demand exceeds the reference boiler's %g kW in %d minutes, by up to %.1f kW; "
            "it is counted as if the boiler met it",
            year.house,
            max_heat_kw,
            np.count_nonzero(over),
            over.max(),
        )


def compare_units(
    *,
    operation_paths: Sequence[str | Path],
    comparison_path: str | Path,
    economics_path: str | Path,
    inputs: ComparisonInputs,
) -> None:
    """Hold units against boilers and central plants.

    Parameters
    ----------
    operation_paths
        What ``simulate_dwelling`` wrote of the first dwelling of each unit in each house.
    comparison_path, economics_path
        CSV files to write; columns in :data:`SCHEMA` and :data:`ECONOMICS_SCHEMA`.
    inputs
        What the comparison needs of the configuration.

    Raises
    ------
    AssessmentError
        If a year does not close, or leaves heat demand unmet.
    """
    energy, money = tables((read_netcdf(path) for path in operation_paths), inputs)
    for table, path in ((energy, comparison_path), (money, economics_path)):
        with whole(path) as partial:
            table.to_csv(partial, index=False)
    log.log(
        RESULT,
        "%s in houses compared with %s and by %s",
        counted(len(operation_paths), "unit"),
        counted(energy["central_plant"].nunique(), "plant"),
        counted(len(inputs.comparison.metering), "rule of metering"),
    )


def read_comparison(path: str | Path) -> pd.DataFrame:
    """``comparison.csv``, checked."""
    return SCHEMA.validate(read_table(path, TEXTS))


def read_economics(path: str | Path) -> pd.DataFrame:
    """``comparison_economics.csv``, checked."""
    return ECONOMICS_SCHEMA.validate(read_table(path, TEXTS))
