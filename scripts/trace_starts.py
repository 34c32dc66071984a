"""Trace what fewer starts of a design's unit cost."""

from typing import Any

from microchp.account.start_frontier import trace_starts
from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        trace_starts(
            demand_path=snakemake.input.demand,
            design_path=snakemake.input.design,
            frontier_path=snakemake.output.frontier,
            inputs=DesignInputs.model_validate(snakemake.params.inputs),
            solve=Solve.model_validate(snakemake.params.solve),
            prices_gbp=snakemake.params.prices_gbp,
            threads=snakemake.threads,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
