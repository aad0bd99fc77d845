"""Other engines for tests: servers on loopback that stop whatever happens.

Each yields a `Server`: it knows how dbt is run on it and how its rows are read. It
raises `LookupError` with one sentence where what it needs is not installed.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
from builds import (
    ANY_DAY,
    HASH_KEY,
    KPI_MARTS,
    REAL_DATA,
    ROOT,
    SCHEMAS,
    Build,
    Compiled,
    Rows,
    query,
    quoted,
    template_columns,
)
from oracle.compare import same

TIME_LIMIT = 1800
# Types of raw columns in DuckDB that another engine calls otherwise.
POSTGRES_TYPES = {"VARCHAR": "text", "DOUBLE": "double precision"}


@dataclass
class Server:
    """A running engine.

    Attributes:
        target: name of the target in profiles.yml.
        environment: variables that lead the target to this server.
        connect: opens a DB-API connection.
        folder: where dbt writes its artefacts and logs.
    """

    target: str
    environment: dict[str, str]
    connect: Callable
    folder: Path

    def dbt(
        self, *command: str, settings: dict | None = None
    ) -> subprocess.CompletedProcess:
        """Run a command of dbt with vars; its text is in `stdout`."""
        return subprocess.run(
            [
                *(sys.executable, Path(__file__).with_name("run_dbt.py")),
                *("--no-use-colors", *command, "--target", self.target),
                *("--vars", json.dumps(settings or {})),
                *("--target-path", self.folder / "target"),
                *("--log-path", self.folder / "logs"),
            ],
            env=os.environ | self.environment | {"DO_NOT_TRACK": "1"},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )

    def rows(self, sql: str) -> Rows:
        """Rows of a query as dicts."""
        with contextlib.closing(self.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            names = [column[0] for column in cursor.description]
            # PyHive reads dates as text.
            dates = {
                column[0] for column in cursor.description if column[1] == "DATE_TYPE"
            }
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for row in rows:
            row |= {name: date.fromisoformat(row[name]) for name in dates if row[name]}
        return rows


def differences(server: Server, build: Build, mart: str) -> list[str]:
    """Where a mart differs from the one that DuckDB built, in sentences.

    See `row_differences`.
    """
    return row_differences(
        mart,
        build.query(f"select * from marts.{mart}"),
        server.rows(f"select * from marts.{mart}"),
    )


def row_differences(mart: str, ours: Rows, theirs: Rows) -> list[str]:
    """Where the rows of a mart differ from those that DuckDB built, in sentences.

    Columns, their order and the keys must be equal, and every value by the rules of
    `oracle.compare.same`: money to the cent, doubles within 1e-9.
    """
    if not ours and not theirs:
        return []
    if [list(row) for row in theirs[:1]] != [list(row) for row in ours[:1]]:
        return [f"{mart} has other columns or no rows"]
    # A target has a row per version.
    key = (next(iter(ours[0])), "version")
    expected = {tuple(map(row.get, key)): row for row in ours}
    actual = {tuple(map(row.get, key)): row for row in theirs}
    found = [
        f"{name} is on one engine only" for name in expected.keys() ^ actual.keys()
    ]
    found += [
        f"{name}: {column} is {actual[name][column]!r}, on DuckDB {value!r}"
        for name in expected.keys() & actual.keys()
        for column, value in expected[name].items()
        if not same(actual[name][column], value)
    ]
    if len(theirs) != len(actual):
        found.append(f"{mart} has a key twice")
    return sorted(found)


def differing_marts(server: Server, build: Build) -> dict[str, list[str]]:
    """{mart: the first sentences on how it differs from the one on DuckDB}."""
    assert build.worked, build.console
    found = {mart: differences(server, build, mart) for mart in marts(build)}
    return {mart: sentences[:5] for mart, sentences in found.items() if sentences}


def marts(build: Build) -> list[str]:
    """Names of the marts that a build made."""
    tables = build.query(
        "select table_name from information_schema.tables"
        " where table_schema = 'marts' order by 1"
    )
    return [table["table_name"] for table in tables]


def published_again(server: Server, *models: str) -> list[dict[str, Rows]]:
    """The sample's history {table: rows} after its build and after two more runs.

    One of these is of the same day, the other of a day 45 days earlier, for which it
    builds `models` anew, too.
    """
    history = "path:models/marts/history"
    found = [_history(server)]
    (publication,) = found[0]["publications"]
    day = publication["as_of_on"] - timedelta(days=45)
    for selected, settings in (
        ([history], {}),
        ([history, *models], {"as_of_date": str(day)}),
    ):
        done = server.dbt("run", "--select", *selected, settings=settings)
        assert done.returncode == 0, done.stdout[-5000:]
        found.append(_history(server))
    return found


def _history(server: Server) -> dict[str, Rows]:
    return {
        table: server.rows(f"select * from sample_history.history_{table} order by 1")
        for table in ("publications", "kpi_values", "deal_states", "raw_rows")
    }


def of_publication(history: dict[str, Rows], number: int) -> dict[str, Rows]:
    """The rows of a history that one publication added."""
    return {
        table: [row for row in rows if row["publication_number"] == number]
        for table, rows in history.items()
    }


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(
    command: list, end: signal.Signals, **options
) -> Iterator[subprocess.Popen]:
    """A process that gets a signal when the block ends, or when this process does."""
    command = ["setpriv", "--pdeathsig", end.name.removeprefix("SIG"), *command]
    with subprocess.Popen(command, **options) as running:
        try:
            yield running
        finally:
            running.send_signal(end)
            try:
                running.wait(30)
            except subprocess.TimeoutExpired:
                running.kill()


def wait_for(answers: Callable, running: subprocess.Popen, seconds: int, log: Path):
    """What `answers` returns as soon as it raises nothing any more."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return answers()
        except Exception:
            if running.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Not up:\n{log.read_text()[-3000:]}") from None
            time.sleep(1)


# -- PostgreSQL ---------------------------------------------------------------


def postgres_programs() -> Path:
    """Folder of PostgreSQL's server programs, those of the latest version.

    Raises:
        LookupError: there are none, or nobody may run them.
    """
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name
    )
    found = [str(folder) for folder in reversed(folders)]
    program = shutil.which("initdb", path=os.pathsep.join([*found, os.environ["PATH"]]))
    if program is None:
        raise LookupError(
            "PostgreSQL's server programs are not installed: install them, on Debian"
            " and Ubuntu with `sudo apt-get install postgresql`, and run this again."
        )
    return Path(program).resolve().parent


def documented_sql() -> list[list[str]]:
    """The statements of each block of SQL in docs/engines.md."""
    text = (ROOT / "docs" / "engines.md").read_text()
    blocks = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    return [[part for part in block.split(";") if part.strip()] for block in blocks]


@contextlib.contextmanager
def postgres() -> Iterator[Server]:
    """A PostgreSQL cluster of its own in a folder that disappears afterwards.

    Text is sorted in German, as on many a company's server; the database of the
    project is made as docs/engines.md says.
    """
    import psycopg2

    programs = postgres_programs()
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    root = os.geteuid() == 0
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if root else {}
    with tempfile.TemporaryDirectory(prefix="sales_kpis_") as name:
        folder, password, port = Path(name), secrets.token_hex(16), free_port()
        (folder / "password").write_text(password)
        if root:
            owner = pwd.getpwnam("postgres")
            for path in (folder, folder / "password"):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        subprocess.run(
            [
                *(programs / "initdb", "--pgdata", folder / "data", "--no-sync"),
                *("--username", "postgres", "--pwfile", folder / "password"),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale"),
                *("--locale-provider", "icu", "--icu-locale", "de"),
            ],
            stdout=subprocess.DEVNULL,
            check=True,
            cwd=folder,
            **user,
        )
        log = folder / "log"
        server = [
            *(programs / "postgres", "-D", folder / "data", "-p", str(port)),
            *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
            *("-c", "fsync=off", "-c", "log_statement=all"),
        ]

        def connect(database="sales_kpis", user="sales_kpis", password=password):
            return psycopg2.connect(
                host="127.0.0.1",
                port=port,
                user=user,
                password=password,
                dbname=database,
            )

        with (
            log.open("w") as output,
            process(
                server,
                signal.SIGQUIT,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                **user,
            ) as running,
        ):
            first = wait_for(lambda: connect("postgres", "postgres"), running, 30, log)
            first.autocommit = True
            for statement in documented_sql()[0]:
                first.cursor().execute(statement.replace("...", password))
            first.close()
            yield Server(
                target="postgres",
                environment={
                    "SALES_KPIS_POSTGRES_HOST": "127.0.0.1",
                    "SALES_KPIS_POSTGRES_PORT": str(port),
                    "SALES_KPIS_POSTGRES_PASSWORD": password,
                    "PGOPTIONS": "-c sales_kpis.hash_key="
                    + HASH_KEY.replace(" ", r"\ "),
                },
                connect=connect,
                folder=folder,
            )


def copy_raw(build: Build, server: Server, schemas: tuple[str, ...]) -> None:
    """Copy the raw tables that a build on DuckDB read, with their types."""
    with (
        contextlib.closing(server.connect()) as connection,
        duckdb.connect(str(build.database), read_only=True) as source,
    ):
        source.execute("set timezone = 'UTC'")
        cursor = connection.cursor()
        for schema in schemas:
            cursor.execute(f"drop schema if exists {schema} cascade")
            cursor.execute(f"create schema {schema}")
            for table in query(
                source,
                "select table_name from information_schema.tables"
                f" where table_schema = '{schema}'",
            ):
                relation = f'{schema}."{table["table_name"]}"'
                shown = query(source, f"describe {relation}")
                columns = ", ".join(
                    f'"{column["column_name"]}" '
                    + POSTGRES_TYPES.get(column["column_type"], column["column_type"])
                    for column in shown
                )
                cursor.execute(f"create table {relation} ({columns})")
                places = ", ".join(["%s"] * len(shown))
                cursor.executemany(
                    f"insert into {relation} values ({places})",
                    source.execute(f"select * from {relation}").fetchall(),
                )
        connection.commit()


class CompiledOnPostgres(Compiled):
    """The project's SQL for one set of vars, to be run on many companies; see `builds`.

    It takes the place of whatever was built on the server.
    """

    def __init__(self, server: Server, settings: dict):
        """Compile for raw tables of text, all columns that staging reads."""
        self.server = server
        vars_ = REAL_DATA | settings
        columns = {
            system: tables
            for system, tables in template_columns().items()
            if vars_.get(f"{system}_enabled", True)
        }
        with contextlib.closing(server.connect()) as connection:
            cursor = connection.cursor()
            for schema in ("seeds", "staging", "intermediate", "marts", "history"):
                cursor.execute(f"drop schema if exists {schema} cascade")
            for system, tables in columns.items():
                schema = SCHEMAS.get(system, system)
                cursor.execute(f"drop schema if exists {schema} cascade")
                cursor.execute(f"create schema {schema}")
                for table, names in tables.items():
                    typed = dict.fromkeys(names, "text")
                    _insert(cursor, f"{schema}.{quoted(table)}", typed, [])
            connection.commit()
        done = server.dbt("compile", settings=vars_)
        assert done.returncode == 0, done.stdout[-5000:]
        manifest = (server.folder / "target" / "manifest.json").read_text("utf-8")
        super().__init__(json.loads(manifest), columns, settings)

    def run(self, raw, seeds, as_of_date=None, marts=KPI_MARTS) -> dict[str, Rows]:
        """{mart: its rows} of one company, rolled back afterwards."""
        with contextlib.closing(self.server.connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"set sales_kpis.hash_key = '{HASH_KEY}'")
            cursor.execute("set jit = off")
            nodes = [*self.models.values(), *self.seeds]
            for schema in sorted({node["schema"] for node in nodes}):
                cursor.execute(f"create schema {quoted(schema)}")
            for source in self.sources:
                system, table = source["source_name"], source["name"]
                rows = (raw.get(system) or {}).get(table) or []
                names = dict.fromkeys(
                    [
                        *self.columns[system][table],
                        *(name for row in rows for name in row),
                    ]
                )
                relation = source["relation_name"]
                cursor.execute(f"drop table {relation}")
                _insert(cursor, relation, dict.fromkeys(names, "text"), rows)
            for seed in self.seeds:
                types = seed["config"]["column_types"]
                rows = seeds.get(seed["name"], [])
                _insert(cursor, seed["relation_name"], types, rows)
            found = {}
            for node in self._in_order(set(marts)):
                sql = node["compiled_code"].replace(ANY_DAY, str(as_of_date))
                cursor.execute(f"create table {node['relation_name']} as {sql}")
                if node["name"] in marts:
                    cursor.execute(f"select * from {node['relation_name']}")
                    names = [column[0] for column in cursor.description]
                    found[node["name"]] = [
                        dict(zip(names, row, strict=True)) for row in cursor.fetchall()
                    ]
            return found


def _insert(cursor, relation: str, columns: dict, rows: Rows) -> None:
    """Create a table on PostgreSQL and fill it with rows of text."""
    typed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    cursor.execute(f"create table {relation} ({typed})")
    places = ", ".join(["%s"] * len(columns))
    cursor.executemany(
        f"insert into {relation} values ({places})",
        [[row.get(name) for name in columns] for row in rows],
    )


# -- Spark --------------------------------------------------------------------


def spark_home() -> Path:
    """Folder of the Spark inside the package pyspark.

    Raises:
        LookupError: there is no Java to run it.
    """
    import pyspark

    if shutil.which("java") is None:
        raise LookupError(
            "Spark needs Java 17: install it, on Debian and Ubuntu with `sudo apt-get"
            " install openjdk-17-jre-headless`, and run this again."
        )
    return Path(pyspark.__file__).parent


@contextlib.contextmanager
def spark() -> Iterator[Server]:
    """A standalone Spark cluster: a master, two workers and a Thrift server."""
    from pyhive import hive

    home = spark_home()
    with (
        tempfile.TemporaryDirectory(prefix="sales_kpis_") as name,
        contextlib.ExitStack() as processes,
    ):
        folder, thrift_port = Path(name), free_port()
        master = f"spark://127.0.0.1:{free_port()}"
        log = folder / "log"
        output = processes.enter_context(log.open("w"))
        environment = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_HOME": str(home)}

        def start(program: str, *arguments: str) -> subprocess.Popen:
            return processes.enter_context(
                process(
                    [home / "bin" / program, *arguments],
                    signal.SIGTERM,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env=os.environ | environment,
                )
            )

        deploy = "org.apache.spark.deploy"
        start(
            "spark-class",
            f"{deploy}.master.Master",
            *("--host", "127.0.0.1", "--port", master.rpartition(":")[2]),
            *("--webui-port", str(free_port())),
        )
        for worker in ("first", "second"):
            start(
                "spark-class",
                f"{deploy}.worker.Worker",
                *("--host", "127.0.0.1", "--cores", "1", "--memory", "1g"),
                *("--work-dir", str(folder / worker)),
                *("--webui-port", str(free_port()), master),
            )
        settings = {
            "spark.driver.memory": "2g",
            # Not the zone of the sessions: they have to ask for theirs.
            "spark.driver.extraJavaOptions": "-Duser.timezone=Europe/Berlin",
            "spark.executor.memory": "900m",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": str(folder / "warehouse"),
            "spark.ui.enabled": "false",
            "spark.hadoop.javax.jdo.option.ConnectionURL": (
                "jdbc:derby:memory:metastore;create=true"
            ),
        }
        server = start(
            "spark-submit",
            *("--class", "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"),
            *("--master", master),
            *(
                word
                for setting in settings.items()
                for word in ("--conf", "=".join(setting))
            ),
            "spark-internal",
            *("--hiveconf", f"hive.server2.thrift.port={thrift_port}"),
            *("--hiveconf", "hive.server2.thrift.bind.host=127.0.0.1"),
        )

        def connect():
            return hive.connect(
                "127.0.0.1",
                thrift_port,
                configuration={"set:hiveconf:spark.sql.session.timeZone": "UTC"},
            )

        wait_for(connect, server, 300, log).close()
        yield Server(
            target="spark_thrift",
            environment={
                "SALES_KPIS_SPARK_HOST": "127.0.0.1",
                "SALES_KPIS_SPARK_PORT": str(thrift_port),
            },
            connect=connect,
            folder=folder,
        )


def copy_as_parquet(build: Build, server: Server, schemas: tuple[str, ...]) -> None:
    """Make tables of a build on DuckDB tables of Spark, by files that Spark reads."""
    with (
        contextlib.closing(server.connect()) as connection,
        duckdb.connect(str(build.database), read_only=True) as source,
    ):
        cursor = connection.cursor()
        for schema in schemas:
            cursor.execute(f"create schema {schema}")
            folder = server.folder / "raw" / schema
            folder.mkdir(parents=True)
            for table in query(
                source,
                "select table_name from information_schema.tables"
                f" where table_schema = '{schema}'",
            ):
                name = table["table_name"]
                file = folder / name / "rows.parquet"
                file.parent.mkdir()
                source.execute(f"copy {schema}.\"{name}\" to '{file}'")
                cursor.execute(
                    f"create table {schema}.`{name}` using parquet"
                    f" location '{file.parent}'"
                )
