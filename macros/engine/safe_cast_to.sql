{#-
    Casts a raw column so that no value can stop a build: what cannot be read is NULL
    (and `unreadable_columns` names it). `landed_type` is the warehouse type of the
    column, none if unknown; a column that has its type already is not parsed again, and
    a struct is read as JSON. A column of dates has no time of day to be shifted: its
    moment is the first one of that business day.
-#}
{% macro safe_cast_to(column, type, landed_type=none) %}
    {%- set landed = landed_type or '' -%}
    {%- set text = landed_text(column, landed) -%}
    {%- if type == 'text' -%}
        {{- return(trimmed(text)) -}}
    {%- elif type == 'boolean' -%}
        {{- return(column if landed == 'boolean' else readable_boolean(text)) -}}
    {%- elif type in ['date', 'timestamp'] -%}
        {%- if landed == 'date' and type == 'timestamp' -%}
            {{- return('(' ~ start_of_day(safe_cast_to(column, 'date', landed)) ~ ')') -}}
        {%- elif landed == 'date' or landed.startswith('timestamp') -%}
            {%- set moment = utc_timestamp(column, landed) -%}
        {%- else -%}
            {%- set moment = readable_timestamp(text, type) -%}
        {%- endif -%}
        {{- return(plausible_moment(moment, type)) -}}
    {%- endif -%}
    {{- return(landed_number(column, type, landed)) -}}
{% endmacro %}

{#-
    A raw column of any type as text, structs as JSON. For the double 12345678 DuckDB
    would write 12345678.0 and Spark 1.2345678E7, and for a decimal 12345678.000000000,
    which is no id and no moment.
-#}
{% macro landed_text(column, landed) %}
    {%- if landed.startswith('struct') -%}
        {{- return(as_json_text(column, landed)) -}}
    {%- endif -%}
    {%- if landed in ['text', 'varchar', 'character varying', 'string'] -%}
        {{- return(column) -}}
    {%- endif -%}
    {%- set text = 'cast(' ~ column ~ ' as ' ~ type_name('text') ~ ')' -%}
    {%- if landed in ['double', 'double precision', 'float', 'real'] -%}
        {%- set whole, limit = type_name('integer'), '1e15' -%}
    {%- elif landed.startswith('decimal') or landed.startswith('numeric') -%}
        {%- set whole, limit = 'decimal(38, 0)', '1e37' -%}
    {%- else -%}
        {{- return(text) -}}
    {%- endif -%}
    {%- set expression -%}
        case
            when {{ column }} = floor({{ column }}) and abs({{ column }}) < {{ limit }}
                then cast(cast({{ column }} as {{ whole }}) as {{ type_name('text') }})
            else {{ text }}
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{% macro trimmed(text) %}
    {{- return(adapter.dispatch('trimmed', 'sales_kpis')(text)) -}}
{% endmacro %}

{% macro default__trimmed(text) %}
    {{- return('nullif(trim(' ~ text ~ "), '')") -}}
{% endmacro %}

{#-
    DuckDB copies each text that it trims, and hardly any needs it. Without ' ' it would
    take off Unicode's blanks, too.
-#}
{% macro duckdb__trimmed(text) %}
    {%- set expression -%}
        case
            when {{ text }} like ' %' or {{ text }} like '% ' or {{ text }} = ''
                then nullif(trim({{ text }}, ' '), '')
            else {{ text }}
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{% macro without_blanks_around(text) %}
    {{- return('trim(both ' ~ blanks() ~ ' from ' ~ text ~ ')') -}}
{% endmacro %}

{#-
    Text as a boolean, which a German spreadsheet writes as WAHR and FALSCH; the blanks
    around it are taken off only where it needs that.
-#}
{% macro readable_boolean(text) %}
    {%- set expressions = [] -%}
    {%- for word in [text, without_blanks_around(text)] -%}
        {%- set expression -%}
            case
                when {{ matches(
                    'lower(' ~ word ~ ')', 'true|t|yes|y|wahr|ja|1([.]0)?'
                ) }}
                    then true
                when {{ matches(
                    'lower(' ~ word ~ ')', 'false|f|no|n|falsch|nein|0([.]0)?'
                ) }}
                    then false
            end
        {%- endset -%}
        {%- do expressions.append(expression) -%}
    {%- endfor -%}
    {{- return(first_of(expressions)) -}}
{% endmacro %}

{% macro plausible_moment(moment, type) %}
    {%- set expression -%}
        case
            when {{ moment }} between cast('1970-01-01' as timestamp)
                and cast('2199-12-31 23:59:59.999999' as timestamp)
                then cast({{ moment }} as {{ type_name(type) }})
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{% macro utc_timestamp(column, landed) %}
    {{- return(adapter.dispatch('utc_timestamp', 'sales_kpis')(column, landed)) -}}
{% endmacro %}

{% macro default__utc_timestamp(column, landed) %}
    {%- if 'with time zone' in landed -%}
        {{- return("(" ~ column ~ " at time zone 'UTC')") -}}
    {%- endif -%}
    {{- return('cast(' ~ column ~ ' as timestamp)') -}}
{% endmacro %}
