{#- Whole date parts from the first SQL date to the second, asked from the database. -#}
{% macro get_intervals_between(start_date, end_date, datepart) %}
    {%- if not execute -%}{{ return(1) }}{%- endif -%}
    {%- set answer = run_query('select ' ~ dbt.datediff(start_date, end_date, datepart)) -%}
    {{ return(answer.columns[0].values()[0]) }}
{% endmacro %}

{#-
    A query with one column, date_<datepart>: every date part from the start date on, the
    end date itself not included. The end must lie at least one part after the start.
-#}
{% macro date_spine(datepart, start_date, end_date) %}
    {%- set count = dbt_utils.get_intervals_between(start_date, end_date, datepart) -%}
    with steps as (

        {{ dbt_utils.generate_series(count) }}

    ),

    periods as (

        select
            {{ dbt.dateadd(
                datepart, 'row_number() over (order by generated_number) - 1', start_date
            ) }} as date_{{ datepart }}
        from steps

    )

    select date_{{ datepart }}
    from periods
    where date_{{ datepart }} <= {{ end_date }}
{% endmacro %}
