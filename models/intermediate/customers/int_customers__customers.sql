{#- Companies that ever were customers, with the dimensions of the churn mart. -#}
with

active_periods as (

    select customer_id from {{ ref('int_customers__active_periods') }}
    group by customer_id

),

companies as (

    select * from {{ ref('int_customers__companies') }}

),

first_wins as (

    select * from {{ ref('int_crm__deals') }}
    where win_number = 1

),

customers as (

    select
        active_periods.customer_id,
        companies.source_system,
        {{ known('companies.region') }} as region,
        {{ known('companies.segment') }} as segment,
        {{ known('companies.industry') }} as industry,
        {{ known('first_wins.lead_source') }} as lead_source,
        {{ known('companies.sales_team') }} as sales_team,
        {{ known('companies.sales_rep') }} as sales_rep

    from active_periods
    inner join companies
        on active_periods.customer_id = companies.customer_id
    left join first_wins
        on active_periods.customer_id = first_wins.customer_id

)

select * from customers
