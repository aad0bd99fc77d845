"""A killed build harms nobody: readers keep theirs, and the next build works."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from builds import HASH_KEY, ROOT, Dbt, write_raw
from test_history import BEFORE, raw
from test_publish import make_build

from tools.publish import carry_history, publish

VARS = '{"use_sample_data": false, "hubspot_enabled": false, "zoho_enabled": false}'
# Nodes of the build at whose start it is killed, as shares of all nodes; more of them
# with SALES_KPIS_KILL_POINTS.
KILL_POINTS = int(os.environ.get("SALES_KPIS_KILL_POINTS", "3"))
READERS, PUBLICATIONS = 3, 8


class Company:
    """A build file in a warehouse, and dbt runs on it that may be killed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.file = folder / "build.duckdb"
        self.warehouse = folder / "warehouse"
        write_raw(self.file, raw(BEFORE, "2025-04-01"))

    def build(self, kill_at: float | None = None) -> tuple[int, str]:
        """Run dbt; kill it when it starts that share of its nodes.

        Returns the exit code and what dbt said.
        """
        run = subprocess.Popen(
            [
                str(Path(sys.executable).with_name("dbt")),
                *("--no-use-colors", "build", "--exclude-resource-type", "test"),
                *("--exclude-resource-type", "unit_test", "--vars", VARS),
                *("--target-path", str(self.folder / "target")),
                *("--log-path", str(self.folder / "logs")),
            ],
            env=Dbt(self.folder)._environment(self.file, HASH_KEY),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = ""
        for line in run.stdout:
            said += line
            started = re.search(r" (\d+) of (\d+) START", line)
            if kill_at is None or not started:
                continue
            if int(started[1]) >= max(1, round(kill_at * int(started[2]))):
                time.sleep(0.02)  # into the statement
                run.send_signal(signal.SIGKILL)
        return run.wait(), said

    def marts(self) -> dict[str, list]:
        """{table: its rows} of the marts and the history in the build file."""
        with duckdb.connect(str(self.file), read_only=True) as database:
            return {
                f"{schema}.{table}": database.execute(
                    f'select * from {schema}."{table}" order by all'
                ).fetchall()
                for schema, table in database.execute(
                    "select schema_name, table_name from duckdb_tables()"
                    " where schema_name in ('marts', 'history')"
                ).fetchall()
            }


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    company = Company(tmp_path_factory.mktemp("crash"))
    code, said = company.build()
    assert code == 0, said
    publish(company.file, company.warehouse)
    return company


def test_a_killed_build_harms_no_reader_and_the_next_build_works(company):
    before = company.marts()
    files = {
        path: path.read_bytes()
        for path in company.warehouse.rglob("*")
        if path.is_file()
    }
    file = company.warehouse / "sales_kpis.duckdb"
    query = "select count(*), sum(value) from marts.kpi_values"
    with duckdb.connect(str(file), read_only=True) as reader:
        expected = reader.execute(query).fetchall()
        for point in range(KILL_POINTS):
            carry_history(company.file, company.warehouse)
            share = point / (KILL_POINTS - 1)
            code, said = company.build(kill_at=share)
            assert code == -signal.SIGKILL, (share, said)
            assert reader.execute(query).fetchall() == expected
    assert files == {
        path: path.read_bytes()
        for path in company.warehouse.rglob("*")
        if path.is_file()
    }
    carry_history(company.file, company.warehouse)
    code, said = company.build()
    assert code == 0, said
    assert company.marts() == before
    publish(company.file, company.warehouse)


def test_readers_and_publications_side_by_side_never_meet_halves(tmp_path):
    warehouse = tmp_path / "warehouse"
    builds = [
        make_build(tmp_path / f"build_{number}.duckdb", number) for number in range(2)
    ]
    publish(builds[0], warehouse)
    reads, mixes, errors = [0] * READERS, [], []
    done = threading.Event()

    def read(place):
        try:
            while not done.is_set():
                folder = (warehouse / "current").resolve()  # one publication
                with duckdb.connect(
                    str(folder / "sales_kpis.duckdb"), read_only=True
                ) as database:
                    found = set()
                    for mart in ("kpi_one", "kpi_scorecard"):
                        for relation in (
                            f"marts.{mart}",
                            f"'{folder}/exports/{mart}.parquet'",
                            f"'{folder}/exports/{mart}.csv'",
                        ):
                            found |= set(
                                database.execute(
                                    f"select distinct generation from {relation}"
                                ).fetchall()
                            )
                if len(found) != 1:
                    mixes.append(found)
                reads[place] += 1
        except Exception as error:
            errors.append(error)

    readers = [
        threading.Thread(target=read, args=[place], daemon=True)
        for place in range(READERS)
    ]
    for reader in readers:
        reader.start()
    for number in range(PUBLICATIONS):
        seen = list(reads)
        publish(builds[number % 2], warehouse)
        # A reader may be one publication behind, not two.
        limit = time.monotonic() + 60
        while (
            not errors
            and min(now - then for now, then in zip(reads, seen, strict=True)) < 2
        ):
            assert time.monotonic() < limit
            time.sleep(0.01)
    done.set()
    for reader in readers:
        reader.join(60)
    assert (mixes, errors) == ([], [])
    assert min(reads) >= 2 * PUBLICATIONS
