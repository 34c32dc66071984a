"""What a kWh from the grid takes of primary energy and emits, by the plant that makes it.

After De Paepe et al. 2006, sections 2.2 and 2.3: what a unit sends to the grid is deducted with
the central plant's own factors, because that plant has not made it.

**The marginal case** (section 4.1, after Voorspools and D'haeseleer 2002). A unit can displace
another plant than the one that stands in while it is off. The paper gives no formula; it is read
so: the *avoided* plant supplies the house that has no unit, what is imported while the unit runs,
and makes less by what is exported; the *back-up* plant supplies the house while the unit is off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from microchp.config import CentralPlant, MarginalCase, SeriesFile
from microchp.series.prices import read_series
from microchp.series.timeseries import FloatArray, repeat_to


@dataclass(frozen=True)
class GridFactors:
    """Per kWh delivered to the house, over the minutes of a year, or one number for all.

    Arrays of shape ``(minutes,)`` or ``()``.
    """

    primary_kwh_per_kwh: FloatArray
    co2_kg_per_kwh: FloatArray


@dataclass(frozen=True)
class GridCase:
    """A central plant, or two of them: the one avoided and the one behind a unit that is off."""

    name: str
    avoided: GridFactors
    backup: GridFactors


def grid_factors(plant: CentralPlant, year: int) -> GridFactors:
    """Factors of a plant, constant or from its file.

    Raises
    ------
    DataError
        If its file does not hold the whole year, or holds what no plant can do.
    """
    if plant.factors_file is None:
        return GridFactors(np.array(1 / plant.efficiency), np.array(plant.co2_kg_per_kwh))
    series = read_series(
        SeriesFile(path=plant.factors_file),
        "central_plant",
        year,
        "central_plants.<name>.factors_file",
    )
    primary, co2 = (repeat_to(values, series.step_minutes, 1) for values in series.columns.values())
    return GridFactors(primary, co2)


def grid_cases(
    plants: Mapping[str, CentralPlant], marginal: Mapping[str, MarginalCase], year: int
) -> list[GridCase]:
    """Every plant by itself, then every marginal case.

    Parameters
    ----------
    plants
        Those to be compared with, and those that ``marginal`` names, by name.
    marginal
        Pairs of plants by the name of the case.
    year
        Year of the factors.
    """
    factors = {name: grid_factors(plant, year) for name, plant in plants.items()}
    return [GridCase(name, both, both) for name, both in factors.items()] + [
        GridCase(name, factors[case.avoided], factors[case.backup])
        for name, case in marginal.items()
    ]


@dataclass(frozen=True)
class GridUse:
    """What a house takes from and gives to the grid, by minute (kWh), and whether its unit runs.

    Every array of shape ``(minutes,)``.
    """

    import_kwh: FloatArray
    export_kwh: FloatArray
    running: np.ndarray

    @classmethod
    def without_unit(cls, electricity_kwh: FloatArray) -> GridUse:
        """A house that buys all it uses; what supplies it is what a unit would avoid."""
        return cls(
            electricity_kwh, np.zeros_like(electricity_kwh), np.ones(len(electricity_kwh), bool)
        )

    def charge(self, avoided: FloatArray, backup: FloatArray) -> float:
        """Imports at the plant that makes them, less exports at the plant that is spared them.

        Parameters
        ----------
        avoided, backup
            Factor per kWh of either plant, shape ``(minutes,)`` or ``()``.
        """
        imported = np.where(self.running, avoided, backup) * self.import_kwh
        return float((imported - avoided * self.export_kwh).sum())


def grid_primary_kwh(use: GridUse, case: GridCase) -> float:
    """Primary energy of a year of the grid."""
    return use.charge(case.avoided.primary_kwh_per_kwh, case.backup.primary_kwh_per_kwh)


def grid_co2_kg(use: GridUse, case: GridCase) -> float:
    """CO2 of a year of the grid."""
    return use.charge(case.avoided.co2_kg_per_kwh, case.backup.co2_kg_per_kwh)
