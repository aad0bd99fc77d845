{%- set user = raw_table('zoho', 'user', optional=true) -%}

with

raw_users as (

    select
        {{ pick(user, 'id', required=true) }} as record_id,
        {{ pick(user, 'full_name') }} as name,
        cast(null as timestamp) as modified_at,
        {{ loaded_at(user) }} as loaded_at,
        {{ is_old_version(user) }} as is_old_version,
        false as is_deleted

    from {{ user.relation }}

),

versions as (

    select
        *,
        {{ version_number('record_id', ['name']) }} as version_number

    from raw_users

),

{# A seller who left stays the owner of what they sold, so nobody is set aside. #}
users as (

    select
        'zoho' as source_system,
        'user' as raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        {{ sales_rep_label("'zoho'", 'versions.record_id', 'versions.name') }}
            as sales_rep,
        versions.modified_at,
        versions.loaded_at,
        cast(null as {{ type_name('text') }}) as unreadable_columns,
        {{ set_aside_reason('versions.record_id', keeps_deleted=true) }}
            as set_aside_reason

    from versions

)

select * from users
