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

{% macro is_text_type(landed) -%}
    {{ return(not landed or landed in ['text', 'string'] or 'char' in landed) }}
{%- endmacro %}

{#-
    Digits of a number in raw data, all and after the point, by its type: money and whole
    numbers from 10 billion on and rates from a million on are typing errors that would
    overflow when multiplied.
-#}
{% macro digits_of(type) -%}
    {{ return({'money': (12, 2), 'rate': (16, 10), 'integer': (10, 0)}[type]) }}
{%- endmacro %}

{% macro try_cast(text, type) -%}
    {{ return(
        'cast(' ~ adapter.dispatch('try_decimal', 'sales_kpis')(text, *digits_of(type))
        ~ ' as ' ~ type_name(type) ~ ')'
    ) }}
{%- endmacro %}

{% macro default__try_decimal(text, digits, places) -%}
    {{ return('try_cast(' ~ text ~ ' as decimal(' ~ digits ~ ', ' ~ places ~ '))') }}
{%- endmacro %}

{#- PostgreSQL has no cast that forgives. -#}
{% macro postgres__try_decimal(text, digits, places) -%}
    {%- set number = 'cast(' ~ text ~ ' as numeric)' -%}
    {%- set expression -%}
        case
            when {{ matches(text, plain_number()) }}
                then {{ try_exact(number, digits, places) }}
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{#- Spark reads the digits of any script, and control characters around them. -#}
{% macro spark__try_decimal(text, digits, places) -%}
    {%- set expression -%}
        case
            when {{ matches(text, plain_number()) }}
                then {{ sales_kpis.default__try_decimal(text, digits, places) }}
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{% macro try_exact(number, digits, places) -%}
    {{ return(adapter.dispatch('try_exact', 'sales_kpis')(number, digits, places)) }}
{%- endmacro %}

{% macro default__try_exact(number, digits, places) -%}
    {{ return(sales_kpis.default__try_decimal(number, digits, places)) }}
{%- endmacro %}

{% macro postgres__try_exact(number, digits, places) -%}
    {%- set expression -%}
        case
            when abs(round({{ number }}, {{ places }})) < 1e{{ digits - places }}
                then cast({{ number }} as decimal({{ digits }}, {{ places }}))
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{% macro plain_number() -%}
    {{ return(
        '[+-]?([0-9]{1,40}([.][0-9]{0,40})?|[.][0-9]{1,40})([eE][+-]?[0-9]{1,3})?'
    ) }}
{%- endmacro %}
