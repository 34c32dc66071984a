"""What a store of another size would cost: cost and bound against size, for every unit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

from microchp.report import style
from microchp.report.page import (
    Cell,
    Chart,
    Choice,
    Chooser,
    Column,
    Section,
    Table,
    Text,
    cell,
    folded,
    rounded,
)
from microchp.report.selection import select
from microchp.tables.words import label

CURVE = ("curve_chp_kw", "curve_tes_kwh", "curve_eac_gbp", "curve_bound_gbp")
"""Variables of a design file over ``curve``: sizes, cost, and the bound under it."""

UNIT_COLOURS = (style.BOILER, style.STORE, style.CHP, style.IMPORT, style.EXPORT, "#E69F00")
"""Of units from the smallest; the first is of none, heat from the boiler alone."""


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
    houses, incentives = chosen["house"], chosen["incentive"]
    named = {
        f"{label(str(houses[name]))}, {label(str(incentives[name]))}": curve
        for name, curve in curves.items()
    }
    return Section(
        "store_size",
        "The size of the store",
        [
            Text(
                "What a year costs with other sizes than the best: where a curve is flat, the "
                "size hardly matters. Below each curve is the bound: no operation with these "
                "sizes costs less."
            ),
            curve_chart(named),
            folded(_table(named), "All points of these curves"),
        ],
        short="Store size",
    )


def read_curve(path: Path) -> pd.DataFrame | None:
    """Cost and bound of a design by unit and store, or none where there is a single store."""
    with xr.open_dataset(path, engine="netcdf4") as design:
        if "curve" not in design.dims:
            return None
        curve = pd.DataFrame({name: design[name].to_numpy() for name in CURVE})
    return curve if curve["curve_tes_kwh"].max() > curve["curve_tes_kwh"].min() else None


def curve_chart(named: dict[str, pd.DataFrame]) -> Chart:
    """Cost and bound against the store's size, a line for each unit, the optimum marked."""
    units = sorted({kw for curve in named.values() for kw in curve["curve_chp_kw"]})
    traces: list[dict[str, object]] = []
    for k, kw in enumerate(units):
        colour = UNIT_COLOURS[k % len(UNIT_COLOURS)]
        name = f"{kw:g} kW CHP" if kw else "No CHP"
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
                "name": name,
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
        for kw in units:
            rows = curve[curve["curve_chp_kw"] == kw].sort_values("curve_tes_kwh")
            x = rounded(rows["curve_tes_kwh"], 3)
            found += [
                {"x": x, "y": rounded(rows[name], 2)}
                for name in ("curve_bound_gbp", "curve_eac_gbp")
            ]
        best = curve.loc[[curve["curve_eac_gbp"].idxmin()]]
        found.append(
            {"x": rounded(best["curve_tes_kwh"], 3), "y": rounded(best["curve_eac_gbp"], 2)}
        )
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
        Column("CHP", "kW"),
        Column("Store", "kWh"),
        Column("EAC", "£/y"),
        Column("Bound", "£/y"),
    ]
    rows: list[list[Cell | str]] = [
        [
            name,
            Cell(f"{row['curve_chp_kw']:g}", row["curve_chp_kw"]),
            cell(row["curve_tes_kwh"], 2),
            cell(row["curve_eac_gbp"], 2),
            cell(row["curve_bound_gbp"], 2),
        ]
        for name, curve in named.items()
        for _, row in curve.iterrows()
    ]
    return Table("Cost and bound by the size of the store", columns, rows)
