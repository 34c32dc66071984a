"""Write the certificate of a design, to be checked without any solver."""

from typing import Any

from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.design.certificate_file import write_certificate
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        write_certificate(
            demand_path=snakemake.input.demand,
            design_path=snakemake.input.design,
            certificate_path=snakemake.output.certificate,
            inputs=DesignInputs.model_validate(snakemake.params.inputs),
            solve=Solve.model_validate(snakemake.params.solve),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
