"""Plants of a run ranked for each house and tariff."""

from __future__ import annotations

import pandas as pd
import pytest

from microchp.report.plants import markdown, plant_table, plot_plants
from microchp.system.plant import SIZES

PARTS = {"boiler": ["boiler"], "chp": ["boiler", "chp", "tes"], "sun": ["boiler", "pv"]}


def designs(costs: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    """A house's designs: cost, bound and CO2 of each plant."""
    rows = [
        {
            "scenario": f"flat-none-with-{plant}",
            "house": "flat",
            "incentive": "none",
            "tes": "with",
            "variant": "",
            "design": "optimal",
            "plant": plant,
            "eac_gbp": cost,
            "lower_bound_gbp": bound,
            "whole_year_eac_gbp": cost,
            "co2_kg": co2,
            "relative_gap": (cost - bound) / cost,
            **dict.fromkeys(SIZES.values(), 0.0),
        }
        for plant, (cost, bound, co2) in costs.items()
    ]
    return pd.DataFrame(rows)


def test_plants_are_ranked_by_cost_and_a_near_one_is_not_surely_dearer():
    found = plant_table(
        designs({"boiler": (1000, 999, 4000), "chp": (990, 985, 3500), "sun": (993, 989, 3000)}),
        PARTS,
    ).set_index("plant")
    assert found["rank"].to_dict() == {"boiler": 3, "chp": 1, "sun": 2}
    assert found["dearer_gbp"].to_dict() == {"boiler": 10, "chp": 0, "sun": 3}
    # the sun could cost 989, less than the 990 of the cheapest
    assert found["surely_dearer"].to_dict() == {"boiler": True, "chp": False, "sun": False}
    assert found["least_co2"].to_dict() == {"boiler": False, "chp": False, "sun": True}
    assert found["has_pv"].to_dict() == {"boiler": False, "chp": False, "sun": True}


def test_a_plant_that_is_too_small_for_some_day_is_compared_with_nothing():
    table = designs({"boiler": (1000, 999, 4000), "chp": (990, 985, 3500), "sun": (900, 899, 1000)})
    table.loc[table["plant"] == "sun", "whole_year_eac_gbp"] = float("nan")
    found = plant_table(table, PARTS).set_index("plant")
    assert found["rank"].to_dict() == {"boiler": 2, "chp": 1, "sun": 3}
    assert found["least_co2"].to_dict() == {"boiler": False, "chp": True, "sun": False}
    assert found["serves_year"].to_dict() == {"boiler": True, "chp": True, "sun": False}


def test_of_a_plant_with_and_without_a_store_the_cheaper_counts():
    table = designs({"boiler": (1000, 999, 4000), "chp": (990, 985, 3500)})
    without = table.assign(tes="without", eac_gbp=table["eac_gbp"] + [-5, 20])
    found = plant_table(pd.concat([table, without], ignore_index=True), PARTS)
    assert found[["plant", "eac_gbp", "rank"]].to_numpy().tolist() == [
        ["chp", 990, 1],
        ["boiler", 995, 2],
    ]


def test_given_sizes_are_not_ranked_with_the_best():
    table = designs({"boiler": (1000, 1000, 4000), "chp": (990, 990, 3500)})
    given = table.assign(design="published", eac_gbp=1.0)
    found = plant_table(pd.concat([table, given]), PARTS)
    assert len(found) == 2
    assert found["dearer_gbp"].max() == pytest.approx(10)


def test_the_table_says_who_wins_how_near_the_next_is_and_what_co2_says():
    table = designs({"boiler": (1000, 999, 4000), "chp": (992, 985, 3500), "sun": (990, 989, 3900)})
    table.loc[table["plant"] == "sun", "pv_kwp"] = 3.5
    row = markdown(plant_table(table, PARTS)).splitlines()[-1]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:2] == ["Flat", "No incentive"]
    assert cells[2].startswith("Sun: 3.5 kWp")
    assert cells[3:] == ["990", "3.9", "CHP (2)", "CHP (2)", "CHP (3.5; 2)"]


def test_the_figure_and_the_table_are_written(tmp_path, monkeypatch):
    table = designs({"boiler": (1000, 999, 4000), "chp": (990, 985, 3500)})
    monkeypatch.setattr("microchp.report.plants.read_designs", lambda path: table)
    paths = {f"{end}_path": tmp_path / f"plants.{end}" for end in ("svg", "pdf")}
    plot_plants(
        designs_path="designs.csv", parts=PARTS, table_path=tmp_path / "plants.csv", **paths
    )
    assert "Dearer than the cheapest" in paths["svg_path"].read_text(encoding="utf-8")
    assert len(pd.read_csv(tmp_path / "plants.csv")) == 2
