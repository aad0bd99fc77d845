{#-
    Hooks around every stored table. PostgreSQL compiles the queries of the marts for
    longer than it runs them, and knows nothing of a new table before it is analysed.
    Of a seed's 01.07.2024 it would otherwise make 7 January.
-#}
{% macro before_table() -%}
    {{ adapter.dispatch('before_table', 'sales_kpis')() }}
{%- endmacro %}

{% macro default__before_table() -%}{%- endmacro %}

{% macro postgres__before_table() -%}
    set local jit = off; set local datestyle = 'ISO, YMD'
{%- endmacro %}

{% macro after_table() -%}
    {{ adapter.dispatch('after_table', 'sales_kpis')() }}
{%- endmacro %}

{% macro default__after_table() -%}{%- endmacro %}

{% macro postgres__after_table() -%}
    {%- if model.config.materialized != 'view' -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
