{#-
    Schemas are named plainly (staging, marts), on every target. The sample's record of
    what was published is no past of the company whose CRM is connected after it.
-#}
{% macro generate_schema_name(custom_schema_name=none, node=none) -%}
    {%- if custom_schema_name == 'history' and var('use_sample_data') -%}
        sample_history
    {%- else -%}
        {{ custom_schema_name | trim if custom_schema_name else target.schema }}
    {%- endif -%}
{%- endmacro %}
