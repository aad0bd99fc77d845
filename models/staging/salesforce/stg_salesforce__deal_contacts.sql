{%- set contact_role = raw_table(
    'salesforce', 'opportunity_contact_role', optional=true
) -%}

with

raw_contact_roles as (

    select
        {{ pick(contact_role, 'Id', required=true) }} as source_record_id,
        {{ pick(contact_role, 'OpportunityId', required=true) }} as opportunity_id,
        {{ pick(contact_role, 'ContactId', required=true) }} as contact_id,
        {{ pick(contact_role, 'IsPrimary', 'boolean') }} as is_primary,
        cast(null as timestamp) as modified_at,
        {{ loaded_at(contact_role) }} as loaded_at,
        {{ is_deleted(contact_role) }} as is_deleted,
        {{ is_old_version(contact_role) }} as is_old_version,
        {{ unreadable_columns(contact_role, [['IsPrimary', 'boolean']]) }}
            as unreadable_columns

    from {{ contact_role.relation }}

),

versions as (

    select
        *,
        {{ version_number(
            'source_record_id',
            ['contact_id', 'opportunity_id', 'is_primary', 'unreadable_columns']
        ) }} as version_number

    from raw_contact_roles

),

deal_contacts as (

    select
        'salesforce' as source_system,
        'opportunity_contact_role' as raw_table,
        versions.source_record_id,
        versions.source_record_id as record_id,
        {{ salesforce_id('versions.opportunity_id') }} as deal_record_id,
        {{ salesforce_id('versions.contact_id') }} as contact_id,
        coalesce(versions.is_primary, false) as is_primary,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        {{ set_aside_reason('versions.source_record_id') }} as set_aside_reason

    from versions

)

select * from deal_contacts
