"""The same project on PostgreSQL: `make test-postgres`.

A cluster of its own is started on loopback and stopped again.
"""

from __future__ import annotations

import contextlib

import pytest
from builds import HASH_KEY, REAL_DATA
from conftest import NO_TESTS
from engines import copy_raw, differing_marts, documented_sql, marts, postgres

pytest.importorskip(
    "dbt.adapters.postgres", reason="the adapter is what `make test-postgres` installs"
)
psycopg2 = pytest.importorskip("psycopg2")


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
    assert "ERROR=0 SKIP=0" in sample.stdout


def test_every_unit_test_passes(sample, server):
    done = server.dbt("test", "--select", "test_type:unit")
    assert done.returncode == 0, done.stdout[-5000:]
    assert "ERROR=0 SKIP=0" in done.stdout


def test_every_mart_of_the_sample_is_the_same(sample, server, sample_build):
    assert len(marts(sample_build)) > 10
    assert differing_marts(server, sample_build) == {}


def test_the_role_of_bi_reads_the_marts_and_nothing_else(sample, server):
    with contextlib.closing(server.connect()) as owner:
        for statement in documented_sql()[1]:
            owner.cursor().execute(statement)
        owner.commit()
    with contextlib.closing(server.connect(user="bi")) as reader:
        reader.autocommit = True
        cursor = reader.cursor()
        cursor.execute("select count(*) from marts.kpi_scorecard")
        assert cursor.fetchone()[0] > 0
        for relation in (
            "staging.stg_hubspot__leads",
            "intermediate.int_crm__deals",
            "sample_salesforce.lead",
            "seeds.kpi_targets",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"select * from {relation}")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("delete from marts.kpi_scorecard")


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
    with contextlib.closing(server.connect()) as connection:
        connection.cursor().execute("drop schema history cascade")
        connection.commit()
    done = server.dbt("build", *NO_TESTS, settings=REAL_DATA)
    assert done.returncode == 0, done.stdout[-5000:]
