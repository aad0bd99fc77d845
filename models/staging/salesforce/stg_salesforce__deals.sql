{%- set opportunity = raw_table('salesforce', 'opportunity') -%}

{%- set landed_opportunities -%}
with

raw_opportunities as (

    select
        -- ids
        {{ pick(opportunity, 'Id', required=true) }} as source_record_id,
        {{ pick(opportunity, 'AccountId') }} as account_id,
        {{ pick(opportunity, 'ContactId') }} as contact_id,
        {{ pick(opportunity, 'ContractId') }} as contract_id,
        {{ pick(opportunity, 'OwnerId') }} as owner_id,

        -- attributes
        {{ pick(opportunity, 'Name') }} as name,
        {{ pick(opportunity, 'Type') }} as deal_type,
        {{ pick(opportunity, 'LeadSource') }} as lead_source,
        {{ pick(opportunity, 'StageName', required=true) }} as stage,
        {{ pick(opportunity, 'CurrencyIsoCode') }} as currency_code,

        -- measures
        {{ pick(opportunity, 'Amount', 'money', required=true) }} as amount,
        {{ pick(opportunity, 'Probability', 'rate') }} as probability_percent,

        -- flags
        {{ pick(opportunity, 'IsClosed', 'boolean') }} as is_closed,
        {{ pick(opportunity, 'IsWon', 'boolean') }} as is_won,

        -- dates and timestamps (UTC)
        {{ pick(opportunity, 'CloseDate', 'date', required=true) }} as close_on,
        {{ pick(opportunity, 'CreatedDate', 'timestamp', required=true) }}
            as created_at,
        {{ pick(opportunity, 'SystemModstamp', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(opportunity) }} as loaded_at,
        {{ is_deleted(opportunity) }} as is_deleted,
        {{ is_old_version(opportunity) }} as is_old_version,
        {{ unreadable_columns(opportunity, [
            ['Amount', 'money'], ['CloseDate', 'date'], ['CreatedDate', 'timestamp'],
            ['IsClosed', 'boolean'], ['IsWon', 'boolean'],
        ]) }} as unreadable_columns

    from {{ opportunity.relation }}

),

identified_opportunities as (

    select
        *,
        {{ salesforce_id('source_record_id') }} as record_id

    from raw_opportunities

)

select * from identified_opportunities
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_opportunities, ['record_id'], [
        'close_on', 'amount', 'stage', 'deal_type', 'created_at', 'account_id',
        'contact_id', 'contract_id', 'owner_id', 'lead_source', 'currency_code',
        'probability_percent', 'name', 'is_won', 'is_closed', 'unreadable_columns',
    ]) }}

),

excluded_deals as (

    {{ excluded_versions('salesforce', landed_opportunities, 'deal') }}

),

deals as (

    select
        -- ids
        'salesforce' as source_system,
        'opportunity' as raw_table,
        versions.source_record_id,
        versions.record_id,
        {{ salesforce_id('versions.account_id') }} as account_id,
        {{ salesforce_id('versions.contact_id') }} as contact_id,
        {{ salesforce_id('versions.contract_id') }} as contract_id,
        {{ salesforce_id('versions.owner_id') }} as owner_id,
        cast(null as {{ type_name('text') }}) as salesforce_deal_id,

        -- attributes
        versions.deal_type,
        versions.lead_source,
        cast(null as {{ type_name('text') }}) as pipeline,
        versions.stage,
        upper(versions.currency_code) as currency_code,

        -- measures
        versions.amount,
        cast(null as {{ type_name('money') }}) as home_amount,
        cast(null as {{ type_name('rate') }}) as units_per_home_unit,
        {{ share_of_percent('versions.probability_percent') }} as probability,

        -- flags
        versions.is_closed,
        versions.is_won,

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
