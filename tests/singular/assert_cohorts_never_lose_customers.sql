{#- A cohort keeps its leads, and whoever became a customer stays counted. -#}
with

cells as (

    select * from {{ ref('conversion_cohorts') }}
    where is_mature

),

neighbours as (

    select
        *,
        lag(lead_count) over cohort_months as lead_count_before,
        lag(customer_count) over cohort_months as customer_count_before

    from cells
    window cohort_months as (
        partition by cohort_month, dimension, dimension_value
        order by months_since_creation
    )

),

shrinking_cohorts as (

    select
        cohort_cell_key,
        lead_count,
        lead_count_before,
        customer_count,
        customer_count_before

    from neighbours
    where customer_count < customer_count_before
        or lead_count != lead_count_before
        or customer_count > lead_count

)

select * from shrinking_cohorts
