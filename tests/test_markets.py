"""Markets: what energy and parts cost in a country and year, laid before a user's own file."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from microchp.account.support import EnergyPrices
from microchp.config import (
    COUNTRY_TODAY,
    MARKET_TODAY,
    Config,
    NewBoiler,
    load_catalogues,
    load_config,
    merge,
    variant_config,
)
from microchp.config.market import COUNTRIES, market_notes, newest_market, pounds_words
from microchp.config.notes import unused_notes, year_notes
from microchp.errors import ConfigError

ROOT = Path(__file__).parents[1]
RESOURCES = ROOT / "resources"
MARKETS = {path.stem: path for path in sorted((ROOT / "config/markets").glob("*.yaml"))}
NET_OVER_GROSS = 0.901
GBP_PER_EUR = 0.857


def read(market: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(MARKETS[market].read_text(encoding="utf-8"))
    return data


def load(market: str, **own: Any) -> Config:
    return load_config({"market": market, **own}, RESOURCES, market)


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
    own = {"tariff": {"export_gbp_per_kwh": 0.2}, "boiler": {"max_heat_kw": 20}}
    by_key = load(market, **own)
    assert by_key == load_config(merge(read(market), {"market": market, **own}), RESOURCES)
    assert (by_key.tariff.export_gbp_per_kwh, by_key.boiler.max_heat_kw) == (0.2, 20)
    assert by_key.tariff.gas_gbp_per_kwh == read(market)["tariff"]["gas_gbp_per_kwh"]


def test_without_the_key_it_is_the_newest_of_great_britain() -> None:
    assert load_config({}, RESOURCES) == load(MARKET_TODAY)
    assert load_config({}, RESOURCES).market == MARKET_TODAY
    years = {read(name)["tariff"]["year"] or 0 for name in MARKETS if name.startswith("uk_")}
    assert read(MARKET_TODAY)["tariff"]["year"] == max(years)


@pytest.mark.parametrize(
    ("market", "found"),
    [
        ("uk_2026", "'uk_2026' is not known; did you mean 'uk_2025'?"),
        (None, "it is empty"),
        (7, "7"),
    ],
)
def test_a_market_that_is_not_there_is_refused(market: object, found: str) -> None:
    """Empty too: it would be the papers' for some and today's for others."""
    with pytest.raises(ConfigError) as caught:
        load_config({"market": market}, RESOURCES, "my.yaml")
    message = str(caught.value)
    assert message.startswith("my.yaml:\n  market: ")
    assert found in message
    assert "known: de_2025, nl_2025, uk_2016, uk_2025; without the key: uk_2025" in message


PAPERS_STUDIES = [
    ["oluleye2018.yaml"],
    ["oluleye2018.yaml", "oluleye2018_assumptions.yaml"],
    ["oluleye2018.yaml", "../quick.yaml"],
    ["peacock2006.yaml"],
    ["depaepe2006.yaml"],
    ["temporal_precision.yaml"],
]


@pytest.mark.parametrize("files", PAPERS_STUDIES, ids=" ".join)
def test_the_papers_studies_keep_their_figures(files: list[str]) -> None:
    """Those of the models, which no market of a later year may move."""
    study: dict[str, Any] = {}
    for file in files:
        text = (ROOT / "config/studies" / file).read_text(encoding="utf-8")
        study = merge(study, yaml.safe_load(text))
    assert study["market"] == "uk_2016"
    bare = Config.model_validate(merge(load_catalogues(RESOURCES), study))
    assert load_config(study, RESOURCES) == bare


# --------------------------------------------------------- beside figures of the user's own


PRICES = st.floats(0.01, 0.5)
PERIODS = st.builds(lambda p: [{"start": "00:00", "end": "24:00", "price_gbp_per_kwh": p}], PRICES)


@given(
    st.sampled_from(sorted(MARKETS)),
    st.fixed_dictionaries(
        {},
        optional={
            "year": st.integers(1990, 2100),
            "gas_gbp_per_kwh": PRICES,
            "import_periods": PERIODS,
            "export_gbp_per_kwh": PRICES,
            "export_periods": PERIODS,
        },
    ),
)
def test_a_tariff_is_the_users_where_he_states_it_and_the_markets_elsewhere(
    market: str, own: dict[str, Any]
) -> None:
    """But the market's year is not that of the user's prices, nor its export price beside his."""
    got = load(market, tariff=own).tariff
    expected = merge(read(market)["tariff"], own)
    if "year" not in own and {"gas_gbp_per_kwh", "import_periods"} & set(own):
        expected["year"] = None
    if "export_periods" in own and "export_gbp_per_kwh" not in own:
        expected["export_gbp_per_kwh"] = 0.0
    assert got == type(got).model_validate(expected)


def test_export_by_the_hour_leaves_no_price_of_the_market_unused() -> None:
    periods = [{"start": "00:00", "end": "24:00", "price_gbp_per_kwh": 0.1}]
    assert unused_notes(load("uk_2025", tariff={"export_periods": periods})) == []
    both = {"export_periods": periods, "export_gbp_per_kwh": 0.1}
    assert len(unused_notes(load("uk_2025", tariff=both))) == 1


def test_prices_of_another_year_beside_the_markets_factor_are_told() -> None:
    assert year_notes(load("uk_2025")) == year_notes(load("uk_2016")) == []
    (unknown,) = year_notes(load("uk_2025", tariff={"gas_gbp_per_kwh": 0.05}))
    assert "tariff does not say of which year its prices are" in unknown
    assert "0.177 kg/kWh, is of 2025; state tariff.year" in unknown
    dated = {"gas_gbp_per_kwh": 0.05, "year": 2016}
    (other,) = year_notes(load("uk_2025", tariff=dated))
    assert other.startswith("tariff has prices of 2016, and the grid's CO2, 0.177 kg/kWh,")
    assert year_notes(load("uk_2025", tariff=dated | {"year": 2025})) == []
    assert load("uk_2025", emissions={"grid_kg_per_kwh": 0.2}).emissions.factor_year is None


def test_a_boiler_worse_than_the_markets_is_there_and_could_be_replaced() -> None:
    """Else a new boiler would be bought twice, or the old one at the price of the new one."""
    market = load("uk_2025").boiler
    old = load("uk_2025", boiler={"efficiency": 0.8})
    assert (old.boiler.efficiency, old.boiler.capital_cost_gbp) == (0.8, 0)
    assert old.condensing_boiler == NewBoiler(
        efficiency=market.efficiency,
        capital_cost_gbp=market.capital_cost_gbp,
        lifetime_years=market.lifetime_years,
    )
    better = load("uk_2025", boiler={"efficiency": 0.97})
    assert better.boiler == market.model_copy(update={"efficiency": 0.97})
    assert better.condensing_boiler is None
    none = load("uk_2025", boiler={"efficiency": 0.8}, condensing_boiler=None)
    assert none.condensing_boiler is None
    own = load("uk_2025", condensing_boiler={"capital_cost_gbp": 2000})
    assert own.condensing_boiler == NewBoiler(capital_cost_gbp=2000)
    assert own.boiler == market
    named = load("uk_2025", boiler={"efficiency": 0.8, "prices": "de_2025"})
    assert (named.boiler.capital_cost_gbp, named.condensing_boiler) == (8600, None)


def test_an_incentives_tariff_starts_from_the_market_too() -> None:
    """In a variant as well, but where it changes one that the incentive has already."""
    at = {"gas_gbp_per_kwh": 0.05}
    incentives = {"fit": {"tariff": at}, "none": {}}
    changes = {name: {"tariff": {"export_gbp_per_kwh": 0.01}} for name in incentives}
    config = load(
        "de_2025", incentives=incentives, scenarios={"variants": {"low": {"incentives": changes}}}
    )
    german = config.tariff
    expected = german.model_copy(update=at | {"year": None})
    assert config.incentives["fit"].tariff == expected
    assert config.incentives["none"].tariff is None
    low = {name: variant_config(config, "low").incentives[name].tariff for name in incentives}
    export = {"export_gbp_per_kwh": 0.01}
    assert low == {
        "fit": expected.model_copy(update=export),
        "none": german.model_copy(update=export),
    }


@pytest.mark.parametrize(
    "own",
    [
        {},
        {"market": "uk_2016", "tariff": {"gas_gbp_per_kwh": 0.05}},
        {"boiler": {"efficiency": 0.8}},
        {
            "tariff": {
                "export_periods": [{"start": "0:00", "end": "24:00", "price_gbp_per_kwh": 0.1}]
            }
        },
        {"incentives": {"fit": {"tariff": {"export_gbp_per_kwh": 0.1}}}},
    ],
)
def test_what_a_run_writes_of_its_study_is_that_study(own: dict[str, Any]) -> None:
    """``results/<run>/config.yaml`` has every key, and nothing of a market is laid under it."""
    config = load_config(own, RESOURCES)
    assert load_config(config.model_dump(mode="json"), RESOURCES) == config


# ------------------------------------------------------------------------- which country


@pytest.mark.parametrize(("country", "name"), [("DEU", "Germany"), ("FRA", "Great Britain")])
def test_the_newest_market_of_a_country_or_of_great_britain(country: str, name: str) -> None:
    found = newest_market(country, RESOURCES)
    given = read(found.market)
    assert found.country == name
    assert found.tariff.gas_gbp_per_kwh == given["tariff"]["gas_gbp_per_kwh"]
    assert found.emissions.grid_kg_per_kwh == given["emissions"]["grid_kg_per_kwh"]
    assert EnergyPrices.of(found.tariff).year == given["tariff"]["year"]


def test_money_that_was_converted_is_told_with_its_rate() -> None:
    rates = {name: load(name).gbp_per_eur for name in MARKETS}
    assert rates == {
        "uk_2016": None,
        "uk_2025": None,
        "de_2025": GBP_PER_EUR,
        "nl_2025": GBP_PER_EUR,
    }
    assert "de_2025 states in euros was converted at 1 EUR = 0.857 GBP" in pounds_words(
        "de_2025", rates["de_2025"]
    )
    assert pounds_words("uk_2025", None) == ""


def test_a_market_that_names_no_country_is_of_none(tmp_path: Path) -> None:
    own = tmp_path / "config/markets/fr_2025.yaml"
    own.parent.mkdir(parents=True)
    given = {key: value for key, value in read("uk_2025").items() if key != "country"}
    own.write_text(yaml.safe_dump(given), encoding="utf-8")
    (tmp_path / "resources").symlink_to(RESOURCES)
    assert load_config({"market": "fr_2025"}, tmp_path / "resources").country is None


def weather(path: Path, country: str) -> dict[str, Any]:
    """A study with a weather file of which only the first line is read here."""
    path.write_text(f"LOCATION,Somewhere,-,{country},x,0,50,5,1,0\n", encoding="utf-8")
    return {"demand": {"weather": {"epw": str(path)}}}


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_weather_file_says_of_which_country_a_study_is(tmp_path: Path, country: str) -> None:
    study = weather(tmp_path / "a.epw", country)
    name, newest_name = COUNTRIES[country].name, COUNTRIES[country].newest
    assert load_config(study, RESOURCES).market == newest_name
    assert load_config(study, RESOURCES).country == country
    assert load_config({"market": "uk_2016", **study}, RESOURCES).market == "uk_2016"
    newest = read(newest_name)["tariff"]["year"]
    own = [name for name in MARKETS if name.startswith(newest_name[:3])]
    assert newest == max(read(name)["tariff"]["year"] or 0 for name in own)
    (note,) = market_notes(study, RESOURCES)
    assert f"{newest_name} (the newest of {name}, where the weather file is from)" in note


def test_weather_of_a_country_without_a_market_is_told(tmp_path: Path) -> None:
    study = weather(tmp_path / "a.epw", "FRA")
    assert load_config(study, RESOURCES).market == MARKET_TODAY
    (note,) = market_notes(study, RESOURCES)
    assert f"the newest of {COUNTRY_TODAY}, as FRA, where the weather is from, has none" in note


@pytest.mark.parametrize("epw", ["not_there.epw", "\0", "", 7, None, ["a.epw"]])
def test_a_weather_file_that_cannot_be_read_chooses_no_market(epw: object) -> None:
    study = {"demand": {"weather": {"epw": epw}}}
    assert (
        "uk_2025 (the newest of Great Britain). To choose, add" in market_notes(study, RESOURCES)[0]
    )


def test_a_study_that_names_its_market_is_told_nothing() -> None:
    assert market_notes({"market": "nl_2025"}, RESOURCES) == []


@pytest.mark.parametrize("market", MARKETS)
def test_a_market_leaves_the_study_to_the_user(market: str) -> None:
    assert not {"run", "scenarios", "demand", "time", "houses"} & set(read(market))
    own = load(market, run={"name": "mine"}, tariff={"gas_gbp_per_kwh": 0.2})
    assert (own.run.name, own.tariff.gas_gbp_per_kwh) == ("mine", 0.2)
    assert own.emissions == load(market).emissions


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
