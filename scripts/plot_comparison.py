"""Draw the figures and write the tables of the comparison of units."""

from typing import Any

from microchp.config.scenarios import ComparisonInputs
from microchp.report.comparison_figures import plot_comparison
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        plot_comparison(
            comparison_path=snakemake.input.comparison,
            economics_path=snakemake.input.economics,
            figures_dir=snakemake.output.figures,
            inputs=ComparisonInputs.model_validate(snakemake.params.inputs),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
