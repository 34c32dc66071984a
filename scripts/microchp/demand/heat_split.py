"""A meter of heat, or of gas, for space heating and hot water together, split between the two."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from microchp.series.timeseries import FloatArray

SUMMER_DAYS = 60
"""Days of least heat, on which there is hot water alone."""


def split_heat(
    heat_kw: FloatArray, steps_per_day: int, hot_water_kwh: float | None
) -> tuple[FloatArray, FloatArray]:
    """Heat of a year as space heating and hot water.

    Hot water takes the same heat from every day, as far as the day has it, and within the day
    the same share of every step. The sum of both is the heat at every step.

    Parameters
    ----------
    heat_kw
        Shape ``(days * steps_per_day,)``, not negative.
    steps_per_day
        Steps in a day.
    hot_water_kwh
        Hot water in the year; none for what the :data:`SUMMER_DAYS` days of least heat have on
        average, every day.

    Returns
    -------
    tuple
        Space heating and hot water, kW, each of the shape of ``heat_kw``.

    Raises
    ------
    ValueError
        If ``hot_water_kwh`` is more than all heat.
    """
    hours = 24 / steps_per_day
    daily = heat_kw.reshape(-1, steps_per_day).sum(axis=1) * hours
    if hot_water_kwh is None:
        level = float(np.sort(daily)[:SUMMER_DAYS].mean())
    elif hot_water_kwh > daily.sum() * (1 + 1e-9):
        raise ValueError(
            f"hot_water_kwh {hot_water_kwh:,.0f} is more than all heat of the year, "
            f"{daily.sum():,.0f} kWh"
        )
    else:
        most = float(daily.max())
        asked = hot_water_kwh

        def excess(level: float) -> float:
            return float(np.minimum(daily, level).sum()) - asked

        level = most if excess(most) <= 0 else float(brentq(excess, 0.0, most))
    share = np.divide(np.minimum(daily, level), daily, out=np.zeros_like(daily), where=daily > 0)
    hot_water = heat_kw * np.repeat(share, steps_per_day)
    return heat_kw - hot_water, hot_water
