"""Write the report of the run."""

from typing import Any

from microchp.report.build import build_report
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    given = snakemake.input
    with job_log(snakemake.log[0]):
        build_report(
            config_path=given.config,
            designs_path=next(iter(given.table), None),
            design_paths=list(snakemake.params.designs),
            figures_dir=next(iter(given.figures), None),
            quality_paths=list(given.qualities),
            demand_variants=list(snakemake.params.demand_variants),
            calibration_paths=list(given.calibrations),
            comparison_path=next(iter(given.comparison), None),
            precision_paths=list(given.precision),
            groups_path=next(iter(given.groups_table), None),
            group_paths=list(given.groups),
            diversity_paths=list(given.diversity),
            dwelling_paths=list(given.dwellings),
            first_paths=list(given.first),
            group_figures_dir=next(iter(given.group_figures), None),
            service_path=next(iter(given.service), None),
            metering_path=next(iter(given.metering), None),
            unit_comparison_paths=list(given.unit_comparison),
            unit_figures_dir=next(iter(given.unit_figures), None),
            control_paths=list(given.control),
            sweep_path=next(iter(given.sweep), None),
            sweep_regret_path=next(iter(given.sweep_regret), None),
            sweep_figures_dir=next(iter(given.sweep_figures), None),
            benchmarks_dir=snakemake.params.benchmarks,
            failures=snakemake.params.failures,
            today=snakemake.params.today,
            report_path=snakemake.output.report,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
