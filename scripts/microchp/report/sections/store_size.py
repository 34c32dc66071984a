"""What a store of another size would cost: cost and bound against size, for every unit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from microchp.config import OPTIMAL
from microchp.report import style
from microchp.report.page import (
    Cell,
    Chart,
    Choice,
    Chooser,
    Column,
    Points,
    Section,
    Table,
    Text,
    cell,
    folded,
    rounded,
)
from microchp.report.selection import part_words, select
from microchp.tables.words import label, place

SIZES = ("chp_kw", "heat_pump_kw", "immersion_kw", "pv_kwp", "battery_kwh")
"""Sizes beside the store's; those that are chosen from a few tell the lines apart."""

RANGED = ("pv_kwp", "battery_kwh")
"""Sizes that are free within a range: where they vary, cost against the store is no line."""

CURVE = ("tes_kwh", "eac_gbp", "bound_gbp")
"""Of a design file over ``curve`` (there after ``curve_``): size, cost, and the bound under it."""

UNIT_COLOURS = (style.BOILER, style.STORE, style.CHP, style.IMPORT, style.EXPORT, "#E69F00")
"""Of units from the smallest; the first is of none, heat from the boiler alone."""

LEAST_TOLD_KWH = 0.05
"""Smaller sizes read as none."""


def section(designs: pd.DataFrame, design_paths: Sequence[Path]) -> Section | None:
    """Curves of every optimal design with a store, where its file holds one."""
    chosen = select(designs)
    chosen = chosen[chosen["tes"] == "with"].set_index("scenario")
    curves = {
        path.stem: curve
        for path in design_paths
        if path.stem in chosen.index and (curve := read_curve(path)) is not None
    }
    if not curves:
        return None
    near = near_sentences(chosen)
    houses, incentives = chosen["house"], chosen["incentive"]
    plants = chosen["plant"]
    named = {
        f"{place(str(houses[name]), str(plants[name]))}, {label(str(incentives[name]))}": curve
        for name, curve in curves.items()
    }
    return Section(
        "store_size",
        "The size of the store",
        [
            Text(
                "What a year costs with other sizes than the best: where bound and curve are flat "
                "together, the size hardly matters. Below each curve is the bound: no operation "
                "with these sizes costs less. Only the best size is searched to the end; at the "
                "others a cheaper operation may be found, as far down as the bound."
            ),
            *([Points(near)] if near else []),
            curve_chart(named),
            folded(_table(named), "All points of these curves"),
        ],
        short="Store size",
    )


def near_sentences(chosen: pd.DataFrame) -> list[str]:
    """Which stores cost hardly more than the best, for each design that says it.

    Parameters
    ----------
    chosen
        Rows of ``designs.csv`` with a store of free size.
    """
    said = []
    for _, row in chosen.iterrows():
        low, high = (row[f"tes_within_1_percent_{end}_kwh"] for end in ("from", "to"))
        below, above = (row[f"tes_beyond_1_percent_{end}_kwh"] for end in ("below", "above"))
        if np.isnan(low) or row["design"] != OPTIMAL:
            continue
        one, other = f"{low:.1f}", f"{high:.1f}"
        near = f"a store of {one}" if one == other else f"any store of {one} to {other}"
        ends = [f"below {below:.1f}"] if below >= LEAST_TOLD_KWH else []
        none = f", none {' or '.join([*ends, f'above {above:.1f}'])} kWh does"
        said.append(
            f"{place(str(row['house']), str(row['plant']))}, {label(str(row['incentive']))}: "
            f"{near} kWh costs within 1 % of the least{none}; proven."
        )
    return said


def read_curve(path: Path) -> pd.DataFrame | None:
    """Cost and bound of a design by the sizes of its parts.

    None where there is a single store, or where another size that is free within a range varies.
    """
    with xr.open_dataset(path, engine="netcdf4") as design:
        if "curve" not in design.dims:
            return None
        names = [name for name in (*SIZES, *CURVE) if f"curve_{name}" in design]
        curve = pd.DataFrame({name: design[f"curve_{name}"].to_numpy() for name in names})
    curve = curve.reindex(columns=[*SIZES, *CURVE], fill_value=0.0)
    span = curve.max() - curve.min()
    return curve if span["tes_kwh"] > 0 and (span[list(RANGED)] == 0).all() else None


def _line(row: pd.Series) -> str:
    """What a line is of: its parts beside the store."""
    return ", ".join(part_words(row)) or "boiler alone"


def curve_chart(named: dict[str, pd.DataFrame]) -> Chart:
    """Cost and bound against the store's size, a line for each set of parts, the optimum marked."""
    named = {name: curve.assign(line=curve.apply(_line, axis=1)) for name, curve in named.items()}
    every = pd.concat(named.values()).sort_values(list(SIZES), kind="stable")
    lines = list(dict.fromkeys(every["line"]))
    traces: list[dict[str, object]] = []
    for k, name in enumerate(lines):
        colour = UNIT_COLOURS[k % len(UNIT_COLOURS)]
        shared = {"legendgroup": name, "hovertemplate": "%{x:.1f} kWh: £%{y:,.2f}"}
        traces += [
            {
                **shared,
                "name": f"{name}, bound",
                "mode": "lines",
                "line": {"color": colour, "width": 1, "dash": "dot"},
                "showlegend": False,
            },
            {
                **shared,
                "name": name[:1].upper() + name[1:],
                "mode": "lines+markers",
                "line": {"color": colour},
                "marker": {"size": 5},
            },
        ]
    traces.append(
        {
            "name": "Best",
            "mode": "markers",
            "cliponaxis": False,
            "marker": {"symbol": "star", "size": 14, "color": style.DEMAND},
            "hovertemplate": "%{x:.1f} kWh: £%{y:,.2f}",
        }
    )
    choices: dict[Choice, list[dict[str, object]]] = {}
    for c, curve in enumerate(named.values()):
        found: list[dict[str, object]] = []
        for name in lines:
            rows = curve[curve["line"] == name].sort_values("tes_kwh")
            x = rounded(rows["tes_kwh"], 3)
            found += [{"x": x, "y": rounded(rows[y], 2)} for y in ("bound_gbp", "eac_gbp")]
        best = curve.loc[[curve["eac_gbp"].idxmin()]]
        found.append({"x": rounded(best["tes_kwh"], 3), "y": rounded(best["eac_gbp"], 2)})
        choices[(c,)] = found
    return Chart(
        title="Cost of a year against the size of the store",
        caption="Lines with points are the cheapest operation found, dotted lines the bound under "
        "it. At size zero the bound is weaker than elsewhere.",
        traces=traces,
        layout={
            "hovermode": "closest",
            "xaxis": {"title": {"text": "Store (kWh)"}, "rangemode": "tozero"},
            "yaxis": {"title": {"text": "EAC (£ a year)"}, "tickformat": ",.0f"},
        },
        choosers=[Chooser("House and incentive", list(named))],
        choices=choices,
        height=460,
    )


def _table(named: dict[str, pd.DataFrame]) -> Table:
    columns = [
        Column("House, incentive", text=True),
        Column("Beside the store", text=True),
        Column("Store", "kWh"),
        Column("EAC", "£/y"),
        Column("Bound", "£/y"),
    ]
    rows: list[list[Cell | str]] = [
        [
            name,
            _line(row),
            cell(row["tes_kwh"], 2),
            cell(row["eac_gbp"], 2),
            cell(row["bound_gbp"], 2),
        ]
        for name, curve in named.items()
        for _, row in curve.iterrows()
    ]
    return Table("Cost and bound by the size of the store", columns, rows)
