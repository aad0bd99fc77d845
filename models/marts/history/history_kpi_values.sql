with

numbered_publications as (

    select
        publication_number,
        as_of_on < lag(as_of_on) over (order by publication_number) as is_moved_back,
        row_number() over (order by publication_number desc nulls last) as recency

    from {{ ref('history_publications') }}

),

{# The last one; if its day moved back, it tells of all days since then. #}
publications as (

    select * from numbered_publications
    where recency = 1

),

current_values as (

    select
        cast(publications.publication_number as {{ type_name('text') }})
        || '|' || kpi_values.kpi_key as history_key,
        publications.publication_number,
        kpi_values.kpi_key,
        kpi_values.kpi,
        kpi_values.measure,
        kpi_values.unit,
        kpi_values.period_grain,
        kpi_values.period_start,
        kpi_values.period_end,
        kpi_values.dimension,
        kpi_values.dimension_value,
        kpi_values.value,
        kpi_values.numerator,
        kpi_values.denominator,
        kpi_values.target_value,
        kpi_values.status,
        false as is_removed

    from {{ ref('kpi_values') }} as kpi_values
    cross join publications
    where kpi_values.is_complete_period and kpi_values.value is not null

),

recorded_values as (

    {{ recorded_rows('current_values') }}

),

ranked_values as (

    select
        *,
        row_number() over (
            partition by kpi_key
            order by publication_number desc nulls last
        ) as recency

    from recorded_values

),

last_values as (

    select * from ranked_values
    where recency = 1

),

last_record as (

    select coalesce(max(publication_number), 0) as publication_number
    from recorded_values

),

changed_values as (

    select current_values.*
    from current_values
    cross join publications
    left join last_values
        on current_values.kpi_key = last_values.kpi_key
    where last_values.kpi_key is null
        or publications.is_moved_back
        or last_values.is_removed
        or (current_values.value is distinct from last_values.value)
        or (current_values.numerator is distinct from last_values.numerator)
        or (current_values.denominator is distinct from last_values.denominator)
        or (current_values.target_value is distinct from last_values.target_value)
        or (current_values.status is distinct from last_values.status)

),

removed_values as (

    select
        cast(publications.publication_number as {{ type_name('text') }})
        || '|' || last_values.kpi_key as history_key,
        publications.publication_number,
        last_values.kpi_key,
        last_values.kpi,
        last_values.measure,
        last_values.unit,
        last_values.period_grain,
        last_values.period_start,
        last_values.period_end,
        last_values.dimension,
        last_values.dimension_value,
        cast(null as {{ type_name('number') }}) as value,
        cast(null as {{ type_name('number') }}) as numerator,
        cast(null as {{ type_name('number') }}) as denominator,
        cast(null as {{ type_name('number') }}) as target_value,
        cast(null as {{ type_name('text') }}) as status,
        true as is_removed

    from last_values
    cross join publications
    left join current_values
        on last_values.kpi_key = current_values.kpi_key
    where current_values.kpi_key is null and not last_values.is_removed

),

all_changes as (

    select * from changed_values
    union all
    select * from removed_values

),

{# Nothing is recorded twice for one publication. #}
new_values as (

    select all_changes.*
    from all_changes
    inner join last_record
        on all_changes.publication_number > last_record.publication_number

)

select * from new_values
