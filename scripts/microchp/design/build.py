"""Build the design model of a scenario, for our solver and for others."""

from __future__ import annotations

import logging
from pathlib import Path

import linopy

from microchp.config.scenarios import DesignInputs
from microchp.design.model import build_printed_model, v1_semantics
from microchp.design.problem import Problem, problem_from
from microchp.errors import ConfigError
from microchp.files import read_netcdf, whole
from microchp.telling import RESULT, counted

log = logging.getLogger(__name__)

EXPORTS = (".lp", ".mps", ".nc")


def build_model(demand_path: str | Path, inputs: DesignInputs) -> tuple[Problem, linopy.Model]:
    """The problem of a scenario, and its model as printed (Eq. 1-17).

    Parameters
    ----------
    demand_path
        Demand NetCDF at the design's resolution; its first dwelling counts.
    inputs
        The scenario's parameters.

    Returns
    -------
    tuple
        The problem, and the model with the problem in its ``parameters``.

    Raises
    ------
    DataError
        If demand, days or a price file do not fit.
    SolveError
        If no allowed size can meet the demand.
    """
    problem = problem_from(read_netcdf(demand_path, dwelling=0), inputs)
    model = build_printed_model(problem)
    log.info("%d variables, %d constraints", model.nvars, model.ncons)
    return problem, model


def export_model(*, demand_path: str | Path, export_path: str | Path, inputs: DesignInputs) -> None:
    """Write the model of a scenario as LP, MPS or NetCDF, for other solvers.

    The objective leaves out the constant payment on business-as-usual CO2.
    ``linopy.read_netcdf`` gives the model of a NetCDF, its ``parameters`` the problem.

    Parameters
    ----------
    demand_path, inputs
        As :func:`build_model`.
    export_path
        File to write; its ending says the format.

    Raises
    ------
    ConfigError
        If the ending is none of ``.lp``, ``.mps``, ``.nc``.
    DataError, SolveError
        As :func:`build_model`.
    """
    ending = Path(export_path).suffix
    if ending not in EXPORTS:
        raise ConfigError(f"{export_path}: unknown format '{ending}'; one of {', '.join(EXPORTS)}")
    _, model = build_model(demand_path, inputs)
    with whole(export_path) as partial, v1_semantics():
        if ending == ".nc":
            model.to_netcdf(partial, compression={"zlib": True, "complevel": 1})
        else:
            model.to_file(partial, progress=False)
    log.log(
        RESULT,
        "%s: %s, %s",
        export_path,
        counted(model.nvars, "variable"),
        counted(model.ncons, "constraint"),
    )
