{#- Accounts that are no business, with the records that were merged into them. -#}
with

account_records as (

    select * from {{ ref('int_crm__account_records') }}

),

survivors as (

    select * from {{ ref('int_crm__survivors') }}
    where object_type = 'account'

),

excluded_accounts as (

    select
        source_system,
        record_id

    from account_records
    where record_state = 'excluded'
    union
    select
        survivors.source_system,
        survivors.record_id

    from survivors
    inner join account_records
        on survivors.source_system = account_records.source_system
        and survivors.survivor_id = account_records.record_id
        and account_records.record_state = 'excluded'

)

select * from excluded_accounts
