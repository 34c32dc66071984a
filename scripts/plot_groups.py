"""Draw all figures of the groups of the run."""

from typing import Any

from microchp.report.group_figures import plot_groups
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        plot_groups(
            groups_path=snakemake.input.table,
            group_paths=list(snakemake.input.groups),
            first_paths=list(snakemake.input.first),
            figures_dir=snakemake.output.figures,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
