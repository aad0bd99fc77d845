with

deal_states as (

    select * from {{ ref('int_crm__deal_states') }}
    where is_counted

),

{# Whose deal it is and of which type is worked out on these few columns. #}
deal_facts as (

    select
        deal_id,
        source_system,
        record_id,
        account_customer_id,
        raw_deal_type,
        created_at,
        created_on,
        closed_on,
        deal_state = 'won' and closed_on is not null as is_closed_won,
        deal_state = 'won' and coalesce(record_amount, 0) < 0 as is_refund

    from {{ ref('int_crm__deal_states') }}
    where is_counted

),

{# The deal's own account, else that of its first copy in another CRM. #}
accounts_of_copies as (

    select
        deal_id,
        account_customer_id,
        row_number() over (
            partition by deal_id
            order by {{ crm_precedence('source_system') }}, record_id
        ) as copy_rank

    from {{ ref('int_crm__deal_states') }}
    where not is_counted and account_customer_id is not null

),

{#
    Contacts speak only for deals without an account that is known. Read apart from
    `deal_facts`, which then need not be kept.
#}
deals_without_account as (

    select
        source_system,
        record_id,
        contact_id

    from {{ ref('int_crm__deal_states') }}
    where is_counted and account_customer_id is null

),

lead_deals as (

    select * from {{ ref('int_funnel__lead_deals') }}

),

lead_persons as (

    select * from {{ ref('int_funnel__lead_persons') }}

),

{# Read apart from `lead_persons`, which then need not be kept for a second pass. #}
persons_of_accounts as (

    select * from {{ ref('int_funnel__lead_persons') }}
    where account_customer_id is not null

),

contacts as (

    select * from {{ ref('int_crm__contacts') }}

),

deal_contacts as (

    {{ union_crms('deal_contacts') }}

),

companies as (

    select * from {{ ref('int_customers__companies') }}

),

{#
    The primary contact: the deal's own, else the primary role, else the lowest id, which
    is a number in HubSpot: 9 before 10.
#}
contacts_of_deals as (

    select
        source_system,
        record_id as deal_record_id,
        contact_id,
        0 as contact_order

    from deals_without_account
    union all
    select
        deal_contacts.source_system,
        deal_contacts.deal_record_id,
        deal_contacts.contact_id,
        case when deal_contacts.is_primary then 1 else 2 end as contact_order

    from deal_contacts
    inner join deals_without_account
        on deal_contacts.source_system = deals_without_account.source_system
        and deal_contacts.deal_record_id = deals_without_account.record_id
    where deal_contacts.set_aside_reason is null

),

ranked_contacts as (

    select
        contacts_of_deals.source_system,
        contacts_of_deals.deal_record_id,
        contacts.customer_id,
        row_number() over (
            partition by
                contacts_of_deals.source_system, contacts_of_deals.deal_record_id
            order by
                contacts_of_deals.contact_order,
                length(contacts.contact_id),
                contacts.contact_id
        ) as contact_rank

    from contacts_of_deals
    inner join contacts
        on contacts_of_deals.source_system = contacts.source_system
        and contacts_of_deals.contact_id = contacts.record_id

),

primary_contacts as (

    select * from ranked_contacts
    where contact_rank = 1

),

ranked_leads as (

    select
        lead_deals.deal_id,
        lead_persons.lead_id,
        lead_persons.lead_source,
        lead_persons.lead_company_id,
        row_number() over (
            partition by lead_deals.deal_id
            order by lead_persons.lead_created_at nulls last, lead_persons.lead_id
        ) as lead_rank

    from lead_deals
    inner join lead_persons
        on lead_deals.lead_id = lead_persons.lead_id

),

direct_leads as (

    select * from ranked_leads
    where lead_rank = 1

),

deals_of_customers as (

    select
        deal_facts.deal_id,
        deal_facts.source_system,
        deal_facts.raw_deal_type,
        deal_facts.created_at,
        deal_facts.created_on,
        deal_facts.closed_on,
        deal_facts.is_closed_won,
        deal_facts.is_refund,
        direct_leads.lead_id as direct_lead_id,
        direct_leads.lead_source as direct_lead_source,
        coalesce(
            deal_facts.account_customer_id,
            accounts_of_copies.account_customer_id,
            primary_contacts.customer_id,
            direct_leads.lead_company_id
        ) as customer_id

    from deal_facts
    left join accounts_of_copies
        on deal_facts.deal_id = accounts_of_copies.deal_id
        and accounts_of_copies.copy_rank = 1
    left join primary_contacts
        on deal_facts.source_system = primary_contacts.source_system
        and deal_facts.record_id = primary_contacts.deal_record_id
    left join direct_leads
        on deal_facts.deal_id = direct_leads.deal_id

),

wins_in_order as (

    select
        customer_id,
        deal_id,
        closed_on,
        row_number() over (
            partition by customer_id
            order by closed_on, created_at nulls last, deal_id
        ) as win_rank

    from deals_of_customers
    where is_closed_won and not is_refund and customer_id is not null

),

first_wins as (

    select
        customer_id,
        deal_id,
        closed_on as first_won_on

    from wins_in_order
    where win_rank = 1

),

{# The first win is new business even if the CRM learned of it after its close. #}
typed_deals as (

    select
        deals_of_customers.*,
        mapped_deal_type.mapped_value is null as is_type_derived,
        coalesce(
            mapped_deal_type.mapped_value,
            case
                when deals_of_customers.created_on > first_wins.first_won_on
                    and deals_of_customers.deal_id != first_wins.deal_id
                    then 'upsell'
                else 'new_business'
            end
        ) as deal_type

    from deals_of_customers
    left join first_wins
        on deals_of_customers.customer_id = first_wins.customer_id
    {{ join_mapping('deals_of_customers', 'deal_type', 'raw_deal_type') }}

),

{# Of new business won on one day only the first has an earlier day before it. #}
ranked_wins as (

    select
        deal_id,
        customer_id,
        deal_type,
        closed_on,
        1 + count(*) over earlier_wins as win_number,
        coalesce(
            max(case when deal_type = 'new_business' then closed_on end)
                over earlier_wins,
            cast('1900-01-01' as date)
        ) as previous_won_on

    from typed_deals
    where is_closed_won and not is_refund and customer_id is not null
    window earlier_wins as (
        partition by customer_id
        order by
            closed_on,
            case when deal_type = 'new_business' then 0 else 1 end,
            created_at nulls last,
            deal_id
        rows between unbounded preceding and 1 preceding
    )

),

account_conversions as (

    select
        persons_of_accounts.lead_id,
        persons_of_accounts.lead_source,
        persons_of_accounts.lead_created_at,
        ranked_wins.deal_id

    from persons_of_accounts
    inner join ranked_wins
        on {{ is_won_over_account('persons_of_accounts', 'ranked_wins') }}
    where ranked_wins.deal_type = 'new_business'
        and not exists (
            select 1 as is_linked from lead_deals
            where lead_deals.lead_id = persons_of_accounts.lead_id
        )

),

ranked_account_leads as (

    select
        deal_id,
        lead_id,
        lead_source,
        row_number() over (
            partition by deal_id
            order by lead_created_at nulls last, lead_id
        ) as lead_rank

    from account_conversions

),

account_leads as (

    select * from ranked_account_leads
    where lead_rank = 1

),

{# Still few columns: the wide rows of the deals are joined once, at the end. #}
attributed_deals as (

    select
        typed_deals.deal_id,
        typed_deals.customer_id,
        typed_deals.is_closed_won,
        typed_deals.is_refund,
        typed_deals.deal_type,
        typed_deals.is_type_derived,
        ranked_wins.win_number,
        ranked_wins.previous_won_on,
        coalesce(typed_deals.direct_lead_id, account_leads.lead_id) as lead_id,
        case
            when typed_deals.direct_lead_id is not null
                then typed_deals.direct_lead_source
            else account_leads.lead_source
        end as source_of_lead,
        companies.mapped_region as customer_mapped_region,
        companies.country as customer_country,
        companies.segment as customer_segment,
        companies.industry as customer_industry

    from typed_deals
    left join ranked_wins
        on typed_deals.deal_id = ranked_wins.deal_id
    left join account_leads
        on typed_deals.deal_id = account_leads.deal_id
    left join companies
        on typed_deals.customer_id = companies.customer_id

),

deals as (

    select
        -- ids
        deal_states.deal_id,
        deal_states.raw_table,
        deal_states.source_record_id,
        deal_states.contract_id,
        attributed_deals.customer_id,
        attributed_deals.lead_id,
        deal_states.source_system as record_source_system,
        deal_states.record_id,

        -- state
        deal_states.deal_state,
        attributed_deals.is_closed_won,
        attributed_deals.is_refund,
        attributed_deals.is_closed_won and not attributed_deals.is_refund as is_win,
        attributed_deals.win_number,
        attributed_deals.previous_won_on,
        attributed_deals.deal_type,
        attributed_deals.is_type_derived,
        deal_states.stage,
        deal_states.pipeline,
        deal_states.probability,

        -- days
        deal_states.created_at,
        deal_states.created_on,
        deal_states.closed_on,

        -- money in reporting currency
        deal_states.amount,
        deal_states.amount_source,

        -- dimensions
        deal_states.first_source_system as source_system,
        {{ known(
            'coalesce(attributed_deals.customer_mapped_region, team_members.region, '
            ~ 'attributed_deals.customer_country)'
        ) }}
            as region,
        {{ known('attributed_deals.customer_segment') }} as segment,
        {{ known('attributed_deals.customer_industry') }} as industry,
        {{ known('coalesce(attributed_deals.source_of_lead, '
            ~ mapped_or_raw('deal_states', 'lead_source', 'raw_lead_source')
            ~ ')') }}
            as lead_source,
        {{ known('team_members.sales_team') }} as sales_team,
        {{ known('sales_reps.sales_rep') }} as sales_rep

    from deal_states
    inner join attributed_deals
        on deal_states.deal_id = attributed_deals.deal_id
    {{ join_mapping('deal_states', 'lead_source', 'raw_lead_source') }}
    {{ join_owner('deal_states') }}

)

select * from deals
