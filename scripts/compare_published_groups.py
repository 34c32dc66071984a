"""Hold the published dwelling and group against the run."""

from typing import Any

from microchp.assessment.published_groups import compare_published_groups
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        compare_published_groups(
            groups_csv=snakemake.input.groups,
            group=snakemake.params.group,
            dwelling_csvs=list(snakemake.input.dwellings),
            unfitted_csvs=list(snakemake.input.unfitted),
            published_csv=snakemake.input.published,
            comparison_csv=snakemake.output.published,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
