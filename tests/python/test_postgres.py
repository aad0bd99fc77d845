"""The same project on PostgreSQL: `make test-postgres`.

A cluster of its own is started on loopback and stopped again.
"""

from __future__ import annotations

import pytest
from builds import HASH_KEY, REAL_DATA
from conftest import NO_TESTS
from engines import copy_raw, differences, marts, postgres

pytest.importorskip(
    "dbt.adapters.postgres", reason="the adapter is what `make test-postgres` installs"
)


@pytest.fixture(scope="module")
def server():
    with postgres() as running:
        yield running


@pytest.fixture(scope="module")
def sample(server):
    """The sample company, with every data test."""
    done = server.dbt("build", "--exclude-resource-type", "unit_test")
    assert done.returncode == 0, done.stdout[-5000:]
    return done


def test_every_model_builds_and_every_data_test_passes(sample):
    assert "WARN=0 ERROR=0 SKIP=0" in sample.stdout


def test_every_unit_test_passes(sample, server):
    done = server.dbt("test", "--select", "test_type:unit")
    assert done.returncode == 0, done.stdout[-5000:]
    assert "WARN=0 ERROR=0 SKIP=0" in done.stdout


def test_every_mart_of_the_sample_is_the_same(sample, server, sample_build):
    assert len(marts(sample_build)) > 10
    assert differing_marts(server, sample_build) == {}


@pytest.fixture(scope="module")
def bad_rows(sample, server, bad_company):
    """{mart: what differs} of the company of bad rows, with real data's hash key."""
    rebuild(server, bad_company)
    return differing_marts(server, bad_company)


def test_a_company_of_bad_rows_gives_the_same_marts(bad_rows):
    assert bad_rows == {}


def test_the_hash_key_stands_in_no_log_and_no_query(bad_rows, server):
    paths = [server.folder / "log", *server.folder.glob("logs/*")]
    paths += server.folder.glob("target/**/*.sql")
    written = [path.read_text() for path in paths]
    assert sum("current_setting" in text for text in written) > 10
    assert not any(HASH_KEY in text for text in written)


def test_columns_of_odd_types_give_the_same_marts(sample, server, odd_company):
    rebuild(server, odd_company)
    assert differing_marts(server, odd_company) == {}


def rebuild(server, build):
    """Builds on the server what was built on DuckDB, from the same raw tables."""
    assert build.worked, build.console
    copy_raw(build, server, ("salesforce", "finance"))
    done = server.dbt("build", *NO_TESTS, settings=REAL_DATA)
    assert done.returncode == 0, done.stdout[-5000:]


def differing_marts(server, build):
    """{mart: what differs from the one on DuckDB}; the first sentences."""
    assert build.worked, build.console
    found = {mart: differences(server, build, mart) for mart in marts(build)}
    return {mart: sentences[:5] for mart, sentences in found.items() if sentences}
