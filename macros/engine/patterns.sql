{#- Whether the whole of a text has the form of a regular expression. -#}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'sales_kpis')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    {{ return(text ~ " ~ '^(" ~ pattern ~ ")$'") }}
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    {{ return('regexp_full_match(' ~ text ~ ", '" ~ pattern ~ "')") }}
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    {{ return(text ~ " rlike '^(" ~ pattern ~ ")$'") }}
{%- endmacro %}

{#- A text without all that has the form of a regular expression. -#}
{% macro without_all(text, pattern) -%}
    {{ return(adapter.dispatch('without_all', 'sales_kpis')(text, pattern)) }}
{%- endmacro %}

{% macro default__without_all(text, pattern) -%}
    {{ return('regexp_replace(' ~ text ~ ", '" ~ pattern ~ "', '', 'g')") }}
{%- endmacro %}

{% macro spark__without_all(text, pattern) -%}
    {%- set java_pattern = pattern | replace('[:space:]', '\\\\s') -%}
    {{ return('regexp_replace(' ~ text ~ ", '" ~ java_pattern ~ "', '')") }}
{%- endmacro %}
