"""Build the design model of a scenario and write it down, for our solver and for others."""

from __future__ import annotations

import logging
from pathlib import Path

import linopy

from microchp.config.scenarios import DesignInputs
from microchp.design.model import build_printed_model, v1_semantics
from microchp.design.problem import problem_from
from microchp.errors import ConfigError
from microchp.files import read_netcdf, whole

log = logging.getLogger(__name__)

EXPORTS = (".lp", ".mps", ".nc")


def build_model(*, demand_path: str | Path, model_path: str | Path, inputs: DesignInputs) -> None:
    """Write the model of a scenario (Eq. 1-17) as linopy NetCDF, the problem inside it.

    Parameters
    ----------
    demand_path
        Demand NetCDF at the design's resolution.
    model_path
        NetCDF to write; ``linopy.read_netcdf`` gives the model, its ``parameters`` the problem.
    inputs
        The scenario's parameters.

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
    with whole(model_path) as partial, v1_semantics():
        model.to_netcdf(partial, compression={"zlib": True, "complevel": 1})


def export_model(*, model_path: str | Path, export_path: str | Path) -> None:
    """Write a model file as LP, MPS or NetCDF, for other solvers.

    The objective leaves out the constant payment on business-as-usual CO2.

    Parameters
    ----------
    model_path
        NetCDF of :func:`build_model`.
    export_path
        File to write; its ending says the format.

    Raises
    ------
    ConfigError
        If the ending is none of ``.lp``, ``.mps``, ``.nc``.
    """
    ending = Path(export_path).suffix
    if ending not in EXPORTS:
        raise ConfigError(f"{export_path}: unknown format '{ending}'; one of {', '.join(EXPORTS)}")
    with v1_semantics():
        model = linopy.read_netcdf(model_path)
        with whole(export_path) as partial:
            if ending == ".nc":
                model.to_netcdf(partial)
            else:
                model.to_file(partial, progress=False)
