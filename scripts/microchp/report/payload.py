"""Data in the page: numbers packed to be unpacked by the browser (gzip, then base64)."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

LEVEL = 6
"""Of the compression: more takes four times as long and spares a hundredth."""


def packed(data: bytes) -> str:
    """Bytes, compressed, as text; the same bytes are always the same text."""
    return base64.b64encode(gzip.compress(data, LEVEL, mtime=0)).decode("ascii")


def packed_json(value: Mapping[str, Any]) -> str:
    """What JSON can hold, packed."""
    return packed(json.dumps(value, separators=(",", ":"), allow_nan=False).encode())


def unit_for(series: FloatArray, finest: float) -> float:
    """The finest unit, or it times a power of ten, of which two bytes can hold each value."""
    largest = float(np.abs(series).max(initial=0.0))
    unit = finest
    while round(largest / unit) > np.iinfo(np.int16).max:
        unit *= 10
    return unit


def series_bytes(series: FloatArray, unit: float) -> bytes:
    """A series as whole multiples of ``unit`` in two bytes each.

    Low bytes come first, then high bytes, which are nearly all alike and, packed, take next to
    nothing.

    Raises
    ------
    ValueError
        If a value does not fit.
    """
    whole = np.round(series / unit)
    limits = np.iinfo(np.int16)
    if whole.size and not (limits.min <= whole.min() and whole.max() <= limits.max):
        raise ValueError(f"a value beyond {limits.max} times {unit:g}")
    return whole.astype("<i2").view(np.uint8).reshape(-1, 2).T.tobytes()
