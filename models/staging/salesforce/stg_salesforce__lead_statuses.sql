{%- set lead_history = raw_table('salesforce', 'lead_history', optional=true) -%}

with

raw_changes as (

    select
        {{ pick(lead_history, 'Id', required=true) }} as source_record_id,
        {{ pick(lead_history, 'LeadId', required=true) }} as lead_id,
        {{ pick(lead_history, 'Field', required=true) }} as field,
        {{ pick(lead_history, 'NewValue') }} as lead_status,
        {{ pick(lead_history, 'OldValue') }} as previous_status,
        {{ pick(lead_history, 'CreatedDate', 'timestamp', required=true) }}
            as entered_at,
        {{ pick(lead_history, 'CreatedDate', 'timestamp') }} as modified_at,
        {{ loaded_at(lead_history) }} as loaded_at,
        {{ is_deleted(lead_history) }} as is_deleted,
        {{ is_old_version(lead_history) }} as is_old_version,
        {{ unreadable_columns(lead_history, [['CreatedDate', 'timestamp']]) }}
            as unreadable_columns

    from {{ lead_history.relation }}

),

versions as (

    select
        *,
        {{ version_number(
            'source_record_id', ['lead_status', 'previous_status', 'lead_id']
        ) }} as version_number

    from raw_changes

),

lead_statuses as (

    select
        'salesforce' as source_system,
        'lead_history' as raw_table,
        versions.source_record_id,
        versions.source_record_id as record_id,
        {{ salesforce_id('versions.lead_id') }} as lead_record_id,
        lower(versions.field) as field,
        versions.lead_status,
        versions.previous_status,
        versions.entered_at,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        coalesce(
            {{ set_aside_reason('versions.source_record_id') }},
            case
                when lower(versions.field) is distinct from 'status' then 'other_field'
            end
        ) as set_aside_reason

    from versions

)

select * from lead_statuses
