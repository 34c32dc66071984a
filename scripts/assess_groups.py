"""Assess all groups of the run at their transformers."""

from typing import Any

from microchp.account.groups import assess_groups
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        assess_groups(
            group_paths=list(snakemake.input.groups),
            account_paths=list(snakemake.input.accounts),
            groups_path=snakemake.output.groups,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
