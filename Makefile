# The one place that knows how to set up and run everything. PYTHON may name another interpreter (3.11 or newer).
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
READY_TEST := $(VENV)/.ready-test

.PHONY: demo sandbox test check bench torture manifest clean

demo: $(READY)            ## a whole show in the terminal, no account needed
	@$(BIN)/python -m bot story

test: check               ## style, types, tests
	$(BIN)/python -m pytest

check: $(READY_TEST)
	$(BIN)/ruff check bot commands tests
	$(BIN)/mypy

bench: $(READY_TEST)      ## speed as ratios, measured in one run
	$(BIN)/python -m tests.bench

manifest: $(READY)        ## regenerate manifest.yml and the tables in README.md
	$(BIN)/python -m bot manifest --write

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("showcaller needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(READY_TEST): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV)
