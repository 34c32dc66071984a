"""A year with an ordinary controller, priced by hand."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from synthetic import inputs_of

from microchp.account.controlled import controlled
from microchp.account.energy import Installed
from microchp.account.support import support_gbp
from microchp.config import Incentive, PricePeriod, Tariff
from microchp.system.annualisation import annualisation_factor

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
                update={"export_file": str(tmp_path / "export_price_gbp_per_kwh.csv")}
            ),
            "emissions": inputs.emissions.model_copy(
                update={"grid_file": str(tmp_path / "grid_kg_per_kwh.csv")}
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
