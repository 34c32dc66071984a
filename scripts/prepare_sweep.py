"""Look at some samples of a scenario, for all the others."""

from typing import Any

from microchp.config import Config
from microchp.config.scenarios import Scenario
from microchp.sweep.chunk import prepare_sweep
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        prepare_sweep(
            demand_path=snakemake.input.demand,
            library_path=snakemake.output.library,
            config=Config.model_validate(snakemake.params.config),
            scenario=Scenario(**snakemake.params.scenario),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
