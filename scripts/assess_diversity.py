"""State the peak of one case against the number of dwellings."""

from typing import Any

from microchp.operation.diversity import assess_diversity
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        assess_diversity(
            demand_paths=list(snakemake.input.demand),
            generation_path=snakemake.input.generation,
            diversity_path=snakemake.output.diversity,
            seed=snakemake.params.seed,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
