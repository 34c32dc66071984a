"""A year with an ordinary controller, priced by hand."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from synthetic import inputs_of

from microchp.account.controlled import controlled, features_unknown_to_designs
from microchp.account.energy import Installed
from microchp.account.support import support_gbp
from microchp.config import Incentive, LoadPoint, Operation, PricePeriod, SeriesFile, Tariff
from microchp.config.scenarios import OperationInputs
from microchp.operation.dwelling import flows_dataset, operate
from microchp.operation.heat_led import plant, timed_steps
from microchp.report.sections.first import _unknown_sentence
from microchp.system.annualisation import annualisation_factor
from microchp.system.store import hot_water_store
from microchp.tables.words import pounds

HOURS = 8760


def flows(**changes: float) -> xr.Dataset:
    """1 kW of heat demand and 0.5 kW of electricity; the unit gives 0.8 kW by night, 0 by day.

    By night (12 h a day) it burns 3 kW, gives 1 kW of heat, and 0.3 kW are exported.
    """
    night = np.arange(525_600) % 1440 < 720
    given = {
        "space_heating_kw": 0.75,
        "hot_water_kw": 0.25,
        "electricity_kw": 0.5,
        "chp_power_kw": 0.8 * night,
        "chp_fuel_kw": 3.0 * night,
        "boiler_heat_kw": 1.0 * ~night,
        "store_discharge_kw": 0.1,
        "grid_import_kw": 0.5 * ~night,
        "grid_export_kw": 0.3 * night,
        "unmet_heat_kw": 0.0,
    }
    each = {name: np.broadcast_to(power, 525_600) for name, power in (given | changes).items()}
    return xr.Dataset({name: ("time", power.astype(float)) for name, power in each.items()})


def test_a_year_by_hand() -> None:
    inputs = inputs_of({"scenarios": {"house": ["detached"], "incentive": ["none"]}})
    made = inputs["detached-none-with"]
    tariff = Tariff(
        gas_gbp_per_kwh=0.05,
        import_periods=[
            PricePeriod(start="00:00", end="12:00", price_gbp_per_kwh=0.10),
            PricePeriod(start="12:00", end="24:00", price_gbp_per_kwh=0.30),
        ],
        export_gbp_per_kwh=0.04,
    )
    incentive = Incentive(
        generation_gbp_per_kwh=0.02, export_gbp_per_kwh=0.01, capital_grant_share=0.5
    )
    boiler = made.boiler.model_copy(
        update={"efficiency": 0.8, "maintenance_gbp_per_kwh": 0.0, "capital_cost_gbp": 0.0}
    )
    made = made.model_copy(update={"tariff": tariff, "incentive": incentive, "boiler": boiler})
    unit = next(unit for unit in made.units if unit.power_kw == 2)
    assert made.tes is not None
    stands = Installed(made, unit, {"tes": 10.0}, 1.0)
    found = controlled(flows(), stands)
    half = HOURS / 2
    bau = HOURS / 0.8 * 0.05 + 0.5 * half * (0.10 + 0.30)
    assert found.bau_cost_gbp == pytest.approx(bau)
    capital = 0.5 * (2 * unit.capital_cost_gbp_per_kw + 10 * made.tes.capital_cost_gbp_per_kwh)
    upkeep = unit.maintenance_gbp_per_kwh * 0.8 * half
    upkeep += made.tes.maintenance_gbp_per_kwh * 0.1 * HOURS
    cost = (
        annualisation_factor(made.finance) * capital
        + 0.05 * (3 * half + half / 0.8)
        + upkeep
        + 0.30 * 0.5 * half
        - (0.04 + 0.01) * 0.3 * half
        - 0.02 * 0.8 * half
    )
    assert found.cost_gbp == pytest.approx(cost)
    assert found.saving_gbp == pytest.approx(bau - cost)
    emissions = made.emissions
    assert found.co2_kg == pytest.approx(
        emissions.gas_kg_per_kwh * (3 + 1 / 0.8) * half
        + emissions.grid_kg_per_kwh * (0.5 - 0.3) * half
    )
    assert found.starts == 365
    # without the incentive the same year costs what it pays more
    row = pd.Series({"generation_income_gbp": 0.02 * 0.8 * half, "co2_income_gbp": 0.0})
    row["export_kwh"] = 0.3 * half
    bare = controlled(
        flows(), replace(stands, inputs=made.model_copy(update={"incentive": Incentive()}))
    )
    assert support_gbp(row, stands) == pytest.approx(bare.cost_gbp - cost)
    deemed = incentive.model_copy(update={"deemed_export_share": 0.5})
    changed = made.model_copy(update={"incentive": deemed})
    by_deemed = controlled(flows(), replace(stands, inputs=changed))
    paid = 0.01 * (0.5 * 0.8 - 0.3) * half
    assert by_deemed.cost_gbp == pytest.approx(cost - paid)


def test_a_cold_house_has_no_cost() -> None:
    made = inputs_of({"scenarios": {"house": ["detached"], "incentive": ["none"]}})
    stands = Installed(made["detached-none-with"], None, {"tes": 0.0}, 1.0)
    found = controlled(flows(unmet_heat_kw=0.1), stands)
    assert math.isnan(found.saving_gbp)


def test_starts_cost_what_they_cost() -> None:
    """365 starts of 0.5 GBP and 0.2 kWh of fuel."""
    made = inputs_of({"scenarios": {"house": ["detached"], "incentive": ["none"]}})
    inputs = made["detached-none-with"]
    unit = next(unit for unit in inputs.units if unit.power_kw == 2)
    costly = unit.model_copy(update={"start_cost_gbp": 0.5, "start_fuel_kwh": 0.2})
    found = [
        controlled(flows(), Installed(inputs, each, {"tes": 10.0}, 1.0)) for each in (unit, costly)
    ]
    more = 365 * (0.5 + 0.2 * inputs.tariff.gas_gbp_per_kwh)
    assert found[1].cost_gbp - found[0].cost_gbp == pytest.approx(more)
    burnt = 365 * 0.2 * inputs.emissions.gas_kg_per_kwh
    assert found[1].co2_kg - found[0].co2_kg == pytest.approx(burnt)


def test_the_grid_and_the_sale_have_their_hours(tmp_path: Path) -> None:
    """Export at night is paid by a file and spares a clean grid; import is of the dirty day."""
    made = inputs_of({"scenarios": {"house": ["detached"], "incentive": ["none"]}})
    inputs = made["detached-none-with"]
    hours = pd.date_range("2015-01-01", periods=8760, freq="h")
    is_night = np.arange(8760) % 24 < 12
    grid, sale = np.where(is_night, 0.1, 0.4), np.where(is_night, 0.02, 0.2)
    for name, values in (("grid_kg_per_kwh", grid), ("export_price_gbp_per_kwh", sale)):
        table = pd.DataFrame({"time": hours, name: values})
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    by_hour = inputs.model_copy(
        update={
            "tariff": inputs.tariff.model_copy(
                update={
                    "export_file": SeriesFile(path=str(tmp_path / "export_price_gbp_per_kwh.csv"))
                }
            ),
            "emissions": inputs.emissions.model_copy(
                update={"grid_file": SeriesFile(path=str(tmp_path / "grid_kg_per_kwh.csv"))}
            ),
        }
    )
    unit = next(unit for unit in inputs.units if unit.power_kw == 2)
    before, after = (
        controlled(flows(), Installed(each, unit, {"tes": 10.0}, 1.0)) for each in (inputs, by_hour)
    )
    half = HOURS / 2
    constant = inputs.emissions.grid_kg_per_kwh
    assert after.co2_kg - before.co2_kg == pytest.approx(
        0.5 * half * (0.4 - constant) - 0.3 * half * (0.1 - constant)
    )
    assert after.bau_co2_kg - before.bau_co2_kg == pytest.approx(0.5 * HOURS * (0.25 - constant))
    assert before.cost_gbp - after.cost_gbp == pytest.approx(0.02 * 0.3 * half)


# ---------------------------------------------------------- what designs do not know of a unit


def ran(stands: Installed, operation: Operation) -> xr.Dataset:
    """A year of a small house under a control, as ``simulate_dwelling`` writes it."""
    minutes = np.arange(525_600)
    day = minutes % 1440
    demand = {
        "space_heating_kw": np.where((day > 360) & (day < 1260), 3.0, 0.0),
        "hot_water_kw": np.where(day % 240 < 10, 6.0, 0.0),
        "electricity_kw": np.full(525_600, 0.6),
    }
    made, unit = stands.inputs, stands.unit
    assert made.tes is not None
    assert unit is not None
    store = hot_water_store(made.tes, made.incentive)
    kit = plant(operation, unit, store, stands.tes_kwh)
    year = operate(demand, kit, timed_steps(operation, 525_600))
    inputs = OperationInputs(
        case="a", group="a", houses=["a"], scenario="a", unit_name="", unit=None,
        operation=operation, boiler_kw=None, ramp_minutes=5,
    )  # fmt: skip
    time = pd.date_range("2015-01-01", periods=525_600, freq="min")
    return flows_dataset(year, time).assign_attrs(inputs=inputs.model_dump_json())


def test_what_designs_do_not_know_is_said_with_its_cost() -> None:
    made = inputs_of({"scenarios": {"house": ["detached"], "incentive": ["fit"]}})
    made = made["detached-fit-with"]
    rated = next(unit for unit in made.units if unit.power_kw == 1)
    worse = rated.model_copy(
        update={
            "part_load": [
                LoadPoint(load_share=0.5, electrical_factor=0.8),
                LoadPoint(load_share=1.0, electrical_factor=1.0),
            ],
            "start_up_minutes": 10.0,
        }
    )
    stands = Installed(made, worse, {"tes": 4.0}, 1 / 12)
    operation = Operation(min_run_minutes=30)
    found = controlled(ran(stands, operation), stands)
    assert found.unknown == (
        "efficiencies at part load",
        "the warming up of the unit",
        "a least run time of 30 min",
    )
    plain = replace(stands, unit=rated)
    without = controlled(ran(plain, Operation(min_run_minutes=0)), plain)
    assert without.unknown == ()
    assert found.unknown_gbp == pytest.approx(found.cost_gbp - without.cost_gbp)
    assert found.unknown_gbp < -1
    (said,) = _unknown_sentence([found, without])
    assert "part load or the warming up of the unit or a least run time of 30 min" in said
    assert f"this makes the year {pounds(-found.unknown_gbp)} cheaper" in said
    (said,) = _unknown_sentence([replace(found, unknown_gbp=12.0)])
    assert "this makes the year £12 dearer" in said
    assert _unknown_sentence([without]) == []


def test_a_least_run_time_that_the_design_has_is_known() -> None:
    made = inputs_of({"scenarios": {"house": ["detached"], "incentive": ["none"]}})
    unit = made["detached-none-with"].units[0]
    operation = Operation(min_run_minutes=10)
    assert features_unknown_to_designs(unit, operation) == ("a least run time of 10 min",)
    known = unit.model_copy(update={"min_up_minutes": 10.0})
    assert features_unknown_to_designs(known, operation) == ()
