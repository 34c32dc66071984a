"""A heat pump over time: how well it works, and how much heat it can give.

COP and power are the planes over source and flow temperature that hplib fits (Tjaden, Hoops and
Roesken 2021, ``resources/heat_pumps.yaml``), defrosting as in the measurements. The source is the
outdoor air, or brine from the ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from microchp.config import HeatPump, HeatPumpModel
from microchp.series.timeseries import FloatArray

EMITTER_EXPONENT = {"radiator": 1.3, "floor": 1.1}
"""Heat given over excess temperature, as a power of it (DIN V 4701-10, section 5)."""

LEAST_COP = 1.0
"""Where a plane promises less, the heat is made by a heating rod."""


@dataclass(frozen=True)
class HeatPumpYear:
    """Performance of a heat pump of any size at each step; shape ``(steps,)`` each.

    ``cop`` is heat over electricity; ``max_heat_share`` and ``min_heat_share`` are the most heat,
    and the least while running, over rated heat.
    """

    cop: FloatArray
    max_heat_share: FloatArray
    min_heat_share: FloatArray


BRINE_C = np.polynomial.Polynomial(
    [5.0647, 0.3047, 0.0086, -0.0003], domain=[-11, 30], window=[-11, 30]
)
"""Brine over the day's mean outdoor temperature, both in degC: ``calc_brine_temp`` of hplib 1.9,
within the temperatures where it rises."""


def source_temperature_c(
    model: HeatPumpModel, outdoor_c: FloatArray, steps_per_day: int
) -> FloatArray:
    """Temperature of what the heat is taken from (degC, shape as ``outdoor_c``: whole days)."""
    if model.heat_source == "outdoor_air":
        return outdoor_c
    mean_c = outdoor_c.reshape(-1, steps_per_day).mean(axis=1)
    return np.repeat(_brine_c(mean_c), steps_per_day)


def _brine_c(outdoor_c: npt.ArrayLike) -> FloatArray:
    return np.asarray(BRINE_C(np.clip(outdoor_c, *BRINE_C.domain)))


def flow_temperature_c(block: HeatPump, outdoor_c: npt.ArrayLike) -> FloatArray:
    """Flow of the heating system, by its heating curve (degC, shape as ``outdoor_c``).

    The excess over the room rises with the heat that the house loses, by the emitters' exponent:
    none where it is as warm outdoors as in the room, all of it at the design temperature.
    """
    indoor = block.indoor_temperature_c
    load = (indoor - np.asarray(outdoor_c, dtype=np.float64)) / (
        indoor - block.design_outdoor_temperature_c
    )
    excess = np.clip(load, 0, None) ** (1 / EMITTER_EXPONENT[block.emitter])
    return np.asarray(indoor + (block.flow_temperature_c - indoor) * excess)


def coefficient_of_performance(
    model: HeatPumpModel, source_c: npt.ArrayLike, flow_c: npt.ArrayLike
) -> FloatArray:
    """Heat over electricity in the laboratory (temperatures in degC that broadcast); at least 1.

    ``source_c`` is that of the outdoor air, or of the brine.
    """
    plane = (
        model.cop_constant
        + model.cop_per_outdoor_k * np.asarray(source_c, dtype=np.float64)
        + model.cop_per_flow_k * np.asarray(flow_c, dtype=np.float64)
    )
    return np.asarray(np.maximum(plane, LEAST_COP))


def max_heat_share(
    block: HeatPump, model: HeatPumpModel, source_c: npt.ArrayLike, flow_c: npt.ArrayLike
) -> FloatArray:
    """Most heat at given temperatures (degC, shapes that broadcast), over rated heat.

    Full power times COP. An inverter gives no more than ``block.max_heat_share``, which is what
    it is built for; a heat pump of one speed gives what comes.
    """

    def full(source: npt.ArrayLike, flow: npt.ArrayLike) -> FloatArray:
        power = (
            model.power_constant
            + model.power_per_outdoor_k * np.asarray(source, dtype=np.float64)
            + model.power_per_flow_k * np.asarray(flow, dtype=np.float64)
        )
        return power * coefficient_of_performance(model, source, flow)

    rated_c: npt.ArrayLike = block.rated_outdoor_temperature_c
    if model.heat_source == "ground":
        rated_c = _brine_c(rated_c)
    rated = full(rated_c, block.rated_flow_temperature_c)
    share = full(source_c, flow_c) / rated
    if model.control == "regulated":
        share = np.minimum(share, block.max_heat_share)
    return np.asarray(share)


def heat_pump_year(
    block: HeatPump,
    model: HeatPumpModel,
    outdoor_c: FloatArray,
    space_heating_kw: FloatArray,
    hot_water_kw: FloatArray,
    *,
    steps_per_day: int,
) -> HeatPumpYear:
    """Performance of a heat pump that gives space heating and hot water.

    Each is made at its own flow temperature, with the COP of the field (``block.cop_factor``,
    which leaves the most heat as it is). A store may move heat within the day, so the heat of
    every step of a day is taken to be mixed as the day's demand is: electricity and running time
    of the two are added up in these shares. A day without demand is one of hot water.

    Parameters
    ----------
    block, model
        Settings, and the type that ``block.model`` names.
    outdoor_c
        Outdoor temperature, mean over each step, shape ``(steps,)``; whole days.
    space_heating_kw, hot_water_kw
        Demand, shape ``(steps,)``.
    steps_per_day
        Steps that make a day.

    Raises
    ------
    ValueError
        If the shapes differ or the steps do not fill whole days.
    """
    if not outdoor_c.shape == space_heating_kw.shape == hot_water_kw.shape:
        raise ValueError(
            f"outdoor temperature {outdoor_c.shape}, space heating {space_heating_kw.shape} and "
            f"hot water {hot_water_kw.shape} must have one shape"
        )
    if outdoor_c.ndim != 1 or outdoor_c.size % steps_per_day:
        raise ValueError(f"{outdoor_c.shape} steps do not fill days of {steps_per_day} steps")
    water = hot_water_kw.reshape(-1, steps_per_day).sum(axis=1)
    total = water + space_heating_kw.reshape(-1, steps_per_day).sum(axis=1)
    share = np.divide(water, total, out=np.ones_like(total), where=total > 0)
    of_water = np.repeat(share, steps_per_day)

    source_c = source_temperature_c(model, outdoor_c, steps_per_day)
    heating_c = flow_temperature_c(block, outdoor_c)
    water_c = block.hot_water_temperature_c
    cop = 1 / (
        (1 - of_water) / _in_field(block, model, source_c, heating_c)
        + of_water / _in_field(block, model, source_c, water_c)
    )
    most = 1 / (
        (1 - of_water) / max_heat_share(block, model, source_c, heating_c)
        + of_water / max_heat_share(block, model, source_c, water_c)
    )
    least = model.min_load_share if block.min_load_share is None else block.min_load_share
    return HeatPumpYear(cop=cop, max_heat_share=most, min_heat_share=least * most)


def _in_field(
    block: HeatPump, model: HeatPumpModel, source_c: npt.ArrayLike, flow_c: npt.ArrayLike
) -> FloatArray:
    cop = block.cop_factor * coefficient_of_performance(model, source_c, flow_c)
    return np.asarray(np.maximum(cop, LEAST_COP))
