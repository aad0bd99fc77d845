{#-
    Whether a text is JSON. PostgreSQL before 16 cannot be asked, and its cast stops the
    build: strings become "" and other values 0, then arrays and objects become 0 from
    the inside out, six levels deep. Blanks stay, for a string with a tab or a line break
    in it is no JSON and must not become "".
-#}
{% macro is_json(text) -%}
    {{ return(adapter.dispatch('is_json', 'sales_kpis')(text)) }}
{%- endmacro %}

{% macro default__is_json(text) -%}
    {%- set escape -%}
        \\(["\\/bfnrt]|u(?!0000)([0-9a-cefA-CEF][0-9a-fA-F]|[dD][0-7])[0-9a-fA-F]{2}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})
    {%- endset -%}
    {%- set list = '(0|"") *(, *(0|"") *)*' -%}
    {%- set members = '"" *: *(0|"") *(, *"" *: *(0|"") *)*' -%}
    {%- set shape = namespace(sql=text) -%}
    {%- for pattern, replacement in [
        ('"([^"\\\\\\x01-\\x1f]|' ~ escape ~ ')*"', '""'),
        ('true|false|null|-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?', '0'),
        ('[\\t\\n\\r]', ' '),
    ] + [('\\[ *(' ~ list ~ ')?]|{ *(' ~ members ~ ')?}', '0')] * 6 -%}
        {%- set shape.sql =
            'regexp_replace(' ~ shape.sql ~ ", '" ~ pattern ~ "', '" ~ replacement ~ "', 'g')"
        -%}
    {%- endfor -%}
    {{ return('trim(' ~ shape.sql ~ ') in (\'0\', \'""\')') }}
{%- endmacro %}

{% macro duckdb__is_json(text) -%}
    {{ return('json_valid(' ~ text ~ ')') }}
{%- endmacro %}

{% macro spark__is_json(text) -%}
    {{ return('try_parse_json(' ~ text ~ ') is not null') }}
{%- endmacro %}
