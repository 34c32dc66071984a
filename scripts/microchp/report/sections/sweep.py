"""Variants drawn: a map of two inputs with the line where it stops paying, a line, or bars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from microchp.config import OPTIMAL
from microchp.report import style
from microchp.report.page import Chart, Choice, Chooser, rounded
from microchp.report.selection import cheaper_of_pairs
from microchp.series.timeseries import FloatArray
from microchp.tables.words import label, plain_words

LEAST_VARIANTS = 2
"""Fewer are told by the table alone."""


def parts(designs: pd.DataFrame, variants: Mapping[str, Any]) -> list[Chart]:
    """The chart of a run's variants, if it has enough of them.

    Parameters
    ----------
    designs
        Table of designs.
    variants
        ``scenarios.variants`` of the configuration: changes by name.
    """
    optimal = designs[designs["design"] == OPTIMAL]
    best = cheaper_of_pairs(optimal)
    names = [name for name in dict.fromkeys(best["variant"]) if name]
    if len(names) < LEAST_VARIANTS:
        return []
    cases = {
        f"{label(str(house))}, {label(str(incentive))}": rows
        for (house, incentive), rows in best.groupby(["house", "incentive"], sort=False)
    }
    inputs = {name: numbers(variants.get(name, {})) for name in names}
    keys = list(dict.fromkeys(key for found in inputs.values() for key in found))
    same = all(list(found) == keys for found in inputs.values())
    if same and len(keys) == 2:
        return [_map(cases, inputs, keys)]
    if same and len(keys) == 1:
        return [_line(cases, inputs, keys[0])]
    return [_bars(cases, names)]


def numbers(changes: Mapping[str, Any], path: str = "") -> dict[str, float]:
    """Numbers that a variant sets, by dotted key; empty where it sets anything else too."""
    found: dict[str, float] = {}
    for name, value in changes.items():
        key = f"{path}.{name}" if path else str(name)
        if isinstance(value, Mapping):
            below = numbers(value, key)
            if not below:
                return {}
            found |= below
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found[key] = float(value)
        else:
            return {}
    return found


def turning_points(x: FloatArray, y: FloatArray, saved: FloatArray) -> list[tuple[float, float]]:
    """Where the saving is zero, by straight lines between the points of each row of a grid.

    Parameters
    ----------
    x, y
        Inputs of the points.
    saved
        Saving at each.
    """
    found = []
    for row in np.unique(y):
        order = np.argsort(x[y == row])
        at, values = x[y == row][order], saved[y == row][order]
        for k in range(len(at) - 1):
            if (values[k] > 0) != (values[k + 1] > 0):
                part = values[k] / (values[k] - values[k + 1])
                found.append((float(at[k] + part * (at[k + 1] - at[k])), float(row)))
    return found


def _points(
    rows: pd.DataFrame, inputs: Mapping[str, Mapping[str, float]], keys: Sequence[str]
) -> tuple[list[FloatArray], FloatArray]:
    chosen = rows[rows["variant"].isin(inputs.keys())]
    columns = [np.array([inputs[name][key] for name in chosen["variant"]]) for key in keys]
    return columns, chosen["eai_gbp"].to_numpy(dtype=float)


def _map(
    cases: Mapping[str, pd.DataFrame],
    inputs: Mapping[str, Mapping[str, float]],
    keys: Sequence[str],
) -> Chart:
    choices: dict[Choice, list[dict[str, object]]] = {}
    across = len({found[keys[0]] for found in inputs.values()})
    down = len({found[keys[1]] for found in inputs.values()})
    size = max(10, min(46, 800 // max(across, 1), 320 // max(down, 1)))
    for k, rows in enumerate(cases.values()):
        (x, y), saved = _points(rows, inputs, keys)
        largest = float(np.abs(saved).max(initial=1.0))
        line = turning_points(x, y, saved)
        choices[(k,)] = [
            {
                "x": rounded(x, 6),
                "y": rounded(y, 6),
                "marker": {
                    "symbol": "square",
                    "size": size,
                    "color": rounded(saved, 2),
                    "cmin": -largest,
                    "cmax": largest,
                    "colorscale": [[0, style.DEARER], [0.5, "#F5F5F5"], [1, style.CHEAPER]],
                    "colorbar": {"title": {"text": "£ a year"}, "thickness": 12},
                    "line": {"width": 1, "color": style.GRID},
                },
                "text": [f"{value:+,.0f}" for value in saved],
            },
            {"x": [point[0] for point in line], "y": [point[1] for point in line]},
        ]
    return Chart(
        title="Where it pays",
        caption="What the best design of each variant saves a year against today: green pays, "
        "brown does not; the line is where it stops paying.",
        traces=[
            {
                "mode": "markers",
                "showlegend": False,
                "hovertemplate": "%{x}, %{y}: £%{text} a year<extra></extra>",
            },
            {
                "mode": "lines+markers",
                "name": "Stops paying",
                "line": {"color": style.DEMAND, "width": 2},
                "marker": {"size": 5},
            },
        ],
        layout={
            "hovermode": "closest",
            "xaxis": {"title": {"text": keys[0]}, "showgrid": False},
            "yaxis": {"title": {"text": keys[1]}, "showgrid": False},
        },
        choosers=[Chooser("House and incentive", list(cases))],
        choices=choices,
        height=460,
    )


def _line(
    cases: Mapping[str, pd.DataFrame], inputs: Mapping[str, Mapping[str, float]], key: str
) -> Chart:
    choices: dict[Choice, list[dict[str, object]]] = {}
    for k, rows in enumerate(cases.values()):
        (x,), saved = _points(rows, inputs, [key])
        order = np.argsort(x)
        choices[(k,)] = [{"x": rounded(x[order], 6), "y": rounded(saved[order], 2)}]
    return Chart(
        title="What an input is worth",
        caption="What the best design of each variant saves a year against today; below zero it "
        "does not pay.",
        traces=[{"mode": "lines+markers", "name": "Saved", "line": {"color": style.STORE}}],
        layout={
            "hovermode": "closest",
            "xaxis": {"title": {"text": key}},
            "yaxis": {"title": {"text": "Saved (£ a year)"}},
        },
        choosers=[Chooser("House and incentive", list(cases))],
        choices=choices,
    )


def _bars(cases: Mapping[str, pd.DataFrame], names: Sequence[str]) -> Chart:
    """Changes of the saving by variant, the largest first."""
    choices: dict[Choice, list[dict[str, object]]] = {}
    for k, rows in enumerate(cases.values()):
        saved = rows.set_index("variant")["eai_gbp"]
        base = float(saved.get("", math.nan))
        change = (saved.reindex(list(names)) - base).dropna()
        change = change.reindex(change.abs().sort_values(ascending=False, kind="stable").index)
        colours = [style.CHEAPER if value > 0 else style.DEARER for value in change]
        choices[(k,)] = [
            {
                "y": [plain_words(str(name)) for name in change.index],
                "x": rounded(change, 2),
                "marker": {"color": colours},
            }
        ]
    return Chart(
        title="What each variant changes",
        caption="By how much more (green) or less (brown) the best design of a variant saves a "
        "year than that of the run as configured.",
        traces=[{"type": "bar", "orientation": "h"}],
        layout={
            "showlegend": False,
            "hovermode": "closest",
            "xaxis": {"title": {"text": "Change of what is saved (£ a year)"}},
            "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False},
        },
        choosers=[Chooser("House and incentive", list(cases))],
        choices=choices,
        height=round(140 + 24 * len(names)),
    )
