"""Runs of dbt that several tests share, started with the first test.

Each run is named below like the fixture that waits for it. Only those that the
collected tests ask for are started, two at a time: dbt keeps one core busy.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import bad_input
import dirty_input
import pytest
import real_input
from builds import ANY_DAY, Build, Compiled, Dbt

from tools.dashboard.__main__ import Published, as_json, definitions, page
from tools.publish import publish

# Vars beside the default ones; each set is compiled once, for any as-of day but the
# first two, which take it from the load stamps. Three CRMs cost twice the time of one.
THREE_CRMS = {"hubspot_enabled": True, "zoho_enabled": True}
VARIANTS = {
    "defaults": {},
    "three CRMs": THREE_CRMS,
    "fiscal year from October": {
        "as_of_date": ANY_DAY,
        "business_timezone": "UTC",
        "fiscal_year_start_month": 10,
        "conversion_window_days": 30,
        "churn_grace_days": 0,
        "cac_lag_months": 1,
        "gross_margin_rate": 0.8,
        "min_sample_size": 3,
        "min_event_count": 2,
        "salesforce_contract_amount_column": "arr__c",
    },
    "billings": {
        **THREE_CRMS,
        "as_of_date": ANY_DAY,
        "business_timezone": "America/New_York",
        "revenue_basis": "billings",
        "close_date_basis": "stage_history",
        "spend_source": "crm_campaigns",
        "history_start_date": "2023-02-10",
        "sales_rep_identity": "name",
        "churn_grace_days": 7,
        "conversion_window_days": 400,
        "hubspot_home_currency": "CHF",
        "pseudonymise_people": False,
    },
    "US dollars": {
        **THREE_CRMS,
        "crm_precedence": ["zoho", "hubspot", "salesforce"],
        "zoho_home_currency": "EUR",
        "as_of_date": ANY_DAY,
        "business_timezone": "Pacific/Kiritimati",
        "reporting_currency": "USD",
        "salesforce_home_currency": "EUR",
        "fiscal_year_start_month": 4,
        "conversion_window_days": 0,
        "churn_inactivity_days": 90,
        "cac_lag_months": 3,
        "spend_source": "finance",
        "sales_rep_identity": "none",
    },
}
# The six KPI marts, what tells about their rows, and all that they stand on.
FIGURES = (
    "--select",
    "+path:models/marts/kpis",
    "+crm_tie_out",
    "+data_quality_summary",
    "+data_quality_issues",
)
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
WITHOUT_TESTS = ("build", *NO_TESTS)
RUNS = {
    "sample_build": lambda dbt: dbt.build(command=WITHOUT_TESTS, threads=4),
    "maven_build": lambda dbt: dbt.build(
        real_input.maven_raw(), command=(*WITHOUT_TESTS, *FIGURES)
    ),
    "fivetran_build": lambda dbt: dbt.build(
        real_input.fivetran_raw(), command=(*WITHOUT_TESTS, *FIGURES)
    ),
    "sample_build_again": lambda dbt: dbt.build(command=WITHOUT_TESTS),
    "bad_company": lambda dbt: dbt.build(bad_input.RAW),
    "incomplete_company": lambda dbt: dbt.build(
        bad_input.INCOMPLETE, command=("run", "--select", *bad_input.INCOMPLETE_MODELS)
    ),
    "source_cased_company": lambda dbt: dbt.build(
        bad_input.SOURCE_CASED,
        command=(*WITHOUT_TESTS, "--select", *bad_input.SOURCE_CASED_MODELS),
    ),
    "odd_company": lambda dbt: dbt.build(
        bad_input.ODD, command=(*WITHOUT_TESTS, *FIGURES)
    ),
    "keyless_run": lambda dbt: dbt.build({}, command=bad_input.ANY_RUN, hash_key=None),
    "refused_settings_run": lambda dbt: dbt.build(
        {}, bad_input.REFUSED_SETTINGS, command=bad_input.ANY_RUN
    ),
    "unknown_column_run": lambda dbt: dbt.build(
        bad_input.SOURCE_CASED,
        {"crm_column_overrides": {"salesforce": {"account": {"Industry": "branch"}}}},
        command=("run", "--select", "stg_salesforce__accounts"),
    ),
    "no_crm_run": lambda dbt: dbt.build(
        {}, {"salesforce_enabled": False}, command=bad_input.ANY_RUN
    ),
    "dirty_company": lambda dbt: dbt.build(
        dirty_input.dirty_raw()[0],
        dirty_input.SETTINGS,
        then=(("docs", "generate", "--static"),),
    ),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the comparisons with the oracle."""
    parser.addoption(
        "--random-companies",
        type=int,
        default=int(os.environ.get("SALES_KPIS_RANDOM_COMPANIES", "40")),
        help="how many random companies to compare with the oracle (default: 40)",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose runs of dbt end first come first: other tests run meanwhile."""
    places = {"project": 1, "variants": 1} | {
        name: place for place, name in enumerate(RUNS, start=2)
    }
    last: dict[Path, int] = {}
    for item in items:
        needed = [places.get(name, 0) for name in item.fixturenames]
        last[item.path] = max(last.get(item.path, 0), *needed)
    items.sort(key=lambda item: last[item.path])


@pytest.fixture(scope="session")
def dbt(tmp_path_factory) -> Dbt:
    """Runs dbt; runs with the same vars share one parse of the project."""
    return Dbt(tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session", autouse=True)
def runs(request, dbt) -> dict[str, Future]:
    """The runs of dbt that the collected tests need, as futures: they start now."""
    wanted = {name for item in request.session.items for name in item.fixturenames}
    with ThreadPoolExecutor(2) as pool:
        futures = {}
        for name, settings in VARIANTS.items():
            if "variants" in wanted or (name == "defaults" and "project" in wanted):
                futures[name] = pool.submit(dbt.compile, settings)
        for name, run in RUNS.items():
            if name in wanted:
                futures[name] = pool.submit(run, dbt)
        yield futures
        pool.shutdown(cancel_futures=True)


class Variants:
    """The compiled project by variant of the vars, each as soon as it is ready."""

    def __init__(self, futures: dict[str, Future]):
        self.futures = futures

    def __getitem__(self, name: str) -> Compiled:
        return self.futures[name].result()


@pytest.fixture(scope="session")
def variants(runs) -> Variants:
    """The compiled project by variant of the vars."""
    return Variants(runs)


@pytest.fixture(scope="session")
def project(runs) -> Compiled:
    """The compiled project with the default vars."""
    return runs["defaults"].result()


def _build(name: str):
    @pytest.fixture(scope="session", name=name)
    def build(runs) -> Build:
        return runs[name].result()

    return build


sample_build = _build("sample_build")
sample_build_again = _build("sample_build_again")
bad_company = _build("bad_company")
incomplete_company = _build("incomplete_company")
odd_company = _build("odd_company")
source_cased_company = _build("source_cased_company")
dirty_company = _build("dirty_company")
keyless_run = _build("keyless_run")
refused_settings_run = _build("refused_settings_run")
unknown_column_run = _build("unknown_column_run")
no_crm_run = _build("no_crm_run")
fivetran_build = _build("fivetran_build")
maven_build = _build("maven_build")


@pytest.fixture(scope="session")
def published(sample_build, tmp_path_factory):
    """Folder in which the marts of the sample company are published."""
    warehouse = tmp_path_factory.mktemp("published")
    publish(sample_build.database, warehouse)
    return warehouse


@pytest.fixture(scope="session")
def dirty_publication(dirty_company, tmp_path_factory) -> Path:
    """What is published of the company of canaries and hostile rows."""
    assert dirty_company.worked, dirty_company.console[-3000:]
    return publish(dirty_company.database, tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="session")
def dirty_dashboard(dirty_publication) -> str:
    """The dashboard of that company, as HTML without its library of charts."""
    published = Published(dirty_publication / "sales_kpis.duckdb")
    figures = published.everything() | {"definitions": definitions(published)}
    return page(as_json(figures), "")
