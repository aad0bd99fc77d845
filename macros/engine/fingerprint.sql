{#- MD5 over all texts of a column, whatever the order of the rows. -#}
{% macro fingerprint(text) -%}
    {{ adapter.dispatch('fingerprint', 'sales_kpis')(text) }}
{%- endmacro %}

{% macro default__fingerprint(text) -%}
    md5(coalesce(string_agg(md5({{ text }}), '' order by md5({{ text }})), ''))
{%- endmacro %}

{% macro spark__fingerprint(text) -%}
    md5(array_join(sort_array(collect_list(md5({{ text }}))), ''))
{%- endmacro %}
