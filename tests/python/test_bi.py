"""BI tools really read what is published: an old client, SQLAlchemy, pandas, Excel."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pandas
import pytest
from sqlalchemy import create_engine, inspect, text

from tools.definitions import models

ROOT = Path(__file__).resolve().parents[2]
OLD_DUCKDB = "1.4.4"
# What an old client does: list, read everything, read the comments.
OLD_CLIENT = """
import duckdb, json, sys
database = duckdb.connect(sys.argv[1], read_only=True)
database.execute("set enable_progress_bar = false")  # it would stand in the output
tables = [name for name, in database.execute(
    "select table_name from duckdb_tables() order by 1").fetchall()]
print(json.dumps({
    "version": duckdb.__version__,
    "rows": {t: len(database.execute(f"select * from marts.{t}").fetchall())
             for t in tables},
    "revenue": str(database.execute(
        "select sum(revenue) from marts.kpi_revenue_growth").fetchone()[0]),
    "comments": database.execute(
        "select count(comment), count(*) from duckdb_columns() "
        "where schema_name = 'marts'").fetchone(),
}))
"""


@pytest.fixture
def database(published):
    """The published file as the project's own DuckDB reads it, for one test."""
    with duckdb.connect(published / "sales_kpis.duckdb", read_only=True) as opened:
        yield opened


@pytest.fixture
def counts(published):
    """{mart: number of rows}."""
    with duckdb.connect(published / "sales_kpis.duckdb", read_only=True) as opened:
        tables = opened.execute("select table_name from duckdb_tables()").fetchall()
        return {
            table: opened.execute(f"select count(*) from marts.{table}").fetchone()[0]
            for (table,) in tables
        }


@pytest.fixture(scope="module")
def old_duckdb():
    """Folder of a DuckDB of 2025, fetched once and checked against its hash."""
    folder = ROOT / "target" / f"duckdb-{OLD_DUCKDB}"
    if not (folder / "duckdb").is_dir():
        lock = ROOT / "tests" / "python" / "duckdb_1_4.lock"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run(
            [*pip, "--require-hashes", "-r", lock, "--target", folder], check=True
        )
    return folder


def test_duckdb_1_4_reads_every_row_and_comment(
    published, old_duckdb, database, counts
):
    ran = subprocess.run(
        [sys.executable, "-c", OLD_CLIENT, published / "sales_kpis.duckdb"],
        env={**os.environ, "PYTHONPATH": str(old_duckdb)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    revenue = "select sum(revenue) from marts.kpi_revenue_growth"
    assert found["version"] == OLD_DUCKDB
    assert found["rows"] == counts
    assert Decimal(found["revenue"]) == database.execute(revenue).fetchone()[0]
    described, columns = found["comments"]
    assert described == columns > 300


def test_sqlalchemy_lists_tables_columns_with_comments_and_rows(published, counts):
    engine = create_engine(
        f"duckdb:///{published / 'sales_kpis.duckdb'}",
        connect_args={"read_only": True},
    )
    inspector = inspect(engine)
    assert set(inspector.get_table_names("marts")) == set(counts)
    for mart in counts:
        for column in inspector.get_columns(mart, "marts"):
            assert column["comment"], (mart, column["name"])
        assert inspector.get_table_comment(mart, "marts")["text"], mart
    with engine.connect() as connection:
        for mart, count in counts.items():
            rows = connection.execute(text(f"select * from marts.{mart}")).fetchall()
            assert len(rows) == count
    engine.dispose()


# Beside dimension, what tells rows of one mart apart that must not be added up either.
KEYS = (
    *("period_grain", "period_start", "comparison", "cohort_month", "day_number"),
    *("months_since_creation", "stage_kind", "pipeline", "stage_number", "stage_label"),
)


def test_columns_called_additive_and_no_others_add_up_to_the_total(database):
    marts = {
        name: model["config"]["meta"].get("additive_columns")
        for name, model in models(ROOT / "models" / "marts").items()
        if not name.startswith("history_")
        and {"dimension", "dimension_value"} < {c["name"] for c in model["columns"]}
    }
    # Those in long form have a row per measure, and most measures are ratios.
    long_form = {"kpi_values", "kpi_scorecard", "kpi_value_history"}
    long_form |= {"kpi_targets_in_force"}
    assert {name for name, columns in marts.items() if not columns} == long_form
    for mart in set(marts) - long_form:
        types = dict(
            database.execute(
                "select column_name, data_type from duckdb_columns() "
                "where table_name = ? and data_type in ('BIGINT', 'DECIMAL(18,2)')",
                [mart],
            ).fetchall()
        )
        keys = [
            column
            for (column,) in database.execute(
                "select column_name from duckdb_columns() where table_name = ?", [mart]
            ).fetchall()
            if column in KEYS
        ]
        adding = set()
        for column in set(types) - set(keys) - {"sample_size"}:
            sums = (
                f"select {', '.join([*keys, 'dimension'])}, sum({column}) as total "
                f"from marts.{mart} group by all"
            )
            (differing,) = database.execute(
                f"with sums as ({sums}) select count(*) from sums inner join sums as "
                f"whole on {' and '.join(['true', *same(keys)])} where whole.dimension "
                "= 'total' and coalesce(sums.total, 0) != coalesce(whole.total, 0)"
            ).fetchone()
            if not differing:
                adding.add(column)
        assert adding == set(marts[mart]), mart


def same(keys):
    """The condition that two sums stand for the same, key by key."""
    return [f"sums.{key} is not distinct from whole.{key}" for key in keys]


def test_pandas_reads_parquet_and_csv_alike(published, counts):
    for mart, count in counts.items():
        parquet = pandas.read_parquet(published / "exports" / f"{mart}.parquet")
        plain = pandas.read_csv(published / "exports" / f"{mart}.csv", low_memory=False)
        assert len(parquet) == len(plain) == count
        assert list(parquet.columns) == list(plain.columns)
        for column in parquet.columns:
            assert parquet[column].isna().sum() == plain[column].isna().sum(), column


def test_a_spreadsheet_holds_the_scorecard_unchanged(published, database, tmp_path):
    frame = pandas.read_csv(
        published / "exports" / "kpi_scorecard.csv", parse_dates=["period_start"]
    )
    file = tmp_path / "scorecard.xlsx"
    frame.to_excel(file, index=False)
    sheet = openpyxl.load_workbook(file, read_only=True).active
    header, *rows = sheet.iter_rows(values_only=True)
    columns = ["scorecard_key", "period_start", "value", "status", "currency_code"]
    places = [header.index(column) for column in columns]
    found = [tuple(row[place] for place in places) for row in rows]
    expected = database.execute(
        f"select {', '.join(columns)} from marts.kpi_scorecard order by scorecard_key"
    ).fetchall()
    assert len(found) == len(expected)
    for row, mart in zip(found, expected, strict=True):
        assert row[0] == mart[0]
        assert row[1].date() == mart[1]
        assert (row[2] is None) == (mart[2] is None)
        assert row[2] is None or row[2] == pytest.approx(mart[2], rel=1e-12)
        assert row[3:] == mart[3:]
