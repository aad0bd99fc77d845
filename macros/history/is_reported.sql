{% macro is_reported(period_end) -%}
    {%- if var('history_start_date') -%}
        ({{ period_end }} >= cast('{{ var("history_start_date") }}' as date))
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
