"""Pictures of a year: energy that goes into a node comes out of it, and loads last as long."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties, findfont
from synthetic import inputs_of, synthetic_design
from test_design_by_hand import UNIT, design, store

from microchp.config import Battery, ImmersionHeater
from microchp.files import write_netcdf
from microchp.report import style, year_figures
from microchp.report.selection import OWN, DesignSet, other_sets
from microchp.report.year_figures import COLUMNS, duration_curve, energy_flows, heat_map

ENDS = {*COLUMNS[0], *COLUMNS[-1]}


def with_everything() -> xr.Dataset:
    """A day with a unit, an immersion heater, a store and a battery, all of which run."""
    return design(
        "auto",
        heat_kw=(3, 0, 4),
        electricity_kw=(1, 1, 2),
        buy=(-0.05, 0.2, 0.6),
        sell=-0.1,
        unit=UNIT,
        tes=store(20, charge_efficiency=0.9, loss_share_per_day=0.1),
        battery=Battery(min_kwh=4, max_kwh=4, capital_cost_gbp_per_kwh=0),
        heater=ImmersionHeater(max_kw=2, efficiency=0.9, capital_cost_gbp_per_kw=0),
    )


@pytest.mark.parametrize("kind", ["everything", "unit"])
def test_what_goes_into_a_node_comes_out_of_it(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A flow left out or counted twice would leave a node open."""
    monkeypatch.setattr(year_figures, "LEAST_SHARE", 0.0)
    inputs = inputs_of({"time": {"resolution_minutes": 60}})["flat-fit-with"]
    made = with_everything() if kind == "everything" else synthetic_design(inputs, 2.0, 8.0)
    flows = energy_flows(made)
    nodes = {flow.source for flow in flows} | {flow.target for flow in flows}
    assert {"CHP", "Heat", "Electricity", "Gas", "Losses"} <= nodes
    if kind == "everything":
        assert "Immersion heater" in nodes
    for node in nodes - ENDS:
        given = sum(flow.kwh for flow in flows if flow.target == node)
        taken = sum(flow.kwh for flow in flows if flow.source == node)
        assert given == pytest.approx(taken, rel=1e-6), node


def test_a_load_lasts_as_long_as_it_does() -> None:
    """5 kW for an hour and 1 kW for three: above 1 kW in the first of four hours alone."""
    at, power = duration_curve(np.array([1.0, 5.0]), np.array([3.0, 1.0]))
    assert (at[0], at[-1]) == (0.0, 4.0)
    np.testing.assert_array_equal(power[at <= 1.0], 5.0)
    np.testing.assert_array_equal(power[at > 1.0], 1.0)


@given(st.lists(st.floats(-5, 9), min_size=1, max_size=40))
def test_a_load_duration_curve_falls_and_keeps_its_ends(loads: list[float]) -> None:
    power_kw = np.array(loads)
    _, power = duration_curve(power_kw, np.full(len(loads), 8760 / len(loads)))
    assert (np.diff(power) <= 0).all()
    assert (power[0], power[-1]) == (power_kw.max(), power_kw.min())


def test_figures_are_drawn_of_given_sizes_and_of_variants_too() -> None:
    """But not of every variant of a sweep."""
    rows = pd.DataFrame(
        [("optimal", ""), ("published", ""), ("optimal", "as_printed"), ("published", "dear")],
        columns=["design", "variant"],
    )
    sets = other_sets(rows)
    assert sets == [DesignSet(design="published"), DesignSet(variant="as_printed")]
    assert [one.suffix for one in (OWN, *sets)] == ["", "_published", "_as_printed"]
    many = pd.DataFrame({"design": ["optimal"] * 9, "variant": ["", *"abcdefgh"]})
    assert other_sets(many) == []


def test_a_house_without_any_demand_has_its_pictures(tmp_path: Path) -> None:
    """Nothing runs and nothing is bought: an even picture, not an error."""
    inputs = inputs_of({"time": {"resolution_minutes": 60}})["flat-fit-without"]
    idle = synthetic_design(inputs, 0, heat_scale=0)
    for name in idle.data_vars:
        idle[name][:] = 0.0
    write_netcdf(idle, tmp_path / "idle.nc")
    drawn = tmp_path / "drawn.svg"
    heat_map(design_path=tmp_path / "idle.nc", svg_path=drawn, pdf_path=tmp_path / "drawn.pdf")
    assert "Heat demand (kW)" in drawn.read_text(encoding="utf-8")


def test_drawings_are_measured_with_the_font_that_comes_with_matplotlib() -> None:
    """Which other fonts a machine has, or has had, changes none."""
    with mpl.rc_context(style._RC):
        found = findfont(FontProperties(family=["sans-serif"]))
    assert Path(found).is_relative_to(Path(mpl.get_data_path()).resolve())
