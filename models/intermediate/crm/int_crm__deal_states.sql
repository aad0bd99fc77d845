with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

deal_records as (

    select * from {{ ref('int_crm__deal_records') }}
    where record_state is null

),

stages as (

    select * from {{ ref('int_crm__stages') }}

),

closings as (

    select * from {{ ref('int_crm__closings') }}

),

accounts as (

    select * from {{ ref('int_crm__accounts') }}

),

deal_keys as (

    select
        source_system,
        record_id,
        salesforce_deal_id,
        created_at

    from {{ ref('int_crm__deal_records') }}
    where record_state is null

),

{# Identity: one deal in several CRMs is the Salesforce deal they all name. #}
synced_deals as (

    select
        deal_keys.source_system,
        deal_keys.record_id,
        deal_keys.created_at,
        synced.record_id as shared_id,
        synced.created_at as shared_created_at

    from deal_keys
    inner join deal_keys as synced
        on deal_keys.salesforce_deal_id = synced.record_id
        and synced.source_system = 'salesforce'

),

records_of_shared_deals as (

    select
        source_system,
        record_id,
        created_at,
        shared_id
    from synced_deals
    union
    select
        'salesforce' as source_system,
        shared_id as record_id,
        shared_created_at as created_at,
        shared_id
    from synced_deals

),

shared_deals as (

    select
        source_system,
        record_id,
        row_number() over by_precedence as precedence_rank,
        first_value(source_system || ':' || record_id) over by_precedence as deal_id,
        first_value(source_system) over (
            partition by shared_id
            order by created_at nulls last, {{ crm_precedence('source_system') }}
        ) as first_source_system

    from records_of_shared_deals
    window by_precedence as (
        partition by shared_id
        order by {{ crm_precedence('source_system') }}, record_id
    )

),

{# Most deals are in one CRM only. #}
identified_deals as (

    select
        deal_records.*,
        coalesce(
            shared_deals.deal_id,
            deal_records.source_system || ':' || deal_records.record_id
        ) as deal_id,
        coalesce(shared_deals.precedence_rank, 1) = 1 as is_counted,
        coalesce(shared_deals.first_source_system, deal_records.source_system)
            as first_source_system

    from deal_records
    left join shared_deals
        on deal_records.source_system = shared_deals.source_system
        and deal_records.record_id = shared_deals.record_id

),

landed_states as (

    select
        identified_deals.*,
        case
            when own_stages.is_own_definition then own_stages.stage_state
            when any_stages.is_own_definition then any_stages.stage_state
            when identified_deals.is_won and coalesce(identified_deals.is_closed, true)
                then 'won'
            when identified_deals.is_closed and not identified_deals.is_won then 'lost'
            when not identified_deals.is_closed then 'open'
            else coalesce(own_stages.stage_state, any_stages.stage_state, 'unknown')
        end as landed_state

    from identified_deals
    {{ join_stages('identified_deals') }}

),

close_days as (

    select
        landed_states.*,
        closings.closed_on as history_close_on,
        case
            when landed_states.landed_state not in ('won', 'lost') then null
            {%- if var('close_date_basis') == 'stage_history' %}
            when closings.closed_on is not null then 'stage_history'
            when landed_states.close_on is not null then 'crm_field'
            {%- else %}
            when landed_states.source_system = 'zoho'
                and closings.closed_on is not null
                then 'stage_history'
            when landed_states.close_on is not null then 'crm_field'
            when closings.closed_on is not null then 'stage_history'
            {%- endif %}
            else 'missing'
        end as close_date_source

    from landed_states
    left join closings
        on landed_states.source_system = closings.source_system
        and landed_states.record_id = closings.deal_record_id
        and landed_states.landed_state = closings.deal_state

),

dated_deals as (

    select
        *,
        case close_date_source
            when 'stage_history' then history_close_on
            when 'crm_field' then close_on
        end as landed_closed_on

    from close_days

),

deals_as_of as (

    select
        -- ids
        dated_deals.deal_id,
        dated_deals.is_counted,
        dated_deals.source_system,
        dated_deals.raw_table,
        dated_deals.first_source_system,
        dated_deals.source_record_id,
        dated_deals.record_id,
        dated_deals.account_id,
        dated_deals.contact_id,
        dated_deals.contract_id,
        dated_deals.owner_id,

        -- attributes
        dated_deals.deal_type as raw_deal_type,
        dated_deals.lead_source as raw_lead_source,
        dated_deals.pipeline,
        dated_deals.stage,
        dated_deals.probability,

        -- state and days
        dated_deals.landed_state,
        case
            when dated_deals.landed_closed_on > as_of.as_of_on then 'open'
            when dated_deals.landed_state = 'unknown' then 'open'
            else dated_deals.landed_state
        end as deal_state,
        dated_deals.created_at,
        dated_deals.created_on,
        case
            when dated_deals.landed_closed_on <= as_of.as_of_on
                then dated_deals.landed_closed_on
        end as closed_on,
        dated_deals.landed_closed_on,
        dated_deals.close_on as crm_close_on,
        dated_deals.history_close_on,
        dated_deals.close_date_source,
        least(
            coalesce(dated_deals.landed_closed_on, as_of.as_of_on), as_of.as_of_on
        ) as converted_on,

        -- money as landed
        dated_deals.amount,
        coalesce(
            dated_deals.currency_code, {{ home_currency('dated_deals.source_system') }}
        ) as currency_code,
        dated_deals.home_amount,
        dated_deals.units_per_home_unit

    from dated_deals
    cross join as_of

),

rated_deals as (

    {{ with_rates('deals_as_of') }}

),

deal_states as (

    select
        -- ids
        rated_deals.deal_id,
        rated_deals.is_counted,
        rated_deals.source_system,
        rated_deals.raw_table,
        rated_deals.first_source_system,
        rated_deals.source_record_id,
        rated_deals.record_id,
        rated_deals.account_id,
        accounts.customer_id as account_customer_id,
        rated_deals.contact_id,
        rated_deals.contract_id,
        rated_deals.owner_id,

        -- attributes
        rated_deals.raw_deal_type,
        rated_deals.raw_lead_source,
        rated_deals.pipeline,
        rated_deals.stage,
        rated_deals.probability,

        -- state and days
        rated_deals.landed_state,
        rated_deals.deal_state,
        rated_deals.created_at,
        rated_deals.created_on,
        rated_deals.closed_on,
        rated_deals.landed_closed_on,
        rated_deals.crm_close_on,
        rated_deals.history_close_on,
        rated_deals.close_date_source,
        rated_deals.converted_on as attributed_on,

        -- money
        rated_deals.amount as record_amount,
        rated_deals.currency_code,
        {{ reporting_amount('rated_deals') }} as amount,
        rated_deals.amount_source

    from rated_deals
    left join accounts
        on rated_deals.source_system = accounts.source_system
        and rated_deals.account_id = accounts.record_id

)

select * from deal_states
