{%- set period = [
    'comparison', 'period_grain', 'period_start', 'period_end', 'period_label',
    'base_period_start', 'data_as_of',
] -%}
{%- set amounts = [
    'order_revenue', 'base_order_revenue', 'refund_amount', 'base_refund_amount',
    'volume_effect', 'value_effect', 'refund_effect',
] -%}

with

orders as (

    select
        *,
        {{ month_start('ordered_on') }} as month_start

    from {{ ref('int_revenue__orders') }}

),

orders_by_month as (

    select
        month_start,
        {{ dimension_columns(['deal_type']) }},
        sum(case when not is_refund and amount is not null then 1 else 0 end)
            as order_count,
        sum(case when not is_refund then amount end) as order_revenue,
        sum(case when is_refund then amount end) as refund_amount

    from orders
    {{ group_by_dimension(['deal_type'], ['month_start']) }}

),

orders_by_period as (

    {{ periods_of_months(
        'orders_by_month', ['order_count', 'order_revenue', 'refund_amount']
    ) }}

),

period_grid as (

    {{ period_grid(['orders_by_period']) }}

),

{# The total is the sum of its parts further below, not compared on its own. #}
periods_of_types as (

    select
        period_grid.*,
        period_grid.dimension_value as deal_type,
        coalesce(orders_by_period.order_count, 0) as order_count,
        cast(coalesce(orders_by_period.order_revenue, 0) as {{ type_name('money') }})
            as order_revenue,
        cast(coalesce(orders_by_period.refund_amount, 0) as {{ type_name('money') }})
            as refund_amount

    from period_grid
    {{ join_to_grid('orders_by_period') }}
    where period_grid.dimension != 'total'

),

compared_periods as (
    {% for comparison in ['prior_period', 'prior_year'] %}
    select
        periods_of_types.*,
        '{{ comparison }}' as comparison,
        base_periods.period_start as base_period_start,
        base_periods.order_count as base_order_count,
        base_periods.order_revenue as base_order_revenue,
        base_periods.refund_amount as base_refund_amount

    from periods_of_types
    inner join periods_of_types as base_periods
        on periods_of_types.period_grain = base_periods.period_grain
        and periods_of_types.{{ comparison }}_start = base_periods.period_start
        and periods_of_types.deal_type = base_periods.deal_type
    where periods_of_types.is_reported and periods_of_types.is_complete_period
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

{# Rounded once; without base orders there is no base value, so all of it is volume. #}
volume_effects as (

    select
        *,
        case
            when base_order_count = 0 then order_revenue
            else {{ money_ratio(
                '((order_count - base_order_count) * base_order_revenue)',
                'base_order_count'
            ) }}
        end as volume_effect

    from compared_periods

),

{# The value effect is what is left, so that the three always add up. #}
effects_of_types as (

    select
        *,
        order_revenue - base_order_revenue - volume_effect as value_effect,
        refund_amount - base_refund_amount as refund_effect

    from volume_effects

),

effects as (

    select
        {{ period | join(',\n        ') }},
        {{ dimension_columns(['deal_type']) }},
        cast(sum(order_count) as {{ type_name('integer') }}) as order_count,
        cast(sum(base_order_count) as {{ type_name('integer') }}) as base_order_count
        {%- for amount in amounts %},
        cast(sum({{ amount }}) as {{ type_name('money') }}) as {{ amount }}
        {%- endfor %}

    from effects_of_types
    {{ group_by_dimension(['deal_type'], period) }}

),

decomposition as (

    select
        period_grain || '|' || cast(period_start as {{ type_name('text') }})
        || '|' || dimension || '|' || dimension_value
        || '|' || comparison as decomposition_key,
        comparison,
        period_grain,
        period_start,
        period_end,
        period_label,
        base_period_start,
        dimension,
        dimension_value,
        order_count,
        base_order_count,
        {{ money_ratio('order_revenue', 'order_count') }} as average_order_value,
        {{ money_ratio('base_order_revenue', 'base_order_count') }}
            as base_average_order_value,
        order_revenue,
        base_order_revenue,
        refund_amount,
        base_refund_amount,
        cast(order_revenue + refund_amount as {{ type_name('money') }}) as revenue,
        cast(base_order_revenue + base_refund_amount as {{ type_name('money') }})
            as base_revenue,
        cast(
            order_revenue + refund_amount - base_order_revenue - base_refund_amount
            as {{ type_name('money') }}
        ) as revenue_change,
        volume_effect,
        value_effect,
        refund_effect,
        data_as_of

    from effects

)

select * from decomposition
