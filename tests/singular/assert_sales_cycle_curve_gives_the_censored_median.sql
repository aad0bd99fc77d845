{#- The curve falls to one half on the day that `kpi_sales_cycle_length` reports. -#}
with

curve as (

    select * from {{ ref('sales_cycle_curve') }}

),

kpi as (

    select * from {{ ref('kpi_sales_cycle_length') }}
    where period_grain = 'fiscal_year'
        and dimension in ('total', 'source_system', 'segment')
        and created_deal_count > 0

),

medians as (

    select
        period_start,
        dimension,
        dimension_value,
        sum(won_count + lost_count + still_open_count) as deal_count,
        min(case when open_share <= 0.5 + 0.000000001 then day_number end)
            as median_days

    from curve
    group by period_start, dimension, dimension_value

),

differences as (

    select
        kpi.kpi_key,
        kpi.created_deal_count,
        kpi.median_cycle_days_censored,
        medians.period_start,
        medians.deal_count,
        medians.median_days

    from kpi
    full outer join medians
        on kpi.period_start = medians.period_start
        and kpi.dimension = medians.dimension
        and kpi.dimension_value = medians.dimension_value
    where kpi.created_deal_count is distinct from medians.deal_count
        or kpi.median_cycle_days_censored is distinct from medians.median_days

)

select * from differences
