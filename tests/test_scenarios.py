"""The scenario grid: ids, table, and what each job is given of the configuration."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from microchp.config import Config, load_config, variant_config
from microchp.config.scenarios import (
    DemandInputs,
    DesignInputs,
    check_files,
    control_inputs,
    demand_files,
    demand_inputs,
    demand_names,
    demand_parts,
    design_blocks,
    design_inputs,
    operation_cases,
    price_files,
    scenario_id,
    scenario_rows,
    scenario_table,
    sweep_config,
    variant_times,
    year_files,
)
from microchp.errors import ConfigError, DataError

ROOT = Path(__file__).parents[1]


def load(text: str = "{}") -> Config:
    return load_config(yaml.safe_load(text), ROOT / "resources")


def design(config: Config, scenario: str) -> DesignInputs:
    return design_inputs(config, scenario_table(config)[scenario])


# --------------------------------------------------------------------------- ids and table


def test_ids_are_short_and_readable() -> None:
    assert scenario_id("flat", "fit", "with") == "flat-fit-with"
    assert scenario_id("flat", "fit", "with", "cheap_gas") == "flat-fit-with-cheap_gas"
    assert scenario_id("flat", "fit", "with", design="published") == "flat-fit-with-published"


def test_the_default_grid_is_the_24_designs_of_the_study_in_grid_order() -> None:
    table = scenario_table(load())
    assert len(table) == 24
    assert list(table)[:3] == ["detached-none-with", "detached-none-without", "detached-fit-with"]
    assert list(table)[-1] == "flat-co2_levy-without"
    assert all(key == scenario.scenario for key, scenario in table.items())


def test_variants_repeat_the_grid_and_fixed_designs_add_to_it() -> None:
    config = load(
        "scenarios: {house: [flat], incentive: [none], tes: [with],"
        " variants: {cheap: {tariff: {gas_gbp_per_kwh: 0.01}}}}\n"
        "fixed_designs:\n"
        "  - {name: printed, house: terrace, incentive: fit, chp_kw: 2, tes_kwh: 9}\n"
        "  - {name: printed, house: terrace, incentive: fit, chp_kw: 2}"
    )
    table = scenario_table(config)
    assert list(table) == [
        "flat-none-with",
        "flat-none-with-cheap",
        "terrace-fit-with-printed",
        "terrace-fit-without-printed",
    ]
    assert scenario_rows(config, table, demand_names(config))[1] == {
        "scenario": "flat-none-with-cheap",
        "house": "flat",
        "incentive": "none",
        "tes": "with",
        "variant": "cheap",
        "design": "optimal",
        "plant": "chp",
        "penetration": "",
        "demand": "flat",
    }


@pytest.mark.parametrize(
    "text",
    [
        "scenarios: {variants: {a: {}}}\n"
        "fixed_designs: [{name: a, house: flat, incentive: fit, chp_kw: 1}]",
        "fixed_designs: [{house: flat, incentive: fit, chp_kw: 1},"
        " {house: flat, incentive: fit, chp_kw: 2}]",
    ],
)
def test_two_scenarios_never_share_an_id(text: str) -> None:
    with pytest.raises(ConfigError, match=r"same id: flat-fit-without-(a|fixed); give each"):
        scenario_table(load(text))


# ------------------------------------------------------------------- demands of variants

DEMANDS = """
scenarios:
  house: [flat, terrace]
  variants:
    dear: {tariff: {gas_gbp_per_kwh: 0.09}}
    insulated: {houses: {flat: {retrofit: {envelope_factor: 0.5}}}}
    colder: {demand: {weather: {try_region: 4}}}
    colder_dear: {demand: {weather: {try_region: 4}}, tariff: {gas_gbp_per_kwh: 0.09}}
    leap: {time: {year: 2016}}
    the_same: {demand: {weather: {try_region: 5}}, pv: {max_kwp: 2}}
    southwards: {pv: {tilt_degrees: 20}}
"""


def test_variants_that_change_a_demand_alike_share_it_and_others_have_the_runs_own() -> None:
    names = demand_names(load(DEMANDS))
    flat = {variant: name for (house, variant), name in names.items() if house == "flat"}
    assert flat == {
        "": "flat",
        "insulated": "flat-insulated",
        "colder": "flat-colder",
        "colder_dear": "flat-colder",
        "leap": "flat-leap",
        "the_same": "flat",
        "southwards": "flat-southwards",
    }
    assert names["terrace", "insulated"] == "terrace"
    assert ("flat", "dear") not in names
    assert demand_names(load()) == {(house, ""): house for house in load().designed_houses()}


def test_a_variants_demand_is_that_of_a_run_so_configured() -> None:
    varied = variant_config(load(DEMANDS), "insulated")
    alone = load("houses: {flat: {retrofit: {envelope_factor: 0.5}}}")
    assert demand_inputs(varied, "flat") == demand_inputs(alone, "flat")
    by_bills = "{flat: {bills: {gas_kwh: %d, electricity_kwh: 2000}}}"
    varied = variant_config(
        load(
            f"houses: {by_bills % 9000}\nscenarios: {{variants: "
            "{less: {houses: {flat: {bills: {gas_kwh: 5000}}}}}}"
        ),
        "less",
    )
    alone = load(f"houses: {by_bills % 5000}")
    assert demand_inputs(varied, "flat") == demand_inputs(alone, "flat")


def test_designs_of_different_demands_never_share_a_job() -> None:
    config = load(DEMANDS + "  designs_per_job: 50\n")
    table, names = scenario_table(config), demand_names(config)
    for block in blocks(config):
        made = {names.get((one.house, one.variant), one.house) for one in map(table.get, block)}
        assert len(made) == 1


def test_a_demand_is_never_filed_as_another_at_a_time_step() -> None:
    listed = "{a: {time: {year: 2016}}, a_5min: {time: {year: 2017}}}"
    with pytest.raises(ConfigError, match=r"'flat-a_5min' is filed as that of 'flat-a'"):
        demand_names(load(f"scenarios: {{house: [flat], variants: {listed}}}"))


def test_missing_files_of_a_variant_are_named_with_it() -> None:
    changed = "{demand: {weather: {epw: none.epw}}, tariff: {import_file: none.csv}}"
    with pytest.raises(DataError) as caught:
        check_files(load(f"scenarios: {{house: [flat], variants: {{v: {changed}}}}}"))
    assert "scenarios.variants.v.demand.weather.epw: no file 'none.epw'" in str(caught.value)
    assert "scenarios.variants.v.tariff.import_file: no file 'none.csv'" in str(caught.value)


def test_prices_of_another_year_are_looked_for_in_it(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("")
    config = load(
        f"tariff: {{import_file: {tmp_path / 'p.csv'}}}\n"
        "scenarios: {house: [flat], variants: {leap: {time: {year: 2016}}}}"
    )
    assert [(file.key, file.year) for file in year_files(config)] == [
        ("tariff.import_file", None),
        ("scenarios.variants.leap.tariff.import_file", 2016),
    ]


def test_a_sweep_leaves_out_what_no_design_of_a_variant_reads() -> None:
    varied = load(DEMANDS)
    assert set(sweep_config(varied).scenarios.variants["colder_dear"]) == {"tariff"}
    assert variant_config(sweep_config(varied), "colder").tariff == varied.tariff


def test_a_variant_may_change_the_parts_of_a_plant_and_a_control() -> None:
    config = load(
        "plants: {sun: {boiler: {}, pv: {max_kwp: 4}}}\n"
        "scenarios: {house: [flat], incentive: [none], plant: [sun], control: [heat_led, forecast],"
        " variants: {small: {plants: {sun: {pv: {max_kwp: 2}}}}, "
        "far: {forecast: {horizon_hours: 48}, operation: {min_run_minutes: 20}}}}"
    )
    assert design(config, "flat-none-without-sun-small").pv.max_kwp == 2  # type: ignore[union-attr]
    assert design(config, "flat-none-without-sun").pv.max_kwp == 4  # type: ignore[union-attr]
    far = control_inputs(config, scenario_table(config)["flat-none-without-sun-far"])
    assert (far.forecast.horizon_hours, far.min_run_minutes) == (48, 20)


# ------------------------------------------------------------------------------ design inputs


def blocks(config: Config) -> list[list[str]]:
    demands = demand_names(config)
    return design_blocks(config, scenario_table(config).values(), variant_times(config), demands)


def many_variants(number: int, changed: str = "tariff: {gas_gbp_per_kwh: 0.05}") -> str:
    listed = ", ".join(f"v{n}: {{{changed}}}" for n in range(number))
    return f"scenarios: {{house: [flat, terrace], variants: {{{listed}}}}}"


def test_designs_of_a_small_grid_have_jobs_of_their_own() -> None:
    assert blocks(load()) == []
    assert blocks(load(many_variants(19))) == []


def test_a_large_grid_is_cut_into_blocks_of_one_house_and_calendar() -> None:
    config = load(many_variants(40))
    table, found = scenario_table(config), blocks(config)
    assert sorted(name for names in found for name in names) == sorted(table)
    assert max(map(len, found)) == 50
    assert all(len({table[name].house for name in names}) == 1 for names in found)
    # more variants at the end leave full blocks as they are
    assert [names for names in found if len(names) == 50] == [
        names for names in blocks(load(many_variants(45))) if names in found and len(names) == 50
    ]
    hourly = load(many_variants(40, "time: {resolution_minutes: 60}"))
    as_configured = {name for name in table if table[name].variant == ""}
    assert all(
        set(names) <= as_configured or not set(names) & as_configured for names in blocks(hourly)
    )


def test_catalogue_values_are_resolved_for_the_design() -> None:
    config = load(
        "chp: {sizes_kw: [0, 2], min_load_share: 0.25, cost_index: 2.0}\n"
        "tes: {cost_index: 1.5, capital_cost_gbp_per_kwh: 20}"
    )
    inputs = design(config, "flat-fit-with")
    assert [unit.power_kw for unit in inputs.units] == [2]
    assert inputs.units[0].capital_cost_gbp_per_kw == 4800
    assert inputs.units[0].min_load_share == 0.25
    assert inputs.no_unit
    assert inputs.tes is not None
    assert (inputs.tes.capital_cost_gbp_per_kwh, inputs.tes.cost_index) == (30, 1)
    assert inputs.incentive.generation_gbp_per_kwh == 0.1345
    assert design(config, "flat-fit-without").tes is None


def test_a_unit_is_told_by_its_name_not_by_its_power() -> None:
    """A user's engine of 2 kW stands beside the catalogue's."""
    mine = "{power_kw: 2, electrical_efficiency: 0.3, thermal_efficiency: 0.5, "
    mine += "min_load_share: 0.5, capital_cost_gbp_per_kw: 900, maintenance_gbp_per_kwh: 0.01}"
    text = "units: {gas_engine: {mine: " + mine + "}}\nchp: {sizes_kw: [0, 2]}\n"
    text += "fixed_designs: [{name: two, house: flat, incentive: fit, chp_kw: 2}]"
    for scenario in ("flat-fit-with", "flat-fit-without-two"):
        units = design(load(text), scenario).units
        assert [(unit.name, unit.power_kw) for unit in units] == [
            ("gas_engine_2kw", 2),
            ("mine", 2),
        ]


def test_without_override_the_catalogue_keeps_its_minimum_load() -> None:
    assert {unit.min_load_share for unit in design(load(), "flat-fit-with").units} == {0.5}


def test_no_unit_is_a_choice_only_where_listed() -> None:
    assert not design(load("chp: {sizes_kw: [1]}"), "flat-fit-with").no_unit


def test_a_fixed_design_leaves_no_choice() -> None:
    config = load(
        "fixed_designs:\n"
        "  - {name: printed, house: flat, incentive: fit, chp_kw: 2, tes_kwh: 7}\n"
        "  - {name: printed, house: flat, incentive: fit, chp_kw: 4}\n"
        "  - {name: nothing, house: flat, incentive: fit, chp_kw: 0}"
    )
    fixed = design(config, "flat-fit-with-printed")
    assert [unit.power_kw for unit in fixed.units] == [2]
    assert not fixed.no_unit
    assert fixed.tes is not None
    assert (fixed.tes.min_kwh, fixed.tes.max_kwh) == (7, 7)
    without = design(config, "flat-fit-without-printed")
    assert ([unit.power_kw for unit in without.units], without.tes) == ([4], None)
    nothing = design(config, "flat-fit-without-nothing")
    assert (nothing.units, nothing.no_unit) == ([], True)


def test_a_variant_changes_its_designs_and_no_others() -> None:
    config = load(
        "scenarios: {variants: {odd: {finance: {lifetime_years: 20}, chp: {cost_index: 0.5}}}}"
    )
    assert design(config, "flat-fit-with-odd").finance.lifetime_years == 20
    assert design(config, "flat-fit-with").finance.lifetime_years == 15
    costs = [
        design(config, name).units[0].capital_cost_gbp_per_kw
        for name in ("flat-fit-with", "flat-fit-with-odd")
    ]
    assert costs[1] == costs[0] / 2


def test_a_variant_may_change_entries_of_catalogues() -> None:
    changed = load(
        "scenarios: {house: [flat], incentive: [fit], tes: [with], variants: {later: {"
        "incentives: {fit: {generation_gbp_per_kwh: 0.05, tariff: {export_file: sold.csv}}}, "
        "units: {gas_engine: {gas_engine_1kw: {capital_cost_gbp_per_kw: 2000}}}}}}"
    )
    now, later = (design(changed, f"flat-fit-with{ending}") for ending in ("", "-later"))
    assert later.incentive.generation_gbp_per_kwh == 0.05
    assert later.incentive.export_gbp_per_kwh == now.incentive.export_gbp_per_kwh
    assert {unit.capital_cost_gbp_per_kw for unit in later.units} - {
        unit.capital_cost_gbp_per_kw for unit in now.units
    } == {2000}
    assert now == design(load("scenarios: {incentive: [fit]}"), "flat-fit-with")
    with pytest.raises(DataError, match=r"variants\.later\.incentives\.fit\.tariff\.export_file"):
        check_files(changed)


def test_a_fixed_design_need_not_be_possible_where_it_is_not_evaluated() -> None:
    text = (
        "scenarios: {house: [flat], incentive: [none], variants: {cells: {chp: {technology: "
        "fuel_cell, sizes_kw: [0, 1]}}}}\n"
        "fixed_designs: [{name: printed, house: flat, incentive: none, chp_kw: 2, variants: VARY}]"
    )
    config = load(text.replace("VARY", "[]"))
    assert [unit.power_kw for unit in design(config, "flat-none-without-printed").units] == [2]
    assert [unit.power_kw for unit in design(config, "flat-none-with-cells").units] == [1]
    with pytest.raises(ConfigError, match=r"variants\.cells:\n  fixed_designs: no 2 kW unit"):
        load(text.replace("VARY", "[cells]"))


def test_an_incentives_own_tariff_is_that_of_the_design_not_of_business_as_usual() -> None:
    config = load("incentives: {fit: {tariff: {gas_gbp_per_kwh: 0.01}}}")
    inputs = design(config, "flat-fit-with")
    assert inputs.tariff.gas_gbp_per_kwh == 0.0703
    assert inputs.design_tariff.gas_gbp_per_kwh == 0.01
    other = design(config, "flat-none-with")
    assert other.design_tariff == other.tariff


@pytest.mark.parametrize("scenario", ["flat-fit-with", "flat-none-without"])
def test_inputs_survive_the_way_through_a_job(scenario: str) -> None:
    inputs = design(load("time: {days: [2015-01-31, 2015-07-01]}"), scenario)
    assert DesignInputs.model_validate(inputs.model_dump(mode="json")) == inputs
    assert DesignInputs.model_validate_json(inputs.model_dump_json()) == inputs


# ---------------------------------------------------- a change reaches what it concerns only

BASE = "scenarios: {variants: {odd: {finance: {lifetime_years: 20}}}}"


def changed_designs(change: str) -> set[str]:
    before, after = load(BASE), load(f"{BASE}\n{change}")
    return {name for name in scenario_table(before) if design(before, name) != design(after, name)}


@pytest.mark.parametrize(
    ("change", "concerned"),
    [
        ("incentives: {fit: {export_gbp_per_kwh: 0.2}}", lambda name: "-fit-" in name),
        ("incentives: {fit: {tariff: {gas_gbp_per_kwh: 0.2}}}", lambda name: "-fit-" in name),
        ("tariff: {gas_gbp_per_kwh: 0.2}", lambda name: True),
        ("tes: {max_kwh: 9}", lambda name: "-with" in name and "-without" not in name),
        ("finance: {lifetime_years: 9}", lambda name: not name.endswith("-odd")),
        ("run: {seed: 9}", lambda name: False),
        ("group: {dwellings: 9}", lambda name: False),
        ("houses: {flat: {occupants: 1}}", lambda name: False),
        ("solve: {relative_gap: 0.1}", lambda name: False),
        ("demand: {weather: {try_region: 4}}", lambda name: False),
    ],
)
def test_a_change_reaches_the_designs_that_use_it(change: str, concerned: Any) -> None:
    assert changed_designs(change) == {
        name for name in scenario_table(load(BASE)) if concerned(name)
    }


def changed_demand(change: str, base: str = "{}") -> bool:
    before = yaml.safe_load(base)
    after = before | yaml.safe_load(change)
    first, second = (
        demand_inputs(load_config(user, ROOT / "resources"), "flat") for user in (before, after)
    )
    return first != second


@pytest.mark.parametrize(
    ("change", "concerns_flat"),
    [
        ("run: {seed: 9}", True),
        ("time: {year: 2016}", True),
        # designs are made for the first dwelling: a group around it changes nothing of theirs
        ("{group: {dwellings: 9}, scenarios: {penetration: [1]}}", False),
        ("houses: {flat: {occupants: 1}}", True),
        ("pv: {tilt_degrees: 20}", True),
        ("pv: {max_kwp: 9, capital_cost_gbp_per_kwp: 1}", False),
        ("demand: {weather: {try_region: 4}}", True),
        ("demand: {source: vdi4655}", True),
        ("houses: {terrace: {occupants: 1}}", False),
        ("demand: {vdi4655: {summer_above_c: 16}}", False),
        ("demand: {file_policy: {max_gap_minutes: 5}}", False),
        ("time: {resolution_minutes: 60}", False),
        ("time: {days: 3}", False),
        ("tariff: {gas_gbp_per_kwh: 0.2}", False),
        ("run: {name: other}", False),
    ],
)
def test_a_change_reaches_the_demand_that_uses_it(change: str, concerns_flat: bool) -> None:
    assert changed_demand(change) == concerns_flat


def test_a_demand_from_files_depends_on_its_own_file_only() -> None:
    base = (
        "demand: {source: file, files: {flat: a.csv, cottage: b.csv}}\nscenarios: {house: [flat]}"
    )
    other = "demand: {source: file, files: {flat: a.csv, cottage: c.csv}}"
    own = "demand: {source: file, files: {flat: c.csv, cottage: b.csv}}"
    policy = "demand: {source: file, files: {flat: a.csv}, file_policy: {max_gap_minutes: 5}}"
    assert [changed_demand(change, base) for change in (other, own, policy)] == [False, True, True]


def test_a_house_may_exist_in_a_file_alone() -> None:
    config = load("demand: {source: file, files: {cottage: b.csv}}\nscenarios: {house: [cottage]}")
    inputs = demand_inputs(config, "cottage")
    assert inputs.house is None
    assert DemandInputs.model_validate(inputs.model_dump(mode="json")) == inputs


# ----------------------------------------------------------------------------- heat-led runs

UNITS = """
scenarios: {house: [flat, terrace], incentive: []}
operation: {units: [solo], pairs: [{house: detached, unit: ecopower}]}
"""


def test_units_are_run_with_and_without_groups() -> None:
    """Each unit in each house of the grid and in each street, and each pair."""
    cases = operation_cases(load(UNITS))
    assert list(cases) == ["flat-solo", "terrace-solo", "detached-ecopower"]
    assert cases["detached-ecopower"].houses == ["detached"]
    assert cases["flat-solo"].unit == load(UNITS).catalogue_units()["solo"]
    grouped = load(UNITS + "group: {streets: {row: [flat, terrace]}}")
    assert [*operation_cases(grouped)][2:] == ["row-solo", "detached-ecopower"]
    assert operation_cases(grouped)["row-solo"].houses == ["flat", "terrace"]


def test_designs_are_run_in_groups_alone() -> None:
    assert operation_cases(load()) == {}
    some = load("{scenarios: {house: [flat], incentive: [fit], penetration: [1]}}")
    assert list(operation_cases(some)) == ["flat-fit-with", "flat-fit-without"]


def test_what_is_run_beside_a_unit_changes_nothing_for_it() -> None:
    more = UNITS.replace("units: [solo]", "units: [solo, idatech]")
    assert operation_cases(load(more))["flat-solo"] == operation_cases(load(UNITS))["flat-solo"]


# ------------------------------------------------------------------------------ users' files

FILES = """
scenarios: {house: [flat], variants: {dear: {tariff: {import_file: dear.csv}}}}
demand: {source: file, files: {flat: flat.csv, terrace: unused.csv}, weather: {epw: here.epw}}
tariff: {import_file: prices.csv, export_file: sold.csv}
emissions: {grid_file: carbon.csv}
incentives: {fit: {tariff: {import_file: agile.csv}}}
"""


def test_jobs_depend_on_the_users_files_they_read() -> None:
    config = load(FILES)
    assert demand_files(demand_inputs(config, "flat")) == ["flat.csv", "here.epw"]
    assert price_files(design(config, "flat-none-with")) == ["prices.csv", "sold.csv", "carbon.csv"]
    fit = ["prices.csv", "sold.csv", "agile.csv", "carbon.csv"]
    assert price_files(design(config, "flat-fit-with")) == fit
    dear = ["dear.csv", "sold.csv", "carbon.csv"]
    assert price_files(design(config, "flat-none-with-dear")) == dear
    assert price_files(design(load(), "flat-fit-with")) == []
    assert demand_files(demand_inputs(load(), "flat")) == []


def test_missing_files_are_named_all_at_once_with_their_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(FILES)
    with pytest.raises(DataError) as caught:
        check_files(config)
    found = str(caught.value)
    assert str(tmp_path) in found.splitlines()[0]
    assert [line.strip() for line in found.splitlines()[1:]] == [
        "demand.files.flat: no file 'flat.csv'",
        "demand.weather.epw: no file 'here.epw'",
        "tariff.import_file: no file 'prices.csv'",
        "tariff.export_file: no file 'sold.csv'",
        "emissions.grid_file: no file 'carbon.csv'",
        "incentives.fit.tariff.import_file: no file 'agile.csv'",
        "scenarios.variants.dear.tariff.import_file: no file 'dear.csv'",
    ]
    for name in ("flat.csv", "here.epw", "prices.csv", "sold.csv", "carbon.csv"):
        (tmp_path / name).touch()
    for name in ("dear.csv", "agile.csv"):
        (tmp_path / name).touch()
    check_files(config)


def test_the_workflow_is_parsed_without_heavy_libraries() -> None:
    code = (
        "import sys; import microchp.config.scenarios, microchp.workflow;"
        "print([name for name in ('numpy', 'pandas', 'xarray', 'linopy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "scripts",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------------------------------ parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("group: {dwellings: 13}", [range(13)]),
        ("group: {dwellings: 5, dwellings_per_job: 2}", [range(2), range(2, 4), range(4, 5)]),
        (
            "{group: {dwellings: 5, dwellings_per_job: 2}, "
            "scenarios: {control: [heat_led, household]}}",
            [range(5)],
        ),
        (
            "{group: {dwellings: 5, dwellings_per_job: 2}, scenarios: {house: [mine]}, "
            "demand: {source: file, files: {mine: mine.csv}}}",
            [range(5)],
        ),
    ],
)
def test_dwellings_of_a_group_are_made_in_parts(text: str, parts: list[range]) -> None:
    config = load(text)
    assert demand_parts(config) == parts
    made = demand_inputs(config, config.scenarios.house[0], len(parts[-1]), parts[-1].start)
    assert (made.first_dwelling, made.dwellings) == (parts[-1].start, len(parts[-1]))
