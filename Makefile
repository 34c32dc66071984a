# make run    the design study of Oluleye et al. 2018, from demand to report, or your own:
#             make run CONFIG=my_study.yaml
# make quick  a coarse look at it: one of its houses, hourly steps, twelve representative days
# make test   checks and tests
# make help   all targets

VENV := .venv
BIN := $(VENV)/bin
CORES ?= all
SNAKEMAKE := $(BIN)/python -m snakemake --cores $(CORES)
# The study that `make run` computes; several files are laid over each other in their order.
CONFIG ?= config/studies/oluleye2018.yaml

# What `make quick` computes: the same study, coarse.
QUICK := config/studies/oluleye2018.yaml config/quick.yaml

# The first Python of this machine that is new enough, unless one is given: make run PYTHON=...
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	echo $$python && break; done)

# Where the home cannot be written, tools keep their caches beside the project.
ifneq ($(shell test -w "$$HOME" && echo writable),writable)
export XDG_CACHE_HOME := $(CURDIR)/.cache
export MPLCONFIGDIR := $(CURDIR)/.cache/matplotlib
endif

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help run check usage import reproduce quick test bad-input test-faults test-slurm lint reference validation docs lock unlock

help:
	@echo 'make run        the design study of Oluleye et al. 2018, from demand to report'
	@echo 'make run CONFIG=my_study.yaml   your own study'
	@echo 'make check      whether all files of a run are as they were written: RUN=results/oluleye2018'
	@echo 'make usage      time and memory of the jobs of a run, by rule: RUN=results/oluleye2018'
	@echo 'make import     what a raw meter file holds, and how to describe it: FILE=data/raw.csv'
	@echo 'make reproduce  all published studies beside print, as one page'
	@echo 'make quick      a coarse look at make run: one house, hourly steps, twelve days'
	@echo 'make test       checks and tests'
	@echo 'make bad-input  how many wrong inputs of each kind are refused, in messages'
	@echo 'make test-faults runs that are killed, stopped or starved of disk, against one that is not'
	@echo 'make test-slurm a small study on a Slurm cluster of one node, which root can set up'
	@echo 'make lint       checks alone: ruff, mypy, snakefmt, snakemake --lint'
	@echo 'make reference  rewrite config/README.md, config/schema/ and the generated pages of docs/'
	@echo 'make validation rewrite docs/validation.md and the counts in README.md from make reproduce'
	@echo 'make docs       the documentation as pages, in site/'
	@echo 'make lock       renew requirements.lock after a change of requirements*.txt'
	@echo 'make unlock     release the lock that a killed run has left'

# On a cluster: make run PROFILE=profiles/slurm (docs/cluster.md). Threads of its jobs are bounded by
# rules and profile, not by the cores of the machine that submits.
NODE_CORES := 1024

run: $(VENV)/.run
	@PYTHONPATH=scripts $(BIN)/python -m microchp.config.check_files $(CONFIG)
ifdef PROFILE
	@! grep -qs '^executor: slurm' $(PROFILE)/config.yaml || \
		$(BIN)/python -c 'import snakemake_executor_plugin_slurm' 2>/dev/null || { \
		echo 'Jobs go to Slurm by a plugin of Snakemake, which is not there; install it with' \
		'$(BIN)/python -m pip install -r requirements-slurm.txt' >&2; exit 1; }
	$(BIN)/python -m snakemake --profile $(PROFILE) --cores $(NODE_CORES) --configfile $(CONFIG)
else
	$(SNAKEMAKE) --configfile $(CONFIG)
endif

quick: $(VENV)/.run
	$(SNAKEMAKE) --configfile $(QUICK)

# The run to check, and `MEND=--mend` to make again what is damaged.
RUN ?= results/oluleye2018
check: $(VENV)/.run
	@PYTHONPATH=scripts $(BIN)/python -m microchp.check_run $(RUN) $(MEND)

# Time and memory of the jobs of a run, by rule.
usage: $(VENV)/.run
	@PYTHONPATH=scripts $(BIN)/python -m microchp.usage $(RUN)

# The file to look at.
import: $(VENV)/.run
	@test -n '$(FILE)' || { echo 'Name the file to look at: make import FILE=data/raw.csv' >&2; exit 1; }
	@PYTHONPATH=scripts $(BIN)/python -m microchp.demand.import '$(FILE)'

test: lint
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

# Wrong input of every kind, counted.
bad-input: $(VENV)/.test
	$(BIN)/python -m pytest -s tests/test_bad_input.py

# Kills, stops, full disks, other places: whole small studies, some twenty minutes of a core.
test-faults: $(VENV)/.test
	$(BIN)/python -m pytest -m faults -s -rs

# A Slurm cluster of one node on this machine, where it is root, and a small study on it.
test-slurm: $(VENV)/.test $(VENV)-slurm/.run
	@command -v slurmctld slurmd sbatch munged >/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get -qq update && \
		apt-get -qq install -y --no-install-recommends slurmctld slurmd slurm-client munge; } || \
		echo 'Slurm is not installed, and only root can do so: the test will be skipped' >&2
	SLURM_PYTHON=$(abspath $(VENV)-slurm)/bin/python \
		$(BIN)/python -m pytest -m slurm -s -rs tests/test_slurm.py

$(VENV)-slurm/.run: requirements.txt requirements-slurm.txt requirements.lock
	'$(PYTHON)' -m venv --clear $(VENV)-slurm
	$(VENV)-slurm/bin/python -m pip install -qq --disable-pip-version-check \
		-r requirements.txt -r requirements-slurm.txt -c requirements.lock
	@touch $@

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/python -m snakemake --lint

reference: $(VENV)/.run
	PYTHONPATH=scripts $(BIN)/python -m microchp.config.reference config
	PYTHONPATH=scripts $(BIN)/python -m microchp.tables.columns docs/tables.md
	PYTHONPATH=scripts $(BIN)/python -m microchp.design.equations resources docs/equations.md

reproduce: $(VENV)/.run
	$(SNAKEMAKE) reproduce

validation: $(VENV)/.run
	PYTHONPATH=scripts $(BIN)/python -m microchp.report.validation

docs: $(VENV)/.test
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo 'Open site/index.html'

unlock: $(VENV)/.run
	$(BIN)/python -m snakemake --unlock

# Two stamps, so that a run needs no test tools. A second `make` finds them and starts at once.
$(VENV)/.run: requirements.txt requirements.lock | $(BIN)/python
	@echo 'Installing into $(VENV); a minute or two, once'
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.txt -c requirements.lock
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.txt
	@echo 'Installing test tools into $(VENV)'
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements-dev.txt -c requirements.lock
	@touch $@

# Snakemake starts jobs by the path of Python as it stands, so that it may have no space in it.
$(BIN)/python:
	@case '$(VENV)' in /*) ;; *) case "$$PWD" in *[[:space:]]*) \
		echo "$$PWD: has a space in it, by which jobs could not be started. Move the clone, or make" \
		'its environment elsewhere: make run VENV=/path/without/spaces' >&2; exit 1;; esac;; esac
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed and none was found;' \
		'install one, or name it: make run PYTHON=/path/to/python3' >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo '$(PYTHON) is older than Python 3.11; name a newer one: make run PYTHON=...' >&2; exit 1; }
	'$(PYTHON)' -m venv --clear $(VENV)

lock:
	@rm -rf $(VENV)-lock
	'$(PYTHON)' -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install -qq -r requirements.txt -r requirements-dev.txt \
		-r requirements-slurm.txt
	{ echo '# Everything that requirements*.txt bring. Written by `make lock`.'; \
		$(VENV)-lock/bin/python -m pip freeze; } > requirements.lock
	@rm -rf $(VENV)-lock
