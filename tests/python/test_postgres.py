"""The same project on PostgreSQL: `make test-postgres`.

A cluster of its own is started on loopback and stopped again.
"""

from __future__ import annotations

import contextlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from builds import HASH_KEY, REAL_DATA
from conftest import NO_TESTS, VARIANTS
from engines import (
    CompiledOnPostgres,
    copy_raw,
    differing_marts,
    documented_sql,
    marts,
    of_publication,
    postgres,
    published_again,
    row_differences,
)
from test_kpis_against_oracle import case_of_seed, settings_of

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


def test_a_loader_can_replace_every_raw_table_after_a_build(sample, server):
    raw = ("sample_salesforce", "sample_hubspot", "sample_zoho", "sample_finance")
    with contextlib.closing(server.connect()) as loader:  # and rolled back
        cursor = loader.cursor()
        cursor.execute(
            "select format('%%I.%%I', schemaname, tablename) from pg_tables"
            " where schemaname in %s",
            (raw,),
        )
        tables = [table for (table,) in cursor.fetchall()]
        assert len(tables) > 30
        for table in tables:
            cursor.execute(f"drop table {table}")  # none is kept by a view


PUBLISH = ("run-operation", "publish_marts", "--args", "{readers: [bi]}")


def publish(server):
    """Publishes for the role of BI as docs/engines.md says."""
    done = server.dbt(*PUBLISH)
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def schemas(server):
    """Names of the schemas in which publications stand."""
    rows = server.rows("select nspname from pg_namespace where nspname ~ '^published'")
    return {row["nspname"] for row in rows}


def test_the_role_of_bi_reads_what_is_published_and_nothing_else(
    sample, server, sample_build
):
    assert "Published 2" in publish(server)
    assert schemas(server) == {"published"}
    with contextlib.closing(server.connect(user="bi")) as reader:
        reader.autocommit = True
        cursor = reader.cursor()
        for mart in marts(sample_build):
            cursor.execute(f"select count(*) from published.{mart}")
            (count,) = cursor.fetchone()
            (expected,) = sample_build.query(f"select count(*) as n from marts.{mart}")
            assert count == expected["n"], mart
        for relation in (
            "marts.kpi_scorecard",
            "staging.stg_hubspot__leads",
            "intermediate.int_crm__deals",
            "sample_salesforce.lead",
            "seeds.kpi_targets",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"select * from {relation}")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("delete from published.kpi_scorecard")
        cursor.execute("select obj_description('published.kpi_scorecard'::regclass)")
        assert "KPI" in cursor.fetchone()[0]


def test_a_reader_neither_blocks_a_publication_nor_sees_half_of_it(sample, server):
    publish(server)
    with contextlib.closing(server.connect(user="bi")) as reader:
        cursor = reader.cursor()
        cursor.execute("declare held cursor for select * from published.kpi_values")
        cursor.execute("fetch 10 from held")
        publish(server)  # what the reader holds is now the one before
        publish(server)  # and would be removed, but is read
        assert len(schemas(server)) == 3
        cursor.execute("fetch all from held")
        assert len(cursor.fetchall()) > 1000
    publish(server)
    assert schemas(server) == {"published", "published_before"}


def test_statistics_being_gathered_do_not_keep_an_old_publication(sample, server):
    publish(server)
    gathering = (
        "select pid from pg_locks where mode = 'ShareUpdateExclusiveLock'"
        " and relation = 'published.kpi_values'::regclass"
    )
    with contextlib.closing(server.connect(user="postgres")) as administrator:
        administrator.autocommit = True
        cursor = administrator.cursor()
        cursor.execute(
            "alter table published.kpi_values set"
            " (autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_cost_delay = 100)"
        )
        cursor.execute("alter system set autovacuum_naptime = '1s'")
        cursor.execute("select pg_reload_conf()")
        end = time.monotonic() + 60
        while not server.rows(gathering):
            assert time.monotonic() < end, "autovacuum never came to the publication"
        publish(server)
        publish(server)
        cursor.execute("alter system reset autovacuum_naptime")
        cursor.execute("select pg_reload_conf()")
    assert schemas(server) == {"published", "published_before"}


@pytest.mark.parametrize("place", [0, 0.5, 1])
def test_a_publication_that_dies_half_way_leaves_the_one_before(
    sample, server, sample_build, place
):
    publish(server)
    published = (
        "select oid from pg_class"
        " where relnamespace = 'published'::regnamespace order by oid"
    )
    before = server.rows(published)
    names = marts(sample_build)
    table = names[round(place * (len(names) - 1))]
    with (
        contextlib.closing(server.connect()) as blocker,
        ThreadPoolExecutor(1) as pool,
    ):
        blocker.cursor().execute(f"lock table marts.{table} in access exclusive mode")
        run = pool.submit(server.dbt, *PUBLISH)
        while not (stuck := server.rows("select pid from pg_locks where not granted")):
            assert not run.done(), run.result().stdout
        assert "published_next" not in schemas(server)
        server.rows(f"select pg_terminate_backend({stuck[0]['pid']})")
        assert run.result().returncode != 0
    assert server.rows(published) == before
    publish(server)
    assert schemas(server) == {"published", "published_before"}


def test_the_history_is_only_ever_added_to(sample, server):
    """Last of the sample, whose marts are of another day afterwards."""
    first, same_day, other_day = published_again(server, "int_run__as_of+")
    assert same_day == first
    assert of_publication(other_day, 1) == first
    assert len(other_day["publications"]) == 2
    assert all(of_publication(other_day, 2).values())


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


@pytest.mark.parametrize("options", ["", "-c sales_kpis.hash_key="])
def test_real_data_without_a_hash_key_is_refused(server, options):
    keyless = replace(server, environment=server.environment | {"PGOPTIONS": options})
    done = keyless.dbt("run", "--select", "int_run__as_of", settings=REAL_DATA)
    assert done.returncode != 0
    assert 'is not set: export PGOPTIONS="-c sales_kpis.hash_key' in done.stdout


def test_columns_of_odd_types_give_the_same_marts(sample, server, odd_company):
    rebuild(server, odd_company)
    assert differing_marts(server, odd_company) == {}


def test_tables_are_found_where_the_destination_folds_their_names(sample, server):
    with contextlib.closing(server.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("create schema folded")
        for table, columns in {
            "opportunity": "Id StageName Amount CloseDate CreatedDate",
            "opportunitystage": "Id MasterLabel",
            "ACCOUNT": "ID",
            "Lead": "Id CreatedDate",
        }.items():
            shown = ", ".join(f'"{column}" text' for column in columns.split())
            cursor.execute(f'create table folded."{table}" ({shown})')
            key = columns.partition(" ")[0]
            cursor.execute(f'insert into folded."{table}" ("{key}") values (1)')
        connection.commit()
    models = ("deals", "stages", "accounts", "leads")
    settings = {"salesforce_loader": "airbyte", "salesforce_schema": "folded"}
    done = server.dbt(
        *("run", "--select", *(f"stg_salesforce__{model}" for model in models)),
        settings=REAL_DATA | settings,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    for model in models:
        rows = server.rows(f"select * from staging.stg_salesforce__{model}")
        assert [row["source_record_id"] for row in rows] == ["1"], model


SPEND = """
    create table withheld.acquisition_spend as
    select '2024-01-01' as spend_month, '7.00' as amount
"""


@pytest.fixture(scope="module")
def withheld(server):
    """A loader's schema that dbt's role may not read, by an administrator's cursor."""
    with contextlib.closing(server.connect(user="postgres")) as administrator:
        administrator.autocommit = True
        cursor = administrator.cursor()
        cursor.execute("create role loader")
        cursor.execute("create schema withheld authorization loader")
        cursor.execute("set role loader")
        cursor.execute("create table withheld.lead (id text, created_date text)")
        cursor.execute(SPEND)
        cursor.execute(
            "create materialized view withheld.exchange_rates as select 1 as rate"
        )
        cursor.execute("reset role")
        yield cursor


def run_withheld(server, model):
    """The run of one model on the schema that is withheld, and its text in one line."""
    schema = {"salesforce_schema": "withheld", "finance_schema": "withheld"}
    done = server.dbt("run", "--select", model, settings=REAL_DATA | schema)
    return done, " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ("lead", "stg_salesforce__leads"),
        ("acquisition_spend", "stg_finance__acquisition_spend"),
    ],
)
def test_a_raw_table_that_may_not_be_read_is_not_missing(
    sample, server, withheld, table, model
):
    done, said = run_withheld(server, model)
    assert done.returncode != 0
    assert f"Raw table {table} is in schema withheld, but the role sales_kpis" in said
    assert "grant select on all tables in schema withheld to sales_kpis;" in said


def test_a_materialized_view_is_not_a_missing_raw_table(sample, server, withheld):
    done, said = run_withheld(server, "stg_finance__exchange_rates")
    assert done.returncode != 0
    assert "exchange_rates in schema withheld is a materialized view" in said


def test_the_grants_hold_for_tables_that_the_loader_makes_later(
    sample, server, withheld
):
    for statement in documented_sql()[1]:
        withheld.execute(statement.replace("salesforce", "withheld"))
    withheld.execute("set role loader")
    withheld.execute("drop table withheld.acquisition_spend")
    withheld.execute(SPEND)
    withheld.execute("reset role")
    done, _ = run_withheld(server, "stg_finance__acquisition_spend")
    assert done.returncode == 0, done.stdout[-5000:]
    (row,) = server.rows("select amount from staging.stg_finance__acquisition_spend")
    assert str(row["amount"]) == "7.00"


def test_how_old_raw_tables_are_does_not_depend_on_the_zone_of_the_server(server):
    with contextlib.closing(server.connect()) as connection:
        cursor = connection.cursor()
        cursor.execute("create schema just_loaded")
        for table, loaded_at in {
            "lead": "now()",
            "account": "now() at time zone 'UTC'",
            "opportunity": "cast(now() at time zone 'UTC' as text)",
        }.items():
            cursor.execute(
                f"create table just_loaded.{table} as"
                f" select {loaded_at} as _fivetran_synced"
            )
        connection.commit()
    options = server.environment["PGOPTIONS"] + " -c timezone=Asia/Tokyo"
    abroad = replace(server, environment=server.environment | {"PGOPTIONS": options})
    done = abroad.dbt(
        *("source", "freshness", "--select", "source:salesforce"),
        settings=REAL_DATA | {"salesforce_schema": "just_loaded"},
    )
    assert done.returncode == 0, done.stdout[-5000:]
    written = json.loads((server.folder / "target" / "sources.json").read_text())
    ages = {
        result["unique_id"].rpartition(".")[2]: result["max_loaded_at_time_ago_in_s"]
        for result in written["results"]
    }
    assert set(ages) == {"lead", "account", "opportunity"}
    assert max(map(abs, ages.values())) < 600, ages


# Random companies in three CRMs at once, with the vars that are furthest from the
# defaults, which the sample has.
VARIANT = "billings"
COMPANIES = [("mixture", 1), ("mixture", 4)]


@pytest.fixture(scope="module")
def engines(server, dbt):
    """The project compiled for DuckDB and for the server, which is emptied for it."""
    with ThreadPoolExecutor(1) as pool:
        ours = pool.submit(dbt.compile, VARIANTS[VARIANT])
        theirs = CompiledOnPostgres(server, VARIANTS[VARIANT])
        return ours.result(), theirs


@pytest.mark.parametrize("seed", COMPANIES, ids=str)
def test_every_mart_of_a_random_company_is_the_same(seed, engines):
    case = case_of_seed(seed)
    assert case.variant == VARIANT
    names = tuple(
        node["name"] for node in engines[0].models.values() if node["schema"] == "marts"
    )
    assert len(names) > 10
    company = (case.raw, case.seeds, settings_of(case)["as_of_date"], names)
    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(lambda engine: engine.run(*company), engines)
    assert {
        mart: found[:5]
        for mart in names
        if (found := row_differences(mart, ours[mart], theirs[mart]))
    } == {}


def rebuild(server, build):
    """Builds on the server what was built on DuckDB, from the same raw tables."""
    assert build.worked, build.console
    copy_raw(build, server, ("salesforce", "finance"))
    with contextlib.closing(server.connect()) as connection:
        connection.cursor().execute("drop schema if exists history cascade")
        connection.commit()
    done = server.dbt("build", *NO_TESTS, settings=REAL_DATA)
    assert done.returncode == 0, done.stdout[-5000:]
