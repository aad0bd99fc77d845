{#-
    Text as decimal(20, 10): plain numbers, thousands separators and currency signs,
    German decimal commas (1.234,50) and the K and M of exports ($341.09K). `12.000` is
    what a machine writes for twelve; with a currency it may be twelve thousand, too, and
    is not read.
-#}
{% macro readable_number(text) %}
    {%- set clean = without_all(
        'upper(' ~ text ~ ')', "EUR|USD|CHF|GBP|[€$£' || " ~ blanks() ~ " || ']"
    ) -%}
    {%- set german = "replace(replace(" ~ clean ~ ", '.', ''), ',', '.')" -%}
    {%- set english =
        "replace(replace(replace(" ~ clean ~ ", ',', ''), 'K', 'E3'), 'M', 'E6')"
    -%}
    {%- set expression -%}
        coalesce(
            {{ try_cast(text, 'rate') }},
            case
                when {{ matches(
                    clean, '[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+),[0-9]{1,2}'
                ) }}
                    then {{ try_cast(german, 'rate') }}
                when {{ matches(clean, '[+-]?[1-9][0-9]{0,2}[.][0-9]{3}') }} then null
                when {{ matches(
                    clean, '[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.][0-9]+)?[KM]?'
                ) }}
                    then {{ try_cast(english, 'rate') }}
            end
        )
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{#-
    A raw column of any type as decimal(20, 10). Of doubles the digits count that people
    see: 560000.565 is no 560000.5649999999.
-#}
{% macro landed_number(column, landed) %}
    {%- if is_text_type(landed) -%}
        {%- set text = without_blanks_around(landed_text(column, landed)) -%}
        {{- return(readable_number(text)) -}}
    {%- elif landed.split('(')[0] in [
        'decimal', 'numeric', 'bigint', 'integer', 'int', 'smallint', 'tinyint', 'hugeint'
    ] -%}
        {{- return(exact_number(column)) -}}
    {%- endif -%}
    {{- return(try_cast('cast(' ~ column ~ ' as ' ~ type_name('text') ~ ')', 'rate')) -}}
{% endmacro %}

{#- A number that is no double as decimal(20, 10), NULL where it is too large for one. -#}
{% macro exact_number(number) %}
    {{- return(adapter.dispatch('exact_number', 'sales_kpis')(number)) -}}
{% endmacro %}

{% macro default__exact_number(number) %}
    {{- return(sales_kpis.default__try_cast(number, 'rate')) -}}
{% endmacro %}

{% macro postgres__exact_number(number) %}
    {%- set expression -%}
        case
            when abs(round({{ number }}, 10)) < 1e10
                then cast({{ number }} as {{ type_name('rate') }})
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}
