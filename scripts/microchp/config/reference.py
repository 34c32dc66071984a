"""Defaults, JSON schema and reference table, all written from the configuration's models.

``python -m microchp.config.reference`` writes them into ``config/``; a test checks that they
have not drifted from the models.
"""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from microchp.config import (
    COUNTRY_PATTERN,
    MARKET_TODAY,
    NAME_PATTERN,
    VARIANT_BLOCKS,
    Config,
    load_config,
)
from microchp.config import load as catalogues
from microchp.config.load import lay_prices, load_part_prices
from microchp.config.market import lay_market

Schema = dict[str, Any]

RESOURCES = Path(__file__).parents[3] / "resources"

OF_MARKET = "x-market"
"""Keyword of the schema for a key whose default is not the model's, but that of a market."""

UNITS = {
    **{
        f"sweep.inputs.<name>.{figure}": "as the key"
        for figure in ("low", "high", "mode", "mean", "standard_deviation")
    },
    "correlations[].coefficient": "–",
    "price_escalation_per_year": "1/year",
    "_kwh_per_m3": "kWh/m³",
    "_gbp_per_kwp_per_year": "£/kWp/year",
    "_gbp_per_kwp": "£/kWp",
    "_gbp_per_year": "£/year",
    "_gbp_per_kwh": "£/kWh",
    "_eur_per_kwh": "€/kWh",
    "_eur_per_year": "€/year",
    "_gbp_per_kw": "£/kW",
    "_gbp_per_kg": "£/kg",
    "_kg_per_kwh": "kg/kWh",
    "_kwh_per_k": "kWh/K",
    "_w_per_k": "W/K",
    "_kw_per_kwh": "kW/kWh",
    "_kw_per_k": "kW/K",
    "_l_per_h": "l/h",
    "_share_per_day": "1/day",
    "_share_per_year": "1/year",
    "cop_constant": "–",
    "power_constant": "–",
    "_per_outdoor_k": "1/K",
    "_per_flow_k": "1/K",
    "_minutes": "min",
    "_hours": "h",
    "_years": "years",
    "_kva": "kVA",
    "_degrees": "°",
    "_kwp": "kWp",
    "_per_eur": "£/€",
    "_eur": "€",
    "_gbp": "£",
    "_kwh": "kWh",
    "_kw": "kW",
    "_m2": "m²",
    "_c": "°C",
    "_l": "l",
}
"""Units by the end of a key's name, the longer endings first."""

CATALOGUES = ("House", "PrimeMover", "HeatPumpModel", "Incentive", "CentralPlant")
"""Blocks that a user may give in part, because they are laid over a catalogue's entry."""


@dataclass(frozen=True)
class Key:
    """One row of the reference table."""

    name: str
    default: str
    unit_or_type: str
    accepted: str
    description: str


# ------------------------------------------------------------------------------- schema


def model_schema() -> Schema:
    """The models' own schema, with the defaults of the market where that states a key."""
    schema = Config.model_json_schema()
    defaults = load_config({}, RESOURCES).model_dump(mode="json")
    entries = load_part_prices(RESOURCES)
    market = lay_prices(lay_market({}, RESOURCES, entries, "config/markets"), entries)
    for block, stated in market.items():
        node = schema["properties"][block]
        if "default" in node:
            node["default"] = defaults[block]
        inside = _resolve(node, schema["$defs"])["properties"] if isinstance(stated, dict) else {}
        for key in stated if isinstance(stated, dict) else ():
            if key in inside:
                inside[key] |= {"default": defaults[block][key], OF_MARKET: MARKET_TODAY}
        if block != "market" and not isinstance(stated, dict):
            node[OF_MARKET] = MARKET_TODAY
    return schema


def json_schema() -> Schema:
    """The JSON schema of a configuration file, for editors and checks.

    A file is laid over the catalogues and the defaults, so nothing is required in their
    entries; a variant holds any of the blocks that a variant may change.
    """
    schema = model_schema()
    definitions = schema["$defs"]
    for name in CATALOGUES:
        definitions[name].pop("required", None)
    variants = definitions["Scenarios"]["properties"]["variants"]
    variants["patternProperties"] = {
        NAME_PATTERN: {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                block: {
                    key: value
                    for key, value in schema["properties"][block].items()
                    if key not in ("title", "description", "default")
                }
                for block in VARIANT_BLOCKS
            },
        }
    }
    _close_names(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _close_names(node: Any) -> None:
    """Refuse entries of a mapping whose names do not have the form of a name."""
    if isinstance(node, dict):
        if "patternProperties" in node:
            node["additionalProperties"] = False
        for value in node.values():
            _close_names(value)


def _resolve(node: Schema, definitions: Schema) -> Schema:
    """``node``, or the block that it refers to."""
    if "$ref" in node:
        return dict(definitions[node["$ref"].rsplit("/", 1)[1]])
    return node


def _is_block(node: Schema, definitions: Schema) -> bool:
    return "properties" in _resolve(node, definitions)


# ----------------------------------------------------------------------------- defaults


def defaults_yaml() -> str:
    """Every key with its default, its description above it; the catalogues left out."""
    schema = model_schema()
    # catalogues and the plants that a user adds to are not written out
    defaults = load_config({}, RESOURCES).model_dump(mode="json") | {
        name: Config.model_fields[name].default for name in (*catalogues.CATALOGUES, "plants")
    }
    lines = [
        "# Every key with its default. Written by `make reference`; edit config/config.yaml.",
        "# Where it says so, the default is that of a market, and another `market` has its own.",
        *_block_yaml(schema, schema["$defs"], defaults, 0),
    ]
    return "\n".join(lines) + "\n"


def _block_yaml(block: Schema, definitions: Schema, defaults: Schema, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, node in block["properties"].items():
        if depth == 0:
            yield ""
        mark = f"{indent}# "
        of_market = f" Default of the market {node[OF_MARKET]}." if OF_MARKET in node else ""
        yield from textwrap.wrap(
            _sentence(node, definitions) + of_market,
            100,
            initial_indent=mark,
            subsequent_indent=mark,
            break_long_words=False,
        )
        if _is_block(node, definitions):
            yield f"{indent}{name}:"
            yield from _block_yaml(
                _resolve(node, definitions), definitions, defaults[name], depth + 1
            )
        else:
            yield from textwrap.indent(_entry_yaml(name, defaults[name]), indent).splitlines()


def _entry_yaml(name: str, value: object) -> str:
    """``name: value``: one line, but one line for each item of a list of mappings."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        items = (f"  - {_flow(item)}" for item in value)
        return "\n".join([f"{name}:", *items])
    return f"{name}: {_flow(value)}"


def _flow(value: object) -> str:
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True
    )
    return text.removesuffix("...\n").strip()


# ---------------------------------------------------------------------- reference table


def reference_markdown() -> str:
    """The reference of every key as a page of tables, one for each block."""
    schema = model_schema()
    definitions = schema["$defs"]
    lines = [
        "# Configuration reference",
        "",
        "Written by `make reference` from `scripts/microchp/config/`. Edit `config.yaml`, or "
        "give another file with `--configfile`; what a file leaves out takes its default "
        f"(`schema/defaults.yaml`). A default with (market) beside it is that of `{MARKET_TODAY}`; "
        "another `market` has its own. Unknown keys are refused. Relative paths start at the "
        "directory where Snakemake runs. `<name>` stands for a name that you choose, `[]` for "
        "each item of a list.",
    ]
    for name, node in schema["properties"].items():
        lines += ["", f"## `{name}`", "", _sentence(node, definitions), ""]
        lines += ["| key | default | unit or type | accepted | meaning |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        lines += [
            f"| `{key.name}` | {key.default} | {key.unit_or_type} | {key.accepted} "
            f"| {key.description} |"
            for key in reference_keys(name, node, definitions)
        ]
    return "\n".join(lines) + "\n"


def _sentence(node: Schema, definitions: Schema) -> str:
    """Description of a key; the schema keeps it with the block where the two are the same."""
    return " ".join((_resolve(node, definitions) | node)["description"].split())


def reference_keys(name: str, node: Schema, definitions: Schema) -> Iterator[Key]:
    """Rows of the reference for a key and all that lies below it."""
    inside, suffix = _inside(node, definitions)
    is_block = _is_block(node, definitions)
    if not is_block:
        yield Key(
            name=name,
            default=_default(node),
            unit_or_type=_unit(name) or _type(node, definitions),
            accepted=_accepted(node, definitions),
            description=_sentence(node, definitions).replace("|", "\\|"),
        )
    if inside is not None and not (is_block and "anyOf" in node):
        for child, child_node in inside["properties"].items():
            yield from reference_keys(f"{name}{suffix}.{child}", child_node, definitions)


def _inside(node: Schema, definitions: Schema) -> tuple[Schema | None, str]:
    """The block inside a node, and how its place is written: itself, list items, entries."""
    suffix = ""
    while not _is_block(node, definitions):
        if (option := _own_block(node, definitions)) is not None:
            node = option
        elif isinstance(node.get("additionalProperties"), dict):
            node, suffix = node["additionalProperties"], f"{suffix}.<name>"
        elif isinstance(node.get("patternProperties"), dict):
            node, suffix = next(iter(node["patternProperties"].values())), f"{suffix}.<name>"
        elif isinstance(node.get("items"), dict):
            node, suffix = node["items"], f"{suffix}[]"
        else:
            return None, ""
    return _resolve(node, definitions), suffix


def _own_block(node: Schema, definitions: Schema) -> Schema | None:
    """The block that an optional key may hold, unless it is described at the top as well."""
    blocks = (option for option in node.get("anyOf", []) if _is_block(option, definitions))
    block = next(blocks, None)
    return None if block is None or _has_own_section(block, definitions) else block


def _has_own_section(node: Schema, definitions: Schema) -> bool:
    return _resolve(node, definitions)["title"].lower() in Config.model_fields


def _unit(name: str) -> str:
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "")


def _default(node: Schema) -> str:
    if "default" not in node:
        return "required"
    value = node["default"]
    of_market = " (market)" if OF_MARKET in node else ""
    if value is None or value == "":
        return f"empty{of_market}"
    if isinstance(value, list):  # what is empty in an item need not be said
        value = [
            {key: inner for key, inner in item.items() if inner is not None}
            if isinstance(item, dict)
            else item
            for item in value
        ]
    return f"`{_flow(value)}`{of_market}"


def _type(node: Schema, definitions: Schema) -> str:
    if "anyOf" in node:
        kinds = (_type(option, definitions) for option in node["anyOf"] if not _is_null(option))
        return " or ".join(dict.fromkeys(kinds))
    if _is_block(node, definitions):
        return "block"
    if "items" in node:
        return "list"
    names = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    kind = node.get("type", "text")
    return "mapping" if kind == "object" else names.get(kind, str(kind))


def _accepted(node: Schema, definitions: Schema) -> str:
    """What a key accepts, in words."""
    if "anyOf" in node:
        options = (
            _accepted(option, definitions) or _type(option, definitions) for option in node["anyOf"]
        )
        return " or ".join(dict.fromkeys(options))
    if _is_null(node):
        return "empty"
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if _is_block(node, definitions):
        title = _resolve(node, definitions)["title"].lower()
        return f"a block like `{title}`" if _has_own_section(node, definitions) else "a block"
    if "items" in node:
        inner = _accepted(node["items"], definitions)
        return f"list of {inner}" if inner and not _is_block(node["items"], definitions) else "list"
    if node.get("format") == "date":
        return "dates"
    if "pattern" in node:
        known = {NAME_PATTERN: "name", COUNTRY_PATTERN: "three capital letters"}
        return known.get(node["pattern"], "letters, digits, `_`, `-`, `.`")
    signs = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}
    limits = [f"{sign} {node[key]:g}" for key, sign in signs.items() if key in node]
    return ", ".join(limits)


def _is_null(node: Schema) -> bool:
    return node.get("type") == "null"


# ------------------------------------------------------------------------------ writing


def reference_files() -> dict[str, str]:
    """Contents of the generated files, by their path in ``config/``."""
    return {
        "README.md": reference_markdown(),
        "schema/defaults.yaml": defaults_yaml(),
        "schema/config.schema.json": json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n",
    }


def main() -> None:
    """Write the generated files into the given directory."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("directory", type=Path, help="the directory config/")
    directory: Path = parser.parse_args().directory
    for name, text in reference_files().items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
