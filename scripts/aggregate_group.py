"""Add up the dwellings of one group, for every penetration."""

from typing import Any

from microchp.config.scenarios import GroupInputs
from microchp.operation.group import aggregate_group
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        aggregate_group(
            generation_path=snakemake.input.generation,
            group_path=snakemake.output.group,
            inputs=GroupInputs.model_validate(snakemake.params.inputs),
            without_unit_path=next(iter(snakemake.input.without_unit), None),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
