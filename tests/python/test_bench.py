"""What the bench says can be trusted: it compares before it times, and it warns."""

from __future__ import annotations

import json
import re
from collections import Counter
from math import nan

import duckdb
import pytest
import yaml
from builds import KPI_MARTS, ROOT

from tools.bench import floor, operators, start
from tools.bench.__main__ import MARK, PAGE, Cost, exponents, merged, table
from tools.bench.compare import differences

ROWS = {
    # kpi_key: order_count, revenue, growth
    "month|2025-01-01|total|(all)": (3, "100.10", "0.5"),
    "month|2025-02-01|total|(all)": (0, "0.00", "null"),
}


def marts(path, schema, rows):
    """A database with one mart of a count, an amount and a rate."""
    with duckdb.connect(str(path)) as con:
        con.execute(f"create schema if not exists {schema}")
        values = ", ".join(
            f"('{key}', {count}::bigint, {money}::decimal(18, 2), {rate}::double)"
            for key, (count, money, rate) in rows.items()
        )
        con.execute(
            f"create table {schema}.kpi_x as select * from (values {values}) "
            "as t (kpi_key, order_count, revenue, growth)"
        )
    return path


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, 0),
        # Within the last digits of a double.
        ({"month|2025-01-01|total|(all)": (3, "100.10", "0.5 + 1e-12")}, 0),
        ({"month|2025-01-01|total|(all)": (3, "100.10", "0.500001")}, 1),
        ({"month|2025-01-01|total|(all)": (3, "100.11", "0.5")}, 1),
        ({"month|2025-01-01|total|(all)": (4, "100.10", "null")}, 2),
        # A period that floor.sql does not have must be empty.
        ({"month|2025-03-01|total|(all)": (0, "0.00", "null")}, 0),
        ({"month|2025-03-01|total|(all)": (1, "0.00", "null")}, 1),
    ],
)
def test_a_mart_that_is_not_what_the_floor_computes_stops_the_bench(
    tmp_path, change, found
):
    by_hand = marts(tmp_path / "floor.duckdb", "main", ROWS)
    built = marts(tmp_path / "build.duckdb", "marts", ROWS | change)
    assert len(differences(by_hand, built)) == found


def test_a_row_that_only_the_floor_has_is_found(tmp_path):
    by_hand = marts(tmp_path / "floor.duckdb", "main", ROWS)
    built = marts(tmp_path / "build.duckdb", "marts", dict(list(ROWS.items())[1:]))
    assert any("missing" in sentence for sentence in differences(by_hand, built))


def test_the_floor_computes_all_six_marts():
    for mart in KPI_MARTS:
        assert f"create table {mart} as" in floor.script()
    assert not re.search(r"\{\w+[:}]", floor.script())


def test_twice_the_rows_at_twice_the_cost_are_linear():
    sizes = {
        size: {
            "floor": [Cost(size / 1000, size / 1000, 100, 1)],
            "kpis": [Cost(5 + size / 500, 5 + (size / 1000) ** 2, 100, 1)],
            "start": [Cost(5, 5, 100, 0)],
        }
        for size in (1000, 2000)
    }
    text = exponents(sizes)
    assert "by hand | 1.00 | 1.00 |" in text
    assert "all they need | 2.00 | 1.00 |" in text


def test_ratios_are_those_of_one_round():
    rounds = {
        "floor": [Cost(1, 1, 100, 1), Cost(10, 10, 100, 1), Cost(2, 2, 100, 1)],
        "kpis": [Cost(2, 3, 150, 9), Cost(20, 30, 150, 9), Cost(8, 6, 150, 9)],
    }
    line = table(1000, rounds, "Here, today.").splitlines()[-1]
    assert line.split(" | ")[5:] == [
        "2.00 (2.00-4.00)",
        "3.00 (3.00-3.00)",
        "1.50 (1.50-1.50) |",
    ]


def test_a_run_that_needed_more_memory_did_not_finish():
    costs = {
        "floor": [Cost(1, 1, 1, 1)] * 2,
        "tight": [Cost(2, 2, 2, 2), Cost(*[nan] * 4)],
    }
    cells = table(10, costs, "").splitlines()[-1].split("|")[2:-1]
    assert {cell.strip() for cell in cells} == {"did not finish"}


def test_a_profile_says_which_model_and_which_kind_of_operator_takes_the_time(tmp_path):
    for name in ("built", "raw"):
        with duckdb.connect(str(tmp_path / f"{name}.duckdb")) as con:
            con.execute("create table days as select range as day from range(300000)")
    models = {
        "m.sorted": "select day, row_number() over (order by -day) as n from days",
        "m.joined": "select a.day from days as a join raw.days as b on a.day = b.day",
        "m.seen": "select 1 as x",
    }
    kinds = {"m.seen": "view"}
    nodes = {
        name: {
            "name": name[2:],
            "config": {"materialized": kinds.get(name, "table")},
        }
        for name in models
    }
    results = [{"unique_id": n, "compiled_code": sql} for n, sql in models.items()]
    (tmp_path / "manifest.json").write_text(json.dumps({"nodes": nodes}))
    (tmp_path / "run_results.json").write_text(json.dumps({"results": results}))
    found = operators.profile(
        tmp_path / "built.duckdb", tmp_path / "raw.duckdb", tmp_path, "1GB"
    )
    assert set(found) == {"sorted", "joined"}
    assert found["sorted"]["sort"] > found["joined"]["sort"] == 0
    assert found["joined"]["join"] > found["sorted"]["join"] == 0
    assert found["sorted"]["write"] > 0
    assert {file.name for file in tmp_path.glob("*.duckdb")} == {
        "built.duckdb",
        "raw.duckdb",
    }


def test_the_dearest_models_come_first_and_the_others_are_added_up():
    models = {
        "a": Counter(write=1.0),
        "b": Counter(sort=5.0, join=2.0),
        "c": Counter(read=0.5, write=0.25),
    }
    assert operators.table(models, count=1).splitlines()[2:] == [
        "| `b` | 7.0 | 0.0 | 0.0 | 2.0 | 0.0 | 5.0 | 0.0 | 0.0 |",
        "| 2 others | 1.8 | 1.2 | 0.5 | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 |",
        "| all | 8.8 | 1.2 | 0.5 | 2.0 | 0.0 | 5.0 | 0.0 | 0.0 |",
    ]


def test_the_page_says_what_the_command_wrote():
    assert PAGE.read_text("utf-8").count(MARK) == 1


def test_a_size_measured_again_replaces_its_own_table_only():
    page = "Text by hand.\n" + MARK
    for results in (
        ["### 1,000 opportunities\n\nold\n", "### Scale exponents, 1,000\n\nx\n"],
        ["### 10,000 opportunities\n\nlarge\n", ""],
        ["### 1,000 opportunities\n\nnew\n"],
    ):
        page = merged(page, results)
    assert page == (
        f"Text by hand.\n{MARK}\n### 1,000 opportunities\n\nnew\n\n"
        "### 10,000 opportunities\n\nlarge\n\n### Scale exponents, 1,000\n\nx\n"
    )


@pytest.mark.parametrize(
    ("found", "warned"),
    [
        ({"model nodes": 109}, []),
        ({"model nodes": 111}, ["model nodes"]),
        ({"model nodes": 100, "snapshot nodes": 1}, ["snapshot nodes"]),
        ({"model nodes": 100, "parse / import": 2.3}, ["parse / import"]),
    ],
)
def test_a_tenth_more_than_accepted_is_a_warning(found, warned):
    accepted = {"model nodes": 100, "parse / import": 2.0}
    sentences = start.warnings(found, accepted)
    assert [sentence.partition(":")[0] for sentence in sentences] == warned


@pytest.mark.parametrize("file", ["profiles.yml", "tools/bench/profiles.yml"])
def test_no_profile_sets_the_folder_for_spilling_in_each_session(file):
    # DuckDB refuses to change it once it has spilled, and `settings` are set per model.
    profile = yaml.safe_load((ROOT / file).read_text("utf-8"))
    for output in profile["sales_kpis"]["outputs"].values():
        assert "temp_directory" not in output.get("settings", {})
