"""Write the table of controls from those of all scenarios."""

from typing import Any

from microchp.tables.control import collect_control
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        collect_control(paths=list(snakemake.input.tables), control_path=snakemake.output.control)


if __name__ == "__main__":
    main(globals()["snakemake"])
