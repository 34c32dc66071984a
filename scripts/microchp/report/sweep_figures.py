"""Figures of a sweep: how likely what is, what matters, where it stops paying, and regret."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from microchp.config import Sweep
from microchp.files import whole_folder
from microchp.report.style import CHEAPER, DEARER, MARKERS, PAGE_MM, SERIES, TOTAL, figure

LABELS = {
    "eai_gbp": "income of the design (£/year)",
    "system_npv_gbp": "net present value (£)",
    "tes_eai_gbp": "income of the store (£/year)",
    "co2_saving_kg": "CO₂ saved (kg/year)",
    "tes_co2_saving_kg": "CO₂ that the store saves (kg/year)",
}
"""Quantities that are drawn, in a reader's words."""


PARTS = {
    "chp_kw": "unit",
    "heat_pump_kw": "heat pump",
    "immersion_kw": "immersion heater",
    "pv_kwp": "PV",
    "battery_kwh": "battery",
    "tes_kwh": "store",
}
"""Sizes that a design is called by."""


def plot_sweep(
    *,
    sweep_path: str | Path,
    sensitivity_path: str | Path,
    regret_path: str | Path,
    figures_path: str | Path,
    sweep: Sweep,
) -> None:
    """Draw the figures of a sweep into a folder, each as SVG and PDF.

    Parameters
    ----------
    sweep_path, sensitivity_path, regret_path
        What :func:`microchp.sweep.summary.summarise_sweep` wrote.
    figures_path
        Folder to write.
    sweep
        Method and inputs.
    """
    rows = pd.read_parquet(sweep_path)
    sensitivity, regret = pd.read_csv(sensitivity_path), pd.read_csv(regret_path)
    scenarios = list(dict.fromkeys(rows["scenario"]))
    colours = {name: SERIES[i % len(SERIES)] for i, name in enumerate(scenarios)}
    with whole_folder(figures_path) as folder:
        if sweep.method != "one_at_a_time":
            for quantity, label in LABELS.items():
                if rows[quantity].notna().any() and np.ptp(rows[quantity].dropna()) > 0:
                    _distribution(folder, rows, quantity, label, colours)
        for (name, measured), table in sensitivity.groupby(["scenario", "quantity"]):
            _matters(folder, table, str(name), str(measured))
        if sweep.method == "grid":
            for scenario in scenarios:
                _surfaces(folder, rows[rows["scenario"] == scenario], scenario, list(sweep.inputs))
        for scenario in scenarios:
            _regret(folder, regret[regret["scenario"] == scenario], scenario)


def _distribution(
    folder: Path, rows: pd.DataFrame, quantity: str, label: str, colours: dict[str, str]
) -> None:
    """Share of the samples that stay below a value, by scenario."""
    with figure(
        svg_path=folder / f"distribution_{quantity}.svg",
        pdf_path=folder / f"distribution_{quantity}.pdf",
        width_mm=PAGE_MM,
        height_mm=80,
    ) as fig:
        axes = fig.subplots()
        for index, (scenario, colour) in enumerate(colours.items()):
            values = np.sort(rows.loc[rows["scenario"] == scenario, quantity].dropna())
            if not len(values):
                continue
            share = np.arange(1, len(values) + 1) / len(values)
            marks = max(len(values) // 8, 1)
            marker = MARKERS[index % len(MARKERS)]
            axes.step(
                values, share, where="post", color=colour, label=scenario,
                marker=marker, markevery=marks, markersize=3,
            )  # fmt: skip
        axes.axvline(0, color=TOTAL, linewidth=0.6)
        axes.set(xlabel=label, ylabel="share of samples at or below", ylim=(0, 1))
        axes.legend(loc="best")


def _matters(folder: Path, table: pd.DataFrame, scenario: str, quantity: str) -> None:
    """Bars of what each input does to a quantity, the largest on top."""
    label = LABELS.get(quantity, quantity)
    with figure(
        svg_path=folder / f"sensitivity_{scenario}_{quantity}.svg",
        pdf_path=folder / f"sensitivity_{scenario}_{quantity}.pdf",
        width_mm=PAGE_MM,
        height_mm=22 + 9 * len(table),
    ) as fig:
        axes = fig.subplots()
        if "swing" in table:
            _tornado(axes, table.sort_values("swing"), label)
        elif "total" in table:
            ordered = table.sort_values("total")
            places = np.arange(len(ordered))
            for offset, column, name, colour in (
                (0.2, "total", "with all that goes with it (total)", DEARER),
                (-0.2, "first_order", "on its own (first order)", CHEAPER),
            ):
                axes.barh(
                    places + offset, ordered[column], 0.38, color=colour, label=name,
                    xerr=ordered[f"{column}_half_width"], error_kw={"linewidth": 0.8},
                )  # fmt: skip
            axes.set_yticks(places, ordered["input"])
            axes.set_xlabel(f"share of the variance of: {label}; lines: 95 % interval")
            axes.legend(loc="lower right")
        else:
            ordered = table.sort_values("rank_correlation", key=np.abs)
            colours = np.where(ordered["rank_correlation"] > 0, CHEAPER, DEARER)
            axes.barh(ordered["input"], ordered["rank_correlation"], color=colours)
            axes.set_xlabel(f"rank correlation with: {label}")
            axes.axvline(0, color=TOTAL, linewidth=0.6)
        axes.grid(visible=False, axis="y")
        axes.set_title(scenario)


def _tornado(axes: Axes, table: pd.DataFrame, label: str) -> None:
    centre = float(table["at_centre"].iloc[0])
    for column, colour, which in (("at_low", CHEAPER, "low"), ("at_high", DEARER, "high")):
        axes.barh(
            table["input"],
            table[column] - centre,
            left=centre,
            color=colour,
            label=which,
            alpha=0.9,
        )
    ends = table[["at_low", "at_high"]].max(axis=1).clip(lower=centre)
    for place, (low, high, end) in enumerate(
        zip(table["low_value"], table["high_value"], ends, strict=True)
    ):
        axes.annotate(f"  {low} … {high}", (end, place), va="center", fontsize=7)
    axes.axvline(centre, color=TOTAL, linewidth=0.8)
    axes.margins(x=0.2)
    axes.set_xlabel(label)
    axes.legend(title="input at its", loc="best")


def _surfaces(folder: Path, rows: pd.DataFrame, scenario: str, inputs: list[str]) -> None:
    """Two inputs against what is earned, with the line where it stops paying."""
    if len(inputs) != 2 or not all(pd.api.types.is_numeric_dtype(rows[key]) for key in inputs):
        return
    for quantity in ("eai_gbp", "tes_eai_gbp"):
        grid = rows.pivot_table(index=inputs[1], columns=inputs[0], values=quantity, dropna=False)
        values = grid.to_numpy(dtype=float)
        if np.isnan(values).any() or min(values.shape) < 2 or np.ptp(values) == 0:
            continue
        with figure(
            svg_path=folder / f"surface_{scenario}_{quantity}.svg",
            pdf_path=folder / f"surface_{scenario}_{quantity}.pdf",
            width_mm=PAGE_MM * 0.7,
            height_mm=90,
        ) as fig:
            axes = fig.subplots()
            x, y = grid.columns.to_numpy(float), grid.index.to_numpy(float)
            drawn = axes.contourf(x, y, values, levels=12, cmap="cividis")
            fig.colorbar(drawn, label=LABELS[quantity])
            # a design that is not worth it is not built: it stops paying where nothing is left
            axes.contour(x, y, values, levels=[0.5], colors="white", linewidths=1.5)
            axes.set(xlabel=inputs[0], ylabel=inputs[1])
            axes.set_title(f"{scenario}; white: where it stops paying")


def _regret(folder: Path, table: pd.DataFrame, scenario: str) -> None:
    """Expected and worst regret of each design."""
    if table.empty:
        return
    ordered = table.sort_values("worst_regret_gbp", ascending=False)
    names = [
        ", ".join(
            f"{label} {row[column]:g} {column.rpartition('_')[2].replace('kw', 'kW')}"
            for column, label in PARTS.items()
            if column in ordered and ordered[column].notna().any()
        )
        for _, row in ordered.iterrows()
    ]
    with figure(
        svg_path=folder / f"regret_{scenario}.svg",
        pdf_path=folder / f"regret_{scenario}.pdf",
        width_mm=PAGE_MM,
        height_mm=25 + 8 * len(ordered),
    ) as fig:
        axes = fig.subplots()
        places = np.arange(len(ordered))
        axes.barh(places + 0.2, ordered["worst_regret_gbp"], 0.38, color=DEARER, label="worst")
        axes.barh(
            places - 0.2, ordered["expected_regret_gbp"], 0.38, color=CHEAPER, label="expected"
        )
        axes.axvline(
            ordered["worst_regret_bound_gbp"].iloc[0], color=TOTAL, linestyle="--", linewidth=0.8,
            label="no design has a worst regret below",
        )  # fmt: skip
        axes.set_yticks(places, names)
        axes.set_xlabel("regret, at most (£/year)")
        axes.grid(visible=False, axis="y")
        axes.set_title(scenario)
        axes.legend(loc="best")
