"""Write the resolved configuration of the run."""

from typing import Any

from microchp.provenance import write_config
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        write_config(config=snakemake.params.config, config_path=snakemake.output.config)


if __name__ == "__main__":
    main(globals()["snakemake"])
