{%- set dimensions = common_dimensions() + ['deal_type'] -%}

with

orders as (

    select
        *,
        {{ money_band('amount') }} as money_band,
        {{ period_starts('ordered_on') }}

    from {{ ref('int_revenue__orders') }}
    where not is_refund

),

orders_by_month as (

    select
        month_start,
        {{ dimension_columns(dimensions) }},
        money_band,
        count(amount) as order_count,
        sum(amount) as order_revenue,
        sum(case when amount is null then 1 else 0 end) as orders_without_amount_count

    from orders
    {{ group_by_dimension(dimensions, ['month_start', 'money_band']) }}

),

orders_by_band as (

    {{ periods_of_months('orders_by_month', [
        'order_count', 'order_revenue', 'orders_without_amount_count',
    ], ['money_band']) }}

),

orders_by_period as (

    select
        period_grain,
        period_start,
        dimension,
        dimension_value,
        sum(order_count) as order_count,
        sum(order_revenue) as order_revenue,
        sum(orders_without_amount_count) as orders_without_amount_count

    from orders_by_band
    group by period_grain, period_start, dimension, dimension_value

),

medians_by_period as (

    {{ money_medians_by_period(
        'orders', 'amount', 'orders_by_band', 'order_count', dimensions
    ) }}

),

period_grid as (

    {{ period_grid(['orders_by_period']) }}

),

measured as (

    select
        period_grid.*,
        coalesce(orders_by_period.order_count, 0) as order_count,
        cast(coalesce(orders_by_period.order_revenue, 0) as {{ type_name('money') }})
            as order_revenue,
        medians_by_period.median_money as median_order_value,
        coalesce(orders_by_period.orders_without_amount_count, 0)
            as orders_without_amount_count

    from period_grid
    {{ join_to_grid('orders_by_period') }}
    {{ join_to_grid('medians_by_period') }}
    where period_grid.is_reported

),

rated as (

    select
        *,
        {{ money_ratio('order_revenue', 'order_count') }} as average_order_value

    from measured

),

targeted as (

    {{ with_target('rated', 'average_order_value') }}

),

judged as (

    select
        {{ period_columns() }},
        cast(order_count as {{ type_name('integer') }}) as order_count,
        order_revenue,
        average_order_value,
        median_order_value,
        cast(orders_without_amount_count as {{ type_name('integer') }})
            as orders_without_amount_count,
        {{ verdict_columns() }}

    from targeted

)

select * from judged
