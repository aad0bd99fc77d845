"""Publish the marts of a finished build for BI tools: all at once or not at all.

    .venv/bin/python -m tools.publish
    .venv/bin/python -m tools.publish --carry-history

A publication is one folder with `sales_kpis.duckdb` (schema `marts` only) and
`exports/<mart>.parquet` and `.csv`, rows ordered by primary key. Readers reach it over
fixed links in `warehouse/`; one rename of the link `current` switches all of it.

It also keeps schema `history`, and the sample's `sample_history`, as parquet. Before a
build, `--carry-history` gives both to the build file in the place of what is there, so
that the history survives the file and a run that was never published leaves no trace.
"""

import fcntl
import json
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from tools.definitions import is_default
from tools.written import written

ROOT = Path(__file__).resolve().parent.parent
LINKS = ("sales_kpis.duckdb", "exports")
# Schemas and folders of what was published: the company's record, and the sample's.
HISTORIES = ("history", "sample_history")
# With one of these gone, all that it held would be new, or nothing would be any more.
RECORDS = ("history_deal_states", "history_kpi_values", "history_publications")
# Spreadsheets take a text that begins so for a formula, a German Excel also what
# follows a semicolon, at which it parts the cells of any CSV.
FORMULA = r"'(^|[;\t\r\n]\s*)([=+\-@\t\r\n])'"
# How a node of a dbt run may have ended.
GOOD = ("success", "pass", "warn", "no-op")
# Arguments that leave something out of a dbt build, and what may stand there anyway.
WHOLE_BUILD = {
    "select": set(),
    "exclude": set(),
    "selector": {"daily", "ci"},
    "resource_types": set(),
    "exclude_resource_types": {"unit_test"},
    "empty": set(),
}

MARTS = """
select table_name, comment, (
    select constraint_column_names from duckdb_constraints() as keys
    where constraint_type = 'PRIMARY KEY' and keys.table_oid = tables.table_oid
        and keys.database_name = 'build'
) from duckdb_tables() as tables
where database_name = 'build' and schema_name = 'marts' order by table_name
"""
COLUMNS = """
select column_name, data_type, comment from duckdb_columns()
where database_name = 'build' and schema_name = 'marts' and table_name = ?
order by column_index
"""
HISTORY = """
select table_name from duckdb_tables()
where database_name = 'build' and schema_name = ? order by table_name
"""
UNKNOWN_PUBLICATIONS = """
select count(*) from read_parquet(?) as published
anti join build.{schema}.history_publications as known
    using (publication_number, values_fingerprint)
"""
SCORECARD = ("kpi_scorecard",)
OFF_TARGET = """
select
    kpi, measure, label_en, period_label, value, direction, target_value, unit,
    (select max(currency_code) from marts.kpi_scorecard)
from marts.kpi_scorecard
where status = 'off_target' and is_headline
order by kpi_number, period_end - period_start, period_start
"""


def build_file():
    """The DuckDB file in which dbt builds."""
    return ROOT / os.environ.get("SALES_KPIS_DUCKDB_PATH", "warehouse/build.duckdb")


def name(text):
    """A text as a quoted SQL name."""
    return '"' + text.replace('"', '""') + '"'


def literal(text):
    """A text or path as a SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def write(build, folder, names=None):
    """Write marts of the DuckDB file `build`, all or those of `names`, into `folder`.

    The folder is empty.
    """
    (folder / "exports").mkdir()
    with duckdb.connect() as database:
        run = database.execute
        run("set timezone = 'UTC'")
        run(f"attach {literal(build)} as build (read_only)")
        # A format that DuckDB 1.0 and later can read.
        file = literal(folder / LINKS[0])
        run(f"attach {file} as published (storage_version 'v1.0.0')")
        run("use published")
        run("create schema marts")
        found = run(MARTS).fetchall()
        marts = [mart for mart in found if names is None or mart[0] in names]
        if not marts:
            sys.exit(f"Nothing to publish: {build} has no table in schema marts.")
        for mart, comment, key in marts:
            table = f"marts.{name(mart)}"
            columns = run(COLUMNS, [mart]).fetchall()
            order = ", ".join(f"mart.{name(c)}" for c in key or [c[0] for c in columns])
            rows = f"from build.{table} as mart order by {order}"
            # Without the key: DuckDB 1.0 cannot read an index of a later version.
            run(f"create table {table} as select * {rows}")
            for column, _, text in columns:
                if text:
                    run(f"comment on column {table}.{name(column)} is {literal(text)}")
            if comment:
                run(f"comment on table {table} is {literal(comment)}")
            safe = ", ".join(
                f"regexp_replace({name(column)}, {FORMULA}, '\\1''\\2', 'g') "
                f"as {name(column)}"
                for column, data_type, _ in columns
                if data_type == "VARCHAR"
            )
            for suffix, what in (("parquet", ""), ("csv", f"replace ({safe})")):
                file = literal(folder / "exports" / f"{mart}.{suffix}")
                what = what if safe else ""
                run(f"copy (select * {what} {rows}) to {file} (format {suffix})")
        for schema in HISTORIES:
            (folder / schema).mkdir()
            for (table,) in run(HISTORY, [schema]).fetchall():
                file = literal(folder / schema / f"{table}.parquet")
                rows = f"select * from build.{schema}.{name(table)} order by 1"
                run(f"copy ({rows}) to {file} (format parquet)")
    for path in (*folder.rglob("*"), folder):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def carry_history(build, warehouse):
    """Give the DuckDB file `build` the history of the last publication alone."""
    files = []
    for schema in HISTORIES:
        folder = warehouse / "current" / schema
        found = sorted(folder.glob("*.parquet"))
        lost = set(RECORDS) - {file.stem for file in found}
        if found and lost:
            sys.exit(
                f"The history is incomplete: {folder / min(lost)}.parquet is missing. "
                f"Restore it, or remove {folder} to go on with what {build} has."
            )
        files += found
    with duckdb.connect(build) as database:
        database.execute("begin")
        for file in files:
            schema = file.parent.name
            table = f"{schema}.{name(file.stem)}"
            database.execute(f"create schema if not exists {schema}")
            database.execute(f"drop table if exists {table}")
            rows = f"select * from read_parquet({literal(file)})"
            database.execute(f"create table {table} as {rows}")
        database.execute("commit")


def refuse_lost_history(build, warehouse):
    """Stop if the build does not know of all that was published before it."""
    for schema in HISTORIES:
        published = warehouse / "current" / schema / "history_publications.parquet"
        if not published.exists():
            continue
        with duckdb.connect() as database:
            database.execute(f"attach {literal(build)} as build (read_only)")
            try:
                (lost,) = database.execute(
                    UNKNOWN_PUBLICATIONS.format(schema=schema), [str(published)]
                ).fetchone()
            except duckdb.CatalogException:
                lost = "all"
        if lost:
            sys.exit(
                f"Not published: {build} lacks the history of earlier "
                f"publications ({lost}). Run `make build`, which carries it over first."
            )


def publish(build, warehouse, names=None):
    """Publish the marts of the DuckDB file `build` in the folder `warehouse`.

    Of `names` only, if given: a table that no model makes any more stays behind.
    Keeps the publication before it for readers that are between two files, and removes
    everything older or left by a run that was cut short. Returns the new folder.
    """
    warehouse.mkdir(exist_ok=True)
    handle = os.open(warehouse, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # one publisher at a time
        for link in LINKS:
            if not (warehouse / link).is_symlink():
                (warehouse / link).symlink_to(Path("current", link))
        refuse_lost_history(build, warehouse)
        current = warehouse / "current"
        before = current.readlink().name if current.is_symlink() else None
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        folder = warehouse / f".publication-{now}"
        # Before the new one needs the room: what a run left that was cut short.
        remove_publications(warehouse, lambda name: before and name <= before)
        folder.mkdir()
        write(build, folder, names)
        link = folder.with_name(f"{folder.name}.link")
        link.symlink_to(folder.name)
        link.replace(current)
        os.fsync(handle)
        remove_publications(warehouse, lambda name: name in (before, folder.name))
    finally:
        os.close(handle)
    return folder


def remove_publications(warehouse, is_kept):
    """Remove the publications in a folder, and links to them.

    Args:
        warehouse: the folder.
        is_kept: whether one of this name is to stay; names are in the order of time.
    """
    for old in warehouse.glob(".publication-*"):
        if old.is_symlink():
            old.unlink()
        elif not is_kept(old.name):
            shutil.rmtree(old)


def refuse_failed_build(target):
    """Stop if dbt's last run, by its artefacts, is no build of DuckDB that ended well.

    Args:
        target: folder of dbt's run_results.json and manifest.json.
    """
    results = target / "run_results.json"
    if not results.exists():
        sys.exit(f"Nothing to publish: there is no {results} of a build.")
    ran = json.loads(results.read_text("utf-8"))
    command = ran["args"]["which"]
    if command != "build":
        sys.exit(
            f"Not published: `dbt {command}` ran last, and only `dbt build` builds "
            "and tests all. Run `make build`."
        )
    chosen = [
        f"--{flag.replace('_', '-')}"
        for flag, whole in WHOLE_BUILD.items()
        if not set(as_list(ran["args"].get(flag))) <= whole
    ]
    if chosen:
        sys.exit(
            f"Not published: the last `dbt build` had {' and '.join(chosen)}, and what "
            "it left out may be of another day or untested. Run `make build`."
        )
    ended = {node["unique_id"]: node["status"] for node in ran["results"]}
    bad = [node for node, status in ended.items() if status not in GOOD]
    if bad:
        sys.exit(f"Not published, the last dbt run failed: {', '.join(bad[:3])}")
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    engine = manifest["metadata"]["adapter_type"]
    if engine != "duckdb":
        sys.exit(f"Not published: the last `dbt build` was on {engine}, not on DuckDB.")
    # A build that is killed writes no results, but its manifest when it begins.
    if manifest["metadata"]["invocation_id"] != ran["metadata"]["invocation_id"]:
        sys.exit(
            "Not published: another dbt command began after the last `dbt build`. "
            "Run `make build`."
        )
    missing = left_out(ran, manifest)
    if missing:
        sys.exit(
            "Not published: the last `dbt build` was stopped before "
            f"{', '.join(missing[:3])}. Run `make build`."
        )


def refuse_another_file(target, build):
    """Stop if dbt's last run, by its artefacts, was not on the file to be published.

    dbt names a database by its file's name up to the first dot. The moment of the last
    write tells apart files of one name: who builds writes after it began.

    Args:
        target: folder of dbt's run_results.json and manifest.json.
        build: the file.
    """
    ran = json.loads((target / "run_results.json").read_text("utf-8"))
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    databases = {
        node["database"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }
    began = datetime.fromisoformat(ran["metadata"]["invocation_started_at"])
    # What dbt wrote last may still be in DuckDB's log beside the file.
    files = (build, build.with_name(f"{build.name}.wal"))
    written = max((file.stat().st_mtime for file in files if file.exists()), default=0)
    if (
        build.name.lstrip(".").split(".")[0] not in databases
        or written < began.replace(tzinfo=UTC).timestamp()
    ):
        sys.exit(
            f"Not published: the last `dbt build` wrote another file than {build}. Run "
            "`make build`, or set SALES_KPIS_DUCKDB_PATH to the file that it wrote."
        )


def left_out(ran, manifest):
    """What a run of dbt did not come to: ids of models, seeds and data tests.

    Args:
        ran: content of run_results.json.
        manifest: content of manifest.json.
    """
    ended = {result["unique_id"] for result in ran.get("results", [])}
    return [
        node
        for node, is_a in manifest.get("nodes", {}).items()
        if is_a.get("resource_type") in ("model", "seed", "test") and node not in ended
    ]


def as_list(argument):
    """The values of an argument of dbt: none, one or several."""
    return argument if isinstance(argument, list) else [argument] if argument else []


def marts_of_project(manifest):
    """Names of the tables that models make in schema marts, by dbt's manifest.json."""
    nodes = json.loads(manifest.read_text("utf-8"))["nodes"].values()
    return {node["alias"] for node in nodes if node["schema"] == "marts"}


def report(warehouse):
    """Print where the results are and which KPI is off target as a whole."""
    print("\nPublished for BI tools:", *(warehouse / link for link in LINKS))
    print("For people: `make dashboard` writes", warehouse / "dashboard.html")
    with duckdb.connect(warehouse / LINKS[0], read_only=True) as database:
        tables = database.execute("select table_name from duckdb_tables()").fetchall()
        red = database.execute(OFF_TARGET).fetchall() if SCORECARD in tables else []
    for kpi, measure, label, period, value, direction, target, unit, currency in red:
        # The name says by what a KPI is judged, unless a target names another measure.
        label += "" if is_default(kpi, measure) else f" ({measure})"
        figure, goal = (written(v, unit, currency) for v in (value, target))
        sign = "at most" if direction == "lower" else "at least"
        print(f"Off target: {label} {period}: {figure}, target {sign} {goal}")
    if SCORECARD in tables and not red:
        print("No KPI is off target.")


if __name__ == "__main__":
    build = build_file()
    target = ROOT / os.environ.get("DBT_TARGET_PATH", "target")
    if sys.argv[1:] == ["--carry-history"]:
        # A build begins; if it is killed, what the last one said must not speak for it.
        (target / "run_results.json").unlink(missing_ok=True)
        sys.exit(carry_history(build, ROOT / "warehouse"))
    refuse_failed_build(target)
    refuse_another_file(target, build)
    publish(build, ROOT / "warehouse", marts_of_project(target / "manifest.json"))
    report(ROOT / "warehouse")
