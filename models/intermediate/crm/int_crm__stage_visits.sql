with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

history as (

    {{ union_crms('stage_visits') }}

),

deals as (

    select * from {{ ref('int_crm__deal_records') }}
    where record_state is null

),

stages as (

    select * from {{ ref('int_crm__stages') }}

),

{# Tracked changes are used only for deals without a stage history of their own. #}
ranked_sources as (

    select
        history.*,
        min(case when history.raw_table like '%field_history' then 1 else 0 end) over (
            partition by history.source_system, history.deal_record_id
        ) as best_source,
        case when history.raw_table like '%field_history' then 1 else 0 end
            as source_rank,
        row_number() over (
            partition by
                history.source_system, history.deal_record_id, history.raw_table
            order by
                history.entered_at,
                case when history.stage is null then 1 else 0 end,
                history.source_record_id
        ) as change_number

    from history
    where history.set_aside_reason is null
        and coalesce(history.stage, history.previous_stage) is not null
        and history.entered_at is not null

),

entries as (

    select
        source_system,
        deal_record_id,
        source_record_id,
        stage,
        entered_at

    from ranked_sources
    where source_rank = best_source and stage is not null
    union all
    {# Changes know no first stage: it is the old value of the first change. #}
    select
        ranked_sources.source_system,
        ranked_sources.deal_record_id,
        '' as source_record_id,
        ranked_sources.previous_stage as stage,
        deals.created_at as entered_at

    from ranked_sources
    inner join deals
        on ranked_sources.source_system = deals.source_system
        and ranked_sources.deal_record_id = deals.record_id
    where ranked_sources.source_rank = ranked_sources.best_source
        and ranked_sources.change_number = 1
        and ranked_sources.previous_stage is not null

),

staged_entries as (

    select
        entries.source_system,
        entries.deal_record_id,
        entries.source_record_id,
        entries.stage,
        entries.entered_at,
        coalesce(own_stages.sort_order, any_stages.sort_order) as sort_order,
        coalesce(own_stages.stage_state, any_stages.stage_state, 'open') as stage_state

    from entries
    inner join deals
        on entries.source_system = deals.source_system
        and entries.deal_record_id = deals.record_id
    left join stages as own_stages
        on entries.source_system = own_stages.source_system
        and deals.pipeline = own_stages.pipeline
        and lower(entries.stage) = own_stages.stage
    left join stages as any_stages
        on entries.source_system = any_stages.source_system
        and any_stages.pipeline is null
        and lower(entries.stage) = any_stages.stage

),

neighbours as (

    select
        *,
        lag(stage) over visits as stage_before,
        lag(stage_state) over visits as state_before

    from staged_entries
    window visits as (
        partition by source_system, deal_record_id
        order by entered_at, sort_order nulls last, source_record_id
    )

),

visits as (

    select
        source_system,
        deal_record_id,
        stage,
        stage_state,
        (stage_state is distinct from state_before) as is_state_entry,
        entered_at,
        lead(entered_at) over later_visits as left_at,
        row_number() over later_visits as visit_number

    from neighbours
    where stage is distinct from stage_before
    window later_visits as (
        partition by source_system, deal_record_id
        order by entered_at, sort_order nulls last, source_record_id
    )

),

{# What happened after the as-of day is kept apart: it tells which deals reopen. #}
stage_visits as (

    select
        visits.source_system,
        visits.deal_record_id,
        visits.stage,
        visits.stage_state,
        visits.is_state_entry,
        visits.visit_number,
        visits.entered_at,
        {{ local_date('visits.entered_at') }} as entered_on,
        case
            when {{ local_date('visits.left_at') }} <= as_of.as_of_on
                then visits.left_at
        end as left_at,
        case
            when {{ local_date('visits.left_at') }} <= as_of.as_of_on
                then {{ local_date('visits.left_at') }}
        end as left_on,
        {{ local_date('visits.entered_at') }} > as_of.as_of_on as is_after_as_of

    from visits
    cross join as_of

)

select * from stage_visits
