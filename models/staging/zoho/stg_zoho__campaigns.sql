{%- set campaign = raw_table('zoho', 'campaign', optional=true) -%}

with

raw_campaigns as (

    select
        {{ pick(campaign, 'id', required=true) }} as record_id,
        {{ lookup_id(campaign, 'Parent_Campaign') }} as parent_id,
        {{ pick(campaign, 'Type') }} as campaign_type,
        {{ pick(campaign, 'Currency') }} as currency_code,
        {{ pick(campaign, 'Actual_Cost', 'money') }} as cost,
        {{ pick(campaign, 'Exchange_Rate', 'rate') }} as units_per_home_unit,
        {{ pick(campaign, 'Start_Date', 'date') }} as starts_on,
        {{ pick(campaign, 'End_Date', 'date') }} as ends_on,
        {{ pick(campaign, 'Created_Time', 'timestamp') }} as created_at,
        {{ pick(campaign, 'Modified_Time', 'timestamp') }} as modified_at,
        {{ loaded_at(campaign) }} as loaded_at,
        {{ zoho_is_deleted(campaign) }} as is_deleted,
        {{ is_old_version(campaign) }} as is_old_version,
        {{ unreadable_columns(campaign, [
            ['Actual_Cost', 'money'], ['Exchange_Rate', 'rate'], ['Start_Date', 'date'],
            ['End_Date', 'date'],
        ]) }} as unreadable_columns

    from {{ campaign.relation }}

),

versions as (

    select
        *,
        {{ version_number('record_id', [
            'cost', 'starts_on', 'ends_on', 'campaign_type', 'currency_code',
            'units_per_home_unit', 'parent_id', 'created_at', 'unreadable_columns',
        ]) }} as version_number

    from raw_campaigns

),

campaigns as (

    select
        'zoho' as source_system,
        'campaign' as raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        versions.parent_id,
        versions.campaign_type,
        upper(versions.currency_code) as currency_code,
        versions.cost,
        versions.units_per_home_unit,
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
