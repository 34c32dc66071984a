"""Run the unit of one case in every dwelling of its group."""

from typing import Any

from microchp.config.scenarios import OperationInputs
from microchp.operation.simulate import simulate_dwelling
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        simulate_dwelling(
            demand_paths=list(snakemake.input.demand),
            design_path=next(iter(snakemake.input.design), None),
            first_path=snakemake.output.first,
            generation_path=snakemake.output.generation,
            table_path=snakemake.output.table,
            inputs=OperationInputs.model_validate(snakemake.params.inputs),
            without_unit=list(snakemake.input.without_unit),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
