{#-
    The md5, as hex text, of columns or SQL expressions taken as text and joined by
    hyphens. A null has a text of its own, so that it differs from an empty text, unless
    the var surrogate_key_treat_nulls_as_empty_strings is set.
-#}
{% macro generate_surrogate_key(field_list) %}
    {%- set as_empty = var('surrogate_key_treat_nulls_as_empty_strings', false) -%}
    {%- set null_text = '' if as_empty else '_dbt_utils_surrogate_key_null_' -%}
    {%- set parts = [] -%}
    {%- for field in field_list -%}
        {%- if not loop.first -%}{%- do parts.append("'-'") -%}{%- endif -%}
        {%- do parts.append(
            'coalesce(cast(' ~ field ~ ' as ' ~ dbt.type_string() ~ "), '" ~ null_text ~ "')"
        ) -%}
    {%- endfor -%}
    {{- dbt.hash(dbt.concat(parts)) -}}
{% endmacro %}
