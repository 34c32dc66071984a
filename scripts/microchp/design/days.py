"""Days that do not know of each other, solved side by side against a clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

Clock = Callable[[], float]
"""Seconds left."""


def countdown(minutes: float) -> Clock:
    """Seconds left of so many minutes from now."""
    deadline = time.monotonic() + 60.0 * minutes
    return lambda: deadline - time.monotonic()


def for_days(days: Iterable[int], solve_day: Callable[[int], T], threads: int) -> list[T]:
    """What ``solve_day`` gives for each day, in order, whatever the number of threads.

    HiGHS and the compiled loops run outside Python's lock, so that threads are enough to use
    several cores, and change no digit.
    """
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(solve_day, days))
