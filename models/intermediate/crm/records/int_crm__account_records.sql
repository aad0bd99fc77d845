with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

accounts as (

    {{ union_crms('accounts') }}

),

account_records as (

    {{ run_state('accounts', merged=true) }}

)

select * from account_records
