"""Write the scenario table of the run."""

from typing import Any

from microchp.provenance import write_scenarios
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        write_scenarios(rows=snakemake.params.rows, scenarios_path=snakemake.output.scenarios)


if __name__ == "__main__":
    main(globals()["snakemake"])
