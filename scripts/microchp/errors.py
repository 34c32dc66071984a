"""Errors that a user can mend: one message, no traceback."""


class MicrochpError(Exception):
    """Base of every error whose message alone tells a user what to do.

    The message names the file or key, the place, what was found and what is accepted.
    """


class ConfigError(MicrochpError):
    """The configuration or a catalogue in ``resources/`` is wrong."""


class DataError(MicrochpError):
    """A demand, weather or price file is wrong."""


class SolveError(MicrochpError):
    """A design was not solved to the gap that was asked for."""


class AssessmentError(MicrochpError):
    """A design contradicts itself, or results that belong together do not."""
