{#- A CRM that lags behind would look like a company that stopped selling. -#}
{{ config(severity='warn', group='crm') }}

with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

stale_crms as (

    select * from as_of
    where {{ days_between(
        'cast(data_as_of as date)', 'cast(latest_data_as_of as date)'
    ) }} > 2

)

select * from stale_crms
