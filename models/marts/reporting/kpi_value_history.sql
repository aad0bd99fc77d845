with

publications as (

    select
        *,
        split_part(
            split_part(settings, '"sales_rep_identity": "', 2), '"', 1
        ) as sales_rep_identity

    from {{ ref('history_publications') }}

),

{# What sellers are called by: the setting, and behind pseudonyms a mark of the key. #}
marked_publications as (

    select
        *,
        sales_rep_identity
        || case
            when sales_rep_identity = 'pseudonym' then right(settings, 8) else ''
        end as names_mark

    from publications

),

{# Older versions of the project recorded no settings: as if nothing had changed. #}
first_marked_publications as (

    select
        publication_number,
        names_mark,
        row_number() over (order by publication_number) as mark_number

    from marked_publications
    where names_mark is not null

),

known_publications as (

    select
        marked_publications.*,
        coalesce(marked_publications.names_mark, first_marked_publications.names_mark)
            as known_mark

    from marked_publications
    left join first_marked_publications
        on first_marked_publications.mark_number = 1

),

compared_publications as (

    select
        *,
        lag(known_mark) over (order by publication_number) as mark_before,
        first_value(known_mark) over (
            order by publication_number desc nulls last
        ) as mark_today

    from known_publications

),

{# Of sellers only what they are called by today, not what that took the place of. #}
recorded_values as (

    select
        history_kpi_values.*,
        publications.as_of_on as reported_as_of,
        publications.data_as_of,
        publications.currency_code,
        publications.settings_changed

    from {{ ref('history_kpi_values') }} as history_kpi_values
    inner join compared_publications as publications
        on history_kpi_values.publication_number = publications.publication_number
    where (history_kpi_values.dimension is distinct from 'sales_rep')
        or history_kpi_values.dimension_value = '(unknown)'
        or publications.mark_today is null
        or (
            publications.known_mark = publications.mark_today
            and not (
                history_kpi_values.is_removed
                and coalesce(publications.known_mark != publications.mark_before, false)
            )
        )

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
