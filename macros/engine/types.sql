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

{% macro try_cast(expression, type) -%}
    {{ return(adapter.dispatch('try_cast', 'sales_kpis')(expression, type)) }}
{%- endmacro %}

{% macro default__try_cast(expression, type) -%}
    {{ return('try_cast(' ~ expression ~ ' as ' ~ type_name(type) ~ ')') }}
{%- endmacro %}
