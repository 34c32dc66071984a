"""The explorer shows parts beside unit, boiler and store where a design has them."""

import numpy as np
from synthetic import inputs_of, synthetic_design

from microchp.report.sections.dispatch import other_flows_kw

USER = {"scenarios": {"house": ["detached"], "incentive": ["none"]}}


def test_only_parts_that_are_there_are_shown() -> None:
    design = synthetic_design(inputs_of(USER)["detached-none-with"], 2.0, 10.0, days=3)
    assert other_flows_kw(design) == {}
    steps = design.sizes["time"]
    design["pv_power_kw"] = ("time", np.full(steps, 0.5))
    design["battery_charge_kw"] = ("time", np.r_[np.ones(1), np.zeros(steps - 1)])
    design["battery_discharge_kw"] = ("time", np.r_[np.zeros(steps - 1), np.ones(1)])
    design["heat_pump_heat_kw"] = ("time", np.full(steps, 3.0))
    design["heat_pump_power_kw"] = ("time", np.full(steps, 1.0))
    found = other_flows_kw(design)
    assert set(found) == {"pv", "battery", "heat_pump", "load"}
    assert found["battery"][0] == 1
    assert found["battery"][-1] == -1
    assert (found["load"] == 1).all()
