"""One look for all figures and the page: colours by source, names in words, saving.

Colours are those of Okabe and Ito, told apart by readers of every colour vision; a source has
the same colour wherever it appears.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from microchp.files import whole

CHP = "#D55E00"
BOILER = "#8A8A8A"
STORE = "#0072B2"
HEAT_PUMP = "#E69F00"
IMMERSION = "#F0E442"
PV = "#999933"
BATTERY = "#56B4E9"
IMPORT = "#009E73"
EXPORT = "#CC79A7"
DEMAND = "#111111"
DEARER = "#A6611A"
CHEAPER = "#018571"
TOTAL = "#3B3B3B"
GRID = "#D9D9D9"

SOURCES = {
    "chp": ("CHP, direct", CHP),
    "heat_pump": ("Heat pump, direct", HEAT_PUMP),
    "immersion": ("Immersion heater", IMMERSION),
    "store": ("Store", STORE),
    "boiler": ("Boiler, direct", BOILER),
}
"""Sources of heat in the order in which they are stacked."""

ELECTRICITY = {
    "pv": ("Photovoltaics, used at home", PV),
    "chp": ("CHP, used at home", CHP),
    "battery": ("Out of the battery", BATTERY),
    "import": ("Import", IMPORT),
}
"""Sources of electricity in the order in which they are stacked."""

INCENTIVE_COLOURS = {"none": "#3B3B3B", "fit": "#E69F00", "co2_levy": "#56B4E9"}
_OTHER_COLOURS = ("#F0E442", "#999933", "#882255", "#44AA99", "#DDCC77")

CHART_LAYOUT: dict[str, Any] = {
    "font": {"family": 'system-ui, "Liberation Sans", Arial, sans-serif', "size": 13},
    "paper_bgcolor": "#fff",
    "plot_bgcolor": "#fff",
    "margin": {"l": 62, "r": 12, "t": 24, "b": 48},
    "hovermode": "x unified",
    "legend": {"orientation": "h", "x": 0, "y": 1.01, "yanchor": "bottom", "traceorder": "normal"},
}
"""Layout that all interactive charts share."""

CHART_AXIS: dict[str, Any] = {
    "gridcolor": GRID,
    "zerolinecolor": "#8A8A8A",
    "automargin": True,
    "title": {"font": {"size": 13}},
}
"""What all axes of interactive charts share."""


SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#3B3B3B")
"""Colours of series that have none of their own; markers go with them."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")


SMALL_MM = 110.0
PAGE_MM = 178.0

_RC: dict[Any, Any] = {
    "font.family": "sans-serif",
    # the first comes with matplotlib, so that drawings do not depend on a machine's own fonts; the
    # others are for readers who lack it
    "font.sans-serif": ["DejaVu Sans", "Liberation Sans", "Arial", "Helvetica"],
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.5,
    "axes.linewidth": 0.6,
    "lines.linewidth": 0.9,
    "legend.frameon": False,
    # text stays text: to be searched, and set in the reader's font; "$" is no mathematics
    "text.parse_math": False,
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    # the same figure is the same file
    "svg.hashsalt": "microchp",
}


def incentive_colours(names: list[str]) -> dict[str, str]:
    """A colour for each incentive, the shipped ones always with their own."""
    colours = {}
    spare = iter(_OTHER_COLOURS * (1 + len(names) // len(_OTHER_COLOURS)))
    for name in names:
        colours[name] = INCENTIVE_COLOURS.get(name) or next(spare)
    return colours


@contextmanager
def figure(
    *, svg_path: str | Path, pdf_path: str | Path, width_mm: float, height_mm: float
) -> Iterator[Figure]:
    """A figure to draw on, saved as SVG and PDF when done; nothing is left on an error."""
    with mpl.rc_context(_RC):
        fig = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), layout="constrained")
        yield fig
        for path, metadata in (
            (svg_path, {"Date": None, "Creator": None}),
            (pdf_path, {"CreationDate": None}),
        ):
            with whole(path) as partial:
                fig.savefig(partial, metadata=metadata)
                if partial.suffix == ".svg":
                    text = partial.read_text(encoding="utf-8")
                    partial.write_text(with_counted_ids(text), encoding="utf-8")


def with_counted_ids(svg: str) -> str:
    """An SVG whose clip paths and markers are counted in the order in which they come.

    Matplotlib names them by a hash of their coordinates. The solver of its layout orders its
    constraints by where they lie in memory, so that the last digits of coordinates, which are
    never written, differ from run to run, and with them those names.
    """
    counted: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        return match[1] + counted.setdefault(match[2], f"{match[2][0]}{len(counted)}")

    return _HASHED_ID.sub(name, svg)


_HASHED_ID = re.compile(r'((?:\sid="|url\(#|href="#))([a-z][0-9a-f]{10})\b')
