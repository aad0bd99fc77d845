"""The page, the JSON and the JUnit file say what failed, where, and what to do."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import duckdb
import pytest
from builds import ROOT

from tools import quality_report
from tools.quality_report import checks_of_run, guide, remedy, write_report

EVIL = '<script>alert("x")</script>\x1b[31m'


def node(name, **more):
    return {
        "name": name,
        "path": f"{name}.sql",
        "original_file_path": f"t/{name}.sql",
        "package_name": "p",
    } | more


NODES = {
    "test.p.good": node("good", description="All is well."),
    "test.p.bad": node(
        "bad",
        raw_code="{#- Money adds\n    up. -#}\nselect 1",
    ),
    "test.p.odd": node("odd", description=EVIL),
    "model.p.kpi": node("kpi"),
    "model.p.fine": node("fine"),
}


def result(key, status, failures=None, **more):
    return {
        "unique_id": key,
        "status": status,
        "failures": failures,
        "execution_time": 0.5,
        **more,
    }


@pytest.fixture
def run(tmp_path):
    """A target folder and a build file of a run that failed."""
    watched = {
        f"source.p.zoho.{table}": {"loaded_at_field": stamp}
        for table, stamp in (
            *(("deal", "stamp"), ("lead", "stamp"), ("account", "stamp")),
            ("user", None),
        )
    }
    manifest = {"nodes": NODES, "sources": watched}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    results = [
        result("test.p.good", "pass", 0),
        result("test.p.bad", "fail", 3),
        result("test.p.odd", "warn", 2),
        result("model.p.kpi", "error", message=EVIL),
        result("model.p.fine", "success"),
        result("model.p.data_quality_summary", "success"),
        result("model.p.data_quality_issues", "success"),
    ]
    (tmp_path / "run_results.json").write_text(json.dumps({"results": results}))
    sources = [
        result("source.p.zoho.deal", "error", max_loaded_at_time_ago_in_s=360000),
        result("source.p.zoho.lead", "pass", max_loaded_at_time_ago_in_s=3600),
    ]
    (tmp_path / "sources.json").write_text(json.dumps({"results": sources}))
    build = tmp_path / "build.duckdb"
    with duckdb.connect(str(build)) as database:
        database.execute("""
            create schema marts;
            create table marts.data_quality_summary as
            select * from (values
                ('issue', 'amount_missing', 'zoho', 'deal', 'revenue_growth', 4, 12.5),
                ('issue', 'unmapped_lead_status', 'zoho', 'lead', null, 1, null),
                ('gap', 'no_campaigns', 'zoho', 'campaign', 'cac', 0, null),
                ('set_aside', 'deleted', 'zoho', 'lead', null, 7, null),
                ('landed', 'landed', 'zoho', 'lead', null, 99, null)
            ) as t(row_kind, reason, source_system, raw_table, kpi, row_count, amount)
        """)
    return tmp_path, build


def test_what_failed_is_told_with_rows_place_and_what_to_do(run):
    target, build = run
    assert write_report(target, build, target / "quality") == 3
    told = json.loads((target / "quality" / "quality.json").read_text())
    bad = {check["name"]: check for check in told["checks"]}
    assert set(bad) == {
        *("good", "bad", "odd", "kpi", "zoho.deal", "zoho.lead", "zoho.account")
    }
    assert bad["bad"]["what"] == "Money adds up."
    assert (bad["bad"]["rows"], bad["bad"]["where"]) == (3, "t/bad.sql")
    assert "compiled/p/t/bad.sql" in bad["bad"]["what_to_do"]
    assert "100 hours old" in bad["zoho.deal"]["what"]
    assert "cannot be told" in bad["zoho.account"]["what"]
    issue = told["issues"][0]
    assert (issue["rows"], issue["amount"]) == (4, 12.5)
    assert issue["what_to_do"] == "enter the amount"
    assert {issue["kind"] for issue in told["issues"]} == {"issue", "gap", "set_aside"}
    assert told["no_issues_because"] == ""


@pytest.mark.parametrize("mart", ["data_quality_summary", "data_quality_issues"])
@pytest.mark.parametrize("status", ["skipped", "error", None])
def test_what_an_earlier_run_found_is_not_told_as_of_today(run, mart, status):
    target, build = run
    ran = json.loads((target / "run_results.json").read_text())
    key = f"model.p.{mart}"
    ran["results"] = [node for node in ran["results"] if node["unique_id"] != key]
    if status:
        ran["results"].append(result(key, status))
    (target / "run_results.json").write_text(json.dumps(ran))
    write_report(target, build, target / "quality")
    told = json.loads((target / "quality" / "quality.json").read_text())
    assert told["issues"] == []
    why = f"None are listed, because this run did not build {mart}:"
    assert told["no_issues_because"].startswith(why)
    text = (target / "quality" / "index.html").read_text()
    assert why in text
    assert "12.50" not in text
    assert "amount_missing" not in text


def test_the_junit_file_counts_failures_and_keeps_warnings_apart(run):
    target, build = run
    write_report(target, build, target / "quality")
    suite = ElementTree.parse(target / "quality" / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("7", "3")
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    assert failed == {"bad", "kpi", "zoho.deal"}
    # Of a table without a stamp dbt says nothing in sources.json.
    warned = [case for case in suite if case.find("system-out") is not None]
    assert [case.get("name") for case in warned] == ["odd", "zoho.account"]


def test_nothing_on_the_page_is_unescaped(run):
    target, build = run
    write_report(target, build, target / "quality")
    text = (target / "quality" / "index.html").read_text()
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "12.50" in text
    assert "7 checks: 3 failed, 2 warnings. Nothing of it can be published." in text


def test_old_data_are_an_error_that_stops_no_publication(run):
    target, build = run
    (target / "run_results.json").write_text(json.dumps({"results": []}))
    assert write_report(target, build, target / "quality") == 1
    text = (target / "quality" / "index.html").read_text()
    assert "3 checks: 1 failed, 1 warnings. All of it can be published." in text


def words_of(sql: str, column: str) -> set[str]:
    """The words that a column of a statement can hold: alone, or out of a case."""
    words = set(re.findall(rf"'(\w+)'\s+as {column}\b", sql))
    case = rf"\bcase\b((?:(?!\bcase\b).)*?)\bend[\s)]+as {column}\b"
    for branches in re.findall(case, sql, re.DOTALL):
        words |= set(re.findall(r"\b(?:then|else)\s+'(\w+)'", branches))
    return words


def reasons_of_the_marts(code: dict[str, str]) -> set[str]:
    """Every reason that a row can be set aside or listed for, or a gap be named.

    Args:
        code: {model: its SQL as compiled}.
    """
    issues, contracts = code["int_quality__issues"], code["int_customers__contracts"]
    reasons = words_of(issues, "reason") | words_of(
        code["data_quality_summary"], "reason"
    )
    reasons |= {f"unmapped_{word}" for word in words_of(issues, "field")}
    # Of these nobody is asked to do anything.
    unusable = words_of(contracts, "unusable_reason") - {"draft", "named_otherwise"}
    reasons |= {f"contract_{word}" for word in unusable}
    gaps = (ROOT / "macros/quality/input_gaps.sql").read_text()
    reasons |= set(re.findall(r"'(no_\w+)'", gaps))
    # Of all CRMs, those too that the compiled project does not have.
    for file in (ROOT / "models/staging").rglob("*.sql"):
        for column in ("set_aside_reason", "unusable_reason"):
            reasons |= words_of(file.read_text(), column)
    shared = (ROOT / "macros/raw/loader_columns.sql").read_text()
    shared = shared.partition("macro set_aside_reason(")[2].partition("endmacro")[0]
    reasons |= set(re.findall(r"then '(\w+)'", shared))
    states = (ROOT / "macros/raw/crm_records.sql").read_text()
    return (reasons | words_of(states, "record_state")) - {"landed"}


def test_every_reason_of_the_marts_is_in_the_guide(project):
    remedies = guide(quality_report.GUIDE.read_text())
    models = project.models.values()
    reasons = reasons_of_the_marts({m["name"]: m["compiled_code"] for m in models})
    assert reasons >= {
        *("unknown_stage", "customer_missing", "account_unknown", "unreadable_value"),
        *("amount_missing", "exchange_rate_missing", "contract_value_missing"),
        *("unmapped_industry", "unmapped_channel", "contract_customer_missing"),
        *("counted_in_another_crm", "no_sellers", "no_net_amounts", "no_deletions"),
        *("missing_id", "superseded", "merged", "deleted", "excluded", "duplicate"),
        *("after_as_of", "not_recurring", "contradictory", "other_field"),
        *("unreadable", "without_deal"),
    }
    assert [name for name in sorted(reasons) if not remedy(remedies, name)] == []
    assert remedy(remedies, "unheard_of") == ""


@pytest.mark.parametrize("missing", ["run_results.json", "sources.json"])
def test_without_a_file_of_this_run_there_is_no_report(run, monkeypatch, missing):
    target, build = run
    monkeypatch.setenv("DBT_TARGET_PATH", str(target))
    monkeypatch.setenv("SALES_KPIS_DUCKDB_PATH", str(build))
    (target / missing).unlink()
    with pytest.raises(SystemExit, match=f"no {missing} in"):
        quality_report.main()
    assert not (target / "quality").exists()


def test_a_real_run_is_reported(dirty_company, tmp_path):
    target = dirty_company.target
    for name, copy in (
        ("manifest.json", "manifest.json"),
        ("run_results_of_build.json", "run_results.json"),
    ):
        (tmp_path / copy).write_text((target / name).read_text())
    assert write_report(tmp_path, dirty_company.database, tmp_path / "quality") == 0
    told = json.loads((tmp_path / "quality" / "quality.json").read_text())
    assert len(told["checks"]) > 80
    assert any(issue["reason"] == "unreadable_value" for issue in told["issues"])
    assert [issue for issue in told["issues"] if not issue["what_to_do"]] == []


def volumes(shrunk_to, recent_leads):
    """Raw rows of two publications, and leads created before 30 June 2025."""
    return {
        "history": {
            "history_raw_rows": f"""
                select 'salesforce' as source_system, raw_table,
                    publication_number, row_count
                from (values
                    ('lead', 1, 100), ('lead', 2, {shrunk_to}),
                    ('order', 1, 40), ('order', 2, 1), ('account', 1, 100),
                    ('account', 2, 300)
                ) as counts (raw_table, publication_number, row_count)
            """
        },
        "intermediate": {
            "int_run__as_of": "select date '2025-06-30' as as_of_on",
            "int_crm__lead_records": f"""
                select 'zoho' as source_system, true as is_lead,
                    null as record_state,
                    date '2025-06-30' - age_days::integer as created_on
                from (
                    select 28 + number % 84 as age_days from range(63) as r (number)
                    union all
                    select number % 28 from range({recent_leads}) as r (number)
                )
            """,
            "int_crm__deal_records": """
                select 'zoho' as source_system, null as record_state,
                    date '2025-06-03' as created_on
                from range(19)
            """,
        },
    }


@pytest.mark.parametrize(
    ("shrunk_to", "recent_leads", "warnings"),
    [(90, 7, 0), (89, 6, 2), (90, 63, 0), (90, 64, 1)],
)
def test_a_broken_load_is_noticed_by_its_volume(
    project, shrunk_to, recent_leads, warnings
):
    tables = {
        f"{schema}.{table}": rows
        for schema, queries in volumes(shrunk_to, recent_leads).items()
        for table, rows in queries.items()
    }
    names = ("assert_no_raw_table_shrinks", "assert_new_records_come_in_as_usual")
    assert {project.severity(name) for name in names} == {"warn"}
    assert sum(bool(project.failures(name, tables)) for name in names) == warnings


@pytest.mark.parametrize(
    ("day", "is_told"), [("2025-06-28", False), ("2025-06-27", True)]
)
def test_a_crm_that_lags_behind_another_by_more_than_two_days_is_told(
    project, day, is_told
):
    name = "assert_all_crms_are_equally_fresh"
    assert project.severity(name) == "warn"
    stamps = f"""
        select timestamp '{day} 23:00:00' as data_as_of,
            timestamp '2025-06-30 01:00:00' as latest_data_as_of
    """
    found = project.failures(name, {"intermediate.int_run__as_of": stamps})
    assert len(found) == is_told


@pytest.mark.parametrize(
    ("counts", "shrunk"),
    [
        # an emptied or vanished table is counted no more
        ([("salesforce", "lead", 1, 100), ("salesforce", "user", 2, 9)], ["lead"]),
        ([("finance", "lead", 1, 100), ("salesforce", "user", 2, 9)], ["lead"]),
        # what was told at the publication before is told once
        ([("salesforce", "lead", n, 100 - 30 * (n > 0)) for n in range(3)], []),
        # HubSpot is switched off in this project
        ([("hubspot", "deal", 0, 99), ("hubspot", "deal", 1, 60)], []),
        ([("hubspot", "deal", 1, 100), ("salesforce", "user", 2, 9)], []),
    ],
)
def test_an_emptied_raw_table_is_noticed_once(project, counts, shrunk):
    values = ", ".join(map(str, counts))
    found = project.failures(
        "assert_no_raw_table_shrinks",
        {
            "history.history_raw_rows": f"""
                from (values {values}) as counts
                    (source_system, raw_table, publication_number, row_count)
            """
        },
    )
    assert [row["raw_table"] for row in found] == shrunk


def test_a_run_that_was_stopped_half_way_has_not_passed():
    kinds = {"model.p.first": "model", "test.p.second.1": "test", "analysis.p.a": ""}
    manifest = {
        "nodes": {
            node: {"resource_type": kind, "name": node} for node, kind in kinds.items()
        }
    }
    ended = {"unique_id": "model.p.first", "status": "success"}
    (check,) = checks_of_run({"results": [ended]}, manifest)
    assert (check["status"], check["where"]) == ("error", "test.p.second.1")
    both = [ended, {"unique_id": "test.p.second.1", "status": "skipped"}]
    manifest["nodes"].pop("test.p.second.1")
    assert list(checks_of_run({"results": both}, manifest)) == []
