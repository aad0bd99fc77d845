{#-
    What a closed month gained or lost since the publication before is what its deals
    gained or lost. A month that was not reported, before its company's first event or
    after its last deal went, held nothing. A warning, because another `revenue_basis`
    or `history_start_date` is no deal's doing.
-#}
{{ config(severity='warn', enabled=var('revenue_basis') == 'bookings') }}

with

publications as (

    select
        publication_number,
        as_of_on,
        lag(as_of_on) over (order by publication_number) as previous_as_of_on,
        row_number() over (order by publication_number desc nulls last) as recency

    from {{ ref('history_publications') }}

),

last_publication as (

    select * from publications
    where recency = 1

),

revenue_changes as (

    select
        value_history.period_start,
        cast(
            coalesce(value_history.value, 0)
            - coalesce(value_history.previous_value, 0)
            as {{ type_name('money') }}
        ) as revenue_change

    from {{ ref('kpi_value_history') }} as value_history
    inner join last_publication
        on value_history.publication_number = last_publication.publication_number
        and value_history.period_end <= last_publication.as_of_on
        and value_history.period_end <= last_publication.previous_as_of_on
    where value_history.kpi = 'revenue_growth'
        and value_history.measure = 'revenue'
        and value_history.period_grain = 'month'
        and value_history.dimension = 'total'

),

restatements as (

    select
        kpi_restatements.period_start,
        sum(kpi_restatements.revenue_change) as revenue_change

    from {{ ref('kpi_restatements') }} as kpi_restatements
    inner join last_publication
        on kpi_restatements.publication_number = last_publication.publication_number
    group by kpi_restatements.period_start

),

unexplained_changes as (

    select
        coalesce(revenue_changes.period_start, restatements.period_start)
            as period_start,
        revenue_changes.revenue_change as reported_change,
        restatements.revenue_change as explained_change

    from revenue_changes
    full join restatements
        on revenue_changes.period_start = restatements.period_start
    where coalesce(revenue_changes.revenue_change, 0)
        != coalesce(restatements.revenue_change, 0)

)

select * from unexplained_changes
