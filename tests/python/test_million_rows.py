"""Many rows that share what others have of their own are counted one by one."""

from conftest import NO_TESTS

SECOND = "timestamp '2025-03-01 12:00:00'"
MILLION = {
    "salesforce": {
        # every tenth row is a second version of a lead, with the same stamps
        "lead": f"""
            select
                'L' || (i % 900000) as id, {SECOND} as created_date,
                {SECOND} as system_modstamp, {SECOND} as _fivetran_synced,
                'New' as status, 'person' || (i % 900000) || '@mail.example' as email,
                'Web' || (i % 7) as lead_source
            from range(1000000) as numbers(i)
        """,
        "opportunity": f"""
            select
                'D' || i as id, 'A1' as account_id, 'New Business' as type,
                10 as amount, 'Closed Won' as stage_name,
                true as is_closed, true as is_won,
                date '2025-03-01' as close_date, {SECOND} as created_date,
                {SECOND} as _fivetran_synced
            from range(100000) as numbers(i)
        """,
        "account": f"select 'A1' as id, 'Alpha' as name, {SECOND} as created_date",
    },
    "finance": {},
}
# One account has all deals, and one address stands on all contacts and half the leads;
# the other half know nothing but the account.
SHARED = {
    "salesforce": {
        "lead": f"""
            select
                'L' || i as id, 'New' as status,
                {SECOND} + to_days(cast(i % 30 as integer)) as created_date,
                case
                    when i < 100000 then 'info@mail.example'
                    else 'person' || i || '@mail.example'
                end as email,
                case when i >= 100000 then 'A1' end as converted_account_id
            from range(200000) as numbers(i)
        """,
        "contact": f"""
            select
                'C' || i as id, 'A1' as account_id, 'info@mail.example' as email,
                {SECOND} as created_date
            from range(100000) as numbers(i)
        """,
        "opportunity": f"""
            select
                'D' || i as id, 'A1' as account_id, 'C' || i as contact_id,
                'New Business' as type, 10 as amount, 'Closed Won' as stage_name,
                true as is_closed, true as is_won,
                date '2025-03-01' + cast(i % 30 as integer) as close_date,
                {SECOND} as created_date
            from range(100000) as numbers(i)
        """,
        "account": f"select 'A1' as id, 'Alpha' as name, {SECOND} as created_date",
    },
    "finance": {},
}


def test_a_million_rows_in_one_second_are_counted_one_by_one(dbt):
    build = dbt.build(
        MILLION,
        {"as_of_date": "2025-03-31"},
        command=(
            *("build", "--select", "+kpi_conversion_rate", "+kpi_revenue_growth"),
            "+data_quality_summary",
            *NO_TESTS,
        ),
    )
    assert build.worked, build.console
    counts = {
        (row["raw_table"], row["reason"]): row["row_count"]
        for row in build.rows("data_quality_summary")
    }
    assert counts["lead", "landed"] == 1_000_000
    assert counts["lead", "used"] == 900_000
    assert counts["lead", "duplicate"] == 100_000
    month = "where kpi_key = 'month|2025-03-01|total|(all)'"
    (row,) = build.query(f"select lead_count from marts.kpi_conversion_rate {month}")
    assert row["lead_count"] == 900_000
    (row,) = build.query(f"select revenue from marts.kpi_revenue_growth {month}")
    assert row["revenue"] == 1_000_000


def test_what_all_records_share_is_no_product_of_them(dbt):
    build = dbt.build(
        SHARED,
        {"as_of_date": "2025-03-31"},
        command=("build", "--select", "+kpi_conversion_rate", *NO_TESTS),
    )
    assert build.worked, build.console
    month = "where kpi_key = 'month|2025-03-01|total|(all)'"
    (row,) = build.query(
        f"select lead_count, won_deal_count from marts.kpi_conversion_rate {month}"
    )
    assert row == {"lead_count": 100_001, "won_deal_count": 100_000}
    # Each lead of the account takes the win of the very day it came on.
    (row,) = build.query(
        "select count(*) as leads from intermediate.int_funnel__leads "
        "where is_customer and cycle_days = 0"
    )
    assert row["leads"] == 100_001
