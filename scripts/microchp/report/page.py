"""The page of a run: the parts that sections are made of, and how they become one HTML file.

A section is a list of parts; a part is a small record, shown by the template of its own name in
``templates/parts``. What needs a browser's script works on top of what is there without one.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from microchp.report import payload, style
from microchp.report.svg import inline_svg, width_mm
from microchp.tables import words
from microchp.telling import counted

_HERE = Path(__file__).parent
_BUNDLE = "plotly-basic-4.1.1.min.js.gz"

MOST_ROWS = 30
"""Rows of a table, or lines, that are shown at once, and printed, where there may be many."""

# ---------------------------------------------------------------------------------- tables


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and the number behind it: sorted by, and taken to the CSV."""

    text: str
    value: float = math.nan

    @property
    def exact(self) -> str:
        """The number in full, empty where there is none."""
        return "" if math.isnan(self.value) else f"{self.value:.10g}"


def cell(value: float, digits: int = 0, signed: bool = False) -> Cell:
    """A number for readers, with the number itself."""
    return Cell(words.number(value, digits, signed), _float(value))


def share_cell(share: float | None, digits: int = 0, signed: bool = False) -> Cell:
    """A share as a percentage; the CSV has the share."""
    return Cell(words.percent(share, digits, signed), _float(share))


def payback_cell(value: float, lifetime: float, invested: float) -> Cell:
    """A payback in words; the CSV has the years, none where nothing is ever paid back."""
    return Cell(words.years(value, lifetime, invested), math.nan if invested == 0 else value)


def duration_cell(minutes: float) -> Cell:
    """A time in minutes, hours or days; the CSV has the minutes."""
    return Cell(words.duration(minutes), _float(minutes))


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


@dataclass(frozen=True)
class Column:
    """A column of a table; ``text`` aligns to the left, ``wrap`` breaks long texts.

    ``csv_unit`` is the unit of its numbers where each cell has one of its own.

    Of a column that ``filters``, a reader can choose one value, to see only its rows.
    """

    title: str
    unit: str = ""
    text: bool = False
    wrap: bool = False
    filters: bool = False
    csv_unit: str = ""

    @property
    def name(self) -> str:
        """Title and unit, as the CSV has them."""
        unit = self.csv_unit or self.unit
        return f"{self.title} ({unit})" if unit else self.title


@dataclass(frozen=True)
class Table:
    """A table that can be sorted and taken as CSV; ``wide`` ones keep their first column."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | str]]
    wide: bool = False

    @property
    def cells(self) -> list[list[Cell]]:
        """Rows with texts as cells too."""
        return [[Cell(x) if isinstance(x, str) else x for x in row] for row in self.rows]

    @property
    def name(self) -> str:
        """What its CSV is called."""
        return slug(re.split(r"[;(]", self.caption)[0])


def slug(text: str) -> str:
    """A text as an id or a file name: lower case, words joined by "_"."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower().replace("₂", "2")).strip("_")


# ------------------------------------------------------------------------------ other parts


@dataclass(frozen=True)
class Text:
    """A paragraph; markup in it only where it is :class:`markupsafe.Markup`."""

    text: str
    soft: bool = False


@dataclass(frozen=True)
class Points:
    """Sentences as a list."""

    items: Sequence[str]


@dataclass(frozen=True)
class Notice:
    """What a reader must not miss; ``section`` is the id of where to read on."""

    title: str
    text: str
    section: str = ""


@dataclass(frozen=True)
class Download:
    """A file that can be taken from the page."""

    text: str
    filename: str
    content: bytes

    @property
    def href(self) -> str:
        """The file itself, as a link."""
        return f"data:text/csv;base64,{base64.b64encode(self.content).decode('ascii')}"


@dataclass(frozen=True)
class Drawing:
    """A drawn figure in the page."""

    title: str
    caption: str
    svg: Markup
    width_mm: float


@dataclass(frozen=True)
class Listing:
    """Text as it is, in a box."""

    text: str


@dataclass(frozen=True)
class Terms:
    """Terms and what they mean."""

    pairs: Sequence[tuple[str, str]]


Choice = tuple[int, ...]
"""What is chosen: an index into the options of each chooser, in their order."""


@dataclass(frozen=True)
class Chooser:
    """A control of a chart: a list to pick from, or a slider over it."""

    label: str
    options: Sequence[str]
    start: int = 0
    slider: bool = False


@dataclass(frozen=True)
class Chart:
    """An interactive chart of Plotly, with what can be chosen.

    Parameters
    ----------
    title, caption
        What it shows.
    traces
        Plotly traces, without what depends on a choice.
    layout
        Plotly layout; the look of all charts is added.
    choosers
        Controls, in the order of a choice's indices.
    choices
        For each choice, what is put over each trace, in their order. The only choice of a chart
        without choosers is ``()``.
    layouts
        For some choices, what is put over the layout.
    notes
        For some choices, what is said under the controls.
    height
        Pixels.
    """

    title: str
    caption: str
    traces: Sequence[Mapping[str, Any]]
    layout: Mapping[str, Any]
    choices: Mapping[Choice, Sequence[Mapping[str, Any]]]
    choosers: Sequence[Chooser] = ()
    layouts: Mapping[Choice, Mapping[str, Any]] = field(default_factory=dict)
    notes: Mapping[Choice, str] = field(default_factory=dict)
    height: int = 420

    @property
    def id(self) -> str:
        """Its id in the page."""
        return f"chart_{slug(self.title)}"

    @property
    def packed(self) -> str:
        """Everything that the browser draws from, packed."""
        return payload.packed_json(
            {
                "traces": list(self.traces),
                "layout": dict(self.layout),
                "choices": {_key(key): list(value) for key, value in self.choices.items()},
                "layouts": {_key(key): dict(value) for key, value in self.layouts.items()},
                "notes": {_key(key): text for key, text in self.notes.items()},
            }
        )


def _key(choice: Choice) -> str:
    return "-".join(map(str, choice))


@dataclass(frozen=True)
class Fold:
    """Parts that are shown on demand; ``long`` ones are left out in print."""

    title: str
    subtitle: str
    parts: Sequence[Any]
    open: bool = False
    long: bool = False


def folded(table: Table, title: str = "", open_if_short: bool = False) -> Fold:
    """A table on demand; one of more than :data:`MOST_ROWS` rows is not printed."""
    is_long = len(table.rows) > MOST_ROWS
    return Fold(
        title or table.caption,
        counted(len(table.rows), "row"),
        [table],
        open=open_if_short and not is_long,
        long=is_long,
    )


@dataclass(frozen=True)
class Section:
    """A section: its id, its heading, a short name for the way there, and its parts.

    Sections that are not ``open`` are a line until a reader opens them.
    """

    id: str
    title: str
    parts: Sequence[Any]
    short: str = ""
    open: bool = False


@dataclass(frozen=True)
class Page:
    """All that the page shows."""

    run: str
    title: str
    extent: str
    notices: Sequence[Notice | Fold]
    answer: Sequence[Any]
    sections: Sequence[Section]


# -------------------------------------------------------------------------------- drawings


def drawing(path: Path, name: str, title: str, caption: str) -> Drawing:
    """A figure that the run has drawn, to stand in the page; ``name`` keeps its ids apart."""
    text = path.read_text(encoding="utf-8")
    # the drawing is our own and its title escaped
    return Drawing(title, caption, Markup(inline_svg(text, name, title)), round(width_mm(text), 1))


# ---------------------------------------------------------------------------------- charts


def rounded(values: Any, digits: int) -> list[float | None]:
    """Numbers for a chart: of as many decimals, none where there is no number."""
    return [
        None if not math.isfinite(value) else round(float(value), digits)
        for value in np.asarray(values, dtype=float)
    ]


# ------------------------------------------------------------------------------------ page


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def show(part: Any) -> Markup:
        kind = slug(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(part).__name__))
        # a template of ours, which escapes what it is given
        return Markup(environment.get_template(f"parts/{kind}.html.j2").render(part=part))

    environment.globals["show"] = show
    return environment


def render(page: Page) -> str:
    """The page as one HTML file that needs nothing beside it."""
    bundle = (_HERE / "assets" / _BUNDLE).read_bytes()
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            plotly=base64.b64encode(bundle).decode("ascii"),
            look=Markup(json.dumps({"layout": style.CHART_LAYOUT, "axis": style.CHART_AXIS})),
        )
    )
