"""Write down what the run has written, by size and checksum."""

from typing import Any

from microchp.manifest import write_manifest
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into one call."""
    with job_log(snakemake.log[0]):
        write_manifest(
            output_paths=[*snakemake.input.outputs, *snakemake.params.designs],
            manifest_path=snakemake.output.manifest,
        )


if __name__ == "__main__":
    main(globals()["snakemake"])
