"""The control, minute by minute: every branch by hand, and laws that hold for any demand.

The unit of the hand-computed cases gives 6 kW of heat and 2 kW of power, 0.1 kWh and 1/30 kWh a
minute; its store holds 0.35 kWh between the set points and, unless a case says otherwise, loses
nothing; its minimum run time is 3 min.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microchp.config import DayPeriod, Incentive, Operation, PrimeMover, Tes, load_config
from microchp.errors import AssessmentError
from microchp.operation.dwelling import largest_imbalance, operate, runs_by_day
from microchp.operation.heat_led import (
    AS_ONE,
    AS_RATED,
    CONTINUOUS,
    ELECTRICITY_LED,
    FLOWS,
    HYSTERESIS,
    LITERAL,
    NO_UNIT,
    TIMED,
    Plant,
    factor_at,
    plant,
    run,
    timed_steps,
)
from microchp.system.store import hot_water_store

HAND = Plant(
    control=HYSTERESIS,
    power_kw=2.0,
    heat_kw=6.0,
    min_load_share=1.0,
    min_run_steps=3,
    wait_steps=0,
    wait_load_share=0.5,
    store_kwh=0.35,
    loss_kw=0.0,
    loss_per_hour=0.0,
)
SLOPE = np.array([[0.0, 1.0], [0.9, 1.0], [1.0, 1.0]])
"""Electrical efficiency 10 % lower at no load."""
CURVE = np.array([[0.5, 0.75, 1.0], [0.6, 0.9, 1.0], [1.04, 1.02, 1.0]])
MODULATING = HAND._replace(min_load_share=0.5)
NO_STORE = HAND._replace(store_kwh=0.0)


def flows_of(
    heat: list[float], plant: Plant, electricity: list[float] | None = None, clock: str = ""
) -> dict[str, list[float]]:
    """Flows of a few minutes, by name, rounded for comparison."""
    n = len(heat)
    flows = np.empty((len(FLOWS), n))
    on = np.array([c == "x" for c in clock.ljust(n)[:n]])
    run(
        np.array(heat, dtype=float),
        np.array(electricity or [0.0] * n, dtype=float),
        on,
        plant,
        1 / 60,
        flows,
    )
    assert largest_imbalance(np.array(heat, dtype=float), flows, 1 / 60) < 1e-12
    return {name: [round(float(x), 9) + 0.0 for x in flows[k]] for k, name in enumerate(FLOWS)}


# ------------------------------------------------------------------------- by hand: starting


def test_without_demand_nothing_runs() -> None:
    found = flows_of([0, 0, 0], HAND)
    assert all(value == 0 for values in found.values() for value in values)


def test_a_demand_above_the_units_heat_starts_it_and_the_boiler_gives_the_rest() -> None:
    """The store is at its lower set point, so it gives nothing."""
    found = flows_of([9, 9], HAND)
    assert found["chp_heat_kw"] == [6, 6]
    assert found["chp_power_kw"] == [2, 2]
    assert found["boiler_heat_kw"] == [3, 3]
    assert found["store_discharge_kw"] == [0, 0]


def test_what_unit_store_and_boiler_cannot_give_is_unmet() -> None:
    """0.16 kWh are in store: with it 9 kW are met, without it 1 kW more than the boiler has."""
    found = flows_of([1.2, 1.2, 9, 9, 9, 9], HAND._replace(boiler_kw=2.0))
    assert found["boiler_heat_kw"] == [0, 0, 0, 0, 0, 2]
    assert found["unmet_heat_kw"] == [0, 0, 0, 0, 0, 0.4]
    alone = flows_of([0, 3, 1], NO_UNIT._replace(boiler_kw=2.0))
    assert alone["boiler_heat_kw"] == [0, 2, 1]
    assert alone["unmet_heat_kw"] == [0, 1, 0]


def test_a_small_demand_starts_it_while_the_store_is_open() -> None:
    found = flows_of([1.2, 1.2], HAND)
    assert found["chp_heat_kw"] == [6, 6]
    assert found["store_charge_kw"] == [4.8, 4.8]
    assert found["store_level_kwh"] == [0.08, 0.16]
    assert found["surplus_heat_kw"] == [0, 0]


def test_the_store_gives_what_the_unit_cannot_down_to_its_lower_set_point() -> None:
    """0.16 kWh are in store; 3 kW more than the unit's heat takes 0.05 kWh a minute."""
    found = flows_of([1.2, 1.2, 9, 9, 9, 9], HAND)
    assert found["store_discharge_kw"] == [0, 0, 3, 3, 3, 0.6]
    assert found["boiler_heat_kw"] == [0, 0, 0, 0, 0, 2.4]
    assert found["store_level_kwh"] == [0.08, 0.16, 0.11, 0.06, 0.01, 0]


# ------------------------------------------------------------------ by hand: the full store


def test_it_stops_when_the_next_minute_would_overfill_the_store() -> None:
    """4 x 0.08 = 0.32 kWh; a fifth minute would make 0.40 of 0.35. Then the store gives."""
    found = flows_of([1.2] * 7, HAND)
    assert found["chp_heat_kw"] == [6, 6, 6, 6, 0, 0, 0]
    assert found["store_discharge_kw"] == [0, 0, 0, 0, 1.2, 1.2, 1.2]
    assert found["store_level_kwh"] == [0.08, 0.16, 0.24, 0.32, 0.30, 0.28, 0.26]


def test_a_locked_store_opens_only_at_its_lower_set_point() -> None:
    """After minute 4 it takes 16 minutes of 0.02 kWh to empty 0.32 kWh, then the unit starts."""
    found = flows_of([1.2] * 22, HAND)
    on = [heat > 0 for heat in found["chp_heat_kw"]]
    assert on == [True] * 4 + [False] * 16 + [True] * 2
    assert found["boiler_heat_kw"] == [0] * 22


def test_a_demand_above_the_units_heat_starts_it_though_the_store_is_locked() -> None:
    """The store is at 0.30 kWh and gives 4 kW, 1/15 kWh, beside the unit."""
    found = flows_of([1.2] * 5 + [10], HAND)
    assert found["chp_heat_kw"][4:] == [0, 6]
    assert found["store_discharge_kw"][5] == 4
    assert found["store_level_kwh"][5] == pytest.approx(0.30 - 4 / 60)


def test_a_demand_equal_to_the_units_heat_counts_as_enough() -> None:
    assert flows_of([1.2] * 5 + [6], HAND)["chp_heat_kw"][4:] == [0, 6]
    assert flows_of([1.2] * 5 + [5.9], HAND)["chp_heat_kw"][4:] == [0, 0]


def test_read_to_the_letter_it_starts_again_as_soon_as_the_store_is_below_its_upper_set_point() -> (
    None
):
    """Minutes 1-4 store 0.32 kWh, minute 5 fills the store and spills the rest. Minute 6 empties
    it by 0.02 kWh, so minute 7 starts again, for three minutes of which two are forced.
    """
    found = flows_of([1.2] * 10, HAND._replace(control=LITERAL))
    assert found["chp_heat_kw"] == [6, 6, 6, 6, 6, 0, 6, 6, 6, 0]
    assert found["store_charge_kw"][4] == pytest.approx(1.8)
    assert found["surplus_heat_kw"][4:10] == pytest.approx([3.0, 0, 3.6, 4.8, 4.8, 0])


# ------------------------------------------------------------ by hand: minimum run time, end


def test_once_on_it_stays_on_for_the_minimum_run_time() -> None:
    """One minute of demand, three of running: two forced ones fill the store."""
    found = flows_of([1.2, 0, 0, 0], HAND)
    assert found["chp_heat_kw"] == [6, 6, 6, 0]
    assert found["store_charge_kw"] == [4.8, 6, 6, 0]


@pytest.mark.parametrize("steps", [0, 1])
def test_without_a_minimum_it_stops_with_the_demand(steps: int) -> None:
    found = flows_of([1.2, 0, 1.2, 0], HAND._replace(min_run_steps=steps))
    assert found["chp_heat_kw"] == [6, 0, 6, 0]


def test_after_the_minimum_it_stops_with_the_demand() -> None:
    assert flows_of([1.2] * 4 + [0, 0], HAND)["chp_heat_kw"] == [6, 6, 6, 6, 0, 0]


def test_forced_minutes_beside_a_full_store_are_surplus() -> None:
    """In minute 6 the store holds 0.30 kWh and 10 kW starts the unit; it has to run on for two
    minutes without demand: 0.1 kWh fit beside 0.2333, then a sixtieth, and the rest is surplus.
    """
    found = flows_of([1.2] * 5 + [10, 0, 0, 0], HAND)
    assert found["chp_heat_kw"][5:] == [6, 6, 6, 0]
    assert found["store_charge_kw"][6:8] == pytest.approx([6, 1])
    assert found["surplus_heat_kw"][6:8] == pytest.approx([0, 5])
    assert found["store_level_kwh"][7] == pytest.approx(0.35)


# ----------------------------------------------------------------------- by hand: no store


def test_without_a_store_it_runs_only_for_demands_as_large_as_its_heat() -> None:
    found = flows_of([5, 7, 0, 0, 5], NO_STORE)
    assert found["chp_heat_kw"] == [0, 6, 6, 6, 0]
    assert found["surplus_heat_kw"] == [0, 0, 6, 6, 0]
    assert found["boiler_heat_kw"] == [5, 1, 0, 0, 5]


def test_without_a_unit_the_boiler_gives_everything() -> None:
    found = flows_of([5, 0, 7], NO_UNIT)
    assert found["boiler_heat_kw"] == [5, 0, 7]
    assert found["chp_heat_kw"] == [0, 0, 0]


# --------------------------------------------------------------------- by hand: modulating


def test_a_modulating_unit_follows_the_demand_when_the_store_takes_nothing() -> None:
    """Without a store it goes from half load up; a demand below half is the boiler's."""
    found = flows_of([2, 3, 4, 9, 4], MODULATING._replace(store_kwh=0.0))
    assert found["chp_heat_kw"] == [0, 3, 4, 6, 4]
    assert found["chp_power_kw"] == pytest.approx([0, 1, 4 / 3, 2, 4 / 3])
    assert found["boiler_heat_kw"] == [2, 0, 0, 3, 0]
    assert found["surplus_heat_kw"] == [0] * 5


def test_a_modulating_unit_fills_an_open_store_at_rated_power_then_follows() -> None:
    """At 4 kW it stores 1/30 kWh a minute; ten fit, the eleventh follows the demand."""
    found = flows_of([4.0] * 12, MODULATING)
    assert found["chp_heat_kw"] == [6] * 10 + [4] * 2
    assert found["store_level_kwh"][9] == pytest.approx(1 / 3)


def test_forced_minutes_of_a_modulating_unit_are_at_its_least_load() -> None:
    found = flows_of([3, 0, 0, 0], MODULATING._replace(store_kwh=0.0))
    assert found["chp_heat_kw"] == [3, 3, 3, 0]
    assert found["surplus_heat_kw"] == [0, 3, 3, 0]


# ---------------------------------------------------------------------- by hand: part load


def test_fuel_and_electricity_follow_the_efficiencies_at_the_load() -> None:
    """60 % thermal and 20 % electrical at rated load; the latter 5 % lower at half load."""
    sloping = MODULATING._replace(store_kwh=0.0, fuel_kw=10.0, part_load=SLOPE)
    found = flows_of([3, 4.5, 6, 9, 2], sloping)
    assert found["chp_fuel_kw"] == pytest.approx([5, 7.5, 10, 10, 0])
    assert found["chp_power_kw"] == pytest.approx([0.95, 7.5 * 0.2 * 0.975, 2, 2, 0])
    assert found["chp_heat_kw"] == [3, 4.5, 6, 6, 0]


def test_a_thermal_efficiency_that_rises_at_part_load_saves_fuel() -> None:
    """Half-way between the points at 0.5 and 0.75 the factors are 0.75 and 1.03."""
    curved = MODULATING._replace(store_kwh=0.0, fuel_kw=10.0, part_load=CURVE)
    found = flows_of([3, 3.75], curved)
    assert found["chp_fuel_kw"] == pytest.approx([5 / 1.04, 6.25 / 1.03])
    assert found["chp_power_kw"] == pytest.approx([5 / 1.04 * 0.2 * 0.6, 6.25 / 1.03 * 0.2 * 0.75])


def test_beyond_the_points_the_nearest_holds() -> None:
    inner = np.array([[0.4, 0.8], [0.7, 1.1], [1.0, 0.9]])
    assert [factor_at(inner, 1, load) for load in (0.0, 0.4, 0.6, 0.8, 1.0)] == pytest.approx(
        [0.7, 0.7, 0.9, 1.1, 1.1]
    )


def test_electricity_led_finds_the_load_whose_efficiency_gives_the_electricity() -> None:
    """2 x (0.9 + 0.1 x) x = 1 has the root 0.5249; its heat is 3.149 kW."""
    led = MODULATING._replace(
        control=ELECTRICITY_LED, min_run_steps=0, min_load_share=0.0, part_load=SLOPE
    )
    found = flows_of([0] * 2, led, electricity=[1.0, 2.5])
    assert found["chp_power_kw"] == pytest.approx([1, 2])
    assert found["chp_heat_kw"] == pytest.approx([6 * (-1.8 + 4.04**0.5) / 0.4, 6])


# ------------------------------------------------------------------------ by hand: start-up

# Half of what is left to warm is warmed in a minute; 6 kW then warm the unit by 0.1443 kWh.
WARMING = NO_STORE._replace(fuel_kw=10.0, min_run_steps=0, start_up_hours=1 / 60 / np.log(2))
WARM_KWH = 0.1 / np.log(2)


def test_heat_follows_while_electricity_and_fuel_are_there_at_once() -> None:
    """After one minute half of 0.1443 kWh is in the unit, after two three quarters."""
    found = flows_of([9, 9, 9], WARMING)
    assert found["chp_power_kw"] == [2, 2, 2]
    assert found["chp_fuel_kw"] == [10, 10, 10]
    assert found["chp_made_heat_kw"] == [6, 6, 6]
    warm = WARM_KWH * np.array([0.5, 0.75, 0.875])
    assert found["chp_retained_kwh"] == pytest.approx(warm)
    heat = 6 - 60 * WARM_KWH * np.array([0.5, 0.25, 0.125])
    assert found["chp_heat_kw"] == pytest.approx(heat)
    assert found["boiler_heat_kw"] == pytest.approx(9 - heat)


def test_what_warmed_the_unit_is_lost_when_it_stands() -> None:
    found = flows_of([9, 0, 0], WARMING)
    assert found["chp_loss_kw"] == pytest.approx([0, 60 * WARM_KWH / 2, 0])
    assert found["chp_retained_kwh"][1:] == [0, 0]
    slow = WARMING._replace(cool_down_hours=1 / 60 / np.log(2))
    found = flows_of([9, 0, 0, 9], slow)
    assert found["chp_retained_kwh"][:3] == pytest.approx(WARM_KWH * np.array([0.5, 0.25, 0.125]))
    assert found["chp_retained_kwh"][3] == pytest.approx(WARM_KWH * (0.5 + 0.5 * 0.125))
    assert found["chp_heat_kw"][1:3] == [0, 0]


def test_a_modulating_unit_runs_at_full_load_until_its_heat_has_followed() -> None:
    """At the end of a minute half of the heat made flows: 3 kW of 6 after one minute at full load.

    4.5 kW take a second: 1.5 kW are left of the first minute's heat and 3 come from its own.
    """
    found = flows_of([3, 3, 3], WARMING._replace(min_load_share=0.5))
    assert found["chp_made_heat_kw"] == pytest.approx([6, 3, 3])
    assert found["chp_heat_kw"] == pytest.approx([6 - 30 * WARM_KWH, 3, 3])
    assert found["surplus_heat_kw"] == pytest.approx([0, 0, 0])
    found = flows_of([4.5, 4.5, 4.5], WARMING._replace(min_load_share=0.5))
    assert found["chp_made_heat_kw"] == pytest.approx([6, 6, 4.5])


def test_the_load_does_not_swing_about_a_steady_demand() -> None:
    """A start-up of many steps: full load until warm enough, then the load of the demand."""
    slow = WARMING._replace(min_load_share=0.2, start_up_hours=0.25)
    made = flows_of([3.0] * 40, slow)["chp_made_heat_kw"]
    warm = made.index(next(heat for heat in made if heat < 6))
    assert made[:warm] == [6] * warm
    assert made[warm + 1 :] == pytest.approx([3.0] * (39 - warm))
    # 6 x (1 - exp(-t / 15)) kW flow after t minutes: 3 kW after 15 x ln 2 = 10.4 min
    assert warm == 10


# ------------------------------------------------------------------------ by hand: controls


def test_low_power_wait_runs_on_and_stops_if_no_demand_comes() -> None:
    waiting = HAND._replace(min_run_steps=0, wait_steps=2)
    assert flows_of([1.2, 0, 0, 0], waiting)["chp_heat_kw"] == [6, 3, 3, 0]
    assert flows_of([1.2, 0, 0, 0], waiting)["chp_power_kw"] == [2, 1, 1, 0]


def test_low_power_wait_begins_anew_after_a_demand() -> None:
    waiting = HAND._replace(min_run_steps=0, wait_steps=2)
    found = flows_of([1.2, 0, 1.2, 0, 0, 0], waiting)
    assert found["chp_heat_kw"] == [6, 3, 6, 3, 3, 0]


def test_continuous_runs_always_and_spills_what_the_store_cannot_take() -> None:
    found = flows_of([0, 0, 0, 0, 9], HAND._replace(control=CONTINUOUS))
    assert found["chp_heat_kw"] == [6] * 5
    assert found["store_charge_kw"] == pytest.approx([6, 6, 6, 3, 0])
    assert found["surplus_heat_kw"] == pytest.approx([0, 0, 0, 3, 0])
    assert found["store_discharge_kw"][4] == 3


def test_timed_runs_by_the_clock_alone() -> None:
    found = flows_of([9, 9, 9, 9], HAND._replace(control=TIMED, min_run_steps=0), clock=" xx ")
    assert found["chp_heat_kw"] == [0, 6, 6, 0]
    assert found["boiler_heat_kw"] == [9, 3, 3, 9]


def test_electricity_led_follows_the_electricity_within_the_units_range() -> None:
    led = MODULATING._replace(control=ELECTRICITY_LED, min_run_steps=0)
    found = flows_of([0] * 4, led, electricity=[0.9, 1.0, 1.5, 5.0])
    assert found["chp_power_kw"] == [0, 1, 1.5, 2]
    assert found["chp_heat_kw"] == [0, 3, 4.5, 6]


def test_electricity_led_at_rated_power_only_waits_for_a_demand_as_large() -> None:
    led = HAND._replace(control=ELECTRICITY_LED, min_run_steps=0)
    assert flows_of([0] * 3, led, electricity=[1.9, 2.0, 0.0])["chp_power_kw"] == [0, 2, 0]


# ----------------------------------------------------------------------- by hand: the loss


def test_the_store_loses_what_its_temperature_says_and_falls_below_its_lower_set_point() -> None:
    """Loss 0.6 kW at the lower set point, and 3 kW more per kWh of level."""
    losing = HAND._replace(loss_kw=0.6, loss_per_hour=3.0, min_run_steps=0)
    found = flows_of([6, 1.2, 0, 0], losing)
    first = -0.01
    second = first + (4.8 - (0.6 + 3 * first)) / 60
    third = second - (0.6 + 3 * second) / 60
    assert found["store_loss_kw"][:3] == pytest.approx([0.6, 0.57, 0.6 + 3 * second])
    assert found["store_level_kwh"][:3] == pytest.approx([first, second, third])


def test_what_the_loss_takes_is_not_there_for_the_demand() -> None:
    """0.08 kWh less a minute's loss of 0.01 leaves 4.2 kW for the second minute."""
    losing = HAND._replace(min_run_steps=0, loss_kw=0.6, store_kwh=1.0)
    found = flows_of([0.6, 60], losing)
    assert found["store_level_kwh"][0] == pytest.approx(0.08)
    assert found["store_discharge_kw"][1] == pytest.approx(4.2)
    assert found["store_level_kwh"][1] == pytest.approx(0.0)


# ------------------------------------------------------------- from the configuration


def catalogue(name: str) -> PrimeMover:
    return load_config({}, Path(__file__).parents[1] / "resources").catalogue_units()[name]


@pytest.mark.parametrize(
    ("name", "power_kw", "heat_kw"),
    [("stirling_1kw", 1, 5.1), ("fuel_cell_1kw", 1, 0.9), ("fuel_cell_3kw", 3, 2.7)],
)
def test_the_catalogue_has_peacocks_units(name: str, power_kw: float, heat_kw: float) -> None:
    """Table 2; rated power only."""
    made = plant(Operation(), catalogue(name))
    assert (made.power_kw, made.heat_kw) == (power_kw, pytest.approx(heat_kw))
    assert made.min_load_share == 1


HEAT_LED = Operation(store_volume_l=0, min_run_minutes=0)


@pytest.mark.parametrize(
    ("name", "power_kw", "heat_kw", "fuel_kw", "least_kw"),
    [
        ("senertec", 12.5 * 27 / 61, 12.5, 12.5 / 0.61, 6.25),
        ("ecopower", 12.5 * 25 / 65, 12.5, 12.5 / 0.65, 6.25),
        ("solo", 26 * 24 / 72, 26, 26 / 0.72, 8.008),
        ("whispergen", 1.2, 8, 10, 4.9),
        ("idatech", 9 * 25 / 55, 9, 9 / 0.55, 0),
    ],
)
def test_the_catalogue_has_de_paepes_units(
    name: str, power_kw: float, heat_kw: float, fuel_kw: float, least_kw: float
) -> None:
    """Table 1: printed heat and efficiencies hold; off below the range, the boiler above it."""
    unit = catalogue(name)
    made = plant(HEAT_LED, unit)
    assert (made.power_kw, made.heat_kw, made.fuel_kw) == pytest.approx(
        (power_kw, heat_kw, fuel_kw)
    )
    assert made.start_up_hours > 0
    steady = made._replace(start_up_hours=0.0)
    demand = [heat_kw + 5, heat_kw, least_kw + 0.01, max(least_kw - 0.01, 0)]
    found = flows_of(demand, steady)
    assert found["chp_heat_kw"] == pytest.approx([heat_kw, heat_kw, least_kw + 0.01, 0])
    assert found["boiler_heat_kw"] == pytest.approx([5, 0, 0, demand[3]])


def test_the_solos_part_load_is_that_of_the_ends_of_its_ranges() -> None:
    """Table 1: 2 kW at 8 kW of heat over 9.5 kW at 26."""
    made = plant(HEAT_LED, catalogue("solo"))._replace(start_up_hours=0.0)
    found = flows_of([8.008, 26], made)
    low, high = (found["chp_power_kw"][k] / found["chp_heat_kw"][k] for k in (0, 1))
    assert low / high == pytest.approx((2 / 8) / (9.5 / 26), abs=1e-3)


def test_the_store_of_the_configuration() -> None:
    """150 l over 15 K; 2.2 W/K from 55 and from 70 to 10 degrees."""
    made = plant(Operation(), catalogue("stirling_1kw"))
    assert made.store_kwh == pytest.approx(150 * 15 * 4.187 / 3600)
    assert made.loss_kw == pytest.approx(0.0022 * 45)
    assert made.loss_kw + made.loss_per_hour * made.store_kwh == pytest.approx(0.0022 * 60)


def test_the_store_of_a_design_is_the_same_in_operation() -> None:
    """Loss by size, efficiencies and size are those that it was designed with."""
    tes = Tes(loss_share_per_day=0.12, charge_efficiency=0.8, discharge_efficiency=0.5)
    store = hot_water_store(tes, Incentive())
    made = plant(Operation(), catalogue("stirling_1kw"), store, 10.0)
    assert (made.store_kwh, made.loss_per_hour) == (10.0, 0.0)
    assert made.loss_kw == pytest.approx(0.05)  # 12 % of 10 kWh in a day
    assert (made.charge_efficiency, made.discharge_efficiency) == (0.8, 0.5)


def test_what_is_lost_on_the_way_through_the_store_is_counted() -> None:
    """An hour of 6 kW with a demand of 2: 4 kW in, 3.2 kWh there; then 1.6 kW can be taken."""
    lossy = HAND._replace(
        store_kwh=100.0,
        loss_kw=0.0,
        loss_per_hour=0.0,
        charge_efficiency=0.8,
        discharge_efficiency=0.5,
        min_run_steps=0,
        control=TIMED,
    )
    flows = np.empty((len(FLOWS), 2))
    run(np.array([2.0, 3.0]), np.zeros(2), np.array([True, False]), lossy, 1.0, flows)
    found = dict(zip(FLOWS, flows, strict=True))
    assert found["store_charge_kw"].tolist() == pytest.approx([4.0, 0.0])
    assert found["store_level_kwh"].tolist() == pytest.approx([3.2, 0.0])
    assert found["store_discharge_kw"].tolist() == pytest.approx([0.0, 1.6])
    assert found["boiler_heat_kw"].tolist() == pytest.approx([0.0, 1.4])
    assert found["store_loss_kw"].tolist() == pytest.approx([0.8, 1.6])


def test_a_store_that_a_solver_did_not_want_is_none() -> None:
    store = hot_water_store(Tes(), Incentive())
    made = plant(Operation(), catalogue("stirling_1kw"), store, 1e-7)
    assert (made.store_kwh, made.loss_kw, made.loss_per_hour) == (0, 0, 0)


def test_no_store_can_be_asked_for() -> None:
    assert plant(Operation(store_volume_l=0), catalogue("stirling_1kw")).store_kwh == 0


@pytest.mark.parametrize(
    ("control", "number", "wait"),
    [
        ("hysteresis", HYSTERESIS, 0),
        ("literal", LITERAL, 0),
        ("low_power_wait", HYSTERESIS, 30),
        ("continuous", CONTINUOUS, 0),
        ("electricity_led", ELECTRICITY_LED, 0),
        ("timed", TIMED, 0),
    ],
)
def test_every_named_control(control: Any, number: int, wait: int) -> None:
    made = plant(Operation(control=control), catalogue("stirling_1kw"))
    assert (made.control, made.wait_steps, made.min_run_steps) == (number, wait, 30)


def test_times_are_rounded_up_to_whole_steps() -> None:
    assert (
        plant(
            Operation(min_run_minutes=31), catalogue("stirling_1kw"), step_minutes=5
        ).min_run_steps
        == 7
    )


def test_the_clock_repeats_every_day() -> None:
    operation = Operation(timed_periods=[DayPeriod(start="00:01", end="00:03")])
    on = timed_steps(operation, 2 * 1440)
    assert np.flatnonzero(on).tolist() == [1, 2, 1441, 1442]


def test_a_clock_runs_over_midnight() -> None:
    """From 23:30 to 05:30: six hours of every day, the first of them after its midnight."""
    operation = Operation(timed_periods=[DayPeriod(start="23:30", end="05:30")])
    on = timed_steps(operation, 2 * 1440).reshape(2, 1440)
    for day in on:
        assert np.flatnonzero(np.diff(day.astype(int))).tolist() == [329, 1409]
        assert (day[0], day[330], day[1410], day.sum()) == (True, False, True, 360)


# --------------------------------------------------------------------------------- laws

powers = st.floats(0, 30, allow_subnormal=False)
plants = st.builds(
    Plant,
    controls=st.just(AS_ONE),
    control=st.sampled_from([HYSTERESIS, LITERAL, CONTINUOUS, ELECTRICITY_LED, TIMED]),
    power_kw=st.floats(0.1, 5),
    heat_kw=st.floats(0.1, 20),
    min_load_share=st.floats(0, 1),
    min_run_steps=st.integers(0, 60),
    wait_steps=st.integers(0, 40),
    wait_load_share=st.floats(0, 1),
    store_kwh=st.one_of(st.just(0.0), st.floats(0.01, 40)),
    loss_kw=st.floats(0, 0.3),
    loss_per_hour=st.floats(0, 0.1),
    fuel_kw=st.floats(1, 40),
    start_up_hours=st.one_of(st.just(0.0), st.floats(0.001, 2)),
    cool_down_hours=st.one_of(st.just(0.0), st.floats(0.001, 5)),
    part_load=st.sampled_from([AS_RATED, SLOPE, CURVE]),
    boiler_kw=st.one_of(st.just(np.inf), st.floats(0, 20)),
    charge_efficiency=st.sampled_from([1.0, 0.9, 0.5]),
    discharge_efficiency=st.sampled_from([1.0, 0.9, 0.5]),
)


@st.composite
def demands(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Two days with idle and busy hours, from a seed (drawing 2880 numbers each is slow)."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from([0.1, 1.0, 5.0, 20.0]))
    busy = np.repeat(random.random(288) < draw(st.floats(0, 1)), 10)
    heat = np.where(busy, random.exponential(scale, 2880), 0.0)
    return {
        "space_heating_kw": heat,
        "hot_water_kw": np.where(random.random(2880) < 0.02, random.uniform(0, 25, 2880), 0.0),
        "electricity_kw": random.exponential(0.6, 2880) * (random.random(2880) < 0.9),
    }


@given(plants, demands(), st.integers(0, 1440), st.integers(1, 1440))
@settings(max_examples=60, deadline=None)
def test_energy_closes_over_any_period(
    plant: Plant, demand: dict[str, np.ndarray], first: int, length: int
) -> None:
    year = operate(demand, plant, np.arange(2880) % 7 < 3)
    level = np.concatenate([[0.0], year.flow("store_level_kwh")])
    part = slice(first, first + length)

    def energy(name: str) -> float:
        return float(year.flow(name)[part].sum()) / 60

    retained = np.concatenate([[0.0], year.flow("chp_retained_kwh")])
    made = energy("chp_heat_kw") + energy("chp_loss_kw")
    made += float(retained[first + length] - retained[first])
    assert energy("chp_made_heat_kw") == pytest.approx(made, rel=1e-9, abs=1e-9)
    given = energy("chp_heat_kw") + energy("boiler_heat_kw") + energy("unmet_heat_kw")
    taken = float(year.heat_demand_kw[part].sum()) / 60
    taken += energy("store_loss_kw") + energy("surplus_heat_kw")
    taken += float(level[first + length] - level[first])
    assert given == pytest.approx(taken, rel=1e-9, abs=1e-9)
    net = year.net_kw[part]
    bought, sold = np.maximum(net, 0).sum(), np.maximum(-net, 0).sum()
    generated, used = year.flow("chp_power_kw")[part].sum(), demand["electricity_kw"][part].sum()
    assert bought + generated == pytest.approx(used + sold, rel=1e-9, abs=1e-9)


@given(plants, demands())
@settings(max_examples=60, deadline=None)
def test_flows_stay_within_their_bounds(plant: Plant, demand: dict[str, np.ndarray]) -> None:
    year = operate(demand, plant, np.arange(2880) % 7 < 3)
    heat, power = year.flow("chp_heat_kw"), year.flow("chp_power_kw")
    assert np.all(heat <= plant.heat_kw * (1 + 1e-12))
    load = year.flow("chp_made_heat_kw") / plant.heat_kw
    assert np.all(load <= 1)
    on = load > 0
    if plant.control == HYSTERESIS:
        assert np.all(load[on] >= min(plant.min_load_share, plant.wait_load_share) - 1e-12)
    boiler, unmet = year.flow("boiler_heat_kw"), year.flow("unmet_heat_kw")
    assert np.all(boiler <= plant.boiler_kw)
    assert np.all(boiler[unmet > 0] == plant.boiler_kw)
    electrical, thermal = (np.interp(load, plant.part_load[0], row) for row in plant.part_load[1:])
    fuel = load * plant.fuel_kw / thermal
    np.testing.assert_allclose(year.flow("chp_fuel_kw"), fuel, rtol=1e-12, atol=1e-12)
    rated = plant.power_kw / plant.fuel_kw
    np.testing.assert_allclose(power, fuel * rated * electrical, rtol=1e-12, atol=1e-12)
    for name in (*FLOWS[:5], *FLOWS[6:7], *FLOWS[8:]):
        assert year.flow(name).min() >= -1e-12, name
    assert year.flow("store_level_kwh").max() <= plant.store_kwh + 1e-9
    assert not np.any((year.flow("store_charge_kw") > 0) & (year.flow("store_discharge_kw") > 0))
    below = np.concatenate([[0.0], year.flow("store_level_kwh")[:-1]]) <= 0
    assert not np.any(year.flow("store_discharge_kw")[below] > 1e-9), "given below 55 degrees"


@given(
    plants.map(lambda p: p._replace(control=HYSTERESIS, wait_steps=0, start_up_hours=0.0)),
    demands(),
)
@settings(max_examples=60, deadline=None)
def test_surplus_only_in_forced_minutes_and_runs_as_long_as_asked(
    plant: Plant, demand: dict[str, np.ndarray]
) -> None:
    plant = plant._replace(min_load_share=max(plant.min_load_share, 0.05))
    year = operate(demand, plant, np.zeros(2880, dtype=bool))
    on = year.flow("chp_heat_kw") > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(int), [0]])))
    starts, ends = edges[::2], edges[1::2]
    assert np.all((ends - starts)[ends < 2880] >= plant.min_run_steps)
    forced = np.zeros(2880, dtype=bool)
    for start in starts:
        forced[start + 1 : start + plant.min_run_steps] = True
    spilled = year.flow("surplus_heat_kw") > 1e-9
    assert not np.any(spilled & ~forced)


@given(plants, st.lists(powers, min_size=2, max_size=40))
@settings(max_examples=60, deadline=None)
def test_without_store_and_start_up_a_larger_demand_never_takes_less_from_the_unit(
    plant: Plant, heat: list[float]
) -> None:
    steady = plant._replace(
        control=HYSTERESIS, store_kwh=0.0, start_up_hours=0.0, min_run_steps=0, wait_steps=0
    )
    found = flows_of(sorted(heat), steady)
    assert np.all(np.diff(found["chp_heat_kw"]) >= -1e-8)
    assert np.all(np.diff(found["chp_fuel_kw"]) >= -1e-8)
    assert found["surplus_heat_kw"] == [0] * len(heat)


@given(demands())
@settings(max_examples=20, deadline=None)
def test_read_to_the_letter_the_unit_runs_no_less(demand: dict[str, np.ndarray]) -> None:
    """Which is why it is not the default: standing loss keeps the store open."""
    made = plant(Operation(min_run_minutes=0), catalogue("stirling_1kw"))
    clock = np.zeros(2880, dtype=bool)
    hysteresis = operate(demand, made, clock).flow("chp_heat_kw").sum()
    literal = operate(demand, made._replace(control=LITERAL), clock).flow("chp_heat_kw").sum()
    assert literal >= hysteresis - made.heat_kw


def test_a_demand_that_is_not_a_number_is_refused() -> None:
    demand = {name: np.zeros(1440) for name in ("space_heating_kw", "hot_water_kw")}
    demand |= {"electricity_kw": np.zeros(1440)}
    demand["space_heating_kw"][3] = np.nan
    with pytest.raises(AssessmentError, match="not numbers"):
        operate(demand, HAND, np.zeros(1440, dtype=bool))


def test_runs_and_starts_of_days() -> None:
    """On from 23:50 for 20 minutes: one start, on the first day; a second start later."""
    power = np.zeros(2880)
    power[1430:1450] = 1.0
    power[2000:2144] = 1.0
    share, starts = runs_by_day(power, 1440)
    assert share == pytest.approx([10 / 1440, (10 + 144) / 1440])
    assert starts.tolist() == [1, 1]
