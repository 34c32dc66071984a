"""Price the dwellings of one group, with and without the unit of its case."""

from typing import Any

from microchp.account.dwellings import account_dwellings
from microchp.config.scenarios import AccountInputs
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        account_dwellings(
            demand_paths=list(snakemake.input.demand),
            design_path=next(iter(snakemake.input.design), None),
            generation_path=snakemake.input.generation,
            dwellings_path=snakemake.input.dwellings,
            account_path=snakemake.output.account,
            metering_path=snakemake.output.metering,
            inputs=AccountInputs.model_validate(snakemake.params.inputs),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
