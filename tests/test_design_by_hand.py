"""Designs of three slices that a reader works out on paper.

Each case says what it proves, the sum, and what would come out if it were wrong. A slice is eight
hours, a year is one day (or two), gas costs 5 p/kWh, the boiler's efficiency is 1, and the unit of
1 kW burns 4 kW and gives 2 kW of heat: a kWh of its electricity costs 20 p, less 10 p where its
heat spares the boiler's. Both routes must find the same: day by day, and all in one programme.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import xarray as xr
from design_cases import inputs

from microchp.config import Battery, Boiler, ChpUnit, Finance, ImmersionHeater, Solve, Tariff, Tes
from microchp.design.model import build_printed_model
from microchp.design.problem import Problem
from microchp.design.solve import solve_problem

HOURS = 8.0
UNIT = ChpUnit(
    name="by_hand",
    power_kw=1.0,
    electrical_efficiency=0.25,
    thermal_efficiency=0.5,
    min_load_share=0.0,
    capital_cost_gbp_per_kw=0.0,
    maintenance_gbp_per_kwh=0.0,
)
ROUTES = pytest.mark.parametrize("method", ["auto", "monolithic"])


def store(size_kwh: float, **changes: float) -> Tes:
    """A store of one size that costs and loses nothing, empty at midnight."""
    free = {
        "min_kwh": size_kwh,
        "max_kwh": size_kwh,
        "capital_cost_gbp_per_kwh": 0.0,
        "maintenance_gbp_per_kwh": 0.0,
        "charge_efficiency": 1.0,
        "discharge_efficiency": 1.0,
        "loss_share_per_day": 0.0,
        "initial_share": 0.0,
    }
    return Tes.model_validate(free | changes)


def design(
    method: str,
    *,
    heat_kw: Sequence[float] = (0, 0, 0),
    electricity_kw: Sequence[float] = (0, 0, 0),
    buy: Sequence[float] = (0.15, 0.15, 0.15),
    sell: float = 0.0,
    unit: ChpUnit | None = None,
    tes: Tes | None = None,
    battery: Battery | None = None,
    heater: ImmersionHeater | None = None,
    days: int = 1,
    days_of_year: float | None = None,
) -> xr.Dataset:
    """The proven design of days of three slices, all alike."""
    given = inputs(
        sizes_kw=(0,),
        tes=tes,
        boiler=Boiler(efficiency=1.0),
        tariff=Tariff(gas_gbp_per_kwh=0.05),
    ).model_copy(
        update={
            "units": [unit] if unit else [],
            "battery": battery,
            "immersion_heater": heater,
            "finance": Finance(interest_rate=0.0, lifetime_years=10),
        }
    )

    def each_day(values: Sequence[float]) -> np.ndarray:
        return np.tile(np.asarray(values, dtype=float), (days, 1))

    problem = Problem(
        inputs=given,
        day=np.datetime64("2015-01-01", "ns") + np.arange(days) * np.timedelta64(1, "D"),
        day_weight=np.full(days, (days_of_year or days) / days),
        step_hours=HOURS,
        space_heating_kw=each_day(heat_kw),
        hot_water_kw=each_day((0, 0, 0)),
        electricity_kw=each_day(electricity_kw),
        import_price_gbp_per_kwh=each_day(buy),
        export_price_gbp_per_kwh=each_day((sell,) * 3),
        bau_import_price_gbp_per_kwh=each_day(buy),
        grid_kg_per_kwh=each_day((0.2,) * 3),
    )
    exact = Solve(method=method, relative_gap=1e-7, absolute_gap_gbp=1e-6)
    return solve_problem(problem, build_printed_model(problem), exact)


def cost(found: xr.Dataset) -> float:
    return float(found.attrs["objective_gbp"])


@ROUTES
def test_heat_cannot_be_thrown_away(method: str) -> None:
    """Where no heat is needed the unit stands still, dear as the grid may be.

    Slices 1 and 3: 8 kWh at 20 p are 1.60 (boiler and grid: 0.80 + 2.00). Slice 2: 8 kWh at 25 p
    are 2.00. Together 5.20; were heat thrown away, the unit would run in slice 2 too: 4.80.
    """
    found = design(method, heat_kw=(2, 0, 2), electricity_kw=(1, 1, 1), buy=(0.25,) * 3, unit=UNIT)
    assert cost(found) == pytest.approx(1.60 + 2.00 + 1.60)
    np.testing.assert_allclose(found.chp_power_kw, [1, 0, 1], atol=1e-6)


SHIFT = {"heat_kw": (2, 0, 2), "electricity_kw": (1, 1, 1), "buy": (0.05, 0.25, 0.05)}
"""Electricity is dear when no heat is needed: alone, the unit never pays (4.40)."""


@ROUTES
def test_a_store_takes_heat_to_where_it_is_needed(method: str) -> None:
    """The unit runs in slice 2, its 16 kWh of heat are used in slice 3.

    Slice 1: boiler 0.80 and grid 0.40. Slice 2: 1.60. Slice 3: grid 0.40. Together 3.20. Without a
    store 4.40; were the store filled before the day began, slice 1 would be free of gas: 2.40.
    """
    alone = design(method, **SHIFT, unit=UNIT)
    assert cost(alone) == pytest.approx(4.40)
    found = design(method, **SHIFT, unit=UNIT, tes=store(16))
    assert cost(found) == pytest.approx(1.20 + 1.60 + 0.40)
    np.testing.assert_allclose(found.tes_level_kwh, [0, 16, 0], atol=1e-6)


@ROUTES
def test_a_store_loses_on_the_way_in_and_on_the_way_out(method: str) -> None:
    """Of 16 kWh, 0.8 of 0.8 come out: 10.24; the boiler makes the other 5.76 for 0.288.

    3.20 + 0.288; were only one of the losses counted, 3.20 + 0.16.
    """
    found = design(
        method,
        **SHIFT,
        unit=UNIT,
        tes=store(20, charge_efficiency=0.8, discharge_efficiency=0.8),
    )
    assert cost(found) == pytest.approx(3.20 + 0.288)
    assert float(found.tes_level_kwh.max()) == pytest.approx(12.8)


@ROUTES
def test_a_store_loses_by_its_size_whatever_is_in_it(method: str) -> None:
    """A quarter of 12 kWh is lost in a day, 1 kWh in a slice, and made good by the boiler.

    48 kWh of demand and 3 of loss at 5 p are 2.55; a loss of what is in it (nothing) would be 2.40.
    """
    found = design(method, heat_kw=(2, 2, 2), tes=store(12, loss_share_per_day=0.25))
    assert cost(found) == pytest.approx(0.05 * (48 + 3))


@ROUTES
def test_a_unit_below_its_least_load_stands_still(method: str) -> None:
    """Heat of 0.5 kW would need a quarter of the unit, which runs from a half.

    Each slice: boiler 0.20 and 2 kWh at 50 p, together 1.20. Were a part of "on" allowed, 2 kWh of
    its own at 20 p: 0.40 a slice.
    """
    half = UNIT.model_copy(update={"min_load_share": 0.5})
    given = {"heat_kw": (0.5,) * 3, "electricity_kw": (0.25,) * 3, "buy": (0.5,) * 3}
    assert cost(design(method, **given, unit=half)) == pytest.approx(3 * 1.20)


@ROUTES
def test_a_store_lets_a_unit_run_above_its_least_load(method: str) -> None:
    """It runs at half load in one slice, whose 8 kWh of heat leave 4 to the boiler.

    Fuel 0.80 and gas 0.20, and 4 kWh from the grid for 2.00: 3.00. A second slice would make 16 kWh
    of heat for a demand of 12; were a part of "on" allowed, it would be 1.20.
    """
    half = UNIT.model_copy(update={"min_load_share": 0.5})
    given = {"heat_kw": (0.5,) * 3, "electricity_kw": (0.25,) * 3, "buy": (0.5,) * 3}
    assert cost(design(method, **given, unit=half, tes=store(8))) == pytest.approx(3.00)


@ROUTES
def test_one_meter_buys_or_sells(method: str) -> None:
    """Export at 40 p against import at 10 p is paid on what is left, not on all that is made.

    Each slice: fuel 1.60, and 0.25 kW over 8 h sold for 0.80. Were import and export allowed at
    once, the house would buy its 6 kWh for 0.60 and sell all 8 for 3.20: -1.00 a slice.
    """
    found = design(
        method,
        heat_kw=(2, 2, 2),
        electricity_kw=(0.75,) * 3,
        buy=(0.1,) * 3,
        sell=0.4,
        unit=UNIT,
    )
    assert cost(found) == pytest.approx(3 * (1.60 - 0.80))
    assert float(np.minimum(found.grid_import_kw, found.grid_export_kw).max()) == 0


@ROUTES
def test_below_zero_no_more_is_taken_than_can_be_used(method: str) -> None:
    """At -10 p the heater makes the 8 kWh of slice 2, and is paid 0.80; the rest is gas at 0.40.

    With a store it makes 16 kWh at its full 2 kW, of which 8 are for slice 3: -1.60 + 0.40. Were
    power burnt, it would be paid 1.60 without a store too.
    """
    given = {"heat_kw": (1, 1, 1), "buy": (0.15, -0.1, 0.15), "sell": -0.1}
    heater = ImmersionHeater(max_kw=2, capital_cost_gbp_per_kw=0)
    alone = design(method, **given, heater=heater)
    assert cost(alone) == pytest.approx(0.40 - 0.80 + 0.40, abs=1e-6)
    stored = design(method, **given, heater=heater, tes=store(8))
    assert cost(stored) == pytest.approx(0.40 - 1.60)


@ROUTES
def test_a_store_does_not_burn_heat_by_charging_and_discharging(method: str) -> None:
    """Heat is needed in slice 2 alone, so that nothing can be stored; 8 kWh at -10 p are -0.80.

    A store of half and half losses could take 8/3 kW in and give 2/3 kW out at the same time, and
    so take all 2 kW of the heater and more: less than -0.80.
    """
    found = design(
        method,
        heat_kw=(0, 1, 0),
        buy=(0.15, -0.1, 0.15),
        sell=-0.1,
        heater=ImmersionHeater(max_kw=2, capital_cost_gbp_per_kw=0),
        tes=store(8, charge_efficiency=0.5, discharge_efficiency=0.5),
    )
    assert cost(found) == pytest.approx(-0.80)


@ROUTES
def test_a_battery_takes_cheap_power_to_dear_hours(method: str) -> None:
    """8 kWh of 5 p stand in for 8 kWh of 45 p.

    Without losses: 16 kWh at 5 p and 8 at 15 p are 2.00 (without a battery 5.20). Taking in and
    giving at 0.8: 10 kWh more at 5 p fill it, 6.4 come out, and 1.6 are bought at 45 p: 2.82. With
    one loss left out it would be 2.10 or 2.72.
    """
    given = {"electricity_kw": (1, 1, 1), "buy": (0.05, 0.15, 0.45)}
    free = Battery(
        min_kwh=8,
        max_kwh=8,
        power_kw_per_kwh=1,
        charge_efficiency=1,
        discharge_efficiency=1,
        capital_cost_gbp_per_kwh=0,
    )
    assert cost(design(method, **given, battery=free)) == pytest.approx(2.00)
    lossy = free.model_copy(update={"charge_efficiency": 0.8, "discharge_efficiency": 0.8})
    assert cost(design(method, **given, battery=lossy)) == pytest.approx(0.40 + 0.50 + 1.20 + 0.72)


@pytest.mark.parametrize("days", [1, 2])
def test_a_tolerance_at_midnight_gives_no_heat_away(days: int) -> None:
    """A full store of 10 kWh may end a day 1 kWh from full, and the level is carried over.

    The year ends as it began, so nothing is spared: 24 kWh a day at 5 p. Were the last day left
    short, 0.05 would come from nothing; were each day begun anew with a full store, 0.05 a day.
    """
    found = design(
        "auto",
        heat_kw=(1, 1, 1),
        tes=store(10, initial_share=1.0, closing_tolerance_kwh=1.0),
        days=days,
    )
    assert cost(found) == pytest.approx(1.20 * days)


@ROUTES
@pytest.mark.parametrize(("gbp_per_kwh", "size_kwh"), [(260, 16.0), (290, 0.0)])
def test_a_store_is_as_large_as_it_earns(method: str, gbp_per_kwh: float, size_kwh: float) -> None:
    """Each kWh of the store spares 1.20 of 16 kWh a day: 7.5 p, 27.375 in 365 days.

    Over ten years without interest a kWh for 260 costs 26 a year, and one for 290 costs 29: all 16
    kWh that can be used, or none.
    """
    chosen = store(60, min_kwh=0, capital_cost_gbp_per_kwh=gbp_per_kwh)
    found = design(method, **SHIFT, unit=UNIT, tes=chosen, days_of_year=365)
    assert found.attrs["tes_kwh"] == pytest.approx(size_kwh, abs=1e-4)
    assert cost(found) == pytest.approx(4.40 * 365 - max(0, 1.20 * 365 - 16 * gbp_per_kwh / 10))
