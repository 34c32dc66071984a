"""The validation page of the documentation, written from the results of the published study.

``python -m microchp.report.validation`` reads ``published.csv`` and ``designs.csv`` of a run of
``config/studies/oluleye2018.yaml`` and writes ``docs/validation.md``: no number of that page is
written by hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from microchp.assessment.designs import read_designs
from microchp.files import whole
from microchp.report.style import label
from microchp.scenarios import OPTIMAL

METRICS = {
    "eai_gbp": "equivalent annual income",
    "system_payback_years": "system payback",
    "system_npv_gbp": "system NPV",
    "tes_payback_years": "store payback",
    "tes_npv_gbp": "store NPV",
    "co2_kg": "net CO2",
    "tde_kwh": "total delivered energy",
    "tes_kwh": "store size, print against the optimum",
    "co2_levy_gbp": "levy saving",
}

TEXT = """\
# Validation

Written by `make validation` from the results of `make run`. Demand, minimum load and cost indices
of this study are fitted to the published no-store results (`config/studies/oluleye2018.yaml`); the
with-store results and everything below that is not EAI without a store were not fitted.

## Published sizes, Tables 2 and 3

EAI (£/year) of a 2 kWe unit with the published store, with Eq. 6 as it is printed; beside it the
same operation under the capital recovery factor, which changes what the papers conclude.

{eai}

## All published numbers

{counts}

Tolerances: EAI £15 without a store and £50 with one, carried into payback and NPV; CO2 2 %, total
delivered energy 5 %, store size 10 %.

## Certified optimum

Sizes that cost least under `crf`, every one proven by its bound (the gap is the largest share by
which any other design could be cheaper).

{optimum}

## What remains unexplained

- **Store sizes.** The published sizes are not the optimum of the printed model: the optimum is
  smaller everywhere, and without incentive no unit at all is best for the smaller houses, because
  the printed tables take a 2 kWe unit as given.
- **CO2 of the smaller houses.** Computed emissions lie above print for all but the detached house,
  with and without a store and incentive alike, so the cause lies in what they share: demand or
  emission factors. Electricity totals are not printed.
- **Total delivered energy** hangs on the grid efficiency, which is not printed.
- **The levy savings** follow from the CO2 above.
"""


def markdown_table(table: pd.DataFrame, digits: dict[str, int]) -> str:
    """A table in Markdown; numbers of a column with its count of digits, empty where missing."""

    def cell(value: Any, column: str) -> str:
        if isinstance(value, str):
            return value
        return "" if pd.isna(value) else f"{value:.{digits[column]}f}"

    columns = [str(column) for column in table]
    marks = ["---:" if column in digits else "---" for column in columns]
    rows = [[cell(row[column], column) for column in columns] for _, row in table.iterrows()]
    return "\n".join("| " + " | ".join(row) + " |" for row in [columns, marks, *rows])


def eai_table(published: pd.DataFrame) -> pd.DataFrame:
    """Published and computed EAI of each cell."""
    cells = published[published["metric"] == "eai_gbp"]
    return pd.DataFrame(
        {
            "house": cells["house"].map(label),
            "incentive": cells["incentive"].map(label),
            "store": cells["tes"],
            "print": cells["published"],
            "computed": cells["computed"],
            "deviation": cells["deviation"],
            "computed, crf": cells["computed_crf"],
        }
    )


def count_table(published: pd.DataFrame) -> pd.DataFrame:
    """Verdicts by metric, with the largest deviation of each in its unit."""
    rows = []
    for metric, cells in published.groupby("metric", sort=False):
        largest = cells["deviation"].abs().max()
        rows.append(
            {
                "metric": METRICS[str(metric)],
                "numbers": len(cells),
                "within": int((cells["verdict"] == "within").sum()),
                "outside": int((cells["verdict"] == "outside").sum()),
                "largest deviation": f"{largest:.1f} {cells['unit'].iloc[0]}",
            }
        )
    return pd.DataFrame(rows)


def optimum_table(designs: pd.DataFrame) -> pd.DataFrame:
    """Sizes, EAI under both factors, and gap of the optimal designs with a store allowed."""
    best = designs[(designs["design"] == OPTIMAL) & (designs["tes"] == "with")]
    return pd.DataFrame(
        {
            "house": best["house"].map(label),
            "incentive": best["incentive"].map(label),
            "unit (kW)": best["chp_kw"],
            "store (kWh)": best["tes_kwh"],
            "EAI, crf (£/y)": best["eai_crf_gbp"],
            "EAI, as printed (£/y)": best["eai_as_printed_gbp"],
            "gap (%)": 100 * best["relative_gap"],
        }
    )


def write_validation(
    *, published_path: str | Path, designs_path: str | Path, page_path: str | Path
) -> None:
    """Write the page.

    Parameters
    ----------
    published_path, designs_path
        ``published.csv`` and ``designs.csv`` of a run of the published study.
    page_path
        Markdown to write.
    """
    published = pd.read_csv(published_path, keep_default_na=False, na_values=[""])
    page = TEXT.format(
        eai=markdown_table(
            eai_table(published), {"print": 1, "computed": 1, "deviation": 1, "computed, crf": 1}
        ),
        counts=markdown_table(count_table(published), {"numbers": 0, "within": 0, "outside": 0}),
        optimum=markdown_table(
            optimum_table(read_designs(designs_path)),
            {
                "unit (kW)": 0,
                "store (kWh)": 1,
                "EAI, crf (£/y)": 1,
                "EAI, as printed (£/y)": 1,
                "gap (%)": 3,
            },
        ),
    )
    with whole(page_path) as partial:
        partial.write_text(page, encoding="utf-8")


def main() -> None:
    """Write the page from the results of the published study."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("results/oluleye2018"))
    parser.add_argument("--page", type=Path, default=Path("docs/validation.md"))
    given = parser.parse_args()
    write_validation(
        published_path=given.results / "published.csv",
        designs_path=given.results / "designs.csv",
        page_path=given.page,
    )


if __name__ == "__main__":
    main()
