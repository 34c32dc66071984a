"""Reading YAML so that whatever a file holds, the message names the file, the line and the cause.

YAML 1.1 makes numbers of what few would call one (``015`` is 13, ``10:30`` is 630), keeps the last
of two equal keys, and lets a file of a few lines stand for a billion entries or hold itself. All
of this is looked at before anything is made of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from microchp.config.fields import Block, Clock
from microchp.errors import ConfigError

MAX_DEPTH = 40
"""Blocks within blocks; the configuration itself needs eight."""

MAX_ENTRIES = 2_000_000
"""Keys, items and values with every anchor written out; a sweep of 10,000 variants has 200,000."""

MAX_BYTES = 100_000_000

_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OCTAL = re.compile(r"[-+]?0[0-7_]+")
_SIXTIES = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_WHOLE = re.compile(r"[-+]?[0-9_]+")
_INT, _FLOAT = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float"


class _Loader(_BaseLoader):  # type: ignore[misc]
    """Loads plain data; what cannot be made of a text is an error with its line."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except yaml.YAMLError:
            raise
        except Exception as error:  # a date such as 2015-02-30, a tag that does not fit
            raise yaml.constructor.ConstructorError(
                None, None, str(error), node.start_mark
            ) from error


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` laid over it, mapping by mapping; lists are replaced."""
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        merged[key] = (
            merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        )
    return merged


def inside(data: object, path: tuple[str, ...]) -> Any:
    """What stands at a path of keys, or none."""
    for key in path:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def read_yaml_file(path: str | Path) -> dict[str, Any]:
    """The mapping in a YAML file (or a JSON file, by its name).

    Raises
    ------
    ConfigError
        With the file and every problem with its line.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError(f"{path}: no such file (relative paths start at {Path.cwd()})")
    text = _text(path)
    try:
        if path.suffix == ".json":
            content = json.loads(text)
            _content(path, text)  # JSON is YAML too, and has the same traps
        else:
            content = _content(path, text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ConfigError(f"{path}{place}: not valid YAML: {error.problem}") from None
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{path}, line {error.lineno}, column {error.colno}: not valid JSON: {error.msg}"
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid YAML: {error}") from None
    if not isinstance(content, dict):
        kind = "nothing" if content is None else type(content).__name__
        raise ConfigError(f"{path}: keys with values expected, such as `run:`; found {kind}")
    if "__use_yte__" in content:
        raise ConfigError(
            f"{path}: __use_yte__ makes a template of the file, which would run code; write it out"
        )
    refuse_shape(content, str(path))
    return content


def check_config_files(paths: Iterable[str | Path]) -> None:
    """Check that files are there, and that each is a mapping in YAML without traps.

    Raises
    ------
    ConfigError
        With the problems of every file.
    """
    problems = []
    for path in paths:
        try:
            read_yaml_file(path)
        except ConfigError as error:
            problems.append(str(error))
    if problems:
        raise ConfigError("\n".join(problems))


def refuse_shape(data: object, source: str) -> None:
    """Refuse plain data that is nested too deep, holds itself, or is far too large.

    Parameters
    ----------
    data
        Mappings, lists and values.
    source
        Where they come from, for the message.

    Raises
    ------
    ConfigError
        If it is not the shape of a configuration.
    """
    pending: list[tuple[object, int]] = [(data, 0)]
    entries = 0
    while pending:
        item, depth = pending.pop()
        entries += 1
        if depth > MAX_DEPTH:
            raise ConfigError(
                f"{source}: nested more than {MAX_DEPTH} levels deep, or contains itself"
            )
        if entries > MAX_ENTRIES:
            raise ConfigError(f"{source}: more than {MAX_ENTRIES:,} entries")
        if isinstance(item, dict):
            pending += [(value, depth + 1) for value in item.values()]
        elif isinstance(item, list | tuple):
            pending += [(value, depth + 1) for value in item]


def _text(path: Path) -> str:
    """What a file says, in UTF-8, the encoding in which Snakemake reads it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path}: larger than {MAX_BYTES / 1e6:.0f} MB")
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        found = "UTF-16" if wide else "another encoding, such as Windows' cp1252"
        raise ConfigError(
            f"{path}, line {line}: not a text file in UTF-8, but in {found}; save it as UTF-8"
        ) from None


def _content(path: Path, text: str) -> Any:
    _refuse_expansion(path, text)
    loader = _Loader(text)
    try:
        document = loader.get_single_node()
        if document is None:
            return None
        problems = list(_traps(document))
        if problems:
            raise ConfigError("\n".join([f"{path}:", *(f"  {problem}" for problem in problems)]))
        return loader.construct_document(document)
    finally:
        loader.dispose()


def _refuse_expansion(path: Path, text: str) -> None:
    """Refuse depth, anchors that contain themselves, and those that multiply beyond measure."""
    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = []  # anchor, entries so far
    anchors: list[str | None] = []

    def close(anchor: str | None, size: int) -> None:
        if anchor is not None:
            sizes[anchor] = size
        if open_nodes:
            parent, before = open_nodes[-1]
            open_nodes[-1] = parent, min(before + size, 2 * MAX_ENTRIES)

    for event in yaml.parse(text, Loader=_BaseLoader):
        where = f"{path}, line {event.start_mark.line + 1 if event.start_mark else 1}"
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in anchors:
                raise ConfigError(f"{where}: *{event.anchor} stands within what it stands for")
            # one that is not defined is refused when the document is composed
            close(None, sizes.get(event.anchor or "", 1))
        elif isinstance(event, yaml.ScalarEvent):
            close(event.anchor, 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, 1))
            anchors.append(event.anchor)
            if len(open_nodes) > MAX_DEPTH:
                raise ConfigError(f"{where}: nested more than {MAX_DEPTH} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, size = open_nodes.pop()
            anchors.pop()
            if size > MAX_ENTRIES:
                raise ConfigError(
                    f"{where}: its anchors (&) written out are more than {MAX_ENTRIES:,} entries"
                )
            close(anchor, size)


@cache
def _clock_keys() -> frozenset[str]:
    """Names of the keys that hold a time of day."""
    pending: list[type[BaseModel]] = [Block]
    names: set[str] = set()
    marks = get_args(Clock)[1:]
    while pending:
        block = pending.pop()
        pending += block.__subclasses__()
        names |= {
            name
            for name, field in block.model_fields.items()
            if any(mark in field.metadata for mark in marks)
        }
    return frozenset(names)


def _traps(document: yaml.Node) -> Iterator[str]:
    """Keys given twice, and values that YAML reads as something else than they look like."""
    pending: list[tuple[yaml.Node, str, str]] = [(document, "", "")]
    seen: set[int] = set()
    while pending:
        node, place, key = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            trap = _number_trap(node, key in _clock_keys())
            if trap:
                yield f"{place}: line {node.start_mark.line + 1}: {trap}"
        elif isinstance(node, yaml.SequenceNode):
            items = [(item, f"{place}[{i}]", key) for i, item in enumerate(node.value)]
            pending += reversed(items)
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            inner = []
            for name_node, value in node.value:
                if not isinstance(name_node, yaml.ScalarNode):
                    line = name_node.start_mark.line + 1
                    yield f"{place or 'top'}: line {line}: a key must be a name"
                    continue
                name = f"{place}.{name_node.value}".lstrip(".")
                line = name_node.start_mark.line + 1
                if name in lines:
                    yield f"{name}: given twice, on lines {lines[name]} and {line}"
                lines[name] = line
                inner.append((value, name, str(name_node.value)))
            pending += reversed(inner)


def _number_trap(node: yaml.ScalarNode, is_clock: bool) -> str:
    """What is wrong with a scalar that YAML takes for a number, or nothing."""
    text = str(node.value)
    if node.tag not in (_INT, _FLOAT) or node.style in ("'", '"', "|", ">"):
        return ""
    if is_clock and _WHOLE.fullmatch(text):
        hint = f', such as "{int(text):02d}:00"' if text.isdigit() and int(text) <= 24 else ""
        return f'{text} is a whole number; expected a time of day as "HH:MM"{hint}'
    if _OCTAL.fullmatch(text):
        return (
            f"YAML reads {text} as the octal number {int(text.replace('_', ''), 8)}; write it "
            "without the leading 0"
        )
    if _SIXTIES.fullmatch(text) and not is_clock:
        return f"YAML reads {text} as a number of base 60; write a number, or a text in quotes"
    return ""
