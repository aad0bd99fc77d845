"""The company as HubSpot tables in Fivetran's layout: one query per table.

Every lead is a contact, so a converted lead and its contact are one record. What a
renewal or an upsell sells by subscription are recurring line items; contracts from
before the CRM have no deal and stand in finance's contract_periods.
"""

from . import facts, salesforce
from .canonical import text_list
from .dirt import hits
from .layout import STAGE_DATES

FIRST_CONTACT = 20_100_000_000
FIRST_COMPANY = 9_200_000_000
FIRST_DEAL = 13_000_000_000
FIRST_LINE_ITEM = 6_600_000_000
FIRST_OWNER = 70_100_000
EXTRA = 400_000_000

SOURCES = {
    "Website": "ORGANIC_SEARCH",
    "Google Ads": "PAID_SEARCH",
    "LinkedIn": "PAID_SOCIAL",
    "Trade Show": "OFFLINE",
    "Referral": "REFERRALS",
    "Partner": "OTHER_CAMPAIGNS",
    "Cold Call": "DIRECT_TRAFFIC",
}
"""One to one, so that figures by channel are the same in every CRM."""
INDUSTRIES = {
    "Machinery": "MACHINERY",
    "Manufacturing": "INDUSTRIAL_AUTOMATION",
    "Electronics": "ELECTRICAL_ELECTRONIC_MANUFACTURING",
    "Food & Beverage": "FOOD_PRODUCTION",
    "Chemicals": "CHEMICALS",
    "Construction": "CONSTRUCTION",
    "Shipping": "LOGISTICS_AND_SUPPLY_CHAIN",
    "Healthcare": "HOSPITAL_HEALTH_CARE",
}
TYPES = ("newbusiness", "existingbusiness", "renewal")

RENEWAL_PIPELINE = "84234100"
STAGES = (
    # id in the sales pipeline, id in the renewal pipeline, label, probability
    ("appointmentscheduled", "84234101", "Appointment scheduled", "0.20"),
    ("qualifiedtobuy", "84234102", "Qualified to buy", "0.40"),
    ("presentationscheduled", "84234103", "Presentation scheduled", "0.60"),
    ("decisionmakerboughtin", "84234104", "Decision maker bought-in", "0.80"),
    ("contractsent", "84234105", "Contract sent", "0.90"),
    ("closedwon", "84234106", "Closed won", "1.00"),
    ("closedlost", "84234107", "Closed lost", "0.00"),
)

SYNC_MINUTE = 20
LAST_LOAD = "(select cut_at from run)"

MACROS = f"""
create macro hs_contact(lead_no, contact_no) as
    {FIRST_CONTACT} + if(lead_no >= 0, lead_no * 2, contact_no * 2 + 1);
create macro hs_company(company_no) as {FIRST_COMPANY} + company_no;
create macro hs_deal(deal_no) as {FIRST_DEAL} + deal_no;
create macro hs_owner(seller) as {FIRST_OWNER} + seller;
"""


def _map(words, column):
    """SQL that translates a column by a dict."""
    lines = " ".join(f"when '{key}' then '{value}'" for key, value in words.items())
    return f"case {column} {lines} end"


def _loaded(moment, deleted="false", active="true"):
    """SQL of the loader's three columns."""
    return f"""
        synced({moment}, {SYNC_MINUTE}) as _fivetran_synced,
        {deleted} as _fivetran_deleted,
        {active} as _fivetran_active"""


def merged_deal_id(dirt):
    """SQL of a deal's id: merging two deals made a third one with a new id."""
    return (
        f"if({hits('hubspot_deal_merged', 'deal_no', dirt)}, "
        f"hs_deal(deal_no + {EXTRA}), hs_deal(deal_no))"
    )


def in_finance(contract):
    """SQL: does finance state this contract's value when HubSpot holds it?"""
    return f"({contract}.value_source = 2 or {contract}.deal_no is null)"


def contract_id():
    """SQL of the id under which finance knows a contract: the line item's."""
    return (
        f"if(deal_no is null, 'B-' || contract_no, "
        f"({FIRST_LINE_ITEM} + contract_no)::text)"
    )


def tables(dirt=1):
    """SQL per table: {table: query}; dirt is 0 or 1."""
    return {
        "contact": _contact(dirt),
        "company": _company(dirt),
        "deal": _deal(dirt),
        "deal_pipeline": _deal_pipeline(),
        "deal_pipeline_stage": _deal_pipeline_stage(),
        "deal_stage": _deal_stage(dirt),
        "contact_property_history": _contact_property_history(dirt),
        "deal_company": _deal_company(dirt),
        "deal_contact": _deal_contact(dirt),
        "merged_deal": _merged_deal(dirt),
        "line_item": _line_item(),
        "line_item_deal": _line_item_deal(dirt),
        "owner": _owner(),
        "marketing_campaign": _marketing_campaign(),
    }


PEOPLE = """
people as (
    -- Leads; what they were linked to is known from the deals.
    select
        leads.lead_no,
        leads.contact_no,
        leads.company_no,
        leads.created_at,
        leads.email,
        leads.source,
        leads.seller,
        leads.mql_at,
        leads.sql_at,
        leads.refused_at,
        leads.converted_at,
        leads.mood,
        leads.company,
        leads.industry,
        leads.employees,
        leads.country,
        coalesce(progress.deal_at, -1) as deal_at,
        coalesce(progress.won_at, -1) as won_at
    from leads
    left join (
        select
            deals.contact_no,
            min(deals.created_at) as deal_at,
            min(case when deals.outcome = 1 then deals.closed_at end) as won_at
        from deals
        where deals.has_customer
        group by deals.contact_no
    ) as progress on leads.contact_no = progress.contact_no
)"""


def _contact(dirt):
    """Leads and other people; the losers of merges are in the survivors' lists."""
    later = hits("lead_merged_later", "lead_no", dirt)
    earlier = hits("lead_merged_earlier", "lead_no", dirt)
    v2 = "entered_at >= epoch(timestamp '2024-01-01')"

    def stage_date(column, when):
        return f"case when {when} then utc({column}) end"

    dates = ["lead_at", "mql_at", "sql_at", "deal_at", "won_at"]
    new = ",\n    ".join(
        f"{stage_date(column, v2)} as property_hs_v2_date_entered_{stage}"
        for column, stage in zip(dates, STAGE_DATES, strict=True)
    )
    old = ",\n    ".join(
        f"{stage_date(column, f'not {v2}')} as property_hs_lifecyclestage_{stage}_date"
        for column, stage in zip(dates, STAGE_DATES, strict=True)
    )
    return f"""
with {PEOPLE},
base as (
    select
        *,
        hs_contact(lead_no, -1) as id,
        created_at as entered_at,
        -- Some were newsletter readers before they became a lead.
        if(lead_no % 9 = 2, created_at - 40 * 86400, created_at) as born_at,
        if({earlier}, least(created_at + 86400, cut_at), created_at) as lead_at,
        greatest(created_at, mql_at, sql_at, refused_at, converted_at, deal_at, won_at)
            as changed_at,
        case
            when won_at >= 0 then 'customer'
            when deal_at >= 0 then 'opportunity'
            when sql_at >= 0 then 'salesqualifiedlead'
            when mql_at >= 0 then 'marketingqualifiedlead'
            else 'lead'
        end as lifecyclestage,
        case
            when refused_at >= 0 then 'UNQUALIFIED'
            when sql_at >= 0 then 'OPEN_DEAL'
            when mql_at >= 0 and mood < 500 then 'IN_PROGRESS'
            when mql_at >= 0 then 'CONNECTED'
            when {hits("lead_unknown_status", "lead_no", dirt)} then 'RECYCLED'
            when mood < 500 then 'NEW'
            else 'ATTEMPTED_TO_CONTACT'
        end as hs_lead_status
    from people cross join run
),
rows as (
    select
        *,
        case when {later} or {earlier} then (id + {EXTRA})::text end as merged_ids,
        changed_at as stamp, email as shown_email, false as deleted, true as active
    from base

    union all

    -- The losers of merges are still there, as they were.
    select
        * replace (
            id + {EXTRA} as id,
            if({earlier}, created_at, least(created_at + 5 * 86400, cut_at)) as born_at,
            if({earlier}, created_at, least(created_at + 5 * 86400, cut_at)) as lead_at,
            -1 as mql_at, -1 as sql_at, -1 as deal_at, -1 as won_at,
            -1 as converted_at, 'lead' as lifecyclestage, 'NEW' as hs_lead_status
        ),
        null, least(created_at + 6 * 86400, cut_at), 'alt.' || email, lead_no % 2 = 0,
        true
    from base
    where {later} or {earlier}

    union all

    select
        * replace (
            -1 as mql_at, -1 as sql_at, -1 as deal_at, -1 as won_at,
            -1 as converted_at, 'lead' as lifecyclestage, 'NEW' as hs_lead_status
        ),
        null, lead_at, email, false, false
    from base
    where {hits("lead_inactive_version", "lead_no", dirt)}
        and changed_at > created_at + 86400

    union all

    select
        * replace (
            id + {EXTRA} + 200000000 as id, -1 as mql_at, -1 as sql_at, -1 as deal_at,
            -1 as won_at, -1 as converted_at
        ),
        null, changed_at, 'test' || lead_no || '@rheinfeld.example', true, true
    from base
    where {hits("lead_deleted", "lead_no", dirt)}

    union all

    select
        * replace (
            id + {EXTRA} + 600000000 as id, cut_at + 1800 as born_at,
            cut_at + 1800 as lead_at, -1 as mql_at, -1 as sql_at, -1 as deal_at,
            -1 as won_at, -1 as converted_at, 'lead' as lifecyclestage,
            'NEW' as hs_lead_status
        ),
        null, cut_at + 1800, 'nachts.' || email, false, true
    from base
    where {hits("lead_after_as_of", "lead_no", dirt)}

    union all

    -- Readers of the newsletter who never became a lead.
    select
        * replace (
            id + {EXTRA} + 800000000 as id, -1 as lead_at, -1 as mql_at, -1 as sql_at,
            -1 as deal_at, -1 as won_at, -1 as converted_at,
            'subscriber' as lifecyclestage, null as hs_lead_status
        ),
        null, changed_at, 'leser' || lead_no || '@post.example', false, true
    from base
    where {hits("hubspot_subscriber", "lead_no", dirt)}
)
select
    id,
    false as is_deleted,
    shown_email as property_email,
    utc(born_at) as property_createdate,
    utc(stamp) as property_lastmodifieddate,
    lifecyclestage as property_lifecyclestage,
    hs_lead_status as property_hs_lead_status,
    {_map(SOURCES, "source")} as property_hs_analytics_source,
    case when not {hits("lead_without_owner", "lead_no", dirt)}
        then hs_owner(seller) end::text as property_hubspot_owner_id,
    case when converted_at >= 0 then hs_company(company_no) end::text
        as property_associatedcompanyid,
    company as property_company,
    {_map(INDUSTRIES, "industry")} as property_industry,
    case when {hits("lead_text_employees", "lead_no", dirt)}
        then 'ca. ' || employees else employees::text end as property_numemployees,
    country as property_country,
    {new},
    {old},
    merged_ids as property_hs_merged_object_ids,
    null as property_hs_calculated_merged_vids,
    {salesforce_lead("id = hs_contact(lead_no, -1)")} as property_salesforceleadid,
    {salesforce_contact("id = hs_contact(lead_no, -1)")}
        as property_salesforcecontactid,
    {_loaded("stamp", "deleted", "active")}
from rows

union all by name

select
    hs_contact(-1, contact_no) as id,
    false as is_deleted,
    email as property_email,
    utc(created_at) as property_createdate,
    utc(created_at) as property_lastmodifieddate,
    hs_company(company_no)::text as property_associatedcompanyid,
    {_loaded("created_at")}
from contacts
where lead_no < 0
"""


def salesforce_lead(condition):
    """SQL of the sync id of a lead that is in Salesforce too."""
    return (
        f"case when {condition} and lead_no in (select lead_no from synced_leads) "
        f"then {salesforce.record_id('lead', 'lead_no')} end"
    )


def salesforce_contact(condition):
    """SQL of the sync id of a contact that is in Salesforce too."""
    return (
        f"case when {condition} and converted_at >= 0 "
        f"and lead_no in (select lead_no from synced_leads) "
        f"then {salesforce.record_id('contact', 'contact_no')} end"
    )


def _company(dirt):
    seller = salesforce.account_seller()
    return f"""
with base as (
    select *, hs_company(company_no) as id from companies cross join run
    where account_at >= 0
),
rows as (
    select *,
        case when {hits("account_merged", "company_no", dirt)}
            then (id + {EXTRA})::text end as merged_ids,
        false as deleted
    from base

    union all

    select * replace (id + {EXTRA} as id, upper(name) as name), null, false
    from base
    where {hits("account_merged", "company_no", dirt)}

    union all

    select
        * replace (id + {EXTRA} + 200000000 as id, 'Test ' || name as name), null, true
    from base
    where {hits("account_deleted", "company_no", dirt)}
)
select
    id,
    deleted as is_deleted,
    name as property_name,
    domain as property_domain,
    'https://www.' || domain as property_website,
    {_map(INDUSTRIES, "industry")} as property_industry,
    null as property_segment,
    'customer' as property_lifecyclestage,
    case when not {hits("account_without_owner", "company_no", dirt)}
        then hs_owner({seller}) end::text as property_hubspot_owner_id,
    utc(account_at) as property_createdate,
    utc(account_at) as property_hs_lastmodifieddate,
    case when {hits("account_text_employees", "company_no", dirt)}
        then employees || ' MA' else employees::text end as property_numberofemployees,
    country as property_country,
    {_map(SOURCES, "source")} as property_hs_analytics_source,
    merged_ids as property_hs_merged_object_ids,
    case when id = hs_company(company_no)
        and company_no in (select company_no from synced_companies)
        then {salesforce.record_id("account", "company_no")} end
        as property_salesforceaccountid,
    {_loaded("account_at")}
from rows
"""


def _stage_id(stage):
    """SQL of the stage's id in the deal's pipeline."""
    sales, renewal = (text_list(row[place] for row in STAGES) for place in (0, 1))
    return f"if(deal_type = {facts.RENEWAL}, {renewal}, {sales})[{stage} + 1]"


def _deal(dirt):
    """Deals; of a merged deal the two old records are still there."""
    merged = hits("hubspot_deal_merged", "deal_no", dirt)
    return f"""
with base as (
    select
        *,
        {hits("deal_future_win", "deal_no", dirt)} and outcome = {facts.OPEN}
            as wins_later
    from deals cross join run
),
rows as (
    select
        *,
        {merged_deal_id(dirt)} as deal_id,
        case when {merged}
            then hs_deal(deal_no) || ';' || hs_deal(deal_no + {EXTRA} + 200000000)
        end as merged_ids,
        stage_at as stamp,
        if(wins_later, {facts.WON_STAGE}, stage) as shown_stage,
        if(amount_text is null, money(amount_cents)::text, amount_text) as amount,
        false as deleted,
        true as active
    from base

    union all

    select *, hs_deal(deal_no), null, stage_at, stage, money(amount_cents)::text,
        false, true
    from base
    where {merged}

    union all

    select *, hs_deal(deal_no + {EXTRA} + 200000000), null, stage_at, stage,
        money(amount_cents)::text, false, true
    from base
    where {merged}

    union all

    select *, hs_deal(deal_no), null, created_at, 0, money(amount_cents // 2)::text,
        false, false
    from base
    where {hits("deal_inactive_version", "deal_no", dirt)} and not {merged}
        and stage_at > created_at + 86400

    union all

    select *, hs_deal(deal_no + {EXTRA} + 300000000), null, created_at,
        if(deal_no % 2 = 0, {facts.WON_STAGE}, 0),
        if(deal_no % 3 = 0, null, money(amount_cents)::text), true, true
    from base
    where {hits("deal_deleted", "deal_no", dirt)}
)
select
    deal_id,
    if(deal_type = {facts.RENEWAL}, '{RENEWAL_PIPELINE}', 'default')
        as deal_pipeline_id,
    case
        when {hits("deal_unknown_stage", "deal_no", dirt)} and outcome = {facts.OPEN}
            and not wins_later then 'pilotphase'
        else {_stage_id("shown_stage")}
    end as deal_pipeline_stage_id,
    case
        when {hits("deal_without_owner", "deal_no", dirt)} then null
        when {hits("deal_departed_owner", "deal_no", dirt)} then hs_owner(90)
        else hs_owner(seller)
    end::text as owner_id,
    deleted and deal_no % 2 = 0 as is_deleted,
    {text_list(("Neugeschäft", "Erweiterung", "Verlängerung"))}[deal_type + 1]
        || ' ' || company as property_dealname,
    case
        when {hits("deal_unknown_type", "deal_no", dirt)}
            and deal_type = {facts.UPSELL} and origin < 2 and has_customer
            then if(deal_no % 2 = 0, 'sonstiges', null)
        else {text_list(TYPES)}[deal_type + 1]
    end as property_dealtype,
    amount as property_amount,
    case
        when currency = 'EUR' or currency = 'SEK' then
            if(amount_text is null, money({home_cents()})::text, null)
    end as property_amount_in_home_currency,
    currency as property_deal_currency_code,
    case when currency = 'EUR' then '1.0' end as property_hs_exchange_rate,
    case
        when wins_later then (as_of_on + 12) || ' 10:00:00'
        when {hits("deal_unreadable_close", "deal_no", dirt)} and backdated = 0
            then if(deal_no % 2 = 0, 'offen', '31.02.2026')
        when outcome = {facts.OPEN} then on_day(planned_on) || ' 10:00:00'
        when backdated = 1 then on_day(closed_on) || ' 10:00:00'
        else utc(closed_at)::text
    end as property_closedate,
    utc(created_at) as property_createdate,
    utc(stamp) as property_hs_lastmodifieddate,
    (shown_stage >= {facts.WON_STAGE})::text as property_hs_is_closed,
    (shown_stage = {facts.WON_STAGE})::text as property_hs_is_closed_won,
    {text_list(row[3] for row in STAGES)}[shown_stage + 1]
        as property_hs_deal_stage_probability,
    {_map(SOURCES, "source")} as property_hs_analytics_source,
    merged_ids as property_hs_merged_object_ids,
    case when deal_no in (select deal_no from synced_deals)
        then {salesforce.record_id("opportunity", "deal_no")} end
        as property_hs_salesforceopportunityid,
    null as property_hs_primary_associated_company,
    {_loaded("stamp", "deleted and deal_no % 2 = 1", "active")}
from rows
"""


def home_cents():
    """SQL of the home amount of SEK deals by the CRM's rate, half away from zero."""
    year = "extract(year from coalesce(on_day(closed_on), as_of_on))"
    rate = " ".join(
        f"when {year} = {y} then {int(float(r) * 100 + 0.5)}"
        for y, r in salesforce.SEK_RATES.items()
    )
    return (
        "case when currency = 'EUR' then amount_cents else "
        f"sign(amount_cents) * ((abs(amount_cents) * 200 + (case {rate} end))"
        f" // (2 * (case {rate} end))) end"
    )


def _every_night():
    return _loaded(LAST_LOAD)


def _deal_pipeline():
    return f"""
select id as pipeline_id, label, true as active, n as display_order, {_every_night()}
from (values ('default', 'Sales Pipeline', 0), ('{RENEWAL_PIPELINE}', 'Renewals', 1))
    as t (id, label, n)
"""


def _deal_pipeline_stage():
    rows = ", ".join(
        f"('{row[place]}', '{pipeline}', '{row[2]}', {number}, {row[3]})"
        for place, pipeline in ((0, "default"), (1, RENEWAL_PIPELINE))
        for number, row in enumerate(STAGES)
    )
    return f"""
select
    id as stage_id, pipeline as pipeline_id, label, n as display_order, probability,
    n >= {facts.WON_STAGE} as is_closed, n >= {facts.WON_STAGE} as closed_won,
    true as active, {_every_night()}
from (values {rows}) as t (id, pipeline, label, n, probability)
"""


def _deal_stage(dirt):
    win = f"{hits('deal_future_win', 'deal_no', dirt)} and outcome = {facts.OPEN}"
    return f"""
with visits as (
    select visit.deal_no, visit.stage, visit.entered_at, visit.visit_no
    from visit
    union all
    select deal_no, {facts.WON_STAGE}, (stage_at + cut_at) // 2, 1000000000000
    from deals cross join run
    where {win}
),
spans as (
    select
        *,
        lead(entered_at) over (partition by deal_no order by visit_no) as left_at
    from visits
)
select
    {merged_deal_id(dirt).replace("deal_no", "spans.deal_no")} as deal_id,
    {_stage_id("spans.stage")} as value,
    utc(entered_at) as date_entered,
    'CRM_UI' as source,
    utc(entered_at) as _fivetran_start,
    coalesce(utc(left_at), timestamp '9999-12-31 23:59:59') as _fivetran_end,
    {_loaded("entered_at", active="left_at is null")}
from spans
inner join deals on spans.deal_no = deals.deal_no
"""


def _contact_property_history(dirt):
    """Entries into the stages from MQL on, for the leads of the last months."""
    return f"""
with {PEOPLE},
steps as (
    select lead_no, mql_at as stepped_at, 'marketingqualifiedlead' as stage from people
    where mql_at >= 0
    union all
    select lead_no, sql_at, 'salesqualifiedlead' from people where sql_at >= 0
    union all
    select lead_no, deal_at, 'opportunity' from people where deal_at >= 0
    union all
    select lead_no, won_at, 'customer' from people where won_at >= 0
)
select
    hs_contact(lead_no, -1) as contact_id,
    'lifecyclestage' as name,
    stage as value,
    -- Connector upgrades left milliseconds since 1970 beside readable times.
    if({hits("hubspot_epoch_time", "lead_no", dirt)}, (stepped_at * 1000)::text,
        utc(stepped_at)::text) as timestamp,
    'AUTOMATION_PLATFORM' as source,
    {_loaded("stepped_at")}
from steps cross join run
where stepped_at > cut_at - 120 * 86400
"""


def _deal_company(dirt):
    """Type 5 is the primary company; a deal may carry the partner's company too."""
    shown = f"""has_customer
        and not {hits("deal_without_account", "deal_no", dirt)}"""
    return f"""
with pairs as (
    select deal_no, company_no, '5' as type_id, created_at from deals where {shown}
    union all
    select deal_no, company_no, '341', created_at from deals
    where {shown} and {hits("hubspot_double_association", "deal_no", dirt)}
    union all
    select
        deal_no,
        (select min(company_no) from companies where account_at >= 0),
        '341',
        created_at
    from deals
    where {shown} and {hits("hubspot_second_company", "deal_no", dirt)}
)
select
    {merged_deal_id(dirt)} as deal_id,
    hs_company(company_no) as company_id,
    type_id,
    'HUBSPOT_DEFINED' as category,
    {_loaded("created_at")}
from pairs
"""


def _deal_contact(dirt):
    return f"""
with pairs as (
    select deal_no, contact_no, '3' as type_id, created_at from deals where has_customer
    union all
    select deal_no, contact_no, '19', created_at from deals
    where has_customer and {hits("hubspot_double_association", "deal_no", dirt)}
)
select
    {merged_deal_id(dirt)} as deal_id,
    hs_contact(contacts.lead_no, contacts.contact_no) as contact_id,
    type_id,
    if(type_id = '3', 'HUBSPOT_DEFINED', 'USER_DEFINED') as category,
    {_loaded("pairs.created_at")}
from pairs
inner join contacts on pairs.contact_no = contacts.contact_no
"""


def _merged_deal(dirt):
    merged = hits("hubspot_deal_merged", "deal_no", dirt)
    return f"""
select
    hs_deal(deal_no + {EXTRA}) as deal_id,
    hs_deal(deal_no) as merged_deal_id,
    {_loaded("stage_at")}
from deals where {merged}
union all
select
    hs_deal(deal_no + {EXTRA}),
    hs_deal(deal_no + {EXTRA} + 200000000),
    {_loaded("stage_at")}
from deals where {merged}
"""


def _items():
    """SQL of the line items of won deals: item_no, deal_no, contract_no (or null)."""
    return f"""
items as (
    select
        {FIRST_LINE_ITEM} + contracts.contract_no as id,
        contracts.deal_no,
        contracts.term,
        contracts.starts_on,
        contracts.currency,
        contracts.known_at as created_at,
        contracts.monthly_cents * if(contracts.value_source = 2, 11, 10) // 10 as cents,
        -- How often it is billed, in months.
        case
            when contracts.contract_no % 4 = 1 and contracts.term % 12 = 0 then 12
            when contracts.contract_no % 4 = 2 and contracts.term % 3 = 0 then 3
            else 1
        end as months
    from contracts
    inner join deals on contracts.deal_no = deals.deal_no
    where deals.is_copy = 0

    union all

    select
        {FIRST_LINE_ITEM} + {EXTRA} + deal_no, deal_no, null, null, currency,
        greatest(closed_at, created_at),
        if(contract_no >= 0, one_off * 100, amount_cents), null
    from deals
    where
        outcome = {facts.WON} and amount_cents is not null and is_copy = 0
        and (contract_no < 0 or one_off > 0)
)"""


def _line_item():
    return f"""
with {_items()}
select
    id,
    null as deal_id,
    false as is_deleted,
    if(months is null, 'Leistungen', 'Abonnement') as property_name,
    -- Half of the subscriptions are sold as five licences.
    money(cents * coalesce(months, 1) // if(months > 0 and id % 2 = 0, 5, 1))::text
        as property_price,
    if(months > 0 and id % 2 = 0, '5', '1') as property_quantity,
    null as property_discount,
    null as property_hs_discount_percentage,
    money(cents * coalesce(months, 1))::text as property_amount,
    case months
        when 1 then 'monthly' when 3 then 'quarterly' when 12 then 'annually' end
        as property_recurringbillingfrequency,
    case when term > 0 then 'P' || term || 'M' end
        as property_hs_recurring_billing_period,
    on_day(starts_on)::text as property_hs_recurring_billing_start_date,
    case when term > 0 then (term // months)::text end
        as property_hs_recurring_billing_number_of_payments,
    currency as property_hs_line_item_currency_code,
    utc(created_at) as property_createdate,
    utc(created_at) as property_hs_lastmodifieddate,
    {_loaded("created_at")}
from items
"""


def _line_item_deal(dirt):
    return f"""
with {_items()}
select
    id as line_item_id,
    {merged_deal_id(dirt)} as deal_id,
    '19' as type_id,
    {_loaded("created_at")}
from items
"""


def _owner():
    return f"""
select
    hs_owner(seller) as owner_id,
    split_part(name, ' ', 1) as first_name,
    split_part(name, ' ', 2) as last_name,
    lower(replace(name, ' ', '.')) || '@rheinfeld.example' as email,
    case when ends_on is null then 5000 + seller end as active_user_id,
    timestamp '2023-01-02 08:00:00' as created_at,
    timestamp '2023-01-02 08:00:00' as updated_at,
    {_every_night()}
from sellers
"""


def _marketing_campaign():
    """The same campaigns as elsewhere; HubSpot keeps no parents, so leaves only."""
    return f"""
select
    md5('campaign ' || n) as id,
    false as is_deleted,
    kind || ' ' || extract(year from starts_on) as property_hs_name,
    kind as property_hs_campaign_type,
    starts_on::text as property_hs_start_date,
    ends_on::text as property_hs_end_date,
    'EUR' as property_hs_currency_code,
    cost || '.0' as property_hs_spend_items_sum_amount,
    starts_on::timestamp - interval 20 day as property_createdate,
    {_every_night()}
from campaigns
where not is_parent
"""
