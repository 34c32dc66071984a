"""Charts of groups by hour of day and by number of dwellings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from microchp.report import style
from microchp.report.group_figures import LINES
from microchp.report.page import Chart, Choice, Chooser, rounded
from microchp.series.timeseries import FloatArray

SEASONS = {
    "year": "Year",
    "heating_season": "November to March",
    "mid_season": "April, May, October",
    "summer_season": "June to September",
}

DIRECTIONS = {
    "start": "Units started: the load falls",
    "stop": "Units stopped: the load rises",
}

SHIFTS = (
    ("Power", "kW"),
    ("For how long", "h"),
    ("Energy for each kWh of store", "kWh/kWh"),
)
"""What can be shifted: name and unit."""

_HOURS = {"title": {"text": "Hour (standard time)"}, "dtick": 3, "range": [-0.5, 23.5]}

_DWELLINGS = {"title": {"text": "Dwellings"}, "type": "log"}


def diversity_chart(named: Mapping[str, str], paths: Mapping[str, Path]) -> Chart:
    """Peak per dwelling against the number of dwellings, without units and with them.

    Parameters
    ----------
    named
        Cases in words, by id.
    paths
        What ``assess_diversity`` wrote of each.
    """
    choices: dict[Choice, list[dict[str, object]]] = {}
    layouts: dict[Choice, dict[str, object]] = {}
    for c, case in enumerate(named):
        table = pd.read_csv(paths[case])
        x = [int(number) for number in table["dwellings"]]
        layouts[(c,)] = {"xaxis": _DWELLINGS | {"tickvals": x, "ticktext": [str(n) for n in x]}}
        choices[(c,)] = [
            {"x": x, "y": rounded(table[f"{name}{end}"], 3)}
            for name in ("admd_kw", "admd_with_units_kw")
            for end in ("_least", "_most", "")
        ]
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    traces: list[dict[str, object]] = []
    for name, colour in (("No unit", style.DEMAND), ("A unit in each", style.IMPORT)):
        line = {"color": colour}
        traces += [
            band,
            {**band, "fill": "tonexty", "fillcolor": f"{colour}30"},
            {"name": name, "mode": "lines+markers", "line": line, "marker": {"size": 5}},
        ]
    return Chart(
        title="Peak against the number of dwellings",
        caption="Largest import of the year by the minute, per dwelling (ADMD): mean over orders "
        "in which the dwellings are taken together, from the least to the largest of them.",
        traces=traces,
        layout={
            "xaxis": _DWELLINGS,
            "yaxis": {"title": {"text": "ADMD (kW a dwelling)"}, "rangemode": "tozero"},
        },
        choosers=[Chooser("Group and unit or design", list(named.values()))],
        choices=choices,
        layouts=layouts,
    )


def utilisation_chart(named: Mapping[str, str], groups: Mapping[str, Path]) -> Chart:
    """Share of the units that run, by hour of day in each season.

    Parameters
    ----------
    named
        Cases in words, by id.
    groups
        What ``aggregate_group`` wrote of each.
    """
    choices: dict[Choice, list[dict[str, object]]] = {}
    for c, case in enumerate(named):
        with xr.open_dataset(groups[case], engine="netcdf4") as group:
            most = group["utilisation"].isel(
                penetration=int(group["penetration"].to_numpy().argmax())
            )
            choices[(c,)] = [{"y": rounded(100 * most.sel(period=period), 1)} for period in SEASONS]
    return Chart(
        title="Units that run, by hour of day",
        caption="With the most units of the run: the mean share of the hour over the days.",
        traces=[
            {
                "name": words,
                "x": list(range(24)),
                "mode": "lines+markers",
                "line": {"color": LINES[k]},
                "marker": {"size": 4},
            }
            for k, words in enumerate(SEASONS.values())
        ],
        layout={
            "xaxis": _HOURS,
            "yaxis": {"title": {"text": "Units that run (%)"}, "range": [0, 100]},
        },
        choosers=[Chooser("Group and unit or design", list(named.values()))],
        choices=choices,
    )


def shifted(group: xr.Dataset) -> list[FloatArray]:
    """What can be shifted with the most units of a group, each ``(directions, periods, 24)``.

    Power (kW), for how long (h), and energy for each kWh of store, in the order of
    :data:`SHIFTS`; ``nan`` where there is nothing.
    """
    most = group.isel(penetration=int(group["penetration"].to_numpy().argmax()))
    kw, kwh = (
        most[f"shiftable_{unit}"].sel(period=list(SEASONS)).to_numpy() for unit in ("kw", "kwh")
    )
    store_kwh = float(group.attrs["store_kwh"]) * int(most["units"])
    with np.errstate(divide="ignore", invalid="ignore"):
        lasts = np.where(kw > 0, kwh / kw, np.nan)
    per_store = kwh / store_kwh if store_kwh > 0 else np.full_like(kwh, np.nan)
    return [kw, lasts, per_store]


def flexibility_chart(named: Mapping[str, str], groups: Mapping[str, Path]) -> Chart | None:
    """Load that can be shifted at each hour, for how long, and for each kWh of store.

    None where no case has a store.

    Parameters
    ----------
    named, groups
        As of :func:`utilisation_chart`.
    """
    choices: dict[Choice, list[dict[str, object]]] = {}
    layouts: dict[Choice, dict[str, object]] = {}
    shown: list[str] = []
    for case, words in named.items():
        with xr.open_dataset(groups[case], engine="netcdf4") as group:
            if float(group.attrs["store_kwh"]) <= 0:
                continue
            found = shifted(group)
        for m, ((name, unit), values) in enumerate(zip(SHIFTS, found, strict=True)):
            for p in range(len(SEASONS)):
                choice = (len(shown), m, p)
                choices[choice] = [{"y": rounded(values[d, p], 2)} for d in range(len(DIRECTIONS))]
                layouts[choice] = {"yaxis": {"title": {"text": f"{name} ({unit})"}}}
        shown.append(words)
    if not shown:
        return None
    return Chart(
        title="Load that can be shifted, by hour of day",
        caption="Mean over the days, with the most units of the run: units that stand and could be "
        "started until their stores are full, and units that run and could be stopped until their "
        "stores are empty, nobody going cold and no boiler making more. Each hour is asked by "
        "itself.",
        traces=[
            {
                "name": words,
                "x": list(range(24)),
                "mode": "lines+markers",
                "line": {"color": LINES[k]},
                "marker": {"size": 4},
            }
            for k, words in enumerate(DIRECTIONS.values())
        ],
        layout={"xaxis": _HOURS, "yaxis": {"rangemode": "tozero"}},
        choosers=[
            Chooser("Group and unit or design", shown),
            Chooser("What", [name for name, _ in SHIFTS]),
            Chooser("Season", list(SEASONS.values())),
        ],
        choices=choices,
        layouts=layouts,
    )
