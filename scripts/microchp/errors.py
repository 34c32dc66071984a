"""Errors that a user can mend: one message, no traceback."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of signs that are not shown but do something: control, direction, line ends."""


def shown(text: str) -> str:
    """A text from anywhere as a terminal may show it: signs that steer it are spelt out."""
    return "".join(
        sign if sign in "\n\t" or unicodedata.category(sign) not in STEERING else repr(sign)[1:-1]
        for sign in text
    )


class MicrochpError(Exception):
    """Base of every error whose message alone tells a user what to do.

    The message names the file or key, the place, what was found and what is accepted; what it
    quotes of files steers no terminal.
    """

    def __init__(self, message: str) -> None:
        super().__init__(shown(message))


class ConfigError(MicrochpError):
    """The configuration or a catalogue in ``resources/`` is wrong."""


class DataError(MicrochpError):
    """A demand, weather or price file is wrong."""


class SolveError(MicrochpError):
    """A design was not solved to the gap that was asked for."""


class AssessmentError(MicrochpError):
    """A design contradicts itself, or results that belong together do not."""


@contextmanager
def reading(path: str | Path, what: str) -> Iterator[None]:
    """Turn whatever a damaged file does to its reader into one message that names the file.

    Parameters
    ----------
    path
        The file.
    what
        What it should be, for the message.

    Raises
    ------
    DataError
        Instead of any other error; those of this package pass.
    """
    try:
        yield
    except MicrochpError:
        raise
    except Exception as error:  # readers of tables have no common base of their errors
        cause = str(error).strip().splitlines() or [type(error).__name__]
        raise DataError(f"{path}: cannot be read as {what} ({cause[0][:200]})") from error
