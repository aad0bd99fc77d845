"""Readers of the published marts see one whole publication, the old or the new one."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tools.publish import (
    marts_of_project,
    publish,
    refuse_another_file,
    refuse_failed_build,
    report,
)

ROOT = Path(__file__).resolve().parents[2]
KILL_POINTS = 20

# Publishes argv[1] in argv[2] and kills itself at the argv[3]-th step. A step is a call
# or a return of any function, seen from tools/publish.py. Prints the number of steps.
KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from tools import publish

steps = 0

def step(frame, event, argument):
    global steps
    if frame.f_code.co_filename == publish.__file__:
        steps += 1
        if steps == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(step)
publish.publish(Path(sys.argv[1]), Path(sys.argv[2]))
sys.setprofile(None)
print(steps)
"""


def make_build(path, generation, descending=False):
    """A small build file; every row of its two marts carries the generation."""
    path.unlink(missing_ok=True)
    order = "desc" if descending else "asc"
    with duckdb.connect(path) as database:
        database.execute(f"""
            create schema marts;
            create schema staging;
            create table staging.people as select 'someone' as full_name;
            create table marts.kpi_one (
                kpi_key varchar primary key, share double, text varchar, generation int
            );
            insert into marts.kpi_one
                select 'k' || i, i / 7, null, {generation}
                from range(1000) as numbers (i) order by i {order};
            comment on table marts.kpi_one is 'One row per key; it''s complete.';
            comment on column marts.kpi_one.share is 'A "share".';
            create table marts.kpi_scorecard (
                generation int, kpi varchar, period_grain varchar, dimension varchar,
                label_en varchar, measure varchar, status varchar, value double,
                kpi_number int,
                dimension_value varchar, period_label varchar, period_start date,
                period_end date, unit varchar, currency_code varchar,
                direction varchar, target_value double, is_headline boolean
            );
            insert into marts.kpi_scorecard
                select {generation}, kpi, 'month', dimension, label,
                    case unit when 'count' then 'lead_count' else kpi end, status,
                    value, number, dimension_value, '2026-06', '2026-06-01',
                    '2026-06-30', unit, case unit when 'money' then 'EUR' end,
                    direction, target,
                    dimension = 'total'
                    or kpi = 'average_order_value' and dimension_value = 'new_business'
                from (values
                    ('growth', 'deal_type', 'new_business', 'Growth', 'off_target', 0,
                     2, 'growth', 'higher', 0.05),
                    ('average_order_value', 'deal_type', 'new_business', 'Order value',
                     'off_target', 700, 5, 'money', 'higher', 900),
                    ('average_order_value', 'deal_type', 'upsell', 'Order value',
                     'off_target', 600, 5, 'money', 'higher', 900),
                    ('churn_rate', 'total', '(all)', 'Churn rate', 'off_target', 0.0345,
                     1, 'share', 'lower', 0.02),
                    ('churn_rate', 'region', 'DE', 'Churn rate', 'off_target', 0.5, 1,
                     'share', 'lower', 0.02),
                    ('growth', 'total', '(all)', 'Growth', 'on_target', 0.1, 2,
                     'growth', 'higher', 0.05),
                    ('cost', 'total', '(all)', 'Cost', 'off_target', 17470, 3, 'money',
                     'lower', 9000),
                    ('conversion_rate', 'total', '(all)', 'Leads to customers',
                     'off_target', 1120, 4, 'count', 'higher', 1500)
                ) as cards (kpi, dimension, dimension_value, label, status, value,
                    number, unit, direction, target)
        """)
    return path


def generations(warehouse):
    """All generations that a reader finds who opens everything that is published."""
    found = set()
    with duckdb.connect(warehouse / "sales_kpis.duckdb", read_only=True) as database:
        for mart in ("kpi_one", "kpi_scorecard"):
            for relation in (
                f"marts.{mart}",
                f"read_parquet('{warehouse}/exports/{mart}.parquet')",
                f"read_csv('{warehouse}/exports/{mart}.csv')",
            ):
                query = f"select generation, count(*) from {relation} group by all"
                found.update(database.execute(query).fetchall())
    return {generation for generation, _ in found}, {count for _, count in found}


def publications(warehouse):
    """Names of everything in the warehouse that belongs to single publications."""
    return sorted(path.name for path in warehouse.glob(".publication-*"))


def test_only_marts_are_published_with_their_comments(tmp_path):
    publish(make_build(tmp_path / "build.duckdb", 1), tmp_path / "warehouse")
    file = tmp_path / "warehouse" / "sales_kpis.duckdb"
    with duckdb.connect(file, read_only=True) as database:

        def rows(query):
            return database.execute(query).fetchall()

        assert rows(
            "select schema_name, table_name, comment from duckdb_tables() order by 2"
        ) == [
            ("marts", "kpi_one", "One row per key; it's complete."),
            ("marts", "kpi_scorecard", None),
        ]
        assert rows(
            "select column_name, comment from duckdb_columns() "
            "where table_name = 'kpi_one' and comment is not null"
        ) == [("share", 'A "share".')]
    exports = sorted(path.name for path in (tmp_path / "warehouse/exports").iterdir())
    assert exports == [
        f"{mart}.{suffix}"
        for mart in ("kpi_one", "kpi_scorecard")
        for suffix in ("csv", "parquet")
    ]


def test_duckdb_1_0_can_read_the_file(tmp_path):
    # Tried with 1.0.0: it reads this storage version, but no table that has an index.
    publish(make_build(tmp_path / "build.duckdb", 1), tmp_path / "warehouse")
    with duckdb.connect() as database:
        file = tmp_path / "warehouse" / "sales_kpis.duckdb"
        database.execute(f"attach '{file}' as published (read_only)")
        (tags,) = database.execute(
            "select tags from duckdb_databases() where database_name = 'published'"
        ).fetchone()
        assert "v1.0.0" in tags["storage_version"]
        assert (
            database.execute(
                "select constraint_type from duckdb_constraints()"
            ).fetchall()
            == []
        )
        assert database.execute("select * from duckdb_indexes()").fetchall() == []


def test_exports_are_byte_identical_whatever_the_order_of_rows(tmp_path):
    bytes_by_run = []
    for descending in (False, True):
        build = make_build(tmp_path / "build.duckdb", 1, descending)
        folder = publish(build, tmp_path / "warehouse")
        exports = sorted((folder / "exports").iterdir())
        bytes_by_run.append({path.name: path.read_bytes() for path in exports})
    assert bytes_by_run[0] == bytes_by_run[1]


def test_rows_are_ordered_by_primary_key(tmp_path):
    publish(make_build(tmp_path / "build.duckdb", 1, True), tmp_path / "warehouse")
    keys = sorted(f"k{number}" for number in range(1000))
    exports = tmp_path / "warehouse" / "exports"
    with (exports / "kpi_one.csv").open(newline="") as file:
        assert [row["kpi_key"] for row in csv.DictReader(file)] == keys
    found = duckdb.sql(f"select kpi_key from '{exports}/kpi_one.parquet'").fetchall()
    assert [key for (key,) in found] == keys


def test_no_csv_cell_is_a_formula(tmp_path):
    build = make_build(tmp_path / "build.duckdb", 1)
    texts = ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "\n=x", "a=b", "", None]
    # At a semicolon a German Excel begins a new cell.
    texts += ["x;=1+1;y", "x; -1", "a;b=c"]
    with duckdb.connect(build) as database:
        for number, text in enumerate(texts):
            row = [f"t{number:02}", -0.5, text]
            database.execute("insert into marts.kpi_one values (?, ?, ?, 1)", row)
        row = ["=key", None, None]
        database.execute("insert into marts.kpi_one values (?, ?, ?, 1)", row)
    publish(build, tmp_path / "warehouse")
    with (tmp_path / "warehouse/exports/kpi_one.csv").open(newline="") as file:
        rows = [row for row in csv.reader(file) if row[0][0] != "k"]
    assert rows[0] == ["'=key", "", "", "1"]
    assert [row[1] for row in rows[1:]] == ["-0.5"] * len(texts)
    assert [row[2] for row in rows[1:]] == [
        *("'=1+1", "'+1", "'-1", "'@a", "'\tx", "'\rx", "'\n=x"),
        *("a=b", "", ""),
        *("x;'=1+1;y", "x; '-1", "a;b=c"),
    ]
    parquet = tmp_path / "warehouse" / "exports" / "kpi_one.parquet"
    found = duckdb.sql(f"select text from '{parquet}' where kpi_key like 't%'")
    assert [text for (text,) in found.fetchall()] == texts


def test_the_previous_publication_stays_and_the_one_before_goes(tmp_path):
    build, warehouse = tmp_path / "build.duckdb", tmp_path / "warehouse"
    first = publish(make_build(build, 1), warehouse)
    with duckdb.connect(warehouse / "sales_kpis.duckdb", read_only=True) as reader:
        second = publish(make_build(build, 2), warehouse)
        assert publications(warehouse) == [first.name, second.name]
        query = "select distinct generation from marts.kpi_one"
        assert reader.execute(query).fetchall() == [(1,)]
    third = publish(make_build(build, 3), warehouse)
    assert publications(warehouse) == [second.name, third.name]
    assert generations(warehouse)[0] == {3}


def run_until(step, build, warehouse):
    """Publish in a process of its own and kill it at a step; 0 lets it end."""
    command = [sys.executable, "-c", KILLED_RUN, build, warehouse, str(step)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_killed_run_leaves_the_old_or_the_new_and_the_next_one_cleans_up(tmp_path):
    old = make_build(tmp_path / "old.duckdb", 1)
    new = make_build(tmp_path / "new.duckdb", 2)
    warehouse = tmp_path / "warehouse"
    publish(old, warehouse)
    steps = int(run_until(0, new, warehouse).stdout)
    seen = []
    for point in range(KILL_POINTS):
        publish(old, warehouse)
        step = round(1 + point * (steps - 1) / (KILL_POINTS - 1))
        assert run_until(step, new, warehouse).returncode == -9
        found, counts = generations(warehouse)
        assert len(found) == 1, f"a mix at step {step} of {steps}"
        assert counts == {1000, 8}
        seen += found
    assert set(seen) == {1, 2}, "the points lie on both sides of the switch"
    publish(old, warehouse)
    assert len(publications(warehouse)) == 2


def test_a_killed_first_run_publishes_nothing(tmp_path):
    build, warehouse = make_build(tmp_path / "build.duckdb", 1), tmp_path / "warehouse"
    assert run_until(60, build, warehouse).returncode == -9
    assert not (warehouse / "sales_kpis.duckdb").exists()
    assert not (warehouse / "exports").exists()
    publish(build, warehouse)
    assert generations(warehouse)[0] == {1}


def test_a_build_without_marts_changes_nothing(tmp_path):
    warehouse = tmp_path / "warehouse"
    publish(make_build(tmp_path / "build.duckdb", 1), warehouse)
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(empty).close()
    with pytest.raises(SystemExit, match="no table in schema marts"):
        publish(empty, warehouse)
    assert generations(warehouse)[0] == {1}


def artefacts(
    folder,
    nodes=(),
    planned=(),
    adapter_type="duckdb",
    invocation_id="of the build",
    database="build",
    began="2000-01-01T00:00:00.000000Z",
    **arguments,
):
    """Write what dbt leaves of a build, by the statuses of its nodes; returns folder.

    Args:
        folder: where dbt's artefacts are.
        nodes: {unique_id: status} of what ran.
        planned: unique ids of what the project has beside it.
        adapter_type, invocation_id: what the manifest says of the last command.
        database, began: where the build wrote, and from when on.
        arguments: of the build, as dbt names them.
    """
    results = {
        "metadata": {"invocation_id": "of the build", "invocation_started_at": began},
        "args": {"which": "build"} | arguments,
        "results": [{"unique_id": n, "status": s} for n, s in dict(nodes).items()],
    }
    (folder / "run_results.json").write_text(json.dumps(results))
    manifest = {
        "metadata": {"invocation_id": invocation_id, "adapter_type": adapter_type},
        "nodes": {
            f"{kind}.{name}": {
                "resource_type": kind,
                "alias": name,
                "schema": "marts",
                "database": database,
            }
            for kind, _, name in (node.partition(".") for node in (*nodes, *planned))
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.mark.parametrize("status", ["error", "fail", "skipped", "partial success"])
def test_a_failed_build_is_refused(tmp_path, status):
    with pytest.raises(SystemExit, match="there is no"):
        refuse_failed_build(tmp_path)
    nodes = {f"model.{word}": word for word in ("success", "pass", "warn", "no-op")}
    refuse_failed_build(artefacts(tmp_path, nodes))
    with pytest.raises(SystemExit, match=r"test\.wrong"):
        refuse_failed_build(artefacts(tmp_path, nodes | {"test.wrong": status}))


def test_the_command_publishes_a_build_that_ended_well_and_no_other(tmp_path):
    # A copy, because the command publishes in the warehouse beside it.
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    warehouse, target = tmp_path / "warehouse", tmp_path / "target"
    warehouse.mkdir()
    target.mkdir()
    make_build(warehouse / "build.duckdb", 1)
    paths = ("SALES_KPIS_DUCKDB_PATH", "DBT_TARGET_PATH")
    marts = ("model.kpi_one", "model.kpi_scorecard")
    environment = {k: value for k, value in os.environ.items() if k not in paths}

    def run_after(status, **more):
        nodes = dict.fromkeys(marts, "success") | {"test.of_kpi_one": status}
        artefacts(target, nodes, **more)
        return subprocess.run(
            [sys.executable, "-m", "tools.publish"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    refused = run_after("fail")
    assert refused.returncode != 0
    assert "test.of_kpi_one" in refused.stderr
    elsewhere = run_after("pass", database="try")
    assert elsewhere.returncode != 0
    assert "wrote another file than" in elsewhere.stderr
    assert [path.name for path in warehouse.iterdir()] == ["build.duckdb"]
    assert run_after("warn").returncode == 0
    assert generations(warehouse)[0] == {1}


# A retry names what it ran, not what the build before it left out.
@pytest.mark.parametrize("command", ["run", "test", "compile", "generate", "retry"])
def test_what_is_no_build_does_not_speak_for_it(tmp_path, command):
    with pytest.raises(SystemExit, match=f"`dbt {command}` ran last"):
        refuse_failed_build(artefacts(tmp_path, which=command))


def test_a_build_that_was_stopped_half_way_is_refused(tmp_path):
    # dbt then writes the results of what had ended.
    artefacts(tmp_path, {"model.first": "success"}, planned=("test.second",))
    with pytest.raises(SystemExit, match=r"was stopped before test\.second\."):
        refuse_failed_build(tmp_path)
    artefacts(tmp_path, {"model.first": "success"}, planned=("unit_test.second",))
    refuse_failed_build(tmp_path)


def test_what_began_after_the_build_or_was_on_another_engine_is_refused(tmp_path):
    artefacts(tmp_path, {"model.first": "success"}, invocation_id="of a killed build")
    with pytest.raises(SystemExit, match="another dbt command began"):
        refuse_failed_build(tmp_path)
    artefacts(tmp_path, {"model.first": "success"}, adapter_type="postgres")
    with pytest.raises(SystemExit, match="was on postgres, not on DuckDB"):
        refuse_failed_build(tmp_path)


def test_a_build_of_another_file_does_not_speak_for_this_one(tmp_path):
    build, nodes = tmp_path / "build.duckdb", {"model.first": "success"}
    with pytest.raises(SystemExit, match="wrote another file than"):
        refuse_another_file(artefacts(tmp_path, nodes), build)
    make_build(build, 1)
    refuse_another_file(artefacts(tmp_path, nodes), build)
    # Tried in /elsewhere/try.duckdb, or in /elsewhere/build.duckdb.
    later = {"began": "2100-01-01T00:00:00.000000Z"}
    for other in ({"database": "try"}, later):
        with pytest.raises(SystemExit, match=r"Run `make build`, or set SALES_KPIS_"):
            refuse_another_file(artefacts(tmp_path, nodes, **other), build)


def test_what_a_build_left_in_the_log_beside_its_file_is_of_that_build(tmp_path):
    build = make_build(tmp_path / "build.duckdb", 1)
    os.utime(build, (0, 0))
    artefacts(tmp_path, {"model.first": "success"})
    with pytest.raises(SystemExit, match="wrote another file than"):
        refuse_another_file(tmp_path, build)
    (tmp_path / "build.duckdb.wal").touch()
    refuse_another_file(tmp_path, build)


@pytest.mark.parametrize(
    ("chosen", "is_whole"),
    [
        ({"select": [], "exclude": [], "selector": None, "empty": False}, True),
        ({"exclude_resource_types": ["unit_test"]}, True),
        ({"selector": "daily"}, True),
        ({"selector": "kpis"}, False),
        ({"select": ["kpi_churn_rate"]}, False),
        ({"exclude": ["kpi_values"]}, False),
        ({"resource_types": ["model"]}, False),
        ({"exclude_resource_types": ["test"]}, False),
        ({"empty": True}, False),
    ],
)
def test_a_build_that_leaves_something_out_is_refused(tmp_path, chosen, is_whole):
    artefacts(tmp_path, **chosen)
    if is_whole:
        refuse_failed_build(tmp_path)
        return
    flag = next(iter(chosen)).replace("_", "-")
    with pytest.raises(SystemExit, match=f"`dbt build` had --{flag}, and"):
        refuse_failed_build(tmp_path)


def test_a_table_that_no_model_makes_any_more_is_not_published(tmp_path):
    build = make_build(tmp_path / "build.duckdb", 1)
    with duckdb.connect(build) as database:
        database.execute("create table marts.kpi_of_a_branch as select 1 as a")
    manifest = tmp_path / "manifest.json"
    nodes = {
        "model.kpi": {"alias": "kpi_one", "schema": "marts"},
        "model.deals": {"alias": "int_crm__deals", "schema": "intermediate"},
    }
    manifest.write_text(json.dumps({"nodes": nodes}))
    warehouse = tmp_path / "warehouse"
    folder = publish(build, warehouse, marts_of_project(manifest))
    assert [path.name for path in folder.glob("exports/*.csv")] == ["kpi_one.csv"]


def test_what_dbt_said_before_a_build_began_publishes_nothing(tmp_path):
    # as after a build that was killed, which leaves no word of its own
    results = tmp_path / "run_results.json"
    results.write_text('{"results": []}')
    subprocess.run(
        [sys.executable, "-m", "tools.publish", "--carry-history"],
        cwd=ROOT,
        env=os.environ
        | {
            "SALES_KPIS_DUCKDB_PATH": str(tmp_path / "build.duckdb"),
            "DBT_TARGET_PATH": str(tmp_path),
        },
        check=True,
    )
    with pytest.raises(SystemExit, match="Nothing to publish: there is no"):
        refuse_failed_build(tmp_path)


@pytest.mark.parametrize(
    ("kpi", "measure", "named"),
    [
        ("churn_rate", "net_revenue_churn_rate", "Churn rate (net_revenue_churn_rate)"),
        ("churn_rate", "median_cycle_days", "Churn rate (median_cycle_days)"),
        ("churn_rate", "churn_rate", "Churn rate"),
        ("sales_cycle_length", "median_cycle_days", "Churn rate"),
    ],
)
def test_a_verdict_on_another_measure_names_it(tmp_path, capsys, kpi, measure, named):
    build, warehouse = make_build(tmp_path / "build.duckdb", 1), tmp_path / "warehouse"
    with duckdb.connect(build) as database:
        database.execute(
            "update marts.kpi_scorecard set kpi = ?, measure = ? "
            "where kpi = 'churn_rate'",
            [kpi, measure],
        )
    publish(build, warehouse)
    report(warehouse)
    line = f"Off target: {named} 2026-06: 3.5 %, target at most 2.0 %"
    assert line in capsys.readouterr().out.splitlines()


def test_the_last_lines_name_the_files_and_the_kpi_off_target(tmp_path, capsys):
    warehouse = tmp_path / "warehouse"
    publish(make_build(tmp_path / "build.duckdb", 1), warehouse)
    report(warehouse)
    assert capsys.readouterr().out.splitlines() == [
        "",
        f"Published for BI tools: {warehouse}/sales_kpis.duckdb {warehouse}/exports",
        f"For people: `make dashboard` writes {warehouse}/dashboard.html",
        "Off target: Churn rate 2026-06: 3.5 %, target at most 2.0 %",
        "Off target: Cost 2026-06: 17,470.00 EUR, target at most 9,000.00 EUR",
        "Off target: Leads to customers (lead_count) 2026-06: 1,120, "
        "target at least 1,500",
        "Off target: Order value 2026-06: 700.00 EUR, target at least 900.00 EUR",
    ]
