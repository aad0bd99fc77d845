{%- set history = raw_table('hubspot', 'contact_property_history', optional=true) -%}

{%- set landed_changes -%}
with

{# Fivetran marks the values that were left as inactive: they are the history. #}
raw_changes as (

    select
        {{ pick(history, 'objectId', required=true) }} as contact_id,
        lower({{ pick(history, 'property', required=true) }}) as field,
        {{ pick(history, 'value') }} as lead_status,
        {{ pick(history, 'timestamp', 'timestamp', required=true) }} as entered_at,
        {{ pick(history, 'timestamp', 'timestamp') }} as modified_at,
        {{ loaded_at(history) }} as loaded_at,
        {{ is_deleted(history, []) }} as is_deleted,
        false as is_old_version,
        {{ unreadable_columns(history, [['timestamp', 'timestamp']]) }}
            as unreadable_columns

    from {{ history.relation }}

),

identified_changes as (

    select
        *,
        {{ hubspot_id('contact_id') }} as lead_record_id,
        contact_id || ':' || field || ':'
        || {{ history_value_key(
            'field', 'lead_status', ['lifecyclestage', 'hs_lead_status']
        ) }} || ':'
        || coalesce(cast(entered_at as {{ type_name('text') }}), '') as record_id

    from raw_changes

)

select * from identified_changes
{%- endset %}

with

{# dlt lands the whole history again with every run. #}
versions as (

    {{ ranked_versions(landed_changes, ['record_id']) }}

),

lead_statuses as (

    select
        'hubspot' as source_system,
        'contact_property_history' as raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        versions.lead_record_id,
        versions.field,
        versions.lead_status,
        cast(null as {{ type_name('text') }}) as previous_status,
        versions.entered_at,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        coalesce(
            {{ set_aside_reason('versions.record_id') }},
            case
                when versions.field not in ('lifecyclestage', 'hs_lead_status')
                    then 'other_field'
            end
        ) as set_aside_reason

    from versions

)

select * from lead_statuses
