{% macro period_starts(day) -%}
    {{ month_start(day) }} as month_start,
        {{ quarter_start(day) }} as quarter_start,
        {{ fiscal_year_start(day) }} as fiscal_year_start
{%- endmacro %}

{% macro period_start_of(grain, day) -%}
    case {{ grain }}
            when 'month' then {{ month_start(day) }}
            when 'quarter' then {{ quarter_start(day) }}
            else {{ fiscal_year_start(day) }}
        end
{%- endmacro %}

{% macro dimension_columns(dimensions) -%}
    case
            {%- for dimension in dimensions %}
            when grouping({{ dimension }}) = 0 then '{{ dimension }}'
            {%- endfor %}
            else 'total'
        end as dimension,
        case
            {%- for dimension in dimensions %}
            when grouping({{ dimension }}) = 0 then {{ dimension }}
            {%- endfor %}
            else '(all)'
        end as dimension_value
{%- endmacro %}

{#-
    One pass over the rows for every dimension, the total included, each beside the same
    keys. Rows are grouped by month; `periods_of_months` adds up the longer periods.
-#}
{% macro group_by_dimension(dimensions, keys=[]) -%}
    group by grouping sets (
        ({{ keys | join(', ') }})
        {%- for dimension in dimensions %},
        ({{ (keys + [dimension]) | join(', ') }})
        {%- endfor %}
    )
{%- endmacro %}

{% macro periods_of_months(months, sums, beside=[]) %}
    {%- set keys = (['dimension', 'dimension_value'] + beside) | join(', ') -%}
    with

    dated_months as (

        select
            {{ keys }},
            {{ sums | join(', ') }},
            {{ period_starts('month_start') }}

        from {{ months }}

    )

    select
        case
            when grouping(month_start) = 0 then 'month'
            when grouping(quarter_start) = 0 then 'quarter'
            else 'fiscal_year'
        end as period_grain,
        case
            when grouping(month_start) = 0 then month_start
            when grouping(quarter_start) = 0 then quarter_start
            else fiscal_year_start
        end as period_start,
        {{ keys }}
        {%- for column in sums %},
        sum({{ column }}) as {{ column }}
        {%- endfor %}

    from dated_months
    group by grouping sets (
        (month_start, {{ keys }}),
        (quarter_start, {{ keys }}),
        (fiscal_year_start, {{ keys }})
    )
{% endmacro %}

{% macro period_grid(relations) %}
    select
        periods.*,
        dimension_values.dimension,
        dimension_values.dimension_value

    from {{ ref('int_calendar__periods') }} as periods
    cross join (
        select 'total' as dimension, '(all)' as dimension_value
        {%- for relation in relations %}
        union
        select dimension, dimension_value from {{ relation }}
        {%- endfor %}
    ) as dimension_values
{% endmacro %}

{% macro join_to_grid(relation) -%}
    left join {{ relation }}
        on period_grid.period_grain = {{ relation }}.period_grain
        and period_grid.period_start = {{ relation }}.period_start
        and period_grid.dimension = {{ relation }}.dimension
        and period_grid.dimension_value = {{ relation }}.dimension_value
{%- endmacro %}
