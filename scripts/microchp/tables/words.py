"""Names and numbers as readers see them."""

from __future__ import annotations

import math

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


def years(value: float, lifetime: float, invested: float) -> str:
    """A payback in words: a number, with a dagger beyond the lifetime, "never", or a dash."""
    if invested == 0:
        return DASH
    if math.isnan(value):
        return "never"
    text = number(value, 1) if value <= 100 else "> 100"
    return f"{text} †" if value > lifetime else text
