with

history as (

    {{ union_crms('stage_visits') }}

),

deals as (

    select * from {{ ref('int_crm__deal_records') }}
    where record_state is null

),

{# Read apart from `deals`, which then need not be kept for the whole history. #}
deals_in_pipelines as (

    select * from {{ ref('int_crm__deal_records') }}
    where record_state is null and pipeline is not null

),

stages as (

    select * from {{ ref('int_crm__stages') }}

),

changes as (

    select
        source_system,
        raw_table like '%field_history' as is_tracked,
        source_record_id,
        deal_record_id,
        stage,
        previous_stage,
        entered_at

    from history
    where set_aside_reason is null
        and coalesce(stage, previous_stage) is not null
        and entered_at is not null

),

{# Tracked changes are used only for deals without a stage history of their own. #}
tracked_deals as (

    select
        source_system,
        deal_record_id
    from changes
    where is_tracked
    group by source_system, deal_record_id

),

tracked_deals_with_history as (

    select
        changes.source_system,
        changes.deal_record_id
    from changes
    inner join tracked_deals
        on changes.source_system = tracked_deals.source_system
        and changes.deal_record_id = tracked_deals.deal_record_id
    where not changes.is_tracked
    group by changes.source_system, changes.deal_record_id

),

used_changes as (

    select changes.*
    from changes
    left join tracked_deals_with_history
        on changes.source_system = tracked_deals_with_history.source_system
        and changes.deal_record_id = tracked_deals_with_history.deal_record_id
        and changes.is_tracked
    where tracked_deals_with_history.deal_record_id is null

),

{# Changes know no first stage: it is the old value of the first change. #}
deals_with_changes as (

    select
        source_system,
        deal_record_id
    from used_changes
    where previous_stage is not null
    group by source_system, deal_record_id

),

numbered_changes as (

    select
        used_changes.*,
        row_number() over (
            partition by
                used_changes.source_system, used_changes.deal_record_id,
                used_changes.is_tracked
            order by
                used_changes.entered_at,
                case when used_changes.stage is null then 1 else 0 end,
                used_changes.source_record_id
        ) as change_number

    from used_changes
    inner join deals_with_changes
        on used_changes.source_system = deals_with_changes.source_system
        and used_changes.deal_record_id = deals_with_changes.deal_record_id

),

entries as (

    select
        source_system,
        deal_record_id,
        source_record_id,
        stage,
        entered_at

    from used_changes
    where stage is not null
    union all
    select
        numbered_changes.source_system,
        numbered_changes.deal_record_id,
        '' as source_record_id,
        numbered_changes.previous_stage as stage,
        deals.created_at as entered_at

    from numbered_changes
    inner join deals
        on numbered_changes.source_system = deals.source_system
        and numbered_changes.deal_record_id = deals.record_id
    where numbered_changes.change_number = 1
        and numbered_changes.previous_stage is not null

),

stage_entries as (

    select
        entries.source_system,
        entries.deal_record_id,
        entries.source_record_id,
        entries.stage,
        entries.entered_at,
        coalesce(own_stages.sort_order, any_stages.sort_order) as sort_order,
        coalesce(own_stages.stage_state, any_stages.stage_state, 'open') as stage_state

    from entries
    left join deals_in_pipelines
        on entries.source_system = deals_in_pipelines.source_system
        and entries.deal_record_id = deals_in_pipelines.record_id
    left join stages as own_stages
        on entries.source_system = own_stages.source_system
        and deals_in_pipelines.pipeline = own_stages.pipeline
        and lower(entries.stage) = own_stages.stage
    left join stages as any_stages
        on entries.source_system = any_stages.source_system
        and any_stages.pipeline is null
        and lower(entries.stage) = any_stages.stage

)

select * from stage_entries
