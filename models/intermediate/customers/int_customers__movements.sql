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

{# The first end point at which a period counts, and the first at which it does not. #}
period_bounds as (

    select
        active_periods.period_id,
        active_periods.customer_id,
        active_periods.starts_on,
        active_periods.monthly_amount,
        grains.period_grain,
        {{ period_start_of('grains.period_grain', 'active_periods.starts_on') }}
            as first_period_start,
        case
            when active_periods.ends_on > as_of.as_of_on then cast('2200-01-01' as date)
            else {{ period_start_of('grains.period_grain', 'active_periods.ends_on') }}
        end as end_period_start

    from active_periods
    cross join grains
    cross join as_of

),

first_starts as (

    select
        customer_id,
        min(starts_on) as first_starts_on

    from active_periods
    group by customer_id

),

counted_periods as (

    select * from period_bounds
    where first_period_start < end_period_start

),

{# Runs of end points at which the customer is active without interruption. #}
numbered_periods as (

    select
        *,
        max(end_period_start) over (
            partition by customer_id, period_grain
            order by first_period_start, end_period_start, period_id
            rows between unbounded preceding and 1 preceding
        ) as counted_until

    from counted_periods

),

run_starts as (

    select
        *,
        sum(case when counted_until >= first_period_start then 0 else 1 end) over (
            partition by customer_id, period_grain
            order by first_period_start, end_period_start, period_id
            rows between unbounded preceding and current row
        ) as run_number

    from numbered_periods

),

runs as (

    select
        customer_id,
        period_grain,
        run_number,
        min(first_period_start) as run_start,
        max(end_period_start) as run_end

    from run_starts
    group by customer_id, period_grain, run_number

),

{# Active within the period, at neither of its end points. #}
passing_visits as (

    select
        period_bounds.customer_id,
        period_bounds.period_grain,
        period_bounds.first_period_start as period_start

    from period_bounds
    left join runs
        on period_bounds.customer_id = runs.customer_id
        and period_bounds.period_grain = runs.period_grain
        and period_bounds.first_period_start >= runs.run_start
        and period_bounds.first_period_start <= runs.run_end
    where period_bounds.first_period_start = period_bounds.end_period_start
        and runs.customer_id is null
    group by
        period_bounds.customer_id, period_bounds.period_grain,
        period_bounds.first_period_start

),

value_changes as (

    select
        customer_id,
        period_grain,
        first_period_start as period_start,
        monthly_amount as value_change

    from counted_periods
    union all
    select
        customer_id,
        period_grain,
        end_period_start as period_start,
        -monthly_amount as value_change

    from counted_periods
    where end_period_start < cast('2200-01-01' as date)

),

customer_events as (

    select
        customer_id,
        period_grain,
        run_start as period_start,
        1 as came_count,
        0 as left_count,
        0 as passed_count,
        cast(null as {{ type_name('money') }}) as value_change

    from runs
    union all
    select
        customer_id,
        period_grain,
        run_end as period_start,
        0 as came_count,
        1 as left_count,
        0 as passed_count,
        cast(null as {{ type_name('money') }}) as value_change

    from runs
    where run_end < cast('2200-01-01' as date)
    union all
    select
        customer_id,
        period_grain,
        period_start,
        0 as came_count,
        0 as left_count,
        1 as passed_count,
        cast(null as {{ type_name('money') }}) as value_change

    from passing_visits
    union all
    select
        customer_id,
        period_grain,
        period_start,
        0 as came_count,
        0 as left_count,
        0 as passed_count,
        value_change

    from value_changes

),

changes as (

    select
        customer_id,
        period_grain,
        period_start,
        sum(came_count) as came_count,
        sum(left_count) as left_count,
        sum(passed_count) as passed_count,
        coalesce(sum(value_change), 0) as value_change

    from customer_events
    group by customer_id, period_grain, period_start

),

balances as (

    select
        *,
        sum(value_change) over (
            partition by customer_id, period_grain
            order by period_start
            rows between unbounded preceding and current row
        ) as value_at_end

    from changes

),

movements as (

    select
        balances.customer_id,
        balances.period_grain,
        balances.period_start,
        balances.came_count = 1
        and balances.period_start
        = {{ period_start_of('balances.period_grain', 'first_starts.first_starts_on') }}
            as is_new,
        balances.came_count = 1
        and balances.period_start
        > {{ period_start_of('balances.period_grain', 'first_starts.first_starts_on') }}
            as is_reactivated,
        balances.left_count = 1 as is_churned,
        balances.came_count = 0
        and balances.left_count = 0
        and balances.passed_count = 0 as is_staying,
        balances.passed_count = 1 as is_same_period_churned,
        cast(balances.value_change as {{ type_name('money') }}) as value_change,
        cast(balances.value_at_end as {{ type_name('money') }}) as value_at_end,
        cast(balances.value_at_end - balances.value_change as {{ type_name('money') }})
            as value_at_start

    from balances
    inner join first_starts
        on balances.customer_id = first_starts.customer_id

)

select * from movements
