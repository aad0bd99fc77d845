{% macro normalised_email(email) -%}
    case when {{ email }} like '%@%' then lower({{ email }}) end
{%- endmacro %}

{#-
    Web domain of an address: https://www.Example.de/shop is example.de. What people write
    where there is none (n/a, k.A., keine) has no dot, or no two letters after it.
-#}
{% macro web_domain(website) -%}
    {%- set address = without_all(
        'lower(' ~ website ~ ')', '^https?://(www[.])?|^www[.]'
    ) -%}
    {%- set host = 'split_part(translate(' ~ address ~ ", ':?#', '///'), '/', 1)" -%}
    case when {{ matches(host, '([^. ]+[.])+[^. ]{2,}') }} then {{ host }} end
{%- endmacro %}

{#-
    Name of a company in lower case. What people and forms write where they know none
    names nobody, and neither does what has no letter and no digit: all of whom it is
    written would be one company.
-#}
{% macro company_name(company) -%}
    {#- As cases, because DuckDB makes a join of a list of so many words. -#}
    case trim(both '-–—…._/,:;*#?!+=()[]<> ' from lower({{ company }}))
        {%- for nobody in [
            '', 'n/a', 'n.a', 'n. a', 'k.a', 'k. a', 'keine', 'keine angabe', 'none',
            'not provided', 'unbekannt', 'unknown',
        ] %}
        when '{{ nobody }}' then null
        {%- endfor %}
        else lower({{ company }})
    end
{%- endmacro %}

{% macro email_domain(email) -%}
    nullif(lower(split_part({{ email }}, '@', 2)), '')
{%- endmacro %}

{% macro share_of_percent(percent) -%}
    case
        when {{ percent }} between 0 and 100
            then cast({{ percent }} * 0.01 as {{ type_name('rate') }})
    end
{%- endmacro %}

{% macro sales_rep_label(source_system, user_id, name) -%}
    {%- if var('sales_rep_identity') == 'name' -%}
        coalesce({{ name }}, {{ user_id }})
    {%- elif var('sales_rep_identity') == 'pseudonym' -%}
        'Rep ' || upper(
            substr({{ sha_256(hash_key() ~ ' || ' ~ source_system ~ ' || ' ~ user_id) }}, 1, 8)
        )
    {%- else -%}
        cast(null as {{ type_name('text') }})
    {%- endif -%}
{%- endmacro %}

{% macro is_far_future(date) -%}
    ({{ date }} like '____-__-__%' and substr({{ date }}, 1, 4) >= '2200')
{%- endmacro %}
