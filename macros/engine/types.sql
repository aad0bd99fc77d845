{#- The engine's name for one of the project's types. -#}
{% macro type_name(type) -%}
    {{ return(adapter.dispatch('type_name', 'sales_kpis')(type)) }}
{%- endmacro %}

{% macro default__type_name(type) -%}
    {{ return({
        'text': 'text',
        'boolean': 'boolean',
        'integer': 'bigint',
        'number': 'double precision',
        'rate': 'decimal(20, 10)',
        'money': 'decimal(18, 2)',
        'date': 'date',
        'timestamp': 'timestamp',
    }[type]) }}
{%- endmacro %}

{% macro spark__type_name(type) -%}
    {{ return({'text': 'string', 'number': 'double'}.get(type)
        or sales_kpis.default__type_name(type)) }}
{%- endmacro %}

{#- Whether a column landed as text, by its warehouse type; an unknown one may have. -#}
{% macro is_text_type(landed) -%}
    {{ return(not landed or landed in ['text', 'string'] or 'char' in landed) }}
{%- endmacro %}

{#- Text as one of the project's types, NULL where it cannot be read as one. -#}
{% macro try_cast(text, type) -%}
    {{ return(adapter.dispatch('try_cast', 'sales_kpis')(text, type)) }}
{%- endmacro %}

{% macro default__try_cast(text, type) -%}
    {{ return('try_cast(' ~ text ~ ' as ' ~ type_name(type) ~ ')') }}
{%- endmacro %}

{#- PostgreSQL has no cast that forgives; integer and rate are what is asked for. -#}
{% macro postgres__try_cast(text, type) -%}
    {%- set number = 'cast(' ~ text ~ ' as numeric)' -%}
    {%- set digits = {'integer': 0, 'rate': 10}[type] -%}
    {%- set expression -%}
        case
            when {{ matches(text, plain_number()) }}
                then case
                    when abs(round({{ number }}, {{ digits }})) < 1e{{ 10 if digits else 18 }}
                        then cast({{ number }} as {{ type_name(type) }})
                end
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{#- Spark reads the digits of any script, and control characters around them. -#}
{% macro spark__try_cast(text, type) -%}
    {%- set expression -%}
        case
            when {{ matches(text, plain_number()) }}
                then {{ sales_kpis.default__try_cast(text, type) }}
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{#- Regular expression of the numbers that machines write. -#}
{% macro plain_number() -%}
    {{ return(
        '[+-]?([0-9]{1,40}([.][0-9]{0,40})?|[.][0-9]{1,40})([eE][+-]?[0-9]{1,3})?'
    ) }}
{%- endmacro %}
