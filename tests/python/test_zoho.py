"""Zoho CRM: one small business through three loaders, and the traps of its raw data."""

from datetime import date, datetime
from decimal import Decimal

import oracle
import pytest
from builds import KPI_MARTS
from conftest import WITHOUT_TESTS
from oracle.compare import compare
from oracle.sample import project_seeds
from zoho_layouts import AS_OF, LAYOUTS, fivetran, key

KINDS = (
    *("leads", "accounts", "contacts", "deals", "stages", "stage_visits"),
    *("billing_documents", "campaigns", "users"),
)
SETTINGS = {"as_of_date": AS_OF, "sales_rep_identity": "name"}
YEAR = "period_grain = 'fiscal_year' and period_start = '2025-01-01'"
TOTAL = f"{YEAR} and dimension = 'total'"


def build_of(dbt, tables, *models, **settings):
    """Some models, built with Zoho as the only CRM."""
    return dbt.build(
        {"zoho_crm": tables},
        {"salesforce_enabled": False, "zoho_enabled": True, **SETTINGS, **settings},
        command=(*WITHOUT_TESTS, "--select", *models),
    )


def staged(build, kind):
    """Rows of a staging model, as a comparable list."""
    return build.query(f"""
        select * from staging.stg_zoho__{kind}
        order by raw_table, record_id, set_aside_reason nulls first
    """)


def mart(build, name, condition="true"):
    return build.query(f"select * from marts.{name} where {condition} order by 1")


@pytest.fixture(scope="module")
def builds(dbt):
    """The business as each loader lands it, built."""
    found = {}
    for loader, layout in LAYOUTS.items():
        models = ("+path:models/marts/kpis", "+int_crm__stage_visits")
        found[loader] = build_of(dbt, layout(), *models, zoho_loader=loader)
        assert found[loader].worked, found[loader].console
    return found


# --- One business, three loaders


@pytest.mark.parametrize("kind", KINDS)
def test_dlt_gives_the_staging_rows_of_fivetran(builds, kind):
    rows = staged(builds["fivetran"], kind)
    assert rows
    assert staged(builds["dlt"], kind) == rows


@pytest.mark.parametrize("name", KPI_MARTS)
def test_dlt_gives_the_marts_of_fivetran(builds, name):
    rows = mart(builds["fivetran"], name)
    assert rows
    assert mart(builds["dlt"], name) == rows


@pytest.mark.parametrize("name", KPI_MARTS)
def test_the_marts_are_those_of_the_oracle(builds, name):
    raw = {
        table: [
            {column: value and str(value) for column, value in row.items()}
            for row in rows
        ]
        for table, (rows, _) in fivetran().items()
    }
    seeds = project_seeds(with_sample=False)
    expected = oracle.compute({"zoho": raw}, seeds, SETTINGS)[name]
    found = compare(mart(builds["fivetran"], name), expected)
    assert [line for line in found if "the oracle does not know it" not in line] == []


@pytest.mark.parametrize(
    "kind",
    ["accounts", "contacts", "deals", "stage_visits", "billing_documents", "campaigns"],
)
def test_airbyte_gives_the_staging_rows_of_fivetran(builds, kind):
    assert staged(builds["airbyte"], kind) == staged(builds["fivetran"], kind)


def test_airbyte_does_not_see_converted_leads_stages_and_users(builds):
    converted = {key(22), key(23)}
    rows = staged(builds["fivetran"], "leads")
    assert staged(builds["airbyte"], "leads") == [
        row for row in rows if row["record_id"] not in converted
    ]
    assert staged(builds["airbyte"], "stages") == []
    assert staged(builds["airbyte"], "users") == []


def test_stages_stand_in_the_order_that_landed_else_in_that_of_a_new_account(builds):
    query = """
        select stage, sort_order from intermediate.int_crm__stages
        where sort_order is not null
    """
    landed = (
        *("qualification", "identify decision makers", "negotiation/review"),
        *("closed won", "closed lost"),
    )
    order = {stage: number for number, stage in enumerate(landed, start=1)}
    assert dict(builds["fivetran"].tuples(query)) == order | {"id. decision makers": 2}
    new = (
        *("qualification", "needs analysis", "value proposition"),
        *("identify decision makers", "proposal/price quote", "negotiation/review"),
        *("closed won", "closed lost", "closed lost to competition"),
    )
    order = {stage: number for number, stage in enumerate(new, start=1)}
    assert dict(builds["airbyte"].tuples(query)) == order


@pytest.mark.parametrize(
    "name", ["kpi_revenue_growth", "kpi_average_order_value", "kpi_churn_rate"]
)
def test_airbyte_gives_the_marts_that_need_no_leads(builds, name):
    # Without users every owner counts as a seller, so that dimension differs.
    condition = "dimension != 'sales_rep'"
    assert mart(builds["airbyte"], name, condition) == mart(
        builds["fivetran"], name, condition
    )


def test_without_converted_leads_nobody_converts(builds):
    query = f"""
        select sum(lead_count), sum(ever_customer_count), sum(won_deal_count),
            sum(customers_without_lead_count)
        from marts.kpi_conversion_rate where {TOTAL}
    """
    assert builds["fivetran"].one(query) == (3, 2, 2, 0)
    assert builds["airbyte"].one(query) == (1, 0, 2, 2)


# --- Traps of raw data, on the same business


def close_of(build, number):
    """State, close day and where it comes from, of a deal."""
    return build.one(f"""
        select deal_state, closed_on, close_date_source
        from intermediate.int_crm__deal_states where record_id = '{key(number)}'
    """)


@pytest.mark.parametrize("loader", LAYOUTS)
def test_a_close_is_the_last_entry_into_the_state(builds, loader):
    build = builds[loader]
    # In Berlin it was April already, and the expected date says December.
    assert close_of(build, 41) == ("won", date(2025, 4, 1), "stage_history")
    assert close_of(build, 43) == ("lost", date(2025, 6, 2), "stage_history")
    assert close_of(build, 44) == ("won", date(2025, 5, 5), "stage_history")


@pytest.mark.parametrize("loader", LAYOUTS)
def test_without_history_the_closing_date_counts_and_is_not_shifted(builds, loader):
    assert close_of(builds[loader], 42) == ("won", date(2025, 4, 15), "crm_field")


def entries_and_visits(build, number):
    """The moments at which a deal entered its stages, and the days it was in each."""
    return tuple(
        build.tuples(f"""
            select stage, {columns} from intermediate.int_crm__{model}
            where deal_record_id = '{key(number)}' order by {columns}
        """)
        for model, columns in (
            ("stage_entries", "entered_at"),
            ("stage_visits", "entered_on, left_on"),
        )
    )


@pytest.mark.parametrize("loader", LAYOUTS)
def test_a_row_of_the_history_says_when_a_stage_was_left(builds, loader):
    entries, visits = entries_and_visits(builds[loader], 41)
    created, moved = datetime(2025, 1, 5, 8), datetime(2025, 2, 1, 8)
    won = datetime(2025, 4, 1, 1, 30)
    assert entries == [
        ("Qualification", created),
        ("Negotiation/Review", moved),
        ("Closed Won", won),
    ]
    assert visits == [
        ("Qualification", created.date(), moved.date()),
        ("Negotiation/Review", moved.date(), won.date()),
        ("Closed Won", won.date(), None),
    ]


@pytest.mark.parametrize("loader", LAYOUTS)
def test_a_deal_that_never_moved_is_in_its_stage_since_it_was_created(builds, loader):
    created = datetime(2025, 1, 5, 8)
    assert entries_and_visits(builds[loader], 45) == (
        [("Qualification", created)],
        [("Qualification", created.date(), None)],
    )


@pytest.mark.parametrize("loader", LAYOUTS)
def test_money_is_divided_by_the_rate_of_the_record(builds, loader):
    assert builds[loader].one(f"""
        select amount, amount_source from intermediate.int_crm__deal_states
        where record_id = '{key(42)}'
    """) == (Decimal("1000.00"), "crm_rate")


@pytest.mark.parametrize("loader", LAYOUTS)
def test_deleted_and_older_rows_are_set_aside(builds, loader):
    reasons = builds[loader].tuples("""
        select raw_table, record_state, count(*) from (
            select raw_table, record_state from intermediate.int_crm__deal_records
            union all
            select raw_table, record_state from intermediate.int_crm__account_records
        ) where record_state is not null group by all order by all
    """)
    assert reasons == [
        ("account", "deleted", 1),
        ("deal", "deleted", 1),
        ("deal", "duplicate", 1),
    ]


@pytest.mark.parametrize("loader", LAYOUTS)
def test_ids_of_19_digits_stay_apart(builds, loader):
    assert builds[loader].one("""
        select count(*), count(distinct record_id), min(length(record_id))
        from staging.stg_zoho__stage_visits
    """) == (12, 12, 19)


@pytest.mark.parametrize("loader", LAYOUTS)
def test_a_probability_is_a_share_and_above_100_none(builds, loader):
    assert builds[loader].tuples(f"""
        select probability from intermediate.int_crm__deals
        where record_id in ('{key(41)}', '{key(45)}') order by record_id
    """) == [(Decimal("0.5"),), (None,)]


@pytest.mark.parametrize("loader", LAYOUTS)
def test_a_local_time_becomes_utc(builds, loader):
    assert builds[loader].tuples(f"""
        select distinct created_at from staging.stg_zoho__leads
        where record_id = '{key(21)}'
    """) == [(datetime(2025, 1, 11, 6, 30),)]


@pytest.mark.parametrize("loader", LAYOUTS)
def test_only_invoices_in_force_are_billed_without_vat(builds, loader):
    assert builds[loader].tuples("""
        select document_id, amount, deal_id from intermediate.int_revenue__billings
        where is_counted order by all
    """) == [
        (f"zoho:invoice:{key(81)}", Decimal("900.50"), f"zoho:{key(41)}"),
        (f"zoho:invoice:{key(84)}", Decimal("100.00"), None),
    ]


@pytest.mark.parametrize("loader", LAYOUTS)
def test_the_cost_of_a_parent_campaign_is_not_counted_again(builds, loader):
    assert builds[loader].one(f"""
        select sum(acquisition_spend) from marts.kpi_customer_acquisition_cost
        where {TOTAL}
    """) == (Decimal("380.00"),)


@pytest.mark.parametrize("loader", ["fivetran", "dlt"])
def test_an_owner_who_is_no_user_is_unknown(builds, loader):
    assert builds[loader].one(f"""
        select sales_rep from intermediate.int_crm__deals where record_id = '{key(45)}'
    """) == ("(unknown)",)


# --- Traps that need raw tables of their own: text only, odd names, missing columns


@pytest.fixture(scope="module")
def odd(dbt):
    """Fivetran's tables with every column text, some of them absent or renamed."""
    day = "2025-01-05T09:00:00+01:00"
    became = {"converted_detail_account": "1", "converted_detail_deal": "shown"}
    stages = [
        ("Angebot angenommen", "Accepted", "Closed Won"),
        ("Closed", "Over", "Won"),
    ]
    deals = [
        {"id": "shown", "STAGE": "Angebot angenommen", "arr_c": "$341.09K"},
        {"id": "actual", "STAGE": "accepted", "arr_c": "1.234,50", "exchange_rate": ""},
        {"id": "unknown", "STAGE": "Won at last", "arr_c": "5"},
        {
            "id": "deleted",
            "STAGE": "Closed Won",
            "arr_c": "5",
            "_fivetran_deleted": "TRUE",
        },
        {"id": "old", "STAGE": "Closed Won", "arr_c": "7", "_fivetran_active": "false"},
        {"id": "old", "STAGE": "Closed Won", "arr_c": "8", "_fivetran_active": "true"},
        {"id": "no number", "STAGE": "Closed Won", "arr_c": "n/a"},
        {"id": None, "STAGE": "Closed Won", "arr_c": "9"},
    ]
    tables = {
        "account": [{"id": "1", "account_name": "Alpha"}],
        "lead": [{"ID": "1", "Created_Time": day, **became}],
        "stage": [
            {
                "id": shown,
                "display_value": shown,
                "actual_value": actual,
                "forecast_type": forecast,
                "_fivetran_deleted": "FALSE",
            }
            for shown, actual, forecast in stages
        ],
        "deal": [
            {
                "created_time": day,
                "closing_date": "15 Apr, 2025 23:03:00",
                "Firm Id": "1",
            }
            | row
            for row in deals
        ],
    }
    renamed = {"Amount": "arr_c", "Account_Name": "Firm Id"}
    build = build_of(
        dbt,
        tables,
        "+data_quality_issues",
        zoho_home_currency="EUR",
        crm_column_overrides={"zoho": {"deal": renamed}},
    )
    assert build.worked, build.console
    return build


def odd_deals(odd, columns):
    return {
        row[0]: row[1:]
        for row in odd.tuples(f"""
            select record_id, {columns} from intermediate.int_crm__deals
        """)
    }


def test_what_a_lead_became_is_read_by_its_older_name_too(odd):
    query = "select account_id, deal_id from staging.stg_zoho__leads"
    assert odd.one(query) == ("1", "shown")


def test_a_stage_is_shown_by_the_name_that_people_see(odd):
    labels = odd.tuples("""
        select stage, stage_label from intermediate.int_crm__stages
        where stage in ('angebot angenommen', 'accepted')
    """)
    shown = "Angebot angenommen"
    assert sorted(labels) == [("accepted", shown), ("angebot angenommen", shown)]


def test_a_stage_is_known_by_either_of_its_names(odd):
    states = odd_deals(odd, "deal_state")
    assert states["shown"] == states["actual"] == ("won",)


def test_a_stage_that_nobody_knows_is_open_and_listed(odd):
    assert odd_deals(odd, "deal_state")["unknown"] == ("open",)
    assert odd.tuples("""
        select raw_key from marts.data_quality_issues where reason = 'unknown_stage'
    """) == [("unknown",)]


def test_text_money_and_dates_of_exports_are_read(odd):
    deals = odd_deals(odd, "amount, closed_on, amount_source")
    day = date(2025, 4, 15)
    assert deals["shown"] == (Decimal("341090.00"), day, "reporting_currency")
    assert deals["actual"] == (Decimal("1234.50"), day, "reporting_currency")


def test_each_spelling_of_deletion_and_history_mode_is_understood(odd):
    assert odd.tuples("""
        select record_state, count(*) from intermediate.int_crm__deal_records
        where record_state is not null group by all order by all
    """) == [("deleted", 1), ("missing_id", 1), ("superseded", 1)]
    assert odd_deals(odd, "amount")["old"] == (Decimal("8.00"),)


def test_an_unreadable_amount_is_listed_and_stops_nothing(odd):
    assert odd_deals(odd, "amount")["no number"] == (None,)
    assert odd.tuples("""
        select raw_key from marts.data_quality_issues where reason = 'unreadable_value'
    """) == [("no number",)]


def test_a_column_of_your_own_stands_for_a_lookup(odd):
    assert odd_deals(odd, "customer_id")["shown"] == ("zoho:1",)


def test_columns_that_did_not_land_are_null(odd):
    assert odd.tuples("""
        select distinct owner_id, pipeline, currency_code, probability
        from staging.stg_zoho__deals
    """) == [(None, None, None, None)]


def test_lookups_are_read_that_landed_as_structs(dbt):
    # As in Parquet files of Airbyte, here of a version with the old load stamp.
    deal = {
        "id": "1",
        "Stage": "Closed Won",
        "Amount": "5",
        "Closing_Date": "2025-02-01",
        "Created_Time": "2025-01-05T09:00:00+01:00",
        "Account_Name": "{'id': '7', 'name': 'Alpha'}",
        "Pipeline": "{'id': '9', 'name': 'Standard'}",
        "Owner": None,
        "_airbyte_emitted_at": "2025-06-01 04:00:00+00",
    }
    lookup = "struct(id varchar, name varchar)"
    types = dict.fromkeys(("Account_Name", "Pipeline", "Owner"), lookup)
    tables = {"incremental_deals_zoho_crm_stream": ([deal], types)}
    build = build_of(
        *(dbt, tables, "stg_zoho__deals", "excluded_records"), zoho_loader="airbyte"
    )
    assert build.worked, build.console
    assert build.one("""
        select account_id, pipeline, owner_id, loaded_at from staging.stg_zoho__deals
    """) == ("7", "Standard", None, datetime(2025, 6, 1, 4))


def test_of_two_spellings_of_a_field_the_first_with_a_value_is_read(dbt):
    same = {
        "stage": "Closed Won",
        "amount": "5",
        "closing_date": "2025-02-01",
        "created_time": "2025-01-01",
    }
    deals = [
        {"id": "1", "account_name_id": "7", "account_id": "8"},
        {"id": "2", "account_id": "8"},
        {"id": "3"},
    ]
    tables = {"deal": [same | deal for deal in deals]}
    build = build_of(dbt, tables, "stg_zoho__deals", "excluded_records")
    assert build.worked, build.console
    assert build.tuples("""
        select record_id, account_id from staging.stg_zoho__deals order by 1
    """) == [("1", "7"), ("2", "8"), ("3", None)]


@pytest.mark.parametrize(
    ("columns", "net", "reasons"),
    [
        ({}, "119.00", ["no_net_amounts"]),
        ({"tax": None}, "119.00", []),
        ({"sub_total": "100"}, "100.00", []),
    ],
    ids=str,
)
def test_an_invoice_without_its_tax_is_net_or_named_as_a_gap(
    dbt, columns, net, reasons
):
    invoice = {
        "id": "1",
        "invoice_date": "2025-02-01",
        "status": "Delivered",
        "grand_total": "119",
        **columns,
    }
    stamp = {"id": "1", "created_time": "2025-01-05T09:00:00+01:00"}
    deal = {"stage": "Closed Won", "amount": "1", "closing_date": "2025-02-01"}
    tables = {"invoice": [invoice], "deal": [stamp | deal]}
    tables |= {"account": [stamp], "lead": [stamp]}
    models = ("+int_quality__input_gaps", "+int_revenue__billings")
    build = build_of(dbt, tables, *models, revenue_basis="billings")
    assert build.worked, build.console
    assert build.one("select amount from intermediate.int_revenue__billings") == (
        Decimal(net),
    )
    found = build.tuples("""
        select distinct reason from intermediate.int_quality__input_gaps
        where raw_table in ('invoice', 'net_invoice') order by 1
    """)
    assert [reason for (reason,) in found] == reasons


def test_invoices_of_which_none_has_a_day_are_listed_and_stop_nothing(dbt):
    # dlt lands no column before its first value.
    stamp = {"id": "1", "created_time": "2025-01-05T09:00:00+01:00"}
    deal = {"stage": "Closed Won", "amount": "1", "closing_date": "2025-02-01"}
    tables = {"invoices": [stamp | {"grand_total": "119"}], "deals": [stamp | deal]}
    tables |= {"accounts": [stamp], "leads": [stamp]}
    settings = {"zoho_loader": "dlt", "revenue_basis": "billings"}
    build = build_of(dbt, tables, "+data_quality_issues", **settings)
    assert build.worked, build.console
    assert build.tuples("""
        select raw_key, amount from marts.data_quality_issues
        where reason = 'billing_date_missing'
    """) == [("1", Decimal("119.00"))]


@pytest.mark.parametrize(
    ("columns", "untold"),
    [
        ({}, ["deleted_deal", "deleted_lead"]),
        ({"record_status_s": "Available"}, ["deleted_deal", "deleted_lead"]),
        # Whoever lands one record out of the recycle bin lands them all.
        ({"record_status_s": "Trash"}, []),
        ({"_fivetran_deleted": "false"}, []),
        ({"_fivetran_active": "true"}, []),
    ],
)
def test_deletions_that_no_loader_tells_are_a_gap(dbt, columns, untold):
    stamp = {"id": "1", "created_time": "2025-01-05T09:00:00+01:00"}
    deal = {"stage": "Closed Won", "amount": "1", "closing_date": "2025-02-01"}
    tables = {"deal": [stamp | deal | columns], "lead": [stamp | columns]}
    build = build_of(dbt, tables | {"account": [stamp]}, "+int_quality__input_gaps")
    assert build.worked, build.console
    found = build.tuples("""
        select distinct raw_table from intermediate.int_quality__input_gaps
        where reason = 'no_deletions' order by 1
    """)
    assert [table for (table,) in found] == untold


def test_values_that_dlt_landed_beside_the_column_are_read(dbt):
    # dlt takes a column's type from its first value; 1000.50 after 1000 goes beside it.
    same = {
        "stage": "Closed Won",
        "closing_date": "2025-02-01",
        "created_time": "2025-01-01",
    }
    deals = [
        {"id": "1", "amount": "1000", "exchange_rate": "2"},
        {"id": "2", "amount__v_double": "1000.5", "exchange_rate__v_double": "1.5"},
        {"id": "3", "amount__v_text": "n/a", "exchange_rate": "2"},
    ]
    types = {
        "amount": "bigint",
        "amount__v_double": "double",
        "exchange_rate": "bigint",
        "exchange_rate__v_double": "double",
    }
    tables = {"deals": ([same | deal for deal in deals], types)}
    build = build_of(
        *(dbt, tables, "stg_zoho__deals", "excluded_records"), zoho_loader="dlt"
    )
    assert build.worked, build.console
    assert build.tuples("""
        select record_id, amount, units_per_home_unit, unreadable_columns
        from staging.stg_zoho__deals order by all
    """) == [
        ("1", Decimal("1000.00"), Decimal("2.0000000000"), None),
        ("2", Decimal("1000.50"), Decimal("1.5000000000"), None),
        ("3", None, Decimal("2.0000000000"), "Amount,"),
    ]


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ("table", ["table deal", "schema zoho_crm", "zoho_schema", "zoho_enabled"]),
        ("column", ["Column closing_date", "zoho_crm", "deal", "crm_column_overrides"]),
    ],
)
def test_what_is_required_and_missing_is_named_in_one_sentence(dbt, without, words):
    deals = [{"id": "1", "stage": "Closed Won", "amount": "1", "created_time": AS_OF}]
    tables = {"deal" if without == "column" else "other": deals}
    build = build_of(dbt, tables, "stg_zoho__deals")
    assert not build.worked
    missing = [word for word in words if word not in " ".join(build.console.split())]
    assert missing == [], build.console
