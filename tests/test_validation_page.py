"""The validation page says what the results say."""

import pandas as pd

from microchp.report.validation import count_table, eai_table, markdown_table

PUBLISHED = pd.DataFrame(
    {
        "metric": ["eai_gbp", "eai_gbp", "co2_kg"],
        "unit": ["GBP/y", "GBP/y", "kg/y"],
        "house": ["flat", "semi_detached", "flat"],
        "incentive": ["none", "fit", "fit"],
        "tes": ["with", "without", "with"],
        "published": [10.0, -5.0, 100.0],
        "computed": [12.5, -9.0, 90.0],
        "deviation": [2.5, -4.0, -10.0],
        "verdict": ["within", "outside", "within"],
        "computed_crf": [-3.0, -20.0, float("nan")],
    }
)


def test_counts_and_largest_deviation_by_metric():
    rows = count_table(PUBLISHED).set_index("metric")
    assert rows.loc["equivalent annual income"].tolist() == [2, 1, 1, "4.0 GBP/y"]
    assert rows.loc["net CO2"].tolist() == [1, 1, 0, "10.0 kg/y"]


def test_only_eai_cells_in_words():
    table = eai_table(PUBLISHED)
    assert table["house"].tolist() == ["Flat", "Semi-detached"]
    assert table["computed, crf"].tolist() == [-3.0, -20.0]


def test_markdown_rounds_aligns_and_leaves_missing_empty():
    table = pd.DataFrame({"what": ["a", "b"], "size": [1.26, float("nan")]})
    assert markdown_table(table, {"size": 1}).splitlines() == [
        "| what | size |",
        "| --- | ---: |",
        "| a | 1.3 |",
        "| b |  |",
    ]
