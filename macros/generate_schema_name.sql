{#- Schemas are named plainly (staging, marts), on every target. -#}
{% macro generate_schema_name(custom_schema_name=none, node=none) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
