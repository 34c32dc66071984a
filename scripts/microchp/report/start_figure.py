"""Income of a design against the starts of its unit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from microchp.report.style import CHP, figure


def plot_starts(*, frontier_path: str | Path, svg_path: str | Path, pdf_path: str | Path) -> None:
    """Draw a frontier of starts; bars reach to what is proven to be out of reach.

    Parameters
    ----------
    frontier_path
        CSV of :func:`microchp.account.start_frontier.frontier`.
    svg_path, pdf_path
        Figure to write.
    """
    table = pd.read_csv(frontier_path).sort_values("chp_charged_starts")
    starts, eai = table["chp_charged_starts"], table["eai_gbp"]
    above = np.maximum(table["eai_most_gbp"] - eai, 0.0)
    with figure(svg_path=svg_path, pdf_path=pdf_path, width_mm=120, height_mm=85) as fig:
        axes = fig.subplots()
        axes.errorbar(
            starts, eai, yerr=[np.zeros(len(above)), above], fmt="o-", color=CHP, capsize=2
        )
        for (at, income), same in table.groupby([starts.round(2), eai.round(2)]):
            prices = ", ".join(f"£{price:g}" for price in sorted(same["start_price_gbp"]))
            axes.annotate(
                prices, (at, income), xytext=(5, -11), textcoords="offset points", fontsize=7
            )
        axes.set(xlabel="Starts of the unit in a year", ylabel="EAI without the price (£/year)")
        axes.set_title("At each point: price of a start; bars: proven out of reach", fontsize=8)
        axes.margins(0.1)
