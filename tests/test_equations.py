"""The page of equations is that of the model: other variables than the model's are refused."""

import re

import pytest
from conftest import ROOT

from microchp.config.reference import reference_markdown
from microchp.design import equations
from microchp.errors import ConfigError

RESOURCES = ROOT / "resources"


def test_the_page_is_what_the_model_says() -> None:
    written = (ROOT / "docs/equations.md").read_text(encoding="utf-8")
    assert written == equations.documentation(RESOURCES)
    for number in range(7, 18):  # those that a model has beside its objective
        assert f"(Eq. {number})" in written


@pytest.mark.parametrize(
    ("change", "message"),
    [
        # the store's own discharge left out of the balance of heat
        ({"eq7_heat": ("Heat", r"<boiler_heat_kw> = <heat>")}, "eq7_heat"),
        ({"eq7b_heat": ("Heat", r"<boiler_heat_kw> = <heat>")}, "eq7b_heat"),
    ],
)
def test_a_text_that_is_not_the_models_is_refused(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, tuple[str, str]], message: str
) -> None:
    monkeypatch.setattr(equations, "CONSTRAINTS", equations.CONSTRAINTS | change)
    with pytest.raises(ConfigError, match=message):
        equations.check(equations.models(RESOURCES))


def test_every_key_of_a_parameter_is_one_of_the_configuration() -> None:
    known = set(re.findall(r"^\| `([^`]+)` \|", reference_markdown(), re.MULTILINE))
    assert {one.key for one in equations.PARAMETERS.values() if one.key} <= known


def test_no_two_symbols_are_the_same() -> None:
    symbols = [one.latex for one in (equations.VARIABLES | equations.PARAMETERS).values()]
    assert len(symbols) == len(set(symbols))
