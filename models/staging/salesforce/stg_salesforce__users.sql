{%- set user = raw_table('salesforce', 'user', optional=true) -%}

with

raw_users as (

    select
        {{ pick(user, 'Id', required=true) }} as source_record_id,
        {{ pick(user, 'Name') }} as name,
        {{ pick(user, 'SystemModstamp', 'timestamp') }} as modified_at,
        {{ loaded_at(user) }} as loaded_at,
        {{ is_old_version(user) }} as is_old_version

    from {{ user.relation }}

),

identified_users as (

    select
        *,
        {{ salesforce_id('source_record_id') }} as record_id,
        false as is_deleted

    from raw_users

),

versions as (

    select
        *,
        {{ version_number('record_id', ['name']) }} as version_number

    from identified_users

),

{# A seller who left stays the owner of what they sold, so nobody is set aside. #}
users as (

    select
        'salesforce' as source_system,
        'user' as raw_table,
        versions.source_record_id,
        versions.record_id,
        {{ sales_rep_label("'salesforce'", 'versions.record_id', 'versions.name') }}
            as sales_rep,
        versions.modified_at,
        versions.loaded_at,
        cast(null as {{ type_name('text') }}) as unreadable_columns,
        {{ set_aside_reason('versions.record_id', keeps_deleted=true) }}
            as set_aside_reason

    from versions

)

select * from users
