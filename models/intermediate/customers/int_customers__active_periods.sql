{#-
    When each customer was active, gaps within grace closed: contracts, for customers
    that never had one `churn_inactivity_days` from each order.
-#}
with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

contracts as (

    select * from {{ ref('int_customers__contracts') }}
    where unusable_reason is null

),

orders as (

    select * from {{ ref('int_revenue__orders') }}
    where not is_refund and customer_id is not null

),

contract_customers as (

    select customer_id from contracts
    group by customer_id

),

order_days as (

    select
        orders.customer_id,
        orders.ordered_on

    from orders
    left join contract_customers
        on orders.customer_id = contract_customers.customer_id
    where contract_customers.customer_id is null
    group by orders.customer_id, orders.ordered_on

),

periods as (

    select
        contract_period_id as period_id,
        customer_id,
        starts_on,
        ends_on,
        monthly_amount

    from contracts
    union all
    select
        customer_id || ':' || cast(ordered_on as {{ type_name('text') }}) as period_id,
        customer_id,
        ordered_on as starts_on,
        {{ add_days('ordered_on', var('churn_inactivity_days')) }} as ends_on,
        cast(null as {{ type_name('money') }}) as monthly_amount

    from order_days

),

{# An island is a run of periods that touch or overlap; grace comes after. #}
numbered_periods as (

    select
        *,
        max(ends_on) over (
            partition by customer_id
            order by starts_on, ends_on, period_id
            rows between unbounded preceding and 1 preceding
        ) as covered_until

    from periods

),

island_starts as (

    select
        *,
        sum(case when covered_until >= starts_on then 0 else 1 end) over (
            partition by customer_id
            order by starts_on, ends_on, period_id
            rows between unbounded preceding and current row
        ) as island_number

    from numbered_periods

),

islands as (

    select
        customer_id,
        island_number,
        min(starts_on) as island_starts_on,
        max(ends_on) as island_ends_on

    from island_starts
    group by customer_id, island_number

),

bridged_islands as (

    select
        *,
        lead(island_starts_on) over (
            partition by customer_id
            order by island_number
        ) as next_starts_on

    from islands

),

active_periods as (

    select
        island_starts.period_id,
        island_starts.customer_id,
        island_starts.starts_on,
        case
            when island_starts.ends_on = bridged_islands.island_ends_on
                and {{ days_between(
                    'bridged_islands.island_ends_on', 'bridged_islands.next_starts_on'
                ) }} <= {{ var('churn_grace_days') }}
                then bridged_islands.next_starts_on
            {#- Still within grace on the as-of day: nobody knows yet, so active. #}
            when island_starts.ends_on = bridged_islands.island_ends_on
                and island_starts.ends_on <= as_of.as_of_on
                and {{ add_days('island_starts.ends_on', var('churn_grace_days')) }}
                > as_of.as_of_on
                then {{ add_days('as_of.as_of_on', 1) }}
            else island_starts.ends_on
        end as ends_on,
        island_starts.monthly_amount

    from island_starts
    cross join as_of
    inner join bridged_islands
        on island_starts.customer_id = bridged_islands.customer_id
        and island_starts.island_number = bridged_islands.island_number

)

select * from active_periods
