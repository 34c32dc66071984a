"""The heat pump against hplib itself, against what a reader works out on paper, and sense."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from microchp.config import HeatPump, HeatPumpModel, Weather, load_config
from microchp.demand.weather import load_weather
from microchp.system.heat_pump import (
    coefficient_of_performance,
    flow_temperature_c,
    heat_pump_year,
    max_heat_share,
    source_temperature_c,
)

RESOURCES = Path(__file__).parents[1] / "resources"
CATALOGUE = yaml.safe_load((RESOURCES / "heat_pumps.yaml").read_text(encoding="utf-8"))
MODELS = {name: HeatPumpModel.model_validate(entry) for name, entry in CATALOGUE.items()}

# hplib 1.9 adds 5 K to the return for the flow:
#   p = hplib.get_parameters("Generic", group_id=1 or 4, t_in=-7, t_out=52, p_th=8000)
#   r = hplib.simulate(float(outdoor), float(flow - 5), p, float(outdoor)); r["COP"], r["P_th"]
# group: {(outdoor, flow): (COP, W of heat)}
HPLIB = {
    "generic_regulated": {
        (-7, 52): (1.4136206588052005, 8000.0),
        (-7, 35): (2.9022541806128856, 13197.675971404482),
        (2, 35): (4.288700721229901, 8541.589838829785),
        (7, 35): (5.05894879935056, 5751.250825630218),
        (7, 55): (3.307615244282715, 6217.79023179015),
        (15, 55): (4.540012169275656, 6645.935072092484),
        (-15, 50): (1.0, 8135.027916440922),
    },
    # (brine, flow), with group_id=2, t_in=0, t_out=35, brine in the place of outdoors
    "generic_ground": {
        (0, 35): (4.672651672844698, 5499.499440236828),
        (0, 52): (2.997053372496427, 5013.320556226119),
        (5, 45): (4.179828639109669, 5528.9803748481045),
        (10, 35): (5.65829772343143, 5009.350453507409),
    },
    "generic_on_off": {
        (-7, 52): (1.8921420146469359, 8000.0),
        (-7, 35): (2.917553810361369, 9679.090699815604),
        (2, 35): (3.7755514302778437, 13009.773612056779),
        (7, 35): (4.252216774675844, 14955.253671792058),
        (7, 55): (3.045849956188306, 13974.960086044062),
        (15, 55): (3.808514507225027, 17908.413123292597),
        (-15, 50): (1.2501141454589515, 5009.070500692951),
    },
}


@pytest.mark.parametrize("name", HPLIB)
def test_cop_is_that_of_hplib(name: str) -> None:
    for (outdoor, flow), (cop, _) in HPLIB[name].items():
        found = coefficient_of_performance(MODELS[name], outdoor, flow)
        assert float(found) == pytest.approx(cop, rel=1e-7)


def test_heat_of_one_speed_is_that_of_hplib() -> None:
    for (outdoor, flow), (_, watts) in HPLIB["generic_on_off"].items():
        share = max_heat_share(HeatPump(), MODELS["generic_on_off"], outdoor, flow)
        assert 8000 * float(share) == pytest.approx(watts, rel=1e-7)


def test_the_most_of_an_inverter_is_where_hplib_turns_on_its_rod() -> None:
    """Its compressor takes up to P_el_h_ref = 5754.746 W: at 2/35, 24680.5 W of heat.

    hplib.simulate(2.0, 30.0, p, 2.0, p_th_min=24000) gives 24000 W of heat from 5596.1 W;
    with p_th_min=25000 the rod is on (32815.4 W).
    """
    free = HeatPump(max_heat_share=10)
    share = float(max_heat_share(free, MODELS["generic_regulated"], 2, 35))
    rated_w = 5754.7460598918315 * 1.4136206588052005
    assert share * rated_w == pytest.approx(24680.5, rel=1e-5)
    assert share == pytest.approx(4.288700721 / 1.413620659, rel=1e-7)


def test_an_inverter_gives_no_more_than_it_is_built_for() -> None:
    model = MODELS["generic_regulated"]
    assert float(max_heat_share(HeatPump(), model, 7, 35)) == 1.0
    assert float(max_heat_share(HeatPump(max_heat_share=1.4), model, 7, 35)) == 1.4
    # -10/50: 7.0454 - 1.5405 - 4.3783 = 1.1266, over 1.4136 at the rated temperatures
    assert float(max_heat_share(HeatPump(), model, -10, 50)) == pytest.approx(0.797, abs=5e-4)


@pytest.mark.parametrize("name", MODELS)
def test_cop_falls_with_the_lift_and_is_what_such_heat_pumps_have(name: str) -> None:
    model = MODELS[name]
    outdoor = np.arange(-20.0, 21.0)
    flow = np.arange(25.0, 61.0)
    cop = coefficient_of_performance(model, outdoor[:, None], flow)
    assert (np.diff(cop, axis=0) >= 0).all()
    assert (np.diff(cop, axis=1) <= 0).all()
    assert cop.min() >= 1
    if model.heat_source == "ground":
        # EN 14511 at brine 0 and water 35
        assert 4.0 < float(coefficient_of_performance(model, 0, 35)) < 5.2
        return
    # between the best and the worst of the Keymark's list
    assert 3.5 < float(coefficient_of_performance(model, 2, 35)) < 4.7
    assert 2.5 < float(coefficient_of_performance(model, 7, 55)) < 3.8


def test_the_heating_curve_is_that_of_hplib() -> None:
    """hplib.HeatingSystem(-10.0, 20.0, [50, 40], 1.0, 1.3).calc_heating_dist_temp(outdoor)[0]."""
    theirs = {
        -15: 53.77682200223242,
        -10: 50.0,
        0: 41.961724542910986,
        10: 32.88560769230961,
        19: 22.19216952350432,
        20: 20.0,
        25: 20.0,
    }
    ours = flow_temperature_c(HeatPump(), list(theirs))
    np.testing.assert_allclose(ours, list(theirs.values()), rtol=1e-12)
    # the same with [35, 28] and 1.1
    floor = flow_temperature_c(HeatPump(flow_temperature_c=35, emitter="floor"), [-10, 0, 10])
    np.testing.assert_allclose(floor, [35.0, 30.37548235793919, 25.525157516982333], rtol=1e-12)


def test_a_day_of_half_hot_water_takes_the_electricity_of_both() -> None:
    """On paper, plane COP = 5 + 0.1 T - 0.05 F at 0 degC: 3 with 40 degC, 2 with 60 degC.

    1 kWh of each takes 1/3 + 1/2 kWh, so COP = 2 / (5/6) = 2.4, not the mean 2.5; rated at
    0/40, one hour at full load gives 1 or 2/3 of rated heat: 2 / (1 + 3/2) = 0.8.
    """
    model = HeatPumpModel(
        control="regulated",
        cop_constant=5,
        cop_per_outdoor_k=0.1,
        cop_per_flow_k=-0.05,
        min_load_share=0.25,
        year=2026,
        source="paper",
    )
    block = HeatPump(
        flow_temperature_c=40,
        design_outdoor_temperature_c=0,
        hot_water_temperature_c=60,
        rated_outdoor_temperature_c=0,
        rated_flow_temperature_c=40,
        cop_factor=1,
    )
    heating = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    water = np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    year = heat_pump_year(block, model, np.zeros(6), heating, water, steps_per_day=2)
    np.testing.assert_allclose(year.cop, [2.4, 2.4, 3, 3, 2, 2])
    np.testing.assert_allclose(year.max_heat_share, [0.8, 0.8, 1, 1, 2 / 3, 2 / 3])
    np.testing.assert_allclose(year.min_heat_share, 0.25 * year.max_heat_share)
    field = block.model_copy(update={"cop_factor": 0.8})
    worse = heat_pump_year(field, model, np.zeros(6), heating, water, steps_per_day=2)
    np.testing.assert_allclose(worse.cop, 0.8 * year.cop)
    np.testing.assert_allclose(worse.max_heat_share, year.max_heat_share)
    stiff = block.model_copy(update={"min_load_share": 0.5})
    year = heat_pump_year(stiff, model, np.zeros(6), heating, water, steps_per_day=2)
    np.testing.assert_allclose(year.min_heat_share, 0.5 * year.max_heat_share)


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        ({}, 3.2, 3.6),  # the field: 3.4 (Fraunhofer ISE 2025)
        ({"cop_factor": 1}, 3.9, 4.3),  # the laboratory
        ({"flow_temperature_c": 35, "emitter": "floor"}, 3.7, 4.3),
        ({"flow_temperature_c": 60}, 2.6, 3.2),
    ],
)
def test_over_a_year_it_works_as_well_as_such_heat_pumps_do(
    changes: dict[str, Any], low: float, high: float
) -> None:
    """A house heated below 15 degC, a sixth of its heat hot water, in the default weather."""
    outdoor = load_weather(Weather(), 2015).outdoor_c
    heating = np.clip(15 - outdoor, 0, None)
    water = np.full_like(heating, heating.mean() / 5)
    year = heat_pump_year(
        HeatPump(**changes), MODELS["generic_regulated"], outdoor, heating, water, steps_per_day=24
    )
    heat = heating + water
    assert low < heat.sum() / (heat / year.cop).sum() < high
    assert (year.cop >= 1).all()


def test_series_that_do_not_fit_are_refused() -> None:
    day = np.zeros(24)
    model = MODELS["generic_regulated"]
    with pytest.raises(ValueError, match="must have one shape"):
        heat_pump_year(HeatPump(), model, day, day, day[:12], steps_per_day=24)
    with pytest.raises(ValueError, match="do not fill days of 48 steps"):
        heat_pump_year(HeatPump(), model, day, day, day, steps_per_day=48)


# --------------------------------------------------------------------------- from the ground


def test_brine_follows_the_mean_of_the_day_as_hplib_has_it():
    model = MODELS["generic_ground"]
    outdoor = np.repeat([-30.0, -11.0, 0.0, 10.0, 40.0], 4) + np.tile([-3.0, 3.0, -1.0, 1.0], 5)
    brine = source_temperature_c(model, outdoor, 4).reshape(5, 4)
    assert (brine == brine[:, :1]).all()
    at_zero = 5.0647
    at_ten = at_zero + 0.3047 * 10 + 0.0086 * 100 - 0.0003 * 1000
    np.testing.assert_allclose(brine[2:4, 0], [at_zero, at_ten])
    # beyond -11 and 30 degC the fit would turn around
    assert brine[0, 0] == brine[1, 0] > 3.0
    assert brine[4, 0] == pytest.approx(float(source_temperature_c(model, np.full(4, 30.0), 4)[0]))
    air = MODELS["generic_regulated"]
    assert source_temperature_c(air, outdoor, 4) is outdoor


def test_ground_is_ahead_of_air_where_it_is_cold():
    outdoor, demand = np.full(4, -7.0), np.ones(4)
    air, ground = (
        heat_pump_year(HeatPump(), MODELS[name], outdoor, demand, 0 * demand, steps_per_day=4)
        for name in ("generic_regulated", "generic_ground")
    )
    flow = float(flow_temperature_c(HeatPump(), -7.0))
    expected = 8.122412879 + 0.09856460506 * 3.4561 - 0.0985646059 * flow
    np.testing.assert_allclose(ground.cop, 0.83 * expected)
    assert ground.cop.min() > 1.3 * air.cop.max()
    # rated heat is at -7/52 outdoors; at a cooler flow a little more is there, but for the limit
    np.testing.assert_allclose(ground.max_heat_share, 1.0)


def test_the_name_of_the_type_is_all_that_a_study_says():
    config = load_config({"heat_pump": {"model": "generic_ground"}}, RESOURCES)
    assert config.heat_pumps[config.heat_pump.model].heat_source == "ground"
