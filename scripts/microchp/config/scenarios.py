"""The grid of scenarios, and what each demand and each design needs of the configuration.

A scenario is a house, an incentive and a store (with or without), in one variant of the
configuration, with its sizes free (``optimal``) or given (the name of a fixed design).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from microchp.config import (
    DEFAULT_PLANT,
    OPTIMAL,
    Battery,
    Block,
    Boiler,
    CentralPlant,
    ChpUnit,
    Comparison,
    Config,
    Control,
    Demand,
    Emissions,
    FilePolicy,
    Finance,
    Forecast,
    GridConnection,
    HeatPump,
    HeatPumpModel,
    House,
    ImmersionHeater,
    Incentive,
    Name,
    Network,
    Operation,
    PrimeMover,
    Pv,
    Run,
    SeriesFile,
    Settlement,
    Share,
    Tariff,
    Tes,
    Time,
    UnitCost,
    Vdi4655,
    changes_demand,
    plant_config,
    variant_config,
)
from microchp.config.parts import PV_YIELD_KEYS
from microchp.errors import ConfigError, DataError

REFERENCE = "reference_boiler"
CONDENSING = "condensing_boiler"
NO_INCENTIVE = "none"
"""What units are compared with, among the units of a comparison."""


@dataclass(frozen=True)
class Scenario:
    """One cell of the grid; ``scenario`` is its id and the name of its files."""

    scenario: str
    house: str
    incentive: str
    tes: Literal["with", "without"]
    variant: str = ""
    design: str = OPTIMAL
    plant: str = DEFAULT_PLANT


HEAT_LED = {"chp", "boiler", "tes"}
"""Parts that heat-led operation by the minute knows; other plants are not run in groups."""


class DemandInputs(Block):
    """All that the demand of one house type needs, files apart, and nothing that it does not."""

    house_name: Name = Field(description="House type.")
    house: House | None = Field(description="Its catalogue entry; none where only a file has it.")
    demand: Demand = Field(description="Source, with the settings that this source reads.")
    pv: Pv = Field(description="Photovoltaics, with the settings that their yield follows from.")
    year: int = Field(description="Calendar year.")
    dwellings: int = Field(description="Number of diverse dwellings.")
    first_dwelling: int = Field(0, description="Number of the first of them.")
    seed: int = Field(description="Seed of every random draw.")


class DesignInputs(Block):
    """All that the design of one scenario needs, demand and solver options apart.

    Travels as one parameter of a job and inside each result, so that a design file tells
    with what it was made.
    """

    scenario: str = Field(description="Id of the scenario.")
    house: Name = Field(description="House type.")
    incentive_name: Name = Field(description="Name of the incentive.")
    variant: str = Field(description="Name of the variant, or empty.")
    design: str = Field(description="`optimal`, or the name of a fixed design.")
    time: Time = Field(description="Calendar and resolution.")
    plant: Name = Field(DEFAULT_PLANT, description="Name of the plant.")
    units: list[ChpUnit] = Field(description="Units to choose from; `none` is `no_unit`.")
    no_unit: bool = Field(description="Whether having no unit is a choice.")
    tes: Tes | None = Field(description="The store, its sizes bounded; none without a store.")
    boiler: Boiler = Field(description="Boiler of business as usual, and of the plant.")
    has_boiler: bool = Field(True, description="Whether the plant has a boiler.")
    heat_pump: HeatPump | None = Field(None, description="Heat pump, if one may be chosen.")
    heat_pump_model: HeatPumpModel | None = Field(None, description="Its type.")
    immersion_heater: ImmersionHeater | None = Field(None, description="Immersion heater.")
    pv: Pv | None = Field(None, description="Photovoltaics, if they may be chosen.")
    battery: Battery | None = Field(None, description="Battery, if one may be chosen.")
    grid: GridConnection = Field(GridConnection(), description="Connection to the network.")
    tariff: Tariff = Field(description="Energy prices of business as usual.")
    incentive: Incentive = Field(description="What the policy pays, and its own tariff if any.")
    emissions: Emissions = Field(description="Emission factors.")
    finance: Finance = Field(description="Annualisation and cash flow.")

    @property
    def design_tariff(self) -> Tariff:
        """The tariff with the unit in place: the incentive's own, if it has one."""
        return self.incentive.tariff or self.tariff


class OperationInputs(Block):
    """All that running a unit in the dwellings of a group needs, demand and designs apart."""

    case: str = Field(description="Id of the case: the scenario, or group and unit.")
    group: Name = Field(description="House type or street.")
    houses: list[Name] = Field(description="House types that stand in the group.")
    scenario: str = Field(description="Scenario whose design is installed; empty for a unit.")
    unit_name: str = Field(description="Name of the unit; empty where a design decides.")
    unit: PrimeMover | None = Field(description="The unit; none where a design decides.")
    operation: Operation = Field(description="Control and store.")
    boiler_kw: float | None = Field(description="Most that the boiler gives; none: no limit.")
    ramp_minutes: int = Field(description="Time over which ramps are taken.")
    days: dict[str, date] = Field({}, description="Dates of your own for the days shown.")


class GroupInputs(Block):
    """All that adding up a group's dwellings needs of the configuration."""

    case: str = Field(description="Id of the case.")
    penetration: list[Share] = Field(description="Shares of the dwellings that have a unit.")
    choices: int = Field(description="Choices of dwellings for each penetration, at most.")
    ramp_minutes: int = Field(description="Time over which ramps are taken.")
    transformer_kva: float = Field(description="Rating that homes are counted for.")
    seed: int = Field(description="Seed of the choices.")


class AccountInputs(Block):
    """All that pricing the dwellings of a group needs of the configuration.

    What a design costs stands in its own file.
    """

    case: str = Field(description="Id of the case.")
    prices: DesignInputs | None = Field(
        description="Prices of a unit of the catalogue; none where a design is installed."
    )
    is_priced: bool = Field(description="Whether it is known what the unit costs.")
    settlement: Settlement = Field(description="Metering rules, and what of a kWh is whose.")


class ControlInputs(Block):
    """All that running a design under several controls needs, demand and design apart."""

    scenario: Scenario = Field(description="The scenario whose design is installed.")
    controls: list[Control] = Field(description="Who controls the units.")
    penetration: list[Share] = Field(description="Shares of the dwellings that have the design.")
    min_run_minutes: int = Field(description="`heat_led`: once on, the unit stays on so long.")
    forecast: Forecast = Field(description="How `forecast` plans.")
    network: Network = Field(description="What `network` runs the group for.")
    seed: int = Field(description="Seed of the choice of dwellings.")


class ComparisonInputs(Block):
    """All that comparing units with boilers and central plants needs of the configuration."""

    comparison: Comparison = Field(description="Boilers, prices, meters, costs and names.")
    plants: dict[Name, CentralPlant] = Field(description="Central plants that it names.")
    finance: Finance = Field(description="Interest and lifetime.")
    year: int = Field(description="Calendar year.")

    @property
    def costs(self) -> dict[str, UnitCost]:
        """What units and the condensing boiler cost, as far as it is known."""
        condensing = self.comparison.condensing_boiler
        own = UnitCost(
            installation_eur=condensing.installation_eur,
            maintenance_eur_per_year=condensing.maintenance_eur_per_year,
        )
        return {**self.comparison.unit_costs, CONDENSING: own}

    def label(self, name: str) -> str:
        """A house, unit or plant in a reader's words."""
        return self.comparison.labels.get(name) or name.replace("_", " ").capitalize()


def scenario_id(
    house: str, incentive: str, tes: str, variant: str = "", design: str = "", plant: str = ""
) -> str:
    """Short readable id, for instance ``detached-fit-with`` or ``flat-none-with-published``."""
    named = "" if plant == DEFAULT_PLANT else plant
    return "-".join(part for part in (house, incentive, tes, named, variant, design) if part)


def scenario_table(config: Config) -> dict[str, Scenario]:
    """Every scenario of the grid, its variants and the fixed designs, by id, in grid order.

    Raises
    ------
    ConfigError
        If two scenarios have the same id.
    """
    grid = config.scenarios
    scenarios = [
        Scenario(
            scenario_id(house, incentive, tes, variant, plant=plant),
            house,
            incentive,
            tes,
            variant,
            plant=plant,
        )
        for variant in ("", *grid.variants)
        for house in grid.house
        for incentive in grid.incentive
        for plant in grid.plant
        for tes in _stores(config, plant)
    ]
    for fixed in config.fixed_designs:
        tes: Literal["with", "without"] = "with" if fixed.tes_kwh > 0 else "without"
        scenarios.extend(
            Scenario(
                scenario_id(fixed.house, fixed.incentive, tes, variant, fixed.name),
                fixed.house,
                fixed.incentive,
                tes,
                variant,
                fixed.name,
            )
            for variant in ("", *fixed.variants)
        )
    counts = Counter(scenario.scenario for scenario in scenarios)
    repeated = [scenario for scenario, count in counts.items() if count > 1]
    if repeated:
        raise ConfigError(
            "scenarios with the same id: "
            + ", ".join(repeated)
            + "; give each of fixed_designs a name that no variant and no other fixed design of "
            "the same house, incentive and store has"
        )
    return {scenario.scenario: scenario for scenario in scenarios}


MANY_DESIGNS, IN_A_BLOCK = 250, 50
"""A grid with more scenarios than this is designed in blocks, by default of so many designs."""


def design_blocks(
    config: Config,
    scenarios: Iterable[Scenario],
    times: Mapping[str, Time],
    demands: Mapping[tuple[str, str], str],
) -> list[list[str]]:
    """Ids of optimal designs in blocks that a job makes one after the other; none in a small grid.

    Parameters
    ----------
    config
        The configuration.
    scenarios
        The grid, or what is left of it. Those of a demand and calendar share blocks, in their
        order: variants added at the end leave the blocks before them as they are.
    times
        Calendar and resolution by variant (:func:`variant_times`).
    demands
        Names of demands (:func:`demand_names`).
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for scenario in scenarios:
        if scenario.design == OPTIMAL:
            demand = demand_name(scenario, demands)
            key = (demand, times[scenario.variant].model_dump_json())
            alike.setdefault(key, []).append(scenario.scenario)
    number = sum(map(len, alike.values()))
    size = config.scenarios.designs_per_job or (IN_A_BLOCK if number > MANY_DESIGNS else 1)
    if size == 1:
        return []
    return [
        names[first : first + size]
        for names in alike.values()
        for first in range(0, len(names), size)
    ]


def _stores(config: Config, plant: str) -> list[Literal["with", "without"]]:
    """With and without a store; a plant that has none is there once."""
    if config.plants[plant].tes is None:
        return ["without"]
    return config.scenarios.tes


def scenario_rows(
    config: Config, scenarios: Mapping[str, Scenario], demands: Mapping[tuple[str, str], str]
) -> list[dict[str, str]]:
    """The scenario table as plain rows.

    ``demand`` is what its demand is filed as (:func:`demand_names`). ``penetration`` has, with
    spaces between them, the shares of dwellings at which the design of a scenario is put into a
    group; empty where it is not.
    """
    grouped = {case.scenario for case in operation_cases(config).values() if case.scenario}
    shares = " ".join(f"{share:g}" for share in config.scenarios.penetration)
    return [
        asdict(scenario)
        | {"penetration": shares if name in grouped else ""}
        | {"demand": demand_name(scenario, demands)}
        for name, scenario in scenarios.items()
    ]


def demand_inputs(
    config: Config, house: str, dwellings: int = 1, first_dwelling: int = 0
) -> DemandInputs:
    """What the demand of ``house`` needs of ``config``.

    That of one dwelling is what designs are made for; it is the first of any larger number, which
    only groups need, and does not depend on it.

    Settings that the chosen source does not read are left at their defaults, so that changing
    them changes nothing here.
    """
    demand = config.demand
    unread: dict[str, object] = {}
    if demand.source == "file":
        unread["files"] = {house: demand.files[house]}
    else:
        unread |= {"files": {}, "file_policy": FilePolicy()}
    if demand.source != "vdi4655":
        unread["vdi4655"] = Vdi4655()
    return DemandInputs(
        house_name=house,
        house=config.houses.get(house),
        demand=demand.model_copy(update=unread),
        pv=Pv(**{key: getattr(config.pv, key) for key in PV_YIELD_KEYS}),
        year=config.time.year,
        dwellings=dwellings,
        first_dwelling=first_dwelling,
        seed=config.run.seed,
    )


def demand_names(
    config: Config, changed: Callable[[str], Config] | None = None
) -> dict[tuple[str, str], str]:
    """Names of the demands of a run, by house and variant.

    That of the run as configured is called like its house. A variant has demands of its own only
    where it changes what they are made with; of several that change it alike, the first gives the
    name. Houses of variants that are not here have the demand of the run as configured.

    Parameters
    ----------
    config
        The configuration.
    changed
        The configuration of a variant by its name, where that is at hand.

    Raises
    ------
    ConfigError
        If the file of one demand would be that of another.
    """
    changed = changed or (lambda variant: variant_config(config, variant))
    names = {(house, ""): house for house in config.designed_houses()}
    known = {demand_inputs(config, house).model_dump_json(): house for house, _ in names}
    for variant, changes in config.scenarios.variants.items():
        if not changes_demand(changes):
            continue
        own = changed(variant)
        fixed = [design.house for design in own.fixed_designs]
        for house in dict.fromkeys([*config.scenarios.house, *fixed]):
            made = demand_inputs(own, house).model_dump_json()
            names[house, variant] = known.setdefault(made, f"{house}-{variant}")
    taken = [
        f"  scenarios.variants: the demand of '{name}' is filed as that of '{whole}' at another "
        "time step is; give the variant another name"
        for name in known.values()
        if (whole := re.sub(r"_\d+min$", "", name)) != name and whole in known.values()
    ]
    if taken:
        raise ConfigError("\n".join(taken))
    return names


def demand_name(scenario: Scenario, demands: Mapping[tuple[str, str], str]) -> str:
    """What the demand of a scenario is called, by the names of :func:`demand_names`."""
    return demands.get((scenario.house, scenario.variant), scenario.house)


def demand_configs(config: Config) -> list[tuple[str, str, Config]]:
    """Each demand of a run once: its house, the first variant that has it, and its configuration.

    The variant is empty where the demand is that of the run as configured.
    """
    first: dict[str, tuple[str, str]] = {}
    for key, name in demand_names(config).items():
        first.setdefault(name, key)
    return [(house, variant, variant_config(config, variant)) for house, variant in first.values()]


def demand_files(inputs: DemandInputs) -> list[str]:
    """A user's own files that a demand is made from."""
    weather = inputs.demand.weather.epw
    paths = [path for house in inputs.demand.files for path in inputs.demand.paths(house)]
    return [*paths, *([weather] if weather is not None else [])]


def design_inputs(
    config: Config, scenario: Scenario, changed: Config | None = None
) -> DesignInputs:
    """What the design of ``scenario`` needs of ``config``.

    ``changed`` is the configuration of its variant, where that is at hand.

    Catalogue values are resolved here: minimum load and cost indices are applied to the units
    and the store, and a fixed design narrows the sizes to its own.
    """
    config = plant_config(changed or variant_config(config, scenario.variant), scenario.plant)
    parts = config.plants[scenario.plant]
    sizes = {0.0} if parts.chp is None else set(config.chp.sizes_kw)
    tes = config.tes if scenario.tes == "with" else None
    if scenario.design != OPTIMAL:
        fixed = next(
            design
            for design in config.fixed_designs
            if (design.name, design.house, design.incentive, design.tes_kwh > 0)
            == (scenario.design, scenario.house, scenario.incentive, scenario.tes == "with")
        )
        sizes = {fixed.chp_kw}
        if tes is not None:
            tes = tes.model_copy(update={"min_kwh": fixed.tes_kwh, "max_kwh": fixed.tes_kwh})
    if tes is not None:
        tes = tes.model_copy(
            update={
                "capital_cost_gbp_per_kwh": tes.capital_cost_gbp_per_kwh * tes.cost_index,
                "cost_index": 1.0,
            }
        )
    units = [
        config.chp.applied(unit)
        for unit in config.design_units()
        if unit.power_kw in sizes and unit.power_kw > 0
    ]
    return DesignInputs(
        scenario=scenario.scenario,
        house=scenario.house,
        incentive_name=scenario.incentive,
        variant=scenario.variant,
        design=scenario.design,
        time=config.time,
        units=units,
        no_unit=0 in sizes,
        plant=scenario.plant,
        tes=tes,
        boiler=config.boiler,
        has_boiler=parts.boiler is not None,
        heat_pump=None if parts.heat_pump is None else config.heat_pump,
        heat_pump_model=(
            None if parts.heat_pump is None else config.heat_pumps[config.heat_pump.model]
        ),
        immersion_heater=None if parts.immersion_heater is None else config.immersion_heater,
        pv=None if parts.pv is None else config.pv,
        battery=None if parts.battery is None else config.battery,
        grid=config.grid,
        tariff=config.tariff,
        incentive=config.incentives[scenario.incentive],
        emissions=config.emissions,
        finance=config.finance,
    )


def sweep_config(config: Config) -> Config:
    """What a sweep needs of ``config``; blocks that no design reads are left at their defaults."""
    unread: dict[str, object] = {
        name: type(getattr(config, name))()
        for name in ("group", "operation", "comparison", "settlement", "forecast", "network")
    }
    # houses are known by their files
    unread["demand"] = Demand().model_copy(
        update={"source": config.demand.source, "files": config.demand.files}
    )
    unread["run"] = Run(seed=config.run.seed)
    uncontrolled: dict[str, object] = {"penetration": [], "control": ["heat_led"]}
    uncontrolled["variants"] = {
        name: {block: given for block, given in changes.items() if block not in unread}
        for name, changes in config.scenarios.variants.items()
    }
    unread["scenarios"] = config.scenarios.model_copy(update=uncontrolled)
    return config.model_copy(update=unread)


FILED_BESIDE = ("account", "generation", "metering")
"""What of a case has a file of its own, named after both."""


def operation_cases(config: Config) -> dict[str, OperationInputs]:
    """Everything that is run heat-led, by id, in grid order.

    Each of ``operation.units`` in each house of the grid and in each street, and each of
    ``operation.pairs``; where penetrations ask for groups, also each optimal design without
    variant in a group of its own house type.

    Raises
    ------
    ConfigError
        If a file of one would be that of another.
    """
    # what is listed beside a unit does not change its run
    operation = config.operation.model_copy(update={"units": [], "pairs": []})
    units = config.catalogue_units()

    def case(group: str, houses: list[str], scenario: str = "", unit: str = "") -> OperationInputs:
        return OperationInputs(
            case=scenario or f"{group}-{unit}",
            group=group,
            houses=houses,
            scenario=scenario,
            unit_name=unit,
            unit=units.get(unit),
            operation=operation,
            boiler_kw=config.boiler.max_heat_kw,
            ramp_minutes=config.group.ramp_minutes,
            days=dict(config.group.days),
        )

    cases = []
    if config.scenarios.penetration:
        cases += [
            case(scenario.house, [scenario.house], scenario=scenario.scenario)
            for scenario in scenario_table(config).values()
            if not scenario.variant
            and scenario.design == OPTIMAL
            and set(config.plants[scenario.plant].changes) <= HEAT_LED
        ]
    groups = {house: [house] for house in config.scenarios.house} | config.group.streets
    cases += [
        case(group, houses, unit=name)
        for group, houses in groups.items()
        for name in config.operation.units
    ]
    cases += [case(pair.house, [pair.house], unit=pair.unit) for pair in config.operation.pairs]
    table = {case.case: case for case in cases}
    taken = [
        f"operation: '{name}_{what}' is how a file of '{name}' is called; give one of their units "
        "or plants another name"
        for name in table
        for what in FILED_BESIDE
        if f"{name}_{what}" in table
    ]
    if taken:
        raise ConfigError("\n".join(taken))
    return table


def cases_without_unit(cases: Mapping[str, OperationInputs]) -> dict[str, OperationInputs]:
    """For each house type with several designs, its group without any of them, by id.

    Designs are known only when they are solved. Those that turn out to have no unit all leave the
    group as it is: that is computed once, and theirs is a copy of it.

    Parameters
    ----------
    cases
        Of :func:`operation_cases`.
    """
    designed = [case for case in cases.values() if case.scenario]
    count = Counter(case.group for case in designed)
    return {
        without_unit_name(case): case.model_copy(
            update={"case": without_unit_name(case), "scenario": ""}
        )
        for case in designed
        if count[case.group] > 1
    }


def without_unit_name(case: OperationInputs) -> str:
    """Id of the group of a case without units: a path, as no case of a configuration has."""
    return f"without_unit/{case.group}"


def controlled_scenarios(config: Config) -> dict[str, Scenario]:
    """Designs that are run under every control, by id; none where nothing is to be compared.

    A plant with a unit whose starts count is left out, as starts would join the steps, and one
    with a battery at a connection with a limit, which no controller but the household's knows of.
    """
    if config.scenarios.control == ["heat_led"]:
        return {}
    return {
        name: scenario
        for name, scenario in scenario_table(config).items()
        if (made := design_inputs(config, scenario))
        and not any(unit.counts_starts for unit in made.units)
        and not (made.battery and (made.grid.max_import_kw or made.grid.max_export_kw))
    }


def control_inputs(config: Config, scenario: Scenario) -> ControlInputs:
    """What running the design of ``scenario`` under every control needs of ``config``."""
    config = variant_config(config, scenario.variant)
    return ControlInputs(
        scenario=scenario,
        controls=config.scenarios.control,
        penetration=config.scenarios.penetration,
        min_run_minutes=config.operation.min_run_minutes,
        # what a control that is not asked for would read changes nothing
        forecast=config.forecast if "forecast" in config.scenarios.control else Forecast(),
        network=config.network if "network" in config.scenarios.control else Network(),
        seed=config.run.seed,
    )


def group_inputs(config: Config, case: str) -> GroupInputs:
    """What adding up the group of ``case`` needs of ``config``."""
    return GroupInputs(
        case=case,
        penetration=config.scenarios.penetration,
        choices=config.group.choices,
        ramp_minutes=config.group.ramp_minutes,
        transformer_kva=config.group.transformer_kva,
        seed=config.run.seed,
    )


def account_inputs(config: Config, case: OperationInputs) -> AccountInputs:
    """What pricing the dwellings of ``case`` needs of ``config``.

    A unit of the catalogue is bought at the prices of the run, without incentive, and stands
    beside a cylinder that is there already.
    """
    if case.unit is None:
        return AccountInputs(
            case=case.case, prices=None, is_priced=True, settlement=config.settlement
        )
    known = (case.unit.capital_cost_gbp_per_kw, case.unit.maintenance_gbp_per_kwh)
    unit = ChpUnit.model_validate(
        case.unit.model_dump()
        | {
            "name": case.unit_name,
            "capital_cost_gbp_per_kw": (known[0] or 0.0) * config.chp.cost_index,
            "maintenance_gbp_per_kwh": known[1] or 0.0,
        }
    )
    prices = DesignInputs(
        scenario=case.case,
        house=case.group,
        incentive_name=NO_INCENTIVE,
        variant="",
        design=OPTIMAL,
        time=config.time,
        units=[unit],
        no_unit=False,
        tes=None,
        boiler=config.boiler,
        tariff=config.tariff,
        incentive=Incentive(),
        emissions=config.emissions,
        finance=config.finance,
    )
    return AccountInputs(
        case=case.case,
        prices=prices,
        is_priced=None not in known,
        settlement=config.settlement,
    )


def comparison_inputs(config: Config) -> ComparisonInputs:
    """What comparing units needs of ``config``."""
    comparison = config.comparison
    named = [*comparison.plants]
    for case in comparison.marginal.values():
        named += [case.avoided, case.backup]
    return ComparisonInputs(
        comparison=comparison,
        plants={name: config.central_plants[name] for name in dict.fromkeys(named)},
        finance=config.finance,
        year=config.time.year,
    )


def demand_parts(config: Config) -> list[range]:
    """The dwellings of each house type of a group, in parts that are made by a job each.

    One part where a file holds them, which is read as a whole, and where controls are compared,
    which look at all of them together.
    """
    count = config.group.dwellings
    is_whole = config.demand.source == "file" or config.scenarios.control != ["heat_led"]
    size = count if is_whole else config.group.dwellings_per_job
    return [range(first, min(first + size, count)) for first in range(0, count, size)]


SeriesKind = Literal["import_price", "export_price", "grid_co2", "central_plant"]
"""What a user's file over a year holds."""


@dataclass(frozen=True)
class NamedFile:
    """A file of prices or factors over a year, and the key that names it."""

    key: str
    file: SeriesFile
    kind: SeriesKind
    year: int | None = None
    """The year that it must cover, where that is not the run's."""

    @property
    def path(self) -> str:
        """Where it is."""
        return self.file.path


def _tariff_files(tariff: Tariff, where: str) -> list[NamedFile]:
    named: list[tuple[str, SeriesFile | None, SeriesKind]] = [
        ("import_file", tariff.import_file, "import_price"),
        ("export_file", tariff.export_file, "export_price"),
    ]
    return [NamedFile(f"{where}.{key}", file, kind) for key, file, kind in named if file]


def _emission_files(emissions: Emissions, where: str) -> list[NamedFile]:
    file = emissions.grid_file
    return [NamedFile(f"{where}.grid_file", file, "grid_co2")] if file else []


def variant_times(config: Config) -> dict[str, Time]:
    """Calendar and resolution of the run as configured ("") and of each variant."""
    return {
        name: variant_config(config, name).time if "time" in changes else config.time
        for name, changes in {"": {}, **config.scenarios.variants}.items()
    }


def price_files(inputs: DesignInputs) -> list[str]:
    """A user's own files of prices and factors that a design reads, each once."""
    return _price_files(inputs.tariff, inputs.incentive, inputs.emissions)


def incentive_files(config: Config, incentive: str) -> list[str]:
    """The same of every design under an incentive, without making what else it needs."""
    return _price_files(config.tariff, config.incentives[incentive], config.emissions)


def _price_files(tariff: Tariff, incentive: Incentive, emissions: Emissions) -> list[str]:
    files = _tariff_files(tariff, "tariff")
    if incentive.tariff is not None:
        files += _tariff_files(incentive.tariff, "tariff")
    files += _emission_files(emissions, "emissions")
    return list(dict.fromkeys(file.path for file in files))


def factor_files(config: Config) -> list[NamedFile]:
    """Files of grid factors that a comparison reads."""
    return [
        NamedFile(
            f"central_plants.{name}.factors_file",
            SeriesFile(path=plant.factors_file),
            "central_plant",
        )
        for name, plant in comparison_inputs(config).plants.items()
        if plant.factors_file is not None
    ]


def year_files(config: Config) -> list[NamedFile]:
    """Every file of prices and factors over a year that ``config`` names."""
    files = factor_files(config)
    keys = {"import_file", "export_file", "grid_file", "price_file", "year"}
    blocks = ("tariff", "emissions", "network", "time")
    changing = [
        name
        for name, changes in config.scenarios.variants.items()
        if changes.get("incentives")
        or any(keys & {*(changes.get(block) or {})} for block in blocks)
    ]
    for variant in ("", *changing):
        where = f"scenarios.variants.{variant}." if variant else ""
        changed = variant_config(config, variant)
        own = _tariff_files(changed.tariff, f"{where}tariff")
        own += _emission_files(changed.emissions, f"{where}emissions")
        if changed.network.price_file is not None:
            key = f"{where}network.price_file"
            own.append(NamedFile(key, changed.network.price_file, "import_price"))
        for name in config.scenarios.incentive:
            paid = changed.incentives[name].tariff
            if paid is not None:
                own += _tariff_files(paid, f"{where}incentives.{name}.tariff")
        year = None if changed.time.year == config.time.year else changed.time.year
        known = [(file.file, file.kind, file.year) for file in files] if variant else []
        files += [
            replace(file, year=year) for file in own if (file.file, file.kind, year) not in known
        ]
    return files


def carbon_files(config: Config) -> list[tuple[str, str, int]]:
    """Files of issued forecasts that ``config`` and its variants name: key, path, and year."""
    files: dict[tuple[str, int], str] = {}
    for variant, changes in {"": {}, **config.scenarios.variants}.items():
        read = config.forecast.carbon_file is not None
        if not variant or "forecast" in changes or (read and "time" in changes):
            changed = variant_config(config, variant)
            where = f"scenarios.variants.{variant}." if variant else ""
            if changed.forecast.carbon_file is not None:
                key = (changed.forecast.carbon_file, changed.time.year)
                files.setdefault(key, f"{where}forecast.carbon_file")
    return [(key, path, year) for (path, year), key in files.items()]


def check_work(config: Config, source: str = "config/config.yaml") -> None:
    """Check that there is something to compute, and that all that is asked for can be.

    Parameters
    ----------
    config
        A configuration, valid in itself.
    source
        Where it came from, for messages.

    Raises
    ------
    ConfigError
        With every key that asks for what no other key gives.
    """
    units = config.operation.units or config.operation.pairs
    cases = operation_cases(config)
    lacking = [
        f"  {key}: {what}" + (f"; list units of the catalogue in {where}" if where else "")
        for key, given, found, what, where in (
            (
                "comparison.plants",
                config.comparison.plants,
                any(case.unit and case.group in case.houses for case in cases.values()),
                "no unit runs that could be compared with plants",
                "operation.units or operation.pairs",
            ),
            (
                "group.streets",
                config.group.streets,
                config.operation.units,
                "no unit runs in a street",
                "operation.units",
            ),
            (
                "scenarios.penetration",
                config.scenarios.penetration,
                cases,
                "there is no design and no unit that dwellings of a group could have",
                "operation.units",
            ),
            (
                "scenarios.control",
                config.scenarios.control != ["heat_led"],
                controlled_scenarios(config),
                "there is no design that a control could run (those with a unit whose starts "
                "count, or with a battery at a limited connection, are not run)",
                "",
            ),
            (
                "scenarios.variants",
                config.scenarios.variants,
                config.scenarios.incentive or any(d.variants for d in config.fixed_designs),
                "no design that they could change; list incentives in scenarios.incentive",
                "",
            ),
        )
        if given and not found
    ]
    if "network" in config.scenarios.control and not config.scenarios.penetration:
        lacking.append(
            "  scenarios.control: 'network' runs a group, and there is none; list shares of the "
            "dwellings in scenarios.penetration"
        )
    limited = [key for key in ("max_import_kw", "max_export_kw") if getattr(config.grid, key)]
    if "network" in config.scenarios.control and limited:
        lacking.append(
            f"  scenarios.control: 'network' knows no limit of a dwelling's own connection "
            f"({', '.join(f'grid.{key}' for key in limited)}); leave that out, or 'network'"
        )
    if not (units or config.fixed_designs or config.scenarios.incentive):
        lacking.append(
            "  nothing to compute: list incentives in scenarios.incentive for designs, units in "
            "operation.units, or sizes in fixed_designs"
        )
    if lacking:
        raise ConfigError("\n".join([f"{source}:", *lacking]))


def check_files(config: Config) -> None:
    """Check that every file that ``config`` names is there.

    Raises
    ------
    DataError
        With every file that is missing, and the key that names it.
    """
    named: list[tuple[str, str]] = []
    for house, variant, changed in demand_configs(config):
        where = f"scenarios.variants.{variant}." if variant else ""
        own = [
            (f"{where}demand.files.{house}", path)
            for path in (changed.demand.paths(house) if changed.demand.source == "file" else [])
        ]
        if changed.demand.weather.epw is not None:
            own.append((f"{where}demand.weather.epw", changed.demand.weather.epw))
        known = {path for _, path in named} if variant else set()
        named += [one for one in own if one not in named and one[1] not in known]
    named += [(key, path) for key, path, _ in carbon_files(config)]
    named += [(file.key, file.path) for file in year_files(config)]
    missing = [f"  {key}: no file '{path}'" for key, path in named if not Path(path).is_file()]
    if missing:
        raise DataError(
            f"files not found (relative paths start at {Path.cwd()}):\n" + "\n".join(missing)
        )
