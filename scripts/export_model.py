"""Write the design model of one scenario for other solvers."""

from typing import Any

from microchp.config.scenarios import DesignInputs
from microchp.design.build import export_model
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        export_model(
            demand_path=snakemake.input.demand,
            export_path=snakemake.output.model,
            inputs=DesignInputs.model_validate(snakemake.params.inputs),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
