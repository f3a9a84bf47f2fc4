# make run    try it: everything installed, demo loaded, pages and worker started; PORT=8000
# make test   everything needed, then the whole test suite
# make check  what a machine can say without running it: lint, format, types, imports, translations, migrations
# make bench  the benchmarks, each beside its floor
#
# Everything is installed into .venv, from the lock files. With BIN=DIR the tools of an environment of your own are
# taken instead, and nothing is installed.

PORT ?= 8000
ifndef BIN
BIN := .venv/bin
RUNTIME := .venv/runtime.ready
DEVELOPMENT := .venv/development.ready
endif
PYTHON := $(BIN)/python
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check
UV_VERSION := 0.13.9

.PHONY: run test check bench format messages lock \
        check-lint check-format check-types check-imports check-translations check-migrations

# Compiled first, as pip does it for libraries: where PYTHONDONTWRITEBYTECODE is set each start would do it anew.
run: $(RUNTIME)
	@$(PYTHON) -m compileall -q service
	@PORT=$(PORT) $(PYTHON) -m tools.run

test: $(DEVELOPMENT)
	$(PYTHON) -m pytest --numprocesses auto --dist worksteal

check: check-lint check-format check-types check-imports check-translations check-migrations

check-lint: $(DEVELOPMENT)
	$(PYTHON) -m ruff check

check-format: $(DEVELOPMENT)
	$(PYTHON) -m ruff format --check

check-types: $(DEVELOPMENT)
	$(PYTHON) -m mypy

check-imports: $(DEVELOPMENT)
	$(BIN)/lint-imports --no-logo

check-translations: $(DEVELOPMENT)
	$(PYTHON) -m tools.translations check

check-migrations: $(DEVELOPMENT)
	$(PYTHON) -m tools.migrations

bench: $(DEVELOPMENT)
	$(PYTHON) -m benchmarks

format: $(DEVELOPMENT)
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format

messages: $(DEVELOPMENT)
	$(PYTHON) -m tools.translations update

# Versions stay as they are where they can; `make lock UPGRADE=--upgrade` takes the newest.
lock: .venv/lock/bin/uv
	tools/lock .venv/lock/bin/uv $(UPGRADE)

.venv/lock/bin/uv: | .venv/bin/python
	.venv/bin/python -m venv .venv/lock
	.venv/lock/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/bin/python:
	$$(tools/find-python) -m venv --clear .venv

# The build backend comes from the lock as well, hence no build isolation.
.venv/runtime.ready: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing what the service needs into .venv"
	@$(PIP_INSTALL) --require-hashes --requirement requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/development.ready: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "Installing what the service and its checks need into .venv"
	@$(PIP_INSTALL) --require-hashes --requirement requirements-dev.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ .venv/runtime.ready
