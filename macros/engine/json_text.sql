{#- Text under one key of a JSON object in a text; NULL if there is none. -#}
{% macro json_text(text, key) -%}
    {{ return(adapter.dispatch('json_text', 'sales_kpis')(text, key)) }}
{%- endmacro %}

{% macro default__json_text(text, key) -%}
    {%- set expression -%}
        case
            when {{ is_json(text) }}
                then cast({{ text }} as json) ->> '{{ key }}'
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{% macro duckdb__json_text(text, key) -%}
    {%- set expression -%}
        case
            when json_valid({{ text }})
                then json_extract_string({{ text }}, '$."{{ key }}"')
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{% macro spark__json_text(text, key) -%}
    {{ return(json_value(text, [key])) }}
{%- endmacro %}

{#- The same for a text that may be the value itself instead of an object. -#}
{% macro json_text_or_plain(text, key) -%}
    {%- set expression -%}
        case
            when substr({{ text }}, 1, 1) = '{'
                then {{ trimmed(json_text(text, key)) }}
            when {{ text }} != 'null' then {{ text }}
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}
