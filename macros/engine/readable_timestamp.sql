{% macro readable_timestamp(text, type) %}
    {{- return(adapter.dispatch('readable_timestamp', 'sales_kpis')(text, type)) -}}
{% endmacro %}

{#- Taking off the blanks is dear and hardly ever needed: it comes second. -#}
{% macro duckdb__readable_timestamp(text, type) %}
    {%- set words = without_blanks_around(text) -%}
    {%- set expression -%}
        coalesce(
            case when {{ text }} like '____-__-__%' then {{ iso_moment(text, type) }} end,
            case
                when regexp_full_match({{ words }}, '[0-9]{12,14}([.][0-9]+)?')
                    then make_timestamp(
                        cast(floor(try_cast({{ words }} as double) * 1000) as bigint)
                    )
                when regexp_full_match({{ words }}, '[0-9]{9,11}([.][0-9]+)?')
                    then make_timestamp(
                        cast(floor(try_cast({{ words }} as double) * 1000000) as bigint)
                    )
                when regexp_matches({{ words }}, '^[0-9]{1,2} [A-Za-z]{3}, [0-9]{4}')
                    then try_strptime({{ words }}, ['%d %b, %Y %H:%M:%S', '%d %b, %Y'])
                else {{ iso_moment(words, type) }}
            end
        )
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{% macro iso_moment(text, type) -%}
    {%- if type == 'date' -%}
        {{- return('try_cast(' ~ text ~ ' as timestamp)') -}}
    {%- endif -%}
    {{- return('(try_cast(' ~ text ~ " as timestamptz) at time zone 'UTC')") -}}
{%- endmacro %}

{#-
    PostgreSQL's casts stop the build or guess, so a text must first have a form that
    can be read, with a day that exists.
-#}
{% macro postgres__readable_timestamp(text, type) %}
    {%- set text = without_blanks_around(text) -%}
    {%- set in_microseconds -%}
        regexp_replace({{ text }}, '([.][0-9]{6})[0-9]+', '\1')
    {%- endset -%}
    {%- set iso -%}
        {%- if type == 'date' -%}
            cast({{ in_microseconds }} as timestamp)
        {%- else -%}
            cast(
                {{ in_microseconds }}
                || case
                    when {{ matches(text, '.*:.*(Z|UTC|[+-][0-9:]+)') }} then ''
                    else ' UTC'
                end as timestamptz
            ) at time zone 'UTC'
        {%- endif -%}
    {%- endset -%}
    {%- set expression -%}
        case
            when {{ matches(text, days_that_exist() ~ '((T| +)' ~ iso_time() ~ ')?') }}
                then {{ iso }}
            when {{ matches(text, '[0-9]{12,14}([.][0-9]+)?') }}
                then {{ moment_of_epoch(text, 1000) }}
            when {{ matches(text, '[0-9]{9,11}([.][0-9]+)?') }}
                then {{ moment_of_epoch(text, 1000000) }}
            when {{ matches(
                'lower(' ~ text ~ ')',
                days_that_exist(as_exported=true) ~ '( +' ~ time_in_seconds() ~ ')?'
            ) }}
                then cast(replace({{ text }}, ',', '') as timestamp)
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{#-
    Spark's cast would take a year, an hour or an offset of one digit, too, so a text must
    have a form that all engines read; an offset Spark reads after seconds only.
-#}
{% macro spark__readable_timestamp(text, type) %}
    {%- set text = without_blanks_around(text) -%}
    {%- set in_seconds -%}
        regexp_replace(
            regexp_replace(replace({{ text }}, '/', '-'), ' +', ' '),
            '([T ][0-9]{1,2}:[0-9]{1,2})(Z| UTC|[+-])', '$1:00$2'
        )
    {%- endset -%}
    {%- set iso = 'try_cast(' ~ in_seconds ~ ' as timestamp)' -%}
    {%- if type == 'date' -%}
        {%- set day = "split_part(split_part(replace(" ~ text ~ ", '/', '-'), ' ', 1), 'T', 1)" -%}
        {%- set iso = 'nvl2(' ~ iso ~ ', try_cast(' ~ day ~ ' as timestamp), null)' -%}
    {%- endif -%}
    {%- set expression -%}
        case
            when {{ matches(
                text,
                '[12][0-9]{3}(-[0-9]{1,2}-|/[0-9]{1,2}/)[0-9]{1,2}'
                ~ '((T| +)' ~ iso_time() ~ ')?'
            ) }}
                then {{ iso }}
            when {{ matches(text, '[0-9]{12,14}([.][0-9]+)?') }}
                then timestamp_micros(
                    cast(floor(cast({{ text }} as double) * 1000) as bigint)
                )
            when {{ matches(text, '[0-9]{9,11}([.][0-9]+)?') }}
                then timestamp_micros(
                    cast(floor(cast({{ text }} as double) * 1000000) as bigint)
                )
            else coalesce(
                try_to_timestamp(
                    regexp_replace({{ text }}, ' +', ' '), 'd MMM, yyyy H:m:s'
                ),
                try_to_timestamp({{ text }}, 'd MMM, yyyy')
            )
        end
    {%- endset -%}
    {{- return(expression) -}}
{% endmacro %}

{% macro time_in_seconds() -%}
    {{- return('([01]?[0-9]|2[0-3]):[0-5]?[0-9]:[0-5]?[0-9]') -}}
{%- endmacro %}

{% macro iso_time() -%}
    {%- set minutes = '([01]?[0-9]|2[0-3]):[0-5]?[0-9]' -%}
    {%- set zone = '(Z| UTC|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)' -%}
    {{- return(
        '(' ~ minutes ~ '|' ~ time_in_seconds() ~ '([.][0-9]{1,9})?)' ~ zone ~ '?'
    ) -}}
{%- endmacro %}

{% macro moment_of_epoch(text, microseconds) -%}
    timestamp '1970-01-01'
    + floor(cast({{ text }} as double precision) * {{ microseconds }})
    * interval '1 microsecond'
{%- endmacro %}

{#-
    Regular expression of the days of a calendar, as 2021-04-15 or, in exports and in
    lower case, 15 apr, 2021: no 31 April, and 29 February in leap years only.
-#}
{% macro days_that_exist(as_exported=false) %}
    {%- set year = '[12][0-9]{3}' -%}
    {%- set leap_year = '([12][0-9](0[48]|[2468][048]|[13579][26])|2000)' -%}
    {%- set forms = [] -%}
    {%- for days, months, names, years in [
        ('(0?[1-9]|[12][0-9]|3[01])', '(0?[13578]|1[02])',
            '(jan|mar|may|jul|aug|oct|dec)', year),
        ('(0?[1-9]|[12][0-9]|30)', '(0?[469]|11)', '(apr|jun|sep|nov)', year),
        ('(0?[1-9]|1[0-9]|2[0-8])', '0?2', 'feb', year),
        ('29', '0?2', 'feb', leap_year),
    ] -%}
        {%- do forms.append(
            days ~ ' ' ~ names ~ ', ' ~ years if as_exported
            else years ~ '[-/]' ~ months ~ '[-/]' ~ days
        ) -%}
    {%- endfor -%}
    {%- set one_separator = '(?=[0-9]+(-[0-9]+-|/[0-9]+/))' -%}
    {{- return(('' if as_exported else one_separator) ~ '(' ~ forms | join('|') ~ ')') -}}
{% endmacro %}
