# Everything here runs from a fresh clone with python3 (3.11 or later) and make.
PYTHON ?= python3
DBT := .venv/bin/dbt
TEST := target/test

export DO_NOT_TRACK := 1

.PHONY: help build test test-full bench clean

# What `make test` lints and runs in Python; `make test-full` takes everything.
LINTED := models/marts models/intermediate models/staging/finance
PYTESTS := $(addprefix tests/python/test_,$(addsuffix .py,conventions oracle publish \
    dbt_utils_stand_in set_up sample_company reporting_marts bad_input metamorphic \
    determinism builds kpis_against_oracle bench))
CASES := not random_company and not maven and not Maven

.DEFAULT_GOAL := help

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

build: ## build all KPIs and publish them in warehouse/
	@$(PYTHON) tools/set_up.py
	$(DBT) build --exclude-resource-type unit_test
	.venv/bin/python tools/publish.py

# Everything of a test run lives in $(TEST): its database, dbt's artefacts and logs.
test: export SALES_KPIS_DUCKDB_PATH := $(TEST)/build.duckdb
test: export DBT_TARGET_PATH := $(TEST)
test: export DBT_LOG_PATH := $(TEST)/logs
test: ## lint, build on an empty database, and run every test
	@$(PYTHON) tools/set_up.py --test
	rm -rf $(TEST)
	mkdir -p $(TEST)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/yamllint --strict .
	$(DBT) build
	.venv/bin/sqlfluff lint $(LINTED)
	.venv/bin/python -m pytest $(PYTESTS) -k "$(CASES)"

test-full: CASES :=
test-full: PYTESTS :=
test-full: LINTED := models tests
test-full: test ## what test does, and the slow comparisons: loaders, random companies

# Sizes in opportunities; the raw tables are generated once. BENCH="--repeats 1" is faster.
bench: ## what a run costs beside the same marts by hand, into docs/performance.md
	@$(PYTHON) tools/set_up.py
	.venv/bin/python -m tools.bench $(BENCH)

clean: ## remove everything that was made here, except warehouse/
	rm -rf .venv dbt_packages target logs .hypothesis .pytest_cache .ruff_cache
