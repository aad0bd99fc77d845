"""The business spread over three CRMs that know some of the same things.

Salesforce is the field sales team's, HubSpot is marketing's and sells to small
companies, Zoho belongs to the subsidiary in Austria and Switzerland. They overlap:

* Web leads of larger companies start in HubSpot. When qualified they are created in
  Salesforce too, with the same e-mail address; HubSpot keeps the sync ids.
* Their companies are in both CRMs, half of them with a sync id, half of them known
  only by the same web domain.
* A third of their deals are synced back to HubSpot, with the Salesforce id.
* Some Salesforce customers buy equipment from the subsidiary: Zoho has an account
  of the same web domain and these deals.
"""

from . import facts

SYSTEMS = ("salesforce", "hubspot", "zoho")
CRMS = (*SYSTEMS, "split")
"""What the command's option for the CRM can be."""

_SHARES = f"""
create table if not exists home as
select
    company_no,
    case
        when territory = {facts.AUSTRIA} then 'zoho'
        when territory = {facts.SWITZERLAND} and company_no % 2 = 0 then 'zoho'
        when size = 0 then 'hubspot'
        else 'salesforce'
    end as crm
from companies;

create table if not exists lead_home as
select
    leads.lead_no,
    home.crm,
    home.crm = 'salesforce'
        and leads.source in ('Website', 'Google Ads', 'LinkedIn')
        and leads.lead_no % 2 = 0 as starts_in_hubspot
from leads
inner join home on leads.company_no = home.company_no;

create table if not exists deal_home as
select
    deals.deal_no,
    deals.company_no,
    home.crm,
    home.crm = 'salesforce'
        and deals.company_no % 6 = 1
        and deals.term = 0
        and deals.deal_type = {facts.UPSELL}
        and deals.has_customer as is_sold_by_subsidiary,
    coalesce(lead_home.starts_in_hubspot, false)
        and deals.deal_no % 3 = 0
        -- Not those that HubSpot merged, see dirt.py.
        and deals.deal_no % 59 != 21 as is_synced_to_hubspot
from deals
inner join home on deals.company_no = home.company_no
left join lead_home on deals.lead_no = lead_home.lead_no;
"""

_LEADS = {
    "salesforce": """
select leads.* replace (
    if(lead_home.starts_in_hubspot, leads.mql_at, leads.created_at) as created_at)
from main.leads
inner join main.lead_home on leads.lead_no = lead_home.lead_no
where
    lead_home.crm = 'salesforce'
    and (not lead_home.starts_in_hubspot or leads.mql_at >= 0)
""",
    "hubspot": """
select leads.*
from main.leads
inner join main.lead_home on leads.lead_no = lead_home.lead_no
where lead_home.crm = 'hubspot' or lead_home.starts_in_hubspot
""",
    "zoho": """
select leads.*
from main.leads
inner join main.lead_home on leads.lead_no = lead_home.lead_no
where lead_home.crm = 'zoho'
""",
}

_DEALS = {
    "salesforce": """
select deals.*
from main.deals
inner join main.deal_home on deals.deal_no = deal_home.deal_no
where deal_home.crm = 'salesforce' and not deal_home.is_sold_by_subsidiary
""",
    "hubspot": """
select deals.* replace (deal_home.is_synced_to_hubspot::bigint as is_copy)
from main.deals
inner join main.deal_home on deals.deal_no = deal_home.deal_no
where deal_home.crm = 'hubspot' or deal_home.is_synced_to_hubspot
""",
    "zoho": """
select deals.*
from main.deals
inner join main.deal_home on deals.deal_no = deal_home.deal_no
where deal_home.crm = 'zoho' or deal_home.is_sold_by_subsidiary
""",
}

_COMPANIES = """
select companies.*
from main.companies
inner join main.home on companies.company_no = home.company_no
where
    home.crm = '{system}'
    or companies.company_no in (
        select company_no from {system}_part.deals
        union all
        select company_no from {system}_part.leads where converted_at >= 0
    )
"""

_CONTACTS = """
select contacts.*
from main.contacts
inner join main.home on contacts.company_no = home.company_no
where
    home.crm = '{system}'
    or contacts.contact_no in (
        select contact_no from {system}_part.deals
        union all
        select contact_no from {system}_part.leads
    )
"""

_REST = """
create table {system}_part.contracts as
select contracts.*
from main.contracts
inner join main.home on contracts.company_no = home.company_no
where home.crm = '{system}';

create table {system}_part.visit as
select visit.*
from main.visit
inner join {system}_part.deals on visit.deal_no = deals.deal_no;
"""

_CAMPAIGNS = {
    "salesforce": ("Trade Show",),
    "hubspot": ("Website", "Google Ads", "LinkedIn"),
    "zoho": ("Partner",),
}
"""Which campaigns a CRM runs: each cost stands in one CRM only."""

_SYNCED = """
create table hubspot_part.synced_leads as
select lead_no from salesforce_part.leads
where lead_no in (select lead_no from hubspot_part.leads);

create table hubspot_part.synced_companies as
select companies.company_no
from hubspot_part.companies
inner join main.home on companies.company_no = home.company_no
where home.crm = 'salesforce' and companies.company_no % 2 = 0;

create table hubspot_part.synced_deals as
select deal_no from hubspot_part.deals where is_copy = 1;
"""


def systems(crm):
    """The CRMs of a CRM option of the command."""
    return SYSTEMS if crm == "split" else (crm,)


def assign(con):
    """Say which CRM holds what: tables home, lead_home, deal_home."""
    con.execute(_SHARES)


def split(con):
    """Make a schema per CRM, ``<crm>_part``, that holds its share of the company."""
    assign(con)
    for system in SYSTEMS:
        con.execute(f"create schema {system}_part")
        for table, query in (
            ("leads", _LEADS[system]),
            ("deals", _DEALS[system]),
            ("companies", _COMPANIES.format(system=system)),
            ("contacts", _CONTACTS.format(system=system)),
        ):
            con.execute(f"create table {system}_part.{table} as {query}")
        con.execute(_REST.format(system=system))
        kinds = ", ".join(f"'{kind}'" for kind in _CAMPAIGNS[system])
        con.execute(
            f"create table {system}_part.campaigns as "
            f"select * from main.campaigns where kind in ({kinds})"
        )
    con.execute(_SYNCED)
