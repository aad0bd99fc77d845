{%- set merged_deal, contact_merge = hubspot_merge_tables() -%}

with

raw_merges as (

    select
        'merged_deal' as raw_table,
        'deal' as object_type,
        {{ pick(merged_deal, 'mergedDealId', required=true) }} as merged_id,
        {{ pick(merged_deal, 'dealId', required=true) }} as survivor_id,
        cast(null as timestamp) as modified_at,
        {{ loaded_at(merged_deal) }} as loaded_at,
        {{ is_deleted(merged_deal, []) }} as is_deleted,
        {{ is_old_version(merged_deal) }} as is_old_version

    from {{ merged_deal.relation }}
    union all
    select
        'contact_merge_audit' as raw_table,
        'contact' as object_type,
        {{ pick(contact_merge, 'vidToMerge', required=true) }} as merged_id,
        {{ pick(contact_merge, 'canonicalVid', required=true) }} as survivor_id,
        {{ pick(contact_merge, 'timestamp', 'timestamp') }} as modified_at,
        {{ loaded_at(contact_merge) }} as loaded_at,
        {{ is_deleted(contact_merge, []) }} as is_deleted,
        {{ is_old_version(contact_merge) }} as is_old_version

    from {{ contact_merge.relation }}

),

identified_merges as (

    select
        *,
        {{ hubspot_id('merged_id') }} as merged_record_id,
        {{ hubspot_id('survivor_id') }} as surviving_record_id,
        merged_id || ':' || survivor_id as record_id

    from raw_merges

),

versions as (

    select
        *,
        {{ version_number('raw_table, record_id') }} as version_number

    from identified_merges

),

merged_pairs as (

    select
        'hubspot' as source_system,
        versions.raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        versions.object_type,
        versions.merged_record_id,
        versions.surviving_record_id,
        versions.modified_at,
        versions.loaded_at,
        cast(null as {{ type_name('text') }}) as unreadable_columns,
        {{ set_aside_reason('versions.record_id') }} as set_aside_reason

    from versions

)

select * from merged_pairs
