{#-
    Additive columns, as each mart's meta names them, give the total when summed over
    any of its dimensions. CAC is left to its own dimensions, which may be none.
-#}
{%- set additive_columns = [] -%}
{%- for kpi in kpi_measures(none) -%}
    {%- set mart = ref('kpi_' ~ kpi) -%}
    {%- if execute -%}
        {%- set node = graph.nodes['model.' ~ project_name ~ '.kpi_' ~ kpi] -%}
        {%- if not node.config.meta.additive_columns -%}
            {%- do exceptions.raise_compiler_error(
                'kpi_' ~ kpi ~ ' names no additive_columns in its meta.'
            ) -%}
        {%- endif -%}
        {%- for column in node.config.meta.additive_columns -%}
            {%- do additive_columns.append((node.name, column, mart)) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endfor -%}

with

sums as (

    {% for name, column, mart in additive_columns %}
    select
        '{{ name }}.{{ column }}' as additive_column,
        period_grain,
        period_start,
        dimension,
        cast(sum(coalesce({{ column }}, 0)) as decimal(28, 2)) as column_sum

    from {{ mart }}
    group by period_grain, period_start, dimension
    {%- if not loop.last %}
    union all
    {%- endif %}
    {% endfor %}

),

totals as (

    select * from sums
    where dimension = 'total'

),

lost_values as (

    select
        sums.additive_column,
        sums.period_grain,
        sums.period_start,
        sums.dimension,
        sums.column_sum,
        totals.column_sum as total_sum

    from sums
    inner join totals
        on sums.additive_column = totals.additive_column
        and sums.period_grain = totals.period_grain
        and sums.period_start = totals.period_start
    where sums.column_sum != totals.column_sum

)

select * from lost_values
