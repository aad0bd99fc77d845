with

publications as (

    select * from {{ ref('history_publications') }}

),

recorded_values as (

    select * from {{ ref('history_kpi_values') }}

),

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
        lead(publication_number) over (
            partition by kpi_key
            order by publication_number
        ) as next_number

    from recorded_values

),

value_history as (

    select
        compared_values.history_key,
        compared_values.kpi_key,
        compared_values.kpi,
        compared_values.measure,
        compared_values.unit,
        compared_values.period_grain,
        compared_values.period_start,
        compared_values.period_end,
        compared_values.dimension,
        compared_values.dimension_value,
        compared_values.publication_number,
        publications.as_of_on as reported_as_of,
        publications.data_as_of,
        next_publications.as_of_on as replaced_as_of,
        compared_values.value,
        compared_values.numerator,
        compared_values.denominator,
        compared_values.target_value,
        compared_values.status,
        compared_values.previous_value,
        compared_values.previous_status,
        compared_values.is_removed

    from compared_values
    inner join publications
        on compared_values.publication_number = publications.publication_number
    left join publications as next_publications
        on compared_values.next_number = next_publications.publication_number

)

select * from value_history
