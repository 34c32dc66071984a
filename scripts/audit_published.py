"""Count printed numbers anew from other printed numbers."""

from typing import Any

from microchp.reproduction.audit import audit_published
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        audit_published(
            published_paths=list(snakemake.input.published),
            audit_path=snakemake.output.audit,
            statements_path=snakemake.output.statements,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
