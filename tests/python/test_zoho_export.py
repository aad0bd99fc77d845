"""Zoho CRM's own CSV export is an input: real files, loaded by tools/zoho_export.sql.

Each figure of the marts is compared with one computed in plain Python from the files.
"""

import csv
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from statistics import median

import duckdb
import oracle
import pytest
from builds import ROOT
from oracle import money as rounding
from oracle import zoho_export
from oracle.seeds import mapping_row

AS_OF = date.fromisoformat(zoho_export.SETTINGS["as_of_date"])
RECIPE = ROOT / "tools" / "zoho_export.sql"
TOTAL = "where period_grain = 'fiscal_year' and dimension = 'total'"


EXPORT = zoho_export.FOLDER
pytestmark = pytest.mark.skipif(EXPORT is None, reason="Zoho's export is not there")


def exported(name):
    with (EXPORT / name).open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def moment(text):
    return datetime.strptime(text, "%d %b, %Y %H:%M:%S")


def money(text):
    scale = {"K": 1000, "M": 1000000}.get(text[-1], 1)
    return Decimal(text.strip("$KM").replace(",", "")) * scale


@pytest.fixture(scope="module")
def plain():
    """What the files say: leads by id, potentials with their values read."""
    return {
        "leads": {row["LEADID"]: row for row in exported("Leads.csv")},
        "deals": [
            {
                "lead": row["LEADID"],
                "type": row["Type"],
                "state": row["Forecast Type"],
                "amount": money(row["Amount"]),
                "created": moment(row["Created Time"]).date(),
                "closed": moment(row["Closing Date"]).date(),
            }
            for row in exported("Potentials.csv")
        ],
    }


@pytest.fixture(scope="module")
def build(dbt):
    build = dbt.build(
        f"set variable export_folder = '{EXPORT}'; {RECIPE.read_text()}",
        {"salesforce_enabled": False, "zoho_enabled": True, **zoho_export.SETTINGS},
    )
    assert build.worked, build.console
    return build


def test_wins_and_losses_follow_the_forecast_type(build, plain):
    states = {
        state: sum(deal["state"] == shown for deal in plain["deals"])
        for state, shown in (("won", "Won"), ("lost", "Lost"), ("open", "Open"))
    }
    assert states == {"won": 1425, "lost": 485, "open": 1722}
    built = build.tuples("""
        select deal_state, count(*) from intermediate.int_crm__deals group by all
    """)
    assert dict(built) == states


def test_stages_beside_the_nine_defaults_are_known_by_the_stage_table(build):
    assert build.one("""
        select count(*) from marts.data_quality_issues where reason = 'unknown_stage'
    """) == (0,)


def test_each_stage_has_one_forecast_type():
    stages = {
        (row["Stage"], row["Forecast Type"]) for row in exported("Potentials.csv")
    }
    assert len(stages) == len({stage for stage, _ in stages}) == 8


def test_the_average_won_deal(build, plain):
    won = [deal["amount"] for deal in plain["deals"] if deal["state"] == "Won"]
    assert round(sum(won) / len(won), 2) == Decimal("62502.60")
    assert median(won) == Decimal("23100")
    assert build.one(f"""
        select sum(order_count), sum(order_revenue), sum(orders_without_amount_count)
        from marts.kpi_average_order_value {TOTAL}
    """) == (len(won), sum(won), 0)
    assert build.one("""
        select median(amount) from intermediate.int_revenue__orders
    """) == (Decimal("23100.00"),)


def test_wins_after_the_last_record_are_inside_the_as_of_day(build, plain):
    last_record = max(
        *(deal["created"] for deal in plain["deals"]),
        *(moment(row["Created Time"]).date() for row in plain["leads"].values()),
    )
    late = [
        deal
        for deal in plain["deals"]
        if deal["state"] == "Won" and deal["closed"] > last_record
    ]
    assert len(late) == 132
    assert max(deal["closed"] for deal in late) <= AS_OF
    assert build.one(f"""
        select count(*) from intermediate.int_crm__deals
        where is_win and closed_on > date '{last_record}'
    """) == (132,)


def test_leads_reach_the_deal_they_were_converted_to(build, plain):
    converted = sum(row["CONVERTED"] == "Yes" for row in plain["leads"].values())
    new_business = [
        deal
        for deal in plain["deals"]
        if deal["state"] == "Won" and deal["type"] == "New Business"
    ]
    assert (len(plain["leads"]), converted, len(new_business)) == (3900, 3632, 1047)
    assert build.one(f"""
        select sum(lead_count), sum(opportunity_count), sum(ever_customer_count),
            sum(won_deal_count), sum(customers_without_lead_count)
        from marts.kpi_conversion_rate {TOTAL}
    """) == (3900, 3632, 1047, 1047, 0)


def test_wins_before_their_lead_are_counted_and_left_out(build, plain):
    days = [
        (
            deal["closed"] - moment(plain["leads"][deal["lead"]]["Created Time"]).date()
        ).days
        for deal in plain["deals"]
        if deal["state"] == "Won" and deal["type"] == "New Business"
    ]
    negative = sum(number < 0 for number in days)
    assert negative == 235
    assert build.one(f"""
        select sum(cycle_count), sum(negative_cycle_count), sum(won_deal_count)
        from marts.kpi_sales_cycle_length {TOTAL}
    """) == (1047 - negative, negative, 1047)


def test_the_company_of_a_deal_comes_from_its_lead(build, plain):
    companies = {
        row["Company"].lower()
        for row in plain["leads"].values()
        if row["CONVERTED"] == "Yes"
    }
    assert build.one("""
        select count(customer_id), count(distinct customer_id)
        from intermediate.int_crm__deals
    """) == (3632, len(companies))


def test_campaign_cost_is_summed_without_fan_out(build):
    cost = sum(money(row["Actual Cost"]) for row in exported("Campaigns.csv"))
    assert cost == 44209580
    assert build.one(f"""
        select sum(acquisition_spend) from marts.kpi_customer_acquisition_cost {TOTAL}
    """) == (cost,)


def test_invoices_without_vat_are_the_billings(build):
    invoices = [
        row for row in exported("Invoices.csv") if row["Invoice Status"] != "Cancelled"
    ]
    net = sum(
        money(row["Sub Total"]) - money(row["Discount"]) + money(row["Adjustments"])
        for row in invoices
        if row["Sub Total"]
    )
    assert build.one("""
        select count(*), sum(amount) from intermediate.int_revenue__billings
        where is_counted
    """) == (len(invoices), net)


def test_every_exported_row_is_accounted_for(build):
    rows = build.tuples("""
        select raw_table, sum(row_count) from marts.data_quality_summary
        where row_kind = 'landed' group by all
    """)
    assert dict(rows) == {
        "account": 2229,
        "campaign": 110,
        "deal": 3632,
        "invoice": 1300,
        "lead": 3900,
        "stage": 8,
        "user": 11,
    }
    assert build.one("""
        select sum(case row_kind when 'landed' then row_count else -row_count end)
        from marts.data_quality_summary where row_kind != 'issue'
    """) == (0,)


def test_all_text_money_and_dates_can_be_read(build):
    assert (
        build.tuples("""
        select raw_table, unreadable_columns, count(*)
        from intermediate.int_quality__raw_rows
        where unreadable_columns is not null group by all
    """)
        == []
    )


# -- broken files -------------------------------------------------------------


def line_inserted(change):
    """A change of a file: a changed copy of its sixth line at the tenth place."""

    def changed(content):
        lines = content.split(b"\n")
        return b"\n".join([*lines[:10], change(lines[5]), *lines[10:]])

    return changed


# (what, the changed file, how many rows more there are; None: refused)
BROKEN = (
    ("as exported", lambda content: content, 0),
    ("byte order mark", lambda content: b"\xef\xbb\xbf" + content, 0),
    ("semicolons", lambda content: content.replace(b",", b";"), 0),
    ("NUL in a cell", line_inserted(lambda row: row.replace(b",", b",\0", 1)), 1),
    ("Latin-1", line_inserted(lambda row: row.replace(b",", b",M\xfcller", 1)), None),
    ("UTF-16", lambda content: content.decode().encode("utf-16"), None),
    ("open quote", line_inserted(lambda row: b'"' + row), None),
    ("quote within", line_inserted(lambda row: row.replace(b",", b',x"', 1)), 1),
    ("cells too many", line_inserted(lambda row: row + b",x,y"), None),
    ("cells too few", line_inserted(lambda row: b"a,b"), None),
)


@pytest.mark.parametrize(
    ("change", "more"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_a_broken_file_is_loaded_in_full_or_refused(change, more, tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    for path in EXPORT.glob("*.csv"):
        content = path.read_bytes()
        if path.name == "Leads.csv":
            rows = len(content.splitlines()) - 1 + (more or 0)
            content = change(content)
        (folder / path.name).write_bytes(content)
    with duckdb.connect() as connection:
        connection.execute(f"set variable export_folder = '{folder}'")
        if more is None:
            with pytest.raises(duckdb.Error):
                connection.execute(RECIPE.read_text())
            tables = "select 1 from duckdb_tables() where table_name = 'lead'"
            assert connection.execute(tables).fetchall() == []
        else:
            connection.execute(RECIPE.read_text())
            count = "select count(*) from zoho_crm.lead"
            assert connection.execute(count).fetchone() == (rows,)


def test_the_oracle_gives_the_published_figures():
    seeds = {
        "value_mapping": [
            mapping_row("zoho", "deal_type", "New Business", "new_business"),
            mapping_row("zoho", "deal_type", "Existing Business", "upsell"),
        ]
    }
    result = oracle.compute(zoho_export.raw(), seeds, zoho_export.SETTINGS)

    def whole(mart, column):
        return sum(
            row[column] or 0
            for row in result[mart]
            if row["period_grain"] == "fiscal_year" and row["dimension"] == "total"
        )

    states = Counter(deal.state for deal in result["deals"])
    assert (states["won"], states["lost"]) == (1425, 485)
    assert whole("kpi_conversion_rate", "lead_count") == 3900
    assert whole("kpi_conversion_rate", "opportunity_count") == 3632
    assert whole("kpi_conversion_rate", "won_deal_count") == 1047
    assert whole("kpi_sales_cycle_length", "negative_cycle_count") == 235
    revenue = whole("kpi_average_order_value", "order_revenue")
    assert rounding.cents(Fraction(revenue) / 1425) == Decimal("62502.60")
    spend = whole("kpi_customer_acquisition_cost", "acquisition_spend")
    assert spend == Decimal("44209580")
    assert all(deal.customer is not None for deal in result["deals"] if deal.lead)
