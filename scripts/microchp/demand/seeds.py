"""Seeds: one for each house, dwelling and quantity, and none left behind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

import numpy as np


def child_seed(seed: int, house: str, dwelling: int, purpose: str) -> np.random.SeedSequence:
    """The seed of one draw, the same whatever else is drawn and in whatever order.

    Parameters
    ----------
    seed
        Seed of the run.
    house
        Name of the house type.
    dwelling
        Number of the dwelling.
    purpose
        What is drawn, for instance ``electricity``.
    """
    return np.random.SeedSequence([seed, crc32(house.encode()), dwelling, crc32(purpose.encode())])


@contextmanager
def seeded(seed: np.random.SeedSequence) -> Iterator[None]:
    """Seed the global generators that libraries draw from, and restore them afterwards."""
    before, before_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    first, second = (int(word) for word in seed.generate_state(2))
    random.seed(first)
    np.random.seed(second)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(before)
        np.random.set_state(before_numpy)  # noqa: NPY002
