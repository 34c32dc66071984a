"""Run the design of one scenario under every control, in a dwelling and in a group."""

from typing import Any

from microchp.config.scenarios import ControlInputs
from microchp.control.dispatch import dispatch_group
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        dispatch_group(
            demand_path=snakemake.input.demand,
            design_path=snakemake.input.design,
            table_path=snakemake.output.table,
            flows_path=snakemake.output.flows,
            inputs=ControlInputs.model_validate(snakemake.params.inputs),
            threads=snakemake.threads,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
