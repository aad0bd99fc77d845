with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

excluded_accounts as (

    select * from {{ ref('int_crm__excluded_accounts') }}

),

contracts as (

    {{ union_crms('contracts') }}

),

contract_records as (

    {{ run_state('contracts', of_accounts=true) }}

)

select * from contract_records
