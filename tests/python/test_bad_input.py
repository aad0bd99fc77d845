"""Bad rows have defined results, and no row vanishes: it counts or it is listed."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import bad_input
import pytest
from oracle.read import salesforce_id


def issues(build) -> set[tuple]:
    return {
        (row["raw_table"], row["raw_key"], row["reason"])
        for row in build.rows("data_quality_issues")
    }


def row_counts(build, kinds: tuple[str, ...]) -> Counter:
    """{(table, reason): rows} of the summary's lines of those kinds."""
    counts = Counter()
    for row in build.rows("data_quality_summary"):
        if row["row_kind"] in kinds:
            counts[(row["raw_table"], row["reason"])] += row["row_count"]
    return counts


def year(build, mart: str) -> dict:
    """The row of a mart for the company's only fiscal year with deals, 2025."""
    (row,) = build.query(
        f"select * from marts.{mart}"
        " where kpi_key = 'fiscal_year|2025-01-01|total|(all)'"
    )
    return row


# -- a company of bad rows ----------------------------------------------------


def test_bad_rows_are_warnings_and_never_stop_a_build(bad_company):
    assert bad_company.worked, bad_company.console


def test_deals_are_set_aside_for_the_reasons_they_have(bad_company):
    expected = Counter(reason for _, reason in bad_input.SET_ASIDE)
    found = row_counts(bad_company, ("set_aside",))
    assert {
        reason: count
        for (table, reason), count in found.items()
        if table == "opportunity"
    } == expected


@pytest.mark.parametrize(
    ("deal", "reasons"), bad_input.DEALS, ids=lambda value: _name(value)
)
def test_a_bad_deal_is_listed_for_what_is_wrong_with_it(deal, reasons, bad_company):
    listed = {
        reason
        for table, key, reason in issues(bad_company)
        if table == "opportunity" and key == deal["id"]
    }
    assert listed == set(reasons)


@pytest.mark.parametrize("issue", bad_input.OTHER_ISSUES, ids=lambda issue: str(issue))
def test_a_bad_row_of_another_table_is_listed(issue, bad_company):
    assert issue in issues(bad_company)


def test_a_row_without_id_is_listed_though_it_has_no_key(bad_company):
    rows = [
        row
        for row in bad_company.rows("data_quality_issues")
        if row["reason"] == "missing_id" and row["raw_table"] == "opportunity"
    ]
    assert len(rows) == 2
    assert {row["raw_key"] for row in rows} == {None}
    assert len({row["issue_key"] for row in rows}) == 2


def test_every_used_deal_is_a_deal(bad_company):
    deals = bad_company.query("select * from intermediate.int_crm__deals")
    keys = {salesforce_id(deal["id"]) for deal, _ in bad_input.DEALS}
    keys.add(bad_input.LONG_ID)
    assert {deal["record_id"] for deal in deals} == keys
    assert len(deals) == len(keys)


def test_an_id_in_two_lengths_is_one_deal_and_the_later_version_counts(bad_company):
    (deal,) = bad_company.query(
        "select amount from intermediate.int_crm__deals"
        f" where record_id = '{bad_input.LONG_ID}'"
    )
    assert deal["amount"] == Decimal("77.00")


def test_a_bad_row_counts_for_what_can_be_read_of_it(bad_company):
    revenue = year(bad_company, "kpi_revenue_growth")
    # won with a readable close day: these amounts, the refund among them
    counted = {
        deal["id"]: Decimal(deal["amount"].strip())
        for deal, reasons in bad_input.DEALS
        if deal["stage_name"] == "Closed Won"
        and not {
            "amount_missing",
            "exchange_rate_missing",
            "close_date_missing",
            "close_date_in_future",
        }
        & set(reasons)
    }
    assert revenue["revenue"] == sum(counted.values()) + 77
    assert revenue["refund_amount"] == Decimal("-50.00")
    assert revenue["orders_without_amount_count"] == 4
    order = year(bad_company, "kpi_average_order_value")
    assert order["order_count"] == len(counted) - 1 + 1  # no refund, one id twice


def test_an_open_deal_weighs_what_its_probability_says(bad_company):
    assert bad_company.one(
        "select amount, weighted_amount from marts.open_pipeline"
        " where dimension = 'stage' and dimension_value = 'Prospecting'"
    ) == (Decimal("1000.00"), Decimal("600.00"))


def test_an_end_of_a_contract_that_can_be_read_is_its_end(bad_company):
    ends = bad_company.query(
        "select record_id, ends_on from staging.stg_salesforce__contracts"
        " where record_id in ('C4', 'C5', 'C6') order by 1"
    )
    assert [end["ends_on"] for end in ends] == [
        date(2024, 2, 1),
        None,
        date(2025, 1, 1),
    ]


def test_spend_that_cannot_be_read_is_left_out_and_listed(bad_company):
    spend = year(bad_company, "kpi_customer_acquisition_cost")
    assert spend["acquisition_spend"] == Decimal("10.00")


def _name(value) -> str:
    return str(value["id"]) if isinstance(value, dict) else ""


# -- columns of odd types -----------------------------------------------------


def test_odd_columns_do_not_stop_a_build(odd_company):
    assert odd_company.worked, odd_company.console


def test_numbers_booleans_and_milliseconds_are_read_whatever_their_type(odd_company):
    deals = odd_company.query(
        "select record_id, amount, deal_state, created_on, closed_on"
        " from intermediate.int_crm__deals order by 1"
    )
    assert {deal["record_id"]: deal["amount"] for deal in deals} == {
        "german": Decimal("1234.50"),
        "thousands": Decimal("341090.00"),
        "english": Decimal("1234.50"),
        "blank": None,
        "open": Decimal("5.00"),
    }
    assert {str(deal["created_on"]) for deal in deals} == {"2025-01-10"}
    states = Counter(deal["deal_state"] for deal in deals)
    assert states == {"won": 4, "open": 1}


def test_tables_that_did_not_land_are_empty_and_columns_null(odd_company):
    for model in ("contacts", "campaigns", "stage_visits", "lead_statuses"):
        assert odd_company.query(f"select * from staging.stg_salesforce__{model}") == []
    accounts = odd_company.query("select * from staging.stg_salesforce__accounts")
    assert [account["industry"] for account in accounts] == [None]


def test_orders_and_users_are_tables_though_their_names_are_reserved(odd_company):
    (order,) = odd_company.query(
        "select * from staging.stg_salesforce__billing_documents"
    )
    assert order["amount"] == Decimal("-5.00")  # a reduction
    assert len(odd_company.query("select * from staging.stg_salesforce__users")) == 1


def test_a_load_stamp_that_knows_its_time_zone_says_when_it_was_loaded(odd_company):
    (row,) = odd_company.query("select * from intermediate.int_run__as_of")
    assert str(row["as_of_on"]) == "2025-03-01"


def test_names_in_the_spelling_of_the_source_are_read(source_cased_company):
    assert source_cased_company.worked, source_cased_company.console
    deals = source_cased_company.query(
        "select record_id, amount, set_aside_reason"
        " from staging.stg_salesforce__deals"
        " where set_aside_reason is distinct from 'duplicate' order by 1"
    )
    assert [tuple(deal.values()) for deal in deals] == [
        ("gone", Decimal("100.00"), "deleted"),
        ("kept", Decimal("100.00"), None),
    ]
    (stage,) = source_cased_company.query(
        "select stage, is_won from staging.stg_salesforce__stages"
    )
    assert stage == {"stage": "Signed", "is_won": True}


def test_of_two_versions_the_one_changed_last_counts_whichever_stamp_landed(
    source_cased_company,
):
    versions = source_cased_company.tuples(
        "select amount, set_aside_reason, modified_at::varchar"
        " from staging.stg_salesforce__deals where record_id = 'kept' order by 1"
    )
    assert versions == [
        (Decimal("100.00"), None, "2025-02-10 10:00:00"),
        (Decimal("900.00"), "duplicate", "2025-02-09 10:00:00"),
    ]


# -- what must be there -------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (
            "Raw table lead is missing in schema salesforce",
            ("salesforce_schema", "salesforce_enabled: false"),
        ),
        ("Column id (salesforce Id) is missing", ("account", "crm_column_overrides")),
        ("Column amount (salesforce Amount) is missing", ("opportunity", "Amount:")),
        (
            "Column amount (finance amount) is missing",
            ("acquisition_spend", "crm_column_overrides"),
        ),
    ],
)
def test_what_is_required_and_missing_stops_the_build_with_a_sentence(
    start, words, incomplete_company
):
    assert not incomplete_company.worked
    sentence = incomplete_company.sentence(start)
    assert sentence, incomplete_company.console
    for word in (*words, "salesforce" if "finance" not in start else "finance"):
        assert word in sentence.split(". ")[0]


def test_a_run_before_the_sample_was_loaded_says_how_to_load_it(dbt):
    run = dbt.build(command=("run", "--select", "stg_salesforce__leads"))
    assert not run.worked
    assert run.sentence(
        "Raw table lead is missing in schema sample_salesforce: load the sample with"
        " `dbt seed`, or use `dbt build`"
    ), run.console


def test_a_database_that_is_not_attached_is_named(dbt):
    command = ("run", "--select", "stg_salesforce__leads")
    run = dbt.build({}, {"salesforce_database": "lake"}, command=command)
    assert not run.worked
    assert run.sentence(
        "Raw table lead is missing in schema salesforce of the database that the var"
        " salesforce_database names, lake: load it"
    ), run.console


def test_raw_tables_without_a_row_do_not_say_what_day_it_is(dbt):
    raw = {"salesforce": {"lead": [], "account": [], "opportunity": []}}
    run = dbt.build(raw, command=("build", "--select", "+int_run__as_of"))
    assert not run.worked
    said = run.sentence("Failed: the_run_knows_its_day.")
    assert "load the tables" in said, run.console
    assert "as_of_date" in said


@pytest.mark.parametrize(
    "model", ["stg_salesforce__deal_contacts", "stg_finance__exchange_rates"]
)
def test_what_is_optional_and_missing_does_not_stop_a_model(model, incomplete_company):
    assert incomplete_company.query(f"select * from staging.{model}") == []


@pytest.mark.parametrize(
    "sentence", bad_input.REFUSALS, ids=lambda words: words.split()[0]
)
def test_a_var_that_cannot_work_is_refused_by_name(sentence, refused_settings_run):
    assert not refused_settings_run.worked
    found = refused_settings_run.sentence(f"The var {sentence}")
    assert found, refused_settings_run.console


def test_no_field_that_is_read_is_refused(refused_settings_run):
    refused = re.findall("names the field (\\w+)", refused_settings_run.console)
    assert set(refused) == {"amount", "arr_c"}


def test_only_a_var_that_begins_like_one_of_ours_is_a_typing_error(
    refused_settings_run,
):
    unknown = re.findall(
        "The var (\\w+) is read by nothing", refused_settings_run.console
    )
    assert set(unknown) == {"churn_window_days"}


@pytest.mark.parametrize("overrides", ["arr__c", {"salesforce": {"lead": "arr__c"}}])
def test_own_columns_in_another_form_are_refused(overrides, dbt):
    settings = {"crm_column_overrides": overrides}
    run = dbt.build({}, settings, command=bad_input.ANY_RUN)
    assert not run.worked
    assert run.sentence(
        f"The var crm_column_overrides is {overrides}; it must name system, table,"
    ), run.console


def test_an_own_column_that_is_not_there_is_refused(unknown_column_run):
    assert not unknown_column_run.worked
    assert unknown_column_run.sentence(
        "The var crm_column_overrides names the column branch for salesforce account"
        " Industry, which is missing in"
    ), unknown_column_run.console


def test_a_run_without_any_crm_is_refused(no_crm_run):
    assert not no_crm_run.worked
    sentence = no_crm_run.sentence("Every CRM is switched off")
    assert "salesforce_enabled" in sentence, no_crm_run.console


def test_real_data_without_a_hash_key_is_refused(keyless_run):
    assert not keyless_run.worked
    sentence = keyless_run.sentence("The hash key is not set")
    assert "SALES_KPIS_HASH_KEY" in sentence, keyless_run.console
