{#-
    What happened to each customer between the end points of a period, one row per
    customer and period in which something did. End points are the last days of periods,
    for the open period the as-of day. Linear in contracts: no customer x month join.
-#}
with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

active_periods as (

    select active_periods.*
    from {{ ref('int_customers__active_periods') }} as active_periods
    cross join as_of
    where active_periods.starts_on <= as_of.as_of_on

),

grains as (

    select 'month' as period_grain
    union all
    select 'quarter' as period_grain
    union all
    select 'fiscal_year' as period_grain

),

{# Sorted and grouped by a number, which costs half of what an id does. #}
customers as (

    select
        customer_id,
        min(starts_on) as first_starts_on,
        row_number() over (order by customer_id) as customer_number

    from active_periods
    group by customer_id

),

{# The first end point at which a period counts, and the first at which it does not. #}
period_bounds as (

    select
        customers.customer_number,
        active_periods.monthly_amount,
        grains.period_grain,
        {{ period_start_of('grains.period_grain', 'active_periods.starts_on') }}
            as first_period_start,
        case
            when active_periods.ends_on > as_of.as_of_on then cast('2200-01-01' as date)
            else {{ period_start_of('grains.period_grain', 'active_periods.ends_on') }}
        end as end_period_start

    from active_periods
    inner join customers
        on active_periods.customer_id = customers.customer_id
    cross join grains
    cross join as_of

),

edges as (

    select 1 as active_change
    union all
    select -1 as active_change

),

{# A period that passes between two end points changes nothing, but is an event. #}
customer_events as (

    select
        period_bounds.customer_number,
        period_bounds.period_grain,
        case
            when edges.active_change = 1 then period_bounds.first_period_start
            else period_bounds.end_period_start
        end as period_start,
        case
            when period_bounds.first_period_start < period_bounds.end_period_start
                then edges.active_change
        end as active_change,
        case
            when period_bounds.first_period_start < period_bounds.end_period_start
                then edges.active_change * period_bounds.monthly_amount
        end as value_change,
        case
            when period_bounds.first_period_start < period_bounds.end_period_start
                and period_bounds.monthly_amount is null
                then edges.active_change
        end as unvalued_change

    from period_bounds
    cross join edges
    where edges.active_change = 1
        or (
            period_bounds.first_period_start < period_bounds.end_period_start
            and period_bounds.end_period_start < cast('2200-01-01' as date)
        )

),

changes as (

    select
        customer_number,
        period_grain,
        period_start,
        count(active_change) > 0 as is_change,
        coalesce(sum(active_change), 0) as active_change,
        coalesce(sum(value_change), 0) as value_change,
        coalesce(sum(unvalued_change), 0) = 0 as is_value_comparable

    from customer_events
    group by customer_number, period_grain, period_start

),

balances as (

    select
        *,
        sum(active_change) over customer_periods as active_at_end,
        sum(value_change) over customer_periods as value_at_end

    from changes
    window customer_periods as (
        partition by customer_number, period_grain
        order by period_start
        rows between unbounded preceding and current row
    )

),

{# A short activity beside a longer one is no event. #}
activity as (

    select
        balances.*,
        balances.active_at_end > 0 as is_active_at_end,
        balances.active_at_end - balances.active_change > 0 as is_active_at_start

    from balances
    where balances.is_change or balances.active_at_end = 0

),

movements as (

    select
        customers.customer_id,
        activity.period_grain,
        activity.period_start,
        not activity.is_active_at_start and activity.is_active_at_end
        and activity.period_start
        = {{ period_start_of('activity.period_grain', 'customers.first_starts_on') }}
            as is_new,
        not activity.is_active_at_start and activity.is_active_at_end
        and activity.period_start
        > {{ period_start_of('activity.period_grain', 'customers.first_starts_on') }}
            as is_reactivated,
        activity.is_active_at_start and not activity.is_active_at_end as is_churned,
        activity.is_active_at_start and activity.is_active_at_end as is_staying,
        not activity.is_active_at_start and not activity.is_active_at_end
            as is_same_period_churned,
        activity.is_value_comparable,
        cast(activity.value_change as {{ type_name('money') }}) as value_change,
        cast(activity.value_at_end as {{ type_name('money') }}) as value_at_end,
        cast(activity.value_at_end - activity.value_change as {{ type_name('money') }})
            as value_at_start

    from activity
    inner join customers
        on activity.customer_number = customers.customer_number

)

select * from movements
