{#- Links of deals with companies, contacts, line items, between surviving records. -#}
with

links as (

    {{ hubspot_links('deal_company', 'deal', 'company') }}
    union all
    {{ hubspot_links('deal_contact', 'deal', 'contact') }}
    union all
    {{ hubspot_links('line_item_deal', 'line_item', 'deal') }}

),

landed_links as (

    select
        *,
        {{ hubspot_id('from_id') }} as linked_from_id,
        {{ hubspot_id('to_id') }} as linked_to_id

    from links
    where not is_empty

),

merged_records as (

    select * from {{ ref('stg_hubspot__merged_records') }}

),

surviving_links as (

    select
        landed_links.*,
        coalesce(merged_from.survivor_id, landed_links.linked_from_id)
            as from_record_id,
        coalesce(merged_to.survivor_id, landed_links.linked_to_id) as to_record_id,
        not landed_links.is_old_version and not landed_links.is_deleted as is_living

    from landed_links
    left join merged_records as merged_from
        on landed_links.from_object = merged_from.object_type
        and landed_links.linked_from_id = merged_from.record_id
    left join merged_records as merged_to
        on landed_links.to_object = merged_to.object_type
        and landed_links.linked_to_id = merged_to.record_id

),

{#
    One pair can stand in several rows, one per type; any living row links it. A portal
    counts the labels of its own by itself, and one of them can bear HubSpot's number.
#}
versions as (

    select
        *,
        max(
            case
                when is_living and raw_table = 'deal_company' and type_id = '5'
                    and coalesce(upper(category), 'HUBSPOT_DEFINED') = 'HUBSPOT_DEFINED'
                    then 1
                else 0
            end
        ) over (partition by raw_table, from_record_id, to_record_id) = 1 as is_primary,
        from_record_id || ':' || to_record_id as record_id,
        row_number() over (
            partition by raw_table, from_record_id, to_record_id
            order by
                case when is_living then 0 else 1 end asc,
                case when is_old_version then 1 else 0 end asc,
                loaded_at desc nulls last,
                type_id asc nulls last,
                from_id asc,
                to_id asc
        ) as version_number

    from surviving_links

),

associations as (

    select
        'hubspot' as source_system,
        versions.raw_table,
        versions.from_id || ':' || versions.to_id as source_record_id,
        versions.record_id,
        versions.from_record_id,
        versions.to_record_id,
        versions.is_primary,
        cast(null as timestamp) as modified_at,
        versions.loaded_at,
        cast(null as {{ type_name('text') }}) as unreadable_columns,
        {{ set_aside_reason('versions.record_id') }} as set_aside_reason

    from versions

)

select * from associations
