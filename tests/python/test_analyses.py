"""The worked queries in analyses/ run and agree with the marts."""

from decimal import Decimal
from itertools import pairwise

import duckdb
import pytest
from builds import query

NAMES = (
    "monday_review",
    "propose_thresholds",
    "conversion_by_window",
    "deals_of_a_month",
)


@pytest.fixture(scope="module")
def ask(variants, sample_build):
    """Runs an analysis, as dbt compiles it, or another query on the sample company."""
    compiled = variants["defaults"]
    assert set(compiled.analyses) == set(NAMES), "each analysis is tested here"
    with duckdb.connect() as database:
        database.execute("set timezone = 'UTC'")
        # Under the name of the database that the analyses were compiled for.
        database.execute(
            f"attach '{sample_build.database}' as \"{compiled.database}\" (read_only)"
        )
        database.execute(f'use "{compiled.database}"')

        yield lambda name: query(database, compiled.analyses.get(name, name))


def test_the_monday_review_says_what_changed_and_where_it_hurts(ask):
    review = ask("monday_review")
    cards = ask("select * from marts.kpi_scorecard where is_headline")
    assert len(review) == len(cards) == 18
    by_key = {
        (c["period_grain"], c["label_en"], c["dimension_value"]): c for c in cards
    }
    hurting = 0
    by_label = {card["label_en"]: card["dimension"] for card in cards}
    assert by_label["Average order value"] == "deal_type"
    for row in review:
        card = by_key[row["period_grain"], row["label_en"], row["dimension_value"]]
        for column in ("measure", "unit", "value", "status"):
            assert row[column] == card[column]
        if row["worst_value"] is not None:
            sign = -1 if card["direction"] == "lower" else 1
            assert row["change_there"] * sign < 0
            # No part of the whole company explains one kind of orders.
            assert card["dimension"] == "total"
            hurting += 1
    assert hurting > 6


def test_proposed_thresholds_are_in_order_and_stand_beside_todays(ask):
    proposals = ask("propose_thresholds")
    today = {
        (row["kpi"], row["period_grain"]): row
        for row in ask("select * from marts.kpi_scorecard where is_headline")
    }
    assert len(proposals) == 12
    for row in proposals:
        card = today[row["kpi"], row["period_grain"]]
        target, direction = card["target_value"], card["direction"]
        assert row["target_value_today"] == target is not None
        assert row["dimension_value"] == card["dimension_value"]
        sign = -1 if direction == "lower" else 1
        steps = [
            sign * row[f"proposed_{name}_value"]
            for name in ("target", "warning", "critical")
        ]
        assert steps == sorted(steps, reverse=True), row["kpi"]
        assert 0 <= row["on_target_count"] <= row["period_count"] <= 24


def test_a_window_of_90_days_gives_the_conversion_rate_of_the_mart(ask):
    rates = ask("conversion_by_window")
    marts = {
        row["period_label"]: row
        for row in ask(
            "select * from marts.kpi_conversion_rate where dimension = 'total' "
            "and period_grain = 'fiscal_year' and is_mature_cohort"
        )
    }
    compared = 0
    for row in rates:
        mart = marts.get(row["period_label"])
        if row["window_days"] == 90 and mart:
            assert row["lead_count"] == mart["lead_count"]
            assert row["customer_count"] == mart["customer_count"]
            compared += 1
    assert compared >= 3
    for shorter, longer in pairwise(rates):
        if shorter["period_label"] == longer["period_label"]:
            assert shorter["lead_count"] >= longer["lead_count"]


def test_the_deals_of_the_month_add_up_to_its_revenue(ask):
    deals = ask("deals_of_a_month")
    (month,) = ask(
        "select * from marts.kpi_revenue_growth where dimension = 'total' and "
        f"period_label = '{deals[0]['period_label']}'"
    )
    (last,) = ask(
        "select max(period_label) as label from marts.kpi_revenue_growth "
        "where period_grain = 'month' and is_complete_period"
    )
    assert month["period_label"] == last["label"]
    assert sum(deal["amount"] for deal in deals) == month["revenue"]
    assert deals[-1]["cumulative_amount"] == month["revenue"]
    assert sum(not deal["is_refund"] for deal in deals) == month["order_count"]
    assert sum(Decimal(deal["share_of_month"]) for deal in deals) == pytest.approx(1)


@pytest.fixture(scope="module")
def ask_without_targets(variants, sample_build):
    """`ask`, where no KPI has a target and growth was judged by revenue until 2025."""
    compiled = variants["defaults"]
    with duckdb.connect() as database:
        database.execute(f"attach '{sample_build.database}' as sample (read_only)")
        database.execute(f"attach ':memory:' as \"{compiled.database}\"")
        database.execute(f'use "{compiled.database}"')
        database.execute("create schema marts")
        database.execute("""
            create table marts.kpi_scorecard as
            select * replace (
                null::text as direction,
                null::double as target_value,
                dimension = 'total' as is_headline
            )
            from sample.marts.kpi_scorecard
        """)
        database.execute("""
            create table marts.kpi_values as
            select * replace (
                case
                    when kpi = 'revenue_growth' and period_start < '2026-01-01'
                        then measure = 'revenue'
                    else is_judged
                end as is_judged
            ) from sample.marts.kpi_values
        """)

        yield lambda name: query(database, compiled.analyses[name])


def test_without_a_target_fewer_days_and_costs_are_still_better(ask_without_targets):
    lower = ("sales_cycle_length", "churn_rate", "customer_acquisition_cost")
    proposals = ask_without_targets("propose_thresholds")
    for row in proposals:
        steps = [
            row[f"proposed_{name}_value"] for name in ("target", "warning", "critical")
        ]
        assert steps == sorted(steps, reverse=row["kpi"] not in lower), row["kpi"]
    labels = {"Sales cycle length", "Churn rate", "Customer acquisition cost"}
    worse = [r for r in ask_without_targets("monday_review") if r["worst_value"]]
    assert {row["label_en"] for row in worse} & labels
    for row in worse:
        assert (row["change_there"] > 0) == (row["label_en"] in labels), row


def test_thresholds_are_proposed_for_what_is_judged_today(ask_without_targets):
    proposals = ask_without_targets("propose_thresholds")
    growth = [row for row in proposals if row["kpi"] == "revenue_growth"]
    assert {row["measure"] for row in growth} == {"year_over_year_growth"}
    assert {row["period_count"] for row in growth} == {6, 2}
