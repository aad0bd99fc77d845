with

raw_entries as (

    {{ hubspot_stage_history() }}

),

identified_entries as (

    select
        raw_table,
        {{ hubspot_id('deal_id') }} as deal_record_id,
        field,
        is_substitute,
        {{ hubspot_id('stage') }} as stage,
        entered_at,
        entered_at as modified_at,
        loaded_at,
        is_deleted,
        is_old_version,
        unreadable_columns,
        deal_id || ':' || lower(field) || ':'
        || {{ history_value_key('field', 'stage', ['dealstage']) }} || ':'
        || coalesce(cast(entered_at as {{ type_name('text') }}), '') as record_id

    from raw_entries

),

{# dlt lands the whole history again with every run. #}
versions as (

    select
        *,
        {{ version_number('raw_table, record_id') }} as version_number

    from identified_entries

),

stage_visits as (

    select
        'hubspot' as source_system,
        versions.raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        versions.deal_record_id,
        versions.stage,
        cast(null as {{ type_name('text') }}) as previous_stage,
        versions.entered_at,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        coalesce(
            {{ set_aside_reason('versions.record_id') }},
            case
                when lower(versions.field) != 'dealstage' then 'other_field'
                when versions.is_substitute then 'superseded'
            end
        ) as set_aside_reason

    from versions

)

select * from stage_visits
