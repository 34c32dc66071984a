"""Say how hard the units of the run are used, how long they last, and what a household notices."""

from typing import Any

from microchp.account.service import assess_service
from microchp.config.scenarios import AccountInputs
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        assess_service(
            design_paths=list(snakemake.params.designs),
            designs_path=next(iter(snakemake.input.table), None),
            dwelling_paths=list(snakemake.input.dwellings),
            account_paths=list(snakemake.input.accounts),
            service_path=snakemake.output.service,
            cases={
                case: AccountInputs.model_validate(inputs)
                for case, inputs in snakemake.params.cases.items()
            },
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
