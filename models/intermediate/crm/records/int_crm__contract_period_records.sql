with

excluded_accounts as (

    select * from {{ ref('int_crm__excluded_accounts') }}

),

contract_periods as (

    select * from {{ ref('stg_finance__contract_periods') }}

),

contract_period_records as (

    select
        contract_periods.*,
        case
            when contract_periods.set_aside_reason is not null
                then contract_periods.set_aside_reason
            when excluded_accounts.record_id is not null then 'excluded'
        end as record_state

    from contract_periods
    left join excluded_accounts
        on contract_periods.contract_source_system = excluded_accounts.source_system
        and contract_periods.account_id = excluded_accounts.record_id

)

select * from contract_period_records
