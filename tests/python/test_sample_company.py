"""The sample company: its files, its dirt, and one business in three CRMs."""

import csv
import re
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import oracle
import pytest
from oracle import sample

from tools.sample_company import days, truth
from tools.sample_company.company import BLOCK, blocks, cut_after
from tools.sample_company.dirt import KINDS
from tools.sample_company.draws import Draws
from tools.sample_company.facts import AS_OF, OPPORTUNITIES
from tools.sample_company.layout import (
    HUBSPOT,
    SALESFORCE,
    TABLES,
    fivetran_name,
    seed_name,
)
from tools.sample_company.salesforce import check_letter
from tools.sample_company.seeds_yaml import (
    FILE,
    systems_of,
    write_seeds_yaml,
)
from tools.sample_company.split import CRMS, SYSTEMS
from tools.sample_company.write import company, write

SEED = 7
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def committed(request):
    """The folder of the committed files."""
    return request.config.rootpath / "seeds" / "sample"


@pytest.fixture(scope="module")
def committed_crm(committed):
    """The CRM option that the committed files were written with."""
    return re.search(r"--crm (\w+)", (committed / FILE).read_text("utf-8")).group(1)


def written(folder, crm, seed=SEED, dirt=1, **options):
    """Write the company as CSV; returns the folder and the connection."""
    con = company(seed, dirt=dirt, **options)
    write(con, crm, folder, dirt)
    write_seeds_yaml(crm, folder)
    return folder, con


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The company with dirt, as each CRM option writes it: {crm: folder}."""
    return {crm: written(tmp_path_factory.mktemp(crm), crm)[0] for crm in CRMS}


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """The company without dirt: {crm: connection with the raw tables}."""
    return {
        crm: loaded(written(tmp_path_factory.mktemp(crm), crm, dirt=0)[0], crm)
        for crm in ("salesforce", "hubspot", "zoho")
    }


@pytest.fixture(scope="module")
def dirty(folders):
    """The company with dirt: {crm: connection with the raw tables}."""
    return {crm: loaded(folders[crm], crm) for crm in ("salesforce", "hubspot", "zoho")}


def loaded(folder, crm):
    """A connection with the CSV files of a CRM and of finance as tables of text."""
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    for system in (crm, "finance"):
        for table, columns in TABLES[system].items():
            types = {column.name: "varchar" for column in columns}
            con.execute(
                f'create table "{table}" as select * from read_csv('
                f"'{folder / seed_name(system, table)}.csv', columns = {types}, "
                "auto_detect = false, delim = ',', header = true)"
            )
    return con


# --- The committed files --------------------------------------------------------


def test_the_committed_files_are_what_the_command_writes(
    committed, committed_crm, folders
):
    for file in sorted(folders[committed_crm].iterdir()):
        assert (committed / file.name).read_bytes() == file.read_bytes(), file.name


def test_no_old_file_is_left_beside_the_committed_ones(
    committed, committed_crm, folders
):
    names = {file.name for file in folders[committed_crm].iterdir()}
    assert {file.name for file in committed.iterdir()} == names


def test_the_committed_files_are_small(committed):
    assert sum(file.stat().st_size for file in committed.iterdir()) < 3 * MEGABYTE


@pytest.mark.parametrize("crm", CRMS)
def test_every_file_has_the_columns_of_the_layout(folders, crm):
    for system in systems_of(crm):
        for table, columns in TABLES[system].items():
            file = folders[crm] / f"{seed_name(system, table)}.csv"
            with file.open(encoding="utf-8", newline="") as lines:
                header = next(csv.reader(lines))
            assert header == [column.name for column in columns], file.name


@pytest.mark.parametrize("crm", CRMS)
def test_every_column_of_every_file_has_a_type_for_dbt(folders, crm):
    text = (folders[crm] / FILE).read_text("utf-8")
    for file in folders[crm].glob("*.csv"):
        entry = re.search(rf"(?ms)^  - name: {file.stem}$(.*?)(?=^  - name:|\Z)", text)
        types = re.search(r"(?s)column_types:\n(.*)", entry.group(1)).group(1)
        header = file.open(encoding="utf-8").readline().strip().split(",")
        assert re.findall(r"(?m)^        (\w+):", types) == header, file.name


def test_two_seeds_make_two_companies(tmp_path, folders):
    other, _ = written(tmp_path, "salesforce", seed=8)
    name = "sample_salesforce__opportunity.csv"
    mine = (folders["salesforce"] / name).read_text("utf-8")
    assert mine != (other / name).read_text("utf-8")


def test_the_number_of_threads_changes_nothing(tmp_path, folders):
    con = company(SEED)
    con.execute("set threads = 1")
    write(con, "split", tmp_path)
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (folders["split"] / file.name).read_bytes()


def test_names_follow_the_rule_of_the_loader():
    assert fivetran_name("CurrencyIsoCode") == "currency_iso_code"
    assert fivetran_name("Pricebook2Id") == "pricebook_2_id"
    assert fivetran_name("Segment__c") == "segment_c"
    assert HUBSPOT["deal"][5].api_name == "dealname"
    assert HUBSPOT["deal"][5].name == "property_dealname"


# --- Ids ------------------------------------------------------------------------


def test_salesforce_ids_have_18_characters_and_the_right_check_letters(dirty):
    con = dirty["salesforce"]
    for table in SALESFORCE:
        for (record_id,) in con.execute(f'select id from "{table}"').fetchall():
            stem = record_id[:15]
            check = "".join(check_letter(stem[at : at + 5]) for at in (0, 5, 10))
            assert record_id in (stem, stem + check), (table, record_id)


def test_the_check_letters_are_salesforces_own():
    # From the committed real rows: 006q000000HddohAAB, 0015500000Xyy06AAB.
    for known in ("006q000000HddohAAB", "0015500000Xyy06AAB"):
        parts = (known[at : at + 5] for at in (0, 5, 10))
        assert "".join(map(check_letter, parts)) == known[15:]


def test_ids_of_the_other_crms_look_like_theirs(dirty):
    hubspot = dirty["hubspot"]
    zoho = dirty["zoho"]
    numbers = hubspot.execute("select min(deal_id::bigint) from deal").fetchone()[0]
    assert numbers > 2**32
    lengths = zoho.execute("select distinct length(id) from deal").fetchall()
    assert lengths == [(19,)]


# --- Dirt -----------------------------------------------------------------------

DIRT_IN_SALESFORCE = {
    # kind: how many rows show it
    "lead_duplicate_row": "select count(*) - count(distinct id) from lead "
    "where _fivetran_active = 'true'",
    "lead_inactive_version": "select count(*) from lead "
    "where _fivetran_active = 'false'",
    "lead_deleted": "select count(*) from lead "
    "where is_deleted = 'true' and master_record_id is null",
    "lead_removed_by_loader": "select count(*) from lead "
    "where _fivetran_deleted = 'true'",
    "lead_merged_later": "select count(*) from lead where master_record_id is not null",
    "lead_same_email": "select count(*) from lead where email != lower(trim(email))",
    "lead_without_owner": "select count(*) from lead where owner_id is null",
    "lead_queue_owner": "select count(*) from lead where owner_id like '00G%'",
    "lead_unknown_status": "select count(*) from lead where status = 'Recycled'",
    "lead_text_employees": "select count(*) from lead "
    "where try_cast(number_of_employees as bigint) is null",
    "lead_short_id": "select count(*) from lead where length(id) = 15",
    "lead_after_as_of": "select count(*) from lead "
    "where created_date > '2026-06-30 22:00:00'",
    "account_merged": "select count(*) from account where master_record_id is not null",
    "account_deleted": "select count(*) from account "
    "where is_deleted = 'true' and master_record_id is null",
    "account_key": "select count(*) from account where segment_c is not null",
    "account_text_employees": "select count(*) from account "
    "where try_cast(number_of_employees as bigint) is null",
    "account_without_owner": "select count(*) from account where owner_id is null",
    "deal_duplicate_row": "select count(*) - count(distinct id) from opportunity "
    "where _fivetran_active = 'true'",
    "deal_inactive_version": "select count(*) from opportunity "
    "where _fivetran_active = 'false'",
    "deal_deleted": "select count(*) from opportunity where is_deleted = 'true'",
    "deal_without_owner": "select count(*) from opportunity where owner_id is null",
    "deal_departed_owner": "select count(*) from opportunity "
    "where owner_id not in (select id from user)",
    "deal_short_account_id": "select count(*) from opportunity "
    "where length(account_id) = 15",
    "deal_without_account": "select count(*) from opportunity "
    "where account_id is null and contact_id is not null",
    "deal_without_customer": "select count(*) from opportunity "
    "where account_id is null and contact_id is null",
    "deal_text_amount": "select count(*) from opportunity "
    "where amount is not null and try_cast(amount as double) is null",
    "deal_unreadable_close": "select count(*) from opportunity "
    "where try_cast(close_date as date) is null",
    "deal_unknown_currency": "select count(*) from opportunity "
    "where currency_iso_code = 'XXX'",
    "deal_crm_rate_only": "select count(*) from opportunity "
    "where currency_iso_code = 'SEK'",
    "deal_future_win": "select count(*) from opportunity "
    "where is_won = 'true' and try_cast(close_date as date) > date '2026-06-30'",
    "deal_odd_probability": "select count(*) from opportunity "
    "where probability = '1000.00'",
    "deal_unknown_type": "select count(*) from opportunity "
    "where type is null or type = 'Sonstiges'",
    "deal_unknown_stage": "select count(*) from opportunity "
    "where stage_name not in (select master_label from opportunity_stage)",
    "contract_draft": "select count(*) from contract where status_code = 'Draft'",
    "order_draft": "select count(*) from \"order\" where status_code = 'Draft'",
    "campaign_text_cost": "select count(*) from campaign "
    "where try_cast(actual_cost as double) is null",
}
DIRT_IN_HUBSPOT = {
    "lead_merged_earlier": "select count(*) from contact "
    "where property_hs_merged_object_ids is not null",
    "hubspot_deal_merged": "select count(distinct deal_id) from merged_deal",
    "hubspot_double_association": "select count(*) - count(distinct deal_id) "
    "from deal_contact",
    "hubspot_second_company": "select count(*) from (select deal_id from deal_company "
    "group by deal_id having count(distinct company_id) > 1)",
    "hubspot_subscriber": "select count(*) from contact "
    "where property_lifecyclestage = 'subscriber'",
    "hubspot_epoch_time": "select count(*) from contact_property_history "
    "where try_cast(timestamp as bigint) is not null",
}


def test_every_kind_of_dirt_is_counted_here():
    assert set(KINDS) == set(DIRT_IN_SALESFORCE) | set(DIRT_IN_HUBSPOT)


@pytest.mark.parametrize("kind", sorted(DIRT_IN_SALESFORCE))
def test_the_documented_dirt_is_in_salesforce(dirty, clean, kind):
    found = count_dirt(dirty["salesforce"], kind)
    rows = {"lead": 1500, "company": 650, "deal": 1200, "contract": 500}
    share = rows.get(KINDS[kind].table, 75) / KINDS[kind].every
    assert 1 <= found <= 2 * share + 3
    if kind != "deal_short_account_id":
        assert count_dirt(clean["salesforce"], kind) == 0


@pytest.mark.parametrize("kind", sorted(DIRT_IN_HUBSPOT))
def test_the_documented_dirt_is_in_hubspot(dirty, clean, kind):
    assert count_dirt(dirty["hubspot"], kind) >= 1
    assert count_dirt(clean["hubspot"], kind) == 0


def count_dirt(con, kind):
    """Rows of a kind of dirt."""
    return con.execute((DIRT_IN_SALESFORCE | DIRT_IN_HUBSPOT)[kind]).fetchone()[0]


# --- One business in three CRMs -------------------------------------------------

LOCAL = "timezone('Europe/Berlin', timezone('UTC', {}::timestamp))::date"
DEALS = {
    "salesforce": """
select
    name,
    replace(lower(type), ' ', '') as kind,
    opportunity.created_date as created_at,
    case when is_won = 'true' then 'won' when is_closed = 'true' then 'lost' end
        as state,
    case when is_closed = 'true' then close_date::date end as closed_on,
    amount,
    currency_iso_code as currency,
    account.name as company,
    contact.email
from opportunity
left join account on opportunity.account_id = account.id
left join contact on opportunity.contact_id = contact.id
""".replace("    name,", "    opportunity.name,", 1),
    "hubspot": f"""
select
    property_dealname,
    property_dealtype,
    deal.property_createdate,
    case when stage.is_closed = 'true' and stage.probability = '1.00' then 'won'
        when stage.is_closed = 'true' then 'lost' end,
    case when stage.is_closed = 'true' then {LOCAL.format("property_closedate")} end,
    property_amount,
    property_deal_currency_code,
    property_name,
    property_email
from deal
inner join deal_pipeline_stage as stage
    on deal.deal_pipeline_stage_id = stage.stage_id
left join deal_company on deal.deal_id = deal_company.deal_id
left join company on deal_company.company_id = company.id
left join deal_contact on deal.deal_id = deal_contact.deal_id
left join contact on deal_contact.contact_id = contact.id
""",
    "zoho": f"""
with closes as (
    select potential_name_id, max(modified_time) as closed_at
    from deal_stage_history
    where moved_to_s like 'Closed%'
    group by potential_name_id
)
select
    deal_name,
    replace(lower(type), ' ', ''),
    deal.created_time,
    case forecast_type when 'Closed Won' then 'won' when 'Closed Lost' then 'lost' end,
    case when forecast_type != 'Open' then
        coalesce({LOCAL.format("closed_at")}, closing_date::date) end,
    amount,
    currency,
    account_name,
    contact.email
from deal
inner join stage on deal.stage = stage.display_value
left join closes on deal.id = closes.potential_name_id
left join account on deal.account_name_id = account.id
left join contact on deal.contact_name_id = contact.id
""",
}
LEADS = {
    # e-mail, creation, MQL and SQL ever reached, disqualified, has an account
    "salesforce": """
select
    email,
    lead.created_date as created_at,
    bool_or(new_value in ('MQL', 'SQL', 'Closed - Converted')) is true as is_mql,
    bool_or(new_value in ('SQL', 'Closed - Converted')) is true as is_sql,
    status in ('Unqualified', 'Closed - Not Converted') as is_disqualified,
    converted_account_id is not null as has_account
from lead
left join lead_history on lead.id = lead_history.lead_id
group by all
""",
    "hubspot": """
with entered as (
    select
        *,
        coalesce(property_hs_v2_date_entered_lead, property_hs_lifecyclestage_lead_date)
            as lead_at,
        coalesce(
            property_hs_v2_date_entered_marketingqualifiedlead,
            property_hs_lifecyclestage_marketingqualifiedlead_date
        ) as mql_at,
        coalesce(
            property_hs_v2_date_entered_salesqualifiedlead,
            property_hs_lifecyclestage_salesqualifiedlead_date
        ) as sql_at
    from contact
)
select
    property_email,
    lead_at,
    mql_at is not null,
    sql_at is not null,
    property_hs_lead_status = 'UNQUALIFIED',
    property_associatedcompanyid is not null
from entered
where lead_at is not null
""",
    # What a refused lead had reached before, Zoho does not tell.
    "zoho": """
select
    email,
    created_time,
    lead_status in ('Contacted', 'Pre-Qualified'),
    lead_status = 'Pre-Qualified',
    lead_status in ('Not Qualified', 'Junk Lead', 'Lost Lead'),
    converted_account_id is not null
from lead
""",
}
CONTRACTS = {
    "salesforce": """
with totals as (
    select contract_id, sum(total_amount::decimal(18, 2)) as total
    from "order"
    where contract_id is not null and status_code = 'Activated'
    group by contract_id
),
sold as (
    select contract_id, sum(amount::decimal(18, 2)) as total
    from opportunity
    where is_won = 'true' and contract_id is not null
    group by contract_id
)
select
    account.name,
    start_date::date as starts_on,
    coalesce(
        end_date::date + 1, start_date::date + to_months(contract_term::integer)
    )::date as ends_on,
    coalesce(
        monthly_amount::double,
        coalesce(totals.total, sold.total)::double / contract_term::integer
    ) as monthly,
    currency_iso_code
from contract
inner join account on contract.account_id = account.id
left join totals on contract.id = totals.contract_id
left join sold on contract.id = sold.contract_id
left join contract_periods on contract.id = contract_periods.contract_id
where status_code = 'Activated'
""",
    "hubspot": """
with items as (
    select
        line_item.id,
        line_item_deal.deal_id,
        property_hs_recurring_billing_start_date::date as starts_on,
        trim(property_hs_recurring_billing_period, 'PM')::integer as term,
        property_price::decimal(18, 2) * property_quantity::integer
        / case property_recurringbillingfrequency
            when 'monthly' then 1 when 'quarterly' then 3 when 'annually' then 12
        end as monthly,
        property_hs_line_item_currency_code as currency
    from line_item
    inner join line_item_deal on line_item.id = line_item_deal.line_item_id
    where property_recurringbillingfrequency is not null
)
select
    company.property_name, starts_on, (starts_on + to_months(term))::date,
    monthly::double, currency
from items
inner join deal_company on items.deal_id = deal_company.deal_id
inner join company on deal_company.company_id = company.id
where items.id not in (select contract_id from contract_periods)
union all
select
    property_name, starts_on::date, ends_on::date, monthly_amount::double,
    currency_code
from contract_periods
inner join company on contract_periods.account_id = company.id
""",
    "zoho": """
select
    account_name, starts_on::date, ends_on::date, monthly_amount::double,
    currency_code
from contract_periods
inner join account on contract_periods.account_id = account.id
""",
}


def rows_of(con, queries, crm):
    """Sorted rows of a query, one per CRM; empty values last."""
    return sorted(con.execute(queries[crm]).fetchall(), key=str)


@pytest.mark.parametrize("crm", ["hubspot", "zoho"])
def test_every_deal_is_the_same_in_every_crm(clean, crm):
    mine = rows_of(clean["salesforce"], DEALS, "salesforce")
    assert len(mine) > 1000
    assert rows_of(clean[crm], DEALS, crm) == mine


def test_every_lead_is_the_same_in_hubspot(clean):
    mine = rows_of(clean["salesforce"], LEADS, "salesforce")
    assert len(mine) > 1400
    assert rows_of(clean["hubspot"], LEADS, "hubspot") == mine


def test_every_lead_is_the_same_in_zoho_but_for_what_refused_ones_had_reached(clean):
    def known(rows):
        return [
            (*row[:2], *((None, None) if row[4] else row[2:4]), *row[4:])
            for row in rows
        ]

    mine = rows_of(clean["salesforce"], LEADS, "salesforce")
    assert known(rows_of(clean["zoho"], LEADS, "zoho")) == known(mine)


@pytest.mark.parametrize("crm", ["hubspot", "zoho"])
def test_every_contract_is_the_same_in_every_crm(clean, crm):
    mine = rows_of(clean["salesforce"], CONTRACTS, "salesforce")
    assert len(mine) > 400
    assert rows_of(clean[crm], CONTRACTS, crm) == mine


def test_the_split_company_overlaps(folders):
    split = {
        crm: loaded(folders["split"], crm) for crm in ("salesforce", "hubspot", "zoho")
    }

    def column(crm, sql):
        return {value for (value,) in split[crm].execute(sql).fetchall()}

    synced = column(
        "hubspot",
        "select property_hs_salesforceopportunityid from deal "
        "where property_hs_salesforceopportunityid is not null",
    )
    assert len(synced) > 10
    assert synced <= column("salesforce", "select id from opportunity")
    mails = column("hubspot", "select property_email from contact")
    assert len(mails & column("salesforce", "select email from lead")) > 50
    accounts = column(
        "hubspot",
        "select property_salesforceaccountid from company "
        "where property_salesforceaccountid is not null",
    )
    assert len(accounts) > 10
    assert accounts <= column("salesforce", "select id from account")
    site = "regexp_replace(website, '^(https?://)?(www[.])?|/$', '', 'g')"
    in_salesforce = column("salesforce", f"select {site} from account")
    assert len(in_salesforce & column("zoho", f"select {site} from account")) > 5
    assert len(in_salesforce & column("hubspot", "select property_domain from company"))


# --- The company ----------------------------------------------------------------


@pytest.fixture(scope="module")
def true_values():
    """The true KPI values of the committed sample."""
    return truth.values(company(SEED))


def test_the_company_tells_a_typical_story(true_values):
    revenue = true_values["revenue_growth"]["fiscal_year"]
    growth = revenue["2025-01-01"]["revenue"] / revenue["2024-01-01"]["revenue"] - 1
    assert 0.05 < growth < 0.25
    churn = true_values["churn_rate"]["fiscal_year"]["2025-01-01"]
    assert 0.08 < churn["churned_customers"] / churn["customers_at_start"] < 0.15
    leads = true_values["conversion_rate"]["fiscal_year"]["2025-01-01"]
    assert 0.06 < leads["customer_count"] / leads["lead_count"] < 0.10
    cost = true_values["customer_acquisition_cost"]["fiscal_year"]["2025-01-01"]
    assert 8_000 < cost["acquisition_spend"] / cost["new_customer_count"] < 20_000
    cycle = true_values["sales_cycle_length"]["fiscal_year"]["2025-01-01"]
    assert 60 <= cycle["median_cycle_days"] <= 90


def test_the_bridge_of_customers_closes(true_values):
    for periods in true_values["churn_rate"].values():
        for period in periods.values():
            assert period["customers_at_end"] == (
                period["customers_at_start"]
                + period["new_customers"]
                + period["reactivated_customers"]
                - period["churned_customers"]
            )


def test_months_add_up_to_years(true_values):
    for kpi, measure in (
        ("revenue_growth", "revenue"),
        ("conversion_rate", "lead_count"),
        ("customer_acquisition_cost", "acquisition_spend"),
    ):
        months, years = (
            sum(row.get(measure, 0) for row in true_values[kpi][grain].values())
            for grain in ("month", "fiscal_year")
        )
        assert months == years


def test_a_later_delivery_changes_and_adds_but_forgets_nothing(tmp_path):
    early = company(SEED, as_of="2026-06-15")
    late = company(SEED, as_of="2026-06-30")
    for con in (early, late):
        write(con, "salesforce", tmp_path / str(id(con)))
    rows = []
    for con in (early, late):
        query = "select deal_no, company_no, created_at, outcome from deals"
        rows.append({row[0]: row[1:] for row in con.execute(query).fetchall()})
    first, second = rows
    assert first.keys() < second.keys()
    assert all(first[deal][:2] == second[deal][:2] for deal in first)
    assert any(first[deal][2] != second[deal][2] for deal in first)


def test_a_delivery_has_a_file_of_its_own_and_a_day_that_is_told(tmp_path):
    file = tmp_path / "raw.duckdb"
    write(company(SEED, as_of="2026-08-30"), "hubspot", file, format="duckdb")
    with pytest.raises(FileExistsError, match="a delivery needs a new file"):
        write(company(SEED), "hubspot", file, format="duckdb")
    for as_of in ("2022-12-31", "2026-08-31"):
        with pytest.raises(ValueError, match="told from 2023-01-01 to before 2026-08"):
            company(SEED, as_of=as_of)


def test_draws_do_not_depend_on_how_many_are_drawn():
    draws = Draws(SEED)
    many = draws.uniform("anything", np.arange(1000))
    assert draws.uniform("anything", np.array([700]))[0] == many[700]
    assert not np.array_equal(many, draws.uniform("else", np.arange(1000)))
    assert abs(int(many.mean()) - (1 << 31)) < 1 << 27


def test_draws_are_the_same_on_every_machine():
    assert Draws(SEED).uniform("pin", np.arange(3)).tolist() == PINNED


PINNED = [3777724553, 1022745368, 1210551656]


def test_local_days_are_berlins():
    berlin = ZoneInfo("Europe/Berlin")
    for year in range(2022, 2028):
        for month in range(1, 13):
            for text in ("01 22:30", "26 23:30", "30 00:59", "31 01:00", "28 12:00"):
                try:
                    when = datetime.strptime(f"{year}-{month}-{text}", "%Y-%m-%d %H:%M")
                except ValueError:
                    continue
                when = when.replace(tzinfo=UTC)
                moment = int(when.timestamp())
                local = when.astimezone(berlin)
                offset = days.berlin_offset(np.array([moment]))[0]
                assert local.utcoffset().total_seconds() == offset
                day = days.local_day(np.array([moment]))[0]
                assert day == days.day_of(local.date().isoformat())


def test_twenty_thousand_opportunities_take_seconds(tmp_path):
    start = time.monotonic()
    con = company(SEED, opportunities=20_000)
    write(con, "split", tmp_path / "raw.duckdb", format="duckdb")
    assert time.monotonic() - start < 30
    raw = duckdb.connect(str(tmp_path / "raw.duckdb"))
    deals = sum(
        raw.execute(f"select count(*) from {table}").fetchone()[0]
        for table in (
            "sample_salesforce.opportunity",
            "sample_hubspot.deal",
            "sample_zoho.deal",
        )
    )
    assert 18_000 < deals < 26_000


def test_a_deal_and_its_contract_are_one_companys_at_any_size():
    (block,) = blocks(SEED, 10_000, cut_after(AS_OF))
    for table, key, other in (
        ("deal", "contract_no", "contract"),
        ("contract", "deal_no", "deal"),
    ):
        company_of = np.full(block[other][key].max() + 1, -1)
        company_of[block[other][key]] = block[other]["company_no"]
        linked = np.isin(block[table][key], block[other][key])
        assert linked.sum() > 1000
        rows = block[table][key][linked], block[table]["company_no"][linked]
        assert (company_of[rows[0]] == rows[1]).all()


def test_some_rows_land_weeks_late_with_a_later_delivery(tmp_path):
    deliveries = {}
    for as_of in (AS_OF, "2026-07-20"):
        con = company(SEED, as_of=as_of)
        write(con, "salesforce", tmp_path / as_of, format="parquet", late=20)
        file = tmp_path / as_of / "sample_salesforce__opportunity_history.parquet"
        deliveries[as_of] = duckdb.sql(
            f"select id, created_date, _fivetran_synced as synced from '{file}'"
        )
    first, second = deliveries.values()
    new = second.join(first.select("id"), "id", how="anti")
    assert 0.01 < len(new) / len(first) < 0.04
    late = second.filter("synced > created_date + interval 6 day")
    assert 0.01 < len(late) / len(second) < 0.03
    assert len(new.filter(f"created_date < date '{AS_OF}' - 2")) > 0
    kept = len(first.join(second.select("id"), "id", how="semi"))
    assert kept > 0.999 * len(first)


def test_blocks_are_independent_and_numbers_go_on():
    block, *rest = blocks(SEED, OPPORTUNITIES, cut_after(AS_OF))
    assert not rest
    assert len(block["lead"]["lead_no"]) < BLOCK
    for table, key in (("lead", "lead_no"), ("deal", "deal_no")):
        numbers = block[table][key]
        assert len(np.unique(numbers)) == len(numbers)


@pytest.mark.parametrize("crm", ["salesforce", "split"])
def test_the_raw_rows_give_the_true_values(tmp_path, committed, crm):
    con = company(SEED)
    write(con, crm, tmp_path / "seeds" / "sample")
    raw = sample.sample_raw(tmp_path)
    seeds = sample.project_seeds(committed.parents[1], with_sample=False)
    for name, rows in sample.project_seeds(tmp_path).items():
        seeds[name] = seeds.get(name, []) + rows
    switches = {f"{name}_enabled": name in raw for name in SYSTEMS}
    found = oracle.compute(raw, seeds, switches)
    for kpi, grains in truth.values(con, crm).items():
        marts = [kpi, "average_order_value"] if kpi == "revenue_growth" else [kpi]
        rows = {}
        for row in (row for mart in marts for row in found[f"kpi_{mart}"]):
            if row["dimension"] == "total":
                key = row["period_grain"], row["period_start"].isoformat()
                rows[key] = rows.get(key, {}) | row
        for grain, periods in grains.items():
            for start, measures in periods.items():
                mine = {name: rows[grain, start][name] for name in measures}
                assert mine == measures, (kpi, grain, start)
