# Design study of micro-CHP units and hot-water stores: from demand to report.
# Rules are in rules/, one script for each rule in scripts/, the science in scripts/microchp/.

from snakemake.utils import min_version

min_version("9.27")


report: "rules/captions/workflow.rst"


include: "rules/configuration.smk"


if DEFAULT_FILE:

    configfile: "config/config.yaml"


include: "rules/common.smk"
include: "rules/demand.smk"
include: "rules/design.smk"
include: "rules/operation.smk"
include: "rules/assessment.smk"
include: "rules/sweep.smk"
include: "rules/report.smk"


# The published studies are modules of this workflow; a module has none of its own.
if not IS_MODULE:

    include: "rules/reproduction.smk"


wildcard_constraints:
    house=HOUSE_PATTERN,
    minutes=r"\d+",
    ending="lp|mps|nc",
    chunk=r"\d+",
    part=r"\d+",
    scenario=r"[a-z0-9_-]+",
    case=CASE_PATTERN,


# What takes less time than a scheduler to place.
localrules:
    all,
    write_config,
    write_scenarios,
    write_manifest,


rule all:
    default_target: True
    input:
        RESULTS / "manifest.csv",
        TARGETS,
        DESIGNS,


onstart:
    shelve_page()


onsuccess:
    print_results()


onerror:
    report_what_succeeded()
    print(RUN.failures(), file=sys.stderr)
