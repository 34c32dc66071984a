"""Hold units against boilers and central plants: primary energy, CO2 and money."""

from typing import Any

from microchp.account.unit_comparison import compare_units
from microchp.config.scenarios import ComparisonInputs
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        compare_units(
            operation_paths=list(snakemake.input.operations),
            comparison_path=snakemake.output.comparison,
            economics_path=snakemake.output.economics,
            inputs=ComparisonInputs.model_validate(snakemake.params.inputs),
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
