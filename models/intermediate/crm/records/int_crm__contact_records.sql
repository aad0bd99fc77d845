with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

contacts as (

    {{ union_crms('contacts') }}

),

contact_records as (

    {{ run_state('contacts', merged=true) }}

)

select * from contact_records
