"""What a dwelling, or a group of them, is to the network: day by day, and over periods.

The measures are those of Peacock and Newborough 2006 (Tables 3-6). All follow from the net load
at the meter or the transformer: import where it is positive, export where it is negative. They
are reduced to days first, so that a year of many choices of dwellings need never be held at
once; sums, peaks and shares over any set of days then follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from microchp.series.timeseries import FloatArray

BoolArray = npt.NDArray[np.bool_]

NO_FLOW_KW = 1e-9
"""Net loads closer to zero than this are none: what rounding leaves of a demand just met."""

SEASONS = {
    "heating_season": (11, 12, 1, 2, 3),
    "mid_season": (4, 5, 10),
    "summer_season": (6, 7, 8, 9),
}
"""Months of the seasons of Peacock 2006, Table 4."""

DAY_HEAT_SHARES = {"mid_season": 82.6 / 151.1, "summer_season": 10.0 / 151.1}
"""Heat demand of Peacock's days in spring and in summer over that of the highest day (Table 1)."""


@dataclass(frozen=True)
class Days:
    """Days of one or more net loads, each field of shape ``(days, loads)``.

    Ramps are mean gradients over the window that :func:`days_of` was given, at their steepest.
    """

    import_kwh: FloatArray
    export_kwh: FloatArray
    peak_import_kw: FloatArray
    peak_export_kw: FloatArray
    zero_import_share: FloatArray
    ramp_up_kw_per_min: FloatArray
    ramp_down_kw_per_min: FloatArray
    export_hours: FloatArray

    @classmethod
    def empty(cls, days: int, loads: int) -> Days:
        """Room for ``days`` of ``loads``."""
        return cls(*(np.zeros((days, loads)) for _ in fields(cls)))

    def put(self, first: int, other: Days) -> None:
        """Fill the days from ``first`` on with those of ``other``."""
        for field in fields(self):
            values = getattr(other, field.name)
            getattr(self, field.name)[first : first + len(values)] = values


# no load is not a number, which lets the loop over loads be vectorised
@numba.njit(cache=True, nogil=True, fastmath={"nnan", "nsz"})
def _reduce(
    net_kw: FloatArray, steps: int, window: int, step_hours: float, sums: FloatArray
) -> None:
    """Reduce ``net_kw`` (window + days * steps, loads) into ``sums`` (days, 8, loads)."""
    days, loads = sums.shape[0], sums.shape[2]
    for day in range(days):
        bought, sold, without = sums[day, 0], sums[day, 1], sums[day, 4]
        peak_in, peak_out = sums[day, 2], sums[day, 3]
        up, down, giving = sums[day, 5], sums[day, 6], sums[day, 7]
        for step in range(steps):
            now = net_kw[window + day * steps + step]
            before = net_kw[day * steps + step]
            for c in range(loads):
                net = now[c]
                bought[c] += max(net, 0.0)
                sold[c] += max(-net, 0.0)
                peak_in[c] = max(peak_in[c], net)
                peak_out[c] = max(peak_out[c], -net)
                without[c] += 1.0 if net <= NO_FLOW_KW else 0.0
                giving[c] += 1.0 if net < -NO_FLOW_KW else 0.0
                up[c] = max(up[c], net - before[c])
                down[c] = max(down[c], before[c] - net)
        for c in range(loads):
            bought[c] *= step_hours
            sold[c] *= step_hours
            without[c] /= steps
            giving[c] *= step_hours
            up[c] /= window * step_hours * 60.0
            down[c] /= window * step_hours * 60.0


def days_of(
    net_kw: FloatArray | npt.NDArray[np.float32], window: int, step_minutes: int = 1
) -> Days:
    """Days of net loads.

    Parameters
    ----------
    net_kw
        Net load of whole days, and before them of ``window`` steps that ramps begin in; shape
        ``(window + days * steps, loads)``.
    window
        Steps over which gradients are taken.
    step_minutes
        Length of a step.

    Raises
    ------
    ValueError
        If the steps do not make whole days.
    """
    steps = 24 * 60 // step_minutes
    days, rest = divmod(len(net_kw) - window, steps)
    if rest:
        raise ValueError(f"{len(net_kw) - window} steps are not whole days of {steps}")
    sums = np.zeros((days, len(fields(Days)), net_kw.shape[1]))
    _reduce(np.ascontiguousarray(net_kw), steps, window, step_minutes / 60, sums)
    return Days(*np.moveaxis(sums, 1, 0))


def with_lead(net_kw: FloatArray, window: int) -> FloatArray:
    """A year's net loads with the window before them, in which nothing changes."""
    return np.concatenate([np.repeat(net_kw[:1], window, axis=0), net_kw])


def periods(
    dates: pd.DatetimeIndex, heat_kwh: FloatArray, own: Mapping[str, date] | None = None
) -> dict[str, BoolArray]:
    """Days of each period: the year, the seasons, and a day of each season chosen by rule.

    Parameters
    ----------
    dates
        Days of the year.
    heat_kwh
        Heat demand of each day, shape ``(days,)``.
    own
        Dates of days, by period, instead of those that the rule chooses.

    Returns
    -------
    dict
        ``year``, the seasons, ``winter_day`` (the highest heat demand), ``mid_season_day`` and
        ``summer_day``: the days of those seasons whose heat demand is nearest to the shares of
        the highest that Peacock's days have (:data:`DAY_HEAT_SHARES`). Seasons that ``dates``
        does not have are left out.
    """
    found = {"year": np.ones(len(dates), dtype=np.bool_)}
    for season, months in SEASONS.items():
        found[season] = np.isin(dates.month.to_numpy(), months)
    highest = int(heat_kwh.argmax())
    chosen = {"winter_day": highest}
    for season, day in (("mid_season", "mid_season_day"), ("summer_season", "summer_day")):
        off = np.abs(heat_kwh - DAY_HEAT_SHARES[season] * heat_kwh[highest])
        if found[season].any():
            chosen[day] = int(np.where(found[season], off, np.inf).argmin())
    for name, given in (own or {}).items():
        chosen[name] = int((dates == pd.Timestamp(given)).argmax())
    for name, day_number in chosen.items():
        found[name] = np.arange(len(dates)) == day_number
    return {name: days for name, days in found.items() if days.any()}


def _ratio(part: FloatArray, whole: FloatArray | float) -> FloatArray:
    """``part / whole``, 0 where there is no whole (no load has no load factor; print has 0)."""
    whole = np.broadcast_to(np.asarray(whole, dtype=np.float64), part.shape)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def indicators(
    days: Days, chosen: BoolArray, *, dwellings: int, units: int, power_kw: float
) -> dict[str, FloatArray]:
    """Measures of net loads over a period.

    Parameters
    ----------
    days
        All days of the loads.
    chosen
        Which of them make the period, shape ``(days,)``.
    dwellings
        Dwellings behind the meter or transformer.
    units, power_kw
        Units among them, and the rated power of one.

    Returns
    -------
    dict
        Each of shape ``(loads,)``. ``admd_kw`` and ``adme_kw``: largest import and export per
        dwelling; ``load_factor``, ``export_factor``: mean over peak of import and of export in
        the period; ``daily_load_factor``: mean of the days' load factors; ``capacity_factor``:
        export over what the units would generate at rated power all the time.
    """
    hours = 24.0 * np.count_nonzero(chosen)
    imported = days.import_kwh[chosen]
    total_import, total_export = imported.sum(axis=0), days.export_kwh[chosen].sum(axis=0)
    peak_import = days.peak_import_kw[chosen].max(axis=0)
    peak_export = days.peak_export_kw[chosen].max(axis=0)
    return {
        "admd_kw": peak_import / dwellings,
        "adme_kw": peak_export / dwellings,
        "import_kwh": total_import,
        "export_kwh": total_export,
        "load_factor": _ratio(total_import / hours, peak_import),
        "export_factor": _ratio(total_export / hours, peak_export),
        "capacity_factor": _ratio(total_export, units * power_kw * hours),
        "zero_import_share": days.zero_import_share[chosen].mean(axis=0),
        "max_ramp_kw_per_min": days.ramp_up_kw_per_min[chosen].max(axis=0),
        "max_ramp_down_kw_per_min": days.ramp_down_kw_per_min[chosen].max(axis=0),
        "export_hours": days.export_hours[chosen].sum(axis=0),
        "daily_load_factor": _ratio(imported / 24, days.peak_import_kw[chosen]).mean(axis=0),
    }


def homes_served(transformer_kva: float, admd_kw: float, adme_kw: float) -> float:
    """Homes behind a transformer of a rating, at unity power factor.

    Peacock 2006, section 3.2: 400 kVA serve 192 homes at 2.08 kW each, 216 at 1.85 and 288 at
    1.39. Flow in either direction loads a transformer, so the larger of both counts.
    """
    each = max(admd_kw, adme_kw)
    return transformer_kva / each if each > 0 else float("inf")


def onset(penetrations: Sequence[float], exports_kwh: Sequence[float]) -> float:
    """The lowest penetration at which anything is exported; not a number if none is.

    Parameters
    ----------
    penetrations
        In any order.
    exports_kwh
        Export through the transformer at each, the median over the choices of dwellings.
    """
    reached = [p for p, export in zip(penetrations, exports_kwh, strict=True) if export > 0]
    return min(reached, default=float("nan"))
