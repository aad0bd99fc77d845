"""The same project on a Spark cluster: `make test-spark`.

A master, two workers and a Thrift server are started on loopback and stopped again.
"""

from __future__ import annotations

import contextlib

import pytest
from builds import HASH_KEY, REAL_DATA
from engines import copy_as_parquet, differing_marts, marts, spark

pytest.importorskip(
    "dbt.adapters.spark", reason="the adapter is what `make test-spark` installs"
)
pytest.importorskip("pyspark")


@pytest.fixture(scope="module")
def server():
    with spark() as running:
        yield running


@pytest.fixture(scope="module")
def sample(server, sample_build):
    """The sample company, with every data test; its seeds are read from files."""
    assert sample_build.worked, sample_build.console
    raw = [
        f"sample_{system}" for system in ("salesforce", "hubspot", "zoho", "finance")
    ]
    copy_as_parquet(sample_build, server, (*raw, "seeds"))
    done = server.dbt(
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--exclude-resource-type",
        "seed",
    )
    assert done.returncode == 0, done.stdout[-10000:]
    return done


def test_every_model_builds_and_every_data_test_passes(sample):
    assert "ERROR=0 SKIP=0" in sample.stdout


def test_two_workers_share_the_work(sample, server):
    executors = (server.folder / "log").read_text().count("Registered executor")
    assert executors == 2


def test_every_mart_of_the_sample_is_the_same(sample, server, sample_build):
    assert len(marts(sample_build)) > 10
    assert differing_marts(server, sample_build) == {}


def test_the_hash_key_of_real_data_comes_from_its_table(sample, server, bad_company):
    """Last, because it builds staging anew; docs/engines.md has the statement."""
    copy_as_parquet(bad_company, server, ("salesforce", "finance"))
    command = ("run", "--select", "stg_salesforce__leads")
    assert server.dbt(*command, settings=REAL_DATA).returncode != 0
    with contextlib.closing(server.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("create schema if not exists sales_kpis")
        cursor.execute(
            "create table sales_kpis.sales_kpis_hash_key as "
            f"select '{HASH_KEY}' as hash_key"
        )
    done = server.dbt(*command, settings=REAL_DATA)
    assert done.returncode == 0, done.stdout[-5000:]
    keys = "select source_record_id, email_key from staging.stg_salesforce__leads"
    expected = bad_company.query(f"{keys} where email_key is not null")
    assert len(expected) > 3
    found = server.rows(f"{keys} where email_key is not null")
    assert {tuple(row.values()) for row in found} == {
        tuple(row.values()) for row in expected
    }
    written = [path.read_text() for path in server.folder.glob("target/**/*.sql")]
    written += [path.read_text() for path in server.folder.glob("logs/*")]
    assert not any(HASH_KEY in text for text in written)
