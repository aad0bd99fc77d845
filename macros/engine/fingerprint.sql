{% macro fingerprint(text) -%}
    {{ adapter.dispatch('fingerprint', 'sales_kpis')(text) }}
{%- endmacro %}

{% macro default__fingerprint(text) -%}
    md5(coalesce(string_agg(md5({{ text }}), '' order by md5({{ text }})), ''))
{%- endmacro %}

{% macro spark__fingerprint(text) -%}
    md5(array_join(sort_array(collect_list(md5({{ text }}))), ''))
{%- endmacro %}

{#-
    A text as part of a primary key: beyond 255 characters its MD5, because a row of an
    index of PostgreSQL holds some 2,700 bytes.
-#}
{% macro short_key(text) -%}
    case when length({{ text }}) > 255 then md5({{ text }}) else {{ text }} end
{%- endmacro %}
