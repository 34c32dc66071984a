"""From a user's YAML to a checked configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from microchp.config.fields import nearest
from microchp.config.messages import explain
from microchp.config.root import Config
from microchp.config.yaml_file import read_yaml_file, refuse_shape
from microchp.errors import ConfigError

CATALOGUES = ("houses", "units", "incentives", "central_plants")
"""Top-level keys whose entries are added to those of a file in ``resources/``."""


VARIANT_BLOCKS = ("time", "chp", "tes", "boiler", "tariff", "emissions", "finance", "solve")


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` laid over it, mapping by mapping; lists are replaced."""
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        merged[key] = (
            merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        )
    return merged


def load_catalogues(resources: Path) -> dict[str, Any]:
    """The catalogues of ``resources/``, :data:`CATALOGUES`, as plain data.

    Raises
    ------
    ConfigError
        If one of them is not a mapping in YAML.
    """
    return {name: read_yaml_file(resources / f"{name}.yaml") for name in CATALOGUES}


def load_config(
    user: Mapping[str, Any], resources: Path, source: str = "config/config.yaml"
) -> Config:
    """Validate a user's configuration on top of the catalogues in ``resources``.

    Parameters
    ----------
    user
        Parsed YAML; blocks and keys left out take their defaults.
    resources
        Directory with a YAML file for each of :data:`CATALOGUES`.
    source
        Where the configuration came from, for messages.

    Raises
    ------
    ConfigError
        With every mistake in one message: key, what was found, what is accepted.
    """
    refuse_shape(user, source)
    config = _validate(merge(load_catalogues(resources), user), source)
    for name in config.scenarios.variants:
        variant_config(config, name, source)
    return config


def variant_config(config: Config, variant: str, source: str = "config/config.yaml") -> Config:
    """``config`` with the changes of one of ``scenarios.variants``; "" is no change.

    Raises
    ------
    ConfigError
        If the variant changes a block that it may not, or makes the configuration wrong.
    """
    if not variant:
        return config
    changes = config.scenarios.variants[variant]
    where = f"{source}, scenarios.variants.{variant}"
    wrong = [key for key in changes if key not in VARIANT_BLOCKS]
    if wrong:
        raise ConfigError(
            f"{where}:\n"
            + "\n".join(
                f"  {key}: a variant cannot change this{nearest(key, VARIANT_BLOCKS)}; "
                f"it can change {', '.join(VARIANT_BLOCKS)}"
                for key in wrong
            )
        )
    if "year" in (changes.get("time") or {}):
        # demand is made once for all variants
        raise ConfigError(
            f"{where}:\n  time.year: a variant cannot change this; it can change "
            "time.resolution_minutes and time.days"
        )
    return _validate(merge(config.model_dump(mode="json"), changes), where)


def _validate(data: Mapping[str, Any], source: str) -> Config:
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{source}:\n{explain(error)}") from None
