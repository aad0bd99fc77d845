{#-
    Which record is left of each record that HubSpot merged away. The survivor lists
    the ids merged into it (`a;b;c`); older portals have them in tables of their own.
-#}
{%- set contact = raw_table('hubspot', 'contact') -%}
{%- set company = raw_table('hubspot', 'company') -%}

with

raw_records as (

    select
        'contact' as object_type,
        {{ pick(contact, 'id', required=true) }} as source_record_id,
        {{ pick_first(contact, ['hs_merged_object_ids', 'hs_calculated_merged_vids']) }}
            as merged_ids,
        {{ pick(contact, 'lastmodifieddate', 'timestamp') }} as modified_at,
        {{ loaded_at(contact) }} as loaded_at,
        {{ is_deleted(contact, ['archived']) }} as is_deleted,
        {{ is_old_version(contact) }} as is_old_version

    from {{ contact.relation }}
    union all
    select
        'company' as object_type,
        {{ pick(company, 'id', required=true) }} as source_record_id,
        {{ pick(company, 'hs_merged_object_ids') }} as merged_ids,
        {{ pick(company, 'hs_lastmodifieddate', 'timestamp') }} as modified_at,
        {{ loaded_at(company) }} as loaded_at,
        {{ is_deleted(company, ['archived']) }} as is_deleted,
        {{ is_old_version(company) }} as is_old_version

    from {{ company.relation }}
    {%- for deal in hubspot_deal_tables() %}
        union all
        select
            'deal' as object_type,
            {{ pick(deal, 'id', required=true) }} as source_record_id,
            {{ pick(deal, 'hs_merged_object_ids') }} as merged_ids,
            {{ pick(deal, 'hs_lastmodifieddate', 'timestamp') }} as modified_at,
            {{ loaded_at(deal) }} as loaded_at,
            {{ is_deleted_deal(deal) }} as is_deleted,
            {{ is_old_version(deal) }} as is_old_version

        from {{ deal.relation }}
    {%- endfor %}

),

identified_records as (

    select
        *,
        {{ hubspot_id('source_record_id') }} as record_id

    from raw_records

),

versions as (

    select
        *,
        {{ version_number('object_type, record_id', ['merged_ids']) }}
            as version_number

    from identified_records

),

living_records as (

    select * from versions
    where version_number = 1 and not is_old_version and not is_deleted

),

merged_pairs as (

    select * from {{ ref('stg_hubspot__merges') }}
    where set_aside_reason is null

),

{# An entry can carry the time of the merge behind a colon. #}
listed_pointers as (

    select
        living_records.object_type,
        trim(both ' ' from split_part(listed_ids.listed_id, ':', 1)) as merged_id,
        living_records.record_id as survivor_id

    from living_records
    {{ join_text_parts('living_records.merged_ids', ';', 'listed_ids', 'listed_id') }}

),

known_pointers as (

    select
        object_type,
        {{ hubspot_id('merged_id') }} as record_id,
        survivor_id

    from listed_pointers
    where merged_id != ''
    union all
    select
        object_type,
        merged_record_id as record_id,
        surviving_record_id as survivor_id

    from merged_pairs

),

{# One pointer per record. #}
pointers as (

    select
        object_type,
        record_id,
        min(survivor_id) as merged_into_id

    from known_pointers
    where record_id != survivor_id
    group by object_type, record_id

),

survivors as (

    {{ merge_survivors('pointers', keys=['object_type']) }}

),

{# A record merged into one that is not there any more stands for itself. #}
merged_records as (

    select
        survivors.object_type,
        survivors.record_id,
        survivors.survivor_id

    from survivors
    inner join living_records
        on survivors.object_type = living_records.object_type
        and survivors.survivor_id = living_records.record_id
    where survivors.record_id != survivors.survivor_id

)

select * from merged_records
