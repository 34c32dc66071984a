"""Say who gains by the designs and groups of the run under every metering rule."""

from typing import Any

from microchp.account.who_gains import assess_metering
from microchp.config import Settlement
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        assess_metering(
            design_paths=list(snakemake.params.designs),
            designs_path=next(iter(snakemake.input.table), None),
            group_paths=list(snakemake.input.groups),
            dwelling_paths=list(snakemake.input.dwellings),
            metering_path=snakemake.output.metering,
            settlement=Settlement.model_validate(snakemake.params.settlement),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
