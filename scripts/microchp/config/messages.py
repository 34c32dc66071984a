"""What is wrong with a configuration, in the words of someone who knows no pydantic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic import ValidationError

from microchp.config.fields import PATTERNS, Block, nearest
from microchp.config.root import Config


def explain(error: ValidationError) -> str:
    """One indented line for each mistake, with the nearest known key for an unknown one."""
    items = error.errors()
    # what lies below a wrong name has been checked without its catalogue entry: no news
    misnamed = [item["loc"][:-1] for item in items if item["loc"][-1:] == ("[key]",)]
    lines: list[str] = []
    refused: dict[tuple[str, str], list[str]] = {}
    for item in items:
        location = item["loc"]
        key = _key(location)
        statement = _statement(item["msg"], item.get("ctx", {}))
        if location[-1:] == ("[key]",):
            lines.append(f"{_key(location[:-2])}: {statement}, found {location[-2]!r}")
        elif any(location[: len(wrong)] == wrong for wrong in misnamed):
            continue
        elif item["type"] == "extra_forbidden":
            known = _fields_at(location[:-1])
            given = str(location[-1])  # as it was given, whatever signs are in it
            shown = given if re.fullmatch(r"\w+", given) else repr(given)
            key = f"{_key(location[:-1])}.{shown}".lstrip(".")
            lines.append(f"{key}: unknown key{nearest(given, known)}")
        elif item["type"] == "value_error":
            for line in str(item["ctx"]["error"]).splitlines():
                lines.append(f"{key}: {line}" if key else line)
        elif item["type"] == "missing":
            lines.append(f"{key}: {statement}")
        else:  # each member of a union refuses in its own words
            refused.setdefault((key, repr(item["input"])), []).append(statement)
    lines += [
        f"{key}: {', or '.join(dict.fromkeys(statements))}, found {found}"
        for (key, found), statements in refused.items()
    ]
    return "\n".join(f"  {line}" for line in dict.fromkeys(lines))


def _statement(message: str, context: Mapping[str, Any]) -> str:
    """What pydantic says, in the words of someone who knows no patterns."""
    return PATTERNS.get(context.get("pattern", ""), message[0].lower() + message[1:])


def _key(location: tuple[str | int, ...]) -> str:
    """A dotted key; the names pydantic gives to the members of a union are left out."""
    shown = [part for part in location if isinstance(part, int) or re.fullmatch(r"\w+", part)]
    text = ""
    for part in shown:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")


def _fields_at(location: tuple[str | int, ...]) -> list[str]:
    """Names of the keys accepted at a place of the configuration."""
    annotation: Any = Config
    for part in location:
        if isinstance(annotation, type) and issubclass(annotation, Block):
            field = annotation.model_fields.get(str(part))
            annotation = field.annotation if field else None
        else:  # a list item or a mapping's entry
            if get_origin(annotation) is Annotated:
                annotation = get_args(annotation)[0]
            inner = [a for a in get_args(annotation) if a is not type(None)]
            annotation = inner[-1] if inner else None
        candidates = [annotation, *get_args(annotation)]
        blocks = [c for c in candidates if isinstance(c, type) and issubclass(c, Block)]
        if blocks and not str(annotation).startswith(("list", "dict")):
            annotation = blocks[0]
    if isinstance(annotation, type) and issubclass(annotation, Block):
        return list(annotation.model_fields)
    return []
