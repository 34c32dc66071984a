"""Write the report of the run."""

from typing import Any

from microchp.report.pages import build_report
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        build_report(
            designs_path=snakemake.input.table,
            design_paths=list(snakemake.input.designs),
            figures_dir=snakemake.input.figures,
            config_path=snakemake.input.config,
            quality_paths=list(snakemake.input.qualities),
            calibration_paths=list(snakemake.input.calibrations),
            comparison_path=next(iter(snakemake.input.comparison), None),
            report_path=snakemake.output.report,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
