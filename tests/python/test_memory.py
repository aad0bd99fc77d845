"""A laptop with little memory gets through, with the same figures."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import duckdb
from builds import KPI_MARTS

from tools.bench.__main__ import Bench

OPPORTUNITIES = 60_000
LIMIT = "200MB"


def rows(path):
    """{mart: its rows, ordered by key}."""
    with duckdb.connect(str(path), read_only=True) as con:
        return {
            mart: con.execute(f"select * from marts.{mart} order by 1").fetchall()
            for mart in KPI_MARTS
        }


def measured(folder, limit):
    """What the KPIs cost within a limit, and their rows."""
    bench = Bench(folder, OPPORTUNITIES, limit)
    bench.prepare()
    return bench.measure("kpis"), rows(bench.built)


def test_a_build_that_has_to_use_the_disk_gives_the_same_rows(tmp_path):
    # The peak of a command starts at that of its parent, and pytest's is high by now.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as small_parent:
        (cost, found), (tight_cost, tight_found) = (
            small_parent.submit(measured, tmp_path, limit).result()
            for limit in ("80%", LIMIT)
        )
    assert tight_cost.memory < cost.memory - 50
    assert tight_found == found
    assert all(found.values())
