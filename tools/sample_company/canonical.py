"""The company in DuckDB, with words instead of codes: what the writers read.

Tables: company, contact, lead, deal, visit, contract (see company.py), joined to
names in the views accounts, people, leads, deals, visits, contracts.
"""

import duckdb

from . import facts
from .company import COLUMNS, blocks, cut_after
from .dirt import hits

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def text_list(values):
    """SQL list of texts."""
    return "[" + ", ".join("'" + str(v).replace("'", "''") + "'" for v in values) + "]"


def connect(database=":memory:", memory=None):
    """A DuckDB connection in UTC with the macros of the writers.

    memory: limit as DuckDB writes it (``2GB``), beyond which it uses the disk.
    """
    con = duckdb.connect(database)
    if memory:
        con.execute(f"set memory_limit = '{memory}'")
    con.execute("set timezone = 'UTC'")
    con.execute("set preserve_insertion_order = true")
    con.execute(_MACROS)
    return con


def load(con, seed, opportunities, as_of=facts.AS_OF, dirt=1):
    """Simulate the company and put it into the connection.

    dirt: 0 or 1; dirt that changes what is true (an amount nobody can read, an
    unknown currency) is put into the deals here, the rest by the writers.
    """
    cut = cut_after(as_of)
    for number, block in enumerate(blocks(seed, opportunities, cut)):
        for table, columns in block.items():
            con.register("block", {name: columns[name] for name in COLUMNS[table]})
            if number:
                con.execute(f"insert into {table} select * from block")
            else:
                con.execute(f"create table {table} as select * from block")
            con.unregister("block")
    con.execute(
        f"create table run as "
        f"select {cut}::bigint as cut_at, date '{as_of}' as as_of_on"
    )
    con.execute(_names(dirt))


_MACROS = f"""
create macro utc(moment) as
    case when moment >= 0 then make_timestamp(moment::bigint * 1000000) end;
create macro on_day(day) as
    case when day >= 0 then date '1970-01-01' + day::integer end;
create macro digit(n) as substr('{DIGITS}', (n % 62)::bigint + 1, 1);
create macro is_upper(n) as (n % 62 between 10 and 35)::integer;
create macro letter(n) as
    substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ012345', (n)::bigint + 1, 1);
create macro money(cents) as
    case when cents is not null then cast(cents / 100.0 as decimal(18, 2)) end;
-- Day and moment at which the nightly load picks a change up: 02:mm UTC.
create macro synced(moment, minute) as
    make_timestamp(
        (
            greatest((moment::bigint - 7200 + 86399) // 86400, 19359) * 86400
            + 7200 + minute * 60
            + moment % 47) * 1000000
    );
"""

_COUNTRIES = text_list(name for name, _, _ in facts.COUNTRIES)
_FORMS = text_list(form for _, _, form in facts.COUNTRIES)


def _names(dirt):
    """SQL of the tables with words."""
    return _COMPANIES + _PEOPLE + _deals(dirt) + _CONTRACTS + _SELLERS


_COMPANIES = f"""
create macro pick(words, n) as words[(n)::bigint + 1];

create table companies as
with placed as (
    select
        *,
        (company_no * 1103 + 77) % {len(facts.FAMILIES) * len(facts.TRADES)} as place,
        company_no // {len(facts.FAMILIES) * len(facts.TRADES)} as lap
    from company
),
named as (
    select
        *,
        pick({text_list(facts.FAMILIES)}, place // {len(facts.TRADES)}) as family,
        pick({text_list(facts.TRADES)}, place % {len(facts.TRADES)}) as trade,
        case when lap > 0 then ' ' || (lap + 1) else '' end as suffix,
        case when lap > 0 then '-' || (lap + 1) else '' end as web_suffix
    from placed
)
select
    company_no,
    origin,
    territory,
    pick({text_list(t[1] for t in facts.TERRITORIES)}, territory) as region,
    pick({text_list(t[0] for t in facts.TERRITORIES)}, territory) as sales_team,
    pick({_COUNTRIES}, country) as country,
    employees,
    size,
    pick({text_list(name for name, _ in facts.INDUSTRIES)}, industry) as industry,
    pick({text_list(facts.CURRENCIES)}, currency) as currency,
    pick({text_list(name for name, _, _ in facts.SOURCES)}, source) as source,
    account_at,
    contact_no,
    other_contact_no,
    family || ' ' || trade || suffix || ' ' || pick({_FORMS}, country) as name,
    lower(family || '-' || trade) || web_suffix || '.example' as domain
from named;


-- Records that another CRM knows by a sync id, see split.py.
create table synced_leads (lead_no bigint);
create table synced_companies (company_no bigint);
create table synced_deals (deal_no bigint);
"""

_PEOPLE = f"""
create macro person_email(company_no, person, domain) as
    lower(
        pick(
            {text_list(facts.FIRST_NAMES)},
            (company_no * 13 + person * 7) % {len(facts.FIRST_NAMES)}
        )
        || '.'
        || pick(
            {text_list(facts.LAST_NAMES)},
            (company_no * 29 + person * 11) % {len(facts.LAST_NAMES)}
        )
    ) || '@' || domain;

create table leads as
select
    lead.lead_no,
    lead.company_no,
    lead.created_at,
    pick({text_list(name for name, _, _ in facts.SOURCES)}, lead.source) as source,
    lead.seller,
    lead.mql_at,
    lead.sql_at,
    lead.converted_at,
    lead.refused_at,
    lead.contact_no,
    lead.deal_no,
    lead.mood,
    companies.name as company,
    companies.industry,
    companies.employees,
    companies.country,
    person_email(lead.company_no, lead.person, companies.domain) as email
from lead
inner join companies on lead.company_no = companies.company_no;

create table contacts as
select
    contact.contact_no,
    contact.company_no,
    contact.lead_no,
    contact.created_at,
    person_email(contact.company_no, contact.person, companies.domain) as email
from contact
inner join companies on contact.company_no = companies.company_no;

"""


def _deals(dirt):
    """SQL of the deals; ``has_customer`` and ``amount_text`` carry their dirt.

    ``amount_cents`` is the true amount: none where nobody can read it. A deal in
    SEK has a rate in the CRM only, XXX has none anywhere.
    """
    unreadable = (
        f"({hits('deal_text_amount', 'deal.deal_no', dirt)} and deal.contract_no < 0)"
    )
    return f"""
create table deals as
select
    deal.* exclude (currency, source, amount_cents, has_amount),
    case
        when deal.has_amount = 0 or {unreadable} then null
        when {hits("deal_crm_rate_only", "deal.deal_no", dirt)} and deal.contract_no < 0
            then deal.amount_cents * 11
        else deal.amount_cents
    end as amount_cents,
    case when {unreadable} and deal.has_amount = 1
        then 'ca. ' || (deal.amount_cents // 100000) || ' TEUR' end as amount_text,
    case
        when
            {hits("deal_unknown_currency", "deal.deal_no", dirt)}
            and deal.contract_no < 0
            then 'XXX'
        when {hits("deal_crm_rate_only", "deal.deal_no", dirt)} and deal.contract_no < 0
            then 'SEK'
        else pick({text_list(facts.CURRENCIES)}, deal.currency)
    end as currency,
    pick({text_list(name for name, _, _ in facts.SOURCES)}, deal.source) as source,
    not (
        {hits("deal_without_customer", "deal.deal_no", dirt)}
        and deal.lead_no < 0
        and deal.contract_no < 0
        and deal.deal_type = {facts.UPSELL}
    ) as has_customer,
    -- 1 for a copy of another CRM's deal, see split.py.
    0 as is_copy,
    last_visit.stage,
    last_visit.entered_at as stage_at,
    companies.origin,
    companies.name as company
from deal
inner join companies on deal.company_no = companies.company_no
inner join (
    select
        deal_no,
        arg_max(stage, visit_no) as stage,
        max(entered_at) as entered_at
    from visit
    group by deal_no
) as last_visit on deal.deal_no = last_visit.deal_no;
"""


_CONTRACTS = f"""
create table contracts as
select
    contract.* exclude (currency, deal_no),
    case when contract.deal_no >= 0 then contract.deal_no end as deal_no,
    pick({text_list(facts.CURRENCIES)}, contract.currency) as currency,
    -- Where the CRM's documents carry the value: 0 order, 1 only the deal, 2 finance.
    case
        -- Where rounding a total and a monthly fee could differ by a cent, finance
        -- states the fee, so that every CRM gives the same money.
        when contract.term = 0 or contract.currency = {facts.USD} then 2
        when contract.currency = {facts.CHF} and contract.term < 12 then 2
        when contract.contract_no % 43 = 5 then 2
        when
            contract.deal_no >= 0 and deal.one_off = 0 and contract.contract_no % 9 = 4
            and contract.currency = {facts.EUR}
            then 1
        else 0
    end as value_source
from contract
left join deal on contract.deal_no = deal.deal_no;

"""

_SELLERS = f"""
create table sellers as
select * from (values {
    ", ".join(
        f"({i}, '{name}', {territory}, {start!r}, {end!r})".replace("None", "null")
        for i, (name, territory, start, end) in enumerate(facts.SELLERS)
    )
}) as t (seller, name, territory, starts_on, ends_on);
"""
