with

publications as (

    select
        *,
        split_part(
            split_part(settings, '"sales_rep_identity": "', 2), '"', 1
        ) as sales_rep_identity,
        row_number() over (order by publication_number desc nulls last) as recency

    from {{ ref('history_publications') }}

),

{# Sellers are called as they are today; behind pseudonyms stands what made them. #}
sellers_of_publications as (

    select
        publications.publication_number,
        coalesce(
            publications.sales_rep_identity = last_publication.sales_rep_identity
            and (
                publications.sales_rep_identity != 'pseudonym'
                or right(publications.settings, 8) = right(last_publication.settings, 8)
            ),
            publications.settings is null
        ) as are_called_as_today

    from publications
    cross join publications as last_publication
    where last_publication.recency = 1

),

recorded_values as (

    select
        history_kpi_values.*,
        publications.as_of_on as reported_as_of,
        publications.data_as_of,
        publications.currency_code,
        publications.settings_changed

    from {{ ref('history_kpi_values') }} as history_kpi_values
    inner join publications
        on history_kpi_values.publication_number = publications.publication_number
    inner join sellers_of_publications
        on
            history_kpi_values.publication_number
            = sellers_of_publications.publication_number
    where sellers_of_publications.are_called_as_today
        or history_kpi_values.dimension is distinct from 'sales_rep'
        or history_kpi_values.dimension_value = '(unknown)'

),

{# The as-of day can move back: of a day the last publication up to it tells. #}
compared_values as (

    select
        *,
        lag(value) over (
            partition by kpi_key
            order by publication_number
        ) as previous_value,
        lag(status) over (
            partition by kpi_key
            order by publication_number
        ) as previous_status,
        min(reported_as_of) over (
            partition by kpi_key
            order by publication_number desc nulls last
            rows between unbounded preceding and 1 preceding
        ) as replaced_as_of

    from recorded_values

),

value_history as (

    select
        history_key,
        kpi_key,
        kpi,
        measure,
        unit,
        period_grain,
        period_start,
        period_end,
        dimension,
        dimension_value,
        publication_number,
        reported_as_of,
        data_as_of,
        replaced_as_of,
        value,
        numerator,
        denominator,
        target_value,
        status,
        previous_value,
        previous_status,
        is_removed,
        case when unit = 'money' then currency_code end as currency_code,
        coalesce(settings_changed, false) as settings_changed

    from compared_values

)

select * from value_history
