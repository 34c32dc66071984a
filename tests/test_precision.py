"""Errors of coarse time are against the finest design of the same scenario."""

import pandas as pd
import pytest

from microchp.report.precision import plot_precision, precision_table

LOSSES = pd.DataFrame(
    {
        "house": ["flat"] * 4,
        "dwelling": [0, 0, 1, 0],
        "quantity": ["hot_water_kw", "hot_water_kw", "hot_water_kw", "electricity_kw"],
        "resolution_minutes": [5, 60, 60, 60],
        "peak_loss_share": [0.2, 0.7, 0.9, 0.4],
    }
)


def designs() -> pd.DataFrame:
    rows = [
        # minutes, days, eai, co2, store
        ("", 5, 365, 100.0, 2000.0, 8.0),
        ("hourly", 60, 365, 130.0, 1900.0, 5.0),
        ("few_days", 5, 12, 90.0, 2100.0, 7.5),
    ]
    return pd.DataFrame(
        [
            {
                **{"house": "flat", "incentive": "fit", "tes": "with", "design": "optimal"},
                **{"variant": variant, "resolution_minutes": minutes, "days_modelled": days},
                **{"eai_gbp": eai, "co2_kg": co2, "tes_kwh": tes, "chp_kw": 1.0},
                **{"relative_gap": 0.0, "solve_seconds": 1.0},
            }
            for variant, minutes, days, eai, co2, tes in rows
        ]
    )


def test_errors_are_against_the_finest_design():
    table = precision_table(designs(), LOSSES).set_index(["resolution_minutes", "days_modelled"])
    assert table.loc[(5, 365), "eai_error_gbp"] == 0
    hourly = table.loc[(60, 365)]
    assert hourly["eai_error_gbp"] == pytest.approx(30)
    assert hourly["co2_error_percent"] == pytest.approx(-5)
    assert hourly["tes_error_kwh"] == pytest.approx(-3)
    assert hourly["hot_water_peak_loss_percent"] == pytest.approx(70)
    assert table.loc[(5, 12), "eai_error_gbp"] == pytest.approx(-10)


def test_fixed_designs_are_left_out():
    fixed = designs().assign(design="published", eai_gbp=-999.0)
    both = pd.concat([designs(), fixed], ignore_index=True)
    assert len(precision_table(both, LOSSES)) == 3


def test_table_and_figure_are_written(tmp_path, monkeypatch):
    LOSSES.to_csv(tmp_path / "loss.csv", index=False)
    monkeypatch.setattr("microchp.report.precision.read_designs", lambda path: designs())
    plot_precision(
        designs_path=tmp_path / "designs.csv",
        variants=["hourly", "few_days"],
        loss_paths=[tmp_path / "loss.csv"],
        table_path=tmp_path / "precision.csv",
        svg_path=tmp_path / "precision.svg",
        pdf_path=tmp_path / "precision.pdf",
    )
    assert len(pd.read_csv(tmp_path / "precision.csv")) == 3
    assert "Time step (min)" in (tmp_path / "precision.svg").read_text(encoding="utf-8")
