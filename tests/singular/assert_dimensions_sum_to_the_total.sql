{#-
    Additive columns, as each mart's meta names them, give the total when summed over
    any of its dimensions. CAC is left to its own dimensions, which may be none.
-#}
with
{% set marts = {
    'kpi_revenue_growth': [
        'revenue', 'refund_amount', 'order_count', 'orders_without_amount_count',
        'prior_period_revenue', 'prior_year_revenue', 'comparable_revenue',
        'revenue_change',
    ],
    'kpi_sales_cycle_length': [
        'cycle_count', 'negative_cycle_count', 'lead_to_opportunity_count',
        'won_deal_count', 'opportunity_to_won_count',
        'negative_opportunity_to_won_count', 'created_deal_count',
    ],
    'kpi_conversion_rate': [
        'lead_count', 'customer_count', 'ever_customer_count', 'mql_count', 'sql_count',
        'opportunity_count', 'disqualified_lead_count', 'won_deal_count',
        'lost_deal_count', 'won_amount', 'lost_amount', 'customers_without_lead_count',
    ],
    'kpi_average_order_value': [
        'order_count', 'order_revenue', 'orders_without_amount_count',
    ],
    'kpi_churn_rate': [
        'customers_at_start', 'new_customers', 'reactivated_customers',
        'churned_customers', 'customers_at_end', 'same_period_churned_customers',
        'revenue_at_start', 'churned_revenue', 'contraction_revenue',
        'expansion_revenue', 'reactivated_revenue',
    ],
    'kpi_customer_acquisition_cost': [
        'acquisition_spend', 'new_customer_count', 'first_monthly_revenue',
        'valued_customer_count',
    ],
} %}
sums as (
    {% for mart, columns in marts.items() %}
        {% set outer_loop = loop %}
        {% for column in columns %}
    select
        '{{ mart }}.{{ column }}' as additive_column,
        period_grain,
        period_start,
        dimension,
        cast(sum(coalesce({{ column }}, 0)) as decimal(28, 2)) as column_sum

    from {{ ref(mart) }}
    group by period_grain, period_start, dimension
    {%- if not (outer_loop.last and loop.last) %}
    union all
    {%- endif %}
        {% endfor %}
    {% endfor %}

),

totals as (

    select * from sums
    where dimension = 'total'

),

lost_values as (

    select
        sums.additive_column,
        sums.period_grain,
        sums.period_start,
        sums.dimension,
        sums.column_sum,
        totals.column_sum as total_sum

    from sums
    inner join totals
        on sums.additive_column = totals.additive_column
        and sums.period_grain = totals.period_grain
        and sums.period_start = totals.period_start
    where sums.column_sum != totals.column_sum

)

select * from lost_values
