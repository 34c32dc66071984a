# The configuration, checked before any job, and what rules need of it. No rules here.

import gc
import hashlib
import json
import logging
import re
from functools import cache

import yaml

from microchp.config import PAPERS, load_config, merge, newest_market, pounds_words, variant_config
from microchp.config.market import market_notes
from microchp.config.notes import demand_notes, run_notes
from microchp.config.scenarios import (
    account_inputs,
    carbon_files,
    cases_without_unit,
    check_files,
    check_work,
    comparison_inputs,
    demand_files,
    control_inputs,
    controlled_scenarios,
    demand_inputs,
    demand_name,
    demand_names,
    demand_parts,
    design_blocks,
    design_inputs,
    factor_files,
    group_inputs,
    incentive_files,
    operation_cases,
    price_files,
    scenario_rows,
    scenario_table,
    sweep_config,
    variant_times,
    without_unit_name,
    year_files,
)
from microchp.partial import PAGE, failures_of, known_failures, names, run_the_rest
from microchp.terminal import (
    follow_run,
    refuse_unquotable,
    stop_on_hangup,
    stop_once,
    write_what_can_be_shown,
)
from microchp.workflow import CodeReader

# A large grid makes millions of objects that live as long as Snakemake does: do not look them all
# over again and again for what could be freed.
gc.set_threshold(200_000, 100, 100)

COMMAND_LINE = ["--config"] if workflow.config_settings.config and not IS_MODULE else []
SOURCE = (
    f"config of module {workflow.modifier.namespace}"
    if IS_MODULE
    else ", ".join(CONFIG_FILES + COMMAND_LINE)
)


# A dry run, a job in its own process and a workflow around this one show what Snakemake shows.
FOLLOWED = not (IS_MODULE or workflow.output_settings.dryrun) and workflow.is_main_process
RUN = follow_run(logging.getLogger("snakemake.logging"), "DefaultStreamHandler" if FOLLOWED else "")
if FOLLOWED:
    write_what_can_be_shown(sys.stdout, sys.stderr)
    stop_on_hangup()
    stop_once()


# Of 10,000 variants, each is checked once; a job in its own process checks its own.
@cache
def variant_of(name):
    return variant_config(CONFIG, name, SOURCE)


# An exit, not a WorkflowError, which would add this file and line to the user's own message.
# A job in a process of its own belongs to a run that has checked all of this.
is_first = workflow.is_main_process
try:
    refuse_unquotable(sys.executable)
    CONFIG = load_config(config, PROJECT / "resources", SOURCE, with_variants=False)
    if is_first:
        for name in CONFIG.scenarios.variants:
            variant_of(name)
    GRID = scenario_table(CONFIG)
    CASES = operation_cases(CONFIG)
    DEMAND_NAMES = demand_names(CONFIG, variant_of)
    check_work(CONFIG, SOURCE)
    if is_first:
        check_files(CONFIG)
    NOTES = []
    if is_first:
        NOTES += market_notes(config, PROJECT / "resources")
        NOTES += [*demand_notes(CONFIG), *run_notes(CONFIG, CONFIG_FILES)]
    is_measured = any(variant_of(variant).demand.source == "file" for _, variant in DEMAND_NAMES)
    if is_measured and is_first:
        # imported here because reading files takes libraries that a built-in demand can spare
        from microchp.demand.measured import validate_demand_files

        NOTES += validate_demand_files(CONFIG)
    if year_files(CONFIG) and is_first:
        from microchp.series.prices import validate_year_files

        NOTES += validate_year_files(year_files(CONFIG), CONFIG.time.year)
    if carbon_files(CONFIG) and is_first:
        from microchp.series.issued import issued_notes

        for _, path, year in carbon_files(CONFIG):
            NOTES += issued_notes(path, year)
    if is_first and any(variant_of(variant).demand.weather.epw for _, variant in DEMAND_NAMES):
        from microchp.demand.epw import validate_weather

        validate_weather(CONFIG)
except MicrochpError as error:
    sys.exit(str(error))
for note in NOTES:
    print(f"note: {shown(note)}", file=sys.stderr)

RESULTS = Path("results") / CONFIG.run.name
LOGS = RESULTS / "logs"
BENCHMARKS = RESULTS / "benchmarks"
ENVIRONMENT = "../envs/microchp.yaml"
# A run over what has succeeded goes without what has failed before it.
FAILURES = [] if IS_MODULE else known_failures()
LOST = {kind: names(FAILURES, kind) for kind in ("house", "scenario", "case")}
# Demands by name, with the house and the variant that each is of.
DEMAND_OF = {}
for of_demand, name in DEMAND_NAMES.items():
    if name not in LOST["house"]:
        DEMAND_OF.setdefault(name, of_demand)
HOUSES = [*DEMAND_OF]
SCENARIOS = {
    name: scenario
    for name, scenario in GRID.items()
    if name not in LOST["scenario"] and demand_name(scenario, DEMAND_NAMES) in DEMAND_OF
}
CASES = {
    name: case
    for name, case in CASES.items()
    if name not in LOST["case"]
    and case.scenario not in LOST["scenario"]
    and LOST["house"].isdisjoint(case.houses)
}


def alternatives(names):
    """A pattern of these names and no others."""
    return "|".join(map(re.escape, names)) or "(?!)"


HOUSE_PATTERN = alternatives(HOUSES)
# Groups have more dwellings of each house type than the one that designs are made for.
HAS_GROUPS = bool(CONFIG.scenarios.penetration)
PARTS = demand_parts(CONFIG)
# Designs under every control, where there is more than one.
CONTROLLED_SCENARIOS = [name for name in controlled_scenarios(CONFIG) if name in SCENARIOS]
# Demands of variants are of one dwelling, but for those of groups under several controls.
OWN_HOUSES = [name for name, (_, variant) in DEMAND_OF.items() if not variant]
CONTROLLED_DEMANDS = [demand_name(SCENARIOS[name], DEMAND_NAMES) for name in CONTROLLED_SCENARIOS]
OF_GROUPS = {*OWN_HOUSES, *CONTROLLED_DEMANDS} if HAS_GROUPS else set()


def operated(name):
    """The demand of all dwellings that are run, without the ending of its file."""
    return RESULTS / f"demand/{'group/' if name in OF_GROUPS else ''}{name}"


QUALITIES = [f"{operated(name)}_quality.json" for name in HOUSES]
OWN_QUALITIES = [f"{operated(name)}_quality.json" for name in OWN_HOUSES]
CALIBRATIONS = expand(RESULTS / "demand/{house}_calibration.svg", house=HOUSES)
DESIGNS = expand(RESULTS / "designs/{scenario}.nc", scenario=SCENARIOS)
# Variants that differ in time alone are compared with the finest of them.
TIMES = variant_times(CONFIG)
IN_TIME = [
    name
    for name, changes in CONFIG.scenarios.variants.items()
    if {*changes} == {"time"} and TIMES[name].year == CONFIG.time.year
]
STEPS = sorted({TIMES[name].resolution_minutes for name in ("", *IN_TIME)})
# Designs of a large grid that a job makes one after the other; each other has a job of its own.
BLOCKS = design_blocks(CONFIG, SCENARIOS.values(), TIMES, DEMAND_NAMES)
# A file of each job that makes designs: what follows one of a block follows all of it.
SINGLES = SCENARIOS.keys() - set().union(*BLOCKS)
FIRST_DESIGNS = [RESULTS / f"designs/{names[0]}.nc" for names in BLOCKS]
FIRST_DESIGNS += expand(RESULTS / "designs/{scenario}.nc", scenario=sorted(SINGLES))
SINGLE_PATTERN = alternatives(sorted(SINGLES)) if BLOCKS else ".+"
# With them what several have in common if their designs turn out to have no unit.
RUN_CASES = CASES | {
    name: case for name, case in cases_without_unit(CASES).items() if name not in LOST["case"]
}
CASE_PATTERN = alternatives(RUN_CASES)
# Groups are added up where there are penetrations; units run in one house type, not a street.
GROUP_CASES = [*CASES] if CONFIG.scenarios.penetration else []
UNIT_CASES = [name for name, case in CASES.items() if case.unit and case.group in OWN_HOUSES]
GROUPS = expand(RESULTS / "groups/{case}.nc", case=GROUP_CASES)
GROUP_DIVERSITY = expand(RESULTS / "groups/{case}_diversity.csv", case=GROUP_CASES)
GROUP_ACCOUNTS = expand(RESULTS / "operation/{case}_account.csv", case=GROUP_CASES)
GROUP_METERING = expand(RESULTS / "operation/{case}_metering.csv", case=GROUP_CASES)
CONTROLLED = expand(RESULTS / "control/{scenario}.csv", scenario=CONTROLLED_SCENARIOS)
CONTROL_FLOWS = expand(RESULTS / "control/{scenario}.nc", scenario=CONTROLLED_SCENARIOS)
CONTROL_TABLE = [RESULTS / "control.csv"] if CONTROLLED else []
CONTROL_FIGURE = [RESULTS / "control.svg"] if CONTROLLED else []
# What the papers print, and what of a run is compared with it.
# Only a whole run is, as only a whole study of time has its finest.
IS_WHOLE = not FAILURES
PAPERS_TOLD = CONFIG.run.compare_with if IS_WHOLE else []
PUBLISHED = [PROJECT / f"resources/published/{paper}.csv" for paper in PAPERS_TOLD]
COMPARISON = [RESULTS / "published.csv"] if PUBLISHED else []
# What a run gives: designs, groups, or both, and a page on all of it.
DESIGN_TABLE = [RESULTS / "designs.csv"] if SCENARIOS else []
DESIGN_FIGURES = [RESULTS / "figures"] if SCENARIOS else []
GROUP_TABLE = [RESULTS / "groups.csv"] if GROUP_CASES else []
METERING = [RESULTS / "metering.csv"] if SCENARIOS or GROUP_CASES else []
SERVICE = [RESULTS / "service.csv"] if SCENARIOS or CASES else []
GROUP_FIGURES = [RESULTS / "group_figures"] if GROUP_CASES else []
DWELLINGS = [RESULTS / f"operation/{case}.csv" for case in CASES]
# Of designs, the page prices what an ordinary controller makes of them.
FIRST_DWELLINGS = [RESULTS / f"operation/{name}.nc" for name in CASES if name in SCENARIOS]
IS_COMPARED = CONFIG.comparison.plants and UNIT_CASES
UNIT_COMPARISON = (
    [RESULTS / "comparison.csv", RESULTS / "comparison_economics.csv"] if IS_COMPARED else []
)
UNIT_FIGURES = [RESULTS / "comparison_figures"] if IS_COMPARED else []
IS_STUDY_OF_TIME = SCENARIOS and IS_WHOLE and any(TIMES[name] != CONFIG.time for name in IN_TIME)
PRECISION = [RESULTS / "precision.csv", RESULTS / "precision.svg"] if IS_STUDY_OF_TIME else []
# Plants of the run, each with the parts that may be chosen; several are ranked.
PLANTS = {name: sorted(CONFIG.plants[name].changes) for name in CONFIG.scenarios.plant}
RANKED = [RESULTS / "plants.csv", RESULTS / "plants.svg"] if SCENARIOS and len(PLANTS) > 1 else []
EARLIER_PAGE = "page_of_an_earlier_run.html"
REPORT = [RESULTS / "report/index.html"] if SCENARIOS or CASES else []
STEPS_BY_HOUSE = {
    (demand_name(scenario, DEMAND_NAMES), TIMES[scenario.variant].resolution_minutes)
    for scenario in SCENARIOS.values()
}
DEMANDS = [RESULTS / f"demand/{house}.nc" for house in HOUSES]
for house, minutes in sorted(STEPS_BY_HOUSE):
    DEMANDS += expand(RESULTS / f"demand/{house}_{minutes}min{{part}}", part=[".nc", "_loss.csv"])
OPERATIONS = expand(RESULTS / "operation/{case}{part}.nc", case=CASES, part=["", "_generation"])
# Everything that README promises: what is deleted comes back, though nothing else needs it.
# A sweep designs every scenario of the grid for each of its samples, a chunk of them in a job.
SWEEP_CONFIG = sweep_config(CONFIG).model_dump(mode="json")
SWEEP_CHUNKS = range(CONFIG.sweep.chunks)
SWEPT_SCENARIOS = [*SCENARIOS] if CONFIG.sweep.inputs else []
SWEEP = [RESULTS / "sweep_summary.csv"] if SWEPT_SCENARIOS else []
SWEEP_REGRET = [RESULTS / "sweep_regret.csv"] if SWEPT_SCENARIOS else []
SWEEP_FIGURES = [RESULTS / "sweep_figures"] if SWEPT_SCENARIOS else []
TARGETS = [
    RESULTS / "config.yaml",
    RESULTS / "scenarios.csv",
    *REPORT,
    *COMPARISON,
    *PRECISION,
    *RANKED,
]
TARGETS += [*DESIGN_TABLE, *DESIGN_FIGURES, *DEMANDS, *QUALITIES, *CALIBRATIONS]
TARGETS += [*GROUP_TABLE, *GROUP_FIGURES, *GROUPS, *OPERATIONS, *DWELLINGS]
TARGETS += [*GROUP_DIVERSITY, *GROUP_ACCOUNTS, *GROUP_METERING, *METERING, *SERVICE]
TARGETS += [*UNIT_COMPARISON, *UNIT_FIGURES, *SWEEP, *CONTROL_TABLE, *CONTROL_FIGURE]
TARGETS += [*CONTROLLED, *CONTROL_FLOWS]
TARGETS += [
    Path(drawn).with_suffix(".pdf")
    for drawn in [*CALIBRATIONS, *CONTROL_FIGURE, *PRECISION[1:], *RANKED[1:]]
]


CODE = CodeReader(PROJECT / "scripts")


@cache
def code(rule):
    """Version of the code behind a rule, so that changed code reruns what depends on it."""
    return CODE.version(PROJECT / "scripts" / f"{rule}.py")


@cache
def demand_of(name):
    house, variant = DEMAND_OF[name]
    return demand_inputs(variant_of(variant), house)


@cache
def group_demand_of(name, part=0):
    house, variant = DEMAND_OF[name]
    return demand_inputs(variant_of(variant), house, len(PARTS[part]), PARTS[part].start)


@cache
def design_of(scenario):
    return design_inputs(CONFIG, SCENARIOS[scenario], variant_of(SCENARIOS[scenario].variant))


def solve_of(variant):
    return variant_of(variant).solve


def demand_params(wildcards):
    return demand_of(wildcards.house).model_dump(mode="json")


def group_demand_params(wildcards):
    return group_part_of(wildcards).model_dump(mode="json")


def group_part_of(wildcards):
    """A part of the dwellings of a house type, or all of them where that is one."""
    return group_demand_of(wildcards.house, int(wildcards.get("part", 0)))


def group_qualities(wildcards):
    return expand(
        RESULTS / "demand/group/{house}/{part}_quality.json",
        house=wildcards.house,
        part=range(len(PARTS)),
    )


def resample_minutes(wildcards):
    """The step, which the cache between runs tells results apart by, as a path does not."""
    return int(wildcards.minutes)


def demand_user_files(wildcards):
    return demand_files(demand_of(wildcards.house))


def design_demand(wildcards):
    return demand_of_design(wildcards.scenario)


def demand_of_design(name):
    """The demand of a scenario at the resolution of its design model."""
    scenario = SCENARIOS[name]
    minutes = TIMES[scenario.variant].resolution_minutes
    return RESULTS / f"demand/{demand_name(scenario, DEMAND_NAMES)}_{minutes}min.nc"


def design_params(wildcards):
    return design_of(wildcards.scenario).model_dump(mode="json")


def design_price_files(wildcards):
    return price_files(design_of(wildcards.scenario))


def sweep_params(wildcards):
    return SWEEP_CONFIG


def sweep_scenario(wildcards):
    return vars(SCENARIOS[wildcards.scenario])


def solve_params(wildcards):
    return solve_of(SCENARIOS[wildcards.scenario].variant).model_dump(mode="json")


def with_solve(scenario):
    """All that a design is made of, but for files."""
    solve = solve_of(SCENARIOS[scenario].variant)
    return {
        "inputs": design_of(scenario).model_dump(mode="json"),
        "solve": solve.model_dump(mode="json"),
    }


def designs_params(wildcards):
    return [with_solve(wildcards.scenario)]


def block_params(names):
    # of a parameter that is made from input Snakemake keeps no copy beside every output
    def given(wildcards, input):
        return [with_solve(name) for name in names]

    return given


def block_version(names):
    """Fingerprint of a block's parameters, by which its job is run again."""

    def given(wildcards):
        text = json.dumps([with_solve(name) for name in names])
        return hashlib.sha256(text.encode()).hexdigest()

    return given


def block_price_files(names):
    def given(wildcards):
        priced = {(SCENARIOS[name].variant, SCENARIOS[name].incentive) for name in names}
        files = [incentive_files(variant_of(variant), incentive) for variant, incentive in priced]
        return sorted({path for some in files for path in some})

    return given


def block_runtime(names):
    """Minutes: the time limit of one design, and for each what is more than most of them take."""

    def asked(wildcards, attempt):
        limit = max(solve_of(SCENARIOS[name].variant).time_limit_minutes for name in names)
        return attempt * (round(limit) + 10 * len(names))

    return asked


def solve_threads(wildcards):
    """Designs side by side first; where there are fewer than cores, the rest go inside them.

    Cores of this machine say nothing of the nodes of a cluster: its profile says how many.
    """
    if not workflow.local_exec:
        return 1
    cores = workflow.global_resources["_cores"].value or 1
    return max(1, cores // len(SCENARIOS))


def solve_runtime(wildcards, attempt):
    """Minutes: the time limit, and as much again as reading, checking and writing may take."""
    limit = solve_of(SCENARIOS[wildcards.scenario].variant).time_limit_minutes
    return attempt * (round(limit) + 10)


def starts_runtime(wildcards, attempt):
    """Minutes for a solve at each price of a start."""
    return len(CONFIG.chp.start_prices_gbp) * solve_runtime(wildcards, attempt)


def operation_demand(wildcards):
    """The demand by minute of the houses of a group, each once, its dwellings in order."""
    houses = RUN_CASES[wildcards.case].houses
    if HAS_GROUPS and len(PARTS) > 1:
        path = RESULTS / "demand/group/{house}/{part}.nc"
        return expand(path, house=houses, part=range(len(PARTS)))
    return [f"{operated(house)}.nc" for house in houses]


def operation_design(wildcards):
    """The design that a case installs, if it is one."""
    scenario = RUN_CASES[wildcards.case].scenario
    return [RESULTS / f"designs/{scenario}.nc"] if scenario else []


def without_unit(*paths):
    """Files of the group of a case's house type without units, if it has such a case."""

    def given(wildcards):
        case = RUN_CASES[wildcards.case]
        name = without_unit_name(case)
        is_shared = case.scenario and name in RUN_CASES
        return [RESULTS / path.format(name) for path in paths] if is_shared else []

    return given


def operation_params(wildcards):
    return RUN_CASES[wildcards.case].model_dump(mode="json")


@cache
def account_of(case):
    return account_inputs(CONFIG, CASES[case])


def account_params(wildcards):
    return account_of(wildcards.case).model_dump(mode="json")


def operation_price_files(wildcards):
    """A user's files of prices and factors that a case is priced by."""
    prices = account_of(wildcards.case).prices
    scenario = CASES[wildcards.case].scenario
    return price_files(design_of(scenario) if prices is None else prices)


def control_demand(wildcards):
    """The demand by minute of all dwellings of a scenario."""
    return f"{operated(demand_name(SCENARIOS[wildcards.scenario], DEMAND_NAMES))}.nc"


def control_price_files(wildcards):
    given = control_inputs(CONFIG, SCENARIOS[wildcards.scenario])
    own = [given.network.price_file, given.forecast.carbon_file]
    return [*price_files(design_of(wildcards.scenario)), *(path for path in own if path)]


def control_params(wildcards):
    return control_inputs(CONFIG, SCENARIOS[wildcards.scenario]).model_dump(mode="json")


def control_memory(wildcards, attempt):
    """MB: libraries, and a year of every dwelling at the step of its design."""
    minutes = design_of(wildcards.scenario).time.resolution_minutes
    return attempt * (1500 + CONFIG.dwellings * 200 // minutes)


def group_params(wildcards):
    return group_inputs(CONFIG, wildcards.case).model_dump(mode="json")


def shelve_page():
    """Put the page of an earlier run aside, so that it is not taken for one of this run."""
    page = RESULTS / "report/index.html"
    if FOLLOWED and RUN.planned[PAGE] and page.exists() and not workflow.touch:
        page.replace(page.with_name(EARLIER_PAGE))


def report_what_succeeded():
    """Tables and page of what has not failed, in a run of its own."""
    failures = [] if FAILURES else failures_of(RUN)
    if FOLLOWED and failures:
        cores = workflow.global_resources["_cores"].value or 1
        options = ["--cores", str(cores)]
        methods = [method.name.lower() for method in workflow.deployment_settings.deployment_method]
        options += ["--sdm", *methods] if methods else []
        print("Tables and page of what has succeeded:", file=sys.stderr)
        run_the_rest(failures, CONFIG.model_dump(mode="json"), workflow.main_snakefile, options)


def print_results():
    """The answer in short and where to look, once there is something to look at."""
    page = RESULTS / "report/index.html"
    if page.exists():
        page.with_name(EARLIER_PAGE).unlink(missing_ok=True)
    # of a run that was asked for files, these are the answer
    asked = sorted(target for target in workflow.dag_settings.targets if Path(target).exists())
    for path in asked:
        print(f"Written: {path}")
    if asked or not page.exists():
        return
    if SCENARIOS:
        # imported here because the table takes libraries that the workflow's parse can spare
        from microchp.report.sections.samples import RANDOM_METHODS
        from microchp.report.summary import run_summary

        shown = run_summary(
            designs_path=RESULTS / "designs.csv",
            report_path=page,
            sweep_path=next(iter(SWEEP), None),
            is_random=CONFIG.sweep.method in RANDOM_METHODS,
            money=pounds_words(CONFIG.market, CONFIG.gbp_per_eur),
        )
        print(shown)
    tables = [*DESIGN_TABLE, *GROUP_TABLE, *UNIT_COMPARISON, *DWELLINGS]
    first = tables[0].relative_to(RESULTS)
    print(f"Results are in {RESULTS}: see {page.relative_to(RESULTS)} and {first}")


def growing(amount):
    """A resource of which a job gets as much again each time that it is tried anew.

    A scheduler stops what needs more than it has asked for; `make usage` shows what jobs take.
    """

    def asked(wildcards, attempt):
        return attempt * amount

    return asked


def demand_memory(wildcards, attempt):
    return attempt * memory_of(demand_of(wildcards.house))


def group_demand_memory(wildcards, attempt):
    return attempt * memory_of(group_part_of(wildcards))


def memory_of(inputs):
    """MB: libraries and a year by minute of some dwellings; a user's file is held whole."""
    return 1500 + (50 * inputs.dwellings if inputs.demand.source == "file" else 0)


def demand_runtime(wildcards, attempt):
    return attempt * runtime_of(demand_of(wildcards.house))


def group_demand_runtime(wildcards, attempt):
    return attempt * runtime_of(group_part_of(wildcards))


def runtime_of(inputs):
    """Minutes: some years of electricity, and a second or two for each dwelling."""
    return 20 + inputs.dwellings // 15


def design_memory(wildcards, attempt):
    """MB: libraries, and the printed model, which grows with the slices of a year."""
    return attempt * memory_of_design(wildcards.scenario)


def memory_of_design(scenario):
    return 900 + 2 * 1440 // TIMES[SCENARIOS[scenario].variant].resolution_minutes


# The published studies, which the target `reproduce` loads as modules. A study takes its time to
# read, and every job reads the workflow again: so it is loaded only when it is asked for, by that
# target or as one of its own jobs.
STUDIES = {
    "oluleye2018": ["oluleye2018"],
    "oluleye2018_assumptions": ["oluleye2018", "oluleye2018_assumptions"],
    "peacock2006": ["peacock2006"],
    "depaepe2006": ["depaepe2006"],
}
COMPARED_STUDIES = [study for study, files in STUDIES.items() if len(files) == 1]
REPRODUCTION = Path("results/reproduction")


def is_wanted(study):
    asked = re.compile(rf"reproduce\b|results/reproduction\b|{study}_(?!assumptions)")
    return study != CONFIG.run.name and any(map(asked.match, sys.argv))


def study_config(study):
    """The files of a study, each laid over the one before."""
    merged = {}
    for name in STUDIES[study]:
        path = PROJECT / f"config/studies/{name}.yaml"
        merged = merge(merged, yaml.safe_load(path.read_text(encoding="utf-8")))
    return merged
