"""Write the design of one scenario as a PyPSA network."""

from typing import Any

from microchp.export.pypsa_network import export_pypsa
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        export_pypsa(design_path=snakemake.input.design, network_path=snakemake.output.network)


if __name__ == "__main__":
    main(globals()["snakemake"])
