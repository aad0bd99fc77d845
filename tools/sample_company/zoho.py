"""The company as Zoho CRM tables in Fivetran's layout: one query per table.

Zoho has no contracts: their values stand in finance's contract_periods. A row of
the stage history says when a deal left a stage.
"""

from . import facts, salesforce
from .canonical import text_list
from .dirt import hits

ORG = 4_876_876
"""First digits of the org's record ids, which have 19."""
KINDS = [
    "user",
    "lead",
    "account",
    "contact",
    "deal",
    "stage",
    "history",
    "order",
    "invoice",
    "campaign",
    "extra",
]
PROBABILITY = (10, 20, 40, 75, 90, 100, 0)
DEFAULT_STAGES = (
    # display value, actual value, probability, forecast type
    ("Qualification", "Qualification", 10, "Open"),
    ("Needs Analysis", "Needs Analysis", 20, "Open"),
    ("Value Proposition", "Value Proposition", 40, "Open"),
    ("Identify Decision Makers", "Id. Decision Makers", 60, "Open"),
    ("Proposal/Price Quote", "Proposal/Price Quote", 75, "Open"),
    ("Negotiation/Review", "Negotiation/Review", 90, "Open"),
    ("Closed Won", "Closed Won", 100, "Closed Won"),
    ("Closed Lost", "Closed Lost", 0, "Closed Lost"),
    ("Closed Lost to Competition", "Closed-Lost to Competition", 0, "Closed Lost"),
)
SYNC_MINUTE = 35


def record_id(kind, number):
    """SQL of the 19-digit id of a record; null if the number is negative."""
    start = ORG * 10**12 + (KINDS.index(kind) + 1) * 10**10
    return f"case when {number} >= 0 then ({start} + {number})::text end"


def contract_id():
    """SQL of the id under which finance knows a contract."""
    return "'Z-' || contract_no"


def _loaded(moment, deleted="false", active="true"):
    """SQL of the loader's three columns."""
    return f"""
        synced({moment}, {SYNC_MINUTE}) as _fivetran_synced,
        {deleted} as _fivetran_deleted,
        {active} as _fivetran_active"""


def _every_night():
    return _loaded("(select cut_at from run)")


def tables(dirt=1):
    """SQL per table: {table: query}; dirt is 0 or 1."""
    return {
        "lead": _lead(dirt),
        "account": _account(dirt),
        "contact": _contact(),
        "deal": _deal(dirt),
        "stage": _stage(),
        "deal_stage_history": _deal_stage_history(),
        "sales_order": _sales_order(),
        "invoice": _invoice(dirt),
        "campaign": _campaign(dirt),
        "user": _user(),
    }


def _lead(dirt):
    """Leads; the same person may come twice, Zoho keeps no pointers of merges."""
    return f"""
with base as (
    select
        *,
        {record_id("lead", "lead_no")} as id,
        greatest(created_at, mql_at, sql_at, converted_at, refused_at) as changed_at,
        case
            when refused_at >= 0
                then ['Not Qualified', 'Junk Lead', 'Lost Lead'][mood % 3 + 1]
            when sql_at >= 0 then 'Pre-Qualified'
            when mql_at >= 0 then 'Contacted'
            when {hits("lead_unknown_status", "lead_no", dirt)} then 'Recycled'
            else ['Not Contacted', 'Attempted to Contact', 'Contact in Future'][
                mood % 3 + 1]
        end as status
    from leads cross join run
),
rows as (
    select *, changed_at as stamp, email as shown_email, false as deleted,
        'Available' as record_status, true as active
    from base

    union all

    select
        * replace (-1 as converted_at, 'Not Contacted' as status), created_at, email,
        false, 'Available', {hits("lead_duplicate_row", "lead_no", dirt)}
    from base
    where
        ({hits("lead_duplicate_row", "lead_no", dirt)}
        or {hits("lead_inactive_version", "lead_no", dirt)})
        and changed_at > created_at + 86400

    union all

    select
        * replace (
            {record_id("lead", "lead_no + 4000000000")} as id, -1 as converted_at
        ),
        changed_at, 'test' || lead_no || '@rheinfeld.example', lead_no % 2 = 0,
        if(lead_no % 2 = 0, 'Available', 'Trash'), true
    from base
    where {hits("lead_deleted", "lead_no", dirt)}

    union all

    select
        * replace (
            {record_id("lead", "lead_no + 5000000000")} as id,
            created_at + 20 * 86400 as created_at, -1 as converted_at,
            'Not Contacted' as status, 'Website' as source
        ),
        created_at + 20 * 86400, '  ' || upper(email) || ' ', false, 'Available', true
    from base
    where {hits("lead_same_email", "lead_no", dirt)}
        and created_at + 20 * 86400 <= cut_at

    union all

    select
        * replace (
            {record_id("lead", "lead_no + 6000000000")} as id,
            cut_at + 1800 as created_at, -1 as converted_at, 'Not Contacted' as status
        ),
        cut_at + 1800, 'nachts.' || email, false, 'Available', true
    from base
    where {hits("lead_after_as_of", "lead_no", dirt)}
)
select
    id,
    case when not {hits("lead_without_owner", "lead_no", dirt)}
        then {record_id("user", "seller")} end as owner_id,
    company,
    shown_email as email,
    source as lead_source,
    status as lead_status,
    industry,
    case when {hits("lead_text_employees", "lead_no", dirt)}
        then 'ca. ' || employees else employees::text end as no_of_employees,
    country,
    utc(created_at) as created_time,
    utc(stamp) as modified_time,
    converted_at >= 0 as converted_s,
    utc(converted_at) as converted_date_time,
    case when converted_at >= 0 then {record_id("account", "company_no")} end
        as converted_account_id,
    case when converted_at >= 0 then {record_id("contact", "contact_no")} end
        as converted_contact_id,
    case when converted_at >= 0 then {record_id("deal", "deal_no")} end
        as converted_deal_id,
    record_status as record_status_s,
    {_loaded("stamp", "deleted", "active")}
from rows
"""


def _account(dirt):
    return f"""
with rows as (
    select *, {record_id("account", "company_no")} as id, false as deleted
    from companies where account_at >= 0

    union all

    select
        * replace ('Test ' || name as name),
        {record_id("account", "company_no + 4000000000")}, true
    from companies
    where account_at >= 0 and {hits("account_deleted", "company_no", dirt)}
)
select
    id,
    name as account_name,
    'Customer' as account_type,
    if(company_no % 2 = 0, 'http://www.' || domain, domain) as website,
    industry,
    null as segment,
    case when not {hits("account_without_owner", "company_no", dirt)}
        then {record_id("user", salesforce.account_seller())} end as owner_id,
    case when {hits("account_text_employees", "company_no", dirt)}
        then employees || ' MA' else employees::text end as employees,
    country as billing_country,
    utc(account_at) as created_time,
    utc(account_at) as modified_time,
    'Available' as record_status_s,
    {_loaded("account_at", "deleted")}
from rows
"""


def _contact():
    return f"""
select
    {record_id("contact", "contacts.contact_no")} as id,
    {record_id("account", "contacts.company_no")} as account_name_id,
    contacts.email,
    companies.source as lead_source,
    {
        record_id(
            "user",
            salesforce.account_seller().replace("company_no", "contacts.company_no"),
        )
    } as owner_id,
    utc(contacts.created_at) as created_time,
    utc(contacts.created_at) as modified_time,
    'Available' as record_status_s,
    {_loaded("contacts.created_at")}
from contacts
inner join companies on contacts.company_no = companies.company_no
"""


def _rate():
    """SQL of a record's exchange rate, units per euro; only SEK needs Zoho's."""
    year = "extract(year from coalesce(on_day(closed_on), as_of_on))"
    sek = " ".join(
        f"when {year} = {y} then '{r}'" for y, r in salesforce.SEK_RATES.items()
    )
    return (
        f"case when currency = 'EUR' then '1' "
        f"when currency = 'SEK' then case {sek} end end"
    )


def _deal(dirt):
    return f"""
with base as (
    select *, {record_id("deal", "deal_no")} as id from deals cross join run
),
rows as (
    select *, stage_at as stamp, stage as shown_stage,
        if(amount_text is null, money(amount_cents)::text, amount_text) as amount,
        false as deleted, true as active
    from base

    union all

    select *, created_at, 0, money(amount_cents // 2)::text, false,
        {hits("deal_duplicate_row", "deal_no", dirt)}
    from base
    where
        ({hits("deal_duplicate_row", "deal_no", dirt)}
        or {hits("deal_inactive_version", "deal_no", dirt)})
        and stage_at > created_at + 86400

    union all

    select
        * replace ({record_id("deal", "deal_no + 4000000000")} as id), created_at,
        if(deal_no % 2 = 0, {facts.WON_STAGE}, 0), money(amount_cents)::text, true, true
    from base
    where {hits("deal_deleted", "deal_no", dirt)}
)
select
    id,
    {text_list(("Neugeschäft", "Erweiterung", "Verlängerung"))}[deal_type + 1]
        || ' ' || company as deal_name,
    case when has_customer and not {hits("deal_without_account", "deal_no", dirt)}
        then {record_id("account", "company_no")} end as account_name_id,
    case when has_customer then {record_id("contact", "contact_no")} end
        as contact_name_id,
    {record_id("campaign", campaign_number())} as campaign_source_id,
    case
        when {hits("deal_without_owner", "deal_no", dirt)} then null
        when {hits("deal_departed_owner", "deal_no", dirt)}
            then {record_id("user", "90")}
        else {record_id("user", "seller")}
    end as owner_id,
    case
        when {hits("deal_unknown_type", "deal_no", dirt)}
            and deal_type = {facts.UPSELL} and origin < 2 and has_customer
            then if(deal_no % 2 = 0, 'Sonstiges', null)
        else {text_list(salesforce.TYPES)}[deal_type + 1]
    end as type,
    source as lead_source,
    case
        when {hits("deal_unknown_stage", "deal_no", dirt)} and outcome = {facts.OPEN}
            then 'Pilotphase'
        -- A loss to a competitor is a stage of its own; the history says so too.
        else {stage_name("shown_stage", "deal_no")}
    end as stage,
    if(deal_type = {facts.RENEWAL}, 'Renewals', 'Standard (Standard)') as pipeline,
    amount,
    currency,
    {_rate()} as exchange_rate,
    {list(PROBABILITY)}[shown_stage + 1]::text as probability,
    case
        when {hits("deal_unreadable_close", "deal_no", dirt)} and backdated = 0
            then if(deal_no % 2 = 0, 'offen', '31.02.2026')
        when backdated = 1 then on_day(closed_on)::text
        -- The expected date; nobody moves it when the deal is closed.
        else on_day(planned_on + deal_no % 7)::text
    end as closing_date,
    utc(created_at) as created_time,
    utc(stamp) as modified_time,
    'Available' as record_status_s,
    {_loaded("stamp", "deleted", "active")}
from rows
"""


def stage_name(stage, deal_no):
    """SQL of the stage's name; one loss in four is a loss to a competitor."""
    names = text_list(salesforce.STAGE_NAMES)
    return (
        f"if({stage} = {facts.LOST_STAGE} and {deal_no} % 4 = 1, "
        f"'Closed Lost to Competition', {names}[{stage} + 1])"
    )


def _stage():
    rows = ", ".join(
        f"({number}, '{shown}', '{actual}', {probability}, '{forecast}')"
        for number, (shown, actual, probability, forecast) in enumerate(DEFAULT_STAGES)
    )
    return f"""
select
    {record_id("stage", "n")} as id, shown as display_value, actual as actual_value,
    n + 1 as sequence_number, probability, forecast as forecast_type,
    forecast as deal_category,
    case forecast when 'Open' then 'Pipeline' when 'Closed Won' then 'Closed'
        else 'Omitted' end as forecast_category,
    {_every_night()}
from (values {rows}) as t (n, shown, actual, probability, forecast)
"""


def _deal_stage_history():
    """Deals that were entered after the fact have no history at all."""
    name = stage_name("stage", "deal_no")
    next_name = stage_name("next_stage", "deal_no")
    return f"""
with spans as (
    select
        visit.*,
        lead(visit.stage) over visits as next_stage,
        lead(visit.entered_at) over visits as left_at,
        visit.entered_at as since
    from visit
    inner join deals on visit.deal_no = deals.deal_no
    where deals.backdated = 0
    window visits as (partition by visit.deal_no order by visit.visit_no)
)
select
    {record_id("history", "visit_no")} as id,
    {record_id("deal", "deal_no")} as potential_name_id,
    {name} as stage,
    case when left_at is not null then {next_name} end as moved_to_s,
    (left_at - since) // 86400 as stage_duration_calendar_days,
    utc(coalesce(left_at, since)) as modified_time,
    {_loaded("coalesce(left_at, since)")}
from spans
"""


def _billed():
    """SQL of what is billed: one row per contract part and one-off part."""
    return f"""
billed as (
    select
        coalesce(contracts.deal_no * 8, contracts.contract_no * 8 + 4) as order_no,
        contracts.company_no,
        coalesce(contracts.deal_no, -1) as deal_no,
        contracts.starts_on as billed_on,
        contracts.monthly_cents * if(contracts.term > 0, contracts.term, 12) as cents,
        contracts.currency,
        contracts.known_at as created_at
    from contracts

    union all

    select
        deal_no * 8 + 1, if(has_customer, company_no, -1), deal_no,
        closed_on + if(refund_of > 0, 0, deal_no % 25),
        if(contract_no >= 0, one_off * 100, amount_cents), currency,
        greatest(closed_at, created_at)
    from deals
    where
        outcome = {facts.WON} and amount_cents is not null
        and (contract_no < 0 or one_off > 0)
)"""


def _amounts():
    """SQL of the amounts of a document: net, VAT of 19 per cent, gross."""
    return """
    money(cents)::text as sub_total,
    money(cents * 19 // 100)::text as tax,
    money(cents + cents * 19 // 100)::text as grand_total,
    billed.currency,
    case when billed.currency = 'EUR' then '1' end as exchange_rate,
    utc(billed.created_at) as created_time,
    utc(billed.created_at) as modified_time,
    'Available' as record_status_s"""


def _sales_order():
    return f"""
with {_billed()}
select
    {record_id("order", "order_no")} as id,
    'SO-' || order_no as so_number,
    {record_id("deal", "billed.deal_no")} as deal_name_id,
    {record_id("account", "billed.company_no")} as account_name_id,
    {record_id("user", "coalesce(deal.seller, 0)")} as owner_id,
    'Approved' as status,
    on_day(billed_on)::text as due_date,
    {_amounts()},
    {_loaded("billed.created_at")}
from billed
left join deal on billed.deal_no = deal.deal_no
where cents >= 0
"""


def _invoice(dirt):
    draft = hits("order_draft", "billed.deal_no", dirt)
    return f"""
with {_billed()},
rows as (
    select *, 'Delivered' as status from billed
    union all
    select * replace (order_no + 4000000000 as order_no),
        if(deal_no % 2 = 0, 'Draft', 'Cancelled')
    from billed
    where {draft}
)
select
    {record_id("invoice", "order_no")} as id,
    'RE-' || order_no as invoice_number,
    case when cents >= 0 then {record_id("order", "order_no % 4000000000")} end
        as sales_order_id,
    null as deal_name_id,
    {record_id("account", "billed.company_no")} as account_name_id,
    {record_id("user", "coalesce(deal.seller, 0)")} as owner_id,
    status,
    on_day(billed_on)::text as invoice_date,
    on_day(billed_on + 30)::text as due_date,
    '0.00' as discount,
    '0.00' as adjustment,
    {_amounts()},
    {_loaded("billed.created_at")}
from rows as billed
left join deal on billed.deal_no = deal.deal_no
"""


def campaign_number():
    """SQL of the number of the campaign of a deal's source and quarter."""
    return salesforce.campaign_number("source", "created_at", "lead_no >= 0")


def _campaign(dirt):
    return f"""
select
    {record_id("campaign", "n")} as id,
    kind || ' ' || extract(year from starts_on) as campaign_name,
    kind as type,
    'Complete' as status,
    starts_on::text as start_date,
    ends_on::text as end_date,
    case when {hits("campaign_text_cost", "n", dirt)} and kind = 'Website'
        then 'offen' else cost || '.00' end as actual_cost,
    cost || '.00' as budgeted_cost,
    {record_id("campaign", "parent")} as parent_campaign_id,
    'EUR' as currency,
    '1' as exchange_rate,
    starts_on::timestamp - interval 20 day as created_time,
    starts_on::timestamp - interval 20 day as modified_time,
    'Available' as record_status_s,
    {_every_night()}
from campaigns
"""


def _user():
    return f"""
select
    {record_id("user", "seller")} as id,
    name as full_name,
    lower(replace(name, ' ', '.')) || '@rheinfeld.example' as email,
    if(ends_on is null, 'active', 'disabled') as status,
    {_every_night()}
from sellers
"""
