"""Bad input of every kind: refused with a message, never a traceback, never taken in silence.

Configurations are generated from the schema, so that a new key is tested as soon as it is there;
files are good ones, made here and then damaged in every place that matters.
"""

import copy
import random
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import hourly_demand
from hypothesis import strategies as st
from test_demand_weather import write_epw

from microchp.config import Config, SeriesFile, check_config_files, load_config, read_yaml_file
from microchp.config.notes import run_notes, year_notes
from microchp.config.reference import json_schema
from microchp.config.scenarios import NamedFile, check_files, operation_cases, scenario_table
from microchp.demand.epw import read_epw, validate_weather
from microchp.demand.measured import validate_demand_files
from microchp.errors import ConfigError, MicrochpError
from microchp.series.prices import QUANTITIES_OF, validate_year_files

RESOURCES = Path(__file__).parents[1] / "resources"
SCHEMA = json_schema()

NAMED = {
    "houses": "flat",
    "units": "gas_engine",
    "heat_pumps": "generic_regulated",
    "incentives": "fit",
    "central_plants": "combined_cycle",
}
"""Entries of the catalogues that take a wrong value, the rest of them being as shipped."""


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        return dict(SCHEMA["$defs"][node["$ref"].rsplit("/", 1)[1]]) | node
    return node


def options(node: dict[str, Any]) -> list[dict[str, Any]]:
    node = resolve(node)
    return [part for option in node.get("anyOf", [node]) for part in [resolve(option)]]


def leaves(node: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[Any, list[Any]]]:
    """Keys of the configuration with what they accept; names stand for entries of catalogues."""
    for option in options(node):
        if "properties" in option:
            for name, inner in option["properties"].items():
                if len(path) < 8:
                    yield from leaves(inner, (*path, name))
            return
        inner = option.get("additionalProperties") or next(
            iter(option.get("patternProperties", {}).values()), None
        )
        if isinstance(inner, dict) and path[:1] and path[0] in NAMED and len(path) < 3:
            name = NAMED[path[0]] if len(path) == 1 else "gas_engine_1kw"
            yield from leaves(inner, (*path, name))
            return
    yield path, options(node)


LEAVES = {path: kinds for path, kinds in leaves(SCHEMA) if path[0] not in ("plants",)}
NUMERIC = {
    path: kinds
    for path, kinds in LEAVES.items()
    if any(kind.get("type") in ("number", "integer") for kind in kinds)
}


def at(path: tuple[str, ...], value: object) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    return value  # type: ignore[return-value]


TRIED: Counter[tuple[str, str]] = Counter()
"""What was given, by kind, and what came of it."""


@pytest.fixture(scope="module", autouse=True)
def counts() -> Iterator[None]:
    """Print at the end how much of each kind was tried: ``pytest -s tests/test_bad_input.py``."""
    yield
    kinds = dict.fromkeys(kind for kind, _ in sorted(TRIED))
    outcomes = ("refused", "accepted and told", "accepted as given")
    print("", f"{'bad input':<32}" + "".join(f"{outcome:>20}" for outcome in outcomes), sep="\n")
    for kind in kinds:
        print(f"{kind:<32}" + "".join(f"{TRIED[kind, outcome]:>20}" for outcome in outcomes))
    print(f"{TRIED.total()} cases; none a traceback, none a hang, none accepted in silence")


def refusal(user: object, kind: str = "configuration: other") -> str:
    """The message of a refusal; the time it takes is bounded."""
    started = time.monotonic()
    with pytest.raises(MicrochpError) as caught:
        config = load_config(user, RESOURCES, "my.yaml")  # type: ignore[arg-type]
        scenario_table(config)
        operation_cases(config)
        check_files(config)
    assert time.monotonic() - started < 5
    TRIED[kind, "refused"] += 1
    return str(caught.value)


# --------------------------------------------------------------------------- configurations


def test_the_schema_gives_every_key() -> None:
    assert len(LEAVES) > 200
    assert len(NUMERIC) > 100
    assert ("houses", "flat", "building", "coupling_kw_per_k") in NUMERIC
    assert ("units", "gas_engine", "gas_engine_1kw", "power_kw") in NUMERIC


@pytest.mark.parametrize("path", NUMERIC, ids=".".join)
def test_a_number_is_nothing_else(path: tuple[str, ...]) -> None:
    """Eight of each: truth, texts, no number, too large, a list, a mapping and a date."""
    for wrong in (True, "yes", "5", float("nan"), 1e30, [1], {"a": 1}, "2015-01-01"):
        found = refusal(at(path, wrong), "configuration: no number")
        assert path[-1] in found, (wrong, found)


def wrong_type(kinds: list[dict[str, Any]]) -> list[object]:
    """Values of every kind that a key does not accept."""
    accepted = {kind.get("type") for kind in kinds} | {
        "string" if isinstance(value, str) else "number"
        for kind in kinds
        for value in [*kind.get("enum", []), *([kind["const"]] if "const" in kind else [])]
    }
    values: list[object] = [{"no_such_key": 1}] if "object" not in accepted else [3]
    if "string" not in accepted:
        values.append("some text")
    if not accepted & {"number", "integer"}:
        values.append(3.7)
    if "array" not in accepted:
        values.append([[]])
    if "boolean" not in accepted:
        values.append(False)
    return values


@pytest.mark.parametrize("path", LEAVES, ids=".".join)
def test_a_value_of_another_type_is_refused_by_its_key(path: tuple[str, ...]) -> None:
    for wrong in wrong_type(LEAVES[path]):
        found = refusal(at(path, wrong), "configuration: another type")
        assert path[-1] in found or path[0] in found, (wrong, found)


@pytest.mark.parametrize("path", LEAVES, ids=".".join)
def test_a_misspelt_key_is_refused(path: tuple[str, ...]) -> None:
    # the name of a catalogue's entry is free, so a mapping of names has no unknown one
    place = (*path[:-1], path[-1] + "_x")
    if path[0] not in NAMED or len(path) > 2:
        assert "unknown key" in refusal(at(place, 1), "configuration: unknown key")


LIMITS = {
    (path, key): kind[key]
    for path, kinds in NUMERIC.items()
    for kind in kinds
    for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    if key in kind
}


@pytest.mark.parametrize(
    ("path", "key"), LIMITS, ids=lambda part: ".".join(part) if isinstance(part, tuple) else part
)
def test_a_number_beyond_its_limit_is_refused(path: tuple[str, ...], key: str) -> None:
    limit = LIMITS[path, key]
    beyond = limit * 1.01 + 1 if "ax" in key else limit - abs(limit) * 0.01 - 1
    if any(kind.get("type") == "integer" for kind in NUMERIC[path]):
        beyond = int(np.ceil(beyond) if "ax" in key else np.floor(beyond))
    assert path[-1] in refusal(at(path, beyond), "configuration: beyond a limit")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("emissions: {gas_kg_per_kwh: 18.5}", "18.5 looks like grams"),
        ("emissions: {grid_kg_per_kwh: 51.9}", "51.9 looks like grams"),
        ("incentives: {fit: {co2_price_gbp_per_kg: 70}}", "70 looks like a price per tonne"),
        ("units: {gas_engine: {gas_engine_1kw: {power_kw: 1000}}}", "1000 looks like watts"),
        ("tariff: {gas_gbp_per_kwh: 77}", "77 looks like pence (to be divided by 100) or a price"),
        ("tariff: {gas_gbp_per_kwh: 0.77}", "0.77 looks like pence (to be divided by 100) or a"),
        ("tariff: {export_gbp_per_kwh: -0.8}", "-0.8 looks like pence"),
        (
            "tariff: {import_periods: [{start: '22:00', end: '07:00', price_gbp_per_kwh: 0.5}, "
            "{start: '07:00', end: '22:00', price_gbp_per_kwh: 0.93}]}",
            # (9 x 0.5 + 15 x 0.93) / 24
            "import_periods: 0.769 on average looks like pence (to be divided by 100) or a price",
        ),
        (
            "tariff: {export_periods: [{start: '00:00', end: '24:00', price_gbp_per_kwh: 1.5}]}",
            "export_periods: 1.5 on average looks like pence",
        ),
        (
            "tariff: {import_periods: [{start: '00:00', end: '24:00', price_gbp_per_kwh: -0.1}]}",
            "import_periods: -0.1 on average looks like a sign turned round",
        ),
        (
            "units: {mine: {small: &a {power_kw: 1, electrical_efficiency: 0.25, "
            "thermal_efficiency: 0.6}, small_account: *a}}\n"
            "operation: {units: [small, small_account]}",
            "'detached-small_account' is how a file of 'detached-small' is called; give one",
        ),
        ("houses: {flat: {annual_electricity_kwh: 3100000}}", "looks like Wh"),
        ("houses: {flat: {heating: {set_point_c: 68}}}", "68 looks like degrees Fahrenheit"),
        ("chp: {cost_index: 567.5}", "567.5 looks like an index number"),
        (
            "units: {de_paepe_2006: {ecopower: {electrical_efficiency: 0.36, "
            "thermal_efficiency: 0.55}}}",
            "makes 7.18 kW of heat, but heat_kw is 12.5",
        ),
        ("run: {name: Reproduction}", "run.name: 'Reproduction' is where `make reproduce` writes"),
        (
            "houses: {flat_60min: {annual_space_heating_kwh: 1, annual_hot_water_kwh: 1, "
            "annual_electricity_kwh: 1, peak_space_heating_kw: 1, peak_hot_water_kw: 1}}\n"
            "scenarios: {house: [flat, flat_60min]}",
            "'flat_60min' is how the demand of 'flat' at another time step is filed",
        ),
        (
            "fixed_designs: [{name: optimal, house: flat, incentive: fit, chp_kw: 1}]",
            "fixed_designs[0].name: 'optimal' is what designs with free sizes are called",
        ),
        (
            "group: {streets: {terrace: [flat]}}\noperation: {pairs: [{house: terrace, unit: solo}"
            "]}\nscenarios: {house: [flat]}",
            "group.streets.terrace: a house of the run has this name",
        ),
        (
            "units: {mine: {small: {power_kw: 1.5, electrical_efficiency: 0.3, "
            "thermal_efficiency: 0.6, capital_cost_gbp_per_kw: 3000}}}\n"
            "chp: {technology: mine, sizes_kw: [0, 1.5]}",
            "'small' has no maintenance_gbp_per_kwh",
        ),
        ("operation: {timed_periods: [{start: 6, end: 9}]}", "expected a time of day"),
        (
            "tariff: {export_periods: [{days: weekdays, start: '00:00', end: '24:00', "
            "price_gbp_per_kwh: 0.1}]}",
            "tariff: export_periods must cover 00:00 to 24:00 of every day once; gap between 00:00 "
            "and 24:00 on weekends",
        ),
        ("houses: {" + "a" * 60 + ": {}}", "at most 40 characters"),
    ],
)
def test_what_cannot_be_is_refused_with_what_it_looks_like(text: str, expected: str) -> None:
    assert expected in refusal(yaml.safe_load(text), "configuration: cannot be")


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(depth):
        inner = {"a": inner}
    return inner


def test_plain_data_of_an_impossible_shape_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["run"] = endless
    bomb: list[Any] = []
    for _ in range(12):
        bomb = [bomb] * 10
    for user in (endless, nested(3000), {"run": bomb}):
        assert refusal(user, "configuration: cannot be").startswith("my.yaml: ")


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@hypothesis.settings(max_examples=100, deadline=None, derandomize=True)
@hypothesis.given(path=st.sampled_from(list(LEAVES)), value=VALUES)
def test_any_value_anywhere_is_accepted_or_refused_in_words(
    path: tuple[str, ...], value: object
) -> None:
    try:
        config = load_config(at(path, value), RESOURCES, "my.yaml")
        scenario_table(config)
    except MicrochpError as error:
        assert str(error)
        TRIED["configuration: any value", "refused"] += 1
    else:  # what is accepted says what was given
        TRIED["configuration: any value", "accepted as given"] += 1
        accepted: Any = config
        for name in path:
            accepted = accepted[name] if isinstance(accepted, dict) else getattr(accepted, name)
        assert value is None or accepted == value or isinstance(value, list | dict | str)


# ------------------------------------------------------------------------------- YAML files


def bomb() -> str:
    lines = ["a0: &a0 [" + ",".join("x" * 10) + "]"]
    lines += [f"a{i}: &a{i} [" + ",".join([f"*a{i - 1}"] * 10) + "]" for i in range(1, 10)]
    return "\n".join(lines)


BAD_YAML: dict[str, bytes] = {
    "contains itself": b"run: &x\n  note: *x\n",
    "levels deep": b"[" * 3000 + b"]" * 3000,
    "written out are more than": bomb().encode(),
    "not a text file in UTF-8, but in UTF-16": "run: {name: x}\n".encode("utf-16"),
    "line 2: not a text file in UTF-8, but in another": b'run:\n  note: "caf\xe9"\n',
    "line 2, column 1: not valid YAML": b"run:\n\tname: x\n",
    "day is out of range": b"time: {days: [2015-02-30]}\n",
    "not valid YAML: invalid literal": b"tes: {max_kwh: !!int abc}\n",
    "undefined alias": b"tes: *missing\n",
    "could not determine a constructor": b"run: !!python/object/apply:os.system [ls]\n",
    "another document": b"run: {}\n---\nrun: {}\n",
    "control characters": b"run: \x00\n",
    "keys with values expected": b"",
    "found list": b"- 1\n",
    "a key must be a name": b"? [a]\n: 3\n",
    "given twice, on lines 1 and 2": b"tes: {}\ntes: {}\n",
    "line 1: YAML reads 015 as the octal number 13": b"tes: {max_kwh: 015}\n",
    "line 1: YAML reads 1:30 as a number of base 60": b"tes: {max_kwh: 1:30}\n",
    'expected a time of day as "HH:MM", such as "06:00"': (
        b"operation: {timed_periods: [{start: 6, end: 9:00}]}\n"
    ),
    "would run code": b"__use_yte__: true\n",
    "Exceeds the limit": b"tes: {max_kwh: " + b"9" * 5000 + b"}\n",
}


@pytest.mark.parametrize("expected", BAD_YAML)
def test_a_yaml_file_with_a_trap_is_named_with_its_cause(tmp_path: Path, expected: str) -> None:
    path = tmp_path / "my.yaml"
    path.write_bytes(BAD_YAML[expected])
    started = time.monotonic()
    with pytest.raises(ConfigError) as caught:
        check_config_files([path])
    assert time.monotonic() - started < 2
    message = str(caught.value).replace("stands within what it stands for", "contains itself")
    assert message.startswith(str(path))
    assert expected in message
    TRIED["YAML files", "refused"] += 1


def test_json_has_no_traps_of_yaml_either(tmp_path: Path) -> None:
    path = tmp_path / "my.json"
    path.write_text(
        '{"operation": {"timed_periods": [{"start": 600, "end": "24:00"}]},\n"tes": {}}'
    )
    with pytest.raises(ConfigError, match=r"start: line 1: 600 is a whole number"):
        check_config_files([path])
    path.write_text('{"tes": {},\n"tes": {}}')
    with pytest.raises(ConfigError, match="tes: given twice, on lines 1 and 2"):
        check_config_files([path])
    path.write_text('{\n\t"tes": {"max_kwh": 1e1}}')
    assert read_yaml_file(path) == {"tes": {"max_kwh": 10.0}}


@pytest.mark.parametrize("clock", ["9:00", "09:00", "'9:00'", "23:59"])
def test_clock_times_need_no_quotes(tmp_path: Path, clock: str) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(f"operation: {{timed_periods: [{{start: {clock}, end: '24:00'}}]}}\n")
    check_config_files([path])
    periods = load_config(yaml.safe_load(path.read_text()), RESOURCES).operation.timed_periods
    assert periods[0].start in ("09:00", "23:59")


# ---------------------------------------------------------------- files of prices and factors

Damage = Callable[[bytes, random.Random], bytes]


def lines_changed(change: Callable[[list[bytes], int], None]) -> Damage:
    def damage(content: bytes, rng: random.Random) -> bytes:
        lines = content.splitlines()
        change(lines, rng.randrange(1, len(lines)))
        return b"\n".join(lines) + b"\n"

    return damage


def put(cell: bytes) -> Damage:
    def change(lines: list[bytes], at: int) -> None:
        lines[at] = lines[at].split(b",")[0] + b"," + b",".join([cell] * lines[0].count(b","))

    return lines_changed(change)


def flipped(content: bytes, rng: random.Random) -> bytes:
    """Forty bytes that no number or time has."""
    changed = bytearray(content)
    for _ in range(40):
        changed[rng.randrange(len(changed))] = rng.choice(b"\x00\x81\xff#~")
    return bytes(changed)


DAMAGES: dict[str, Damage] = {
    "emptied": lambda content, rng: b"",
    "header_only": lambda content, rng: content.splitlines()[0],
    "no_header": lambda content, rng: b"\n".join(content.splitlines()[1:]),
    "cut_short": lambda content, rng: content[: rng.randrange(len(content) * 9 // 10)],
    "bytes_flipped": flipped,
    "column_twice": lambda content, rng: re.sub(rb"(?m)^(.*),([^,\n]*)$", rb"\1,\2,\2", content),
    "a_gap": lines_changed(lambda lines, at: lines.pop(at)),
    "two_answers": lines_changed(
        lambda lines, at: (
            lines.insert(at, re.sub(rb",.*", b",0.011,0.011", lines[at]))
            if lines[0].count(b",") > 1
            else lines.insert(at, re.sub(rb",.*", b",0.011", lines[at]))
        )
    ),
    "text": put(b"cheap"),
    "no_number": put(b"nan"),
    "infinite": put(b"inf"),
    "beyond_all": put(b"1e9"),
    "nothing": put(b""),
    "ragged": lines_changed(lambda lines, at: lines.__setitem__(at, lines[at] + b",1,2")),
    "year_9999": lines_changed(lambda lines, at: lines.__setitem__(at, b"9999" + lines[at][4:])),
    "noise": lambda content, rng: rng.randbytes(5000),
    "a_program": lambda content, rng: b"\x7fELF" + rng.randbytes(500),
    "a_web_page": lambda content, rng: b"<!DOCTYPE html><html><body>404, a, b</body></html>",
}


@pytest.fixture(scope="module")
def year_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A good file of each kind of price and factor."""
    time = pd.date_range("2015-01-01", "2016-01-01", freq="h", inclusive="left")
    return {
        kind: pd.DataFrame(
            {"time": time.strftime("%Y-%m-%dT%H:%M")}
            | {q.name: np.linspace(0.1, 0.3, len(time)).round(5) for q in quantities}
        )
        .to_csv(index=False)
        .encode()
        for kind, quantities in QUANTITIES_OF.items()
    }


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".xlsx", ".parquet"])
@pytest.mark.parametrize("kind", QUANTITIES_OF)
def test_a_damaged_file_of_a_year_is_refused_by_name(
    tmp_path: Path, year_files: dict[str, bytes], kind: Any, suffix: str
) -> None:
    good = year_files[kind]
    path = tmp_path / f"file{suffix}"
    if suffix == ".csv":
        path.write_bytes(good)
        assert (
            len(validate_year_files([NamedFile("key", SeriesFile(path=str(path)), kind)], 2015))
            == 1
        )
    # what is damaged in all kinds alike need be tried on one only
    tried = list(DAMAGES.items())[: None if kind == "central_plant" else 8]
    for number, (name, damage) in enumerate(tried):
        # in the other formats, what is damaged is no longer a file of that format at all
        path.write_bytes(damage(good, random.Random(number)))
        started = time.monotonic()
        with pytest.raises(MicrochpError) as caught:
            validate_year_files([NamedFile("key", SeriesFile(path=str(path)), kind)], 2015)
        assert time.monotonic() - started < 5, name
        assert str(path) in str(caught.value), name
        TRIED["files of prices and factors", "refused"] += 1


# ------------------------------------------------------------------- demand files, catalogues


def cells(column: int, *values: bytes) -> Damage:
    """Values in a column of rows that follow each other."""

    def change(lines: list[bytes], at: int) -> None:
        for row, value in enumerate(values, start=min(at, len(lines) - len(values))):
            filled = lines[row].split(b",")
            filled[column] = value
            lines[row] = b",".join(filled)

    return lines_changed(change)


DEMAND_DAMAGES = DAMAGES | {
    "a_logger's_code": cells(3, *[b"9999"] * 4),
    "a_spike": cells(1, b"50000"),
    "below_nothing": cells(2, b"-1"),
    "with_a_unit": cells(3, b"12 kW"),
    "a_formula": cells(3, b"=1+1"),
    "a_30th_of_February": cells(0, b"2015-02-30T00:00"),
    "another_year": lambda content, rng: content.replace(b"\n2015", b"\n2013"),
    "years_to_9999": lambda content, rng: content.replace(b"\n2015", b"\n9999"),
    "a_column_renamed": lambda content, rng: content.replace(b"electricity_kw", b"power"),
    "another_column": lambda content, rng: re.sub(rb"(?m)$", b",1", content.rstrip()),
    "in_Latin_1": lambda content, rng: content.replace(b"time", b"t\xe9mps"),
    "in_UTF_32": lambda content, rng: content.decode().encode("utf-32"),
    "a_row_again": lines_changed(lambda lines, at: lines.insert(at, lines[at])),
    "a_header_again": lines_changed(lambda lines, at: lines.insert(at, lines[0])),
    "thousandfold": lambda content, rng: re.sub(rb"(?m)\.(\d+)$", rb"\g<1>00", content),
    "a_dwelling_in_each_row": lambda content, rng: b"\n".join(
        (b"dwelling" if row == 0 else b"a" if row % 2 else b"b") + b"," + line
        for row, line in enumerate(content.splitlines())
    ),
}

NO_FILE_OF_ITS_KIND = ("emptied", "cut_short", "noise", "a_program", "a_web_page")


def told_of(path: Path) -> list[str]:
    """What a run says of a demand file, whatever it is called."""
    demand = {"source": "file", "files": {"cottage": str(path)}}
    config = load_config({"scenarios": {"house": ["cottage"]}, "demand": demand}, RESOURCES)
    check_files(config)
    return [note.replace(str(path), "") for note in validate_demand_files(config)]


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".xlsx", ".parquet", ".nc"])
def test_a_damaged_demand_file_is_refused_by_name_or_told(tmp_path: Path, suffix: str) -> None:
    good = hourly_demand()
    path = tmp_path / f"good{suffix}"
    table = good.reset_index()
    {
        ".csv": lambda: table.to_csv(path, index=False, date_format="%Y-%m-%dT%H:%M"),
        ".csv.gz": lambda: table.to_csv(path, index=False),
        ".xlsx": lambda: table.to_excel(path, index=False),
        ".parquet": lambda: table.to_parquet(path),
        ".nc": lambda: good.to_xarray().to_netcdf(path),
    }[suffix]()
    usual = told_of(path)
    content = path.read_bytes()
    for number, (name, damage) in enumerate(DEMAND_DAMAGES.items()):
        if suffix != ".csv" and name not in NO_FILE_OF_ITS_KIND:
            continue
        bad = tmp_path / f"{name}{suffix}"
        bad.write_bytes(damage(content, random.Random(number)))
        started = time.monotonic()
        try:
            told = told_of(bad)
        except MicrochpError as error:
            assert str(bad) in str(error), name
            TRIED["demand files", "refused"] += 1
        else:
            assert told != usual, f"{name} is accepted in silence"
            TRIED["demand files", "accepted and told"] += 1
        assert time.monotonic() - started < 5, name


CATALOGUE_DAMAGES: dict[str, Damage] = {
    "emptied": lambda content, rng: b"",
    "a_list": lambda content, rng: b"- 1\n",
    "a_number": lambda content, rng: b"3\n",
    "texts": lambda content, rng: b"a: b\n",
    "numbers_for_names": lambda content, rng: b"1: {2: 3}\n",
    "truths_for_names": lambda content, rng: b"yes: {no: 1}\n",
    "unknown_keys": lambda content, rng: content + b"\nnew: {thing: 1}\n",
    "twice": lambda content, rng: content + content,
    "tabs": lambda content, rng: content.replace(b"\n  ", b"\n\t"),
    "in_Latin_1": lambda content, rng: b"# caf\xe9\n" + content,
    "in_UTF_16": lambda content, rng: content.decode().encode("utf-16"),
    "noise": lambda content, rng: rng.randbytes(3000),
    "deep": lambda content, rng: b"[" * 3000 + b"]" * 3000,
    "containing_itself": lambda content, rng: b"a: &x {b: *x}\n",
}


@pytest.mark.parametrize(
    "name", ["houses", "units", "heat_pumps", "incentives", "central_plants", "parts", "uk_2025"]
)
def test_a_damaged_catalogue_is_refused_by_name(tmp_path: Path, name: str) -> None:
    """Or a damaged market."""
    shutil.copytree(RESOURCES, tmp_path / "resources")
    shutil.copytree(RESOURCES.parent / "config/markets", tmp_path / "config/markets")
    (path,) = tmp_path.rglob(f"{name}.yaml")
    good = path.read_bytes()
    for number, (what, damage) in enumerate(CATALOGUE_DAMAGES.items()):
        path.write_bytes(damage(good, random.Random(number)))
        started = time.monotonic()
        with pytest.raises(MicrochpError) as caught:
            load_config({}, tmp_path / "resources")
        assert time.monotonic() - started < 5, what
        assert name in str(caught.value), what
        TRIED["catalogues", "refused"] += 1
    path.unlink()
    with pytest.raises(MicrochpError, match=name):
        load_config({}, tmp_path / "resources")


# ------------------------------------------------------------------------------ weather files


@pytest.fixture(scope="module")
def epw(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Lines of a good weather file of a made-up place."""
    path = tmp_path_factory.mktemp("epw") / "good.epw"
    write_epw(path)
    validate_weather(weather_config(path))
    return path.read_text(encoding="utf-8").splitlines()


def weather_config(path: Path) -> Config:
    return load_config({"demand": {"weather": {"epw": str(path)}}}, RESOURCES)


def cell(row: int, column: int, value: str) -> Callable[[list[str]], None]:
    def change(lines: list[str]) -> None:
        cells = lines[row - 1].split(",")
        cells[column - 1] = value
        lines[row - 1] = ",".join(cells)

    return change


def every(column: int, value: Callable[[float], object]) -> Callable[[list[str]], None]:
    def change(lines: list[str]) -> None:
        for row in range(8, len(lines)):
            cells = lines[row].split(",")
            cells[column - 1] = str(value(float(cells[column - 1])))
            lines[row] = ",".join(cells)

    return change


BAD_EPW: dict[str, tuple[Callable[[list[str]], Any], str]] = {
    "empty": (lambda lines: lines.clear(), "row 1 must be LOCATION"),
    "no_location": (lambda lines: lines.pop(0), "row 1 must be LOCATION"),
    "short_location": (lambda lines: lines.__setitem__(0, "LOCATION,x"), "row 1 must be LOCATION"),
    "latitude": (cell(1, 7, "152"), "row 1: latitude '152'; expected -90 to 90"),
    "longitude": (cell(1, 8, "east"), "row 1: longitude 'east'; expected -180 to 180"),
    "time_zone": (cell(1, 9, "60"), "row 1: time zone '60'"),
    "another_continent": (cell(1, 8, "150"), "row 1: 9.% of the radiation comes while the sun is"),
    "no_rows": (lambda lines: lines.__delitem__(slice(8, None)), "holds 0 hours"),
    "half": (lambda lines: lines.__delitem__(slice(4000, None)), "holds 3,992 hours"),
    "a_header_row_less": (lambda lines: lines.pop(3), "holds 8,759 hours"),
    "one_hour_less": (lambda lines: lines.pop(99), "holds 8,759 hours"),
    "two_hours_swapped": (
        lambda lines: lines.__setitem__(slice(99, 101), [lines[100], lines[99]]),
        r"row 100: month, day and hour \(1, 4, 21\); expected \(1, 4, 20\)",
    ),
    "month": (cell(100, 2, "13"), "row 100: month, day and hour"),
    "no_month": (cell(100, 2, "May"), "row 100: month, day and hour 'May,"),
    "columns_missing": (
        lambda lines: lines.__setitem__(199, ",".join(lines[199].split(",")[:10])),
        "row 200: 10 values; expected the 35",
    ),
    "text": (cell(300, 7, "warm"), r"row 300, column 7 \(temperature\): 'warm'"),
    "too_cold": (cell(300, 7, "-99"), "row 300, column 7"),
    "too_hot": (cell(300, 7, "75"), "row 300, column 7"),
    "fahrenheit": (every(7, lambda c: 32 + 1.8 * (c - 3)), "degrees Fahrenheit"),
    "kelvin": (every(7, lambda c: c + 273), "lacks temperature in 8,760 hours"),
    "same_temperature": (every(7, lambda c: 10.0), "the same 10 °C in every hour"),
    "missing_temperature": (cell(400, 7, "99.9"), "lacks temperature in 1 hour,.*row 400"),
    "missing_radiation": (cell(400, 14, "9999"), "lacks global radiation in 1 hour,.*row 400"),
    "negative_radiation": (cell(400, 14, "-5"), r"row 400, column 14 \(global radiation\): '-5'"),
    "blinding": (cell(400, 14, "2500"), "row 400, column 14"),
    "kilojoules": (every(14, lambda w: w * 3.6), "4029 kWh/m2 of global radiation"),
    "no_sun": (every(14, lambda w: 0), "0 kWh/m2 of global radiation"),
    "no_diffuse": (cell(400, 16, ""), "row 400, column 16"),
    "sky": (cell(400, 23, "55"), r"row 400, column 23 \(sky cover\): '55'"),
    "nan": (cell(400, 7, "nan"), "row 400, column 7"),
}


@pytest.mark.parametrize("name", BAD_EPW)
def test_a_damaged_weather_file_is_named_with_its_row(
    tmp_path: Path, epw: list[str], name: str
) -> None:
    change, expected = BAD_EPW[name]
    lines = copy.copy(epw)
    change(lines)
    path = tmp_path / "bad.epw"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(MicrochpError, match=expected) as caught:
        validate_weather(weather_config(path))
    assert str(caught.value).startswith("demand.weather.epw: ")
    assert str(path) in str(caught.value)
    TRIED["weather files", "refused"] += 1


@pytest.mark.parametrize("number", range(12))
def test_a_weather_file_of_noise_is_refused(tmp_path: Path, epw: list[str], number: int) -> None:
    rng = random.Random(number)
    path = tmp_path / "bad.epw"
    content = "\n".join(epw).encode()
    noise = rng.randbytes(3000)
    at = rng.randrange(len(content))
    path.write_bytes((noise, content[:at] + noise, content[:at])[number % 3])
    with pytest.raises(MicrochpError, match=re.escape(str(path))):
        read_epw(path)
    TRIED["weather files", "refused"] += 1


# ------------------------------------------------------------- what is no mistake, but is said


def configured(text: str) -> Config:
    return load_config(yaml.safe_load(text), RESOURCES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", []),
        ("tariff: {year: 2025}\nemissions: {year: 2025, grid_kg_per_kwh: 0.13}", []),
        (
            "market: uk_2016\ntariff: {gas_gbp_per_kwh: 0.06}",
            ["tariff has prices of your own, and the grid's CO2, 0.519 kg/kWh, is of 2012"],
        ),
        (
            "tariff: {year: 2025}\nemissions: {year: 2019, grid_kg_per_kwh: 0.2}",
            ["tariff has prices of 2025, and the grid's CO2, 0.2 kg/kWh, is of 2019"],
        ),
        (
            "market: uk_2016\nemissions: {year: 2025, grid_file: a.csv}",
            ["tariff has prices of 2012, and the grid's CO2 is of 2025"],
        ),
        (
            "market: uk_2016\nscenarios: {variants: {now: {tariff: {year: 2025}}}}",
            ["scenarios.variants.now: tariff has prices of 2025"],
        ),
        (
            "incentives: {fit: {tariff: {year: 2024}}}",
            ["incentives.fit.tariff has prices of 2024"],
        ),
    ],
)
def test_prices_and_factors_of_different_years_are_told(text: str, expected: list[str]) -> None:
    notes = year_notes(configured(text))
    assert len(notes) == len(expected)
    for note, beginning in zip(notes, expected, strict=True):
        assert note.startswith(beginning)


def test_the_folder_of_files_laid_over_each_other_is_told(tmp_path: Path) -> None:
    for name in ("quick", "mine"):
        (tmp_path / f"{name}.yaml").write_text(f"run: {{name: {name}}}\n", encoding="utf-8")
    files = [tmp_path / "quick.yaml", tmp_path / "mine.yaml"]
    (note,) = run_notes(configured("{}"), files)
    assert f"results go to results/mine, as {files[1]} says" in note
    assert "not to 'quick' of" in note
    assert run_notes(configured("{}"), files[:1]) == []


def test_an_export_price_that_is_not_used_is_told() -> None:
    unused = configured("tariff: {export_gbp_per_kwh: 0.1, export_file: a.csv}")
    assert run_notes(unused)[0] == (
        "tariff.export_gbp_per_kwh is not used: export_file holds instead"
    )
    assert not any("not used" in note for note in run_notes(configured("{}")))
