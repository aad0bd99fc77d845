with

{# Read apart, so that no engine keeps the whole history for a second pass. #}
landed_entries as (

    select * from {{ ref('int_crm__stage_changes') }}
    where not is_left_stage_known

),

deals_of_entries as (

    select
        source_system,
        deal_record_id
    from {{ ref('int_crm__stage_changes') }}
    where not is_left_stage_known

),

changes as (

    select * from {{ ref('int_crm__stage_changes') }}
    where is_left_stage_known

),

deals as (

    select * from {{ ref('int_crm__deal_records') }}
    where record_state is null

),

deals_in_pipelines as (

    select * from {{ ref('int_crm__deal_records') }}
    where record_state is null and pipeline is not null

),

stages as (

    select * from {{ ref('int_crm__stages') }}

),

{#
    A deal that was moved has stages of another pipeline; the id tells of which. Who gives
    a stage a position alone names no pipeline that has it.
#}
stages_of_one_pipeline as (

    select
        source_system,
        stage,
        min(pipeline) as pipeline,
        min(stage_state) as stage_state,
        min(sort_order) as sort_order

    from stages
    where stage_state is not null
    group by source_system, stage
    having count(*) = 1

),

{# Changes are used only for deals without a history of entries. #}
numbered_changes as (

    select
        changes.*,
        row_number() over (
            partition by changes.source_system, changes.deal_record_id
            order by
                changes.entered_at,
                case when changes.stage is null then 1 else 0 end,
                changes.source_record_id
        ) as change_number

    from changes
    where not exists (
        select 1 as is_known from deals_of_entries
        where deals_of_entries.source_system = changes.source_system
            and deals_of_entries.deal_record_id = changes.deal_record_id
    )

),

{# They know no first stage: it is the one that the first change left. #}
entries as (

    select
        source_system,
        deal_record_id,
        source_record_id,
        stage,
        entered_at

    from landed_entries
    union all
    select
        source_system,
        deal_record_id,
        source_record_id,
        stage,
        entered_at

    from numbered_changes
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
        coalesce(left_stages.pipeline, deals_in_pipelines.pipeline) as pipeline,
        entries.stage,
        entries.entered_at,
        {{ stage_position('left_stages.sort_order') }} as sort_order,
        case
            when any_stages.is_own_definition and not own_stages.is_own_definition
                then any_stages.stage_state
            else coalesce(
                own_stages.stage_state,
                any_stages.stage_state,
                left_stages.stage_state,
                'open'
            )
        end as stage_state

    from entries
    left join deals_in_pipelines
        on entries.source_system = deals_in_pipelines.source_system
        and entries.deal_record_id = deals_in_pipelines.record_id
    {{ join_stages('entries', pipeline='deals_in_pipelines.pipeline') }}
    left join stages_of_one_pipeline as left_stages
        on entries.source_system = left_stages.source_system
        and lower(entries.stage) = left_stages.stage

)

select * from stage_entries
