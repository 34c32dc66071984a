"""Build, solve and check the design model of one scenario."""

from typing import Any

from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.design.solve import solve_model
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        solve_model(
            demand_path=snakemake.input.demand,
            design_path=snakemake.output.design,
            inputs=DesignInputs.model_validate(snakemake.params.inputs),
            solve=Solve.model_validate(snakemake.params.solve),
            threads=snakemake.threads,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
