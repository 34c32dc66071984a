"""The De Paepe study, from its configuration: what the paper prints and concludes from."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from microchp.account.unit_comparison import tables
from microchp.config import load_config
from microchp.config.scenarios import comparison_inputs, operation_cases
from microchp.demand.builtin import builtin_dwelling
from microchp.demand.electricity import ElectricityYears
from microchp.demand.weather import load_weather
from microchp.operation.dwelling import flows_dataset, operate
from microchp.operation.heat_led import plant, timed_steps
from microchp.series.timeseries import time_axis

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "config/studies/depaepe2006.yaml"
PUBLISHED = ROOT / "resources/published/depaepe2006.csv"

UNITS = ("senertec", "ecopower", "whispergen", "solo", "idatech")
GAS_ENGINES = ("senertec", "ecopower")
PLANTS = ("combined_cycle", "average_fossil", "average_belgian")
GRID_EFFICIENCY = {"combined_cycle": 0.50, "average_fossil": 0.42, "average_belgian": 0.37}
INSULATION = ["detached_minmin", "detached_min", "detached", "detached_max", "detached_maxmax"]
HEAT_KWH, ELECTRICITY_KWH = 0.9 * 34190, 3610
THERMAL_EFFICIENCY = {
    "senertec": 0.61,
    "ecopower": 0.65,
    "whispergen": 0.80,
    "solo": 0.72,
    "idatech": 0.55,
}
"""De Paepe 2006, section 4.1 and Table 1."""


@pytest.fixture(scope="module")
def printed() -> pd.Series:
    """Table 3 as shares, by unit and central plant."""
    rows = pd.read_csv(PUBLISHED)
    rows = rows[rows["table"] == "Table 3"]
    keys = rows["key"].str.extract(r"unit=(?P<unit>\w+) central_plant=(?P<plant>\w+)")
    table = pd.Series(rows["value"].to_numpy() / 100, pd.MultiIndex.from_frame(keys))
    assert len(table) == 15
    return table


@pytest.fixture(scope="module")
def study() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables of the detached house and its variants, every unit run by minute."""
    config = load_config(yaml.safe_load(STUDY.read_text(encoding="utf-8")), ROOT / "resources")
    weather = load_weather(config.demand.weather, config.time.year)
    detached = config.houses["detached"]
    years = ElectricityYears("detached", detached.occupants, weather, config.run.seed, 1)
    demands: dict[str, dict[str, np.ndarray]] = {}
    for name in config.designed_houses():
        house = config.houses[name]
        if not name.startswith("detached"):
            continue
        # draws that are the same are made once
        shared = {}
        if name in INSULATION[:2] + INSULATION[3:] + ["detached_relit", "detached_printed"]:
            shared["hot_water_kw"] = demands["detached"]["hot_water_kw"]
        demands[name] = builtin_dwelling(
            name, house, weather, config.demand.diversity, config.run.seed, 0, years, shared
        ).power_kw
    time = time_axis(config.time.year)
    clock = timed_steps(config.operation, len(time))

    def operations():
        for case in operation_cases(config).values():
            if case.group in demands:
                year = operate(demands[case.group], plant(case.operation, case.unit), clock)
                yield flows_dataset(year, time).assign_attrs(inputs=case.model_dump_json())

    return tables(operations(), comparison_inputs(config))


def of_house(study, house: str, column: str) -> pd.Series:
    """A column of ``comparison.csv`` for a house, by unit and central plant."""
    rows = study[0][study[0]["house"] == house]
    return rows.set_index(["unit", "central_plant"])[column]


def as_printed(study, house: str) -> pd.Series:
    """Savings of the units with the printed inputs alone, under the names of Table 3."""
    saving = of_house(study, house, "primary_saving_share")
    return saving.rename(lambda name: name.removesuffix("_printed"), level=0)[
        saving.index.get_level_values(0).str.endswith("_printed")
    ]


# --------------------------------------------------------------------------------- Table 3


def test_the_fifteen_cells_of_table_3_with_the_fitted_inputs(study, printed):
    saving = of_house(study, "detached", "primary_saving_share")
    assert (saving[printed.index] - printed).abs().max() < 0.01


def test_what_the_fit_is_worth(study, printed):
    def worst(saving: pd.Series) -> float:
        return float((saving[printed.index] - printed).abs().max())

    fitted = worst(of_house(study, "detached", "primary_saving_share"))
    by_5_minutes = worst(of_house(study, "detached_fine", "primary_saving_share"))
    own_hours = worst(of_house(study, "detached_printed", "primary_saving_share"))
    inputs_alone = worst(as_printed(study, "detached_printed"))
    assert fitted < min(by_5_minutes, own_hours) < inputs_alone
    assert by_5_minutes < 0.015
    assert own_hours < 0.03


@pytest.mark.parametrize("plant_name", PLANTS)
def test_the_units_come_in_the_printed_order_for_each_plant(study, printed, plant_name):
    saving = of_house(study, "detached", "primary_saving_share")
    mine = saving.xs(plant_name, level=1)[list(UNITS)].sort_values()
    theirs = printed.xs(plant_name, level=1)[list(UNITS)].sort_values()
    assert list(mine.index) == list(theirs.index)


def inverted(saving: pd.Series) -> tuple[float, float]:
    """Electricity W and extra fuel (kWh a year) of a unit from its three savings.

    Saving x (Q / 0.9 + E / plant) = W / plant - extra fuel is linear in both, so that three
    plants fix them (least squares).
    """
    plants = np.array([GRID_EFFICIENCY[name] for name in saving.index])
    saved = saving.to_numpy() * (HEAT_KWH / 0.9 + ELECTRICITY_KWH / plants)
    system = np.column_stack([1 / plants, -np.ones(3)])
    (generated, extra), *_ = np.linalg.lstsq(system, saved, rcond=None)
    return float(generated), float(extra)


@pytest.mark.parametrize("unit", UNITS)
def test_table_3_inverted_gives_the_simulated_heat_share_and_efficiency(study, printed, unit):
    thermal = THERMAL_EFFICIENCY[unit]

    def share_and_efficiency(saving: pd.Series) -> tuple[float, float]:
        generated, extra = inverted(saving)
        # extra fuel = heat of the unit x (1 / its thermal efficiency - 1 / 0.9)
        heat = extra / (1 / thermal - 1 / 0.9)
        return heat / HEAT_KWH, generated * thermal / heat

    # the fit to rounded cells is loose: every corner of the rounding belongs to print
    corners = np.array(np.meshgrid(*[[-0.0005, 0.0005]] * 3)).reshape(3, -1).T
    found = np.array([share_and_efficiency(printed[unit] + corner) for corner in corners])
    share = of_house(study, "detached", "heat_share")[unit, "combined_cycle"]
    efficiency = of_house(study, "detached", "effective_electrical_efficiency")[
        unit, "combined_cycle"
    ]
    assert found[:, 0].min() - 0.02 < share < found[:, 0].max() + 0.02
    assert found[:, 1].min() - 0.005 < efficiency < found[:, 1].max() + 0.005


# ------------------------------------------------------------------------------ conclusions


def test_the_gas_engines_sell_85_to_90_percent(study):
    share = of_house(study, "detached", "export_share").xs("combined_cycle", level=1)
    assert share[list(GAS_ENGINES)].between(0.85, 0.90).all()
    assert share["whispergen"] < 0.85


def test_the_gas_engines_return_less_than_5_percent_even_where_meters_run_backwards(study):
    rows = study[1][(study[1]["house"] == "detached") & study[1]["unit"].isin(GAS_ENGINES)]
    best = rows[rows["metering"] == "backwards"]
    assert (best["irr"] < 0.05).all()
    others = rows[rows["metering"] != "backwards"]
    assert (others["irr"].isna() | (others["irr"] < 0)).all()


@pytest.mark.parametrize("unit", UNITS)
def test_insulation_hardly_moves_the_relative_saving(study, unit):
    # Fig. 5: against the combined cycle
    saving, heat = (
        [of_house(study, house, column)[unit, "combined_cycle"] for house in INSULATION]
        for column in ("primary_saving_share", "heat_demand_kwh")
    )
    assert heat == sorted(heat, reverse=True)
    assert heat[0] > 1.5 * heat[-1]
    assert max(saving) - min(saving) < 0.03


@pytest.mark.parametrize("plant_name", PLANTS)
def test_relighting_raises_the_relative_saving(study, plant_name):
    before = of_house(study, "detached", "primary_saving_share")
    after = of_house(study, "detached_relit", "primary_saving_share")
    for unit in UNITS:
        assert after[unit, plant_name] > before[unit, plant_name]


def test_the_co2_of_the_fuel_cell_against_the_average_belgian_plant(study):
    avoided = of_house(study, "detached", "co2_saving_share")
    # printed in section 4.1: from -6 % to 48 % over all units and plants
    assert avoided["idatech", "average_belgian"] == pytest.approx(-0.06, abs=0.01)
    units = avoided[list(UNITS)]
    assert units.max() == avoided["solo", "average_fossil"] == pytest.approx(0.48, abs=0.01)
    assert units.min() == avoided["idatech", "average_belgian"]
    for unit in UNITS:  # Fig. 3: lower than with the combined cycle alone
        assert avoided[unit, "marginal"] < avoided[unit, "combined_cycle"]


def test_energy_closes_over_the_year(study):
    table = study[0]
    power = table["import_kwh"] + table["chp_electricity_kwh"] - table["export_kwh"]
    heat = table["chp_heat_kwh"] + table["boiler_heat_kwh"] - table["surplus_heat_kwh"]
    assert power.to_numpy() == pytest.approx(table["electricity_demand_kwh"].to_numpy(), rel=1e-9)
    assert heat.to_numpy() == pytest.approx(table["heat_demand_kwh"].to_numpy(), rel=1e-9)
