"""Draw how well the demand of one house type meets what was asked for."""

from typing import Any

from microchp.report.calibration import plot_calibration
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        plot_calibration(
            demand_path=snakemake.input.demand,
            quality_path=snakemake.input.quality,
            svg_path=snakemake.output.svg,
            pdf_path=snakemake.output.pdf,
            house=snakemake.wildcards.house,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
