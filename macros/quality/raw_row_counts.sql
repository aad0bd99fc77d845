{% macro raw_row_counts() %}
    {%- set systems = enabled_crms() + ['finance'] -%}
    {%- set selects = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.source_name in systems -%}
            {%- set raw = raw_table(node.source_name, node.name, optional=true) -%}
            {%- do selects.append(
                "select '" ~ node.source_name ~ "' as source_system, '" ~ node.name
                ~ "' as raw_table, count(*) as landed_count from " ~ raw.relation
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ selects | join('
    union all
    ') if selects
        else "select '' as source_system, '' as raw_table, 0 as landed_count" }}
{% endmacro %}
