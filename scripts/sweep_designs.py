"""Design a chunk of the samples of a sweep for one scenario."""

from typing import Any

from microchp.config import Config
from microchp.config.scenarios import Scenario
from microchp.sweep.chunk import sweep_designs
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        sweep_designs(
            demand_path=snakemake.input.demand,
            library_path=snakemake.input.library,
            rows_path=snakemake.output.rows,
            judged_path=snakemake.output.designs,
            config=Config.model_validate(snakemake.params.config),
            scenario=Scenario(**snakemake.params.scenario),
            chunk=int(snakemake.wildcards.chunk),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
