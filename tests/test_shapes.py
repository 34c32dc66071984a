"""Studies of every shape end in a page: units, fixed designs or groups alone, or nothing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from conftest import ROOT, Workflow, hourly_demand

from microchp.account.unit_comparison import read_comparison, tables
from microchp.config import load_config
from microchp.config.scenarios import check_work, comparison_inputs, operation_cases
from microchp.errors import ConfigError
from microchp.files import read_netcdf, write_netcdf
from microchp.operation.simulate import simulate_dwelling
from microchp.report import style
from microchp.report.payload import series_bytes, unit_for
from microchp.report.selection import best_designs, select

CONTROLS = (
    *("hysteresis", "literal", "low_power_wait", "timed"),
    *("continuous", "electricity_led"),
)


def load(**blocks: Any):
    return load_config(
        {
            "scenarios": {"house": ["detached"], "incentive": []},
            "operation": {"units": ["senertec"]},
            "comparison": {"plants": ["combined_cycle"]},
        }
        | blocks,
        ROOT / "resources",
    )


# ----------------------------------------------------------------------------- units alone


@pytest.fixture(scope="module")
def demand_path(tmp_path_factory):
    """A year by minute of a house, with summer days without any heat demand."""
    hourly = hourly_demand()
    minutes = hourly.index.repeat(60)
    time = pd.date_range("2015-01-01", periods=len(minutes), freq="min", name="time")
    variables = {
        name: (
            ("dwelling", "time"),
            hourly[name].to_numpy().repeat(60)[None, :],
            {"units": "kW", "long_name": name},
        )
        for name in hourly
    }
    path = tmp_path_factory.mktemp("demand") / "detached.nc"
    attrs = {"house": "detached", "step_minutes": 1}
    write_netcdf(xr.Dataset(variables, coords={"time": time}, attrs=attrs), path)
    return path


@pytest.mark.parametrize("control", CONTROLS)
def test_a_unit_with_the_default_store_is_compared_under_every_control(
    demand_path, tmp_path, control
):
    """What the store loses is not demand: the unit meets no more than all of it."""
    config = load(operation={"units": ["whispergen"], "control": control})
    case = operation_cases(config)["detached-whispergen"]
    assert case.operation.store_volume_l > 0
    first = tmp_path / "first.nc"
    simulate_dwelling(
        demand_paths=[demand_path],
        design_path=None,
        first_path=first,
        generation_path=tmp_path / "generation.nc",
        table_path=tmp_path / "table.csv",
        inputs=case,
    )
    energy, _ = tables([read_netcdf(first)], comparison_inputs(config))
    row = energy.set_index("unit").loc["whispergen"]
    met = 1 - row["boiler_heat_kwh"] / row["heat_demand_kwh"]
    assert row["heat_share"] == pytest.approx(met)
    assert 0 < row["heat_share"] <= 1
    unmet = row["chp_heat_kwh"] - row["surplus_heat_kwh"] - met * row["heat_demand_kwh"]
    assert unmet > 0, "the store loses something"


def test_a_house_without_demand_saves_no_share_of_it(tmp_path):
    """All zero: savings have no basis, and none is called endless or a failure."""
    nothing = hourly_demand() * 0
    path = tmp_path / "detached.nc"
    time = pd.date_range("2015-01-01", periods=525600, freq="min", name="time")
    variables = {
        name: (("dwelling", "time"), np.zeros((1, 525600)), {"units": "kW", "long_name": name})
        for name in nothing
    }
    attrs = {"house": "detached", "step_minutes": 1}
    write_netcdf(xr.Dataset(variables, coords={"time": time}, attrs=attrs), path)
    config = load()
    simulate_dwelling(
        demand_paths=[path],
        design_path=None,
        first_path=tmp_path / "first.nc",
        generation_path=tmp_path / "generation.nc",
        table_path=tmp_path / "table.csv",
        inputs=operation_cases(config)["detached-senertec"],
    )
    energy, _ = tables([read_netcdf(tmp_path / "first.nc")], comparison_inputs(config))
    energy.to_csv(tmp_path / "comparison.csv", index=False)
    again = read_comparison(tmp_path / "comparison.csv")
    assert again[["primary_saving_share", "co2_saving_share", "heat_share"]].isna().all(axis=None)
    assert (again["primary_kwh"] == 0).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        ("units", {"scenarios": {"incentive": []}, "operation": {"units": ["senertec"]}}),
        (
            "fixed",
            {
                "scenarios": {"incentive": []},
                "fixed_designs": [
                    {"name": "own", "house": "cottage", "incentive": "fit", "chp_kw": 1},
                    {"name": "big", "house": "cottage", "incentive": "fit", "chp_kw": 1}
                    | {"tes_kwh": 400.0},
                ],
                "emissions": {"gas_kg_per_kwh": 0.0, "grid_kg_per_kwh": 0.0},
            },
        ),
    ],
    ids=["units", "fixed_designs"],
)
def test_a_study_without_free_sizes_ends_in_a_page(
    workflow: Workflow, name: str, blocks: dict[str, Any]
) -> None:
    """Units without comparison; given sizes alone, of 400 kWh, where nothing emits any CO2."""
    config = workflow.write(f"{name}.yaml", blocks | {"run": {"name": name}})
    done = workflow.run(config, "--cores", "2")
    assert done.returncode == 0, done.stdout
    assert f"results/{name}: see report/index.html and" in done.stdout
    page = (workflow.results(name) / "report/index.html").read_text(encoding="utf-8")
    assert re.search("senertec|400.0 kWh store", page, re.IGNORECASE)


# -------------------------------------------------------------------------------- nothing


@pytest.mark.parametrize(
    ("blocks", "key"),
    [
        ({"operation": {}, "comparison": {}}, "nothing to compute"),
        ({"operation": {}}, "comparison.plants: no unit"),
        (
            {"operation": {}, "comparison": {}, "group": {"streets": {"street": ["flat"]}}},
            "group.streets: no unit",
        ),
        (
            {"operation": {}, "scenarios": {"incentive": [], "penetration": [1.0]}},
            "scenarios.penetration: there is no design and no unit",
        ),
        (
            {"scenarios": {"incentive": [], "variants": {"dear": {"tes": {"max_kwh": 1}}}}},
            "scenarios.variants: no design",
        ),
    ],
    ids=["nothing", "plants", "streets", "penetration", "variants"],
)
def test_what_asks_for_nothing_is_told(blocks, key):
    with pytest.raises(ConfigError, match=key):
        check_work(load(**blocks))


def test_a_unit_of_no_power_is_refused():
    unit = {"power_kw": 0, "electrical_efficiency": 0.3, "thermal_efficiency": 0.5}
    with pytest.raises(ConfigError, match=r"power_kw: .*greater than 0"):
        load(units={"own": {"none": unit}})


# ----------------------------------------------------------------------- fixed designs alone


def table(**rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "scenario": name,
                "house": "flat",
                "incentive": "fit",
                "tes": "with" if tes else "without",
                "variant": variant,
                "design": design,
                "eac_gbp": cost,
            }
            for name, (variant, design, cost) in rows.items()
            for tes in [name.endswith("with")]
        ]
    )


def test_a_run_is_about_its_optima_else_its_cheapest_given_sizes_else_a_variant():
    given = {"a_with": ("", "big", 9.0), "a": ("", "big", 7.0), "b": ("", "small", 8.0)}
    assert list(select(table(**given, c=("", "optimal", 5.0)))["scenario"]) == ["c"]
    assert list(select(table(**given))["scenario"]) == ["a_with", "a"]
    assert list(best_designs(table(**given))["scenario"]) == ["a"]
    varied = table(d=("dear", "optimal", 3.0), e=("cheap", "optimal", 2.0))
    assert list(select(varied)["scenario"]) == ["d"]


# ------------------------------------------------------------------------ the page's limits


@pytest.mark.parametrize("largest", [0.0, 5.0, 327.67, 327.68, 400.0, 1e6])
def test_series_of_any_size_are_packed_within_a_unit_of_their_own(largest):
    series = np.array([0.0, largest / 3, -largest])
    unit = unit_for(series, 0.01)
    data = np.frombuffer(series_bytes(series, unit), np.uint8).reshape(2, -1).T.copy()
    again = data.view("<i2").ravel() * unit
    np.testing.assert_allclose(again, series, atol=unit / 2 * 1.0001)
    assert unit == 0.01 or largest / unit > 3000, "no coarser than it has to be"


# ------------------------------------------------------------------- the same drawing is a file


def test_last_digits_of_a_layout_do_not_reach_a_drawing(tmp_path):
    """The layout's solver leaves other last digits in every run."""
    texts = []
    for noise in (0.0, 1e-13):
        svg, pdf = tmp_path / "drawn.svg", tmp_path / "drawn.pdf"
        with style.figure(svg_path=svg, pdf_path=pdf, width_mm=60, height_mm=40) as fig:
            fig.set_layout_engine("none")
            ax = fig.add_axes((0.2 + noise, 0.2, 0.6, 0.6))
            ax.plot([0, 1, 2], [0, 1, 0], marker="o")
        texts.append(svg.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    ids = re.findall(r'\sid="([a-z]\d+)"', texts[0])
    assert ids
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([a-z]\d+)\)", texts[0])) <= set(ids)
