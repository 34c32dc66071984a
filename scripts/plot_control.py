"""Draw what every design costs, emits and asks of the network under every control."""

from typing import Any

from microchp.report.control import plot_control
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        plot_control(
            control_path=snakemake.input.control,
            svg_path=snakemake.output.svg,
            pdf_path=snakemake.output.pdf,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
