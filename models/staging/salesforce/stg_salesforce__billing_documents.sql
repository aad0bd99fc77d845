{%- set order = raw_table('salesforce', 'order', optional=true) -%}

{%- set landed_orders -%}
with

raw_orders as (

    select
        -- ids
        {{ pick(order, 'Id', required=true) }} as source_record_id,
        {{ pick(order, 'AccountId') }} as account_id,
        {{ pick(order, 'OpportunityId') }} as deal_id,
        {{ pick(order, 'ContractId') }} as contract_id,
        {{ pick(order, 'OwnerId') }} as owner_id,

        -- attributes
        {{ pick(order, 'Status') }} as order_status,
        {{ pick(order, 'StatusCode') }} as status_code,
        {{ pick(order, 'CurrencyIsoCode') }} as currency_code,

        -- measures
        {{ pick(order, 'TotalAmount', 'money') }} as amount,

        -- flags
        {{ pick(order, 'IsReductionOrder', 'boolean') }} as is_reduction,

        -- dates and timestamps (UTC)
        {{ pick(order, 'EffectiveDate', 'date', required=true) }} as billed_on,
        {{ pick(order, 'CreatedDate', 'timestamp') }} as created_at,
        {{ pick(order, 'SystemModstamp', 'timestamp') }} as modified_at,

        -- state of the row
        {{ loaded_at(order) }} as loaded_at,
        {{ is_deleted(order) }} as is_deleted,
        {{ is_old_version(order) }} as is_old_version,
        {{ unreadable_columns(order, [
            ['TotalAmount', 'money'], ['EffectiveDate', 'date'],
            ['IsReductionOrder', 'boolean'],
        ]) }} as unreadable_columns

    from {{ order.relation }}

),

identified_orders as (

    select
        *,
        {{ salesforce_id('source_record_id') }} as record_id

    from raw_orders

)

select * from identified_orders
{%- endset %}

with

versions as (

    {{ ranked_versions(landed_orders, ['record_id'], [
        'billed_on', 'amount', 'status_code', 'order_status', 'is_reduction',
        'account_id', 'deal_id', 'contract_id', 'currency_code', 'owner_id',
        'created_at', 'unreadable_columns',
    ]) }}

),

billing_documents as (

    select
        -- ids
        'salesforce' as source_system,
        'order' as raw_table,
        versions.source_record_id,
        versions.record_id,
        {{ salesforce_id('versions.account_id') }} as account_id,
        {{ salesforce_id('versions.deal_id') }} as deal_id,
        {{ salesforce_id('versions.contract_id') }} as contract_id,
        {{ salesforce_id('versions.owner_id') }} as owner_id,

        -- attributes
        upper(versions.currency_code) as currency_code,

        -- measures
        case
            when versions.is_reduction then -abs(versions.amount)
            else versions.amount
        end as amount,
        cast(null as {{ type_name('rate') }}) as units_per_home_unit,

        -- flags
        coalesce(versions.is_reduction, false) as is_reduction,
        false as may_hold_tax,
        lower(coalesce(versions.status_code, versions.order_status)) = 'activated'
            as is_counted,

        -- dates and timestamps (UTC)
        versions.billed_on,
        versions.created_at,
        versions.modified_at,
        versions.loaded_at,

        -- state of the row
        versions.unreadable_columns,
        {{ set_aside_reason('versions.record_id') }} as set_aside_reason

    from versions

)

select * from billing_documents
