{%- set deal = raw_table('zoho', 'deal') -%}

{%- set landed_deals -%}
    select
        -- ids
        {{ pick(deal, 'id', required=true) }} as record_id,
        {{ lookup_id(deal, 'Account_Name') }} as account_id,
        {{ lookup_id(deal, 'Contact_Name') }} as contact_id,
        {{ lookup_id(deal, 'Owner') }} as owner_id,

        -- attributes
        {{ pick(deal, 'Deal_Name') }} as name,
        {{ pick(deal, 'Type') }} as deal_type,
        {{ pick(deal, 'Lead_Source') }} as lead_source,
        {{ pick(deal, 'Pipeline') }} as pipeline,
        {{ pick(deal, 'Stage', required=true) }} as stage,
        {{ pick(deal, 'Currency') }} as currency_code,

        -- measures
        {{ pick(deal, 'Amount', 'money', required=true) }} as amount,
        {{ pick(deal, 'Exchange_Rate', 'rate') }} as units_per_home_unit,
        {{ pick(deal, 'Probability', 'rate') }} as probability_percent,

        -- dates and timestamps (UTC)
        {{ pick(deal, 'Closing_Date', 'date', required=true) }} as close_on,
        {{ pick(deal, 'Created_Time', 'timestamp', required=true) }} as created_at,
        {{ pick(deal, 'Modified_Time', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(deal) }} as loaded_at,
        {{ zoho_is_deleted(deal) }} as is_deleted,
        {{ is_old_version(deal) }} as is_old_version,
        {{ unreadable_columns(deal, [
            ['Amount', 'money'], ['Exchange_Rate', 'rate'], ['Closing_Date', 'date'],
            ['Created_Time', 'timestamp'],
        ]) }} as unreadable_columns

    from {{ deal.relation }}
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_deals, ['record_id'], [
        'close_on', 'amount', 'stage', 'pipeline', 'deal_type', 'created_at',
        'account_id', 'contact_id', 'owner_id', 'lead_source', 'currency_code',
        'units_per_home_unit', 'probability_percent', 'name', 'unreadable_columns',
    ]) }}

),

excluded_deals as (

    {{ excluded_versions('zoho', landed_deals, 'deal') }}

),

deals as (

    select
        -- ids
        'zoho' as source_system,
        'deal' as raw_table,
        versions.record_id as source_record_id,
        versions.record_id,
        versions.account_id,
        versions.contact_id,
        cast(null as {{ type_name('text') }}) as contract_id,
        versions.owner_id,
        cast(null as {{ type_name('text') }}) as salesforce_deal_id,

        -- attributes
        versions.deal_type,
        versions.lead_source,
        {{ json_text_or_plain('versions.pipeline', 'name') }} as pipeline,
        versions.stage,
        upper(versions.currency_code) as currency_code,

        -- measures
        versions.amount,
        cast(null as {{ type_name('money') }}) as home_amount,
        versions.units_per_home_unit,
        {{ share_of_percent('versions.probability_percent') }} as probability,

        -- flags: only the stage says whether a deal is won
        cast(null as {{ type_name('boolean') }}) as is_closed,
        cast(null as {{ type_name('boolean') }}) as is_won,

        -- dates and timestamps (UTC)
        versions.close_on,
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,

        -- state of the row
        versions.unreadable_columns,
        {{ set_aside_reason(
            'versions.record_id', excluded_id='excluded_deals.record_id'
        ) }} as set_aside_reason

    from versions
    left join excluded_deals
        on {{ is_same_version('excluded_deals', 'deal') }}

)

select * from deals
