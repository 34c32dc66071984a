"""Hold a run against the papers that it is to be compared with."""

from typing import Any

from microchp.reproduction.comparison import compare_published
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        compare_published(
            published_paths=list(snakemake.input.published),
            reasons_path=snakemake.input.reasons,
            config_path=snakemake.input.config,
            designs_path=next(iter(snakemake.input.designs), None),
            groups_path=next(iter(snakemake.input.groups), None),
            dwelling_paths=list(snakemake.input.dwellings),
            unit_comparison_paths=list(snakemake.input.units),
            quality_paths=list(snakemake.input.qualities),
            comparison_path=snakemake.output.published,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
