"""Builds of the project for tests: raw rows of a company in, marts out.

There are two ways, and `test_builds.py` proves that they give identical marts:

`Dbt.build` runs the real thing, `dbt build` in a process of its own on a DuckDB file
that holds the raw tables. It costs 10 to 30 seconds, most of which dbt needs for
itself: the SQL of a small company runs within a second.

`Dbt.compile` therefore compiles the project once per set of vars, on a template
database whose raw tables are empty (all columns that staging reads, as text). The
result, a `Compiled`, runs those same compiled statements in the order of dbt's own
manifest, with the manifest's relation names and seed types, for as many companies as
wanted, each in a fresh in-memory database; views are stored as tables, so that DuckDB
plans them once and not again for each reader. This is honest because
nothing that dbt compiles depends on rows, only on which tables and columns landed; a
table or column that a company lacks is empty here, and `test_bad_input.py` builds
the missing ones for real.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from shutil import copy

import duckdb
from oracle.files import ROOT

from tools.publish import carry_history

HASH_KEY = "key of the tests"
TIME_LIMIT = 600
# Real schemas, Salesforce alone; the other CRMs have builds of their own.
REAL_DATA = {
    "use_sample_data": False,
    "hubspot_enabled": False,
    "zoho_enabled": False,
}
# Stands for the as-of day in compiled SQL, where each company puts its own day.
ANY_DAY = "1999-09-09"
KPI_MARTS = (
    "kpi_revenue_growth",
    "kpi_sales_cycle_length",
    "kpi_conversion_rate",
    "kpi_average_order_value",
    "kpi_churn_rate",
    "kpi_customer_acquisition_cost",
)
# What staging reads and the sample lacks.
STAMPS = ("_fivetran_synced", "_fivetran_deleted", "_fivetran_active")
MORE_COLUMNS = {
    "salesforce": {"contract": ("arr_c",)},
    "hubspot": {"contact_merge_audit": ("vid_to_merge", "canonical_vid", "timestamp")},
}
# The schema that a system's raw tables land in.
SCHEMAS = {"zoho": "zoho_crm"}
QUALITY_MARTS = ("data_quality_summary", "data_quality_issues", "crm_tie_out")

Rows = list[dict]
# {schema: {table: rows, rows and {column: type}, or a query}}
Raw = dict[str, dict[str, Rows | tuple[Rows, dict[str, str]] | str]]


def quoted(name: str) -> str:
    """A name as SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def create_table(connection, relation: str, columns: dict, rows: Rows) -> None:
    """Create a table of rows of text; each column is cast from text to its type."""
    typed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"create table {relation} ({typed})")
    if not rows:
        return
    values = ", ".join(
        f"cast(unnest(${place}::varchar[]) as {type_name})"
        for place, type_name in enumerate(columns.values(), start=1)
    )
    names = ", ".join(quoted(column) for column in columns)
    connection.execute(
        f"insert into {relation} ({names}) select {values}",
        [[row.get(column) for row in rows] for column in columns],
    )


def write_raw(database: Path, raw: Raw | str) -> None:
    """Write raw tables into a DuckDB file.

    Args:
        database: the file.
        raw: {schema: {table: ...}} of rows, which make columns of text, those of the
            sample if there is no row; of pairs of rows and {column: type} of what is no
            text; of queries. Or SQL that makes the tables itself.
    """
    columns = {
        SCHEMAS.get(system, system): tables
        for system, tables in template_columns().items()
    }
    with duckdb.connect(str(database)) as connection:
        connection.execute("set timezone = 'UTC'")
        if isinstance(raw, str):
            connection.execute(raw)
            return
        for schema, tables in raw.items():
            connection.execute(f"create schema if not exists {quoted(schema)}")
            for table, rows in tables.items():
                relation = f"{quoted(schema)}.{quoted(table)}"
                if isinstance(rows, str):
                    connection.execute(f"create table {relation} as {rows}")
                    continue
                rows, types = rows if isinstance(rows, tuple) else (rows, {})
                names = [column for row in rows for column in row]
                names = names or columns[schema][table]
                typed = {name: types.get(name, "varchar") for name in names}
                create_table(connection, relation, typed, rows)


def query(connection, sql: str, parameters: tuple | None = None) -> Rows:
    """Rows of a query as dicts."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def template_columns() -> dict[str, dict[str, list[str]]]:
    """{system: {table: columns}}: those of the sample, and what else staging reads."""
    columns: dict[str, dict[str, list[str]]] = {}
    for path in sorted((ROOT / "seeds" / "sample").glob("sample_*__*.csv")):
        system, table = path.stem.removeprefix("sample_").split("__", 1)
        with path.open(newline="", encoding="utf-8") as file:
            columns.setdefault(system, {})[table] = next(csv.reader(file))
    for system, tables in MORE_COLUMNS.items():
        for table, names in tables.items():
            columns[system][table] = [*columns[system].get(table, STAMPS), *names]
    return columns


@dataclass
class Build:
    """What one run of dbt left behind.

    `name` is what dbt called the database, and `target` its folder of artefacts.
    """

    returncode: int
    console: str
    database: Path
    target: Path
    name: str = "company"

    @property
    def worked(self) -> bool:
        """Whether dbt ended with exit code 0."""
        return self.returncode == 0

    def sentence(self, start: str) -> str:
        """The first line of the console text from `start` on, '' if it is not there."""
        text = " ".join(self.console.split())
        place = text.find(start)
        return text[place : place + 400] if place >= 0 else ""

    def query(self, sql: str) -> Rows:
        """Rows of a query on the built database."""
        with self._opened() as connection:
            return query(connection, sql)

    def tuples(self, sql: str) -> list[tuple]:
        """Rows of a query on the built database, as tuples."""
        with self._opened() as connection:
            return connection.execute(sql).fetchall()

    def one(self, sql: str) -> tuple:
        """The only row of a query on the built database."""
        (row,) = self.tuples(sql)
        return row

    def rows(self, mart: str) -> Rows:
        """Rows of a mart, ordered by its key."""
        return self.query(f"select * from marts.{mart} order by 1")

    def marts(self, names: tuple[str, ...] = KPI_MARTS) -> dict[str, Rows]:
        """{mart: its rows}."""
        return {name: self.rows(name) for name in names}

    def _opened(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self.database), read_only=True)
        connection.execute("set timezone = 'UTC'")
        return connection


@dataclass
class Dbt:
    """Runs dbt in a process of its own, everything below one folder.

    Runs with the same vars share a target folder and the path of the database (it is
    moved away afterwards), so that dbt parses the project once for all of them. Runs
    with different vars may go on at the same time. `project` is the folder of the
    project, another one than this for tests with seeds of their own.
    """

    folder: Path
    project: Path = ROOT
    locks: dict[str, threading.Lock] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def build(
        self,
        raw: Raw | str | None = None,
        settings: dict | None = None,
        command: tuple[str, ...] = ("build", "--exclude-resource-type", "unit_test"),
        threads: int = 1,
        hash_key: str | None = HASH_KEY,
        then: tuple[tuple[str, ...], ...] = (),
        warehouse: Path | None = None,
    ) -> Build:
        """Run a command of dbt on raw tables, as `write_raw` takes them.

        Args:
            raw: None builds on the sample.
            settings: vars beside those of `REAL_DATA` (which hold with `raw` only).
            command: of dbt, with its options.
            threads: of dbt.
            hash_key: for SALES_KPIS_HASH_KEY; None leaves it unset.
            then: further commands on the same database, if the ones before worked.
            warehouse: whose history the database gets first.
        """
        vars_ = (REAL_DATA if raw is not None else {}) | (settings or {})
        text = json.dumps(vars_, sort_keys=True)
        key = sha256(text.encode()).hexdigest()[:12]
        with self.guard:
            lock = self.locks.setdefault(key, threading.Lock())
            self.number += 1
            database = self.folder / f"company_{self.number}.duckdb"
        with lock:
            place = self.folder / key
            place.mkdir(parents=True, exist_ok=True)
            working = place / f"{Build.name}.duckdb"
            working.unlink(missing_ok=True)
            if raw is not None:
                write_raw(working, raw)
            if warehouse is not None:
                carry_history(working, warehouse)
            started = time.monotonic()
            console = ""
            for words in (command, *then):
                done = subprocess.run(
                    [
                        *(
                            str(Path(sys.executable).with_name("dbt")),
                            "--no-use-colors",
                        ),
                        *words,
                        *("--vars", text, "--threads", str(threads)),
                        *("--target-path", str(place / "target")),
                        *("--log-path", str(place / "logs")),
                    ],
                    env=self._environment(working, hash_key),
                    cwd=self.project,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=TIME_LIMIT,
                    check=False,
                )
                console += done.stdout
                ran = place / "target" / "run_results.json"
                if ran.exists():  # the next command overwrites it
                    copy(ran, ran.with_name(f"run_results_of_{words[0]}.json"))
                if done.returncode:
                    break
            took = time.monotonic() - started
            self.seconds[f"{database.stem} {command[0]} {text}"] = took
            if working.with_name(f"{working.name}.wal").exists():
                # Now and then dbt leaves what it wrote in the log beside the file.
                duckdb.connect(str(working)).close()
            if working.exists():
                working.rename(database)
            return Build(done.returncode, console, database, place / "target")

    def compile(self, settings: dict | None = None) -> Compiled:
        """Compile the project for companies of text columns; see `Compiled`."""
        vars_ = REAL_DATA | (settings or {})
        columns = {
            system: tables
            for system, tables in template_columns().items()
            if vars_.get(f"{system}_enabled", True)
        }
        raw = {
            SCHEMAS.get(system, system): {table: [] for table in tables}
            for system, tables in columns.items()
        }
        done = self.build(raw, settings, command=("compile",))
        if not done.worked:
            raise AssertionError(done.console)
        key = sha256(json.dumps(vars_, sort_keys=True).encode()).hexdigest()[:12]
        manifest = (self.folder / key / "target" / "manifest.json").read_text("utf-8")
        return Compiled(json.loads(manifest), columns, settings or {})

    def _environment(self, database: Path, hash_key: str | None) -> dict[str, str]:
        environment = os.environ | {
            "DBT_PROJECT_DIR": str(self.project),
            "DBT_PROFILES_DIR": str(self.project),
            "SALES_KPIS_DUCKDB_PATH": str(database),
            "DO_NOT_TRACK": "1",
        }
        for name in ("DBT_TARGET", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
            environment.pop(name, None)
        environment.pop("SALES_KPIS_HASH_KEY", None)
        if hash_key is not None:
            environment["SALES_KPIS_HASH_KEY"] = hash_key
        return environment


class Compiled:
    """The project's compiled SQL for one set of vars, to be run on many companies."""

    def __init__(self, manifest: dict, columns: dict, settings: dict):
        self.settings = settings
        self.columns = columns
        nodes = manifest["nodes"]
        self.models = {
            key: node for key, node in nodes.items() if node["resource_type"] == "model"
        }
        self.analyses = {
            node["name"]: node["compiled_code"]
            for node in nodes.values()
            if node["resource_type"] == "analysis"
        }
        self.tests = {
            node["name"]: node
            for node in nodes.values()
            if node["resource_type"] == "test"
        }
        self.seeds = [
            node for node in nodes.values() if node["resource_type"] == "seed"
        ]
        self.sources = [
            source
            for source in manifest["sources"].values()
            if source["name"] in columns.get(source["source_name"], ())
        ]
        self.database = self.sources[0]["database"]

    def run(
        self,
        raw: dict[str, dict[str, Rows]],
        seeds: dict[str, Rows],
        as_of_date: str | None = None,
        marts: tuple[str, ...] = KPI_MARTS,
        extra: tuple[str, ...] = (),
    ) -> dict[str, Rows]:
        """{mart: rows ordered by key} of one company.

        Args:
            raw: {'salesforce' | 'hubspot' | 'zoho' | 'finance': {table: rows of text}},
                the CRMs that it was compiled for.
            seeds: {seed: rows of text}; a seed that is not named is empty.
            as_of_date: needed if compiled for `ANY_DAY`, else forbidden.
            marts: marts to build, with all that they stand on.
            extra: other models whose rows are wanted.
        """
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            self._prepare(connection)
            self._load(connection, raw, seeds)
            self._execute(connection, {*marts, *extra}, as_of_date)
            return {
                node["name"]: query(
                    connection, f"select * from {node['relation_name']} order by 1"
                )
                for node in self.models.values()
                if node["name"] in {*marts, *extra}
            }

    def failures(self, test: str, tables: dict[str, str]) -> Rows:
        """What a test of the project finds on tables, {schema.table: query}."""
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            self._prepare(connection)
            for relation, rows in tables.items():
                connection.execute(f"create table {relation} as {rows}")
            return query(connection, self.tests[test]["compiled_code"])

    def severity(self, test: str) -> str:
        """What dbt makes of the failures of a test: error or warn."""
        return self.tests[test]["config"]["severity"].lower()

    def _prepare(self, connection) -> None:
        connection.execute("set timezone = 'UTC'")
        connection.execute("set variable sales_kpis_hash_key = ?", [HASH_KEY])
        connection.execute(f"attach ':memory:' as {quoted(self.database)}")
        connection.execute(f"use {quoted(self.database)}")
        nodes = [*self.models.values(), *self.seeds, *self.sources]
        for schema in sorted({node["schema"] for node in nodes}):
            connection.execute(f"create schema if not exists {quoted(schema)}")

    def _load(self, connection, raw: dict, seeds: dict) -> None:
        for source in self.sources:
            system, table = source["source_name"], source["name"]
            rows = (raw.get(system) or {}).get(table) or []
            columns = dict.fromkeys(self.columns[system][table], "varchar")
            for row in rows:
                columns |= dict.fromkeys(row, "varchar")
            create_table(connection, source["relation_name"], columns, rows)
        for seed in self.seeds:
            types = seed["config"]["column_types"]
            rows = seeds.get(seed["name"], [])
            create_table(connection, seed["relation_name"], types, rows)

    def _execute(self, connection, wanted: set[str], as_of_date: str | None) -> None:
        days_set = 0
        for node in self._in_order(wanted):
            sql = node["compiled_code"]
            if ANY_DAY in sql:
                if as_of_date is None:
                    raise ValueError("This was compiled for any as-of day: name one")
                days_set += sql.count(ANY_DAY)
                sql = sql.replace(ANY_DAY, as_of_date)
            connection.execute(f"create table {node['relation_name']} as {sql}")
        if days_set != (as_of_date is not None):
            raise ValueError(f"The as-of day stands in {days_set} places")

    def _in_order(self, wanted: set[str]) -> list[dict]:
        """The wanted models and what they stand on, parents first."""
        ordered: dict[str, dict] = {}

        def add(key: str) -> None:
            if key in self.models and key not in ordered:
                for parent in self.models[key]["depends_on"]["nodes"]:
                    add(parent)
                ordered[key] = self.models[key]

        for key, node in self.models.items():
            if node["name"] in wanted:
                add(key)
        return list(ordered.values())
