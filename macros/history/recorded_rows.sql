{#-
    What a history table holds already: nothing in its first run. `current_rows`: the CTE
    with the rows of this run, which has the table's columns. A column that the table does
    not have yet, because the project was upgraded, is NULL in what was recorded before.
-#}
{% macro recorded_rows(current_rows) -%}
    {%- if is_incremental() -%}
        {%- set known = adapter.get_columns_in_relation(this)
            | map(attribute='name') | map('lower') | list %}
        select
            *
            {%- for column in model.columns.values() if column.name not in known %},
            cast(null as {{ column.data_type }}) as {{ column.name }}
            {%- endfor %}
        from {{ this }}
    {%- else -%}
        select * from {{ current_rows }}
        where 1 = 0
    {%- endif -%}
{%- endmacro %}
