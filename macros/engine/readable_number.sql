{#-
    A raw column of any type as a number of the project. Of doubles the digits count that
    people see: 560000.565 is no 560000.5649999999.
-#}
{% macro landed_number(column, type, landed) %}
    {%- if is_text_type(landed) -%}
        {{- return(readable_number(landed_text(column, landed), type)) -}}
    {%- elif landed.split('(')[0] in [
        'decimal', 'numeric', 'bigint', 'integer', 'int', 'smallint', 'tinyint', 'hugeint'
    ] -%}
        {%- set number = try_exact(column, *digits_of(type)) -%}
        {{- return('cast(' ~ number ~ ' as ' ~ type_name(type) ~ ')') -}}
    {%- endif -%}
    {{- return(try_cast('cast(' ~ column ~ ' as ' ~ type_name('text') ~ ')', type)) -}}
{% endmacro %}

{#-
    Text as a number: plain numbers, thousands separators and currency signs, German
    decimal commas (1.234,50), Swiss thousands (1'234.50) and the K and M of exports
    ($341.09K). `12.000` is what a machine writes for twelve; with a currency it may be
    twelve thousand, too, and is not read. Dots in two places are thousands
    (1.234.567). Nor is the rate 1,083 read, which has three places as often as
    thousands, and 12_500, which DuckDB would take for a number. Taking off the blanks
    is dear and hardly ever needed: it comes second.
-#}
{% macro readable_number(text, type) %}
    {%- set clean = without_all(
        'upper(' ~ text ~ ')', "EUR|USD|CHF|GBP|[€$£' || " ~ blanks() ~ " || ']"
    ) -%}
    {%- set german = "replace(replace(" ~ clean ~ ", '.', ''), ',', '.')" -%}
    {#- Spark knows no quote within quotes. -#}
    {%- set apostrophe = "[’' || chr(39) || ']" -%}
    {%- set english = "replace(replace(" ~ without_all(clean, ',|' ~ apostrophe)
        ~ ", 'K', 'E3'), 'M', 'E6')" -%}
    {%- set separators = '[.,]' if type == 'rate' else '[.]' -%}
    {%- set expression -%}
        case
            when position('_' in {{ text }}) = 0
                then coalesce(
                    {{ try_cast(text, type) }},
                    {{ try_cast(without_blanks_around(text), type) }},
                    case
                        when {{ matches(
                            clean,
                            '[+-]?(([0-9]{1,3}([.][0-9]{3})+|[0-9]+),[0-9]{1,2}'
                            ~ '|0,[0-9]{3}|[1-9][0-9]{0,2}([.][0-9]{3}){2,})'
                        ) }}
                            then {{ try_cast(german, type) }}
                        when {{ matches(
                            clean, '[+-]?[1-9][0-9]{0,2}' ~ separators ~ '[0-9]{3}'
                        ) }}
                            then null
                        when {{ matches(
                            clean,
                            '[+-]?([0-9]{1,3}((,[0-9]{3})+|(' ~ apostrophe
                            ~ '[0-9]{3})+)|[0-9]+)([.][0-9]+)?[KM]?'
                        ) }}
                            then {{ try_cast(english, type) }}
                    end
                )
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}
