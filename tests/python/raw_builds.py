"""Helper of tests that build the project on raw tables of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
from builds import HASH_KEY, ROOT, query


class Build:
    """One `dbt build` on a DuckDB file with raw tables, and what came out of it."""

    def __init__(self, folder, **settings):
        """Nothing is read or written before `run`; settings are the project's vars."""
        self.folder = Path(folder)
        self.database = self.folder / "build.duckdb"
        self.settings = {
            "use_sample_data": False,
            "salesforce_enabled": False,
            "hubspot_enabled": False,
            **settings,
        }
        self.output = ""

    def load(self, statements):
        """Executes SQL in the file before the build."""
        with duckdb.connect(self.database) as connection:
            connection.execute(statements)

    def table(self, schema, name, rows, types=None):
        """A raw table from dicts of texts; `types`: of the columns that are no text."""
        columns = list(dict.fromkeys(column for row in rows for column in row))
        kinds = [(types or {}).get(column, "varchar") for column in columns]
        shown = ", ".join(
            f'"{column}" {kind}' for column, kind in zip(columns, kinds, strict=True)
        )
        values = ", ".join(f"cast(? as {kind})" for kind in kinds)
        with duckdb.connect(self.database) as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f'create schema if not exists "{schema}"')
            connection.execute(f'create table "{schema}"."{name}" ({shown})')
            for row in rows:
                connection.execute(
                    f'insert into "{schema}"."{name}" values ({values})',
                    [row.get(column) for column in columns],
                )

    def run(self, *arguments):
        """Builds; returns dbt's exit code and keeps what it said in `output`."""
        ran = subprocess.run(
            [
                Path(sys.executable).with_name("dbt"),
                *("--no-use-colors", "build", "--vars", json.dumps(self.settings)),
                *("--target-path", self.folder / "target"),
                *("--log-path", self.folder / "logs", "--no-partial-parse"),
                *(arguments or ("--exclude-resource-type", "unit_test")),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "DBT_PROFILES_DIR": str(ROOT),
                "SALES_KPIS_DUCKDB_PATH": str(self.database),
                "SALES_KPIS_HASH_KEY": HASH_KEY,
            },
            capture_output=True,
            text=True,
            timeout=600,
        )
        self.output = ran.stdout + ran.stderr
        return ran.returncode

    def rows(self, sql):
        """Rows of a query on what was built."""
        with self._built() as connection:
            return connection.execute(sql).fetchall()

    def one(self, sql):
        """The only row of a query."""
        (row,) = self.rows(sql)
        return row

    def dicts(self, sql):
        """Rows of a query as dicts."""
        with self._built() as connection:
            return query(connection, sql)

    def _built(self):
        connection = duckdb.connect(self.database, read_only=True)
        connection.execute("set timezone = 'UTC'")
        return connection
