with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

excluded_accounts as (

    select * from {{ ref('int_crm__excluded_accounts') }}

),

deals as (

    {{ union_crms('deals') }}

),

deal_records as (

    {{ run_state('deals', of_accounts=true) }}

)

select * from deal_records
