"""What was published beside what is computed here, cell by cell."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from microchp.assessment import finance as money
from microchp.assessment.designs import read_designs
from microchp.config import Finance
from microchp.errors import AssessmentError
from microchp.files import whole
from microchp.scenarios import OPTIMAL

log = logging.getLogger(__name__)

PUBLISHED_DESIGN = "published"
"""Name of the fixed designs that carry the published sizes."""

EAI_TOLERANCE_GBP = {"without": 15.0, "with": 50.0}
"""How far a year's income may be off. Without a store the demand alone decides; with one, the
published store sizes also differ from the optimum of the printed model."""

RELATIVE_TOLERANCE = {"co2_kg": 0.02, "tde_kwh": 0.05, "tes_kwh": 0.10}
"""CO2 follows the energy; TDE hangs on a grid efficiency that is not printed."""

_METRICS = {
    "eai_gbp": "eai_as_printed_gbp",
    "system_payback_years": "system_payback_years",
    "system_npv_gbp": "system_npv_gbp",
    "tes_payback_years": "tes_payback_years",
    "tes_npv_gbp": "tes_npv_gbp",
    "co2_kg": "co2_kg",
    "tde_kwh": "tde_kwh",
    "tes_kwh": "tes_kwh",
    "co2_levy_gbp": "co2_levy_gbp",
}
"""Published metric -> column of ``designs.csv``. The published EAI was made with Eq. 6 as it is
printed; at given sizes paybacks, NPVs, CO2 and TDE do not depend on the annualisation. The levy's
column is made by :func:`levy_on_top`."""

NO_INCENTIVE, LEVY = "none", "co2_levy"

PUBLISHED_SCHEMA = pa.DataFrameSchema(
    {
        "paper": pa.Column(str),
        "table": pa.Column(str),
        "item": pa.Column(str),
        "house": pa.Column(str),
        "incentive": pa.Column(str),
        "tes": pa.Column(str, pa.Check.isin(["with", "without"])),
        "metric": pa.Column(str, pa.Check.isin(list(_METRICS))),
        "unit": pa.Column(str),
        "value": pa.Column(float, coerce=True),
    },
    strict=True,
)

COMPARISON_SCHEMA = pa.DataFrameSchema(
    {
        "paper": pa.Column(str),
        "table": pa.Column(str),
        "item": pa.Column(str),
        "published": pa.Column(float),
        "computed": pa.Column(float, nullable=True),
        "deviation": pa.Column(float, nullable=True),
        "verdict": pa.Column(str, pa.Check.isin(["within", "outside", "not computed"])),
        "house": pa.Column(str),
        "incentive": pa.Column(str),
        "tes": pa.Column(str),
        "metric": pa.Column(str),
        "unit": pa.Column(str),
        "tolerance": pa.Column(float, nullable=True),
        "computed_crf": pa.Column(float, nullable=True),
        "scenario": pa.Column(str),
    },
    strict=True,
    ordered=True,
)
"""What leaves as the comparison: ``deviation`` is computed less published, ``tolerance`` and all
values are in ``unit``, ``computed_crf`` is the EAI with the true capital recovery factor."""


@dataclass(frozen=True)
class Cell:
    """One published number."""

    paper: str
    table: str
    item: str
    house: str
    incentive: str
    tes: str
    metric: str
    unit: str
    value: float

    @property
    def design(self) -> str:
        """Name of the design to hold it against: the optimum for a size, else the published."""
        return OPTIMAL if self.metric == "tes_kwh" else PUBLISHED_DESIGN

    @property
    def label(self) -> str:
        """The cell in words."""
        return f"{self.item}, {self.house}, {self.incentive}, {self.tes} store"


def tolerance(cell: Cell, row: pd.Series) -> float:
    """How far a computed number may be off the published one, in the cell's unit.

    Stated for the EAI (GBP/y) and carried to what follows from it: an NPV moves by the EAI's
    tolerance in every year of the lifetime, a payback by what that does to the saving. CO2,
    TDE and store size have tolerances of their own.

    Parameters
    ----------
    cell
        The published number.
    row
        The design that it is compared with.
    """
    if cell.metric == "co2_levy_gbp":
        return float(row["co2_price_gbp_per_kg"] * RELATIVE_TOLERANCE["co2_kg"] * row["co2_kg"])
    if cell.metric in RELATIVE_TOLERANCE:
        return RELATIVE_TOLERANCE[cell.metric] * abs(cell.value)
    eai = EAI_TOLERANCE_GBP[cell.tes]
    if cell.metric == "eai_gbp":
        return eai
    if cell.metric.endswith("npv_gbp"):
        years = range(1, int(row["lifetime_years"]) + 1)
        return float(eai * sum((1 + row["interest_rate"]) ** -year for year in years))
    part = "tes_investment_gbp" if cell.metric.startswith("tes") else "investment_gbp"
    # payback = investment / saving, so it moves by payback^2 / investment for a pound of saving
    return float(cell.value**2 / row[part] * eai)


def _never_pays_back(cell: Cell, row: pd.Series) -> bool:
    """Whether an empty payback is an answer: the investment is known, and has an NPV."""
    npv = cell.metric.replace("payback_years", "npv_gbp")
    return npv != cell.metric and bool(pd.notna(row[npv]))


def levy_on_top(designs: pd.DataFrame) -> pd.DataFrame:
    """Published sizes under the CO2 levy as the papers count it: on top of a finished design.

    The papers do not optimise for the levy. They value, with its price, the CO2 that designs
    made without incentive avoid: against business as usual, and for the store alone against
    the design without a store.

    Parameters
    ----------
    designs
        ``designs.csv``; the levy's price is that of any design under ``co2_levy``.

    Returns
    -------
    pandas.DataFrame
        Rows of the published designs without incentive, named ``co2_levy``, with the store's
        payback and NPV changed and ``co2_levy_gbp`` added. Empty where the run has no levy.
    """
    prices = designs.loc[designs["incentive"] == LEVY, "co2_price_gbp_per_kg"]
    chosen = (designs["design"] == PUBLISHED_DESIGN) & (designs["incentive"] == NO_INCENTIVE)
    rows = designs[chosen if len(prices) else chosen & False].copy()
    if rows.empty:
        return rows
    price = float(prices.iloc[0])
    saving = rows["tes_saving_gbp"] + price * rows["tes_co2_saving_kg"]
    pairs = list(zip(rows["tes_investment_gbp"], saving, strict=True))
    finance = Finance(
        interest_rate=rows["interest_rate"].iloc[0], lifetime_years=rows["lifetime_years"].iloc[0]
    )
    return rows.assign(
        incentive=LEVY,
        co2_price_gbp_per_kg=price,
        co2_levy_gbp=price * (rows["bau_co2_kg"] - rows["co2_kg"]),
        tes_payback_years=[money.simple_payback_years(*pair) for pair in pairs],
        tes_npv_gbp=[money.net_present_value_gbp(*pair, finance) for pair in pairs],
    )


def compare(designs: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Every published number with the computed one, its deviation and a verdict.

    Parameters
    ----------
    designs
        ``designs.csv``; rows without variant count, those named ``published`` for all metrics
        but the store's size, which is held against the optimum.
    published
        A file of ``resources/published``.

    Returns
    -------
    pandas.DataFrame
        In the order of ``published``, nothing left out: a number that no design was made for is
        "not computed", one that comes out as a payback that never comes is "outside".
    """
    base = designs[designs["variant"] == ""]
    # the papers' way of counting the levy goes before a design optimised for it
    base = pd.concat([base, levy_on_top(base)], ignore_index=True)
    keys = zip(base["design"], base["house"], base["incentive"], base["tes"], strict=True)
    by_cell = {key: row for key, (_, row) in zip(keys, base.iterrows(), strict=True)}
    rows: list[dict[str, Any]] = []
    for record in PUBLISHED_SCHEMA.validate(published).to_dict("records"):
        cell = Cell(**{str(key): value for key, value in record.items()})
        row = by_cell.get((cell.design, cell.house, cell.incentive, cell.tes))
        computed = math.nan if row is None else float(row[_METRICS[cell.metric]])
        allowed = math.nan if row is None else tolerance(cell, row)
        deviation = computed - cell.value
        if row is None or (math.isnan(computed) and not _never_pays_back(cell, row)):
            verdict = "not computed"
        else:
            verdict = "within" if abs(deviation) <= allowed else "outside"
        rows.append(
            {
                "paper": cell.paper,
                "table": cell.table,
                "item": cell.label,
                "published": cell.value,
                "computed": computed,
                "deviation": deviation,
                "verdict": verdict,
                "house": cell.house,
                "incentive": cell.incentive,
                "tes": cell.tes,
                "metric": cell.metric,
                "unit": cell.unit,
                "tolerance": allowed,
                "computed_crf": float(row["eai_crf_gbp"])
                if row is not None and cell.metric == "eai_gbp"
                else math.nan,
                "scenario": "" if row is None else str(row["scenario"]),
            }
        )
    return COMPARISON_SCHEMA.validate(pd.DataFrame(rows))


def compare_published_designs(
    *, designs_csv: str | Path, published_csv: str | Path, comparison_csv: str | Path
) -> None:
    """Hold the designs of the published sizes against the published tables.

    Parameters
    ----------
    designs_csv
        ``designs.csv`` of a run with fixed designs named ``published``.
    published_csv
        Columns ``paper,table,item,house,incentive,tes,metric,unit,value``.
    comparison_csv
        CSV to write; columns in :data:`COMPARISON_SCHEMA`.

    Raises
    ------
    AssessmentError
        If the run has no design named ``published``.
    """
    designs = read_designs(designs_csv)
    if PUBLISHED_DESIGN not in set(designs["design"]):
        raise AssessmentError(
            f"{designs_csv}: no design named '{PUBLISHED_DESIGN}' to compare; add fixed_designs "
            f"with `name: {PUBLISHED_DESIGN}` to the configuration"
        )
    table = compare(designs, pd.read_csv(published_csv))
    with whole(comparison_csv) as partial:
        table.to_csv(partial, index=False)
    counts = table["verdict"].value_counts()
    log.info(
        "%d published numbers: %s",
        len(table),
        ", ".join(f"{count} {verdict}" for verdict, count in counts.items()),
    )
