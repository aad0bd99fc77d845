{#-
    What a history table holds already: nothing in its first run. `current_rows`: the CTE
    with the rows of this run, which has the table's columns.
-#}
{% macro recorded_rows(current_rows) -%}
    {%- if is_incremental() -%}
        select * from {{ this }}
    {%- else -%}
        select * from {{ current_rows }}
        where 1 = 0
    {%- endif -%}
{%- endmacro %}
