"""Put the comparisons of all published studies into one table."""

from typing import Any

from microchp.report.reproduction import collect_published
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        collect_published(
            comparison_paths=list(snakemake.input.comparisons),
            published_path=snakemake.output.published,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
