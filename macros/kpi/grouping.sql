{#- The three periods a day falls into, for `group_by_period_and_dimension`. -#}
{% macro period_starts(day) -%}
    {{ month_start(day) }} as month_start,
        {{ quarter_start(day) }} as quarter_start,
        {{ fiscal_year_start(day) }} as fiscal_year_start
{%- endmacro %}

{#- First day of the period of a grain that a day falls into. -#}
{% macro period_start_of(grain, day) -%}
    case {{ grain }}
            when 'month' then {{ month_start(day) }}
            when 'quarter' then {{ quarter_start(day) }}
            else {{ fiscal_year_start(day) }}
        end
{%- endmacro %}

{#- Which period and dimension a row of the grouping stands for. -#}
{% macro period_and_dimension(dimensions) -%}
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
        {{ dimension_columns(dimensions) }}
{%- endmacro %}

{#- Which dimension a row of the grouping stands for, `total` if for none. -#}
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
    One pass over the rows for every period grain and dimension, the total included;
    `beside`: a column to group by in each of them.
-#}
{% macro group_by_period_and_dimension(dimensions, beside=none) -%}
    {%- set also = ', ' ~ beside if beside else '' -%}
    group by grouping sets (
        {%- for period in ['month_start', 'quarter_start', 'fiscal_year_start'] %}
        ({{ period }}{{ also }})
        {%- for dimension in dimensions %},
        ({{ period }}, {{ dimension }}{{ also }})
        {%- endfor %}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#-
    Every reported period for every value of every dimension that occurs in the given
    relations, the total always; periods without rows are rows, too.
-#}
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
