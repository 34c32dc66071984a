"""Assess all designs of the run."""

from typing import Any

from microchp.account.designs import assess_designs
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        assess_designs(
            design_paths=list(snakemake.params.designs),
            designs_path=snakemake.output.designs,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
