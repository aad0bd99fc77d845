"""MetricFlow, asked by metric, gives the figures of the marts."""

import csv
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builds import ROOT

MONTHS = "period_grain = 'month'"
TOTAL = "kpi_key like 'month|%|total|(all)'"
# metrics, what they are grouped by, the mart's figures by the same
QUESTIONS = {
    "revenue and order value by month": (
        ("revenue", "average_order_value"),
        ("metric_time__month",),
        f"""
        select growth.period_start, growth.revenue, orders.average_order_value
        from marts.kpi_revenue_growth as growth
        inner join marts.kpi_average_order_value as orders
            on growth.kpi_key = orders.kpi_key
        where growth.{TOTAL} and orders.order_count > 0
        """,
    ),
    "conversion by month and region": (
        ("ever_conversion_rate",),
        ("metric_time__month", "lead__region"),
        f"""
        select period_start, dimension_value, ever_conversion_rate
        from marts.kpi_conversion_rate
        where {MONTHS} and dimension = 'region' and lead_count > 0
        """,
    ),
    "cost of a new customer by month": (
        ("customer_acquisition_cost",),
        ("metric_time__month",),
        f"""
        select period_start, customer_acquisition_cost
        from marts.kpi_customer_acquisition_cost
        where {TOTAL} and new_customer_count > 0
        """,
    ),
}


@pytest.fixture(scope="module")
def project(sample_build, tmp_path_factory):
    """The project with the manifest and the database of the sample's build."""
    assert sample_build.worked, sample_build.console
    folder = tmp_path_factory.mktemp("semantic_layer")
    for path in ROOT.iterdir():
        if path.name not in ("target", "logs", "warehouse"):
            (folder / path.name).symlink_to(path)
    (folder / "target").symlink_to(sample_build.target)
    (folder / f"{sample_build.name}.duckdb").hardlink_to(sample_build.database)
    return folder


def asked(project, sample_build, metrics, group_by):
    """Answers of MetricFlow: {(month, ...): values of the metrics}."""
    answer = project / "answer.csv"
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("mf")), "query"),
            *("--metrics", ",".join(metrics), "--group-by", ",".join(group_by)),
            *("--decimals", "9", "--csv", str(answer)),
        ],
        cwd=project,
        env=os.environ
        | {
            "SALES_KPIS_DUCKDB_PATH": str(project / f"{sample_build.name}.duckdb"),
            "DBT_PROFILES_DIR": str(project),
            "DBT_PROJECT_DIR": str(project),
            "DBT_LOG_PATH": str(project / "logs"),
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with answer.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        (row[group_by[0]][:10], *(row[name] for name in group_by[1:])): [
            float(row[name]) if row[name] else None for name in metrics
        ]
        for row in rows
    }


@pytest.mark.parametrize("question", QUESTIONS)
def test_metricflow_and_the_marts_give_one_answer(question, project, sample_build):
    metrics, group_by, sql = QUESTIONS[question]
    keys = len(group_by)
    expected = {}
    for row in sample_build.query(sql):
        values = list(row.values())
        key = (str(values[0]), *values[1:keys])
        expected[key] = [float(value) for value in values[keys:]]
    found = asked(project, sample_build, metrics, group_by)
    assert len(expected) > 30
    missing = [key for key in expected if key not in found]
    assert missing == []
    for key, values in expected.items():
        for metric, mine, theirs in zip(metrics, values, found[key], strict=True):
            # An average is rounded to the cent in the mart, and nowhere else.
            cent = 0.005 if metric.endswith(("_value", "_cost")) else 0
            assert math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=cent + 1e-9), (
                key,
                metric,
            )
