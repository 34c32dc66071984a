"""Hold the designs of the published sizes against the published tables."""

from typing import Any

from microchp.assessment.comparison import compare_published_designs
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        compare_published_designs(
            designs_csv=snakemake.input.designs,
            published_csv=snakemake.input.published,
            comparison_csv=snakemake.output.published,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
