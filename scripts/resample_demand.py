"""Resample the demand of one house type to the step of the design model."""

from typing import Any

from microchp.series.timeseries import resample_demand
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0], timed=True):
        resample_demand(
            demand_path=snakemake.input.demand,
            resampled_path=snakemake.output.demand,
            loss_path=snakemake.output.loss,
            resolution_minutes=snakemake.params.minutes,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
