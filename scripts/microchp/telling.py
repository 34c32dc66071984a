"""How code tells its user something: counts in words, and results of jobs apart from progress."""

from __future__ import annotations

import logging
import re

RESULT = logging.INFO + 5
"""Level of the record that says what a job has come to; the run shows the last of them."""

logging.addLevelName(RESULT, "RESULT")


def counted(number: int, what: str) -> str:
    """A number of things: "1 row", "2 rows", "1,000 entries", "0 stretches of zeros".

    Parameters
    ----------
    number
        How many.
    what
        One of them, as a noun, or a noun and what follows it.
    """
    noun, space, rest = what.partition(" ")
    if number != 1:
        noun = re.sub(r"(?<=[^aeiou])y$", "ie", noun)
        noun = re.sub(r"(ch|sh|s|x)$", r"\1e", noun)
        noun = f"{noun}s"
    return f"{number:,} {noun}{space}{rest}"
