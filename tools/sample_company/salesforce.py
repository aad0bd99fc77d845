"""The company as Salesforce tables in Fivetran's layout: one query per table."""

from . import facts
from .canonical import DIGITS, text_list
from .dirt import hits

INSTANCE = "5g"
FIRST_NUMBER = 210_000_000
EXTRA = 400_000_000
"""Ids of records that exist only as dirt start here."""

PREFIX = {
    "account": "001",
    "contact": "003",
    "user": "005",
    "opportunity": "006",
    "opportunity_history": "008",
    "lead": "00Q",
    "queue": "00G",
    "lead_history": "017",
    "opportunity_contact_role": "00K",
    "opportunity_field_history": "00D",
    "opportunity_stage": "01J",
    "campaign": "701",
    "contract": "800",
    "order": "801",
    "currency_type": "01L",
    "dated_conversion_rate": "04w",
}
STAGE_NAMES = [name for name, _ in facts.STAGES]
TYPES = ("New Business", "Existing Business", "Renewal")
SEK_RATES = {2023: "11.35", 2024: "11.42", 2025: "11.05", 2026: "10.95"}
"""SEK per EUR by year: only Salesforce knows them."""

SYNC_MINUTE = {table: minute for minute, table in enumerate(sorted(PREFIX))}


def check_letter(five):
    """The check letter of five characters: which of them are upper case."""
    bits = sum(1 << place for place, letter in enumerate(five) if letter.isupper())
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits]


def record_id(kind, number):
    """SQL of the 18-character id of a record; null if the number is negative."""
    stem = PREFIX[kind] + INSTANCE + "00000"
    check = check_letter(stem[:5]) + check_letter(stem[5:])
    return f"case when {number} >= 0 then sf_id('{stem}', '{check}', {number}) end"


def short_id(text):
    """SQL of the 15-character form of an id."""
    return f"left({text}, 15)"


MACROS = f"""
create macro sf_tail(n) as
    digit(n // 14776336) || digit(n // 238328) || digit(n // 3844)
    || digit(n // 62) || digit(n);
create macro sf_check(n) as letter(
    is_upper(n // 14776336) + 2 * is_upper(n // 238328) + 4 * is_upper(n // 3844)
    + 8 * is_upper(n // 62) + 16 * is_upper(n)
);
create macro sf_id(stem, check_letters, n) as
    stem || sf_tail(n + {FIRST_NUMBER})
    || check_letters || sf_check(n + {FIRST_NUMBER});
"""
assert len(DIGITS) == 62


def _loaded(table, moment, deleted="false", active="true"):
    """SQL of the loader's three columns."""
    return f"""
        synced({moment}, {SYNC_MINUTE[table]}) as _fivetran_synced,
        {deleted} as _fivetran_deleted,
        {active} as _fivetran_active"""


def _every_night(table):
    """The loader's columns of a table that is copied in full each night."""
    return _loaded(table, "(select cut_at from run)")


def tables(dirt=1):
    """SQL per table: {table: query}; dirt is 0 or 1."""
    return {
        "lead": _lead(dirt),
        "lead_history": _lead_history(),
        "account": _account(dirt),
        "contact": _contact(),
        "opportunity": _opportunity(dirt),
        "opportunity_stage": _opportunity_stage(),
        "opportunity_history": _opportunity_history(dirt),
        "opportunity_field_history": _opportunity_field_history(),
        "opportunity_contact_role": _opportunity_contact_role(dirt),
        "order": _order(dirt),
        "contract": _contract(dirt),
        "campaign": _campaign(dirt),
        "user": _user(),
        "currency_type": _currency_type(),
        "dated_conversion_rate": _dated_conversion_rate(),
    }


_STATUS = """
    case
        when converted_at >= 0 then 'Closed - Converted'
        when refused_at >= 0 and mood < 700 then 'Unqualified'
        when refused_at >= 0 then 'Closed - Not Converted'
        when sql_at >= 0 and mood < 500 then 'SQL'
        when sql_at >= 0 then 'Qualified'
        when mql_at >= 0 and mood < 600 then 'MQL'
        when mql_at >= 0 then 'Working'
        when mood < 650 then 'New'
        else 'Nurturing'
    end"""


def _lead(dirt):
    """Leads, their duplicates, deleted and merged ones."""
    own_id = record_id("lead", "lead_no")
    extra_id = record_id("lead", f"lead_no + {EXTRA} + extra")
    return f"""
with base as (
    select
        *,
        {own_id} as long_id,
        {_STATUS} as status_now,
        greatest(created_at, mql_at, sql_at, converted_at, refused_at) as changed_at,
        -- A lead that absorbed an earlier one shows its own, later creation.
        case
            when {hits("lead_merged_earlier", "lead_no", dirt)} then
                created_at + least(
                    3 * 86400,
                    (
                        least(
                            if(mql_at >= 0, mql_at, cut_at),
                            if(refused_at >= 0, refused_at, cut_at),
                            if(converted_at >= 0, converted_at, cut_at)
                        ) - created_at
                    ) // 2
                )
            else created_at
        end as own_created_at
    from leads cross join run
),
rows as (
    select
        *,
        case when {hits("lead_short_id", "lead_no", dirt)}
            then {short_id("long_id")} else long_id end as id,
        own_created_at as shown_created_at,
        greatest(changed_at, own_created_at) as stamp,
        case when {hits("lead_unknown_status", "lead_no", dirt)} and converted_at < 0
            and refused_at < 0 then 'Recycled' else status_now end as status,
        email as shown_email,
        source as shown_source,
        converted_at >= 0 as converted,
        false as deleted,
        null as master,
        false as loader_deleted,
        true as active
    from base

    union all

    -- Older versions of a row: landed twice, or kept by history mode.
    select
        *, long_id, own_created_at, own_created_at, 'New', email, source, false,
        false, null, false, {hits("lead_duplicate_row", "lead_no", dirt)}
    from base
    where
        ({hits("lead_duplicate_row", "lead_no", dirt)}
        or {hits("lead_inactive_version", "lead_no", dirt)})
        and changed_at > own_created_at + 86400

    union all

    -- Leads that are no longer there.
    select
        base.*, {extra_id.replace("extra", "1")}, created_at + 3600, created_at + 7200,
        'New', 'test' || lead_no || '@rheinfeld.example', source, false,
        {hits("lead_deleted", "lead_no", dirt)}, null,
        {hits("lead_removed_by_loader", "lead_no", dirt)}, true
    from base
    where
        ({hits("lead_deleted", "lead_no", dirt)}
        or {hits("lead_removed_by_loader", "lead_no", dirt)})
        and created_at + 7200 <= cut_at

    union all

    -- Duplicates that were merged into the lead: created later, or before it.
    select
        base.*, {extra_id.replace("extra", "200000000")},
        if({hits("lead_merged_earlier", "lead_no", dirt)}, created_at,
            least(created_at + 5 * 86400, cut_at - 60)),
        least(greatest(created_at, own_created_at) + 6 * 86400, cut_at),
        'New', email, 'Website', false, true, long_id, false, true
    from base
    where
        {hits("lead_merged_earlier", "lead_no", dirt)}
        or ({hits("lead_merged_later", "lead_no", dirt)} and created_at + 600 < cut_at)

    union all

    -- The same person once more, as a lead of its own.
    select
        base.*, {extra_id.replace("extra", "300000000")}, created_at + 20 * 86400,
        created_at + 20 * 86400, 'New', '  ' || upper(email) || ' ', 'Website', false,
        false, null, false, true
    from base
    where
        {hits("lead_same_email", "lead_no", dirt)}
        and created_at + 20 * 86400 <= cut_at

    union all

    -- Created in the night of the last load: after the last day that counts.
    select
        base.*, {extra_id.replace("extra", "100000000")}, cut_at + 1800, cut_at + 1800,
        'New', 'nachts.' || email, 'Website', false, false, null, false, true
    from base
    where {hits("lead_after_as_of", "lead_no", dirt)}
)
select
    id,
    utc(shown_created_at) as created_date,
    utc(stamp) as system_modstamp,
    status,
    shown_source as lead_source,
    company,
    shown_email as email,
    case
        when {hits("lead_without_owner", "lead_no", dirt)} then null
        when {hits("lead_queue_owner", "lead_no", dirt)}
            then {record_id("queue", "1")}
        else {record_id("user", "seller")}
    end as owner_id,
    industry,
    case when {hits("lead_text_employees", "lead_no", dirt)}
        then 'ca. ' || employees else employees::text end as number_of_employees,
    country,
    converted as is_converted,
    case when converted then utc(converted_at)::date end as converted_date,
    case
        when converted and {hits("account_merged", "company_no", dirt)}
            then {record_id("account", f"company_no + {EXTRA}")}
        when converted then {record_id("account", "company_no")}
    end as converted_account_id,
    case when converted then {record_id("contact", "contact_no")}
        end as converted_contact_id,
    case when converted then
        left({record_id("opportunity", "deal_no")},
            if({hits("lead_short_id", "lead_no", dirt)}, 15, 18))
        end as converted_opportunity_id,
    deleted as is_deleted,
    master as master_record_id,
    {_loaded("lead", "stamp", "loader_deleted", "active")}
from rows
"""


def _lead_history():
    """Changes of the status; the first status is not a change."""
    return f"""
with steps as (
    select lead_no, created_at as stepped_at, 0 as step, 'New' as status from leads
    union all
    select lead_no, mql_at, 2, 'MQL' from leads where mql_at >= 0
    union all
    select lead_no, sql_at, 3, 'SQL' from leads where sql_at >= 0
    union all
    select
        lead_no,
        greatest(created_at, mql_at, sql_at, converted_at, refused_at) + 120,
        4,
        {_STATUS}
    from leads
),
changes as (
    select
        *,
        lag(status) over (partition by lead_no order by step) as old_value
    from steps
)
select
    {record_id("lead_history", "lead_no * 8 + step")} as id,
    {record_id("lead", "lead_no")} as lead_id,
    'Status' as field,
    old_value,
    status as new_value,
    utc(stepped_at) as created_date,
    false as is_deleted,
    {_loaded("lead_history", "stepped_at")}
from changes cross join run
where old_value is not null and old_value != status and stepped_at <= cut_at
"""


def account_seller():
    """SQL of the seller in charge of a company."""
    teams = [list(map(int, team)) for team in facts.SELLERS_OF]
    return f"({teams})[territory + 1][company_no % 3 + 1]"


def _account(dirt):
    own_id = record_id("account", "company_no")
    return f"""
with base as (
    select *, {own_id} as long_id from companies cross join run where account_at >= 0
),
rows as (
    select
        *, long_id as id, account_at as shown_at, name as shown_name,
        false as deleted, null as master
    from base

    union all

    select *, {record_id("account", f"company_no + {EXTRA}")}, account_at,
        upper(name), true, long_id
    from base
    where {hits("account_merged", "company_no", dirt)}

    union all

    select *, {record_id("account", f"company_no + {EXTRA} + 200000000")}, account_at,
        'Test ' || name, true, null
    from base
    where {hits("account_deleted", "company_no", dirt)}
)
select
    id,
    shown_name as name,
    case company_no % 3
        when 0 then 'https://www.' || domain || '/'
        when 1 then 'www.' || domain
        else domain
    end as website,
    industry,
    case when not {hits("account_without_owner", "company_no", dirt)}
        then {record_id("user", account_seller())} end as owner_id,
    case when {hits("account_text_employees", "company_no", dirt)}
        then employees || ' MA' else employees::text end as number_of_employees,
    country as billing_country,
    source as account_source,
    case when {hits("account_key", "company_no", dirt)} then 'Key Account' end
        as segment_c,
    utc(shown_at) as created_date,
    utc(shown_at) as system_modstamp,
    deleted as is_deleted,
    master as master_record_id,
    {_loaded("account", "shown_at")}
from rows
"""


def _contact():
    return f"""
select
    {record_id("contact", "contact_no")} as id,
    {record_id("account", "company_no")} as account_id,
    email,
    utc(created_at) as created_date,
    utc(created_at) as system_modstamp,
    false as is_deleted,
    null::text as master_record_id,
    {_loaded("contact", "created_at")}
from contacts
"""


def _opportunity(dirt):
    """Deals, their duplicates and deleted ones."""
    return f"""
with base as (
    select
        *,
        {hits("deal_future_win", "deal_no", dirt)} and outcome = {facts.OPEN}
            as wins_later,
        stage_at as changed_at
    from deals cross join run
),
rows as (
    select
        *,
        {record_id("opportunity", "deal_no")} as id,
        changed_at as stamp,
        if(wins_later, {facts.WON_STAGE}, stage) as shown_stage,
        if(amount_text is null, money(amount_cents)::text, amount_text) as amount,
        false as deleted,
        true as active
    from base

    union all

    select
        *,
        {record_id("opportunity", "deal_no")},
        created_at,
        0,
        money(amount_cents // 2)::text,
        false,
        {hits("deal_duplicate_row", "deal_no", dirt)}
    from base
    where
        ({hits("deal_duplicate_row", "deal_no", dirt)}
        or {hits("deal_inactive_version", "deal_no", dirt)})
        and changed_at > created_at + 86400

    union all

    select
        *,
        {record_id("opportunity", f"deal_no + {EXTRA}")},
        created_at,
        if(deal_no % 2 = 0, {facts.WON_STAGE}, 0),
        if(deal_no % 3 = 0, null, money(amount_cents)::text),
        true,
        true
    from base
    where {hits("deal_deleted", "deal_no", dirt)}
)
select
    id,
    {text_list(("Neugeschäft", "Erweiterung", "Verlängerung"))}[deal_type + 1]
        || ' ' || company as name,
    case
        when {hits("deal_without_account", "deal_no", dirt)} then null
        when not has_customer then null
        when {hits("deal_short_account_id", "deal_no", dirt)}
            then {short_id(record_id("account", "company_no"))}
        else {record_id("account", "company_no")}
    end as account_id,
    case
        when {hits("deal_without_owner", "deal_no", dirt)} then null
        when {hits("deal_departed_owner", "deal_no", dirt)}
            then {record_id("user", "90")}
        else {record_id("user", "seller")}
    end as owner_id,
    {record_id("campaign", campaign_number("source", "created_at", "lead_no >= 0"))}
        as campaign_id,
    case when has_customer then {record_id("contact", "contact_no")} end as contact_id,
    {record_id("contract", "contract_no")} as contract_id,
    case
        when {hits("deal_unknown_type", "deal_no", dirt)}
            and deal_type = {facts.UPSELL} and origin < 2 and has_customer
            then if(deal_no % 2 = 0, 'Sonstiges', null)
        else {text_list(TYPES)}[deal_type + 1]
    end as type,
    source as lead_source,
    case
        when {hits("deal_unknown_stage", "deal_no", dirt)} and outcome = {facts.OPEN}
            and not wins_later then 'Pilotphase'
        else {text_list(STAGE_NAMES)}[shown_stage + 1]
    end as stage_name,
    amount,
    currency as currency_iso_code,
    case when {hits("deal_odd_probability", "deal_no", dirt)} then 1000
        else {[p for _, p in facts.STAGES]}[shown_stage + 1] end as probability,
    case
        when wins_later then (as_of_on + 12)::text
        when {hits("deal_unreadable_close", "deal_no", dirt)} and backdated = 0
            then if(deal_no % 2 = 0, 'offen', '31.02.2026')
        when outcome = {facts.OPEN} then on_day(planned_on)::text
        else on_day(closed_on)::text
    end as close_date,
    utc(created_at) as created_date,
    utc(stamp) as system_modstamp,
    shown_stage >= {facts.WON_STAGE} as is_closed,
    shown_stage = {facts.WON_STAGE} as is_won,
    deleted as is_deleted,
    {_loaded("opportunity", "stamp", active="active")}
from rows
"""


def _opportunity_stage():
    rows = ", ".join(
        f"({number}, '{name}', {probability})"
        for number, (name, probability) in enumerate(facts.STAGES)
    )
    return f"""
select
    {record_id("opportunity_stage", "n")} as id,
    name as master_label,
    name as api_name,
    probability as default_probability,
    true as is_active,
    n >= {facts.WON_STAGE} as is_closed,
    n = {facts.WON_STAGE} as is_won,
    n + 1 as sort_order,
    {_every_night("opportunity_stage")}
from (values {rows}) as stages (n, name, probability)
"""


def _opportunity_history(dirt):
    """Stage visits, and rows where something else than the stage changed."""
    visit_id = record_id("opportunity_history", "visit_no")
    other_id = record_id("opportunity_history", f"visit_no + {EXTRA}")
    win_id = record_id("opportunity_history", f"deal_no + {EXTRA} + 200000000")
    return f"""
with rows as (
    select {visit_id} as id, deal_no, stage, entered_at from visit

    union all

    -- The amount was changed within the stage.
    select {other_id}, deal_no, stage, entered_at + 240
    from visit cross join run
    where visit_no % 12 = 5 and stage < {facts.WON_STAGE} and entered_at + 240 <= cut_at

    union all

    select {win_id}, deal_no, {facts.WON_STAGE}, (stage_at + cut_at) // 2
    from deals cross join run
    where {hits("deal_future_win", "deal_no", dirt)} and outcome = {facts.OPEN}
)
select
    id,
    {record_id("opportunity", "deal_no")} as opportunity_id,
    {text_list(STAGE_NAMES)}[stage + 1] as stage_name,
    utc(entered_at) as created_date,
    false as is_deleted,
    {_loaded("opportunity_history", "entered_at")}
from rows
"""


def _opportunity_field_history():
    """Changes of the stage in the last weeks: tracking was switched on late."""
    return f"""
with moves as (
    select
        visit_no,
        deal_no,
        stage,
        entered_at,
        lag(stage) over (partition by deal_no order by visit_no) as old_stage
    from visit
)
select
    {record_id("opportunity_field_history", "visit_no")} as id,
    {record_id("opportunity", "deal_no")} as opportunity_id,
    'StageName' as field,
    {text_list(STAGE_NAMES)}[old_stage + 1] as old_value,
    {text_list(STAGE_NAMES)}[stage + 1] as new_value,
    utc(entered_at) as created_date,
    false as is_deleted,
    {_loaded("opportunity_field_history", "entered_at")}
from moves cross join run
where old_stage is not null and entered_at > cut_at - 20 * 86400
"""


def _opportunity_contact_role(dirt):
    """The contact of the deal, and another one that plays a part in it."""
    second = record_id("opportunity_contact_role", f"deal_no + {EXTRA}")
    return f"""
with rows as (
    select
        {record_id("opportunity_contact_role", "deal_no")} as id,
        deal_no, contact_no, true as is_primary, created_at
    from deals
    where has_customer and deal_type = {facts.NEW}

    union all

    select
        {second}, deals.deal_no, companies.other_contact_no, false,
        contacts.created_at
    from deals
    inner join companies on deals.company_no = companies.company_no
    inner join contacts on companies.other_contact_no = contacts.contact_no
    where
        deals.has_customer and deals.has_other_contact = 1
        and deals.deal_type = {facts.NEW}
)
select
    id,
    {record_id("opportunity", "deal_no")} as opportunity_id,
    {record_id("contact", "contact_no")} as contact_id,
    is_primary,
    false as is_deleted,
    {_loaded("opportunity_contact_role", "created_at")}
from rows
"""


def _order(dirt):
    """Billing documents: contract parts, one-off parts, credit notes, drafts.

    Order numbers: 8 * deal + (0 contract, 1 one-off, 2 draft), 8 * contract + 4 for
    contracts without a deal.
    """
    total = "money(contracts.monthly_cents * if(contracts.term > 0, contracts.term, 12)"
    listed = "if(contracts.value_source = 2, 11, 10) // 10)"
    return f"""
with rows as (
    select
        coalesce(contracts.deal_no * 8, contracts.contract_no * 8 + 4) as order_no,
        contracts.company_no,
        contracts.contract_no,
        coalesce(contracts.deal_no, -1) as deal_no,
        contracts.starts_on as effective_on,
        {total} * {listed} as total,
        contracts.currency,
        contracts.known_at as created_at,
        false as is_reduction,
        'Activated' as status
    from contracts
    where contracts.value_source != 1

    union all

    select
        deal_no * 8 + 1,
        if(has_customer, company_no, -1),
        -1,
        deal_no,
        closed_on + if(refund_of > 0, 0, deal_no % 25),
        money(if(contract_no >= 0, one_off * 100, amount_cents)),
        currency,
        greatest(closed_at, created_at),
        refund_of > 0,
        'Activated'
    from deals
    where
        outcome = {facts.WON} and amount_cents is not null
        and (contract_no < 0 or one_off > 0)

    union all

    select
        deal_no * 8 + 2, company_no, -1, deal_no, closed_on, money(500000), currency,
        greatest(closed_at, created_at), false, 'Draft'
    from deals
    where
        {hits("order_draft", "deal_no", dirt)} and outcome = {facts.WON}
        and has_customer
)
select
    {record_id("order", "order_no")} as id,
    {record_id("account", "rows.company_no")} as account_id,
    {record_id("contract", "rows.contract_no")} as contract_id,
    {record_id("opportunity", "rows.deal_no")} as opportunity_id,
    {record_id("user", "coalesce(deal.seller, 0)")} as owner_id,
    on_day(effective_on) as effective_date,
    status,
    status as status_code,
    total::text as total_amount,
    rows.currency as currency_iso_code,
    is_reduction as is_reduction_order,
    utc(rows.created_at) as created_date,
    utc(rows.created_at) as system_modstamp,
    false as is_deleted,
    {_loaded("order", "rows.created_at")}
from rows
left join deal on rows.deal_no = deal.deal_no
"""


def _contract(dirt):
    """Contracts; some carry no end date because the term says it."""
    return f"""
with rows as (
    select *, {record_id("contract", "contract_no")} as id, 'Activated' as status
    from contracts

    union all

    select *, {record_id("contract", f"contract_no + {EXTRA}")}, 'Draft'
    from contracts
    where {hits("contract_draft", "contract_no", dirt)}
)
select
    id,
    {record_id("account", "rows.company_no")} as account_id,
    {record_id("user", account_seller().replace("company_no", "rows.company_no"))}
        as owner_id,
    on_day(starts_on) as start_date,
    case when contract_no % 10 != 3 then on_day(ends_on - 1) end as end_date,
    case when term > 0 then term end as contract_term,
    status,
    status as status_code,
    rows.currency as currency_iso_code,
    utc(known_at) as created_date,
    utc(known_at) as system_modstamp,
    false as is_deleted,
    {_loaded("contract", "known_at")}
from rows
inner join companies on rows.company_no = companies.company_no
"""


def campaign_number(source, moment, condition="true"):
    """SQL of the number of a source's campaign in the quarter of a moment.

    -1 where the condition fails or the CRM runs no such campaign.
    """
    quarter = (
        f"(extract(year from utc({moment})) * 4 + extract(quarter from utc({moment}))"
        f" - {int(facts.HISTORY_START[:4]) * 4 + 1})::bigint"
    )
    place = f"list_position({text_list(facts.CAMPAIGN_TYPES)}, {source})"
    number = f"coalesce({quarter} * 8 + {place}, -1)"
    return f"if({condition} and {number} in (select n from campaigns), {number}, -1)"


def _campaign(dirt):
    return f"""
select
    {record_id("campaign", "n")} as id,
    kind as type,
    {record_id("campaign", "parent")} as parent_id,
    starts_on as start_date,
    ends_on as end_date,
    case when {hits("campaign_text_cost", "n", dirt)} and kind = 'Website'
        then 'offen' else cost || '.00' end as actual_cost,
    'EUR' as currency_iso_code,
    starts_on::timestamp - interval 20 day as created_date,
    starts_on::timestamp - interval 20 day as system_modstamp,
    false as is_deleted,
    {_every_night("campaign")}
from campaigns
"""


def _user():
    return f"""
select
    {record_id("user", "seller")} as id,
    name,
    ends_on is null as is_active,
    timestamp '2023-01-02 08:00:00' as system_modstamp,
    {_every_night("user")}
from (
    select seller, name, ends_on from sellers
    union all
    select 20, 'Marketing Automation', null
)
"""


def _currency_type():
    return f"""
select
    {record_id("currency_type", "n")} as id,
    iso as iso_code,
    rate as conversion_rate,
    true as is_active,
    iso = 'EUR' as is_corporate,
    {_every_night("currency_type")}
from (values (0, 'EUR', 1.0), (1, 'CHF', 0.93), (2, 'USD', 1.17), (3, 'SEK', 10.95))
    as t (n, iso, rate)
"""


def _dated_conversion_rate():
    """Rates as units per EUR; CHF and USD by quarter, as finance has them."""
    sek = ", ".join(
        f"({600 + year}, 'SEK', date '{year}-01-01', "
        f"date '{year + 1 if year < max(SEK_RATES) else 9999}-"
        f"{'01-01' if year < max(SEK_RATES) else '12-31'}', {rate})"
        for year, rate in SEK_RATES.items()
    )
    return f"""
with quarters as (
    select rate_date, currency, per_euro
    from rates
    qualify row_number() over (
        partition by currency, date_trunc('quarter', rate_date) order by rate_date
    ) = 1
),
rows as (
    select
        (row_number() over (order by currency, rate_date)) as n,
        currency,
        date_trunc('quarter', rate_date)::date as starts_on,
        coalesce(
            lead(date_trunc('quarter', rate_date)::date) over (
                partition by currency order by rate_date
            ),
            date '9999-12-31'
        ) as ends_on,
        per_euro
    from quarters
    union all
    select * from (values {sek})
)
select
    {record_id("dated_conversion_rate", "n")} as id,
    currency as iso_code,
    starts_on as start_date,
    ends_on as next_start_date,
    per_euro as conversion_rate,
    {_every_night("dated_conversion_rate")}
from rows
"""
