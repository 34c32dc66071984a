"""Draw what fewer starts of a design's unit cost."""

from typing import Any

from microchp.report.start_figure import plot_starts
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        plot_starts(
            frontier_path=snakemake.input.frontier,
            svg_path=snakemake.output.svg,
            pdf_path=snakemake.output.pdf,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
