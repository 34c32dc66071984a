"""Find the front of cost against CO2 of a scenario."""

from typing import Any

from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.report.front_figure import plot_front
from microchp.sweep.front import trace_front
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into its calls."""
    with job_log(snakemake.log[0]):
        trace_front(
            demand_path=snakemake.input.demand,
            front_path=snakemake.output.front,
            inputs=DesignInputs.model_validate(snakemake.params.inputs),
            solve=Solve.model_validate(snakemake.params.solve),
            threads=snakemake.threads,
        )
        plot_front(
            front_path=snakemake.output.front,
            svg_path=snakemake.output.svg,
            pdf_path=snakemake.output.pdf,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
