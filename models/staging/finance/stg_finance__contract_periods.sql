{%- set contract_periods = raw_table('finance', 'contract_periods', optional=true) -%}

with

raw_periods as (

    select
        {{ pick(contract_periods, 'contract_id', required=true) }} as contract_id,
        lower({{ pick(contract_periods, 'source_system', required=true) }})
            as contract_source_system,
        {{ pick(contract_periods, 'account_id', required=true) }} as account_id,
        upper({{ pick(contract_periods, 'currency_code') }}) as currency_code,
        {{ pick(contract_periods, 'monthly_amount', 'money') }} as monthly_amount,
        {{ pick(contract_periods, 'starts_on', 'date', required=true) }} as starts_on,
        {{ pick(contract_periods, 'ends_on', 'date') }} as ends_on,
        {{ pick(contract_periods, 'ends_on') }} as raw_ends_on

    from {{ contract_periods.relation }}

),

numbered_periods as (

    select
        *,
        row_number() over (
            partition by
                contract_id, contract_source_system, account_id, currency_code,
                monthly_amount, starts_on, ends_on
            order by contract_id
        ) as copy_number

    from raw_periods

),

contract_periods as (

    select
        'finance' as source_system,
        'contract_periods' as raw_table,
        contract_id as source_record_id,
        contract_source_system,
        case
            when contract_source_system = 'salesforce'
                then {{ salesforce_id('contract_id') }}
            else contract_id
        end as contract_id,
        case
            when contract_source_system = 'salesforce'
                then {{ salesforce_id('account_id') }}
            else account_id
        end as account_id,
        currency_code,
        monthly_amount,
        starts_on,
        ends_on,
        case
            when contract_id is null then 'missing_id'
            when starts_on is null then 'unreadable'
            when ends_on is null and raw_ends_on is not null
                and not {{ is_far_future('raw_ends_on') }}
                then 'unreadable'
            when copy_number > 1 then 'duplicate'
        end as set_aside_reason

    from numbered_periods

)

select * from contract_periods
