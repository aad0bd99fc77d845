with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

leads as (

    {{ union_crms('leads') }}

),

lead_records as (

    {{ run_state('leads', merged=true) }}

)

select * from lead_records
