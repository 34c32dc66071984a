"""From a user's YAML to a checked configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from microchp.config.fields import nearest
from microchp.config.messages import explain
from microchp.config.root import Config
from microchp.errors import ConfigError

CATALOGUES = ("houses", "units", "incentives", "central_plants")
"""Top-level keys whose entries are added to those of a file in ``resources/``."""


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C, where PyYAML has it: ten times as fast."""

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
    """The catalogues of ``resources/``, :data:`CATALOGUES`, as plain data."""
    return {
        name: yaml.safe_load((resources / f"{name}.yaml").read_text(encoding="utf-8"))
        for name in CATALOGUES
    }


def load_config(
    user: Mapping[str, Any],
    resources: Path,
    source: str = "config/config.yaml",
    *,
    with_variants: bool = True,
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
    with_variants
        Whether each of ``scenarios.variants`` is checked too; a job of a run that has checked
        them need not, so that its time does not grow with their number.

    Raises
    ------
    ConfigError
        With every mistake in one message: key, what was found, what is accepted.
    """
    config = _validate(merge(load_catalogues(resources), user), source)
    for name in config.scenarios.variants if with_variants else ():
        variant_config(config, name, source)
    return config


def refuse_repeated_keys(path: str | Path) -> None:
    """Refuse a YAML file that has a key twice, of which a parser would silently keep the last.

    Raises
    ------
    ConfigError
        With every repeated key and its lines.
    """
    document = yaml.compose(Path(path).read_text(encoding="utf-8"), _LOADER)
    problems = list(_repeated_keys(document, "")) if document is not None else []
    if problems:
        raise ConfigError("\n".join([f"{path}:", *(f"  {problem}" for problem in problems)]))


def _repeated_keys(node: yaml.Node, place: str) -> Iterator[str]:
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated_keys(item, f"{place}[{index}]")
    elif isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            name = f"{place}.{key.value}".lstrip(".")
            line = key.start_mark.line + 1
            if name in lines:
                yield f"{name}: given twice, on lines {lines[name]} and {line}"
            lines[name] = line
            yield from _repeated_keys(value, name)


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
    # blocks that stay are valid already and not looked at again, but for what they have to do with
    # those that change
    old = {key: getattr(config, key).model_dump(mode="json") for key in changes}
    return _validate(dict(config) | merge(old, changes), where)


def _validate(data: Mapping[str, Any], source: str) -> Config:
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{source}:\n{explain(error)}") from None
