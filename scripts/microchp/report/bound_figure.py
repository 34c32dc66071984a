"""A picture of the bound: what a year costs by the size of the store, and lines under it.

``python -m microchp.report.bound_figure DESIGN.nc CERTIFICATE.npz FIGURE.svg`` draws it from a
design and its certificate; ``docs/images/bound.svg`` is that of ``make quick``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from microchp.check_certificate import lines_of
from microchp.errors import DataError
from microchp.files import read_netcdf
from microchp.report import style
from microchp.report.sections.store_size import read_curve
from microchp.series.timeseries import FloatArray

ROOM_SHARE = 0.12
"""Of the span of costs, above and below what is drawn."""


def highest(lines: list[tuple[float, float]], sizes_kwh: FloatArray) -> FloatArray:
    """The highest of some lines at each size."""
    found: FloatArray = np.max([a + b * sizes_kwh for a, b in lines], axis=0)
    return found


def draw_bound(*, design_path: Path, certificate_path: Path, svg_path: Path) -> None:
    """Draw what was found of the best unit, and the lines of its certificate.

    Parameters
    ----------
    design_path
        Design file of a scenario with a store.
    certificate_path
        Its certificate, by ``results/<run>/certificates/<scenario>.npz``.
    svg_path
        SVG to write; a PDF comes beside it.
    """
    with np.load(certificate_path) as file:
        certificate = dict(file)
    curve = read_curve(design_path)
    if curve is None:
        raise DataError(f"{design_path}: no designs of other stores, of which to draw a curve")
    design = read_netcdf(design_path)
    found = curve[curve["chp_kw"] == design.attrs["chp_kw"]].sort_values("tes_kwh")
    sizes = np.linspace(0, float(found["tes_kwh"].max()), 400)
    best, bound = (float(design.attrs[name]) for name in ("objective_gbp", "lower_bound_gbp"))
    # of the plants the one whose lines prove the bound
    fixed = certificate["fixed_gbp"]
    lines = min(
        (
            [(fixed[plant] + a, b) for a, b in lines_of(certificate, plant)]
            for plant in range(len(fixed))
        ),
        key=lambda of_plant: float(highest(of_plant, sizes).min()),
    )
    with style.figure(
        svg_path=svg_path,
        pdf_path=svg_path.with_suffix(".pdf"),
        width_mm=style.SMALL_MM,
        height_mm=72,
    ) as fig:
        ax = fig.subplots()
        for a, b in lines:
            ax.plot(sizes, a + b * sizes, color=style.STORE, linewidth=0.7)
        envelope = highest(lines, sizes)
        ax.plot(sizes, envelope, color=style.STORE, linewidth=1.8, label="Highest of the lines")
        ax.plot(found["tes_kwh"], found["eac_gbp"], "o", color=style.CHP, label="Designs found")
        text = "The bound: nothing costs less"
        ax.axhline(bound, color=style.DEMAND, linewidth=0.7, linestyle="--", label=text)
        size = float(design.attrs["tes_kwh"])
        ax.plot(size, best, "*", color=style.DEMAND, markersize=11, label="The best design")
        high = float(found["eac_gbp"].max())
        room = ROOM_SHARE * (high - bound)
        ax.set_ylim(bound - 2 * room, high + room)
        ax.set_xlim(0, sizes[-1])
        ax.set_xlabel("Size of the store (kWh)")
        ax.set_ylabel("Cost of a year (£)")
        fig.legend(loc="outside lower center", ncols=2)


def main() -> None:
    """Draw the picture of the files that are named."""
    design, certificate, svg = map(Path, sys.argv[1:4])
    draw_bound(design_path=design, certificate_path=certificate, svg_path=svg)


if __name__ == "__main__":
    main()
