"""How sure the answer is: what the samples of a sweep say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from microchp.files import read_table
from microchp.report.page import (
    Cell,
    Column,
    Drawing,
    Fold,
    Points,
    Section,
    Table,
    Text,
    cell,
    drawing,
)
from microchp.report.page import share_cell as share
from microchp.sweep.summary import answers
from microchp.tables.words import label, number, percent, place, pounds, span
from microchp.telling import counted

SHOWN = ("eai_gbp", "tes_eai_gbp")
"""Quantities whose figures stand in the page; the others are in the folder of figures."""

TEXTS = ("scenario", "house", "incentive", "tes", "plant", "variant", "design", "quantity")

RANDOM_METHODS = ("monte_carlo", "sobol")
"""Methods of a sweep that draw its samples, so that shares of them are chances."""

QUANTITIES = {
    "eai_gbp": ("Income of the design", "£/y"),
    "tes_eai_gbp": ("Income of the store", "£/y"),
    "system_npv_gbp": ("Net present value", "£"),
    "co2_saving_kg": ("CO₂ saved", "kg/y"),
    "tes_co2_saving_kg": ("CO₂ that the store saves", "kg/y"),
}


@dataclass(frozen=True)
class Sampled:
    """Results of a sweep: what ``summarise_sweep`` wrote."""

    summary: pd.DataFrame
    regret: pd.DataFrame
    figures: Path

    @classmethod
    def read(cls, summary: str | Path, regret: str | Path, figures: str | Path) -> Sampled:
        """From the paths of summary, regret and figures."""
        return cls(read_table(summary, TEXTS), read_table(regret, ["scenario"]), Path(figures))

    @property
    def chances(self) -> dict[str, float]:
        """Share of the samples in which each scenario's design saves."""
        incomes = self.summary[self.summary["quantity"] == "eai_gbp"]
        return dict(zip(incomes["scenario"], incomes["chance"].astype(float), strict=True))

    @property
    def names(self) -> dict[str, str]:
        """Each scenario in a reader's words."""
        scenarios = self.summary.drop_duplicates("scenario")
        return {str(row["scenario"]): scenario_words(row) for _, row in scenarios.iterrows()}


def scenario_words(row: pd.Series) -> str:
    """A scenario in words, from its own columns."""
    parts = [place(row["house"], row["plant"]), label(row["incentive"]), f"{row['tes']} store"]
    parts += [
        label(row[name]) for name in ("variant", "design") if row[name] not in ("", "optimal")
    ]
    return ", ".join(parts)


def sentences(summary: pd.DataFrame) -> list[str]:
    """What the samples say of unit and store, over all scenarios, in a sentence if they do.

    Parameters
    ----------
    summary
        ``sweep_summary.csv``.
    """
    samples = int(summary["samples"].max())
    parts, differ = [], False
    for quantity, noun in (("eai_gbp", "the best design"), ("tes_eai_gbp", "the store")):
        chances = list(summary.loc[summary["quantity"] == quantity, "chance"].dropna())
        if chances:
            shares = span(chances, percent)
            differ = differ or shares != percent(chances[0])
            parts.append(f"{noun} pays in {shares}")
    if not parts:
        return []
    cases = " (from the least to the most favourable case)" if differ else ""
    return [
        f"What is uncertain was drawn {number(samples)} times: {' and '.join(parts)} of these "
        f"samples{cases}."
    ]


def section(sampled: Sampled, *, is_random: bool) -> Section:
    """Chances and quantiles, what matters, where it stops paying, and regret.

    Parameters
    ----------
    sampled
        Results of the sweep.
    is_random
        Whether samples are drawn, so that shares of them are chances.
    """
    names = sampled.names
    told = answers(sampled.summary) if is_random else {}
    said = [f"{names[scenario]}: {text}" for scenario, text in told.items()]
    parts: list[object] = [
        Text(
            "What is uncertain is sampled, and each scenario is designed again in every sample, "
            "with a proof of its own; shares are of the samples in which it earns more than it "
            "costs."
        ),
        *([Points(said)] if said else []),
        *_drawings(sampled, "distribution", [(f"_{name}", "") for name in SHOWN]),
        _table(sampled),
    ]
    for scenario, words in names.items():
        ends = [(f"_{scenario}_{name}", words) for name in SHOWN]
        own: list[object] = [
            *_drawings(sampled, "sensitivity", ends),
            *_drawings(sampled, "surface", ends),
            *_drawings(sampled, "regret", [(f"_{scenario}", words)]),
        ]
        regret = sampled.regret[sampled.regret["scenario"] == scenario]
        if not regret.empty:
            own.append(Points(regret_sentences(regret)))
        if own:
            parts.append(Fold(words, "what matters, and one design for all samples", own))
    return Section("samples", "How sure the answer is", parts, short="Samples")


def regret_sentences(regret: pd.DataFrame) -> list[str]:
    """The designs that do best over all samples, with what none can be below."""
    sentences = []
    cheapest = regret[regret["least_expected_cost"]].iloc[0]
    sentences.append(
        f"One design for all samples: {_sizes(cheapest)} costs "
        f"{pounds(cheapest['expected_cost_gbp'])} a year on average, the least of the "
        f"{counted(len(regret), 'design')} tried; none of any size costs less than "
        f"{pounds(cheapest['expected_cost_bound_gbp'])}."
    )
    safest = regret[regret["least_worst_regret"]].iloc[0]
    sentences.append(
        f"{_sizes(safest)} costs at most {pounds(safest['worst_regret_gbp'])} a year more than the "
        f"best design of the same sample; no design can promise less than "
        f"{pounds(safest['worst_regret_bound_gbp'])} over all samples."
    )
    return [f"{sentence[0].upper()}{sentence[1:]}" for sentence in sentences]


def _sizes(row: pd.Series) -> str:
    unit = f"a unit of {row['chp_kw']:g} kW" if row["chp_kw"] else "no unit"
    store = f"a store of {row['tes_kwh']:.1f} kWh" if row["tes_kwh"] else "no store"
    return f"{unit} and {store}"


_DRAWN = {
    "distribution": "Share of the samples at or below a value.",
    "sensitivity": "Which input matters, with the design optimal again for each value.",
    "surface": "Two inputs, and where it stops paying.",
    "regret": "What one design for all samples loses against the best of each, at most.",
}


def _drawings(sampled: Sampled, kind: str, ends: Sequence[tuple[str, str]]) -> list[Drawing]:
    """Figures of one kind that are there, by the ends of their names."""
    shown = []
    for end, words in ends:
        path = sampled.figures / f"{kind}{end}.svg"
        if path.exists():
            of = next((QUANTITIES[name][0] for name in SHOWN if end.endswith(f"_{name}")), "")
            title = " – ".join(part for part in (of or "Regret", words) if part)
            shown.append(drawing(path, path.stem, title, _DRAWN[kind]))
    return shown


def _table(sampled: Sampled) -> Table:
    columns = [
        Column("Scenario", text=True),
        Column("Quantity", text=True, filters=True),
        Column("Samples"),
        Column("Not proven"),
        Column("Pays in"),
        Column("at least"),
        Column("at most"),
        Column("Mean"),
        Column("5 %"),
        Column("Median"),
        Column("95 %"),
    ]
    names = sampled.names
    rows: list[list[Cell | str]] = []
    for _, row in sampled.summary[sampled.summary["quantity"].isin(QUANTITIES)].iterrows():
        what, unit = QUANTITIES[row["quantity"]]
        rows.append(
            [
                names[row["scenario"]],
                f"{what} ({unit})",
                cell(row["samples"]),
                cell(row["not_proven"]),
                *(share(row[name]) for name in ("chance", "chance_least", "chance_most")),
                *(cell(row[name]) for name in ("mean", "p05", "p50", "p95")),
            ]
        )
    return Table("What the samples say", columns, rows, wide=True)
