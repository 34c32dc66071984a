"""A house from its annual bills: totals by the boiler's efficiency, peaks by its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from microchp.config.fields import AnnualEnergy, Block, Name, nearest
from microchp.config.yaml_file import merge
from microchp.errors import ConfigError

DAILY_LITRES = (46.0, 26.0)
"""Hot water of a household and of each of its people, l/day: Energy Saving Trust, Measurement of
domestic hot water consumption in dwellings, 2008."""

KWH_PER_LITRE = 4.18 / 3600 * 35
"""At a rise of 35 K, that of the built-in draw-offs."""

PEAK_EXPONENT = 0.4
"""How the peak of space heating grows with its total, through the four types of the catalogue."""

LEAST_FULL_LOAD_HOURS = 1400
"""A house that is heated by periods does not need its peak for longer than this."""

LEAST_PEAK_KW = 1.0

SCALED = (
    "ventilation_kw_per_k",
    "coupling_kw_per_k",
    "air_capacity_kwh_per_k",
    "mass_capacity_kwh_per_k",
    "solar_aperture_m2",
)
"""Properties of a building that grow with the house."""


class Bills(Block):
    """What a household has paid for in a year, from which its demand is inferred."""

    gas_kwh: AnnualEnergy = Field(description="Gas in a year, for space heating and hot water.")
    electricity_kwh: AnnualEnergy = Field(description="Electricity in a year.")
    boiler_efficiency: Annotated[float, Field(gt=0, le=1.1)] = Field(
        0.85,
        description=(
            "Heat out over gas in of the boiler that burnt it, by the heating value that the "
            "bill's kWh are in (in Britain the gross one)."
        ),
    )
    hot_water_kwh: AnnualEnergy | None = Field(
        None,
        description=(
            "Heat for hot water in a year. Empty: by the occupants, 46 l a day and 26 l for each."
        ),
    )
    like: Name = Field(
        "semi_detached",
        description=(
            "House type of the catalogue whose building, occupants and peaks hold where the house "
            "gives none and is none itself; the peak of space heating follows the total."
        ),
    )

    @model_validator(mode="after")
    def _enough(self) -> Self:
        heat = self.gas_kwh * self.boiler_efficiency
        if self.hot_water_kwh is not None and self.hot_water_kwh > heat:
            raise ValueError(
                f"hot_water_kwh {self.hot_water_kwh:,.0f} is more than the heat of the gas, "
                f"{heat:,.0f} kWh"
            )
        return self


def lay_bills(user: Mapping[str, Any], catalogue: Mapping[str, Any], source: str) -> dict[str, Any]:
    """``user`` with totals and peaks of the houses that have bills; a house's own keys stay.

    Parameters
    ----------
    user
        Parsed YAML; what is wrong in it is left for the check of the whole.
    catalogue
        House types by name.
    source
        Where the configuration came from, for messages.

    Raises
    ------
    ConfigError
        With every house type that is not in the catalogue.
    """
    grid = user.get("scenarios")
    variants = grid.get("variants") if isinstance(grid, Mapping) else None
    if isinstance(grid, Mapping) and isinstance(variants, Mapping):
        each = {
            name: _with_bills_of(user, changes, catalogue, f"{source}, scenarios.variants.{name}")
            for name, changes in variants.items()
        }
        user = {**user, "scenarios": {**grid, "variants": each}}
    houses = user.get("houses")
    if not isinstance(houses, Mapping):
        return dict(user)
    unknown = [
        f"  houses.{name}.bills.like: '{like}' is not known{nearest(like, list(catalogue))}; "
        f"known: {', '.join(catalogue)}"
        for name, house in houses.items()
        if isinstance(house, Mapping) and isinstance(bills := house.get("bills"), Mapping)
        if isinstance(like := bills.get("like"), str) and like not in catalogue
    ]
    if unknown:
        raise ConfigError("\n".join([f"{source}:", *unknown]))
    laid = {
        name: _with_totals(name, house, catalogue)
        if isinstance(house, Mapping) and isinstance(house.get("bills"), Mapping)
        else house
        for name, house in houses.items()
    }
    return {**user, "houses": laid}


def _with_bills_of(
    user: Mapping[str, Any], changes: object, catalogue: Mapping[str, Any], source: str
) -> object:
    """A variant's changes with totals of the houses whose bills it changes."""
    houses = changes.get("houses") if isinstance(changes, Mapping) else None
    if not isinstance(changes, Mapping) or not isinstance(houses, Mapping):
        return changes
    own = user.get("houses")
    base = own if isinstance(own, Mapping) else {}
    whole = {
        name: merge(base[name], house) if isinstance(base.get(name), Mapping) else house
        for name, house in houses.items()
        if isinstance(house, Mapping) and "bills" in house
    }
    laid = lay_bills({"houses": whole}, catalogue, source)["houses"]
    return {**changes, "houses": {**houses, **laid}}


def _with_totals(
    name: str, house: Mapping[str, Any], catalogue: Mapping[str, Any]
) -> dict[str, Any]:
    try:
        bills = Bills.model_validate(house["bills"])
    except ValidationError:
        return dict(house)
    like = name if name in catalogue else bills.like
    base = catalogue[like]
    occupants = house.get("occupants", base["occupants"])
    if not isinstance(occupants, int):
        return dict(house)
    heat = bills.gas_kwh * bills.boiler_efficiency
    litres = DAILY_LITRES[0] + DAILY_LITRES[1] * occupants
    water = bills.hot_water_kwh
    if water is None:
        water = min(heat, 365 * litres * KWH_PER_LITRE)
    heating = heat - water
    ratio = heating / base["annual_space_heating_kwh"]
    by_type = base["peak_space_heating_kw"] * ratio**PEAK_EXPONENT
    peak = max(by_type, heating / LEAST_FULL_LOAD_HOURS, LEAST_PEAK_KW)
    inferred = {
        "annual_space_heating_kwh": round(heating, 1),
        "annual_hot_water_kwh": round(water, 1),
        "annual_electricity_kwh": bills.electricity_kwh,
        "peak_space_heating_kw": round(peak, 2),
        "peak_hot_water_kw": base["peak_hot_water_kw"],
    }
    # a house that takes less than its type is smaller, and not only its envelope better
    building = {
        key: value * min(1.0, ratio) if key in SCALED else value
        for key, value in base.get("building", {}).items()
    }
    kept = {key: value for key, value in base.items() if key not in (*inferred, "source")}
    if heating > 0:
        kept["building"] = building
    return {**kept, **inferred, "source": "annual bills", **house}
