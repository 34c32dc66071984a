"""Draw all figures of the run."""

from typing import Any

from microchp.report.figures import plot_figures
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        plot_figures(
            designs_path=snakemake.input.table,
            design_paths=list(snakemake.params.designs),
            figures_dir=snakemake.output.figures,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
