{%- set opportunity_history = raw_table(
    'salesforce', 'opportunity_history', optional=true
) -%}
{%- set field_history = raw_table(
    'salesforce', 'opportunity_field_history', optional=true
) -%}

with

raw_entries as (

    select
        {{ pick(opportunity_history, 'Id', required=true) }} as source_record_id,
        {{ pick(opportunity_history, 'OpportunityId', required=true) }}
            as opportunity_id,
        {{ pick(opportunity_history, 'StageName', required=true) }} as stage,
        {{ pick(opportunity_history, 'CreatedDate', 'timestamp', required=true) }}
            as entered_at,
        cast(null as timestamp) as modified_at,
        {{ loaded_at(opportunity_history) }} as loaded_at,
        {{ is_deleted(opportunity_history) }} as is_deleted,
        {{ is_old_version(opportunity_history) }} as is_old_version,
        {{ unreadable_columns(opportunity_history, [['CreatedDate', 'timestamp']]) }}
            as unreadable_columns

    from {{ opportunity_history.relation }}

),

raw_changes as (

    select
        {{ pick(field_history, 'Id', required=true) }} as source_record_id,
        {{ pick(field_history, 'OpportunityId', required=true) }} as opportunity_id,
        lower({{ pick(field_history, 'Field', required=true) }}) as field,
        {{ pick(field_history, 'NewValue') }} as stage,
        {{ pick(field_history, 'OldValue') }} as previous_stage,
        {{ pick(field_history, 'CreatedDate', 'timestamp', required=true) }}
            as entered_at,
        {{ pick(field_history, 'CreatedDate', 'timestamp') }} as modified_at,
        {{ loaded_at(field_history) }} as loaded_at,
        {{ is_deleted(field_history) }} as is_deleted,
        {{ is_old_version(field_history) }} as is_old_version,
        {{ unreadable_columns(field_history, [['CreatedDate', 'timestamp']]) }}
            as unreadable_columns

    from {{ field_history.relation }}

),

{# Ranked apart: a sort of all entries need not carry what only changes have. #}
versions_of_entries as (

    select
        *,
        {{ version_number('source_record_id', ['entered_at', 'stage']) }}
            as version_number

    from raw_entries

),

versions_of_changes as (

    select
        *,
        {{ version_number('source_record_id', ['entered_at', 'stage']) }}
            as version_number

    from raw_changes

),

versions as (

    select
        'opportunity_history' as raw_table,
        source_record_id,
        opportunity_id,
        'stagename' as field,
        stage,
        cast(null as {{ type_name('text') }}) as previous_stage,
        entered_at,
        modified_at,
        loaded_at,
        is_deleted,
        is_old_version,
        unreadable_columns,
        version_number

    from versions_of_entries
    union all
    select
        'opportunity_field_history' as raw_table,
        source_record_id,
        opportunity_id,
        field,
        stage,
        previous_stage,
        entered_at,
        modified_at,
        loaded_at,
        is_deleted,
        is_old_version,
        unreadable_columns,
        version_number

    from versions_of_changes

),

stage_visits as (

    select
        'salesforce' as source_system,
        versions.raw_table,
        versions.source_record_id,
        versions.source_record_id as record_id,
        {{ salesforce_id('versions.opportunity_id') }} as deal_record_id,
        versions.stage,
        versions.previous_stage,
        versions.entered_at,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        coalesce(
            {{ set_aside_reason('versions.source_record_id') }},
            case
                when versions.field is distinct from 'stagename' then 'other_field'
            end
        ) as set_aside_reason

    from versions

)

select * from stage_visits
