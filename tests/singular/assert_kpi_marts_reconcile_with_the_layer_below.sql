{#-
    Month by month, the totals of the six KPI marts are those of the intermediate layer,
    counted there without dimensions, grids and judgement.
-#}
{{ config(group='crm') }}

{%- set won_new_business = (
    "(select * from " ~ ref('int_crm__deals')
    ~ " where is_win and deal_type = 'new_business')"
) -%}
{%- set figures = [
    ('kpi_revenue_growth', 'revenue', ref('int_revenue__orders'), 'ordered_on',
        'coalesce(sum(amount), 0)'),
    ('kpi_revenue_growth', 'orders_without_amount_count', ref('int_revenue__orders'),
        'ordered_on', 'sum(case when amount is null and not is_refund then 1 else 0 end)'),
    ('kpi_average_order_value', 'order_revenue', ref('int_revenue__orders'),
        'ordered_on', 'coalesce(sum(case when not is_refund then amount end), 0)'),
    ('kpi_average_order_value', 'order_count', ref('int_revenue__orders'),
        'ordered_on', 'count(case when not is_refund then amount end)'),
    ('kpi_conversion_rate', 'lead_count', ref('int_funnel__leads'), 'lead_created_on',
        'count(*)'),
    ('kpi_sales_cycle_length', 'won_deal_count', won_new_business, 'closed_on',
        'count(*)'),
    ('kpi_customer_acquisition_cost', 'acquisition_spend', ref('int_cac__spend'),
        'spend_month', 'sum(amount)'),
    ('kpi_customer_acquisition_cost', 'new_customer_count',
        ref('int_customers__new_customers'), 'won_on', 'count(*)'),
] -%}

with

months as (

    select * from {{ ref('int_calendar__periods') }}
    where period_grain = 'month' and is_reported

),

mart_figures as (

    {% for mart, measure, relation, day, figure in figures %}
    select
        '{{ mart }}.{{ measure }}' as figure,
        period_start,
        cast({{ measure }} as decimal(28, 2)) as mart_value

    from {{ ref(mart) }}
    where period_grain = 'month' and dimension = 'total'
    union all
    {%- endfor %}
    select
        'kpi_churn_rate.customers_at_end' as figure,
        period_start,
        cast(customers_at_end as decimal(28, 2)) as mart_value

    from {{ ref('kpi_churn_rate') }}
    where period_grain = 'month' and dimension = 'total' and is_complete_period

),

layer_figures as (

    {% for mart, measure, relation, day, figure in figures %}
    select
        '{{ mart }}.{{ measure }}' as figure,
        months.period_start,
        cast({{ figure }} as decimal(28, 2)) as layer_value

    from {{ relation }} as layer
    inner join months
        on layer.{{ day }} >= months.period_start
        and layer.{{ day }} <= months.period_end
    group by months.period_start
    union all
    {%- endfor %}
    select
        'kpi_churn_rate.customers_at_end' as figure,
        months.period_start,
        cast(count(distinct active_periods.customer_id) as decimal(28, 2))
            as layer_value

    from {{ ref('int_customers__active_periods') }} as active_periods
    inner join months
        on active_periods.starts_on <= months.period_end
        and active_periods.ends_on > months.period_end
    where months.is_complete_period
    group by months.period_start

),

differences as (

    select
        coalesce(mart_figures.figure, layer_figures.figure) as figure,
        coalesce(mart_figures.period_start, layer_figures.period_start)
            as period_start,
        mart_figures.mart_value,
        layer_figures.layer_value

    from mart_figures
    full join layer_figures
        on mart_figures.figure = layer_figures.figure
        and mart_figures.period_start = layer_figures.period_start
    where coalesce(mart_figures.mart_value, 0) != coalesce(layer_figures.layer_value, 0)

)

select * from differences
