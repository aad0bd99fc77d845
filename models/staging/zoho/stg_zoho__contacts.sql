{%- set contact = raw_table('zoho', 'contact', optional=true) -%}

{%- set landed_contacts -%}
    select
        {{ pick(contact, 'id', required=true) }} as record_id,
        {{ lookup_id(contact, 'Account_Name') }} as account_id,
        {{ pick(contact, 'Email') }} as email,
        {{ pick(contact, 'Created_Time', 'timestamp') }} as created_at,
        {{ pick(contact, 'Modified_Time', 'timestamp') }} as modified_at,
        {{ loaded_at(contact) }} as loaded_at,
        {{ zoho_is_deleted(contact) }} as is_deleted,
        {{ is_old_version(contact) }} as is_old_version,
        {{ unreadable_columns(contact, [['Created_Time', 'timestamp']]) }}
            as unreadable_columns

    from {{ contact.relation }}
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_contacts, ['record_id'], [
        'account_id', 'email', 'created_at', 'unreadable_columns',
    ]) }}

),

excluded_contacts as (

    {{ excluded_versions('zoho', landed_contacts, 'contact') }}

),

contacts as (

    select
        'zoho' as source_system,
        'contact' as raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        cast(null as {{ type_name('text') }}) as merged_into_id,
        versions.account_id,
        {{ keyed_hash(normalised_email('versions.email')) }} as email_key,
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        {{ set_aside_reason(
            'versions.record_id', excluded_id='excluded_contacts.record_id'
        ) }} as set_aside_reason

    from versions
    left join excluded_contacts
        on {{ is_same_version('excluded_contacts', 'contact') }}

)

select * from contacts
