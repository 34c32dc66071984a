"""Names and numbers as readers see them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from microchp.config import DEFAULT_PLANT

_LABELS = {
    "semi_detached": "Semi-detached",
    "none": "No incentive",
    "fit": "Feed-in tariff",
    "co2_levy": "CO₂ levy",
    "average_belgian": "Average Belgian",
}

_SHORT = {"chp": "CHP", "pv": "PV", "co2": "CO₂"}
"""Words that are letters."""

DASH = "–"


def label(name: str) -> str:
    """A name of the configuration in words: ``semi_detached`` is "Semi-detached"."""
    return _LABELS.get(name) or plain_words(name)


def place(house: str, plant: str) -> str:
    """A house in words, with its plant unless that is the papers' own."""
    return label(house) if plant == DEFAULT_PLANT else f"{label(house)}, {label(plant)}"


def plain_words(name: str) -> str:
    """A name that a user has given, in words: ``as_printed`` is "As printed"."""
    first, *others = (_SHORT.get(word.lower(), word.lower()) for word in name.split("_"))
    return " ".join([first if first.isupper() else first.capitalize(), *others])


def number(value: float, digits: int = 0, signed: bool = False) -> str:
    """A number for readers: thousands apart, a true minus, a dash for no value."""
    if value is None or math.isnan(value):
        return DASH
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    if not any(digit in text for digit in "123456789"):  # no minus before nothing
        text = text.lstrip("-+")
    return text.replace("-", "−")


def pounds(value: float, digits: int = 0) -> str:
    """Pounds with their sign before the £."""
    text = number(value, digits)
    return text.replace("−", "−£") if text.startswith("−") else f"£{text}" if text != DASH else text


def change(value: float, reference: float) -> float:
    """By what share a value is above its reference; no number where the reference is nothing."""
    return value / reference - 1 if reference else math.nan


def percent(share: float | None, digits: int = 0, signed: bool = False) -> str:
    """A share as a percentage."""
    if share is None or math.isnan(share):
        return DASH
    return f"{number(100 * share, digits, signed)} %"


def span(values: Sequence[float], words: Callable[[float], str]) -> str:
    """Least and largest of some values in words, once where they read alike."""
    known = [value for value in values if not math.isnan(value)]
    if not known:
        return DASH
    low, high = words(min(known)), words(max(known))
    return low if low == high else f"{low} to {high}"


def by_sign(values: Sequence[float], words: Callable[[float], str], above: str, below: str) -> str:
    """Changes told by their direction, so that none is told with a minus.

    Parameters
    ----------
    values
        Changes; none: told as a dash.
    words
        An amount in words, without its sign.
    above, below
        What is said of values above and below zero, with ``{}`` for the amount: "rises by {}",
        "falls by {}". Where there are both, both are said, each with its largest amount.
    """
    known = [value for value in values if not math.isnan(value)]
    nothing = words(0.0)
    rising = [value for value in known if value > 0 and words(value) != nothing]
    falling = [-value for value in known if value < 0 and words(-value) != nothing]
    if rising and falling:
        up, down = (f"up to {words(max(part))}" for part in (rising, falling))
        return f"{above.format(up)} or {below.format(down)}"
    if falling:
        return below.format(span([max(0.0, -value) for value in known], words))
    return above.format(span([max(0.0, value) for value in known], words))


def saved_words(values: Sequence[float], ending: str = "") -> str:
    """What is saved a year, or what is paid more than today; the verbs with an ending."""
    more = f"cost{ending} {{}} a year more than today"
    return by_sign(values, pounds, f"save{ending} {{}} a year", more)


def duration(minutes: float) -> str:
    """A time in the unit that it is read in: minutes, hours from two on, days from two on."""
    if math.isnan(minutes):
        return DASH
    for unit, length, digits in (("days", 1440, 0), ("h", 60, 1)):
        if minutes >= 2 * length:
            return f"{number(minutes / length, digits)} {unit}"
    return f"{number(minutes)} min"


def years(value: float, lifetime: float, invested: float) -> str:
    """A payback in words: a number, with a dagger beyond the lifetime, "never", or a dash."""
    if invested == 0:
        return DASH
    if math.isnan(value):
        return "never"
    text = number(value, 1) if value <= 100 else "> 100"
    return f"{text} †" if value > lifetime else text
