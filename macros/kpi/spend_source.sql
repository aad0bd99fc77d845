{#-
    Whether acquisition spend comes from a source: the var `spend_source`, else finance
    if it delivered any row; expects the relation `finance_rows` with its row_count.
-#}
{% macro spend_comes_from(source) -%}
    {%- if var('spend_source') -%}
        '{{ var("spend_source") }}' = '{{ source }}'
    {%- else -%}
        finance_rows.row_count {{ '> 0' if source == 'finance' else '= 0' }}
    {%- endif -%}
{%- endmacro %}
