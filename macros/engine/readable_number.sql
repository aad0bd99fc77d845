{#-
    Text as decimal(20, 10): plain numbers, thousands separators and currency signs,
    German decimal commas (1.234,50) and the K and M of exports ($341.09K). `12.000` is
    what a machine writes for twelve; with a currency it may be twelve thousand, too, and
    is not read.
-#}
{% macro readable_number(text, landed='') %}
    {%- set plain = try_cast(text, 'rate') -%}
    {%- if not is_text_type(landed) -%}
        {{- return(plain) -}}
    {%- endif -%}
    {%- set clean =
        'translate(' ~ without_all('upper(' ~ text ~ ')', '(EUR|USD|CHF|GBP|[€$£])')
        ~ ', ' ~ blanks() ~ ", '')"
    -%}
    {%- set german = "replace(replace(" ~ clean ~ ", '.', ''), ',', '.')" -%}
    {%- set english = "replace(replace(replace(" ~ clean ~ ", ',', ''), 'K', ''), 'M', '')" -%}
    {%- set expression -%}
        case
            when {{ plain }} is not null then {{ plain }}
            when {{ matches(
                clean, '[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+),[0-9]{1,2}'
            ) }}
                then {{ try_cast(german, 'rate') }}
            when {{ matches(clean, '[+-]?[1-9][0-9]{0,2}[.][0-9]{3}') }} then null
            when {{ matches(
                clean, '[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.][0-9]+)?[KM]?'
            ) }}
                then {{ try_cast(english, 'rate') }} * case
                    when {{ clean }} like '%K' then 1000
                    when {{ clean }} like '%M' then 1000000
                    else 1
                end
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}
