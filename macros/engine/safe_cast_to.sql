{#-
    Casts a raw column so that no value can stop a build: what cannot be read is NULL
    (and `unreadable_columns` names it). `landed_type` is the warehouse type of the
    column, none if unknown; a column that has its type already is not parsed again.
-#}
{% macro safe_cast_to(column, type, landed_type=none) %}
    {%- set text = "nullif(trim(cast(" ~ column ~ " as " ~ type_name('text') ~ ")), '')" -%}
    {%- set landed = landed_type or '' -%}
    {%- if type == 'text' -%}
        {{- return(text) -}}
    {%- elif type == 'boolean' -%}
        {{- return(column if landed == 'boolean' else readable_boolean(text)) -}}
    {%- elif type in ['date', 'timestamp'] -%}
        {%- if landed == 'date' or landed.startswith('timestamp') -%}
            {%- set moment = utc_timestamp(column, landed) -%}
        {%- else -%}
            {%- set moment = readable_timestamp(text, type) -%}
        {%- endif -%}
        {{- return(plausible_moment(moment, type)) -}}
    {%- elif type == 'integer' -%}
        {{- return(try_cast(readable_number(text, landed), 'integer')) -}}
    {%- else -%}
        {{- return(plausible_number(readable_number(text, landed), type)) -}}
    {%- endif -%}
{% endmacro %}

{% macro readable_boolean(text) %}
    {%- set expression -%}
        case
            when lower({{ text }}) in ('true', 't', 'yes', 'y', '1', '1.0') then true
            when lower({{ text }}) in ('false', 'f', 'no', 'n', '0', '0.0') then false
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{#- NULL before 1970 and after 2199: no business date, and no base of a calendar. -#}
{% macro plausible_moment(moment, type) %}
    {%- set expression -%}
        case
            when {{ moment }} >= cast('1970-01-01' as timestamp)
                and {{ moment }} < cast('2200-01-01' as timestamp)
                then cast({{ moment }} as {{ type_name(type) }})
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{#-
    NULL from 10 billion on, either sign, and for rates from a million on: typing errors
    that would overflow when multiplied.
-#}
{% macro plausible_number(number, type) %}
    {%- set expression -%}
        case
            when abs({{ number }}) < {{ 1000000 if type == 'rate' else 10000000000 }}
                then cast({{ number }} as {{ type_name(type) }})
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{#- A typed date or timestamp column as UTC timestamp without zone. -#}
{% macro utc_timestamp(column, landed) %}
    {{- return(adapter.dispatch('utc_timestamp', 'sales_kpis')(column, landed)) -}}
{% endmacro %}

{% macro default__utc_timestamp(column, landed) %}
    {%- if 'with time zone' in landed -%}
        {{- return("(" ~ column ~ " at time zone 'UTC')") -}}
    {%- endif -%}
    {{- return('cast(' ~ column ~ ' as timestamp)') -}}
{% endmacro %}

{#-
    Text as UTC timestamp: ISO 8601 with or without offset, seconds or milliseconds
    since 1970, and Zoho's export form (15 Apr, 2021 00:03:00). A `date` in text keeps
    its day, whatever offset follows it.
-#}
{% macro readable_timestamp(text, type) %}
    {{- return(adapter.dispatch('readable_timestamp', 'sales_kpis')(text, type)) -}}
{% endmacro %}

{% macro duckdb__readable_timestamp(text, type) %}
    {%- set iso = 'try_cast(' ~ text ~ ' as timestamp)' -%}
    {%- if type == 'timestamp' -%}
        {%- set iso = "(try_cast(" ~ text ~ " as timestamptz) at time zone 'UTC')" -%}
    {%- endif -%}
    {%- set expression -%}
        case
            when regexp_full_match({{ text }}, '[0-9]{12,14}([.][0-9]+)?')
                then make_timestamp(
                    cast(floor(try_cast({{ text }} as double) * 1000) as bigint)
                )
            when regexp_full_match({{ text }}, '[0-9]{9,11}([.][0-9]+)?')
                then make_timestamp(
                    cast(floor(try_cast({{ text }} as double) * 1000000) as bigint)
                )
            when regexp_matches({{ text }}, '^[0-9]{1,2} [A-Za-z]{3}, [0-9]{4}')
                then coalesce(
                    try_strptime({{ text }}, '%d %b, %Y %H:%M:%S'),
                    try_strptime({{ text }}, '%d %b, %Y')
                )
            else {{ iso }}
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{#-
    Text as decimal(20, 10): plain numbers, thousands separators and currency signs,
    German decimal commas (1.234,50) and the K and M of exports ($341.09K).
-#}
{% macro readable_number(text, landed='') %}
    {{- return(adapter.dispatch('readable_number', 'sales_kpis')(text, landed)) -}}
{% endmacro %}

{% macro duckdb__readable_number(text, landed) %}
    {%- set plain = try_cast(text, 'rate') -%}
    {%- if landed and 'char' not in landed -%}
        {{- return(plain) -}}
    {%- endif -%}
    {%- set clean -%}
        regexp_replace(upper({{ text }}), '(EUR|USD|CHF|GBP|[€$£\s])', '', 'g')
    {%- endset -%}
    {%- set german = "replace(replace(" ~ clean ~ ", '.', ''), ',', '.')" -%}
    {%- set english = "rtrim(replace(" ~ clean ~ ", ',', ''), 'KM')" -%}
    {%- set expression -%}
        case
            when {{ plain }} is not null then {{ plain }}
            when regexp_full_match(
                {{ clean }}, '[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+),[0-9]{1,2}'
            )
                then {{ try_cast(german, 'rate') }}
            when regexp_full_match(
                {{ clean }}, '[+-]?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)([.][0-9]+)?[KM]?'
            )
                then {{ try_cast(english, 'rate') }} * case
                    when {{ clean }} like '%K' then 1000
                    when {{ clean }} like '%M' then 1000000
                    else 1
                end
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}
