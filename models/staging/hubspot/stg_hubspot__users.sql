{%- set owners = hubspot_owner_tables() -%}

with

raw_owners as (

    {%- for owner in owners %}
        select
            '{{ owner.table }}' as raw_table,
            {{ pick(owner, 'id', required=true) }} as source_record_id,
            {{ pick(owner, 'firstName') }} as first_name,
            {{ pick(owner, 'lastName') }} as last_name,
            {{ pick(owner, 'updatedAt', 'timestamp') }} as modified_at,
            {{ loaded_at(owner) }} as loaded_at,
            {{ is_old_version(owner) }} as is_old_version

        from {{ owner.relation }}
        {%- if not loop.last %}
        union all
        {%- endif %}
    {%- endfor %}

),

identified_owners as (

    select
        *,
        {{ hubspot_id('source_record_id') }} as record_id,
        trim(
            both ' ' from coalesce(first_name, '') || ' ' || coalesce(last_name, '')
        ) as name,
        false as is_deleted

    from raw_owners

),

versions as (

    select
        *,
        {{ version_number('record_id', ['name', 'raw_table']) }} as version_number

    from identified_owners

),

{# A seller who left stays the owner of what they sold, so nobody is set aside. #}
users as (

    select
        'hubspot' as source_system,
        versions.raw_table,
        versions.source_record_id,
        versions.record_id,
        {{ sales_rep_label(
            "'hubspot'", 'versions.record_id', "nullif(versions.name, '')"
        ) }} as sales_rep,
        versions.modified_at,
        versions.loaded_at,
        cast(null as {{ type_name('text') }}) as unreadable_columns,
        {{ set_aside_reason('versions.record_id', keeps_deleted=true) }}
            as set_aside_reason

    from versions

)

select * from users
