{%- set dimensions = common_dimensions() + ['deal_type'] -%}

with

orders as (

    select
        *,
        {{ period_starts('ordered_on') }}

    from {{ ref('int_revenue__orders') }}
    where not is_refund

),

orders_by_period as (

    select
        {{ period_and_dimension(dimensions) }},
        count(amount) as order_count,
        coalesce(sum(amount), 0) as order_revenue,
        {{ money_percentile(0.5, 'amount') }} as median_order_value,
        sum(case when amount is null then 1 else 0 end) as orders_without_amount_count

    from orders
    {{ group_by_period_and_dimension(dimensions) }}

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
        orders_by_period.median_order_value,
        coalesce(orders_by_period.orders_without_amount_count, 0)
            as orders_without_amount_count

    from period_grid
    left join orders_by_period
        on period_grid.period_grain = orders_by_period.period_grain
        and period_grid.period_start = orders_by_period.period_start
        and period_grid.dimension = orders_by_period.dimension
        and period_grid.dimension_value = orders_by_period.dimension_value
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
