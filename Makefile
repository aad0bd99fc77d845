# Everything here runs from a fresh clone with python3 (3.11 to 3.13) and make.
PYTHON ?= python3
DBT := .venv/bin/dbt
TEST := target/test

export DO_NOT_TRACK := 1

# No part of a page on an intranet may ask the internet for anything.
CLOSED := <meta http-equiv="Content-Security-Policy" content="default-src 'self' data: 'unsafe-inline' 'unsafe-eval'">

.PHONY: help build quality dashboard docs test test-more test-full clean
.PHONY: test-postgres test-spark check-style check-build check-python bench

# What `make test` lints, and which suites it leaves out: MORE to `make test-more`, SLOW to
# `make test-full`, which takes everything but the engines.
LINTED := models/marts models/intermediate models/staging/finance
MORE := analyses bi catalogue crash dashboard determinism edge_cases erase_person \
    history hostile_input memory metamorphic privacy quality_report
SLOW := equivalence hubspot million_rows zoho zoho_export
ENGINES := postgres spark
PYTESTS = $(filter-out $(patsubst %,tests/python/test_%.py,$(MORE) $(SLOW) $(ENGINES)), \
    $(wildcard tests/python/test_*.py))
export SALES_KPIS_RANDOM_COMPANIES ?= 8

# macOS has a make that cannot hold back the output of one job until it is done.
SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.DEFAULT_GOAL := help

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

build: ## build all KPIs and publish them in warehouse/
	@$(PYTHON) tools/set_up.py
	.venv/bin/python -m tools.describe_targets
	.venv/bin/python -m tools.publish --carry-history
	$(DBT) build --exclude-resource-type unit_test
	.venv/bin/python -m tools.publish

dashboard: ## write warehouse/dashboard.html from the published marts
	@$(PYTHON) tools/set_up.py
	.venv/bin/python -m tools.dashboard

docs: ## write warehouse/docs.html, every model and column in one static file
	@$(PYTHON) tools/set_up.py
	$(DBT) docs generate --static
	sed "s|<head>|<head>$(subst ",\",$(CLOSED))|" \
	    "$(or $(DBT_TARGET_PATH),target)/static_index.html" > warehouse/.docs.html
	mv warehouse/.docs.html warehouse/docs.html

# What dbt wrote last time goes first: if dbt stops at once, the report must not repeat it.
quality: ## check freshness and data, and say what to correct in target/quality/
	@$(PYTHON) tools/set_up.py
	@rm -rf $(patsubst %,"$(or $(DBT_TARGET_PATH),target)/%",run_results.json sources.json quality)
	.venv/bin/python -m tools.publish --carry-history
	-$(DBT) build --selector daily
	-$(DBT) source freshness
	.venv/bin/python -m tools.quality_report

# Three jobs side by side, each with a database and artefacts of its own in $(TEST).
test: ## lint, build on an empty database, run all tests but the long suites
	@$(PYTHON) tools/set_up.py --test
	rm -rf $(TEST)
	@echo "Style, build and Python tests run side by side; each is shown when it is done."
	@$(MAKE) --no-print-directory --jobs=3 $(SYNC) \
	    LINTED="$(LINTED)" MORE="$(MORE)" SLOW="$(SLOW)" check-style check-build check-python

check-style check-build: export SALES_KPIS_DUCKDB_PATH = $(TEST)/$@/build.duckdb
check-style check-build: export DBT_TARGET_PATH = $(TEST)/$@
check-style check-build: export DBT_LOG_PATH = $(TEST)/$@/logs

check-style:
	mkdir -p $(DBT_TARGET_PATH)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/yamllint --strict .
	.venv/bin/sqlfluff lint $(LINTED)

check-build:
	mkdir -p $(DBT_TARGET_PATH)
	$(DBT) build

check-python:
	.venv/bin/python -m pytest $(PYTESTS)

test-more: ## the longer suites: privacy, crashes, history, hostile rows, BI, a real browser
	@$(PYTHON) tools/set_up.py --test
	.venv/bin/python -m pytest $(MORE:%=tests/python/test_%.py)

test-full: MORE :=
test-full: SLOW :=
test-full: LINTED := models tests
test-full: export SALES_KPIS_RANDOM_COMPANIES := 200
test-full: export SALES_KPIS_KILL_POINTS := 20
test-full: test ## what both do, and the slowest suites: loaders, a million rows, random companies

test-postgres: ## the same on a PostgreSQL server of its own, mart by mart
	@$(PYTHON) tools/set_up.py --test --postgres
	.venv/bin/python -m pytest tests/python/test_postgres.py

test-spark: ## the same on a Spark cluster of its own; needs Java 17
	@$(PYTHON) tools/set_up.py --test --spark
	.venv/bin/python -m pytest tests/python/test_spark.py

# Sizes in opportunities; the raw tables are generated once. BENCH="--repeats 1" is faster.
bench: ## what a run costs beside the same marts by hand, into docs/performance.md
	@$(PYTHON) tools/set_up.py
	.venv/bin/python -m tools.bench $(BENCH)

clean: ## remove everything that was made here, except warehouse/
	rm -rf .venv dbt_packages target logs .hypothesis .pytest_cache .ruff_cache
