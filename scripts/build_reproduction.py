"""Write the page on all published studies."""

from typing import Any

from microchp.report.reproduction import build_reproduction
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        build_reproduction(
            published_path=snakemake.input.published,
            audit_path=snakemake.input.audit,
            statements_path=snakemake.input.statements,
            sensitivity_path=snakemake.input.sensitivity,
            designs_path=snakemake.input.designs,
            page_path=snakemake.output.page,
            svg_path=snakemake.output.svg,
            pdf_path=snakemake.output.pdf,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
