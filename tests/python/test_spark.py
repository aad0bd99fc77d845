"""The same project on a Spark cluster: `make test-spark`.

A master, two workers and a Thrift server are started on loopback and stopped again.
"""

from __future__ import annotations

import contextlib
import json
from hashlib import sha256

import pytest
from builds import HASH_KEY, REAL_DATA
from engines import (
    copy_as_parquet,
    differing_marts,
    marts,
    of_publication,
    published_again,
    spark,
)

pytest.importorskip(
    "dbt.adapters.spark", reason="the adapter is what `make test-spark` installs"
)
pytest.importorskip("pyspark")

# With these nothing of real data is hashed.
NO_HASH_KEY = {"pseudonymise_people": False, "sales_rep_identity": "none"}


@pytest.fixture(scope="module")
def server():
    with spark() as running:
        yield running


@pytest.fixture(scope="module")
def landed(server, sample_build):
    """The raw tables and seeds of the sample company, read from files."""
    assert sample_build.worked, sample_build.console
    raw = [
        f"sample_{system}" for system in ("salesforce", "hubspot", "zoho", "finance")
    ]
    copy_as_parquet(sample_build, server, (*raw, "seeds"))


@pytest.fixture(scope="module")
def sample(server, landed):
    """The sample company, with every data test."""
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


def test_the_history_is_only_ever_added_to(sample, server):
    """No mart is built anew for the other day: that would take minutes."""
    first, same_day, other_day = published_again(server, "int_run__as_of")
    assert same_day == first
    assert of_publication(other_day, 1) == first
    assert len(other_day["publications"]) == 2
    # Back to an earlier day all values are recorded again.
    added = of_publication(other_day, 2)
    assert len(added["kpi_values"]) == len(first["kpi_values"])
    assert added["raw_rows"]


def test_the_hash_key_of_real_data_comes_from_its_table(landed, server, sample_build):
    """Last, because it builds staging anew; docs/engines.md has the statement."""
    settings = REAL_DATA | {"salesforce_schema": "sample_salesforce"}
    command = ("run", "--select", "stg_salesforce__leads")
    refused = server.dbt(*command, settings=settings)
    assert "is not set: make the table sales_kpis.sales_kpis_hash_key" in refused.stdout
    with contextlib.closing(server.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("create schema if not exists sales_kpis")
        cursor.execute(
            "create table sales_kpis.sales_kpis_hash_key as "
            f"select '{HASH_KEY}' as hash_key"
        )
    done = server.dbt(*command, settings=settings)
    assert done.returncode == 0, done.stdout[-5000:]
    leads = sample_build.query(
        "select id, lower(trim(email)) as email from sample_salesforce.lead"
        " where email like '%@%'"
    )
    assert len(leads) > 100
    found = server.rows(
        "select source_record_id, email_key from staging.stg_salesforce__leads"
        " where email_key is not null"
    )
    assert {tuple(row.values()) for row in found} == {
        (lead["id"], keyed(lead["email"])[:32]) for lead in leads
    }
    written = [path.read_text() for path in server.folder.glob("target/**/*.sql")]
    written += [path.read_text() for path in server.folder.glob("logs/*")]
    assert not any(HASH_KEY in text for text in written)


def test_a_row_without_id_gives_way_to_one_with_id(server):
    """Spark sorts what is absent first where a model does not say `nulls last`."""
    with contextlib.closing(server.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("create schema stages_without_id")
        cursor.execute(
            "create table stages_without_id.stage as select * from values"
            " (null, 'Signed', 'Closed Lost'), ('7', 'signed', 'Closed Won')"
            " as stages (id, display_value, forecast_type)"
        )
    settings = {
        "zoho_enabled": True,
        "zoho_schema": "stages_without_id",
    }
    command = ("run", "--select", "stg_zoho__stages")
    done = server.dbt(*command, settings=REAL_DATA | NO_HASH_KEY | settings)
    assert done.returncode == 0, done.stdout[-5000:]
    rows = server.rows(
        "select source_record_id, set_aside_reason from staging.stg_zoho__stages"
    )
    assert {row["source_record_id"]: row["set_aside_reason"] for row in rows} == {
        "7": None,
        None: "superseded",
    }


def test_a_run_without_rows_knows_what_landed(server):
    with contextlib.closing(server.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("create schema spend_of_finance")
        cursor.execute(
            "create table spend_of_finance.acquisition_spend as"
            " select '2024-01-01' as spend_month, '7.00' as amount"
        )
    settings = REAL_DATA | NO_HASH_KEY | {"finance_schema": "spend_of_finance"}
    spend = "select * from staging.stg_finance__acquisition_spend"
    for options, count in ((["--empty"], 0), ([], 1)):
        done = server.dbt(
            *("run", "--select", "stg_finance__acquisition_spend", *options),
            settings=settings,
        )
        assert done.returncode == 0, done.stdout[-5000:]
        assert len(server.rows(spend)) == count


def test_what_dlt_loaded_tells_how_old_it_is(server):
    with contextlib.closing(server.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("create schema loaded_by_dlt")
        cursor.execute(
            "create table loaded_by_dlt.lead as"
            " select cast(unix_timestamp() as string) as _dlt_load_id"
        )
    settings = {"salesforce_loader": "dlt", "salesforce_schema": "loaded_by_dlt"}
    done = server.dbt(
        *("source", "freshness", "--select", "source:salesforce.lead"),
        settings=REAL_DATA | settings,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    written = json.loads((server.folder / "target" / "sources.json").read_text())
    (lead,) = written["results"]
    assert abs(lead["max_loaded_at_time_ago_in_s"]) < 600


def keyed(text):
    """SHA-256 of the key and a text, in hex."""
    return sha256(f"{HASH_KEY}{text}".encode()).hexdigest()
