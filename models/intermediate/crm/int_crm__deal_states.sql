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

ranked_deals as (

    select
        *,
        row_number() over (
            partition by shared_key
            order by {{ crm_precedence('source_system') }}, record_id
        ) as precedence_rank,
        first_value(source_system) over (
            partition by shared_key
            order by created_at nulls last, {{ crm_precedence('source_system') }}
            rows between unbounded preceding and unbounded following
        ) as first_source_system,
        first_value(deal_key) over (
            partition by shared_key
            order by {{ crm_precedence('source_system') }}, record_id
            rows between unbounded preceding and unbounded following
        ) as deal_id

    from identified_deals

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
        dated_deals.*,
        case
            when dated_deals.landed_closed_on > as_of.as_of_on then 'open'
            when dated_deals.landed_state = 'unknown' then 'open'
            else dated_deals.landed_state
        end as deal_state,
        case
            when dated_deals.landed_closed_on <= as_of.as_of_on
                then dated_deals.landed_closed_on
        end as closed_on,
        as_of.as_of_on

    from dated_deals
    cross join as_of

),

priced_deals as (

    select
        deal_id,
        coalesce(currency_code, {{ home_currency('source_system') }}) as currency_code,
        source_system,
        amount,
        home_amount,
        units_per_home_unit,
        deal_key,
        coalesce(closed_on, as_of_on) as converted_on

    from deals_as_of

),

rated_deals as (

    select
        priced_deals.*,
        {{ rate_columns('priced_deals') }},
        {{ amount_source('priced_deals') }} as amount_source

    from priced_deals
    {{ join_exchange_rates('priced_deals') }}

),

deal_states as (

    select
        -- ids
        deals_as_of.deal_key,
        deals_as_of.deal_id,
        deals_as_of.precedence_rank = 1 as is_counted,
        deals_as_of.source_system,
        deals_as_of.raw_table,
        deals_as_of.first_source_system,
        deals_as_of.source_record_id,
        deals_as_of.record_id,
        deals_as_of.account_id,
        deals_as_of.contact_id,
        deals_as_of.contract_id,
        deals_as_of.owner_id,

        -- attributes
        deals_as_of.deal_type as raw_deal_type,
        deals_as_of.lead_source as raw_lead_source,
        deals_as_of.pipeline,
        deals_as_of.stage,
        deals_as_of.probability,

        -- state and days
        deals_as_of.landed_state,
        deals_as_of.deal_state,
        deals_as_of.created_at,
        deals_as_of.created_on,
        deals_as_of.closed_on,
        deals_as_of.landed_closed_on,
        deals_as_of.close_on as crm_close_on,
        deals_as_of.history_close_on,
        deals_as_of.close_date_source,

        -- money
        deals_as_of.amount as record_amount,
        rated_deals.currency_code,
        {{ reporting_amount('rated_deals') }} as amount,
        rated_deals.amount_source

    from deals_as_of
    inner join rated_deals
        on deals_as_of.deal_key = rated_deals.deal_key

)

select * from deal_states
