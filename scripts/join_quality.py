"""Join what is told of the dwellings of a house type that were made in parts."""

from typing import Any

from microchp.demand.quality import join_quality
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        join_quality(quality_paths=list(snakemake.input.parts), joined_path=snakemake.output.joined)


if __name__ == "__main__":
    main(globals()["snakemake"])
