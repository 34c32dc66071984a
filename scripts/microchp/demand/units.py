"""Units of measured demand: conversion to kW, and what unit the values themselves speak for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

import numpy as np
import pandas as pd

from microchp.config import DemandFile
from microchp.demand.findings import Findings, IntArray, moment
from microchp.series.timeseries import FloatArray

HOURS_PER_YEAR = 8760

FEW = 0.01
"""Share of a year's values up to which they are single ones."""

KILO = 1000.0

WORDS = {
    "kW": "mean power in kW",
    "W": "power in W",
    "kWh": "energy in each step in kWh",
    "Wh": "energy in each step in Wh",
    "m3": "gas in each step in m3",
    "l": "hot water in each step in litres",
    "l/h": "hot water in l/h",
    "register": "readings of a meter in kWh",
    "register_Wh": "readings of a meter in Wh",
    "register_m3": "readings of a meter in m3",
}

STEP_UNITS = {"register": "kWh", "register_Wh": "Wh", "register_m3": "m3"}
"""What the difference of two readings is in."""

DEFAULT_UNITS = {"gas_kwh": "kWh"}
"""Units by the names of this project's columns; all others are in kW."""

NAMED_UNITS = (
    (r"kw[ _]?h|kilowatt[ -]?hour", "kWh"),
    (r"(?<![a-z])w[ _]?h(?![a-z])|watt[ -]?hour", "Wh"),
    (r"(?<![a-z])kw(?![a-z])|kilowatt", "kW"),
    (r"(?<![a-z])(w|watts?)(?![a-z])", "W"),
    (r"(?<![a-z])(m3|m³)(?![a-z])", "m3"),
    (r"(?<![a-z])l(/|_per_)h(?![a-z])", "l/h"),
)
"""Units in the names that files give to their columns, the first that is found."""


@dataclass(frozen=True)
class Typical:
    """What households have: median of the annual energy (kWh) and spread of its logarithm.

    ``peak_kw`` is the median peak of means over a minute, falling with the step as
    ``step ** -peak_exponent``; none where a peak says little. ``most_kwh`` and ``most_kw`` are
    beyond any household, and so is less than ``least_kwh``, if it is not nothing at all.
    """

    annual_kwh: float
    spread: float
    most_kwh: float
    most_kw: float
    peak_kw: float | None = None
    peak_exponent: float = 0.17
    peak_spread: float = 0.6
    least_kwh: float = 0.0


TYPICAL = {
    "electricity_kw": Typical(3000, 0.7, 50_000, 100, peak_kw=6.5, least_kwh=50),
    "space_heating_kw": Typical(9000, 0.9, 200_000, 200),
    "hot_water_kw": Typical(2000, 0.8, 50_000, 200),
    "heat_kw": Typical(11_000, 0.9, 250_000, 300),
    "gas_kwh": Typical(12_500, 0.9, 250_000, 300),
}
"""By quantity. British and European households; wide, as they only tell units apart."""

NAMED_KW = 2.0
"""Log odds for the unit that the column's own name says."""

SELDOM = {"Wh": 1.0}
"""Units that files are seldom in: log odds against them."""

REFUSED_ODDS = 8.0
TOLD_ODDS = 0.25
"""Odds for another unit from which a file is refused, and from which this is told."""

MOST_SURPRISE = 3.0
"""A peak that is further off than this many spreads says no more."""


def unit_in_name(name: str) -> str | None:
    """The unit that the name of a column says, if any."""
    return next((unit for form, unit in NAMED_UNITS if re.search(form, name.lower())), None)


def unit_of(role: str, file: DemandFile) -> tuple[str, bool]:
    """Unit of a quantity in a file, and whether the user or the file says so."""
    stated = file.unit.get(role) if isinstance(file.unit, Mapping) else file.unit  # type: ignore[call-overload]
    if stated is not None:
        return str(stated), True
    named = {unit_in_name(name) for name in file.columns.get(role, [])} - {None}  # type: ignore[call-overload]
    default = DEFAULT_UNITS.get(role, "kW")
    if len(named) == 1 and (unit := str(named.pop())) != default:
        return unit, True
    return default, False


def kw_per_unit(unit: str, step_minutes: float, file: DemandFile, kwh_per_l: float) -> float:
    """Mean power (kW) of a step whose value is 1; of a register, of its difference.

    Parameters
    ----------
    unit
        As :class:`~microchp.config.DemandFile` accepts it.
    step_minutes
        Length of a step.
    file
        Has the heating value of gas.
    kwh_per_l
        Heat in a litre of hot water.
    """
    per_hour = 60 / step_minutes
    return {
        "kW": 1.0,
        "W": 1 / KILO,
        "kWh": per_hour,
        "Wh": per_hour / KILO,
        "m3": per_hour * file.gas_kwh_per_m3,
        "l": per_hour * kwh_per_l,
        "l/h": kwh_per_l,
    }[STEP_UNITS.get(unit, unit)]


def is_register(values: pd.Series) -> bool:
    """Whether values, in the order of time, count up as a meter does, resets apart."""
    finite = values[np.isfinite(values)]
    steps = np.diff(finite.to_numpy())
    rises, falls = int((steps > 0).sum()), int((steps < 0).sum())
    return rises >= 20 and falls <= max(3, 1e-3 * len(steps)) and falls < 0.01 * rises


# ------------------------------------------------------------------------------ evidence


def _surprise(annual_kwh: float, peak_kw: float, typical: Typical, step_minutes: float) -> float:
    """Half the squared deviation from households, in spreads: minus the log likelihood."""
    total = (log(annual_kwh / typical.annual_kwh) / typical.spread) ** 2
    if typical.peak_kw is not None and peak_kw > 0:
        usual = typical.peak_kw * step_minutes**-typical.peak_exponent
        off = min(abs(log(peak_kw / usual)) / typical.peak_spread, MOST_SURPRISE)
        total += off**2
    return total / 2


def odds_of_other_units(
    role: str, mean: float, peak: float, step_minutes: float, households: int, unit: str
) -> dict[str, float]:
    """How much likelier another unit is than the one that a column is taken to be in.

    Parameters
    ----------
    role
        Quantity.
    mean, peak
        Of the values as they stand; the peak without single spikes.
    step_minutes
        Length of a step.
    households
        That share the values.
    unit
        The unit that they are taken to be in.

    Returns
    -------
    dict
        Odds by unit, the likeliest first; of units that come to the same, the first.
    """
    typical = TYPICAL[role]
    plain = DemandFile(path=["-"])
    factors: dict[str, float] = {}
    for other in (unit, "kW", "W", "kWh", "Wh"):
        factor = kw_per_unit(other, step_minutes, plain, 0.0)
        if factor not in factors.values():
            factors[other] = factor
    surprise = {
        other: _surprise(
            mean * factor * HOURS_PER_YEAR / households,
            peak * factor / households,
            typical,
            step_minutes,
        )
        for other, factor in factors.items()
    }
    odds = {
        other: exp(min(surprise[unit] - surprise[other] - NAMED_KW - SELDOM.get(other, 0.0), 700.0))
        for other in factors
        if other != unit
    }
    return dict(sorted(odds.items(), key=lambda item: -item[1]))


def check_unit(
    role: str,
    values: pd.Series,
    step_minutes: float,
    households: int,
    unit: str,
    is_stated: bool,
    label: str,
    found: Findings,
) -> bool:
    """Tell a column that speaks for another unit than the one it is taken to be in.

    Parameters
    ----------
    role
        Quantity.
    values
        As they stand in the file, rows in the order of time.
    step_minutes, households
        As for :func:`odds_of_other_units`.
    unit, is_stated
        What the column is taken to be in, and whether the user or the file says so.
    label
        What the user calls the column, for messages.
    found
        Gets a problem or a warning.

    Returns
    -------
    bool
        Whether the unit may stand.
    """
    if unit in STEP_UNITS:
        return True
    if is_register(values) and not (is_stated and unit in ("kW", "W", "l/h")):
        finite = values[np.isfinite(values)]
        found.problems.append(
            f"{label}: goes from {finite.iloc[0]:,.6g} to {finite.iloc[-1]:,.6g} and hardly ever "
            "falls, as a meter's readings do; to take their differences, set unit: register (in "
            "kWh), register_Wh or register_m3"
        )
        return False
    usable = values[np.isfinite(values) & (values >= 0)].to_numpy()
    mean = float(usable.mean()) if len(usable) else 0.0
    if is_stated or mean <= 0 or unit not in ("kW", "kWh"):
        return True
    peak = float(np.quantile(usable, 0.9995))
    odds = odds_of_other_units(role, mean, peak, step_minutes, households, unit)
    other, highest = next(iter(odds.items()))
    if highest < TOLD_ODDS:
        return True

    def annual(of: str) -> str:
        factor = kw_per_unit(of, step_minutes, DemandFile(path=["-"]), 0.0)
        return f"{mean * factor * HOURS_PER_YEAR:,.0f} kWh a year"

    also = [o for o, value in odds.items() if o != other and value > highest / 10]
    looks = " or ".join(f"{o} ({WORDS[o]}; {annual(o)})" for o in (other, *also))
    message = (
        f"{label}: {annual(unit)} as {WORDS[unit]}, mean {mean:,.4g}, peak {peak:,.4g} at a step "
        f"of {step_minutes:g} min; that looks like {looks}. Set unit: {other} for this file, or "
        f"unit: {unit} if it is right as it is"
    )
    if highest < REFUSED_ODDS:
        found.warnings.append(message)
        return True
    found.problems.append(message)
    return False


# -------------------------------------------------------------------------- plausibility


def check_plausible(
    role: str,
    power: FloatArray,
    stamps: pd.DatetimeIndex,
    row_at: IntArray,
    households: int,
    warn_only: bool,
    where: str,
    found: Findings,
) -> None:
    """Tell single values, and a year, that no household has.

    Parameters
    ----------
    role
        Quantity.
    power
        kW at each step of the year, shape ``(steps,)``.
    stamps
        Starts of the steps.
    row_at
        Row of each step, -1 where it has none.
    households
        That share it.
    warn_only
        Whether the user has said that it is right.
    where
        Dwelling, for messages.
    found
        Gets the problem or the warning.
    """
    typical = TYPICAL[role]
    told: list[str] = []
    if not np.isfinite(power).all():
        return  # told by itself
    most_kw = typical.most_kw * households
    high = np.flatnonzero((power > most_kw) & (row_at >= 0))
    # single values are told by their rows, and are not the year's fault
    usual = power[power <= most_kw] if len(high) <= FEW * len(power) else power
    annual = float(usual.mean()) * HOURS_PER_YEAR
    if annual > typical.most_kwh * households:
        told.append(
            f"{where}{role}: {annual:,.0f} kWh a year, which no household has (at most "
            f"{typical.most_kwh * households:,.0f} kWh); is it in another unit? State it as unit"
        )
    elif 0 < annual < typical.least_kwh * households:
        told.append(
            f"{where}{role}: {annual:,.3g} kWh a year, which no household has (at least "
            f"{typical.least_kwh * households:,.0f} kWh); is it in another unit? State it as unit"
        )
    elif len(high):
        shown = ", ".join(
            f"{found.row(int(row_at[at]))} ({moment(stamps[at])}, {power[at]:,.6g} kW)"
            for at in high[:5]
        )
        more = f" and {len(high) - 5:,} more" if len(high) > 5 else ""
        looks = (
            "a logger's code for a missing value, so leave these cells empty"
            if all(set(f"{power[at]:g}") <= {"9", "."} for at in high)
            else "a spike of the meter or a value in another unit, so leave these cells empty or "
            "mend them"
        )
        told.append(
            f"{where}{role}: more than any house draws ({most_kw:g} kW): "
            f"{len(high):,}, at {shown}{more}; this looks like {looks}"
        )
    for message in told:
        if warn_only:
            found.warnings.append(message)
        else:
            found.problems.append(
                f"{message}. If it is a building of several, give houses.<name>.households; if it "
                "is right all the same, set demand.file_policy.implausible: warn"
            )
