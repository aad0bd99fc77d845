{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'sales_kpis')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    {{ return(text ~ " ~ ('^(" ~ pattern ~ ")$')") }}
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    {{ return('regexp_full_match(' ~ text ~ ", '" ~ pattern ~ "')") }}
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    {{ return(text ~ " rlike ('^(" ~ pattern ~ ")$')") }}
{%- endmacro %}

{% macro is_like(text, pattern) -%}
    {{ adapter.dispatch('is_like', 'sales_kpis')(text, pattern) }}
{%- endmacro %}

{% macro default__is_like(text, pattern) -%}
    {{ text }} like {{ pattern }}
{%- endmacro %}

{% macro postgres__is_like(text, pattern) -%}
    {{ text }} like {{ pattern }} escape ''
{%- endmacro %}

{% macro spark__is_like(text, pattern) -%}
    {{ text }} like replace({{ pattern }}, '\\', '\\\\')
{%- endmacro %}

{% macro without_all(text, pattern) -%}
    {{ return(adapter.dispatch('without_all', 'sales_kpis')(text, pattern)) }}
{%- endmacro %}

{% macro default__without_all(text, pattern) -%}
    {{ return('regexp_replace(' ~ text ~ ", '" ~ pattern ~ "', '', 'g')") }}
{%- endmacro %}

{% macro spark__without_all(text, pattern) -%}
    {{ return('regexp_replace(' ~ text ~ ", '" ~ pattern ~ "', '')") }}
{%- endmacro %}

{#-
    A text that holds each blank: tab, line feed, vertical tab, form feed, carriage
    return and space, and those that spreadsheets and web pages write (no-break, figure,
    thin, narrow no-break and ideographic space).
-#}
{% macro blanks() -%}
    {{ return(adapter.dispatch('blanks', 'sales_kpis')()) }}
{%- endmacro %}

{% macro default__blanks() -%}
    {{ return("E'\\t\\n\\x0B\\x0C\\r \u00a0\u2007\u2009\u202f\u3000'") }}
{%- endmacro %}

{% macro spark__blanks() -%}
    {{ return(
        "'\\t\\n\\u000b\\u000c\\r \\u00a0\\u2007\\u2009\\u202f\\u3000'"
    ) }}
{%- endmacro %}
