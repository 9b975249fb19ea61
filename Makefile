# Everything a person needs: install, run, test, check, bench. The environment is .venv.

PYTHON ?= python3
# An extra package index for torch, for machines where the default wheel brings gigabytes of GPU
# libraries; see the README.
TORCH_INDEX ?=

VENV := .venv
BIN := $(VENV)/bin
# So many processes of tests at once; each computes on one core, lest they wait for one another.
WORKERS ?= 2
TESTS := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not bench" -n $(WORKERS) --dist worksteal
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	$(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

.PHONY: install run demo test check bench docs lock clean

install: $(VENV)/installed

run: install
	$(BIN)/python -m bot

demo: install
	$(BIN)/python -m bot demo

test: $(VENV)/installed-dev
	$(TESTS)

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(TESTS)

bench: $(VENV)/installed-dev
	$(BIN)/python -m pytest -m bench -s tests/bench

docs: install
	$(BIN)/python -m bot commands docs/commands.md

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Tongbao needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.11"; \
		exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock | $(VENV)/bin/python
	$(PIP) -r requirements.lock
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock requirements.lock | $(VENV)/bin/python
	$(PIP) -r requirements-dev.lock
	@touch $@ $(VENV)/installed

# Pins every package anew. torch loses its local label, so that any build of that version fits.
lock: $(VENV)/installed-dev
	$(PIP) pip-tools
	$(BIN)/pip-compile --quiet --upgrade --extra dev $(LOCK_FLAGS) -o requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade -c requirements-dev.lock $(LOCK_FLAGS) -o requirements.lock pyproject.toml
	sed -i 's/^torch==\([0-9.]*\)+[a-z0-9]*/torch==\1/' requirements.lock requirements-dev.lock

LOCK_FLAGS := --strip-extras --no-header --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --no-annotate

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
