"""Rank the plants of a run for each house and tariff."""

from typing import Any

from microchp.report.plants import plot_plants
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        plot_plants(
            designs_path=snakemake.input.designs,
            parts=snakemake.params.parts,
            table_path=snakemake.output.table,
            svg_path=snakemake.output.svg,
            pdf_path=snakemake.output.pdf,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
