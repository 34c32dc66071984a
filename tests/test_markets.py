"""Markets: what energy and parts cost in a country and year, laid before a user's own file."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from microchp.config import Config, load_config, merge
from microchp.errors import ConfigError

ROOT = Path(__file__).parents[1]
MARKETS = {path.stem: path for path in sorted((ROOT / "config/markets").glob("*.yaml"))}
NET_OVER_GROSS = 0.901
GBP_PER_EUR = 0.857


def read(market: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(MARKETS[market].read_text(encoding="utf-8"))
    return data


def load(market: str, **own: Any) -> Config:
    return load_config(merge(read(market), own), ROOT / "resources", market)


def test_the_markets_that_are_told_of_are_there() -> None:
    assert set(MARKETS) == {"uk_2016", "uk_2025", "de_2025", "nl_2025"}


@pytest.mark.parametrize("market", MARKETS)
def test_a_market_says_what_energy_costs_and_emits(market: str) -> None:
    """All that the sums need is stated, so that no default of another year is mixed in unseen."""
    given = read(market)
    for block in ("tariff", "emissions"):
        keys = set(type(getattr(Config.model_construct(), block)).model_fields)
        series = {key for key in keys if key.endswith("_file")} | {"export_periods"}
        assert keys - series == set(given[block])
    load(market)  # raises where a value is refused


@pytest.mark.parametrize("market", MARKETS)
def test_a_key_chooses_the_market(market: str) -> None:
    """As if its file were laid before; what the user states holds."""
    own = {"market": market, "tariff": {"gas_gbp_per_kwh": 0.2}, "boiler": {"efficiency": 0.8}}
    by_key = load_config(own, ROOT / "resources")
    assert by_key == load_config(merge(read(market), own), ROOT / "resources")
    assert (by_key.tariff.gas_gbp_per_kwh, by_key.boiler.efficiency) == (0.2, 0.8)


def test_a_market_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"market: 'uk_2026' is not known.*known: de_2025"):
        load_config({"market": "uk_2026"}, ROOT / "resources", "my.yaml")


@pytest.mark.parametrize("market", MARKETS)
def test_a_market_leaves_the_study_to_the_user(market: str) -> None:
    assert not {"run", "scenarios", "demand", "time", "houses"} & set(read(market))
    own = load(market, run={"name": "mine"}, tariff={"gas_gbp_per_kwh": 0.2})
    assert (own.run.name, own.tariff.gas_gbp_per_kwh) == ("mine", 0.2)
    assert own.emissions == load(market).emissions


def test_the_papers_market_is_the_default() -> None:
    """But for the years of its figures, which a user's own prices on top would not have."""
    years = {"tariff": {"year": 2016}, "emissions": {"year": 2012}}
    assert load("uk_2016") == load_config(years, ROOT / "resources")


@pytest.mark.parametrize(
    ("market", "bill", "rate"),
    [
        ("uk_2025", 0.0633, 1),
        ("de_2025", 0.1224, GBP_PER_EUR),
        ("nl_2025", 0.1617, GBP_PER_EUR),
    ],
)
def test_gas_on_the_bill_becomes_gas_of_lower_heating_value(
    market: str, bill: float, rate: float
) -> None:
    """A kWh on the bill is 0.901 kWh of lower heating value, which therefore costs more."""
    expected = bill / NET_OVER_GROSS * rate
    assert load(market).tariff.gas_gbp_per_kwh == pytest.approx(expected, abs=1e-4)


def test_gas_emits_what_its_carbon_makes() -> None:
    """Natural gas: 55 to 57 t/TJ of lower heating value everywhere, 0.198 to 0.205 kg/kWh."""
    for market in set(MARKETS) - {"uk_2016"}:
        assert 0.198 < load(market).emissions.gas_kg_per_kwh < 0.205, market


@pytest.mark.parametrize(("market", "year"), [("uk_2025", 2025), ("de_2025", 2025)])
def test_parts_take_the_prices_in_force(market: str, year: int) -> None:
    config = load(market)
    for part in (config.boiler, config.heat_pump, config.battery):
        assert (part.prices, part.year) == (market, year)
    assert config.boiler.capital_cost_gbp > 0
