"""What a study starts from: energy prices, emission factors and costs of a country and year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from microchp.config.boiler import Boiler, NewBoiler
from microchp.config.chp import Chp
from microchp.config.emissions import Emissions
from microchp.config.fields import Block, CountryCode, GbpPerEur, Name, nearest
from microchp.config.finance import Finance
from microchp.config.incentive import Incentive
from microchp.config.messages import explain
from microchp.config.parts import Battery, HeatPump, ImmersionHeater, Pv
from microchp.config.tariff import COUNTRY_TODAY, HOME, MARKET_TODAY, Tariff
from microchp.config.tes import Tes
from microchp.config.yaml_file import inside, merge, read_yaml_file
from microchp.errors import ConfigError

Entries = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""``resources/parts.yaml``: keys of a part's own block, by kind of part and name."""


@dataclass(frozen=True)
class Country:
    """A country that has a market: its name, and the newest of its markets."""

    name: str
    newest: str


COUNTRIES = {
    HOME: Country(COUNTRY_TODAY, MARKET_TODAY),
    "DEU": Country("Germany", "de_2025"),
    "NLD": Country("the Netherlands", "nl_2025"),
}
"""By the three letters of ISO 3166."""


GIVES_WAY = {
    "tariff": {
        "year": {"gas_gbp_per_kwh", "import_periods", "import_file"},
        "export_gbp_per_kwh": {"export_periods", "export_file"},
    },
    "emissions": {"year": {"grid_kg_per_kwh", "grid_file"}},
}
"""Keys of a market that hold no longer where the user states one of others, by block."""


class Market(Block):
    """What a file of ``config/markets/`` may say: blocks of a study, in part, that cost or emit."""

    country: CountryCode | None = None
    gbp_per_eur: GbpPerEur | None = None
    tariff: Tariff = Tariff()
    emissions: Emissions = Emissions()
    finance: Finance = Finance()
    chp: Chp = Chp()
    tes: Tes = Tes()
    boiler: Boiler = Boiler()
    condensing_boiler: NewBoiler | None = None
    heat_pump: HeatPump = HeatPump()
    pv: Pv = Pv()
    battery: Battery = Battery()
    immersion_heater: ImmersionHeater = ImmersionHeater()
    incentives: dict[Name, Incentive] = Field({})


def markets_of(resources: Path) -> dict[str, Path]:
    """Files of the markets by name, which lie beside the catalogues of ``resources``."""
    return {
        path.stem: path for path in sorted((resources.parent / "config/markets").glob("*.yaml"))
    }


def country_of_weather(user: Mapping[str, Any]) -> str | None:
    """The country that the weather file of a study names, as ISO 3166's three letters.

    None where there is no such file or it is not one of EnergyPlus, which is refused later.
    """
    path = inside(user, ("demand", "weather", "epw"))
    if not isinstance(path, str):
        return None
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            place = file.readline(1000).split(",")
    except (OSError, ValueError):  # a path may hold what no path can
        return None
    is_place = len(place) > 3 and place[0].strip().upper() == "LOCATION"
    return place[3].strip().upper() if is_place else None


def market_notes(user: Mapping[str, Any], resources: Path) -> list[str]:
    """Which market a study stands on that names none, and how it chooses another."""
    if "market" in user:
        return []
    name, country = default_market(user), country_of_weather(user)
    if country in COUNTRIES:
        why = f"the newest of {COUNTRIES[country].name}, where the weather file is from"
    elif country:
        why = f"the newest of {COUNTRY_TODAY}, as {country}, where the weather is from, has none"
    else:
        why = f"the newest of {COUNTRY_TODAY}"
    known = ", ".join(markets_of(resources))
    return [
        "market: none is given, so prices, emission factors and costs that the study leaves out "
        f"are those of {name} ({why}). To choose, add a line such as `market: uk_2016` (figures of "
        f"the papers); known: {known}"
    ]


def default_market(user: Mapping[str, Any]) -> str:
    """The newest market of the country that a study is known to be of, or of Great Britain."""
    return country_or_home(country_of_weather(user)).newest


def country_or_home(code: str | None) -> Country:
    """A country that has a market, or Great Britain for one that has none."""
    return COUNTRIES.get(code or HOME, COUNTRIES[HOME])


def country_name(code: str | None) -> str:
    """Name of a country, or its letters where it has no market; empty where it is not known."""
    known = COUNTRIES.get(code or "")
    return known.name if known else code or ""


def pounds_words(market: str, gbp_per_eur: float | None) -> str:
    """That the money of a market was converted, and how; empty where it was not.

    Parameters
    ----------
    market
        Its name.
    gbp_per_eur
        Pounds for one euro.
    """
    if gbp_per_eur is None:
        return ""
    return (
        f"All money is in pounds: what {market} states in euros was converted at "
        f"1 EUR = {gbp_per_eur:g} GBP; divide by that for euros."
    )


def lay_market(
    user: Mapping[str, Any], resources: Path, entries: Entries, source: str
) -> dict[str, Any]:
    """``user`` laid over the market that its key `market` names, or else the default one.

    A figure of the user's own puts aside what the market says beside it: the year of its prices or
    factors, its one price of export, and a better boiler than the user's, which becomes what the
    house could have instead. Tariffs of incentives are laid over the market's too.

    Parameters
    ----------
    user
        Parsed YAML.
    resources
        Directory with the catalogues, beside which the markets are.
    entries
        Prices of parts, by kind of part and name.
    source
        Where the configuration came from, for messages.

    Raises
    ------
    ConfigError
        If there is no such market, or its file says what a market cannot.
    """
    name = user.get("market", default_market(user))
    known = markets_of(resources)
    if not isinstance(name, str) or name not in known:
        near = nearest(str(name), list(known))
        found = f"{name!r} is not known{near}" if name else "it is empty"
        raise ConfigError(
            f"{source}:\n  market: {found}; known: {', '.join(known)}; "
            f"without the key: {default_market(user)}"
        )
    market = read_yaml_file(known[name])
    try:
        Market.model_validate(market)
    except ValidationError as error:
        raise ConfigError(f"{known[name]}:\n{explain(error)}") from None
    own = _with_tariffs({"market": name, **user}, market.get("tariff", {}))
    # a market that names no country is not taken for one of the papers'
    stated = {"country": None, **market}
    left = {block: _left(block, given, own.get(block)) for block, given in stated.items()}
    return merge(_with_boiler(left, own.get("boiler"), entries), own)


def _left(block: str, given: Any, own: object) -> Any:
    """What of a market's block still holds beside a user's own keys."""
    given_here = own.items() if isinstance(own, Mapping) else ()
    stated = {key for key, value in given_here if value not in (None, [])}
    gone = {key for key, others in GIVES_WAY.get(block, {}).items() if stated & others}
    return {key: value for key, value in given.items() if key not in gone} if gone else given


def _with_tariffs(user: Mapping[str, Any], tariff: Mapping[str, Any]) -> dict[str, Any]:
    """``user`` with the tariffs that incentives bring laid over the market's.

    Those of variants too, but where the incentive has one without them, which they change.
    """

    def laid(incentives: object, base: object) -> object:
        if not isinstance(incentives, Mapping):
            return incentives  # refused later, as all else that is none
        result = dict(incentives)
        for name, incentive in incentives.items():
            own = incentive.get("tariff") if isinstance(incentive, Mapping) else None
            if isinstance(own, Mapping) and not isinstance(inside(base, (name, "tariff")), Mapping):
                result[name] = {**incentive, "tariff": merge(_left("tariff", tariff, own), own)}
        return result

    result = dict(user)
    if "incentives" in user:
        result["incentives"] = laid(user["incentives"], {})
    variants = inside(user, ("scenarios", "variants"))
    if isinstance(variants, Mapping):
        changed = {
            name: {**changes, "incentives": laid(changes["incentives"], user.get("incentives"))}
            for name, changes in variants.items()
            if isinstance(changes, Mapping) and "incentives" in changes
        }
        result = merge(result, {"scenarios": {"variants": changed}}) if changed else result
    return result


def _with_boiler(market: dict[str, Any], own: object, entries: Entries) -> dict[str, Any]:
    """``market`` with its boiler as what the house could have instead of a less efficient one."""
    entry = entries["boiler"].get(inside(market, ("boiler", "prices")), {})
    efficiency = inside(own, ("efficiency",))
    is_better = isinstance(efficiency, int | float) and entry.get("efficiency", 0) > efficiency
    if not is_better or inside(own, ("prices",)) is not None:
        return market
    new = {key: entry[key] for key in ("efficiency", "capital_cost_gbp", "lifetime_years")}
    return {**market, "boiler": {}, "condensing_boiler": new}


class NewestMarket(Block):
    """Prices and factors of the newest market of a country, with its name."""

    market: str
    country: str
    tariff: Tariff
    emissions: Emissions


def newest_market(country: str | None, resources: Path) -> NewestMarket:
    """The newest market of a country, or of Great Britain where it has none.

    Parameters
    ----------
    country
        Three letters of ISO 3166; none: not known.
    resources
        Directory with the catalogues, beside which the markets are.
    """
    found = country_or_home(country)
    market = Market.model_validate(read_yaml_file(markets_of(resources)[found.newest]))
    return NewestMarket(
        market=found.newest,
        country=found.name,
        tariff=market.tariff,
        emissions=market.emissions,
    )
