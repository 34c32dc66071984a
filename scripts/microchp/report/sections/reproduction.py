"""Published numbers of a design study beside those computed here."""

from __future__ import annotations

import pandas as pd

from microchp.report.page import Cell, Column, Fold, Section, Table, Text, cell

_METRICS = {
    "eai_gbp": "EAI",
    "system_payback_years": "System payback",
    "system_npv_gbp": "System NPV",
    "tes_payback_years": "Store payback",
    "tes_npv_gbp": "Store NPV",
    "co2_kg": "CO₂",
    "tde_kwh": "TDE",
    "tes_kwh": "Store size",
    "co2_levy_gbp": "CO₂ levy saving",
}
_DIGITS = {"eai_gbp": 1, "system_payback_years": 1, "tes_payback_years": 2, "tes_kwh": 1}
_VERDICTS = ("within", "outside", "not computed")


def section(comparison: pd.DataFrame | None) -> Section | None:
    """Verdicts in short, the yearly incomes, and all published numbers on demand."""
    if comparison is None:
        return None
    computed = comparison[comparison["verdict"] != "not computed"]
    good = int((computed["verdict"] == "within").sum())
    missing = len(comparison) - len(computed)
    text = (
        f"{good} of {len(computed)} published numbers are met within the stated tolerance"
        + (f"; {missing} have no design in this run. " if missing else ". ")
        + "Incomes, paybacks, NPVs, CO₂ and TDE are of the published sizes, with the annualisation "
        "as printed; “crf” is the same income with the true capital recovery factor. The CO₂ "
        "levy is counted on top of the designs without incentive, as the papers do. Store sizes "
        "are held against the optimum found here."
    )
    income = comparison[comparison["metric"] == "eai_gbp"]
    return Section(
        "published",
        "Published results",
        [
            Text(text),
            _summary(comparison),
            _numbers("Yearly income (EAI)", income),
            Fold(
                f"All {len(comparison)} published numbers",
                "",
                [_numbers("All published numbers", comparison)],
            ),
        ],
    )


def _summary(comparison: pd.DataFrame) -> Table:
    counts = pd.crosstab(comparison["metric"], comparison["verdict"])
    rows: list[list[Cell | str]] = [
        [
            _METRICS.get(metric, metric),
            *(cell(counts.loc[metric].get(verdict, 0)) for verdict in _VERDICTS),
        ]
        for metric in dict.fromkeys(comparison["metric"])
    ]
    columns = [Column("Quantity", text=True), *(Column(verdict) for verdict in _VERDICTS)]
    return Table("Numbers by verdict", columns, rows)


def _numbers(caption: str, comparison: pd.DataFrame) -> Table:
    rows: list[list[Cell | str]] = [
        [
            f"{row['table']}: {row['item']}",
            row["unit"].replace("GBP", "£"),
            *(
                cell(row[name], _DIGITS.get(row["metric"], 0), signed=name == "deviation")
                for name in ("published", "computed", "deviation", "tolerance", "computed_crf")
            ),
            row["verdict"],
        ]
        for _, row in comparison.iterrows()
    ]
    columns = [
        Column("Published number", text=True),
        Column("Unit", text=True),
        Column("Published"),
        Column("Computed"),
        Column("Deviation"),
        Column("Tolerance"),
        Column("Computed, crf"),
        Column("Verdict", text=True),
    ]
    return Table(caption, columns, rows)
