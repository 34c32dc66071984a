"""Write the page on the groups of the run."""

from typing import Any

from microchp.report.group_pages import build_group_report
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        build_group_report(
            run=snakemake.params.run,
            groups_path=snakemake.input.table,
            table_paths=list(snakemake.input.dwellings),
            figures_dir=snakemake.input.figures,
            comparison_path=next(iter(snakemake.input.comparison), None),
            report_path=snakemake.output.report,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
