{%- set dimensions = common_dimensions() + ['deal_type'] -%}
{%- set period_keys = [
    'period_grain', 'period_start', 'dimension', 'dimension_value',
] -%}

with

{#
    The band of 3 % that an amount falls into, a whole number that grows with it: counts
    per band say where the median is.
#}
orders as (

    select
        *,
        cast(
            floor(
                32 * sign(amount)
                * ln(1 + abs(cast(amount as {{ type_name('number') }})))
            ) as {{ type_name('integer') }}
        ) as money_band,
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

running_bands as (

    {{ running_counts('orders_by_band', period_keys, 'money_band', 'order_count') }}

),

{#
    An engine's own percentile holds every amount once per period and dimension and
    cannot put them on the disk. So only the band in the middle is put in order.
#}
middle_bands as (

    select
        *,
        running_count - order_count as lower_count

    from running_bands
    where running_count > floor((total_count - 1) * 0.5)
        and running_count - order_count <= ceiling((total_count - 1) * 0.5)

),

grains as (

    select 'month' as period_grain
    union all
    select 'quarter' as period_grain
    union all
    select 'fiscal_year' as period_grain

),

groupings as (
    {% for dimension in ['total'] + dimensions %}
    select
        period_grain,
        '{{ dimension }}' as dimension

    from grains
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

grouped_orders as (

    select
        groupings.period_grain,
        case groupings.period_grain
            when 'month' then orders.month_start
            when 'quarter' then orders.quarter_start
            else orders.fiscal_year_start
        end as period_start,
        groupings.dimension,
        case groupings.dimension
            {%- for dimension in dimensions %}
            when '{{ dimension }}' then orders.{{ dimension }}
            {%- endfor %}
            else '(all)'
        end as dimension_value,
        orders.money_band,
        orders.amount

    from orders
    cross join groupings

),

middle_orders as (

    select
        middle_bands.period_grain,
        middle_bands.period_start,
        middle_bands.dimension,
        middle_bands.dimension_value,
        middle_bands.total_count,
        grouped_orders.amount,
        middle_bands.lower_count + row_number() over (
            partition by
                middle_bands.period_grain,
                middle_bands.period_start,
                middle_bands.dimension,
                middle_bands.dimension_value,
                middle_bands.money_band
            order by grouped_orders.amount
        ) as running_count

    from grouped_orders
    inner join middle_bands
        on grouped_orders.period_grain = middle_bands.period_grain
        and grouped_orders.period_start = middle_bands.period_start
        and grouped_orders.dimension = middle_bands.dimension
        and grouped_orders.dimension_value = middle_bands.dimension_value
        and grouped_orders.money_band = middle_bands.money_band

),

middle_amounts as (

    select
        {{ period_keys | join(',\n        ') }},
        {{ counted_value(0.5, 'amount', 'floor') }} as lower_amount,
        {{ counted_value(0.5, 'amount', 'ceiling') }} as upper_amount

    from middle_orders
    group by {{ period_keys | join(', ') }}

),

medians_by_period as (

    select
        *,
        {{ money_ratio('(lower_amount + upper_amount)', 2) }} as median_order_value

    from middle_amounts

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
        medians_by_period.median_order_value,
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
