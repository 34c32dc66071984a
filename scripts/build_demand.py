"""Build the demand of one house type."""

from typing import Any

from microchp.config.scenarios import DemandInputs
from microchp.demand.build import build_demand
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0], timed=True):
        inputs = DemandInputs.model_validate(snakemake.params.inputs)
        build_demand(
            demand_path=snakemake.output.demand,
            quality_path=snakemake.output.quality,
            house_name=inputs.house_name,
            house=inputs.house,
            demand=inputs.demand,
            pv=inputs.pv,
            year=inputs.year,
            dwellings=inputs.dwellings,
            first_dwelling=inputs.first_dwelling,
            seed=inputs.seed,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
