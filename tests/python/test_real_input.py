"""Rows that nobody here wrote give the figures that others published."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
import real_input
from builds import KPI_MARTS
from oracle import maven
from oracle.sample import project_seeds

needs_maven = pytest.mark.skipif(
    real_input.MAVEN is None,
    reason="shared/data/maven_crm is not beside the project: public data, see README",
)
needs_fivetran = pytest.mark.skipif(
    real_input.FIVETRAN is None,
    reason="shared/data/salesforce_fivetran_layout is not beside the project",
)
YEAR = "fiscal_year|2017-01-01|total|(all)"


def row(rows: list[dict], key: str) -> dict:
    (found,) = [row for row in rows if row["kpi_key"] == key]
    return found


# -- Maven --------------------------------------------------------------------


@pytest.fixture(scope="module")
def maven_deals(maven_build):
    assert maven_build.worked, maven_build.console
    return maven_build.query("select * from intermediate.int_crm__deals")


@needs_maven
def test_maven_has_4238_wins_among_6711_closed_deals(maven_deals):
    states = Counter(deal["deal_state"] for deal in maven_deals)
    assert states["won"] == 4238
    assert states["won"] + states["lost"] == 6711
    assert len(maven_deals) == 8800


@needs_maven
def test_maven_won_10_million_at_2361_a_deal(maven_build):
    orders = row(maven_build.rows("kpi_average_order_value"), YEAR)
    assert orders["order_count"] == 4238
    assert orders["order_revenue"] == Decimal("10005534.00")
    assert orders["average_order_value"] == Decimal("2360.91")
    assert orders["median_order_value"] == Decimal("1117.00")


@needs_maven
def test_maven_grew_by_172_percent_and_then_shrank(maven_build):
    growth = maven_build.rows("kpi_revenue_growth")
    quarters = [
        row(growth, f"quarter|2017-{month}-01|total|(all)")
        for month in ("01", "04", "07", "10")
    ]
    assert [int(quarter["revenue"]) for quarter in quarters] == [
        1134672,
        3086111,
        2982255,
        2802496,
    ]
    changes = [quarter["period_over_period_growth"] for quarter in quarters]
    assert [round(100 * change, 1) for change in changes[1:]] == [172.0, -3.4, -6.0]


@needs_maven
def test_maven_deals_of_the_misspelt_product_are_in_all_totals(
    maven_build, maven_deals
):
    misspelt = maven_build.query(
        "select id, amount, is_won from salesforce.opportunity where name = 'GTXPro'"
    )
    assert len(misspelt) == 1480
    amounts = {deal["record_id"]: deal["amount"] for deal in maven_deals}
    assert {deal["id"] for deal in misspelt} <= set(amounts)
    won = [deal for deal in misspelt if deal["is_won"]]
    assert len(won) > 0
    assert all(amounts[deal["id"]] == deal["amount"] for deal in won)


@needs_maven
def test_maven_ties_out_to_the_raw_flag_without_any_difference(maven_build):
    months = maven_build.rows("crm_tie_out")
    assert sum(month["won_count"] for month in months) == 4238
    assert sum(month["won_amount"] for month in months) == Decimal("10005534.00")
    for month in months:
        assert month["won_count"] == month["raw_won_count"]
        assert month["won_amount"] == month["raw_won_amount"]
        assert month["unexplained_count"] == month["unexplained_amount"] == 0


@needs_maven
def test_maven_deals_without_account_or_engage_date_are_listed(maven_build):
    reasons = Counter(
        issue["reason"]
        for issue in maven_build.rows("data_quality_issues")
        if issue["raw_table"] == "opportunity"
    )
    raw = maven_build.query(
        "select count(*) filter (created_date is null) as undated,"
        " count(*) filter (is_won and account_id is null) as anonymous"
        " from salesforce.opportunity"
    )[0]
    assert raw["undated"] == reasons["created_date_missing"] == 500
    assert raw["anonymous"] == reasons["customer_missing"]


@needs_maven
def test_maven_with_every_deal_as_new_business_has_the_published_rates(variants):
    marts = variants["defaults"].run(maven.raw(), project_seeds(with_sample=False))
    conversion = row(marts["kpi_conversion_rate"], YEAR)
    assert conversion["won_deal_count"] == 4238
    assert conversion["lost_deal_count"] == 6711 - 4238
    assert round(100 * conversion["win_rate"], 2) == 63.15
    cycle = row(marts["kpi_sales_cycle_length"], YEAR)
    assert round(cycle["mean_opportunity_to_won_days"], 2) == 51.78
    assert cycle["median_opportunity_to_won_days"] == 57
    assert cycle["p90_opportunity_to_won_days"] == 106
    assert cycle["median_cycle_days"] is None  # nobody was a lead


# -- Fivetran's rows ----------------------------------------------------------


@needs_fivetran
def test_fivetran_rows_load_and_build(fivetran_build):
    assert fivetran_build.worked, fivetran_build.console


@needs_fivetran
def test_deleted_and_won_rows_of_fivetran_do_not_count(fivetran_build):
    raw = real_input.fivetran_rows()["opportunity"]
    assert any(deal["is_won"] == "true" for deal in raw)
    assert fivetran_build.query("select * from intermediate.int_crm__deals") == []
    for mart in KPI_MARTS:
        for found in fivetran_build.rows(mart):
            for column in ("won_deal_count", "order_count", "revenue"):
                assert found.get(column, 0) == 0


@needs_fivetran
def test_every_row_of_fivetran_is_accounted_for(fivetran_build):
    landed, accounted = Counter(), Counter()
    for line in fivetran_build.rows("data_quality_summary"):
        if line["row_kind"] == "landed":
            landed[line["raw_table"]] += line["row_count"]
        elif line["row_kind"] in ("used", "set_aside"):
            accounted[line["raw_table"]] += line["row_count"]
    raw = real_input.fivetran_rows()
    assert landed == {table: len(rows) for table, rows in raw.items() if rows}
    assert accounted == landed


@needs_fivetran
def test_all_ten_deals_of_fivetran_are_set_aside_for_a_reason(fivetran_build):
    reasons = {
        line["reason"]: line["row_count"]
        for line in fivetran_build.rows("data_quality_summary")
        if line["raw_table"] == "opportunity" and line["row_kind"] == "set_aside"
    }
    # Two of them by history mode, which keeps no active row of them.
    assert reasons == {"deleted": 10}


@needs_fivetran
def test_the_tie_out_explains_every_won_flag_of_fivetran(fivetran_build):
    raw = real_input.fivetran_rows()["opportunity"]
    won = [deal for deal in raw if deal["is_won"] == "true" and deal["close_date"]]
    months = fivetran_build.rows("crm_tie_out")
    assert sum(month["raw_won_count"] for month in months) == len(won)
    for month in months:
        assert month["won_count"] == 0
        assert month["set_aside_count"] == -month["raw_won_count"]
        assert month["unexplained_count"] == month["unexplained_amount"] == 0
