"""The configuration: every mistake is named, with the key, what was found and what would do."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from microchp.config import (
    NOT_VARIED,
    VARIANT_BLOCKS,
    Config,
    check_config_files,
    load_config,
    merge,
    minute_of_day,
    variant_config,
)
from microchp.config.reference import json_schema, reference_files, reference_keys
from microchp.errors import ConfigError

ROOT = Path(__file__).parents[1]
RESOURCES = ROOT / "resources"


def load(text: str) -> Config:
    return load_config(yaml.safe_load(text) or {}, RESOURCES, "my.yaml")


def message(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load(text)
    return str(caught.value)


def test_an_empty_configuration_is_the_default_study() -> None:
    config = load("")
    assert config.scenarios.house == ["detached", "semi_detached", "terrace", "flat"]
    assert config.finance.annualisation == "crf"
    assert [unit.power_kw for unit in config.design_units()] == [1, 2, 4]


def test_the_shipped_configuration_is_the_default_study_at_prices_in_force() -> None:
    shipped = load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    # but for groups, which a study of one's own does not begin with
    assert shipped.scenarios.penetration
    ungrouped = shipped.scenarios.model_copy(update={"penetration": []})
    assert shipped.model_copy(update={"scenarios": ungrouped}) == load("market: uk_2025")


def test_catalogue_entries_are_changed_key_by_key() -> None:
    config = load("houses: {flat: {occupants: 1}}\nincentives: {fit: {export_gbp_per_kwh: 0.1}}")
    assert config.houses["flat"].occupants == 1
    assert config.houses["flat"].annual_space_heating_kwh == 1940
    assert config.incentives["fit"].generation_gbp_per_kwh == 0.1345


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tarif: {}", "tarif: unknown key; did you mean 'tariff'?"),
        ("tes: {max_kw: 3}", "tes.max_kw: unknown key; did you mean 'max_kwh'?"),
        (
            "houses: {flat: {annual_electricity: 3}}",
            "houses.flat.annual_electricity: unknown key; did you mean 'annual_electricity_kwh'?",
        ),
        (
            "houses: {flat: {building: {solar_apperture_m2: 3}}}",
            "solar_apperture_m2: unknown key; did you mean 'solar_aperture_m2'?",
        ),
        (
            "tariff: {import_periods: [{start: '00:00', end: '24:00', price: 0.1}]}",
            "tariff.import_periods[0].price: unknown key; did you mean 'price_gbp_per_kwh'?",
        ),
        (
            "incentives: {mine: {tariff: {gas_gbp_kwh: 0.1}}}",
            "incentives.mine.tariff.gas_gbp_kwh: unknown key; did you mean 'gas_gbp_per_kwh'?",
        ),
        (
            "units: {gas_engine: {gas_engine_1kw: {power: 1}}}",
            "units.gas_engine.gas_engine_1kw.power: unknown key; did you mean 'power_kw'?",
        ),
        (
            "fixed_designs: [{house: flat, incentive: fit, chp_kw: 1, store_kwh: 2}]",
            "fixed_designs[0].store_kwh: unknown key; did you mean 'tes_kwh'?",
        ),
        ("finance: {qqqq: 1}", "finance.qqqq: unknown key"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(text: str, expected: str) -> None:
    assert expected in message(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "scenarios: {house: [detatched]}",
            "scenarios.house: 'detatched' is not known; did you mean 'detached'?; "
            "known: detached, semi_detached, terrace, flat",
        ),
        ("scenarios: {incentive: [fitt]}", "'fitt' is not known; did you mean 'fit'?"),
        ("scenarios: {house: [flat, flat]}", "scenarios.house: 'flat' is listed twice"),
        ("scenarios: {house: []}", "scenarios.house: "),
        ("scenarios: {tes: [maybe]}", "scenarios.tes[0]: "),
        ("chp: {technology: fuel_cel}", "chp.technology: 'fuel_cel' is not known"),
        ("chp: {sizes_kw: [3]}", "chp.sizes_kw: no 3 kW unit in 'gas_engine'; sizes: 0, 1, 2, 4"),
        (
            "fixed_designs: [{house: flt, incentive: ft, chp_kw: 7}]",
            "fixed_designs: no 7 kW unit in 'gas_engine'",
        ),
        (
            "demand: {source: file}\nscenarios: {house: [flat]}",
            "demand.files: no file for house 'flat', which scenarios.house, fixed_designs, "
            "operation.pairs or group.streets names",
        ),
        (
            "demand: {source: file, files: {flat: a.csv}}\nscenarios: {house: [flat]}\n"
            "fixed_designs: [{house: terrace, incentive: fit, chp_kw: 1}]",
            "demand.files: no file for house 'terrace'",
        ),
        ("tes: {min_kwh: 9, max_kwh: 3}", "tes: min_kwh must not be above max_kwh"),
        ("boiler: {efficiency: 1.4}", "boiler.efficiency: "),
        ("finance: {interest_rate: five}", "finance.interest_rate: "),
        ("time: {resolution_minutes: 7}", "time.resolution_minutes: "),
        ("time: {days: none}", "time.days"),
        ("run: {name: a/b}", "run.name: must begin with a letter or digit and go on with these"),
        (
            "houses: {My House: {occupants: 3}}",
            "houses: a name is made of lower-case letters, digits and single underscores, "
            "found 'My House'",
        ),
        ("scenarios: {variants: {a-b: {}}}", "scenarios.variants: a name is made of lower-case"),
        ("scenarios: {house: flat}", "scenarios.house: input should be a valid list, found 'flat'"),
        ("run:", "run: "),
        ("tes: {max_kwh: .inf}", "tes.max_kwh: "),
        (
            "houses: {flat: {heating: {periods: [{start: '22:00', end: '22:00'}]}}}",
            "22:00-22:00 is no time at all",
        ),
        (
            "houses: {flat: {heating: {periods: [{start: 6, end: '25:00'}]}}}",
            'expected a time of day as "HH:MM"',
        ),
        ("houses: {cottage: {occupants: 2}}", "houses.cottage.annual_space_heating_kwh: "),
        (
            "chp: {technology: de_paepe_2006, sizes_kw: [4.7]}",
            "chp.sizes_kw: no 4.7 kW unit with prices in 'de_paepe_2006'; sizes: 0",
        ),
        (
            "units: {de_paepe_2006: {solo: {part_load: [{load_share: 1, electrical_factor: 1}, "
            "{load_share: 0.5, electrical_factor: 0.9}]}}}",
            "units.de_paepe_2006.solo: part_load: load_share must rise from point to point",
        ),
        (
            "units: {de_paepe_2006: {solo: {part_load: [{load_share: 0.5, electrical_factor: 1.7}]}"
            "}}",
            "part_load: overall efficiency is 1.128 at load 0.5; it cannot exceed 1.1",
        ),
        (
            "operation: {pairs: [{house: flt, unit: senertek}]}",
            "operation.pairs[0].house: 'flt' is not known; did you mean 'flat'?",
        ),
        (
            "operation: {pairs: [{house: flat, unit: senertek}]}",
            "operation.pairs[0].unit: 'senertek' is not known; did you mean 'senertec'?",
        ),
        (
            "operation: {units: [solo], pairs: [{house: flat, unit: solo}]}",
            "operation.pairs: 'flat' with 'solo' is run twice",
        ),
        ("scenarios: {penetration: [0, -0.1]}", "scenarios.penetration[1]: input should be gr"),
        ("scenarios: {penetration: [50]}", "less than or equal to 1, found 50"),
        ("scenarios: {penetration: [0.5, 0.5]}", "scenarios.penetration: '0.5' is listed twice"),
        ("group: {dwellings: 0}", "group.dwellings: input should be greater than or equal to 1"),
        ("group: {choices: 0}", "group.choices: input should be greater than or equal to 1"),
        ("group: {ramp_minutes: 5000}", "group.ramp_minutes: input should be less than"),
        ("group: {streets: {a: []}}", "group.streets.a: lists no house"),
        ("operation: {control: heat}", "operation.control: input should be 'hysteresis', 'lit"),
        ("operation: {control: timed, timed_periods: []}", "timed_periods lists no period"),
        ("operation: {min_run_minutes: -1}", "operation.min_run_minutes: input should be gr"),
        (
            "operation: {store_min_c: 70, store_max_c: 55}",
            "operation: store_min_c 70 must be below store_max_c 55",
        ),
        ("operation: {store_max_c: 120}", "operation.store_max_c: 120 looks like degrees Fahr"),
        ("operation: {surroundings_c: 58}", "surroundings_c 58 must not be above store_min_c 55"),
        ("operation: {store_loss_w_per_k: 11000}", "empties a store of 150 l within a minute"),
        ("houses: {flat: {draws_as: terace}}", "houses.flat.draws_as: 'terace' is not known"),
        (
            "{demand: {source: vdi4655}, houses: {flat: {retrofit: {envelope_factor: 0.5}}}}",
            "houses.flat.retrofit: given, but the reference days",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_key(text: str, expected: str) -> None:
    assert expected in message(text)


def periods(*parts: tuple[str, str]) -> str:
    inner = ", ".join(f"{{start: '{a}', end: '{b}', price_gbp_per_kwh: 0.1}}" for a, b in parts)
    return f"tariff: {{import_periods: [{inner}]}}"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("00:00", "07:00"), ("08:00", "24:00")], "gap between 07:00 and 08:00"),
        ([("00:00", "07:00"), ("06:00", "24:00")], "overlap between 06:00 and 07:00"),
        ([("00:00", "07:00")], "gap between 07:00 and 24:00"),
        ([], "gap between 00:00 and 24:00"),
    ],
)
def test_import_prices_must_cover_the_day_once(parts: list[tuple[str, str]], expected: str) -> None:
    found = message(periods(*parts))
    assert "tariff: import_periods" in found
    assert expected in found


def test_a_price_file_stands_for_the_periods() -> None:
    assert load("tariff: {import_file: prices.csv, import_periods: []}").tariff.import_file


def test_all_mistakes_are_told_at_once_under_the_name_of_the_file() -> None:
    found = message("tarif: {}\ntes: {max_kw: 3}\nfinance: {interest_rate: 5}").splitlines()
    assert found[0] == "my.yaml:"
    assert len(found) == 4
    assert all(line.startswith("  ") for line in found[1:])


def test_what_follows_from_a_mistake_is_not_told_beside_it() -> None:
    assert len(message("houses: {My House: {occupants: 3}}").splitlines()) == 2
    assert len(message("time: {days: 0}").splitlines()) == 2


def test_a_key_given_twice_is_refused_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(
        "tes:\n  max_kwh: 3\n  max_kwh: 4\nfixed_designs:\n  - {name: a, name: b}\ntes: {}\n",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        check_config_files([path])
    assert str(caught.value).splitlines() == [
        f"{path}:",
        "  tes: given twice, on lines 1 and 6",
        "  tes.max_kwh: given twice, on lines 2 and 3",
        "  fixed_designs[0].name: given twice, on lines 5 and 5",
    ]


@pytest.mark.parametrize("path", sorted((ROOT / "config").rglob("*.yaml")), ids=lambda p: p.name)
def test_no_shipped_file_has_a_key_twice(path: Path) -> None:
    check_config_files([path])  # raises where one is
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_what_was_found_is_shown() -> None:
    assert "found 'five'" in message("finance: {interest_rate: five}")


@pytest.mark.parametrize("clock", ["06:00", "6:00", 360])
def test_clock_times_survive_yaml(clock: object) -> None:
    user: dict[str, Any] = {"houses": {"flat": {"heating": {"periods": [{"start": clock}]}}}}
    periods = load_config(user, RESOURCES).houses["flat"].heating.periods
    assert minute_of_day(periods[0].start) == 360


def test_days_are_all_a_number_or_dates() -> None:
    assert load("").time.days == "all"
    assert load("time: {days: 8}").time.days == 8
    assert load("time: {days: [2015-01-31]}").time.days == [date(2015, 1, 31)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("tariff: {gas_gbp_per_kwh: 3.48}", "tariff.gas_gbp_per_kwh: 3.48 looks like pence"),
        ("incentives: {fit: {export_gbp_per_kwh: 4.91}}", "4.91 looks like pence"),
        (
            "demand: {files: {flat: flat.csv}}",
            "demand.files: given, but demand.source is 'builtin'; set it to 'file'",
        ),
        (
            "time: {year: 2015, days: [2014-12-31, 2015-03-01, 2015-03-01, 2016-01-01]}",
            "time: days: 2014-12-31 is not in year 2015; 2016-01-01 is not in year 2015; "
            "2015-03-01 is listed twice",
        ),
        ("time: {days: []}", "time: days: the list is empty"),
    ],
)
def test_what_would_only_be_noticed_in_the_results_is_refused(given: str, expected: str) -> None:
    assert expected in message(given)


def test_a_variant_changes_only_its_blocks() -> None:
    config = load("scenarios: {variants: {cheap: {tariff: {gas_gbp_per_kwh: 0.01}}}}")
    changed = variant_config(config, "cheap")
    assert changed.tariff.gas_gbp_per_kwh == 0.01
    assert changed.tariff.import_periods == config.tariff.import_periods
    assert variant_config(config, "") is config
    assert changed.model_copy(update={"tariff": config.tariff}) == config


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ("{run: {seed: 2}}", "run: a variant cannot change this; it names the results"),
        ("{demand: {source: file}}", "demand.files: no file for house 'detached'"),
        ("{tarif: {}}", "tarif: no such block; did you mean 'tariff'?"),
        ("{operation: {control: timed}}", "reads operation.min_run_minutes alone"),
        ("{plants: {sun: {pv: {}}}}", "plants.sun: a variant cannot add a plant"),
        ("{plants: {chp: {pv: {}}}}", "plants.chp: a variant cannot add parts (pv)"),
        ("{tes: {max_kw: 1}}", "tes.max_kw: unknown key; did you mean 'max_kwh'?"),
        ("{chp: {sizes_kw: [9]}}", "no 9 kW unit"),
    ],
)
def test_a_wrong_variant_is_refused_by_name(changes: str, expected: str) -> None:
    found = message(f"scenarios: {{variants: {{odd: {changes}}}}}")
    assert found.startswith("my.yaml, scenarios.variants.odd:\n")
    assert expected in found


def test_merge_goes_into_mappings_and_replaces_lists() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
    assert merge(base, {"a": {"c": [3]}, "e": 2}) == {"a": {"b": 1, "c": [3]}, "d": 1, "e": 2}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 1}


# ------------------------------------------------------------------- generated reference


@pytest.mark.parametrize("name", list(reference_files()))
def test_generated_files_are_those_of_the_models(name: str) -> None:
    assert (ROOT / "config" / name).read_text(encoding="utf-8") == reference_files()[name], (
        "run `make reference`"
    )


CONFIGURATIONS = [
    path
    for folder in ("", "studies", "markets")
    for path in sorted((ROOT / "config" / folder).glob("*.yaml"))
]


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.name)
def test_shipped_configurations_are_valid(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert isinstance(load(text), Config)
    jsonschema.Draft202012Validator(json_schema()).validate(as_json(yaml.safe_load(text)))


EXAMPLES = re.findall(
    r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S
)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.split(":")[0])
def test_the_readmes_examples_are_valid(text: str) -> None:
    assert isinstance(load(text), Config)


def as_json(value: Any) -> Any:
    """YAML's dates as the text that JSON has for them."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def test_the_default_file_gives_the_defaults() -> None:
    assert load((ROOT / "config/schema/defaults.yaml").read_text(encoding="utf-8")) == load("")


@pytest.mark.parametrize(
    "wrong",
    [
        {"tarif": {}},
        {"houses": {"flat": {"rooms": 3}}},
        {"houses": {"My Flat": {}}},
        {"scenarios": {"variants": {"x": {"run": {}}}}},
        {"tes": {"max_kwh": 0}},
    ],
)
def test_the_schema_refuses_what_the_models_refuse(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json_schema()).validate(wrong)
    with pytest.raises(ConfigError):
        load_config(wrong, RESOURCES)


def test_the_schema_lets_a_catalogue_entry_be_given_in_part() -> None:
    part = {"houses": {"flat": {"occupants": 1}}}
    jsonschema.Draft202012Validator(json_schema()).validate(part)
    assert load_config(part, RESOURCES).houses["flat"].occupants == 1


def test_every_key_has_a_description_and_every_quantity_its_unit() -> None:
    schema = Config.model_json_schema()
    keys = [
        key
        for name, node in schema["properties"].items()
        for key in reference_keys(name, node, schema["$defs"])
    ]
    assert len(keys) > 80
    assert all(key.description for key in keys)
    # a plain number is a share, an efficiency, a factor or a rate: without unit by its name
    plain = ("share", "efficiency", "factor", "index", "rate", "gap", "share_of_volume")
    plain += ("coefficient",)
    sampled = "sweep.inputs.<name>."  # in the unit of the key that is sampled
    bare = [
        key.name
        for key in keys
        if key.unit_or_type == "number"
        and not key.name.startswith(sampled)
        and not any(word in key.name.rsplit(".", 1)[-1] for word in plain)
    ]
    assert bare == []


def test_a_variant_may_change_every_block_or_is_told_why_not() -> None:
    assert {*VARIANT_BLOCKS, *NOT_VARIED} == set(Config.model_fields)
    assert not set(VARIANT_BLOCKS) & set(NOT_VARIED)
