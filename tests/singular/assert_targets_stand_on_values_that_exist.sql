{#-
    A target for a dimension value that its KPI never has judges nothing: a typing error,
    or a dimension that the data do not carry. Beside it the values that are most alike.
-#}
{{ config(severity='warn') }}

with

as_of as (

    select * from {{ ref('int_run__as_of') }}

),

targets as (

    select kpi_targets.*
    from {{ ref('kpi_targets') }} as kpi_targets
    cross join as_of
    where kpi_targets.valid_from <= as_of.as_of_on

),

known_values as (

    select
        kpi,
        dimension,
        dimension_value
    from {{ ref('kpi_values') }}
    where period_grain = 'fiscal_year'
    group by kpi, dimension, dimension_value

),

targets_of_nothing as (

    select *
    from targets
    where not exists (
        select 1 as is_known from known_values
        where known_values.kpi = targets.kpi
            and known_values.dimension = targets.dimension
            and targets.dimension_value in (known_values.dimension_value, '*')
    )

),

{# Alike is what begins or ends with the same letters, be they large or small. #}
compared_values as (

    select
        targets_of_nothing.target_id,
        known_values.dimension_value,
        0
        {%- for side in ['left', 'right'] %}
        {%- for letters in [1, 2, 3, 5, 8] %}
        + case
            when {{ side }}(lower(known_values.dimension_value), {{ letters }})
                = {{ side }}(lower(targets_of_nothing.dimension_value), {{ letters }})
                then 1
            else 0
        end
        {%- endfor %}
        {%- endfor %} as likeness

    from targets_of_nothing
    inner join known_values
        on targets_of_nothing.kpi = known_values.kpi
        and targets_of_nothing.dimension = known_values.dimension

),

ranked_values as (

    select
        target_id,
        dimension_value,
        row_number() over (
            partition by target_id
            order by likeness desc nulls last, dimension_value asc
        ) as value_rank

    from compared_values

),

problems as (

    select
        targets_of_nothing.target_id,
        targets_of_nothing.kpi,
        targets_of_nothing.dimension,
        targets_of_nothing.dimension_value
        {%- for rank in [1, 2, 3] %},
        max(
            case
                when ranked_values.value_rank = {{ rank }}
                    then ranked_values.dimension_value
            end
        ) as value_like_it_{{ rank }}
        {%- endfor %}

    from targets_of_nothing
    left join ranked_values
        on targets_of_nothing.target_id = ranked_values.target_id
    group by
        targets_of_nothing.target_id, targets_of_nothing.kpi,
        targets_of_nothing.dimension, targets_of_nothing.dimension_value

)

select * from problems
