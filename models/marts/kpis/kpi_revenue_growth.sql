{%- set dimensions = common_dimensions() + ['deal_type'] -%}

with

orders as (

    select
        *,
        {{ month_start('ordered_on') }} as month_start

    from {{ ref('int_revenue__orders') }}

),

revenue_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        coalesce(sum(amount), 0) as revenue,
        coalesce(sum(case when is_refund then amount end), 0) as refund_amount,
        sum(case when not is_refund and amount is not null then 1 else 0 end)
            as order_count,
        sum(case when not is_refund and amount is null then 1 else 0 end)
            as orders_without_amount_count

    from orders
    {{ group_by_dimension(dimensions, ['month_start']) }}

),

revenue_by_period as (

    {{ periods_of_months('revenue_by_month', [
        'revenue', 'refund_amount', 'order_count', 'orders_without_amount_count',
    ]) }}

),

{# The open period against as many days of the one before it. #}
open_periods as (

    select
        periods.*,
        {{ add_days(
            'periods.prior_period_start',
            days_between('periods.period_start', 'periods.as_of_on')
        ) }} as same_day_before

    from {{ ref('int_calendar__periods') }} as periods
    where not periods.is_complete_period

),

orders_so_far as (

    select
        open_periods.period_grain,
        orders.*

    from orders
    inner join open_periods
        on orders.ordered_on >= open_periods.prior_period_start
        and orders.ordered_on < open_periods.period_start
        and orders.ordered_on <= open_periods.same_day_before

),

revenue_so_far as (

    select
        period_grain,
        {{ dimension_columns(dimensions) }},
        coalesce(sum(amount), 0) as revenue

    from orders_so_far
    {{ group_by_dimension(dimensions, ['period_grain']) }}

),

period_grid as (

    {{ period_grid(['revenue_by_period']) }}

),

periods_with_revenue as (

    select
        period_grid.*,
        coalesce(revenue_by_period.revenue, 0) as revenue,
        coalesce(revenue_by_period.refund_amount, 0) as refund_amount,
        coalesce(revenue_by_period.order_count, 0) as order_count,
        coalesce(revenue_by_period.orders_without_amount_count, 0)
            as orders_without_amount_count

    from period_grid
    {{ join_to_grid('revenue_by_period') }}

),

compared_periods as (

    select
        periods_with_revenue.*,
        prior_periods.revenue as prior_period_revenue,
        prior_years.revenue as prior_year_revenue,
        case
            when not periods_with_revenue.is_complete_period
                and prior_periods.revenue is not null
                then coalesce(revenue_so_far.revenue, 0)
        end as comparable_revenue

    from periods_with_revenue
    left join periods_with_revenue as prior_periods
        on periods_with_revenue.period_grain = prior_periods.period_grain
        and periods_with_revenue.prior_period_start = prior_periods.period_start
        and periods_with_revenue.dimension = prior_periods.dimension
        and periods_with_revenue.dimension_value = prior_periods.dimension_value
    left join periods_with_revenue as prior_years
        on periods_with_revenue.period_grain = prior_years.period_grain
        and periods_with_revenue.prior_year_start = prior_years.period_start
        and periods_with_revenue.dimension = prior_years.dimension
        and periods_with_revenue.dimension_value = prior_years.dimension_value
    left join revenue_so_far
        on periods_with_revenue.period_grain = revenue_so_far.period_grain
        and periods_with_revenue.dimension = revenue_so_far.dimension
        and periods_with_revenue.dimension_value = revenue_so_far.dimension_value

),

rated as (

    select
        *,
        revenue - prior_period_revenue as revenue_change,
        case
            when is_complete_period and prior_period_revenue > 0
                then {{ ratio(
                    'revenue - prior_period_revenue', 'prior_period_revenue'
                ) }}
        end as period_over_period_growth,
        case
            when is_complete_period and prior_year_revenue > 0
                then {{ ratio('revenue - prior_year_revenue', 'prior_year_revenue') }}
        end as year_over_year_growth,
        case
            when comparable_revenue > 0
                then {{ ratio('revenue - comparable_revenue', 'comparable_revenue') }}
        end as like_for_like_growth

    from compared_periods
    where is_reported

),

targeted as (

    {{ with_target('rated', 'revenue_growth') }}

),

judged as (

    select
        {{ period_columns() }},
        cast(revenue as {{ type_name('money') }}) as revenue,
        cast(refund_amount as {{ type_name('money') }}) as refund_amount,
        cast(order_count as {{ type_name('integer') }}) as order_count,
        cast(orders_without_amount_count as {{ type_name('integer') }})
            as orders_without_amount_count,
        cast(prior_period_revenue as {{ type_name('money') }}) as prior_period_revenue,
        cast(prior_year_revenue as {{ type_name('money') }}) as prior_year_revenue,
        cast(comparable_revenue as {{ type_name('money') }}) as comparable_revenue,
        cast(revenue_change as {{ type_name('money') }}) as revenue_change,
        period_over_period_growth,
        year_over_year_growth,
        like_for_like_growth,
        {{ verdict_columns() }}

    from targeted

)

select * from judged
