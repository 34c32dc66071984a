"""Build, solve and check the design models of some scenarios of one house."""

from pathlib import Path
from typing import Any

from microchp.config import Solve
from microchp.config.scenarios import DesignInputs
from microchp.design.solve import solve_model
from microchp.workflow import job_log


def main(snakemake: Any) -> None:
    """Unpack a job into a call for each design; one that fails does not stop the others."""
    logs, failed = list(map(Path, snakemake.log)), False
    for log in logs:
        log.unlink(missing_ok=True)
    for log, path, design in zip(logs, snakemake.output, snakemake.params.designs, strict=True):
        try:
            with job_log(log):
                solve_model(
                    demand_path=snakemake.input.demand,
                    design_path=path,
                    inputs=DesignInputs.model_validate(design["inputs"]),
                    solve=Solve.model_validate(design["solve"]),
                    threads=snakemake.threads,
                )
        except SystemExit as ended:
            if ended.code != 1:
                raise
            failed = True
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    main(globals()["snakemake"])
