{%- set dimensions = common_dimensions() -%}

with

movements as (

    select
        movements.*,
        {{ common_dimension_columns('customers') }}

    from {{ ref('int_customers__movements') }} as movements
    inner join {{ ref('int_customers__customers') }} as customers
        on movements.customer_id = customers.customer_id

),

{# Grain and period are columns already; the grouping adds the dimensions. #}
movements_by_period as (

    select
        period_grain,
        period_start,
        {{ dimension_columns(dimensions) }},
        sum(case when is_new then 1 else 0 end) as new_customers,
        sum(case when is_reactivated then 1 else 0 end) as reactivated_customers,
        sum(case when is_churned then 1 else 0 end) as churned_customers,
        sum(case when is_same_period_churned then 1 else 0 end)
            as same_period_churned_customers,
        sum(value_change) as value_change,
        sum(case when is_churned then value_at_start else 0 end) as churned_revenue,
        sum(case when is_reactivated then value_at_end else 0 end)
            as reactivated_revenue,
        sum(
            case
                when is_staying and is_value_comparable and value_change < 0
                    then -value_change
                else 0
            end
        ) as contraction_revenue,
        sum(
            case
                when is_staying and is_value_comparable and value_change > 0
                    then value_change
                else 0
            end
        ) as expansion_revenue

    from movements
    {{ group_by_dimension(dimensions, ['period_grain', 'period_start']) }}

),

period_grid as (

    {{ period_grid(['movements_by_period']) }}

),

moved_periods as (

    select
        period_grid.*,
        coalesce(movements_by_period.new_customers, 0) as new_customers,
        coalesce(movements_by_period.reactivated_customers, 0) as reactivated_customers,
        coalesce(movements_by_period.churned_customers, 0) as churned_customers,
        coalesce(movements_by_period.same_period_churned_customers, 0)
            as same_period_churned_customers,
        coalesce(movements_by_period.value_change, 0) as value_change,
        coalesce(movements_by_period.churned_revenue, 0) as churned_revenue,
        coalesce(movements_by_period.contraction_revenue, 0) as contraction_revenue,
        coalesce(movements_by_period.expansion_revenue, 0) as expansion_revenue,
        coalesce(movements_by_period.reactivated_revenue, 0) as reactivated_revenue

    from period_grid
    {{ join_to_grid('movements_by_period') }}

),

balanced_periods as (

    select
        *,
        sum(new_customers + reactivated_customers - churned_customers) over until_end
            as customers_at_end,
        sum(value_change) over until_end as revenue_at_end

    from moved_periods
    window until_end as (
        partition by period_grain, dimension, dimension_value
        order by period_start
        rows between unbounded preceding and current row
    )

),

measured as (

    select
        *,
        customers_at_end - new_customers - reactivated_customers + churned_customers
            as customers_at_start,
        revenue_at_end - value_change as revenue_at_start

    from balanced_periods
    where is_reported

),

rated as (

    select
        *,
        {{ ratio('churned_customers', 'customers_at_start') }} as churn_rate,
        {{ ratio('(churned_revenue + contraction_revenue)', 'revenue_at_start') }}
            as gross_revenue_churn_rate,
        {{ ratio(
            '(churned_revenue + contraction_revenue - expansion_revenue)',
            'revenue_at_start'
        ) }} as net_revenue_churn_rate

    from measured

),

targeted as (

    {{ with_target('rated', 'churn_rate') }}

),

judged as (

    select
        {{ period_columns() }},
        cast(customers_at_start as {{ type_name('integer') }}) as customers_at_start,
        cast(new_customers as {{ type_name('integer') }}) as new_customers,
        cast(reactivated_customers as {{ type_name('integer') }})
            as reactivated_customers,
        cast(churned_customers as {{ type_name('integer') }}) as churned_customers,
        cast(customers_at_end as {{ type_name('integer') }}) as customers_at_end,
        cast(same_period_churned_customers as {{ type_name('integer') }})
            as same_period_churned_customers,
        churn_rate,
        cast(revenue_at_start as {{ type_name('money') }}) as revenue_at_start,
        cast(churned_revenue as {{ type_name('money') }}) as churned_revenue,
        cast(contraction_revenue as {{ type_name('money') }}) as contraction_revenue,
        cast(expansion_revenue as {{ type_name('money') }}) as expansion_revenue,
        cast(reactivated_revenue as {{ type_name('money') }}) as reactivated_revenue,
        gross_revenue_churn_rate,
        net_revenue_churn_rate,
        {{ verdict_columns() }}

    from targeted

)

select * from judged
