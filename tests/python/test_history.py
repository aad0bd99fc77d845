"""What was reported stays on record, and what changed a closed month has a name."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from datetime import date
from decimal import Decimal

import bad_input
import duckdb
import pytest
import yaml
from builds import ROOT

from tools.publish import carry_history, publish

FIRST, SECOND = date(2025, 3, 31), date(2025, 4, 30)  # last days counted in full
HISTORY = (
    *("build", "--select", "+kpi_restatements", "+kpi_value_history"),
    "assert_restatements_explain_restated_revenue",
    *("--exclude", "test_type:generic", "test_type:unit"),
)
AGAIN = ("build", "--select", "history_publications+", *HISTORY[-3:])


def deal(key, close_date, amount="100", **columns):
    return bad_input._deal(
        key,
        close_date=close_date,
        amount=amount,
        created_date="2025-01-02 10:00:00",
        owner_id="U1",
        **columns,
    )


OPEN = {"stage_name": "Prospecting", "is_closed": "false", "is_won": "false"}
LOST = {"stage_name": "Closed Lost", "is_won": "false"}
BEFORE = [
    deal("same", "2025-01-15"),
    deal("open", "2025-05-15", **OPEN),
    deal("reopened", "2025-01-15", "100"),
    deal("revalued", "2025-02-05", "100"),
    deal("reowned", "2025-02-06", "10"),
    deal("removed", "2025-01-20", "70"),
    deal("moved to April", "2025-01-25", "40"),
    deal("moved to January", "2025-02-20", "20"),
    deal("lost after all", "2025-03-10", "60"),
    deal("retyped", "2025-03-11", "5"),
    deal("a week later", "2025-03-12", "7"),
    deal("of another source", "2025-03-13", "9") | {"lead_source": "Web"},
]
AFTER = [
    deal("same", "2025-01-15"),
    deal("open", "2025-06-15", **OPEN),
    deal("reopened", "2025-01-15", "100", **OPEN),
    deal("revalued", "2025-02-05", "130"),
    deal("reowned", "2025-02-06", "10") | {"owner_id": "U2"},
    deal("removed", "2025-01-20", "70") | {"is_deleted": "true"},
    deal("moved to April", "2025-04-10", "40"),
    deal("moved to January", "2025-01-21", "20"),
    deal("lost after all", "2025-03-10", "60", **LOST),
    deal("retyped", "2025-03-11", "5") | {"type": "Renewal"},
    deal("a week later", "2025-03-19", "7"),
    deal("of another source", "2025-03-13", "9") | {"lead_source": "Trade Show"},
    deal("entered late", "2025-02-10", "50"),
    deal("won in April", "2025-04-05", "80"),
]
# (deal, month) -> (reason, change of the month's revenue)
RESTATED = {
    ("reopened", 1): ("re_opened", -100),
    ("removed", 1): ("removed", -70),
    ("moved to April", 1): ("moved_away", -40),
    ("moved to January", 2): ("moved_away", -20),
    ("moved to January", 1): ("back_dated", 20),
    ("revalued", 2): ("re_valued", 30),
    ("reowned", 2): ("re_owned", 0),
    ("entered late", 2): ("back_dated", 50),
    ("lost after all", 3): ("outcome_changed", -60),
    ("retyped", 3): ("re_typed", 0),
    ("a week later", 3): ("moved_within_month", 0),
    ("of another source", 3): ("re_classified", 0),
}


# Vars and seeds that change no figure, and what is on record beside each value.
NO_SETTINGS = {
    *("use_sample_data", "pseudonymise_people", "off_target_severity", "benchmarks"),
    *("as_of_date", "kpi_targets"),
}


def raw(deals, loaded):
    """The company with these deals, loaded on a day."""
    stamp = {"_fivetran_synced": f"{loaded} 05:00:00"}
    account = {"id": "A1", "name": "Alpha", "created_date": "2025-01-01 10:00:00"}
    users = [{"id": key, "name": key, **stamp} for key in ("U1", "U2")]
    return {
        "salesforce": {
            "opportunity": [row | stamp for row in deals],
            "account": [account | stamp],
            "lead": [],
            "user": users,
        },
        "finance": {},
    }


def recorded_by_an_older_version(warehouse):
    """Take from the record what older versions of the project did not write."""
    file = warehouse / "current/history/history_publications.parquet"
    older = file.with_suffix(".older")
    columns = "currency_code, settings, settings_changed"
    duckdb.sql(f"select * exclude ({columns}) from '{file}'").write_parquet(str(older))
    older.replace(file)


@pytest.fixture(scope="module")
def story(dbt, tmp_path_factory):
    """(first build, second build with the first one's history, warehouse)."""
    warehouse = tmp_path_factory.mktemp("history") / "warehouse"
    first = dbt.build(raw(BEFORE, "2025-04-01"), command=HISTORY, then=(AGAIN,))
    assert first.worked, first.console
    publish(first.database, warehouse)
    recorded_by_an_older_version(warehouse)
    # a file of its own: nothing is left of the first one but its publication
    second = dbt.build(
        raw(AFTER, "2025-05-01"), command=HISTORY, then=(AGAIN,), warehouse=warehouse
    )
    assert second.worked, second.console
    publish(second.database, warehouse)
    return first, second, warehouse


def test_the_same_data_again_is_no_publication_and_no_restatement(story):
    first, second, _ = story  # both built their history twice
    query = "select publication_number as n, as_of_on from history.history_publications"
    assert first.query(query) == [{"n": 1, "as_of_on": FIRST}]
    assert first.rows("kpi_restatements") == []
    assert second.query(f"{query} order by 1") == [
        {"n": 1, "as_of_on": FIRST},
        {"n": 2, "as_of_on": SECOND},
    ]


def test_each_deal_that_changed_a_closed_month_is_named_with_its_reason(story):
    found = {
        (row["raw_key"], row["period_start"].month): (
            row["reason"],
            row["revenue_change"],
        )
        for row in story[1].rows("kpi_restatements")
    }
    assert found == {
        key: (reason, Decimal(change)) for key, (reason, change) in RESTATED.items()
    }
    (row,) = [
        row for row in story[1].rows("kpi_restatements") if row["raw_key"] == "revalued"
    ]
    assert (row["previously_as_of"], row["reported_as_of"]) == (FIRST, SECOND)
    assert (row["amount_before"], row["amount_after"]) == (100, 130)


def test_restatements_add_up_to_the_difference_of_the_published_revenue(story):
    _, second, _ = story
    explained = "PASS assert_restatements_explain_restated_revenue"
    assert second.console.count(explained) == 2
    change = Counter()
    for (_, month), (_, amount) in RESTATED.items():
        change[month] += amount
    for month, amount in change.items():
        rows = second.query(f"""
            select value, previous_value, reported_as_of, replaced_as_of
            from marts.kpi_value_history
            where kpi = 'revenue_growth' and measure = 'revenue'
                and period_grain = 'month' and dimension = 'total'
                and period_start = '2025-{month:02}-01'
            order by publication_number
        """)
        assert [row["reported_as_of"] for row in rows] == [FIRST, SECOND]
        assert rows[0]["replaced_as_of"] == SECOND
        assert rows[1]["replaced_as_of"] is None
        assert rows[1]["value"] - rows[0]["value"] == amount
        assert rows[1]["previous_value"] == rows[0]["value"]


def test_what_an_older_version_recorded_is_known_as_far_as_it_goes(story):
    query = """
        select currency_code, settings is not null as is_known, settings_changed
        from history.history_publications order by publication_number
    """
    assert [list(row.values()) for row in story[1].query(query)] == [
        [None, False, None],
        ["EUR", True, False],
    ]
    assert {row["settings_changed"] for row in story[1].rows("kpi_restatements")} == {
        False
    }


@pytest.fixture(scope="module")
def renamed(story, dbt):
    """The same load once more, with other names of all sellers."""
    _, _, warehouse = story
    third = dbt.build(
        raw(AFTER, "2025-05-01"),
        command=HISTORY,
        hash_key="another key, and every seller has another name",
        warehouse=warehouse,
    )
    assert third.worked, third.console
    return third


def test_other_values_of_the_same_load_are_a_publication_of_their_own(story, renamed):
    query = """
        select publication_number as n, as_of_on, data_as_of, values_fingerprint
        from history.history_publications order by 1 desc
    """
    third, second, _ = renamed.query(query)
    assert (third["n"], second["n"]) == (3, 2)
    assert third["as_of_on"] == second["as_of_on"] == SECOND
    assert third["data_as_of"] == second["data_as_of"]
    assert third["values_fingerprint"] != second["values_fingerprint"]


def test_a_value_that_nothing_has_any_more_is_removed_and_replaced(story, renamed):
    february = """
        period_grain = 'month' and period_start = '2025-02-01'
        and dimension = 'sales_rep'
    """
    old, new = (
        dict(
            build.tuples(
                "select dimension_value, revenue from marts.kpi_revenue_growth"
                f" where {february}"
            )
        )
        for build in (story[1], renamed)
    )
    assert sorted(old.values()) == sorted(new.values()) == [10, 180]
    assert not old.keys() & new.keys()
    recorded = f"""
        select publication_number, dimension_value, value, is_removed
        from history.history_kpi_values
        where kpi = 'revenue_growth' and measure = 'revenue' and {february}
            and publication_number > 1
    """
    latest = {(3, name, value, False) for name, value in new.items()}
    expected = {(2, name, value, False) for name, value in old.items()}
    expected |= {(3, name, None, True) for name in old}
    assert set(renamed.tuples(recorded)) == expected | latest
    # What the sellers were called before is not shown beside their new names.
    shown = recorded.replace("history.history_kpi_values", "marts.kpi_value_history")
    assert set(renamed.tuples(shown)) == latest


def test_other_settings_are_no_change_of_the_crm(renamed):
    found = [
        row
        for row in renamed.rows("kpi_restatements")
        if row["publication_number"] == 3
    ]
    assert {(row["reason"], row["settings_changed"]) for row in found} == {
        ("re_owned", True)
    }
    # Beside the new names of the sellers stand no old ones.
    names = {(row["sales_rep_before"], row["sales_rep_after"]) for row in found}
    assert names == {(None, None)}
    values = renamed.query("""
        select distinct publication_number, settings_changed
        from marts.kpi_value_history
        where dimension = 'sales_rep' and dimension_value != '(unknown)'
    """)
    assert values == [{"publication_number": 3, "settings_changed": True}]


def test_of_a_day_that_came_again_the_later_publication_tells(story, dbt):
    _, second, warehouse = story
    # A load stamp of two weeks ago: the same deals, seen from an earlier day.
    third = dbt.build(raw(AFTER, "2025-04-16"), command=HISTORY, warehouse=warehouse)
    assert third.worked, third.console
    january = """
        select publication_number as number, value from marts.kpi_value_history
        where kpi = 'revenue_growth' and measure = 'revenue'
            and period_grain = 'month' and dimension = 'total'
            and period_start = '2025-01-01' and reported_as_of <= '2025-04-20'
            and coalesce(replaced_as_of, '2200-01-01') > '2025-04-20'
    """
    ((first,), (last,)) = second.query(january), third.query(january)
    assert (first["number"], last["number"]) == (1, 3)
    changes = [change for (_, month), (_, change) in RESTATED.items() if month == 1]
    assert last["value"] - first["value"] == sum(changes)


def test_every_var_and_seed_that_can_change_a_figure_is_a_setting(project):
    (sql,) = (
        node["compiled_code"]
        for node in project.models.values()
        if node["name"] == "history_publications"
    )
    settings = json.loads(re.search(r"'(\{.*\})'", sql)[1])
    vars_ = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]
    seeds = {path.stem for path in (ROOT / "seeds").glob("*.csv")}
    assert set(settings) == (set(vars_) | seeds) - NO_SETTINGS
    assert settings["reporting_currency"] == "EUR"


def test_what_was_reported_can_be_asked_again(story):
    _, second, _ = story
    (row,) = second.query(f"""
        select sum(value) as revenue from marts.kpi_value_history
        where kpi = 'revenue_growth' and measure = 'revenue'
            and period_grain = 'month' and dimension = 'total'
            and reported_as_of <= '{FIRST}'
            and coalesce(replaced_as_of, '2200-01-01') > '{FIRST}'
    """)
    won = [Decimal(row["amount"]) for row in BEFORE if row["is_won"] == "true"]
    assert row["revenue"] == sum(won)


def test_a_run_that_was_not_published_leaves_no_trace_in_the_history(story, tmp_path):
    _, second, warehouse = story
    build = tmp_path / "build.duckdb"
    build.write_bytes(second.database.read_bytes())
    with duckdb.connect(str(build)) as database:
        database.execute("""
            insert into history.history_publications
                (publication_number, as_of_on, data_as_of, values_fingerprint)
            values (3, '2025-05-31', '2025-06-01', 'never published')
        """)
    carry_history(build, warehouse)
    with duckdb.connect(str(build), read_only=True) as database:
        count = "select count(*) from history.history_publications"
        assert database.execute(count).fetchone() == (2,)


def test_a_build_that_lost_its_history_is_not_published(story, tmp_path):
    first, _, warehouse = story  # the first build does not know of the second one
    before = (warehouse / "current").readlink()
    with pytest.raises(SystemExit, match="lacks the history of earlier publications"):
        publish(first.database, warehouse)
    empty = tmp_path / "build.duckdb"
    with duckdb.connect(str(empty)) as database:
        database.execute("create schema marts")
        database.execute("create table marts.kpi_one as select 1 as kpi_key")
    with pytest.raises(SystemExit, match="Run `make build`"):
        publish(empty, warehouse)
    assert (warehouse / "current").readlink() == before
    carry_history(empty, warehouse)
    publish(empty, warehouse)


def test_a_history_of_which_a_file_is_gone_is_not_carried_on(story, tmp_path):
    _, second, warehouse = story
    damaged = tmp_path / "warehouse"
    shutil.copytree(warehouse / "current", damaged / "current")
    (damaged / "current/history/history_deal_states.parquet").unlink()
    build = tmp_path / "build.duckdb"
    build.write_bytes(second.database.read_bytes())
    before = build.read_bytes()
    with pytest.raises(SystemExit, match=r"history_deal_states\.parquet is missing"):
        carry_history(build, damaged)
    assert build.read_bytes() == before
    # who cannot restore it gives the record up, and the build file's own one stays
    shutil.rmtree(damaged / "current/history")
    carry_history(build, damaged)
    with duckdb.connect(str(build), read_only=True) as database:
        count = "select count(*) from history.history_publications"
        assert database.execute(count).fetchone() == (2,)


def test_a_publication_has_the_whole_history_beside_the_marts(story):
    _, _, warehouse = story
    files = sorted(path.stem for path in (warehouse / "current/history").iterdir())
    assert files == [
        "history_deal_states",
        "history_kpi_values",
        "history_publications",
        "history_raw_rows",
    ]


def test_the_sample_company_is_no_past_of_the_own_one(dbt, sample_build, tmp_path):
    warehouse = tmp_path / "warehouse"
    publish(sample_build.database, warehouse)
    company = dbt.build(raw(BEFORE, "2026-08-01"), command=HISTORY, warehouse=warehouse)
    assert company.worked, company.console
    publish(company.database, warehouse)
    reported = "select distinct reported_as_of as day from marts.kpi_value_history"
    assert company.query(reported) == [{"day": date(2026, 7, 31)}]
    assert company.rows("kpi_restatements") == []
    # who goes back to the sample finds its record where it was
    kept = warehouse / "current/sample_history/history_publications.parquet"
    with duckdb.connect() as database:
        rows = database.execute(f"select as_of_on from '{kept}'").fetchall()
    assert rows == [(date(2026, 6, 30),)]


# Rows of kpi_value_history: (publication, month, value, value before), and of
# kpi_restatements: (publication, month, change).
UNEXPLAINED = {
    "explained": ([(3, 1, 90, 70)], [(3, 1, 20)], []),
    "by another amount": ([(3, 1, 90, 70)], [(3, 1, 19.99)], [1]),
    "by no deal": ([(3, 1, 90, 70)], [], [1]),
    "a deal that changes nothing": ([], [(3, 1, 20)], [1]),
    "the only deal of the first month is gone": ([(3, 1, None, 70)], [(3, 1, -70)], []),
    "the first month is an earlier one": ([(3, 1, 70, None)], [(3, 1, 70)], []),
    "a month that is over now": ([(3, 3, 70, None)], [], []),
    "told at the publication before": ([(2, 1, 90, 70)], [], []),
}


@pytest.mark.parametrize("case", UNEXPLAINED)
def test_what_no_deal_explains_is_told_once_and_nothing_else_is(project, case):
    values, restatements, unexplained = UNEXPLAINED[case]
    found = project.failures(
        "assert_restatements_explain_restated_revenue",
        {
            "history.history_publications": """
                from (values
                    (1, date '2025-02-28'), (2, date '2025-03-01'),
                    (3, date '2025-04-01')
                ) as publications (publication_number, as_of_on)
            """,
            "marts.kpi_value_history": f"""
                select 'revenue_growth' as kpi, 'revenue' as measure,
                    'month' as period_grain, 'total' as dimension, publication_number,
                    make_date(2025, month, 1) as period_start,
                    last_day(period_start) as period_end, value, previous_value
                from (values {rows((0, 0, 0.0, 0.0), *values)}) as history
                    (publication_number, month, value, previous_value)
                where month > 0
            """,
            "marts.kpi_restatements": f"""
                select publication_number, make_date(2025, month, 1) as period_start,
                    revenue_change
                from (values {rows((0, 0, 0.0), *restatements)}) as found
                    (publication_number, month, revenue_change)
                where month > 0
            """,
        },
    )
    assert [row["period_start"].month for row in found] == unexplained


def rows(*numbers):
    """Rows of numbers as SQL."""
    return ", ".join(map(str, numbers)).replace("None", "null")
