# Configuration files, looked at before Snakemake reads its default one. No rules here.

import os
import sys
from pathlib import Path

# Of this file, not of the workflow that may have loaded it as a module.
PROJECT = Path(str(workflow.current_basedir)).parent
sys.path.insert(0, str(PROJECT / "scripts"))
if not (PROJECT / "scripts").is_dir():
    sys.exit(
        f"{PROJECT}: no folder of this machine, and the workflow imports a package of its own. Name "
        'a clone, snakefile: "microchp/Snakefile", or of an address path="workflow/Snakefile"'
    )

from microchp.config import check_config_files
from microchp.errors import MicrochpError, shown

# A module gets its configuration from the workflow that loads it, not from files.
IS_MODULE = not workflow.modifier.is_main_snakefile()
# Files on the command line stand alone: the default file must not leak into a study.
DEFAULT_FILE = [] if IS_MODULE or workflow.overwrite_configfiles else ["config/config.yaml"]
CONFIG_FILES = [
    os.path.relpath(file)
    for file in workflow.overwrite_configfiles or DEFAULT_FILE
    if not IS_MODULE
]

# An exit, not a WorkflowError, which would add this file and line to the user's own message.
try:
    if workflow.is_main_process:
        check_config_files(CONFIG_FILES)
except MicrochpError as error:
    sys.exit(str(error))
