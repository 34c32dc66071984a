"""Energy of a design: balances that close, and figures that follow from them by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from synthetic import inputs_of, synthetic_design

from microchp.account import energy
from microchp.errors import AssessmentError

GRID = {"scenarios": {"house": ["detached"], "incentive": ["none"]}}
WITH, WITHOUT = "detached-none-with", "detached-none-without"


def make(scenario=WITH, chp_kw=2.0, tes_kwh=12.0, user=GRID, **kwargs) -> xr.Dataset:
    return synthetic_design(inputs_of(user)[scenario], chp_kw, tes_kwh, **kwargs)


@pytest.mark.parametrize(
    "scenario, chp_kw, tes_kwh",
    [(WITH, 2.0, 12.0), (WITH, 4.0, 30.0), (WITHOUT, 1.0, 0.0), (WITHOUT, 0.0, 0.0)],
)
@pytest.mark.parametrize("minutes", [5, 15, 60])
def test_designs_that_close_are_accepted(scenario, chp_kw, tes_kwh, minutes):
    user = GRID | {"time": {"resolution_minutes": minutes}}
    energy.check_design(make(scenario, chp_kw, tes_kwh, user))


BREAKS = {
    "heat balance": ("boiler_heat_kw", 1e-5),
    "power balance": ("grid_import_kw", 1e-5),
    "CHP heat against power": ("chp_heat_kw", 1e-5),
    "CHP power above rated": ("chp_power_kw", 3.0),
    "store level against its flows": ("tes_level_kwh", 1e-5),
    "store level above its size": ("tes_level_kwh", 1.0),
    "chp_power_kw below zero": ("chp_power_kw", -5.0),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_a_broken_rule_is_named_with_its_slice(rule):
    design = make()
    name, change = BREAKS[rule]
    at = 290  # 00:10 of the second day: unit off, store full
    design[name].data[at] += change
    with pytest.raises(AssessmentError) as caught:
        energy.check_design(design)
    message = str(caught.value)
    assert "detached-none-with" in message
    line = next(line for line in message.splitlines() if line.strip().startswith(rule))
    assert "in 1 of 864 slices" in line or rule == "store level against its flows"
    assert "2015-01-02 00:10" in line


def test_midnight_must_close():
    design = make()
    last = 287  # the last slice of the first day
    kwh = 0.001
    tes = energy.Installed.of(design).inputs.tes
    # a little less is charged, by the boiler, in the last slice of the first day
    less_kw = kwh / (1 / 12) / tes.charge_efficiency
    for name in ("tes_charge_kw", "boiler_heat_kw"):
        design[name].data[last] -= less_kw
    design["tes_level_kwh"].data[last] -= kwh
    with pytest.raises(AssessmentError) as caught:
        energy.check_design(design)
    (problem,) = str(caught.value).splitlines()[1:]
    assert "store at midnight against its initial heat (tes): off by up to 0.001" in problem
    assert "2015-01-01 23:55" in problem


def test_a_carried_level_is_accepted_within_the_tolerance():
    user = GRID | {"tes": {"closing_tolerance_kwh": 0.1}}
    design = make(user=user)
    energy.check_design(design)
    # everything after the first day lies a little lower
    tes = energy.Installed.of(design).inputs.tes
    for name in ("tes_charge_kw", "boiler_heat_kw"):
        design[name].data[287] -= 0.001 * 12 / tes.charge_efficiency
    design["tes_level_kwh"].data[287:] -= 0.001
    energy.check_design(design)
    design.attrs["inputs"] = inputs_of(GRID)[WITH].model_dump_json()
    with pytest.raises(AssessmentError, match="store at midnight"):
        energy.check_design(design)


def test_both_ways_at_once_is_refused():
    design = make()
    design["grid_import_kw"].data[:] += 1.0
    design["grid_export_kw"].data[:] += 1.0
    design["tes_charge_kw"].data[:] += 1.0
    design["tes_discharge_kw"].data[:] += 1.0
    with pytest.raises(AssessmentError) as caught:
        energy.check_design(design)
    assert "import with export" in str(caught.value)
    assert "charging with discharging" in str(caught.value)


def test_part_load_below_the_minimum_is_refused():
    design = make(WITHOUT, 2.0, 0.0)
    at = int(np.flatnonzero(design["chp_power_kw"].data > 1.0)[0])
    heat = design["chp_heat_kw"].data[at] - 0.5 * 2.6
    design["boiler_heat_kw"].data[at] += heat
    design["chp_heat_kw"].data[at] -= heat
    shift = design["chp_power_kw"].data[at] - 0.5
    design["chp_power_kw"].data[at] = 0.5
    exported = min(shift, design["grid_export_kw"].data[at])
    design["grid_export_kw"].data[at] -= exported
    design["grid_import_kw"].data[at] += shift - exported
    with pytest.raises(AssessmentError, match=r"CHP power below minimum load: off by up to 0\.5"):
        energy.check_design(design)


def test_missing_values_and_series_are_refused():
    design = make()
    design["grid_export_kw"].data[3] = np.nan
    with pytest.raises(AssessmentError, match="power balance: off by up to nan"):
        energy.check_design(design)
    with pytest.raises(AssessmentError, match="no series day_weight"):
        energy.check_design(make().drop_vars("day_weight"))
    with pytest.raises(AssessmentError, match="not whole days"):
        energy.check_design(make().isel(time=slice(1, None)))
    design = make()
    design.attrs["chp_kw"] = 3.0
    with pytest.raises(
        AssessmentError, match=r"chp_kw is 3; units to choose from: gas_engine_1kw 1 kW"
    ):
        energy.check_design(design)


def hand_made() -> xr.Dataset:
    """One hourly day, few numbers: 2 kWe runs three hours, in two starts."""
    user = GRID | {"time": {"resolution_minutes": 60}, "tes": {"loss_share_per_day": 0.0}}
    design = make(user=user, days=1, tes_kwh=10.0, day_weight=365.0)
    for name in energy.FLOWS:
        design[name].data[:] = 0.0
    design["tes_level_kwh"].data[:] = 10.0
    flow = {name: design[name].data for name in energy.FLOWS}
    flow["electricity_kw"][:] = 1.0
    flow["space_heating_kw"][6:10] = [4.5, 5.2, 6.2, 1.2]
    flow["tes_discharge_kw"][6] = 4.5  # takes 5 from the store
    flow["chp_power_kw"][[7, 8, 12]] = 2.0
    flow["chp_heat_kw"][[7, 8, 12]] = 5.2
    flow["boiler_heat_kw"][8:10] = [1.0, 1.2]
    flow["tes_charge_kw"][12] = 5.0 / 0.9
    flow["boiler_heat_kw"][12] = 5.0 / 0.9 - 5.2
    flow["tes_level_kwh"][6:12] = 5.0
    flow["grid_import_kw"][:] = 1.0
    flow["grid_import_kw"][[7, 8, 12]] = 0.0
    flow["grid_export_kw"][[7, 8, 12]] = 1.0
    return design


def test_a_year_by_hand():
    design = hand_made()
    energy.check_design(design)
    year = energy.annual_energy(design)
    boiler = 1.0 + 1.2 + 5.0 / 0.9 - 5.2
    assert year.space_heating_kwh == pytest.approx(365 * 17.1)
    assert year.chp_electricity_kwh == pytest.approx(365 * 6)
    assert year.chp_heat_kwh == pytest.approx(365 * 15.6)
    assert year.boiler_heat_kwh == pytest.approx(365 * boiler)
    assert year.chp_fuel_kwh == pytest.approx(365 * 24)
    assert year.boiler_fuel_kwh == pytest.approx(365 * boiler / 0.895)
    assert year.import_kwh == pytest.approx(365 * 21)
    assert year.export_kwh == pytest.approx(365 * 3)
    assert year.tde_kwh == pytest.approx(365 * (24 + boiler / 0.895 + 18 / 0.45))
    assert year.co2_kg == pytest.approx(365 * (0.185 * (24 + boiler / 0.895) + 0.519 * 18))
    assert year.bau_co2_kg == pytest.approx(365 * (0.185 * 17.1 / 0.895 + 0.519 * 24))
    assert year.chp_direct_heat_share == pytest.approx(10.4 / 17.1)
    assert year.boiler_direct_heat_share == pytest.approx(2.2 / 17.1)
    assert year.store_heat_share == pytest.approx(4.5 / 17.1)
    assert year.store_from_boiler_share == pytest.approx((5 / 0.9 - 5.2) / (5 / 0.9))
    assert year.chp_produced_heat_share == pytest.approx(15.6 / (15.6 + boiler))
    assert year.tes_loss_kwh == pytest.approx(365 * (5 / 0.9 - 4.5))
    assert year.self_consumption_share == pytest.approx(0.5)
    assert year.self_sufficiency_share == pytest.approx(3 / 24)
    assert year.export_share == pytest.approx(0.5)
    assert year.chp_run_hours == pytest.approx(365 * 3)
    assert year.chp_full_load_hours == pytest.approx(365 * 3)
    assert year.chp_starts == 365 * 2
    assert (year.peak_import_kw, year.peak_export_kw) == (1.0, 1.0)


def test_sources_add_up_to_the_demand_in_every_slice():
    design = make(tes_kwh=30.0)
    total = sum(energy.heat_to_demand_kw(design).values())
    np.testing.assert_allclose(total, energy.heat_demand_kw(design), atol=1e-9)
    assert all((power >= -1e-9).all() for power in energy.heat_to_demand_kw(design).values())


@pytest.mark.parametrize(
    "dates, weight, starts",
    [
        # on over midnight from the first day to the second: one run in a calendar
        (["2015-01-01", "2015-01-02"], 1.0, 2),
        # the same two days far apart each follow themselves: the evening run of the first does
        # not reach the second's morning
        (["2015-01-01", "2015-03-02"], 1.0, 3),
        (["2015-01-01", "2015-01-02"], 10.0, 30),
    ],
)
def test_starts_over_midnight(dates, weight, starts):
    on = np.zeros((2, 24))
    on[0, 10:12] = 2.0
    on[0, 22:] = 2.0
    on[1, :3] = 2.0
    times = np.concatenate([pd.date_range(day, periods=24, freq="h") for day in dates])
    design = xr.Dataset(
        {"chp_power_kw": ("time", on.ravel()), "day_weight": ("time", np.full(48, weight))},
        coords={"time": times},
        attrs={"step_hours": 1.0},
    )
    assert energy.annual_starts(design) == starts


def test_a_house_without_unit_or_heat_has_no_shares():
    design = make(WITHOUT, 0.0, 0.0, heat_scale=0.0, first=date(2016, 2, 28))
    energy.check_design(design)
    year = energy.annual_energy(design)
    assert np.isnan([year.chp_direct_heat_share, year.self_consumption_share]).all()
    assert year.self_sufficiency_share == 0
    assert year.chp_full_load_hours == 0
    assert year.co2_kg == pytest.approx(year.bau_co2_kg)
    assert year.tde_kwh == pytest.approx(year.bau_tde_kwh)
