"""Parts of a plant: their blocks, and what they cost."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from microchp.config import (
    Battery,
    Boiler,
    Config,
    GridConnection,
    HeatPump,
    ImmersionHeater,
    Pv,
    Tes,
    load_config,
    plant_config,
    variant_config,
)
from microchp.config.fields import Block
from microchp.errors import ConfigError

RESOURCES = Path(__file__).parents[1] / "resources"
PRICES: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    (RESOURCES / "parts.yaml").read_text(encoding="utf-8")
)
PRICED = {
    "heat_pump": HeatPump,
    "pv": Pv,
    "battery": Battery,
    "immersion_heater": ImmersionHeater,
    "boiler": Boiler,
    "tes": Tes,
}
ENTRIES = [(kind, name) for kind, entries in PRICES.items() for name in entries]

BLOCKS: dict[str, type[Block]] = {
    "heat_pump": HeatPump,
    "pv": Pv,
    "battery": Battery,
    "immersion_heater": ImmersionHeater,
    "grid": GridConnection,
}


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("heat_pump", "sizes_kw"),
        ("pv", "max_kwp"),
        ("battery", "max_kwh"),
        ("immersion_heater", "max_kw"),
        ("grid", "max_export_kw"),
        ("grid", "max_import_kw"),
    ],
)
def test_the_sizes_that_users_set_have_their_fixed_names(kind: str, key: str) -> None:
    assert key in BLOCKS[kind].model_fields


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_key_of_a_part_is_described_and_has_a_default(kind: str) -> None:
    for name, field in BLOCKS[kind].model_fields.items():
        assert field.description, name
        assert not field.is_required(), name


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"flow_temperature_c": 15}, "flow_temperature_c (15) must be above indoor_temperature_c"),
        ({"design_outdoor_temperature_c": 25}, "design_outdoor_temperature_c (25) must be below"),
        ({"flow_temperature_c": 323}, "less than or equal to 100"),
        ({"sizes_kw": []}, "at least 1 item"),
    ],
)
def test_a_heat_pump_that_cannot_be_is_refused(values: dict[str, object], expected: str) -> None:
    with pytest.raises(ValidationError) as caught:
        HeatPump.model_validate(values)
    assert expected in str(caught.value)


# -------------------------------------------------------------------------------- prices


def load(text: str) -> Config:
    return load_config(yaml.safe_load(text), RESOURCES, "my.yaml")


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_every_entry_is_a_block_with_source_and_year(kind: str, name: str) -> None:
    entry = PRICES[kind][name]
    PRICED[kind].model_validate(entry)  # raises where a key is unknown or a value impossible
    assert entry["source"]
    assert entry["year"] >= int(name[-4:]) - 1
    assert any(key.startswith("capital_cost_gbp") for key in entry)


@pytest.mark.parametrize("kind", ["heat_pump", "pv", "battery", "immersion_heater"])
def test_the_defaults_of_a_new_part_are_those_of_the_entry_that_it_names(kind: str) -> None:
    default = PRICED[kind]()
    assert default.prices is not None
    entry = PRICES[kind][default.prices]
    assert {key: getattr(default, key) for key in entry if key != "source"} == {
        key: value for key, value in entry.items() if key != "source"
    }


def test_prices_are_laid_under_what_the_block_gives_itself() -> None:
    config = load("pv: {prices: de_2025, lifetime_years: 30}")
    assert config.pv.capital_cost_gbp_per_kwp == 1285
    assert config.pv.lifetime_years == 30
    assert (config.pv.year, config.pv.source) == (2024, PRICES["pv"]["de_2025"]["source"])
    # of what the entry does not say the default stays
    assert config.pv.tilt_degrees == Pv().tilt_degrees
    assert load("tes: {max_kwh: 9}").tes.capital_cost_gbp_per_kwh == 20
    assert load("tes: {prices: uk_2025}").tes.capital_cost_gbp_per_kwh == 275


def test_a_variant_and_a_plant_may_have_prices_of_their_own() -> None:
    config = load(
        """
        battery: {capital_cost_gbp_per_kwh: 1}
        scenarios: {variants: {german: {battery: {prices: de_2025, max_kwh: 20}}}}
        plants: {dutch: {battery: {prices: nl_2025}}}
        """
    )
    assert config.battery.capital_cost_gbp_per_kwh == 1
    german = variant_config(config, "german").battery
    assert (german.capital_cost_gbp_per_kwh, german.max_kwh) == (690, 20)
    assert plant_config(config, "dutch").battery.capital_cost_gbp_per_kwh == 770


def test_all_unknown_prices_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            """
            pv: {prices: de_2052}
            scenarios: {variants: {odd: {tes: {prices: mars}}}}
            plants: {odd: {heat_pump: {prices: uk}}}
            """
        )
    first, *rest = str(caught.value).splitlines()
    assert first == "my.yaml:"
    assert [line.split(";")[0].strip() for line in rest] == [
        "pv.prices: 'de_2052' is not known",
        "scenarios.variants.odd.tes.prices: 'mars' is not known",
        "plants.odd.heat_pump.prices: 'uk' is not known",
    ]
    assert "did you mean 'de_2025'?" in rest[0]


def test_a_plant_cannot_turn_the_roof() -> None:
    with pytest.raises(ConfigError, match=r"plants\.west:\n.*pv\.azimuth_degrees: a plant cannot"):
        load("plants: {west: {pv: {azimuth_degrees: 270}}}")
