# The one place that knows how to set up and run everything. PYTHON may name another interpreter (3.11 or newer).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
READY_TEST := $(VENV)/.ready-test
# Every worker and every process that a test starts would compile all modules anew.
export PYTHONDONTWRITEBYTECODE :=
# What measures speed or kills processes: other tests beside it would change what it measures.
DRILLS := tests/bench tests/faults tests/loop

.PHONY: help demo test drills check bench torture manifest clean
.DEFAULT_GOAL := help

help:                     ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "make %-10s %s\n", $$1, $$2}'

demo: $(READY)            ## a whole show in the terminal, no account needed
	@$(BIN)/python -m bot story

test: check               ## style, types and behaviour: every test but the drills
	$(BIN)/python -m pytest -rs -n auto --dist worksteal $(DRILLS:%=--ignore %)

drills: $(READY_TEST)     ## the long tests, one at a time: a sample of the crashes and outages, and the benchmarks
	$(BIN)/python -m pytest -rs $(DRILLS)

check: $(READY_TEST)      ## style and types only
	$(BIN)/ruff check bot commands tests
	$(BIN)/ruff format --check bot commands tests
	$(BIN)/mypy

bench: $(READY_TEST)      ## speed as ratios, measured in one run
	$(BIN)/python -m tests.bench

torture: $(READY_TEST)    ## zones, webhooks, models, then crashes at every moment, in system calls and at random (hours)
	$(BIN)/python -m tests.faults

manifest: $(READY)        ## write manifest.yml and the tables of README.md again
	$(BIN)/python -m bot manifest --write

clean:                    ## remove the virtual environment and what tools remember
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("showcaller needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(READY_TEST): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@
