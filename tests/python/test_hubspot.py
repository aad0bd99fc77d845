"""HubSpot from the raw tables of three loaders to the KPI marts.

One tiny business (`hubspot_layouts.py`) is landed as Fivetran, Airbyte and dlt land it
and built; what staging and the marts say has to be the same, and right. The traps are
those of HubSpot's raw data: each has a test of its own.
"""

import json
from datetime import date, datetime
from decimal import Decimal

import duckdb
import hubspot_layouts
import pytest
from builds import KPI_MARTS, query
from oracle.files import shared_data


def build_of(dbt, tables, *options, **settings):
    """`dbt build` without unit tests, with HubSpot as the only CRM."""
    return dbt.build(
        {"hubspot": hubspot_layouts.typed(tables)},
        {"salesforce_enabled": False, "hubspot_enabled": True, **settings},
        command=("build", "--exclude-resource-type", "unit_test", *options),
    )


def staged(build, objects, columns, used=True):
    """Staging rows of one kind of object, by their first column."""
    rows = build.query(
        f"select {columns} from staging.stg_hubspot__{objects} "
        + ("where set_aside_reason is null " if used else "")
        + "order by all"
    )
    return {next(iter(row.values())): row for row in rows}


def lead_records(build):
    """What counts as a lead in the run, or was merged, by its id."""
    rows = build.query(
        "select record_id, created_at, is_lead, record_state "
        "from intermediate.int_crm__lead_records "
        "where record_state is null or record_state = 'merged'"
    )
    return {row["record_id"]: row for row in rows}


def kpi(build, name, key, columns):
    """Some columns of one row of a KPI mart."""
    (row,) = build.query(
        f"select {columns} from marts.kpi_{name} where kpi_key = '{key}'"
    )
    return row


@pytest.fixture(scope="session")
def builds(dbt):
    """The tiny business as each loader lands it, built."""
    found = {}
    for loader, layout in hubspot_layouts.LAYOUTS.items():
        found[loader] = build_of(
            dbt, layout(), hubspot_loader=loader, as_of_date="2025-06-30"
        )
        assert found[loader].worked, found[loader].console
    return found


@pytest.fixture(params=hubspot_layouts.LAYOUTS)
def loader(request):
    """Each of the loaders."""
    return request.param


@pytest.fixture
def built(builds, loader):
    """What was built of the business as the loader lands it."""
    return builds[loader]


# --- Three loaders, one answer

CANONICAL = {
    "leads": "record_id, merged_into_id, owner_id, account_id, contact_id, email_key, "
    "email_domain_key, company_key, lead_status, lifecycle_stage, lead_source, "
    "is_lead, created_at, lead_since_at, lead_at, past_lead_at, mql_at, sql_at, "
    "opportunity_at",
    "lead_statuses": "lead_record_id, field, lead_status, entered_at",
    "accounts": "record_id, merged_into_id, web_domain_key, country, employee_count, "
    "owner_id, created_at",
    "contacts": "record_id, merged_into_id, account_id, email_key, created_at",
    "deals": "record_id, merged_into_id, account_id, owner_id, deal_type, pipeline, "
    "stage, currency_code, amount, home_amount, is_closed, is_won, probability, "
    "close_on, created_at",
    "deal_contacts": "deal_record_id, contact_id",
    "stages": "pipeline, stage, stage_label, is_won, is_lost, sort_order",
    "stage_visits": "deal_record_id, stage, entered_at",
    "contracts": "record_id, deal_id, monthly_amount, home_monthly_amount, "
    "currency_code, term_months, starts_on, ends_on",
    "users": "record_id, sales_rep",
}
# dlt lands no line items, Airbyte and dlt land no campaigns with their spend.
MISSING = {
    "airbyte": {"kpi_customer_acquisition_cost"},
    "dlt": {"contracts", "kpi_churn_rate", "kpi_customer_acquisition_cost"},
}


def test_all_loaders_give_the_same_staging_rows(built, builds, loader):
    for objects, columns in CANONICAL.items():
        if objects not in MISSING.get(loader, ()):
            sql = (
                f"select {columns} from staging.stg_hubspot__{objects} "
                "where set_aside_reason is null order by all"
            )
            expected = builds["fivetran"].query(sql)
            assert expected
            assert built.query(sql) == expected, objects


def test_all_loaders_give_the_same_kpis(built, builds, loader):
    for mart in KPI_MARTS:
        if mart not in MISSING.get(loader, ()):
            sql = f"select * exclude (data_as_of) from marts.{mart} order by kpi_key"
            expected = builds["fivetran"].query(sql)
            assert expected
            assert built.query(sql) == expected, mart


# --- Leads


def test_who_is_a_lead(built):
    leads = lead_records(built)
    del leads["5"]  # merged into 6
    assert {key for key, row in leads.items() if row["is_lead"]} == {
        *("1", "2", "4", "6", "8", "9", "10", "13")
    }
    assert {key for key, row in leads.items() if not row["is_lead"]} == {"3", "12"}


def test_a_lead_is_created_when_it_entered_lead(built):
    leads = lead_records(built)
    assert leads["1"]["created_at"] == datetime(2025, 1, 10, 9)
    assert leads["2"]["created_at"] == datetime(2025, 1, 3, 9)  # old name of the date
    assert leads["4"]["created_at"] == datetime(2025, 1, 7, 9)  # history only
    assert leads["8"]["created_at"] == datetime(2025, 2, 3, 9)  # no date: createdate


def test_stages_are_dated_by_new_and_old_names_and_by_history(built):
    leads = staged(built, "leads", "record_id, mql_at, sql_at, opportunity_at")
    assert leads["1"]["opportunity_at"] == datetime(2025, 1, 20, 9)
    assert leads["2"]["mql_at"] == datetime(2025, 2, 3, 9)
    assert leads["4"]["sql_at"] == datetime(2025, 1, 9, 9)


def test_what_cannot_be_read_of_a_contact_is_listed_by_column(built):
    # A range of employees is what HubSpot itself offers.
    leads = staged(built, "leads", "record_id, employee_count")
    assert leads["1"]["employee_count"] is leads["2"]["employee_count"] is None
    listed = built.query(
        "select raw_key, detail from marts.data_quality_issues"
        " where raw_table = 'contact' and reason = 'unreadable_value'"
    )
    assert listed == [
        {"raw_key": "3", "detail": "numemployees,hs_lifecyclestage_lead_date"}
    ]


def test_a_merged_contact_is_one_lead_with_the_older_creation(built):
    leads = staged(built, "leads", "record_id, merged_into_id", used=False)
    assert leads["5"]["merged_into_id"] == "6"
    # The survivor never was a lead; it is one because the merged one was.
    assert lead_records(built)["6"]["created_at"] == datetime(2024, 12, 2, 9)


def test_who_is_a_lead_and_since_when_is_told_as_of_the_day(dbt):
    lead, qualified = (
        f"property_hs_v_2_date_entered_{stage}"
        for stage in ("lead", "marketingqualifiedlead")
    )
    stage, created = "property_lifecyclestage", "property_createdate"
    tables = {
        "contact": [
            # A reader until July, as the date says of one and the history of the other.
            {
                "id": "1",
                created: "2024-03-01T09:00:00Z",
                stage: "marketingqualifiedlead",
                qualified: "2025-07-05T09:00:00Z",
            },
            {"id": "2", created: "2024-03-01T09:00:00Z", stage: "lead"},
            # Qualified in March, set back to lead in July.
            {
                "id": "3",
                created: "2025-01-10T09:00:00Z",
                stage: "lead",
                qualified: "2025-03-05T09:00:00Z",
                lead: "2025-07-10T09:00:00Z",
            },
            # A lead in February and again in July.
            {
                "id": "4",
                created: "2025-01-11T09:00:00Z",
                stage: "lead",
                lead: "2025-07-10T09:00:00Z",
            },
            # Nobody knows since when.
            {"id": "5", created: "2025-01-12T09:00:00Z", stage: "lead"},
            # A lead of January that was merged into one of July.
            {
                "id": "6",
                created: "2024-01-01T09:00:00Z",
                stage: "lead",
                lead: "2025-07-10T09:00:00Z",
                "property_hs_merged_object_ids": "7",
            },
            {
                "id": "7",
                created: "2025-01-14T09:00:00Z",
                stage: "lead",
                lead: "2025-01-15T09:00:00Z",
                "is_deleted": "true",
            },
        ],
        "contact_property_history": [
            {
                "contact_id": contact,
                "name": "lifecyclestage",
                "value": "lead",
                "timestamp": f"2025-{day}T09:00:00Z",
            }
            for contact, day in [("2", "07-02"), ("4", "02-01"), ("4", "07-10")]
        ],
        "company": [{"id": "1", "property_name": "Alpha"}],
        "deal": [
            {
                "deal_id": "1",
                "deal_pipeline_stage_id": "won",
                **dict.fromkeys(
                    ("property_amount", "property_closedate", "property_createdate")
                ),
            }
        ],
    }
    build = build_of(
        dbt,
        tables,
        *("--select", "+int_crm__lead_records", "--exclude", "resource_type:test"),
        as_of_date="2025-06-30",
    )
    assert build.worked, build.console
    leads = lead_records(build).values()
    assert {row["record_id"]: row["created_at"] for row in leads if row["is_lead"]} == {
        "3": datetime(2025, 1, 10, 9),
        "4": datetime(2025, 2, 1, 9),
        "5": datetime(2025, 1, 12, 9),
        "6": datetime(2025, 1, 15, 9),
        "7": datetime(2025, 1, 15, 9),
    }


def test_journeys(built):
    (row,) = built.query(
        "select sum(lead_count) as leads, sum(mql_count) as mql, "
        "sum(sql_count) as sql, sum(opportunity_count) as opportunity, "
        "sum(disqualified_lead_count) as disqualified "
        "from marts.kpi_conversion_rate "
        "where dimension = 'total' and period_grain = 'month'"
    )
    # Contact 2 has an open and a won deal, 9, 10 and 13 only their lifecycle stage.
    assert row == {
        **{"leads": 8, "mql": 6, "sql": 6, "opportunity": 4, "disqualified": 1}
    }


def test_a_deal_converts_the_contacts_that_are_linked_to_it(built):
    converted = built.query(
        "select lead_id, won_deal_id, won_on from intermediate.int_funnel__leads "
        "where won_deal_id is not null order by lead_id"
    )
    assert converted == [
        {
            "lead_id": "hubspot:1",
            "won_deal_id": "hubspot:100",
            "won_on": date(2025, 4, 1),
        },
        {
            "lead_id": "hubspot:2",
            # Linked to a deal that was merged away.
            "won_deal_id": "hubspot:106",
            "won_on": date(2025, 6, 10),
        },
    ]


# --- Deals


def test_the_stage_decides_and_not_the_flags(built):
    deals = staged(built, "deals", "record_id, is_closed, is_won")
    states = {key: (row["is_closed"], row["is_won"]) for key, row in deals.items()}
    assert states["100"] == (True, True)
    assert states["101"] == (False, False)  # both flags say TRUE
    assert states["102"] == (True, False)
    assert states["103"] == (True, True)  # `review` is open in the other pipeline
    assert states["111"] == (True, True)  # no definition: the flags


def test_closed_means_won_only_with_probability_1(built):
    stages = staged(built, "stages", "record_id, is_won, is_lost")
    states = {key: (row["is_won"], row["is_lost"]) for key, row in stages.items()}
    assert states == {
        "default:review": (False, False),
        "default:parked": (False, False),  # open with probability 0
        "default:closedwon": (True, False),
        "default:closedlost": (False, True),
        "777:review": (True, False),
    }


def test_an_open_deal_weighs_what_its_probability_says(built):
    assert built.one(
        "select amount, weighted_amount from marts.open_pipeline "
        "where dimension = 'stage' and dimension_value = 'Review'"
    ) == (Decimal("3000.00"), Decimal("1200.00"))


def test_the_close_is_a_business_day(built):
    deals = staged(built, "deals", "record_id, close_on")
    assert deals["100"]["close_on"] == date(2025, 4, 1)
    row = kpi(built, "revenue_growth", "month|2025-03-01|total|(all)", "revenue")
    assert row["revenue"] == 0


def test_merging_deals_makes_one_that_began_with_the_oldest(built):
    columns = "record_id, merged_into_id, created_at, set_aside_reason"
    deals = staged(built, "deals", columns, used=False)
    assert deals["104"]["merged_into_id"] == deals["105"]["merged_into_id"] == "106"
    assert deals["104"]["set_aside_reason"] == "merged"
    assert deals["106"]["created_at"] == datetime(2025, 1, 15, 10)
    row = kpi(built, "revenue_growth", "month|2025-06-01|total|(all)", "revenue")
    assert row["revenue"] == Decimal("4000.00")


def test_a_deal_has_exactly_one_company(built):
    deals = staged(built, "deals", "record_id, account_id")
    # The primary one, though another has a lower id, and the survivor of its merge.
    assert deals["100"]["account_id"] == "10"
    # The links of a merged deal follow to the one that is left.
    assert deals["106"]["account_id"] == "20"
    assert deals["102"]["account_id"] is None


def test_several_types_of_one_association_do_not_multiply(built):
    pairs = built.query(
        "select deal_record_id, contact_id, count(*) as n "
        "from staging.stg_hubspot__deal_contacts where set_aside_reason is null "
        "group by all order by all"
    )
    assert [tuple(row.values()) for row in pairs] == [
        *(("100", "1", 1), ("101", "2", 1), ("106", "2", 1))
    ]


def test_money_in_another_currency(built):
    deals = staged(built, "deals", "record_id, home_amount, currency_code")
    assert deals["107"]["home_amount"] == Decimal("900.00")
    assert deals["107"]["currency_code"] == "USD"
    assert deals["108"]["home_amount"] == Decimal("425.01")  # 425.0085
    row = kpi(
        built,
        "revenue_growth",
        "month|2025-05-01|total|(all)",
        "revenue, orders_without_amount_count as without_amount",
    )
    assert row == {"revenue": Decimal("3885.01"), "without_amount": 1}


def test_a_deleted_win_does_not_count(built):
    deals = staged(built, "deals", "record_id, set_aside_reason", used=False)
    assert deals["109"]["set_aside_reason"] == "deleted"
    assert (
        built.query("select 1 from intermediate.int_crm__deals where deal_id like '%9'")
        == []
    )


def test_a_lost_deal_that_was_won_for_a_day_closed_when_it_was_lost(built):
    entries = built.query(
        "select stage, stage_state from intermediate.int_crm__stage_entries "
        "where deal_record_id = '102' order by entered_at"
    )
    assert [row["stage_state"] for row in entries] == ["open", "won", "lost"]


# --- Contracts, owners, campaigns


def test_recurring_line_items_are_contracts(built, loader):
    if loader == "dlt":
        # It lands no line items, and their absence stops nothing.
        assert staged(built, "contracts", "record_id", used=False) == {}
        return
    columns = "record_id, monthly_amount, deal_id, set_aside_reason"
    items = staged(built, "contracts", columns, used=False)
    assert items["900"]["monthly_amount"] == Decimal("500.00")
    assert items["901"]["monthly_amount"] == Decimal("90.00")  # 1,200 less 10 % a year
    assert items["901"]["deal_id"] == "106"
    assert items["902"]["set_aside_reason"] == "not_recurring"
    assert items["904"]["set_aside_reason"] == "without_deal"
    contracts = built.query(
        "select contract_id, starts_on, ends_on, monthly_amount "
        "from intermediate.int_customers__contracts order by contract_id"
    )
    assert [tuple(row.values()) for row in contracts] == [
        ("900", date(2025, 4, 1), date(2026, 4, 1), Decimal("500.00")),
        # From the day of the win until further notice; 903 is on a lost deal.
        ("901", date(2025, 6, 10), date(2200, 1, 1), Decimal("90.00")),
        # 10.01 dollars at the deal's 0.85, and francs that nobody can convert.
        ("905", date(2025, 6, 1), date(2200, 1, 1), Decimal("8.51")),
        ("906", date(2025, 6, 1), date(2200, 1, 1), None),
    ]


def test_owners_who_left_keep_what_they_sold(built):
    assert set(staged(built, "users", "record_id")) == {"71", "72"}


def test_campaign_spend_where_it_landed(built, loader):
    row = kpi(
        built,
        "customer_acquisition_cost",
        "month|2025-04-01|total|(all)",
        "acquisition_spend",
    )
    landed = loader == "fivetran"
    assert row["acquisition_spend"] == (Decimal("3000.00") if landed else None)


# --- Versions, deletions, accounting


def test_older_versions_and_copies_are_set_aside(built, loader):
    reasons = {
        (row["raw_table"], row["reason"]): row["row_count"]
        for row in built.query("select * from marts.data_quality_summary")
        if row["row_kind"] == "set_aside"
    }
    if loader == "fivetran":
        assert reasons["deal", "superseded"] == 1  # history mode
        assert reasons["contact", "superseded"] == 1
        assert reasons["deal_company", "duplicate"] == 5  # types of association
    elif loader == "airbyte":
        assert reasons["deal", "duplicate"] == 1  # append mode
        # What an older version of the deal was linked to does not count: a link that
        # is there still, and one that is not.
        assert reasons["deal_contact", "superseded"] == 1
        assert reasons["deal_contact", "deleted"] == 1
        assert reasons["archived_deal", "deleted"] == 1
    else:
        assert reasons["deal_property_history", "duplicate"] == len(
            hubspot_layouts.VISITS
        )
    assert reasons["contact", "merged"] == 1
    # Airbyte sees no deleted contact.
    assert reasons.get(("contact", "deleted"), 0) == (loader != "airbyte")


def test_no_name_or_address_leaves_staging(built):
    tables = built.query(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema in ('staging', 'intermediate', 'marts')"
    )
    for table in tables:
        name = f'{table["table_schema"]}."{table["table_name"]}"'
        text = str(built.query(f"select * from {name}")).lower()
        assert "anna@" not in text, name
        assert "alpha.example" not in text, name


# --- Input that is not as expected


def test_missing_required_input_is_one_sentence(dbt):
    tables = hubspot_layouts.fivetran()
    del tables["company"]
    tables["deal"] = [
        {key: value for key, value in row.items() if key != "deal_pipeline_stage_id"}
        for row in tables["deal"]
    ]
    build = build_of(
        dbt,
        tables,
        *("--select", "stg_hubspot__merges", "stg_hubspot__merged_records"),
        *("stg_hubspot__stages", "stg_hubspot__deals"),
    )
    assert not build.worked
    said = " ".join(build.console.split())
    assert (
        "Raw table company is missing in schema hubspot: load it, or set the var "
        "hubspot_schema to the schema that holds it, or switch hubspot off with the "
        "var hubspot_enabled: false." in said
    )


def test_absent_columns_are_nulls_and_own_columns_have_a_var(dbt):
    tables = {
        "contact": [
            {"id": "1", "property_createdate": "2025-01-01"},
            {"id": None, "property_createdate": "2025-01-01"},
        ],
        "company": [{"id": "1.0", "property_numberofemployees": "many"}],
        "deal": [
            {
                "deal_id": "1",
                "deal_pipeline_stage_id": "won",
                "property_arr": "1.234,50 €",
                "property_createdate": "1735722000000",
                "property_closedate": "soon",
                "property_hs_is_closed_won": "perhaps",
            }
        ],
    }
    build = build_of(
        dbt,
        tables,
        *("--select", "staging.hubspot", "excluded_records", "value_mapping"),
        *("--exclude", "resource_type:test"),
        crm_column_overrides={"hubspot": {"deal": {"amount": "property_arr"}}},
    )
    assert build.worked, build.console
    (deal,) = build.query("select * from staging.stg_hubspot__deals")
    assert deal["amount"] == Decimal("1234.50")
    assert deal["created_at"] == datetime(2025, 1, 1, 9)
    assert deal["close_on"] is None
    assert deal["unreadable_columns"] == "closedate,hs_is_closed_won,"
    assert deal["is_won"] is None
    assert deal["loaded_at"] is None
    (company,) = build.query("select * from staging.stg_hubspot__accounts")
    assert company["record_id"] == "1"
    assert company["employee_count"] is None
    assert company["unreadable_columns"] == "numberofemployees,"
    leads = build.query("select * from staging.stg_hubspot__leads order by record_id")
    assert [lead["set_aside_reason"] for lead in leads] == [None, "missing_id"]
    assert leads[0]["is_lead"] is False
    for empty in ("contracts", "users", "stages", "stage_visits", "campaigns"):
        assert build.query(f"select * from staging.stg_hubspot__{empty}") == []


@pytest.mark.parametrize(
    ("own", "home_amount"),
    [
        ({}, "33120.00"),
        # HubSpot converts the standard amount, three years; a year is converted here.
        ({"amount": "property_hs_arr"}, "11040.00"),
        (
            {
                "amount": "property_hs_arr",
                "amount_in_home_currency": "property_home_arr",
            },
            "11000.00",
        ),
    ],
    ids=["none", "amount", "both"],
)
def test_an_amount_of_ones_own_is_converted_by_the_rate_of_the_deal(
    dbt, own, home_amount
):
    tables = hubspot_layouts.fivetran()
    tables["deal"] = [
        tables["deal"][0]
        | {
            "property_amount": "36000",
            "property_amount_in_home_currency": "33120",
            "property_hs_arr": "12000",
            "property_home_arr": "11000",
            "property_deal_currency_code": "USD",
            "property_hs_exchange_rate": "0.92",
        }
    ]
    build = build_of(
        dbt,
        tables,
        *("--select", "+stg_hubspot__deals", "--exclude", "resource_type:test"),
        crm_column_overrides={"hubspot": {"deal": own}},
    )
    assert build.worked, build.console
    deals = staged(build, "deals", "record_id, home_amount")
    assert deals["100"]["home_amount"] == Decimal(home_amount)


def summarised(dbt, tables, loader):
    """The tables of a loader, built as far as the summary of their quality."""
    build = build_of(
        dbt,
        tables,
        *("--select", "+data_quality_summary", "--exclude-resource-type", "test"),
        hubspot_loader=loader,
        as_of_date="2025-06-30",
    )
    assert build.worked, build.console
    return build


def untold(build, reason):
    """What the gaps of a reason are about."""
    gaps = build.query(
        "select raw_table from marts.data_quality_summary"
        f" where row_kind = 'gap' and reason = '{reason}'"
    )
    return {gap["raw_table"] for gap in gaps}


def named_gaps(build):
    """(reason, KPI) of the gaps."""
    gaps = build.query(
        "select reason, kpi from marts.data_quality_summary where row_kind = 'gap'"
    )
    return {(gap["reason"], gap["kpi"]) for gap in gaps}


def test_what_dlt_lands_only_if_it_is_told_to_is_named(dbt):
    tables = {
        table: [
            {
                key: row[key]
                for key in row
                if not key.startswith("hs_") and key != "is_deleted"
            }
            for row in rows
        ]
        for table, rows in hubspot_layouts.dlt().items()
    }
    tables["companies"].append({"id": "9", "createdate": "2024-01-01T09:00:00Z"})
    tables["companies__deals"].append({"value": "9", "deals_id": "103"})
    build = summarised(dbt, tables, "dlt")
    # The partner, whose id is lower; two deals that were merged, and what is left.
    deals = staged(build, "deals", "record_id, account_id")
    assert deals["100"]["account_id"] == "1"
    assert deals["103"]["account_id"] == "9"  # and not 10
    assert {"104", "105", "106"} < set(deals)
    named = named_gaps(build)
    assert build.query("select * from staging.stg_hubspot__landed_properties") == []
    assert ("no_primary_companies", "churn_rate") in named
    assert ("no_primary_companies", "sales_cycle_length") in named
    assert ("no_lead_statuses", "conversion_rate") in named
    # Where there is no Salesforce, no deal can be one of it.
    assert "no_synced_deals" not in {reason for reason, _ in named}
    assert ("no_merges", "revenue_growth") in named
    merged = {"merged_deal", "merged_contact", "merged_company"}
    assert untold(build, "no_merges") == merged
    assert ("no_lead_sources", "conversion_rate") in named
    # By soft_delete.
    assert ("no_deletions", "revenue_growth") in named


def test_the_company_that_a_deal_names_itself_is_no_gap_but_a_deleted_deal_is(dbt):
    tables = hubspot_layouts.airbyte()
    del tables["deals_archived"]
    for row in tables["deals"]:
        row.pop("companies:varchar[]", None)
    for row in tables["contacts"]:
        row.pop("properties_hs_merged_object_ids", None)
    build = summarised(dbt, tables, "airbyte")
    deals = staged(build, "deals", "record_id, account_id")
    assert deals["100"]["account_id"] == "10"
    named = named_gaps(build)
    assert "no_companies_of_deals" not in {reason for reason, _ in named}
    # A flag stands on each deal, and says no: the deleted ones are in another stream.
    assert ("no_deletions", "revenue_growth") in named
    # Deals and companies list whom they took over.
    assert untold(build, "no_merges") == {"merged_contact"}


def test_the_flag_of_contacts_tells_no_deletions_through_airbyte(builds):
    gaps = {loader: untold(build, "no_deletions") for loader, build in builds.items()}
    assert gaps == {"fivetran": set(), "airbyte": {"deleted_contact"}, "dlt": set()}


def test_a_term_or_a_product_that_no_contract_has_is_named_and_stops_nothing(dbt):
    # Typing errors too large for any date or amount; the rest of the item counts.
    item = {
        "property_price": "100",
        "property_quantity": "5",
        "property_hs_recurring_billing_period": "P1Y6M",
        "property_hs_recurring_billing_start_date": "2025-04-01",
        "property_recurringbillingfrequency": "monthly",
    }
    items = {
        "sane": {},
        "months": {"property_hs_recurring_billing_period": "P99999999999M"},
        "days": {"property_hs_recurring_billing_period": "P99999999999D"},
        "payments": {
            "property_hs_recurring_billing_period": None,
            "property_hs_recurring_billing_number_of_payments": "9999999999",
        },
        "quantity": {"property_price": "9999999999", "property_quantity": "999999"},
        "large": {
            "property_price": "5000000",
            "property_quantity": "1000",
            "property_hs_discount_percentage": "-50",
        },
        "discount": {"property_hs_discount_percentage": "a tenth"},
    }
    tables = hubspot_layouts.fivetran()
    tables["line_item"] = [{"id": key} | item | own for key, own in items.items()]
    tables["line_item_deal"] = [
        {"line_item_id": key, "deal_id": "100"} for key in items
    ]
    build = build_of(
        dbt,
        tables,
        *("--select", "+stg_hubspot__contracts", "--exclude", "resource_type:test"),
    )
    assert build.worked, build.console
    contracts = build.query(
        "select record_id, monthly_amount, ends_on, unreadable_columns"
        " from staging.stg_hubspot__contracts where set_aside_reason is null"
    )
    end = date(2026, 10, 1)
    assert {key: found for key, *found in map(dict.values, contracts)} == {
        "sane": [Decimal("500.00"), end, None],
        "months": [Decimal("500.00"), None, "hs_recurring_billing_period,"],
        "days": [Decimal("500.00"), None, "hs_recurring_billing_period,"],
        "payments": [
            *(Decimal("500.00"), None, "hs_recurring_billing_number_of_payments,")
        ],
        "quantity": [None, end, "price,quantity,"],
        "large": [Decimal("7500000000.00"), end, None],
        "discount": [Decimal("500.00"), end, "hs_discount_percentage,"],
    }


def test_a_date_without_time_of_day_is_that_business_day_in_every_time_zone(dbt):
    tables = hubspot_layouts.fivetran()
    for row in tables["deal"]:
        row["property_contract_signed_on:date"] = "2025-04-01"
    build = build_of(
        dbt,
        tables,
        *("--select", "staging.hubspot", "excluded_records", "value_mapping"),
        *("--exclude", "resource_type:test"),
        business_timezone="America/New_York",
        crm_column_overrides={
            "hubspot": {"deal": {"closedate": "property_contract_signed_on"}}
        },
    )
    assert build.worked, build.console
    days = build.query("select distinct close_on from staging.stg_hubspot__deals")
    assert days == [{"close_on": date(2025, 4, 1)}]


# --- Real rows


def raw_rows(folder):
    """The CSV files of a folder as raw tables of text, {table: rows}."""
    tables = {}
    for file in sorted(folder.glob("*_data.csv")):
        with duckdb.connect() as connection:
            tables[file.stem.removesuffix("_data")] = query(
                connection,
                f"from read_csv('{file}', all_varchar = true, header = true)",
            )
    return tables


def test_real_rows_in_fivetrans_layout_load_and_are_accounted_for(dbt):
    folder = shared_data("hubspot_fivetran_layout")
    if folder is None:
        pytest.skip("the folder with real HubSpot rows is not there")
    tables = raw_rows(folder)
    # All data tests run too, the one that counts the raw rows among them.
    build = build_of(dbt, tables)
    assert build.worked, build.console
    landed = {
        row["raw_table"]: row["row_count"]
        for row in build.query(
            "select * from marts.data_quality_summary where row_kind = 'landed'"
        )
    }
    unread = {"company_property_history", "deal_property_history"}
    assert landed == {
        table: len(rows) for table, rows in tables.items() if table not in unread
    }
    contacts = staged(build, "contacts", "record_id, merged_into_id", used=False)
    # 78971951 lists three contacts in one text; two of them are still in the table.
    merged = {key for key, row in contacts.items() if row["merged_into_id"]}
    assert {"76340251", "46897301"} <= merged
    (won,) = build.query(
        "select count(*) as n from staging.stg_hubspot__deals where is_won"
    )
    assert won["n"] == 0


def test_recorded_api_answers_load_as_airbyte_lands_them(dbt):
    folder = shared_data("api_shapes/hubspot")
    if folder is None:
        pytest.skip("the folder with recorded API answers is not there")

    def landed(file):
        return [
            {
                "id": record["id"],
                "archived": str(record["archived"]).lower(),
                **{f"properties_{k}": v for k, v in record["properties"].items()},
            }
            for record in json.loads((folder / file).read_text())["results"]
        ]

    pipelines = json.loads(
        (folder / "metadata-deals-external-pipelines.json").read_text()
    )["results"]
    tables = {
        "contacts": landed("mock_contacts_with_history.json"),
        "companies": landed("mock_companies_data.json"),
        "deals": landed("mock_deals_data.json"),
        "deal_pipelines": [
            {"id": pipeline["id"], "stages:json": json.dumps(pipeline["stages"])}
            for pipeline in pipelines
        ],
    }
    build = build_of(
        dbt,
        tables,
        *("--select", "staging.hubspot", "excluded_records", "value_mapping"),
        *("--exclude", "resource_type:test"),
        hubspot_loader="airbyte",
    )
    assert build.worked, build.console
    deals = staged(build, "deals", "record_id, amount, is_won, is_closed, created_at")
    assert deals["6744192456"]["amount"] == Decimal("500.00")
    assert deals["6744192456"]["is_closed"] is False  # by its stage, qualifiedtobuy
    assert deals["6744192456"]["created_at"] == datetime(2023, 2, 24, 3, 1, 1, 147000)
    stages = staged(build, "stages", "record_id, is_won, is_lost")
    assert stages["default:closedwon"]["is_won"] is True
    assert stages["default:closedlost"]["is_lost"] is True
    assert sum(row["is_won"] or row["is_lost"] for row in stages.values()) == 2
    contacts = staged(build, "leads", "record_id, is_lead, created_at")
    assert len(contacts) == len(tables["contacts"])
