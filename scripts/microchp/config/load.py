"""From a user's YAML to a checked configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from microchp.config.bills import lay_bills
from microchp.config.boiler import Boiler
from microchp.config.emissions import Emissions
from microchp.config.fields import Block, Name, nearest
from microchp.config.market import Entries, lay_market
from microchp.config.messages import explain
from microchp.config.operation import Operation
from microchp.config.parts import PV_YIELD_KEYS, Battery, HeatPump, ImmersionHeater, Pv
from microchp.config.plants import DEFAULT_PLANT
from microchp.config.root import Config
from microchp.config.tariff import Tariff
from microchp.config.tes import Tes
from microchp.config.yaml_file import inside, merge, read_yaml_file, refuse_shape
from microchp.errors import ConfigError
from microchp.telling import counted

CATALOGUES = ("houses", "units", "heat_pumps", "incentives", "central_plants")
"""Top-level keys whose entries are added to those of a file in ``resources/``."""


DESIGN_BLOCKS = (
    "chp",
    "tes",
    "boiler",
    "heat_pump",
    "pv",
    "battery",
    "immersion_heater",
    "grid",
    "plants",
    "tariff",
    "emissions",
    "finance",
    "incentives",
    "units",
    "heat_pumps",
)
"""All that a design is made of, demand apart: blocks with keys that a sweep may sample."""

CONTROL_BLOCKS = ("operation", "forecast", "network")
"""Blocks that running a design under several controls reads, and no design."""

DEMAND_BLOCKS, DEMAND_KEYS = ("demand", "houses"), {"time": ("year",), "pv": PV_YIELD_KEYS}
"""What the demand is made with: all of these blocks, and keys of others."""

VARIANT_BLOCKS = ("time", *DEMAND_BLOCKS, *DESIGN_BLOCKS, "solve", *CONTROL_BLOCKS)

NOT_VARIED = {
    "run": "it names the results and seeds the draws of the whole run",
    "market": "its figures are what the whole run starts from; give those that differ",
    "country": "it is that of the market, which the whole run starts from",
    "gbp_per_eur": "it is that of the market, which the whole run starts from",
    "scenarios": "it is the grid itself, which is repeated for each variant",
    "fixed_designs": "a design of given sizes lists the variants it is evaluated in",
    "group": "the dwellings of a group are the same for all variants, to be compared",
    "condensing_boiler": "it is compared with the designs of the run as configured",
    "sweep": "it samples the scenarios of all variants alike",
    "comparison": "units of the catalogue are compared in the run as configured",
    "central_plants": "units of the catalogue are compared with them in the run as configured",
    "settlement": "its rules are all applied to each design; list more of them",
}
"""Blocks that have no meaning of their own in a variant, and why."""


def load_catalogues(resources: Path) -> dict[str, Any]:
    """The catalogues of ``resources/``, :data:`CATALOGUES`, as plain data.

    Raises
    ------
    ConfigError
        If one of them is not a mapping in YAML.
    """
    return {name: read_yaml_file(resources / f"{name}.yaml") for name in CATALOGUES}


class PartPrices(Block):
    """``resources/parts.yaml``: keys of a part's own block, by kind of part and name."""

    heat_pump: dict[Name, HeatPump] = Field({})
    pv: dict[Name, Pv] = Field({})
    battery: dict[Name, Battery] = Field({})
    immersion_heater: dict[Name, ImmersionHeater] = Field({})
    boiler: dict[Name, Boiler] = Field({})
    tes: dict[Name, Tes] = Field({})


def load_part_prices(resources: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """The entries of ``resources/parts.yaml`` as plain data.

    Raises
    ------
    ConfigError
        If one of them is not what the part's block accepts.
    """
    path = resources / "parts.yaml"
    entries = read_yaml_file(path)
    try:
        PartPrices.model_validate(entries)
    except ValidationError as error:
        raise ConfigError(f"{path}:\n{explain(error)}") from None
    return entries


def lay_prices(
    user: Mapping[str, Any],
    entries: Entries,
    source: str = "config/config.yaml",
) -> dict[str, Any]:
    """``user`` with the figures of the entries that the `prices` of its parts name.

    In the blocks themselves and in the changes of variants and plants; a block's own keys stay.

    Parameters
    ----------
    user
        Parsed YAML.
    entries
        By kind of part and name: keys of the part's block.
    source
        Where the configuration came from, for messages.

    Raises
    ------
    ConfigError
        With every name that is not an entry.
    """
    problems: list[str] = []

    def laid(blocks: object, where: str) -> Any:
        if not isinstance(blocks, Mapping):
            return blocks  # refused with the rest
        result = dict(blocks)
        for kind, known in entries.items():
            block = blocks.get(kind)
            name = block.get("prices") if isinstance(block, Mapping) else None
            if not isinstance(block, Mapping) or not isinstance(name, str):
                continue
            if name in known:
                result[kind] = {**known[name], **block}
            else:
                problems.append(
                    f"{where}{kind}.prices: '{name}' is not known{nearest(name, list(known))}; "
                    f"known: {', '.join(known)}"
                )
        return result

    result: dict[str, Any] = laid(user, "")
    variants = inside(result, ("scenarios", "variants"))
    names = list(variants) if isinstance(variants, Mapping) else []
    own_plants = [("scenarios", "variants", name, "plants") for name in names]
    for path in (("scenarios", "variants"), ("plants",), *own_plants):
        named, where = inside(result, path), ".".join(path)
        if isinstance(named, Mapping):
            each = {key: laid(blocks, f"{where}.{key}.") for key, blocks in named.items()}
            changes: dict[str, Any] = each
            for key in reversed(path):
                changes = {key: changes}
            result = merge(result, changes)
    if problems:
        raise ConfigError("\n".join([f"{source}:", *(f"  {problem}" for problem in problems)]))
    return result


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
        Parsed YAML; what it leaves out is that of its market, or takes its default.
    resources
        Directory with a YAML file for each of :data:`CATALOGUES`, beside which the markets are.
    source
        Where the configuration came from, for messages.
    with_variants
        Whether each of ``scenarios.variants`` is checked too; the workflow does so itself, and
        keeps what comes of it.

    Raises
    ------
    ConfigError
        With every mistake in one message: key, what was found, what is accepted.
    """
    refuse_shape(user, source)
    catalogues, prices = load_catalogues(resources), load_part_prices(resources)
    given = lay_prices(lay_market(user, resources, prices, source), prices, source)
    config = _validate(merge(catalogues, lay_bills(given, catalogues["houses"], source)), source)
    for name in config.scenarios.variants if with_variants else ():
        variant_config(config, name, source)
    for name in config.plants:
        plant_config(config, name, source)
    _check_sweep(config, source)
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
    wrong = [
        f"  {key}: a variant cannot change this; {NOT_VARIED[key]}"
        if key in NOT_VARIED
        else f"  {key}: no such block{nearest(key, VARIANT_BLOCKS)}"
        for key in changes
        if key not in VARIANT_BLOCKS
    ]
    wrong += [
        f"  operation.{key}: a variant cannot change this; what is run by the minute is run as "
        "configured, and a control of variants reads operation.min_run_minutes alone"
        for key in changes.get("operation") or {}
        if key in Operation.model_fields and key != "min_run_minutes"
    ]
    wrong += [
        f"  plants.{name}: a variant cannot add a plant; list it in plants and scenarios.plant"
        for name in changes.get("plants") or {}
        if name not in config.plants
    ]
    if wrong:
        able = f"a variant can change {', '.join(VARIANT_BLOCKS)}"
        raise ConfigError("\n".join([f"{where}:", *wrong, f"  {able}"]))
    # what is not evaluated in it need not be possible there
    fixed = [design for design in config.fixed_designs if variant in design.variants]
    base: dict[str, object] = {"fixed_designs": fixed}
    if "year" in (changes.get("time") or {}):
        base["group"] = config.group.model_copy(update={"days": {}})
    changed = _changed(config.model_copy(update=base), changes, where)
    parts = {
        name: sorted(set(plant.changes) ^ set(changed.plants[name].changes))
        for name, plant in config.plants.items()
        if "plants" in changes
    }
    if any(parts.values()):
        raise ConfigError(
            f"{where}:\n"
            + "\n".join(
                f"  plants.{name}: a variant cannot add parts ({', '.join(some)}); make it a plant "
                "of its own, and list it in scenarios.plant"
                for name, some in parts.items()
                if some
            )
        )
    return changed


def changes_demand(changes: Mapping[str, Any]) -> bool:
    """Whether the changes of a variant may change what a demand is made with."""
    return any(is_of_demand(block, key) for block, given in changes.items() for key in given or {})


def is_of_demand(block: str, key: str) -> bool:
    """Whether the demand is made with a key of a block."""
    return block in DEMAND_BLOCKS or key in DEMAND_KEYS.get(block, ())


def plant_config(config: Config, plant: str, source: str = "config/config.yaml") -> Config:
    """``config`` with the changes that one of ``plants`` makes to the blocks of its parts.

    Raises
    ------
    ConfigError
        If they make the configuration wrong.
    """
    changes = config.plants[plant].changes
    if not any(changes.values()):
        return config
    where = f"{source}, plants.{plant}"
    _refuse_demand_keys(changes, where)
    fixed = config.fixed_designs if plant == DEFAULT_PLANT else []
    return _changed(config.model_copy(update={"fixed_designs": fixed}), changes, where)


def _changed(config: Config, changes: Mapping[str, Any], where: str) -> Config:
    """``config`` with changes to some of its blocks.

    Blocks that stay are valid already, and not looked at again but for what they have to do with
    those that change.
    """
    given = config.model_dump(mode="json", include=set(changes))
    return _validate(dict(config) | merge(given, changes), where)


def _refuse_demand_keys(changes: Mapping[str, Any], where: str) -> None:
    """Refuse a plant's changes to what the demand, weather included, is made with."""
    wrong = [
        f"  {block}.{key}: a plant cannot change this; all plants meet the same demand"
        for block, keys in DEMAND_KEYS.items()
        for key in keys
        if key in (changes.get(block) or {})
    ]
    if wrong:
        raise ConfigError("\n".join([f"{where}:", *wrong]))


def variant_prices(config: Config, variant: str) -> tuple[Tariff, Emissions]:
    """Tariff and emission factors of a variant that has been checked; "" is no change.

    Without the rest of the configuration, whose check takes a hundred times as long.
    """
    changes = config.scenarios.variants[variant] if variant else {}
    tariff = merge(config.tariff.model_dump(), changes.get("tariff") or {})
    emissions = merge(config.emissions.model_dump(), changes.get("emissions") or {})
    return Tariff.model_validate(tariff), Emissions.model_validate(emissions)


def sampled_config(config: Config, values: Mapping[str, Any], source: str) -> Config:
    """``config`` with other values of some keys, checked as any other.

    Parameters
    ----------
    config
        What stands where nothing is sampled.
    values
        By dotted key, as in ``sweep.inputs``.
    source
        What the values are of, for messages.

    Raises
    ------
    ConfigError
        If a key is not there or may not be sampled, or the values make the configuration wrong.
    """
    data = config.model_dump(mode="json")
    problems = []
    for key, value in values.items():
        try:
            _lay(data, key, value)
        except KeyError as error:
            problems.append(f"  sweep.inputs: '{key}': {error.args[0]}")
    if problems:
        raise ConfigError("\n".join([f"{source}:", *problems]))
    return _validate(data, source)


def configured(config: Config, key: str) -> Any:
    """The value of a dotted key.

    Raises
    ------
    KeyError
        If it is not there or may not be sampled, with the reason.
    """
    return _holder(config.model_dump(mode="json"), key)[1]


def _lay(data: dict[str, Any], key: str, value: Any) -> None:
    """Put a value at a dotted key; an integer's place takes the nearest one."""
    (holder, last), old = _holder(data, key)
    whole = isinstance(old, int) and not isinstance(old, bool) and isinstance(value, float)
    holder[last] = round(value) if whole else value


def _holder(data: dict[str, Any], key: str) -> tuple[tuple[Any, Any], Any]:
    """Where a dotted key's value stands, and the value."""
    steps = key.split(".")
    if is_of_demand(steps[0], steps[1] if len(steps) > 1 else ""):
        raise KeyError(
            "the demand is made with it, and is the same for all samples; vary it in "
            "scenarios.variants, each of which is sampled"
        )
    if steps[0] not in DESIGN_BLOCKS:
        hint = nearest(steps[0], DESIGN_BLOCKS)
        raise KeyError(f"cannot be sampled{hint}; keys of {', '.join(DESIGN_BLOCKS)} can")
    holder: Any = None
    last: Any = None
    node: Any = data
    for depth, step in enumerate(steps):
        known = list(node) if isinstance(node, dict) else _places(node)
        if not isinstance(node, dict | list) or step not in known:
            place = ".".join(steps[:depth])
            hint = nearest(step, known)
            if isinstance(node, list):
                hint = f"; {place} has {counted(len(node), 'entry')}, from 0"
            raise KeyError(f"no such key: {place}.{step}{hint}")
        holder, last = node, int(step) if isinstance(node, list) else step
        node = holder[last]
    if isinstance(node, dict):
        raise KeyError(f"is a block, of {', '.join(node)}; name one of its keys")
    return (holder, last), node


def _places(node: object) -> list[str]:
    """Places in a list, as they are written in a dotted key."""
    return [str(index) for index in range(len(node))] if isinstance(node, list) else []


def _check_sweep(config: Config, source: str) -> None:
    """Refuse inputs of a sweep that are no keys, or whose ends the configuration refuses."""
    problems = []
    for key, sampled in config.sweep.inputs.items():
        ends = sampled.values or [
            v for v in (sampled.low, sampled.mean, sampled.high) if v is not None
        ]
        for value in ends:
            try:
                sampled_config(config, {key: value}, f"sweep.inputs, {key} = {value}")
            except ConfigError as error:
                problems += [line for line in str(error).splitlines() if line not in problems]
                break
    if problems:
        raise ConfigError("\n".join([f"{source}:", *(f"  {line}" for line in problems)]))


def _validate(data: Mapping[str, Any], source: str) -> Config:
    try:
        return Config.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{source}:\n{explain(error)}") from None
