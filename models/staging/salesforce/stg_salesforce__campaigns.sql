{%- set campaign = raw_table('salesforce', 'campaign', optional=true) -%}

with

raw_campaigns as (

    select
        {{ pick(campaign, 'Id', required=true) }} as source_record_id,
        {{ pick(campaign, 'ParentId') }} as parent_id,
        {{ pick(campaign, 'Type') }} as campaign_type,
        {{ pick(campaign, 'CurrencyIsoCode') }} as currency_code,
        {{ pick(campaign, 'ActualCost', 'money') }} as cost,
        {{ pick(campaign, 'StartDate', 'date') }} as starts_on,
        {{ pick(campaign, 'EndDate', 'date') }} as ends_on,
        {{ pick(campaign, 'CreatedDate', 'timestamp') }} as created_at,
        {{ pick(campaign, 'SystemModstamp', 'timestamp') }} as modified_at,
        {{ loaded_at(campaign) }} as loaded_at,
        {{ is_deleted(campaign) }} as is_deleted,
        {{ is_old_version(campaign) }} as is_old_version,
        {{ unreadable_columns(campaign, [
            ['ActualCost', 'money'], ['StartDate', 'date'], ['EndDate', 'date'],
        ]) }} as unreadable_columns

    from {{ campaign.relation }}

),

identified_campaigns as (

    select
        *,
        {{ salesforce_id('source_record_id') }} as record_id

    from raw_campaigns

),

versions as (

    select
        *,
        {{ version_number('record_id', [
            'cost', 'starts_on', 'ends_on', 'campaign_type',
            'currency_code', 'parent_id', 'created_at', 'unreadable_columns',
        ]) }}
            as version_number

    from identified_campaigns

),

campaigns as (

    select
        'salesforce' as source_system,
        'campaign' as raw_table,
        versions.source_record_id,
        versions.record_id,
        {{ salesforce_id('versions.parent_id') }} as parent_id,
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
