"""Other engines for tests: servers on loopback that stop whatever happens.

Each yields a `Server`: it knows how dbt is run on it and how its rows are read. It
raises `LookupError` with one sentence where what it needs is not installed.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
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
from pathlib import Path

import duckdb
from builds import HASH_KEY, ROOT, Build, Rows, query
from oracle.compare import same

TIME_LIMIT = 900
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
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def differences(server: Server, build: Build, mart: str) -> list[str]:
    """Where a mart differs from the one that DuckDB built, in sentences.

    Columns, their order and the keys must be equal, and every value by the rules of
    `oracle.compare.same`: money to the cent, doubles within 1e-9.
    """
    ours = build.query(f"select * from marts.{mart}")
    theirs = server.rows(f"select * from marts.{mart}")
    if not ours and not theirs:
        return []
    if [list(row) for row in theirs[:1]] != [list(row) for row in ours[:1]]:
        return [f"{mart} has other columns or no rows"]
    key = next(iter(ours[0]))
    expected = {row[key]: row for row in ours}
    actual = {row[key]: row for row in theirs}
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


def marts(build: Build) -> list[str]:
    """Names of the marts that a build made."""
    tables = build.query(
        "select table_name from information_schema.tables"
        " where table_schema = 'marts' order by 1"
    )
    return [table["table_name"] for table in tables]


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
            time.sleep(0.1)


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
                *("--username", "sales_kpis", "--pwfile", folder / "password"),
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
            first = wait_for(lambda: connect("postgres"), running, 30, log)
            first.autocommit = True
            first.cursor().execute("create database sales_kpis")
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
