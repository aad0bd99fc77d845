{#-
    What a closed month gained or lost between two publications is what its deals gained
    or lost. A warning, because a change of vars or seeds (currency, basis) is no deal's.
-#}
{{ config(severity='warn', enabled=var('revenue_basis') == 'bookings') }}

with

value_history as (

    select * from {{ ref('kpi_value_history') }}
    where kpi = 'revenue_growth'
        and measure = 'revenue'
        and period_grain = 'month'
        and dimension = 'total'

),

restatements as (

    select
        publication_number,
        period_start,
        sum(revenue_change) as revenue_change

    from {{ ref('kpi_restatements') }}
    group by publication_number, period_start

),

revenue_changes as (

    select
        publication_number,
        period_start,
        cast(value - previous_value as {{ type_name('money') }}) as revenue_change

    from value_history
    where value is not null and previous_value is not null

),

unexplained_changes as (

    select
        coalesce(revenue_changes.publication_number, restatements.publication_number)
            as publication_number,
        coalesce(revenue_changes.period_start, restatements.period_start)
            as period_start,
        revenue_changes.revenue_change as reported_change,
        restatements.revenue_change as explained_change

    from revenue_changes
    full join restatements
        on revenue_changes.publication_number = restatements.publication_number
        and revenue_changes.period_start = restatements.period_start
    where coalesce(revenue_changes.revenue_change, 0)
        != coalesce(restatements.revenue_change, 0)

)

select * from unexplained_changes
