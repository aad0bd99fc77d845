{#- Companies that ever were customers, with the dimensions of the churn mart. -#}
with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

active_periods as (

    select * from {{ ref('int_customers__active_periods') }}

),

companies as (

    select * from {{ ref('int_customers__companies') }}

),

first_wins as (

    select * from {{ ref('int_crm__deals') }}
    where win_number = 1

),

{# A contract that has yet to begin makes nobody a customer. #}
active_customers as (

    select active_periods.customer_id
    from active_periods
    cross join as_of
    where active_periods.starts_on <= as_of.as_of_on
    group by active_periods.customer_id

),

customers as (

    select
        active_customers.customer_id,
        companies.source_system,
        {{ known('companies.region') }} as region,
        {{ known('companies.segment') }} as segment,
        {{ known('companies.industry') }} as industry,
        {{ known('first_wins.lead_source') }} as lead_source,
        {{ known('companies.sales_team') }} as sales_team,
        {{ known('companies.sales_rep') }} as sales_rep

    from active_customers
    inner join companies
        on active_customers.customer_id = companies.customer_id
    left join first_wins
        on active_customers.customer_id = first_wins.customer_id

)

select * from customers
