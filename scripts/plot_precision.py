"""Hold coarse time against the finest of a run."""

from typing import Any

from microchp.report.precision import plot_precision
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        plot_precision(
            designs_path=snakemake.input.designs,
            variants=snakemake.params.variants,
            loss_paths=snakemake.input.losses,
            table_path=snakemake.output.table,
            svg_path=snakemake.output.svg,
            pdf_path=snakemake.output.pdf,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
