"""The whole configuration: one source of defaults, JSON schema and reference table."""

from __future__ import annotations

import re
from typing import Self

from pydantic import Field, field_validator, model_validator

from microchp.config.boiler import Boiler, NewBoiler
from microchp.config.chp import CYCLING, Chp, ChpUnit, PrimeMover
from microchp.config.comparison import CentralPlant, Comparison
from microchp.config.control import Forecast, Network
from microchp.config.demand import Demand
from microchp.config.emissions import Emissions
from microchp.config.fields import Block, CountryCode, GbpPerEur, Name, nearest
from microchp.config.finance import Finance
from microchp.config.grid import OPTIMAL, FixedDesign, Scenarios
from microchp.config.house import House, Retrofit
from microchp.config.incentive import Incentive
from microchp.config.operation import Group, Operation
from microchp.config.parts import (
    Battery,
    GridConnection,
    HeatPump,
    HeatPumpModel,
    ImmersionHeater,
    Pv,
)
from microchp.config.plants import DEFAULT_PLANT, PlantParts
from microchp.config.run import Run
from microchp.config.settlement import Settlement
from microchp.config.solve import Solve
from microchp.config.sweep import Sweep
from microchp.config.tariff import HOME, MARKET_TODAY, Tariff
from microchp.config.tes import Tes
from microchp.config.time import Time


class Config(Block):
    """A run of the workflow."""

    run: Run = Field(Run(), description="Name and seed.")
    market: Name = Field(
        MARKET_TODAY,
        description="Energy prices, emission factors and costs that this file starts from and may "
        "change: the name of a file of `config/markets/`; `uk_2016` has those of the papers. The "
        "default with a weather file of a country that has a market: the newest of that country.",
    )
    country: CountryCode | None = Field(
        HOME,
        description="Country of the market, by the three letters of ISO 3166: designs are told at "
        "its newest prices and grid too.",
    )
    gbp_per_eur: GbpPerEur | None = Field(
        None,
        description="Pounds for a euro by which the market's money was converted. Empty: it is in "
        "pounds anyway.",
    )
    scenarios: Scenarios = Field(Scenarios(), description="The grid of scenarios.")
    fixed_designs: list[FixedDesign] = Field(
        [], description="Designs of given sizes, evaluated beside the optimum."
    )
    time: Time = Field(Time(), description="Calendar and resolution.")
    demand: Demand = Field(Demand(), description="Where demand comes from.")
    group: Group = Field(Group(), description="Dwellings of a house type.")
    operation: Operation = Field(Operation(), description="Heat-led operation.")
    forecast: Forecast = Field(Forecast(), description="Control by forecasts.")
    network: Network = Field(Network(), description="Control of a group as one plant.")
    chp: Chp = Field(Chp(), description="Micro-CHP units.")
    tes: Tes = Field(Tes(), description="Hot-water store.")
    boiler: Boiler = Field(Boiler(), description="Auxiliary boiler.")
    condensing_boiler: NewBoiler | None = Field(
        NewBoiler(),
        description="A new boiler alone, compared with the designs. Empty: none, as where `boiler` "
        "is one already.",
    )
    heat_pump: HeatPump = Field(HeatPump(), description="Air-source heat pump.")
    immersion_heater: ImmersionHeater = Field(
        ImmersionHeater(), description="Electric heater in the hot-water store."
    )
    pv: Pv = Field(Pv(), description="Photovoltaics.")
    battery: Battery = Field(Battery(), description="Battery.")
    grid: GridConnection = Field(GridConnection(), description="Connection to the network.")
    plants: dict[Name, PlantParts] = Field(
        {},
        validate_default=True,
        description=(
            "Plants to compare, by name, each with the parts that may be chosen, beside `chp`, the "
            "papers' own: unit, boiler and hot-water store."
        ),
    )
    tariff: Tariff = Field(Tariff(), description="Energy prices.")
    emissions: Emissions = Field(Emissions(), description="Emission factors.")
    finance: Finance = Field(Finance(), description="Annualisation and cash flow.")
    solve: Solve = Field(Solve(), description="Optimisation.")
    sweep: Sweep = Field(Sweep(), description="Samples of the configuration.")
    comparison: Comparison = Field(Comparison(), description="Comparison of units.")
    settlement: Settlement = Field(Settlement(), description="Who gains by which meter.")
    houses: dict[Name, House] = Field(
        {}, description="House types, added to or changing those of `resources/houses.yaml`."
    )
    units: dict[Name, dict[Name, PrimeMover]] = Field(
        {}, description="Families of units, added to those of `resources/units.yaml`."
    )
    heat_pumps: dict[Name, HeatPumpModel] = Field(
        {}, description="Types of heat pump, added to those of `resources/heat_pumps.yaml`."
    )
    incentives: dict[Name, Incentive] = Field(
        {}, description="Incentives, added to those of `resources/incentives.yaml`."
    )
    central_plants: dict[Name, CentralPlant] = Field(
        {}, description="Central plants, added to those of `resources/central_plants.yaml`."
    )

    def design_units(self) -> list[ChpUnit]:
        """The units of ``chp.technology`` with known prices, by rated power."""
        units = [
            ChpUnit.model_validate({**unit.model_dump(), "name": name})
            for name, unit in self.units.get(self.chp.technology, {}).items()
            if None not in (unit.capital_cost_gbp_per_kw, unit.maintenance_gbp_per_kwh)
        ]
        return sorted(units, key=lambda unit: unit.power_kw)

    def designed_houses(self) -> list[str]:
        """The houses of the grid, of fixed designs, pairs and streets, each once."""
        return list(
            dict.fromkeys(
                [
                    *self.scenarios.house,
                    *(design.house for design in self.fixed_designs),
                    *(pair.house for pair in self.operation.pairs),
                    *(house for street in self.group.streets.values() for house in street),
                ]
            )
        )

    def _missing_prices(self, size_kw: float) -> str:
        """Which keys the units of a size lack for a design; empty where there is no such unit."""
        keys = ("capital_cost_gbp_per_kw", "maintenance_gbp_per_kwh")
        lacking = [
            f"'{name}' has no {' and no '.join(k for k in keys if getattr(unit, k) is None)}"
            for name, unit in self.units[self.chp.technology].items()
            if unit.power_kw == size_kw and any(getattr(unit, key) is None for key in keys)
        ]
        return "".join(f"; {what}" for what in lacking)

    @property
    def dwellings(self) -> int:
        """Dwellings to make of each house type: those of a group, or one where there are none."""
        return self.group.dwellings if self.scenarios.penetration else 1

    def catalogue_units(self) -> dict[str, PrimeMover]:
        """Every unit of the catalogue by its name, whatever its family."""
        return {name: unit for family in self.units.values() for name, unit in family.items()}

    @field_validator("plants", mode="after")
    @classmethod
    def _the_papers_own(cls, plants: dict[str, PlantParts]) -> dict[str, PlantParts]:
        """A user's plants are added to the default one."""
        return {DEFAULT_PLANT: PlantParts(chp={}, boiler={}, tes={}), **plants}

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        problems: list[str] = []

        def check(key: str, names: list[str], known: list[str]) -> None:
            problems.extend(
                f"{key}: '{name}' is not known{nearest(name, known)}; known: {', '.join(known)}"
                for name in names
                if name not in known
            )

        houses = list(self.houses)
        if self.demand.source == "file":
            houses = list(dict.fromkeys([*houses, *self.demand.files]))
            problems.extend(
                f"demand.files: no file for house '{house}', which scenarios.house, "
                "fixed_designs, operation.pairs or group.streets names"
                for house in self.designed_houses()
                if house not in self.demand.files
            )
        elif self.demand.files:
            problems.append(
                f"demand.files: given, but demand.source is '{self.demand.source}'; "
                "set it to 'file', or leave the files out"
            )
        check("scenarios.house", self.scenarios.house, houses)
        check("scenarios.incentive", self.scenarios.incentive, list(self.incentives))
        check("scenarios.plant", self.scenarios.plant, list(self.plants))
        check("chp.technology", [self.chp.technology], list(self.units))
        check("heat_pump.model", [self.heat_pump.model], list(self.heat_pumps))
        lists = {
            f"scenarios.{key}": getattr(self.scenarios, key)
            for key in ("house", "incentive", "tes", "plant", "penetration", "control")
        }
        lists["operation.units"] = self.operation.units
        lists["comparison.plants"] = self.comparison.plants
        lists["comparison.metering"] = self.comparison.metering
        lists["settlement.metering"] = self.settlement.metering
        lists |= {f"group.streets.{name}": street for name, street in self.group.streets.items()}
        problems.extend(
            f"{key}: '{value}' is listed twice"
            for key, values in lists.items()
            for value in sorted({v for v in values if values.count(v) > 1})
        )
        designed = self.designed_houses()
        for name, street in self.group.streets.items():
            check(f"group.streets.{name}", street, houses)
            if name in designed:
                problems.append(f"group.streets.{name}: a house of the run has this name")
            if not street:
                problems.append(f"group.streets.{name}: lists no house")
        operated = {"operation.units": self.operation.units}
        for i, pair in enumerate(self.operation.pairs):
            check(f"operation.pairs[{i}].house", [pair.house], houses)
            operated[f"operation.pairs[{i}].unit"] = [pair.unit]
        for key, names in operated.items():
            check(key, names, list(self.catalogue_units()))
            problems.extend(
                f"{key}: '{name}' stands in more than one family: "
                + ", ".join(family for family, units in self.units.items() if name in units)
                for name in names
                if sum(name in units for units in self.units.values()) > 1
            )
        problems.extend(
            f"group.days.{name}: {day} is not in time.year {self.time.year}"
            for name, day in self.group.days.items()
            if day.year != self.time.year
        )
        comparison, plants = self.comparison, list(self.central_plants)
        check("comparison.plants", comparison.plants, plants)
        for name, case in comparison.marginal.items():
            check(f"comparison.marginal.{name}", [case.avoided, case.backup], plants)
            if name in comparison.plants:
                problems.append(f"comparison.marginal.{name}: a plant has this name")
        for name, series in comparison.house_series.items():
            check(f"comparison.house_series.{name}", series, houses)
        check("comparison.unit_costs", list(comparison.unit_costs), list(self.catalogue_units()))
        cases = [(house, unit) for house in self.scenarios.house for unit in self.operation.units]
        cases += [(pair.house, pair.unit) for pair in self.operation.pairs]
        problems.extend(
            f"operation.pairs: '{house}' with '{unit}' is run twice"
            for house, unit in sorted({case for case in cases if cases.count(case) > 1})
            if self.operation.units.count(unit) < 2 and self.scenarios.house.count(house) < 2
        )
        for name, house in self.houses.items():
            check(f"houses.{name}.draws_as", [house.draws_as] if house.draws_as else [], houses)
            if self.demand.source == "vdi4655" and house.retrofit != Retrofit():
                problems.append(
                    f"houses.{name}.retrofit: given, but the reference days of demand.source "
                    "'vdi4655' know no building; set demand.source to 'builtin', or leave it out"
                )
        if self.chp.technology in self.units:
            units = self.design_units()
            sizes = sorted({0.0, *(unit.power_kw for unit in units)})
            unpriced = {unit.power_kw for unit in self.units[self.chp.technology].values()}
            unpriced -= set(sizes)
            wanted = [("chp.sizes_kw", size) for size in self.chp.sizes_kw]
            wanted += [("fixed_designs", design.chp_kw) for design in self.fixed_designs]
            problems.extend(
                f"{key}: no {size:g} kW unit {'with prices ' if size in unpriced else ''}"
                f"in '{self.chp.technology}'; "
                f"sizes: {', '.join(f'{s:g}' for s in sizes)}" + self._missing_prices(size)
                for key, size in wanted
                if size not in sizes
            )
            for unit in map(self.chp.applied, units):
                # a unit that may run at nothing would never have to start
                if unit.power_kw in self.chp.sizes_kw and unit.counts_starts:
                    if unit.min_load_share == 0:
                        problems.append(
                            f"chp: starts of '{unit.name}' count ({_cycling(unit)}), but its "
                            "min_load_share is 0; give it a least load above 0"
                        )
                    elif self.sweep.inputs:
                        problems.append(
                            f"sweep.inputs: starts of '{unit.name}' count ({_cycling(unit)}), "
                            "which a sweep cannot follow; set these keys to 0 or leave the sweep "
                            "out"
                        )
        for name in designed:
            whole, _, last = name.rpartition("_")
            if whole in designed and re.fullmatch(r"\d+min", last):
                problems.append(
                    f"scenarios.house: '{name}' is how the demand of '{whole}' at another time "
                    "step is filed; give it another name"
                )
        for i, design in enumerate(self.fixed_designs):
            if design.name == OPTIMAL:
                problems.append(
                    f"fixed_designs[{i}].name: '{OPTIMAL}' is what designs with free sizes are "
                    "called; give it another name"
                )
            check(f"fixed_designs[{i}].house", [design.house], houses)
            check(f"fixed_designs[{i}].incentive", [design.incentive], list(self.incentives))
            check(f"fixed_designs[{i}].variants", design.variants, list(self.scenarios.variants))
        if problems:
            raise ValueError("\n".join(problems))
        return self


def _cycling(unit: ChpUnit) -> str:
    """Keys that make the starts of a unit count, with their values."""
    return ", ".join(f"{key}: {v:g}" for key in CYCLING if (v := getattr(unit, key)) > 0)
