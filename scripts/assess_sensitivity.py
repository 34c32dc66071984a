"""Say what each assumption of the design study is worth."""

from typing import Any

from microchp.reproduction.sensitivity import assess_sensitivity
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        assess_sensitivity(
            designs_path=snakemake.input.designs,
            changed_path=snakemake.input.changed,
            published_path=snakemake.input.published,
            labels_path=snakemake.input.labels,
            sensitivity_path=snakemake.output.sensitivity,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
