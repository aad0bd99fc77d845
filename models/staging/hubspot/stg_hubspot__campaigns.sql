{%- set campaign = raw_table(
    'hubspot', 'marketing_campaign', optional=true, loaders=['fivetran']
) -%}

with

raw_campaigns as (

    select
        {{ pick(campaign, 'id', required=true) }} as source_record_id,
        {{ pick(campaign, 'hs_campaign_type') }} as campaign_type,
        {{ pick(campaign, 'hs_currency_code') }} as currency_code,
        {{ pick(campaign, 'hs_spend_items_sum_amount', 'money') }} as cost,
        {{ pick(campaign, 'hs_start_date', 'date') }} as starts_on,
        {{ pick(campaign, 'hs_end_date', 'date') }} as ends_on,
        {{ pick_first(campaign, ['createdAt', 'createdate'], 'timestamp') }}
            as created_at,
        {{ pick_first(campaign, ['updatedAt', 'hs_lastmodifieddate'], 'timestamp') }}
            as modified_at,
        {{ loaded_at(campaign) }} as loaded_at,
        {{ is_deleted(campaign, ['archived']) }} as is_deleted,
        {{ is_old_version(campaign) }} as is_old_version,
        {{ unreadable_columns(campaign, [
            ['hs_spend_items_sum_amount', 'money'], ['hs_start_date', 'date'],
            ['hs_end_date', 'date'],
        ]) }} as unreadable_columns

    from {{ campaign.relation }}

),

identified_campaigns as (

    select
        *,
        {{ hubspot_id('source_record_id') }} as record_id

    from raw_campaigns

),

versions as (

    select
        *,
        {{ version_number('record_id', [
            'cost', 'starts_on', 'ends_on', 'campaign_type', 'currency_code',
            'created_at', 'unreadable_columns',
        ]) }} as version_number

    from identified_campaigns

),

campaigns as (

    select
        'hubspot' as source_system,
        'marketing_campaign' as raw_table,
        versions.source_record_id,
        versions.record_id,
        cast(null as {{ type_name('text') }}) as parent_id,
        versions.campaign_type,
        upper(versions.currency_code) as currency_code,
        versions.cost,
        cast(null as {{ type_name('rate') }}) as units_per_home_unit,
        versions.starts_on,
        versions.ends_on,
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,
        versions.unreadable_columns,
        {{ set_aside_reason('versions.record_id') }} as set_aside_reason

    from versions

)

select * from campaigns
