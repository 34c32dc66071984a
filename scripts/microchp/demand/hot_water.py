"""Hot water: draw-offs placed by OpenDHW, brought to the year's total and to its 5-min peak.

OpenDHW (the open form of DHWcalc) spreads draw-offs over the year by a probability that varies
with the time of day, weekday or weekend, and season. Its flow rates are normally distributed
about the mean of their category; a category may ask for exponential ones instead, which gives
many small draws and few large.
"""

from __future__ import annotations

from types import ModuleType

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq

from microchp.config import Cylinder, DrawCategory, HotWater
from microchp.demand.seeds import seeded
from microchp.errors import ConfigError
from microchp.series.timeseries import (
    MINUTES_PER_DAY,
    FloatArray,
    days_in_year,
    resample_mean,
)

WATER_KWH_PER_L_K = 4.18 / 3600
"""Heat capacity of a litre of water: 4.18 kJ/(kg K), 1 kg/l."""

WEEKEND_FACTOR = 1.2
"""Probability of a draw-off at the weekend over that on a weekday (DHWcalc's default)."""

HIGHEST_FLOW_L_PER_H = 1200.0
"""Draw-offs, alone or together, do not exceed this flow (DHWcalc's default)."""

SETTLING_YEARS = 5
SETTLED_KWH = 1e-6
"""What a cylinder misses at the end of a year is what it missed at the start, to this."""

PEAK_MINUTES = 5
"""The published peaks are means over 5 minutes, the step of the design model."""


def kwh_per_litre(hot_water: HotWater) -> float:
    """Heat in a litre drawn off, kWh."""
    return WATER_KWH_PER_L_K * (hot_water.hot_c - hot_water.cold_c)


def draw_offs(
    hot_water: HotWater, annual_kwh: float, year: int, seed: np.random.SeedSequence
) -> FloatArray:
    """Hot-water draw-offs of a year, before calibration.

    Parameters
    ----------
    hot_water
        Temperatures and categories.
    annual_kwh
        Heat drawn in the year; sets how many draw-offs there are. Met only nearly, as OpenDHW
        fills each category's volume draw by draw.
    year
        Calendar year. OpenDHW knows 365 days; the last day of a leap year repeats the one a
        week before it.
    seed
        Seed of the draws.

    Returns
    -------
    numpy.ndarray
        kW by minute, shape ``(minutes of the year,)``.
    """
    import OpenDHW  # imports seaborn and holidays: over a second, not for those who read files

    litres = annual_kwh / kwh_per_litre(hot_water) * 365 / days_in_year(year)
    profile = OpenDHW.generate_yearly_probability_profile(
        s_step=60,
        weekend_weekday_factor=WEEKEND_FACTOR,
        building_type="SFH",
        holidays=[],
        initial_day=pd.Timestamp(year=year, month=1, day=1).dayofweek,
    )
    placing_seed, size_seed = seed.spawn(2)
    sizes = np.random.default_rng(size_seed)
    highest = max(HIGHEST_FLOW_L_PER_H, *(draw.mean_flow_l_per_h for draw in hot_water.draws))
    flow = np.zeros(len(profile))
    with seeded(placing_seed):
        # Long draws first, as OpenDHW does, so that they find room under the highest flow.
        for draw in sorted(hot_water.draws, key=lambda d: -d.duration_minutes):
            if draw.share_of_volume == 0:
                continue
            volume = litres * draw.share_of_volume
            if draw.sizes == "exponential":
                flow += _exponential_draws(OpenDHW, profile, draw, volume, sizes)
            else:
                flow = _placed(
                    OpenDHW,
                    profile,
                    flow,
                    volume,
                    draw.mean_flow_l_per_h,
                    draw.flow_deviation_l_per_h,
                    draw.duration_minutes,
                    highest,
                )
    power = np.minimum(flow, highest) * kwh_per_litre(hot_water)
    if days_in_year(year) == 366:
        power = np.append(power, power[-7 * MINUTES_PER_DAY : -6 * MINUTES_PER_DAY])
    return power


def _placed(
    OpenDHW: ModuleType,
    profile: pd.DataFrame,
    flow: FloatArray,
    litres: float,
    mean_flow: float,
    deviation: float,
    duration: int,
    highest_flow: float,
) -> FloatArray:
    """``flow`` (l/h by minute) with the draw-offs of one category added by OpenDHW."""
    # OpenDHW lays a long draw past the end of the year and fails if it falls in the last
    # minutes: let every draw start early enough.
    chance = profile["p_norm_integral"].to_numpy(np.float64, copy=True)
    chance[-2 * duration :] = chance[-1]
    placed = profile.assign(p_norm_integral=chance, Water_LperH=flow)
    category = pd.Series(
        {
            "mean_flow_rate_per_drawoff_LperH": mean_flow,
            "stddev_flow_rate_per_drawoff_LperH": deviation,
            "min_flow_rate_per_drawoff_LperH": 1.0,
            "max_flow_rate_per_drawoff_LperH": highest_flow,
            "drawoff_duration_min": duration,
            "mean_vol_per_year": litres,
        }
    )
    placed = OpenDHW.generate_and_distribute_drawoffs(placed, category)
    return np.asarray(placed["Water_LperH"], dtype=np.float64)


def _exponential_draws(
    OpenDHW: ModuleType,
    profile: pd.DataFrame,
    draw: DrawCategory,
    litres: float,
    sizes: np.random.Generator,
) -> FloatArray:
    """Flow (l/h by minute) of draws that OpenDHW places, their sizes then drawn anew.

    What no tap could give in the category's duration takes longer, at the highest flow.
    """
    number = max(1, round(litres * 60 / (draw.mean_flow_l_per_h * draw.duration_minutes)))
    # One litre in one minute each, as many litres as draws: the flow counts the starts.
    one = 60.0
    placed = _placed(
        OpenDHW, profile, np.zeros(len(profile)), number - 0.5, one, 0.0, 1, one * number
    )
    starts = np.repeat(np.arange(len(placed)), np.rint(placed / one).astype(np.int64))
    drawn = sizes.exponential(draw.mean_flow_l_per_h * draw.duration_minutes / 60, len(starts))
    minutes = np.maximum(draw.duration_minutes, np.ceil(drawn * 60 / HIGHEST_FLOW_L_PER_H))
    flow = np.zeros(len(placed))
    for minute in range(int(minutes.max())):
        on = minutes > minute
        np.add.at(flow, (starts[on] + minute) % len(flow), drawn[on] * 60 / minutes[on])
    return flow


def meet_total_and_peak(
    power_kw: FloatArray, annual_kwh: float, peak_kw: float, where: str = "house"
) -> FloatArray:
    """Scale draw-offs to an annual total and to a peak over 5 minutes, both met exactly.

    The largest 5-min window of the year becomes one even draw at the peak; all others are
    scaled by one factor and, where that takes them above the peak, cut down to it.

    Parameters
    ----------
    power_kw
        By minute, whole days, shape ``(n,)``; not all zero.
    annual_kwh, peak_kw
        Total and largest 5-min mean to meet.
    where
        Key of the house, for messages.

    Raises
    ------
    ConfigError
        If total and peak contradict each other.
    """
    windows = power_kw.reshape(-1, PEAK_MINUTES)
    means = resample_mean(power_kw, 1, PEAK_MINUTES)
    largest = int(means.argmax())
    hours = PEAK_MINUTES / 60
    rest = means.copy()
    rest[largest] = 0.0
    rest_kwh = annual_kwh - peak_kw * hours
    most_kwh = np.count_nonzero(rest) * peak_kw * hours
    if not 0 <= rest_kwh <= most_kwh:
        raise ConfigError(
            f"{where}: annual_hot_water_kwh {annual_kwh:g} and peak_hot_water_kw {peak_kw:g} "
            f"contradict each other; with these draws the total can be {peak_kw * hours:.1f} to "
            f"{most_kwh + peak_kw * hours:,.0f} kWh"
        )

    def excess_kwh(factor: float) -> float:
        return float(np.minimum(rest * factor, peak_kw).sum()) * hours - rest_kwh

    highest = 1.0
    while excess_kwh(highest) < 0:
        highest *= 2
    factor = float(brentq(excess_kwh, 0.0, highest, xtol=1e-12, rtol=1e-12))
    wanted = np.minimum(rest * factor, peak_kw)
    ratio = np.divide(wanted, means, out=np.zeros_like(means), where=means > 0)
    met = windows * ratio[:, None]
    met[largest] = peak_kw
    return met.ravel()


def hot_water_year(
    hot_water: HotWater,
    annual_kwh: float,
    peak_kw: float,
    year: int,
    seed: np.random.SeedSequence,
    where: str = "house",
) -> FloatArray:
    """Hot water of a dwelling by minute, kW, with the annual total and the 5-min peak asked for.

    Parameters
    ----------
    hot_water
        Temperatures and categories of draw-offs.
    annual_kwh, peak_kw
        Total and largest 5-min mean; a total of zero gives none at all.
    year
        Calendar year.
    seed
        Seed of the draws.
    where
        Key of the house, for messages.

    Raises
    ------
    ConfigError
        If total and peak contradict each other.
    """
    if annual_kwh == 0:
        return np.zeros(days_in_year(year) * MINUTES_PER_DAY)
    drawn = draw_offs(hot_water, annual_kwh, year, seed)
    return meet_total_and_peak(drawn, annual_kwh, peak_kw, where)


def reheated(
    drawn_kw: FloatArray, may_reheat: npt.NDArray[np.bool_], cylinder: Cylinder
) -> FloatArray:
    """Heat that a cylinder takes while it makes up for what was drawn from it.

    Its coil gives the more the more is missing, ``missing / reheat_hours``, up to its largest
    output, while it may. The year begins with what is missing at its end.

    Parameters
    ----------
    drawn_kw
        By minute, shape ``(minutes,)``.
    may_reheat
        Minutes in which the cylinder may be reheated, shape ``(minutes,)``.
    cylinder
        Time constant and largest output.

    Returns
    -------
    numpy.ndarray
        kW by minute, with the energy of ``drawn_kw``.

    Raises
    ------
    ConfigError
        If the cylinder cannot be reheated as fast as it is drawn from.
    """
    reheat_kw, missing = _reheat(drawn_kw, may_reheat, cylinder.reheat_hours, cylinder.max_heat_kw)
    for _ in range(SETTLING_YEARS):
        begun = missing
        reheat_kw, missing = _reheat(
            drawn_kw, may_reheat, cylinder.reheat_hours, cylinder.max_heat_kw, begun
        )
        if abs(missing - begun) < SETTLED_KWH:
            return reheat_kw
    raise ConfigError(
        f"hot_water.cylinder: {drawn_kw.sum() / 60:,.0f} kWh are drawn in the year, more than "
        f"{cylinder.max_heat_kw:g} kW in its periods can reheat; lengthen `periods` or raise "
        "`max_heat_kw`"
    )


@numba.njit(cache=True)
def _reheat(
    drawn_kw: FloatArray,
    may_reheat: npt.NDArray[np.bool_],
    reheat_hours: float,
    max_heat_kw: float,
    missing_kwh: float = 0.0,
) -> tuple[FloatArray, float]:
    heat_kw = np.zeros(len(drawn_kw))
    # of what is missing at its start, a minute makes up this much at most
    fastest = min(1.0 / reheat_hours, 60.0)
    for i in range(len(drawn_kw)):
        missing_kwh += drawn_kw[i] / 60.0
        if may_reheat[i]:
            heat_kw[i] = min(max_heat_kw, missing_kwh * fastest)
            missing_kwh -= heat_kw[i] / 60.0
    return heat_kw, missing_kwh


def draw_offs_per_day(power_kw: FloatArray) -> float:
    """Separate draw-offs in a day: runs of minutes with hot water (those that touch count once)."""
    drawing = power_kw > 0
    starts = np.count_nonzero(drawing[1:] & ~drawing[:-1]) + int(drawing[0])
    return float(starts) / (len(power_kw) / MINUTES_PER_DAY)
