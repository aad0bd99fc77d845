{%- set contact = raw_table('hubspot', 'contact') -%}

{%- set landed_contacts -%}
with

raw_contacts as (

    select
        {{ pick(contact, 'id', required=true) }} as source_record_id,
        {{ pick(contact, 'associatedcompanyid') }} as company_id,
        {{ pick(contact, 'email') }} as email,
        {{ pick(contact, 'createdate', 'timestamp') }} as created_at,
        {{ pick(contact, 'lastmodifieddate', 'timestamp') }} as modified_at,
        {{ loaded_at(contact) }} as loaded_at,
        {{ is_deleted(contact, ['archived']) }} as is_deleted,
        {{ is_old_version(contact) }} as is_old_version,
        {{ unreadable_columns(contact, hubspot_lead_columns()) }} as unreadable_columns

    from {{ contact.relation }}

),

identified_contacts as (

    select
        *,
        {{ hubspot_id('source_record_id') }} as record_id

    from raw_contacts

)

select * from identified_contacts
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_contacts, ['record_id'], [
        'company_id', 'email', 'created_at', 'unreadable_columns',
    ]) }}

),

merged_records as (

    select * from {{ ref('stg_hubspot__merged_records') }}

),

excluded_contacts as (

    {{ excluded_versions('hubspot', landed_contacts, 'contact') }}

),

contacts as (

    select
        'hubspot' as source_system,
        'contact' as raw_table,
        versions.source_record_id,
        versions.record_id,
        merged_contacts.survivor_id as merged_into_id,
        coalesce(merged_companies.survivor_id, {{ hubspot_id('versions.company_id') }})
            as account_id,
        {{ keyed_hash(normalised_email('versions.email')) }} as email_key,
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        {{ set_aside_reason(
            'versions.record_id', 'merged_contacts.survivor_id',
            'excluded_contacts.record_id'
        ) }} as set_aside_reason

    from versions
    left join merged_records as merged_contacts
        on merged_contacts.object_type = 'contact'
        and versions.record_id = merged_contacts.record_id
    left join merged_records as merged_companies
        on merged_companies.object_type = 'company'
        and {{ hubspot_id('versions.company_id') }} = merged_companies.record_id
    left join excluded_contacts
        on {{ is_same_version('excluded_contacts', 'contact') }}

)

select * from contacts
