{#-
    Join with the elements of a JSON array in text, one row each, as text; a row
    without a readable array stays as one row without element. Stands after a relation
    in `from`.
-#}
{% macro join_json_elements(json, relation, column) -%}
    {{ adapter.dispatch('join_json_elements', 'sales_kpis')(json, relation, column) }}
{%- endmacro %}

{% macro duckdb__join_json_elements(json, relation, column) -%}
    left join unnest(
        cast(
            from_json(
                case when json_valid({{ json }}) then {{ json }} end, '["varchar"]'
            ) as varchar[]
        )
    ) as {{ relation }} ({{ column }}) on true
{%- endmacro %}

{% macro postgres__join_json_elements(json, relation, column) -%}
    left join json_array_elements_text(
        case
            when substr({{ without_blanks_around(json) }}, 1, 1) = '[' and {{ is_json(json) }}
                then cast({{ json }} as json)
        end
    ) as {{ relation }} ({{ column }}) on true
{%- endmacro %}

{% macro spark__join_json_elements(json, relation, column) -%}
    lateral view outer explode(
        from_json(
            case
                when substr({{ without_blanks_around(json) }}, 1, 1) = '[' and {{ is_json(json) }}
                    then {{ json }}
            end,
            'array<string>'
        )
    ) {{ relation }} as {{ column }}
{%- endmacro %}

{% macro join_text_parts(text, separator, relation, column) -%}
    {{ adapter.dispatch('join_text_parts', 'sales_kpis')(
        text, separator, relation, column
    ) }}
{%- endmacro %}

{% macro duckdb__join_text_parts(text, separator, relation, column) -%}
    cross join unnest(
        string_split({{ text }}, '{{ separator }}')
    ) as {{ relation }} ({{ column }})
{%- endmacro %}

{% macro postgres__join_text_parts(text, separator, relation, column) -%}
    cross join unnest(
        string_to_array({{ text }}, '{{ separator }}')
    ) as {{ relation }} ({{ column }})
{%- endmacro %}

{% macro spark__join_text_parts(text, separator, relation, column) -%}
    lateral view explode(
        split({{ text }}, '[{{ separator }}]')
    ) {{ relation }} as {{ column }}
{%- endmacro %}

{% macro json_value(json, path) -%}
    {{ return(adapter.dispatch('json_value', 'sales_kpis')(json, path)) }}
{%- endmacro %}

{% macro duckdb__json_value(json, path) -%}
    {%- set expression -%}
        case
            when json_valid({{ json }})
                then json_extract_string({{ json }}, '$.{{ path | join('.') }}')
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{% macro postgres__json_value(json, path) -%}
    {%- set expression -%}
        case
            when {{ is_json(json) }}
                then cast({{ json }} as json) #>> '{ {{- path | join(',') -}} }'
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{% macro spark__json_value(json, path) -%}
    {%- set expression -%}
        case
            when {{ is_json(json) }}
                then get_json_object({{ json }}, '$.{{ path | join('.') }}')
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{% macro json_text_or_plain(text, key) -%}
    {%- set expression -%}
        case
            when substr({{ text }}, 1, 1) = '{'
                then {{ trimmed(json_value(text, [key])) }}
            when {{ text }} != 'null' then {{ text }}
        end
    {%- endset -%}
    {{ return(expression) }}
{%- endmacro %}

{% macro as_json_text(column, landed) -%}
    {{ return(adapter.dispatch('as_json_text', 'sales_kpis')(column, landed)) }}
{%- endmacro %}

{% macro duckdb__as_json_text(column, landed) -%}
    {%- set is_text = landed in ['json', 'varchar', none] -%}
    {{ return(
        'cast(' ~ (column if is_text else 'to_json(' ~ column ~ ')') ~ ' as varchar)'
    ) }}
{%- endmacro %}

{% macro postgres__as_json_text(column, landed) -%}
    {%- set expression =
        'array_to_json(' ~ column ~ ')' if landed == 'array' else column
    -%}
    {{ return('cast(' ~ expression ~ ' as text)') }}
{%- endmacro %}

{% macro spark__as_json_text(column, landed) -%}
    {{ return(
        'cast(' ~ column ~ ' as string)' if landed in ['string', none]
        else 'to_json(' ~ column ~ ')'
    ) }}
{%- endmacro %}
