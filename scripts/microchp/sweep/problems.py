"""The problem of each sample of a sweep, for one scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from microchp.config import Config, sampled_config, variant_config
from microchp.config.scenarios import DesignInputs, Scenario, design_inputs
from microchp.design.problem import Problem, problem_from, with_inputs
from microchp.sweep.samples import sample_table


@dataclass(frozen=True)
class Samples:
    """The samples of a sweep for one scenario.

    Attributes
    ----------
    config
        The configuration, the scenario's variant laid over it.
    scenario
        The scenario.
    table
        All samples (:func:`microchp.sweep.samples.sample_table`).
    demand
        Demand of the house at the design's resolution.
    """

    config: Config
    scenario: Scenario
    table: pd.DataFrame
    demand: xr.Dataset

    @classmethod
    def of(cls, config: Config, scenario: Scenario, demand: xr.Dataset) -> Samples:
        """The samples of ``config.sweep``."""
        laid = variant_config(config, scenario.variant)
        return cls(laid, scenario, sample_table(laid), demand)

    def values(self, sample: int) -> dict[str, Any]:
        """The sampled values of a sample, by dotted key; plain numbers and texts."""
        cells = {str(key): column.iloc[sample] for key, column in self.table.items()}
        return {
            key: cell.item() if isinstance(cell, np.generic) else cell
            for key, cell in cells.items()
        }

    def inputs(self, sample: int) -> DesignInputs:
        """What the design of a sample needs, checked as any configuration is.

        Raises
        ------
        ConfigError
            If the sample makes the configuration wrong.
        """
        config = sampled_config(self.config, self.values(sample), f"sample {sample} of the sweep")
        return self._inputs(config)

    def as_configured(self) -> DesignInputs:
        """What the design needs where nothing is sampled."""
        return self._inputs(self.config)

    def _inputs(self, config: Config) -> DesignInputs:
        # the variant is laid over already
        inputs = design_inputs(config, replace(self.scenario, variant=""))
        return inputs.model_copy(update={"variant": self.scenario.variant})


def problem_at(base: Problem, demand: xr.Dataset, inputs: DesignInputs) -> Problem:
    """The problem of a sample; the days of ``base`` are taken where they would be the same.

    Typical days are chosen by demand and by what the prices of business as usual do from day to
    day, which only a file has do anything.
    """
    files = (inputs.tariff.import_file, inputs.time)
    same_days = files == (base.inputs.tariff.import_file, base.inputs.time)
    return with_inputs(base, inputs) if same_days else problem_from(demand, inputs)
