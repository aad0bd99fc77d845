{%- set stage_history = raw_table('zoho', 'deal_stage_history', optional=true) -%}

with

raw_departures as (

    select
        {{ pick(stage_history, 'id', required=true) }} as record_id,
        {{ lookup_id(stage_history, 'Potential_Name', required=true) }}
            as deal_record_id,
        {{ pick(stage_history, 'Stage', required=true) }} as left_stage,
        {{ pick(stage_history, 'Moved_To__s') }} as moved_to,
        {{ pick(stage_history, 'Modified_Time', 'timestamp', required=true) }}
            as left_at,
        {{ pick(stage_history, 'Modified_Time', 'timestamp') }} as modified_at,
        {{ loaded_at(stage_history) }} as loaded_at,
        {{ is_deleted(stage_history, []) }} as is_deleted,
        {{ is_old_version(stage_history) }} as is_old_version,
        {{ unreadable_columns(stage_history, [['Modified_Time', 'timestamp']]) }}
            as unreadable_columns

    from {{ stage_history.relation }}

),

versions as (

    select
        *,
        {{ version_number('record_id', ['left_stage', 'moved_to']) }} as version_number

    from raw_departures

),

departures as (

    select
        versions.*,
        {{ set_aside_reason('versions.record_id') }} as set_aside_reason

    from versions

),

{#
    Leaving a stage is entering the stage of the deal's next row, else the one that the
    row names. The row of the current stage enters nothing; the row before has done so. A
    row without a readable time comes first, where it hides no stage that a row names.
#}
stage_visits as (

    select
        'zoho' as source_system,
        'deal_stage_history' as raw_table,
        record_id as source_record_id,
        record_id,
        deal_record_id,
        coalesce(
            lead(left_stage) over (
                partition by deal_record_id, set_aside_reason
                order by
                    left_at nulls first,
                    case when moved_to is null then 1 else 0 end,
                    record_id
            ),
            moved_to
        ) as stage,
        left_stage as previous_stage,
        left_at as entered_at,
        modified_at,
        loaded_at,
        unreadable_columns,
        set_aside_reason

    from departures

)

select * from stage_visits
