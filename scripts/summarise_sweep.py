"""Say what the samples of a sweep say together."""

from typing import Any

from microchp.config import Config
from microchp.report.sweep_figures import plot_sweep
from microchp.sweep.summary import summarise_sweep
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into two calls."""
    config = Config.model_validate(snakemake.params.config)
    with job_log(snakemake.log[0]):
        summarise_sweep(
            rows_paths=list(snakemake.input.rows),
            judged_paths=list(snakemake.input.designs),
            sweep_path=snakemake.output.sweep,
            summary_path=snakemake.output.summary,
            sensitivity_path=snakemake.output.sensitivity,
            regret_path=snakemake.output.regret,
            config=config,
        )
        plot_sweep(
            sweep_path=snakemake.output.sweep,
            sensitivity_path=snakemake.output.sensitivity,
            regret_path=snakemake.output.regret,
            figures_path=snakemake.output.figures,
            sweep=config.sweep,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
