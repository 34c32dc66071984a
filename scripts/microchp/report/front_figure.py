"""The front of cost against CO2 of a house, drawn with its break points."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from microchp.report.style import PAGE_MM, STORE, TOTAL, figure

MOST_LABELS = 12
"""Break points that are named; of more, those are where the unit changes."""


def plot_front(*, front_path: str | Path, svg_path: str | Path, pdf_path: str | Path) -> None:
    """Draw what :func:`microchp.sweep.front.trace_front` wrote.

    Parameters
    ----------
    front_path
        CSV of the front.
    svg_path, pdf_path
        Files to write.
    """
    front = pd.read_csv(front_path)
    changes = front["chp_unit"].fillna("").ne(front["chp_unit"].fillna("").shift())
    ends = front.index.isin([front.index[0], front.index[-1]])
    named = front if len(front) <= MOST_LABELS else front[changes | ends]
    with figure(svg_path=svg_path, pdf_path=pdf_path, width_mm=PAGE_MM, height_mm=100) as fig:
        axes = fig.subplots()
        cost, tonnes = front["eac_gbp"], front["co2_kg"] / 1000
        axes.plot(cost, tonnes, color=STORE, marker="o", markersize=4)
        for place, (_, row) in enumerate(named.iterrows()):
            words = [f"{row['chp_kw']:g} kW" if row["chp_kw"] else "no unit"]
            words.append(f"{row['tes_kwh']:.1f} kWh" if row["tes_kwh"] else "no store")
            price = row["co2_price_from_gbp_per_kg"]
            words += [f"from {1000 * price:,.0f} £/t"] if price else []
            axes.annotate(
                ", ".join(words),
                (row["eac_gbp"], row["co2_kg"] / 1000),
                xytext=(6, 4 + 3 * (place % 2)),
                textcoords="offset points",
                fontsize=7,
                color=TOTAL,
            )
        axes.margins(x=0.15, y=0.1)
        axes.set(
            xlabel="cost (£/year)",
            ylabel="CO₂ (t/year)",
            title=f"{front['scenario'].iloc[0]}: no design lies below the line; "
            "prices on CO₂ from which each is the cheapest",
        )
