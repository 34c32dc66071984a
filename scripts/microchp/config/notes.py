"""What a run should be told of its configuration that is no mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from microchp.config.house import Retrofit
from microchp.config.load import configured, variant_prices
from microchp.config.root import Config
from microchp.config.scenarios import (
    controlled_scenarios,
    demand_configs,
    operation_cases,
    scenario_table,
)
from microchp.config.yaml_file import read_yaml_file


def run_notes(config: Config, files: Sequence[str | Path] = ()) -> list[str]:
    """Notes on a configuration, a sentence each.

    Parameters
    ----------
    config
        As it is run.
    files
        Files that were laid over each other to make it, in their order.
    """
    # a file alone hides no other's name, and may be a large grid
    named = {str(file): read_yaml_file(file) for file in files if len(files) > 1}
    # of units that are only run and compared, tariff and factors price nothing
    is_priced = bool(scenario_table(config) or config.scenarios.penetration)
    return [
        *name_notes(named),
        *(unused_notes(config) if is_priced else []),
        *(year_notes(config) if is_priced else []),
        *comparison_notes(config),
        *control_notes(config),
        *sweep_notes(config),
    ]


def control_notes(config: Config) -> list[str]:
    """Designs that are run under no control, where others are."""
    run = controlled_scenarios(config)
    left = {
        scenario.plant
        for name, scenario in scenario_table(config).items()
        if run and name not in run
    }
    if not left:
        return []
    return [
        f"scenarios.control: designs of the plants {', '.join(sorted(left))} are not run under it; "
        "what is run has no unit whose starts count, and no battery at a limited connection"
    ]


def demand_notes(config: Config) -> list[str]:
    """Energy of each house of a run whose demand is made from totals, and what is inferred.

    Files have notes of their own, once they are read.
    """
    built = {
        f"{name} ({variant})" if variant else name: (name, changed.houses[name])
        for name, variant, changed in demand_configs(config)
        if changed.demand.source != "file"
    }
    if not built:
        return []
    each = [
        f"{which} {house.annual_space_heating_kwh:,.0f} kWh of space heating"
        f"{'' if house.retrofit == Retrofit() else ' before its retrofit'}, "
        f"{house.annual_hot_water_kwh:,.0f} kWh of hot water and "
        f"{house.annual_electricity_kwh:,.0f} kWh of electricity"
        for which, (_, house) in built.items()
    ]
    inferred = [
        f"houses.{name}: from bills of {house.bills.gas_kwh:,.0f} kWh of gas, at a boiler "
        f"efficiency of {house.bills.boiler_efficiency:g}, and "
        f"{house.bills.electricity_kwh:,.0f} kWh of electricity; nobody has measured the peaks of "
        f"{house.peak_space_heating_kw:g} kW (space heating) and {house.peak_hot_water_kw:g} kW "
        "(hot water): they are inferred from the type of the house and the totals, unless given"
        for name, house in built.values()
        if house.bills is not None
    ]
    said = f"a year of demand, built in at 1 min steps: {'; '.join(each)}"
    return list(dict.fromkeys([said, *inferred]))


def comparison_notes(config: Config) -> list[str]:
    """By which prices units of the catalogue are compared, where they are."""
    cases = operation_cases(config).values()
    is_compared = config.comparison.plants and any(
        case.unit is not None and case.houses == [case.group] for case in cases
    )
    return [f"comparison: {config.comparison.prices.words()}"] if is_compared else []


def sweep_notes(config: Config) -> list[str]:
    """Inputs of a sweep whose samples all lie on one side of what the run has itself."""
    notes = []
    for key, sampled in config.sweep.inputs.items():
        own, ends = configured(config, key), sampled.ends()
        is_number = isinstance(own, int | float) and not isinstance(own, bool)
        if ends is not None and is_number and not ends[0] <= own <= ends[1]:
            notes.append(
                f"sweep.inputs: {key} is sampled from {ends[0]:.4g} to {ends[1]:.4g}, and the "
                f"run's own value, {own:g}, is not among them; if that is not meant, see whether "
                "it is the right key"
            )
    return notes


def name_notes(files: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Whether files laid over each other have names of their own, of which only the last holds.

    Parameters
    ----------
    files
        What each file says, by its path, in their order.
    """
    names = {}
    for path, content in files.items():
        run = content.get("run")
        if isinstance(run, Mapping) and "name" in run:
            names[path] = str(run["name"])
    if len(set(names.values())) < 2:
        return []
    *others, (last, name) = names.items()
    hidden = ", ".join(f"'{other}' of {path}" for path, other in others)
    return [
        f"results go to results/{name}, as {last} says, and replace what is there; not to "
        f"{hidden}. For a folder of their own: --config run='{{name: ...}}'"
    ]


def unused_notes(config: Config) -> list[str]:
    """Export prices that are given and not used, because a file or periods stand in for them."""
    tariffs = {"tariff": config.tariff} | {
        f"incentives.{name}.tariff": own
        for name in config.scenarios.incentive
        if (own := config.incentives[name].tariff) is not None
    }
    return [
        f"{key}.{unused} is not used: "
        f"{'export_file' if tariff.export_file else 'export_periods'} holds instead"
        for key, tariff in tariffs.items()
        for unused in tariff.unused_export
    ]


def year_notes(config: Config) -> list[str]:
    """Where a design mixes prices and emission factors of different years.

    A user who states prices of another year keeps the market's factor of the grid without seeing
    it.

    Parameters
    ----------
    config
        Its variants, and the tariffs of its incentives, are looked at too.
    """
    notes: dict[str, str] = {}
    for variant, changes in {"": {}, **config.scenarios.variants}.items():
        if variant and not {"tariff", "emissions"} & {*changes}:
            continue
        tariff, emissions = variant_prices(config, variant)
        tariffs = {"tariff": tariff}
        for name in config.scenarios.incentive:
            own = config.incentives[name].tariff
            if own is not None:
                tariffs[f"incentives.{name}.tariff"] = own
        for key, tariff in tariffs.items():
            of_prices, of_factors = tariff.price_year, emissions.factor_year
            where = f"scenarios.variants.{variant}: " if variant else ""
            if of_factors is None or of_prices == of_factors:
                continue
            factor = "" if emissions.grid_file else f", {emissions.grid_kg_per_kwh:g} kg/kWh,"
            factors = f"the grid's CO2{factor} is of {of_factors}"
            if of_prices is not None:
                note = f"{key} has prices of {of_prices}, and {factors}"
            elif emissions.year is None:
                note = (
                    f"{key} has prices of your own, and {factors}, the market's; state "
                    "emissions.grid_kg_per_kwh, emissions.year and tariff.year"
                )
            else:
                note = (
                    f"{key} does not say of which year its prices are, and {factors}; state "
                    f"{key}.year"
                )
            notes.setdefault(note, where)
    return [f"{where}{note}" for note, where in notes.items()]
