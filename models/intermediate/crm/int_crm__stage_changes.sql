with

history as (

    {{ union_crms('stage_visits') }}

),

stage_changes as (

    select
        source_system,
        raw_table in ('opportunity_field_history', 'deal_stage_history')
            as is_left_stage_known,
        source_record_id,
        deal_record_id,
        stage,
        previous_stage,
        entered_at

    from history
    where set_aside_reason is null
        and coalesce(stage, previous_stage) is not null
        and entered_at is not null

)

select * from stage_changes
