{%- set contact = raw_table('salesforce', 'contact', optional=true) -%}

{%- set landed_contacts -%}
with

raw_contacts as (

    select
        {{ pick(contact, 'Id', required=true) }} as source_record_id,
        {{ pick(contact, 'MasterRecordId') }} as master_record_id,
        {{ pick(contact, 'AccountId') }} as account_id,
        {{ pick(contact, 'Email') }} as email,
        {{ pick(contact, 'CreatedDate', 'timestamp') }} as created_at,
        {{ pick(contact, 'SystemModstamp', 'timestamp') }} as modified_at,
        {{ loaded_at(contact) }} as loaded_at,
        {{ is_deleted(contact) }} as is_deleted,
        {{ is_old_version(contact) }} as is_old_version,
        {{ unreadable_columns(contact, [['CreatedDate', 'timestamp']]) }}
            as unreadable_columns

    from {{ contact.relation }}

),

identified_contacts as (

    select
        *,
        {{ salesforce_id('source_record_id') }} as record_id,
        {{ salesforce_id('master_record_id') }} as merged_into_id

    from raw_contacts

)

select * from identified_contacts
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_contacts, ['record_id'], [
        'account_id', 'email', 'created_at', 'merged_into_id', 'unreadable_columns',
    ]) }}

),

excluded_contacts as (

    {{ excluded_versions('salesforce', landed_contacts, 'contact') }}

),

contacts as (

    select
        'salesforce' as source_system,
        'contact' as raw_table,
        versions.source_record_id,
        versions.record_id,
        versions.merged_into_id,
        {{ salesforce_id('versions.account_id') }} as account_id,
        {{ keyed_hash(normalised_email('versions.email')) }} as email_key,
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        {{ set_aside_reason(
            'versions.record_id',
            'versions.merged_into_id',
            'excluded_contacts.record_id'
        ) }} as set_aside_reason

    from versions
    left join excluded_contacts
        on {{ is_same_version('excluded_contacts', 'contact') }}

)

select * from contacts
