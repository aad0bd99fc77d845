"""A laptop with little memory gets through, with the same figures."""

from __future__ import annotations

import duckdb
from builds import KPI_MARTS

from tools.bench.__main__ import Bench

OPPORTUNITIES = 30_000
LIMIT = "200MB"


def rows(path):
    """{mart: its rows, ordered by key}."""
    with duckdb.connect(str(path), read_only=True) as con:
        return {
            mart: con.execute(f"select * from marts.{mart} order by 1").fetchall()
            for mart in KPI_MARTS
        }


def test_a_build_that_has_to_use_the_disk_gives_the_same_rows(tmp_path):
    costs, found = {}, {}
    for limit in ("80%", LIMIT):
        bench = Bench(tmp_path, OPPORTUNITIES, limit)
        bench.prepare()
        costs[limit] = bench.measure("kpis")
        found[limit] = rows(bench.built)
    assert costs[LIMIT].memory < costs["80%"].memory - 50
    assert found[LIMIT] == found["80%"]
    assert all(found["80%"].values())
