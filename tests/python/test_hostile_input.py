"""Hostile rows in every raw table: no crash, and a defined result for each."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

import dirty_input
import pytest
from dirty_input import DAYS, KEYS, NUMBERS, TEXTS

RAW, _ = dirty_input.dirty_raw()
# (raw table, column) -> (staging model, column, type) of what is read as number or day
TYPED = {
    ("salesforce.lead", "number_of_employees"): (
        *("stg_salesforce__leads", "employee_count", "integer"),
    ),
    ("salesforce.lead", "created_date"): (
        *("stg_salesforce__leads", "created_at", "timestamp"),
    ),
    ("salesforce.account", "number_of_employees"): (
        *("stg_salesforce__accounts", "employee_count", "integer"),
    ),
    ("salesforce.opportunity", "amount"): ("stg_salesforce__deals", "amount", "money"),
    ("salesforce.opportunity", "close_date"): (
        *("stg_salesforce__deals", "close_on", "date"),
    ),
    ("salesforce.opportunity_history", "created_date"): (
        *("stg_salesforce__stage_visits", "entered_at", "timestamp"),
    ),
    ("salesforce.lead_history", "created_date"): (
        *("stg_salesforce__lead_statuses", "entered_at", "timestamp"),
    ),
    ("salesforce.order", "total_amount"): (
        *("stg_salesforce__billing_documents", "amount", "money"),
    ),
    ("salesforce.order", "effective_date"): (
        *("stg_salesforce__billing_documents", "billed_on", "date"),
    ),
    ("salesforce.contract", "start_date"): (
        *("stg_salesforce__contracts", "starts_on", "date"),
    ),
    ("salesforce.campaign", "actual_cost"): (
        *("stg_salesforce__campaigns", "cost", "money"),
    ),
    ("salesforce.dated_conversion_rate", "conversion_rate"): (
        *("stg_salesforce__exchange_rates", "units_per_home_unit", "rate"),
    ),
    ("hubspot.contact", "property_numemployees"): (
        *("stg_hubspot__leads", "employee_count", "integer"),
    ),
    ("hubspot.contact", "property_createdate"): (
        *("stg_hubspot__contacts", "created_at", "timestamp"),
    ),
    ("hubspot.company", "property_numberofemployees"): (
        *("stg_hubspot__accounts", "employee_count", "integer"),
    ),
    ("hubspot.deal", "property_amount"): ("stg_hubspot__deals", "amount", "money"),
    ("hubspot.deal", "property_closedate"): ("stg_hubspot__deals", "close_on", "date"),
    ("hubspot.marketing_campaign", "property_hs_spend_items_sum_amount"): (
        *("stg_hubspot__campaigns", "cost", "money"),
    ),
    ("zoho.lead", "created_time"): ("stg_zoho__leads", "created_at", "timestamp"),
    ("zoho.account", "employees"): ("stg_zoho__accounts", "employee_count", "integer"),
    ("zoho.deal", "amount"): ("stg_zoho__deals", "amount", "money"),
    ("zoho.deal", "closing_date"): ("stg_zoho__deals", "close_on", "date"),
    ("zoho.campaign", "actual_cost"): ("stg_zoho__campaigns", "cost", "money"),
    ("zoho.invoice", "invoice_date"): (
        *("stg_zoho__billing_documents", "billed_on", "date"),
    ),
}
# Columns of words that come out as dimension values: (staging model, column).
WORDS = (
    ("stg_salesforce__leads", "industry"),
    ("stg_salesforce__leads", "lead_source"),
    ("stg_salesforce__accounts", "industry"),
    ("stg_salesforce__deals", "stage"),
    ("stg_hubspot__leads", "lead_source"),
    ("stg_hubspot__accounts", "industry"),
    ("stg_hubspot__deals", "deal_type"),
    ("stg_zoho__leads", "lead_source"),
    ("stg_zoho__accounts", "industry"),
    ("stg_zoho__deals", "stage"),
)
ROWS = max(len(TEXTS), len(NUMBERS), len(DAYS))


def read_as(kind: str, place: int):
    """What the hostile value of a row should be read as, by the type wanted."""
    if kind in ("date", "timestamp"):
        day = DAYS[place % len(DAYS)][2]
        return day and (datetime(day.year, day.month, day.day, 10), day)
    number = NUMBERS[place % len(NUMBERS)][2]
    if number is not None and kind == "integer":
        return number.quantize(Decimal(1), ROUND_HALF_UP)
    return number


def plain(value):
    """A value of staging in the form that `read_as` gives."""
    if isinstance(value, datetime | date):
        return value
    return None if value is None else Decimal(str(value))


@pytest.fixture(scope="module")
def company(dirty_company):
    assert dirty_company.worked, dirty_company.console[-3000:]
    return dirty_company


def test_every_row_of_every_table_is_used_or_set_aside(company):
    counts = Counter()
    for row in company.rows("data_quality_summary"):
        if row["row_kind"] != "issue":
            kind = "landed" if row["row_kind"] == "landed" else "accounted"
            counts[row["source_system"], row["raw_table"], kind] += row["row_count"]
    systems = {schema: name for name, schema in dirty_input.SCHEMAS.items()}
    for schema, tables in RAW.items():
        system = systems.get(schema, schema)
        for table, rows in tables.items():
            if table not in dirty_input.UNREAD_TABLES:
                for kind in ("landed", "accounted"):
                    assert counts[system, table, kind] == len(rows), (system, table)


@pytest.mark.parametrize("place", TYPED, ids=lambda place: ".".join(place))
def test_a_hostile_number_or_day_is_read_or_empty(place, company):
    model, column, kind = TYPED[place]
    table = place[0].partition(".")[2]
    found = {
        row["source_record_id"]: plain(row["value"])
        for row in company.query(
            f"select source_record_id, {column} as value from staging.{model}"
            f" where raw_table = '{table}' and source_record_id like 'hostile-%'"
        )
    }
    assert len(found) == ROWS
    for number in range(ROWS):
        wanted = read_as(kind, number)
        value = found[f"hostile-{number}"]
        assert value in wanted if isinstance(wanted, tuple) else value == wanted, number


def test_what_cannot_be_read_is_listed_by_column_and_never_by_value(company):
    listed = {
        (row["source_system"], row["raw_table"], row["raw_key"]): row["detail"]
        for row in company.rows("data_quality_issues")
        if row["reason"] == "unreadable_value"
    }
    for system, table, column in (
        ("salesforce", "opportunity", "Amount"),
        ("hubspot", "deal", "amount"),
        ("zoho", "deal", "Amount"),
    ):
        for number in range(ROWS):
            detail = listed.get((system, table, f"hostile-{number}")) or ""
            unread = NUMBERS[number % len(NUMBERS)][2] is None
            assert (column in detail.split(",")) == unread, (table, number)


@pytest.mark.parametrize(("model", "column"), WORDS)
def test_hostile_words_are_kept_as_they_are(model, column, company):
    found = company.query(
        f"select source_record_id, {column} as word from staging.{model}"
        " where source_record_id like 'hostile-%'"
    )
    words = {row["source_record_id"]: row["word"] for row in found}
    for number, (_, text) in enumerate(TEXTS):
        word = words[f"hostile-{number}"]
        assert word == text.strip(" ") or word == "m", number


@pytest.mark.parametrize(
    ("table", "model"),
    [
        ("salesforce.opportunity", "stg_salesforce__deals"),
        ("salesforce.lead", "stg_salesforce__leads"),
        ("hubspot.contact", "stg_hubspot__contacts"),
        ("hubspot.deal", "stg_hubspot__deals"),
        ("zoho.deal", "stg_zoho__deals"),
        ("zoho.account", "stg_zoho__accounts"),
    ],
)
def test_hostile_keys_are_keys_like_any_other_and_one_row_counts_per_key(
    table, model, company
):
    found = Counter()
    for row in company.query(
        f"select record_id, set_aside_reason as reason from staging.{model}"
    ):
        found[row["record_id"], row["reason"]] += 1
    for key in KEYS:
        assert found[key, None] == 1, key[:20]
    assert (found["twice", None], found["twice", "duplicate"]) == (1, 1)


def test_a_deal_whose_references_lead_nowhere_counts_and_is_listed(company):
    reasons = {
        row["reason"]
        for row in company.rows("data_quality_issues")
        if (row["raw_table"], row["raw_key"]) == ("opportunity", "dangling")
    }
    assert "account_unknown" in reasons
    assert company.query(
        "select 1 from intermediate.int_crm__deals where record_id = 'dangling'"
    )


@pytest.mark.parametrize(
    ("model", "system"),
    [("int_crm__accounts", "salesforce"), ("int_crm__accounts", "hubspot")],
)
def test_a_cycle_of_merges_is_one_company(model, system, company):
    customers = {
        row["record_id"]: row["customer_id"]
        for row in company.query(
            f"select record_id, customer_id from intermediate.{model}"
            f" where source_system = '{system}'"
            " and (record_id like 'ring%' or record_id = 'self')"
        )
    }
    assert set(customers) == set(dirty_input.cycles())
    assert customers["ring2-0"] == customers["ring2-1"] == f"{system}:ring2-0"
    assert customers["self"] == f"{system}:self"
    ring = {customers[f"ring7-{step}"] for step in range(7)}
    assert ring == {f"{system}:ring7-0"}


def test_no_cell_of_an_exported_csv_is_a_formula(dirty_publication):
    exports = dirty_publication / "exports"
    neutralised = 0
    csv.field_size_limit(10**9)
    for path in exports.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.reader(file):
                for cell in row:
                    neutralised += cell[:2] in ("'=", "'+", "'-", "'@", "'\t")
                    if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n"):
                        float(cell)  # a negative number is none
    assert neutralised > 100


def test_a_dimension_value_is_at_most_as_long_as_a_picklist_value(company):
    (row,) = company.query(
        "select max(length(dimension_value)) n from marts.kpi_values"
    )
    assert row["n"] == 255


def test_no_hostile_word_is_markup_on_the_dashboard(dirty_dashboard):
    markup = next(text for what, text in TEXTS if what == "HTML")
    assert "alert(" in dirty_dashboard  # it is shown, as text
    assert markup not in dirty_dashboard
    assert "<script>alert" not in dirty_dashboard
    assert "<img src=x" not in dirty_dashboard
