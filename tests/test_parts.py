"""Parts of a plant beside unit, boiler and store: their blocks, performance and prices."""

import pytest
from pydantic import ValidationError

from microchp.config import Battery, GridConnection, HeatPump, ImmersionHeater, Pv
from microchp.config.fields import Block

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
