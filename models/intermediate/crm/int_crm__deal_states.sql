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

stage_visits as (

    select * from {{ ref('int_crm__stage_visits') }}

),

{# Identity: one deal in several CRMs is the Salesforce deal they all name. #}
identified_deals as (

    select
        deal_records.*,
        deal_records.source_system || ':' || deal_records.record_id as deal_key,
        coalesce(
            synced.source_system || ':' || synced.record_id,
            deal_records.source_system || ':' || deal_records.record_id
        ) as shared_key

    from deal_records
    left join deal_records as synced
        on deal_records.salesforce_deal_id = synced.record_id
        and synced.source_system = 'salesforce'

),

{# Most deals are in one CRM only: the others are ranked. #}
synced_keys as (

    select shared_key from identified_deals
    where deal_key != shared_key
    group by shared_key

),

ranked_deals as (

    select
        identified_deals.*,
        1 as precedence_rank,
        identified_deals.source_system as first_source_system,
        identified_deals.deal_key as deal_id

    from identified_deals
    left join synced_keys
        on identified_deals.shared_key = synced_keys.shared_key
    where synced_keys.shared_key is null
    union all
    select
        identified_deals.*,
        row_number() over (
            partition by identified_deals.shared_key
            order by
                {{ crm_precedence('identified_deals.source_system') }},
                identified_deals.record_id
        ) as precedence_rank,
        first_value(identified_deals.source_system) over (
            partition by identified_deals.shared_key
            order by
                identified_deals.created_at nulls last,
                {{ crm_precedence('identified_deals.source_system') }}
            rows between unbounded preceding and unbounded following
        ) as first_source_system,
        first_value(identified_deals.deal_key) over (
            partition by identified_deals.shared_key
            order by
                {{ crm_precedence('identified_deals.source_system') }},
                identified_deals.record_id
            rows between unbounded preceding and unbounded following
        ) as deal_id

    from identified_deals
    inner join synced_keys
        on identified_deals.shared_key = synced_keys.shared_key

),

state_entries as (

    select
        source_system,
        deal_record_id,
        stage_state,
        max(entered_at) as last_entered_at

    from stage_visits
    where is_state_entry
    group by source_system, deal_record_id, stage_state

),

landed_states as (

    select
        ranked_deals.*,
        case
            when own_stages.is_own_definition then own_stages.stage_state
            when any_stages.is_own_definition then any_stages.stage_state
            when ranked_deals.is_closed and ranked_deals.is_won then 'won'
            when ranked_deals.is_closed and not ranked_deals.is_won then 'lost'
            when not ranked_deals.is_closed then 'open'
            else coalesce(own_stages.stage_state, any_stages.stage_state, 'unknown')
        end as landed_state

    from ranked_deals
    left join stages as own_stages
        on ranked_deals.source_system = own_stages.source_system
        and ranked_deals.pipeline = own_stages.pipeline
        and lower(ranked_deals.stage) = own_stages.stage
    left join stages as any_stages
        on ranked_deals.source_system = any_stages.source_system
        and any_stages.pipeline is null
        and lower(ranked_deals.stage) = any_stages.stage

),

close_days as (

    select
        landed_states.*,
        {{ local_date('state_entries.last_entered_at') }} as history_close_on,
        case
            when landed_states.landed_state not in ('won', 'lost') then null
            {%- if var('close_date_basis') == 'stage_history' %}
            when state_entries.last_entered_at is not null then 'stage_history'
            when landed_states.close_on is not null then 'crm_field'
            {%- else %}
            when landed_states.source_system = 'zoho'
                and state_entries.last_entered_at is not null
                then 'stage_history'
            when landed_states.close_on is not null then 'crm_field'
            when state_entries.last_entered_at is not null then 'stage_history'
            {%- endif %}
            else 'missing'
        end as close_date_source

    from landed_states
    left join state_entries
        on landed_states.source_system = state_entries.source_system
        and landed_states.record_id = state_entries.deal_record_id
        and landed_states.landed_state = state_entries.stage_state

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
        dated_deals.deal_key,
        dated_deals.deal_id,
        dated_deals.precedence_rank = 1 as is_counted,
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
        case
            when dated_deals.landed_closed_on <= as_of.as_of_on
                then dated_deals.landed_closed_on
            else as_of.as_of_on
        end as converted_on,

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

    select
        deals_as_of.*,
        {{ rate_columns('deals_as_of') }},
        {{ amount_source('deals_as_of') }} as amount_source

    from deals_as_of
    {{ join_exchange_rates('deals_as_of') }}

),

deal_states as (

    select
        -- ids
        rated_deals.deal_key,
        rated_deals.deal_id,
        rated_deals.is_counted,
        rated_deals.source_system,
        rated_deals.raw_table,
        rated_deals.first_source_system,
        rated_deals.source_record_id,
        rated_deals.record_id,
        rated_deals.account_id,
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

        -- money
        rated_deals.amount as record_amount,
        rated_deals.currency_code,
        {{ reporting_amount('rated_deals') }} as amount,
        rated_deals.amount_source

    from rated_deals

)

select * from deal_states
