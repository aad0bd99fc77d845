with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

campaigns as (

    {{ union_crms('campaigns') }}

),

campaign_records as (

    {{ run_state('campaigns') }}

)

select * from campaign_records
