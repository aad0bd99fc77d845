{#-
    Age of a raw table for `dbt source freshness`, in place of dbt's own macro. dbt takes a
    moment without zone for UTC, and PostgreSQL casts one with zone to the time of day of
    the session, which is the server's unless told otherwise. The profile cannot tell it.
-#}
{% macro postgres__collect_freshness(source, loaded_at_field, filter) %}
    {%- do run_query("set time zone 'UTC'") -%}
    {{- return(dbt.default__collect_freshness(source, loaded_at_field, filter)) -}}
{% endmacro %}
