{%- set contact = raw_table('zoho', 'contact', optional=true) -%}

with

raw_contacts as (

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

),

versions as (

    {{ ranked_versions('raw_contacts', ['record_id'], ['account_id', 'email']) }}

),

exclusions as (

    select * from {{ ref('excluded_records') }}
    where source_system = 'zoho' and entity = 'contact'

),

excluded_contacts as (

    select versions.record_id
    from versions
    inner join exclusions
        on {{ matches_exclusion(['email']) }}
    group by versions.record_id

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
        on versions.record_id = excluded_contacts.record_id

)

select * from contacts
